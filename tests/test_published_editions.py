"""Editions as IANA published them, 2015 to 2026: read whole, written back to the byte.

Needs the folder that PORTBOOK_PUBLISHED_EDITIONS names: 70 XML snapshots in one tar, the CSVs of five of
their dates, and a manifest with a SHA-256 for each.
"""

import hashlib
import lzma
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from portbook.formats import iana_csv, iana_xml
from portbook.formats.columns import Rendering, rendering_of
from portbook.numbers import Transport

pytestmark = pytest.mark.needs("published_editions")
SNAPSHOTS = 70
EVERY = 7  # of them one is read by elements too in CI, ten in all; `make deep` reads each
# date -> the rendering of its CSV, by the marks in the published file (header, line breaks)
PAIRS = {
    "2018-02-21": (Rendering.A, "old"),
    "2020-07-14": (Rendering.B, "new"),
    "2022-07-18": (Rendering.C, "new"),
    "2023-10-26": (Rendering.C, "new"),
    "2026-02-13": (Rendering.D, "new"),
}


def snapshots(folder: Path) -> Iterator[tuple[str, bytes]]:
    """Each XML snapshot with its name, oldest first; the tar is one solid stream, so read once, in order."""
    with tarfile.open(folder / "xml-snapshots.tar.xz", "r:xz") as archive:
        for member in archive:
            if member.isfile() and (file := archive.extractfile(member)):
                yield Path(member.name).name, file.read()


def manifest(folder: Path) -> dict[str, dict[str, str]]:
    header, *rows = (folder / "xml-snapshots.manifest.tsv").read_text().strip().split("\n")
    keys = header.removeprefix("# ").split("\t")
    return {Path(row.split("\t")[0]).name: dict(zip(keys, row.split("\t"), strict=True)) for row in rows}


@pytest.mark.parametrize("every", [EVERY, pytest.param(1, marks=pytest.mark.deep)])
def test_every_snapshot_comes_back_byte_for_byte(published_editions: Path, every: int) -> None:
    """Written anew from what was read, each of them; the slow reader and the quick writer see some."""
    listed = manifest(published_editions)
    seen = 0
    for name, data in snapshots(published_editions):
        edition = iana_xml.read(data)
        row = listed[name]
        assert hashlib.sha256(data).hexdigest() == row["sha256"]
        assert (len(edition.records), len(edition.contacts or ())) == (
            int(row["records"]),
            int(row["people"]),
        )
        assert edition.updated == row["updated"]
        assert edition.remarks == ()
        assert iana_xml.write(replace(edition, layout=edition.layout._replace(as_read=None))) == data
        if seen % every == 0:
            slow = iana_xml.read_by_elements(data)
            assert (slow, slow.layout) == (edition, edition.layout._replace(as_read=None))
            assert iana_xml.write(edition) == data
        seen += 1
    assert seen == SNAPSHOTS == len(listed)


def test_the_newest_read_by_patterns_is_the_same_as_read_by_elements(published_editions: Path) -> None:
    data = lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes())
    quick, slow = iana_xml.read(data), iana_xml.read_by_elements(data)
    assert quick == slow
    assert [row.layout for row in quick.records] == [row.layout for row in slow.records]
    taken = len(quick.layout.as_read.rows)
    assert taken > 0.95 * (len(quick.records) + len(quick.contacts or ()))


def test_the_csv_of_five_dates_follows_from_their_xml(published_editions: Path) -> None:
    matched = 0
    for name, data in snapshots(published_editions):
        date = name.removesuffix(".xml")
        if date not in PAIRS:
            continue
        rendering, header = PAIRS[date]
        tolerant = published_editions / f"{date}.lf.csv.xz"
        path = tolerant if tolerant.exists() else published_editions / f"{date}.csv.xz"
        published = lzma.decompress(path.read_bytes())
        written = iana_csv.write(iana_xml.read(data), rendering=rendering, header=header)
        if path == tolerant:  # the published row ends were CRLF; this copy lost them
            written = written.replace(b"\r\n", b"\n")
        assert written == published, date
        assert rendering_of(date) is rendering
        matched += 1
    assert matched == len(PAIRS)


def test_the_figures_of_the_newest_edition(published_editions: Path) -> None:
    """Counts that were made by other means on the same file."""
    edition = iana_xml.read(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()))
    assert len(edition.records) == 14533
    assert len(edition.contacts or ()) == 5615
    assert len(edition.service_names) == 7327
    assert edition.absent == ()
    pairs = [(port, transport) for port in range(49152) for transport in (Transport.TCP, Transport.UDP)]
    without_row = [edition.port(*pair).records == () for pair in pairs]
    assert sum(without_row[0::2]) == 17  # tcp ports that no row speaks of
    assert sum(without_row[1::2]) == 19  # udp
    several = sum(
        len(edition.port(port, transport).names) > 1
        for port in range(49152)
        for transport in Transport
        if any(r.transport and r.ports and r.ports.low == port for r in edition.at(port))
    )
    assert several == 226
