"""Takeovers (T-47 to T-49): who comes to act for a contact, by which ways, and by no other."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from django.test import Client

from portbook.errors import RuleError
from portbook.register import limits, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import approving, contacts, takeovers
from portbook.register.operations.links import Link, digest_of
from portbook.web import clock
from register import desk as registry

from .deeds import done, text

At = Callable[[str], Client]

SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
OLD = "fay@ferry.example"
LAST, AFTER = registry.after(limits.CHANGE_DAYS), registry.after(limits.CHANGE_DAYS + 1)
LINKS = takeovers.Links(Link("stop-it", "https://x.example/s"), Link("confirm-it", "https://x.example/c"))


def claimed(actor: str = "tia", day: str = registry.DAY, contact: str = "Fay") -> int:
    """The number of a takeover."""
    act = registry.by(actor, day)
    given = takeovers.claim(act, contact, "It is me.", address=f"{actor}@new.example", links=LINKS)
    return int(given.answer["takeover"])


def party(name: str) -> str:
    """For whom a member acts."""
    return str(tables.rows("SELECT party FROM register_member WHERE name = %s", [name])[0][0])


def state() -> str:
    """How the newest takeover stands."""
    return str(tables.rows("SELECT state FROM register_takeover ORDER BY identity DESC")[0][0])


def verified(day: str = registry.DAY) -> None:
    """Let the old address answer."""
    contacts.verify(registry.by("ada", day), "Fay", OLD, "it answered")


def code(call: Callable[[], Any]) -> str:
    """The code of the refusal; "" for none."""
    try:
        call()
    except RuleError as error:
        return error.problem.code
    return ""


def letter(recipient: str) -> str:
    """The newest letter to somebody."""
    statement = "SELECT body FROM register_outbox WHERE recipient = %s ORDER BY id DESC"
    return str(tables.rows(statement, [recipient])[0][0])


def links(body: str) -> dict[str, str]:
    """The paths of the links of a letter, by what they are for."""
    return {kind: path for path, kind in re.findall(r"http://localhost(/desk/link/(\w+)/[\w-]+)", body)}


# -- the whole story, on both engines


def test_somebody_comes_to_act_for_his_contact(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    tia = desk("tia")
    assert "You act for no contact" in text(tia.get("/desk/holdings"))
    form = tia.get("/desk/takeovers/new", {"contact": "Fay"}).context["form"]
    sent = {"contact": "Fay", "words": "It is me.", "key": form["key"].value()}
    first, second = (tia.post("/desk/takeovers/new", sent) for _ in range(2))
    assert first.status_code == 302, text(first)
    assert first["Location"] == second["Location"]
    page = first["Location"].partition("?")[0]
    number = int(page.rpartition("/")[2])
    assert "14 June" in text(tia.get(page)) or "waits until the end of" in text(tia.get(page))
    assert links(letter(OLD)).keys() == {"stop"}
    assert "You asked" in letter("tia")
    early = done(desk("ada"), "decide-claim", takeover=number, outcome="granted", finding="called her")
    assert early.status_code == 409
    assert "E-NOTICE-WAITS" in text(early)
    monkeypatch.setattr(clock, "instant", lambda: "2032-01-01T10:00:00Z")
    given = {"takeover": number, "outcome": "granted", "finding": "called her"}
    alone = desk("ada")
    granted = done(alone, "decide-claim", day="2032-01-01", **given)
    assert granted.status_code == 302, text(granted)
    assert party("tia") == "Fay"
    assert "You act for Fay" in text(desk("tia").get("/desk/holdings"))
    assert registry.letters(OLD)[-1] == f"Contact Fay: the takeover {number} was granted"


# -- every way through the states


class Way(NamedTuple):
    """How a takeover is treated: steps, and whether it ends with the claimant acting for the contact."""

    is_verified: bool
    is_confirmed: bool
    is_stopped: bool
    day: str
    persons: int


WAYS = [
    Way(*each)
    for each in itertools.product(
        (False, True), (False, True), (False, True), (registry.DAY, LAST, AFTER), (1, 2)
    )
]


def treated(way: Way) -> None:
    """Go that way as far as it goes."""
    if way.is_verified:
        verified()
    number = claimed()
    if way.is_confirmed:
        code(lambda: takeovers.confirm_by_link(registry.by("", registry.DAY), "confirm-it"))
    if way.is_stopped:
        takeovers.stop_by_link(registry.by("", registry.DAY), "stop-it")
    code(lambda: decided(number, way.day, way.persons))


def decided(number: int, day: str, persons: int = 2, actor: str = "ada") -> Done:
    """Grant it, with so many persons."""

    def call(act: Act) -> Done:
        return takeovers.decide(act, number, "called her", is_granted=True)

    if persons == 2:
        dry = call(registry.by(actor, day, is_dry=True))
        approving.approve(registry.by("bob", day), dry.answer["operation"], dry.answer["digest"])
    return call(registry.by(actor, day))


@SQLITE
@pytest.mark.parametrize("way", WAYS, ids=lambda way: "-".join(map(str, way)))
def test_no_way_is_shorter(desk: At, way: Way) -> None:
    """T-47: never with one person, never after a stop; within 14 days only with a known address."""
    treated(way)
    has_word = way.is_verified and way.is_confirmed
    is_granted = way.persons == 2 and not way.is_stopped and (has_word or way.day == AFTER)
    assert party("tia") == ("Fay" if is_granted else "")
    assert state() == ("stopped" if way.is_stopped else "granted" if is_granted else "open")


# -- what bars it


@SQLITE
def test_one_open_a_contact_and_both_are_told(desk: At) -> None:
    """T-49."""
    number = claimed()
    assert code(lambda: claimed("tom")) == "E-TAKEOVER-OPEN"
    assert registry.letters(OLD) == ["Contact Fay: somebody says that this is them"]
    assert registry.letters("tia") == [f"Contact Fay: your takeover {number}"]
    takeovers.stop(registry.by("tia"), number)
    assert code(lambda: claimed("tom")) == ""


@SQLITE
def test_the_books_hold_no_address_of_the_claimant(desk: At) -> None:
    """T-73: the letter to the old address has it, the page asks the account, and no Event tells it."""
    desk("tia")
    number = claimed()
    takeovers.stop_by_link(registry.by(""), LINKS.stop.secret)
    ((events,),) = tables.rows("SELECT COUNT(*) FROM register_event WHERE changes LIKE '%tia@%'")
    assert events == 0
    ((body,),) = tables.rows("SELECT body FROM register_outbox WHERE recipient = %s LIMIT 1", [OLD])
    assert "tia@new.example" in body
    ((kept,),) = tables.rows("SELECT address FROM register_takeover WHERE identity = %s", [number])
    assert kept == digest_of(f"{LINKS.stop.secret} tia@new.example")
    assert b"tia@people.example" in desk("ada").get(f"/desk/takeovers/{number}").content


@SQLITE
@pytest.mark.parametrize(
    "actor, refused", [("gus", "E-TAKEOVER-OTHER"), ("ada", "E-ROLE"), ("eve", "E-ROLE")]
)
def test_who_cannot_ask(desk: At, actor: str, refused: str) -> None:
    assert code(lambda: claimed(actor)) == refused


@SQLITE
def test_what_cannot_be_asked(desk: At) -> None:
    assert code(lambda: claimed(contact="Nobody")) == "E-CONTACT-NONE"
    act = registry.by("tia")
    assert code(lambda: takeovers.claim(act, "Fay", " ", address="x", links=LINKS)) == "E-EVIDENCE"


@SQLITE
def test_then_the_contact_rests(desk: At) -> None:
    decided(claimed(), AFTER)
    rests = registry.after(limits.REST_DAYS, AFTER)
    assert code(lambda: claimed("tom", rests)) == "E-NOTICE-WAITS"
    act = registry.by("tia", rests)
    assert code(lambda: contacts.ask_change(act, "Fay", ("new@x.example",))) == "E-NOTICE-WAITS"
    assert code(lambda: claimed("tom", registry.after(1, rests))) == ""


@SQLITE
def test_who_cannot_stop_or_decide_it(desk: At) -> None:
    number = claimed()
    for actor, refused in (("tom", "E-ROLE"), ("gus", "E-ROLE"), ("aud", "E-ROLE")):
        assert code(lambda actor=actor: takeovers.stop(registry.by(actor), number)) == refused  # type: ignore[misc]
        assert code(lambda actor=actor: decided(number, AFTER, 1, actor)) == refused  # type: ignore[misc]
    assert code(lambda: decided(number, AFTER, 1)) == "E-PERSONS"
    takeovers.stop(registry.by("fay"), number)
    assert state() == "stopped"
    assert code(lambda: decided(number, AFTER)) == "E-TAKEOVER-NONE"
    assert code(lambda: decided(number + 1, AFTER)) == "E-TAKEOVER-NONE"


@SQLITE
def test_a_registrar_decides_neither_his_own_nor_gives_a_word_for_it(desk: At) -> None:
    registry.by_two(
        lambda act: registry.registry.change_member(
            act, "bob", roles=[*map(role, ("applicant", "registrar"))]
        ),
        "ada",
    )
    number = claimed("bob")
    assert code(lambda: decided(number, AFTER, 1, "bob")) == "E-OWN-CASE"
    assert code(lambda: decided(number, AFTER)) == "E-PERSONS"


def role(name: str) -> Any:
    """A role by its name."""
    from portbook.register.roles import Role

    return Role(name)


@SQLITE
def test_only_an_address_that_answered_lately_confirms(desk: At) -> None:
    """T-48: an address that was verified a year before the letter gets no link that confirms."""
    verified("2031-05-01")
    day = "2032-05-02"
    number = claimed(day=day)
    assert registry.letters(OLD)[-1].startswith("Contact Fay")
    assert "https://x.example/c" not in letter(OLD)
    assert code(lambda: takeovers.confirm_by_link(registry.by("", day), "confirm-it")) == "E-LINK"
    assert code(lambda: takeovers.confirm(registry.by("ada", day), number, OLD, "x")) == "E-CONTACT-ADDRESS"
    verified(day)
    assert (
        code(lambda: takeovers.confirm(registry.by("ada", day), number, "x@y.example", "x"))
        == "E-CONTACT-ADDRESS"
    )
    assert code(lambda: takeovers.confirm(registry.by("ada", day), number, OLD, " ")) == "E-EVIDENCE"
    takeovers.confirm(registry.by("ada", day), number, OLD, "called it")
    decided(number, day)
    assert party("tia") == "Fay"


# -- the links


@SQLITE
def test_a_link_does_nothing_when_it_is_looked_at_and_works_once(desk: At) -> None:
    verified()
    sent = {"contact": "Fay", "words": "<script>It is me.", "key": "k"}
    assert desk("tia").post("/desk/takeovers/new", sent).status_code == 302
    paths, anybody = links(letter(OLD)), desk("")
    assert paths.keys() == {"stop", "confirm"}
    before = registry.events()
    for path in paths.values():
        page = anybody.get(path)
        assert page.status_code == 200
        assert "<script>It" not in page.content.decode()
    assert registry.events() == before
    assert anybody.post(paths["confirm"]).status_code == 200
    assert anybody.post(paths["confirm"]).status_code == 409
    assert registry.events() == before + 1
    assert anybody.post(paths["stop"]).status_code == 200
    assert state() == "stopped"
    assert anybody.get(paths["stop"]).status_code == 409
    actor = tables.rows("SELECT actor FROM register_event ORDER BY number DESC LIMIT 1")[0][0]
    assert actor == "reader of a letter to Fay"


@SQLITE
@pytest.mark.parametrize("path", ["stop/x", "confirm/x", "address/x", "stop/%01", "confirm/" + "y" * 2000])
def test_a_link_that_is_none(desk: At, path: str) -> None:
    claimed()
    for answer in (desk("").get(f"/desk/link/{path}"), desk("").post(f"/desk/link/{path}")):
        assert answer.status_code == 409
        assert "E-LINK" in text(answer)
    assert desk("").put("/desk/link/stop/x").status_code == 405


@SQLITE
def test_the_books_hold_no_secret(desk: At) -> None:
    desk("tia").post("/desk/takeovers/new", {"contact": "Fay", "words": "It is me.", "key": "k"})
    secret = links(letter(OLD))["stop"].rpartition("/")[2]
    assert tables.rows("SELECT 1 FROM register_event WHERE instr(changes, %s) > 0", [secret]) == []


# -- who sees it


@SQLITE
def test_who_sees_a_takeover(desk: At) -> None:
    page = f"/desk/takeovers/{claimed()}"
    for who, status in (
        ("tia", 200),
        ("fay", 200),
        ("ada", 200),
        ("aud", 200),
        ("tom", 404),
        ("gus", 404),
        ("eve", 404),
    ):
        assert desk(who).get(page).status_code == status, who
    titles = {
        who: {deed.title for deed in desk(who).get(page).context["deeds"]}
        for who in ("tia", "fay", "ada", "aud")
    }
    assert titles["tia"] == {"Take it back"}
    assert titles["fay"] == {"Stop the takeover"}
    assert titles["ada"] == {
        "Decide the takeover",
        "Record that an old address confirms the takeover",
        "Stop the takeover",
    }
    assert titles["aud"] == set()
    assert done(desk("tia"), "stop-claim", takeover=int(page.rpartition("/")[2])).status_code == 302
    assert desk("ada").get(page).context["deeds"] == ()


@SQLITE
@pytest.mark.parametrize(
    "words, status", [("x" * limits.MAX_TEXT, 302), ("x" * (limits.MAX_TEXT + 1), 422), ("", 422)]
)
def test_words_up_to_the_limit(desk: At, words: str, status: int) -> None:
    answer = desk("tia").post("/desk/takeovers/new", {"contact": "Fay", "words": words, "key": "k"})
    assert answer.status_code == status


def test_one_at_a_time_and_few_a_month(pages: None) -> None:
    """Each writes a stranger's words to a contact (T-64)."""
    for contact in ("Fay", "Ada", "Rob"):
        number = claimed(contact=contact)
        assert code(lambda: claimed(contact="Zoe")) == "E-TAKEOVER-LIMIT"
        takeovers.stop(registry.by("tia"), number)
    assert code(lambda: claimed(contact="Zoe")) == "E-TAKEOVER-LIMIT"
    assert claimed(actor="tom", contact="Zoe")
    assert claimed(day=registry.after(limits.CHANGE_DAYS + 1), contact="Ada")
