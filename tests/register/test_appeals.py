"""Appeals against what Events tell: M-16, M-17, the bodies in order, values on hold, rows put back."""

from __future__ import annotations

import pytest

from portbook.numbers import Transport
from portbook.procedures import Grant, Ground, Succession, Target
from portbook.records import rich
from portbook.register import auditing, changing, events, publishing, tables
from portbook.register.acts import Done
from portbook.register.operations import (
    appeals,
    assigning,
    contesting,
    entries,
    recommending,
    registry,
    returning,
    revoking,
    succession,
)
from portbook.register.roles import Role
from portbook.review import Decision, Verdict
from portbook.review import Ground as Scarce
from portbook.states import ApplicationState
from portbook.store import EditionFile, EditionStore

from . import acts, desk
from .doings import at, by_two, code, holder, letters, named, on, published, reasons

BEACON = Target("beacon", 4000)
REVOKED_ON = "2027-03-01"  # a Monday
FACTS = "the port is used by the boats of the night"


@pytest.fixture
def revoked(register: str, store: EditionStore) -> int:
    """The Event that revoked the port of beacon, published on the same day."""
    case = int(revoking.suspect(on("2027-01-20"), BEACON, "letters").answer["case"])
    event = by_two(lambda act: revoking.revoke(act, case, "unused"), on(REVOKED_ON)).event
    publishing.publish(on(REVOKED_ON), store)
    return event


def file(day: str, event: int, body: str = "IESG", facts: str = FACTS, **who: str) -> Done:
    return appeals.file(on(day, **who), event, body, facts, "Dee Lightfoot")


def decide(day: str, appeal: int, decision: Decision, reference: str = "minutes", **more: bool) -> Done:
    return appeals.decide(on(day), appeal, decision, reference, **more)


def case_state() -> str:
    return str(tables.rows("SELECT state FROM register_case")[0][0])


# -- filing


def test_two_months_from_publication(revoked: int) -> None:
    """M-16: a decision of 1 March; 1 May is the last day, and 62 days are too late."""
    assert code(lambda: file("2027-05-02", revoked)) == "E-APPEAL-LATE"


def test_the_last_day_counts(revoked: int) -> None:
    answer = file("2027-05-01", revoked).answer
    assert (answer["body"], answer["names"]) == ("IESG", ["beacon"])
    assert answer["places"] == [[4000, "tcp"], [4000, "udp"]]
    assert case_state() == "under appeal"
    case = tables.rows("SELECT identity FROM register_case")[0][0]
    assert letters()[-1] == ("dee@example.org", f"case {case}: an appeal was filed")


@pytest.mark.parametrize(
    "body, facts, expected",
    [
        ("IAB", FACTS, "E-APPEAL-ORDER"),  # M-17
        ("IESG", " ", "E-APPEAL-FACTS"),
        ("IETF", FACTS, "E-APPEAL-ORDER"),
    ],
)
def test_what_is_no_appeal(revoked: int, body: str, facts: str, expected: str) -> None:
    assert code(lambda: file("2027-03-02", revoked, body, facts)) == expected


def test_anybody_concerned_may_but_an_auditor(revoked: int) -> None:
    holder("dee", "Dee_Lightfoot")
    assert code(lambda: file("2027-03-02", revoked + 1000)) == "E-EVENT-NONE"
    file("2027-03-02", revoked, actor="dee")
    assert code(lambda: file("2027-03-02", revoked)) == "E-APPEAL-RUNS"


@pytest.mark.parametrize("appellant", ["", " \t"])
def test_somebody_appeals(revoked: int, appellant: str) -> None:
    assert code(lambda: appeals.file(on("2027-03-02"), revoked, "IESG", FACTS, appellant)) == "E-APPEAL-FACTS"


def test_who_has_no_tie_goes_by_the_operator(revoked: int) -> None:
    """R-APP-1, R-APP-7: any decision can be appealed, and nobody keeps a value from others on his own."""
    holder("dee", "Dee_Lightfoot")
    holder("walt", "Walt_Ebb")
    registry.add_member(on("2027-03-01"), "tess", [Role.APPLICANT])
    for stranger in ("walt", "tess", "cyd"):
        assert code(lambda who=stranger: file("2027-03-02", revoked, actor=who)) == "E-ROLE"  # type: ignore[misc]
    assert contesting.contested().names == frozenset()
    file("2027-03-02", revoked, actor="ada")
    assert contesting.contested().names == {"beacon"}


def test_the_holder_appeals_where_no_row_changed(register: str) -> None:
    holder("dee", "Dee_Lightfoot")
    holder("walt", "Walt_Ebb")
    case = int(revoking.suspect(on("2027-01-20"), BEACON, "letters").answer["case"])
    event = revoking.keep(on("2027-02-01"), case, "used").event
    assert code(lambda: file("2027-02-02", event, actor="walt")) == "E-ROLE"
    assert file("2027-02-02", event, actor="dee").answer["appeal"]


@pytest.mark.parametrize("actor, expected", [("iesg", ""), ("tia", ""), ("gus", "E-ROLE"), ("tom", "E-ROLE")])
def test_who_was_asked_may_appeal(at_work: None, actor: str, expected: str) -> None:
    """The holder whose port was to be shared, and who sent the request; nobody else."""
    asked = desk.agreed(desk.validated(desk.submitted("share")), "iesg")
    refusal = recommending.recommend(
        desk.by("eve"), **desk.of(asked), verdict=Verdict.REFUSE, reasons="No.", grounds=(Scarce.SCARCITY,)
    )
    call = lambda: appeals.file(desk.by(actor), refusal.event, "IESG", FACTS, actor)  # noqa: E731
    if expected:
        assert code(call) == expected
    else:
        assert call().answer["body"] == "IESG"


def test_what_is_not_published_yet_can_be_appealed(register: str) -> None:
    """A-32: the two months have not begun."""
    notice = returning.announce(
        on("2027-01-01"), Target("moonbell", 28200), asked_by="Moonbell_Games", evidence="unused"
    ).answer["notice"]
    event = returning.deassign(on("2027-02-01"), notice).event
    assert file("2028-02-01", event).answer["names"] == ["moonbell"]


# -- while it runs


def test_what_is_contested_is_given_to_nobody(revoked: int) -> None:
    """R-APP-7."""
    assert contesting.contested() == (frozenset(), frozenset(), frozenset())
    appeal = int(file("2027-03-02", revoked).answer["appeal"])
    places = frozenset({(4000, Transport.TCP), (4000, Transport.UDP)})
    assert contesting.contested() == (places, frozenset({"beacon"}), frozenset())
    pair = Succession("beacon", "Dee_Lightfoot", "Walt_Ebb", (), Ground.MANAGERIAL, "moved")
    facts = {"release": "r", "request": "a", "expert": "e"}
    assert code(lambda: succession.succeed(on("2027-03-03"), pair, **facts)) == "E-APPEAL-RUNS"
    assert code(lambda: registry.free(on("2027-03-03"), 4000, "IESG")) == "E-APPEAL-RUNS"
    decide("2027-03-04", appeal, Decision.UPHOLD)
    assert contesting.contested() == (frozenset(), frozenset(), frozenset())
    by_two(lambda act: registry.free(act, 4000, "IESG"), on("2027-03-05"))


# -- decisions


def test_the_iesg_upholds_and_the_iab_annuls(revoked: int, store: EditionStore) -> None:
    """R-APP-1, R-APP-6: then what stood before stands again, byte for byte but the date."""
    first = int(file("2027-03-02", revoked).answer["appeal"])
    assert code(lambda: decide("2027-03-20", first, Decision.ANNUL)) == "E-APPEAL-ORDER"
    assert code(lambda: decide("2027-03-20", first, Decision.UPHOLD, " ")) == "E-EVIDENCE"
    decide("2027-03-20", first, Decision.UPHOLD)
    assert (case_state(), reasons(4000)) == ("revoked", ["revoked", "revoked"])
    assert code(lambda: decide("2027-03-20", first, Decision.UPHOLD)) == "E-APPEAL-NONE"
    assert code(lambda: file("2027-03-21", revoked)) == "E-APPEAL-ORDER"  # the IESG has heard it
    assert code(lambda: file("2027-05-21", revoked, "IAB")) == "E-APPEAL-LATE"
    second = int(file("2027-05-20", revoked, "IAB").answer["appeal"])
    assert code(lambda: decide("2027-06-01", second, Decision.DECIDE_ANEW)) == "E-APPEAL-ORDER"
    undo = lambda act: appeals.decide(act, second, Decision.ANNUL, "statement")  # noqa: E731
    assert code(lambda: undo(on("2027-06-01"))) == "E-PERSONS"
    by_two(undo, on("2027-06-01"))
    assert [(row.port_number, row.modification_date) for row in named("beacon")] == [("4000", None)] * 2
    assert case_state() == "deciding"
    assert events.verify().problems == ()
    assert auditing.check(store) == ()


def test_undone_is_as_it_was(revoked: int, edition_file: EditionFile) -> None:
    """Every line but the date is that of the edition that the register began with."""
    began = edition_file.data().decode().split("\n")
    appeal = int(file("2027-03-02", revoked).answer["appeal"])
    anew = lambda act: appeals.decide(act, appeal, Decision.DECIDE_ANEW, "m", is_undone=True)  # noqa: E731
    by_two(anew, on("2027-03-09"))
    now = published()
    assert [line for line in now if line not in began] == ["  <updated>2027-03-09</updated>"]
    assert len(now) == len(began)


def test_the_iesg_decides_anew_and_leaves_the_rows(revoked: int) -> None:
    appeal = int(file("2027-03-02", revoked).answer["appeal"])
    decide("2027-03-09", appeal, Decision.DECIDE_ANEW)
    assert (case_state(), reasons(4000)) == ("deciding", ["revoked", "revoked"])


def test_a_kept_case_can_be_appealed_too(register: str) -> None:
    """Nothing was published: the two months run from the day of the decision."""
    case = int(revoking.suspect(on("2027-01-20"), BEACON, "letters").answer["case"])
    event = revoking.keep(on("2027-02-01"), case, "used").event
    assert code(lambda: file("2027-04-02", event)) == "E-APPEAL-LATE"


def test_a_kept_case_is_upheld(register: str) -> None:
    case = int(revoking.suspect(on("2027-01-20"), BEACON, "letters").answer["case"])
    event = revoking.keep(on("2027-02-01"), case, "used").event
    appeal = int(file("2027-03-02", event).answer["appeal"])
    decide("2027-03-09", appeal, Decision.UPHOLD)
    assert case_state() == "kept"


def test_holders_decide_nothing(revoked: int) -> None:
    holder("dee", "Dee_Lightfoot")
    appeal = int(file("2027-03-02", revoked).answer["appeal"])
    own = lambda: appeals.decide(on("2027-03-03", actor="dee"), appeal, Decision.UPHOLD, "mine")  # noqa: E731
    assert code(own) == "E-ROLE"


# -- applications


@pytest.mark.parametrize(
    "decided, decision, wanted",
    [
        (ApplicationState.REFUSED, Decision.UPHOLD, ApplicationState.REFUSED),
        (ApplicationState.REFUSED, Decision.DECIDE_ANEW, ApplicationState.VALIDATING),
        (ApplicationState.ASSIGNED, Decision.UPHOLD, ApplicationState.ASSIGNED),
        (ApplicationState.ASSIGNED, Decision.DECIDE_ANEW, ApplicationState.VALIDATING),
    ],
)
def test_what_becomes_of_an_application(
    at_work: None, decided: ApplicationState, decision: Decision, wanted: ApplicationState
) -> None:
    """A27, A28; what a refused one asked for is contested too."""
    done = desk.in_state(decided)
    number = done.answer["application"]
    asked = desk.reading("name").application.service_name
    appeal = appeals.file(desk.by("tia"), done.event, "IESG", FACTS, "Tia").answer
    assert desk.state(number) == ApplicationState.APPEALED
    assert asked in contesting.contested().names
    appeals.decide(desk.by("ada"), appeal["appeal"], decision, "minutes")
    assert desk.state(number) == wanted


def test_the_assignment_that_the_iab_annuls_is_gone(at_work: None) -> None:
    """R-APP-6: the name is free again, and the request waits to be validated."""
    done = desk.in_state(ApplicationState.ASSIGNED)
    name = desk.reading("name").application.service_name
    first = appeals.file(desk.by("tia"), done.event, "IESG", FACTS, "Tia").answer["appeal"]
    appeals.decide(desk.by("ada"), first, Decision.UPHOLD, "minutes")
    second = appeals.file(desk.by("tia"), done.event, "IAB", FACTS, "Tia").answer["appeal"]
    assert named(name) != ()
    undo = lambda act: appeals.decide(act, second, Decision.ANNUL, "statement")  # noqa: E731
    by_two(undo, desk.by("ada"))
    assert named(name) == ()
    assert desk.state(done.answer["application"]) == ApplicationState.VALIDATING


def test_what_a_refused_request_asked_for_is_kept_on_every_way(at_work: None) -> None:
    """R-APP-7: a name that nobody has, a number on any transport, whatever act would give it away."""
    refusal = desk.validated(desk.submitted("port", {"transports": ["tcp", "quic"]}))
    others = {
        "name": desk.validated(desk.submitted("name", actor="tom")),
        "beside": desk.granted(
            desk.validated(
                desk.submitted("port", {"service_name": "ebb-read", "transports": ["udp"]}, actor="tom")
            ),
            "eve",
        ),
    }
    appeals.file(desk.by("tia"), refusal.event, "IESG", FACTS, "Tia")
    fay = ("Fay",)
    new = Grant("tide-read", (Transport.TCP,), rich("Tides"), fay, fay, ports=(4242,))
    told = {"asked_by": "Zoe", "accepted": "yes", "expert": "yes"}
    ways = {
        "E-APPEAL-RUNS": [
            lambda: assigning.assign(desk.by("ada"), **desk.of(others["name"])),
            lambda: entries.rename_service(desk.by("ada"), "sip", "tide-read", **told),
            lambda: registry.reserve(desk.by("ada"), 28201, "IESG"),
            lambda: returning.reuse(
                desk.by("ada"), Target("ferry", 4242), new, asked_by="Fay", expert="nobody"
            ),
        ],
        "E-PORT-TAKEN": [lambda: assigning.assign(desk.by("ada"), **desk.of(others["beside"]))],
    }
    for expected, does in ways.items():
        for do in does:
            assert code(do) == expected


def test_contested_codes_are_given_to_nobody(at_work: None) -> None:
    """R-APP-7: by an application as by `add codes`."""
    refusal = desk.validated(desk.submitted("code", {"codes": [{"code": "SC:tide"}, {"code": "SC=x y"}]}))
    if desk.state(refusal.answer["application"]) != ApplicationState.REFUSED:
        refusal = desk.assigned(desk.validated(desk.submitted("code")))
    other = desk.validated(
        desk.submitted("code", {"codes": [{"code": "SC:ebb", "description": "Ebb"}]}, "tom")
    )
    assert desk.state(other.answer["application"]) == ApplicationState.ASSIGNABLE
    appeals.file(desk.by("tia"), refusal.event, "IESG", FACTS, "Tia")
    kept = contesting.contested().codes
    assert kept == {"1953064037"}
    ada = ("Ada",)
    grant = Grant("coded", (Transport.DCCP,), rich("x"), ada, ada, ports=(5100,), codes=(1953064037,))
    add = lambda: assigning.add_codes(desk.by("ada"), grant, asked_by="Ada", expert="yes")  # noqa: E731
    assert code(add) == "E-APPEAL-RUNS"
    desk.assigned(other)


@pytest.mark.parametrize("step", ["submit", "validate", "assign"])
def test_an_appeal_is_against_the_decision(at_work: None, step: str) -> None:
    """What was told before it decides nothing: upheld, the request would be in no state."""
    sent = desk.submitted("name")
    validated = desk.validated(sent)
    given = desk.assigned(validated)
    event = {"submit": sent, "validate": validated, "assign": given}[step].event
    if step == "assign":
        file("2031-06-02", event)
        assert desk.state(given.answer["application"]) == ApplicationState.APPEALED
    else:
        assert code(lambda: file("2031-06-02", event)) == "E-APPEAL-OBJECT"


def test_what_was_told_before_a_case_was_decided_is_no_decision(register: str) -> None:
    """Upheld, it would have said that a port is kept which is revoked."""
    case = int(revoking.suspect(on("2027-01-20"), BEACON, "letters").answer["case"])
    told = revoking.report_life(on("2027-01-21"), case, "somebody saw it").event
    decided = revoking.keep(on("2027-02-01"), case, "used").event
    assert code(lambda: file("2027-02-02", told)) == "E-APPEAL-OBJECT"
    file("2027-02-02", decided)


def test_the_refusal_before_an_assignment_stands_no_more(at_work: None) -> None:
    """Appealed, decided anew and assigned: it is the assignment that can be appealed."""
    sent = desk.validated(desk.submitted("port"))
    refusal = recommending.recommend(
        desk.by("eve"), **desk.of(sent), verdict=Verdict.REFUSE, reasons="No.", grounds=(Scarce.SCARCITY,)
    )
    appeal = file(desk.DAY, refusal.event, actor="bob").answer["appeal"]
    appeals.decide(desk.by("ada"), appeal, Decision.DECIDE_ANEW, "minutes")
    given = desk.assigned(desk.granted(desk.validated(refusal), "eve"))
    assert code(lambda: file(desk.DAY, refusal.event, "IAB")) == "E-APPEAL-OBJECT"
    file(desk.DAY, given.event)


def test_nobody_records_what_became_of_his_own_appeal(at_work: None) -> None:
    add = lambda act: registry.add_member(act, "cyd", [Role.REGISTRAR, Role.APPLICANT], "Rob")  # noqa: E731
    desk.by_two(add, "max")
    refusal = desk.validated(desk.submitted("name", {"transports": ["quic"]}, actor="cyd"))
    appeal = appeals.file(desk.by("cyd"), refusal.event, "IESG", FACTS, "Rob").answer["appeal"]
    own = lambda: appeals.decide(desk.by("cyd"), appeal, Decision.DECIDE_ANEW, "m")  # noqa: E731
    assert code(own) == "E-OWN-CASE"


# -- a port that several names share


def shared_given_back() -> int:
    """The Event by which Kit Gull gave back what he shares with Lou Skua and another."""
    asked = {"asked_by": "Kit_Gull", "evidence": "unused"}
    notice = returning.announce(on("2026-09-01"), Target("gull", 4027), **asked).answer["notice"]
    return returning.deassign(on("2026-10-02"), notice).event


def undo(event: int, day: str = "2026-10-03") -> Done:
    appeal = int(file(day, event).answer["appeal"])
    anew = lambda act: appeals.decide(act, appeal, Decision.DECIDE_ANEW, "minutes", is_undone=True)  # noqa: E731
    return by_two(anew, on(day))


def undated(lines: list[str]) -> list[str]:
    return [line for line in lines if not line.startswith("  <updated>")]


def test_the_return_of_a_shared_port_is_undone_beside_the_others(register: str, store: EditionStore) -> None:
    """R-APP-6: every line is again where it was; whoever stood beside it still does."""
    before = undated(published())
    event = shared_given_back()
    assert {row.service_name for row in at(4027)} == {"skua", "tern"}
    undo(event)
    assert undated(published()) == before
    assert auditing.check(store) == ()


def test_the_reuse_of_a_shared_port_is_undone_beside_the_others(register: str, store: EditionStore) -> None:
    before, kit = undated(published()), ("Kit_Gull",)
    new = Grant("petrel", (Transport.TCP, Transport.UDP), rich("Petrel"), kit, kit, ports=(4027,))
    told = {"asked_by": kit[0], "expert": "nobody", "consents": ("Lou_Skua",)}
    undo(returning.reuse(on("2026-09-01"), Target("gull", 4027), new, **told).event)
    assert undated(published()) == before
    assert auditing.check(store) == ()


def test_nothing_is_put_back_beside_who_came_meanwhile(register: str) -> None:
    """Those who stood there agreed to him (R-MARK-8); who had given the port back was not asked."""
    event = shared_given_back()
    new = acts.row("petrel", 4027)
    changing.transaction(
        acts.act("assign", instant="2026-10-02T13:00:00Z"),
        lambda work: acts.grant(work, new, shares={(4027, "tcp")}),
    )
    appeal = int(file("2026-10-03", event).answer["appeal"])
    again = lambda: decide("2026-10-03", appeal, Decision.DECIDE_ANEW, is_undone=True)  # noqa: E731
    assert code(again) == "E-PORT-TAKEN"


@pytest.mark.parametrize("is_last_first", [False, True])
def test_two_returns_of_a_shared_port_are_undone_in_any_order(
    register: str, store: EditionStore, is_last_first: bool
) -> None:
    """Who was put back by one appeal did not come meanwhile for the other."""
    before = undated(published())
    returns = [shared_given_back()]
    told = {"asked_by": "Lou_Skua", "evidence": "unused"}
    notice = returning.announce(on("2026-10-03"), Target("skua", 4027), **told).answer["notice"]
    returns.append(returning.deassign(on("2026-11-05"), notice).event)
    assert {row.service_name for row in at(4027)} == {"tern"}
    for event in reversed(returns) if is_last_first else returns:
        undo(event, "2026-11-06")
    assert sorted(undated(published())) == sorted(before)
    assert auditing.check(store) == ()


def test_who_was_renamed_meanwhile_stands_where_he_stood(register: str) -> None:
    event = shared_given_back()
    told = {"asked_by": "Lou_Skua", "accepted": "yes", "expert": "E. X"}
    entries.rename_service(on("2026-10-02"), "skua", "jaeger", **told)
    undo(event)
    assert {"gull", "jaeger", "tern"} <= {row.service_name for row in at(4027)}


def test_who_took_the_place_of_another_came_meanwhile(register: str) -> None:
    """A reuse changes the row that is there; who stands there since agreed to nobody."""
    event, lou = shared_given_back(), ("Lou_Skua",)
    new = Grant("petrel", (Transport.TCP, Transport.UDP), rich("Petrel"), lou, lou, ports=(4027,))
    told = {"asked_by": lou[0], "expert": "nobody", "consents": ("Kit_Gull",)}
    returning.reuse(on("2026-10-02"), Target("skua", 4027), new, **told)
    appeal = int(file("2026-10-03", event).answer["appeal"])
    again = lambda: decide("2026-10-03", appeal, Decision.DECIDE_ANEW, is_undone=True)  # noqa: E731
    assert code(again) == "E-PORT-TAKEN"


def test_who_was_put_back_is_new_to_whom_he_never_stood_beside(register: str) -> None:
    """Petrel came when gull had gone, and went; gull is put back, so petrel would come beside him."""
    first = shared_given_back()
    new = acts.row("petrel", 4027)
    changing.transaction(
        acts.act("assign", instant="2026-10-02T13:00:00Z"),
        lambda work: acts.grant(work, new, shares={(4027, "tcp")}),
    )
    going = changing.transaction(
        acts.act("deassign", object="port 4027 of petrel", instant="2026-10-02T14:00:00Z"),
        lambda work: acts.grant(work, going=(new,)),
    )
    undo(first)
    appeal = int(file("2026-10-03", going.event).answer["appeal"])
    again = lambda: decide("2026-10-03", appeal, Decision.DECIDE_ANEW, is_undone=True)  # noqa: E731
    assert code(again) == "E-PORT-TAKEN"
