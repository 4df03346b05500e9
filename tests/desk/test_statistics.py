"""Statistics: months counted by hand, few statements for many applications, tables that run nothing."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from django.test import Client

from portbook.desk.office.statistics import bars
from portbook.policy import RFC6335
from portbook.register.operations import applying
from portbook.register.reading import statistics
from portbook.register.reading.statistics import Month, Span
from register import desk as at_work

from .people import statements

At = Callable[[str], Client]

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


def year() -> None:
    """Granted by experts in June, refused in June, withdrawn in July, lapsed in October; and one is open."""
    granted = at_work.validated(at_work.submitted("port", day="2031-06-01"), day="2031-06-03")
    granted = at_work.granted(granted, "eve", day="2031-06-08")
    at_work.assigned(granted, day="2031-06-11")
    refused = at_work.submitted("name", {"transports": ["quic"]}, actor="tom", day="2031-06-12")
    at_work.validated(refused, day="2031-06-14")
    withdrawn = at_work.submitted("name", {"service_name": "tide-a"}, actor="una", day="2031-06-20")
    applying.withdraw(at_work.by("una", "2031-07-02"), withdrawn.answer["application"])
    faulty = {"service_name": "tide-b", "casts": None}
    lapsed = at_work.submitted("name", faulty, actor="una", day="2031-07-03")
    at_work.validated(lapsed, day="2031-07-04")
    applying.lapse(at_work.by("ada", "2031-10-01"), lapsed.answer["application"])
    at_work.submitted("name", {"service_name": "tide-c"}, actor="una", day="2031-10-05")


def test_the_year_is_what_was_done(desk: At) -> None:
    year()
    found = statistics.statistics("2031-12", RFC6335)
    months = {month.month: month for month in found.months}
    assert (found.first, found.last, len(months)) == ("2031-01", "2031-12", 12)
    june, july, october = months["2031-06"], months["2031-07"], months["2031-10"]
    assert (june.received, july.received, october.received) == (3, 1, 1)
    assert june.decided == {"granted": 1, "refused": 1, "withdrawn": 0, "lapsed": 0}
    assert july.decided == {"granted": 0, "refused": 0, "withdrawn": 1, "lapsed": 0}
    assert october.decided == {"granted": 0, "refused": 0, "withdrawn": 0, "lapsed": 1}
    assert [months[f"2031-{month:02}"].open for month in range(5, 13)] == [0, 1, 1, 1, 1, 1, 1, 1]
    assert june.gross == Span(2, 6.0, 10.0)
    assert june.clocks["operator"] == Span(2, 3.5, 5.0)
    assert june.clocks["experts"] == Span(1, 5.0, 5.0)
    assert october.clocks["requester"].median == 89.0
    assert {share.what: share.decided["granted"] for share in found.ways} == {
        "expert review": 1,
        "registry alone": 0,
    }
    assert {share.what: sum(share.decided.values()) for share in found.ranges} == {
        "User Ports": 1,
        statistics.NO_PORT: 3,
    }
    (team,) = (team for team in found.teams if team.team == "TCP/UDP experts")
    assert (team.asked, team.verdicts, team.answer) == (1, {"grant": 1}, Span(1, 5.0, 5.0))


def test_what_was_before_counts_as_open_and_not_as_received(desk: At) -> None:
    at_work.submitted("name", day="2031-06-01")
    found = statistics.statistics("2032-12", RFC6335)
    assert {month.received for month in found.months} == {0}
    assert {month.open for month in found.months} == {1}
    assert {month.open for month in statistics.statistics("2031-05", RFC6335).months} == {0}


def test_the_page_the_csv_and_the_json_say_the_same(desk: At) -> None:
    year()
    client = desk("aud")
    page = client.get("/desk/statistics?last=2031-12")
    assert page.context["received"] == 5
    assert "From January 2031 to December 2031: 5 received" in page.content.decode()
    assert page.content.decode().count("nothing</span>") == sum(
        each.is_still for each in page.context["found"].months
    )
    rows = list(csv.DictReader(io.StringIO(client.get("/desk/statistics.csv?last=2031-12").content.decode())))
    told = client.get("/desk/statistics.json?last=2031-12").json()
    assert [row["month"] for row in rows] == [month["month"] for month in told["months"]]
    for row, month in zip(rows, told["months"], strict=True):
        assert int(row["received"]) == month["received"]
        assert int(row["open at the end"]) == month["open"]
        assert row["gross median"] == (str(month["gross"]["median"]) if month["gross"] else "")
    assert sum(int(row["granted"]) for row in rows) == 1


def test_a_month_that_is_none_is_this_one(desk: At) -> None:
    client = desk("aud")
    now = client.get("/desk/statistics").context["found"].last
    for last in ("2031-13", "x", "2031-1", "2031-01-01", "9999-01"):
        assert client.get(f"/desk/statistics?last={last}").context["found"].last == now


def test_only_who_reads_the_books_sees_them(desk: At) -> None:
    for address in ("/desk/statistics", "/desk/statistics.csv", "/desk/statistics.json"):
        assert [desk(who).get(address).status_code for who in ("ada", "aud", "max")] == [200] * 3
        assert [desk(who).get(address).status_code for who in ("tia", "eve", "gus")] == [404] * 3


def test_many_applications_take_as_many_statements_as_few(desk: At) -> None:
    year()
    with statements() as few:
        statistics.statistics("2031-12", RFC6335)
    for number in range(4):
        day = f"2031-11-0{number + 1}"
        done = at_work.submitted("name", {"service_name": f"tide-{number}x"}, actor="tom", day=day)
        at_work.assigned(at_work.validated(done, day=day), day=day)
    with statements() as many:
        found = statistics.statistics("2031-12", RFC6335)
    assert sum(month.received for month in found.months) == 9
    assert len(many) == len(few) <= 7


def test_bars_reach_from_nothing_to_the_top(engine: str) -> None:
    def month(received: int, granted: int) -> Month:
        return Month("2031-01", received, {"granted": granted, "refused": 0}, 0, {}, None)

    found = bars((month(0, 0), month(4, 2)))
    assert [bar.height for bar in found] == [0, 0, 60, 30]
    assert all(bar.y + bar.height == 60 for bar in found)
    assert [bar.height for bar in bars((month(0, 0),))] == [0, 0]
