"""nmap-services: name, port/transport, how often the port was found open, a comment; tabs between them.

nmap reads one name a place; the others stand in the comment.  How often a port is open is not the registry's
to know: it is taken from an nmap-services file that is given, digit by digit, else 0.000000 (T-28).  What
that file has measured and the profile "full" does not name stays, as "unknown", nmap's own word for it.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from decimal import ROUND_HALF_EVEN, Decimal

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.exports.ascii_lines import with_comments
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.formats.limits import checked_size
from portbook.numbers import MAX_PORT, Transport

TITLE = "nmap-services: name, port/transport, open frequency, # description"
MAX_LINE = 255  # bytes with the line feed; nmap reads lines of 1,024
NEVER = "0.000000"
UNKNOWN = "unknown"

Place = tuple[int, str]
_LINE = re.compile(
    r"\S+[ \t]+([0-9]{1,5})/([a-z0-9-]{1,15})[ \t]+([01](?:\.[0-9]{1,30})?)(?:[ \t].*)?", re.ASCII
)


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
    frequencies: Mapping[Place, str] | None = None,
) -> Written:
    """Return nmap-services; *frequencies* are those of `frequencies_in`.

    Raises `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE.
    """
    listing = listed(edition)
    choice = chosen(edition, listing, profile, names, strict_names)
    known = frequencies or {}
    entries = [
        f"{named[0].name}\t{port}/{transport}\t{known.get((port, transport), NEVER) if known else NEVER}"
        for port, transport, named in choice.entries
    ]
    lines = with_comments(entries, [entry.comment for entry in choice.entries], MAX_LINE)
    if known and profile == "full":
        lines = _with_unknown(lines, choice.entries, known)
    source = "a given file" if frequencies is not None else f"not measured, {NEVER}"
    head = provenance.comment(TITLE, f"Holds: {choice.told}; open frequencies: {source}")
    return Written((head + "".join(lines)).encode("ascii"), listing.left_out, choice.missing)


_ORDER: dict[str, int] = {transport.value: order for order, transport in enumerate(Transport)}


def _with_unknown(lines: Sequence[str], entries: Sequence[Entry], known: Mapping[Place, str]) -> list[str]:
    """The *lines* of *entries*, and those of places that were measured open and have no entry."""
    by_place = {
        (port, _ORDER[transport]): f"{UNKNOWN}\t{port}/{transport}\t{often}\n"
        for (port, transport), often in known.items()
        if often != NEVER
    }
    by_place |= {
        (entry.port, _ORDER[entry.transport]): line for entry, line in zip(entries, lines, strict=True)
    }
    return [by_place[place] for place in sorted(by_place)]


def frequencies_in(data: bytes) -> dict[Place, str]:
    """Return the open frequency of each port and transport in *data*, an nmap-services file, with six digits.

    Of two entries for one place the first counts, as in nmap; other transports are passed over.
    Raises `FormatError`: E-FILE-SIZE, or E-NMAP-LINE with the line for one that is no entry.
    """
    found: dict[Place, str] = {}
    text = checked_size(data).decode("utf-8", "replace")
    for number, line in enumerate(text.split("\n"), 1):
        entry = line.strip(" \t\r")
        if not entry or entry.startswith("#"):
            continue
        match = _LINE.fullmatch(entry)
        if not match or int(match[1]) > MAX_PORT or Decimal(match[3]) > 1:
            message = f"line {number} is no entry of nmap-services: {shown(entry)}"
            raise FormatError(Problem("E-NMAP-LINE", message, "docs/exports.md"), number)
        if match[2] in _ORDER:
            found.setdefault((int(match[1]), match[2]), _six_digits(match[3]))
    return found


def _six_digits(number: str) -> str:
    return str(Decimal(number).quantize(Decimal(NEVER), ROUND_HALF_EVEN))
