"""Policies: RFC 6335's own, files that read back, and every way in which a file can contradict itself."""

from __future__ import annotations

import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import application, registry
from portbook import policy as policies
from portbook.applications import findings
from portbook.errors import FormatError
from portbook.numbers import MAX_PORT, PortRange, Transport, range_of
from portbook.policy import MAX_POLICY, RFC6335, Act, Asked, Clocks, Limits, Persons, Policy, Procedure, Range
from portbook.policy.reading import MAX_DAYS, MAX_EXPERTS
from portbook.review import route

PAGE = Path(__file__).parent.parent / "docs" / "policy.md"


# -- RFC 6335


def test_the_ranges_are_those_of_the_registry() -> None:
    for port in (0, 1023, 1024, 49151, 49152, MAX_PORT):
        assert RFC6335.range_of(port).name == range_of(port).value
    assert [each.name for each in RFC6335.ranges] == [each.value for each in PortRange]


def test_the_procedures_of_each_range() -> None:
    """RFC 6335 section 8.1.2, in its order."""
    system, user, dynamic = (each.procedures for each in RFC6335.ranges)
    assert system == (Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL)
    assert user == (Procedure.IETF_REVIEW, Procedure.IESG_APPROVAL, Procedure.EXPERT_REVIEW)
    assert dynamic == ()
    assert [each.is_for_the_ietf for each in RFC6335.ranges] == [True, False, False]


def test_the_clocks_are_those_of_the_documents() -> None:
    clocks = RFC6335.clocks
    assert (clocks.requester, clocks.expert, clocks.call) == (60, 7, 28)
    assert (clocks.appeal_months, clocks.early_years, clocks.early_renewals) == (2, 1, 1)
    assert RFC6335.bodies.appeals == ("IESG", "IAB")


def test_every_act_has_its_number_of_persons() -> None:
    assert {RFC6335.persons.needed(act) for act in Act} == {2}
    one = Persons(**dict.fromkeys(Persons._fields, 1))
    assert {one.needed(act) for act in Act} == {1}


def test_each_question_says_whom_it_asks_and_why() -> None:
    assert {question.asked for question in RFC6335.questions} == set(Asked) - {Asked.PORTS}
    for question in RFC6335.questions:
        assert question.source
        assert question.good
        assert (
            question.code == "E-JUST-MISSING" or [q.code for q in RFC6335.questions].count(question.code) == 1
        )


def test_a_range_is_found_by_its_name() -> None:
    assert RFC6335.range_named("user") == RFC6335.range_named("User Ports ") == RFC6335.ranges[1]
    assert RFC6335.range_named("upper") is None


# -- files


def test_what_is_written_reads_back() -> None:
    assert policies.read(policies.write(RFC6335).encode()) == RFC6335
    assert policies.read(b"") == RFC6335


ranges = st.lists(st.integers(1, MAX_PORT), min_size=1, max_size=4, unique=True).map(sorted)
procedures = st.lists(st.sampled_from(Procedure), max_size=3, unique=True).map(tuple)


@st.composite
def policies_at_random(draw: st.DrawFn) -> Policy:
    """Policies that contradict themselves nowhere."""
    edges = [0, *draw(ranges), MAX_PORT + 1]
    found = []
    for number, (low, after) in enumerate(pairwise(edges)):
        ways = draw(procedures)
        found.append(Range(f"Range {number}", low, after - 1, bool(ways), ways))
    days = st.integers(1, MAX_DAYS)
    expert = draw(days)
    clocks = Clocks(draw(days), expert, draw(st.integers(expert, MAX_DAYS)), *(draw(days) for _ in range(7)))
    advised = draw(days)
    limits = Limits(*(draw(days) for _ in range(6)), advised, advised + draw(st.integers(0, 9)))
    persons = Persons(*(draw(st.integers(1, MAX_EXPERTS)) for _ in Persons._fields))
    name = draw(
        st.sampled_from(("Own", "Büro", 'a "quoted" name', "back\\slash", "a\x7fb".replace("\x7f", "")))
    )
    return RFC6335._replace(name=name, ranges=tuple(found), clocks=clocks, limits=limits, persons=persons)


@given(policies_at_random())
def test_any_policy_reads_back(policy: Policy) -> None:
    text = policies.write(policy)
    assert policies.read(text.encode()) == policy
    assert all(
        policy.range_of(port).low <= port <= policy.range_of(port).high for port in (0, 1, 999, MAX_PORT)
    )


FIRST = (
    '[[ranges]]\nname = "All"\nlow = 0\nhigh = 65535\nis_assignable = true\nprocedures = ["Expert Review"]\n'
)
SECOND = FIRST.replace("All", "More")
TEAM = '[[teams]]\nname = "Us"\ntransports = ["tcp", "udp", "sctp", "dccp"]\n'


@pytest.mark.parametrize(
    "text, code, where",
    [
        ("name = ", "E-POLICY-SYNTAX", "no TOML"),
        ("colour = 1", "E-POLICY-KEY", "colour"),
        ("[clocks]\nexperts = 3", "E-POLICY-KEY", "clocks.experts"),
        ("[[teams]]\ntransports = ['tcp']", "E-POLICY-KEY", "teams[0].name"),
        ("name = 5", "E-POLICY-TYPE", "name"),
        ("[clocks]\ncall = 'four weeks'", "E-POLICY-TYPE", "clocks.call"),
        ("[clocks]\ncall = true", "E-POLICY-TYPE", "clocks.call"),
        (FIRST.replace("Expert Review", "Favour"), "E-POLICY-TYPE", "ranges[0].procedures[0]"),
        ("name = 'a\\u202Eb'".replace("'", '"'), "E-POLICY-TEXT", "name"),
        (f"name = '{'x' * 201}'", "E-POLICY-TEXT", "name"),
        (FIRST + SECOND, "E-POLICY-RANGE", "ranges[1].low"),
        (FIRST.replace("65535", "99") + SECOND.replace("low = 0", "low = 99"), "E-POLICY-RANGE", "overlap"),
        (
            FIRST.replace("65535", "99") + SECOND.replace("low = 0", "low = 101"),
            "E-POLICY-RANGE",
            "no range has 100",
        ),
        (FIRST.replace("low = 0", "low = 1"), "E-POLICY-RANGE", "from 0 to 65535"),
        (FIRST.replace("65535", "65534"), "E-POLICY-RANGE", "from 0 to 65535"),
        (FIRST.replace("65535", "65536"), "E-POLICY-RANGE", "ranges[0]"),
        (FIRST.replace("low = 0", "low = -1"), "E-POLICY-RANGE", "ranges[0]"),
        ("ranges = []", "E-POLICY-RANGE", "ranges"),
        (
            FIRST.replace("65535", "9") + FIRST.replace("low = 0", "low = 10"),
            "E-POLICY-RANGE",
            "ranges[1].name",
        ),
        (FIRST.replace('["Expert Review"]', "[]"), "E-POLICY-PROCEDURE", "no procedure"),
        (FIRST.replace("true", "false"), "E-POLICY-PROCEDURE", "ranges[0].procedures"),
        (FIRST.replace('["', '["Expert Review", "'), "E-POLICY-PROCEDURE", "twice"),
        (TEAM.replace(', "dccp"', ""), "E-POLICY-TEAM", "dccp has 0 teams"),
        (TEAM + TEAM, "E-POLICY-TEAM", "tcp has 2 teams"),
        ("teams = []", "E-POLICY-TEAM", "tcp has 0 teams"),
        (TEAM + "experts = 0", "E-POLICY-TEAM", "teams[0]"),
        ("[names]\nmax_length = 16", "E-POLICY-NAMES", "1 to 15"),
        ("[names]\nmax_length = 0", "E-POLICY-NAMES", "names.max_length"),
        ("[names]\nprefix = 'a--'", "E-POLICY-NAMES", "names.prefix"),
        ("[names]\nprefix = 'acme-'\nmax_length = 5", "E-POLICY-NAMES", "no room"),
        ("[names]\npattern = '('", "E-POLICY-NAMES", "names.pattern"),
        ("[clocks]\ncall = 0", "E-POLICY-CLOCK", "clocks.call"),
        (f"[clocks]\ncall = {MAX_DAYS + 1}", "E-POLICY-CLOCK", "clocks.call"),
        ("[clocks]\nexpert = 30", "E-POLICY-CLOCK", "clocks.expert_complex"),
        ("[persons]\nrevoke = 0", "E-POLICY-PERSONS", "persons.revoke"),
        (f"[persons]\nrevoke = {MAX_EXPERTS + 1}", "E-POLICY-PERSONS", "persons.revoke"),
        ("[limits]\nmass = 0", "E-POLICY-LIMIT", "limits.mass"),
        ("[limits]\ndescription = 100", "E-POLICY-LIMIT", "limits.advised_description"),
        ("questions = []", "E-POLICY-QUESTION", "RFC 6335 asks"),
        ("[bodies]\nappeals = []", "E-POLICY-BODY", "bodies.appeals"),
        ("[bodies]\nappeals = ['Board', 'Board']", "E-POLICY-BODY", "twice"),
        ("[bodies]\noperator = ' '", "E-POLICY-BODY", "bodies.operator"),
    ],
)
def test_a_policy_that_contradicts_itself_is_one_clear_error(text: str, code: str, where: str) -> None:
    with pytest.raises(FormatError) as refusal:
        policies.read(text.encode())
    assert refusal.value.problem.code == code
    assert where in refusal.value.problem.message


def test_all_faults_of_a_file_are_told_at_once() -> None:
    text = "colour = 1\n[clocks]\ncall = true\n[persons]\nrevoke = 0\n[limits]\nmass = 0\n"
    with pytest.raises(policies.PolicyError) as refusal:
        policies.read(text.encode())
    problems = refusal.value.problems
    found = [(each.code, each.message.split(":")[0].removeprefix("policy, ")) for each in problems]
    assert found == [
        ("E-POLICY-KEY", "colour"),
        ("E-POLICY-TYPE", "clocks.call"),
        ("E-POLICY-PERSONS", "persons.revoke"),
        ("E-POLICY-LIMIT", "limits.mass"),
    ]
    with pytest.raises(policies.PolicyError) as refusal:  # a list that lost an item contradicts nobody
        policies.read(FIRST.replace("Expert Review", "Favour").encode())
    assert len(refusal.value.problems) == 1


@pytest.mark.parametrize(
    "change, where",
    [
        ({"id": "Q1"}, "questions[12].id"),
        ({"code": "E-NAME-LONG"}, "questions[12].code"),
        ({"code": "E-FORM-Q4"}, "questions[12].code"),
        ({"field": "notes"}, "questions[12].field"),
    ],
)
def test_a_question_of_ones_own_is_checked(change: dict[str, str], where: str) -> None:
    own = RFC6335.questions[3]._replace(id="H1", field="answers.on_call", code="E-FORM-OWN")
    good = RFC6335._replace(questions=(*RFC6335.questions, own))
    assert policies.policy_problem(good) is None
    bad = RFC6335._replace(questions=(*RFC6335.questions, own._replace(**change)))
    problem = policies.policy_problem(bad)
    assert problem is not None
    assert problem.code == "E-POLICY-QUESTION"
    assert where in problem.message


def test_a_file_of_just_the_limit_reads_and_one_more_does_not() -> None:
    assert policies.read(b"#" * MAX_POLICY) == RFC6335
    with pytest.raises(FormatError, match="E-POLICY-SIZE"):
        policies.read(b"#" * (MAX_POLICY + 1))


def test_a_syntax_error_has_its_place() -> None:
    with pytest.raises(FormatError) as refusal:
        policies.read(b"name = 'x'\nranges = ]\n")
    assert (refusal.value.line, refusal.value.column) == (2, 10)


# -- an organisation's policy at work


def example() -> Policy:
    """The example of docs/policy.md, as everybody reads it."""
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert found
    return policies.read(found[1].encode())


def test_the_example_of_the_page() -> None:
    policy = example()
    assert policy.range_of(50000).is_assignable
    assert policy.team_of(Transport.TCP).experts == 2
    assert policy.names.prefix == "acme-"
    asked = application("port", {"service_name": "acme-tide", "ports": [{"number": "50000"}]})
    assert findings(asked, registry(), policy) == ()
    assert [team.name for team in route(asked, registry(), policy).teams] == [policy.teams[0].name]


@pytest.mark.parametrize(
    "name, reason",
    [("tide-read", "begin"), ("acme-tide-reads", "13"), ("acme-9-9-9", "pattern"), ("ACME-tide", None)],
)
def test_its_names_are_stricter(name: str, reason: str | None) -> None:
    found = findings(application("name", {"service_name": name}), registry(), example())
    told = [finding.problem.message for finding in found if finding.code == "E-NAME-POLICY"]
    assert [reason in message for message in told] == ([True] if reason else [])


def test_stricter_rules_never_let_pass_what_rfc_6335_refuses() -> None:
    loose = RFC6335._replace(names=RFC6335.names._replace(pattern=".*"))
    found = findings(application("name", {"service_name": "a--b"}), registry(), loose)
    assert [finding.code for finding in found] == ["E-NAME-DOUBLE"]
