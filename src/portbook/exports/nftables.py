"""nftables: a table with a named set of ports for each transport, to be loaded by `nft -f`.

An element is a port, or neighbouring ports with the same names; the names stand in its comment, as far as
they fit.  Names are those of a table of services, so none can end the quotes around it.
"""

from collections.abc import Collection, Iterable, Iterator

from portbook.edition import Edition
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.numbers import Ports, Transport

TITLE = "nftables: the ports that the registry lists, a set for each transport; load with nft -f"
MAX_COMMENT = 120  # bytes; nft takes 127
USAGE = "In a rule of the same table: tcp dport @tcp_services accept"


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
) -> Written:
    """Return the ruleset.  Raises `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE."""
    listing = listed(edition)
    choice = chosen(edition, listing, profile, names, strict_names)
    sets = "".join(_set(transport, choice.entries) for transport in Transport)
    head = provenance.comment(TITLE, USAGE, f"Holds: {choice.told}")
    body = f"{head}table inet portbook {{\n{sets}}}\n"
    return Written(body.encode("ascii"), listing.left_out, choice.missing)


def _set(transport: Transport, entries: Iterable[Entry]) -> str:
    elements = ",\n".join(
        f'\t\t\t{_interval(ports)} comment "{_comment(entry.names)}"'
        for ports, entry in runs(entry for entry in entries if entry.transport == transport)
    )
    body = f"\t\telements = {{\n{elements}\n\t\t}}\n" if elements else ""
    return f"\tset {transport}_services {{\n\t\ttype inet_service\n\t\tflags interval\n{body}\t}}\n"


def runs(entries: Iterable[Entry]) -> Iterator[tuple[Ports, Entry]]:
    """Yield the ports of *entries*, of one transport, neighbours with the same names together."""
    first: Entry | None = None
    high = -1
    for entry in entries:
        if first and entry.port == high + 1 and entry.names == first.names:
            high = entry.port
            continue
        if first:
            yield Ports(first.port, high), first
        first, high = entry, entry.port
    if first:
        yield Ports(first.port, high), first


def _interval(ports: Ports) -> str:
    return str(ports.low) if ports.low == ports.high else f"{ports.low}-{ports.high}"


def _comment(names: tuple[str, ...]) -> str:
    """*names* with blanks between, whole ones, as many as fit."""
    told = names[0]
    for name in names[1:]:
        if len(told) + 1 + len(name) > MAX_COMMENT:
            break
        told += f" {name}"
    return told
