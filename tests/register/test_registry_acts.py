"""The registry itself: the stop button, the policy, members, experts' terms, Reserved values."""

from __future__ import annotations

import pytest

from portbook import policy as policies
from portbook.errors import PortbookError
from portbook.numbers import Transport
from portbook.procedures import Amendment, Target, Wish, held
from portbook.records import Reference, rich
from portbook.register import auditing, events, members, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import approving, entries, registry
from portbook.register.operations.on_record import OnRecord
from portbook.register.roles import Role
from portbook.register.standing import RegisterRegistry
from portbook.states import PortStanding
from portbook.store import EditionStore

from .doings import DAY, approve, at, by_two, code, difference, on, registrar

pytestmark = pytest.mark.usefixtures("register")

ONE_FOR_SYSTEM_PORTS = 'name = "Harbour"\n[persons]\nsystem_port = 1\n'


def amend(act: Act) -> Done:
    return entries.amend(act, Target("keeper"), Wish("", Amendment(description=rich("New"))))


# -- the stop button


def test_the_stop_button() -> None:
    registry.freeze(on())
    assert code(lambda: amend(on())) == "E-FROZEN"
    assert code(lambda: registry.unfreeze(on(actor="cyd"))) == "E-ROLE"
    assert code(lambda: registry.freeze(on())) == "E-FROZEN-ALREADY"
    assert code(lambda: registry.unfreeze(on(reason=" "))) == "E-EVIDENCE"
    registry.unfreeze(on(actor="bob"))
    assert code(lambda: registry.unfreeze(on())) == "E-FROZEN-NOT"
    amend(on())
    told = tables.rows("SELECT operation FROM register_event WHERE operation LIKE '%%freeze' ORDER BY number")
    assert told == [("freeze",), ("unfreeze",)]


# -- the policy


def test_the_policy_is_changed_by_as_many_as_it_wants() -> None:
    def do(act: Act, text: str = ONE_FOR_SYSTEM_PORTS) -> Done:
        return registry.set_policy(act, text)

    assert code(lambda: do(on())) == "E-PERSONS"
    assert code(lambda: do(on(), "ranges = 7")) == "E-POLICY-TYPE"
    assert by_two(do, on()).answer["policy"] == "Harbour"
    assert entries.amend(on(), Target("lantern"), Wish("", Amendment(description=rich("Alone")))).event
    assert code(lambda: do(on(), "")) == "E-PERSONS"  # the other acts still take two
    by_two(lambda act: do(act, ""), on())
    lantern = lambda: entries.amend(on(), Target("lantern"), Wish("", Amendment(description=rich("X"))))  # noqa: E731
    assert code(lantern) == "E-PERSONS"


def test_a_word_counts_once() -> None:
    """The policy has no version: the same change again is the same act, and takes another word."""
    text = "[limits]\nbulk_rows = 1\n"
    by_two(lambda act: registry.set_policy(act, text), on())
    assert code(lambda: registry.set_policy(on(), text)) == "E-PERSONS"


def test_a_registry_of_one_person_says_so() -> None:
    alone = "[persons]\n" + "".join(
        f"{name} = 1\n"
        for name in (
            *("system_port", "revoke", "free_reserved", "change_authentication"),
            *("rename_party", "succession", "seed", "bulk"),
        )
    )
    by_two(lambda act: registry.set_policy(act, alone), on())
    event = registry.free(on(), 304, "IESG").event
    told = tables.rows("SELECT persons FROM register_event WHERE number = %s", [event])
    assert told == [('{"needed":1,"others":[]}',)]


def test_many_rows_at_once_are_bulk() -> None:
    by_two(lambda act: registry.set_policy(act, "[limits]\nbulk_rows = 1\n"), on())
    amend(on())
    two = lambda act: entries.move_reference(act, Reference("rfc", "rfc4340"), Reference("rfc", "rfc9999"))  # noqa: E731
    assert code(lambda: two(on())) == "E-PERSONS"
    assert by_two(two, on()).answer["rows"] == 2


def test_the_list_of_experts_is_published() -> None:
    """R-REV-19."""
    changed = difference(lambda: registry.list_experts(on(), rich("TCP/UDP: Ada Beacon")))
    assert "+<expert>TCP/UDP: Ada Beacon</expert>" in changed
    assert not [line for line in changed if line.startswith("+") and "expert" not in line]


# -- members


def test_members_come_change_and_go() -> None:
    """T-61: at once."""
    registry.add_member(on(), "eve", [Role.AUDITOR])
    assert code(lambda: registry.add_member(on(), "eve", [Role.EXPERT])) == "E-MEMBER-TAKEN"
    assert code(lambda: registry.add_member(on(), "fay", ["king"])) == "E-MEMBER-ROLE"  # type: ignore[list-item]
    assert code(lambda: amend(on(actor="eve"))) == "E-ROLE"
    registry.change_member(on(), "eve", is_active=False)
    assert code(lambda: registry.freeze(on(actor="eve"))) == "E-MEMBER-UNKNOWN"
    assert code(lambda: registry.change_member(on(), "nobody", is_active=False)) == "E-MEMBER-UNKNOWN"


def test_one_registrar_stays_and_as_many_as_let_others_come() -> None:
    """D-7: two persons let a third one come; where one alone was left, nobody could."""
    assert code(lambda: registry.change_member(on(), "bob", is_active=False)) == "E-MEMBER-LAST"
    by_two(lambda act: registry.add_member(act, "max", [Role.ADMINISTRATOR]), on())
    gone = lambda act: registry.change_member(act, "bob", is_active=False)  # noqa: E731
    with pytest.raises(PortbookError, match="another registrar or administrator"):
        by_two(gone, on())  # nobody is the second person for his own going
    by_two(gone, on(), "max")
    by_two(lambda act: registry.add_member(act, "mia", [Role.ADMINISTRATOR]), on(), "max")
    assert code(lambda: registry.change_member(on(), "ada", roles=[Role.AUDITOR])) == "E-MEMBER-LAST"
    assert code(lambda: registry.change_member(on(), "ada", is_active=False)) == "E-MEMBER-LAST"


def test_nobody_gets_rid_of_the_others_alone() -> None:
    """D-7, however many registrars there are: every act that gives or takes away the office needs two."""
    by_two(lambda act: registry.add_member(act, "max", [Role.ADMINISTRATOR]), on())
    by_two(lambda act: registry.add_member(act, "mia", [Role.ADMINISTRATOR]), on())
    by_two(lambda act: registry.change_member(act, "mia", is_active=False), on())
    for do in (
        lambda act: registry.change_member(act, "bob", is_active=False),
        lambda act: registry.change_member(act, "bob", roles=[]),
        lambda act: registry.change_member(act, "bob", roles=[Role.REGISTRAR, Role.ADMINISTRATOR]),
        lambda act: registry.change_member(act, "max", roles=[Role.AUDITOR]),
        lambda act: registry.change_member(act, "max", roles=[Role.REGISTRAR]),
        lambda act: registry.change_member(act, "mia", is_active=True),
        lambda act: registry.add_member(act, "sock", [Role.REGISTRAR]),
        lambda act: registry.add_member(act, "sock", [Role.ADMINISTRATOR]),
    ):
        for actor in ("ada", "max"):
            assert code(lambda do=do, actor=actor: do(on(actor=actor))) == "E-PERSONS"  # type: ignore[misc]
            assert do(on(actor=actor, is_dry=True)).answer["needs"] == 2
    by_two(lambda act: registry.change_member(act, "bob", is_active=False), on(), "max")
    again = lambda: registry.add_member(on(), "sock", [Role.REGISTRAR])  # noqa: E731
    assert code(again) == "E-PERSONS"  # ada is the one registrar now
    beside = lambda: members.add(on(), "sock", ["registrar"])  # noqa: E731
    assert code(beside) == "E-PERSONS"
    registry.change_member(on(), "cyd", is_active=False)  # who is not of the office goes by one


GUILD, HARBOUR = "Keepers_Guild", "Harbour_Board"


def free(act: Act) -> Done:
    return registry.free(act, 304, "IESG")


@pytest.mark.parametrize(
    "first, second, is_done",
    [
        ("mia", "mo", False),  # two accounts of one party
        ("mia", "hal", True),
        ("mia", "bob", True),
        ("bob", "mia", True),
        ("ada", "bob", True),  # the operator's own are many
    ],
)
def test_who_act_for_one_contact_count_as_one_person(first: str, second: str, is_done: bool) -> None:
    """D-7: one party does not do alone what takes two."""
    for name, party in (("mia", GUILD), ("mo", GUILD), ("hal", HARBOUR)):
        registrar(name, party)
    act = on(actor=first)
    if is_done:
        by_two(free, act, second)
        return
    with pytest.raises(PortbookError, match="another registrar, who does not act for 'Keepers_Guild' too"):
        by_two(free, act, second)
    by_two(free, act, "hal")  # the word that did not count is no hindrance


def test_two_words_of_one_party_are_one() -> None:
    policy = policies.write(policies.RFC6335).replace("free_reserved = 2", "free_reserved = 3")
    for name, party in (("mia", GUILD), ("mo", GUILD)):
        registrar(name, party)
    by_two(lambda act: registry.set_policy(act, policy), on())
    seen = free(on(is_dry=True)).answer
    assert seen["needs"] == 3
    for name in ("mia", "mo"):
        approve(on().instant, seen["operation"], seen["digest"], name)
    assert code(lambda: free(on())) == "E-PERSONS"
    approve(on().instant, seen["operation"], seen["digest"], "bob")
    free(on())


def lose_party(act: Act) -> Done:
    return registry.change_member(act, "mo", party="")


def test_nobody_of_a_party_lets_one_become_two() -> None:
    """D-7: neither alone, nor with the word of whom it is about, nor while he is put aside."""
    for name, party in (("mia", GUILD), ("mo", GUILD)):
        registrar(name, party)
    assert code(lambda: lose_party(on(actor="mia"))) == "E-PERSONS"
    assert code(lambda: lose_party(on(actor="mo"))) == "E-PERSONS"
    for actor, second in (("mia", "mo"), ("mo", "mia"), ("ada", "mo")):
        with pytest.raises(PortbookError, match="needs 2 persons and has 1"):
            by_two(lose_party, on(actor=actor), second)
        seen = lose_party(on(is_dry=True)).answer["digest"]
        assert tables.rows("DELETE FROM register_approval WHERE digest = %s RETURNING member", [seen])
    by_two(lambda act: registry.change_member(act, "mo", is_active=False), on())
    assert code(lambda: lose_party(on(actor="mia"))) == "E-PERSONS"
    by_two(lambda act: registry.change_member(act, "mo", is_active=True), on())
    by_two(lose_party, on(actor="mia"))
    by_two(free, on(actor="mia"), "mo")  # as two persons of the operator saw to


def test_a_holder_loses_his_party_by_one_person() -> None:
    by_two(lambda act: registry.add_member(act, "kay", [], GUILD), on())
    registry.change_member(on(), "kay", party="")


def test_no_policy_wants_more_persons_than_the_office_has() -> None:
    """Nobody could change it again; two of one party are one person."""
    three = "[persons]\nfree_reserved = 3\n"
    with pytest.raises(PortbookError, match="wants 3 persons for an act, and the office has 2") as raised:
        by_two(lambda act: registry.set_policy(act, three), on())
    assert raised.value.problem.code == "E-POLICY-OFFICE"
    by_two(lambda act: registry.change_member(act, "ada", party=GUILD), on())
    registrar("mia", GUILD)
    assert code(lambda: registry.set_policy(on(), three)) == "E-POLICY-OFFICE"
    by_two(lambda act: registry.add_member(act, "max", [Role.ADMINISTRATOR]), on())
    by_two(lambda act: registry.set_policy(act, three), on())
    assert code(lambda: registry.set_policy(on(), three.replace("3", "4"))) == "E-POLICY-OFFICE"


def test_as_many_stay_as_are_different_persons() -> None:
    """Two registrars of one contact could let nobody come."""
    registrar("mia", GUILD)
    by_two(lambda act: registry.change_member(act, "ada", party=GUILD), on(), "bob")
    gone = lambda act: registry.change_member(act, "bob", is_active=False)  # noqa: E731
    assert code(lambda: gone(on(actor="mia"))) == "E-MEMBER-LAST"
    assert code(lambda: registry.change_member(on(actor="mia"), "bob", party=GUILD)) == "E-MEMBER-LAST"


def test_an_administrator_is_the_second_person_for_the_office_alone() -> None:
    by_two(lambda act: registry.add_member(act, "max", [Role.ADMINISTRATOR]), on())
    seen = registry.free(on(is_dry=True), 304, "IESG").answer["digest"]
    assert code(lambda: approving.approve(on(actor="max"), "free port", seen)) == "E-ROLE"
    approve(on().instant, "free port", seen, "max")  # a word of his that was kept counts for nothing
    assert code(lambda: registry.free(on(), 304, "IESG")) == "E-PERSONS"
    add = lambda act: registry.add_member(act, "ron", [Role.REGISTRAR])  # noqa: E731
    told = add(on(is_dry=True)).answer
    approving.approve(on(actor="max"), told["operation"], told["digest"])
    add(on())


def test_a_policy_for_one_person_says_one() -> None:
    by_two(lambda act: registry.set_policy(act, "[persons]\nchange_authentication = 1\n"), on())
    registry.change_member(on(), "bob", is_active=False)
    registry.add_member(on(), "sock", [Role.REGISTRAR])


NAMES = ["", " ", " eve", "eve ", "e\tve", "e\nve", "e\x7fve", "e\u200bve", "ADA", "\uff21da", "x" * 256]


@pytest.mark.parametrize("name", NAMES)
def test_what_is_no_name_of_a_member(name: str) -> None:
    expected = "E-REGISTER-TEXT" if len(name) > 255 else "E-MEMBER-NAME"
    for add in (
        lambda: registry.add_member(on(), name, [Role.AUDITOR]),
        lambda: members.add(on(object="member"), name, ["auditor"]),
        lambda: members.join(on(object="member", actor="desk"), name),
    ):
        assert code(add) == expected


def test_a_name_may_have_a_blank_within() -> None:
    registry.add_member(on(), "Zo\u00eb van Ebb", [Role.AUDITOR])
    assert code(lambda: registry.add_member(on(), "ZO\u00cb VAN EBB", [Role.AUDITOR])) == "E-MEMBER-NAME"
    registry.add_member(on(), "x" * (255 - len("member ")), [Role.AUDITOR])


def test_nobody_makes_himself_two_or_a_holder() -> None:
    """D-6, D-7: a further registrar, and whoever is to act for a contact, by two persons."""
    for do in (
        lambda act: registry.add_member(act, "mal", [Role.REGISTRAR]),
        lambda act: registry.add_member(act, "kay", [], "Keepers_Guild"),
        lambda act: registry.change_member(act, "cyd", roles=[Role.REGISTRAR]),
        lambda act: registry.change_member(act, "cyd", party="Keepers_Guild"),
        lambda act: registry.change_member(act, "cyd", is_active=True, party="Walt_Ebb"),
    ):
        assert code(lambda do=do: do(on())) == "E-PERSONS"  # type: ignore[misc]
        by_two(do, on())
    assert code(lambda: registry.add_member(on(), "lo", [], "Nobody_There")) == "E-CONTACT-NONE"


# -- experts


def test_terms_of_experts() -> None:
    """R-REV-13: the IESG appoints and removes."""
    team = "TCP/UDP experts"

    def appoint(begins: str = DAY, decision: str = "IESG, 2026-08-20", **more: str) -> Done:
        given = {"name": "cyd", "team": team, **more}
        return registry.appoint(on(), begins=begins, decision=decision, **given)

    for facts, expected in (
        ({"decision": " "}, "E-EVIDENCE"),
        ({"team": "UDP"}, "E-TEAM-UNKNOWN"),
        ({"name": "ada"}, "E-MEMBER-ROLE"),
        ({"begins": "2026-02-30"}, "E-DATE-FORMAT"),
        ({"begins": "2026-02"}, "E-DATE-FORMAT"),
        ({"ends": "2026-08-31"}, "E-TERM-DAYS"),
    ):
        assert code(lambda facts=facts: appoint(**facts)) == expected  # type: ignore[misc]
    term = appoint(ends="2028-09-01").answer["term"]
    dismiss = lambda ends: registry.dismiss(on(), term, ends=ends, decision="IESG")  # noqa: E731
    assert code(lambda: dismiss("2026-08-31")) == "E-TERM-DAYS"
    for ends in ("2028-09-01", "2028-09-02"):  # no sooner
        assert code(lambda ends=ends: dismiss(ends)) == "E-TERM-DAYS"  # type: ignore[misc]
    dismiss("2026-12-31")
    assert tables.rows("SELECT team, begins, ends FROM register_expertterm") == [(team, DAY, "2026-12-31")]


def test_a_term_stands_once() -> None:
    """The same expert has each day of a team by one term, or a dismissal would end half of it."""

    def appoint(begins: str, ends: str = "", team: str = "SCTP expert") -> Done:
        return registry.appoint(on(), "cyd", team, begins=begins, ends=ends, decision="IESG")

    appoint("2027-01-01", "2027-12-31")
    for begins, ends in (
        ("2027-01-01", "2027-12-31"),
        ("2026-01-01", "2027-01-01"),
        ("2027-12-31", ""),
        ("2026-01-01", ""),
    ):
        assert code(lambda begins=begins, ends=ends: appoint(begins, ends)) == "E-TERM-DAYS"  # type: ignore[misc]
    appoint("2026-01-01", "2026-12-31")
    appoint("2028-01-01")
    assert code(lambda: appoint("2040-01-01")) == "E-TERM-DAYS"
    appoint("2027-06-01", team="DCCP experts")


def test_who_is_dismissed_today_is_no_expert_from_then_on() -> None:
    def teams() -> list[tuple[object, ...]]:
        return OnRecord().terms(DAY)

    def appointed(begins: str = "2026-01-01", ends: str = "") -> int:
        term = {"begins": begins, "ends": ends, "decision": "IESG"}
        return int(registry.appoint(on(), "cyd", "SCTP expert", **term).answer["term"])

    term = appointed()
    assert teams() == [("cyd", "SCTP expert")]
    answer = registry.dismiss(on(), term, ends=DAY, decision="IESG").answer
    assert (answer["ends"], teams()) == ("2026-08-31", [])
    for ends in (DAY, "2026-08-30", "2027-01-01"):  # it is over: nothing ends it again, or brings it back
        again = lambda ends=ends: registry.dismiss(on(), term, ends=ends, decision="IESG")  # noqa: E731
        assert code(again) == "E-TERM-DAYS"
    began_today = appointed(DAY)
    registry.dismiss(on(), began_today, ends=DAY, decision="IESG")
    assert teams() == []
    last_day_today = appointed(DAY, DAY)
    registry.dismiss(on(), last_day_today, ends=DAY, decision="IESG")
    assert teams() == []


# -- Reserved values


def standing(port: int) -> PortStanding:
    return held(RegisterRegistry(), port, Transport.TCP).standing


def test_a_port_is_kept_for_a_special_purpose() -> None:
    """P10, R-RANGE-8: the free block is split around it."""
    assert code(lambda: registry.reserve(on(), 4060, "")) == "E-EVIDENCE"
    assert code(lambda: registry.reserve(on(), 4020, "IESG")) == "E-PORT-TAKEN"
    assert code(lambda: registry.reserve(on(), 50000, "IESG")) == "E-PORT-TAKEN"
    changed = difference(lambda: registry.reserve(on(), 4070, "IESG, 2026-08-20"))
    assert [line for line in changed if "number" in line] == [
        "-<number>4040-4099</number>",
        "+<number>4040-4069</number>",
        "+<number>4070</number>",
        "+<number>4071-4099</number>",
    ]
    assert standing(4070) is PortStanding.SPECIAL


def test_a_reserved_port_is_set_free(store: EditionStore) -> None:
    """P11, D-7: two persons, on the IESG's word; it joins nothing that says something else."""

    def do(act: Act, decision: str = "IESG, 2026-08-20") -> Done:
        return registry.free(act, 304, decision)

    assert code(lambda: do(on(), " ")) == "E-EVIDENCE"
    assert code(lambda: do(on())) == "E-PERSONS"
    by_two(do, on())
    assert standing(304) is PortStanding.UNASSIGNED
    assert [str(row.description) for row in at(304)] == ["Unassigned"]
    assert events.verify().problems == ()
    assert auditing.check(store) == ()


@pytest.mark.parametrize(
    "port, expected", [(4020, "E-MARK"), (4060, "E-ROW-MISSING"), (70000, "E-PORT-RANGE")]
)
def test_what_is_not_set_free(port: int, expected: str) -> None:
    assert code(lambda: registry.free(on(), port, "IESG")) == expected


def test_the_kept_port_is_joined_again() -> None:
    before = [str(row.port_number) for row in at(4041)]
    registry.reserve(on(), 4070, "IESG")
    by_two(lambda act: registry.free(act, 4070, "IESG"), on())
    assert [str(row.port_number) for row in at(4041)] == before == ["4040-4099"]


def test_who_comes_back_is_given_again_what_he_had() -> None:
    """D-7: a registrar, or a holder, who was put aside comes back by two persons."""
    by_two(lambda act: registry.add_member(act, "ron", [Role.REGISTRAR]), on())
    by_two(lambda act: registry.change_member(act, "ron", is_active=False), on())
    assert code(lambda: registry.change_member(on(), "ron", is_active=True)) == "E-PERSONS"
    registry.change_member(on(), "ron", roles=[])
    registry.change_member(on(), "ron", is_active=True)
    by_two(lambda act: registry.change_member(act, "ron", party="Walt_Ebb"), on())
    registry.change_member(on(), "ron", is_active=False)
    assert code(lambda: registry.change_member(on(), "ron", is_active=True)) == "E-PERSONS"
