"""Rows that change, in words: what each column is called, and which of them tell a person nothing.

For pages alone; the API and the books have the columns as the tables do.  A table of the register says here
of every column how it is called, or leaves it out: digests, numbers of versions, what another column tells.
"""

import re
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from portbook.desk.sentences import WITH
from portbook.desk.words import day, moment
from portbook.register.operations.acting import mail_address
from portbook.states import PUBLIC_WORDS

_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)
_INSTANT = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", re.ASCII)
_YES_OR_NO = "is_"  # such columns begin
_ADDRESSES = "URI"  # as the rows of contacts publish them

_OF_APPLICATION = {"application_id": "Application"}

# How the rows of each table are called, and their columns; what is not named here is left out.
TABLES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "entry": ("Row", {"state": "State", "reason": "Why", "expires": "Lasts until"}),
    "contact": ("Contact", {"contact_id": "Id", "is_withheld": "Published by its name alone"}),
    "registry": (
        "The registry",
        {
            "head": "List of experts",
            "updated": "Day of the last change",
            "base": "Filled from edition",
            "policy": "Policy",
            "is_frozen": "Frozen",
        },
    ),
    "member": (
        "Member",
        {"name": "Name", "roles": "Roles", "party": "Acts for the contact", "is_active": "Acts as a member"},
    ),
    "expertterm": ("Term of an expert", {"team": "Team", "begins": "First day", "ends": "Last day"}),
    "application": (
        "Application",
        {
            "state": "State",
            "kind": "Asks for",
            "submitter": "Sent by",
            "channel": "Came by",
            "due": "Due",
        },
    ),
    "version": ("Version", {**_OF_APPLICATION, "number": "Number", "author": "Written by"}),
    "filing": (
        "When it was sent",
        {**_OF_APPLICATION, "submitter": "Sent by", "assignee": "Assignee", "instant": "Sent"},
    ),
    "turn": (
        "Whose turn it is",
        {**_OF_APPLICATION, "state": "State", "party": "Turn of", "began": "Since", "ended": "Until"},
    ),
    "message": (
        "What was said",
        {
            **_OF_APPLICATION,
            "author": "By",
            "audience": "For",
            "kind": "On",
            "text": "Words",
            "instant": "Said",
        },
    ),
    "wanted": (
        "Port that nobody else is given",
        {**_OF_APPLICATION, "port": "Port", "transport": "Transport"},
    ),
    "confirmation": (
        "What a holder is asked",
        {
            **_OF_APPLICATION,
            "service": "Service",
            "speakers": "Contacts who can answer",
            "answer": "Answer",
            "party": "Answered for",
            "member": "Answered by",
            "reasons": "Reasons",
        },
    ),
    "review": (
        "What experts are asked",
        {
            **_OF_APPLICATION,
            "team": "Team",
            "member": "Member",
            "recommendation": "Recommendation",
            "reasons": "Reasons",
            "due": "Answer due",
        },
    ),
    "opinion": (
        "What an expert said",
        {
            "member": "Expert",
            "verdict": "Recommends",
            "reasons": "Reasons",
            "grounds": "Grounds",
            "instant": "Said",
        },
    ),
    "decision": (
        "What a body decided",
        {
            **_OF_APPLICATION,
            "body": "Body",
            "ruling": "Decided",
            "reference": "Where it can be read",
            "words": "Words",
            "member": "Recorded by",
            "instant": "Recorded",
        },
    ),
    "approval": (
        "Word of a second person",
        {"operation": "For the act", "member": "Given by", "expires": "Holds until", "is_used": "Used"},
    ),
    "publication": (
        "Publication",
        {
            "number": "Number",
            "updated": "Day",
            "state": "State",
            "after_event": "Takes Events up to",
            "edition": "Edition",
            "sha256": "SHA-256",
        },
    ),
    "case": (
        "Case",
        {
            "state": "State",
            "service": "Service",
            "port": "Port",
            "transports": "Transports",
            "attempts": "How its Assignee was asked",
            "life": "Signs of use",
            "need": "The need",
            "draft": "Request to the IESG",
            "expert": "What the expert says",
            "call": "Where the call is published",
            "decision": "Decision",
            "began": "Begun",
            "called": "Call opened",
            "due": "Due",
            "event": "Decided by Event",
        },
    ),
    "notice": (
        "Notice",
        {
            "object": "About",
            "asked_by": "Asked by the contact",
            "confirmation": "Confirmed by",
            "state": "State",
            "begins": "Begins",
            "ends": "Can be stopped until",
        },
    ),
    "appeal": (
        "Appeal",
        {
            "decision_id": "Against Event",
            "body": "Heard by",
            "appellant": "Who appeals",
            "facts": "What happened",
            "filed": "Filed",
            "state": "State",
            "outcome": "Outcome",
            "reference": "Where it can be read",
        },
    ),
    "takeover": (
        "Takeover",
        {
            "contact": "Contact",
            "claimant": "Who says to be them",
            "words": "Why",
            "state": "State",
            "begins": "Begins",
            "ends": "Can be stopped until",
            "confirmation": "Confirmed by",
            "decided": "Decided",
        },
    ),
    "inquiry": (
        "Question to an address",
        {
            "contact": "Contact",
            "address": "Address",
            "asked": "Asked",
            "ends": "Can be answered until",
            "answered": "Answered",
        },
    ),
    "verification": (
        "Address that answered",
        {"contact": "Contact", "address": "Address", "verified": "Answered", "how": "How"},
    ),
}
LEFT_OUT: Mapping[str, frozenset[str]] = {  # with what every row has: its identity and version
    "entry": frozenset({"position", "row", "layout", "low", "high", "transport", "fold", "code"}),
    "contact": frozenset({"position", "row", "layout"}),
    "registry": frozenset({"base_sha256", "identities", "events", "events_head", "instant"}),
    "expertterm": frozenset({"member_id"}),
    "version": frozenset({"digest", "content"}),
    "message": frozenset({"digest"}),
    "confirmation": frozenset({"digest"}),
    "review": frozenset({"digest"}),
    "opinion": frozenset({"review_id"}),
    "decision": frozenset({"digest"}),
    "approval": frozenset({"digest"}),
    "publication": frozenset({"events_head"}),
    "notice": frozenset({"kind", "content"}),
    "appeal": frozenset({"contested"}),
    "takeover": frozenset({"address", "stopping", "confirming"}),
    "inquiry": frozenset({"digest"}),
}
_NUMBERED = frozenset({"application", "case", "notice", "appeal", "takeover"})  # known by their numbers
_NAMED_BY = {  # what a row is known by, where it is no number
    "entry": ("Service Name", "Port Number", "Transport Protocol"),
    "contact": ("contact_id", "Name"),
    "member": ("name",),
}


_WITH_STATES = frozenset({"application", "turn"})
_OF_STATES: Mapping[str, Mapping[str, str]] = {
    "state": {state.value: word for state, word in PUBLIC_WORDS.items()},
    "party": WITH,
}


class Cell(NamedTuple):
    """One column of a row, before and after; None where there is no row."""

    name: str
    before: str | None
    after: str | None

    @property
    def differs(self) -> bool:
        return self.before != self.after


def title(table: str, identity: int, cells: Iterable[Cell]) -> str:
    """Return how a row is called: "Notice 17", "Row ferry 4242 tcp"."""
    called = TABLES[table][0] if table in TABLES else table
    if table in _NUMBERED:
        return f"{called} {identity}"
    known = {cell.name: cell.after or cell.before or "" for cell in cells}
    named = [known[name] for name in _NAMED_BY.get(table, ()) if known.get(name)]
    return " ".join((called, *(named if table == "entry" else named[:1])))


def lines(table: str, cells: Iterable[Cell]) -> tuple[Cell, ...]:
    """Return the columns of a row that tell a person something, in words; what it is known by comes first."""
    known = TABLES[table][1] if table in TABLES else {}
    left_out = LEFT_OUT.get(table, frozenset())
    first = _NAMED_BY.get(table, ("",))[0]
    found = (
        Cell(known.get(cell.name, cell.name), *(_said(table, cell.name, side) for side in cell[1:]))
        for cell in sorted(cells, key=lambda cell: cell.name != first)
        if cell.name not in left_out and not _is_usual(cell)
    )
    return tuple(cell for cell in found if cell.before or cell.after)


def _is_usual(cell: Cell) -> bool:
    """Whether it says of a new row what is said of nearly every one."""
    return cell.name.startswith(_YES_OR_NO) and (cell.before, cell.after) == (None, "false")


def _said(table: str, name: str, text: str | None) -> str | None:
    """A value as a page has it; None for nothing."""
    if not text or text == "null":
        return None
    if table in _WITH_STATES and name in _OF_STATES:
        return _OF_STATES[name].get(text, text)
    if name == _ADDRESSES:
        return " ".join(mail_address(uri) or uri for uri in text.split(" "))
    if name.startswith(_YES_OR_NO):
        return "yes" if text == "true" else "no"
    if not name.islower():
        return text  # a column as it is published
    return moment(text) if _INSTANT.fullmatch(text) else day(text) if _DAY.fullmatch(text) else text
