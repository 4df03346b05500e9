"""The twelve columns: rich text to cells in four renderings, and cells back to references by their look."""

import pytest

from portbook.errors import FormatError
from portbook.formats.columns import (
    COLUMNS,
    OLD_COLUMN_11,
    Rendering,
    header_of,
    labels_of,
    records_of,
    reference_of_label,
    rendering_of,
    row,
    titles,
)
from portbook.formats.limits import MAX_REFERENCES
from portbook.records import Break, Markup, Paragraph, Record, Reference, RichText, rich

A, B, C, D = Rendering
ADA, ALAN = Reference("person", "Ada"), Reference("person", "Alan")
EMPTY = ("",) * 12


def cells(**filled: str) -> tuple[str, ...]:
    """Twelve cells, those named by their column (blanks as underscores) filled."""
    return tuple(filled.get(title.replace(" ", "_"), "") for title in COLUMNS)


def record_of(cells: tuple[str, ...]) -> Record:
    """The record that twelve cells show."""
    return records_of([[cell] for cell in cells]).records[0]


# formats.md 2.2: text, two breaks, a line feed, a sentence: one line feed (A, D), three (B), a blank (C).
TWIN = rich("old name", Break(), Break(), "\nIANA assigned this")
PARAGRAPHS = rich("\n      ", Paragraph(("one",)), "\n\n      ", Paragraph(("two ",)), "\n    ")


@pytest.mark.parametrize(
    "text, a, b, c, d",
    [
        (
            TWIN,
            "old name\nIANA assigned this",
            "old name\n\n\nIANA assigned this",
            "old name IANA assigned this",
            0,
        ),
        (rich("one \n  two"), "one \n  two", 0, "one two", "one two"),
        (rich("one\n  two"), "one\n  two", 0, 0, 0),  # no blank before the line feed: stays
        (rich("one \ntwo"), "one \ntwo", 0, 0, 0),  # no blank after it: stays
        (rich("one\n\n  two"), "one\n\n  two", 0, "one two", "one two"),
        (rich(" \n one\t"), "one", 0, 0, 0),
        (rich("one\r\ntwo\rthree"), "one\ntwo\nthree", 0, 0, 0),
        (rich("see ", Reference("rfc", "rfc6335"), " by ", ADA), "see [RFC6335] by [Ada]", 0, 0, 0),
        (rich(Reference("uri", "http://a.example", "A book")), "[A book]", 0, 0, 0),
        (rich("a", Markup("<b>x &amp;&lt;</b>"), "c"), "ax &<c", 0, 0, 0),
        (rich("a", Markup('<b c="&gt;>">x &quot;&#x79;&#122;</b>'), "d"), 'ax "yzd', 0, 0, 0),
        (
            rich("\N{NO-BREAK SPACE}one"),
            "\N{NO-BREAK SPACE}one",
            0,
            0,
            0,
        ),  # a character, no white space of XML
        (PARAGRAPHS, "one\n\n      two", 0, "one two", "one\n              two"),
        (rich("x", Paragraph(("one",)), "y"), "xoney", 0, 0, "x\n              one\n              y"),
        (RichText(), "", 0, 0, 0),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_rich_text_in_the_four_renderings(text: RichText, a: str, b: object, c: object, d: object) -> None:
    """0 stands for: as in A."""
    shown = [row(Record(description=text), rendering)[3] for rendering in Rendering]
    assert shown == [a, b or a, c or a, d or a]


def test_a_row_has_its_parts_in_the_order_of_the_titles() -> None:
    record = Record("a", "1", "tcp", rich("d"), (ALAN,), (ADA,), "2020", "2021", (Reference("note", "1"),))
    assert row(record) == ("a", "1", "tcp", "d", "[Alan]", "[Ada]", "2020", "2021", "[1]", "", "", "")
    assert len(COLUMNS) == 12
    assert titles("new") == COLUMNS
    assert titles("old")[10] == OLD_COLUMN_11
    assert sum(one != other for one, other in zip(titles("old"), COLUMNS, strict=True)) == 1


@pytest.mark.parametrize(
    "assignee, contact, shown",
    [
        (None, (ADA,), ("[Ada]", "[Ada]")),
        ((ADA,), (ADA,), ("[Ada]", "[Ada]")),
        ((), (ADA,), ("", "[Ada]")),
        ((ALAN,), (), ("[Alan]", "")),
        ((ALAN,), (ADA, ALAN), ("[Alan]", "[Ada][Alan]")),
    ],
)
def test_assignee_and_contact(assignee: object, contact: object, shown: tuple[str, str]) -> None:
    record = Record(assignee=assignee, contact=contact)
    assert row(record)[4:6] == shown
    back = record_of(row(record))
    assert back.contact == contact
    assert back.shown_assignee == record.shown_assignee
    assert (back.assignee is None) == (record.shown_assignee == contact)


@pytest.mark.parametrize(
    "label, expected",
    [
        ("RFC6335", Reference("rfc", "rfc6335")),
        ("RFC 6335", Reference("rfc", "rfc6335")),  # as the pages of 2026-09-28 show it
        ("BCP165", Reference("rfc", "bcp165")),
        ("STD 0063", Reference("rfc", "std0063")),
        ("RFC", Reference("text", None, "RFC")),
        ("rfc6335", Reference("text", None, "rfc6335")),
        ("RFC8765, Section 6.1", Reference("text", None, "RFC8765, Section 6.1")),
        ("1", Reference("note", "1")),
        ("²", Reference("text", None, "²")),
        ("٣", Reference("text", None, "٣")),
        ("draft-ietf-x-00", Reference("draft", "draft-ietf-x-00")),
        ("RFC-ietf-x-00", Reference("draft", "RFC-ietf-x-00")),
        ("draft-9", Reference("text", None, "draft-9")),
        ("http://a.example/b", Reference("uri", "http://a.example/b")),
        ("mailto:a&b.example", Reference("uri", "mailto:a&b.example")),
        ("http://a.example/b c", Reference("text", None, "http://a.example/b c")),
        ("Note: see", Reference("text", None, "Note: see")),
        ("n/a", Reference("text", None, "n/a")),
        ("ISO/IEC 13818-6 MPEG-2", Reference("text", None, "ISO/IEC 13818-6 MPEG-2")),
        ("", Reference("text", "")),
        ("\n", Reference("text", "\n")),
    ],
)
def test_the_kind_of_a_reference_by_its_look(label: str, expected: Reference) -> None:
    assert reference_of_label(label) == expected
    assert expected.label == label.replace("RFC 6", "RFC6").replace("STD 0", "STD0")


@pytest.mark.parametrize(
    "cell, labels, remarked",
    [
        ("", [], False),
        ("[a]", ["a"], False),
        ("[a][b c][d\n  e]", ["a", "b c", "d\n  e"], False),
        ("[]", [""], False),
        ("[a[b]]", ["a[b]"], True),
        ("[a] and [b]", ["a] and [b"], True),
        ("Ada", ["Ada"], True),
        ("[Ada", ["[Ada"], True),
        ("]", ["]"], True),
        ("[", ["["], True),
        (" [Ada]", [" [Ada]"], True),
        ("Ada][Alan", ["Ada][Alan"], True),
    ],
)
def test_a_cell_is_a_list_of_labels_or_kept_whole_and_remarked(
    cell: str, labels: list[str], remarked: bool
) -> None:
    assert labels_of(cell) == labels
    found = records_of([[text] for text in cells(Contact=cell, Assignee=cell, Reference=cell)])
    assert [reference.label for reference in found.records[0].contact] == labels
    assert [reference.label for reference in found.records[0].reference] == labels
    assert [problem.code for problem in found.remarks] == ["F-COLUMN-LIST"] * 3 * remarked


def test_an_empty_cell_is_a_part_that_is_not_there() -> None:
    assert record_of(EMPTY) == Record()


def test_odd_values_are_kept_and_remarked_in_the_order_of_the_rows() -> None:
    odd = cells(
        Port_Number="70000", Transport_Protocol="quic", Modification_Date="soon", Registration_Date="2006-13"
    )
    right = cells(Port_Number="6000-6063", Transport_Protocol="dccp", Registration_Date="2006-12")
    found = records_of([list(column) for column in zip(odd, right, odd, strict=True)])
    codes = ["F-NUMBER", "F-TRANSPORT", "F-DATE", "F-DATE"]
    assert [problem.code for problem in found.remarks] == codes * 2
    assert [problem.message[:8] for problem in found.remarks] == ["record 1"] * 4 + ["record 3"] * 4
    assert [row(record) for record in found.records] == [odd, right, odd]


def test_references_of_one_record_up_to_the_limit() -> None:
    half = "[Ada]" * (MAX_REFERENCES // 2)
    record = record_of(cells(Assignee=half, Contact=half, Reference=half))
    assert len(record.contact) + len(record.reference) == MAX_REFERENCES
    record_of(cells(Assignee="[Ada]" * MAX_REFERENCES))
    for title in ("Contact", "Reference"):
        beyond = {"Contact": half, "Reference": half} | {title: half + "[x]"}
        with pytest.raises(FormatError) as error:
            record_of(cells(**beyond))
        assert error.value.problem.code == "E-RECORD-REFERENCES"
    with pytest.raises(FormatError):
        record_of(cells(Assignee="[Ada]" * (MAX_REFERENCES + 1)))


@pytest.mark.parametrize(
    "date, rendering, header",
    [
        ("2014-07-09", A, "old"),
        ("2018-07-11", A, "old"),  # the last A that was seen
        ("2018-07-12", B, "old"),  # in a gap the later one
        ("2018-12-19", B, "old"),
        ("2018-12-20", B, "new"),
        ("2020-07-14", B, "new"),
        ("2020-07-15", C, "new"),
        ("2025-01-23", C, "new"),
        ("2025-01-24", D, "new"),
        ("2026-08-17", D, "new"),
        ("2018-07", A, "old"),
        (None, D, "new"),
    ],
)
def test_rendering_and_header_by_date(date: str | None, rendering: Rendering, header: str) -> None:
    assert (rendering_of(date), header_of(date)) == (rendering, header)
