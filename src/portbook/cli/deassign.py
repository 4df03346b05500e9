"""`portbook deassign announce|confirm|enter|list|...`: a port or a name is given back, after a notice."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, verbs, waiting
from portbook.cli.acts import EVIDENCE, FOR_APPLICATION, NOTICE, Part, argument
from portbook.cli.targets import ASKED_BY, EXPERT, TARGET, target_of

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done


def _announce(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import returning

    return returning.announce(
        act, target_of(given), asked_by=given.asked_by, evidence=given.evidence, expert=given.expert
    )


def _confirm(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import returning

    return returning.confirm(act, given.notice, given.evidence, given.asked_by)


def _stop(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import returning

    return returning.stop(act, given.notice)


def _enter(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import returning

    return returning.deassign(act, given.notice, given.application)


def _release(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import returning

    return returning.release(act, target_of(given), given.document)


ACTS = {
    "announce": Part(
        "announce that a port or a name is given back", (*TARGET, ASKED_BY, EVIDENCE, EXPERT), _announce
    ),
    "confirm": Part(
        "record that the Assignee confirms what the Contact asks", (NOTICE, ASKED_BY, EVIDENCE), _confirm
    ),
    "stop": Part("stop a return that was announced", (NOTICE,), _stop),
    "enter": Part(
        "give back what was announced, when the days of objection are over", (NOTICE, FOR_APPLICATION), _enter
    ),
    "release": Part(
        "let an RFC release a port that the IESG holds",
        (*TARGET, argument("--document", metavar="RFC", required=True, help="such as rfc9999")),
        _release,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of deassign."""
    parts = acts.parts_of(parser, ACTS)
    waiting.add_list(parts, "list", "the returns that were announced, with their days")


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return waiting.returns(arguments) if arguments.part == "list" else acts.run(arguments)
