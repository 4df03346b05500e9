"""The tables answer the rules as the published edition would: every port, transport, name and code."""

from __future__ import annotations

import lzma
from collections.abc import Iterable
from pathlib import Path

import pytest

import invented
from portbook.edition import Edition, Reason, State, row_state
from portbook.numbers import MAX_PORT, Ports, Transport
from portbook.procedures import apply
from portbook.procedures.values import Change, Row
from portbook.records import PublishedDate, Record
from portbook.register import changing, editions, placing, seeding, tables
from portbook.register.changing import Work
from portbook.register.models import Registry
from portbook.register.standing import RegisterRegistry
from portbook.standing import EditionRegistry
from portbook.store import EditionStore

from . import acts
from .acts import NOW, act, row


def telling_ports(edition: Edition) -> set[int]:
    """The ports where an answer may change: both ends of every row, and those beside them."""
    found = {0, 1, 1023, 1024, 1025, 49151, 49152, 49153, MAX_PORT}
    for record in edition.records:
        if ports := record.ports:
            found |= {ports.low - 1, ports.low, ports.high, ports.high + 1}
    return {port for port in found if 0 <= port <= MAX_PORT}


def compare(edition: Edition, ports: Iterable[int]) -> None:
    asked, told = RegisterRegistry(), EditionRegistry(edition)
    for port in ports:
        assert asked.at(port) == edition.at(port)
        for transport in Transport:
            assert asked.place(port, transport) == told.place(port, transport), (port, transport)
    for name in (*edition.service_names, "", "nobody-has-this", "http"):
        assert asked.name(name.upper()) == told.name(name.upper()), name
    codes = {int(r.service_code) for r in edition.records if r.service_code and r.service_code.isdigit()}
    for code in codes | {1, 4_294_967_295}:
        assert asked.code(code) == told.code(code)
    for block in (Ports(0, MAX_PORT), Ports(1020, 1030), Ports(49_150, 49_200), Ports(7, 7), Ports(9, 8)):
        assert list(asked.free(block)) == list(told.free(block))


def test_the_invented_register_answers_as_its_edition(register: str) -> None:
    edition = invented.edition()
    compare(edition, sorted(telling_ports(edition)))


@pytest.mark.deep
def test_at_every_port(register: str) -> None:
    compare(invented.edition(), range(MAX_PORT + 1))


@pytest.mark.needs("published_editions")
@pytest.mark.parametrize("every", [40, pytest.param(1, marks=pytest.mark.deep)])
def test_a_published_register_answers_as_its_edition(
    store: EditionStore, published_editions: Path, every: int
) -> None:
    file = store.add(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()), now=NOW)
    acts.found()
    seen = seeding.show(file).digest
    seeding.seed(file, seen, actor="ada", second="bob", instant=NOW, reason="the beginning")
    compare(file.edition, sorted(telling_ports(file.edition))[::every])


# -- changes of procedures, in the tables and in the edition

CHANGES: dict[str, tuple[tuple[Record, ...], tuple[Record, ...]]] = {
    "a port where nothing stood": ((), (row("new-service", 28999), row(None, 28999, "udp", "Reserved"))),
    "the first of all": ((), (row("new-service", 0, "sctp"),)),
    "the last with a port": ((), (row("new-service", 65535, "tcp"),)),
    "a name alone": ((), (row("aaaa-service", None, None),)),
    "beside other transports": ((), (row("new-service", 28240, "dccp"),)),
}


def test_a_name_that_a_row_keeps_is_reserved(register: str) -> None:
    kept = row("kept-name", None, None, "Reserved")
    changing.transaction(act(), lambda work: work.replace((Change((), (Row(kept),), "a test"),)))
    held = RegisterRegistry().name("Kept-Name")
    assert held is not None
    assert held.is_reserved
    assert held == EditionRegistry(registry_edition()).name("kept-name")


def registry_edition() -> Edition:
    return editions.edition_of(tables.load(Registry, "")[0])


@pytest.mark.parametrize("case", CHANGES)
def test_changes_come_out_as_the_library_says(register: str, case: str) -> None:
    before, after = CHANGES[case]
    change = Change(before, tuple(map(Row, after)), "a test")
    wanted = apply(registry_edition(), (change,), PublishedDate(NOW[:10]))
    changing.transaction(act(), lambda work: work.replace((change,)))
    assert registry_edition() == wanted


def test_rows_out_of_order_draw_no_other(store: EditionStore) -> None:
    """The edition of 2015 has a row without a port in the middle; names and ports go where they belong."""
    file = store.get("2015-07-24")
    acts.found()
    seen = seeding.show(file).digest
    seeding.seed(file, seen, actor="ada", second="bob", instant=NOW, reason="the beginning")
    without_row = [port for port in range(3000, 49000) if not file.edition.at(port)]
    given = [row(f"new-{port}", port) for port in without_row[:: max(len(without_row) // 12, 1)]]
    changes = [Change((), (Row(each),), "a test") for each in (*given, row("aaa-new", None, None))]
    changing.transaction(act(), lambda work: work.replace(changes))
    assert registry_edition().records == apply(file.edition, changes, PublishedDate(NOW[:10])).records


def is_block(record: Record) -> bool:
    """Whether a procedure could split it: free ports, several."""
    ports = record.ports
    return ports is not None and ports.high - ports.low > 8 and row_state(record)[0] is State.UNASSIGNED


def test_a_block_is_split_where_it_stands(register: str) -> None:
    edition = registry_edition()
    block = next(
        r for r in edition.records if r.ports and r.ports.high - r.ports.low > 8 and not r.service_name
    )
    assert block.ports
    low, high = block.ports
    port = low + 4
    after = (
        row(None, f"{low}-{port - 1}", None, "Unassigned"),
        row("new-service", port),
        row(None, port, "udp", "Reserved"),
        row(None, f"{port + 1}-{high}", None, "Unassigned"),
    )
    change = Change((block,), tuple(map(Row, after)), "a test")
    wanted = apply(edition, (change,), PublishedDate(NOW[:10]))
    changing.transaction(act(), lambda work: work.replace((change,)))
    assert registry_edition() == wanted
    at = wanted.records.index(after[0])
    assert wanted.records[at : at + 4] == after
    compare(wanted, range(max(low - 2, 0), high + 3))


def test_rows_find_room_when_there_is_none(register: str) -> None:
    """A hundred names, each before the one before it: more than the room between two neighbours."""
    names = [f"zz-{number:03d}" for number in range(100, 0, -1)]

    def body(work: Work) -> None:
        for name in names:
            acts.grant(work, row(name, None, None))

    changing.transaction(act(), body)
    ours = [r.service_name for r in registry_edition().records if (r.service_name or "").startswith("zz-")]
    assert ours == names[::-1]


def test_neighbours_move_on_as_far_as_they_must(empty: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """With hardly any room between two rows, more and more of them move."""
    monkeypatch.setattr(placing, "STEP", 4)
    monkeypatch.setattr(placing, "_SPREAD", 2)
    acts.found()
    for number in range(60, 0, -1):
        given = row(f"zz-{number:03d}", None, None)
        changing.transaction(act(), lambda work, given=given: acts.grant(work, given))
    found = tables.rows("SELECT fold, position FROM register_entry ORDER BY position")
    assert [name for name, _ in found] == [f"zz-{number:03d}" for number in range(1, 61)]
    assert len({position for _, position in found}) == 60


def test_what_the_register_knows_besides_is_answered(register: str) -> None:
    rows = (Row(row(None, 28999, "tcp", "Reserved"), Reason.REVOKED),)
    early = (Row(row("early-service", 28998), expires=PublishedDate("2027-09-01")),)
    changing.transaction(act(), lambda work: work.replace((Change((), rows, ""), Change((), early, ""))))
    registry = RegisterRegistry()
    assert registry.place(28999, Transport.TCP).reason is Reason.REVOKED
    assert registry.place(28998, Transport.TCP).is_temporary
    assert not registry.place(28998, Transport.UDP).is_temporary
