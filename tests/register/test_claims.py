"""I-1: nobody is given what another holds, by rules, by the lock, and by unique indexes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from portbook.errors import RuleError
from portbook.register import auditing, changing, tables
from portbook.register.changing import Work
from portbook.register.models import Entry, NameClaim, PortClaim
from portbook.store import EditionStore

from . import acts
from .acts import act, grant, row

SCRIPT = Path(__file__).parent / "claimants.py"
BARRIERS: list[tuple[str, ...]] = [(), ("index",), ("lock",), ("recheck",)]
PROCESSES = {"sqlite": 16, "postgresql": 32}


def code_of(act_body: object) -> str:
    with pytest.raises(RuleError) as raised:
        changing.transaction(act(), act_body)  # type: ignore[arg-type]
    return raised.value.problem.code


def claimed() -> set[tuple[int, str, int]]:
    return set(tables.rows("SELECT port, transport, slot FROM register_portclaim"))


# -- what a row claims

CLAIMS = {
    "one port": (row("a", 20000), {(20000, "tcp")}),
    "a range": (row("a", "20000-20002", "udp"), {(port, "udp") for port in (20000, 20001, 20002)}),
    "no transport": (row("a", 20000, None), {(20000, t) for t in ("tcp", "udp", "sctp", "dccp")}),
    "Reserved": (row(None, 20000, "udp", "Reserved"), {(20000, "udp")}),
    "Unassigned": (row(None, "20000-20010", None, "Unassigned"), set()),
    "a name alone": (row("a", None, "tcp"), set()),
    "a transport without ports": (row("a", 20000, "ddp"), set()),
    "in capitals": (row("a", 20000, "TCP"), {(20000, "tcp")}),
}


@pytest.mark.parametrize("case", CLAIMS)
def test_a_row_claims_its_ports(empty: str, case: str) -> None:
    record, wanted = CLAIMS[case]
    acts.found()
    changing.transaction(act(), lambda work: grant(work, record))
    assert claimed() == {(*place, 0) for place in wanted}


# -- taken and given up


@pytest.mark.parametrize(
    "second, code",
    [
        (row("b", 20001), "E-PORT-TAKEN"),
        (row("b", "19990-20000"), "E-PORT-TAKEN"),
        (row("b", 20002, None), "E-PORT-TAKEN"),
        (row("A", 30000), "E-NAME-TAKEN"),
        (row("a", None, "udp"), "E-NAME-TAKEN"),
        (row(None, 20000, "tcp", "Reserved"), "E-PORT-TAKEN"),
    ],
)
def test_what_is_held_is_not_given_again(empty: str, second: object, code: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", "20000-20005")))
    before = claimed(), changing.locked_registry().events
    assert code_of(lambda work: grant(work, second)) == code
    assert (claimed(), changing.locked_registry().events) == before


def test_the_error_names_the_holder(empty: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("lantern", 20000)))
    with pytest.raises(RuleError, match="port 20000 on tcp is held by service 'lantern', port 20000, tcp"):
        changing.transaction(act(), lambda work: grant(work, row("b", 20000)))
    with pytest.raises(RuleError, match="'lantern' is not free: it is held by service 'lantern', port 20000"):
        changing.transaction(act(), lambda work: grant(work, row("lantern", 30000)))


def test_a_service_code_has_one_holder(empty: str) -> None:
    acts.found()
    coded = replace(row("a", 20000, "dccp"), service_code="1145656131")
    changing.transaction(act(), lambda work: grant(work, coded))
    other = replace(row("b", 20001, "dccp"), service_code="1145656131")
    assert code_of(lambda work: grant(work, other)) == "E-CODE-TAKEN"


def test_what_is_given_up_is_free_again(empty: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", "20000-20003")))
    changing.transaction(act(), lambda work: grant(work, going=(row("a", "20000-20003"),)))
    assert claimed() == set()
    assert tables_count(NameClaim) == 0
    changing.transaction(act(), lambda work: grant(work, row("A", 20003)))
    assert claimed() == {(20003, "tcp", 0)}


def test_a_name_with_a_row_left_is_not_free(empty: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", 20000), row("a", 20000, "udp")))
    changing.transaction(act(), lambda work: grant(work, going=(row("a", 20000),)))
    assert code_of(lambda work: grant(work, row("a", 30000))) == "E-NAME-TAKEN"
    changing.transaction(act(), lambda work: grant(work, row("a", 30000), extends=("a",)))
    assert tables_count(NameClaim) == 1


def test_only_a_name_that_is_held_can_be_extended(empty: str) -> None:
    acts.found()
    assert code_of(lambda work: grant(work, row("a", 20000), extends=("a",))) == "E-NAME-FREE"


def test_sharing_takes_the_next_slot_and_leaves_no_gap(empty: str, store: EditionStore) -> None:
    acts.found()
    shares = ((20000, "tcp"),)
    for name in "abc":
        changing.transaction(act(), lambda work, name=name: grant(work, row(name, 20000), shares=shares))
    assert claimed() == {(20000, "tcp", slot) for slot in (0, 1, 2)}
    changing.transaction(act(), lambda work: grant(work, going=(row("a", 20000),)))
    assert claimed() == {(20000, "tcp", 0), (20000, "tcp", 1)}
    assert code_of(lambda work: grant(work, row("d", 20000))) == "E-PORT-TAKEN"
    assert auditing.check(store) == ()


def test_a_row_that_changed_meanwhile_stops_the_act(empty: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", 20000)))
    seen = row("a", 20000, text="as it was before")
    assert code_of(lambda work: grant(work, row("a", 20001), going=(seen,))) == "E-ROW-STALE"


@pytest.mark.parametrize("how", ["change", "remove"])
def test_a_row_of_an_older_version_is_not_written_over(empty: str, how: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", 20000)))

    def body(work: Work) -> None:
        seen = work.reader.select("WHERE fold = 'a'")[0]
        work.change(Entry, seen.identity, seen.values, {"expires": "2027-01-01"})
        if how == "change":
            work.change(Entry, seen.identity, seen.values, {"expires": "2028-01-01"})
        else:
            work.remove(Entry, seen.identity, seen.values)

    assert code_of(body) == "E-ROW-STALE"
    assert tables.rows("SELECT version, expires FROM register_entry") == [(1, "")]


def test_a_row_in_its_place_keeps_identity_and_claims(empty: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", 20000)))
    before = tables.rows("SELECT id, entry_id FROM register_portclaim")
    new = row("a", 20000, text="another description")
    changing.transaction(act(), lambda work: grant(work, new, going=(row("a", 20000),)))
    assert tables.rows("SELECT id, entry_id FROM register_portclaim") == before
    assert tables.rows("SELECT version FROM register_entry") == [(2,)]


def tables_count(model: type[NameClaim]) -> int:
    return len(tables.select(model, ""))


# -- what the database itself refuses

CLAIM = "INSERT INTO register_portclaim (port, transport, slot, entry_id) VALUES "
CODE = "INSERT INTO register_codeclaim (code, slot, entry_id) VALUES "
WRONG = {
    "a port above 65535": CLAIM + "(65536, 'tcp', 0, {0})",
    "a port below 0": CLAIM + "(-1, 'tcp', 0, {0})",
    "another transport": CLAIM + "(1, 'ddp', 0, {0})",
    "a slot below 0": CLAIM + "(1, 'tcp', -1, {0})",
    "an entry that is not there": CLAIM + "(1, 'tcp', 0, 77777)",
    "a name in capitals": "INSERT INTO register_nameclaim (fold) VALUES ('Abc')",
    "a name beyond ASCII": "INSERT INTO register_nameclaim (fold) VALUES ('caf\u00e9')",
    "a code above 32 bits": CODE + "(4294967296, 0, {0})",
    "a state of its own": "UPDATE register_entry SET state = 'Sold'",
    "ports that run downwards": "UPDATE register_entry SET high = 19999",
    "half a range": "UPDATE register_entry SET high = NULL",
    "a fold in capitals": "UPDATE register_entry SET fold = 'A'",
    "a row too long": "UPDATE register_entry SET row = '" + "x" * 400_001 + "'",
    "a second registry": "UPDATE register_registry SET identity = 2",
    "a claim twice": CLAIM + "(20000, 'tcp', 0, {0})",
    "a name twice": "INSERT INTO register_nameclaim (fold) VALUES ('a')",
    "an entry with claims deleted": "DELETE FROM register_entry",
}


def execute(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        connection.check_constraints()


@pytest.mark.parametrize("case", WRONG)
def test_the_database_refuses(empty: str, case: str) -> None:
    acts.found()
    changing.transaction(act(), lambda work: grant(work, row("a", 20000)))
    entry = tables.rows("SELECT identity FROM register_entry")[0][0]
    with pytest.raises(DatabaseError):
        execute(WRONG[case].replace("{0}", str(entry)))


# -- many processes


def compete(url: str, folder: Path, removed: tuple[str, ...], processes: int, keys: int) -> Counter[str]:
    """What all processes were answered."""
    asked = {"folder": str(folder), "removed": removed, "processes": processes, "keys": keys}
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portbook.register.settings",
        "PORTBOOK_DATABASE": url,
    }
    subprocess.run([sys.executable, SCRIPT, json.dumps(asked)], env=environment, timeout=600, check=True)
    answers: Counter[str] = Counter()
    for number in range(processes):
        answers.update(json.loads((folder / f"{number}.json").read_text()))
    return answers


def doubled() -> tuple[int, int]:
    """Ports and names that more than one entry has."""
    ports = "SELECT low FROM register_entry GROUP BY low, transport HAVING COUNT(*) > 1"
    names = "SELECT fold FROM register_entry GROUP BY fold HAVING COUNT(*) > 1"
    return len(tables.rows(ports)), len(tables.rows(names))


def drop_indexes() -> None:
    """Take the unique indexes of the claims away; SQLite must make the tables anew for it."""
    for model in (PortClaim, NameClaim):
        table, name = model._meta.db_table, f"{model._meta.model_name}_one_holder"
        if connection.vendor == "postgresql":
            execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")
            continue
        made = str(tables.rows("SELECT sql FROM sqlite_master WHERE name = %s", [table])[0][0])
        loose = re.sub(rf',? CONSTRAINT "{name}" UNIQUE \([^)]*\)', "", made)
        assert loose != made
        for statement in (f"DROP TABLE {table}", loose):
            execute(statement)


@pytest.mark.parametrize("removed", BARRIERS, ids=lambda removed: "".join(removed) or "none")
def test_each_barrier_alone_may_fall(
    empty: str, engine: str, tmp_path: Path, removed: tuple[str, ...]
) -> None:
    """With all but one barrier every key is given exactly once."""
    acts.found()
    if "index" in removed:
        drop_indexes()
    processes = PROCESSES[engine]
    keys = 2_000 // processes // 4
    connection.close()
    answers = compete(empty, tmp_path, removed, processes, keys)
    assert doubled() == (0, 0)
    assert answers.total() == processes * keys
    unfinished = answers["E-REGISTER-BUSY"] + answers["E-REGISTER-REFUSED"] + answers["E-ROW-STALE"]
    if "lock" not in removed:
        assert answers["given"] == keys
        assert unfinished == 0
    else:
        assert answers["given"] == tables.rows("SELECT COUNT(*) FROM register_entry")[0][0] > 0


def test_without_index_and_rules_there_are_doubles(empty: str, engine: str, tmp_path: Path) -> None:
    """The test above can fail: the lock alone knows nothing of ports."""
    acts.found()
    drop_indexes()
    connection.close()
    compete(empty, tmp_path, ("recheck", "index"), 2, 5)
    assert doubled()[0] == 5


@pytest.mark.deep
@pytest.mark.parametrize("removed", BARRIERS, ids=lambda removed: "".join(removed) or "none")
def test_twenty_thousand_tries(empty: str, engine: str, tmp_path: Path, removed: tuple[str, ...]) -> None:
    acts.found()
    if "index" in removed:
        drop_indexes()
    processes = 2 * PROCESSES[engine]
    connection.close()
    compete(empty, tmp_path, removed, processes, 20_000 // processes)
    assert doubled() == (0, 0)
