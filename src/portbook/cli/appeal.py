"""`portbook appeal file|decide|list`: appeals against what an Event tells, and what became of them."""

import argparse
import sys
from typing import TYPE_CHECKING

from portbook.cli import acts, output, verbs, waiting
from portbook.cli.acts import Part, argument
from portbook.cli.refusal import FOUND
from portbook.review import Decision

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done


def _file(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import appeals

    return appeals.file(act, given.event, given.to, acts.text_of(given.facts), given.appellant)


def _decide(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import appeals

    decision = Decision(given.outcome.replace("-", " "))
    return appeals.decide(act, given.appeal, decision, given.reference, is_undone=given.undo)


ACTS = {
    "file": Part(
        "file an appeal against a decision",
        (
            argument(
                "event", metavar="EVENT", type=acts.number, help="the number of the Event that tells it"
            ),
            argument(
                "--to", metavar="BODY", default="IESG", help="who hears it: the IESG first, then the IAB"
            ),
            argument("--facts", metavar="TEXT", required=True, help="what happened; - for standard input"),
            argument("--appellant", metavar="NAME", required=True, help="who appeals"),
        ),
        _file,
    ),
    "decide": Part(
        "record what the body decided",
        (
            argument("appeal", metavar="N", type=acts.number, help="the number of the appeal"),
            argument("outcome", choices=[each.replace(" ", "-") for each in Decision]),
            argument("--reference", metavar="TEXT", required=True, help="where the decision is on record"),
            argument("--undo", action="store_true", help="to decide anew: the rows go back meanwhile"),
        ),
        _decide,
    ),
}


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of appeal."""
    parts = acts.parts_of(parser, ACTS)
    waiting.add_list(parts, "list", "the appeals, the newest last")


def run(arguments: argparse.Namespace) -> int:
    """Do what the part says."""
    return _list(arguments) if arguments.part == "list" else acts.run(arguments)


def _list(arguments: argparse.Namespace) -> int:
    acts.connect()
    from portbook.register import tables
    from portbook.register.cases import Appeal

    names = ("appeal", "event", "body", "appellant", "filed", "state", "outcome")
    rows = [
        (each.identity, each.decision_id, each.body, each.appellant, each.filed, each.state, each.outcome)
        for each in tables.load(Appeal, "ORDER BY identity")
    ]
    if arguments.json:
        sys.stdout.write(output.json_text([dict(zip(names, row, strict=True)) for row in rows]))
    else:
        titles = [name.capitalize() for name in names]
        output.table(titles, [[str(value) for value in row] for row in rows])
    return FOUND
