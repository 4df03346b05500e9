"""What `portbook register status|members|policy` tell of a register: counts, who may act, its rules."""

import argparse
import sys
from collections.abc import Iterator
from typing import Any

from portbook.cli import acts, output
from portbook.cli.refusal import FOUND
from portbook.trees import tree_of


def status(arguments: argparse.Namespace) -> int:
    """Tell what the register holds, and where its chain of Events stands."""
    acts.connect()
    return told(dict(_status_facts()), arguments)


def _status_facts() -> Iterator[tuple[str, Any]]:
    from portbook.register import tables
    from portbook.register.models import Registry
    from portbook.register.reading import running

    registry = tables.load(Registry, "")[0]
    yield "edition", registry.base
    yield "frozen", registry.is_frozen
    yield "updated", registry.updated
    yield "events", registry.events
    yield "head", registry.events_head
    yield "instant", registry.instant
    for name, end in (
        ("entries", "register_entry"),
        ("contacts", "register_contact"),
        ("members", "register_member WHERE is_active"),
        ("applications", "register_application"),
        ("publications", "register_publication WHERE state = 'published'"),
        ("letters waiting", "register_outbox WHERE state = 'waiting'"),
        ("letters given up", "register_outbox WHERE state = 'given up'"),
    ):
        yield name, tables.rows(f"SELECT COUNT(*) FROM {end}")[0][0]  # noqa: S608
    yield "returns announced", len(running.returns())
    yield "changes of addresses", len(running.contact_changes())


def members(arguments: argparse.Namespace) -> int:
    """List who may act, as what."""
    acts.connect()
    from portbook.register import tables
    from portbook.register.models import ExpertTerm, Member

    members = tables.load(Member, "ORDER BY identity")
    terms: dict[int, list[str]] = {}
    for term in tables.load(ExpertTerm, "ORDER BY identity"):
        told = f"term {term.identity}, {term.team}, {term.begins} to {term.ends or 'open'}"
        terms.setdefault(term.member_id, []).append(told)
    found = [
        {
            "name": member.name,
            "roles": member.roles.split(),
            "party": member.party,
            "active": member.is_active,
            "terms": terms.get(member.identity, []),
        }
        for member in members
    ]
    if arguments.json:
        sys.stdout.write(output.json_text({"members": found}))
        return FOUND
    titles = ("Member", "Roles", "Contact", "Active", "Terms")
    output.table(titles, [tuple(acts.text_of_value(value) for value in each.values()) for each in found])
    return FOUND


def policy(arguments: argparse.Namespace) -> int:
    """Write the policy that the register is run by."""
    acts.connect()
    from portbook import policy as policies
    from portbook.register import tables
    from portbook.register.models import Registry

    text = tables.load(Registry, "")[0].policy or policies.write(policies.RFC6335)
    if arguments.json:
        text = output.json_text(tree_of(policies.read(text.encode()), whole=True))
    sys.stdout.write(text)
    return FOUND


def told(answer: dict[str, Any], arguments: argparse.Namespace) -> int:
    """Write an answer, or one field of it."""
    if arguments.field is not None:
        output.say(acts.text_of_value(acts.field_of(answer, arguments.field)))
    else:
        acts.tell_facts(answer, is_json=arguments.json)
    return FOUND
