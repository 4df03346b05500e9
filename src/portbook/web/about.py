"""/about: what is shown, how states are computed, what a registered port does not mean, keys, updates."""

from django.http import HttpRequest, HttpResponse

from portbook.freshness import AGING_AFTER, OLD_AFTER
from portbook.web import edition_words
from portbook.web.files import offered
from portbook.web.heads import REQUEST, service_of
from portbook.web.layout import page
from portbook.web.shown import edition_of

REPORT = "https://www.iana.org/contact"  # for what is wrong in the data


def about(request: HttpRequest) -> HttpResponse:
    """The page about the site and its data."""
    here = edition_of(request)
    service = service_of(here)
    context = {
        "counts": here.opened.counts,
        "files": offered(here),
        "origin": edition_words.ORIGINS[here.file.origin],
        "source": edition_words.source(here.file),
        "request_address": REQUEST,
        "report_address": REPORT,
        "aging_after": AGING_AFTER,
        "old_after": OLD_AFTER,
        "absent": here.edition.absent,
        "service": service,
        "service_href": here.links.service(service) if here.edition.service(service) else "",
        "port_href": here.links.port(443),
        "historic_href": here.links.service("cl/1") if here.edition.service("cl/1") else "",
    }
    return page(request, "about.html", context)
