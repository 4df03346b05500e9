"""`portbook.conform`: each kind of finding there and not there, counts that add up, scores that are told."""

from __future__ import annotations

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from conform_files import ROWS, edition, pairs, services_file
from invented import FILE
from portbook import formats
from portbook.conform import KINDS, Counts, Finding, Verdict, compare, read
from portbook.edition import Edition
from portbook.numbers import Transport

REGISTRY = edition()


def judged(text: str, against: Edition = REGISTRY, only: Transport | None = None) -> Verdict:
    return compare(read(text.encode(), "services"), against, only)


def found(text: str, kind: str) -> Sequence[Finding]:
    return judged(text).of(kind)


def add_up(counts: Counts, verdict: Verdict) -> None:
    """What docs/conform.md promises of the counts."""
    assert counts.assigned == counts.same + counts.missing
    assert counts.entries == counts.same + counts.transport + counts.renamed + counts.extra
    assert counts.missing == len(verdict.of("missing"))
    for kind in ("transport", "renamed", "extra"):
        assert getattr(counts, kind) == len(verdict.of(kind))
    assert 0 <= counts.same <= min(counts.assigned, counts.entries)


# -- each kind, there and not there


def test_a_whole_file_conforms() -> None:
    verdict = judged(services_file(pairs(REGISTRY)).decode())
    assert verdict.findings == ()
    assert (verdict.counts.recall, verdict.counts.precision, verdict.counts.f1) == (1, 1, 1)
    assert verdict.information.aliases_beside == 2
    assert verdict.information.portless_lost == 2
    assert verdict.information.unholdable == 1


def test_missing_says_why() -> None:
    text = "other 80/tcp\npilot 42/tcp\nquay 6000/tcp\nx 210/udp\n"
    why = {(f.ports, f.transport, f.name): f.why for f in found(text, "missing")}
    assert why["80", "tcp", "ferry"] == "renamed"
    assert why["80", "udp", "ferry"] == "absent"
    assert why["42", "tcp", "name"] == "shared"
    assert why["6001", "tcp", "quay"] == "range"
    assert why["210", "tcp", "tide-gauge"] == "absent"
    assert ("42", "tcp", "pilot") not in why
    assert ("6000", "tcp", "quay") not in why


def test_a_historic_name_or_alias_is_the_service() -> None:
    verdict = judged("Z39.50 210/tcp\nbarge 80/tcp\n")
    assert verdict.counts.same == 2
    assert [(f.name, f.why, f.registered) for f in verdict.of("historic")] == [
        ("barge", "alias", ("ferry",)),
        ("Z39.50", "historic", ("tide-gauge",)),
    ]
    assert found("tide-gauge 210/tcp z39.50\nferry 80/tcp barge\n", "historic") == ()


def test_a_historic_name_that_is_in_no_row_is_its_twin() -> None:
    later = edition((("sai-sentlm", "2640", "tcp", ""),))
    verdict = judged("sai_sentlm 2640/tcp\n", later)
    assert verdict.counts.same == 1
    assert [f.kind for f in verdict.findings] == ["historic", "syntax"]


@pytest.mark.parametrize(
    "name, why",
    [("tidegauge", "spelling"), ("tide_gauge", "spelling"), ("z3950", "spelling"), ("whistle", "other")],
)
def test_renamed(name: str, why: str) -> None:
    (finding,) = found(f"{name} 210/tcp\n", "renamed")
    assert (finding.name, finding.why) == (name, why)
    assert finding.registered == ("tide-gauge", "z39.50")
    assert finding.where == "line 1"


def test_renamed_by_cutting() -> None:
    assert [f.why for f in found("Lighthouse-Tend 900/tcp\n", "renamed")] == ["cut"]
    assert [f.why for f in found("Lighthouse 900/tcp\n", "renamed")] == ["other"]


def test_a_name_beside_the_registered_one_is_extra_not_renamed() -> None:
    verdict = judged("ferry 80/tcp boat\n")
    assert verdict.of("renamed") == ()
    assert [(f.name, f.why, f.registered) for f in verdict.of("extra")] == [
        ("boat", "beside", ("ferry", "barge"))
    ]


@pytest.mark.parametrize(
    "line, why, registered",
    [
        ("ferry 81/tcp", "unassigned", ("80/tcp", "80/udp")),
        ("boat 902/tcp", "reserved", ()),
        ("boat 50000/tcp", "dynamic", ()),
        ("boat 210/udp", "reserved", ()),
    ],
)
def test_extra(line: str, why: str, registered: tuple[str, ...]) -> None:
    (finding,) = found(line, "extra")
    assert (finding.why, finding.registered) == (why, registered)


def test_the_wrong_transport() -> None:
    verdict = judged("dredge 443/tcp\nferry 80/sctp\nferry 80/udp\n")
    assert [(f.name, f.transport, f.registered) for f in verdict.of("transport")] == [
        ("ferry", "sctp", ("80/tcp", "80/udp")),
        ("dredge", "tcp", ("443/sctp",)),
    ]
    assert verdict.counts.same == 1


def test_a_row_without_a_transport_takes_any_and_needs_one() -> None:
    one = judged("crane 7000/udp\ncrane 7001/tcp\n")
    assert (one.counts.same, one.counts.entries, one.of("range")) == (2, 2, ())
    all_of_them = judged("".join(f"crane 7000/{t}\ncrane 7001/{t}\n" for t in Transport))
    assert (all_of_them.counts.same, all_of_them.counts.entries) == (2, 2)
    assert all_of_them.of("duplicate") == ()


def test_a_file_that_names_no_transport() -> None:
    verdict = compare(read(b"name,port,protocol\ncrane,7000,\nferry,80,\n"), REGISTRY)
    assert verdict.counts.same == 1
    assert [(f.name, f.transport) for f in verdict.of("transport")] == [("ferry", "")]


def test_ranges_lost() -> None:
    (finding,) = found("quay 6000/tcp\n", "range")
    assert (finding.name, finding.ports, finding.why) == ("quay", "6000-6003", "3 of 4 ports")
    whole = compare(read(b"quay 6000-6003/tcp\n", "wireshark"), REGISTRY)
    assert whole.of("range") == ()
    assert whole.counts.same == 4
    assert found("quay 6001/tcp\n", "range") == ()  # the first port is not there: simply missing


@pytest.mark.parametrize(
    "name, code", [("a_b", "E-NAME-CHAR"), ("-a", "E-NAME-EDGE"), ("sixteen-letters-x", "E-NAME-LONG")]
)
def test_syntax(name: str, code: str) -> None:
    assert [(f.name, f.why) for f in found(f"{name} 81/tcp\n", "syntax")] == [(name, code)]


def test_names_that_the_edition_lists_are_no_findings_of_syntax() -> None:
    assert found("z39.50 210/tcp\nLighthouse-Tender-Ship 900/tcp\nboat 81/tcp\n", "syntax") == ()


def test_duplicates() -> None:
    (finding,) = found("ferry 80/tcp\nferry 80/udp\nferry 80/tcp\n", "duplicate")
    assert (finding.where, finding.why) == ("line 3", "first at line 1")
    assert len(found("ferry 80/tcp boat boat\n", "duplicate")) == 1
    assert found("ferry 80/tcp FERRY\n", "duplicate") == ()
    ranges = compare(read(b"quay 6000-6003/tcp\nquay 6003-6004/tcp\n", "wireshark"), REGISTRY)
    assert [f.ports for f in ranges.of("duplicate")] == ["6003-6004"]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("ferry 80/tcp\nboat 80/tcp\n", [("80", "boat", "ferry at line 1")]),
        ("boat 81/tcp\nraft 81/tcp\n", [("81", "boat", "raft at line 2")]),
        ("name 42/tcp\npilot 42/tcp\n", []),  # both registered
        ("ferry 80/tcp boat\n", []),  # aliases of one line
        ("boat 81/tcp boat\n", []),
        ("boat 81/tcp raft\nboat 81/tcp\n", [("81", "boat", "raft at line 1")]),
        ("boat 81/tcp\nboat 82/tcp\n", [("81", "boat", "also at port 82, line 2")]),
        ("ferry 80/tcp\nferry 8080/tcp\n", [("8080", "ferry", "also at port 80, line 1")]),
        ("boat 81/tcp\nboat 82/udp\n", []),
    ],
)
def test_contradictions(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(f.ports, f.name, f.why) for f in found(text, "contradiction")] == expected


def test_what_is_unread_is_a_finding() -> None:
    (finding,) = found("ferry 80/tcp\nferry 70000/tcp\n", "unread")
    assert finding.where == "line 2"
    assert "70000" in finding.why


def test_one_transport_alone() -> None:
    verdict = judged("ferry 80/tcp\nferry 80/udp\n", only=Transport.UDP)
    assert verdict.counts.same == 1
    assert {f.transport for f in verdict.findings} == {""}  # crane, on any
    assert verdict.counts.assigned == 3


def test_findings_stand_in_the_order_of_the_kinds_then_of_the_ports() -> None:
    verdict = judged("boat 90/tcp\nraft 9/tcp\nferry 80/sctp\na_b 80/udp\n")
    kinds = [list(KINDS).index(f.kind) for f in verdict.findings]
    assert kinds == sorted(kinds)
    assert [f.ports for f in verdict.of("extra")] == ["9", "90"]


# -- properties

NAMES = (
    "ferry",
    "barge",
    "quay",
    "pilot",
    "name",
    "z39.50",
    "tide_gauge",
    "boat",
    "Crane",
    "crane",
    "x" * 20,
)
some_entries = st.lists(
    st.tuples(
        st.sampled_from(NAMES),
        st.sampled_from((0, 42, 80, 210, 443, 6000, 6001, 7000, 7001, 901, 902, 50000)),
        st.sampled_from(tuple(map(str, Transport))),
    ),
    max_size=30,
)
some_rows = st.lists(
    st.tuples(
        st.none() | st.sampled_from(NAMES),
        st.none() | st.sampled_from(("42", "80", "210", "6000-6002", "6001-6003", "7000")),
        st.none() | st.sampled_from(("tcp", "udp", "TCP", "quic")),
        st.sampled_from(("", 'This entry is an alias to "ferry"')),
    ),
    max_size=12,
).map(tuple)


@given(some_entries, some_rows, st.none() | st.sampled_from(tuple(Transport)))
def test_the_counts_add_up_whatever_the_file_and_the_edition(entries, rows, only) -> None:
    verdict = compare(read(services_file(entries), "services"), edition(rows), only)
    add_up(verdict.counts, verdict)


@given(some_rows, st.randoms(use_true_random=False))
def test_a_file_by_a_naive_writer_conforms(rows, shuffle: random.Random) -> None:
    registry = edition(tuple(row for row in rows if row[2] != "quic"))
    entries = sorted(set(pairs(registry)))
    shuffle.shuffle(entries)
    verdict = compare(read(services_file(entries), "services"), registry)
    assert verdict.counts.f1 == 1
    assert {f.kind for f in verdict.findings} <= {"duplicate"}  # a name in two cases, or tcp and TCP


MANY = edition(tuple((f"svc-{n}", str(1000 + n), ("tcp", "udp")[n % 2], "") for n in range(60)))


@settings(max_examples=60)
@given(st.integers(0, 20), st.integers(0, 20), st.integers(0, 20), st.randoms(use_true_random=False))
def test_k_entries_gone_added_and_renamed_are_counted_so(
    gone: int, added: int, renamed: int, shuffle: random.Random
) -> None:
    entries = pairs(MANY)
    shuffle.shuffle(entries)
    kept = entries[gone:]
    changed = [(f"other-{port}", port, transport) for _, port, transport in kept[:renamed]]
    more = [(f"new-{n}", 2000 + n, "tcp") for n in range(added)]
    verdict = compare(read(services_file([*changed, *kept[renamed:], *more]), "services"), MANY)
    counts = verdict.counts
    assert (counts.missing_absent, counts.missing_renamed) == (gone, renamed)
    assert (counts.renamed, counts.extra, counts.transport) == (renamed, added, 0)
    assert counts.same == 60 - gone - renamed
    assert {f.kind for f in verdict.findings} <= {"missing", "renamed", "extra"}


@pytest.mark.parametrize("form", ["xml", "csv", "json"])
def test_an_edition_conforms_to_itself(form: str) -> None:
    registry = formats.read(FILE.read_bytes())
    file = read(formats.write(registry, form))
    assert file.format == form
    verdict = compare(file, registry)
    add_up(verdict.counts, verdict)
    assert verdict.counts.f1 == 1
    assert verdict.information.portless_lost == verdict.information.unholdable == 0


def test_nothing_against_nothing_is_whole() -> None:
    verdict = compare(read(b"", "services"), Edition(()))
    assert (verdict.counts.recall, verdict.counts.precision, verdict.counts.f1) == (1, 1, 1)
    assert judged("").counts.recall == 0


def test_the_invented_rows_have_what_the_tests_count_on() -> None:
    assert len(ROWS) == len(REGISTRY.records)
    assert judged("").counts.assigned == 13
