"""Takeovers: a member says that he is a contact of the registry, and comes to act for it, slowly.

T-47 to T-49: the old addresses and the claimant are told; it waits 14 days, or until an old address that was
verified lately confirms it; any old address can stop it by the link of its letter.  Then two persons of the
operator decide, and the contact rests for 30 days.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

from portbook import policy as policies
from portbook.errors import Problem, RuleError, shown
from portbook.register import models, tables
from portbook.register.acts import Act, Done
from portbook.register.cases import GRANTED, OPEN, REFUSED, STOPPED, Takeover
from portbook.register.limits import CHANGE_DAYS, MAX_CLAIMS
from portbook.register.operations import contacts, notices
from portbook.register.operations.acting import Doing, perform
from portbook.register.operations.asking_addresses import reader_of
from portbook.register.operations.entries import need_evidence
from portbook.register.operations.links import Link, digest_of
from portbook.register.operations.parties import person_of_member
from portbook.register.roles import Matter
from portbook.review import Person

_SOURCE = "T-47"


class Links(NamedTuple):
    """The links of the letters to the old addresses."""

    stop: Link
    confirm: Link


def claim(act: Act, contact_id: str, words: str, *, address: str, links: Links) -> Done:
    """Say that the member is the contact, and why; *address* is his own, which the old addresses are told.

    The books hold a digest of it, with a secret of the letters (T-73): who has one can show which it was.
    """

    def body(doing: Doing) -> Any:
        doing.may()
        doing.contact(contact_id)
        need_evidence(words, f"{doing.member.name!r} is {contact_id!r}")
        if doing.member.party:
            message = f"{shown(doing.member.name)} acts for {doing.member.party!r} already"
            raise RuleError(Problem("E-TAKEOVER-OTHER", message, _SOURCE))
        _only_one(contact_id)
        _not_again(doing)
        contacts.check_rest(doing, contact_id)
        known, others = _known_and_others(doing, contact_id)
        ends = notices.later(doing.today, CHANGE_DAYS)
        values = {
            "contact": contact_id,
            "claimant": doing.member.name,
            "address": digest_of(f"{links.stop.secret} {address}"),
            "words": words,
            "state": OPEN,
            "begins": str(doing.today),
            "ends": ends,
            "stopping": links.stop.digest,
            "confirming": links.confirm.digest if known else "",
            "confirmation": "",
            "decided": "",
            "version": 1,
        }
        number = doing.work.add(Takeover, values)
        facts: dict[str, str] = {"what": contact_id, "day": doing.today, "ends": ends, "number": str(number)}
        doing.tell_at([doing.member.name], "claim received", about=_told(number), **facts)
        facts |= {"claimant": address, "words": words, "stop": links.stop.address}
        doing.tell_at(others, "contact claimed", about="", **facts)
        confirm = links.confirm.address
        doing.tell_at(known, "contact claimed, known", about="", confirm=confirm, **facts)
        return {"takeover": number, "contact": contact_id, "ends": ends}

    return perform(act, "claim contact", f"contact {contact_id}", [contact_id, words, address], body)


def _known_and_others(doing: Doing, contact_id: str) -> tuple[list[str], list[str]]:
    """The addresses of the contact: those that answered lately, and those that did not (T-48)."""
    addresses = doing.addresses(contact_id)
    known = [address for address in addresses if contacts.is_verified(doing, contact_id, address)]
    return known, [address for address in addresses if address not in known]


def _only_one(contact_id: str) -> None:
    if others := tables.load(Takeover, "WHERE contact = %s AND state = %s", [contact_id, OPEN]):
        message = f"takeover {others[0].identity} of {shown(contact_id)} is open; it is decided first"
        raise RuleError(Problem("E-TAKEOVER-OPEN", message, "T-49"))


def _not_again(doing: Doing) -> None:
    """Each claim writes a stranger's words to a contact: one at a time, and few a month (T-64)."""
    since = str(notices.later(doing.today, -CHANGE_DAYS))
    mine = tables.load(Takeover, "WHERE claimant = %s AND begins >= %s", [doing.member.name, since])
    if any(each.state == OPEN for each in mine) or len(mine) >= MAX_CLAIMS:
        message = f"a member has one takeover open, and begins {MAX_CLAIMS} in {CHANGE_DAYS} days"
        raise RuleError(Problem("E-TAKEOVER-LIMIT", message, "docs/limits.md"))


# -- what the old addresses say, by the links of their letters, and others


def confirm_by_link(act: Act, secret: str) -> Done:
    """Put on record that an old address, verified lately, confirms it."""
    number = linked(secret, "confirming").identity

    def body(doing: Doing) -> Any:
        found = linked(secret, "confirming")
        doing.by_link()
        if found.confirmation:
            raise _used()
        evidence = f"the link of the letter of {found.begins}, followed on {doing.today}"
        return _confirmed(doing, found, evidence)

    return _by_reader(act, "confirm claim", number, secret, body)


def confirm(act: Act, takeover: int, address: str, evidence: str) -> Done:
    """Put on record that an old *address*, verified lately, confirmed it otherwise."""

    def body(doing: Doing) -> Any:
        found = _opened(takeover)
        _may(doing, found)
        is_known = address in doing.addresses(found.contact)
        if not (is_known and contacts.is_verified(doing, found.contact, address)):
            message = f"{shown(address)} is no address of {found.contact!r} that answered lately"
            raise RuleError(Problem("E-CONTACT-ADDRESS", message, "T-48"))
        need_evidence(evidence, f"{address!r} confirms the takeover")
        return _confirmed(doing, found, f"{address}: {evidence}")

    return perform(act, "confirm claim", _told(takeover), [takeover, address, evidence], body)


def _confirmed(doing: Doing, found: Takeover, evidence: str) -> dict[str, Any]:
    _change(doing, found, confirmation=evidence)
    return {"takeover": found.identity, "contact": found.contact}


def stop_by_link(act: Act, secret: str) -> Done:
    """Stop it, on the word of an old address."""
    number = linked(secret, "stopping").identity

    def body(doing: Doing) -> Any:
        found = linked(secret, "stopping")
        doing.by_link()
        return _closed(doing, found, STOPPED, act.reason)

    return _by_reader(act, "stop claim", number, secret, body)


def stop(act: Act, takeover: int) -> Done:
    """Stop it: the claimant takes it back, or somebody who acts for the contact does not want it."""

    def body(doing: Doing) -> Any:
        found = _opened(takeover)
        _may(doing, found)
        return _closed(doing, found, STOPPED, act.reason)

    return perform(act, "stop claim", _told(takeover), [takeover], body)


def linked(secret: str, column: str) -> Takeover:
    """Return the open takeover whose link has *secret*; raise `RuleError` E-LINK where there is none."""
    statement = f"WHERE {column} = %s AND state = %s"
    found = tables.load(Takeover, statement, [digest_of(secret), OPEN])
    if not found:
        raise _used()
    return found[0]


def _used() -> RuleError:
    message = "this link is good no more: it was followed, or the takeover was decided"
    return RuleError(Problem("E-LINK", message, _SOURCE))


def _by_reader(act: Act, operation: str, number: int, secret: str, body: Any) -> Done:
    found = tables.load(Takeover, "WHERE identity = %s", [number])[0]
    by_reader = act._replace(actor=reader_of(found.contact))
    return perform(by_reader, operation, _told(number), [digest_of(secret)], body, by_outsider=True)


# -- deciding


def decide(act: Act, takeover: int, finding: str, *, is_granted: bool) -> Done:
    """Let the claimant act for the contact from now on, or refuse it; *finding* is what was found out.

    Granted before the days are over it needs the word of an old address; and two persons in any case (D-7).
    """

    def body(doing: Doing) -> Any:
        found = _opened(takeover)
        _may(doing, found)
        need_evidence(finding, f"who {found.claimant!r} is")
        doing.rests_on(finding=finding)
        if not is_granted:
            return _closed(doing, found, REFUSED, act.reason)
        if not found.confirmation and str(doing.today) <= found.ends:
            message = f"takeover {takeover} waits until the end of {found.ends}; no old address confirmed it"
            raise RuleError(Problem("E-NOTICE-WAITS", message, _SOURCE))
        doing.needs(policies.Act.AUTHENTICATION)
        _let_act(doing, found)
        return _closed(doing, found, GRANTED, act.reason)

    asked = [takeover, finding, is_granted]
    return perform(act, "decide claim", _told(takeover), asked, body)


def _let_act(doing: Doing, found: Takeover) -> None:
    member = doing.work.member(found.claimant)
    if member.party:
        message = f"{shown(found.claimant)} acts for {member.party!r} by now"
        raise RuleError(Problem("E-TAKEOVER-OTHER", message, _SOURCE))
    before = tables.values_of(member)
    doing.work.change(models.Member, member.identity, before, {"party": found.contact})


# -- the case


def _opened(number: int) -> Takeover:
    found = tables.load(Takeover, "WHERE identity = %s", [number])
    if not found or found[0].state != OPEN:
        state = found[0].state if found else "not there"
        message = f"takeover {number} is {state}; nothing waits for it"
        raise RuleError(Problem("E-TAKEOVER-NONE", message, _SOURCE))
    return found[0]


def _may(doing: Doing, found: Takeover) -> None:
    """See that the member may act on it; for a registrar who is the claimant it is his own case."""
    claimant = (Person(frozenset({f"member {found.claimant}"})),)
    doing.may(
        [found.contact],
        matter_of=lambda member: Matter(
            found.claimant, concerned=claimant, actor=person_of_member(doing, member)
        ),
    )


def end_open(doing: Doing, reason: str) -> int:
    """Stop all that are open; return how many there were."""
    found = tables.load(Takeover, "WHERE state = %s ORDER BY identity", [OPEN])
    for each in found:
        _closed(doing, each, STOPPED, reason)
    return len(found)


def _closed(doing: Doing, found: Takeover, outcome: str, reason: str) -> dict[str, Any]:
    """Close it; the old addresses and the claimant are told."""
    _change(doing, found, state=outcome, decided=str(doing.today))
    facts = {"what": found.contact, "number": str(found.identity), "outcome": outcome, "day": doing.today}
    told: Iterable[str] = (*doing.addresses(found.contact), found.claimant)
    doing.tell_at(told, "claim decided", reason=reason, about=_told(found.identity), **facts)
    return {"takeover": found.identity, "contact": found.contact, "state": outcome}


def _change(doing: Doing, found: Takeover, **values: str) -> None:
    doing.work.change(Takeover, found.identity, tables.values_of(found), values)


def _told(number: int) -> str:
    return f"takeover {number}"
