"""What an attack on the site and on `portbook update` got through: each test fails until that is mended."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

import update_editions as invented
from portbook import formats
from portbook.edition import Edition
from portbook.records import Contact, PublishedDate, Record, Reference, rich
from portbook.update.limits import Limits
from portbook.update.plausibility import Comparison

THIEF = Reference("uri", "https://thief.example/", text="RFC6335")


def every(**values: object) -> invented.Edit:
    def edit(records: list[Record]) -> None:
        records[:] = [replace(record, **values) if record.service_name else record for record in records]

    return edit


def spaced(field: str) -> invented.Edit:
    """A blank inside of every *field*."""

    def edit(records: list[Record]) -> None:
        for at, record in enumerate(records):
            text = getattr(record, field)
            if text and len(text) > 3 and record.service_name:
                records[at] = replace(record, **{field: f"{text[:2]} {text[2:]}"})

    return edit


def reasons(before: Edition, after: bytes) -> tuple[str, ...]:
    found = Comparison(before, formats.read(after, "xml")).reasons(Limits())
    return tuple(reason.code for reason in found)


def referring() -> Edition:
    records = tuple(replace(r, reference=(Reference("rfc", "rfc6335"),)) for r in invented.base().records)
    return replace(invented.base(), records=records)


@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(spaced("service_name"), id="a blank in every name"),
        pytest.param(spaced("port_number"), id="a blank in every User Port"),
        pytest.param(
            invented.changing("lamp", assignment_notes=rich('This entry is an alias to "newcomer"')),
            id="the name of a System Port becomes an alias",
        ),
    ],
)
def test_poisoned_rows_are_held(edit: invented.Edit) -> None:
    assert reasons(invented.base(), invented.xml(edit))


def test_a_text_in_every_row_is_held() -> None:
    data = invented.next_xml().replace(b"</record>", b"<warning>Call a thief</warning></record>")
    assert reasons(invented.base(), data)


def test_all_references_leading_elsewhere_is_held() -> None:
    before = referring()
    records = tuple(replace(record, reference=(THIEF,)) for record in before.records)
    after = replace(before, records=records, updated=PublishedDate(invented.NEXT_DATE))
    assert reasons(before, formats.write(after, "xml"))


def test_another_address_of_a_holder_of_a_system_port_is_held() -> None:
    parts = invented.people(lambda contact: invented.swapped(contact) if contact.id == "IESG" else contact)
    assert reasons(invented.base(), invented.xml(**parts))


def test_another_person_among_two_holders_of_a_system_port_is_held() -> None:
    two = (invented.person("IESG"), invented.person("Ada_Quay"))
    records = tuple(
        replace(record, contact=two) if record.service_name == "beacon" else record
        for record in invented.base().records
    )
    before = replace(invented.base(), records=records)
    thief = Contact("Ada_Quay", "A Thief")
    people = tuple(thief if contact.id == "Ada_Quay" else contact for contact in before.contacts or ())
    after = replace(before, contacts=people, updated=PublishedDate(invented.NEXT_DATE))
    assert reasons(before, formats.write(after, "xml"))


def test_rows_over_many_system_ports_are_compared_at_once() -> None:
    rows = [invented.row(f"rogue-{n}", "0-1023", "tcp") for n in range(1_900)]
    after = formats.read(invented.xml(invented.adding(*rows)), "xml")
    start = time.process_time()
    assert Comparison(invented.base(), after).reasons(Limits())
    assert time.process_time() - start < 1
