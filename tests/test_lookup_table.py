"""The compiled table: the same bytes each time, its head, its limits, and what damage does to it."""

from __future__ import annotations

import hashlib
import os
import random
import struct
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import tables
from portbook import lookup, lookup_table
from portbook.cli import plain
from portbook.edition import Edition
from portbook.errors import StoreError
from portbook.lookup import TableError
from portbook.numbers import MAX_PORT, Transport
from portbook.records import PublishedDate, Reference
from portbook.store import packaged

SOURCE = Path(lookup.__file__).parents[1]
SMALL = tables.small_table()
MEGABYTE = 1_000_000


# -- the bytes


def test_the_same_edition_gives_the_same_bytes_in_every_process() -> None:
    code = "import hashlib, sys; sys.path[:0] = sys.argv[1:]; import tables\n"
    code += "print(hashlib.sha256(tables.newest_embedded()[1]).hexdigest())"
    expected = hashlib.sha256(tables.newest_embedded()[1]).hexdigest()
    for seed in ("0", "1"):
        result = subprocess.run(
            [sys.executable, "-c", code, str(SOURCE), str(Path(__file__).parent)],
            capture_output=True,
            text=True,
            timeout=120,
            check=True,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert result.stdout.strip() == expected


def test_the_newest_embedded_edition_fits_a_megabyte() -> None:
    assert 100_000 < len(tables.newest_embedded()[1]) <= MEGABYTE


def test_the_newest_published_edition_fits_a_megabyte(published_editions: Path) -> None:
    table = tables.published(published_editions / "2026-08-17.xml.xz")[1]
    assert 100_000 < len(table) <= MEGABYTE


def test_the_head_tells_edition_date_digest_and_counts() -> None:
    digest = hashlib.sha256(b"published bytes").hexdigest()
    data = lookup_table.compile_table(tables.SMALL, "2099-02-03.2", digest)
    table = lookup.Table(data)
    assert (table.edition_id, table.date, table.edition_sha256) == ("2099-02-03.2", "2099-02-03", digest)
    assert table.count["rows"] == len(tables.SMALL.records)
    assert table.count["names"] == len(tables.SMALL.service_names)
    assert table.count["aliases"] == 2
    magic, version, head, total = struct.unpack_from("<8sHHI", data)
    assert (magic, version, head, total) == (lookup.MAGIC, 1, lookup.HEAD_LENGTH, len(data))
    covered = data[:16] + data[48 : head - 4] + data[head:]
    assert data[16:48] == hashlib.sha256(covered).digest()


def test_a_date_that_is_none_gives_way_to_that_of_the_id() -> None:
    edition = Edition((), updated=PublishedDate("the seventeenth of August, in the morning"))
    assert (
        lookup.Table(lookup_table.compile_table(edition, "2026-08-17.2", tables.DIGEST)).date == "2026-08-17"
    )


# -- states, rows and facts against the Edition


def check_against(edition: Edition, data: bytes) -> int:
    """Compare every port on every transport, and every row; return how many ports were compared."""
    table = lookup.Table(lookup_table.checked_table(data))
    compared = 0
    for transport in Transport:
        following = 0
        for first, last, verdict, rows in plain.runs(table, 0, MAX_PORT, transport):
            assert first == following
            following = last + 1
            for port in range(first, last + 1):
                state = edition.port(port, transport)
                told = (state.state, state.why, state.reason or "", ", ".join(state.companions))
                assert verdict == (*told, state.remark or "")
                assert [row[3] for row in rows] == [record.service_name or "" for record in state.records]
                compared += 1
    for place, record in enumerate(edition.records):
        low, high, transport_text, name, facts, _ = table.row(place)
        assert (low, high) == (record.ports or (1, 0))
        assert (transport_text, name) == (record.transport or "", record.service_name or "")
        references = "".join(f"[{reference.label}]" for reference in record.reference)
        unauthorized = str(record.unauthorized_use_reported or "")
        told_facts = plain.facts(table, facts)
        assert told_facts[0] == str(record.description)
        assert told_facts[1] == " ".join(references.split())
        assert told_facts[4:] == (unauthorized, str(record.assignment_notes or ""))
    for name in edition.service_names:
        service = edition.service(name.swapcase() if name.isascii() else name)
        assert service is not None
        first_row = plain.find_name(table, name)
        assert first_row is not None
        assert [edition.records[row] for row in plain.rows_of(table, first_row)] == list(service.records)
        alias = plain.find_alias(table, name)
        assert (alias[0] if alias else name) == service.canonical
    return compared


def test_states_and_rows_of_the_small_edition() -> None:
    assert check_against(tables.SMALL, SMALL) == 4 * 65536


def test_states_and_rows_of_the_newest_embedded_edition() -> None:
    edition, data, _ = tables.newest_embedded()
    assert check_against(edition, data) == 4 * 65536


def test_states_and_rows_of_the_newest_published_edition(published_editions: Path) -> None:
    edition, data, _ = tables.published(published_editions / "2026-08-17.xml.xz")
    assert check_against(edition, data) == 4 * 65536


# -- limits


@pytest.mark.parametrize("size", [0, 1, 254, 255, 256, 70_000])
def test_texts_of_every_length_come_back(size: int) -> None:
    edition = Edition((tables.row("web", "80", "tcp", "é" * (size // 2) + "x" * (size % 2)),))
    table = lookup.Table(lookup_table.compile_table(edition, "2020-01-01", tables.DIGEST))
    assert len(plain.facts(table, table.row(0)[4])[0].encode()) == size


def test_an_edition_of_more_pairs_than_the_limit_is_refused() -> None:
    all_ports = [tables.row(f"n{place}", "0-65535", "tcp") for place in range(15)]
    left = lookup.MAX_PAIRS - 15 * 65536
    at_limit = Edition((*all_ports, tables.row("last", f"0-{left - 1}", "tcp")))
    table = lookup.Table(lookup_table.compile_table(at_limit, "2020-01-01", tables.DIGEST))
    assert sum(map(len, table.ports_index().values())) == lookup.MAX_PAIRS
    over = Edition((*all_ports, tables.row("last", f"0-{left}", "tcp")))
    with pytest.raises(StoreError) as refusal:
        lookup_table.compile_table(over, "2020-01-01", tables.DIGEST)
    assert refusal.value.problem.code == "E-TABLE-PAIRS"


def test_a_table_larger_than_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup_table, "MAX_TABLE", len(SMALL))
    assert tables.small_table() == SMALL
    monkeypatch.setattr(lookup_table, "MAX_TABLE", len(SMALL) - 1)
    with pytest.raises(StoreError) as refusal:
        tables.small_table()
    assert refusal.value.problem.code == "E-TABLE-SIZE"


@pytest.mark.parametrize("edition_id", ["x" * 33, "é" * 9])
def test_an_id_that_does_not_fit_is_refused(edition_id: str) -> None:
    with pytest.raises(StoreError) as refusal:
        lookup_table.compile_table(tables.SMALL, edition_id, tables.DIGEST)
    assert refusal.value.problem.code == "E-TABLE-SIZE"


def test_references_stand_in_brackets() -> None:
    references = (Reference("rfc", "rfc9110"), Reference("text", None, "a\nb"))
    record = replace(tables.row("web", "80", "tcp"), reference=references)
    table = lookup.Table(lookup_table.compile_table(Edition((record,)), "2020-01-01", tables.DIGEST))
    assert plain.facts(table, 0)[1] == "[RFC9110][a b]"


# -- damage


def use_all(data: bytes) -> None:
    """Ask *data* everything that can be asked of it, and look at the types of the answers."""
    table = lookup.Table(data)
    for names in table.services_index().values():
        assert len(names) == 65536
        assert all(isinstance(name, str) for at in names for name in at)
    for pairs in table.ports_index().values():
        assert all(isinstance(port, int) and (t is None or isinstance(t, str)) for port, t in pairs)
    for transport in Transport:
        for _, _, verdict, rows in plain.runs(table, 0, MAX_PORT, transport):
            assert all(isinstance(text, str) for text in verdict)
            for row in rows:
                assert all(isinstance(text, str) for text in plain.facts(table, row[4]))
    for name in ("web", "cl/1", "x11", "nobody"):
        first = plain.find_name(table, name)
        assert first is None or all(table.row(row) for row in plain.rows_of(table, first))
        assert plain.find_alias(table, name) is None or name


def test_use_all_passes_on_a_good_table() -> None:
    use_all(SMALL)


def test_every_byte_of_the_head_counts() -> None:
    """Whichever byte of the head is altered, the table is refused as a whole."""
    for place in range(lookup.HEAD_LENGTH):
        for change in (1, 0x80):
            damaged = bytearray(SMALL)
            damaged[place] ^= change
            with pytest.raises(TableError):
                lookup.Table(bytes(damaged))


@pytest.mark.parametrize(
    "place, code",
    [(0, "E-TABLE-MAGIC"), (8, "E-TABLE-VERSION"), (12, "E-TABLE-LENGTH"), (130, "E-TABLE-HEAD")],
)
def test_damage_is_named(place: int, code: str) -> None:
    damaged = bytearray(SMALL)
    damaged[place] ^= 1
    with pytest.raises(TableError, match="writes it again") as refusal:
        lookup.Table(bytes(damaged))
    assert refusal.value.code == code


def test_sections_that_do_not_follow_each_other_are_refused() -> None:
    """Even when the sum of the head has been put right."""
    for section in range(len(lookup.SECTIONS)):
        for field in (0, 4):
            damaged = bytearray(SMALL)
            damaged[lookup.SECTIONS_AT + 8 * section + field] += 1
            head_sum = sum(damaged[: lookup.SUM_AT])
            damaged[lookup.SUM_AT : lookup.HEAD_LENGTH] = head_sum.to_bytes(4, "little")
            with pytest.raises(TableError) as refusal:
                lookup.Table(bytes(damaged))
            assert refusal.value.code == "E-TABLE-OFFSET"


def test_every_shorter_piece_of_a_table_is_refused() -> None:
    for length in range(len(SMALL)):
        with pytest.raises(TableError):
            lookup.Table(SMALL[:length])
    with pytest.raises(TableError):
        lookup.Table(SMALL + b"\0")


def test_any_altered_byte_is_found_when_a_table_is_checked() -> None:
    assert lookup_table.checked_table(SMALL) == SMALL
    for place in range(len(SMALL)):
        damaged = bytearray(SMALL)
        damaged[place] ^= 4
        with pytest.raises(StoreError) as refusal:
            lookup_table.checked_table(bytes(damaged))
        assert refusal.value.problem.code.startswith("E-TABLE-")


@given(st.data())
def test_damage_gives_a_table_error_or_an_answer_of_the_right_types(data: st.DataObject) -> None:
    damaged = bytearray(SMALL)
    places = st.integers(lookup.HEAD_LENGTH, len(SMALL) - 1)
    for place, value in data.draw(st.lists(st.tuples(places, st.integers(0, 255)), min_size=1, max_size=4)):
        damaged[place] = value
    try:
        use_all(bytes(damaged))
    except TableError:
        pass


def test_random_damage_to_the_real_table() -> None:
    """Single look-ups in a damaged table of real size: by the runs and by the names, and from the index."""
    whole = tables.newest_embedded()[1]
    chance = random.Random(443)
    refused = 0
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(200):
            damaged[chance.randrange(lookup.HEAD_LENGTH, len(whole))] = chance.randrange(256)
        table = lookup.Table(bytes(damaged))
        for port in (80, 443, 6005, chance.randrange(65536)):
            try:
                assert all(isinstance(run[0], int) for run in plain.runs(table, port, port, "tcp"))
                assert isinstance(plain.find_name(table, "https"), int | None)
            except TableError:
                refused += 1
    assert refused


# -- writing


def test_compile_embedded_writes_the_table_of_the_newest_edition(tmp_path: Path) -> None:
    target = tmp_path / "lookup.table"
    target.write_bytes(b"what was there before")
    packaged.compile_embedded(target)
    assert target.read_bytes() == tables.newest_embedded()[1]
    assert [path.name for path in tmp_path.iterdir()] == ["lookup.table"]
    assert lookup_table.checked_table(target.read_bytes())


def test_a_failed_rename_leaves_the_old_table(tmp_path: Path) -> None:
    target = tmp_path / "lookup.table"
    (target / "in the way").mkdir(parents=True)  # a folder is not replaced by a file
    with pytest.raises(StoreError, match="E-STORE-WRITE"):
        packaged.compile_embedded(target)
    assert [path.name for path in tmp_path.iterdir()] == ["lookup.table"]
