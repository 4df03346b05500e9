"""What an act rests on stands in its Event; no text is too long for it, or is told by a broken CHECK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps

from portbook.errors import PortbookError
from portbook.numbers import Transport
from portbook.procedures import Amendment, Grant, Ground, Succession, Target, Wish
from portbook.records import rich
from portbook.register import changing, roles, tables
from portbook.register.acts import Act, Done
from portbook.register.cases import Case, Notice, Takeover
from portbook.register.limits import MAX_NAME, MAX_TEXT
from portbook.register.models import Recorded
from portbook.register.operations import (
    appeals,
    assigning,
    contacts,
    early,
    entries,
    factors,
    registry,
    returning,
    revoking,
    succession,
    takeovers,
)
from portbook.register.operations.links import Link
from portbook.register.roles import Role

from . import operations_read
from .doings import DAY, by_two, code, on, put_early

pytestmark = pytest.mark.usefixtures("register")

KEEPER, GUILD = Target("keeper"), "Keepers_Guild"
NOTES = Amendment(description=rich("New"))
WORDS = "Minutes of 20 August, page 7"
LATER = "2026-10-02"

# An operation with a text that shows on what it rests -> how it is done with that text.
Do = Callable[[Act, str], Done]


def renamed(act: Act, accepted: str = "yes", expert: str = "seen") -> Done:
    given = {"asked_by": "Keepers_Guild", "accepted": accepted, "expert": expert}
    return entries.rename_service(act, "keeper", "keepers", **given)


def passed_on(act: Act, **given: str) -> Done:
    facts = {"release": "a", "request": "b", "expert": "c", **given}
    pair = Succession("keeper", GUILD, "Walt_Ebb", (), Ground.MANAGERIAL, "moved")
    return succession.succeed(act, pair, **facts)


def dismissed(act: Act, decision: str) -> Done:
    term = tables.rows("SELECT identity FROM register_expertterm")[0][0]
    return registry.dismiss(act, term, ends=LATER, decision=decision)


def reused(act: Act, expert: str = "nobody", **given: Any) -> Done:
    moon = ("Moonbell_Games",)
    new = Grant("starbell", (Transport.TCP, Transport.UDP), rich("Star bell"), moon, moon, ports=(28200,))
    return returning.reuse(
        act, Target("moonbell", 28200), new, asked_by="Moonbell_Games", expert=expert, **given
    )


def coded(act: Act, expert: str) -> Done:
    hal = ("Hal_Drifter",)
    grant = Grant("drift", (Transport.DCCP,), rich("Drift"), hal, hal, ports=(4022,), codes=(7,))
    return assigning.add_codes(act, grant, asked_by=hal[0], expert=expert)


def claim_refused(act: Act, finding: str) -> Done:
    takeover = tables.rows("SELECT identity FROM register_takeover")[0][0]
    return takeovers.decide(act, takeover, finding, is_granted=False)


WAYS: dict[str, Do] = {
    "appoint expert: decision": lambda act, text: registry.appoint(
        act, "cyd", "DCCP experts", begins=DAY, decision=text
    ),
    "dismiss expert: decision": dismissed,
    "reset factors: evidence": lambda act, text: factors.reset_factors(
        act, "cyd", text, forget=lambda member: 1
    ),
    "reserve port: decision": lambda act, text: registry.reserve(act, 4070, text),
    "free port: decision": lambda act, text: registry.free(act, 304, text),
    "amend: decision": lambda act, text: entries.amend(act, KEEPER, Wish("", NOTES), decision=text),
    "correct: evidence": lambda act, text: entries.correct(act, KEEPER, NOTES, text),
    "mark: decision": lambda act, text: entries.mark(act, KEEPER, "obsolete", text),
    "report use: reported by": lambda act, text: entries.report_use(act, 4060, rich("Used"), text),
    "rename party: evidence": lambda act, text: entries.rename_party(act, GUILD, text, organization="Guild"),
    "rename service: accepted": lambda act, text: renamed(act, accepted=text),
    "rename service: expert": lambda act, text: renamed(act, expert=text),
    "reuse: expert": lambda act, text: reused(act, expert=text),
    "reuse: decision": lambda act, text: reused(act, decision=text),
    "reuse: consents": lambda act, text: reused(act, consents=(text, "Lou_Skua")),
    "add codes: expert": coded,
    "succeed: release": lambda act, text: passed_on(act, release=text),
    "succeed: request": lambda act, text: passed_on(act, request=text),
    "succeed: expert": lambda act, text: passed_on(act, expert=text),
    "withhold contact: evidence": lambda act, text: contacts.withhold(act, GUILD, text),
    "publish contact: evidence": lambda act, text: contacts.publish(act, GUILD, text),
    "decide claim: finding": claim_refused,
    "renew early: chairs": lambda act, text: early.renew(act, "dawn", chairs=text),
    "renew early: decision": lambda act, text: early.renew(act, "dawn", chairs="yes", decision=text),
    "deprecate early: chairs": lambda act, text: early.deprecate(act, "dusk", chairs=text),
    "free early: chairs": lambda act, text: early.free(act, 5002, chairs=text),
}

# Grounds that stand in a row of the act, whose change the Event tells -> table and column.
IN_ROWS: dict[str, tuple[type[Recorded], str]] = {
    "announce return: evidence": (Notice, "content"),
    "announce return: expert": (Notice, "content"),
    "confirm return: evidence": (Notice, "confirmation"),
    "confirm contact change: evidence": (Notice, "confirmation"),
    "confirm claim: evidence": (Takeover, "confirmation"),
    "revoke: expert": (Case, "expert"),
    "draft call: expert": (Case, "expert"),
    "decide case: decision": (Case, "decision"),
    "decide case: expert": (Case, "expert"),
    "keep: finding": (Case, "decision"),
}
# What a text on which an act rests is called.
GROUNDS = {
    "accepted",
    "chairs",
    "consents",
    "decision",
    "evidence",
    "expert",
    "finding",
    "release",
    "reported by",
    "request",
}


def test_the_table_names_every_ground_of_every_operation() -> None:
    """What an operation lets its Event keep, and what it takes that is called so: no more, no less."""
    assert operations_read.grounds() == set(WAYS)
    taken = {
        f"{operation}: {word}"
        for operation, words in operations_read.texts().items()
        for word in words & GROUNDS
    }
    assert taken == set(WAYS) | set(IN_ROWS)
    assert {way.partition(":")[0] for way in taken} <= set(roles.RIGHTS)
    assert {way.partition(": ")[2] for way in WAYS} <= GROUNDS
    for model, column in IN_ROWS.values():
        assert column in tables.table_of(model).columns


@pytest.fixture
def prepared() -> None:
    """Early allocations that run, are over, and are deprecated; an expert with a term; a takeover."""
    put_early("dawn", 5000, "2026-12-01")
    put_early("dusk", 5001, "2026-08-31")
    put_early("noon", 5002, "2026-08-31")
    early.deprecate(on(), "noon", chairs="before")
    registry.add_member(on(), "tess", [Role.APPLICANT])
    links = takeovers.Links(*(Link(each, f"https://x.example/{each}") for each in ("stop", "confirm")))
    takeovers.claim(on(actor="tess"), GUILD, "It is me.", address="tess@example.org", links=links)
    registry.appoint(on(), "cyd", "SCTP expert", begins=DAY, decision="before")


def told(event: int) -> str:
    return str(tables.rows("SELECT reason FROM register_event WHERE number = %s", [event])[0][0])


@pytest.mark.parametrize("way", sorted(WAYS))
def test_the_event_keeps_on_what_an_act_rests(prepared: None, way: str) -> None:
    """With the word that says what it is, after the reason; and no more than a reason may have."""
    kind = way.partition(": ")[2]

    def do(text: str) -> Callable[[Act], Done]:
        return lambda act: WAYS[way](act, text)

    assert code(lambda: do("x" * MAX_TEXT)(on(is_dry=True))) == "E-REGISTER-TEXT"
    reason = told(by_two(do(WORDS), on()).event)
    assert reason.startswith("a test; ")
    assert any(part.startswith(f"{kind}: {WORDS}") for part in reason.split("; "))


def test_a_ground_fills_what_the_reason_leaves() -> None:
    room = MAX_TEXT - len("a test; decision: ")
    assert code(lambda: registry.reserve(on(), 4070, "x" * (room + 1))) == "E-REGISTER-TEXT"
    event = registry.reserve(on(), 4070, "x" * room).event
    assert told(event) == f"a test; decision: {'x' * room}"
    alone = registry.reserve(on(reason=""), 4071, "IESG").event
    assert told(alone) == "decision: IESG"


# -- texts


def recorded() -> list[type[Recorded]]:
    return [model for model in apps.get_app_config("register").get_models() if issubclass(model, Recorded)]


def texts() -> list[tuple[type[Recorded], str, int]]:
    """Every text of every recorded row, and how long it may be."""
    found = []
    for model in recorded():
        kinds = {str(field.column): field.get_internal_type() for field in model._meta.concrete_fields}
        sizes = tables.sizes_of(model)
        for column, kind in kinds.items():
            if kind in ("CharField", "TextField"):
                found.append((model, column, sizes[column]))  # each has its size
    return found


def test_no_text_of_a_row_meets_the_database_too_long() -> None:
    """Column by column: one character more than it may have is E-REGISTER-TEXT, before any statement."""
    assert len(texts()) > 80
    for model, column, limit in texts():
        for give in (
            lambda work, m=model, c=column, n=limit: work.add(m, {c: "x" * (n + 1)}),
            lambda work, m=model, c=column, n=limit: work.change(m, 1, {c: "y"}, {c: "x" * (n + 1)}),
            lambda work, m=model, c=column: work.add(m, {c: "a\0b"}),
        ):
            with pytest.raises(PortbookError) as refused:
                changing.transaction(on()._replace(operation="try"), give)
            assert refused.value.problem.code == "E-REGISTER-TEXT", (model, column)
        changing._check_texts(model, {column: "x" * limit})


# A text of an operation, and the longest that it may be.
TEXTS: dict[str, tuple[Any, str]] = {
    "appellant": (
        lambda text: appeals.file(on(), _kept(), "IESG", "facts", text),
        "x" * MAX_NAME,
    ),
    "facts": (lambda text: appeals.file(on(), _kept(), "IESG", text, "Dee"), "x" * MAX_TEXT),
    "attempts": (lambda text: revoking.suspect(on(), Target("beacon", 4000), text), "x" * MAX_TEXT),
    "how": (
        lambda text: contacts.verify(on(), "Dee_Lightfoot", "dee@example.org", text),
        "x" * MAX_TEXT,
    ),
}


def _kept() -> int:
    case = int(revoking.suspect(on(), Target("beacon", 4000), "letters").answer["case"])
    return revoking.keep(on(), case, "used").event


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_texts_at_their_limit(text: str) -> None:
    do, longest = TEXTS[text]
    with pytest.raises(PortbookError) as refused:
        do(longest + "x")
    assert refused.value.problem.code == "E-REGISTER-TEXT"


@pytest.mark.parametrize("text", sorted(TEXTS))
def test_texts_within_their_limit(text: str) -> None:
    do, longest = TEXTS[text]
    assert do(longest).event


def test_what_no_table_keeps_is_refused_before_it_is_looked_up() -> None:
    for text in ("a\0b", "a\ud800b"):
        assert code(lambda text=text: assigned_to(text)) == "E-REGISTER-TEXT"  # type: ignore[misc]


def assigned_to(party: str) -> Done:
    grant = Grant("coded", (Transport.DCCP,), rich("x"), (party,), (party,), ports=(5100,), codes=(7,))
    return assigning.add_codes(on(), grant, asked_by=party, expert="yes")
