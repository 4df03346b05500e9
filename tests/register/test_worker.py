"""The worker: letters go out after the act, again when a server asks for it, never twice without need."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portbook.errors import StoreError
from portbook.register import changing, tables, worker
from portbook.register.models import Outbox

from . import acts, smtp_server
from .acts import act

NOW = acts.NOW
ADDRESS = "tess@tide.example"


@pytest.fixture
def mail() -> Iterator[smtp_server.MailServer]:
    with smtp_server.running() as server:
        yield server


def letters(*recipients: str, subject: str = "A subject", body: str = "A body\n") -> None:
    """Put a letter to each of *recipients* into the outbox, by one act."""

    def body_of_act(work: changing.Work) -> None:
        for recipient in recipients:
            work.notify(recipient, subject, body)

    changing.transaction(act("tell"), body_of_act)


def sent(mail: smtp_server.MailServer, now: str = NOW) -> worker.Sent:
    return worker.send_due(worker.Server(*mail.place, "registry@portbook.example"), lambda: now)


def outbox() -> list[tuple[str, str, int]]:
    return [(row.recipient, row.state, row.tries) for row in tables.load(Outbox, "ORDER BY id")]


def test_a_letter_goes_out_once(empty: str, mail: smtp_server.MailServer) -> None:
    acts.found()
    body = "Zwölf Häfen\n.\n.two\n" + "long " * 400 + "\n"
    letters(ADDRESS, subject="Hafen: Größe", body=body)
    assert sent(mail) == (1, 0, 0)
    assert sent(mail) == (0, 0, 0)
    ((recipient, message),) = mail.mails
    assert recipient == ADDRESS
    assert message["Subject"] == "Hafen: Größe"
    assert message["From"] == "registry@portbook.example"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().replace("\r\n", "\n") == body  # type: ignore[attr-defined]
    assert outbox() == [(ADDRESS, "sent", 1)]


def test_a_letter_that_is_sent_again_has_the_same_id(empty: str, mail: smtp_server.MailServer) -> None:
    acts.found()
    letters(ADDRESS)
    sent(mail)
    # as if the worker had died between the server's answer and its note of it
    tables.rows("UPDATE register_outbox SET state = 'waiting' RETURNING id")
    assert sent(mail, "2026-09-01T12:00:00Z") == (1, 0, 0)
    first, again = (message.as_bytes() for _, message in mail.mails)
    assert first == again


def test_an_act_that_was_undone_sends_nothing(empty: str, mail: smtp_server.MailServer) -> None:
    acts.found()

    def fails(work: changing.Work) -> None:
        work.notify(ADDRESS, "A subject", "A body")
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        changing.transaction(act("tell"), fails)
    changing.transaction(
        act("tell")._replace(is_dry=True), lambda work: work.notify(ADDRESS, "A subject", "A body")
    )
    assert sent(mail) == (0, 0, 0)


def test_refused_for_now_is_tried_again_a_few_times(empty: str, mail: smtp_server.MailServer) -> None:
    acts.found()
    letters(ADDRESS)
    mail.replies[ADDRESS] = ["451 later"] * worker.MAX_LETTER_TRIES
    now = NOW
    for number, seconds in enumerate(worker.WAITS, 1):
        assert sent(mail, now) == (0, 1, 0)
        assert sent(mail, now) == (0, 0, 0)
        assert outbox() == [(ADDRESS, "waiting", number)]
        now = worker._later(now, seconds)
        assert tables.rows("SELECT due FROM register_outbox") == [(now,)]
    assert sent(mail, now) == (0, 0, 1)
    assert outbox() == [(ADDRESS, "given up", worker.MAX_LETTER_TRIES)]
    assert not mail.mails


@pytest.mark.parametrize(
    "recipient", ["cyd", "", "a@b\r\nBcc: c@d.example", "a b@c.example", "x@y@z.example", "ü@tide.example"]
)
def test_what_is_no_address_is_given_up(empty: str, mail: smtp_server.MailServer, recipient: str) -> None:
    acts.found()
    letters(recipient, ADDRESS)
    assert sent(mail) == (1, 0, 1)
    assert [to for to, _ in mail.mails] == [ADDRESS]


@pytest.mark.parametrize("at_data", [False, True])
def test_refused_for_good_is_given_up_and_holds_nobody_up(
    empty: str, mail: smtp_server.MailServer, at_data: bool
) -> None:
    acts.found()
    letters(ADDRESS, "dale@tide.example")
    if at_data:
        mail.data_reply = "554 no"
        assert sent(mail) == (0, 0, 2)
    else:
        mail.replies[ADDRESS] = ["550 nobody"]
        assert sent(mail) == (1, 0, 1)
        assert [to for to, _ in mail.mails] == ["dale@tide.example"]


@pytest.mark.parametrize("trouble", ["down", "hangs up", "sender"])
def test_trouble_of_the_server_costs_a_letter_nothing(
    empty: str, mail: smtp_server.MailServer, trouble: str
) -> None:
    acts.found()
    letters(ADDRESS)
    place = mail.place
    if trouble == "down":
        place = ("127.0.0.1", 1)
    elif trouble == "hangs up":
        mail.replies[ADDRESS] = [""]
    else:
        mail.sender_reply = "550 you may not"
    with pytest.raises(StoreError) as raised:
        worker.send_due(worker.Server(*place, "registry@portbook.example"), lambda: NOW)
    assert raised.value.problem.code == "E-WORKER-SERVER"
    assert outbox() == [(ADDRESS, "waiting", 0)]
    mail.sender_reply = "250 ok"
    assert sent(mail) == (1, 0, 0)


def test_nobody_gets_more_than_so_many_an_hour(
    empty: str, mail: smtp_server.MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker, "LETTERS_AN_HOUR", 3)
    acts.found()
    letters(*[ADDRESS] * 4, "dale@tide.example")
    assert sent(mail) == (4, 1, 0)
    assert sent(mail, "2026-09-01T10:59:59Z") == (0, 0, 0)
    assert sent(mail, "2026-09-01T11:00:00Z") == (1, 0, 0)


def test_one_worker_at_a_time(empty: str, engine: str) -> None:
    with worker.alone():
        script = (
            "import django; django.setup()\nfrom portbook.register import worker\nwith worker.alone(): pass\n"
        )
        ran = subprocess.run(
            [sys.executable, "-c", script],
            env={
                **os.environ,
                "DJANGO_SETTINGS_MODULE": "portbook.register.settings",
                "PORTBOOK_DATABASE": empty,
            },
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    assert "E-WORKER-RUNS" in ran.stderr
    with worker.alone():
        pass


def test_the_command_sends_until_it_is_told_to_stop(
    empty: str, engine: str, mail: smtp_server.MailServer, tmp_path: Path
) -> None:
    acts.found()
    letters(ADDRESS)
    host, port = mail.place
    process = subprocess.Popen(
        [
            *(sys.executable, "-m", "portbook.cli", "worker"),
            *("--from", "registry@portbook.example", "--server", f"{host}:{port}", "--every", "1"),
        ],
        env={**os.environ, "PORTBOOK_DATABASE": empty},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        _until(lambda: len(mail.mails) == 1)
        letters("dale@tide.example")
        _until(lambda: len(mail.mails) == 2)
    finally:
        process.send_signal(signal.SIGTERM)
        out, err = process.communicate(timeout=60)
    assert (process.returncode, err) == (0, "")
    assert sum(int(line.split()[0]) for line in out.splitlines()) == 2


def _until(is_so: object, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.05)
