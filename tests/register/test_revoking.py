"""Cases of revocation, V1 to V9: clear ones, the call of 28 days, signs of life, names: M-12 to M-15."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest

from portbook.procedures import Target
from portbook.register import events, tables
from portbook.register.acts import Act, Done
from portbook.register.cases import Case
from portbook.register.changing import Work, transaction
from portbook.register.operations import revoking
from portbook.states import REVOCATION, RevocationState, moves

from . import acts
from .doings import DAY, at, by_two, code, difference, holder, letters, named, on, reasons

pytestmark = pytest.mark.usefixtures("register")

BEACON = Target("beacon", 4000)
OBJECTION_ENDS, AFTER = "2026-10-01", "2026-10-02"


def day(number: int) -> str:
    """The day *number* days after the first."""
    return str(datetime.date.fromisoformat(DAY) + datetime.timedelta(days=number))


def suspect(target: Target = BEACON, attempts: str = "three letters since March") -> int:
    return int(revoking.suspect(on(), target, attempts).answer["case"])


def called(target: Target = BEACON) -> int:
    """A case whose call was opened on the first day."""
    case = suspect(target)
    revoking.draft_call(on(), case, need="the range is full", draft="text", expert="agrees")
    revoking.open_call(on(), case, "https://www.example.org/call")
    return case


def state(case: int) -> str:
    return str(tables.rows("SELECT state FROM register_case WHERE identity = %s", [case])[0][0])


# -- clear cases


def test_a_clear_case() -> None:
    """R-REVOKE-2, T-52: the holder is asked and has 30 days; then two persons take it."""
    case = suspect()
    assert letters() == [("dee@example.org", "port 4000 of beacon: is it still used?")]

    def do(act: Act) -> Done:
        return revoking.revoke(act, case, "no packet in a year, no product left")

    assert code(lambda: do(on(OBJECTION_ENDS))) == "E-NOTICE-WAITS"
    assert code(lambda: do(on(AFTER))) == "E-PERSONS"
    changed = difference(lambda: by_two(do, on(AFTER)), AFTER)
    note = f'Revoked on {AFTER}, previously beacon by <xref type="person" data="Dee_Lightfoot"/>'
    assert changed.count(f"+<note>{note}</note>") == 2
    assert reasons(4000) == ["revoked", "revoked"]
    assert {row.port_number for row in named("beacon")} == {None}
    assert state(case) == "revoked"
    assert letters()[-1] == ("dee@example.org", "port 4000 of beacon: the case of revocation was decided")
    assert events.verify().problems == ()


def test_signs_of_life_make_it_unclear() -> None:
    """R-REVOKE-3: from then on it takes an overwhelming need, and a call."""
    holder("dee", "Dee_Lightfoot")
    case = suspect()
    revoking.report_life(on(actor="dee"), case, "we use it every night")
    assert code(lambda: revoking.revoke(on(AFTER), case, "no packet")) == "E-CALL"
    assert (
        code(lambda: revoking.draft_call(on(), case, need=" ", draft="text", expert="so be it")) == "E-NEED"
    )
    revoking.keep(on(), case, "it is used")
    assert state(case) == "kept"
    assert len(at(4000)) == 2


@pytest.mark.parametrize(
    "target, attempts, expected",
    [
        (BEACON, " ", "E-EVIDENCE"),  # R-REVOKE-7
        (Target("beacon", 4001), "letters", "E-ROW-MISSING"),
        (Target("nobody"), "letters", "E-ROW-MISSING"),
    ],
)
def test_no_case_without(target: Target, attempts: str, expected: str) -> None:
    assert code(lambda: suspect(target, attempts)) == expected


def test_one_case_at_a_time() -> None:
    case = suspect()
    assert code(suspect) == "E-CASE-OPEN"
    revoking.keep(on(), case, "used")
    assert suspect() != case


# -- the call


def test_27_days_are_not_28() -> None:
    """M-12."""
    case = called()
    assert code(lambda: revoking.close_call(on(day(27)), case)) == "E-CALL"
    revoking.close_call(on(day(28)), case)
    assert state(case) == "deciding"


def test_the_decision_after_the_call() -> None:
    """M-13: Reserved, revoked, commented, announced; M-15: a dead Assignee goes the same way."""
    case = called()
    revoking.close_call(on(day(28)), case)

    def do(act: Act, expert: str = "agrees") -> Done:
        return revoking.decide(act, case, is_revoked=True, decision="minutes of 29 September", expert=expert)

    assert code(lambda: do(on(day(29)), "")) == "E-STATE-MOVE"
    assert code(lambda: do(on(day(29)))) == "E-PERSONS"
    by_two(do, on(day(29)))
    assert (state(case), reasons(4000)) == ("revoked", ["revoked", "revoked"])
    assert str(at(4000)[0].assignment_notes).startswith(f"Revoked on {day(29)}")


def test_it_may_be_kept_after_the_call() -> None:
    case = called()
    revoking.close_call(on(day(30)), case)
    before = named("beacon")
    revoking.decide(on(day(31)), case, is_revoked=False, decision="minutes", expert="agrees")
    assert (state(case), named("beacon")) == ("kept", before)


def test_drafting_needs_the_expert_and_the_text() -> None:
    case = suspect()
    for expert, draft in (("", "text"), ("agrees", " ")):
        drafted = lambda e=expert, d=draft: revoking.draft_call(on(), case, need="full", draft=d, expert=e)  # noqa: E731
        assert code(drafted) == "E-STATE-MOVE"


# -- names, System Ports, wrong moves


def test_revoking_a_name_is_advised_against() -> None:
    """M-14: possible with the expert, and the answer says that it should not be."""
    case = suspect(Target("bellring"))

    def do(act: Act, expert: str = "takes part") -> Done:
        return revoking.revoke(act, case, "never used", expert)

    assert code(lambda: do(on(AFTER), "")) == "E-EXPERT-MISSING"
    done = by_two(do, on(AFTER))
    assert done.answer["advice"] == ["revoking a service name such as 'bellring' is not recommended"]
    assert str(named("bellring")[0].description) == "Reserved"


def test_a_name_with_ports_is_not_revoked() -> None:
    case = suspect(Target("zephyr-mail"))
    holder("ann", "_4_Winds_Ltd")
    assert code(lambda: revoking.revoke(on(AFTER), case + 1000, "never used", "part")) == "E-CASE-NONE"
    assert code(lambda: suspect(Target("keeper"))) == "E-ROW-MISSING"  # it has no row without a port


STEPS: dict[str, Callable[[int], Done]] = {
    "keep": lambda case: revoking.keep(dry(DAY), case, "used"),
    "revoke": lambda case: revoking.revoke(dry(AFTER), case, "unused", "part"),
    "draft a call": lambda case: revoking.draft_call(dry(DAY), case, need="n", draft="d", expert="e"),
    "publish the call": lambda case: revoking.open_call(dry(DAY), case, "there"),
    "close the call": lambda case: revoking.close_call(dry(day(60)), case),
    "decide to revoke": lambda case: revoking.decide(
        dry(day(60)), case, is_revoked=True, decision="yes", expert="e"
    ),
    "decide to keep": lambda case: revoking.decide(
        dry(day(60)), case, is_revoked=False, decision="no", expert="e"
    ),
}


def dry(on_day: str) -> Act:
    return on(on_day, is_dry=True)


@pytest.mark.parametrize("reached", [s for s in RevocationState if s is not RevocationState.NONE])
def test_every_step_in_every_state(reached: RevocationState) -> None:
    """Each is possible exactly where the table of moves has it; out of an appeal leads its decision."""
    case = suspect()
    put_into(case, reached.value)
    is_appealed = reached is RevocationState.APPEALED
    possible = {str(each.act) for each in moves(REVOCATION, reached) if not is_appealed}
    for step, do in STEPS.items():
        if step in possible:
            assert do(case).answer["case"] == case
        else:
            assert code(lambda do=do: do(case)) == "E-STATE-MOVE", step  # type: ignore[misc]


def put_into(case: int, reached: str) -> None:
    """Put the case into a state, as if it had come there."""

    def body(work: Work) -> None:
        row = tables.load(Case, "WHERE identity = %s", [case])[0]
        work.change(Case, case, tables.values_of(row), {"state": reached, "called": DAY, "need": "full"})

    transaction(acts.act("test"), body)
