"""Two people decide at once: the second is told what happened after his page was made (T-56)."""

from typing import Any

from django import forms

from portbook.desk.members import Person
from portbook.errors import RuleError
from portbook.register.reading import whole
from portbook.register.reading.whole import Happened
from portbook.register.roles import Role

TOO_LATE = frozenset({"E-STALE", "E-STATE-MOVE", "E-ROW-STALE"})


def meanwhile(person: Person, error: RuleError, form: forms.Form, opened: Any) -> tuple[Happened, ...]:
    """Return the Events of the application after the one that *opened* counts, the newest first.

    Nothing for another refusal than of somebody too late, and for who may not see the application.
    """
    application = form.cleaned_data.get("application")
    if error.problem.code not in TOO_LATE or not application or not opened:
        return ()
    tells_names = person.has(Role.REGISTRAR, Role.AUDITOR)
    return tuple(whole.happened(application, tells_names=tells_names, after=opened))
