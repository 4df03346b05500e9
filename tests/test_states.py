"""The tables of states against a second copy of them, move by move, and what must never happen."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from portbook.edition import Reason, State
from portbook.errors import RuleError
from portbook.states import (
    APPLICATION,
    PORT,
    PUBLIC_WORDS,
    SERVICE_CODE,
    TABLES,
    Act,
    Actor,
    ApplicationState,
    CodeState,
    Evidence,
    Move,
    PortStanding,
    Table,
    move,
    move_problem,
    moves,
    standing_of,
    state_of_code,
)
from vectors import vectors

ROOT = Path(__file__).parent.parent
BY_SUBJECT = {table.subject.split(" ", 1)[1]: table for table in TABLES}
CLOSED = {"ASSIGNED", "MODIFIED", "REFUSED", "WITHDRAWN", "APPEALED"}

Step = tuple[str, str, str, str]  # table, name of the state, act, actor
Outcome = tuple[str, frozenset[str], str]  # line, names of the evidence, name of the new state


def written_moves() -> dict[Step, Outcome]:
    """tests/vectors/moves.tsv, one entry a state and an actor."""
    found: dict[Step, Outcome] = {}
    for table, line, states, act, actors, evidence, to, _ in vectors("moves.tsv"):
        needed = frozenset() if evidence == "-" else frozenset(evidence.split(" | "))
        for state, actor in product(states_meant(table, states), actors.split(" | ")):
            step = (table, state, act, actor)
            assert step not in found, step
            found[step] = (line, needed, state if to == "same" else to)
    return found


def states_meant(table: str, states: str) -> Iterator[str]:
    names = {state.name for state in BY_SUBJECT[table].states}
    if states == "Reserved/any":
        yield from names - {"UNASSIGNED", "ASSIGNED", "TEMPORARY", "DYNAMIC"}
    elif states == "any open":
        yield from names - CLOSED - {"WITH_REQUESTER"}  # it has A5 for that
    else:
        yield from states.split(" | ")


WRITTEN = written_moves()


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_every_state_act_and_actor_is_as_written(table: Table) -> None:
    subject = table.subject.split(" ", 1)[1]
    for state, act, actor in product(table.states, Act, Actor):
        expected = WRITTEN.get((subject, state.name, act, actor))
        problem = move_problem(table, state, act, actor, list(Evidence))
        if expected is None:
            assert problem is not None, (state, act, actor)
            assert problem.code == "E-STATE-MOVE"
            continue
        line, needed, to = expected
        made = move(table, state, act, actor, [Evidence[name] for name in needed])
        assert (made.number, made.to.name) == (line, to)
        for missing in needed:
            rest = [Evidence[name] for name in needed - {missing}]
            lacking = move_problem(table, state, act, actor, rest)
            assert lacking is not None, (made, missing)
            assert Evidence[missing] in lacking.message


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.title)
def test_a_table_is_of_one_piece(table: Table) -> None:
    """Each step leads to one state, every state is reached, and no state is listed that no line names."""
    steps = [(made.state, made.act, made.actor) for made in table.moves]
    assert len(set(steps)) == len(steps)
    reached = {table.first}
    while more := {m.to for m in table.moves if m.state in reached} - reached:
        reached |= more
    apart = {
        "port": {"EDGE", "DYNAMIC"},  # a port is born so
        "service name": {"HISTORIC"},
        "service code": {"FREE_SPECIFICATION", "NEVER"},
    }
    unreached = {state.name for state in set(table.states) - reached}
    assert unreached == apart.get(table.subject.split(" ", 1)[1], set())


def test_what_is_forbidden_always() -> None:
    assert moves(PORT, PortStanding.DYNAMIC) == ()  # R-RANGE-3
    ends = {made.to for made in moves(PORT, PortStanding.ASSIGNED)}
    assert PortStanding.UNASSIGNED not in ends  # R-DEAS-3
    assert moves(SERVICE_CODE, CodeState.NEVER) == ()  # R-SC-2 to R-SC-4
    assert {made.number for made in PORT.moves if made.act is Act.PASS_ON} == {"P8"}  # R-XFER-5


def test_a_refused_step_says_what_is_possible() -> None:
    with pytest.raises(RuleError) as caught:
        move(APPLICATION, ApplicationState.REFUSED, Act.ENTER, Actor.IANA)
    assert "appeal (any party concerned)" in str(caught.value)
    with pytest.raises(RuleError) as caught:
        move(APPLICATION, ApplicationState.NEW, Act.OPEN, Actor.IESG)
    assert "is for IANA, not for IESG" in str(caught.value)
    with pytest.raises(RuleError) as caught:
        move(APPLICATION, ApplicationState.WITHDRAWN, Act.ANSWER, Actor.REQUESTER)
    assert "nothing can follow" in str(caught.value)


def test_public_words_are_those_of_iana() -> None:
    """R-REV-26; the four that IANA has no word for are Portbook's."""
    ticket = {
        *("New", "Validating Request", "With Requester", "Expert Review", "Internal Expert Review"),
        *("IESG Escalation", "Assignable", "Assigned", "Modifiable", "Modified"),
    }
    assert set(PUBLIC_WORDS) == set(ApplicationState)
    own = {"Draft", "Waiting for the Document", "Refused", "Withdrawn", "Under Appeal"}
    assert set(PUBLIC_WORDS.values()) == ticket | own
    assert PUBLIC_WORDS[ApplicationState.CONFIRMING] == PUBLIC_WORDS[ApplicationState.VALIDATING]


def test_the_state_of_what_a_registry_answers() -> None:
    assert {standing_of(State.RESERVED, reason) for reason in Reason} | {
        standing_of(State.ASSIGNED),
        standing_of(State.ASSIGNED, is_temporary=True),
        standing_of(State.UNASSIGNED),
        standing_of(State.DYNAMIC),
    } == set(PortStanding)
    assert standing_of(State.RESERVED) is PortStanding.SPECIAL


@pytest.mark.parametrize(
    "code, is_assigned, has_port, expected",
    [
        (1717858426, False, False, CodeState.FREE_FIRST_COME),
        (1145656131, False, False, CodeState.FREE_SPECIFICATION),
        (1145656131, True, False, CodeState.ASSIGNED),
        (1145656131, True, True, CodeState.WITH_PORT),
        (0, False, False, CodeState.NEVER),
        (4294967295, False, False, CodeState.NEVER),
        (1056964608, False, False, CodeState.NEVER),
    ],
)
def test_the_state_of_a_code(code: int, is_assigned: bool, has_port: bool, expected: CodeState) -> None:
    assert state_of_code(code, is_assigned, has_port) is expected


def test_every_word_is_used() -> None:
    lines: list[Move] = [made for table in TABLES for made in table.moves]
    assert {made.act for made in lines} == set(Act)
    assert {made.actor for made in lines} == set(Actor)
    assert {needed for made in lines for needed in made.evidence} == set(Evidence)


def test_the_page_and_its_pictures_are_drawn_from_the_tables() -> None:
    """`.venv/bin/python tools/state_diagrams.py` writes them anew."""
    place = ROOT / "tools" / "state_diagrams.py"
    spec = importlib.util.spec_from_file_location("state_diagrams", place)
    assert spec is not None
    assert spec.loader is not None
    diagrams = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(diagrams)
    for name, text in diagrams.documents().items():
        assert (ROOT / name).read_text(encoding="utf-8") == text, name
