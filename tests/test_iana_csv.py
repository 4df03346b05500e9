"""IANA's CSV: to the byte what IANA made of its own XML; every structural fault refused with its line."""

import csv
import io
import lzma
import random
import re
import tarfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import strategies
from portbook.edition import Edition
from portbook.errors import FormatError
from portbook.formats import iana_csv, iana_xml, limits
from portbook.formats.columns import COLUMNS, OLD_COLUMN_11, Rendering, header_of, rendering_of
from portbook.records import Extra, Record, Reference, rich

DATA = Path(iana_csv.__file__).resolve().parents[1] / "data"
HEADER = ",".join(COLUMNS)
EMPTY = "," * 11


def csv_of(*rows: str, header: str = HEADER, end: str = "\r\n") -> bytes:
    return "".join(row + end for row in (header, *rows)).encode()


def refusal(data: bytes) -> FormatError:
    with pytest.raises(FormatError) as error:
        iana_csv.read(data)
    return error.value


# -- the real ones

PAIRS = {  # date: rendering, header, bytes of IANA's CSV (formats.md 2.2)
    "2018-02-21": (Rendering.A, "old", 1_102_410),
    "2020-07-14": (Rendering.B, "new", 1_120_599),
    "2022-07-18": (Rendering.C, "new", 1_135_327),
    "2023-10-26": (Rendering.C, "new", 1_128_922),  # row ends made LF by whoever stored it
    "2026-02-13": (Rendering.D, "new", 1_151_951),
}


@pytest.mark.needs("published_editions")
def test_the_csv_of_the_five_pairs_follows_from_the_xml_byte_for_byte(published_editions: Path) -> None:
    matched = []
    with tarfile.open(published_editions / "xml-snapshots.tar.xz", "r:xz") as tar:
        for member in tar:
            date = Path(member.name).stem
            file = tar.extractfile(member) if date in PAIRS else None
            if file is None:
                continue
            rendering, header, size = PAIRS[date]
            published = lzma.decompress(next(published_editions.glob(f"{date}*.csv.xz")).read_bytes())
            assert len(published) == size
            as_iana_made_it = with_crlf(published)
            edition = iana_xml.read(file.read())
            assert (rendering_of(edition.updated), header_of(edition.updated)) == (rendering, header)
            assert iana_csv.write(edition, rendering=rendering, header=header) == as_iana_made_it
            read = iana_csv.read(published)
            assert read == iana_csv.read(as_iana_made_it) == iana_csv.project(edition, rendering)
            assert read.remarks == ()
            matched.append(date)
    assert matched == list(PAIRS)


def with_crlf(data: bytes) -> bytes:
    """*data* with CR LF at the row ends; by the csv module, so by other code than what is tested."""
    if b"\r\n" in data:
        return data
    rows = csv.reader(io.StringIO(data.decode(), newline=""), strict=True)
    target = io.StringIO(newline="")
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return target.getvalue().encode()


EMBEDDED = {
    "2014-07-09": (13_521, Rendering.A, "old", "\r\n"),
    "2018-10-04": (14_102, Rendering.A, "old", "\n"),
    "2023-03-13": (14_400, Rendering.C, "new", "\r\n"),
}


@pytest.mark.parametrize("date", EMBEDDED)
def test_the_embedded_editions_are_read_as_the_csv_module_reads_them_and_written_back(date: str) -> None:
    count, rendering, header, end = EMBEDDED[date]
    data = lzma.decompress((DATA / f"{date}.csv.xz").read_bytes())
    edition = iana_csv.read(data)
    assert len(edition.records) == count
    assert edition.remarks == ()
    assert set(edition.absent) >= {"title", "updated", "contacts", "footnotes", "experts", "notes"}
    assert iana_csv.write(edition, rendering=rendering, header=header, line_end=end) == data
    rows = list(csv.reader(io.StringIO(data.decode(), newline=""), strict=True))[1:]
    assert [r.service_name or "" for r in edition.records] == [row[0] for row in rows]
    assert [str(r.port_number or "") for r in edition.records] == [row[1] for row in rows]
    assert ["".join(map(str, r.description.parts)) for r in edition.records] == [row[3] for row in rows]
    shown = ["".join(f"[{x.label}]" for x in r.reference) for r in edition.records]
    assert shown == [row[8] for row in rows]


# -- bytes

ODD = Edition((Record("a", "1", "tcp", rich('one, "two"\nthree'), contact=(Reference("person", "A"),)),))


def test_cells_are_quoted_only_where_they_must_be() -> None:
    row = 'a,1,tcp,"one, ""two""\nthree",[A],[A],,,,,,\r\n'
    assert iana_csv.write(ODD) == (HEADER + "\r\n" + row).encode()
    plain = Edition((Record("a b", "1", "'", rich(" ; \t| #")),))
    assert b'"' not in iana_csv.write(plain)


def test_header_and_line_end_are_what_is_asked_for() -> None:
    old = iana_csv.write(ODD, header="old", line_end="\n")
    assert old.split(b"\n")[0].decode() == HEADER.replace("Unauthorized Use Reported", OLD_COLUMN_11)
    assert b"\r" not in old
    assert iana_csv.read(old) == iana_csv.read(iana_csv.write(ODD)) == iana_csv.project(ODD)


@pytest.mark.parametrize("option", [{"rendering": "E"}, {"header": "middle"}, {"line_end": "\r"}])
def test_an_unknown_option_is_refused(option: dict[str, str]) -> None:
    with pytest.raises(FormatError, match=r"is none of .*E-CSV-OPTION"):
        iana_csv.write(ODD, **option)


def test_an_edition_without_rows_is_its_header() -> None:
    assert iana_csv.write(Edition(())) == (HEADER + "\r\n").encode()
    assert iana_csv.read(iana_csv.write(Edition(()))) == Edition(())


@given(
    strategies.editions(strategies.texts | st.sampled_from(("a\rb", "\r\n", " \r\n x\r"))),
    st.sampled_from(Rendering),
    st.sampled_from(("\n", "\r\n")),
)
def test_what_is_read_back_is_the_projection_in_every_rendering(
    edition: Edition, rendering: Rendering, end: str
) -> None:
    data = iana_csv.write(edition, rendering=rendering, line_end=end)
    assert iana_csv.read(data) == iana_csv.project(edition, rendering)


@given(st.lists(st.lists(st.text('ab ,\n"', max_size=6), min_size=12, max_size=12), max_size=4), st.data())
def test_quotes_are_undone_as_the_csv_module_undoes_them(rows: list[list[str]], data: st.DataObject) -> None:
    quoting = data.draw(st.sampled_from((csv.QUOTE_ALL, csv.QUOTE_MINIMAL, csv.QUOTE_NONNUMERIC)))
    target = io.StringIO(newline="")
    csv.writer(target, quoting=quoting, lineterminator="\n").writerows([COLUMNS, *rows])
    header, columns = iana_csv._columns(target.getvalue())
    assert header == list(COLUMNS)
    assert [list(cells) for cells in zip(*columns, strict=True)] == rows


@given(st.text('a,\n"\r\0\ufeff', max_size=24), st.integers(0, 3))
def test_any_damage_gives_an_edition_that_reads_the_same_again_or_a_format_error(
    text: str, place: int
) -> None:
    rows = ["a,1,tcp" + "," * 9 + "\n", "b" + EMPTY + "\n", "c" + EMPTY + "\n"]
    try:
        edition = iana_csv.read((HEADER + "\n" + "".join([*rows[:place], text, *rows[place:]])).encode())
    except FormatError as error:
        found = error.problem.code
    else:
        found = ""
        assert iana_csv.read(iana_csv.write(edition, rendering="A")) == iana_csv.project(edition, Rendering.A)
    assert re.fullmatch(r"|E-(CSV|FILE)-[A-Z]+", found)


# -- tolerance

ROW = 'a,1,tcp,"x\ny",,,,,,,,'


@pytest.mark.parametrize(
    "data",
    [
        csv_of(ROW),
        csv_of(ROW, end="\n"),
        csv_of(ROW.replace("\n", "\r\n")),
        csv_of(ROW.replace("\n", "\r\n"), end="\n"),
        csv_of(ROW, header=HEADER.replace("Unauthorized Use Reported", OLD_COLUMN_11)),
        csv_of(ROW, header=",".join(f'"{title}"' for title in COLUMNS)),
    ],
    ids=["as published", "row ends LF", "cells CR LF", "both turned", "old title", "quoted titles"],
)
def test_what_storing_does_to_a_file_does_not_matter(data: bytes) -> None:
    edition = iana_csv.read(data)
    assert edition == Edition((Record("a", "1", "tcp", rich("x\ny")),))
    assert edition.remarks == ()


def test_a_byte_order_mark_is_remarked() -> None:
    edition = iana_csv.read(b"\xef\xbb\xbf" + csv_of(ROW))
    assert edition.records[0].service_name == "a"
    assert [problem.code for problem in edition.remarks] == ["F-BOM"]


def test_columns_are_found_by_their_titles() -> None:
    order = list(COLUMNS)
    random.Random(1).shuffle(order)
    values = {title: f"v{i}" for i, title in enumerate(COLUMNS)}
    moved = iana_csv.read(csv_of(",".join(values[title] for title in order), header=",".join(order)))
    straight = iana_csv.read(csv_of(",".join(values.values())))
    assert moved == straight
    assert moved.remarks[0].code == "F-CSV-ORDER"
    assert "F-CSV-ORDER" not in [problem.code for problem in straight.remarks]


def test_missing_columns_are_remarked_and_unknown_ones_kept() -> None:
    data = csv_of("tcp,a,1,red", "udp,b,2,", header="Transport Protocol,Service Name,Port Number,Colour")
    edition = iana_csv.read(data)
    assert [record.extras for record in edition.records] == [(Extra("column", "Colour", "red"),), ()]
    assert [record.port_number for record in edition.records] == ["1", "2"]
    codes = [problem.code for problem in edition.remarks]
    assert codes == ["F-CSV-COLUMN", *["F-CSV-MISSING"] * 9, "F-CSV-ORDER"]
    assert "'Colour'" in edition.remarks[0].message


# -- refusals: each with its line and the text

REFUSED = [
    ("NUL", csv_of("a" + EMPTY, "b\0" + EMPTY), "E-CSV-NUL", 3, r"b\x00"),
    ("lone CR", csv_of("a" + EMPTY, "b\rc" + EMPTY), "E-CSV-CR", 3, r"b\rc"),
    ("lone CR in quotes", csv_of('a,1,tcp,"b\rc",,,,,,,,'), "E-CSV-CR", 2, r"b\rc"),
    ("CR CR LF", csv_of("a" + EMPTY).replace(b"\r\n", b"\r\r\n"), "E-CSV-CR", 1, ""),
    ("quote not closed", csv_of("a" + EMPTY, '"b' + EMPTY, "c" + EMPTY), "E-CSV-QUOTE", 3, '"b'),
    ("quote in a plain cell", csv_of("a" + EMPTY, 'b"c' + EMPTY, "c" + EMPTY), "E-CSV-QUOTE", 3, 'b"c'),
    ("two quotes in a plain cell", csv_of('b"c"d' + EMPTY), "E-CSV-QUOTE", 2, 'b"c'),
    ("text after a quote", csv_of('"b"c' + EMPTY), "E-CSV-QUOTE", 2, '"b"c'),
    ("text before a quote", csv_of('b,c"d"' + EMPTY[1:]), "E-CSV-QUOTE", 2, 'c"d'),
    ("short row", csv_of("a" + EMPTY, '"x\ny",b' + EMPTY[2:], "c" + EMPTY), "E-CSV-ROW", 3, "11 cells"),
    ("long row", csv_of("a" + EMPTY + ","), "E-CSV-ROW", 2, "13 cells"),
    ("short and long", csv_of("a" + EMPTY[1:], "a" + EMPTY + ","), "E-CSV-ROW", 2, "11 cells"),
    ("empty line", csv_of("a" + EMPTY, "", "b" + EMPTY), "E-CSV-ROW", 3, "1 cells"),
    ("second header", csv_of("a" + EMPTY, '"x\ny"' + EMPTY, HEADER), "E-CSV-TWICE", 5, "Service Name,Port"),
    ("no line end", csv_of("a" + EMPTY)[:-2], "E-CSV-END", 2, "a,,"),
    ("cut off in a row", csv_of("a" + EMPTY, "b" + EMPTY)[:-9], "E-CSV-END", 3, "b,,"),
    ("empty file", b"", "E-CSV-HEADER", 1, "empty"),
    ("other header", csv_of("a,b", header="name,port"), "E-CSV-HEADER", 1, "'name,port'"),
    ("semicolons", csv_of(header=HEADER.replace(",", ";")), "E-CSV-HEADER", 1, "Service Name;Port"),
    ("title twice", csv_of(header=HEADER + ",Contact"), "E-CSV-HEADER", 1, "'Contact' twice"),
    ("both titles of column 11", csv_of(header=HEADER + "," + OLD_COLUMN_11), "E-CSV-HEADER", 1, "twice"),
    ("no header", csv_of(header="a" + EMPTY), "E-CSV-HEADER", 1, "'Service Name'"),
    (
        "not UTF-8",
        csv_of("a" + EMPTY, "\xe9" + EMPTY).replace(b"\xc3\xa9", b"\xe9"),
        "E-FILE-ENCODING",
        3,
        "e9",
    ),
]


@pytest.mark.parametrize(
    "data, code, line, told", [case[1:] for case in REFUSED], ids=[c[0] for c in REFUSED]
)
def test_a_fault_is_refused_with_its_line(data: bytes, code: str, line: int, told: str) -> None:
    error = refusal(data)
    assert error.problem.code == code
    assert error.line == line
    assert told in error.problem.message


@pytest.mark.parametrize("byte", [b'"', b",", b"\n", b"\r", b"\0"])
def test_every_place_of_a_small_file_may_be_damaged(byte: bytes) -> None:
    """T-09: a structural byte more at any place gives the same number of rows, or a refusal."""
    whole = csv_of('a,1,tcp,"x, ""y""\nz",[A],[A],2020-01,,[RFC1],,,', "b" + EMPTY)
    read = refused = 0
    for place in range(len(whole) + 1):
        try:
            edition = iana_csv.read(whole[:place] + byte + whole[place:])
        except FormatError:
            refused += 1
        else:
            read += 1
            assert len(edition.records) == 2
    assert refused > (100 if byte != b"\n" else 90)
    assert read + refused == len(whole) + 1


def test_a_field_up_to_the_limit() -> None:
    longest = "x" * limits.MAX_FIELD
    edition = iana_csv.read(csv_of(longest + EMPTY))
    assert edition.records[0].service_name == longest
    assert iana_csv.read(iana_csv.write(edition)) == edition
    assert refusal(csv_of(longest + "x" + EMPTY)).problem.code == "E-FIELD-SIZE"
    assert refusal(csv_of(f'"{longest}""",1' + EMPTY[1:])).problem.code == "E-FIELD-SIZE"
    with pytest.raises(FormatError, match="E-FIELD-SIZE"):
        iana_csv.write(Edition((Record(longest + "x"),)))
    two = csv_of(f"{longest},{longest}" + EMPTY[1:])  # a row may be longer than a field
    assert len(iana_csv.read(two).records) == 1


def test_records_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAX_RECORDS", 3)
    monkeypatch.setattr(iana_csv, "MAX_RECORDS", 3)
    assert len(iana_csv.read(csv_of(*["a" + EMPTY] * 3)).records) == 3
    assert refusal(csv_of(*["a" + EMPTY] * 4)).problem.code == "E-FILE-RECORDS"
    with pytest.raises(FormatError, match="E-FILE-RECORDS"):
        iana_csv.write(Edition((Record("a"),) * 4))


def test_quotes_up_to_the_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(iana_csv, "MAX_QUOTES", 4)
    iana_csv.read(csv_of('"a","b"' + EMPTY[1:]))
    assert refusal(csv_of('"a","b",""' + EMPTY[2:])).problem.code == "E-FILE-SIZE"


def test_columns_up_to_the_limit() -> None:
    more = [f"column {i}" for i in range(iana_csv.MAX_COLUMNS - 12)]
    assert iana_csv.read(csv_of(header=",".join((HEADER, *more)))).records == ()
    assert refusal(csv_of(header=",".join((HEADER, *more, "one")))).problem.code == "E-CSV-HEADER"


@pytest.mark.parametrize(
    "record, code",
    [
        (Record("a\0b"), "E-CSV-NUL"),
        (Record(description=rich("\ud800")), "E-CSV-TEXT"),
        (Record(contact=(Reference("person", "A"),) * 65), "E-RECORD-REFERENCES"),
    ],
)
def test_what_could_not_be_read_back_is_not_written(record: Record, code: str) -> None:
    with pytest.raises(FormatError) as error:
        iana_csv.write(Edition((record,)))
    assert error.value.problem.code == code
