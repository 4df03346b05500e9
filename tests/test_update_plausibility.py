"""What counts as a change, what is held, and what the comparison costs: an update's judgement (T-20)."""

from __future__ import annotations

import hashlib
import lzma
import tarfile
import time
from dataclasses import replace
from pathlib import Path

import pytest

import update_editions as invented
from portbook import formats
from portbook.edition import Edition
from portbook.formats import columns
from portbook.formats.columns import Rendering
from portbook.records import Break, Contact, Extra, PublishedDate, Record, Reference, rich
from portbook.store import EditionStore
from portbook.update import Limits, UpdateError, Updater
from portbook.update.documents import check_weight
from portbook.update.fetching import Validators
from portbook.update.folder import Held
from portbook.update.limits import MAX_MARKS, MAX_PORTS_COME, MAX_ROWS_CHANGED, MAX_ROWS_MORE
from portbook.update.people import TITLE
from portbook.update.plausibility import Changes, Comparison


def reasons(before: Edition, after: Edition) -> dict[str, int]:
    return {reason.code: reason.count for reason in Comparison(before, after).reasons(Limits())}


def with_rows(*rows: Record) -> Edition:
    return replace(invented.base(), records=(*invented.base().records, *rows))


def changes(before: Edition, after: Edition) -> Changes:
    return Comparison(before, after).changes


# -- what is the same row


@pytest.mark.parametrize(
    "field, value",
    [
        ("service_name", "lam p"),
        ("service_name", "lamp "),
        ("service_name", "Lamp"),
        ("port_number", "8 0"),
        ("port_number", "080"),
        ("transport", "t cp"),
        ("transport", "TCP"),
        ("description", rich("La mp")),
        ("description", rich(Reference("uri", "https://thief.example/", "Lamp"))),
        ("description", rich("Lamp", Break())),
        ("registration_date", PublishedDate("2001-02")),
        ("modification_date", PublishedDate("2001-02-03")),
        ("service_code", "1"),
        ("reference", (Reference("rfc", "rfc6335"),)),
        ("unauthorized_use_reported", rich("On port 80")),
        ("assignment_notes", rich("A note")),
        ("contact", (Reference("person", "Bo_Buoy", "IESG"),)),
        ("extras", (Extra("attribute", "warning", "Call a thief"),)),
    ],
)
def test_a_difference_is_counted(field: str, value: object) -> None:
    after = invented.changing("lamp", **{field: value})
    rows = list(invented.base().records)
    after(rows)
    assert changes(invented.base(), replace(invented.base(), records=tuple(rows))).total in (1, 2)


def test_white_space_between_words_is_no_difference() -> None:
    def spelt(row: Record) -> Record:
        return replace(row, description=rich(f"\n  {row.description}\t\n".replace(" ", " \n ")))

    after = replace(invented.base(), records=tuple(map(spelt, invented.base().records)))
    assert changes(invented.base(), after) == Changes()


REFERRING = (
    Reference("rfc", "rfc6335"),
    Reference("draft", "draft-invented-x-01"),
    Reference("uri", "https://www.example.org/"),
    Reference("text", None, "A book"),
    Reference("note", "1"),
)
TEXTS = rich(
    "One [two]", Break(), "\n  three ", Reference("rfc", "rfc1"), Break(), Break(), "\nfour \n  five"
)


@pytest.mark.parametrize("rendering", Rendering)
def test_a_table_and_the_xml_it_was_made_from_do_not_differ(rendering: Rendering) -> None:
    records = tuple(
        replace(row, reference=REFERRING, description=TEXTS, assignment_notes=TEXTS)
        for row in invented.base().records
    )
    whole = replace(invented.base(), records=records)
    table = columns.project(whole, rendering)
    assert table.contacts is None
    assert changes(table, whole) == Changes()
    assert reasons(table, whole).keys() == {"first-head"}


def test_against_a_table_labels_that_lead_elsewhere_count() -> None:
    """A label that looks like an RFC must lead to it; where a label only names, the target is told."""
    table = columns.project(
        with_rows(replace(invented.row("cited", "9100", "tcp"), reference=REFERRING)), Rendering.C
    )

    def whole(*references: Reference) -> Edition:
        return with_rows(replace(invented.row("cited", "9100", "tcp"), reference=references))

    same = whole(*REFERRING)
    table = columns.project(same, Rendering.C)
    assert (changes(table, same), reasons(table, same).keys()) == (Changes(), {"first-head"})
    thief = whole(invented.THIEF, *REFERRING[1:])
    assert changes(table, thief) == Changes(changed=1)
    book = Reference("uri", "https://thief.example/", "A book")
    named = whole(*REFERRING[:3], book, REFERRING[4])
    assert changes(table, named) == Changes()
    assert reasons(table, named).keys() == {"first-head", "first-links"}
    (links,) = (r for r in Comparison(table, named).reasons(Limits()) if r.code == "first-links")
    assert links.examples == ("[A book] uri 'https://thief.example/'",)


def test_names_are_exact_against_a_table_too() -> None:
    table = columns.project(invented.base(), Rendering.C)
    for field in ("service_name", "port_number", "transport"):
        after = formats.read(invented.xml(invented.blank_in(field)), "xml")
        assert changes(table, after).total > invented.ROWS


def test_the_first_head_says_what_is_taken_for_the_first_time() -> None:
    (reason,) = Comparison(columns.project(invented.base(), Rendering.C), invented.base()).reasons(Limits())
    assert reason.code == "first-head"
    told = ["303 contacts", "experts 'Nobody'", "note 'Apply at [https://www.example.org/apply]'"]
    assert list(reason.examples) == [*told, "a link to 'https://www.example.org/apply'"]


# -- holders


def test_each_of_several_holders_is_looked_up() -> None:
    two = (invented.person("IESG"), invented.person("Ada_Quay"))
    rows = list(invented.base().records)
    invented.changing("beacon", contact=two)(rows)
    before = replace(invented.base(), records=tuple(rows))
    thief = Contact("Ada_Quay", "A Thief")
    people = tuple(thief if contact.id == "Ada_Quay" else contact for contact in before.contacts or ())
    after = replace(before, contacts=people)
    assert reasons(before, after) == {"system-port": 1}


def test_the_change_behind_an_id_is_told() -> None:
    after = replace(
        invented.base(), **invented.people(lambda c: invented.swapped(c) if c.id == "IESG" else c)
    )
    reason = Comparison(invented.base(), after).reasons(Limits())[0]
    assert "'IESG mailto:IESG&example.org', now 'IESG mailto:thief&example.net'" in reason.examples[0]


# -- ports: at the limit and above


def test_ranges_at_the_limit_and_above() -> None:
    for count, codes in ((MAX_PORTS_COME, set()), (MAX_PORTS_COME + 1, {"wide-row"})):
        wide = invented.row("wide", f"10000-{10_000 + count - 1}", "tcp")
        assert reasons(invented.base(), with_rows(wide)).keys() == codes
        half = count - 500
        two = invented.row("a", "10000-10499", "tcp"), invented.row("b", f"10000-{10_000 + half - 1}", "udp")
        assert reasons(invented.base(), with_rows(*two)).keys() == codes


def test_a_block_that_is_split_for_an_assignment_is_no_loss() -> None:
    """IANA's way: the block goes, what is left of it comes, with the companion of the new port."""
    rows = [
        *(invented.row(None, block, None, "Unassigned") for block in ("3000-3004", "3006-3010")),
        invented.row("fresh", "3005", "tcp"),
        invented.row(None, "3005", "udp", "Reserved"),
    ]
    records = [row for row in invented.base().records if row.port_number != "3000-3010"]
    assert reasons(invented.base(), replace(invented.base(), records=(*records, *rows))) == {}


def test_blocks_that_are_joined_are_no_loss() -> None:
    parts = [invented.row(None, block, None, "Unassigned") for block in ("20000-29999", "30000-39999")]
    before, joined = with_rows(*parts), invented.row(None, "20000-39999", None, "Unassigned")
    filler = invented.row("filler", "9001", "tcp")
    assert reasons(before, with_rows(joined, filler)) == {}


# -- what it costs


def test_rows_over_many_system_ports_are_compared_at_once() -> None:
    rows = [invented.row(f"rogue-{n}", "0-1023", "tcp") for n in range(30_000)]
    rows += [invented.row(None, "0-65535", f"t{n}", "Reserved") for n in range(5_000)]
    after = invented.edited(invented.adding(*rows))
    start = time.process_time()
    assert reasons(invented.base(), after)["wide-row"] > 30_000 * 1_000
    assert time.process_time() - start < 6


def test_contacts_under_one_id_are_compared_at_once() -> None:
    many = (*(invented.base().contacts or ()), *(Contact("x", str(n)) for n in range(90_000)))
    start = time.process_time()
    found = reasons(invented.base(), replace(invented.base(), contacts=many))
    assert "twin-contacts" in found
    assert time.process_time() - start < 6


def test_a_document_that_would_be_long_in_reading_is_not_read(tmp_path: Path) -> None:
    store = EditionStore(tmp_path / "editions")
    store.add(invented.base_xml())
    newest = store.current()
    most = newest.records * MAX_ROWS_MORE
    for at, above in ((b"<record/>" * most, b"<record/>"), (b"<" * (MAX_MARKS - 7) + b"=" * 7, b"=")):
        check_weight(at, newest)
        with pytest.raises(UpdateError, match="E-UPDATE-COUNT"):
            check_weight(at + above, newest)


# -- many small steps


def edition_of(day: int, described: int) -> bytes:
    rows = list(invented.base().records)
    invented.described(described)(rows)
    edition = replace(invented.base(), records=tuple(rows), updated=PublishedDate(f"2026-01-{day:02}"))
    return formats.write(edition, "xml")


def test_small_steps_have_together_the_limits_of_one(tmp_path: Path) -> None:
    """Against the last edition that a person has looked at, whatever came by itself since."""
    store = EditionStore(tmp_path / "editions")
    store.add(invented.base_xml(), now="2026-01-10T00:00:00Z")
    allowed = invented.ALLOWED
    for day, described in ((11, 3), (12, allowed)):
        store.add(edition_of(day, described), source="https://www.iana.org/x", now="2026-01-12T00:00:00Z")
    updater = Updater(now="2026-01-20T00:00:00Z", store=store, folder=tmp_path / "update")

    def judged(data: bytes) -> list[str]:
        held = Held(data, _sha(data), "https://x/", Validators(None, None), "2026-01-13T00:00:00Z", "")
        updater._folder.hold(held)
        return [reason.code for reason in updater.show_held().reasons]

    assert allowed * 100 <= 2 * len(invented.base().records) < (allowed + 1) * 100
    assert judged(edition_of(13, allowed)) == []
    assert judged(last := edition_of(13, allowed + 1)) == ["drift"]
    (reason,) = updater.show_held().reasons
    assert "since edition 2026-01-10, the last that was not taken unseen" in reason.message
    assert updater.accept_held(_sha(last)).outcome == "kept"
    assert store.current().source.endswith(", held and then accepted")
    assert judged(edition_of(14, 2 * allowed)) == []  # from there it begins anew


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# -- IANA's own


@pytest.mark.needs("published_editions")
@pytest.mark.parametrize("date", ["2018-02-21", "2020-07-14", "2022-07-18", "2026-02-13"])
def test_a_published_csv_and_the_xml_of_its_date_do_not_differ(date: str, published_editions: Path) -> None:
    """Renderings A to D, each against the XML that it was made from."""
    table = formats.read(lzma.decompress((published_editions / f"{date}.csv.xz").read_bytes()), "csv")
    with tarfile.open(published_editions / "xml-snapshots.tar.xz") as archive:
        member = archive.extractfile(f"xml/{date}.xml")
        assert member is not None
        whole = formats.read(member.read(), "xml")
    assert whole.title == TITLE
    assert changes(table, whole) == Changes()
    assert reasons(table, whole).keys() <= {"first-head", "first-links", "twin-contacts"}
    rows = tuple(replace(row, service_name=f"{row.service_name or ''} ") for row in whole.records)
    assert changes(table, replace(whole, records=rows)).total > MAX_ROWS_CHANGED
