"""Who was assigned something and acts for nobody yet: for which contact the applicant could act, and how.

An application names parties, an account is a member; that the two are one, two persons put on record.
"""

from typing import NamedTuple
from urllib.parse import urlencode

from portbook.desk.deeds import table
from portbook.names import fold
from portbook.register import tables
from portbook.register.entries import Reader
from portbook.register.models import Member
from portbook.register.operations.dossiers import Dossier
from portbook.standing import holding_of


class HolderToBe(NamedTuple):
    """The member who applied, and the contact of what was assigned."""

    member: str
    contact: str
    change: str  # the address of the deed that lets the member act for the contact


def of(dossier: Dossier) -> HolderToBe | None:
    """Return who could act for what an assigned application made; None where somebody does."""
    found = tables.load(Member, "WHERE name = %s", [dossier.row.submitter])
    name = dossier.application.service_name
    if not found or found[0].party or not found[0].is_active or not (name and name.isascii()):
        return None
    rows = Reader().select("WHERE fold = %s ORDER BY position", [fold(name)])
    contacts = [party for row in rows for party in holding_of(row.record).contacts]
    if not contacts or tables.load(Member, "WHERE party = %s", [contacts[0]]):
        return None
    member = found[0]
    given = [
        ("name", member.name),
        ("party", contacts[0]),
        ("comes_from", str(dossier.identity)),
        *(("roles", role) for role in member.roles.split()),
    ]
    return HolderToBe(member.name, contacts[0], f"{table()['change-member'].address}?{urlencode(given)}")
