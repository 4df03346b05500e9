"""Freshness: ages in days, at the limits and a day beyond."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from portbook.freshness import AGING_AFTER, OLD_AFTER, age_of

TODAY = date(2026, 3, 1)


@pytest.mark.parametrize(
    "days, level",
    [
        (-1, "fresh"),
        (0, "fresh"),
        (AGING_AFTER, "fresh"),
        (AGING_AFTER + 1, "aging"),
        (OLD_AFTER, "aging"),
        (OLD_AFTER + 1, "old"),
        (4000, "old"),
    ],
)
def test_an_age_has_a_level(days: int, level: str) -> None:
    age = age_of((TODAY - timedelta(days)).isoformat(), TODAY)
    assert age is not None
    assert (age.days, age.level, age.is_fresh) == (days, level, level == "fresh")


@pytest.mark.parametrize(
    "text", ["", "2026-02", "2026-02-29", "20260228", "2026-W09-1", "٢٠٢٦-٠٢-٠١", "2026-02-01\n", "soon"]
)
def test_what_is_no_day_has_no_age(text: str) -> None:
    assert age_of(text, TODAY) is None
