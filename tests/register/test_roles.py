"""Who may do what: every cell of operation, role, object and state against a second table (N-16, T-58)."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import pytest

from portbook.register import roles
from portbook.register.models import Member
from portbook.register.roles import Matter, Role
from portbook.review import Person
from portbook.states import ApplicationState
from vectors import vectors

from . import operations_read

ROLES = tuple(Role)
CLOSED = {"ASSIGNED", "MODIFIED", "REFUSED", "WITHDRAWN", "APPEALED"}
TABLE = {row[0]: row[1:-1] for row in vectors("authority.tsv")}
ME = Person(frozenset({"member me", "Me"}), frozenset({"Tide Works"}), frozenset({"me@tide.example"}))

# What may be so or not: the conditions that a cell of the table can name, and objects that fulfil them.
OBJECTS = {
    "nothing": ((), Matter(actor=ME)),
    "own": (("Me",), Matter(actor=ME)),
    "sent": ((), Matter("me", concerned=(ME,), actor=ME)),
    "asked": (
        (),
        Matter(holders=frozenset({"Me"}), teams=frozenset({"A"}), terms=frozenset({"A"}), actor=ME),
    ),
    "other team": ((), Matter(teams=frozenset({"A"}), terms=frozenset({"B"}), actor=ME)),
    "colleague's": (
        (),
        Matter(
            teams=frozenset({"A"}),
            terms=frozenset({"A"}),
            concerned=(Person(organisations=frozenset({"TIDE  works"})),),
            actor=ME,
        ),
    ),
    "tied": ((), Matter(teams=frozenset({"A"}), terms=frozenset({"A"}), ties=("a co-author",), actor=ME)),
}
FULFILS = {
    "any": set(OBJECTS),
    "own": {"own"},
    "sent": {"sent"},
    "asked": {"asked"},
    "team": {"asked", "colleague's", "tied"},
    "others": set(OBJECTS) - {"own", "sent"},
    "-": set(),
}


def states_meant(text: str) -> set[str]:
    names = {state.name for state in ApplicationState}
    if text == "all":
        return names
    return names - CLOSED if text == "any open" else set(text.split(" | "))


def cells() -> Iterator[tuple[str, Role, str, ApplicationState | None, bool]]:
    """Every operation, role, object and state, and whether it is allowed."""
    for operation, row in TABLE.items():
        states = [None] if row[-1] == "-" else list(ApplicationState)
        for (role, cell), what, state in product(zip(ROLES, row, strict=False), OBJECTS, states):
            is_possible = state is None or state.name in states_meant(row[-1])
            yield operation, role, what, state, is_possible and what in FULFILS[cell]


def member(role: str, party: str = "") -> Member:
    return Member(identity=1, name="me", roles=role, party=party, is_active=True)


def test_every_cell_is_as_written() -> None:
    counted = 0
    for operation, role, what, state, is_allowed in cells():
        holders, matter = OBJECTS[what]
        actor = member(role, "Me" if role is Role.HOLDER or what == "own" else "")
        if what == "own" and what in FULFILS[TABLE[operation][1]]:
            is_allowed = True  # whoever has that party is its holder, too
        found = roles.may(actor, operation, holders, state.value if state else "", matter)
        assert (found is None) == is_allowed, (operation, role, what, state)
        counted += 1
    assert counted > 5_000


def test_what_no_row_names_nobody_may() -> None:
    everything = member(" ".join(Role), "Me")
    for holders, matter in OBJECTS.values():
        found = roles.may(everything, "paint", holders, "new", matter)
        assert found
        assert found.code == "E-ROLE"


@pytest.mark.parametrize(
    "operation, role, what, state, code",
    [
        ("validate", "registrar", "sent", "new", "E-OWN-CASE"),
        ("assign", "registrar", "sent", "assignable", "E-OWN-CASE"),
        ("recommend", "expert", "colleague's", "expert review", "E-EXPERT-COI"),
        ("recommend", "expert", "tied", "expert review", "E-EXPERT-COI"),
        ("recommend", "applicant expert", "tied", "expert review", "E-EXPERT-COI"),
        ("recommend", "expert", "other team", "expert review", "E-ROLE"),
        ("recommend", "auditor", "asked", "expert review", "E-ROLE"),
        ("recommend", "painter", "asked", "expert review", "E-ROLE"),
        ("recommend", "", "asked", "expert review", "E-ROLE"),
        ("recommend", "expert", "asked", "new", "E-STATE-MOVE"),
        ("withdraw", "applicant", "sent", "refused", "E-STATE-MOVE"),
    ],
)
def test_the_reason_is_told(operation: str, role: str, what: str, state: str, code: str) -> None:
    found = roles.may(member(role), operation, OBJECTS[what][0], state, OBJECTS[what][1])
    assert found
    assert found.code == code


def test_a_common_mail_domain_ties_an_expert_and_a_common_address_a_registrar() -> None:
    other = Matter(
        teams=frozenset({"A"}),
        terms=frozenset({"A"}),
        concerned=(Person(emails=frozenset({"you@lab.tide.example"})),),
        actor=ME,
    )
    tied = roles.may(member("expert"), "recommend", (), "expert review", other)
    assert tied
    assert tied.code == "E-EXPERT-COI"
    assert roles.may(member("registrar"), "validate", (), "new", other) is None
    same = other._replace(concerned=(Person(emails=ME.emails),))
    own = roles.may(member("registrar"), "validate", (), "new", same)
    assert own
    assert own.code == "E-OWN-CASE"


def test_every_operation_has_its_row() -> None:
    elsewhere = {"show application", "publish"}  # `reading` and `publishing`
    assert operations_read.performed() == set(TABLE) - elsewhere
    assert set(roles.RIGHTS) == set(TABLE)
    assert {name for name, row in TABLE.items() if row[-1] != "-"} == set(roles.STATES)
