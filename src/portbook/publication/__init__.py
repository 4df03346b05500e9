"""Publication: an edition as a tree of files that any web server can serve, with a signed manifest.

The order is the one promise (T-37): lock, number, build aside, flush, read back, rename into
place, and last switch the one link that readers follow.  A publisher that dies before the switch leaves
files that nobody is led to, and the next takes them away; after it all is done.  Numbers come from the tree
and go up (I-5).  `contents` says what is published, `manifest` and `keys` what is said of it, `verification`
judges.  No clock is read here: the instant is passed in.
"""

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from portbook import __version__
from portbook.errors import FormatError, StoreError
from portbook.publication import contents
from portbook.publication.building import Building, Built
from portbook.publication.failures import refused
from portbook.publication.keys import MAX_SIGNATURE_FILE, Signer, read_signature
from portbook.publication.manifest import Absent, Link, Manifest, Which, instant_after
from portbook.publication.packing import codings
from portbook.publication.paths import MANIFEST, SIGNATURE
from portbook.publication.tree import KEEP, LEAST_KEPT, Earlier, Tree, aside_of
from portbook.publication.versions import made_with
from portbook.store import EditionFile, durable
from portbook.store.ids import id_order

__all__ = ["EXPIRES_DAYS", "KEEP", "LEAST_KEPT", "MOST_DAYS", "Link", "Published", "publish"]

EXPIRES_DAYS = 30  # after which `verify` says that it is old: a mirror that is no longer fed shows (D-8)
MOST_DAYS = 3_660

_FROZEN = re.compile(r"editions/[^/]+/assignments/.+")


@dataclass(frozen=True, slots=True)
class Published:
    """What was published."""

    number: int
    edition: str
    folder: Path
    made: str
    expires: str
    key: str | None  # the id of the key that it is signed with
    built: Built
    absent: tuple[Absent, ...]
    removed: tuple[int, ...]  # numbers of publications that were kept long enough
    remarks: tuple[str, ...]


def publish(
    target: Path,
    file: EditionFile,
    *,
    made: str,
    pages: Iterable[tuple[str, bytes]] = (),
    signer: Signer | None = None,
    days: int = EXPIRES_DAYS,
    keep: int = KEEP,
    older: bool = False,
    events: Link | None = None,
    seconds: float = durable.LOCK_SECONDS,
    waits: Callable[[], None] = durable.nobody_waits,
) -> Published:
    """Publish *file* in the folder *target*; when this returns it is served, whole and durable.

    *made* is the instant, UTC; *pages* are further files, by path; *older* lets an edition come after a newer
    one.  Raises `StoreError` E-PUBLISH-...; whatever it is, what was served before is served on.
    """
    identity, expires = contents.identity_of(file), instant_after(made, days)
    tree = Tree(target)
    tree.check()
    with tree.alone(seconds, waits):
        tree.begin()
        served = tree.served()
        number = tree.next_number()
        earlier, remarks = _earlier(tree, served)
        edition = Which(identity, file.date, file.sha256, file.format)
        if earlier:
            _check_order(edition, earlier.manifest, older=older)
        aside = aside_of(tree.folder(number))
        try:
            building = Building(aside, earlier, codings())
            absent = _add_all(building, file, identity, pages)
            manifest = Manifest(
                number=number,
                edition=edition,
                made=made,
                expires=expires,
                portbook=__version__,
                previous=_link_to(earlier),
                events=events,
                made_with=made_with(),
                absent=absent,
                files=building.entries(),
            )
            building.seal(_sealed(manifest.data(), signer))
            built = building.finish()
            tree.check()  # it took a while: DIR may be another folder by now
            tree.place(aside, number)
        except BaseException:
            durable.discard(aside)
            raise
        tree.switch(number)
        removed = tree.prune(max(keep, LEAST_KEPT), served)
    remarks += [*building.remarks, *_key_remarks(earlier, signer), *_clock_remarks(earlier, made)]
    remarks += _mode_remarks(tree.folder(number))
    key = signer.public.id if signer else None
    return Published(
        *(number, identity, tree.folder(number), made, expires, key, built, absent, removed, tuple(remarks))
    )


def _earlier(tree: Tree, served: int | None) -> tuple[Earlier | None, list[str]]:
    """The newest publication whose manifest is whole, and what to say of others.

    One that came into place but was never served is part of the chain all the same: nobody can say whether a
    reader saw it before a power cut took the switch back.
    """
    remarks: list[str] = []
    for number in reversed(tree.numbers()):
        try:
            return tree.earlier(number), remarks
        except StoreError as error:
            if served is None or number <= served:
                raise  # what is served is damaged: a person must look, or the chain breaks unseen
            remarks.append(f"{error.problem.message.partition(';')[0]}; it was never served")
    return None, remarks


def _check_order(edition: Which, earlier: Manifest, *, older: bool) -> None:
    """Refuse an edition before the one that is published, and other bytes under an id (I-4, I-5)."""
    before = earlier.edition
    frozen = contents.dated(edition.id, contents.published_path(edition.format))
    known = [entry.digests.sha256 for entry in earlier.files if entry.path == frozen]
    known += [before.sha256] if before.id == edition.id else []
    if other := next((digest for digest in known if digest != edition.sha256), None):
        message = f"edition {edition.id} was published with other bytes, SHA-256 {other}"
        raise refused("E-PUBLISH-EDITION", f"{message}; keep a revision by `portbook editions add`")
    if (id_order(edition.id) or ("", 0)) < (id_order(before.id) or ("", 0)) and not older:
        message = f"edition {edition.id} is older than {before.id}, which is published"
        raise refused("E-PUBLISH-OLDER", f"{message}; --older publishes it all the same")


def _add_all(
    building: Building, file: EditionFile, identity: str, pages: Iterable[tuple[str, bytes]]
) -> tuple[Absent, ...]:
    """Put in all files but the manifest; return what cannot be had."""
    absent = []
    building.carry(lambda path: _FROZEN.fullmatch(path) is not None)
    for part in contents.parts(file):
        if part.data is None:
            absent.append(Absent(part.path, part.reason))
            continue
        building.add(part.path, part.data)
        if part.path.startswith("assignments/"):
            building.add_dated(part.path, contents.dated(identity, part.path))
    for path, data in pages:
        building.add(path, data)
    building.add_sums()
    return tuple(sorted(absent))


def _sealed(manifest: bytes, signer: Signer | None) -> list[tuple[str, bytes]]:
    signatures = [(SIGNATURE, signer.sign(manifest).data())] if signer else []
    return [(MANIFEST, manifest), *signatures]


def _link_to(earlier: Earlier | None) -> Link | None:
    if earlier is None:
        return None
    return Link(earlier.manifest.number, hashlib.sha256(earlier.data).hexdigest())


def _clock_remarks(earlier: Earlier | None, made: str) -> list[str]:
    """That the instant is before one that was published: nobody can say which expiry is right (F-09)."""
    if earlier is None or earlier.manifest.made <= made:
        return []
    before = earlier.manifest
    return [f"publication {before.number} was made at {before.made}, after this one: one clock was wrong"]


def _mode_remarks(folder: Path) -> list[str]:
    """That a web server, which runs as somebody else, may not look into the *folder*."""
    mode = stat.S_IMODE(folder.stat().st_mode)
    if os.name != "posix" or mode & 0o055:
        return []
    return [f"nobody but its owner can read it (mode {mode:o}, by the umask), and so no web server of others"]


def _key_remarks(earlier: Earlier | None, signer: Signer | None) -> list[str]:
    """What readers who trust the key of the publication before must hear (T-41)."""
    if earlier is None:
        return []
    try:
        data = durable.read(earlier.folder / SIGNATURE, MAX_SIGNATURE_FILE, within=earlier.folder)
        key = read_signature(data).public
    except FileNotFoundError:
        return []
    except (OSError, FormatError):
        return [f"the signature of publication {earlier.manifest.number} is damaged"]
    if signer and signer.public == key:
        return []
    now = f"this one by key {signer.public.id}" if signer else "this one by none"
    return [f"publication {earlier.manifest.number} was signed by key {key.id}, {now}"]
