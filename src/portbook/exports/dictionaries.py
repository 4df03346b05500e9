"""Look-up dictionaries for pipelines of logs and flows: from a port and transport to the name to show.

One table, `GRAMMARS`, a row a reader.  A place has one name, the primary one (`places`).  A name is held when
it is printable ASCII that begins with a letter or digit, with single blanks, without `"` and `\\`: so it is
one value in each grammar, and no formula (T-29).  Others are left out, counted and told.
"""

import json
import re
from collections.abc import Callable, Collection
from typing import NamedTuple

from portbook.edition import Edition
from portbook.exports.places import Entry, listed
from portbook.exports.profiles import chosen
from portbook.exports.provenance import Provenance, Written
from portbook.numbers import Transport

MAX_NAME = 255  # characters
TITLE = "port and transport -> service name"
_NAME = re.compile(rf"[A-Za-z0-9](?:[!#-\[\]-~]| (?! )){{0,{MAX_NAME - 1}}}(?<! )", re.ASCII)

CLICKHOUSE = """
CREATE DICTIONARY services (port UInt16, transport String, name String)
PRIMARY KEY port, transport
SOURCE(FILE(path '/var/lib/clickhouse/user_files/services.tsv' format 'TabSeparated'))
LAYOUT(COMPLEX_KEY_HASHED()) LIFETIME(0)
SETTINGS(input_format_tsv_skip_first_lines = {lines});
SELECT dictGet('services', 'name', (443, 'tcp'));"""
ZEEK = """
type Place: record { place: port; };
type Named: record { name: string; };
global services: table[port] of Named = table();
Input::add_table([$source="services.tsv", $name="services", $idx=Place, $val=Named,
                  $destination=services]);"""


class Grammar(NamedTuple):
    """How one reader wants its dictionary."""

    line: Callable[[Entry], str]
    first: str = ""  # before the entries
    mark: str = ""  # of a comment; "" where there is none, and so no head
    usage: str = ""  # for the head; {lines}: how many lines that has
    transports: tuple[Transport, ...] = tuple(Transport)


def fits(name: str) -> bool:
    """Say whether a dictionary can hold *name*."""
    return _NAME.fullmatch(name) is not None


def _key(entry: Entry) -> str:
    return f"{entry.port}/{entry.transport}"


def _csv(entry: Entry) -> str:
    name = entry.named[0].name
    return f'{_key(entry)},"{name}"' if "," in name else f"{_key(entry)},{name}"


def _quoted(entry: Entry) -> str:
    return f'"{_key(entry)}","{entry.named[0].name}"'


def _yaml(entry: Entry) -> str:
    return f"{json.dumps(_key(entry))}: {json.dumps(entry.named[0].name)}"


def _zeek(entry: Entry) -> str:
    return f"{_key(entry)}\t{entry.named[0].name}"


def _clickhouse(entry: Entry) -> str:
    return f"{entry.port}\t{entry.transport}\t{entry.named[0].name}"


GRAMMARS = {
    "logstash-csv": Grammar(_csv),
    "logstash-yaml": Grammar(_yaml, mark="#"),
    "zeek": Grammar(_zeek, "#fields\tplace\tname\n", "#", ZEEK, (Transport.TCP, Transport.UDP)),
    "clickhouse": Grammar(_clickhouse, mark="#", usage=CLICKHOUSE),
    "graylog": Grammar(_quoted, '"key","value"\n'),
}


def write(
    edition: Edition,
    provenance: Provenance,
    *,
    kind: str,
    profile: str = "full",
    names: Collection[str] | None = None,
    strict_names: bool = False,
) -> Written:
    """Return the dictionary of *kind*, one of `GRAMMARS`.

    Raises `FormatError` E-EXPORT-PROFILE or E-EXPORT-SIZE.
    """
    grammar = GRAMMARS[kind]
    listing = listed(edition, fits, "a dictionary")
    choice = chosen(edition, listing, profile, names, strict_names)
    entries = [entry for entry in choice.entries if entry.transport in grammar.transports]
    remarks = list(listing.left_out)
    if less := len(choice.entries) - len(entries):
        remarks.append(f"left out, for this reader knows {' and '.join(grammar.transports)} alone ({less})")
    head = _head(grammar, provenance, f"Holds: {choice.told}, {len(entries)} entries")
    body = "".join(f"{grammar.line(entry)}\n" for entry in entries)
    return Written(f"{head}{grammar.first}{body}".encode("ascii"), tuple(remarks), choice.missing)


def _head(grammar: Grammar, provenance: Provenance, told: str) -> str:
    if not grammar.mark:
        return ""
    usage = grammar.usage.split("\n")[1:]
    lines = len(provenance.lines(TITLE, told, *usage))
    return provenance.comment(
        TITLE, told, *(line.replace("{lines}", str(lines)) for line in usage), mark=grammar.mark
    )
