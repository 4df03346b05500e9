"""People and the head of the registry in two editions: pages show them, with links.

Who holds a System Port is a row's labels and, where both editions tell, everything of the contacts
behind them: an address that is another one misleads as well as another name does.
"""

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence

from portbook.edition import Edition, State
from portbook.errors import shown
from portbook.numbers import FIRST_USER_PORT
from portbook.records import Contact
from portbook.update.rows import Row

TITLE = "Service Name and Transport Protocol Port Number Registry"
HEAD = ("title", "category", "reference", "experts", "notes", "footnotes")

Place = tuple[int, int, str]  # first port, last port, transport
Holder = tuple[object, ...]  # the words to tell it by, and then all that belongs to it


def holders(rows: Sequence[Row], edition: Edition, *, with_people: bool) -> dict[Place, frozenset[Holder]]:
    """Who is assigned each System Port, or range of ports that begins among them."""
    people: dict[str, list[Contact]] = {}
    for person in (edition.contacts or ()) if with_people else ():
        people.setdefault(person.id, []).append(person)
    known = {label: tuple(same) for label, same in people.items()}
    found: dict[Place, set[Holder]] = {}
    for row in rows:
        if row.ports and row.ports.low < FIRST_USER_PORT and row.state is State.ASSIGNED:
            place = row.ports.low, row.ports.high, row.transport
            found.setdefault(place, set()).add(_holder(row, known))
    return {place: frozenset(told) for place, told in found.items()}


def _holder(row: Row, known: Mapping[str, tuple[Contact, ...]]) -> Holder:
    """Its name or words, assignee and contact, who stands behind each of those, its notes and alias."""
    who = (*row.assignee, *row.contact)
    behind = tuple(known.get(reference.data or "", ()) for reference in who)
    labels = dict.fromkeys(f"[{reference.label}]" for reference in who)
    name = row.name or " ".join(part for part in row.description if isinstance(part, str))
    words = " ".join(dict.fromkeys(filter(None, (name, *labels))))
    what = row.name or row.description
    return words, what, row.assignee, row.contact, behind, row.alias, row.notes, row.extras


def in_words(told: frozenset[Holder] | None) -> str:
    """Holders as published; nobody, when there is none."""
    return (
        ", ".join(shown(words) for words in sorted(str(holder[0]) for holder in told)[:3])
        if told
        else "nobody"
    )


def unsaid(before: frozenset[Holder] | None, after: frozenset[Holder] | None) -> str:
    """What `in_words` does not say of two holders with the same words: contacts, notes, aliases."""
    was, now = (_facts(told or frozenset()) for told in (before, after))
    told = [shown(fact, 100) for facts in (was - now, now - was) for fact in sorted(facts)[:2]]
    return ", now ".join(told) or "its notes or an alias"


def _facts(told: frozenset[Holder]) -> set[str]:
    found = set()
    for holder in told:
        people: tuple[tuple[Contact, ...], ...] = holder[4]  # type: ignore[assignment]
        for person in (person for each in people for person in each):
            found.add(
                " ".join(filter(None, (person.name, person.organization, *person.uris, person.updated)))
            )
        notes: tuple[object, ...] = holder[6]  # type: ignore[assignment]
        found.add(" ".join(part if isinstance(part, str) else "[...]" for part in notes))
    return found - {""}


# -- the contacts


def other_contacts(old: Edition, new: Edition) -> list[str]:
    """The ids of contacts that are others now, gone or new; the first of those under one id counts."""
    before, after = _by_id(old), _by_id(new)
    return [key for key in {**before, **after} if before.get(key) != after.get(key)]


def _by_id(edition: Edition) -> dict[str, Counter[Contact]]:
    found: dict[str, Counter[Contact]] = {}
    for contact in edition.contacts or ():
        found.setdefault(contact.id, Counter())[contact] += 1
    return found


def twins(old: Edition, new: Edition) -> list[str]:
    """The ids that pass for another contact's, in *new* more than in *old*: the same, or but for case."""
    before, after = _alike(old), _alike(new)
    return [found[-1] for key, found in after.items() if len(found) > max(len(before.get(key, ())), 1)]


def _alike(edition: Edition) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for contact in edition.contacts or ():
        alike = unicodedata.normalize("NFKC", contact.id).casefold()
        found.setdefault("".join(alike.split()), []).append(contact.id)
    return found


# -- the head


def other_head(old: Edition, new: Edition, *, was_table: bool) -> Iterator[str]:
    """The parts of the head that are others now; against a table, those that it would have told."""
    if was_table:
        if new.title != TITLE:
            yield f"title {shown(new.title or '')}"
    else:
        yield from (part for part in HEAD if getattr(old, part) != getattr(new, part))
        if (old.contacts is None) != (new.contacts is None):
            yield "contacts"
    if new.extras != old.extras:
        yield "other elements"


def first_head(new: Edition) -> Iterator[str]:
    """What a table did not tell, and *new* does."""
    notes = [note.text for note in new.notes or ()]
    texts = [("experts", new.experts), *(("note", note) for note in notes)]
    texts += [("footnote", footnote.text) for footnote in new.footnotes or ()]
    yield f"{len(new.contacts or ())} contacts"
    for part, text in texts:
        if text is not None:
            yield f"{part} {shown(str(text), 60)}"
            yield from _links(
                reference.data or "" for reference in text.references if reference.type == "uri"
            )


def _links(targets: Iterable[str]) -> Iterator[str]:
    yield from (f"a link to {shown(target, 100)}" for target in targets)
