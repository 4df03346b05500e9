"""What the page of a deed is about: an application, a contact, an entry with its rows as they stand."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from django.forms import Form

from portbook.desk.deeds.targets import OfContact, OfService
from portbook.desk.limits import MAX_DIGITS, ROWS_BESIDE
from portbook.desk.members import Person
from portbook.errors import RuleError
from portbook.formats import columns
from portbook.register.entries import Held
from portbook.register.limits import MAX_NAME
from portbook.register.pages import path_of
from portbook.register.reading import holdings
from portbook.register.reading.whole import dossier_of
from portbook.register.roles import Role
from portbook.web import clock

Row = tuple[tuple[str, str], ...]  # the columns of a row that say something


class Named(NamedTuple):
    """Something that a form names, and its page."""

    title: str
    address: str


class About(NamedTuple):
    """What a form names, and the rows that stand of it."""

    named: tuple[Named, ...]
    rows: tuple[Row, ...]
    left_out: int  # rows more than those


def about(person: Person, form: Form) -> About:
    """Return what *form* names, as far as it is there for *person*."""
    found = _rows(form) if isinstance(form, OfService) else ()
    return About(
        tuple(_named(person, form, found)),
        tuple(_columns(held) for held in found[:ROWS_BESIDE]),
        max(0, len(found) - ROWS_BESIDE),
    )


def _named(person: Person, form: Form, found: tuple[Held, ...]) -> Iterator[Named]:
    yield from _application(person, _said(form, "application"))
    if found:
        name = found[0].record.service_name or ""
        yield Named(name, path_of(f"service {name}"))
    contact = _said(form, "contact") if isinstance(form, OfContact) else ""
    if contact and (contact == person.party or person.has(Role.REGISTRAR)):
        yield Named(contact, path_of(f"contact {contact}"))


def _said(form: Form, name: str) -> str:
    return str(form[name].value() or "") if name in form.fields else ""


def _application(person: Person, number: str) -> Iterator[Named]:
    try:
        if _is_number(number):
            found = dossier_of(person.member, int(number), clock.instant())
            yield Named(found.title, path_of(f"application {found.identity}"))
    except RuleError:  # not there for who asks
        return


def _rows(form: OfService) -> tuple[Held, ...]:
    """The rows of the service that the form names, at the port alone if it names one."""
    name, port = _said(form, "name"), _said(form, "port")
    if not name or len(name) > MAX_NAME or holdings.port_of(name) is not None:
        return ()
    found = holdings.entry(name)
    return tuple(held for held in found if not _is_number(port) or held.values["low"] == int(port))


def _columns(held: Held) -> Row:
    cells: Any = zip(columns.COLUMNS, columns.row(held.record), strict=True)
    return tuple((name, cell) for name, cell in cells if cell)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= MAX_DIGITS
