"""One moment: what is read inside stands still, those who write do not wait, and nothing is written."""

from __future__ import annotations

import threading

import pytest
from django.db import DatabaseError, connection

from portbook.register import changing, database, tables
from portbook.register.moments import one_moment

from .acts import act, grant, row
from .conftest import use


def entries() -> int:
    return int(tables.rows("SELECT COUNT(*) FROM register_entry")[0][0])


def assign_elsewhere(name: str, port: int) -> list[Exception]:
    """Assign by another connection; return what went wrong."""
    wrong: list[Exception] = []

    def assign() -> None:
        try:
            changing.transaction(act("assign"), lambda work: grant(work, row(name, port)))
        except Exception as error:
            wrong.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=assign)
    thread.start()
    thread.join()
    return wrong


def test_nothing_moves_inside_and_nobody_waits(register: str) -> None:
    before = entries()
    with one_moment():
        assert entries() == before
        assert assign_elsewhere("tide", 20000) == []
        assert entries() == before
    assert entries() == before + 1


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
def test_where_the_log_is_sound_nothing_is_copied(register: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "MODE", ("WAL", "FULL"))
    use(register)
    before = entries()
    with one_moment():
        assert connection.connection.execute("PRAGMA database_list").fetchone()[2]
        assert entries() == before
        assert assign_elsewhere("tide", 20000) == []
        assert entries() == before
    assert entries() == before + 1


def test_nothing_is_written_inside(register: str) -> None:
    with pytest.raises(DatabaseError), one_moment():
        tables.rows("UPDATE register_entry SET position = position RETURNING position")
    assert assign_elsewhere("tide", 20000) == []


def test_what_goes_wrong_inside_leaves_the_register_in_place(register: str) -> None:
    before = entries()
    with pytest.raises(KeyError), one_moment():
        raise KeyError("anything")
    assert assign_elsewhere("tide", 20000) == []
    assert entries() == before + 1
