"""`portbook worker`: sends the letters of the register by SMTP, until it is told to stop."""

import argparse
import os
import signal
import sys
import threading
from types import FrameType

from portbook.cli import acts, clock, output, verbs
from portbook.cli.refusal import FOUND, usage
from portbook.errors import StoreError, shown

SECONDS = 30  # between two looks into the outbox
MAX_SECONDS = 3_600
PASSING = ("E-WORKER-SERVER", "E-REGISTER-DATABASE")  # troubles that a worker waits for the end of

_ABOUT = """
It sends what acts put into the outbox, after they were committed. What a server refuses for now is tried
again, 8 times within two days; then it is given up, and `portbook register status` counts it. SIGTERM ends it
after the letter that it is at. PORTBOOK_SMTP_USER and PORTBOOK_SMTP_PASSWORD sign in, with --starttls."""


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of worker."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.has_parts = True  # its options need not stand first
    parser.add_argument(
        "--server", metavar="HOST:PORT", default="localhost:25", help="localhost:25 if not said"
    )
    parser.add_argument(
        "--from", dest="sender", metavar="ADDRESS", required=True, help="whom letters come from"
    )
    parser.add_argument("--starttls", action="store_true", help="encrypt, and check the server's certificate")
    parser.add_argument("--once", action="store_true", help="send what is due, and end")
    parser.add_argument(
        "--every", metavar="SECONDS", type=acts.number, default=SECONDS, help=f"{SECONDS} if not said"
    )


def run(arguments: argparse.Namespace) -> int:
    """Send until stopped; with --once what is due."""
    if not 1 <= arguments.every <= MAX_SECONDS:
        raise usage(f"--every {arguments.every} is no number from 1 to {MAX_SECONDS}", "worker")
    host, port = _place(arguments.server)
    if arguments.sender.count("@") != 1:
        raise usage(f"--from {shown(arguments.sender)} is no mail address", "worker")
    user, password = (os.environ.get(f"PORTBOOK_SMTP_{name}", "") for name in ("USER", "PASSWORD"))
    if user and not arguments.starttls:
        raise usage("a password goes over an encrypted connection alone: --starttls", "worker")
    acts.connect()
    from portbook.desk.accounts import addresses
    from portbook.register import worker

    server = worker.Server(host, port, arguments.sender, arguments.starttls, user, password)
    if addresses.is_there():
        server = server._replace(address_of=addresses.address_of, wants=addresses.wants)
    stopped = threading.Event()

    def stop(number: int, frame: FrameType | None) -> None:
        stopped.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with worker.alone():
        while True:
            try:
                sent = worker.send_due(server, clock.instant, stopped.is_set)
                if any(sent):
                    output.say(f"{sent.sent} sent, {sent.put_off} put off, {sent.given_up} given up")
                    sys.stdout.flush()
            except StoreError as error:
                if arguments.once or error.problem.code not in PASSING:
                    raise
                output.note(f"portbook: {error.problem}")
            if arguments.once or stopped.wait(arguments.every):
                return FOUND


def _place(text: str) -> tuple[str, int]:
    host, colon, port = text.rpartition(":")
    if not (colon and host and port.isascii() and port.isdigit() and 1 <= int(port[:6]) <= 65535):
        raise usage(f"--server {shown(text)} is not HOST:PORT", "worker")
    return host.strip("[]"), int(port)
