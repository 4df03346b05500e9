"""DNS records for one service: shape, refusals, and that named-checkzone reads back what was meant."""

from __future__ import annotations

import random
import re
import subprocess
from pathlib import Path

import pytest

from cli_runs import XML
from export_hostile import PROVENANCE
from portbook import exports, formats
from portbook.edition import Edition
from portbook.errors import RuleError
from portbook.numbers import Transport
from portbook.records import Record

EDITION = formats.read(XML)
HTTP = {"service": "http", "transport": Transport.TCP, "domain": "example.com", "host": "web.example.com."}
INSTANCES = (
    *("web", "A B", "a.b", '"', "\\", ";", "(", ")", "@", "$", "$INCLUDE /x", "*", "x; evil IN A 192.0.2.66"),
    *(
        "\u00e9\u00a0\u00fc",
        "\u202ex",
        "\U0001f50c",
        "x" * 63,
        "a\\.b",
        "\\046",
        " ",
        "-",
        "_",
        "1",
        "'",
        "#",
    ),
    "\udced\udca0\udc80",  # three bytes that are not UTF-8, as the system gives them
)
STRINGS = (
    *(
        "",
        "=",
        "=x",
        "a",
        "a=",
        "a=b",
        "path=/x y",
        'q="',
        "q=\\",
        "q=;(",
        "q=\n@ IN A 192.0.2.66",
        "q=\0\t\x7f",
        "q=é",
    ),
    *("b=" + "x" * 253, "c=\udcff\udc80", "A=1", "with blank=1", "q==", "q=$TTL"),
)


def records(**options: object) -> list[str]:
    data = exports.write(EDITION, "zone", PROVENANCE, **HTTP | options).data.decode("ascii")
    assert re.fullmatch(r"[\n -~]*", data)
    return [line for line in data.split("\n") if line and not line.startswith(";")]


def test_a_plain_srv_record() -> None:
    assert records() == ["_http._tcp.example.com. 3600 IN SRV 0 0 80 web.example.com."]
    options = {"priority": 65535, "weight": 1, "ttl": 0, "port": 8080, "domain": "Example.COM."}
    assert records(**options) == ["_http._tcp.Example.COM. 0 IN SRV 65535 1 8080 web.example.com."]


def test_the_records_of_an_instance() -> None:
    assert records(instance="My web. Site", txt=["path=/", 'say="x\\y"']) == [
        "_services._dns-sd._udp.example.com. 3600 IN PTR _http._tcp.example.com.",
        "_http._tcp.example.com. 3600 IN PTR My\\032web\\046\\032Site._http._tcp.example.com.",
        "My\\032web\\046\\032Site._http._tcp.example.com. 3600 IN SRV 0 0 80 web.example.com.",
        'My\\032web\\046\\032Site._http._tcp.example.com. 3600 IN TXT "path=/" "say=\\"x\\\\y\\""',
    ]
    assert records(instance="web")[3].endswith(' TXT ""')


def test_every_transport_but_tcp_is_udp_for_an_instance_and_itself_in_plain_srv() -> None:
    edition = Edition((Record("foo", "9", "sctp"),))
    options = HTTP | {"service": "foo", "transport": Transport.SCTP}
    plain = exports.write(edition, "zone", PROVENANCE, **options).data
    assert b"\n_foo._sctp.example.com. " in plain
    discovered = exports.write(edition, "zone", PROVENANCE, **options, instance="x").data
    assert b"\nx._foo._udp.example.com. " in discovered


def test_an_alias_is_written_as_the_name_to_use_and_told() -> None:
    written = exports.write(EDITION, "zone", PROVENANCE, **HTTP | {"service": "WWW"})
    assert b"_http._tcp.example.com. 3600 IN SRV 0 0 80 " in written.data
    assert written.remarks == ("'www' is an alias; DNS has the name 'http' (R-LEG-6)",)


@pytest.mark.parametrize(
    "options, code",
    [
        ({"service": "no-such"}, "E-EXPORT-SERVICE"),
        ({"service": "Two Words"}, "E-SRV"),
        ({"service": "acme-say"}, "E-EXPORT-PORT"),
        ({"service": "x11"}, "E-EXPORT-PORT"),
        ({"service": "http", "transport": Transport.SCTP}, "E-EXPORT-PORT"),
        ({"port": 65_536}, "E-PORT-RANGE"),
        ({"txt": ["a=b"]}, "E-DNS-STRING"),
        ({"instance": "x", "txt": ["=b"]}, "E-TXT-EMPTY"),
        ({"instance": "x", "txt": ["\u00e9=b"]}, "E-TXT-CHAR"),
        ({"instance": "x", "txt": ["a=1", "A=2"]}, "E-TXT-DUP"),
        ({"instance": "x", "txt": ["a=" + "x" * 254]}, "E-DNS-STRING"),
        ({"instance": "x", "txt": [f"k{n}=" + "x" * 200 for n in range(7)]}, "E-DNS-STRING"),
        ({"instance": ""}, "E-DNS-NAME"),
        ({"instance": "x" * 64}, "E-DNS-NAME"),
        ({"instance": "a\nb"}, "E-DNS-NAME"),
        ({"instance": "\x7f"}, "E-DNS-NAME"),
        ({"instance": "\ud800"}, "E-DNS-STRING"),
        ({"domain": ""}, "E-DNS-NAME"),
        ({"domain": "a..b"}, "E-DNS-NAME"),
        ({"domain": "b\u00fccher.example"}, "E-DNS-NAME"),
        ({"domain": "x\n@ IN A 192.0.2.66"}, "E-DNS-NAME"),
        ({"domain": "-a.example"}, "E-DNS-NAME"),
        ({"domain": "a" * 64}, "E-DNS-NAME"),
        ({"domain": ".".join(["a" * 60] * 4), "instance": "x" * 20}, "E-DNS-NAME"),
        ({"host": "a b"}, "E-DNS-NAME"),
        ({"host": "."}, "E-DNS-NAME"),
        ({"ttl": -1}, "E-DNS-NUMBER"),
        ({"ttl": 2**31}, "E-DNS-NUMBER"),
        ({"priority": 65_536}, "E-DNS-NUMBER"),
        ({"weight": 65_536}, "E-DNS-NUMBER"),
    ],
)
def test_refused(options: dict[str, object], code: str) -> None:
    with pytest.raises(RuleError) as caught:
        records(**options)
    assert caught.value.problem.code == code


def test_at_the_limits() -> None:
    txt = ["a=" + "x" * 253, *(f"k{n}=" + "x" * 205 for n in range(4))]
    assert records(instance="x" * 63, txt=[*txt, "l=" + "x" * 205])  # 1,300 octets
    with pytest.raises(RuleError, match="E-DNS-STRING"):
        records(instance="x" * 63, txt=[*txt, "l=" + "x" * 206])
    longest = ".".join([*["a" * 60] * 3, "b" * 59])  # with "_http._tcp." 255 octets on the wire
    assert records(domain=longest)
    with pytest.raises(RuleError, match="E-DNS-NAME"):
        records(domain=f"b{longest}")


# -- read back

DUMPED = re.compile(r"(\S+)\s+(\d+)\s+IN\s+(PTR|SRV|TXT|A)\s+(.*)")


def name_of(text: str) -> tuple[bytes, ...]:
    """The labels of a name in presentation form."""
    labels, label, place = [], b"", 0
    while place < len(text):
        if text[place] == "\\":
            digits = re.match(r"[0-9]{3}", text[place + 1 :])
            label += bytes([int(digits[0])]) if digits else text[place + 1].encode()
            place += 4 if digits else 2
        elif text[place] == ".":
            labels.append(label)
            label, place = b"", place + 1
        else:
            label += text[place].encode()
            place += 1
    assert label == b""
    return tuple(labels)


def strings_of(text: str) -> tuple[bytes, ...]:
    """The strings of TXT data, quoted."""
    found = re.findall(r'"((?:\\[0-9]{3}|\\[^0-9]|[^"\\])*)"', text)
    return tuple(
        re.sub(rb"\\(?:([0-9]{3})|(.))", lambda m: bytes([int(m[1])]) if m[1] else m[2], one.encode("ascii"))
        for one in found
    )


@pytest.mark.needs("named_checkzone")
def test_named_checkzone_reads_back_what_was_meant(tmp_path: Path) -> None:
    chance = random.Random(6763)
    zone = ["$TTL 60\n@ IN SOA ns.example.com. x.example.com. 1 1 1 1 1\n@ IN NS ns\nns IN A 192.0.2.1\n"]
    domain = (b"example", b"com")
    meant = {((b"_services", b"_dns-sd", b"_udp", *domain), "PTR", ((b"_http", b"_tcp", *domain),))}
    for instance in INSTANCES + tuple("".join(chance.choices('ab.\\"; é', k=8)) for _ in range(100)):
        usable = [item for item in STRINGS if item and not item.startswith("=")]
        txt, used = [], set()
        for item in chance.sample(usable, 4):
            if (key := item.partition("=")[0].lower()) not in used:
                txt.append(item)
                used.add(key)
        zone += [f"{line}\n" for line in records(instance=instance, txt=txt, host="ns.example.com")]
        label = instance.encode("utf-8", "surrogateescape")
        owner = (label, b"_http", b"_tcp", *domain)
        meant.add(((b"_http", b"_tcp", *domain), "PTR", (owner,)))
        meant.add((owner, "SRV", (b"0 0 80", (b"ns", *domain))))
        meant.add((owner, "TXT", tuple(item.encode("utf-8", "surrogateescape") for item in txt)))
    (tmp_path / "zone").write_text("".join(zone), encoding="ascii")
    command = ["named-checkzone", "-D", "-s", "full", "-o", "-", "example.com", str(tmp_path / "zone")]
    ran = subprocess.run(command, capture_output=True, timeout=60, check=False)
    assert ran.returncode == 0, ran.stdout[-500:] + ran.stderr[-500:]
    found = set()
    for line in ran.stdout.decode("ascii").split("\n"):
        if match := DUMPED.fullmatch(line.strip()):
            found.add((folded(name_of(match[1])), match[3], data_of(match[3], match[4])))
    found.remove(((b"ns", *domain), "A", (b"192.0.2.1",)))
    assert found == {(folded(owner), kind, data) for owner, kind, data in meant}


def folded(labels: tuple[bytes, ...]) -> tuple[bytes, ...]:
    return tuple(label.lower() for label in labels)


def data_of(kind: str, text: str) -> tuple[object, ...]:
    if kind == "PTR":
        return (name_of(text),)
    if kind == "SRV":
        numbers, _, target = text.rpartition(" ")
        return numbers.encode(), name_of(target)
    return strings_of(text) if kind == "TXT" else (text.encode(),)
