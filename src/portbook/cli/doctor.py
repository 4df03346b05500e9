"""`portbook doctor`: how old the data are, and what is wrong with the installation.

Each finding is one line: "ok", "note" (nothing has to be done), "old" (whole, and out of date: T-17) or
"wrong", a sentence, and what to do; the last two stand last, below a rule.  Old data are no fault of the
installation, so a machine can tell the two apart.  Looks and never touches: no network, nothing written, the
store not even upgraded.  Whatever is broken is a finding of its own, so one fault hides no other and none
ends in a traceback.
"""

import argparse
import json
import os
import platform
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NamedTuple

from portbook import __version__, lookup
from portbook.cli import output, verbs
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NO_DATA, NOT_FOUND
from portbook.cli.serve import PACKAGES
from portbook.errors import PortbookError, Problem, shown
from portbook.freshness import AGING_AFTER, OLD_AFTER, Age, age_of
from portbook.lookup_table import checked_table
from portbook.store import EditionStore, durable, home, verification
from portbook.store.shelf import Shelf, names_in, shelf_of

SOUND_EXPAT = (2, 6, 0)  # before it, a large token that comes in small pieces takes time squared (T-03)
SOUND_SQLITE = (3, 51, 3)  # before it, a write-ahead log can damage a database
HELD = Path("update", "held.json")  # in the home folder: an update that waits for somebody's decision
STATE = Path("update", "state.json")  # there: when IANA was last asked
MAX_STATE = 65_536  # bytes of it that are read

OK, NOTE, OLD, WRONG = LEVELS = ("ok", "note", "old", "wrong")
RULE = "-" * 5  # above what wants to be done


class Finding(NamedTuple):
    """One line of the report."""

    level: str  # OK, NOTE, OLD or WRONG
    subject: str  # what it is about, for programs
    message: str
    advice: str = ""

    @property
    def line(self) -> str:
        sentence = f"{self.message}; {self.advice}" if self.advice else self.message
        return f"{self.level:<5}  {sentence}"


Findings = Iterator[Finding]


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of doctor."""
    parser.add_argument("--json", dest="form", action="store_const", const="json", help="one JSON document")
    parser.add_argument(
        "--strict", action="store_true", help=f"status 1 for old data too, of more than {OLD_AFTER} days"
    )
    parser.epilog = (
        "Exit status: 0 nothing is wrong, 1 something is wrong, 2 wrong call, 3 no data to answer from."
    )


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 1 when something is wrong, or old and it is strict; 3 without any data at all."""
    with long_work("Looking at the data"):
        patient = Patient(datetime.now(UTC).date())
        found = [finding for subject, look in LOOKS.items() for finding in _looked(subject, look, patient)]
    found.sort(key=lambda finding: max(LEVELS.index(finding.level), LEVELS.index(NOTE)))
    counts = Counter(finding.level for finding in found)
    if arguments.form == "json":
        sys.stdout.write(output.json_text(_document(patient, found, counts)))
    else:
        for line in _lines(found):
            output.say(line)
    output.note(f"portbook: {counts[WRONG]} wrong, {counts[OLD]} old, {output.counted(counts[NOTE], 'note')}")
    if not patient.has_data:
        return NO_DATA
    return NOT_FOUND if counts[WRONG] or (arguments.strict and counts[OLD]) else FOUND


def _lines(found: list[Finding]) -> list[str]:
    """The findings, the rule between what may stay and what wants to be done."""
    lines = [finding.line for finding in found]
    quiet = sum(finding.level in (OK, NOTE) for finding in found)
    return [*lines[:quiet], RULE, *lines[quiet:]] if quiet < len(lines) else lines


class Patient:
    """What is looked at, each part as far as it can be read."""

    def __init__(self, today: date) -> None:
        self.today = today
        self.home: Path | None = None
        self.store: EditionStore | None = None
        self.shelf: Shelf | None = None
        self.error: Problem | None = None  # why there is no shelf
        self.problems: tuple[Problem, ...] = ()
        self.table: lookup.Table | None = None
        self.table_error = ""
        try:
            self.home = home()
            self.store = EditionStore()
            self.shelf = shelf_of(self.store.directory)
            self.problems = tuple(verification.problems(self.store.directory, self.shelf, self.store.table))
        except PortbookError as error:
            self.error = error.problem
        except OSError as error:
            self.error = Problem("E-STORE-CORRUPT", _told(error), "docs/store.md")
        try:
            self.table = lookup.current_table()
            checked_table(self.table.data)
        except (OSError, PortbookError) as error:
            self.table, self.table_error = None, str(error)

    @property
    def has_data(self) -> bool:
        """Whether any question about a port can be answered: from the table, or from an edition."""
        return self.table is not None or any(map(_is_whole, self.shelf.files if self.shelf else ()))


def _is_whole(file: Any) -> bool:
    try:
        return bool(file.data())
    except PortbookError:
        return False


def _looked(subject: str, look: Callable[[Patient], Findings], patient: Patient) -> list[Finding]:
    """What *look* finds; that it cannot look is a finding too."""
    found: list[Finding] = []
    try:
        found.extend(look(patient))
    except PortbookError as error:
        found.append(Finding(WRONG, subject, str(error.problem)))
    except OSError as error:
        found.append(Finding(WRONG, subject, _told(error), "see what it is and who may read it"))
    return found


def _told(error: OSError) -> str:
    what = f"{shown(str(error.filename), 200)} cannot be looked at: " if error.filename else ""
    return f"{what}{error.strerror or error}"


# -- the program


def _program(patient: Patient) -> Findings:
    yield Finding(OK, "version", f"Portbook {__version__} at {Path(__file__).resolve().parents[1]}")
    python = f"{platform.python_implementation()} {platform.python_version()} at {sys.executable}"
    yield Finding(OK, "python", python)
    yield Finding(OK, "platform", platform.platform())


def _parts(patient: Patient) -> Findings:
    missing = [package for package in PACKAGES if not _is_here(package)]
    if missing:
        message = f"the site lacks {', '.join(missing)}; the library and the command do without"
        yield Finding(NOTE, "site", message, "for the site: pip install 'portbook[web]'")
    else:
        yield Finding(OK, "site", "the packages of the site are here")
    mended = "a distribution may have mended it under the old number"
    yield _part("expat", SOUND_EXPAT, _expat(), f"large XML in small pieces takes it long; {mended}")
    yield _part("SQLite", SOUND_SQLITE, _sqlite(), "a database would be kept without a write-ahead log")


def _is_here(package: str) -> bool:
    try:
        return find_spec(package) is not None
    except ValueError:  # loaded by hand, without a specification
        return True


def _expat() -> tuple[int, ...] | None:
    try:
        from pyexpat import version_info
    except ImportError:
        return None
    return version_info


def _sqlite() -> tuple[int, ...] | None:
    try:
        from sqlite3 import sqlite_version_info
    except ImportError:
        return None
    return sqlite_version_info


def _part(name: str, sound: tuple[int, ...], version: tuple[int, ...] | None, effect: str) -> Finding:
    if version is None:
        return Finding(NOTE, name.lower(), f"this Python has no {name}", "install one that has it")
    said = f"{name} {'.'.join(map(str, version))}"
    if version >= sound:
        return Finding(OK, name.lower(), said)
    return Finding(NOTE, name.lower(), f"{said} is older than {'.'.join(map(str, sound))}: {effect}")


# -- the files


def _home(patient: Patient) -> Findings:
    folder = patient.home
    if folder is None:
        yield Finding(WRONG, "home", str(patient.error))
        return
    said = f"home folder {shown(str(folder), 200)}"
    if not os.path.lexists(folder):
        above = next(parent for parent in folder.parents if os.path.lexists(parent))
        can = os.access(above, os.W_OK | os.X_OK) and above.is_dir()
        yield (
            Finding(OK, "home", f"{said} is not there yet; the first edition that is added makes it")
            if can
            else Finding(NOTE, "home", f"{said} is not there and cannot be made", _OTHER_HOME)
        )
        return
    os.listdir(folder)
    if os.access(folder, os.W_OK | os.X_OK):
        yield Finding(OK, "home", f"{said} can be written")
    else:
        yield Finding(NOTE, "home", f"{said} cannot be written: no edition can be added", _OTHER_HOME)


_OTHER_HOME = "see who may write there, or set PORTBOOK_HOME to another folder"


def _data(patient: Patient) -> Findings:
    if patient.shelf is None:
        if patient.home is not None:  # else told already
            yield Finding(WRONG, "edition", str(patient.error))
        return
    newest = patient.shelf.current()
    said = f"edition {newest.id}, {newest.records:,} records, {newest.origin}"
    yield Finding(OK, "edition", said)
    if age := age_of(newest.date, patient.today):
        yield _aged("age", age, "the data are", f"old, of {newest.date}")


def _aged(subject: str, age: Age, before: str, after: str) -> Finding:
    """The finding for something that should not be old (T-17); *before* and *after* stand around the days."""
    said = f"{before} {age.days:,} {'day' if age.days == 1 else 'days'} {after}"
    if age.days < 0:
        return Finding(NOTE, subject, f"{said}: that is after today", "see whether the clock is right")
    if age.is_fresh:
        return Finding(OK, subject, said)
    level, limit = (OLD, OLD_AFTER) if age.level == "old" else (NOTE, AGING_AFTER)
    return Finding(
        level, subject, f"{said}: more than {limit} days", "`portbook update` asks IANA for newer data"
    )


def _store(patient: Patient) -> Findings:
    if patient.shelf is None:
        return  # told already
    if patient.error:  # the shelf could be read, not all that stands on it
        yield Finding(WRONG, "store", str(patient.error))
        return
    told = str(_current_problem(patient.shelf))
    problems = [p for p in patient.problems if p.code != "E-STORE-TABLE"]
    yield from (Finding(WRONG, "store", str(p)) for p in problems if not told.startswith(p.message))
    if not problems:
        counted = output.counted(len(patient.shelf.files), "edition")
        yield Finding(OK, "store", f"{counted}, each with the bytes that were published")


def _current_problem(shelf: Shelf) -> Problem | None:
    try:
        shelf.current()
    except PortbookError as error:
        return error.problem
    return None


def _table(patient: Patient) -> Findings:
    """Whether what plain keys are answered from is whole, and of the newest edition."""
    stale = [problem for problem in patient.problems if problem.code == "E-STORE-TABLE"]
    yield from (Finding(WRONG, "table", str(problem)) for problem in stale)
    if patient.table is None:
        yield Finding(WRONG, "table", patient.table_error)
    elif not stale and patient.shelf and not _current_problem(patient.shelf):
        newest, table = patient.shelf.current(), patient.table
        said = f"look-up table {shown(table.path, 200)} is of edition {table.edition_id}"
        if (table.edition_id, table.edition_sha256) == (newest.id, newest.sha256):
            yield Finding(OK, "table", said)
        else:
            advice = f"`{lookup.MAKE_ONE}` writes the package's again"
            yield Finding(WRONG, "table", f"{said}, and the newest is {newest.id}", advice)


def _left(patient: Patient) -> Findings:
    """What interrupted work left, and whether work goes on."""
    if patient.home is None or patient.store is None:
        return
    folders = (patient.home, patient.store.directory)
    left = [folder / name for folder in folders for name in names_in(folder) if durable.is_aside(name)]
    for path in left:
        message = f"{shown(str(path), 200)} is left of an interrupted write, and never read"
        yield Finding(NOTE, "left", message, "the next edition that is added takes it away")
    upgraded = patient.store.directory.with_name(f"{patient.store.directory.name}.upgraded")
    if os.path.lexists(upgraded):
        message = f"{shown(str(upgraded), 200)} is left of an interrupted upgrade"
        yield Finding(NOTE, "left", message, "`portbook editions list` finishes it")
    if _is_held(patient.store.lock):
        message = f"lock {shown(str(patient.store.lock), 200)} is held: an edition is being added"
        yield Finding(NOTE, "lock", message, "if that lasts, find the process that holds it")
    elif not left:
        yield Finding(OK, "left", "no interrupted write, and nobody is writing")


def _is_held(lock: Path) -> bool:
    """Say whether another process holds *lock*; the file itself always stays."""
    if sys.platform == "win32" or not os.path.lexists(lock):
        return False
    import fcntl

    descriptor = os.open(lock, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _update(patient: Patient) -> Findings:
    if patient.home is None:
        return
    if os.path.lexists(patient.home / HELD):
        message = "an update is held, because it changes more than is usual"
        yield Finding(WRONG, "held", message, "look at it, then `portbook update --accept-held`")
    path = patient.home / STATE
    if not os.path.lexists(path):
        yield Finding(NOTE, "checked", "IANA was never asked for newer data", "`portbook update` asks")
    elif (day := _day_checked(path)) and (age := age_of(day, patient.today)):
        yield _aged("checked", age, "IANA was last asked", f"ago, on {day}")
    else:
        message = f"{shown(str(path), 200)} does not say when IANA was last asked"
        yield Finding(NOTE, "checked", message, "the next `portbook update` writes it again")


def _day_checked(path: Path) -> str | None:
    """The day of the last successful check; None for whatever is not understood."""
    try:
        text = durable.read(path, MAX_STATE)
        checked = json.loads(text)["checked"] if len(text) <= MAX_STATE else None
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return None
    return checked[:10] if isinstance(checked, str) else None


LOOKS: dict[str, Callable[[Patient], Findings]] = {
    "program": _program,
    "home": _home,
    "edition": _data,
    "store": _store,
    "table": _table,
    "left": _left,
    "update": _update,
    "parts": _parts,
}


def _document(patient: Patient, found: list[Finding], counts: Counter[str]) -> dict[str, Any]:
    shelf = patient.shelf
    newest = shelf.current() if shelf and not _current_problem(shelf) else None
    age = age_of(newest.date, patient.today) if newest else None
    return {
        "portbook": __version__,
        "edition": newest.id if newest else None,
        "date": newest.date if newest else None,
        "age_days": age.days if age else None,
        "age": age.level if age else None,
        "wrong": counts[WRONG],
        "old": counts[OLD],
        "notes": counts[NOTE],
        "findings": [finding._asdict() for finding in found],
    }
