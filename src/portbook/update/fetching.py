"""The document of one URL: conditional, resumed where it was cut, in several attempts over one look-up.

A 304 counts only for validators that were sent, a 206 only for the range that was asked for, of the same
total and entity tag (T-24).  Gives bytes; what they are is judged elsewhere.
"""

import random
import re
from io import BufferedReader
from typing import NamedTuple

from portbook import __version__
from portbook.errors import shown
from portbook.update import messages
from portbook.update.addresses import Address, Place, Resolver, places_of, redirected
from portbook.update.connections import connected
from portbook.update.failures import InterruptedFetch, interrupted, refused
from portbook.update.limits import Limits
from portbook.update.messages import Head
from portbook.update.pace import Pace

REDIRECTS = (301, 302, 303, 307, 308)
PASSING = (408, 425, 429, 500, 502, 503, 504)  # a later attempt may do better

_ETAG = re.compile(r'(?:W/)?"[!#-~]{1,200}"', re.ASCII)
_INSTANT = re.compile(
    r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT", re.ASCII
)
_RANGE = re.compile(r"bytes ([0-9]{1,15})-([0-9]{1,15})/([0-9]{1,15})", re.ASCII)


class Validators(NamedTuple):
    """What a server calls one version of a document; None for what it did not say."""

    etag: str | None = None
    last_modified: str | None = None

    @property
    def strong(self) -> str | None:
        """The entity tag, if it stands for the very bytes."""
        return self.etag if self.etag and not self.etag.startswith("W/") else None


class Part(NamedTuple):
    """The beginning of a document that was cut, with its strong entity tag."""

    data: bytes
    etag: str
    total: int | None  # bytes of the whole, if it was told


class Answer(NamedTuple):
    """The document; None when it is the one whose validators were sent."""

    data: bytes | None
    validators: Validators
    asked_from: int = 0  # bytes that were not fetched again


def validators_from(etag: object, last_modified: object) -> Validators:
    """Return the validators that have their proper form; others, and those of other types, are none."""
    return Validators(
        etag if isinstance(etag, str) and _ETAG.fullmatch(etag) else None,
        last_modified if isinstance(last_modified, str) and _INSTANT.fullmatch(last_modified) else None,
    )


class Fetch:
    """One fetch; `part` is what a next one may go on from."""

    def __init__(
        self, address: Address, limits: Limits, known: Validators | None = None, part: Part | None = None
    ) -> None:
        self.part = part
        self._address = address
        self._limits = limits
        self._known = known or Validators()
        self._pace = Pace(limits)
        self._places: list[Place] = []

    def run(self, resolver: Resolver, *, public: bool) -> Answer:
        """Return the answer.  Raises `UpdateError`; what broke off is tried again, so often and so long."""
        limits = self._limits
        for attempt in range(1, limits.attempts + 1):
            try:
                if not self._places:  # once; afterwards the same ones, whatever the resolver says by then
                    self._pace.begin()
                    seconds = self._pace.patience()
                    self._places = places_of(self._address, resolver, seconds, public=public)
                return self._attempt()
            except InterruptedFetch:
                pause = limits.backoff * 2 ** (attempt - 1) * random.uniform(0.5, 1.5)
                if attempt == limits.attempts or not self._pace.pause(pause):
                    raise
        raise AssertionError("at least one attempt is made")

    def _attempt(self) -> Answer:
        address = self._address
        for _ in range(self._limits.redirects + 1):
            with connected(address, self._places, self._pace, self._limits) as wire:
                wire.send(messages.request(address.target, self._fields(address)))
                stream = wire.buffered()
                head = messages.head(stream, self._limits)
                if head.status not in REDIRECTS:
                    return self._taken(head, stream)
            address = redirected(address, head.get("location"))
        message = f"{self._address.url} leads to more than {self._limits.redirects} redirects"
        raise refused("E-UPDATE-REDIRECT", message)

    def _fields(self, address: Address) -> dict[str, str]:
        fields = {
            "Host": address.authority,
            "User-Agent": f"portbook/{__version__}",
            "Accept": "application/xml, text/xml;q=0.9",
            "Accept-Encoding": "identity",
            "Connection": "close",
        }
        if self.part:
            return fields | {"Range": f"bytes={len(self.part.data)}-", "If-Range": self.part.etag}
        if self._known.etag:
            fields["If-None-Match"] = self._known.etag
        if self._known.last_modified:
            fields["If-Modified-Since"] = self._known.last_modified
        return fields

    # -- one answer

    def _taken(self, head: Head, stream: BufferedReader) -> Answer:
        match head.status:
            case 200:
                self.part = None
                return self._read(b"", messages.content_length(head, self._limits), head, stream)
            case 206:
                return self._continued(head, stream)
            case 304:
                return self._unchanged(head)
            case 416 if self.part:
                self.part = None
                raise interrupted(
                    "E-UPDATE-CUT", "the document is another one now; it is fetched from the start"
                )
        message = f"{self._address.url} was answered with status {head.status}"
        raise (interrupted if head.status in PASSING else refused)("E-UPDATE-STATUS", message)

    def _unchanged(self, head: Head) -> Answer:
        if self.part or self._known == Validators():
            raise refused("E-UPDATE-UNASKED", "the server answers 304, and no validator was sent")
        said, sent = head.get("etag"), self._known.etag
        if said is not None and sent and said.removeprefix("W/") != sent.removeprefix("W/"):
            message = (
                f"the server answers 304 with entity tag {shown(said)}, which is not the one that was sent"
            )
            raise refused("E-UPDATE-UNASKED", message)
        return Answer(None, self._known)

    def _continued(self, head: Head, stream: BufferedReader) -> Answer:
        """Take the rest of a document that was cut, if it is that and nothing else."""
        part, self.part = self.part, None  # a wrong rest is not asked for twice
        if part is None:
            raise refused("E-UPDATE-UNASKED", "the server answers 206, and no range was asked for")
        told = head.get("content-range") or ""
        match = _RANGE.fullmatch(told)
        first, last, total = map(int, match.groups()) if match else (-1, -1, -1)
        start = len(part.data)
        if first != start or last + 1 != total or part.total not in (None, total) or last < first:
            message = (
                f"the server answers 206 with range {shown(told)}, not with the rest from byte {start} on"
            )
            raise refused("E-UPDATE-UNASKED", message)
        if head.get("etag") != part.etag:
            found = shown(head.get("etag") or "")
            message = (
                f"the server answers 206 with entity tag {found}, not with that of the part that is here"
            )
            raise refused("E-UPDATE-UNASKED", message)
        if total > self._limits.size:
            raise refused(
                "E-UPDATE-SIZE", f"the document has {total} bytes; at most {self._limits.size} are taken"
            )
        length = messages.content_length(head, self._limits)
        if length not in (None, total - start):
            raise refused("E-UPDATE-ANSWER", f"the rest from byte {start} on has a wrong length, {length}")
        return self._read(part.data, total, head, stream)

    def _read(self, start: bytes, total: int | None, head: Head, stream: BufferedReader) -> Answer:
        """Read the body behind *start*; when it breaks off, what came is the part to go on from."""
        validators = validators_from(head.get("etag"), head.get("last-modified"))
        data = bytearray(start)
        try:
            for piece in messages.body(stream, head, self._limits):
                data += piece
                if len(data) > self._limits.size:
                    raise refused("E-UPDATE-SIZE", f"more than {self._limits.size} bytes came")
        except (InterruptedFetch, KeyboardInterrupt):
            self._keep_part(data, validators, total)
            raise
        if total is not None and len(data) != total:
            raise interrupted("E-UPDATE-CUT", f"{len(data)} of {total} bytes came")
        return Answer(bytes(data), validators, len(start))

    def _keep_part(self, data: bytearray, validators: Validators, total: int | None) -> None:
        if data and validators.strong:
            self.part = Part(bytes(data), validators.strong, total)
