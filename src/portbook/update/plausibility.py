"""What changes between two editions, and whether so much of it that a person should look first (T-20).

`rows` says when two rows mean the same, `coverage` which ports rows without a name speak of, `people` who
stands behind holders and what the head shows.  Here are the reasons, and their limits.  Time and memory go
with the number of rows and contacts, whatever their ranges.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from portbook.edition import Edition, State
from portbook.errors import shown
from portbook.update import people
from portbook.update.coverage import Coverage, bits
from portbook.update.limits import Limits
from portbook.update.rows import Key, Row, hidden_targets, is_table, rows_of

EXAMPLES = 5  # of each reason
HEAD_EXAMPLES = 12  # of what is taken for the first time
NO_ROWS: Counter[Row] = Counter()


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

    code: str  # those of docs/update.md
    message: str
    count: int
    examples: tuple[str, ...] = ()


class Comparison:
    """An older edition beside a newer one."""

    def __init__(self, old: Edition, new: Edition) -> None:
        self._old, self._new = old, new
        self._was_table = is_table(old)
        as_table = self._was_table or is_table(new)
        self._old_rows, self._new_rows = rows_of(old, as_table=as_table), rows_of(new, as_table=as_table)
        self._old_keyed, self._new_keyed = _keyed(self._old_rows), _keyed(self._new_rows)
        self.changes = self._changes()

    def _changes(self) -> Changes:
        added = removed = changed = 0
        for key in self._old_keyed.keys() | self._new_keyed.keys():
            before, after = self._old_keyed.get(key, NO_ROWS), self._new_keyed.get(key, NO_ROWS)
            if before == after:
                continue
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
            self._nameless(),
            self._many_rows(limits),
            self._fewer_rows(),
            self._wide_rows(limits),
            self._many_contacts(limits),
            self._twins(),
            self._head(),
            self._first_head(),
            self._first_links(),
            self._unforeseen(),
        )
        return tuple(reason for reason in found if reason)

    def drift(self, limits: Limits, since: str) -> Reason | None:
        """The reason to hold when the older edition, *since*, is the last that a person has looked at.

        Only what has a limit is asked: all else waits whenever it comes.
        """
        found = (self._many_rows(limits), self._wide_rows(limits), self._many_contacts(limits))
        told = [reason for reason in found if reason]
        what = f"limits passed since edition {since}, the last that was not taken unseen"
        return _reason("drift", what, len(told), [reason.message for reason in told])

    # -- rows that are there

    def _system_ports(self) -> Reason | None:
        both_tell = self._old.contacts is not None and self._new.contacts is not None
        before = people.holders(self._old_rows, self._old, with_people=both_tell)
        after = people.holders(self._new_rows, self._new, with_people=both_tell)
        places = sorted(key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
        told = []
        for key in places[:EXAMPLES]:
            low, high, transport = key
            place = _place(str(low) if low == high else f"{low}-{high}", transport)
            was, now = people.in_words(before.get(key)), people.in_words(after.get(key))
            same = f" ({people.unsaid(before.get(key), after.get(key))})" if was == now else ""
            told.append(f"{place}: {was} before, {now} now{same}")
        return _reason("system-port", "System Ports whose holder is another one", len(places), told)

    def _many_rows(self, limits: Limits) -> Reason | None:
        total, rows = self.changes.total, len(self._old_rows)
        if not _too_many(total, rows, limits):
            return None
        added, removed, changed = self.changes
        what = f"rows that differ ({added} new, {removed} gone, {changed} changed), of {rows}"
        return _reason("many-rows", what, total)

    def _wide_rows(self, limits: Limits) -> Reason | None:
        """New rows that assign ranges, or say of ports without a name what no row said: counted in ports."""
        ports, told = 0, []
        before = Coverage(row for row in self._old_rows if row.state is not State.ASSIGNED)
        for row in self._come:
            if row.ports is None or row.ports.low == row.ports.high:
                continue
            wide = bits(row.ports)
            if row.state is not State.ASSIGNED:
                wide &= ~before.same(row)
            if count := wide.bit_count():
                ports += count
                told.append(f"{shown(row.name or row.state.value)} {_place(row.number, row.transport)}")
        if ports <= limits.ports:
            return None
        return _reason("wide-row", "ports in ranges of new rows", ports, told[:EXAMPLES])

    # -- rows that are gone

    def _vanished(self) -> Reason | None:
        lost = {
            key: count
            for key, before in self._old_keyed.items()
            if key[0] and (count := before.total() - self._new_keyed.get(key, NO_ROWS).total()) > 0
        }
        told = [
            f"{shown(name)} {_place(number, transport)}" for name, number, transport in list(lost)[:EXAMPLES]
        ]
        return _reason(
            "row-vanished", "rows with a service name that are no longer there", sum(lost.values()), told
        )

    def _nameless(self) -> Reason | None:
        """Rows without a name that are gone, where some port is neither told the same nor newly assigned."""
        left = Counter(row.spoken for row in self._new_rows if not row.name)
        now, come = Coverage(self._new_rows), Coverage(self._come)
        told = []
        for row in self._old_rows:
            if row.name or row.ports is None:
                continue
            if left[row.spoken] > 0:
                left[row.spoken] -= 1
            elif bits(row.ports) & ~(now.same(row) | come.assigned(row)):
                told.append(f"{row.state.value} {_place(row.number, row.transport)}")
        what = "rows without a name that are gone, and nothing says the same of their ports"
        return _reason("nameless-row", what, len(told), told[:EXAMPLES])

    def _fewer_rows(self) -> Reason | None:
        before, after = len(self._old_rows), len(self._new_rows)
        return _reason("fewer-rows", f"rows fewer than before: {after}, not {before}", max(before - after, 0))

    @cached_property
    def _come(self) -> list[Row]:
        """Rows that are not in the older edition under that name, number, transport and state."""
        left = Counter((row.key, row.state) for row in self._old_rows)
        come = []
        for row in self._new_rows:
            left[row.key, row.state] -= 1
            if left[row.key, row.state] < 0:
                come.append(row)
        return come

    # -- people, the head, what nobody foresaw

    def _many_contacts(self, limits: Limits) -> Reason | None:
        if self._old.contacts is None:
            return None
        others = people.other_contacts(self._old, self._new)
        if not _too_many(len(others), len(self._old.contacts), limits):
            return None
        what = f"contacts that are others now, gone or new, of {len(self._old.contacts)}"
        return _reason("many-contacts", what, len(others), map(shown, others[:EXAMPLES]))

    def _twins(self) -> Reason | None:
        found = people.twins(self._old, self._new)
        return _reason(
            "twin-contacts",
            "contacts whose id passes for another's",
            len(found),
            map(shown, found[:EXAMPLES]),
        )

    def _head(self) -> Reason | None:
        others = list(people.other_head(self._old, self._new, was_table=self._was_table))
        return _reason("head", "parts of the registry's head that are others now", len(others), others)

    def _first_head(self) -> Reason | None:
        """All that a table does not tell comes unseen with the first XML after it."""
        if not self._was_table or is_table(self._new):
            return None
        told = list(people.first_head(self._new))
        what = "things that the older edition could not tell are taken for the first time"
        return _reason("first-head", what, len(told), told[:HEAD_EXAMPLES])

    def _first_links(self) -> Reason | None:
        if not self._was_table:
            return None
        found = dict.fromkeys(hidden_targets(self._new))
        told = [
            f"[{shown(link.label, 60)[1:-1]}] {link.type} {shown(link.data or '', 100)}" for link in found
        ]
        what = "targets of references that the older edition could not tell"
        return _reason("first-links", what, len(told), told[:EXAMPLES])

    def _unforeseen(self) -> Reason | None:
        """What no reader of the registry's XML expects, and the older edition did not have."""
        found = [problem for problem in self._new.remarks if problem.code.split("-")[:2] == ["F", "XML"]]
        before = Counter(problem.code for problem in self._old.remarks)
        more = sum((Counter(problem.code for problem in found) - before).values())
        told = [problem.message for problem in found[:EXAMPLES]]
        return _reason("unforeseen", "things in the document that the registry never had", more, told)


def _too_many(count: int, of: int, limits: Limits) -> bool:
    return count > limits.rows or count * 100 > of * limits.percent


def _reason(code: str, what: str, count: int, examples: Iterable[str] = ()) -> Reason | None:
    return Reason(code, f"{count} {what}", count, tuple(examples)) if count else None


def _keyed(rows: Sequence[Row]) -> dict[Key, Counter[Row]]:
    """The rows by what makes each the same one; the registry has several under one key."""
    keyed: dict[Key, Counter[Row]] = {}
    for row in rows:
        key = row.key
        if key in keyed:
            keyed[key][row] += 1
        else:
            keyed[key] = Counter((row,))
    return keyed


def _place(number: str, transport: str) -> str:
    port = shown(number)[1:-1] or "without a port"
    return f"{port}/{shown(transport)[1:-1]}" if transport else port
