"""Port numbers, the three ranges, transports, and the values kept for experiments.

Rules R-RANGE, R-TRANS (as far as look-up needs them), R-EXP and the edges of R-RESV, from RFC 6335
sections 6 and 10.2 and RFC 3828 section 3.1.  What an edition says about a port is `edition`'s.
"""

import re
from enum import StrEnum
from functools import lru_cache
from typing import NamedTuple

from portbook.errors import Problem, RuleError, shown

MAX_PORT = 65535  # 16 bits; RFC 6335 section 6
FIRST_USER_PORT = 1024
FIRST_DYNAMIC_PORT = 49152
EDGE_PORTS = frozenset({0, 1023, 1024, 49151})  # held back at the ends of ranges (R-RANGE-6)
EXPERIMENTAL_PORTS = {1021: "exp1", 1022: "exp2"}  # on every transport (RFC 6335 section 10.2, R-EXP-1)

_DIGITS = re.compile(r"0|[1-9][0-9]{0,9}", re.ASCII)
_SPAN = re.compile(r"([0-9]{1,5})(?: *- *([0-9]{1,5}))?", re.ASCII)


class Transport(StrEnum):
    """The transport protocols that have port numbers in this registry (RFC 6335 section 8.1.1)."""

    TCP = "tcp"
    UDP = "udp"
    SCTP = "sctp"
    DCCP = "dccp"


class PortRange(StrEnum):
    """The three ranges of RFC 6335 section 6."""

    SYSTEM = "System Ports"
    USER = "User Ports"
    DYNAMIC = "Dynamic Ports"


class Ports(NamedTuple):
    """The port numbers *low* to *high*, both included."""

    low: int
    high: int

    def __str__(self) -> str:
        return str(self.low) if self.low == self.high else f"{self.low}-{self.high}"


def range_of(port: int) -> PortRange:
    """Return the range that holds *port* (R-RANGE-2); raise `RuleError` E-PORT-RANGE outside 0-65535."""
    checked_port(port)
    if port < FIRST_USER_PORT:
        return PortRange.SYSTEM
    return PortRange.USER if port < FIRST_DYNAMIC_PORT else PortRange.DYNAMIC


def checked_port(port: object) -> int:
    """Return *port* if it is an integer from 0 to 65535 (R-RANGE-1), else raise `RuleError` E-PORT-RANGE."""
    if isinstance(port, bool) or not isinstance(port, int) or not 0 <= port <= MAX_PORT:
        raise _port_error("E-PORT-RANGE", f"port {port!r} is not a whole number from 0 to {MAX_PORT}")
    return port


def parse_port(text: str) -> int:
    """Return the port that *text* writes in decimal.

    Raises `RuleError`: E-PORT-FORMAT unless it is ASCII digits without sign, blank or leading zero
    (R-RANGE-10; Python's `int` would take "8_0" and full-width digits), E-PORT-RANGE above 65535.
    """
    if re.fullmatch(r"-[0-9]+", text, re.ASCII):
        raise _port_error("E-PORT-RANGE", f"port {shown(text)} is not in 0 to {MAX_PORT}")
    if not re.fullmatch(r"[0-9]+", text, re.ASCII):
        raise _port_error("E-PORT-FORMAT", f"port {shown(text)} is not decimal ASCII digits alone")
    if not _DIGITS.fullmatch(text):
        reason = "has a leading zero" if text.startswith("0") else "is far too long"
        code = "E-PORT-FORMAT" if text.startswith("0") else "E-PORT-RANGE"
        raise _port_error(code, f"port {shown(text)} {reason}")
    if int(text) > MAX_PORT:
        raise _port_error("E-PORT-RANGE", f"port {shown(text)} is above {MAX_PORT}")
    return int(text)


def parse_ports(text: str) -> Ports:
    """Return the ports of "443" or "6000-6063"; raise `RuleError` as `parse_port` does.

    A range that runs downwards is E-PORT-FORMAT.
    """
    low, hyphen, high = text.partition("-")
    if not low or not hyphen:
        port = parse_port(text)
        return Ports(port, port)
    ports = Ports(parse_port(low), parse_port(high))
    if ports.low > ports.high:
        raise _port_error("E-PORT-FORMAT", f"port range {shown(text)} runs downwards")
    return ports


@lru_cache(maxsize=32768)
def published_ports(text: str) -> Ports | None:
    """Return the ports of a published "Port Number" cell, or None if it holds no such number.

    Liberal, for reading editions (R-LEG-9): blanks beside the hyphen, as the published schema allows, and
    leading zeros pass; blanks elsewhere, numbers above 65535 and ranges that run downwards do not.
    """
    match = _SPAN.fullmatch(text)
    if not match:
        return None
    low = int(match[1])
    high = int(match[2] or match[1])
    return Ports(low, high) if low <= high <= MAX_PORT else None


def parse_transport(text: str) -> Transport:
    """Return the transport that *text* names, in any case; UDP-Lite answers as UDP.

    RFC 3828 section 3.1: UDP-Lite uses UDP's numbers (R-TRANS-3).  Raises `RuleError`
    E-TRANS-UNKNOWN for anything else (R-TRANS-2), with a hint for protocols that run over UDP (R-TRANS-4).
    """
    folded = text.lower() if text.isascii() else text
    if folded in ("udplite", "udp-lite"):
        return Transport.UDP
    if folded in Transport.__members__.values():
        return Transport(folded)
    hint = "; it runs over udp" if folded in ("quic", "dtls", "http3") else ""
    message = f"transport {shown(text)} is none of tcp, udp, sctp and dccp{hint}"
    raise RuleError(Problem("E-TRANS-UNKNOWN", message, "RFC 6335 section 8.1.1"))


def _port_error(code: str, message: str) -> RuleError:
    source = "RFC 6335 section 6" if code == "E-PORT-RANGE" else "R-RANGE-10"
    return RuleError(Problem(code, message, source))
