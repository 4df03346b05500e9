"""What a publication holds: IANA's files, exports, pages, packed files, manifest; what a second one links."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import brotli
import pytest
import zstandard

import portbook as package
from portbook import exports, formats
from portbook.errors import FormatError, PortbookError, RuleError, StoreError
from portbook.publication import Link, contents, packing, publish
from portbook.publication import manifest as manifests
from portbook.publication.digests import Digests, Entry
from portbook.publication.manifest import MAX_FILE, MAX_FILES, Absent, Manifest, Which
from portbook.publication.packing import PACK_FROM
from portbook.publication.paths import MAX_PATH, MAX_SEGMENT, checked_path
from portbook.publication.tree import Tree
from portbook.store import EditionFile, EditionStore, edition_file
from publication_trees import CSV, EXPIRES, MADE, XML, codes, edition, files_in, published, without_extras
from stores import small_csv

ROOT = Path(__file__).resolve().parents[1]
SOURCE = str(Path(package.__file__).parents[1])
UNPACK = {
    ".gz": gzip.decompress,
    ".br": brotli.decompress,
    ".zst": lambda data: zstandard.ZstdDecompressor().decompress(data),
}


@pytest.fixture(scope="module")
def invented() -> EditionFile:
    return edition_file(ROOT / "tests" / "editions" / "invented.xml")


@pytest.fixture(scope="module")
def whole(invented: EditionFile, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A publication of the invented edition, with all extras."""
    tree = tmp_path_factory.mktemp("whole") / "tree"
    publish(tree, invented, made=MADE, pages=[("index.html", b"<p>" + bytes(PACK_FROM))])
    return tree


@pytest.fixture(scope="module")
def embedded(tmp_path_factory: pytest.TempPathFactory) -> tuple[EditionFile, Path]:
    folder = tmp_path_factory.mktemp("embedded")
    file = EditionStore(folder / "none").current()
    publish(folder / "tree", file, made=MADE)
    return file, folder / "tree"


def manifest_of(tree: Path) -> Manifest:
    return manifests.read((tree / "current" / "manifest.json").read_bytes())


# -- what is there --------------------------------------------------------------------------------------


def test_every_format_is_there_and_reads_back(whole: Path, invented: EditionFile) -> None:
    for suffix, name in contents.FILES.items():
        path = whole / "current" / (contents.ASSIGNMENTS + suffix)
        if not formats.named(name).writable:
            assert not path.exists()
            continue
        again, expected = formats.read(path.read_bytes(), name), formats.project(invented.edition, name)
        assert replace(again, remarks=()) == replace(expected, remarks=())
    assert (whole / "current" / XML).read_bytes() == invented.data()


def test_every_export_is_there(whole: Path, invented: EditionFile) -> None:
    provenance = exports.Provenance(invented.id, invented.date, invented.sha256, package.__version__)
    for export in exports.EXPORTS.values():
        path = whole / "current" / "exports" / f"{export.name}{export.suffix}"
        if export.name in contents.NEED_ARGUMENTS:
            assert not path.exists()
            with pytest.raises(TypeError, match="required"):
                exports.write(invented.edition, export.name, provenance)
        else:
            assert path.read_bytes() == exports.write(invented.edition, export.name, provenance).data


def test_dated_files_are_the_same_files(whole: Path, invented: EditionFile) -> None:
    current = whole / "current"
    for path in files_in(current / "assignments"):
        latest, dated = (
            current / "assignments" / path,
            current / "editions" / invented.date / "assignments" / path,
        )
        assert latest.stat().st_ino == dated.stat().st_ino


def test_sha256sum_checks_it(whole: Path) -> None:
    current = whole / "current"
    result = subprocess.run(
        ["sha256sum", "--check", "--quiet", "--strict", "sha256sums"], cwd=current, capture_output=True
    )
    assert (result.returncode, result.stdout) == (0, b"")
    named = {line.split("  ", 1)[1] for line in (current / "sha256sums").read_text().split("\n") if line}
    assert named == {*files_in(current)} - {"sha256sums", "manifest.json"}


def test_the_manifest_says_what_is_there(whole: Path, invented: EditionFile) -> None:
    manifest = manifest_of(whole)
    assert manifest.edition == Which(invented.date, invented.date, invented.sha256, "xml")
    assert (manifest.number, manifest.previous, manifest.events) == (1, None, None)
    assert (manifest.made, manifest.expires) == (MADE, EXPIRES)
    assert {"python", "zlib", "sqlite", "brotli", "zstandard", "openpyxl", "pyarrow"} <= {*manifest.made_with}
    for entry in manifest.files:
        data = (whole / "current" / entry.path).read_bytes()
        sums = hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest()
        assert entry.digests == (len(data), *sums)
    assert json.loads((whole / "current" / "manifest.json").read_text())["files"][0].keys() == {
        *("path", "size", "sha256", "sha512")
    }


def test_an_edition_from_a_table_lacks_what_it_cannot_fill(embedded: tuple[EditionFile, Path]) -> None:
    file, tree = embedded
    manifest, there = manifest_of(tree), files_in(tree / "current")
    assert file.format == "csv"
    lacking = {contents.ASSIGNMENTS + suffix for suffix in (".xml", ".txt", ".xhtml")}
    assert {one.path for one in manifest.absent} == lacking
    assert all("came as IANA's CSV, without" in one.reason for one in manifest.absent)
    assert lacking.isdisjoint(there)
    assert there[CSV].read_bytes() == file.data()
    assert codes(tree) == set()


def test_the_rule_is_that_of_the_site() -> None:
    from portbook.web import addresses

    assert f"/{contents.ASSIGNMENTS}" == addresses.FILES


def test_what_needs_a_package_that_is_missing_is_named(tmp_path: Path) -> None:
    done = published(tmp_path / "tree", edition(tmp_path))
    paths = {one.path for one in done.absent}
    assert {"exports/xlsx.xlsx", "exports/ports-arrow.arrow", "exports/records-parquet.parquet"} <= paths
    reasons = [one.reason for one in done.absent if one.path.startswith("exports/")]
    assert all("openpyxl" in reason or "pyarrow" in reason for reason in reasons)


# -- packed files ---------------------------------------------------------------------------------------


def test_packed_files_hold_the_file_and_gain_by_it(whole: Path) -> None:
    there = files_in(whole / "current")
    seen = set()
    for path, place in there.items():
        stem, dot, suffix = path.rpartition(".")
        if dot + suffix in UNPACK:
            data = there[stem].read_bytes()
            assert UNPACK[dot + suffix](place.read_bytes()) == data
            assert len(data) >= PACK_FROM
            assert place.stat().st_size <= 0.9 * len(data)
            seen.add(dot + suffix)
    assert seen == {*UNPACK}
    assert "index.html.gz" in there
    assert "exports/xlsx.xlsx.gz" not in there  # it is a ZIP already


@pytest.mark.parametrize("size, is_packed", [(PACK_FROM - 1, False), (PACK_FROM, True)])
def test_small_files_are_left_to_the_server(size: int, is_packed: bool) -> None:
    for coding in packing.codings():
        assert (packing.packed(bytes(size), coding) is not None) == is_packed
        assert packing.packed(os.urandom(size), coding) is None


# -- the same bytes -------------------------------------------------------------------------------------

PUBLISH = """
import sys
from pathlib import Path
from portbook.publication import publish
from portbook.store import edition_file
publish(Path(sys.argv[1]), edition_file(Path(sys.argv[2])), made="2026-01-01T00:00:00Z", pages=[("x", b"y")])
"""


def test_two_builds_are_the_same_bytes(tmp_path: Path, invented: EditionFile) -> None:
    """T-38: on one machine all of them, with packed and binary ones; the manifest holds their digests."""
    manifests_made = []
    for number, (seed, zone, mask) in enumerate((("1", "Asia/Kathmandu", 0o22), ("2", "America/Lima", 0o77))):
        env = {"PYTHONPATH": SOURCE, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C.UTF-8"}
        command = [sys.executable, "-c", PUBLISH, str(tmp_path / str(number)), str(invented.path)]
        subprocess.run(command, env=env, check=True, timeout=100, umask=mask)
        manifests_made.append((tmp_path / str(number) / "current" / "manifest.json").read_bytes())
    assert manifests_made[0] == manifests_made[1]


# -- the second publication -----------------------------------------------------------------------------


def test_nothing_is_written_again_that_did_not_change(tmp_path: Path) -> None:
    file = edition(tmp_path)
    published(tmp_path / "tree", file, pages=[("a/index.html", b"page")])
    again = published(tmp_path / "tree", file, pages=[("a/index.html", b"page")])
    assert again.built.linked == again.built.files
    first, second = (files_in(tmp_path / "tree" / "publications" / n) for n in ("000001", "000002"))
    assert {*first} == {*second}
    different = {path for path in first if first[path].stat().st_ino != second[path].stat().st_ino}
    assert different == {"manifest.json"}
    before = hashlib.sha256(first["manifest.json"].read_bytes()).hexdigest()
    assert manifest_of(tmp_path / "tree").previous == Link(1, before)


def test_an_edition_that_changed_is_written_and_the_one_before_stays(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    published(tree, edition(tmp_path, "a", "2024-01-01"))
    old = {path: place.stat().st_ino for path, place in files_in(tree / "current").items()}
    done = published(tree, edition(tmp_path, "b", "2024-01-02"))
    assert (done.number, done.edition, done.remarks) == (2, "2024-01-02", ())
    now = {path: place.stat().st_ino for path, place in files_in(tree / "current").items()}
    dated = "editions/2024-01-01/"
    assert {path for path in now if path.startswith(dated)} == {
        path for path in old if path.startswith(dated)
    }
    assert all(now[path] == old[path] for path in old if path.startswith(dated))
    assert now[CSV] != old[CSV]
    assert now[CSV] == now[f"editions/2024-01-02/{CSV}"]
    assert "exports/txt-keys.json" in old  # of no record here, but with the edition's date
    assert codes(tree) == set()


@pytest.mark.parametrize("version", ["0", brotli.__version__])
def test_packed_files_of_another_version_are_made_again(
    version: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, name = edition(tmp_path), f"{XML}.br"
    before = published(tmp_path / "tree", file).folder / name
    monkeypatch.setattr(brotli, "__version__", version)
    monkeypatch.setattr(packing, "BROTLI_QUALITY", 1)  # as if the other version packed otherwise
    packing.codings.cache_clear()
    try:
        after = published(tmp_path / "tree", file).folder / name
    finally:
        packing.codings.cache_clear()
    assert manifest_of(tmp_path / "tree").made_with["brotli"] == version
    assert (before.read_bytes() != after.read_bytes()) == (version == "0")
    assert codes(tmp_path / "tree") == set()


def test_a_file_written_otherwise_leaves_the_dated_one(tmp_path: Path) -> None:
    """A later Portbook may write better JSON; what stands under a date is frozen all the same (I-4)."""
    tree, file = tmp_path / "tree", edition(tmp_path)
    first = published(tree, file)
    frozen = first.folder / "editions" / file.date / CSV
    frozen.unlink()
    frozen.write_bytes(b"as an earlier version wrote it")
    manifest = manifest_of(tree)
    data = frozen.read_bytes()
    digests = Digests(len(data), hashlib.sha256(data).hexdigest(), hashlib.sha512(data).hexdigest())
    entries = tuple(
        Entry(entry.path, digests) if entry.path == f"editions/{file.date}/{CSV}" else entry
        for entry in manifest.files
    )
    (first.folder / "manifest.json").write_bytes(replace(manifest, files=entries).data())
    again = published(tree, file)
    assert (again.folder / "editions" / file.date / CSV).read_bytes() == data
    assert (again.folder / CSV).read_bytes() != data
    assert again.remarks == (
        f"{CSV} is written otherwise now than editions/{file.date}/{CSV}, which stays as it was published",
    )
    assert codes(tree) == set()


@pytest.mark.parametrize(
    "keep, left", [(2, [6, 7]), (4, [4, 5, 6, 7]), (1, [6, 7]), (10, [1, 2, 3, 4, 5, 6, 7])]
)
def test_old_publications_go(keep: int, left: list[int], tmp_path: Path) -> None:
    file = edition(tmp_path, records=1)
    for _ in range(7):
        done = published(tmp_path / "tree", file, keep=keep)
    assert [*Tree(tmp_path / "tree").numbers()] == left
    assert done.removed == ((left[0] - 1,) if left[0] > 1 else ())


def test_the_one_that_readers_may_hold_stays(tmp_path: Path) -> None:
    """A publisher that died before its switch leaves a number that was never served: it does not count."""
    tree, file = tmp_path / "tree", edition(tmp_path, records=1)
    for _ in range(3):
        published(tree, file)
    (tree / "current").unlink()
    (tree / "current").symlink_to("publications/000001")
    done = published(tree, file, keep=2)
    assert (done.number, [*Tree(tree).numbers()]) == (4, [1, 3, 4])


# -- which edition --------------------------------------------------------------------------------------


def test_nothing_older_is_published_but_by_a_persons_word(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    new, old = edition(tmp_path, "new", "2024-02-02"), edition(tmp_path, "old", "2024-01-01")
    published(tree, new)
    with pytest.raises(StoreError, match="E-PUBLISH-OLDER"):
        published(tree, old)
    assert manifest_of(tree).edition.id == "2024-02-02"
    assert published(tree, old, older=True).number == 2
    assert published(tree, new).number == 3


def test_an_id_names_one_set_of_bytes(tmp_path: Path) -> None:
    tree = tmp_path / "tree"
    published(tree, edition(tmp_path, "a", "2024-01-01"))
    with pytest.raises(StoreError, match="E-PUBLISH-EDITION"):
        published(tree, edition(tmp_path, "b", "2024-01-01"))
    published(tree, edition(tmp_path, "c", "2024-01-02"))
    with pytest.raises(StoreError, match="E-PUBLISH-EDITION"):  # known from its dated file too
        published(tree, edition(tmp_path, "b", "2024-01-01"), older=True)


def test_revisions_have_an_order(tmp_path: Path) -> None:
    from stores import small_xml

    store = EditionStore(tmp_path / "editions")
    first, second = (store.add(small_xml(label, "2024-01-01")) for label in ("a", "b"))
    assert [published(tmp_path / "tree", file).edition for file in (first, second)] == [
        *("2024-01-01", "2024-01-01.2")
    ]
    with pytest.raises(StoreError, match="E-PUBLISH-OLDER"):
        published(tmp_path / "tree", first)


def test_an_edition_without_a_date_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(small_csv())
    with pytest.raises(StoreError, match="E-PUBLISH-DATE"):
        published(tmp_path / "tree", edition_file(tmp_path / "x.csv"))
    assert not (tmp_path / "tree").exists()


@pytest.mark.parametrize("made", ["", "2026-01-01", "2026-13-01T00:00:00Z", "9999-12-31T00:00:00Z"])
def test_an_instant_that_is_none(made: str, tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="E-EDITION-INSTANT"):
        published(tmp_path / "tree", edition(tmp_path), made=made)
    assert not (tmp_path / "tree").exists()


# -- pages, paths, limits -------------------------------------------------------------------------------


def test_pages_are_put_where_they_say(tmp_path: Path) -> None:
    pages = [("index.html", b"home"), ("ports/443/index.html", b"443"), ("404.html", b"none")]
    done = published(tmp_path / "tree", edition(tmp_path), pages=pages)
    assert {path: (done.folder / path).read_bytes() for path, _ in pages} == dict(pages)


def test_the_pages_of_the_site_are_published(tmp_path: Path, invented: EditionFile) -> None:
    from portbook.web.static_pages import pages

    made = dict(pages(invented))
    done = published(tmp_path / "tree", invented, pages=made.items())
    assert all((done.folder / path).read_bytes() == data for path, data in made.items())
    assert codes(tmp_path / "tree") == set()


def test_a_name_called_as_a_packed_page_stops_nothing(tmp_path: Path) -> None:
    """The page of "Foo" is so long that services/Foo/index.html.gz lies beside it."""
    from portbook.web.static_pages import pages
    from static_trees import edition_of_names, kept_as_file

    names = ("Foo", *(f"Foo/index.html{suffix}" for suffix in (".gz", ".br", ".zst")))
    few = edition_of_names(names)
    many = tuple(replace(few.records[0], port_number=str(port)) for port in range(100, 180))
    file = kept_as_file(formats.write(replace(few, records=(*few.records, *many)), "xml"), tmp_path)
    published(tmp_path / "tree", file, pages=pages(file))
    assert (tmp_path / "tree" / "current" / "services" / "Foo" / "index.html.gz").is_file()
    assert codes(tmp_path / "tree") == set()


@pytest.mark.parametrize(
    "path",
    [
        *("", "/", "/etc/passwd", "a//b", "a/", "../a", "a/../b", "a/..", ".", "./a", "a\\b", "a\nb", "a\0b"),
        *("a\u202eb", "a\ud800b", "x" * (MAX_SEGMENT + 1), "é" * (MAX_SEGMENT // 2 + 1), "a/" * 500 + "a"),
        *("manifest.json", "manifest.json.sig", "sha256sums", CSV, f"{XML}.gz"),
        *("exports/json-lines.jsonl", "editions/2024-05-06/" + CSV),
    ],
)
def test_a_path_that_is_none_or_taken(path: str, tmp_path: Path) -> None:
    with pytest.raises(PortbookError, match="E-PUBLISH-PATH"):
        published(tmp_path / "tree", edition(tmp_path), pages=[(path, b"x")])
    assert [*Tree(tmp_path / "tree").numbers()] == []
    assert {item.name for item in tmp_path.iterdir()} <= {"tree", "a-2024-05-06-200.xml"}


def test_paths_at_their_limits() -> None:
    assert len(checked_path("a/" * (MAX_PATH // 2 - 1) + "ab")) == MAX_PATH
    assert checked_path("x" * MAX_SEGMENT)
    assert checked_path("services/dir|data#\u0435 {x}.html")


def test_a_path_below_a_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="E-PUBLISH-WRITE"):
        published(tmp_path / "tree", edition(tmp_path), pages=[("a", b"x"), ("a/b", b"x")])


def entries(count: int, size: int = 0) -> tuple[Entry, ...]:
    return tuple(Entry(f"{n:06}", Digests(size, "0" * 64, "0" * 128)) for n in range(count))


def test_limits_of_a_manifest() -> None:
    manifest = Manifest(1, Which("2024-01-01", "2024-01-01", "0" * 64, "xml"), MADE, EXPIRES, "0")
    for files, fits in (
        (entries(MAX_FILES), True),
        (entries(MAX_FILES + 1), False),
        (entries(1, MAX_FILE), True),
        (entries(1, MAX_FILE + 1), False),
    ):
        data = replace(manifest, files=files).data()
        if fits:
            assert len(manifests.read(data).files) == len(files)
        else:
            with pytest.raises(FormatError, match="E-VERIFY-MANIFEST"):
                manifests.read(data)


def test_more_files_than_a_manifest_takes_are_not_published(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from portbook.publication import building

    file = edition(tmp_path)
    count = len(manifest_of_first(tmp_path / "counted", file))
    monkeypatch.setattr(building, "MAX_FILES", count)
    published(tmp_path / "fits", file)
    with pytest.raises(StoreError, match="E-PUBLISH-SIZE"):
        published(tmp_path / "more", file, pages=[("one-more", b"")])


def manifest_of_first(tree: Path, file: EditionFile) -> tuple[Entry, ...]:
    published(tree, file)
    return manifest_of(tree).files


def test_a_manifest_holds_all_that_can_be_said() -> None:
    manifest = Manifest(
        number=8,
        edition=Which("2017-05-18.2", "2017-05-18", "a" * 64, "xml"),
        made=MADE,
        expires=EXPIRES,
        portbook="1",
        previous=Link(6, "b" * 64),
        events=Link(4711, "c" * 64),
        made_with={"python": "3.11.2"},
        absent=(Absent("a", "because \u202e é"),),
        files=entries(3),
    )
    assert manifests.read(manifest.data()) == manifest
    assert manifest.data().isascii()


def test_events_are_told(tmp_path: Path) -> None:
    """I-6: the head of the register's chain has a place."""
    published(tmp_path / "tree", edition(tmp_path), events=Link(12, "d" * 64))
    assert manifest_of(tmp_path / "tree").events == Link(12, "d" * 64)


def test_without_the_packers_there_is_gzip(tmp_path: Path) -> None:
    packing.codings.cache_clear()
    try:
        with without_extras("openpyxl", "pyarrow", "brotli", "zstandard"):
            publish(tmp_path / "tree", edition(tmp_path), made=MADE)
    finally:
        packing.codings.cache_clear()
    there = files_in(tmp_path / "tree" / "current")
    assert {Path(path).suffix for path in there} & {*UNPACK} == {".gz"}
    assert published(tmp_path / "tree", edition(tmp_path)).number == 2
    assert f"{XML}.br" in files_in(tmp_path / "tree" / "current")
    assert codes(tmp_path / "tree") == set()
