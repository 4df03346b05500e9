"""Pages of entries: what the register has of a service or a port, what runs about it, what can be done.

Rows are there for whoever is signed in, for the next edition publishes them; cases of revocation for those
whose they are and the office, Events for who reads the books.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.answers import service_address
from portbook.desk import problems
from portbook.desk.acting.possible import Possible, possible
from portbook.desk.entrance import signed_in
from portbook.desk.layout import EVENT_READERS
from portbook.desk.members import Person, person_of
from portbook.desk.office import event_sentences
from portbook.edition import State
from portbook.formats import columns
from portbook.names import fold
from portbook.numbers import FIRST_USER_PORT, Transport
from portbook.procedures.rows import is_temporary
from portbook.records import Record
from portbook.register.entries import Held
from portbook.register.limits import MAX_NAME, MAX_ROWS_SOUGHT
from portbook.register.operations.acting import parties_of
from portbook.register.reading import events_about, holdings, running
from portbook.register.reading.running import Noticed, Revocation
from portbook.register.roles import Role
from portbook.web import clock
from portbook.web.shown import edition_of

NAMED = ("amend", "rename service", "mark", "correct", "succeed")
ANNOUNCE = "announce return"
AT_PORT = ("reuse", "suspect")
EARLY = ("renew early", "complete early", "tell early expiry", "deprecate early")
MAX_POSITION = 19  # digits
_KNOWN_BY = 3  # columns: name, number, transport


class Spot(NamedTuple):
    """Where a service stands: one port, or none, with its transports, and what can be done there."""

    port: int | None
    transports: tuple[str, ...]
    deeds: tuple[Possible, ...]
    is_for_the_ietf: bool


class Shown(NamedTuple):
    """One row as it would be published, and what the register knows besides."""

    identity: int
    title: str  # "https 443 tcp"
    cells: tuple[tuple[str, str], ...]
    state: str
    reason: str
    expires: str


# -- the search


@signed_in
def entries(request: HttpRequest) -> HttpResponse:
    """The rows that somebody looks for."""
    text = request.GET.get("q", "").replace("\0", "").strip()[:MAX_ROWS_SOUGHT]
    page = holdings.sought(text, position_of(request))
    context = {
        "sought": text,
        "rows": [line_of(held) for held in page.rows],
        "next": f"/desk/entries?{urlencode({'q': text, 'after': page.next})}" if page.next else "",
        "longest": MAX_ROWS_SOUGHT,
    }
    return render(request, "desk/entries.html", context)


def position_of(request: HttpRequest) -> int:
    """Return after which row the page begins that is asked for."""
    text = request.GET.get("after", "")
    is_number = text.isascii() and text.isdigit() and len(text) < MAX_POSITION
    return int(text) if is_number else 0


class Line(NamedTuple):
    """A row in a list."""

    name: str
    port: str
    transport: str
    state: str
    description: str
    address: str  # of its page


def line_of(held: Held) -> Line:
    """Return *held* as a line of a list."""
    row = held.record
    what = row.service_name or (row.port_number or "").partition("-")[0]
    return Line(
        row.service_name or "",
        row.port_number or "",
        row.transport or "",
        held.values["state"],
        str(row.description),
        address_of(what) if what else "",
    )


def address_of(what: str) -> str:
    """Return the page of a service or port."""
    return f"/desk/entries/{quote(what, safe='')}"


# -- one of them


@signed_in
def entry(request: HttpRequest, what: str) -> HttpResponse:
    """All of a service, or of a port."""
    found = holdings.entry(what) if len(what) <= MAX_NAME else ()
    port = holdings.port_of(what)
    if not found and port is None:
        raise problems.no_such_page("entry")
    person, today = person_of(request), clock.instant()[:10]
    rows = [held.record for held in found]
    holders = parties_of(row for row in rows if row.service_name)
    name = rows[0].service_name if port is None else None
    is_mine = bool(person.party) and person.party in holders
    deeds = _of_service(person, found, name, holders) if name else _of_port(person, found, port or 0)
    notices = _notices_about(found)
    spots = tuple(_spots(person, found, name, _announced(notices))) if name else ()
    context = {
        "name": name or "",
        "port": port,
        "today": today,
        "rows": [_shown(held) for held in found],
        "claims": holdings.claims_of(found),
        "is_mine": is_mine,
        "public": _public(request, name, port),
        "services": sorted({row.service_name for row in rows if row.service_name})
        if port is not None
        else (),
        "deeds": deeds,
        "spots": spots,
        "can_act": bool(deeds) or any(spot.deeds or (spot.is_for_the_ietf and is_mine) for spot in spots),
        **_running(person, found, name, notices),
    }
    return render(request, "desk/entry.html", context)


def _public(request: HttpRequest, name: str | None, port: int | None) -> str:
    """Return the public page, or "" where the edition that is shown has not got the service yet."""
    if not name:
        return f"/ports/{port}"
    return service_address(name) if edition_of(request).edition.service(name) else ""


def _shown(held: Held) -> Shown:
    row, values = columns.row(held.record), held.values
    return Shown(
        held.identity,
        " ".join(filter(None, row[:_KNOWN_BY])),
        tuple((name, cell) for name, cell in zip(columns.COLUMNS, row, strict=True) if cell),
        values["state"],
        values["reason"],
        values["expires"],
    )


def _of_service(
    person: Person, found: tuple[Held, ...], name: str, holders: frozenset[str]
) -> tuple[Possible, ...]:
    """What can be done with the service as a whole."""
    operations = [*NAMED]
    if any(is_temporary(held.record) for held in found):
        operations += EARLY
    if any(held.values["transport"] == Transport.DCCP for held in found):
        operations.append("add codes")
    deeds = possible(person, holders, operations, name=name)
    return (*_requests(person, holders, name), *deeds)


def _requests(person: Person, holders: frozenset[str], name: str) -> Iterator[Possible]:
    """The applications by which a holder asks for more."""
    if not (person.party and person.party in holders and person.has(Role.APPLICANT)):
        return
    for kind, title, explained in (
        ("port", "Ask for a port", "A port for a name that has none, or another transport's."),
        ("transport", "Ask for another transport", "The same port on another transport."),
    ):
        query = urlencode({"kind": kind, "service_name": name})
        yield Possible(title, f"/desk/apply?{query}", explained)


def _spots(
    person: Person, found: tuple[Held, ...], name: str, announced: Collection[Record]
) -> Iterator[Spot]:
    """Each port of the service, and the name where it stands alone."""
    for port in dict.fromkeys(held.values["low"] for held in found):
        here = [held for held in found if held.values["low"] == port]
        transports = _transports(here)
        holders = parties_of(held.record for held in here)
        is_for_the_ietf = port is not None and port < FIRST_USER_PORT
        operations = [each for each in AT_PORT if port is not None or each != "reuse"]
        if is_for_the_ietf:
            operations.append("release")
        deeds = possible(person, holders, operations, name=name, port=port, transports=transports)
        left = [held for held in here if held.record not in announced]
        if left and (not is_for_the_ietf or person.has(Role.REGISTRAR)):  # the operator alone does (T-52)
            given = {"name": name, "port": port, "transports": _transports(left)}
            deeds = (*possible(person, holders, [ANNOUNCE], **given), *deeds)
        yield Spot(port, transports, deeds, is_for_the_ietf)


def _transports(here: Iterable[Held]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(held.values["transport"] for held in here if held.values["transport"]))


def _of_port(person: Person, found: tuple[Held, ...], port: int) -> tuple[Possible, ...]:
    """What can be done with a port that no service of the page holds."""
    states = {held.values["state"] for held in found}
    operations = ["report use"]
    if states <= {State.UNASSIGNED}:
        operations.append("reserve port")
    if State.RESERVED in states and not any(held.record.service_name for held in found):
        operations += ("free port", "free early")
    return possible(person, (), operations, port=port)


# -- what runs about it, and what the books tell


def _notices_about(found: tuple[Held, ...]) -> list[Noticed]:
    """The returns that are announced of the services that stand here."""
    about = _names(found)
    return [each for each in running.returns() if fold(each.name) in about]


def _names(found: tuple[Held, ...]) -> set[str]:
    return {fold(held.record.service_name or "") for held in found} - {""}


def _announced(notices: Iterable[Noticed]) -> list[Record]:
    """The rows that are to be given back already: no second return of them can be announced (T-49)."""
    return [row for each in notices for row in each.rows]


def _running(
    person: Person, found: tuple[Held, ...], name: str | None, notices: list[Noticed]
) -> dict[str, Any]:
    names = {held.record.service_name or "" for held in found}
    identities = [held.identity for held in found]
    about = _names(found)
    cases = [each for each in running.revocations() if fold(each.case.service) in about]
    reads = person.has(*EVENT_READERS)
    events = _told(names, notices, cases, name, identities) if reads else None
    return {
        "notices": [(each, notice_deeds(person, each)) for each in notices],
        "cases": [each for each in cases if sees_case(person, each)],
        **event_sentences.on_a_page(person, events),
    }


def sees_case(person: Person, case: Revocation) -> bool:
    """Whether *person* may know of a case: the office, and whoever holds what it is about."""
    is_holder = bool(person.party) and person.party in case.holders
    return is_holder or person.has(Role.REGISTRAR, Role.AUDITOR)


def notice_deeds(person: Person, noticed: Noticed) -> tuple[Possible, ...]:
    """Return what *person* may do about a return."""
    operations = ["stop return", "deassign"] if noticed.is_confirmed else ["confirm return", "stop return"]
    return possible(person, noticed.holders, operations, notice=noticed.notice.identity)


def _told(
    names: Iterable[str],
    notices: Iterable[Noticed],
    cases: Iterable[Revocation],
    name: str | None,
    identities: Iterable[int],
) -> tuple[running.Told, ...]:
    objects = [*events_about.objects_of(sorted(names)), *events_about.seeding_of(identities)]
    objects += [f"notice {each.notice.identity}" for each in notices]
    objects += [f"case {each.case.identity}" for each in cases]
    return running.told_of([*objects, "-"], name or "")
