"""JSON Lines: one record a line, with the fields of `answers.RECORD_FIELDS`, in registry order.

Strict JSON in ASCII, so that no reader sees a line end in a text (U+2028, U+0085) or a character that turns
what follows (T-33, T-36).  The grammar has no comments: each record carries the id of its edition.
"""

import json

from portbook.answers import record_fields
from portbook.edition import Edition
from portbook.exports.provenance import Provenance, Written
from portbook.exports.whole_text import whole_characters


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the lines.  Raises `FormatError` E-EXPORT-TEXT."""
    lines = []
    with whole_characters():
        for record in edition.records:
            fields = record_fields(record, edition, provenance.edition)
            line = json.dumps(fields, ensure_ascii=False, allow_nan=False)
            if not line.isascii():
                line.encode()  # half of a surrogate pair would pass as an escape
                line = json.dumps(fields, ensure_ascii=True, allow_nan=False)
            lines.append(line + "\n")
    return Written("".join(lines).encode("ascii"))
