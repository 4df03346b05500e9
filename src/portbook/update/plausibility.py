"""What changes between two editions, and whether so much of it that a person should look first (T-20).

Rows are compared as the twelve columns, all white space left out: the same registry as CSV of 2023 and as
XML of today differs in nothing else than line breaks and "[RFC 6335]".  What only one of the two can hold
(contacts, notes) is compared when both do.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from portbook.edition import Edition, State, row_state
from portbook.errors import shown
from portbook.formats import columns
from portbook.names import fold
from portbook.numbers import FIRST_USER_PORT
from portbook.update.limits import Limits

TITLE = "Service Name and Transport Protocol Port Number Registry"
EXAMPLES = 5  # of each reason
HEAD = ("title", "category", "reference", "experts", "notes", "footnotes")

Cells = tuple[str, ...]
Key = tuple[str, str, str]  # folded service name, port number, transport
NAME, NUMBER, TRANSPORT, DESCRIPTION, ASSIGNEE, CONTACT = range(6)


class Changes(NamedTuple):
    """How many rows differ; a row is the same one while name, number and transport are."""

    added: int = 0
    removed: int = 0
    changed: int = 0

    @property
    def total(self) -> int:
        return sum(self)


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an edition waits for a person."""

    code: str  # "system-port", "row-vanished", "many-rows", "fewer-rows", "many-contacts", "head"
    message: str
    count: int
    examples: tuple[str, ...] = ()


class Comparison:
    """An older edition beside a newer one."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self._old, self._new = old, new
        self._old_rows, self._new_rows = _rows(old), _rows(new)
        self._old_keyed, self._new_keyed = _keyed(self._old_rows), _keyed(self._new_rows)
        self.changes = self._changes()

    def _changes(self) -> Changes:
        added = removed = changed = 0
        for key in self._old_keyed.keys() | self._new_keyed.keys():
            before, after = self._old_keyed.get(key, Counter()), self._new_keyed.get(key, Counter())
            gone, come = (before - after).total(), (after - before).total()
            changed += min(gone, come)
            removed += max(gone - come, 0)
            added += max(come - gone, 0)
        return Changes(added, removed, changed)

    def reasons(self, limits: Limits) -> tuple[Reason, ...]:
        """Return every reason to hold the newer edition; () when there is none."""
        found = (
            self._system_ports(),
            self._vanished(),
            self._many_rows(limits),
            self._fewer_rows(),
            self._many_contacts(limits),
            self._head(),
        )
        return tuple(reason for reason in found if reason)

    # -- the reasons

    def _system_ports(self) -> Reason | None:
        known = _people(self._old, self._new)
        before = _holders(self._old, self._old_rows, known and known[0])
        after = _holders(self._new, self._new_rows, known and known[1])
        ports = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        told = [
            f"{_place(*key)}: {_words(before.get(key))} before, {_words(after.get(key))} now"
            for key in ports[:EXAMPLES]
        ]
        return _reason("system-port", "System Ports whose holder is another one", len(ports), told)

    def _vanished(self) -> Reason | None:
        gone = [
            (key, before.total() - self._new_keyed.get(key, Counter()).total())
            for key, before in self._old_keyed.items()
            if key[0]
        ]
        lost = [(key, count) for key, count in gone if count > 0]
        told = [
            f"{shown(name)} {_place(number, transport)}" for (name, number, transport), _ in lost[:EXAMPLES]
        ]
        number = sum(count for _, count in lost)
        return _reason("row-vanished", "rows with a service name that are no longer there", number, told)

    def _many_rows(self, limits: Limits) -> Reason | None:
        total, rows = self.changes.total, len(self._old_rows)
        if total <= limits.rows and total * 100 <= rows * limits.percent:
            return None
        added, removed, changed = self.changes
        what = f"rows that differ ({added} new, {removed} gone, {changed} changed), of {rows}"
        return _reason("many-rows", what, total)

    def _fewer_rows(self) -> Reason | None:
        before, after = len(self._old_rows), len(self._new_rows)
        return _reason("fewer-rows", f"rows fewer than before: {after}, not {before}", max(before - after, 0))

    def _many_contacts(self, limits: Limits) -> Reason | None:
        """Contacts that are others now or gone; new ones come with new rows."""
        if self._old.contacts is None or self._new.contacts is None:
            return None
        after = {contact.id: contact for contact in self._new.contacts}
        lost = [contact.id for contact in self._old.contacts if after.get(contact.id) != contact]
        if len(lost) <= limits.rows and len(lost) * 100 <= len(self._old.contacts) * limits.percent:
            return None
        what = f"contacts that are others now or gone, of {len(self._old.contacts)}"
        return _reason("many-contacts", what, len(lost), [shown(contact) for contact in lost[:EXAMPLES]])

    def _head(self) -> Reason | None:
        """Parts of the registry's head; pages show them, and links in them."""
        old = self._old
        changed = [part for part in HEAD if _is_other(getattr(old, part), getattr(self._new, part))]
        if old.title is None and self._new.title != TITLE:
            changed.append(f"title {shown(self._new.title or '')}")
        return _reason("head", "parts of the registry's head that are others now", len(changed), changed)


def _is_other(before: Any, after: Any) -> bool:
    return before is not None and before != after


def _reason(code: str, what: str, count: int, examples: Iterable[str] = ()) -> Reason | None:
    return Reason(code, f"{count} {what}", count, tuple(examples)) if count else None


# -- rows


def _rows(edition: Edition) -> list[Cells]:
    """The rows as cells without white space; each distinct cell is looked at once."""
    known: dict[str, str] = {}
    squeezed: Callable[[str], str] = lambda cell: known.setdefault(cell, "".join(cell.split()))  # noqa: E731
    return [tuple(map(squeezed, columns.row(record))) for record in edition.records]


def _keyed(rows: Sequence[Cells]) -> dict[Key, Counter[Cells]]:
    """The rows by what makes each the same one; the registry has several under one key."""
    keyed: dict[Key, Counter[Cells]] = {}
    for row in rows:
        keyed.setdefault((fold(row[NAME]), row[NUMBER], row[TRANSPORT]), Counter())[row] += 1
    return keyed


# -- holders of System Ports

Holder = tuple[str, ...]  # service name or words, assignee, contact
Known = Mapping[str, str]  # id of a contact -> name and organisation


def _people(old: Edition, new: Edition) -> tuple[Known, Known] | None:
    """Who stands behind the contacts' ids, when both editions tell."""
    if old.contacts is None or new.contacts is None:
        return None
    before, after = (
        {
            f"[{''.join(person.id.split())}]": f"{person.name or ''}|{person.organization or ''}"
            for person in people
        }
        for people in (old.contacts, new.contacts)
    )
    return before, after


def _holders(
    edition: Edition, rows: Sequence[Cells], known: Known | None
) -> dict[tuple[int, str], frozenset[Holder]]:
    """(System Port, transport) -> who is assigned it."""
    found: dict[tuple[int, str], set[Holder]] = {}
    for record, row in zip(edition.records, rows, strict=True):
        ports = record.ports
        if not ports or ports.low >= FIRST_USER_PORT or row_state(record)[0] is not State.ASSIGNED:
            continue
        people = (row[ASSIGNEE], row[CONTACT])
        behind = tuple(known.get(person, "") for person in people) if known else ()
        holder = (row[NAME] or row[DESCRIPTION], *people, *behind)
        for port in range(ports.low, min(ports.high, FIRST_USER_PORT - 1) + 1):
            found.setdefault((port, row[TRANSPORT]), set()).add(holder)
    return {key: frozenset(holders) for key, holders in found.items()}


def _words(holders: frozenset[Holder] | None) -> str:
    """Holders in words: names and labels, as published."""
    if not holders:
        return "nobody"
    told = [
        shown(" ".join(dict.fromkeys(filter(None, (name, assignee, contact)))))
        for name, assignee, contact, *_ in sorted(holders)[:3]
    ]
    return ", ".join(told)


def _place(number: int | str, transport: str) -> str:
    port = shown(str(number))[1:-1] or "without a port"
    return f"{port}/{shown(transport)[1:-1]}" if transport else port
