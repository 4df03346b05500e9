"""Applications for the tests: a small registry to ask, good applications of each kind, and changes to them.

A change is a tree that is laid over the application's: tables within tables, a list in place of a list, None
takes a field away.  So a row of a vector says only what is different.
"""

from __future__ import annotations

import json
from functools import cache
from typing import Any

from portbook.applications import Application, Circumstances, of_tree
from portbook.edition import Edition
from portbook.numbers import Transport
from portbook.records import Contact, PublishedDate, Record, Reference, rich
from portbook.standing import EditionRegistry


def row(
    name: str | None,
    number: str | None,
    transport: str | None,
    who: str = "",
    description: str = "An invented service",
    **more: Any,
) -> Record:
    people = tuple(Reference("person", party) for party in who.split())
    return Record(
        name, number, transport, rich(description), None if not people else people[:1], people[1:], **more
    )


ROWS = (
    row(None, "0", "tcp", description="Reserved"),
    row(None, "0", "udp", description="Reserved"),
    row("http", "80", "tcp", "IESG IETF_Chair", "World Wide Web"),
    row("http", "80", "udp", "IESG IETF_Chair", "World Wide Web"),
    row("www", "80", "tcp", "", assignment_notes=rich('This is a duplicate of the "http" service')),
    row("old-imap", "143", "tcp", "IESG IETF_Chair"),
    row(None, "143", "udp", description="Reserved"),
    row("z39-50", "210", "tcp", "Zoe Zoe"),
    row("z39.50", "210", "tcp", "Zoe Zoe", assignment_notes=rich('This entry is an alias to "z39-50".')),
    row(
        None, "831", "tcp", description="Reserved", assignment_notes=rich("De-assigned 2025-01-01, was netx.")
    ),
    *(
        row(f"exp{port - 1020}", str(port), each, "IESG IETF_Chair")
        for port in (1021, 1022)
        for each in Transport
    ),
    row(None, "1023", "tcp", description="Reserved"),
    row(None, "1024", "tcp", description="Reserved"),
    row("ltp", "1113", "udp", "Ada Ada"),
    row("ltp", "1113", "dccp", "Ada Ada", service_code="7107696"),
    row("stun", "3478", "tcp", "IESG IETF_Chair"),
    row("stun", "3478", "udp", "IESG IETF_Chair"),
    row("turn", "3478", "udp", ""),
    row("ferry", "4242", "tcp", "Fay Gus"),
    row(None, "4242", "udp", description="Reserved"),
    row("given-back", "4300", "udp", "Fay Gus"),
    row(None, "4300", "tcp", description="Reserved", assignment_notes=rich("De-assigned 2024-05-05.")),
    row("coded", "5100", "dccp", "Ada Ada", service_code="1145656131"),
    row("autotrac-acp", "31020", "tcp", "Rob Rob"),
    row(None, "31020", "udp", description="Reserved"),
    row(
        None,
        "41798-42507",
        None,
        description="Unassigned",
        unauthorized_use_reported=rich("Known Unauthorized Use on port 42000"),
    ),
    row(None, "43000-43009", None, description="Unassigned"),
    row("under-block", "43005", "tcp", "Rob Rob"),  # a block that overlaps, as published ones do
    row("coded-only", None, "dccp", "Ada Ada", service_code="1685351985"),
    row("example-foo", None, "tcp", "Fay Gus"),
    row("kept-name", None, "tcp", "", "Reserved"),
    row("sip", None, "tcp", "Zoe Zoe"),
)


@cache
def edition() -> Edition:
    contacts = tuple(
        Contact(each, each, "Ferries of the North", (f"mailto:{each.lower()}&ferry.example",))
        for each in ("Fay", "Gus", "Ada", "Rob", "Zoe", "IESG", "IETF_Chair")
    )
    return Edition(ROWS, title="Invented", updated=PublishedDate("2031-05-01"), contacts=contacts)


@cache
def registry() -> EditionRegistry:
    return EditionRegistry(edition())


_PARTY = {"name": "Tide Works", "email": "registry@tide.example"}
_NAME: dict[str, Any] = {
    "kind": "name",
    "service_name": "tide-read",
    "transports": ["tcp"],
    "assignee": _PARTY,
    "contact": {"name": "Tia Dale", "email": "tia@tide.example"},
    "description": "Remote reading of tide gauges",
    "reference": "Proprietary; messages of the gauge, one a minute",
    "casts": {"broadcast": False, "multicast": False, "anycast": False},
    "txt_keys": [{"key": "path"}],
}
_PORT = _NAME | {
    "kind": "port",
    "ports": [{"number": "28201"}],
    "development": "prototype",
    "declares": {"only_discovery": False},
    "answers": {
        "congestion": "One request in flight; after a loss the wait doubles up to a minute.",
        "versions": "The first octet of each message is the version.",
        "differences": "The same messages; on TCP each has its length in front.",
        "security": "TLS 1.3 from the first octet, with no way around it.",
        "why_not_dynamic": "Gauges call in before anybody could configure them, through firewalls of others.",
        "distinction": "The gauge opens the connection and sleeps in between.",
    },
}
_IETF = {
    "channel": "document",
    "document": {"name": "draft-ietf-tide-read-03", "stream": "IETF"},
    "assignee": {"name": "IESG", "email": "iesg@ietf.org"},
    "contact": {"name": "IETF Chair", "email": "chair@ietf.org"},
    "reference": "RFC 9999, section 4",
}
_WHY_SYSTEM = {"why_not_user": "The client must know that the host's operator opened the port."}
BASES: dict[str, dict[str, Any]] = {
    "name": _NAME,
    "port": _PORT,
    "system": _PORT | _IETF | {"ports": [{"number": "900"}], "answers": _PORT["answers"] | _WHY_SYSTEM},
    "transport": _PORT
    | {
        "kind": "transport",
        "requester": "Rob",
        "assignee": {"id": "Rob"},
        "contact": {"id": "Rob"},
        "service_name": "autotrac-acp",
        "transports": ["udp"],
        "ports": [{"number": "31020"}],
    },
    "share": _PORT
    | {
        "kind": "share",
        "transports": ["udp"],
        "ports": [{"number": "3478"}],
        "related": {"name": "stun", "how": "extension"},
    },
    "code": {
        "kind": "code",
        "assignee": _PARTY,
        "contact": _NAME["contact"],
        "codes": [{"code": "SC:tide", "description": "Tide gauges"}],
    },
    "early": _PORT
    | _IETF
    | {
        "kind": "early",
        "ports": [{"range": "User Ports"}],
        "early": dict.fromkeys(
            (
                "draft_is_stable",
                "describes_use",
                "has_interest",
                "has_consensus",
                "chairs_agree",
                "area_director_agrees",
            ),
            True,
        ),
    },
    "change": {"kind": "change", "requester": "Gus", "service_name": "ferry", "description": "Ferries"},
    "return": {
        "kind": "return",
        "requester": "Fay",
        "service_name": "ferry",
        "transports": ["tcp"],
        "ports": [{"number": "4242"}],
        "maintenance": {"reason": "No ferry speaks it any more."},
    },
    "reuse": _PORT
    | {
        "kind": "reuse",
        "requester": "Fay",
        "ports": [{"number": "4242"}],
        "maintenance": {"old_name": "ferry", "reason": "Ferries are gone."},
    },
    "succession": {
        "kind": "succession",
        "requester": "Gus",
        "service_name": "ferry",
        "assignee": _PARTY,
        "contact": _NAME["contact"],
        "maintenance": {"released_by": "Fay", "reason": "A standards body runs the protocol now."},
    },
}


def laid_over(tree: dict[str, Any], change: dict[str, Any]) -> dict[str, Any]:
    """Return *tree* with *change* laid over it."""
    found = dict(tree)
    for key, value in change.items():
        if value is None:
            found.pop(key, None)
        elif isinstance(value, dict) and isinstance(found.get(key), dict):
            found[key] = laid_over(found[key], value)
        else:
            found[key] = value
    return found


def application(base: str, change: str | dict[str, Any] = "") -> Application:
    """Return the application *base* with *change*, JSON or a tree, laid over it; it reads without a fault."""
    over = json.loads(change or "{}") if isinstance(change, str) else change
    reading = of_tree(laid_over(BASES[base], over))
    assert not reading.faults
    return reading.application


def circumstances(text: str = "") -> Circumstances:
    """Return the circumstances that *text*, JSON, tells."""
    told = json.loads(text or "{}")
    pending = frozenset((port, Transport(transport)) for port, transport in told.pop("pending", ()))
    consents = frozenset(told.pop("consents", ()))
    alike = tuple(told.pop("alike", ()))
    return Circumstances(consents=consents, pending=pending, alike=alike, **told)
