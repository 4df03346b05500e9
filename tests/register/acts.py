"""Acts for tests: who does what, said shortly, and rows to do it with."""

from __future__ import annotations

from portbook.procedures.values import Change, Row
from portbook.records import Record, rich
from portbook.register import members
from portbook.register.changing import Act, Work

NOW = "2026-09-01T10:00:00Z"


def act(operation: str = "assign", **fields: object) -> Act:
    """An act of the registrar ada."""
    given = {"actor": "ada", "object": "application 1", "reason": "a test", "instant": NOW, **fields}
    return Act(operation, **given)  # type: ignore[arg-type]


def found() -> None:
    """Add the registrars ada and bob, and cyd, who is none."""
    for name, role in (("ada", "registrar"), ("bob", "registrar"), ("cyd", "expert")):
        members.add(act("add member", object=f"member {name}"), name, [role])


def row(
    name: str | None, port: int | str | None, transport: str | None = "tcp", text: str = "A test"
) -> Record:
    number = None if port is None else str(port)
    return Record(service_name=name, port_number=number, transport=transport, description=rich(text))


def grant(work: Work, *rows: Record, going: tuple[Record, ...] = (), **options: object) -> None:
    """Put *rows* in the place of those *going*."""
    change = Change(going, tuple(map(Row, rows)), "a test")
    work.replace((change,), **options)  # type: ignore[arg-type]
