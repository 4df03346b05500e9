"""What the edition says of an application: precedents, neighbours, holdings, the rows that it would make.

A version of an application never changes, and this costs more than the rest of its page; so it is remembered
for as long as the edition is shown.
"""

from collections import OrderedDict

from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from portbook.applications import Application, Reading
from portbook.desk.applying import checks
from portbook.desk.applying.checks import Look
from portbook.desk.applying.prechecks import checker_of
from portbook.policy import Policy
from portbook.precheck import Checker, answers
from portbook.records import PublishedDate
from portbook.web.editions import Served

REMEMBERED = 256  # versions of applications


_Key = tuple[str, int | None, int | None]


class _Memory:
    """What one checker found last, by the digests of versions and the ports of the map."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.found: OrderedDict[_Key, SafeString] = OrderedDict()


_memory: _Memory | None = None


def told(
    here: Served, policy: Policy, version: str, application: Application, today: str, given: int | None
) -> SafeString:
    """Return the sections that tell of *application*, of which *version* is the digest.

    The map stands around the port that was *given*, else the one that is asked for, else would be given now.
    """
    global _memory
    checker = checker_of(here, policy)
    memory = _memory
    if memory is None or memory.checker is not checker:
        memory = _memory = _Memory(checker)
    chosen = given if given is not None else checks.would_be_given(checker, policy, application)
    key = (version, given, chosen)
    known = memory.found.get(key)
    if known is None:
        known = memory.found[key] = _rendered(checker, application, today, given, chosen)
        while len(memory.found) > REMEMBERED:
            memory.found.popitem(last=False)
    return known


def _rendered(
    checker: Checker, application: Application, today: str, given: int | None, chosen: int | None
) -> SafeString:
    checked = checker.check(application, PublishedDate(today))
    seen = Look(Reading(application, ()), checked, checked.findings, (), frozenset(), chosen=chosen)
    context = {
        "checked": checked,
        "map": checks.around(seen, checker.edition, given),
        "suggestions": checked.suggestions,
        "neighbours": checked.neighbours,
        "preview": answers.rows(checked.preview),
    }
    return render_to_string("desk/edition_says.html", context)
