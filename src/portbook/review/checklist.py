"""What an expert looks at: the questions of RFC 7605 sections 6 and 7 and RFC 6335 sections 7.2 and 8.1.

Each is answered yes, no, or with a remark.  `codes` are the findings that bear on it, so that a page can show
the two together.  Guidance: no item refuses by itself (R-REV-15, R-REV-16, R-REV-27).  The list is one for
all requests; `items_for` leaves out what cannot be asked of one.
"""

from collections.abc import Callable
from typing import NamedTuple

from portbook.applications.application import Kind
from portbook.applications.case import Case
from portbook.numbers import Transport


def _always(case: Case) -> bool:
    return True


def _uses_udp(case: Case) -> bool:
    """Whether it asks for UDP, or does not say for what."""
    return Transport.UDP in case.transports or not case.transports


def _may_be_system(case: Case) -> bool:
    """Whether it asks for a System Port, or does not say for which port; a name alone asks for none."""
    if case.application.kind is Kind.NAME:
        return False
    return not case.ports or any(port.range is None or port.range.is_for_the_ietf for port in case.ports)


class Item(NamedTuple):
    """One question to the expert; `good` is the answer that speaks for the request."""

    id: str
    question: str
    good: bool
    codes: tuple[str, ...]
    source: str
    applies: Callable[[Case], bool] = _always


_NAMES = (
    "W-NAME-STYLE",
    "W-NAME-REDUNDANT",
    "W-NAME-VERSION",
    "W-NAME-ALIKE",
    "W-DESC-LONG",
    "W-DESC-ACRONYM",
)

CHECKLIST = (
    Item(
        "new",
        "Is it a new service, and no copy of an assigned one?",
        True,
        ("W-PORT-COPY",),
        "RFC 7605 section 7.1",
    ),
    Item(
        "useful",
        "Is it useful by itself?",
        True,
        ("W-PORT-VARIANT", "E-JUST-MISSING"),
        "RFC 7605 section 6",
    ),
    Item(
        "dynamic",
        "Would configuration, a related service or discovery do, with a Dynamic Port?",
        False,
        ("E-JUST-DYNAMIC", "W-PORT-NEEDLESS", "W-PORT-LOCAL"),
        "RFC 7605 section 7.1; RFC 6335 section 7.2",
    ),
    Item(
        "nat",
        "Do address translation or firewalls ask for a known number?",
        True,
        (),
        "RFC 7605 section 7.1",
    ),
    Item(
        "count",
        "Is one port enough?",
        True,
        ("W-PORT-MULTI",),
        "RFC 6335 section 7.2; RFC 7605 section 7.2",
    ),
    Item(
        "transports",
        "Is every transport used, for one and the same service?",
        True,
        ("W-TRANS-UNUSED", "W-TRANS-DIFFER"),
        "RFC 6335 section 7.2; RFC 7605 section 7.6",
    ),
    Item(
        "udp",
        "UDP: does it react to congestion, and use multicast rather than broadcast?",
        True,
        ("E-FORM-Q2", "W-UDP-CC", "W-UDP-BCAST"),
        "RFC 7605 section 7.6",
        _uses_udp,
    ),
    Item(
        "discovery",
        "UDP: if it only finds others, does the name say so?",
        True,
        ("E-FORM-Q3", "W-NAME-DISC"),
        "RFC 7605 section 7.6",
        _uses_udp,
    ),
    Item(
        "versions",
        "Are versions told inside the connection?",
        True,
        ("E-FORM-Q4", "W-PORT-VERSION"),
        "RFC 7605 section 7.5",
    ),
    Item("security", "Is it secured?", True, ("E-FORM-Q6",), "RFC 7605 section 7.4"),
    Item(
        "pair",
        "Are a port with security and one without asked for?",
        False,
        ("W-SEC-PAIR",),
        "RFC 7605 section 7.4",
    ),
    Item(
        "system",
        "System Port: do the reasons hold that a User Port will not do?",
        True,
        ("W-PORT-SYSTEM", "E-JUST-USER"),
        "RFC 7605 section 7.3",
        _may_be_system,
    ),
    Item(
        "words",
        "Are name and description short and telling?",
        True,
        _NAMES,
        "RFC 6335 section 5; RFC 7605 section 7.5",
    ),
    Item(
        "ripe",
        "Is the development far enough?",
        True,
        ("E-FORM-Q8", "W-PORT-IMMATURE"),
        "RFC 7605 section 7.7",
    ),
    Item(
        "squatting",
        "Is the number used without assignment?",
        False,
        ("W-SQUAT", "W-EARLY-USE"),
        "RFC 7605 section 7.8",
    ),
    Item(
        "whole",
        "Are the answers complete in themselves?",
        True,
        ("E-REF-ONLY", "E-FORM-Q9"),
        "RFC 7605 section 7.7",
    ),
)


def items_for(case: Case) -> tuple[Item, ...]:
    """Return the questions that can be asked of a request."""
    return tuple(item for item in CHECKLIST if item.applies(case))
