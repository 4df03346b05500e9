"""/table: the whole registry with IANA's twelve columns, searched, filtered, sorted, a hundred rows a page.

What is asked is read by `table_questions`, which rows that means by `rows`.  A row is drawn by its template
once for an edition and kept: a page is a hundred of them and what stands around.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from django.http import HttpRequest, HttpResponse
from django.template.loader import get_template

from portbook.edition import row_state
from portbook.numbers import published_ports
from portbook.records import Record, Reference
from portbook.web.addresses import Links, of_edition
from portbook.web.editions import Served
from portbook.web.files import offered
from portbook.web.layout import page
from portbook.web.rows import (
    CHOICES,
    FILTERS,
    NO_TRANSPORT,
    PAGE,
    RANGES,
    SLUGS,
    TITLES,
    RowTable,
    SortKey,
    TableQuestion,
)
from portbook.web.sentences import shown_ports
from portbook.web.shown import edition_of
from portbook.web.table_questions import ADDRESS, address_of, no_such_page, question_of
from portbook.web.texts import Piece, page_text, pieces

BESIDE = 5  # pages named before and after the one shown, as on IANA's

Address = Callable[[TableQuestion], str]

_CHOICES = {  # filter -> what a person reads: its name, then each value in the order of the form
    "range": (
        "Range",
        {
            "system": "System Ports, 0–1023",
            "user": "User Ports, 1024–49151",
            "dynamic": "Dynamic Ports, 49152–65535",
        },
    ),
    "state": ("State", {"assigned": "Assigned", "reserved": "Reserved", "unassigned": "Unassigned"}),
    "transport": (
        "Transport",
        {"tcp": "tcp", "udp": "udp", "sctp": "sctp", "dccp": "dccp", "none": "no transport"},
    ),
    "ports": ("Port", {"yes": "with a port", "no": "without a port"}),
    "year": ("Registered", {}),
}
_DRAWN: WeakKeyDictionary[Served, dict[int, str]] = WeakKeyDictionary()  # rows, by their position


class Option(NamedTuple):
    """One choice of a list in the form."""

    value: str
    words: str
    is_chosen: bool


class Select(NamedTuple):
    """A list to choose from, in the form."""

    name: str
    label: str
    options: tuple[Option, ...]


class Heading(NamedTuple):
    """What was asked and how much of it there is: `start`, `verb`, the text that was searched."""

    start: str  # "123 rows registered in 2014", "No reserved row of 2014"
    verb: str = ""  # "that hold", "holds"


class Condition(NamedTuple):
    """Something asked of the rows, and the address of the same table without it."""

    words: str
    without: str  # "Without the year 2014"
    href: str
    found: int | None  # rows without it; counted only where nothing was found with it


class Head(NamedTuple):
    """The head of a column: a link that sorts by it, upwards, downwards, then as the registry has it."""

    title: str
    href: str
    order: str  # "ascending", "descending" or ""
    arrow: str
    is_first: bool  # of several keys the first


class Turn(NamedTuple):
    """A page to turn to; `number` is 0 for a gap, `href` is "" for the page shown."""

    number: int
    href: str = ""


class Label(NamedTuple):
    """What is shown of a reference, in parts between which a line may end: "Ann_", "Able"."""

    parts: list[str]
    href: str


class Cell(NamedTuple):
    """A cell of a row."""

    label: str
    kind: str  # class in the stylesheet
    pieces: tuple[Piece | Label, ...]


def table(request: HttpRequest) -> HttpResponse:
    """The page of the table that the address asks for."""
    here = edition_of(request)
    question = question_of(request.GET)
    rows = here.opened.table
    found = rows.page(question)
    if question.page > found.last:
        raise no_such_page(question.page, found.last)

    def address(asked: TableQuestion) -> str:
        return address_of(asked, here.links.to(ADDRESS), here.links)

    first = (question.page - 1) * PAGE + 1
    context = {
        "question": question,
        "search": page_text(question.search),
        "heading": _heading(question, found.found),
        "found": found.found,
        "rows": _drawn(here, found.rows),
        "empty": rows.empty_columns(found.rows),
        "first": first,
        "end": first + len(found.rows) - 1,
        "last": found.last,
        "order": _order(question),
        "heads": [_head(slug, question, address) for slug in SLUGS],
        "selects": _selects(question, rows),
        "is_open": any(getattr(question, name) for name in FILTERS),
        "sorting": _sorting(question),
        "conditions": _conditions(question, rows, address, count=not found.found),
        "turns": _turns(question, found.last, address),
        "before": address(question._replace(page=question.page - 1)) if question.page > 1 else "",
        "after": address(question._replace(page=question.page + 1)) if question.page < found.last else "",
        "plain": address(TableQuestion()),
        "address": address(question),
        "dated": _dated_address(question, here),
        "ranked": here.links.search(question.search),
        "files": offered(here),
    }
    return page(request, "table.html", context)


# -- rows


def _drawn(here: Served, positions: Iterable[int]) -> list[str]:
    """The rows at *positions*, each drawn by its template at most once for the addresses of *here*."""
    kept = _DRAWN.setdefault(here, {})
    drawn = []
    for position in positions:
        if position not in kept:
            kept[position] = _row_template().render(_row(here.edition.records[position], here.links))
        drawn.append(kept[position])
    return drawn


@cache
def _row_template() -> Any:
    return get_template("web/table_row.html")


def _row(record: Record, links: Links) -> dict[str, object]:
    """What the template of a row needs."""
    state = row_state(record)[0].value
    return {
        "name": page_text(record.service_name or ""),
        "href": links.service(record.service_name) if record.service_name else "",
        "state": state,
        "mark": state.lower(),
        "cells": [
            Cell(TITLES[slug], kind, shown)
            for (slug, kind), shown in zip(_KINDS.items(), _columns(record, links), strict=True)
        ],
    }


_KINDS = dict.fromkeys(SLUGS[1:], "") | {
    "port": "number", "transport": "over", "registered": "date", "modified": "date", "code": "number",
    "assignee": "refs", "contact": "refs", "reference": "refs",
}  # fmt: skip


def _columns(record: Record, links: Links) -> Iterator[tuple[Piece | Label, ...]]:
    """The columns after the name, in IANA's order."""
    ports = published_ports(record.port_number or "")
    yield (Piece(shown_ports(ports), links.ports(ports)),) if ports else _text(record.port_number)
    yield _text(record.transport)
    yield pieces(record.description, links)
    yield _references(record.shown_assignee, links)
    yield _references(record.contact, links)
    yield _text(record.registration_date)
    yield _text(record.modification_date)
    yield _references(record.reference, links)
    yield _text(record.service_code)
    yield pieces(record.unauthorized_use_reported, links)
    yield pieces(record.assignment_notes, links)


def _text(text: str | None) -> tuple[Piece, ...]:
    return (Piece(page_text(text)),) if text else ()


def _references(references: Iterable[Reference], links: Links) -> tuple[Label, ...]:
    """Each reference with the link to its page."""
    found = []
    for reference in references:
        label = reference.label
        href = ""
        if reference.type == "person" and reference.data:
            href = links.contact(reference.data)
        elif reference.type not in ("person", "note") and label.strip():  # a footnote has no page
            href = links.reference(label)
        shown = page_text(label) if label.strip() else "(empty)"
        found.append(Label(_AFTER_LINE.split(shown), href))
    return tuple(found)


_AFTER_LINE = re.compile(r"(?<=_)(?=[^_])")


# -- around the rows

_PLACES = {  # filter -> where in the heading its value stands behind "rows"
    "range": {slug: f"among the {kind.value}" for slug, kind in RANGES.items()},
    "transport": {value: f"on {value}" for value in CHOICES["transport"]}
    | {NO_TRANSPORT: "without a transport"},
    "ports": {"yes": "with a port", "no": "without a port"},
}


def _heading(question: TableQuestion, found: int) -> Heading:
    """All that was asked, in words: "No row of 2014", "holds", and the text itself by the template."""
    count = f"{found:,}" if found else "No"
    words = [count, question.state, "row" if found < 2 else "rows"]
    words += [places.get(getattr(question, name), "") for name, places in _PLACES.items()]
    if question.year:
        words.append(f"of {question.year}" if question.search else f"registered in {question.year}")
    verb = ("that holds" if found == 1 else "that hold" if found else "holds") if question.search else ""
    return Heading(" ".join(filter(None, words)), verb)


def _dated_address(question: TableQuestion, here: Served) -> str:
    """The address that says the same for ever, for paper; "" where there is none."""
    if here.file.origin == "file" or here.is_static:
        return ""
    return address_of(question, of_edition(here.id) + ADDRESS)


def _order(question: TableQuestion) -> str:
    """ "in the order of the registry", "by Port Number, descending, then by Service Name"."""
    keys = [f"by {TITLES[key.column]}{', descending' * key.descending}" for key in question.sort]
    return ", then ".join(keys) or "in the order of the registry"


def _head(slug: str, question: TableQuestion, address: Address) -> Head:
    key = next((key for key in question.sort if key.column == slug), None)
    is_first = question.sort[:1] == (key,)
    following = (SortKey(slug),) if not is_first else () if key and key.descending else (SortKey(slug, True),)
    href = address(question._replace(sort=following, page=1))
    if key is None:
        return Head(TITLES[slug], href, "", "", False)
    order, arrow = ("descending", "▼") if key.descending else ("ascending", "▲")
    place = str(question.sort.index(key) + 1) if len(question.sort) > 1 else ""
    return Head(TITLES[slug], href, order, arrow + place, is_first)


def _selects(question: TableQuestion, rows: RowTable) -> list[Select]:
    """The lists of the form; a year that no row has is among them when it is asked for."""
    selects = []
    for name in FILTERS:
        label, words = _CHOICES[name]
        chosen = getattr(question, name)
        if name == "year":
            counts = rows.years_of(question)
            counts |= {chosen: 0} if chosen and chosen not in counts else {}
            words = {year: f"{year} ({counts[year]:,})" for year in sorted(counts, reverse=True)}
        options = tuple(Option(value, shown, value == chosen) for value, shown in words.items())
        selects.append(Select(name, label, (Option("", "any", not chosen), *options)))
    return selects


def _sorting(question: TableQuestion) -> list[Option]:
    """The columns to sort by, as a list: where the heads of the columns have no room."""
    chosen = question.sort[0] if question.sort else None
    found = [Option("", "as the registry", chosen is None)]
    for slug in SLUGS:
        found.append(Option(slug, TITLES[slug], chosen == SortKey(slug)))
        found.append(Option(f"-{slug}", f"{TITLES[slug]}, descending", chosen == SortKey(slug, True)))
    return found


def _conditions(question: TableQuestion, rows: RowTable, address: Address, *, count: bool) -> list[Condition]:
    """All that is asked of the rows, each with the way to drop it."""
    found = []
    for name in ("search", *FILTERS):
        if value := getattr(question, name):
            without = question.without(name)
            rest = len(rows.rows(without)) if count else None
            found.append(Condition(*_condition_words(name, value), address(without), rest))
    return found


def _condition_words(name: str, value: str) -> tuple[str, str]:
    """What is asked, and how it is called when it is left out."""
    if name == "search":
        return f"“{page_text(value)}”", f"Without “{page_text(value)}”"
    if name == "year":
        return f"registered in {value}", f"Without the year {value}"
    words = _CHOICES[name][1][value]
    return words, "With and without a port" if name == "ports" else f"Without the {name} {words}"


def _turns(question: TableQuestion, last: int, address: Address) -> list[Turn]:
    """The first page, up to five before and after the one shown, the last one, and the gaps between."""
    here = question.page
    named = sorted({1, last, *range(max(1, here - BESIDE), min(last, here + BESIDE) + 1)})
    turns: list[Turn] = []
    for number in named:
        if turns and number > turns[-1].number + 1:
            turns.append(Turn(0))
        turns.append(Turn(number, address(question._replace(page=number)) if number != here else ""))
    return turns
