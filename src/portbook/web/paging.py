"""Paging: which hundred lines of a list an address asks for, and the addresses of the others.

`search` and `page` mean what they mean in the table: a text that is sought, a page from 1.  Programs ask for
rows by `limit` and `offset`.
"""

import re
from collections.abc import Sequence
from http import HTTPStatus
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import urlencode

from django.http import QueryDict

from portbook.errors import Problem, shown
from portbook.formats.limits import MAX_RECORDS
from portbook.search.queries import MAX_QUERY
from portbook.web.addresses import Links
from portbook.web.problems import RequestError
from portbook.web.questions import query_of
from portbook.web.table_questions import MAX_PAGE, no_such_page
from portbook.web.texts import page_text

LINES = 100  # on one page
BESIDE = 2  # pages named before and after the one shown
ROWS = 500  # in JSON when no limit is asked: what the busiest contact has, with room for three more like it
MAX_ROWS = 1_000  # in JSON, at one request
MAX_OFFSET = MAX_RECORDS  # of a file: nothing comes after

_PAGES = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_DIGITS = re.compile(r"0|[1-9][0-9]{0,6}", re.ASCII)
_SOURCE = "docs/limits.md"
_DESCRIBED = "/v1/openapi.json"
_LIVE = Links()  # of pages that can be asked something

Line = TypeVar("Line")


class Turn(NamedTuple):
    """A page to turn to; `number` is 0 for a gap, `href` is "" for the page shown."""

    number: int
    href: str = ""


class Sheet(NamedTuple, Generic[Line]):
    """A page of a list, with what stands around it."""

    lines: tuple[Line, ...]
    found: int
    page: int
    last: int
    turns: tuple[Turn, ...]
    before: str
    after: str
    address: str

    @property
    def first(self) -> int:
        """The number of its first line, from 1."""
        return (self.page - 1) * LINES + 1

    @property
    def end(self) -> int:
        """The number of its last line."""
        return self.first + len(self.lines) - 1


def search_of(parameters: QueryDict) -> str:
    """Return the text to look for, on one line; `RequestError` 400 E-QUERY-LONG when it is too long."""
    search = query_of(parameters.get("search", ""))
    if len(search) > MAX_QUERY:
        message = f"search {shown(search, 20)} has {len(search):,} characters; {MAX_QUERY} are allowed"
        raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-QUERY-LONG", message, _SOURCE))
    return search


def page_of(parameters: QueryDict) -> int:
    """Return which page is asked for, 1 if none is; `RequestError` 400 E-WEB-PAGE when it is no number."""
    text = parameters.get("page", "")
    if not text:
        return 1
    if not _PAGES.fullmatch(text):
        message = f"page {shown(text)} is not a whole number from 1 to {MAX_PAGE:,}"
        raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-PAGE", message, _SOURCE))
    return int(text)


def rows_of(text: str) -> int:
    """Return how many rows a program asks for; 400 E-WEB-LIMIT unless it is a number from 1 to `MAX_ROWS`."""
    return _number("limit", text, 1, MAX_ROWS, "E-WEB-LIMIT")


def offset_of(text: str) -> int:
    """Return after how many rows to begin; 400 E-WEB-OFFSET unless it is a number from 0 to `MAX_OFFSET`."""
    return _number("offset", text, 0, MAX_OFFSET, "E-WEB-OFFSET")


def _number(name: str, text: str, least: int, most: int, code: str) -> int:
    if _DIGITS.fullmatch(text) and least <= int(text) <= most:
        return int(text)
    message = f"{name} {shown(text)} is not a number from {least} to {most:,}"
    raise RequestError(HTTPStatus.BAD_REQUEST, Problem(code, message, _DESCRIBED))


def sheet_of(
    lines: Sequence[Line], page: int, base: str, search: str = "", links: Links = _LIVE
) -> Sheet[Line]:
    """Return the *page* of *lines* at the address *base*; `RequestError` 404 beyond the last one."""
    last = max(1, -(-len(lines) // LINES))
    if page > last:
        raise no_such_page(page, last)

    def address(number: int) -> str:
        return address_of(base, search, number, links)

    named = sorted({1, last, *range(max(1, page - BESIDE), min(last, page + BESIDE) + 1)})
    turns: list[Turn] = []
    for number in named:
        if turns and number > turns[-1].number + 1:
            turns.append(Turn(0))
        turns.append(Turn(number, "" if number == page else address(number)))
    return Sheet(
        lines=tuple(lines[(page - 1) * LINES : page * LINES]),
        found=len(lines),
        page=page,
        last=last,
        turns=tuple(turns),
        before=address(page - 1) if page > 1 else "",
        after=address(page + 1) if page < last else "",
        address=address(page),
    )


def address_of(base: str, search: str = "", page: int = 1, links: Links = _LIVE) -> str:
    """Return the address of a page of the list at *base*; what is not asked is left out."""
    asked = [("search", search)] if search else []
    asked += [("page", str(page))] if page > 1 else []
    return links.asked(base, urlencode(asked))


def around(sheet: Sheet[Line], base: str, search: str = "") -> dict[str, object]:
    """Return what the templates need of a list: what was asked, its page, and the pages to turn to."""
    return {
        "sheet": sheet,
        "search": search,
        "search_shown": page_text(search),
        "plain": base,
        "address": sheet.address,
        "last": sheet.last,
        "turns": sheet.turns,
        "before": sheet.before,
        "after": sheet.after,
    }
