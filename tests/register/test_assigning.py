"""Assigning: rows, companions, contacts and claims; everything asked again inside; two persons; dry runs."""

from __future__ import annotations

from typing import Any

import pytest

from portbook import formats
from portbook.edition import Edition
from portbook.numbers import Transport
from portbook.procedures import Grant
from portbook.records import rich
from portbook.register import auditing, editions, tables
from portbook.register.acts import Done
from portbook.register.models import Registry, Version
from portbook.register.operations import applying, approving, assigning, registry
from portbook.register.operations.circumstances import Pending
from portbook.register.operations.dossiers import Dossier
from portbook.states import ApplicationState
from portbook.store import EditionStore

from . import desk
from .desk import agreed, approved, assigned, by, granted, of, row, submitted, validated
from .test_applying import refused

S = ApplicationState
TIDE, EBB = 1_953_064_037, 1_700_946_464  # SC:tide, SC:ebb

pytestmark = pytest.mark.usefixtures("at_work")


def edition() -> Edition:
    """The register as it would be published."""
    return editions.edition_of(Registry(*tables.select(Registry, "")[0]))


def ready(base: str, change: dict[str, Any] | None = None, actor: str = "tia") -> Done:
    """A request that the experts, a holder, or the IESG let pass."""
    done = validated(submitted(base, change or {}, actor))
    if done.answer["state"] == S.CONFIRMING:
        done = agreed(done, "iesg")
    if done.answer["state"] == S.EXPERT_REVIEW:
        return granted(done, "eve", *(["sol"] if "sctp" in str(change) else []))
    return approved(done) if done.answer["state"] in (S.IETF_DOC, S.IESG) else done


# -- what is assigned


def test_a_port_comes_with_its_companion() -> None:
    """Q-05: tcp Assigned, udp Reserved, sctp and dccp implied; the edition differs in these rows alone."""
    before = edition()
    done = assigned(ready("port"))
    assert row("tide-read", 28201) == [("tcp", "Assigned", "")]
    assert row(None, 28201) == [("udp", "Reserved", "companion")]
    after = edition()
    came = [each for each in after.records if each not in before.records]
    assert [(each.service_name, each.port_number, each.transport) for each in came] == [
        ("tide-read", "28201", "tcp"),
        (None, "28201", "udp"),
    ]
    assert [each for each in before.records if each not in after.records] == []
    assert str(came[0].registration_date) == desk.DAY
    assert (done.answer["assignee"], done.answer["contact"]) == ("Tide_Works", "Tia_Dale")
    people = {person.id: person.uris for person in after.contacts or ()}
    assert people["Tia_Dale"] == ("mailto:tia&tide.example",)
    lines = [set(formats.write(each, "xml").decode().split("\n")) for each in (before, after)]
    assert len(lines[0] - lines[1]) <= 1  # the date of the edition


def test_the_registry_picks_the_lowest_clean_number_that_nobody_asks_for() -> None:
    """Q-07, R-REV-24: the first two free User Ports are asked for by others."""
    submitted("port", {"service_name": "one", "ports": [{"number": "1025"}]}, actor="tom")
    submitted("port", {"service_name": "two", "ports": [{"number": "1026"}]}, actor="una")
    ports = [{"range": "User Ports", "why": "Readings"}, {"range": "user", "why": "Alarms"}]
    assert assigned(ready("port", {"ports": ports})).answer["ports"] == [1027, 1028]


TCP, UDP, SCTP = (("tcp", "Assigned", ""), ("udp", "Assigned", ""), ("sctp", "Assigned", ""))
OWN = {"service_name": "example-foo", "requester": "Fay", "assignee": {"id": "Fay"}}
GRANTED: dict[str, tuple[str, dict[str, Any], str, int | None, list[tuple[str, str, str]]]] = {
    "Q-01 a name": ("name", {}, "tide-read", None, [TCP]),
    "Q-15 a companion": ("transport", {}, "autotrac-acp", 31020, [TCP, UDP]),
    "Q-18 a shared port": ("share", {}, "tide-read", 3478, [UDP]),
    "Q-20 two transports": ("port", {"transports": ["tcp", "sctp"]}, "tide-read", 28201, [SCTP, TCP]),
    "Q-11 a System Port": ("system", {}, "tide-read", 900, [TCP]),
    "Q-43 early": ("early", {}, "tide-read", 1025, [TCP]),
    "a name with a port": ("port", OWN, "example-foo", 28201, [TCP]),
}


@pytest.mark.parametrize("case", GRANTED)
def test_each_kind_is_assigned(case: str, store: EditionStore) -> None:
    base, change, name, port, rows = GRANTED[case]
    actor = "rob" if base == "transport" else "fay" if change is OWN else "tia"
    done = assigned(ready(base, change, actor))
    assert done.answer["state"] == "assigned"
    assert row(name, port) == rows
    assert auditing.check(store) == ()


def test_an_early_allocation_lasts_a_year_and_says_so() -> None:
    done = assigned(ready("early"))
    assert done.answer["expires"] == "2032-06-01"
    assert (done.answer["assignee"], done.answer["contact"]) == ("IESG", "IETF_Chair")
    found = next(each for each in edition().records if each.service_name == "tide-read")
    assert str(found.description).endswith("(TEMPORARY - registered 2031-06-01, expires 2032-06-01)")


def test_codes_are_given_once(store: EditionStore) -> None:
    """R-SC-10, R-DCCP-1, A-22: codes by themselves; then they are taken; then their own port has them."""
    codes = [{"code": code, "description": "Tides"} for code in ("SC:tide", "SC:ebb")]
    assert assigned(ready("code", {"codes": codes})).answer["codes"] == [TIDE, EBB]
    taken = submitted("code", {"assignee": {"email": "z@z.example"}}, actor="tom")
    assert [each["code"] for each in taken.answer["findings"]] == ["E-SC-TAKEN"]
    port = {"transports": ["dccp"], "codes": codes}
    thief = granted(validated(submitted("port", port | {"assignee": {"email": "z@z.example"}}, "tom")), "dan")
    refused(lambda: assigning.assign(by("ada"), **of(thief)), "E-CODE-TAKEN")
    applying.withdraw(by("tom"), thief.answer["application"])
    done = granted(validated(submitted("port", port, actor="una")), "dan")
    assert assigned(done).answer["codes"] == [TIDE, EBB]
    found = [each.service_code for each in edition().records if each.port_number == "28201"]
    assert found == [None, None, str(TIDE), str(EBB)]  # the companions stand first
    assert auditing.check(store) == ()


def test_a_code_is_added_with_the_word_of_the_experts() -> None:
    whose = {"assignee": ("Ada",), "contact": ("Ada",)}
    grant = Grant("coded", (Transport.DCCP,), rich(""), **whose, ports=(5100,), codes=(TIDE,))
    asked = {"asked_by": "Ada", "expert": "dan: yes."}
    refused(lambda: assigning.add_codes(by("ada"), grant, **asked | {"expert": ""}), "E-REVIEW-PATH")
    refused(lambda: assigning.add_codes(by("ada"), grant, **asked | {"asked_by": "Rob"}), "E-NOT-ASSIGNEE")
    assigning.add_codes(by("ada"), grant, **asked)
    assert len(row("coded", 5100)) == 2


def test_a_party_that_is_published_keeps_its_contact() -> None:
    assigned(ready("name"))
    second = assigned(ready("name", {"service_name": "tide-two"}, "tom"))
    assert (second.answer["assignee"], second.answer["contact"]) == ("Tide_Works", "Tia_Dale")
    elsewhere = {"service_name": "tide-three", "contact": {"email": "t@else.example"}}
    other = assigned(ready("name", elsewhere, "una"))
    assert other.answer["contact"] == "Tia_Dale_2"
    nobody = {"service_name": "tide-four", "assignee": {"id": "Nobody"}}
    done = submitted("name", nobody, actor="ann")
    assert [each["code"] for each in done.answer["findings"]] == ["E-CONTACT-NONE"]


def test_the_bodies_of_the_ietf_are_known_by_their_addresses() -> None:
    """R-FORM-6: however their names are spelt."""
    spelt = {"assignee": {"name": "The IESG"}, "contact": {"name": "Chair of the IETF"}}
    done = assigned(ready("system", spelt))
    assert (done.answer["assignee"], done.answer["contact"]) == ("IESG", "IETF_Chair")


# -- asked again inside


def test_an_approval_is_for_one_version() -> None:
    """T-56: a version that nobody approved is not assigned, whatever the state says."""
    done = ready("port")
    number = done.answer["application"]
    kept = "SELECT content FROM register_version WHERE application_id = %s"
    other = tables.rows(kept, [number])[0][0].replace("28201", "28555")
    tables.insert(Version, [(10_000, number, 2, "f" * 64, other, "tia")])  # past every operation
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-STALE")
    forged = {"application": number, "version": "f" * 64}
    refused(lambda: assigning.assign(by("ada"), **forged), "E-DECISION-MISSING")


def test_what_is_taken_meanwhile_goes_back() -> None:
    """A24: the name went to another; the loser is told, and validated again."""
    done = ready("name", actor="tom")
    refused(lambda: assigning.check_again(by("ada"), **of(done)), "E-STATE-MOVE")
    assigned(ready("name", {"assignee": {"email": "first@first.example"}}, "una"))
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-NAME-TAKEN")
    again = assigning.check_again(by("ada"), **of(done))
    assert again.answer["state"] == "validating"
    statement = "SELECT kind FROM register_outbox WHERE recipient = 'tom' ORDER BY id"
    assert [kind for (kind,) in tables.rows(statement)] == ["received", "decided", "decided"]
    assert validated(again).answer["state"] == "refused"


@pytest.mark.parametrize("bad", range(4))
def test_each_of_several_ports_is_looked_at(bad: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """T-56: whichever of the ports is taken meanwhile, nothing at all is assigned."""
    ports = [{"number": str(28301 + n), "why": f"Reason {n}"} for n in range(4)]
    done = ready("port", {"ports": ports})
    winner = {
        "service_name": "other",
        "ports": [{"number": str(28301 + bad)}],
        "assignee": {"email": "o@o.example"},
    }
    monkeypatch.setattr(Pending, "__contains__", lambda self, place: False)  # so that both can be approved
    monkeypatch.setattr(Dossier, "want_ports", lambda self: None)
    assigned(ready("port", winner, "tom"))
    before = edition().records
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-PORT-TAKEN")
    assert edition().records == before


def test_other_kinds_are_ended_by_operations_of_their_own() -> None:
    change = {"requester": "Fay", "maintenance": {"old_name": "ferry", "reason": "Ferries are gone."}}
    done = validated(submitted("reuse", change, "fay"))
    assert done.answer["state"] == "expert review"
    done = granted(done, "eve")
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-APPLICATION-KIND")


# -- two persons


def test_a_system_port_needs_two() -> None:
    done = ready("system")
    number = done.answer["application"]
    error = refused(lambda: assigning.assign(by("ada"), **of(done)), "E-PERSONS")
    dry = assigning.assign(by("ada", is_dry=True), **of(done))
    digest = dry.answer["digest"]
    assert (dry.answer["needs"], digest in error.problem.message) == (2, True)
    for name in ("tia", "eve", "aud"):
        refused(lambda name=name: approving.approve(by(name), "assign", digest), "E-ROLE")
    refused(lambda: approving.approve(by("bob"), "paint", digest), "E-APPROVAL")
    refused(lambda: approving.approve(by("bob"), "assign", "yes"), "E-APPROVAL")
    approving.approve(by("ada"), "assign", digest, application=number)  # one's own word counts once
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-PERSONS")
    approving.approve(by("bob"), "assign", digest, application=number)
    given = assigning.assign(by("ada"), **of(done))
    persons = tables.rows("SELECT persons FROM register_event WHERE number = %s", [given.event])[0][0]
    assert persons == '{"needed":2,"others":["bob"]}'


@pytest.mark.parametrize("second, code", [("09:59:59", ""), ("10:00:00", ""), ("10:00:01", "E-PERSONS")])
def test_a_word_holds_for_a_day(second: str, code: str) -> None:
    done = ready("system")
    digest = assigning.assign(by("ada", is_dry=True), **of(done)).answer["digest"]
    approving.approve(by("bob"), "assign", digest, application=done.answer["application"])
    late = by("ada", instant=f"{desk.after(1)}T{second}Z")
    if code:
        refused(lambda: assigning.assign(late, **of(done)), code)
    else:
        assert assigning.assign(late, **of(done)).answer["state"] == "assigned"


def test_a_word_is_for_exactly_one_act() -> None:
    """Bob approved one application; another one, and the same after a change, is another act."""
    done = ready("system")
    digest = assigning.assign(by("ada", is_dry=True), **of(done)).answer["digest"]
    approving.approve(by("bob"), "assign", digest, application=done.answer["application"])
    other = ready("system", {"service_name": "tide-two", "ports": [{"number": "901"}]}, "tom")
    refused(lambda: assigning.assign(by("ada"), **of(other)), "E-PERSONS")
    assigning.assign(by("ada"), **of(done))
    used = tables.rows("SELECT is_used FROM register_approval WHERE digest = %s", [digest])
    assert [bool(each[0]) for each in used] == [True]


def test_nobody_approves_in_his_own_case() -> None:
    desk.by_two(lambda act: registry.change_member(act, "bob", roles=["applicant", "registrar"]), "max")
    done = ready("system", actor="bob")
    number = done.answer["application"]
    digest = assigning.assign(by("ada", is_dry=True), **of(done)).answer["digest"]
    refused(lambda: approving.approve(by("bob"), "assign", digest, application=number), "E-OWN-CASE")
    approving.approve(by("bob"), "assign", digest)  # without saying whose case it is
    refused(lambda: assigning.assign(by("ada"), **of(done)), "E-PERSONS")


def test_a_registry_of_one_person_says_so() -> None:
    desk.under("[persons]\nsystem_port = 1\n")
    given = assigning.assign(by("ada"), **of(ready("system")))
    persons = tables.rows("SELECT persons FROM register_event WHERE number = %s", [given.event])[0][0]
    assert persons == '{"needed":1,"others":[]}'


# -- dry runs, letters


def test_a_dry_run_shows_every_row_and_changes_none() -> None:
    done = ready("port")
    before = desk.events(), edition()
    dry = assigning.assign(by("ada", is_dry=True), **of(done))
    told = [change["table"] for change in dry.changes]
    assert (told.count("entry"), told.count("contact"), "application" in told) == (2, 2, True)
    assert (desk.events(), edition()) == before
    assert assigned(done).answer["ports"] == dry.answer["ports"]


def test_a_holder_is_told_what_stands_beside_him() -> None:
    done = assigned(ready("share"))
    subject = f"Application {done.answer['application']}, tide-read: assigned"
    assert subject in desk.letters("iesg@ferry.example")
