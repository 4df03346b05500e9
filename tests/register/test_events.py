"""I-6, I-12: one Event for each act, in a chain that nobody changes unseen; a repeated act is answered."""

from __future__ import annotations

import hashlib
import json
import random

import pytest
from django.db import DatabaseError, connection, transaction

from portbook.errors import PortbookError, RuleError
from portbook.register import changing, events, members, tables
from portbook.register.acts import Act
from portbook.register.changing import Work
from portbook.register.limits import MAX_CHANNEL, MAX_NAME, MAX_TEXT, MAX_TRIES
from portbook.register.operations import registry

from . import acts
from .acts import NOW, act, grant, row

FLIPS = 300  # bits of a dump turned, each alone


def nothing(work: Work) -> str:
    return "done"


def code_of(asked: Act, body: object = nothing, **options: bool) -> str:
    with pytest.raises(PortbookError) as raised:
        changing.transaction(asked, body, **options)  # type: ignore[arg-type]
    return raised.value.problem.code


# -- the chain


def test_an_act_is_told_by_one_event(empty: str) -> None:
    acts.found()
    done = changing.transaction(act(reason="why"), lambda work: grant(work, row("a", 20000)))
    told, link, is_canonical = list(events.stored())[-1]
    assert told is not None
    assert (told.number, told.operation, told.actor, told.reason) == (done.event, "assign", "ada", "why")
    assert (told.instant, told.persons, is_canonical) == (NOW, {"needed": 1, "others": []}, True)
    entry = next(change for change in told.changes if change["table"] == "entry")
    assert entry["before"] is None
    assert json.loads(entry["after"]["row"])["service_name"] == "a"
    assert (changing.locked_registry().events, changing.locked_registry().events_head) == (done.event, link)


def test_a_refused_act_leaves_nothing(empty: str) -> None:
    acts.found()
    before = list(events.stored()), tables.rows("SELECT * FROM register_registry")

    def body(work: Work) -> None:
        grant(work, row("a", 20000))
        work.notify("a@example.org", "assigned", "text")
        raise RuntimeError("in the middle")

    with pytest.raises(RuntimeError):
        changing.transaction(act(key="k"), body)
    assert (list(events.stored()), tables.rows("SELECT * FROM register_registry")) == before
    for table in ("entry", "portclaim", "nameclaim", "outbox", "idempotencykey"):
        assert tables.rows(f"SELECT COUNT(*) FROM register_{table}") == [(0,)]


def test_a_stranger_can_verify_a_dump(empty: str) -> None:
    """As docs/register.md says, with nothing of ours."""
    acts.found()
    previous = "0" * 64
    for number, line in enumerate(events.dump(), 1):
        whole = json.loads(line)
        text = json.dumps(whole["event"], sort_keys=True, separators=(",", ":"))
        assert hashlib.sha256(text.encode()).hexdigest() == whole["hash"]
        assert (whole["event"]["number"], whole["event"]["previous"]) == (number, previous)
        previous = whole["hash"]
    assert previous == events.verify().head == events.verify_dump(events.dump()).head
    assert events.verify() == events.verify_dump(events.dump())


def test_every_turned_bit_of_a_dump_is_found(empty: str) -> None:
    acts.found()
    lines = list(events.dump())
    whole, head = b"".join(lines), events.verify().head
    source = random.Random(6335)
    for _ in range(FLIPS):
        data = bytearray(whole)
        data[source.randrange(len(data))] ^= 1 << source.randrange(8)
        chain = events.verify_dump(bytes(data).splitlines(keepends=True))
        assert chain.problems or chain.head != head


@pytest.mark.parametrize("how", ["removed", "doubled", "swapped", "inserted"])
def test_events_of_a_dump_moved_about_are_found(empty: str, how: str) -> None:
    acts.found()
    lines = list(events.dump())
    lines = {
        "removed": [lines[0], *lines[2:]],
        "doubled": [lines[0], *lines],
        "swapped": [lines[1], lines[0], *lines[2:]],
        "inserted": [*lines[:2], lines[0], *lines[2:]],
    }[how]
    assert events.verify_dump(lines).problems


SHORT = (
    "INSERT INTO register_event SELECT 9, previous, 'x', instant, actor, operation, object, reason, changes, "
)
STATEMENTS = {
    "changed": "UPDATE register_event SET reason = 'another' WHERE number = 1",
    "changed not at all": "UPDATE register_event SET reason = reason",
    "deleted": "DELETE FROM register_event WHERE number = 1",
    "put in out of order": SHORT + "channel, key, persons FROM register_event WHERE number = 1",
}


@pytest.mark.parametrize("case", [*STATEMENTS, "replaced", "truncated"])
def test_the_database_keeps_events(empty: str, engine: str, case: str) -> None:
    acts.found()
    before = list(events.stored())
    statement = STATEMENTS.get(case)
    if case == "replaced":  # each engine's own way to put one thing in the place of another
        statement = {
            "sqlite": "REPLACE INTO register_event SELECT * FROM register_event WHERE number = 1",
            "postgresql": "INSERT INTO register_event SELECT * FROM register_event WHERE number = 3 "
            "ON CONFLICT (number) DO UPDATE SET reason = 'another'",
        }[engine]
    if case == "truncated":
        statement = {
            "sqlite": "DELETE FROM register_event",
            "postgresql": "TRUNCATE register_event CASCADE",
        }[engine]
    assert statement
    with pytest.raises(DatabaseError, match="an Event"):
        execute(statement)
    assert list(events.stored()) == before


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_a_clock_that_jumped_back_dates_nothing_back(empty: str) -> None:
    acts.found()
    changing.transaction(act(instant="2026-09-02T00:00:00Z"), nothing)
    days = []
    done = changing.transaction(act(instant="2020-01-01T00:00:00Z"), lambda work: days.append(work.today))
    told = list(events.stored())[done.event - 1][0]
    assert told is not None
    assert (told.instant, days) == ("2026-09-02T00:00:00Z", ["2026-09-02"])


# -- the same act again


def test_the_same_key_has_the_same_answer(empty: str) -> None:
    acts.found()
    asked = act(key="k-1", request="a at 20000")

    def body(work: Work) -> dict[str, object]:
        grant(work, row("a", 20000))
        return {"port": 20000, "when": (1, 2)}

    first = changing.transaction(asked, body)
    again = changing.transaction(asked, body)
    assert (first.is_repeated, again.is_repeated) == (False, True)
    assert first[:2] == again[:2] == ({"port": 20000, "when": [1, 2]}, 4)
    assert changing.transaction(asked._replace(actor="bob"), nothing).is_repeated is False


@pytest.mark.parametrize("other", [{"request": "b"}, {"operation": "revoke"}, {"object": "application 2"}])
def test_a_key_stands_for_one_request(empty: str, other: dict[str, str]) -> None:
    acts.found()
    asked = act(key="k-1", request="a")
    changing.transaction(asked, nothing)
    assert code_of(asked._replace(**other)) == "E-IDEMPOTENCY"


def test_a_refused_act_uses_up_no_key(empty: str) -> None:
    acts.found()
    with pytest.raises(ZeroDivisionError):
        changing.transaction(act(key="k"), lambda work: 1 / 0)
    assert changing.transaction(act(key="k"), nothing).is_repeated is False


# -- who may not, and when


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"actor": "eve"}, "E-MEMBER-UNKNOWN"),
        ({"persons": ("eve",)}, "E-MEMBER-UNKNOWN"),
        ({"needed": 2}, "E-PERSONS"),
        ({"needed": 2, "persons": ("ada",)}, "E-PERSONS"),
        ({"needed": 3, "persons": ("bob",)}, "E-PERSONS"),
        ({"persons": ("bob", "bob")}, "E-PERSONS"),
        ({"actor": "x" * (MAX_NAME + 1)}, "E-REGISTER-TEXT"),
        ({"object": "x" * (MAX_NAME + 1)}, "E-REGISTER-TEXT"),
        ({"operation": "x" * (MAX_NAME + 1)}, "E-REGISTER-TEXT"),
        ({"key": "x" * (MAX_NAME + 1)}, "E-REGISTER-TEXT"),
        ({"channel": "x" * (MAX_CHANNEL + 1)}, "E-REGISTER-TEXT"),
        ({"reason": "x" * (MAX_TEXT + 1)}, "E-REGISTER-TEXT"),
        ({"reason": "a\0b"}, "E-REGISTER-TEXT"),
        ({"reason": "half \ud800"}, "E-REGISTER-TEXT"),
        ({"instant": "yesterday"}, "E-EDITION-INSTANT"),
    ],
)
def test_an_act_that_cannot_be_told_is_not_done(empty: str, fields: dict[str, object], code: str) -> None:
    acts.found()
    assert code_of(act(**fields)) == code
    assert events.verify().events == 3


def test_an_act_at_the_limits_is_done(empty: str) -> None:
    acts.found()
    longest = "x" * MAX_NAME
    asked = act(longest, object=longest, key=longest, channel="x" * MAX_CHANNEL, reason="x" * MAX_TEXT)
    assert changing.transaction(asked, nothing).answer == "done"


def test_two_persons_are_told(empty: str) -> None:
    acts.found()
    done = changing.transaction(act(needed=2, persons=("bob",)), nothing)
    told = list(events.stored())[done.event - 1][0]
    assert told is not None
    assert told.persons == {"needed": 2, "others": ["bob"]}


def test_an_applicant_is_no_member(empty: str) -> None:
    acts.found()
    assert changing.transaction(act("submit", actor="eve"), nothing, by_outsider=True).answer == "done"


def test_a_frozen_register_does_nothing(empty: str) -> None:
    acts.found()
    registry.freeze(act("freeze"))
    assert code_of(act()) == "E-FROZEN"
    assert changing.transaction(act("look"), nothing, even_frozen=True).answer == "done"
    registry.unfreeze(act("thaw"))
    assert changing.transaction(act(), nothing).answer == "done"


def test_only_a_registrar_freezes_and_adds_members(empty: str) -> None:
    acts.found()
    for code, attempt in (
        ("E-ROLE", lambda: registry.freeze(act("freeze", actor="cyd"))),
        ("E-MEMBER-ROLE", lambda: members.add(act("add member", actor="cyd"), "eve", ["registrar"])),
    ):
        with pytest.raises(RuleError) as raised:
            attempt()
        assert raised.value.problem.code == code


# -- those in the way


def test_a_collision_is_tried_again(empty: str, engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    acts.found()
    tries: list[int] = []

    def body(work: Work) -> int:
        tries.append(1)
        if len(tries) < MAX_TRIES:
            collide(engine)
        return len(tries)

    monkeypatch.setattr(changing, "LONGEST_PAUSE", 0.001)
    assert changing.transaction(act(), body).answer == MAX_TRIES
    tries.clear()

    def never(work: Work) -> None:
        tries.append(1)
        collide(engine)

    assert code_of(act(), never) == "E-REGISTER-BUSY"
    assert len(tries) == MAX_TRIES


def collide(engine: str) -> None:
    """Run into what the engine says when two are in each other's way."""
    if engine == "postgresql":
        tables.rows("DO $$ BEGIN RAISE EXCEPTION 'two at once' USING ERRCODE = '40001'; END $$")
    import sqlite3

    from django.db import OperationalError

    busy = sqlite3.OperationalError("database is locked")
    busy.sqlite_errorcode = sqlite3.SQLITE_BUSY
    raise OperationalError("database is locked") from busy


def test_what_the_database_refuses_is_told_and_undone(empty: str) -> None:
    acts.found()

    def body(work: Work) -> None:
        grant(work, row("a", 20000))
        execute_here("UPDATE register_entry SET low = 70000")

    assert code_of(act(), body) == "E-REGISTER-REFUSED"
    assert tables.rows("SELECT COUNT(*) FROM register_entry") == [(0,)]


def execute_here(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)
def test_a_lost_connection_is_told(empty: str) -> None:
    acts.found()
    ended = "SELECT pg_terminate_backend(pg_backend_pid())"
    assert code_of(act(), lambda work: tables.rows(ended)) == "E-REGISTER-DATABASE"
    assert changing.transaction(act(), nothing).answer == "done"  # the next one connects again


def test_a_message_goes_out_only_with_its_act(empty: str) -> None:
    acts.found()
    done = changing.transaction(act(), lambda work: work.notify("a@example.org", "assigned", "text"))
    assert tables.rows("SELECT event_id, recipient, state, due FROM register_outbox") == [
        (done.event, "a@example.org", "waiting", NOW)
    ]
