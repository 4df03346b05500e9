"""The people of the practice with a password and an app each: filled in by this program, known by tests.

The practice was over some weeks ago.  What has to wait for weeks was begun since then, by the register's
operations: a call about a port, a return, other addresses of a contact; a story ends each of them.
Run as a program, it fills the register that PORTBOOK_HOME and PORTBOOK_DATABASE name.
"""

from __future__ import annotations

import base64
import os
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

from portbook.desk.practice.cast import PEOPLE

NEEDS_FACTOR = ("eve", "eli", "ada", "bob", "aud", "max")
CALLED_ABOUT = ("orrery", 4032)  # a port that nobody seems to use
RETURNED = ("harbour-light", 28201)  # what Gus holds
NEW_ADDRESS = "gus@quay.example"

_PRACTICE_ENDED = 40  # days ago
_ANNOUNCED = 31  # the return, which waits 30 days
_CALLED = 28  # the call, which is open for 28 days
_ASKED = 15  # other addresses, which wait 14 days


def email_of(member: str) -> str:
    return next(each.email for each in PEOPLE if each.member == member)


def key_of(member: str) -> str:
    """What the app of a member was given when it was set up."""
    return base64.b32encode(member.encode() * 7)[:32].decode()


def fill(password: str) -> None:
    """Make the register of the practice; everybody has *password*, and who works there an app besides."""
    from portbook.desk import environment

    environment.make_secret()
    os.environ["DJANGO_SETTINGS_MODULE"] = "portbook.desk.settings"
    import django

    django.setup()
    from allauth.mfa.models import Authenticator
    from allauth.mfa.totp.internal.auth import TOTP
    from django.contrib.auth.hashers import make_password
    from django.contrib.auth.models import User

    from portbook.desk.practice import making
    from portbook.store import EditionStore

    now = datetime.now(UTC)
    making.make(EditionStore().current(), now - timedelta(days=_PRACTICE_ENDED))
    begin(now)
    Authenticator.objects.all().delete()  # those that nobody can use
    User.objects.update(password=make_password(password))
    for member in NEEDS_FACTOR:
        TOTP.activate(User.objects.get(username=member), key_of(member))


def begin(now: datetime) -> None:
    """Begin what takes weeks, so long before *now* that its time is over."""
    from portbook.numbers import Transport
    from portbook.procedures import Target
    from portbook.register.acts import Act
    from portbook.register.operations import contacts, returning, revoking

    def by(member: str, days: int) -> Act:
        moment = (now - timedelta(days=days)).strftime("%Y-%m-%dT%H:%M:%SZ")
        return Act("", member, "", "begun weeks ago", moment, "practice")

    def target(name: str, port: int) -> Target:
        return Target(name, port, (Transport.TCP,))

    attempts = "Letters to the contact; none was answered."
    case = revoking.suspect(by("ada", _ANNOUNCED), target(*CALLED_ABOUT), attempts).answer["case"]
    evidence = "The last lamp was put out."
    returning.announce(by("gus", _ANNOUNCED), target(*RETURNED), asked_by="", evidence=evidence)
    words = {"need": "Its number is asked for at sea.", "draft": "Nobody answers.", "expert": "No use seen."}
    revoking.draft_call(by("ada", _CALLED), case, **words)
    revoking.open_call(by("ada", _CALLED), case, "https://call.example/orrery")
    contacts.ask_change(by("gus", _ASKED), "Gus_Ferry", (NEW_ADDRESS,))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    fill(sys.argv[1])
