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


class _Memory:
    """What one checker found last, by the digests of versions."""

    def __init__(self, checker: Checker) -> None:
        self.checker = checker
        self.found: OrderedDict[str, SafeString] = OrderedDict()


_memory: _Memory | None = None


def told(here: Served, policy: Policy, version: str, application: Application, today: str) -> SafeString:
    """Return the sections that tell of *application*, of which *version* is the digest."""
    global _memory
    checker = checker_of(here, policy)
    memory = _memory
    if memory is None or memory.checker is not checker:
        memory = _memory = _Memory(checker)
    known = memory.found.get(version)
    if known is None:
        known = memory.found[version] = _rendered(checker, application, today)
        while len(memory.found) > REMEMBERED:
            memory.found.popitem(last=False)
    return known


def _rendered(checker: Checker, application: Application, today: str) -> SafeString:
    checked = checker.check(application, PublishedDate(today))
    seen = Look(Reading(application, ()), checked, checked.findings, (), frozenset())
    context = {
        "checked": checked,
        "map": checks.around(seen, checker.edition),
        "suggestions": checked.suggestions,
        "neighbours": checked.neighbours,
        "preview": answers.rows(checked.preview),
    }
    return render_to_string("desk/edition_says.html", context)
