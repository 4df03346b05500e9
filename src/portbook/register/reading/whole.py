"""One application, whole: what the page of it shows to each who may see it.

Beside its status (`statuses`): each version of the request, who was asked and what was said, the decision,
what the member may do now, and the Events of it.  Who recommended what, and the Events, only those read who
judge it or keep the books, and nobody in his own case (R-REV-20).
"""

from collections.abc import Iterator
from typing import NamedTuple

from portbook.applications import Application
from portbook.errors import Problem
from portbook.policy import Policy
from portbook.register import casework, models, roles, tables
from portbook.register.operations import experts
from portbook.register.operations.dossiers import Dossier, content_of, opened
from portbook.register.reading import statuses
from portbook.register.roles import Role
from portbook.review import conflict
from portbook.states import ApplicationState

_KEEPS_BOOKS = (Role.REGISTRAR, Role.AUDITOR)
_TOLD_ALL = frozenset(  # operations that everybody reads of who may see the application
    {
        *("draft", "submit", "change application", "answer", "withdraw", "lapse", "open", "validate"),
        *("give back", "confirm", "close unconfirmed", "record decision", "check again", "assign"),
    }
)
_OWN, _COLLEAGUE = "you", "a colleague"


class Said(NamedTuple):
    """What one expert said."""

    author: str  # YOU, or "a colleague" for an expert; the member's name for who keeps the books
    verdict: str
    reasons: str
    grounds: tuple[str, ...]
    instant: str


class Asked(NamedTuple):
    """A team that was asked, and what it said: "" while it has not spoken."""

    team: str
    due: str
    verdict: str
    said: tuple[Said, ...]


class Agreement(NamedTuple):
    """A holder who was asked to agree, and the answer: "" while it is awaited."""

    service: str
    answer: str
    reasons: str
    is_mine: bool  # the word of who looks is awaited


class Version(NamedTuple):
    """What the application said at one time."""

    number: int
    asks: Application


class Happened(NamedTuple):
    """An Event, as far as it is told here."""

    number: int
    instant: str
    actor: str  # "" for who does not read it
    operation: str
    reason: str


class Opened(NamedTuple):
    """All that one page shows."""

    status: statuses.Status
    kind: str
    submitter: str  # "" for who does not read it
    policy: Policy
    asks: Application
    versions: tuple[Version, ...]  # the newest last
    may: tuple[str, ...]  # operations that the member can do now
    barred: Problem | None  # why the member does not decide it: an interest, his own case
    asked: tuple[Asked, ...]
    agreements: tuple[Agreement, ...]
    decisions: tuple[casework.Decision, ...]
    events: tuple[Happened, ...]  # the newest first
    refused_by: int  # the Event that its author can appeal against; 0 for none
    is_own: bool
    is_judge: bool
    keeps_books: bool


def dossier_of(actor: str, number: int, instant: str, emails: tuple[str, ...] = ()) -> Dossier:
    """Return an application as *actor* may look at it, of whom the channel knows *emails* (T-57).

    Raises `RuleError` E-APPLICATION-UNKNOWN, also for one that *actor* may not see, and E-MEMBER-UNKNOWN.
    """
    return opened(statuses.looking(actor, instant, emails), number)


def application(dossier: Dossier) -> Opened:
    """Return all that who looks may know of an application."""
    number = dossier.identity
    member, matter = dossier.doing.member, dossier.matter
    is_own = dossier.row.submitter == member.name or roles.is_own_case(member, matter)
    is_judge = not is_own and _is_judged_by(member, matter)
    keeps_books = is_judge and not {*_KEEPS_BOOKS}.isdisjoint(member.roles.split())
    may, barred = _may(dossier, matter)
    return Opened(
        statuses.status_of(dossier),
        dossier.row.kind,
        dossier.row.submitter if is_judge else "",
        dossier.doing.policy,
        dossier.application,
        tuple(_versions(dossier)),
        may,
        barred,
        tuple(_asked(dossier, is_judge=is_judge, tells_names=keeps_books)),
        tuple(_agreements(dossier, is_judge=is_judge)),
        tuple(dossier.decisions()),
        tuple(happened(number, tells_names=True)) if keeps_books else (),
        _last(number) if is_own and dossier.state is ApplicationState.REFUSED else 0,
        dossier.row.submitter == member.name,
        is_judge,
        keeps_books,
    )


def _is_judged_by(member: models.Member, matter: roles.Matter) -> bool:
    """Whether the member sees it because he judges it or keeps the books, and has no interest in it."""
    if not {*_KEEPS_BOOKS}.isdisjoint(member.roles.split()):
        return True
    is_asked = Role.EXPERT in member.roles.split() and bool(matter.teams & matter.terms)
    return is_asked and conflict(matter.actor, matter.concerned, matter.ties) is None


def _may(dossier: Dossier, matter: roles.Matter) -> tuple[tuple[str, ...], Problem | None]:
    """What the member can do now; and why not, where an interest alone forbids it."""
    possible: list[str] = []
    barred: Problem | None = None
    for operation, states in roles.STATES.items():
        if operation == statuses.SHOW or dossier.state not in states:
            continue
        found = roles.may(dossier.doing.member, operation, (), dossier.row.state, matter)
        if found is None:
            possible.append(operation)
        elif found.code in ("E-OWN-CASE", "E-EXPERT-COI"):
            barred = barred or found.problem
    return tuple(possible), barred


def _versions(dossier: Dossier) -> Iterator[Version]:
    where = "WHERE application_id = %s ORDER BY number"
    for each in tables.load(models.Version, where, [dossier.identity]):
        yield Version(each.number, content_of(each))


# -- what others said


def _asked(dossier: Dossier, *, is_judge: bool, tells_names: bool) -> Iterator[Asked]:
    for review in dossier.reviews():
        said = tuple(_said(dossier, review, tells_names=tells_names)) if is_judge else ()
        yield Asked(review.team, review.due, review.recommendation if is_judge else "", said)


def _said(dossier: Dossier, review: models.Review, *, tells_names: bool) -> Iterator[Said]:
    me = dossier.doing.member.name
    for each in dossier.doing.on_record.opinions(review.identity):
        yield as_said(each, author_for(me, each.member, tells_names=tells_names))


def author_for(me: str, author: str, *, tells_names: bool) -> str:
    """Return how *me* reads of *author*."""
    return _OWN if author == me else author if tells_names else _COLLEAGUE


def as_said(opinion: casework.Opinion, author: str) -> Said:
    grounds = tuple(ground.value for ground in experts.grounds_of(opinion))
    return Said(author, opinion.verdict, opinion.reasons, grounds, opinion.instant)


def _agreements(dossier: Dossier, *, is_judge: bool) -> Iterator[Agreement]:
    party = dossier.doing.member.party
    for each in dossier.confirmations():
        speaks = bool(party) and party in each.speakers.split("\n")
        reasons = each.reasons if is_judge or speaks else ""
        yield Agreement(each.service, each.answer, reasons, speaks and not each.answer)


# -- what happened


def happened(number: int, *, tells_names: bool, after: int = 0) -> Iterator[Happened]:
    """The Events of an application after the one with that number, the newest first."""
    columns = "number, instant, actor, operation, reason"
    found = tables.rows(
        f"SELECT {columns} FROM register_event WHERE object = %s AND number > %s ORDER BY number DESC",  # noqa: S608
        [f"application {number}", after],
    )
    for row in [*found, *([] if after else _beginning(number))]:
        told = Happened(*row)
        if tells_names:
            yield told
        elif told.operation in _TOLD_ALL:
            yield told._replace(actor="", reason="")


def _beginning(number: int) -> list[tuple[object, ...]]:
    """The Event that brought the application, which had no number before."""
    statement = (
        "SELECT e.number, e.instant, e.actor, e.operation, e.reason, e.changes FROM register_event e "
        "JOIN register_turn t ON t.began = e.instant AND t.application_id = %s "
        "WHERE e.object = 'application' AND t.identity = "
        "(SELECT MIN(f.identity) FROM register_turn f WHERE f.application_id = %s)"
    )
    for *told, changes in tables.rows(statement, [number, number]):
        if f'"identity":{number},"table":"application"' in changes:
            return [tuple(told)]
    return []


def _last(number: int) -> int:
    """The number of the last Event of an application."""
    statement = "SELECT MAX(number) FROM register_event WHERE object = %s"
    return int(tables.rows(statement, [f"application {number}"])[0][0])


def last_event() -> int:
    """Return the number of the last Event: what happened after a page was made has a greater one."""
    return int(tables.rows("SELECT events FROM register_registry WHERE identity = 1")[0][0])
