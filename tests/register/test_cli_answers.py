"""What the command tells of a register at work: second persons, dry runs, lists, and what would help."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from asking import application
from cli_runs import Ran, portbook
from portbook.applications import to_toml
from portbook.cli import acts, clock
from portbook.policy import RFC6335, write
from portbook.register import changing, tables
from portbook.register.models import Outbox, Registry
from portbook.states import ApplicationState

from . import desk
from .acts import act

pytestmark = [
    pytest.mark.usefixtures("at_work"),
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
]
DAY = "2026-09-02T10:00:00Z"
_APPOINT = ("register", "appoint", "dan", "TCP/UDP experts")


@pytest.fixture(autouse=True)
def on_a_day(monkeypatch: pytest.MonkeyPatch) -> None:
    at(monkeypatch, DAY)
    monkeypatch.delenv(acts.MEMBER, raising=False)


def at(monkeypatch: pytest.MonkeyPatch, instant: str) -> None:
    monkeypatch.setattr(clock, "instant", lambda: instant)


def run(*argv: str) -> Ran:
    return portbook(*argv)


def events() -> int:
    return int(tables.load(Registry, "")[0].events)


# -- a second person


def test_the_second_person_sees_what_the_word_is_for(tmp_path: Path) -> None:
    """The same call with --approve, by somebody else; the word counts once, and not for who gave it."""
    policy = tmp_path / "policy.toml"
    policy.write_text(write(RFC6335._replace(name="Harbour")))
    asked = ("register", "set-policy", str(policy))
    alone = run(*asked, "--as", "ada")
    assert (alone.status, "calls the same with --approve" in alone.err) == (1, True)
    given = run(*asked, "--as", "bob", "--approve")
    assert (given.status, "this is what the act would do" in given.out) == (0, True), given.err
    before = events()
    again = run(*asked, "--as", "bob", "--approve")
    assert (again.status, "gave that word already; it holds until" in again.err) == (1, True)
    own = run(*asked, "--as", "bob")
    assert (own.status, "E-PERSONS" in own.err, events()) == (1, True, before)
    assert run(*asked, "--as", "ada").status == 0
    assert json.loads(run("register", "policy", "--json").out)["name"] == "Harbour"


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("register", "freeze", "--approve"), "needs one person alone"),
        (("register", "approve", "paint", "0" * 64), "'paint' is no operation"),
        (("register", "approve", "set policy", "0" * 63), "is no digest"),
    ],
)
def test_what_nobody_can_approve(words: tuple[str, ...], why: str) -> None:
    before = events()
    ran = run(*words, "--as", "ada")
    assert (ran.status, why in ran.err, "E-APPROVAL" in ran.err, events()) == (1, True, True, before)


# -- dry runs


def test_a_dry_run_shows_rows_as_they_are_published() -> None:
    asked = ("maintain", "amend", "ferry", "--notes", "Summer only", "--as", "ada", "--dry-run")
    ran = run(*asked)
    assert ran.status == 0, ran.err
    told = ran.out.split("\n")
    assert any(line.startswith("  ferry ") for line in told)
    assert any("Assignment Notes" in line and "Summer only" in line for line in told)
    assert not [word for word in ("position", "layout", "fold", "1099511627776") if word in ran.out]
    changes = json.loads(run(*asked, "--json").out)["changes"]
    assert any("row" in (each["after"] or {}) for each in changes)
    reserved = run("register", "reserve", "4070", "--decision", "IESG", "--as", "ada", "--dry-run")
    assert [line[:1] for line in reserved.out.split("\n")[1:3]] == ["+", "+"] or "- " in reserved.out


# -- what waits


def test_what_waits_for_a_day_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = ("contact", "change", "Fay", "fay@new.example", "--as", "ada")
    number = run(*asked, "--field", "notice").out.strip()
    assert run("contact", "list").out.split("\t")[:3] == [number, "Fay", "fay@new.example"]
    assert run("register", "status", "--field", "changes of addresses").out == "1\n"
    shown = run("contact", "show", "Fay").out.split("\n")
    assert "contact: Fay" in shown
    assert any(line.startswith("addresses: fay@") for line in shown)
    assert run("contact", "show", "Nobody").status == 1
    assert run("deassign", "list").out == ""
    assert run("review", "due", "--as", "ada").out == ""
    at(monkeypatch, "2099-01-01T10:00:00Z")
    assert run("review", "due", "--as", "ada").out.startswith(f"notice {number}\tenter contact change\t")
    (due,) = json.loads(run("review", "due", "--as", "ada", "--json").out)
    assert (due["notice"], due["about"]) == (int(number), "Fay")


def test_letters_that_were_given_up_are_listed() -> None:
    changing.transaction(act("tell", instant=DAY), lambda work: work.notify("tess", "A subject", "A body"))
    before = len(json.loads(run("register", "letters", "--json").out))
    Outbox.objects.filter(recipient="tess").update(state="given up")
    found = json.loads(run("register", "letters", "--json").out)
    assert len(found) == before
    (letter,) = (each for each in found if each["state"] == "given up")
    assert (letter["recipient"], letter["why"]) == ("tess", "the name of a member is no mail address")
    ran = run("register", "add-member", "tess", "applicant", "--as", "ada")
    assert (ran.status, "letters for 'tess'" in ran.err) == (0, True)
    assert run("register", "add-member", "tess@tide.example", "applicant", "--as", "ada").err == ""


# -- publishing


def test_nothing_is_reserved_for_a_folder_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "tide.toml").write_text("in the way")
    before = events()
    ran = portbook("publish", "--register", str(tmp_path / "tide.toml"), "--as", "ada", home=tmp_path / "own")
    assert (ran.status, "E-PUBLISH-DIR" in ran.err, events()) == (3, True, before)
    for number, says_so in ((1, False), (2, True)):
        ran = portbook("publish", "--register", "--as", "ada", home=tmp_path / "own")
        assert (ran.status, f"publication: {number}\n" in ran.out) == (0, True), ran.err
        assert ("nothing was changed since publication 1" in ran.err) == says_so


def test_what_an_edition_shows_is_not_to_come(tmp_path: Path) -> None:
    number = str(desk.in_state(ApplicationState.ASSIGNED).answer["application"])
    asked = ("review", "show", number, "--as", "ada", "--field", "next")
    assert "edition" in run(*asked).out
    assert not run(*asked).out.startswith("nothing")
    portbook("publish", "--register", "--as", "ada", home=tmp_path / "own")
    assert run(*asked).out.startswith("nothing; edition 2031-")


# -- applications


def test_a_check_is_by_the_policy_of_the_register(
    empty: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    own = write(RFC6335._replace(name="Harbour"))
    tables.update(Registry, 1, {"policy": own}, {})
    path = tmp_path / "tide.toml"
    path.write_text(to_toml(application("port")))
    assert "and RFC 6335" in portbook("apply", "check", str(path)).out.split("\n")[0]
    monkeypatch.setenv("PORTBOOK_DATABASE", empty)
    assert "and Harbour" in portbook("apply", "check", str(path)).out.split("\n")[0]
    monkeypatch.setenv("PORTBOOK_DATABASE", empty + "none")


def test_an_old_version_is_named_as_it_was_typed(tmp_path: Path) -> None:
    path = tmp_path / "tide.toml"
    path.write_text(to_toml(application("port")))
    number = run("apply", "submit", str(path), "--as", "tia", "--field", "application").out.strip()
    path.write_text(to_toml(application("port", {"description": "Other words"})))
    amended = run("apply", "amend", number, str(path), "--seen", "1", "--as", "tia")
    assert any(line.startswith("digest of the version: ") for line in amended.out.split("\n"))
    ran = run("apply", "amend", number, str(path), "--seen", "1", "--as", "tia")
    assert (ran.status, "the newest version is not that of --seen '1'" in ran.err) == (1, True)
    hidden = run("apply", "status", number, "--as", "eve")
    assert (hidden.status, "an expert what their team is asked" in hidden.err) == (1, True)


# -- what would help


@pytest.mark.parametrize(
    ("words", "help_"),
    [
        (("review", "recommend", "1", "yes"), "(choose from 'grant', 'refuse', "),
        (("review", "open"), "(E-USAGE, portbook review open --help)"),
        (("registr", "new"), "A verb is called `register`."),
        ((*_APPOINT, "--as", "ada"), "portbook: not given: --decision"),
        (
            ("contact", "verify", "Fay", "nobody@x.example", "--as", "ada"),
            "(E-CONTACT-ADDRESS, T-47 in docs/ids.md)",
        ),
        (("contact", "change", "Fay", "dale-at-tide", "--as", "ada"), "'dale-at-tide' is no mail address"),
        (
            (*_APPOINT, "--decision", "x", "--begins", "2026-13-01", "--as", "ada"),
            "'2026-13-01' names no day of the calendar",
        ),
        (("maintain", "rename", "ferry", "ferries", "--as", "ada"), "the registry itself, for which nobody"),
        (("apply", "check", "/nowhere"), "(E-FILE-READ, docs/errors.md)"),
    ],
)
def test_a_refusal_says_what_would_help(words: tuple[str, ...], help_: str) -> None:
    ran = run(*words)
    assert ran.status > 0
    assert help_ in ran.err


def test_the_faults_of_a_policy_are_told_with_its_file(tmp_path: Path) -> None:
    path = tmp_path / "bad.toml"
    path.write_text("nme = 'x'\n[clocks]\ncall = 0\n")
    ran = run("register", "set-policy", str(path), "--as", "ada")
    assert ran.status == 3
    first, second = ran.err.strip().split("\n")
    assert first.startswith(f"portbook: {path}: ")
    assert "did you mean 'name'?" in first
    assert "clocks.call" in second


def test_an_audit_in_json_has_number_and_head(tmp_path: Path) -> None:
    registry = tables.load(Registry, "")[0]
    told = json.loads(run("audit", "verify", "--json").out)
    assert told == {"events": registry.events, "head": registry.events_head, "findings": []}
    dump = tmp_path / "events.jsonl"
    run("audit", "dump", "-o", str(dump))
    assert "--manifest" in run("audit", "verify", str(dump)).out
    assert run("appeal", "list", "--as", "ada").status == 0
