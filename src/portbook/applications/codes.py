"""Rules of the DCCP service codes that are asked for: R-SC-1 to 10, R-DCCP-1 to 6, R-FORM-16."""

from collections.abc import Iterator

from portbook import service_codes
from portbook.applications.application import NEW, Kind
from portbook.applications.case import Case, Code, advised, refused, returned, routed
from portbook.errors import Problem, RuleError
from portbook.findings import Action, Finding
from portbook.numbers import Transport

_ASKED = "RFC 6335 section 8.1.1"
_DCCP = "RFC 6335 section 10.3"
_REFUSED = frozenset({"E-SC-ZERO", "E-SC-INVALID", "E-SC-PRIVATE"})


def with_dccp(case: Case) -> Iterator[Finding]:
    """A service code exactly when DCCP is among the transports (R-FORM-16)."""
    application = case.application
    if application.kind is Kind.CODE and not application.codes:
        yield returned("codes", "E-SC-MISSING", "no service code is named", _ASKED)
    if application.kind not in NEW:
        return
    has_dccp = Transport.DCCP in case.transports
    if has_dccp and not application.codes:
        yield returned("codes", "E-SC-MISSING", "DCCP is asked for without a service code", _ASKED)
    if application.codes and not has_dccp:
        yield refused(
            "codes", "E-SC-UNEXPECTED", "a service code is given, and DCCP is not asked for", _ASKED
        )


def syntax(case: Case) -> Iterator[Finding]:
    """A code is a 32-bit number in one of its forms (R-SC-1, R-SC-11 to 14), and stands once."""
    seen: set[int] = set()
    for index, wanted in enumerate(case.application.codes):
        field = f"codes[{index}].code"
        try:
            code = service_codes.parse(wanted.code)
        except RuleError as error:
            yield Finding(Action.REJECT, field, error.problem)
            continue
        if code in seen:
            yield returned(
                field, "E-SC-OVERLAP", f"service code {code} stands twice", "RFC 4340 section 19.9"
            )
        seen.add(code)


def assignable(case: Case) -> Iterator[Finding]:
    """A new code is free and complete (R-SC-2 to 7, 10); one for a port is assigned before (R-DCCP-1)."""
    is_standards_track = case.is_ietf_document and case.application.document.is_standards_track
    for code in case.codes:
        wanted = case.application.codes[code.at]
        held = case.registry.code(code.number)
        if case.wants_ports:
            yield from _at_ports(case, code)
        elif held is not None and case.application.kind is Kind.CODE:
            message = f"service code {service_codes.told(code.number)} is assigned already"
            yield refused(code.path, "E-SC-TAKEN", message, _ASKED)
            continue
        if held is None:
            description = wanted.description or case.application.description
            yield from (
                _of_request(code, problem)
                for problem in service_codes.request_problems(
                    code.number, description, wanted.specification, is_standards_track
                )
            )


def _of_request(code: Code, problem: Problem) -> Finding:
    return Finding(Action.REJECT if problem.code in _REFUSED else Action.RETURN, code.path, problem)


def _at_ports(case: Case, code: Code) -> Iterator[Finding]:
    """R-DCCP-1 and R-DCCP-3 for each DCCP port; with the range alone, no port is known yet."""
    held = case.registry.code(code.number)
    if service_codes.assignment_problem(code.number):
        return
    numbers = [spot.number for spot in case.spots if spot.transport is Transport.DCCP]
    for number in numbers or [-1]:
        has_port = held.port if held else None
        problem = service_codes.port_problem(code.number, number, held is not None, has_port)
        if problem and Transport.DCCP in case.transports:
            action = Action.BLOCK if problem.code == "E-SC-FIRST" else Action.REJECT
            yield Finding(action, code.path, problem)


def many(case: Case) -> Iterator[Finding]:
    """Many codes are an expert's matter (R-SC-8, A-24), and not to be had in blocks (R-SC-9)."""
    codes = [code.number for code in case.codes]
    limit = case.policy.limits.service_codes
    if len(codes) > limit:
        message = f"{len(codes)} service codes: more than {limit} go to the DCCP experts"
        yield routed("codes", "W-SC-MANY", message, f"{_DCCP}.1")
    if problem := service_codes.block_problem(codes):
        yield advised("codes", problem.code, problem.message, problem.source)


def added(case: Case) -> Iterator[Finding]:
    """A code for a DCCP port that is assigned already is an expert's matter (R-DCCP-4, R-DCCP-5)."""
    for spot in case.spots:
        if spot.transport is Transport.DCCP and spot.place.holdings and case.codes:
            message = f"{spot.number}/dccp is assigned: a further service code goes to the DCCP experts"
            yield routed("codes", "W-SC-ADDED", message, f"{_DCCP}.2")
