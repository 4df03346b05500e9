"""Whether a publication is whole, of the one who should have made it, and not an old one (T-40, I-5).

The signature is checked before anything is read that it stands for; a manifest that fails is believed in
nothing.  Then every file: there, of its size, with both digests, and no other beside.  What is wrong is
data, all of it; what cannot be looked at at all is an error.  The instant is passed in.
"""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from portbook.errors import DataMissing, FormatError, Problem, shown
from portbook.publication import manifest as manifests
from portbook.publication.digests import Digests, Entry
from portbook.publication.failures import SOURCE
from portbook.publication.keys import MAX_SIGNATURE_FILE, PublicKey, read_signature
from portbook.publication.manifest import MAX_MANIFEST, Link, Manifest, instant_after
from portbook.publication.paths import MANIFEST, SIGNATURE

DAYS_AHEAD = 1  # that the clock of whoever published may be before ours
MOST_SWITCHES = 3  # times that a publication is looked at because another was published meanwhile


class Finding(NamedTuple):
    """Something that is wrong with a publication."""

    code: str
    path: str  # of the file; "" for the publication
    message: str


class Unreadable(Exception):
    """A file that is there and cannot be had; the reason in words."""


class Listing(NamedTuple):
    """What is there."""

    paths: frozenset[str]  # of all files
    closed: Mapping[str, str] = {}  # path of a folder that cannot be looked into -> the reason


class Source(Protocol):
    """Where a publication is read from."""

    def small(self, path: str, limit: int) -> bytes | None:
        """Return the bytes of a file, at most *limit* + 1 of them; None where there is none."""

    def digests(self, entry: Entry) -> Digests | None:
        """Return what a file is; None where there is none.  Raises `Unreadable`."""

    def listing(self) -> Listing | None:
        """Return every file that is there; None where that cannot be asked."""


class Since(NamedTuple):
    """What a reader has seen before; without the digest, its number alone."""

    number: int
    sha256: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found."""

    findings: tuple[Finding, ...]
    notes: tuple[str, ...]  # what was not checked
    manifest: Manifest | None = None  # None when it is not to be believed
    sha256: str = ""  # of the manifest
    key: str | None = None  # the id of the key that the signature was checked with
    files: int = 0  # that were looked at
    bytes: int = 0


def verify(source: Source, *, now: str, key: PublicKey | None = None, since: Since | None = None) -> Verdict:
    """Look at every file of the publication at *source*.

    Raises `DataMissing` E-VERIFY-NOTHING when there is no manifest, and the source's own errors.
    """
    for _ in range(MOST_SWITCHES):
        data = source.small(MANIFEST, MAX_MANIFEST)
        if data is None:
            raise nothing("no manifest.json is there")
        verdict = _verdict(source, data, now, key, since)
        if not verdict.findings or source.small(MANIFEST, MAX_MANIFEST) == data:
            break  # else another one was published meanwhile, and the files were of both
    return verdict


def nothing(message: str) -> DataMissing:
    """Return the error for a place where no publication is."""
    return DataMissing(Problem("E-VERIFY-NOTHING", message, SOURCE))


def _verdict(source: Source, data: bytes, now: str, key: PublicKey | None, since: Since | None) -> Verdict:
    findings, notes = _signature_findings(source.small(SIGNATURE, MAX_SIGNATURE_FILE), data, key)
    if findings and key:
        return Verdict(tuple(findings), tuple(notes))
    try:
        manifest = manifests.read(data)
    except FormatError as error:
        findings.append(Finding(error.problem.code, MANIFEST, error.problem.message))
        return Verdict(tuple(findings), tuple(notes))
    digest = hashlib.sha256(data).hexdigest()
    findings += _time_findings(manifest, digest, now, since)
    for entry in manifest.files:
        findings += _file_findings(source, entry)
    listing = source.listing()
    if listing is None:
        notes.append("files that the manifest does not name cannot be seen from here")
    else:
        findings += _listing_findings(manifest, listing)
    size = sum(entry.digests.size for entry in manifest.files)
    checked = key.id if key else None
    return Verdict(tuple(findings), tuple(notes), manifest, digest, checked, len(manifest.files), size)


def _signature_findings(
    signed: bytes | None, manifest: bytes, key: PublicKey | None
) -> tuple[list[Finding], list[str]]:
    if signed is None:
        if key:
            return [Finding("E-VERIFY-SIGNATURE", SIGNATURE, "is not there, and a key was given")], []
        return [], ["it is not signed: only digests were checked, which whoever changes files can change too"]
    try:
        signature = read_signature(signed)
    except FormatError as error:
        return [Finding(error.problem.code, SIGNATURE, error.problem.message)], []
    if key and signature.public != key:
        return [
            Finding("E-VERIFY-SIGNATURE", SIGNATURE, f"is of key {signature.public.id}, not of {key.id}")
        ], []
    notes = []
    if not key:
        notes.append(
            f"no key was given: that it is signed by {signature.public.text} proves nothing by itself"
        )
    try:
        is_right = signature.is_of(manifest)
    except DataMissing:
        if key:
            raise
        return [], [*notes, "the signature was not looked at: the package cryptography is not installed"]
    if not is_right:
        return [Finding("E-VERIFY-SIGNATURE", SIGNATURE, "is not one of this manifest")], notes
    return [], notes


def _time_findings(manifest: Manifest, digest: str, now: str, since: Since | None) -> Iterator[Finding]:
    """Findings about what is too old, and about two manifests that exclude each other."""
    if now >= manifest.expires:
        yield Finding(
            "E-VERIFY-EXPIRED", MANIFEST, f"expired at {manifest.expires}; a newer one should be there"
        )
    if manifest.made > instant_after(now, DAYS_AHEAD):
        message = f"was made at {manifest.made}, which is to come: the clock there is wrong, or that here"
        yield Finding("E-VERIFY-FUTURE", MANIFEST, message)
    if since is None:
        return
    if manifest.number < since.number:
        message = f"has number {manifest.number}, and number {since.number} was seen before"
        yield Finding("E-VERIFY-OLDER", MANIFEST, message)
    links = [Link(manifest.number, digest), manifest.previous]
    for link in filter(None, links):
        if since.sha256 and link.number == since.number and link.sha256 != since.sha256:
            message = f"does not follow the number {since.number} that was seen before: two have that number"
            yield Finding("E-VERIFY-CHAIN", MANIFEST, message)


def _listing_findings(manifest: Manifest, listing: Listing) -> Iterator[Finding]:
    """Findings about what is there beside the files that the manifest names."""
    known = {entry.path for entry in manifest.files} | {MANIFEST, SIGNATURE}
    for path in sorted(listing.paths - known):
        yield Finding("E-VERIFY-EXTRA", path, "is there, and the manifest does not name it")
    for path, reason in sorted(listing.closed.items()):
        yield Finding("E-VERIFY-FILE", path, f"is a folder that cannot be looked into: {reason}")


def _file_findings(source: Source, entry: Entry) -> Iterator[Finding]:
    try:
        found = source.digests(entry)
    except Unreadable as error:
        yield Finding("E-VERIFY-FILE", entry.path, f"cannot be had: {error}")
        return
    if found is None:
        yield Finding("E-VERIFY-MISSING", entry.path, "is not there")
    elif found.size != entry.digests.size:
        more = "more than " if found.size > entry.digests.size else f"{found.size} of "
        yield Finding("E-VERIFY-SIZE", entry.path, f"has {more}{entry.digests.size} bytes")
    elif found != entry.digests:
        names = [
            name for name in ("sha256", "sha512") if getattr(found, name) != getattr(entry.digests, name)
        ]
        yield Finding(
            "E-VERIFY-DIGEST", entry.path, f"has another {' and '.join(names)}: {shown(found.sha256, 64)}"
        )
