"""A mail server on loopback that keeps what it is sent, and answers as it is told."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.message import Message
from email.policy import default


class MailServer(socketserver.ThreadingTCPServer):
    """Takes everything but what `replies` refuses: recipient -> replies, one for each try; "" hangs up."""

    allow_reuse_address = True
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.mails: list[tuple[str, Message]] = []
        self.replies: dict[str, list[str]] = {}
        self.sender_reply = "250 ok"
        self.data_reply = "250 taken"

    @property
    def place(self) -> tuple[str, int]:
        return "127.0.0.1", int(self.server_address[1])


class _Talk(socketserver.StreamRequestHandler):
    """One connection: HELO, MAIL, RCPT, DATA, RSET, QUIT."""

    server: MailServer

    def handle(self) -> None:
        self._say("220 here")
        recipient = ""
        while line := self.rfile.readline().decode("ascii", "replace").rstrip("\r\n"):
            word = line[:4].upper()
            if word == "MAIL":
                self._say(self.server.sender_reply)
            elif word == "RCPT":
                recipient = line.partition("<")[2].partition(">")[0]
                replies = self.server.replies.get(recipient, [])
                reply = replies.pop(0) if replies else "250 ok"
                if not reply:
                    return
                self._say(reply)
            elif word == "DATA":
                self._say("354 go on")
                self._say(self._taken(recipient))
            elif word == "QUIT":
                self._say("221 bye")
                return
            else:
                self._say("250 ok")

    def _taken(self, recipient: str) -> str:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        if self.server.data_reply.startswith("250"):
            self.server.mails.append((recipient, message_from_bytes(b"".join(lines), policy=default)))
        return self.server.data_reply

    def _say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())


@contextmanager
def running() -> Iterator[MailServer]:
    """A server that runs until the end."""
    with MailServer() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
