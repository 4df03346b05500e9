"""Operations for tests: done on a day, by one person or two, and what of the published XML differs then."""

from __future__ import annotations

import difflib
from collections.abc import Callable

import pytest

from portbook import formats
from portbook.errors import PortbookError
from portbook.numbers import Transport
from portbook.procedures import Basis, Grant, assign
from portbook.records import Contact, PublishedDate, Record, rich
from portbook.register import editions, members, tables
from portbook.register.acts import Act, Done
from portbook.register.changing import Work, transaction
from portbook.register.entries import Reader
from portbook.register.models import Approval, Registry
from portbook.register.operations import registry
from portbook.register.roles import Role
from portbook.register.standing import RegisterRegistry

from . import acts

Do = Callable[[Act], Done]

DAY = acts.NOW[:10]


def on(day: str = DAY, actor: str = "ada", **fields: object) -> Act:
    """An act of *actor* on *day*, at noon; the operation says the rest."""
    return acts.act("", actor=actor, instant=f"{day}T12:00:00Z", **fields)


def holder(name: str, party: str) -> None:
    """Add a member who acts for the contact *party*."""
    members.add(acts.act("add member", object=f"member {name}"), name, ["holder"], party)


def registrar(name: str, party: str) -> None:
    """Add a registrar who acts for the contact *party* too."""
    by_two(lambda act: registry.add_member(act, name, [Role.REGISTRAR], party), on())


def by_two(do: Do, act: Act, second: str = "bob") -> Done:
    """Do it with the word of *second*, who saw what it would change."""
    seen = do(act._replace(is_dry=True)).answer
    approve(act.instant, seen["operation"], seen["digest"], second)
    return do(act)


def approve(instant: str, operation: str, digest: str, second: str = "bob", expires: str = "") -> None:
    """Let *second* give his word for *digest*, until the end of the day if nothing else is said."""

    def body(work: Work) -> None:
        values = {"digest": digest, "operation": operation, "member": second, "is_used": False}
        work.add(Approval, {**values, "expires": expires or f"{instant[:10]}T23:59:59Z"})

    transaction(acts.act("approve", actor=second, instant=instant), body)


def code(do: Callable[[], object]) -> str:
    """Return the code of the error that *do* raises; nothing may have changed by it."""
    before = tables.rows("SELECT events, identities FROM register_registry"), published()
    with pytest.raises(PortbookError) as found:
        do()
    assert (tables.rows("SELECT events, identities FROM register_registry"), published()) == before
    return found.value.problem.code


# -- what is published


def published() -> list[str]:
    """The lines of the XML that would be published now."""
    registry = Registry(*tables.select(Registry, "")[0])
    return formats.write(editions.edition_of(registry), "xml").decode().split("\n")


def difference(do: Callable[[], object], day: str = DAY) -> list[str]:
    """The lines of the published XML that *do* takes away and adds, in order, without their indentation.

    The date of the edition is not among them; it becomes *day*.
    """
    _, before = _undated(published())
    do()
    date, after = _undated(published())
    assert date == f"  <updated>{day}</updated>"
    lines = difflib.unified_diff(before, after, n=0, lineterm="")
    return [line[0] + line[1:].strip() for line in lines if not line.startswith(("---", "+++", "@@"))]


def _undated(lines: list[str]) -> tuple[str, list[str]]:
    """The line with the date of the edition, and the others."""
    at = next(number for number, line in enumerate(lines) if line.startswith("  <updated>"))
    return lines[at], lines[:at] + lines[at + 1 :]


def named(name: str) -> tuple[Record, ...]:
    """The rows of a service now."""
    return RegisterRegistry().named(name)


def at(port: int) -> tuple[Record, ...]:
    """The rows at a port now."""
    return RegisterRegistry().at(port)


def entry(name: str) -> tuple[str, str]:
    """What the register knows of the first row of a service besides: why it is Reserved, when it expires."""
    found = tables.rows("SELECT reason, expires FROM register_entry WHERE fold = %s", [name])
    return found[0]


def reasons(port: int) -> list[str]:
    """Why the rows at a port are Reserved."""
    return [held.values["reason"] for held in Reader().select("WHERE low = %s ORDER BY position", [port])]


def letters() -> list[tuple[str, str]]:
    """To whom which subject goes, in order."""
    return [(to, subject) for to, subject in tables.rows("SELECT recipient, subject FROM register_outbox")]


def put_early(name: str, port: int, expires: str, day: str = DAY) -> None:
    """Put an early allocation of the Keepers' Guild there, registered on *day*."""
    guild = ("Keepers_Guild",)
    early = Grant(name, (Transport.TCP,), rich("Early"), guild, guild, ports=(port,))
    given = early._replace(expires=PublishedDate(expires))

    def body(work: Work) -> None:
        work.replace(assign(work.standing, given, Basis(PublishedDate(day))).changes)

    transaction(acts.act("assign", instant=f"{day}T00:00:00Z"), body)


def contact(contact_id: str) -> Contact:
    """A contact now."""
    found = tables.rows("SELECT row, layout FROM register_contact WHERE contact_id = %s", [contact_id])
    return Reader().contact(*found[0])
