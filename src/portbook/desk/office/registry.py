"""The registry at a glance: what it holds, its policy, its publications, whether its books agree.

An empty one is filled from an edition here: one registrar proposes, another gives his word (`founding`).
"""

import secrets
from typing import Any, NamedTuple

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook import policy as policies
from portbook.desk import problems
from portbook.desk.acting import deed_page, pending
from portbook.desk.deeds import Deed, table
from portbook.desk.entrance import for_roles
from portbook.desk.members import Person, person_of
from portbook.desk.office import audits, founding, policy_words
from portbook.errors import PortbookError, Problem, RuleError
from portbook.policy import Policy
from portbook.register import roles, tables
from portbook.register.limits import MAX_TEXT
from portbook.register.models import Publication, Registry
from portbook.register.roles import Role

OFFICE = (Role.REGISTRAR, Role.ADMINISTRATOR)
PUBLICATIONS = 10  # that the page names
_DEEDS = ("freeze", "unfreeze", "list-experts")


class Counts(NamedTuple):
    """How much there is of what."""

    entries: int
    assigned: int
    reserved: int
    unassigned: int
    contacts: int
    members: int
    waiting: int  # letters
    given_up: int  # letters
    oldest: str  # the instant at which the first letter that waits was due, or ""


def registry_now() -> Registry:
    """Return the row that says what the registry is."""
    return tables.load(Registry, "WHERE identity = 1")[0]


def policy_now() -> Policy:
    """Return the policy of the registry as it stands."""
    text = registry_now().policy
    return policies.read(text.encode()) if text else policies.RFC6335


@for_roles(*OFFICE)
def overview(request: HttpRequest) -> HttpResponse:
    """What the registry is, and how it stands."""
    registry, person = registry_now(), person_of(request)
    context: dict[str, Any] = {
        "registry": registry,
        "is_empty": not registry.base_sha256,
        "counts": counts(),
        "publications": tables.load(Publication, f"ORDER BY number DESC LIMIT {PUBLICATIONS}"),
        "audits": audits.audits(),
        "deeds": [deed for deed in _deeds_of(person) if _is_of_use(deed, registry)],
        "may_publish": person.has(*roles.RIGHTS["publish"]),
    }
    if context["is_empty"]:
        context["editions"] = founding.kept()
    return render(request, "desk/registry.html", context)


def _deeds_of(person: Person) -> list[Deed]:
    """The deeds on the registry itself that *person* may do."""
    found = (table()[slug] for slug in _DEEDS)
    return [deed for deed in found if person.has(*roles.RIGHTS[deed.operation])]


def _is_of_use(deed: Deed, registry: Registry) -> bool:
    """Whether the deed changes anything now: what is frozen is not frozen again."""
    return deed.operation not in ("freeze", "unfreeze") or registry.is_frozen == (
        deed.operation == "unfreeze"
    )


def counts() -> Counts:
    """Return how much there is of what."""
    statement = (
        "SELECT (SELECT COUNT(*) FROM register_entry), "
        "(SELECT COUNT(*) FROM register_entry WHERE state = 'Assigned'), "
        "(SELECT COUNT(*) FROM register_entry WHERE state = 'Reserved'), "
        "(SELECT COUNT(*) FROM register_entry WHERE state = 'Unassigned'), "
        "(SELECT COUNT(*) FROM register_contact), "
        "(SELECT COUNT(*) FROM register_member WHERE is_active), "
        "(SELECT COUNT(*) FROM register_outbox WHERE state = 'waiting'), "
        "(SELECT COUNT(*) FROM register_outbox WHERE state = 'given up'), "
        "(SELECT COALESCE(MIN(due), '') FROM register_outbox WHERE state = 'waiting')"
    )
    return Counts(*tables.rows(statement)[0])


# -- the policy


@for_roles(*OFFICE)
def policy(request: HttpRequest) -> HttpResponse:
    """The policy in words and as TOML, with a form to try another."""
    now = policy_now()
    deed = table()["set-policy"]
    text = registry_now().policy or policies.write(now)
    context = {
        "policy": now,
        "parts": policy_words.words(now),
        "text": text,
        "is_rfc6335": now == policies.RFC6335,
        "deed": deed,
        "form": deed.form(initial={"text": text}),
        "said": deed_page.Said(initial={"key": secrets.token_hex(16)}),
    }
    return render(request, "desk/policy.html", context)


# -- the beginning


@for_roles(Role.REGISTRAR)
def begin(request: HttpRequest) -> HttpResponse:
    """What a register seeded from an edition would hold; POST asks another registrar for his word."""
    edition = request.POST.get("edition", "") or request.GET.get("edition", "")
    reason = request.POST.get("reason", "")
    if registry_now().base_sha256:
        raise problems.no_such_page("empty register")
    found: tuple[Problem, ...] = ()
    seed = None
    try:
        seed = founding.shown(edition)
        if request.method == "POST":
            return _proposed(request, seed.digest, edition, reason)
    except PortbookError as error:
        found = problems.problems_of(error)
    context = {"seed": seed, "edition": edition, "reason": reason, "problems": found, "longest": MAX_TEXT}
    return render(request, "desk/registry_begin.html", context, status=409 if found else 200)


def _proposed(request: HttpRequest, digest: str, edition: str, reason: str) -> HttpResponse:
    if request.POST.get("seen") != digest:
        message = f"edition {edition} would bring something else than what was shown; look again"
        raise RuleError(Problem("E-SEED-DIFFERS", message, "docs/register.md"))
    if len(reason) > MAX_TEXT:
        message = f"the reason has {len(reason)} characters; at most {MAX_TEXT} are kept"
        raise RuleError(Problem("E-REGISTER-TEXT", message, "docs/limits.md"))
    asked = pending.keep(
        person_of(request), founding.SLUG, digest, {"edition": edition}, f"edition {edition}", reason
    )
    return HttpResponseRedirect(f"/desk/pending/{asked.pk}")
