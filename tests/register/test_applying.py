"""Applying: drafts, requests, answers, endings; limits, forged and repeated requests; what one sees."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import OperationalError

from portbook.applications import Reading
from portbook.errors import PortbookError
from portbook.register import changing, tables
from portbook.register.operations import applying, recommending, reviewing
from portbook.register.operations.acting import Refused
from portbook.register.reading import statuses
from portbook.review import Verdict
from portbook.states import ApplicationState

from . import desk
from .desk import by, of, state, submitted, validated

S = ApplicationState

pytestmark = pytest.mark.usefixtures("at_work")


def refused(call: Any, *codes: str) -> PortbookError:
    """The error that *call* ends with; nothing of it stays."""
    before = desk.events(), counts()
    with pytest.raises(PortbookError) as raised:
        call()
    assert (desk.events(), counts()) == before
    error = raised.value
    found = {each.code for each in error.findings} if isinstance(error, Refused) else {error.problem.code}
    assert set(codes) <= found, found
    return error


def counts() -> list[int]:
    """How many rows the tables of the way have."""
    names = ("application", "version", "turn", "message", "wanted", "filing", "review", "opinion", "outbox")
    return [tables.rows(f"SELECT COUNT(*) FROM register_{name}")[0][0] for name in names]


# -- sending


def test_a_request_is_sent_in_one_step_or_from_a_draft() -> None:
    done = submitted("name")
    assert (done.answer["state"], done.answer["word"], done.answer["findings"]) == ("new", "New", [])
    assert desk.letters("tia") == [f"Application {done.answer['application']}, tide-read: received"]
    draft = applying.draft(by("tia"), desk.reading("name", {"transports": []}))
    assert (draft.answer["state"], [each["code"] for each in draft.answer["findings"]]) == (
        "draft",
        ["E-TRANS-MISSING"],
    )
    sent = applying.submit_draft(by("tia"), **of(draft))
    assert (sent.answer["application"], sent.answer["state"]) == (draft.answer["application"], "new")
    refused(lambda: applying.submit_draft(by("tia"), **of(draft)), "E-STATE-MOVE")


def test_each_act_has_one_event_that_tells_every_row() -> None:
    before = desk.events()
    done = submitted("port")
    assert desk.events() == before + 1
    told = json.loads(tables.rows("SELECT changes FROM register_event WHERE number = %s", [done.event])[0][0])
    assert {change["table"] for change in told} == {"application", "version", "turn", "filing", "wanted"}


FAULTY: dict[str, tuple[str, dict[str, Any]]] = {
    "a field that is not there": ("E-APPLY-KEY", {"is_admin": True}),
    "a number for a name": ("E-APPLY-TYPE", {"service_name": 7}),
    "10,000 characters of a name": ("E-APPLY-LONG", {"service_name": "x" * 10_000}),
    "10,000 characters of a description": ("E-APPLY-LONG", {"description": "x" * 10_000}),
    "a word that is none": ("E-APPLY-WORD", {"development": "soon"}),
    "characters that nobody sees": ("E-APPLY-CHARACTER", {"description": "Tide\u202egauges"}),
    "a Cyrillic letter among Latin ones": ("E-APPLY-LOOKALIKE", {"description": "Tid\u0435 gauges"}),
    "thousands of ports": ("E-APPLY-MANY", {"ports": [{"number": "28201"}] * 5_000}),
}


@pytest.mark.parametrize("what", FAULTY)
def test_what_is_not_written_as_a_request_is_none(what: str) -> None:
    code, change = FAULTY[what]
    reading = desk.raw("port", change)
    refused(lambda: applying.submit(by("tia"), reading), code)
    refused(lambda: applying.draft(by("tia"), reading), code)
    done = desk.in_state(S.WITH_REQUESTER)
    refused(lambda: applying.answer(by("tia"), **of(done), reading=reading), code)
    refused(lambda: applying.change_application(by("tia"), **of(done), reading=reading), code)


def test_a_value_that_was_never_read_is_looked_at_too() -> None:
    long = Reading(desk.reading("name").application._replace(description="x" * 10_000), ())
    refused(lambda: applying.submit(by("tia"), long), "E-APPLY-LONG")


def test_nobody_asks_in_the_name_of_another() -> None:
    forged = desk.reading("transport")  # in the name of Rob, whose port it is
    refused(lambda: applying.submit(by("tia"), forged), "E-REQUESTER")
    done = submitted("transport", actor="rob")
    assert validated(done).answer["state"] == "expert review"
    for actor in ("ada", "eve", "aud", "max", "iesg"):
        refused(lambda actor=actor: applying.submit(by(actor), desk.reading("name")), "E-ROLE")
        refused(lambda actor=actor: applying.draft(by(actor), desk.reading("name")), "E-ROLE")
    refused(lambda: applying.submit(by("nobody"), desk.reading("name")), "E-MEMBER-UNKNOWN")


def test_five_may_be_open_and_five_come_on_a_day() -> None:
    sent = [submitted("name", {"service_name": f"tide-{number}"}) for number in range(5)]
    sixth = desk.reading("name", {"service_name": "tide-5"})
    refused(lambda: applying.submit(by("tia"), sixth), "E-APPLY-OPEN", "E-APPLY-DAY")
    draft = applying.draft(by("tia"), sixth)  # a draft counts for nothing
    refused(lambda: applying.submit_draft(by("tia"), **of(draft)), "E-APPLY-OPEN")
    applying.withdraw(by("tia"), sent[0].answer["application"])
    refused(lambda: applying.submit(by("tia"), sixth), "E-APPLY-DAY")
    applying.submit(by("tia", desk.after(1)), sixth)
    refused(lambda: applying.submit_draft(by("tia", desk.after(1)), **of(draft)), "E-APPLY-OPEN")
    assert submitted("name", {"service_name": "tide-6"}, actor="tom").answer["state"] == "new"


# -- again, late, forged


def test_the_same_request_again_has_the_same_answer() -> None:
    done = submitted("name", key="k1")
    again = submitted("name", key="k1")
    assert (again.answer, again.event, again.is_repeated) == (done.answer, done.event, True)
    assert len(desk.letters("tia")) == 1
    refused(lambda: submitted("port", key="k1"), "E-IDEMPOTENCY")
    assert submitted("name", {"service_name": "other"}, actor="tom", key="k1").is_repeated is False


def test_a_lost_connection_leaves_nothing_or_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    record = changing._record

    def fail(work: changing.Work) -> int:
        raise OperationalError("the connection was lost")

    monkeypatch.setattr(changing, "_record", fail)
    refused(lambda: submitted("port", key="k2"), "E-REGISTER-DATABASE")
    monkeypatch.setattr(changing, "_record", record)
    done = submitted("port", key="k2")
    assert not done.is_repeated
    assert submitted("port", key="k2").event == done.event  # the answer was lost; the key has it


def test_a_version_that_is_not_the_newest_decides_nothing() -> None:
    done = submitted("port")
    newer = applying.change_application(
        by("tia"), **of(done), reading=desk.reading("port", {"description": "Other words"})
    )
    assert newer.answer["version"] != done.answer["version"]
    for version in (done.answer["version"], "0" * 64, ""):
        asked = {"application": done.answer["application"], "version": version}
        refused(lambda asked=asked: reviewing.validate(by("ada"), **asked), "E-STALE")
        refused(
            lambda asked=asked: applying.change_application(by("tia"), **asked, reading=desk.reading("port")),
            "E-STALE",
        )


def test_an_edit_back_is_another_version() -> None:
    """What was said of the first version holds for the third no more, though its words are the same."""
    first = submitted("port")
    second = applying.change_application(
        by("tia"), **of(first), reading=desk.reading("port", {"description": "Other words"})
    )
    third = applying.change_application(by("tia"), **of(second), reading=desk.reading("port"))
    assert len({done.answer["version"] for done in (first, second, third)}) == 3
    same = applying.change_application(by("tia"), **of(third), reading=desk.reading("port"))
    assert same.answer["version"] == third.answer["version"]


@pytest.mark.parametrize("actor", ["tom", "rob", "eve", "aud", "max"])
def test_the_ids_of_others_are_as_unknown_as_those_of_nobody(actor: str) -> None:
    done = submitted("port")
    number, version = done.answer["application"], done.answer["version"]
    words = set()
    for asked in (number, 4711):
        code = "E-ROLE" if actor == "aud" and asked == number else "E-APPLICATION-UNKNOWN"
        error = refused(lambda asked=asked: applying.withdraw(by(actor), asked), code)
        words.add(error.problem.message.replace(str(asked), "N"))
        refused(lambda asked=asked: applying.answer(by(actor), asked, version=version, words="x"), code)
        if actor != "aud":
            refused(lambda asked=asked: statuses.status(actor, asked, f"{desk.DAY}T10:00:00Z"), code)
    assert len(words) == (2 if actor == "aud" else 1)


def test_nothing_is_dated_back() -> None:
    done = submitted("name", day="1999-12-31")
    began = tables.rows(
        "SELECT began FROM register_turn WHERE application_id = %s", [done.answer["application"]]
    )
    assert {row[0] for row in began} == {"2031-05-01T10:00:00Z"}  # when the register was last changed


# -- answering, ending


def test_an_answer_is_words_or_another_version() -> None:
    done = desk.in_state(S.WITH_REQUESTER)
    refused(lambda: applying.answer(by("tia"), **of(done)), "E-STATE-MOVE")
    refused(
        lambda: applying.answer(by("tia"), **of(done), reading=desk.reading("name", {"casts": None})),
        "E-STATE-MOVE",
    )
    again = applying.answer(by("tia"), **of(done), words="No broadcast at all.")
    assert (again.answer["state"], again.answer["version"]) == ("validating", done.answer["version"])
    back = validated(again)
    assert back.answer["state"] == "with the requester"
    mended = applying.answer(by("tia"), **of(back), reading=desk.reading("name"))
    assert validated(mended).answer["state"] == "assignable"


@pytest.mark.parametrize("wanted", [each for each in S if each not in (S.MODIFIABLE,)])
def test_a_request_is_withdrawn_while_it_is_open(wanted: ApplicationState) -> None:
    done = desk.in_state(wanted, "gus" if wanted is S.MODIFIED else "tia")
    number, actor = done.answer["application"], "gus" if wanted is S.MODIFIED else "tia"
    if wanted in (S.ASSIGNED, S.MODIFIED, S.REFUSED, S.WITHDRAWN, S.APPEALED):
        refused(lambda: applying.withdraw(by(actor), number), "E-STATE-MOVE")
    else:
        assert applying.withdraw(by(actor), number).answer["state"] == "withdrawn"
        assert tables.rows("SELECT 1 FROM register_wanted WHERE application_id = %s", [number]) == []


def test_a_request_lapses_after_its_last_day() -> None:
    done = desk.in_state(S.WITH_REQUESTER)
    number, last = done.answer["application"], desk.after(60)
    assert done.answer["due"] == last
    refused(lambda: applying.lapse(by("ada", last), number), "E-STATE-MOVE")
    assert statuses.due(f"{last}T23:59:59Z", "ada")[0].operation == "remind"
    assert [each.operation for each in statuses.due(f"{desk.after(61)}T00:00:00Z", "ada")] == ["lapse"]
    assert applying.lapse(by("ada", desk.after(61)), number).answer["state"] == "withdrawn"


# -- what an applicant sees


def test_an_applicant_sees_whose_turn_it_is_and_no_name_of_the_registry() -> None:
    done = desk.in_state(S.EXPERT_REVIEW)
    number = done.answer["application"]
    recommending.ask(by("eve", desk.after(3)), **of(done), question="How often does a gauge call?")
    applying.answer(by("tia", desk.after(13)), **of(done), words="Once a minute.")
    seen = statuses.status("tia", number, f"{desk.after(14)}T10:00:00Z")
    assert seen.waiting.turn == "operator"
    assert (seen.waiting.word, seen.waiting.since[:10]) == ("Validating Request", desk.after(13))
    assert [(word.author, word.kind) for word in seen.conversation] == [
        ("the registry", "question"),
        ("you", "answer"),
    ]
    assert "eve" not in repr(seen)
    days = {clock.party: clock.seconds / 86_400 for clock in seen.clocks}
    assert days == {"operator": 1, "experts": 3, "requester": 10}
    assert seen.gross == 14 * 86_400
    letter = tables.rows("SELECT body FROM register_outbox WHERE recipient = 'tia' ORDER BY id DESC")
    assert "How often does a gauge call?" in letter[0][0]
    assert not any("eve" in text.split() for (text,) in letter)
    inside = statuses.status("ada", number, f"{desk.after(14)}T10:00:00Z")
    assert [word.author for word in inside.conversation] == ["eve", "tia"]


@pytest.mark.parametrize(
    "wanted, due, turn, queues",
    [
        (S.DRAFT, "", "requester", {"tia"}),
        (S.NEW, "", "operator", {"tia", "ada", "bob"}),
        (S.VALIDATING, "", "operator", {"tia", "ada", "bob"}),
        (S.WITH_REQUESTER, desk.after(60), "requester", {"tia"}),
        (S.CONFIRMING, desk.after(28), "holder", {"tia", "iesg"}),
        (S.EXPERT_REVIEW, desk.after(7), "experts", {"tia", "eve", "eli"}),
        (S.INTERNAL_REVIEW, "", "operator", {"tia", "ada", "bob"}),
        (S.IESG, "", "IESG", {"tia", "ada", "bob"}),
        (S.IETF_DOC, "", "IETF", {"tia", "ada", "bob", "eve", "eli"}),
        (S.ASSIGNABLE, "", "operator", {"tia", "ada", "bob"}),
        (S.ASSIGNED, "", "", set()),
        (S.REFUSED, "", "", set()),
        (S.WITHDRAWN, "", "", set()),
    ],
)
def test_each_state_has_its_turn_its_clock_and_its_queues(
    wanted: ApplicationState, due: str, turn: str, queues: set[str]
) -> None:
    done = desk.in_state(wanted)
    instant = f"{desk.DAY}T12:00:00Z"
    seen = statuses.status("tia", done.answer["application"], instant)
    assert (seen.state, seen.waiting.due, seen.waiting.turn) == (wanted, due, turn)
    assert seen.next
    waiting = {
        name: [each.application for each in statuses.queue(name, instant)] for name in (*desk.PEOPLE, "tia")
    }
    assert {name for name, found in waiting.items() if found} == queues - (set() if turn else {"tia"})


def test_an_expert_who_has_spoken_waits_for_nobody() -> None:
    done = desk.in_state(S.EXPERT_REVIEW)
    instant = f"{desk.DAY}T12:00:00Z"
    recommending.recuse(by("eve"), done.answer["application"], tie="I wrote it")
    assert statuses.queue("eve", instant) == ()
    assert [each.application for each in statuses.queue("eli", instant)] == [done.answer["application"]]
    recommending.recommend(by("eli"), **of(done), verdict=Verdict.GRANT, reasons="In order.")
    assert statuses.queue("eli", instant) == ()
    assert state(done.answer["application"]) == "assignable"
