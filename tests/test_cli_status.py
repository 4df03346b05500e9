"""Every exit status that docs/errors.md promises, reached; verbs and services of one name; quiet endings."""

import argparse
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from unittest.mock import patch

import pytest

import portbook as package
from cli_runs import XML, portbook, shared_home
from portbook import cli
from portbook.cli.verbs import VALUED, VERBS, options_first, parser_of, with_verb_first
from portbook.names import fold
from portbook.store import EditionStore

ROOT = Path(__file__).resolve().parents[1]
BAD_CSV = (
    b"Service Name,Port Number,Transport Protocol,Description,Assignee,Contact,Registration Date,"
    b"Modification Date,Reference,Service Code,Unauthorized Use Reported,Assignment Notes\r\n"
    b"x,70000,tcp,Too high,,,,,,,,\r\n"
)

# (verb, status) -> the arguments, and what is on standard input
REACHED: dict[tuple[str, int], tuple[tuple[str, ...], bytes]] = {
    ("lookup", 0): (("443", "https"), b""),
    ("lookup", 1): (("443", "no-such-name"), b""),
    ("lookup", 2): (("0443",), b""),
    ("lookup", 3): (("443", "--data", "/nonexistent"), b""),
    ("search", 0): (("search", "http"), b""),
    ("search", 1): (("search", "qqqqqqq"), b""),
    ("search", 2): (("search",), b""),
    ("search", 3): (("search", "http", "--edition", "1999"), b""),
    ("show", 0): (("show", "443"), b""),
    ("show", 1): (("show", "no-such-name"), b""),
    ("show", 2): (("show", "70000"), b""),
    ("show", 3): (("show", "443", "--edition", "1999"), b""),
    ("getent", 0): (("getent", "services", "443"), b""),
    ("getent", 1): (("getent", "hosts"), b""),
    ("getent", 2): (("getent", "services", "no-such-name"), b""),
    ("getent", 3): (("getent", "services", "--edition", "1999"), b""),
    ("convert", 0): (("convert", "-", "--to", "csv"), XML),
    ("convert", 2): (("convert", "-", "--to", "json2015"), XML),
    ("convert", 3): (("convert", "-", "--to", "csv"), XML[:-9]),
    ("export", 0): (("export", "etc-services"), b""),
    ("export", 1): (("export", "etc-services", "--list", "-"), b"no-such-name"),
    ("export", 2): (("export", "no-such-export"), b""),
    ("export", 3): (("export", "etc-services", "--edition", "1999"), b""),
    ("apply", 0): (("apply", "suggest"), b""),
    ("apply", 1): (("apply", "check", "-"), b"kind = 'name'"),
    ("apply", 2): (("apply", "new", "no-such-kind"), b""),
    ("apply", 3): (("apply", "check", "-"), b"no application"),
    ("check", 0): (("check", "-"), XML),
    ("check", 1): (("check", "-"), BAD_CSV),
    ("check", 2): (("check",), b""),
    ("check", 3): (("check", "/nonexistent"), b""),
    ("conform", 0): (("conform", "-", "--only", "extra"), b"https 443/tcp\n"),
    ("conform", 1): (("conform", "-"), b"no-such-name 443/tcp\n"),
    ("conform", 2): (("conform", "-", "--as", "nonsense"), b""),
    ("conform", 3): (("conform", "-"), b"no file of services"),
    ("publish", 2): (("publish",), b""),
    ("publish", 3): (("publish", "/dev/null", "--no-pages"), b""),
    ("verify", 2): (("verify",), b""),
    ("verify", 3): (("verify", "/nonexistent"), b""),
    ("register", 2): (("register",), b""),
    ("review", 2): (("review",), b""),
    ("assign", 2): (("assign",), b""),
    ("maintain", 2): (("maintain",), b""),
    ("deassign", 2): (("deassign",), b""),
    ("revoke", 2): (("revoke",), b""),
    ("contact", 2): (("contact",), b""),
    ("appeal", 2): (("appeal",), b""),
    ("audit", 2): (("audit",), b""),
    ("backup", 2): (("backup",), b""),
    ("restore", 2): (("restore",), b""),
    ("worker", 2): (("worker",), b""),
    ("editions", 0): (("editions", "list"), b""),
    ("editions", 2): (("editions",), b""),
    ("editions", 3): (("editions", "show", "1999"), b""),
    ("update", 2): (("update", "--url", "http://localhost/"), b""),
    ("update", 3): (("update", "--accept-held"), b""),
    ("doctor", 0): (("doctor",), b""),
    ("doctor", 2): (("doctor", "--nonsense"), b""),
    ("paths", 0): (("paths",), b""),
    ("paths", 2): (("paths", "--nonsense"), b""),
    ("serve", 2): (("serve", "--bind", "nonsense"), b""),
    ("practice", 2): (("practice", "--bind", "0.0.0.0:8765"), b""),
    ("--version", 0): (("--version",), b""),
    ("--version", 2): (("--version", "--nonsense"), b""),
    ("--version", 3): (("--version", "--edition", "1999"), b""),
}
# These need more than arguments: each has a test of its own.
ELSEWHERE = {
    ("editions", 1): "test_cli_files.py: an edition whose bytes were altered",
    ("publish", 0): "test_publication_verify.py: from a key to a verdict",
    ("verify", 0): "test_publication_verify.py: from a key to a verdict",
    ("verify", 1): "test_publication_verify.py: from a key to a verdict",
    ("register", 0): "register/test_cli_acts.py: acts that are done",
    ("register", 1): "register/test_cli_acts.py: acts that are refused",
    ("register", 3): "register/test_cli_acts.py: no register",
    ("review", 0): "register/test_cli_acts.py: acts that are done",
    ("review", 1): "register/test_cli_acts.py: acts that are refused",
    ("review", 3): "register/test_cli_acts.py: no register",
    ("assign", 0): "register/test_cli_acts.py: acts that are done",
    ("assign", 1): "register/test_cli_acts.py: acts that are refused",
    ("assign", 3): "register/test_cli_acts.py: no register",
    ("maintain", 0): "register/test_cli_acts.py: acts that are done",
    ("maintain", 1): "register/test_cli_acts.py: acts that are refused",
    ("maintain", 3): "register/test_cli_acts.py: no register",
    ("deassign", 0): "register/test_cli_acts.py: acts that are done",
    ("deassign", 1): "register/test_cli_acts.py: acts that are refused",
    ("deassign", 3): "register/test_cli_acts.py: no register",
    ("revoke", 0): "register/test_cli_acts.py: acts that are done",
    ("revoke", 1): "register/test_cli_acts.py: acts that are refused",
    ("revoke", 3): "register/test_cli_acts.py: no register",
    ("contact", 0): "register/test_cli_acts.py: acts that are done",
    ("contact", 1): "register/test_cli_acts.py: acts that are refused",
    ("contact", 3): "register/test_cli_acts.py: no register",
    ("appeal", 0): "register/test_cli_acts.py: acts that are done",
    ("appeal", 1): "register/test_cli_acts.py: acts that are refused",
    ("appeal", 3): "register/test_cli_acts.py: no register",
    ("audit", 0): "register/test_cli_acts.py: a dump",
    ("audit", 1): "register/test_cli_acts.py: a dump that was changed",
    ("audit", 3): "register/test_cli_acts.py: no dump",
    ("backup", 0): "register/test_cli_acts.py: written and tried out",
    ("backup", 3): "register/test_cli_acts.py: there already, damaged",
    ("restore", 0): "register/test_cli_acts.py: restored",
    ("restore", 1): "register/test_cli_acts.py: where a register is",
    ("restore", 3): "register/test_cli_acts.py: no file",
    ("worker", 0): "register/test_worker.py: SIGTERM",
    ("worker", 3): "register/test_cli_acts.py: no mail server",
    ("publish", 1): "register/test_cli_acts.py: by nobody",
    ("update", 0): "test_update_command.py: kept, and then up to date",
    ("update", 1): "test_update_command.py: held",
    ("doctor", 1): "test_cli_doctor.py: damaged and aged data",
    ("doctor", 3): "test_cli_doctor.py: no data",
    ("paths", 3): "below: no home folder",
    ("serve", 0): "test_serve.py: Ctrl-C and SIGTERM",
    ("practice", 0): "desk/test_practice.py: SIGTERM",
    ("practice", 3): "as serve",
    ("serve", 3): "below: in a process of its own, for the site keeps what it serves",
}


def promised() -> set[tuple[str, int]]:
    """The verbs and statuses in the table of docs/errors.md."""
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| ([^|]*`[^|]+) \| (.+) \|$", page.partition("## Codes")[0], re.MULTILINE)
    found = set()
    for verbs, cells in rows:
        verb = re.findall(r"`([^`]+)`", verbs)[-1]
        found |= {(verb, status) for status, cell in enumerate(cells.split(" | ")) if cell != "-"}
    return found


def test_the_table_and_the_scenarios_are_about_the_same() -> None:
    assert promised() == {*REACHED, *ELSEWHERE}
    assert {verb for verb, _ in promised()} == {*VERBS, "--version"}


def test_flags_are_on_the_page_too() -> None:
    """Codes that begin with F, which test_architecture.py leaves out."""
    source = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    page = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
    assert {*re.findall(r'"(F-[A-Z-]+)"', source)} == {*re.findall(r"`(F-[A-Z-]+)`", page)}


@pytest.mark.parametrize("verb, status", REACHED)
def test_status(verb: str, status: int) -> None:
    argv, stdin = REACHED[verb, status]
    ran = portbook(*argv, stdin=stdin)
    assert ran.status == status
    if status == 0:
        assert ran.out
    elif (verb, status) not in {
        ("getent", 2),
        ("apply", 1),
        ("check", 1),
        ("conform", 1),
    }:  # glibc's is silent; findings are on standard output
        assert re.search(r"^portbook: .+", ran.err)


def test_without_a_home_folder_paths_says_so() -> None:
    with patch.dict(os.environ, {"PORTBOOK_HOME": "", "XDG_DATA_HOME": "", "HOME": "no folder"}):
        from portbook.cli import command

        assert command.run(["paths"]) == 3


def test_serve_without_its_edition() -> None:
    with process("serve", "--bind", "127.0.0.1:0", "--edition", "1999") as run:
        _, err = run.communicate(timeout=60)
        assert run.returncode == 3
        assert b"E-EDITION-UNKNOWN" in err


@pytest.mark.parametrize(
    "argv", [(), ("--json",), ("--nonsense",), ("443", "--csv", "--json"), ("443", "-t")]
)
def test_wrong_calls(argv: tuple[str, ...]) -> None:
    ran = portbook(*argv)
    assert (ran.status, ran.out) == (2, "")
    assert ran.err.count("\n") == 1
    assert "(E-USAGE, portbook --help)" in ran.err


@pytest.mark.parametrize(
    "verb", [verb for verb in VERBS if verb not in ("doctor", "update", "paths", "practice", "serve")]
)
def test_a_verb_without_its_arguments_says_what_it_needs_and_how_to_reach_the_service(verb: str) -> None:
    ran = portbook(verb)
    assert ran.status == (1 if verb == "getent" else 2)
    assert ran.err.startswith(f"portbook: {verb} needs: ")
    assert f"for a service called {verb}: portbook lookup {verb}" in ran.err


@pytest.mark.parametrize("verb", [None, *VERBS])
def test_help(verb: str | None) -> None:
    ran = portbook(*([verb] if verb else []), "--help")
    assert (ran.status, ran.err) == (0, "")
    assert ran.out.startswith(f"usage: portbook {verb or ''}")
    if verb is None:
        assert all(f"  {name}" in ran.out for name in VERBS)


# -- verbs and services


def clashes(names: tuple[str, ...]) -> set[str]:
    return {*VERBS} & {*map(fold, names)}


def test_every_service_that_is_called_as_a_verb_is_known() -> None:
    names = next(
        file for file in reversed(EditionStore().all()) if file.origin == "embedded"
    ).edition.service_names
    assert clashes(names) == {"audit", "convert", "search"}


@pytest.mark.needs("published_editions")
def test_every_clash_in_the_newest_published_edition(published_editions: Path) -> None:
    import lzma

    from portbook import formats

    newest = max(published_editions.rglob("*.xml.xz"), key=lambda path: path.name)
    edition = formats.read(lzma.decompress(newest.read_bytes()))
    assert clashes(edition.service_names) == {"audit", "convert", "search"}


@pytest.mark.parametrize(
    "argv, verb, rest",
    [
        ("search mail", "search", "mail"),
        ("--json search mail", "search", "--json mail"),
        ("-t tcp search mail", "search", "-t tcp mail"),
        ("-t search mail", None, "-t search mail"),
        ("--edition=2018 show 443", "show", "--edition=2018 443"),
        ("443 search", None, "443 search"),
        ("-- search", None, "-- search"),
        ("SEARCH", None, "SEARCH"),
        ("- search", None, "- search"),
    ],
)
def test_where_the_verb_is(argv: str, verb: str | None, rest: str) -> None:
    assert with_verb_first(argv.split()) == (verb, rest.split())


@pytest.mark.parametrize(
    "argv, ordered",
    [
        ("443 -t tcp 80", "-t tcp -- 443 80"),
        ("443 --json -- --csv -t", "--json -- 443 --csv -t"),
        ("--json", "--json"),
        ("-1 -", "-- -1 -"),
        ("443 -t", "-t -- 443"),
    ],
)
def test_options_come_before_keys(argv: str, ordered: str) -> None:
    assert options_first(argv.split()) == ordered.split()


def test_the_options_with_a_value_are_those_that_the_parsers_have() -> None:
    found: set[str] = set()
    parsers: list[argparse.ArgumentParser] = [parser_of(verb) for verb in VERBS]
    for parser in parsers:
        for action in parser._actions:
            if isinstance(action, argparse._SubParsersAction):
                parsers += action.choices.values()
            elif action.option_strings and action.nargs is None:
                found |= {*action.option_strings}
    assert found == VALUED


# -- endings


def process(*argv: str, before: str = "") -> "subprocess.Popen[bytes]":
    code = f"import sys\n{before}\nfrom portbook.cli import main\nsys.exit(main(sys.argv[1:]))"
    source = str(Path(package.__file__).parents[1])
    env = {"PORTBOOK_HOME": str(shared_home()), "PYTHONPATH": source, "TERM": "xterm", "COLUMNS": "100"}
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code, *argv], stdin=pipe, stdout=pipe, stderr=pipe, env=env
    )


@pytest.mark.parametrize(
    "argv", [("getent", "services", "--edition", "2023"), ("0-65535", "--edition", "2023")]
)
def test_a_reader_that_goes_away_ends_the_command_quietly(argv: tuple[str, ...]) -> None:
    with process(*argv) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(60) == cli.PIPE_CLOSED


@pytest.mark.skipif(sys.platform == "win32", reason="Windows sends no SIGINT to one process")
@pytest.mark.parametrize("argv", [("-",), ("lookup", "-"), ("check", "-")])
def test_ctrl_c_ends_the_command_quietly(argv: tuple[str, ...]) -> None:
    with process(*argv, before="sys.stderr.write('started'); sys.stderr.flush()") as run:
        assert run.stdin is not None
        assert run.stderr is not None
        assert run.stderr.read(7) == b"started"
        run.stdin.write(b"443/tcp\n")
        run.stdin.flush()
        time.sleep(1)  # by then it waits for more
        run.send_signal(signal.SIGINT)
        assert run.wait(60) == cli.INTERRUPTED
        assert b"Traceback" not in run.stderr.read()


def test_on_a_real_terminal_a_look_up_has_no_escapes_and_the_colours_can_be_refused() -> None:
    plain_page = on_a_terminal("443")
    assert b"443  System Port" in plain_page
    assert b"\x1b" not in plain_page
    assert b"\x1b" not in on_a_terminal("lookup", "443")
    assert b"\x1b[1m" in on_a_terminal("search", "http")
    assert b"\x1b" not in on_a_terminal("search", "http", NO_COLOR="1")
    assert b"\x1b" not in on_a_terminal("search", "http", TERM="dumb")


def on_a_terminal(*argv: str, **settings: str) -> bytes:
    """What the command writes when standard output is a pseudo-terminal."""
    master, slave = pty.openpty()
    env = {"PORTBOOK_HOME": str(shared_home()), "PYTHONPATH": str(Path(package.__file__).parents[1])}
    env |= {"TERM": "xterm-256color", "COLUMNS": "100", **settings}
    code = "import sys; from portbook.cli import main; sys.exit(main(sys.argv[1:]))"
    run = subprocess.Popen(
        [sys.executable, "-c", code, *argv], stdin=slave, stdout=slave, stderr=slave, env=env
    )
    os.close(slave)
    written = b""
    try:
        while piece := os.read(master, 65536):
            written += piece
    except OSError:  # Linux says so when the last writer has closed
        pass
    finally:
        os.close(master)
    assert run.wait(60) == 0
    return written
