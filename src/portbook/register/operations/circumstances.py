"""Circumstances: what neither an application nor the registry says, and the register knows.

Which ports others asked for before, which names are easily taken for the one that is asked for, and how many
requests came before.  Nothing here reads more for more open applications than what concerns this one.
"""

from collections.abc import Iterator
from datetime import date, timedelta

from portbook.applications import Application, confusable_key
from portbook.numbers import Transport
from portbook.register import tables
from portbook.register.operations import parties
from portbook.register.operations.acting import Doing
from portbook.register.operations.contesting import contested

Place = tuple[int, Transport]

_WINDOW = 1_024  # ports that are asked for at once: who chooses a number looks at one after the other
# How `confusable_key` reads a name, in SQL.
_EYES = "REPLACE(REPLACE(REPLACE(REPLACE(fold, 'l', 'i'), '1', 'i'), 'o', '0'), '-', '')"


class Pending:
    """The ports that other open applications asked for before (R-REV-25), or that an appeal is about.

    They are read when a port is asked about, with those around it.
    """

    def __init__(self, besides: int = 0) -> None:
        self._besides = besides  # the application that looks
        self._contested: frozenset[Place] | None = None
        self._windows: dict[int, frozenset[Place]] = {}

    def __contains__(self, place: object) -> bool:
        match place:
            case (int(port), Transport()):
                return place in self._around(port // _WINDOW) or place in self._in_appeals()
        return False

    def _around(self, window: int) -> frozenset[Place]:
        if window not in self._windows:
            low = window * _WINDOW
            statement = (
                "SELECT port, transport FROM register_wanted WHERE port BETWEEN %s AND %s "
                "AND application_id <> %s"
            )
            found = tables.rows(statement, [low, low + _WINDOW - 1, self._besides])
            self._windows[window] = frozenset((port, Transport(on)) for port, on in found)
        return self._windows[window]

    def _in_appeals(self) -> frozenset[Place]:
        if self._contested is None:
            self._contested = contested().places
        return self._contested


def alike(doing: Doing, name: str) -> Iterator[str]:
    """The assigned names that are easily taken for *name* (T-44), aliases left out."""
    statement = f"SELECT fold FROM register_nameclaim WHERE {_EYES} = %s ORDER BY fold"  # noqa: S608
    for (other,) in tables.rows(statement, [confusable_key(name)]) if name else ():
        held = doing.rows.name(other)
        if other != name.lower() and held and held.canonical.lower() == other:
            yield held.holding.name


def recent(doing: Doing, number: int, application: Application, submitter: str) -> int:
    """How many requests came before for the same Assignee, or from the same member (R-REV-2)."""
    today = date.fromisoformat(doing.work.today)
    since = (today - timedelta(days=doing.policy.limits.mass_days)).isoformat()
    statement = (
        "SELECT COUNT(*) FROM register_filing WHERE (assignee = %s OR submitter = %s) AND instant >= %s "
        "AND application_id < %s"
    )
    key = parties.party_key(application, submitter)
    return int(tables.rows(statement, [key, submitter, since, number])[0][0])
