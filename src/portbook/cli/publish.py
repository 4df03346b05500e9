"""`portbook publish DIR`: an edition as files that any web server can serve, signed, switched in one step.

With `--register` it is the register as it stands, which goes into the store, and into DIR if one is named.
"""

import argparse
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portbook.cli import acts, clock, output, verbs
from portbook.cli.data import chosen_file
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, usage
from portbook.errors import RuleError, shown
from portbook.publication import EXPIRES_DAYS, KEEP, LEAST_KEPT, MOST_DAYS, Published, publish
from portbook.publication.failures import lacking
from portbook.publication.keys import Signer, new_key, signer
from portbook.publication.tree import Tree
from portbook.store import EditionFile, EditionStore
from portbook.store.durable import LOCK_SECONDS

MOST_KEPT = 10_000
PAGES_NEED = "django"  # as the site does: portbook[web]

_ABOUT = """
It writes every format and export that the edition can fill, packed beforehand, the pages of the site, and a
manifest with the digest of each file. All is built aside, flushed, read back, and then switched by one
rename: readers see the publication before or this one, whole. Let a web server serve DIR/current.
What has not changed since the publication before is linked, not written again."""
_STATUSES = """
Exit status: 0 published, 1 refused by the register, 2 wrong call, 3 nothing published; what was there is
served on."""


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of publish."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.epilog = _STATUSES
    parser.add_argument(
        "directory", metavar="DIR", nargs="?", help="a folder of publications; or an empty or new one"
    )
    verbs.edition_options(parser)
    register = parser.add_argument_group("from the register")
    register.add_argument(
        "--register", action="store_true", help="the register as it stands, kept as an edition too"
    )
    register.add_argument("--as", dest="member", metavar="MEMBER", help=f"who publishes; else {acts.MEMBER}")
    register.add_argument("--reason", metavar="TEXT", default="", help="why; the Event keeps it")
    parser.add_argument("--older", action="store_true", help="publish an older edition than the one that is")
    keys = parser.add_argument_group("signing (Ed25519)").add_mutually_exclusive_group()
    keys.add_argument(
        "--key", metavar="FILE", help="the private key to sign with; only its owner may read it"
    )
    keys.add_argument(
        "--new-key", metavar="FILE", help="write a new private key, print the public one, and end"
    )
    how = parser.add_argument_group("how")
    how.add_argument("--no-pages", action="store_true", help="files alone, no pages")
    how.add_argument(
        "--expires", metavar="DAYS", help=f"how long it counts as new; {EXPIRES_DAYS} if not said"
    )
    how.add_argument(
        "--keep", metavar="N", help=f"publications that stay; {KEEP} if not said, at least {LEAST_KEPT}"
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Publish, or write a new key."""
    if arguments.new_key is not None:
        if arguments.directory is not None:
            raise usage("--new-key writes a key and publishes nothing: no DIR goes with it", "publish")
        output.say(new_key(Path(arguments.new_key)).public.text)
        return FOUND
    if arguments.directory is None and not arguments.register:
        hint = "for a service called publish: portbook lookup publish"
        raise usage(f"publish needs: DIR, or --new-key FILE; {hint}", "publish")
    days = _whole("--expires", arguments.expires, EXPIRES_DAYS, 1, MOST_DAYS)
    keep = _whole("--keep", arguments.keep, KEEP, LEAST_KEPT, MOST_KEPT)
    by = signer(Path(arguments.key)) if arguments.key is not None else None
    if arguments.register:
        return _publish_register(arguments, by, days, keep)
    file = chosen_file(arguments)
    with long_work(f"Publishing edition {file.id}"):
        published = publish(
            Path(arguments.directory),
            file,
            made=datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            pages=() if arguments.no_pages else pages_of(file),
            signer=by,
            days=days,
            keep=keep,
            older=arguments.older,
            waits=_waits,
        )
    if arguments.json:
        sys.stdout.write(output.json_text(fields(published)))
    else:
        for line in lines(published):
            output.say(line)
    _notes(published)
    return FOUND


def _notes(published: Published) -> None:
    if published.key is None:
        output.note(
            "portbook: it is not signed: whoever can change the files can change the manifest too (--key)"
        )
    for remark in published.remarks:
        output.note(f"portbook: {remark}")


def _publish_register(arguments: argparse.Namespace, by: Signer | None, days: int, keep: int) -> int:
    """Publish the register: into the store, and into DIR where one is named."""
    if arguments.edition is not None or arguments.data is not None or arguments.older:
        raise usage("--register publishes the register: no edition goes with it", "publish")
    member = acts.member_of(arguments)
    acts.connect()
    from portbook.register import publishing
    from portbook.register.acts import Act

    target = None
    if arguments.directory is not None:
        Tree(Path(arguments.directory)).check()  # before a number is taken
        pages = _no_pages if arguments.no_pages else pages_of
        target = publishing.Target(Path(arguments.directory), by, days, pages, keep)
    act = Act("", member, "", arguments.reason, clock.instant())
    same = _same_as()
    try:
        with long_work("Publishing the register"):
            result = publishing.publish(act, EditionStore(), target)
    except RuleError as error:
        return acts.refused(error, is_json=arguments.json)
    told = {
        "publication": result.number,
        "edition": result.file.id,
        "sha256": result.file.sha256,
        "event": result.link.number,
        "events_head": result.link.sha256,
    }
    if arguments.json:
        tree = {"tree": fields(result.tree)} if result.tree else {}
        sys.stdout.write(output.json_text(told | tree))
    else:
        for line in acts.facts(told):
            output.say(line)
        for line in lines(result.tree) if result.tree else ():
            output.say(f"{arguments.directory}: {line}")
    if same:
        output.note(f"portbook: nothing was changed since publication {same}: it is the same once more")
    if result.tree:
        _notes(result.tree)
    return FOUND


def _same_as() -> int:
    """The number of the publication since which nothing was changed that is published; 0 for none."""
    from portbook.register.reading.unpublished import unpublished

    found = unpublished()
    has_news = found.changes or found.has_other_head
    return 0 if found.last is None or has_news else found.last.number


def _no_pages(file: EditionFile) -> Iterator[tuple[str, bytes]]:
    return iter(())


def pages_of(file: EditionFile) -> Iterator[tuple[str, bytes]]:
    """Return the pages of the site.  Raises `DataMissing` E-PUBLISH-PACKAGE without its packages."""
    from importlib.util import find_spec

    if find_spec(PAGES_NEED) is None:
        raise lacking(PAGES_NEED, "portbook[web], or --no-pages")
    from portbook.web.static_pages import pages

    return pages(file)


def fields(published: Published) -> dict[str, Any]:
    """Return everything that is known, for JSON."""
    return {
        "number": published.number,
        "edition": published.edition,
        "folder": os.fspath(published.folder),
        "made": published.made,
        "expires": published.expires,
        "key": published.key,
        **published.built._asdict(),
        "absent": [one._asdict() for one in published.absent],
        "removed": list(published.removed),
        "remarks": list(published.remarks),
    }


def lines(published: Published) -> Iterator[str]:
    """Yield what came of it, in words."""
    built = published.built
    yield f"published edition {published.edition} as number {published.number}, until {published.expires}"
    yield (
        f"{built.files:,} files, {built.bytes:,} bytes; {built.linked:,} are links to what was there, "
        f"{built.written:,} bytes are new"
    )
    if published.key:
        yield f"signed by key {published.key}"
    for one in published.absent:
        yield f"absent: {one.path}: {one.reason}"
    if published.removed:
        yield f"removed: {', '.join(map(str, published.removed))}"


def _whole(option: str, text: str | None, default: int, least: int, most: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 9 and least <= int(text) <= most):
        raise usage(f"{option} {shown(text)} is no whole number from {least} to {most}", "publish")
    return int(text)


def _waits() -> None:
    output.note(f"another publisher is at work; waiting for it, at most {LOCK_SECONDS:.0f} seconds")
