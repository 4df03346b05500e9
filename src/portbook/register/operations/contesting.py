"""Contested values: what an appeal is about is given to nobody else while it runs (R-APP-7).

`assign` asks `contested`, so that the ports are pending for every other request; other acts on an entry ask
`not_contested`.
"""

import json
from collections.abc import Iterable
from typing import NamedTuple

from portbook.errors import Problem, RuleError, shown
from portbook.names import fold
from portbook.numbers import Transport
from portbook.procedures import Grant
from portbook.records import Record
from portbook.register import tables
from portbook.register.cases import RUNNING, Appeal
from portbook.register.operations.acting import places_of

_SOURCE = "RFC 6335 section 8.7; RFC 8126 section 10"


class Contested(NamedTuple):
    """What appeals that run keep from everybody."""

    places: frozenset[tuple[int, Transport]]
    names: frozenset[str]  # folded
    codes: frozenset[str]


def contested() -> Contested:
    """Return what the appeals that run keep from everybody."""
    places: set[tuple[int, Transport]] = set()
    names: set[str] = set()
    codes: set[str] = set()
    for appeal in tables.load(Appeal, "WHERE state = %s", [RUNNING]):
        kept = json.loads(appeal.contested)
        places.update((port, Transport(transport)) for port, transport in kept["places"])
        names.update(kept["names"])
        codes.update(kept["codes"])
    return Contested(frozenset(places), frozenset(names), frozenset(codes))


def not_contested(rows: Iterable[Record]) -> None:
    """Raise `RuleError` E-APPEAL-RUNS while an appeal runs about a name, port or code of *rows*."""
    kept = contested()
    for row in rows:
        is_kept = fold(row.service_name or "") in kept.names or (row.service_code or "") in kept.codes
        if is_kept or not kept.places.isdisjoint(places_of(row)):
            what = f"{row.service_name or 'a row'} {row.port_number or row.service_code or ''}".strip()
            message = f"an appeal about {shown(what)} runs; nothing becomes of it until that is decided"
            raise RuleError(Problem("E-APPEAL-RUNS", message, _SOURCE))


def grant_not_contested(grant: Grant) -> None:
    """Raise `RuleError` E-APPEAL-RUNS while an appeal runs about a name, port or code that *grant* gives."""
    not_contested((Record(grant.name), *(Record(service_code=str(code)) for code in grant.codes)))
    not_contested(Record(grant.name, str(port), each) for port in grant.ports for each in grant.transports)
