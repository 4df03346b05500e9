"""The pre-check: what is around an application, and the rows that it would become."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given

from asking import application, edition, registry, row
from invented import edition as invented
from portbook.applications import Application, Circumstances, Kind, Lookalikes, confusable_key
from portbook.applications.suggestions import MAX_COUNT, POOLS, QUIET, choose, suggest
from portbook.edition import Edition, State
from portbook.numbers import Ports, Transport
from portbook.precheck import NEAR, Checker
from portbook.precheck.answers import answer
from portbook.precheck.granting import grant, ids_of
from portbook.records import PublishedDate, Record, Reference, RichText, labels
from portbook.standing import EditionRegistry
from requests_at_random import applications
from tables import published

TODAY = PublishedDate("2031-05-02")
CHECKER = Checker(edition())


def shown(rows: tuple[Record, ...]) -> list[tuple[str, str, str, str]]:
    return [(r.service_name or "", r.port_number or "", r.transport or "", str(r.description)) for r in rows]


# -- names


@pytest.mark.parametrize(
    "one, other, same",
    [
        ("sip", "slp", True),
        ("sip", "s1p", True),
        ("flex-lm", "FLEXLM", True),
        ("ca-1", "cal", True),
        ("box0", "boxo", True),
        ("sip", "sap", False),
        ("http", "https", False),
    ],
)
def test_names_that_are_easily_taken_for_each_other(one: str, other: str, same: bool) -> None:
    assert (confusable_key(one) == confusable_key(other)) is same


def test_lookalikes_of_a_registry() -> None:
    names = Lookalikes(("sip", "slp", "SIP", "ferry"))
    assert names.of("s-i-p") == ("sip", "slp", "SIP")
    assert names.of("sip") == ("slp",)
    assert names.of("tide") == ()
    assert names.pairs() == (("sip", "slp"),)


@pytest.mark.needs("published_editions")
def test_the_eleven_pairs_of_the_real_registry(published_editions: Path) -> None:
    real = published(sorted(published_editions.glob("*.xml.xz"))[-1])[0]
    names = [name for name in real.service_names if real.canonical(name) == name]
    pairs = {frozenset(pair) for pair in Lookalikes(names).pairs()}
    assert len(pairs) == 11
    assert {frozenset(("sip", "slp")), frozenset(("rip", "rlp")), frozenset(("eis", "els"))} <= pairs


def test_a_name_like_anothers_goes_to_people() -> None:
    checked = CHECKER.check(application("name", {"service_name": "s1p"}), TODAY)
    assert checked.alike == ("sip",)
    assert [(f.action, f.code) for f in checked.findings] == [("routed", "W-NAME-ALIKE")]
    assert checked.route.state == "expert review"


# -- numbers


def test_the_number_that_is_given_to_who_leaves_the_choice() -> None:
    assert choose(registry(), Ports(0, 1023)) == 1  # 0 is an edge
    assert choose(registry(), Ports(1, 5), frozenset({(1, Transport.UDP)})) == 2
    assert choose(registry(), Ports(1, 5), given=(1, 2)) == 3
    assert choose(registry(), Ports(1020, 1024)) == 1020
    assert choose(registry(), Ports(1021, 1024)) is None
    assert choose(registry(), Ports(41999, 42507)) == 41999
    assert choose(registry(), Ports(42000, 42507)) == 42001  # use of 42000 is reported
    assert choose(registry(), Ports(49152, 65535)) == 49152  # for a policy that assigns them


def test_who_leaves_the_choice_twice_sees_two_numbers() -> None:
    left = [{"range": "User Ports", "why": f"Reason {n}"} for n in range(2)]
    asked = application("port", {"ports": left})
    preview = CHECKER.check(asked, TODAY, Circumstances()).preview
    assert len({row.port_number for row in preview if row.service_name == asked.service_name}) == 2


@pytest.mark.parametrize("note", ["(Removed 2004-2-6)", "Somebody (unofficially) is using it"])
def test_a_number_with_a_note_is_given_to_nobody_who_leaves_the_choice(note: str) -> None:
    free = Record(port_number="2000", transport="udp", description=RichText(("Unassigned",)))
    assert choose(EditionRegistry(Edition((free,))), Ports(2000, 2010)) == 2000
    there = EditionRegistry(Edition((replace(free, assignment_notes=RichText((note,))),)))
    assert choose(there, Ports(2000, 2010)) == 2001
    assert 2000 not in {each.port for each in suggest(there, Ports(2000, 2010), MAX_COUNT)}
    assert choose(there, Ports(2000, 2000)) is None


@pytest.mark.parametrize(
    "ports", [Ports(0, 1023), Ports(1024, 49151), Ports(30000, 40000), Ports(49152, 49300)]
)
def test_a_suggestion_keeps_its_word(ports: Ports) -> None:
    pending = frozenset({(ports.low + QUIET, Transport.TCP)})
    found = suggest(registry(), ports, MAX_COUNT, pending)
    assert len(found) == len({each.port for each in found})
    for each in found:
        assert ports.low <= each.port <= ports.high
        states = {registry().place(each.port, transport).state for transport in Transport}
        assert states <= {State.UNASSIGNED, State.DYNAMIC}
        assert each.port not in {port for port, _ in pending}
        in_pool = any(pool.ports.low <= each.port <= pool.ports.high for pool in POOLS)
        assert in_pool != any(str(POOLS[0].ports) in reason for reason in each.reasons)
        if any(f"within {QUIET}" in reason for reason in each.reasons):
            near = range(each.port - QUIET, each.port + QUIET + 1)
            assert not any(edition().services(port, t) for port in near for t in Transport)
    assert [each.port for each in suggest(registry(), ports, 2, pending)] == [each.port for each in found[:2]]


def test_where_nothing_quiet_is_left_whatever_is_free_is_suggested() -> None:
    rows = [row(f"s{port}", str(port), "tcp") for port in range(1024, 1100) if port != 1050]
    full = EditionRegistry(Edition(tuple(rows)))
    assert [each.port for each in suggest(full, Ports(1024, 1099))] == [1050]
    assert suggest(full, Ports(1024, 1049)) == ()


def test_numbers_are_suggested_where_the_choice_is_open_and_only_there() -> None:
    assert CHECKER.check(application("port"), TODAY).suggestions == ()
    assert CHECKER.check(application("name"), TODAY).suggestions == ()
    for ports in (
        [{"range": "User Ports"}],
        [{"number": "3478"}],
        [{"number": "31020"}],
        [{"number": "900"}],
        [{"number": "50000"}],
    ):
        checked = CHECKER.check(application("port", {"ports": ports}), TODAY)
        assert len(checked.suggestions) == 5
        assert all(1024 < each.port < 49151 for each in checked.suggestions)


# -- what is around


def test_entries_like_it() -> None:
    asked = application("name", {"description": "Tides of the world"})
    assert [hit.name for hit in CHECKER.precedents(asked)][:1] == ["http"]
    assert CHECKER.precedents(asked._replace(description="")) == ()
    assert "http" not in [hit.name for hit in CHECKER.precedents(asked._replace(service_name="HTTP"))]


def test_neighbours_of_the_port() -> None:
    checked = CHECKER.check(application("port", {"ports": [{"number": str(4242 + NEAR)}]}), TODAY)
    assert [(near.port, near.names) for near in checked.neighbours] == [(4242, ("ferry",))]
    further = CHECKER.check(application("port", {"ports": [{"number": str(4243 + NEAR)}]}), TODAY)
    assert further.neighbours == ()


def test_what_the_assignee_holds_already() -> None:
    by_id = CHECKER.holdings(application("name", {"assignee": {"id": "Fay"}}))
    assert {held.service_name for held in by_id} == {"ferry", "given-back", "example-foo"}
    by_organisation = CHECKER.holdings(
        application("name", {"assignee": {"organisation": "ferries of the NORTH"}})
    )
    assert {held.service_name for held in by_organisation} >= {"ferry", "http", "ltp"}
    assert CHECKER.holdings(application("name")) == ()


# -- the rows


def test_the_rows_of_a_port() -> None:
    checked = CHECKER.check(
        application("port", {"reference": "RFC 9999, section 4; https://tide.example/x."}), TODAY
    )
    assert shown(checked.preview) == [
        ("tide-read", "28201", "tcp", "Remote reading of tide gauges"),
        ("", "28201", "udp", "Reserved"),
    ]
    made = checked.preview[0]
    assert labels(made.reference) == ("RFC9999", "https://tide.example/x")
    assert labels(made.shown_assignee) == ("Tide_Works",)
    assert labels(made.contact) == ("Tia_Dale",)
    assert str(made.assignment_notes) == "Defined TXT keys: path"
    assert made.registration_date == TODAY


def test_the_rows_where_a_block_is_split() -> None:
    checked = CHECKER.check(application("port", {"ports": [{"number": "42100"}]}), TODAY)
    assert [r.port_number for r in checked.gives_way] == ["41798-42507"]
    assert [r.port_number for r in checked.preview] == ["41798-42099", "42100", "42100", "42101-42507"]


def test_the_rows_of_a_companion_that_is_converted() -> None:
    checked = CHECKER.check(application("transport"), TODAY)
    assert shown(checked.preview) == [("autotrac-acp", "31020", "udp", "Remote reading of tide gauges")]
    assert shown(checked.gives_way) == [("", "31020", "udp", "Reserved")]


@pytest.mark.parametrize(
    "base, change",
    [
        ("port", {"ports": [{"number": "3478"}]}),
        ("port", {"assignee": None}),
        ("port", {"ports": []}),
        ("port", {"transports": ["quic"]}),
        ("name", {"service_name": "ferry"}),
        ("return", {}),
        ("code", {}),
    ],
)
def test_no_rows_are_shown_of_what_cannot_be_assigned(base: str, change: dict[str, object]) -> None:
    checked = CHECKER.check(application(base, change), TODAY)
    assert checked.preview == checked.gives_way == ()


def test_what_an_application_is_given() -> None:
    codes = [{"code": "SC:tide"}, {"code": "1685351985"}]
    asked = application("name", {"transports": ["dccp", "DCCP"], "codes": codes, "notes": "Two\nlines"})
    given_ = grant(asked, (), "A", "B", PublishedDate("2032-05-02"))
    assert given_.transports == (Transport.DCCP,)
    assert given_.codes == (1953064037, 1685351985)
    assert (given_.assignee, given_.contact) == (("A",), ("B",))
    assert given_.notes is not None
    assert given_.notes.lines == ("Two", "lines", "Defined TXT keys: path")
    assert str(grant(asked._replace(txt_keys=()), (), "A", "B").notes).endswith("Defined TXT keys: None")
    assert grant(asked._replace(txt_keys=None, notes=" "), (), "A", "B").notes is None
    draft = asked._replace(
        document=asked.document._replace(name="draft-ietf-tide-00"), reference="see RFC0009"
    )
    assert grant(draft, (), "A", "B").reference == (
        Reference("draft", "draft-ietf-tide-00"),
        Reference("rfc", "rfc9"),
    )


def test_ids_of_the_parties() -> None:
    asked = application("name")
    assert ids_of(asked, ()) == ("Tide_Works", "Tia_Dale")
    assert ids_of(asked, ("tide_works", "Tia_Dale")) == ("Tide_Works_2", "Tia_Dale_2")
    assert ids_of(asked._replace(contact=asked.assignee), ()) == ("Tide_Works", "Tide_Works")
    assert ids_of(asked._replace(assignee=asked.assignee._replace(id="Fay")), ()) == ("Fay", "Tia_Dale")


# -- as a whole


@given(applications())
def test_any_application_can_be_checked(asked: Application) -> None:
    checked = CHECKER.check(asked, TODAY)
    told = answer(checked, "2031-05-01", "RFC 6335")
    assert told["in_order"] is checked.is_in_order
    assert len(told["findings"]) == len(checked.findings)


@pytest.mark.parametrize("kind", Kind)
def test_the_invented_edition_answers_as_well(kind: Kind) -> None:
    checked = Checker(invented()).check(application(kind.value), TODAY, Circumstances(alike=("sip",)))
    assert checked.route.legs
