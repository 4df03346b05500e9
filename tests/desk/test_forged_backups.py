"""A backup whose accounts hold values of the wrong kind is told to be damaged, and does no harm."""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import Client

from portbook.errors import PortbookError
from portbook.register import backups, events

from . import people

At = Callable[[str], Client]


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    "column, value",
    [
        ("date_joined", "yesterday"),
        ("is_active", "maybe"),
        ("id", 10**30),
        ("id", "first"),
        ("nickname", "tia"),
    ],
)
def test_a_value_of_the_wrong_kind_is_told(desk: At, tmp_path: Path, column: str, value: object) -> None:
    people.account("tia")
    path = tmp_path / "backup"
    backups.write(path)
    lines = [json.loads(line) for line in gzip.decompress(path.read_bytes()).splitlines()[:-1]]
    next(each for each in lines[1:] if each["table"] == "auth_user")["row"][column] = value
    body = b"".join(events.canonical(line).encode() + b"\n" for line in lines)
    end = {"rows": len(lines) - 1, "sha256": hashlib.sha256(body).hexdigest()}
    path.write_bytes(gzip.compress(body + json.dumps(end).encode() + b"\n"))
    with pytest.raises(PortbookError) as raised:
        backups.try_out(path)
    assert raised.value.problem.code == "E-BACKUP-DAMAGED"
