"""One row of the registry as a page shows it: labelled fields with links, and what the row does not state."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import NamedTuple

from portbook.edition import row_state
from portbook.names import is_historic
from portbook.records import Record, Reference, RichText
from portbook.web.editions import Served
from portbook.web.sentences import listed, shown_ports
from portbook.web.texts import LINE_BREAK, Piece, page_text, pieces, reference_piece

NOT_CARRIED = "contact details: not in this edition"


class Shown(NamedTuple):
    """A stretch of a field as the template takes it apart, the quicker for being flat."""

    text: str
    href: str
    leaves: bool
    is_break: bool
    mentions: str  # where all that cite the same are listed, unless `href` leads there


class Field(NamedTuple):
    """A labelled part of a row: mere text, or parts; `remark` is said beside it, quietly."""

    label: str
    text: str
    parts: tuple[Shown, ...]
    remark: str = ""


class Card(NamedTuple):
    """A row, ready for the template."""

    mark: str  # the class of the state's mark in the stylesheet
    state: str
    name: str  # "" for a row without a name
    href: str
    ports: str
    ports_href: str
    transport: str
    alias_of: Piece | None
    is_historic: bool
    fields: tuple[Field, ...]
    not_stated: str


def card(record: Record, here: Served) -> Card:
    """Return *record* as a page shows it."""
    name = record.service_name or ""
    canonical = here.edition.canonical(name) if name else ""
    state = row_state(record)[0].value
    fields = tuple(_fields(record, here))
    return Card(
        mark=state.lower(),
        state=state,
        name=page_text(name),
        href=here.links.service(name) if name else "",
        ports=shown_ports(record.ports) if record.ports else page_text(record.port_number or ""),
        ports_href=here.links.ports(record.ports) if record.ports else "",
        transport=page_text(record.transport or "no particular transport"),
        alias_of=Piece(page_text(canonical), here.links.service(canonical)) if canonical != name else None,
        is_historic=is_historic(name),
        fields=tuple(field for field in fields if field.text or field.parts),
        not_stated=", ".join(field.label.lower() for field in fields if not (field.text or field.parts)),
    )


def cards(records: Iterable[Record], here: Served) -> tuple[Card, ...]:
    """Return *records* as a page shows them; those that differ by their transport alone share a card."""
    alike: dict[Record, list[str]] = {}
    for record in records:
        transports = alike.setdefault(replace(record, transport=None), [])
        transports.append(record.transport or "no particular transport")
    return tuple(
        card(record, here)._replace(transport=page_text(listed(dict.fromkeys(transports))))
        for record, transports in alike.items()
    )


def heading(found: Sequence[Card], rows: int) -> str:
    """Return what stands above cards that show so many *rows*."""
    if rows < 2:
        return "The row as published" if rows else "No row"
    if len(found) == 1:
        return f"{rows} rows, alike on {found[0].transport}"
    if len(found) < rows:
        return f"The {rows} rows as published, those that are alike together"
    return f"The {rows} rows as published"


def _fields(record: Record, here: Served) -> Iterable[Field]:
    """The columns of a row but for name, port and transport, in IANA's order; empty ones too."""
    yield _rich("Description", record.description, here)
    people = {*record.contact, *(record.assignee or ())}
    remark = NOT_CARRIED if people and here.edition.contacts is None else ""
    if record.assignee is not None or not record.contact:
        yield Field("Assignee", "", _people(record.assignee or (), here))
        yield Field("Contact", "", _people(record.contact, here), remark)
    else:
        yield Field("Assignee and contact", "", _people(record.contact, here), remark)
    yield Field("Registration date", page_text(record.registration_date or ""), ())
    yield Field("Modification date", page_text(record.modification_date or ""), ())
    references = _separated(_reference(reference, here) for reference in record.reference)
    yield Field("Reference", "", references)
    yield Field("Service code", page_text(record.service_code or ""), ())
    yield _rich("Unauthorized use reported", record.unauthorized_use_reported, here)
    yield _rich("Assignment notes", record.assignment_notes, here)
    for extra in record.extras:
        yield Field(page_text(f"{extra.kind} {extra.name}"), page_text(extra.value), ())


def _rich(label: str, text: RichText | None, here: Served) -> Field:
    found = pieces(text, here.links) if text else ()
    if len(found) == 1 and not found[0].href:
        return Field(label, found[0].text, ())
    return Field(label, "", tuple(map(_part, found)))


def _people(references: Iterable[Reference], here: Served) -> tuple[Shown, ...]:
    return _separated(_person(reference, here) for reference in references)


def _person(reference: Reference, here: Served) -> Shown:
    """The id as published, and the name if the edition carries it."""
    contact = here.edition.contact(reference.data or "") if reference.type == "person" else None
    known = (contact.name or contact.organization) if contact else None
    label = reference.label
    if not label:
        return _part(Piece("(empty)"))
    return _part(Piece(page_text(f"{known} [{label}]" if known else f"[{label}]"), here.links.contact(label)))


def _reference(reference: Reference, here: Served) -> Shown:
    """The label, which leads to the document if there is one; then where all that cite it are listed."""
    piece = reference_piece(reference, here.links)
    listing = here.links.reference(reference.label) if piece.href and piece.leaves else ""
    return _part(piece, listing)


def _separated(items: Iterable[Shown]) -> tuple[Shown, ...]:
    found: list[Shown] = []
    for item in items:
        found += [_BREAK, item] if found else [item]
    return tuple(found)


def _part(piece: Piece, mentions: str = "") -> Shown:
    return Shown(piece.text, piece.href, bool(piece.href) and piece.leaves, piece.is_break, mentions)


_BREAK = _part(LINE_BREAK)
