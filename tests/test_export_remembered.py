"""What exports remember of an edition: by identity, for the last one alone, and no longer than it lives."""

import gc
from dataclasses import replace
from weakref import ref

from portbook.edition import Edition
from portbook.exports.places import fits, listed
from portbook.exports.remembered import MOST, remembered
from portbook.records import Record

EDITION = Edition((Record("http", "80", "tcp"),))


def test_the_same_edition_is_worked_out_once() -> None:
    asked: list[tuple[Edition, int]] = []

    @remembered
    def work(edition: Edition, more: int = 0) -> int:
        asked.append((edition, more))
        return more

    other = replace(EDITION)
    assert other == EDITION
    answers = [
        work(EDITION),
        work(EDITION, 1),
        work(EDITION),
        work(EDITION, more=2),
        work(other),
        work(EDITION),
    ]
    assert answers == [0, 1, 0, 2, 0, 0]
    assert [(edition is EDITION, more) for edition, more in asked] == [
        (True, 0), (True, 1), (True, 2), (False, 0), (True, 0),
    ]  # fmt: skip


def test_answers_are_bounded() -> None:
    asked: list[int] = []

    @remembered
    def work(edition: Edition, more: int) -> int:
        asked.append(more)
        return more

    for more in (*range(MOST), 0):
        work(EDITION, more)
    assert asked == [*range(MOST)]
    work(EDITION, MOST)
    work(EDITION, 0)
    assert asked == [*range(MOST), MOST, 0]


def test_an_edition_is_not_kept_alive() -> None:
    edition = replace(EDITION)
    listed(edition, fits)
    known = ref(edition)
    del edition
    gc.collect()
    assert known() is None
