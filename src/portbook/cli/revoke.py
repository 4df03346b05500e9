"""`portbook revoke suspect|report|keep|enter|...`: whether an assignment is revoked, step by step."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, verbs
from portbook.cli.acts import Part, argument, text_of
from portbook.cli.targets import EXPERT, TARGET, target_of

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done

_CASE = argument("case", metavar="CASE", type=acts.number, help="the number of the case")


def _suspect(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.suspect(act, target_of(given), text_of(given.attempts))


def _report(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.report_life(act, given.case, text_of(given.life))


def _keep(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.keep(act, given.case, text_of(given.finding))


def _enter(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.revoke(act, given.case, text_of(given.disuse), given.expert)


def _draft(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    need, draft = text_of(given.need), text_of(given.draft)
    return revoking.draft_call(act, given.case, need=need, draft=draft, expert=given.expert)


def _call(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.open_call(act, given.case, given.reference)


def _end(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    return revoking.close_call(act, given.case)


def _decide(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import revoking

    is_revoked = given.outcome == "revoked"
    return revoking.decide(
        act, given.case, is_revoked=is_revoked, decision=given.reference, expert=given.expert
    )


_REFERENCE = argument("--reference", metavar="TEXT", required=True, help="where the IESG published it")

ACTS = {
    "suspect": Part(
        "open a case: the Assignee was asked, and has time to answer",
        (*TARGET, argument("--attempts", metavar="TEXT", required=True, help="how they were asked")),
        _suspect,
    ),
    "report": Part(
        "record a sign of use",
        (_CASE, argument("--life", metavar="TEXT", required=True, help="the sign")),
        _report,
    ),
    "keep": Part(
        "end the case, nothing is revoked",
        (_CASE, argument("--finding", metavar="TEXT", required=True, help="why")),
        _keep,
    ),
    "enter": Part(
        "revoke in a clear case",
        (_CASE, argument("--disuse", metavar="TEXT", required=True, help="what shows the disuse"), EXPERT),
        _enter,
    ),
    "draft": Part(
        "draft the IESG's call for a case that is not clear",
        (
            _CASE,
            argument("--need", metavar="TEXT", required=True, help="for what the value is needed"),
            argument("--draft", metavar="TEXT", required=True, help="the words of the call"),
            EXPERT,
        ),
        _draft,
    ),
    "call": Part("record that the IESG published its call", (_CASE, _REFERENCE), _call),
    "end-call": Part("end the call, when its four weeks are over", (_CASE,), _end),
    "decide": Part(
        "record what the IESG decided",
        (_CASE, argument("outcome", choices=("revoked", "kept")), _REFERENCE, EXPERT),
        _decide,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of revoke."""
    acts.parts_of(parser, ACTS)


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return acts.run(arguments)
