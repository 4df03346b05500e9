"""Ways: by which rows somebody may see applications, as statements for the numbers of a page.

Who sees an application, `roles` says ("show application"); here the same stands in SQL, and a test compares
the two.  Each way begins at the rows that show an application, the newest first, and ends with the page: a
team that was asked seldom costs as little as one that is always asked.
"""

from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection

from portbook.register.operations.acting import Doing
from portbook.register.operations.parties import terms_of
from portbook.register.reading import newest
from portbook.register.roles import Role
from portbook.register.sql import HOLDS

Condition = tuple[str, list[Any]]

SEES_ALL = (Role.REGISTRAR, Role.AUDITOR)
BY_DAY, BY_NUMBER = "a.due, a.identity", "a.identity DESC"


class Way(NamedTuple):
    """One way to see an application: by rows that tell of its newest version, or by its own row alone."""

    where: str
    values: list[Any]
    table: str = ""
    row: str = "a"

    @property
    def _number(self) -> str:
        """The column that has the number of the application."""
        return f"{self.row}.application_id" if self.table else "a.identity"

    @property
    def _told(self) -> str:
        """The rows, with the newest version that they must be about."""
        return (
            f"{self.table} {self.row} JOIN register_version v ON v.application_id = {self._number} "
            f"AND v.digest = {self.row}.digest AND {newest.is_newest()}"
        )

    def as_condition(self) -> Condition:
        """Return what holds for an application that is seen so."""
        if not self.table:
            return self.where, self.values
        found = f"SELECT 1 FROM {self._told} WHERE {self._number} = a.identity AND {self.where}"  # noqa: S608
        return f"EXISTS ({found})", self.values

    def newest(self, conditions: Sequence[Condition], limit: int) -> Condition:
        """Return the statement for what is seen so, the newest first, at most *limit*."""
        where, values = _all([(self.where, self.values), *conditions])
        found = f"{self._number} AS identity FROM register_application a"
        if self.table:  # which may have several rows for one application
            rows = f"{self._told} JOIN register_application a ON a.identity = {self._number}"
            found = f"DISTINCT {self._number} AS identity FROM {rows}"
        return f"SELECT {found} WHERE {where} ORDER BY {self._number} DESC LIMIT {limit}", values


_ANY = Way("1 = 1", [])


def ways_of(doing: Doing, team: str = "") -> tuple[list[Way], list[Condition]]:
    """Return how the member sees applications, of *team* alone where one is named, and what must hold too."""
    found = _ways(doing)
    if not team:
        return found, []
    return ([_asked(team)], []) if found == [_ANY] else (found, [_asked(team).as_condition()])


def _ways(doing: Doing) -> list[Way]:
    member = doing.member
    roles = member.roles.split()
    if not {*SEES_ALL}.isdisjoint(roles):
        return [_ANY]
    found: list[Way] = []
    if Role.APPLICANT in roles:
        found.append(Way("a.submitter = %s", [member.name]))
    if member.party:
        speakers = HOLDS[connection.vendor].format("%s || c.speakers || %s")
        found.append(Way(speakers, ["\n", "\n", f"\n{member.party}\n"], "register_confirmation", "c"))
    if Role.EXPERT in roles:
        found += map(_asked, _teams(doing))
    return found


def _asked(team: str) -> Way:
    """What that team was asked about."""
    return Way("r.team = %s", [team], "register_review", "r")


def _teams(doing: Doing) -> list[str]:
    """The teams of the policy in which the member is an expert."""
    return sorted(terms_of(doing, doing.member) & {team.name for team in doing.policy.teams})


# -- the numbers of a page


def by_day(ways: Sequence[Way], conditions: Sequence[Condition], limit: int) -> Condition:
    """Return the statement for the numbers of a page in the order of their days."""
    seen = [way.as_condition() for way in ways]
    any_way = " OR ".join(text for text, _ in seen), [value for _, values in seen for value in values]
    where, values = _all([*conditions, any_way])
    chosen = f"SELECT a.identity FROM register_application a WHERE {where}"  # noqa: S608
    return f"{chosen} ORDER BY {BY_DAY} LIMIT {limit}", values


def by_number(ways: Sequence[Way], conditions: Sequence[Condition], limit: int) -> Condition:
    """Return the statement for the numbers of a page, the newest first: the first of each way, together."""
    found = [way.newest(conditions, limit) for way in ways]
    if len(found) == 1:
        return found[0]
    parts = (f"SELECT identity FROM ({text}) w{place}" for place, (text, _) in enumerate(found))  # noqa: S608
    united = f"{' UNION '.join(parts)} ORDER BY identity DESC LIMIT {limit}"
    return united, [value for _, values in found for value in values]


def _all(conditions: Sequence[Condition]) -> Condition:
    text = " AND ".join(f"({each})" for each, _ in conditions)
    return text, [value for _, values in conditions for value in values]
