"""What a request asks: a port, a transport, a service or a search, read from its text.

The site's one place where text from an address becomes a value.  A text that is none gets an error with
the library's own words: 404 for an address that cannot exist, 400 for a query that is not searched.
"""

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import NamedTuple

from portbook.discovery import parse_service_label
from portbook.edition import Service
from portbook.errors import Problem, RuleError, shown
from portbook.numbers import Transport, parse_port, parse_ports, parse_transport
from portbook.search import Hit
from portbook.search.queries import MAX_QUERY, parse_query
from portbook.web.editions import Served
from portbook.web.problems import RequestError

MAX_HITS = 100
SUGGESTIONS = 5

_LIMITS = "/v1/openapi.json"


class Found(NamedTuple):
    """What a search found, and whether it would have found more above the limit."""

    hits: tuple[Hit, ...]
    more: bool


def port_of(text: str) -> int:
    """Return the port that part of an address writes; 404 when it writes none."""
    try:
        return parse_port(text)
    except RuleError as error:
        raise RequestError(HTTPStatus.NOT_FOUND, error.problem) from None


def transport_of(text: str) -> Transport:
    """Return the transport that part of an address names; 404 when it names none."""
    try:
        return parse_transport(text)
    except RuleError as error:
        raise RequestError(HTTPStatus.NOT_FOUND, error.problem) from None


def service_of(served: Served, name: str) -> Service:
    """Return what stands under *name*; 404 with names like it when nothing does."""
    if service := served.edition.service(name):
        return service
    likely = served.opened.index.suggest(name, SUGGESTIONS) if len(name) <= MAX_QUERY else ()
    message = f"no service is called {shown(name)} in the edition of {served.date}"
    problem = Problem("E-WEB-SERVICE", message, f"edition {served.label}")
    raise RequestError(HTTPStatus.NOT_FOUND, problem, tuple(likely))


def query_of(text: str) -> str:
    """Return the text to search for, on one line."""
    return " ".join(text.split())


def required_query_of(text: str) -> str:
    """Return the text to search for; 400 when there is none."""
    if query := query_of(text):
        return query
    problem = Problem("E-WEB-QUERY-EMPTY", "the parameter q, what to search for, is absent or empty", _LIMITS)
    raise RequestError(HTTPStatus.BAD_REQUEST, problem)


def limit_of(text: str) -> int:
    """Return how many hits are asked for; 400 unless it is a number from 1 to `MAX_HITS`."""
    if re.fullmatch(r"[1-9][0-9]{0,2}", text, re.ASCII) and int(text) <= MAX_HITS:
        return int(text)
    message = f"limit {shown(text)} is not a number from 1 to {MAX_HITS}"
    raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-LIMIT", message, _LIMITS))


def hits_of(served: Served, query: str, limit: int) -> Found:
    """Return what the search finds; 400 when the query is too long.

    One hit above the limit tells whether there are more; to count them all may take thirty times as long.
    """
    try:
        hits = served.opened.index.search(query, limit + 1)
    except RuleError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, error.problem) from None
    return Found(hits[:limit], len(hits) > limit)


def number_problem(query: str) -> Problem | None:
    """Return why *query* is no port, if it is meant as one: "70000", "4_43/tcp"; None for words.

    A text without a letter is meant as a number, as on the command line (R-RANGE-10).
    """
    parsed = parse_query(query)
    subject = parsed.text  # without a transport
    if parsed.ports or any(map(str.isalpha, subject)) or not any(map(str.isdigit, subject)):
        return None
    try:
        parse_ports(subject.removeprefix(":"))
    except RuleError as error:
        return error.problem
    return None


def without_transport(query: str) -> str:
    """Return *query* without the transport that it names: "tcp/80" is "80", "_http._tcp" is "http"."""
    if label := parse_service_label(query):
        return label.name
    parsed = parse_query(query)
    if parsed.ports:
        return parsed.text
    if parsed.transport is None:
        return query
    before, _, last = query.rpartition("/")
    first, _, after = query.partition("/")
    for what, named in ((before, last), (after, first)):
        try:
            parse_transport(named.strip())
        except RuleError:
            continue
        if what.strip():
            return what.strip()
    return query


def refuse_unknown(given: Iterable[str], known: Iterable[str]) -> None:
    """Raise 400 for the first parameter of *given* that is not among *known*."""
    names = tuple(known)
    for name in given:
        if name not in names:
            message = f"this address has no parameter {shown(name)}; it has {' and '.join(names) or 'none'}"
            raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-PARAMETER", message, _LIMITS))
