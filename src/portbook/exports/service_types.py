"""The types of DNS-based service discovery and what they are, in the form of Avahi's table service-types.

`_ftp._tcp:FTP File Transfer`, a type a line.  Every service that has a well-formed name and is no alias, with
or without a port; `_tcp` for TCP and `_udp` for every other transport, both where a row names none (R-SD-5,
R-LEG-6).  The description is UTF-8 on one line; characters that cannot be seen are shown as escapes.
"""

from portbook.discovery import ServiceLabel
from portbook.edition import Edition
from portbook.errors import visible
from portbook.exports.provenance import Provenance, Written, some
from portbook.names import fold, same_name, service_name_problem
from portbook.numbers import Transport
from portbook.records import Record

TITLE = "DNS-SD service types: _name._transport:description"
MAX_DESCRIPTION = 200  # characters

# The transport of a row -> those whose labels its service has.
_ENDS: dict[str, tuple[Transport, ...]] = {
    "": (Transport.TCP, Transport.UDP),
    **{name: (Transport.TCP if name is Transport.TCP else Transport.UDP,) for name in Transport},
}


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the table, by name, then by transport; the first row with a description describes a type."""
    types: dict[tuple[str, Transport], tuple[str, str]] = {}
    malformed: dict[str, None] = {}
    aliases: dict[str, None] = {}
    usable: dict[str, str] = {}  # name -> folded, "" when it makes no type
    for record in edition.records:
        if not (name := record.service_name):
            continue
        if name not in usable:
            target = edition.canonical(name)
            alias = target != name and not same_name(target, name)
            usable[name] = "" if alias or service_name_problem(name) else fold(name)
            if not usable[name]:
                (aliases if alias else malformed)[name] = None
        if folded := usable[name]:
            for last in _ENDS.get(record.transport or "") or _ENDS.get(fold(record.transport or ""), ()):
                label, text = types.get((folded, last)) or (str(ServiceLabel(name, last)), "")
                if not text:
                    types[folded, last] = label, _description(record)
    lines = [f"{label}:{text or label}\n" for _, (label, text) in sorted(types.items())]
    head = provenance.comment(TITLE)
    remarks = (
        ("left out, for they are aliases", aliases),
        ("left out, for they make no DNS label", malformed),
    )
    told = tuple(f"{why} ({len(found)}): {some(found)}" for why, found in remarks if found)
    return Written((head + "".join(lines)).encode("utf-8"), told)


def _description(record: Record) -> str:
    text = visible(str(record.description))
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 3].rstrip() + "..."
