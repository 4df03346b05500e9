"""The invented edition is what it is said to be: whole, read without a remark, and odd on purpose alone."""

from __future__ import annotations

import re
from collections import Counter

import pytest

from invented import FILE, PLANTED, edition
from portbook import formats
from portbook.checks import check_edition
from portbook.edition import State, row_state
from portbook.formats import iana_xml
from portbook.numbers import Transport


def test_it_is_whole_and_read_without_a_remark() -> None:
    assert edition().remarks == ()
    assert edition().absent == ()
    assert len(edition().records) >= 120
    assert len(edition().contacts or ()) >= 40
    assert len(edition().notes or ()) == 4
    assert len(edition().footnotes or ()) == 2


def test_it_is_written_back_to_the_byte() -> None:
    assert formats.write(edition(), "xml") == FILE.read_bytes()


@pytest.mark.parametrize("form", ["json", "xml"])
def test_it_comes_back_from_each_form_that_loses_nothing(form: str) -> None:
    assert formats.read(formats.write(edition(), form)) == edition()


def test_both_readings_of_the_xml_agree() -> None:
    slow = iana_xml.read_by_elements(FILE.read_bytes())
    assert (slow, slow.remarks) == (edition(), ())


def test_the_checks_find_what_was_planted_and_no_more() -> None:
    findings = check_edition(edition())
    assert Counter(finding.code for finding in findings) == PLANTED
    assert {finding.level for finding in findings} == {"flag"}


def test_it_has_every_transport_state_and_type_of_reference() -> None:
    rows = edition().records
    assert {row.transport for row in rows} == {*Transport, None}
    assert {row_state(row)[0] for row in rows} == {State.ASSIGNED, State.RESERVED, State.UNASSIGNED}
    types = {reference.type for row in rows for reference in (*row.contact, *row.reference)}
    assert types == {"person", "rfc", "draft", "uri", "text", "registry", "rfc-errata", "unicode", "note"}
    assert max(len(str(row.assignment_notes or "")) for row in rows) == 10_000


def test_it_names_no_place_that_could_exist() -> None:
    content = FILE.read_text(encoding="utf-8").partition("<title>")[2]  # without the schema's own addresses
    hosts = re.findall(r"(?:://|&amp;|@)([a-z0-9.-]+\.[a-z]{2,})", content)
    assert len(hosts) > 40
    assert [host for host in hosts if not re.search(r"(^|\.)example\.(org|com|net)$", host)] == []
