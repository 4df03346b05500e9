"""What an attack on the site and on `portbook update` got through: each test fails until that is mended."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path

import pytest

import update_editions as invented
from portbook import formats
from portbook.edition import Edition
from portbook.errors import visible
from portbook.records import Contact, PublishedDate, Record, Reference, rich
from portbook.update.limits import Limits
from portbook.update.plausibility import Comparison
from sites import site

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
    rows = [invented.row(f"rogue-{n}", "0-1023", "tcp") for n in range(4_000)]
    after = formats.read(invented.xml(invented.adding(*rows)), "xml")
    start = time.process_time()
    assert Comparison(invented.base(), after).reasons(Limits())
    assert time.process_time() - start < 1


def test_a_service_on_every_user_port_is_shown_at_once(tmp_path: Path) -> None:
    rows = [invented.row(f"rogue-{n}", "1024-65535", "tcp") for n in range(40)]
    records = (*invented.base().records, *rows)
    with site(tmp_path, replace(invented.base(), records=records)) as client:
        client.get("/ports/2000")
        start = time.process_time()
        assert client.get("/services/rogue-1").status_code == 200
        assert time.process_time() - start < 1


@pytest.mark.parametrize("address", ["/editions/current/ports", "/editions/2023/table"])
def test_a_long_query_at_a_short_id_gets_the_headers_too(tmp_path: Path, address: str) -> None:
    with site(tmp_path) as client:
        answer = client.get(f"{address}?a={'x' * 17_000}")
    assert answer.status_code == 400
    assert "Content-Security-Policy" in answer
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_an_error_of_the_dated_api_is_a_document(tmp_path: Path) -> None:
    with site(tmp_path) as client:
        answer = client.get("/editions/2023-03-13/v1/ports/99999")
    assert answer["Content-Type"] == "application/problem+json"


@pytest.mark.parametrize(
    "character", ["\u00ad", "\u180e", "\u206a", "\u3164", "\u115f", "\u2800", "\U000e0041"]
)
def test_what_cannot_be_seen_is_shown(character: str) -> None:
    assert visible(f"https{character}") != f"https{character}"
