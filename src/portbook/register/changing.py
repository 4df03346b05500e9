"""The one door for every write: an act, done whole in one transaction and told by one Event, or not done.

    done = transaction(Act("assign", "ada", "application 17", "approved by the team", instant), body)

The order is that of docs/register.md, so that every crash has one meaning: lock the registry's row, look
whether this was answered before, re-read who acts, run *body* (which re-reads, checks the rules and writes
through `Work`), append the Event, commit, answer.  Who is in the way waits; an act that collided with
another is done again from the start, a few times.  Reads no clock.
"""

import json
import random
import time
from collections.abc import Callable, Collection, Iterable
from contextlib import ExitStack
from typing import Any

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.transaction import atomic, set_rollback

from portbook.errors import PortbookError, Problem, RuleError, StoreError, shown
from portbook.register import acts, claims, database, events, replacing, tables
from portbook.register.acts import Act, Done
from portbook.register.entries import Reader
from portbook.register.limits import MAX_DOCUMENT, MAX_TRIES
from portbook.register.models import (
    Entry,
    IdempotencyKey,
    Member,
    Outbox,
    Recorded,
    Registry,
)
from portbook.register.standing import RegisterRegistry
from portbook.register.tables import Values

LONGEST_PAUSE = 0.2  # seconds between the first two tries; it doubles

# SQLite waits in BEGIN IMMEDIATE for its one lock; PostgreSQL waits for this row.
LOCK = {"sqlite": "", "postgresql": " FOR UPDATE"}

_SOURCE = "docs/register.md"
_COLLISIONS = {"40001", "40P01", "55P03", "57014"}  # serialization, deadlock, lock, timeout (PostgreSQL)
_SQLITE_BUSY = (5, 6)
_COUNTERS = ("identities", "events", "events_head", "instant")


class Work:
    """What the body of an act works with; everything it reads is what stands inside the lock."""

    def __init__(self, act: Act, registry: Registry) -> None:
        self.act = act
        self.registry = registry
        self.instant = max(act.instant, registry.instant)  # a clock that jumped back dates nothing back
        self.reader = Reader()
        self.standing = RegisterRegistry(self.reader, remembers=True)
        self.changes: list[dict[str, Any]] = []

    @property
    def today(self) -> str:
        """The day of the act, for dates of record."""
        return self.instant[:10]

    @property
    def event(self) -> int:
        """The number that the Event of this act will have."""
        return self.registry.events + 1

    # -- who acts

    def member(self, name: str, role: str = "") -> Member:
        """Return the member called *name* as of now, who has *role*.

        Raises `RuleError` E-MEMBER-UNKNOWN for nobody who may act, E-MEMBER-ROLE for who lacks the role.
        """
        member = next(iter(tables.load(Member, "WHERE name = %s", [name])), None)
        if member is None or not member.is_active:
            message = f"{shown(name)} is no member of this register, or no longer"
            raise RuleError(Problem("E-MEMBER-UNKNOWN", message, _SOURCE))
        if role and role not in member.roles.split():
            raise RuleError(Problem("E-MEMBER-ROLE", f"{shown(name)} is no {role} of this register", _SOURCE))
        return member

    # -- what changes

    def replace(
        self,
        changes: Iterable[replacing.RowsChange],
        *,
        extends: Collection[str] = (),
        shares: Collection[claims.Place] = (),
    ) -> None:
        """Put the changes of a procedure into the tables (`replacing.replace`)."""
        replacing.replace(self, changes, extends=extends, shares=shares)
        self.touch()

    def replace_people(self, changes: Iterable[replacing.PersonChange]) -> None:
        """Put contacts that come or change into the tables (`replacing.replace_people`)."""
        replacing.replace_people(self, changes)
        self.touch()

    def touch(self) -> None:
        """Note that what is published changed today."""
        if self.registry.updated != self.today:
            self.change_registry(updated=self.today)

    def change_registry(self, **values: Any) -> None:
        """Change the registry itself: head, policy, the freeze."""
        before = tables.values_of(self.registry)
        self.change(Registry, self.registry.identity, before, values)
        for column, value in values.items():
            setattr(self.registry, column, value)

    def new_identity(self) -> int:
        """Return an identity that no row had before."""
        self.registry.identities += 1
        return self.registry.identities

    def add(self, model: type[Recorded], values: Values, identity: int = 0) -> int:
        """Insert a recorded row, with a new identity if it was given none; return the identity."""
        _check_texts(model, values)
        identity = identity or self.new_identity()
        tables.insert(model, [[identity, *(values[name] for name in tables.table_of(model).columns[1:])]])
        self._tell(model, identity, None, values)
        return identity

    def change(self, model: type[Recorded], identity: int, before: Values, after: Values) -> None:
        """Change the columns that differ; raise `RuleError` E-ROW-STALE if the row is not what *before* says.

        A version is raised by one; nothing is written, and nothing told, where nothing differs.
        """
        new = {name: value for name, value in after.items() if before[name] != value}
        if not new:
            return
        _check_texts(model, new)
        if "version" in before:
            new["version"] = before["version"] + 1
        old = {name: before[name] for name in new}
        if not tables.update(model, identity, new, _comparable(old)):
            raise _stale(model, identity)
        self._tell(model, identity, old, new)

    def remove(self, model: type[Recorded], identity: int, before: Values) -> None:
        """Delete a recorded row; raise `RuleError` E-ROW-STALE if it changed since it was read."""
        expected = {"version": before["version"]} if "version" in before else {}
        if not tables.delete(model, identity, expected):
            raise _stale(model, identity)
        self._tell(model, identity, before, None)

    def notify(self, recipient: str, subject: str, body: str, due: str = "", kind: str = "") -> None:
        """Put a message into the outbox: it goes out if, and only if, the act is committed."""
        row = (self.event, recipient, subject, body, due or self.instant, "waiting", 0, kind)
        tables.insert(Outbox, [row])

    def _tell(
        self, model: type[Recorded], identity: int, before: Values | None, after: Values | None
    ) -> None:
        if model is Entry:
            self.standing.forget()
        table = model._meta.model_name
        self.changes.append({"table": table, "identity": identity, "before": before, "after": after})


def transaction(
    act: Act, body: Callable[[Work], Any], *, even_frozen: bool = False, by_outsider: bool = False
) -> Done:
    """Do *act* by running *body* in a transaction of its own; when this returns, it is durable (I-2, I-3).

    *body* may run more than once and must have no effect but through `Work`; what it returns is the answer,
    and must be JSON.  With *by_outsider* the actor need not be a member (an applicant); with *even_frozen*
    the act is one that a frozen register allows.

    Raises what *body* raises, with nothing done; `RuleError` E-ANSWER-FIELD, E-FROZEN, E-IDEMPOTENCY,
    E-MEMBER-UNKNOWN, E-PERSONS, E-REGISTER-TEXT; `StoreError` E-REGISTER-BUSY, E-REGISTER-DATABASE and
    E-REGISTER-REFUSED with nothing done, and E-REGISTER-UNKNOWN where the connection was lost in the commit:
    only the same act with the same key then tells.
    """
    acts.check(act)
    for attempt in range(1, MAX_TRIES + 1):
        try:
            return _attempt(act, body, even_frozen, by_outsider)
        except (DatabaseError, InterfaceError) as error:
            connection.close_if_unusable_or_obsolete()
            if not _is_collision(error):
                raise _told(error) from error
            if attempt == MAX_TRIES:
                message = f"others kept the register busy through {MAX_TRIES} tries; nothing was done"
                raise StoreError(Problem("E-REGISTER-BUSY", message, _SOURCE)) from error
        time.sleep(random.uniform(0, LONGEST_PAUSE * 2 ** (attempt - 1)))
    raise AssertionError("unreachable")


def within(act: Act, body: Callable[[Work], Any], *, even_frozen: bool = False) -> Done:
    """Do *act* in the transaction that is open: for who made the register in that very one (`backups`)."""
    acts.check(act)
    return _do(Work(act, locked_registry()), body, even_frozen, by_outsider=False)


def _attempt(act: Act, body: Callable[[Work], Any], even_frozen: bool, by_outsider: bool) -> Done:
    is_ready = False  # all is written; what fails from here on failed in the commit
    try:
        with ExitStack() as opened:
            with database.turn():
                opened.enter_context(atomic(durable=True))
            work = Work(act, locked_registry())
            opened.enter_context(tables.remembering())
            done = answered_before(act) or _do(work, body, even_frozen, by_outsider)
            if act.is_dry:
                set_rollback(True)
            is_ready = True
    except (DatabaseError, InterfaceError) as error:
        if is_ready and not _is_collision(error) and _is_lost(error):
            raise _unknown(act) from error
        raise
    return done


def locked_registry() -> Registry:
    """Return the registry's row, and keep everybody else from acting until the transaction ends."""
    return tables.load(Registry, f"WHERE identity = 1{LOCK[connection.vendor]}")[0]


def _do(work: Work, body: Callable[[Work], Any], even_frozen: bool, by_outsider: bool) -> Done:
    act, registry = work.act, work.registry
    if registry.is_frozen and not even_frozen:
        message = f"the register is frozen; {shown(act.operation)} was not done"
        raise RuleError(Problem("E-FROZEN", message, _SOURCE))
    for name in act.persons if by_outsider else (act.actor, *act.persons):
        work.member(name)
    told = body(work)
    if act.field:
        acts.check_field(act.field, {"event", *told})
    answer = events.canonical(told)
    acts.check_text("answer", answer, MAX_DOCUMENT)
    number = _record(work)
    if act.key:
        tables.insert(IdempotencyKey, [(act.actor, act.key, act.digest, number, answer)])
    return Done(json.loads(answer), number, changes=tuple(work.changes) if act.is_dry else ())


def _record(work: Work) -> int:
    """Append the Event, and count it in the registry's row: by who counted what it read, else nobody."""
    act, registry = work.act, work.registry
    number = work.event
    link = events.append(
        events.EventValue(
            number=number,
            previous=registry.events_head,
            instant=work.instant,
            actor=act.actor,
            operation=act.operation,
            object=act.object,
            reason=act.reason,
            changes=work.changes,
            channel=act.channel,
            key=act.key,
            persons={"needed": act.needed, "others": list(act.persons)},
        )
    )
    counted = dict(zip(_COUNTERS, (registry.identities, number, link, work.instant), strict=True))
    if not tables.update(Registry, registry.identity, counted, {"events": number - 1}):
        raise _stale(Registry, registry.identity)
    return number


# -- the same act again


def answered_before(act: Act) -> Done | None:
    """Return what became of *act* when it was done before with the same key; E-IDEMPOTENCY for another."""
    if not act.key:
        return None
    found = tables.rows(
        "SELECT request, answer, event_id FROM register_idempotencykey WHERE actor = %s AND key = %s",
        [act.actor, act.key],
    )
    if not found:
        return None
    request, answer, number = found[0]
    if request != act.digest:
        message = f"key {shown(act.key)} was used for another request, answered by Event {number}"
        raise RuleError(Problem("E-IDEMPOTENCY", message, _SOURCE))
    return Done(json.loads(answer), number, is_repeated=True)


# -- what went wrong


def _check_texts(model: type[Recorded], values: Values) -> None:
    """Raise `RuleError` E-REGISTER-TEXT for a text that the table would refuse."""
    sizes = tables.sizes_of(model)
    for name, value in values.items():
        if isinstance(value, str):
            acts.check_text(name, value, sizes.get(name, MAX_DOCUMENT))


def _stale(model: type[Recorded], identity: int) -> RuleError:
    message = f"{model._meta.model_name} {identity} changed since it was read; look again, and decide anew"
    return RuleError(Problem("E-ROW-STALE", message, _SOURCE))


def _is_collision(error: Exception) -> bool:
    cause = error.__cause__
    busy = getattr(cause, "sqlite_errorcode", 0) & 0xFF in _SQLITE_BUSY
    return busy or getattr(cause, "sqlstate", None) in _COLLISIONS


def _is_lost(error: Exception) -> bool:
    return isinstance(error, (OperationalError, InterfaceError)) and connection.vendor == "postgresql"


def _told(error: Exception) -> PortbookError:
    if isinstance(error, (OperationalError, InterfaceError)):
        return database.unreachable(error)
    reason = " ".join(str(error).split())[:200]
    message = f"the database refuses what was to be written, and nothing was: {reason}"
    return StoreError(Problem("E-REGISTER-REFUSED", message, _SOURCE))


def _unknown(act: Act) -> StoreError:
    advice = "repeat it with the same key" if act.key else "look whether its Event is there"
    message = f"the database was lost while {shown(act.operation)} was committed; {advice}"
    return StoreError(Problem("E-REGISTER-UNKNOWN", message, _SOURCE))


def _comparable(values: Values) -> Values:
    """What an UPDATE is to find: versions where there are any, else all; nothing equals NULL in SQL."""
    if "version" in values:
        return {"version": values["version"]}
    return {name: value for name, value in values.items() if value is not None}
