"""One application from a stranger's sign-up to the published page and back, each person at his own browser.

With script on PostgreSQL and without on SQLite; the other way round by `make deep`.  Every door is the real
one: passwords, codes of an app, letters by SMTP.  What takes weeks by the clock is begun and ended early: a
return is stopped, a revocation is refuted.  What was begun weeks ago is done to its end.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from typing import NamedTuple

import pytest
from desk_server import Desk, Somebody, at_work
from playwright.sync_api import Browser
from story_people import CALLED_ABOUT, RETURNED, email_of
from story_weeks import by_two, has_other_addresses, is_given_back, is_revoked_after_a_call

from desk.signing import PASSWORD

pytestmark = pytest.mark.needs("chromium")

NIA = "nia@pier.example"
NAME, PORT = "pier-bell", "28215"
SAID = {
    "service_name": NAME,
    "ports__0__number": PORT,
    "description": "Ringing of bells on piers",
    "reference": "Proprietary; one message a bell, told on every change",
    "assignee__name": "Nia Pier",
    "assignee__email": NIA,
    "contact__name": "Nia Pier",
    "contact__email": NIA,
    "answers__versions": "The first octet of each message is the version.",
    "answers__security": "TLS 1.3 from the first octet, with no way around it.",
    "answers__why_not_dynamic": "Bells call in before anybody could configure them.",
    "answers__distinction": "The bell opens the connection and sleeps in between.",
}
FAULT = "answers__security"  # what is left out at first
MISSING = "RFC 7605 section 7.4"  # by which rule it is asked
NEW_WORDS = "Ringing of bells on piers and quays"


class Story(NamedTuple):
    """Who takes part, and where."""

    desk: Desk
    has_script: bool
    nia: Somebody
    tia: Somebody
    gus: Somebody
    ada: Somebody
    bob: Somebody
    eve: Somebody
    eli: Somebody
    aud: Somebody
    max: Somebody


POSTGRESQL = pytest.mark.needs("postgresql")


@pytest.fixture(
    params=[
        pytest.param(("postgresql", True), marks=POSTGRESQL, id="postgresql-script"),
        pytest.param(("sqlite", False), id="sqlite-bare"),
        pytest.param(("postgresql", False), marks=[POSTGRESQL, pytest.mark.deep], id="postgresql-bare"),
        pytest.param(("sqlite", True), marks=pytest.mark.deep, id="sqlite-script"),
    ]
)
def story(
    request: pytest.FixtureRequest, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Story]:
    engine, has_script = request.param
    with at_work(engine, tmp_path_factory.mktemp("home")) as desk, ExitStack() as tabs:
        people = [
            tabs.enter_context(Somebody(browser, desk.address, java_script_enabled=has_script))
            for _ in Story._fields[2:]
        ]
        for member, tab in zip(Story._fields[3:], people[1:], strict=True):
            tab.signs_in(member)
        yield Story(desk, has_script, *people)


def test_a_port_from_the_sign_up_to_its_return(story: Story) -> None:
    signs_up(story)
    number = applies_with_a_fault(story)
    is_returned_and_mended(story, number)
    is_reviewed(story, number)
    is_assigned_and_published(story, number)
    holder = comes_to_hold_it(story)
    changes_and_returns_it(story)
    is_suspected_and_kept(story)
    ends_what_took_weeks(story)
    refused = is_refused_and_appeals(story)
    stands_in_the_books(story, number, refused, holder)


# -- an applicant


def signs_up(story: Story) -> None:
    """A stranger makes an account with the code of a letter; with script, a passkey that opens the door."""
    nia = story.nia
    nia.open("/")
    nia.page.locator("header a", has_text="Desk").first.click()
    nia.follow("Make one")
    nia.type(email=NIA, password1=PASSWORD, password2=PASSWORD)
    nia.press("Make an account")
    nia.type(code=nia.code_for(story.desk, NIA))
    nia.press("Go on")
    nia.page.wait_for_url("**/desk")
    if story.has_script:
        uses_a_passkey(nia)


def uses_a_passkey(nia: Somebody) -> None:
    session = nia.context.new_cdp_session(nia.page)
    session.send("WebAuthn.enable")
    kind = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
    always = {"hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": kind | always})
    nia.follow("Account")
    nia.follow("Set one up")
    nia.follow("Add a passkey")
    if "/reauthenticate/" in nia.page.url:
        nia.type(password=PASSWORD)
        nia.press("Go on")
    nia.type(name="laptop")
    nia.press("Add it")
    nia.page.wait_for_url(lambda url: "/add/" not in url)
    nia.press("Sign out")
    nia.press("Sign in with a passkey")
    nia.page.wait_for_url("**/desk")


def applies_with_a_fault(story: Story) -> str:
    """She fills the form on one page, leaves a question out, and sends it all the same."""
    nia = story.nia
    nia.follow_in("The desk", "Apply")
    nia.press("Begin It needs a port of its own")
    nia.follow("All on one page")
    nia.choose("TCP")
    nia.type(**{name: text for name, text in SAID.items() if name != FAULT})
    answers_the_rest(nia)
    nia.press("Look at it as a whole")
    nia.reads("It is not in order yet")
    nia.press("Send it all the same")
    nia.is_done()
    return nia.page.url.partition("?")[0].rpartition("/")[2]


def answers_the_rest(nia: Somebody) -> None:
    """The questions that are answered by a choice."""
    page = nia.page
    for name in ("casts.broadcast", "casts.multicast", "casts.anycast"):
        page.locator(f'[name="{name}"][value=no]').check()
    page.locator('[name="txt_keys"][value=none]').check()
    page.locator('select[name="development"]').select_option("prototype")


def is_returned_and_mended(story: Story, number: str) -> None:
    """A registrar checks it; it comes back with the list, by letter too; she mends it and answers."""
    ada, nia = story.ada, story.nia
    ada.open("/desk")
    ada.page.get_by_role("link", name=NAME).first.click()
    ada.press("Begin to look at it")
    ada.is_done()
    ada.follow("Check it by all rules and send it on")
    ada.does("Check it by all rules and send it on")
    story.desk.send_letters()
    letter = story.desk.letters_to(NIA)[-1]
    assert f"{NAME} is back with you" in letter
    assert MISSING in letter
    nia.open("/desk")
    nia.reads("Your turn.")
    nia.page.get_by_role("link", name=NAME).first.click()
    nia.reads(MISSING)
    nia.follow("Change what it asks for")
    nia.type(**{FAULT: SAID[FAULT]})
    nia.press("Look at it as a whole")
    nia.reads("Nothing stands against it.", "What it changes")
    nia.page.get_by_label("What you say to it").fill("The answer on security was left out by mistake.")
    nia.press("Send the answer")
    nia.is_done()


# -- those who judge and assign


def is_reviewed(story: Story, number: str) -> None:
    """It goes to the experts; one steps aside, the other fills the checklist and recommends it."""
    ada, eve, eli = story.ada, story.eve, story.eli
    ada.open(f"/desk/applications/{number}")
    ada.reads("by mistake")
    ada.follow("Check it by all rules and send it on")
    ada.does("Check it by all rules and send it on")
    ada.reads("TCP/UDP experts")
    eve.open("/desk")
    eve.page.get_by_role("link", name=NAME).first.click()
    eve.follow("Step aside")
    eve.type(tie="My company sells these bells.")
    eve.press("Step aside")
    eve.is_done()
    eli.open("/desk")
    eli.page.get_by_role("link", name=NAME).first.click()
    eli.page.locator("summary", has_text="questions of RFC 7605").click()
    eli.page.locator('[name="new"][value=yes]').check()
    eli.page.locator('[name="new-remark"]').fill("Nothing like it is assigned.")
    eli.press("Make the draft")
    assert "Nothing like it is assigned." in eli.page.locator("[name=reasons]").input_value()
    eli.choose("Grant it")
    eli.press("Give the recommendation")
    eli.is_done()


def is_assigned_and_published(story: Story, number: str) -> None:
    """A registrar sees the rows, assigns them and publishes; everybody can read them then."""
    ada, nia = story.ada, story.nia
    ada.open(f"/desk/applications/{number}")
    ada.follow("Assign it")
    ada.reads("Rows of the registry", NAME, PORT)
    ada.press("Assign it")
    ada.is_done()
    ada.follow("Registry")
    ada.follow("Publish")
    ada.reads(NAME)
    ada.type(reason="the edition of the week")
    ada.press("Publish")
    ada.reads("Publication 1 is there")
    nia.awaits(f"/services/{NAME}")
    nia.reads(PORT, SAID["description"])
    nia.open(f"/ports/{PORT}")
    nia.reads(f"{PORT} is assigned to {NAME} on tcp")
    assert nia.context.request.get(f"{story.desk.address}/ports/{PORT}").headers.get("set-cookie") is None


# -- a holder


def comes_to_hold_it(story: Story) -> str:
    """Who speaks for a contact is the word of two persons: the administrator asks, a registrar agrees."""
    admin, bob, nia = story.max, story.bob, story.nia
    nia.open("/desk/account")
    member = nia.page.locator("main .answer bdi").inner_text()
    story.ada.open(f"/desk/entries/{NAME}")
    story.ada.reads("Nia_Pier")
    admin.follow("People")
    admin.type(name=member)
    admin.page.get_by_label("Find members").get_by_role("button").click()
    admin.follow(f"Change {member}")
    admin.type(party="Nia_Pier", reason="she wrote from the address of the contact")
    by_two(admin, bob, "Change what a member is")
    return member


def changes_and_returns_it(story: Story) -> None:
    """She changes description and addresses, announces that the port is given back, and stops that."""
    nia = story.nia
    nia.follow_in("The desk", "My entries")
    nia.follow(NAME)
    nia.follow("Change the entry")
    nia.type(description=NEW_WORDS, reason="it grew")
    nia.does("Change the entry")
    nia.reads(NEW_WORDS)
    nia.follow("Announce the return")
    nia.type(evidence="The last bell was taken down on 3 May.")
    nia.does("Announce the return")
    nia.reads("Announced")
    nia.follow("Stop the return")
    nia.press("Stop the return")
    nia.is_done()
    nia.follow_in("The desk", "My entries")
    nia.follow("Ask for other addresses")
    nia.type(addresses="nia@quay.example")
    nia.press("Ask for other addresses")
    nia.is_done()
    nia.reads("To have nia@quay.example.", "until then it can be stopped")


def is_suspected_and_kept(story: Story) -> None:
    """A registrar opens a case of revocation; she reports that the service is in use, and it is kept."""
    ada, nia = story.ada, story.nia
    ada.open(f"/desk/entries/{NAME}")
    ada.follow("Open a case of revocation")
    ada.type(attempts="Letters to the contact on 3 March and 2 April.")
    ada.press("Open a case of revocation")
    ada.is_done()
    nia.follow_in("The desk", "My entries")
    nia.reads("Is it still in use?")
    nia.page.locator("section[aria-labelledby=cases-head] a").first.click()
    nia.follow("Report that it is in use")
    nia.type(life="Forty bells ring on three piers.")
    nia.press("Report that it is in use")
    nia.is_done()
    ada.page.goto(ada.page.url.partition("?")[0])
    ada.reads("Forty bells ring on three piers.")
    ada.follow("Close the case: it is kept")
    ada.type(finding="Its holder shows that it is used.")
    ada.press("Close the case: it is kept")
    ada.is_done()


def ends_what_took_weeks(story: Story) -> None:
    """A port is revoked after a call, one is given back, a contact gets other addresses; all can read it."""
    is_revoked_after_a_call(story.ada, story.bob)
    is_given_back(story.gus, story.ada)
    has_other_addresses(story.gus, story.ada, story.bob)
    story.ada.open("/desk/publish")
    story.ada.type(reason="what took weeks")
    story.ada.press("Publish")
    story.ada.reads("Publication 2 is there")
    for _, port in (CALLED_ABOUT, RETURNED):
        story.nia.awaits_words(f"/ports/{port}", "Reserved")


def is_refused_and_appeals(story: Story) -> str:
    """Another request is refused, with the reasons; its author appeals."""
    eve, tia = story.eve, story.tia
    eve.open("/desk")
    eve.page.get_by_role("link", name="buoy-watch").first.click()
    eve.choose("Refuse it")
    eve.page.locator("[name=reasons]").last.fill("Buoys can be found by DNS-SD.")
    eve.page.locator("[name=grounds]").first.check()
    eve.press("Give the recommendation")
    eve.is_done()
    number = eve.page.url.partition("?")[0].rpartition("/")[2]
    tia.open("/desk/applications")
    tia.page.get_by_role("link", name=number).first.click()
    assert "eve" not in tia.reads("Buoys can be found by DNS-SD.").split()
    tia.follow("Appeal")
    tia.type(facts="Buoys have no DNS at sea.", appellant="Tide Works")
    tia.press("Appeal")
    tia.is_done()
    story.desk.send_letters()
    assert any("Buoys can be found by DNS-SD." in text for text in story.desk.letters_to(email_of("tia")))
    return number


# -- an auditor


def stands_in_the_books(story: Story, number: str, refused: str, member: str) -> None:
    """The auditor finds each act, by whom and by which door, and has the chain verified."""
    aud = story.aud
    aud.open("/desk/events")
    text = aud.reads("recuse", "recommend", "publish", "change member", "amend", "announce return")
    aud.reads(
        "stop return",
        "report life",
        "keep",
        "close call",
        "decide case",
        "deassign",
        "ask contact change",
        "enter contact change",
        "file appeal",
        "assign",
        f"application {number}",
        f"application {refused}",
        member,
    )
    assert "desk" in text
    aud.press("Verify the whole chain")
    aud.reload_until(lambda page: "The chain is whole" in page.inner_text("main"))
