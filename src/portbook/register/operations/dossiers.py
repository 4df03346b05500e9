"""Dossiers: an application as the register keeps it, inside the act that works on it.

What the register adds to what an applicant wrote: which version counts (T-56), who is concerned, who agreed,
what others asked for before, what the rules say of all this now, and whose turn it is.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import date
from functools import cached_property, lru_cache
from typing import Any

from portbook.applications import (
    Application,
    Circumstances,
    Kind,
    Party,
    Reading,
    findings_in,
    may_be_sent,
    of_tree,
    tree,
)
from portbook.applications.case import Case
from portbook.errors import Problem, RuleError, shown
from portbook.findings import Action, Finding, gravest_first
from portbook.register import acts, casework, events, models, roles, tables
from portbook.register.limits import MAX_TEXT
from portbook.register.operations import circumstances, parties, turns
from portbook.register.operations.acting import Doing, Refused
from portbook.register.operations.circumstances import Pending
from portbook.review import Person, Route, route_in
from portbook.states import APPLICATION, PUBLIC_WORDS, Actor, ApplicationState, Evidence, move
from portbook.states import Act as Step

_SOURCE = "docs/register.md"


class Dossier:
    """One application, its newest version, and what the register knows of it now."""

    def __init__(self, doing: Doing, row: models.Application, version: models.Version) -> None:
        self.doing = doing
        self.work = doing.work
        self.row = row
        self.version = version

    @property
    def identity(self) -> int:
        return self.row.identity

    @property
    def state(self) -> ApplicationState:
        return ApplicationState(self.row.state)

    @property
    def today(self) -> date:
        return date.fromisoformat(self.work.today)

    @property
    def is_late(self) -> bool:
        """Whether the day is past on which whose turn it is should have answered."""
        return bool(self.row.due) and self.work.today > self.row.due

    @property
    def turn(self) -> casework.Turn:
        """Since when it stands as it does."""
        return self.doing.on_record.turn(self.identity)

    @property
    def is_half_late(self) -> bool:
        """Whether half of the time has passed that whose turn it is was given."""
        return bool(self.row.due) and turns.is_past_half(self.turn.began, self.row.due, self.work.today)

    @cached_property
    def application(self) -> Application:
        """What the newest version says."""
        return content_of(self.version)

    @property
    def title(self) -> str:
        """The application for a letter."""
        return f"Application {self.identity}, {self.application.service_name or self.application.kind.value}"

    # -- who

    @property
    def matter(self) -> roles.Matter:
        """What tells who may act on it, and the member who acts."""
        return self.matter_of(self.doing.member)

    def matter_of(self, member: models.Member) -> roles.Matter:
        """What tells whether *member* may act on it."""
        asked = {speaker for each in self.confirmations() for speaker in each.speakers.split("\n")}
        return roles.Matter(
            self.row.submitter,
            frozenset(asked),
            frozenset(review.team for review in self.reviews()),
            self.concerned,
            parties.person_of_member(self.doing, member),
            parties.terms_of(self.doing, member),
            self._ties(member),
        )

    @cached_property
    def concerned(self) -> tuple[Person, ...]:
        """Everybody whose case it is (R-REV-12); the bodies of the IETF hold for all and tie nobody."""
        application, bodies = self.application, self.doing.policy.bodies
        common = {
            *(bodies.document_assignee_id, bodies.document_contact_id),
            *(bodies.document_assignee_email, bodies.document_contact_email),
        }
        named = [party for party in asking(application) if not {party.id, party.email.lower()} & common]
        filed = self.doing.on_record.members(self.row.submitter)
        submitters = [parties.person_of_member(self.doing, member) for member in filed]
        return (
            *submitters,
            *(parties.person_of_party(self.doing, party) for party in named if party != Party()),
        )

    def _ties(self, member: models.Member) -> tuple[str, ...]:
        recused = self.doing.on_record.recused(self.identity)
        return tuple(why for name, why in recused if name == member.name)

    # -- what is on record

    def reviews(self) -> list[models.Review]:
        """What each team that the policy names was asked last about this version."""
        teams = {team.name for team in self.doing.policy.teams}
        found = self.doing.on_record.reviews(self.identity, self.version.digest)
        return list({review.team: review for review in found if review.team in teams}.values())

    def confirmations(self) -> list[casework.Confirmation]:
        """Which holders were asked about this version."""
        return self.doing.on_record.confirmations(self.identity, self.version.digest)

    def decisions(self) -> list[casework.Decision]:
        """What bodies decided on this version, the newest last."""
        where = "WHERE application_id = %s AND digest = %s ORDER BY identity"
        return tables.load(casework.Decision, where, [self.identity, self.version.digest])

    # -- what the rules say

    @cached_property
    def circumstances(self) -> Circumstances:
        """What neither the application nor the registry says; found once, until something is changed."""
        agreed = (each.party for each in self.confirmations() if each.answer == casework.AGREES)
        return Circumstances(
            consents=frozenset(agreed),
            pending=Pending(self.identity),
            alike=tuple(circumstances.alike(self.doing, self.application.service_name)),
            recent=circumstances.recent(self.doing, self.identity, self.application, self.row.submitter),
        )

    def findings(self) -> tuple[Finding, ...]:
        """Return everything that stands against it now, all rules on all its parts (T-56)."""
        return self._findings

    @cached_property
    def _findings(self) -> tuple[Finding, ...]:
        return gravest_first((*findings_in(self._case), *self._unknown_parties()))

    def _unknown_parties(self) -> Iterable[Finding]:
        for field in ("assignee", "contact"):
            contact_id = getattr(self.application, field).id
            if contact_id and not self.doing.on_record.contacts(contact_id):
                message = f"the register has no contact {shown(contact_id)}"
                yield Finding(Action.RETURN, f"{field}.id", Problem("E-CONTACT-NONE", message, _SOURCE))

    def route(self) -> Route:
        """Return where it goes now."""
        return self._route

    @cached_property
    def _route(self) -> Route:
        return route_in(self._case)

    def case(self, known: Circumstances | None = None) -> Case:
        """The application beside the registry, as the rules look at it."""
        return replace(self._case, circumstances=known) if known else self._case

    @cached_property
    def _case(self) -> Case:
        return Case(self.application, self.doing.rows, self.doing.policy, self.circumstances)

    def forget(self) -> None:
        """Find everything again: a version or an answer has come."""
        for name in ("application", "circumstances", "concerned", "_case", "_findings", "_route"):
            self.__dict__.pop(name, None)

    # -- what changes

    def move(self, step: Step, actor: Actor, *evidence: Evidence, due: date | None = None) -> None:
        """Make one step of the table of states; raise `RuleError` E-STATE-MOVE where there is none."""
        made = move(APPLICATION, self.state, step, actor, evidence)
        turns.stand(self.doing, self.row, made.to, due.isoformat() if due else "")

    def revise(self, application: Application) -> None:
        """Make *application* the newest version: what was said of the one before holds no more (T-56)."""
        if events.canonical(tree(application)) == self.version.content:
            return
        self.version = add_version(self.doing, self.identity, self.version.number + 1, application)
        self.forget()
        turns.change(self.doing, self.row, {"kind": application.kind.value})

    def say(self, kind: str, text: str, audience: str = casework.REGISTRY) -> None:
        """Put a word into the conversation; raise `RuleError` E-REGISTER-TEXT for one too long."""
        acts.check_text(kind, text, MAX_TEXT)
        if text.strip():
            values = {
                "application_id": self.identity,
                "author": self.doing.act.actor,
                "audience": audience,
                "kind": kind,
                "text": text,
                "digest": self.version.digest,
                "instant": self.work.instant,
            }
            self.work.add(casework.Message, values)

    def want_ports(self) -> None:
        """Ask for the ports from now on, if the application is complete: the first complete one has them."""
        case = self.case()
        places = {(spot.number, spot.transport.value) for spot in case.spots if case.wants_ports}
        is_complete = bool(places) and may_be_sent(self.findings())
        turns.want(self.doing, self.row, places if is_complete else set())

    # -- who is told

    def tell_requester(self, letter: str, *, kind: str = "", **facts: str) -> None:
        """Write to who sent the application; a *kind* as of `Doing.tell_at`."""
        self.tell_member(self.row.submitter, letter, kind=kind, **facts)

    def tell_member(self, name: str, letter: str, *, kind: str = "", **facts: str) -> None:
        """Write to a member: at the addresses of his party, else under his name."""
        found = tables.load(models.Member, "WHERE name = %s", [name])
        addresses = [each for one in found if one.party for each in self.doing.addresses(one.party)]
        about = f"application {self.identity}"
        self.doing.tell_at(addresses or [name], letter, about=about, kind=kind, what=self.title, **facts)

    def need_kind(self, kinds: Collection[Kind]) -> None:
        """Raise `RuleError` E-APPLICATION-KIND for a request that another operation ends."""
        if self.application.kind not in kinds:
            message = f"application {self.identity} is one for {self.application.kind.value!r}: end it so"
            raise RuleError(Problem("E-APPLICATION-KIND", message, _SOURCE))

    def answer(self, **more: Any) -> dict[str, Any]:
        """Return what every act on an application answers."""
        facts = {
            "application": self.identity,
            "state": self.state.value,
            "word": PUBLIC_WORDS[self.state],
            "version": self.version.digest,
            "due": self.row.due,
        }
        return facts | more


# -- into the register, and out of it


def opened(doing: Doing, identity: int, version: str | None = None) -> Dossier:
    """Return the application with that number, when the member may do this with its *version*.

    Raises `RuleError` E-APPLICATION-UNKNOWN, also for one that the member may not see; `Refused` E-ROLE,
    E-OWN-CASE, E-EXPERT-COI, E-STATE-MOVE; E-STALE for a version that is not the newest.
    """
    rows = tables.load(models.Application, "WHERE identity = %s", [identity])
    if not rows:
        raise _unknown(identity)
    dossier = Dossier(doing, rows[0], newest_version(identity))
    _permit(dossier)
    doing.is_barred = lambda member: roles.is_own_case(member, dossier.matter_of(member))
    if version is not None and version != dossier.version.digest:
        message = f"version {shown(version)} is not the newest of application {identity}; look again"
        raise RuleError(Problem("E-STALE", message, _SOURCE))
    return dossier


def _permit(dossier: Dossier, *, is_new: bool = False) -> None:
    """Raise unless the member may do this here, now."""
    doing, state, matter = dossier.doing, dossier.row.state, dossier.matter
    doing.was_asked = True
    if found := roles.may(doing.member, doing.act.operation, (), state, matter):
        if not is_new and roles.may(doing.member, "show application", (), state, matter):
            raise _unknown(dossier.identity)
        raise Refused((found,))


def newest_version(identity: int) -> models.Version:
    """Return the newest version of an application."""
    where = "WHERE application_id = %s ORDER BY number DESC LIMIT 1"
    return tables.load(models.Version, where, [identity])[0]


def _unknown(identity: int) -> RuleError:
    message = f"there is no application {identity} that you could see"
    return RuleError(Problem("E-APPLICATION-UNKNOWN", message, _SOURCE))


def begun(doing: Doing, application: Application) -> Dossier:
    """Put a new application into the register, as a draft of the member's own."""
    values = {
        "state": APPLICATION.first.value,
        "kind": application.kind.value,
        "submitter": doing.act.actor,
        "channel": doing.act.channel,
        "due": "",
        "version": 1,
    }
    identity = doing.work.add(models.Application, values)
    row = tables.load(models.Application, "WHERE identity = %s", [identity])[0]
    dossier = Dossier(doing, row, add_version(doing, identity, 1, application))
    _permit(dossier, is_new=True)
    turns.begin(doing, row)
    return dossier


def add_version(doing: Doing, identity: int, number: int, application: Application) -> models.Version:
    """Keep what an application says now; its digest is of this version alone."""
    content = events.canonical(tree(application))
    values = {
        "application_id": identity,
        "number": number,
        "digest": events.digest(events.canonical([identity, number, content])),
        "content": content,
        "author": doing.act.actor,
    }
    kept = doing.work.add(models.Version, values)
    return tables.load(models.Version, "WHERE identity = %s", [kept])[0]


def asking(application: Application) -> tuple[Party, ...]:
    """Return who asks, and for whom."""
    return Party(id=application.requester), application.assignee, application.contact


def content_of(version: models.Version) -> Application:
    """Return the application that a version keeps."""
    return _application(version.content)


@lru_cache(maxsize=500)  # what a version says stays as it is, and lists read the same ones again
def _application(content: str) -> Application:
    return of_tree(json.loads(content)).application


def checked(doing: Doing, reading: Reading) -> Application:
    """Return the application that was read, asked for by the member's own party.

    Raises `Refused` with every fault of its form, and E-REQUESTER when somebody else is named as who asks.
    """
    application = reading.application
    doing.check(reading.faults or of_tree(tree(application)).faults)
    party = doing.member.party
    if application.requester not in ("", party):
        message = f"{shown(doing.act.actor)} does not speak for {shown(application.requester)}"
        raise Refused((Finding(Action.REJECT, "requester", Problem("E-REQUESTER", message, _SOURCE)),))
    return application._replace(requester=party)


def asked_of(reading: Reading) -> list[Any]:
    """Return what was asked with a request: a key of idempotency stands for it."""
    return [tree(reading.application), told(reading.faults)]


def told(found: Iterable[Finding]) -> list[dict[str, str]]:
    """Return findings as an answer has them."""
    return [each.as_json() for each in found]
