"""Experts: who is asked, what each said, and what the teams say together (R-REV-10 to R-REV-20).

Each time that a team is asked anew it begins afresh: what its members said before, on another version or
before a question, counts no more.
"""

from collections.abc import Collection, Iterator
from datetime import date, timedelta
from typing import NamedTuple

from portbook.findings import Finding
from portbook.policy import Team
from portbook.register import casework, models
from portbook.register.limits import MAX_TEXT
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.on_record import RECUSED
from portbook.register.operations.parties import person_of_member, terms_of
from portbook.review import (
    Ground,
    Opinion,
    Recommendation,
    Silence,
    Verdict,
    conflict,
    expert_due,
    of_all,
    recommendation,
    silence,
)


class Said(NamedTuple):
    """What the teams that are asked say now; `verdict` is None while one is silent, or cannot speak."""

    verdict: Verdict | None
    teams: tuple[Recommendation, ...]

    @property
    def findings(self) -> tuple[Finding, ...]:
        return tuple(finding for team in self.teams for finding in team.findings)


def teams_for(dossier: Dossier) -> tuple[Team, ...]:
    """Return the teams that decide, or else advise; where none is named, those of its transports."""
    route = dossier.route()
    transports = dossier.case().transports
    of_transports = tuple(dict.fromkeys(map(dossier.doing.policy.team_of, transports)))
    return route.teams or route.advisers or of_transports


def ask(dossier: Dossier, teams: Collection[Team], due: date) -> None:
    """Ask the teams about the newest version, and write to their members who have no interest in it."""
    for team in teams:
        values = {
            "application_id": dossier.identity,
            "digest": dossier.version.digest,
            "team": team.name,
            "member": "",
            "recommendation": "",
            "reasons": "",
            "due": due.isoformat(),
            "version": 1,
        }
        dossier.work.add(models.Review, values)
        tell(dossier, team.name, "review asked", experts=team.name, ends=due.isoformat())


def tell(dossier: Dossier, team: str, letter: str, **facts: str) -> None:
    """Write to the members of a team who have no interest in the case."""
    aside = _aside(dossier, team)
    for name in _members(dossier, team):
        if name not in aside:
            dossier.tell_member(name, letter, **facts)


def due(dossier: Dossier) -> date:
    """Return by when the experts should have answered; several ports or teams make a case complex."""
    is_complex = len(teams_for(dossier)) > 1 or len(dossier.application.ports) > 1
    return expert_due(dossier.today, dossier.doing.policy, is_complex=is_complex)


# -- what was said


def said(dossier: Dossier) -> Said:
    """Return what the teams that were asked say of the newest version."""
    reviews = dossier.reviews()
    by_name = {team.name: team for team in dossier.doing.policy.teams}
    given = tuple(_recommendation(dossier, by_name[review.team], review) for review in reviews)
    return Said(of_all((each.team for each in given), given), given)


def _recommendation(dossier: Dossier, team: Team, review: models.Review) -> Recommendation:
    opinions = (
        Opinion(each.member, Verdict(each.verdict), each.reasons, grounds_of(each))
        for each in dossier.doing.on_record.opinions(review.identity)
        if each.verdict != RECUSED
    )
    return recommendation(team, opinions, _members(dossier, team.name), _aside(dossier, team.name))


def has_spoken(dossier: Dossier, member: models.Member) -> bool:
    """Whether the member has said something to what his teams were asked."""
    mine = terms_of(dossier.doing, member)
    opinions = dossier.doing.on_record.opinions
    reviews = [review for review in dossier.reviews() if review.team in mine]
    return all(any(each.member == member.name for each in opinions(review.identity)) for review in reviews)


def grounds_of(opinion: casework.Opinion) -> tuple[Ground, ...]:
    """Return the grounds that an expert named."""
    return tuple(Ground[name] for name in opinion.grounds.split())


def reasons(dossier: Dossier, verdict: Verdict) -> str:
    """Return the reasons and grounds of those who said *verdict*, without their names (R-REV-20)."""
    found = "\n\n".join(
        "\n".join((opinion.reasons, *map(str, grounds_of(opinion))))
        for review in dossier.reviews()
        for opinion in dossier.doing.on_record.opinions(review.identity)
        if opinion.verdict == verdict.value
    )
    return found[:MAX_TEXT]


def _members(dossier: Dossier, team: str) -> list[str]:
    """The experts of the team today."""
    return [name for name, of in dossier.doing.on_record.terms(dossier.work.today) if of == team]


def _aside(dossier: Dossier, team: str) -> frozenset[str]:
    """Who of the team steps aside: by his own word, or for an interest that the register sees."""
    own_word = {name for name, _ in dossier.doing.on_record.recused(dossier.identity)}
    return frozenset(own_word | set(_tied(dossier, team)))


def _tied(dossier: Dossier, team: str) -> Iterator[str]:
    concerned = dossier.concerned
    for name in _members(dossier, team):
        member = dossier.doing.on_record.members(name)[0]
        if conflict(person_of_member(dossier.doing, member), concerned):
            yield name


# -- what was not said


def silent_teams(dossier: Dossier) -> tuple[str, ...]:
    """Return the teams that were asked and have not spoken."""
    return tuple(each.team.name for each in said(dossier).teams if each.verdict is None)


def silence_of(dossier: Dossier, team: str) -> Silence:
    """Return what follows from the silence of *team* today (R-REV-17); its earlier ones of the year count."""
    review = next(review for review in dossier.reviews() if review.team == team)
    clocks = dossier.doing.policy.clocks
    is_complex = _days_given(dossier, review) > clocks.expert
    return silence(
        _asked(dossier), dossier.today, _silences(dossier, team), dossier.doing.policy, is_complex=is_complex
    )


def _asked(dossier: Dossier) -> date:
    """The day on which the teams were asked."""
    return date.fromisoformat(dossier.turn.began[:10])


def _days_given(dossier: Dossier, review: models.Review) -> int:
    return (date.fromisoformat(review.due) - _asked(dossier)).days


def _silences(dossier: Dossier, team: str) -> int:
    """In how many other cases of the year the team did not answer in time."""
    since = (dossier.today - timedelta(days=365)).isoformat()
    return dossier.doing.on_record.silences(team, since, dossier.identity)
