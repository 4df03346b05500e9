"""Registries made to break tables of services: a seed gives the same one on every machine.

Names, ports, transports and descriptions that a reader of a line-based grammar could take for entries of
their own, beside ordinary ones; many names at one place, aliases of aliases, ranges.
"""

from __future__ import annotations

import random

from portbook.edition import Edition
from portbook.exports import Provenance
from portbook.records import Record, rich

PROVENANCE = Provenance("file:x\nevil 1/tcp\t+@\u202e", "2031-05-01", "ab" * 32, "0.0\r\n+evil 2/udp")
NAMES = (
    *("http", "www", "HTTP", "x11", "a", "0a", "sql*net", "whois++", "914c/g", "z39.50", "EtherNet/IP-1"),
    *(
        "a-b",
        "edi_service",
        "x" * 15,
        "y" * 16,
        "k" * 31,
        "K" * 31,
        "l" * 32,
        "m" * 33,
        "n" * 200,
        "o" * 10_000,
    ),
    *("+", "-", "+x", "-x", "+::", "+@netgroup", "#", "#x", "x#y", "a b", "x\ty", "x\ny", "x\n+", "x\rz", ""),
    *("evil 2222/tcp", "x\nevil 2222/tcp", "7/tcp", "7/", "123", "0443", "é", "ｈｔｔｐ", "\u202ex", "a\0b"),
    *("a\x0bb", "a\x0cb", "a\x85b", "a\u2028b", "a:b", "a;b", "[x]", '"x"', "'x'", "$INCLUDE", "@", "\\010"),
    *("*", ".x", "/x", "_x", "x.", "unknown", "x,y", "\x1b[31mx", "\ud800", "a%sb", "tcp", "x=y", "x--y"),
)
DESCRIPTIONS = (
    *("", "Echo", "Echo # again", "two\nlines", "evil 2222/tcp", "\nevil 2222/tcp", "\r\nevil 2222/tcp # x"),
    *(
        "\0evil 2222/tcp",
        "x" * 200,
        "é" * 300,
        "\u202eevil",
        "\t\t\t",
        "   ",
        "+@evil",
        "\n+::evil",
        "\x0bevil 1/udp",
    ),
    *("a\u2028evil 2222/tcp", "a\x85evil 2222/tcp", "\ud800", "#", "##", "x" * 10_000, "ends in a \\"),
)
PORTS = (
    *("0", "1", "7", "7", "7", "80", "80", "443", "1023", "1024", "65535", "65536", "70000", "-1", "x", ""),
    *("6000-6010", "6005", "80-82", "10-9", "100-1124", "0-65535", " 90 ", "0443", "8 0", "90 - 95"),
)
TRANSPORTS = (
    *("tcp", "udp", "sctp", "dccp") * 4,
    "TCP",
    "",
    None,
    "quic",
    "tcp ",
    "tcp\nevil",
    "udp/tcp",
    "İ",
)
NOTES = (
    None,
    'This entry is an alias to "http".',
    'This is a duplicate of the "www" service and should not be used for discovery purposes.',
    'This entry is an alias to "x\nevil 2222/tcp".',
    "Defined TXT keys: u, p",
)


def description(chance: random.Random) -> str:
    """One of the texts above, or one that plants an entry where a line of 128 bytes would end."""
    if chance.random() < 0.3:
        return "d" * chance.randint(60, 130) + " evil 2222/tcp evil2"
    return chance.choice(DESCRIPTIONS)


def hostile_record(chance: random.Random) -> Record:
    name = (
        chance.choice(NAMES)
        if chance.random() < 0.8
        else f"n{chance.randint(0, 99)}-{'z' * chance.randint(0, 26)}"
    )
    note = chance.choice(NOTES)
    return Record(
        service_name=name,
        port_number=chance.choice(PORTS) if chance.random() < 0.999 else "100-1123",
        transport=chance.choice(TRANSPORTS),
        description=rich(description(chance)),
        assignment_notes=rich(note) if note else None,
    )


def crowd(chance: random.Random) -> list[Record]:
    """So many names at one place that one line cannot hold them."""
    port, transport = chance.choice(("7", "80", "6005")), chance.choice(("tcp", "udp", None))
    return [
        Record(
            service_name=f"crowd{number}{'c' * chance.randint(0, 24)}",
            port_number=port,
            transport=transport,
            description=rich(description(chance)),
        )
        for number in range(chance.randint(2, 40))
    ]


def hostile_registry(seed: int) -> Edition:
    """The registry of *seed*: up to 40 rows, and sometimes a crowd."""
    chance = random.Random(seed)
    rows = [hostile_record(chance) for _ in range(chance.randint(0, 40))]
    if chance.random() < 0.4:
        rows += crowd(chance)
    chance.shuffle(rows)
    return Edition(tuple(rows))
