"""What an edition says of ports and names: one vector a line, and a brute-force reading as oracle."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portbook.edition import Edition, Reason, State, Why, alias_target, row_state
from portbook.errors import RuleError
from portbook.names import same_name
from portbook.numbers import PortRange, Transport, parse_transport
from portbook.records import Contact, Record, rich
from vectors import vectors

ALIAS = (
    'This entry is an alias to "{}".\n'
    "This entry is now historic, not usable for use with many\n"
    "common service discovery mechanisms."
)
COLUMNS = ("rows", "port", "transport", "state", "why", "reason", "names")


def edition_of(rows: str) -> Edition:
    records = []
    for row in rows.split(" ; "):
        name, number, transport, description, note = row.split("|")
        records.append(
            Record(
                service_name=name or None,
                port_number=number or None,
                transport=transport or None,
                description=rich(description),
                assignment_notes=rich(note) if note else None,
            )
        )
    return Edition(tuple(records))


@pytest.mark.parametrize(COLUMNS, vectors("port-states.tsv", *COLUMNS))
def test_state_of_a_port(
    rows: str, port: str, transport: str, state: str, why: str, reason: str, names: str
) -> None:
    found = edition_of(rows).port(int(port), Transport(transport))
    assert (found.state, found.why.name, found.reason.name if found.reason else "") == (state, why, reason)
    assert ",".join(found.names) == names


def test_udp_lite_answers_as_udp() -> None:  # P-17
    edition = edition_of("https|443|udp|HTTP over TLS|")
    assert edition.port(443, parse_transport("udplite")) == edition.port(443, Transport.UDP)


def test_words_that_nobody_foresaw_are_shown_as_a_remark() -> None:
    edition = edition_of("|1008|udp|Possibly used by Sun Solaris????|")
    assert edition.port(1008, Transport.UDP).remark == "Possibly used by Sun Solaris????"
    assert edition_of("|4|tcp|Unassigned|").port(4, Transport.TCP).remark is None


@pytest.mark.parametrize("port", [-1, 65536])
def test_a_port_outside_the_numbers_is_refused(port: int) -> None:
    with pytest.raises(RuleError, match="E-PORT-RANGE"):
        edition_of("http|80|tcp|x|").port(port, Transport.TCP)


def test_an_answer_carries_range_and_rows() -> None:
    edition = edition_of("http|80|tcp|x| ; |80|udp|Reserved|")
    answer = edition.port(80, Transport.TCP)
    assert answer.range is PortRange.SYSTEM
    assert answer.records == (edition.records[0],)
    assert answer.companions == (Transport.TCP,)
    assert [s.transport for s in edition.ports(80)] == list(Transport)
    assert edition.at(80) == edition.records


def test_historic_name_is_found_in_any_case_and_points_to_its_twin() -> None:  # N-52, R-LEG-7
    note = ALIAS.format("EtherNet-IP-2")
    edition = edition_of(f"EtherNet-IP-2|44818|tcp|x| ; EtherNet/IP-2|44818|tcp|x|{note}")
    found = edition.service("ETHERNET/ip-2")
    assert found is not None
    assert (found.name, found.canonical, found.is_alias) == ("EtherNet/IP-2", "EtherNet-IP-2", True)
    twin = edition.service("ethernet-ip-2")
    assert twin is not None
    assert (twin.canonical, twin.aliases, twin.is_alias) == ("EtherNet-IP-2", ("EtherNet/IP-2",), False)
    assert edition.canonical("EtherNet/IP-2") == "EtherNet-IP-2"
    assert edition.canonical("nobody") == "nobody"


def test_duplicates_of_http_lead_to_it() -> None:  # P-26, R-LEG-6
    note = 'This is a duplicate of the "http" service and should not be used for discovery purposes.'
    edition = edition_of(f"http|80|tcp|x| ; www|80|tcp|x|{note} ; www-http|80|tcp|x|{note}")
    http, www = edition.service("http"), edition.service("WWW")
    assert http is not None
    assert www is not None
    assert http.aliases == ("www", "www-http")
    assert (www.canonical, www.aliases) == ("http", ("www-http",))


@pytest.mark.parametrize(
    "rows",
    [
        f"a_b|1|tcp|x|{ALIAS.format('a-b')}",  # no row has the target
        f"a|1|tcp|x|{ALIAS.format('b')} ; b|1|tcp|x|{ALIAS.format('a')}",  # a ring
        f"a|1|tcp|x|{ALIAS.format('A')}",  # itself
    ],
)
def test_an_alias_that_leads_nowhere_keeps_its_own_name(rows: str) -> None:
    service = edition_of(rows).service(rows[: rows.index("|")])
    assert service is not None
    assert not service.is_alias


def test_unknown_name_is_none_and_a_name_without_port_is_found() -> None:
    edition = edition_of("jmap||tcp|JSON Meta Application Protocol|")
    assert edition.service("jmaps") is None
    assert edition.service("JMAP").records == edition.records  # type: ignore[union-attr]
    assert edition.service_names == ("jmap",)


def test_an_empty_edition_answers() -> None:
    empty = Edition(())
    assert empty.port(80, Transport.TCP).why is Why.NO_ROW
    assert empty.service("http") is None
    assert empty.service_names == ()
    assert empty.absent == (
        "title", "category", "updated", "reference", "experts", "notes", "contacts", "footnotes",
    )  # fmt: skip


def test_contacts_are_found_by_id() -> None:
    edition = Edition((), contacts=(Contact("IESG", organization="IESG"),))
    assert edition.contact("IESG") == edition.contacts[0]  # type: ignore[index]
    assert edition.contact("iesg") is None
    assert Edition(()).contact("IESG") is None


# -- a reading by brute force

ROWS = st.lists(
    st.builds(
        Record,
        service_name=st.sampled_from([None, "", "a", "B", "c-1"]),
        port_number=st.sampled_from([None, "0", "1", "2", "1-3", "0-65535", "49151", "50000", "3-2", "x"]),
        transport=st.sampled_from([None, "", "tcp", "udp", "sctp", "dccp", "TCP", "quic"]),
        description=st.sampled_from(
            [rich(), rich("Unassigned"), rich("RESERVED x"), rich("any private x"), rich("odd")]
        ),
    ),
    max_size=6,
)
RANK = {State.ASSIGNED: 2, State.RESERVED: 1, State.UNASSIGNED: 0}


def speaking(records: list[Record], port: int, transport: str) -> Iterator[Record]:
    for record in records:
        low, _, high = (record.port_number or "").partition("-")
        covers = low.isdigit() and int(low) <= port <= int(high or low)
        if covers and (not record.transport or record.transport.lower() == transport):
            yield record


@given(ROWS, st.sampled_from([0, 1, 2, 3, 80, 49151, 50000, 65535]), st.sampled_from(list(Transport)))
def test_states_agree_with_a_plain_reading_of_all_rows(
    rows: list[Record], port: int, transport: Transport
) -> None:
    answer = Edition(tuple(rows)).port(port, transport)
    speak = list(speaking(rows, port, transport))
    assert list(answer.records) == speak
    if any(r.service_name for r in speak):
        assert answer.state is State.ASSIGNED
    elif with_transport := [r for r in speak if r.transport] or speak:
        best = max(RANK[row_state(r)[0]] for r in with_transport)
        assert RANK[answer.state] == best
    else:
        others = [
            r
            for t in Transport
            for r in speaking(rows, port, t)
            if r.transport and row_state(r)[0] is State.ASSIGNED
        ]
        expected = State.RESERVED if others or port in (0, 49151) else State.UNASSIGNED
        assert answer.state is (State.DYNAMIC if not others and port >= 49152 else expected)
        assert answer.reason is (Reason.COMPANION if others else Reason.EDGE if port in (0, 49151) else None)
    assert (answer.reason is None) == (answer.state is not State.RESERVED)


@given(ROWS)
def test_every_named_row_is_found_under_its_name(rows: list[Record]) -> None:
    edition = Edition(tuple(rows))
    for record in rows:
        if record.service_name:
            service = edition.service(record.service_name.upper())
            assert service is not None
            assert record in service.records
            assert all(same_name(r.service_name or "", service.name) for r in service.records)


def test_alias_words_are_read_across_line_breaks() -> None:
    note = rich('New contact added\nThis entry is an alias\nto "a-b". This entry is now historic')
    assert alias_target(Record(service_name="a_b", assignment_notes=note)) == "a-b"
    assert alias_target(Record(service_name=None, assignment_notes=note)) is None


SPANS = st.tuples(st.integers(0, 65535), st.integers(0, 65535)).map(sorted)


@given(
    st.lists(
        st.one_of(SPANS, st.sampled_from([[0, 65535], [7, 7], [7, 8], [8, 8], [65535, 65535]])), max_size=12
    )
)
def test_rows_at_a_port_are_those_whose_range_holds_it(spans: list[list[int]]) -> None:
    numbers = [str(low) if low == high else f"{low}-{high}" for low, high in spans]
    rows = [Record(f"s-{n}", number, "tcp", rich("x")) for n, number in enumerate(numbers)]
    edition = Edition(tuple(rows))
    borders = {port for low, high in spans for port in (low - 1, low, high, high + 1)} & {*range(65536)}
    for port in borders | {0, 6, 9, 65535}:
        expected = [row for row, (low, high) in zip(rows, spans, strict=True) if low <= port <= high]
        assert [*edition.at(port)] == expected


def test_many_rows_over_many_ports_are_told_apart_at_once() -> None:
    """Two thousand rows over a thousand ports, 200,000 at one: the time grows with what is there."""
    wide = [Record(f"w-{n}", "2000-2999", "tcp", rich("x")) for n in range(2_000)]
    narrow = [Record(f"n-{n}", "2500", "tcp", rich("x")) for n in range(200_000)]
    edition = Edition((*wide, *narrow))
    assert len(edition.at(2499)) == 2_000
    assert edition.at(2000) is edition.at(2499)
    assert edition.at(2500) == (*wide, *narrow)
