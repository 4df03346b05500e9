"""Applications: what is asked of the registry, and everything that stands against it, at once.

`findings` is the judgement that a machine can give, before a request is sent and again when it is decided:
refused, returned, blocked, routed, advice, each with field, code and source.  Rules R-NAME, R-TRANS, R-REQ,
R-MARK, R-FORM, R-EXP, R-RESV, R-SC and R-DCCP as they touch a request; `RULES` says where each lives.
"""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from portbook.applications import advice, codes, form, limits, maintenance, names, ports, transports
from portbook.applications.application import (
    FIELDS,
    Application,
    Casts,
    Channel,
    Declared,
    Development,
    Document,
    EarlyCase,
    How,
    Kind,
    Maintenance,
    Party,
    Related,
    Stream,
    WantedCode,
    WantedPort,
)
from portbook.applications.case import Case, Circumstances
from portbook.applications.confusable import Lookalikes, confusable_key
from portbook.applications.reading import MAX_APPLICATION, Reading, of_tree, read, to_json, to_toml, tree
from portbook.applications.templates import new
from portbook.findings import Action, Finding, gravest_first
from portbook.policy import RFC6335, Policy
from portbook.standing import Registry

__all__ = [
    "FIELDS",
    "MAX_APPLICATION",
    "RULES",
    "Application",
    "Case",
    "Casts",
    "Channel",
    "Circumstances",
    "Declared",
    "Development",
    "Document",
    "EarlyCase",
    "How",
    "Kind",
    "Lookalikes",
    "Maintenance",
    "Party",
    "Reading",
    "Related",
    "Rule",
    "Stream",
    "WantedCode",
    "WantedPort",
    "confusable_key",
    "findings",
    "findings_in",
    "may_be_sent",
    "new",
    "of_tree",
    "read",
    "to_json",
    "to_toml",
    "tree",
]


class Rule(NamedTuple):
    """Some rules of the catalogue that are one thought, and the function that looks after them."""

    ids: str
    check: Callable[[Case], Iterator[Finding]]


RULES = (
    Rule("docs/applications.md", form.fields_of_kind),
    Rule("R-REQ-2", names.missing),
    Rule("R-NAME-1, 2, 3, 4, 5, 6, 18, R-LEG-8, R-SD-7, R-FORM-23", names.syntax),
    Rule("docs/policy.md", names.house_rules),
    Rule("R-NAME-7, 9, 10, 11, 12, R-RESV-1", names.taken),
    Rule("R-FORM-1", names.unknown),
    Rule("R-NAME-13", names.alias),
    Rule("T-44", names.alike),
    Rule("R-NAME-14, 15, 16", names.style),
    Rule("R-NAME-17", names.discovery),
    Rule("R-TRANS-1", transports.missing),
    Rule("R-TRANS-2, 3, 4", transports.unknown),
    Rule("R-TRANS-5", transports.in_use),
    Rule("R-TRANS-7", transports.one_service),
    Rule("R-TRANS-8", transports.congestion),
    Rule("R-TRANS-9", transports.broadcast),
    Rule("R-DCCP-10, 11, 12, R-SCTP-2", transports.same_number),
    Rule("R-REQ-3, 4", ports.unspecified),
    Rule("R-RANGE-1, 10, R-REQ-8", ports.numbers),
    Rule("R-RANGE-3, R-EXP-5", ports.never_assigned),
    Rule("R-REQ-5, R-REV-25", ports.taken),
    Rule("R-RANGE-6, R-MARK-2, 3, 7, R-DEAS-4, R-REV-7, R-RESV-1", ports.reserved),
    Rule("R-MARK-8, 9, R-REQ-21", ports.confirmations),
    Rule("R-REV-3, 4, 9, R-REQ-17, R-REUSE-7", ports.review_path),
    Rule("R-REQ-6", ports.one_each),
    Rule("R-REQ-7", ports.justified),
    Rule("R-UNAUTH-1, R-REQ-18, 19", ports.unauthorized),
    Rule("R-REQ-1, 9, 10, 11, 12, 13, 14, 15, 16, 20, R-REV-23, 27", advice.remarks),
    Rule("R-FORM-1, 2, 3, 4", form.parties),
    Rule("R-FORM-6", form.ietf_parties),
    Rule("R-FORM-7, 8", form.description),
    Rule("R-FORM-9, 11, 12", form.reference),
    Rule("R-FORM-15", form.stands_alone),
    Rule("R-FORM-13, 14, 19, 20, R-REQ-9, R-REV-6", form.questions),
    Rule("R-FORM-10", form.casts),
    Rule("R-TXT-1, 3, 4, 5, 6, 7, 8", form.txt_keys),
    Rule("R-FORM-16", codes.with_dccp),
    Rule("R-SC-1, 11, 12, 13, 14", codes.syntax),
    Rule("R-SC-2, 3, 4, 5, 6, 7, 10, R-DCCP-1, 3", codes.assignable),
    Rule("R-SC-8, 9", codes.many),
    Rule("R-DCCP-4, 5", codes.added),
    Rule("R-MAINT-2, R-DEAS-1, R-REUSE-1", maintenance.authority),
    Rule("R-DEAS-1, R-REUSE-1", maintenance.own_ports),
    Rule("R-REUSE-4", maintenance.reuse_name),
    Rule("R-XFER-1, 5, 6", maintenance.transfer),
    Rule("R-XFER-2, 3", maintenance.succession),
    Rule("R-MAINT-4, 5, 9", maintenance.upkeep),
    Rule("R-EARLY-2, 3, 4", maintenance.early),
    Rule("R-REV-2", limits.mass),
    Rule("T-45", limits.open_at_once),
)


def findings(
    application: Application,
    registry: Registry,
    policy: Policy = RFC6335,
    circumstances: Circumstances = Circumstances(),  # noqa: B008  # frozen
) -> tuple[Finding, ...]:
    """Return everything that stands against *application*, the gravest first; () when nothing does.

    Pure: the same four values give the same findings.  Never raises for an application that was read.
    """
    return findings_in(Case(application, registry, policy, circumstances))


def findings_in(case: Case) -> tuple[Finding, ...]:
    """Return the findings of a case; who also asks for its way looks everything up but once."""
    return gravest_first(finding for rule in RULES for finding in rule.check(case))


def may_be_sent(found: tuple[Finding, ...]) -> bool:
    """Whether nothing in *found* refuses or returns the application."""
    return not any(finding.action in (Action.REJECT, Action.RETURN) for finding in found)
