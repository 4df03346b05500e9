"""Making a register to practise with: the newest edition here, invented people, a few applications at work.

Everything is done by the register's operations, as people would have done it; so its books are whole.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.auth.models import User

from portbook.applications import of_tree
from portbook.desk.models import Account
from portbook.desk.practice.cast import PEOPLE
from portbook.register import database, members, seeding
from portbook.register.acts import Act
from portbook.register.operations import (
    applying,
    approving,
    assigning,
    contacts,
    recommending,
    registry,
    reviewing,
)
from portbook.review import Verdict
from portbook.store import EditionFile

EXPERTS = "TCP/UDP experts"


_LIGHT: dict[str, Any] = {
    "kind": "port",
    "service_name": "harbour-light",
    "transports": ["tcp"],
    "ports": [{"number": "28201"}],
    "assignee": {"name": "Gus Ferry", "email": "gus@ferry.example"},
    "contact": {"name": "Gus Ferry", "email": "gus@ferry.example"},
    "description": "Switching of harbour lights",
    "reference": "Proprietary; one message a light",
    "casts": {"broadcast": False, "multicast": False, "anycast": False},
    "txt_keys": [],
    "development": "deployed",
    "declares": {"only_discovery": False},
    "answers": {
        "versions": "The first octet of each message is the version.",
        "security": "TLS 1.3 from the first octet, with no way around it.",
        "why_not_dynamic": "Lamps call in before anybody could configure them.",
        "distinction": "The lamp opens the connection and sleeps in between.",
    },
}
_TIDE: dict[str, Any] = {
    "kind": "name",
    "service_name": "tide-read",
    "transports": ["tcp"],
    "assignee": {"name": "Tide Works", "email": "registry@tide.example"},
    "contact": {"name": "Tia Dale", "email": "tia@tide.example"},
    "description": "Remote reading of tide gauges",
    "reference": "Proprietary; messages of the gauge, one a minute",
    "casts": {"broadcast": False, "multicast": False, "anycast": False},
    "txt_keys": [{"key": "path"}],
}
_BUOY = _LIGHT | {
    "service_name": "buoy-watch",
    "ports": [{"number": "28205"}],
    "assignee": _TIDE["assignee"],
    "contact": _TIDE["contact"],
    "description": "Watching of buoys",
}


def make(file: EditionFile, now: datetime) -> None:
    """Fill an empty database with the register of *file*, the people and their applications."""
    database.migrate()
    start = now - timedelta(days=30)

    def by(member: str, days: int, reason: str = "practice") -> Act:
        return Act("", member, "", reason, _instant(start + timedelta(days=days)), "practice")

    _people(start)
    seen = seeding.show(file).digest
    seeding.seed(
        file,
        seen,
        actor="ada",
        second="bob",
        instant=_instant(start),
        reason="the beginning",
        channel="practice",
    )
    for name in ("eve", "eli"):
        registry.appoint(
            by("ada", 0), name, EXPERTS, begins=_instant(start)[:10], decision="invented minutes"
        )
    party = contacts.add(by("ada", 1), name="Gus Ferry", addresses=("gus@ferry.example",)).answer["contact"]
    shown = registry.change_member(by("ada", 1)._replace(is_dry=True), "gus", party=party).answer
    approving.approve(by("bob", 1), shown["operation"], shown["digest"])
    registry.change_member(by("ada", 1), "gus", party=party)
    _light(by, party)
    sent = applying.submit(by("tia", 20), of_tree(_BUOY)).answer
    reviewing.validate(by("ada", 21), sent["application"], version=sent["version"])
    applying.submit(by("tia", 25), of_tree(_TIDE))


def _light(by: Any, party: str) -> None:
    """A service that Gus holds: applied for, judged, assigned."""
    asked = _LIGHT | {"assignee": {"id": party}, "contact": {"id": party}}
    sent = applying.submit(by("gus", 2), of_tree(asked)).answer
    number, version = sent["application"], sent["version"]
    reviewing.validate(by("ada", 3), number, version=version)
    recommending.recommend(
        by("eve", 5),
        number,
        version=version,
        verdict=Verdict.GRANT,
        reasons="It needs a port that is known beforehand.",
    )
    assigning.assign(by("bob", 6), number, version=version)


def _people(start: datetime) -> None:
    for each in sorted(PEOPLE, key=lambda each: each.member != "ada"):  # who founds it adds the others
        act = Act("add member", "ada", f"member {each.member}", "practice", _instant(start), "practice")
        members.add(act, each.member, each.roles.split())
        user = User.objects.create_user(each.member, each.email)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        # The door wants a second factor of most of them; here nobody asks for it.
        Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": ""})
        Account.objects.create(user=user, member=each.member, name=each.name, muted="")


def _instant(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
