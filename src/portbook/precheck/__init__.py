"""Pre-check: all that can be known of an application before anybody looks at it.

For applicants, before they send it, and for experts, beside the case: what stands against it, where it goes,
names that it is taken for, entries like it, neighbours of its port, what the Assignee holds already, good
free numbers, and the rows as they would be published.  Asks one edition; indexes are made on first use.
"""

import re
from collections.abc import Iterator
from functools import cached_property
from itertools import islice
from typing import NamedTuple

from portbook.applications import Application, Channel, Circumstances, Kind, Lookalikes, Party, findings_in
from portbook.applications.case import Case
from portbook.applications.suggestions import Suggestion, choose, suggest
from portbook.edition import Edition
from portbook.errors import RuleError
from portbook.findings import Action, Finding
from portbook.mentions import Mentions
from portbook.names import same_name
from portbook.numbers import MAX_PORT
from portbook.policy import RFC6335, Policy, Range
from portbook.precheck.granting import grant, ids_of
from portbook.procedures import Basis, EditionRows, assign
from portbook.records import PublishedDate, Record
from portbook.review import Route, route_in
from portbook.search import Hit, SearchIndex
from portbook.search.queries import MAX_QUERY
from portbook.standing import EditionRegistry

PRECEDENTS = 5
NEAR = 10  # numbers on either side of a port that count as its neighbours
MAX_NEIGHBOURS = 6
MAX_HOLDINGS = 20
LEAST_WORD = 4  # letters; shorter words of a description say little

_ASSIGNS = frozenset({Kind.NAME, Kind.PORT, Kind.TRANSPORT, Kind.SHARE, Kind.EARLY})
_EMPTY_WORDS = frozenset(
    ("with", "from", "that", "this", "over", "into", "used", "uses", "using", "based", "protocol", "service")
)


class Neighbour(NamedTuple):
    """An assigned port near the one that is asked for."""

    port: int
    names: tuple[str, ...]


class PreCheck(NamedTuple):
    """What is known of an application; `preview` are rows as published, `gives_way` those they replace."""

    findings: tuple[Finding, ...]
    route: Route
    alike: tuple[str, ...]
    precedents: tuple[Hit, ...]
    neighbours: tuple[Neighbour, ...]
    holdings: tuple[Record, ...]
    suggestions: tuple[Suggestion, ...]
    preview: tuple[Record, ...]
    gives_way: tuple[Record, ...]

    @property
    def is_in_order(self) -> bool:
        """Whether nothing refuses or returns the application."""
        return not any(finding.action in (Action.REJECT, Action.RETURN) for finding in self.findings)


class Checker:
    """Pre-checks by one edition and one policy."""

    def __init__(self, edition: Edition, policy: Policy = RFC6335) -> None:
        self.edition = edition
        self.policy = policy
        self.registry = EditionRegistry(edition)

    @cached_property
    def index(self) -> SearchIndex:
        """The search for entries like the one that is asked for."""
        return SearchIndex(self.edition)

    @cached_property
    def lookalikes(self) -> Lookalikes:
        """The names of the edition by how they look; aliases lead to a name that is there anyway."""
        names = self.edition.service_names
        return Lookalikes(name for name in names if self.edition.canonical(name) == name)

    @cached_property
    def _mentions(self) -> Mentions:
        return Mentions(self.edition)

    def check(
        self,
        application: Application,
        today: PublishedDate,
        known: Circumstances = Circumstances(),  # noqa: B008  # frozen
    ) -> PreCheck:
        """Return all that is known of *application*; *today* is the day of the rows in the preview."""
        known = self.with_alike(application, known)
        case = Case(application, self.registry, self.policy, known)
        found = findings_in(case)
        after, before = self._preview(case, today) if _can_be_shown(found) else ((), ())
        return PreCheck(
            found,
            route_in(case),
            known.alike,
            self.precedents(application),
            tuple(self._neighbours(case)),
            self.holdings(application),
            self._suggestions(case, found),
            after,
            before,
        )

    def with_alike(self, application: Application, known: Circumstances) -> Circumstances:
        """Return *known* with the names of the edition that are easily taken for the one asked for (T-44)."""
        return known._replace(alike=known.alike or self.lookalikes.of(application.service_name))

    def precedents(self, application: Application) -> tuple[Hit, ...]:
        """Return entries whose description is like the application's, the best first."""
        words = re.findall(rf"[^\W\d_]{{{LEAST_WORD},}}", application.description.lower())
        words = sorted(
            {word for word in words if word not in _EMPTY_WORDS}, key=lambda word: (-len(word), word)
        )
        for asked in (" ".join(words[:2]), *words[:2]):
            hits = self.index.search(asked[:MAX_QUERY], PRECEDENTS + 1) if asked else ()
            own = application.service_name
            if others := tuple(hit for hit in hits if not (hit.name and same_name(hit.name, own))):
                return others[:PRECEDENTS]
        return ()

    def holdings(self, application: Application) -> tuple[Record, ...]:
        """Return rows that mention the requester, the Assignee, or the Assignee's organisation."""
        found: dict[int, Record] = {}
        assignee = application.assignee
        for party in filter(None, (application.requester, assignee.id)):
            if person := self._mentions.person(party):
                found |= {id(row): row for row in person.records}
        for name in filter(None, (assignee.organisation, assignee.name)):
            if organisation := self._mentions.organisation(name):
                found |= {id(row): row for row in organisation.records}
        return tuple(found.values())[:MAX_HOLDINGS]

    def _neighbours(self, case: Case) -> Iterator[Neighbour]:
        for number in dict.fromkeys(port.number for port in case.ports if port.number is not None):
            around = range(max(number - NEAR, 0), min(number + NEAR, MAX_PORT) + 1)
            distances = ((abs(port - number), port) for port in around if port != number)
            named = (Neighbour(port, self._names_at(port)) for _, port in sorted(distances))
            yield from sorted(islice((near for near in named if near.names), MAX_NEIGHBOURS))

    def _names_at(self, port: int) -> tuple[str, ...]:
        return tuple(dict.fromkeys(row.service_name for row in self.edition.at(port) if row.service_name))

    def _suggestions(self, case: Case, found: tuple[Finding, ...]) -> tuple[Suggestion, ...]:
        """Good numbers, where the choice is left or the number that is asked for cannot be had."""
        unfit = {finding.field for finding in found if finding.action in (Action.REJECT, Action.RETURN)}
        for port in case.ports if case.wants_ports else ():
            if port.number is None or port.path in unfit:
                ranges = filter(None, (port.range, *self.policy.ranges))
                if within := next((each for each in ranges if _can_be_had(each, case)), None):
                    return suggest(self.registry, within.ports, pending=case.circumstances.pending)
        return ()

    def _preview(self, case: Case, today: PublishedDate) -> tuple[tuple[Record, ...], tuple[Record, ...]]:
        """The rows as they would stand, and those that give way; none where a row would lack something."""
        application = case.application
        ports = self._numbers(case)
        is_named = bool(application.service_name and application.transports)
        has_parties = Party() not in (application.assignee, application.contact)
        if application.kind not in _ASSIGNS or ports is None or not (is_named and has_parties):
            return (), ()
        taken = tuple(contact.id for contact in self.edition.contacts or ())
        try:
            given = grant(application, ports, *ids_of(application, taken))
        except RuleError:
            return (), ()
        changes = assign(EditionRows(self.edition), given, _basis(case, today), self.policy).changes
        after = [row.record for change in changes for row in change.after]
        before = [row for change in changes for row in change.before]
        return tuple(row for row in after if row not in before), tuple(r for r in before if r not in after)

    def _numbers(self, case: Case) -> tuple[int, ...] | None:
        """The numbers that would be assigned, chosen where the choice is left; None where there is none."""
        found: list[int] = []
        for port in case.ports if case.wants_ports else ():
            number = port.number
            if number is None and port.range and port.range.is_assignable:
                number = choose(self.registry, port.range.ports, case.circumstances.pending, found)
            if number is None:
                return None
            found.append(number)
        return tuple(found) if found or not case.wants_ports else None


def _can_be_shown(found: tuple[Finding, ...]) -> bool:
    """Whether rows can be shown: nothing stands against the name, the ports, the transports and the codes."""
    against = (finding for finding in found if finding.action in (Action.REJECT, Action.RETURN))
    return not any(finding.field.startswith(_OF_ROWS) for finding in against)


def _can_be_had(within: Range, case: Case) -> bool:
    """Whether such an application can have a number of that range (R-REV-3: System Ports by no form)."""
    by_form = case.application.channel is Channel.FORM
    return within.is_assignable and not (by_form and within.is_for_the_ietf)


_OF_ROWS = ("service_name", "ports", "transports", "codes", "related", "channel")


def _basis(case: Case, today: PublishedDate) -> Basis:
    """On what the preview rests: that holders agree and experts approve."""
    holdings = [holding for spot in case.spots for holding in spot.place.holdings]
    if case.name_held:
        holdings.append(case.name_held.holding)
    consents = frozenset(party for holding in holdings for party in case.who_speaks(holding))
    application = case.application
    return Basis(
        today,
        application.requester,
        consents,
        is_ietf_action=case.is_ietf_document or application.channel is Channel.IESG,
        statement=application.answer("why_reserved"),
        expert="preview",
    )
