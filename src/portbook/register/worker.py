"""The worker: sends what acts put into the outbox, after they were committed, by SMTP (F-23, T-64).

A message is sent at least once: the row says "sent" after the server took it, so only a worker that dies in
between sends it again, with the same Message-ID, by which mail programs know it.  One worker at a time sends.
A server that is down costs a message nothing; one that the server refuses for now is tried again later, a few
times; one that it refuses for good, or that has no address, is given up.  Reads no clock.
"""

import re
import smtplib
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import NamedTuple

from django.db import DatabaseError, connection

from portbook.errors import Problem, StoreError, shown
from portbook.register import database, tables
from portbook.register.limits import LETTERS_AN_HOUR, MAIL_SECONDS, MAX_LETTER_TRIES
from portbook.register.models import Event, Outbox
from portbook.store import WORKER_LOCK, home
from portbook.store.durable import locked

WAITING, SENT, GIVEN_UP, UNWANTED = "waiting", "sent", "given up", "unwanted"

WAITS = (60, 300, 1_800, 7_200, 21_600, 43_200, 86_400)  # seconds after each try that failed; then no more
AT_ONCE = 100  # messages of one connection

_SOURCE = "docs/procedures.md"
_ADDRESS = re.compile(r"[!#-'*+/-9=?A-Z^-~-]+(?:\.[!#-'*+/-9=?A-Z^-~-]+)*@[A-Za-z0-9.-]{1,255}", re.ASCII)
_LOCK_KEY = 0x706F7274  # of the worker on PostgreSQL: "port"


class Server(NamedTuple):
    """Who takes the mail, and from whom it comes."""

    host: str
    port: int
    sender: str
    is_encrypted: bool = False  # by STARTTLS, with a certificate that is checked
    user: str = ""
    password: str = ""
    address_of: Callable[[str], str] = str  # of a recipient: a member under his name has one at the desk
    wants: Callable[[str, str], bool] = lambda recipient, kind: True  # which letters he has, he says there


class Sent(NamedTuple):
    """What one round did."""

    sent: int
    put_off: int
    given_up: int


# -- one at a time


@contextmanager
def alone() -> Iterator[None]:
    """Be the one worker, or raise `StoreError` E-WORKER-RUNS."""
    if connection.vendor == "postgresql":
        if not tables.rows("SELECT pg_try_advisory_lock(%s)", [_LOCK_KEY])[0][0]:
            raise _runs()
        try:
            yield
        finally:
            tables.rows("SELECT pg_advisory_unlock(%s)", [_LOCK_KEY])
        return
    try:
        with locked(home() / WORKER_LOCK, seconds=0):
            yield
    except StoreError as error:
        if error.problem.code == "E-STORE-BUSY":
            raise _runs() from error
        raise


def _runs() -> StoreError:
    return StoreError(Problem("E-WORKER-RUNS", "another worker sends the letters already", _SOURCE))


# -- a round


def send_due(server: Server, now: Callable[[], str], must_stop: Callable[[], bool] = lambda: False) -> Sent:
    """Send what is due, the longest waiting first, until nothing is, or until it must stop.

    Raises `StoreError` E-WORKER-SERVER when the server cannot be reached or hangs up, E-REGISTER-DATABASE; no
    message is the worse for it.
    """
    try:
        return _send_due(server, now, must_stop)
    except DatabaseError as error:
        connection.close_if_unusable_or_obsolete()
        raise database.unreachable(error) from error


def _send_due(server: Server, now: Callable[[], str], must_stop: Callable[[], bool]) -> Sent:
    counts = {SENT: 0, WAITING: 0, GIVEN_UP: 0, UNWANTED: 0}
    while (rows := _due(now())) and not must_stop():
        with _connected(server) as smtp:
            for row in rows:
                if must_stop():
                    break
                counts[_send(smtp, server, row, now())] += 1
    return Sent(counts[SENT], counts[WAITING], counts[GIVEN_UP])


def _due(now: str) -> list[Outbox]:
    """What may be sent now."""
    statement = f"WHERE state = %s AND due <= %s ORDER BY due, id LIMIT {AT_ONCE}"
    return tables.load(Outbox, statement, [WAITING, now])


@contextmanager
def _connected(server: Server) -> Iterator[smtplib.SMTP]:
    """A connection to the server, signed in where that is asked for."""
    try:
        with smtplib.SMTP(server.host, server.port, timeout=MAIL_SECONDS) as smtp:
            if server.is_encrypted:
                smtp.starttls(context=ssl.create_default_context())
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp
    except (smtplib.SMTPException, OSError) as error:
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        message = f"the mail server {shown(f'{server.host}:{server.port}')} does not take letters: {reason}"
        raise StoreError(Problem("E-WORKER-SERVER", message, _SOURCE)) from error


def _send(smtp: smtplib.SMTP, server: Server, row: Outbox, now: str) -> str:
    """Send one message; return what became of it."""
    if not server.wants(row.recipient, row.kind):
        return _settle(row, UNWANTED, now, tries=row.tries)
    address = server.address_of(row.recipient)
    if not _ADDRESS.fullmatch(address):
        return _settle(row, GIVEN_UP, now)
    if _sent_lately(row.recipient, now) >= LETTERS_AN_HOUR:
        return _settle(row, WAITING, _later(now, 3_600), tries=row.tries)
    try:
        smtp.send_message(_message(server, row, address), server.sender, [address])
    except (smtplib.SMTPServerDisconnected, smtplib.SMTPSenderRefused):
        raise  # it is the server's matter, or the sender's: no letter is to blame
    except smtplib.SMTPResponseException as error:
        return _refused(smtp, row, now, is_final=error.smtp_code >= 500)
    except smtplib.SMTPRecipientsRefused as error:
        code, _ = error.recipients[address]
        return _refused(smtp, row, now, is_final=code >= 500)
    except (smtplib.SMTPNotSupportedError, ValueError):  # an address or a text that this server cannot take
        return _refused(smtp, row, now, is_final=True)
    return _settle(row, SENT, now)


def _refused(smtp: smtplib.SMTP, row: Outbox, now: str, *, is_final: bool) -> str:
    smtp.rset()
    if is_final or row.tries + 1 >= MAX_LETTER_TRIES:
        return _settle(row, GIVEN_UP, now)
    return _settle(row, WAITING, _later(now, WAITS[row.tries]))


def _settle(row: Outbox, state: str, due: str, tries: int | None = None) -> str:
    """Keep what became of a message; `due` of one that was sent is when."""
    values = {"state": state, "due": due, "tries": row.tries + 1 if tries is None else tries}
    tables.update(Outbox, row.pk, values, {"state": WAITING})
    return state


def _sent_lately(recipient: str, now: str) -> int:
    statement = "SELECT COUNT(*) FROM register_outbox WHERE recipient = %s AND state = %s AND due > %s"
    return int(tables.rows(statement, [recipient, SENT, _later(now, -3_600)])[0][0])


def _message(server: Server, row: Outbox, address: str) -> EmailMessage:
    """Return the message; it is the same each time that it is sent."""
    instant, link = tables.rows(
        f"SELECT instant, hash FROM {tables.table_of(Event).name} WHERE number = %s",  # noqa: S608
        [row.event_id],
    )[0]
    message = EmailMessage(policy=SMTP)
    message["From"] = server.sender
    message["To"] = address
    message["Subject"] = row.subject
    message["Date"] = format_datetime(datetime.fromisoformat(instant))
    message["Message-ID"] = f"<{row.pk}.{link[:32]}@{server.sender.rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(row.body)
    return message


def _later(now: str, seconds: int) -> str:
    moment = datetime.fromisoformat(now) + timedelta(seconds=seconds)
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")
