"""What an update remembers between two runs, in the folder `update` beside the store.

`state.json`: when the server was last asked, and the validators of the last answer that was kept.
`part*`: the beginning of a download that was cut.  `held*`: an answer that waits for a person's word.  A
document has its digest in its name and is written before the JSON that tells of it; the one before goes
last, so after a kill or on a full disk there is the old one or the new one.  State and part only save
work: damaged, they are as if they were not there.  What is held is told to be damaged.
"""

import errno
import hashlib
import json
import re
from pathlib import Path
from typing import Any, NamedTuple

from portbook.errors import Problem, StoreError, shown
from portbook.formats.limits import MAX_BYTES
from portbook.store import durable
from portbook.store.shelf import names_in
from portbook.update.fetching import Part, Validators, validators_from

LOCK = "lock"
STATE = "state.json"
HELD = "held"
PART = "part"
MAX_FACTS = 64 * 1024  # bytes of a JSON file

_DIGEST = re.compile(r"[0-9a-f]{64}", re.ASCII)


class State(NamedTuple):
    """Whose validators are known: the URL, and the digest of the bytes that it answered with."""

    url: str
    sha256: str
    validators: Validators


class Held(NamedTuple):
    """An answer that is no edition yet."""

    data: bytes
    sha256: str
    url: str
    validators: Validators
    fetched: str  # the instant, UTC
    date: str  # of the document


class UpdateFolder:
    """The files in a folder that need not be there."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lock = path / LOCK

    def check(self) -> None:
        """Raise `StoreError` E-STORE-WRITE when the folder is a symbolic link: it is nobody's but ours."""
        with durable.told(self.path):
            if self.path.is_symlink():
                raise OSError(errno.ELOOP, "it is a symbolic link, and none is followed")

    def tidy(self) -> None:
        """Take away what interrupted writes left.  Under the lock."""
        names = names_in(self.path)
        for name in filter(durable.is_aside, names):
            durable.discard(self.path / name)
        for kind in (HELD, PART):
            for path in self._documents(kind, names):
                if path != self._document_of(kind, self._facts(f"{kind}.json")):
                    durable.discard(path)

    # -- the last answer that was kept

    def state(self) -> State | None:
        """Return what is known of the last answer, or None."""
        facts = self._facts(STATE)
        if facts is None or not isinstance(facts.get("url"), str):
            return None
        return State(facts["url"], facts["sha256"], _validators(facts))

    def keep_state(self, checked: str, state: State | None) -> None:
        """Remember *state*, and that the server was asked at *checked*; no room for it is no error."""
        facts = {"url": state.url, "sha256": state.sha256, **state.validators._asdict()} if state else {}
        try:
            self._write(STATE, {"checked": checked, **facts})
        except StoreError:
            pass  # the next update fetches the document anew; what was promised is the edition

    # -- a download that was cut

    def part(self, url: str) -> Part | None:
        """Return the beginning of the document at *url*, if it was kept whole."""
        facts = self._facts(PART + ".json")
        if facts is None or facts.get("url") != url or not (etag := _validators(facts).strong):
            return None
        data, total = self._document(PART, facts), facts.get("total")
        if data is None or hashlib.sha256(data).hexdigest() != facts["sha256"]:
            return None
        return Part(data, etag, total if isinstance(total, int) else None)

    def keep_part(self, url: str, part: Part | None) -> None:
        """Keep *part* to go on from; None: there is none."""
        try:
            if part is None:
                self._discard(PART)
            else:
                self._put(PART, part.data, {"url": url, "etag": part.etag, "total": part.total})
        except StoreError:
            pass  # as with the state; the failure that is being told is the one that counts

    # -- an answer that waits for a person

    def held(self) -> Held | None:
        """Return what is held, or None.  Raises `StoreError` E-STORE-CORRUPT when it is damaged."""
        if not (self.path / f"{HELD}.json").is_file():
            return None
        facts = self._facts(HELD + ".json")
        data = self._document(HELD, facts)
        if facts is None or data is None or hashlib.sha256(data).hexdigest() != facts["sha256"]:
            path = shown(str(self.path / f"{HELD}.json"), 200)
            message = (
                f"{path} and its document are not what was held; the next `portbook update` fetches it again"
            )
            raise StoreError(Problem("E-STORE-CORRUPT", message, "docs/update.md"))
        told = {name: str(facts.get(name) or "") for name in ("url", "fetched", "date")}
        return Held(data, facts["sha256"], told["url"], _validators(facts), told["fetched"], told["date"])

    def intact_held(self) -> Held | None:
        """Return what is held, None also when it is damaged."""
        try:
            return self.held()
        except StoreError:
            return None

    def hold(self, held: Held) -> None:
        """Keep *held*, durably.  Raises `StoreError` E-STORE-WRITE."""
        facts = {"url": held.url, "fetched": held.fetched, "date": held.date, **held.validators._asdict()}
        self._put(HELD, held.data, facts)

    def discard_held(self) -> None:
        """Hold nothing any more."""
        self._discard(HELD)

    # -- files

    def _put(self, name: str, data: bytes, facts: dict[str, Any]) -> None:
        """Write a document, then the facts that tell of it, and only then let go of the one before."""
        facts = {**facts, "sha256": hashlib.sha256(data).hexdigest()}
        path = self._document_of(name, facts)
        durable.make_folder(self.path)
        durable.write(path, data)
        try:
            self._write(f"{name}.json", facts)
        except BaseException:
            if path != self._document_of(name, self._facts(f"{name}.json")):
                durable.discard(path)
            raise
        for other in self._documents(name, names_in(self.path)):
            if other != path:
                durable.discard(other)

    def _write(self, name: str, facts: dict[str, Any]) -> None:
        durable.make_folder(self.path)
        durable.write(self.path / name, json.dumps(facts, indent=1).encode() + b"\n")

    def _discard(self, name: str) -> None:
        """Take away the facts, then what they told of."""
        facts = self.path / f"{name}.json"
        if facts.is_symlink() or facts.exists():
            with durable.told(self.path):
                facts.unlink()
                durable.flush_folder(self.path)
        for path in self._documents(name, names_in(self.path)):
            durable.discard(path)

    def _documents(self, name: str, names: list[str]) -> list[Path]:
        """The documents of that kind which are there, whole or left over."""
        return [self.path / found for found in names if re.fullmatch(f"{name}-[0-9a-f]{{16}}\\.xml", found)]

    def _document_of(self, name: str, facts: dict[str, Any] | None) -> Path:
        """Where the document is that *facts* tell of."""
        return self.path / f"{name}-{facts['sha256'][:16] if facts else 'none'}.xml"

    def _facts(self, name: str) -> dict[str, Any] | None:
        """The facts in a JSON file of ours, with a digest; None for all else."""
        try:
            facts = json.loads(durable.read(self.path / name, MAX_FACTS, within=self.path.parent))
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(facts, dict) or not _DIGEST.fullmatch(str(facts.get("sha256"))):
            return None
        return facts

    def _document(self, name: str, facts: dict[str, Any] | None) -> bytes | None:
        try:
            return durable.read(self._document_of(name, facts), MAX_BYTES, within=self.path.parent)
        except OSError:
            return None


def _validators(facts: dict[str, Any]) -> Validators:
    """The validators in *facts*, in their proper form: what is sent comes through here."""
    return validators_from(facts.get("etag"), facts.get("last_modified"))
