"""`portbook practice`: the site with a desk over a register to practise with, thrown away at the end.

Its people are invented, one is chosen at the door without a password, and no other machine reaches it.
"""

import argparse
import os
import tempfile
from datetime import UTC, datetime
from importlib.util import find_spec

from portbook.cli import clock, verbs
from portbook.cli.refusal import usage
from portbook.cli.serve import DEFAULT_BIND, PRACTICE, free, parse_bind, serve
from portbook.publication.failures import lacking
from portbook.store import EditionFile, EditionStore

_OF_A_REAL_ONE = (  # settings that practice must not touch, nor be touched by
    "PORTBOOK_DATABASE",
    "PORTBOOK_ADDRESS",
    "PORTBOOK_SMTP",
    "PORTBOOK_SECRET_FILE",
    "PORTBOOK_HOSTS",
    "PORTBOOK_OIDC",
)
_ABOUT = """
A register is made from the newest edition here, in a folder that is gone when the command ends: two
registrars, two experts, an auditor, an administrator and two who apply. Open the address, choose who you
are, and try everything. Letters are shown on a page, and none is sent."""


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of practice."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.add_argument(
        "--bind",
        metavar="HOST:PORT",
        default=DEFAULT_BIND,
        help=f"where to listen; {DEFAULT_BIND} by default",
    )


def run(arguments: argparse.Namespace) -> int:
    """Serve a register to practise with, until stopped."""
    where = parse_bind(arguments.bind)
    if not (where.host in ("localhost", "::1") or where.host.startswith("127.")):
        message = f"practice is for this machine alone; others reach --bind {arguments.bind}"
        raise usage(message, "practice")
    where = free(where)
    edition = EditionStore().current()
    with tempfile.TemporaryDirectory(prefix="portbook-practice-") as folder:
        os.environ["PORTBOOK_HOME"] = folder
        for name in _OF_A_REAL_ONE:
            os.environ.pop(name, None)
        if where.host in ("127.0.0.1", "::1"):  # the site answers to no other
            os.environ["PORTBOOK_ADDRESS"] = where.url  # letters lead to its pages
        _make(edition)
        return serve(where.url.removeprefix("http://"), site=PRACTICE)


def _make(edition: EditionFile) -> None:
    """Fill the folder with a register from *edition*."""
    store = EditionStore()
    if store.current().sha256 != edition.sha256:
        store.add(edition.data(), now=clock.instant())
    if find_spec("django") is None or find_spec("allauth") is None:
        raise lacking("django and django-allauth", "portbook[desk]")
    from portbook.desk import environment

    environment.make_secret()
    os.environ["DJANGO_SETTINGS_MODULE"] = PRACTICE.settings
    import django

    django.setup()
    from django.db import connection

    from portbook.desk.practice import making

    making.make(store.current(), datetime.now(UTC))
    connection.close()
