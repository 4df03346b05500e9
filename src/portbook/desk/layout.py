"""What every page of the desk has around it: the frame of public pages, and the places of its reader."""

from typing import Any, NamedTuple

from django.http import HttpRequest

from portbook.desk.acting.done import done
from portbook.desk.members import Person, person_of
from portbook.register.roles import Role
from portbook.web import layout as public

EVERYBODY = tuple(Role)
APPLICATION_READERS = (Role.APPLICANT, Role.HOLDER, Role.EXPERT, Role.REGISTRAR, Role.AUDITOR)
EVENT_READERS = (Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR)
PLACES = (  # in the order of the menu: address, label, for whom
    ("/desk", "Work", EVERYBODY),
    ("/desk/apply", "Apply", (Role.APPLICANT,)),
    ("/desk/applications", "Applications", APPLICATION_READERS),
    ("/desk/holdings", "My entries", (Role.HOLDER, Role.APPLICANT)),
    ("/desk/entries", "Entries", (Role.REGISTRAR, Role.AUDITOR)),
    ("/desk/cases", "Cases", (Role.REGISTRAR, Role.AUDITOR)),
    ("/desk/people", "People", (Role.REGISTRAR, Role.ADMINISTRATOR)),
    ("/desk/registry", "Registry", (Role.REGISTRAR, Role.ADMINISTRATOR)),
    ("/desk/pending", "Second word", (Role.REGISTRAR,)),
    ("/desk/statistics", "Statistics", (Role.REGISTRAR, Role.AUDITOR, Role.ADMINISTRATOR)),
    ("/desk/events", "Events", EVENT_READERS),
    ("/desk/account", "Account", EVERYBODY),
)


class Place(NamedTuple):
    """A link of the desk's menu."""

    label: str
    href: str
    is_here: bool


def around(request: HttpRequest) -> dict[str, Any]:
    """Return what each template of the desk may use, for Django's list of context processors."""
    user = getattr(request, "user", None)
    person = person_of(request) if user is not None and user.is_authenticated else None
    reads_events = person is not None and person.has(*EVENT_READERS)
    number = request.GET.get("done", "")
    return {
        **public.around(request),
        "is_desk": True,
        "person": person,
        "reads_events": reads_events,
        "names": {},  # of members; a page that knows some says so
        "just_done": done(person, number, reads_all=reads_events) if person and number else None,
        "desk_menu": _menu(person, request.path_info) if person else (),
    }


def _menu(person: Person, path: str) -> tuple[Place, ...]:
    places = (place for place in PLACES if _is_for(person, place[2]))
    return tuple(Place(label, href, _is_here(href, path)) for href, label, _ in places)


def _is_for(person: Person, roles: tuple[Role, ...]) -> bool:
    return roles is EVERYBODY or person.has(*roles) or (Role.HOLDER in roles and bool(person.party))


def _is_here(href: str, path: str) -> bool:
    within = "/accounts/" if href == "/desk/account" else f"{href}/"
    return path == href or (href != "/desk" and path.startswith((within, f"{href}/")))
