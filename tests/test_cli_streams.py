"""What the command does when its own input and output fail: one line, a documented status, no traceback."""

import subprocess
import sys
from pathlib import Path

import pytest

CALLS = (
    ["443"],
    ["--json", "443"],
    ["search", "mail"],
    ["getent", "services", "80"],
    ["paths"],
    ["--version"],
)


def run(redirection: str, arguments: list[str], tmp_path: Path) -> subprocess.CompletedProcess[str]:
    """The installed command, started by a shell that redirects as said."""
    script = f'exec "$0" -m portbook.cli "$@" {redirection}'
    return subprocess.run(
        ["sh", "-c", script, sys.executable, *arguments],
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
        env={"PORTBOOK_HOME": str(tmp_path), "PATH": "/usr/bin:/bin"},
        timeout=60,
        check=False,
    )


@pytest.mark.needs("full_device")
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_a_full_disk_is_one_line_and_status_3(arguments: list[str], tmp_path: Path) -> None:
    done = run("> /dev/full", arguments, tmp_path)
    assert done.returncode == 3
    assert done.stderr.count("E-OUTPUT") == 1
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("redirection", [">&-", "2>&-", "<&-", ">&- 2>&- <&-"])
@pytest.mark.parametrize("arguments", CALLS, ids=" ".join)
def test_closed_streams_change_no_status(redirection: str, arguments: list[str], tmp_path: Path) -> None:
    done = run(redirection, arguments, tmp_path)
    assert done.returncode == 0
    assert "Traceback" not in done.stderr


@pytest.mark.needs("full_device")
def test_nobody_reads_standard_error(tmp_path: Path) -> None:
    assert run("2> /dev/full", ["443"], tmp_path).returncode == 0
    assert run("2> /dev/full", ["nosuchname"], tmp_path).returncode == 1


def test_no_standard_input_is_an_empty_one(tmp_path: Path) -> None:
    done = run("<&-", ["-"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "")
