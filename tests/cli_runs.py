"""Run the command inside the test: arguments and standard input in, status, output and errors out.

The edition is invented: small, with one of everything that the command treats in its own way.  A folder of
Portbook's own files that holds it, newer than any embedded edition, is made once.
"""

from __future__ import annotations

import atexit
import functools
import io
import os
import tempfile
from pathlib import Path
from typing import NamedTuple
from unittest.mock import patch

from portbook import cli, lookup

DATE = "2031-05-01"
DUPLICATE = 'This is a duplicate of the "http" service and should not be used for discovery purposes.'


def record(name: str, port: str, transport: str, description: str, more: str = "") -> str:
    """A row as XML; empty texts leave the element out."""
    cells = (("name", name), ("protocol", transport), ("description", description), ("number", port))
    return (
        "<record>" + "".join(f"<{tag}>{text}</{tag}>" for tag, text in cells if text) + more + "</record>\n"
    )


IESG = '<xref type="person" data="IESG"/>'
RFC = '<xref type="rfc" data="rfc9110"/>'
ROWS = (
    record("", "0", "tcp", "Reserved"),
    record("", "0", "udp", "Reserved"),
    record("echo", "7", "tcp", "Echo", IESG),
    record("echo", "7", "udp", "Echo", IESG),
    record("", "9-12", "tcp", "Unassigned"),
    record("sql*net", "66", "tcp", "Oracle SQL*NET", '<note>This entry is an alias to "sql-net".</note>'),
    record("sql-net", "66", "tcp", "Oracle SQL*NET", IESG),
    record("http", "80", "tcp", "World Wide Web HTTP", IESG + RFC),
    record("http", "80", "udp", "World Wide Web HTTP", IESG + RFC),
    record("www", "80", "tcp", "World Wide Web HTTP", f"<note>{DUPLICATE}</note>"),
    record("cl-1", "172", "tcp", "Network CL/1"),
    record("cl/1", "172", "tcp", "Network CL/1", '<note>This entry is an alias to "cl-1".</note>'),
    record("https", "443", "tcp", "http protocol over TLS/SSL", IESG + RFC),
    record("https", "443", "udp", "http protocol over TLS/SSL", IESG + RFC),
    record("", "", "", "Reserved"),
    record("active-net", "3322-3325", "", "Active Networks"),
    record("stun", "3478", "udp", "One of two names"),
    record("turn", "3478", "udp", "The other name"),
    record("x11", "6000-6063", "tcp", "X Window System"),
    record("x11", "6000-6063", "udp", "X Window System", "<unauthorized>Port 6003</unauthorized>"),
    record("nasty", "6999", "tcp", "C1 &#x9B;31m bidi &#x202E;txt"),
    record("convert", "7001", "tcp", "A service called as a verb"),
    record("search", "7002", "tcp", "Another service called as a verb"),
    record("Two Words", "7003", "tcp", "A name that services(5) cannot hold"),
    record("acme-say", "", "", "Says acme", "<note>Defined TXT keys: u, p</note>"),
)
XML = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<registry xmlns="http://www.iana.org/assignments" id="service-names-port-numbers">\n'
    f"<title>Invented</title>\n<updated>{DATE}</updated>\n{''.join(ROWS)}"
    '<people>\n<person id="IESG"><name>IESG</name></person>\n</people>\n</registry>\n'
).encode()


class Ran(NamedTuple):
    """What a call left behind."""

    status: int
    out: str
    err: str


class Stream(io.TextIOWrapper):
    """Standard output or input of a call; a terminal if so told."""

    terminal = False

    def isatty(self) -> bool:
        return self.terminal


def stream(content: bytes = b"", *, terminal: bool = False, encoding: str = "utf-8") -> Stream:
    made = Stream(io.BytesIO(content), encoding=encoding, errors="strict", newline="\n", write_through=True)
    made.terminal = terminal
    return made


def portbook(
    *argv: str,
    home: Path | None = None,
    stdin: bytes = b"",
    terminal: bool = False,
    encoding: str = "utf-8",
) -> Ran:
    """Run `portbook *argv*`; *home* is PORTBOOK_HOME, by default the one with the invented edition."""
    out, err = stream(terminal=terminal, encoding=encoding), stream(encoding=encoding)
    settings = {
        "PORTBOOK_HOME": str(home or shared_home()),
        "COLUMNS": "100",
        "TERM": "xterm",
        "NO_COLOR": "1",
    }
    lookup.use_table(None)
    with (
        patch.dict(os.environ, settings),
        patch("sys.stdin", stream(stdin)),
        patch("sys.stdout", out),
        patch("sys.stderr", err),
    ):
        status = cli.main(list(argv))
    lookup.use_table(None)
    return Ran(status, *(made.buffer.getvalue().decode(encoding) for made in (out, err)))


@functools.cache
def shared_home() -> Path:
    """A folder of Portbook's own files, with the invented edition as the newest."""
    folder = tempfile.TemporaryDirectory(prefix="portbook-test-")
    atexit.register(folder.cleanup)
    home = Path(folder.name)
    assert portbook("editions", "add", "-", "--source", "a test", home=home, stdin=XML) == (
        0,
        f"{DATE}\n",
        "",
    )
    return home
