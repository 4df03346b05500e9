"""What changed of rows, column by column, for a letter to those whose rows they are (R-MAINT-1)."""

from collections.abc import Iterable, Iterator

from portbook.formats import columns
from portbook.procedures import Change

_DAY = "Modification Date"  # the letter has it anyway
NOTHING = "(nothing)"


def told(changes: Iterable[Change]) -> str:
    """Return a line for each column that says something else: "Description: old -> new"; each line once."""
    return "\n".join(dict.fromkeys(line for change in changes for line in _lines(change)))


def _lines(change: Change) -> Iterator[str]:
    for old, new in zip(change.before, change.after, strict=False):
        cells = zip(columns.COLUMNS, columns.row(old), columns.row(new.record), strict=True)
        for column, was, now in cells:
            if was != now and column != _DAY:
                yield f"{column}: {was or NOTHING} -> {now or NOTHING}"
