"""The people of the practice with a password and an app each: filled in by this program, known by tests.

Run as a program, it fills the register that PORTBOOK_HOME and PORTBOOK_DATABASE name.
"""

from __future__ import annotations

import base64
import os
import sys
from datetime import UTC, datetime
from pathlib import Path

NEEDS_FACTOR = ("eve", "eli", "ada", "bob", "aud", "max")


def email_of(member: str) -> str:
    return f"{member}@practice.example"


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

    making.make(EditionStore().current(), datetime.now(UTC))
    Authenticator.objects.all().delete()  # those that nobody can use
    User.objects.update(password=make_password(password))
    for member in NEEDS_FACTOR:
        TOTP.activate(User.objects.get(username=member), key_of(member))


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
    fill(sys.argv[1])
