"""Turns: in which state an application stands, since when, and whose turn it is.

Whatever moves an application moves it by `stand`, so that the clocks of each party can be told.
"""

from datetime import date
from typing import Any

from portbook.register import casework, models, tables
from portbook.register.operations.acting import Doing
from portbook.states import ApplicationState

_S = ApplicationState
REQUESTER, OPERATOR, HOLDER, EXPERTS, IESG, IETF = (
    "requester",
    "operator",
    "holder",
    "experts",
    "IESG",
    "IETF",
)

# Whose turn it is; a state that is not here is closed.
TURNS = {
    _S.DRAFT: REQUESTER,
    _S.NEW: OPERATOR,
    _S.VALIDATING: OPERATOR,
    _S.WITH_REQUESTER: REQUESTER,
    _S.CONFIRMING: HOLDER,
    _S.EXPERT_REVIEW: EXPERTS,
    _S.INTERNAL_REVIEW: OPERATOR,
    _S.IESG: IESG,
    _S.IETF_DOC: IETF,
    _S.ASSIGNABLE: OPERATOR,
    _S.MODIFIABLE: OPERATOR,
}


def is_past_half(began: str, due: str, today: str) -> bool:
    """Whether more than half of the days from *began* to *due* have passed."""
    first, last, now = (date.fromisoformat(day[:10]) for day in (began, due, today))
    return now > first + (last - first) / 2


def stand(doing: Doing, row: models.Application, to: ApplicationState, due: str = "") -> None:
    """Let an application stand in the state *to* from now on; one that is closed wants no port any more."""
    change(doing, row, {"state": to.value, "due": due})
    for turn in tables.load(casework.Turn, "WHERE application_id = %s AND ended = ''", [row.identity]):
        values = tables.values_of(turn)
        doing.work.change(casework.Turn, turn.identity, values, {"ended": doing.work.instant})
    begin(doing, row)
    if to not in TURNS:
        want(doing, row, set())


def begin(doing: Doing, row: models.Application) -> None:
    """Note since when it stands as it does."""
    values = {
        "application_id": row.identity,
        "state": row.state,
        "party": TURNS.get(ApplicationState(row.state), ""),
        "began": doing.work.instant,
        "ended": "",
    }
    doing.work.add(casework.Turn, values)


def change(doing: Doing, row: models.Application, after: dict[str, Any]) -> None:
    """Change the row of an application, here and in its table."""
    before = tables.values_of(row)
    doing.work.change(models.Application, row.identity, before, after)
    if any(before[name] != value for name, value in after.items()):
        row.version += 1
    for name, value in after.items():
        setattr(row, name, value)


def want(doing: Doing, row: models.Application, places: set[tuple[int, str]]) -> None:
    """Let the application ask for these ports on these transports, and for no other (R-REV-25)."""
    held = tables.load(casework.Wanted, "WHERE application_id = %s", [row.identity])
    for each in held:
        if (each.port, each.transport) not in places:
            doing.work.remove(casework.Wanted, each.identity, tables.values_of(each))
    for port, transport in sorted(places - {(each.port, each.transport) for each in held}):
        values = {"application_id": row.identity, "port": port, "transport": transport}
        doing.work.add(casework.Wanted, values)
