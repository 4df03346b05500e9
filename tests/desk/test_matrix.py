"""Every operation, by every kind of member, in every state, by each door: as the table by hand says.

The doors are the operations themselves, the pages, and the API (T-58, T-59).  All is tried and nothing done;
at the end the register is as it was.  The command runs the same functions; a few cells of it are run, too.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

import asking
from portbook import cli
from portbook.applications import to_toml
from portbook.desk.deeds import Deed, table
from portbook.desk.models import Count
from portbook.desk.programs import openapi, scopes
from portbook.errors import RuleError
from portbook.numbers import Transport
from portbook.procedures import Target
from portbook.register import tables
from portbook.register.operations import appeals, contacts, returning
from portbook.register.reading import statuses
from portbook.register.roles import RIGHTS
from portbook.states import ApplicationState
from portbook.web import clock
from register import desk as registry

from . import bearer, busy, cells
from .cells import Case

At = Callable[[str], Client]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
S = ApplicationState

CODE = re.compile(r"<code>([EW]-[A-Z0-9-]+)</code>")
PAGES_OF_THEIR_OWN = {  # operations that no form of `deeds` does, and the address that does
    "show application": "desk/applications/<int:number>",
    "claim contact": "desk/takeovers/new",
    "ask addresses": "desk/contacts",
    "publish": "desk/publish",
}

# Words for every field; what a deed is about comes from what goes on in the register.
WORDS: dict[str, Any] = {
    "accepted": "x", "addresses": "a@new.example", "agrees": "yes", "applied_by": "Zoe", "attempts": "x",
    "because": "x", "begins": "2031-07-01", "body": "IESG", "chairs": "x", "description": "x", "disuse": "x",
    "document": "rfc9999", "draft": "x", "evidence": "x", "expert": "x", "facts": "x", "finding": "x",
    "digest": "0" * 64, "appellant": "tia", "decision": "x", "ground": "technical", "how": "x", "life": "x",
    "need": "x", "new": "newname", "old": "rfc6335", "operation": "assign", "organization": "Org",
    "outcome": "kept", "reasons": "x", "reference": "rfc9999", "release": "x", "released_by": "Gus",
    "reported_by": "x", "request": "x", "ruling": "approved", "team": "TCP/UDP experts", "text": "x",
    "tie": "x", "verdict": "grant", "word": "obsolete", "words": "x", "codes": "ABCD", "assignee": "Zoe",
    "address": "gus@ferry.example", "ends": "2031-07-02", "port": 4242, "name": "ferry", "contact": "Gus",
    "grounds": [], "roles": ["applicant"], "transports": ["tcp"],
}  # fmt: skip
# Possible in the state, but not at once: a day has to pass, experts to be silent, a port to be taken.
NOT_YET = {"lapse", "close unconfirmed", "check again", "escalate"}
OF_RETURNS = {"confirm return", "stop return", "deassign"}
BY_DEED: dict[str, dict[str, Any]] = {  # where another word is wanted
    "add codes": {"name": "coded", "port": 5100, "codes": "SC:WXYZ"},
    "add contact": {"name": "Nora New"},
    "amend": {"decision": ""},  # what the operator alone puts on record
    "announce return": {"name": "given-back", "port": 4300, "transports": ["udp"], "expert": ""},
    "approve": {"operation": "set policy"},  # an act of the office, for which administrators have a word
    "add member": {"name": "newbie", "party": ""},
    "appoint expert": {"name": "eli"},
    "change member": {"name": "tom", "party": "", "is_active": ""},
    "decide appeal": {"outcome": "uphold"},
    "decide claim": {"outcome": "refused"},
    "draft": {"request": to_toml(asking.application("port"))},
    "change application": {"request": to_toml(asking.application("port"))},
    "reserve port": {"port": 5001},
    "free port": {"port": 5001},
    "set policy": {"text": ""},
}


def values_of(deed: Deed, about: dict[str, Any]) -> dict[str, Any]:
    """What is sent for a deed: all its fields."""
    known = {**WORDS, **about, **BY_DEED.get(deed.operation, {})}
    fields = deed.form.base_fields
    return {name: known[name] for name in fields if known.get(name) not in (None, "")}


# -- the doors: each tries a deed and tells by which code it was refused, or ""


def by_operation(deed: Deed, member: str, values: dict[str, Any]) -> str:
    form = deed.form(values)
    assert form.is_valid(), (deed.slug, form.errors)
    try:
        deed.do(registry.by(member, is_dry=True), form.cleaned_data)
    except RuleError as error:
        return error.problem.code
    return ""


class Doors:
    """Pages and API for each member."""

    def __init__(self, desk: At) -> None:
        self.browsers = {name: desk(name) for name in cells.MEMBERS}
        self.programs = {name: bearer.of_member(name) for name in cells.MEMBERS}
        for program in self.programs.values():
            program.get("queue")  # it notes the day

    def by_page(self, deed: Deed, member: str, values: dict[str, Any]) -> str:
        answer = self.browsers[member].post(deed.address, {**values, "key": "k", "step": "show"})
        if answer.status_code == 200:
            return ""
        assert answer.status_code in (403, 404, 409, 422), (deed.slug, member, answer.status_code)
        codes = CODE.findall(answer.content.decode())
        assert codes, (deed.slug, member, answer.status_code)
        return str(codes[0])

    def by_api(self, deed: Deed, member: str, values: dict[str, Any]) -> str:
        Count.objects.all().delete()
        answer = self.programs[member].act(deed.slug, values, dry_run=True)
        told = answer.json()
        if answer.status_code == 200:
            return ""
        assert answer.status_code in (403, 404, 409, 422), (deed.slug, member, told)
        return str(told["code"])


def difference(operation: str, member: str, case: Case, code: str) -> str:
    """What is wrong with the answer to one cell, or ""."""
    is_allowed = cells.allowed(operation, member, case)
    if is_allowed and code == "E-STATE-MOVE" and operation in NOT_YET:
        return ""
    barred = cells.BARRED if case.state else cells.BARRED - {"E-STATE-MOVE"}  # a case has states of its own
    if (code not in barred) == is_allowed:
        return ""
    state = case.state.name if case.state else "-"
    return f"{operation}, {member}, {state}: {code or 'done'}, and the table says {is_allowed}"


def unlike(doors: Doors, deed: Deed, member: str, values: dict[str, Any], code: str) -> str:
    """What pages or the API answer otherwise than the operation, or ""."""
    found = {"page": doors.by_page(deed, member, values), "API": doors.by_api(deed, member, values)}
    return "" if {*found.values()} == {code} else f"{deed.operation}, {member}: {code}, but {found}"


# -- what there is


def test_every_operation_has_a_form_or_a_page(desk: At) -> None:
    operations = {deed.operation for deed in table().values()}
    assert operations.isdisjoint(PAGES_OF_THEIR_OWN)
    assert operations | set(PAGES_OF_THEIR_OWN) == set(RIGHTS) == set(cells.TABLE)


LETTERS = {"claim contact": {"contact": "Zoe", "words": "x"}, "ask addresses": {"months": 12}}


def test_letters_to_people_who_did_not_ask(desk: At) -> None:
    """Each cell by the page, for real; and by no token (the API has no address for it)."""
    for operation, values in LETTERS.items():
        for member in cells.MEMBERS:
            answer = desk(member).post(
                f"/{PAGES_OF_THEIR_OWN[operation]}", {**values, "key": f"key {member}"}
            )
            codes = CODE.findall(answer.content.decode()) or [""]
            assert difference(operation, member, HELD, codes[0]) == ""
            assert codes[0] or answer.status_code == 302
    assert set(LETTERS) == set(scopes.FOR_PEOPLE_ONLY)
    described = openapi.document()["paths"]
    programs = [bearer.of_member(member) for member in ("tia", "ada")]
    for operation in scopes.FOR_PEOPLE_ONLY:
        slug = operation.replace(" ", "-")
        assert scopes.scope_of(operation) is None
        assert f"/v1/register/acts/{slug}" not in described
        assert {program.act(slug, {}).status_code for program in programs} == {404}


# -- applications


@pytest.mark.parametrize("state", S, ids=lambda state: state.name)
def test_every_deed_on_an_application(desk: At, state: ApplicationState) -> None:
    """By the operations all cells; by page and API those in which somebody may."""
    doors = Doors(desk)
    done = registry.in_state(state)
    status = statuses.status("ada", done.answer["application"], clock.instant())
    assert status.state is state
    about = {"application": done.answer["application"], "version": status.version}
    case = cells.case_of(about["application"], status.version, state)
    before = busy.everything()
    wrong = []
    for deed in (each for each in table().values() if each.operation in cells.OF_APPLICATIONS):
        values = values_of(deed, about)
        is_possible = any(cells.allowed(deed.operation, each, case) for each in cells.MEMBERS)
        for member in cells.MEMBERS:
            code = by_operation(deed, member, values)
            wrong.append(difference(deed.operation, member, case, code))
            if is_possible:
                wrong.append(unlike(doors, deed, member, values, code))
    assert busy.everything() == before
    assert {*wrong} == {""}


# -- whatever else

HELD = Case(speakers=frozenset({"Fay", "Gus"}))  # "ferry" and the contact Gus
CASES = {
    "confirm return": Case(speakers=frozenset({"Fay"})),  # the Assignee confirms what a Contact asked for
    "file appeal": Case("tia"),
    "stop claim": Case("tia", speakers=frozenset({"Zoe"})),
    "decide claim": Case("tia", speakers=frozenset({"Zoe"})),
    "confirm claim": Case("tia", speakers=frozenset({"Zoe"})),
}


def ongoing() -> dict[str, Any]:
    """Something for each deed to be about: begun by tia, or on what Gus and Fay hold."""
    numbers: dict[str, Any] = {name: int(number) for name, number in busy.fill().items()}
    refused = registry.in_state(S.REFUSED)
    appeal = appeals.file(registry.by("tia"), refused.event, "IESG", "x", "tia").answer["appeal"]
    asked = contacts.ask_change(registry.by("ada"), "Gus", ("gus@new.example",)).answer["notice"]
    [(term,)] = tables.rows("SELECT identity FROM register_expertterm ORDER BY identity DESC LIMIT 1")
    del numbers["application"]  # deeds on entries may end one, and are asked by its author then
    return numbers | {"appeal": appeal, "decision": refused.event, "notice": asked, "term": term}


def returned() -> int:
    """A return that Gus, a Contact, announced."""
    target = Target("given-back", 4300, (Transport.UDP,))
    done = returning.announce(registry.by("gus"), target, asked_by="Gus", evidence="x")
    return int(done.answer["notice"])


def test_every_other_deed(desk: At) -> None:
    about = ongoing()
    of_returns = about | {"notice": returned()}
    doors = Doors(desk)
    before = busy.everything()
    wrong, counted = [], 0
    for deed in table().values():
        if deed.operation in cells.OF_APPLICATIONS:
            continue
        case = CASES.get(deed.operation, HELD)
        values = values_of(deed, of_returns if deed.operation in OF_RETURNS else about)
        for member in cells.MEMBERS:
            code = by_operation(deed, member, values)
            wrong.append(difference(deed.operation, member, case, code))
            wrong.append(unlike(doors, deed, member, values, code))
            counted += 1
    assert busy.everything() == before
    assert {*wrong} == {""}
    assert counted > 400


@pytest.mark.parametrize("operation", ["freeze", "unfreeze"])
def test_cells_of_the_command(desk: At, operation: str, capsys: pytest.CaptureFixture[str]) -> None:
    for member in cells.MEMBERS:
        cli.main(["register", operation, "--as", member, "--dry-run", "--json"])
        told = capsys.readouterr()
        code = re.search(r"E-[A-Z-]+", told.err + told.out)
        assert difference(operation, member, HELD, code[0] if code else "") == ""
