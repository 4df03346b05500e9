"""Queries: what a person typed into the search box, and what it means.

`443`, `:443`, `80/tcp`, `tcp 80`, `port 22`, `443, 80`, `6000-6063/udp`, `10.0.0.1:8080`, `_http._tcp`,
`http/udp`, `RFC 8620`, `draft-...`, `htt*` and plain words all have a meaning here (R-LOOK-1, R-LOOK-2,
R-SD-4).  Text in, a value out; what an edition has to say to it is `search`'s.  Nothing is refused but
length.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, NamedTuple

from portbook.discovery import parse_service_label
from portbook.errors import Problem, RuleError, shown
from portbook.numbers import MAX_PORT, Ports, Transport, parse_transport

MAX_QUERY = 100  # characters

_WORD = re.compile(r"[^\W_]+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f]+")
_SPAN = re.compile(r"([0-9]{1,10})(?:-([0-9]{1,10}))?", re.ASCII)
_HYPHEN = re.compile(r" ?(?:[-–]|\.{2,3}) ?")  # a page shows a range with an en dash
_END = re.compile(r"[ ?!.]+\Z")  # of a sentence; no name ends so
_BETWEEN_PORTS = re.compile(r" ?[,;] ?| ", re.ASCII)
_PORT_WORD = re.compile(r"(?:(tcp|udp|udplite|udp-lite|sctp|dccp) )?ports?:? ?(?=[:0-9])", re.ASCII)
_ADDRESS = re.compile(  # "https://example.com:8443/path", "10.0.0.1:8080", "[::1]:53"
    r"(?:[a-z][a-z0-9+.-]*://)?(?:[^/?#@ ]*@)?"
    r"(?:\[[0-9a-f:.%]+\]|(?=[^:]*[a-z.])[a-z0-9._-]+):([0-9]{1,5})(?:[/?#][^ ]*)?",
    re.ASCII,
)
_RFC = re.compile(r"rfc[ -]?0*([1-9][0-9]{0,5})", re.ASCII)
_DRAFT = re.compile(r"(?:draft|rfc(?=-[a-z]))-([a-z0-9.-]+)\*?", re.ASCII)  # "RFC-ietf-..." once approved


class Slip(StrEnum):
    """How ports were written, when not as a port number or a range is (R-RANGE-10)."""

    ZEROS = "leading zeros"
    DOWNWARDS = "a range downwards"


class Query(NamedTuple):
    """One question: ports, a reference or words, perhaps on one transport only."""

    text: str  # on one line, folded for comparison, the transport and the outer wildcard taken off
    words: tuple[str, ...]
    prefixes: tuple[bool, ...]  # which words may be the beginning of a longer one
    ports: Ports | None = None
    transport: Transport | None = None
    reference: str | None = None  # "rfc8620" or "draft-..."
    is_label: bool = False  # "_http._udp": the name is whole, and _udp means "not over tcp" (R-SD-5)
    others: tuple[Ports, ...] = ()  # asked together with `ports`: "443, 80"
    slip: Slip | None = None  # the ports are those that were meant


def parse_query(text: str) -> Query:
    """Return what *text* asks for; raise `RuleError` E-QUERY-LONG above `MAX_QUERY` characters."""
    if len(text) > MAX_QUERY:
        message = f"the query {shown(text, 20)} has {len(text)} characters; {MAX_QUERY} are allowed"
        raise RuleError(Problem("E-QUERY-LONG", message, "docs/limits.md"))
    line = _END.sub("", " ".join(_CONTROL.sub(" ", text).split()))
    if label := parse_service_label(line):
        name = search_fold(label.name)
        words = words_of(name)
        return Query(name, words, (False,) * len(words), transport=label.transport, is_label=True)
    what, transport = _split_transport(line)
    if found := _asked_ports(what, transport):
        return found
    folded = search_fold(what)
    reference = _RFC.fullmatch(folded)
    draft = _DRAFT.fullmatch(folded)
    cited = f"rfc{reference[1]}" if reference else f"draft-{draft[1]}" if draft else None
    words, prefixes = _words(folded)
    return Query(folded.rstrip("*"), words, prefixes, None, transport, cited)


def freer_readings(query: Query) -> Iterator[Query]:
    """Return what else *query* may mean, to be tried in turn when nothing is found.

    A label without its transport; words and a transport ("docker udp"); words and ports among them, parted
    by blanks ("https 443", "who holds 8765").
    """
    if query.is_label:
        yield query._replace(transport=None)
    elif not (query.ports or query.reference):
        spoken = [word for word in query.words if word in Transport.__members__.values()]
        if len(spoken) == 1 and query.transport is None:
            query = _without(query, spoken, transport=Transport(spoken[0]))
            yield query
        written = {word: found for word in query.text.split() if (found := _written_ports(word))}
        if written and any(map(str.isalpha, "".join(query.text.split()))):
            ports = [found for found, _ in written.values()]
            yield _without(query, written, ports=ports[0], others=tuple(ports[1:]))


def _without(query: Query, words: Iterable[str], **meaning: Any) -> Query:
    """*query* without *words*, which have another *meaning*."""
    kept = [
        (word, begins) for word, begins in zip(query.words, query.prefixes, strict=True) if word not in words
    ]
    rest, prefixes = tuple(word for word, _ in kept), tuple(begins for _, begins in kept)
    return query._replace(text=" ".join(rest), words=rest, prefixes=prefixes, **meaning)


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


def _asked_ports(what: str, transport: Transport | None) -> Query | None:
    """The question for the ports that *what* writes, perhaps as "port 22"; None for other text."""
    text = what.lower()
    if address := _ADDRESS.fullmatch(text):
        text = address[1]
    elif spoken := _PORT_WORD.match(text):  # "port 22", "udp port 53"
        named = parse_transport(spoken[1]) if spoken[1] else transport
        if transport in (None, named):
            text, transport = text[spoken.end() :], named
    text, transport = _without_spoken_transport(text, transport)
    text = _HYPHEN.sub("-", text.removeprefix(":"))
    items = [_written_ports(item) for item in _BETWEEN_PORTS.split(text)]
    written = [item for item in items if item]
    if not written or len(written) < len(items):
        return None
    ports = list(dict.fromkeys(found for found, _ in written))
    words = words_of(text)
    slip = next((slip for _, slip in written if slip), None)
    return Query(text, words, (False,) * len(words), ports[0], transport, others=tuple(ports[1:]), slip=slip)


def _without_spoken_transport(text: str, transport: Transport | None) -> tuple[str, Transport | None]:
    """*text* without a transport before or after it, parted by a blank: "tcp 443", "443 tcp"."""
    first, _, after = text.partition(" ")
    before, _, last = text.rpartition(" ")
    for named, rest in ((first, after), (last, before)):
        try:
            found = parse_transport(named)
        except RuleError:
            continue
        if rest and transport in (None, found):
            return rest, found
    return text, transport


def _written_ports(text: str) -> tuple[Ports, Slip | None] | None:
    """The ports that are meant with *text*, and how it slips; None for other text ("70000")."""
    match = _SPAN.fullmatch(text)
    if not match:
        return None
    ends = [int(end) for end in match.groups() if end]
    if max(ends) > MAX_PORT:
        return None
    ports = Ports(min(ends), max(ends))
    if ends != sorted(ends):
        return ports, Slip.DOWNWARDS
    return ports, Slip.ZEROS if any(map(_has_zeros, match.groups())) else None


def _has_zeros(end: str | None) -> bool:
    return end is not None and len(end) > 1 and end.startswith("0")


def _words(folded: str) -> tuple[tuple[str, ...], tuple[bool, ...]]:
    """The words of *folded*, each once, and whether each may be a beginning: "htt*", and always the last."""
    found: dict[str, bool] = {}
    matches = list(_WORD.finditer(folded))
    for match in matches:
        starred = folded[match.end() : match.end() + 2] in ("*", "* ")
        found[match[0]] = found.get(match[0], False) or starred or match is matches[-1]
    return tuple(found), tuple(found.values())
