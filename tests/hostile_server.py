"""A server on loopback that answers as badly as it is told: one behaviour for each name (T-16 to T-24).

Raw bytes over real TLS, so that every layer can be wrong.  `HostileServer.behaviour` is a function of a
`Visit`; what was asked stands in `visits`.  The documents are invented (`update_editions`).
"""

from __future__ import annotations

import datetime
import functools
import gzip
import os
import socket
import ssl
import struct
import tempfile
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NamedTuple

import trustme

Behaviour = Callable[["Visit"], None]

PATH = "/registry.xml"


class Visit:
    """One request, and the way to answer it."""

    def __init__(self, server: HostileServer, wire: ssl.SSLSocket, head: bytes, number: int) -> None:
        lines = head.decode("ascii").split("\r\n")
        self.target = lines[0].split(" ")[1]
        self.fields = dict(line.lower().split(": ", 1) for line in lines[1:] if line)
        self.head = head
        self.number = number  # of requests before this one
        self.server = server
        self.wire = wire

    @property
    def is_continued(self) -> bool:
        return "range" in self.fields

    def send(self, data: bytes) -> None:
        self.wire.sendall(data)

    def answer(
        self, body: bytes = b"", status: str = "200 OK", length: int | None = -1, **fields: str
    ) -> None:
        """A well-formed answer; *length* None leaves it out, fields have "_" for "-"."""
        told = {name.replace("_", "-"): value for name, value in fields.items()}
        if length is not None:
            told["Content-Length"] = str(len(body) if length == -1 else length)
        lines = "".join(f"{name}: {value}\r\n" for name, value in told.items())
        self.send(f"HTTP/1.1 {status}\r\n{lines}\r\n".encode("latin-1") + body)

    def slowly(self, data: bytes, pause: float) -> None:
        """One byte after the other, with a pause after each."""
        for place in range(len(data)):
            self.send(data[place : place + 1])
            self.rest(pause)

    def rest(self, seconds: float = 30) -> None:
        """Say nothing, until the test is over."""
        self.server.over.wait(seconds)
        if self.server.over.is_set():
            raise ConnectionAbortedError

    def end(self) -> None:
        """Close as TLS wants it: the other side knows that this was all."""
        with suppress(OSError):
            self.wire.unwrap()

    def cut(self) -> None:
        """Close without a word."""
        self.wire.shutdown(socket.SHUT_RDWR)

    def reset(self) -> None:
        """Close with an RST."""
        self.wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.wire.close()


# -- certificates


@functools.cache
def authority() -> trustme.CA:
    """The one whom the tests' updates trust."""
    return trustme.CA()


@functools.cache
def trusted_file() -> str:
    """A file with its certificate, for SSL_CERT_FILE."""
    descriptor, path = tempfile.mkstemp(prefix="portbook-test-", suffix=".pem")
    os.write(descriptor, authority().cert_pem.bytes())
    os.close(descriptor)
    import atexit

    atexit.register(os.unlink, path)
    return path


@functools.cache
def certificate(kind: str) -> ssl.SSLContext:
    """A server's context: "good", "expired", "other-name", "self-signed" (of nobody's authority), "old"."""
    now = datetime.datetime.now(datetime.UTC)
    match kind:
        case "expired":
            past = now - datetime.timedelta(days=30)
            made = authority().issue_cert("localhost", not_before=past, not_after=now - datetime.timedelta(1))
        case "other-name":
            made = authority().issue_cert("www.other.example")
        case "self-signed":
            made = trustme.CA().issue_cert("localhost")
        case _:
            made = authority().issue_cert("localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.configure_cert(context)
    if kind == "old":
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = ssl.TLSVersion.TLSv1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        context.set_ciphers("ALL:@SECLEVEL=0")
    return context


# -- the server


class HostileServer:
    """Listens at a free port of 127.0.0.1; each connection has a thread of its own."""

    def __init__(self) -> None:
        self.behaviour: Behaviour = lambda visit: visit.answer(status="500 Not told what to do")
        self.before_tls: Callable[[socket.socket], bool] = lambda plain: True
        self.certificate = "good"
        self.visits: list[Visit] = []
        self.connections = 0
        self.over = threading.Event()
        self._listening = socket.create_server(("127.0.0.1", 0))
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listening.getsockname()[1])

    @property
    def url(self) -> str:
        return f"https://localhost:{self.port}{PATH}"

    def close(self) -> None:
        self.over.set()
        with suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()

    def _listen(self) -> None:
        while not self.over.is_set():
            try:
                plain, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            threading.Thread(target=self._serve, args=(plain,), daemon=True).start()

    def _serve(self, plain: socket.socket) -> None:
        with plain, suppress(OSError, ValueError):
            plain.settimeout(20)
            plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if not self.before_tls(plain):
                return
            with certificate(self.certificate).wrap_socket(plain, server_side=True) as wire:
                head = b""
                while not head.endswith(b"\r\n\r\n"):
                    if not (piece := wire.recv(4096)):
                        return
                    head += piece
                visit = Visit(self, wire, head, len(self.visits))
                self.visits.append(visit)
                self.behaviour(visit)
                visit.end()


@contextmanager
def serving() -> Iterator[HostileServer]:
    server = HostileServer()
    try:
        yield server
    finally:
        server.close()


# -- good servers, to be good until they are not


def good(data: bytes, etag: str = '"v1"') -> Behaviour:
    """A server that knows validators and ranges."""

    def behave(visit: Visit) -> None:
        asked = visit.fields.get("range", "")
        if visit.fields.get("if-none-match") == etag:
            visit.answer(status="304 Not Modified", length=None, ETag=etag)
        elif asked and visit.fields.get("if-range") == etag:
            start = int(asked.removeprefix("bytes=").removesuffix("-"))
            told = f"bytes {start}-{len(data) - 1}/{len(data)}"
            visit.answer(data[start:], "206 Partial Content", ETag=etag, Content_Range=told)
        else:
            visit.answer(data, ETag=etag, Last_Modified="Sat, 17 Jan 2026 10:00:00 GMT")

    return behave


def cut_at(place: int, data: bytes, etag: str = '"v1"', last: Behaviour | None = None) -> Behaviour:
    """A server whose first answer ends after *place* bytes of the body; *last* answers from then on."""

    def behave(visit: Visit) -> None:
        if visit.number or visit.is_continued:
            (last or good(data, etag))(visit)
        else:
            visit.answer(data[:place], length=len(data), ETag=etag)
            visit.cut()

    return behave


# -- the bad ones


class Bad(NamedTuple):
    """A behaviour, and the code that it ends with; "held" where the answer is kept for a person."""

    behaviour: Behaviour
    code: str
    certificate: str = "good"
    before_tls: Callable[[socket.socket], bool] | None = None
    knows: bool = False  # the update has validators from an answer before


BODY = b"<registry/>"  # where it does not matter what is sent


def told(head: str, body: bytes = BODY) -> Behaviour:
    """Just these bytes."""
    return lambda visit: visit.send(head.encode("latin-1") + body)


def redirect(status: str, location: str | None) -> Behaviour:
    def behave(visit: Visit) -> None:
        fields = {} if location is None else {"Location": location.replace("PORT", str(visit.server.port))}
        visit.answer(status=status, **fields)

    return behave


def loop(visit: Visit) -> None:
    visit.answer(status="302 Found", Location=f"/{visit.number}")


def endless_interim(visit: Visit) -> None:
    while True:
        visit.send(b"HTTP/1.1 100 Continue\r\n\r\n")
        visit.rest(0.001)


def endless_body(chunked: bool) -> Behaviour:
    def behave(visit: Visit) -> None:
        piece = b" " * 16_000
        visit.send(b"HTTP/1.1 200 OK\r\n" + (b"Transfer-Encoding: chunked\r\n" if chunked else b"") + b"\r\n")
        while True:
            visit.send(b"3e80\r\n" + piece + b"\r\n" if chunked else piece)

    return behave


def drip(visit: Visit) -> None:
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    visit.slowly(b"<" * 100, 0.1)


def head_drip(visit: Visit) -> None:
    visit.slowly(b"HTTP/1.1 200 OK\r\nX: " + b"x" * 100, 0.1)


def just_fast_enough(visit: Visit) -> None:
    """Never slow, never done."""
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 4000000\r\n\r\n")
    while True:
        visit.send(b"<" * 4000)
        visit.rest(0.1)


def silent(after: bytes = b"") -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.send(after)
        visit.rest()

    return behave


def chunks(*pieces: bytes, end: bytes = b"0\r\n\r\n", cut: bool = False) -> Behaviour:
    def behave(visit: Visit) -> None:
        visit.send(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + b"".join(pieces) + end)
        if cut:
            visit.cut()

    return behave


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def half_record(visit: Visit) -> None:
    """The head, then a record of TLS of which half is sent."""
    visit.send(b"HTTP/1.1 200 OK\r\nContent-Length: 5000\r\n\r\n")
    descriptor = os.dup(visit.wire.fileno())
    with socket.socket(fileno=descriptor) as beside:
        beside.sendall(b"\x17\x03\x03\x10\x00" + b"x" * 100)
        beside.shutdown(socket.SHUT_RDWR)


def plain_http(plain: socket.socket) -> bool:
    plain.recv(4096)
    plain.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n<registry/>")
    return False


def hang_up(plain: socket.socket) -> bool:
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    return False


def silent_handshake(plain: socket.socket) -> bool:
    plain.recv(4096)
    threading.Event().wait(1.5)
    return False


def of_status(status: str, **fields: str) -> Behaviour:
    return lambda visit: visit.answer(BODY, status, **fields)


def behaviours(base: bytes, newer: bytes, documents: dict[str, tuple[bytes, str]]) -> dict[str, Bad]:
    """Every behaviour by its name; *base* is kept already, *newer* would be a good next edition."""
    half = len(newer) // 2
    head = f"HTTP/1.1 200 OK\r\nContent-Length: {len(newer)}\r\n\r\n"
    found: dict[str, Bad] = {
        # statuses
        "404": Bad(of_status("404 Not Found"), "E-UPDATE-STATUS"),
        "204": Bad(of_status("204 No Content"), "E-UPDATE-STATUS"),
        "300": Bad(of_status("300 Multiple Choices", Location="/x"), "E-UPDATE-STATUS"),
        "403 with a good body": Bad(lambda v: v.answer(newer, "403 Forbidden"), "E-UPDATE-STATUS"),
        "500 for ever": Bad(of_status("500 Internal Server Error"), "E-UPDATE-STATUS"),
        "503 with Retry-After of a year": Bad(
            of_status("503 Busy", Retry_After="31536000"), "E-UPDATE-STATUS"
        ),
        "206 unasked": Bad(
            lambda v: v.answer(
                newer, "206 Partial Content", Content_Range=f"bytes 0-{len(newer) - 1}/{len(newer)}"
            ),
            "E-UPDATE-UNASKED",
        ),
        "304 unasked": Bad(of_status("304 Not Modified"), "E-UPDATE-UNASKED"),
        "304 with another entity tag": Bad(
            of_status("304 Not Modified", ETag='"other"'), "E-UPDATE-UNASKED", knows=True
        ),
        "101": Bad(of_status("101 Switching Protocols", Upgrade="h2c"), "E-UPDATE-ANSWER"),
        "100 without end": Bad(endless_interim, "E-UPDATE-ANSWER"),
        "status 99": Bad(told("HTTP/1.1 99 Odd\r\n\r\n"), "E-UPDATE-ANSWER"),
        "status of four digits": Bad(told("HTTP/1.1 2000 OK\r\n\r\n"), "E-UPDATE-ANSWER"),
        "HTTP/0.9": Bad(told("", newer), "E-UPDATE-ANSWER"),
        "HTTP/2": Bad(told("HTTP/2 200\r\n\r\n"), "E-UPDATE-ANSWER"),
        "another protocol": Bad(told("SSH-2.0-OpenSSH_9.2\r\n"), "E-UPDATE-ANSWER"),
        "nothing at all": Bad(lambda v: v.end(), "E-UPDATE-CUT"),
        # lengths
        "no length, cut": Bad(
            lambda v: (v.send(b"HTTP/1.1 200 OK\r\n\r\n" + newer[:half]), v.cut())[0], "E-UPDATE-CUT"
        ),
        "no length, ends early": Bad(lambda v: v.answer(newer[:half], length=None), "E-XML-SYNTAX"),
        "length too long": Bad(lambda v: v.answer(newer, length=len(newer) + 1), "E-UPDATE-CUT"),
        "length too short": Bad(lambda v: v.answer(newer, length=len(newer) - 12), "E-XML-SYNTAX"),
        "length of nothing": Bad(lambda v: v.answer(newer, length=0), "E-XML-SYNTAX"),
        "length below 0": Bad(lambda v: v.answer(newer, length=-5), "E-UPDATE-ANSWER"),
        "length as a list": Bad(told("HTTP/1.1 200 OK\r\nContent-Length: 11, 11\r\n\r\n"), "E-UPDATE-ANSWER"),
        "length with a plus": Bad(told("HTTP/1.1 200 OK\r\nContent-Length: +11\r\n\r\n"), "E-UPDATE-ANSWER"),
        "two lengths": Bad(
            told("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nContent-Length: 5\r\n\r\n"), "E-UPDATE-ANSWER"
        ),
        "length of a terabyte": Bad(lambda v: v.answer(BODY, length=10**12), "E-UPDATE-SIZE"),
        "reset in the body": Bad(
            lambda v: (v.answer(newer[:half], length=len(newer)), v.reset())[0], "E-UPDATE-CUT"
        ),
        "endless body": Bad(endless_body(chunked=False), "E-UPDATE-SIZE"),
        # chunks
        "endless chunks": Bad(endless_body(chunked=True), "E-UPDATE-SIZE"),
        "chunks and a length": Bad(
            told("HTTP/1.1 200 OK\r\nContent-Length: 11\r\nTransfer-Encoding: chunked\r\n\r\n", chunk(BODY)),
            "E-UPDATE-ANSWER",
        ),
        "chunk cut": Bad(chunks(chunk(newer)[:half], end=b"", cut=True), "E-UPDATE-CUT"),
        "no last chunk": Bad(chunks(chunk(newer), end=b""), "E-UPDATE-CUT"),
        "chunk bomb": Bad(chunks(b"7fffffff\r\n"), "E-UPDATE-SIZE"),
        "chunk of 100 digits": Bad(chunks(b"f" * 100 + b"\r\n"), "E-UPDATE-ANSWER"),
        "chunk below 0": Bad(chunks(b"-5\r\n"), "E-UPDATE-ANSWER"),
        "chunk that is longer than it says": Bad(chunks(b"5\r\n" + BODY + b"\r\n"), "E-UPDATE-ANSWER"),
        "chunk line without end": Bad(chunks(b"5;" + b"x" * 20_000), "E-UPDATE-ANSWER"),
        "chunks of one byte": Bad(chunks(*[chunk(b" ")] * 3000), "E-UPDATE-ANSWER"),
        "trailers without end": Bad(
            chunks(chunk(newer), end=b"0\r\n" + b"X: y\r\n" * 20_000), "E-UPDATE-ANSWER"
        ),
        "trailer that is no field": Bad(
            chunks(chunk(newer), end=b"0\r\nnonsense\r\n\r\n"), "E-UPDATE-ANSWER"
        ),
        # codings
        "gzip bomb": Bad(
            lambda v: v.answer(gzip.compress(b" " * 10**7), Content_Encoding="gzip"), "E-UPDATE-CODING"
        ),
        "gzip, honest": Bad(
            lambda v: v.answer(gzip.compress(newer), Content_Encoding="gzip"), "E-UPDATE-CODING"
        ),
        "gzip told, plain sent": Bad(lambda v: v.answer(newer, Content_Encoding="gzip"), "E-UPDATE-CODING"),
        "gzip sent, not told": Bad(lambda v: v.answer(gzip.compress(newer)), "E-FILE-ENCODING"),
        "doubled coding": Bad(lambda v: v.answer(newer, Content_Encoding="gzip, br"), "E-UPDATE-CODING"),
        "coding twice": Bad(
            told("HTTP/1.1 200 OK\r\nContent-Encoding: identity\r\nContent-Encoding: gzip\r\n\r\n"),
            "E-UPDATE-ANSWER",
        ),
        "transfer coding gzip": Bad(
            of_status("200 OK", Transfer_Encoding="gzip, chunked"), "E-UPDATE-CODING"
        ),
        # heads
        "field of 1 MB": Bad(told(f"HTTP/1.1 200 OK\r\nX: {'x' * 10**6}\r\n\r\n"), "E-UPDATE-ANSWER"),
        "10,000 fields": Bad(told("HTTP/1.1 200 OK\r\n" + "X: y\r\n" * 10_000 + "\r\n"), "E-UPDATE-ANSWER"),
        "status line of 1 MB": Bad(told("HTTP/1.1 200 " + "O" * 10**6 + "\r\n\r\n"), "E-UPDATE-ANSWER"),
        "line end in a field": Bad(
            told(head.replace("OK\r\n", "OK\r\nX: a\rSet-Cookie: b\r\n")), "E-UPDATE-ANSWER"
        ),
        "folded field": Bad(told(head.replace("OK\r\n", "OK\r\nX: a\r\n b\r\n")), "E-UPDATE-ANSWER"),
        "NUL in a field": Bad(told(head.replace("OK\r\n", "OK\r\nX: a\0b\r\n")), "E-UPDATE-ANSWER"),
        "field without a colon": Bad(told(head.replace("OK\r\n", "OK\r\nnonsense\r\n")), "E-UPDATE-ANSWER"),
        "blank before the colon": Bad(told(head.replace("Length:", "Length :")), "E-UPDATE-ANSWER"),
        "bare line feeds": Bad(told(head.replace("\r\n", "\n"), newer), "E-UPDATE-ANSWER"),
        "head cut": Bad(lambda v: (v.send(b"HTTP/1.1 200 OK\r\nCont"), v.cut())[0], "E-UPDATE-CUT"),
        # time
        "a byte now and then": Bad(drip, "E-UPDATE-SLOW"),
        "a byte of the head now and then": Bad(head_drip, "E-UPDATE-SLOW"),
        "just fast enough, without end": Bad(just_fast_enough, "E-UPDATE-SLOW"),
        "silence": Bad(silent(), "E-UPDATE-SLOW"),
        "silence after the head": Bad(silent(head.encode()), "E-UPDATE-SLOW"),
        "silence at 99%": Bad(silent(head.encode() + newer[: len(newer) * 99 // 100]), "E-UPDATE-SLOW"),
        # TLS
        "certificate expired": Bad(good(newer), "E-UPDATE-TLS", "expired"),
        "certificate of another name": Bad(good(newer), "E-UPDATE-TLS", "other-name"),
        "certificate of nobody's authority": Bad(good(newer), "E-UPDATE-TLS", "self-signed"),
        "TLS 1.1": Bad(good(newer), "E-UPDATE-TLS", "old"),
        "closed within a record": Bad(half_record, "E-UPDATE-CUT"),
        "HTTP instead of TLS": Bad(good(newer), "E-UPDATE-TLS", before_tls=plain_http),
        "hangs up": Bad(good(newer), "E-UPDATE-CONNECT", before_tls=hang_up),
        "silence in the handshake": Bad(good(newer), "E-UPDATE-CONNECT", before_tls=silent_handshake),
        # names that are none of its business
        "names of files": Bad(
            lambda v: v.answer(
                BODY,
                ETag='"../../../x"',
                Content_Disposition="attachment; filename=../../../x",
                Content_Location="file:///x",
                Link="</../x>; rel=preload",
            ),
            "E-XML-ROOT",
        ),
        "another date in Date": Bad(
            lambda v: v.answer(documents["of the future"][0], Date="Fri, 01 Jan 2100 00:00:00 GMT"),
            "E-UPDATE-DATE",
        ),
    }
    found |= {f"document: {name}": Bad(good(data), code) for name, (data, code) in documents.items()}
    found |= {name: Bad(made, "E-UPDATE-REDIRECT") for name, made in _redirects().items()}
    found |= {name: Bad(made, code) for name, (made, code) in _games(base, newer).items()}
    return found


def _redirects() -> dict[str, Behaviour]:
    statuses = ("301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent")
    other = {
        f"{status[:3]} to another host": redirect(status, "https://other.example/x") for status in statuses
    }
    places = {
        "to http": "http://localhost:PORT/registry.xml",
        "to loopback": "https://127.0.0.1:PORT/registry.xml",
        "to another port": "https://localhost:1/registry.xml",
        "to another host by //": "//other.example/x",
        "to a file": "file:///etc/passwd",
        "to a data URL": "data:text/xml,<registry/>",
        "with a user": "https://user@localhost:PORT/",
        "to a look-alike": "https://localhost.:PORT/",
        "with a blank": "/a b",
        "with a control character": "/a\x7fb".replace("\x7f", "\xa0"),
        "with a backslash": "\\\\other.example\\x",
        "to a long address": "/" + "x" * 2000,
        "to an odd port": "https://localhost:99999/",
        "to no host": "https:///x",
    }
    return {
        **other,
        **{f"redirect {name}": redirect("302 Found", place) for name, place in places.items()},
        "redirect without a place": redirect("302 Found", None),
        "50 redirects": loop,
    }


def _games(base: bytes, newer: bytes) -> dict[str, tuple[Behaviour, str]]:
    """A first answer that is cut, then a rest that is not the one asked for."""
    place = len(newer) // 2
    rest, size = newer[place:], len(newer)
    proper = f"bytes {place}-{size - 1}/{size}"
    terabyte = f"bytes {place}-{10**12 - 1}/{10**12}"

    def then(**fields: str) -> Behaviour:
        partial = "206 Partial Content"
        return cut_at(place, newer, last=lambda visit: visit.answer(rest, partial, **fields))

    def partial(*pieces: bytes) -> Behaviour:
        """The proper rest by its head, in chunks."""
        head = f'HTTP/1.1 206 Partial Content\r\nETag: "v1"\r\nContent-Range: {proper}\r\n'
        return told(head + "Transfer-Encoding: chunked\r\n\r\n", b"".join(pieces) + b"0\r\n\r\n")

    unasked = "E-UPDATE-UNASKED"
    return {
        "rest with another entity tag": (then(ETag='"v2"', Content_Range=proper), unasked),
        "rest with a weak entity tag": (then(ETag='W/"v1"', Content_Range=proper), unasked),
        "rest without an entity tag": (then(Content_Range=proper), unasked),
        "rest without a range": (then(ETag='"v1"'), unasked),
        "rest from another place": (
            then(ETag='"v1"', Content_Range=f"bytes {place - 1}-{size - 1}/{size}"),
            unasked,
        ),
        "rest of another total": (
            then(ETag='"v1"', Content_Range=f"bytes {place}-{size}/{size + 1}"),
            unasked,
        ),
        "rest without a total": (then(ETag='"v1"', Content_Range=f"bytes {place}-{size - 1}/*"), unasked),
        "rest that is not all": (
            then(ETag='"v1"', Content_Range=f"bytes {place}-{size - 2}/{size}"),
            unasked,
        ),
        "rest in several parts": (
            then(ETag='"v1"', Content_Type="multipart/byteranges; boundary=x"),
            unasked,
        ),
        "rest longer than its range": (
            cut_at(
                place,
                newer,
                last=lambda v: v.answer(
                    rest + b"x", "206 Partial Content", ETag='"v1"', Content_Range=proper
                ),
            ),
            "E-UPDATE-ANSWER",
        ),
        "rest of another document": (
            cut_at(
                place,
                newer,
                last=lambda v: v.answer(
                    b"x" * len(rest), "206 Partial Content", ETag='"v1"', Content_Range=proper
                ),
            ),
            "E-XML-SYNTAX",
        ),
        "rest in chunks, too short": (cut_at(place, newer, last=partial(chunk(rest[:-1]))), "E-UPDATE-CUT"),
        "rest in chunks, too long": (cut_at(place, newer, last=partial(chunk(rest + b"x"))), "E-UPDATE-CUT"),
        "rest in chunks, without end": (
            cut_at(place, newer, last=partial(*[chunk(b" " * 50_000)] * 100)),
            "E-UPDATE-SIZE",
        ),
        "rest of a terabyte": (
            lambda v: (
                v.answer(
                    rest,
                    "206 Partial Content",
                    ETag='"v1"',
                    Content_Range=terabyte,
                )
                if v.is_continued
                else (v.answer(newer[:place], length=None, ETag='"v1"'), v.cut())[0]
            ),
            "E-UPDATE-SIZE",
        ),
        "304 for a rest": (
            cut_at(place, newer, last=of_status("304 Not Modified", ETag='"v1"')),
            unasked,
        ),
        "416 for a rest, then cut": (
            cut_at(
                place,
                newer,
                last=lambda v: (
                    v.answer(status="416 Range Not Satisfiable")
                    if v.is_continued
                    else (v.answer(newer[:place], length=size), v.cut())[0]
                ),
            ),
            "E-UPDATE-CUT",
        ),
        "a weak entity tag, always cut": (
            lambda v: (v.answer(newer[:place], length=size, ETag='W/"v1"'), v.cut())[0],
            "E-UPDATE-CUT",
        ),
        "an entity tag of 10,000 characters, always cut": (
            lambda v: (v.answer(newer[:place], length=size, ETag=f'"{"x" * 5000}"'), v.cut())[0],
            "E-UPDATE-CUT",
        ),
    }
