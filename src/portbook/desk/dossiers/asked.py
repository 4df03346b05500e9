"""What an application asks, as lines for people; and what differs between two of its versions."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from portbook.applications import Application, tree
from portbook.desk.applying.choices import TITLES
from portbook.policy import Policy

_LABELS = {
    "kind": "What is asked for",
    "requester": "Asked by the contact",
    "channel": "Comes by",
    "service_name": "Service name",
    "unauthorized_uses": "Unauthorized uses",
    "txt_keys": "TXT keys",
    "casts.broadcast": "IP broadcast",
    "casts.multicast": "IP multicast",
    "casts.anycast": "IP anycast",
    "casts.purpose": "What these are for",
    "codes": "Service codes",
    "document.is_standards_track": "Standards track or BCP",
    "assignee.id": "Assignee, as published",
    "contact.id": "Contact, as published",
    "declares.only_discovery": "Only finds hosts or services",
    "declares.reacts_to_congestion": "Reacts to congestion",
    "declares.uses_every_transport": "Uses every transport today",
    "declares.is_same_on_transports": "One service on all transports",
    "declares.needs_fixed_port": "Needs a fixed port",
    "declares.is_local": "Between processes of one machine",
    "declares.is_client": "The port is the client's own",
    "declares.is_web_page": "Ordinary browsers are the clients",
    "declares.is_in_use": "In use already",
    "declares.has_secure_pair": "A port with security and one without",
}
_ANSWERS = "answers"
_NAMES = ("number", "code", "key")  # which part of a row says what it is; its value stands for both


class Line(NamedTuple):
    """One part of what is asked."""

    label: str
    value: str


class Difference(NamedTuple):
    """One part that differs between two versions; "" where one does not have it."""

    label: str
    before: str
    after: str


def lines(application: Application, policy: Policy) -> tuple[Line, ...]:
    """Return all that *application* says, with the questions that it answers."""
    words = {question.field: question.words for question in policy.questions}
    said = dict(_flat(tree(application), "")) | {"kind": TITLES[application.kind]}
    return tuple(
        Line(words.get(path) or _LABELS.get(path) or _label(path), value) for path, value in said.items()
    )


def differences(before: Application, after: Application, policy: Policy) -> tuple[Difference, ...]:
    """Return what differs between two versions, in the order of the form."""
    old, new = (dict(lines(each, policy)) for each in (before, after))
    return tuple(
        Difference(label, old.get(label, ""), new.get(label, ""))
        for label in dict.fromkeys((*old, *new))
        if old.get(label) != new.get(label)
    )


def _flat(part: dict[str, Any], path: str) -> Iterator[tuple[str, str]]:
    for name, value in part.items():
        inner = f"{path}{name}"
        if isinstance(value, dict):
            yield from _flat(value, f"{inner}.")
        else:
            yield inner, _text(value)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "; ".join(_part(name, _text(inner)) for name, inner in value.items())
    if isinstance(value, list):
        between = "\n" if any(isinstance(each, dict) for each in value) else ", "
        return between.join(map(_text, value)) or "none"
    return str(value)


def _part(name: str, text: str) -> str:
    return text if name in _NAMES else f"{name.replace('_', ' ')} {text}"


def _label(path: str) -> str:
    """ "assignee.email" as "Assignee: email"; an answer by its last part."""
    parts = [part.replace("_", " ") for part in path.split(".")]
    if parts[0] == _ANSWERS:
        del parts[0]
    return ": ".join((parts[0].capitalize(), *parts[1:]))
