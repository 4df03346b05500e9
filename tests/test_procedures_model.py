"""Sequences of acts against a plain model: every port on every transport has the one state that it says.

The model knows nothing of rows: a table of (port, transport) -> state, and who holds which name where.  The
registry is an edition, changed by `apply` alone.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from portbook import checks
from portbook.edition import Edition, Reason, State
from portbook.names import fold
from portbook.numbers import Transport
from portbook.procedures import (
    Basis,
    Case,
    EditionRows,
    Grant,
    Outcome,
    Target,
    apply,
    assign,
    deassign,
    free,
    held,
    reserve,
    reuse,
    revoke,
)
from portbook.records import PublishedDate, Record, rich
from portbook.standing import EditionRegistry
from portbook.states import PortStanding

LOW, HIGH = 5000, 5005
PORTS = range(LOW, HIGH + 1)
NAMES = ("alpha", "bravo", "charlie")
PARTIES = ("Ada", "Bo")
PRINTED = (Transport.TCP, Transport.UDP)
DAY = PublishedDate("2026-09-01")
TODAY = datetime.date(2026, 9, 1)

ports = st.sampled_from(PORTS)
names = st.sampled_from(NAMES)
parties = st.sampled_from(PARTIES)
some_ports = st.lists(ports, min_size=1, max_size=2, unique=True).map(tuple)
transports = st.lists(st.sampled_from(Transport), min_size=1, unique=True).map(tuple)

START = Edition(
    (
        Record("before", "4999", "tcp", rich("Before")),
        Record(None, "4999", "udp", rich("Reserved")),
        Record(None, f"{LOW}-{HIGH}", None, rich("Unassigned")),
        Record("after", str(HIGH + 1), "tcp", rich("After")),
        Record(None, str(HIGH + 1), "udp", rich("Reserved")),
        Record("zulu", None, "tcp", rich("Alone")),
    ),
    updated=PublishedDate("2026-08-01"),
)


@dataclass
class Model:
    """What stands where: (port, transport) -> the names there; else why it is Reserved; else it is free."""

    named: dict[tuple[int, Transport], set[str]] = field(default_factory=dict)
    reserved: dict[tuple[int, Transport], Reason] = field(default_factory=dict)
    holder: dict[str, str] = field(default_factory=dict)
    alone: set[tuple[str, Transport]] = field(default_factory=set)

    def state(self, port: int, transport: Transport) -> tuple[State, Reason | None]:
        if self.named.get((port, transport)):
            return State.ASSIGNED, None
        if reason := self.reserved.get((port, transport)):
            return State.RESERVED, reason
        if self.holders_at(port):
            return State.RESERVED, Reason.COMPANION
        return State.UNASSIGNED, None

    def holders_at(self, port: int) -> set[str]:
        found = (self.named.get((port, transport), set()) for transport in Transport)
        return {self.holder[name] for names in found for name in names}

    def ports_of(self, name: str) -> set[tuple[int, Transport]]:
        return {place for place, names in self.named.items() if name in names}

    def give(self, name: str, party: str, port: int, transports: tuple[Transport, ...]) -> None:
        for transport in transports:
            self.named.setdefault((port, transport), set()).add(name)
            self.reserved.pop((port, transport), None)
        self.holder[name] = party
        self.alone = {(n, t) for n, t in self.alone if n != name or t not in transports}

    def companions(self, port: int) -> None:
        """The printed twins of an assignment, where nothing stood."""
        for transport in PRINTED:
            if self.state(port, transport) == (State.RESERVED, Reason.COMPANION):
                self.reserved[port, transport] = Reason.COMPANION

    def take(self, name: str, port: int, gone: set[Transport], reason: Reason) -> None:
        for transport in gone:
            self.named[port, transport].discard(name)
            if not self.named[port, transport]:
                self.reserved[port, transport] = Reason.COMPANION
        if not self.holders_at(port):  # the companions too, as far as they are printed
            for place in self.reserved:
                if place[0] == port:
                    self.reserved[place] = reason
        if not self.ports_of(name):
            self.alone |= {(name, transport) for transport in gone}


class Acts(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.edition = START
        self.model = Model()

    @property
    def rows(self) -> EditionRows:
        return EditionRows(self.edition)

    def done(self, outcome: Outcome) -> bool:
        """Apply *outcome* if it is possible; one that is not leaves nothing to apply."""
        if not outcome.is_possible:
            assert outcome.changes == ()
            return False
        before = self.edition
        touched = {id(record) for change in outcome.changes for record in change.before}
        self.edition = apply(before, outcome.changes, DAY)
        kept = {id(record) for record in self.edition.records}
        assert [r for r in before.records if id(r) not in touched and id(r) not in kept] == []
        assert len(self.edition.records) - len(before.records) == sum(
            len(change.after) - len(change.before) for change in outcome.changes
        )
        for row in (row for change in outcome.changes for row in change.after):
            self.same_reason(row.record, row.reason)
        return True

    def same_reason(self, record: Record, reason: Reason | None) -> None:
        """What the register keeps of a Reserved row is what the published text says."""
        ports = record.ports
        if record.service_name or not ports or record.transport is None:
            return
        state = self.edition.port(ports.low, Transport(record.transport))
        if record in state.records and state.state is State.RESERVED:
            assert state.reason is reason

    @rule(name=names, party=parties, given=some_ports, asked=transports, confirmed=st.booleans())
    def assign(
        self, name: str, party: str, given: tuple[int, ...], asked: tuple[Transport, ...], confirmed: bool
    ) -> None:
        consents = frozenset(PARTIES) if confirmed else frozenset()
        basis = Basis(DAY, party, consents, expert="agreed" if confirmed else "")
        model = self.model
        mine = model.holder.get(name, party) == party or confirmed
        possible = mine and all(self.may_take(name, party, p, t, confirmed) for p in given for t in asked)
        holder = model.holder.get(name, party)
        outcome = assign(self.rows, grant(name, holder, given, asked), basis)
        assert outcome.is_possible == possible, outcome.findings
        if self.done(outcome):
            for port in given:
                model.give(name, model.holder.get(name, party), port, asked)
                model.companions(port)

    def may_take(self, name: str, party: str, port: int, transport: Transport, confirmed: bool) -> bool:
        state, reason = self.model.state(port, transport)
        here = self.model.named.get((port, transport), set())
        if state is State.ASSIGNED:
            others_agree = confirmed  # experts have to, besides the holders
            return name not in here and others_agree
        if reason is Reason.COMPANION:
            same = any(name in self.model.named.get((port, t), set()) for t in Transport)
            return party in self.model.holders_at(port) or (same and confirmed)
        return state is State.UNASSIGNED

    @rule(name=names, party=parties, asked=transports)
    def assign_name(self, name: str, party: str, asked: tuple[Transport, ...]) -> None:
        model = self.model
        free_name = model.holder.get(name, party) == party
        there = {t for _, t in model.ports_of(name)} | {t for n, t in model.alone if n == name}
        possible = free_name and there.isdisjoint(asked)
        outcome = assign(self.rows, grant(name, party, (), asked), Basis(DAY, party))
        assert outcome.is_possible == possible, outcome.findings
        if self.done(outcome):
            model.holder[name] = party
            model.alone |= {(name, transport) for transport in asked}

    @rule(
        name=names,
        party=parties,
        port=ports,
        asked=transports | st.just(()),
        evidence=st.sampled_from(("", "seen")),
        by=st.booleans(),
    )
    def take_back(
        self, name: str, party: str, port: int, asked: tuple[Transport, ...], evidence: str, by: bool
    ) -> None:
        there = {t for p, t in self.model.ports_of(name) if p == port}
        gone = set(asked) or there
        target = Target(name, port, asked)
        if by:
            outcome = deassign(self.rows, target, Basis(DAY, party, evidence=evidence))
            possible = self.model.holder.get(name) == party and evidence != ""
        else:
            case = Case("three letters", is_clear=bool(evidence))
            outcome = revoke(self.rows, target, case, Basis(DAY), TODAY)
            possible = evidence != ""
        possible = possible and bool(there) and gone <= there
        assert outcome.is_possible == possible, outcome.findings
        if self.done(outcome):
            self.model.take(name, port, gone, Reason.DEASSIGNED if by else Reason.REVOKED)

    @rule(old=names, new=names, party=parties, port=ports, asked=transports)
    def use_again(self, old: str, new: str, party: str, port: int, asked: tuple[Transport, ...]) -> None:
        model = self.model
        there = {t for p, t in model.ports_of(old) if p == port}
        basis = Basis(DAY, party, expert="nobody else uses it")
        outcome = reuse(self.rows, Target(old, port), grant(new, party, (port,), asked), basis)
        if not outcome.is_possible or old == new:
            assert (
                there == set()
                or model.holder[old] != party
                or old == new
                or self.is_hindered(old, new, party, port, asked)
            ), outcome.findings
            if outcome.is_possible:
                self.after_reuse(outcome, old, new, party, port, asked, there)
            return
        self.after_reuse(outcome, old, new, party, port, asked, there)

    def is_hindered(self, old: str, new: str, party: str, port: int, asked: tuple[Transport, ...]) -> bool:
        """Whether the new name is another's, or others share the port."""
        if self.model.holder.get(new, party) != party:
            return True
        return any(self.model.named.get((port, t), set()) - {old} for t in Transport)

    def after_reuse(
        self,
        outcome: Outcome,
        old: str,
        new: str,
        party: str,
        port: int,
        asked: tuple[Transport, ...],
        there: set[Transport],
    ) -> None:
        model = self.model
        assert self.done(outcome)
        for transport in there:
            model.named[port, transport].discard(old)
        model.give(new, party, port, asked)
        model.companions(port)
        if old != new and not model.ports_of(old):
            model.alone |= {(old, transport) for transport in there}

    @rule(port=ports, decided=st.booleans())
    def set_free(self, port: int, decided: bool) -> None:
        model = self.model
        reserved = any(model.state(port, t)[0] is State.RESERVED for t in Transport)
        possible = decided and reserved and not model.holders_at(port)
        outcome = free(self.rows, port, Basis(DAY, evidence="decided" if decided else ""))
        assert outcome.is_possible == possible, outcome.findings
        if self.done(outcome):
            for transport in Transport:
                model.reserved.pop((port, transport), None)

    @rule(port=ports)
    def keep(self, port: int) -> None:
        model = self.model
        possible = all(model.state(port, t)[0] is State.UNASSIGNED for t in Transport)
        outcome = reserve(self.rows, port, Basis(DAY, evidence="decided"))
        assert outcome.is_possible == possible, outcome.findings
        if self.done(outcome):
            for transport in Transport:
                model.reserved[port, transport] = Reason.SPECIAL

    @invariant()
    def every_port_has_the_state_of_the_model(self) -> None:
        if not hasattr(self, "edition"):
            return
        for port in PORTS:
            for transport in Transport:
                state = self.edition.port(port, transport)
                assert (state.state, state.reason) == self.model.state(port, transport), (port, transport)
                assert {fold(n) for n in state.names} == self.model.named.get((port, transport), set())
                assert len(state.names) == sum(1 for row in state.records if row.service_name)
                there = held(self.rows, port, transport)
                assert (there.standing is PortStanding.ASSIGNED) == (state.state is State.ASSIGNED)

    @invariant()
    def every_name_has_one_holder(self) -> None:
        if not hasattr(self, "edition"):
            return
        registry = EditionRegistry(self.edition)
        for name in NAMES:
            known = registry.name(name)
            assert (known is None) == (name not in self.model.holder)
            if known:
                assert known.holding.assignees == (self.model.holder[name],)
            rows = self.rows.named(name)
            alone = {(name, Transport(r.transport or "")) for r in rows if not r.port_number}
            assert alone == {pair for pair in self.model.alone if pair[0] == name}

    @invariant()
    def nothing_else_changed(self) -> None:
        if not hasattr(self, "edition"):
            return
        others = [r for r in self.edition.records if any(r is old for old in START.records)]
        expected = [r for r in START.records if r.port_number != f"{LOW}-{HIGH}"]
        assert [r for r in others if r.port_number != f"{LOW}-{HIGH}"] == expected

    def teardown(self) -> None:
        if not hasattr(self, "edition"):
            return
        allowed = {"W-PRIMARY", "W-TXT-BLANK", "F-PARTIES", "F-EDGE", "F-EXP", "F-NAME-PORTS"}
        found = [f for f in checks.check_edition(self.edition) if f.code not in allowed]
        assert found == []


def grant(name: str, party: str, given: tuple[int, ...], asked: tuple[Transport, ...]) -> Grant:
    return Grant(name, asked, rich(f"The {name} protocol"), (party,), (party,), ports=given)


TestActs = Acts.TestCase
TestActs.settings = settings(stateful_step_count=16, max_examples=50, deadline=None)
