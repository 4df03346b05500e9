"""The machine: which moves a table has, and one step."""

from collections.abc import Collection
from enum import StrEnum
from typing import Generic, NamedTuple, TypeVar

from portbook.errors import Problem, RuleError
from portbook.states.words import Act, Actor, Evidence

S = TypeVar("S", bound=StrEnum)


class Move(NamedTuple, Generic[S]):
    """One line of a table for one state and one actor; all of `evidence` must be on record."""

    number: str  # "A7", as in docs/states.md
    state: S
    act: Act
    actor: Actor
    evidence: tuple[Evidence, ...]
    to: S
    source: str


class Table(NamedTuple, Generic[S]):
    """Every move that there is; what stands in no line cannot happen."""

    subject: str  # "application", as a message says it
    title: str
    states: tuple[S, ...]
    first: S
    moves: tuple[Move[S], ...]


def line(
    number: str,
    states: S | Collection[S],
    act: Act,
    actors: Actor | Collection[Actor],
    evidence: Evidence | Collection[Evidence],
    to: S | None,
    source: str,
) -> tuple[Move[S], ...]:
    """Return the moves of one line: for each of *states* and *actors*; *to* is None where the state stays."""
    needed = (evidence,) if isinstance(evidence, Evidence) else tuple(evidence)
    return tuple(
        Move(number, state, act, actor, needed, state if to is None else to, source)
        for state in ((states,) if isinstance(states, StrEnum) else states)
        for actor in ((actors,) if isinstance(actors, Actor) else actors)
    )


def moves(table: Table[S], state: S) -> tuple[Move[S], ...]:
    """Return the moves that *table* has from *state*, in the order of its lines."""
    return tuple(candidate for candidate in table.moves if candidate.state is state)


def move_problem(
    table: Table[S], state: S, act: Act, actor: Actor, evidence: Collection[Evidence] = ()
) -> Problem | None:
    """Return why *actor* cannot *act* now, with what is possible instead, or None: code E-STATE-MOVE."""
    found = _matching(table, state, act, actor)
    if found is None:
        return _impossible(table, state, act, actor)
    if lacking := [needed for needed in found.evidence if needed not in evidence]:
        message = f"to {act} ({found.number}) needs {', and '.join(lacking)}"
        return Problem("E-STATE-MOVE", f"{_subject(table, state)}: {message}", found.source)
    return None


def move(table: Table[S], state: S, act: Act, actor: Actor, evidence: Collection[Evidence] = ()) -> Move[S]:
    """Return the move that *actor* makes by *act*; its `to` is the new state.

    Raises `RuleError` E-STATE-MOVE as `move_problem` says.
    """
    if problem := move_problem(table, state, act, actor, evidence):
        raise RuleError(problem)
    found = _matching(table, state, act, actor)
    assert found is not None  # noqa: S101  # else there was a problem
    return found


def _matching(table: Table[S], state: S, act: Act, actor: Actor) -> Move[S] | None:
    return next((m for m in moves(table, state) if m.act is act and m.actor is actor), None)


def _impossible(table: Table[S], state: S, act: Act, actor: Actor) -> Problem:
    """Why no line fits: the act is another's, or the state has no such act."""
    possible = moves(table, state)
    others = dict.fromkeys(str(m.actor) for m in possible if m.act is act)
    if others:
        message = f"to {act} is for {' or '.join(others)}, not for {actor}"
        source = next(m.source for m in possible if m.act is act)
        return Problem("E-STATE-MOVE", f"{_subject(table, state)}: {message}", source)
    ways = dict.fromkeys(f"{m.act} ({m.actor})" for m in possible)
    then = f"possible: {', '.join(ways)}" if ways else "nothing can follow"
    message = f"{_subject(table, state)}: cannot {act}; {then}"
    return Problem("E-STATE-MOVE", message, f"docs/states.md, {table.title.lower()}")


def _subject(table: Table[S], state: S) -> str:
    return f"{table.subject} in the state {str(state)!r}"
