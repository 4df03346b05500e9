"""The page of an application: what each may read and do there; work of registrars, holders, experts."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client, override_settings

from asking import BASES
from portbook.applications import of_tree
from portbook.desk import words
from portbook.desk.applying.poor_answers import poor_answers
from portbook.policy import RFC6335
from portbook.register import tables
from portbook.register.acts import Done
from portbook.register.letters import NEXT
from portbook.register.operations import applying, recommending, registry, reviewing, turns
from portbook.register.operations.turns import TURNS
from portbook.register.reading import statuses
from portbook.review import Ground, Verdict
from portbook.states import PUBLIC_WORDS, ApplicationState
from portbook.store import EditionStore
from portbook.web import clock, shown
from register import desk as work
from register.desk import by, of, state, submitted, validated

At = Callable[[str], Client]
S = ApplicationState

OFFERED = re.compile(r'(?:action="|href=")/desk/do/([a-z-]+)')
ROWS = re.compile(r'<input type="hidden" name="seen" value="([0-9a-f]{64})">')
HIDDEN = re.compile(r'<input type="hidden" name="([a-z]+)" value="([^"]*)"')

sqlite_alone = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def page(client: Client, number: int, more: str = "") -> str:
    """What stands between head and foot of the page of an application."""
    answer = client.get(f"/desk/applications/{number}{more}")
    assert answer.status_code == 200
    return unescape(answer.content.decode().partition("<main")[2].partition("</main")[0])


def form_of(text: str, slug: str) -> dict[str, str]:
    """The hidden fields of the form of a deed."""
    form = text.partition(f'action="/desk/do/{slug}"')[2].partition("</form>")[0]
    return dict(HIDDEN.findall(form))


def send(client: Client, slug: str, **values: Any) -> HttpResponse:
    """Send the form of a deed; a grave one is looked at first, and then done as shown."""
    given = {"key": f"{slug}-{values}", **values}
    answer = client.post(f"/desk/do/{slug}", given)
    if seen := ROWS.search(answer.content.decode()):
        answer = client.post(f"/desk/do/{slug}", {**given, "seen": seen[1], "step": "do"})
    return answer


def done(answer: HttpResponse) -> None:
    assert answer.status_code == 302, unescape(answer.content.decode().partition("<main")[2][:2000])


# -- one story, through the pages alone


def test_an_application_goes_its_way_by_the_pages(desk: At) -> None:
    asked = of(submitted("port"))
    number = asked["application"]
    done(send(desk("ada"), "open", application=number))
    done(send(desk("ada"), "validate", **asked))
    assert state(number) == S.EXPERT_REVIEW
    given = {**asked, "verdict": "ask", "reasons": "How often does it call?"}
    done(send(desk("eve"), "recommend", **given))
    text = page(desk("tia"), number)
    assert "How often does it call?" in text
    assert "With you since" in text
    done(send(desk("tia"), "answer", **asked, words="Once a minute."))
    done(send(desk("bob"), "validate", **asked))
    done(send(desk("eli"), "recommend", **asked, verdict="grant", reasons="It is in order."))
    assert state(number) == S.ASSIGNABLE
    shown = desk("ada").post("/desk/do/assign", {**asked, "key": "1"}).content.decode()
    assert "Rows of the registry" in shown
    assert state(number) == S.ASSIGNABLE
    done(send(desk("ada"), "assign", **asked))
    assert state(number) == S.ASSIGNED
    assert "Assigned since" in page(desk("tia"), number)
    in_the_office = page(desk("bob"), number)
    assert "Sent by <bdi>Tia (tia)</bdi>" in in_the_office
    assert '<p class="quiet"><bdi>Tia (tia)</bdi>, answer' in in_the_office
    assert all(f"<bdi>{name}</bdi>" in in_the_office for name in ("Ada (ada)", "Eli (eli)"))
    assert not re.search(r"\((tia|ada|bob|eve|eli)\)", page(desk("tia"), number))


# -- what each may do

OFFERS: dict[ApplicationState, dict[str, set[str]]] = {
    S.DRAFT: {"tia": {"submit", "withdraw", "edit"}, "ada": set()},
    S.NEW: {"tia": {"withdraw", "edit"}, "ada": {"open", "validate"}, "aud": set()},
    S.VALIDATING: {
        "tia": {"withdraw", "edit"},
        "ada": {"validate", "give-back", "consult", "escalate"},
        "aud": set(),
    },
    S.WITH_REQUESTER: {"tia": {"answer", "withdraw", "edit"}, "ada": {"remind", "lapse"}},
    S.CONFIRMING: {"tia": {"withdraw"}, "ada": {"remind", "close-unconfirmed"}, "iesg": {"confirm"}},
    S.EXPERT_REVIEW: {
        "tia": {"withdraw"},
        "ada": {"escalate", "remind"},
        "eve": {"recommend", "recuse"},
        "aud": set(),
    },
    S.INTERNAL_REVIEW: {"ada": {"advise"}, "tia": {"withdraw"}},
    S.IESG: {"ada": {"record-decision"}, "tia": {"withdraw"}},
    S.IETF_DOC: {"ada": {"record-decision"}, "eve": {"recommend", "recuse"}},
    S.ASSIGNABLE: {"ada": {"assign", "check-again"}, "tia": {"withdraw"}},
    S.ASSIGNED: {"ada": set(), "tia": set()},
    S.REFUSED: {"ada": set(), "tia": set()},
}


@sqlite_alone
@pytest.mark.parametrize("wanted", OFFERS)
def test_the_page_has_the_buttons_of_what_one_may_do_now(desk: At, wanted: ApplicationState) -> None:
    number = work.in_state(wanted).answer["application"]
    for who, expected in OFFERS[wanted].items():
        text = page(desk(who), number)
        offered = set(OFFERED.findall(text)) - {"file-appeal", "change-member"}
        offered |= {"edit"} if f"/desk/applications/{number}/edit" in text else set()
        assert offered == expected, who


@sqlite_alone
def test_nobody_is_offered_what_is_his_own_case(desk: At) -> None:
    work.by_two(lambda act: registry.change_member(act, "bob", party="Ada"), "max")
    asked = submitted("port", {"assignee": {"id": "Ada"}, "contact": {"id": "Ada"}}, actor="ann")
    text = page(desk("bob"), asked.answer["application"])
    assert "You do not decide this one." in text
    assert "E-OWN-CASE" in text
    assert set(OFFERED.findall(text)) == {"open"}
    assert "Events" not in text


@sqlite_alone
def test_a_conflict_of_interest_is_said_before_the_expert_reads_on(desk: At) -> None:
    work.by_two(lambda act: registry.change_member(act, "eve", party="Ada"), "max")
    asked = validated(submitted("port", {"assignee": {"organisation": "Ferries of the North"}}))
    number = asked.answer["application"]
    recommending.recommend(by("eli"), **of(asked), verdict=Verdict.ASK, reasons="Is it secured?")
    applying.answer(by("tia"), **of(asked), words="It is.")
    again = validated(Done(of(asked), 0))
    text = page(desk("eve"), number)
    assert "You do not decide this one." in text
    assert text.index("E-EXPERT-COI") < text.index("The request")
    assert set(OFFERED.findall(text)) == {"recuse"}
    answer = send(desk("eve"), "recommend", **of(again), verdict="grant", reasons="Yes.")
    assert answer.status_code == 403
    assert "Yes." in answer.content.decode()  # what was typed is still there


@sqlite_alone
def test_mail_of_the_account_is_an_interest_before_anything_is_pressed(desk: At) -> None:
    """The address that the desk knows of an expert ties as it does in the act (T-57)."""
    asked = validated(submitted("port", {"assignee": {"name": "Tia", "email": "tia@people.example"}}))
    number = asked.answer["application"]
    desk("eli")  # who has an account as well
    text = page(desk("eve"), number)
    assert "has mail at people.example" in text
    assert text.index("You do not decide this one.") < text.index("/desk/do/recuse?") < text.index("<h2")
    assert OFFERED.findall(text) == ["recuse"]
    assert desk("eve").get(f"/desk/applications/{number}/checklist").status_code == 404
    stuck = page(desk("ada"), number)
    assert "Every expert of <bdi>TCP/UDP experts</bdi> has an interest" in stuck
    assert "/desk/do/appoint-expert" in stuck
    assert "Every expert" not in page(desk("tia"), number)
    done(send(desk("eve"), "recuse", application=number, tie="I work there."))
    assert not OFFERED.findall(page(desk("eve"), number)), "who stepped aside has nothing more to do"


@sqlite_alone
def test_a_team_that_can_judge_is_told_to_nobody(desk: At) -> None:
    asked = validated(submitted("port"))
    desk("eli")
    assert "Every expert" not in page(desk("ada"), asked.answer["application"])


FIRST = re.compile(  # as a link, or as the button of a form
    r'<a class="button first" href="/desk/(?:do/)?([a-z-]+)|'
    r'action="/desk/do/([a-z-]+)"(?:(?!</form>).)*<button name="step" value="do">',
    re.DOTALL,
)


def first_of(text: str) -> list[str]:
    """The deeds whose buttons are the blue ones."""
    return ["".join(each) for each in FIRST.findall(text)]


USUAL = {
    S.NEW: "validate",
    S.VALIDATING: "validate",
    S.INTERNAL_REVIEW: "advise",
    S.IESG: "record-decision",
    S.IETF_DOC: "record-decision",
    S.ASSIGNABLE: "assign",
    S.ASSIGNED: "publish",
}


@sqlite_alone
@pytest.mark.parametrize("wanted", USUAL)
def test_the_usual_next_step_of_a_registrar_is_the_blue_one(desk: At, wanted: ApplicationState) -> None:
    number = work.in_state(wanted).answer["application"]
    assert first_of(page(desk("ada"), number)) == [USUAL[wanted]]
    assert not first_of(page(desk("aud"), number))


@sqlite_alone
def test_what_its_author_has_to_mend_is_given_back(desk: At) -> None:
    number = submitted("port", {"description": ""}).answer["application"]
    text = page(desk("ada"), number)
    assert first_of(text) == ["open"]
    assert "the next page gives it back in your words" in text
    reviewing.open_ticket(by("ada"), number)
    text = page(desk("ada"), number)
    assert first_of(text) == ["give-back"]
    assert "the next page gives it back" not in text


@sqlite_alone
def test_what_the_check_lets_pass_stands_beside_its_button(desk: At) -> None:
    poor = {
        "description": "TGR Enterprise, the leading solution",
        "reference": "See our web site",
        "declares": {"is_local": True},
    }
    number = submitted("port", poor).answer["application"]
    text = page(desk("ada"), number)
    before = text.partition('id="advice-head"')[2].partition("</section>")[0]
    for told in ("an example of what not to answer", "See our web site", "W-PORT-LOCAL"):
        assert told in before, told
    assert text.index("advice-head") < text.index("/desk/do/validate?")
    assert "advice-head" not in page(desk("aud"), number)
    assert "advice-head" not in page(desk("tia"), number)
    reviewing.open_ticket(by("ada"), number)
    words = page(desk("ada"), number).partition('<textarea name="words"')[2].partition("</textarea>")[0]
    assert "“TGR Enterprise, the leading solution”" in words


@pytest.mark.parametrize(
    "description, reference, found",
    [
        ("Remote reading of tide gauges", "Proprietary; one message a minute", 0),
        ("A world-class gauge", "RFC 9999, section 2", 1),
        ("Finds the leader of a group; leading zeros", "On our wiki pages", 0),
        ("Reads tides", "On our website.", 1),
        ("Remote reading", "see OUR web site", 1),
    ],
)
def test_what_a_person_sees_at_once(description: str, reference: str, found: int) -> None:
    asks = of_tree(BASES["port"] | {"description": description, "reference": reference}).application
    assert len(poor_answers(asks, RFC6335)) == found


# -- what each may read


@sqlite_alone
def test_an_applicant_learns_nobody_of_the_registry(desk: At) -> None:
    asked = work.in_state(S.EXPERT_REVIEW)
    number = asked.answer["application"]
    recommending.recommend(
        by("eve"), **of(asked), verdict=Verdict.REFUSE, reasons="A name will do.", grounds=(Ground.NEEDLESS,)
    )
    text = page(desk("tia"), number)
    assert "A name will do." in text
    for name in ("eve", "eli", "ada", "bob"):
        assert not re.search(rf"\b{name}\b", text), name
    assert "/desk/events" not in text
    for who, author in {"ada": "eve", "eli": "a colleague", "eve": "you"}.items():
        experts = page(desk(who), number).partition('id="teams-head"')[2].partition("</section>")[0]
        assert author in experts
    assert re.search(r"\beve\b", page(desk("aud"), number))
    assert "/desk/events/" in page(desk("aud"), number)


@sqlite_alone
def test_the_books_are_shown_from_the_beginning(desk: At) -> None:
    asked = work.in_state(S.EXPERT_REVIEW)
    submitted("name")
    books = page(desk("ada"), asked.answer["application"]).partition('id="events-head"')[2]
    told = re.findall(r'data-label="What">([a-z ]+)', books)
    assert [each.strip() for each in told] == ["checked it by the rules", "sent it"]


@sqlite_alone
def test_what_a_version_changed_is_shown(desk: At) -> None:
    asked = work.in_state(S.WITH_REQUESTER)
    change = {"description": "Another <b>ferry</b>"}
    applying.answer(by("tia"), **of(asked), reading=work.reading("name", change))
    text = page(desk("ada"), asked.answer["application"])
    changed = text.partition("Version 2 changed")[2].partition("</table>")[0]
    assert "Another <b>ferry</b>" in changed  # unescaped here; in the page it is text
    raw = desk("ada").get(f"/desk/applications/{asked.answer['application']}").content.decode()
    assert "<b>ferry" not in raw
    assert "&lt;b&gt;ferry" in raw


@sqlite_alone
@pytest.mark.parametrize("wanted", S)
def test_its_author_reads_how_it_stands_in_each_state(desk: At, wanted: ApplicationState) -> None:
    number = work.in_state(wanted).answer["application"]
    actor = "gus" if wanted in (S.MODIFIABLE, S.MODIFIED) else "tia"
    status = statuses.status(actor, number, clock.instant())
    text = page(desk(actor), number)
    assert PUBLIC_WORDS[wanted] in text
    sentence = re.search(r'<p class="answer">(.*?)</p>', text)
    assert sentence
    assert f"since {words.day(status.waiting.since)}" in sentence[1]
    assert f"Next: {NEXT[wanted]}." in sentence[1]
    assert ("With you since" in sentence[1]) is (TURNS.get(wanted) == turns.REQUESTER)
    if status.waiting.due:
        assert words.day(status.waiting.due) in sentence[1]
    assert ("no day to keep" in text) is (TURNS.get(wanted) == turns.OPERATOR)
    assert ("Conversation" in text) is bool(status.conversation)
    assert all(words.besides(each.text, status.findings) in text for each in status.conversation)
    is_listed = wanted is S.WITH_REQUESTER  # the rules gave it back: the list says it, and is said once
    assert ("What the rules find stands in the list" in text) is is_listed
    assert is_listed is any(each.text not in text for each in status.conversation)
    assert "It is a draft" in text or wanted is not S.DRAFT


@sqlite_alone
def test_what_the_registry_asks_stands_before_the_answer(desk: At) -> None:
    number = work.in_state(S.WITH_REQUESTER).answer["application"]
    text = page(desk("tia"), number)
    assert text.index('id="talk-head"') < text.index('action="/desk/do/answer"')
    assert 'class="button first"' in text
    assert 'class="button first"' not in page(desk("ada"), number)


@sqlite_alone
def test_what_an_edition_shows_is_linked(desk: At) -> None:
    work.keep(EditionStore())
    number = work.in_state(S.ASSIGNED).answer["application"]
    with override_settings(PORTBOOK_DATA=None):
        shown.forget()
        assert "Next: the next edition shows it." in page(desk("tia"), number)
        seen = desk("ada").get("/desk/publish").context["why"]["seen"].value()
        assert desk("ada").post("/desk/publish", {"reason": "the week", "seen": seen}).status_code == 302
        shown.forget()  # as it does by itself within a second
        text = page(desk("tia"), number)
    assert '<a href="/services/tide-read">The edition shows it</a>' in text
    assert "Next:" not in text


@sqlite_alone
def test_an_author_is_led_to_the_appeal(desk: At) -> None:
    refused = work.in_state(S.REFUSED)
    link = f'href="/desk/do/file-appeal?decision={refused.event}"'
    assert link in page(desk("tia"), refused.answer["application"])
    assert "file-appeal" not in page(desk("ada"), refused.answer["application"])


# -- registrars


@sqlite_alone
def test_what_its_author_has_to_mend_is_written_already(desk: At) -> None:
    asked = submitted("name", {"casts": None})
    reviewing.open_ticket(by("ada"), asked.answer["application"])
    text = page(desk("ada"), asked.answer["application"])
    words = text.partition('<textarea name="words"')[2].partition("</textarea>")[0]
    assert "does the service use IP broadcast?" in words
    assert "E-FIELD-CAST" in words


@sqlite_alone
def test_who_comes_second_is_told_what_happened(desk: At) -> None:
    asked = work.in_state(S.VALIDATING)
    number = asked.answer["application"]
    opened = form_of(page(desk("bob"), number), "give-back")
    reviewing.validate(by("ada"), **of(asked))
    answer = desk("bob").post("/desk/do/give-back", {**opened, "words": "Please explain.", "step": "do"})
    text = unescape(answer.content.decode())
    assert answer.status_code == 409
    happened = text.partition("What happened since you opened this page")[2].partition("</section>")[0]
    assert "Validate, by <bdi>ada</bdi>" in happened
    assert "submit" not in happened.lower()
    assert "Please explain." in text
    again = page(desk("tia"), number)
    assert "Please explain." not in again


@sqlite_alone
def test_an_author_who_comes_second_reads_no_name(desk: At) -> None:
    asked = work.in_state(S.WITH_REQUESTER)
    number = asked.answer["application"]
    opened = form_of(page(desk("tia"), number), "answer")
    applying.withdraw(by("tia"), number)
    answer = desk("tia").post("/desk/do/answer", {**opened, "words": "Here it is.", "step": "do"})
    text = unescape(answer.content.decode())
    assert "Withdraw," in text.partition("What happened since you opened this page")[2]
    assert "by <bdi>" not in text.partition("What happened since")[2].partition("</section>")[0]
    assert "Here it is." in text


# -- holders


@sqlite_alone
@pytest.mark.parametrize("agrees, becomes", [("yes", S.EXPERT_REVIEW), ("no", S.REFUSED)])
def test_a_holder_answers_on_the_page(desk: At, agrees: str, becomes: ApplicationState) -> None:
    asked = work.in_state(S.CONFIRMING)
    number = asked.answer["application"]
    opened = form_of(page(desk("iesg"), number), "confirm")
    done(desk("iesg").post("/desk/do/confirm", {**opened, "agrees": agrees, "step": "do"}))
    assert state(number) == becomes
    row = tables.rows("SELECT member FROM register_confirmation WHERE application_id = %s", [number])
    assert set(row) == {("iesg",)}


# -- like cases


@sqlite_alone
def test_an_expert_sees_what_was_decided_in_like_cases(desk: At) -> None:
    def refused(name: str, party: str, actor: str) -> int:
        given = {"service_name": name, "assignee": {"email": party}, "ports": [{"range": "User"}]}
        asked = validated(submitted("port", given, actor=actor))
        said = {"verdict": Verdict.REFUSE, "reasons": f"Not {name}.", "grounds": (Ground.COPY,)}
        recommending.recommend(by("eve"), **of(asked), **said)
        return int(asked.answer["application"])

    other = refused("tide-one", "x@tide.example", "tom")
    alike = refused("river-two", "y@river.example", "una")
    number = validated(submitted("port", {"service_name": "river-gauge"})).answer["application"]
    text = page(desk("eli"), number).partition('id="like-head"')[2].partition("</section>")[0]
    assert [int(each) for each in re.findall(r"/desk/applications/([0-9]+)", text)] == [alike, other]
    assert "a name like it" in text
    assert "A colleague recommended: refuse" in text
    assert "Not river-two." in text
    assert "like-head" not in page(desk("tia"), number)


@sqlite_alone
def test_who_was_assigned_something_hears_how_to_act_for_it(desk: At) -> None:
    number = work.in_state(S.ASSIGNED).answer["application"]
    assert "Your entry" in page(desk("tia"), number)
    link = re.search(r'href="(/desk/do/change-member\?[^"]+)"', page(desk("ada"), number))
    assert link
    form = desk("ada").get(link[1]).content.decode()
    contact = re.search(r"party=([^&]+)", link[1])
    assert contact
    assert f'value="{contact[1]}"' in form
    assert 'value="tia"' in form


@sqlite_alone
def test_who_acts_for_a_contact_already_hears_nothing_of_it(desk: At) -> None:
    number = work.in_state(S.ASSIGNED, actor="gus").answer["application"]
    assert "Your entry" not in page(desk("gus"), number)
    assert "change-member" not in page(desk("ada"), number)


@sqlite_alone
def test_what_a_check_would_do_is_a_sentence_and_its_page_names_the_application(desk: At) -> None:
    asked = of(submitted("port", {"service_name": "river-gauge"}))
    number = asked["application"]
    link = f'<a href="/desk/applications/{number}"><bdi>Application {number}, river-gauge</bdi></a>'
    ada = desk("ada")
    assert link in ada.get("/desk/do/validate", asked).content.decode()
    assert "river-gauge" not in desk("ann").get("/desk/do/validate", asked).content.decode()
    text = unescape(ada.post("/desk/do/validate", {**asked, "key": "1"}).content.decode())
    assert link in text
    assert state(number) == S.NEW, "a dry run does nothing"
    told = re.search(r"It goes to the TCP/UDP experts, who have until ([0-9]+ [A-Z][a-z]+ [0-9]+)\.", text)
    assert told
    assert "<details open" not in text.partition("What it would do")[2]
    done(send(ada, "validate", **asked))
    assert told[1] == words.day(tables.rows("SELECT due FROM register_review")[0][0])


@sqlite_alone
def test_a_check_that_gives_back_says_so_beforehand(desk: At) -> None:
    asked = of(submitted("port", {"description": ""}))
    text = desk("ada").post("/desk/do/validate", {**asked, "key": "1"}).content.decode()
    assert re.search(r"It goes back to its author, who has until [0-9]+ [A-Z]", text)


AROUND = re.compile(r'<h2 id="map-head">[^<]*?([0-9]+)')


def around(text: str) -> list[str]:
    """The ports around which maps stand."""
    return AROUND.findall(text)


@sqlite_alone
def test_the_map_stands_around_the_number_that_is_given(desk: At) -> None:
    asked = submitted("port", {"ports": [{"range": "User Ports"}]})
    number = asked.answer["application"]
    before = around(page(desk("ada"), number))
    granted = work.granted(validated(asked), "eve")
    done(send(desk("ada"), "assign", **of(granted)))
    port = str(tables.rows("SELECT low FROM register_entry ORDER BY identity DESC LIMIT 1")[0][0])
    assert before == [port]
    assert around(page(desk("ada"), number)) == [port]


@sqlite_alone
def test_events_are_told_in_sentences(desk: At) -> None:
    asked = of(submitted("port"))
    answer = send(desk("ada"), "validate", **asked)
    text = page(desk("ada"), asked["application"]).partition('id="events-head"')[2]
    assert "checked it by the rules" in text
    assert ">validate" not in text
    told = unescape(desk("ada").get(answer["Location"]).content.decode())
    assert f"Done. You checked <bdi>application {asked['application']}, tide-read</bdi> by the rules." in told
    other = unescape(desk("aud").get(answer["Location"]).content.decode())
    assert "Done. <bdi>ada</bdi> checked" in other
    assert 'class="done"' not in desk("tia").get(answer["Location"]).content.decode(), "not hers to read"
    for text in ("0", "x", "9" * 15, "9" * 30, "٣"):
        assert 'class="done"' not in desk("ada").get("/desk", {"done": text}).content.decode(), text
