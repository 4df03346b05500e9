"""What a file of services claims: names at ports and transports, and what of it could not be read.

Every reader of this package gathers here, so that the limits and the reading of names, ports and transports
stand once (I-9).  Nothing is skipped in silence: what is no claim is listed with its place.  Knows no
edition.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from portbook.errors import RuleError, shown
from portbook.formats.limits import too_large
from portbook.numbers import Ports, Transport, parse_ports, parse_transport

MAX_LINES = 300_000  # the longest real file, nmap's, has 27,462
MAX_LINE = 16_384  # bytes; a longer one is listed as unread
MAX_ENTRIES = 300_000  # names at a port or range
MAX_PAIRS = 500_000  # names at single ports, ranges written out; real files have 12,600
MAX_NAME = 255  # characters; a longer one is listed as unread

_NAME = re.compile(r"\S(?:.*\S)?", re.DOTALL)


class Claim(NamedTuple):
    """A name that the file gives to ports, on one transport or, with None, on one that it does not say."""

    name: str
    ports: Ports
    transport: Transport | None
    where: str  # "line 12", "item 3"


class Unread(NamedTuple):
    """A piece of the file that could not be compared, and why."""

    where: str
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class ServicesFile:
    """All that one file says.

    `nameless` counts the places that it lists without a name, as "unknown" or Reserved; `portless` are the
    names that it lists without a port.  In a file of `lines` a name cannot have a blank or "#".
    """

    format: str
    claims: tuple[Claim, ...]
    unread: tuple[Unread, ...] = ()
    nameless: int = 0
    portless: tuple[str, ...] = ()
    lines: bool = False

    def holds(self, name: str) -> bool:
        """Say whether a file in this format could hold *name*."""
        return not self.lines or re.fullmatch(r"[^\s#]+", name) is not None


class Gathering:
    """Takes the pieces of a file one after the other, as text, and keeps what they claim."""

    def __init__(self, form: str, lines: bool = False) -> None:
        self._form = form
        self._lines = lines
        self._claims: list[Claim] = []
        self._unread: list[Unread] = []
        self._nameless = 0
        self._portless: dict[str, None] = {}
        self._pairs = 0

    def file(self) -> ServicesFile:
        """Return what was gathered."""
        return ServicesFile(
            self._form,
            tuple(self._claims),
            tuple(self._unread),
            self._nameless,
            tuple(self._portless),
            self._lines,
        )

    def unread(self, where: str, text: str, why: str) -> None:
        """Note a piece that cannot be compared."""
        self._unread.append(Unread(where, text if len(text) <= MAX_NAME else f"{text[:MAX_NAME]}...", why))

    def nameless(self) -> None:
        """Note a place without a name."""
        self._nameless += 1

    def portless(self, name: str) -> None:
        """Note a name without a port."""
        self._portless[name] = None

    def written(
        self, names: Sequence[str], ports: str, transports: Iterable[str], where: str, text: str
    ) -> None:
        """Take what one piece claims, from texts: "443" or "6000-6063", and "tcp", or "" for no transport.

        A piece with wrong ports is listed once, one with wrong transports once for each of those.
        """
        try:
            asked = parse_ports(ports)
        except RuleError as error:
            self.unread(where, text, error.problem.message)
            return
        for transport in transports:
            try:
                on = parse_transport(transport) if transport else None
            except RuleError as error:
                self.unread(where, text, error.problem.message)
                continue
            for name in names:
                self.claim(name, asked, on, where, text)

    def claim(self, name: str, ports: Ports, transport: Transport | None, where: str, text: str) -> None:
        """Take a claim; raise `FormatError` E-CONFORM-SIZE above the limits."""
        if not name:
            self._nameless += 1
        elif len(name) > MAX_NAME:
            self.unread(where, text, f"the name has {len(name)} characters; at most {MAX_NAME} are read")
        elif not _NAME.fullmatch(name):
            self.unread(where, text, f"name {shown(name)} begins or ends with a blank")
        else:
            self._claims.append(Claim(name, ports, transport, where))
            self._pairs += ports.high - ports.low + 1
            if len(self._claims) > MAX_ENTRIES:
                raise too_large("E-CONFORM-SIZE", "the file has more entries", MAX_ENTRIES, "entries")
            if self._pairs > MAX_PAIRS:
                raise too_large("E-CONFORM-SIZE", "its ranges name more ports", MAX_PAIRS, "names at ports")
