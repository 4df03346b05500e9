"""Wireshark's `services`: name, port or range with all its transports, a comment.

`echo 7/tcp/udp/sctp/dccp # Echo`.  Of two names for one port and transport Wireshark shows the one that it
read last, so each place has one, the primary; the others stand in the comment.  Ports in a row that have the
same name, transports and comment are one range.
"""

from collections.abc import Collection, Iterable, Iterator
from itertools import groupby
from typing import NamedTuple

from portbook.edition import Edition
from portbook.exports.ascii_lines import with_comment
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.numbers import Ports

TITLE = "Wireshark services: name, port/transports, # description"
MAX_LINE = 255  # bytes with the line feed: short enough for every version's line reader


class _Label(NamedTuple):
    """What is said of a port: a name, the transports on which it has it, the comment."""

    name: str
    transports: str
    comment: str


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
) -> Written:
    """Return the file.  Raises `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE."""
    listing = listed(edition)
    choice = chosen(edition, listing, profile, names, strict_names)
    lines = [
        with_comment(f"{label.name}\t{ports}/{label.transports}", label.comment, MAX_LINE)
        for ports, label in sorted(_runs(choice.entries))
    ]
    head = provenance.comment(TITLE, f"Holds: {choice.told}")
    return Written((head + "".join(lines)).encode("ascii"), listing.left_out, choice.missing)


def _runs(entries: Iterable[Entry]) -> Iterator[tuple[Ports, _Label]]:
    """The ranges of ports about which the same is said."""
    open_runs: dict[_Label, int] = {}  # label -> the first port of the run that ends at `last`
    last = -1
    for port, group in groupby(entries, key=lambda entry: entry.port):
        labels = dict.fromkeys(_labels(tuple(group)))
        for label, first in open_runs.items():
            if label not in labels or port != last + 1:
                yield Ports(first, last), label
        kept = open_runs if port == last + 1 else {}
        open_runs = {label: kept.get(label, port) for label in labels}
        last = port
    for label, first in open_runs.items():
        yield Ports(first, last), label


def _labels(entries: tuple[Entry, ...]) -> Iterator[_Label]:
    """What is said of one port: a label for each primary name, with the comment of its first transport."""
    by_name: dict[str, list[Entry]] = {}
    for entry in entries:
        by_name.setdefault(entry.named[0].name, []).append(entry)
    for name, found in by_name.items():
        yield _Label(name, "/".join(entry.transport for entry in found), found[0].comment)
