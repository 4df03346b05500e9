"""The engine of /table: search, filters, order and pages, beside a naive oracle; what its address may ask."""

from __future__ import annotations

import lzma
from functools import cache
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

import parts
import strategies
from portbook import formats
from portbook.edition import Edition, row_state
from portbook.formats.columns import row
from portbook.numbers import range_of
from portbook.records import PublishedDate, Record, Reference, rich
from portbook.search.queries import MAX_QUERY
from portbook.store.edition_files import embedded
from portbook.web import rows, table_questions
from portbook.web.problems import RequestError
from portbook.web.rows import CHOICES, FILTERS, PAGE, SLUGS, RowTable, SortKey, TableQuestion
from portbook.web.table_questions import MAX_PAGE, MAX_SORT_KEYS, address_of, question_of


def person(name: str) -> tuple[Reference, ...]:
    return (Reference("person", name),)


def dated(text: str) -> PublishedDate:
    return PublishedDate(text)


SMALL = Edition(
    (
        Record(
            "alpha", "20", "tcp", rich("First  light\n of day"), None, person("Ann_Able"), dated("2001-05")
        ),
        Record("alpha", "20", "udp", rich("First light"), None, person("Ann_Able"), dated("2001-05-03")),
        Record(
            "Bravo", "1000-1100", "TCP", rich("straße"), person("Bo"), person("Cy"), None, dated("2020-01")
        ),
        Record(None, "3-19", None, rich("Unassigned")),
        Record(None, "49151", None, rich("IANA Reserved")),
        Record("charlie", "100", None, rich(), service_code="1145656131"),
        Record("delta", None, "tcp", rich("twenty"), assignment_notes=rich("no port 20 here")),
        Record("echo", "odd", "dccp", rich(), registration_date=dated("soon"), service_code="99"),
        Record("foxtrot", "49100-49200", "sctp", rich("20"), registration_date=dated("2020-02-02")),
        Record("golf", "1000", "quic", rich("x"), reference=(Reference("rfc", "rfc8620"),)),
    )
)


@cache
def small() -> RowTable:
    return RowTable(SMALL)


@cache
def newest() -> RowTable:
    source = embedded()[-1]
    return RowTable(formats.read(source.data(), source.format))


def asked(text: str) -> TableQuestion:
    return question_of(QueryDict(text))


def refusal(text: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        asked(text)
    return caught.value


# -- an oracle that knows no index


def naive(edition: Edition, question: TableQuestion) -> list[int]:
    """The rows one after the other, by the plainest reading of each part of the question."""
    found = [n for n, record in enumerate(edition.records) if fits(record, question)]
    for key in reversed(question.sort):
        column = SLUGS.index(key.column)
        full = [n for n in found if row(edition.records[n])[column]]
        empty = [n for n in found if n not in set(full)]
        by_value: dict[object, list[int]] = {}
        for n in full:
            by_value.setdefault(order(key.column, edition.records[n]), []).append(n)
        values = sorted(by_value, reverse=key.descending)  # type: ignore[type-var]
        found = [n for value in values for n in by_value[value]] + empty
    return found


def fits(record: Record, question: TableQuestion) -> bool:
    cells = row(record)
    needle = " ".join(question.search.casefold().split())
    if not any(needle in " ".join(cell.casefold().split()) for cell in (*cells[:6], *cells[8:])):
        return False
    if question.range and not any(
        range_of(port).name.lower() == question.range
        for port in (range(record.ports.low, record.ports.high + 1) if record.ports else ())
    ):
        return False
    if question.state and row_state(record)[0].value.lower() != question.state:
        return False
    if question.transport and (record.transport or "none").lower() != question.transport:
        return False
    if question.ports and bool(record.port_number) != (question.ports == "yes"):
        return False
    year = (record.registration_date or "")[:4]
    return not question.year or (year == question.year and year.isdigit())  # some dates are words


def order(column: str, record: Record) -> tuple[object, ...]:
    cell = row(record)[SLUGS.index(column)]
    if column == "port" and record.ports:
        return (0, *record.ports, "")
    if column == "code" and cell.isascii() and cell.isdigit():
        return (0, int(cell), int(cell), "")
    return (1, 0, 0, cell.casefold()) if column in ("port", "code") else (cell.casefold(),)


sort_keys = st.lists(
    st.builds(SortKey, st.sampled_from(SLUGS), st.booleans()), max_size=3, unique_by=lambda key: key.column
).map(tuple)
needles = st.sampled_from(("", "20", "TCP", "RFC", "[", "a", "ß", "SS", " x", "http", "][", "é")) | st.text(
    max_size=4
)


def questions(years: tuple[str, ...]) -> st.SearchStrategy[TableQuestion]:
    def one_of(values: tuple[str, ...]) -> st.SearchStrategy[str]:
        return st.just("") | st.sampled_from(values)

    return st.builds(
        TableQuestion,
        search=needles,
        **{name: one_of(values) for name, values in CHOICES.items()},
        year=one_of(years),
        sort=sort_keys,
    )


@given(strategies.editions(), st.data())
def test_invented_editions_beside_the_oracle(edition: Edition, data: st.DataObject) -> None:
    question = data.draw(questions(("2006", "2018", "1999")))
    assert list(RowTable(edition).rows(question)) == naive(edition, question)


@given(questions(("2001", "2020", "soon")))
def test_the_small_edition_beside_the_oracle(question: TableQuestion) -> None:
    assert list(small().rows(question)) == naive(SMALL, question)


@pytest.mark.parametrize(
    "text",
    [
        "search=20",
        "search=UNASSIGNED&range=system",
        "search=microsoft&skey=-registered&skey=name",
        "range=user&state=unassigned",
        "state=reserved&transport=udp&skey=-port",
        "transport=none",
        "ports=no&skey=name&year=2012",
        "skey=-port&search=x11",
        "year=2020&skey=transport&skey=-modified&skey=port",
        "search=defined txt keys&skey=assignee",
        "search=%5BRFC8620%5D",
        "skey=code&transport=dccp",
    ],
)
def test_the_embedded_edition_beside_the_oracle(text: str) -> None:
    edition = Edition(newest().records)
    found = newest().rows(asked(text))
    assert list(found) == naive(edition, asked(text))
    assert found


# -- vectors


@pytest.mark.parametrize(
    "text, names",
    [
        ("", "alpha alpha Bravo - - charlie delta echo foxtrot golf"),
        ("search=20", "alpha alpha delta foxtrot golf"),  # the dates are not searched
        ("search=2020", ""),
        ("search=FIRST+LIGHT", "alpha alpha"),
        ("search=%20light%09of%0Aday%20", "alpha"),  # white space is one blank in both
        ("search=STRASSE", "Bravo"),
        ("search=tcp+first", ""),  # across two cells
        ("search=[ann_able][ann_able]", ""),  # the same
        ("search=rfc8620", "golf"),
        ("search=%00", ""),
        ("range=system", "alpha alpha Bravo - charlie golf"),
        ("range=user", "Bravo - foxtrot"),  # a range of ports that touches it
        ("range=dynamic", "foxtrot"),
        ("state=reserved", "-"),
        ("state=unassigned", "-"),
        ("transport=tcp", "alpha Bravo delta"),
        ("transport=none", "- - charlie"),
        ("year=2001", "alpha alpha"),
        ("year=1900", ""),
        ("ports=no", "delta"),
        ("ports=yes&transport=dccp", "echo"),
        ("skey=name", "alpha alpha Bravo charlie delta echo foxtrot golf - -"),
        ("skey=-name", "golf foxtrot echo delta charlie Bravo alpha alpha - -"),
        ("skey=port", "- alpha alpha charlie golf Bravo foxtrot - echo delta"),
        ("skey=-port", "echo - foxtrot Bravo golf charlie alpha alpha - delta"),
        ("skey=code", "echo charlie alpha alpha Bravo - - delta foxtrot golf"),
        ("skey=registered", "alpha alpha foxtrot echo Bravo - - charlie delta golf"),
        ("skey=-transport&skey=name", "alpha alpha Bravo delta foxtrot golf echo charlie - -"),
        ("skey=transport&skey=-name", "echo golf foxtrot delta Bravo alpha alpha charlie - -"),
    ],
)
def test_vectors(text: str, names: str) -> None:
    found = small().rows(asked(text))
    assert " ".join(SMALL.records[n].service_name or "-" for n in found) == names


def test_equal_rows_keep_the_order_of_the_registry() -> None:
    for sign in "+-":
        found = small().rows(asked(f"skey={sign}contact&skey={sign}description&transport=tcp"))
        assert [n for n in found if not small().cells[n][5]] == [6]
    assert newest().rows(asked("skey=code"))[2000:] == tuple(sorted(newest().rows(asked("skey=code"))[2000:]))


def test_pages_hold_a_hundred_rows_and_every_row_once() -> None:
    first = newest().page(asked(""))
    assert (first.rows, first.found, first.last) == (tuple(range(PAGE)), 14_400, 144)
    turned = [newest().page(TableQuestion(page=page)).rows for page in range(1, first.last + 1)]
    assert [n for page in turned for n in page] == list(range(14_400))
    assert newest().page(TableQuestion(page=first.last + 1)).rows == ()


def test_a_last_page_is_full_or_not() -> None:
    for many, last, left in ((0, 1, 0), (1, 1, 1), (100, 1, 100), (101, 2, 1), (200, 2, 100)):
        table = RowTable(Edition((Record("a"),) * many))
        page = table.page(TableQuestion())
        assert (page.last, page.found) == (last, many)
        assert len(table.page(TableQuestion(page=last)).rows) == left


def test_only_so_many_answers_are_kept() -> None:
    table = RowTable(SMALL)
    for number in range(3 * rows.KEPT):
        table.rows(TableQuestion(search=str(number)))
    assert table.rows.cache_info().currsize == rows.KEPT


def test_the_years_are_those_of_the_registrations() -> None:
    assert small().years == ("2020", "2001")
    assert newest().years[0] == "2023"


# -- the address


@pytest.mark.parametrize(
    "text, question",
    [
        ("", TableQuestion()),
        ("age=7&utm_source=x&edition=1", TableQuestion()),
        ("search=&page=&skey=&range=&state=&transport=&ports=&year=", TableQuestion()),
        ("search=+a++b%0A", TableQuestion("a b")),
        ("search=a&search=b", TableQuestion("b")),
        ("page=2&page=3", TableQuestion(page=3)),
        ("skey=port", TableQuestion(sort=(SortKey("port"),))),
        ("skey=+port", TableQuestion(sort=(SortKey("port"),))),
        ("skey=%2Bport", TableQuestion(sort=(SortKey("port"),))),
        ("skey=%20port", TableQuestion(sort=(SortKey("port"),))),
        ("skey=-port&skey=name", TableQuestion(sort=(SortKey("port", True), SortKey("name")))),
        ("skey=-port&skey=port", TableQuestion(sort=(SortKey("port", True),))),
        ("year=2012&ports=no&transport=none", TableQuestion(year="2012", ports="no", transport="none")),
        ("range=user&state=reserved", TableQuestion(range="user", state="reserved")),
    ],
)
def test_what_an_address_asks(text: str, question: TableQuestion) -> None:
    assert asked(text) == question


@pytest.mark.parametrize(
    "text, code, words",
    [
        ("search=" + "a" * (MAX_QUERY + 1), "E-QUERY-LONG", "101 characters; 100 are allowed"),
        ("search=" + "%C3%A9" * 10_000, "E-QUERY-LONG", "10,000 characters"),
        ("range=all", "E-WEB-FILTER", "range 'all' is none that this table has: system, user, dynamic"),
        ("state=dynamic", "E-WEB-FILTER", "assigned, reserved, unassigned"),
        ("state=Assigned", "E-WEB-FILTER", "'Assigned'"),
        ("transport=quic", "E-WEB-FILTER", "tcp, udp, sctp, dccp, none"),
        ("ports=maybe", "E-WEB-FILTER", "yes, no"),
        ("year=abcd", "E-WEB-FILTER", "year 'abcd' is none that this table has: a year of four digits"),
        ("year=12", "E-WEB-FILTER", "'12'"),
        ("year=20123", "E-WEB-FILTER", "'20123'"),
        ("year=%EF%BC%92%EF%BC%90%EF%BC%91%EF%BC%92", "E-WEB-FILTER", "２０１２"),
        ("year=2012%0A", "E-WEB-FILTER", r"'2012\n'"),
        ("skey=nonsense", "E-WEB-SORT", "'nonsense' is none of the columns"),
        ("skey=Port", "E-WEB-SORT", "name, port, transport"),
        ("skey=--port", "E-WEB-SORT", "'--port'"),
        ("skey=%2B", "E-WEB-SORT", "'+'"),
        ("skey=port%0A", "E-WEB-SORT", r"'port\n'"),
        ("&".join(["skey=port"] * (MAX_SORT_KEYS + 1)), "E-WEB-SORT", "13 times skey; 12 are allowed"),
        ("&".join(["skey=port"] * 900), "E-WEB-SORT", "900 times"),
        ("page=0", "E-WEB-PAGE", "page '0' is not a whole number from 1 to 9,999,999"),
        ("page=-1", "E-WEB-PAGE", "'-1'"),
        ("page=+1", "E-WEB-PAGE", "' 1'"),
        ("page=01", "E-WEB-PAGE", "'01'"),
        ("page=1.0", "E-WEB-PAGE", "'1.0'"),
        ("page=%EF%BC%91", "E-WEB-PAGE", "'１'"),
        ("page=" + "9" * 5000, "E-WEB-PAGE", "..."),
        (f"page={MAX_PAGE + 1}", "E-WEB-PAGE", "'10000000'"),
        ("page=x&skey=x&year=x", "E-WEB-FILTER", "year"),
    ],
)
def test_what_no_address_may_ask(text: str, code: str, words: str) -> None:
    error = refusal(text)
    assert error.status is HTTPStatus.BAD_REQUEST
    assert error.problem.code == code
    assert words in error.problem.message
    assert len(error.problem.message) < 300


def test_limits_are_reached() -> None:
    assert asked("search=" + "a" * MAX_QUERY).search == "a" * MAX_QUERY
    assert asked(f"page={MAX_PAGE}").page == MAX_PAGE
    assert len(asked("&".join(f"skey={slug}" for slug in SLUGS)).sort) == MAX_SORT_KEYS
    assert table_questions.no_such_page(7, 3).status is HTTPStatus.NOT_FOUND


@pytest.mark.parametrize(
    "question, address",
    [
        (TableQuestion(), "/table"),
        (TableQuestion(page=2), "/table?page=2"),
        (TableQuestion("a&b=ü", page=3), "/table?search=a%26b%3D%C3%BC&page=3"),
        (
            TableQuestion(
                "x", "user", "assigned", "tcp", "no", "2001", (SortKey("port", True), SortKey("name"))
            ),
            "/table?search=x&range=user&state=assigned&transport=tcp&ports=no&year=2001&skey=-port&skey=name",
        ),
    ],
)
def test_one_question_has_one_address(question: TableQuestion, address: str) -> None:
    assert address_of(question) == address
    assert asked(urlsplit(address).query) == question
    assert address_of(question, "/editions/2023-03-13/table") == "/editions/2023-03-13" + address


@given(questions(("2001", "2012")), st.integers(1, MAX_PAGE))
def test_the_address_of_a_question_asks_it(question: TableQuestion, page: int) -> None:
    there = question._replace(search=" ".join(question.search.split()), page=page)
    assert asked(urlsplit(address_of(there)).query) == there


@given(st.text(max_size=40), st.sampled_from(("search", "page", "skey", "age", *FILTERS)))
def test_any_text_is_a_question_or_refused(text: str, name: str) -> None:
    parameters = QueryDict(mutable=True)
    parameters[name] = text
    try:
        answer: object = small().page(question_of(parameters)).rows
    except RequestError as error:
        answer = error.problem.code.split("-")[0]
    assert answer == "E" or isinstance(answer, tuple)


# -- as IANA's own page has it

# (service name, port, transport) of a published row -> the cell that another edition has since.
CHANGED: dict[tuple[str, ...], str] = {}


@pytest.mark.needs("published_page")
def test_the_published_search_for_20_ends_with_the_same_rows(published_editions: Path) -> None:
    """Its last page, of 2025-09-29, beside the edition of 2026-08-17: 30 rows, field by field."""
    edition = formats.read(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()), "xml")
    table = RowTable(edition)
    expected = published_rows(parts.published_page().read_text(encoding="utf-8"))
    assert len(expected) == 30
    found = [filled(table.cells[n]) for n in table.rows(TableQuestion("20"))[-30:]]
    changed = {
        tuple(before[:3]): after for before, after in zip(expected, found, strict=True) if before != after
    }
    assert changed == CHANGED


def published_rows(text: str) -> list[list[str]]:
    """The rows of the table; a row has twelve bars, but for the last one; empty cells have left no trace."""
    rule = "---|" * 12 + "\n"
    table = text.split(rule, 1)[1].split("\nContact Information\n", 1)[0]
    found = [""]
    for line in table.split("\n"):
        if found[-1].count("|") == 12:
            found.append("")
        found[-1] += f" {line}"
    return [filled(text.split("|")) for text in found]


def filled(cells: list[str] | tuple[str, ...]) -> list[str]:
    return [" ".join(cell.split()) for cell in cells if cell.strip()]
