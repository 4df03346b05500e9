"""Lists: the applications that somebody may see, by what he looks for, a page at a time.

Who sees an application, `roles` says; here the same stands as a condition of one statement, and a test
compares the two.  Pages go on after the last row of the one before (T-74).
"""

import json
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, NamedTuple

from django.db import connection

from portbook.register import tables
from portbook.register.limits import APPLICATIONS_A_PAGE, MAX_SOUGHT
from portbook.register.operations.acting import Doing
from portbook.register.operations.parties import terms_of
from portbook.register.operations.turns import TURNS
from portbook.register.reading.statuses import looking
from portbook.register.roles import Role
from portbook.states import PUBLIC_WORDS, ApplicationState

SOON_DAYS = 7

OPEN, CLOSED = "open", "closed"  # besides the states themselves
LATE, SOON, RUNNING = "late", "soon", "running"  # what a clock can be asked for

_SEES_ALL = (Role.REGISTRAR, Role.AUDITOR)

_VERSION = (
    "JOIN register_version v ON v.application_id = a.identity AND v.number = "
    "(SELECT MAX(w.number) FROM register_version w WHERE w.application_id = a.identity)"
)
_TURN = "JOIN register_turn t ON t.application_id = a.identity AND t.ended = ''"
_COLUMNS = "a.identity, a.state, a.kind, a.submitter, a.due, t.party, t.began, v.content"
_ASKED_TEAM = (
    "EXISTS (SELECT 1 FROM register_review r WHERE r.application_id = a.identity AND r.digest = v.digest "
    "AND r.team IN ({0}))"
)
_ASKED_PARTY = (
    "EXISTS (SELECT 1 FROM register_confirmation c WHERE c.application_id = a.identity "
    "AND c.digest = v.digest AND {0})"
)
_HOLDS = {"sqlite": "instr({0}, %s) > 0", "postgresql": "strpos({0}, %s) > 0"}
_FIELD = {
    "sqlite": "lower(COALESCE(json_extract(v.content, '$.{0}'), ''))",
    "postgresql": "lower(COALESCE(v.content::jsonb ->> '{0}', ''))",
}
_SOUGHT_IN = ("service_name", "description")

Condition = tuple[str, list[Any]]


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
    conditions = [_scope(doing), *_conditions(sought, doing.work.today)]
    by_day = bool(sought.clock)
    if sought.after:
        conditions.append(_beyond(sought.after, by_day=by_day))
    where = " AND ".join(f"({text})" for text, _ in conditions)
    order = "a.due, a.identity" if by_day else "a.identity DESC"
    version = _VERSION if "v." in where else ""  # which rows: without what they say, if that is not asked
    chosen = (
        f"SELECT a.identity FROM register_application a {version} WHERE {where} "  # noqa: S608
        f"ORDER BY {order} LIMIT {APPLICATIONS_A_PAGE + 1}"
    )
    statement = (
        f"SELECT {_COLUMNS} FROM register_application a {_VERSION} {_TURN} "  # noqa: S608
        f"WHERE a.identity IN (SELECT identity FROM ({chosen}) c) ORDER BY {order}"
    )
    rows = tables.rows(statement, [value for _, values in conditions for value in values])
    tells_submitter = not {*_SEES_ALL, Role.EXPERT}.isdisjoint(doing.member.roles.split())
    found = tuple(_listed(row, tells_submitter=tells_submitter) for row in rows[:APPLICATIONS_A_PAGE])
    last = found[-1] if len(rows) > APPLICATIONS_A_PAGE else None
    teams = tuple(team.name for team in doing.policy.teams)
    return Page(found, f"{last.due}.{last.application}" if last else "", teams)


def counts(actor: str, instant: str) -> dict[str, int]:
    """Return how many open applications there are in each state, for who sees all of them."""
    doing = looking(actor, instant)
    if {*_SEES_ALL}.isdisjoint(doing.member.roles.split()):
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


# -- who sees which


def _scope(doing: Doing) -> Condition:
    """What the member may see (`roles.RIGHTS`, "show application")."""
    member = doing.member
    roles = member.roles.split()
    if not {*_SEES_ALL}.isdisjoint(roles):
        return "1 = 1", []
    parts: list[Condition] = []
    if Role.APPLICANT in roles:
        parts.append(("a.submitter = %s", [member.name]))
    if member.party:
        speakers = _HOLDS[connection.vendor].format("%s || c.speakers || %s")
        parts.append((_ASKED_PARTY.format(speakers), ["\n", "\n", f"\n{member.party}\n"]))
    if Role.EXPERT in roles and (teams := _teams(doing)):
        parts.append((_ASKED_TEAM.format(tables.marks(len(teams))), teams))
    if not parts:
        return "1 = 0", []
    return " OR ".join(text for text, _ in parts), [value for _, values in parts for value in values]


def _teams(doing: Doing) -> list[str]:
    """The teams of the policy in which the member is an expert."""
    return sorted(terms_of(doing, doing.member) & {team.name for team in doing.policy.teams})


# -- what is looked for


def _conditions(sought: Sought, today: str) -> Iterator[Condition]:
    if sought.state:
        yield _of_state(sought.state)
    if sought.clock:
        yield _of_clock(sought.clock, today)
    if sought.team:
        yield _ASKED_TEAM.format("%s"), [sought.team]
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
        return "a.due <> '' AND a.due < %s", [today]
    if clock == SOON:
        soon = (date.fromisoformat(today) + timedelta(days=SOON_DAYS)).isoformat()
        return "a.due BETWEEN %s AND %s", [today, soon]
    return "a.due <> ''", []


def _of_text(text: str) -> Condition:
    """Where the text stands; a number is the application's own too."""
    holds = _HOLDS[connection.vendor]
    fields = [_FIELD[connection.vendor].format(name) for name in _SOUGHT_IN]
    condition = " OR ".join(holds.format(field) for field in fields)
    values: list[Any] = [text.lower()] * len(fields)
    if text.isascii() and text.isdigit() and len(text) < 16:
        return f"{condition} OR a.identity = %s", [*values, int(text)]
    return condition, values


def _beyond(after: str, *, by_day: bool) -> Condition:
    """What comes after the last row of a page; a text that names none begins anew."""
    day, _, number = after.rpartition(".")
    if not (number.isascii() and number.isdigit() and len(number) < 16):
        return "1 = 1", []
    if by_day:
        return "a.due > %s OR (a.due = %s AND a.identity > %s)", [day, day, int(number)]
    return "a.identity < %s", [int(number)]
