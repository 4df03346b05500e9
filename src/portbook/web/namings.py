"""Names explained: which of several to use, which are historic, and why those are kept (R-LEG).

An alias is kept because it was published once; it is not for discovery in DNS (R-LEG-6).
"""

from collections.abc import Iterable
from typing import NamedTuple

from portbook.edition import ALIAS_NOTE, DUPLICATE_NOTE, Service
from portbook.names import is_historic, service_name_problem
from portbook.records import Record
from portbook.web.editions import Served
from portbook.web.texts import Piece, page_text

HISTORIC = "a historic name with a character that names may no longer have (RFC 6335 section 10.1)"
KEPT = "It stays listed because it was published once, and is not for discovery in DNS."


class Naming(NamedTuple):
    """A name and what is to be known of it; `use` is the name to use instead, or None."""

    name: str
    href: str
    remark: str
    use: Piece | None


def namings_at_port(names: Iterable[str], here: Served) -> tuple[Naming, ...]:
    """Return the *names* of a port explained; () where there is one, and nothing to explain."""
    found = []
    for name in names:
        if service := here.edition.service(name):
            found.append(naming(service, here))
    if len(found) > 1:
        plain = "A service of its own on the same port."
        return tuple(each if each.remark else each._replace(remark=plain) for each in found)
    return tuple(each for each in found if each.remark)


def namings_of_service(service: Service, here: Served) -> tuple[Naming, ...]:
    """Return all names of a service explained: the one to use first; () where there is one plain name."""
    found = [naming(service, here)]
    for other in (*((service.canonical,) if service.is_alias else ()), *service.aliases):
        if known := here.edition.service(other):
            found.append(naming(known, here))
    found.sort(key=lambda each: each.use is not None)
    return tuple(found) if len(found) > 1 or found[0].remark else ()


def naming(service: Service, here: Served) -> Naming:
    """Return what is to be known of the name of *service*."""
    name, href = page_text(service.name), here.links.service(service.name)
    if service.is_alias:
        use = Piece(page_text(service.canonical), here.links.service(service.canonical))
        return Naming(name, href, f"{_kind(service)[0].upper()}{_kind(service)[1:]}. {KEPT}", use)
    if service.aliases:
        return Naming(name, href, f"The name to use; {_older(len(service.aliases))} to it.", None)
    if is_historic(service.name):
        return Naming(name, href, f"It is {HISTORIC}; this edition has no other name for it.", None)
    if problem := service_name_problem(service.name):
        return Naming(name, href, f"Kept as published: {page_text(problem.message)}.", None)
    return Naming(name, href, "", None)


def _older(count: int) -> str:
    return "another name leads" if count == 1 else f"{count} other names lead"


def _kind(service: Service) -> str:
    if is_historic(service.name):
        return HISTORIC
    notes = [_note(record) for record in service.records]
    if any(DUPLICATE_NOTE.search(note) for note in notes):
        return "an alias: its row calls it a duplicate"
    if any(ALIAS_NOTE.search(note) for note in notes):
        return "an alias, as its row says"
    return "an alias"


def _note(record: Record) -> str:
    return str(record.assignment_notes or "")
