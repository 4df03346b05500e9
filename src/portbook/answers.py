"""Answers as plain data: what `--json` prints and what the HTTP API sends, in one shape (R-LOOK).

Dictionaries of texts, numbers, None and lists, ready for any JSON writer.  Field names are those of the
registry's columns in snake case; a range of ports is `port` and `port_end`, never a text.  Knows no
request, no file and no terminal: who asks gives the edition and the id under which it is kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple
from urllib.parse import quote

from portbook.blocks import runs_of
from portbook.census import BORDERS
from portbook.edition import Edition, PortState, Service, row_state
from portbook.errors import RuleError
from portbook.mentions import Cited, Person
from portbook.names import fold
from portbook.numbers import Ports, Transport, parse_transport, published_ports, range_of
from portbook.records import PublishedDate, Record, Reference, RichText
from portbook.search import Hit

Answer = dict[str, Any]

MAX_RECORDS = 5_000  # of an answer over HTTP; 1,024 ports of a real edition have about 2,100 at most
MAX_TEXT = 4_000_000  # characters in them, each record counted as often as it is given

RECORD_FIELDS = (
    "service_name",
    "port",
    "port_end",
    "transport",
    "state",
    "description",
    "assignee",
    "contact",
    "registration_date",
    "modification_date",
    "reference",
    "service_code",
    "unauthorized_use_reported",
    "assignment_notes",
    "canonical",
    "aliases",
    "edition",
    "href",
)


class Part(NamedTuple):
    """Which of many rows an answer gives: at most `limit` of them, after the first `offset`."""

    limit: int
    offset: int = 0

    def of(self, records: Sequence[Record]) -> Sequence[Record]:
        return records[self.offset : self.offset + self.limit]


# -- one row


def record_fields(record: Record, edition: Edition, edition_id: str) -> Answer:
    """Return one row of *edition* with the names that lead to it and the address of its page.

    `assignee` is the contact where the registry writes no assignee out (R-PUB-7).
    """
    ports = record.ports
    service = edition.service(record.service_name) if record.service_name else None
    return {
        "service_name": record.service_name,
        "port": ports.low if ports else None,
        "port_end": ports.high if ports else None,
        "transport": record.transport,
        "state": row_state(record)[0].value,
        "description": _text(record.description) or "",
        "assignee": [reference.label for reference in record.shown_assignee],
        "contact": [reference.label for reference in record.contact],
        "registration_date": _published(record.registration_date),
        "modification_date": _published(record.modification_date),
        "reference": [_reference(reference) for reference in record.reference],
        "service_code": record.service_code,
        "unauthorized_use_reported": _text(record.unauthorized_use_reported),
        "assignment_notes": _text(record.assignment_notes),
        "canonical": service.canonical if service else None,
        "aliases": list(service.aliases) if service else [],
        "edition": edition_id,
        "href": record_address(record),
    }


def record_address(record: Record) -> str:
    """Return the path of the page that shows the row: its (first) port, else its service name."""
    if ports := record.ports:
        try:
            return port_address(ports.low, parse_transport(fold(record.transport or "")))
        except RuleError:  # no transport, or one that nobody foresaw
            return port_address(ports.low)
    return service_address(record.service_name) if record.service_name else "/"


def port_address(port: int, transport: Transport | None = None) -> str:
    """Return the path of a port's page, or of one transport's; the JSON is at the same path under /v1."""
    return f"/ports/{port}/{transport}" if transport else f"/ports/{port}"


def service_address(name: str) -> str:
    """Return the path of a service's page; names such as "cl/1" are percent-encoded whole."""
    return f"/services/{quote(name, safe='')}"


def contact_address(contact_id: str) -> str:
    """Return the path of a contact's page; ids with odd characters are percent-encoded whole."""
    return f"/contacts/{quote(contact_id, safe='')}"


def reference_address(label: str) -> str:
    """Return the path of the page of what rows cite under that label."""
    return f"/references/{quote(label, safe='')}"


def _reference(reference: Reference) -> Answer:
    return {"type": reference.type, "data": reference.data, "text": reference.text}


def _text(text: RichText | None) -> str | None:
    """*text* with its line breaks; None stays None."""
    return None if text is None else "\n".join(text.lines)


def _published(date: PublishedDate | None) -> str | None:
    return None if date is None else str(date)


# -- what stands at a port, under a name


def state_fields(state: PortState, edition: Edition, edition_id: str) -> Answer:
    """Return the state of one port on one transport, why, and the rows that say so."""
    return {
        "transport": state.transport.value,
        "state": state.state.value,
        "why": state.why.value,
        "reason": state.reason.value if state.reason else None,
        "records": [record_fields(record, edition, edition_id) for record in state.records],
    }


def port_answer(
    edition: Edition, edition_id: str, port: int, transports: Iterable[Transport] = tuple(Transport)
) -> Answer:
    """Return what stands at *port*: its range, and one item for each of *transports*.

    Raises `RuleError` E-PORT-RANGE outside 0-65535.
    """
    return {
        "port": port,
        "range": range_of(port).value,
        "edition": edition_id,
        "href": port_address(port),
        "transports": [
            state_fields(edition.port(port, transport), edition, edition_id) for transport in transports
        ],
    }


def port_transport_answer(edition: Edition, edition_id: str, port: int, transport: Transport) -> Answer:
    """Return what stands at *port* on one transport."""
    head = {
        "port": port,
        "range": range_of(port).value,
        "edition": edition_id,
        "href": port_address(port, transport),
    }
    return head | state_fields(edition.port(port, transport), edition, edition_id)


def ports_answer(
    edition: Edition, edition_id: str, ports: Ports, transports: Iterable[Transport] = tuple(Transport)
) -> Answer:
    """Return what stands at a range of ports: for each transport, the runs of ports with one state."""
    runs = [run for transport in transports for run in runs_of(edition, ports, transport)]
    return {
        "port": ports.low,
        "port_end": ports.high,
        "edition": edition_id,
        "runs": [
            {"port": run.low, "port_end": run.high} | state_fields(state, edition, edition_id)
            for run, state in runs
        ],
    }


def service_answer(
    edition: Edition,
    edition_id: str,
    service: Service,
    transports: Iterable[Transport] = tuple(Transport),
    part: Part | None = None,
) -> Answer:
    """Return what stands under a service name: its rows on *transports* (`rows_on`), or a *part* of them."""
    rows = rows_on(service.records, tuple(transports))
    return {
        "name": service.name,
        "canonical": service.canonical,
        "is_alias": service.is_alias,
        "aliases": list(service.aliases),
        "edition": edition_id,
        "href": service_address(service.name),
    } | _rows(rows, part, edition, edition_id)


def contact_answer(edition: Edition, edition_id: str, person: Person, part: Part | None = None) -> Answer:
    """Return one contact as published, "&" for "@" (R-PUB-9), and the rows that mention it.

    `carried` tells whether the contact table of the edition has it; without that only the id is known.
    """
    contact = person.contact
    return {
        "id": person.id,
        "carried": contact is not None,
        "name": contact.name if contact else None,
        "organization": contact.organization if contact else None,
        "uris": list(contact.uris) if contact else [],
        "updated": _published(contact.updated) if contact else None,
        "edition": edition_id,
        "href": contact_address(person.id),
    } | _rows(person.records, part, edition, edition_id)


def reference_answer(edition: Edition, edition_id: str, cited: Cited, part: Part | None = None) -> Answer:
    """Return a document that rows cite, and those rows."""
    return {
        "label": cited.label,
        "type": cited.reference.type,
        "edition": edition_id,
        "href": reference_address(cited.label),
    } | _rows(cited.records, part, edition, edition_id)


def _rows(records: Sequence[Record], part: Part | None, edition: Edition, edition_id: str) -> Answer:
    """All *records*; or a *part* of them, how many there are in all, and whether some come after it."""
    given = records if part is None else part.of(records)
    rows: Answer = {"records": [record_fields(record, edition, edition_id) for record in given]}
    if part is None:
        return rows
    return rows | {"total": len(records), "more": part.offset + part.limit < len(records)}


def search_answer(
    edition: Edition, edition_id: str, query: str, hits: Iterable[Hit], more: bool | None = None
) -> Answer:
    """Return what a search found, best first; *more*: whether it was cut short, left out if nobody looked."""
    found = [_hit(hit, edition, edition_id) for hit in hits]
    answer: Answer = {"query": query, "edition": edition_id, "hits": found}
    return answer if more is None else answer | {"more": more}


def _hit(hit: Hit, edition: Edition, edition_id: str) -> Answer:
    return {
        "kind": hit.kind,
        "name": hit.name,
        "canonical": hit.canonical,
        "port_number": hit.port_number,
        "transports": list(hit.transports),
        "why": hit.why,
        "href": _hit_address(hit),
        "records": [record_fields(record, edition, edition_id) for record in hit.records],
    }


def _hit_address(hit: Hit) -> str:
    if hit.name:
        return service_address(hit.name)
    if hit.records:
        return record_address(hit.records[0])
    ports = published_ports(hit.port_number or "")  # of a port that no row speaks of
    return port_address(ports.low) if ports else "/"


def rows_on(records: Iterable[Record], transports: tuple[Transport, ...]) -> tuple[Record, ...]:
    """Return the *records* that speak of one of *transports*; without a transport, of each (R-LOOK-6)."""
    if len(transports) == len(Transport):
        return tuple(records)
    return tuple(r for r in records if not r.transport or fold(r.transport) in transports)


# -- how large an answer will be, told before it is made


def fits(records: Iterable[Record], edition: Edition) -> bool:
    """Say whether one answer may hold *records*: `MAX_RECORDS`, and `MAX_TEXT` characters in them."""
    lengths: dict[int, int] = {}  # by identity: a row that is given at many ports is measured once
    text = 0
    for number, record in enumerate(records, 1):
        if id(record) not in lengths:
            lengths[id(record)] = _length(record, edition)
        text += lengths[id(record)]
        if number > MAX_RECORDS or text > MAX_TEXT:
            return False
    return True


def records_at(
    edition: Edition, ports: Ports, transports: tuple[Transport, ...] = tuple(Transport)
) -> Iterator[Record]:
    """Yield the records of an answer about *ports*, at the least: each as often as it will be given.

    Ports where the same rows speak are one, as in `blocks.runs_of`, which may join more of them.
    """
    before: tuple[Record, ...] | None = None
    for port in range(ports.low, ports.high + 1):
        rows = edition.at(port)
        if rows != before or port in BORDERS:
            for row in rows:
                yield from [row] * _times(row, transports)
        before = rows


def _times(record: Record, transports: tuple[Transport, ...]) -> int:
    """On how many of *transports* the row speaks."""
    if not record.transport:
        return len(transports)
    return 1 if fold(record.transport) in transports else 0


def _length(record: Record, edition: Edition) -> int:
    """The characters of a record's long fields."""
    texts = (record.description, record.unauthorized_use_reported, record.assignment_notes)
    people = (*record.shown_assignee, *record.contact)
    service = edition.service(record.service_name) if record.service_name else None
    return (
        sum(len(_text(text) or "") for text in texts)
        + sum(len(reference.label) for reference in people)
        + sum(len(reference.data or "") + len(reference.text or "") for reference in record.reference)
        + sum(map(len, service.aliases if service else ()))
    )


# -- rows as text cells, for CSV and TSV


def record_cells(fields: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the fields of one record as texts, in the order of `RECORD_FIELDS`.

    People and references stand in brackets as in IANA's own tables, aliases with a blank between.
    """
    return tuple(_cell(field, fields[field]) for field in RECORD_FIELDS)


def _cell(field: str, value: Any) -> str:
    if field == "aliases":
        return " ".join(value)
    if field in ("assignee", "contact"):
        return "".join(f"[{label}]" for label in value)
    if field == "reference":
        return "".join(f"[{Reference(item['type'], item['data'], item['text']).label}]" for item in value)
    return "" if value is None else str(value)
