"""The edition as files, under IANA's own names for them: which there are, what each holds, the bytes.

The format that an edition came in is sent as published, to the byte; another one is written from it, once.
Nothing is written that the edition cannot fill: a file that lacks what its readers expect is none (404).
"""

import threading
from collections import OrderedDict
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import http_date

from portbook import formats
from portbook.errors import FormatError, PortbookError, Problem, StoreError
from portbook.store import EditionFile
from portbook.web import edition_words, problems
from portbook.web.editions import Served
from portbook.web.front import FOR_EVER, REVALIDATE
from portbook.web.sending import Content, send
from portbook.web.shown import edition_of

NAME = "service-names-port-numbers"  # IANA's
FILES = {".csv": "csv", ".xml": "xml", ".json": "json", ".2015.json": "json2015"}  # suffix -> format
NEEDS_ALL = "xml"  # what its readers look for in it, the contacts above all, must be there
MAX_KEPT = 64 * 1024 * 1024  # bytes of files, packed ones included, of all editions in one process

_SOURCE = "docs/formats.md"


class File(NamedTuple):
    """A file that an edition can be had as."""

    label: str
    href: str
    format: str
    title: str  # "IANA's CSV"
    is_published: bool  # the very bytes that were published


def files_of(here: Served) -> tuple[File, ...]:
    """Return the files that the edition can be had as."""
    offered = ((suffix, formats.named(name)) for suffix, name in FILES.items())
    return tuple(_file(here, suffix, form) for suffix, form in offered if _is_offered(here, form))


def file(request: HttpRequest, suffix: str) -> HttpResponse:
    """/assignments/service-names-port-numbers/service-names-port-numbers.csv, .xml, .json."""
    here = edition_of(request)
    if suffix == ".xhtml":  # a bookmark of IANA's page wants its table, and its question with it
        return table(request)
    if suffix == ".txt":
        raise _missing(
            "E-FORMAT-LATER", f"edition {here.label} is not written as IANA's plain text yet", here
        )
    if suffix not in FILES:
        raise problems.no_such_address(request)
    form = formats.named(FILES[suffix])
    if not _is_offered(here, form):
        raise _missing("E-WEB-FILE", _why_not(here, form), here)
    headers = {
        "Cache-Control": FOR_EVER if here.is_dated else REVALIDATE,
        "Content-Disposition": f'attachment; filename="{_dated_name(here.file)}{suffix}"',
    }
    if instant := last_modified(here.file):
        headers["Last-Modified"] = instant
    return send(request, kept.get(here, form), headers, ranges=True)


def table(request: HttpRequest) -> HttpResponse:
    """IANA's page, which is our table; its parameters have the same names here."""
    query = request.META.get("QUERY_STRING", "")
    path = edition_of(request).links.to("/table")
    response = HttpResponseRedirect(f"{path}?{query}" if query else path)
    response["Cache-Control"] = REVALIDATE
    return response


def last_modified(file: EditionFile) -> str:
    """Return when the edition came here, else the day it is of; "" when neither is known."""
    if file.added:
        instant = datetime.strptime(file.added, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    elif file.date:
        instant = datetime.fromisoformat(file.date).replace(tzinfo=UTC)
    else:
        return ""
    return http_date(instant.timestamp())


# -- what there is


def _file(here: Served, suffix: str, form: formats.Format) -> File:
    label = form.name.upper() if form.writable else f"{form.suffix[1:].upper()} as published"
    is_published = form.name == here.file.format
    return File(label, here.links.file(suffix), form.name, form.title, is_published)


def _is_offered(here: Served, form: formats.Format) -> bool:
    if form.name == here.file.format:
        return True
    return form.writable and not (form.name == NEEDS_ALL and here.edition.absent)


def _why_not(here: Served, form: formats.Format) -> str:
    came = formats.named(here.file.format).title
    if not form.writable:
        return f"edition {here.label} came as {came}; {form.title} is read here, not written"
    absent = edition_words.listed(edition_words.parts(here.edition.absent), "and")
    return f"edition {here.label} came as {came}, without {absent}, and cannot fill {form.title}"


def _missing(code: str, message: str, here: Served) -> problems.RequestError:
    labels = edition_words.listed([entry.label for entry in files_of(here)], "and")
    return problems.RequestError(
        HTTPStatus.NOT_FOUND, Problem(code, f"{message}; it is there as {labels}", _SOURCE)
    )


def _dated_name(file: EditionFile) -> str:
    which = file.date if file.origin == "file" else file.id
    return f"{NAME}-{which}" if which else NAME


# -- the bytes


class Kept:
    """Files that were made, by edition and format; the least recently asked goes first (I-9, T-75)."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._limit = limit
        self._contents: OrderedDict[tuple[str, str, str], Content] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, here: Served, form: formats.Format) -> Content:
        """Return the edition in a format; one is made at a time, and never twice while it is kept."""
        key = here.file.sha256, here.file.format, form.name
        with self._lock:
            if key not in self._contents:
                self._contents[key] = Content(_made(here, form), form.media_type)
            self._contents.move_to_end(key)
            while len(self._contents) > 1 and sum(map(_weight, self._contents.values())) > self._limit:
                self._contents.popitem(last=False)
            return self._contents[key]


def _weight(content: Content) -> int:
    """Bytes that it takes; packed ones take at most a third more."""
    return len(content.data) * 4 // 3


def _made(here: Served, form: formats.Format) -> bytes:
    """The bytes as published, or written.  Raises `RequestError`: 503 for damage, 404 for what cannot be."""
    if form.name == here.file.format:
        try:
            return here.file.data()
        except PortbookError as error:
            raise problems.no_edition(StoreError(error.problem)) from None
    try:
        return formats.write(here.edition, form.name)
    except FormatError as error:  # a character, say, that the format cannot hold
        raise problems.RequestError(HTTPStatus.NOT_FOUND, error.problem) from None


kept = Kept()
