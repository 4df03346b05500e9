"""Search: ranked answers from one edition to what a person typed (`queries` says what that means).

Over names, aliases, descriptions, assignees, contacts and references, with prefixes, several words and
names that are mistyped.  One hit is one service on one port, its transports together, or rows without a
name.  The order depends on the edition and the query alone.  Reads no file.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from portbook.collecting import paused
from portbook.edition import Edition
from portbook.names import fold
from portbook.numbers import Ports, Transport
from portbook.records import Record
from portbook.search.postings import (
    GROUP,
    LENGTH,
    MATCH,
    Match,
    Words,
    cited,
    cited_key,
    cites,
    groups_of,
    name_words,
    names_of,
    text_words,
)
from portbook.search.queries import Query, freer_readings, parse_query, search_fold
from portbook.search.spelling import Spelling
from portbook.search.telling import IN_ROWS, PEOPLE, Asked, telling

DEFAULT_LIMIT = 20
PART = 3  # characters; a text as long as this is also looked for inside names

WHY = {
    Match.NAME: "name",
    Match.NAME_PREFIX: "beginning of the name",
    Match.NAME_WORD: "word of the name",
    Match.ALIAS: "alias",
    Match.DESCRIPTION: "description",
    Match.NAME_PART: "part of the name",
    Match.ASSIGNEE: "assignee",
    Match.CONTACT: "contact",
    Match.REFERENCE: "reference",
    Match.SPELLING: "name spelt nearly so",
}


class Hit(NamedTuple):
    """One answer: rows that belong together, and why they are an answer.

    `kind` is what the question was read as: "port", "reference", or "service" for words ("port" again for
    rows without a name).  `canonical` is the name to use, another one when `name` is an alias.  A port of
    which no row speaks is a hit without records.  `score` falls from 100; only its order means something.
    """

    kind: str
    name: str | None
    canonical: str | None
    port_number: str | None
    transports: tuple[str, ...]
    records: tuple[Record, ...]
    score: int
    why: str


class Answer(NamedTuple):
    """A group of rows before it is shown: how bad a match it is, its number, how each word matched."""

    badness: int
    number: int
    matches: tuple[int, ...]


class SearchIndex:
    """The search over one edition.  What it holds never changes; some of it is made on first use."""

    def __init__(self, edition: Edition) -> None:
        self.edition = edition
        with paused():
            self._groups = groups_of(edition)
            self._names = names_of(self._groups)

    def complete(self) -> "SearchIndex":
        """Make what is else made on first use, and return this index: then no question waits for it."""
        for name, part in vars(SearchIndex).items():
            if isinstance(part, cached_property):
                getattr(self, name)
        return self

    def search(self, text: str, limit: int = DEFAULT_LIMIT) -> tuple[Hit, ...]:
        """Return the best *limit* answers to *text*, the best first; () for none.

        Raises `RuleError` E-QUERY-LONG above `queries.MAX_QUERY` characters.
        """
        query = parse_query(text)
        if query.ports:
            found = self._at_any((query.ports, *query.others), query, limit)
        elif query.reference:
            found = self._citing(query.reference, query)
        else:
            return self._by_words(query, limit) or self._read_freely(query, limit)
        if len(found) < limit and query.words:
            found = _once((*found, *self._by_words(query, limit)))
        return found[:limit]

    def _read_freely(self, query: Query, limit: int) -> tuple[Hit, ...]:
        """What is found for another meaning of the text; at last the names that are spelt nearly so."""
        for reading in freer_readings(query):
            found = self._by_words(reading, limit)
            if reading.ports:
                by_words = set(map(_key, found))
                at_ports = self._at_any((reading.ports, *reading.others), reading, limit)
                both = tuple(hit for hit in at_ports if _key(hit) in by_words)
                found = _once((*both, *at_ports, *found))[:limit]
            if found:
                return found
        anywhere = query._replace(transport=None) if query.is_label else query
        return self._hits(self._by_spelling(query), anywhere, limit)

    def suggest(self, name: str, limit: int = 5) -> tuple[str, ...]:
        """Return at most *limit* service names that are nearly *name*, the nearest first: "did you mean"."""
        return self._spelling.near(search_fold(name), limit)

    # -- ports and references

    def _at_any(self, asked: tuple[Ports, ...], query: Query, limit: int) -> tuple[Hit, ...]:
        """The hits of all ports that are *asked*, each once, in that order."""
        return _once(hit for ports in asked for hit in self._at(ports, query, limit))

    def _at(self, ports: Ports, query: Query, limit: int) -> tuple[Hit, ...]:
        """The groups that speak of *ports*: those of just these first, then in order of port number."""
        groups = self._groups
        if ports.low == ports.high:
            numbers = list(self._by_port.get(ports.low, ()))
            numbers += [number for number in self._ranges if _overlap(groups[number].ports, ports)]
        else:
            numbers = [number for number, group in enumerate(groups) if _overlap(group.ports, ports)]
        numbers.sort(key=lambda n: (groups[n].ports != ports, groups[n].ports or ports, n))
        hits = (self._hit(n, "port", 100, _port_why(groups[n].ports, ports), query) for n in numbers)
        found = tuple(islice(filter(None, hits), limit))
        if found or ports.low != ports.high:
            return found
        return (Hit("port", None, None, str(ports), (), (), 100, "port number; no row speaks of it"),)

    def _citing(self, reference: str, query: Query) -> tuple[Hit, ...]:
        """The groups that cite an RFC, or a draft by the beginning of its name."""
        hits = []
        for number in sorted(self._citers(reference)):
            if hit := self._hit(number, "reference", 100, WHY[Match.REFERENCE], query):
                hits.append(_cut(hit, tuple(r for r in hit.records if cites(r, reference))))
        return tuple(hit for hit in hits if hit.records)

    def _citers(self, reference: str) -> set[int]:
        if reference.startswith("draft-"):
            return {n for key, ns in self._references.items() if key.startswith(reference) for n in ns}
        return set(self._references.get(reference, ()))

    # -- words

    def _by_words(self, query: Query, limit: int) -> tuple[Hit, ...]:
        return self._hits(self._ranked(query), query, limit) if query.words else ()

    def _hits(self, answers: Iterable[Answer], query: Query, limit: int) -> tuple[Hit, ...]:
        """The best *limit* of *answers* as they are shown, those without a row for the transport left out."""
        hits = (self._shown(answer, query) for answer in answers)
        return tuple(islice(filter(None, hits), limit))

    def _shown(self, answer: Answer, query: Query) -> Hit | None:
        why = self._why(query, answer.number, answer.matches)
        hit = self._hit(answer.number, "service", 100 - 6 * answer.badness, why, query)
        return self._told_by_rows(hit, query, answer.matches) if hit else None

    def _ranked(self, query: Query) -> Iterator[Answer]:
        """Every answer, the best first."""
        seen = set()
        for answer in self._by_name(query):
            seen.add(answer.number)
            yield answer
        if not query.is_label:
            single = len(query.words) == 1
            for answer in self._by_single_word(query) if single else self._by_all_words(query):
                if answer.number not in seen:
                    seen.add(answer.number)
                    yield answer

    def _by_name(self, query: Query) -> list[Answer]:
        """The groups with this name (blanks as hyphens), those it is an alias of, then longer names."""
        names = self._names
        postings: list[int] = []
        for text in dict.fromkeys((query.text, query.text.replace(" ", "-"))):
            start = bisect_left(names, (text,))
            end = bisect_left(names, (text + "\U0010ffff",), start) if text else start
            for name, number in names[start:end]:
                if name == text:
                    postings.append((Match.NAME << MATCH) | number)
                elif not query.is_label and not query.ports:
                    postings.append((Match.NAME_PREFIX << MATCH) | (min(len(name), 255) << LENGTH) | number)
        best: dict[int, int] = {}
        for posting in sorted(postings):
            best.setdefault(posting & GROUP, posting >> MATCH)
        return [Answer(match, number, (match,)) for number, match in best.items()]

    def _by_single_word(self, query: Query) -> Iterator[Answer]:
        """By words of names first; the other columns are looked at only when those were not enough."""
        word, beginning = query.words[0], query.prefixes[0]
        names = self._name_words.find(word, beginning=beginning)
        names.sort()
        for posting in names:
            yield Answer(posting >> MATCH, posting & GROUP, (posting >> MATCH,))
        texts = self._text_words.find(word, beginning=beginning)
        texts += self._name_parts(query.text)
        texts.sort()
        for posting in texts:
            yield Answer(posting >> MATCH, posting & GROUP, (posting >> MATCH,))

    def _by_all_words(self, query: Query) -> list[Answer]:
        """The groups that have every word, in whatever field; if none has, every word may be a beginning."""
        for prefixes in dict.fromkeys((query.prefixes, (True,) * len(query.words))):
            if found := self._intersection(query.words, prefixes):
                return sorted(self._weighed(query.text, number, matches) for number, matches in found)
        return []

    def _intersection(
        self, words: tuple[str, ...], prefixes: tuple[bool, ...]
    ) -> list[tuple[int, tuple[int, ...]]]:
        found = [self._find(*pair) for pair in zip(words, prefixes, strict=True)]
        common = {posting & GROUP for posting in min(found, key=len, default=())}
        tables = []
        for postings in found:
            kept = [posting for posting in postings if posting & GROUP in common]
            kept.sort(reverse=True)  # the best of a group is written last
            tables.append({posting & GROUP: posting >> MATCH for posting in kept})
            common = set(tables[-1])
        return [(number, tuple(table[number] for table in tables)) for number in common]

    def _find(self, word: str, beginning: bool) -> list[int]:
        names = self._name_words.find(word, beginning=beginning)
        return names + self._text_words.find(word, beginning=beginning)

    def _weighed(self, text: str, number: int, matches: tuple[int, ...]) -> Answer:
        """The mean of the matches; the text as it stands in the description is one step better."""
        phrase = text in search_fold(str(self._groups[number].records[0].description))
        return Answer(max(Match.NAME_WORD, sum(matches) // len(matches) - phrase), number, matches)

    def _by_spelling(self, query: Query) -> list[Answer]:
        near = self._spelling.near(query.text.replace(" ", "-"), DEFAULT_LIMIT)
        match = int(Match.SPELLING)
        numbers = dict.fromkeys(number for name in near for number in self._numbers_named(name))
        return [Answer(match, number, (match,)) for number in numbers]

    def _name_parts(self, text: str) -> list[int]:
        """Postings of the names that have *text* inside: "sql" finds "mysql"."""
        parts = [self._name_thirds.get(text[at : at + PART], ()) for at in range(len(text) - PART + 1)]
        rarest = min(parts, key=len, default=())
        groups = self._groups
        return [(Match.NAME_PART << MATCH) | number for number in rarest if text in groups[number].folded]

    # -- what a hit says

    def _hit(self, number: int, kind: str, score: int, why: str, query: Query) -> Hit | None:
        """The hit for one group, cut down to the transport asked for; None when it has no such row."""
        name, _, canonical, port_number, _, transports, records = self._groups[number]
        if query.transport:
            wanted = {query.transport}
            if query.is_label and query.transport is Transport.UDP:  # R-SD-5
                wanted = set(Transport) - {Transport.TCP}
            records = tuple(r for r in records if not r.transport or fold(r.transport) in wanted)
            if not records:
                return None
            transports = tuple(dict.fromkeys(r.transport for r in records if r.transport))
        if name is None and kind == "service":
            kind = "port"
        return Hit(kind, name, canonical, port_number, transports, records, max(score, 0), why)

    def _told_by_rows(self, hit: Hit, query: Query, matches: tuple[int, ...]) -> Hit:
        """*hit* with those of its rows alone that have the words which stand in no name."""
        found = [Match(match & ~1 if match >= Match.NAME_WORD else match) for match in matches]
        if IN_ROWS.isdisjoint(found):
            return hit
        asked = map(Asked, query.words, query.prefixes, found)
        records, named = telling(hit.records, asked, self.edition)
        if named:
            reasons = sorted({*named, *(match for match in found if match not in PEOPLE)})
            hit = hit._replace(why=", ".join(WHY[match] for match in reasons))
        return _cut(hit, records)

    def _why(self, query: Query, number: int, matches: tuple[int, ...]) -> str:
        first = matches[0]
        if first <= Match.NAME_PREFIX:
            name = self._groups[number].folded
            if not name.startswith(query.text) and not name.startswith(query.text.replace(" ", "-")):
                return f"{WHY[Match.ALIAS]} {query.text}"
            return WHY[Match(first)]
        if len(matches) == 1:
            return WHY[Match(first & ~1)]
        return ", ".join(dict.fromkeys(WHY[Match(match & ~1)] for match in matches))

    # -- smaller indexes, made on first use

    def _numbers_named(self, name: str) -> list[int]:
        folded = search_fold(name)
        start = bisect_left(self._names, (folded,))
        end = bisect_left(self._names, (folded + "\0",), start)
        return [number for _, number in self._names[start:end]]

    @cached_property
    def _name_words(self) -> Words:
        with paused():
            return name_words(self._groups)

    @cached_property
    def _text_words(self) -> Words:
        with paused():
            return text_words(self.edition, self._groups)

    @cached_property
    def _spelling(self) -> Spelling:
        canonical = self.edition.canonical
        return Spelling(sorted(self.edition.service_names, key=lambda name: canonical(name) != name))

    @cached_property
    def _name_thirds(self) -> dict[str, list[int]]:
        """Every three characters that stand together in a name, and the groups of those names."""
        found: dict[str, list[int]] = {}
        for number, group in enumerate(self._groups):
            name = group.folded
            for third in {name[at : at + PART] for at in range(len(name) - PART + 1)}:
                found.setdefault(third, []).append(number)
        return found

    @cached_property
    def _by_port(self) -> dict[int, list[int]]:
        found: dict[int, list[int]] = {}
        for number, group in enumerate(self._groups):
            if group.ports and group.ports.low == group.ports.high:
                found.setdefault(group.ports.low, []).append(number)
        return found

    @cached_property
    def _ranges(self) -> list[int]:
        return [n for n, g in enumerate(self._groups) if g.ports and g.ports.low < g.ports.high]

    @cached_property
    def _references(self) -> dict[str, list[int]]:
        """RFCs and drafts, folded ("rfc8620"), and the groups that cite them, in texts too."""
        found: dict[str, dict[int, None]] = {}
        for number, group in enumerate(self._groups):
            for reference in (reference for record in group.records for reference in cited(record)):
                if key := cited_key(reference):
                    found.setdefault(key, {})[number] = None
        return {key: list(numbers) for key, numbers in found.items()}


def _once(hits: Iterable[Hit]) -> tuple[Hit, ...]:
    """*hits*, each once, in that order."""
    found: dict[tuple[str | None, ...], Hit] = {}
    for hit in hits:
        found.setdefault(_key(hit), hit)
    return tuple(found.values())


def _key(hit: Hit) -> tuple[str | None, ...]:
    """What tells a hit from every other: name and port, without a name the text too."""
    text = str(hit.records[0].description) if hit.records and not hit.name else None
    return hit.name, hit.port_number, text


def _cut(hit: Hit, records: tuple[Record, ...]) -> Hit:
    """*hit* with *records* alone, which are some of its own."""
    transports = tuple(dict.fromkeys(record.transport for record in records if record.transport))
    return hit._replace(records=records, transports=transports)


def _overlap(one: Ports | None, other: Ports) -> bool:
    return one is not None and one.low <= other.high and other.low <= one.high


def _port_why(ports: Ports | None, asked: Ports) -> str:
    if ports == asked:
        return "port number" if asked.low == asked.high else "port range"
    return f"inside {ports}" if asked.low == asked.high else f"part of {asked}"
