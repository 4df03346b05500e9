"""Advice of RFC 7605 on what needs a port at all: R-REQ-1, 9 to 16, 20, R-REV-23, R-REV-27.

A table: which statement of the applicant calls for which remark.  Advice never refuses; experts decide.
Words of the description that say the same as a statement count as it ("on the same host").
"""

import re
from collections.abc import Callable, Iterator
from typing import NamedTuple

from portbook.applications.application import Channel, Development, How
from portbook.applications.case import Case, advised
from portbook.findings import Finding


class Remark(NamedTuple):
    """One remark: when it is made, where, and its words."""

    code: str
    field: str
    applies: Callable[[Case], bool]
    message: str
    source: str


_LOCAL = re.compile(r"\b(?:localhost|loopback|same (?:host|machine|computer)|127\.0\.0\.1|inter-?process)\b")
_WEB = re.compile(
    r"\b(?:web (?:ui|interface|page|console|frontend|dashboard)|rest api|(?:plain )?https? api)\b"
)


def _related(*hows: How) -> Callable[[Case], bool]:
    return lambda case: case.application.related.how in hows


_TABLE = (
    Remark(
        "W-PORT-NEEDLESS",
        "declares.needs_fixed_port",
        lambda case: case.application.declares.needs_fixed_port is False,
        "no fixed port is needed: the name alone, with DNS or configuration, will do",
        "RFC 6335 sections 3, 7.2; RFC 7605 section 7.1",
    ),
    Remark(
        "W-PORT-VERSION",
        "related.how",
        _related(How.VERSION),
        "a new version uses the port of the old one, and says inside the connection which it is",
        "RFC 6335 section 7.2; RFC 7605 section 7.5",
    ),
    Remark(
        "W-PORT-COPY",
        "related.how",
        lambda case: (
            case.application.related.how is How.COPY
            or bool(case.application.declares.is_web_page)
            or _WEB.search(case.words) is not None
        ),
        "clients of an assigned service can use this one as they are, so it is a copy of that; "
        "experts usually refuse",
        "RFC 7605 section 7.1",
    ),
    Remark(
        "W-PORT-LOCAL",
        "declares.is_local",
        lambda case: bool(case.application.declares.is_local) or _LOCAL.search(case.words) is not None,
        "what stays within one machine needs no port of the registry; experts usually refuse",
        "RFC 7605 section 7.1",
    ),
    Remark(
        "W-PORT-VARIANT",
        "related.how",
        _related(How.VARIANT),
        "classes of performance, replicas and types of payload share one port",
        "RFC 7605 sections 6.1, 7.1",
    ),
    Remark(
        "W-PORT-CLIENT",
        "declares.is_client",
        lambda case: bool(case.application.declares.is_client),
        "a client needs no port of its own",
        "RFC 7605 section 7.1",
    ),
    Remark(
        "W-PORT-SYSTEM",
        "ports",
        lambda case: case.in_ietf_range,
        "a System Port is asked for; a User Port serves as well on most systems",
        "RFC 7605 section 7.3",
    ),
    Remark(
        "W-PORT-IMMATURE",
        "development",
        lambda case: case.application.development is Development.IDEA,
        "the best time to ask is when the design hardly changes any more, before it is widely used",
        "RFC 7605 section 7.7",
    ),
    Remark(
        "W-SEC-PAIR",
        "declares.has_secure_pair",
        lambda case: bool(case.application.declares.has_secure_pair),
        "a port with security and one without: the second is to be avoided",
        "RFC 6335 sections 7.2, 9; RFC 7605 sections 7.1, 7.4",
    ),
    Remark(
        "W-PORT-PLACEHOLDER",
        "ports",
        lambda case: (
            case.application.channel is Channel.DOCUMENT
            and any(port.number is not None for port in case.ports)
        ),
        "a document has a placeholder where the number will stand, until the number is assigned",
        "RFC 7605 section 7.7; RFC 8126 section 3.1",
    ),
)


def remarks(case: Case) -> Iterator[Finding]:
    """What RFC 7605 advises against, as far as the applicant says it of the service."""
    if case.wants_ports:
        for remark in _TABLE:
            if remark.applies(case):
                yield advised(remark.field, remark.code, remark.message, remark.source)
