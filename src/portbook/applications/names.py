"""Rules of the name that is asked for: R-NAME-1 to 18, R-REQ-2, R-RESV-1, R-LEG-8, R-SD-7, T-44."""

import re
from collections.abc import Iterator

from portbook.applications.application import NEW_NAMES, WITH_PORTS, Channel, How, Kind
from portbook.applications.case import Case, advised, refused, returned, routed
from portbook.discovery import parse_service_label
from portbook.errors import shown
from portbook.findings import Action, Finding
from portbook.names import fold, same_name, service_name_problem, service_name_problems

FIELD = "service_name"
REDUNDANT = frozenset(
    {"port", "ports", "prt", "service", "services", "svc", "srv", "protocol", "proto", "prot"}
)

_SYNTAX = "RFC 6335 section 5.1"
_STYLE = "RFC 6335 section 5"
_VERSION = re.compile(r"(?:^|[-.a-z])v(?:er)?[0-9]+(?:$|[-.])", re.ASCII)
_IP = re.compile(r"ipv[46]", re.ASCII)
_VERSION_IN_TEXT = re.compile(r"\b(?:v ?[0-9]+(?:\.[0-9]+)*|version [0-9]+|release [0-9]+)\b", re.ASCII)


def missing(case: Case) -> Iterator[Finding]:
    """A port is never asked for without a name (R-REQ-2); what concerns a service names it."""
    application = case.application
    if application.service_name or application.kind in (Kind.NAME, Kind.CODE):
        return
    message = "a port is asked for without a service name" if case.wants_ports else "no service is named"
    yield returned(FIELD, "E-NAME-MISSING", message, "RFC 6335 section 8.1.1")


def syntax(case: Case) -> Iterator[Finding]:
    """A new name is well formed (R-NAME-1 to 5, 18, R-LEG-8); a label of DNS is none (R-SD-7)."""
    for field, name in _new_names(case):
        problem = service_name_problem(name)
        if problem and name.startswith("_") and "._" in name:
            label = parse_service_label(name)
            hint = f"the name alone is meant, {shown(label.name)}" if label else "a name has no layers"
            message = f"{problem.message}; {hint} (RFC 6763 section 7)"
            yield refused(field, problem.code, message, problem.source)
        else:
            yield from (Finding(Action.REJECT, field, each) for each in service_name_problems(name))


def house_rules(case: Case) -> Iterator[Finding]:
    """A new name obeys what the policy asks besides."""
    rules = case.policy.names
    for field, name in _new_names(case):
        if service_name_problem(name):
            continue
        reasons = []
        if len(name) > rules.max_length:
            reasons.append(f"has {len(name)} characters; {rules.max_length} are allowed here")
        if not fold(name).startswith(fold(rules.prefix)):
            reasons.append(f"does not begin with {shown(rules.prefix)}")
        if rules.pattern and not re.fullmatch(rules.pattern, fold(name), re.ASCII):
            reasons.append(f"does not follow the pattern {shown(rules.pattern)}")
        for reason in reasons:
            message = f"service name {shown(name)} {reason}"
            yield returned(field, "E-NAME-POLICY", message, f"the policy {shown(case.policy.name)}")


def taken(case: Case) -> Iterator[Finding]:
    """A new name differs from all that are assigned (R-NAME-9) and is not Reserved (R-NAME-11, R-RESV-1)."""
    for field, name in _new_names(case):
        held = case.held(name)
        if held is None or _may_go_on(case, held.holding.name, case.is_own(held.holding)):
            continue
        if not held.is_reserved:
            message = f"service name {shown(name)} is assigned already, as {shown(held.holding.name)}"
            yield refused(field, "E-NAME-TAKEN", message, "RFC 6335 section 8.1.1")
        elif case.application.channel is Channel.FORM:
            message = f"service name {shown(name)} is Reserved: only an IETF process can assign it"
            yield refused(field, "E-NAME-RESERVED", message, "RFC 6335 sections 8.1, 8.2")


def _may_go_on(case: Case, name: str, is_own: bool) -> bool:
    """Whether an assigned name may stand in the request: one's own gets a port; W-REUSE-NAME tells."""
    if case.application.kind is Kind.REUSE:
        return same_name(name, case.application.maintenance.old_name)
    return is_own and case.application.kind in (Kind.PORT, Kind.EARLY)


def unknown(case: Case) -> Iterator[Finding]:
    """What is to get more, or be changed, is assigned."""
    application = case.application
    asked = {FIELD: application.service_name}
    if application.kind is Kind.REUSE:
        asked = {"maintenance.old_name": application.maintenance.old_name}
    elif application.kind in NEW_NAMES or application.kind is Kind.CODE:
        return
    for field, name in asked.items():
        if case.registry.name(name) is None and (name or application.kind is Kind.REUSE):
            message = f"no service is assigned under the name {shown(name)}"
            yield returned(field, "E-NAME-UNKNOWN", message, "RFC 6335 section 8.1.1")


def alias(case: Case) -> Iterator[Finding]:
    """A service that has a name gets no second one (R-NAME-13, A-10)."""
    related = case.application.related
    if related.how is How.SAME and case.application.kind in NEW_NAMES:
        name = case.application.service_name
        message = f"{shown(name)} would be a second name for {shown(related.name)}"
        yield refused("related.how", "E-NAME-ALIAS", message, "RFC 6335 section 5; RFC 7605 section 7.9")


def alike(case: Case) -> Iterator[Finding]:
    """A name that is easily taken for another's is looked at by people (T-44)."""
    if case.application.kind not in NEW_NAMES:
        return
    for other in case.circumstances.alike:
        held = case.registry.name(other)
        if held is None or case.is_own(held.holding) or case.is_of_the_service(held.holding):
            continue
        name = case.application.service_name
        message = f"service name {shown(name)} is easily taken for {shown(other)}, which is another's"
        yield routed(FIELD, "W-NAME-ALIKE", message, "docs/applications.md")


def style(case: Case) -> Iterator[Finding]:
    """A name is short and telling (R-NAME-14), without empty words (R-NAME-15) or versions (R-NAME-16)."""
    for field, name in _new_names(case):
        folded = fold(name)
        if service_name_problem(name):
            continue
        if len(name) < 2 or sum(letter.isalpha() for letter in name) * 2 < len(name):
            message = f"service name {shown(name)} tells little: mostly digits, or a letter alone"
            yield advised(field, "W-NAME-STYLE", message, _STYLE)
        if words := [word for word in folded.split("-") if word in REDUNDANT]:
            message = f"service name {shown(name)} has {shown(words[0])}, which adds nothing"
            yield advised(field, "W-NAME-REDUNDANT", message, _STYLE)
        if _VERSION.search(_IP.sub("ip", folded)):
            message = f"service name {shown(name)} has a version, which is told inside the connection"
            yield advised(field, "W-NAME-VERSION", message, "RFC 7605 section 7.5")
    yield from _description_style(case)


def _description_style(case: Case) -> Iterator[Finding]:
    """The form asks the same of the description (R-NAME-15, R-NAME-16)."""
    text = case.application.description.lower()
    if case.application.kind not in NEW_NAMES:
        return
    if words := [word for word in re.findall(r"[a-z]+", text) if word in REDUNDANT]:
        message = f"the description has {shown(words[0])}, which adds nothing"
        yield advised("description", "W-NAME-REDUNDANT", message, f"{_STYLE}; IANA's form")
    if found := _VERSION_IN_TEXT.search(_IP.sub("ip", text)):
        message = f"the description has a version, {shown(found[0])}"
        yield advised("description", "W-NAME-VERSION", message, "RFC 7605 section 7.5")


def discovery(case: Case) -> Iterator[Finding]:
    """A service that only finds others says so in its name (R-NAME-17)."""
    name = case.application.service_name
    is_new = case.application.kind in NEW_NAMES
    if is_new and name and case.application.declares.only_discovery and "disc" not in fold(name):
        message = f"service name {shown(name)} does not show that the service only finds others: -disc would"
        yield advised(FIELD, "W-NAME-DISC", message, "RFC 6335 section 5; RFC 7605 section 7.6")


def _new_names(case: Case) -> Iterator[tuple[str, str]]:
    """The new names that are asked for, with their fields; a port without name has its own finding."""
    application = case.application
    if application.kind is Kind.NAME or (application.kind in WITH_PORTS and application.service_name):
        yield FIELD, application.service_name
    if application.kind is Kind.CHANGE and application.maintenance.new_name:
        yield "maintenance.new_name", application.maintenance.new_name
