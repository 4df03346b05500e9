"""The matrix: operations, members, states; and what `authority.tsv`, written by hand, says of each cell.

Who is asked, and for whom somebody speaks, is read from the tables here, and not asked of `roles`.
"""

from __future__ import annotations

from typing import NamedTuple

from portbook.register import tables
from portbook.states import ApplicationState
from register import desk as registry
from vectors import vectors

COLUMNS = ("applicant", "holder", "expert", "registrar", "auditor", "administrator")
TABLE = {row[0]: row[1:-1] for row in vectors("authority.tsv")}
OF_APPLICATIONS = {name for name, row in TABLE.items() if row[-1] != "-"}
MEMBERS = ("tia", "tom", "gus", "eve", "sol", "ada", "aud", "max")
CLOSED = {"ASSIGNED", "MODIFIED", "REFUSED", "WITHDRAWN", "APPEALED"}

# The codes by which somebody is told that he may not, or that it is not there for him, or not now.
BARRED = {
    "E-ROLE", "E-OWN-CASE", "E-EXPERT-COI", "E-APPLICATION-UNKNOWN", "E-STATE-MOVE", "E-MEMBER-ROLE",
    "E-DESK-NONE",
}  # fmt: skip


class Case(NamedTuple):
    """What an operation is about, as far as it matters who acts."""

    submitter: str = ""
    teams: frozenset[str] = frozenset()
    speakers: frozenset[str] = frozenset()  # contacts that are asked, or hold what it is about
    state: ApplicationState | None = None


def case_of(application: int, version: str, state: ApplicationState) -> Case:
    """Who filed an application, and who is asked about it, as its rows say."""
    [(submitter,)] = tables.rows(
        "SELECT submitter FROM register_application WHERE identity = %s", [application]
    )
    given = [application, version]
    teams = tables.rows("SELECT team FROM register_review WHERE application_id = %s AND digest = %s", given)
    asked = tables.rows(
        "SELECT speakers FROM register_confirmation WHERE application_id = %s AND digest = %s", given
    )
    speakers = {party for (text,) in asked for party in text.split("\n") if party}
    return Case(submitter, frozenset(team for (team,) in teams), frozenset(speakers), state)


def allowed(operation: str, member: str, case: Case) -> bool:
    """Say what the table says of one cell."""
    *cells, states = TABLE[operation]
    if case.state is not None and not _is_possible(states, case.state):
        return False
    roles, party = registry.PEOPLE[member]
    held = {*roles.split()} | ({"holder"} if party else set())
    return any(
        _holds(cell, role, member, party, case)
        for role, cell in zip(COLUMNS, cells, strict=True)
        if role in held
    )


def _is_possible(states: str, state: ApplicationState) -> bool:
    if states == "all":
        return True
    return state.name not in CLOSED if states == "any open" else state.name in states.split(" | ")


def _holds(cell: str, role: str, member: str, party: str, case: Case) -> bool:
    match cell:
        case "any":
            return True
        case "sent":
            return case.submitter == member
        case "own":
            return party in case.speakers
        case "asked" if role == "holder":
            return party in case.speakers
        case "asked" | "team":
            return registry.TEAMS.get(member) in case.teams
        case "others":
            return member != case.submitter and party not in case.speakers
    return False
