"""CSV that a spreadsheet opens without running anything: IANA's, guarded where a formula could begin.

D-9, T-29: a cell gets one apostrophe before it when its first visible character is one of = + - @, in
whatever width, or a tab, a line end or a NUL stands before that.  Blanks, quotes and what cannot be seen
are passed over, for some spreadsheets do so too.  Where no cell is like that, the bytes are those of the
exact CSV.  A comma separates cells: whoever imports with another separator cuts cells in two and undoes this.
"""

import csv
import io
import re
import unicodedata

from portbook.edition import Edition
from portbook.exports.provenance import Provenance, Written, some
from portbook.formats import iana_csv

_STARTS = ("=", "+", "-", "@", "\u2212")  # the last: the minus sign
_CONTROLS = re.compile("[\t\r\n\0]")
# Blanks of all kinds, quotes, and what is not seen: a formula may begin behind them.
_PASSED_OVER = re.compile(
    "[\\s\"'`\u2018-\u201f\u00ab\u00bb\x00-\x1f\x7f-\xa0\xad\u061c\u200b-\u200f\u2028-\u202f\u2060-\u206f\ufeff]*"
)


def is_dangerous(cell: str) -> bool:
    """Say whether a spreadsheet might take *cell* for a formula."""
    if cell[:1].isalnum():
        return False
    passed_over = _PASSED_OVER.match(cell)
    end = passed_over.end() if passed_over else 0
    first = unicodedata.normalize("NFKC", cell[end : end + 1])
    return first.startswith(_STARTS) or _CONTROLS.search(cell, 0, end) is not None


def guarded(cell: str) -> str:
    """Return *cell* as text for a spreadsheet."""
    return f"'{cell}" if is_dangerous(cell) else cell


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the CSV; CSV has no comments, so *provenance* is not in it.  Raises as `iana_csv.write`."""
    exact = iana_csv.write(edition)
    rows = list(csv.reader(io.StringIO(exact.decode(), newline="")))
    changed = [cell for row in rows for cell in row if is_dangerous(cell)]
    if not changed:
        return Written(exact)
    target = io.StringIO(newline="")
    writer = csv.writer(target, lineterminator="\r\n", quoting=csv.QUOTE_MINIMAL)
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    remark = f"an apostrophe stands before what could be formulas ({len(changed)}): {some(changed)}"
    return Written(target.getvalue().encode(), (remark,))
