"""`portbook convert IN --to F [-o OUT]`: an edition in another format, with what that cannot hold said aloud.

OUT is written aside in its own folder and renamed, so it is whole or not there; a file that is there already
is replaced only with `--force`, and only if it is a regular file.
"""

import argparse
import os
import stat
import sys
from pathlib import Path

from portbook import formats
from portbook.cli import verbs
from portbook.cli.data import MARK, input_bytes, read_edition
from portbook.cli.output import counted, note, on_terminal
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, UnwrittenError, UsageError, usage
from portbook.edition import Edition
from portbook.errors import FormatError, Problem, StoreError, shown
from portbook.records import PublishedDate
from portbook.store import durable

READ = ", ".join(formats.FORMATS)
WRITTEN = ", ".join(form.name for form in formats.FORMATS.values() if form.writable)
RENDERINGS = ("A", "B", "C", "D")  # `formats.columns.Rendering`, not loaded for a line of help
HEADERS = ("new", "old")
OPTIONS = {"rendering": ("csv",), "header": ("csv",), "layout": ("txt", "html")}
KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISLNK, "a symbolic link"),
    (stat.S_ISFIFO, "a named pipe"),
    (stat.S_ISCHR, "a device"),
    (stat.S_ISBLK, "a device"),
)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of convert."""
    parser.add_argument("source", metavar="IN", help="an edition; - for standard input")
    parser.add_argument("--from", dest="given", metavar="F", help=f"its format, else by its content: {READ}")
    parser.add_argument("--to", dest="wanted", metavar="F", required=True, help=WRITTEN)
    parser.add_argument(
        "-o", "--output", metavar="OUT", default=MARK, help="the file to write; else standard output"
    )
    parser.add_argument("--force", action="store_true", help="replace OUT if it is there")
    table = parser.add_argument_group("for --to csv")
    table.add_argument(
        "--rendering", choices=RENDERINGS, help="IANA's way to make text a cell; D if not said"
    )
    table.add_argument(
        "--header", choices=HEADERS, help="the eleventh title: new if not said, old before 2019"
    )
    page = parser.add_argument_group("for --to txt and --to html")
    page.add_argument(
        "--layout", metavar="DATE", help="IANA's layout of that date; of the edition's own if not said"
    )


def run(arguments: argparse.Namespace) -> int:
    """Convert; nothing is written when anything is wrong."""
    for name in (arguments.given, arguments.wanted):
        if name is not None:
            known_format(name)
    if not known_format(arguments.wanted).writable:
        message = f"format {arguments.wanted!r} is read, not written; written are {WRITTEN}"
        raise UsageError(Problem("E-FORMAT-READONLY", message, "docs/formats.md"))
    options = options_of(arguments)
    target = None if arguments.output == MARK else free_target(arguments.output, force=arguments.force)
    edition = read_edition(input_bytes(arguments.source), arguments.given, arguments.source)
    with long_work(f"Writing {arguments.wanted}"):
        data = formats.write(edition, arguments.wanted, **options)
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


def options_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Return the options of the format that were given; which format has which, `OPTIONS` says."""
    said = {name: value for name in OPTIONS if (value := getattr(arguments, name)) is not None}
    for name in said:
        if arguments.wanted not in OPTIONS[name]:
            formats_with = " and ".join(f"--to {wanted}" for wanted in OPTIONS[name])
            raise usage(f"--{name} is for {formats_with}, not for {arguments.wanted!r}", "convert")
    if "layout" in said and not PublishedDate(said["layout"]).is_valid:
        raise usage(f"--layout {shown(said['layout'])} is no date, written YYYY-MM-DD or YYYY-MM", "convert")
    return said


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
    if replaceable(target) and not force:
        raise taken(target)
    return target


def replaceable(target: Path) -> os.stat_result | None:
    """Return what the system says of the file at *target*, None if nothing is there.

    Raises `UsageError` E-FILE-EXISTS for what is no regular file: a rename would put a file in the place of a
    device or a pipe, and cut a link off from what it leads to.
    """
    try:
        found = target.lstat()
    except (OSError, ValueError):  # whoever writes is told the reason
        return None
    if stat.S_ISREG(found.st_mode):
        return found
    what = next((word for is_one, word in KINDS if is_one(found.st_mode)), "no regular file")
    message = f"{str(target)!r} is {what}, not a file to write; it is not replaced"
    raise UsageError(Problem("E-FILE-EXISTS", message, "docs/errors.md"))


def put(target: Path, data: bytes, *, force: bool) -> None:
    """Write *data* at *target*, whole or not at all; without `--force` never over a file, not even a new one.

    Raises `UsageError` E-FILE-EXISTS or `UnwrittenError` E-FILE-WRITE.
    """
    try:
        aside = durable.prepare(target, data)
        try:
            if force:
                _replace(aside, target)
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


def _replace(aside: Path, target: Path) -> None:
    """Put what was written *aside* in the place of *target*, with the permissions of what is there."""
    if old := replaceable(target):
        aside.chmod(stat.S_IMODE(old.st_mode) & 0o777)
    os.replace(aside, target)


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
    return UnwrittenError(Problem("E-FILE-WRITE", message, "docs/errors.md"))


def taken(target: Path) -> UsageError:
    """Return the error for a file that is there already."""
    return UsageError(
        Problem("E-FILE-EXISTS", f"{str(target)!r} is there already; --force replaces it", "docs/errors.md")
    )
