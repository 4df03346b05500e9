"""Statistics of a year: what was received and decided in each month, how long it took, and with whom it was.

Made of the turns of applications, by a handful of statements whatever their number.  A clock is net for the
party whose turn it was, and gross from the day of sending to the decision (R-REV-18).  Reads no clock.
"""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, timedelta
from statistics import median
from typing import Any, NamedTuple

from portbook.policy import Policy
from portbook.register import tables
from portbook.register.operations.on_record import RECUSED, SILENCE
from portbook.register.reading.newest import is_newest
from portbook.states import ApplicationState

MONTHS = 12
DAY = 86_400  # seconds
GRANTED, REFUSED, WITHDRAWN, LAPSED = "granted", "refused", "withdrawn", "lapsed"
OUTCOMES = (GRANTED, REFUSED, WITHDRAWN, LAPSED)
NO_PORT = "no port number"
ANY_PORT = "a port, any"

_S = ApplicationState
_ENDS = {
    _S.ASSIGNED.value: GRANTED,
    _S.MODIFIED.value: GRANTED,
    _S.REFUSED.value: REFUSED,
    _S.WITHDRAWN.value: WITHDRAWN,
}
_WAYS = (  # the first one that an application passed
    (_S.IESG.value, "IESG"),
    (_S.IETF_DOC.value, "IETF document"),
    (_S.EXPERT_REVIEW.value, "expert review"),
    (_S.CONFIRMING.value, "holder asked"),
)
_BY_OPERATOR = "registry alone"
_PERCENT = 90


class Span(NamedTuple):
    """How long something took, in days: half of the cases at most the median, nine of ten the other."""

    cases: int
    median: float
    ninetieth: float


class Month(NamedTuple):
    """One month; `clocks` are of what was decided in it, by party, and `gross` of the whole."""

    month: str  # YYYY-MM
    received: int
    decided: dict[str, int]  # by outcome
    open: int  # at its end
    clocks: dict[str, Span]
    gross: Span | None

    @property
    def is_still(self) -> bool:
        """Whether there is nothing to tell of it."""
        return not (self.received or self.open or any(self.decided.values()))


class Share(NamedTuple):
    """How applications of one kind, way or range were decided in the whole time."""

    what: str
    decided: dict[str, int]
    gross: Span | None


class TeamYear(NamedTuple):
    """What was asked of one team of experts, and what it said."""

    team: str
    asked: int
    verdicts: dict[str, int]
    answer: Span | None  # from the asking to the word of an expert
    silences: int


class Statistics(NamedTuple):
    """All of it, of the months from `first` to `last`."""

    first: str
    last: str
    months: tuple[Month, ...]
    kinds: tuple[Share, ...]
    ways: tuple[Share, ...]
    ranges: tuple[Share, ...]
    teams: tuple[TeamYear, ...]


class _Turn(NamedTuple):
    """A row of turns, and the kind of its application."""

    state: str
    party: str
    began: str
    ended: str
    kind: str


class _Life(NamedTuple):
    """An application, from its sending to its end."""

    number: int
    kind: str
    turns: tuple[_Turn, ...]  # since it was sent

    @property
    def sent(self) -> str:
        return self.turns[0].began

    @property
    def end(self) -> _Turn | None:
        last = self.turns[-1]
        return last if last.state in _ENDS else None

    @property
    def closed(self) -> str:
        """When it was nobody's turn any more; "" while it is somebody's."""
        return "" if self.turns[-1].party else self.turns[-1].began

    def net(self) -> dict[str, float]:
        """The days that each party had it."""
        days: dict[str, float] = {}
        for turn in self.turns:
            if turn.party and turn.ended:
                days[turn.party] = days.get(turn.party, 0) + _days(turn.began, turn.ended)
        return days

    @property
    def gross(self) -> float:
        """The days from its sending to its end."""
        return _days(self.sent, self.turns[-1].began)

    @property
    def way(self) -> str:
        passed = {turn.state for turn in self.turns}
        return next((word for state, word in _WAYS if state in passed), _BY_OPERATOR)


def statistics(last: str, policy: Policy) -> Statistics:
    """Return the statistics of the twelve months that end with *last*, written YYYY-MM."""
    months = _months(last)
    start = f"{months[0]}-01"
    lives = tuple(_lives(start))
    lapsed = _lapsed(start)
    decided = [life for life in lives if life.end and months[0] <= life.end.began[:7] <= last]
    outcomes = {life.number: _outcome(life, lapsed) for life in decided}
    ports = _ranges_of(decided, policy)
    return Statistics(
        months[0],
        last,
        tuple(_month(month, lives, decided, outcomes) for month in months),
        _shares(decided, outcomes, {life.number: life.kind for life in decided}),
        _shares(decided, outcomes, {life.number: life.way for life in decided}),
        _shares(decided, outcomes, ports),
        tuple(_teams(start, f"{_next(last)}-01", policy)),
    )


# -- months


def _months(last: str) -> tuple[str, ...]:
    year, month = int(last[:4]), int(last[5:7])
    numbers = range(year * 12 + month - MONTHS, year * 12 + month)
    return tuple(f"{number // 12:04}-{number % 12 + 1:02}" for number in numbers)


def _next(month: str) -> str:
    """The month after *month*."""
    return (date.fromisoformat(f"{month}-01") + timedelta(days=32)).strftime("%Y-%m")


def _month(month: str, lives: Sequence[_Life], decided: Sequence[_Life], outcomes: dict[int, str]) -> Month:
    end = f"{_next(month)}-01"
    ended = [life for life in decided if life.end and life.end.began[:7] == month]
    return Month(
        month,
        sum(life.sent[:7] == month for life in lives),
        _counted(outcomes[life.number] for life in ended),
        sum(life.sent < end and not (life.closed and life.closed < end) for life in lives),
        _clocks(ended),
        _span([life.gross for life in ended]),
    )


def _clocks(lives: Iterable[_Life]) -> dict[str, Span]:
    days: dict[str, list[float]] = {}
    for life in lives:
        for party, had in life.net().items():
            days.setdefault(party, []).append(had)
    return {party: span for party in sorted(days) if (span := _span(days[party]))}


def _shares(decided: Sequence[_Life], outcomes: dict[int, str], what: dict[int, str]) -> tuple[Share, ...]:
    found: dict[str, list[_Life]] = {}
    for life in decided:
        found.setdefault(what[life.number], []).append(life)
    return tuple(
        Share(
            name,
            _counted(outcomes[life.number] for life in found[name]),
            _span([life.gross for life in found[name]]),
        )
        for name in sorted(found)
    )


def _counted(outcomes: Iterable[str]) -> dict[str, int]:
    counts = Counter(outcomes)
    return {outcome: counts[outcome] for outcome in OUTCOMES}


def _span(days: list[float]) -> Span | None:
    if not days:
        return None
    ordered = sorted(days)
    rank = -(-len(ordered) * _PERCENT // 100)  # the nearest one from above
    return Span(len(ordered), round(median(ordered), 1), round(ordered[rank - 1], 1))


def _days(began: str, ended: str) -> float:
    return (datetime.fromisoformat(ended) - datetime.fromisoformat(began)).total_seconds() / DAY


# -- applications


def _lives(start: str) -> Iterator[_Life]:
    """Every application that was open on the day *start*, or was sent later."""
    statement = (
        "SELECT t.application_id, t.state, t.party, t.began, t.ended, a.kind FROM register_turn t "
        "JOIN register_application a ON a.identity = t.application_id "
        "WHERE t.state <> %s AND t.application_id IN "
        "(SELECT application_id FROM register_turn WHERE began >= %s OR (ended = '' AND party <> '')) "
        "ORDER BY t.application_id, t.identity"
    )
    turns: list[_Turn] = []
    number = 0
    for application, *row in tables.rows(statement, [_S.DRAFT.value, start]):
        if application != number and turns:
            yield _Life(number, turns[0].kind, tuple(turns))
            turns = []
        number = application
        turns.append(_Turn(*row))
    if turns:
        yield _Life(number, turns[0].kind, tuple(turns))


def _outcome(life: _Life, lapsed: frozenset[str]) -> str:
    outcome = _ENDS[life.turns[-1].state]
    return LAPSED if outcome == WITHDRAWN and f"application {life.number}" in lapsed else outcome


def _lapsed(start: str) -> frozenset[str]:
    """What applications are called that ended because nobody answered."""
    statement = "SELECT object FROM register_event WHERE operation = 'lapse' AND instant >= %s"
    return frozenset(row[0] for row in tables.rows(statement, [start]))


def _ranges_of(decided: Sequence[_Life], policy: Policy) -> dict[int, str]:
    """The range in which each application asked for a port, by what it said last."""
    if not decided:
        return {}
    wanted = {life.number for life in decided}
    statement = (
        f"SELECT v.application_id, v.content FROM register_version v WHERE {is_newest()} "  # noqa: S608
        "AND v.application_id BETWEEN %s AND %s"
    )
    found = tables.rows(statement, [min(wanted), max(wanted)])
    return {number: _range_of(content, policy) for number, content in found if number in wanted}


def _range_of(content: str, policy: Policy) -> str:
    ports = json.loads(content).get("ports") or ()
    if not ports:
        return NO_PORT
    number = ports[0].get("number", "")
    if number.isascii() and number.isdigit():
        return policy.range_of(int(number)).name
    named = policy.range_named(ports[0].get("range", "")) if ports[0].get("range") else None
    return named.name if named else ANY_PORT


# -- experts


def _teams(start: str, end: str, policy: Policy) -> Iterator[TeamYear]:
    """What the teams were asked and said from *start* to before *end*; those of the policy first."""
    said = _opinions(start, end)
    asked = _asked(start, end)
    silences = _silences(start, end)
    names = [team.name for team in policy.teams]
    others = sorted({*asked, *said, *silences} - set(names))
    for name in (*names, *others):
        opinions = said.get(name, [])
        yield TeamYear(
            name,
            asked.get(name, 0),
            dict(sorted(Counter(verdict for verdict, _ in opinions).items())),
            _span([days for verdict, days in opinions if verdict != RECUSED]),
            silences.get(name, 0),
        )


def _asked(start: str, end: str) -> dict[str, int]:
    """How often each team was asked: a review was begun with the turn of the same application before it."""
    statement = (
        "SELECT r.team, COUNT(*) FROM register_review r WHERE "
        "(SELECT MAX(t.began) FROM register_turn t WHERE t.application_id = r.application_id "
        "AND t.state IN (%s, %s, %s)) BETWEEN %s AND %s GROUP BY r.team"
    )
    states = (_S.EXPERT_REVIEW.value, _S.IESG.value, _S.IETF_DOC.value)
    return dict(tables.rows(statement, [*states, start, end]))


def _opinions(start: str, end: str) -> dict[str, list[tuple[str, float]]]:
    """What was said by each team, and how many days after the asking."""
    statement = (
        "SELECT r.team, o.verdict, o.instant, (SELECT MAX(t.began) FROM register_turn t "
        "WHERE t.application_id = r.application_id AND t.state IN (%s, %s, %s) AND t.began <= o.instant) "
        "FROM register_opinion o JOIN register_review r ON r.identity = o.review_id "
        "WHERE o.instant >= %s AND o.instant < %s"
    )
    states = (_S.EXPERT_REVIEW.value, _S.IESG.value, _S.IETF_DOC.value)
    found: dict[str, list[tuple[str, float]]] = {}
    for team, verdict, instant, asked in tables.rows(statement, [*states, start, end]):
        found.setdefault(team, []).append((verdict, _days(asked or instant, instant)))
    return found


def _silences(start: str, end: str) -> dict[str, int]:
    statement = (
        "SELECT text, COUNT(DISTINCT application_id) FROM register_message "
        "WHERE kind = %s AND instant >= %s AND instant < %s GROUP BY text"
    )
    return dict(tables.rows(statement, [SILENCE, start, end]))


# -- as tables


def lines(found: Statistics) -> list[list[Any]]:
    """Return the months as rows of a table, the first with the names of its columns."""
    parties = sorted({party for month in found.months for party in month.clocks})
    head = ["month", "received", *OUTCOMES, "open at the end", "gross median", "gross 90th percentile"]
    for party in parties:
        head += [f"{party} median", f"{party} 90th percentile"]
    return [head, *(_line(month, parties) for month in found.months)]


def _line(month: Month, parties: Sequence[str]) -> list[Any]:
    spans = [month.gross, *(month.clocks.get(party) for party in parties)]
    told = [value for span in spans for value in ((span.median, span.ninetieth) if span else ("", ""))]
    return [month.month, month.received, *month.decided.values(), month.open, *told]


def as_json(found: Statistics) -> dict[str, Any]:
    """Return all of it as JSON values; days are in days."""
    return {
        "first": found.first,
        "last": found.last,
        "months": [_plain(month) for month in found.months],
        "kinds": [_plain(share) for share in found.kinds],
        "ways": [_plain(share) for share in found.ways],
        "ranges": [_plain(share) for share in found.ranges],
        "teams": [_plain(team) for team in found.teams],
    }


def _plain(value: Any) -> Any:
    """*value* with named tuples as objects."""
    if hasattr(value, "_asdict"):
        return {name: _plain(each) for name, each in value._asdict().items()}
    return {name: _plain(each) for name, each in value.items()} if isinstance(value, dict) else value
