"""DNS records for one service, as lines of a zone file: SRV (RFC 2782), and PTR and TXT for an instance
of DNS-based service discovery (RFC 6763).

Rules R-SD-1 to 6, R-LEG-6, R-TXT-3 to 6.  The domain, the host and the instance are the user's; name and port
are the registry's.  All names are absolute; labels and strings are written with the escapes of RFC 1035
section 5.1, so no text leaves its record (T-34).
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from portbook.discovery import (
    ServiceLabel,
    TxtKey,
    service_label,
    srv_label,
    txt_key_problem,
    txt_key_problems,
)
from portbook.edition import Edition, Service
from portbook.errors import Problem, RuleError, shown
from portbook.exports.provenance import Provenance, Written
from portbook.names import fold, same_name
from portbook.numbers import Transport, checked_port

TITLE = "DNS records for one service"
MAX_LABEL = 63  # octets; RFC 1035 section 2.3.4
MAX_DOMAIN = 255  # octets on the wire, the root's included; RFC 1035 section 2.3.4
MAX_STRING = 255  # octets of one string of TXT; RFC 1035 section 3.3.14
MAX_TXT = 1_300  # octets of all; RFC 6763 section 6.2 advises against more
MAX_TTL = 2**31 - 1  # seconds; RFC 2181 section 8
MAX_WEIGHT = 65_535  # of priority and weight; RFC 2782

_LABEL = re.compile(r"[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?", re.ASCII)
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")


class _Records(NamedTuple):
    """What the records say; names with their dot at the end, in presentation form."""

    type: str  # "_ipp._tcp.example.com."
    owner: str
    enumeration: str  # "_services._dns-sd._udp.example.com."
    target: str
    ttl: int


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    service: str,
    transport: Transport,
    domain: str,
    host: str,
    instance: str | None = None,
    port: int | None = None,
    txt: Sequence[str] = (),
    priority: int = 0,
    weight: int = 0,
    ttl: int = 3600,
) -> Written:
    """Return the records: SRV alone, or with *instance* PTR, SRV and TXT under the instance's name.

    *port* is needed where the registry lists none or several.  Raises `RuleError`: E-EXPORT-SERVICE for a
    name that no row has, E-EXPORT-PORT, E-SRV, E-DNS-NAME, E-DNS-STRING, E-DNS-NUMBER, the codes of TXT keys.
    """
    known = _known(edition, service)
    label = (srv_label if instance is None else service_label)(known.canonical, transport)
    number = _port(edition, known.canonical, transport, port)
    for what, value, most in (("ttl", ttl, MAX_TTL), *_numbers(priority, weight)):
        if not 0 <= value <= most:
            raise _refused("E-DNS-NUMBER", f"{what} {value} is not in 0 to {most}", "RFC 2782")
    if txt and instance is None:
        raise _refused("E-DNS-STRING", "TXT strings belong to an instance, and none is named", "RFC 6763")
    records = _records(label, domain, host, instance, ttl)
    lines = [f"{records.owner} {ttl} IN SRV {priority} {weight} {number} {records.target}"]
    if instance is not None:
        lines = [
            f"{records.enumeration} {ttl} IN PTR {records.type}",
            f"{records.type} {ttl} IN PTR {records.owner}",
            *lines,
            f"{records.owner} {ttl} IN TXT {_txt(txt)}",
        ]
    head = provenance.comment(TITLE, f"For the zone that holds {_domain(domain)[0]}", mark=";")
    remarks = [] if same_name(known.name, known.canonical) else [_alias(known)]
    return Written((head + "".join(f"{line}\n" for line in lines)).encode("ascii"), tuple(remarks))


def _known(edition: Edition, name: str) -> Service:
    if known := edition.service(name):
        return known
    raise _refused("E-EXPORT-SERVICE", f"no row has the service name {shown(name)}", "RFC 6335 section 5.2")


def _alias(known: Service) -> str:
    return f"{shown(known.name)} is an alias; DNS has the name {shown(known.canonical)} (R-LEG-6)"


def _numbers(priority: int, weight: int) -> tuple[tuple[str, int, int], ...]:
    return ("priority", priority, MAX_WEIGHT), ("weight", weight, MAX_WEIGHT)


def _port(edition: Edition, name: str, transport: Transport, given: int | None) -> int:
    """The port to write: the one that is given, else the only one of the registry."""
    if given is not None:
        return checked_port(given)
    known = edition.service(name)
    listed = {
        ports
        for record in (known.records if known else ())
        if (ports := record.ports) and (not record.transport or fold(record.transport) == transport)
    }
    if len(listed) == 1 and (only := listed.pop()).low == only.high:
        return only.low
    what = "no port" if not listed else "several ports"
    message = f"the registry lists {what} for {shown(name)} on {transport}; say which one to write"
    raise _refused("E-EXPORT-PORT", message, "docs/exports.md")


def _records(label: ServiceLabel, domain: str, host: str, instance: str | None, ttl: int) -> _Records:
    zone, size = _domain(domain)
    kind = f"{label}.{zone}"
    octets = size + sum(len(part) + 1 for part in str(label).split("."))
    owner = kind
    if instance is not None:
        escaped, length = _instance(instance)
        owner, octets = f"{escaped}.{kind}", octets + length + 1
    if octets > MAX_DOMAIN:
        message = f"the name of the records has {octets} octets; {MAX_DOMAIN} are allowed"
        raise _refused("E-DNS-NAME", message, "RFC 1035 section 2.3.4")
    return _Records(kind, owner, f"_services._dns-sd._udp.{zone}", _domain(host)[0], ttl)


def _domain(text: str) -> tuple[str, int]:
    """*text* as an absolute name, and its octets on the wire; E-DNS-NAME for what is none in ASCII."""
    labels = text.removesuffix(".").split(".")
    size = sum(len(label) + 1 for label in labels) + 1
    if size > MAX_DOMAIN or not all(map(_LABEL.fullmatch, labels)):
        message = f"{shown(text)} is no domain name in ASCII (letters, digits, hyphens; others as xn--...)"
        raise _refused("E-DNS-NAME", message, "RFC 1035 section 2.3.1")
    return f"{'.'.join(labels)}.", size


def _instance(text: str) -> tuple[str, int]:
    """The label of an instance in presentation form, and its octets (RFC 6763 section 4.1.1)."""
    data = _octets(text)
    if not data or len(data) > MAX_LABEL or re.search(rb"[\x00-\x1f\x7f]", data):
        reason = f"has {len(data)} octets, not 1 to {MAX_LABEL}, or a control character"
        raise _refused("E-DNS-NAME", f"instance {shown(text)} {reason}", "RFC 6763 section 4.1.1")
    escaped = "".join(chr(octet) if octet in _PLAIN else f"\\{octet:03d}" for octet in data)
    return escaped, len(data)


def _txt(items: Sequence[str]) -> str:
    """The strings of a TXT record, quoted; one empty string for none (RFC 6763 section 6.1)."""
    keys = []
    for item in items:
        key = item.partition("=")[0]
        if problem := txt_key_problem(key):
            raise RuleError(problem)
        keys.append(TxtKey(key))
    for problem in txt_key_problems(tuple(keys)):
        if problem.code.startswith("E-"):
            raise RuleError(problem)
    strings = [_octets(item) for item in items] or [b""]
    total = sum(len(data) + 1 for data in strings)
    if total > MAX_TXT or max(map(len, strings)) > MAX_STRING:
        message = f"TXT strings of {total} octets; {MAX_STRING} each and {MAX_TXT} together are written"
        raise _refused("E-DNS-STRING", message, "RFC 6763 section 6.2")
    return " ".join(f'"{"".join(map(_in_quotes, data))}"' for data in strings)


def _in_quotes(octet: int) -> str:
    if octet in b'"\\':
        return f"\\{chr(octet)}"
    return chr(octet) if 0x20 <= octet < 0x7F else f"\\{octet:03d}"


def _octets(text: str) -> bytes:
    try:
        return text.encode("utf-8", "surrogateescape")  # as the system gave it
    except UnicodeEncodeError:
        message = f"{shown(text)} holds half of a surrogate pair"
        raise _refused("E-DNS-STRING", message, "RFC 3629 section 3") from None


def _refused(code: str, message: str, source: str) -> RuleError:
    return RuleError(Problem(code, message, source))
