"""Keys: every way to write one, and the texts that only look like one."""

import pytest

from portbook.cli.keys import narrowed, parse_key, transports_of
from portbook.cli.plain import MAX_KEY
from portbook.errors import RuleError
from portbook.numbers import Ports, Transport

ALL = tuple(Transport)
TCP, UDP = (Transport.TCP,), (Transport.UDP,)


@pytest.mark.parametrize(
    "text, subject, transports",
    [
        ("443", Ports(443, 443), ALL),
        (":443", Ports(443, 443), ALL),
        (":443/tcp", Ports(443, 443), TCP),
        ("443/tcp", Ports(443, 443), TCP),
        ("tcp/443", Ports(443, 443), TCP),
        ("443/TCP", Ports(443, 443), TCP),
        ("443/any", Ports(443, 443), ALL),
        ("443/udplite", Ports(443, 443), UDP),
        ("6000-6063/udp", Ports(6000, 6063), UDP),
        ("0", Ports(0, 0), ALL),
        ("65535", Ports(65535, 65535), ALL),
        ("https", "https", ALL),
        ("https/udp", "https", UDP),
        ("tcp/https", "https", TCP),
        ("_https._tcp", "https", TCP),
        ("_https._udp", "https", ALL[1:]),  # R-SD-5: all but tcp
        ("cl/1", "cl/1", ALL),  # a historic name, not a transport
        ("cl/1/tcp", "cl/1", TCP),
        ("914c/g", "914c/g", ALL),
        ("sql*net", "sql*net", ALL),
        ("whois++", "whois++", ALL),
        ("z39.50", "z39.50", ALL),
        ("3com-tsmux", "3com-tsmux", ALL),
        ("Escale (Newton Dock)/tcp", "Escale (Newton Dock)", TCP),
    ],
)
def test_what_a_key_asks_for(text: str, subject: Ports | str, transports: tuple[Transport, ...]) -> None:
    assert parse_key(text) == (text, subject, transports)


@pytest.mark.parametrize(
    "text, code",
    [
        ("4_43", "E-PORT-FORMAT"),
        ("+443", "E-PORT-FORMAT"),
        ("４４３", "E-PORT-FORMAT"),
        ("443 ", "E-PORT-FORMAT"),
        ("0443", "E-PORT-FORMAT"),
        ("0443/tcp", "E-PORT-FORMAT"),
        ("6063-6000", "E-PORT-FORMAT"),
        ("443-", "E-PORT-FORMAT"),
        ("70000", "E-PORT-RANGE"),
        ("-1", "E-PORT-RANGE"),
        ("65536/udp", "E-PORT-RANGE"),
        ("9" * 200, "E-PORT-RANGE"),
        ("443/tpc", "E-TRANS-UNKNOWN"),
        ("443/quic", "E-TRANS-UNKNOWN"),
        ("", "E-NAME-EMPTY"),
        ("/tcp", "E-NAME-EMPTY"),
        ("http\n", "E-NAME-CHAR"),
        ("ht\ntp", "E-NAME-CHAR"),
        ("http  server", "E-NAME-CHAR"),
        ("http ", "E-NAME-CHAR"),
        ("hťtp", "E-NAME-CHAR"),
        ("ｈｔｔｐ", "E-NAME-CHAR"),
        ("ht\x1btp", "E-NAME-CHAR"),
    ],
)
def test_what_is_no_key(text: str, code: str) -> None:
    with pytest.raises(RuleError) as caught:
        parse_key(text)
    assert caught.value.problem.code == code


def test_the_limit_of_a_key() -> None:
    assert parse_key("a" * MAX_KEY).subject == "a" * MAX_KEY
    with pytest.raises(RuleError, match="E-KEY-LONG"):
        parse_key("a" * (MAX_KEY + 1))


def test_the_option_narrows_a_key_and_never_contradicts_it() -> None:
    assert narrowed(parse_key("443"), UDP).transports == UDP
    assert narrowed(parse_key("443/udp"), transports_of("any")).transports == UDP
    with pytest.raises(RuleError, match="E-KEY-TRANSPORT"):
        narrowed(parse_key("443/tcp"), UDP)
