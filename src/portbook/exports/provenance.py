"""Where an export comes from, for its head, and what an export is: bytes, and what is to be said of them."""

from collections.abc import Iterable
from typing import NamedTuple

from portbook.exports.ascii_lines import printable

WIDTH = 118  # characters of a line of a head: with "# " and a line feed fewer than 127 bytes
HINT = "A registered name says who asked for the number, not what runs on it."


class Provenance(NamedTuple):
    """The edition that was exported, and the version of Portbook that did it; nothing else is known of it."""

    edition: str  # its id
    date: str  # "" where it carries none
    sha256: str  # of the bytes as published
    version: str

    def lines(self, title: str, *more: str) -> tuple[str, ...]:
        """Return the lines of a head, printable ASCII: *title*, where it comes from, *more*."""
        date = f"date {self.date}" if self.date else "without a date"
        told = (
            title,
            f"From the IANA registry of service names and port numbers: edition {self.edition}, {date}",
            f"SHA-256 of the edition as published: {self.sha256}",
            f"Written by portbook {self.version}. IANA's registries are in the public domain (CC0).",
            HINT,
            *more,
        )
        return tuple(printable(line, WIDTH) for line in told)

    def comment(self, title: str, *more: str, mark: str = "#") -> str:
        """Return the head as lines that start with *mark*."""
        return "".join(f"{mark} {line}\n" for line in self.lines(title, *more))


class Written(NamedTuple):
    """An export: its bytes, what it leaves out or does (in sentences), and the names asked for in no row."""

    data: bytes
    remarks: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


def some(words: Iterable[str], most: int = 10) -> str:
    """Return *words* with commas between; of more than *most* the first, and how many more."""
    listed = list(words)
    more = f" and {len(listed) - most} more" if len(listed) > most else ""
    return ", ".join(printable(word, 60) for word in listed[:most]) + more
