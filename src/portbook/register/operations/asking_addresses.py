"""Asking addresses: letters to addresses of contacts, with links; who follows one shows that it arrived.

By that an address counts as verified (R-MAINT-2, T-48).  What else shows it, a registrar records
(`contacts.verify`).
"""

from collections.abc import Callable
from typing import Any

from portbook.errors import Problem, RuleError, shown
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.cases import Inquiry
from portbook.register.limits import INQUIRY_DAYS
from portbook.register.operations import contacts, notices
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.links import Link, digest_of
from portbook.register.reading import asked_addresses

_SOURCE = "docs/register.md"


def ask(act: Act, months: int, new_link: Callable[[], Link]) -> Done:
    """Send letters to contacts that did not answer for *months* and had none, to as many as one act may.

    *new_link* makes the link of each letter; an older one of the same address is good no more.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        pairs = asked_addresses.to_ask(str(doing.today), months)
        if not pairs:
            message = f"every contact answered, or had a letter, within {months} months"
            raise RuleError(Problem("E-CONTACT-ASKED", message, _SOURCE))
        ends = notices.later(doing.today, INQUIRY_DAYS)
        for contact_id, address in pairs:
            _ask(doing, contact_id, address, new_link(), ends)
        return {"asked": len(pairs), "ends": ends}

    return perform(act, "ask addresses", "contacts", [months], body)


def _ask(doing: Doing, contact_id: str, address: str, link: Link, ends: str) -> None:
    values = {
        "contact": contact_id,
        "address": address,
        "digest": link.digest,
        "asked": str(doing.today),
        "ends": ends,
        "answered": "",
    }
    where = "WHERE contact = %s AND address = %s"
    if found := tables.load(Inquiry, where, [contact_id, address]):
        doing.work.change(Inquiry, found[0].identity, tables.values_of(found[0]), values)
    else:
        doing.work.add(Inquiry, {**values, "version": 1})
    doing.tell_at([address], "address asked", about="", what=contact_id, ends=ends, link=link.address)


def found_by(secret: str, today: str) -> Inquiry:
    """Return the inquiry whose link has *secret*; raise `RuleError` E-LINK where it is good no more."""
    found = tables.load(Inquiry, "WHERE digest = %s", [digest_of(secret)])
    if not found or found[0].answered or today > found[0].ends:
        message = "this link is good no more: it was followed, another letter came after it, or it is too old"
        raise RuleError(Problem("E-LINK", message, _SOURCE))
    return found[0]


def answer(act: Act, secret: str) -> Done:
    """Put on record that the letter with that link was read: its address is verified."""
    asked = found_by(secret, act.instant[:10])

    def body(doing: Doing) -> Any:
        found = found_by(secret, doing.today)
        doing.by_link()
        if found.address not in doing.addresses(found.contact):
            message = f"{shown(found.address)} is no address of {found.contact!r} any more"
            raise RuleError(Problem("E-CONTACT-ADDRESS", message, "T-47"))
        doing.work.change(Inquiry, found.identity, tables.values_of(found), {"answered": str(doing.today)})
        how = f"followed the link of the letter of {found.asked}"
        return contacts.put_on_record(doing, found.contact, found.address, how)

    by_reader = act._replace(actor=reader_of(asked.contact))
    what = f"contact {asked.contact}"
    return perform(by_reader, "verify contact", what, [digest_of(secret)], body, by_outsider=True)


def reader_of(contact_id: str) -> str:
    """Return as whom an Event names whoever followed a link of a letter to the contact."""
    return f"reader of a letter to {contact_id}"
