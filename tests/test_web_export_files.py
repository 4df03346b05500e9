"""/exports: the page that lists them, each file as the command writes it, how it is sent, what is no file."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.test import Client

import invented
from portbook import __version__, exports
from portbook.exports import EXPORTS, Provenance
from portbook.store import EditionFile, EditionStore, edition_file
from portbook.web import export_files, files
from portbook.web.export_files import ADDRESS, COMMANDS, GROUPS, file_name
from sites import Page, site

WITH_A_FILE = tuple(name for name in EXPORTS if name not in COMMANDS)
OLDER = "2018-10-04"


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Client]:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    with site(tmp_path) as client:
        yield client


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Client]:
    """The invented edition, shown as a file."""
    with site(tmp_path, file=invented.FILE) as client:
        yield client


def by_the_library(file: EditionFile, name: str) -> bytes:
    known = Provenance(file.id, file.date, file.sha256, __version__)
    return exports.write(file.edition, name, known).data


# -- the page


def test_every_export_is_listed_once(small: Client) -> None:
    listed = [name for readers in GROUPS.values() for name in readers]
    assert sorted(listed) == sorted(EXPORTS)
    page = Page(small.get(ADDRESS).content.decode())
    for name, export in EXPORTS.items():
        assert export.title[1:].replace("`", "") in page.text, name
        hrefs = [link for link in page.links if link == f"{ADDRESS}/{file_name(export)}"]
        assert len(hrefs) == (name not in COMMANDS), name
    for command in COMMANDS.values():
        assert command in page.text
    for readers in GROUPS.values():
        for reader in readers.values():
            assert f"Read by {reader}." in page.text


def test_every_link_of_it_answers(small: Client) -> None:
    links = [link for link in Page(small.get(ADDRESS).content.decode()).links if link.startswith("/")]
    assert len(links) > 2 * len(WITH_A_FILE)
    for link in links:
        assert small.get(link).status_code == 200, link


def test_visitors_find_it(client: Client) -> None:
    assert ADDRESS in Page(client.get("/ports/443").content.decode()).links  # at the foot of every page
    assert ADDRESS in Page(client.get("/about").content.decode()).links
    dated = f"/editions/{OLDER}"
    assert f"{dated}{ADDRESS}" in Page(client.get(dated).content.decode()).links
    page = Page(client.get(f"{dated}{ADDRESS}").content.decode())
    assert f"{dated}{ADDRESS}/etc-services" in page.links
    assert f"{ADDRESS}/etc-services" not in page.links
    assert f"The edition of {OLDER}" in page.text


# -- the files


@pytest.mark.parametrize("name", WITH_A_FILE)
def test_a_file_is_what_the_command_writes(small: Client, name: str) -> None:
    export, data = EXPORTS[name], by_the_library(edition_file(invented.FILE), name)
    address = f"{ADDRESS}/{file_name(export)}"
    answer = small.get(address)
    assert answer.status_code == 200
    assert answer.content == data
    assert answer["Content-Type"] == export.media_type
    digest = hashlib.sha256(data).hexdigest()
    assert answer["ETag"] == f'"{digest}"'
    saved = f"{name}-2026-02-28{export.suffix}"
    assert answer["Content-Disposition"] == f'attachment; filename="{saved}"'
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert small.get(f"{address}.sha256").content.decode() == f"{digest}  {saved}\n"
    assert small.get(address, headers={"if-none-match": f'"{digest}"'}).status_code == 304
    part = small.get(address, headers={"range": "bytes=0-9"})
    assert (part.status_code, part.content) == (206, data[:10])
    head = small.head(address)
    assert (head.content, head["Content-Length"]) == (b"", str(len(data)))


def test_a_dated_file_is_of_its_edition_and_stays(client: Client) -> None:
    current, older = EditionStore().current(), EditionStore().get(OLDER)
    address = f"{ADDRESS}/etc-services"
    answer, dated = client.get(address), client.get(f"/editions/{OLDER}{address}")
    assert answer.content == by_the_library(current, "etc-services")
    assert dated.content == by_the_library(older, "etc-services")
    assert f"edition {OLDER}" in dated.content.decode()
    assert "immutable" in dated["Cache-Control"]
    assert "must-revalidate" in answer["Cache-Control"]
    assert dated["Content-Disposition"] == f'attachment; filename="etc-services-{OLDER}"'
    assert client.get(address, headers={"accept-encoding": "gzip"})["Content-Encoding"] == "gzip"


@pytest.mark.parametrize(
    "name, words",
    [
        ("zone.zone", "the export zone needs options: portbook export zone --name"),
        ("zone.zone.sha256", "the export zone needs options"),
        ("nothing", "no export has the file name 'nothing'; /exports lists them"),
        ("etc-services.sha256.sha256", "no export has the file name"),
        ("zeek", "no export has the file name 'zeek'"),
        ("..%2Fzeek.tsv", "there is nothing at the address"),
        ("%00", "no export has the file name"),
        ("x" * 5_000, "no export has the file name"),
    ],
)
def test_what_is_no_file(small: Client, name: str, words: str) -> None:
    answer = small.get(f"{ADDRESS}/{name}", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"
    problem = answer.json()
    assert problem["detail"].startswith(words)
    assert problem["code"] == ("E-WEB-ADDRESS" if "nothing at" in words else "E-WEB-EXPORT")


def test_a_package_that_is_not_installed_is_told(small: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    found = export_files.find_spec
    monkeypatch.setattr(export_files, "find_spec", lambda name: None if name == "pyarrow" else found(name))
    page = Page(small.get(ADDRESS).content.decode())
    assert page.text.count("No file here: it needs pyarrow, which is not installed here") == 4
    assert f"{ADDRESS}/ports-arrow.arrow" not in page.links
    assert f"{ADDRESS}/xlsx.xlsx" in page.links
    answer = small.get(f"{ADDRESS}/ports-arrow.arrow", headers={"accept": "application/json"})
    assert answer.status_code == 404
    assert answer.json()["code"] == "E-WEB-EXPORT"


def test_files_are_made_once_and_kept_within_a_limit(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "kept", files.Kept(limit=1_500_000))
    monkeypatch.setattr(export_files, "kept", files.kept)
    made: list[str] = []
    write = exports.write

    def noted(edition: object, name: str, *rest: object) -> exports.Written:
        made.append(name)
        return write(edition, name, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(exports, "write", noted)
    for name in ("zeek.tsv", "zeek.tsv.sha256", "zeek.tsv", "clickhouse.tsv", "zeek.tsv"):
        assert client.get(f"{ADDRESS}/{name}").status_code == 200
    assert made == ["zeek", "clickhouse"]
    for name in ("etc-services", "nmap-services", "zeek.tsv"):  # more than the limit: the oldest goes
        assert client.get(f"{ADDRESS}/{name}").status_code == 200
    assert made == ["zeek", "clickhouse", "etc-services", "nmap-services", "zeek"]
