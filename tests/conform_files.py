"""An invented edition for the tests of `conform`, and writers of files of services, naive on purpose."""

from __future__ import annotations

from portbook.edition import Edition
from portbook.records import Record, rich

ALIAS = 'This entry is an alias to "{}"'
ROWS: tuple[tuple[str | None, str | None, str | None, str], ...] = (
    ("ferry", "80", "tcp", ""),
    ("ferry", "80", "udp", ""),
    ("barge", "80", "tcp", ALIAS.format("ferry")),
    ("tide-gauge", "210", "tcp", ""),
    ("z39.50", "210", "tcp", ALIAS.format("tide-gauge")),
    ("name", "42", "tcp", ""),
    ("pilot", "42", "tcp", ""),
    ("quay", "6000-6003", "tcp", ""),
    ("crane", "7000-7001", None, ""),
    ("dredge", "443", "sctp", ""),
    ("Lighthouse-Tender-Ship", "900", "tcp", ""),
    ("portless-one", None, None, ""),
    ("portless-two", None, "tcp", ""),
    ("North Pier", "901", "tcp", ""),
    (None, "902", "tcp", "Reserved"),
)


def edition(rows: tuple[tuple[str | None, str | None, str | None, str], ...] = ROWS) -> Edition:
    return Edition(
        tuple(
            Record(
                name,
                port,
                transport,
                description=rich("Reserved" if note == "Reserved" else "Invented"),
                assignment_notes=rich(note) if note else None,
            )
            for name, port, transport, note in rows
        )
    )


def pairs(source: Edition) -> list[tuple[str, int, str]]:
    """Every name at every port and transport of *source*, as whoever reads row by row would list them."""
    found = []
    for record in source.records:
        if record.service_name and record.ports and " " not in record.service_name:
            for port in range(record.ports.low, record.ports.high + 1):
                transports = (record.transport,) if record.transport else ("tcp", "udp", "sctp", "dccp")
                found += [(record.service_name, port, transport) for transport in transports]
    return found


def services_file(entries: list[tuple[str, int, str]]) -> bytes:
    """A services(5) file, one name a line."""
    return "".join(f"{name}\t{port}/{transport}\n" for name, port, transport in entries).encode()
