"""`portbook convert IN --to F [-o OUT]`: an edition in another format, with what that cannot hold said aloud.

OUT is written aside in its own folder and renamed, so it is whole or not there; a file that is there already
is replaced only with `--force`.
"""

import argparse
import os
import sys
from pathlib import Path

from portbook import formats
from portbook.cli import verbs
from portbook.cli.data import MARK, input_bytes, read_edition
from portbook.cli.output import counted, note, on_terminal
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, UnwrittenError, UsageError
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, StoreError, shown
from portbook.store import durable

READ = ", ".join(formats.FORMATS)
WRITTEN = ", ".join(form.name for form in formats.FORMATS.values() if form.writable)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of convert."""
    parser.add_argument("source", metavar="IN", help="an edition; - for standard input")
    parser.add_argument("--from", dest="given", metavar="F", help=f"its format, else by its content: {READ}")
    parser.add_argument("--to", dest="wanted", metavar="F", required=True, help=WRITTEN)
    parser.add_argument(
        "-o", "--output", metavar="OUT", default=MARK, help="the file to write; else standard output"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there")


def run(arguments: argparse.Namespace) -> int:
    """Convert; nothing is written when anything is wrong."""
    for name in (arguments.given, arguments.wanted):
        if name is not None:
            known_format(name)
    if not known_format(arguments.wanted).writable:
        message = f"format {arguments.wanted!r} is read, not written; written are {WRITTEN}"
        raise UsageError(Problem("E-FORMAT-READONLY", message, "docs/formats.md"))
    target = None if arguments.output == MARK else free_target(arguments.output, force=arguments.force)
    edition = read_edition(input_bytes(arguments.source), arguments.given, arguments.source)
    with long_work(f"Writing {arguments.wanted}"):
        data = formats.write(edition, arguments.wanted)
        lost = lost_parts(edition, arguments.wanted)
    if target is None:
        sys.stdout.flush()
        sys.stdout.buffer.write(data)
        sys.stdout.buffer.flush()
        if on_terminal():
            sys.stdout.write("\n")
    else:
        put(target, data, force=arguments.force)
    for line in lost:
        note(f"portbook: {line}")
    return FOUND


def known_format(name: str) -> formats.Format:
    """Return the format called *name*; a wrong name is a wrong call, in the library's words."""
    try:
        return formats.named(name)
    except FormatError as error:
        raise UsageError(error.problem) from error


def lost_parts(edition: Edition, name: str) -> list[str]:
    """Return what to say of an edition written as *name*: what it lost, and what reading remarked."""
    said = []
    if formats.project(edition, name) != edition:
        lost = [part for part in formats.losses(name) if part not in edition.absent]
        said.append(f"{name} cannot hold: {', '.join(lost)}")
    if edition.absent:
        said.append(f"not in the source: {', '.join(edition.absent)}")
    if edition.remarks:
        said.append(
            f"{counted(len(edition.remarks), 'remark')} of the reader; `portbook check FILE` shows more"
        )
    return said


def free_target(name: str, *, force: bool) -> Path:
    """Return the path to write; raise `UsageError` E-FILE-EXISTS when it is taken, without `--force`."""
    target = Path(name)
    if target.is_dir():
        raise UsageError(Problem("E-FILE-EXISTS", f"{name!r} is a folder, not a file to write", "convert -o"))
    if os.path.lexists(target) and not force:
        raise taken(target)
    return target


def put(target: Path, data: bytes, *, force: bool) -> None:
    """Write *data* at *target*, whole or not at all; without `--force` never over a file, not even a new one.

    Raises `UsageError` E-FILE-EXISTS or `UnwrittenError` E-FILE-WRITE.
    """
    try:
        aside = durable.prepare(target, data)
        try:
            if force:
                os.replace(aside, target)
            else:
                _name_new(aside, target)
        finally:
            durable.discard(aside)
    except OSError as error:
        raise unwritten(target, "cannot be written", error) from error
    try:
        durable.flush_folder(target.parent)
    except OSError as error:
        raise unwritten(target, "is written, but may not last", error) from error


def _name_new(aside: Path, target: Path) -> None:
    """Give what was written *aside* the name *target*, unless that is taken."""
    try:
        os.link(aside, target, follow_symlinks=False)  # unlike rename, it refuses a name that is taken
    except FileExistsError:
        raise taken(target) from None
    except OSError:  # no hard links on this file system
        if os.path.lexists(target):
            raise taken(target) from None
        os.replace(aside, target)


def unwritten(target: Path, what: str, error: OSError) -> UnwrittenError:
    """Return the error for a file that the system does not let us write, with the system's reason."""
    if isinstance(error, StoreError) and isinstance(error.__cause__, OSError):
        error = error.__cause__  # OUT is in no store, nor are the store's words about it
    message = f"{shown(str(target), 200)} {what}: {error.strerror or error}"
    return UnwrittenError(Problem("E-FILE-WRITE", message, "convert -o"))


def taken(target: Path) -> UsageError:
    """Return the error for a file that is there already."""
    return UsageError(
        Problem("E-FILE-EXISTS", f"{str(target)!r} is there already; --force replaces it", "convert -o")
    )
