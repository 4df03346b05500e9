"""What takes weeks by the clock, to its end: a community call, a return, other addresses of a contact.

Each was begun weeks ago (`story_people`).  What changes who holds what is the word of two persons.
"""

from __future__ import annotations

from desk_server import Somebody
from story_people import CALLED_ABOUT, NEW_ADDRESS, RETURNED


def is_revoked_after_a_call(ada: Somebody, bob: Somebody) -> None:
    """The call was open for four weeks: a registrar closes it, and two persons revoke the port."""
    name, port = CALLED_ABOUT
    ada.open("/desk/cases")
    ada.page.get_by_role("link", name=name).first.click()
    ada.follow("Close the call")
    ada.press("Close the call")
    ada.is_done()
    ada.follow("Record what was decided")
    ada.choose("It is revoked")
    ada.type(
        decision="Minutes of 3 May.", expert="Nobody said that it is used.", reason="no answer in a year"
    )
    by_two(ada, bob, "Record what was decided")
    ada.reads(f"Port {port} (tcp) of {name}: revoked")


def is_given_back(gus: Somebody, ada: Somebody) -> None:
    """The holder sees that the days of objection are over; a registrar gives back what was announced."""
    name, _ = RETURNED
    gus.open("/desk/holdings")
    gus.reads("To be given back", "Its days were over")
    ada.open(f"/desk/entries/{name}")
    ada.follow("Give back what was announced")
    ada.does("Give back what was announced")
    gus.page.reload()
    assert "To be given back" not in gus.reads(name)


def has_other_addresses(gus: Somebody, ada: Somebody, bob: Somebody) -> None:
    """No old address confirmed them, so two persons enter them; then they are his."""
    assert NEW_ADDRESS in gus.reads("Other addresses for you", "No old address has confirmed it")
    ada.open("/desk/contacts/Gus_Ferry")
    ada.follow("Enter the other addresses")
    by_two(ada, bob, "Enter the other addresses")
    gus.page.reload()
    assert "Other addresses for you" not in gus.reads(NEW_ADDRESS)


def by_two(first: Somebody, second: Somebody, deed: str) -> None:
    """Show what would change and ask; another agrees to the same; then it is done."""
    first.press("Show what would change")
    first.reads("This needs 2 persons.")
    first.press("Ask for a second word")
    first.reads("It waits for the word of another registrar")
    second.open("/desk")
    second.follow(deed)
    second.reads("asks for your word")
    second.press("Yes: it may be done as shown")
    first.page.reload()
    first.press(deed)
    first.is_done()
