"""What is forged: forms from elsewhere, cookies, hosts, places to go on to, fields, sizes (T-67 to T-81)."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from urllib.parse import urljoin, urlsplit

import pytest
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.test import Client, override_settings

from portbook.desk.deeds import table
from portbook.register import tables
from portbook.register.operations import registry as office
from portbook.register.roles import Role
from portbook.states import ApplicationState
from register import desk as registry

from . import addresses, busy, people

At = Callable[[str], Client]
pytestmark = [
    pytest.mark.parametrize("engine", ["sqlite"], indirect=True),
    pytest.mark.usefixtures("quick_passwords"),
]
S = ApplicationState

SITE = "http://localhost"
FIELD = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


def strict(name: str) -> Client:
    """A browser that is asked for its form token."""
    made = Client(SERVER_NAME="localhost", enforce_csrf_checks=True, raise_request_exception=False)
    if name:
        made.force_login(people.account(name).user)
    return made


def form_of(client: Client, path: str) -> dict[str, str]:
    """The hidden fields of the form at *path*."""
    page = client.get(path).content.decode()
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', page))


def event_count() -> int:
    return int(tables.rows("SELECT COUNT(*) FROM register_event")[0][0])


# -- forms from elsewhere


def test_no_address_takes_a_form_without_its_token(desk: At) -> None:
    """Every address of the desk, by whoever may do most (T-68); the API takes no cookie and needs none."""
    numbers = busy.fill()
    clients = [strict(name) for name in ("tia", "ada", "max", "")]
    before = busy.everything()
    for route in addresses.routes():
        if route.startswith("v1/"):
            continue
        path = addresses.example(route, numbers)
        for client in clients:
            answer = client.post(path, {"step": "do", "name": "x", "key": "x", "application": "1"})
            assert answer.status_code == 403, path
            assert "E-DESK-FORM" in answer.content.decode(), path
            assert answer.context["heading"] == "This form is too old", path
    assert busy.everything() == before


ORIGINS = (
    "https://elsewhere.example",
    "null",
    "http://localhost:1",
    "https://localhost",
    "http://localhost.elsewhere.example",
)


def test_a_form_of_another_origin_is_refused_whatever_it_holds(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    client = strict("tia")
    fields = form_of(client, f"/desk/do/withdraw?application={mine}") | {"step": "do"}
    before = event_count()
    for origin in ORIGINS:
        assert client.post("/desk/do/withdraw", fields, HTTP_ORIGIN=origin).status_code == 403
    assert event_count() == before
    assert client.post("/desk/do/withdraw", fields, HTTP_ORIGIN=SITE).status_code == 302
    assert event_count() == before + 1


def test_the_token_of_somebody_else_is_none(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    other = FIELD.findall(strict("tom").get("/desk/account/tokens").content.decode())[0]
    client = strict("tia")
    fields = form_of(client, f"/desk/do/withdraw?application={mine}")
    for forged in (other, "", "x" * 64, fields["csrfmiddlewaretoken"][::-1]):
        sent = client.post("/desk/do/withdraw", {**fields, "csrfmiddlewaretoken": forged, "step": "do"})
        assert sent.status_code == 403


def test_signing_in_needs_a_form_of_this_site_too(desk: At) -> None:
    """Nobody is signed in as somebody else by a page from elsewhere (login CSRF)."""
    people.account("tia")
    answer = strict("").post("/accounts/login/", {"login": "tia@people.example", "password": people.PASSWORD})
    assert answer.status_code == 403
    assert not Session.objects.filter(session_data__contains="tia").exists()


# -- forms that are sent again, late, or changed


def test_a_form_sent_twice_is_done_once(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    client = desk("tia")
    fields = form_of(client, f"/desk/do/withdraw?application={mine}") | {"step": "do"}
    first, second = (client.post("/desk/do/withdraw", fields) for _ in range(2))
    assert first.status_code == second.status_code == 302
    assert first["Location"] == second["Location"]
    [number] = tables.rows("SELECT COUNT(*) FROM register_event WHERE operation = 'withdraw'")
    assert number == (1,)


def test_the_key_of_another_form_does_nothing_else(desk: At) -> None:
    first, second = (registry.in_state(S.NEW).answer["application"] for _ in range(2))
    client = desk("tia")
    fields = form_of(client, f"/desk/do/withdraw?application={first}") | {"step": "do"}
    assert client.post("/desk/do/withdraw", fields).status_code == 302
    replayed = client.post("/desk/do/withdraw", {**fields, "application": second})
    assert replayed.status_code == 409
    assert "E-IDEMPOTENCY" in replayed.content.decode()


def test_the_key_of_somebody_else_answers_nothing_of_his(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    fields = form_of(desk("tia"), f"/desk/do/withdraw?application={mine}") | {"step": "do"}
    assert desk("tia").post("/desk/do/withdraw", fields).status_code == 302
    assert desk("tom").post("/desk/do/withdraw", fields).status_code in (403, 404)


def test_an_old_version_is_refused_and_what_was_typed_stays(desk: At) -> None:
    done = registry.in_state(S.WITH_REQUESTER)
    client = desk("tia")
    given = {**registry.of(done), "version": "0" * 64, "words": "What I typed at length.", "key": "late"}
    answer = client.post("/desk/do/answer", {**given, "step": "do"})
    assert answer.status_code == 409
    assert "What I typed at length." in answer.content.decode()


def test_a_grave_act_is_never_done_unseen(desk: At) -> None:
    done = registry.in_state(S.NEW)
    before = event_count()
    for seen in ("", "0" * 64):
        desk("ada").post(
            "/desk/do/validate", {**registry.of(done), "key": f"k{seen}", "seen": seen, "step": "do"}
        )
    assert event_count() == before


def test_fields_that_a_form_has_not_are_nothing(desk: At) -> None:
    mine = registry.in_state(S.NEW).answer["application"]
    extra = {"actor": "ada", "instant": "2001-01-01T00:00:00Z", "channel": "command", "persons": "bob",
             "is_dry": "1", "operation": "assign", "state": "assigned", "submitter": "ada"}  # fmt: skip
    sent = desk("tia").post("/desk/do/withdraw", {"application": mine, "key": "k", "step": "do", **extra})
    assert sent.status_code == 302
    event = tables.rows("SELECT actor, operation, channel, instant FROM register_event ORDER BY number DESC")[
        0
    ]
    assert event[:3] == ("tia", "withdraw", "desk")
    assert event[3] > "2001-01-01T00:00:00Z"


def test_numbers_of_others_in_each_deed_on_an_application(desk: At) -> None:
    """Tom fills the number of tia's application into every form that he can open: nothing happens."""
    done = registry.in_state(S.EXPERT_REVIEW)
    before = busy.everything()
    words = dict.fromkeys(("words", "reasons", "tie", "reference", "reason"), "x")
    chosen = {"verdict": "grant", "agrees": "yes", "ruling": "approved", "step": "do"}
    given = {**registry.of(done), **words, **chosen}
    counted = 0
    for deed in table().values():
        if "application" in deed.form.base_fields:
            answer = desk("tom").post(deed.address, {**given, "key": deed.slug})
            assert answer.status_code in (403, 404, 409, 422), deed.slug
            counted += answer.status_code in (403, 404)
    assert counted >= 15
    after = busy.everything()
    assert {name for name in before if before[name] != after[name]} <= {
        "account_emailaddress", "desk_account", "mfa_authenticator",  # tom's own, made for this
    }  # fmt: skip


# -- sessions


def signed_in_by_form(client: Client, name: str) -> None:
    people.account(name)
    people.account(name).user.authenticator_set.all().delete()
    sent = client.post("/accounts/login/", {"login": f"{name}@people.example", "password": people.PASSWORD})
    assert sent.status_code == 302, sent.content.decode()[:3000]


def test_a_session_from_before_the_sign_in_is_not_the_one_after(desk: At) -> None:
    client = desk("")
    client.cookies["portbook"] = "x" * 32  # laid there by somebody else
    client.get("/accounts/login/")
    before = client.cookies["portbook"].value
    signed_in_by_form(client, "tia")
    after = client.cookies["portbook"].value
    assert after not in (before, "x" * 32)
    thief = desk("")
    thief.cookies["portbook"] = "x" * 32
    assert thief.get("/desk").status_code == 302
    client.post("/accounts/logout/")
    thief.cookies["portbook"] = after
    assert thief.get("/desk").status_code == 302


def test_a_cookie_is_for_this_site_alone_and_no_script_reads_it(desk: At) -> None:
    client = desk("")
    signed_in_by_form(client, "tia")
    for name in ("portbook", "portbook-form"):
        cookie = client.cookies[name]
        assert cookie["httponly"]
        assert cookie["samesite"] == "Lax"
        assert cookie["path"] == "/"
        assert not cookie["domain"]


def test_a_role_that_is_gone_ends_the_open_session(desk: At) -> None:
    client = desk("eve")
    assert client.get("/desk").status_code == 200
    number = registry.in_state(S.EXPERT_REVIEW).answer["application"]
    assert client.get(f"/desk/applications/{number}").status_code == 200
    office.change_member(registry.by("ada"), "eve", roles=[Role.APPLICANT])
    gone = client.get(f"/desk/applications/{number}")
    assert gone.status_code == 302
    assert gone["Location"].startswith("/accounts/login/")
    assert not UserSession.objects.filter(session_key=client.session.session_key).exists()


# -- where to go on


ELSEWHERE = (
    "https://elsewhere.example/", "//elsewhere.example/", "///elsewhere.example", "/\\elsewhere.example",
    "\\\\elsewhere.example", "https:elsewhere.example", "http:///elsewhere.example", "javascript:alert(1)",
    "data:text/html,x", "/desk@elsewhere.example:1//x\r\nX-Made: 1", "https://localhost@elsewhere.example/",
    " https://elsewhere.example", "\thttps://elsewhere.example", "%2f%2felsewhere.example", "ftp://localhost/",
)  # fmt: skip


def test_nobody_is_led_to_another_host(desk: At) -> None:
    people.account("tia").user.authenticator_set.all().delete()
    asked = {"login": "tia@people.example", "password": people.PASSWORD}
    for place in ELSEWHERE:
        answers = [
            desk("").post("/accounts/login/", {**asked, "next": place}),
            desk("tia").get("/accounts/login/", {"next": place}),
            desk("tia").post("/accounts/logout/", {"next": place}),
            desk("tia").post("/accounts/reauthenticate/", {"password": people.PASSWORD, "next": place}),
        ]
        for answer in answers:
            assert answer.status_code in (200, 302)
            # As a browser reads it: blanks go, and a backslash is a slash.
            target = answer.get("Location", "/").strip().replace("\\", "/")
            assert urlsplit(urljoin(f"{SITE}/accounts/login/", target)).netloc == "localhost", (place, target)
            assert "X-Made" not in answer
        cache.clear()  # of how often somebody tried


# -- hosts and proxies


HOSTS = ("elsewhere.example", "localhost.elsewhere.example", "localhost@x", "", "a b", "[::1", "x\x00")


def test_a_host_that_is_not_ours(desk: At) -> None:
    client = desk("ada")
    for host in HOSTS:
        for path in ("/desk", "/accounts/login/", "/v1/register/queue", "/desk/do/withdraw"):
            for answer in (client.get(path, HTTP_HOST=host), client.post(path, {}, HTTP_HOST=host)):
                assert answer.status_code == 400, (host, path)
                assert not answer.cookies
                assert "elsewhere" not in answer.content.decode()


def test_what_a_client_says_of_proxies_is_not_believed(desk: At) -> None:
    told = {
        "HTTP_X_FORWARDED_HOST": "elsewhere.example",
        "HTTP_X_FORWARDED_PROTO": "https",
        "HTTP_X_FORWARDED_PORT": "1",
        "HTTP_X_FORWARDED_FOR": "203.0.113.9",
        "HTTP_FORWARDED": "host=elsewhere.example;proto=https",
        "HTTP_X_ORIGINAL_URL": "/desk/events",
        "HTTP_X_REWRITE_URL": "/desk/events",
        "HTTP_X_HTTP_METHOD_OVERRIDE": "POST",
        "HTTP_X_FORWARDED_USER": "ada",
        "HTTP_REMOTE_USER": "ada",
    }
    answer = desk("tia").get("/desk", **told)
    assert answer.status_code == 200
    assert "elsewhere" not in answer.content.decode()
    assert "Strict-Transport-Security" not in answer
    assert desk("").get("/desk", **told)["Location"].startswith("/accounts/login/")


# -- sizes


def test_the_size_of_a_form_at_its_limit_and_above(desk: At) -> None:
    client = desk("tia")
    frame = len("application=1&key=k&reason=")
    for length, status in ((64 * 1024 - frame, 422), (64 * 1024 - frame + 1, 400)):
        body = f"application=1&key=k&reason={'x' * length}"
        sent = client.post("/desk/do/withdraw", body, content_type="application/x-www-form-urlencoded")
        assert sent.status_code == status


def test_the_number_of_fields_at_its_limit_and_above(desk: At) -> None:
    client = desk("tia")
    for number, status in ((200, 422), (201, 400)):
        sent = client.post("/desk/do/withdraw", {f"f{each}": "x" for each in range(number)})
        assert sent.status_code == status
        many = client.post("/desk/do/withdraw", {"f": ["x"] * number})
        assert many.status_code == status


def test_files_where_none_is_asked_for(desk: At) -> None:
    client = desk("tia")
    mine = registry.in_state(S.NEW).answer["application"]
    fields = {"application": mine, "key": "k", "step": "do"}
    one = client.post("/desk/do/withdraw", {**fields, "reason": io.BytesIO(b"x")})
    assert one.status_code == 302
    two = {"a": io.BytesIO(b"x"), "b": io.BytesIO(b"y")}
    assert client.post("/desk/do/withdraw", {**fields, **two}).status_code == 400


def test_texts_that_no_field_takes_or_every_page_shows(desk: At) -> None:
    client = desk("tia")
    for text in ("a\x00b", "\x1b[2J", "a\r\nSet-Cookie: x=1", "\ud800", "x" * 10_001):
        mine = registry.in_state(S.DRAFT).answer["application"]
        reason = text.encode("utf-8", "surrogatepass")
        fields = {"application": mine, "key": f"k{mine}", "reason": reason, "step": "do"}
        answer = client.post("/desk/do/withdraw", fields)
        assert answer.status_code in (302, 400, 422), text[:20]
        assert "Set-Cookie: x" not in str(answer.headers)
        assert "\x1b" not in answer.content.decode()


def test_other_methods_do_nothing(desk: At) -> None:
    client, before = desk("ada"), event_count()
    for path in ("/desk", "/desk/do/freeze", "/desk/account/tokens", "/v1/register/acts/freeze"):
        for method in ("put", "patch", "delete", "options", "trace"):
            assert getattr(client, method)(path).status_code in (400, 403, 404, 405), (path, method)
    assert event_count() == before


def test_no_page_tells_of_a_fault(desk: At) -> None:
    """Numbers and words that no page expects, in addresses and questions (T-81, T-83)."""
    client = desk("ada")
    numbers = busy.fill()
    odd = (
        "0",
        "-1",
        "9" * 30,
        "%00",
        "..%2f..%2fetc%2fpasswd",
        "'--",
        "\u0661",
        "{{7*7}}",
        "%ff",
        "x" * 2_000,
    )
    questions = (
        "?page=0&after='&before=%00&state=x&text=%25_%25&actor__password=x&_connector=OR&done=<b>&sort=x"
    )
    wrong = []
    with override_settings(DEBUG=False):
        for route in addresses.routes():
            plain = addresses.example(route, numbers)
            paths = [plain + questions, *(re.sub(r"[^/]+$", each, plain) for each in odd if "<" in route)]
            for path in paths:
                answer = client.get(path)
                if answer.status_code >= 500 or "Traceback" in answer.content.decode(errors="replace"):
                    wrong.append(f"{answer.status_code} {path}")
    assert wrong == []
