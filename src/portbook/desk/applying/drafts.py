"""Drafts: what somebody typed into the form of an application and has not sent, kept whatever happens.

A step of the form saves its own fields alone, so that two tabs at two questions do not disturb each other; at
one question, the second is told what the first has said meanwhile, and nothing of either goes away.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from hashlib import sha256
from typing import NamedTuple

from portbook.applications import Kind
from portbook.desk import problems
from portbook.desk.applying.mapping import Typed
from portbook.desk.limits import MAX_DRAFTS
from portbook.desk.members import Person
from portbook.desk.models import Draft
from portbook.errors import Problem, RuleError
from portbook.register.limits import MAX_DOCUMENT
from portbook.register.operations.approving import hours_after
from portbook.web import clock

KEPT_HOURS = 7 * 24  # of what was sent, so that it is known when the same is sent again

_SOURCE = "docs/limits.md"


class Kept(NamedTuple):
    """A draft as it was read."""

    row: Draft
    kind: Kind
    choice: str  # what its author chose at the start; "" for a kind alone
    typed: Typed
    words: str = ""  # that are to go with an answer

    @property
    def digest(self) -> str:
        """What tells whether something else was saved meanwhile; words beside it do not count."""
        return digest_of(_content(self.kind, self.choice, self.typed))

    @property
    def address(self) -> str:
        """Where its form is; a change of which nothing is kept yet has that of its application."""
        if self.row._state.adding:
            return f"/desk/applications/{self.row.application}/edit"
        return f"/desk/apply/{self.row.pk}"

    @property
    def title(self) -> str:
        return self.typed.get("service_name") or "no name yet"


class Conflict(Exception):
    """Another tab saved other words for the same fields; `meanwhile` is what it said."""

    def __init__(self, meanwhile: Typed) -> None:
        super().__init__("saved meanwhile")
        self.meanwhile = meanwhile


def digest_of(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def base_of(typed: Mapping[str, str], names: Iterable[str]) -> str:
    """Return the digest of the fields *names* as a page shows them: what it was filled from."""
    return digest_of(json.dumps([[name, typed.get(name, "")] for name in sorted(names)]))


# -- reading


def listed(person: Person) -> tuple[Kept, ...]:
    """Return the drafts of *person* that are not sent, the newest first."""
    rows = Draft.objects.filter(account_id=person.account, sent=None).order_by("-saved", "-pk")
    return tuple(map(_kept, rows[:MAX_DRAFTS]))


def mine(person: Person, number: int) -> Kept:
    """Return the draft of that number, sent or not; raise that there is none for another's (T-58)."""
    row = Draft.objects.filter(account_id=person.account, pk=number).first()
    if row is None:
        raise problems.no_such_page("draft")
    return _kept(row)


def of_application(person: Person, application: int) -> Kept | None:
    """Return the changes to an application that *person* has begun, or None."""
    row = Draft.objects.filter(account_id=person.account, application=application).first()
    return _kept(row) if row and row.sent is None else None


def _kept(row: Draft) -> Kept:
    content = json.loads(row.content)
    return Kept(row, Kind(content["kind"]), content["choice"], content["typed"], content.get("words", ""))


def _content(kind: Kind, choice: str, typed: Typed, words: str = "") -> str:
    said = {"kind": kind.value, "choice": choice, "typed": typed}
    content = json.dumps(said)
    if len(content) > MAX_DOCUMENT:
        message = f"the draft would have {len(content):,} characters; {MAX_DOCUMENT:,} are kept"
        raise RuleError(Problem("E-DESK-DRAFT", message, _SOURCE))
    return json.dumps({**said, "words": words}) if words else content


# -- writing


def begin(person: Person, kind: Kind, choice: str = "", typed: Typed | None = None) -> Kept:
    """Begin a draft; one in which nothing was typed yet is taken again."""
    content = _content(kind, choice, typed or {})
    _forget_sent(person)
    mine_open = Draft.objects.filter(account_id=person.account, sent=None)
    same = mine_open.filter(application=None, content=content).first()
    if same:
        return _kept(same)
    if mine_open.count() >= MAX_DRAFTS:
        message = f"you have {MAX_DRAFTS} drafts; send one or throw one away to begin another"
        raise RuleError(Problem("E-DESK-DRAFT", message, _SOURCE))
    row = Draft(account_id=person.account, content=content, version="", saved=clock.instant())
    row.save(force_insert=True)
    return _kept(row)


def begin_change(person: Person, application: int, version: str, kind: Kind, typed: Typed) -> Kept:
    """Begin changes to *version* of an application; those that were begun already go on."""
    values = {"content": _content(kind, "", typed), "version": version, "saved": clock.instant()}
    row, is_new = Draft.objects.get_or_create(
        account_id=person.account, application=application, defaults=values
    )
    if not is_new and row.sent is not None:
        Draft.objects.filter(pk=row.pk, content=row.content).update(**values, sent=None)
        row.refresh_from_db()
    return _kept(row)


def save(kept: Kept, changed: Typed, is_stale: Callable[[Kept], bool] = lambda kept: False) -> Kept:
    """Keep *changed* fields; raise `Conflict` when what they were typed over stands there no more."""
    while True:
        now = {name: kept.typed.get(name, "") for name in changed}
        if now != changed and is_stale(kept):
            raise Conflict({name: text for name, text in now.items() if text != changed[name]})
        typed = {name: text for name, text in (kept.typed | changed).items() if text}
        if typed == kept.typed:
            return kept
        if (saved := _replace(kept, _content(kept.kind, kept.choice, typed, kept.words))) is not None:
            return saved
        kept = _as_it_is_now(kept)


def say(kept: Kept, words: str) -> Kept:
    """Keep the words that are to go with an answer."""
    while words != kept.words:
        if (saved := _replace(kept, _content(kept.kind, kept.choice, kept.typed, words))) is not None:
            return saved
        kept = _as_it_is_now(kept)
    return kept


def _as_it_is_now(kept: Kept) -> Kept:
    row = Draft.objects.filter(pk=kept.row.pk, sent=None).first()
    if row is None:
        raise problems.no_such_page("draft")
    return _kept(row)


def _replace(kept: Kept, content: str) -> Kept | None:
    """Put *content* in the place of what was read, unless somebody else did meanwhile."""
    saved = clock.instant()
    same = Draft.objects.filter(pk=kept.row.pk, content=kept.row.content, sent=None)
    if not same.update(content=content, saved=saved):
        return None
    row = Draft.objects.get(pk=kept.row.pk)
    return _kept(row)


def rest_on(kept: Kept, version: str) -> None:
    """Let changes rest on another version of their application."""
    Draft.objects.filter(pk=kept.row.pk).update(version=version)


def sent(kept: Kept, application: int) -> None:
    """Remember what became of a draft, and no longer what it said."""
    content = _content(kept.kind, "", {})
    same = Draft.objects.filter(pk=kept.row.pk, content=kept.row.content)  # what came meanwhile stays
    same.update(sent=application, content=content, saved=clock.instant())


def delete(kept: Kept) -> None:
    """Throw a draft away, at its author's wish."""
    Draft.objects.filter(pk=kept.row.pk, sent=None).delete()


def _forget_sent(person: Person) -> None:
    before = hours_after(clock.instant(), -KEPT_HOURS)
    Draft.objects.filter(account_id=person.account, sent__isnull=False, saved__lt=before).delete()
