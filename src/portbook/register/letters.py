"""Letters: what the register writes to whom, as data; plain text, one subject, nothing that adds a header.

A template names its facts in braces.  Facts come from outside: in a subject they are one short line of
visible characters, in a body every character but the line feed that cannot be seen is shown (T-32, T-64).
Who gets a letter, the operations say; a worker sends it after the act was committed.
"""

from collections.abc import Mapping
from string import Formatter
from typing import NamedTuple

from portbook.errors import visible
from portbook.states import ApplicationState

MAX_SUBJECT = 150  # characters
MAX_FACT = 2_000  # characters of one fact in a body
MAX_BODY = 9_000  # characters of all facts with the words between them

_PAGE = "\n\nIts page, after you sign in:\n\n{}"
_END = "\n\nNobody reads answers to this address.\n"


class Letter(NamedTuple):
    """A subject and a body; as a template, with facts in braces."""

    subject: str
    body: str


LETTERS = {
    # the way of an application
    "received": Letter(
        "{what}: received",
        "{what} has arrived. The registry looks at it next.\n\n{findings}",
    ),
    "given back": Letter(
        "{what}: your answer is needed",
        "{what} is back with you until {ends}; without an answer it closes then. You answer, or change what "
        "you ask for, on its page at the desk.\n\n{words}",
    ),
    "question": Letter(
        "{what}: a question",
        "The reviewers ask about {what}; please answer until {ends}, on its page at the desk.\n\n{words}",
    ),
    "refused": Letter(
        "{what}: refused",
        "{what} was refused on {day}.\n\n{words}\n\n"
        "You may appeal within two months, on its page at the desk.",
    ),
    "moved on": Letter("{what}: {word}", "{what} is now: {word}. Next: {next}."),
    "closed": Letter("{what}: closed", "{what} was closed on {day}.\n\n{words}"),
    "granted": Letter(
        "{what}: assigned",
        "{what} is assigned since {day}: {granted}.\n\nThe next edition of the registry shows it.",
    ),
    "consent asked": Letter(
        "{what}: do you agree?",
        "Somebody asks for what concerns your service {service}:\n\n{description}\n\n"
        "{what} goes on only when you agree. Please answer until {ends}, on its page at the desk.",
    ),
    "review asked": Letter(
        "{what}: a review is asked of {experts}",
        "{what} asks for what {experts} must see. Please answer until {ends}, on its page at the desk.",
    ),
    "reminder": Letter(
        "{what}: a reminder",
        "{what} waits for your answer; its day is {ends}. You give it on its page at the desk.",
    ),
    # what happens later
    "amended": Letter(
        "{what}: the entry was changed",
        "The entry of {what} was changed on {day}:\n\n{changes}\n\nReason: {reason}\n\n"
        "The next edition of the registry shows it.",
    ),
    "return announced": Letter(
        "{what}: the return was announced",
        "{what} is to be given back. Unless somebody objects, it becomes Reserved after {ends}.\n\n"
        "Reason: {reason}\n\nIf you hold it and this is not your wish, stop the return on its page at the "
        "desk; if its Contact asked for it, an Assignee has to confirm it there. It is notice {number}.",
    ),
    "return stopped": Letter(
        "{what}: the return was stopped",
        "Notice {number}, by which {what} was to be given back, was stopped on {day}.\n\nReason: {reason}",
    ),
    "returned": Letter(
        "{what}: given back",
        "{what} became Reserved on {day}. The service name stays as the registry shows it.\n\n"
        "Reason: {reason}\n\nWhoever is concerned may appeal within two months after publication, at the "
        "desk: against Event {event}.\n\n{appeal}",
    ),
    "reused": Letter(
        "{what}: reused",
        "The port of {what} was given to {name} on {day}; the old service name stays.\n\nReason: {reason}",
    ),
    "disuse suspected": Letter(
        "{what}: is it still used?",
        "It seems that {what} is no longer used.\n\nReason: {reason}\n\n"
        "If it is used, please say so until {ends}, on the page of case {number} at the desk.",
    ),
    "case decided": Letter(
        "{what}: the case of revocation was decided",
        "Case {number} was decided on {day}: {what} is {outcome}.\n\nReason: {reason}\n\n"
        "Whoever is concerned may appeal within two months after publication, on the page of the case.",
    ),
    "call opened": Letter(
        "{what}: community call",
        "The {body} opened a community call on {what}; it lasts until {ends}: {reference}\n\nCase {number}.",
    ),
    "passed on": Letter(
        "{what}: passed on",
        "{what} passed from {old} to {new} on {day}: the one released it and the other applied.\n\n"
        "Reason: {reason}",
    ),
    "early": Letter(
        "{what}: early allocation {outcome}",
        "The early allocation of {what} {outcome}; its day is {ends}.\n\nReason: {reason}",
    ),
    "appeal filed": Letter(
        "{what}: an appeal was filed",
        "An appeal against {what} was filed on {day} and goes to the {body}: appeal {number}.\n\n"
        "Until it is decided, the contested values are given to nobody else.",
    ),
    "appeal decided": Letter(
        "{what}: the appeal was decided",
        "The {body} decided appeal {number} against {what} on {day}: {outcome}.\n\n{reference}",
    ),
    "contact change asked": Letter(
        "Contact {what}: other addresses are asked for",
        "Other addresses for the contact {what} were asked for on {day}. They take effect after {ends}, and "
        "only when the registry has the word of an old address or two registrars have seen to it.\n\n"
        "If this is not your wish, stop it on the page of the contact at the desk. It is notice {number}.",
    ),
    "contact change stopped": Letter(
        "Contact {what}: the change was stopped",
        "Notice {number}, by which the contact {what} was to have other addresses, was stopped on {day}.\n\n"
        "Reason: {reason}",
    ),
    "contact changed": Letter(
        "Contact {what}: other addresses",
        "The contact {what} has other addresses since {day}. They stay until {ends} at least.",
    ),
    "address asked": Letter(
        "Contact {what}: does this address still reach you?",
        "The registry publishes this address for the contact {what}. Please open this link until {ends}, so "
        "that the registry knows that you read it; nothing else follows from it:\n\n{link}",
    ),
    "contact claimed": Letter(
        "Contact {what}: somebody says that this is them",
        "On {day} somebody with the address {claimant} asked to act for the contact {what}: takeover "
        "{number}.\n\n{words}\n\nIf this is not your wish, stop it; until {ends} nothing becomes of it "
        "without your word:\n\n{stop}",
    ),
    "contact claimed, known": Letter(
        "Contact {what}: somebody says that this is them",
        "On {day} somebody with the address {claimant} asked to act for the contact {what}: takeover "
        "{number}.\n\n{words}\n\nIf this is not your wish, stop it; until {ends} nothing becomes of it "
        "without your word:\n\n{stop}\n\nIf it is, confirm it:\n\n{confirm}",
    ),
    "claim received": Letter(
        "Contact {what}: your takeover {number}",
        "You asked on {day} to act for the contact {what}. Its addresses were told and may stop it until "
        "{ends}; then two registrars decide.",
    ),
    "claim decided": Letter(
        "Contact {what}: the takeover {number} was {outcome}",
        "Takeover {number} of the contact {what} was {outcome} on {day}.\n\nReason: {reason}",
    ),
    "contact hidden": Letter(
        "Contact {what}: what is published",
        "From the next edition on, the contact {what} is published {outcome}.",
    ),
    "factors reset": Letter(
        "Your second factors were taken away",
        "The registry took the second factors of the account of {what} away on {day}, for you said that "
        "you lost them. Every session has ended, every token is revoked, and neither your password nor an "
        "account elsewhere lets you in any more. Ask for another password where you sign in, then set up "
        "another factor.\n\n"
        "If you did not ask for this, somebody else did: tell the registry at once.",
    ),
    "renamed": Letter(
        "{what}: another name",
        "{what} is called {new} since {day}. The entries keep a note of the old name.\n\nReason: {reason}",
    ),
}


# What follows, for who sent the application.
NEXT = {
    ApplicationState.DRAFT: "send it when it is ready",
    ApplicationState.NEW: "the registry looks at it",
    ApplicationState.VALIDATING: "the registry checks it",
    ApplicationState.WITH_REQUESTER: "answer, or change the request",
    ApplicationState.CONFIRMING: "the holder of what is to be shared answers",
    ApplicationState.EXPERT_REVIEW: "the experts give their recommendation",
    ApplicationState.INTERNAL_REVIEW: "the registry takes advice",
    ApplicationState.IESG: "the IESG decides",
    ApplicationState.IETF_DOC: "the document is approved, or dropped",
    ApplicationState.ASSIGNABLE: "it is entered into the registry",
    ApplicationState.ASSIGNED: "the next edition shows it",
    ApplicationState.MODIFIABLE: "the change is entered into the registry",
    ApplicationState.MODIFIED: "the next edition shows it",
    ApplicationState.REFUSED: "an appeal is possible for two months",
    ApplicationState.WITHDRAWN: "nothing; a new application is possible",
    ApplicationState.APPEALED: "the appeal is decided",
}


def written(kind: str, facts: Mapping[str, str], page: str = "") -> Letter:
    """Return the letter *kind* with *facts* in it, and the address of the *page* that shows what it is about.

    Raises KeyError for a letter or fact that is not there.
    """
    template = LETTERS[kind]
    subject = template.subject.format_map({name: _line(text) for name, text in facts.items()})
    shown = {name: _text(text) for name, text in facts.items()}
    body = "\n\n".join(part.format_map(shown) for part in template.body.split("\n\n") if _says(part, facts))
    led = _PAGE.format(page) if page else ""
    return Letter(subject[:MAX_SUBJECT], body[:MAX_BODY] + led + _END)


def _says(part: str, facts: Mapping[str, str]) -> bool:
    """Whether a paragraph has something to say: words of its own alone, or a fact that is not empty."""
    named = [name for _, name, _, _ in Formatter().parse(part) if name]
    return not named or any(facts[name] for name in named)


def _line(text: str) -> str:
    """*text* as part of a header: on one line, what cannot be seen shown."""
    return visible(" ".join(text[:MAX_FACT].split()))[:MAX_SUBJECT]


def _text(text: str) -> str:
    shown = visible(text[: MAX_FACT + 1], keep="\n")
    return shown if len(shown) <= MAX_FACT else f"{shown[:MAX_FACT]} ..."
