"""`portbook assign N`: enter what an approved request asks for into the registry."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli import acts, verbs
from portbook.cli.acts import Part

if TYPE_CHECKING:
    from portbook.register.acts import Act, Done


def _assign(act: "Act", given: argparse.Namespace) -> "Done":
    from portbook.register.operations import assigning

    return assigning.assign(act, given.application, version=acts.seen_of(given))


ASSIGN = Part("enter what an approved request asks for", (acts.APPLICATION, acts.SEEN), _assign)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of assign."""
    parser.has_parts = True  # its options need not stand first
    for each in ASSIGN.arguments:
        parser.add_argument(*each.names, **each.options)
    parser.set_defaults(act=ASSIGN)
    acts.act_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Assign; 1 when something stands against it."""
    return acts.run(arguments)
