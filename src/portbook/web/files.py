"""The edition as files, under IANA's own names for them: which there are, what each holds, the bytes.

The format that an edition came in is sent as published, to the byte; another one is written from it, once.
Nothing is written that the edition cannot fill: a file that lacks what its readers expect is none (404).
"""

import threading
from collections import OrderedDict
from collections.abc import Callable
from datetime import UTC, datetime
from http import HTTPStatus
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import http_date

from portbook import formats
from portbook.errors import FormatError, PortbookError, Problem, StoreError
from portbook.publication.contents import FILES, NAME, NEEDS_ALL
from portbook.store import EditionFile
from portbook.web import edition_words, problems
from portbook.web.assets import FOR_EVER
from portbook.web.editions import Served
from portbook.web.front import REVALIDATE
from portbook.web.sending import Content, send
from portbook.web.shown import edition_of

PAGE, AS_FILE = ".xhtml", "file"  # a bookmark of IANA's page means our table; "?file" asks for the bytes
DIGEST = ".sha256"  # after the address of a file: its digest, as `sha256sum` writes it
MAX_KEPT = 64 * 1024 * 1024  # bytes of files, packed ones included, of all editions in one process

_SOURCE = "docs/formats.md"


class File(NamedTuple):
    """A file that an edition can be had as, or one that it cannot be had as, and why."""

    label: str
    href: str  # "" where there is none
    format: str
    title: str  # "IANA's CSV"
    is_published: bool  # the very bytes that were published
    name: str  # that it is saved under
    reason: str = ""  # why there is none
    digest_href: str = ""


def files_of(here: Served) -> tuple[File, ...]:
    """Return the files that the edition can be had as, and those of IANA's that it cannot fill."""
    known = ((suffix, formats.named(name)) for suffix, name in FILES.items())
    return tuple(
        _file(here, suffix, form) if _is_offered(here, form) else _no_file(here, suffix, form)
        for suffix, form in known
        if form.writable or _is_offered(here, form)
    )


def offered(here: Served) -> tuple[File, ...]:
    """Return the files that the edition can be had as."""
    return tuple(entry for entry in files_of(here) if entry.href)


def file(request: HttpRequest, suffix: str) -> HttpResponse:
    """/assignments/service-names-port-numbers/service-names-port-numbers.csv, and so on; .csv.sha256 too."""
    here = edition_of(request)
    if suffix == PAGE and AS_FILE not in request.GET:
        return table(request)
    plain = suffix.removesuffix(DIGEST)
    if plain not in FILES:
        raise problems.no_such_address(request)
    form = formats.named(FILES[plain])
    if not _is_offered(here, form):
        raise _missing("E-WEB-FILE", _why_not(here, form), here)
    name = f"{_dated_name(here.file)}{plain}"
    content = _content(here, form)
    headers = {"Cache-Control": FOR_EVER if here.is_dated else REVALIDATE}
    if plain != suffix:
        line = f"{content.digest}  {name}\n".encode()
        return send(request, Content(line, "text/plain; charset=utf-8"), headers)
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if instant := last_modified(here.file):
        headers["Last-Modified"] = instant
    return send(request, content, headers, ranges=True)


def digest_of(here: Served, entry: File) -> str:
    """Return the SHA-256 of a file that is published or soon made, of JSON; "" for one that takes long."""
    if entry.is_published:
        return here.file.sha256
    return _content(here, formats.named(entry.format)).digest if entry.format == "json" else ""


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


_LABELS = {"csv": "CSV", "xml": "XML", "txt": "plain text", "html": "XHTML", "json": "JSON"}


def _file(here: Served, suffix: str, form: formats.Format) -> File:
    href = here.links.file(suffix)
    return File(
        label=_LABELS.get(form.name, f"{form.suffix[1:].upper()} as published"),
        href=f"{href}?{AS_FILE}" if suffix == PAGE else href,
        format=form.name,
        title=form.title,
        is_published=form.name == here.file.format,
        name=f"{_dated_name(here.file)}{suffix}",
        digest_href=f"{href}{DIGEST}",
    )


def _no_file(here: Served, suffix: str, form: formats.Format) -> File:
    came = formats.named(here.file.format).title
    reason = f"not from this edition, which came as {came}; from those that portbook update fetches"
    entry = _file(here, suffix, form)
    return entry._replace(href="", digest_href="", reason=reason)


def _is_offered(here: Served, form: formats.Format) -> bool:
    if form.name == here.file.format:
        return True
    return form.writable and not (form.name in NEEDS_ALL and here.edition.absent)


def _why_not(here: Served, form: formats.Format) -> str:
    came = formats.named(here.file.format).title
    if not form.writable:
        return f"edition {here.label} came as {came}; {form.title} is read here, not written"
    absent = edition_words.listed(edition_words.parts(here.edition.absent), "and")
    return f"edition {here.label} came as {came}, without {absent}, and cannot fill {form.title}"


def _missing(code: str, message: str, here: Served) -> problems.RequestError:
    labels = edition_words.listed([entry.label for entry in offered(here)], "and")
    return problems.RequestError(
        HTTPStatus.NOT_FOUND, Problem(code, f"{message}; it is there as {labels}", _SOURCE)
    )


def _dated_name(file: EditionFile) -> str:
    which = file.date if file.origin == "file" else file.id
    return f"{NAME}-{which}" if which else NAME


# -- the bytes


class Kept:
    """Files that were made, by edition and name; the least recently asked goes first (I-9, T-75)."""

    def __init__(self, limit: int = MAX_KEPT) -> None:
        self._limit = limit
        self._contents: OrderedDict[tuple[str, str, str], Content] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, here: Served, name: str, make: Callable[[], Content]) -> Content:
        """Return the file called *name*; one is made at a time, and never twice while it is kept."""
        key = here.file.sha256, here.file.format, name
        with self._lock:
            if key not in self._contents:
                self._contents[key] = make()
            self._contents.move_to_end(key)
            while len(self._contents) > 1 and sum(map(_weight, self._contents.values())) > self._limit:
                self._contents.popitem(last=False)
            return self._contents[key]


def _weight(content: Content) -> int:
    """Bytes that it takes; packed ones take at most a third more."""
    return len(content.data) * 4 // 3


def _content(here: Served, form: formats.Format) -> Content:
    """The edition in a format."""
    return kept.get(here, form.name, lambda: Content(_made(here, form), form.media_type))


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
