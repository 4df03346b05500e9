"""HTTP/1.1 as far as an update needs it: one request, the head of the answer, its body (RFC 9112).

Stricter than `http.client`, which takes bare line feeds, folded and doubled fields, interim answers and
trailers without end: each is refused here, and every part has its limit.  Knows no URL and no registry.
"""

import io
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from portbook.errors import shown
from portbook.update.failures import UpdateError, interrupted, refused
from portbook.update.limits import Limits

_STATUS = re.compile(rb"HTTP/1\.[01] ([1-5][0-9]{2})(?: [^\r\n\0]*)?")
_FIELD = re.compile(rb"([!#$%&'*+.^_`|~0-9A-Za-z-]+):([^\x00-\x08\x0a-\x1f\x7f]*)")
_LENGTH = re.compile(r"[0-9]{1,15}", re.ASCII)
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]*)?")
_ONCE = frozenset(
    ("content-encoding", "content-length", "content-range", "etag", "last-modified", "location")
) | {"transfer-encoding"}
_PIECE = 64 * 1024  # bytes read at once
_MAX_LINE = 8 * 1024  # bytes
_MAX_INTERIM = 5  # answers 1xx before the true one


class Head(NamedTuple):
    """The status of an answer and its fields; names in lower case, the first of each."""

    status: int
    fields: Mapping[str, str]

    def get(self, name: str) -> str | None:
        return self.fields.get(name)


def request(target: str, fields: Mapping[str, str]) -> bytes:
    """Return a GET.  Whoever calls has checked that the values hold no line end."""
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
    return "\r\n".join(lines).encode("ascii")


def head(stream: io.BufferedReader, limits: Limits) -> Head:
    """Read the head of the answer; interim answers before it are passed over.

    Raises `UpdateError` E-UPDATE-ANSWER for what is no head of HTTP/1 or beyond the limits.
    """
    lines = _Lines(stream, limits)
    for _ in range(_MAX_INTERIM + 1):
        status = _status(lines.next())
        fields = _fields(lines)
        if status >= 200:
            return Head(status, fields)
    raise _bad(f"more than {_MAX_INTERIM} interim answers came before the true one")


def body(stream: io.BufferedReader, answer: Head, limits: Limits) -> Iterator[bytes]:
    """Yield the body in pieces, as it comes.

    Raises `UpdateError`: E-UPDATE-CODING for a coded one, E-UPDATE-SIZE beyond the limit, E-UPDATE-ANSWER for
    framing that is wrong; `InterruptedFetch` E-UPDATE-CUT when it ends too early.
    """
    coding, framing = answer.get("content-encoding"), answer.get("transfer-encoding")
    if coding is not None and coding.lower() != "identity":
        raise refused("E-UPDATE-CODING", f"the body is coded as {shown(coding)}, which was not asked for")
    if framing is None:
        pieces = _plain(stream, content_length(answer, limits))
    elif framing.lower() != "chunked":
        raise refused("E-UPDATE-CODING", f"the body is sent as {shown(framing)}, which was not asked for")
    elif answer.get("content-length") is not None:
        raise _bad("the answer has a length and chunks, which exclude each other")
    else:
        pieces = _chunked(stream, limits)
    yield from _limited(pieces, limits)


def content_length(answer: Head, limits: Limits) -> int | None:
    """Return the length that the head tells, or None.  Raises E-UPDATE-ANSWER, E-UPDATE-SIZE."""
    text = answer.get("content-length")
    if text is None:
        return None
    if not _LENGTH.fullmatch(text):
        raise _bad(f"length {shown(text)} is no number")
    if int(text) > limits.size:
        raise _too_large(f"the body has {shown(text)[1:-1]} bytes", limits)
    return int(text)


# -- lines


class _Lines:
    """The lines of a head or of trailers, which have a limit together."""

    def __init__(self, stream: io.BufferedReader, limits: Limits) -> None:
        self._stream = stream
        self._limits = limits
        self._left = limits.head
        self.fields_left = limits.fields

    def next(self) -> bytes:
        """The next line without its end."""
        line = self._stream.readline(min(self._left + 1, _MAX_LINE + 1))
        self._left -= len(line)
        if self._left < 0 or len(line) > _MAX_LINE:
            raise _bad(f"the head is larger than {self._limits.head} bytes, or a line than {_MAX_LINE}")
        if not line.endswith(b"\n"):
            raise interrupted("E-UPDATE-CUT", "the connection ended within the head of the answer")
        if not line.endswith(b"\r\n"):
            raise _bad(f"line {_quoted(line)} does not end as HTTP's lines do")
        return line[:-2]


def _status(line: bytes) -> int:
    match = _STATUS.fullmatch(line)
    if not match:
        raise _bad(f"the answer begins {_quoted(line)}, which is not HTTP/1")
    status = int(match[1])
    if status == 101:
        raise _bad("the server changes to another protocol, which was not asked for")
    return status


def _fields(lines: _Lines) -> dict[str, str]:
    fields: dict[str, str] = {}
    while line := lines.next():
        lines.fields_left -= 1
        if lines.fields_left < 0:
            raise _bad("the head has too many fields")
        match = _FIELD.fullmatch(line)
        if not match:
            raise _bad(f"line {_quoted(line)} of the head is no field")
        name, value = match[1].decode("ascii").lower(), match[2].decode("latin-1").strip(" \t")
        if name in _ONCE and fields.get(name, value) != value:
            raise _bad(f"field {name} stands twice, as {shown(fields[name])} and {shown(value)}")
        fields.setdefault(name, value)
    return fields


# -- bodies


def _plain(stream: io.BufferedReader, length: int | None) -> Iterator[bytes]:
    """A body of *length* bytes, or up to the end of the connection."""
    came = 0
    while length is None or came < length:
        piece = stream.read1(_PIECE if length is None else min(_PIECE, length - came))
        if not piece:
            if length is None:
                return
            raise _cut(f"{came} of {length} bytes came")
        came += len(piece)
        yield piece


def _chunked(stream: io.BufferedReader, limits: Limits) -> Iterator[bytes]:
    for _ in range(limits.chunks):
        size = _chunk_size(stream)
        if size == 0:
            lines = _Lines(stream, limits)
            _fields(lines)  # trailers: read, and nothing is taken from them
            return
        if size > limits.size:
            raise _too_large(f"a piece of the body has {size} bytes", limits)
        yield from _plain(stream, size)
        if (end := stream.read(2)) != b"\r\n":
            raise _cut("a piece of the body has no end") if len(end) < 2 else _bad("chunks have wrong sizes")
    raise _bad(f"the body comes in more than {limits.chunks} pieces")


def _chunk_size(stream: io.BufferedReader) -> int:
    line = stream.readline(_MAX_LINE)
    if not line.endswith(b"\n") and len(line) < _MAX_LINE:
        raise _cut("it ended between two of its pieces")
    match = _CHUNK.fullmatch(line.removesuffix(b"\r\n"))
    if not match:
        raise _bad(f"{_quoted(line)} is no size of a piece")
    return int(match[1], 16)


def _limited(pieces: Iterator[bytes], limits: Limits) -> Iterator[bytes]:
    came = 0
    for piece in pieces:
        came += len(piece)
        if came > limits.size:
            raise _too_large("the body goes on and on", limits)
        yield piece


def _cut(what: str) -> UpdateError:
    return interrupted("E-UPDATE-CUT", f"the body was cut off: {what}")


def _bad(what: str) -> UpdateError:
    return refused("E-UPDATE-ANSWER", what)


def _too_large(what: str, limits: Limits) -> UpdateError:
    return refused("E-UPDATE-SIZE", f"{what}; at most {limits.size} are taken")


def _quoted(line: bytes) -> str:
    return shown(line[:80].decode("latin-1"))
