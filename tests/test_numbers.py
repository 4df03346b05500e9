"""Ports, ranges and transports: vectors, and Python's own integers as oracle."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook.errors import RuleError
from portbook.numbers import (
    MAX_PORT,
    PortRange,
    Ports,
    Transport,
    checked_port,
    parse_port,
    parse_ports,
    parse_transport,
    published_ports,
    range_of,
)
from vectors import vectors


@pytest.mark.parametrize("text, expected", vectors("ports.tsv", "text", "expected"))
def test_port_text(text: str, expected: str) -> None:
    try:
        found = str(range_of(parse_ports(text).low))
    except RuleError as error:
        found = error.problem.code
    assert found == expected


@given(st.integers(0, MAX_PORT))
def test_every_port_reads_back_from_its_decimal_form(port: int) -> None:
    assert parse_port(str(port)) == port
    assert parse_ports(str(port)) == Ports(port, port)


@given(st.text(max_size=8))
def test_a_port_text_is_read_exactly_when_it_is_how_python_writes_one(text: str) -> None:
    legal = text in {str(n) for n in [int(text)] if 0 <= n <= MAX_PORT} if _is_integer(text) else False
    try:
        found = str(parse_port(text))
    except RuleError as error:
        found = error.problem.code
    assert found in ((text,) if legal else ("E-PORT-FORMAT", "E-PORT-RANGE"))


def _is_integer(text: str) -> bool:
    try:
        int(text)
    except ValueError:
        return False
    return True


def test_the_three_ranges_cover_all_ports_and_meet_where_the_rfc_says() -> None:
    found = [range_of(port) for port in range(MAX_PORT + 1)]
    assert found == (
        [PortRange.SYSTEM] * 1024 + [PortRange.USER] * (49152 - 1024) + [PortRange.DYNAMIC] * (65536 - 49152)
    )


@pytest.mark.parametrize("port", [-1, MAX_PORT + 1, True, 4.0, "443", None])
def test_what_is_no_port_number_is_refused(port: object) -> None:
    with pytest.raises(RuleError) as caught:
        checked_port(port)  # type: ignore[arg-type]
    assert caught.value.problem.code == "E-PORT-RANGE"


@pytest.mark.parametrize(
    "text, expected",
    [
        ("tcp", "tcp"),
        ("UDP", "udp"),
        ("Sctp", "sctp"),
        ("dccp", "dccp"),
        ("udplite", "udp"),
        ("UDP-Lite", "udp"),
    ],
)
def test_transport_in_any_case_and_udp_lite_as_udp(text: str, expected: str) -> None:
    assert parse_transport(text) is Transport(expected)


@pytest.mark.parametrize("text", ["", "quic", "tls", "tcp ", "tcp\n", "\uff54cp", "6", "tcpudp", "websocket"])
def test_unknown_transport_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_transport(text)
    assert caught.value.problem.code == "E-TRANS-UNKNOWN"
    assert repr(text)[1:-1] in caught.value.problem.message


def test_quic_is_told_where_it_runs() -> None:
    with pytest.raises(RuleError, match="it runs over udp"):
        parse_transport("QUIC")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("443", Ports(443, 443)),
        ("6000-6063", Ports(6000, 6063)),
        ("4748-4748", Ports(4748, 4748)),
        ("6000 - 6063", Ports(6000, 6063)),  # the published schema allows blanks beside the hyphen
        ("6000-  6063", Ports(6000, 6063)),
        ("0080", Ports(80, 80)),
        ("4 43", None),  # blanks anywhere else part two numbers
        ("60 00-6063", None),
        (" 443", None),
        ("443 ", None),
        (" 6000-6063", None),
        ("6000\t-6063", None),
        ("6000-", None),
        ("-6063", None),
        (" - ", None),
        ("65536", None),
        ("6063-6000", None),
        ("x", None),
        ("1-2-3", None),
        ("\u0664", None),
    ],
)
def test_published_number_cells_are_read_liberally(text: str, expected: Ports | None) -> None:
    assert published_ports(text) == expected


@pytest.mark.parametrize("ports, text", [(Ports(443, 443), "443"), (Ports(6000, 6063), "6000-6063")])
def test_ports_are_shown_in_decimal(ports: Ports, text: str) -> None:
    assert str(ports) == text
