"""A test whose part is absent is "not run": named, counted, and never among the passed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import parts

TESTS = Path(__file__).parent

ASKING = """
import pytest

@pytest.mark.needs("published_editions")
def test_by_mark(): raise AssertionError("must not run")

@pytest.mark.parametrize("number", range(2))
def test_by_fixture(published_editions, number): assert published_editions.is_dir()

def test_plain(): pass
"""


def run_pytest(folder: Path, code: str, editions: str, *options: str) -> subprocess.CompletedProcess[str]:
    """Run *code* as a test module under the conftest of this folder."""
    for name in ("conftest.py", "parts.py"):
        shutil.copy(TESTS / name, folder)
    (folder / "test_asking.py").write_text(code, encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n  needs(part): as in the real settings\n")
    environment = os.environ | {parts.EDITIONS_VARIABLE: editions}
    command = [sys.executable, "-m", "pytest", "-p", "no:django", "-p", "no:cacheprovider", *options]
    return subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, timeout=100, check=False
    )


@pytest.mark.parametrize("workers", ["0", "2"])
def test_an_absent_part_is_named_with_the_number_of_tests(tmp_path: Path, workers: str) -> None:
    result = run_pytest(tmp_path, ASKING, "", "-n", workers)
    assert result.returncode == 0, result.stdout
    assert "1 passed, 3 not run in" in result.stdout
    assert f"\npublished_editions: 3 tests not run; {parts.EDITIONS_VARIABLE} is not set" in result.stdout


def test_a_part_that_is_there_lets_the_tests_run(tmp_path: Path) -> None:
    (tmp_path / "2026-01-01.csv.xz").touch()
    result = run_pytest(tmp_path, ASKING, str(tmp_path), "-n", "0")
    assert "1 failed, 3 passed in" in result.stdout
    assert "not run" not in result.stdout.replace("must not run", "")


def test_a_part_that_nobody_knows_is_an_error(tmp_path: Path) -> None:
    result = run_pytest(tmp_path, ASKING.replace("published_editions", "unicorn", 1), "", "-n", "0")
    assert result.returncode == pytest.ExitCode.USAGE_ERROR
    assert "needs 'unicorn'; known are: " in result.stderr


def test_why_a_program_was_not_brought(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    listing = tmp_path / "parts-not-brought.tsv"
    monkeypatch.setattr(parts, "NOT_BROUGHT", listing)
    assert "chromium is not installed" in parts.not_brought("chromium")
    listing.write_text("chromium\tapt-get: E: no such package\n")
    assert parts.not_brought("chromium") == "apt-get: E: no such package"
