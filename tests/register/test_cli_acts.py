"""The command on the register: each part, who acts, dry runs, keys, refusals, answers, the record."""

from __future__ import annotations

import argparse
import json
from importlib import import_module
from pathlib import Path

import pytest

from asking import application
from cli_runs import DATE, Ran, portbook
from portbook.applications import to_toml
from portbook.cli import acts, clock
from portbook.register import changing, tables
from portbook.register.models import Registry

from .acts import NOW, act, found
from .conftest import use

VERBS = ("register", "apply", "review", "maintain", "deassign", "revoke", "contact", "appeal")
PARTS = [(verb, part) for verb in VERBS for part in import_module(f"portbook.cli.{verb}").ACTS]


@pytest.fixture(autouse=True)
def at_ten(monkeypatch: pytest.MonkeyPatch) -> None:
    """The commands are run at the instant of the tests' acts."""
    monkeypatch.setattr(clock, "instant", lambda: NOW)
    monkeypatch.delenv(acts.MEMBER, raising=False)


def run(*argv: str, stdin: bytes = b"") -> Ran:
    return portbook(*argv, stdin=stdin)


def events() -> int:
    return int(tables.load(Registry, "")[0].events)


# -- the tables of parts


@pytest.mark.parametrize(("verb", "part"), PARTS)
def test_every_part_tells_what_it_takes(verb: str, part: str) -> None:
    ran = run(verb, part, "--help")
    assert (ran.status, ran.err) == (0, "")
    for option in ("--as", "--reason", "--key", "--dry-run", "--json"):
        assert option in ran.out


ALL = [*PARTS, ("assign", "")]
# What a part needs besides what must be there.
BESIDES = {
    ("maintain", "amend"): ("--notes", "x"),
    ("maintain", "correct"): ("--notes", "x"),
    ("maintain", "reuse"): ("--port", "1", "-t", "tcp"),
    ("maintain", "early"): ("--chairs", "x"),
    ("register", "set-policy"): ("--rfc6335",),
}


def call(verb: str, part: str, folder: Path) -> list[str]:
    """A call of the part, with something for each argument that must be there."""
    module = import_module(f"portbook.cli.{verb}")
    told = module.ACTS[part] if part else module.ASSIGN
    words = [word for each in told.arguments for word in words_for(each)]
    if "file" in words:
        path = folder / "application.toml"
        path.write_text(to_toml(application("port")))
        words[words.index("file")] = str(path)
    return [*filter(None, (verb, part)), *words, *BESIDES.get((verb, part), ())]


@pytest.mark.parametrize(("verb", "part"), ALL)
def test_nobody_acts_without_a_name(verb: str, part: str, tmp_path: Path) -> None:
    ran = run(*call(verb, part, tmp_path))
    assert (ran.status, "who acts?" in ran.err) == (2, True), ran.err


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize(("verb", "part"), ALL)
def test_every_part_reaches_its_operation(
    register: str, verb: str, part: str, engine: str, tmp_path: Path
) -> None:
    """It is done, or the operation refuses it: never is it called in a way that it does not take."""
    before = events()
    ran = run(*call(verb, part, tmp_path), "--as", "ada", "--dry-run")
    assert ran.status in (0, 1), ran.err
    assert ran.out.startswith("nothing was changed") if ran.status == 0 else "refused: " in ran.err
    assert events() == before


def words_for(each: acts.Argument) -> list[str]:
    """What fills one argument that must be there."""
    options = each.options
    is_positional = not each.names[0].startswith("-")
    if not (is_positional or options.get("required")) or options.get("nargs") in ("?", "*"):
        return []
    given = {"roles": "auditor", "file": "file", "old": "rfc2818", "new": "rfc9110", "--ends": "2027-01-01"}
    chosen = next(iter(options.get("choices", (given.get(each.names[0], "x"),))))
    value = "1" if options.get("type") else str(chosen)
    return [value] if is_positional else [each.names[0], value]


def test_every_part_is_told_in_one_line() -> None:
    for verb in VERBS:
        for part in import_module(f"portbook.cli.{verb}").ACTS.values():
            assert "\n" not in part.what
            assert 0 < len(part.what) < 90


# -- who acts, and what is told


@pytest.mark.parametrize("engine", ["sqlite"])
@pytest.mark.parametrize("verb", [*VERBS, "assign"])
def test_without_a_register_nothing_is_done(fresh: object, tmp_path: Path, verb: str, engine: str) -> None:
    use(f"sqlite://{tmp_path / 'none'}")
    part = "" if verb == "assign" else next(iter(import_module(f"portbook.cli.{verb}").ACTS))
    ran = run(*call(verb, part, tmp_path), "--as", "ada")
    assert (ran.status, "E-REGISTER-NONE" in ran.err) == (3, True)
    assert not (tmp_path / "none").exists()


def test_a_register_begins(empty: str) -> None:
    ran = run("register", "new", "--as", "ada")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out == "done: Event 1\nmember: ada\nroles: registrar\n"
    again = run("register", "new", "--as", "eve")
    assert (again.status, "E-USAGE" in again.err) == (2, True)
    assert events() == 1


def test_the_member_is_named_by_option_or_environment(register: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert run("register", "freeze").status == 2
    monkeypatch.setenv(acts.MEMBER, "cyd")
    ran = run("register", "freeze")
    assert (ran.status, "E-ROLE" in ran.err) == (1, True)
    assert run("register", "freeze", "--as", "ada").status == 0


@pytest.mark.parametrize(
    ("member", "code"), [("cyd", "E-ROLE"), ("nobody", "E-MEMBER-UNKNOWN"), ("x" * 300, "E-REGISTER-TEXT")]
)
def test_a_refusal_is_told_and_changes_nothing(register: str, member: str, code: str) -> None:
    before = events()
    ran = run("register", "freeze", "--as", member, "--json")
    assert ran.status == 1
    assert [each["code"] for each in json.loads(ran.out)["refused"]] == [code]
    assert code in ran.err
    assert events() == before


def test_all_that_stands_against_an_act_is_told(register: str, monkeypatch: pytest.MonkeyPatch) -> None:
    run("register", "freeze", "--as", "ada")
    ran = run("register", "add-member", "dan", "auditor", "--as", "ada")
    assert (ran.status, ran.out) == (1, "")
    assert ran.err.startswith("portbook: refused: the register is frozen")
    assert run("register", "unfreeze", "--as", "ada", "--reason", "well").status == 0
    assert run("register", "add-member", "dan", "auditor", "--as", "ada").status == 0


# -- dry runs, keys, forms


def test_a_dry_run_shows_the_rows_and_changes_none(register: str) -> None:
    before = events()
    ran = run("register", "freeze", "--as", "ada", "--dry-run")
    assert ran.status == 0
    assert "registry 1: is_frozen: False becomes True" in ran.out.split("\n")
    assert ran.out.startswith("nothing was changed")
    told = json.loads(run("register", "freeze", "--as", "ada", "--dry-run", "--json").out)
    assert told["event"] is None
    assert told["answer"]["needs"] == 1
    (change,) = told["changes"]
    assert (change["table"], change["after"]) == ("registry", {"is_frozen": True})
    assert events() == before
    assert run("register", "status", "--field", "frozen").out == "no\n"


def test_the_same_key_is_done_once(register: str) -> None:
    first = run("register", "add-member", "dan", "auditor", "--as", "ada", "--key", "k", "--json")
    again = run("register", "add-member", "dan", "auditor", "--as", "ada", "--key", "k", "--json")
    one, two = json.loads(first.out), json.loads(again.out)
    assert (one["repeated"], two["repeated"]) == (False, True)
    assert one["event"] == two["event"]
    assert one["answer"] == two["answer"]
    other = run("register", "add-member", "eve", "auditor", "--as", "ada", "--key", "k")
    assert (other.status, "E-IDEMPOTENCY" in other.err) == (1, True)


def test_one_field_for_scripts(register: str) -> None:
    number = events() + 1
    assert run("register", "freeze", "--as", "ada", "--field", "event").out == f"{number}\n"
    ran = run("register", "status", "--field", "none")
    assert (ran.status, "the answer has no field 'none'; it has applications, " in ran.err) == (2, True)
    assert "E-ANSWER-FIELD" in ran.err
    for part in ("check", "members"):  # a list has no field
        assert run("register", part, "--field", "name").status == 2


FIELDS = {
    "freeze": ("register", "freeze"),
    "dry run": ("register", "freeze", "--dry-run"),
    "reserve": ("register", "reserve", "4070", "--decision", "IESG"),
    "report": ("maintain", "report", "4060", "Used", "--by", "a reader"),
    "add": ("register", "add-member", "dan", "auditor"),
}


@pytest.mark.parametrize("what", sorted(FIELDS))
@pytest.mark.parametrize("field", ["frozzen", "Event", " event", "", "x" * 300])
def test_nothing_is_done_for_a_field_that_no_answer_has(register: str, what: str, field: str) -> None:
    before = events()
    ran = run(*FIELDS[what], "--as", "ada", "--field", field)
    code = {"": "E-USAGE", "x" * 300: "E-REGISTER-TEXT"}.get(field, "E-ANSWER-FIELD")
    assert f"({code}, " in ran.err
    assert (ran.status, ran.out, events()) == (1 if code == "E-REGISTER-TEXT" else 2, "", before)


def test_nothing_is_seeded_for_a_field_that_no_answer_has(empty: str) -> None:
    found()
    digest = run("register", "show", DATE, "--field", "digest").out.strip()
    seed = ("register", "seed", DATE, "--seen", digest, "--second", "bob", "--as", "ada")
    ran = run(*seed, "--field", "row")
    assert "the answer has no field 'row'; it has contacts, edition, event, rows" in ran.err
    assert (ran.status, tables.rows("SELECT COUNT(*) FROM register_entry")) == (2, [(0,)])
    assert run(*seed, "--field", "edition").out == f"{DATE}\n"


def test_what_was_done_before_says_so(register: str) -> None:
    again = ("register", "freeze", "--as", "ada", "--key", "once")
    number = run(*again, "--field", "event").out.strip()
    ran = run(*again, "--field", "frozzen")
    assert (ran.status, f"the act was done before, Event {number}; the answer" in ran.err) == (2, True)


def test_what_it_holds(register: str) -> None:
    told = json.loads(run("register", "status", "--json").out)
    assert told["members"] == 3
    assert told["events"] == events()
    members = json.loads(run("register", "members", "--json").out)["members"]
    assert [(each["name"], each["roles"]) for each in members] == [
        ("ada", ["registrar"]),
        ("bob", ["registrar"]),
        ("cyd", ["expert"]),
    ]
    assert run("register", "members").out.startswith("ada\tregistrar\t")
    assert run("register", "policy").out.startswith('name = "RFC 6335"')


def test_the_policy_is_set_by_two(register: str, tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_text(run("register", "policy").out.replace('name = "RFC 6335"', 'name = "Harbour"'))
    alone = run("register", "set-policy", str(path), "--as", "ada")
    assert (alone.status, "E-PERSONS" in alone.err) == (1, True)
    digest = run(
        "register", "set-policy", str(path), "--as", "ada", "--dry-run", "--field", "digest"
    ).out.strip()
    assert run("register", "approve", "set policy", digest, "--as", "bob").status == 0
    assert run("register", "set-policy", str(path), "--as", "ada").status == 0
    assert run("register", "policy").out == path.read_text()


@pytest.mark.parametrize("text", ["-1", "x", "1.5", "９", "9" * 30])
def test_numbers_are_read_strictly(text: str) -> None:
    ran = run("review", "open", "--as", "ada", "--", text)
    assert (ran.status, "E-USAGE" in ran.err) == (2, True)


def test_a_number_is_one() -> None:
    assert acts.number("17") == 17
    assert acts.number(str(acts.MAX_NUMBER)) == acts.MAX_NUMBER
    with pytest.raises(argparse.ArgumentTypeError):
        acts.number(str(acts.MAX_NUMBER + 1))


# -- the record


def test_the_log(register: str) -> None:
    told = json.loads(run("audit", "log", "--json").out)
    assert [each["number"] for each in told] == list(range(events(), 0, -1))
    assert len(json.loads(run("audit", "log", "--operation", "seed", "--json").out)) == 1
    assert run("audit", "log", "--actor", "nobody").status == 1
    seen = run("audit", "show", "2")
    assert seen.status == 0
    assert "object: member bob" in seen.out.split("\n")
    assert run("audit", "show", "99").status == 1


def test_a_dump_is_verified_alone(register: str, tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert run("audit", "dump", "-o", str(path)).status == 0
    assert run("audit", "dump").out.encode() == path.read_bytes()
    whole = run("audit", "verify", str(path))
    assert (whole.status, whole.out.startswith(f"whole: {events()} Events")) == (0, True)
    path.write_bytes(path.read_bytes().replace(b"the beginning", b"the benefit!!"))
    changed = run("audit", "verify", str(path))
    assert (changed.status, "E-AUDIT-CHAIN" in changed.out) == (1, True)
    assert run("audit", "verify", str(tmp_path / "none")).status == 3


def test_a_dump_is_verified_from_a_pipe(register: str) -> None:
    dump = run("audit", "dump").out.encode()
    whole = run("audit", "verify", "-", stdin=dump)
    assert (whole.status, whole.out.startswith(f"whole: {events()} Events")) == (0, True)
    changed = run("audit", "verify", "-", stdin=dump.replace(b"the beginning", b"the benefit!!"))
    assert (changed.status, "E-AUDIT-CHAIN" in changed.out) == (1, True)


def test_a_dump_without_an_event_is_not_whole(register: str) -> None:
    ran = run("audit", "verify", "-", stdin=b"")
    assert (ran.status, ran.out.split("\n")[0]) == (1, "E-AUDIT-CHAIN: the dump has no Event")


def test_a_manifest_tells_that_a_dump_was_cut_off(register: str, tmp_path: Path) -> None:
    tree, dump = tmp_path / "tree", tmp_path / "events.jsonl"
    home = tmp_path / "own"
    made = portbook("publish", str(tree), "--register", "--no-pages", "--as", "ada", "--json", home=home)
    assert made.status == 0, made.err
    told = json.loads(made.out)
    manifest = json.loads((tree / "current" / "manifest.json").read_text())
    assert manifest["events"] == {"number": told["event"], "sha256": told["events_head"]}
    run("audit", "dump", "-o", str(dump))
    asked = ("--manifest", str(tree / "current" / "manifest.json"))
    assert run("audit", "verify", *asked).status == 0
    assert run("audit", "verify", str(dump), *asked).status == 0
    assert run("audit", "verify", "-", *asked, stdin=dump.read_bytes()).status == 2  # it is read twice
    lines = dump.read_bytes().splitlines(keepends=True)
    dump.write_bytes(b"".join(lines[: told["event"] - 1]))
    assert run("audit", "verify", str(dump)).status == 0
    cut = run("audit", "verify", str(dump), *asked)
    assert (cut.status, "E-AUDIT-CHAIN" in cut.out) == (1, True)


def test_only_a_registrar_publishes(register: str, tmp_path: Path) -> None:
    before = events()
    for member, code in (("nobody", "E-MEMBER-UNKNOWN"), ("cyd", "E-ROLE")):
        ran = portbook("publish", "--register", "--as", member, home=tmp_path / "own")
        assert (ran.status, code in ran.err) == (1, True)
    both = portbook("publish", "--register", "--edition", "2014", "--as", "ada", home=tmp_path / "own")
    assert (both.status, "E-USAGE" in both.err) == (2, True)
    assert events() == before


# -- backups


def test_a_backup_is_restored_by_the_command(register: str, fresh: object, tmp_path: Path) -> None:
    path = tmp_path / "backup"
    made = run("backup", str(path), "--json")
    assert made.status == 0, made.err
    assert json.loads(made.out)["events"] == events()
    assert run("backup", str(path)).status == 3
    assert run("backup", "--verify", str(path)).status == 0
    full = run("restore", str(path), "--as", "ada")
    assert (full.status, "E-RESTORE-FULL" in full.err) == (1, True)
    fresh()  # type: ignore[operator]
    assert run("restore", str(path)).status == 2
    assert run("restore", str(tmp_path / "none"), "--as", "ada").status == 3
    done = run("restore", str(path), "--as", "ada", "--reason", "a test")
    assert (done.status, "the register is frozen" in done.err) == (0, True)
    path.write_bytes(b"damaged")
    other = run("backup", "--verify", str(path))
    assert (other.status, "it is packed by gzip, and this file is not" in other.err) == (3, True)


# -- letters


def test_without_a_mail_server_letters_wait(register: str) -> None:
    changing.transaction(act("tell"), lambda work: work.notify("a@tide.example", "A subject", "A body"))
    asked = ("worker", "--once", "--from", "registry@portbook.example")
    ran = run(*asked, "--server", "127.0.0.1:1")
    assert (ran.status, "E-WORKER-SERVER" in ran.err) == (3, True)
    assert run("register", "status", "--field", "letters waiting").out == "1\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--server", "nowhere"),
        ("--server", "here:0"),
        ("--server", "here:99999"),
        ("--from", "nobody"),
        ("--every", "0"),
        ("--every", "3601"),
    ],
)
def test_wrong_calls_of_the_worker(words: tuple[str, ...]) -> None:
    ran = run("worker", "--from", "registry@portbook.example", *words)
    assert (ran.status, "E-USAGE" in ran.err) == (2, True)


def test_no_password_without_encryption(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTBOOK_SMTP_USER", "registry")
    ran = run("worker", "--from", "registry@portbook.example")
    assert (ran.status, "--starttls" in ran.err) == (2, True)


# -- looking


def test_where_an_application_stands(register: str, tmp_path: Path) -> None:
    run("register", "add-member", "tess", "applicant", "--as", "ada")
    path = tmp_path / "tide.toml"
    path.write_text(to_toml(application("port")))
    number = run("apply", "submit", str(path), "--as", "tess", "--field", "application").out.strip()
    for asked in (("apply", "list", "--as", "tess"), ("review", "queue", "--as", "ada")):
        assert run(*asked).out.split("\t")[0] == number
        (waiting,) = json.loads(run(*asked, "--json").out)
        assert str(waiting["application"]) == number
    own = run("apply", "status", number, "--as", "tess")
    assert "word: New" in own.out.split("\n")
    assert "service_name" not in own.out
    shown = run("review", "show", number, "--as", "ada")
    assert '  service_name = "tide-read"' in shown.out.split("\n")
    told = json.loads(run("review", "show", number, "--as", "ada", "--json").out)
    assert (told["version"], told["asks"]["service_name"]) == (1, "tide-read")
    assert run("apply", "status", number, "--as", "tess", "--field", "version").out == "1\n"
    for hidden in ("cyd", "nobody"):
        ran = run("apply", "status", number, "--as", hidden)
        assert (ran.status, ran.out, "refused: " in ran.err) == (1, "", True)
    assert run("review", "due", "--as", "ada").status == 0
    assert json.loads(run("review", "due", "--as", "ada", "--json").out) == []
    assert run("review", "queue", "--as", "nobody").status == 1


@pytest.mark.parametrize("seen", ["2", "0", "x", "f" * 64, "9999999"])
def test_a_version_that_nobody_saw(register: str, tmp_path: Path, seen: str) -> None:
    run("register", "add-member", "tess", "applicant", "--as", "ada")
    path = tmp_path / "tide.toml"
    path.write_text(to_toml(application("port")))
    number = run("apply", "submit", str(path), "--as", "tess", "--field", "application").out.strip()
    ran = run("review", "validate", number, "--seen", seen, "--as", "ada")
    assert (ran.status, "E-STALE" in ran.err) == (1, True)
    digest = run("review", "show", number, "--as", "ada", "--field", "digest").out.strip()
    assert run("review", "validate", number, "--seen", digest, "--as", "ada").status == 0
