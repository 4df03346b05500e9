"""Wireshark's `services`: name, port or range with all its transports, a comment.

`echo 7/tcp/udp/sctp/dccp # Echo`.  Of two names for one port and transport Wireshark shows the one that it
read last, so each place has one, the primary; the others stand in the comment.  Ports in a row that have the
same name, transports and comment are one range.
"""

from collections.abc import Collection, Iterable, Iterator
from typing import NamedTuple

from portbook.edition import Edition
from portbook.exports.ascii_lines import with_comments
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
    runs = sorted(_runs(choice.entries))
    lines = with_comments(
        [f"{name}\t{ports}/{transports}" for ports, (name, transports, _) in runs],
        [label.comment for _, label in runs],
        MAX_LINE,
    )
    head = provenance.comment(TITLE, f"Holds: {choice.told}")
    return Written((head + "".join(lines)).encode("ascii"), listing.left_out, choice.missing)


def _runs(entries: Iterable[Entry]) -> Iterator[tuple[Ports, _Label]]:
    """The ranges of ports about which the same is said."""
    runs: dict[_Label, list[int]] = {}  # label -> the first and the last port of its latest run
    for port, label in _labels(entries):
        run = runs.setdefault(label, [port, port])
        if run[1] + 1 >= port:
            run[1] = port
        else:
            yield Ports(*run), label
            run[:] = port, port
    for label, run in runs.items():
        yield Ports(*run), label


def _labels(entries: Iterable[Entry]) -> Iterator[tuple[int, _Label]]:
    """What is said of each port: a label for each primary name, with the comment of its first transport."""
    found: dict[tuple[int, str], list[Entry]] = {}
    for entry in entries:
        found.setdefault((entry.port, entry.named[0].name), []).append(entry)
    for (port, name), same in found.items():
        yield port, _Label(name, "/".join([entry.transport for entry in same]), same[0].comment)
