"""The applicant's way through the form: few pages, nothing asked in vain, nothing typed twice."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from portbook.applications import Kind
from portbook.desk.applying import choices, mapping
from portbook.desk.models import Account, Draft
from portbook.register import tables
from portbook.states import ApplicationState as State
from register import desk as registry

from .applying import begun, filled, hidden, page, questions, sent, typed

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]


def shown(html: str) -> list[str]:
    """The questions that somebody sees on a page of the form."""
    found = re.findall(r'<fieldset class="question" id="q-([a-z_-]+)"[^>]*?( hidden)?>', html)
    return [slug for slug, is_unseen in found if not is_unseen]


def folded(html: str) -> set[str]:
    """The questions of a page that are folded away."""
    inner = re.findall(r"<details>.*?</details>", html, re.DOTALL)
    return {slug for each in inner for slug in re.findall(r'id="q-([a-z_-]+)"', each)}


def value_of(html: str, name: str) -> str:
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', html)
    assert found, name
    return unescape(found[1])


def pages_of(client: Client, address: str) -> list[str]:
    """The pages of a form from the first to the one that shows it as a whole, without answering."""
    found, answer = [], client.get(address)
    while "<form id=" in answer.content.decode():
        found.append(answer.content.decode())
        assert len(found) < 30
        fields = {name: value for name, value in hidden(found[-1]).items() if not mapping.field_of(name)}
        given = client.post(address.partition("?")[0], fields | {"go": "leave"})
        answer = client.get(given["Location"])
    return found


# -- a few pages, and on each what is needed


@pytest.mark.parametrize("choice, count", [("name", 2), ("discovery", 3), ("share", 3), ("port", 3)])
def test_a_form_has_few_pages(desk: At, choice: str, count: int) -> None:
    client = desk("tia")
    found = pages_of(client, begun(client, choice=choice))
    assert len(found) == count
    each_shown = [slug for html in found for slug in shown(html)]
    assert len(each_shown) == len(set(each_shown))
    assert set(each_shown) == questions(found[0]).keys()


@pytest.mark.parametrize("kind", Kind)
def test_what_may_stay_empty_is_folded_and_no_page_of_its_own(desk: At, kind: Kind) -> None:
    client = desk("tia")
    address = begun(client, kind=kind.value)
    for html in pages_of(client, address):
        marks = questions(html)
        optional = {slug for slug in shown(html) if marks[slug] == "optional"}
        assert optional - {"maintenance"} == folded(html)
        assert set(shown(html)) - folded(html)
    single = pages_of(client, f"{address}?step=name" if kind is not Kind.CODE else f"{address}?step=codes")
    alone = [shown(html) for html in single]
    assert all(len(each) == 1 for each in alone[:-1])
    marks = questions(single[0])
    optional = {slug for slug, mark in marks.items() if mark == "optional"} - {"maintenance"}
    assert (set(alone[-1]) == optional) is bool(optional)


@pytest.mark.parametrize("choice", [choice.slug for choice in choices.CHOICES])
def test_what_is_needed_is_what_stands_against_an_empty_request(desk: At, choice: str) -> None:
    client = desk("tia")
    address = begun(client, choice=choice)
    needed = {slug for slug, mark in questions(page(client, address)).items() if mark == "needed"}
    review = page(client, f"{address}/review")
    missed = set(
        re.findall(r'\?step=([a-z_-]+)&amp;to=review#[^"]*">Go there', review.partition("<h3>Advice</h3>")[0])
    )
    assert needed == missed
    assert {"name", "assignee", "contact"} <= needed


def test_marks_follow_the_answers(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    assert questions(page(client, address))["name"] == "needed"
    typed(client, address, go="save", service_name="no name at all")
    assert questions(page(client, address))["name"] == "to mend"
    typed(client, address, go="save", service_name="gull-count")
    marks = questions(page(client, f"{address}?all"))
    assert marks["name"] == "answered"
    assert marks["notes"] == "optional"
    assert marks["description"] == "needed"


@pytest.mark.parametrize(
    "transport, more",
    [("tcp", set()), ("udp", {"discovery", "answers-congestion"}), ("dccp", {"codes"}), ("sctp", set())],
)
@pytest.mark.parametrize("way", ["", "?all"])
def test_only_what_applies_is_asked(desk: At, way: str, transport: str, more: set[str]) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, f"{address}?step=transports", transports=transport)
    found = pages_of(client, f"{address}{way}")
    asked = {slug for html in found for slug in shown(html)}
    assert asked & {"discovery", "answers-congestion", "codes"} == more
    marks = questions(found[0])
    assert marks.keys() == asked
    assert {marks[slug] for slug in more} <= {"needed"}


def test_what_was_answered_stands_there_even_when_it_does_not_apply(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, f"{address}?step=transports", transports="dccp")
    typed(client, f"{address}?step=codes", go="save", **{"codes.0.code": "SC:gull"})
    typed(client, f"{address}?step=transports", go="save", transports="tcp")
    assert "codes" in shown(page(client, address))


# -- what is missing is said where it is left


def test_a_needed_answer_left_empty_is_told_once_where_it_is_left(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    first = typed(client, address, service_name="gull-count")
    assert first.status_code == 422
    html = first.content.decode()
    told = html[html.index('id="told-head"') : html.index("</section>", html.index('id="told-head"'))]
    assert "This is still missing" in told
    assert re.findall(r'href="#q-([a-z]+)"', told) == ["description", "reference", "transports", "casts"]
    assert "Leave it open for now" in told
    assert 'value="gull-count"' in html
    left = client.post(address, hidden(html) | {"go": "leave", "service_name": "gull-count"})
    assert left["Location"] == f"{address}?step=who"
    again = client.post(address, hidden(html) | {"go": "next", "service_name": "gull-count"})
    assert again["Location"] == f"{address}?step=who"


def test_all_on_one_page_leads_to_the_whole_which_tells_it(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    assert typed(client, f"{address}?all")["Location"] == f"{address}/review"
    assert "nothing yet; it is needed" in page(client, f"{address}/review")


def test_what_is_missing_and_what_is_grave_are_told_apart(desk: At) -> None:
    client = desk("tia")
    answer = typed(client, begun(client), service_name="not a name")
    html = answer.content.decode()
    assert "This stands against it" in html
    assert "And this is still missing:" in html
    assert "Go on as it is" in html
    assert '<a href="#id-service_name">' in html


# -- there and back


def test_from_the_whole_to_a_question_and_back(desk: At) -> None:
    client = desk("tia")
    address = filled(client, "name", {"description": "x" * 300})
    review = page(client, f"{address}/review")
    [there] = re.findall(r'<a href="([^"]+)">Go there', review)
    there = unescape(there)
    assert there == f"{address}?step=description&to=review#id-description"
    html = page(client, there.partition("#")[0])
    assert 'id="id-description"' in html
    assert "Keep it, back to the whole" in html
    assert shown(html) == ["description"]
    assert typed(client, there.partition("#")[0], description="Gulls")["Location"] == f"{address}/review"


def test_a_button_of_the_question_keeps_the_way_back(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    there = f"{address}?step=contact&to=review"
    answer = typed(client, there, go="fill:contact")
    assert answer["Location"] == f"{there}#q-contact"
    assert typed(client, answer["Location"])["Location"] == f"{address}/review"


def test_another_way_than_to_the_whole_is_none(desk: At) -> None:
    client = desk("tia")
    html = page(client, begun(client) + "?step=name&to=https://elsewhere.example")
    assert "elsewhere" not in html


# -- nothing is typed twice


def parties(client: Client, address: str) -> dict[str, str]:
    html = page(client, f"{address}?step=who")
    names = [f"{group}.{part}" for group in ("assignee", "contact") for part in ("name", "email", "id")]
    return {name: text for name in names if (text := value_of(html, name))}


@pytest.mark.parametrize(
    "button, expected",
    [
        (
            "both",
            {
                "assignee.name": "Tia",
                "assignee.email": "tia@people.example",
                "contact.name": "Tia",
                "contact.email": "tia@people.example",
            },
        ),
        ("assignee", {"assignee.name": "Tia", "assignee.email": "tia@people.example"}),
        ("contact", {"contact.name": "Tia", "contact.email": "tia@people.example"}),
    ],
)
def test_who_is_signed_in_is_filled_in_by_a_press(desk: At, button: str, expected: dict[str, str]) -> None:
    client = desk("tia")
    address = begun(client)
    typed(client, f"{address}?step=who", go=f"fill:{button}")
    assert parties(client, address) == expected


def test_whoever_holds_it_answers_questions_by_a_press(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    said = {"assignee.name": "Gull Works", "assignee.email": "ports@gull.example", "contact.id": "Old"}
    typed(client, f"{address}?step=who", go="fill:same", **said)
    assert parties(client, address) == {
        "assignee.name": "Gull Works",
        "assignee.email": "ports@gull.example",
        "contact.name": "Gull Works",
        "contact.email": "ports@gull.example",
    }


def test_who_acts_for_a_published_contact_is_that_contact(desk: At) -> None:
    client = desk("gus")
    address = begun(client)
    typed(client, f"{address}?step=who", go="fill:both", **{"assignee.name": "Somebody"})
    assert parties(client, address) == {"assignee.id": "Gus", "contact.id": "Gus"}


def test_an_account_without_a_name_gives_its_address_alone(desk: At) -> None:
    client = desk("tia")
    Account.objects.filter(member="tia").update(name="")
    address = begun(client)
    typed(client, f"{address}?step=who", go="fill:assignee")
    assert parties(client, address) == {"assignee.email": "tia@people.example"}


def test_other_questions_are_answered_by_a_press(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, address, go="fill:casts", service_name="gull-count")
    typed(client, address, go="fill:range", **{"ports.0.number": "28201"})
    [content] = Draft.objects.values_list("content", flat=True)
    for said in ('"service_name": "gull-count"', '"casts.anycast": "no"', '"ports.0.range": "User Ports"'):
        assert said in content
    assert "28201" not in content


def test_a_button_that_there_is_not_types_nothing(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    assert typed(client, address, go="fill:nothing", service_name="gull").status_code == 404
    assert "gull" not in page(client, address)


# -- the number that the registry would give


def test_why_the_number_of_the_preview_is_none_of_the_good_ones(desk: At) -> None:
    client = desk("tia")
    address = filled(client, "port", {"ports": [{"range": "User Ports"}]})
    review = page(client, f"{address}/review")
    rows = dict(re.findall(r'<th scope="row">([^<]+)</th><td><bdi class="said">([^<]*)<', review))
    chosen = re.search(r"It would give <strong class=\"number\">(\d+)</strong> today", review)
    assert chosen
    assert rows["Port Number"] == chosen[1]
    assert "R-REV-24" in review
    assert f"Around {chosen[1]} on" in review
    good = re.findall(r'<li><span class="number">(\d+)</span></li>', review)
    assert good
    assert chosen[1] not in good
    assert "Ask for one of them" in review
    assert "Your words on where the protocol is described are not printed" in review
    assert "A registrar will ask" not in review
    assert "The experts have 7 days for a simple case and 21 for a complex one." in review
    there = page(client, f"{address}?step=ports&to=review")
    question = there.partition('id="q-ports"')[2].partition("</fieldset>")[0]
    assert f">{chosen[1]}</strong> today" in question, "what the registry would give stands where it is asked"
    typed(client, f"{address}?step=ports&to=review", go=f"take:{good[0]}")
    assert "You leave the choice" not in page(client, f"{address}/review")


# -- buttons


def test_enter_goes_on_and_buttons_have_names_of_their_own(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, address, go="fill:range")
    for way in ("", "?step=who", "?step=how", "?all", "?step=name&to=review", "?step=ports"):
        html = page(client, f"{address}{way}")
        inner = html[html.index('<form id="form"') : html.index("</form>", html.index('<form id="form"'))]
        buttons = re.findall(r'<button[^>]* name="go" value="([^"]+)"[^>]*>(.*?)</button>', inner)
        assert buttons[0][0] == "next", way
        names = [re.sub(r"<[^>]+>", "", words) for _, words in buttons]
        assert len(set(names)) == len(names), names


# -- what comes back


def test_what_came_back_is_mended_where_it_stands(desk: At) -> None:
    number = registry.in_state(State.WITH_REQUESTER).answer["application"]
    client = desk("tia")
    html = page(client, f"/desk/applications/{number}")
    places = [unescape(each) for each in re.findall(r'<a href="([^"]+)">Mend it', html)]
    assert places
    for place in places:
        path, _, anchor = place.partition("#")
        form = page(client, path)
        assert f'id="{anchor}"' in form
        assert len(shown(form)) == 1
    first = places[0].partition("#")[0]
    review = typed(client, first, **_answer(client, first))["Location"]
    assert review.endswith("/review")
    assert "Remote reading of tide gauges" in page(client, f"{review.removesuffix('/review')}?all")
    assert sent(client, review.removesuffix("/review")).status_code == 302


def _answer(client: Client, place: str) -> dict[str, Any]:
    """Something in each field of the question, as far as it takes words."""
    html = page(client, place)
    names = re.findall(r'<(?:input id="[^"]+"|textarea id="[^"]+") name="([^"]+)"', html)
    radios = set(re.findall(r'<input type="radio" [^>]*name="([^"]+)"', html))
    return dict.fromkeys(names, "Words on it") | dict.fromkeys(radios, "no")


@pytest.mark.parametrize("way", ["", "?step=name", "?step=name&to=review", "?step=what", "?step=who"])
def test_a_change_of_which_nothing_is_kept_leads_nowhere_in_vain(desk: At, way: str) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    client = desk("tia")
    html = page(client, f"/desk/applications/{number}/edit{way}")
    places = {unescape(each) for each in re.findall(r'<a href="(/desk/app[^"#]*)', html)}
    assert f"/desk/applications/{number}" in places
    assert {client.get(each).status_code for each in places} == {200}
    assert not Draft.objects.exists()


def test_others_do_not_mend_it(desk: At) -> None:
    number = registry.in_state(State.WITH_REQUESTER).answer["application"]
    assert "Mend it" not in page(desk("ada"), f"/desk/applications/{number}")


def test_nothing_is_called_returned_before_anything_was_sent(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, address, go="save", service_name="not a name", **{"ports.0.number": "443"})
    for way in ("", "?all", "/review", "?step=name", "?step=ports"):
        html = page(client, f"{address}{way}")
        main = html[html.index("<main") : html.index("</main>")]
        assert not re.search(r">\s*(Returned|Refused)\b", main), way
        assert "The registry would" in main, way
    assert not tables.rows("SELECT identity FROM register_application")


def test_every_question_stands_on_a_page(desk: At) -> None:
    client = desk("tia")
    for kind in Kind:
        address = begun(client, kind=kind.value)
        whole = shown(page(client, f"{address}?all"))
        found = [slug for html in pages_of(client, address) for slug in shown(html)]
        assert sorted(found) == sorted(whole), kind
