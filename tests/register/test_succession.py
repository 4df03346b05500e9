"""Succession: both parties together, for a reason that is none of money: M-05, M-06, A-5, T-51."""

from __future__ import annotations

import pytest

from portbook.procedures import Amendment, Ground, Succession, Target, Wish
from portbook.records import rich
from portbook.register import events
from portbook.register.acts import Act, Done
from portbook.register.operations import entries, succession

from .doings import DAY, approve, by_two, code, difference, holder, letters, named, on, put_early, registrar

pytestmark = pytest.mark.usefixtures("register")

PAIR = Succession(
    "keeper-tls",
    "Keepers_Guild",
    "Steering_Committee",
    ("Chair_of_the_Board",),
    Ground.MANAGERIAL,
    "the protocol is run by a standards body now",
)


def succeed(act: Act, pair: Succession = PAIR, **facts: str) -> Done:
    given = {"release": "letter of 1 August", "request": "form of 2 August", "expert": "managerial", **facts}
    return succession.succeed(act, pair, **given)


def test_a_service_passes_on() -> None:
    """M-05: one step, two persons, every row, dated, with a note; the registration date stays (R-XFER-7)."""
    assert code(lambda: succeed(on())) == "E-PERSONS"
    changed = difference(lambda: by_two(succeed, on()))
    assert changed.count('-<xref type="person" data="Keepers_Guild"/>') == 2
    assert changed.count('+<xref type="person" data="Steering_Committee"/>') == 2
    note = f'Assignee changed on {DAY}, previously <xref type="person" data="Keepers_Guild"/>'
    assert changed.count(f"+<note>{note}</note>") == 2
    assert changed.count(f'+<record date="2018-10-10" updated="{DAY}">') == 2
    assert [row.port_number for row in named("keeper-tls")] == ["4021", "4021"]
    told = {address for address, _ in letters()}
    assert {"committee@board.example.org", "chair@board.example.org", "ada.beacon@example.org"} == told
    assert events.verify().problems == ()


@pytest.mark.parametrize(
    "change, facts, expected",
    [
        ({"ground": Ground.SALE}, {}, "E-XFER-REASON"),  # M-06
        ({"ground": None}, {}, "E-XFER-REASON"),
        ({"reason": " "}, {}, "E-XFER-REASON"),
        ({}, {"expert": " "}, "E-XFER-REASON"),  # R-XFER-3
        ({"released_by": ""}, {}, "E-XFER"),  # R-XFER-2: nobody released it
        ({}, {"release": ""}, "E-EVIDENCE"),
        ({}, {"request": " "}, "E-EVIDENCE"),
        ({"released_by": "Bo_Tidewell"}, {}, "E-NOT-ASSIGNEE"),
        ({"applied_by": "Nobody_There"}, {}, "E-CONTACT-NONE"),
        ({"applied_by": ""}, {}, "E-XFER"),
        ({"applied_by": "Keepers_Guild"}, {}, "E-XFER"),  # to himself
        ({"released_by": "Bo_Tidewell", "applied_by": "Keepers_Guild"}, {}, "E-XFER"),  # who holds it
        ({"name": "nobody"}, {}, "E-ROW-MISSING"),
    ],
)
def test_what_does_not_pass_on(change: dict[str, object], facts: dict[str, str], expected: str) -> None:
    pair = PAIR._replace(**change)  # type: ignore[arg-type]
    assert code(lambda: succeed(on(), pair, **facts)) == expected


def test_holders_do_not_do_it_themselves() -> None:
    """R-XFER-1, R-XFER-5."""
    holder("kay", "Keepers_Guild")
    assert code(lambda: succeed(on(actor="kay"))) == "E-ROLE"


def test_the_second_person_counts_once_for_just_this() -> None:
    by_two(succeed, on())
    back = PAIR._replace(released_by="Steering_Committee", applied_by="Keepers_Guild")
    assert code(lambda: succeed(on(), back)) == "E-PERSONS"
    seen = succeed(on(is_dry=True), back).answer["digest"]
    approve(on().instant, "succeed", seen, "ada")  # his own word is no second one
    assert code(lambda: succeed(on(), back)) == "E-PERSONS"
    approve(on().instant, "succeed", seen, "cyd")  # no registrar
    assert code(lambda: succeed(on(), back)) == "E-PERSONS"
    approve(on().instant, "succeed", seen, "bob", expires="2026-09-01T11:00:00Z")  # an hour ago
    assert code(lambda: succeed(on(), back)) == "E-PERSONS"


def test_an_approval_is_void_when_the_rows_changed() -> None:
    """T-56: the second person saw other rows."""
    seen = succeed(on(is_dry=True)).answer["digest"]
    approve(on().instant, "succeed", seen)
    entries.amend(on(), Target("keeper-tls"), Wish("Keepers_Guild", Amendment(description=rich("Else"))))
    assert code(lambda: succeed(on())) == "E-PERSONS"


def test_nobody_passes_on_to_himself() -> None:
    assert code(lambda: succeed(on(), PAIR._replace(applied_by=PAIR.released_by))) == "E-XFER"


def test_an_early_allocation_is_not_passed_on() -> None:
    """P8 leads from Assigned alone."""
    put_early("dawn", 5000, "2027-09-01")
    assert code(lambda: succeed(on(), PAIR._replace(name="dawn"))) == "E-STATE-MOVE"


@pytest.mark.parametrize("party", ["Keepers_Guild", "Steering_Committee", "Chair_of_the_Board"])
def test_no_registrar_passes_on_what_is_or_becomes_his(party: str) -> None:
    """Neither as the one who acts nor as the second: the old holder, the new one, its Contact."""
    registrar("mo", party)
    assert code(lambda: succeed(on(actor="mo"))) == "E-OWN-CASE"
    seen = succeed(on(is_dry=True)).answer["digest"]
    approve(on().instant, "succeed", seen, "mo")
    assert code(lambda: succeed(on())) == "E-PERSONS"
    approve(on().instant, "succeed", seen, "bob")
    succeed(on())
