"""`portbook doctor` in real homes, whole and broken: what it finds, its statuses, that it touches nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import textwrap
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

import portbook as package
from cli_runs import DATE, XML, Ran, portbook, shared_home
from portbook.cli import doctor
from portbook.freshness import AGING_AFTER, OLD_AFTER
from portbook.store import durable
from stores import content

SOURCE = Path(package.__file__).parents[1]
UPDATE = Path("update")


def day(age: int) -> str:
    return (datetime.now(UTC).date() - timedelta(age)).isoformat()


def home_of(age: int, folder: Path) -> Path:
    """A home whose newest edition is so many days old."""
    home = folder / "home"
    ran = portbook("editions", "add", "-", home=home, stdin=XML.replace(DATE.encode(), day(age).encode()))
    assert ran.status == 0, ran
    return home


def examined(home: Path) -> tuple[int, dict[str, list[tuple[str, str]]]]:
    """The status, and level and sentence of each finding by subject; text and JSON must tell the same."""
    before = content(home) if home.is_dir() else {}
    ran = portbook("doctor", "--json", home=home)
    document = json.loads(ran.out)
    text = portbook("doctor", home=home)
    lines = [doctor.Finding(**found).line for found in document["findings"]]
    levels = [found["level"] for found in document["findings"]]
    assert {*levels} <= {"ok", "note", "old", "wrong"}
    quiet = levels.count("ok") + levels.count("note")
    assert {*levels[:quiet]} <= {"ok", "note"}  # what wants to be done stands last, below a rule
    assert levels[quiet:] == sorted(levels[quiet:])
    lines[quiet:quiet] = ["-----"] if quiet < len(levels) else []
    assert (text.status, text.out, text.err) == (ran.status, "".join(f"{line}\n" for line in lines), ran.err)
    counted = {name: levels.count(name) for name in ("wrong", "old")}
    assert {name: document[name] for name in counted} == counted
    assert document["notes"] == levels.count("note")
    assert ran.status == (1 if document["wrong"] else 0)
    strict = portbook("doctor", "--strict", home=home)
    assert strict == text._replace(status=1 if document["wrong"] or document["old"] else 0)
    assert (content(home) if home.is_dir() else {}) == before
    found: dict[str, list[tuple[str, str]]] = {}
    for each in document["findings"]:
        found.setdefault(each["subject"], []).append((each["level"], f"{each['message']}; {each['advice']}"))
    return ran.status, found


def levels(found: dict[str, list[tuple[str, str]]], subject: str) -> list[str]:
    return [level for level, _ in found.get(subject, [])]


# -- whole homes


def test_a_whole_home_with_data_of_today(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    status, found = examined(home)
    assert status == 0
    for subject in (
        "version",
        "python",
        "platform",
        "home",
        "edition",
        "age",
        "store",
        "table",
        "left",
        "site",
    ):
        assert levels(found, subject) == ["ok"], found[subject]
    assert package.__version__ in found["version"][0][1]
    assert day(0) in found["edition"][0][1]
    assert day(0) in found["table"][0][1]
    document = json.loads(portbook("doctor", "--json", home=home).out)
    assert [document[name] for name in ("edition", "date", "age_days", "age")] == [day(0), day(0), 0, "fresh"]


@pytest.mark.parametrize(
    "age, level",
    [
        (1, "ok"),
        (AGING_AFTER, "ok"),
        (AGING_AFTER + 1, "note"),
        (OLD_AFTER, "note"),
        (OLD_AFTER + 1, "old"),
        (-1, "note"),
    ],
)
def test_the_age_of_the_data(age: int, level: str, tmp_path: Path) -> None:
    status, found = examined(home_of(age, tmp_path))
    assert levels(found, "age") == [level]
    assert status == 0
    assert f"{age} day{'' if age == 1 else 's'} old, of {day(age)}" in found["age"][0][1]


def test_a_home_that_is_not_there_yet(tmp_path: Path) -> None:
    home = tmp_path / "not" / "there"
    status, found = examined(home)
    assert status == 0  # nothing is broken on a fresh installation
    assert levels(found, "home") == levels(found, "store") == levels(found, "table") == ["ok"]
    assert levels(found, "age") == ["old"]  # the embedded editions end in 2023
    assert not home.parent.exists()


def test_a_date_to_come_is_a_note() -> None:
    status, found = examined(shared_home())
    assert (status, levels(found, "age")) == (0, ["note"])


# -- broken homes


def a_byte_of_the_edition(home: Path) -> None:
    path = next((home / "editions").rglob("published.xml"))
    path.write_bytes(path.read_bytes().replace(b"Invented", b"Infented"))


def the_metadata(home: Path) -> None:
    next((home / "editions").rglob("edition.json")).write_bytes(b"{")


def no_table(home: Path) -> None:
    (home / "lookup.table").unlink()


def a_byte_of_the_table(home: Path) -> None:
    path = home / "lookup.table"
    data = bytearray(path.read_bytes())
    data[-5] ^= 1
    path.write_bytes(data)


def an_older_table(home: Path) -> None:
    shutil.copy(SOURCE / "portbook" / "data" / "lookup.table", home / "lookup.table")


def a_table_that_is_a_folder(home: Path) -> None:
    no_table(home)
    (home / "lookup.table").mkdir()


def a_newer_store(home: Path) -> None:
    (home / "editions" / "store.json").write_text('{"store": 99}\n')


def a_stray(home: Path) -> None:
    (home / "editions" / "notes\x1b[31m.txt").write_text("mine")


def editions_as_a_file(home: Path) -> None:
    shutil.rmtree(home / "editions")
    (home / "editions").write_text("")


def editions_as_a_loop(home: Path) -> None:
    shutil.rmtree(home / "editions")
    (home / "editions").symlink_to("editions")


def an_update_that_is_held(home: Path) -> None:
    (home / UPDATE).mkdir()
    (home / doctor.HELD).write_text("{}")


def a_lock_that_is_a_link(home: Path) -> None:
    (home / "editions.lock").unlink()
    (home / "editions.lock").symlink_to("elsewhere")


@pytest.mark.parametrize(
    "damage, subject, said",
    [
        (a_byte_of_the_edition, "store", "E-STORE-CORRUPT"),
        (the_metadata, "edition", "until then say --edition 2023-03-13 (E-STORE-CORRUPT"),
        (no_table, "table", "E-STORE-TABLE"),
        (a_byte_of_the_table, "table", "E-TABLE-DIGEST"),
        (an_older_table, "table", "E-STORE-TABLE"),
        (a_table_that_is_a_folder, "table", "E-TABLE-READ"),
        (a_newer_store, "edition", "E-STORE-VERSION"),
        (a_stray, "store", "E-STORE-STRAY"),
        (editions_as_a_file, "edition", "E-STORE-CORRUPT"),
        (editions_as_a_loop, "edition", "E-STORE-CORRUPT"),
        (an_update_that_is_held, "held", "portbook update --accept-held"),
        (a_lock_that_is_a_link, "left", "editions.lock"),
    ],
)
def test_what_is_broken_is_told(
    damage: Callable[[Path], None], subject: str, said: str, tmp_path: Path
) -> None:
    home = home_of(0, tmp_path)
    damage(home)
    status, found = examined(home)
    assert status == 1
    assert any(level == "wrong" and said in sentence for level, sentence in found[subject]), found
    assert "\x1b" not in portbook("doctor", home=home).out


def test_one_fault_is_told_once(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    the_metadata(home)
    _, found = examined(home)
    told = [sentence for each in found.values() for level, sentence in each if level == "wrong"]
    assert len([sentence for sentence in told if "edition.json" in sentence]) == 1


@pytest.mark.parametrize("kind", ["file", "loop", "nowhere"])
def test_a_home_that_is_no_folder(kind: str, tmp_path: Path) -> None:
    home = tmp_path / "home"
    if kind == "file":
        home.write_text("")
    else:
        home.symlink_to("home" if kind == "loop" else "nowhere")
    status, found = examined(home)
    assert status == 1
    assert levels(found, "home") == ["wrong"]


def test_what_interrupted_work_left_is_a_note(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    first = durable.prepare(home / "lookup.table", b"half")
    second = durable.prepare(home / "editions" / "2031-01-01", {"published.xml": b"half"})
    (home / "editions.upgraded").mkdir()
    status, found = examined(home)
    assert (status, levels(found, "left")) == (0, ["note"] * 3)
    told = "".join(sentence for _, sentence in found["left"])
    assert all(path.name in told for path in (first, second, home / "editions.upgraded"))


@pytest.mark.skipif(sys.platform == "win32", reason="asks the lock of POSIX systems")
def test_a_lock_that_somebody_holds_is_a_note(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    assert levels(examined(home)[1], "lock") == []
    with durable.locked(home / "editions.lock"):
        status, found = examined(home)
    assert (status, levels(found, "lock")) == (0, ["note"])
    assert levels(examined(home)[1], "lock") == []


# -- updates


@pytest.mark.parametrize(
    "text, level",
    [
        (None, "note"),
        (json.dumps({"checked": f"{day(0)}T01:02:03Z"}), "ok"),
        (json.dumps({"checked": day(AGING_AFTER + 1)}), "note"),
        (json.dumps({"checked": day(OLD_AFTER + 1)}), "old"),
        (json.dumps({"checked": "soon"}), "note"),
        (json.dumps({"checked": 7}), "note"),
        (json.dumps({"other": day(0)}), "note"),
        (json.dumps([day(0)]), "note"),
        ("", "note"),
        ("\x00", "note"),
        ("[" * 50_000, "note"),
        (json.dumps({"checked": day(0)}).ljust(doctor.MAX_STATE), "ok"),
        (json.dumps({"checked": day(0)}).ljust(doctor.MAX_STATE + 1), "note"),
    ],
)
def test_the_last_check(text: str | None, level: str, tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    if text is not None:
        (home / UPDATE).mkdir()
        (home / doctor.STATE).write_text(text)
    status, found = examined(home)
    assert levels(found, "checked") == [level]
    assert status == 0


@pytest.mark.parametrize("kind", ["folder", "link", "pipe"])
def test_the_last_check_in_what_is_no_file(kind: str, tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    (home / UPDATE).mkdir()
    path = home / doctor.STATE
    if kind == "folder":
        path.mkdir()
    elif kind == "link":
        path.symlink_to("/etc/passwd")
    else:
        os.mkfifo(path)
    assert levels(examined(home)[1], "checked") == ["note"]


def test_an_update_folder_that_is_a_file(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    (home / UPDATE).write_text("")
    assert levels(examined(home)[1], "checked") == ["note"]


# -- in processes of their own


def run_alone(
    home: str, *argv: str, source: Path = SOURCE, options: tuple[str, ...] = (), cwd: Path | None = None
) -> Ran:
    code = "import sys; from portbook.cli import main; sys.exit(main(sys.argv[1:]))"
    code = f"import sys; sys.path.insert(0, {str(source)!r}); {code}"
    env = {"PORTBOOK_HOME": home, "PATH": os.environ.get("PATH", "")}
    ran = subprocess.run(
        [sys.executable, *options, "-c", code, "doctor", *argv],
        env=env,
        cwd=cwd,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert "Traceback" not in ran.stderr
    return Ran(ran.returncode, ran.stdout, ran.stderr)


def test_without_any_package(tmp_path: Path) -> None:
    ran = run_alone(str(home_of(0, tmp_path)), options=("-S", "-I"))
    assert ran.status == 0
    assert "note   the site lacks django, " in ran.out
    assert "pip install 'portbook[web]'" in ran.out


def without_data(folder: Path, *kept: str) -> Path:
    """A copy of the package with none of its data but *kept*."""
    target = folder / "src" / "portbook"
    shutil.copytree(
        SOURCE / "portbook", target, ignore=shutil.ignore_patterns("data", "web", "__pycache__", "update")
    )
    (target / "data").mkdir()
    for name in kept:
        shutil.copy(SOURCE / "portbook" / "data" / name, target / "data" / name)
    return target.parent


@pytest.mark.parametrize("kept", [(), ("editions.json",)])
def test_no_data_at_all(kept: tuple[str, ...], tmp_path: Path) -> None:
    ran = run_alone(str(tmp_path / "home"), source=without_data(tmp_path, *kept))
    assert ran.status == 3
    assert "E-STORE-CORRUPT" in ran.out
    assert "E-TABLE-MISSING" in ran.out
    ran = run_alone(str(tmp_path / "home"), "--json", source=without_data(tmp_path / "again", *kept))
    assert ran.status == 3
    assert json.loads(ran.out)["wrong"] >= 2


def test_a_table_alone_is_data(tmp_path: Path) -> None:
    ran = run_alone(str(tmp_path / "home"), source=without_data(tmp_path, "lookup.table"))
    assert ran.status == 1


def test_a_table_of_another_edition_in_the_package(tmp_path: Path) -> None:
    names = [path.name for path in (SOURCE / "portbook" / "data").iterdir() if path.suffix != ".table"]
    source = without_data(tmp_path, *names)
    shutil.copy(shared_home() / "lookup.table", source / "portbook" / "data" / "lookup.table")
    ran = run_alone(str(tmp_path / "home"), source=source)
    assert ran.status == 1
    assert f"is of edition {DATE}, and the newest is 2023-03-13; " in ran.out


def test_no_home_folder_known(tmp_path: Path) -> None:
    code = "import sys; from portbook.cli import main; sys.exit(main(['doctor']))"
    env = {"PYTHONPATH": str(SOURCE), "HOME": "no folder", "XDG_DATA_HOME": ""}
    ran = subprocess.run(
        [sys.executable, "-c", code], env=env, capture_output=True, text=True, timeout=120, check=False
    )
    assert ran.returncode == 1
    assert ran.stdout.count("E-STORE-HOME") == 1
    assert ran.stderr.startswith("portbook: 1 wrong, ")


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    code = f"import os, sys; sys.path.insert(0, {str(SOURCE)!r}); os.rmdir({str(gone)!r}); "
    code += "from portbook.cli import main; sys.exit(main(['doctor']))"
    env = {"PORTBOOK_HOME": "beside"}
    ran = subprocess.run(
        [sys.executable, "-I", "-c", code], env=env, cwd=gone, capture_output=True, text=True, timeout=120
    )
    assert "Traceback" not in ran.stderr
    assert ran.returncode in (1, 3)
    assert "wrong" in ran.stdout


@pytest.mark.needs("user_namespaces")
def test_on_a_read_only_disk(tmp_path: Path) -> None:
    """F-05: nothing can be written, and nothing has to be."""
    disk = tmp_path / "disk"
    disk.mkdir()
    home = home_of(0, tmp_path)
    script = f"""
        mount -t tmpfs tmpfs {disk} && cp -r {home} {disk}/home && mount -o remount,ro {disk} || exit 99
        PORTBOOK_HOME={disk}/home {sys.executable} -m portbook.cli doctor; echo "status $?"
        PORTBOOK_HOME={disk}/never/there {sys.executable} -m portbook.cli doctor; echo "status $?"
    """
    env = {"PYTHONPATH": str(SOURCE), "PATH": os.environ.get("PATH", ""), "PYTHONDONTWRITEBYTECODE": "1"}
    ran = subprocess.run(
        ["unshare", "--user", "--map-root-user", "--mount", "sh", "-c", script],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert (ran.returncode, "Traceback" in ran.stderr) == (0, False), ran.stderr
    first, second = ran.stdout.split("status ")[:2]
    assert "cannot be written: no edition can be added" in first
    assert second.startswith("0\n")
    assert "is not there and cannot be made" in second


@pytest.mark.skipif(os.name != "posix", reason="modes of POSIX systems")
def test_a_home_that_may_not_be_read(tmp_path: Path) -> None:
    home = home_of(0, tmp_path)
    for folder in (*tmp_path.parents[:2], tmp_path):
        folder.chmod(0o755)
    program = """
        import contextlib, io, os, sys
        from portbook.cli import main
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            assert main(["doctor"]) == 0  # loads all modules, which somebody else may not read
        os.chmod(os.environ["PORTBOOK_HOME"], 0)
        if os.geteuid() == 0:  # who may read everything
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        from portbook import lookup
        lookup.use_table()
        sys.exit(main(["doctor"]))
    """
    env = {"PORTBOOK_HOME": str(home), "PYTHONPATH": str(SOURCE)}
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env=env,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    home.chmod(0o755)
    assert "Traceback" not in ran.stderr, ran.stderr
    assert ran.returncode == 1
    assert ran.stdout.count("wrong") >= 2
    assert "Permission denied" in ran.stdout


# -- calls


@pytest.mark.parametrize("argv", [("extra",), ("--tsv",), ("--json=1",)])
def test_wrong_calls(argv: tuple[str, ...]) -> None:
    ran = portbook("doctor", *argv)
    assert (ran.status, ran.out) == (2, "")
    assert "E-USAGE" in ran.err


def test_a_service_of_that_name_is_asked_for_by_look_up() -> None:
    ran = portbook("lookup", "doctor")
    assert (ran.status, ran.out) == (1, "")
    assert "No service is called `doctor`." in ran.err
