"""The books at the desk: found by who, what and when; each Event in its chain; verified on demand."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from portbook.desk.office import events
from portbook.register import tables
from portbook.register.operations import registry
from portbook.register.reading import ledger
from portbook.register.roles import Role
from register import desk as at_work

from .people import statements

At = Callable[[str], Client]

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

READERS = ("ada", "aud", "max")
OTHERS = ("tia", "gus", "eve")
ADDRESSES = ("/desk/events", "/desk/events/1", "/desk/events/1.json", "/desk/events/audit/verify")


def tamper(statement: str) -> None:
    """Change the books as somebody with the database in his hands would."""
    with connection.cursor() as cursor:
        cursor.execute("DROP TRIGGER register_event_stays")
        cursor.execute(statement)


def numbers(client: Client, query: str = "") -> list[int]:
    found = client.get(f"/desk/events{query}")
    assert found.status_code == 200
    return [each.line.number for each in found.context["found"]]


def test_only_who_reads_the_books_sees_them(desk: At) -> None:
    for address in ADDRESSES:
        assert [desk(who).get(address).status_code for who in READERS] == [200] * 3, address
        assert [desk(who).get(address).status_code for who in OTHERS] == [404] * 3, address
        assert desk("").get(address).status_code == 302, address


def test_the_pages_of_the_books_hold_each_event_once(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(events, "EVENTS_A_PAGE", 7)
    client, address = desk("aud"), "/desk/events"
    pages: list[list[int]] = []
    while address:
        found = client.get(address)
        pages.append([each.line.number for each in found.context["found"]])
        address = found.context["older"]
    assert [number for page in pages for number in page] == list(range(at_work.events(), 0, -1))
    assert {len(page) for page in pages[:-1]} == {7}
    newer = client.get(found.context["newer"])
    assert [each.line.number for each in newer.context["found"]] == pages[-2]


FOUND = (
    ("?actor=ada", "actor", "ada"),
    ("?operation=seed", "operation", "seed"),
    ("?object=member+tia", "object", "member tia"),
    ("?channel=command", "channel", "command"),
)


def test_events_are_found_by_what_they_say(desk: At) -> None:
    for query, column, value in FOUND:
        statement = f"SELECT number FROM register_event WHERE {column} = %s ORDER BY number DESC"
        wanted = [row[0] for row in tables.rows(statement, [value])]
        assert wanted
        assert numbers(desk("aud"), query) == wanted


def test_events_are_found_by_day_and_by_words(desk: At) -> None:
    registry.freeze(at_work.by("max", "2031-07-03", reason="A 100% Flood"))
    client, last = desk("aud"), at_work.events()
    assert numbers(client, "?first=2031-07-03&last=2031-07-03") == [last]
    assert numbers(client, "?first=2031-07-04") == []
    assert numbers(client, "?text=0%25+flo") == [last]
    assert numbers(client, "?text=0_%25") == []
    assert last not in numbers(client, "?last=2031-07-02")


def test_a_question_that_is_none_keeps_what_was_typed(desk: At) -> None:
    found = desk("aud").get("/desk/events?first=yesterday&actor=ada")
    assert found.status_code == 200
    assert b'value="yesterday"' in found.content
    assert found.context["found"] == []


def test_an_event_is_shown_whole(desk: At) -> None:
    registry.freeze(at_work.by("max", reason="<b>flood</b>"))
    found = desk("aud").get(f"/desk/events/{at_work.events()}")
    text = found.content.decode()
    assert "&lt;b&gt;flood&lt;/b&gt;" in text
    assert "<b>flood" not in text
    assert [(cell.name, cell.before, cell.after) for cell in found.context["rows"][0].cells] == [
        ("is_frozen", "false", "true")
    ]
    assert "Sound." in text


def test_the_json_of_an_event_verifies_without_us(desk: At) -> None:
    for number in (1, at_work.events()):
        told = json.loads(desk("aud").get(f"/desk/events/{number}.json").content)
        text = json.dumps(told["event"], sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == told["hash"]


@pytest.mark.parametrize(
    "change, sound",
    [
        ("UPDATE register_event SET reason = 'another' WHERE number = 3", (False, True, True)),
        (f"UPDATE register_event SET hash = '{'1' * 64}' WHERE number = 2", (True, False, True)),
        (f"UPDATE register_event SET previous = '{'1' * 64}' WHERE number = 4", (True, True, False)),
    ],
)
def test_a_link_that_was_changed_is_told(desk: At, change: str, sound: tuple[bool, ...]) -> None:
    whole = ledger.link(3)
    assert whole is not None
    assert whole[2:] == (True, True, True)
    tamper(change)
    link = ledger.link(3)
    assert link is not None
    assert link[2:] == sound
    assert b"Not sound." in desk("aud").get("/desk/events/3").content


def test_there_is_no_event_that_is_not(desk: At) -> None:
    for number in (0, at_work.events() + 1, 10**30):
        assert desk("aud").get(f"/desk/events/{number}").status_code == 404


def verified(client: Client, kind: str) -> dict[str, object]:
    """What an audit tells once it ended."""
    assert client.post(f"/desk/events/audit/{kind}").status_code == 302
    for _ in range(100):
        audit = client.get(f"/desk/events/audit/{kind}").context["audit"]
        if not audit.is_running:
            return dict(audit.told)
        time.sleep(0.1)
    raise AssertionError("the audit does not end")


def test_the_chain_is_verified_on_demand(desk: At) -> None:
    told = verified(desk("aud"), "verify")
    assert (told["count"], told["events"]) == (0, at_work.events())
    assert b"The chain is whole" in desk("aud").get("/desk/events").content
    tamper("UPDATE register_event SET reason = 'another' WHERE number = 3")
    told = verified(desk("aud"), "verify")
    assert told["count"] == 1
    page = desk("ada").get("/desk/registry").content.decode()
    assert "Event 3 is not what its hash" in page


def test_the_list_costs_the_same_for_few_and_for_many(desk: At) -> None:
    client = desk("aud")
    client.get("/desk/events")
    with statements() as few:
        client.get("/desk/events")
    for number in range(30):
        registry.add_member(at_work.by("ada"), f"new-{number}", [Role.APPLICANT])
    with statements() as many:
        client.get("/desk/events")
    assert len(many) == len(few)


def test_who_cannot_read_the_books_is_not_led_there(desk: At) -> None:
    assert b'href="/desk/events/5"' in desk("ada").get("/desk?done=5").content
    number = at_work.submitted("name").event
    told = desk("tia").get(f"/desk?done={number}").content
    assert f"Event {number}".encode() in told
    assert f'href="/desk/events/{number}"'.encode() not in told


def test_events_are_found_by_the_service_that_they_are_about(desk: At) -> None:
    """`assign` names the application; who looks for the service does not know its number."""
    sent = at_work.submitted("name", {"service_name": "salt-log"})
    at_work.assigned(at_work.validated(sent))
    wanted = f"application {sent.answer['application']}"
    statement = "SELECT number FROM register_event WHERE object = %s ORDER BY number DESC"
    about = [row[0] for row in tables.rows(statement, [wanted])]
    assert about
    about.append(sent.event)  # which gave the number, so it does not name it
    for query in ("?text=Salt-Log", "?object=salt-log"):
        assert numbers(desk("aud"), query) == about, query
    assert numbers(desk("aud"), "?text=salt-lo") == []
    assert numbers(desk("aud"), "?object=salt-lo") == []
