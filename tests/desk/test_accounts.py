"""Accounts: making one, signing in, second factors, sessions; the ways of T-60 and T-64 to T-67."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Callable

import pytest
from allauth.core import context
from allauth.mfa import signals
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client, RequestFactory, override_settings

from portbook.desk import door
from portbook.desk.accounts import addresses, rates, wording
from portbook.desk.models import Account
from portbook.register import tables, worker
from portbook.register.limits import MAX_NAME
from portbook.register.models import Member
from register import desk as registry
from register import smtp_server

from . import people, signing
from .signing import PASSWORD, by_letter, code_in, code_of, show, sign_in, sign_up, visitor

At = Callable[[str], Client]
SQLITE = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

EMAIL = "Ona@Harbour.example"

PAGES = (  # of accounts, for somebody who is signed in
    "/desk/account",
    "/accounts/2fa/",
    "/accounts/2fa/webauthn/",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/sessions/",
    "/accounts/reauthenticate/",
    "/accounts/2fa/reauthenticate/",
    "/accounts/logout/",
    "/accounts/inactive/",
)
OPEN_PAGES = ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/")


def test_from_signing_up_to_signing_in_again(desk: At) -> None:
    """The whole way of an applicant; on each engine."""
    with by_letter() as letters:
        client = visitor()
        assert sign_up(client, EMAIL)["Location"] == "/accounts/confirm-email/"
        assert client.get("/desk")["Location"].startswith("/accounts/login/")
        (letter,) = letters
        assert letter.to == [EMAIL.lower()]
        answer = client.post("/accounts/confirm-email/", {"code": code_in(letter)})
        assert answer["Location"] == "/desk"
        assert client.get("/desk").status_code == 200
        member = tables.load(Member, "WHERE name = %s", [Account.objects.latest("id").member])[0]
        assert member.roles == "applicant"
        client.post("/accounts/logout/")
        assert client.get("/desk").status_code == 302
        assert sign_in(client, EMAIL)["Location"] == "/desk"
        assert client.get("/desk/account").status_code == 200


# -- letters and their codes


@SQLITE
def test_three_wrong_codes_end_it(desk: At) -> None:
    with by_letter() as letters:
        client = visitor()
        sign_up(client, EMAIL)
        right = code_in(letters[0])
        for _ in range(rates.CODE_TRIES - 1):
            assert client.post("/accounts/confirm-email/", {"code": "WRONG1"}).status_code == 200
        assert client.post("/accounts/confirm-email/", {"code": "WRONG1"}).status_code == 302
        client.post("/accounts/confirm-email/", {"code": right})
        assert client.get("/desk").status_code == 302


@SQLITE
@pytest.mark.parametrize(("age", "opens"), [(rates.CODE_SECONDS - 5, True), (rates.CODE_SECONDS + 5, False)])
def test_a_code_expires(desk: At, age: int, opens: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    with by_letter() as letters:
        client = visitor()
        sign_up(client, EMAIL)
        now = time.time()
        monkeypatch.setattr(time, "time", lambda: now + age)
        client.post("/accounts/confirm-email/", {"code": code_in(letters[0])})
        assert (client.get("/desk").status_code == 200) is opens


@SQLITE
def test_a_password_is_chosen_anew_by_a_code_and_ends_sessions(desk: At) -> None:
    with by_letter() as letters:
        old = desk("tia")
        assert old.get("/desk").status_code == 200
        client = visitor()
        client.post("/accounts/password/reset/", {"email": "tia@people.example"})
        client.post("/accounts/password/reset/confirm/", {"code": code_in(letters[0])})
        new = {"password1": "quite another sentence", "password2": "quite another sentence"}
        done = client.post("/accounts/password/reset/complete/", new, follow=True)
        assert done.status_code == 200
        assert client.get("/desk").status_code == 302, "nobody is signed in by a letter alone"
        assert old.get("/desk").status_code == 302
        assert sign_in(visitor(), "tia@people.example").status_code == 200
        answer = sign_in(visitor(), "tia@people.example", "quite another sentence")
        assert answer["Location"] == "/accounts/2fa/authenticate/", "the second factor is asked as before"


@SQLITE
def test_no_letter_has_two_lines_in_its_subject(desk: At) -> None:
    with by_letter() as letters:
        sign_up(visitor(HTTP_USER_AGENT="a\r\nBcc: all@people.example"), EMAIL)
        client = desk("tia")
        client.defaults["HTTP_USER_AGENT"] = "b\r\nBcc: all@people.example"
        client.post(
            "/accounts/password/change/",
            {"oldpassword": PASSWORD, "password1": "another long line", "password2": "another long line"},
        )
        assert len(letters) == 2
        for letter in letters:
            assert "\n" not in letter.subject
            assert letter.subject.startswith("[Portbook] ")
            assert letter.message()["Bcc"] is None


@SQLITE
def test_a_mail_server_that_is_down_is_told_and_nothing_secret_is_logged(
    desk: At, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logging.getLogger("portbook"), "propagate", True)
    smtp = "django.core.mail.backends.smtp.EmailBackend"
    with override_settings(EMAIL_BACKEND=smtp, EMAIL_HOST="127.0.0.1", EMAIL_PORT=1):
        answer = visitor().post("/accounts/password/reset/", {"email": "tia@people.example"})
    assert answer.status_code == 503
    assert b"E-DESK-MAIL" in answer.content
    told = {record.getMessage() for record in caplog.records if record.name == "portbook.desk"}
    assert told == {"no letter could be sent: ConnectionRefusedError"}


def test_a_letter_of_the_register_finds_the_account_of_its_member(desk: At) -> None:
    """On each engine; the outbox knows the member alone."""
    people.account("tia")
    assert addresses.is_there()
    for recipient in ("nobody", "tia@elsewhere.example"):
        assert addresses.address_of(recipient) == recipient
    registry.submitted("port", actor="tia")
    with smtp_server.running() as server:
        to = worker.Server(*server.place, "registry@portbook.example", address_of=addresses.address_of)
        assert worker.send_due(to, lambda: "2032-01-01T10:00:00Z").sent > 0
    assert "tia@people.example" in [recipient for recipient, _ in server.mails]
    assert not tables.rows("SELECT 1 FROM register_outbox WHERE recipient = 'tia@people.example'", [])


# -- passwords


@SQLITE
@pytest.mark.parametrize(
    ("password", "is_taken"),
    [
        ("elevenchars", False),
        ("twelve chars", True),
        ("qwerty123456", False),  # on the list of the commonest
        ("1234567890123", False),  # nothing but digits, and on the list
        ("ona@harbour.example", False),  # one's own address
        (" spaces count  ", True),
    ],
)
def test_which_passwords_are_taken(desk: At, password: str, is_taken: bool) -> None:
    with by_letter():
        answer = sign_up(visitor(), EMAIL, password)
        assert (answer.status_code == 302) is is_taken
        assert User.objects.filter(email=EMAIL.lower()).exists() is is_taken


def test_the_hasher_is_scrypt() -> None:
    from portbook.desk import settings

    assert settings.PASSWORD_HASHERS == ["django.contrib.auth.hashers.ScryptPasswordHasher"]


# -- second factors


def without_factor(name: str) -> Client:
    people.account(name)
    Authenticator.objects.filter(user__account__member=name).delete()
    return people.client(name)


@SQLITE
@pytest.mark.parametrize(("name", "needs"), [("ada", True), ("eve", True), ("aud", True), ("tia", False)])
def test_who_works_here_needs_a_second_factor(desk: At, name: str, needs: bool) -> None:
    with by_letter():
        client = without_factor(name)
        if not needs:
            assert client.get("/desk").status_code == 200
            return
        for path in ("/desk", "/desk/account", "/desk/do/withdraw"):
            assert client.get(path)["Location"] == "/accounts/2fa/"
        assert b"needs a second factor" in client.get("/accounts/2fa/").content
        signing.set_up_app(client)
        assert client.get("/desk").status_code == 200


@SQLITE
def test_a_code_of_an_app_counts_once(desk: At) -> None:
    with by_letter():
        key = signing.set_up_app(without_factor("ada"))
        first, second = visitor(), visitor()
        for client in (first, second):
            assert sign_in(client, "ada@people.example")["Location"] == "/accounts/2fa/authenticate/"
            assert client.get("/desk").status_code == 302
        code = code_of(key)
        assert show(first, f"{code[:3]} {code[3:]}")["Location"] == "/desk"
        assert show(second, code).status_code == 200
        assert second.get("/desk").status_code == 302


@SQLITE
def test_a_recovery_code_opens_once(desk: At) -> None:
    with by_letter():
        client = without_factor("ada")
        signing.set_up_app(client)
        codes = re.findall(
            r"<li><code>(\d{8})</code>", client.get("/accounts/2fa/recovery-codes/").content.decode()
        )
        assert len(codes) == 10
        for opens in (True, False):
            other = visitor()
            sign_in(other, "ada@people.example")
            assert (show(other, codes[0]).status_code == 302) is opens


@SQLITE
def test_the_picture_of_a_key_is_there_while_it_is_set_up(desk: At) -> None:
    path = "/accounts/2fa/totp/picture.svg"
    with by_letter():
        client = without_factor("ada")
        assert client.get(path).status_code == 404
        page = client.get("/accounts/2fa/totp/activate/", follow=True)
        client.post(page.redirect_chain[-1][0], {"password": PASSWORD})
    assert path in client.get("/accounts/2fa/totp/activate/").content.decode()
    picture = client.get(path)
    assert picture["Content-Type"] == "image/svg+xml"
    assert picture["Cache-Control"] == "private, no-store"
    assert b"<path" in picture.content
    assert visitor().get(path).status_code == 302


# -- sessions


@SQLITE
def test_a_session_has_a_new_key_when_somebody_signs_in(desk: At) -> None:
    people.account("tia")
    Authenticator.objects.filter(user__account__member="tia").delete()
    client = visitor()
    client.get("/accounts/login/?next=/desk/account")
    session = client.session
    session["planted"] = "yes"
    session.save()
    before = session.session_key
    sign_in(client, "tia@people.example")
    assert client.session.session_key != before
    assert client.get("/desk").status_code == 200


@SQLITE
def test_a_session_ends_at_once_when_roles_change(desk: At) -> None:
    first, second = desk("bob"), desk("bob")
    for client in (first, second):
        assert client.get("/desk").status_code == 200
    with connection.cursor() as cursor:
        cursor.execute("UPDATE register_member SET roles = 'applicant' WHERE name = 'bob'")
    for client in (first, second):
        assert client.get("/desk")["Location"] == "/accounts/login/?next=%2Fdesk"
        assert client.get("/desk")["Location"] == "/accounts/login/?next=%2Fdesk", (
            "it is gone, not led astray"
        )


@SQLITE
def test_who_is_no_member_any_more_can_do_nothing(desk: At) -> None:
    client = desk("bob")
    client.get("/desk")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE register_member SET is_active = %s WHERE name = 'bob'", [False])
    assert client.get("/desk").status_code == 302
    assert people.client("bob").get("/desk/people").status_code == 404


def test_nobody_joins_a_register_that_stands_still(desk: At) -> None:
    tables.rows("UPDATE register_registry SET is_frozen = %s RETURNING 1", [True])
    user = User.objects.create_user("late", "late@people.example", PASSWORD)
    client = visitor()
    client.force_login(user)
    answer = client.get("/desk")
    assert answer.status_code in (409, 503)
    assert client.get("/desk").status_code == 302


@SQLITE
@pytest.mark.parametrize(
    ("name", "note", "age", "is_over"),
    [
        ("ada", "portbook-seen", door.IDLE_SECONDS[True] - 5, False),
        ("ada", "portbook-seen", door.IDLE_SECONDS[True] + 5, True),
        ("tia", "portbook-seen", door.IDLE_SECONDS[True] + 5, False),
        ("tia", "portbook-seen", door.IDLE_SECONDS[False] + 5, True),
        ("tia", "portbook-began", rates.SESSION_SECONDS - 5, False),
        ("tia", "portbook-began", rates.SESSION_SECONDS + 5, True),
    ],
)
def test_a_session_ends_by_itself(desk: At, name: str, note: str, age: int, is_over: bool) -> None:
    client = desk(name)
    client.get("/desk")
    session = client.session
    session[note] = int(time.time()) - age
    session.save()
    assert (client.get("/desk").status_code == 302) is is_over


@pytest.mark.parametrize(
    "agent, called",
    [
        ("Mozilla/5.0 (X11; Linux x86_64; rv:144.0) Gecko/20100101 Firefox/144.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/141.0.0.0 Safari/537.36 Edg/141.0", "Edge on Windows"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Safari/604.1", "Safari on iPhone"),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_as_people_know_it(agent: str, called: str) -> None:
    assert wording.browser(agent) == called


@SQLITE
def test_sessions_are_listed_and_ended(desk: At) -> None:
    with by_letter():
        people.account("tia")
        Authenticator.objects.filter(user__account__member="tia").delete()
        here, there, yonder = (visitor(HTTP_USER_AGENT=name) for name in ("<b>here", "there", "yonder"))
        for client in (here, there, yonder):
            sign_in(client, "tia@people.example")
    page = here.get("/accounts/sessions/").content.decode()
    assert "&lt;b&gt;here" in page
    assert page.count("Sign out there") == 2
    stranger = people.client("una")
    target = UserSession.objects.get(user_agent="there")
    assert stranger.post("/accounts/sessions/", {"session": target.pk}).status_code == 404
    assert there.get("/desk").status_code == 200
    here.post("/accounts/sessions/", {"session": target.pk})
    assert [each.get("/desk").status_code for each in (here, there, yonder)] == [200, 302, 200]
    here.post("/accounts/sessions/", {"session": "others"})
    assert [each.get("/desk").status_code for each in (here, there, yonder)] == [200, 302, 302]


@SQLITE
def test_another_address_asks_for_the_password_and_then_a_code(desk: At) -> None:
    with by_letter() as letters:
        people.account("tia")
        Authenticator.objects.filter(user__account__member="tia").delete()
        client = visitor()
        sign_in(client, "tia@people.example")
        asked = client.post("/accounts/email/", {"action_add": "", "email": "new@people.example"})
        assert asked["Location"].startswith("/accounts/reauthenticate/")
        assert not letters
        done = client.post(asked["Location"], {"password": PASSWORD})
        assert done["Location"] == "/accounts/confirm-email/"
        (letter,) = [each for each in letters if each.to == ["new@people.example"]]
        assert addresses.address_of("tia") == "tia@people.example", "until the code is entered"
        client.post("/accounts/confirm-email/", {"code": code_in(letter)})
        assert addresses.address_of("tia") == "new@people.example"
        told = [each.subject for each in letters if each.to == ["tia@people.example"]]
        assert told == ["[Portbook] Your address was changed"]


# -- the pages


@SQLITE
def test_pages_have_no_script_or_style_inside_and_one_heading(desk: At) -> None:
    client = desk("ada")
    answers = [(path, client.get(path)) for path in PAGES]
    answers += [(path, visitor().get(path)) for path in OPEN_PAGES]
    for path, answer in answers:
        text = answer.content.decode()
        assert answer.status_code == 200, path
        assert text.count("<h1") == 1, path
        assert not re.search(r"<script(?![^>]* src=)|<style|\sstyle=|\son[a-z]+=|javascript:", text), path


@SQLITE
@pytest.mark.parametrize(
    "path",
    [
        "/accounts/3rdparty/",
        "/accounts/3rdparty/signup/",
        "/accounts/signup/passkey/",
        "/accounts/login/code/",
    ],
)
def test_what_makes_no_sense_here_is_not_there(desk: At, path: str) -> None:
    assert desk("ada").get(path).status_code == 404


@SQLITE
def test_a_name_is_text(desk: At) -> None:
    client = desk("tia")
    name = "<img src=x onerror=alert(1)>"
    assert client.post("/desk/account", {"name": name})["Location"] == "/desk/account"
    assert "&lt;img src=x" in client.get("/desk/account").content.decode()
    assert client.post("/desk/account", {"name": "n" * (MAX_NAME + 1)}).status_code == 422
    assert client.post("/desk/account", {"name": "n" * MAX_NAME}).status_code == 302


@SQLITE
def test_a_factor_ends_the_sessions_that_began_without_it(desk: At) -> None:
    """Else a stolen password would stay what it is, beside the factor that should make up for it (T-65)."""
    user = people.account("tia").user
    Authenticator.objects.filter(user=user).delete()
    known, stolen = visitor(), visitor()
    for client in (known, stolen):
        sign_in(client, "tia@people.example")
    assert stolen.get("/desk").status_code == 200
    request = RequestFactory().get("/accounts/2fa/totp/activate/")
    request.user, request.session = user, known.session
    with context.request_context(request):
        signals.authenticator_added.send(
            sender=Authenticator, request=request, user=user, authenticator=Authenticator(user=user)
        )
    assert known.get("/desk").status_code == 200
    assert stolen.get("/desk").status_code == 302
