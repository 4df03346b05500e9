"""Queries: what a person typed into the search box, and what it means.

`443`, `:443`, `80/tcp`, `tcp/80`, `6000-6063/udp`, `_http._tcp`, `http/udp`, `RFC 8620`, `draft-...`, `htt*`
and plain words all have a meaning here (R-LOOK-1, R-LOOK-2, R-SD-4).  Text in, a value out; what an edition
has to say to it is `search`'s.  Nothing is refused but length.
"""

import re
import unicodedata
from typing import NamedTuple

from portbook.discovery import parse_service_label
from portbook.errors import Problem, RuleError, shown
from portbook.numbers import Ports, Transport, parse_ports, parse_transport

MAX_QUERY = 100  # characters

_WORD = re.compile(r"[^\W_]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_PORTS = re.compile(r":?([0-9]{1,5}(?:-[0-9]{1,5})?)", re.ASCII)
_RFC = re.compile(r"rfc[ -]?0*([1-9][0-9]{0,5})", re.ASCII)
_DRAFT = re.compile(r"(?:draft|rfc(?=-[a-z]))-([a-z0-9.-]+)\*?", re.ASCII)  # "RFC-ietf-..." once approved


class Query(NamedTuple):
    """One question: ports, a reference or words, perhaps on one transport only."""

    text: str  # on one line, folded for comparison, the transport and the outer wildcard taken off
    words: tuple[str, ...]
    prefixes: tuple[bool, ...]  # which words may be the beginning of a longer one
    ports: Ports | None = None
    transport: Transport | None = None
    reference: str | None = None  # "rfc8620" or "draft-..."
    is_label: bool = False  # "_http._udp": the name is whole, and _udp means "not over tcp" (R-SD-5)


def parse_query(text: str) -> Query:
    """Return what *text* asks for; raise `RuleError` E-QUERY-LONG above `MAX_QUERY` characters."""
    if len(text) > MAX_QUERY:
        message = f"the query {shown(text, 20)} has {len(text)} characters; {MAX_QUERY} are allowed"
        raise RuleError(Problem("E-QUERY-LONG", message, "docs/limits.md"))
    line = " ".join(_CONTROL.sub(" ", text).split())
    if label := parse_service_label(line):
        name = search_fold(label.name)
        words = words_of(name)
        return Query(name, words, (False,) * len(words), transport=label.transport, is_label=True)
    what, transport = _split_transport(line)
    if ports := _ports(what):
        words = words_of(what)
        return Query(what.lstrip(":"), words, (False,) * len(words), ports, transport)
    folded = search_fold(what)
    reference = _RFC.fullmatch(folded)
    draft = _DRAFT.fullmatch(folded)
    cited = f"rfc{reference[1]}" if reference else f"draft-{draft[1]}" if draft else None
    words, prefixes = _words(folded)
    return Query(folded.rstrip("*"), words, prefixes, None, transport, cited)


def search_fold(text: str) -> str:
    """Return *text* as search compares it: case, accents and width do not count ("Norén" is "noren")."""
    if text.isascii():
        return text.lower()
    plain = unicodedata.normalize("NFKD", text).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))


def words_of(folded: str) -> tuple[str, ...]:
    """Return the words of *folded*: its runs of letters and digits, as they stand."""
    return tuple(_WORD.findall(folded))


def _split_transport(line: str) -> tuple[str, Transport | None]:
    """What is asked and on which transport: "tcp/80", "80/tcp", "http/udp"; "cl/1" stays whole."""
    before, slash, last = line.rpartition("/")
    first, _, after = line.partition("/")
    if not slash:
        return line, None
    for what, named in ((before, last), (after, first)):
        if what and named.strip().lower() == "any":
            return what.strip(), None
        try:
            transport = parse_transport(named.strip())
        except RuleError:
            continue
        if what:
            return what.strip(), transport
    return line, None


def _ports(what: str) -> Ports | None:
    """The ports that *what* writes, or None when it is other text ("70000", "0443")."""
    match = _PORTS.fullmatch(what)
    if not match:
        return None
    try:
        return parse_ports(match[1])
    except RuleError:
        return None


def _words(folded: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The words of *folded*, each once, and whether each may be a beginning: "htt*", and always the last."""
    found: dict[str, bool] = {}
    matches = list(_WORD.finditer(folded))
    for match in matches:
        starred = folded[match.end() : match.end() + 2] in ("*", "* ")
        found[match[0]] = found.get(match[0], False) or starred or match is matches[-1]
    return tuple(found), tuple(found.values())
