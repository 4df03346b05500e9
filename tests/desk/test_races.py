"""Twenty presses at once by real HTTP at a real server: one outcome each, and nothing stays half-done.

The same request sent twice, one number for several, one name assigned to two, one act by two persons, a token
that is revoked while a program uses it, an invitation that many open (I-12, T-60, T-71).
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path

from allauth.account.models import EmailAddress
from django.contrib.auth.models import User
from django.test import Client

from portbook.desk.accounts import invitations
from portbook.desk.models import Account, Invitation, Pending, Token
from portbook.desk.programs.scopes import Scope
from portbook.register import auditing, tables
from portbook.store import EditionStore
from register import desk as registry

from . import applying, bearer, people
from .deeds import fields
from .pressing import Press, Server, Told, serving, session, session_of
from .signing import PASSWORD, visitor

At = Callable[[str], Client]

PRESSES = 20
SHOWN, DONE, UNAUTHORIZED, MISSING, CONFLICT, UNPROCESSABLE = 200, 302, 401, 404, 409, 422
PORT = "28300"


def test_of_many_presses_one_counts(desk: At, empty: str, store: EditionStore, tmp_path: Path) -> None:
    for member in registry.PEOPLE:
        people.account(member)
    with serving(empty, tmp_path) as server:
        is_sent_once(server, desk)
        one_asks_for_the_number(server, desk)
        one_gets_the_name(server, desk)
        is_done_or_taken_back(server, desk)
        ends_with_its_token(server)
        lets_one_in(server)
        becomes_one_member(server)
    assert "Traceback" not in server.log.read_text()
    assert list(auditing.check(store)) == []


def pressed(server: Server, presses: list[Press], *statuses: int) -> list[Told]:
    """Press all at once; every answer has one of *statuses*."""
    answers = server.at_once(presses)
    strange = [answer for answer in answers if answer.status not in statuses]
    assert [(each.status, re.sub(r"<[^>]+>|\s+", " ", each.text)[:1500]) for each in strange] == []
    return answers


def count(statement: str, *parameters: object) -> int:
    return int(tables.rows(f"SELECT COUNT(*) FROM {statement}", parameters)[0][0])


def last_button(client: Client, address: str, member: str) -> Press:
    """The button that sends a draft."""
    page = applying.page(client, f"{address}/review")
    return Press(f"{address}/review", {**applying.hidden(page), "go": "send"}, session(member))


# -- applicants


def is_sent_once(server: Server, desk: At) -> None:
    """One press or twenty: one application, and each answer leads to it."""
    before = count("register_application")
    button = last_button(desk("tia"), applying.filled(desk("tia"), "name"), "tia")
    answers = pressed(server, [button] * PRESSES, DONE)
    assert len({answer.location.partition("?")[0] for answer in answers}) == 1
    assert count("register_application") == before + 1


def one_asks_for_the_number(server: Server, desk: At) -> None:
    """Three ask for one number at the same moment: for one of them it is kept."""
    buttons = []
    for member in ("tia", "tom", "una"):
        wish = {"service_name": f"gauge-{member}", "ports": [{"number": PORT}]}
        buttons.append(last_button(desk(member), applying.filled(desk(member), "port", wish), member))
    presses = list(itertools.islice(itertools.cycle(buttons), PRESSES))
    pressed(server, presses, DONE, CONFLICT, UNPROCESSABLE)
    wanted = tables.rows("SELECT application_id, transport FROM register_wanted WHERE port = %s", [PORT])
    assert len(wanted) == 1


# -- those who decide


def one_gets_the_name(server: Server, desk: At) -> None:
    """Two registrars assign the same name to two applications: one of them has it."""
    name = {"service_name": "one-name"}
    asked = [registry.validated(registry.submitted("name", name, actor=each)) for each in ("tom", "una")]
    assert [registry.state(done.answer["application"]) for done in asked] == ["assignable"] * 2
    presses = []
    for member, done in zip(("ada", "bob"), asked, strict=True):
        given = fields(desk(member), "assign", **registry.of(done))
        seen = desk(member).post("/desk/do/assign", given).context["shown"].digest
        presses.append(Press("/desk/do/assign", {**given, "seen": seen, "step": "do"}, session(member)))
    answers = pressed(server, presses * (PRESSES // 2), DONE, CONFLICT)
    assert len({answer.location for answer in answers if answer.status == DONE}) == 1
    assert sorted(registry.state(done.answer["application"]) for done in asked) != ["assigned"] * 2
    assert len(registry.row("one-name", None)) == 1


def is_done_or_taken_back(server: Server, desk: At) -> None:
    """One asks once, two give their word; then he does the act and takes it back: the list says which."""
    given = {**fields(desk("max"), "change-member", name="tom"), "party": "Gus", "reason": "a letter"}
    seen = desk("max").post("/desk/do/change-member", given).context["shown"].digest
    ask = Press("/desk/do/change-member", {**given, "seen": seen, "step": "ask"}, session("max"))
    [page] = {answer.location for answer in pressed(server, [ask] * PRESSES, DONE)}
    words = [Press(page, {"step": "word", "reason": "seen"}, session(each)) for each in ("ada", "bob")]
    pressed(server, words * (PRESSES // 2), DONE, CONFLICT)
    given_by = tables.rows("SELECT member FROM register_approval WHERE digest = %s ORDER BY member", [seen])
    assert given_by == [("ada",), ("bob",)]
    presses = [Press(page, {"step": step}, session("max")) for step in ("do", "back")]
    pressed(server, presses * (PRESSES // 2), DONE, CONFLICT)
    row = Pending.objects.get(digest=seen)
    told = tables.rows("SELECT number FROM register_event WHERE operation = 'change member'")
    assert row.is_done
    assert told == ([(row.event,)] if row.event else [])
    assert bool(row.refused_by) is (row.event is None)


# -- who comes in


def ends_with_its_token(server: Server) -> None:
    """A program acts while its token is revoked: what was done is in the books, and then no more."""
    text = bearer.token("ada", Scope.READ, Scope.REGISTRY, name="a loop")
    path = f"/desk/account/tokens/{Token.objects.get(name='a loop').pk}/revoke"
    before = count("register_contact")
    acts = [
        Press(
            "/v1/register/acts/add-contact",
            {"name": f"Pier {number}", "addresses": "a@pier.example"},
            "",
            text,
        )
        for number in range(PRESSES)
    ]
    revoke = Press(path, {}, session("ada"))
    answers = pressed(server, [*acts[:8], revoke, *acts[8:]], SHOWN, DONE, UNAUTHORIZED)
    assert count("register_contact") == before + sum(answer.status == SHOWN for answer in answers)
    assert server.press(acts[0]).status == UNAUTHORIZED


def lets_one_in(server: Server) -> None:
    """Twenty open the link of an invitation: one has the account, of the others nothing is kept."""
    Account.objects.filter(member="sol").delete()
    User.objects.filter(username="sol").delete()
    path = invitations.make("sol", "max", hours=1)
    before = User.objects.count()
    given = {"name": "Sol", "password1": PASSWORD, "password2": PASSWORD}
    presses = [Press(path, {**given, "email": f"sol{each}@office.example"}) for each in range(PRESSES)]
    answers = pressed(server, presses, DONE, MISSING)
    assert [answer.status for answer in answers].count(DONE) == 1
    assert User.objects.count() == before + 1
    assert Account.objects.filter(member="sol").count() == 1
    assert Invitation.objects.get(member="sol").is_used


def becomes_one_member(server: Server) -> None:
    """Somebody who is new opens twenty tabs: all show the desk, and he is one applicant."""
    user = User.objects.create(username="nia", email="nia@pier.example")
    EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    client = visitor()
    client.force_login(user)
    pressed(server, [Press("/desk", None, session_of(client))] * PRESSES, SHOWN)
    assert Account.objects.filter(user=user).count() == 1
    assert count("register_event WHERE operation = 'join' AND actor = %s", f"account-{user.pk}") == 1
