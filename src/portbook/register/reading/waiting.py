"""What waits for whom: which applications each role of a member has to look at.

Which they could be, a statement says; whether one is, its dossier says, by the rules that hold for the act.
"""

from collections.abc import Iterable, Iterator
from itertools import count, islice
from typing import Any

from portbook.register import casework, roles, tables
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.parties import terms_of
from portbook.register.operations.turns import TURNS, is_past_half
from portbook.register.reading import together
from portbook.register.roles import Role
from portbook.states import ApplicationState

_S = ApplicationState
_TO_RECORD = (_S.IESG, _S.IETF_DOC)
FOR_REGISTRARS = (_S.NEW, _S.VALIDATING, _S.INTERNAL_REVIEW, *_TO_RECORD, _S.ASSIGNABLE, _S.MODIFIABLE)
FOR_EXPERTS = (_S.EXPERT_REVIEW, *_TO_RECORD)
OPEN = tuple(TURNS)
ROLES = (Role.APPLICANT, Role.HOLDER, Role.EXPERT, Role.REGISTRAR)

_WITH_TURN = (
    "SELECT p.identity, t.began, p.due FROM ({}) p "
    "JOIN register_turn t ON t.application_id = p.identity AND t.ended = '' ORDER BY p.due, p.identity"
)
_HAS_DAY = "NOT (due = '')"  # as the index has it: SQLite takes it for these words alone

_ASKED = (
    "EXISTS (SELECT 1 FROM register_review r "
    "WHERE r.application_id = register_application.identity AND r.team IN ({0}))"
)

Condition = tuple[str, list[Any]]


def has(doing: Doing, role: Role) -> bool:
    """Whether something can wait for the member in that role."""
    member = doing.member
    match role:
        case Role.HOLDER:
            return bool(member.party)
        case Role.EXPERT:
            return bool(terms_of(doing, member))
    return role in member.roles.split()


def dossiers(doing: Doing, role: Role, limit: int | None = None) -> list[Dossier]:
    """Return what waits for the member in that role, by its day and then by age; his own: all open ones."""
    if role is not Role.APPLICANT and not has(doing, role):
        return []
    statements = (_statement(doing, role, has_day=has_day) for has_day in (True, False))
    found = (each for asked, values in statements for (each,) in _pages(asked, values, limit))
    waiting = (each for each in _read(doing, found, limit) if _is_for(each, role))
    return list(islice(waiting, limit))


def past_half(doing: Doing, limit: int | None) -> Iterator[Dossier]:
    """Every application of whose time to answer half has passed, by its day."""
    statement = f"SELECT identity, due FROM register_application WHERE {_HAS_DAY} ORDER BY due, identity"  # noqa: S608
    today = doing.work.today
    rows = _pages(statement, [], limit, _WITH_TURN)
    found = (each for each, began, due in rows if due < today or is_past_half(began, due, today))
    return _read(doing, found, limit)


def _pages(
    statement: str, parameters: list[Any], limit: int | None, around: str = "{}"
) -> Iterator[tuple[Any, ...]]:
    """What *statement* finds: all of it, or with *limit* a few pages of it, as far as they are wanted.

    *around* is a statement that tells more of each row of a page.
    """
    if limit is None:
        yield from tables.rows(around.format(statement), parameters)
        return
    size = 2 * limit
    for start in count(0, size):
        page = tables.rows(around.format(f"{statement} LIMIT {size} OFFSET {start}"), parameters)
        yield from page
        if len(page) < size:
            return


def _read(doing: Doing, applications: Iterable[int], limit: int | None) -> Iterator[Dossier]:
    """The dossiers of *applications*, so many at once as are wanted."""
    numbers = iter(applications)
    while part := list(islice(numbers, limit or together.AT_ONCE)):
        yield from together.dossiers(doing, part)


# -- which they could be


def _statement(doing: Doing, role: Role, *, has_day: bool) -> Condition:
    """The statement for those that have a day, by it, or for the others, by age."""
    where, parameters = _condition(doing, role, has_day=has_day)
    day, order = (_HAS_DAY, "due, identity") if has_day else ("due = ''", "identity")
    return f"SELECT identity FROM register_application WHERE {day} AND {where} ORDER BY {order}", parameters  # noqa: S608


def _condition(doing: Doing, role: Role, *, has_day: bool) -> Condition:
    match role:
        case Role.APPLICANT:
            state, open_states = _in(OPEN)
            return f"submitter = %s AND {state}", [doing.member.name, *open_states]
        case Role.HOLDER:
            state, open_states = _in(OPEN)
            asked = "SELECT application_id FROM register_confirmation WHERE answer = ''"
            return f"{state} AND identity IN ({asked})", open_states
        case Role.EXPERT:
            state, review_states = _in(FOR_EXPERTS)
            teams = sorted(terms_of(doing, doing.member))
            return f"{state} AND {_ASKED.format(tables.marks(len(teams)))}", [*review_states, *teams]
    at_work, work_states = _in(FOR_REGISTRARS)
    if has_day:
        return f"({at_work} OR due < %s)", [*work_states, doing.work.today]
    return at_work, work_states


def _in(states: Iterable[ApplicationState]) -> Condition:
    values = [state.value for state in states]
    return f"state IN ({tables.marks(len(values))})", values


# -- whether one is


def _is_for(dossier: Dossier, role: Role) -> bool:
    member = dossier.doing.member
    match role:
        case Role.HOLDER:
            return any(is_asked(each, member.party) for each in dossier.confirmations())
        case Role.EXPERT:
            can = roles.may(member, "recommend", (), dossier.row.state, dossier.matter) is None
            return can and not experts.has_spoken(dossier, member)
    return True  # its statement says all of it


def is_asked(confirmation: casework.Confirmation, party: str) -> bool:
    """Whether the word of *party* is awaited."""
    return bool(party) and not confirmation.answer and party in confirmation.speakers.split("\n")
