"""Like cases: what was recommended and decided in closed applications that are like one."""

import json
from typing import NamedTuple

from portbook.applications import confusable_key
from portbook.register import casework, tables
from portbook.register.limits import LIKE_AMONG, MAX_LIKE
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.on_record import RECUSED
from portbook.register.operations.parties import party_key, terms_of
from portbook.register.operations.turns import TURNS
from portbook.register.reading import newest
from portbook.register.reading.whole import Said, as_said, author_for
from portbook.register.roles import Role
from portbook.states import PUBLIC_WORDS, ApplicationState

ASSIGNEE, NAME, KIND = "the same Assignee", "a name like it", "the same kind"
_LIKENESS = (ASSIGNEE, NAME, KIND)  # the likest first

_CLOSED = tuple(state.value for state in ApplicationState if state not in TURNS)


class Like(NamedTuple):
    """A closed case that is like another."""

    application: int
    name: str
    word: str  # how it ended
    likeness: str
    said: tuple[Said, ...]


class _Closed(NamedTuple):
    application: int
    state: str
    assignee: str  # as requests are counted
    content: str

    @property
    def name(self) -> str:
        return str(json.loads(self.content).get("service_name", ""))


def cases(dossier: Dossier) -> tuple[Like, ...]:
    """Return what was decided in closed cases like this one, the likest first: for who judges it alone."""
    assignee = party_key(dossier.application, dossier.row.submitter)
    name = dossier.application.service_name
    found = [(_likeness(each, assignee, name), each) for each in _closed(dossier, assignee)]
    found.sort(key=lambda each: (_LIKENESS.index(each[0]), -each[1].application))
    said = _said(dossier, [each.application for _, each in found[:MAX_LIKE]])
    return tuple(
        Like(
            each.application,
            each.name,
            PUBLIC_WORDS[ApplicationState(each.state)],
            likeness,
            tuple(said.get(each.application, ())),
        )
        for likeness, each in found[:MAX_LIKE]
    )


def _closed(dossier: Dossier, assignee: str) -> list[_Closed]:
    """The newest closed cases of its kind or Assignee that experts saw; an expert is told of his teams'."""
    doing = dossier.doing
    is_keeper = not {Role.REGISTRAR, Role.AUDITOR}.isdisjoint(doing.member.roles.split())
    teams = [] if is_keeper else sorted(terms_of(doing, doing.member))
    of_teams = f"WHERE team IN ({tables.marks(len(teams))})" if teams else ""
    statement = (
        "SELECT a.identity, a.state, f.assignee, v.content FROM register_application a "  # noqa: S608
        "JOIN register_filing f ON f.application_id = a.identity "
        f"{newest.OF_APPLICATION} "
        f"WHERE a.state IN ({tables.marks(len(_CLOSED))}) AND a.identity <> %s "
        "AND (a.kind = %s OR f.assignee = %s) "
        f"AND a.identity IN (SELECT application_id FROM register_review {of_teams}) "
        f"ORDER BY a.identity DESC LIMIT {LIKE_AMONG}"
    )
    values = [*_CLOSED, dossier.identity, dossier.row.kind, assignee, *teams]
    return [_Closed(*row) for row in tables.rows(statement, values)]


def _likeness(closed: _Closed, assignee: str, name: str) -> str:
    if closed.assignee == assignee:
        return ASSIGNEE
    other = closed.name
    is_alike = confusable_key(name) == confusable_key(other) or _beginning(name) == _beginning(other)
    return NAME if name and other and is_alike else KIND


def _beginning(name: str) -> str:
    return name.lower().partition("-")[0]


def _said(dossier: Dossier, applications: list[int]) -> dict[int, list[Said]]:
    """What experts said of each of *applications*, without their names."""
    found: dict[int, list[Said]] = {}
    if not applications:
        return found
    of_these = f"WHERE application_id IN ({tables.marks(len(applications))})"
    statement = f"SELECT identity, application_id FROM register_review {of_these}"  # noqa: S608
    reviews = dict(tables.rows(statement, applications))
    where = f"WHERE review_id IN ({tables.marks(len(reviews))}) AND verdict <> %s ORDER BY identity"
    me = dossier.doing.member.name
    for opinion in tables.load(casework.Opinion, where, [*reviews, RECUSED]) if reviews else ():
        said = as_said(opinion, author_for(me, opinion.member, tells_names=False))
        found.setdefault(reviews[opinion.review_id], []).append(said)
    return found
