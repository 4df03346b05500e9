"""A provider of OpenID Connect on loopback: it lets `subject` in unasked, and checks what it is sent."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

CLIENT, SECRET = "portbook", "between the two"


class Provider(ThreadingHTTPServer):
    """Knows one person: `subject`, with `email`."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.subject, self.email, self.is_verified = "ona-1", "ona@harbour.example", True
        self.challenge = ""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    def setting(self) -> list[dict[str, Any]]:
        """What PORTBOOK_OIDC says of it."""
        settings = {"server_url": self.address}
        return [
            {
                "provider_id": "office",
                "name": "Office",
                "client_id": CLIENT,
                "secret": SECRET,
                "settings": settings,
            }
        ]


class _Talk(BaseHTTPRequestHandler):
    server: Provider

    def do_GET(self) -> None:
        asked = urlsplit(self.path)
        if asked.path == "/authorize":
            self._let_in({name: values[0] for name, values in parse_qs(asked.query).items()})
        elif asked.path == "/userinfo":
            assert self.headers["Authorization"] == "Bearer opens"
            self._say(self._claims())
        else:
            ends = {f"{name}_endpoint": f"{self.server.address}/{name}" for name in ("token", "userinfo")}
            ends["authorization_endpoint"] = f"{self.server.address}/authorize"
            self._say({"issuer": self.server.address, "jwks_uri": f"{self.server.address}/keys", **ends})

    def _let_in(self, asked: dict[str, str]) -> None:
        assert asked["client_id"] == CLIENT
        assert asked["code_challenge_method"] == "S256"
        self.server.challenge = asked["code_challenge"]
        answer = urlencode({"code": "once", "state": asked["state"]})
        self.send_response(302)
        self.send_header("Location", f"{asked['redirect_uri']}?{answer}")
        self.end_headers()

    def do_POST(self) -> None:
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        digest = hashlib.sha256(form["code_verifier"][0].encode()).digest()
        assert base64.urlsafe_b64encode(digest).decode().rstrip("=") == self.server.challenge
        assert form["code"] == ["once"]
        self._say({"access_token": "opens", "token_type": "Bearer"})

    def _claims(self) -> dict[str, Any]:
        return {
            "sub": self.server.subject,
            "email": self.server.email,
            "email_verified": self.server.is_verified,
        }

    def _say(self, value: Any) -> None:
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        """Write nothing."""


@contextmanager
def running() -> Iterator[Provider]:
    """A provider that runs until the end."""
    with Provider() as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
