"""What was closed lately of what a member has sent: what became of it, for whoever waited for it."""

from portbook.register import tables
from portbook.register.operations import notices
from portbook.register.operations.turns import TURNS
from portbook.register.reading import together
from portbook.register.reading.statuses import Waiting, looking, waiting_of
from portbook.states import ApplicationState

_CLOSED = tuple(state.value for state in ApplicationState if state not in TURNS)


def closed(actor: str, instant: str, days: int, limit: int) -> tuple[Waiting, ...]:
    """Return the applications of *actor* that were closed within *days*, the newest first."""
    doing = looking(actor, instant)
    since = notices.later(doing.work.today, -days)
    statement = (
        "SELECT a.identity FROM register_application a "  # noqa: S608
        "JOIN register_turn t ON t.application_id = a.identity AND t.ended = '' "
        f"WHERE a.submitter = %s AND a.state IN ({tables.marks(len(_CLOSED))}) AND t.began >= %s "
        "ORDER BY t.began DESC, a.identity DESC LIMIT %s"
    )
    found = tables.rows(statement, [actor, *_CLOSED, since, limit])
    return tuple(map(waiting_of, together.dossiers(doing, [number for (number,) in found])))
