"""Keys: how people write a port or a service on the command line, and nothing that only looks like it.

`443`, `:443`, `443/tcp`, `tcp/443`, `6000-6063/udp`, `https`, `https/tcp`, `_https._tcp`; `any` is a
transport that stands for all.  A text without a letter is meant as a number and is read strictly
(R-RANGE-10); names may be the historic ones, so a slash alone does not make a transport.
"""

import os
import re
import stat
import sys
from collections.abc import Iterable, Iterator
from typing import NamedTuple, TextIO

from portbook.cli.plain import LABELS, MAX_KEY
from portbook.discovery import parse_service_label
from portbook.errors import Problem, RuleError, shown
from portbook.names import service_name_problem
from portbook.numbers import Ports, Transport, parse_ports, parse_transport

_POSSIBLE = re.compile(
    r"[\x21-\x7e]+(?: [\x21-\x7e]+)*"
)  # "Escale (Newton Dock)" is published, blanks and all
_ALL = tuple(Transport)


class Key(NamedTuple):
    """One question: about ports or about a service name, on some transports."""

    text: str
    subject: Ports | str
    transports: tuple[Transport, ...]


def parse_key(text: str) -> Key:
    """Return what *text* asks for.

    Raises `RuleError` with the code of the broken rule: E-KEY-LONG, E-NAME-EMPTY, E-NAME-CHAR,
    E-PORT-FORMAT, E-PORT-RANGE, E-TRANS-UNKNOWN.
    """
    if len(text) > MAX_KEY:
        message = f"key {shown(text)} has {len(text)} characters; at most {MAX_KEY} are read"
        raise RuleError(Problem("E-KEY-LONG", message, "docs/limits.md"))
    if label := parse_service_label(text):
        on = LABELS.get(label.transport, (label.transport,))
        return _asked(text, label.name, tuple(map(Transport, on)))
    subject, transports = _split(text)
    return _asked(text, subject.removeprefix(":") if subject[1:2].isdigit() else subject, transports)


def transports_of(word: str) -> tuple[Transport, ...]:
    """Return the transports that *word* names: one, or all of them for "any"."""
    return _ALL if word.lower() == "any" else (parse_transport(word),)


def narrowed(key: Key, transport: tuple[Transport, ...] | None) -> Key:
    """Return *key* with the transports of `-t`; raise `RuleError` E-KEY-TRANSPORT when the two disagree."""
    if transport is None:
        return key
    both = tuple(t for t in key.transports if t in transport)
    if not both:
        message = f"key {shown(key.text)} and the option -t {transport[0]} name different transports"
        raise RuleError(Problem("E-KEY-TRANSPORT", message, "portbook lookup --help"))
    return key._replace(transports=both)


def keys_of(arguments: Iterable[str]) -> Iterator[str]:
    """Yield the keys among *arguments*; `-` stands for those on standard input.

    There they stand one a line; blank lines are left out.  Before one is waited for, what was answered is
    sent, unless standard input is a file: whoever types or pipes keys one by one sees each answer at once.
    """
    for argument in arguments:
        if argument == "-":
            yield from _standard_input()
        else:
            yield argument


def _standard_input() -> Iterator[str]:
    waits = not _is_file(sys.stdin)
    while line := sys.stdin.buffer.readline(4 * MAX_KEY):  # a longer line is refused in its first piece
        if text := line.decode("utf-8", "surrogateescape").strip(" \t\r\n"):
            yield text
            if waits:
                sys.stdout.flush()


def _is_file(stream: TextIO) -> bool:
    """Whether *stream* comes from a file, all of which is there already."""
    try:
        return stat.S_ISREG(os.fstat(stream.fileno()).st_mode)
    except OSError:  # no file descriptor
        return False


def _split(text: str) -> tuple[str, tuple[Transport, ...]]:
    """The subject and the transports of "443/tcp" or "tcp/443"; a name such as "cl/1" stays whole."""
    head, slash, tail = text.rpartition("/")
    if slash and _is_transport(tail):
        return head, transports_of(tail)
    first, slash, rest = text.partition("/")
    if slash and _is_transport(first):
        return rest, transports_of(first)
    if slash and re.fullmatch(r":?[0-9][0-9-]*", first, re.ASCII):
        return first, transports_of(rest)  # raises: "443/tpc"
    return text, _ALL


def _is_transport(word: str) -> bool:
    try:
        return bool(transports_of(word))
    except RuleError:
        return False


def _asked(text: str, subject: str, transports: tuple[Transport, ...]) -> Key:
    if subject and not any(character.isalpha() for character in subject):
        return Key(text, parse_ports(subject), transports)
    if not _POSSIBLE.fullmatch(subject) and (problem := service_name_problem(subject)):
        raise RuleError(problem)
    return Key(text, subject, transports)
