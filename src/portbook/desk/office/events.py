"""The books: every Event, newest first, found by who, what, when and by which door; each in its chain."""

import json
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.acting import changed_rows
from portbook.desk.deeds.forms import MAX_NUMBER
from portbook.desk.entrance import for_roles
from portbook.desk.layout import EVENT_READERS
from portbook.desk.limits import EVENTS_A_PAGE, ROWS_SHOWN
from portbook.desk.members import Person, names_of, person_of
from portbook.desk.office import audits
from portbook.desk.office.event_sentences import Sentence, abouts, sentence
from portbook.desk.office.forms import EventSearch
from portbook.register.reading import ledger
from portbook.register.reading.ledger import Line

PIECE = "HX-Request"  # a header of a script that asks for a piece of the page


class Told(NamedTuple):
    """An Event in the list, with what was done in a sentence, and who else gave a word for it."""

    line: Line
    sentence: Sentence
    others: tuple[str, ...]


@for_roles(*EVENT_READERS)
def books(request: HttpRequest) -> HttpResponse:
    """A page of Events."""
    search = EventSearch(request.GET)
    is_right = search.is_valid()
    place = {name: search.cleaned_data.get(name) for name in ("before", "after")}
    if place["before"] is not None:
        place["after"] = None
    found = ledger.sheet(search.asked, EVENTS_A_PAGE, **place) if is_right else None
    events = told(found.lines, person_of(request)) if found else []
    context = {
        "search": search,
        "found": events,
        "names": names_of(name for each in events for name in (each.line.actor, *each.others)),
        "is_asked": any(search.asked),
        "newest": search.address() if any(value is not None for value in place.values()) else "",
        "newer": search.address(after=found.lines[0].number) if found and found.has_newer else "",
        "older": search.address(before=found.lines[-1].number) if found and found.has_older else "",
        "audit": audits.audit(audits.CHAIN),
    }
    return render(request, "desk/events.html", context)


def told(lines: tuple[Line, ...], person: Person) -> list[Told]:
    """Return *lines* as *person* reads them."""
    about = abouts(lines)
    return [
        Told(line, sentence(line, about[line.number], person), tuple(json.loads(line.persons)["others"]))
        for line in lines
    ]


@for_roles(*EVENT_READERS)
def one(request: HttpRequest, number: int) -> HttpResponse:
    """One Event: who, what, why, each row before and after, and how it hangs in the chain."""
    found = _link(number)
    rows = changed_rows.rows_of(found.event.changes[:ROWS_SHOWN])
    about = abouts([found.event], {number: found.event.changes})[number]
    context = {
        "link": found,
        "sentence": sentence(found.event, about, person_of(request)),
        "about": about.what or found.event.object,
        "event": found.event,
        "names": names_of([found.event.actor, *found.event.persons["others"]]),
        "rows": rows,
        "left_out": max(len(found.event.changes) - ROWS_SHOWN, 0),
        "is_sound": found.is_what_its_hash_says and found.follows and found.is_followed is not False,
    }
    return render(request, "desk/event.html", context)


@for_roles(*EVENT_READERS)
def as_json(request: HttpRequest, number: int) -> HttpResponse:
    """The Event as the line of a dump that it is."""
    answer = HttpResponse(ledger.dump_line(_link(number)), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="event-{number}.json"'
    return answer


def _link(number: int) -> ledger.Link:
    found = ledger.link(number) if number <= MAX_NUMBER else None
    if found is None:
        raise problems.no_such_page("Event")
    return found


@for_roles(*EVENT_READERS)
def verification(request: HttpRequest, kind: str) -> HttpResponse:
    """How an audit goes on; POST begins it."""
    if kind not in (audits.CHAIN, audits.WHOLE):
        raise problems.no_such_page("audit")
    if request.method == "POST":
        audits.begin(kind, person_of(request).member)
        return HttpResponseRedirect(f"/desk/events/audit/{kind}")
    template = "desk/events_audit_state.html" if request.headers.get(PIECE) else "desk/events_audit.html"
    return render(request, template, {"audit": audits.audit(kind)})
