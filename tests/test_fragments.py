"""Fragments: the same bytes with them as without, whatever changed, and few rows written anew."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portbook import formats
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import fragments
from portbook.formats.fragments import Fragments, once_each
from portbook.formats.iana_xml.layout import Layout
from portbook.records import Markup, Record, Reference, rich
from strategies import LETTERS, editions, filled_texts, records

FORMATS = ("xml", "csv", "txt", "html")


class Row:
    """A value that is equal to every other, so that only identity can tell rows apart."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Row)

    def __hash__(self) -> int:
        return 0


A, B, C, D, E, F, G, H = (Row() for _ in range(8))
MOVES = (  # the rows then, the rows now, which of those are written, in blocks of two rows
    ((), (), ()),
    ((), (A, B, C), (A, B, C)),
    ((A, B, C, D), (A, B, C, D), ()),
    ((A, B, C, D), (A, B, F, D), (F, D)),
    ((A, B, C, D), (A, B, C), (C,)),
    ((A, B, C, D), (A, B, C, D, E), (E,)),
    ((A, B, C, D), (A, B, E, C, D), (E,)),
    ((A, B, C, D), (E, A, B, C, D, F), (E, F)),
    ((A, B, C, D), (A, E, B, C, D), (A, E, B)),
    ((A, B, C, D, E, F), (A, C, D, F), (A, F)),
    ((A, B, C, D, E, F), (G, B, C, D, E, F, H), (G, B, H)),
    ((A, B, C, D, E, F), (G, C, D, A, B, H), (G, H)),
    ((A, B, C, D), (D, C, B, A), (D, C, B, A)),
    ((A, B, C, D), (A, B, A, B, C, D), (A, B)),
    ((A, A, A, A), (A,), (A,)),
    ((A, B, C), (), ()),
    ((A,), (B,), (B,)),
)


@pytest.mark.parametrize("then, now, written", MOVES)
def test_only_blocks_of_rows_that_are_not_the_same_objects_are_written(
    monkeypatch: pytest.MonkeyPatch, then: tuple[Row, ...], now: tuple[Row, ...], written: tuple[Row, ...]
) -> None:
    monkeypatch.setattr(fragments, "BLOCK", 2)
    kept = Fragments()
    asked: list[Row] = []

    def write(rows: list[Row]) -> list[int]:
        asked.extend(rows)
        return [id(row) for row in rows]

    kept.by_block("kind", "rows", then, write, list)
    asked.clear()
    blocks = kept.by_block("kind", "rows", now, write, list)
    assert [piece for block in blocks for piece in block] == [id(row) for row in now]
    assert [id(row) for row in asked] == [id(row) for row in written]


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 3), st.integers(0, 9)), max_size=8))
def test_blocks_hold_all_rows_in_their_order_and_stay_small(steps: list[tuple[int, int, int]]) -> None:
    kept = Fragments()
    rows: tuple[Row, ...] = tuple(Row() for _ in range(100))
    before: tuple[fragments.Block[Row], ...] = ()
    for at, dropped, added in steps:
        rows = (*rows[:at], *(Row() for _ in range(added)), *rows[at + dropped :])
        blocks = kept.blocks("rows", rows)
        assert [id(row) for block in blocks for row in block] == [id(row) for row in rows]
        assert all(0 < len(block) <= fragments.BLOCK for block in blocks)
        assert len(set(before) - set(blocks)) <= 3, "three rows stand in no more blocks"
        before = blocks


def test_an_equal_row_of_another_layout_is_written_anew() -> None:
    record = Record("a", transport="tcp")
    other = replace(record, layout=Layout(("protocol", "name", "description"), None))
    assert record == other
    kept = Fragments()
    before = formats.write(Edition((record,)), "xml", fragments=kept)
    after = formats.write(Edition((other,)), "xml", fragments=kept)
    assert (before.index(b"<name") < before.index(b"<protocol")) is True
    assert (after.index(b"<name") < after.index(b"<protocol")) is False


def test_what_is_refused_is_not_kept() -> None:
    kept = Fragments()
    kept.answers("kind", ["a"], lambda questions: ["A"])
    with pytest.raises(ZeroDivisionError):
        kept.answers("kind", ["a", "b"], lambda questions: [1 // 0])
    assert kept.answers("kind", ["a", "b", "b"], lambda questions: [f"new {q}" for q in questions]) == [
        *("A", "new b", "new b")
    ]


def test_kinds_of_answers_are_bounded_and_the_last_questions_alone_are_kept(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fragments, "MOST", 2)
    kept = Fragments()
    asked: list[str] = []

    def work(unknown: list[str]) -> list[str]:
        asked.extend(unknown)
        return unknown

    def ask(kind: str, *questions: str) -> str:
        asked.clear()
        kept.answers(kind, questions, work)
        return "".join(asked)

    assert [ask("first", "a", "b"), ask("first", "b", "c"), ask("first", "a", "b")] == ["ab", "c", "a"]
    assert [ask("second", "a"), ask("first", "b"), ask("third", "a"), ask("first", "b")] == ["a", "", "a", ""]
    assert ask("second", "a") == "a", "it was asked for longest ago"


@given(st.lists(st.text(max_size=2)))
def test_equal_values_are_made_once(values: list[str]) -> None:
    asked: list[str] = []
    assert once_each(values, lambda value: (asked.append(value), value * 2)[1]) == [v * 2 for v in values]
    assert asked == list(dict.fromkeys(values))


# -- the formats

PLAIN = st.text(LETTERS, max_size=8)


@st.composite
def histories(draw: st.DrawFn) -> list[Edition]:
    """An edition, and others that were made of it step by step."""
    edition = draw(editions(PLAIN))
    found = [edition]
    for _ in range(draw(st.integers(1, 3))):
        rows = list(edition.records)
        at = draw(st.integers(0, len(rows)))
        match draw(st.sampled_from(("change", "add", "drop", "head", "turn"))):
            case "change" if at < len(rows):
                rows[at] = replace(rows[at], description=rich(draw(filled_texts)))
            case "drop" if rows:
                rows.pop(at - 1)
            case "head":
                edition = replace(edition, title=draw(PLAIN))
            case "turn":
                rows.reverse()
            case _:
                rows.insert(at, draw(records(PLAIN)))
        edition = replace(edition, records=tuple(rows))
        found.append(edition)
    return found


def outcome(edition: Edition, form: str, **options: object) -> bytes | str:
    try:
        return formats.write(edition, form, **options)
    except FormatError as error:
        return str(error)


@pytest.mark.parametrize("form", FORMATS)
@settings(max_examples=25)
@given(history=histories(), layouts=st.lists(st.sampled_from(("2016-01-01", "2026-01-01")), min_size=4))
def test_with_fragments_the_bytes_are_the_same(form: str, history: list[Edition], layouts: list[str]) -> None:
    kept = Fragments()
    for edition, layout in zip(history, layouts, strict=False):
        options = {"layout": layout} if form in ("txt", "html") else {}
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(fragments, "BLOCK", 2)
            data = outcome(edition, form, fragments=kept, **options)
        assert data == outcome(edition, form, **options)


MALFORMED = (  # a row that is refused, in which format, by which error
    *((Record("a\x01b"), form, f"E-{form.upper()}-CHARACTER") for form in ("xml", "txt", "html")),
    (Record("a\0b"), "csv", "E-CSV-NUL"),
    (Record("\ud800"), "csv", "E-CSV-TEXT"),
    (Record("a", description=rich(Markup("<br/>"))), "xml", "E-XML-EXTRA"),
    *((Record("a" * 16385), form, "E-FIELD-SIZE") for form in ("csv", "txt", "html")),
    *(
        (Record("a", contact=(Reference("person", "A"),) * 65), form, "E-RECORD-REFERENCES")
        for form in ("csv", "txt", "html")
    ),
)


@pytest.mark.parametrize("bad, form, code", MALFORMED)
def test_a_row_is_refused_each_time_and_called_by_its_place(bad: Record, form: str, code: str) -> None:
    good = Edition(tuple(Record(name, transport="tcp") for name in ("a", "b", "c")))
    kept = Fragments()
    data = formats.write(good, form, fragments=kept)
    worse = replace(good, records=(*good.records[:2], bad, good.records[2]))
    for _ in range(2):
        told = outcome(worse, form, fragments=kept)
        assert isinstance(told, str)
        assert code in told
        assert told == outcome(worse, form)
    assert formats.write(good, form, fragments=kept) == data
