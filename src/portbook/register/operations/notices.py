"""Notices: what is done after a day, unless somebody objects; how one is opened, read and closed.

A return waits for the policy's days of objection (T-52), other addresses of a contact for two weeks (T-47).
Whoever is concerned gets a letter; the desk shows a return to everybody who is signed in.
"""

import json
from datetime import date, timedelta
from typing import Any

from portbook.errors import Problem, RuleError, shown
from portbook.records import PublishedDate
from portbook.register import tables
from portbook.register.cases import DONE, OPEN, STOPPED, Notice
from portbook.register.events import canonical
from portbook.register.operations.acting import Doing
from portbook.review.days import months_after

_SOURCE = "docs/register.md"


def open_notice(doing: Doing, kind: str, what: str, content: Any, asked_by: str, days: int) -> Notice:
    """Open a notice that waits *days*; raise `RuleError` E-NOTICE-OPEN when one is open (T-49)."""
    where = "WHERE kind = %s AND object = %s AND state = %s"
    if others := tables.load(Notice, where, [kind, what, OPEN]):
        message = f"notice {others[0].identity} on {shown(what)} is open until {others[0].ends}"
        raise RuleError(Problem("E-NOTICE-OPEN", message, _SOURCE))
    values = {
        "kind": kind,
        "object": what,
        "content": canonical(content),
        "asked_by": asked_by,
        "confirmation": "",
        "state": OPEN,
        "begins": str(doing.today),
        "ends": later(doing.today, days),
        "version": 1,
    }
    return Notice(doing.work.add(Notice, values), **values)


def opened(kind: str, number: int) -> Notice:
    """Return notice *number* of *kind*; raise `RuleError` E-NOTICE-NONE where none such is open."""
    found = tables.load(Notice, "WHERE identity = %s AND kind = %s", [number, kind])
    if not found or found[0].state != OPEN:
        state = found[0].state if found else "not there"
        message = f"notice {number} of a {kind} is {state}; nothing waits for it"
        raise RuleError(Problem("E-NOTICE-NONE", message, _SOURCE))
    return found[0]


def confirm(doing: Doing, notice: Notice, confirmation: str) -> None:
    """Put on record who confirmed it, and how."""
    doing.work.change(Notice, notice.identity, tables.values_of(notice), {"confirmation": confirmation})


def stop(doing: Doing, notice: Notice) -> None:
    """Close it, with nothing done."""
    doing.work.change(Notice, notice.identity, tables.values_of(notice), {"state": STOPPED})


def carry_out(doing: Doing, notice: Notice) -> Any:
    """Close it because it is done now; return its content.  Raise `RuleError` E-NOTICE-WAITS too early."""
    if str(doing.today) <= notice.ends:
        message = f"notice {notice.identity} waits until the end of {notice.ends}"
        raise RuleError(Problem("E-NOTICE-WAITS", message, "T-47, T-52"))
    doing.work.change(Notice, notice.identity, tables.values_of(notice), {"state": DONE})
    return content(notice)


def content(notice: Notice) -> Any:
    """Return what is to be done, as it was put in."""
    return json.loads(notice.content)


def later(day: str, days: int) -> str:
    """Return the day *days* after *day*."""
    return PublishedDate(date.fromisoformat(day) + timedelta(days=days))


def months_later(day: str, months: int) -> str:
    """Return the same day *months* later (A-33)."""
    return str(months_after(date.fromisoformat(day), months))
