"""/about: what it says, that its anchors are there, and that its addresses lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import invented
from portbook.edition import Why
from sites import site
from test_web_people import shown


@pytest.fixture
def embedded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


def test_the_rules_are_told(embedded: Client) -> None:
    text = shown(embedded, "/about").text
    for words in ("A row", "A row without transport", "A companion", "The edge of a range", "No row"):
        assert words in text
    assert len(Why) == 6
    assert len(re.findall("<li><strong>", embedded.get("/about").content.decode())) == 6
    for words in ("not what runs on it", "RFC 6335", "alias", "mailto:user&host", "Apache-2.0", "CC0"):
        assert words in text


def test_anchors_and_the_switch_of_the_keys(embedded: Client) -> None:
    page = shown(embedded, "/about")
    ids = {attributes["id"] for _, attributes in page.elements if "id" in attributes}
    assert {"keys", "update", "key-switch"} <= ids
    html = embedded.get("/about").content.decode()
    switch = '<p id="key-switch" hidden><label><input type="checkbox"> Single keys are on</label></p>'
    assert html.count(switch) == 1
    for command in ("portbook update", "portbook editions add FILE", "portbook doctor"):
        assert f"<code data-copy>{command}</code>" in html


def test_every_address_on_it_answers(embedded: Client) -> None:
    for address in ("/about", "/editions/2018-10-04/about"):
        page = shown(embedded, address)
        links = {link for link in page.links if link.startswith("/")}
        assert len(links) > 15
        for link in links:
            assert embedded.get(link, follow=True).status_code == 200, link
        assert "Its format did not carry these parts" in page.text


def test_where_the_data_came_from_is_told(embedded: Client) -> None:
    page = shown(embedded, "/about")
    assert "of 2023-03-13, is packaged with Portbook; it came from pypi package avsos 0.0.9" in page.text
    assert page.links.count("/editions/2023-03-13") > 1
    assert ".venv/bin/portbook update" in page.text


def test_a_file_has_no_dated_addresses(tmp_path: Path) -> None:
    with site(tmp_path, invented.edition()) as client:
        page = shown(client, "/about")
        assert "Dated addresses" not in page.text
        assert "Its format did not carry" not in page.text
