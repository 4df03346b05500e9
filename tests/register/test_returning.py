"""Ports and names given back, released and reused: M-08 to M-11 and their kin, after the notice of T-52."""

from __future__ import annotations

import pytest

from portbook.numbers import Transport
from portbook.procedures import Grant, Ground, Succession, Target
from portbook.records import Reference, rich
from portbook.register import events, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import returning, succession

from .doings import DAY, at, by_two, code, difference, holder, letters, named, on, reasons, registrar

pytestmark = pytest.mark.usefixtures("register")

LAST = "2026-10-01"  # of the 30 days
LATER = "2026-10-02"
MOON = Target("moonbell", 28200)
OWNER, CONTACT = "Moonbell_Games", "Xan_Moon"


def announce(act: Act | None = None, target: Target = MOON, asked_by: str = OWNER, **more: str) -> int:
    facts = {"evidence": "the last server was turned off in May", **more}
    done = returning.announce(act or on(), target, asked_by=asked_by, **facts)
    return int(done.answer["notice"])


def returned(notice: int) -> list[str]:
    return difference(lambda: returning.deassign(on(LATER), notice), LATER)


# -- given back


def test_a_port_is_given_back() -> None:
    """M-08: both rows Reserved, dated, with the historic use; the name stays, alone."""
    changed = returned(announce())
    note = f'De-assigned on {LATER}, previously moonbell by <xref type="person" data="Moonbell_Games"/>'
    assert changed.count(f"+<note>{note}</note>") == 2
    assert changed.count("+<description>Reserved</description>") == 2
    assert changed.count("-<number>28200</number>") == 0
    assert {line for line in changed if "record" in line and "date" in line} == {
        '-<record date="2012-11-08">',
        f'+<record updated="{LATER}">',
        f'+<record date="2012-11-08" updated="{LATER}">',
    }
    assert reasons(28200) == ["de-assigned", "de-assigned"]
    assert [(row.port_number, row.transport, row.modification_date) for row in named("moonbell")] == [
        (None, "tcp", LATER),
        (None, "udp", LATER),
    ]
    assert events.verify().problems == ()


def test_one_transport_is_given_back() -> None:
    """M-09: TCP stays; UDP is Reserved as its companion, bare but for the comment."""
    before = named("moonbell")[0]
    returned(announce(target=MOON._replace(transports=(Transport.UDP,))))
    tcp, udp = at(28200)
    assert (tcp, str(udp.description)) == (before, "Reserved")
    assert str(udp.assignment_notes) == f"Assigned to moonbell until {LATER}."
    assert reasons(28200) == ["", "companion"]


def test_nothing_happens_before_the_day() -> None:
    """T-52: the day is public, the holders are told, and may stop it."""
    notice = announce()
    assert tables.rows("SELECT begins, ends FROM register_notice") == [(DAY, LAST)]
    told = "port 28200 of moonbell: the return was announced"
    assert letters() == [("ports@moonbell.example.com", told), ("xan@moonbell.example.com", told)]
    assert code(lambda: returning.deassign(on(LAST), notice)) == "E-NOTICE-WAITS"
    returning.deassign(on(LATER), notice)
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-NOTICE-NONE"


def test_a_holder_stops_it() -> None:
    holder("mona", OWNER)
    holder("bo", "Bo_Tidewell")
    notice = announce()
    assert code(lambda: returning.stop(on(actor="bo"), notice)) == "E-ROLE"
    returning.stop(on(actor="mona"), notice)
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-NOTICE-NONE"
    assert len(letters()) == 4


def test_one_notice_at_a_time() -> None:
    """T-49: whoever stops one stopped it, however the other is written."""
    announce()
    assert code(announce) == "E-NOTICE-OPEN"
    for other in (Target("MoonBell", 28200), MOON._replace(transports=(Transport.UDP,))):
        assert code(lambda target=other: announce(target=target)) == "E-NOTICE-OPEN"


def test_two_transports_are_announced_apart() -> None:
    announce(target=MOON._replace(transports=(Transport.TCP,)))
    announce(target=MOON._replace(transports=(Transport.UDP,)))


@pytest.mark.parametrize(
    "target, asked_by, facts, expected",
    [
        (MOON, OWNER, {"evidence": ""}, "E-EVIDENCE"),  # M-10: what was shown is use, not disuse
        (MOON, "Bo_Tidewell", {}, "E-NOT-ASSIGNEE"),
        (MOON, "", {}, "E-NOT-ASSIGNEE"),  # the operator gives nothing back: it revokes
        (Target("moonbell", 28201), OWNER, {}, "E-ROW-MISSING"),
        (Target("moonbell", 28200, (Transport.SCTP,)), OWNER, {}, "E-ROW-MISSING"),
        (Target("anchorwatch"), "Harbour_Board", {}, "E-EXPERT-MISSING"),
    ],
)
def test_what_is_not_even_announced(
    target: Target, asked_by: str, facts: dict[str, str], expected: str
) -> None:
    assert code(lambda: announce(None, target, asked_by, **facts)) == expected


def test_a_holder_announces_his_own_but_no_system_port() -> None:
    holder("mona", OWNER)
    holder("hal", "Harbour_Board")
    announce(on(actor="mona"), asked_by="ignored")
    assert code(lambda: announce(on(actor="mona"), Target("keeper", 4020))) == "E-ROLE"
    assert code(lambda: announce(on(actor="hal"), Target("lantern", 300))) == "E-ROLE"
    notice = announce(on(), Target("lantern", 300), "Harbour_Board")
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-PERSONS"
    by_two(lambda act: returning.deassign(act, notice), on(LATER))
    assert reasons(300) == ["de-assigned"] * 3


def test_the_assignee_confirms_what_the_contact_asks() -> None:
    """A-28: what cannot be undone."""
    notice = announce(asked_by=CONTACT)
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-CONFIRM-MISSING"
    assert code(lambda: returning.confirm(on(), notice, "a letter", CONTACT)) == "E-NOT-ASSIGNEE"
    assert code(lambda: returning.confirm(on(), notice, " ", OWNER)) == "E-EVIDENCE"
    returning.confirm(on(), notice, "a letter of 1 September", OWNER)
    assert named("moonbell")[0].port_number == "28200"
    returned(notice)
    assert named("moonbell")[0].port_number is None


def test_an_entry_that_changed_owners_is_not_given_back_by_the_old_one() -> None:
    """What was announced is asked again inside the lock (T-56)."""
    notice = announce()
    pair = Succession("moonbell", OWNER, "Walt_Ebb", (), Ground.MANAGERIAL, "merged")
    facts = {"release": "letter 1", "request": "letter 2", "expert": "a reason"}
    by_two(lambda act: succession.succeed(act, pair, **facts), on())
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-NOT-ASSIGNEE"


def test_who_was_assignee_confirms_nothing_for_the_new_one() -> None:
    """T-56: the Contact asked, the Assignee confirmed, and then the service passed on."""
    notice = announce(asked_by=CONTACT)
    returning.confirm(on(), notice, "a letter", OWNER)
    pair = Succession("moonbell", OWNER, "Walt_Ebb", (CONTACT,), Ground.MANAGERIAL, "merged")
    facts = {"release": "letter 1", "request": "letter 2", "expert": "a reason"}
    by_two(lambda act: succession.succeed(act, pair, **facts), on())
    assert code(lambda: returning.deassign(on(LATER), notice)) == "E-CONFIRM-MISSING"
    returning.confirm(on(), notice, "a letter", "Walt_Ebb")
    returning.deassign(on(LATER), notice)


def test_a_holder_does_not_speak_for_the_expert() -> None:
    """R-DEAS-7: the operator records what the expert said."""
    holder("hal", "Harbour_Board")
    own = lambda: announce(on(actor="hal"), Target("anchorwatch"), expert="it is fine")  # noqa: E731
    assert code(own) == "E-ROLE"


def test_a_name_is_given_back_with_the_expert() -> None:
    """R-DEAS-7: it becomes Reserved, and says so."""
    returned(announce(target=Target("anchorwatch"), asked_by="Harbour_Board", expert="nobody uses it"))
    row = named("anchorwatch")[0]
    assert (str(row.description), row.assignee, row.contact) == ("Reserved", None, ())
    assert str(row.assignment_notes).startswith(f"De-assigned on {LATER}, previously anchorwatch by")
    assert tables.rows("SELECT fold FROM register_nameclaim WHERE fold = 'anchorwatch'") != []


def test_a_registrar_does_not_give_back_his_own() -> None:
    registrar("mo", OWNER)
    notice = announce(on(actor="mo"), asked_by="")  # he may ask, as the holder that he is
    assert tables.rows("SELECT asked_by FROM register_notice") == [(OWNER,)]
    assert code(lambda: returning.deassign(on(LATER, actor="mo"), notice)) == "E-OWN-CASE"


# -- released


def test_an_rfc_releases_what_the_iesg_holds() -> None:
    """R-DEAS-8: here nothing is the IESG's but what nobody holds."""
    target = Target("driftwood", 4036)
    assert code(lambda: returning.release(on(), MOON, "rfc9999")) == "E-NOT-ASSIGNEE"
    assert code(lambda: returning.release(on(), target, "")) == "E-EVIDENCE"
    returning.release(on(), target, "rfc9999")
    assert reasons(4036) == ["released by an RFC"] * 2
    assert "released by [RFC9999]" in str(at(4036)[0].assignment_notes)
    assert named("driftwood")[0].reference == (Reference("rfc", "rfc9999"),)


# -- reused


def grant(name: str = "starbell", port: int = 28200) -> Grant:
    return Grant(name, (Transport.TCP, Transport.UDP), rich("Star bell"), (OWNER,), (CONTACT,), ports=(port,))


def reuse(act: Act, new: Grant, asked_by: str = OWNER, expert: str = "nobody else", **more: str) -> Done:
    return returning.reuse(act, MOON, new, asked_by=asked_by, expert=expert, **more)


def test_a_port_is_reused() -> None:
    """R-REUSE-3, R-REUSE-4: one step, the old name stays, the port never is Reserved."""
    reuse(on(), grant())
    assert [(row.service_name, row.transport) for row in at(28200)] == [
        ("starbell", "tcp"),
        ("starbell", "udp"),
    ]
    assert {row.registration_date for row in at(28200)} == {DAY}
    assert {row.port_number for row in named("moonbell")} == {None}
    assert events.verify().problems == ()


def test_the_old_name_is_advised_against() -> None:
    """M-11: it can be had, and a new one is better."""
    advice = reuse(on(), grant("moonbell")).answer["advice"]
    assert advice == [
        "the old name 'moonbell' is asked for again; a new application is best given a new name"
    ]
    assert {row.registration_date for row in named("moonbell")} == {DAY}


@pytest.mark.parametrize(
    "new, asked_by, expert, expected",
    [
        (grant(), "Bo_Tidewell", "nobody else", "E-NOT-ASSIGNEE"),
        (grant(), OWNER, " ", "E-EVIDENCE"),
        (grant(port=28201), OWNER, "nobody else", "E-PORT-UNSPECIFIED"),
        (grant("keeper"), OWNER, "nobody else", "E-NAME-TAKEN"),
        (grant()._replace(assignee=("Walt_Ebb",)), OWNER, "nobody else", "E-XFER"),
        (grant()._replace(contact=("Nobody_There",)), OWNER, "nobody else", "E-CONTACT-NONE"),
    ],
)
def test_what_is_not_reused(new: Grant, asked_by: str, expert: str, expected: str) -> None:
    assert code(lambda: reuse(on(), new, asked_by, expert)) == expected


def test_a_system_port_is_reused_by_the_ietf_alone() -> None:
    """R-REUSE-7."""
    new = Grant("lamplight", (Transport.TCP,), rich("Lamp"), ("Bo_Tidewell",), ("Bo_Tidewell",), ports=(301,))
    target = Target("tidegauge", 301)

    def do(act: Act, decision: str) -> Done:
        return returning.reuse(act, target, new, asked_by="Bo_Tidewell", expert="nobody", decision=decision)

    assert code(lambda: do(on(), "")) == "E-REVIEW-PATH"
    assert code(lambda: do(on(), "IESG, 2026-08-20")) == "E-PERSONS"
    by_two(lambda act: do(act, "IESG, 2026-08-20"), on())
    assert at(301)[0].service_name == "lamplight"


def test_a_shared_port_is_reused_beside_the_others() -> None:
    """Those who stand there already agree (R-MARK-8)."""
    kit = ("Kit_Gull",)
    new = Grant("petrel", (Transport.TCP, Transport.UDP), rich("Petrel"), kit, kit, ports=(4027,))

    def do(consents: tuple[str, ...]) -> Done:
        target = Target("gull", 4027)
        return returning.reuse(on(), target, new, asked_by=kit[0], expert="nobody", consents=consents)

    assert code(lambda: do(())) == "E-PORT-TAKEN"
    do(("Lou_Skua",))
    assert sorted(row.service_name or "" for row in at(4027)) == sorted(["petrel", "skua", "tern"] * 2)
