"""How an operation is done: who may, what the rules say, how many persons stand behind it, who is told.

    def body(doing: Doing) -> Any:
        doing.may(holders, state)
        doing.replace(procedures.deassign(doing.rows, target, basis))
        return {"service": target.name}

    return perform(act, "deassign", "service ferry", asked, body)

Everything is asked again inside the transaction (I-7).  Of the act that is given, who, when, why, channel,
key and dry run count; what it is called, and what it is about, the operation says.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import cached_property, lru_cache
from typing import Any

from portbook import policy as policies
from portbook.edition import alias_target
from portbook.errors import Problem, RuleError, shown
from portbook.findings import Action, Finding, gravest_first
from portbook.names import fold
from portbook.numbers import Transport
from portbook.policy import RFC6335, Policy
from portbook.procedures import Basis, Change, Outcome, PersonChange, held
from portbook.procedures.values import assignees_of, stops
from portbook.records import Contact, PublishedDate, Record, Reference
from portbook.register import acts, claims, letters, pages, roles, tables
from portbook.register.acts import Act, Done
from portbook.register.changing import Work, transaction
from portbook.register.limits import MAX_DOCUMENT, MAX_NAME, MAX_TEXT
from portbook.register.models import Contact as ContactRow
from portbook.register.models import Member
from portbook.register.operations.on_record import OnRecord
from portbook.register.operations.several_persons import taken
from portbook.standing import holding_of, is_reserved_name
from portbook.states import PORT, SERVICE_NAME, Actor, Evidence, NameState, PortStanding, move
from portbook.states import Act as Step

OPERATOR = ""  # who asks, where the operator does it on its own

_SOURCE = "docs/register.md"


class Refused(RuleError):
    """An act that the rules stop; `findings` are all that was found, the gravest first."""

    def __init__(self, findings: tuple[Finding, ...]) -> None:
        super().__init__(findings[0].problem)
        self.findings = findings


class Doing:
    """An operation under way: what its body works with, inside the lock."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.act = work.act
        self.rows = work.standing
        self.on_record = OnRecord()
        self.today = PublishedDate(work.today)
        self.advice: list[Finding] = []
        self.kinds: set[policies.Act] = set()  # for which the policy may want several persons
        self.grounds: dict[str, str] = {}  # what the act rests on, by a word that says what it is
        self.was_asked = False
        self.holders: frozenset[str] = frozenset()  # who speaks for the object
        self.is_barred: Callable[[Member], bool] = lambda member: False  # from giving a word for it

    @cached_property
    def policy(self) -> Policy:
        """The policy of the registry as it stands."""
        return _policy(self.work.registry.policy)

    @cached_property
    def member(self) -> Member:
        """Who acts, as of now."""
        return self.work.member(self.act.actor)

    # -- who, and what the rules say

    def may(
        self,
        holders: Collection[str] = (),
        state: str = "",
        matter_of: Callable[[Member], roles.Matter] | None = None,
    ) -> None:
        """Raise `Refused` unless the member may do this where *holders* speak for the object (T-58).

        Whose own case it is, the second person cannot be either.
        """
        self.was_asked = True
        self.holders = frozenset(holders)
        known = matter_of or (lambda member: roles.Matter())
        self.is_barred = lambda member: roles.is_own_case(member, known(member), self.holders)
        if found := roles.may(self.member, self.act.operation, self.holders, state, known(self.member)):
            raise Refused((found,))

    def by_link(self) -> None:
        """Note that no right is asked: who acts shows the secret of a letter, which the body looked up."""
        self.was_asked = True

    def records(self, what: str, is_told: bool) -> None:
        """Raise `Refused` when a holder tells *what* the operator alone puts on record."""
        is_own = roles.is_own_case(self.member, roles.Matter(), self.holders)
        if is_told and (is_own or not roles.is_of_the_operator(self.member)):
            message = f"{what} is recorded by a registrar, not by who holds the entry"
            raise Refused((Finding(Action.REJECT, "", Problem("E-ROLE", message, _SOURCE)),))

    def asks(self, asked_by: str) -> str:
        """Return for which party this is asked: a holder speaks for his own, whatever is said."""
        is_own = bool(self.member.party) and self.member.party in self.holders
        return self.member.party if is_own or not roles.is_of_the_operator(self.member) else asked_by

    def rests_on(self, **grounds: str) -> None:
        """Let the Event keep on what the act rests, where no row does: each text with what it is."""
        told = {word.replace("_", " "): text for word, text in grounds.items()}
        self.grounds |= {word: text for word, text in told.items() if text.strip()}

    def basis(self, party: str = OPERATOR, **facts: Any) -> Basis:
        """Return on what the act rests, dated by the register (T-63)."""
        return Basis(self.today, party, **facts)

    def check(self, findings: Iterable[Finding]) -> None:
        """Raise `Refused` when one of *findings* stops the act; keep the advice for the answer."""
        found = gravest_first(findings)
        if any(map(stops, found)):
            raise Refused(found)
        self.advice += found

    def step(self, rows: Iterable[Record], step: Step, actor: Actor, *evidence: Evidence) -> None:
        """Raise `RuleError` E-STATE-MOVE unless each port of *rows* can make that step."""
        for port, transport in dict.fromkeys(place for row in rows for place in places_of(row)):
            move(PORT, self.standing(port, transport), step, actor, evidence)

    def standing(self, port: int, transport: Transport) -> PortStanding:
        """Return how *port* stands on *transport*."""
        return held(self.rows, port, transport).standing

    def standings(self, port: int, rows: Iterable[Record]) -> tuple[PortStanding, ...]:
        """Return how *port* stands on each transport that *rows* speak of there."""
        places = dict.fromkeys(place for row in rows for place in places_of(row))
        return tuple(self.standing(*place) for place in places if place[0] == port)

    def needs(self, *kinds: policies.Act) -> None:
        """Note that the policy, as it stands, may want several persons for this."""
        self.kinds.update(kinds)
        _ = self.policy  # that of now, not one that the act itself brings

    def name_step(self, name: str, step: Step, actor: Actor, *evidence: Evidence) -> None:
        """Raise `RuleError` E-STATE-MOVE unless the service name can make that step."""
        move(SERVICE_NAME, name_state(self.rows.named(name)), step, actor, evidence)

    # -- what changes

    def replace(self, outcome: Outcome, shares: Collection[claims.Place] = ()) -> None:
        """Check the findings of a procedure, then put what it changes into the tables."""
        self.check(outcome.findings)
        self.replace_rows(outcome.changes, shares)

    def replace_rows(self, changes: Collection[Change], shares: Collection[claims.Place] = ()) -> None:
        """Put *changes* into the tables."""
        gone = [row for change in changes for row in change.before]
        come = [row.record for change in changes for row in change.after]
        were, are = _names(gone), _names(come)
        extends = [name for name in are - were if self.rows.named(name)]
        if any(self.is_for_the_ietf(row) for row in (*gone, *come) if row.service_name):
            self.kinds.add(policies.Act.SYSTEM_PORT)
        self.work.replace(changes, extends=extends, shares=shares)

    def is_for_the_ietf(self, row: Record) -> bool:
        """Whether *row* is at a port that only an IETF process assigns."""
        return row.ports is not None and self.policy.range_of(row.ports.low).is_for_the_ietf

    def replace_person(self, before: Contact | None, after: Contact, why: str) -> None:
        """Put a contact that comes or changes into its table."""
        self.work.replace_people((PersonChange(before, after, why),))

    # -- people

    def contact(self, contact_id: str) -> Contact:
        """Return the contact with that id; raise `RuleError` E-CONTACT-NONE."""
        row = self.contact_row(contact_id)
        return self.work.reader.contact(row.row, row.layout)

    def contact_row(self, contact_id: str) -> ContactRow:
        """Return the row of the contact with that id; raise `RuleError` E-CONTACT-NONE."""
        found = tables.load(ContactRow, "WHERE contact_id = %s", [contact_id])
        if not found:
            message = f"the register has no contact {shown(contact_id)}"
            raise RuleError(Problem("E-CONTACT-NONE", message, _SOURCE))
        return found[0]

    def tell(self, parties: Iterable[str], letter: str, **facts: str) -> None:
        """Write *letter* to the published addresses of *parties*, each address once."""
        found = (address for party in sorted(set(parties)) for address in self.addresses(party))
        self.tell_at(found, letter, **facts)

    def tell_at(
        self, addresses: Iterable[str], letter: str, *, about: str | None = None, kind: str = "", **facts: str
    ) -> None:
        """Write *letter* to *addresses*, each once; as a *kind* of its own where it must come, unlike others.

        It leads to the page of what the act is *about*; with "" to none, for it has links of its own.
        """
        page = pages.page_of_letter(self.act.object if about is None else about)
        subject, body = letters.written(letter, facts, page)
        for address in dict.fromkeys(addresses):
            self.work.notify(address, subject, body, kind=kind or letter)

    def addresses(self, party: str) -> tuple[str, ...]:
        """Return the mail addresses of the contact *party*; () for one that the register does not have."""
        found = tables.load(ContactRow, "WHERE contact_id = %s", [party])
        uris = self.work.reader.contact(found[0].row, found[0].layout).uris if found else ()
        written = filter(None, map(mail_address, uris))
        return tuple(address for address in written if len(address) <= MAX_NAME)  # no mail goes to others


@lru_cache(maxsize=8)  # the text is the key, and is read from the locked row in each act
def _policy(text: str) -> Policy:
    return policies.read(text.encode()) if text else RFC6335


Body = Callable[[Doing], Any]


def perform(
    act: Act,
    operation: str,
    what: str,
    asked: Any,
    body: Body,
    *,
    even_frozen: bool = False,
    by_outsider: bool = False,
) -> Done:
    """Do *operation* on *what* by running *body* in one transaction; `answer` has the advice besides.

    *asked* is all that was asked: a key of idempotency and the word of a second person stand for it.  Raises
    `Refused` and what `transaction` raises, with nothing done.
    """
    for text in _texts(asked):
        acts.check_text("what is asked", text, MAX_DOCUMENT)
    request = json.dumps(asked, sort_keys=True, separators=(",", ":"), default=repr)
    named = act._replace(operation=operation, object=what, request=request, persons=(), needed=1)

    def run(work: Work) -> dict[str, Any]:
        doing = Doing(work)
        answer = body(doing)
        work.act = _resting_on(work.act, doing.grounds)
        assert doing.was_asked  # noqa: S101  # an operation that lets everybody act is a mistake
        answer |= taken(doing)
        if doing.advice:
            answer["advice"] = [finding.problem.message for finding in doing.advice]
        return dict(answer)

    return transaction(named, run, even_frozen=even_frozen, by_outsider=by_outsider)


def _texts(asked: Any) -> Iterator[str]:
    """The texts in what is asked, however deep."""
    if isinstance(asked, str):
        yield asked
    elif isinstance(asked, Mapping):
        yield from _texts([*asked.items()])
    elif isinstance(asked, Collection):
        for each in asked:
            yield from _texts(each)


def _resting_on(act: Act, grounds: Mapping[str, str]) -> Act:
    """Return *act* with its *grounds* after the reason; raise `RuleError` E-REGISTER-TEXT for too much."""
    told = (f"{word}: {text}" for word, text in grounds.items())
    reason = "; ".join(filter(None, (act.reason, *told)))
    acts.check_text("reason, with what the act rests on,", reason, MAX_TEXT)
    return act._replace(reason=reason)


# -- rows


def parties_of(rows: Iterable[Record]) -> frozenset[str]:
    """Return everybody who is Assignee or Contact of one of *rows*."""
    holdings = [(assignees_of(row), holding_of(row).contacts) for row in rows]
    return frozenset(party for assignees, contacts in holdings for party in (*assignees, *contacts))


def assignees(rows: Iterable[Record]) -> frozenset[str]:
    """Return everybody who is Assignee of one of *rows*."""
    return frozenset(party for row in rows for party in assignees_of(row))


def places_of(row: Record) -> Iterator[tuple[int, Transport]]:
    """The ports and transports that *row* speaks of."""
    transport = fold(row.transport or "")
    on = [each for each in Transport if not transport or each == transport]
    ports = row.ports
    for port in range(ports.low, ports.high + 1) if ports else ():
        for each in on:
            yield port, each


def name_state(rows: Collection[Record]) -> NameState:
    """Return how a service name stands by its *rows*."""
    if not rows:
        return NameState.FREE
    if any(map(alias_target, rows)):
        return NameState.HISTORIC
    if all(map(is_reserved_name, rows)):
        return NameState.RESERVED
    return NameState.WITH_PORT if any(row.port_number for row in rows) else NameState.NAME_ONLY


def mail_address(uri: str) -> str:
    """Return the address of a published mailto: URI, or "" (R-PUB-9)."""
    return uri.removeprefix("mailto:").replace("&", "@") if uri.startswith("mailto:") else ""


def references(texts: Iterable[str]) -> tuple[Reference, ...]:
    """Return references to documents that are named as the registry names them: "rfc9999", "draft-..."."""
    return tuple(Reference("rfc" if text.startswith("rfc") else "draft", text) for text in texts)


def _names(rows: Iterable[Record]) -> set[str]:
    return {fold(row.service_name) for row in rows if row.service_name}
