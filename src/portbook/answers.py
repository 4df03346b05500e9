"""Answers as plain data: what `--json` prints and what the HTTP API sends, in one shape (R-LOOK).

Dictionaries of texts, numbers, None and lists, ready for any JSON writer.  Field names are those of the
registry's columns in snake case; a range of ports is `port` and `port_end`, never a text.  Knows no
request, no file and no terminal: who asks gives the edition and the id under which it is kept.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from portbook.blocks import runs_of
from portbook.edition import Edition, PortState, Service, row_state
from portbook.errors import RuleError
from portbook.mentions import Cited, Person
from portbook.names import fold
from portbook.numbers import Ports, Transport, parse_transport, published_ports, range_of
from portbook.records import PublishedDate, Record, Reference, RichText
from portbook.search import Hit

Answer = dict[str, Any]

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
    edition: Edition, edition_id: str, service: Service, transports: Iterable[Transport] = tuple(Transport)
) -> Answer:
    """Return what stands under a service name: its rows on *transports* (`rows_on`)."""
    rows = rows_on(service.records, tuple(transports))
    return {
        "name": service.name,
        "canonical": service.canonical,
        "is_alias": service.is_alias,
        "aliases": list(service.aliases),
        "edition": edition_id,
        "href": service_address(service.name),
        "records": [record_fields(record, edition, edition_id) for record in rows],
    }


def contact_answer(edition: Edition, edition_id: str, person: Person) -> Answer:
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
        "records": [record_fields(record, edition, edition_id) for record in person.records],
    }


def reference_answer(edition: Edition, edition_id: str, cited: Cited) -> Answer:
    """Return a document that rows cite, and those rows."""
    return {
        "label": cited.label,
        "type": cited.reference.type,
        "edition": edition_id,
        "href": reference_address(cited.label),
        "records": [record_fields(record, edition, edition_id) for record in cited.records],
    }


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
