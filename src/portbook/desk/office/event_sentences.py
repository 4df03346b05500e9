"""What an Event tells, in one plain sentence: who did what to what, with a link to it.

    tia sent application 17.     bob gave a second word for “assign”: application 17.

An Event is about what it names; one that brought something new, or gave a word for an act, names it in its
changes.  A list asks for all of its sentences together.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, Protocol

from portbook.desk.members import Person, names_of
from portbook.register import pages, tables
from portbook.register.reading import newest
from portbook.register.roles import Role

WHAT = "{}"
APPROVE = "approve"

# What was done, by its operation; what it was done to stands where the braces are.
TOLD = {
    # applying
    "draft": "kept {} as a draft",
    "submit": "sent {}",
    "change application": "changed {}",
    "answer": "answered what was asked about {}",
    "withdraw": "took {} back",
    "lapse": "closed {}, for no answer came",
    # reviewing
    "open": "began to look at {}",
    "validate": "checked {} by the rules",
    "give back": "gave {} back to its author",
    "consult": "asked a colleague about {}",
    "advise": "answered a colleague about {}",
    "escalate": "brought {} before the IESG",
    "confirm": "answered as the holder who was asked about {}",
    "close unconfirmed": "closed {}, for the holder did not answer",
    "recommend": "gave a recommendation on {}",
    "recuse": "stepped aside from {}",
    "remind": "sent a reminder about {}",
    "record decision": "recorded what was decided on {}",
    # assigning, approving
    "check again": "took {} back to be checked again",
    "assign": "assigned what {} asks for",
    "add codes": "added service codes to {}",
    APPROVE: "gave a second word for {}",
    # entries
    "amend": "changed the entry of {}",
    "correct": "corrected the entry of {}",
    "mark": "marked {} as out of use",
    "report use": "published a report of unauthorized use of {}",
    "move reference": "let entries cite the successor of {}",
    "rename party": "gave {} its new name",
    "rename service": "gave {} another name",
    # returning
    "announce return": "announced the return of {}",
    "confirm return": "confirmed the return of {}",
    "stop return": "stopped the return of {}",
    "deassign": "gave back {}, as announced",
    "release": "released {}",
    "reuse": "reused {} for another service",
    # revoking
    "suspect": "opened a case of revocation on {}",
    "report life": "reported that it is in use in {}",
    "keep": "closed {}: it is kept",
    "revoke": "revoked it in {}",
    "draft call": "drafted the community call in {}",
    "open call": "recorded that the community call is open in {}",
    "close call": "closed the community call in {}",
    "decide case": "recorded what was decided in {}",
    # succession, early allocations
    "succeed": "passed {} to another party",
    "renew early": "renewed the early allocation of {}",
    "complete early": "made the early allocation of {} permanent",
    "tell early expiry": "told that the day of the early allocation of {} is over",
    "deprecate early": "deprecated the early allocation of {}",
    "free early": "set {} free",
    # appeals
    "file appeal": "appealed against {}",
    "decide appeal": "recorded what was decided in {}",
    # contacts
    "add contact": "added {}",
    "verify contact": "recorded that an address of {} answered",
    "withhold contact": "had {} published by its name alone",
    "publish contact": "had the addresses of {} published again",
    "ask contact change": "asked for other addresses of {}",
    "confirm contact change": "confirmed the other addresses of {}",
    "stop contact change": "stopped the other addresses of {}",
    "enter contact change": "entered the other addresses of {}",
    "ask addresses": "asked {} whether their addresses reach them",
    "claim contact": "asked to act for a contact, {}",
    "confirm claim": "confirmed {}",
    "stop claim": "stopped {}",
    "decide claim": "decided {}",
    # the registry
    "freeze": "froze {}",
    "unfreeze": "let acts on {} go on",
    "set policy": "set the policy of {}",
    "list experts": "published the list of experts in {}",
    "add member": "added {}",
    "join": "joined as {}",
    "change member": "changed {}",
    "reset factors": "took the lost second factors of {} away",
    "appoint expert": "recorded a term as an expert of {}",
    "dismiss expert": "recorded the end of {}",
    "reserve port": "reserved {}",
    "free port": "set {} free",
    # the books and the editions
    "seed": "filled the register from {}",
    "reserve publication": "began a publication of {}",
    "publish": "published {}",
    "restore": "restored {} from a backup",
}

_BROUGHT = {  # what an Event brings that had no number before: its table, and what it is called
    "draft": ("application", "application {}"),
    "submit": ("application", "application {}"),
    "add contact": ("contact", "contact {}"),
    "claim contact": ("takeover", "takeover {}"),
}
_PAGE_FOR: dict[str, tuple[Role, ...]] = {  # for whom the page of such a thing is; of others for everybody
    **dict.fromkeys(("application", "contact", "case", "appeal", "takeover"), (Role.REGISTRAR, Role.AUDITOR)),
    **dict.fromkeys(("member", "term", "registry", "publication"), (Role.REGISTRAR, Role.ADMINISTRATOR)),
}
_APPLICATION = re.compile(r"application ([1-9][0-9]{0,14})", re.ASCII)
_NOTICE = re.compile(r"notice ([1-9][0-9]{0,14})", re.ASCII)
_ACT = re.compile(r"act ([0-9a-f]{64})", re.ASCII)


class Sentence(NamedTuple):
    """What was done, around what it was done to; `address` is the page of that, or ""."""

    before: str
    what: str
    after: str
    address: str


class Told(Protocol):
    """An Event, as far as a sentence needs it."""

    @property
    def number(self) -> int: ...
    @property
    def operation(self) -> str: ...
    @property
    def object(self) -> str: ...


class Acted(Told, Protocol):
    """An Event with who did it."""

    @property
    def actor(self) -> str: ...


class About(NamedTuple):
    """What an Event is about; for a word, what the act is about and how that is called."""

    what: str
    act: str = ""
    name: str = ""  # of the service that an application is about


def abouts(events: Iterable[Told], changes: Mapping[int, Any] | None = None) -> dict[int, About]:
    """Return what each of *events* is about, by its number; *changes* are those that were read already."""
    told = [*events]
    known = changes or _changes_of([each.number for each in told if each.operation in _BROUGHT])
    notices = _notices(each.object for each in told)
    found = {
        each.number: About(notices.get(each.object) or _brought(each, known.get(each.number)) or each.object)
        for each in told
    }
    found |= _words(each for each in told if each.operation == APPROVE)
    names = _names(about.what for about in found.values())
    return {number: about._replace(name=names.get(about.what, "")) for number, about in found.items()}


def sentence(event: Told, about: About, person: Person) -> Sentence:
    """Return what *event* tells to *person*."""
    before, _, after = TOLD.get(event.operation, f"did “{event.operation}” on {WHAT}").partition(WHAT)
    if about.act:
        before += f"“{about.act}”" + (": " if about.what else "")
    address = _address(about.what, person)
    named = f", {about.name}" if about.name and address else ""  # for who may read the application
    return Sentence(before, _said(about.what) + named, after, address)


def on_a_page(person: Person, events: Iterable[Acted] | None) -> dict[str, Any]:
    """Return what a page says of *events*: each with its sentence, and how people want to be called.

    None are the books to whoever does not read them.
    """
    if events is None:
        return {"told": None}
    told = [*events]
    found = abouts(told)
    lines = [(each, sentence(each, found[each.number], person)) for each in told]
    return {"told": lines, "names": names_of(each.actor for each in told)}


def told_of_it(operation: str) -> str:
    """Return what was done to something that is named already: "gave it back to its author"."""
    return TOLD.get(operation, f"did “{operation}” on {WHAT}").format("it")


def _said(what: str) -> str:
    """*what* as a sentence has it."""
    return {"registry": "the registry", "contacts": "the contacts"}.get(what, what)


def _address(what: str, person: Person) -> str:
    """The page of *what*; "" where there is none for *person*."""
    roles = _PAGE_FOR.get(what.partition(" ")[0], tuple(Role))
    return pages.path_of(what) if person.has(*roles) else ""


# -- what the changes of an Event name


def _changes_of(numbers: list[int]) -> dict[int, Any]:
    if not numbers:
        return {}
    statement = f"SELECT number, changes FROM register_event WHERE number IN ({tables.marks(len(numbers))})"  # noqa: S608
    return {number: json.loads(text) for number, text in tables.rows(statement, numbers)}


def _row(changes: Any, table: str) -> Mapping[str, Any]:
    """The first row of *table* that the changes bring, with its identity."""
    for change in changes or ():
        if change["table"] == table and change["after"]:
            return {"identity": change["identity"], **change["after"]}
    return {}


def _names(whats: Iterable[str]) -> dict[str, str]:
    """The service names that the applications among *whats* ask for, by "application 17"."""
    numbers = sorted({int(match[1]) for what in whats if (match := _APPLICATION.fullmatch(what))})
    return {f"application {number}": name for number, name in newest.names(numbers) if name}


def _brought(event: Told, changes: Any) -> str:
    """What the Event brought, as an Event about it names it; "" where it brought none."""
    table, called = _BROUGHT.get(event.operation, ("", ""))
    row = _row(changes, table)
    return called.format(row.get("contact_id", row["identity"])) if row else ""


def _words(events: Iterable[Told]) -> dict[int, About]:
    """For which acts the words were given that *events* tell of."""
    given: dict[str, list[int]] = {}  # numbers of Events by the digests of acts
    for each in events:
        if match := _ACT.fullmatch(each.object):
            given.setdefault(match[1], []).append(each.number)
    if not given:
        return {}
    statement = (
        "SELECT a.digest, a.identity, a.operation, a.expires, COALESCE(p.what, '') FROM register_approval a "  # noqa: S608
        f"LEFT JOIN desk_pending p ON p.digest = a.digest WHERE a.digest IN ({tables.marks(len(given))}) "
        "ORDER BY p.id"
    )
    found = tables.rows(statement, [*given])
    used = _used((min(given[digest]), *row[:3]) for digest, *row in found)
    return {
        number: About(used.get(min(given[digest]), what), operation)
        for digest, _, operation, _, what in found
        for number in given[digest]
    }


def _used(words: Iterable[tuple[int, int, str, str]]) -> dict[int, str]:
    """About what the acts were that used *words*, by the numbers of the Events that tell of the words.

    The Event tells that used the word, the first after it, in its time.
    """
    one = (
        "SELECT * FROM (SELECT {}, object FROM register_event WHERE number > {} AND operation = %s "
        "AND instant <= %s AND changes LIKE %s ORDER BY number LIMIT 1) AS used_{}"
    )
    statements, given = [], []
    for number, identity, operation, expires in words:
        statements.append(one.format(number, number, number))
        given += [operation, expires, f'%"identity":{identity},"table":"approval"%']
    found = tables.rows(" UNION ALL ".join(statements), given) if statements else []
    return {int(number): str(what) for number, what in found}


def _notices(objects: Iterable[str]) -> dict[str, str]:
    """What the notices are about that Events name, by "notice 5"."""
    names = {match[1]: match[0] for name in objects if (match := _NOTICE.fullmatch(name))}
    numbers = [*map(int, names)]
    if not numbers:
        return {}
    statement = (
        f"SELECT identity, object FROM register_notice WHERE identity IN ({tables.marks(len(numbers))})"  # noqa: S608
    )
    return {names[str(number)]: about for number, about in tables.rows(statement, numbers)}
