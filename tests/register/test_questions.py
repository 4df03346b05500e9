"""What an act asks the tables: each question once, until an answer can have changed; by the driver itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.db.transaction import TransactionManagementError, atomic

from portbook.applications import Application, Circumstances, Kind
from portbook.applications.application import WantedPort
from portbook.applications.case import Case
from portbook.numbers import Transport
from portbook.policy import RFC6335, Procedure
from portbook.policy.values import Range
from portbook.register import changing, tables
from portbook.register.models import ExpertTerm, Member
from portbook.register.operations import granting
from portbook.register.standing import RegisterRegistry
from portbook.states import PortStanding

from . import acts
from .acts import act

ADA = "SELECT party FROM register_member WHERE name = 'ada'"
EXPERTS = "SELECT m.name FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id"
CLAIMS = "SELECT fold FROM register_nameclaim"


@pytest.fixture(autouse=True)
def members(empty: str) -> None:
    acts.found()


@contextmanager
def heard() -> Iterator[list[str]]:
    """The statements that reach the driver."""
    found: list[str] = []

    def hear(execute: Any, sql: str, parameters: Any, many: bool, context: Any) -> Any:
        found.append(sql)
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(hear):
        yield found


def within_an_act(body: Any) -> list[str]:
    with heard() as found:
        changing.transaction(act(), lambda work: body(work) or {})
    return [sql for sql in found if sql in (ADA, EXPERTS, CLAIMS)]


def test_an_act_asks_a_question_once() -> None:
    answers: list[Any] = []

    def body(work: changing.Work) -> None:
        answers.extend(tables.rows(ADA) for _ in range(3))
        answers[0].clear()  # who spoils his answer spoils nobody else's

    assert within_an_act(body) == [ADA]
    assert answers == [[], [("",)], [("",)]]


def change_ada(work: changing.Work) -> None:
    member = work.member("ada")
    work.change(Member, member.identity, tables.values_of(member), {"party": "Ada"})


def add_term(work: changing.Work) -> None:
    ada = work.member("ada").identity
    work.add(ExpertTerm, {"member_id": ada, "team": "T", "begins": "2026-01-01", "ends": ""})


def remove_member(work: changing.Work) -> None:
    member = work.member("cyd")
    work.remove(Member, member.identity, tables.values_of(member))


def claim_name(work: changing.Work) -> None:
    acts.grant(work, acts.row("new-service", None, None))


@pytest.mark.parametrize(
    ("write", "again"),
    [
        (change_ada, [ADA, EXPERTS]),
        (remove_member, [ADA, EXPERTS]),
        (add_term, [EXPERTS]),  # one table of a question is enough
        (claim_name, [CLAIMS]),
    ],
    ids=["change", "remove", "add", "claim"],
)
def test_what_a_change_can_have_changed_is_asked_again(write: Any, again: list[str]) -> None:
    first = [ADA, EXPERTS, CLAIMS]
    answers: list[Any] = []

    def body(work: changing.Work) -> None:
        for question in first:
            tables.rows(question)
        write(work)
        answers.extend(tables.rows(question) for question in first)

    assert within_an_act(body) == first + again
    assert answers == [tables.rows(question) for question in first]


@pytest.mark.parametrize("is_refused", [False, True])
def test_nothing_is_remembered_after_an_act(is_refused: bool) -> None:
    def body(work: changing.Work) -> None:
        tables.rows(ADA)
        if is_refused:
            raise KeyError("refused")

    if is_refused:
        with pytest.raises(KeyError):
            within_an_act(body)
    else:
        assert within_an_act(body) == [ADA]
    with heard() as found:
        assert tables.rows(ADA) == tables.rows(ADA) == [("",)]
    assert found == [ADA, ADA]


@pytest.mark.parametrize(
    ("standing", "taken", "has_free"),
    [
        (PortStanding.UNASSIGNED, 1, True),
        (PortStanding.DEASSIGNED, 1, True),
        (PortStanding.DEASSIGNED, 2, False),
        (PortStanding.COMPANION, 2, False),
    ],
)
def test_the_free_numbers_of_a_range_are_looked_up_where_they_count(
    standing: PortStanding, taken: int, has_free: bool
) -> None:
    """A Reserved port of a range that is used up may be assigned again (R-MARK-3)."""
    given = [acts.row(f"service-{port}", port) for port in range(5000, 5000 + taken)]
    changing.transaction(act(), lambda work: acts.grant(work, *given))
    policy = RFC6335._replace(ranges=(Range("Two Ports", 5000, 5001, True, (Procedure.EXPERT_REVIEW,)),))
    wanted = Application(Kind.PORT, ports=(WantedPort("5001"),), transports=("udp",))
    case = Case(wanted, RegisterRegistry(), policy, Circumstances())
    with heard() as found:
        assert granting._has_free_numbers(case, {(5001, Transport.UDP): standing}) is has_free
    assert bool(found) is (standing is not PortStanding.UNASSIGNED)


def test_a_transaction_that_broke_takes_no_more_statements() -> None:
    twice = "INSERT INTO register_nameclaim (fold) VALUES ('same'), ('same')"
    with atomic():
        with pytest.raises(IntegrityError), atomic(savepoint=False):
            tables.change("register_nameclaim", twice, [])
        with pytest.raises(TransactionManagementError):
            tables.rows(ADA)
        connection.set_rollback(True)
    assert tables.rows(CLAIMS) == []


@pytest.mark.parametrize("engine", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))])
def test_postgresql_keeps_the_plan_of_what_is_asked_often(engine: str) -> None:
    plans = "SELECT COUNT(*) FROM pg_prepared_statements WHERE statement = %s"
    counts = []
    for _ in range(8):
        tables.rows(ADA)
        counts.append(tables.rows(plans, [ADA])[0][0])
    assert (counts[0], counts[-1]) == (0, 1)
