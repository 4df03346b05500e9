"""Do you need a port at all?  What somebody can choose before the form, and what each choice leaves out.

In the spirit of RFC 7605: most services need less than they ask for; a name is free, a number is not.
"""

from typing import NamedTuple

from portbook.applications import Kind


class Choice(NamedTuple):
    """One way on; questions of the form that it makes needless are not asked.  It answers none (R-TXT-1)."""

    slug: str
    title: str
    words: str
    kind: Kind
    source: str = ""
    skips: frozenset[str] = frozenset()
    central: frozenset[str] = frozenset()  # questions that it is about, though they may stay empty


# What needs nothing of the registry comes first: nothing is cheaper than no application.
NEEDLESS = (
    (
        "It stays on one machine, or in one network where you set every port yourself.",
        "Use any number of the Dynamic Ports, 49152 to 65535. They are assigned to nobody.",
        "RFC 6335 section 6",
    ),
    (
        "It is spoken over HTTP, or over another protocol that has a port.",
        "Use that port. A path, a host name or a first message tells the services apart.",
        "RFC 7605 section 7.1",
    ),
    (
        "It is a new version, or a secured form, of a service that has a port.",
        "Use the same port, and agree on the version inside the connection.",
        "RFC 7605 sections 7.4, 7.5",
    ),
)
CHOICES = (
    Choice(
        "name",
        "A name is enough",
        "Others find the port by an SRV record in DNS, or by configuration. A name is assigned to whoever "
        "comes "
        "first, in days.",
        Kind.NAME,
        "RFC 6335 section 7.2",
        frozenset({"related", "facts", "document", "notes", "unauthorized"}),
    ),
    Choice(
        "discovery",
        "It is found by DNS-SD",
        "Programs announce the service on the network and browse for it, as printers do. That takes a "
        "name, and "
        "the TXT keys that you define.",
        Kind.NAME,
        "RFC 6763 section 7",
        frozenset({"related", "facts", "document", "notes", "unauthorized"}),
        frozenset({"txt"}),
    ),
    Choice(
        "share",
        "It belongs on a port that is there",
        "A new name on the port of another service: who holds that service agrees first, and experts look "
        "at it.",
        Kind.SHARE,
        "RFC 6335 section 5",
        frozenset({"document"}),
        frozenset({"related"}),
    ),
    Choice(
        "port",
        "It needs a port of its own",
        "Clients must reach it before anybody could tell them a number. This asks for a User Port, 1024 to "
        "49151, for a name of its own. Experts look at your reasons; that takes weeks.",
        Kind.PORT,
        "RFC 6335 sections 7.2, 8.1.1",
        frozenset({"document"}),
    ),
)
OTHERS = (  # by their kinds alone, with every question
    (Kind.TRANSPORT, "Another transport for a service that you hold"),
    (Kind.CHANGE, "Other data for what you hold"),
    (Kind.RETURN, "Give a port back"),
    (Kind.REUSE, "A port that you hold, for another application of yours"),
    (Kind.SUCCESSION, "A service passes from one party to another"),
    (Kind.EARLY, "A port for a working group's draft, for one year"),
    (Kind.CODE, "DCCP service codes"),
)
TITLES = {
    Kind.NAME: "A service name",
    Kind.PORT: "A port for a new service",
    Kind.SHARE: "A new name on a port that is assigned",
    **dict(OTHERS),
}


def choice_of(slug: str) -> Choice | None:
    """Return the choice of that name, or None."""
    return next((choice for choice in CHOICES if choice.slug == slug), None)


def kind_of(word: str) -> Kind | None:
    """Return the kind of that name, or None."""
    return Kind(word) if word in {kind.value for kind in Kind} else None


def skipped(slug: str) -> frozenset[str]:
    """Return the questions that a choice makes needless."""
    found = choice_of(slug)
    return found.skips if found else frozenset()


def central(slug: str) -> frozenset[str]:
    """Return the questions that a choice is about."""
    found = choice_of(slug)
    return found.central if found else frozenset()
