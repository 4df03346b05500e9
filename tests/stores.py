"""Small invented editions for the tests of the store, and what they ask of a whole one."""

from __future__ import annotations

import hashlib
from pathlib import Path

from portbook.store import EditionStore


def small_xml(label: str = "a", date: str | None = "2024-05-06", records: int = 2) -> bytes:
    """An edition in IANA's XML with *records* services, which differs with *label*."""
    updated = f"  <updated>{date}</updated>\n" if date else ""
    rows = "".join(
        f"  <record>\n    <name>invented-{n}</name>\n    <protocol>tcp</protocol>\n"
        f"    <description>Invented {label} {n}</description>\n    <number>{n}</number>\n  </record>\n"
        for n in range(1, records + 1)
    )
    return (
        "<?xml version='1.0' encoding='UTF-8'?>\n"
        '<registry xmlns="http://www.iana.org/assignments" id="service-names-port-numbers">\n'
        f"  <title>Invented</title>\n{updated}{rows}</registry>\n"
    ).encode()


def small_csv(label: str = "a") -> bytes:
    """An edition in IANA's CSV, which carries no date."""
    header = (
        "Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration Date,"
        "Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment Notes"
    )
    return f"{header}\r\ninvented,7,tcp,Invented {label},,,,,,,,\r\n".encode()


def codes(store: EditionStore) -> set[str]:
    return {problem.code for problem in store.verify()}


def content(folder: Path) -> dict[str, str]:
    """Every file under *folder* with the digest of its bytes."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def asides(folder: Path) -> list[Path]:
    """What interrupted writes left."""
    return list(folder.rglob("*.tmp"))
