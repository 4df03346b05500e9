"""Addresses of pages that are files: the live site's own, as far as a plain file server can answer them.

Such a server knows paths and no questions.  So a range stands under its two ends, the further pages of a list
stand below /page, a port without a page is shown on that of its hundred, and what only a program answers
(search, JSON, an order of the table) has the address "".  A name becomes a file's name that is safe on any
disk; what the address of the live site says of it stays the same wherever that can be.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from unicodedata import normalize
from urllib.parse import quote

from portbook.edition import Edition, State, row_state
from portbook.errors import visible
from portbook.mentions import Mentions
from portbook.names import fold
from portbook.numbers import MAX_PORT, Ports, Transport
from portbook.web.addresses import CONTACTS, EDITIONS, ORGANISATIONS, REFERENCES, Links

HUNDRED = 100  # ports on one page, where they have none of their own
MAX_WIDTH = 1_024  # ports of a row that get a page each; the widest row of a service has 100
MAX_BYTES = 255  # of a file's name, on nearly every disk
PORTS, SERVICES, TURNED = "/ports", "/services", "/page"
INDEX = "index.html"

_KEPT_BYTES = 200  # of a name that is too long, before its digest
_PLAIN = re.compile(r"[A-Za-z0-9_-]+", re.ASCII)
_MARK = "~"  # two digits behind it are a byte; two of it, a digest


def hundred(port: int) -> Ports:
    """Return the hundred ports that *port* is one of."""
    low = port - port % HUNDRED
    return Ports(low, min(low + HUNDRED - 1, MAX_PORT))


def hundreds() -> tuple[Ports, ...]:
    """Return every port there is, by the hundred."""
    return tuple(hundred(low) for low in range(0, MAX_PORT + 1, HUNDRED))


def ports_with_a_row(edition: Edition) -> frozenset[int]:
    """Return the ports that get a page each: those of which a row says more than "Unassigned" of a range."""
    found: set[int] = set()
    for record in edition.records:
        if ports := record.ports:
            size = ports.high - ports.low + 1
            if size == 1 or (size <= MAX_WIDTH and row_state(record)[0] is not State.UNASSIGNED):
                found.update(range(ports.low, ports.high + 1))
    return frozenset(found)


def place(folder: str, name: str) -> str:
    """Return the path of the page about *name*, as it stands on the disk: "/services/cl/1".

    No two names share one.  A part of it is never empty, ".", "..", hidden, longer than `MAX_BYTES` or the
    name of a page, packed or not; control characters and what cannot be seen are written out.
    """
    parts = name.split("/")
    path = "/".join(map(_part, parts))
    if not all(parts) or len(path.encode()) > MAX_BYTES:
        path = _part(name)
    if len(path.encode()) > MAX_BYTES:
        path = _cut(path, name)
    return f"{folder}/{path}"


def set_apart(folder: str, names: Iterable[str]) -> dict[str, str]:
    """Return what becomes of the paths of *names* that some disks take for those of others.

    Those differ in case alone, or in how an accent is made.  The first keeps its path, each further one ends
    in a digest of its name.
    """
    taken: set[str] = set()
    found = {}
    for name in names:
        path = place(folder, name)
        if (folded := _as_disks_compare(path)) not in taken:
            taken.add(folded)
        else:
            found[path] = f"{folder}/{_cut(_part(name), name)}"
    return found


def file_of(path: str) -> str:
    """Return the file that answers at *path*, below the root of the tree."""
    return f"{path.strip('/')}/{INDEX}".lstrip("/")


def address_of(path: str) -> str:
    """Return *path* as a link has it."""
    return quote(path, safe="/~")


def _part(text: str) -> str:
    """*text* as the name of one file: what may not stand there as its bytes, "~2f"."""
    if _PLAIN.fullmatch(text):  # most are
        return text
    plain = "".join(char if _fits(char) else _written_out(char) for char in text)
    if plain[:1] == "." or plain.lower().startswith(INDEX):  # index.html.gz lies beside a page
        return _written_out(plain[0]) + plain[1:]
    return plain


def _cut(path: str, name: str) -> str:
    """The beginning of *path*, and a digest of the *name* in place of the rest."""
    digest = sha256(name.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return f"{path.encode()[:_KEPT_BYTES].decode(errors='ignore')}{_MARK * 2}{digest}"


def _as_disks_compare(path: str) -> str:
    """*path* as disks know a file's name that see neither case nor how an accent is made."""
    return normalize("NFC", normalize("NFC", path).casefold())


def _fits(char: str) -> bool:
    return char.isprintable() and visible(char) == char and char not in "/\\~"


def _written_out(char: str) -> str:
    return "".join(f"{_MARK}{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class StaticLinks(Links):
    """The addresses of the pages of an edition as files."""

    mentions: Mentions = field(kw_only=True)
    own: frozenset[int] = field(kw_only=True)  # ports with a page each
    spans: frozenset[Ports] = field(kw_only=True)  # ranges with a page each
    services: dict[str, str] = field(kw_only=True)  # folded name -> address
    apart: dict[str, str] = field(kw_only=True)  # path of a name -> the one that it has instead

    def place(self, folder: str, name: str) -> str:
        """The path of the page about *name*: as the function `place` says, where no other name has it."""
        path = place(folder, name)
        return self.apart.get(path, path)

    def port(self, port: int, transport: Transport | None = None) -> str:
        """The page of the port on all transports, or that of its hundred."""
        return f"{PORTS}/{port}" if port in self.own else self.span(hundred(port))

    def span(self, ports: Ports) -> str:
        return f"{PORTS}/{self.paged(ports)}"

    def paged(self, ports: Ports) -> Ports:
        return ports if ports in self.spans else hundred(ports.low)

    def service(self, name: str) -> str:
        return self.services.get(fold(name), "")

    def contact(self, contact_id: str) -> str:
        person = self.mentions.person(contact_id)
        return address_of(self.place(CONTACTS, person.id)) if person else CONTACTS

    def organisation(self, name: str) -> str:
        found = self.mentions.organisation(name)
        return address_of(self.place(ORGANISATIONS, found.name)) if found else ORGANISATIONS

    def reference(self, label: str) -> str:
        cited = self.mentions.reference(label)
        return address_of(self.place(REFERENCES, cited.label)) if cited else REFERENCES

    def edition(self, edition_id: str) -> str:
        return address_of(place(EDITIONS, edition_id))

    def search(self, text: str) -> str:
        return ""

    def json(self, path: str) -> str:
        return ""

    def asked(self, base: str, query: str) -> str:
        """The further pages of a list; "" for what only a program answers."""
        if not query:
            return base
        name, _, number = query.partition("=")
        return turned(base, int(number)) if name == "page" and number.isdigit() else ""


def turned(path: str, number: int) -> str:
    """Return the path of a further page of the list at *path*."""
    return f"{TURNED}/{number}{path}" if number > 1 else path


def services_of(names: Iterable[str], apart: Mapping[str, str]) -> dict[str, str]:
    """Return the address of each of *names*, folded."""
    paths = ((name, place(SERVICES, name)) for name in names)
    return {fold(name): address_of(apart.get(path, path)) for name, path in paths}
