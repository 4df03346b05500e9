"""/editions, and /editions/ID: which editions are kept, where each came from, what it holds and loses.

They tell of the store too, not of the shown edition alone, so they are never remembered by its memory: each
carries validators made of its own bytes.
"""

import logging
from collections.abc import Mapping
from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect, HttpResponseRedirect
from django.utils.encoding import repercent_broken_unicode

from portbook import formats
from portbook.errors import PortbookError, Problem, StoreError
from portbook.numbers import Ports
from portbook.store import EditionFile, EditionStore
from portbook.store.ids import id_order
from portbook.web import edition_words, files, problems
from portbook.web.addresses import EDITIONS, Links, of_edition
from portbook.web.edition_facts import Kept, editions, facts, is_whole
from portbook.web.editions import Served
from portbook.web.front import REVALIDATE
from portbook.web.layout import page
from portbook.web.sending import Content, send
from portbook.web.sentences import shown_ports
from portbook.web.shown import choose, edition_of, shown
from portbook.web.texts import Piece

_log = logging.getLogger("portbook.web")


class Line(NamedTuple):
    """An edition in the list."""

    id: str
    href: str
    front: str  # its own first page; "" where it has no dated addresses
    is_shown: bool
    is_damaged: bool
    file: EditionFile | None  # None: even what was noted of it cannot be used

    @property
    def came_as(self) -> str:
        return formats.named(self.file.format).title if self.file else ""

    @property
    def origin(self) -> str:
        return edition_words.ORIGINS[self.file.origin] if self.file else ""

    @property
    def source(self) -> str:
        return edition_words.source(self.file) if self.file else ""

    @property
    def added(self) -> str:
        return _instant(self.file) if self.file else ""


def listing(request: HttpRequest) -> HttpResponse:
    """Every kept edition, newest first."""
    here = edition_of(request)
    if here.is_static:
        return _sent(request, "editions.html", {"file": here.file})
    kept = kept_editions(here)
    lines = [_line(file.id, file, here, kept) for file in kept.files]
    unread = sorted(kept.damaged.difference(kept.ids), reverse=True)
    lines += [_line(identity, None, here, kept) for identity in unread]
    context = {
        "lines": sorted(lines, key=lambda line: id_order(line.id) or ("", 0), reverse=True),
        "damaged": len(kept.damaged),
        "not_compared": kept.not_compared,
        "newest": next((file for file in kept.files if file.id not in kept.damaged), here.file),
        "is_file": here.file.origin == "file",
    }
    return _sent(request, "editions.html", context)


def edition(request: HttpRequest, wanted: str) -> HttpResponse:
    """One edition: where it came from, what it holds, its files, its addresses."""
    current = edition_of(request)
    here = edition_called(wanted, current)
    if here is not current and here.id != wanted:
        response = HttpResponseRedirect(of_edition(here.id))
        response["Cache-Control"] = REVALIDATE
        return response
    if here.id != current.id:
        choose(request, here)  # what stands around the page, the search above all, is of its own edition
    file = here.file
    newer, older = _beside(here.id, kept_editions(current))
    found = facts(here)
    context = {
        "here": here,
        "file": file,
        "is_shown": here.id == current.id,
        "came_as": formats.named(file.format).title,
        "origin": edition_words.ORIGINS[file.origin],
        "source": edition_words.source(file),
        "added": _instant(file),
        "ways": _ways(here),
        "facts": found,
        "files": [
            (entry, found.losses.get(entry.format), files.digest_of(here, entry) if entry.href else "")
            for entry in files.files_of(here)
        ],
        "newer": newer,
        "older": older,
        "links": Links(of_edition(here.id)),
        "is_file": file.origin == "file" and not here.is_static,
    }
    return _sent(request, "edition.html", context)


def _ways(here: Served) -> tuple[Piece, ...]:
    """Pages to begin with."""
    span = here.links.paged(Ports(28200, 28300))
    https = here.links.service("https") if here.edition.service("https") else ""
    ways = (
        Piece("Port 443", here.links.port(443)),
        Piece("https", https),
        Piece(shown_ports(span), here.links.span(span)),
    )
    return tuple(way for way in ways if way.href)


def without_slash(request: HttpRequest) -> HttpResponse:
    """/editions/ as /editions."""
    return HttpResponsePermanentRedirect(EDITIONS)


def edition_called(wanted: str, current: Served) -> Served:
    """Return the edition called *wanted*; raise `RequestError`: 404 with what is near, 503 when damaged."""
    if wanted == _as_asked(current.id) and (current.file.origin == "file" or current.is_static):
        return current
    try:
        here = shown().dated(wanted)
        file = EditionStore().get(here.id)  # again: one that is open may be damaged or gone since
        if not is_whole(file):
            file.data()  # raises what is wrong
    except PortbookError as error:
        raise problems.no_edition(error) from None
    return here


def _as_asked(identity: str) -> str:
    """*identity* as Django gives it from an address: a byte of a file's name that is no UTF-8 as "%FF"."""
    return repercent_broken_unicode(identity.encode("utf-8", "surrogateescape")).decode()


def kept_editions(current: Served) -> Kept:
    """Return the editions that have addresses here; raise `RequestError` 503 when they cannot be listed."""
    try:
        return editions(current)
    except StoreError as error:
        _log.error("the editions cannot be listed: %s", error)
        message = "the editions kept here cannot be listed now; `portbook editions verify` says why"
        problem = Problem("E-WEB-EDITION", message, "docs/store.md")
        raise problems.RequestError(HTTPStatus.SERVICE_UNAVAILABLE, problem) from None


def _line(identity: str, file: EditionFile | None, current: Served, kept: Kept) -> Line:
    is_damaged = identity in kept.damaged
    has_pages = current.file.origin != "file" and not is_damaged
    front = Links(of_edition(identity)).to("/") if has_pages else ""
    return Line(identity, of_edition(identity), front, identity == current.id, is_damaged, file)


def _beside(identity: str, kept: Kept) -> tuple[str, str]:
    """The ids of the next newer and the next older edition that is whole; "" at an end."""
    ids = [kept_id for kept_id in kept.ids if kept_id not in kept.damaged or kept_id == identity]
    at = ids.index(identity) if identity in ids else 0
    return (ids[at - 1] if at else ""), (ids[at + 1] if at + 1 < len(ids) else "")


def _instant(file: EditionFile) -> str:
    """When the edition was added, for people: "2026-08-19 07:15 UTC"; "" when nobody noted it."""
    return f"{file.added[:10]} {file.added[11:16]} UTC" if file.added else ""


def _sent(request: HttpRequest, template: str, context: Mapping[str, object]) -> HttpResponse:
    html = page(request, template, context)
    return send(request, Content(html.content, html["Content-Type"]), {"Cache-Control": REVALIDATE})
