"""A register in which something of each kind is going on, and what stands in it and around it as one text."""

from __future__ import annotations

from django.db import connection

from portbook.applications import Kind
from portbook.desk.acting import pending
from portbook.desk.applying import drafts
from portbook.desk.members import Person, _found
from portbook.desk.programs import token_texts, tokens
from portbook.procedures import Target
from portbook.register import tables
from portbook.register.operations import revoking, takeovers
from portbook.register.operations.links import Link
from portbook.states import ApplicationState
from register import desk as registry

from . import addresses, people

# What answers may note by themselves: who was here, and how often.
NOTED = {
    "auth_user",
    "desk_count",
    "desk_counts",
    "django_session",
    "sqlite_sequence",
    "usersessions_usersession",
}


def person(member: str) -> Person:
    """Who the member is at the desk."""
    found = _found(people.account(member).user.pk)
    assert found
    return found


def fill() -> dict[str, str]:
    """Begin something of each kind, most of it by tia; return its numbers by the words of addresses."""
    for name in addresses.PEOPLE:
        people.account(name)
    application = registry.in_state(ApplicationState.EXPERT_REVIEW).answer["application"]
    case = revoking.suspect(registry.by("ada"), Target("ferry", 4242), "Two letters without an answer.")
    links = takeovers.Links(Link("stop", "https://desk.example/s"), Link("confirm", "https://desk.example/c"))
    claim = takeovers.claim(registry.by("tia"), "Zoe", "I am Zoe.", address="tia@people.example", links=links)
    waiting = pending.keep(person("max"), "freeze", "0" * 64, {}, "the registry", "a test")
    token = tokens.make(person("tia"), token_texts.new(), "a program", ["read"], 90)
    numbers = {
        "event": 1,
        "application": application,
        "case": case.answer["case"],
        "takeover": claim.answer["takeover"],
        "pending": waiting.pk,
        "draft": drafts.begin(person("tia"), Kind.NAME).row.pk,
        "token": token.pk,
    }
    return {name: str(number) for name, number in numbers.items()}


def everything() -> dict[str, tuple[object, ...]]:
    """All rows of all tables, but for those that note who was here."""
    names = sorted(set(connection.introspection.table_names()) - NOTED)
    return {name: tuple(sorted(map(repr, tables.rows(f'SELECT * FROM "{name}"')))) for name in names}
