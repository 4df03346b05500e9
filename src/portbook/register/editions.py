"""The register as an Edition: every entry in its place, the contacts, the head as it was read (R-PUB).

What no act touched is written back byte for byte (docs/register.md).  A contact whose data are withheld is
published by its id and name alone (R-MAINT-10).
"""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from portbook import formats
from portbook.collecting import paused
from portbook.edition import Edition
from portbook.records import Contact, PublishedDate
from portbook.register import tables
from portbook.register.entries import Reader
from portbook.register.models import Registry

Texts = tuple[str, str]  # a row and its layout


def head_of(edition: Edition) -> str:
    """Return all of *edition* but its rows, as Portbook's JSON: what the registry keeps of it."""
    contacts = None if edition.contacts is None else ()
    return formats.write(replace(edition, records=(), contacts=contacts, remarks=()), "json").decode()


def edition_of(registry: Registry, reader: Reader | None = None) -> Edition:
    """Return the register as it stands, dated as *registry* is."""
    entries: Any = tables.rows("SELECT row, layout FROM register_entry ORDER BY position, identity")
    people: Any = tables.rows(
        "SELECT row, layout, is_withheld FROM register_contact ORDER BY position, identity"
    )
    return assembled(registry.head, registry.updated, entries, people, reader or Reader())


def assembled(
    head: str, updated: str, entries: Iterable[Texts], people: Iterable[tuple[str, str, bool]], reader: Reader
) -> Edition:
    """Return the edition of these parts, rows in order; each of *people* says whether it is withheld."""
    whole = formats.read(head.encode(), "json")
    with paused():
        records = tuple([reader.record(row, layout) for row, layout in entries])
        contacts = tuple([_published(reader.contact(row, layout), held) for row, layout, held in people])
    return replace(
        whole,
        records=records,
        contacts=None if whole.contacts is None and not contacts else contacts,
        updated=PublishedDate(updated) if updated and whole.updated else whole.updated,
    )


def _published(contact: Contact, is_withheld: bool) -> Contact:
    return Contact(contact.id, contact.name) if is_withheld else contact
