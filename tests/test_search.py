"""Search: one vector a query over a small registry, the order against a plain reading, and "did you mean"."""

import lzma
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook import formats
from portbook.edition import Edition
from portbook.errors import RuleError
from portbook.records import Contact, Paragraph, Record, Reference, RichText, rich
from portbook.search import Hit, SearchIndex
from portbook.search.queries import MAX_QUERY, parse_query
from portbook.search.spelling import MAX_CANDIDATES, MAX_LENGTH, Spelling, distance
from vectors import vectors

ALIAS = 'This entry is an alias to "{}".'


def row(name: str, port: str, transport: str, text: str, **parts: object) -> Record:
    values: dict[str, object] = {"description": rich(text), **parts}
    return Record(name or None, port or None, transport or None, **values)  # type: ignore[arg-type]


def person(contact_id: str) -> tuple[Reference, ...]:
    return (Reference("person", contact_id),)


def note(text: str) -> RichText:
    return rich(text)


EDITION = Edition(
    (
        row("echo", "7", "tcp", "Echo", contact=person("Jon_Postel")),
        row("echo", "7", "sctp", "Echo", reference=(Reference("draft", "draft-ietf-echo-01"),)),
        row("ssh", "22", "tcp", "The Secure Shell (SSH) Protocol",
            reference=(Reference("draft", "RFC-ietf-ssh-bis-02"),)),
        row("whois++", "63", "tcp", "whois++", assignment_notes=note(ALIAS.format("whoispp"))),
        row("whoispp", "63", "tcp", "whois++"),
        row("www", "80", "tcp", "World Wide Web", assignment_notes=note(ALIAS.format("http"))),
        row("http", "80", "tcp", "World Wide Web"),
        row("http", "80", "udp", "World Wide Web"),
        row("https", "443", "tcp", "secured", assignee=person("Adam_Norén")),
        row("https", "443", "udp", "secured"),
        row("x11", "6000-6063", "tcp", "X Window System"),
        row("x11", "6000-6063", "udp", "X Window System"),
        row("", "6064-6099", "", "Unassigned"),
        row("http-alt", "8080", "udp", "Alternate (see port 80)"),
        row("jmap", "", "tcp", "Mail", reference=(Reference("rfc", "rfc8620"),)),
    ),
    contacts=(Contact("Jon_Postel", "Jon Postel", "ISI"),),
)  # fmt: skip
INDEX = SearchIndex(EDITION)


def shown(hits: tuple[Hit, ...]) -> str:
    return " | ".join(f"{hit.name or '-'} {hit.port_number or '-'}" for hit in hits)


@pytest.mark.parametrize("query, expected", vectors("queries.tsv", "query", "hits"))
def test_query(query: str, expected: str) -> None:
    assert shown(INDEX.search(query)) == expected


def test_a_hit_says_what_it_is_and_why() -> None:
    (https,) = INDEX.search("443")
    assert (https.kind, https.transports, len(https.records)) == ("port", ("tcp", "udp"), 2)
    assert https.why == "port number"
    (one,) = INDEX.search("443/tcp")
    assert (one.transports, [record.transport for record in one.records]) == (("tcp",), ["tcp"])
    http, www = INDEX.search("www")
    assert (http.kind, http.why, www.why) == ("service", "alias www", "name")
    assert (www.name, www.canonical) == ("www", "http")
    (x11,) = INDEX.search("6005")
    assert x11.why == "inside 6000-6063"
    (jmap,) = INDEX.search("RFC 8620")
    assert (jmap.kind, jmap.why) == ("reference", "reference")
    (ssh,) = INDEX.search("secure shell")
    assert ssh.why == "description"
    (free,) = INDEX.search("65000")
    assert (free.kind, free.records) == ("port", ())


def test_limit() -> None:
    assert shown(INDEX.search("http", limit=2)) == "http 80 | https 443"
    assert len(INDEX.search("0-65535", limit=3)) == 3
    assert len(INDEX.search("80", limit=2)) == 2


def test_length_of_a_query() -> None:
    assert INDEX.search("x" * MAX_QUERY) == ()
    with pytest.raises(RuleError) as caught:
        INDEX.search("x" * (MAX_QUERY + 1))
    assert caught.value.problem.code == "E-QUERY-LONG"


@pytest.mark.parametrize(
    "text", ["", " ", "\0", "\x1b[2J", "*", "**", "-", "/", "//", ":", "_", "'; --", "\u202e"]
)
def test_texts_that_ask_nothing(text: str) -> None:
    assert INDEX.search(text) == ()


def test_a_reference_inside_a_paragraph_is_cited() -> None:
    text = rich(Paragraph(("see ", Reference("rfc", "rfc4711"))))
    index = SearchIndex(Edition((row("foo", "80", "tcp", "", assignment_notes=text),)))
    assert [(hit.name, hit.kind) for hit in index.search("RFC 4711")] == [("foo", "reference")]


def test_a_complete_index_has_nothing_left_to_make() -> None:
    index = SearchIndex(EDITION).complete()
    made = set(vars(index))
    for query in (
        "secure shell",
        "htpps",
        "6005",
        "6000-6063",
        "RFC 8620",
        "draft-ietf",
        "ttp",
        "_http._udp",
    ):
        assert index.search(query) == INDEX.search(query)
    index.suggest("htpps")
    assert set(vars(index)) == made


def test_control_characters_part_words() -> None:
    assert shown(INDEX.search("secure\x1b\nshell\0")) == "ssh 22"


@given(st.text(max_size=MAX_QUERY) | st.text("htps-8046/:_*. tcudp", max_size=20))
def test_any_text_gets_an_answer_and_always_the_same(text: str) -> None:
    hits = INDEX.search(text)
    assert hits == SearchIndex(EDITION).search(text)
    assert len({(hit.name, hit.port_number, hit.records) for hit in hits}) == len(hits)
    assert [hit.score for hit in hits] == sorted((hit.score for hit in hits), reverse=True)


@given(st.text("abcehlprstw", min_size=1, max_size=6))
def test_one_word_finds_what_a_plain_reading_finds(word: str) -> None:
    """Every row of which a word of the name or description begins so, and every name that holds the text."""
    expected = set()
    for record in EDITION.records:
        name = record.service_name or ""
        words = f"{name} {record.description}".lower().replace("(", " ").replace("-", " ").split()
        if any(part.startswith(word) for part in words) or (len(word) > 2 and word in name):
            expected.add((record.service_name, record.port_number))
    hits = INDEX.search(word)
    if any(hit.why == "name spelt nearly so" for hit in hits):
        assert not expected
    else:
        assert expected <= {(hit.name, hit.port_number) for hit in hits}


def test_what_a_query_means() -> None:
    query = parse_query("  htt*  sec ")
    assert (query.words, query.prefixes) == (("htt", "sec"), (True, True))
    assert parse_query("sql*net").prefixes == (False, True)
    assert parse_query("UDPLite/53") == parse_query("53/udp")


# -- did you mean


def test_suggestions() -> None:
    assert INDEX.suggest("htpps") == ("https", "http")
    assert INDEX.suggest("htpps", limit=1) == ("https",)
    assert INDEX.suggest("HTPPS") == ("https", "http")
    assert INDEX.suggest("zzzzzzzz") == ()
    assert INDEX.suggest("") == ()
    assert INDEX.suggest("h" * 1000) == ()


def test_length_of_a_text_that_has_neighbours() -> None:
    name = "a" * MAX_LENGTH
    spelling = Spelling([name])
    assert spelling.near("b" + name[1:], 5) == (name,)
    assert spelling.near("b" + name, 5) == ()


def test_names_that_are_measured() -> None:
    """All share as many pairs with the text, so the first ones are measured; only the last one is near."""
    far = [f"abcd{number:02}" for number in range(MAX_CANDIDATES)]
    assert {plain_distance("abcdef", name) for name in far} == {2}
    assert Spelling([*far[1:], "abdcef"]).near("abcdef", 1) == ("abdcef",)
    assert Spelling([*far, "abdcef"]).near("abcdef", 1) == (far[0],)


def plain_distance(one: str, other: str) -> int:
    """The textbook table: insert, delete, replace, swap two neighbours."""
    table = [[i + j if not i * j else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost = one[i - 1] != other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


@given(st.text("abc-", max_size=9), st.text("abc-", max_size=9))
def test_distance_is_that_of_the_textbook(one: str, other: str) -> None:
    assert distance(one, other) == plain_distance(one, other)


@given(
    st.lists(st.text("abcde", min_size=2, max_size=8), max_size=30, unique=True),
    st.text("abcde", min_size=5, max_size=8),
)
def test_suggestions_are_near_and_the_nearest_first(names: list[str], text: str) -> None:
    near = Spelling(names).near(text, 40)
    distances = [plain_distance(text, name) for name in near]
    assert distances == sorted(distances)
    assert all(found <= 2 for found in distances)
    if any(plain_distance(text, name) <= 1 for name in names):  # with so few names none is left unmeasured
        assert distances[0] <= 1


@pytest.mark.needs("published_editions")
def test_the_whole_registry(published_editions: Path) -> None:
    edition = formats.read(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()))
    index = SearchIndex(edition)
    first = {
        "mysql": "mysql 3306",
        "secure shell": "ssh 22",
        "modbus": "mbap 502",
        "http": "http 80",
        "6005": "x11 6000-6063",
        "RFC8620": "jmap -",
        "ETHERNET/ip-2": "EtherNet-IP-2 44818",
        "htpps": "https 443",
        "postgres": "postgresql 5432",
        "microsoft sql": "ms-sql-s 1433",
    }
    assert {query: shown(index.search(query)[:1]) for query in first} == first
    wrong = [name for name in edition.service_names if name not in [h.name for h in index.search(name)]]
    assert wrong == []
    assert index.suggest("kerberso") == ("kerberos",)
