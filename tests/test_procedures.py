"""What each procedure does to a small registry, and what stops it (the vectors M- and more)."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from dataclasses import replace

import pytest

from portbook.edition import Edition, Reason, State
from portbook.errors import RuleError
from portbook.findings import Finding
from portbook.names import fold
from portbook.numbers import Transport
from portbook.policy import RFC6335, Policy
from portbook.procedures import (
    EXPERIMENTS,
    REPORTED_USE,
    REUSE,
    Amendment,
    Basis,
    Case,
    EditionRows,
    Grant,
    Ground,
    Outcome,
    Standing,
    Succession,
    Target,
    Wish,
    add_codes,
    apply,
    assign,
    complete,
    deassign,
    deassign_name,
    expire,
    free,
    maintain,
    release,
    rename_party,
    rename_service,
    renew,
    report_use,
    reserve,
    reuse,
    revoke,
    settled,
    succeed,
    told_with,
    withheld,
)
from portbook.records import Contact, PublishedDate, Record, Reference, rich
from portbook.standing import EditionRegistry
from vectors import vectors

DAY = PublishedDate("2026-09-01")
TODAY = datetime.date(2026, 9, 1)
LATER = PublishedDate("2027-09-01")
TCP, UDP, SCTP, DCCP = Transport
RFC = Reference("rfc", "rfc9999")


def person(contact_id: str) -> tuple[Reference, ...]:
    return (Reference("person", contact_id),)


def named(
    name: str, port: int | None, transport: str, holder: str = "Acme", contact: str = "Ann", **more: object
) -> Record:
    row = Record(
        name,
        None if port is None else str(port),
        transport,
        rich(f"The {name} service"),
        person(holder),
        person(contact),
        PublishedDate("2010-05-06"),
        reference=(Reference("rfc", "rfc1234"),),
    )
    return replace(row, **more)


def nameless(number: str, transport: str | None, text: str = "Reserved", note: str = "") -> Record:
    return Record(None, number, transport, rich(text), assignment_notes=rich(note) if note else None)


REGISTRY = Edition(
    (
        nameless("1-299", None, "Unassigned"),
        nameless("300-310", None, "Reserved"),
        named("beep", 831, "tcp", "IESG", "IETF_Chair"),
        named("beep", 831, "udp", "IESG", "IETF_Chair"),
        nameless("5000", "tcp", note="De-assigned on 2020-01-02, previously old"),
        nameless("5000", "udp", note="De-assigned on 2020-01-02, previously old"),
        nameless("5004", "tcp"),
        nameless("5004", "udp"),
        named("codes", 5004, "dccp", service_code="1145656131"),
        named("pair", 5010, "tcp"),
        named("pair", 5010, "udp"),
        named("share", 5020, "tcp"),
        named("other", 5020, "tcp", "Bolt", "Bo"),
        nameless("5020", "udp"),
        named("solo", 5030, "tcp", assignee=None),
        nameless("5030", "udp"),
        nameless("6603-6618", None, "Unassigned"),
        named("alone", None, "tcp"),
    ),
    updated=PublishedDate("2026-08-17"),
)
EARLY = apply(
    REGISTRY,
    assign(
        EditionRows(REGISTRY),
        Grant(
            "early",
            (TCP,),
            rich("The early service"),
            ("IESG",),
            ("IETF_Chair",),
            ports=(6610,),
            expires=LATER,
        ),
        Basis(DAY, "IESG"),
    ).changes,
    DAY,
)
ROWS = EditionRows(REGISTRY)
ACME = Basis(DAY, "Acme", expert="agreed", evidence="seen")
STRANGER = Basis(DAY, "Bolt", expert="agreed", evidence="seen")
REPORT = rich("Known Unauthorized Use on port 6610")
CLEAR = Case("three letters", is_clear=True)
HELD = Case(
    "three letters", need="the range is full", call_opened=TODAY - datetime.timedelta(28), decision="revoke"
)
PAIR = Succession("pair", "Acme", "Bolt", ("Bo",), Ground.MANAGERIAL, "the protocol moved to Bolt")
MOVE = Grant("new", (TCP, UDP), rich("A new service"), ("Acme",), ("Ann",), ports=(5010,))
CONTACT = Contact("Acme", None, "Acme Ltd", ("mailto:ann&acme.example",), PublishedDate("2010-05-06"))


def grant(
    name: str, ports: tuple[int, ...], *transports: Transport, holder: str = "Acme", **more: object
) -> Grant:
    made = Grant(name, transports, rich(f"The {name} service"), (holder,), (holder,), ports=ports)
    return made._replace(**more)


def after(outcome: Outcome, before: Edition = REGISTRY) -> Edition:
    assert outcome.is_possible, outcome.findings
    return apply(before, outcome.changes, DAY)


def spoken(edition: Edition, port: int) -> list[tuple[str, str, str | None, str]]:
    """Name, number, transport and description of each row that speaks of *port*."""
    return [
        (r.service_name or "", r.port_number or "", r.transport, str(r.description)) for r in edition.at(port)
    ]


def row(edition: Edition, name: str, transport: str) -> Record:
    return next(r for r in edition.records if fold(r.service_name or "") == name and r.transport == transport)


# -- the vectors: what stops a case, or the advice, or nothing

CASES: dict[str, Callable[[], Outcome | Finding | Amendment | object]] = {
    "contact amends description": lambda: maintain(
        ROWS, Target("pair"), Amendment(rich("A better text")), Basis(DAY, "Ann")
    ),
    "contrary wishes, Assignee among them": lambda: settled(
        ROWS.named("pair"), [Wish("Ann", Amendment(rich("a"))), Wish("Acme", Amendment(rich("b")))]
    ),
    "contrary wishes of others": lambda: settled(
        ROWS.named("pair"), [Wish("Ann", Amendment(rich("a"))), Wish("Bo", Amendment(rich("b")))]
    ),
    "stranger amends": lambda: maintain(ROWS, Target("pair"), Amendment(rich("x")), STRANGER),
    "operator amends": lambda: maintain(
        ROWS, Target("pair"), Amendment(rich("x")), Basis(DAY), is_operator=True
    ),
    "row of the IETF amended": lambda: maintain(
        ROWS, Target("beep"), Amendment(rich("x")), Basis(DAY, "IETF_Chair")
    ),
    "row of the IETF amended by the IESG": lambda: maintain(
        ROWS, Target("beep"), Amendment(rich("x")), Basis(DAY, "IESG", is_ietf_action=True)
    ),
    "Assignee edited": lambda: maintain(ROWS, Target("pair"), Amendment(assignee=("Bolt",)), ACME),
    "pair with a reason": lambda: succeed(ROWS, PAIR, ACME),
    "pair without release": lambda: succeed(ROWS, PAIR._replace(released_by=""), ACME),
    "pair released by a stranger": lambda: succeed(ROWS, PAIR._replace(released_by="Bolt"), ACME),
    "pair without reason": lambda: succeed(ROWS, PAIR._replace(ground=None), ACME),
    "pair without expert": lambda: succeed(ROWS, PAIR, Basis(DAY)),
    "pair because of a sale": lambda: succeed(ROWS, PAIR._replace(ground=Ground.SALE), ACME),
    "pair for a row with a Contact alone": lambda: succeed(
        ROWS, PAIR._replace(name="solo", released_by="Ann"), ACME
    ),
    "new legal name": lambda: rename_party(
        ROWS.named("pair"), CONTACT, replace(CONTACT, organization="Acme SE"), ACME
    ),
    "new legal name without evidence": lambda: rename_party(
        ROWS.named("pair"), CONTACT, replace(CONTACT, organization="Acme SE"), Basis(DAY, "Acme")
    ),
    "new legal name of another party": lambda: rename_party(
        ROWS.named("pair"), CONTACT, Contact("Bolt", None, "Bolt"), ACME
    ),
    "both transports returned": lambda: deassign(ROWS, Target("pair", 5010), ACME),
    "stranger returns": lambda: deassign(ROWS, Target("pair", 5010), STRANGER),
    "contact returns": lambda: deassign(ROWS, Target("pair", 5010), ACME._replace(party="Ann")),
    "what is not there returned": lambda: deassign(ROWS, Target("pair", 5010, (SCTP,)), ACME),
    "one transport returned": lambda: deassign(ROWS, Target("pair", 5010, (UDP,)), ACME),
    "shared port returned": lambda: deassign(ROWS, Target("share", 5020), ACME),
    "last of two returned": lambda: deassign(ROWS, Target("solo", 5030), ACME._replace(party="Ann")),
    "return of a port in use": lambda: deassign(ROWS, Target("pair", 5010), ACME._replace(evidence="")),
    "name taken back": lambda: deassign_name(ROWS, "alone", ACME),
    "name taken back without expert": lambda: deassign_name(ROWS, "alone", ACME._replace(expert="")),
    "name with ports taken back": lambda: deassign_name(ROWS, "pair", ACME),
    "name revoked": lambda: deassign_name(ROWS, "alone", Basis(DAY, expert="seen"), is_revocation=True),
    "Reserved name asked for": lambda: assign(
        EditionRows(after(deassign_name(ROWS, "alone", ACME))), grant("alone", (), TCP), ACME
    ),
    "released by an RFC": lambda: release(ROWS, Target("beep", 831), Basis(DAY, reference=(RFC,))),
    "released without an RFC": lambda: release(ROWS, Target("beep", 831), Basis(DAY)),
    "released though it is not the IESG's": lambda: release(
        ROWS, Target("pair", 5010), Basis(DAY, reference=(RFC,))
    ),
    "port asked for after its return": lambda: assign(ROWS, grant("new", (5000,), TCP), ACME),
    "port asked for after its return, range used up": lambda: assign(
        ROWS, grant("new", (5000,), TCP), ACME._replace(has_free_numbers=False)
    ),
    "port asked for after its return, with a document": lambda: assign(
        ROWS, grant("new", (5000,), TCP), ACME._replace(has_free_numbers=False, new_document="RFC 9999")
    ),
    "reuse under a new name": lambda: reuse(ROWS, Target("pair", 5010), MOVE, ACME),
    "reuse by a stranger": lambda: reuse(ROWS, Target("pair", 5010), MOVE, STRANGER),
    "reuse under the old name": lambda: reuse(ROWS, Target("pair", 5010), MOVE._replace(name="pair"), ACME),
    "reuse without determination": lambda: reuse(ROWS, Target("pair", 5010), MOVE, ACME._replace(expert="")),
    "reuse of another port": lambda: reuse(ROWS, Target("pair", 5010), MOVE._replace(ports=(6603,)), ACME),
    "call open for 27 days": lambda: take(HELD._replace(call_opened=TODAY - datetime.timedelta(27))),
    "call open for 28 days": lambda: take(HELD),
    "call without decision": lambda: take(HELD._replace(decision="")),
    "no call": lambda: take(HELD._replace(call_opened=None)),
    "clear disuse": lambda: take(CLEAR),
    "no overwhelming need": lambda: take(HELD._replace(need="")),
    "nobody asked the Assignee": lambda: take(CLEAR._replace(attempts="")),
    "Assignee is dead, no call": lambda: take(Case("he has died", need="no heir")),
    "Assignee is dead, call held": lambda: take(HELD._replace(attempts="he has died")),
    "reference moved": lambda: maintain(ROWS, Target("pair"), Amendment(reference=(RFC,)), ACME),
    "address withheld": lambda: withheld(CONTACT, DAY),
    "renamed with consent": lambda: rename_service(ROWS, "pair", "couple", ACME),
    "renamed without consent": lambda: rename_service(ROWS, "pair", "couple", ACME._replace(evidence="")),
    "renamed to a name that is taken": lambda: rename_service(ROWS, "pair", "share", ACME),
    "name alone amended": lambda: maintain(ROWS, Target("alone"), Amendment(rich("x")), ACME),
    "marked obsolete": lambda: maintain(ROWS, Target("pair"), Amendment(notes=rich("Obsolete.")), ACME),
    "companion converted": lambda: assign(ROWS, grant("solo", (5030,), UDP, holder="Ann"), Basis(DAY, "Ann")),
    "companion asked for by a stranger": lambda: assign(
        ROWS, grant("new", (5030,), UDP, holder="Bolt"), STRANGER
    ),
    "companion asked for by a stranger, range used up": lambda: assign(
        ROWS, grant("new", (5030,), UDP, holder="Bolt"), STRANGER._replace(has_free_numbers=False)
    ),
    "companion asked for by a stranger, with a document": lambda: assign(
        ROWS,
        grant("new", (5030,), UDP, holder="Bolt"),
        STRANGER._replace(has_free_numbers=False, new_document="RFC 9999"),
    ),
    "companion asked for the same service by a stranger": lambda: assign(
        ROWS, grant("solo", (5030,), UDP, holder="Ann"), STRANGER
    ),
    "companion asked for the same service with consent": lambda: assign(
        ROWS, grant("solo", (5030,), UDP, holder="Ann"), STRANGER._replace(consents=frozenset({"Ann"}))
    ),
    "port of another shared without consent": lambda: assign(ROWS, grant("new", (5020,), TCP), ACME),
    "port of another shared without experts": lambda: assign(
        ROWS, grant("new", (5020,), TCP), ACME._replace(expert="", consents=frozenset({"Bolt"}))
    ),
    "port of another shared": lambda: assign(
        ROWS, grant("new", (5020,), TCP), ACME._replace(consents=frozenset({"Bolt"}))
    ),
    "new port": lambda: assign(ROWS, grant("new", (6610,), TCP), ACME),
    "set free beside an assignment": lambda: free(ROWS, 5030, ACME),
    "set free": lambda: free(ROWS, 5000, ACME),
    "set free without decision": lambda: free(ROWS, 5000, Basis(DAY)),
    "Reserved port by Standards Action": lambda: assign(
        ROWS, grant("new", (305,), TCP), Basis(DAY, is_ietf_action=True, statement="it was kept for this")
    ),
    "Reserved port without statement": lambda: assign(
        ROWS, grant("new", (305,), TCP), Basis(DAY, is_ietf_action=True)
    ),
    "kept for a special purpose": lambda: reserve(ROWS, 6610, ACME),
    "kept though assigned": lambda: reserve(ROWS, 5010, ACME),
    "Dynamic Port": lambda: assign(ROWS, grant("new", (50000,), TCP), ACME),
    "early allocation": lambda: assign(ROWS, grant("early", (6610,), TCP, expires=LATER), ACME),
    "early allocation renewed": lambda: again(Standing(LATER), Basis(DAY)),
    "early allocation renewed twice": lambda: again(Standing(LATER, 1), Basis(DAY)),
    "early allocation renewed twice by the IESG": lambda: again(
        Standing(LATER, 1), Basis(DAY, is_ietf_action=True)
    ),
    "early allocation before the IESG expires": lambda: end(
        Standing(LATER, is_before_iesg=True), "2027-10-01"
    ),
    "early allocation expires too soon": lambda: end(Standing(LATER), "2027-09-01"),
    "early allocation expires": lambda: end(Standing(LATER), "2027-09-02"),
    "early allocation expires without word": lambda: end(Standing(LATER), "2027-09-02", ""),
    "early allocation completed": lambda: complete(EditionRows(EARLY), "early", Basis(DAY, reference=(RFC,))),
    "early allocation completed without document": lambda: complete(EditionRows(EARLY), "early", Basis(DAY)),
    "use of a free port reported": lambda: report_use(ROWS, 6610, REPORT, ACME),
    "use of a Reserved port reported": lambda: report_use(ROWS, 5000, rich("yes"), ACME),
    "reported port assigned": lambda: assign(
        EditionRows(after(report_use(ROWS, 6610, REPORT, ACME))),
        grant("new", (6610,), TCP),
        ACME,
    ),
    "service code added": lambda: add_codes(ROWS, grant("codes", (5004,), DCCP, codes=(1,)), ACME),
    "service code added without expert": lambda: add_codes(
        ROWS, grant("codes", (5004,), DCCP, codes=(1,)), Basis(DAY, "Acme")
    ),
    "service code added by a stranger": lambda: add_codes(
        ROWS, grant("codes", (5004,), DCCP, codes=(1,)), STRANGER
    ),
    "service code added twice": lambda: add_codes(
        ROWS, grant("codes", (5004,), DCCP, codes=(1145656131,)), ACME
    ),
    "service code without DCCP": lambda: assign(ROWS, grant("new", (6610,), TCP, codes=(1,)), ACME),
    "private service code": lambda: assign(ROWS, grant("new", (6610,), DCCP, codes=(0x3F000000,)), ACME),
    "second name for the party's name": lambda: assign(ROWS, grant("alone", (), TCP), ACME),
    "name of another asked for": lambda: assign(ROWS, grant("share", (6610,), TCP, holder="Bolt"), STRANGER),
    "malformed name": lambda: assign(ROWS, grant("a_b", (), TCP), ACME),
    "no transport": lambda: assign(ROWS, grant("new", ()), ACME),
}


def take(case: Case) -> Outcome:
    return revoke(ROWS, Target("pair", 5010), case, Basis(DAY), TODAY)


def again(standing: Standing, basis: Basis) -> Outcome:
    return renew(EditionRows(EARLY), "early", standing, PublishedDate("2028-09-01"), basis)


def end(standing: Standing, day: str, word: str = "not needed") -> Outcome:
    return expire(EditionRows(EARLY), "early", standing, Basis(PublishedDate(day), evidence=word))


@pytest.mark.parametrize("case, expected", sorted(set(vectors("maintenance.tsv", "case", "expected"))))
def test_what_stops_a_case(case: str, expected: str) -> None:
    answer = CASES[case]()
    findings = [answer] if isinstance(answer, Finding) else getattr(answer, "findings", ())
    codes = list(dict.fromkeys(finding.code for finding in findings))
    assert " ".join(codes) == expected.replace("ok", "")
    if isinstance(answer, Outcome):
        assert answer.is_possible == (expected == "ok" or expected.startswith("W-"))
        assert bool(answer.changes) == answer.is_possible


def test_every_case_is_a_vector() -> None:
    assert set(CASES) == {case for (case,) in vectors("maintenance.tsv", "case")}


# -- what it looks like afterwards


def test_a_block_is_split_around_a_new_port() -> None:
    edition = after(assign(ROWS, grant("new", (6610,), TCP), ACME))
    assert spoken(edition, 6609) == [("", "6603-6609", None, "Unassigned")]
    assert spoken(edition, 6610) == [
        ("new", "6610", "tcp", "The new service"),
        ("", "6610", "udp", "Reserved"),
    ]
    assert spoken(edition, 6611) == [("", "6611-6618", None, "Unassigned")]
    companion = edition.at(6610)[1]
    assert companion == Record(None, "6610", "udp", rich("Reserved"))  # R-MARK-5
    new = edition.at(6610)[0]
    assert (new.registration_date, new.modification_date) == (DAY, None)
    assert edition.port(6610, SCTP).reason is Reason.COMPANION  # implied (R-MARK-4)
    assert edition.updated == DAY


@pytest.mark.parametrize("port, left", [(6603, ["6604-6618"]), (6618, ["6603-6617"])])
def test_a_block_is_cut_at_its_ends(port: int, left: list[str]) -> None:
    edition = after(assign(ROWS, grant("new", (port,), TCP), ACME))
    assert [r.port_number for r in edition.records if str(r.description) == "Unassigned"][1:] == left


def test_a_port_without_a_row_is_put_in_its_place() -> None:
    edition = after(assign(ROWS, grant("new", (7000, 900), SCTP, UDP), ACME))
    order = [(r.port_number, r.transport) for r in edition.records if r.port_number in ("900", "7000")]
    assert order == [
        *(("900", "tcp"), ("900", "udp"), ("900", "sctp")),
        *(("7000", "tcp"), ("7000", "udp"), ("7000", "sctp")),
    ]
    ports = [r.ports.low for r in edition.records if r.ports]
    assert ports == sorted(ports)
    assert edition.records[-1].service_name == "alone"


def test_a_name_alone_stands_among_the_names() -> None:
    edition = after(assign(ROWS, grant("aardvark", (), TCP, UDP), ACME))
    edition = after(assign(EditionRows(edition), grant("Zebra", (), UDP), ACME), edition)
    assert [(r.service_name, r.transport) for r in edition.records[-4:]] == [
        *(("aardvark", "tcp"), ("aardvark", "udp")),
        *(("alone", "tcp"), ("Zebra", "udp")),
    ]


def test_a_name_alone_makes_way_for_its_port() -> None:
    edition = after(assign(ROWS, grant("alone", (6610,), TCP), ACME))
    assert [(r.port_number, r.transport) for r in EditionRows(edition).named("alone")] == [("6610", "tcp")]


def test_only_what_was_asked_for_is_assigned() -> None:
    edition = after(assign(ROWS, grant("new", (6610,), UDP), ACME))  # R-TRANS-6
    assert [edition.port(6610, transport).state for transport in Transport] == [
        *(State.RESERVED, State.ASSIGNED, State.RESERVED, State.RESERVED),
    ]


def test_a_converted_companion_has_a_date_of_its_own() -> None:
    edition = after(CASES["companion converted"]())
    assert row(edition, "solo", "udp").registration_date == DAY  # R-MARK-11
    assert row(edition, "solo", "tcp") is row(REGISTRY, "solo", "tcp")


def test_a_shared_port_has_the_new_row_after_the_others() -> None:
    edition = after(CASES["port of another shared"]())
    assert [r.service_name for r in edition.at(5020)] == ["share", "other", "new", None]


def test_a_return_leaves_the_name_and_a_comment() -> None:
    edition = after(CASES["both transports returned"]())
    for reserved in edition.at(5010):
        assert reserved.service_name is None
        assert (reserved.assignee, reserved.contact, reserved.registration_date) == (None, (), None)
        assert (str(reserved.description), reserved.modification_date) == ("Reserved", DAY)
        assert str(reserved.assignment_notes) == "De-assigned on 2026-09-01, previously pair by [Acme]"
    left = EditionRows(edition).named("pair")
    assert [(r.port_number, r.transport) for r in left] == [(None, "tcp"), (None, "udp")]
    assert str(left[0].description) == "The pair service"
    assert edition.port(5010, TCP).reason is Reason.DEASSIGNED


def test_a_return_of_one_transport_leaves_a_bare_companion() -> None:
    edition = after(CASES["one transport returned"]())
    tcp, udp = edition.at(5010)
    assert tcp is row(REGISTRY, "pair", "tcp")
    assert (udp.registration_date, udp.modification_date, udp.assignee) == (None, None, None)
    assert str(udp.assignment_notes) == "Assigned to pair until 2026-09-01."
    assert edition.port(5010, UDP).reason is Reason.COMPANION
    assert not [r for r in EditionRows(edition).named("pair") if not r.port_number]


def test_a_return_of_a_shared_port_leaves_it_assigned() -> None:
    edition = after(CASES["shared port returned"]())
    assert [r.service_name for r in edition.at(5020)] == ["other", None]
    assert [r.port_number for r in EditionRows(edition).named("share")] == [None]
    assert edition.port(5020, UDP).reason is Reason.COMPANION


def test_the_last_return_changes_the_companion() -> None:
    edition = after(CASES["last of two returned"]())
    assert [edition.port(5030, t).reason for t in (TCP, UDP)] == [Reason.DEASSIGNED] * 2  # R-DEAS-12


def test_a_release_by_an_rfc_is_printed_as_iana_does() -> None:
    edition = after(CASES["released by an RFC"]())
    assert [str(r.assignment_notes) for r in edition.at(831)] == [
        "Previously assigned to beep but released by [RFC9999]"
    ] * 2
    left = EditionRows(edition).named("beep")
    assert [ref.data for ref in left[0].reference] == ["rfc1234", "rfc9999"]  # R-DEAS-10
    assert edition.port(831, TCP).reason is Reason.RELEASED


def test_a_revocation_says_so() -> None:
    edition = after(CASES["call open for 28 days"]())
    assert str(edition.at(5010)[0].assignment_notes).startswith("Revoked on 2026-09-01, previously pair")
    assert edition.port(5010, UDP).reason is Reason.REVOKED


def test_a_name_taken_back_is_reserved_for_everybody() -> None:
    edition = after(CASES["name taken back"]())
    known = EditionRegistry(edition).name("alone")
    assert known is not None
    assert (known.is_reserved, known.holding.assignees) == (True, ())
    ietf = Basis(DAY, is_ietf_action=True, statement="it was kept for this")
    again = after(assign(EditionRows(edition), grant("alone", (6610,), TCP), ietf), edition)
    known = EditionRegistry(again).name("alone")
    assert known is not None
    assert (known.is_reserved, [str(ports) for ports, _ in known.ports]) == (False, ["6610"])


def test_reuse_moves_the_port_at_once() -> None:
    edition = after(reuse(ROWS, Target("pair", 5010), MOVE._replace(transports=(TCP,)), ACME))
    assert [(r.service_name, r.transport) for r in edition.at(5010)] == [("new", "tcp"), (None, "udp")]
    assert str(row(edition, "new", "tcp").assignment_notes) == "Assigned to pair until 2026-09-01."
    assert [r.port_number for r in EditionRows(edition).named("pair")] == [None, None]


def test_two_ports_of_one_block() -> None:
    edition = after(assign(ROWS, grant("new", (6612, 6610, 6612), TCP), ACME))
    assert [r.port_number for r in edition.records if r.ports and r.ports.low > 6600] == [
        *("6603-6609", "6610", "6610", "6611", "6612", "6612", "6613-6618"),
    ]


def test_an_early_allocation_of_two_ports_leaves_the_name_once_both_expired() -> None:
    given_to = grant("soon", (6610, 6612), TCP, UDP, expires=LATER)
    edition = after(assign(ROWS, given_to, ACME))
    late = Basis(PublishedDate("2027-09-02"), evidence="not needed")
    expired = after(expire(EditionRows(edition), "soon", Standing(LATER), late), edition)
    assert [(r.port_number, r.transport) for r in EditionRows(expired).named("soon")] == [
        *((None, "tcp"), (None, "udp")),
    ]


def test_sctp_has_no_port_0() -> None:
    ietf = Basis(DAY, is_ietf_action=True, statement="it was kept for this")
    outcome = assign(ROWS, grant("new", (0,), SCTP), ietf)
    assert ["neither source nor destination" in found.problem.message for found in outcome.findings] == [True]
    assert assign(ROWS, grant("new", (0,), DCCP), ietf).is_possible  # R-TRANS-11 is SCTP's alone


def test_reuse_asks_for_what_an_assignment_asks_for() -> None:
    outcome = reuse(ROWS, Target("pair", 5010), MOVE._replace(name="a_b"), ACME)  # R-REUSE-2
    assert [found.code for found in outcome.findings] == ["E-NAME-CHAR"]


def test_a_succession_changes_the_parties_and_tells() -> None:
    edition = after(CASES["pair with a reason"]())
    for transport in ("tcp", "udp"):
        new = row(edition, "pair", transport)
        assert (new.assignee, new.contact) == (person("Bolt"), person("Bo"))
        assert (new.registration_date, new.modification_date) == (PublishedDate("2010-05-06"), DAY)
        assert str(new.assignment_notes) == "Assignee changed on 2026-09-01, previously [Acme]"


def test_a_new_name_of_a_party_keeps_its_id() -> None:
    renamed = rename_party(ROWS.named("pair"), CONTACT, replace(CONTACT, organization="Acme SE"), ACME)
    assert renamed.person is not None
    with_contact = replace(REGISTRY, contacts=(CONTACT,))
    edition = apply(with_contact, renamed.changes, DAY, [renamed.person])
    assert edition.contact("Acme") == replace(CONTACT, organization="Acme SE", updated=DAY)
    assert str(row(edition, "pair", "udp").assignment_notes) == (
        "Assignee formerly named Acme Ltd, until 2026-09-01."
    )


def test_a_renamed_service_tells_its_old_name() -> None:
    edition = after(CASES["renamed with consent"]())
    assert EditionRows(edition).named("pair") == ()
    assert str(row(edition, "couple", "udp").assignment_notes) == 'Formerly named "pair".'
    assert edition.at(5010)[0].modification_date == DAY


def test_dates_of_an_amendment() -> None:
    moved = after(CASES["reference moved"]())
    assert (row(moved, "pair", "tcp").reference, row(moved, "pair", "tcp").modification_date) == (
        (RFC,),
        None,
    )
    told = after(CASES["contact amends description"]())
    assert row(told, "pair", "tcp").modification_date == DAY  # R-MAINT-7
    obsolete = row(after(CASES["marked obsolete"]()), "pair", "tcp")
    assert replace(obsolete, assignment_notes=None, modification_date=None) == row(REGISTRY, "pair", "tcp")


def test_whose_word_holds() -> None:
    assert CASES["contrary wishes, Assignee among them"]() == Amendment(rich("b"))  # M-02


def test_withheld_addresses() -> None:
    assert withheld(CONTACT, DAY) == replace(CONTACT, uris=(), updated=DAY)  # M-19


def test_an_early_allocation_from_its_mark_to_its_end() -> None:
    mark = "The early service (TEMPORARY - registered 2026-09-01, expires 2027-09-01)"
    assert str(row(EARLY, "early", "tcp").description) == mark  # R-EARLY-10
    assert EditionRegistry(EARLY).place(6610, TCP).is_temporary
    outcome = again(Standing(LATER), Basis(DAY))
    assert outcome.changes[0].after[0].expires == "2028-09-01"
    renewed = row(after(outcome, EARLY), "early", "tcp")
    assert str(renewed.description).endswith("registered 2026-09-01, expires 2028-09-01)")
    done = row(after(CASES["early allocation completed"](), EARLY), "early", "tcp")
    assert (str(done.description), done.reference) == ("The early service", (RFC,))
    expired = after(CASES["early allocation expires"](), EARLY)
    assert [expired.port(6610, t).reason for t in (TCP, UDP)] == [Reason.DEPRECATED] * 2
    assert str(row(expired, "early", "tcp").description) == "The early service"


def test_a_report_stands_on_just_its_port() -> None:
    edition = after(CASES["use of a free port reported"]())
    assert [r.port_number for r in edition.records if r.port_number and r.port_number[:2] == "66"] == [
        *("6603-6609", "6610", "6611-6618"),
    ]
    assert edition.port(6610, TCP).state is State.UNASSIGNED  # R-UNAUTH-1
    assert str(edition.at(6610)[0].unauthorized_use_reported) == "Known Unauthorized Use on port 6610"
    assigned = apply(edition, CASES["reported port assigned"]().changes, DAY)
    assert str(assigned.at(6610)[0].unauthorized_use_reported) == "Known Unauthorized Use on port 6610"
    fresh = after(report_use(ROWS, 900, rich("yes"), ACME))
    assert spoken(fresh, 900) == [("", "900", None, "Unassigned")]
    told = after(report_use(ROWS, 5010, rich("yes"), ACME))
    assert [str(r.unauthorized_use_reported) for r in told.at(5010)] == ["yes", "yes"]


def test_set_free_joins_the_blocks_that_meet() -> None:
    edition = after(assign(ROWS, grant("new", (6610,), TCP), ACME))
    edition = after(deassign(EditionRows(edition), Target("new", 6610), ACME), edition)
    edition = after(free(EditionRows(edition), 6610, ACME), edition)
    assert spoken(edition, 6610) == [("", "6603-6618", None, "Unassigned")]
    assert [r for r in edition.records if r in REGISTRY.records] == list(REGISTRY.records)


def test_blocks_that_nobody_touched_stay_apart() -> None:
    apart = Edition(
        (
            nameless("6600-6602", None, "Unassigned"),
            nameless("6603-6609", None, "Unassigned"),
            nameless("6610", None, note="Held."),
            nameless("6611", None, "unassigned"),
        )
    )
    edition = after(free(EditionRows(apart), 6610, ACME), apart)
    assert [r.port_number for r in edition.records] == ["6600-6602", "6603-6610", "6611"]


def test_a_reserved_block_is_split_too() -> None:
    edition = after(CASES["Reserved port by Standards Action"]())
    assert [(r.port_number, r.transport) for r in edition.records[1:5]] == [
        *(("300-304", None), ("305", "tcp"), ("305", "udp"), ("306-310", None)),
    ]
    freed = after(free(ROWS, 305, ACME))
    assert [(r.port_number, str(r.description)) for r in freed.records[1:4]] == [
        *(("300-304", "Reserved"), ("305", "Unassigned"), ("306-310", "Reserved")),
    ]


def test_service_codes_have_a_row_each() -> None:
    edition = after(CASES["service code added"]())
    assert [r.service_code for r in edition.at(5004) if r.service_name] == ["1145656131", "1"]
    two = after(assign(ROWS, grant("new", (6610,), DCCP, codes=(7, 1717858426)), ACME))
    assert [r.service_code for r in two.at(6610)] == [None, None, "7", "1717858426"]  # U-07
    back = after(deassign(EditionRows(two), Target("new", 6610), ACME), two)
    assert [r.transport for r in back.at(6610)] == ["tcp", "udp", "dccp"]


def test_an_organisation_may_assign_its_dynamic_ports() -> None:
    ranges = tuple(each._replace(is_assignable=True) for each in RFC6335.ranges)
    outcome = assign(ROWS, grant("new", (50000,), TCP), ACME, Policy(ranges=ranges))
    assert after(outcome).port(50000, TCP).names == ("new",)


def test_an_overlapping_block_is_no_way_around_a_companion() -> None:
    """Legacy blocks may cover assigned ports (7748-7776): what they cover is not free."""
    overlap = Edition((nameless("7748-7776", None, "Unassigned"), named("inner", 7775, "tcp")))
    rows = EditionRows(overlap)
    refused = assign(rows, grant("new", (7775,), UDP, holder="Bolt"), STRANGER)
    assert [finding.code for finding in refused.findings] == ["E-PORT-RESERVED"]
    edition = after(assign(rows, grant("inner", (7775,), UDP), ACME), overlap)
    assert [(r.port_number, r.transport) for r in edition.records] == [
        *(("7748-7774", None), ("7775", "tcp"), ("7775", "udp"), ("7776", None)),
    ]


def test_an_edition_that_has_changed_meanwhile_is_refused() -> None:
    changes = assign(ROWS, grant("new", (6610,), TCP), ACME).changes
    edition = apply(REGISTRY, changes, DAY)
    with pytest.raises(RuleError) as caught:
        apply(edition, changes, DAY)
    assert caught.value.problem.code == "E-ROW-MISSING"


@pytest.mark.parametrize(
    "given_to, expected",
    [
        (grant("new", (6610,), TCP), ["kept for you on udp, sctp, dccp too"]),  # R-MARK-6
        (grant("new", (6610,), TCP, UDP, SCTP, DCCP), ["service code 0", "keeps its service code"]),  # R-SC
        (
            grant("new", (900,), *Transport),  # R-DCCP-8
            ["service code 0", "keeps its service code", "one of 1024 to 49151", "on some systems only"],
        ),
        (
            grant("new", (), TCP),
            ["SRV records", "new meaning", "TXT keys", "any bytes"],  # R-SD-2, R-SD-8, R-TXT-2, R-TXT-10
        ),
    ],
)
def test_what_the_party_is_told(given_to: Grant, expected: list[str]) -> None:
    told = told_with(given_to)
    assert len(told) == len(expected)
    for advice, words in zip(told, expected, strict=True):
        assert words in advice.text
        assert advice.source.startswith("RFC ")


def test_what_others_are_told() -> None:
    assert "community call may be held" in REUSE[0].text  # R-REUSE-6
    assert "invited to apply" in REPORTED_USE[0].text  # R-UNAUTH-3
    assert "consent of its first assignee" in REPORTED_USE[1].text  # R-UNAUTH-4
    assert "never a default" in EXPERIMENTS[0].text  # R-EXP-3
    assert "64-bit nonce" in EXPERIMENTS[1].text  # R-EXP-4


# -- the corners


def test_blocks_of_two_ranges_are_never_joined() -> None:
    edition = Edition((nameless("1000-1023", None, "Unassigned"), nameless("1024", None)))
    freed = after(free(EditionRows(edition), 1024, ACME), edition)
    assert [r.port_number for r in freed.records] == ["1000-1023", "1024"]


def test_a_report_stays_with_the_part_that_it_names() -> None:
    block = replace(nameless("6603-6618", None, "Unassigned"), unauthorized_use_reported=rich("on port 6605"))
    edition = Edition((block,))
    split = after(assign(EditionRows(edition), grant("new", (6610,), TCP), ACME), edition)
    assert [(r.port_number, bool(r.unauthorized_use_reported)) for r in split.records] == [
        *(("6603-6609", True), ("6610", False), ("6610", False), ("6611-6618", False)),
    ]


def test_a_companion_goes_to_another_service_by_the_ietf_alone() -> None:
    ietf = Basis(DAY, "Bolt", is_ietf_action=True, statement="no other number will do")
    outcome = assign(ROWS, grant("new", (5030,), UDP, holder="Bolt"), ietf)
    assert after(outcome).port(5030, UDP).names == ("new",)


def test_a_reserved_name_is_gone_from_every_transport_once_it_is_assigned() -> None:
    edition = Edition((named("kept", None, "tcp"), named("kept", None, "udp")))
    edition = after(deassign_name(EditionRows(edition), "kept", ACME), edition)
    ietf = Basis(DAY, "Bolt", is_ietf_action=True, statement="it was kept for this")
    edition = after(assign(EditionRows(edition), grant("kept", (6610,), TCP), ietf), edition)
    assert [(r.service_name, r.transport) for r in edition.records] == [("kept", "tcp"), (None, "udp")]


def test_a_service_of_several_parties() -> None:
    edition = Edition((named("twin", 6610, "tcp"), named("twin", 6611, "tcp", "Bolt", "Bo")))
    rows = EditionRows(edition)
    pair = PAIR._replace(name="twin", applied_by="Cora")
    assert [found.code for found in succeed(rows, pair, ACME).findings] == ["E-NOT-ASSIGNEE"]
    assert assign(rows, grant("twin", (6612,), TCP, holder="Bolt"), STRANGER).is_possible


def test_a_name_may_be_spelt_anew() -> None:
    edition = after(rename_service(ROWS, "pair", "Pair", ACME))
    assert [r.service_name for r in edition.at(5010)] == ["Pair", "Pair"]


def test_an_early_allocation_is_no_free_port() -> None:
    rows = EditionRows(EARLY)
    taken = assign(rows, grant("new", (6610,), TCP), ACME)
    assert [found.code for found in taken.findings] == ["E-PORT-TAKEN"]
    assert [found.code for found in free(rows, 6610, ACME).findings] == ["E-MARK"]


def test_an_early_allocation_stays_one_whatever_else_changes() -> None:
    rows = EditionRows(EARLY)
    ietf = Basis(DAY, "IESG", expert="agreed", evidence="seen", is_ietf_action=True)
    for outcome in (
        maintain(rows, Target("early"), Amendment(rich("Another text"), contact=("Ann",)), ietf),
        succeed(rows, PAIR._replace(name="early", released_by="IESG"), ietf),
        rename_service(rows, "early", "soon", ietf),
        report_use(rows, 6610, REPORT, ietf),
    ):
        assert [row.expires for change in outcome.changes for row in change.after] == [LATER]
        kept = outcome.changes[0].after[0].record
        assert str(kept.description).endswith(" (TEMPORARY - registered 2026-09-01, expires 2027-09-01)")


def test_a_port_is_no_reserved_name_whatever_its_description() -> None:
    edition = Edition((named("later", 5349, "udp", description=rich("Reserved")),))
    known = EditionRegistry(edition).name("later")
    assert known is not None
    assert not known.is_reserved
