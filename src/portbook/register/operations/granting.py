"""Granting: what an approved request is given: its numbers, its parties, on what it rests, by which steps.

The number is the applicant's, or the registry picks one (R-REQ-4, R-REV-24); a party that is published
already keeps its contact.  What giving it does to the rows, `procedures` says.
"""

from collections.abc import Iterable

from portbook.applications import Kind, Party
from portbook.applications.case import Case
from portbook.applications.suggestions import choose
from portbook.edition import State
from portbook.errors import Problem
from portbook.findings import Action, Finding
from portbook.numbers import Transport
from portbook.policy import Bodies
from portbook.precheck.granting import grant
from portbook.procedures import Basis, Change, Grant, published_contact, published_uri
from portbook.procedures.rows import standing_under
from portbook.records import Contact, PublishedDate
from portbook.register import casework, tables
from portbook.register.models import Contact as ContactRow
from portbook.register.operations import experts
from portbook.register.operations.acting import Doing, Refused, assignees, name_state
from portbook.register.operations.dossiers import Dossier
from portbook.register.operations.reviewing import Ruling
from portbook.review import Route, Verdict, early_expires
from portbook.states import PORT, Actor, ApplicationState, Evidence, NameState, PortStanding, move
from portbook.states import Act as Step

Standings = dict[tuple[int, Transport], PortStanding]

_ASKED = "RFC 6335 section 8.1.1"
_E = Evidence


# -- on what it rests


def authority(dossier: Dossier, route: Route) -> tuple[str, tuple[Finding, ...]]:
    """Return what is on record for granting the newest version, and what is missing of it (T-56).

    A decision of the IESG is enough; else each team that the route names now has recommended it; a request
    that is first come, first served needs neither.
    """
    if found := _approved(dossier):
        return f"{found.body}: {found.reference}", ()
    if route.state in (ApplicationState.IETF_DOC, ApplicationState.IESG):
        return "", (_missing(f"{' or '.join(route.procedures)} has not approved it"),)
    given = {each.team for each in experts.said(dossier).teams if each.verdict is Verdict.GRANT}
    if silent := [team.name for team in route.teams if team not in given]:
        return "", (_missing(f"{', '.join(silent)} have not recommended it"),)
    return experts.reasons(dossier, Verdict.GRANT), ()


def _approved(dossier: Dossier) -> casework.Decision | None:
    """The newest decision, if it approves: what was decided anew since then holds no more."""
    decisions = dossier.decisions()
    return decisions[-1] if decisions and decisions[-1].ruling == Ruling.APPROVED.value else None


def _missing(message: str) -> Finding:
    problem = Problem("E-DECISION-MISSING", f"of this version: {message}", "RFC 6335 section 8.1.2")
    return Finding(Action.BLOCK, "", problem)


def basis_of(dossier: Dossier, case: Case, there: Standings, expert: str) -> Basis:
    """Return on what the grant rests."""
    application, approved = dossier.application, _approved(dossier)
    return dossier.doing.basis(
        application.requester,
        consents=case.circumstances.consents,
        is_ietf_action=approved is not None,
        statement=application.answer("why_reserved"),
        has_free_numbers=_has_free_numbers(case, there),
        new_document=application.document.name if approved and case.is_ietf_document else "",
        expert=expert,
    )


def _has_free_numbers(case: Case, standings: Standings) -> bool:
    """Whether the ranges that are asked have any; looked up where it counts: a port is not Unassigned."""
    ranges = {port.range for port in case.ports if port.range}
    return {*standings.values()} <= {PortStanding.UNASSIGNED} or all(
        next(case.registry.free(each.ports), None) is not None for each in ranges
    )


def standings(doing: Doing, given: Grant) -> Standings:
    """Return how each port stands, on each transport, that is granted."""
    return {(port, each): doing.standing(port, each) for port in given.ports for each in given.transports}


# -- numbers


def numbers(case: Case) -> tuple[int, ...]:
    """Return the ports that are granted; those that are left to the registry are chosen now (R-REV-24).

    Raises `Refused` E-EXHAUSTED where a range has none left.
    """
    found: list[int] = []
    for port in case.ports if case.wants_ports else ():
        number = port.number
        if number is None and port.range:
            number = choose(case.registry, port.range.ports, case.circumstances.pending, found)
        if number is None:
            where = port.range.name if port.range else "no range"
            problem = Problem("E-EXHAUSTED", f"{where} has no free number", "RFC 6335 section 8.1")
            raise Refused((Finding(Action.BLOCK, port.path, problem),))
        found.append(number)
    return tuple(found)


# -- parties


def parties_given(dossier: Dossier) -> tuple[str, str]:
    """Return the contact ids of Assignee and Contact, who are often one; new contacts are put in."""
    doing, application = dossier.doing, dossier.application
    why = f"named in application {dossier.identity}"
    assignee = party_id(doing, application.assignee, why)
    if application.contact == application.assignee:
        return assignee, assignee
    return assignee, party_id(doing, application.contact, why)


def party_id(doing: Doing, party: Party, why: str) -> str:
    """Return the contact id of *party*: given, found by name and address, or a new one."""
    if party.id:
        return party.id
    if body := _bodies(doing.policy.bodies).get(party.email.lower()):
        new = Contact(body, party.name, None, (published_uri(party.email),), doing.today)
        if doing.on_record.contacts(body):
            return body
    else:
        new, is_there = _contact(doing, party)
        if is_there:
            return new.id
    doing.replace_person(None, new, why)
    return new.id


def _contact(doing: Doing, party: Party) -> tuple[Contact, bool]:
    """The contact that *party* is, or would be under the next id; and whether it is there."""
    taken: list[str] = []
    while True:
        new = published_contact(party.name, party.organisation, (party.email,), doing.today, taken)
        rows = tables.load(ContactRow, "WHERE LOWER(contact_id) = %s", [new.id.lower()])
        if not rows:
            return new, False
        there = doing.work.reader.contact(rows[0].row, rows[0].layout)
        if _is_same(there, new):
            return there, True
        taken.append(there.id)


def _bodies(bodies: Bodies) -> dict[str, str]:
    """The ids under which the bodies of the IETF are published, by their addresses (R-FORM-6)."""
    return {
        bodies.document_assignee_email: bodies.document_assignee_id,
        bodies.document_contact_email: bodies.document_contact_id,
    }


def _is_same(one: Contact, other: Contact) -> bool:
    return (one.name, one.organization, one.uris) == (other.name, other.organization, other.uris)


# -- the grant


def granted(dossier: Dossier, case: Case) -> Grant:
    """Return what the application is given; new contacts are put into the register."""
    doing, application = dossier.doing, dossier.application
    assignee, contact = parties_given(dossier)
    expires = None
    if application.kind is Kind.EARLY:
        expires = PublishedDate(early_expires(dossier.today, doing.policy).isoformat())
    return grant(application, numbers(case), assignee, contact, expires)


def shared(case: Case, given: Grant) -> set[tuple[int | str, ...]]:
    """Return the places of several rows: of others, who agreed (R-MARK-8), or one for each code (A-22)."""
    several = {(port, Transport.DCCP.value) for port in given.ports if len(given.codes) > 1}
    if case.application.kind is not Kind.SHARE:
        return {*several}
    beside = {
        (port, transport.value)
        for port in given.ports
        for transport in given.transports
        if case.places(port)[transport].state is State.ASSIGNED
    }
    return {*several, *beside}


def codes_alone(doing: Doing, given: Grant) -> tuple[Change, ...]:
    """Return how the codes of the grant, which its Assignee had without a service, make way for its rows."""
    found = [
        held.record
        for code in given.codes
        for held in doing.work.reader.select("WHERE code = %s AND low IS NULL AND fold = ''", [str(code)])
        if {*given.assignee} & assignees((held.record,))
    ]
    return (Change(tuple(found), (), f"now codes of {given.name!r}"),) if found else ()


# -- the steps of states


def check_steps(doing: Doing, case: Case, given: Grant, there: Standings, basis: Basis) -> None:
    """Raise `RuleError` E-STATE-MOVE unless name and ports can take the steps that the grant makes."""
    stated = [_E.STATEMENT] if basis.statement.strip() else []
    by_ietf = (Actor.IETF, _E.STANDARDS_ACTION) if case.is_ietf_document else (Actor.IESG, _E.IESG_APPROVAL)
    for (port, _), found in there.items():
        standing = standing_under(doing.policy, port, found)
        step = _port_step(standing, basis, is_early=given.expires is not None)
        if step is Step.ASSIGN_RESERVED:
            move(PORT, standing, step, by_ietf[0], (by_ietf[1], *stated))
        elif step:
            move(PORT, standing, step, Actor.IANA, _EVIDENCE[step])
    name = name_state(doing.rows.named(given.name))
    step = Step.ASSIGN_WITH_PORT if given.ports else Step.ASSIGN
    match name:
        case NameState.FREE:
            doing.name_step(given.name, step, Actor.IANA, *_EVIDENCE[step])
        case NameState.RESERVED:
            doing.name_step(given.name, step, by_ietf[0], by_ietf[1], *stated)
        case NameState.NAME_ONLY if given.ports:
            doing.name_step(given.name, Step.ADD_PORT, Actor.IANA, *_EVIDENCE[Step.ADD_PORT])


_EVIDENCE: dict[Step, tuple[Evidence, ...]] = {
    Step.ASSIGN: (_E.APPLICATION, _E.FCFS_REQUEST),
    Step.ASSIGN_WITH_PORT: (_E.PORT_REVIEW,),
    Step.ADD_PORT: (_E.PORT_REVIEW, _E.HOLDER_AGREES),
    Step.ALLOCATE_EARLY: (_E.EARLY_APPROVED,),
    Step.CONVERT: (_E.ASSIGNEE_ASKS, _E.EXPERT_APPROVAL),
    Step.ASSIGN_AGAIN: (_E.RANGE_USED_UP, _E.NEW_DOCUMENT, _E.APPLICATION),
}


def _port_step(standing: PortStanding, basis: Basis, *, is_early: bool) -> Step | None:
    """The step of one port on one transport; None where it is shared, which moves nothing."""
    match standing:
        case PortStanding.ASSIGNED | PortStanding.TEMPORARY:
            return None
        case PortStanding.UNASSIGNED:
            return Step.ALLOCATE_EARLY if is_early else Step.ASSIGN
        case PortStanding.COMPANION if not basis.is_ietf_action or not basis.statement.strip():
            return Step.CONVERT
        case PortStanding.DEASSIGNED | PortStanding.REVOKED if not basis.has_free_numbers:
            return Step.ASSIGN_AGAIN
    return Step.ASSIGN_RESERVED


def told(numbers_given: Iterable[int], transports: Iterable[Transport]) -> str:
    """Return the ports of a grant for a letter, or that it is a name alone."""
    on = ", ".join(transports)
    ports = ", ".join(map(str, numbers_given))
    return f"port {ports} on {on}" if ports else f"the service name alone, for {on}"
