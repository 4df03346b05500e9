"""services(5): /etc/services, as glibc, musl and the BSDs read it.

One line for each port and transport: the primary name, the place, the other names there, a comment.  A line
has at most 127 bytes, for musl takes the tail of a longer one for an entry of its own (D-4, T-26): the
comment is cut; when the names alone are longer, a further line with the same primary name and place has the
rest, which glibc and musl both find.
"""

from collections.abc import Collection, Iterable

from portbook.edition import Edition
from portbook.exports.ascii_lines import MAX_LINE, with_comment, with_comments
from portbook.exports.places import Entry, listed, old_names
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written, some

TITLE = "services(5): name, port/transport, further names, # description"


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
    earlier: Iterable[Edition] | None = None,
) -> Written:
    """Return /etc/services; with *earlier* editions, newest first, their names stay as aliases (compat).

    Raises `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE.
    """
    listing = listed(edition)
    old = old_names(listing, earlier) if earlier is not None else {}
    choice = chosen(edition, listing, profile, names, strict_names, old)
    told = choice.told if earlier is None else f"{choice.told}, with the names of earlier editions"
    lines = with_comments(
        [f"{named[0].name}\t{port}/{transport}" for port, transport, named in choice.entries],
        [named[0].description for _, _, named in choice.entries],
    )
    kept: list[str] = []
    for at, entry in enumerate(choice.entries):
        gone = old.get((entry.port, entry.transport), ()) if old else ()
        if gone or len(entry.named) > 1:
            lines[at] = "".join(_lines(entry, entry.names[1:] + gone))
            kept += gone
    remarks = list(listing.left_out)
    if kept:
        remarks.append(f"kept as aliases, from earlier editions ({len(kept)}): {some(dict.fromkeys(kept))}")
    head = provenance.comment(TITLE, f"Holds: {told}")
    return Written((head + "".join(lines)).encode("ascii"), tuple(remarks), choice.missing)


def _lines(entry: Entry, aliases: tuple[str, ...]) -> list[str]:
    """The line of *entry*, or as many as its *aliases* need; the first one has the description."""
    name, comment = entry.named[0]
    start = f"{name}\t{entry.port}/{entry.transport}"
    lines = []
    line, mark = start, "\t"
    for alias in aliases:
        if len(line) + 1 + len(alias) + 1 > MAX_LINE:
            lines.append(with_comment(line, comment))
            line, mark, comment = start, "\t", ""
        line += mark + alias
        mark = " "
    lines.append(with_comment(line, comment))
    return lines
