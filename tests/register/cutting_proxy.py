"""A proxy before PostgreSQL that cuts the line of a client when the client commits (F-17).

`when` says where: "before" the server hears of the commit, or "after" it did it, unheard by the client.
"""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

When = Literal["before", "after", "never"]

COMMIT = b"COMMIT"
READY = b"Z\x00\x00\x00\x05I"  # the server's "ready for query", with no transaction open


class Proxy:
    """Listens on *own*, forwards to *target*; both are Unix sockets."""

    def __init__(self, own: Path, target: Path) -> None:
        self.when: When = "never"
        self._target = target
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(own))
        self._listener.listen()
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        self._listener.close()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        server = socket.socket(socket.AF_UNIX)
        server.connect(str(self._target))
        is_committed = threading.Event()
        answers = threading.Thread(target=self._answer, args=(server, client, is_committed), daemon=True)
        answers.start()
        with contextlib.suppress(OSError):
            while data := client.recv(65_536):
                if COMMIT in data and self.when == "before":
                    break
                if COMMIT in data:
                    is_committed.set()
                server.sendall(data)
        _hang_up(client)
        _hang_up(server)

    def _answer(self, server: socket.socket, client: socket.socket, is_committed: threading.Event) -> None:
        with contextlib.suppress(OSError):
            while data := server.recv(65_536):
                if is_committed.is_set() and self.when == "after" and READY in data:
                    break
                client.sendall(data)
        _hang_up(client)
        _hang_up(server)


def _hang_up(line: socket.socket) -> None:
    with contextlib.suppress(OSError):
        line.shutdown(socket.SHUT_RDWR)
    line.close()


@contextlib.contextmanager
def proxy(folder: Path, target: Path) -> Iterator[Proxy]:
    """A proxy in *folder* before the socket *target*, under the same name."""
    made = Proxy(folder / target.name, target)
    try:
        yield made
    finally:
        made.close()
