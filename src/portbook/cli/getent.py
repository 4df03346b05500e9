"""`portbook getent services [KEY...]`: the answers of the C library's getent, from an edition.

Output, exit status and reading of keys are glibc's (nss/getent.c): names are compared with their case, "0443"
is 443, what follows the first slash is the protocol.  So scripts get the one or the other without a
difference.  A name that the registry calls an alias of another one on the same port stands behind it.
"""

import argparse
import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from portbook.cli import verbs
from portbook.cli.data import chosen_file
from portbook.cli.output import note, visible
from portbook.cli.refusal import UsageError, sentence
from portbook.edition import Edition
from portbook.errors import Problem
from portbook.names import same_name
from portbook.numbers import MAX_PORT, Transport

DATABASE = "services"
OK = 0
WRONG_CALL = 1  # or an unknown database
MISSING = 2


class Line(NamedTuple):
    """A line of services(5)."""

    name: str
    port: int
    protocol: str
    aliases: tuple[str, ...]

    def __str__(self) -> str:
        words = (
            f"{visible(self.name):<21} {self.port}/{visible(self.protocol)}",
            *map(visible, self.aliases),
        )
        return " ".join(words)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of getent."""
    parser.add_argument("database", metavar="services", help="the one database there is")
    parser.add_argument(
        "keys",
        metavar="KEY",
        nargs="*",
        default=[],
        help="443, 443/tcp, https, https/udp; none: the whole table",
    )
    verbs.edition_options(parser)
    parser.epilog = (
        "Exit status: 0 found, 1 wrong call or unknown database, 2 a key was not found, 3 data missing."
    )


def answer(argv: Sequence[str]) -> int:
    """Run getent with *argv*; a wrong call is 1 here, as in glibc."""
    try:
        arguments = verbs.parser_of("getent").understood(argv)
    except UsageError as error:
        note(sentence(error))
        return WRONG_CALL
    except SystemExit:  # --help has been printed
        return OK
    return run(arguments)


def run(arguments: argparse.Namespace) -> int:
    """Print the line of each key that has one, or all lines."""
    if arguments.database != DATABASE:
        problem = Problem(
            "E-USAGE", f"unknown database: {arguments.database}; there is {DATABASE}", "getent(1)"
        )
        note(f"portbook: {problem}")
        return WRONG_CALL
    edition = chosen_file(arguments).edition
    table = tuple(lines(edition))
    if not arguments.keys:
        sys.stdout.writelines(f"{line}\n" for line in table)
        if left_out := [name for name in edition.service_names if not _fits(name)]:
            note(f"portbook: left out, for services(5) has no place for such names: {', '.join(left_out)}")
        return OK
    index = index_of(table)
    found = [index.get(question(key)) for key in arguments.keys]
    sys.stdout.writelines(f"{line}\n" for line in found if line)
    return OK if all(found) else MISSING


Question = tuple[int | str, str | None]


def question(key: str) -> Question:
    """Return what glibc's getent takes *key* for: a port or a name, and a protocol or None."""
    subject, slash, protocol = key.partition("/")
    digits = re.fullmatch(r"0*([0-9]{1,5})", subject, re.ASCII)
    asked = int(digits[1]) if digits and int(digits[1]) <= MAX_PORT else subject
    return asked, protocol if slash else None


def index_of(table: Iterable[Line]) -> dict[Question, Line]:
    """Return the first line that answers each question, as glibc reads the file from its start."""
    index: dict[Question, Line] = {}
    for line in table:
        subjects: tuple[int | str, ...] = (line.port, line.name, *line.aliases)
        for subject in subjects:
            index.setdefault((subject, line.protocol), line)
            index.setdefault((subject, None), line)
    return index


def lines(edition: Edition) -> Iterator[Line]:
    """Yield the services of *edition* as lines: by port, within it in registry order.

    Ranges are expanded (R-LOOK-5); a row that names no transport gives a line for each (R-LOOK-6).  Names
    that services(5) cannot hold are left out.
    """
    names: dict[tuple[int, str], list[str]] = {}
    for record in edition.records:
        protocols = (record.transport,) if record.transport else tuple(map(str, Transport))
        if (
            record.service_name
            and all(map(_fits, (record.service_name, *protocols)))
            and (ports := record.ports)
        ):
            for port in range(ports.low, ports.high + 1):
                for protocol in protocols:
                    names.setdefault((port, protocol), []).append(record.service_name)
    for port, protocol in sorted(names, key=lambda place: place[0]):  # stable: transports in registry order
        for name, aliases in _with_aliases(names[port, protocol], edition):
            yield Line(name, port, protocol, aliases)


def _fits(name: str) -> bool:
    """Whether a line of services(5) can hold *name*: blanks end a name there, and # begins a comment."""
    return not re.search(r"[\s#\x00-\x1f]", name)


def _with_aliases(names: list[str], edition: Edition) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The *names* of one port and transport; those that another of them replaces stand behind that one."""
    own: dict[str, list[str]] = {}
    for name in dict.fromkeys(names):
        canonical = edition.canonical(name)
        primary = next((other for other in names if same_name(other, canonical)), name)
        own.setdefault(primary, [])
        if primary != name:
            own[primary].append(name)
    return ((name, tuple(aliases)) for name, aliases in own.items())
