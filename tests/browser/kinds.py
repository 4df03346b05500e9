"""Every kind of page, by its address over the embedded edition and over the invented one."""

from __future__ import annotations

from typing import NamedTuple


class Kind(NamedTuple):
    """A kind of page and where one stands; "" where an edition has none."""

    name: str
    embedded: str
    invented: str
    status: int = 200


EDITIONS = ("embedded", "invented")
LONG_ID = "Wilhelmina-Anastasia_van_der_Leuchtturmwaerterhausen-Featherstonehaugh"
KINDS = (
    Kind("first", "/", "/"),
    Kind("results", "/search?q=http", "/search?q=beacon"),
    Kind("no-result", "/search?q=qqqq+zzzz", "/search?q=qqqq+zzzz"),
    Kind("no-question", "/search", "/search?q="),
    Kind("port", "/ports/443", "/ports/4031"),
    Kind("port-of-many", "/ports/80", "/ports/4027"),
    Kind("port-transport", "/ports/443/tcp", "/ports/4020/tcp"),
    Kind("port-reserved", "/ports/1024", "/ports/304"),
    Kind("port-unassigned", "/ports/28205", "/ports/2222"),
    Kind("port-dynamic", "/ports/50000/tcp", "/ports/50000"),
    Kind("port-odd-text", "", "/ports/4028"),
    Kind("port-letters", "", "/ports/4029"),
    Kind("port-long-text", "", "/ports/4030"),
    Kind("port-experiment", "/ports/1021", "/ports/1021"),
    Kind("service", "/services/http", "/services/almanac"),
    Kind("service-alias", "/services/cl%2F1", "/services/quill_net"),
    Kind("service-range", "/services/x11", "/services/deckwatch"),
    Kind("service-txt", "/services/presence", "/services/listkeeper"),
    Kind("service-long", "/services/subntbcst_tftp", "/services/Signal%20Flags%20%28North%20Pier%29"),
    Kind("missing", "/services/htp", "/services/lantren", 404),
    Kind("wrong-port", "/ports/70000", "/ports/x", 404),
    Kind("table", "/table", "/table"),
    Kind("table-search", "/table?search=8620", "/table?search=example"),
    Kind("table-nothing", "/table?search=qqqqzzzz", "/table?search=qqqqzzzz"),
    Kind("range", "/ports?from=28190&to=28300", "/ports?from=4000&to=4100"),
    Kind("range-asked", "/ports", "/ports"),
    Kind("contacts", "/contacts", "/contacts"),
    Kind("contact", "/contacts/IESG", "/contacts/Ada_Beacon"),
    Kind("contact-long", "", "/contacts/" + LONG_ID),
    Kind("contact-odd", "", "/contacts/East%2FWest_Pier_%28Old%29"),
    Kind("contact-unknown", "", "/contacts/Grey_Ghost"),
    Kind("organisations", "/organisations", "/organisations"),
    Kind("organisation", "", "/organisations/Harbour%20Board"),
    Kind("references", "/references", "/references"),
    Kind("reference", "/references/RFC9110", "/references/RFC6335"),
    Kind("editions", "/editions", "/editions"),
    Kind("edition", "/editions/2018-10-04", "/editions/2026-02-28"),
    Kind("dated-first", "/editions/2015-07-24/", "/editions/2026-02-28/"),
    Kind("dated-port", "/editions/2018-10-04/ports/443", "/editions/2023-03-13/ports/443"),
    Kind(
        "dated-table", "/editions/2014-07-09/table?search=8620", "/editions/2026-02-28/table?search=lantern"
    ),
    Kind("exports", "/exports", "/exports"),
    Kind("about", "/about", "/about"),
)
PLACES = tuple((edition, kind) for edition in EDITIONS for kind in KINDS if getattr(kind, edition))
ONE_EACH = tuple(("embedded" if kind.embedded else "invented", kind) for kind in KINDS)
