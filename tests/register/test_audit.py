"""I-13: whatever is changed behind the register's back is found, and nothing is repaired."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection, transaction

from portbook.register import auditing, changing, events, publishing, tables
from portbook.register.auditing import TRIGGERS
from portbook.register.operations import registry
from portbook.store import EditionStore

from . import acts
from .acts import act, row

ASSIGNED = "(SELECT identity FROM register_entry WHERE fold = 'new-service')"
OLD = "(SELECT MIN(identity) FROM register_entry WHERE state = 'Assigned')"
CLAIM = "INSERT INTO register_portclaim (port, transport, slot, entry_id) "

FAULTS = {  # what somebody did -> the codes of which one at least must come
    "an entry deleted": (
        (
            f"DELETE FROM register_portclaim WHERE entry_id = {ASSIGNED}; "
            f"DELETE FROM register_entry WHERE identity = {ASSIGNED}"
        ),
        "E-AUDIT-REPLAY",
    ),
    "an entry added": (
        (
            "INSERT INTO register_entry SELECT 99999, position, row, layout, NULL, NULL, transport, fold, "
            "code, state, reason, expires, version FROM register_entry WHERE fold = 'new-service'"
        ),
        "E-AUDIT-REPLAY",
    ),
    "a row changed": (
        f"UPDATE register_entry SET row = REPLACE(row, 'A test', 'Another') WHERE identity = {ASSIGNED}",
        "E-AUDIT-REPLAY",
    ),
    "an old row changed": (
        f"UPDATE register_entry SET row = REPLACE(row, 'description', 'descriptio') WHERE identity = {OLD}",
        "E-AUDIT-COLUMN",
    ),
    "a row that is no JSON": (
        f"UPDATE register_entry SET row = '?' WHERE identity = {OLD}",
        "E-AUDIT-COLUMN",
    ),
    "a layout changed": (f"UPDATE register_entry SET layout = '' WHERE identity = {OLD}", "E-AUDIT-REPLAY"),
    "a port moved": (
        f"UPDATE register_entry SET low = 28000, high = 28000 WHERE identity = {ASSIGNED}",
        "E-AUDIT-COLUMN",
    ),
    "a state changed": (
        f"UPDATE register_entry SET state = 'Reserved' WHERE identity = {ASSIGNED}",
        "E-AUDIT-COLUMN",
    ),
    "a fold changed": (
        f"UPDATE register_entry SET fold = 'other' WHERE identity = {ASSIGNED}",
        "E-AUDIT-COLUMN",
    ),
    "a transport changed": (
        f"UPDATE register_entry SET transport = 'udp' WHERE identity = {ASSIGNED}",
        "E-AUDIT-COLUMN",
    ),
    "a code set": (f"UPDATE register_entry SET code = '7' WHERE identity = {ASSIGNED}", "E-AUDIT-COLUMN"),
    "a reason set": (
        f"UPDATE register_entry SET reason = 'revoked' WHERE identity = {ASSIGNED}",
        "E-AUDIT-REPLAY",
    ),
    "a reason that nobody gave": (
        f"UPDATE register_entry SET reason = 'special' WHERE identity = {ASSIGNED}",
        "E-AUDIT-REPLAY",
    ),
    "an expiry set": (
        f"UPDATE register_entry SET expires = '2030-01-01' WHERE identity = {ASSIGNED}",
        "E-AUDIT-REPLAY",
    ),
    "a version raised": (
        f"UPDATE register_entry SET version = version + 1 WHERE identity = {ASSIGNED}",
        "E-AUDIT-REPLAY",
    ),
    "a row moved": (f"UPDATE register_entry SET position = 1 WHERE identity = {ASSIGNED}", "E-AUDIT-REPLAY"),
    "a claim deleted": (f"DELETE FROM register_portclaim WHERE entry_id = {ASSIGNED}", "E-AUDIT-CLAIM"),
    "a claim added": (CLAIM + f"VALUES (28001, 'tcp', 0, {ASSIGNED})", "E-AUDIT-CLAIM"),
    "a claim of another": (
        f"UPDATE register_portclaim SET entry_id = {OLD} WHERE entry_id = {ASSIGNED}",
        "E-AUDIT-CLAIM",
    ),
    "a gap in the slots": (
        f"UPDATE register_portclaim SET slot = 5 WHERE entry_id = {ASSIGNED}",
        "E-AUDIT-CLAIM",
    ),
    "a code claimed": (
        f"INSERT INTO register_codeclaim (code, slot, entry_id) VALUES (7, 0, {OLD})",
        "E-AUDIT-CLAIM",
    ),
    "a name's claim deleted": ("DELETE FROM register_nameclaim WHERE fold = 'new-service'", "E-AUDIT-CLAIM"),
    "a name's claim added": ("INSERT INTO register_nameclaim (fold) VALUES ('nobodys')", "E-AUDIT-CLAIM"),
    "a contact changed": (
        (
            "UPDATE register_contact SET row = REPLACE(row, 'mailto:', 'mailto:not-') "
            "WHERE identity = (SELECT MIN(identity) FROM register_contact WHERE row LIKE '%%mailto:%%')"
        ),
        "E-AUDIT-REPLAY",
    ),
    "a contact renamed": (
        (
            "UPDATE register_contact SET contact_id = 'Other' "
            "WHERE identity = (SELECT MIN(identity) FROM register_contact)"
        ),
        "E-AUDIT-COLUMN",
    ),
    "a contact shown again": (
        "UPDATE register_contact SET is_withheld = NOT is_withheld",
        "E-AUDIT-REPLAY",
    ),
    "a role given": ("UPDATE register_member SET roles = 'registrar' WHERE name = 'cyd'", "E-AUDIT-REPLAY"),
    "a member made": (
        (
            "INSERT INTO register_member SELECT 99999, 'eve', roles, party, is_active "
            "FROM register_member WHERE name = 'ada'"
        ),
        "E-AUDIT-REPLAY",
    ),
    "the freeze lifted": ("UPDATE register_registry SET is_frozen = NOT is_frozen", "E-AUDIT-REPLAY"),
    "another policy": ("UPDATE register_registry SET policy = 'mine'", "E-AUDIT-REPLAY"),
    "another head": ("UPDATE register_registry SET head = REPLACE(head, 'e', 'f')", "E-AUDIT-REPLAY"),
    "another date": ("UPDATE register_registry SET updated = '2020-01-01'", "E-AUDIT-REPLAY"),
    "another beginning": ("UPDATE register_registry SET base = '1999-01-01'", "E-AUDIT-REPLAY"),
    "another count": ("UPDATE register_registry SET events = events + 1", "E-AUDIT-COUNTER"),
    "another end of the chain": (
        "UPDATE register_registry SET events_head = previous FROM register_event WHERE number = 1",
        "E-AUDIT-COUNTER",
    ),
    "a publication's Event": (
        "UPDATE register_publication SET after_event = after_event - 1",
        "E-AUDIT-COUNTER",
    ),
    "a publication's edition": ("UPDATE register_publication SET edition = '1999-01-01'", "E-AUDIT-EDITION"),
    "a publication's digest": (
        "UPDATE register_publication SET sha256 = register_publication.events_head",
        "E-AUDIT-EDITION",
    ),
    "a publication gone": ("DELETE FROM register_publication", "E-AUDIT-REPLAY"),
    "an Event's reason": ("UPDATE register_event SET reason = 'x' WHERE number = 5", "E-AUDIT-CHAIN"),
    "an Event's actor": ("UPDATE register_event SET actor = 'eve' WHERE number = 5", "E-AUDIT-CHAIN"),
    "an Event's instant": (
        "UPDATE register_event SET instant = '2020-01-01T00:00:00Z' WHERE number = 5",
        "E-AUDIT-CHAIN",
    ),
    "an Event's changes": ("UPDATE register_event SET changes = '[]' WHERE number = 5", "E-AUDIT-CHAIN"),
    "an Event's white space": (
        "UPDATE register_event SET persons = persons || ' ' WHERE number = 5",
        "E-AUDIT-CHAIN",
    ),
    "an Event that is no JSON": ("UPDATE register_event SET changes = '?' WHERE number = 5", "E-AUDIT-CHAIN"),
    "an Event's hash": ("UPDATE register_event SET hash = 'x' WHERE number = 5", "E-AUDIT-CHAIN"),
    "the last Event gone": (
        "DELETE FROM register_event WHERE number = (SELECT MAX(number) FROM register_event)",
        "E-AUDIT-COUNTER",
    ),
    "a key gone": ("DELETE FROM register_idempotencykey", "E-AUDIT-KEY"),
    "a key of another": ("UPDATE register_idempotencykey SET key = 'other'", "E-AUDIT-KEY"),
}


ENGINES = [
    "sqlite",
    pytest.param("postgresql", marks=[pytest.mark.deep, pytest.mark.needs("postgresql")]),
]


@pytest.fixture
def lived_in(register: str, store: EditionStore) -> EditionStore:
    """A register in which something happened, published once."""
    given = row("new-service", 28999)
    changing.transaction(act(key="k"), lambda work: acts.grant(work, given))
    publishing.publish(act("publish"), store)
    return store


def drop_triggers() -> None:
    with connection.cursor() as cursor:
        for name in TRIGGERS:
            where = " ON register_event" if connection.vendor == "postgresql" else ""
            cursor.execute(f"DROP TRIGGER {name}{where}")


def tamper(statements: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements.split("; "):
            cursor.execute(statement, [])
            assert cursor.rowcount > 0


def codes(store: EditionStore) -> set[str]:
    return {problem.code for problem in auditing.check(store)}


def test_a_register_that_was_lived_in_agrees_with_itself(lived_in: EditionStore) -> None:
    assert auditing.verify() == ()
    assert auditing.check(lived_in) == ()


@pytest.mark.parametrize("engine", ENGINES, indirect=True)
@pytest.mark.parametrize("case", FAULTS)
def test_a_planted_fault_is_found(lived_in: EditionStore, case: str) -> None:
    statements, code = FAULTS[case]
    drop_triggers()
    tamper(statements)
    assert code in codes(lived_in)


def test_what_is_found_is_not_repaired(lived_in: EditionStore) -> None:
    tamper(FAULTS["a claim added"][0])
    found = auditing.check(lived_in)
    assert [problem.code for problem in found] == ["E-AUDIT-CLAIM"]
    assert auditing.check(lived_in) == found


@pytest.mark.parametrize("name", sorted(TRIGGERS))
def test_a_missing_trigger_is_found(lived_in: EditionStore, engine: str, name: str) -> None:
    where = " ON register_event" if engine == "postgresql" else ""
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {name}{where}")
    assert codes(lived_in) == {"E-AUDIT-BARRIER"}


@pytest.mark.parametrize(
    "engine", [pytest.param("postgresql", marks=pytest.mark.needs("postgresql"))], indirect=True
)
@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE register_portclaim DROP CONSTRAINT portclaim_one_holder",
        "ALTER TABLE register_nameclaim DROP CONSTRAINT nameclaim_one_holder",
        "ALTER TABLE register_entry DROP CONSTRAINT entry_state_known",
        "ALTER TABLE register_event DISABLE TRIGGER register_event_stays",
    ],
)
def test_a_barrier_that_was_taken_away_is_found(lived_in: EditionStore, statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert codes(lived_in) == {"E-AUDIT-BARRIER"}


def test_an_edition_that_is_gone_is_found(lived_in: EditionStore) -> None:
    file = lived_in.current()
    file.path.unlink()
    (file.path.parent / "edition.json").unlink()
    file.path.parent.rmdir()
    assert "E-AUDIT-EDITION" in codes(lived_in)


def test_without_the_edition_of_the_beginning_rows_are_not_compared(
    lived_in: EditionStore, tmp_path: Path
) -> None:
    assert "E-AUDIT-BASE" in codes(EditionStore(tmp_path / "another"))


def test_a_dump_is_verified_without_the_register(lived_in: EditionStore) -> None:
    lines = list(events.dump())
    chain = events.verify_dump(lines)
    assert (chain.problems, chain.events) == ((), len(lines))
    assert chain.head == changing.locked_registry().events_head


def test_members_and_freeze_are_told_too(lived_in: EditionStore) -> None:
    registry.freeze(act("freeze"))
    assert auditing.check(lived_in) == ()
    assert tables.rows("SELECT is_frozen FROM register_registry")[0][0]
