"""Contacts: added, verified, hidden (M-19), and the slow way to other addresses (T-47 to T-49)."""

from __future__ import annotations

import datetime
import itertools
from dataclasses import replace

import pytest

from portbook.procedures import PersonChange
from portbook.register import changing, events, limits, tables
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_NAME
from portbook.register.operations import contacts

from . import acts
from .doings import DAY, by_two, code, contact, difference, holder, letters, on

pytestmark = pytest.mark.usefixtures("register")

XAN, OLD, NEW = "Xan_Moon", "xan@moonbell.example.com", "xan@new.example.net"
LAST, AFTER = "2026-09-15", "2026-09-16"  # of the 14 days


def later(days: int, day: str = DAY) -> str:
    return str(datetime.date.fromisoformat(day) + datetime.timedelta(days=days))


def asked(act: Act | None = None, *addresses: str) -> int:
    return int(contacts.ask_change(act or on(), XAN, addresses or (NEW,)).answer["notice"])


def test_the_addresses_that_it_has_are_no_change() -> None:
    """A notice about nothing would keep real changes waiting for two weeks."""
    assert code(lambda: asked(None, OLD)) == "E-CONTACT-ADDRESS"
    assert asked(None, OLD, NEW)


# -- added, verified


def test_a_contact_is_added() -> None:
    changed = difference(lambda: contacts.add(on(), name="3GPP", addresses=("office@3gpp.example.org",)))
    assert changed == [
        '+<person id="_3GPP">',
        "+<name>3GPP</name>",
        "+<uri>mailto:office&amp;3gpp.example.org</uri>",
        f"+<updated>{DAY}</updated>",
        "+</person>",
    ]
    assert contacts.add(on(), name="Xan Moon", addresses=(NEW,)).answer["contact"] == "Xan_Moon_2"


@pytest.mark.parametrize(
    "address",
    ["", "x", "x@", "@y", "x y@z", "x@y\n", "x@y\r\nBcc: all@example.org", "é@example.org", "a@" + "b" * 190],
)
def test_what_is_no_address(address: str) -> None:
    assert code(lambda: contacts.add(on(), name="X", addresses=(address,))) == "E-CONTACT-ADDRESS"
    assert code(lambda: asked(None, address)) == "E-CONTACT-ADDRESS"


@pytest.mark.parametrize("more, written", [(0, 1), (1, 0)])
def test_an_address_that_came_by_import_and_is_too_long_is_not_written_to(more: int, written: int) -> None:
    """It is published as it came, and stops no act (T-64)."""
    before = contact("Walt_Ebb")
    address = f"{'x' * (MAX_NAME - len('@example.org') + more)}@example.org"
    after = replace(before, uris=(f"mailto:{address.replace('@', '&')}",))
    changing.transaction(
        acts.act("import"), lambda work: work.replace_people((PersonChange(before, after, "x"),))
    )
    contacts.withhold(on(), "Walt_Ebb", "a letter")
    assert [to for to, _ in letters()] == [address] * written


def test_how_many_addresses() -> None:
    many = tuple(f"a{number}@example.org" for number in range(limits.MAX_ADDRESSES + 1))
    assert code(lambda: contacts.add(on(), name="X", addresses=many)) == "E-CONTACT-ADDRESS"
    assert code(lambda: contacts.add(on(), name="X")) == "E-CONTACT-ADDRESS"
    assert code(lambda: contacts.add(on(), addresses=many[1:])) == "E-CONTACT-NAME"
    assert (
        len(contact(contacts.add(on(), name="X", addresses=many[1:]).answer["contact"]).uris) == len(many) - 1
    )


def test_an_address_is_verified_again_and_again() -> None:
    assert code(lambda: contacts.verify(on(), XAN, NEW, "it answered")) == "E-CONTACT-ADDRESS"
    assert code(lambda: contacts.verify(on(), XAN, OLD, " ")) == "E-EVIDENCE"
    assert code(lambda: contacts.verify(on(), "Nobody", OLD, "x")) == "E-CONTACT-ADDRESS"
    contacts.verify(on(), XAN, OLD, "it answered")
    contacts.verify(on("2026-10-01"), XAN, OLD, "and again")
    rows = tables.rows("SELECT contact, address, verified, how, version FROM register_verification")
    assert rows == [(XAN, OLD, "2026-10-01", "and again", 2)]


# -- hidden


def test_a_contact_is_hidden_and_shown_again() -> None:
    """M-19, R-MAINT-10: by its name alone, in the next edition; the register still knows."""
    holder("xan", XAN)
    changed = difference(lambda: contacts.withhold(on(actor="xan"), XAN, "my wish"))
    assert changed == [
        "-<org>Moonbell Games</org>",
        "-<uri>mailto:xan&amp;moonbell.example.com</uri>",
        "-<updated>2012-11-08</updated>",
    ]
    assert contact(XAN).uris == ("mailto:xan&moonbell.example.com",)
    assert letters()[-1] == (OLD, "Contact Xan_Moon: what is published")
    assert len(difference(lambda: contacts.publish(on(actor="xan"), XAN, "again"))) == 3
    assert code(lambda: contacts.withhold(on(actor="xan"), "Walt_Ebb", "not mine")) == "E-ROLE"
    assert code(lambda: contacts.withhold(on(), XAN, " ")) == "E-EVIDENCE"
    assert code(lambda: contacts.withhold(on(), "Nobody", "x")) == "E-CONTACT-NONE"


# -- other addresses


def test_the_holder_and_the_old_address() -> None:
    """T-47: asked for by the holder, confirmed from the old address, waited for, and both are told."""
    holder("xan", XAN)
    contacts.verify(on(), XAN, OLD, "it answered")
    notice = asked(on(actor="xan"))
    told = "Contact Xan_Moon: other addresses are asked for"
    assert letters() == [(OLD, told), (NEW, told)]
    contacts.confirm_change(on(), notice, OLD, "reply to the letter")
    assert code(lambda: contacts.enter_change(on(LAST), notice)) == "E-NOTICE-WAITS"
    changed = difference(lambda: contacts.enter_change(on(AFTER), notice), AFTER)
    assert changed == [
        "-<uri>mailto:xan&amp;moonbell.example.com</uri>",
        "-<updated>2012-11-08</updated>",
        "+<uri>mailto:xan&amp;new.example.net</uri>",
        f"+<updated>{AFTER}</updated>",
    ]
    assert events.verify().problems == ()


def test_then_it_rests() -> None:
    notice = asked()
    by_two(lambda act: contacts.enter_change(act, notice), on(AFTER))
    rests = later(limits.REST_DAYS, AFTER)
    assert code(lambda: asked(on(rests), OLD)) == "E-NOTICE-WAITS"
    asked(on(later(1, rests)), OLD)


def test_it_is_stopped() -> None:
    holder("xan", XAN)
    notice = asked()
    contacts.stop_change(on(actor="xan"), notice)
    assert code(lambda: contacts.enter_change(on(AFTER), notice)) == "E-NOTICE-NONE"
    assert [to for to, _ in letters()] == [OLD, NEW, OLD, NEW]
    assert contact(XAN).uris == ("mailto:xan&moonbell.example.com",)


def test_one_at_a_time() -> None:
    """T-49."""
    asked()
    assert code(lambda: asked(on(), "other@example.org")) == "E-NOTICE-OPEN"


def test_only_an_address_that_answered_lately_confirms() -> None:
    """T-48."""
    contacts.verify(on("2026-09-01"), XAN, OLD, "it answered")
    notice = asked(on("2027-09-02"))
    confirm = lambda: contacts.confirm_change(on("2027-09-02"), notice, OLD, "reply")  # noqa: E731
    assert code(confirm) == "E-CONTACT-ADDRESS"
    assert (
        code(lambda: contacts.confirm_change(on("2027-09-02"), notice, NEW, "reply")) == "E-CONTACT-ADDRESS"
    )


@pytest.mark.parametrize(
    "is_holder, is_confirmed, is_by_two, has_waited", list(itertools.product((False, True), repeat=4))
)
def test_every_way_there_is(is_holder: bool, is_confirmed: bool, is_by_two: bool, has_waited: bool) -> None:
    """T-47: no way under 14 days; and none but holder with the old address, or two persons."""
    holder("xan", XAN)
    contacts.verify(on(), XAN, OLD, "it answered")
    notice = asked(on(actor="xan") if is_holder else on())
    if is_confirmed:
        contacts.confirm_change(on(), notice, OLD, "reply")
    act = on(AFTER if has_waited else LAST)

    def do(given: Act) -> Done:
        return contacts.enter_change(given, notice)

    if has_waited and (is_by_two or (is_holder and is_confirmed)):
        (by_two(do, act) if is_by_two else do(act))
        assert contact(XAN).uris == ("mailto:xan&new.example.net",)
    else:
        expected = "E-PERSONS" if has_waited else "E-NOTICE-WAITS"
        assert code(lambda: (by_two if is_by_two and has_waited else lambda d, a: d(a))(do, act)) == expected
