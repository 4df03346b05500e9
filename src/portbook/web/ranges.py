"""/ports?from=&to=: a range of ports, what of it is free, and the rows that speak of it.

Without a question the three ranges of RFC 6335 section 6, counted.  That a block is free is what the registry
lists, no promise that its ports are assigned to who asks.
"""

from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from portbook.blocks import rows_in
from portbook.census import Run, runs_of_any, totals
from portbook.edition import State
from portbook.errors import Problem, RuleError
from portbook.numbers import (
    FIRST_DYNAMIC_PORT,
    FIRST_USER_PORT,
    MAX_PORT,
    PortRange,
    Ports,
    parse_port,
    parse_ports,
    range_of,
)
from portbook.web import problems
from portbook.web.addresses import Links
from portbook.web.editions import Served
from portbook.web.entries import entries_of, line_of
from portbook.web.heads import REQUEST
from portbook.web.layout import page
from portbook.web.problems import RequestError
from portbook.web.rows import RANGES, SortKey, TableQuestion
from portbook.web.sentences import shown_ports
from portbook.web.shown import edition_of
from portbook.web.table_questions import ADDRESS, address_of
from portbook.web.texts import Piece, page_text

MAX_ROWS = 1_000  # shown of a range; the table has them all
MAX_BLOCKS = 60  # free blocks shown of a range, the largest
MAX_RUNS = 400  # in the picture of a range; of more, nothing would be seen
MAX_JSON = 1_024  # ports of an answer in JSON, with each row that speaks of them
SPAN = 100  # ports that are shown from a first one alone
MAX_TYPED = 20  # characters of a wrong end that the form shows again

WHOLE = {
    PortRange.SYSTEM: Ports(0, FIRST_USER_PORT - 1),
    PortRange.USER: Ports(FIRST_USER_PORT, FIRST_DYNAMIC_PORT - 1),
    PortRange.DYNAMIC: Ports(FIRST_DYNAMIC_PORT, MAX_PORT),
}
_USES = {
    PortRange.SYSTEM: "Assigned by IETF Review or IESG Approval.",
    PortRange.USER: "Assigned by IETF Review, IESG Approval or Expert Review.",
    PortRange.DYNAMIC: "Never assigned: any program may use one for a while.",
}
_HEIGHTS = {State.ASSIGNED: 10, State.RESERVED: 6, State.DYNAMIC: 3, State.UNASSIGNED: 1}  # of ten


class Count(NamedTuple):
    """How many ports count as a state."""

    state: str
    ports: int
    words: str

    @property
    def mark(self) -> str:
        return self.state.lower()


class Block(NamedTuple):
    """A free block."""

    ports: str
    href: str
    size: int


class Bar(NamedTuple):
    """A run of ports in the picture of a range: told by its height first, then by its colour."""

    x: int
    width: int
    y: int
    height: int
    mark: str


class Range(NamedTuple):
    """One of the three ranges, counted."""

    name: str
    ports: str
    href: str
    use: str
    counts: tuple[Count, ...]


def ports(request: HttpRequest) -> HttpResponse:
    """The range that the address asks for, or the three ranges to choose from."""
    first, last = (request.GET.get(name, "").strip(" ") for name in ("from", "to"))
    here = edition_of(request)
    if not first and not last:
        return page(request, "ranges.html", {"ranges": _ranges(here), "thousands": _thousands(here)})
    try:
        asked = ports_of(first, last) if last else _from(first)
    except RequestError as error:
        if problems.wants_document(request):
            raise
        return _refused(request, error, first, last)
    return page(request, "range.html", _context(asked, here))


def between(request: HttpRequest, first: int, last: int) -> HttpResponse:
    """/ports/28200-28299, as pages that are files have it: leads to the range."""
    return HttpResponsePermanentRedirect(edition_of(request).links.span(ports_of(str(first), str(last))))


def ports_of(first: str, last: str) -> Ports:
    """Return the range that the two texts write; 400 when they write none, in the words of `numbers`."""
    for name, text, end in (("from", first, "first"), ("to", last, "last")):
        if not text:
            message = f"the parameter {name}, the {end} port of the range, is absent or empty"
            raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-PORTS", message, "RFC 6335 section 6"))
    try:
        return parse_ports(f"{parse_port(first)}-{parse_port(last)}")
    except RuleError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, error.problem) from None


def _from(first: str) -> Ports:
    """A hundred ports from *first* on, or as many as there are: who asks for no end wants to look around."""
    try:
        low = parse_port(first)
    except RuleError as error:
        raise RequestError(HTTPStatus.BAD_REQUEST, error.problem) from None
    return Ports(low, min(low + SPAN - 1, MAX_PORT))


def few_ports_of(first: str, last: str) -> Ports:
    """The same for a program, which gets every row of every run: at most `MAX_JSON` ports."""
    asked = ports_of(first, last)
    if (size := asked.high - asked.low + 1) > MAX_JSON:
        message = f"the range {asked} has {size:,} ports; {MAX_JSON:,} are answered at once"
        raise RequestError(HTTPStatus.BAD_REQUEST, Problem("E-WEB-PORTS", message, "docs/limits.md"))
    return asked


def _refused(request: HttpRequest, error: RequestError, first: str, last: str) -> HttpResponse:
    """The form with what was typed, and why it is no range."""
    turned = _turned(first, last, edition_of(request).links)
    typed = {"first": page_text(first[:MAX_TYPED]), "final": page_text(last[:MAX_TYPED])}
    context = {"problem": error.problem, "status": error.status.value, "turned": turned, **typed}
    response = page(request, "ranges.html", context, status=error.status)
    response["Cache-Control"] = problems.NO_STORE
    response["Vary"] = "Accept"
    return response


def _turned(first: str, last: str, links: Links) -> Piece | None:
    """The way to the range between the two ends, when they are ports in the wrong order."""
    try:
        ends = Ports(parse_port(last), parse_port(first))
    except RuleError:
        return None
    return Piece(shown_ports(ends), links.ports(ends)) if ends.low < ends.high else None


def _context(asked: Ports, here: Served) -> dict[str, object]:
    """What the page of a range shows."""
    links = here.links
    runs = runs_of_any(here.edition, asked)
    counted = totals(runs)
    rows = rows_in(here.edition, asked)
    free = sorted((run for run in runs if run.state is State.UNASSIGNED), key=_largest_first)
    shown = free[:MAX_BLOCKS] if len(free) > MAX_BLOCKS else sorted(free)
    size = asked.high - asked.low + 1
    before = Ports(max(asked.low - size, 0), asked.low - 1)
    after = Ports(asked.high + 1, min(asked.high + size, MAX_PORT))
    return {
        "ports": shown_ports(asked),
        "first": asked.low,
        "final": asked.high,
        "alone": links.port(asked.low) if size == 1 else "",
        "size": size,
        "kinds": _kinds(asked),
        "counts": _counts(counted),
        "free": counted[State.UNASSIGNED],
        "blocks": [Block(shown_ports(run.ports), links.ports(run.ports), run.size) for run in shown],
        "more_blocks": len(free) - len(shown),
        "bars": _bars(runs, asked) if 1 < len(runs) <= MAX_RUNS else (),
        "rows": len(rows),
        "shown_rows": min(len(rows), MAX_ROWS),
        "lines": [line_of(entry, here) for entry in entries_of(rows[:MAX_ROWS])],
        "table": _in_the_table(asked, links),
        "request_address": REQUEST,
        "before": _way(links.paged(before), links) if asked.low else None,
        "after": _way(links.paged(after), links) if asked.high < MAX_PORT else None,
        "address": links.span(asked),
        "json": links.json(Links().span(asked)) if size <= MAX_JSON else "",
    }


def _ranges(here: Served) -> list[Range]:
    """The three ranges of RFC 6335, counted."""
    return [
        Range(
            name=kind.value,
            ports=shown_ports(whole),
            href=here.links.ports(whole),
            use=_USES[kind],
            counts=_counts(totals(runs_of_any(here.edition, whole))),
        )
        for kind, whole in WHOLE.items()
    ]


def _thousands(here: Served) -> list[list[tuple[str, str]]]:
    """The ranges to choose from where none can be asked for, a thousand ports on a line."""
    lines: dict[int, list[tuple[str, str]]] = {}
    for span in here.spans:
        lines.setdefault(span.low // 1_000, []).append(_way(span, here.links))
    return list(lines.values())


def _counts(counted: dict[State, int]) -> tuple[Count, ...]:
    """The states that any port counts as."""
    words = {
        State.ASSIGNED: "on at least one transport",
        State.RESERVED: "on at least one transport, assigned on none",
        State.UNASSIGNED: "free on all four transports",
        State.DYNAMIC: "never assigned",
    }
    return tuple(Count(state.value, counted[state], words[state]) for state in State if counted[state])


def _kinds(asked: Ports) -> str:
    """ "System Ports", "System Ports and User Ports"."""
    first, last = (list(PortRange).index(range_of(port)) for port in asked)
    return " and ".join(kind.value for kind in list(PortRange)[first : last + 1])


def _bars(runs: tuple[Run, ...], asked: Ports) -> tuple[Bar, ...]:
    """The picture of a range: a bar for each run."""
    bars = []
    for run in runs:
        height = _HEIGHTS[run.state]
        bars.append(Bar(run.ports.low - asked.low, run.size, 10 - height, height, run.state.lower()))
    return tuple(bars)


def _largest_first(run: Run) -> tuple[int, int]:
    return -run.size, run.ports.low


def _in_the_table(asked: Ports, links: Links) -> str:
    """The table of the rows with ports, by port; of one of the three ranges alone, where that is enough."""
    kinds = {range_of(port) for port in asked}
    slug = next((slug for slug, kind in RANGES.items() if kinds == {kind}), "")
    question = TableQuestion(range=slug, ports="yes", sort=(SortKey("port"),))
    return address_of(question, links.to(ADDRESS), links)


def _way(ports: Ports, links: Links) -> tuple[str, str]:
    return shown_ports(ports), links.ports(ports)
