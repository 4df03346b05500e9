"""What a comparison finds, and its counts and scores: values only.

The unit is the pair: one service at one port on one transport, under its name or an alias.  Both sides are
sets of pairs, so the counts add up: assigned = same + missing, entries = same + transport + renamed + extra.
"""

from dataclasses import dataclass
from typing import NamedTuple

# Each kind of finding, in the order in which they are told, and what it means.
KINDS = {
    "missing": "the edition assigns it, the file does not have it",
    "renamed": "the file has only other names where the edition assigns one",
    "transport": "the name is registered at that port, but on other transports only",
    "extra": "the edition does not have it",
    "historic": "an alias or historic name stands there alone, without the name to use",
    "range": "of a registered range the first port is there, others are not",
    "syntax": "a name that RFC 6335 forbids and the edition does not have",
    "duplicate": "the file says the same thing twice",
    "contradiction": "the file says two things, of which the registry knows at most one",
    "unread": "a piece of the file that could not be compared",
}


class Finding(NamedTuple):
    """One thing that is not as in the edition, or that the file says wrongly by itself.

    `why` is a word for programs that divides the kind; `registered` what the edition has instead: the names
    at that place, or the places of that name.
    """

    kind: str
    name: str
    ports: str  # "443", "6000-6063"; "" for none
    transport: str  # "" where none is named
    why: str = ""
    registered: tuple[str, ...] = ()
    where: str = ""  # in the file


@dataclass(frozen=True, slots=True)
class Counts:
    """How many pairs there are of each sort."""

    assigned: int  # pairs of the edition that such a file can hold
    same: int
    missing_absent: int  # nothing stands there in the file
    missing_renamed: int  # only names that the edition does not have there
    missing_shared: int  # another of the registered names, but not this one
    missing_range: int  # the first port of its range is there
    renamed: int
    transport: int
    extra: int

    @property
    def missing(self) -> int:
        """Pairs of the edition that the file does not have."""
        return self.missing_absent + self.missing_renamed + self.missing_shared + self.missing_range

    @property
    def entries(self) -> int:
        """Pairs of the file."""
        return self.same + self.renamed + self.transport + self.extra

    @property
    def recall(self) -> float:
        """The part of the edition's pairs that the file has; 1 where there are none."""
        return self.same / self.assigned if self.assigned else 1.0

    @property
    def precision(self) -> float:
        """The part of the file's pairs that the edition has; 1 where there are none."""
        return self.same / self.entries if self.entries else 1.0

    @property
    def f1(self) -> float:
        """The harmonic mean of recall and precision: 2 x same / (assigned + entries)."""
        both = self.assigned + self.entries
        return 2 * self.same / both if both else 1.0


@dataclass(frozen=True, slots=True)
class Information:
    """What is told beside the findings and is no fault."""

    aliases_beside: int  # aliases and historic names that stand beside the name to use
    portless_lost: int  # names of the edition that have no port and that the file does not list
    unholdable: int  # pairs of the edition whose name has a blank, for a file of lines
    nameless: int  # places that the file lists without a name


@dataclass(frozen=True, slots=True)
class Verdict:
    """The outcome of one comparison; `findings` are in the order of `KINDS`, then by port."""

    format: str
    counts: Counts
    information: Information
    findings: tuple[Finding, ...]

    def of(self, kind: str) -> tuple[Finding, ...]:
        """Return the findings of one kind."""
        return tuple(finding for finding in self.findings if finding.kind == kind)
