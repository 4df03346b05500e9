"""Every recorded row again, from the edition that the register began with and the Events since (I-6, I-13).

Nothing is read from the tables but the Events.  What an Event tells must fit what stood before it; where it
does not, that is a finding, and the Event counts.
"""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from django.apps import apps

from portbook.edition import Edition
from portbook.errors import Problem
from portbook.register import editions, seeding
from portbook.register.entries import Reader
from portbook.register.events import EventValue
from portbook.register.models import Recorded
from portbook.register.tables import Values

COUNTERS = ("identities", "events", "events_head", "instant")  # of the registry's row; no Event tells them

Key = tuple[str, int]  # table, identity
BaseEdition = Callable[[str], Edition | None]  # the edition with a digest, if it is at hand

_SOURCE = "docs/register.md"


def recorded() -> dict[str, type[Recorded]]:
    """Every table of recorded rows, by the name that Events give it."""
    models = apps.get_app_config("register").get_models()
    return {str(model._meta.model_name): model for model in models if issubclass(model, Recorded)}


class Replay:
    """The recorded rows after the Events so far."""

    def __init__(self, base: BaseEdition) -> None:
        empty = {"head": "", "updated": "", "base": "", "base_sha256": "", "policy": "", "is_frozen": False}
        self.rows: dict[Key, Values] = {("registry", 1): empty}
        self.problems: list[Problem] = []
        self.is_whole = True  # False where the edition of the beginning is not at hand
        self._base = base
        self._identities = 1

    def follow(self, event: EventValue) -> None:
        """Do what *event* tells."""
        for change in event.changes:
            self._change(event.number, change)
        if event.operation == seeding.OPERATION:
            self._seed(event.number)

    def edition(self, reader: Reader) -> Edition:
        """Return the register at this point as an edition."""
        registry = self.rows["registry", 1]
        entries = [(row["row"], row["layout"]) for row in self._ordered("entry")]
        people = [(row["row"], row["layout"], row["is_withheld"]) for row in self._ordered("contact")]
        return editions.assembled(registry["head"], registry["updated"], entries, people, reader)

    def _ordered(self, table: str) -> list[Values]:
        found = [(row["position"], key[1], row) for key, row in self.rows.items() if key[0] == table]
        return [row for _, _, row in sorted(found, key=lambda each: each[:2])]

    def _change(self, number: int, change: dict[str, Any]) -> None:
        key, before, after = (change["table"], change["identity"]), change["before"], change["after"]
        stood = self.rows.get(key)
        self._identities = max(self._identities, change["identity"])
        fits = before is None if stood is None else before is not None and before.items() <= stood.items()
        if not fits:
            self._tell(f"Event {number} tells of {key[0]} {key[1]} what did not stand there")
        if after is None:
            self.rows.pop(key, None)
        else:
            self.rows[key] = {**(stood or {}), **after}

    def _seed(self, number: int) -> None:
        digest = self.rows["registry", 1]["base_sha256"]
        edition = self._base(digest)
        if edition is None:
            self.is_whole = False
            what = f"edition {digest} of Event {number} is not in the store; rows are not compared"
            self.problems.append(Problem("E-AUDIT-BASE", what, _SOURCE))
            return
        for model, identity, values in seeding.rows_of(
            edition, seeding.entries_of(edition), self._identities + 1
        ):
            self.rows[str(model._meta.model_name), identity] = values
            self._identities = identity

    def _tell(self, message: str) -> None:
        self.problems.append(Problem("E-AUDIT-REPLAY", message, _SOURCE))


def differences(replayed: dict[Key, Values], stored: Iterable[tuple[Key, Values]]) -> Iterator[Problem]:
    """What the tables hold and the Events do not tell, and the other way about."""
    missing = dict(replayed)
    for key, values in stored:
        told = missing.pop(key, None)
        if told is None:
            yield Problem(
                "E-AUDIT-REPLAY", f"{key[0]} {key[1]} is in its table, and no Event told it", _SOURCE
            )
        elif wrong := [name for name, value in values.items() if told.get(name) != value]:
            what = f"{key[0]} {key[1]} is not what the Events tell: {', '.join(wrong)}"
            yield Problem("E-AUDIT-REPLAY", what, _SOURCE)
    for table, identity in missing:
        yield Problem(
            "E-AUDIT-REPLAY", f"{table} {identity} is told by Events, and not in its table", _SOURCE
        )
