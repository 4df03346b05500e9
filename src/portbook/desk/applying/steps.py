"""Steps of the form: which questions stand together on a page, and in which order.

A few at a time, as people think of a service; one at a time; or all of them.  What may stay empty is folded
below what is needed, and never has a page of its own.  Which is which, `checks` knows from the rules.
"""

from collections.abc import Iterable, Iterator
from typing import NamedTuple
from urllib.parse import urlencode

from portbook.desk.applying import choices, mapping
from portbook.desk.applying.checks import Look
from portbook.desk.applying.drafts import Kept
from portbook.desk.applying.fields import Question

ALL, MORE = "all", "more"


class Step(NamedTuple):
    """One page of the form; questions that do not apply are there, unseen until they do."""

    slug: str
    title: str
    asked: tuple[Question, ...]
    folded: tuple[Question, ...] = ()

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.asked + self.folded


class _Page(NamedTuple):
    slug: str
    title: str
    questions: tuple[str, ...]


_PAGES = (  # the last one has every question that stands on none
    _Page(
        "what",
        "What is it, and where does it run?",
        (
            *("name", "maintenance", "description", "reference", "transports", "ports", "codes", "casts"),
            *("related", "document", "unauthorized", "notes"),
        ),
    ),
    _Page("who", "Who speaks for it?", ("requester", "assignee", "contact")),
    _Page("how", "How does it behave?", ("discovery", "development")),
)
_DEED, _OF_A_DEED = "maintenance", "What is to happen, and to what?"  # with what is assigned already
SLUGS = frozenset({ALL, MORE, *(page.slug for page in _PAGES)})


def ordered(questions: Iterable[Question]) -> tuple[Question, ...]:
    """Return *questions* in the order of the pages; what stands on none of them comes last."""
    order = [slug for page in _PAGES for slug in page.questions]
    place = {slug: at for at, slug in enumerate(order)}
    return tuple(sorted(questions, key=lambda each: place.get(each.slug, len(order))))


def asked_of(seen: Look, choice: str) -> tuple[Question, ...]:
    """Return the questions that apply, but those that the choice at the start has answered."""
    return tuple(each for each in _placed(seen, choice) if seen.applies(each))


def said(seen: Look, choice: str) -> tuple[Question, ...]:
    """Return the questions of a request as a whole: those that apply, and all that are answered."""
    skipped = choices.skipped(choice)
    asked = (each for each in seen.questions if each.slug not in skipped or seen.is_answered(each))
    return ordered(each for each in asked if seen.applies(each))


def _placed(seen: Look, choice: str) -> Iterator[Question]:
    skipped, typed = choices.skipped(choice), mapping.filled(seen.typed)
    for each in ordered(seen.questions):
        if each.slug not in skipped or any(field.path in typed for field in each.fields):
            yield each


def _is_central(question: Question, seen: Look, choice: str) -> bool:
    return question.slug in seen.needed | choices.central(choice) | {_DEED}


def pages(seen: Look, choice: str) -> tuple[Step, ...]:
    """Return the form as a few pages."""
    found: list[Step] = []
    for page in _PAGES:
        here = [each for each in _placed(seen, choice) if _page_of(each) is page]
        asked = [each for each in here if _is_central(each, seen, choice) or not seen.applies(each)]
        folded = tuple(each for each in here if each not in asked)
        if any(map(seen.applies, asked)):
            title = _OF_A_DEED if any(each.slug == _DEED for each in asked) else page.title
            found.append(Step(page.slug, title, tuple(asked), folded))
        elif found:
            found[-1] = found[-1]._replace(folded=found[-1].folded + folded)
    return tuple(found)


def _page_of(question: Question) -> _Page:
    return next((page for page in _PAGES if question.slug in page.questions), _PAGES[-1])


def singles(seen: Look, choice: str) -> tuple[Step, ...]:
    """Return the form as one question a page; what may stay empty stands on the last one together."""
    asked = asked_of(seen, choice)
    central = [each for each in asked if _is_central(each, seen, choice)]
    found = tuple(_single(each) for each in central)
    rest = tuple(each for each in asked if each not in central)
    return (*found, Step(MORE, "Is there more to say?", rest)) if rest else found


def _single(question: Question) -> Step:
    return Step(question.slug, question.title, (question,))


def around(slug: str, seen: Look, choice: str) -> tuple[Step, ...]:
    """Return the steps among which the one called *slug* stands."""
    is_page = not slug or any(page.slug == slug for page in _PAGES)
    return pages(seen, choice) if is_page else singles(seen, choice)


def step_of(slug: str, seen: Look, choice: str) -> Step | None:
    """Return the step called *slug*: a page, the only question of one, or all; "" is the first page."""
    if slug == ALL:
        return Step(ALL, "", ordered(seen.questions))
    found = around(slug, seen, choice)
    if not slug:
        return found[0]
    alone = (_single(each) for each in seen.questions if each.slug == slug)
    return next((each for each in found if each.slug == slug), next(alone, None))


def page_with(question: Question, found: Iterable[Step]) -> str:
    """Return the step of *found* on which *question* stands, else its own."""
    return next((step.slug for step in found if question in step.questions), question.slug)


def address(kept: Kept, slug: str, to: str = "", row: str = "") -> str:
    """Return the address of a step of the form; *to* is where it leads to, *row* a list with an empty row."""
    step = ALL if slug == ALL else urlencode({"step": slug}) if slug else ""
    more = urlencode({name: value for name, value in (("to", to), ("row", row)) if value})
    asked = "&".join(filter(None, (step, more)))
    return f"{kept.address}?{asked}" if asked else kept.address
