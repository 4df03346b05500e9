"""The report of `portbook apply check`: what is wrong, what is advice, where it goes, what next."""

import textwrap
from collections.abc import Iterable, Iterator

from portbook.applications import Application
from portbook.errors import shown
from portbook.findings import Action, Finding
from portbook.policy import Policy
from portbook.precheck import PreCheck
from portbook.records import Record, labels
from portbook.review import Leg

TITLES = {
    Action.REJECT: "Refused: it cannot succeed so",
    Action.RETURN: "Comes back to you: mend it first",
    Action.BLOCK: "Waits for others",
    Action.ROUTE: "Takes another way",
    Action.WARN: "Advice: nothing is refused for it",
}
LEAST_WIDTH = 50
_SHOWN_HOLDINGS = 5


def lines(
    application: Application, checked: PreCheck, edition_id: str, policy: Policy, width: int
) -> Iterator[str]:
    """The report, line by line, no line longer than *width* where words allow."""
    width = max(width, LEAST_WIDTH)
    name = shown(application.service_name) if application.service_name else "no name"
    yield f"{application.kind.value} application for {name}, by edition {edition_id} and {policy.name}"
    for action, title in TITLES.items():
        found = [finding for finding in checked.findings if finding.action is action]
        if found:
            yield from ("", title, *_findings(found, width))
    yield from ("", "Where it goes", *_table((_leg(leg) for leg in checked.route.legs), width))
    yield from _around(checked, width)
    yield from ("", "What next", *_wrapped(_next(checked), 2, width))
    if checked.is_in_order and checked.route.teams:
        clocks = policy.clocks
        time = f"about {clocks.expert} days for a simple case and {clocks.expert_complex} for a complex one"
        text = f"Experts take {time}; with questions, a hard case takes a month or more."
        yield from _wrapped(text, 2, width)


def _findings(found: list[Finding], width: int) -> Iterator[str]:
    for finding in found:
        problem = finding.problem
        yield f"  {finding.field or 'as a whole'}  {problem.code}"
        yield from _wrapped(f"{problem.message} ({problem.source})", 4, width)


def _leg(leg: Leg) -> tuple[str, str]:
    """One part, and its way in words."""
    ways = "refused" if leg.is_refused else " or ".join(leg.procedures) or "cannot be told yet"
    if leg.teams:
        ways += f", by the {' and '.join(team.name for team in leg.teams)}"
    if leg.advisers:
        ways += f"; the {' and '.join(team.name for team in leg.advisers)} may advise"
    if leg.holders:
        ways += f"; {' and '.join(holder.name for holder in leg.holders)}: the holder agrees first"
    return leg.what, f"{ways} ({leg.rules})"


def _around(checked: PreCheck, width: int) -> Iterator[str]:
    """What there is in the registry already."""
    if checked.alike:
        yield from ("", "Names that are easily taken for it", *_wrapped(", ".join(checked.alike), 2, width))
    if checked.precedents:
        likes = ((hit.name or "", f"{_place(hit.port_number, hit.transports)} {hit.records[0].description}")
                 for hit in checked.precedents if hit.records)  # fmt: skip
        yield from ("", "Entries like it", *_table(likes, width))
    if checked.neighbours:
        near = ((str(each.port), ", ".join(each.names)) for each in checked.neighbours)
        yield from ("", "Neighbours of the port", *_table(near, width))
    if checked.holdings:
        held = [(row.service_name or "Reserved", str(row.description)) for row in checked.holdings]
        more = [("...", f"{len(held) - _SHOWN_HOLDINGS} more rows")] if len(held) > _SHOWN_HOLDINGS else []
        yield from ("", "Held already", *_table([*held[:_SHOWN_HOLDINGS], *more], width))
    if checked.suggestions:
        ports = ", ".join(str(each.port) for each in checked.suggestions)
        why = "; ".join(checked.suggestions[0].reasons)
        yield from ("", "Good free numbers", *_wrapped(f"{ports}: {why}", 2, width))
    if checked.preview:
        rows = (*(("-", row) for row in checked.gives_way), *(("+", row) for row in checked.preview))
        told = ((f"{sign} {place}", text) for sign, row in rows for place, text in (row_lines(row),))
        yield from ("", "The rows, if it is approved as it is", *_table(told, width))


def _place(port: str | None, transports: Iterable[str]) -> str:
    return f"{port or 'no port'}/{','.join(transports)}:"


def row_lines(row: Record) -> tuple[str, str]:
    """Return where a row stands, and what it says, for people."""
    place = f"{row.service_name or ''} {row.port_number or ''}/{row.transport or '-'}".strip()
    people = "".join(f" [{label}]" for label in labels(row.shown_assignee))
    return place, f"{row.description}{people}"


def _next(checked: PreCheck) -> str:
    if any(finding.action is Action.REJECT for finding in checked.findings):
        return "What is refused cannot be assigned in this form. Change it, and check again."
    if not checked.is_in_order:
        return "Mend what would come back, and check again; the registry would ask you the same."
    if checked.route.holders:
        return "It is in order. Ask the holders that are named above to agree, or let the registry ask them."
    return "It is in order, and can be sent. Do not use the number before it is assigned."


# -- the look


def _table(rows: Iterable[tuple[str, str]], width: int) -> Iterator[str]:
    """Two columns, the second wrapped in its own place."""
    found = list(rows)
    first = max((len(left) for left, _ in found), default=0)
    indent = 2 + min(first, width // 3) + 2
    for left, right in found:
        head = f"  {left}".ljust(indent)
        if len(head) > indent:
            yield head
            head = " " * indent
        wrapped = textwrap.wrap(" ".join(right.split()), max(width - indent, 20)) or [""]
        yield f"{head}{wrapped[0]}".rstrip()
        yield from (" " * indent + line for line in wrapped[1:])


def _wrapped(text: str, indent: int, width: int) -> Iterator[str]:
    yield from textwrap.wrap(text, width, initial_indent=" " * indent, subsequent_indent=" " * indent)
