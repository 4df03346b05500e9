"""An edition becomes a register, and the register that edition again: byte for byte."""

from __future__ import annotations

import lzma
import tarfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import invented
from portbook import formats
from portbook.edition import State, row_state
from portbook.register import auditing, editions, seeding, tables
from portbook.register.models import Registry
from portbook.store import EditionStore
from portbook.store.edition_files import embedded

from . import acts

EVERY = 18  # of the published snapshots, in CI


def seeded_from(store: EditionStore, data: bytes, date: str | None = None) -> bytes:
    """Seed the register from *data*; return what it is written back as, in the same format."""
    file = store.add(data, date=date, now=acts.NOW)
    acts.found()
    seen = seeding.show(file).digest
    seeding.seed(file, seen, actor="ada", second="bob", instant=acts.NOW, reason="round trip")
    registry = Registry(*tables.select(Registry, "")[0])
    return formats.write(editions.edition_of(registry), file.format)


def snapshots(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Every published XML, the oldest first."""
    with tarfile.open(folder / "xml-snapshots.tar.xz", "r:xz") as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)):
                yield Path(member.name).stem, file.read()


def test_the_invented_edition_comes_back(store: EditionStore) -> None:
    data = invented.FILE.read_bytes()
    assert seeded_from(store, data) == data
    assert auditing.check(store) == ()


def test_unassigned_rows_are_kept_and_claim_nothing(register: str) -> None:
    kept = tables.rows("SELECT identity FROM register_entry WHERE state = 'Unassigned'")
    rows = formats.read(invented.FILE).records
    assert len(kept) == sum(row_state(row)[0] is State.UNASSIGNED for row in rows) > 0
    claimed = {row[0] for row in tables.rows("SELECT entry_id FROM register_portclaim")}
    assert not claimed & {row[0] for row in kept}


@pytest.mark.parametrize("file", embedded()[-1:], ids=lambda file: file.id)
def test_an_edition_in_csv_comes_back(store: EditionStore, file: object) -> None:
    data = embedded()[-1].data()
    assert seeded_from(store, data, embedded()[-1].date) == data


@pytest.mark.needs("published_editions")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_published_editions_of_each_age_come_back(
    fresh: Callable[[], str], tmp_path: Path, published_editions: Path
) -> None:
    names = []
    for number, (name, data) in enumerate(snapshots(published_editions)):
        if number % EVERY == 0:
            fresh()
            assert seeded_from(EditionStore(tmp_path / name), data) == data, name
            names.append(name)
    assert len(names) == 4


@pytest.mark.needs("published_editions")
def test_the_newest_published_edition_comes_back(store: EditionStore, published_editions: Path) -> None:
    data = lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes())
    assert seeded_from(store, data) == data
    assert auditing.check(store) == ()


@pytest.mark.deep
@pytest.mark.needs("published_editions")
def test_every_published_edition_comes_back(
    fresh: Callable[[], str], tmp_path: Path, published_editions: Path
) -> None:
    for name, data in snapshots(published_editions):
        fresh()
        assert seeded_from(EditionStore(tmp_path / name), data) == data, name


@pytest.mark.needs("published_editions")
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize("name", ["2018-02-21", "2022-07-18", "2026-02-13"])
def test_a_published_csv_comes_back(store: EditionStore, published_editions: Path, name: str) -> None:
    data = lzma.decompress((published_editions / f"{name}.csv.xz").read_bytes())
    assert seeded_from(store, data, name) == formats.write(formats.read(data), "csv")
