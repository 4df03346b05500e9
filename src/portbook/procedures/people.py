"""People: how a contact is published (R-PUB-8, R-PUB-9), and what is withheld (R-MAINT-10)."""

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace

from portbook.records import Contact, PublishedDate

NAMELESS = "Contact"  # the id of a name without a letter or digit that ASCII has


def contact_id(name: str, taken: Collection[str]) -> str:
    """Return an id for *name* that is not among *taken*: an XML name of ASCII letters, digits and "_".

    As IANA makes them: "_" for all else and before a digit, "_2", "_3" for repeated names.  Ids that
    differ in case only are not made.
    """
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    words = re.findall(r"[A-Za-z0-9]+", plain)
    first = "_".join(words) or NAMELESS
    first = f"_{first}" if first[0].isdigit() else first
    known = {contact.lower() for contact in taken}
    found, number = first, 1
    while found.lower() in known:
        number += 1
        found = f"{first}_{number}"
    return found


def published_uri(address: str) -> str:
    """Return the address as it is published: mailto: where no scheme stands, "&" for "@" (R-PUB-9)."""
    has_scheme = re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", address)
    return (address if has_scheme else f"mailto:{address}").replace("@", "&")


def published_contact(
    name: str, organization: str, addresses: tuple[str, ...], updated: PublishedDate, taken: Collection[str]
) -> Contact:
    """Return the contact of a person, an organisation, or a person of one, under a new id."""
    return Contact(
        contact_id(name or organization, taken),
        name or None,
        organization or None,
        tuple(map(published_uri, addresses)),
        updated,
    )


def withheld(contact: Contact, updated: PublishedDate) -> Contact:
    """Return *contact* without its addresses: the name, or the role, stays (R-MAINT-10)."""
    return replace(contact, uris=(), updated=updated)
