"""An invented registry for the tests of updates: a base, a good successor, and what an enemy makes of it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from portbook import formats
from portbook.edition import Edition
from portbook.records import Contact, Extra, Note, PublishedDate, Record, Reference, rich
from portbook.update.people import TITLE

THIEF = Reference("uri", "https://thief.example/", text="RFC6335")
BASE_DATE, NEXT_DATE = "2026-01-10", "2026-01-17"
NOW = "2026-01-20T06:00:00Z"
ROWS = 300  # of services with a User Port; 2% of all rows are six
ALLOWED = 6

NAMESPACE = b"http://www.iana.org/assignments"
ALIAS = 'This entry is an alias to "newcomer"'

Edit = Callable[[list[Record]], None]


def person(label: str) -> Reference:
    return Reference("person", label)


def row(
    name: str | None, number: str | None, transport: str | None, text: str = "Invented", who: str = "Ada_Quay"
) -> Record:
    return Record(
        service_name=name,
        port_number=number,
        transport=transport,
        description=rich(text),
        contact=(person(who),),
        registration_date=PublishedDate("2001-02-03"),
    )


@functools.cache
def base() -> Edition:
    """System Ports with holders, User Ports, services without a port, people, a note."""
    system = [
        row("beacon", "5", "tcp", "Beacon", "IESG"),
        row("beacon", "5", "udp", "Beacon", "IESG"),
        replace(row("lamp", "80", "tcp", "Lamp", "Bo_Buoy"), assignee=(person("IESG"),)),
        row("lamp-too", "80", "tcp", "Lamp", "IESG"),
        row(None, "81", "tcp", "Unassigned"),
        row(None, "82", "tcp", "Reserved"),
        row(None, "83", "tcp", "any private harbour", "IESG"),
    ]
    user = [row(f"invented-{n}", str(2000 + n), "tcp", f"Invented {n}", f"Person_{n}") for n in range(ROWS)]
    blocks = [
        row(None, "3000-3010", None, "Unassigned"),
        row("twice", "4000", "tcp"),
        row("twice", "4000", "tcp"),
    ]
    portless = [row("drifter", None, None, "Without a port")]
    names = ["Ada_Quay", "Bo_Buoy", "IESG", *(f"Person_{n}" for n in range(ROWS))]
    people = [Contact(name, name.replace("_", " "), uris=(f"mailto:{name}&example.org",)) for name in names]
    return Edition(
        records=(*system, *user, *blocks, *portless),
        title=TITLE,
        category="Invented",
        updated=PublishedDate(BASE_DATE),
        reference=(Reference("rfc", "rfc6335"),),
        experts=rich("Nobody"),
        notes=(Note(rich("Apply at ", Reference("uri", "https://www.example.org/apply"))),),
        contacts=tuple(people),
    )


def edited(edit: Edit | None = None, date: str = NEXT_DATE, **parts: object) -> Edition:
    """The base with an ordinary change, then *edit* on its rows, and *parts* of the head."""
    records = list(base().records)
    records.append(row("newcomer", "9000", "tcp"))
    if edit:
        edit(records)
    return replace(base(), records=tuple(records), updated=PublishedDate(date), **parts)


@functools.cache
def base_xml() -> bytes:
    return formats.write(base(), "xml")


@functools.cache
def next_xml() -> bytes:
    """A good successor: one row more."""
    return formats.write(edited(), "xml")


def xml(edit: Edit | None = None, date: str = NEXT_DATE, **parts: object) -> bytes:
    return formats.write(edited(edit, date, **parts), "xml")


def place(records: list[Record], name: str, transport: str | None = "tcp") -> int:
    return next(
        i for i, record in enumerate(records) if (record.service_name, record.transport) == (name, transport)
    )


def changing(name: str, **values: object) -> Edit:
    def edit(records: list[Record]) -> None:
        at = place(records, name, None if name == "drifter" else "tcp")
        records[at] = replace(records[at], **values)

    return edit


def at_number(number: str, **values: object) -> Edit:
    def edit(records: list[Record]) -> None:
        at = next(i for i, record in enumerate(records) if record.port_number == number)
        records[at] = replace(records[at], **values)

    return edit


def adding(*rows: Record) -> Edit:
    return lambda records: records.extend(rows)


def without(name: str) -> Edit:
    def edit(records: list[Record]) -> None:
        del records[place(records, name, None if name == "drifter" else "tcp")]
        records.append(row("filler", "9001", "tcp"))

    return edit


def described(count: int) -> Edit:
    """*count* rows get another description."""

    def edit(records: list[Record]) -> None:
        for n in range(count):
            at = place(records, f"invented-{n}")
            records[at] = replace(records[at], description=rich(f"Another text {n}"))

    return edit


def shifted(records: list[Record]) -> None:
    for n in range(10):
        at = place(records, f"invented-{n}")
        records[at] = replace(records[at], port_number=str(12_000 + n))


def fewer(records: list[Record]) -> None:
    """Without the two rows that have no name: nothing named vanishes."""
    del records[next(i for i, record in enumerate(records) if record.port_number == "3000-3010")]
    del records[next(i for i, record in enumerate(records) if record.port_number == "82")]


def people(change: Callable[[Contact], Contact | None]) -> dict[str, object]:
    return {"contacts": tuple(filter(None, map(change, base().contacts or ())))}


def swapped(contact: Contact) -> Contact:
    return replace(contact, uris=("mailto:thief&example.net",))


def each(change: Callable[[Record], Record]) -> Edit:
    def edit(records: list[Record]) -> None:
        records[:] = map(change, records)

    return edit


def blank_in(field: str) -> Edit:
    """A blank inside of every *field*."""

    def edit(records: list[Record]) -> None:
        for at, record in enumerate(records):
            text = getattr(record, field)
            if text and len(text) > 2 and record.service_name:
                records[at] = replace(record, **{field: f"{text[:2]} {text[2:]}"})

    return edit


def gone(number: str, *instead: Record) -> Edit:
    """The row without a name at *number* goes; so many others come that nobody counts fewer."""

    def edit(records: list[Record]) -> None:
        del records[next(i for i, record in enumerate(records) if record.port_number == number)]
        records.extend(instead or (row("filler", "9001", "tcp"),))

    return edit


def poisons() -> dict[str, tuple[bytes, str]]:
    """Well-formed editions of the next date that must wait for a person, each with a reason that it has."""
    thief = (person("Bo_Buoy"),)
    edits: dict[str, tuple[Edit, str]] = {
        "System Port: another assignee": (changing("lamp", assignee=thief), "system-port"),
        "System Port: another contact": (changing("lamp", contact=(person("Ada_Quay"),)), "system-port"),
        "System Port: assignee and contact": (changing("beacon", contact=thief), "system-port"),
        "System Port: another name": (changing("beacon", service_name="bacon"), "system-port"),
        "System Port: a second holder": (adding(row("rogue", "5", "tcp")), "system-port"),
        "System Port: a holder where there was none": (adding(row("rogue", "99", "udp")), "system-port"),
        "System Port: an unassigned one is named": (at_number("81", service_name="rogue"), "system-port"),
        "System Port: a reserved one is named": (at_number("82", service_name="rogue"), "system-port"),
        "System Port: a nameless holder goes": (at_number("83", description=rich("Reserved")), "system-port"),
        "System Port: moved away": (changing("lamp", port_number="9080"), "system-port"),
        "System Port: a range over them": (adding(row("rogue", "600-2000", "tcp")), "system-port"),
        "System Port: written 0005": (adding(row("rogue", "0005", "tcp")), "system-port"),
        "System Port: no transport any more": (changing("lamp", transport=None), "system-port"),
        "a named row goes": (without("invented-7"), "row-vanished"),
        "a row is renamed": (changing("invented-7", service_name="rogue"), "row-vanished"),
        "a row is de-assigned": (
            changing("invented-7", service_name=None, description=rich("Reserved")),
            "row-vanished",
        ),
        "a service without a port goes": (without("drifter"), "row-vanished"),
        "one of two equal rows goes": (without("twice"), "row-vanished"),
        "ten rows get other ports": (shifted, "row-vanished"),
        "more than 2% are described anew": (described(ALLOWED), "many-rows"),
        "all are described anew": (described(ROWS), "many-rows"),
        "201 rows come": (
            adding(*(row(f"more-{n}", str(20_000 + n), "tcp") for n in range(201))),
            "many-rows",
        ),
        "fewer rows": (fewer, "fewer-rows"),
        "a blank in every name": (blank_in("service_name"), "row-vanished"),
        "a blank in every number": (blank_in("port_number"), "row-vanished"),
        "a blank in every transport": (blank_in("transport"), "row-vanished"),
        "a blank behind every name": (
            each(lambda r: replace(r, service_name=r.service_name and f"{r.service_name} ")),
            "row-vanished",
        ),
        "System Port: its name becomes an alias": (
            changing("lamp", assignment_notes=rich(ALIAS)),
            "system-port",
        ),
        "all references lead elsewhere": (each(lambda r: replace(r, reference=(THIEF,))), "many-rows"),
        "all descriptions are links": (
            each(lambda r: replace(r, description=rich(THIEF._replace(text=str(r.description))))),
            "many-rows",
        ),
        "all contacts say another's name": (
            each(lambda r: replace(r, contact=(r.contact[0]._replace(text="IESG"),))),
            "system-port",
        ),
        "a service over 1,025 ports": (adding(row("rogue", "10000-11024", "tcp")), "wide-row"),
        "a service over all ports": (adding(row("rogue", "1024-65535", None)), "wide-row"),
        "two services over each other's ports": (
            adding(row("rogue-1", "10000-10700", "tcp"), row("rogue-2", "10000-10700", "tcp")),
            "wide-row",
        ),
        "all free ports are reserved": (adding(row(None, "20000-40000", None, "Reserved")), "wide-row"),
        "a Reserved port goes": (gone("82"), "nameless-row"),
        "an Unassigned block goes": (gone("3000-3010"), "nameless-row"),
        "an Unassigned block loses a port": (
            gone("3000-3010", row(None, "3001-3010", None, "Unassigned")),
            "nameless-row",
        ),
        "a Reserved port is free": (at_number("82", description=rich("Unassigned")), "nameless-row"),
    }
    found = {name: (xml(edit), code) for name, (edit, code) in edits.items()}
    heads: dict[str, tuple[dict[str, object], str]] = {
        "another person behind a holder": (
            people(lambda c: replace(c, name="A Thief") if c.id == "IESG" else c),
            "system-port",
        ),
        "all contacts have another address": (people(swapped), "many-contacts"),
        "contacts go": (people(lambda c: None if c.id > "Person_2" else c), "many-contacts"),
        "another link in the note": (
            {"notes": (Note(rich("Apply at ", Reference("uri", "https://www.example.net/"))),)},
            "head",
        ),
        "another title": ({"title": "Another Registry"}, "head"),
        "no people any more": ({"contacts": None}, "head"),
        "another address of a holder": (people(lambda c: swapped(c) if c.id == "IESG" else c), "system-port"),
        "ten thousand contacts more": (
            {"contacts": (*(base().contacts or ()), *(Contact(f"X{n}", "A Thief") for n in range(10_000)))},
            "many-contacts",
        ),
        "iesg beside IESG": ({"contacts": (*(base().contacts or ()), Contact("iesg"))}, "twin-contacts"),
        "Ada_Quay in full width": (
            {"contacts": (*(base().contacts or ()), Contact("\uff21da_Quay"))},
            "twin-contacts",
        ),
        "another Person_1 before the one": (
            {"contacts": (Contact("Person_1", "A Thief"), *(base().contacts or ()))},
            "twin-contacts",
        ),
        "an element in the head": (
            {"extras": (Extra("element", "warning", "<warning>Call a thief</warning>"),)},
            "head",
        ),
    }
    texts = {
        "a text in every row": next_xml().replace(b"</record>", b"<warning>Call a thief</warning></record>"),
        "a text in one row": next_xml().replace(b"</record>", b"<warning>Call a thief</warning></record>", 1),
        "an attribute in one row": next_xml().replace(b"<record", b'<record warning="Call a thief"', 1),
        "a text between the rows' parts": next_xml().replace(b"</record>", b"Call a thief</record>", 1),
        "a comment": next_xml().replace(b"<people>", b"<!-- Call a thief --><people>", 1),
    }
    found |= {name: (data, "unforeseen") for name, data in texts.items()}
    return found | {name: (xml(**parts), code) for name, (parts, code) in heads.items()}


def bad_documents() -> dict[str, tuple[bytes, str]]:
    """Documents that are no next edition at all, each with its code."""
    good = next_xml()
    updated = f"<updated>{NEXT_DATE}</updated>".encode()
    start = good.index(b"<registry")
    bomb = b'<!DOCTYPE r [<!ENTITY a "xxxxxxxxxx"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    deep = b"<x>" * 200 + b"</x>" * 200
    return {
        "an error page": (b"<!DOCTYPE html><html><body>Sorry</body></html>", "E-XML-DOCTYPE"),
        "an error page without DOCTYPE": (b"<html><body>Sorry</body></html>", "E-XML-ROOT"),
        "an error as JSON": (b'{"error": "sorry"}', "E-XML-SYNTAX"),
        "empty": (b"", "E-XML-SYNTAX"),
        "another registry": (good.replace(b'id="service-names-port-numbers"', b'id="x"'), "E-XML-ROOT"),
        "a CSV": (formats.write(edited(), "csv"), "E-XML-SYNTAX"),
        "older": (xml(date="2025-12-01"), "E-UPDATE-OLDER"),
        "of the future": (xml(date="2026-01-22"), "E-UPDATE-DATE"),
        "of the year 9999": (xml(date="9999-12-31"), "E-UPDATE-DATE"),
        "of no date": (good.replace(updated, b""), "E-UPDATE-DATE"),
        "of a month": (good.replace(updated, b"<updated>2026-01</updated>"), "E-UPDATE-DATE"),
        "of 30 February": (good.replace(updated, b"<updated>2026-02-30</updated>"), "E-UPDATE-DATE"),
        "of a path": (good.replace(updated, b"<updated>../../x</updated>"), "E-UPDATE-DATE"),
        "of two dates": (
            good.replace(updated, updated + b"<updated>2026-01-18</updated>"),
            "E-UPDATE-DATE",
        ),
        "a DOCTYPE": (good[:start] + b"<!DOCTYPE registry>" + good[start:], "E-XML-DOCTYPE"),
        "an entity bomb": (good[:start] + bomb + good[start:], "E-XML-DOCTYPE"),
        "UTF-16": (good.decode().encode("utf-16"), "E-FILE-ENCODING"),
        "ISO 8859-1": (good.replace(b"UTF-8", b"ISO-8859-1", 1), "E-FILE-ENCODING"),
        "not UTF-8": (good.replace(b"Without a port", b"Without \xff port"), "E-FILE-ENCODING"),
        "a NUL": (good.replace(b"Without a port", b"Without \0 port"), "E-XML-SYNTAX"),
        "not closed": (good.replace(b"</registry>", b""), "E-XML-SYNTAX"),
        "something behind the end": (good + b"<more/>", "E-XML-SYNTAX"),
        "deep": (good.replace(b"<people>", deep + b"<people>"), "E-XML-DEPTH"),
        "300,001 rows": (good.replace(b"<people>", b"<record/>" * 300_001 + b"<people>"), "E-UPDATE-COUNT"),
        "a text of 1 MB": (good.replace(b"Without a port", b"x" * 1_000_000), "E-FIELD-SIZE"),
        "65 references": (
            good.replace(
                b"<name>drifter</name>",
                b"<name>drifter</name>" + b'<xref type="rfc" data="rfc1"/>' * 65,
            ),
            "E-RECORD-REFERENCES",
        ),
        "more than twice the rows": (
            formats.write(replace(edited(), records=base().records * 2 + edited().records[-1:]), "xml"),
            "E-UPDATE-COUNT",
        ),
        "as many under a prefix": (
            good.replace(b"<people>", b'<x:record xmlns:x="%s"/>' % NAMESPACE * 400 + b"<people>"),
            "E-UPDATE-COUNT",
        ),
        "a million elements": (
            good.replace(b"<people>", b"<x/>" * 1_000_000 + b"<people>"),
            "E-UPDATE-COUNT",
        ),
        "half a million attributes": (
            good.replace(b"<people>", b"<x " + b"a='' " * 500_000 + b"/><people>"),
            "E-UPDATE-COUNT",
        ),
        "no rows": (formats.write(replace(edited(), records=()), "xml"), "E-UPDATE-COUNT"),
        "less than half of the rows": (
            formats.write(replace(edited(), records=base().records[:155]), "xml"),
            "E-UPDATE-COUNT",
        ),
        "same date, implausible": (xml(described(ROWS), date=BASE_DATE), "held"),
    }
