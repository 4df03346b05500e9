"""What stands beside the questions of a form: what is missing, all questions, findings, numbers, a map."""

from typing import Any

from portbook.desk.applying import checks, showing, steps
from portbook.desk.applying.checks import Look
from portbook.desk.applying.drafts import Kept
from portbook.desk.applying.fields import Question
from portbook.desk.applying.steps import ALL, Step
from portbook.edition import Edition
from portbook.findings import Finding


def missing(told: tuple[Finding, ...], seen: Look) -> dict[str, Any]:
    """Return the questions that are left open, once each, and what stands against the answers to others."""
    pairs = [(each, question) for each in told if (question := seen.question_of(each))]
    return {
        "missing": tuple(dict.fromkeys(asked for _, asked in pairs if not seen.is_answered(asked))),
        "against": [
            (each, showing.place_of(each, asked)) for each, asked in pairs if seen.is_answered(asked)
        ],
    }


def listed(kept: Kept, seen: Look, step: Step) -> dict[str, Any]:
    """Return the list of all questions: each with its mark, and where it is asked."""
    around = steps.around(step.slug, seen, kept.choice)
    found = step.questions if step.slug == ALL else steps.asked_of(seen, kept.choice)
    return {
        "questions": [
            (
                each,
                steps.address(kept, ALL if step.slug == ALL else steps.page_with(each, around)),
                seen.mark_of(each),
                each in step.questions,
            )
            for each in found
            if seen.applies(each)
        ],
        "applying": " ".join(each.slug for each in step.questions if seen.applies(each)),
    }


def evidence(edition: Edition, seen: Look, questions: tuple[Question, ...]) -> dict[str, Any]:
    """Return what stands beside *questions*: findings, names alike, precedents, good numbers, the map."""
    near = [(each.slug, _found_on(each, seen)) for each in questions]
    slugs = {each.slug for each in questions}
    asks_port = "ports" in slugs
    return {
        "found": list(dict.fromkeys(each for _, found in near for each in found)),
        "near": near,
        "asks_port": asks_port,
        "alike": seen.checked.alike if "name" in slugs else (),
        "precedents": seen.checked.precedents if slugs & {"name", "description"} else (),
        "suggestions": seen.checked.suggestions if asks_port else (),
        "chosen": seen.chosen if asks_port else None,
        "neighbours": seen.checked.neighbours if asks_port else (),
        "map": checks.around(seen, edition) if asks_port else None,
    }


def _found_on(question: Question, seen: Look) -> list[tuple[str, Finding]]:
    """What stands against the answers to *question*; nothing while there is none."""
    found = seen.findings_on(question) if seen.is_answered(question) else ()
    return [(checks.WOULD[each.action], each) for each in found]
