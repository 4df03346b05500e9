"""Answers as data: one shape for the command and the HTTP API."""

import itertools
import json

import pytest

from cli_runs import DATE, XML
from portbook import answers, blocks, formats
from portbook.errors import RuleError
from portbook.numbers import Ports, Transport
from portbook.records import Break, PublishedDate, Record, Reference, rich
from portbook.search import SearchIndex

EDITION = formats.read(XML)
TCP = (Transport.TCP,)


def test_the_fields_are_those_of_the_api() -> None:
    from portbook.web.schemas import RecordAnswer

    fields = answers.record_fields(EDITION.records[0], EDITION, DATE)
    assert tuple(fields) == answers.RECORD_FIELDS == tuple(RecordAnswer.model_fields)


def test_a_record_with_all_its_parts() -> None:
    record = Record(
        service_name="cl/1",
        port_number="172-173",
        transport="tcp",
        description=rich("Two ", "words"),
        assignee=(Reference("person", "A_B"),),
        contact=(Reference("person", "C_D"),),
        registration_date=PublishedDate("2001-02"),
        reference=(Reference("rfc", "rfc9110"), Reference("text", None, "a memo")),
        service_code="1234",
        assignment_notes=rich("One", Break(), "two"),
    )
    fields = answers.record_fields(record, EDITION, DATE)
    assert (
        json.loads(json.dumps(fields))
        == fields
        == {
            "service_name": "cl/1",
            "port": 172,
            "port_end": 173,
            "transport": "tcp",
            "state": "Assigned",
            "description": "Two words",
            "assignee": ["A_B"],
            "contact": ["C_D"],
            "registration_date": "2001-02",
            "modification_date": None,
            "reference": [
                {"type": "rfc", "data": "rfc9110", "text": None},
                {"type": "text", "data": None, "text": "a memo"},
            ],
            "service_code": "1234",
            "unauthorized_use_reported": None,
            "assignment_notes": "One\ntwo",
            "canonical": "cl-1",
            "aliases": [],
            "edition": DATE,
            "href": "/ports/172/tcp",
        }
    )
    cells = dict(zip(answers.RECORD_FIELDS, answers.record_cells(fields), strict=True))
    assert (cells["assignee"], cells["reference"]) == ("[A_B]", "[RFC9110][a memo]")
    assert (cells["port_end"], cells["modification_date"]) == ("173", "")


def test_who_is_not_written_out_is_the_contact() -> None:
    record = Record(service_name="x", contact=(Reference("person", "C_D"),))
    assert answers.record_fields(record, EDITION, DATE)["assignee"] == ["C_D"]


@pytest.mark.parametrize(
    "record, address",
    [
        (Record(service_name="cl/1"), "/services/cl%2F1"),
        (Record(service_name="whois++"), "/services/whois%2B%2B"),
        (Record(service_name="a", port_number="80", transport="TCP"), "/ports/80/tcp"),
        (Record(port_number="80"), "/ports/80"),
        (Record(port_number="80", transport="ddp"), "/ports/80"),
        (Record(), "/"),
    ],
)
def test_the_address_of_a_row(record: Record, address: str) -> None:
    assert answers.record_address(record) == address


def test_a_port_is_answered_on_all_four_transports() -> None:
    answer = answers.port_answer(EDITION, DATE, 443)
    assert (answer["port"], answer["range"], answer["edition"]) == (443, "System Ports", DATE)
    assert [(item["transport"], item["state"]) for item in answer["transports"]] == [
        ("tcp", "Assigned"),
        ("udp", "Assigned"),
        ("sctp", "Reserved"),
        ("dccp", "Reserved"),
    ]
    with pytest.raises(RuleError, match="E-PORT-RANGE"):
        answers.port_answer(EDITION, DATE, 65536)


def test_runs_cover_each_port_once_and_agree_with_the_edition() -> None:
    for transport in Transport:
        runs = blocks.runs_of(EDITION, Ports(0, 9000), transport)
        assert [run.low for run, _ in runs[1:]] == [run.high + 1 for run, _ in runs[:-1]]
        assert (runs[0][0].low, runs[-1][0].high) == (0, 9000)
        for run, state in runs:
            for port in range(run.low, run.high + 1):
                here = EDITION.port(port, transport)
                assert (here.state, here.why, here.records) == (state.state, state.why, state.records)


def test_rows_of_other_transports_are_left_out_but_not_those_without_one() -> None:
    service = EDITION.service("https")
    net = EDITION.service("active-net")
    assert service
    assert net
    assert [r.transport for r in answers.rows_on(service.records, TCP)] == ["tcp"]
    assert answers.rows_on(net.records, TCP) == net.records


def test_rows_come_whole_or_in_parts() -> None:
    service = EDITION.service("https")
    assert service
    whole = answers.service_answer(EDITION, DATE, service)
    assert list(whole)[-1] == "records"
    rows = len(service.records)
    assert rows > 1
    for limit, offset in ((1, 0), (1, rows - 1), (rows, 0), (rows - 1, 0), (rows, 1), (1, rows)):
        part = answers.Part(limit, offset)
        found = answers.service_answer(EDITION, DATE, service, part=part)
        assert found["records"] == whole["records"][offset : offset + limit]
        assert (found["total"], found["more"]) == (rows, offset + limit < rows)


def test_what_is_counted_is_what_is_given() -> None:
    """Never less, and the very number where no transport joins what another one cuts."""
    for ports in (Ports(0, 9000), Ports(443, 443), Ports(6000, 6100)):
        given = answers.ports_answer(EDITION, DATE, ports)
        told = sum(1 for _ in answers.records_at(EDITION, ports))
        assert told >= sum(len(run["records"]) for run in given["runs"])
    for port in (80, 443, 6000):
        given = answers.port_answer(EDITION, DATE, port)
        told = sum(1 for _ in answers.records_at(EDITION, Ports(port, port)))
        assert told == sum(len(item["records"]) for item in given["transports"])


def test_an_endless_run_of_records_is_not_read_to_its_end() -> None:
    assert not answers.fits(itertools.repeat(EDITION.records[0]), EDITION)


def test_hits_have_addresses_with_and_without_rows() -> None:
    index = SearchIndex(EDITION)
    for query, address in (("https", "/services/https"), ("9", "/ports/9/tcp"), ("60000", "/ports/60000")):
        answer = answers.search_answer(EDITION, DATE, query, index.search(query))
        assert answer["hits"][0]["href"] == address
