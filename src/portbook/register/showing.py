"""Showing: how an application stands, for each who may see it; what waits for whom; what is due.

Reads only, and never outside the scope of who asks: an applicant sees his own applications, an expert those
that his team was asked about, and no applicant who of the registry said something (R-REV-20, R-REV-26).
The clocks are net for each party, and gross for the whole (R-REV-18).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from portbook.findings import Finding
from portbook.register import casework, letters, models, roles, tables
from portbook.register.acts import Act
from portbook.register.changing import Work
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing
from portbook.register.operations.dossiers import Dossier, opened
from portbook.register.operations.parties import terms_of
from portbook.register.operations.reviewing import REMINDED
from portbook.register.operations.turns import TURNS
from portbook.register.roles import Role
from portbook.review import Silence
from portbook.states import PUBLIC_WORDS, ApplicationState

SHOW = "show application"
THE_REGISTRY, YOU = "the registry", "you"  # whom an applicant reads

_S = ApplicationState
_OPEN = tuple(state.value for state in TURNS)
_TO_RECORD = (_S.IESG, _S.IETF_DOC)
_FOR_REGISTRARS = (_S.NEW, _S.VALIDATING, _S.INTERNAL_REVIEW, *_TO_RECORD, _S.ASSIGNABLE, _S.MODIFIABLE)
_FOR_EXPERTS = (_S.EXPERT_REVIEW, *_TO_RECORD)
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
    dossier = opened(_looking(actor, instant), application)
    clocks, gross = _clocks(application, dossier.work.instant)
    return Status(
        _waiting(dossier),
        dossier.state,
        dossier.version.digest,
        letters.NEXT[dossier.state],
        dossier.findings() if dossier.state in TURNS else (),
        tuple(_conversation(dossier)),
        clocks,
        gross,
    )


def _looking(actor: str, instant: str) -> Doing:
    """What an act has to look with; nothing is locked and nothing written."""
    act = Act(SHOW, actor, "application", "", instant)
    doing = Doing(Work(act, tables.load(models.Registry, "WHERE identity = 1")[0]))
    _ = doing.member
    return doing


def _conversation(dossier: Dossier) -> Iterator[Word]:
    sees_all = not {*_SEES_ALL}.isdisjoint(dossier.doing.member.roles.split())
    is_own = dossier.row.submitter == dossier.doing.member.name
    for each in tables.load(
        casework.Message, "WHERE application_id = %s ORDER BY identity", [dossier.identity]
    ):
        if sees_all and not is_own:
            yield Word(each.author, each.kind, each.text, each.instant)
        elif each.audience == casework.REQUESTER:
            author = YOU if each.author == dossier.doing.member.name else THE_REGISTRY
            yield Word(author, each.kind, each.text, each.instant)


def _waiting(dossier: Dossier) -> Waiting:
    turn = dossier.turn
    return Waiting(
        dossier.identity, dossier.title, PUBLIC_WORDS[dossier.state], turn.party, turn.began, dossier.row.due
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
    doing = _looking(actor, instant)
    found: dict[int, Waiting] = {}
    for dossier in _open_dossiers(doing, _candidates(doing)):
        if _is_for(dossier):
            found[dossier.identity] = _waiting(dossier)
    return tuple(sorted(found.values(), key=lambda each: (each.since, each.application)))


def _candidates(doing: Doing) -> tuple[str, list[str]]:
    """Which applications can be of interest to the member, in SQL."""
    member = doing.member
    if Role.REGISTRAR in member.roles.split() or member.party or terms_of(member, doing.work.today):
        return f"state IN ({tables.marks(len(_OPEN))})", [*_OPEN]
    return f"submitter = %s AND state IN ({tables.marks(len(_OPEN))})", [member.name, *_OPEN]


def _open_dossiers(doing: Doing, where: tuple[str, list[str]]) -> Iterator[Dossier]:
    for row in tables.load(models.Application, f"WHERE {where[0]} ORDER BY identity", where[1]):
        version = "WHERE application_id = %s ORDER BY number DESC LIMIT 1"
        yield Dossier(doing, row, tables.load(models.Version, version, [row.identity])[0])


def _is_for(dossier: Dossier) -> bool:
    member = dossier.doing.member
    if dossier.row.submitter == member.name:
        return True
    if Role.REGISTRAR in member.roles.split() and (dossier.state in _FOR_REGISTRARS or dossier.is_late):
        return True
    if any(_is_asked(each, member.party) for each in dossier.confirmations()):
        return True
    if dossier.state not in _FOR_EXPERTS:
        return False
    can = roles.may(member, "recommend", (), dossier.row.state, dossier.matter) is None
    return can and not experts.has_spoken(dossier, member)


def _is_asked(confirmation: casework.Confirmation, party: str) -> bool:
    return bool(party) and not confirmation.answer and party in confirmation.speakers.split("\n")


# -- what is due


def due(instant: str, actor: str) -> tuple[Due, ...]:
    """Return what the clocks make possible at *instant*, for *actor*, a registrar: reminders, lapses."""
    doing = _looking(actor, instant)
    found = [each for dossier in _open_dossiers(doing, ("due <> ''", [])) for each in _due_of(dossier)]
    return tuple(sorted(found, key=lambda each: (each.due, each.application)))


def _due_of(dossier: Dossier) -> Iterable[Due]:
    application, day = dossier.identity, dossier.row.due
    is_reminded = _is_reminded(dossier)
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


def _is_reminded(dossier: Dossier) -> bool:
    where = "WHERE application_id = %s AND kind = %s AND instant >= %s"
    return bool(tables.load(casework.Message, where, [dossier.identity, REMINDED, dossier.turn.began]))
