"""Mutants: files with something wrong in them, made from good ones by a fixed random stream.

The same seed gives the same mutants on every machine.  A mutant has one to four changes: bytes flipped,
spans cut, doubled or swapped, the end cut off, or a piece put in that means something in the grammar.
"""

import random
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from portbook.edition import Edition
from portbook.errors import FormatError

Reader = Callable[[bytes], Edition]

PIECES = {
    "xml": (
        b"<", b">", b"&", b"&amp;", b"&#0;", b"&#13;", b"&#x1F600;", b"]]>", b"<!--", b"-->", b"<![CDATA[",
        b"<br/>", b"<record>", b"</record>", b"\n  <record>", b"\n  </record>", b"\n    <name>", b"</name>",
        b'"', b"'", b"\n    </assignee>", b"<!DOCTYPE a>", b"<?x y?>", b'<xref type="person" data="A"/>',
        b' xmlns=""', b' date="2020"', b"\xef\xbb\xbf", b'<portbook-canonical n="1"/>',
        b'\n    <person id="', b"<paragraph>", b"\r\n", b"\t",
    ),
    "csv": (
        b",", b'"', b'""', b"\r\n", b"\n", b"\r", b"[", b"]", b"][", b"\xef\xbb\xbf", b";", b"\t", b"=1+1",
        b"\0",
    ),
    "json": (
        b"{", b"}", b"[", b"]", b",", b":", b"null", b"true", b"NaN", b"1e999", b"-0", b'"', b"\\ud800",
        b"\\u0000", b'"a":1,"a":2', b"[" * 30, b"\xef\xbb\xbf", b"99999999999999999999", b'""',
    ),
}  # fmt: skip
PIECES["json2015"] = PIECES["json"]
PIECES["txt"] = (
    b" ", b"  ", b"   ", b"\n", b"\n\n", b"\r\n", b"\t", b"[", b"]", b"][", b"-", b"-" * 140, b"\xef\xbb\xbf",
    b"   Note\n\n", b"   Available Formats\n", b"\n" + 65 * b" " + b"Contact Information\n\n",
    b"\n   [1] x\n",
    b"\n" + 17 * b" " + b"443       tcp\n", b"\n" + 71 * b" " + b"Footnote\n\n",
)  # fmt: skip
PIECES["html"] = (
    *PIECES["xml"][:11], b"<br />", b"<p>", b"</p>", b"<tr>", b"</tr>", b"<td>", b"</td>", b"<td></td>",
    b"<th>ID</th>", b'<a href="#A">A</a>', b'<a href="https://www.iana.org/go/rfc1">', b"</a>", b"<dl></dl>",
    b"<dt>Note</dt><dd><pre>x</pre></dd>", b"&nbsp;", b"&#13;", b"<b>x</b>", b"<!ENTITY a 'b'>", b"<tbody>",
    b"<table>", b"</table>", b"<h1>x</h1>", b'<div class="pagination">', b"\r\n", b"]", b"[",
)  # fmt: skip
ANYWHERE = (
    b"\x00",
    b"\xff",
    b"\xc3\xa9",
    b"\xe2\x80\xae",
    b"\xed\xa0\x80",
    b"\xf0\x9f\x98\x80",
    b"0",
    b"65536",
    b"A" * 300,
)


def mutants(seeds: Sequence[bytes], kind: str, count: int, stream: int = 0) -> Iterator[bytes]:
    """Yield *count* mutants of *seeds*, files of the format *kind*."""
    randomness = random.Random(f"{kind}/{stream}")
    pieces = PIECES[kind] + ANYWHERE
    for _ in range(count):
        data = bytearray(randomness.choice(seeds))
        for _ in range(randomness.choice((1, 1, 1, 2, 4))):
            change(data, pieces, randomness)
        yield bytes(data)


def change(data: bytearray, pieces: Sequence[bytes], randomness: random.Random) -> None:
    at = randomness.randrange(len(data) + 1)
    length = randomness.choice((1, 2, 5, 20, 200))
    match randomness.randrange(7):
        case 0 if at < len(data):
            data[at] ^= 1 << randomness.randrange(8)
        case 1:
            del data[at : at + length]
        case 2:
            data[at:at] = data[at : at + length]
        case 3:
            span = bytes(data[at : at + length])
            del data[at : at + length]
            to = randomness.randrange(len(data) + 1)
            data[to:to] = span
        case 4 if randomness.random() < 0.2:
            del data[at:]
        case _:
            data[at:at] = randomness.choice(pieces)


@dataclass
class Report:
    """What became of mutants: how many were read, how many of those held a record, what refused the rest."""

    mutants: int = 0
    read: int = 0
    with_record: int = 0
    refusals: Counter[str] = field(default_factory=Counter)

    def __str__(self) -> str:
        codes = ", ".join(f"{code} {n}" for code, n in self.refusals.most_common())
        read = f"{self.read} read, {self.with_record} of them to a record"
        return f"{self.mutants} mutants: {read}; refused: {codes}"


def feed(read: Reader, data: bytes, report: Report) -> Edition | None:
    """Read one mutant; only `FormatError` may come out."""
    report.mutants += 1
    try:
        edition = read(data)
    except FormatError as error:
        report.refusals[error.problem.code] += 1
        return None
    report.read += 1
    report.with_record += bool(edition.records)
    return edition
