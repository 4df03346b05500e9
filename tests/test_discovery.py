"""Service labels, TXT keys and reports of unauthorized use: as rules, and as notes have them."""

import lzma
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook import formats
from portbook.discovery import (
    ADVISED_KEY_LENGTH,
    ADVISED_TXT_SIZE,
    MAX_KEY_WORDS,
    MAX_SUBTYPE,
    ServiceLabel,
    TxtKey,
    discovery_label_problem,
    flagship,
    flagship_note,
    flagship_problem,
    parse_service_label,
    service_label,
    srv_label,
    stated_txt_keys,
    subtype_problem,
    subtypes,
    txt_advice,
    txt_key_problem,
    txt_key_problems,
    txt_keys,
    unauthorized_ports,
)
from portbook.errors import Problem, RuleError
from portbook.numbers import Transport
from portbook.records import Break, Record, rich
from vectors import vectors


def record_with(note: str, unauthorized: str = "") -> Record:
    parts = [part for line in note.split("\n") for part in (Break(), line)][1:]
    return Record(
        service_name="example",
        assignment_notes=rich(*parts) if note else None,
        unauthorized_use_reported=rich(unauthorized) if unauthorized else None,
    )


@pytest.mark.parametrize("note, expected", vectors("txt-notes.tsv", "note", "keys"))
def test_txt_keys_of_a_note(note: str, expected: str) -> None:
    keys = txt_keys(record_with(note))
    if keys is None:
        assert expected == "?"
    elif not keys:
        assert expected == "()"
    else:
        assert " | ".join("=".join(filter(None, key)) for key in keys) == expected


@pytest.mark.parametrize("text, expected", vectors("unauthorized-use.tsv", "text", "ports"))
def test_ports_of_a_report(text: str, expected: str) -> None:
    found = unauthorized_ports(record_with("", text))
    assert (" ".join(map(str, found)) or "-") == expected


def test_nothing_reported() -> None:
    assert unauthorized_ports(Record()) == ()


@pytest.mark.parametrize(
    "key, expected",
    [
        ("txtvers", None),  # T-01
        ("", "E-TXT-EMPTY"),  # T-02, R-TXT-3
        ("a=b", "E-TXT-CHAR"),  # T-03, R-TXT-4
        ("macaddress", None),  # T-04: long, and allowed
        ("café", "E-TXT-CHAR"),  # T-07
        ("a\n", "E-TXT-CHAR"),
        ("port.p2pj", None),  # T-06
    ],
)
def test_a_txt_key(key: str, expected: str | None) -> None:
    problem = txt_key_problem(key)
    assert (problem.code if problem else None) == expected


def test_txt_keys_together() -> None:
    codes = [problem.code for problem in txt_key_problems((TxtKey("Path"), TxtKey("path"), TxtKey("my key")))]
    assert codes == ["E-TXT-DUP", "W-TXT-SPACE"]  # T-05 (R-TXT-6), R-TXT-7
    assert txt_key_problems((TxtKey("k" * ADVISED_KEY_LENGTH),)) == ()
    longer = TxtKey("k" * (ADVISED_KEY_LENGTH + 1))
    assert [problem.code for problem in txt_key_problems((longer,))] == ["W-TXT-LONG"]  # R-TXT-5


def test_words_of_a_key() -> None:
    words = " ".join("abcdef"[:MAX_KEY_WORDS])
    assert txt_keys(record_with(f"Defined TXT keys: {words}, id")) == (TxtKey(words), TxtKey("id"))
    assert txt_keys(record_with(f"Defined TXT keys: {words} g, id")) is None


@pytest.mark.parametrize(
    "transport, discovery, srv",
    [
        (Transport.TCP, "_foo._tcp", "_foo._tcp"),
        (Transport.UDP, "_foo._udp", "_foo._udp"),
        (Transport.SCTP, "_foo._udp", "_foo._sctp"),  # T-08, T-09: R-SD-5, R-SD-6
        (Transport.DCCP, "_foo._udp", "_foo._dccp"),
    ],
)
def test_labels(transport: Transport, discovery: str, srv: str) -> None:
    assert str(service_label("foo", transport)) == discovery
    assert str(srv_label("foo", transport)) == srv


@pytest.mark.parametrize("name", ["whois++", "", "a" * 16, "_http"])
def test_no_label_for_a_malformed_name(name: str) -> None:
    with pytest.raises(RuleError) as caught:
        service_label(name, Transport.TCP)
    assert caught.value.problem.code == "E-SRV"  # R-SD-1


@pytest.mark.parametrize(
    "text, expected",
    [
        ("_http._tcp", ServiceLabel("http", Transport.TCP)),
        ("_HTTP._TCP.", ServiceLabel("HTTP", Transport.TCP)),  # R-SD-4
        ("_ipp._udp.local.", ServiceLabel("ipp", Transport.UDP)),
        ("_foo._sctp", ServiceLabel("foo", Transport.SCTP)),
        ("_daap._http._tcp", None),  # R-SD-7
        ("_http", None),
        ("http.tcp", None),
        ("_http._quic", None),
        ("_http._tcp\n", None),
        ("__http._tcp", None),
    ],
)
def test_label_that_was_typed(text: str, expected: ServiceLabel | None) -> None:
    assert parse_service_label(text) == expected


@pytest.mark.parametrize("what, text, expected", vectors("discovery.tsv", "what", "text", "expected"))
def test_discovery(what: str, text: str, expected: str) -> None:
    try:
        answers = asked(what, text)
    except RuleError as error:
        answers = [error.problem.code]
    assert answers == ([] if expected == "ok" else [expected])


def asked(what: str, text: str) -> list[str]:
    """The label, or the codes of the problems, that *text* gives as an answer to the question *what*."""
    keys = tuple(map(TxtKey, text.split(" "))) if text else (TxtKey(""),)
    match what:
        case "key":
            return codes_of(txt_key_problems((TxtKey(text),)))
        case "keys":
            return codes_of(txt_key_problems(keys))
        case "advice":
            return codes_of(txt_advice(keys))
        case "size":
            return codes_of(txt_advice((), int(text)))
        case "service type" | "SRV":
            name, transport = text.split("/")
            make = service_label if what == "service type" else srv_label
            return [str(make(name, Transport(transport)))]
        case "announced":
            label = parse_service_label(text)
            assert label is not None
            return codes_of([discovery_label_problem(label, "http")])
        case "subtype":
            return codes_of([subtype_problem(text)])
        case "flagship":
            return codes_of([flagship_problem(text, text == "known")])
    raise KeyError(what)


def codes_of(problems: Iterable[Problem | None]) -> list[str]:
    return [problem.code for problem in problems if problem]


def test_limits_of_discovery() -> None:
    assert subtype_problem("s" * MAX_SUBTYPE) is None
    assert codes_of([subtype_problem("s" * (MAX_SUBTYPE + 1))]) == ["E-SUBTYPE"]
    assert txt_advice((), ADVISED_TXT_SIZE) == ()
    assert codes_of(txt_advice((), ADVISED_TXT_SIZE + 1)) == ["W-TXT-SIZE"]


@pytest.mark.parametrize(
    "note, expected",
    [
        ("Known Subtypes: _printer", ("_printer",)),
        ("Defined TXT keys: None\nSubtypes: _www-http, _other.", ("_www-http", "_other")),
        ("Subtypes: None", ()),
        ("A remark.", ()),
        ("", ()),
    ],
)
def test_subtypes_of_a_note(note: str, expected: tuple[str, ...]) -> None:
    assert subtypes(record_with(note)) == expected  # R-SD-9


@given(st.from_regex(r"[a-z][a-z0-9-]{0,14}", fullmatch=True))
def test_the_flagship_is_read_from_the_line_that_is_written(name: str) -> None:
    assert flagship(record_with(flagship_note(name))) == name  # R-SD-11
    assert flagship(record_with("A ship with a flag.")) is None


@given(st.text("abc=,;:<>()[]{}\"' .\n\0-\u00e9", max_size=60))
def test_whatever_a_note_says_the_keys_are_none_or_keys(text: str) -> None:
    keys = txt_keys(record_with(f"Defined TXT keys: {text}"))
    for key, meaning in keys or ():
        assert key
        assert key in " ".join(text.split())
        assert "=" not in key
        assert meaning == meaning.strip()


@pytest.mark.needs("published_editions")
def test_how_many_notes_and_reports_are_data(published_editions: Path) -> None:
    edition = formats.read(lzma.decompress((published_editions / "2026-08-17.xml.xz").read_bytes()))
    stated = [record for record in edition.records if stated_txt_keys(record) is not None]
    kinds = Counter("none" if keys == () else "list" if keys else "words" for keys in map(txt_keys, stated))
    assert (len(stated), kinds) == (1023, {"none": 562, "list": 323, "words": 138})
    reports = [record for record in edition.records if record.unauthorized_use_reported is not None]
    without = [record for record in reports if not unauthorized_ports(record)]
    assert (len(reports), len(without)) == (112, 7)
    wide = next(record for record in reports if record.port_number == "41798-42507")
    assert [str(ports) for ports in unauthorized_ports(wide)] == ["42000"]
