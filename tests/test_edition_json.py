"""Portbook's JSON: nothing is lost, the layout neither; what it does not know is refused with its place."""

import json
import lzma
import tarfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import edition_json, iana_csv, iana_xml, limits
from portbook.formats.edition_json.values import FORMAT, VERSION
from portbook.records import Break, Contact, Extra, Footnote, Markup, Note, Paragraph, Record, Reference, rich

DATA = Path(edition_json.__file__).resolve().parents[2] / "data"
ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=8) | strategies.texts  # controls and NUL too


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as error:
        edition_json.read(data)
    return error.value


def file(**changed: Any) -> dict[str, Any]:
    return {"format": FORMAT, "version": VERSION, "head": {}, "records": []} | changed


def encoded(value: Any) -> bytes:
    return json.dumps(value).encode()


def layouts(edition: Edition) -> list[Any]:
    rows = (*edition.records, *(edition.contacts or ()))
    head = edition.layout and (
        edition.layout.prolog, edition.layout.order, edition.layout.spaces, edition.layout.people,
        edition.layout.end,
    )  # fmt: skip
    return [head, *(row.layout for row in rows)]


# -- nothing is lost


@given(strategies.editions(ANY_TEXT, markup=False) | strategies.editions())
def test_what_was_written_is_read_back(edition: Edition) -> None:
    data = edition_json.write(edition)
    assert edition_json.read(data) == edition
    assert edition_json.write(edition_json.read(data)) == data


@pytest.mark.needs("published_editions")
def test_real_xml_comes_back_to_the_byte_through_json(published_editions: Path) -> None:
    """The first of each year: every 2015-2026 form of the head, and over a thousand rows laid out by hand."""
    seen: dict[str, int] = {}
    with tarfile.open(published_editions / "xml-snapshots.tar.xz", "r:xz") as tar:
        for member in tar:
            year = Path(member.name).stem[:4]
            content = None if year in seen else tar.extractfile(member)
            if content is None:
                continue
            published = content.read()
            edition = iana_xml.read(published)
            back = edition_json.read(edition_json.write(edition))
            assert back == edition
            assert layouts(back) == layouts(edition)
            assert iana_xml.write(back) == published
            seen[year] = sum(row.layout.spaces is not None for row in edition.records)
    assert list(seen) == [str(year) for year in range(2015, 2027)]
    assert sum(seen.values()) > 1000


@pytest.mark.parametrize("date, count", [("2014-07-09", 13_521), ("2023-03-13", 14_400)])
def test_the_embedded_editions_go_through(date: str, count: int) -> None:
    edition = iana_csv.read(lzma.decompress((DATA / f"{date}.csv.xz").read_bytes()))
    back = edition_json.read(edition_json.write(edition))
    assert back == edition
    assert len(back.records) == count
    assert back.absent == edition.absent


LAID_OUT = b"""<?xml version='1.0' encoding='UTF-8'?>
<registry xmlns="http://www.iana.org/assignments" id="service-names-port-numbers">
  <updated>2020-01-02</updated>

  <record><number>7</number>
      <name>echo</name> <description/>
  </record>
  <record>
    <name>a</name>
    <description>b</description>
  </record>
  <people>
    <person id="A"><name>A</name> </person>
  </people>
</registry>
"""


def test_each_form_is_written_once() -> None:
    edition = iana_xml.read(LAID_OUT)
    more = replace(edition, records=edition.records * 3)
    layout = json.loads(edition_json.write(more))["layout"]
    assert layout["records"] == [0, 1, 0, 1, 0, 1]
    assert layout["contacts"] == [2]
    assert layout["forms"][1] == {"order": ["name", "description"]}
    assert layouts(edition_json.read(edition_json.write(more))) == layouts(more)


def test_a_layout_that_does_not_fit_is_dropped_and_remarked() -> None:
    value = json.loads(edition_json.write(iana_xml.read(LAID_OUT)))
    value["records"][1]["service_code"] = "7"
    edition = edition_json.read(encoded(value))
    assert [row.layout is None for row in edition.records] == [False, True]
    assert [problem.code for problem in edition.remarks] == ["F-JSON-LAYOUT"]
    assert b"<sc>7</sc>" in iana_xml.write(edition)


# -- readable and stable

SMALL = Edition(
    title="T",
    notes=(Note(rich("n"), "N"),),
    contacts=(Contact("A", "Ada", uris=("tel:1",)),),
    footnotes=(Footnote("1", rich("f")),),
    extras=(Extra("element", "odd", "<odd/>"),),
    records=(
        Record(
            "é",
            "1",
            "tcp",
            rich("by ", Reference("person", "A"), Break(), Paragraph(("p",)), Markup("<i/>")),
            contact=(Reference("person", "A"),),
            assignment_notes=rich("plain"),
        ),
        Record(assignee=(), reference=(Reference("draft", "d", "D", (("section", "3"),)),)),
    ),
)
AS_WRITTEN = """{
"format": "portbook-edition",
"version": 1,
"head": {
  "title": "T",
  "notes": [
    {
      "title": "N",
      "text": "n"
    }
  ]
},
"records": [
{"service_name": "é", "port_number": "1", "transport": "tcp", "description": ["by ", {"reference": \
{"type": "person", "data": "A"}}, {"break": true}, {"paragraph": ["p"]}, {"markup": "<i/>"}], \
"contact": [{"type": "person", "data": "A"}], "assignment_notes": "plain"},
{"assignee": [], "reference": [{"type": "draft", "data": "d", "text": "D", "attributes": [["section", "3"]]}]}
],
"contacts": [
{"id": "A", "name": "Ada", "uris": ["tel:1"]}
],
"footnotes": [
{"anchor": "1", "text": "f"}
],
"extras": [
{"kind": "element", "name": "odd", "value": "<odd/>"}
]
}
"""


def test_the_form_is_as_documented() -> None:
    assert edition_json.write(SMALL).decode() == AS_WRITTEN
    assert edition_json.read(AS_WRITTEN.encode()) == SMALL
    assert edition_json.read(b"\xef\xbb\xbf" + AS_WRITTEN.encode()) == SMALL


def test_the_keys_of_a_record_are_its_fields() -> None:
    full = Record(
        "a", "1", "tcp", rich("d"), (), (Reference("person", "A"),), "2020", "2021", (Reference("x"),), "7",
        rich("u"), rich("n"), (Extra("attribute", "k", "v"),),
    )  # fmt: skip
    keys = list(json.loads(edition_json.write(Edition((full,))))["records"][0])
    assert keys == [field.name for field in fields(Record) if field.compare]


def test_odd_values_are_remarked_as_by_other_readers() -> None:
    rows = [{"port_number": "70000"}, {"transport": "quic", "registration_date": "soon"}]
    remarks = edition_json.read(encoded(file(records=rows))).remarks
    assert [(problem.code, problem.message[:8]) for problem in remarks] == [
        ("F-NUMBER", "record 1"), ("F-TRANSPORT", "record 2"), ("F-DATE", "record 2"),
    ]  # fmt: skip


# -- refusals

RFC = {"type": "rfc"}
FORM = {"order": []}


def attributes(*listed: Any) -> bytes:
    return encoded(file(records=[{"contact": [RFC | {"attributes": list(listed)}]}]))


HEAD_LAYOUT = {"order": ["title"], "spaces": ["", ""], "people": "", "end": "\n"}
REFUSED = [
    (b"", "E-JSON-SYNTAX", "line 1, column 1"),
    (b'{"format":\n "portbook-edition",}', "E-JSON-SYNTAX", "line 2, column "),
    (encoded(file())[:-1], "E-JSON-SYNTAX", ""),
    (encoded(file()) + b"x", "E-JSON-SYNTAX", "Extra data"),
    (b'{"format": "portbook-edition", "format": "x"}', "E-JSON-KEY", "'format' stands twice"),
    (encoded(file()).replace(b"{}", b'{"title": "a", "title": "a"}'), "E-JSON-KEY", "'title' stands twice"),
    (encoded(file(head={"title": float("nan")})), "E-JSON-NUMBER", "NaN"),
    (encoded(file(head={"title": float("inf")})), "E-JSON-NUMBER", "Infinity"),
    (b"-Infinity", "E-JSON-NUMBER", "-Infinity"),
    (b"[" + b"1" * 5000 + b"]", "E-JSON-NUMBER", "digits"),
    (encoded(file(head={"title": "a\ud800"})), "E-JSON-TEXT", r"\\ud800"),
    (encoded(file(head={"title": "\udc00\ud800"})), "E-JSON-TEXT", r"\\udc00"),
    (b'{"a": "\xff"}', "E-FILE-ENCODING", "byte 8"),
    (b"[]", "E-JSON-FORMAT", "portbook-edition"),
    (b"null", "E-JSON-FORMAT", ""),
    (encoded(file(format="other")), "E-JSON-FORMAT", ""),
    (encoded(file(version=2)), "E-JSON-VERSION", "version 2; this Portbook reads version 1"),
    (encoded(file(version=True)), "E-JSON-VERSION", "true"),
    (encoded(file(version="1")), "E-JSON-VERSION", "'1'"),
    (encoded({"format": FORMAT, "version": VERSION}), "E-JSON-KEY", "'head' is missing"),
    (encoded(file(more=1)), "E-JSON-KEY", "the file: key 'more' is unknown"),
    (encoded(file(head={"Title": "a"})), "E-JSON-KEY", "the head: key 'Title' is unknown"),
    (encoded(file(head={"title": None})), "E-JSON-KEY", "'title' is null"),
    (encoded(file(head={"title": 7})), "E-JSON-TYPE", "the head: 7 is not a text"),
    (encoded(file(head=[])), "E-JSON-TYPE", "an array is not an object"),
    (encoded(file(records={})), "E-JSON-TYPE", "an object is not an array"),
    (encoded(file(records=[{}, "x"])), "E-JSON-TYPE", "record 2: 'x' is not an object"),
    (encoded(file(records=[{}, {"port": 7}])), "E-JSON-KEY", "record 2: key 'port' is unknown"),
    (encoded(file(records=[{"port_number": 443}])), "E-JSON-TYPE", "record 1: 443 is not a text"),
    (encoded(file(records=[{"contact": [{}]}])), "E-JSON-KEY", "record 1: key 'type' is missing"),
    (encoded(file(records=[{"contact": ["A"]}])), "E-JSON-TYPE", "record 1: 'A' is not an object"),
    (encoded(file(records=[{"contact": [{"type": ["x"]}]}])), "E-JSON-TYPE", "an array is not a text"),
    (attributes(["a"]), "E-JSON-TYPE", "a name and a value"),
    (attributes(["a b", ""]), "E-JSON-XML", "'a b' is no name"),
    (encoded(file(records=[{"description": {}}])), "E-JSON-TYPE", "an object is not an array"),
    (encoded(file(records=[{"description": [{}]}])), "E-JSON-TYPE", "one of break"),
    (encoded(file(records=[{"description": [{"break": 1}]}])), "E-JSON-TYPE", "one of break"),
    (encoded(file(records=[{"description": [{"break": True, "markup": "<a/>"}]}])), "E-JSON-TYPE", "one of"),
    (encoded(file(records=[{"description": [{"paragraph": [{"paragraph": []}]}]}])), "E-JSON-TYPE", "one of"),
    (encoded(file(records=[{"description": [{"markup": "<a>"}]}])), "E-JSON-XML", "record 1: '<a>'"),
    (encoded(file(records=[{"description": [{"markup": "<a/><b/>"}]}])), "E-JSON-XML", ""),
    (encoded(file(records=[{"description": [{"markup": "a"}]}])), "E-JSON-XML", "not an element alone"),
    (encoded(file(records=[{"description": [{"markup": "<!DOCTYPE a><a/>"}]}])), "E-JSON-XML", ""),
    (encoded(file(records=[{"description": [{"markup": "<a><?b?></a>"}]}])), "E-JSON-XML", ""),
    (encoded(file(extras=[{"kind": "element", "name": "a", "value": "<a"}])), "E-JSON-XML", ""),
    (encoded(file(extras=[{"kind": "attribute", "name": "", "value": ""}])), "E-JSON-XML", "''"),
    (encoded(file(contacts=[{"name": "a"}])), "E-JSON-KEY", "contact 1: key 'id' is missing"),
    (encoded(file(footnotes=[{"anchor": "1"}])), "E-JSON-KEY", "the footnotes: key 'text' is missing"),
    (encoded(file(layout={"records": [0]})), "E-JSON-TYPE", "an array of 0 numbers"),
    (encoded(file(records=[{}], layout={"records": [0]})), "E-JSON-TYPE", "the layout: 0 is not"),
    (encoded(file(records=[{}], layout={"forms": [FORM], "records": [-1]})), "E-JSON-TYPE", "-1"),
    (encoded(file(records=[{}], layout={"forms": [FORM], "records": [False]})), "E-JSON-TYPE", "false"),
    (encoded(file(layout={"forms": [{"order": [], "spaces": [1]}]})), "E-JSON-TYPE", "1 is not a text"),
    (encoded(file(layout={"head": HEAD_LAYOUT | {"prolog": "mine"}})), "E-JSON-TYPE", "layout of a head"),
    (encoded(file(layout={"head": HEAD_LAYOUT | {"spaces": []}})), "E-JSON-TYPE", "layout of a head"),
    (encoded(file(layout={"head": HEAD_LAYOUT | {"end": "<x>"}})), "E-JSON-TYPE", "layout of a head"),
]  # fmt: skip


@pytest.mark.parametrize("data, code, told", REFUSED)
def test_what_is_not_known_is_refused_with_its_place(data: bytes, code: str, told: str) -> None:
    problem = refusal(data).problem
    assert problem.code == code
    assert told in problem.message


def test_escapes_that_look_like_half_a_pair_may_be_none() -> None:
    edition = edition_json.read(encoded(file(head={"title": "\\ud800 \U0001f50c"})))
    assert edition.title == "\\ud800 \U0001f50c"


def nested(depth: int) -> bytes:
    return encoded(file(head={"title": "HERE"})).replace(b'"HERE"', b"[" * depth + b"]" * depth)


def test_depth_up_to_the_limit() -> None:
    """The title stands in two objects already."""
    assert refusal(nested(limits.MAX_DEPTH - 2)).problem.code == "E-JSON-TYPE"
    for depth in (limits.MAX_DEPTH - 1, 500, 100_000, 1_000_000):
        assert refusal(nested(depth)).problem.code == "E-JSON-DEPTH"


def with_record(**members: Any) -> bytes:
    return encoded(file(records=[members]))


@pytest.mark.parametrize(
    "data, code",
    [
        (lambda more: with_record(service_name="x" * (limits.MAX_FIELD + more)), "E-FIELD-SIZE"),
        (lambda more: with_record(description=["x" * (limits.MAX_FIELD + more)]), "E-FIELD-SIZE"),
        (lambda more: with_record(contact=[RFC] * 32, reference=[RFC] * (32 + more)), "E-RECORD-REFERENCES"),
        (lambda more: with_record(assignee=[RFC] * (limits.MAX_REFERENCES + more)), "E-RECORD-REFERENCES"),
    ],
)
def test_limits_hold_at_the_limit_and_one_beyond(data: Callable[[int], bytes], code: str) -> None:
    edition = edition_json.read(data(0))
    assert edition_json.read(edition_json.write(edition)) == edition
    assert refusal(data(1)).problem.code == code


def test_counts_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDS", 3)
    monkeypatch.setattr(limits, "MAX_CONTACTS", 2)
    edition = Edition((Record(),) * 3, contacts=(Contact("A"),) * 2)
    assert edition_json.read(edition_json.write(edition)) == edition
    assert refusal(encoded(file(records=[{}] * 4))).problem.code == "E-FILE-RECORDS"
    assert refusal(encoded(file(contacts=[{"id": "A"}] * 3))).problem.code == "E-FILE-CONTACTS"
    with pytest.raises(FormatError, match="E-FILE-RECORDS"):
        edition_json.write(Edition((Record(),) * 4))


@pytest.mark.parametrize(
    "record, code",
    [
        (Record("\udc00"), "E-JSON-TEXT"),
        (Record("x" * (limits.MAX_FIELD + 1)), "E-FIELD-SIZE"),
        (Record(contact=(Reference("person", "A"),) * (limits.MAX_REFERENCES + 1)), "E-RECORD-REFERENCES"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(record: Record, code: str) -> None:
    with pytest.raises(FormatError) as error:
        edition_json.write(Edition((record,)))
    assert error.value.problem.code == code
