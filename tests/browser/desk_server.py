"""A desk at work for stories in a browser: a register on either engine, the real command, a mail server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from story_people import NEEDS_FACTOR, email_of, key_of
from tabs import Watched, keep

from desk.signing import PASSWORD, code_of
from invented import FILE
from register import postgresql, smtp_server

HERE = Path(__file__).resolve().parent
DATABASE = "portbook_story"
SENDER = "registry@office.example"
SAID_BY_CHROMIUM = ("autocomplete", "username fields")  # hints on forms, for their authors
SECONDS = 30  # that a letter or a page may take, on a busy machine


class Desk(NamedTuple):
    """A desk that runs, and the letters that it sends."""

    address: str
    mail: smtp_server.MailServer
    environment: dict[str, str]

    def letters_to(self, email: str) -> list[str]:
        """The texts of the letters to *email*, the oldest first."""
        return [letter.get_content() for to, letter in self.mail.mails if to == email]

    def send_letters(self) -> None:
        """Let the register's own worker send what waits in its outbox."""
        place = ":".join(map(str, self.mail.place))
        command = [sys.executable, "-m", "portbook.cli", "worker", "--once"]
        command += ["--server", place, "--from", SENDER]
        subprocess.run(command, env=self.environment, timeout=60, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def database(engine: str, folder: Path) -> Iterator[str]:
    """The URL of an empty database, gone at the end."""
    if engine == "sqlite":
        yield f"sqlite://{folder / 'register.sqlite3'}"
        return
    import psycopg  # with PostgreSQL alone

    with postgresql.server() as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
            connection.execute(f"CREATE DATABASE {DATABASE}")
        try:
            yield postgresql.with_database(url, DATABASE)
        finally:
            with psycopg.connect(url, autocommit=True) as connection:
                connection.execute(f"DROP DATABASE {DATABASE} WITH (FORCE)")


@contextmanager
def at_work(engine: str, folder: Path) -> Iterator[Desk]:
    """A desk over the register of the practice; stopped, and asked how it ended, at the end."""
    home = keep(folder, FILE)
    with database(engine, folder) as url, smtp_server.running() as mail:
        place = ":".join(map(str, mail.place))
        told = {"PORTBOOK_HOME": str(home), "PORTBOOK_DATABASE": url, "PORTBOOK_SMTP": place}
        environment = {**os.environ, **told}
        command = [sys.executable, str(HERE / "story_people.py"), PASSWORD]
        subprocess.run(command, env=environment, timeout=120, check=True)
        command = [sys.executable, "-m", "portbook.cli", "serve", "--desk", "--bind", "127.0.0.1:0"]
        process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        with process:
            try:
                assert process.stdout
                port = process.stdout.readline().strip().rpartition(":")[2]
                assert port, "the desk did not start"
                yield Desk(f"http://localhost:{port}", mail, environment)
            finally:
                process.terminate()
                assert process.wait(timeout=20) == 0


class Somebody(Watched):
    """A tab of one person, who finds things by their words."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self.context.set_default_timeout(SECONDS * 1000)

    def open(self, path: str) -> None:
        """Go to an address that he knows: a bookmark."""
        self.show(path)

    def awaits(self, path: str) -> None:
        """Go to an address of the public half that is there as soon as a new edition is."""
        self.open("/")
        end = time.monotonic() + SECONDS
        while self.context.request.get(f"{self.address}{path}").status == 404:
            assert time.monotonic() < end, path
            self.page.wait_for_timeout(200)
        self.open(path)

    def awaits_words(self, path: str, *words: str) -> None:
        """Go to a page of the public half that has *words* as soon as a new edition is there."""
        self.open(path)
        self.reload_until(lambda page: all(each in page.inner_text("main") for each in words), SECONDS)

    def follow(self, words: str) -> None:
        """Follow a link of the page by its words."""
        self.page.get_by_role("link", name=words, exact=True).first.click()

    def follow_in(self, place: str, words: str) -> None:
        """Follow a link of the menu, or of a section, that has the name *place*."""
        within = self.page.get_by_label(place, exact=True)
        within.get_by_role("link", name=words, exact=True).first.click()

    def type(self, **fields: str) -> None:
        """Type into fields, by their names ("__" stands for ".")."""
        for name, text in fields.items():
            self.page.locator(f'[name="{name.replace("__", ".")}"]:visible').first.fill(text)

    def choose(self, *labels: str) -> None:
        """Tick boxes and rounds by their labels."""
        for label in labels:
            self.page.get_by_label(label, exact=True).check()

    def press(self, button: str) -> None:
        """Press a button, and wait for the page that it leads to."""
        self.page.get_by_role("button", name=button, exact=True).first.click()
        self.page.wait_for_load_state()

    def reads(self, *words: str) -> str:
        """The text of the page, which has each of *words*."""
        text = str(self.page.locator("main").inner_text())
        for each in words:
            assert each in text, f"no {each!r} on {self.page.url}:\n{text}"
        return text

    def does(self, button: str) -> None:
        """Do a deed that is shown first: look at what would change, then do it."""
        if self.page.get_by_role("button", name="Show what would change").count():
            self.press("Show what would change")  # else it asks nothing, and is shown as it opens
        self.reads("What it would do")
        self.press(button)
        self.is_done()

    def is_done(self) -> None:
        self.reads("The books have it as Event")

    def signs_in(self, member: str) -> None:
        """By the door: password, and the code of the app for those who need one."""
        self.open("/desk")
        self.type(login=email_of(member), password=PASSWORD)
        self.press("Sign in")
        if member in NEEDS_FACTOR:
            self.type(code=code_of(key_of(member)))
            self.press("Sign in")
        self.page.wait_for_url(f"{self.address}/desk")

    def code_for(self, desk: Desk, email: str) -> str:
        """The code in the newest letter to *email*."""
        for _ in range(SECONDS * 10):
            codes = re.findall(r"^ {4}([A-Z0-9-]{6,})\s*$", "\n".join(desk.letters_to(email)), re.MULTILINE)
            if codes:
                return str(codes[-1])
            self.page.wait_for_timeout(100)
        raise AssertionError("no letter came")

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        self.context.close()
        if kind is None:
            assert [each for each in self.noted if not any(hint in each for hint in SAID_BY_CHROMIUM)] == []
