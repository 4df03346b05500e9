"""The compiled table: an edition as the bytes that `lookup` and the plain command read (layout: `lookup`).

The same edition always gives the same bytes.  States and their reasons are computed here, by `Edition`, once;
rows, facts and texts are kept as published (rich text on one line), each distinct one once, notes included.
Ports whose answer is the same side by side are one run, so ranges cost nothing.
"""

import hashlib
from collections.abc import Iterable
from typing import NamedTuple

from portbook.edition import Edition, PortState, Service
from portbook.errors import Problem, StoreError
from portbook.lookup import (
    DIGEST_AT,
    EDITION_AT,
    HEAD_LENGTH,
    MAGIC,
    MAX_PAIRS,
    MAX_TABLE,
    NONE,
    SECTIONS,
    SECTIONS_AT,
    VERSION,
    Table,
    TableError,
)
from portbook.names import fold, is_historic
from portbook.numbers import EDGE_PORTS, FIRST_DYNAMIC_PORT, FIRST_USER_PORT, MAX_PORT
from portbook.records import Record, Reference, labels

STARTS = {0, FIRST_USER_PORT, FIRST_DYNAMIC_PORT}  # of the three ranges; a run never lies in two
_SOURCE = "layout of the look-up table"


def compile_table(edition: Edition, edition_id: str, sha256: str) -> bytes:
    """Return the look-up table of *edition*; *sha256* is that of its published bytes, in hexadecimal.

    Raises `StoreError`: E-TABLE-SIZE when it would not fit the layout, E-TABLE-PAIRS beyond `MAX_PAIRS`.
    """
    writer = _Writer()
    names = _names(edition)
    for record, following in zip(edition.records, _following(edition.records), strict=True):
        writer.row(record, following)
    for run in _runs(edition):
        writer.run(run)
    for name in sorted(names, key=_sorted_by):
        writer.sections["names"] += _u24(names[name])
    services = (edition.service(name) for name in edition.service_names)
    for service in sorted((s for s in services if s and s.is_alias), key=lambda s: _sorted_by(s.name)):
        writer.alias(service)
    return _whole(writer.sections, edition, edition_id, sha256)


def checked_table(data: bytes) -> bytes:
    """Return *data* if it is a whole, undamaged look-up table, else raise `StoreError` E-TABLE-... ."""
    try:
        Table(data)
    except TableError as error:
        raise StoreError(Problem(error.code, str(error).removesuffix(f" ({error.code})"), _SOURCE)) from None
    told = data[DIGEST_AT : DIGEST_AT + 32]
    if _digest(data) != told:
        message = (
            f"look-up table is damaged: its SHA-256 is {_digest(data).hex()}, its head says {told.hex()}"
        )
        raise StoreError(Problem("E-TABLE-DIGEST", message, _SOURCE))
    return data


# -- what goes into the sections


class _Run(NamedTuple):
    """Ports from *first* to the next run: the same rows and the same states."""

    first: int
    rows: tuple[int, ...]
    states: tuple[PortState, ...]


class _Writer:
    """The sections of a table as they grow; each distinct text, list, fact and set of states stands once."""

    def __init__(self) -> None:
        self.sections = {name: bytearray() for name, _ in SECTIONS}
        self._places: dict[tuple[str, bytes], int] = {}
        self.text("")

    def text(self, text: str | None) -> bytes:
        """The offset of *text*; None is the empty text."""
        data = (text or "").encode("utf-8", "backslashreplace")
        length = bytes([len(data)]) if len(data) < 255 else b"\xff" + _u24(len(data))
        return self._place("texts", length + data, 1)

    def row(self, record: Record, following: int) -> None:
        ports = record.ports
        low, high = ports or (1, 0)
        facts = (
            str(record.description),
            _bracketed(record.reference),
            _bracketed(record.shown_assignee),
            _bracketed(record.contact),
            str(record.unauthorized_use_reported or ""),
            str(record.assignment_notes or ""),
        )
        place = self._place("facts", b"".join(map(self.text, facts)), 18)
        parts = (self.text(record.transport), self.text(record.service_name), place, _u24(following))
        self.sections["rows"] += low.to_bytes(2, "little") + high.to_bytes(2, "little") + b"".join(parts)

    def run(self, run: _Run) -> None:
        verdicts = b"".join(self.text(text) for state in run.states for text in _verdict(state))
        listed = b"".join(map(_u24, (len(run.rows), *run.rows)))
        first = run.first.to_bytes(2, "little")
        self.sections["runs"] += (
            first + self._place("verdicts", verdicts, 60)[:2] + self._place("lists", listed, 3)
        )

    def alias(self, service: Service) -> None:
        kind = bytes([is_historic(service.name)])
        self.sections["aliases"] += self.text(service.name) + self.text(service.canonical) + kind

    def _place(self, section: str, item: bytes, size: int) -> bytes:
        """The number of *item* in *section*, where it is added the first time."""
        known = self._places.get((section, item))
        if known is None:
            known = self._places[section, item] = len(self.sections[section]) // size
            self.sections[section] += item
        if section == "verdicts" and known > 0xFFFF:
            raise _too_large(f"{known} different sets of states")
        return _u24(known)


def _verdict(state: PortState) -> tuple[str | None, ...]:
    return state.state, state.why, state.reason, ", ".join(state.companions), state.remark


def _runs(edition: Edition) -> list[_Run]:
    """The 65,536 ports as runs: rows change at the ends of their ports, states also at the ends of ranges."""
    edges = EDGE_PORTS | {port + 1 for port in EDGE_PORTS} | STARTS
    numbered = [(place, ports) for place, record in enumerate(edition.records) if (ports := record.ports)]
    cuts = edges.union(*((ports.low, ports.high + 1) for _, ports in numbered)) - {MAX_PORT + 1}
    opening: dict[int, list[int]] = {}
    closing: dict[int, list[int]] = {}
    for place, ports in numbered:
        opening.setdefault(ports.low, []).append(place)
        closing.setdefault(ports.high + 1, []).append(place)
    runs: list[_Run] = []
    rows: set[int] = set()
    for first in sorted(cuts):
        rows.difference_update(closing.get(first, ()))
        rows.update(opening.get(first, ()))
        run = _Run(first, tuple(sorted(rows)), edition.ports(first))
        if first in STARTS or runs[-1].rows != run.rows or not _same_states(runs[-1], run):
            runs.append(run)
    return runs


def _same_states(one: _Run, other: _Run) -> bool:
    return all(_verdict(a) == _verdict(b) for a, b in zip(one.states, other.states, strict=True))


def _names(edition: Edition) -> dict[str, int]:
    """Folded name -> the number of its first row."""
    first: dict[str, int] = {}
    pairs = 0
    for place, record in enumerate(edition.records):
        if record.service_name:
            first.setdefault(fold(record.service_name), place)
            if ports := record.ports:
                pairs += ports.high - ports.low + 1
    if pairs > MAX_PAIRS:
        message = f"the edition has {pairs} pairs of name and port; at most {MAX_PAIRS} fit a look-up table"
        raise StoreError(Problem("E-TABLE-PAIRS", message, _SOURCE))
    return first


def _sorted_by(name: str) -> bytes:
    return fold(name).encode("utf-8", "backslashreplace")


def _following(records: Iterable[Record]) -> list[int]:
    """For each row the number of the next row with its name, or `NONE`."""
    following: list[int] = []
    last: dict[str, int] = {}
    for place, record in enumerate(records):
        following.append(NONE)
        if record.service_name:
            name = fold(record.service_name)
            if name in last:
                following[last[name]] = place
            last[name] = place
    return following


def _bracketed(references: tuple[Reference, ...]) -> str:
    return " ".join("".join(f"[{label}]" for label in labels(references)).split())


# -- the whole


def _whole(sections: dict[str, bytearray], edition: Edition, edition_id: str, sha256: str) -> bytes:
    total = HEAD_LENGTH + sum(map(len, sections.values()))
    if total > MAX_TABLE:
        raise _too_large(f"{total} bytes")
    head = bytearray(MAGIC + VERSION.to_bytes(2, "little") + HEAD_LENGTH.to_bytes(2, "little"))
    head += total.to_bytes(4, "little") + bytes(32)
    head += bytes.fromhex(sha256).ljust(32, b"\0")
    updated = edition.updated if edition.updated and edition.updated.is_valid else edition_id[:10]
    head += _padded(edition_id, 32) + _padded(updated, 16)
    if len(head) != SECTIONS_AT or EDITION_AT + 80 != SECTIONS_AT:
        raise _too_large(f"a digest of {len(sha256)} digits")
    at = HEAD_LENGTH
    for name, size in SECTIONS:
        head += at.to_bytes(4, "little") + (len(sections[name]) // size).to_bytes(4, "little")
        at += len(sections[name])
    return _sealed(bytes(head) + bytes(4) + b"".join(sections[name] for name, _ in SECTIONS))


def _sealed(data: bytes) -> bytes:
    """*data* with its digest, then the sum of its head, filled in."""
    digest = _digest(data)
    head = data[:DIGEST_AT] + digest + data[DIGEST_AT + 32 : HEAD_LENGTH - 4]
    return head + sum(head).to_bytes(4, "little") + data[HEAD_LENGTH:]


def _digest(data: bytes) -> bytes:
    """The SHA-256 of all but itself and the sum over it."""
    parts = (data[:DIGEST_AT], data[DIGEST_AT + 32 : HEAD_LENGTH - 4], data[HEAD_LENGTH:])
    return hashlib.sha256(b"".join(parts)).digest()


def _padded(text: str, size: int) -> bytes:
    data = text.encode("ascii", "backslashreplace")
    if len(data) > size:
        raise _too_large(f"the edition id or date {text!r} of {len(data)} characters")
    return data.ljust(size, b"\0")


def _too_large(what: str) -> StoreError:
    return StoreError(Problem("E-TABLE-SIZE", f"{what} do not fit a look-up table", _SOURCE))


def _u24(number: int) -> bytes:
    if number > NONE:
        raise _too_large(f"{number} items")
    return number.to_bytes(3, "little")
