"""A publication at an https address, read through the strict client of `update` (T-21 to T-23, T-40).

Asked for are the manifest, its signature, and the files that the manifest names, below one address on one
host; redirects are followed nowhere.  Some servers send an index.html at the address of its folder alone:
where the one leads elsewhere, the other is asked for.  A file is read in pieces and thrown away, up to the
size that the manifest tells.  One connection serves for many files, as far as the server allows it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from http import HTTPStatus
from io import BufferedReader
from typing import TypeVar

from portbook import __version__
from portbook.errors import shown
from portbook.publication.digests import Digests, Entry, digests_of
from portbook.publication.paths import quoted
from portbook.publication.verification import Unreadable
from portbook.update import messages
from portbook.update.addresses import Place, Resolver, checked_url, looked_up, places_of
from portbook.update.connections import Wire, connected
from portbook.update.failures import InterruptedFetch, UpdateError, interrupted, refused
from portbook.update.fetching import PASSING
from portbook.update.limits import Limits
from portbook.update.messages import Head
from portbook.update.pace import Pace

MAX_SECONDS = 3_600  # for all files together
NOT_THERE = (404, 410)
ELSEWHERE = (301, 302, 303, 307, 308)
INDEX = "index.html"

_Taken = TypeVar("_Taken")


class UrlSource:
    """The publication at *url*, the address of a folder."""

    def __init__(self, url: str, *, limits: Limits | None = None, resolver: Resolver = looked_up) -> None:
        self._address = checked_url(url if url.endswith("/") else f"{url}/")
        self._limits = limits or Limits(seconds=MAX_SECONDS)
        self._resolver = resolver
        self._pace = Pace(self._limits)
        self._places: list[Place] = []
        self._open = ExitStack()
        self._wire: tuple[Wire, BufferedReader] | None = None
        self._hides_index = False  # whether index.html has the address of its folder here

    def close(self) -> None:
        """Close the connection."""
        self._wire = None
        self._open.close()

    def small(self, path: str, limit: int) -> bytes | None:
        return self._tried(path, limit, b"".join)

    def digests(self, entry: Entry) -> Digests | None:
        try:
            return self._tried(entry.path, entry.digests.size, digests_of)
        except UpdateError as error:
            self._pace.begin()
            self._pace.patience()  # raises when it is the time for all that is over
            raise Unreadable(str(error.problem)) from error

    def listing(self) -> None:
        return None

    # -- one file

    def _tried(self, path: str, limit: int, taken: Callable[[Iterator[bytes]], _Taken]) -> _Taken | None:
        """Ask for a file, again where that was interrupted; *taken* gets its bytes.  None for none."""
        attempt = 0
        while True:
            is_reused = self._wire is not None
            try:
                return self._asked(path, replace(self._limits, size=limit), taken)
            except InterruptedFetch:
                if is_reused:
                    continue  # a server may close what it kept open, at any time
                attempt += 1
                pause = self._limits.backoff * 2 ** (attempt - 1)
                if attempt == self._limits.attempts or not self._pace.pause(pause):
                    raise

    def _asked(self, path: str, limits: Limits, taken: Callable[[Iterator[bytes]], _Taken]) -> _Taken | None:
        is_index = path.rpartition("/")[2] == INDEX
        place = path.removesuffix(INDEX) if is_index and self._hides_index else path
        target = self._address.target + quoted(place)
        is_done = False
        try:
            wire, stream = self._connection()
            wire.send(messages.request(target, self._fields()))
            head = messages.head(stream, limits)
            if head.status in NOT_THERE:
                return None
            if is_index and not self._hides_index and head.status in ELSEWHERE:
                self._hides_index = True
                raise interrupted("E-UPDATE-STATUS", f"{shown(target, 200)} leads elsewhere")
            if head.status != HTTPStatus.OK:
                message = f"{shown(target, 200)} was answered with status {head.status}"
                raise (interrupted if head.status in PASSING else refused)("E-UPDATE-STATUS", message)
            found = taken(messages.body(stream, head, limits))
            is_done = _stays_open(head)
            return found
        finally:
            if not is_done:
                self.close()

    def _connection(self) -> tuple[Wire, BufferedReader]:
        """The connection that is open, or a new one to an address of the host, which is looked up once."""
        if self._wire is None:
            self._pace.begin()
            if not self._places:
                seconds = self._pace.patience()
                self._places = places_of(self._address, self._resolver, seconds, public=False)
            wire = self._open.enter_context(connected(self._address, self._places, self._pace, self._limits))
            self._wire = wire, wire.buffered()
        return self._wire

    def _fields(self) -> dict[str, str]:
        return {
            "Host": self._address.authority,
            "User-Agent": f"portbook/{__version__}",
            "Accept": "*/*",
            "Accept-Encoding": "identity",
        }


def _stays_open(head: Head) -> bool:
    """Whether another request can be sent: the end of the body was told, and the server does not leave."""
    is_framed = bool(head.get("content-length") or head.get("transfer-encoding"))
    return is_framed and (head.get("connection") or "").lower() != "close"
