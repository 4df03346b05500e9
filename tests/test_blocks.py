"""Blocks of ports: compared with what `Edition.port` says of every single port."""

from __future__ import annotations

import gc
from collections.abc import Iterable
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import strategies
from portbook import blocks
from portbook.blocks import Near, free_blocks, free_near, rows_in, runs_of
from portbook.edition import Edition, State
from portbook.errors import RuleError
from portbook.numbers import FIRST_DYNAMIC_PORT, Ports, Transport, range_of
from portbook.records import Record, rich
from portbook.store.edition_files import embedded

WINDOWS = (Ports(0, 30), Ports(1010, 1040), Ports(49140, 49170), Ports(65520, 65535))
ALL = Ports(0, 65535)


@pytest.fixture(scope="module")
def newest() -> Edition:
    return embedded()[-1].edition


def row(
    number: str, text: str = "Unassigned", transport: str | None = None, name: str | None = None
) -> Record:
    return Record(service_name=name, port_number=number, transport=transport, description=rich(text))


# -- the oracle: each port by itself


def is_free(edition: Edition, port: int) -> bool:
    return [state.state for state in edition.ports(port)] == [State.UNASSIGNED] * 4


def free_by_hand(edition: Edition, ports: Ports) -> list[Ports]:
    found: list[Ports] = []
    for port in range(ports.low, ports.high + 1):
        if is_free(edition, port):
            if found and found[-1].high == port - 1 and range_of(port) is range_of(port - 1):
                found[-1] = Ports(found[-1].low, port)
            else:
                found.append(Ports(port, port))
    return found


def near_by_hand(free: Iterable[Ports], port: int, count: int) -> list[Near]:
    near = []
    for block in free:
        if block.high < FIRST_DYNAMIC_PORT:
            distance = min(abs(each - port) for each in range(block.low, block.high + 1))
            near.append(Near(block, distance))
    return sorted(near, key=lambda item: (item.distance, item.ports.low))[:count]


def rows_by_hand(edition: Edition, ports: Ports) -> list[Record]:
    found = [
        r for r in edition.records if r.ports and r.ports.low <= ports.high and r.ports.high >= ports.low
    ]
    return sorted(found, key=lambda r: r.ports.low if r.ports else -1)


def same_rows(found: Iterable[Record], expected: Iterable[Record]) -> bool:
    return [id(r) for r in found] == [id(r) for r in expected]


# -- invented editions

edges = st.sampled_from(
    (0, 1, 5, 9, 10, 11, 29, 1012, 1022, 1023, 1024, 1025, 1039, 49141, 49150, 49151, 49152)
)
edges = edges | st.sampled_from((49153, 49169, 65521, 65535))
spans = st.tuples(edges, edges).map(lambda pair: f"{min(pair)}-{max(pair)}") | edges.map(str)
words = st.sampled_from(("Unassigned", "Reserved", "De-registered", "IANA assigned this", ""))
crowded = st.builds(
    row,
    spans,
    words,
    st.none() | strategies.transports,
    st.none() | st.sampled_from(("", "a", "b")),
)
crowds = st.lists(crowded, max_size=6).map(lambda rows: Edition(records=tuple(rows)))


@settings(max_examples=40)
@given(crowds, edges, st.integers(0, 5))
def test_crowded_borders_agree_with_every_single_port(edition: Edition, port: int, count: int) -> None:
    for window in WINDOWS:
        assert list(free_blocks(edition, window)) == free_by_hand(edition, window)
        assert same_rows(rows_in(edition, window), rows_by_hand(edition, window))
        for transport in Transport:
            check_runs(edition, window, transport)
    whole = free_blocks(edition)
    assert whole == free_blocks(edition, ALL)
    assert list(free_near(edition, port, count)) == near_by_hand(whole, port, count)


@settings(max_examples=20)
@given(strategies.editions(), st.sampled_from((Ports(0, 3), Ports(440, 445), Ports(5990, 6070))))
def test_odd_editions_agree_with_every_single_port(edition: Edition, window: Ports) -> None:
    assert list(free_blocks(edition, window)) == free_by_hand(edition, window)
    assert same_rows(rows_in(edition, window), rows_by_hand(edition, window))
    for transport in Transport:
        check_runs(edition, window, transport)


def check_runs(edition: Edition, window: Ports, transport: Transport) -> None:
    """Runs cover each port once, say what the port itself says, and two side by side differ."""
    runs = runs_of(edition, window, transport)
    assert [port for run, _ in runs for port in range(run.low, run.high + 1)] == list(
        range(window.low, window.high + 1)
    )
    for run, state in runs:
        for port in range(run.low, run.high + 1):
            assert told(edition, port, transport) == told(edition, state.port, transport)
    for (_, state), (run, _) in pairwise(runs):
        assert told(edition, state.port, transport) != told(edition, run.low, transport)


def told(edition: Edition, port: int, transport: Transport) -> tuple[object, ...]:
    here = edition.port(port, transport)
    return here.state, here.why, here.reason, here.records, here.companions, range_of(port)


# -- the embedded edition


def test_the_newest_embedded_edition_port_by_port(newest: Edition) -> None:
    expected = free_by_hand(newest, ALL)
    assert len(expected) > 500
    assert list(free_blocks(newest)) == expected
    for port in (0, 1, 1023, 1024, 3500, 28200, 49151, 49152, 65535):
        assert list(free_near(newest, port, 4)) == near_by_hand(expected, port, 4)
    assert same_rows(rows_in(newest, ALL), rows_by_hand(newest, ALL))
    for transport in Transport:
        check_runs(newest, Ports(5900, 7100), transport)
        check_runs(newest, Ports(48000, 50000), transport)


def test_a_block_is_cut_to_what_was_asked(newest: Edition) -> None:
    block = max(free_blocks(newest), key=lambda found: found.high - found.low)
    inside = Ports(block.low + 1, block.high - 1)
    assert free_blocks(newest, inside) == (inside,)
    assert free_blocks(newest, Ports(block.low - 1, block.low)) == (Ports(block.low, block.low),)
    assert free_near(newest, inside.low, 1) == (Near(block, 0),)


# -- ends and refusals


def test_blocks_end_where_ranges_end() -> None:
    edition = Edition(records=(row("1020-1030"), row("49100-49200")))
    assert Ports(1, 1023) in free_blocks(edition, Ports(0, 1024))
    assert free_blocks(edition, Ports(1023, 1025)) == (Ports(1023, 1023), Ports(1024, 1025))
    assert free_blocks(edition, Ports(49151, 49300)) == (Ports(49151, 49151), Ports(49152, 49200))
    assert [near.ports.high for near in free_near(edition, 60000)] == [49151, 1023]


def test_nothing_is_free_near_where_all_is_taken() -> None:
    edition = Edition(records=(row("0-65535", "All of it", "tcp", "all"),))
    assert free_blocks(edition) == free_near(edition, 80) == ()
    assert free_near(Edition(records=()), 80, 0) == free_near(Edition(records=()), 80, -1) == ()
    assert free_blocks(Edition(records=()), Ports(9, 3)) == rows_in(edition, Ports(9, 3)) == ()


@pytest.mark.parametrize("ports", [Ports(-1, 5), Ports(5, 65536), Ports(65536, 65536)])
def test_ports_that_do_not_exist_are_refused(ports: Ports) -> None:
    edition = Edition(records=())
    for ask in (free_blocks, rows_in):
        with pytest.raises(RuleError, match="E-PORT-RANGE"):
            ask(edition, ports)
    with pytest.raises(RuleError, match="E-PORT-RANGE"):
        runs_of(edition, ports, Transport.TCP)
    for port in {ports.low, ports.high} - {5}:
        with pytest.raises(RuleError, match="E-PORT-RANGE"):
            free_near(edition, port)


def test_what_is_kept_goes_with_its_edition() -> None:
    edition = Edition(records=(row("0-65535"),))
    key = id(edition)
    free_blocks(edition)
    assert key in blocks._FREE
    del edition
    gc.collect()
    assert key not in blocks._FREE
