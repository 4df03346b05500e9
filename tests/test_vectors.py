"""The reader of the vectors itself: a table that is read wrongly would test the wrong thing."""

from __future__ import annotations

from pathlib import Path

import pytest

import vectors as reader


@pytest.fixture
def table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(reader, "FOLDER", tmp_path)
    return tmp_path / "table.tsv"


def test_header_and_comments_are_not_rows(table: Path) -> None:
    table.write_text("# source\n\ntext\texpected\nhttp\tok\n\t# no comment\n", encoding="utf-8")
    assert reader.vectors("table.tsv") == [("http", "ok"), ("", "# no comment")]


def test_columns_are_chosen_by_name(table: Path) -> None:
    table.write_text("text\trule\twhy\nhttp\tR-NAME-1\tplain\n", encoding="utf-8")
    assert reader.vectors("table.tsv", "why", "text") == [("plain", "http")]


def test_escapes(table: Path) -> None:
    table.write_text("text\n\\#a\\tb\\n\\r\\0\\\\\\x7f\\uff11\n", encoding="utf-8")
    assert reader.vectors("table.tsv") == [("#a\tb\n\r\0\\\x7f\uff11",)]


@pytest.mark.parametrize(
    "text, complaint",
    [
        ("a\tb\nonly one\n", "table.tsv:2: 1 cells"),
        ("a\nx\\q\n", "table.tsv:2: '\\\\q' is no escape"),
        ("a\nx\\\n", "is no escape"),
        ("a\nx\\x4\n", "is no escape"),
        ("# nothing\na\n", "no rows"),
        ("a\nx\n", "no column 'b'"),
    ],
)
def test_a_table_that_is_wrong_is_refused(table: Path, text: str, complaint: str) -> None:
    table.write_text(text, encoding="utf-8")
    with pytest.raises(ValueError) as refusal:  # noqa: PT011  # the message is compared below
        reader.vectors("table.tsv", *(["b"] if "column" in complaint else []))
    assert complaint in str(refusal.value)
