"""The command's encoders: nothing that a terminal would obey, nothing that a locale could refuse."""

import csv
import io
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli_runs import XML, portbook
from portbook.cli import output

CONTROLS = {chr(code) for code in (*range(0x20), *range(0x7F, 0xA0), 0x202E, 0x2066, 0x2028, 0xD800)}


@given(st.text())
def test_no_control_character_gets_through(text: str) -> None:
    shown = output.visible(text)
    assert not CONTROLS & set(shown)
    assert shown == text or CONTROLS & set(text) or not text.isprintable()


@pytest.mark.parametrize(
    "text, shown",
    [
        ("\x1b[31mred", r"\x1b[31mred"),
        ("\x1b]0;title\x07", r"\x1b]0;title\x07"),
        ("\x9b31m", r"\x9b31m"),
        ("a\tb\nc\rd\0", r"a\x09b\x0ac\x0dd\x00"),
        ("\u202etxt.exe", r"\u202etxt.exe"),
        ("Müller <user&host>", "Müller <user&host>"),
    ],
)
def test_what_is_shown_instead(text: str, shown: str) -> None:
    assert output.visible(text) == shown


@given(st.lists(st.text(st.characters(exclude_categories=("C", "Zl", "Zp"))), min_size=2))
def test_rows_can_be_read_back(cells: list[str]) -> None:
    assert next(csv.reader(io.StringIO(output.csv_line(cells), newline=""))) == cells
    assert output.tsv_line(cells).removesuffix("\n").split("\t") == cells


@given(st.lists(st.text(), min_size=2))
def test_a_row_is_a_line_whatever_is_in_it(cells: list[str]) -> None:
    assert output.tsv_line(cells).count("\n") == output.csv_line(cells).count("\n") == 1


@given(st.text())
def test_json_is_ascii_and_the_same_text(text: str) -> None:
    written = output.json_text({"a": text}, indent=None)
    assert written.isascii()
    assert written.count("\n") == 1
    assert json.loads(written) == {"a": text}


@pytest.mark.parametrize("form", [(), ("--csv",), ("--tsv",), ("--json",), ("--jsonl",)])
@pytest.mark.parametrize("verb", ["lookup", "show", "search"])
def test_nothing_in_an_edition_reaches_a_terminal_as_a_command(verb: str, form: tuple[str, ...]) -> None:
    for terminal in (False, True):
        ran = portbook(verb, *form, "nasty", terminal=terminal)
        assert ran.status == 0
        assert "31m" in ran.out
        assert not (CONTROLS - {"\n", "\t"}) & set(ran.out)


@pytest.mark.parametrize("form", [(), ("--csv",), ("--json",)])
def test_an_output_that_takes_only_ascii_gets_escapes(tmp_path: Path, form: tuple[str, ...]) -> None:
    file = tmp_path / "Größe.xml"
    file.write_bytes(XML.replace(b"Says acme", "Größe".encode()))
    ran = portbook("acme-say", *form, "--data", str(file), encoding="ascii")
    assert ran.status == 0
    assert (r"Gr\u00f6\u00dfe" if form == ("--json",) else r"Gr\xf6\xdfe") in ran.out
    assert "Größe" in portbook("acme-say", "--csv", "--data", str(file)).out


def test_errors_show_what_they_quote() -> None:
    ran = portbook("ht\x1b]0;x\x07tp")
    assert (ran.status, ran.out) == (2, "")
    assert "\x1b" not in ran.err
    assert r"\x1b" in ran.err
