"""What every page has around it: the header with the search and the edition's date, the footer."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import quote

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

from portbook.search.queries import MAX_QUERY
from portbook.web import assets
from portbook.web.addresses import CONTACTS, EDITIONS, ORGANISATIONS, REFERENCES
from portbook.web.editions import Served
from portbook.web.shown import edition_of

PLACES = {  # in the header of every page
    "/table": "Table",
    CONTACTS: "Contacts",
    ORGANISATIONS: "Organisations",
    REFERENCES: "References",
    "/ports": "Ranges",
    EDITIONS: "Editions",
    "/about": "About",
}


class Place(NamedTuple):
    """A link in the header, and whether it leads to the page that it stands on."""

    label: str
    href: str
    is_here: bool


def page(
    request: HttpRequest | None, template: str, context: Mapping[str, object], *, status: int = 200
) -> HttpResponse:
    """Return the page made of *template*; without *request* it tells of no edition, which may be at fault."""
    return HttpResponse(render_to_string(f"web/{template}", {**around(request), **context}), status=status)


def piece(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    """Return a piece of a page, for a script to put in its place."""
    here = edition_of(request)
    return HttpResponse(render_to_string(f"web/{template}", {"root": here.links.root, **context}))


def around(request: HttpRequest | None) -> dict[str, object]:
    """Return what the frame of a page shows."""
    here = edition_of(request) if request else None
    return {
        "served": here,
        "root": here.links.root if here else "",
        "age": here.age if here else None,
        "path": quote(request.path_info) if request else "",
        "undated": _undated(request) if request else "/",
        "menu": _menu(here, request),
        "asset": assets.addresses(),
        "desk_address": settings.PORTBOOK_DESK,
        "is_practice": settings.PORTBOOK_PRACTICE,
        "longest_query": MAX_QUERY,
    }


def _undated(request: HttpRequest) -> str:
    """The address of *request* without its edition; a name in it may hold "?" and "%"."""
    query = request.META.get("QUERY_STRING", "")
    path = quote(request.path_info)
    return f"{path}?{query}" if query else path


def _menu(here: Served | None, request: HttpRequest | None) -> list[Place]:
    path = request.path_info if request else ""
    root = here.links.root if here else ""
    return [
        Place(label, href if href == EDITIONS else root + href, path == href)
        for href, label in PLACES.items()
        if href != ORGANISATIONS or not here or here.edition.contacts is not None  # else there are none
    ]
