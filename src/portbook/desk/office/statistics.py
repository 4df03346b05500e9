"""The statistics of the desk: a year by months, as a page with bars, as CSV and as JSON."""

import csv
import io
import json
import re
from typing import NamedTuple

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portbook.applications import Kind
from portbook.desk import sentences
from portbook.desk.applying.choices import TITLES
from portbook.desk.entrance import for_roles
from portbook.desk.layout import EVENT_READERS
from portbook.desk.office.registry import policy_now
from portbook.exports.spreadsheet_csv import guarded
from portbook.register.reading import statistics
from portbook.register.reading.statistics import Month, Statistics
from portbook.web import clock

_MONTH = re.compile(r"(?:19|20|21)[0-9]{2}-(?:0[1-9]|1[0-2])", re.ASCII)
_HIGH = 60  # units of the drawing for the tallest bar
_WIDE = 40  # of a month
_BAR = 14


class Bar(NamedTuple):
    """A bar of the drawing: what it counts, and where it stands."""

    what: str
    x: int
    y: int
    height: int


@for_roles(*EVENT_READERS)
def year(request: HttpRequest) -> HttpResponse:
    """Twelve months, of which the last is asked for."""
    found = _asked(request)
    kinds = [each._replace(what=TITLES[Kind(each.what)]) for each in found.kinds]
    context = {
        "found": found,
        "outcomes": statistics.OUTCOMES,
        "received": sum(month.received for month in found.months),
        "decided": {each: sum(month.decided[each] for month in found.months) for each in statistics.OUTCOMES},
        "clocks": [
            (month.month, sentences.WITH[party], span)
            for month in found.months
            for party, span in month.clocks.items()
        ],
        "bars": bars(found.months),
        "marks": [(month.month, number * _WIDE + _WIDE // 2) for number, month in enumerate(found.months)],
        "wide": _WIDE * len(found.months),
        "high": _HIGH,
        "shares": (("By kind", kinds), ("By way", found.ways), ("By range", found.ranges)),
        "earlier": _year_before(found.last, -1),
        "later": _year_before(found.last, 1) if found.last < clock.instant()[:7] else "",
    }
    return render(request, "desk/statistics.html", context)


@for_roles(*EVENT_READERS)
def as_csv(request: HttpRequest) -> HttpResponse:
    """The months as CSV of which a spreadsheet runs nothing (T-29)."""
    found = _asked(request)
    target = io.StringIO(newline="")
    rows = ([guarded(str(cell)) for cell in row] for row in statistics.lines(found))
    csv.writer(target, lineterminator="\r\n").writerows(rows)
    return _file(target.getvalue(), "text/csv; charset=utf-8", f"statistics-{found.last}.csv")


@for_roles(*EVENT_READERS)
def as_json(request: HttpRequest) -> HttpResponse:
    """All of it as JSON."""
    found = _asked(request)
    text = json.dumps(statistics.as_json(found), ensure_ascii=False, indent=1)
    return _file(text, "application/json", f"statistics-{found.last}.json")


def bars(months: tuple[Month, ...]) -> tuple[Bar, ...]:
    """Return two bars a month, what was received and what was decided, the tallest as high as the drawing."""
    most = max((max(month.received, sum(month.decided.values())) for month in months), default=0) or 1
    found = []
    for number, month in enumerate(months):
        counts = (("received", month.received), ("decided", sum(month.decided.values())))
        for place, (what, count) in enumerate(counts):
            height = -(-_HIGH * count // most)
            x = number * _WIDE + (_WIDE - 2 * _BAR) // 2 + place * _BAR
            found.append(Bar(what, x, _HIGH - height, height))
    return tuple(found)


def _asked(request: HttpRequest) -> Statistics:
    """The statistics to the month that is asked for; else to this one."""
    given = request.GET.get("last", "")
    last = given if _MONTH.fullmatch(given) else clock.instant()[:7]
    return statistics.statistics(last, policy_now())


def _year_before(month: str, years: int) -> str:
    return f"{int(month[:4]) + years:04}{month[4:]}"


def _file(text: str, media_type: str, name: str) -> HttpResponse:
    answer = HttpResponse(text, content_type=media_type)
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
