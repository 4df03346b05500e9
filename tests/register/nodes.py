"""Nodes of clients (`clients.py`) on one register, and the verdict on what they were answered."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from portbook.register import tables
from portbook.register.entries import Reader

from . import history
from .history import Asked, Model

SCRIPT = Path(__file__).parent / "clients.py"
LEAD = 1.5  # seconds from the start of the nodes to that of their clients


def start(url: str, folder: Path, **asked: object) -> subprocess.Popen[bytes]:
    """Start a node on the register *url*; its clients write their histories into *folder*."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "portbook.register.settings",
        "PORTBOOK_DATABASE": url,
    }
    told = json.dumps({"folder": str(folder), **asked})
    return subprocess.Popen([sys.executable, SCRIPT, told], env=environment)


def finish(nodes: list[subprocess.Popen[bytes]], seconds: float) -> None:
    """Wait for the nodes; each must end well."""
    until = time.monotonic() + seconds
    try:
        codes = [node.wait(max(until - time.monotonic(), 0)) for node in nodes]
    finally:
        for node in nodes:
            node.kill()
    assert codes == [0] * len(nodes)


def judged(folder: Path) -> list[Asked]:
    """What was asked; fails unless the register is what the model of the same acts is."""
    acts, model = history.read(folder), Model()
    told = tables.rows("SELECT number, key FROM register_event WHERE key <> '' ORDER BY number")
    wrong = list(history.check(acts, told, model))  # type: ignore[arg-type]
    assert not wrong, "\n".join(wrong[:9])
    held = tables.rows(
        "SELECT c.port, c.transport, e.fold, c.slot "
        "FROM register_portclaim c JOIN register_entry e ON e.identity = c.entry_id"
    )
    assert {(port, transport): name for port, transport, name, slot in held if slot == 0} == model.holders
    assert len(held) == len(model.holders)
    assert {row[0] for row in tables.rows("SELECT fold FROM register_nameclaim")} == set(model.names)
    rows = {
        (int(entry.values["low"]), entry.values["transport"]): (
            entry.values["fold"],
            str(entry.record.description),
        )
        for entry in Reader().select("")
    }
    assert rows == {place: (name, model.texts[name]) for place, name in model.holders.items()}
    return acts
