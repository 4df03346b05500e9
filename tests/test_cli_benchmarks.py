"""The benchmarks' common part and their runner: which edition, which words, which status."""

from __future__ import annotations

import lzma
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cli_runs import XML

ROOT = Path(__file__).resolve().parents[1]


def python(code: str, **settings: str) -> subprocess.CompletedProcess[str]:
    """Run *code* as a benchmark: beside them, and with the package."""
    path = os.pathsep.join((str(ROOT / "benchmarks"), str(ROOT / "src")))
    env = {name: value for name, value in os.environ.items() if name != "PORTBOOK_PUBLISHED_EDITIONS"}
    env |= {"PYTHONPATH": path, **settings}
    return subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=env, timeout=60, check=False
    )


CHOSEN = "import _edition; chosen = _edition.source(); print(chosen.id, chosen.format, len(chosen.data))"


def test_the_newest_published_edition_is_measured_on(tmp_path: Path) -> None:
    for name, data in (("2031-05-01", XML), ("2030-01-01", b"older")):
        (tmp_path / f"{name}.xml.xz").write_bytes(lzma.compress(data))
    (tmp_path / "2032-01-01.csv.xz").write_bytes(b"no XML")
    ran = python(CHOSEN, PORTBOOK_PUBLISHED_EDITIONS=str(tmp_path))
    assert (ran.returncode, ran.stdout) == (0, f"2031-05-01 xml {len(XML)}\n")


def test_without_a_folder_it_is_the_newest_embedded_one() -> None:
    assert python(CHOSEN).stdout.startswith("2023-03-13 csv ")


def test_a_folder_without_an_edition_is_told(tmp_path: Path) -> None:
    ran = python(CHOSEN, PORTBOOK_PUBLISHED_EDITIONS=str(tmp_path))
    assert ran.returncode == 1
    assert (
        ran.stderr
        == f"PORTBOOK_PUBLISHED_EDITIONS names {str(tmp_path)!r}, where no file is called *.xml.xz\n"
    )


@pytest.mark.parametrize(
    "arguments, line",
    [
        ("'a', 1.7, 1.7, 'x'", "a: 1.7x (goal <= 1.7x: reached)"),
        ("'a', 1.71, 1.7, 'x'", "a: 1.71x (goal <= 1.7x: not reached)"),
        ("'a', 877822, 1_000_000", "a: 877,822 (goal <= 1,000,000: reached)"),
        ("'a', 2999, 3000, 'x', at_least=True", "a: 2,999x (goal >= 3,000x: not reached)"),
        ("'a', 3000, 3000, 'x', at_least=True", "a: 3,000x (goal >= 3,000x: reached)"),
    ],
)
def test_a_goal_is_reached_or_not_and_no_gate(arguments: str, line: str) -> None:
    ran = python(f"import _edition; _edition.run(lambda: _edition.goal({arguments}))")
    assert (ran.returncode, ran.stdout, ran.stderr) == (0, f"{line}\n", "")


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGPIPE")
def test_a_reader_that_goes_away_leaves_no_traceback() -> None:
    code = "import _edition; _edition.run(lambda: [print('x' * 99) for _ in range(99999)])"
    env = {**os.environ, "PYTHONPATH": os.pathsep.join((str(ROOT / "benchmarks"), str(ROOT / "src")))}
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", code], stdout=pipe, stderr=pipe, env=env) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGPIPE")
def test_the_runner_ends_quietly_too() -> None:
    runner = [sys.executable, str(ROOT / "tools" / "run_benchmarks.py"), "search"]
    pipe = subprocess.PIPE
    with subprocess.Popen(runner, stdout=pipe, stderr=pipe) as run:
        assert run.stdout is not None
        assert run.stderr is not None
        run.stdout.readline()
        run.stdout.close()
        assert run.stderr.read() == b""
        assert run.wait(60) != 0


def test_every_benchmark_takes_the_common_part() -> None:
    scripts = sorted((ROOT / "benchmarks").glob("[!_]*.py"))
    names = [
        *("apply", "desk", "exports", "iana_txt_html", "iana_xml", "lookup", "memory", "pages"),
        *("publication", "register", "search", "start"),
    ]
    assert [path.stem for path in scripts] == names
    for path in scripts:
        text = path.read_text(encoding="utf-8")
        assert re.search(
            r"^from _edition import (?:FOLDER, |Source, )?goal, run, source$", text, re.MULTILINE
        )
        assert "PORTBOOK_PUBLISHED_EDITIONS is" in text or "PORTBOOK_PUBLISHED_EDITIONS" not in text
        assert text.endswith("    run(main)\n")


def test_the_runner_says_what_runs_and_fails_when_a_script_breaks(tmp_path: Path) -> None:
    runner = [sys.executable, str(ROOT / "tools" / "run_benchmarks.py")]
    env = {**os.environ, "PORTBOOK_PUBLISHED_EDITIONS": str(tmp_path)}
    ran = subprocess.run(
        [*runner, "iana_xml"], capture_output=True, text=True, env=env, timeout=60, check=False
    )
    version = ".".join(map(str, sys.version_info[:3]))
    assert ran.stdout.startswith(f"Python {version}, ")
    assert ran.returncode == 1
    assert ran.stderr.endswith("failed: iana_xml\n")
    assert subprocess.run([*runner, "nonsense"], capture_output=True, check=False).returncode == 2
