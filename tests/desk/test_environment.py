"""What the settings of the desk read from the environment, and what they refuse."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from portbook.desk import environment
from portbook.errors import StoreError


@pytest.mark.parametrize(
    ("length", "mode", "reason"),
    [
        (environment.MIN_SECRET, 0o600, ""),
        (environment.MIN_SECRET - 1, 0o600, "at least 32"),
        (environment.MIN_SECRET, 0o640, "can be read by others"),
        (environment.MIN_SECRET, 0o604, "can be read by others"),
    ],
)
def test_the_key_of_sessions(
    length: int, mode: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "key"
    file.write_text("k" * length)
    file.chmod(mode)
    monkeypatch.setenv("PORTBOOK_SECRET_FILE", str(file))
    if not reason:
        assert environment.secret_key() == "k" * length
        return
    with pytest.raises(StoreError, match=reason) as error:
        environment.secret_key()
    assert error.value.problem.code == "E-DESK-SECRET"
    assert "kkk" not in error.value.problem.message


def test_a_key_is_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("PORTBOOK_SECRET_FILE", raising=False)
    environment.make_secret()
    made = environment.secret_key()
    environment.make_secret()
    assert environment.secret_key() == made
    assert (tmp_path / "home" / environment.SECRET).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(
    ("text", "place"), [("mail.example:25", ("mail.example", 25)), ("mail.example", None), (":25", None)]
)
def test_the_mail_server(text: str, place: tuple[str, int] | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTBOOK_SMTP", text)
    if place:
        assert environment.mail()[1:] == place
        return
    with pytest.raises(StoreError) as error:
        environment.mail()
    assert error.value.problem.code == "E-DESK-SMTP"


@pytest.mark.parametrize(
    ("change", "mode", "reason"),
    [
        ({}, 0o600, ""),
        ({}, 0o640, "can be read by others"),
        ({"name": None}, 0o600, "no list of providers: KeyError"),
        ({"settings": {"server_url": "http://id.example"}}, 0o600, "without TLS"),
        ({"settings": {"server_url": "https://id.example"}}, 0o600, ""),
        ({"settings": {"server_url": "http://127.0.0.1:8080"}}, 0o600, ""),
    ],
)
def test_what_the_setting_must_be(
    change: dict[str, object], mode: int, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app: dict[str, object] = {
        "provider_id": "office",
        "name": "Office",
        "client_id": "portbook",
        "secret": "s",
        "settings": {"server_url": "https://id.example"},
    }
    file = tmp_path / "oidc.json"
    file.write_text(json.dumps([{name: value for name, value in (app | change).items() if value}]))
    file.chmod(mode)
    monkeypatch.setenv("PORTBOOK_OIDC", str(file))
    if not reason:
        assert environment.oidc_providers()["openid_connect"]["OAUTH_PKCE_ENABLED"]
        return
    with pytest.raises(StoreError, match=reason) as error:
        environment.oidc_providers()
    assert error.value.problem.code == "E-DESK-OIDC"


@pytest.mark.parametrize(
    ("text", "number"), [("0", 0), ("9", 9), ("10", None), ("-1", None), ("one", None), ("", None)]
)
def test_how_many_proxies(text: str, number: int | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORTBOOK_PROXIES", text)
    if number is not None:
        assert environment.proxies() == number
        return
    with pytest.raises(StoreError) as error:
        environment.proxies()
    assert error.value.problem.code == "E-DESK-PROXIES"
