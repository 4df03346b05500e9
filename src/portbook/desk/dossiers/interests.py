"""Interests of experts in a case, before any of them opens it: for registrars, whose case would stand still.

Whether one has an interest, `roles.may` says, which refuses the recommendation; this adds the address of the
account, as an act at the desk has it (T-57).
"""

from collections.abc import Iterable

from portbook.desk.acting.offers import RECOMMEND
from portbook.register import roles, tables
from portbook.register.models import Member
from portbook.register.operations.dossiers import Dossier
from portbook.states import ApplicationState


def tied_teams(dossier: Dossier) -> tuple[str, ...]:
    """Return the teams that are asked now, and all of whose experts have an interest."""
    if dossier.state is not ApplicationState.EXPERT_REVIEW:
        return ()
    doing = dossier.doing
    asked = {review.team for review in dossier.reviews()}
    terms = [(name, team) for name, team in doing.on_record.terms(doing.work.today) if team in asked]
    emails = _emails(name for name, _ in terms)
    members = {name: doing.on_record.members(name)[0] for name in emails}
    able = {team for name, team in terms if not _is_tied(dossier, members[name], emails[name])}
    return tuple(sorted({team for _, team in terms} - able))


def _is_tied(dossier: Dossier, member: Member, emails: frozenset[str]) -> bool:
    """Whether a recommendation of *member* would be refused for an interest."""
    matter = dossier.matter_of(member)
    actor = matter.actor._replace(emails=matter.actor.emails | emails)
    found = roles.may(member, RECOMMEND, (), dossier.row.state, matter._replace(actor=actor))
    return found is not None and found.code == "E-EXPERT-COI"


def _emails(names: Iterable[str]) -> dict[str, frozenset[str]]:
    """The address of the account of each member; a member may have none."""
    found: dict[str, frozenset[str]] = dict.fromkeys(names, frozenset())
    if found:
        statement = (
            "SELECT a.member, u.email FROM desk_account a JOIN auth_user u ON u.id = a.user_id "  # noqa: S608
            f"WHERE a.member IN ({tables.marks(len(found))})"
        )
        for name, email in tables.rows(statement, [*found]):
            found[name] |= {email.lower()}
    return found
