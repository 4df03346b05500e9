"""docs/api.md against the site: its examples are real answers, its tables name every field and address."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.test import Client

from portbook import answers
from portbook.web.schemas import (
    CitedAnswer,
    ContactAnswer,
    HitAnswer,
    PortsAnswer,
    PortTransportAnswer,
    ProblemDocument,
    SearchAnswer,
    ServiceAnswer,
)
from sites import site

TEXT = (Path(__file__).parent.parent / "docs" / "api.md").read_text(encoding="utf-8")
EXAMPLES = re.findall(r"^\$ curl -s '?(http://[^\s']+)'?\n((?:[ {].*\n)+)", TEXT, re.MULTILINE)


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


def test_every_example_is_found() -> None:
    assert len(EXAMPLES) == TEXT.count("$ curl -s http") + TEXT.count("$ curl -s 'http") == 9


@pytest.mark.parametrize("address, written", EXAMPLES)
def test_an_example_is_what_the_site_answers(client: Client, address: str, written: str) -> None:
    parts = urlsplit(address)
    response = client.get(f"{parts.path}?{parts.query}")
    expected = json.loads(written)
    assert json.loads(response.content) == expected
    assert list(json.loads(response.content)) == list(expected)
    assert response.status_code == expected.get("status", 200)


def test_the_example_of_caching(client: Client) -> None:
    tag = client.head("/v1/ports/443")["ETag"]
    assert client.get("/v1/ports/443", headers={"if-none-match": tag}).status_code == 304
    assert client.get("/v1/ports/443")["Cache-Control"] in TEXT


def test_fields_and_addresses_are_named() -> None:
    named = set(re.findall(r"`([a-z_]+)`", TEXT)) | set(re.findall(r'"([a-z_]+)":', TEXT))
    assert set(answers.RECORD_FIELDS) <= named
    of_things = (PortTransportAnswer, PortsAnswer, ServiceAnswer, ContactAnswer, CitedAnswer)
    for schema in (*of_things, HitAnswer, SearchAnswer, ProblemDocument):
        assert set(schema.model_fields) <= named, schema


def test_every_address_is_in_the_table(client: Client) -> None:
    paths = json.loads(client.get("/v1/openapi.json").content)["paths"]
    for path in paths:
        assert re.search(rf"^\| `{re.escape(path)}[`?]", TEXT, re.MULTILINE), path
