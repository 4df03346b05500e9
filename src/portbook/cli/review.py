"""`portbook review queue|show|validate|recommend|...`: what the operator, holders, experts and bodies do."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, casefiles, verbs
from portbook.cli.acts import APPLICATION, SEEN, WORDS, Part, argument, seen_of, text_of
from portbook.cli.refusal import usage
from portbook.review import Ground, Verdict

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

RULINGS = ("approved", "refused", "dropped")
GROUNDS = ", ".join(ground.name.lower() for ground in Ground)


def _open(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.open_ticket(act, given.application)


def _validate(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.validate(act, given.application, version=seen_of(given))


def _give_back(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    words = text_of(given.words)
    return reviewing.give_back(act, given.application, version=seen_of(given), words=words)


def _consult(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.consult(act, given.application, words=text_of(given.words))


def _advise(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.advise(act, given.application, words=text_of(given.words))


def _escalate(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    words = text_of(given.words)
    return reviewing.escalate(act, given.application, version=seen_of(given), words=words)


def _remind(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.remind(act, given.application)


def _record(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import reviewing

    return reviewing.record_decision(
        act,
        given.application,
        version=seen_of(given),
        ruling=reviewing.Ruling(given.ruling),
        reference=given.reference,
        words=text_of(given.words),
    )


def _confirm(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import confirming

    reasons = text_of(given.words)
    agrees = given.answer == "yes"
    return confirming.confirm(act, given.application, version=seen_of(given), agrees=agrees, reasons=reasons)


def _close_unconfirmed(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import confirming

    return confirming.close_unconfirmed(act, given.application)


def _lapse(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import applying

    return applying.lapse(act, given.application)


def _recommend(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import recommending

    return recommending.recommend(
        act,
        given.application,
        version=seen_of(given),
        verdict=Verdict(given.verdict),
        reasons=text_of(given.words),
        grounds=tuple(map(_ground, given.ground)),
    )


def _ground(word: str) -> Ground:
    try:
        return Ground[word.upper()]
    except KeyError:
        raise usage(f"ground {word!r} is none of {GROUNDS}", "review") from None


def _ask(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import recommending

    return recommending.ask(act, given.application, version=seen_of(given), question=text_of(given.words))


def _recuse(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import recommending

    return recommending.recuse(act, given.application, tie=text_of(given.words))


def _check_again(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import assigning

    return assigning.check_again(act, given.application, version=seen_of(given))


ACTS = {
    "open": Part("begin to look at a request", (APPLICATION,), _open),
    "validate": Part("check it by every rule, and send it where they say", (APPLICATION, SEEN), _validate),
    "return": Part("give it back to its author with a question", (APPLICATION, SEEN, WORDS), _give_back),
    "consult": Part("ask a colleague", (APPLICATION, WORDS), _consult),
    "advise": Part("answer a colleague", (APPLICATION, WORDS), _advise),
    "confirm": Part(
        "say for a holder whether they agree",
        (APPLICATION, argument("answer", choices=("yes", "no")), SEEN, WORDS),
        _confirm,
    ),
    "recommend": Part(
        "say as an expert whether it should be granted",
        (
            APPLICATION,
            argument("verdict", choices=[each.value for each in Verdict], help="what is recommended"),
            SEEN,
            WORDS,
            argument(
                "--ground", metavar="WORD", action="append", default=[], help=f"of a refusal: {GROUNDS}"
            ),
        ),
        _recommend,
    ),
    "ask": Part("ask the requester as an expert; who asks is not told", (APPLICATION, SEEN, WORDS), _ask),
    "recuse": Part("step aside as an expert, and say why", (APPLICATION, WORDS), _recuse),
    "escalate": Part("bring it before the IESG", (APPLICATION, SEEN, WORDS), _escalate),
    "record": Part(
        "record what the IESG decided, or what became of a document",
        (
            APPLICATION,
            argument("ruling", choices=RULINGS),
            SEEN,
            argument("--reference", metavar="TEXT", required=True, help="where the decision is on record"),
            WORDS,
        ),
        _record,
    ),
    "check-again": Part(
        "take an approved request back, because something stands against it now",
        (APPLICATION, SEEN),
        _check_again,
    ),
    "remind": Part("remind who is late", (APPLICATION,), _remind),
    "lapse": Part("close a request whose author did not answer in time", (APPLICATION,), _lapse),
    "close": Part("refuse a request whose holder did not answer in time", (APPLICATION,), _close_unconfirmed),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of review: the queue, a case, and the acts."""
    parts = acts.parts_of(parser, {})
    casefiles.add_queue(parts, "queue", "the cases that wait for a member, the most urgent first")
    shows = "a case: what it asks for, what stands against it, what was said"
    casefiles.add_case(parts, "show", shows, is_whole=True)
    due = acts.plain_part(parts, "due", "what time has made due: reminders, requests to close")
    casefiles.looking(due)
    due.add_argument("--json", action="store_true", help="one JSON document")
    acts.add(parts, ACTS)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    looking = {"queue": casefiles.queue, "show": casefiles.case, "due": casefiles.due}
    return looking.get(arguments.part, acts.run)(arguments)
