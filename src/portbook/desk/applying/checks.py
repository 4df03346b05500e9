"""What the rules say of a draft before it is sent: the pre-check, by the edition that the site shows.

What others have asked for meanwhile the register adds; what it says when the request is sent, it says itself.
"""

from collections.abc import Mapping
from typing import NamedTuple

from portbook.applications import Circumstances, Kind, Reading
from portbook.applications.case import Case
from portbook.desk.applying import mapping, prechecks, questionnaire
from portbook.desk.applying.fields import Question
from portbook.desk.members import Person
from portbook.edition import Edition
from portbook.findings import Action, Finding
from portbook.formats import columns
from portbook.numbers import MAX_PORT, Transport
from portbook.policy import Asked, Policy
from portbook.precheck import PreCheck
from portbook.records import PublishedDate, Record
from portbook.register import showing, tables
from portbook.register.operations.contesting import contested
from portbook.states import ApplicationState
from portbook.web import clock
from portbook.web.editions import Served

MAP_COLUMNS, MAP_ROWS, CELL = 32, 4, 10  # of the small map; a cell in units of its drawing


class Look(NamedTuple):
    """What is known of a draft."""

    reading: Reading
    checked: PreCheck
    findings: tuple[Finding, ...]  # all of them: of the form of its fields, and of the rules
    questions: tuple[Question, ...]  # that its kind has
    conditions: frozenset[Asked]  # of whom questions apply

    @property
    def can_be_sent(self) -> bool:
        """Whether it is written as a request is."""
        return not self.reading.faults

    @property
    def is_in_order(self) -> bool:
        return self.can_be_sent and self.checked.is_in_order

    def findings_on(self, question: Question) -> tuple[Finding, ...]:
        """Return what stands against the answers to *question*."""
        return tuple(
            each
            for each in self.findings
            if each.field and mapping.is_of(question, mapping.name_of_path(each.field))
        )

    def question_of(self, finding: Finding) -> Question | None:
        """Return the question whose answer *finding* is about."""
        name = mapping.name_of_path(finding.field)
        return next((each for each in self.questions if name and mapping.is_of(each, name)), None)

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
    ApplicationState.REFUSED: "As it stands it will be refused.",
    ApplicationState.WITH_REQUESTER: "As it stands it will come back to you.",
}


# -- what the register adds


def policy_for(person: Person) -> Policy:
    """Return the policy of the registry as it stands."""
    return showing.looking(person.member, clock.instant()).policy


def _known() -> Circumstances:
    """The ports that others have asked for, or that an appeal is about."""
    wanted = tables.rows("SELECT port, transport FROM register_wanted")
    places = contested().places.union((port, Transport(transport)) for port, transport in wanted)
    return Circumstances(pending=places)


# -- a draft


def look(here: Served, person: Person, kind: Kind, typed: Mapping[str, str]) -> Look:
    """Return what is known of a draft now; the desk itself says who asks."""
    policy = policy_for(person)
    reading = mapping.reading_of(kind, {"requester": person.party, **typed})
    checks, known = prechecks.checker_of(here, policy), _known()
    found = checks.check(reading.application, PublishedDate(clock.today().isoformat()), known)
    case = Case(reading.application, checks.registry, policy, known)
    return Look(
        reading,
        found,
        (*reading.faults, *_not_at_fault(found.findings, reading)),
        questionnaire.of_kind(kind, policy, mapping.filled(typed)),
        questionnaire.conditions(case),
    )


def _not_at_fault(found: tuple[Finding, ...], reading: Reading) -> tuple[Finding, ...]:
    """What is found, but that a field is empty which could not be read."""
    at_fault = {each.field for each in reading.faults}
    return tuple(each for each in found if each.field not in at_fault)


def steps(seen: Look, skipped: frozenset[str], typed: Mapping[str, str]) -> tuple[Question, ...]:
    """Return the questions that are asked one by one: those that apply, and those that were answered."""
    filled, asked = mapping.filled(typed), {Asked.ALL, *seen.conditions}
    return tuple(
        each
        for each in seen.questions
        if each.slug not in skipped
        and (each.asked in asked or any(field.path in filled for field in each.fields))
    )


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


def around(seen: Look, edition: Edition) -> Map | None:
    """Return the map around the first port that is asked for, else around the first that is suggested."""
    suggested = [each.port for each in seen.checked.suggestions]
    numbers = (wanted.number for wanted in seen.reading.application.ports)
    asked = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 6]
    port = next((number for number in (*asked, *suggested) if number <= MAX_PORT), None)
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


def preview(seen: Look) -> list[Cells]:
    """Return the rows as they would be published."""
    return [_cells_of(row) for row in seen.checked.preview]


def gives_way(seen: Look) -> list[Cells]:
    """Return the rows that stand no more when those of the preview do."""
    return [_cells_of(row) for row in seen.checked.gives_way]


def _cells_of(record: Record) -> Cells:
    cells = zip(columns.COLUMNS, columns.row(record), strict=True)
    return [(name, text) for name, text in cells if text]
