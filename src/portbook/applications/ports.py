"""Rules of the ports that are asked for: R-REQ-3 to 8, R-RANGE, R-EXP-5, R-MARK, R-DEAS-4, R-REV-25.

Each port, and each port on each transport, is looked at by itself: the k-th is found as the first is (T-56).
"""

from collections import Counter
from collections.abc import Iterator

from portbook.applications.application import Kind
from portbook.applications.case import (
    Case,
    Spot,
    advised,
    blocked,
    is_reported,
    refused,
    returned,
    routed,
)
from portbook.edition import State
from portbook.errors import RuleError, shown
from portbook.findings import Finding
from portbook.names import same_name
from portbook.numbers import EXPERIMENTAL_PORTS, Ports, Transport, parse_port, parse_ports
from portbook.policy import Procedure
from portbook.standing import Holding

_ASKED = "RFC 6335 section 8.1.1"
_RESERVED = "RFC 6335 sections 7.2, 8.1, 8.2"
_PATH = "RFC 6335 section 8.1.2"


def unspecified(case: Case) -> Iterator[Finding]:
    """A number, or the range to choose from (R-REQ-3, R-REQ-4)."""
    if not case.wants_ports:
        return
    if not case.ports:
        message = "a port is asked for: a number, or the range to choose from"
        yield returned("ports", "E-PORT-UNSPECIFIED", message, _ASKED)
    for port in case.ports:
        wanted = case.application.ports[port.at]
        if not wanted.number and port.range is None:
            names = ", ".join(each.name for each in case.policy.ranges)
            said = f"{shown(wanted.range)} is none of them" if wanted.range else "nothing is said"
            message = f"a number, or a range of {names}: {said}"
            yield returned(f"ports[{port.at}]", "E-PORT-UNSPECIFIED", message, _ASKED)


def numbers(case: Case) -> Iterator[Finding]:
    """A port is a decimal number up to 65535 (R-RANGE-1, R-RANGE-10); a block is none (R-REQ-8)."""
    seen: set[int] = set()
    for index, wanted in enumerate(case.application.ports):
        if not wanted.number:
            continue
        field = f"ports[{index}].number"
        if _is_block(wanted.number):
            message = f"{wanted.number} is a block; each port is asked for and justified by itself"
            yield returned(field, "E-PORT-BLOCK", message, "RFC 7605 section 7.2")
            continue
        try:
            number = parse_port(wanted.number)
        except RuleError as error:
            yield refused(field, error.problem.code, error.problem.message, error.problem.source)
            continue
        if number in seen:
            yield returned(field, "E-PORT-TWICE", f"port {number} is asked for twice", _ASKED)
        seen.add(number)


def _is_block(text: str) -> bool:
    try:
        ports = parse_ports(text)
    except RuleError:
        return False
    return ports.low < ports.high


def never_assigned(case: Case) -> Iterator[Finding]:
    """A range that the policy does not assign (R-RANGE-3), and the ports of experiments (R-EXP-5)."""
    if not case.wants_ports:
        return
    for port in case.ports:
        if port.range and not port.range.is_assignable:
            what = f"port {port.number}" if port.number is not None else "a port"
            message = f"{what} of the {port.range.name} is never assigned"
            yield refused(port.path, "E-PORT-DYNAMIC", message, "RFC 6335 sections 6, 8.1.2")
        if port.number in EXPERIMENTAL_PORTS:
            message = f"port {port.number} is for experiments; a lasting use asks for one of its own"
            yield refused(
                port.path, "E-PORT-EXP", message, "RFC 6335 section 10.2; RFC 3692; RFC 8126 section 4.2"
            )


# -- what stands there already


def taken(case: Case) -> Iterator[Finding]:
    """A number that is assigned, or that an earlier complete request asks for (R-REQ-5, R-REV-25)."""
    for spot in _wanted_spots(case):
        where = f"{spot.number}/{spot.transport}"
        if spot.place.state is State.ASSIGNED and not _may_be_assigned(case, spot):
            names = ", ".join(holding.name for holding in spot.place.holdings[:3])
            message = f"{where} is assigned to {names}; another number can be chosen for you"
            yield returned(spot.port.path, "E-PORT-TAKEN", message, f"{_ASKED}; RFC 8126 section 3.1")
        elif _is_pending(case, spot):
            message = f"{where} is asked for by an earlier request; another number can be chosen for you"
            yield returned(spot.port.path, "E-PORT-TAKEN", message, "RFC 8126 section 4.4")


def _is_pending(case: Case, spot: Spot) -> bool:
    """Whether the number was asked for before; its other transports go with the one that is assigned."""
    pending = case.circumstances.pending
    if (spot.number, spot.transport) in pending:
        return True
    if (
        spot.place.state is not State.UNASSIGNED
        or case.elsewhere(spot)
        or spot.transport != case.transports[0]
    ):
        return False  # the number is told of once
    return any((spot.number, each) in pending for each in Transport if each not in case.transports)


def _may_be_assigned(case: Case, spot: Spot) -> bool:
    """Whether the request is one for an assigned port: shared under a new name, or one's own to reuse."""
    names = [holding.name for holding in spot.place.holdings]
    if case.application.kind is Kind.SHARE:
        return not any(same_name(name, case.application.service_name) for name in names)
    return case.application.kind is Kind.REUSE


def reserved(case: Case) -> Iterator[Finding]:
    """A Reserved number, or another's companion (R-RANGE-6, R-MARK-2, 3, 7, R-DEAS-4, R-REV-7)."""
    for spot in case.reserved_spots if case.wants_ports else ():
        where = f"{spot.number}/{spot.transport}"
        if case.is_ietf_document or Procedure.IESG_APPROVAL in case.ways:
            if not case.ways & {Procedure.STANDARDS_ACTION, Procedure.IESG_APPROVAL}:
                message = (
                    f"{where} is Reserved: Standards Action or IESG Approval can assign it, with reasons"
                )
                yield refused(spot.port.path, "E-REVIEW-PATH", message, "RFC 6335 section 8.1")
            continue
        others = case.elsewhere(spot)
        why = _why_reserved(spot, others)
        if others and case.application.kind is Kind.TRANSPORT:
            message = f"{where} {why}; only its Assignee may ask for it"
            yield refused(spot.port.path, "E-NOT-ASSIGNEE", message, "RFC 6335 section 8.1")
        elif spot.port.range and next(case.registry.free(spot.port.range.ports), None) is None:
            message = (
                f"{where} {why}; the range has no free number, and a new IETF document must say what next"
            )
            yield blocked(spot.port.path, "E-EXHAUSTED", message, "RFC 6335 section 8.1")
        else:
            message = f"{where} {why}; other numbers of the range are free, another can be chosen for you"
            yield refused(spot.port.path, "E-PORT-RESERVED", message, _RESERVED)


def _why_reserved(spot: Spot, others: tuple[Holding, ...]) -> str:
    if others:
        return f"is held back beside {others[0].name}, which has the port on another transport"
    return f"is Reserved ({spot.place.reason})" if spot.place.reason else "is Reserved"


def confirmations(case: Case) -> Iterator[Finding]:
    """Holders whose port is shared (R-MARK-8), or whose service is to get more (R-MARK-9), agree first."""
    if case.application.kind is Kind.TRANSPORT and case.name_held:
        holdings: tuple[tuple[str, Holding], ...] = (("service_name", case.name_held.holding),)
    elif case.application.kind is Kind.SHARE:
        holdings = tuple((spot.port.path, holding) for spot in case.spots for holding in spot.place.holdings)
    else:
        return
    told = set()
    for field, holding in holdings:
        speakers = case.who_speaks(holding)
        if case.is_own(holding) or case.has_consent(holding) or speakers in told:
            continue
        told.add(speakers)
        message = f"{', '.join(speakers)} must agree first, for {shown(holding.name)}"
        yield blocked(field, "E-CONFIRM-MISSING", message, _ASKED)


# -- by which way


def review_path(case: Case) -> Iterator[Finding]:
    """A port is assigned by its range's procedures alone (R-REV-3, R-REQ-17, R-REUSE-7, R-REV-9)."""
    if not case.wants_ports:
        return
    for port in case.ports:
        if port.range is None or not port.range.is_assignable:
            continue
        if not case.ways.intersection(port.range.procedures):
            paths = " or ".join(port.range.procedures)
            way = case.application.channel.value
            message = f"a port of the {port.range.name} needs {paths}; this request came by {way}"
            yield refused(port.path, "E-REVIEW-PATH", message, _PATH)
        elif (
            port.range.is_for_the_ietf
            and Transport.DCCP in case.transports
            and Procedure.IETF_REVIEW not in case.ways
        ):
            message = "a DCCP System Port goes through IETF Review; IESG Approval makes an exception of it"
            yield routed(port.path, "E-REVIEW-PATH", message, "RFC 6335 section 10.3.2; RFC 8126 section 3.3")


# -- how many


def one_each(case: Case) -> Iterator[Finding]:
    """One port for one service (R-REQ-6)."""
    held = case.name_held.ports if case.name_held else ()
    own = case.application.kind in (Kind.PORT, Kind.TRANSPORT)
    further = own and held and not all(_among(port.number, held) for port in case.ports)
    if case.wants_ports and (len(case.ports) > 1 or further):
        message = "more than one port for a service; versions, variants and devices share one"
        yield advised("ports", "W-PORT-MULTI", message, "RFC 6335 section 7.2")


def _among(number: int | None, held: tuple[tuple[Ports, Transport | None], ...]) -> bool:
    return number is not None and any(ports.low <= number <= ports.high for ports, _ in held)


def justified(case: Case) -> Iterator[Finding]:
    """Of several ports each is justified by itself, not all by one text (R-REQ-7)."""
    if not case.wants_ports or len(case.ports) < 2:
        return
    texts = [" ".join(wanted.why.lower().split()) for wanted in case.application.ports]
    counts = Counter(texts)
    for place, text in enumerate(texts):
        if not text:
            reason = "nothing is said"
        elif counts[text] > 1 and place > texts.index(text):
            reason = f"the words are those of ports[{texts.index(text)}]"
        else:
            continue
        message = f"of several ports each is a useful service by itself, and says why: {reason}"
        yield returned(f"ports[{place}].why", "E-JUST-MISSING", message, "RFC 7605 section 6")


def unauthorized(case: Case) -> Iterator[Finding]:
    """Use without assignment is no bar and no claim (R-UNAUTH-1, R-REQ-18, R-REQ-19)."""
    in_use = bool(case.application.declares.is_in_use)
    if not case.wants_ports:
        return
    for port in case.ports:
        spots = [spot for spot in case.spots if spot.port == port]
        reported = any(is_reported(spot.place, spot.number) for spot in spots)
        if port.number is not None and (in_use or reported):
            message = (
                f"port {port.number} is in use without assignment; that neither bars nor helps a request"
            )
            yield advised(port.path, "W-SQUAT", message, "RFC 7605 section 7.8")
    if in_use:
        message = "the number is in use already; it must not be before it is assigned"
        yield advised("declares.is_in_use", "W-EARLY-USE", message, f"{_ASKED}; RFC 7605 section 7.7")


def _wanted_spots(case: Case) -> Iterator[Spot]:
    """The spots that the request would have assigned; experiments have their own finding."""
    if case.wants_ports:
        yield from (spot for spot in case.spots if spot.number not in EXPERIMENTAL_PORTS)
