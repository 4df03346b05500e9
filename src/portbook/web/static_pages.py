"""The pages of the site as files, for a tree that any web server can serve: `pages`.

They are rendered by the views of the site, through its own front, in this process and without a socket; only
the addresses are others (`static_addresses`).  What a page says depends on the edition and on Portbook's
version alone: on no clock, no store, and nothing of how the edition came here.  The edition's files and its
exports, which pages lead to, are written by who writes the tree.
"""

import os
from collections.abc import Iterator, Sized
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple

from django.conf import settings
from django.core.handlers.wsgi import WSGIHandler, WSGIRequest
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse

from portbook.freshness import Age
from portbook.records import Record
from portbook.store import EditionFile
from portbook.web import assets, layout
from portbook.web.addresses import CONTACTS, EDITIONS, ORGANISATIONS, REFERENCES
from portbook.web.directories import directories_of
from portbook.web.editions import Opened, Served
from portbook.web.entries import entries_of
from portbook.web.memory import Memory
from portbook.web.paging import LINES
from portbook.web.ranges import WHOLE
from portbook.web.rows import TableQuestion
from portbook.web.shown import choose
from portbook.web.static_addresses import (
    PORTS,
    SERVICES,
    StaticLinks,
    file_of,
    hundreds,
    place,
    ports_with_a_row,
    services_of,
    set_apart,
    turned,
)
from portbook.web.table_questions import ADDRESS as TABLE

MISSING = "404.html"  # what file servers look for when they have nothing else
_NOT_LOADED = assets.HTMX  # the search alone needs it


def pages(file: EditionFile) -> Iterator[tuple[str, bytes]]:
    """Give every page of *file*, and what pages load: its path below the root of the tree, and its bytes.

    The same edition gives the same bytes in the same order.  Raises `StoreError` or `FormatError` when the
    edition cannot be read.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portbook.web.settings")
    get_wsgi_application()  # Django is set up
    here = StaticServed(Opened(file).prepare())
    site = _Site(here)
    for name, asset in assets.table().items():
        if name != _NOT_LOADED:
            yield f"static/{asset.name}", asset.content
    missing = {"port_href": here.links.port(443)}
    yield MISSING, layout.page(site.request("/"), "static_missing.html", missing).content
    for each in _leaves(here):
        yield file_of(each.path), site.answer(each)


class StaticServed(Served):
    """An edition under the addresses of files."""

    is_static = True
    links: StaticLinks

    def __init__(self, opened: Opened) -> None:
        super().__init__(opened)
        edition = opened.edition
        self.spans = hundreds()
        apart = _apart(opened)
        self.links = StaticLinks(
            mentions=opened.mentions,
            own=ports_with_a_row(edition),
            spans=frozenset({*self.spans, *WHOLE.values()}),
            services=services_of(edition.service_names, apart),
            apart=apart,
        )
        self.memory = Memory(0)  # nothing is asked twice

    @property
    def id(self) -> str:
        """As it is published: a file is known by its date, wherever it lay."""
        return self.date if self.file.origin == "file" else self.file.id

    @property
    def label(self) -> str:
        return self.id

    @property
    def about(self) -> str:
        return self.links.edition(self.id)

    @property
    def age(self) -> Age | None:
        """None: it is the age on the day when somebody reads."""
        return None


def _apart(opened: Opened) -> dict[str, str]:
    """The paths of names that a disk could take for those of other names of the edition."""
    mentions = opened.mentions
    return {
        **set_apart(SERVICES, opened.edition.service_names),
        **set_apart(CONTACTS, (person.id for person in mentions.people)),
        **set_apart(ORGANISATIONS, (one.name for one in mentions.organisations or ())),
        **set_apart(REFERENCES, (cited.label for cited in mentions.references)),
    }


class Leaf(NamedTuple):
    """A page: its path in the tree, and what the site is asked for it."""

    path: str
    asked: str
    query: str = ""


class _Site:
    """Django's own handler over the edition."""

    def __init__(self, here: Served) -> None:
        self._here = here
        self._handler = WSGIHandler()
        host = next(iter(settings.ALLOWED_HOSTS), "localhost")
        self._host = "localhost" if host == "*" else host.removeprefix(".")

    def request(self, path: str, query: str = "") -> WSGIRequest:
        """A request as a server would hand it on, for the edition."""
        request = WSGIRequest(
            {
                "REQUEST_METHOD": "GET",
                "PATH_INFO": path.encode().decode("latin-1"),  # as WSGI has it
                "QUERY_STRING": query,
                "SERVER_NAME": self._host,
                "SERVER_PORT": "80",
                "wsgi.url_scheme": "http",
                "wsgi.input": BytesIO(),
            }
        )
        choose(request, self._here)
        return request

    def answer(self, leaf: Leaf) -> bytes:
        """The bytes of a page; a view that has none for its own edition is a fault of ours."""
        response = self._handler.get_response(self.request(leaf.asked, leaf.query))
        if response.status_code != HTTPStatus.OK or not isinstance(response, HttpResponse):
            raise RuntimeError(f"{leaf.asked!r} answers {response.status_code}")
        return response.content


# -- which pages there are


def _leaves(here: StaticServed) -> Iterator[Leaf]:
    yield from (Leaf(path, path) for path in ("/", "/about", PORTS, "/exports", EDITIONS))
    yield Leaf(place(EDITIONS, here.id), f"{EDITIONS}/{here.id}")
    yield from _list(TABLE, TABLE, here.opened.table.page(TableQuestion()).last)
    for span in (*WHOLE.values(), *here.spans):
        yield Leaf(f"{PORTS}/{span}", PORTS, f"from={span.low}&to={span.high}")
    yield from (Leaf(f"{PORTS}/{port}", f"{PORTS}/{port}") for port in sorted(here.links.own))
    for name in here.edition.service_names:
        yield Leaf(here.links.place(SERVICES, name), f"{SERVICES}/{name}")
    yield from _people(here)
    yield from _references(here)


def _people(here: StaticServed) -> Iterator[Leaf]:
    mentions = here.opened.mentions
    listed = directories_of(mentions)
    yield from _list(CONTACTS, CONTACTS, _sheets(listed.people.items))
    for person in mentions.people:
        yield from _about(here, CONTACTS, person.id, person.records)
    organisations = listed.organisations
    yield from _list(ORGANISATIONS, ORGANISATIONS, _sheets(organisations.items if organisations else ()))
    for organisation in mentions.organisations or ():
        yield from _about(here, ORGANISATIONS, organisation.name, organisation.records)


def _references(here: StaticServed) -> Iterator[Leaf]:
    mentions = here.opened.mentions
    yield from _list(REFERENCES, REFERENCES, _sheets(directories_of(mentions).references.items))
    for cited in mentions.references:
        yield from _about(here, REFERENCES, cited.label, cited.records)


def _about(here: StaticServed, folder: str, name: str, records: tuple[Record, ...]) -> Iterator[Leaf]:
    """The page about *name*, and the further ones where the rows fill more than one."""
    last = _sheets(entries_of(records)) if len(records) > LINES else 1
    yield from _list(here.links.place(folder, name), f"{folder}/{name}", last)


def _list(path: str, asked: str, last: int) -> Iterator[Leaf]:
    for number in range(1, last + 1):
        yield Leaf(turned(path, number), asked, f"page={number}" if number > 1 else "")


def _sheets(lines: Sized) -> int:
    return max(1, -(-len(lines) // LINES))
