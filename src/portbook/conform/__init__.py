"""What is right and wrong in anybody's file of services, judged against an edition.

`read` takes the file in the format that its content shows, or in the one that is named; `compare` says what
is the same, missing, extra, renamed or on the wrong transport, and counts it.  What each word and each number
means: docs/conform.md.  Gives values; the command and tools/scoreboard.py put them into words.
"""

from portbook.conform.claims import Claim, ServicesFile, Unread
from portbook.conform.comparison import compare
from portbook.conform.findings import KINDS, Counts, Finding, Verdict
from portbook.conform.reading import FORMATS, detect, read

__all__ = [
    "FORMATS",
    "KINDS",
    "Claim",
    "Counts",
    "Finding",
    "ServicesFile",
    "Unread",
    "Verdict",
    "compare",
    "detect",
    "read",
]
