"""`portbook verify DIR|URL`: whether a publication is whole, whose it is, and whether it is an old one."""

import argparse
import re
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portbook.cli import output, verbs
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.errors import DataMissing, shown
from portbook.publication.folders import opened, seen_in
from portbook.publication.keys import public_key
from portbook.publication.remote import UrlSource
from portbook.publication.verification import Finding, Since, Source, Verdict, verify

EXAMPLES = 20  # findings, for people

_ABOUT = """
It checks the signature, that the publication has not expired, and of every file that the manifest names the
size and two digests; in a folder also that nothing else is there, and the chain of the publications before.
From an https address files are read and thrown away; nothing is kept."""
_STATUSES = (
    "Exit status: 0 nothing is wrong, 1 something is, 2 wrong call, 3 nothing there, or not to be read."
)


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of verify."""
    parser.description = f"{parser.description}\n{_ABOUT}"
    parser.epilog = _STATUSES
    parser.add_argument(
        "where", metavar="DIR|URL", help="a folder of publications, one publication, or its https address"
    )
    parser.add_argument(
        "--key", metavar="PUBLIC", help="the public key to trust: ed25519:..., or a file of it"
    )
    parser.add_argument(
        "--since",
        metavar="SEEN",
        help="what was seen before: a number, or a manifest.json; nothing older passes",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Print what was found; 1 when something is wrong."""
    key = public_key(arguments.key) if arguments.key is not None else None
    since = _seen(arguments.since) if arguments.since is not None else None
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    with ExitStack() as open_until_done, long_work(f"Verifying {arguments.where}"):
        source, beside = _source(arguments.where, open_until_done)
        verdict = verify(source, now=now, key=key, since=since)
    findings = (*beside, *verdict.findings)
    if arguments.json:
        sys.stdout.write(output.json_text(fields(arguments.where, verdict, findings)))
    else:
        for line in lines(verdict, findings):
            output.say(line)
    for remark in verdict.notes:
        output.note(f"portbook: {remark}")
    return NOT_FOUND if findings else FOUND


def fields(where: str, verdict: Verdict, findings: tuple[Finding, ...]) -> dict[str, Any]:
    """Return everything that is known, for JSON."""
    manifest = verdict.manifest
    return {
        "where": where,
        "whole": not findings,
        "number": manifest and manifest.number,
        "edition": manifest and manifest.edition._asdict(),
        "made": manifest and manifest.made,
        "expires": manifest and manifest.expires,
        "sha256": verdict.sha256 or None,
        "key": verdict.key,
        "files": verdict.files,
        "bytes": verdict.bytes,
        "findings": [finding._asdict() for finding in findings],
        "notes": list(verdict.notes),
    }


def lines(verdict: Verdict, findings: tuple[Finding, ...]) -> Iterator[str]:
    """Yield what was found, in words."""
    if manifest := verdict.manifest:
        yield (
            f"publication {manifest.number} of edition {manifest.edition.id}, made {manifest.made}, "
            f"expires {manifest.expires}"
        )
        yield f"SHA-256 of the manifest: {verdict.sha256}"
        by = f"signed by key {verdict.key}" if verdict.key else "no key checked"
        yield f"{verdict.files:,} files, {verdict.bytes:,} bytes, {by}"
    for finding in findings[:EXAMPLES]:
        yield f"{finding.code}: {finding.path}: {finding.message}"
    if len(findings) > EXAMPLES:
        yield f"and {len(findings) - EXAMPLES} more; --json has them all"
    yield f"wrong: {output.counted(len(findings), 'finding')}" if findings else "whole"


def _source(where: str, open_until_done: ExitStack) -> tuple[Source, tuple[Finding, ...]]:
    if re.match(r"[A-Za-z][A-Za-z0-9+.-]*://", where):
        source = UrlSource(where)
        open_until_done.callback(source.close)
        return source, ()
    return opened(Path(where))


def _seen(text: str) -> Since:
    if text.isascii() and text.isdigit() and len(text) <= 9:
        return Since(int(text))
    try:
        return seen_in(Path(text))
    except DataMissing as error:
        raise usage(
            f"--since {shown(text, 200)} is neither a number nor a manifest: {error.problem}", "verify"
        ) from error
