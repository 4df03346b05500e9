"""Many applications at once: all that a list asks of the tables, read with one statement a table.

`Together` answers what `OnRecord` answers, from what it read when a table was asked for first; so what is
said of each application of a list is said by the same functions as of one alone.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from copy import copy
from functools import cached_property
from typing import Any, TypeVar

from django.db.models import Model

from portbook.register import casework, models, tables
from portbook.register.operations.acting import Doing
from portbook.register.operations.dossiers import Dossier, asking
from portbook.register.operations.on_record import RECUSED, REMINDED, SILENCE, OnRecord
from portbook.register.reading.newest import is_newest

AT_ONCE = 500  # keys of one statement

Row = TypeVar("Row", bound=Model)
Key = TypeVar("Key", int, str)


def dossiers(doing: Doing, applications: Sequence[int]) -> list[Dossier]:
    """Return the dossiers of *applications*, in that order; what they ask is read for all together."""
    rows = {row.identity: row for row in _load(models.Application, "identity", applications)}
    newest = _load(models.Version, "application_id", applications, f"AND {is_newest('register_version')}")
    versions = {version.application_id: version for version in newest}
    together = copy(doing)
    found = [Dossier(together, rows[each], versions[each]) for each in applications]
    together.on_record = Together(together, found)
    return found


class Together(OnRecord):
    """What is on record of some applications, read when it is asked for first."""

    def __init__(self, doing: Doing, found: Sequence[Dossier]) -> None:
        self._doing = doing
        self._found = found
        self._applications = [each.identity for each in found]
        self._silent: dict[str, dict[str, set[int]]] = {}

    # -- what lists ask

    def turn(self, application: int) -> casework.Turn:
        return self._turns[application]

    def reviews(self, application: int, digest: str) -> list[models.Review]:
        return [each for each in self._reviews.get(application, []) if each.digest == digest]

    def opinions(self, review: int) -> list[casework.Opinion]:
        return self._opinions.get(review, [])

    def confirmations(self, application: int, digest: str) -> list[casework.Confirmation]:
        return [each for each in self._confirmations.get(application, []) if each.digest == digest]

    def recused(self, application: int) -> list[tuple[Any, ...]]:
        opinions = (
            each
            for review in self._reviews.get(application, [])
            for each in self._opinions.get(review.identity, [])
        )
        aside = sorted((each.identity, each) for each in opinions if each.verdict == RECUSED)
        return [(each.member, each.reasons) for _, each in aside]

    def is_reminded(self, application: int, since: str) -> bool:
        return self._reminders.get(application, "") >= since

    def silences(self, team: str, since: str, application: int) -> int:
        return len(self._silences(since).get(team, set()) - {application})

    def terms(self, today: str) -> list[tuple[Any, ...]]:
        return self._terms

    def members(self, name: str) -> list[models.Member]:
        return self._members.get(name, [])

    def contacts(self, contact_id: str) -> list[models.Contact]:
        return self._contacts.get(contact_id, [])

    # -- one statement for each

    @cached_property
    def _turns(self) -> dict[int, casework.Turn]:
        where = "ended = '' AND application_id"
        return {each.application_id: each for each in _load(casework.Turn, where, self._applications)}

    @cached_property
    def _reviews(self) -> dict[int, list[models.Review]]:
        found = _load(models.Review, "application_id", self._applications)
        return _by(lambda each: each.application_id, found)

    @cached_property
    def _opinions(self) -> dict[int, list[casework.Opinion]]:
        reviews = [each.identity for found in self._reviews.values() for each in found]
        return _by(lambda each: each.review_id, _load(casework.Opinion, "review_id", reviews))

    @cached_property
    def _confirmations(self) -> dict[int, list[casework.Confirmation]]:
        found = _load(casework.Confirmation, "application_id", self._applications)
        return _by(lambda each: each.application_id, found)

    @cached_property
    def _reminders(self) -> dict[int, str]:
        """When each was last reminded of."""
        found: dict[int, str] = {}
        for part in _parts(self._applications):
            statement = (
                "SELECT application_id, MAX(instant) FROM register_message "  # noqa: S608
                f"WHERE kind = %s AND application_id IN ({tables.marks(len(part))}) GROUP BY application_id"
            )
            found |= dict(tables.rows(statement, [REMINDED, *part]))
        return found

    def _silences(self, since: str) -> dict[str, set[int]]:
        """In which cases each team was silent since then."""
        if since not in self._silent:
            statement = "SELECT text, application_id FROM register_message WHERE kind = %s AND instant >= %s"
            found = self._silent[since] = defaultdict(set)
            for team, application in tables.rows(statement, [SILENCE, since]):
                found[team].add(application)
        return self._silent[since]

    @cached_property
    def _terms(self) -> list[tuple[Any, ...]]:
        return super().terms(self._doing.work.today)

    @cached_property
    def _members(self) -> dict[str, list[models.Member]]:
        names = {each.row.submitter for each in self._found} | {name for name, _ in self._terms}
        found = _load(models.Member, "name", sorted(names))
        return _by(lambda each: each.name, found)

    @cached_property
    def _contacts(self) -> dict[str, list[models.Contact]]:
        """Whoever has to do with one of them."""
        named = {party.id for each in self._found for party in asking(each.application)}
        members = [self._doing.member, *(each for found in self._members.values() for each in found)]
        ids = sorted(named | {each.party for each in members})
        return _by(lambda each: each.contact_id, _load(models.Contact, "contact_id", ids))


def _load(model: type[Row], column: str, keys: Sequence[Key], also: str = "") -> list[Row]:
    """Return the rows of *model* whose *column* is one of *keys*, by their identity."""
    found: list[Row] = []
    for part in _parts(keys):
        found += tables.load(model, f"WHERE {column} IN ({tables.marks(len(part))}) {also} ORDER BY 1", part)
    return found


def _parts(keys: Sequence[Key]) -> Iterator[Sequence[Key]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _by(key: Callable[[Row], Key], rows: Iterable[Row]) -> dict[Key, list[Row]]:
    found: dict[Key, list[Row]] = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found
