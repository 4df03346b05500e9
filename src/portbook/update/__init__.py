"""Update: the registry fetched from IANA, judged, and kept as an edition, or held for a person's word.

The only part of Portbook that opens a connection to another machine, and only when asked.  Every answer is
taken for hostile until it has passed: `addresses`, `connections`, `messages` and `fetching` bring bytes
within `limits` and `pace`, `documents` and `plausibility` judge them, `folder` remembers.  What is here
serves on, whatever comes.  No clock is read but for limits: the instant is passed in.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NamedTuple

from portbook.edition import Edition
from portbook.errors import DataMissing, Problem, StoreError, shown
from portbook.store import UPDATE_FOLDER, EditionFile, EditionStore, durable, home
from portbook.store.edition_files import checked_instant
from portbook.update.addresses import DEFAULT_URL, Resolver, checked_url, looked_up
from portbook.update.documents import check_not_older, check_weight, checked_document
from portbook.update.failures import SOURCE, UpdateError
from portbook.update.fetching import Answer, Fetch, Validators
from portbook.update.folder import Held, State, UpdateFolder
from portbook.update.limits import Limits
from portbook.update.plausibility import Changes, Comparison, Reason

__all__ = ["DEFAULT_URL", "Limits", "Outcome", "Reason", "UpdateError", "Updater"]

CURRENT, KEPT, HELD, WOULD_KEEP, WOULD_HOLD = "current", "kept", "held", "would-keep", "would-hold"
NO_CHANGES = Changes()
MIN_DIGEST = 8  # digits of a SHA-256 that name what is held
ACCEPTED = ", held and then accepted"  # behind the source of an edition that a person took


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an update that was not refused."""

    outcome: str  # "current", "kept", "held", "would-keep", "would-hold"
    edition: str | None  # the id of the edition that is kept or current; None while it is none
    since: str  # the id of the edition that it was compared with
    since_embedded: bool  # that one came with Portbook
    date: str
    sha256: str  # of the document
    url: str
    changes: Changes = NO_CHANGES
    reasons: tuple[Reason, ...] = ()
    revision: bool = False  # the same date as the edition before, and other bytes (T-19)
    resumed_at: int = 0  # bytes that an earlier download had brought
    waiting: str | None = None  # the date of another document that is held


class _Document(NamedTuple):
    """Bytes that were fetched, or held before, with what is known of them."""

    data: bytes
    url: str
    validators: Validators
    fetched: str
    resumed_at: int = 0

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


class Updater:
    """Updates of one store.

    Without *store* and *folder* those of `store.home`.  *now* is the instant, UTC ("2026-08-17T06:00:00Z");
    *resolver* looks up the addresses of a host; *waits* is called when another update is at work and must end
    first.  With *dry_run* all is done but to write.
    """

    def __init__(
        self,
        *,
        now: str,
        store: EditionStore | None = None,
        folder: Path | None = None,
        limits: Limits | None = None,
        resolver: Resolver = looked_up,
        waits: Callable[[], None] = durable.nobody_waits,
        dry_run: bool = False,
    ) -> None:
        self._now = checked_instant(now) or now
        self._store = store or EditionStore()
        self._folder = UpdateFolder(folder or home() / UPDATE_FOLDER)
        self._limits = limits or Limits()
        self._resolver = resolver
        self._waits = waits
        self._dry_run = dry_run

    def fetch(self, url: str = DEFAULT_URL) -> Outcome:
        """Fetch the document at *url* and keep it, or hold it.

        Raises `RuleError` E-UPDATE-URL; `UpdateError`, `FormatError` or `StoreError` when nothing was
        fetched, what came is refused, or nothing could be written.
        """
        address = checked_url(url)
        with self._alone():
            newest = self._store.current()
            newest.data()  # whole, or what comes has nothing to be compared with
            held = self._folder.intact_held()
            held = held if held and held.url == url else None
            fetch = Fetch(address, self._limits, self._known(url, held), self._folder.part(url))
            try:
                answer = fetch.run(self._resolver, public=url == DEFAULT_URL)
            except BaseException:
                self._keep_part(url, fetch)
                raise
            self._keep_part(url, fetch)
            if answer.data is not None:
                return self._judged(self._document(answer, answer.data, url), newest)
            if held:
                return self._judged(_of_held(held), newest)
            self._remember()
            return self._current(newest, url)

    def accept_held(self, digest: str) -> Outcome:
        """Keep what is held as an edition, if its SHA-256 begins with *digest*; no connection is made.

        At least `MIN_DIGEST` digits: what is held now need not be what a person was told of.
        Raises `DataMissing` E-UPDATE-NOTHING-HELD, and what `fetch` raises for a document.
        """
        with self._alone():
            held = self._what_is_held()
            if len(digest) < MIN_DIGEST or not held.sha256.startswith(digest.lower()):
                raise _nothing_held(f"what is held has the SHA-256 {held.sha256}, not {shown(digest)}")
            return self._judged(_of_held(held), self._store.current(), accepted=True)

    def show_held(self) -> Outcome:
        """Say again what is held and why, compared with what is here now; nothing is kept.

        Raises what `accept_held` raises.
        """
        with self._alone():
            held, newest = self._what_is_held(), self._store.current()
            if held.sha256 == newest.sha256:
                return self._judged(_of_held(held), newest, accepted=True)
            return replace(self._compared(_of_held(held), newest), outcome=HELD)

    # -- what was sent, what came

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Let no two updates work at once: the later one waits, and then finds little to do."""
        self._folder.check()
        if self._dry_run:
            yield
            return
        with durable.locked(self._folder.lock, waits=self._waits):
            self._folder.tidy()
            yield

    def _known(self, url: str, held: Held | None) -> Validators | None:
        """The validators to send: those of what is held, else of the last answer, if its edition is whole."""
        if held:
            return held.validators
        state = self._folder.state()
        if state is None or state.url != url:
            return None
        kept = next((file for file in self._store.all() if file.sha256 == state.sha256), None)
        if kept is None:
            return None
        kept.data()
        return state.validators

    def _document(self, answer: Answer, data: bytes, url: str) -> _Document:
        return _Document(data, url, answer.validators, self._now, answer.asked_from)

    def _keep_part(self, url: str, fetch: Fetch) -> None:
        if not self._dry_run:
            self._folder.keep_part(url, fetch.part)

    # -- what becomes of it

    def _judged(self, document: _Document, newest: EditionFile, *, accepted: bool = False) -> Outcome:
        if document.sha256 == newest.sha256:
            self._remember(document)
            if accepted and not self._dry_run:
                self._folder.discard_held()
            return self._current(newest, document.url, document.resumed_at)
        outcome = self._compared(document, newest, accepted=accepted)
        if self._dry_run:
            return outcome
        keep = outcome.outcome == WOULD_KEEP
        return self._kept(document, outcome, accepted=accepted) if keep else self._held(document, outcome)

    def _compared(self, document: _Document, newest: EditionFile, *, accepted: bool = False) -> Outcome:
        """Judge a document that is not the newest edition itself; nothing is written."""
        check_weight(document.data, newest)
        edition = checked_document(document.data, document.url, self._now)
        check_not_older(edition, document.sha256, self._store.all())
        comparison = Comparison(newest.edition, edition)
        reasons = () if accepted else (*comparison.reasons(self._limits), *self._drift(edition, newest))
        return Outcome(
            outcome=WOULD_HOLD if reasons else WOULD_KEEP,
            edition=None,
            since=newest.id,
            since_embedded=newest.origin == "embedded",
            date=str(edition.updated),
            sha256=document.sha256,
            url=document.url,
            changes=comparison.changes,
            reasons=reasons,
            revision=edition.updated == newest.date,
            resumed_at=document.resumed_at,
        )

    def _drift(self, edition: Edition, newest: EditionFile) -> tuple[Reason, ...]:
        """Many small steps since an edition that somebody looked at: together they have the limits of one."""
        for file in reversed(self._store.all()):
            if file.source.startswith("https://") and not file.source.endswith(ACCEPTED):
                continue  # an update took it by itself
            if file.id == newest.id:
                return ()
            try:
                old = file.edition
            except StoreError:
                continue  # damaged; the one before it is further away
            reason = Comparison(old, edition).drift(self._limits, file.id)
            return (reason,) if reason else ()
        return ()

    def _held(self, document: _Document, outcome: Outcome) -> Outcome:
        before = self._folder.intact_held()
        if before is None or before.sha256 != outcome.sha256:
            held = Held(
                document.data,
                outcome.sha256,
                document.url,
                document.validators,
                document.fetched,
                outcome.date,
            )
            self._folder.hold(held)
        self._remember()
        return replace(outcome, outcome=HELD)

    def _kept(self, document: _Document, outcome: Outcome, *, accepted: bool) -> Outcome:
        source = f"{document.url}{ACCEPTED}" if accepted else document.url
        file = self._store.add(document.data, format="xml", source=source, now=self._now)
        self._remember(document)
        held = self._folder.intact_held()
        if accepted or (held and held.date <= file.date):
            self._folder.discard_held()
        return replace(outcome, outcome=KEPT, edition=file.id, waiting=self._waiting())

    def _current(self, newest: EditionFile, url: str, resumed_at: int = 0) -> Outcome:
        return Outcome(
            outcome=CURRENT,
            edition=newest.id,
            since=newest.id,
            since_embedded=newest.origin == "embedded",
            date=newest.date,
            sha256=newest.sha256,
            url=url,
            resumed_at=resumed_at,
            waiting=self._waiting(),
        )

    def _what_is_held(self) -> Held:
        held = self._folder.held()
        if held is None:
            raise _nothing_held("nothing is held; `portbook update` says when something is")
        return held

    def _waiting(self) -> str | None:
        held = self._folder.intact_held()
        return held.date if held else None

    def _remember(self, document: _Document | None = None) -> None:
        """Note that the server was asked, and the validators of *document* if that is an edition now."""
        if self._dry_run:
            return
        if document:
            state = State(document.url, document.sha256, document.validators)
            self._folder.keep_state(document.fetched, state)
        else:
            self._folder.keep_state(self._now, self._folder.state())


def _of_held(held: Held) -> _Document:
    return _Document(held.data, held.url, held.validators, held.fetched)


def _nothing_held(message: str) -> DataMissing:
    return DataMissing(Problem("E-UPDATE-NOTHING-HELD", message, SOURCE))
