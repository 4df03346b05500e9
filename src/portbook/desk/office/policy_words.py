"""A policy in words: what it says of ranges, experts, clocks, persons, limits and names, a sentence each."""

from collections.abc import Iterator
from typing import NamedTuple

from portbook.policy import RFC6335, Policy, Range, Team


class Part(NamedTuple):
    """A heading, and what the policy says under it."""

    heading: str
    sentences: tuple[str, ...]


_CLOCKS = (
    ("requester", "{} days for the requester to answer; then the application closes"),
    ("expert", "{} days for experts, in a simple case"),
    ("expert_complex", "{} days for experts, in a complex case"),
    ("expert_silences", "after {} silences of a team in a year, the appointing body hears of it"),
    ("holder", "{} days for a holder who is asked to agree"),
    ("call", "{} days of community call before a revocation"),
    ("objection", "{} days of notice before a return takes effect"),
    ("appeal_months", "{} months to appeal"),
    ("early_years", "{} year for an early allocation"),
    ("early_renewals", "{} renewal of it without the change controller"),
)
_LIMITS = (
    ("open_applications", "{} open applications of one requester"),
    ("applications_a_day", "{} applications of one requester in a day"),
    ("mass", "{} assignments to one Assignee in a while; then an expert looks"),
    ("mass_days", "{} days count as that while"),
    ("service_codes", "{} service codes in one request, before an expert is asked"),
    ("bulk_rows", "{} rows changed at once; more need several persons"),
    ("advised_description", "{} characters of a description are advised"),
    ("description", "{} characters of a description at most"),
)

_ACTS = (
    ("system_port", "an act on a port that only the IETF assigns"),
    ("revoke", "to revoke an assignment"),
    ("free_reserved", "to set a Reserved port free"),
    ("change_authentication", "to let a member speak for a contact, or make another registrar"),
    ("rename_party", "to rename a party"),
    ("succession", "to let an organisation succeed another"),
    ("seed", "to fill the register"),
    ("bulk", "to change many rows at once"),
)


def words(policy: Policy) -> tuple[Part, ...]:
    """Return what *policy* says; a value that is not RFC 6335's own says so."""
    return (
        Part("Ranges", tuple(map(_range, policy.ranges))),
        Part("Experts", tuple(map(_team, policy.teams))),
        Part("Clocks", tuple(_values(policy.clocks, RFC6335.clocks, _CLOCKS))),
        Part("Persons", tuple(_persons(policy))),
        Part("Limits", tuple(_values(policy.limits, RFC6335.limits, _LIMITS))),
        Part("Names", tuple(_names(policy))),
        Part("Questions of the form", tuple(str(question.words) for question in policy.questions)),
        Part("Who decides", tuple(_bodies(policy))),
    )


def _range(each: Range) -> str:
    if not each.is_assignable:
        return f"{each.name}, {each.low}–{each.high}: not assigned"
    return f"{each.name}, {each.low}–{each.high}: by {' or '.join(each.procedures)}"


def _team(team: Team) -> str:
    agree = "one of them decides" if team.experts == 1 else f"{team.experts} of them must agree"
    return f"{team.name}, for {', '.join(team.transports)}: {agree}"


def _values(given: object, usual: object, what: tuple[tuple[str, str], ...]) -> Iterator[str]:
    for field, sentence in what:
        value, before = getattr(given, field), getattr(usual, field)
        yield sentence.format(value) + ("" if value == before else f" (RFC 6335’s policy: {before})")


def _persons(policy: Policy) -> Iterator[str]:
    for field, act in _ACTS:
        count = getattr(policy.persons, field)
        yield f"{act}: {'one person' if count == 1 else f'{count} persons'}"


def _names(policy: Policy) -> Iterator[str]:
    yield f"at most {policy.names.max_length} characters"
    if policy.names.prefix:
        yield f"each begins with {policy.names.prefix}"
    if policy.names.pattern:
        yield f"each matches {policy.names.pattern}"


def _bodies(policy: Policy) -> Iterator[str]:
    bodies = policy.bodies
    yield f"{bodies.operator} operates the registry; {bodies.change_controller} is the change controller"
    yield f"appeals go to {', then to '.join(bodies.appeals)}"
