"""Telling: what goes with an outcome to the party, because the RFCs ask it of the party, not the registry.

Rules R-MARK-6, R-RANGE-9, R-REUSE-6, R-UNAUTH-3 and R-UNAUTH-4, R-SC-19 and R-SC-20, R-DCCP-8, R-SD-2
and R-SD-8, R-TXT-2 and R-TXT-10, R-EXP-3 and R-EXP-4.  Sentences with
their source, for a letter, a page or a terminal.
"""

from collections.abc import Iterator
from typing import NamedTuple

from portbook.numbers import FIRST_USER_PORT, Transport
from portbook.procedures.values import Grant


class Advice(NamedTuple):
    """A sentence for the party, and who says so."""

    text: str
    source: str


REUSE = (
    Advice(
        "Where wider use of the old application is suspected, a community call may be held.",
        "RFC 6335 section 8.3",
    ),
)
REPORTED_USE = (
    Advice(
        "Whoever uses a number that is assigned to somebody else, or to nobody, is invited to apply for one; "
        "wide use alone gives no claim.",
        "RFC 7605 section 7.8",
    ),
    Advice(
        "A number in use for another purpose is assigned anew with the consent of its first assignee where "
        "possible, and with care for those who use it; in doubt the IESG is asked.",
        "RFC 8126 section 9.3",
    ),
)
EXPERIMENTS = (
    Advice(
        "The experimental ports are for controlled experiments, never a default of what is shipped.",
        "RFC 3692 section 1; RFC 7605 section 7.7",
    ),
    Advice(
        "An experiment makes sure that its peer is the intended one, for example by a 64-bit nonce.",
        "RFC 6335 section 6.1",
    ),
)
_NAMES = (
    Advice(
        "A name that stands in SRV records should be registered, and this one is now.", "RFC 6335 section 5.2"
    ),
    Advice("A protocol that is borrowed with a new meaning takes a name of its own.", "RFC 6763 section 7"),
    Advice("Each profile of discovery defines its base set of TXT keys.", "RFC 6763 section 6.3"),
    Advice("The value of a TXT key is any bytes; no quoting is added.", "RFC 6763 section 6.5"),
)
_CODES = (
    Advice(
        "Applications do not use the service code 0; for trials there are codes for private use.",
        "RFC 5595 section 2.4",
    ),
    Advice(
        "A new version of an application keeps its service code unless it brings major new abilities.",
        "RFC 5595 section 2.2.1",
    ),
)


def told_with(grant: Grant) -> tuple[Advice, ...]:
    """Return what the party of *grant* is told with its assignment."""
    return tuple(_told(grant))


def _told(grant: Grant) -> Iterator[Advice]:
    others = [transport for transport in Transport if transport not in grant.transports]
    if grant.ports and others:
        kept = f"The number is kept for you on {', '.join(others)} too"
        yield Advice(f"{kept}: ask for its conversion before you use it there.", "RFC 6335 section 7.2")
    if Transport.DCCP in grant.transports:
        yield from _CODES
        if any(port < FIRST_USER_PORT for port in grant.ports):
            yield Advice("A port for DCCP is normally one of 1024 to 49151.", "RFC 6335 section 10.3.2")
    if any(port < FIRST_USER_PORT for port in grant.ports):
        text = "A System Port is privileged on some systems only: it proves nothing of who listens."
        yield Advice(text, "RFC 7605 sections 4, 7.3")
    if not grant.ports:
        yield from _NAMES
