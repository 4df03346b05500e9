"""Entries amended, corrected, marked, reported on and renamed: M-01 to M-04, M-07, M-18 and their kin."""

from __future__ import annotations

import pytest

from portbook.numbers import Transport
from portbook.procedures import Amendment, Target, Wish
from portbook.records import Reference, rich
from portbook.register import events, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import entries

from .doings import (
    DAY,
    at,
    by_two,
    code,
    contact,
    difference,
    entry,
    holder,
    letters,
    named,
    on,
    put_early,
    registrar,
)

pytestmark = pytest.mark.usefixtures("register")

KEEPER = Target("keeper")
OTHER = Amendment(description=rich("The log of the keeper"))
GUILD, ADA = "Keepers_Guild", "Ada_Beacon"  # Assignee and Contact of keeper


def amend(act: Act, amendment: Amendment = OTHER, party: str = ADA, target: Target = KEEPER) -> Done:
    return entries.amend(act, target, Wish(party, amendment))


def rfc(number: int) -> Reference:
    return Reference("rfc", f"rfc{number}")


# -- amend


def test_a_contact_has_the_description_changed() -> None:
    """M-01: done, dated; nothing else of what is published differs."""
    assert difference(lambda: amend(on())) == [
        '-<record date="2012-08-17" updated="2025-01-08">',
        f'+<record date="2012-08-17" updated="{DAY}">',
        "-<description>Keeper's Log</description>",
        "+<description>The log of the keeper</description>",
    ]
    assert events.verify().problems == ()


def test_a_holder_does_it_himself_and_is_told() -> None:
    holder("kay", GUILD)
    assert amend(on(actor="kay"), party="somebody else").answer["asked_by"] == GUILD
    assert letters() == [("ada.beacon@example.org", "keeper: the entry was changed")]  # the Guild has no mail


def test_the_operator_may_ask_itself() -> None:
    assert amend(on(), party="").answer == {"service": "keeper", "rows": 1, "asked_by": ""}


def test_the_word_of_the_assignee_holds() -> None:
    """M-02, both ways round; two voices of no Assignee are nobody's yet."""
    theirs = Amendment(description=rich("As the Guild says"))
    for wishes in ((Wish(ADA, OTHER), Wish(GUILD, theirs)), (Wish(GUILD, theirs), Wish(ADA, OTHER))):
        assert entries.amend(on(), KEEPER, *wishes).answer["asked_by"] == GUILD
        assert str(named("keeper")[0].description) == "As the Guild says"
    assert code(lambda: entries.amend(on(), KEEPER, Wish(ADA, OTHER), Wish("Bo_Tidewell", theirs))) == (
        "E-CONFLICT"
    )


@pytest.mark.parametrize(
    "party, target, amendment, expected",
    [
        ("Bo_Tidewell", KEEPER, OTHER, "E-NOT-AUTHORISED"),  # M-03
        (GUILD, KEEPER, Amendment(assignee=("Harbour_Board",)), "E-XFER"),  # M-04
        (GUILD, Target("nobody"), OTHER, "E-ROW-MISSING"),
        (GUILD, Target("keeper", 4021), OTHER, "E-ROW-MISSING"),
        (GUILD, KEEPER, Amendment(contact=("Nobody_There",)), "E-CONTACT-NONE"),
    ],
)
def test_what_is_refused(party: str, target: Target, amendment: Amendment, expected: str) -> None:
    assert code(lambda: amend(on(), amendment, party, target)) == expected


def test_a_stranger_may_not() -> None:
    holder("kay", "Bo_Tidewell")
    assert code(lambda: amend(on(actor="kay"))) == "E-ROLE"
    assert code(lambda: amend(on(actor="cyd"))) == "E-ROLE"
    assert code(lambda: amend(on(actor="nobody"))) == "E-MEMBER-UNKNOWN"


def test_a_system_port_takes_two_persons() -> None:
    """D-7: alone refused; an approval is another's, for just this, in time, and counts once."""
    target = Target("lantern")

    def do(act: Act) -> Done:
        return amend(act, OTHER, "Harbour_Board", target)

    assert code(lambda: do(on())) == "E-PERSONS"
    done = by_two(do, on())
    told = tables.rows("SELECT persons FROM register_event WHERE number = %s", [done.event])
    assert told == [('{"needed":2,"others":["bob"]}',)]
    assert len(named("lantern")) == 3
    assert {str(row.description) for row in named("lantern")} == {"The log of the keeper"}


def test_early_allocations_stay_what_they_are() -> None:
    put_early("dawn", 5000, "2027-09-01")
    amend(on(), Amendment(description=rich("Dawn chorus")), GUILD, Target("dawn"))
    mark = f"Dawn chorus (TEMPORARY - registered {DAY}, expires 2027-09-01)"
    assert str(named("dawn")[0].description) == mark
    assert entry("dawn") == ("", "2027-09-01")


def test_a_dry_run_changes_nothing_and_tells_the_rows() -> None:
    done = amend(on(is_dry=True))
    assert str(named("keeper")[0].description) == "Keeper's Log"
    assert [(row["table"], row["after"]["version"]) for row in done.changes if row["table"] == "entry"] == [
        ("entry", 2)
    ]
    assert done.answer["needs"] == 1


def test_the_same_key_is_done_once() -> None:
    first = amend(on(key="k1"))
    again = amend(on(key="k1"))
    assert (again.event, again.is_repeated) == (first.event, True)
    assert code(lambda: amend(on(key="k1"), Amendment(contact=(GUILD,)))) == "E-IDEMPOTENCY"


# -- correct, mark, references, reports


def test_a_correction_needs_evidence() -> None:
    mended = Amendment(description=rich("Lantern Light"))
    assert code(lambda: entries.correct(on(), KEEPER, mended, " ")) == "E-EVIDENCE"
    assert entries.correct(on(), KEEPER, mended, "the request of 2012").answer["rows"] == 1
    assert named("keeper")[0].modification_date == DAY


@pytest.mark.parametrize("word", entries.MARKS)
def test_a_mark_takes_nothing_away(word: str) -> None:
    before = named("keeper-tls")
    entries.mark(on(), Target("keeper-tls", 4021, (Transport.UDP,)), word)
    tcp, udp = named("keeper-tls")
    assert tcp == before[0]
    assert str(udp.assignment_notes) == f"Marked as {word} on {DAY}."
    assert (udp.description, udp.reference) == (before[1].description, before[1].reference)
    assert udp.modification_date == DAY


def test_no_other_word_marks() -> None:
    assert code(lambda: entries.mark(on(), KEEPER, "evil")) == "E-MARK-WORD"


def test_references_move_to_the_successor() -> None:
    """M-18: all live rows that cite it, no modification date, nothing else."""
    moved = difference(lambda: entries.move_reference(on(), rfc(8446), rfc(9846)))
    assert moved == ['-<xref type="rfc" data="rfc8446"/>', '+<xref type="rfc" data="rfc9846"/>']
    assert named("keeper-tls")[0].modification_date is None
    assert code(lambda: entries.move_reference(on(), rfc(8446), rfc(9846))) == "E-ROW-MISSING"


def test_a_reference_in_system_ports_takes_two_persons() -> None:
    """Twelve rows of System Ports cite RFC 6335: the experiments, lantern and almanac."""

    def do(act: Act) -> Done:
        return entries.move_reference(act, rfc(6335), rfc(9999))

    assert code(lambda: do(on())) == "E-PERSONS"
    assert by_two(do, on()).answer["rows"] == 12


def test_a_report_of_use_splits_the_free_block_and_hides_who_told() -> None:
    text = rich("Known Unauthorized Use on port 4060")
    changed = difference(lambda: entries.report_use(on(), 4060, text, "Walt Ebb"))
    assert "+<number>4040-4059</number>" in changed
    assert "+<number>4061-4099</number>" in changed
    assert "+<unauthorized>Known Unauthorized Use on port 4060</unauthorized>" in changed
    assert not [line for line in changed if "Walt" in line]
    assert tables.rows("SELECT reason FROM register_event ORDER BY number DESC LIMIT 1") == [
        ("a test; reported by: Walt Ebb",)
    ]


# -- new names


def test_a_party_has_a_new_name() -> None:
    """M-07: evidence, two persons, a note in each row; the id stays (T-51)."""

    def do(act: Act, evidence: str = "register of companies, 2026-08-30") -> Done:
        return entries.rename_party(act, "Moonbell_Games", evidence, organization="Moonbell & Sons")

    assert code(lambda: do(on(), " ")) == "E-EVIDENCE"
    assert code(lambda: do(on())) == "E-PERSONS"
    changed = difference(lambda: by_two(do, on()))
    note = f"+<note>Assignee formerly named Moonbell Games, until {DAY}.</note>"
    assert changed.count(note) == 2
    assert "+<org>Moonbell &amp; Sons</org>" in changed
    assert [row.assignee[0].data for row in named("moonbell") if row.assignee] == ["Moonbell_Games"] * 2
    assert contact("Moonbell_Games").updated == DAY


def test_a_service_has_a_new_name() -> None:
    """R-MAINT-5: the Assignee accepts, the expert saw it; the old name is free, and stands in the notes."""

    def do(new: str, asked_by: str = GUILD, accepted: str = "letter", expert: str = "no harm") -> Done:
        return entries.rename_service(
            on(), "orrery", new, asked_by=asked_by, accepted=accepted, expert=expert
        )

    assert code(lambda: do("planets", expert="")) == "E-EVIDENCE"
    assert code(lambda: do("planets", accepted="")) == "E-EVIDENCE"
    assert code(lambda: do("planets", asked_by="Bo_Tidewell")) == "E-NOT-AUTHORISED"
    assert code(lambda: do("keeper")) == "E-NAME-TAKEN"
    assert code(lambda: do("no--name")) == "E-NAME-DOUBLE"
    do("planets")
    assert named("orrery") == ()
    assert str(named("planets")[0].assignment_notes) == 'Formerly named "orrery".'
    assert tables.rows("SELECT fold FROM register_nameclaim WHERE fold IN ('orrery', 'planets')") == [
        ("planets",)
    ]


def test_a_historic_name_stays() -> None:
    """N9: no step leads out of it."""
    renamed = lambda: entries.rename_service(  # noqa: E731
        on(), "quill_net", "quillnet", asked_by="Fay_Quill", accepted="yes", expert="seen"
    )
    assert code(renamed) == "E-STATE-MOVE"


def test_a_holder_does_not_record_what_the_iesg_decided() -> None:
    """R-MAINT-4: the operator records it, for a case that is not his own."""
    holder("kay", GUILD)
    own = lambda: entries.amend(on(actor="kay"), KEEPER, Wish(GUILD, OTHER), decision="IESG, today")  # noqa: E731
    assert code(own) == "E-ROLE"
    registrar("mo", GUILD)
    own = lambda: entries.amend(on(actor="mo"), KEEPER, Wish(GUILD, OTHER), decision="IESG, today")  # noqa: E731
    assert code(own) == "E-ROLE"
    entries.amend(on(), KEEPER, Wish(GUILD, OTHER), decision="IESG, today")


@pytest.mark.parametrize(
    "amendment", [Amendment(notes=rich('An alias to "beacon".')), Amendment(unauthorized=rich("By Walt"))]
)
def test_notes_and_reports_are_the_registry_s(amendment: Amendment) -> None:
    """R-FORM-18, T-53: a note could make an alias of an entry, or take away what it was."""
    holder("kay", GUILD)
    assert code(lambda: amend(on(actor="kay"), amendment, GUILD)) == "E-ROLE"
    amend(on(), amendment, GUILD)


@pytest.mark.parametrize("words", ["Unassigned", "Something"])
def test_no_correction_frees_what_is_reserved(words: str) -> None:
    """R-RESV-3, R-MARK-5: that takes the IESG and two persons."""
    target = Target("", 304)
    assert {row.service_name for row in at(304)} == {None}
    other = Amendment(description=rich(words))
    assert code(lambda: entries.correct(on(), target, other, "a slip")) == "E-STATE-MOVE"
    named_one = Amendment(contact=(ADA,))
    assert code(lambda: entries.correct(on(), target, named_one, "a slip")) == "E-STATE-MOVE"
    entries.correct(on(), target, Amendment(notes=rich("Better words.")), "a slip")


def test_no_description_makes_an_early_allocation() -> None:
    """R-EARLY-5: neither does one end as such by its description."""
    words = "Log (TEMPORARY - registered 2026-09-01, expires 2027-09-01)"
    amend(on(), Amendment(description=rich(words)))
    assert str(named("keeper")[0].description) == "Log"
    assert entry("keeper") == ("", "")
