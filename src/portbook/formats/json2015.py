"""The JSON that a package of 2015 carried: IANA's CSV cells under twelve keys; read, not written.

One array of objects, each value a text, an empty cell an absent key, references in brackets as in the CSV
of that day (rendering A).  Whose file it is and how it was made: the README of the embedded editions.
"""

from dataclasses import replace
from typing import Any, NoReturn

from portbook.edition import Edition
from portbook.errors import FormatError, Problem, shown
from portbook.formats import columns
from portbook.formats.columns import LOSSES, Rendering, records_of
from portbook.formats.json_text import read_json
from portbook.formats.limits import MAX_FIELD, checked_counts, checked_field
from portbook.records import Extra

__all__ = ["KEYS", "LOSSES", "project", "read"]

KEYS = (
    "ServiceName", "PortNumber", "TransportProtocol", "Description", "Assignee", "Contact",
    "RegistrationDate", "ModificationDate", "Reference", "ServiceCode", "KnownUnauthorizedUses",
    "AssignmentNotes",
)  # fmt: skip
_KNOWN = frozenset(KEYS)
_SOURCE = "docs/formats.md"


def project(edition: Edition) -> Edition:
    """Return *edition* without what this format cannot hold (`LOSSES`), in its rendering."""
    return columns.project(edition, Rendering.A)


def read(data: bytes) -> Edition:
    """Return the edition whose rows *data* holds; it carries no head, contacts or footnotes.

    Unknown keys are kept as extras of their records, and remarked.  Raises `FormatError`: E-JSON-TYPE for
    what is no array of objects of texts, the limits, and what `read_json` raises.
    """
    return read_json(data, _edition)


def _edition(rows: Any) -> Edition:
    if not isinstance(rows, list):
        _refuse(f"the file holds {_kind(rows)}, not an array of objects")
    checked_counts(len(rows))
    extras: dict[int, tuple[Extra, ...]] = {}
    for position, row in enumerate(rows):
        if not isinstance(row, dict):
            _refuse(f"record {position + 1} is {_kind(row)}, not an object")
        for key, value in row.items():
            if not isinstance(value, str):
                _refuse(f"record {position + 1}: {shown(key)} is {_kind(value)}, not a text")
            if len(value) > MAX_FIELD:  # first, for there are 200,000 places to put into words
                checked_field(value, f"record {position + 1}: {shown(key)}")
        if not row.keys() <= _KNOWN:
            unknown = [(key, value) for key, value in row.items() if key not in _KNOWN]
            extras[position] = tuple(Extra("column", key, value) for key, value in unknown)
    records, remarks = records_of([[row.get(key, "") for row in rows] for key in KEYS])
    for position, found in extras.items():
        records[position] = replace(records[position], extras=found)
    names = {extra.name for found in extras.values() for extra in found}
    unexpected = [
        Problem("F-JSON-KEY", f"unexpected key {shown(name)}; kept as it is", _SOURCE)
        for name in sorted(names)
    ]
    return Edition(tuple(records), remarks=(*unexpected, *remarks))


def _kind(value: Any) -> str:
    """What *value* is, in JSON's words."""
    names = {dict: "an object", list: "an array", str: "a text", bool: "true or false", type(None): "null"}
    return names.get(type(value), "a number")


def _refuse(message: str) -> NoReturn:
    raise FormatError(Problem("E-JSON-TYPE", message, _SOURCE))
