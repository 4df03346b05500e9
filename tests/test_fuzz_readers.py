"""Any bytes: an edition comes out, or a documented refusal; never another error, never without end.

Each format is fed mutants of small files with one oddity each; `make deep` adds many more and full-size ones.
What a reader takes must also be written and read back the same, so that nothing half-read slips through.
"""

import lzma
import re
from functools import cache
from pathlib import Path

import pytest

from mutants import Report, feed, mutants
from portbook import formats
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import iana_xml
from test_iana_xml import BY_HAND, WHOLE, document

IN_CI = 5_000
IN_DEEP = 100_000
FULL_SIZE = 2_000
NAMES = tuple(formats.FORMATS)
DOCUMENTED = set(
    re.findall(r"`([EFW]-[A-Z0-9-]+)`", (Path(__file__).parent.parent / "docs/errors.md").read_text())
)


@cache
def seeds(name: str) -> tuple[bytes, ...]:
    """Small files with one oddity each, in the format *name*."""
    documents = [WHOLE.encode(), *(document(record) for record in BY_HAND.values())]
    if name == "xml":
        return tuple(documents)
    editions = [iana_xml.read(data) for data in documents]
    if name == "json2015":
        return tuple(as_json2015(edition) for edition in editions if edition.records)
    return tuple(formats.write(edition, name) for edition in editions)


def as_json2015(edition: Edition) -> bytes:
    """The package's JSON, made from the CSV by other means than ours."""
    import csv
    import io
    import json

    keys = [
        "ServiceName",
        "PortNumber",
        "TransportProtocol",
        "Description",
        "Assignee",
        "Contact",
        "RegistrationDate",
        "ModificationDate",
        "Reference",
        "ServiceCode",
        "KnownUnauthorizedUses",
        "AssignmentNotes",
    ]
    _, *rows = csv.reader(io.StringIO(formats.write(edition, "csv").decode(), newline=""))
    items = [{key: cell for key, cell in zip(keys, row, strict=True) if cell} for row in rows]
    return (json.dumps(items, indent=4, ensure_ascii=False) + "\n").encode()


def fuzz(name: str, count: int, stream: int) -> Report:
    report = Report()
    for data in mutants(seeds(name), name, count, stream):
        edition = feed(lambda mutant: formats.read(mutant, name), data, report)
        if edition is not None and report.read % 10 == 0 and formats.FORMATS[name].writable:
            comes_back(edition, name)
    print(f"{name}: {report}")
    assert set(report.refusals) <= DOCUMENTED, set(report.refusals) - DOCUMENTED
    return report


def comes_back(edition: Edition, name: str) -> None:
    """What was read can be written, or is refused by name, and reads back as the format can hold it."""
    try:
        written = formats.write(edition, name)
    except FormatError as error:
        refusal = error.problem.code
    else:
        assert formats.read(written, name) == formats.project(edition, name)
        return
    assert refusal in DOCUMENTED


@pytest.mark.parametrize("name", NAMES)
def test_mutants(name: str) -> None:
    report = fuzz(name, IN_CI, stream=0)
    assert report.mutants == IN_CI
    assert report.with_record > IN_CI / 20  # else the mutants are all refused at the door and prove little


def test_the_two_xml_readings_agree_on_mutants() -> None:
    read = 0
    for data in mutants(seeds("xml"), "xml", IN_CI, stream=1):
        results = []
        for reader in (iana_xml.read, iana_xml.read_by_elements):
            try:
                edition = reader(data)
                rows = [row.layout for row in (*edition.records, *(edition.contacts or ()))]
                results.append((edition, edition.remarks, edition.layout._replace(as_read=None), rows))
            except FormatError as error:
                results.append((error.problem, error.line, error.column))
        assert results[0] == results[1]
        read += len(results[0]) == 4
    assert read > IN_CI / 20


@pytest.mark.deep
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("stream", range(10, 20))
def test_many_mutants(name: str, stream: int) -> None:
    assert fuzz(name, IN_DEEP // 10, stream).mutants == IN_DEEP // 10


@pytest.mark.deep
@pytest.mark.needs("published_editions")
@pytest.mark.parametrize("name", NAMES)
def test_mutants_of_full_size(name: str, published_editions: Path) -> None:
    data = lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes())
    edition = iana_xml.read(data)
    whole = {"xml": data, "json2015": as_json2015(edition)}.get(name) or formats.write(edition, name)
    report = Report()
    for mutant in mutants((whole,), name, FULL_SIZE):
        feed(lambda mutant: formats.read(mutant, name), mutant, report)
    print(f"{name}, full size: {report}")
    assert report.mutants == FULL_SIZE
