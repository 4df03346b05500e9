"""Fillings: buttons that answer a question at once, from what is known, so that nothing is typed twice."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from portbook.desk.applying.mapping import Typed
from portbook.desk.members import Person
from portbook.policy import Policy, Range

_FIRST_PORT, _FIRST_RANGE = "ports.0.number", "ports.0.range"
_PARTS = ("name", "email", "organisation", "id")
_CASTS = ("broadcast", "multicast", "anycast")


class Known(NamedTuple):
    """What a button can take an answer from."""

    person: Person
    typed: Typed
    policy: Policy


class Filling(NamedTuple):
    """One button; `more` is what its name says besides, for who does not see the question above it."""

    slug: str
    label: str
    more: str


def of(question: str, policy: Policy) -> tuple[Filling, ...]:
    """Return the buttons of the question called *question*."""
    return tuple(_of(question, policy))


def _of(question: str, policy: Policy) -> Iterator[Filling]:
    match question:
        case "assignee":
            yield Filling("both", "I do, and I answer questions too", "")
            yield Filling("assignee", "I do", "hold it")
        case "contact":
            yield Filling("contact", "I do", "answer questions")
            yield Filling("same", "Whoever holds it", "answers questions")
        case "casts":
            yield Filling("casts", "None of the three", "")
        case "ports" if within := _left_to_the_registry(policy):
            yield Filling("range", f"Let the registry choose among the {within.name}", "")


def _left_to_the_registry(policy: Policy) -> Range | None:
    ranges = (each for each in policy.ranges if each.is_assignable and not each.is_for_the_ietf)
    return next(ranges, None)


def filled(slug: str, known: Known) -> Typed | None:
    """Return what the button *slug* types; None where there is no such button."""
    fill = _FILLS.get(slug)
    return fill(known) if fill else None


def question_of(slug: str) -> str:
    """Return the question at which the button *slug* stands."""
    return {"both": "assignee", "same": "contact", "range": "ports"}.get(slug, slug)


def _me(group: str, known: Known) -> Typed:
    """Who is signed in: as the contact that he acts for, else by the name and address of the account."""
    person = known.person
    if person.party:
        return {f"{group}.{part}": person.party if part == "id" else "" for part in _PARTS}
    name = "" if person.shown_as == person.email else person.shown_as
    kept = known.typed.get(f"{group}.organisation", "")
    said = {"name": name, "email": person.email, "organisation": kept, "id": ""}
    return {f"{group}.{part}": text for part, text in said.items()}


def _same(known: Known) -> Typed:
    return {f"contact.{part}": known.typed.get(f"assignee.{part}", "") for part in _PARTS}


def _range(known: Known) -> Typed:
    within = _left_to_the_registry(known.policy)
    return {_FIRST_PORT: "", _FIRST_RANGE: within.name if within else ""}


_FILLS: dict[str, Callable[[Known], Typed]] = {
    "both": lambda known: _me("assignee", known) | _me("contact", known),
    "assignee": lambda known: _me("assignee", known),
    "contact": lambda known: _me("contact", known),
    "same": _same,
    "casts": lambda known: {f"casts.{each}": "no" for each in _CASTS},
    "range": _range,
}


def number(text: str) -> Typed:
    """Return what is typed by taking the good number *text*."""
    return {_FIRST_PORT: text, _FIRST_RANGE: ""}
