"""Reviewing: every request of the vectors through the register, every move of an application, wrong ones."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from portbook.errors import PortbookError
from portbook.findings import Action
from portbook.procedures import Ground as SuccessionGround
from portbook.procedures import Succession
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.limits import MAX_NAME, MAX_TEXT
from portbook.register.operations import (
    appeals,
    applying,
    assigning,
    confirming,
    recommending,
    registry,
    reviewing,
    succession,
)
from portbook.register.operations.acting import Refused
from portbook.register.operations.reviewing import Ruling
from portbook.register.reading import statuses
from portbook.register.roles import STATES
from portbook.review import Decision, Ground, Verdict
from portbook.states import ApplicationState
from vectors import vectors

from . import desk
from .desk import agreed, approved, assigned, by, granted, of, state, submitted, validated
from .test_applying import refused

S = ApplicationState
ACTORS = {"": "tia", "Rob": "rob", "Ada": "ann", "Fay": "fay", "Gus": "gus", "Zoe": "zoe"}
APART = 31  # days between two vectors: nothing of one is recent for the next

pytestmark = pytest.mark.usefixtures("at_work")


# -- every vector


def test_every_request_of_the_vectors_goes_where_the_rules_say() -> None:
    """All of section 4.4 whose circumstances are those of the registry; the others are staged below."""
    day, seen = desk.DAY, 0
    for name, base, change, around, found, wanted in vectors(
        "applications.tsv", "id", "base", "change", "around", "findings", "state"
    ):
        if around:
            continue
        day, seen = desk.after(APART, day), seen + 1
        asked = desk.reading(base, change)
        actor = ACTORS[asked.application.requester]
        done = applying.submit(by(actor, day), asked)
        told = done.answer["findings"]
        assert (" ".join(sorted(each["code"] for each in told)) or "ok") == found, name
        number = done.answer["application"]
        if wanted := expected(told, wanted):
            assert validated(done, day=day).answer["state"] == wanted, name
            assert state(number) == wanted, name
        else:
            with pytest.raises(Refused):
                validated(done, day=day)
            assert state(number) == "new", name
        if wanted not in ("refused",):
            applying.withdraw(by(actor, day), number)
    assert seen > 50


def expected(told: list[dict[str, str]], onward: str) -> str:
    """Where findings send a request that would else go *onward*; "" where it waits for something."""
    actions = {each["action"] for each in told if each["code"] != "E-CONFIRM-MISSING"}
    if Action.REJECT in actions or onward == "refused":
        return "refused"
    if Action.RETURN in actions:
        return "with the requester"
    return "" if Action.BLOCK in actions else onward


def test_one_of_many_requests_goes_to_an_expert() -> None:
    """Q-04: one of 200 from one sender, counted over all members that send for one Assignee."""
    desk.under("[limits]\nopen_applications = 500\napplications_a_day = 500\n")
    for number in range(199):
        submitted("name", {"service_name": f"tide-n{number}"}, actor=("tom", "una")[number % 2])
    done = submitted("name")
    assert [each["code"] for each in done.answer["findings"]] == ["W-MASS"]
    assert validated(done).answer["state"] == "expert review"
    other = submitted("name", {"service_name": "else", "assignee": {"email": "a@else.example"}}, actor="ann")
    assert other.answer["findings"] == []
    later = submitted("name", {"service_name": "later"}, actor="ann", day=desk.after(31))
    assert later.answer["findings"] == []


def test_the_first_complete_request_has_the_number() -> None:
    """Q-50; an incomplete one holds nothing, and what is withdrawn holds nothing any more."""
    incomplete = submitted("port", {"casts": None}, actor="una")
    first = submitted("port", actor="tom")
    second = submitted("port", {"service_name": "tide-two", "assignee": {"email": "b@two.example"}})
    assert [each["code"] for each in second.answer["findings"]] == ["E-PORT-TAKEN"]
    assert validated(second).answer["state"] == "with the requester"
    mended = applying.change_application(by("una"), **of(incomplete), reading=desk.reading("port"))
    assert [each["code"] for each in mended.answer["findings"]] == ["E-PORT-TAKEN"]
    same = applying.change_application(  # an edit keeps the place
        by("tom"), **of(first), reading=desk.reading("port", {"description": "Tide gauges, remote"})
    )
    assert same.answer["findings"] == []
    applying.withdraw(by("tom"), first.answer["application"])
    again = applying.answer(by("tia"), **of(second), words="Is it free now?")
    assert again.answer["findings"] == []
    assert validated(again).answer["state"] == "expert review"
    assert assigned(granted(again, "eve")).answer["ports"] == [28201]


def test_confusable_and_foreign_names() -> None:
    """T-43, T-44: a look-alike is seen by experts; other alphabets never get there."""
    alike = submitted("name", {"service_name": "s1p"})
    assert [each["code"] for each in alike.answer["findings"]] == ["W-NAME-ALIKE"]
    assert validated(alike).answer["state"] == "expert review"
    for name in ("SIP", "sip "):
        done = submitted("name", {"service_name": name}, actor="tom")
        assert validated(done).answer["state"] == "refused"
    reading = desk.raw("name", {"service_name": "t\u0456de"})
    refused(lambda: applying.submit(by("tia"), reading), "E-APPLY-LOOKALIKE")


# -- every move


def test_names_and_codes_are_first_come() -> None:
    done = submitted("name", {"transports": ["dccp"], "codes": [{"code": "SC:tide", "description": "Tides"}]})
    opened = reviewing.open_ticket(by("ada"), done.answer["application"])  # A2
    assert opened.answer["state"] == "validating"
    given = assigned(validated(done))  # A7, A23
    assert (given.answer["state"], given.answer["codes"]) == ("assigned", [1953064037])
    refused(lambda: assigned(done), "E-STATE-MOVE")


def test_a_request_goes_back_and_comes_again() -> None:
    done = validated(submitted("name", {"casts": None}))  # A3
    assert done.answer["state"] == "with the requester"
    asked = applying.answer(by("tia"), **of(done), reading=desk.reading("name"))  # A4
    back = reviewing.give_back(by("ada"), **of(asked), words="Which company is it?")  # A3
    assert back.answer["state"] == "with the requester"
    refused(lambda: reviewing.give_back(by("ada"), **of(back), words="And?"), "E-STATE-MOVE")
    answered = applying.answer(by("tia"), **of(back), words="Tide Works.")
    refused(lambda: reviewing.give_back(by("ada"), **of(answered), words=" "), "E-STATE-MOVE")
    number = answered.answer["application"]
    assert reviewing.consult(by("ada"), number, words="Known?").answer["state"] == "internal review"  # A14
    refused(lambda: reviewing.advise(by("bob"), number, words=""), "E-STATE-MOVE")
    assert reviewing.advise(by("bob"), number, words="Yes.").answer["state"] == "validating"  # A15


def test_holders_and_then_experts_agree() -> None:
    done = validated(submitted("transport", {"requester": "Ada"}, actor="ann"))  # A9
    assert done.answer["state"] == "waiting for the holder"
    assert desk.letters("rob@ferry.example") == [
        f"Application {done.answer['application']}, autotrac-acp: do you agree?"
    ]
    for stranger in ("ann", "fay", "gus"):
        code = "E-ROLE" if stranger == "ann" else "E-APPLICATION-UNKNOWN"
        refused(lambda stranger=stranger: agreed(done, stranger), code)
    seen = agreed(done, "rob")  # A10
    assert seen.answer["state"] == "expert review"
    refused(lambda: agreed(seen, "rob"), "E-STATE-MOVE")
    ready = granted(seen, "eli")  # A17
    assert ready.answer["state"] == "assignable"
    assigned(ready)
    assert desk.row("autotrac-acp", 31020) == [("tcp", "Assigned", ""), ("udp", "Assigned", "")]


def test_a_holder_refuses_or_is_silent() -> None:
    done = validated(submitted("share"))
    answer = confirming.confirm(by("iesg"), **of(done), agrees=False, reasons="No.")  # A11
    assert answer.answer["state"] == "refused"
    again = validated(submitted("share", {"service_name": "tide-two"}, actor="tom"))
    number, last = again.answer["application"], desk.after(28)
    refused(lambda: reviewing.remind(by("ada", desk.after(14)), number), "E-NOT-DUE")
    assert [each.operation for each in statuses.due(f"{desk.after(15)}T10:00:00Z", "ada")] == ["remind"]
    reviewing.remind(by("ada", desk.after(15)), number)
    assert statuses.due(f"{desk.after(16)}T10:00:00Z", "ada") == ()
    refused(lambda: reviewing.remind(by("ada", desk.after(21)), number), "E-NOT-DUE")  # one a week
    reviewing.remind(by("ada", desk.after(22)), number)
    refused(lambda: confirming.close_unconfirmed(by("ada", last), number), "E-STATE-MOVE")
    late = desk.after(29)
    assert [each.operation for each in statuses.due(f"{late}T10:00:00Z", "ada")] == ["close unconfirmed"]
    assert confirming.close_unconfirmed(by("ada", late), number).answer["state"] == "refused"


def test_the_word_of_a_holder_is_for_one_version() -> None:
    """A returned request that says something else is asked about again (T-56)."""
    first = agreed(validated(submitted("share")), "iesg")
    back = recommending.ask(by("eve"), **of(first), question="What tells the two apart?")  # A16
    assert back.answer["state"] == "with the requester"
    other = desk.reading("share", {"description": "Something else"})
    answered = applying.answer(by("tia"), **of(back), reading=other)
    assert validated(answered).answer["state"] == "waiting for the holder"
    assert agreed(answered, "iesg").answer["state"] == "expert review"


def test_experts_refuse_with_reasons_and_a_ground() -> None:
    done = desk.in_state(S.EXPERT_REVIEW)
    no = {"verdict": Verdict.REFUSE, "reasons": "A name will do."}
    refused(lambda: recommending.recommend(by("eve"), **of(done), **no), "E-REASON-MISSING")
    refused(
        lambda: recommending.recommend(by("eve"), **of(done), verdict=Verdict.GRANT, reasons=" "),
        "E-REASON-MISSING",
    )
    grounds = (Ground.NEEDLESS, Ground.LOCAL)
    answer = recommending.recommend(by("eve"), **of(done), **no, grounds=grounds)  # A18
    assert answer.answer["state"] == "refused"
    told = tables.rows("SELECT body FROM register_outbox WHERE recipient = 'tia' ORDER BY id DESC")[0][0]
    assert "A name will do." in told
    assert str(Ground.LOCAL) in told
    assert "eve" not in told


def test_every_team_is_asked_and_must_agree() -> None:
    """Q-20, R-REV-10."""
    done = validated(submitted("port", {"transports": ["tcp", "sctp"]}))
    assert granted(done, "eve").answer["state"] == "expert review"
    refused(lambda: granted(done, "dan"), "E-APPLICATION-UNKNOWN")
    assert granted(done, "sol").answer["state"] == "assignable"


def test_two_experts_of_a_team_that_disagree() -> None:
    """Q-46: the operator settles nothing; the IESG decides."""
    desk.under(
        '[[teams]]\nname = "TCP/UDP experts"\ntransports = ["tcp", "udp"]\nexperts = 2\n'
        '[[teams]]\nname = "SCTP expert"\ntransports = ["sctp"]\n'
        '[[teams]]\nname = "DCCP experts"\ntransports = ["dccp"]\n',
    )
    done = desk.in_state(S.EXPERT_REVIEW)
    assert granted(done, "eve").answer["state"] == "expert review"
    refused(lambda: reviewing.escalate(by("ada"), **of(done), words="Soon?"), "E-STATE-MOVE")
    split = recommending.recommend(
        by("eli"), **of(done), verdict=Verdict.REFUSE, reasons="No.", grounds=(Ground.SCARCITY,)
    )
    assert split.answer["state"] == "expert review"
    assert [each["code"] for each in split.answer["findings"]] == ["E-EXPERT-SPLIT"]
    before = reviewing.escalate(by("ada"), **of(done), words="They are split.")  # A19
    assert before.answer["state"] == "with the IESG"
    assert assigned(approved(before)).answer["ports"] == [28201]  # A22


def test_an_expert_does_not_decide_his_own_case() -> None:
    """Q-47: as author, by his organisation, by his mail, by what he declares."""
    cases = {
        "account": ({}, "eve"),
        "organisation": ({"assignee": {"organisation": "Ferries  of the NORTH"}}, "tia"),
        "mail": ({"contact": {"email": "x@deep.ferry.example"}}, "tia"),
    }
    _become("eve", "applicant expert", "Ada")
    for name, (change, actor) in cases.items():
        done = submitted("port", change, actor=actor)
        number = done.answer["application"]
        validated(done)
        refused(lambda done=done: granted(done, "eve"), "E-EXPERT-COI")
        assert number not in [
            each.application for each in statuses.queue("eve", f"{desk.DAY}T12:00:00Z") if actor != "eve"
        ], name
        assert granted(done, "eli").answer["state"] == "assignable", name
        applying.withdraw(by(actor), number)


def test_the_address_of_an_expert_ties_him_too() -> None:
    """T-57: what the channel verified of who acts; a key does not stand for it."""
    done = validated(submitted("port", {"contact": {"email": "x@deep.ferry.example"}}))
    say = {**of(done), "verdict": Verdict.GRANT, "reasons": "It is in order."}
    eve = by("eve", key="k", emails=("Eve@Ferry.EXAMPLE", "eve@gmail.com"))
    refused(lambda: recommending.recommend(eve, **say), "E-EXPERT-COI")
    other = eve._replace(emails=("eve@boats.example", "eve@gmail.com"))
    first = recommending.recommend(other, **say)
    assert first.answer["state"] == "assignable"
    assert recommending.recommend(eve, **say).event == first.event


def test_an_address_that_many_share_is_no_tie() -> None:
    done = validated(submitted("port", {"contact": {"email": "x@gmail.com"}}))
    say = {**of(done), "verdict": Verdict.GRANT, "reasons": "It is in order."}
    eve = by("eve", emails=("eve@gmail.com",))
    assert recommending.recommend(eve, **say).answer["state"] == "assignable"


def _become(name: str, roles: str, party: str) -> None:
    """Change a member, as two persons of the operator would."""
    desk.by_two(lambda act: registry.change_member(act, name, roles=roles.split(), party=party), "max")


def test_experts_step_aside() -> None:
    done = desk.in_state(S.EXPERT_REVIEW)
    number = done.answer["application"]
    recommending.recuse(by("eve"), number, tie="I wrote the protocol")
    refused(lambda: granted(done, "eve"), "E-EXPERT-COI")
    last = recommending.recuse(by("eli"), number, tie="My employer asks for it")
    assert [each["code"] for each in last.answer["findings"]] == ["E-EXPERT-COI"]
    assert (
        reviewing.escalate(by("ada"), **of(done), words="Nobody is left.").answer["state"] == "with the IESG"
    )


def test_a_team_that_is_silent_too_often() -> None:
    """Q-48: the third time of the year the operator raises it with the IESG."""
    day = desk.DAY
    for number in range(3):
        done = validated(
            submitted(
                "port",
                {"service_name": f"tide-{number}", "ports": [{"number": str(28201 + number)}]},
                day=day,
            ),
            day=day,
        )
        late = desk.after(8, day)
        refused(
            lambda done=done, day=day: reviewing.remind(
                by("ada", desk.after(7, day)), done.answer["application"]
            ),
            "E-NOT-DUE",
        )
        words = {
            each.operation
            for each in statuses.due(f"{late}T10:00:00Z", "ada")
            if each.application == done.answer["application"]
        }
        if number < 2:
            assert words == {"remind"}
            refused(
                lambda done=done, late=late: reviewing.escalate(by("ada", late), **of(done), words="x"),
                "E-STATE-MOVE",
            )
            reviewing.remind(by("ada", late), done.answer["application"])
            granted(done, "eve", day=late)
        else:
            assert words == {"escalate"}
            assert (
                reviewing.escalate(by("ada", late), **of(done), words="Third time.").answer["state"]
                == "with the IESG"
            )
        day = desk.after(10, day)


def test_a_removed_expert_acts_no_more() -> None:
    done = desk.in_state(S.EXPERT_REVIEW)
    statement = (
        "SELECT t.identity FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id "
        "WHERE m.name = 'eve'"
    )
    term = tables.rows(statement)
    registry.dismiss(by("ada"), term[0][0], ends=desk.after(-1), decision="Minutes")
    refused(lambda: granted(done, "eve"), "E-APPLICATION-UNKNOWN")
    assert granted(done, "eli").answer["state"] == "assignable"


def test_documents_and_the_iesg() -> None:
    done = validated(submitted("system"))  # A12
    assert done.answer["state"] == "waiting for the document"
    advice = granted(done, "eve")  # R-REV-5: it moves nothing
    assert advice.answer["state"] == "waiting for the document"
    record = {"ruling": Ruling.APPROVED, "reference": " "}
    refused(lambda: reviewing.record_decision(by("ada"), **of(done), **record), "E-STATE-MOVE")
    refused(
        lambda: reviewing.record_decision(by("ada"), **of(done), ruling=Ruling.REFUSED, reference="x"),
        "E-STATE-MOVE",
    )
    assert approved(done).answer["state"] == "assignable"  # A20
    dropped = validated(submitted("system", {"service_name": "tide-two", "ports": [{"number": "901"}]}))
    ended = reviewing.record_decision(
        by("ada"), **of(dropped), ruling=Ruling.DROPPED, reference="draft expired"
    )
    assert ended.answer["state"] == "withdrawn"  # A21
    asked = validated(
        submitted(
            "system", {"channel": "IESG Approval", "service_name": "tide-three", "ports": [{"number": "902"}]}
        )
    )
    assert asked.answer["state"] == "with the IESG"  # A13
    gone = reviewing.record_decision(
        by("ada"), **of(asked), ruling=Ruling.REFUSED, reference="telechat", words="Not needed."
    )
    assert gone.answer["state"] == "refused"  # A22


def kinds(recipient: str) -> list[str]:
    """Which letters *recipient* got, as the outbox names them."""
    statement = "SELECT kind FROM register_outbox WHERE recipient = %s ORDER BY id"
    return [kind for (kind,) in tables.rows(statement, [recipient])]


def test_a_letter_that_tells_a_decision_is_none_that_tells_how_far_it_is() -> None:
    """Whoever does without the latter reads of approvals, rulings and what is checked again all the same."""
    granted(validated(submitted("port")), "eve")
    assert kinds("tia") == ["received", "moved on", "decided"]
    approved(validated(submitted("system", actor="tom")))
    assert kinds("tom") == ["received", "moved on", "decided"]
    other = {"service_name": "tide-two", "ports": [{"number": "901"}]}
    dropped = validated(submitted("system", other, "una"))
    reviewing.record_decision(by("ada"), **of(dropped), ruling=Ruling.DROPPED, reference="expired")
    assert kinds("una") == ["received", "moved on", "decided"]


def test_a_change_is_approved_and_a_contact_needs_the_assignee() -> None:
    assert validated(submitted("change", actor="gus")).answer["state"] == "modifiable"  # A25
    asked = submitted("return", {"requester": "Gus"}, actor="gus")
    waiting = validated(asked)
    assert waiting.answer["state"] == "validating"
    assert validated(asked).answer["state"] == "validating"
    assert len(desk.letters("fay@ferry.example")) == 1
    confirming.confirm(by("fay"), **of(asked), agrees=True)
    assert validated(asked).answer["state"] == "modifiable"


def test_a_registrar_does_not_work_on_his_own_case() -> None:
    _become("bob", "applicant registrar", "")
    done = submitted("name", actor="bob")
    refused(lambda: validated(done, actor="bob"), "E-OWN-CASE")
    ready = validated(done)
    refused(lambda: assigned(ready, actor="bob"), "E-OWN-CASE")
    assert assigned(ready).answer["state"] == "assigned"


LONG = "x" * (MAX_TEXT + 1)
TOO_LONG: dict[str, tuple[ApplicationState, Callable[[Any], Any]]] = {
    "an answer": (S.WITH_REQUESTER, lambda done: applying.answer(by("tia"), **of(done), words=LONG)),
    "a question": (S.VALIDATING, lambda done: reviewing.give_back(by("ada"), **of(done), words=LONG)),
    "reasons": (
        S.EXPERT_REVIEW,
        lambda done: recommending.recommend(by("eve"), **of(done), verdict=Verdict.GRANT, reasons=LONG),
    ),
    "a tie": (
        S.EXPERT_REVIEW,
        lambda done: recommending.recuse(by("eve"), done.answer["application"], tie=LONG),
    ),
    "a holder's reasons": (
        S.CONFIRMING,
        lambda done: confirming.confirm(by("iesg"), **of(done), agrees=False, reasons=LONG),
    ),
    "a reference": (
        S.IESG,
        lambda done: reviewing.record_decision(
            by("ada"), **of(done), ruling=Ruling.APPROVED, reference="x" * (MAX_NAME + 1)
        ),
    ),
    "a reason": (
        S.NEW,
        lambda done: reviewing.validate(by("ada", reason=LONG), **of(done)),
    ),
}


@pytest.mark.parametrize("what", TOO_LONG)
def test_a_text_that_no_table_keeps_is_refused(what: str) -> None:
    wanted, call = TOO_LONG[what]
    done = desk.in_state(wanted)
    refused(lambda: call(done), "E-REGISTER-TEXT")


def test_the_longest_text_is_kept_whole() -> None:
    done = desk.in_state(S.WITH_REQUESTER)
    applying.answer(by("tia"), **of(done), words=LONG[1:])
    kept = statuses.status("ada", done.answer["application"], f"{desk.DAY}T12:00:00Z").conversation
    assert kept[-1].text == LONG[1:]


def test_a_frozen_register_does_nothing() -> None:
    done = submitted("name")
    registry.freeze(by("max"))
    for call in (
        lambda: validated(done),
        lambda: submitted("port"),
        lambda: applying.withdraw(by("tia"), done.answer["application"]),
    ):
        refused(call, "E-FROZEN")
    registry.unfreeze(by("max"))
    assert validated(done).answer["state"] == "assignable"


def test_a_changed_request_answers_what_was_asked() -> None:
    """What was given back goes back to the registry by any change of it; by none it is not answered."""
    back = validated(submitted("port", {"casts": None}))
    assert back.answer["state"] == "with the requester"
    number = back.answer["application"]
    unchanged = desk.reading("port", {"casts": None})
    refused(lambda: applying.change_application(by("tia"), **of(back), reading=unchanged), "E-STATE-MOVE")
    refused(lambda: applying.answer(by("tia"), **of(back), reading=unchanged), "E-STATE-MOVE")
    changed = applying.change_application(by("tia"), **of(back), reading=desk.reading("port"))
    assert changed.answer["state"] == "validating"
    assert number in [each.application for each in statuses.queue("ada", desk.after(0))]


# -- every wrong move

CALLS: dict[str, tuple[str, Callable[..., Any], dict[str, Any]]] = {
    "submit": ("tia", applying.submit_draft, {"version": ...}),
    "change application": ("tia", applying.change_application, {"version": ..., "reading": "name"}),
    "answer": ("tia", applying.answer, {"version": ..., "words": "An answer"}),
    "withdraw": ("tia", applying.withdraw, {}),
    "lapse": ("ada", applying.lapse, {}),
    "open": ("ada", reviewing.open_ticket, {}),
    "validate": ("ada", reviewing.validate, {"version": ...}),
    "give back": ("ada", reviewing.give_back, {"version": ..., "words": "A question"}),
    "consult": ("ada", reviewing.consult, {"words": "A question"}),
    "advise": ("ada", reviewing.advise, {"words": "An answer"}),
    "escalate": ("ada", reviewing.escalate, {"version": ..., "words": "A question"}),
    "close unconfirmed": ("ada", confirming.close_unconfirmed, {}),
    "remind": ("ada", reviewing.remind, {}),
    "record decision": (
        "ada",
        reviewing.record_decision,
        {"version": ..., "ruling": Ruling.APPROVED, "reference": "telechat"},
    ),
    "check again": ("ada", assigning.check_again, {"version": ...}),
    "assign": ("ada", assigning.assign, {"version": ...}),
    "confirm": ("iesg", confirming.confirm, {"version": ..., "agrees": True}),
    "recommend": (
        "eve",
        recommending.recommend,
        {"version": ..., "verdict": Verdict.GRANT, "reasons": "In order."},
    ),
    "recuse": ("eve", recommending.recuse, {"tie": "A tie"}),
}


def do(operation: str, act: Act, done: Done) -> None:
    """Do an operation on what *done* answered."""
    _, call, given = CALLS[operation]
    filled = {"version": done.answer["version"], "reading": desk.reading("name")}
    call(act, done.answer["application"], **{name: filled.get(name, value) for name, value in given.items()})


def test_the_calls_are_all_operations_on_applications() -> None:
    assert set(CALLS) == set(STATES) - {"show application"}


@pytest.mark.parametrize("wanted", S, ids=lambda each: each.name)
def test_what_a_state_does_not_allow_is_not_done(wanted: ApplicationState) -> None:
    """Every operation in every state: those of other states are refused, and nothing is half-done (T-60)."""
    actor = "gus" if wanted in (S.MODIFIABLE, S.MODIFIED) else "tia"
    done = desk.in_state(wanted, actor)
    late = desk.after(400)
    for operation, (who, _, _) in CALLS.items():
        act = by(actor if who == "tia" else who, late)
        before = desk.events(), state(done.answer["application"])
        if wanted not in STATES[operation]:
            with pytest.raises(PortbookError) as raised:
                do(operation, act, done)
            known = {"E-STATE-MOVE", "E-APPLICATION-UNKNOWN"} if who in ("iesg", "eve") else {"E-STATE-MOVE"}
            assert raised.value.problem.code in known, operation
            assert (desk.events(), state(done.answer["application"])) == before


# -- what changes while it is under way


def test_who_holds_it_since_then_is_asked_too() -> None:
    """R-MARK-8: the consent of a former holder is none, and the new one can give his."""
    change = {"ports": [{"number": "31020"}], "transports": ["tcp"]}
    related = {"related": {"name": "autotrac-acp", "how": "extension"}}
    done = granted(agreed(validated(submitted("share", change | related)), "rob"), "eve")
    pair = Succession("autotrac-acp", "Rob", "Zoe", ("Zoe",), SuccessionGround.MANAGERIAL, "merged")
    facts = {"release": "a", "request": "b", "expert": "c"}
    desk.by_two(lambda act: succession.succeed(act, pair, **facts), "ada")
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-CONFIRM-MISSING")
    done = validated(assigning.check_again(by("ada"), **of(done)))
    assert state(done.answer["application"]) == S.CONFIRMING
    refused(lambda: agreed(done, "rob"), "E-APPLICATION-UNKNOWN")
    assert assigned(granted(agreed(done, "zoe"), "eve")).answer["state"] == S.ASSIGNED


def test_a_team_that_the_policy_has_no_more_decides_nothing() -> None:
    """Its experts may do nothing more, and the case goes to the IESG (R-REV-12)."""
    done = validated(submitted("port"))
    teams = [
        f'[[teams]]\nname = "{name}"\ntransports = {json.dumps(on)}\nexperts = 1\n'
        for name, on in (
            ("Stream experts", ["tcp", "udp"]),
            ("SCTP expert", ["sctp"]),
            ("DCCP experts", ["dccp"]),
        )
    ]
    desk.under("".join(teams))
    refused(lambda: granted(done, "eve"), "E-APPLICATION-UNKNOWN")
    done = reviewing.escalate(by("ada"), **of(done), words="The team is gone.")
    assert done.answer["state"] == S.IESG


def test_a_number_goes_to_the_first_who_asked_on_whatever_transport() -> None:
    """R-REV-25: the other transports of a number go with the one that is assigned."""
    first = submitted("port", {"transports": ["tcp"]})
    second = validated(submitted("port", {"service_name": "ebb-read", "transports": ["udp"]}, "tom"))
    assert [found["code"] for found in second.answer["findings"]] == ["E-PORT-TAKEN"]
    assert assigned(granted(validated(first), "eve")).answer["ports"] == [28201]


def test_a_decision_holds_until_another_is_made() -> None:
    """Approved, undone on appeal, refused, reopened: the first approval stands for no expert any more."""
    opened = reviewing.open_ticket(by("ada"), submitted("port").answer["application"])
    done = assigned(approved(reviewing.escalate(by("ada"), **of(opened), words="Which way?")))
    undone = appealed(done, is_undone=True)
    again = reviewing.escalate(by("ada"), **of(undone), words="Again.")
    done = reviewing.record_decision(by("ada"), **of(again), ruling=Ruling.REFUSED, reference="minutes")
    done = granted(validated(appealed(done)), "eve")
    assert state(done.answer["application"]) == S.ASSIGNABLE
    term = tables.rows(
        "SELECT t.identity FROM register_expertterm t JOIN register_member m ON m.identity = t.member_id "
        "WHERE m.name = 'eve'"
    )[0][0]
    registry.dismiss(by("ada"), term, ends="2031-05-31", decision="minutes")
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-DECISION-MISSING")


def appealed(done: Done, *, is_undone: bool = False) -> Done:
    """Let the IESG decide anew on what *done* decided."""
    number = appeals.file(by("bob"), done.event, "IESG", "facts", "Tom").answer["appeal"]
    anew = Decision.DECIDE_ANEW
    desk.by_two(lambda act: appeals.decide(act, number, anew, "minutes", is_undone=is_undone), "ada")
    return done
