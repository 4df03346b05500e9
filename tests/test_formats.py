"""Every format that is written gives back what it can hold; every change survives or is named as lost."""

import gzip
import lzma
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from portbook import formats
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import limits
from portbook.records import (
    Break,
    Contact,
    Extra,
    Footnote,
    Markup,
    Note,
    Paragraph,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

WRITABLE = [form.name for form in formats.FORMATS.values() if form.writable]

PERSON, OTHER_PERSON = Reference("person", "Ada_Lovelace"), Reference("person", "Alan_Turing")
RFC = Reference("rfc", "rfc6335")
FULL = Edition(
    title="A registry",
    category="Numbers",
    updated=PublishedDate("2020-01-02"),
    reference=(RFC,),
    experts=rich("TCP: Ada"),
    notes=(Note(rich("A note"), "Title"),),
    contacts=(
        Contact(
            "Ada_Lovelace", "Ada", "Engines", ("mailto:ada&engines.example",), PublishedDate("2019-01-01")
        ),
    ),
    footnotes=(Footnote("1", rich("A footnote")),),
    records=(
        Record(
            service_name="engine",
            port_number="443",
            transport="tcp",
            description=rich("An engine"),
            assignee=(OTHER_PERSON,),
            contact=(PERSON,),
            registration_date=PublishedDate("2019-03"),
            modification_date=PublishedDate("2020-01-02"),
            reference=(RFC,),
            service_code="7",
            unauthorized_use_reported=rich("On port 444"),
            assignment_notes=rich("Defined TXT keys: none"),
        ),
    ),
)
ALIKE = replace(FULL.records[0], assignee=None)  # no assignee written out
ODD = (Extra("element", "odd", "<odd>7</odd>"),)


def row(**changes: Any) -> Callable[[Edition], Edition]:
    return lambda edition: replace(edition, records=(replace(edition.records[0], **changes),))


def person(**changes: Any) -> Callable[[Edition], Edition]:
    return lambda edition: replace(edition, contacts=(replace(edition.contacts[0], **changes),))


def head(**changes: Any) -> Callable[[Edition], Edition]:
    return lambda edition: replace(edition, **changes)


# What is changed, how, and the words that LOSSES of one format or another has for it where it loses it.
CHANGES = [
    ("title", head(title="Another"), "title"),
    ("category", head(category="Another"), "category"),
    ("updated", head(updated=PublishedDate("2021-01-01")), "updated"),
    ("reference", head(reference=(Reference("rfc", "rfc9999"),)), "reference"),
    ("experts", head(experts=rich("UDP: Ada")), "experts"),
    ("notes", head(notes=(Note(rich("B")),)), "notes"),
    ("contacts", head(contacts=(Contact("x"),)), "contacts"),
    ("contacts none", head(contacts=None), "contacts"),
    ("footnotes", head(footnotes=(Footnote("2", rich("B")),)), "footnotes"),
    ("extras", head(extras=ODD), "extras"),
    ("records", head(records=()), None),
    ("contact id", person(id="y"), "contacts"),
    ("contact name", person(name="y"), "contacts"),
    ("contact organization", person(organization="y"), "contacts"),
    ("contact uris", person(uris=("tel:1",)), "contacts"),
    ("contact updated", person(updated=None), "contacts"),
    ("contact extras", person(extras=ODD), {"contacts", "extras of contacts"}),
    ("service_name", row(service_name="other"), None),
    ("port_number", row(port_number="443-444"), None),
    ("transport", row(transport="udp"), None),
    ("description", row(description=rich("Another")), None),
    ("assignee", row(assignee=(PERSON, OTHER_PERSON)), None),
    ("assignee none", row(assignee=None), None),
    ("contact", row(contact=(OTHER_PERSON, PERSON)), None),
    ("contact none", row(contact=()), None),
    ("registration_date", row(registration_date=PublishedDate("2019-04")), None),
    ("modification_date", row(modification_date=None), None),
    ("reference of a record", row(reference=(RFC, RFC)), None),
    ("service_code", row(service_code="8"), None),
    ("unauthorized", row(unauthorized_use_reported=rich("On port 445")), None),
    ("notes of a record", row(assignment_notes=None), None),
    ("extras of a record", row(extras=ODD), "extras of records"),
    ("an unknown column", row(extras=(Extra("column", "Colour", "red"),)), "unknown columns"),
    ("own text", row(reference=(Reference("rfc", "rfc9", "RFC6335"),)), "reference type and target"),
    ("type", row(reference=(Reference("uri", "http://a.example", "RFC6335"),)), "reference type and target"),
    (
        "section",
        row(reference=(RFC._replace(attributes=(("section", "1"),)),)),
        {"reference type and target", "attributes of references"},
    ),
    ("inside", row(description=rich("[Ada_Lovelace]")), None),
    ("blanks", row(description=rich("An engine ")), "white space at the ends of cells"),
    ("blanks inside", row(description=rich("An  engine")), "white space as such"),
    ("blank name", row(service_name=" engine"), "white space at the ends of cells"),
]
PAIRS = [  # two editions that a format with these words cannot tell apart
    ("assignee written out", row(assignee=(PERSON,)), row(assignee=None)),
    (
        "references inside text",
        row(description=rich("by ", PERSON)),
        row(description=rich("by [Ada_Lovelace]")),
    ),
    ("markup inside text", row(description=rich(Markup("<i>a</i>"))), row(description=rich("a"))),
    ("paragraphs", row(description=rich(Paragraph(("a",)))), row(description=rich("a"))),
    ("line breaks as such", row(description=rich("a", Break(), "b")), row(description=rich("ab"))),
    (
        "white space around line feeds",
        row(description=rich("a \n  b")),
        row(description=rich("a b")),
    ),
    ("white space at the ends of cells", row(description=rich(" a")), row(description=rich("a"))),
    ("carriage returns", row(description=rich("a\r\nb")), row(description=rich("a\nb"))),
    ("white space as such", row(description=rich("a\nb")), row(description=rich("a b"))),
    ("white space as such", row(description=rich("a", Break(), "b")), row(description=rich("a b"))),
    (
        "white space around paragraphs",
        row(assignment_notes=rich("\n  ", Paragraph(("a",)), " ", Paragraph(("b",)))),
        row(assignment_notes=rich(Paragraph(("a",)), Paragraph(("b",)))),
    ),
    (
        "blanks in contact URIs",
        person(uris=("mailto:ada &engines.example",)),
        person(uris=("mailto:ada", "&engines.example")),
    ),
    ("attributes of references", row(reference=(RFC._replace(attributes=(("a", "1"),)),)), row()),
    (
        "references without a link",
        row(reference=(Reference("rfc-errata", "7"),)),
        row(reference=(Reference("text", None, "RFC Errata 7"),)),
    ),
    (
        "references without a link",
        row(reference=(Reference("uri", "javascript:alert()"),)),
        row(reference=(Reference("text", None, "javascript:alert()"),)),
    ),
    ("extras of contacts", person(extras=ODD), person()),
    (
        "ends of preformatted text",
        head(notes=(Note(rich("\nA note  \n")),)),
        head(notes=(Note(rich("A note")),)),
    ),
    ("note titles that say Note", head(notes=(Note(rich("A"), "Note"),)), head(notes=(Note(rich("A")),))),
    ("note titles that begin with [", head(notes=(Note(rich("A"), "[a"),)), head(notes=(Note(rich("A")),))),
    ("empty lists", head(contacts=()), head(contacts=None)),
    (
        "labels with ][ and no link",
        row(reference=(Reference("text", None, "a][b"),)),
        row(reference=(Reference("text", None, "a"), Reference("text", None, "b"))),
    ),
    ("empty elements", row(service_name=""), row(service_name=None)),
    ("empty elements", row(assignment_notes=RichText()), row(assignment_notes=None)),
    (
        "labels with ][",
        row(contact=(Reference("person", "a][b"),)),
        row(contact=(Reference("person", "a"), Reference("person", "b"))),
    ),
    (
        "reference type and target",
        row(reference=(Reference("text", None, "RFC6335"),)),
        row(reference=(RFC,)),
    ),
]


# What another format has a wider word for.
ALSO = {
    "references without a link": {"references without a link", "reference type and target"},
    "attributes of references": {"attributes of references", "reference type and target"},
    "extras of contacts": {"extras of contacts", "contacts"},
    "empty lists": {"empty lists", "contacts"},
    "labels with ][ and no link": {"labels with ][ and no link", "labels with ]["},
    "ends of preformatted text": {"ends of preformatted text", "notes"},
    "note titles that say Note": {"note titles that say Note", "notes"},
    "note titles that begin with [": {"note titles that begin with [", "notes"},
    "blanks in contact URIs": {"blanks in contact URIs", "contacts"},
    "white space around paragraphs": {"white space around paragraphs", "white space around line feeds"},
}


@pytest.mark.parametrize("name", WRITABLE)
@given(edition=strategies.editions())
def test_reading_what_was_written_gives_what_the_format_can_hold(name: str, edition: Edition) -> None:
    assert formats.read(formats.write(edition, name), name) == formats.project(edition, name)


@pytest.mark.parametrize("name", list(formats.FORMATS))
@given(edition=strategies.editions())
def test_what_a_format_can_hold_it_holds_whole(name: str, edition: Edition) -> None:
    held = formats.project(edition, name)
    again = formats.project(held, name)
    if "texts between two rows" in formats.losses(name):  # laid out anew, other lines can touch
        assert same_but_for_texts_left_out(held, again)
    else:
        assert again == held


def same_but_for_texts_left_out(held: Edition, again: Edition) -> bool:
    rows = [
        *zip(held.records, again.records, strict=True),
        *zip(held.contacts or (), again.contacts or (), strict=True),
    ]
    names = [(getattr(row, "service_name", None), getattr(row, "id", None)) for pair in rows for row in pair]
    left = [
        getattr(after, part.name) == getattr(before, part.name)
        or getattr(after, part.name) in (None, (), RichText())
        for before, after in rows
        for part in fields(before)
        if part.compare and part.name not in ("assignee", "extras")
    ]
    return (
        all(left)
        and names[::2] == names[1::2]
        and replace(held, records=(), contacts=()) == replace(again, records=(), contacts=())
    )


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("what, change, loss", CHANGES, ids=[what for what, _, _ in CHANGES])
def test_a_change_survives_or_is_named_as_lost(name: str, what: str, change: Any, loss: Any) -> None:
    changed = change(FULL)
    assert changed != FULL
    before = formats.read(formats.write(FULL, name), name)
    after = formats.read(formats.write(changed, name), name)
    named = loss if isinstance(loss, set) else {loss}
    assert (after == before) == bool(named & {*formats.losses(name)})
    assert after == formats.project(changed, name)


@pytest.mark.parametrize("name", WRITABLE)
@pytest.mark.parametrize("loss, one, other", PAIRS, ids=[f"{i} {pair[0]}" for i, pair in enumerate(PAIRS)])
def test_two_editions_look_alike_exactly_where_the_difference_is_named(
    name: str, loss: str, one: Any, other: Any
) -> None:
    editions = [change(FULL) for change in (one, other)]
    assert editions[0] != editions[1]
    read = [formats.read(formats.write(edition, name), name) for edition in editions]
    assert (read[0] == read[1]) == bool(ALSO.get(loss, {loss}) & {*formats.losses(name)})


def test_every_field_is_changed_once_at_least() -> None:
    changed: set[tuple[type, str]] = set()
    for _, change, _ in CHANGES:
        edition = change(FULL)
        for one, other in [(FULL, edition), *zip(FULL.records, edition.records, strict=False)]:
            changed |= {
                (type(one), f.name) for f in fields(one) if getattr(one, f.name) != getattr(other, f.name)
            }
        for one, other in zip(FULL.contacts or (), edition.contacts or (), strict=False):
            changed |= {
                (Contact, f.name) for f in fields(one) if getattr(one, f.name) != getattr(other, f.name)
            }
    expected = {(kind, f.name) for kind in (Edition, Record, Contact) for f in fields(kind) if f.compare}
    assert changed >= expected


def test_every_loss_is_shown_by_a_change() -> None:
    shown = {loss for loss, _, _ in PAIRS} | {"layout"}
    for _, _, loss in CHANGES:
        shown |= loss if isinstance(loss, set) else {loss}
    shown.add("texts between two rows")  # it takes several rows: test_iana_txt.py
    for name in formats.FORMATS:
        assert set(formats.losses(name)) <= shown


@pytest.mark.parametrize("name", list(formats.FORMATS))
@given(data=st.binary(max_size=60) | st.text(max_size=60).map(str.encode))
def test_bytes_of_any_kind_give_an_edition_or_a_format_error(name: str, data: bytes) -> None:
    try:
        edition = formats.read(data, name)
    except FormatError as error:
        found = error.problem.code
    else:
        found = type(edition).__name__
    assert found == "Edition" or found.startswith("E-")


@pytest.mark.parametrize("name", WRITABLE)
def test_what_was_written_is_detected(name: str) -> None:
    assert formats.detect(formats.write(FULL, name)) == name


@pytest.mark.parametrize(("packer", "pack"), [("xz", lzma.compress), ("gzip", gzip.compress)])
def test_a_packed_file_is_told_to_be_one(packer: str, pack: Callable[[bytes], bytes]) -> None:
    with pytest.raises(FormatError, match="E-FORMAT-UNKNOWN") as raised:
        formats.detect(pack(formats.write(FULL, "xml")))
    assert raised.value.problem.message == f"the file is packed by {packer}; unpack it first"


@pytest.mark.parametrize(
    "name, head",
    [
        ("txt", b"\n   Internet Assigned Numbers Authority\n\n    Service Name and Transport Protocol"),
        (
            "txt",
            b"                Service Name and Transport Protocol Port Number Registry\n\n   Last Updated\n",
        ),
        ("txt", b"          Another title\r\n\r\n   Last Updated\r\n   2020-01-02\r\n"),
        ("html", b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN">\n<html>'),
        ("html", b"<!doctype html><title>Service Name and Transport Protocol Port Number</title>"),
        ("csv", b'Service Name,"\n\n   Last Updated\n"'),
    ],
)
def test_ianas_formats_are_known_by_how_they_begin(name: str, head: bytes) -> None:
    assert formats.detect(head) == name
    with pytest.raises(FormatError, match=f"E-{name.upper()}-"):
        formats.read(head)


def test_an_edition_is_read_from_a_path_too(tmp_path: Path) -> None:
    path = tmp_path / "edition.json"
    path.write_bytes(formats.write(Edition(()), "json"))
    assert formats.read(path) == formats.read(str(path)) == formats.read(path.read_bytes()) == Edition(())
    with pytest.raises(FileNotFoundError):
        formats.read(tmp_path / "none.xml")


def test_ranges_of_a_file_cover_so_many_ports_at_most() -> None:
    whole, rest = divmod(limits.MAX_RANGED, 65536)
    rows = [Record(f"s-{n}", "0-65535", "tcp", rich("x")) for n in range(whole)]
    last = Record("last", f"1-{rest}", "tcp", rich("x"))
    assert formats.read(formats.write(Edition((*rows, last)), "csv")).at(1)
    more = formats.write(Edition((*rows, last, Record("more", "1-2", "tcp", rich("x")))), "csv")
    with pytest.raises(FormatError, match="cover 2000002 ports; at most 2000000") as caught:
        formats.read(more)
    assert caught.value.problem.code == "E-FILE-RANGES"
