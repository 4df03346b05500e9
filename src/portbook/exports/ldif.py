"""LDIF: an `ipService` entry (RFC 2307) for each port and transport, to be loaded into a directory.

The distinguished name has the primary name, the port and the transport, so that a service with several
ports has an entry for each.  A value that RFC 2849 calls no safe string is written in base64; lines are
folded at 76 characters.  Names are those of a dictionary; what has a meaning in a distinguished name is
escaped (RFC 4514).  There is no line "version: 1": OpenLDAP's slapadd refuses it.
"""

import base64
import re
from collections.abc import Collection, Iterator

from portbook.edition import Edition
from portbook.errors import Problem, RuleError, shown
from portbook.exports.dictionaries import fits
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.names import fold

TITLE = "LDIF: ipService entries of RFC 2307; the entry above them must be there"
BASE = "ou=services,dc=example,dc=com"
WIDTH = 76  # characters of a line
MAX_BASE = 1_000  # characters
# Attribute types by name, values without anything that would need an escape.
_RDN = r"[A-Za-z][A-Za-z0-9-]*=[A-Za-z0-9](?:[A-Za-z0-9 ._-]*[A-Za-z0-9._-])?"
_BASE = re.compile(rf"{_RDN}(?:,{_RDN})*", re.ASCII)
_SAFE = re.compile(r"[!-9;=-~](?:[ -~]*[!-~])?", re.ASCII)
_SPECIAL = re.compile(r'[",+;<=>\\]|\A[ #]| \Z')


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    base: str = BASE,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
) -> Written:
    """Return the entries, under the entry called *base*.

    Raises `RuleError` E-EXPORT-BASE; `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE.
    """
    if len(base) > MAX_BASE or not _BASE.fullmatch(base):
        message = f"{shown(base)} is no distinguished name of plain values, such as {BASE}"
        raise RuleError(Problem("E-EXPORT-BASE", message, "docs/exports.md"))
    listing = listed(edition, fits, "a directory")
    choice = chosen(edition, listing, profile, names, strict_names)
    head = provenance.comment(TITLE, f"Holds: {choice.told}, {len(choice.entries)} entries")
    entries = "".join("".join(_entry(entry, base)) for entry in choice.entries)
    return Written(f"{head}{entries}".encode("ascii"), listing.left_out, choice.missing)


def _entry(entry: Entry, base: str) -> Iterator[str]:
    names = {fold(name): name for name in reversed(entry.names)}  # a directory takes no name twice
    name = escaped(entry.named[0].name)
    place = f"ipServicePort={entry.port}+ipServiceProtocol={entry.transport}"
    yield "\n"
    yield line("dn", f"cn={name}+{place},{base}")
    yield line("objectClass", "ipService")
    for one in dict.fromkeys((entry.named[0].name, *reversed(names.values()))):
        if names[fold(one)] == one:
            yield line("cn", one)
    yield line("ipServicePort", str(entry.port))
    yield line("ipServiceProtocol", entry.transport)
    if entry.named[0].description:
        yield line("description", entry.named[0].description)


def escaped(value: str) -> str:
    """Return *value* as it stands in a distinguished name."""
    return _SPECIAL.sub(r"\\\g<0>", value)


def line(attribute: str, value: str) -> str:
    """Return the line of an attribute, in base64 where *value* is no safe string, folded."""
    if _SAFE.fullmatch(value):
        text = f"{attribute}: {value}"
    else:
        data = value.encode("utf-8", "replace")  # half of a surrogate pair is nothing that a file can hold
        text = f"{attribute}:: {base64.b64encode(data).decode('ascii')}"
    rest = (text[at : at + WIDTH - 1] for at in range(WIDTH, len(text), WIDTH - 1))
    return "\n ".join((text[:WIDTH], *rest)) + "\n"
