"""Rules of the transports that are asked for: R-TRANS-1 to 9, and what UDP, DCCP and SCTP ask besides."""

from collections.abc import Iterator

from portbook.applications.application import NEW, Kind
from portbook.applications.case import Case, Spot, advised, refused, returned
from portbook.errors import RuleError, shown
from portbook.findings import Finding
from portbook.numbers import Transport, parse_transport
from portbook.standing import NameHeld

FIELD = "transports"
_SOURCE = "RFC 6335 section 8.1.1"
_UDP = "RFC 7605 section 7.6"


def missing(case: Case) -> Iterator[Finding]:
    """A request names a transport, a name alone too (R-TRANS-1, A-15)."""
    if case.application.kind in NEW and not case.application.transports:
        yield returned(FIELD, "E-TRANS-MISSING", "no transport is named: tcp, udp, sctp or dccp", _SOURCE)


def unknown(case: Case) -> Iterator[Finding]:
    """TCP, UDP, SCTP and DCCP, no other (R-TRANS-2, R-TRANS-4); UDP-Lite asks for UDP (R-TRANS-3)."""
    for place, text in enumerate(case.application.transports):
        field = f"{FIELD}[{place}]"
        try:
            transport = parse_transport(text)
        except RuleError as error:
            yield refused(field, error.problem.code, error.problem.message, error.problem.source)
            continue
        if transport != text.lower():
            message = f"transport {shown(text)} has the numbers of {transport}: ask for that"
            yield returned(field, "E-TRANS-UDPLITE", message, "RFC 3828 section 3.1; RFC 6335 section 6")


def in_use(case: Case) -> Iterator[Finding]:
    """Ask for what is used today (R-TRANS-5)."""
    if case.application.declares.uses_every_transport is False:
        message = "a transport is asked for that is not used yet; it can be added later"
        yield advised(FIELD, "W-TRANS-UNUSED", message, "RFC 6335 section 7.2")


def one_service(case: Case) -> Iterator[Finding]:
    """One name over several transports is one service (R-TRANS-7)."""
    if len(case.transports) > 1 and case.application.declares.is_same_on_transports is False:
        message = "the service differs between the transports: two names on one port say so"
        yield advised("declares.is_same_on_transports", "W-TRANS-DIFFER", message, _UDP)


def congestion(case: Case) -> Iterator[Finding]:
    """UDP is no way around congestion control (R-TRANS-8)."""
    if Transport.UDP in case.transports and case.application.declares.reacts_to_congestion is False:
        message = "the service uses UDP and does not react to congestion"
        yield advised("declares.reacts_to_congestion", "W-UDP-CC", message, _UDP)


def broadcast(case: Case) -> Iterator[Finding]:
    """UDP to many hosts: multicast rather than broadcast (R-TRANS-9)."""
    if Transport.UDP in case.transports and case.application.casts.broadcast:
        message = "the service uses broadcast over UDP; multicast reaches those who listen, and no others"
        yield advised("casts.broadcast", "W-UDP-BCAST", message, _UDP)


def same_number(case: Case) -> Iterator[Finding]:
    """DCCP for a name that other transports have: should it, and with the same number (R-DCCP-10 to 12)?

    SCTP takes TCP's number, by advice from before RFC 9260 (R-SCTP-2).
    """
    held = case.name_held
    if held is None or case.application.kind not in (Kind.PORT, Kind.TRANSPORT):
        return
    for spot in case.spots:
        if spot.transport is Transport.DCCP:
            yield from _dccp(spot, held)
        if spot.transport is Transport.SCTP and _differs(held, Transport.TCP, spot.number):
            message = f"{shown(held.holding.name)} has another number on TCP than {spot.number}"
            source = "RFC 4960 section 14.5, which RFC 9260 no longer says"
            yield advised(spot.port.path, "W-SCTP-NUMBER", message, source)


def _dccp(spot: Spot, held: NameHeld) -> Iterator[Finding]:
    on = {transport for _, transport in held.ports}
    name = shown(held.holding.name)
    source = "RFC 4340 section 19.9"
    if _differs(held, Transport.UDP, spot.number):
        message = f"{name} has another number on UDP than {spot.number}; DCCP should take the same"
        yield advised(spot.port.path, "W-DCCP-NUMBER", message, source)
    if on & {Transport.TCP, Transport.SCTP} and Transport.UDP not in on:
        message = f"{name} is known for a reliable transport; DCCP is none"
        yield advised(spot.port.path, "W-DCCP-RELIABLE", message, source)
    if _differs(held, Transport.DCCP, spot.number):
        message = f"{name} has a DCCP port already"
        yield advised(spot.port.path, "W-DCCP-PORTS", message, source)


def _differs(held: NameHeld, transport: Transport, number: int) -> bool:
    """Whether the service has ports on *transport*, and *number* is none of them."""
    ports = [ports for ports, on in held.ports if on is transport]
    return bool(ports) and not any(each.low <= number <= each.high for each in ports)
