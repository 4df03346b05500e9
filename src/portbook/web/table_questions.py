"""What the address of /table asks, and the address that asks it.

`search`, `page` and `skey` have the names and the meaning of IANA's page, so that old links work; `age` and
whatever else a link brings is ignored.  A known parameter with an unknown value is refused (400): an answer
to another question would mislead.  Text in, a value out, and back; which rows it means is `rows`'.
"""

import re
from http import HTTPStatus
from urllib.parse import urlencode

from django.http import QueryDict

from portbook.errors import Problem, shown
from portbook.search.queries import MAX_QUERY
from portbook.web.addresses import Links
from portbook.web.problems import RequestError
from portbook.web.questions import query_of
from portbook.web.rows import CHOICES, FILTERS, SLUGS, SortKey, TableQuestion

ADDRESS = "/table"
MAX_SORT_KEYS = len(SLUGS)  # a second key of the same column would decide nothing
MAX_PAGE = 9_999_999

_LIVE = Links()  # of pages that can be asked something
_SOURCE = "docs/limits.md"
_PAGES = re.compile(r"[1-9][0-9]{0,6}", re.ASCII)
_YEARS = re.compile(r"[0-9]{4}", re.ASCII)
_SIGNS = {"-": True, "+": False, " ": False}  # a "+" in an address arrives as a blank


def question_of(parameters: QueryDict) -> TableQuestion:
    """Return what *parameters* ask; of one that is repeated the last counts, `skey` apart.

    Raises `RequestError` 400: E-QUERY-LONG, E-WEB-FILTER, E-WEB-SORT, E-WEB-PAGE.
    """
    filters = {name: _filter(name, parameters.get(name, "")) for name in FILTERS}
    search = _search(parameters.get("search", ""))
    page = _page(parameters.get("page", ""))
    return TableQuestion(search, **filters, sort=_sort(parameters.getlist("skey")), page=page)


def address_of(question: TableQuestion, base: str = ADDRESS, links: Links = _LIVE) -> str:
    """Return the address that asks *question*: one order of parameters, what is not asked left out."""
    asked = [("search", question.search), *((name, getattr(question, name)) for name in FILTERS)]
    asked += [("skey", f"{'-' * key.descending}{key.column}") for key in question.sort]
    if question.page > 1:
        asked.append(("page", str(question.page)))
    text = urlencode([(name, value) for name, value in asked if value])
    return links.asked(base, text)


def no_such_page(page: int, last: int) -> RequestError:
    """The error at a page beyond the last one."""
    message = f"there is no page {page:,}; the last one is page {last:,}"
    return RequestError(HTTPStatus.NOT_FOUND, Problem("E-WEB-PAGE", message, _SOURCE))


def _search(text: str) -> str:
    query = query_of(text)
    if len(query) > MAX_QUERY:
        message = f"search {shown(query, 20)} has {len(query):,} characters; {MAX_QUERY} are allowed"
        raise _refused("E-QUERY-LONG", message)
    return query


def _filter(name: str, value: str) -> str:
    """*value*, when the filter has it; forms send "" for one that is not set."""
    if name == "year":
        known, choices = bool(_YEARS.fullmatch(value)), "a year of four digits, such as 2012"
    else:
        known, choices = value in CHOICES[name], ", ".join(CHOICES[name])
    if value and not known:
        raise _refused("E-WEB-FILTER", f"{name} {shown(value)} is none that this table has: {choices}")
    return value


def _sort(texts: list[str]) -> tuple[SortKey, ...]:
    """The keys that are set, each column once: only its first key decides."""
    keys: dict[str, SortKey] = {}
    given = [text for text in texts if text]
    if len(given) > MAX_SORT_KEYS:
        raise _refused("E-WEB-SORT", f"{len(given):,} times skey; {MAX_SORT_KEYS} are allowed")
    for text in given:
        sign = text[0] if text[0] in _SIGNS else ""
        column = text.removeprefix(sign)
        if column not in SLUGS:
            columns = ", ".join(SLUGS)
            message = f"skey {shown(text)} is none of the columns, with + or - before it: {columns}"
            raise _refused("E-WEB-SORT", message)
        keys.setdefault(column, SortKey(column, _SIGNS.get(sign, False)))
    return tuple(keys.values())


def _page(text: str) -> int:
    if not text:
        return 1
    if not _PAGES.fullmatch(text):
        raise _refused("E-WEB-PAGE", f"page {shown(text)} is not a whole number from 1 to {MAX_PAGE:,}")
    return int(text)


def _refused(code: str, message: str) -> RequestError:
    return RequestError(HTTPStatus.BAD_REQUEST, Problem(code, message, _SOURCE))
