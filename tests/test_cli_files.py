"""convert, check, editions, paths: files in, files out, nothing lost and nothing overwritten."""

import csv
import errno
import io
import json
import os
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest.mock import patch

import pytest

from cli_runs import DATE, XML, portbook, shared_home
from portbook import __version__, formats

HEADER = (
    "Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration Date,"
    "Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment Notes\r\n"
)


@pytest.fixture
def source(tmp_path: Path) -> Path:
    path = tmp_path / "in.xml"
    path.write_bytes(XML)
    return path


# -- convert


def test_what_is_written_is_what_the_library_writes(source: Path, tmp_path: Path) -> None:
    edition = formats.read(XML)
    for name in ("xml", "csv", "txt", "html", "json"):
        out = tmp_path / f"out.{name}"
        ran = portbook("convert", str(source), "--to", name, "-o", str(out))
        assert (ran.status, ran.out) == (0, "")
        assert out.read_bytes() == formats.write(edition, name)
        assert portbook("convert", "-", "--to", name, stdin=XML).out.encode() == out.read_bytes()
        assert portbook("convert", "-", "--from", "xml", "--to", name, "-o", "-", stdin=XML).status == 0
    names = [f"out.{name}" for name in ("csv", "html", "json", "txt", "xml")]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.xml", *names]


def test_losses_are_said_and_only_where_there_are_any(source: Path) -> None:
    assert "csv cannot hold: title" in portbook("convert", str(source), "--to", "csv").err
    assert "cannot hold" not in portbook("convert", str(source), "--to", "json").err
    again = portbook(
        "convert", "-", "--to", "csv", stdin=portbook("convert", str(source), "--to", "csv").out.encode()
    )
    assert "cannot hold" not in again.err
    assert "not in the source: title" in again.err


def test_a_file_is_replaced_only_when_told_so(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    out.write_text("precious")
    refused = portbook("convert", str(source), "--to", "csv", "-o", str(out))
    assert refused.status == 2
    assert "E-FILE-EXISTS" in refused.err
    assert out.read_text() == "precious"
    assert portbook("convert", str(source), "--to", "csv", "-o", str(out), "--force").status == 0
    assert out.read_text().startswith("Service Name")


def test_a_file_that_appears_meanwhile_is_not_replaced(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    write = formats.write

    def slow_write(*args: object, **options: object) -> bytes:
        out.write_text("came first")
        return write(*args, **options)  # type: ignore[arg-type]

    with patch("portbook.formats.write", slow_write):
        ran = portbook("convert", str(source), "--to", "csv", "-o", str(out))
    assert ran.status == 2
    assert out.read_text() == "came first"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.xml", "out.csv"]


def test_a_link_is_never_followed(source: Path, tmp_path: Path) -> None:
    victim, link = tmp_path / "victim", tmp_path / "link.csv"
    victim.write_text("precious")
    link.symlink_to(victim)
    assert portbook("convert", str(source), "--to", "csv", "-o", str(link)).status == 2
    assert portbook("convert", str(source), "--to", "csv", "-o", str(link), "--force").status == 2
    assert victim.read_text() == "precious"
    assert link.is_symlink()
    dangling = tmp_path / "dangling.csv"
    dangling.symlink_to(tmp_path / "nowhere")
    assert portbook("convert", str(source), "--to", "csv", "-o", str(dangling)).status == 2
    assert not (tmp_path / "nowhere").exists()


def test_where_hard_links_are_refused_the_file_is_written_all_the_same(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    with patch("os.link", side_effect=PermissionError(1, "Operation not permitted")):
        assert portbook("convert", str(source), "--to", "json", "-o", str(out)).status == 0
        assert portbook("convert", str(source), "--to", "json", "-o", str(out)).status == 2
    assert out.read_bytes() == formats.write(formats.read(XML), "json")


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("where", ["os.fsync", "os.open", "os.replace"])
def test_what_the_system_refuses_is_told_with_its_reason_and_nothing_of_a_store(
    source: Path, tmp_path: Path, where: str, force: tuple[str, ...]
) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    out = folder / "out.csv"
    data = source.read_bytes()
    full = OSError(errno.ENOSPC, "No space left on device")
    with patch("os.link", side_effect=PermissionError(1, "x")), patch(where, side_effect=full):
        ran = portbook("convert", "-", "--to", "csv", "-o", str(out), *force, stdin=data)
    reason = f"{str(out)!r} cannot be written: No space left on device (E-FILE-WRITE, docs/errors.md)"
    assert (ran.status, ran.out, ran.err) == (3, "", f"portbook: {reason}\n")
    assert list(folder.iterdir()) == []


@pytest.mark.parametrize("force", [(), ("--force",)])
def test_a_file_whose_name_may_not_last_is_told_so(
    source: Path, tmp_path: Path, force: tuple[str, ...]
) -> None:
    out = tmp_path / "out.csv"
    with patch("portbook.store.durable.flush_folder", side_effect=OSError(errno.EIO, "Input/output error")):
        ran = portbook("convert", str(source), "--to", "csv", "-o", str(out), *force)
    assert ran.status == 3
    assert "is written, but may not last: Input/output error (E-FILE-WRITE, docs/errors.md)" in ran.err
    assert out.read_bytes() == formats.write(formats.read(XML), "csv")


def test_a_file_gets_the_mode_that_the_user_wants(source: Path, tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        assert portbook("convert", str(source), "--to", "csv", "-o", str(tmp_path / "out")).status == 0
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o640


def test_a_file_that_is_replaced_keeps_its_permissions(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    for mode in (0o600, 0o664):
        out.write_text("old")
        out.chmod(mode)
        assert portbook("convert", str(source), "--to", "csv", "-o", str(out), "--force").status == 0
        assert out.read_text().startswith("Service Name")
        assert stat.S_IMODE(out.stat().st_mode) == mode


@pytest.mark.parametrize("force", [(), ("--force",)])
@pytest.mark.parametrize("kind", ["a named pipe", "a folder", "a symbolic link"])
def test_what_is_no_regular_file_is_not_replaced(
    source: Path, tmp_path: Path, kind: str, force: tuple[str, ...]
) -> None:
    out = tmp_path / "out"
    if kind == "a named pipe":
        os.mkfifo(out)
    elif kind == "a folder":
        out.mkdir()
    else:
        out.symlink_to(os.devnull)
    before = out.lstat()
    ran = portbook("convert", str(source), "--to", "csv", "-o", str(out), *force)
    assert (ran.status, ran.out) == (2, "")
    assert f"{str(out)!r} is {kind}, not a file to write; it is not replaced (E-FILE-EXISTS" in ran.err
    assert out.lstat() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.xml", "out"]


def test_a_pipe_that_appears_meanwhile_is_not_replaced(source: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.csv"
    write = formats.write

    def slow_write(*args: object, **options: object) -> bytes:
        os.mkfifo(out)
        return write(*args, **options)  # type: ignore[arg-type]

    with patch("portbook.formats.write", slow_write):
        ran = portbook("convert", str(source), "--to", "csv", "-o", str(out), "--force")
    assert (ran.status, out.is_fifo()) == (2, True)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.xml", "out.csv"]


def test_the_renderings_and_headers_of_csv() -> None:
    note = b"<note>One<br/>Two</note>"
    row = (
        b"<record><name>two</name><description>One <br/>\n  Two</description><number>1</number>"
        + note
        + b"</record>"
    )
    xml = XML.replace(b"<people>", row + b"<people>", 1)
    edition = formats.read(xml)
    outputs = set()
    for rendering in "ABCD":
        for header in ("new", "old"):
            argv = ("convert", "--rendering", rendering, "-", "--to", "csv", "--header", header)
            ran = portbook(*argv, stdin=xml)
            expected = formats.write(edition, "csv", rendering=rendering, header=header)
            assert (ran.status, ran.out.encode()) == (0, expected)
            outputs.add(ran.out)
    assert len(outputs) == 8
    assert portbook("convert", "-", "--to", "csv", stdin=xml).out.encode() == formats.write(
        edition, "csv", rendering="D", header="new"
    )


@pytest.mark.parametrize("name", ["txt", "html"])
def test_the_layouts_of_plain_text_and_page(name: str) -> None:
    edition = formats.read(XML)
    outputs = set()
    for layout in ("2015-05-04", "2018-02", "2020-07-14", "2022-08-31", "2026-08-17"):
        ran = portbook("convert", "-", "--to", name, "--layout", layout, stdin=XML)
        assert (ran.status, ran.out.encode()) == (0, formats.write(edition, name, layout=layout))
        outputs.add(ran.out)
    assert len(outputs) >= 4
    assert formats.read(ran.out.encode()).records == formats.project(edition, name).records


def test_names_that_look_like_options(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("--force").write_bytes(XML)
    assert portbook("convert", "--to", "csv", "--output=-o", "--", "--force").status == 0
    assert Path("-o").read_text().startswith("Service Name")
    assert portbook("check", "--", "--force").status == 0
    assert portbook("http", "--data=--force").status == 0


@pytest.mark.parametrize(
    "argv, status, code",
    [
        (("in.xml", "--from", "txt", "--to", "csv"), 3, "E-TXT-HEAD"),
        (("in.xml", "--from", "html", "--to", "csv"), 3, "E-HTML-PAGE"),
        (
            ("in.xml", "--to", "csv", "--layout", "2018-02-21"),
            2,
            "--layout is for --to txt and --to html, not",
        ),
        (("in.xml", "--to", "txt", "--layout", "old"), 2, "--layout 'old' is no date"),
        (("in.xml", "--to", "yaml"), 2, "E-FORMAT-UNKNOWN"),
        (("in.xml", "--to", "json2015"), 2, "E-FORMAT-READONLY"),
        (("in.xml",), 2, "E-USAGE"),
        (("in.xml", "--to", "csv", "--rendering", "E"), 2, "E-USAGE"),
        (("in.xml", "--to", "csv", "--header", "New"), 2, "E-USAGE"),
        (
            ("in.xml", "--to", "xml", "--rendering", "D"),
            2,
            "--rendering is for --to csv, not for 'xml' (E-USAGE",
        ),
        (("in.xml", "--to", "json", "--header=old"), 2, "--header is for --to csv, not for 'json' (E-USAGE"),
        (("in.xml", "--to", "csv", "-o", "."), 2, "E-FILE-EXISTS"),
        (("in.xml", "--from", "csv", "--to", "csv"), 3, "E-CSV"),
        (("nowhere.xml", "--to", "csv"), 3, "E-FILE-READ"),
        ((".", "--to", "csv"), 3, "E-FILE-READ"),
        (("in.xml", "--to", "csv", "-o", "no/such/folder"), 3, "E-FILE-WRITE"),
    ],
)
def test_what_is_refused(
    argv: tuple[str, ...], status: int, code: str, source: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(source.parent)
    ran = portbook("convert", *argv)
    assert (ran.status, ran.out) == (status, "")
    assert code in ran.err
    assert ran.err.count("\n") == 1
    assert [path.name for path in source.parent.iterdir()] == ["in.xml"]


def test_an_error_in_a_file_has_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.xml"
    path.write_bytes(XML[:-20])
    ran = portbook("convert", str(path), "--to", "csv")
    assert ran.status == 3
    assert ran.err.startswith(f"portbook: {path}:")
    line, column = ran.err.removeprefix(f"portbook: {path}:").split(":")[:2]
    assert (int(line), int(column) > 0) == (XML[:-20].count(b"\n") + 1, True)
    assert portbook("443", "--data", str(path)).status == 3
    assert "standard input:" in portbook("check", "-", stdin=XML[:-20]).err


# -- check


def test_check_tells_errors_from_flags() -> None:
    good = portbook("check", "-", stdin=XML)
    assert good.status == 0
    assert "0 errors" in good.err
    assert portbook("check", "--strict", "-", stdin=XML).status == 1
    bad = (HEADER + "portless,70000,tcp,Too high,,,,,,,,\r\n").encode()
    ran = portbook("check", "-", stdin=bad)
    assert ran.status == 1
    assert ["error", "1", "E-PORT-RANGE", "R-RANGE-1"] in [
        line.split("\t")[:4] for line in ran.out.split("\n")
    ]
    assert any(line.startswith("remark\t") for line in ran.out.split("\n"))


def test_the_forms_of_a_report_hold_the_same() -> None:
    whole = json.loads(portbook("check", "-", "--json", stdin=XML).out)
    lines = portbook("check", "-", "--jsonl", stdin=XML).out.removesuffix("\n").split("\n")
    rows = list(csv.DictReader(io.StringIO(portbook("check", "-", "--csv", stdin=XML).out)))
    assert whole["findings"] == [json.loads(line) for line in lines]
    assert whole["flags"] + whole["errors"] + whole["remarks"] == len(rows) == len(lines) > 0
    assert [row["code"] for row in rows] == [finding["code"] for finding in whole["findings"]]


# -- editions, paths, version


def test_editions_are_added_listed_and_shown(tmp_path: Path) -> None:
    home = tmp_path / "home"
    table = (HEADER + "acme,4711,tcp,Acme,[X],[X],2024-03-05,,,,,\r\n").encode()
    undated = portbook("editions", "add", "-", home=home, stdin=table)
    assert undated.status == 3
    assert "a CSV carries no date; give --date YYYY-MM-DD (E-EDITION-DATE" in undated.err
    added = portbook(
        "editions", "add", "-", "--date", "2024-03-05", "--source", "a test", home=home, stdin=table
    )
    assert added[:2] == (0, "2024-03-05\n")
    again = portbook("editions", "add", "-", "--date", "2024-03-05", home=home, stdin=table)
    assert again == (
        0,
        "2024-03-05\n",
        "portbook: edition 2024-03-05 was here already, with the same bytes\n",
    )
    ids = [line.split("\t")[0] for line in portbook("editions", "list", home=home).out.split("\n")]
    assert ids[-3:] == ["2023-03-13", "2024-03-05", ""]
    shown = json.loads(portbook("editions", "show", "2024", "--json", home=home).out)
    assert (shown["origin"], shown["records"], shown["source"]) == ("store", 1, "a test")
    assert "not in this edition\ttitle" in portbook("editions", "show", home=home).out
    assert portbook("editions", "verify", home=home)[:2] == (0, "5 editions are whole\n")
    assert portbook("4711/tcp", home=home).out.split("\t")[3] == "acme"
    assert portbook("4711/tcp", "--edition", "2023", home=home).out.split("\t")[3] != "acme"
    (home / "editions" / "2024-03-05" / "published.csv").write_bytes(table[:-1])
    ran = portbook("editions", "verify", home=home)
    assert ran.status == 1
    assert "E-STORE-CORRUPT" in ran.out
    (home / "editions" / "2024-03-05" / "edition.json").write_bytes(b"{")
    ran = portbook("acme", "--json", home=home)
    assert (ran.status, ran.out) == (3, "")
    assert "E-STORE-CORRUPT" in ran.err


@pytest.mark.parametrize(
    "day, status, said",
    [
        ("13.2.2026", 2, "date '13.2.2026' is not a day that exists, written YYYY-MM-DD (E-DATE-FORMAT"),
        ("2023-02-29", 2, "E-DATE-FORMAT"),
        ("2024-02", 2, "E-DATE-FORMAT"),
        ("", 2, "E-DATE-FORMAT"),
        ("9999-12-31", 3, "date '9999-12-31' is after today, 20"),
        (
            "2024-02-02",
            3,
            "date '2024-02-02' is before '2024-02-03', the newest date in the rows (E-EDITION-DATE",
        ),
    ],
)
def test_a_date_that_cannot_be_is_refused(day: str, status: int, said: str, tmp_path: Path) -> None:
    table = (HEADER + "acme,4711,tcp,Acme,[X],[X],2024-02-03,,,,,\r\n").encode()
    ran = portbook("editions", "add", "-", "--date", day, home=tmp_path / "home", stdin=table)
    assert (ran.status, ran.out) == (status, "")
    assert said in ran.err
    assert not (tmp_path / "home").exists()


def test_today_is_a_date_and_the_day_after_tomorrow_is_none(tmp_path: Path) -> None:
    table = (HEADER + "acme,4711,tcp,Acme,[X],[X],2024-02-03,,,,,\r\n").encode()
    today = datetime.now(UTC).date()
    for days, status in ((2, 3), (0, 0)):
        day = (today + timedelta(days)).isoformat()
        ran = portbook("editions", "add", "-", "--date", day, home=tmp_path, stdin=table)
        assert ran.status == status
        assert ("is after today" in ran.err) == (status == 3)


def test_paths_names_every_file_that_is_there() -> None:
    home = shared_home()
    listed = {line.split("\t")[0] for line in portbook("paths", "--tsv").out.split("\n")}
    there = {str(path) for path in home.rglob("*")}
    assert there - listed <= {
        str(home / "editions" / DATE)
    }  # the folder of an edition, whose files are listed
    found = json.loads(portbook("paths", "--json").out)
    assert {item["path"] for item in found if item["exists"]} >= {str(home), str(home / "lookup.table")}
    assert portbook("paths", terminal=True).status == 0


def test_the_version_has_the_date_of_the_data() -> None:
    assert portbook("--version").out == f"portbook {__version__} (data: edition {DATE}, 25 records, store)\n"
    assert "edition 2018-10-04" in portbook("--version", "--edition", "2018").out
    assert portbook("--version", "--edition", "1999").status == 3
