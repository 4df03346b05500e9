"""What experts say: conflicts of interest, one recommendation of a team, the time that they have.

Rules R-REV-10 to R-REV-20, from RFC 8126 section 5 (which replaces RFC 5226).  Values and dates in, findings
out; who is an expert, and since when, the register knows.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import StrEnum
from typing import NamedTuple

from portbook.errors import Problem
from portbook.findings import Action, Finding, gravest_first
from portbook.policy import RFC6335, Policy, Team
from portbook.review.days import expert_due

_TEAM = "RFC 8126 section 5.2"

# Domains where strangers have their mail: a common one ties nobody.
SHARED_DOMAINS = frozenset(
    {
        "gmail.com",
        "googlemail.com",
        "outlook.com",
        "hotmail.com",
        "yahoo.com",
        "icloud.com",
        "proton.me",
        "gmx.net",
    }
)


class Verdict(StrEnum):
    """What an expert, or a team, says."""

    GRANT = "grant"
    REFUSE = "refuse"
    ASK = "ask"  # a question to the requester, relayed without the expert's name (R-REV-20)


class Ground(StrEnum):
    """Grounds on which an expert may refuse (RFC 8126 section 5.3; RFC 6335 section 7.2, RFC 7605)."""

    NEEDLESS = "a name, a Dynamic Port or an assigned service will do"
    SCARCITY = "scarcity of numbers"
    UNCLEAR = "the documentation is unclear"
    CONFLICT = "conflict with what is deployed"
    IETF_WORK = "conflict with work of the IETF"
    COPY = "a copy of an assigned service"
    LOCAL = "within one machine"
    SECURITY = "security is missing or doubled"
    IMMATURE = "too early"
    OTHER = "another criterion that is written down"


class Opinion(NamedTuple):
    """What one expert says of a case."""

    expert: str
    verdict: Verdict
    reasons: str = ""
    grounds: tuple[Ground, ...] = ()


class Person(NamedTuple):
    """Somebody, as far as it tells whether he is tied to another: all texts as the register verified them."""

    parties: frozenset[str] = frozenset()  # accounts and contact ids
    organisations: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()


class Recommendation(NamedTuple):
    """What a team says: None while it has not spoken, or cannot."""

    team: Team
    verdict: Verdict | None
    findings: tuple[Finding, ...] = ()


# -- conflicts


def conflict(expert: Person, concerned: Iterable[Person], declared: Iterable[str] = ()) -> Problem | None:
    """Return why *expert* steps aside from a case of *concerned*, or None (R-REV-12, T-57).

    The same party, organisation or mail domain ties them, and so does what the expert declares.
    """
    ties = [f"declared: {tie}" for tie in declared if tie.strip()]
    for person in concerned:
        ties += [f"is the party {party}" for party in sorted(expert.parties & person.parties)]
        names = _folded(expert.organisations) & _folded(person.organisations)
        ties += [f"is of {name}" for name in sorted(names)]
        ties += [f"has mail at {domain}" for domain in sorted(_common_domains(expert, person))]
    if not ties:
        return None
    return Problem("E-EXPERT-COI", f"the expert has an interest in the case: {ties[0]}", _TEAM)


def _folded(names: Iterable[str]) -> set[str]:
    return {" ".join(name.casefold().split()) for name in names if name.strip()}


def _common_domains(one: Person, other: Person) -> Iterator[str]:
    """The mail domains that two share; a domain and one below it are the same organisation's."""
    for mine in _domains(one):
        for theirs in _domains(other):
            if mine == theirs or mine.endswith(f".{theirs}") or theirs.endswith(f".{mine}"):
                yield min(mine, theirs, key=len)


def _domains(person: Person) -> set[str]:
    found = {email.rpartition("@")[2].lower().rstrip(".") for email in person.emails if "@" in email}
    return found - SHARED_DOMAINS


# -- one recommendation


def recommendation(
    team: Team, opinions: Iterable[Opinion], experts: Iterable[str], conflicted: Iterable[str] = ()
) -> Recommendation:
    """Return what *team* says; *experts* are its members now, *conflicted* those who stepped aside.

    One recommendation (R-REV-11), with reasons (R-REV-14), a refusal with a ground (R-REV-15); nobody is left
    when all have an interest (R-REV-12).  What others than the members say does not count.
    """
    aside = frozenset(conflicted)
    members = [expert for expert in experts if expert not in aside]
    if not members:
        return Recommendation(
            team, None, (_block("E-EXPERT-COI", f"every expert of {team.name} steps aside"),)
        )
    counted = [opinion for opinion in opinions if opinion.expert in members]
    found = gravest_first(finding for opinion in counted for finding in _lacks(opinion))
    reasoned = [opinion for opinion in counted if not tuple(_lacks(opinion))]
    verdicts = {opinion.verdict for opinion in reasoned}
    if Verdict.GRANT in verdicts and Verdict.REFUSE in verdicts:
        message = f"{team.name} are split; the body that appointed them decides"
        return Recommendation(team, None, (*found, _block("E-EXPERT-SPLIT", message)))
    if Verdict.ASK in verdicts:
        return Recommendation(team, Verdict.ASK, found)
    enough = len({opinion.expert for opinion in reasoned}) >= min(team.experts, len(members))
    return Recommendation(team, next(iter(verdicts)) if enough and verdicts else None, found)


def _lacks(opinion: Opinion) -> Iterator[Finding]:
    lacks = "reasons" if not opinion.reasons.strip() else ""
    if not lacks and opinion.verdict is Verdict.REFUSE and not opinion.grounds:
        lacks = "a ground"
    if lacks:
        message = f"the recommendation to {opinion.verdict.value} has no {lacks.removeprefix('a ')}"
        problem = Problem("E-REASON-MISSING", message, f"{_TEAM}, 5.3")
        yield Finding(Action.RETURN, "reasons" if lacks == "reasons" else "grounds", problem)


def _block(code: str, message: str) -> Finding:
    return Finding(Action.BLOCK, "", Problem(code, message, _TEAM))


def of_all(teams: Iterable[Team], given: Iterable[Recommendation]) -> Verdict | None:
    """Return what the teams say together: grant when each does, None while one is silent (R-REV-10)."""
    said = {answer.team: answer.verdict for answer in given}
    verdicts = [said.get(team) for team in teams]
    for verdict in (Verdict.REFUSE, Verdict.ASK):
        if verdict in verdicts:
            return verdict
    return Verdict.GRANT if verdicts and all(verdicts) else None


# -- time


class Silence(StrEnum):
    """What follows from an expert's silence (R-REV-17)."""

    WAIT = "wait"
    REMIND = "remind"
    ESCALATE = "tell the appointing body"


def silence(
    asked: date, today: date, silences: int, policy: Policy = RFC6335, *, is_complex: bool = False
) -> Silence:
    """Return what to do on *today*; *silences* counts the cases of the year that went unanswered before."""
    if today <= expert_due(asked, policy, is_complex=is_complex):
        return Silence.WAIT
    return Silence.ESCALATE if silences + 1 >= policy.clocks.expert_silences else Silence.REMIND
