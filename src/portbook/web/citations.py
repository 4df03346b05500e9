"""The pages of references: every document that rows cite, and one with all that cites it.

A reference is known by the document that it names (`mentions`): "rfc8620" and "RFC 8620, Section 3" lead to
RFC8620.  What is in a document, the document says: the page links to it, and adds nothing.
"""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect

from portbook.mentions import Cited, Mentions
from portbook.records import Record, Reference
from portbook.web import paging
from portbook.web.addresses import REFERENCES, of_document
from portbook.web.directories import directories_of
from portbook.web.editions import Served
from portbook.web.entries import columns_naming, entries_of, line_of
from portbook.web.layout import page
from portbook.web.missing import missing, missing_page
from portbook.web.problems import RequestError
from portbook.web.shown import edition_of
from portbook.web.texts import Piece, page_text

KINDS = {
    "rfc": "Request for Comments",
    "rfc-errata": "RFC erratum",
    "draft": "Internet-Draft",
    "uri": "Web address",
    "registry": "IANA registry",
    "unicode": "Unicode",
    "text": "Named in words",
}


def references(request: HttpRequest) -> HttpResponse:
    """Every document that rows cite, RFCs first, with how many rows do."""
    here = edition_of(request)
    search, number = paging.search_of(request.GET), paging.page_of(request.GET)
    base = here.links.to(REFERENCES)
    directory = directories_of(here.opened.mentions).references
    sheet = paging.sheet_of(directory.find(search), number, base, search, here.links)
    context = {
        "references": [
            (
                page_text(cited.label),
                here.links.reference(cited.label),
                kind_of(cited),
                len(cited.records),
                _outside(cited),
            )
            for cited in sheet.lines
        ],
        "ranked": here.links.search(search),
        **paging.around(sheet, base, search),
    }
    return page(request, "references.html", context)


def reference(request: HttpRequest, label: str) -> HttpResponse:
    """One document and the entries that cite it; another spelling leads to the one used here."""
    here = edition_of(request)
    try:
        cited = reference_of(here, label)
    except RequestError as error:
        if any(note.anchor == label for note in here.edition.footnotes or ()):
            return HttpResponsePermanentRedirect(here.links.footnote(label))
        near = tuple(Piece(page_text(each), here.links.reference(each)) for each in error.suggestions)
        return missing_page(request, error, near, Piece("All references", here.links.to(REFERENCES)))
    address = here.links.reference(cited.label)
    if cited.label != label:
        return HttpResponsePermanentRedirect(address)
    entries, number = entries_of(cited.records), paging.page_of(request.GET)
    sheet = paging.sheet_of(entries, number, address, links=here.links)
    mentions = here.opened.mentions
    context = {
        "label": page_text(cited.label),
        "kind": kind_of(cited),
        "outside": _outside(cited),
        "rows": len(cited.records),
        "lines": [line_of(entry, here, _role(entry[0], cited, mentions)) for entry in sheet.lines],
        "json": here.links.json(f"{REFERENCES}/{address.rpartition('/')[2]}"),
        **paging.around(sheet, address),
    }
    return page(request, "reference.html", context)


def reference_of(here: Served, label: str) -> Cited:
    """Return the document that *label* names, in any of its spellings; 404 with labels like it."""
    mentions = here.opened.mentions
    if cited := mentions.reference(label) or mentions.reference(label.rstrip("/")):
        return cited
    near = directories_of(mentions).references.near(label)
    raise missing("E-WEB-REFERENCE", "reference", label, here, near)


def kind_of(cited: Cited) -> str:
    """Return what sort of thing is cited, in words; "" for a sort that nobody foresaw."""
    return KINDS.get(cited.reference.type, "")


def _outside(cited: Cited) -> Piece | None:
    """The link to the document itself, without the scheme in its text; None when there is none to follow."""
    address = of_document(cited.reference)
    return Piece(page_text(address.partition("://")[2]), address) if address else None


def _role(record: Record, cited: Cited, mentions: Mentions) -> tuple[Piece, ...]:
    """In which columns *record* cites the document."""
    columns = columns_naming(record, lambda reference: _names(reference, cited, mentions))
    return (Piece(columns),) if columns else ()


def _names(reference: Reference, cited: Cited, mentions: Mentions) -> bool:
    """Whether *reference* is to that document: the text that it is known by leads there."""
    if reference.type in ("person", "note"):
        return False
    text = reference.data if reference.type in ("rfc", "draft") and reference.data else reference.label
    return mentions.reference(text) is cited
