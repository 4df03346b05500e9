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
from portbook.records import Record


def write(edition: Edition, provenance: Provenance) -> Written:
    """Return the JSON, in registry order: ASCII, a service a line."""
    services = [_service(record, edition) for record in edition.records if record.service_name]
    stated = [json.dumps(service, allow_nan=False) for service in services if service]
    head = json.dumps(provenance._asdict(), allow_nan=False)
    body = ",\n".join(f"  {service}" for service in stated)
    return Written(f'{{"provenance": {head},\n "services": [\n{body}\n ]}}\n'.encode("ascii"))


def _service(record: Record, edition: Edition) -> dict[str, Any] | None:
    """What *record* states of its keys, or None."""
    statement = stated_txt_keys(record)
    if statement is None:
        return None
    keys = txt_keys(record)
    return {
        "service": record.service_name,
        "canonical": edition.canonical(record.service_name or ""),
        "transport": record.transport or None,
        "port": record.port_number or None,
        "kind": _kind(statement, keys),
        "keys": None if keys is None else [key._asdict() for key in keys],
        "problems": [problem.code for problem in txt_key_problems(keys or ())],
        "statement": statement,
    }


def _kind(statement: str, keys: tuple[TxtKey, ...] | None) -> str:
    if keys is None:
        return "prose" if statement else "blank"
    return "list" if keys else "none"
