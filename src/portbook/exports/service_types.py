"""The types of DNS-based service discovery and what they are, in the form of Avahi's table service-types.

`_ftp._tcp:FTP File Transfer`, a type a line.  Every service that has a well-formed name and is no alias, with
or without a port; `_tcp` for TCP and `_udp` for every other transport, both where a row names none (R-SD-5,
R-LEG-6).  The description is UTF-8 on one line; characters that cannot be seen are shown as escapes.
"""

from portbook.edition import Edition
from portbook.errors import visible
from portbook.exports.places import described
from portbook.exports.provenance import Provenance, Written, some
from portbook.names import fold, same_name, service_name_problem
from portbook.numbers import Transport

TITLE = "DNS-SD service types: _name._transport:description"
MAX_DESCRIPTION = 200  # characters

# The transport of a row -> those whose labels its service has.
_ENDS: dict[str, tuple[Transport, ...]] = {
    "": (Transport.TCP, Transport.UDP),
    **{name: (Transport.TCP if name is Transport.TCP else Transport.UDP,) for name in Transport},
}


# The services on one transport, by folded name: how the first row spells it, and the description.
_Types = dict[str, tuple[str, str]]


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the table, by name, then by transport; the first row with a description describes a type."""
    usable, remarks = _usable(edition)
    descriptions = described(edition)
    types: dict[Transport, _Types] = {Transport.TCP: {}, Transport.UDP: {}}
    transports = {record.transport for record in edition.records}
    ends = {transport: [types[last] for last in _ends(transport)] for transport in transports}
    for record in edition.records:
        name = record.service_name
        if not name or not (folded := usable.get(name)):
            continue
        for found in ends[record.transport]:
            spelled, text = found.get(folded, (name, ""))
            if not text:
                found[folded] = spelled, descriptions[record.description.parts]
    texts = {text: _shortened(text) for text in set(descriptions.values())}
    told = {
        (folded, last): f"_{name}._{last}:{texts[text] or f'_{name}._{last}'}\n"
        for last, found in types.items()
        for folded, (name, text) in found.items()
    }
    lines = [told[label] for label in sorted(told)]
    return Written((provenance.comment(TITLE) + "".join(lines)).encode("utf-8"), remarks)


def _usable(edition: Edition) -> tuple[dict[str, str], tuple[str, ...]]:
    """The names that make a type -> folded, and in sentences those that do not."""
    usable: dict[str, str] = {}
    malformed: list[str] = []
    aliases: list[str] = []
    for name in dict.fromkeys(record.service_name for record in edition.records if record.service_name):
        target = edition.canonical(name)
        if target != name and not same_name(target, name):
            aliases.append(name)
        elif service_name_problem(name):
            malformed.append(name)
        else:
            usable[name] = fold(name)
    remarks = (
        ("left out, for they are aliases", aliases),
        ("left out, for they make no DNS label", malformed),
    )
    return usable, tuple(f"{why} ({len(found)}): {some(found)}" for why, found in remarks if found)


def _ends(transport: str | None) -> tuple[Transport, ...]:
    """The transports whose labels a service has that is registered on *transport*; () for an unknown one."""
    return _ENDS.get(transport or "") or _ENDS.get(fold(transport or ""), ())


def _shortened(description: str) -> str:
    text = visible(description)
    return text if len(text) <= MAX_DESCRIPTION else text[: MAX_DESCRIPTION - 3].rstrip() + "..."
