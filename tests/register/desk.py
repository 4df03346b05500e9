"""A register at work, for tests: seeded from the registry of `asking`, with people of every role.

ada and bob are registrars; tia, tom and una apply; ann, fay, gus, rob and zoe hold what their contacts do;
eve and eli are experts of TCP and UDP, sol of SCTP, dan of DCCP; aud audits and max administers.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from asking import BASES, application, edition, laid_over
from portbook import formats
from portbook.applications import Reading, of_tree
from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import members, seeding, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import (
    appeals,
    applying,
    approving,
    assigning,
    confirming,
    entries,
    recommending,
    registry,
    reviewing,
)
from portbook.review import Verdict
from portbook.states import ApplicationState
from portbook.store import EditionFile, EditionStore

DAY = "2031-06-01"
PEOPLE = {
    "ada": ("registrar", ""),
    "bob": ("registrar", ""),
    "tia": ("applicant", ""),
    "tom": ("applicant", ""),
    "una": ("applicant", ""),
    "ann": ("applicant", "Ada"),
    "zoe": ("applicant", "Zoe"),
    "fay": ("applicant", "Fay"),
    "gus": ("applicant", "Gus"),
    "rob": ("applicant", "Rob"),
    "ietf": ("applicant", "IETF_Chair"),
    "iesg": ("", "IESG"),
    "eve": ("expert", ""),
    "eli": ("expert", ""),
    "sol": ("expert", ""),
    "dan": ("expert", ""),
    "aud": ("auditor", ""),
    "max": ("administrator", ""),
}
TEAMS = {"eve": "TCP/UDP experts", "eli": "TCP/UDP experts", "sol": "SCTP expert", "dan": "DCCP experts"}


def by(actor: str, day: str = DAY, **fields: Any) -> Act:
    """An act of *actor* at ten o'clock."""
    given = {"object": "", "reason": "a test", "instant": f"{day}T10:00:00Z", **fields}
    return Act("", actor, **given)


def after(days: int, day: str = DAY) -> str:
    """The day *days* later."""
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()


def seed(store: EditionStore) -> None:
    """Fill the empty register."""
    for name, (role, party) in PEOPLE.items():
        act = Act("add member", "ada", f"member {name}", "a test", "2031-05-01T10:00:00Z")
        members.add(act, name, role.split(), party)
    file = keep(store)
    digest = seeding.show(file).digest
    seeding.seed(
        file, digest, actor="ada", second="bob", instant="2031-05-01T10:00:00Z", reason="the beginning"
    )
    for name, team in TEAMS.items():
        registry.appoint(
            by("ada", "2031-05-01"), name, team, begins="2031-01-01", decision="Minutes of the IESG"
        )


def keep(store: EditionStore) -> EditionFile:
    """Put the edition that the register is seeded from into *store*."""
    return store.add(formats.write(edition(), "xml"), now="2031-05-01T10:00:00Z")


# -- an application in each state


def in_state(wanted: ApplicationState, actor: str = "tia") -> Done:
    """Bring an application of *actor* into the state *wanted*, by operations alone."""
    return _WAYS[wanted](actor)


def _consulted(actor: str) -> Done:
    done = reviewing.open_ticket(by("ada"), submitted("port", actor=actor).answer["application"])
    return reviewing.consult(by("ada"), done.answer["application"], words="Have we seen this before?")


def _escalated(actor: str) -> Done:
    done = _opened(actor)
    return reviewing.escalate(by("ada"), **of(done), words="Which procedure is it?")


def _opened(actor: str) -> Done:
    return reviewing.open_ticket(by("ada"), submitted("port", actor=actor).answer["application"])


def _modified(actor: str) -> Done:
    done = validated(submitted("change", {"requester": "Gus"}, actor="gus"))
    wish = Wish("Gus", Amendment(description=rich("Ferries")))
    entries.amend(by("gus"), Target("ferry"), wish, application=done.answer["application"])
    return done


def _appealed(actor: str) -> Done:
    done = _refused(actor)
    appeals.file(by(actor), done.event, "IESG", "The fault was not in the request.", actor)
    return done


def _refused(actor: str) -> Done:
    return validated(submitted("name", {"transports": ["quic"]}, actor=actor))


_WAYS: dict[ApplicationState, Callable[[str], Done]] = {
    ApplicationState.DRAFT: lambda actor: applying.draft(by(actor), reading("port")),
    ApplicationState.NEW: lambda actor: submitted("port", actor=actor),
    ApplicationState.VALIDATING: _opened,
    ApplicationState.WITH_REQUESTER: lambda actor: validated(submitted("name", {"casts": None}, actor)),
    ApplicationState.CONFIRMING: lambda actor: validated(submitted("share", actor=actor)),
    ApplicationState.EXPERT_REVIEW: lambda actor: validated(submitted("port", actor=actor)),
    ApplicationState.INTERNAL_REVIEW: _consulted,
    ApplicationState.IESG: _escalated,
    ApplicationState.IETF_DOC: lambda actor: validated(submitted("system", actor=actor)),
    ApplicationState.ASSIGNABLE: lambda actor: validated(submitted("name", actor=actor)),
    ApplicationState.ASSIGNED: lambda actor: assigned(validated(submitted("name", actor=actor))),
    ApplicationState.MODIFIABLE: lambda actor: validated(
        submitted("change", {"requester": "Gus"}, actor="gus")
    ),
    ApplicationState.MODIFIED: _modified,
    ApplicationState.REFUSED: _refused,
    ApplicationState.WITHDRAWN: lambda actor: applying.withdraw(
        by(actor), submitted("name", actor=actor).answer["application"]
    ),
    ApplicationState.APPEALED: _appealed,
}


# -- requests


def reading(base: str, change: str | dict[str, Any] = "") -> Reading:
    """A request of `asking`, as it was read."""
    return Reading(application(base, change), ())


def raw(base: str, change: dict[str, Any]) -> Reading:
    """A request of `asking`, with whatever faults it has when it is read."""
    return of_tree(laid_over(BASES[base], change))


def submitted(
    base: str, change: str | dict[str, Any] = "", actor: str = "tia", day: str = DAY, **fields: Any
) -> Done:
    """Send a request."""
    return applying.submit(by(actor, day, **fields), reading(base, change))


def validated(done: Done, actor: str = "ada", day: str = DAY) -> Done:
    """Validate what *done* answered."""
    return reviewing.validate(by(actor, day), **of(done))


def granted(done: Done, *experts: str, day: str = DAY) -> Done:
    """Let experts recommend what *done* answered."""
    for expert in experts:
        done = recommending.recommend(
            by(expert, day), **of(done), verdict=Verdict.GRANT, reasons="It is in order."
        )
    return done


def agreed(done: Done, holder: str, day: str = DAY) -> Done:
    """Let a holder agree to what *done* answered."""
    return confirming.confirm(by(holder, day), **of(done), agrees=True)


def approved(done: Done, day: str = DAY) -> Done:
    """Let the IESG approve what *done* answered."""
    return reviewing.record_decision(
        by("ada", day), **of(done), ruling=reviewing.Ruling.APPROVED, reference="IESG telechat of 2031-05-28"
    )


def assigned(done: Done, actor: str = "ada", day: str = DAY) -> Done:
    """Assign what *done* answered; where it needs a second person, bob approves it."""
    number = done.answer["application"]
    return by_two(lambda act: assigning.assign(act, **of(done)), actor, day, application=number)


def by_two(call: Callable[[Act], Done], actor: str, day: str = DAY, application: int = 0) -> Done:
    """Do what *call* does with an act; where it needs a second person, bob approves it."""
    dry = call(by(actor, day, is_dry=True))
    if dry.answer["needs"] > 1:
        told = dry.answer["operation"], dry.answer["digest"]
        approving.approve(by("bob", day), *told, application=application)
    return call(by(actor, day))


def under(policy: str) -> None:
    """Let the register be run by another policy."""
    by_two(lambda act: registry.set_policy(act, policy), "max")


def of(done: Done) -> dict[str, Any]:
    """The application that *done* answered with, and its version, as the next operation takes them."""
    return {"application": done.answer["application"], "version": done.answer["version"]}


def state(number: int) -> str:
    """The state in which the register has an application."""
    return str(tables.rows("SELECT state FROM register_application WHERE identity = %s", [number])[0][0])


def row(name: str | None, port: int | None) -> list[tuple[Any, ...]]:
    """Transport and state of the entries with that name and port."""
    where = "fold = %s AND " + ("low IS NULL" if port is None else "low = %s")
    parameters = [name or ""] if port is None else [name or "", port]
    return tables.rows(
        f"SELECT transport, state, reason FROM register_entry WHERE {where} ORDER BY transport", parameters
    )


def events() -> int:
    """How many Events there are."""
    return int(tables.rows("SELECT COUNT(*) FROM register_event")[0][0])


def letters(recipient: str) -> list[str]:
    """The subjects of the letters to *recipient*."""
    statement = "SELECT subject FROM register_outbox WHERE recipient = %s ORDER BY id"
    return [subject for (subject,) in tables.rows(statement, [recipient])]
