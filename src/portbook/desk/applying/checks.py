"""What the rules say of a draft before it is sent: the pre-check, by the edition that the site shows.

What others have asked for meanwhile the register adds; what it says when the request is sent, it says itself.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import NamedTuple

from portbook.applications import (
    FIELDS,
    Application,
    Circumstances,
    Declared,
    Kind,
    Reading,
    findings_in,
)
from portbook.applications.case import Case
from portbook.applications.suggestions import choose
from portbook.desk.applying import mapping, prechecks, questionnaire
from portbook.desk.applying.fields import Question
from portbook.desk.members import Person
from portbook.edition import Edition
from portbook.findings import Action, Finding
from portbook.formats import columns
from portbook.numbers import MAX_PORT, Transport
from portbook.policy import RFC6335, Asked, Policy
from portbook.precheck import Checker, PreCheck
from portbook.records import PublishedDate, Record
from portbook.register.operations.circumstances import Pending
from portbook.register.reading import statuses
from portbook.states import ApplicationState
from portbook.web import clock
from portbook.web.editions import Served

ANSWERED, TO_MEND, NEEDED, OPTIONAL = "answered", "to mend", "needed", "optional"  # marks of questions

MAP_COLUMNS, MAP_ROWS, CELL = 32, 4, 10  # of the small map; a cell in units of its drawing


class Look(NamedTuple):
    """What is known of a draft."""

    reading: Reading
    checked: PreCheck
    findings: tuple[Finding, ...]  # all of them: of the form of its fields, and of the rules
    questions: tuple[Question, ...]  # that its kind has
    conditions: frozenset[Asked]  # of whom questions apply
    typed: Mapping[str, str] = MappingProxyType({})
    filled: frozenset[str] = frozenset()  # paths of the fields in which something stands
    needed: frozenset[str] = frozenset()  # questions that cannot stay empty
    chosen: int | None = None  # what the registry would give to who leaves the choice
    policy: Policy = RFC6335

    @property
    def can_be_sent(self) -> bool:
        """Whether it is written as a request is."""
        return not self.reading.faults

    @property
    def is_in_order(self) -> bool:
        return self.can_be_sent and self.checked.is_in_order

    @property
    def would_be_refused(self) -> bool:
        """Whether the registry would refuse it as it stands, and not only give it back."""
        return any(each.action is Action.REJECT for each in self.findings)

    def findings_on(self, question: Question) -> tuple[Finding, ...]:
        """Return what stands against the answers to *question*."""
        return tuple(
            each
            for each in self.findings
            if each.field and mapping.is_of(question, mapping.name_of_path(each.field))
        )

    def question_of(self, finding: Finding) -> Question | None:
        """Return the question whose answer *finding* is about."""
        return mapping.question_at(self.questions, finding.field)

    def is_answered(self, question: Question) -> bool:
        """Whether something stands in a field of *question*."""
        return any(field.path in self.filled for field in question.fields)

    def applies(self, question: Question) -> bool:
        """Whether *question* is asked of such a request; what was answered is shown in any case."""
        if self.is_answered(question):
            return True
        if question.asked is not Asked.ALL and question.asked not in self.conditions:
            return False
        asks = self.reading.application
        has_transports = "transports" in FIELDS[asks.kind]
        return not (has_transports and question.transport) or question.transport in asks.transports

    def mark_of(self, question: Question) -> str:
        """Return how far *question* is answered, in a word."""
        if self.is_answered(question):
            return TO_MEND if any(map(is_grave, self.findings_on(question))) else ANSWERED
        return NEEDED if question.slug in self.needed else OPTIONAL

    @property
    def goes_to(self) -> str:
        """Where it goes once it is sent, in a sentence."""
        route = self.checked.route
        if teams := ", ".join(team.name for team in route.teams):
            return f"A registrar checks it, then it is reviewed by: {teams}."
        return _WAYS.get(route.state, "A registrar looks at it next.")


_WAYS = {
    ApplicationState.ASSIGNABLE: "First come, first served: a registrar checks it and enters it.",
    ApplicationState.CONFIRMING: "Who holds what is to be shared is asked to agree first.",
    ApplicationState.IETF_DOC: "It waits until the document is approved.",
    ApplicationState.IESG: "The IESG decides.",
    ApplicationState.REFUSED: "As it stands the registry would refuse it.",
    ApplicationState.WITH_REQUESTER: "As it stands the registry would send it back.",
}
WOULD = {  # what findings are called before anything is sent, the gravest first
    Action.REJECT: "The registry would refuse this",
    Action.RETURN: "The registry would send this back",
    Action.BLOCK: "It would wait",
    Action.ROUTE: "It would go another way",
    Action.WARN: "Advice",
}


# -- what the register adds


def policy_for(person: Person) -> Policy:
    """Return the policy of the registry as it stands."""
    return statuses.looking(person.member, clock.instant()).policy


# -- a draft


def look(here: Served, person: Person, kind: Kind, typed: Mapping[str, str]) -> Look:
    """Return what is known of a draft now; the desk itself says who asks."""
    policy = policy_for(person)
    reading = mapping.reading_of(kind, {"requester": person.party, **typed})
    checks, known = prechecks.checker_of(here, policy), Circumstances(pending=Pending())
    found = checks.check(reading.application, PublishedDate(clock.today().isoformat()), known)
    case = Case(reading.application, checks.registry, policy, known)
    filled = mapping.filled(typed)
    questions = questionnaire.of_kind(kind, policy, filled)
    return Look(
        reading,
        found,
        (*reading.faults, *_not_at_fault(found.findings, reading)),
        questions,
        questionnaire.conditions(case),
        typed,
        filled,
        frozenset(_needed(case, questions)),
        _chosen(case),
        policy,
    )


def _needed(case: Case, questions: tuple[Question, ...]) -> Iterator[str]:
    """The questions at which a request falls short that says nothing, or only what decides what is asked."""
    asks = case.application
    silent = Application(asks.kind)
    short = silent._replace(
        requester=asks.requester,
        channel=asks.channel,
        document=asks.document,
        service_name=asks.service_name,
        transports=asks.transports,
        ports=asks.ports,
        declares=Declared(has_secure_pair=asks.declares.has_secure_pair),
    )
    both = [findings_in(replace(case, application=each)) for each in (silent, short)]
    missed = {mapping.name_of_path(each.field) for found in both for each in found if is_grave(each)}
    for question in questions:
        if any(mapping.is_of(question, name) for name in missed if name):
            yield question.slug


def would_be_given(checker: Checker, policy: Policy, application: Application) -> int | None:
    """Return the number that *application* would be given now, where its author leaves the choice."""
    if all(each.number for each in application.ports):
        return None
    return _chosen(Case(application, checker.registry, policy, Circumstances(pending=Pending())))


def _chosen(case: Case) -> int | None:
    """The number that the registry would give now, where the first choice is left to it (R-REV-24)."""
    left = (port.range for port in case.ports if case.wants_ports and port.number is None)
    within = next((each for each in left if each and each.is_assignable), None)
    return choose(case.registry, within.ports, case.circumstances.pending) if within else None


def _not_at_fault(found: tuple[Finding, ...], reading: Reading) -> tuple[Finding, ...]:
    """What is found, but that a field is empty which could not be read."""
    at_fault = {each.field for each in reading.faults}
    return tuple(each for each in found if each.field not in at_fault)


def is_grave(finding: Finding) -> bool:
    """Say whether *finding* keeps the request from being in order."""
    return finding.action in (Action.REJECT, Action.RETURN)


# -- the neighbourhood of a port, as a small map


class Cell(NamedTuple):
    """A port on the map, with its place in the drawing."""

    port: int
    mark: str  # "assigned" and the like
    x: int
    y: int
    is_here: bool
    is_suggested: bool


class Run(NamedTuple):
    """Ports in a row of one state, in words."""

    ports: str
    state: str
    names: tuple[str, ...]


class Map(NamedTuple):
    """The ports around one; the same as a drawing and as a list."""

    port: int
    transport: str
    cells: tuple[Cell, ...]
    runs: tuple[Run, ...]
    width: int = MAP_COLUMNS * CELL
    height: int = MAP_ROWS * CELL
    size: int = CELL - 2


def around(seen: Look, edition: Edition, given: int | None = None) -> Map | None:
    """Return the map around what was *given*, or is asked for first, else what would be given or is good."""
    suggested = [each.port for each in seen.checked.suggestions]
    chosen = [seen.chosen] if seen.chosen is not None else []
    was_given = [given] if given is not None else []
    numbers = (wanted.number for wanted in seen.reading.application.ports)
    asked = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 6]
    port = next((number for number in (*was_given, *asked, *chosen, *suggested) if number <= MAX_PORT), None)
    if port is None:
        return None
    over = next((each for each in Transport if each in seen.reading.application.transports), Transport.TCP)
    cells = tuple(_cells(edition, port, over, frozenset(suggested)))
    return Map(port, over, cells, _runs(edition, cells, over))


def _cells(edition: Edition, port: int, over: Transport, suggested: frozenset[int]) -> list[Cell]:
    size = MAP_COLUMNS * MAP_ROWS
    low = min(max(port // MAP_COLUMNS - MAP_ROWS // 2, 0) * MAP_COLUMNS, MAX_PORT + 1 - size)
    return [
        Cell(
            number,
            edition.port(number, over).state.value.lower(),
            (number - low) % MAP_COLUMNS * CELL,
            (number - low) // MAP_COLUMNS * CELL,
            number == port,
            number in suggested,
        )
        for number in range(low, low + size)
    ]


def _runs(edition: Edition, cells: tuple[Cell, ...], over: Transport) -> tuple[Run, ...]:
    """The cells as a list: neighbours that say the same are one."""
    found: list[tuple[int, int, str, tuple[str, ...]]] = []
    for cell in cells:
        said = cell.mark, tuple(edition.services(cell.port, over))
        if found and found[-1][2:] == said:
            found[-1] = (found[-1][0], cell.port, *said)
        else:
            found.append((cell.port, cell.port, *said))
    return tuple(
        Run(str(low) if low == high else f"{low}–{high}", state, names) for low, high, state, names in found
    )


Cells = list[tuple[str, str]]  # the columns of a row that are not empty
_TELLING = frozenset({"Service Name", "Port Number", "Transport Protocol", "Description"})


def preview(seen: Look) -> list[Cells]:
    """Return the rows as they would be published."""
    return [_cells_of(row) for row in seen.checked.preview]


def gives_way(seen: Look) -> list[str]:
    """Return the rows that stand no more when those of the preview do, each in a line."""
    return [
        " ".join(text for name, text in _cells_of(row) if name in _TELLING) for row in seen.checked.gives_way
    ]


def keeps_reference(seen: Look) -> bool:
    """Whether words on the protocol were said of which the rows print nothing: they cannot be cited."""
    rows = [dict(_cells_of(row)) for row in seen.checked.preview]
    return bool(rows and seen.reading.application.reference) and not any("Reference" in row for row in rows)


def _cells_of(record: Record) -> Cells:
    cells = zip(columns.COLUMNS, columns.row(record), strict=True)
    return [(name, text) for name, text in cells if text]
