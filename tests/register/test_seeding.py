"""D-5: from an edition to holdings, once, by two persons, on a difference that they saw."""

from __future__ import annotations

import time

import pytest

from portbook.edition import State, row_state
from portbook.errors import PortbookError
from portbook.register import changing, events, members, seeding, tables
from portbook.store import EditionFile, EditionStore
from portbook.store.edition_files import embedded

from . import acts
from .acts import NOW, act


def seed(file: EditionFile, **fields: str) -> changing.Done:
    given = {"actor": "ada", "second": "bob", "instant": NOW, "reason": "the beginning", **fields}
    return seeding.seed(file, given.pop("seen", seeding.show(file).digest), **given)


def code_of(file: EditionFile, **fields: str) -> str:
    with pytest.raises(PortbookError) as raised:
        seed(file, **fields)
    return raised.value.problem.code


def test_what_is_shown_is_what_comes(empty: str, edition_file: EditionFile) -> None:
    acts.found()
    shown = seeding.show(edition_file)
    seed(edition_file)
    states = dict(tables.rows("SELECT state, COUNT(*) FROM register_entry GROUP BY state"))
    assert shown.states == states
    assert shown.rows == sum(states.values()) == len(edition_file.edition.records)
    assert [(shown.contacts,)] == tables.rows("SELECT COUNT(*) FROM register_contact")
    assert [(shown.names,)] == tables.rows("SELECT COUNT(*) FROM register_nameclaim")
    assert [(shown.places,)] == tables.rows("SELECT COUNT(*) FROM register_portclaim WHERE slot = 0")
    second = "SELECT COUNT(*) FROM register_portclaim WHERE slot = 1"
    assert [(len(shown.shared),)] == tables.rows(second)
    assert len(shown.shared) > 0


def test_one_event_tells_edition_and_both_persons(empty: str, edition_file: EditionFile) -> None:
    acts.found()
    done = seed(edition_file)
    told = list(events.stored())[done.event - 1][0]
    assert told is not None
    assert (told.operation, told.actor, told.persons) == ("seed", "ada", {"needed": 2, "others": ["bob"]})
    assert told.changes[0]["after"]["base_sha256"] == edition_file.sha256
    assert events.verify().problems == ()


@pytest.mark.parametrize(
    "fields, code",
    [
        ({"second": "ada"}, "E-PERSONS"),
        ({"second": "cyd"}, "E-MEMBER-ROLE"),
        ({"actor": "cyd"}, "E-MEMBER-ROLE"),
        ({"second": "eve"}, "E-MEMBER-UNKNOWN"),
        ({"seen": "0" * 64}, "E-SEED-DIFFERS"),
    ],
)
def test_nobody_seeds_alone_or_unseen(
    empty: str, edition_file: EditionFile, fields: dict[str, str], code: str
) -> None:
    acts.found()
    assert code_of(edition_file, **fields) == code
    assert tables.rows("SELECT COUNT(*) FROM register_entry") == [(0,)]


def test_two_registrars_of_one_party_are_one_person(empty: str, edition_file: EditionFile) -> None:
    """D-7, as for every act of two persons."""
    acts.found()
    for name in ("mia", "mo"):
        members.add(act("add member", object=f"member {name}"), name, ["registrar"], "Keepers_Guild")
    assert code_of(edition_file, actor="mia", second="mo") == "E-PERSONS"
    assert seed(edition_file, actor="mia", second="ada").event


def test_it_happens_once(register: str, edition_file: EditionFile) -> None:
    assert code_of(edition_file) == "E-REGISTER-SEEDED"


def test_not_after_somebody_was_given_something(empty: str, edition_file: EditionFile) -> None:
    acts.found()
    changing.transaction(act(), lambda work: acts.grant(work, acts.row("a", 20000)))
    assert code_of(edition_file) == "E-REGISTER-SEEDED"


def test_a_name_that_no_register_holds_is_told(empty: str, store: EditionStore) -> None:
    csv = embedded()[-1].data().split(b"\r\n")[0] + b"\r\ncaf\xc3\xa9,7,tcp,A test,,,,,,,,\r\n"
    file = store.add(csv, date="2026-01-01", now=NOW)
    with pytest.raises(PortbookError, match="'café' is not ASCII") as raised:
        seeding.show(file)
    assert raised.value.problem.code == "E-REGISTER-TEXT"


def test_a_whole_registry_is_seeded_in_seconds(empty: str) -> None:
    """14,400 rows; the limit is wide, for machines that are busy."""
    acts.found()
    file = embedded()[-1]
    digest = seeding.show(file).digest
    start = time.process_time()
    seed(file, seen=digest)
    assert time.process_time() - start < 10
    assert tables.rows("SELECT COUNT(*) FROM register_entry") == [(len(file.edition.records),)]
    held = sum(row_state(row)[0] is not State.UNASSIGNED for row in file.edition.records)
    claiming = "SELECT COUNT(DISTINCT entry_id) FROM register_portclaim"
    assert 0.8 * held < tables.rows(claiming)[0][0] <= held
