"""The checklist: its answers become a draft of the reasons, and the draft is the expert's to change."""

from __future__ import annotations

from collections.abc import Callable
from html import unescape

import pytest
from django.test import Client

from portbook.desk.dossiers.checklist import Checklist, draft, with_draft
from portbook.desk.limits import MAX_REMARK
from portbook.register.limits import MAX_TEXT
from portbook.review import CHECKLIST
from portbook.states import ApplicationState
from register import desk as work
from register.desk import of, state

At = Callable[[str], Client]
S = ApplicationState
ALWAYS = {item.id for item in CHECKLIST} - {"udp", "discovery", "system"}  # for a User Port on TCP, too

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def test_every_question_stands_in_the_dossier_with_what_the_rules_found(desk: At) -> None:
    change = {"declares": {"only_discovery": False, "is_local": True}}
    number = work.validated(work.submitted("port", change)).answer["application"]
    text = unescape(desk("eve").get(f"/desk/applications/{number}").content.decode())
    for item in CHECKLIST:
        if item.id not in ALWAYS:
            assert item.question not in text
            continue
        assert item.question in text
        assert text.count(f'name="{item.id}"') == 3
        assert text.count(f'name="{item.id}-remark"') == 1
    dynamic = text.partition("Would configuration, a related service")[2].partition("</fieldset>")[0]
    assert "W-PORT-LOCAL" in dynamic


def test_answers_become_a_draft_that_can_be_changed_and_sent(desk: At) -> None:
    asked = work.in_state(S.EXPERT_REVIEW)
    number = asked.answer["application"]
    eve = desk("eve")
    answers = {
        "dynamic": "yes",
        "dynamic-remark": "DNS-SD would do.",
        "security": "yes",
        "nat-remark": "Perhaps.",
    }
    text = unescape(eve.post(f"/desk/applications/{number}/checklist", answers).content.decode())
    reasons = text.partition('name="reasons"')[2].partition(">")[2].partition("</textarea>")[0]
    against, speaks_for, besides = reasons.strip().split("\n\n")
    assert against.startswith("It speaks against it:\n- Would configuration")
    assert "Yes. DNS-SD would do. (RFC 7605 section 7.1; RFC 6335 section 7.2)" in against
    assert speaks_for == "It speaks for the request:\n- Is it secured? Yes. (RFC 7605 section 7.4)"
    assert "Perhaps." in besides
    assert 'name="dynamic" value="yes" checked' in text  # the answers are still there
    assert state(number) == S.EXPERT_REVIEW
    given = {
        **of(asked),
        "key": "1",
        "verdict": "refuse",
        "grounds": ["NEEDLESS"],
        "reasons": reasons + "\nSo no.",
    }
    assert eve.post("/desk/do/recommend", given).status_code == 302
    assert state(number) == S.REFUSED
    told = unescape(desk("tia").get(f"/desk/applications/{number}").content.decode())
    assert "So no." in told


def test_what_was_typed_into_the_recommendation_stays_beside_the_draft(desk: At) -> None:
    number = work.in_state(S.EXPERT_REVIEW).answer["application"]
    eve = desk("eve")
    page = unescape(eve.get(f"/desk/applications/{number}").content.decode())
    assert page.count('form="recommend-form"') == 4 * len(ALWAYS) + 1  # one form for both
    typed = {"verdict": "refuse", "grounds": ["NEEDLESS"], "reasons": "I know it.\r\nWell."}
    made = eve.post(f"/desk/applications/{number}/checklist", {**typed, "nat-remark": "Perhaps."})
    text = unescape(made.content.decode())
    assert "I know it.\nWell.\n\nBesides:\n- Do address translation" in text
    assert 'name="verdict" value="refuse" checked' in text
    assert 'name="grounds" value="NEEDLESS" checked' in text
    assert 'id="asks-head"' in text  # the request is there to read


def test_a_draft_takes_the_place_of_the_one_before(engine: str) -> None:
    first = with_draft("I know it.", "", "Besides:\n- one")
    assert with_draft(first + "\nSo no.", "Besides:\n- one", "Besides:\n- two") == (
        "I know it.\n\nBesides:\n- two\nSo no."
    )
    assert with_draft("x" * MAX_TEXT, "", "y") == "x" * MAX_TEXT
    assert len(with_draft("x" * (MAX_TEXT - 3), "", "yy")) == MAX_TEXT


@pytest.mark.parametrize("item", CHECKLIST, ids=lambda item: item.id)
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_each_answer_speaks_for_or_against(engine: str, item: object, answer: str) -> None:
    text = draft({item.id: answer})  # type: ignore[attr-defined]
    speaks_for = (answer == "yes") == item.good  # type: ignore[attr-defined]
    assert text.startswith("It speaks for the request:" if speaks_for else "It speaks against it:")
    assert item.source in text  # type: ignore[attr-defined]


def test_nothing_said_makes_no_draft(engine: str) -> None:
    assert draft({}) == ""


def test_a_draft_fits_into_the_reasons(engine: str) -> None:
    said = {f"{item.id}-remark": "x" * MAX_REMARK for item in CHECKLIST}
    form = Checklist(said)
    assert form.is_valid()
    assert len(draft(form.cleaned_data)) <= MAX_TEXT
    assert not Checklist({**said, "new-remark": "x" * (MAX_REMARK + 1)}).is_valid()


def test_a_remark_that_is_too_long_is_kept_and_told(desk: At) -> None:
    number = work.in_state(S.EXPERT_REVIEW).answer["application"]
    answer = desk("eve").post(
        f"/desk/applications/{number}/checklist", {"new-remark": "x" * 501, "nat": "no"}
    )
    text = answer.content.decode()
    assert "x" * 501 in text
    assert "at most 500 characters" in text
    assert 'name="nat" value="no" checked' in text


@pytest.mark.parametrize("who, status", [("ada", 404), ("tia", 404), ("sol", 404), ("", 302)])
def test_only_experts_who_are_asked_have_it(desk: At, who: str, status: int) -> None:
    number = work.in_state(S.EXPERT_REVIEW).answer["application"]
    assert desk(who).get(f"/desk/applications/{number}/checklist").status_code == status


def test_what_an_expert_reads_beside_the_request(desk: At) -> None:
    number = work.in_state(S.EXPERT_REVIEW).answer["application"]
    text = desk("eve").get(f"/desk/applications/{number}").content.decode()
    for heading in ("map-head", "holds-head", "asks-head", "teams-head"):
        assert f'id="{heading}"' in text, heading
    for heading in ("map-head", "holds-head", "like-head"):
        assert f'id="{heading}"' not in desk("tia").get(f"/desk/applications/{number}").content.decode()
