"""Lists: the applications that somebody may see, by what he looks for, a page at a time.

Who sees which, `ways` says; a list is one statement.  Pages go on after the last row of the one before
(T-74).
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from portbook.register import tables
from portbook.register.limits import APPLICATIONS_A_PAGE, MAX_SOUGHT
from portbook.register.operations.acting import Doing
from portbook.register.operations.turns import TURNS
from portbook.register.reading import newest, ways
from portbook.register.reading.statuses import looking
from portbook.register.reading.ways import SEES_ALL, Condition
from portbook.register.roles import Role
from portbook.register.sql import HOLDS
from portbook.states import PUBLIC_WORDS, ApplicationState

SOON_DAYS = 7

OPEN, CLOSED = "open", "closed"  # besides the states themselves
LATE, SOON, RUNNING = "late", "soon", "running"  # what a clock can be asked for

_TURN = "JOIN register_turn t ON t.application_id = a.identity AND t.ended = ''"
_COLUMNS = "a.identity, a.state, a.kind, a.submitter, a.due, t.party, t.began, v.content"
_HAS_DAY = "NOT (a.due = '')"  # as the index has it: SQLite takes it for these words alone
_FIELD = {
    "sqlite": "lower(COALESCE(json_extract(v.content, '$.{0}'), ''))",
    "postgresql": "lower(COALESCE(v.content::jsonb ->> '{0}', ''))",
}
_SOUGHT_IN = ("service_name", "description")


class Sought(NamedTuple):
    """What is looked for; "" for anything."""

    state: str = ""  # a state, OPEN or CLOSED
    clock: str = ""  # LATE, SOON, RUNNING
    team: str = ""
    submitter: str = ""
    text: str = ""  # in name and description
    after: str = ""  # the last of the page before, as `Page.next` has it


class Listed(NamedTuple):
    """An application in a list."""

    application: int
    name: str  # of the service, or ""
    description: str
    kind: str
    word: str  # its state, as its author reads it
    turn: str  # whose it is; "" when it is closed
    since: str
    due: str
    submitter: str  # "" for who does not read it


class Page(NamedTuple):
    """A page of a list, and after what the next one begins: "" when there is none."""

    found: tuple[Listed, ...]
    next: str
    teams: tuple[str, ...]  # that can be asked for


def applications(actor: str, instant: str, sought: Sought) -> Page:
    """Return a page of what *actor* may see: by the day when a clock is asked for, else the newest first."""
    doing = looking(actor, instant)
    rows = _rows(doing, sought)
    tells_submitter = not {*SEES_ALL, Role.EXPERT}.isdisjoint(doing.member.roles.split())
    found = tuple(_listed(row, tells_submitter=tells_submitter) for row in rows[:APPLICATIONS_A_PAGE])
    last = found[-1] if len(rows) > APPLICATIONS_A_PAGE else None
    teams = tuple(team.name for team in doing.policy.teams)
    return Page(found, f"{last.due}.{last.application}" if last else "", teams)


def _rows(doing: Doing, sought: Sought) -> list[tuple[Any, ...]]:
    """The rows of a page, and one more where there is a next page."""
    seen, must = ways.ways_of(doing, sought.team)
    if not seen:
        return []
    by_day = bool(sought.clock)
    conditions = [*must, *_conditions(sought, doing.work.today)]
    if sought.after:
        conditions.append(_beyond(sought.after, by_day=by_day))
    numbers, order = (ways.by_day, ways.BY_DAY) if by_day else (ways.by_number, ways.BY_NUMBER)
    chosen, values = numbers(seen, conditions, APPLICATIONS_A_PAGE + 1)
    statement = (
        f"SELECT {_COLUMNS} FROM register_application a {newest.OF_APPLICATION} {_TURN} "  # noqa: S608
        f"WHERE a.identity IN (SELECT identity FROM ({chosen}) c) ORDER BY {order}"
    )
    return tables.rows(statement, values)


def counts(actor: str, instant: str) -> dict[str, int]:
    """Return how many open applications there are in each state, for who sees all of them."""
    doing = looking(actor, instant)
    if {*SEES_ALL}.isdisjoint(doing.member.roles.split()):
        return {}
    values = [state.value for state in TURNS]
    statement = (
        "SELECT state, COUNT(*) FROM register_application "  # noqa: S608
        f"WHERE state IN ({tables.marks(len(values))}) GROUP BY state"
    )
    found = dict(tables.rows(statement, values))
    return {state: found[state] for state in values if state in found}


def _listed(row: tuple[Any, ...], *, tells_submitter: bool) -> Listed:
    identity, state, kind, submitter, due, party, began, content = row
    says = json.loads(content)
    name, description = says.get("service_name", ""), says.get("description", "")
    word = PUBLIC_WORDS[ApplicationState(state)]
    author = submitter if tells_submitter else ""
    return Listed(identity, name, description, kind, word, party, began, due, author)


# -- what is looked for


def _conditions(sought: Sought, today: str) -> Iterator[Condition]:
    if sought.state:
        yield _of_state(sought.state)
    if sought.clock:
        yield _of_clock(sought.clock, today)
    if sought.submitter:
        yield "a.submitter = %s", [sought.submitter]
    if text := sought.text.strip()[:MAX_SOUGHT]:
        yield _of_text(text)


def _of_state(state: str) -> Condition:
    if state in (OPEN, CLOSED):
        values = [each.value for each in ApplicationState if (each in TURNS) == (state == OPEN)]
    else:
        values = [state]
    return f"a.state IN ({tables.marks(len(values))})", values


def _of_clock(clock: str, today: str) -> Condition:
    if clock == LATE:
        return f"{_HAS_DAY} AND a.due < %s", [today]
    if clock == SOON:
        soon = (date.fromisoformat(today) + timedelta(days=SOON_DAYS)).isoformat()
        return f"{_HAS_DAY} AND a.due BETWEEN %s AND %s", [today, soon]
    return _HAS_DAY, []


def _of_text(text: str) -> Condition:
    """Where the text stands in the newest version; a number is the application's own too."""
    holds = HOLDS[connection.vendor]
    fields = [_FIELD[connection.vendor].format(name) for name in _SOUGHT_IN]
    values: list[Any] = [text.lower()] * len(fields)
    says = (
        "EXISTS (SELECT 1 FROM register_version v WHERE v.application_id = a.identity "  # noqa: S608
        f"AND {newest.is_newest()} AND ({' OR '.join(holds.format(field) for field in fields)}))"
    )
    if text.isascii() and text.isdigit() and len(text) < 16:
        return f"{says} OR a.identity = %s", [*values, int(text)]
    return says, values


def _beyond(after: str, *, by_day: bool) -> Condition:
    """What comes after the last row of a page; a text that names none begins anew."""
    day, _, number = after.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return "1 = 1", []
    if by_day:
        return "a.due > %s OR (a.due = %s AND a.identity > %s)", [day, day, int(number)]
    return "a.identity < %s", [int(number)]
