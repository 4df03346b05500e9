"""Changing an application that was sent, its file, its public status, and what a grant gives to copy."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.template.loader import render_to_string
from django.test import Client

from asking import BASES
from portbook.applications import of_tree, read, to_json, tree
from portbook.desk.dossiers import lines_of_grant
from portbook.desk.models import Draft, StatusLink
from portbook.register import casework, tables
from portbook.states import ApplicationState as State
from register import desk as registry

from .applying import hidden, page, sent, typed
from .people import account

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

At = Callable[[str], Client]


def changed(client: Client, number: int, go: str = "review", **values: Any) -> Any:
    """Type *values* into the form of an application that was sent."""
    return typed(client, f"/desk/applications/{number}/edit", go, **values)


def newest(number: int) -> Any:
    """What the newest version says."""
    where = "SELECT content FROM register_version WHERE application_id = %s ORDER BY number DESC LIMIT 1"
    return read(tables.rows(where, [number])[0][0].encode()).application


# -- changing


@pytest.mark.parametrize("state", [State.NEW, State.VALIDATING, State.WITH_REQUESTER, State.DRAFT])
def test_the_form_is_filled_and_sends_a_new_version(desk: At, state: State) -> None:
    number = registry.in_state(state).answer["application"]
    client = desk("tia")
    form = page(client, f"/desk/applications/{number}/edit")
    assert "Remote reading of tide gauges" in form
    assert not Draft.objects.exists()
    review = changed(client, number, description="Reading of tides")["Location"]
    html = page(client, review)
    assert "What it changes" in html
    assert "Reading of tides" in html
    answer = sent(client, review.removesuffix("/review"))
    assert answer["Location"].startswith(f"/desk/applications/{number}?done=")
    assert newest(number).description == "Reading of tides"
    assert registry.state(number) == (State.NEW if state is State.WITH_REQUESTER else state).value or (
        registry.state(number) == State.VALIDATING.value
    )


def test_words_go_with_an_answer(desk: At) -> None:
    number = registry.in_state(State.WITH_REQUESTER).answer["application"]
    client = desk("tia")
    review = changed(client, number, **{"casts.broadcast": "no"})["Location"]
    fields = hidden(page(client, review)) | {"go": "send", "words": "It was <forgotten>."}
    assert client.post(review, fields).status_code == 302
    said = tables.load(casework.Message, "WHERE application_id = %s", [number])
    assert [each.text for each in said if each.kind == "answer"] == ["It was <forgotten>."]


def test_words_stay_while_something_is_mended(desk: At) -> None:
    number = registry.in_state(State.WITH_REQUESTER).answer["application"]
    client = desk("tia")
    review = changed(client, number, description="")["Location"]
    html = page(client, review)
    asked = tables.load(casework.Message, "WHERE application_id = %s", [number])[-1].text
    assert asked in html, "what the registry asks is read where it is answered"
    go = re.search(r'name="go" value="(to:description#[^"]+)"', html)
    assert go
    mending = client.post(review, hidden(html) | {"go": go[1], "words": "It was forgotten."})
    assert mending["Location"].endswith("?step=description&to=review#id-description")
    assert client.post(review, hidden(html) | {"go": "keep", "words": "It <was> lost."}).status_code == 204
    assert "It &lt;was&gt; lost.</textarea>" in page(client, review)
    answer = client.post(review, hidden(html) | {"go": "to:x\r\n#y", "words": "It <was> lost."})
    assert answer["Location"].startswith("/desk/apply/")
    again = typed(client, mending["Location"], "next", description="Reading of tides")
    assert again["Location"] == review
    fields = hidden(page(client, review)) | {"go": "send", "words": "It <was> lost."}
    assert client.post(review, fields).status_code == 302


def test_a_change_that_was_begun_goes_on_where_it_was(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    client = desk("tia")
    changed(client, number, go="save", description="Half a sent")
    answer = client.get(f"/desk/applications/{number}/edit")
    assert re.fullmatch(r"/desk/apply/\d+\?all", answer["Location"])
    assert "Half a sent" in page(client, answer["Location"])
    assert "A change of application" in page(client, "/desk/apply")


def test_another_version_meanwhile_is_told_and_nothing_lost(desk: At) -> None:
    done = registry.in_state(State.NEW)
    number, client = done.answer["application"], desk("tia")
    review = changed(client, number, description="Mine")["Location"]
    registry.applying.change_application(
        registry.by("tia"),
        number,
        registry.reading("port", {"description": "Theirs"}),
        version=done.answer["version"],
    )
    answer = sent(client, review.removesuffix("/review"))
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "E-STALE" in html
    assert "Theirs" in html
    assert "Mine" in html
    moved = client.post(review, hidden(html) | {"go": "newest"})
    assert moved["Location"] == review
    assert "was changed since you began" not in page(client, review)
    assert sent(client, review.removesuffix("/review")).status_code == 302
    assert newest(number).description == "Mine"


def test_what_is_decided_meanwhile_is_told_and_nothing_lost(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    client = desk("tia")
    review = changed(client, number, description="Mine")["Location"]
    registry.applying.withdraw(registry.by("tia"), number)
    answer = sent(client, review.removesuffix("/review"))
    assert answer.status_code == 409
    assert "E-STATE-MOVE" in answer.content.decode()
    assert "Mine" in page(client, review)


def test_a_change_typed_while_signed_out_is_kept(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    client = desk("tia")
    address = f"/desk/applications/{number}/edit"
    fields = hidden(page(client, address))
    client.logout()
    assert client.post(address, fields | {"description": "Typed too late"}).status_code == 302
    client.force_login(account("tia").user)
    answer = client.get(address)
    assert answer.status_code == 302
    assert "Typed too late" in page(client, answer["Location"])


@pytest.mark.parametrize("state", [State.ASSIGNED, State.REFUSED, State.WITHDRAWN, State.EXPERT_REVIEW])
def test_what_cannot_be_changed_leads_to_its_page(desk: At, state: State) -> None:
    number = registry.in_state(state).answer["application"]
    answer = desk("tia").get(f"/desk/applications/{number}/edit")
    assert answer["Location"] == f"/desk/applications/{number}"


@pytest.mark.parametrize("path", ["edit", "edit/check", "application.toml", "link"])
def test_applications_of_others_are_not_there(desk: At, path: str) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    for name in ("tom", "ada"):
        for method in ("get", "post"):
            answer = getattr(desk(name), method)(f"/desk/applications/{number}/{path}")
            assert answer.status_code == 404 or answer["Location"] == f"/desk/applications/{number}"
    assert not Draft.objects.exists()
    assert not StatusLink.objects.exists()


def test_who_is_asked_about_an_application_sees_it_and_changes_nothing(desk: At) -> None:
    change = {"transports": ["tcp"], "ports": [{"number": "4242"}], "related": {"name": "ferry"}}
    number = registry.validated(registry.submitted("share", change)).answer["application"]
    assert registry.state(number) == State.CONFIRMING.value
    assert page(desk("fay"), f"/desk/applications/{number}")
    for path in ("edit", "edit/check", "application.toml", "link"):
        assert desk("fay").post(f"/desk/applications/{number}/{path}").status_code == 404, path


def test_an_application_is_taken_as_a_file(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    file = desk("tia").get(f"/desk/applications/{number}/application.toml")
    assert tree(read(file.content).application) == tree(of_tree(BASES["port"]).application)


def test_programs_keep_a_whole_request(desk: At) -> None:
    fields = {"request": to_json(of_tree(BASES["name"]).application), "key": "k1", "step": "do"}
    answer = desk("tia").post("/desk/do/draft", fields)
    assert answer.status_code == 302
    number = int(re.findall(r"applications/(\d+)", answer["Location"])[0])
    assert registry.state(number) == State.DRAFT.value
    wrong = desk("tia").post("/desk/do/draft", fields | {"request": "kind = <", "key": "k2"})
    assert wrong.status_code == 422
    assert "kind = &lt;" in wrong.content.decode()


# -- the public status


def link(client: Client, number: int, go: str = "make") -> str:
    """The address that the page shows once."""
    html = client.post(f"/desk/applications/{number}/link", {"go": go}).content.decode()
    found = re.search(r'<code class="secret">http://localhost(/desk/status/[\w-]{43})</code>', html)
    return found[1] if found else ""


def test_whoever_has_the_link_reads_how_it_stands(desk: At) -> None:
    number = registry.in_state(State.EXPERT_REVIEW).answer["application"]
    address = link(desk("tia"), number)
    assert address not in page(desk("tia"), f"/desk/applications/{number}/link")
    token = address.rpartition("/")[2]
    assert token not in str(StatusLink.objects.values_list())
    answer = desk("").get(address)
    html = answer.content.decode()
    assert "With the experts since 1 June 2031" in html
    assert "Next: the experts give their recommendation." in html
    assert '<meta name="robots" content="noindex">' in html
    assert answer["Cache-Control"] == "private, no-store"
    application = of_tree(BASES["port"]).application
    main = html[html.index("<main") : html.index("</main>")]
    for said in (application.service_name, application.description, "28201", "tia", "Tia", "tide.example"):
        assert said not in main


def test_a_link_that_was_taken_back_is_as_one_that_never_was(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    first = link(desk("tia"), number)
    second = link(desk("tia"), number)
    assert desk("").get(first).status_code == 404
    assert desk("").get(second).status_code == 200
    link(desk("tia"), number, go="revoke")
    gone, never = (desk("").get(each) for each in (second, f"/desk/status/{'x' * 43}"))
    assert gone.status_code == never.status_code == 404
    assert gone.content.decode().replace(second, "") == never.content.decode().replace(
        f"/desk/status/{'x' * 43}", ""
    )


def test_the_status_is_only_read(desk: At) -> None:
    number = registry.in_state(State.NEW).answer["application"]
    assert desk("").post(link(desk("tia"), number)).status_code == 405


# -- what was assigned, to copy


def test_lines_of_what_was_assigned(desk: At) -> None:
    done = registry.granted(registry.validated(registry.submitted("port")), "eve")
    registry.assigned(done)
    found = lines_of_grant.of(of_tree(BASES["port"]).application, "2031-06-01")
    lines = {group.label: [line for line, _ in group.lines] for group in found.groups}
    assert lines == {
        "/etc/services": ["tide-read\t28201/tcp"],
        "In DNS": ["_tide-read._tcp"],
        "tcpdump": ["tcp port 28201"],
    }
    files = {file.label: file.text for file in found.files}
    assert '<port protocol="tcp" port="28201"/>' in files["firewalld"]
    assert files["Wireshark"].startswith("tide-read\t28201/tcp")
    html = render_to_string("desk/lines.html", {"lines": found})
    assert "<li><code>_tide-read._tcp</code>" in html
    assert "&lt;port protocol=&quot;tcp&quot; port=&quot;28201&quot;/&gt;" in html


def test_lines_of_a_name_alone_and_of_nothing(desk: At) -> None:
    registry.assigned(registry.validated(registry.submitted("name")))
    found = lines_of_grant.of(of_tree(BASES["name"]).application, "2031-06-01")
    assert [group.label for group in found.groups] == ["In DNS"]
    assert found.files == ()
    assert not lines_of_grant.of(of_tree(BASES["name"] | {"service_name": "none"}).application, "2031-06-01")
