"""How often somebody may try at the door (T-65, T-84); that it tells nobody who has an account (T-69)."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator

import pytest
from django.contrib.auth.hashers import ScryptPasswordHasher
from django.contrib.auth.models import User
from django.http import HttpResponse
from django.test import Client, override_settings

from portbook.desk.accounts import rates

from . import people
from .signing import PASSWORD, by_letter, sign_in, sign_up, visitor

At = Callable[[str], Client]
pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)

KNOWN, UNKNOWN = "tia@people.example", "zia@people.example"
TOO_MANY = b"Too many tries"
SOME = 3  # statements more or less: what they take is lost in what letters and hashes take


@pytest.fixture
def door(desk: At) -> Iterator[list[object]]:
    """The door, with two accounts behind it; the letters that go out."""
    with by_letter() as letters:
        people.account("tia")
        people.account("una")
        yield letters


def wrong(client: Client, email: str = KNOWN) -> bool:
    """Try a wrong password; say whether it was looked at."""
    return TOO_MANY not in sign_in(client, email, "not the password").content


def test_five_wrong_passwords_for_one_account(door: None) -> None:
    tries = [visitor(REMOTE_ADDR=f"192.0.2.{number}") for number in range(7)]
    assert [wrong(client) for client in tries[:6]] == [True] * 5 + [False]
    assert TOO_MANY in sign_in(tries[6], KNOWN).content, "the right one has to wait too"
    assert wrong(tries[0], "una@people.example"), "others do not wait"


def test_ten_wrong_passwords_from_one_address(door: None) -> None:
    client = visitor(REMOTE_ADDR="192.0.2.1")
    told = [wrong(client, f"nobody{number}@people.example") for number in range(11)]
    assert told == [True] * 10 + [False]
    assert wrong(visitor(REMOTE_ADDR="192.0.2.2"), "una@people.example")


@pytest.mark.parametrize(
    ("other", "is_counted"),
    [("2001:db8:0:1:ffff::2", True), ("2001:db8:0:1::1", True), ("2001:db8:0:2::1", False)],
)
def test_ipv6_counts_by_network(door: None, other: str, is_counted: bool) -> None:
    client = visitor(REMOTE_ADDR="2001:db8:0:1::1")
    for number in range(10):
        assert wrong(client, f"nobody{number}@people.example")
    assert wrong(visitor(REMOTE_ADDR=other), "una@people.example") is not is_counted


@pytest.mark.parametrize(("proxies", "is_believed"), [(0, False), (1, True)])
def test_who_a_proxy_names_counts_only_where_proxies_are_named(
    door: None, proxies: int, is_believed: bool
) -> None:
    with override_settings(ALLAUTH_TRUSTED_PROXY_COUNT=proxies):
        told = [
            wrong(
                visitor(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=f"192.0.2.{number}"),
                f"n{number}@x.example",
            )
            for number in range(11)
        ]
    assert told[-1] is is_believed


@pytest.mark.parametrize(
    ("path", "allowed", "status"),
    [
        ("/accounts/signup/", 20, 302),
        ("/accounts/password/reset/", 20, 302),
        ("/accounts/login/", 30, 200),
    ],
)
def test_what_costs_work_or_a_letter_is_counted_by_address(
    door: None, path: str, allowed: int, status: int
) -> None:
    client = visitor()
    statuses = []
    for number in range(allowed + 1):
        email = f"new{number}@people.example"
        form = {"email": email, "password1": PASSWORD, "password2": PASSWORD}
        statuses.append(client.post(path, form).status_code)
    assert statuses == [status] * allowed + [429]
    page = client.post(path, {"email": KNOWN})
    assert TOO_MANY in page.content
    assert page["Cache-Control"] == "private, no-store"


CROWDS = [
    (rates.SIGN_UP, "/accounts/signup/"),
    (rates.RESET, "/accounts/password/reset/"),
]


def asked(path: str, address: str) -> int:
    """The status of the answer to a form that comes from *address*."""
    form = {
        "email": f"{address}@people.example".replace(":", "-"),
        "password1": PASSWORD,
        "password2": PASSWORD,
    }
    return visitor(REMOTE_ADDR=address).post(path, form).status_code


def caused(letters: list[object], path: str, addresses: Iterable[str]) -> list[int]:
    """How many letters went out for a form from each of *addresses*; whoever asks sees no difference."""
    counts = []
    for address in addresses:
        before = len(letters)
        assert asked(path, address) == 302
        counts.append(len(letters) - before)
    return counts


@pytest.mark.parametrize(("action", "path"), CROWDS)
def test_the_networks_of_one_site_count_together(
    door: list[object], action: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_a_site(action), "3/h/key")
    assert caused(door, path, [f"2001:db8:1:{network}::1" for network in range(5)]) == [1, 1, 1, 0, 0]
    assert caused(door, path, ["2001:db8:2:1::1", "192.0.2.1"]) == [1, 1], "other sites"


@pytest.mark.parametrize(("action", "path"), CROWDS)
def test_everybody_counts_together(
    door: list[object], action: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_all(action), "3/h/key")
    assert caused(door, path, [f"192.0.2.{number}" for number in range(5)]) == [1, 1, 1, 0, 0]
    page = visitor(REMOTE_ADDR="192.0.2.9").get(path)
    assert page.status_code == 200, "to look costs nothing"


@pytest.mark.parametrize(("action", "path"), CROWDS)
def test_one_site_does_not_use_up_what_everybody_has(
    door: list[object], action: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_a_site(action), "2/h/key")
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_all(action), "3/h/key")
    assert sum(caused(door, path, [f"2001:db8:1:{network}::1" for network in range(6)])) == 2
    assert caused(door, path, ["192.0.2.1"]) == [1]


@pytest.mark.parametrize(("action", "path"), CROWDS)
def test_what_causes_no_letter_counts_for_nobody_else(
    door: list[object], action: str, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Forms that are refused, those from elsewhere, and requests for the head of a page (T-68)."""
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_all(action), "1/h/key")
    client = visitor(REMOTE_ADDR="192.0.2.1")
    checked = Client(SERVER_NAME="localhost", REMOTE_ADDR="192.0.2.2", enforce_csrf_checks=True)
    for _ in range(25):
        client.post(path, {"email": "", "password1": "short"})
        client.head(path)
        assert checked.post(path, {"email": KNOWN}).status_code == 403
    assert not door
    assert caused(door, path, ["198.51.100.7"]) == [1]


@pytest.mark.parametrize("action", [rates.SIGN_UP, rates.RESET])
def test_letters_of_both_kinds_are_counted_apart(
    door: list[object], action: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(rates.ACCOUNTS, rates.of_all(action), "0/h/key")
    sent = {each: caused(door, path, ["192.0.2.1"]) for each, path in CROWDS}
    assert sent == {each: [0 if each == action else 1] for each, _ in CROWDS}
    before = len(door)
    sign_up(visitor(REMOTE_ADDR="192.0.2.2"), KNOWN)
    visitor(REMOTE_ADDR="192.0.2.2").post("/accounts/password/reset/", {"email": KNOWN})
    assert len(door) - before == 1, "nor does it show who has an account"


@pytest.mark.parametrize("action", [rates.SIGN_UP, rates.RESET])
def test_a_site_may_more_than_one_network_and_all_more_than_a_site(engine: str, action: str) -> None:
    counts = [rates.ACCOUNTS[each] for each in (action, rates.of_a_site(action), rates.of_all(action))]
    one, site, everybody = (int(each.partition("/")[0]) for each in counts)
    assert one < site < everybody


def test_nobody_is_buried_in_letters(desk: At, monkeypatch: pytest.MonkeyPatch) -> None:
    with by_letter() as letters:
        answers, now = [], time.time()
        for number in range(rates.LETTERS_AN_HOUR + 2):
            monkeypatch.setattr(time, "time", lambda later=now + 11 * number: later)
            client = visitor(REMOTE_ADDR=f"192.0.2.{number}")
            answers.append(sign_up(client, UNKNOWN)["Location"])
        assert len(letters) == rates.LETTERS_AN_HOUR
        assert len(set(answers)) == 1, "whoever asks sees no difference"


# -- the same for accounts that are there and accounts that are not


def sign_in_wrongly(client: Client, email: str) -> HttpResponse:
    return sign_in(client, email, "not the password")


def reset(client: Client, email: str) -> HttpResponse:
    return client.post("/accounts/password/reset/", {"email": email})


WAYS = (sign_in_wrongly, sign_up, reset)


def told(answer: HttpResponse, email: str) -> tuple[int, str, str]:
    """What somebody sees; the address that he typed, and what is new each time, left out."""
    text = re.sub(r'(csrfmiddlewaretoken" value=")[^"]+', r"\1", answer.content.decode())
    return answer.status_code, answer.get("Location", ""), text.replace(email, "EMAIL")


@pytest.mark.parametrize("way", WAYS)
def test_the_answer_tells_nobody_who_has_an_account(door: None, way: Callable[..., HttpResponse]) -> None:
    seen = []
    for number, email in enumerate((KNOWN, UNKNOWN)):
        client = visitor(REMOTE_ADDR=f"192.0.2.{number}")
        answer = way(client, email)
        seen.append(told(answer, email))
        if answer.status_code == 302:
            seen.append(told(client.get(answer["Location"]), email))
            seen.append(told(client.post(answer["Location"], {"code": "WRONG1"}), email))
    half = len(seen) // 2
    assert seen[:half] == seen[half:]


@pytest.mark.parametrize("way", WAYS)
def test_the_work_tells_nobody_who_has_an_account(
    door: None, way: Callable[..., HttpResponse], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password is hashed as often, which takes a fifth of a second, and the tables are asked as much."""
    hashed: list[str] = []
    encode = ScryptPasswordHasher.encode

    def counted(self: ScryptPasswordHasher, password: str, salt: str, *rest: int) -> str:
        hashed.append(password)
        return str(encode(self, password, salt, *rest))

    monkeypatch.setattr(ScryptPasswordHasher, "encode", counted)
    monkeypatch.setattr(ScryptPasswordHasher, "work_factor", 2)
    counts: list[list[int]] = [[], []]
    asked = [0, 0]
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.ScryptPasswordHasher"]):
        for number, name in enumerate(("eve", "eli", "sol")):
            people.account(name)
            for kind, email in enumerate((f"{name}@people.example", f"{name}@nowhere.example")):
                hashed.clear()
                with people.statements() as heard:
                    way(visitor(REMOTE_ADDR=f"192.0.2.{number}"), email)
                counts[kind].append(len(hashed))
                asked[kind] += len(heard)
    assert counts[0] == counts[1]
    assert abs(asked[0] - asked[1]) <= SOME * len(counts[0])


@pytest.mark.parametrize("way", WAYS)
def test_the_letters_tell_nobody_who_has_an_account(pages: None, way: Callable[..., HttpResponse]) -> None:
    """A mail server takes its time, and whoever asks waits for it: each address gets one letter, or none."""
    people.account("tia")
    for number, email in enumerate((KNOWN, UNKNOWN)):
        with by_letter() as letters:
            way(visitor(REMOTE_ADDR=f"192.0.2.{number}"), email)
            assert [letter.to for letter in letters] == ([] if way is sign_in_wrongly else [[email]])
    assert User.objects.filter(email=KNOWN).count() == 1
