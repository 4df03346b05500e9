"""Applications for property tests: every kind, every field, odd values first."""

from __future__ import annotations

from hypothesis import strategies as st

from portbook.applications import (
    Application,
    Casts,
    Channel,
    Circumstances,
    Declared,
    Development,
    Document,
    EarlyCase,
    How,
    Kind,
    Maintenance,
    Party,
    Related,
    Stream,
    WantedCode,
    WantedPort,
)
from portbook.discovery import TxtKey
from portbook.errors import visible
from portbook.numbers import Transport
from portbook.policy import QUESTIONS
from portbook.trees import two_alphabets


def _is_clean(text: str) -> bool:
    return visible(text) == text and two_alphabets(text) is None


texts = st.text(max_size=12).filter(_is_clean) | st.sampled_from(
    ("x", " ", "RFC 9999", "https://a.example", "v2")
)
names = texts | st.sampled_from(
    (
        "tide-read",
        "ferry",
        "FERRY",
        "stun",
        "z39.50",
        "kept-name",
        "sip",
        "s1p",
        "autotrac-acp",
        "ltp",
        "",
        "a--b",
    )
)
parties = st.sampled_from(("", "Fay", "Gus", "Rob", "Ada", "IESG", "Nobody"))
numbers = st.sampled_from(
    (
        *("", "0", "80", "831", "900", "1021", "1023", "1024", "3478", "4242", "4300", "5100", "28201"),
        *("28202", "28203", "31020", "42000", "49151", "49152", "65535", "65536", "0080", "30000-30009"),
        *("9-1", "x"),
    )
)
codes = st.sampled_from(
    ("SC:tide", "SC:TIDE", "0", "4294967295", "7107696", "1145656131", "1685351985", "SC:?abc", "")
)
flags = st.none() | st.booleans()
ids = sorted(
    {question.field.partition(".")[2] for question in QUESTIONS if question.field.startswith("answers.")}
)


def _tuples(items: st.SearchStrategy, most: int = 3) -> st.SearchStrategy[tuple]:
    return st.lists(items, max_size=most).map(tuple)


def _all_of(kind: type, values: st.SearchStrategy) -> st.SearchStrategy:
    return st.builds(kind, **dict.fromkeys(kind._fields, values))


def applications() -> st.SearchStrategy[Application]:
    """Any application that can be written down."""
    party = st.builds(Party, texts, texts | st.just("tia@tide.example"), texts, parties)
    words = st.dictionaries(st.sampled_from(ids), texts, max_size=4).map(lambda found: tuple(found.items()))
    maintenance = st.builds(Maintenance, names, names, texts, texts, parties, flags, flags)
    return st.builds(
        Application,
        kind=st.sampled_from(Kind),
        requester=parties,
        channel=st.sampled_from(Channel),
        service_name=names,
        transports=_tuples(st.sampled_from((*Transport, "TCP", "quic", "udplite", ""))),
        description=texts,
        reference=texts,
        unauthorized_uses=texts,
        notes=texts,
        development=st.none() | st.sampled_from(Development),
        document=st.builds(
            Document, texts | st.just("draft-ietf-tide-00"), st.sampled_from(Stream), st.booleans()
        ),
        assignee=party,
        contact=party,
        ports=_tuples(
            st.builds(WantedPort, numbers, st.sampled_from(("", "user", "System Ports", "odd")), texts)
        ),
        codes=_tuples(st.builds(WantedCode, codes, texts, texts), 7),
        casts=st.builds(Casts, flags, flags, flags, texts),
        txt_keys=st.none() | _tuples(st.builds(TxtKey, texts, texts)),
        related=st.builds(Related, names, st.none() | st.sampled_from(How)),
        declares=_all_of(Declared, flags),
        answers=words,
        early=_all_of(EarlyCase, flags),
        maintenance=maintenance,
    )


def circumstances() -> st.SearchStrategy[Circumstances]:
    """Whatever else may be known."""
    return st.builds(
        Circumstances,
        consents=st.frozensets(parties),
        pending=st.frozensets(st.tuples(st.sampled_from((28201, 80, 4242)), st.sampled_from(Transport))),
        alike=_tuples(st.sampled_from(("sip", "ferry", "nobody"))),
        recent=st.integers(0, 12),
        open_applications=st.integers(0, 6),
        sent_today=st.integers(0, 6),
    )
