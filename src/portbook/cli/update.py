"""`portbook update`: fetch IANA's newest edition and keep it; what looks odd waits for a person's word."""

import argparse
import re
import sys
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from portbook.cli import output, verbs
from portbook.cli.progress import long_work
from portbook.cli.refusal import FOUND, NOT_FOUND, usage
from portbook.errors import Problem
from portbook.store.durable import LOCK_SECONDS
from portbook.update import (
    DEFAULT_URL,
    HELD,
    KEPT,
    WOULD_HOLD,
    WOULD_KEEP,
    Limits,
    Outcome,
    UpdateError,
    Updater,
)
from portbook.update.addresses import checked_url

_DIGEST = re.compile(r"[0-9a-fA-F]{8,64}", re.ASCII)
_NO_NETWORK = ("E-UPDATE-NAME", "E-UPDATE-CONNECT")
_BY_HAND = "without a network, `portbook editions add FILE` keeps an edition that you bring as a file"
_ABOUT = f"""
It asks {DEFAULT_URL},
and gives up after {{seconds:.0f}} seconds. What comes is compared with the newest edition here. If more has
changed than is taken unseen, it is held: kept aside, not used, until somebody types the line that is then
printed; so it is with the first update after installation. Whatever happens, the edition that was there
goes on answering.

Editions are kept in the folder `editions` of Portbook's own, which is PORTBOOK_HOME or one of the user's;
`portbook paths` names it."""
_STATUSES = "Exit status: 0 up to date or kept, 1 held, 2 wrong call, 3 not fetched, refused or not stored."


def arguments(parser: verbs.Parser) -> None:
    """Add the arguments of update."""
    parser.description = f"{parser.description}\n{_ABOUT.format(seconds=Limits().seconds)}"
    parser.epilog = _STATUSES
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "--url", default=DEFAULT_URL, help="another https address of the registry's XML than IANA's"
    )
    what.add_argument(
        "--accept-held",
        dest="accepted",
        metavar="SHA256",
        nargs="?",
        const="",
        help="use the edition that is held, if its digest begins so; without one: say again why it is held",
    )
    parser.add_argument("--dry-run", action="store_true", help="do all but keep it; nothing is written")
    parser.add_argument("--json", action="store_true", help="one JSON document")


def run(arguments: argparse.Namespace) -> int:
    """Update; the status is 1 when the edition is held."""
    if arguments.accepted and not _DIGEST.fullmatch(arguments.accepted):
        raise usage(f"--accept-held={arguments.accepted!r} is no SHA-256, nor 8 digits of one", "update")
    now = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    updater = Updater(now=now, dry_run=arguments.dry_run, waits=_waits)
    if arguments.accepted is not None:
        with long_work("Reading what is held"):
            accepted = arguments.accepted
            outcome = updater.accept_held(accepted) if accepted else updater.show_held()
    else:
        outcome = _fetched(updater, arguments.url)
    if arguments.json:
        sys.stdout.write(output.json_text(_fields(outcome)))
    else:
        for line in _lines(outcome):
            output.say(line)
    return NOT_FOUND if outcome.outcome in (HELD, WOULD_HOLD) else FOUND


def _fetched(updater: Updater, url: str) -> Outcome:
    """Fetch, and say so at once: it may take minutes."""
    output.note(f"asking {checked_url(url).host} ...")
    try:
        with long_work(f"Fetching {url}"):
            return updater.fetch(url)
    except UpdateError as error:
        problem = error.problem
        if problem.code not in _NO_NETWORK:
            raise
        hint = f"{problem.message}; {_BY_HAND}"
        raise UpdateError(Problem(problem.code, hint, problem.source)) from error


def _waits() -> None:
    output.note(f"another update is at work; waiting for it, at most {LOCK_SECONDS:.0f} seconds")


def _fields(outcome: Outcome) -> dict[str, Any]:
    return {**asdict(outcome), "changes": outcome.changes._asdict()}


def _lines(outcome: Outcome) -> list[str]:
    """What came of it, in words."""
    match outcome.outcome:
        case "held" | "would-hold":
            lines = _held(outcome)
        case "kept" | "would-keep":
            lines = _kept(outcome)
        case _:
            lines = [f"up to date: edition {outcome.edition} is the one at {outcome.url}"]
    if outcome.resumed_at:
        lines.append(f"resumed: {outcome.resumed_at:,} bytes had come before and were not fetched again")
    if outcome.waiting:
        lines.append(f"an edition of {outcome.waiting} is still held: portbook update --accept-held says why")
    return lines


def _kept(outcome: Outcome) -> list[str]:
    added, removed, changed = outcome.changes
    what = f"edition {outcome.edition}" if outcome.outcome == KEPT else f"the edition of {outcome.date}"
    rows = f"rows since {outcome.since}: {added} new, {removed} gone, {changed} changed"
    lines = [f"{'would keep' if outcome.outcome == WOULD_KEEP else 'kept'} {what}; {rows}"]
    if outcome.revision:
        lines.append(f"it is a revision: {outcome.date} was published before, with other bytes")
    return lines


def _held(outcome: Outcome) -> list[str]:
    is_dry = outcome.outcome == WOULD_HOLD
    start = "would be held" if is_dry else "held"
    rest = f"since {outcome.since} more changed than is taken unseen:"
    lines = [f"{start}: the edition of {outcome.date} is not in use, for {rest}"]
    for reason in outcome.reasons:
        more = ", ..." if reason.count > len(reason.examples) else ""
        examples = f": {'; '.join(reason.examples)}{more}" if reason.examples else ""
        lines.append(f"  {reason.message}{examples}")
    if outcome.since_embedded:
        lines.append(f"Edition {outcome.since} came with Portbook: the first update is always held.")
    if not is_dry:
        lines += [
            f"If these changes are right, use it:  portbook update --accept-held={outcome.sha256[:16]}",
            f"Its SHA-256 is {outcome.sha256}. Until then {outcome.since} goes on answering.",
        ]
    return lines
