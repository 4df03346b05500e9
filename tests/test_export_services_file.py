"""/etc/services: what it holds, and that glibc and musl see exactly that, of real and hostile registries."""

from __future__ import annotations

import functools
import random
import re
from pathlib import Path

import pytest

from cli_runs import XML
from export_consumers import (
    Line,
    entries_of,
    getent,
    intended,
    musl,
    musl_program,
    read_as_glibc,
    read_as_musl,
    written_to,
)
from export_hostile import PROVENANCE, hostile_registry
from portbook import exports, formats
from portbook.edition import Edition
from portbook.errors import FormatError, RuleError
from portbook.exports import places, profiles
from portbook.exports.minimal_names import MINIMAL
from portbook.names import service_name_problem
from portbook.records import Record, rich
from portbook.store.edition_files import embedded

IN_CI = 500
IN_DEEP = 20_000
THROUGH_PROGRAMS = 20
KNOWN = exports.Provenance("2031-05-01", "2031-05-01", "0" * 64, "0.1.0")


def services(edition: Edition, **options: object) -> bytes:
    return exports.write(edition, "etc-services", PROVENANCE, **options).data


def entry_lines(data: bytes) -> list[str]:
    return [line for line in data.decode("ascii").split("\n") if line and not line.startswith("#")]


def row(name: str, port: str, transport: str | None = "tcp", text: str = "", note: str = "") -> Record:
    return Record(name, port, transport, rich(text), assignment_notes=rich(note) if note else None)


def edition_of(*rows: Record) -> Edition:
    return Edition(rows)


@functools.cache
def newest() -> Edition:
    return embedded()[-1].edition


@functools.cache
def newest_table() -> bytes:
    return services(newest())


# -- the shape


def test_the_invented_edition() -> None:
    written = exports.write(formats.read(XML), "etc-services", KNOWN)
    assert written.data.decode("ascii").startswith(
        "# services(5): name, port/transport, further names, # description\n"
        "# From the IANA registry of service names and port numbers: edition 2031-05-01, date 2031-05-01\n"
        f"# SHA-256 of the edition as published: {'0' * 64}\n"
        "# Written by portbook 0.1.0. IANA's registries are in the public domain (CC0).\n"
        "# A registered name says who asked for the number, not what runs on it.\n"
        "# Holds: profile full\n"
        "echo\t7/tcp\t# Echo\n"
        "echo\t7/udp\t# Echo\n"
        "sql-net\t66/tcp\tsql*net\t# Oracle SQL*NET\n"
        "http\t80/tcp\twww\t# World Wide Web HTTP\n"
        "http\t80/udp\t# World Wide Web HTTP\n"
        "cl-1\t172/tcp\tcl/1\t# Network CL/1\n"
    )
    lines = entry_lines(written.data)
    assert "stun\t3478/udp\tturn\t# One of two names" in lines
    assert [line for line in lines if line.startswith("active-net\t3323/")] == [
        f"active-net\t3323/{transport}\t# Active Networks" for transport in ("tcp", "udp", "sctp", "dccp")
    ]
    assert "nasty\t6999/tcp\t# C1 ?31m bidi ?txt" in lines
    assert "x11\t6005/udp\t# X Window System" in lines
    assert written.remarks == (
        "left out, for a table of services has no place for such names (1): Two Words",
    )


def test_one_line_for_each_place_and_the_name_to_use_first() -> None:
    edition = edition_of(
        row("old", "9", note='This entry is an alias to "new".'),
        row("odd_one", "9"),
        row("new", "9"),
        row("other", "9"),
    )
    assert entry_lines(services(edition)) == ["new\t9/tcp\tother odd_one old"]


def test_a_comment_is_cut_to_127_bytes_with_the_line_feed_and_an_entry_never() -> None:
    for length in range(80, 140):
        (line,) = entry_lines(services(edition_of(row("echo", "7", text="d" * length))))
        assert len(line) + 1 <= 127
        whole = len("echo\t7/tcp\t# ") + length + 1 <= 127
        assert line.endswith("d" * length if whole else "...")
        assert whole or len(line) + 1 == 127


def test_names_that_no_line_can_hold_go_to_further_lines_of_the_same_name() -> None:
    aliases = [f"alias-{number:02}" for number in range(30)]
    edition = edition_of(row("echo", "7", text="Echo"), *(row(name, "7") for name in aliases))
    data = services(edition)
    lines = list(read_as_glibc(data))
    assert len(lines) == 3
    assert {line[:3] for line in lines} == {("echo", 7, "tcp")}
    assert [name for line in lines for name in line.aliases] == aliases


def test_a_range_is_written_up_to_the_limit_and_told_beyond() -> None:
    assert places.MAX_RANGE == 1024
    written = exports.write(edition_of(row("a", "1000-2023"), row("b", "1000-2024")), "etc-services", KNOWN)
    assert len(entry_lines(written.data)) == 1024
    assert written.remarks == ("left out, for the range has more than 1024 ports (1): b 1000-2024",)


def test_more_names_than_the_limit_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(places, "MAX_NAMES", 8)
    two = [row(name, "1") for name in "abcdefgh"]
    assert len(entry_lines(services(edition_of(*two)))) == 1
    with pytest.raises(FormatError, match="E-EXPORT-SIZE"):
        services(edition_of(*two, row("i", "1")))


def test_what_is_left_out_is_told() -> None:
    edition = edition_of(
        *(row("k" * 31, "1"), row("l" * 32, "2"), row("-x", "3"), row("7/tcp", "4")),
        *(row("x", "y"), row("x", "5", "quic")),
    )
    written = exports.write(edition, "etc-services", KNOWN)
    assert entry_lines(written.data) == [f"{'k' * 31}\t1/tcp"]
    assert written.remarks == (
        f"left out, for a table of services has no place for such names (3): {'l' * 32}, -x, 7/tcp",
        "left out, for the port number is none (1): x y",
        "left out, for the transport is none of tcp, udp, sctp, dccp (1): x quic",
    )


# -- profiles


def names_of(data: bytes) -> set[str]:
    return {name for line in read_as_glibc(data) for name in (line.name, *line.aliases)}


def test_minimal_is_a_small_file_of_names_that_the_registry_has() -> None:
    data = services(newest(), profile="minimal")
    assert {"ssh", "domain", "http", "www", "https", "ntp", "x11"} <= names_of(data)
    assert set(MINIMAL) <= names_of(data)
    assert len(data) < 14_000
    assert 300 < len(entry_lines(data)) < 400


def test_system_is_every_name_below_1024() -> None:
    found = {found for line in read_as_glibc(services(newest(), profile="system")) for found in line.found()}
    assert found == {one for one in intended(newest()) if one[1] < 1024}


def test_a_list_brings_aliases_and_the_name_to_use() -> None:
    edition = formats.read(XML)
    data = services(edition, profile="list", names=("WWW", "turn", "cl/1"))
    assert [line.split("\t#")[0] for line in entry_lines(data)] == [
        "http\t80/tcp\twww", "http\t80/udp", "cl-1\t172/tcp\tcl/1", "turn\t3478/udp",
    ]  # fmt: skip
    written = exports.write(edition, "etc-services", KNOWN, profile="list", names=("no-such", "acme-say"))
    assert (entry_lines(written.data), written.missing) == ([], ("no-such", "acme-say"))


def test_lists() -> None:
    assert profiles.names_in_list("\ufeffssh\r\n\n # all\n http # web\nssh\n") == ("ssh", "http")
    assert profiles.names_in_list("x" * 255)
    with pytest.raises(RuleError, match="E-EXPORT-LIST"):
        profiles.names_in_list("x" * 256)


def test_a_list_that_is_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(profiles, "MAX_LISTED", 2)
    assert profiles.names_in_list("a\nb\n") == ("a", "b")
    with pytest.raises(RuleError, match="E-EXPORT-LIST"):
        profiles.names_in_list("a\nb\nc\n")


@pytest.mark.parametrize("options", [{"profile": "x"}, {"profile": "list"}, {"names": ("a",)}])
def test_profiles_that_are_none(options: dict[str, object]) -> None:
    with pytest.raises(FormatError, match="E-EXPORT-PROFILE"):
        services(newest(), **options)


def test_strict_names_are_those_of_rfc_6335() -> None:
    strict = names_of(services(newest(), strict_names=True))
    everything = names_of(newest_table())
    assert strict == {name for name in everything if service_name_problem(name) is None}
    assert {"sql*net", "whois++"} <= everything - strict


# -- names of earlier editions


def test_an_old_name_stays_as_an_alias() -> None:
    now = edition_of(row("new", "100"), row("moved", "200"), row("Case", "300"), row("free", "500", "udp"))
    older = edition_of(
        *(row("old", "100"), row("moved", "100"), row("case", "300"), row("gone", "400")),
        row("older", "100", "udp"),
    )
    oldest = edition_of(row("oldest", "100"), row("old", "200"), row("gone", "300"))
    assert entry_lines(services(now, earlier=[older, oldest])) == [
        "new\t100/tcp\told oldest", "moved\t200/tcp", "Case\t300/tcp\tcase", "free\t500/udp",
    ]  # fmt: skip


def test_a_listed_old_name_brings_what_stands_there_now() -> None:
    now, older = edition_of(row("new", "100"), row("x", "1")), edition_of(row("old", "100"))
    data = services(now, profile="list", names=("OLD",), earlier=[older])
    assert entry_lines(data) == ["new\t100/tcp\told"]


def test_no_name_of_the_embedded_editions_is_lost_while_its_port_is_assigned() -> None:
    files = embedded()
    data = services(newest(), earlier=[file.edition for file in reversed(files[:-1])])
    found = {found for line in read_as_glibc(data) for found in line.found()}
    now = intended(newest())
    before = set().union(*(intended(file.edition) for file in files[:-1]))
    assert now < found <= now | before
    assigned = {one[1:] for one in now}
    assert {one[1:] for one in found} == assigned
    current = {name for name, *_ in now}
    dropped = {one[0] for one in before if one[1:] in assigned and one[0] not in current}
    assert dropped <= {name for name, *_ in found}
    assert ("ibm-mqisdp", 1883, "tcp") in found


# -- what the readers see


def check(edition: Edition, data: bytes) -> None:
    """Both readers see exactly what is meant, and the bytes are harmless."""
    assert re.fullmatch(rb"[\t\n -~]*", data)
    assert data.endswith(b"\n")
    assert all(
        len(line) <= 126 and re.match(r"[A-Za-z0-9#]", line) for line in data.decode().split("\n")[:-1]
    )
    meant = intended(edition)
    lines = list(read_as_glibc(data))
    assert {found for line in lines for found in line.found()} == meant
    assert sum(1 + len(line.aliases) for line in lines) == len(meant) + repeated(lines)
    seen = list(read_as_musl(data))
    assert all(by_port for _, by_port in seen)
    assert {found for line, _ in seen for found in line.found()} == {
        one for one in meant if one[2] in ("tcp", "udp")
    }


def repeated(lines: list[Line]) -> int:
    """The further lines of places that need more than one; all of a place have the same name."""
    first = {(line.port, line.transport): line.name for line in lines}
    assert all(first[line.port, line.transport] == line.name for line in lines)
    return len(lines) - len(first)


def test_hostile_registries() -> None:
    for seed in range(IN_CI):
        edition = hostile_registry(seed)
        check(edition, services(edition))


@pytest.mark.deep
def test_many_hostile_registries() -> None:
    for seed in range(IN_CI, IN_CI + IN_DEEP):
        edition = hostile_registry(seed)
        check(edition, services(edition))


def test_hostile_registries_with_a_hostile_past_and_strict_names() -> None:
    for seed in range(0, IN_CI, 10):
        edition, past = hostile_registry(seed), [hostile_registry(seed + 1), hostile_registry(seed + 2)]
        data = services(edition, earlier=past)
        found = {found for line in read_as_glibc(data) for found in line.found()}
        assert intended(edition) <= found
        assert found <= intended(edition).union(*map(intended, past))
        assert {found[1:] for found in found} == {one[1:] for one in intended(edition)}
        strict = {
            found for line in read_as_glibc(services(edition, strict_names=True)) for found in line.found()
        }
        assert strict == {one for one in intended(edition) if not service_name_problem(one[0])}


def test_the_generator_is_hostile() -> None:
    """A naive table of the same registries plants entries: the readers above would see them."""
    planted = 0
    for seed in range(50):
        edition = hostile_registry(seed)
        naive = "".join(
            f"{row.service_name}\t{row.port_number}/{row.transport}\t# "
            + "".join(map(str, row.description.parts))
            + "\n"
            for row in edition.records
        ).encode("utf-8", "backslashreplace")
        planted += any(line.name.startswith("evil") for line, _ in read_as_musl(naive))
    assert planted > 30


def test_the_embedded_editions() -> None:
    for file in (embedded()[0], embedded()[-1]):
        check(file.edition, services(file.edition))


@pytest.mark.needs("user_namespaces")
def test_glibc_sees_exactly_the_embedded_edition(tmp_path: Path) -> None:
    ((status, out),) = getent(written_to(tmp_path, [newest_table()]))
    assert status == 0
    lines = entries_of(out)
    assert {found for line in lines for found in line.found()} == intended(newest())
    assert lines == list(read_as_glibc(newest_table()))
    ((status, out),) = getent(
        [tmp_path / "services0"], ["6005", "6005/udp", "sql*net", "www/tcp", "submissions"]
    )
    assert (status, entries_of(out)) == (
        0,
        [
            Line("x11", 6005, "tcp", ()),
            Line("x11", 6005, "udp", ()),
            Line("sql-net", 66, "tcp", ("sql*net",)),
            Line("http", 80, "tcp", ("www", "www-http")),
            Line("urd", 465, "tcp", ("submissions",)),
        ],
    )


@pytest.mark.needs("user_namespaces")
def test_glibc_sees_exactly_the_hostile_registries(tmp_path: Path) -> None:
    editions = [hostile_registry(seed) for seed in range(THROUGH_PROGRAMS)]
    answers = getent(written_to(tmp_path, map(services, editions)))
    for edition, (status, out) in zip(editions, answers, strict=True):
        assert status == 0
        assert {found for line in entries_of(out) for found in line.found()} == intended(edition)


def questions(edition: Edition, chance: random.Random, most: int) -> list[tuple[str, object, str]]:
    """Names and ports to ask musl for, those that no row has among them."""
    meant = sorted(one for one in intended(edition) if one[2] in ("tcp", "udp"))
    asked = chance.sample(meant, min(most, len(meant)))
    asked += [("evil", 2222, "tcp"), ("evil2", 2222, "udp"), ("d" * 20, 1, "tcp"), ("x11", 6005, "udp")]
    return [
        question
        for name, port, transport in asked
        for question in (("p", port, transport), ("n", name, transport))
    ]


def index_of(data: bytes) -> dict[tuple[str, object, str], str]:
    """What musl should say to each question: the first entry of the file that fits."""
    index: dict[tuple[str, object, str], str] = {}
    for line in read_as_glibc(data):
        index.setdefault(("p", line.port, line.transport), f"{line.name}\t{line.port}")
        for name in (line.name, *line.aliases):
            index.setdefault(("n", name, line.transport), f"{name}\t{line.port}")
    return index


def agrees(index: dict[tuple[str, object, str], str], question: tuple[str, object, str], told: str) -> bool:
    """Whether musl may say *told*.

    A name that begins with the digits of its port it takes for a number, and any name at port 0 (strtol);
    some versions give a port without a name as a number.
    """
    kind, key, _ = question
    if (wanted := index.get(question)) is None:
        return told in ("-", f"{key}\t{key}")
    digits = re.match("[0-9]*", wanted)
    if kind == "p" and digits is not None and int(digits[0] or 0) == key:
        return told == "-"
    return told == wanted


@pytest.mark.needs("user_namespaces", "musl")
def test_musl_sees_exactly_the_same(tmp_path: Path) -> None:
    editions = [hostile_registry(seed) for seed in range(THROUGH_PROGRAMS)]
    tables = [*map(services, editions), newest_table(), services(newest(), profile="system")]
    chance = random.Random(6335)
    asked = [questions(edition, chance, 100) for edition in editions]
    asked.append(questions(newest(), chance, 300))
    asked.append([("p", port, transport) for port in range(1024) for transport in ("tcp", "udp")])
    paths = written_to(tmp_path, tables)
    answers = musl(musl_program(tmp_path), list(zip(paths, asked, strict=True)))
    for data, table_questions, told in zip(tables, asked, answers, strict=True):
        index = index_of(data)
        for question, answer in zip(table_questions, told, strict=True):
            assert agrees(index, question, answer), (question, answer)


@pytest.mark.deep
@pytest.mark.needs("user_namespaces", "musl")
def test_musl_finds_every_port_and_name_of_the_embedded_edition(tmp_path: Path) -> None:
    asked: list[tuple[str, object, str]] = []
    for name, port, transport in sorted(intended(newest())):
        if transport in ("tcp", "udp"):
            asked += [("p", port, transport), ("n", name, transport)]
    (path,) = written_to(tmp_path, [newest_table()])
    (told,) = musl(musl_program(tmp_path), [(path, asked)])
    index = index_of(newest_table())
    assert all(question in index for question in asked)
    assert [question for question, answer in zip(asked, told, strict=True) if answer != index[question]] == []
