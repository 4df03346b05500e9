"""Findings as a whole: for any application, for every item of a list, and none hidden by another."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from asking import BASES, application, laid_over, registry
from portbook.applications import Application, Circumstances, findings, may_be_sent, of_tree
from portbook.errors import Problem
from portbook.findings import Action
from portbook.policy import RFC6335
from portbook.review import route
from requests_at_random import applications, circumstances


@given(applications(), circumstances())
def test_any_application_has_findings_and_a_way(asked: Application, known: Circumstances) -> None:
    found = findings(asked, registry(), RFC6335, known)
    order = list(Action)
    ranks = [order.index(finding.action) for finding in found]
    assert ranks == sorted(ranks)
    assert len(set(found)) == len(found)
    for finding in found:
        assert isinstance(finding.problem, Problem)
        assert finding.problem.message.isprintable()
        assert finding.problem.source
        assert finding.code[0] in "EW"
        assert (finding.code[0] == "W") or finding.action is not Action.WARN  # advice never bears an E-
    assert findings(asked, registry(), RFC6335, known) == found
    went = route(asked, registry(), RFC6335, known)
    assert went.legs
    unclear = [leg for leg in went.legs if not leg.procedures and not leg.is_refused]
    assert not unclear or went.state in ("with the requester", "refused")


def test_may_be_sent_looks_at_the_grave_ones_alone() -> None:
    assert may_be_sent(findings(application("share"), registry()))  # waits for another
    assert may_be_sent(findings(application("port", {"declares": {"is_local": True}}), registry()))
    assert not may_be_sent(findings(application("port", {"description": ""}), registry()))


# -- every item (T-56)

BAD_PORTS = {
    "E-PORT-RANGE": "65536",
    "E-PORT-FORMAT": "0080",
    "E-PORT-BLOCK": "30000-30009",
    "E-PORT-DYNAMIC": "50000",
    "E-PORT-EXP": "1021",
    "E-PORT-TAKEN": "3478",
    "E-PORT-RESERVED": "831",
    "E-REVIEW-PATH": "900",
}
COUNT = 6


@pytest.mark.parametrize("code", BAD_PORTS)
@pytest.mark.parametrize("k", range(COUNT))
def test_the_kth_port_is_looked_at_as_the_first(code: str, k: int) -> None:
    ports = [{"number": str(28201 + place), "why": f"Readings of sort {place}."} for place in range(COUNT)]
    ports[k] = ports[k] | {"number": BAD_PORTS[code]}
    found = findings(application("port", {"ports": ports}), registry())
    assert [finding.field for finding in found if finding.code == code] == [f"ports[{k}].number"]


@pytest.mark.parametrize("k", range(COUNT))
def test_the_kth_justification_is_looked_at_as_the_first(k: int) -> None:
    ports = [{"number": str(28201 + place), "why": f"Readings of sort {place}."} for place in range(COUNT)]
    ports[k] = ports[k] | {"why": ""}
    found = findings(application("port", {"ports": ports}), registry())
    assert [finding.field for finding in found if finding.code == "E-JUST-MISSING"] == [f"ports[{k}].why"]


@pytest.mark.parametrize("k", range(4))
def test_the_kth_transport_is_looked_at_as_the_first(k: int) -> None:
    transports = ["tcp", "udp", "sctp", "tcp"]
    transports[k] = "quic"
    found = findings(application("name", {"transports": transports}), registry())
    assert [(f.field, f.code) for f in found] == [(f"transports[{k}]", "E-TRANS-UNKNOWN")]


@pytest.mark.parametrize("transport", ["tcp", "udp", "sctp", "dccp"])
def test_a_port_is_looked_at_on_every_transport(transport: str) -> None:
    """28201 is free; an earlier request has it on just one transport."""
    asked = application(
        "port", {"transports": ["tcp", "udp", "sctp", "dccp"], "codes": [{"code": "1685351985"}]}
    )
    for pending in ("tcp", "udp", "sctp", "dccp"):
        known = Circumstances(pending=frozenset({(28201, next(t for t in asked.transports if t == pending))}))
        codes = [finding.code for finding in findings(asked, registry(), RFC6335, known)]
        assert codes.count("E-PORT-TAKEN") == 1
    alone = asked._replace(transports=(transport,))
    taken = Circumstances(pending=frozenset({(28201, transport)}))
    assert "E-PORT-TAKEN" in [finding.code for finding in findings(alone, registry(), RFC6335, taken)]


@pytest.mark.parametrize("k", range(4))
def test_the_kth_code_and_key_are_looked_at_as_the_first(k: int) -> None:
    codes = [{"code": f"SC:tid{place}", "description": "Tides"} for place in range(4)]
    codes[k] = {"code": "SC:?abc", "description": "Tides"}
    found = findings(application("code", {"codes": codes}), registry())
    assert [(f.field, f.code) for f in found] == [(f"codes[{k}].code", "E-SC-PRIVATE")]
    keys = [{"key": f"key{place}"} for place in range(4)]
    keys[k] = {"key": "a=b"}
    found = findings(application("name", {"txt_keys": keys}), registry())
    assert [(f.field, f.code) for f in found] == [(f"txt_keys[{k}].key", "E-TXT-CHAR")]


# -- nothing hidden

FAULTS = {
    "E-FIELD-DESCRIPTION": {"description": ""},
    "E-FIELD-REFERENCE": {"reference": ""},
    "E-FIELD-ASSIGNEE": {"assignee": None},
    "E-FIELD-CONTACT": {"contact": {"email": "nobody"}},
    "E-FIELD-CAST": {"casts": None},
    "E-NAME-LONG": {"service_name": "a-name-that-is-too-long"},
    "E-TRANS-UNKNOWN": {"transports": ["tcp", "quic"]},
    "E-TXT-DUP": {"txt_keys": [{"key": "a"}, {"key": "A"}]},
    "E-SC-UNEXPECTED": {"codes": [{"code": "SC:tide"}]},
    "E-JUST-DYNAMIC": {"answers": {"why_not_dynamic": ""}},
    "E-FORM-Q4": {"answers": {"versions": ""}},
    "E-FORM-Q6": {"answers": {"security": ""}},
    "E-FORM-Q8": {"development": None},
    "E-FORM-Q9": {"answers": {"distinction": ""}},
    "W-PORT-LOCAL": {"declares": {"is_local": True}},
    "W-PORT-NEEDLESS": {"declares": {"needs_fixed_port": False}},
    "W-EARLY-USE": {"declares": {"is_in_use": True}},
    "W-SEC-PAIR": {"declares": {"has_secure_pair": True}},
    "W-PORT-VERSION": {"related": {"how": "version"}},
    "E-PORT-TAKEN": {"ports": [{"number": "3478"}]},
}


@given(st.sets(st.sampled_from(sorted(FAULTS)), min_size=1))
def test_a_further_fault_adds_its_code_and_takes_none_away(faults: set[str]) -> None:
    tree = BASES["port"]
    before: set[str] = set()
    for code in sorted(faults):
        tree = laid_over(tree, FAULTS[code])
        now = {finding.code for finding in findings(of_tree(tree).application, registry())}
        assert code in now
        assert before <= now
        before = now


def test_a_message_quotes_what_is_wrong_and_stays_on_one_line() -> None:
    asked = of_tree(json.loads(json.dumps(BASES["port"] | {"reference": "x\ny" * 200}))).application
    for finding in findings(asked._replace(service_name="a" * 200, transports=("y" * 200,)), registry()):
        assert "\n" not in finding.problem.message
        assert len(finding.problem.message) < 400
