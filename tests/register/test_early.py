"""Early allocations after they began: R-EARLY-5 to R-EARLY-9, P13 to P16."""

from __future__ import annotations

import pytest

from portbook.numbers import Transport
from portbook.procedures import held
from portbook.register import events
from portbook.register.operations import early, entries
from portbook.register.standing import RegisterRegistry
from portbook.states import PortStanding

from .doings import DAY, at, code, difference, entry, letters, named, on, put_early, reasons

ENDS = "2027-09-01"
PAST = "2027-09-02"


@pytest.fixture(autouse=True)
def dawn(register: str) -> None:
    put_early("dawn", 5000, ENDS)


def mark(expires: str) -> str:
    return f"Early (TEMPORARY - registered {DAY}, expires {expires})"


def test_one_renewal_and_a_second_with_the_iesg() -> None:
    """R-EARLY-6."""
    assert code(lambda: early.renew(on("2027-08-20"), "dawn", chairs="")) == "E-EVIDENCE"
    done = early.renew(on("2027-08-20"), "dawn", chairs="mail of the chairs")
    assert done.answer == {"service": "dawn", "expires": "2028-08-20", "renewals": 1}
    assert str(named("dawn")[0].description) == mark("2028-08-20")
    assert entry("dawn") == ("", "2028-08-20")
    assert code(lambda: early.renew(on("2028-08-01"), "dawn", chairs="again")) == "E-EARLY-RENEWAL"
    early.renew(on("2028-08-01"), "dawn", chairs="again", decision="IESG, 2028-07-30")
    assert entry("dawn") == ("", "2029-08-01")
    assert letters() == []  # the Guild has no mail address


def test_a_renewal_that_renews_nothing() -> None:
    assert code(lambda: early.renew(on(), "dawn", chairs="so soon")) == "E-EARLY-RENEWAL"
    assert code(lambda: early.renew(on(), "keeper", chairs="no early allocation")) == "E-ROW-MISSING"


def test_the_approval_of_the_document_makes_it_permanent() -> None:
    """R-EARLY-9: the mark goes, the document stands there."""
    assert code(lambda: early.complete(on(), "dawn", "")) == "E-EVIDENCE"
    changed = difference(lambda: early.complete(on("2027-01-01"), "dawn", "rfc9999"), "2027-01-01")
    assert changed == [
        f'-<record date="{DAY}">',
        f'+<record date="{DAY}" updated="2027-01-01">',
        f"-<description>{mark(ENDS)}</description>",
        "+<description>Early</description>",
        '+<xref type="rfc" data="rfc9999"/>',
    ]
    assert entry("dawn") == ("", "")
    assert code(lambda: early.complete(on(), "dawn", "rfc9999")) == "E-ROW-MISSING"


def test_past_its_day_it_stays_until_the_chairs_speak() -> None:
    """R-EARLY-8: told, deprecated on their word, then free on their word; neither before."""
    assert code(lambda: early.tell_expiry(on(ENDS), "dawn")) == "E-EARLY-EXPIRY"
    assert code(lambda: early.deprecate(on(ENDS), "dawn", chairs="not needed")) == "E-EARLY-EXPIRY"
    before = named("dawn")
    early.tell_expiry(on(PAST), "dawn")
    assert named("dawn") == before
    assert code(lambda: early.deprecate(on(PAST), "dawn", chairs=" ")) == "E-EVIDENCE"
    early.deprecate(on(PAST), "dawn", chairs="not needed")
    assert reasons(5000) == ["early allocation expired"] * 2
    assert str(at(5000)[0].assignment_notes) == f"Early allocation expired on {ENDS}, previously dawn."
    assert standing(5000) is PortStanding.DEPRECATED
    assert code(lambda: early.free(on(PAST), 5000, chairs="")) == "E-EVIDENCE"
    early.free(on(PAST), 5000, chairs="fit to be free")
    assert standing(5000) is PortStanding.UNASSIGNED
    assert events.verify().problems == ()


def standing(port: int) -> PortStanding:
    return held(RegisterRegistry(), port, Transport.TCP).standing


def test_nothing_expires_before_the_iesg() -> None:
    """R-EARLY-7."""
    late = lambda: early.deprecate(on(PAST), "dawn", chairs="x", is_before_iesg=True)  # noqa: E731
    assert code(late) == "E-EARLY-EXPIRY"


@pytest.mark.parametrize("port", [4020, 304, 5001])
def test_chairs_free_nothing_else(port: int) -> None:
    """Assigned, de-assigned, Unassigned: not theirs."""
    assert code(lambda: early.free(on(), port, chairs="we like it")) in (
        "E-MARK",
        "E-STATE-MOVE",
        "E-ROW-MISSING",
    )


def test_experts_and_strangers_do_none_of_this() -> None:
    for do in (
        lambda: early.renew(on(actor="cyd"), "dawn", chairs="x"),
        lambda: early.complete(on(actor="cyd"), "dawn", "rfc9999"),
        lambda: early.deprecate(on(PAST, actor="cyd"), "dawn", chairs="x"),
        lambda: early.free(on(actor="cyd"), 5000, chairs="x"),
        lambda: early.tell_expiry(on(PAST, actor="cyd"), "dawn"),
    ):
        assert code(do) == "E-ROLE"


@pytest.mark.parametrize("other", ["Dawn", "dusk"])
def test_another_name_brings_no_other_renewal(other: str) -> None:
    """R-EARLY-6: renewals are counted of the allocation, however it is written or called."""
    early.renew(on("2027-08-20"), "dawn", chairs="mail of the chairs")
    if other == "dusk":
        told = {"asked_by": "Keepers_Guild", "accepted": "yes", "expert": "yes"}
        entries.rename_service(on("2027-08-21"), "dawn", other, **told)
    assert code(lambda: early.renew(on("2028-08-01"), other, chairs="again")) == "E-EARLY-RENEWAL"
