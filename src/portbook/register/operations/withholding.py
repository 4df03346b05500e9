"""Withholding: whether a contact is published by its name alone (R-MAINT-10); callers say who may ask."""

from portbook.register import tables
from portbook.register.models import Contact
from portbook.register.operations.acting import Doing


def show(doing: Doing, contact_id: str, *, is_withheld: bool) -> None:
    """Let the next edition have the contact's name alone, or all of it; the contact is told."""
    row = doing.contact_row(contact_id)
    doing.work.change(Contact, row.identity, tables.values_of(row), {"is_withheld": is_withheld})
    doing.work.touch()
    outcome = "by its name alone" if is_withheld else "with its addresses"
    doing.tell([contact_id], "contact hidden", what=contact_id, outcome=outcome)
