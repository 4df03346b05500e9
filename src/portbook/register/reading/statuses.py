"""Showing: how an application stands, for each who may see it; what waits for whom; what is due.

Reads only, and never outside the scope of who asks: an applicant sees his own applications, an expert those
that his team was asked about, and no applicant who of the registry said something (R-REV-20, R-REV-26).
The clocks are net for each party, and gross for the whole (R-REV-18).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from portbook.findings import Finding
from portbook.register import casework, letters, models, tables
from portbook.register.acts import Act
from portbook.register.changing import Work
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing
from portbook.register.operations.dossiers import Dossier, opened
from portbook.register.operations.turns import TURNS
from portbook.register.reading import waiting
from portbook.register.roles import Role
from portbook.review import Silence
from portbook.states import PUBLIC_WORDS, ApplicationState

SHOW = "show application"
THE_REGISTRY, THE_APPLICANT, YOU = "the registry", "the applicant", "you"  # as others than it read

_S = ApplicationState
_SEES_ALL = (Role.REGISTRAR, Role.AUDITOR, Role.EXPERT)


class Word(NamedTuple):
    """One message of the conversation, as whoever looks may read it."""

    author: str
    kind: str
    text: str
    instant: str


class Clock(NamedTuple):
    """How long one party had the application, in seconds."""

    party: str
    seconds: int


class Waiting(NamedTuple):
    """An application in a list."""

    application: int
    title: str
    word: str
    turn: str  # whose it is; "" when it is closed
    since: str
    due: str
    state: str


class Status(NamedTuple):
    """All that somebody may know of an application."""

    waiting: Waiting
    state: ApplicationState
    version: str
    next: str
    findings: tuple[Finding, ...]
    conversation: tuple[Word, ...]
    clocks: tuple[Clock, ...]
    gross: int  # seconds since it was sent, to its end or now


class Due(NamedTuple):
    """Something that time has made possible: the operation to do, and for which team."""

    application: int
    operation: str
    due: str
    team: str = ""


# -- one application


def status(actor: str, application: int, instant: str) -> Status:
    """Return how an application stands at *instant*.

    Raises `RuleError` E-APPLICATION-UNKNOWN, also for one that *actor* may not see, and E-MEMBER-UNKNOWN.
    """
    return status_of(opened(looking(actor, instant), application))


def status_of(dossier: Dossier) -> Status:
    """Return how the application of *dossier* stands, for who looks."""
    application = dossier.identity
    clocks, gross = _clocks(application, dossier.work.instant)
    return Status(
        waiting_of(dossier),
        dossier.state,
        dossier.version.digest,
        letters.NEXT[dossier.state],
        dossier.findings() if dossier.state in TURNS else (),
        tuple(conversation(dossier)),
        clocks,
        gross,
    )


def looking(actor: str, instant: str, emails: tuple[str, ...] = ()) -> Doing:
    """What an act has to look with; nothing is locked and nothing written.

    *emails* are those that the channel knows of *actor*, as an act has them.
    """
    act = Act(SHOW, actor, "application", "", instant, emails=emails)
    doing = Doing(Work(act, tables.load(models.Registry, "WHERE identity = 1")[0]))
    _ = doing.member
    return doing


def conversation(dossier: Dossier) -> Iterator[Word]:
    """Return what was said about an application, as far as who looks may read it."""
    sees_all = not {*_SEES_ALL}.isdisjoint(dossier.doing.member.roles.split())
    is_own = dossier.row.submitter == dossier.doing.member.name
    for each in tables.load(
        casework.Message, "WHERE application_id = %s ORDER BY identity", [dossier.identity]
    ):
        if sees_all and not is_own:
            yield Word(each.author, each.kind, each.text, each.instant)
        elif each.audience == casework.REQUESTER:
            authors = {dossier.row.submitter: THE_APPLICANT, dossier.doing.member.name: YOU}
            yield Word(authors.get(each.author, THE_REGISTRY), each.kind, each.text, each.instant)


def waiting_of(dossier: Dossier) -> Waiting:
    turn = dossier.turn
    return Waiting(
        dossier.identity,
        dossier.title,
        PUBLIC_WORDS[dossier.state],
        turn.party,
        turn.began,
        dossier.row.due,
        dossier.state.value,
    )


def _clocks(application: int, now: str) -> tuple[tuple[Clock, ...], int]:
    """How long each party had it, since it was sent; and the whole time."""
    net: dict[str, int] = {}
    turns = tables.load(casework.Turn, "WHERE application_id = %s ORDER BY identity", [application])
    sent = [turn for turn in turns if turn.party and turn.state != _S.DRAFT.value]
    for turn in sent:
        net[turn.party] = net.get(turn.party, 0) + _seconds(turn.began, turn.ended or now)
    gross = _seconds(sent[0].began, sent[-1].ended or now) if sent else 0
    return tuple(Clock(party, seconds) for party, seconds in net.items()), gross


def _seconds(began: str, ended: str) -> int:
    return int((datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds())


# -- lists


def queue(actor: str, instant: str) -> tuple[Waiting, ...]:
    """Return what waits for *actor*, in each of his roles, the longest first; and his own applications."""
    doing = looking(actor, instant)
    found = {
        each.identity: waiting_of(each) for role in waiting.ROLES for each in waiting.dossiers(doing, role)
    }
    return tuple(sorted(found.values(), key=lambda each: (each.since, each.application)))


def waits(actor: str, instant: str, limit: int) -> dict[Role, tuple[Waiting, ...]]:
    """Return what waits for *actor* in each of his roles, at most *limit* each: by its day, then by age."""
    doing = looking(actor, instant)
    return {
        role: tuple(map(waiting_of, waiting.dossiers(doing, role, limit)))
        for role in waiting.ROLES
        if waiting.has(doing, role)
    }


# -- what is due


def due(instant: str, actor: str, limit: int | None = None) -> tuple[Due, ...]:
    """Return what the clocks make possible at *instant*, for *actor*, a registrar: reminders, lapses.

    With *limit* at most so much, what has been due longest first.
    """
    dossiers = waiting.past_half(looking(actor, instant), limit)
    found = islice((each for dossier in dossiers for each in _due_of(dossier)), limit)
    return tuple(sorted(found, key=lambda each: (each.due, each.application)))


def _due_of(dossier: Dossier) -> Iterable[Due]:
    application, day = dossier.identity, dossier.row.due
    is_reminded = dossier.doing.on_record.is_reminded(application, dossier.turn.began)
    match dossier.state:
        case _S.WITH_REQUESTER if dossier.is_late:
            yield Due(application, "lapse", day)
        case _S.CONFIRMING if dossier.is_late:
            yield Due(application, "close unconfirmed", day)
        case _S.WITH_REQUESTER | _S.CONFIRMING if dossier.is_half_late and not is_reminded:
            yield Due(application, "remind", day)
        case _S.EXPERT_REVIEW if dossier.is_late:
            for team in experts.silent_teams(dossier):
                if experts.silence_of(dossier, team) is Silence.ESCALATE:
                    yield Due(application, "escalate", day, team)
                elif not is_reminded:
                    yield Due(application, "remind", day, team)
