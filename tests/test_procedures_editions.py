"""Editions after an act: the right lines of XML differ and no other; how people are published (U-)."""

from __future__ import annotations

import difflib
import lzma
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import invented
from portbook import formats
from portbook.edition import Edition
from portbook.numbers import Transport
from portbook.procedures import (
    Basis,
    EditionRows,
    Grant,
    Outcome,
    PersonChange,
    Target,
    apply,
    assign,
    contact_id,
    deassign,
    free,
    published_contact,
    published_uri,
)
from portbook.records import Contact, PublishedDate, Record, Reference, rich
from portbook.service_codes import parse
from vectors import vectors

DAY = PublishedDate("2026-09-01")
TCP, UDP, SCTP, DCCP = Transport


def changed_lines(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines that went and those that came, stripped."""
    lines = difflib.unified_diff(before.decode().split("\n"), after.decode().split("\n"), n=0, lineterm="")
    body = [line for line in lines if not line.startswith(("---", "+++", "@@"))]
    gone = [line[1:].strip() for line in body if line.startswith("-")]
    came = [line[1:].strip() for line in body if line.startswith("+")]
    return gone, came


def written(edition: Edition, outcome: Outcome) -> bytes:
    assert outcome.is_possible, outcome.findings
    return formats.write(apply(edition, outcome.changes, DAY), "xml")


def block_of(edition: Edition) -> tuple[int, int]:
    """An Unassigned block of User Ports that has an inside, and no remark."""
    plain = (row for row in edition.records if row == Record(None, row.port_number, None, rich("Unassigned")))
    blocks = (row.ports for row in plain if row.ports)
    return next((low, high) for low, high in blocks if low > 1024 and high - low > 3)


def only_the_right_lines_differ(data: bytes) -> None:
    """A port in the middle of a block, then its return, then its freedom: the XML says just that."""
    edition = formats.read(data)
    assert formats.write(edition, "xml") == data
    low, high = block_of(edition)
    port = low + 2
    given_to = Grant("new-light", (TCP,), rich("A light & a <lamp>"), ("Ada",), ("Ada",), ports=(port,))
    after = written(edition, assign(EditionRows(edition), given_to, Basis(DAY, "Ada")))
    gone, came = changed_lines(data, after)
    assert gone == [f"<updated>{edition.updated}</updated>", f"<number>{low}-{high}</number>"]
    assert came == [
        f"<updated>{DAY}</updated>",
        f"<number>{low}-{port - 1}</number>",
        "</record>",
        f'<record date="{DAY}">',
        "<name>new-light</name>",
        "<protocol>tcp</protocol>",
        "<assignee>",
        '<xref type="person" data="Ada"/>',
        "</assignee>",
        "<description>A light &amp; a &lt;lamp&gt;</description>",
        f"<number>{port}</number>",
        '<xref type="person" data="Ada"/>',
        "</record>",
        "<record>",
        "<protocol>udp</protocol>",
        "<description>Reserved</description>",
        f"<number>{port}</number>",
        "</record>",
        "<record>",
        "<description>Unassigned</description>",
        f"<number>{port + 1}-{high}</number>",
    ]
    back = formats.read(after)
    returned = deassign(EditionRows(back), Target("new-light", port), Basis(DAY, "Ada", evidence="seen"))
    reserved = formats.read(written(back, returned))
    freed = formats.read(
        written(reserved, free(EditionRows(reserved), port, Basis(DAY, evidence="the IESG decided")))
    )
    left = [row for row in freed.records if row.service_name != "new-light"]
    assert left == list(edition.records)  # the block is whole again
    assert [row.port_number for row in freed.records if row.service_name == "new-light"] == [None]


def test_only_the_right_lines_of_the_invented_edition_differ() -> None:
    only_the_right_lines_differ(invented.FILE.read_bytes())


@pytest.mark.needs("published_editions")
def test_only_the_right_lines_of_a_published_edition_differ(published_editions: Path) -> None:
    only_the_right_lines_differ(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()))


def test_a_name_at_the_very_end_moves_no_other_line() -> None:
    data = invented.FILE.read_bytes()
    edition = formats.read(data)
    given_to = Grant("zz-last", (UDP,), rich("The last"), ("Ada",), ("Ada",))
    gone, came = changed_lines(data, written(edition, assign(EditionRows(edition), given_to, Basis(DAY))))
    assert gone == [f"<updated>{edition.updated}</updated>"]
    assert came[-1] in ("</record>", "<record>")
    assert came.count("<name>zz-last</name>") == 1


def test_rows_that_nobody_touched_are_the_same_values() -> None:
    edition = invented.edition()
    low, _ = block_of(edition)
    given_to = Grant("new-light", (TCP,), rich("A light"), ("Ada",), ("Ada",), ports=(low,))
    after = apply(edition, assign(EditionRows(edition), given_to, Basis(DAY)).changes, DAY)
    kept = {id(row) for row in after.records}
    assert sum(id(row) not in kept for row in edition.records) == 1
    assert after.layout is edition.layout
    assert after.contacts is edition.contacts


# -- people

columns = st.sampled_from(("assignee column", "contact column"))


@pytest.mark.parametrize("what, text, expected", vectors("publication.tsv", "what", "text", "expected"))
def test_how_it_is_published(what: str, text: str, expected: str) -> None:
    assert published(what, text) == expected


def published(what: str, text: str) -> str:
    match what:
        case "assignee column" | "contact column":
            return column(what, text)
        case "date":
            return xml_of(Record("a", registration_date=PublishedDate(text))).registration_date or ""
        case "address":
            return published_uri(text)
        case "id":
            times = {"taken": 1, "taken twice": 2}
            tail = next((end for end in sorted(times, key=len, reverse=True) if text.endswith(f" {end}")), "")
            name = text.removesuffix(f" {tail}") if tail else text
            taken = ["Ada_Beacon", "ADA_beacon_2"][: times.get(tail, 0)]
            return contact_id(name, taken)
        case "service code":
            row = assign(EditionRows(Edition(())), with_code(parse(text)), Basis(DAY)).changes[0].after[-1]
            return xml_of(row.record).service_code or ""
    raise KeyError(what)


def column(what: str, text: str) -> str:
    people = {kind: (Reference("person", who),) for kind, who in re.findall(r"(\w+) (\w)", text)}
    row = xml_of(Record("a", assignee=people.get("assignee"), contact=people["person"]))
    return ", ".join(r.label for r in (row.shown_assignee if what == "assignee column" else row.contact))


def with_code(code: int) -> Grant:
    return Grant("a", (DCCP,), rich("A"), ("Ada",), ("Ada",), ports=(5000,), codes=(code,))


def xml_of(record: Record) -> Record:
    """*record* as XML gives it back."""
    return formats.read(formats.write(Edition((record,)), "xml"), "xml").records[0]


@given(st.text(max_size=30), st.lists(st.text("ab", max_size=3), max_size=3))
def test_every_id_is_new_and_an_xml_name(name: str, others: list[str]) -> None:
    taken = [contact_id(other, []) for other in others]
    found = contact_id(name, taken)
    assert re.fullmatch(r"[A-Za-z_][A-Za-z0-9_]*", found)
    assert found.lower() not in [other.lower() for other in taken]


def test_a_new_contact_stands_among_the_others() -> None:
    edition = invented.edition()
    ids = [contact.id for contact in edition.contacts or ()]
    new = published_contact("Mo Mast", "Mast & Co", ("mo@mast.example",), DAY, ids)
    assert new == Contact("Mo_Mast", "Mo Mast", "Mast & Co", ("mailto:mo&mast.example",), DAY)
    after = apply(edition, (), DAY, [PersonChange(None, new, "new")])
    place = [contact.id for contact in after.contacts or ()].index("Mo_Mast")
    assert ids[place - 1].lower() < "mo_mast" < ids[place].lower()
    assert published_contact("", "3 Masts", (), DAY, ids).id == "_3_Masts"
