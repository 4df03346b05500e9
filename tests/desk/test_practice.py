"""A desk to practise with: made by operations, whole, and reached by loopback alone."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar
from pathlib import Path

import pytest

from portbook.desk.practice.cast import PEOPLE
from portbook.review import Person, conflict


def token_of(page: str) -> str:
    """What the forms of a page prove with that they come from here."""
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page)
    assert found
    return found[1]


def test_practice_from_its_start_to_its_end(tmp_path: Path) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    environment = {**os.environ, "PORTBOOK_HOME": str(tmp_path / "home"), "TMPDIR": str(scratch)}
    command = [sys.executable, "-m", "portbook.cli", "practice", "--bind", "127.0.0.1:0"]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as run:
        try:
            assert run.stdout
            line = run.stdout.readline()
            address = re.fullmatch(r"Portbook: .* on (http://127\.0\.0\.1:[0-9]+)\n", line)[1]  # type: ignore[index]
            assert f"practice desk at {address}/desk" in line
            public = urllib.request.urlopen(address, timeout=20).read().decode()
            assert "Practice: invented people" in public
            visitor = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))
            door = visitor.open(f"{address}/desk", timeout=20)
            assert door.url.startswith(f"{address}/desk/practice")
            chosen = {"csrfmiddlewaretoken": token_of(door.read().decode()), "member": "ada"}
            form = urllib.parse.urlencode(chosen).encode()
            work = visitor.open(f"{address}/desk/practice", form, timeout=20)
            text = work.read().decode()
            assert work.url == f"{address}/desk"
            assert "Ada Registrar" in text
            assert "tide-read" in text
            letters = visitor.open(f"{address}/desk/practice/letters", timeout=20).read().decode()
            assert re.search(rf'<a href="(/desk/applications/[0-9]+)">{address}\1</a>', letters)
            wanted = {"csrfmiddlewaretoken": token_of(text), "name": "script", "scopes": "read", "days": "90"}
            places = visitor.open(f"{address}/accounts/sessions/", timeout=20).read().decode()
            assert "this one" in places
            tokens = f"{address}/desk/account/tokens"
            made = visitor.open(tokens, urllib.parse.urlencode(wanted).encode(), timeout=20)
            assert made.url == tokens, "nobody is asked for a password that he has not"
            assert "pbk_" in made.read().decode()
        finally:
            run.send_signal(signal.SIGTERM)
        assert run.wait(20) == 0
    assert not list(scratch.iterdir())
    assert not (tmp_path / "home").exists()


@pytest.mark.parametrize("place", ["0.0.0.0:8765", "example.org:8765", "[::]:8765"])
def test_practice_is_for_this_machine_alone(place: str, tmp_path: Path) -> None:
    environment = {**os.environ, "PORTBOOK_HOME": str(tmp_path / "home")}
    command = [sys.executable, "-m", "portbook.cli", "practice", "--bind", place]
    run = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30, check=False)
    assert run.returncode == 2
    assert "for this machine alone" in run.stderr


def test_the_experts_of_a_practice_can_judge_what_its_people_ask_for() -> None:
    """Somebody who applies by the address of the account ties no expert, and no registrar either."""
    mail = {each.member: Person(emails=frozenset({each.email})) for each in PEOPLE}
    judges = [each.member for each in PEOPLE if each.roles in ("expert", "registrar")]
    asking = [mail[each.member] for each in PEOPLE if each.roles == "applicant"]
    assert {"eve", "eli", "ada", "bob"} == {*judges}
    assert [conflict(mail[judge], asking) for judge in judges] == [None] * 4
