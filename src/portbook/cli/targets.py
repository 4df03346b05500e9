"""What an act on entries is about: a service, at a port, on some transports; and who asked for it."""

import argparse
from typing import TYPE_CHECKING

from portbook.cli.acts import argument, number
from portbook.numbers import parse_transport

if TYPE_CHECKING:
    from portbook.procedures import Target

SERVICE = argument("service", metavar="NAME", help="the name of the service")
TARGET = (
    SERVICE,
    argument("--port", metavar="PORT", type=number, help="the rows at that port alone"),
    argument(
        "-t",
        "--transport",
        metavar="NAME",
        action="append",
        default=[],
        help="on that transport alone; repeatable",
    ),
)
ASKED_BY = argument(
    "--asked-by", metavar="CONTACT", default="", help="the contact who asks; the registry itself if not said"
)
EXPERT = argument("--expert", metavar="TEXT", default="", help="what the expert found")


def target_of(given: argparse.Namespace) -> "Target":
    """Return what *given* names."""
    from portbook.procedures import Target

    return Target(given.service, given.port, tuple(map(parse_transport, given.transport)))
