"""Compare a file of services with an edition: both become sets of pairs, and each pair is told once.

A pair of the file is the same, else on the wrong transport, else renamed, else extra; one of the edition is
the same or missing.  Whatever else is found (historic names, cut ranges, bad syntax, a file at odds with
itself) is said beside and changes no count.  The words are those of docs/conform.md.
"""

from collections import Counter
from collections.abc import Iterable, Iterator

from portbook.conform.claims import Claim, ServicesFile
from portbook.conform.findings import KINDS, Counts, Finding, Information, Verdict
from portbook.conform.inner import contradictions, duplicates
from portbook.conform.registered import ANY, Pair, Registered
from portbook.edition import Edition
from portbook.names import MAX_LENGTH, fold, same_name, service_name_problem
from portbook.numbers import Transport

_ORDER = {kind: place for place, kind in enumerate(KINDS)}
_MISSING = ("absent", "renamed", "shared", "range")


def compare(file: ServicesFile, edition: Edition, transport: Transport | None = None) -> Verdict:
    """Return what is right and wrong in *file*, by *edition*; on one *transport* alone if it is given."""
    comparison = _Comparison(file, edition, transport)
    findings = tuple(sorted(comparison.findings(), key=_order))
    return Verdict(file.format, comparison.counts(findings), comparison.information(), findings)


def _order(finding: Finding) -> tuple[int, int, str, str]:
    first = finding.ports.partition("-")[0]
    return _ORDER[finding.kind], int(first) if first else -1, finding.transport, finding.name


class _Comparison:
    """One file against one edition."""

    def __init__(self, file: ServicesFile, edition: Edition, only: Transport | None) -> None:
        self.file = file
        self.registered = Registered(edition, file.holds, only)
        self.claims = [c for c in file.claims if only is None or c.transport in (None, only)]
        self.claimed: dict[Pair, list[Claim]] = {}
        self.at: dict[int, dict[str, set[str]]] = {}  # port -> transport -> services of the file
        for claim in self.claims:
            service = self.registered.service(claim.name)
            for port in range(claim.ports.low, claim.ports.high + 1):
                pair = self.registered.placed(port, claim.transport or ANY, service)
                self.claimed.setdefault(pair, []).append(claim)
                self.at.setdefault(port, {}).setdefault(pair.transport, set()).add(service)

    def findings(self) -> Iterator[Finding]:
        yield from self._missing()
        yield from self._claimed()
        yield from self._historic()
        yield from self._ranges()
        yield from self._syntax()
        yield from duplicates(self.claims)
        yield from contradictions(self.claims, self.registered)
        yield from (Finding("unread", u.text, "", "", u.why, (), u.where) for u in self.file.unread)

    def counts(self, findings: Iterable[Finding]) -> Counts:
        found = Counter((f.kind, f.why) if f.kind == "missing" else (f.kind, "") for f in findings)
        pairs = self.registered.pairs
        return Counts(
            len(pairs),
            sum(pair in pairs for pair in self.claimed),
            *(found["missing", why] for why in _MISSING),
            *(found[kind, ""] for kind in ("renamed", "transport", "extra")),
        )

    def information(self) -> Information:
        listed = {fold(name) for name in (*self.file.portless, *(c.name for c in self.claims))}
        return Information(
            aliases_beside=sum(len(aliases) for _, primaries, aliases in self._used() if primaries),
            portless_lost=len(self.registered.portless - listed),
            unholdable=self.registered.unholdable,
            nameless=self.file.nameless,
        )

    # -- pairs of the edition

    def _missing(self) -> Iterator[Finding]:
        cut = {
            Pair(port, lost.transport, lost.service)
            for lost in self.registered.ranges
            if Pair(lost.ports.low, lost.transport, lost.service) in self.claimed
            for port in range(lost.ports.low + 1, lost.ports.high + 1)
        }
        for pair, names in self.registered.pairs.items():
            if pair in self.claimed:
                continue
            there = self._services_at(pair.port, pair.transport)
            if pair in cut:
                why = "range"
            elif not there:
                why = "absent"
            else:
                shared = not there.isdisjoint(self.registered.services_at(pair.port, pair.transport))
                why = "shared" if shared else "renamed"
            yield Finding("missing", self._best(names), str(pair.port), pair.transport, why, tuple(names))

    def _services_at(self, port: int, transport: str) -> set[str]:
        found = self.at.get(port, {})
        return {
            s for on, services in found.items() if ANY in (on, transport) or on == transport for s in services
        }

    def _best(self, names: list[str]) -> str:
        return next(filter(self.registered.is_primary, names), names[0])

    # -- pairs of the file

    def _claimed(self) -> Iterator[Finding]:
        """Those that the edition does not have: on the wrong transport, renamed or extra."""
        for pair, claims in self.claimed.items():
            if pair in self.registered.pairs:
                continue
            name, where = claims[0].name, claims[0].where
            place = str(pair.port), pair.transport
            if others := self.registered.on(pair):
                told = tuple(f"{pair.port}/{other or 'any'}" for other in others)
                yield Finding("transport", name, *place, "", told, where)
                continue
            names = self.registered.names_at(pair.port, pair.transport)
            if not names:
                why = self.registered.state(pair.port, pair.transport)
                yield Finding("extra", name, *place, why, self.registered.places_of(name), where)
            elif self._has_registered(pair):
                yield Finding("extra", name, *place, "beside", names, where)
            else:
                yield Finding("renamed", name, *place, _how(name, names), names, where)

    def _has_registered(self, pair: Pair) -> bool:
        there = self._services_at(pair.port, pair.transport)
        return not there.isdisjoint(self.registered.services_at(pair.port, pair.transport))

    def _used(self) -> Iterator[tuple[Pair, list[str], dict[str, Claim]]]:
        """Each pair that both have, the names to use that the file has there, and its aliases there."""
        for pair, claims in self.claimed.items():
            if pair in self.registered.pairs:
                primaries = [c.name for c in claims if self.registered.is_primary(c.name)]
                aliases = {fold(c.name): c for c in claims if not self.registered.is_primary(c.name)}
                yield pair, primaries, aliases

    def _historic(self) -> Iterator[Finding]:
        for pair, primaries, aliases in self._used():
            wanted = tuple(filter(self.registered.is_primary, self.registered.pairs[pair]))
            if wanted and not primaries:
                claim = next(iter(aliases.values()))
                why = "alias" if service_name_problem(claim.name) is None else "historic"
                yield Finding(
                    "historic", claim.name, str(pair.port), pair.transport, why, wanted[:1], claim.where
                )

    def _ranges(self) -> Iterator[Finding]:
        for one in self.registered.ranges:
            pairs = [
                Pair(port, one.transport, one.service) for port in range(one.ports.low, one.ports.high + 1)
            ]
            lost = sum(pair not in self.claimed for pair in pairs)
            if pairs[0] in self.claimed and lost:
                where = self.claimed[pairs[0]][0].where
                told = f"{lost} of {len(pairs)} ports"
                yield Finding("range", one.name, str(one.ports), one.transport, told, (one.name,), where)

    def _syntax(self) -> Iterator[Finding]:
        first = {claim.name: claim for claim in reversed(self.claims)}
        for name, claim in first.items():
            problem = service_name_problem(name)
            if problem and not self.registered.is_published(name):
                yield Finding(
                    "syntax", name, str(claim.ports), claim.transport or ANY, problem.code, (), claim.where
                )


def _how(name: str, registered: Iterable[str]) -> str:
    """How the file's name differs from those registered there: in signs alone, cut off, or altogether."""
    for other in registered:
        if same_name(_letters(name), _letters(other)):
            return "spelling"
    for other in registered:
        if len(name) >= MAX_LENGTH and fold(other).startswith(fold(name)):
            return "cut"
    return "other"


def _letters(name: str) -> str:
    return "".join(filter(str.isalnum, name))
