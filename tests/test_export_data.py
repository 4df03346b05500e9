"""Whole records as JSON Lines, SQLite, spreadsheets, Parquet and Arrow: read back, equal to the edition."""

from __future__ import annotations

import csv
import functools
import io
import json
import os
import random
import re
import sqlite3
import subprocess
import sys
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings

from cli_runs import XML, portbook
from export_hostile import hostile_registry
from portbook import exports, formats
from portbook.answers import RECORD_FIELDS, record_fields
from portbook.blocks import free_blocks
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.exports import Provenance, spreadsheet_csv, sqlite_file, workbook
from portbook.exports.port_states import timeline
from portbook.formats import iana_csv
from portbook.formats.columns import COLUMNS, Rendering, row
from portbook.numbers import Transport
from portbook.records import Record, rich
from portbook.store.edition_files import embedded
from strategies import editions

KNOWN = Provenance("2031-05-01", "2031-05-01", "ab" * 32, "0.1")
IN_CI = 500
FEW = settings(max_examples=60)
SOURCE = Path(exports.__file__).parents[2]


def written(edition: Edition, name: str, **options: object) -> bytes:
    return exports.write(edition, name, KNOWN, **options).data


@functools.cache
def newest() -> Edition:
    return embedded()[-1].edition


@functools.cache
def of_newest(name: str) -> bytes:
    return written(newest(), name)


def answers(edition: Edition) -> list[dict[str, object]]:
    return [record_fields(record, edition, KNOWN.edition) for record in edition.records]


def whole(edition: Edition) -> Edition:
    """*edition* without the rows that no file can hold: those with half of a surrogate pair."""
    return replace(edition, records=tuple(one for one in edition.records if is_whole(one)))


def is_whole(record: Record) -> bool:
    texts = (record.service_name, record.port_number, record.transport, str(record.description))
    return not re.search("[\ud800-\udfff]", "".join(text or "" for text in texts))


HALF = Edition((Record("x", "1", "tcp", rich("half \ud800 of it")),))


@pytest.mark.parametrize("name", ["json-lines", "sqlite", "xlsx", "records-parquet", "records-arrow"])
def test_half_of_a_surrogate_pair_is_refused(name: str) -> None:
    with pytest.raises(FormatError, match=r"holds half of a surrogate pair \(E-EXPORT-TEXT"):
        written(HALF, name)


# -- JSON Lines


def check_json_lines(edition: Edition) -> None:
    data = written(edition, "json-lines")
    assert re.fullmatch(rb"[\n -~]*", data)
    lines = data.decode().splitlines()  # on purpose: nothing else may end a line
    assert [json.loads(line) for line in lines] == answers(edition)
    assert data.endswith(b"\n") or not edition.records


def test_json_lines_of_the_invented_edition() -> None:
    edition = formats.read(XML)
    check_json_lines(edition)
    first = json.loads(written(edition, "json-lines").split(b"\n")[2])
    assert tuple(first) == RECORD_FIELDS
    assert (first["service_name"], first["port"], first["transport"]) == ("echo", 7, "tcp")


@given(editions())
def test_json_lines_of_odd_editions(edition: Edition) -> None:
    check_json_lines(edition)


def test_json_lines_of_hostile_registries_and_a_whole_edition() -> None:
    for seed in range(IN_CI):
        check_json_lines(whole(hostile_registry(seed)))
    assert [json.loads(line) for line in of_newest("json-lines").split(b"\n")[:-1]] == answers(newest())


# -- SQLite


def opened(data: bytes) -> sqlite3.Connection:
    database = sqlite3.connect(":memory:")
    database.deserialize(data)
    return database


def fields_in(database: sqlite3.Connection) -> list[dict[str, object]]:
    """The records of *database* in the shape of `answers.record_fields`."""
    (edition_id,) = database.execute("SELECT id FROM edition").fetchone()
    people: dict[tuple[int, str], list[str]] = {}
    for record, role, contact in database.execute(
        "SELECT record, role, contact FROM record_people ORDER BY record, role, position"
    ):
        people.setdefault((record, role), []).append(contact)
    references: dict[int, list[dict[str, str]]] = {}
    for record, *parts in database.execute(
        "SELECT record, type, data, text FROM record_references ORDER BY record, position"
    ):
        told = dict(zip(("type", "data", "text"), parts, strict=True))
        references.setdefault(record, []).append(told)
    aliases: dict[str, list[str]] = {}
    for alias, canonical in database.execute("SELECT alias, canonical FROM aliases ORDER BY position"):
        aliases.setdefault(lower(canonical), []).append(alias)
    found = []
    database.row_factory = sqlite3.Row
    for one in database.execute("SELECT * FROM records ORDER BY id"):
        own = lower(one["service_name"])
        lists = {
            "assignee": people.get((one["id"], "assignee"), []),
            "contact": people.get((one["id"], "contact"), []),
            "reference": references.get(one["id"], []),
            "aliases": [alias for alias in aliases.get(lower(one["canonical"]), []) if lower(alias) != own],
            "edition": edition_id,
        }
        found.append({field: lists[field] if field in lists else one[field] for field in RECORD_FIELDS})
    database.row_factory = None
    return found


def lower(text: str | None) -> str:
    return "".join(c.lower() if c.isascii() else c for c in text or "")


def check_sqlite(edition: Edition) -> sqlite3.Connection:
    database = opened(written(edition, "sqlite"))
    assert fields_in(database) == answers(edition)
    ports = [port for (port,) in database.execute("SELECT port_number FROM records ORDER BY id")]
    assert ports == [record.port_number for record in edition.records]
    contacts = database.execute("SELECT id, name, organization, updated FROM contacts ORDER BY position")
    assert contacts.fetchall() == [
        (one.id, one.name, one.organization, one.updated) for one in edition.contacts or ()
    ]
    uris = database.execute("SELECT uri FROM contact_uris ORDER BY contact, position").fetchall()
    assert [uri for (uri,) in uris] == [uri for one in edition.contacts or () for uri in one.uris]
    head = database.execute("SELECT id, date, sha256, title, category, updated FROM edition").fetchall()
    assert head == [(*KNOWN[:3], edition.title, edition.category, edition.updated)]
    notes = database.execute("SELECT title, text FROM notes ORDER BY position").fetchall()
    assert notes == [(note.title, str(note.text)) for note in edition.notes or ()]
    footnotes = database.execute("SELECT anchor, text FROM footnotes ORDER BY position").fetchall()
    assert footnotes == [(note.anchor, str(note.text)) for note in edition.footnotes or ()]
    assert database.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    assert database.execute("PRAGMA foreign_key_check").fetchall() == []
    return database


def test_sqlite_of_the_invented_edition() -> None:
    database = check_sqlite(formats.read(XML))
    assert database.execute("PRAGMA user_version").fetchone() == (sqlite_file.USER_VERSION,)
    assert database.execute("PRAGMA application_id").fetchone() == (0x50425245,)
    matches = "SELECT service_name FROM record_texts WHERE record_texts MATCH ? ORDER BY rowid"
    assert database.execute(matches, ("oracle",)).fetchall() == [("sql*net",), ("sql-net",)]
    assert database.execute(matches, ("service_name : http",)).fetchall() == [("http",), ("http",)]
    at = "SELECT transport, service_name, canonical FROM assigned_ports WHERE port = ?"
    assert database.execute(at, (80,)).fetchall() == [("tcp", "http", "http"), ("udp", "http", "http")]
    assert len(database.execute(at, (3323,)).fetchall()) == 4


@FEW
@given(editions())
def test_sqlite_of_odd_editions(edition: Edition) -> None:
    check_sqlite(edition)


def test_sqlite_of_hostile_registries() -> None:
    for seed in range(0, IN_CI, 10):
        check_sqlite(whole(hostile_registry(seed)))


def test_sqlite_of_a_whole_edition_and_its_views() -> None:
    edition = newest()
    database = check_sqlite(edition)
    expected = set()
    for port in range(65_536):
        for state in edition.ports(port):
            if state.state == "Assigned":
                expected.add((port, state.transport.value))
    rows = database.execute("SELECT port, transport, service_name, canonical FROM assigned_ports").fetchall()
    assert len(rows) == len(expected)
    assert {row[:2] for row in rows} == expected
    for port, transport, name, canonical in rows:
        names = edition.services(port, Transport(transport))
        assert name in names if names else name is None
        assert canonical == (edition.canonical(name) if name else None)
        aliases = [one for one in names if edition.canonical(one) != one]
        assert name not in aliases or len(aliases) == len(names)
    free = database.execute("SELECT low, high, size FROM free_blocks ORDER BY low").fetchall()
    assert free == [(*block, block.high - block.low + 1) for block in free_blocks(edition)]


def test_sqlite_is_the_same_bytes_again_elsewhere() -> None:
    here = written(formats.read(XML), "sqlite")
    code = (
        "import sys, hashlib; from cli_runs import XML; from portbook import exports, formats\n"
        f"known = exports.Provenance(*{tuple(KNOWN)!r})\n"
        "sys.stdout.buffer.write(exports.write(formats.read(XML), 'sqlite', known).data)"
    )
    for seed, zone in (("1", "Asia/Kathmandu"), ("77", "America/St_Johns")):
        environment = {
            **os.environ,
            "PYTHONHASHSEED": seed,
            "TZ": zone,
            "LC_ALL": "tr_TR.UTF-8",
            "PYTHONPATH": os.pathsep.join((str(SOURCE), str(Path(__file__).parent))),
        }
        ran = subprocess.run(
            [sys.executable, "-S", "-c", code], env=environment, capture_output=True, timeout=60, check=True
        )
        assert ran.stdout == here


@pytest.mark.needs("sqlite3")
def test_the_shell_of_sqlite_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "edition.sqlite"
    path.write_bytes(of_newest("sqlite"))
    question = (
        "SELECT count(*) FROM records; SELECT count(*) FROM assigned_ports;"
        "SELECT service_name FROM assigned_ports WHERE port = 443 AND transport = 'tcp';"
        "SELECT count(*) > 5 FROM record_texts WHERE record_texts MATCH 'printer';"
    )
    ran = subprocess.run(
        ["sqlite3", "-readonly", path, question], capture_output=True, text=True, timeout=60, check=True
    )
    count, places, name, found = ran.stdout.split()
    assert (int(count), name, found) == (len(newest().records), "https", "1")
    assert int(places) > 11_000


# -- CSV for spreadsheets

STARTS = (
    "=",
    "+",
    "-",
    "@",
    "\t",
    "\r",
    "\n",
    "\0",
    "\uff1d",
    "\uff0b",
    "\uff0d",
    "\uff20",
    "\ufe62",
    "\ufe66",
    "\u2212",
)
BEFORE = ("", " ", '"', "'", '""', "\u00a0", "\u3000", "\ufeff", "\u200b", "\u202e", "\u201c", " \"' ")
AFTER = ("1+1", "cmd|' /C calc'!A0")
PAYLOADS = [before + start + after for start in STARTS for before in BEFORE for after in AFTER]
HARMLESS = (
    "",
    "http",
    "a=b",
    "a -b",
    "1",
    "443",
    "6000-6063",
    "[x]",
    "(=)",
    "a\n=1",
    "é",
    "#x",
    "/x",
    "_x",
    '"a"',
)


def test_there_are_300_payloads() -> None:
    assert len(set(PAYLOADS)) >= 300


def begins_a_formula(cell: str) -> bool:
    """The rule written out again, letter by letter."""
    for letter in cell:
        wide = unicodedata.normalize("NFKC", letter)[:1]
        if wide in "=+-@\u2212" and wide:
            return True
        if letter in "\t\r\n\0":
            return True
        if letter.isspace() or letter in "\"'`\u201c\u201d" or unicodedata.category(letter) in ("Cc", "Cf"):
            continue
        return False
    return False


@pytest.mark.parametrize("text", PAYLOADS)
def test_what_could_be_a_formula_is_text(text: str) -> None:
    assert begins_a_formula(text)
    assert spreadsheet_csv.guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_all_else_is_left_as_it_is(text: str) -> None:
    assert not begins_a_formula(text)
    assert spreadsheet_csv.guarded(text) == text


def cells_in(data: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(data.decode(), newline="")))


def dangerous_edition() -> Edition:
    """A record for each payload that a CSV can hold, in three columns."""
    texts = [text for text in PAYLOADS if "\0" not in text]
    return Edition(tuple(Record(text, "1", text, rich(text)) for text in texts))


def check_csv(edition: Edition) -> None:
    exact, safe = iana_csv.write(edition), written(edition, "spreadsheet-csv")
    assert cells_in(safe) == [
        [f"'{cell}" if begins_a_formula(cell) else cell for cell in cells] for cells in cells_in(exact)
    ]
    if not any(begins_a_formula(cell) for cells in cells_in(exact) for cell in cells):
        assert safe == exact


def test_csv_of_dangerous_odd_and_hostile_editions() -> None:
    check_csv(dangerous_edition())
    (remark,) = exports.write(dangerous_edition(), "spreadsheet-csv", KNOWN).remarks
    assert remark.startswith("an apostrophe stands before what could be formulas (")
    for seed in range(0, IN_CI, 5):
        edition = whole(hostile_registry(seed))
        kept = (one for one in edition.records if "\0" not in f"{one.service_name}{one.description}")
        check_csv(Edition(tuple(kept)))


@FEW
@given(editions(markup=False))
def test_csv_of_odd_editions(edition: Edition) -> None:
    check_csv(edition)


def test_csv_of_real_editions_is_the_exact_one() -> None:
    for file in embedded():
        out = exports.write(file.edition, "spreadsheet-csv", KNOWN)
        assert out.data == iana_csv.write(file.edition)
        assert out.remarks == ()


def test_a_nul_is_refused_as_by_the_exact_one() -> None:
    with pytest.raises(FormatError, match="E-CSV-NUL"):
        written(Edition((Record("\0x", "1", "tcp"),)), "spreadsheet-csv")


# -- XLSX


def sheet_of(data: bytes) -> list[list[object]]:
    """The cells as openpyxl reads them; escapes such as _x005F_ it leaves to Excel (ECMA-376, ST_Xstring)."""
    book = openpyxl.load_workbook(io.BytesIO(data))
    return [[undone(cell.value) for cell in cells] for cells in book["Registry"].iter_rows()]


def undone(value: object) -> object:
    if not isinstance(value, str):
        return value
    return re.sub("_x([0-9A-Fa-f]{4})_", lambda found: chr(int(found[1], 16)), value)


def expected_cell(column: int, text: str) -> object:
    if column == 1 and re.fullmatch("0|[1-9][0-9]{0,4}", text, re.ASCII):
        return int(text)
    return text or None


def check_workbook(edition: Edition) -> None:
    data = written(edition, "xlsx")
    wanted = [COLUMNS, *(row(record, Rendering.D) for record in edition.records)]
    expected = [[expected_cell(at, text) for at, text in enumerate(cells)] for cells in wanted]
    assert sheet_of(data) == expected
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheet = archive.read("xl/worksheets/sheet1.xml")
    kinds = {cell.get("t") for cell in ElementTree.fromstring(sheet).iter() if cell.tag.endswith("}c")}
    assert kinds <= {"inlineStr", "s", "n"}
    assert b"<f>" not in sheet


def test_workbook_of_the_invented_edition() -> None:
    data = written(formats.read(XML), "xlsx")
    rows = sheet_of(data)
    assert rows[0] == list(COLUMNS)
    assert rows[3][:4] == ["echo", 7, "tcp", "Echo"]
    assert "C1 \\x9b31m bidi \\u202etxt" in [cells[3] for cells in rows]
    book = openpyxl.load_workbook(io.BytesIO(data))
    about = [cell.value for (cell,) in book["About"].iter_rows()]
    assert about == list(KNOWN.lines(workbook.TITLE))


def test_workbook_of_a_whole_edition() -> None:
    check_workbook(newest())


def test_no_payload_is_a_formula_in_a_workbook() -> None:
    texts = [f"={number}+1" for number in range(50)] + [
        "=1",
        "+1",
        "-1",
        "@SUM(A1)",
        "=cmd|'/C calc'!A0",
        "#REF!",
    ]
    texts += [
        "_x0041_",
        "_x005F_x0041_",
        "<f>1</f>",
        "]]>",
        "é",
        "\U0001f50c",
        "2031-05-01",
        "TRUE",
        "1e5",
        " x ",
    ]
    check_workbook(Edition(tuple(Record(text, text, text, rich(text)) for text in texts)))


def test_a_long_cell_is_cut_and_told() -> None:
    for length, told in ((32_767, 0), (32_768, 1)):
        out = exports.write(Edition((Record("x" * length, "1", "tcp"),)), "xlsx", KNOWN)
        assert sheet_of(out.data)[1][0] == "x" * 32_767
        assert len(out.remarks) == told


def test_a_workbook_has_no_time_of_its_making() -> None:
    data = written(formats.read(XML), "xlsx")
    assert data == written(formats.read(XML), "xlsx")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        core = archive.read("docProps/core.xml").decode()
    assert re.findall(r">([0-9T:Z-]{20})<", core) == ["1980-01-01T00:00:00Z"] * 2


@pytest.mark.needs("soffice")
@pytest.mark.parametrize("name, suffix", [("spreadsheet-csv", ".csv"), ("xlsx", ".xlsx")])
def test_libreoffice_finds_no_formula(tmp_path: Path, name: str, suffix: str) -> None:
    edition = dangerous_edition()
    (tmp_path / f"dangerous{suffix}").write_bytes(written(edition, name))
    formulas, texts = in_libreoffice(tmp_path, f"dangerous{suffix}")
    assert formulas == 0
    assert len(texts) > len(edition.records) * 3
    (tmp_path / "naive.csv").write_bytes(b"=1+1,x\r\n")
    assert in_libreoffice(tmp_path, "naive.csv", evaluate=True)[0] == 1  # so it would have been seen


@pytest.mark.needs("soffice")
def test_libreoffice_reads_a_whole_workbook(tmp_path: Path) -> None:
    (tmp_path / "newest.xlsx").write_bytes(of_newest("xlsx"))
    formulas, texts = in_libreoffice(tmp_path, "newest.xlsx")
    assert formulas == 0
    assert texts.count("https") >= 2


def in_libreoffice(folder: Path, name: str, evaluate: bool = False) -> tuple[int, list[str]]:
    """How many formulas LibreOffice sees in the file *name* of *folder*, and the texts of all cells."""
    options = "44,34,76,1,,0,false,true,false,false,false,-1" + (",true" if evaluate else "")
    read = ["--infilter=CSV:" + options] if name.endswith(".csv") else []
    subprocess.run(
        [
            *("soffice", f"-env:UserInstallation={(folder / 'profile').as_uri()}", "--headless", *read),
            *("--convert-to", "fods", "--outdir", str(folder / "out"), str(folder / name)),
        ],
        capture_output=True,
        timeout=300,
        check=True,
    )
    (made,) = (folder / "out").glob(f"{Path(name).stem}*.fods")
    tree = ElementTree.parse(made)
    made.unlink()
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    cells = list(tree.iter(f"{{{office}table:1.0}}table-cell"))
    formulas = [cell for cell in cells if f"{{{office}table:1.0}}formula" in cell.attrib]
    return len(formulas), ["".join(cell.itertext()).strip() for cell in cells if len(cell)]


# -- Parquet and Arrow


def table_in(data: bytes, form: str) -> pa.Table:
    if form == "parquet":
        return pq.read_table(io.BytesIO(data))
    return pa.ipc.open_file(io.BytesIO(data)).read_all()


@pytest.mark.parametrize("form", ["parquet", "arrow"])
def test_records_are_read_back(form: str) -> None:
    for edition in (formats.read(XML), newest(), Edition(())):
        table = table_in(written(edition, f"records-{form}"), form)
        assert table.schema.names == list(RECORD_FIELDS)
        assert table.to_pylist() == answers(edition)
        metadata = {key.decode(): value.decode() for key, value in table.schema.metadata.items()}
        assert metadata["portbook.edition"] == KNOWN.edition
        assert metadata["portbook.sha256"] == KNOWN.sha256


@FEW
@given(editions())
def test_odd_records_are_read_back(edition: Edition) -> None:
    assert table_in(written(edition, "records-parquet"), "parquet").to_pylist() == answers(edition)


@pytest.mark.parametrize("name", ["records-parquet", "records-arrow", "ports-parquet", "ports-arrow"])
def test_tables_are_the_same_bytes_again(name: str) -> None:
    edition = formats.read(XML)
    assert written(edition, name) == written(edition, name)


def test_every_port_stands_once_on_every_transport() -> None:
    edition = newest()
    for form in ("parquet", "arrow"):
        columns = table_in(written(edition, f"ports-{form}"), form).to_pydict()
        places = list(zip(columns["port"], columns["transport"], strict=True))
        assert places == [(port, transport.value) for port in range(65_536) for transport in Transport]
        assert set(columns["valid_from"]) == {date(2031, 5, 1)}
        assert set(columns["valid_to"]) == {None}
    for at in (443 * 4, 80 * 4, 6005 * 4, *random.Random(443).sample(range(len(places)), 3_000)):
        port, transport = places[at]
        state = edition.port(port, Transport(transport))
        assert columns["state"][at] == state.state
        assert sorted(columns["names"][at]) == sorted(state.names)
        name = columns["service_name"][at]
        assert name == (columns["names"][at][0] if state.names else None)
        assert columns["canonical"][at] == (edition.canonical(name) if name else None)


def one(name: str, port: str = "1") -> Edition:
    return Edition((Record(name, port, "tcp"),))


def test_what_stood_there_and_from_when_to_when() -> None:
    earlier = [("2001-01-01", one("a")), ("2002-01-01", one("a")), ("2003-01-01", one("b"))]
    rows, standings = timeline(one("a"), "2004-01-01", earlier)
    told = [(standings[r.standing].service_name, r.valid_from, r.valid_to) for r in rows if r[:2] == (1, 0)]
    assert told == [
        ("a", "2001-01-01", "2003-01-01"), ("b", "2003-01-01", "2004-01-01"), ("a", "2004-01-01", None),
    ]  # fmt: skip
    assert len(rows) == 4 * 65_536 + 2


def test_of_two_editions_with_one_date_the_last_counts() -> None:
    rows, standings = timeline(one("c"), "2002-01-01", [("2001-01-01", one("a")), ("2002-01-01", one("b"))])
    told = [(standings[r.standing].service_name, r.valid_from, r.valid_to) for r in rows if r[:2] == (1, 0)]
    assert told == [("a", "2001-01-01", "2002-01-01"), ("c", "2002-01-01", None)]


def test_an_edition_without_a_date() -> None:
    (row,) = {row[3:] for row in timeline(one("a"), "").rows}
    assert row == ("", None)
    undated = exports.write(one("a"), "ports-arrow", KNOWN._replace(date=""))
    assert set(table_in(undated.data, "arrow")["valid_from"].to_pylist()) == {None}
    with pytest.raises(FormatError, match="E-EXPORT-DATE"):
        timeline(one("a"), "", [("2001-01-01", one("b"))])


def test_duckdb_sees_each_edition_as_it_stood(tmp_path: Path) -> None:
    files = embedded()
    history = [(file.date, file.edition) for file in files[:-1]]
    last = files[-1]
    known = Provenance(last.id, last.date, last.sha256, "0.1")
    data = exports.write(last.edition, "ports-parquet", known, history=history).data
    (tmp_path / "ports.parquet").write_bytes(data)
    with duckdb.connect() as database:
        database.read_parquet(str(tmp_path / "ports.parquet")).create("ports")
        for file in files:
            then = database.execute(
                "SELECT port, transport, state, names FROM ports WHERE valid_from <= ?::DATE"
                " AND (valid_to IS NULL OR valid_to > ?::DATE) ORDER BY port, transport",
                [file.date, file.date],
            ).fetchall()
            assert len(then) == 4 * 65_536
            for port, transport, state, names in random.Random(6335).sample(then, 2_000):
                wanted = file.edition.port(port, Transport(transport))
                assert (state, sorted(names)) == (wanted.state, sorted(wanted.names))
        overlap = database.execute(
            "SELECT count(*) FROM ports a JOIN ports b USING (port, transport)"
            " WHERE a.valid_from < b.valid_from AND coalesce(a.valid_to, DATE '9999-01-01') > b.valid_from"
        ).fetchone()
        assert overlap == (0,)
        changed = "SELECT service_name FROM ports WHERE port = 1883 AND transport = 'tcp' ORDER BY valid_from"
        assert database.execute(changed).fetchall() == [("ibm-mqisdp",), ("mqtt",)]


def test_history_on_the_command_line(tmp_path: Path) -> None:
    target = tmp_path / "ports.arrow"
    argv = ("export", "ports-arrow", "--edition", "2018-10-04", "-o", str(target), "--force")
    for more, names in (
        ((), ["mqtt"]),
        (("--history",), ["ibm-mqisdp", "mqtt"]),
        (("--history", "--since", "2018"), ["mqtt"]),
    ):
        ran = portbook(*argv, *more)
        assert ran.status == 0, ran.err
        rows = table_in(target.read_bytes(), "arrow").to_pylist()
        assert [
            row["service_name"] for row in rows if (row["port"], row["transport"]) == (1883, "tcp")
        ] == names
    assert portbook("export", "sqlite", "--history").status == 2


# -- without the packages


def without_packages() -> Iterator[tuple[str, str]]:
    for name, export in exports.EXPORTS.items():
        if export.module in ("workbook", "arrow_tables"):
            yield name, "openpyxl" if export.module == "workbook" else "pyarrow"


@pytest.mark.parametrize("name, package", list(without_packages()))
def test_the_extra_is_named_where_it_is_missing(name: str, package: str) -> None:
    code = (
        "from portbook import exports\nfrom portbook.edition import Edition\n"
        "from portbook.errors import DataMissing\n"
        f"try: exports.write(Edition(()), {name!r}, exports.Provenance('x', '', '', ''))\n"
        "except DataMissing as error: print(error)"
    )
    ran = subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"import sys; sys.path.insert(0, {str(SOURCE)!r})\n{code}"],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == (
        f"this export needs {package}: install portbook[tables] (E-EXPORT-PACKAGE, docs/exports.md)\n"
    )
