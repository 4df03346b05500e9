"""Lines to copy: of services(5), for tcpdump and ss, and labels for DNS, made for a shell or a file.

A name goes into a line only when it is made of the characters below, so that no published text plants an
entry, a comment or a command (T-25, T-27).  Each line says one thing and parses back to it.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from portbook.discovery import ServiceLabel, service_label, srv_label
from portbook.edition import Edition, PortState, Service, State
from portbook.errors import RuleError
from portbook.names import fold, same_name
from portbook.numbers import Ports, Transport, parse_transport
from portbook.records import Record

MAX_COUNTED = 1_000  # lines that are looked at; "and 988 more" then means at least
MAX_LINES = 12  # of one kind on one page; a range of 64 ports on two transports would be 128
FILTERED = (Transport.TCP, Transport.UDP, Transport.SCTP)  # what pcap-filter(7) knows ports of
LISTENING = {Transport.TCP: "-tlnp", Transport.UDP: "-ulnp"}  # the options of ss(8)

SEARCHED = "service discovery and SRV"
SRV_ALONE = "SRV alone"

# services(5) ends a name at a blank and takes # for a comment; a line of + or - would include NIS on BSDs.
_FITS = re.compile(r"(?=[^A-Za-z]*[A-Za-z])[A-Za-z0-9][A-Za-z0-9._/*+-]{0,62}", re.ASCII)


class Lines(NamedTuple):
    """Lines of one kind; `left` is how many more there would be."""

    label: str
    lines: tuple[tuple[str, str], ...]  # the line, and what is said beside it
    left: int = 0


def lines_of_port(states: Sequence[PortState], edition: Edition) -> tuple[Lines, ...]:
    """Return the lines for a port on the transports of *states*; () where it has no name."""
    services = (
        line for state in states for line in _service_lines(state.port, state.transport, state.names, edition)
    )
    assigned = [(name, state.transport) for state in states for name in state.names]
    labels = (pair for name, over in assigned if _is_canonical(name, edition) for pair in _labels(name, over))
    found = (_lines("/etc/services", services), _lines("In DNS", labels))
    return tuple(group for group in found if group.lines)


def looks_at_port(states: Sequence[PortState]) -> tuple[Lines, ...]:
    """Return the lines that show what goes on at a port, on the transports where it is assigned.

    Where it is assigned on none of several, on tcp and udp, for something may go on all the same.
    """
    port = states[0].port
    asked = [state.transport for state in states]
    assigned = [state.transport for state in states if state.state is State.ASSIGNED]
    transports = assigned or (asked if len(asked) == 1 else list(LISTENING))
    found = (
        _lines("tcpdump", _filters(Ports(port, port), transports)),
        _lines("Listening here", _listening(port, transports)),
    )
    return tuple(group for group in found if group.lines)


def lines_of_service(service: Service, edition: Edition) -> tuple[Lines, ...]:
    """Return the lines for a service: none for an alias, whose own name is not to be used (R-LEG-6)."""
    if service.is_alias:
        return ()
    services = (
        line
        for ports, over in _places(service.records)
        for port in range(ports.low, ports.high + 1)
        for line in _service_lines(port, over, _names_at(port, over, service, edition), edition)
    )
    group = _lines("/etc/services", services)
    return (group,) if group.lines else ()


def looks_at_service(service: Service) -> tuple[Lines, ...]:
    """Return the lines that show what goes on at the ports of a service; none for an alias."""
    if service.is_alias:
        return ()
    filters = (line for ports, over in _places(service.records) for line in _filters(ports, [over]))
    group = _lines("tcpdump", filters)
    return (group,) if group.lines else ()


def labels_of_service(service: Service) -> tuple[tuple[str, str], ...]:
    """Return the service labels for DNS with what each is for; none for an alias (R-LEG-6, R-SD-3).

    Without a port and a transport the registry leaves open which label it is: both are told.
    """
    if service.is_alias:
        return ()
    transports = dict.fromkeys(over for record in service.records for over in _transports(record))
    labels = {text: use for over in transports for text, use in _labels(service.name, over)}
    if labels or any(record.ports or record.transport for record in service.records):
        return tuple(labels.items())
    return tuple(
        (str(label), f"if it runs over {'TCP' if label.transport is Transport.TCP else 'any other'}")
        for over in (Transport.TCP, Transport.UDP)
        if (label := _label(service.name, over))
    )


def fits(name: str) -> bool:
    """Say whether *name* may stand in a line of services(5) that people copy."""
    return _FITS.fullmatch(name) is not None


def _lines(label: str, lines: Iterable[tuple[str, str]]) -> Lines:
    found = dict(islice(lines, MAX_COUNTED))
    return Lines(label, tuple(islice(found.items(), MAX_LINES)), max(0, len(found) - MAX_LINES))


def _service_lines(
    port: int, transport: Transport, names: Iterable[str], edition: Edition
) -> Iterator[tuple[str, str]]:
    """The names of one port and transport as lines; an alias stands behind the name that replaces it."""
    kept = [name for name in names if fits(name)]
    own: dict[str, list[str]] = {}
    for name in kept:
        canonical = edition.canonical(name)
        primary = next((other for other in kept if same_name(other, canonical)), name)
        own.setdefault(primary, []).extend([name] if primary != name else [])
    for name, aliases in own.items():
        yield "\t".join([name, f"{port}/{transport}", *([" ".join(aliases)] if aliases else [])]), ""


def _names_at(port: int, transport: Transport, service: Service, edition: Edition) -> Iterator[str]:
    """The names of *service* at a port: its own, and the aliases that stand there too."""
    for name in edition.services(port, transport):
        if same_name(edition.canonical(name), service.name):
            yield name


def _is_canonical(name: str, edition: Edition) -> bool:
    return same_name(edition.canonical(name), name)


def _labels(name: str, transport: Transport) -> Iterator[tuple[str, str]]:
    if label := _label(name, transport):
        yield str(label), SEARCHED
        if transport in (Transport.SCTP, Transport.DCCP):
            yield str(srv_label(name, transport)), SRV_ALONE


def _label(name: str, transport: Transport) -> ServiceLabel | None:
    """The label, or None for a name that makes none."""
    try:
        return service_label(name, transport)
    except RuleError:
        return None


def _transports(record: Record) -> tuple[Transport, ...]:
    """The transports that a row speaks of: at a port, each, if it names none (R-LOOK-6)."""
    if not record.transport:
        return tuple(Transport) if record.ports else ()
    try:
        return (parse_transport(fold(record.transport)),)
    except RuleError:  # one that nobody foresaw
        return ()


def _places(records: Iterable[Record]) -> Iterator[tuple[Ports, Transport]]:
    """Ports and transports of rows."""
    for record in records:
        if ports := record.ports:
            for over in _transports(record):
                yield ports, over


def _filters(ports: Ports, transports: Iterable[Transport]) -> Iterator[tuple[str, str]]:
    kind = "port" if ports.low == ports.high else "portrange"
    for over in transports:
        if over in FILTERED:
            yield f"{over} {kind} {ports}", ""


def _listening(port: int, transports: Iterable[Transport]) -> Iterator[tuple[str, str]]:
    for over in transports:
        if over in LISTENING:
            yield f"ss {LISTENING[over]} 'sport = :{port}'", ""
