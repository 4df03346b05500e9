"""A register that people of every role work on in any order, beside a model of what must come of it.

The model knows who holds which name and port, in which state each application stands, and whose word counts:
enough to say of every act whether it may be done.  What may not be done changes nothing; what may is one
Event.  After each step the register is compared with the model, through a connection of its own (I-1 to I-7,
I-12); at the end the audit has nothing to say (I-13).  Some rules are several acts in a row (`grant`,
`compete`, `give_back`), so that a short walk comes to assignments, returns and appeals; `counted` says what
was done, by the Events.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, ClassVar

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
    appeals,
    applying,
    approving,
    assigning,
    confirming,
    entries,
    recommending,
    registry,
    returning,
    reviewing,
)
from portbook.register.roles import Role
from portbook.review import Decision, Ground, Verdict
from portbook.store import EditionStore

from . import desk

POLICY = "[limits]\nopen_applications = 1000\napplications_a_day = 1000\nmass = 1000\n"
NAMES = ("gauge-a", "gauge-b", "gauge-c", "ferry")  # the last one is held by another
SHARED = 3_478  # on UDP, with its holder's consent
PORTS = (None, 28_201, 28_202, SHARED, 4_242)  # none: a name alone; the last one is held by another
HELD_NAMES = {"ferry"}
HELD_PORTS = {4_242}

APPLICANTS = ("tia", "tom", "ivy")
REGISTRARS = ("ada", "bob", "ivy")  # ivy applies too, and has no word in her own case
EXPERTS = ("eve", "eli")
CLOSED = {"assigned", "refused", "withdrawn"}
HOLDING = {"assigned", "under appeal"}

# Who may do what with an application in which states.
ALLOWED: dict[str, tuple[tuple[str, ...], set[str]]] = {
    "change": (APPLICANTS, {"new", "validating", "with the requester"}),
    "answer": (APPLICANTS, {"with the requester"}),
    "withdraw": (
        APPLICANTS,
        {"new", "validating", "with the requester", "waiting for the holder", "expert review", "assignable"},
    ),
    "confirm": (("iesg",), {"waiting for the holder"}),
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
    granted: tuple[int, str] = (0, "")  # the Event that assigned it, and its day
    appeal: int = 0  # the one that runs
    returned: bool = False

    @property
    def row(self) -> tuple[int | None, str]:
        """Port and transport of the row that it is to have."""
        return self.port, "udp" if self.port == SHARED else "tcp"


def prepare(store: EditionStore) -> None:
    """Fill the empty register, with a registrar besides who applies too."""
    desk.seed(store)
    desk.under(POLICY)
    roles = [Role.APPLICANT, Role.REGISTRAR]
    desk.by_two(lambda act: registry.add_member(act, "ivy", roles, "Rob"), "ada")


class Machine(RuleBasedStateMachine):
    """One sequence of acts on a register of its own."""

    opened: Callable[[], None]  # makes a register that is as `desk.seed` leaves it, and goes there
    closed: Callable[[], None]
    store: EditionStore
    counted: ClassVar[Counter[str]]  # the acts that were done, by name, and how often one was refused

    @initialize(beginning=st.sampled_from(["return", "appeal", "nothing"]))
    def begin(self, beginning: str) -> None:
        type(self).opened()
        self.papers: dict[int, Paper] = {}
        self.names: dict[str, tuple[int | None, str]] = {}  # assigned here: name -> port, transport
        self.returned: set[int] = set()  # ports that were given back
        self.wanted: dict[int, int] = {}  # port -> the application that asked for it first
        self.number, self.head = _head()
        self.began = self.told = self.number  # told: the last Event that is published
        self.day = self.latest = desk.DAY
        self.is_frozen = False
        self.text = "An invented service"  # of ferry
        self.published: dict[int, tuple[str, str]] = {}
        self.answered: list[tuple[Callable[[Act], Done], Act, Done]] = []
        if beginning != "nothing":
            number = self.ready("ivy", "gauge-a", 28_201)
            self.assigned(number, "ivy", self.papers[number].version)  # her own case
            self.assigned(number, "ada", self.papers[number].version)
            if beginning == "return":
                self.given_back(number, party_of("ivy"), 31)
            else:
                self.appealed(number, "ada")
                self.given_back(number, party_of("ivy"), 31)  # not while it runs
                self.decided(number, "bob", Decision.DECIDE_ANEW)

    # -- how an act is tried

    def act(self, actor: str, **fields: Any) -> Act:
        return desk.by(actor, self.day, key=f"key {self.number} {len(self.answered)}", **fields)

    def tried(self, actor: str, call: Callable[[Act], Done], may: bool) -> Done | None:
        """Do it; it must be done if it *may*, and be refused, with nothing changed, if not."""
        act = self.act(actor)
        if not may or self.is_frozen:
            with pytest.raises(PortbookError):
                call(act)
            type(self).counted["refused"] += 1
            return None
        done = call(act)
        self.number += 1
        self.latest = max(self.latest, self.day)
        assert done.event == self.number
        self.answered.append((call, act, done))
        return done

    def on(self, number: int, operation: str, actor: str, version: str | None = None) -> bool:
        """Whether *actor* may do *operation* on an application, when *version* is what he saw."""
        paper = self.papers[number]
        who, states = ALLOWED[operation]
        is_his = who not in (APPLICANTS, REGISTRARS) or (paper.submitter == actor) == (who is APPLICANTS)
        is_newest = version is None or version == paper.version
        return actor in who and is_his and paper.state in states and is_newest

    def conflicts(self, paper: Paper, number: int = 0) -> bool:
        """Whether its name or port is held, or its port was asked for before."""
        is_name_held = paper.name in HELD_NAMES or paper.name in self.names
        if paper.port in (None, SHARED):
            return is_name_held
        held = {port for port, _ in self.names.values()} | HELD_PORTS | self.returned
        return is_name_held or paper.port in held or self.wanted.get(paper.port, number) != number

    def possible(self, port: int | None, number: int = 0) -> int | None:
        """One at a time asks to share the port: who shares it would have to agree to the next."""
        others = [
            paper
            for each, paper in self.papers.items()
            if paper.port == SHARED and each != number and paper.state not in {"refused", "withdrawn"}
        ]
        return None if port == SHARED and others else port

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
        if paper.port in (None, SHARED):
            return
        assert paper.port
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
        self.submitted(actor, name, port)

    def submitted(self, actor: str, name: str, port: int | None) -> int:
        """Submit; return the number of the application, 0 for none."""
        port = self.possible(port)
        reading = request(name, port, actor)
        done = self.tried(actor, lambda act: applying.submit(act, reading), actor in APPLICANTS)
        if done:
            number = done.answer["application"]
            self.papers[number] = Paper(actor, name, port, "new", done.answer["version"])
            assert done.answer["state"] == "new"
            needs = self.conflicts(self.papers[number], number) or port == SHARED  # the holder's word
            assert bool(done.answer["findings"]) == needs
            self.asks(number)
            return int(number)
        return 0

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
        port = self.possible(port, number)
        reading = request(name, port, paper.submitter)
        says_the_same = paper.state == "with the requester" and (name, port) == (paper.name, paper.port)
        may = self.on(number, "change", actor, version) and not says_the_same
        done = self.tried(
            actor, lambda act: applying.change_application(act, number, reading, version=version), may
        )
        if done:
            paper.name, paper.port = name, port
            self.moved(number, done, "validating" if paper.state == "with the requester" else paper.state)
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
        self.validated(number, actor, self.seen(data, number))

    def validated(self, number: int, actor: str, version: str) -> None:
        paper = self.papers[number]
        may = self.on(number, "validate", actor, version)
        if done := self.tried(actor, lambda act: reviewing.validate(act, number, version=version), may):
            self.asks(number)
            onward = {
                None: ("assignable",),
                SHARED: ("waiting for the holder", "expert review"),
            }.get(paper.port, ("expert review",))
            stopped = ("with the requester", "refused")
            self.moved(number, done, *(stopped if self.conflicts(paper, number) else onward))

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from(["iesg", "iesg", "gus"]))
    def confirm(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        self.confirmed(number, actor, self.seen(data, number))

    def confirmed(self, number: int, actor: str, version: str) -> None:
        if self.papers[number].state == "validating":
            return  # he may have been asked before
        may = self.on(number, "confirm", actor, version)
        call = lambda act: confirming.confirm(act, number, version=version, agrees=True)  # noqa: E731
        if done := self.tried(actor, call, may):
            self.moved(number, done, "expert review")

    @precondition(lambda self: self.papers)
    @rule(
        data=st.data(),
        actor=st.sampled_from([*EXPERTS, *EXPERTS, "sol", "tia"]),
        verdict=st.sampled_from(Verdict),
    )
    def recommend(self, data: st.DataObject, actor: str, verdict: Verdict) -> None:
        number = self.chosen(data)
        self.recommended(number, actor, self.seen(data, number), verdict)

    def recommended(self, number: int, actor: str, version: str, verdict: Verdict) -> None:
        grounds = (Ground.SCARCITY,) if verdict is Verdict.REFUSE else ()
        done = self.tried(
            actor,
            lambda act: recommending.recommend(
                act, number, version=version, verdict=verdict, reasons="For good reasons.", grounds=grounds
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
        self.assigned(number, actor, self.seen(data, number))

    def assigned(self, number: int, actor: str, version: str) -> None:
        paper = self.papers[number]
        may = self.on(number, "assign", actor, version) and not self.conflicts(paper, number)
        call = lambda act: assigning.assign(act, number, version=version)  # noqa: E731
        if may and not self.is_frozen:
            self.approved(call, actor, number)
        if done := self.tried(actor, call, may):
            self.moved(number, done, "assigned")
            self.names[paper.name] = paper.row
            paper.granted, paper.returned = (done.event, self.latest), False

    def approved(self, call: Callable[[Act], Done], actor: str, application: int = 0) -> None:
        """Try it dry, which changes nothing; where it needs a second person, he approves just that."""
        before = _head()
        dry = call(self.act(actor)._replace(key="", is_dry=True))
        assert _head() == before
        if dry.answer["needs"] > 1:
            second = next(each for each in REGISTRARS if each != actor)
            told = dry.answer["operation"], dry.answer["digest"]
            self.tried(second, lambda act: approving.approve(act, *told, application=application), True)

    @precondition(lambda self: self.papers)
    @rule(data=st.data(), actor=st.sampled_from(REGISTRARS))
    def check_again(self, data: st.DataObject, actor: str) -> None:
        number = self.chosen(data)
        self.checked_again(number, actor, self.seen(data, number))

    def checked_again(self, number: int, actor: str, version: str) -> None:
        may = self.on(number, "check again", actor, version) and self.conflicts(self.papers[number], number)
        if done := self.tried(actor, lambda act: assigning.check_again(act, number, version=version), may):
            self.moved(number, done, "validating")

    # -- several acts in a row

    def ready(self, actor: str, name: str, port: int | None) -> int:
        """Bring a new application as far as it comes; return its number, 0 for none."""
        number = self.submitted(actor, name, port)
        if number:
            version = self.papers[number].version
            self.validated(number, "ada", version)
            if self.papers[number].state == "waiting for the holder":
                self.confirmed(number, "iesg", version)
            if self.papers[number].state == "expert review":
                self.recommended(number, "eve", version, Verdict.GRANT)
        return number

    @precondition(lambda self: not self.is_frozen)
    @rule(
        data=st.data(),
        actor=st.sampled_from(APPLICANTS),
        port=st.sampled_from([28_201, 28_202, SHARED]),
        registrar=st.sampled_from(REGISTRARS),
        then=st.sampled_from(["", "appeal", "return", "return"]),
    )
    def grant(self, data: st.DataObject, actor: str, port: int, registrar: str, then: str) -> None:
        name = data.draw(st.sampled_from(sorted({*NAMES[:3]} - {*self.names}) or ["ferry"]), "name")
        number = self.ready(actor, name, port)
        self.assigned(number, registrar, self.papers[number].version)
        if then == "appeal" and number in self.recent():
            self.appealed(number, "ada")
            self.decided(number, "bob", data.draw(st.sampled_from(Decision), "decision"))
        if then == "return" and number in self.granted():
            self.given_back(number, party_of(actor), 31)

    @precondition(lambda self: not self.is_frozen and len(self.names) < len(NAMES) - 1)
    @rule(data=st.data(), port=st.sampled_from([None, SHARED]))
    def compete(self, data: st.DataObject, port: int | None) -> None:
        """Two ask for one name, and all is well with both until one has it (T-56)."""
        name = data.draw(st.sampled_from(sorted({*NAMES[:3]} - {*self.names})), "name")
        first, second = self.ready("tia", name, port), self.ready("tom", name, None)
        self.assigned(first, "ada", self.papers[first].version)
        self.assigned(second, "bob", self.papers[second].version)
        self.checked_again(second, "bob", self.papers[second].version)

    @precondition(lambda self: not self.is_frozen and self.granted())
    @rule(
        data=st.data(), asks=st.sampled_from(["holder", "holder", "Fay"]), days=st.sampled_from([3, 31, 31])
    )
    def give_back(self, data: st.DataObject, asks: str, days: int) -> None:
        """The Assignee gives a port back: announced, and done when the days are over; else stopped."""
        number = data.draw(st.sampled_from(self.granted()), "application")
        holder = party_of(self.papers[number].submitter)
        self.given_back(number, holder if asks == "holder" else asks, days)

    def given_back(self, number: int, party: str, days: int) -> None:
        paper = self.papers[number]
        assert paper.port
        target = Target(paper.name, paper.port)
        done = self.tried(
            "ada",
            lambda act: returning.announce(act, target, asked_by=party, evidence="It is off."),
            party == party_of(paper.submitter),
        )
        if not done:
            return
        notice = done.answer["notice"]
        self.day = desk.after(days, self.latest)
        call = lambda act: returning.deassign(act, notice)  # noqa: E731
        if days < 31 or paper.appeal:
            self.tried("ada", call, False)
            self.tried("bob", lambda act: returning.stop(act, notice), True)
            return
        self.approved(call, "ada")
        assert self.tried("ada", call, True)
        self.names[paper.name] = None, "tcp"
        self.returned.add(paper.port)
        paper.returned = True

    def granted(self) -> list[int]:
        """The applications by which a port of one's own is held."""
        return [
            number
            for number, paper in self.papers.items()
            if paper.state in HOLDING and not paper.returned and paper.port not in (None, SHARED)
        ]

    # -- appeals

    def recent(self) -> list[int]:
        """The applications whose assignment may still be appealed against, surely."""
        since = desk.after(-50, self.latest)
        return [
            number
            for number, paper in self.papers.items()
            if paper.state in HOLDING and paper.granted[1] >= since
        ]

    @precondition(lambda self: self.recent())
    @rule(data=st.data(), actor=st.sampled_from(["tia", "tom", "gus", "ada", "aud"]))
    def appeal(self, data: st.DataObject, actor: str) -> None:
        self.appealed(data.draw(st.sampled_from(self.recent()), "application"), actor)

    def appealed(self, number: int, actor: str) -> None:
        paper = self.papers[number]
        event = paper.granted[0]
        call = lambda act: appeals.file(act, event, "IESG", "It is ours.", actor)  # noqa: E731
        is_party = actor in ("ada", paper.submitter)
        if done := self.tried(actor, call, is_party and not paper.appeal):
            paper.appeal, paper.state = done.answer["appeal"], "under appeal"

    @precondition(lambda self: any(paper.appeal for paper in self.papers.values()))
    @rule(
        data=st.data(),
        actor=st.sampled_from([*REGISTRARS, "tia"]),
        decision=st.sampled_from(Decision),
    )
    def decide(self, data: st.DataObject, actor: str, decision: Decision) -> None:
        """The IESG upholds the assignment or takes it back; what was given back since cannot be."""
        running = [number for number, paper in self.papers.items() if paper.appeal]
        self.decided(data.draw(st.sampled_from(running), "application"), actor, decision)

    def decided(self, number: int, actor: str, decision: Decision) -> None:
        paper = self.papers[number]
        is_undone = decision is Decision.DECIDE_ANEW
        is_possible = decision is not Decision.ANNUL and not (is_undone and paper.returned)
        may = actor in REGISTRARS and actor != paper.submitter and is_possible
        running_one = paper.appeal  # it is asked again later, when none runs
        call = lambda act: appeals.decide(  # noqa: E731
            act, running_one, decision, "Minutes", is_undone=is_undone
        )
        if may and not self.is_frozen:
            self.approved(call, actor)
        if self.tried(actor, call, may):
            paper.appeal, paper.state = 0, "validating" if is_undone else "assigned"
            if is_undone:
                del self.names[paper.name]

    # -- holder, publisher, operator, clock

    @rule(actor=st.sampled_from(["gus", "gus", "rob"]), text=st.sampled_from(["Ferries", "Boats"]))
    def amend(self, actor: str, text: str) -> None:
        wish = Wish(actor.capitalize(), Amendment(description=rich(text)))
        may = actor == "gus"
        if text != self.text and self.tried(
            actor, lambda act: entries.amend(act, Target("ferry"), wish), may
        ):
            self.text = text

    @precondition(lambda self: self.number > self.told)
    @rule()
    def publish(self) -> None:
        act = Act("publish", "ada", "registry", "a test", f"{self.day}T10:00:00Z")
        if self.is_frozen:
            with pytest.raises(PortbookError, match="E-FROZEN"):
                publishing.publish(act, self.store)
            return
        result = publishing.publish(act, self.store)
        self.number += 2
        self.told = self.number
        assert result.number == max(self.published, default=0) + 1  # I-5
        self.published[result.number] = result.file.id, result.file.sha256
        rows = {row.service_name: row for row in result.file.edition.records if row.service_name}
        assert {name: rows[name].port_number for name in self.names} == {
            name: None if port is None else str(port) for name, (port, _) in self.names.items()
        }
        assert str(rows["ferry"].description) == self.text
        assert set(NAMES) & set(rows) == {*self.names, *HELD_NAMES}

    @rule(is_frozen=st.sampled_from([True, False, False]))
    def freeze(self, is_frozen: bool) -> None:
        press = registry.freeze if is_frozen else registry.unfreeze
        if is_frozen is self.is_frozen:
            with pytest.raises(PortbookError):
                press(self.act("max"))
            return
        press(self.act("max"))
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
            f"SELECT fold, low, transport FROM register_entry WHERE fold IN ({marks})",
            NAMES,
        )
        held = [("ferry", 4_242, "tcp"), *((name, *row) for name, row in self.names.items())]
        assert sorted(rows, key=str) == sorted(held, key=str)
        names = {row[0] for row in tables.rows("SELECT fold FROM register_nameclaim")}
        assert names & set(NAMES) == {*self.names, *HELD_NAMES}
        self.places()

    def places(self) -> None:
        """Each port has its companion Reserved, and one claim on each; the shared one has no gap (I-1)."""
        own = [port for port, on in self.names.values() if port and on == "tcp"]
        reserved = (
            "SELECT low, transport FROM register_entry WHERE low IN (28201, 28202) AND state = 'Reserved'"
        )
        assert sorted(tables.rows(reserved)) == sorted(
            [
                *((port, "udp") for port in own),
                *((port, on) for port in self.returned for on in ("tcp", "udp")),
            ]
        )
        claims = "SELECT port, transport, slot FROM register_portclaim WHERE port IN (28201, 28202, 3478)"
        beside = [port for port, _ in self.names.values()].count(SHARED)
        assert sorted(tables.rows(claims)) == sorted(
            [
                *((port, on, 0) for port in {*own, *self.returned} for on in ("tcp", "udp")),
                *((SHARED, "udp", slot) for slot in range(2 + beside)),
                (SHARED, "tcp", 0),
            ]
        )

    def teardown(self) -> None:
        if hasattr(self, "papers"):
            done = "SELECT operation, COUNT(*) FROM register_event WHERE number > %s GROUP BY operation"
            type(self).counted.update(dict(tables.rows(done, [self.began])))
            assert auditing.check(self.store) == ()
            type(self).closed()


def request(name: str, port: int | None, actor: str) -> Any:
    """A request of an applicant, for himself."""
    party = {"name": f"{actor.capitalize()} Works", "email": f"{actor}@{actor}.example"}
    change = {"service_name": name, "assignee": party, "contact": party}
    if port == SHARED:
        return desk.reading("share", change)
    if port is None:
        return desk.reading("name", change)
    return desk.reading("port", change | {"ports": [{"number": str(port)}]})


def party_of(actor: str) -> str:
    """The contact id under which an applicant is published."""
    return f"{actor.capitalize()}_Works"


def _head() -> tuple[int, str]:
    """The number and hash of the last Event."""
    found = tables.rows("SELECT number, hash FROM register_event ORDER BY number DESC LIMIT 1")
    return found[0] if found else (0, events.NO_HASH)
