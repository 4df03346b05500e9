"""The manifest: what a publication is and every file of it, as a value and as bytes, one to one.

The bytes are canonical: read and written again they are the same, and the last line is a digest of all
before it, so that any changed byte shows, signed or not.  Who made it the signature says (`keys`).  Read from
others, so within limits and strictly (I-9, T-40).  Schema: docs/publication.md.
"""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, NamedTuple

from portbook.errors import FormatError, Problem, RuleError, shown
from portbook.publication.digests import Digests, Entry
from portbook.publication.failures import SOURCE
from portbook.publication.paths import checked_path
from portbook.store.edition_files import checked_instant
from portbook.store.ids import id_order

FORMAT = "portbook-publication"
VERSION = 1
MAX_MANIFEST = 32 * 1024 * 1024  # bytes
MAX_FILES = 100_000
MAX_FILE = 256 * 1024 * 1024  # bytes of one file
MAX_VALUES = 4 * MAX_FILES  # objects and lists; a file has one, and what is long in reading is not read
MAX_NUMBER = 10**9 - 1
MAX_VERSIONS = 100  # in `made_with`

_DIGESTS = {"sha256": re.compile(r"[0-9a-f]{64}", re.ASCII), "sha512": re.compile(r"[0-9a-f]{128}", re.ASCII)}


class Which(NamedTuple):
    """The edition that was published."""

    id: str
    date: str
    sha256: str  # of the bytes as IANA published them
    format: str  # that those are in


class Link(NamedTuple):
    """A number and the digest of what it names: the manifest before, the head of a chain of events."""

    number: int
    sha256: str


class Absent(NamedTuple):
    """A file that readers may look for and that is not there, and why."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a publication says of itself; `files` are all but the manifest and its signature, by path."""

    number: int
    edition: Which
    made: str  # the instant, UTC
    expires: str
    portbook: str  # its version
    previous: Link | None = None
    events: Link | None = None
    made_with: Mapping[str, str] = field(default_factory=dict)  # name -> version
    absent: tuple[Absent, ...] = ()
    files: tuple[Entry, ...] = ()

    def data(self) -> bytes:
        """Return the canonical bytes."""
        head: dict[str, Any] = {
            "format": FORMAT,
            "version": VERSION,
            "number": self.number,
            "edition": self.edition._asdict(),
            "made": self.made,
            "expires": self.expires,
            "previous": self.previous and self.previous._asdict(),
            "events": self.events and self.events._asdict(),
            "portbook": self.portbook,
            "made_with": dict(sorted(self.made_with.items())),
            "absent": [one._asdict() for one in self.absent],
        }
        lines = [f"{json.dumps(name)}: {json.dumps(value)},\n" for name, value in head.items()]
        files = ",\n".join(_file_line(entry) for entry in self.files)
        text = f'{{\n{"".join(lines)}"files": [\n{files}\n],\n'.encode()
        return text + f'"check": "{hashlib.sha256(text).hexdigest()}"\n}}\n'.encode()


def read(data: bytes) -> Manifest:
    """Return the manifest in *data*.  Raises `FormatError` E-VERIFY-MANIFEST for all else."""
    try:
        manifest = _read(data)
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        message = f"the manifest cannot be used: {shown(str(error), 200)[1:-1]}"
        raise FormatError(Problem("E-VERIFY-MANIFEST", message, SOURCE)) from error
    return manifest


def instant_after(made: str, days: int) -> str:
    """Return the instant so many *days* after *made*.  Raises `RuleError` E-EDITION-INSTANT."""
    try:
        start = datetime.strptime(checked_instant(made) or "", "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
        end = start + timedelta(days=days)
    except (ValueError, OverflowError) as error:
        if isinstance(error, RuleError):
            raise
        message = f"instant {shown(made)} does not exist, or has none so many days after it"
        raise RuleError(Problem("E-EDITION-INSTANT", message, "RFC 3339")) from error
    return end.strftime("%Y-%m-%dT%H:%M:%SZ")


def _file_line(entry: Entry) -> str:
    size, sha256, sha512 = entry.digests
    path = json.dumps(entry.path)
    return f'{{"path": {path}, "size": {size}, "sha256": "{sha256}", "sha512": "{sha512}"}}'


def _read(data: bytes) -> Manifest:
    if len(data) > MAX_MANIFEST:
        raise ValueError(f"it has more than {MAX_MANIFEST} bytes")
    if data.count(b"{") + data.count(b"[") > MAX_VALUES:
        raise ValueError(f"it holds more than {MAX_VALUES} values")
    facts = json.loads(data.decode("ascii"))
    if not isinstance(facts, dict):
        raise ValueError("it is no object")
    if (facts["format"], facts["version"]) != (FORMAT, VERSION):
        found = f"{facts['format']!r}, version {facts['version']!r}"
        raise ValueError(f"it is of format {found}; this Portbook knows {FORMAT!r}, version {VERSION}")
    manifest = Manifest(
        number=_number(facts["number"]),
        edition=_edition(facts["edition"]),
        made=_instant(facts["made"]),
        expires=_instant(facts["expires"]),
        portbook=_text(facts["portbook"]),
        previous=_link(facts["previous"]),
        events=_link(facts["events"]),
        made_with=_versions(facts["made_with"]),
        absent=tuple(map(_absent, facts["absent"])),
        files=tuple(map(_entry, facts["files"])),
    )
    paths = [entry.path for entry in manifest.files]
    if len(paths) > MAX_FILES:
        raise ValueError(f"it names {len(paths)} files; at most {MAX_FILES} are taken")
    if any(one >= other for one, other in pairwise(paths)):
        raise ValueError("its files are not in order, or one stands twice")
    if manifest.previous and manifest.previous.number >= manifest.number:
        raise ValueError("the publication before it has no lower number")
    if manifest.data() != data:
        raise ValueError("it is not what was written: a byte, a key or the order differs")
    return manifest


def _entry(fact: dict[str, Any]) -> Entry:
    size = fact["size"]
    if type(size) is not int or not 0 <= size <= MAX_FILE:
        raise ValueError(f"size {size!r} is no number of bytes up to {MAX_FILE}")
    digests = Digests(size, _digest(fact, "sha256"), _digest(fact, "sha512"))
    return Entry(checked_path(_text(fact["path"])), digests)


def _absent(fact: dict[str, Any]) -> Absent:
    return Absent(checked_path(_text(fact["path"])), _text(fact["reason"]))


def _edition(fact: dict[str, Any]) -> Which:
    edition = Which(_text(fact["id"]), _text(fact["date"]), _digest(fact, "sha256"), _text(fact["format"]))
    if (order := id_order(edition.id)) is None or order[0] != edition.date:
        raise ValueError(f"edition {edition.id!r} of {edition.date!r} is no edition")
    return edition


def _versions(facts: dict[str, Any]) -> dict[str, str]:
    if len(facts) > MAX_VERSIONS:
        raise ValueError(f"it was made with {len(facts)} programs; at most {MAX_VERSIONS} are taken")
    return {_text(name): _text(version) for name, version in facts.items()}


def _link(fact: dict[str, Any] | None) -> Link | None:
    return None if fact is None else Link(_number(fact["number"]), _digest(fact, "sha256"))


def _number(value: object) -> int:
    if type(value) is not int or not 1 <= value <= MAX_NUMBER:
        raise ValueError(f"{value!r} is no number of a publication")
    return value


def _digest(fact: dict[str, Any], name: str) -> str:
    value = _text(fact[name])
    if not _DIGESTS[name].fullmatch(value):
        raise ValueError(f"{value!r} is no {name}")
    return value


def _instant(value: object) -> str:
    return instant_after(_text(value), 0)


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value
