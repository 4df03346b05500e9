"""The form of an application: chosen, typed, kept, checked, sent; every step without script."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from html import unescape

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db import connection
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from asking import BASES
from portbook.applications import Application, Kind, of_tree, read, tree
from portbook.desk import limits
from portbook.desk.applying import choices, kept, mapping
from portbook.desk.members import Person
from portbook.desk.models import Draft
from portbook.register import tables
from portbook.web import clock
from register import desk as registry

from .applying import begun, filled, hidden, number_of, page, questions, sent, typed
from .people import account

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]
PAYLOAD = "\"'><script>alert(1)</script><img src=x onerror=alert(2)>{{7*7}}"


# -- the beginning


def test_what_is_needed_at_all_comes_first(desk: At) -> None:
    html = unescape(page(desk("tia"), "/desk/apply"))
    assert "Do you need a port at all?" in html
    for choice in choices.CHOICES:
        assert choice.title in html
    for _, title in choices.OTHERS:
        assert title in html


def test_a_choice_leaves_questions_out(desk: At) -> None:
    for choice in choices.CHOICES:
        short = page(desk("tia"), begun(desk("tia"), choice=choice.slug))
        whole = page(desk("tia"), begun(desk("tia"), kind=choice.kind.value))
        asked, all_asked = questions(short).keys(), questions(whole).keys()
        assert asked, choice.slug
        assert asked < all_asked, choice.slug
        assert not choice.skips & asked, choice.slug


def test_each_question_has_a_title_words_and_an_example(desk: At) -> None:
    for kind in Kind:
        html = page(desk("tia"), begun(desk("tia"), kind=kind.value) + "?all")
        questions = re.findall(r'<fieldset class="question".*?</fieldset>', html, re.DOTALL)
        assert questions
        for each in questions:
            assert re.search(r"<legend>[^<]{5,}<", each), each
            assert re.search(r'<p class="help" id="why-[a-z_-]+">[^<]{20,}<', each), each
            assert re.search(r"<dt>Good</dt><dd>[^<]{2,}</dd>", each), each
            for identity in re.findall(r'<(?:input|textarea|select) id="([^"]+)"', each):
                assert f'for="{identity}"' in each


def test_what_cannot_be_chosen_is_not_begun(desk: At) -> None:
    for values in ({"choice": "none"}, {"kind": "king"}, {}):
        assert desk("tia").post("/desk/apply", values).status_code == 404
    assert not Draft.objects.exists()


def test_untouched_drafts_do_not_pile_up(desk: At) -> None:
    assert begun(desk("tia")) == begun(desk("tia"))


def test_as_many_drafts_as_are_allowed(desk: At) -> None:
    person = account("tia")
    for place in range(limits.MAX_DRAFTS - 1):
        content = f'{{"kind": "name", "choice": "", "typed": {{"service_name": "n{place}"}}}}'
        Draft.objects.create(account=person, content=content, version="", saved="2031-06-01T10:00:00Z")
    begun(desk("tia"))
    answer = desk("tia").post("/desk/apply", {"choice": "port"})
    assert answer.status_code == 409
    assert "E-DESK-DRAFT" in answer.content.decode()
    assert Draft.objects.count() == limits.MAX_DRAFTS


# -- typing


def test_one_question_at_a_time(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    asked = ["name"]
    answer = typed(client, f"{address}?step=name", service_name="tide-read")
    while answer["Location"] != f"{address}/review":
        asked.append(answer["Location"].rpartition("=")[2])
        assert len(asked) < 30
        answer = typed(client, answer["Location"], go="leave")
    assert asked == ["name", "description", "reference", "transports", "casts", "assignee", "contact", "more"]
    html = page(client, f"{address}/review")
    assert "tide-read" in html
    assert "E-TRANS-MISSING" in html


def test_back_and_save_keep_what_stands_there(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    back = typed(client, f"{address}?step=description", go="back", description="Tides")
    assert back["Location"] == f"{address}?step=name"
    assert typed(client, address, go="save", service_name="tide")["Location"] == "/desk/apply"
    assert "tide" in page(client, "/desk/apply")
    assert "Tides" in page(client, f"{address}?step=description")


def test_what_is_grave_is_told_once_and_then_goes_on(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    first = typed(client, f"{address}?step=name", service_name="not a name")
    assert first.status_code == 422
    html = first.content.decode()
    assert "E-NAME-CHAR" in html
    assert 'aria-invalid="true"' in html
    again = client.post(address, hidden(html) | {"go": "next", "service_name": "not a name"})
    assert again["Location"] == f"{address}?step=description"
    other = client.post(address, hidden(html) | {"go": "next", "service_name": "also not one"})
    assert other.status_code == 422


def test_names_alike_and_precedents_are_told(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    typed(client, address, service_name="s1p")
    assert "Easily taken for" in page(client, address)
    typed(client, f"{address}?step=description", description="World wide maps")
    assert "World Wide Web" in page(client, f"{address}?step=description")


def test_good_numbers_with_reasons_and_a_map(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="port")
    typed(client, f"{address}?step=transports", transports="tcp")
    typed(client, f"{address}?step=ports", go="row", **{"ports.0.number": "4242"})
    html = page(client, f"{address}?step=ports")
    assert "E-PORT-TAKEN" in html or "assigned" in html
    assert '<rect class="assigned here"' in html
    assert "The same as a list" in html
    good = re.findall(r'value="take:(\d+)"', html)
    assert good
    assert "Unassigned on tcp" in html
    taken = typed(client, f"{address}?step=ports", go=f"take:{good[0]}")
    assert taken.status_code == 302
    assert f'value="{good[0]}"' in page(client, f"{address}?step=ports")


def test_who_would_be_refused_is_not_told_that_it_comes_back(desk: At) -> None:
    client = desk("tia")
    taken = page(client, f"{filled(client, 'name', {'service_name': 'http'})}/review")
    assert "The registry would refuse this" in taken
    assert "the registry refuses it" in taken
    assert "sends it back to you" not in taken
    faulty = page(
        client, f"{filled(client, 'name', {'casts': None, 'reference': 'See our web site'})}/review"
    )
    assert "A registrar will ask" in faulty
    assert "sends it back to you" in faulty


def test_rows_of_a_list_grow_by_one(desk: At) -> None:
    client = desk("tia")
    address = begun(client, choice="discovery")
    html = page(client, f"{address}?step=txt")
    assert 'name="txt_keys.0.key"' in html
    assert 'name="txt_keys.1.key"' not in html
    answer = typed(client, f"{address}?step=txt", go="row:txt", **{"txt_keys.0.key": "path"})
    assert answer["Location"].endswith("#q-txt")
    assert 'name="txt_keys.1.key"' in page(client, answer["Location"])
    typed(client, answer["Location"], **{"txt_keys.0.key": "path", "txt_keys.1.key": "unit"})
    assert 'value="unit"' in page(client, f"{address}?step=txt")


def test_a_box_can_be_cleared(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    typed(client, f"{address}?step=transports", transports=["tcp", "udp"])
    typed(client, f"{address}?step=transports", transports="")
    assert "checked" not in page(client, f"{address}?step=transports")


@pytest.mark.parametrize("base", ["name", "port"])
def test_xss_in_each_field(desk: At, base: str) -> None:
    client = desk("tia")
    address = begun(client, kind=base)
    html = page(client, f"{address}?all")
    names = set(re.findall(r'name="([a-z_]+(?:\.[a-z0-9_]+)*)"', html)) - {
        "csrfmiddlewaretoken",
        "go",
        "step",
    }
    names -= {"ticket", "page", "told", "base", "slugs", "to", "viewport"}
    fields = {name: f"{PAYLOAD}{place}" for place, name in enumerate(sorted(names)) if mapping.field_of(name)}
    assert len(fields) > 30
    client.post(address, hidden(html) | fields | {"go": "save"})
    shown = (f"{address}?all", f"{address}/review", "/desk/apply", "/desk")
    for text in [page(client, each) for each in shown]:
        assert "<script>alert" not in text
        assert "<img src=x" not in text
    whole = unescape(page(client, f"{address}?all"))
    assert [name for name, text in fields.items() if text not in whole] == []


@pytest.mark.parametrize("length, is_fine", [(4_000, True), (4_001, False), (10_000, False)])
def test_long_texts_are_kept_and_told(desk: At, length: int, is_fine: bool) -> None:
    client = desk("tia")
    address = begun(client)
    text = "tide " * (length // 5) + "x" * (length % 5)
    answer = typed(client, f"{address}?step=reference", reference=text)
    assert (answer.status_code == 302) is is_fine
    assert text in page(client, f"{address}?step=reference")
    assert ("E-APPLY-LONG" in page(client, f"{address}/review")) is not is_fine
    assert ("Send it" in page(client, f"{address}/review").partition("<form")[2]) is True


# -- nothing is lost


def test_two_tabs_at_two_questions_do_not_disturb(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    one, two = (hidden(page(client, f"{address}?step={step}")) for step in ("name", "description"))
    client.post(address, one | {"service_name": "tide"})
    assert client.post(address, two | {"description": "Tides"}).status_code == 302
    html = page(client, f"{address}?all")
    assert 'value="tide"' in html
    assert "Tides" in html


def test_two_tabs_at_one_question_lose_nothing(desk: At) -> None:
    client = desk("tia")
    address = f"{begun(client)}?step=name"
    one = two = hidden(page(client, address))
    client.post(address, one | {"service_name": "first"})
    answer = client.post(address, two | {"service_name": "second"})
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "first" in html
    assert 'value="second"' in html
    assert 'value="first"' in page(client, address)
    assert client.post(address, hidden(html) | {"service_name": "second"}).status_code == 302
    assert 'value="second"' in page(client, address)


def test_what_stands_there_is_saved_while_somebody_types(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    first = hidden(page(client, address))
    answer = client.post(f"{address}/check", first | {"service_name": "port-service!"})
    piece = answer.content.decode()
    assert answer.status_code == 200
    assert "<html" not in piece
    assert "Saved." in piece
    near = re.search(r'id="near-name" hx-swap-oob="true">(.*?)</div>', piece, re.DOTALL)
    assert near
    assert "E-NAME-CHAR" in near[1], "on a phone it stands at its question"
    assert "E-NAME-CHAR" in piece.partition('id="near-')[0]
    base = re.search(r'id="base" name="base" value="(\w+)"', piece)
    assert base
    late = client.post(f"{address}/check", first | {"service_name": "other"}).content.decode()
    assert "Not saved" in late
    then = client.post(f"{address}/check", first | {"base": base[1], "service_name": "other"})
    assert "Saved." in then.content.decode()
    assert 'value="other"' in page(client, address)


def test_what_is_sent_after_the_session_ended_is_kept(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    fields = hidden(page(client, address))
    client.logout()
    answer = client.post(address, fields | {"service_name": "tide-kept"})
    assert answer.status_code == 302
    assert answer["Location"].startswith("/accounts/login/?next=")
    assert Draft.objects.get().content.count("tide-kept") == 0
    client.force_login(account("tia").user)
    html = page(client, address)
    assert 'value="tide-kept"' in html
    assert "while you were signed out" in html
    assert "while you were signed out" not in page(client, address)


def test_what_is_kept_is_for_its_account_alone(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    fields = hidden(page(client, address))
    client.logout()
    client.post(address, fields | {"service_name": "tide-kept"})
    client.force_login(account("tom").user)
    assert page(client, address, 404).count("tide-kept") == 0
    client.force_login(account("tia").user)
    assert "tide-kept" not in page(client, address)  # it went with the other's session


def test_what_waits_is_read_once_by_its_account(desk: At) -> None:
    tia, tom = (
        Person(account(name).pk, "", "", name, "applicant", "", True, False) for name in ("tia", "tom")
    )
    rf, session = RequestFactory(), SessionStore()
    fields = {"ticket": kept.ticket(tia), "page": "/desk/apply/1", "service_name": " tide "}
    late, asked = rf.post("/desk/apply/1", fields), rf.get("/desk/apply/1")
    late.user = AnonymousUser()
    late.session = asked.session = session
    kept.keeps_typed(lambda request: HttpResponse())(late)
    assert kept.returned(asked, tom) is None
    assert kept.returned(asked, tia) == {"service_name": "tide"}
    assert kept.returned(asked, tia) is None


def test_nobody_leaves_anything_without_a_ticket(desk: At) -> None:
    client = desk("")
    address = begun(desk("tia"))
    for ticket in ("", "1", "1:abc:def"):
        client.post(address, {"ticket": ticket, "page": address, "service_name": "planted"})
    assert not client.session.keys()


def test_drafts_of_others_are_not_there(desk: At) -> None:
    address = begun(desk("tia"))
    for path in ("", "?all", "/review", "/check", "/delete", "/application.toml"):
        for method in ("get", "post"):
            assert getattr(desk("tom"), method)(f"{address}{path}").status_code == 404, path
    assert Draft.objects.count() == 1


def test_the_form_is_for_applicants(desk: At) -> None:
    for name in ("ada", "eve", "aud", "max"):
        assert desk(name).get("/desk/apply").status_code == 404, name


def test_a_form_that_is_too_large_is_refused_whole(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    answer = typed(client, address, reference="x" * 70_000)
    assert answer.status_code in (400, 413)
    assert "Traceback" not in answer.content.decode()
    assert page(client, address)


def test_pages_cost_the_same_however_much_there_is(desk: At) -> None:
    client = desk("tia")
    counts = []
    for round_ in range(2):
        address = begun(client, kind="port" if round_ else "name")
        typed(client, address, service_name=f"tide-{round_}")
        page(client, "/desk/apply")  # the session is noted by now
        for each in ("/desk/apply", address):
            with CaptureQueriesContext(connection) as queries:
                page(client, each)
            counts.append(len(queries))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 14


def test_a_draft_is_thrown_away_at_a_wish(desk: At) -> None:
    address = begun(desk("tia"))
    assert desk("tia").get(f"{address}/delete").status_code == 302
    assert Draft.objects.count() == 1
    assert desk("tia").post(f"{address}/delete")["Location"] == "/desk/apply"
    assert not Draft.objects.exists()


# -- sending


def test_each_kind_arrives_as_it_was_typed(desk: At) -> None:
    for base in sorted(set(BASES) - {"early", "system"}):
        name = {"Gus": "gus", "Fay": "fay", "Rob": "rob"}.get(BASES[base].get("requester", ""), "tia")
        number = number_of(sent(desk(name), filled(desk(name), base)))
        where = "SELECT content FROM register_version WHERE application_id = %s"
        [(content,)] = tables.rows(where, [number])
        assert json.loads(content) == tree(of_tree(BASES[base]).application), base


def test_what_was_changed_in_another_tab_is_not_sent_unseen(desk: At) -> None:
    client = desk("tia")
    address = filled(client, "name")
    fields = hidden(page(client, f"{address}/review")) | {"go": "send"}
    typed(client, f"{address}?step=name", service_name="tide-other")
    answer = client.post(f"{address}/review", fields)
    assert answer.status_code == 409
    assert "E-DESK-CHANGED" in answer.content.decode()
    assert "tide-other" in answer.content.decode()
    assert not tables.rows("SELECT identity FROM register_application")


def test_what_is_typed_after_it_was_sent_is_a_draft_of_its_own(desk: At) -> None:
    client = desk("tia")
    address = filled(client, "name")
    fields = hidden(page(client, f"{address}?step=name"))
    number_of(sent(client, address))
    answer = client.post(address, fields | {"service_name": "tide-late"})
    assert answer["Location"] != address
    assert 'value="tide-late"' in page(client, answer["Location"])


def test_limits_are_told_with_what_helps(desk: At) -> None:
    for place in range(5):
        registry.submitted("name", {"service_name": f"tide-{place}"}, day=clock.today().isoformat())
    client = desk("tia")
    address = filled(client, "name")
    answer = sent(client, address)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "E-APPLY-OPEN" in html
    assert "What helps" in html
    assert "tide-read" in page(client, address)


@pytest.mark.parametrize("choice", [each.slug for each in choices.CHOICES])
def test_a_choice_at_the_start_says_nothing_for_the_applicant(desk: At, choice: str) -> None:
    address = begun(desk("tia"), choice=choice)
    said = read(desk("tia").get(f"{address}/application.toml").content).application
    assert said == Application(said.kind)
    assert "Defined TXT keys" not in page(desk("tia"), f"{address}/review")


def test_no_txt_keys_is_said_once_and_is_no_key(desk: At) -> None:
    client = desk("tia")
    address = begun(client)
    assert "It defines none" in page(client, f"{address}?step=txt")
    typed(client, f"{address}?step=txt", txt_keys="none")
    assert read(client.get(f"{address}/application.toml").content).application.txt_keys == ()
    told = page(client, f"{address}/review").partition('id="said-head"')[2]
    assert "It defines none</div>" in told
    assert ">none<" not in told
