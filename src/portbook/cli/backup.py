"""`portbook backup FILE`: the whole register as one file, tried out by restoring it."""

import argparse
from pathlib import Path

from portbook.cli import acts, verbs
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, usage
from portbook.errors import DataMissing, Problem, shown

_ABOUT = """
It is taken while others act, of one moment, and is the same for SQLite and PostgreSQL. Then it is restored
into a database that is thrown away: a backup that was never restored is a hope. It holds all that the
register holds, and the accounts of its desk, who signs in with what among them: only its owner may read it;
encrypt it where it leaves the machine. Sessions, tokens, invitations and status links are not in it: after
a restore everybody signs in again, and programs need new tokens.
The editions and keys are files of their own (portbook paths); back them up beside it."""


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of backup."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.add_argument("file", metavar="FILE", help="a new file")
    parser.add_argument("--verify", action="store_true", help="try FILE out, which is there; write nothing")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Write a backup, and try it out."""
    path = Path(arguments.file)
    if arguments.verify:
        acts.set_up(acts.with_desk())
        is_there(path)
    else:
        acts.connect(settings=acts.with_desk())
    from portbook.register import backups

    if not arguments.verify:
        with long_work("Writing the backup"):
            backups.write(path)
    with long_work("Restoring it into a database of its own"):
        made = backups.try_out(path)
    told = {"file": arguments.file, "events": made.events, "head": made.head, "rows": made.rows}
    acts.tell_facts(told, is_json=arguments.json)
    return FOUND


def is_there(path: Path) -> None:
    """Raise `DataMissing` E-FILE-READ where no file is."""
    if path.is_dir():
        raise usage(f"{shown(str(path), 200)} is a folder", "backup")
    if not path.is_file():
        message = f"{shown(str(path), 200)} cannot be read: there is no such file"
        raise DataMissing(Problem("E-FILE-READ", message, "portbook backup --help"))
