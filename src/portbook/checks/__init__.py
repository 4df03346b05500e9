"""Checks: which of the registry's rules an edition breaks, by rule and row.

"error": IANA would not publish this; "flag": it is published, as legacy (R-LEG-9), and every row is kept.
One table leads from rule to function: `rows` has what one row shows, `between_rows` what only several rows
show, `ports` what holds for port numbers, `contacts` the people.  Values in, findings out; no file.
"""

from collections.abc import Callable, Iterator
from itertools import chain

from portbook.checks import between_rows, contacts, ports, rows
from portbook.checks.facts import Facts, Finding
from portbook.edition import Edition

__all__ = ["CHECKS", "Facts", "Finding", "check_edition"]

# rule -> what looks whether an edition keeps it
CHECKS: dict[str, tuple[Callable[[Facts], Iterator[Finding]], ...]] = {
    "R-RANGE-1": (rows.port_numbers,),
    "R-RANGE-3": (rows.dynamic_ports,),
    "R-RANGE-5": (ports.two_states,),
    "R-RANGE-6": (ports.edges,),
    "R-RANGE-8": (ports.unassigned_overlaps, rows.ranges_of_one),
    "R-TRANS-2": (rows.transports,),
    "R-NAME-7": (between_rows.spellings,),
    "R-NAME-10": (between_rows.identical_rows,),
    "R-LEG-1": (between_rows.historic_names,),
    "R-LEG-2": (between_rows.twins, between_rows.twins_on_two_ports),
    "R-LEG-3": (between_rows.twin_descriptions,),
    "R-LEG-4": (between_rows.alias_notes,),
    "R-LEG-6": (between_rows.alias_targets,),
    "R-LEG-9": (
        between_rows.several_ports,
        rows.named_ranges,
        rows.named_without_transport,
        rows.empty_names,
        rows.missing_parties,
    ),
    "R-MARK-1": (ports.missing_companions,),
    "R-MARK-5": (ports.companions_with_data,),
    "R-MARK-10": (ports.primaries,),
    "R-EXP-1": (ports.experiments,),
    "R-UNAUTH-2": (rows.unauthorized_elsewhere,),
    "R-TXT-1": (rows.txt_unsaid,),
    "R-TXT-3": (rows.txt_keys_flawed,),
    "R-TXT-12": (rows.txt_prose,),
    "R-PUB-2": (rows.last_updated,),
    "R-PUB-4": (between_rows.order,),
    "R-PUB-6": (rows.reference_types,),
    "R-PUB-8": (contacts.identifiers, contacts.unknown, contacts.unused, contacts.nameless),
    "R-PUB-9": (contacts.at_signs,),
    "R-PUB-11": (rows.dates, rows.modified_before_registered, contacts.dates),
    "R-PUB-12": (rows.footnotes,),
    "R-RESV-4": (rows.status_words,),
}


def check_edition(edition: Edition) -> tuple[Finding, ...]:
    """Return every finding on *edition*: those on no row of their own first, then by row, then by rule."""
    facts = Facts(edition)
    found = chain.from_iterable(check(facts) for checks in CHECKS.values() for check in checks)
    return tuple(sorted(found, key=lambda finding: finding.row or 0))
