"""A register that people of every role work on in any order, beside a model of what must come of it.

The model knows who holds which name and port, in which state each application stands, and whose word counts:
enough to say of every act whether it may be done.  What may not be done changes nothing; what may is one
Event.  After each step the register is compared with the model, through a connection of its own (I-1 to I-7,
I-12); at the end the audit has nothing to say (I-13).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import pytest
from django.db import connection
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from portbook.errors import PortbookError
from portbook.procedures import Amendment, Target, Wish
from portbook.records import rich
from portbook.register import auditing, events, publishing, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import (
    applying,
    approving,
    assigning,
    entries,
    recommending,
    registry,
    reviewing,
)
from portbook.review import Verdict
from portbook.store import EditionStore

from . import desk

POLICY = "[limits]\nopen_applications = 1000\napplications_a_day = 1000\nmass = 1000\n"
NAMES = ("gauge-a", "gauge-b", "gauge-c", "ferry")  # the last one is held by another
PORTS = (None, 28_201, 28_202, 4_242)  # none: a name alone; the last one is held by another
HELD_NAMES = {"ferry"}
HELD_PORTS = {4_242}

APPLICANTS = ("tia", "tom")
REGISTRARS = ("ada", "bob")
EXPERTS = ("eve", "eli")
CLOSED = {"assigned", "refused", "withdrawn"}

# Who may do what with an application in which states.
ALLOWED: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "change": (APPLICANTS, {"new", "validating", "with the requester"}),
    "answer": (APPLICANTS, {"with the requester"}),
    "withdraw": (
        APPLICANTS,
        {"new", "validating", "with the requester", "expert review", "assignable"},
    ),
    "validate": (REGISTRARS, {"new", "validating"}),
    "recommend": (EXPERTS, {"expert review"}),
    "assign": (REGISTRARS, {"assignable"}),
    "check again": (REGISTRARS, {"assignable"}),
}


@dataclass
class Paper:
    """An application as the model knows it."""

    submitter: str
    name: str
    port: int | None
    state: str
    version: str
    old_versions: list[str] = field(default_factory=list)


class Machine(RuleBasedStateMachine):
    """One sequence of acts on a register of its own."""

    opened: Callable[[], None]  # makes a register that is as `desk.seed` leaves it, and goes there
    closed: Callable[[], None]
    store: EditionStore

    @initialize()
    def begin(self) -> None:
        type(self).opened()
        self.papers: dict[int, Paper] = {}
        self.names: dict[str, int | None] = {}  # assigned here: name -> port
        self.wanted: dict[int, int] = {}  # port -> the application that asked for it first
        self.number, self.head = _head()
        self.day = desk.DAY
        self.is_frozen = False
        self.text = "An invented service"  # of ferry
        self.published: dict[int, tuple[str, str]] = {}
        self.answered: list[tuple[Callable[[Act], Done], Act, Done]] = []

    # -- how an act is tried

    def act(self, actor: str, **fields: Any) -> Act:
        return desk.by(actor, self.day, key=f"key {self.number} {len(self.answered)}", **fields)

    def tried(self, actor: str, call: Callable[[Act], Done], may: bool) -> Done | None:
        """Do it; it must be done if it *may*, and be refused, with nothing changed, if not."""
        act = self.act(actor)
        if not may or self.is_frozen:
            with pytest.raises(PortbookError):
                call(act)
            return None
        done = call(act)
        self.number += 1
        assert done.event == self.number
        self.answered.append((call, act, done))
        return done

    def on(self, number: int, operation: str, actor: str, version: str | None = None) -> bool:
        """Whether *actor* may do *operation* on an application, when *version* is what he saw."""
        paper = self.papers[number]
        who, states = ALLOWED[operation]
        is_his = paper.submitter == actor or who is not APPLICANTS
        is_newest = version is None or version == paper.version
        return actor in who and is_his and paper.state in states and is_newest

    def conflicts(self, paper: Paper, number: int = 0) -> bool:
        """Whether its name or port is held, or its port was asked for before."""
        is_wanted = paper.port is not None and self.wanted.get(paper.port, number) != number
        is_held = paper.port in HELD_PORTS or paper.port in set(self.names.values()) - {None}
        return paper.name in HELD_NAMES or paper.name in self.names or is_held or is_wanted

    def moved(self, number: int, done: Done, *states: str) -> None:
        """Take down where an application stands now: in one of *states*."""
        paper = self.papers[number]
        assert done.answer["state"] in states, (done.answer, states)
        paper.state = done.answer["state"]
        if done.answer["version"] != paper.version:
            paper.old_versions.append(paper.version)
            paper.version = done.answer["version"]
        self.wants(number)

    def wants(self, number: int) -> None:
        """An open application without a fault has its port from then on, until it is closed."""
        paper = self.papers[number]
        for port in [port for port, holder in self.wanted.items() if holder == number]:
            if paper.state in CLOSED or port != paper.port:
                del self.wanted[port]

    def asks(self, number: int) -> None:
        """Note that it asked anew: it keeps its port, or takes it, or loses it to a fault."""
        paper = self.papers[number]
        self.wants(number)
        if paper.port is None:
            return
        if not self.conflicts(paper, number):
            self.wanted[paper.port] = number
        elif self.wanted.get(paper.port) == number:
            del self.wanted[paper.port]

    def chosen(self, data: st.DataObject) -> int:
        return data.draw(st.sampled_from(sorted(self.papers)), "application")

    def seen(self, data: st.DataObject, number: int) -> str:
        """A version that somebody may have seen: the newest, mostly."""
        paper = self.papers[number]
        return data.draw(st.sampled_from([paper.version, paper.version, *paper.old_versions, "forged"]))

    # -- applicants

    @rule(
        actor=st.sampled_from([*APPLICANTS, "eve"]), name=st.sampled_from(NAMES), port=st.sampled_from(PORTS)
    )
    def submit(self, actor: str, name: str, port: int | None) -> None:
        reading = request(name, port, actor)
        done = self.tried(actor, lambda act: applying.submit(act, reading), actor in APPLICANTS)
        if done:
            number = done.answer["application"]
            self.papers[number] = Paper(actor, name, port, "new", done.answer["version"])
            assert done.answer["state"] == "new"
            assert bool(done.answer["findings"]) == self.conflicts(self.papers[number], number)
            self.asks(number)

    @precondition(lambda self: self.papers)
    @rule(
        data=st.data(),
        actor=st.sampled_from(APPLICANTS),
        name=st.sampled_from(NAMES),
        port=st.sampled_from(PORTS),
    )
    def change(self, data: st.DataObject, actor: str, name: str, port: int | None) -> None:
        number = self.chosen(data)
        paper, version = self.papers[number], self.seen(data, number)
        reading = request(name, port, paper.submitter)
        may = self.on(number, "change", actor, version)
        done = self.tried(
            actor, lambda act: applying.change_application(act, number, reading, version=version), may
        )
        if done:
            paper.name, paper.port = name, port
            self.moved(number, done, paper.state)
            self.asks(number)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from(APPLICANTS))
    def answer(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        version = self.seen(data, number)
        done = self.tried(
            actor,
            lambda act: applying.answer(act, number, version=version, words="It is."),
            self.on(number, "answer", actor, version),
        )
        if done:
            self.moved(number, done, "validating")
            self.asks(number)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from(APPLICANTS))
    def withdraw(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        may = self.on(number, "withdraw", actor)
        if done := self.tried(actor, lambda act: applying.withdraw(act, number), may):
            self.moved(number, done, "withdrawn")

    # -- registrars and experts

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from([*REGISTRARS, *REGISTRARS, "tia", "eve"]))
    def validate(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        paper, version = self.papers[number], self.seen(data, number)
        may = self.on(number, "validate", actor, version)
        if done := self.tried(actor, lambda act: reviewing.validate(act, number, version=version), may):
            self.asks(number)
            onward = ("assignable",) if paper.port is None else ("expert review",)
            stopped = ("with the requester", "refused")
            self.moved(number, done, *(stopped if self.conflicts(paper, number) else onward))

    @precondition(lambda self: self.papers)
    @rule(
        data=st.data(),
        actor=st.sampled_from([*EXPERTS, *EXPERTS, "sol", "tia"]),
        verdict=st.sampled_from(Verdict),
    )
    def recommend(self, data: st.DataObject, actor: str, verdict: Verdict) -> None:
        number = self.chosen(data)
        version = self.seen(data, number)
        done = self.tried(
            actor,
            lambda act: recommending.recommend(
                act, number, version=version, verdict=verdict, reasons="For good reasons."
            ),
            self.on(number, "recommend", actor, version),
        )
        if done:
            after = {"grant": "assignable", "refuse": "refused", "ask": "with the requester"}
            self.moved(number, done, after[verdict.value])

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from([*REGISTRARS, *REGISTRARS, "tia", "eve"]))
    def assign(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        paper, version = self.papers[number], self.seen(data, number)
        may = self.on(number, "assign", actor, version) and not self.conflicts(paper, number)
        call = lambda act: assigning.assign(act, number, version=version)  # noqa: E731
        if may and not self.is_frozen:
            self.approved(call, actor, number)
        if done := self.tried(actor, call, may):
            self.moved(number, done, "assigned")
            self.names[paper.name] = paper.port

    def approved(self, call: Callable[[Act], Done], actor: str, application: int = 0) -> None:
        """Try it dry, which changes nothing; where it needs a second person, he approves just that."""
        dry = call(self.act(actor)._replace(key="", is_dry=True))
        assert _head() == (self.number, self.head)
        if dry.answer["needs"] > 1:
            second = next(each for each in REGISTRARS if each != actor)
            told = dry.answer["operation"], dry.answer["digest"]
            self.tried(second, lambda act: approving.approve(act, *told, application=application), True)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from(REGISTRARS))
    def check_again(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        paper, version = self.papers[number], self.seen(data, number)
        may = self.on(number, "check again", actor, version) and self.conflicts(paper, number)
        if done := self.tried(actor, lambda act: assigning.check_again(act, number, version=version), may):
            self.moved(number, done, "validating")

    # -- holder, publisher, operator, clock

    @rule(actor=st.sampled_from(["gus", "gus", "rob"]), text=st.sampled_from(["Ferries", "Boats"]))
    def amend(self, actor: str, text: str) -> None:
        wish = Wish(actor.capitalize(), Amendment(description=rich(text)))
        may = actor == "gus"
        if text != self.text and self.tried(
            actor, lambda act: entries.amend(act, Target("ferry"), wish), may
        ):
            self.text = text

    @rule()
    def publish(self) -> None:
        act = Act("publish", "ada", "registry", "a test", f"{self.day}T10:00:00Z")
        if self.is_frozen:
            with pytest.raises(PortbookError, match="E-FROZEN"):
                publishing.publish(act, self.store)
            return
        result = publishing.publish(act, self.store)
        self.number += 2
        assert result.number == max(self.published, default=0) + 1  # I-5
        self.published[result.number] = result.file.id, result.file.sha256
        rows = {row.service_name: row for row in result.file.edition.records if row.service_name}
        assert {name: rows[name].port_number for name in self.names} == {
            name: None if port is None else str(port) for name, port in self.names.items()
        }
        assert str(rows["ferry"].description) == self.text
        assert set(NAMES) & set(rows) == {*self.names, *HELD_NAMES}

    @rule(is_frozen=st.booleans())
    def freeze(self, is_frozen: bool) -> None:
        (registry.freeze if is_frozen else registry.unfreeze)(self.act("max"))
        self.number += 1
        self.is_frozen = is_frozen

    @rule(days=st.integers(-2, 5))
    def clock(self, days: int) -> None:
        self.day = desk.after(days, self.day)

    @precondition(lambda self: self.answered)
    @rule(data=st.data())
    def ask_again(self, data: st.DataObject) -> None:
        """Whoever did not hear the answer asks again with his key, and hears it (I-12)."""
        call, act, done = data.draw(st.sampled_from(self.answered), "act")
        again = call(act)
        assert (again.answer, again.event, again.is_repeated) == (done.answer, done.event, True)

    # -- what always holds

    @invariant()
    def holds(self) -> None:
        connection.close()  # only what was committed counts (I-2)
        number, head = _head()
        assert number == self.number  # I-3, I-6: one Event for each act that was done, none for others
        if (number, head) != (self.number, self.head):
            chain = [
                tuple(row)
                for row in tables.rows("SELECT number, previous, hash FROM register_event ORDER BY number")
            ]
            assert [row[0] for row in chain] == list(range(1, number + 1))
            assert all(one[2] == other[1] for one, other in pairwise(chain))
            assert chain[-1][2] == head
            self.head = head
        self.one_holder()
        found = tables.rows("SELECT identity, state FROM register_application")
        assert dict(found) == {number: paper.state for number, paper in self.papers.items()}
        wanted = tables.rows("SELECT port, application_id FROM register_wanted WHERE transport = 'tcp'")
        assert dict(wanted) == self.wanted
        for edition, digest in self.published.values():  # I-4
            assert self.store.get(edition).sha256 == digest

    def one_holder(self) -> None:
        marks = ", ".join(["%s"] * len(NAMES))
        rows = tables.rows(
            f"SELECT fold, low, transport FROM register_entry WHERE fold IN ({marks}) AND transport = 'tcp'",
            NAMES,
        )
        assert sorted(rows, key=str) == sorted(
            [("ferry", 4_242, "tcp"), *((name, port, "tcp") for name, port in self.names.items())], key=str
        )
        doubled = (
            "SELECT port FROM register_portclaim WHERE port >= 4242 "
            "GROUP BY port, transport HAVING COUNT(*) > 1"
        )
        assert tables.rows(doubled) == []
        names = {row[0] for row in tables.rows("SELECT fold FROM register_nameclaim")}
        assert names & set(NAMES) == {*self.names, *HELD_NAMES}

    def teardown(self) -> None:
        if hasattr(self, "papers"):
            assert auditing.check(self.store) == ()
            type(self).closed()


def request(name: str, port: int | None, actor: str) -> Any:
    """A request of an applicant, for himself."""
    party = {"name": f"{actor.capitalize()} Works", "email": f"{actor}@{actor}.example"}
    change = {"service_name": name, "assignee": party, "contact": party}
    if port is None:
        return desk.reading("name", change)
    return desk.reading("port", change | {"ports": [{"number": str(port)}]})


def _head() -> tuple[int, str]:
    """The number and hash of the last Event."""
    found = tables.rows("SELECT number, hash FROM register_event ORDER BY number DESC LIMIT 1")
    return found[0] if found else (0, events.NO_HASH)
