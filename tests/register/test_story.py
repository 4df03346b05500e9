"""docs/procedures.md is a story that happens: its commands are run as they stand, on an empty machine.

A line `$ date -u +%F` says which day it is from then on.  What a command writes is what the document shows;
`...` stands for whatever comes there.  A command that the document shows as refused ends with status 1.
"""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "procedures.md"
CLOCKED = Path(__file__).parent / "clocked.py"
BLOCK = re.compile(r"^```console\n(.*?)^```$", re.MULTILINE | re.DOTALL)
NEXT = "== next command"


class Told(NamedTuple):
    """A command of the document, and what it shows of the output."""

    command: str
    output: str


def commands(page: str) -> list[Told]:
    """Every command of the console blocks of *page*, in order."""
    found: list[Told] = []
    for block in BLOCK.findall(page):
        for line in block.splitlines(keepends=True):
            if line.startswith("$ "):
                found.append(Told(line[2:], ""))
            elif line.startswith("> "):
                found[-1] = found[-1]._replace(command=found[-1].command + line[2:])
            else:
                found[-1] = found[-1]._replace(output=found[-1].output + line)
    return found


def script(told: list[Told]) -> str:
    """A shell script that runs them all; the clock is a file, and each command ends with its status."""
    lines = []
    for each in told:
        if each.command.startswith("date "):
            lines.append(f"echo {each.output.strip()}T09:00:00Z > clock\n")
        lines.append(f"{each.command.rstrip()}\necho {shlex.quote(NEXT)} $?\n")
    return "".join(lines)


def pattern(shown: str) -> str:
    """The regular expression for an output as the document shows it."""
    whole = ""
    for line in shown.splitlines(keepends=True):
        whole += "(?:.*\n)*" if line == "...\n" else re.escape(line).replace(re.escape("..."), ".*")
    return whole


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder with nothing in it but two programs on its path: `portbook`, and a `date` that obeys."""
    programs = tmp_path / "bin"
    programs.mkdir()
    portbook = (
        f'exec {shlex.quote(sys.executable)} {shlex.quote(str(CLOCKED))} "$(cat {tmp_path}/clock)" "$@"'
    )
    for name, line in {"portbook": portbook, "date": f"cut -c1-10 {tmp_path}/clock"}.items():
        (programs / name).write_text(f"#!/bin/sh\n{line}\n")
        (programs / name).chmod(0o755)
    return tmp_path


def test_the_story_happens(machine: Path) -> None:
    told = commands(PAGE.read_text())
    assert len(told) > 30
    ran = subprocess.run(
        ["bash", "-c", script(told)],
        cwd=machine,
        env={"HOME": str(machine), "PATH": f"{machine}/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=600,
        check=False,
    )
    parts = re.split(rf"^{NEXT} (\d+)\n", ran.stdout, flags=re.MULTILINE)
    outputs, statuses = parts[0::2], parts[1::2]
    for each, output, status in zip(told, outputs, statuses, strict=False):
        assert status == ("1" if "refused:" in each.output else "0"), (each.command, output)
        if each.output:
            assert re.fullmatch(pattern(each.output), output), (each.command, each.output, output)
    assert len(statuses) == len(told)
