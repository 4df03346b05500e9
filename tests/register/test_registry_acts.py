"""The registry itself: the stop button, the policy, members, experts' terms, Reserved values."""

from __future__ import annotations

import pytest

from portbook.numbers import Transport
from portbook.procedures import Amendment, Target, Wish, held
from portbook.records import Reference, rich
from portbook.register import auditing, events, tables
from portbook.register.acts import Act, Done
from portbook.register.operations import entries, registry
from portbook.register.roles import Role
from portbook.register.standing import RegisterRegistry
from portbook.states import PortStanding
from portbook.store import EditionStore

from .doings import DAY, at, by_two, code, difference, on

pytestmark = pytest.mark.usefixtures("register")

ONE_FOR_SYSTEM_PORTS = 'name = "Harbour"\n[persons]\nsystem_port = 1\n'


def amend(act: Act) -> Done:
    return entries.amend(act, Target("keeper"), Wish("", Amendment(description=rich("New"))))


# -- the stop button


def test_the_stop_button() -> None:
    registry.freeze(on())
    assert code(lambda: amend(on())) == "E-FROZEN"
    assert code(lambda: registry.unfreeze(on(actor="cyd"))) == "E-ROLE"
    registry.unfreeze(on(actor="bob"))
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
    registry.change_member(on(), "bob", is_active=False)
    assert code(lambda: amend(on(actor="bob"))) == "E-MEMBER-UNKNOWN"
    assert code(lambda: registry.change_member(on(), "nobody", is_active=False)) == "E-MEMBER-UNKNOWN"


def test_one_registrar_stays() -> None:
    registry.change_member(on(), "bob", is_active=False)
    assert code(lambda: registry.change_member(on(), "ada", roles=[Role.AUDITOR])) == "E-MEMBER-LAST"
    assert code(lambda: registry.change_member(on(), "ada", is_active=False)) == "E-MEMBER-LAST"


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
    dismiss("2026-12-31")
    assert tables.rows("SELECT team, begins, ends FROM register_expertterm") == [(team, DAY, "2026-12-31")]


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
    registry.change_member(on(), "ron", is_active=False)
    assert code(lambda: registry.change_member(on(), "ron", is_active=True)) == "E-PERSONS"
    registry.change_member(on(), "ron", roles=[])
    registry.change_member(on(), "ron", is_active=True)
    by_two(lambda act: registry.change_member(act, "ron", party="Walt_Ebb"), on())
    registry.change_member(on(), "ron", is_active=False)
    assert code(lambda: registry.change_member(on(), "ron", is_active=True)) == "E-PERSONS"
