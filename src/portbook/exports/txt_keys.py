"""The TXT keys that services define, as JSON: IANA publishes them as prose (R-TXT-1, R-TXT-12).

A service and transport without a statement is not there.  `keys` is a list where the statement is plainly
one, [] where it says that there are none, null where it is prose, an address or "Proprietary", or where
nothing stands after "Defined TXT keys:"; the statement itself stands beside it.
"""

import json
from typing import Any

from portbook.discovery import TxtKey, stated_txt_keys, txt_key_problems, txt_keys
from portbook.edition import Edition
from portbook.exports.provenance import Provenance, Written
from portbook.records import Record, RichText


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the JSON, in registry order: ASCII, a service a line."""
    told: dict[RichText, dict[str, Any] | None] = {}  # notes, most in several rows -> what they state
    lines = []
    for record in edition.records:
        notes = record.assignment_notes
        if not notes or not record.service_name:
            continue
        if notes not in told:
            told[notes] = _statement(record)
        if stated := told[notes]:
            lines.append(json.dumps(_named(record, edition) | stated, allow_nan=False))
    head = json.dumps(provenance._asdict(), allow_nan=False)
    body = ",\n".join(f"  {line}" for line in lines)
    return Written(f'{{"provenance": {head},\n "services": [\n{body}\n ]}}\n'.encode("ascii"))


def _named(record: Record, edition: Edition) -> dict[str, Any]:
    """Whose statement it is."""
    return {
        "service": record.service_name,
        "canonical": edition.canonical(record.service_name or ""),
        "transport": record.transport or None,
        "port": record.port_number or None,
    }


def _statement(record: Record) -> dict[str, Any] | None:
    """What the notes of *record* state of TXT keys, or None."""
    statement = stated_txt_keys(record)
    if statement is None:
        return None
    keys = txt_keys(record)
    return {
        "kind": _kind(statement, keys),
        "keys": None if keys is None else [key._asdict() for key in keys],
        "problems": [problem.code for problem in txt_key_problems(keys or ())],
        "statement": statement,
    }


def _kind(statement: str, keys: tuple[TxtKey, ...] | None) -> str:
    if keys is None:
        return "prose" if statement else "blank"
    return "list" if keys else "none"
