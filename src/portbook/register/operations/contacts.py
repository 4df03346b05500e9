"""Contacts: added, verified, hidden, and given other addresses, slowly, so that nobody is robbed of his.

Rules R-PUB-8, R-PUB-9, R-MAINT-10 and T-47 to T-49.  Other addresses need a word from an old one, or two
persons of the operator; they wait two weeks in either case, may be stopped, and then rest a month.
"""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from portbook import policy as policies
from portbook import procedures
from portbook.errors import Problem, RuleError, shown
from portbook.records import Contact
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.cases import DONE, GRANTED, OPEN, Notice, Takeover, Verification
from portbook.register.limits import CHANGE_DAYS, MAX_ADDRESSES, REST_DAYS, VERIFIED_MONTHS
from portbook.register.operations import notices, withholding
from portbook.register.operations.acting import Doing, mail_address, perform
from portbook.register.operations.entries import need_evidence

CONTACT = "contact"
ENTER = "enter contact change"

_SOURCE = "T-47"
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)


def add(act: Act, *, name: str = "", organization: str = "", addresses: tuple[str, ...] = ()) -> Done:
    """Add a contact under a new id, which the answer tells (R-PUB-8)."""

    def body(doing: Doing) -> Any:
        doing.may()
        if not (name or organization):
            message = "a contact has a name or an organisation"
            raise RuleError(Problem("E-CONTACT-NAME", message, "R-PUB-8"))
        _check_addresses(addresses)
        taken = [row[0] for row in tables.rows("SELECT contact_id FROM register_contact")]
        new = procedures.published_contact(name, organization, addresses, doing.today, taken)
        doing.replace_person(None, new, f"{new.id} added")
        return {"contact": new.id}

    return perform(act, "add contact", "contacts", [name, organization, addresses], body)


def verify(act: Act, contact_id: str, address: str, how: str) -> Done:
    """Put on record that an *address* of the contact answered; *how* is what shows it (R-MAINT-2)."""

    def body(doing: Doing) -> Any:
        doing.may([contact_id])
        if address not in doing.addresses(contact_id):
            message = f"{shown(address)} is no address of {contact_id!r}"
            raise RuleError(Problem("E-CONTACT-ADDRESS", message, _SOURCE))
        need_evidence(how, f"{address!r} answered")
        return put_on_record(doing, contact_id, address, how)

    return perform(act, "verify contact", f"contact {contact_id}", [contact_id, address, how], body)


def put_on_record(doing: Doing, contact_id: str, address: str, how: str) -> dict[str, str]:
    """Note that *address* answered today, and return what to tell of it; callers saw that it did."""
    found = tables.load(Verification, "WHERE contact = %s AND address = %s", [contact_id, address])
    values = {"contact": contact_id, "address": address, "verified": str(doing.today), "how": how}
    if found:
        before = tables.values_of(found[0])
        doing.work.change(Verification, found[0].identity, before, {**before, **values})
    else:
        doing.work.add(Verification, {**values, "version": 1})
    return {"contact": contact_id, "address": address, "verified": str(doing.today)}


# -- what is published


def withhold(act: Act, contact_id: str, evidence: str) -> Done:
    """Publish the contact by its name alone from now on; *evidence* is its request (R-MAINT-10)."""
    return _publish(act, "withhold contact", contact_id, evidence, is_withheld=True)


def publish(act: Act, contact_id: str, evidence: str) -> Done:
    """Publish the contact whole again, at its request."""
    return _publish(act, "publish contact", contact_id, evidence, is_withheld=False)


def _publish(act: Act, operation: str, contact_id: str, evidence: str, *, is_withheld: bool) -> Done:
    def body(doing: Doing) -> Any:
        doing.may([contact_id])
        doing.contact_row(contact_id)
        need_evidence(evidence, f"{contact_id!r} asked for it")
        doing.rests_on(evidence=evidence)
        withholding.show(doing, contact_id, is_withheld=is_withheld)
        return {"contact": contact_id, "is_withheld": is_withheld}

    return perform(act, operation, f"contact {contact_id}", [contact_id, evidence], body)


# -- other addresses


def ask_change(act: Act, contact_id: str, addresses: tuple[str, ...]) -> Done:
    """Ask for other *addresses*: both the old and the new ones are told, and it waits (T-47)."""

    def body(doing: Doing) -> Any:
        doing.may([contact_id])
        contact = doing.contact(contact_id)
        _check_addresses(addresses)
        if addresses == _mail_addresses(contact):
            message = f"the contact {contact_id!r} has just these addresses: there is nothing to change"
            raise RuleError(Problem("E-CONTACT-ADDRESS", message, _SOURCE))
        check_rest(doing, contact_id)
        asked_by = doing.member.party if doing.member.party == contact_id else ""
        notice = notices.open_notice(
            doing, CONTACT, _told(contact_id), list(addresses), asked_by, CHANGE_DAYS
        )
        facts = {"what": contact_id, "day": doing.today, "ends": notice.ends}
        doing.tell_at(
            [*_mail_addresses(contact), *addresses],
            "contact change asked",
            number=str(notice.identity),
            **facts,
        )
        return {"notice": notice.identity, "ends": notice.ends}

    return perform(act, "ask contact change", _told(contact_id), [contact_id, addresses], body)


def confirm_change(act: Act, notice: int, address: str, evidence: str) -> Done:
    """Put on record that the old *address* confirmed the change; an address that was verified, and lately."""

    def body(doing: Doing) -> Any:
        found = notices.opened(CONTACT, notice)
        contact_id = _contact_of(found)
        doing.may([contact_id])
        if address not in doing.addresses(contact_id) or not is_verified(doing, contact_id, address):
            since = f"within {VERIFIED_MONTHS} months"
            message = f"{shown(address)} is no address of {contact_id!r} that answered {since}"
            raise RuleError(Problem("E-CONTACT-ADDRESS", message, _SOURCE))
        need_evidence(evidence, f"{address!r} confirms the change")
        notices.confirm(doing, found, f"{address}: {evidence}")
        return {"notice": notice, "confirmed_by": address}

    asked = [notice, address, evidence]
    return perform(act, "confirm contact change", f"notice {notice}", asked, body)


def stop_change(act: Act, notice: int) -> Done:
    """Stop a change of addresses; the reason of the act is kept."""

    def body(doing: Doing) -> Any:
        found = notices.opened(CONTACT, notice)
        contact_id = _contact_of(found)
        doing.may([contact_id])
        _stop(doing, found, act.reason)
        return {"notice": notice}

    return perform(act, "stop contact change", f"notice {notice}", [notice], body)


def end_changes(doing: Doing, reason: str) -> int:
    """Stop all changes of addresses that wait; return how many there were."""
    found = tables.load(Notice, "WHERE kind = %s AND state = %s ORDER BY identity", [CONTACT, OPEN])
    for each in found:
        _stop(doing, each, reason)
    return len(found)


def _stop(doing: Doing, found: Notice, reason: str) -> None:
    contact_id, number = _contact_of(found), str(found.identity)
    notices.stop(doing, found)
    told = [*doing.addresses(contact_id), *notices.content(found)]
    facts = {"what": contact_id, "day": doing.today, "reason": reason, "number": number}
    doing.tell_at(told, "contact change stopped", about=_told(contact_id), **facts)


def enter_change(act: Act, notice: int) -> Done:
    """Give the contact its other addresses, after the wait; unconfirmed, two persons see to it (D-7)."""

    def body(doing: Doing) -> Any:
        found = notices.opened(CONTACT, notice)
        contact_id = _contact_of(found)
        doing.may([contact_id])
        if not (found.confirmation and found.asked_by == contact_id):
            doing.needs(policies.Act.AUTHENTICATION)
        before = doing.contact(contact_id)
        addresses = tuple(notices.carry_out(doing, found))
        doing.replace_person(before, _with_addresses(before, addresses, doing), f"{contact_id} changed")
        facts = {"what": contact_id, "day": doing.today, "ends": notices.later(doing.today, REST_DAYS)}
        told = [*_mail_addresses(before), *addresses]
        doing.tell_at(told, "contact changed", about=_told(contact_id), **facts)
        return {"contact": contact_id, "addresses": list(addresses)}

    return perform(act, ENTER, f"notice {notice}", [notice], body)


def _with_addresses(before: Contact, addresses: tuple[str, ...], doing: Doing) -> Contact:
    """*before* with other addresses; links that are no addresses stay."""
    links = tuple(uri for uri in before.uris if not mail_address(uri))
    return replace(before, uris=(*map(procedures.published_uri, addresses), *links), updated=doing.today)


def _mail_addresses(contact: Contact) -> tuple[str, ...]:
    return tuple(address for uri in contact.uris if (address := mail_address(uri)))


def check_rest(doing: Doing, contact_id: str) -> None:
    """Raise `RuleError` E-NOTICE-WAITS while the contact rests: after other addresses, or a takeover."""
    where = "SELECT MAX(instant) FROM register_event WHERE operation = 'enter contact change' AND object = %s"
    done = tables.load(
        Notice, "WHERE kind = %s AND object = %s AND state = %s", [CONTACT, _told(contact_id), DONE]
    )
    days = [tables.rows(where, [f"notice {notice.identity}"])[0][0][:10] for notice in done]
    taken = tables.load(Takeover, "WHERE contact = %s AND state = %s", [contact_id, GRANTED])
    days += [takeover.decided for takeover in taken]
    if days and str(doing.today) <= (rests := notices.later(max(days), REST_DAYS)):
        message = f"the contact {contact_id!r} was changed on {max(days)} and rests until {rests}"
        raise RuleError(Problem("E-NOTICE-WAITS", message, _SOURCE))


def is_verified(doing: Doing, contact_id: str, address: str) -> bool:
    """Whether *address* answered lately (T-48)."""
    found = tables.load(Verification, "WHERE contact = %s AND address = %s", [contact_id, address])
    return bool(found) and str(doing.today) <= notices.months_later(found[0].verified, VERIFIED_MONTHS)


def _check_addresses(addresses: Iterable[str]) -> None:
    found = tuple(addresses)
    wrong = [address for address in found if not _ADDRESS.fullmatch(address)]
    if wrong or not 1 <= len(found) <= MAX_ADDRESSES:
        many = f"{len(found)} addresses: a contact has 1 to {MAX_ADDRESSES}"
        message = f"{shown(wrong[0])} is no mail address" if wrong else many
        raise RuleError(Problem("E-CONTACT-ADDRESS", message, "R-PUB-9"))


def _told(contact_id: str) -> str:
    return f"contact {contact_id}"


def _contact_of(notice: Notice) -> str:
    return notice.object.removeprefix("contact ")
