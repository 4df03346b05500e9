"""Where a request goes: the procedure, the experts, and who must agree first.

`LINES` is a table: for each part of a request the first line that fits says where it goes; a line that only
asks for consent lets the search go on.  The parts are joined: a request is ready when each of its parts is.
Rules R-REV-1 to R-REV-10, from RFC 6335 sections 7.2, 8.1, 8.1.1, 8.1.2 and 10.3, and RFC 8126 section 4.
"""

from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import NamedTuple

from portbook import service_codes
from portbook.applications import Application, Case, Circumstances, How, Kind, Party
from portbook.applications.application import NEW_NAMES
from portbook.applications.case import Code, Port, Spot
from portbook.edition import State
from portbook.numbers import EXPERIMENTAL_PORTS, Transport
from portbook.policy import RFC6335, Act, Policy, Procedure, Team
from portbook.service_codes import CodeClass
from portbook.standing import Holding, Registry
from portbook.states import ApplicationState


class Part(NamedTuple):
    """One part of a request, routed by itself: a port on a transport, a service code, or the name."""

    what: str
    port: Port | None = None
    transport: Transport | None = None
    spot: Spot | None = None  # None while the number is still to be chosen
    code: Code | None = None


class Experts(StrEnum):
    """What the experts of the transport have to do with it."""

    NONE = "not asked"
    ADVISE = "advise"
    DECIDE = "decide"


class Line(NamedTuple):
    """One line of the table; `procedures` is empty where those of the port's range hold."""

    number: int
    contains: str
    applies: Callable[[Case, Part], bool]
    rules: str
    procedures: tuple[Procedure, ...] = ()
    experts: Experts = Experts.NONE
    asks_holders: bool = False  # and then the search goes on
    refuses: bool = False


class Leg(NamedTuple):
    """Where one part goes, and by which lines of the table."""

    what: str
    lines: tuple[int, ...]
    procedures: tuple[Procedure, ...]
    teams: tuple[Team, ...]  # that decide
    advisers: tuple[Team, ...]
    holders: tuple[Holding, ...]  # who must agree
    is_refused: bool
    rules: str


class Route(NamedTuple):
    """Where a request goes.  `state` is where it stands once it is validated; `persons` act on it (D-7)."""

    legs: tuple[Leg, ...]
    state: ApplicationState
    persons: int

    @property
    def procedures(self) -> tuple[Procedure, ...]:
        """The procedures of all parts, each once."""
        return tuple(dict.fromkeys(procedure for leg in self.legs for procedure in leg.procedures))

    @property
    def teams(self) -> tuple[Team, ...]:
        """The teams whose recommendation is needed, each of them (R-REV-10)."""
        return tuple(dict.fromkeys(team for leg in self.legs for team in leg.teams))

    @property
    def advisers(self) -> tuple[Team, ...]:
        """The teams that may be asked, and do not decide (R-REV-5)."""
        return tuple(dict.fromkeys(team for leg in self.legs for team in leg.advisers))

    @property
    def holders(self) -> tuple[Holding, ...]:
        """Who must agree first (R-MARK-8, R-MARK-9)."""
        return tuple(dict.fromkeys(holder for leg in self.legs for holder in leg.holders))

    @property
    def rules(self) -> tuple[str, ...]:
        """The rules that say so."""
        return tuple(dict.fromkeys(leg.rules for leg in self.legs))


def route(
    application: Application,
    registry: Registry,
    policy: Policy = RFC6335,
    circumstances: Circumstances = Circumstances(),  # noqa: B008  # frozen
) -> Route:
    """Return where *application* goes; what stands against it, `applications.findings` says."""
    return route_in(Case(application, registry, policy, circumstances))


def route_in(case: Case) -> Route:
    """Return where a case goes."""
    legs = tuple(_leg(case, part) for part in _parts(case))
    persons = max(map(case.policy.persons.needed, _acts(case)), default=1)
    return Route(legs, _state(case, legs), persons)


def _acts(case: Case) -> Iterator[Act]:
    """What the request is that may need several persons (D-7, T-51)."""
    application = case.application
    if any(port.range and port.range.is_for_the_ietf for port in case.ports):
        yield Act.SYSTEM_PORT
    if application.kind is Kind.SUCCESSION:
        yield Act.SUCCESSION
    if application.kind is Kind.CHANGE and application.assignee != Party():
        yield Act.RENAME_PARTY


# -- parts


def _parts(case: Case) -> Iterator[Part]:
    """The parts of a request; one without any goes as a whole."""
    found = [*_port_parts(case), *_code_parts(case)]
    application = case.application
    if application.kind is not Kind.CODE and not any(part.port for part in found):
        found.insert(0, Part(application.service_name or application.kind.value))
    yield from found or [Part(application.kind.value)]


def _port_parts(case: Case) -> Iterator[Part]:
    if not case.wants_ports:
        return
    if not case.ports or not case.transports:
        yield Part("a port", Port(0, None, None))
    spots = {(spot.port.at, spot.transport): spot for spot in case.spots}
    for port in case.ports:
        name = port.number if port.number is not None else port.range.name if port.range else "port"
        for transport in case.transports:
            yield Part(f"{name}/{transport}", port, transport, spots.get((port.at, transport)))


def _code_parts(case: Case) -> Iterator[Part]:
    """Codes that are to be assigned, or added to a DCCP port; others came with their port."""
    for code in case.codes:
        if case.registry.code(code.number) is None or _adds_code(case):
            yield Part(service_codes.told(code.number), code=code)


def _adds_code(case: Case) -> bool:
    on_dccp = (spot for spot in case.spots if spot.transport is Transport.DCCP)
    return any(spot.place.state is State.ASSIGNED for spot in on_dccp)


# -- the table


def _is_kind(*kinds: Kind) -> Callable[[Case, Part], bool]:
    return lambda case, part: case.application.kind in kinds and part.code is None


def _is_never_assigned(case: Case, part: Part) -> bool:
    if part.port is None:
        return False
    is_kept = bool(part.port.range and not part.port.range.is_assignable)
    return is_kept or part.port.number in EXPERIMENTAL_PORTS


def _is_alias(case: Case, part: Part) -> bool:
    return case.application.kind in NEW_NAMES and case.application.related.how is How.SAME


def _changes_assignee(case: Case, part: Part) -> bool:
    application = case.application
    if application.kind is not Kind.CHANGE or application.assignee == Party():
        return False
    return not application.maintenance.is_same_party


def _is_own_companion(case: Case, part: Part) -> bool:
    if part.spot is None or part.spot.place.state is State.ASSIGNED:
        return False
    return case.is_own_companion(part.spot)


def _is_ietf_port(case: Case, part: Part) -> bool:
    return bool(part.port and part.port.range and part.port.range.is_for_the_ietf)


def _is_own_ietf_companion(case: Case, part: Part) -> bool:
    return _is_own_companion(case, part) and _is_ietf_port(case, part)


def _is_ietf_dccp(case: Case, part: Part) -> bool:
    return part.transport is Transport.DCCP and _is_ietf_port(case, part)


def _is_reserved(case: Case, part: Part) -> bool:
    if part.spot is not None:
        return case.is_reserved(part.spot)
    held = case.name_held if case.application.kind in NEW_NAMES else None
    return bool(held and held.is_reserved and part.code is None)


def _is_of_another(case: Case, part: Part) -> bool:
    held = case.name_held
    return case.application.kind is Kind.TRANSPORT and bool(held and not case.is_own(held.holding))


def _is_shared(case: Case, part: Part) -> bool:
    holdings = part.spot.place.holdings if part.spot else ()
    return case.application.kind is Kind.SHARE and not all(map(case.is_own, holdings))


def _is_port(case: Case, part: Part) -> bool:
    return part.port is not None


def _is_by_the_ietf(case: Case, part: Part) -> bool:
    return _is_port(case, part) and bool(case.ways & {Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL})


def _is_code(case: Case, part: Part) -> bool:
    return part.code is not None


def _is_specified(case: Case, part: Part) -> bool:
    code = part.code
    return code is not None and service_codes.code_class(code.number) is CodeClass.SPECIFICATION


def _is_for_code_experts(case: Case, part: Part) -> bool:
    too_many = len(case.codes) > case.policy.limits.service_codes
    return part.code is not None and (too_many or _adds_code(case))


def _is_doubtful(case: Case, part: Part) -> bool:
    known = case.circumstances
    return known.recent >= case.policy.limits.mass or bool(known.alike)


_IETF = (Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL)
_HIGHEST = (Procedure.STANDARDS_ACTION, Procedure.IESG_APPROVAL)

_EXPERTS = (Procedure.EXPERT_REVIEW,)

# The first line that fits holds; the numbers are those of docs/applications.md.
LINES = (
    Line(1, "a port that is never assigned", _is_never_assigned, "R-RANGE-3, R-EXP-5", refuses=True),
    Line(2, "a second name for a service", _is_alias, "R-NAME-13", refuses=True),
    Line(3, "another Assignee, and nothing else", _changes_assignee, "R-XFER-5", refuses=True),
    Line(20, "one's own port, reused", _is_kind(Kind.REUSE), "R-REUSE-5, R-REUSE-7", (), Experts.DECIDE),
    Line(5, "the companion of one's own System Port", _is_own_ietf_companion, "A-8", _IETF, Experts.ADVISE),
    Line(4, "the companion of one's own port", _is_own_companion, "R-REV-8", _EXPERTS, Experts.DECIDE),
    Line(6, "a Reserved number or name", _is_reserved, "R-REV-7", _HIGHEST),
    Line(7, "a transport for another's service", _is_of_another, "R-MARK-9", asks_holders=True),
    Line(8, "a new name on an assigned port", _is_shared, "R-MARK-8", asks_holders=True),
    Line(9, "a System Port of DCCP", _is_ietf_dccp, "R-REV-9", (Procedure.IETF_REVIEW,), Experts.ADVISE),
    Line(10, "a System Port", _is_ietf_port, "R-REV-3", (), Experts.ADVISE),
    Line(11, "a port, by the IETF", _is_by_the_ietf, "R-REV-4, R-REV-5", (), Experts.ADVISE),
    Line(12, "a port", _is_port, "R-REV-4, R-REV-10", (), Experts.DECIDE),
    Line(14, "many codes, or one more", _is_for_code_experts, "R-SC-8, R-DCCP-5", _EXPERTS, Experts.DECIDE),
    Line(13, "a code by specification", _is_specified, "R-SC-5", (Procedure.SPECIFICATION,), Experts.DECIDE),
    Line(15, "a service code", _is_code, "R-SC-6", (Procedure.FIRST_COME,)),
    Line(18, "other data", _is_kind(Kind.CHANGE), "R-MAINT-1", (Procedure.OPERATOR,)),
    Line(19, "a return", _is_kind(Kind.RETURN), "R-DEAS-2", (Procedure.OPERATOR,)),
    Line(21, "a succession", _is_kind(Kind.SUCCESSION), "R-XFER-3", _EXPERTS, Experts.DECIDE),
    Line(16, "a name, one of many or doubtful", _is_doubtful, "R-REV-2", _EXPERTS, Experts.DECIDE),
    Line(17, "a name", lambda case, part: True, "R-REV-1", (Procedure.FIRST_COME,)),
)


def _leg(case: Case, part: Part) -> Leg:
    lines: list[Line] = []
    holders: tuple[Holding, ...] = ()
    for line in LINES:
        if not line.applies(case, part):
            continue
        lines.append(line)
        if line.asks_holders:
            holders = _sharers(case, part)
        else:
            break
    last = lines[-1]
    procedures = _procedures(case, part, last)
    teams = () if last.refuses else _teams(case, part)
    decides = last.experts is Experts.DECIDE and _experts_decide(last, procedures)
    return Leg(
        part.what,
        tuple(line.number for line in lines),
        procedures,
        teams if decides else (),
        teams if last.experts is Experts.ADVISE else (),
        holders,
        last.refuses,
        ", ".join(line.rules for line in lines),
    )


def _procedures(case: Case, part: Part, line: Line) -> tuple[Procedure, ...]:
    """The procedures of the line, or of the range; those that the request can take by its way, if any."""
    of_range = part.port.range.procedures if part.port and part.port.range else ()
    found = () if line.refuses else line.procedures or of_range
    return tuple(procedure for procedure in found if procedure in case.ways) or found


def _experts_decide(line: Line, procedures: tuple[Procedure, ...]) -> bool:
    """Whether a recommendation is needed: not for a range that is first come, first served."""
    return line.number == 20 or bool({Procedure.EXPERT_REVIEW, Procedure.SPECIFICATION} & set(procedures))


def _teams(case: Case, part: Part) -> tuple[Team, ...]:
    """The experts of the part's transport; of a code DCCP's; of a name those of all its transports."""
    if part.code is not None:
        return (case.policy.team_of(Transport.DCCP),)
    transports = (part.transport,) if part.transport else case.transports or (Transport.TCP,)
    return tuple(dict.fromkeys(map(case.policy.team_of, transports)))


def _sharers(case: Case, part: Part) -> tuple[Holding, ...]:
    """Who must agree to the part, as far as they have not."""
    if case.application.kind is Kind.TRANSPORT:
        found = [case.name_held.holding] if case.name_held else []
    else:
        found = [*part.spot.place.holdings] if part.spot else []
    return tuple(holder for holder in found if not case.is_own(holder) and not case.has_consent(holder))


def _state(case: Case, legs: tuple[Leg, ...]) -> ApplicationState:
    """Where the request stands once validated: the slowest of its parts decides (states, A6 to A14, A25)."""
    procedures = {procedure for leg in legs for procedure in leg.procedures}
    if any(leg.is_refused for leg in legs):
        return ApplicationState.REFUSED
    if not all(leg.procedures for leg in legs):  # no port that could be looked up is asked for
        return ApplicationState.WITH_REQUESTER
    if any(leg.holders for leg in legs):
        return ApplicationState.CONFIRMING
    if procedures & {Procedure.STANDARDS_ACTION, Procedure.IETF_REVIEW} and case.is_ietf_document:
        return ApplicationState.IETF_DOC
    if procedures & {Procedure.STANDARDS_ACTION, Procedure.IESG_APPROVAL, Procedure.IETF_REVIEW}:
        is_ours = Procedure.IESG_APPROVAL in case.ways
        return ApplicationState.IESG if is_ours else ApplicationState.REFUSED
    if any(leg.teams for leg in legs):
        return ApplicationState.EXPERT_REVIEW
    if Procedure.OPERATOR in procedures:
        return ApplicationState.MODIFIABLE
    return ApplicationState.ASSIGNABLE
