"""Rules of requests on what is assigned: R-MAINT, R-DEAS-1, R-REUSE-1 and 4, R-XFER, and early allocation.

Whether the evidence is enough, and what an approved act does to the rows, is for `procedures`.
"""

from collections.abc import Iterator

from portbook.applications.application import Application, Kind, Party
from portbook.applications.case import Case, advised, blocked, refused, returned, routed
from portbook.edition import State
from portbook.errors import shown
from portbook.findings import Finding
from portbook.names import same_name
from portbook.policy import IETF_PROCEDURES
from portbook.standing import Holding

_KEEP = frozenset({Kind.CHANGE, Kind.RETURN, Kind.REUSE})


def authority(case: Case) -> Iterator[Finding]:
    """Assignee or Contact ask for a change (R-MAINT-2); the Assignee gives up a port (R-DEAS-1, A-28)."""
    holding = _subject(case)
    if holding is None:
        return
    kind, requester = case.application.kind, case.application.requester
    if kind is Kind.CHANGE and not case.is_own(holding):
        message = f"only the Assignee or the Contact of {shown(holding.name)} may ask for a change"
        yield refused("requester", "E-NOT-AUTHORISED", message, "RFC 6335 sections 8.1.1, 8.6")
    if kind in (Kind.RETURN, Kind.REUSE):
        if not case.is_own(holding):
            message = f"only the Assignee of {shown(holding.name)} may do that"
            yield refused("requester", "E-NOT-ASSIGNEE", message, "RFC 6335 sections 8.2, 8.3")
        elif not holding.is_held_by(requester) and not case.has_consent(holding):
            speakers = ", ".join(case.who_speaks(holding))
            message = f"the Contact asks for what cannot be undone: {speakers} must confirm it"
            yield blocked("requester", "E-CONFIRM-MISSING", message, "RFC 6335 sections 8.1.1, 8.2")


def _subject(case: Case) -> Holding | None:
    """Whose the thing is that a request for upkeep is about."""
    if case.application.kind not in _KEEP:
        return None
    application = case.application
    is_reuse = application.kind is Kind.REUSE
    held = case.held(application.maintenance.old_name) if is_reuse else case.name_held
    if held is None and application.service_name and not is_reuse:
        held = case.registry.name(application.service_name)  # a historic name is none that could be asked for
    return held.holding if held else None


def own_ports(case: Case) -> Iterator[Finding]:
    """What is returned or reused is the service's own port (R-DEAS-1, R-REUSE-1)."""
    application = case.application
    if application.kind not in (Kind.RETURN, Kind.REUSE):
        return
    name = application.maintenance.old_name if application.kind is Kind.REUSE else application.service_name
    for spot in case.spots:
        names = [holding.name for holding in spot.place.holdings]
        if spot.place.state is not State.ASSIGNED or not any(same_name(each, name) for each in names):
            message = f"{spot.number}/{spot.transport} is not assigned to {shown(name)}"
            yield refused(spot.port.path, "E-NOT-ASSIGNEE", message, "RFC 6335 sections 8.2, 8.3")


def reuse_name(case: Case) -> Iterator[Finding]:
    """The old name stays with the old service; the new one gets its own (R-REUSE-4)."""
    application = case.application
    old = application.maintenance.old_name
    if application.kind is Kind.REUSE and old and same_name(old, application.service_name):
        message = f"the new application would have the old one's name, {shown(old)}"
        yield advised("service_name", "W-REUSE-NAME", message, "RFC 6335 section 8.3")


def transfer(case: Case) -> Iterator[Finding]:
    """No upkeep changes an Assignee (R-XFER-1, R-XFER-5); a new name of the same party does (R-XFER-6)."""
    application = case.application
    given = application.assignee
    if application.kind in (Kind.TRANSPORT, Kind.PORT) and case.name_held and given.id:
        holding = case.name_held.holding
        if holding.assignees and not holding.is_held_by(given.id):
            message = (
                f"{shown(holding.name)} has one Assignee, {', '.join(holding.assignees)}, on all transports"
            )
            yield refused("assignee.id", "E-XFER", message, "RFC 6335 sections 5, 8.5")
    if application.kind is not Kind.CHANGE or given == Party():
        return
    if application.maintenance.is_same_party:
        if not application.maintenance.evidence.strip():
            message = "a new name of the same Assignee needs evidence"
            yield returned("maintenance.evidence", "E-XFER", message, "RFC 6335 sections 8.1.1, 8.6")
        return
    message = "the Assignee is never changed as upkeep: one party releases and the other applies, together"
    yield refused("assignee", "E-XFER", message, "RFC 6335 sections 8.5, 8.6")


def succession(case: Case) -> Iterator[Finding]:
    """Both parties ask, and for a reason that the registry can accept (R-XFER-2, R-XFER-3, A-5)."""
    application = case.application
    if application.kind is not Kind.SUCCESSION:
        return
    held = case.registry.name(application.service_name)
    release = application.maintenance.released_by
    if held and not (release and release in case.who_speaks(held.holding)):
        speakers = ", ".join(case.who_speaks(held.holding))
        message = f"the release of {speakers} is missing"
        yield blocked("maintenance.released_by", "E-XFER", message, "RFC 6335 section 8.5")
    if not application.maintenance.reason.strip():
        message = "no technical, operational or managerial reason is given"
        yield returned("maintenance.reason", "E-XFER-REASON", message, "RFC 6335 section 8.5")


def upkeep(case: Case) -> Iterator[Finding]:
    """Who controls an entry (R-MAINT-4); a new name is more than upkeep (R-MAINT-5, R-MAINT-9)."""
    application, held = case.application, case.name_held
    if application.kind is not Kind.CHANGE or held is None:
        return
    bodies = case.policy.bodies
    if bodies.document_assignee_id in held.holding.assignees:
        message = f"the {bodies.change_controller} controls changes of {shown(held.holding.name)}"
        yield routed("service_name", "W-CHANGE-CONTROL", message, "RFC 8126 section 2.3")
    if application.maintenance.new_name:
        message = "a new name breaks those who know the old one; it is reviewed like a reuse"
        yield routed("maintenance.new_name", "W-RENAME", message, "RFC 7605 section 7.9")
    if application.description and not held.ports:
        message = "a name that was first come, first served keeps its purpose"
        yield advised("description", "W-REPURPOSE", message, "RFC 8126 section 4.4")


def early(case: Case) -> Iterator[Finding]:
    """For documents of the IETF alone (R-EARLY-2), with the group's agreement (R-EARLY-3, R-EARLY-4)."""
    application = case.application
    if application.kind is not Kind.EARLY:
        return
    source = "RFC 7120 (which replaces RFC 4020) sections 1, 2"
    if not case.is_ietf_document:
        message = "an early allocation is for documents of the IETF; the ordinary way is open now"
        yield refused("channel", "E-EARLY-POLICY", message, source)
    for port in case.ports:
        if port.range and not IETF_PROCEDURES.intersection(port.range.procedures):
            message = f"no IETF procedure assigns ports of the {port.range.name}"
            yield refused(port.path, "E-EARLY-POLICY", message, source)
    if not application.document.name.startswith("draft-"):
        message = f"{shown(application.document.name)} is no Internet-Draft"
        yield returned(
            "document.name", "E-EARLY-DRAFT", message, "RFC 6335 section 8.1.1; RFC 7120 section 2"
        )
    yield from _early_steps(application)


_DRAFT = {
    "draft_is_stable": "the draft is stable: later versions will work with this one",
    "describes_use": "the draft describes format and meaning",
    "has_interest": "there is interest in implementing early, or numbers would collide",
}
_PATH = {
    "has_consensus": "the working group agrees",
    "chairs_agree": "the chairs agree",
    "area_director_agrees": "the Area Director agrees",
}


def _early_steps(application: Application) -> Iterator[Finding]:
    for name, words in _DRAFT.items():
        if not getattr(application.early, name):
            message = f"not confirmed: {words}"
            yield returned(f"early.{name}", "E-EARLY-DRAFT", message, "RFC 7120 section 2")
    for name, words in _PATH.items():
        if not getattr(application.early, name):
            message = f"not confirmed: {words}"
            yield blocked(f"early.{name}", "E-EARLY-PATH", message, "RFC 7120 section 3")
