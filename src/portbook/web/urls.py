"""The addresses of the site.  A service name is all that follows, slashes included ("cl/1")."""

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLPattern, URLResolver, path, register_converter, resolve

from portbook.web import (
    about,
    assets,
    citations,
    edition_pages,
    export_files,
    files,
    pages,
    pages_of_ports,
    pages_of_services,
    people,
    ranges,
    tables,
)


class Anything:
    """A part of an address that may hold any character; %2F and / come as the same by WSGI."""

    regex = r"(?s:.+)"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(Anything, "anything")

from portbook.web.api import api  # noqa: E402  (its addresses use the converter)


def api_index(request: HttpRequest) -> HttpResponseBase:
    """/v1 as /v1/: django-ninja has only the second."""
    answer: HttpResponseBase = resolve("/v1/").func(request)
    return answer


urlpatterns: list[URLPattern | URLResolver] = [
    path("", pages.home, name="home"),
    path("search", pages.search, name="search"),
    path("search/hints", pages.hints, name="hints"),
    path("ports/<int:first>-<int:last>", ranges.between),
    path("ports/<str:port>", pages_of_ports.port, name="port"),
    path("ports/<str:port>/<str:transport>", pages_of_ports.port_transport, name="port-transport"),
    path("ports/<str:port>/", pages_of_ports.port_without_slash),
    path("ports/<str:port>/<str:transport>/", pages_of_ports.port_without_slash),
    path("services/<anything:name>", pages_of_services.service, name="service"),
    path("table", tables.table, name="table"),
    path("editions", edition_pages.listing, name="editions"),
    path("editions/", edition_pages.without_slash),
    path("editions/<anything:wanted>", edition_pages.edition, name="edition"),
    path("assignments/service-names-port-numbers", files.table),
    path("assignments/service-names-port-numbers/", files.table),
    path("assignments/service-names-port-numbers/service-names-port-numbers<str:suffix>", files.file),
    path("exports", export_files.listing, name="exports"),
    path("exports/<str:name>", export_files.file),
    path("ports", ranges.ports, name="ports"),
    path("contacts", people.contacts, name="contacts"),
    path("contacts/<anything:contact_id>", people.contact, name="contact"),
    path("organisations", people.organisations, name="organisations"),
    path("organisations/<anything:name>", people.organisation, name="organisation"),
    path("references", citations.references, name="references"),
    path("references/<anything:label>", citations.reference, name="reference"),
    path("about", about.about, name="about"),
    path("v1", api_index),
    path("v1/", api.urls),
    path("static/<str:name>", assets.serve, name="static"),
    path("favicon.ico", assets.favicon),
]

handler400 = "portbook.web.problems.bad_request"
handler404 = "portbook.web.problems.not_found"
handler500 = "portbook.web.problems.server_error"
