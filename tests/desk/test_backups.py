"""Backups of a register with a desk: the accounts come back with it, on either engine, and people sign in."""

from __future__ import annotations

import gzip
import itertools
import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from allauth.mfa.models import Authenticator
from django.apps import apps
from django.db import connection
from django.test import Client

from portbook.cli import main
from portbook.desk.acting import pending
from portbook.desk.models import Account, Count, Draft, Invitation, Job, Pending, StatusLink, Token
from portbook.desk.programs import token_texts
from portbook.errors import PortbookError
from portbook.register import auditing, backups, beside, database
from portbook.register.operations import contacts, takeovers
from portbook.register.operations import registry as operations
from portbook.states import ApplicationState
from portbook.store import EditionStore
from register import conftest, postgresql
from register import desk as registry

from . import bearer, people, test_pending, test_takeovers

At = Callable[[str], Client]
sqlite = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

NOW = "2031-06-01T10:00:00Z"
KEPT = {
    "account.emailaddress",
    "account.emailconfirmation",
    "auth.user",
    "desk.account",
    "desk.draft",
    "desk.job",
    "desk.pending",
    "mfa.authenticator",
    "socialaccount.socialaccount",
    "socialaccount.socialapp",
    "socialaccount.socialtoken",
}
_numbers = itertools.count()


def everything() -> dict[str, list[dict[str, Any]]]:
    """All rows beside the register, by table."""
    return {model._meta.label_lower: list(beside.rows(model)) for model in beside.kept()}


@pytest.fixture
def text(desk: At) -> str:
    """One of everything that a desk keeps; the text of a token of tia."""
    desk("ada").get("/desk")  # a session, and a day on which she was there
    tia = people.account("tia")
    key = {"credential": {"id": "ü\n", "signCount": 7}, "is_passwordless": True}
    Authenticator.objects.create(user=tia.user, type=Authenticator.Type.WEBAUTHN, data=key)
    made = token_texts.new()
    Token.objects.create(
        account=tia, name="backup", prefix=made[:12], digest=token_texts.digest_of(made), scopes="read",
        made=NOW, expires="2031-09-01T10:00:00Z", used="", roles="applicant",
    )  # fmt: skip
    Draft.objects.create(account=tia, application=None, content='{"name": "tïde"}', version="", saved=NOW)
    Invitation.objects.create(
        digest="d" * 64, member="tom", email="t@x.example", invited_by="ada", expires=NOW
    )
    StatusLink.objects.create(application=7, digest="e" * 64, made_by=tia)
    Job.objects.create(kind="audit", member="ada", began=NOW, noted=NOW, ended=NOW, told="{}")
    Pending.objects.create(
        deed="free-port", digest="f" * 64, values="{}", what="port 7", account=tia, asked=NOW, is_done=True
    )
    Count.objects.create(key="tia", minute=NOW, number=3)
    return made


@pytest.fixture
def elsewhere(engine: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[str], None]]:
    """Points this process at a database with empty tables on an engine."""
    made: list[str] = []

    def use(on: str) -> None:
        name = f"portbook_elsewhere_{next(_numbers)}"
        if on == "sqlite":
            source = request.getfixturevalue("migrated_file")
            conftest.use(f"sqlite://{shutil.copy(source, tmp_path / name)}")
            return
        server = request.getfixturevalue("postgresql_server")
        conftest._execute(server, f"CREATE DATABASE {name} TEMPLATE portbook_migrated")
        made.append(name)
        conftest.use(postgresql.with_database(server, name))

    yield use
    connection.close()
    for name in made:
        conftest._execute(request.getfixturevalue("postgresql_server"), f"DROP DATABASE {name} WITH (FORCE)")


def restore(path: Path) -> None:
    backups.restore(path, registry.by("ada", "2031-06-02"), None)


def test_the_accounts_come_back_and_sign_in(
    text: str, elsewhere: Callable[[str], None], engine: str, tmp_path: Path
) -> None:
    before, path = everything(), tmp_path / "backup"
    assert all(before[table] for table in KEPT if table.startswith(("desk.", "mfa.", "auth.")))
    backups.write(path)
    backups.try_out(path)
    elsewhere(engine)
    restore(path)
    assert everything() == before
    assert not Count.objects.exists()
    assert not apps.get_model("sessions", "Session").objects.exists()
    client = Client(SERVER_NAME="localhost")
    answer = client.post("/accounts/login/", {"login": "tia@people.example", "password": people.PASSWORD})
    assert (answer.status_code, "authenticate" in answer["Location"]) == (302, True)  # the second factor
    people.account("una")  # the next row has a number of its own
    assert Account.objects.count() == len(before["desk.account"]) + 1


@pytest.mark.needs("postgresql")
@pytest.mark.parametrize(
    "engine, other", [("sqlite", "postgresql"), ("postgresql", "sqlite")], indirect=["engine"]
)
def test_one_engine_takes_the_accounts_of_the_other(
    text: str, elsewhere: Callable[[str], None], other: str, tmp_path: Path
) -> None:
    before, path = everything(), tmp_path / "backup"
    backups.write(path)
    elsewhere(other)
    restore(path)
    assert everything() == before
    assert Authenticator.objects.get(type="webauthn").data["credential"] == {"id": "ü\n", "signCount": 7}


@sqlite
def test_what_lets_somebody_in_does_not_come_back(
    text: str, elsewhere: Callable[[str], None], tmp_path: Path
) -> None:
    """A token or an invitation that was revoked or used after the backup was taken would be good again."""
    path = tmp_path / "backup"
    assert bearer.Program(text).get("queue").status_code == 200
    backups.write(path)
    Token.objects.update(is_revoked=True)
    Invitation.objects.update(is_used=True)
    elsewhere("sqlite")
    restore(path)
    assert bearer.Program(text).get("queue").status_code == 401
    assert not Token.objects.exists()
    assert not Invitation.objects.exists()


@sqlite
def test_what_was_half_done_begins_again(
    desk: At,
    store: EditionStore,
    elsewhere: Callable[[str], None],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Nobody needs to know that it was withdrawn, refused or stopped after the backup was taken (T-92)."""
    path = tmp_path / "backup"
    number = registry.in_state(ApplicationState.NEW).answer["application"]
    page = desk("tia").post(f"/desk/applications/{number}/link", {"go": "make"})
    link = urlsplit(page.context["address"]).path
    assert desk("").get(link).status_code == 200
    waiting = test_pending.hold(desk("ada"))
    desk("bob").post(f"/desk/pending/{waiting.pk}", {"step": "word", "reason": "seen"})
    test_takeovers.verified()
    takeover = test_takeovers.claimed()
    contacts.ask_change(registry.by("ada"), "Gus", ("gus@new.example",))
    with monkeypatch.context() as before:  # a Portbook that kept such links wrote it
        before.setattr(beside, "LEFT_OUT", beside.LEFT_OUT - {"desk.statuslink"})
        backups.write(path)

    elsewhere("sqlite")
    ended = backups.restore(path, registry.by("ada"), None).answer["ended"]
    assert ended == ["second words: 1", "takeovers: 1", "changes of addresses: 1"]
    operations.unfreeze(registry.by("ada"))
    assert desk("").get(link).status_code == 404
    found = pending.listed(test_pending.person("ada"), waiting.pk)[0]
    assert (found.state, found.answer) == (pending.REFUSED, beside.ENDED)
    row = Pending.objects.get(pk=waiting.pk)
    assert test_takeovers.code(lambda: pending.do(row)) == "E-PERSONS"
    link_of_a_letter = registry.by("")
    assert test_takeovers.code(lambda: takeovers.confirm_by_link(link_of_a_letter, "confirm-it")) == "E-LINK"
    assert test_takeovers.code(lambda: takeovers.stop_by_link(link_of_a_letter, "stop-it")) == "E-LINK"
    assert registry.letters(test_takeovers.OLD)[-1] == f"Contact Fay: the takeover {takeover} was stopped"
    assert registry.letters("gus@new.example")[-1].endswith("stopped")
    assert auditing.check(store) == ()
    test_takeovers.claimed()  # it begins again


def told_of_a_restore(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """What the command tells the operator beside the answer."""
    done = main(["restore", str(path), "--as", "ada", "--reason", "a test"])
    told = capsys.readouterr().err
    assert done == 0, told
    return told


@sqlite
def test_the_command_tells_what_became_of_accounts_meanwhile(
    text: str, elsewhere: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backups.write(tmp_path / "backup")
    elsewhere("sqlite")
    told = told_of_a_restore(tmp_path / "backup", capsys)
    assert "a second factor that was taken away since is there again" in told
    assert "tokens, invitations and status links are gone" in told


@sqlite
def test_without_accounts_there_is_nothing_to_tell(
    pages: None, elsewhere: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    backups.write(tmp_path / "backup")
    elsewhere("sqlite")
    assert "accounts" not in told_of_a_restore(tmp_path / "backup", capsys)


@sqlite
def test_every_table_is_kept_or_left_out(text: str) -> None:
    """A new one is thought about: what a person would miss after a restore is kept."""
    models = {model._meta.label_lower for model in apps.get_models() if model._meta.app_label != "register"}
    assert {model._meta.label_lower for model in beside.kept()} == KEPT
    assert models == KEPT | beside.LEFT_OUT


@sqlite
def test_what_is_not_installed_is_told(text: str, elsewhere: Callable[[str], None], tmp_path: Path) -> None:
    path = tmp_path / "backup"
    backups.write(path)
    lines = gzip.decompress(path.read_bytes()).split(b"\n", 1)
    head = json.loads(lines[0])
    for app, name, code in (
        ("faraway", "0001_initial", "E-BACKUP-APPS"),
        ("desk", "9999_later", "E-REGISTER-NEWER"),
    ):
        changed = {**head, "beside": {**head["beside"], app: [name]}}
        path.write_bytes(gzip.compress(json.dumps(changed).encode() + b"\n" + lines[1]))
        with pytest.raises(PortbookError) as raised:
            backups.try_out(path)
        assert raised.value.problem.code == code
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('faraway', 'x', '2031-01-01')"
        )
    with pytest.raises(PortbookError) as raised:
        backups.write(tmp_path / "other")
    assert raised.value.problem.code == "E-BACKUP-APPS"


@sqlite
def test_a_backup_from_before_the_newest_tables_is_upgraded(
    text: str, elsewhere: Callable[[str], None], tmp_path: Path
) -> None:
    """The tables of the desk are made as they were, filled, and then brought up to date."""
    path = tmp_path / "backup"
    before = everything()
    newest = max(database.migrations("register")[0])
    previous = sorted(database.migrations("register")[0])[-2]
    database.migrate("register", previous)
    backups.write(path)
    assert newest not in json.loads(gzip.decompress(path.read_bytes()).split(b"\n")[0])["migrations"]
    elsewhere("sqlite")
    restore(path)
    assert everything() == before
