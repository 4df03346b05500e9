"""IANA's plain text: to the byte what IANA made of its own XML; nothing planted comes back from it."""

import lzma
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import strategies
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import iana_txt, iana_xml, limits
from portbook.formats.columns import Rendering, row
from portbook.formats.fragments import Fragments
from portbook.formats.iana_txt import tables
from portbook.formats.iana_txt.rows import Kind, Run, lone_row, told_apart
from portbook.formats.iana_txt.table import fill, rows_of, table_of
from portbook.records import (
    Break,
    Contact,
    Footnote,
    Note,
    PublishedDate,
    Record,
    Reference,
    RichText,
    rich,
)

EDITION = Edition(
    title="A registry",
    updated=PublishedDate("2024-01-02"),
    experts=rich("TCP: Ada\nUDP: Bob"),
    reference=(Reference("rfc", "rfc6335"),),
    notes=(Note(rich("\nOne\n\n  * two\n")), Note(rich("Three"), "More")),
    contacts=(
        Contact("Ada", "Ada Byron", "Engines", ("mailto:ada&a.example", "tel:1"), PublishedDate("2020-01")),
        Contact("Bob", "Bob"),
    ),
    footnotes=(Footnote("1", rich("First\n  and second")), Footnote("2", rich("Other"))),
    records=(
        Record("http", "80", "tcp", rich("World Wide Web HTTP"), None, (Reference("person", "Ada"),)),
        Record("http", "80", "udp", rich("World Wide Web HTTP"), None, (Reference("person", "Bob"),)),
        Record(None, "81-99", None, rich("Unassigned")),
        Record("whisper", None, "udp", rich("Talk"), assignment_notes=rich("One", Break(), Break(), "two")),
    ),
)
TEXT = iana_txt.write(EDITION).decode()
LAYOUTS = ("2015-05-04", "2018-02-21", "2020-07-14", "2022-08-31", "2026-08-17")


def refusal(text: str) -> FormatError:
    with pytest.raises(FormatError) as error:
        iana_txt.read(text.encode())
    return error.value


def words(text: object) -> list[str]:
    return str(text or "").split()


# -- the real ones

SNAPSHOTS = (
    "2015-05-04", "2016-06-13", "2017-06-08", "2017-08-24", "2018-02-21", "2020-06-08", "2022-06-03",
    "2023-03-29", "2025-02-25", "2026-08-17",
)  # fmt: skip


def real_editions(folder: Path, names: tuple[str, ...] | None) -> Iterator[tuple[str, Edition]]:
    with tarfile.open(folder / "xml-snapshots.tar.xz", "r:xz") as tar:
        for member in tar:
            name = Path(member.name).stem
            file = tar.extractfile(member) if names is None or name in names else None
            if file is not None:
                yield name, iana_xml.read(file.read())


def holds(edition: Edition) -> int:
    """Check an edition's plain text by other means than `project`; return how many texts are not told."""
    data = iana_txt.write(edition)
    assert b"-" * 120 not in data  # no rules: the lines are as IANA would lay them out
    read = iana_txt.read(data)
    assert read == iana_txt.project(edition)
    doubtful = 0
    for was, now in zip(edition.records, read.records, strict=True):
        cells, found = row(was, Rendering.B), row(now, Rendering.B)
        for j in (0, 1, 2, 4, 5, 6, 7, 8, 9):
            assert cells[j].split() == found[j].split() or (j in (4, 5) and not found[j])
        for text, shown in (
            (was.description, now.description),
            (was.assignment_notes, now.assignment_notes),
            (was.unauthorized_use_reported, now.unauthorized_use_reported),
        ):
            known = words(text) == words(shown)
            assert known or not shown or not shown.parts
            doubtful += not known
    assert [contact.id for contact in read.contacts or ()] == [c.id for c in edition.contacts or ()]
    assert [c.updated for c in read.contacts or ()] == [c.updated for c in edition.contacts or ()]
    codes = [remark.code for remark in read.remarks]
    assert codes.count("F-TXT-ROW") >= doubtful
    return doubtful


@pytest.mark.needs("published_editions")
def test_every_published_plain_text_follows_from_its_xml_byte_for_byte(published_editions: Path) -> None:
    published = {path.name.removesuffix(".txt.xz"): path for path in published_editions.glob("*.txt.xz")}
    matched = []
    for name, edition in real_editions(published_editions, tuple(published)):
        data = lzma.decompress(published[name].read_bytes())
        assert iana_txt.write(edition) == data
        assert iana_txt.read(data) == iana_txt.project(edition)
        matched.append(name)
    assert matched == sorted(published) == ["2018-02-21", "2025-02-25"]


@pytest.mark.needs("published_editions")
def test_ten_real_editions_come_back_as_far_as_plain_text_tells(published_editions: Path) -> None:
    seen = 0
    for _, edition in real_editions(published_editions, SNAPSHOTS):
        assert holds(edition) < len(edition.records) / 100  # one text in a hundred at most
        seen += 1
    assert seen == len(SNAPSHOTS)


@pytest.mark.deep
@pytest.mark.needs("published_editions")
def test_every_real_edition_comes_back_as_far_as_plain_text_tells(published_editions: Path) -> None:
    counts = [holds(edition) for _, edition in real_editions(published_editions, None)]
    print(counts)
    assert len(counts) == 70
    assert max(counts) < 150


# -- the page


def test_the_newest_layout() -> None:
    assert TEXT.split("\n")[:30] == [
        "   Internet Assigned Numbers Authority",
        "",
        " " * 70 + "A registry",
        "",
        "   Last Updated",
        "   2024-01-02",
        "",
        "   Expert(s)",
        "",
        " TCP: Ada",
        " UDP: Bob",
        "",
        "   Reference",
        "   [RFC6335]",
        "",
        "   Note",
        "",
        " One",
        "",
        "    * two",  # with one blank more: three would make it a heading
        "",
        "   More",
        "",
        " Three",
        "",
        "   Available Formats",
        "   [IMG]",
        "   CSV [IMG]",
        "   XML [IMG]",
        "   HTML [IMG]",
    ]
    assert TEXT.endswith(
        "\n\n"
        + " " * 70
        + "Footnotes\n\n   [1] First\n       and second\n   [2] Other\n\n   Licensing Terms\n"
    )


def test_what_changed_over_the_years() -> None:
    texts = [iana_txt.write(EDITION, layout=layout).decode() for layout in LAYOUTS]
    assert [("Internet Assigned" in text, "Licensing" in text) for text in texts] == [(False, False)] * 3 + [
        (True, True)
    ] * 2
    assert [f"\n{11 * ' '}2024-01-02\n" in text for text in texts] == [True] * 4 + [False]
    assert ["\n" + " " * 72 + "People\n" in text for text in texts] == [True, True, False, False, False]
    assert ["Known" in text for text in texts] == [True, True, False, False, False]
    assert {iana_txt.read(text.encode()) for text in texts} == {iana_txt.project(EDITION)}


def test_columns_were_as_wide_as_their_bytes_before_2017_08_24() -> None:
    edition = replace(EDITION, contacts=(Contact("Norén", "Ünü"), Contact("B", "x")))
    lines = [iana_txt.write(edition, layout=day).decode().split("\n") for day in ("2017-08-23", "2017-08-24")]
    found = [next(line for line in page if line.startswith("[B]")) for page in lines]
    assert found[0].index("x") - 1 == found[1].index("x") == len("[Norén] ")
    for page in lines:
        assert iana_txt.read("\n".join(page).encode()) == iana_txt.project(edition)


@pytest.mark.parametrize("layout", ["old", "2018-13", "", " 2018"])
def test_a_layout_that_is_no_date_is_refused(layout: str) -> None:
    with pytest.raises(FormatError, match="E-TXT-OPTION"):
        iana_txt.write(EDITION, layout=layout)


@given(strategies.editions(), st.sampled_from((None, *LAYOUTS)))
def test_what_is_read_back_is_the_projection_in_every_layout(edition: Edition, layout: str | None) -> None:
    assert iana_txt.read(iana_txt.write(edition, layout=layout)) == iana_txt.project(edition, layout)


@given(st.text("ab \n", max_size=30), st.integers(1, 12))
def test_filling_loses_no_word_and_makes_no_line_too_wide(text: str, width: int) -> None:
    cell = "\n".join(" ".join(filter(None, line.split(" "))) for line in text.split("\n"))
    lines = fill(cell, width)
    assert " ".join(lines).split() == text.split()
    assert all(len(line) <= width or " " not in line for line in lines)
    assert not lines or (lines[0] and lines[-1])


# -- which lines are a row

KIND = Kind(number=1, name=0, breaking=frozenset((2,)), middle=frozenset())


def told(*rows: tuple[str, str, str]) -> list[list[str]] | None:
    """The cells of *rows* after they were laid out; "?" for one that nobody can tell."""
    table = table_of(("Name", "No", "Description"), [rows_of(rows)], KIND, "utf-8", Fragments())
    spans = [(sum(table.widths[:j]) + j, sum(table.widths[: j + 1]) + j) for j in range(3)]
    run = Run([[line[a:b].strip(" ") for line in table.lines] for a, b in spans], table.widths)
    found = told_apart(run, KIND)
    if found is None:
        return None
    return [["?" if j in r.doubtful else " ".join(r.cells[j]) for j in range(3)] for r in found]


def test_rows_of_several_lines_are_told_apart() -> None:
    rows = [
        ("a", "1", "one two three four five six"),
        ("b", "2", "short"),
        ("c", "3", "seven eight nine ten eleven"),
        ("d", "", "portless"),
        ("Two Words", "4", "e"),
    ]
    assert told(*rows) == [list(r) for r in rows]


def test_a_text_that_could_be_of_either_row_is_told_for_neither() -> None:
    rows = [("a", "1", "wide-enough nine-chars"), ("b", "2", "quite-other full-lines"), ("c", "3", "end")]
    assert told(*rows) == [["a", "1", "?"], ["b", "2", "?"], ["c", "3", "end"]]
    edition = Edition(tuple(Record(name, number, "tcp", rich(text)) for name, number, text in rows))
    read = iana_txt.read(iana_txt.write(edition))
    assert [record.service_name for record in read.records] == ["a", "b", "c"]
    assert [str(record.description) for record in read.records] == ["", "", "end"]
    assert [remark.code for remark in read.remarks] == ["F-TXT-ROW"] * 2
    assert "record 1: lines of its Description could be its neighbour's" in read.remarks[0].message


def test_equal_texts_one_above_the_other_are_told() -> None:
    rows = [("a", "1", "wide-enough nine-chars"), ("a", "2", "wide-enough nine-chars"), ("c", "3", "end")]
    assert told(*rows) == [list(r) for r in rows]


def test_rows_that_cannot_be_told_are_ruled_wherever_their_blocks_end() -> None:
    rows = [("Two Words", "2", "x"), ("Two Words", "2", "x"), ("a", "", "")]
    for parts in ([rows_of(rows)], [rows_of([cells]) for cells in rows]):
        table = tables.written(("Name", "No", "Description"), parts, KIND, "utf-8", Fragments())
        assert b"".join(table.data).split(b"\n").count(20 * b"-") == 4


@given(
    st.lists(
        st.tuples(
            st.sampled_from(("a", "bb", "")), st.just(""), st.lists(st.sampled_from(("x", "yy", "z" * 9)))
        ),
        min_size=1,
        max_size=7,
    )
)
def test_what_is_told_of_rows_is_true(found: list[tuple[str, str, list[str]]]) -> None:
    rows = [(name, str(i), " ".join(text)) for i, (name, _, text) in enumerate(found)]
    result = told(*rows)
    assert result is not None
    assert len(result) == len(rows)
    for row_, was in zip(result, rows, strict=True):
        assert all(cell in ("?", text) for cell, text in zip(row_, was, strict=True))


def test_a_row_between_rules_is_all_that_stands_there() -> None:
    assert lone_row(Run([["", "a", ""], ["x", "y", "z"]], [1, 1])) is not None
    assert lone_row(Run([["a", "", ""], ["x", "y", "z"]], [1, 1])) is None


# -- hostile editions

PLANT = "evil 6666 tcp planted [Mallory] [Mallory]"
RULE = "-" * 400
HOSTILE = {
    "a long word": "x" * 10_000,
    "a long text": "word " * 2_000,
    "line feeds": "one\n\n\nevil               6666       tcp    planted\n\n",
    "tabs": "\tevil\t6666\ttcp\tplanted",
    "a whole row": f"{'.' * 28} {PLANT}",
    "a heading": "x\n\n" + " " * 65 + "Contact Information\n\n",
    "a rule": RULE,
    "a rule and a row": f"{RULE}\n{PLANT}\n{RULE}",
    "a footnote": "   [1] evil",
    "separators that are no line feeds": "a\u2028evil\u20296666\x85tcp\xa0planted\u3000x",
    "brackets": "[Mallory][Mallory] [x",
    "turned text": "\u202eevil\u202c",
}


def in_breaks(text: str) -> RichText:
    """*text* with line breaks for its white space: each word on a line of its own."""
    parts: list[str | Break] = []
    for word in text.split():
        parts += [word, Break(), Break()]
    return rich(*parts)


def hostile_editions() -> Iterator[tuple[str, Edition]]:
    for name, text in HOSTILE.items():
        for how, made in (("text", rich(text)), ("breaks", in_breaks(text))):
            for part in ("description", "assignment_notes", "unauthorized_use_reported"):
                record = replace(EDITION.records[0], **{part: made})
                before, after = EDITION.records[1:3], EDITION.records[3:]
                yield f"{name}, {how}, {part}", replace(EDITION, records=(*before, record, *after))
        for part in ("service_name", "port_number", "transport", "service_code"):
            record = replace(EDITION.records[0], **{part: text})
            yield f"{name}, {part}", replace(EDITION, records=(*EDITION.records, record))
        people = replace(EDITION, contacts=(Contact(text, text, text, (text, text)), Contact("Ada")))
        yield f"{name}, contact", people
        yield f"{name}, notes", replace(EDITION, notes=(Note(rich(text), text), Note(rich(text + "\n\n"))))
        yield f"{name}, experts", replace(EDITION, experts=rich(text), title=text)
        yield f"{name}, footnotes", replace(EDITION, footnotes=(Footnote(text, rich(text)),))


@pytest.mark.parametrize("name, edition", [pytest.param(*case, id=case[0]) for case in hostile_editions()])
@pytest.mark.parametrize("layout", [None, "2015-05-04"])
def test_nothing_planted_comes_back(name: str, edition: Edition, layout: str | None) -> None:
    data = iana_txt.write(edition, layout=layout)
    read = iana_txt.read(data)
    assert read == iana_txt.project(edition, layout)
    assert len(read.records) == len(edition.records)
    for was, now in zip(edition.records, read.records, strict=True):
        known = " ".join((was.service_name or "").translate({9: 32, 10: 32, 13: 32}).split(" ")).split(" ")
        assert (now.service_name or "").split(" ") == [word for word in known if word] or not known[0]
        assert (now.service_name is None) == (not (was.service_name or "").strip(" \t\n"))
    assert len(read.contacts or ()) == len(edition.contacts or ())
    assert len(read.notes or ()) == len(edition.notes or ())
    assert len(read.footnotes or ()) == len(edition.footnotes or ())


def test_rows_without_number_and_name_stand_between_rules() -> None:
    records = (Record(), Record(description=rich("x")), Record("a b", description=rich("y")), Record("a"))
    data = iana_txt.write(replace(EDITION, records=records))
    rule = max((line for line in data.decode().split("\n") if set(line) == {"-"}), key=len)
    assert data.decode().count(f"{rule}\n") == len(records) + 1
    assert iana_txt.read(data).records == records
    assert iana_txt.read(data).remarks == ()


# -- refusals


def changed(before: str, after: str, count: int = 1) -> str:
    assert before in TEXT
    return TEXT.replace(before, after, count)


LINES = TEXT.split("\n")
HEADER = next(i for i, line in enumerate(LINES, 1) if "Description" in line)
FIRST = next(i for i, line in enumerate(LINES, 1) if line.startswith("http"))
REFUSED = [
    ("no head", "x\n", "E-TXT-HEAD", 2),
    ("empty", "", "E-TXT-HEAD", 1),
    ("another heading", changed("   Last Updated", "   Updated"), "E-TXT-HEAD", 5),
    ("no heading of a note", changed("   More\n", "x  More\n"), "E-TXT-HEAD", 22),
    ("no formats", TEXT.split("   Available")[0], "E-TXT-HEAD", 26),
    ("cut off in the head", "\n".join(LINES[:9]) + "\n", "E-TXT-HEAD", 10),
    ("cut off in a line", TEXT[:-3], "E-TXT-END", len(LINES) - 1),
    ("cut off in the table", "\n".join(LINES[: FIRST + 1]) + "\n", "E-TXT-END", FIRST + 1),
    ("a control character", changed("Wide", "W\x1bde"), "E-TXT-CHARACTER", FIRST),
    ("a lone carriage return", changed("Wide", "W\rde"), "E-TXT-CHARACTER", FIRST),
    ("another column", changed("Description", "Descriptoin"), "E-TXT-HEADER", HEADER),
    ("a gap filled", changed("http    ", "http-----x--"), "E-TXT-COLUMNS", HEADER),
    ("a shifted cell", changed("http   ", " http  "), "E-TXT-CELL", FIRST),
    ("a stray footnote", TEXT.replace("   [2] Other", "  [2] Other"), "E-TXT-FOOTNOTE", len(LINES) - 3),
    ("no heading of footnotes", changed(" Footnotes\n", " Fotenotes\n"), "E-TXT-FOOTNOTE", len(LINES) - 7),
    ("not UTF-8", "", "E-FILE-ENCODING", FIRST),
]


@pytest.mark.parametrize("text, code, line", [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED])
def test_a_fault_is_refused_with_its_line(text: str, code: str, line: int) -> None:
    if code == "E-FILE-ENCODING":
        with pytest.raises(FormatError) as found:
            iana_txt.read(TEXT.encode().replace(b"World", b"W\xffrld"))
        error = found.value
    else:
        error = refusal(text)
    assert (error.problem.code, error.line) == (code, line)


def test_a_row_that_stands_for_itself_is_no_row() -> None:
    lines = list(LINES)
    lines.insert(FIRST, "")  # after the first row
    error = refusal("\n".join(lines))
    assert error.problem.code == "E-TXT-ROW"
    assert error.line == FIRST


def test_storing_may_change_line_ends_and_blanks_at_them() -> None:
    expected = iana_txt.read(TEXT.encode())
    assert iana_txt.read(TEXT.replace("\n", "\r\n").encode()) == expected
    assert iana_txt.read(TEXT.replace("\n", "  \n").encode()) == expected
    assert iana_txt.read(b"\xef\xbb\xbf" + TEXT.encode()) == expected


@pytest.mark.parametrize("character", ["\0", "\x07", "\x1b", "\x1f", "\ufffe", "\uffff", "\ud800"])
@pytest.mark.parametrize("layout", [None, "2015-05-04"])
def test_characters_that_plain_text_does_not_show_are_refused(character: str, layout: str | None) -> None:
    text = f"a{character}b"
    for edition in (
        Edition((Record(text, "1", "tcp"),)),
        Edition((Record("a", "1", "tcp", rich(text, Break(), text)),)),
        Edition((), experts=rich(text)),
        Edition((), footnotes=(Footnote("1", rich(text)),)),
    ):
        with pytest.raises(FormatError, match="E-TXT-CHARACTER"):
            iana_txt.write(edition, layout=layout)


def test_a_field_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    longest = "x" * limits.MAX_FIELD
    edition = Edition((Record("a", "1", "tcp", rich(longest)),))
    assert str(iana_txt.read(iana_txt.write(edition)).records[0].description) == longest
    with pytest.raises(FormatError, match="E-FIELD-SIZE"):
        iana_txt.write(Edition((Record("a", "1", "tcp", rich(longest + "x")),)))
    text = iana_txt.write(edition).decode()
    monkeypatch.setattr(limits, "MAX_FIELD", limits.MAX_FIELD - 1)
    assert refusal(text).problem.code == "E-FIELD-SIZE"


@pytest.mark.parametrize(
    "part", ["title", "note", "note title", "experts", "reference", "footnote", "anchor"]
)
def test_texts_around_the_tables_up_to_the_limit(part: str) -> None:
    def edition(text: str) -> Edition:
        parts: dict[str, dict[str, object]] = {
            "title": {"title": text},
            "note": {"notes": (Note(rich(text)),)},
            "note title": {"notes": (Note(rich("x"), text),)},
            "experts": {"experts": rich(text)},
            "reference": {"reference": (Reference("text", None, text[2:]),)},
            "footnote": {"footnotes": (Footnote("1", rich(text)),)},
            "anchor": {"footnotes": (Footnote(text, rich("x")),)},
        }
        return Edition((), **parts[part])  # type: ignore[arg-type]

    longest = "x" * limits.MAX_FIELD
    held = edition(longest)
    assert iana_txt.read(iana_txt.write(held)) == iana_txt.project(held) == held
    with pytest.raises(FormatError, match="E-FIELD-SIZE"):
        iana_txt.write(edition(longest + "x"))


def test_references_up_to_the_limit() -> None:
    def record(count: int) -> Edition:
        return Edition((Record("a", "1", contact=(Reference("person", "A"),) * count),))

    most = record(limits.MAX_REFERENCES)
    assert iana_txt.read(iana_txt.write(most)) == iana_txt.project(most)
    with pytest.raises(FormatError, match="E-RECORD-REFERENCES"):
        iana_txt.write(record(limits.MAX_REFERENCES + 1))


def test_records_and_contacts_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDS", len(EDITION.records))
    monkeypatch.setattr(limits, "MAX_CONTACTS", len(EDITION.contacts or ()))
    assert len(iana_txt.read(TEXT.encode()).records) == len(EDITION.records)
    monkeypatch.setattr(limits, "MAX_RECORDS", len(EDITION.records) - 1)
    assert refusal(TEXT).problem.code == "E-FILE-RECORDS"
    monkeypatch.setattr(limits, "MAX_RECORDS", len(EDITION.records))
    monkeypatch.setattr(limits, "MAX_CONTACTS", 1)
    assert refusal(TEXT).problem.code == "E-FILE-CONTACTS"
    with pytest.raises(FormatError, match="E-FILE-CONTACTS"):
        iana_txt.write(EDITION)


def test_one_long_word_widens_every_row_up_to_the_size_of_a_file() -> None:
    wide = Record("a", "1", "tcp", rich("x" * 16_000), contact=(Reference("person", "A"),))
    rows = [Record("a", str(i), "tcp", contact=(Reference("person", "A"),)) for i in range(4_000)]
    with pytest.raises(FormatError, match="E-FILE-SIZE"):
        iana_txt.write(Edition((wide, *rows)))
    assert iana_txt.project(Edition((wide, *rows))).records[0].description == wide.description


@given(st.integers(0, 10_000), st.sampled_from(("\n", " ", "   ", "[", "-", "\n\n", "80", "x")))
def test_any_damage_gives_an_edition_that_reads_the_same_again_or_a_format_error(at: int, more: str) -> None:
    at %= len(TEXT)
    try:
        edition = iana_txt.read((TEXT[:at] + more + TEXT[at:]).encode())
    except FormatError as error:
        assume(error.problem.code.startswith("E-TXT-"))
    else:
        assert iana_txt.read(iana_txt.write(edition)) == iana_txt.project(edition)
        names = {record.service_name for record in edition.records}
        assert len(edition.records) == 4 or more in ("\n", "\n\n") or len(names) >= 2
