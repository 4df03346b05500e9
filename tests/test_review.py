"""Review: the table of ways, what experts say, time, appeals."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import application, circumstances, edition, registry
from portbook.applications import Circumstances, findings
from portbook.applications.case import Case
from portbook.numbers import Transport
from portbook.policy import RFC6335, Procedure, Team
from portbook.procedures import Basis, EditionRows, Standing, renew
from portbook.records import PublishedDate
from portbook.review import (
    CHECKLIST,
    LINES,
    PATH_OF_COMPLAINTS,
    Appeal,
    Decision,
    Ground,
    Opinion,
    Person,
    Silence,
    Verdict,
    appeal_ends,
    appeal_findings,
    call_ends,
    conflict,
    early_expires,
    expert_due,
    holder_due,
    items_for,
    may_decide,
    next_body,
    of_all,
    recommendation,
    requester_due,
    route,
    silence,
)
from vectors import vectors

TEAM = RFC6335.teams[0]


# -- ways


@pytest.mark.parametrize(
    "base, change, around, lines, procedures, teams, advisers, holders, persons",
    vectors(
        "routes.tsv",
        "base",
        "change",
        "around",
        "to",
        "procedures",
        "teams",
        "advisers",
        "holders",
        "persons",
    ),
)
def test_the_table_of_ways(
    base: str,
    change: str,
    around: str,
    lines: str,
    procedures: str,
    teams: str,
    advisers: str,
    holders: str,
    persons: str,
) -> None:
    went = route(application(base, change), registry(), RFC6335, circumstances(around))
    assert "; ".join(" ".join(map(str, leg.lines)) for leg in went.legs) == lines
    assert ", ".join(went.procedures) == procedures
    assert ", ".join(team.name for team in went.teams) == teams
    assert ", ".join(team.name for team in went.advisers) == advisers
    assert ", ".join(holder.name for holder in went.holders) == holders
    assert went.persons == int(persons)


def test_every_line_of_the_table_has_a_vector() -> None:
    told = {
        int(number) for (lines,) in vectors("routes.tsv", "to") for number in lines.replace(";", "").split()
    }
    assert told == {line.number for line in LINES}


def test_the_rules_of_a_way_are_told() -> None:
    assert route(application("share"), registry()).rules == ("R-MARK-8, R-REV-4, R-REV-10",)


# -- conflicts

EXPERT = Person(frozenset({"Ada"}), frozenset({"Ferries  of the North"}), frozenset({"ada@ferry.example"}))


@pytest.mark.parametrize(
    "other, declared, tied",
    [
        (Person(), (), False),
        (Person(frozenset({"Ada"})), (), True),  # the expert's own case
        (Person(frozenset({"Bob"})), (), False),
        (Person(frozenset(), frozenset({"FERRIES of the north"})), (), True),
        (Person(frozenset(), frozenset({"Ferries of the South"})), (), False),
        (Person(frozenset(), frozenset({" "})), (), False),
        (Person(emails=frozenset({"x@ferry.example"})), (), True),
        (Person(emails=frozenset({"x@FERRY.example."})), (), True),
        (Person(emails=frozenset({"x@lab.ferry.example"})), (), True),
        (Person(emails=frozenset({"x@example"})), (), True),
        (Person(emails=frozenset({"x@oferry.example"})), (), False),
        (Person(emails=frozenset({"ferry.example"})), (), False),
        (Person(), ("author of the draft",), True),
        (Person(), (" ",), False),
    ],
)
def test_what_ties_an_expert_to_a_case(other: Person, declared: tuple[str, ...], tied: bool) -> None:
    problem = conflict(EXPERT, [Person(), other], declared)
    assert (problem.code if problem else None) == ("E-EXPERT-COI" if tied else None)


def test_a_common_mail_provider_ties_nobody() -> None:
    one, other = (Person(emails=frozenset({f"{name}@gmail.com"})) for name in "ab")
    assert conflict(one, [other]) is None


# -- one recommendation

YES = Opinion("Ada", Verdict.GRANT, "A new service.")
NO = Opinion("Ben", Verdict.REFUSE, "A copy of ferry.", (Ground.COPY,))
ASK = Opinion("Cem", Verdict.ASK, "Which versions?")
ALL = ("Ada", "Ben", "Cem")


@pytest.mark.parametrize(
    "opinions, conflicted, verdict, codes",
    [
        ((), (), None, []),
        ((YES,), (), Verdict.GRANT, []),
        ((NO,), (), Verdict.REFUSE, []),
        ((ASK,), (), Verdict.ASK, []),
        ((YES, ASK), (), Verdict.ASK, []),
        ((YES, NO), (), None, ["E-EXPERT-SPLIT"]),
        ((YES, NO), ("Ben",), Verdict.GRANT, []),  # who steps aside does not count
        ((YES,), ALL, None, ["E-EXPERT-COI"]),
        ((Opinion("Eve", Verdict.REFUSE, "No.", (Ground.OTHER,)), YES), (), Verdict.GRANT, []),  # no member
        ((YES._replace(reasons=" "),), (), None, ["E-REASON-MISSING"]),
        ((NO._replace(grounds=()),), (), None, ["E-REASON-MISSING"]),
        ((YES, NO._replace(reasons="")), (), Verdict.GRANT, ["E-REASON-MISSING"]),
    ],
)
def test_a_team_gives_one_recommendation(
    opinions: tuple[Opinion, ...], conflicted: tuple[str, ...], verdict: Verdict | None, codes: list[str]
) -> None:
    answer = recommendation(TEAM, opinions, ALL, conflicted)
    assert answer.verdict is verdict
    assert [finding.code for finding in answer.findings] == codes


def test_a_team_of_two_has_spoken_when_two_have() -> None:
    pair = TEAM._replace(experts=2)
    second = YES._replace(expert="Ben")
    assert recommendation(pair, (YES, YES), ALL).verdict is None
    assert recommendation(pair, (YES, second), ALL).verdict is Verdict.GRANT
    assert recommendation(pair, (YES,), ("Ada",)).verdict is Verdict.GRANT  # no more are left


verdicts = st.sampled_from((Verdict.GRANT, Verdict.REFUSE, Verdict.ASK, None))


@given(st.lists(verdicts, min_size=1, max_size=3))
def test_several_teams_together(given_verdicts: list[Verdict | None]) -> None:
    teams = RFC6335.teams[: len(given_verdicts)]
    said = [
        recommendation(team, (), ALL)._replace(verdict=v)
        for team, v in zip(teams, given_verdicts, strict=True)
    ]
    together = of_all(teams, said)
    assert (together is Verdict.GRANT) == (set(given_verdicts) == {Verdict.GRANT})
    assert (together is Verdict.REFUSE) == (Verdict.REFUSE in given_verdicts)
    assert of_all((*teams, Team("Another", (Transport.UDP,))), said) is not Verdict.GRANT
    assert of_all((), said) is None


# -- time

DAY = date(2031, 3, 1)


def test_until_when_each_party_has_time() -> None:
    assert expert_due(DAY) == DAY + timedelta(7)
    assert expert_due(DAY, is_complex=True) == DAY + timedelta(21)
    assert requester_due(DAY) == DAY + timedelta(60)
    assert holder_due(DAY) == DAY + timedelta(28)
    assert call_ends(DAY) == DAY + timedelta(28)
    assert early_expires(DAY) == date(2032, 3, 1)
    assert early_expires(date(2032, 2, 29)) == date(2033, 2, 28)


@pytest.mark.parametrize(
    "days, silences, expected",
    [(7, 0, Silence.WAIT), (8, 0, Silence.REMIND), (8, 1, Silence.REMIND), (8, 2, Silence.ESCALATE)],
)
def test_the_silence_of_an_expert(days: int, silences: int, expected: Silence) -> None:
    assert silence(DAY, DAY + timedelta(days), silences) is expected
    assert silence(DAY, DAY + timedelta(21), silences, is_complex=True) is Silence.WAIT


def test_an_early_allocation_is_renewed_once() -> None:
    """Q-45: the second time, the IESG looks at it first."""
    basis = Basis(PublishedDate("2031-06-01"))
    for renewals, codes in ((0, set()), (1, {"E-EARLY-RENEWAL"})):
        standing = Standing(PublishedDate("2031-05-02"), renewals)
        found = renew(EditionRows(edition()), "ferry", standing, PublishedDate("2032-05-02"), basis).findings
        assert {finding.code for finding in found} - {"E-ROW-MISSING"} == codes


# -- appeals


@pytest.mark.parametrize(
    "public, last",
    [
        ("2031-03-01", "2031-05-01"),
        ("2031-12-31", "2032-02-29"),
        ("2030-12-31", "2031-02-28"),
        ("2031-07-31", "2031-09-30"),
        ("2031-11-15", "2032-01-15"),
    ],
)
def test_two_calendar_months(public: str, last: str) -> None:
    assert appeal_ends(date.fromisoformat(public)) == date.fromisoformat(last)


GOOD = Appeal("IESG", "The number was granted to a copy.", date(2031, 5, 1))


@pytest.mark.parametrize(
    "change, heard, codes",
    [
        ({}, (), []),
        ({"filed": date(2031, 5, 2)}, (), ["E-APPEAL-LATE"]),  # M-16: 62 days after 1 March
        ({"facts": " "}, (), ["E-APPEAL-FACTS"]),
        ({"body": "IAB"}, (), ["E-APPEAL-ORDER"]),  # M-17
        ({"body": "IAB"}, ("IESG",), []),
        ({}, ("IESG",), ["E-APPEAL-ORDER"]),
        ({}, ("IESG", "IAB"), ["E-APPEAL-ORDER"]),
        (
            {"facts": "", "filed": date(2032, 1, 1), "body": "x"},
            (),
            ["E-APPEAL-LATE", "E-APPEAL-FACTS", "E-APPEAL-ORDER"],
        ),
    ],
)
def test_what_stands_against_an_appeal(
    change: dict[str, object], heard: tuple[str, ...], codes: list[str]
) -> None:
    found = appeal_findings(GOOD._replace(**change), DAY, RFC6335, heard)  # type: ignore[arg-type]
    assert [finding.code for finding in found] == codes


def test_the_bodies_in_their_order() -> None:
    assert [next_body(RFC6335), next_body(RFC6335, ("IESG",)), next_body(RFC6335, ("IESG", "IAB"))] == [
        "IESG",
        "IAB",
        None,
    ]
    assert may_decide("IESG") == (Decision.UPHOLD, Decision.DECIDE_ANEW)
    assert may_decide("IAB") == (Decision.UPHOLD, Decision.ANNUL)
    assert may_decide("Congress") == ()


def test_a_contested_number_is_given_to_nobody_else() -> None:
    """While an appeal runs it is pending for all others (R-APP-7)."""
    known = circumstances('{"pending": [[28201, "tcp"]]}')
    assert [f.code for f in findings(application("port"), registry(), RFC6335, known)] == ["E-PORT-TAKEN"]


# -- the expert's list


def test_the_list_of_the_expert() -> None:
    ids = [item.id for item in CHECKLIST]
    assert len(set(ids)) == len(ids) == 16
    known = {code for (code,) in vectors("application-rules.tsv", "expected")}
    for item in CHECKLIST:
        assert item.question.endswith("?")
        assert "RFC" in item.source
        assert set(item.codes) <= known, item.id


@pytest.mark.parametrize(
    "base, change, left_out",
    [
        ("port", {"transports": ["tcp"]}, {"udp", "discovery", "system"}),
        ("port", {"transports": ["tcp", "UDP"]}, {"system"}),
        ("port", {"transports": ["quic"]}, {"system"}),  # nobody knows what is meant
        ("port", {"transports": ["sctp"], "ports": [{"number": 99}]}, {"udp", "discovery"}),
        ("port", {"transports": ["udp"], "ports": [{"range": "System"}]}, set()),
        ("port", {"transports": ["udp"], "ports": [{"number": "x"}]}, set()),
        ("transport", {"transports": ["udp"], "ports": []}, set()),  # the service may have a System Port
        ("name", {"transports": ["udp"]}, {"system"}),
    ],
)
def test_the_expert_is_asked_what_can_be_asked_of_the_request(
    base: str, change: dict[str, Any], left_out: set[str]
) -> None:
    case = Case(application(base, change), registry(), RFC6335, Circumstances())
    assert {item.id for item in CHECKLIST} - {item.id for item in items_for(case)} == left_out


def test_no_procedure_stands_for_nothing() -> None:
    used = {procedure for line in LINES for procedure in line.procedures}
    of_ranges = {procedure for each in RFC6335.ranges for procedure in each.procedures}
    assert used | of_ranges == set(Procedure)


def test_complaints_about_experts() -> None:
    """The team stands for a working group (RFC 8126 section 5.2.1)."""
    assert PATH_OF_COMPLAINTS == ("the expert team", "the Area Director", "the IESG", "the IAB")


def test_who_hears_an_appeal_has_no_clock() -> None:
    """RFC 2026 section 6.5.4: in reasonable time; only the appellant has a last day (R-APP-5)."""
    assert [clock for clock in RFC6335.clocks._fields if "appeal" in clock] == ["appeal_months"]


@pytest.mark.parametrize(
    "words",
    [
        "the change controller appoints, replaces and removes experts",  # R-REV-13
        "keeps no gate besides",  # R-REV-16
        "without the expert's name",  # R-REV-20
    ],
)
def test_what_the_page_says_of_review(words: str) -> None:
    page = (Path(__file__).parent.parent / "docs" / "applications.md").read_text(encoding="utf-8")
    assert words in " ".join(page.split())
