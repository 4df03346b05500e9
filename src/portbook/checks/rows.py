"""What one row shows by itself."""

from collections.abc import Iterator

from portbook.checks.facts import ERROR, FLAG, Facts, Finding, what
from portbook.discovery import stated_txt_keys, txt_key_problems, txt_keys, unauthorized_ports
from portbook.edition import row_state
from portbook.errors import RuleError, shown
from portbook.numbers import FIRST_DYNAMIC_PORT, Transport, parse_ports
from portbook.records import Record, Reference

# R-PUB-6, with the series that the published schema also names
REFERENCE_TYPES = frozenset(
    {"rfc", "bcp", "std", "rfc-errata", "draft", "uri", "person", "note", "registry", "text", "unicode"}
)


def port_numbers(facts: Facts) -> Iterator[Finding]:
    """A port number is 0 to 65535 in decimal, a range runs upwards (R-RANGE-1, R-RANGE-10)."""
    for number, record in facts.rows:
        if record.port_number:
            try:
                parse_ports(record.port_number)
            except RuleError as error:
                yield Finding(error.problem.code, "R-RANGE-1", ERROR, number, error.problem.message)


def dynamic_ports(facts: Facts) -> Iterator[Finding]:
    """Nothing is assigned from 49152 on; a row that only says so is legacy."""
    for number, record in facts.rows:
        ports = record.ports
        if ports and ports.high >= FIRST_DYNAMIC_PORT:
            level = ERROR if record.service_name else FLAG
            message = f"{what(record)} reaches into the Dynamic Ports, which are never assigned"
            yield Finding("E-PORT-DYNAMIC", "R-RANGE-3", level, number, message)


def ranges_of_one(facts: Facts) -> Iterator[Finding]:
    """A range has two ports at least."""
    for number, record in facts.rows:
        ports = record.ports
        if ports and ports.low == ports.high and "-" in (record.port_number or ""):
            message = f"port range {shown(record.port_number or '')} has one port"
            yield Finding("F-RANGE-ONE", "R-RANGE-8", FLAG, number, message)


def transports(facts: Facts) -> Iterator[Finding]:
    """A transport is tcp, udp, sctp or dccp, in lower case."""
    for number, record in facts.rows:
        if record.transport and record.transport not in Transport.__members__.values():
            message = f"transport {shown(record.transport)} is none of tcp, udp, sctp and dccp"
            yield Finding("E-TRANS-UNKNOWN", "R-TRANS-2", ERROR, number, message)


def named_ranges(facts: Facts) -> Iterator[Finding]:
    """One name on a range of ports is legacy ("x11")."""
    for number, record in facts.named:
        if record.ports and record.ports.low < record.ports.high:
            yield Finding("F-NAME-RANGE", "R-LEG-9", FLAG, number, f"{what(record)} has a range of ports")


def named_without_transport(facts: Facts) -> Iterator[Finding]:
    """A name needs a transport (R-TRANS-1); older rows have none."""
    for number, record in facts.named:
        if not record.transport:
            code = "F-PORT-NO-TRANSPORT" if record.port_number else "F-NAME-NO-TRANSPORT"
            yield Finding(code, "R-LEG-9", FLAG, number, f"{what(record)} names no transport")


def empty_names(facts: Facts) -> Iterator[Finding]:
    """The element for the name is there, and empty: read as no name."""
    for number, record in facts.nameless:
        if record.service_name is not None:
            message = f"the service name of the row {shown(record.port_number or '')} is there and empty"
            yield Finding("F-NAME-EMPTY", "R-LEG-9", FLAG, number, message)


def missing_parties(facts: Facts) -> Iterator[Finding]:
    """An assignment has an assignee and a contact."""
    for number, record in facts.named:
        if not record.assignee and not record.contact:
            message = f"{what(record)} has neither assignee nor contact"
            yield Finding("F-PARTIES", "R-LEG-9", FLAG, number, message)


def status_words(facts: Facts) -> Iterator[Finding]:
    """Reserved and Unassigned differ, so a row without a name says which it is."""
    for number, record in facts.nameless:
        text = str(record.description)
        if row_state(record)[2] or not text:
            message = f"description {shown(text)} of a row without a name says no state that is known"
            yield Finding("F-STATUS", "R-RESV-4", FLAG, number, message)


def dates(facts: Facts) -> Iterator[Finding]:
    """A date is YYYY-MM-DD or YYYY-MM."""
    for number, record in facts.rows:
        columns = (("registration", record.registration_date), ("modification", record.modification_date))
        for kind, date in columns:
            if date is not None and not date.is_valid:
                message = f"{kind} date {shown(date)} is neither YYYY-MM-DD nor YYYY-MM"
                yield Finding("E-DATE-FORMAT", "R-PUB-11", ERROR, number, message)


def modified_before_registered(facts: Facts) -> Iterator[Finding]:
    """What was registered is modified later.  Dates are compared as far as both go."""
    for number, record in facts.rows:
        registered, modified = record.registration_date, record.modification_date
        if registered and modified and registered.is_valid and modified.is_valid:
            length = min(len(registered), len(modified))
            if modified[:length] < registered[:length]:
                message = (
                    f"{what(record)} was modified on {modified}, before its registration on {registered}"
                )
                yield Finding("F-DATE-ORDER", "R-PUB-11", FLAG, number, message)


def last_updated(facts: Facts) -> Iterator[Finding]:
    """The head has a full date, where the source carries a head."""
    updated = facts.edition.updated
    if updated is not None and (not updated.is_valid or updated.parts[2] is None):
        message = f"the registry's date {shown(updated)} is not YYYY-MM-DD"
        yield Finding("E-DATE-FORMAT", "R-PUB-2", ERROR, None, message)


def reference_types(facts: Facts) -> Iterator[Finding]:
    """A reference has one of the types of the published schema."""
    for number, record in facts.rows:
        for reference in _references(record):
            if reference.type not in REFERENCE_TYPES:
                kind = f"of type {shown(reference.type)}" if reference.type else "without a type"
                message = f"{what(record)} has a reference {kind}: {shown(reference.label)}"
                yield Finding("E-REF-TYPE", "R-PUB-6", ERROR, number, message)


def footnotes(facts: Facts) -> Iterator[Finding]:
    """A reference to a footnote leads to one, where the source carries footnotes."""
    if facts.edition.footnotes is None:
        return
    anchors = {footnote.anchor for footnote in facts.edition.footnotes}
    for number, record in facts.rows:
        for reference in _references(record):
            if reference.type == "note" and reference.data not in anchors:
                message = f"{what(record)} points to footnote {shown(reference.data or '')}; there is none"
                yield Finding("F-FOOTNOTE", "R-PUB-12", FLAG, number, message)


def unauthorized_elsewhere(facts: Facts) -> Iterator[Finding]:
    """A report of unauthorized use names a port of its row."""
    for number, record in facts.rows:
        ports, reported = record.ports, unauthorized_ports(record)
        if ports and reported and not any(p.low <= ports.high and ports.low <= p.high for p in reported):
            text = shown(str(record.unauthorized_use_reported))
            message = f"{what(record)} has a report on other ports: {text}"
            yield Finding("F-UNAUTH-PORT", "R-UNAUTH-2", FLAG, number, message)


def txt_unsaid(facts: Facts) -> Iterator[Finding]:
    """A name without a port is for discovery, and its notes say which TXT keys are defined."""
    for number, record in facts.named:
        if not record.port_number and not stated_txt_keys(record) and record.transport:
            message = f"{what(record)} has no port number and does not say which TXT keys it defines"
            yield Finding("W-TXT-BLANK", "R-TXT-1", FLAG, number, message)


def txt_keys_flawed(facts: Facts) -> Iterator[Finding]:
    """TXT keys as RFC 6763 has them (R-TXT-3 to R-TXT-7)."""
    for number, record in facts.rows:
        for problem in txt_key_problems(txt_keys(record) or ()):
            message = f"{what(record)}: {problem.message}"
            yield Finding(problem.code, _TXT_RULES[problem.code], FLAG, number, message)


def txt_prose(facts: Facts) -> Iterator[Finding]:
    """TXT keys that are stated in another form than a list."""
    for number, record in facts.rows:
        stated = stated_txt_keys(record)
        if stated and txt_keys(record) is None:
            message = f"{what(record)} defines its TXT keys in words: {shown(stated)}"
            yield Finding("F-TXT-PROSE", "R-TXT-12", FLAG, number, message)


_TXT_RULES = {
    "E-TXT-EMPTY": "R-TXT-3",
    "E-TXT-CHAR": "R-TXT-4",
    "W-TXT-LONG": "R-TXT-5",
    "E-TXT-DUP": "R-TXT-6",
    "W-TXT-SPACE": "R-TXT-7",
}


def _references(record: Record) -> tuple[Reference, ...]:
    """The references in the columns of *record*; those in its texts are part of the text."""
    return (*(record.assignee or ()), *record.contact, *record.reference)
