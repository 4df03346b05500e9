"""My entries: what my contact holds, what is asked of me, notices; how to come to act for a contact."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.desk.acting.possible import possible
from portbook.desk.entrance import signed_in
from portbook.desk.holding.entries import line_of, notice_deeds, position_of, sees_case
from portbook.desk.members import Person, person_of
from portbook.register.reading import holdings as reads
from portbook.register.reading import running, statuses
from portbook.register.roles import Role
from portbook.web import clock

MOST_ASKED = 20  # requests of others in the list
CONTACT = ("ask contact change", "withhold contact", "publish contact")


@signed_in
def holdings(request: HttpRequest) -> HttpResponse:
    """What I hold, or how to come to hold what is mine."""
    person, instant = person_of(request), clock.instant()
    context: dict[str, Any] = {
        "today": instant[:10],
        "takeovers": running.takeovers_of(person.member, person.party),
    }
    if person.party:
        context |= _held(request, person, instant)
    return render(request, "desk/holdings.html", context)


def _held(request: HttpRequest, person: Person, instant: str) -> dict[str, Any]:
    party = person.party
    page = reads.of_party(party, position_of(request))
    known = reads.party(party)
    returns = [each for each in running.returns() if party in each.holders]
    return {
        "party": known,
        "deeds": contact_deeds(person, known) if known else (),
        "rows": [line_of(held) for held in page.rows],
        "is_first": not position_of(request),
        "next": f"/desk/holdings?after={page.next}" if page.next else "",
        "asked": statuses.waits(person.member, instant, MOST_ASKED).get(Role.HOLDER, ()),
        "notices": [(each, notice_deeds(person, each)) for each in returns],
        "changes": [
            (each, change_deeds(person, each)) for each in running.contact_changes() if party in each.holders
        ],
        "cases": [
            each for each in running.revocations() if sees_case(person, each) and party in each.holders
        ],
    }


def contact_deeds(person: Person, party: reads.Party) -> Any:
    """Return what *person* may do with a contact."""
    hidden = "withhold contact" if party.is_withheld else "publish contact"
    operations = [each for each in CONTACT if each != hidden]
    return possible(
        person,
        {party.contact.id},
        [*operations, "verify contact", "rename party"],
        contact=party.contact.id,
    )


def change_deeds(person: Person, noticed: running.Noticed) -> Any:
    """Return what *person* may do about other addresses that are asked for."""
    operations = [] if noticed.is_confirmed else ["confirm contact change"]
    return possible(
        person,
        noticed.holders,
        [*operations, "enter contact change", "stop contact change"],
        notice=noticed.notice.identity,
    )
