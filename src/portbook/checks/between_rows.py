"""What only several rows together show: aliases and twins, names that stand more than once, order."""

from collections.abc import Iterator

from portbook.checks.facts import ERROR, FLAG, Facts, Finding, Row, place, some, what
from portbook.edition import ALIAS_NOTE, alias_target
from portbook.errors import RuleError, shown
from portbook.names import fold, is_historic, service_name_problem, well_formed_twin

_REPLACEMENT = "IANA assigned this well-formed service name as a replacement for"  # R-LEG-3, as published


def historic_names(facts: Facts) -> Iterator[Finding]:
    """A name that RFC 6335 section 5.1 forbids stays as a historic one; one finding a name.

    Whether it is among those that the RFC (and IANA) list is a finding of its own.
    """
    for rows in _malformed(facts):
        name = rows[0].record.service_name or ""
        problem = service_name_problem(name)
        if problem:
            yield Finding(problem.code, "R-LEG-1", FLAG, rows[0].number, problem.message)
        if not is_historic(name):
            message = f"service name {shown(name)} is not among the historic names of RFC 6335 section 10.1"
            yield Finding("F-LEG-UNLISTED", "R-LEG-1", FLAG, rows[0].number, message)


def twins(facts: Facts) -> Iterator[Finding]:
    """A historic name has a well-formed twin on the same port."""
    for rows in _malformed(facts):
        name = rows[0].record.service_name or ""
        try:
            twin = well_formed_twin(name)
        except RuleError as error:
            yield Finding(error.problem.code, "R-LEG-2", FLAG, rows[0].number, error.problem.message)
            continue
        if (rows[0].record.port_number or None) not in facts.ports_of.get(fold(twin), ()):
            message = f"historic name {shown(name)} has no twin {shown(twin)} on its port"
            yield Finding("F-LEG-TWIN", "R-LEG-2", FLAG, rows[0].number, message)


def twins_on_two_ports(facts: Facts) -> Iterator[Finding]:
    """A twin stands on the port of its historic name only ("sql-net" stands on 66 and 150)."""
    for rows in _malformed(facts):
        name = rows[0].record.service_name or ""
        own = rows[0].record.port_number
        twin = _twin(name)
        ports = facts.ports_of.get(fold(twin), {})
        others = some(port for port in ports if port != own)
        if own in ports and others:
            message = f"{shown(twin)}, twin of {shown(name)} on {own}, is also on port {others}"
            yield Finding("F-LEG-TWIN-PORTS", "R-LEG-2", FLAG, rows[0].number, message)


def twin_descriptions(facts: Facts) -> Iterator[Finding]:
    """The description of a twin says which name it replaces."""
    for row in _historic_rows(facts):
        for twin in _same_place(facts, row, _twin(row.record.service_name or "")):
            if _REPLACEMENT not in str(twin.record.description):
                message = f"{what(twin.record)} does not say that it replaces {what(row.record)}"
                yield Finding("F-LEG-REPLACES", "R-LEG-3", FLAG, twin.number, message)


def alias_notes(facts: Facts) -> Iterator[Finding]:
    """The notes of a historic name say that it is an alias."""
    for row in _historic_rows(facts):
        notes = row.record.assignment_notes
        if notes is None or not ALIAS_NOTE.search(str(notes)):
            message = f"historic name {what(row.record)} is not said to be an alias"
            yield Finding("F-LEG-NOTE", "R-LEG-4", FLAG, row.number, message)


def alias_targets(facts: Facts) -> Iterator[Finding]:
    """An alias leads to a name that stands on the same port and transport and is no alias itself."""
    for row in facts.named:
        target = alias_target(row.record)
        if target is None:
            continue
        if fold(target) not in facts.by_name:
            message = f"{what(row.record)} is an alias of {shown(target)}, which no row has"
            yield Finding("F-ALIAS-TARGET", "R-LEG-6", FLAG, row.number, message)
        elif not (found := _same_place(facts, row, target)):
            here = place(row.record)
            message = f"{what(row.record)} is an alias of {shown(target)}, which is not there on {here}"
            yield Finding("F-ALIAS-PLACE", "R-LEG-6", FLAG, row.number, message)
        elif any(alias_target(other.record) for other in found):
            message = f"{what(row.record)} is an alias of {shown(target)}, which is an alias itself"
            yield Finding("F-ALIAS-CHAIN", "R-LEG-6", FLAG, row.number, message)


def several_ports(facts: Facts) -> Iterator[Finding]:
    """One name has one port number; one finding a name."""
    for rows in facts.by_name.values():
        ports = facts.ports_of[fold(rows[0].record.service_name or "")]
        if len(ports) - (None in ports) > 1:
            name = shown(rows[0].record.service_name or "")
            message = f"service name {name} has several ports: {some(ports)}"
            yield Finding("F-NAME-PORTS", "R-LEG-9", FLAG, rows[0].number, message)


def identical_rows(facts: Facts) -> Iterator[Finding]:
    """A name has one row a port and transport.

    Without a port it is a flag: "rdp" has two such rows for two things, in every edition since 2015.
    """
    for rows in facts.by_name.values():
        seen: dict[tuple[str | None, str | None], int] = {}
        for number, record in rows if len(rows) > 1 else ():
            first = seen.setdefault((record.port_number, record.transport), number)
            if first != number:
                message = f"{what(record)} stands twice, first in row {first}"
                level = ERROR if record.port_number else FLAG
                yield Finding("E-ROW-TWICE", "R-NAME-10", level, number, message)


def spellings(facts: Facts) -> Iterator[Finding]:
    """A name is spelt alike in all its rows: case does not make another name."""
    for rows in facts.by_name.values():
        spelt = dict.fromkeys(row.record.service_name or "" for row in rows)
        if len(spelt) > 1:
            message = f"one service name is spelt in several ways: {some(map(shown, spelt))}"
            yield Finding("F-NAME-CASE", "R-NAME-7", FLAG, rows[0].number, message)


def order(facts: Facts) -> Iterator[Finding]:
    """Rows with a port come first, by port; then the names without one, in alphabetical order."""
    before, name = -1, ""
    for number, record in facts.rows:
        if ports := record.ports:
            if name or ports.low < before:
                after = f"a row without a port, {shown(name)}" if name else f"port {before}"
                message = f"{what(record)} stands after {after}"
                yield Finding("F-ORDER", "R-PUB-4", FLAG, number, message)
            before, name = ports.low, ""
        elif record.service_name and not record.port_number:
            if fold(record.service_name) < fold(name):
                message = f"{what(record)} stands after {shown(name)}"
                yield Finding("F-ORDER-NAME", "R-PUB-4", FLAG, number, message)
            name = record.service_name


def _malformed(facts: Facts) -> Iterator[list[Row]]:
    """The rows of each name that RFC 6335 section 5.1 forbids."""
    for rows in facts.by_name.values():
        if service_name_problem(rows[0].record.service_name or ""):
            yield rows


def _historic_rows(facts: Facts) -> Iterator[Row]:
    """The rows of malformed names that are on the list of historic ones."""
    for rows in _malformed(facts):
        if is_historic(rows[0].record.service_name or ""):
            yield from rows


def _twin(name: str) -> str:
    try:
        return well_formed_twin(name)
    except RuleError:
        return ""


def _same_place(facts: Facts, row: Row, name: str) -> list[Row]:
    """The rows of *name* on the port and transport of *row*."""
    return facts.by_place.get((fold(name), row.record.port_number, row.record.transport), [])
