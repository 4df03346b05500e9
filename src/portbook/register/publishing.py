"""Publishing: the register becomes an Edition in the store, and from there a tree of files if one is wanted.

The order (docs/register.md, D-3): an Event reserves the number and fixes what is published; the files are
written aside, flushed and renamed; a second Event says that they are there.  A publisher that dies between
leaves a number without files, or files without that Event; the next takes another number, and files with the
same bytes are the same edition.
"""

import json
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import NamedTuple

from portbook import formats, publication
from portbook.edition import Edition
from portbook.errors import DataMissing, Problem, RuleError, shown
from portbook.publication.keys import Signer
from portbook.publication.manifest import Link
from portbook.register import changing, roles, tables
from portbook.register.acts import Act
from portbook.register.changing import Work, transaction
from portbook.register.editions import edition_of
from portbook.register.models import Publication
from portbook.store import EditionFile, EditionStore

RESERVE = "reserve publication"
PUBLISH = "publish"
GIVEN_UP, PUBLISHED, RESERVED = "given up", "published", "reserved"

_SOURCE = "docs/register.md"


class Reserved(NamedTuple):
    """A number, and what it is for: the register after the Event `link` names, as an edition."""

    number: int
    edition: Edition
    date: str  # that of the edition; a CSV does not say it
    link: Link


class Result(NamedTuple):
    """What was published; `tree` is None where the edition went into the store alone."""

    number: int
    file: EditionFile
    link: Link
    tree: publication.Published | None


class Target(NamedTuple):
    """A tree of files to publish into; `pages` makes those of an edition (the command passes the site's)."""

    folder: Path
    signer: Signer | None = None
    days: int = publication.EXPIRES_DAYS
    pages: Callable[[EditionFile], Iterable[tuple[str, bytes]]] = lambda file: ()
    keep: int = publication.KEEP


def publish(
    act: Act, store: EditionStore, target: Target | None = None, *, seen: int | None = None
) -> Result:
    """Publish the register as it stands; when this returns, it is served, durable, and on record.

    With *seen*, the number of the last Event that was shown, as it was seen or not at all.  Raises
    `RuleError` E-ROLE for who may not, E-STALE for Events after *seen*, `DataMissing` E-REGISTER-EMPTY,
    `RuleError` E-PUBLICATION-OVERTAKEN when another publisher took the next number meanwhile, and what the
    store, `publication` and `transaction` raise.
    """
    reserved = reserve(act._replace(operation=RESERVE, object="registry", key=""), seen=seen)
    file = keep(store, reserved, act)
    tree = None
    if target is not None:
        tree = publication.publish(
            target.folder,
            file,
            made=act.instant,
            pages=target.pages(file),
            signer=target.signer,
            days=target.days,
            keep=target.keep,
            events=reserved.link,
        )
    finish(_finishing(act, reserved.number), reserved, file)
    return Result(reserved.number, file, reserved.link, tree)


def reserve(act: Act, *, seen: int | None = None) -> Reserved:
    """Take the next number and the register as it stands, in one transaction; E-STALE as of `publish`."""
    found: list[Reserved] = []

    def body(work: Work) -> dict[str, int]:
        _may_publish(work)
        if seen not in (None, work.registry.events):
            message = (
                f"the books went on to Event {work.registry.events} since Event {seen} was seen; look again"
            )
            raise RuleError(Problem("E-STALE", message, _SOURCE))
        if not work.registry.base_sha256:
            raise DataMissing(
                Problem("E-REGISTER-EMPTY", "the register was not seeded; nothing to publish", _SOURCE)
            )
        for before in tables.load(Publication, "WHERE state = %s", [RESERVED]):
            work.change(Publication, before.identity, tables.values_of(before), {"state": GIVEN_UP})
        number = tables.rows("SELECT COALESCE(MAX(number), 0) + 1 FROM register_publication")[0][0]
        link = Link(work.registry.events, work.registry.events_head)
        values = {
            "number": number,
            "updated": work.registry.updated,
            "state": RESERVED,
            "after_event": link.number,
            "events_head": link.sha256,
            "edition": "",
            "sha256": "",
        }
        work.add(Publication, values)
        found[:] = [Reserved(number, edition_of(work.registry, work.reader), work.registry.updated, link)]
        return {"publication": number}

    transaction(act, body)
    return found[0]


def answered_before(act: Act) -> Publication | None:
    """Return the publication that *act* made when it was done before with the same key (I-12).

    A publisher that died before the files were on record is not answered, and publishes anew.  Raises
    `RuleError` E-IDEMPOTENCY where the key was used for something else.
    """
    found = tables.rows(
        "SELECT answer FROM register_idempotencykey WHERE actor = %s AND key = %s", [act.actor, act.key]
    )
    if not act.key or not found:
        return None
    number = json.loads(found[0][0]).get("publication", 0)
    changing.answered_before(_finishing(act, number))
    return tables.load(Publication, "WHERE number = %s", [number])[0]


def _finishing(act: Act, number: int) -> Act:
    """The act that puts publication *number* on record: what a key stands for."""
    return act._replace(operation=PUBLISH, object=f"publication {number}")


def written(edition: Edition) -> tuple[bytes, str]:
    """Return *edition* as the file that the store keeps, and its format: whole where it can be."""
    form = "csv" if edition.contacts is None else "xml"
    return formats.write(edition, form), form


def keep(store: EditionStore, reserved: Reserved, act: Act) -> EditionFile:
    """Put the edition into the store; the same bytes are the edition that is there."""
    data, form = written(reserved.edition)
    return store.add(
        data,
        format=form,
        date=reserved.date,
        source=f"publication {reserved.number} of the register, after Event {reserved.link.number}",
        now=act.instant,
    )


def finish(act: Act, reserved: Reserved, file: EditionFile) -> None:
    """Put on record that the files of the reserved number are in place."""

    def body(work: Work) -> dict[str, str | int]:
        _may_publish(work)
        row = tables.load(Publication, "WHERE number = %s", [reserved.number])[0]
        if row.state != RESERVED:
            newest = tables.rows("SELECT MAX(number) FROM register_publication")[0][0]
            message = f"publication {reserved.number}, edition {shown(file.id)}, was overtaken by {newest}"
            raise RuleError(Problem("E-PUBLICATION-OVERTAKEN", message, _SOURCE))
        values = {"state": PUBLISHED, "edition": file.id, "sha256": file.sha256}
        work.change(Publication, row.identity, tables.values_of(row), values)
        return {"publication": reserved.number, "edition": file.id}

    transaction(act, body)


def _may_publish(work: Work) -> None:
    """Raise `RuleError` E-ROLE unless who acts may publish, as of now."""
    if found := roles.may(work.member(work.act.actor), PUBLISH, ()):
        raise RuleError(found.problem)
