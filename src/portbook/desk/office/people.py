"""The people of the register: members with their roles and accounts, experts by team and term.

Whoever works for the operator is listed; applicants are many and are searched for.  An invitation makes the
account of a member who has none; its link is shown once.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from portbook.desk import problems
from portbook.desk.accounts import invitations
from portbook.desk.deeds import Deed, table
from portbook.desk.entrance import for_roles
from portbook.desk.limits import MEMBERS_A_PAGE
from portbook.desk.members import names_of, person_of
from portbook.desk.office.forms import Invited, MemberSearch
from portbook.desk.office.registry import OFFICE, policy_now
from portbook.desk.site_links import absolute
from portbook.errors import PortbookError, Problem
from portbook.register import roles, tables
from portbook.register.roles import Role
from portbook.web import clock

SOON = 60  # days: a term that ends within them is told
PAST_TERMS = 20  # that the page names

_ESCAPE = "!"
_DEEDS = ("add-member", "change-member", "reset-factors", "appoint-expert", "dismiss-expert")


class Someone(NamedTuple):
    """A member, and whether he can sign in."""

    name: str
    roles: str
    party: str
    is_active: bool
    account: int | None
    shown_as: str
    has_factor: bool

    @property
    def change(self) -> str:
        """The address of the deed that changes him, filled."""
        given = [
            ("name", self.name),
            ("party", self.party),
            *(("roles", each) for each in self.roles.split()),
        ]
        return f"{table()['change-member'].address}?{urlencode(given)}"


class Term(NamedTuple):
    """A term of an expert."""

    number: int
    name: str
    team: str
    begins: str
    ends: str  # "" for open

    def covers(self, day: str) -> bool:
        return self.begins <= day and (not self.ends or day <= self.ends)


class Roster(NamedTuple):
    """A team: who is its expert now or will be, and what is missing soon."""

    team: str
    terms: tuple[Term, ...]
    gaps: tuple[tuple[str, str], ...]  # from which day to which nobody is its expert; "" for no end in sight
    ending: tuple[Term, ...]  # terms that end soon


@for_roles(*OFFICE)
def people(request: HttpRequest) -> HttpResponse:
    """Members, and the rosters of experts."""
    search = MemberSearch(request.GET)
    given = search.cleaned_data if search.is_valid() else {"name": "", "after": ""}
    found = _members(given["name"], given["after"])
    shown = found[:MEMBERS_A_PAGE]
    today = clock.instant()[:10]
    found_terms, invited = terms(), invitations.waiting()
    context = {
        "search": search,
        "sought": given["name"],
        "members": shown,
        "older": f"/desk/people?{urlencode({'name': given['name'], 'after': shown[-1].name})}"
        if len(found) > MEMBERS_A_PAGE
        else "",
        "rosters": rosters((team.name for team in policy_now().teams), found_terms, today),
        "past": [term for term in reversed(found_terms) if term.ends and term.ends < today][:PAST_TERMS],
        "deeds": _deeds(person_of(request).roles),
        "invited": invited,
        "names": names_of([*(term.name for term in found_terms), *(each.invited_by for each in invited)]),
    }
    return render(request, "desk/people.html", context)


@for_roles(*OFFICE)
def agree(request: HttpRequest, pk: int) -> HttpResponse:
    """Give the second word for an invitation."""
    if request.method == "POST":
        held = invitations.agree(person_of(request), pk)
        messages.success(request, f"The invitation of {held.member} counts now.")
    return HttpResponseRedirect("/desk/people")


@for_roles(*OFFICE)
def invite(request: HttpRequest) -> HttpResponse:
    """Invite a member to an account; the link is shown on this one answer."""
    form = Invited(request.POST if request.method == "POST" else None, initial=request.GET.dict())
    context: dict[str, object] = {"form": form, "hours": invitations.HOURS}
    if request.method != "POST" or not form.is_valid():
        return render(request, "desk/people_invite.html", context, status=422 if form.is_bound else 200)
    site = absolute(request, "")
    try:
        link = invitations.invite(
            person_of(request), form.cleaned_data["member"], form.cleaned_data["email"], site=site
        )
    except PortbookError as error:
        found: tuple[Problem, ...] = problems.problems_of(error)
        context["problems"] = found
        return render(request, "desk/people_invite.html", context, status=problems.status_of(error))
    needs_word = any(each.member == form.cleaned_data["member"] for each in invitations.waiting())
    context |= {"link": link, "needs_word": needs_word, **form.cleaned_data}
    return render(request, "desk/people_invited.html", context)


def _deeds(held: str) -> dict[str, Deed]:
    """The deeds on people that somebody with the roles *held* may do, by their slugs with "_"."""
    found = (table()[slug] for slug in _DEEDS)
    return {
        deed.slug.replace("-", "_"): deed
        for deed in found
        if not {*held.split()}.isdisjoint(roles.RIGHTS[deed.operation])
    }


# -- members


def _members(sought: str, after: str) -> list[Someone]:
    """One more than a page of members after the name *after*: those of the office, or those *sought*."""
    if sought:
        fields = ("m.name", "m.party", "COALESCE(a.name, '')", "COALESCE(u.email, '')")
        where = "(" + " OR ".join(f"LOWER({field}) LIKE %s ESCAPE '{_ESCAPE}'" for field in fields) + ")"
        given = [_pattern(sought.lower())] * len(fields)
    else:
        where, given = "m.roles NOT IN ('', %s)", [Role.APPLICANT.value]
    statement = (
        "SELECT m.name, m.roles, m.party, m.is_active, a.id, COALESCE(a.name, ''), "  # noqa: S608
        "EXISTS (SELECT 1 FROM "
        "mfa_authenticator f WHERE f.user_id = a.user_id AND f.type IN ('totp', 'webauthn')) "
        "FROM register_member m LEFT JOIN desk_account a ON a.member = m.name "
        "LEFT JOIN auth_user u ON u.id = a.user_id "
        f"WHERE {where} AND m.name > %s ORDER BY m.name LIMIT {MEMBERS_A_PAGE + 1}"
    )
    found = tables.rows(statement, [*given, after])
    return [
        Someone(name, held, party, bool(on), account, shown, bool(has))
        for name, held, party, on, account, shown, has in found
    ]


def _pattern(text: str) -> str:
    return "%" + "".join(f"{_ESCAPE}{each}" if each in f"%_{_ESCAPE}" else each for each in text) + "%"


# -- experts


def terms() -> tuple[Term, ...]:
    """Return all terms, by their beginning."""
    statement = (
        "SELECT t.identity, m.name, t.team, t.begins, t.ends FROM register_expertterm t "
        "JOIN register_member m ON m.identity = t.member_id WHERE m.is_active OR t.ends <> '' "
        "ORDER BY t.begins, t.identity"
    )
    return tuple(Term(*row) for row in tables.rows(statement))


def rosters(teams: Iterable[str], terms: Iterable[Term], today: str) -> tuple[Roster, ...]:
    """Return the roster of each of *teams* and of each that has a term, as of *today*."""
    known = tuple(terms)
    names = dict.fromkeys([*teams, *(term.team for term in known)])
    return tuple(_roster(team, [term for term in known if term.team == team], today) for team in names)


def _roster(team: str, terms: list[Term], today: str) -> Roster:
    lasting = tuple(term for term in terms if not term.ends or term.ends >= today)
    soon = _after(today, SOON)
    ending = tuple(term for term in lasting if term.ends and term.ends <= soon)
    return Roster(team, lasting, tuple(_gaps(lasting, today)), ending)


def _gaps(terms: tuple[Term, ...], today: str) -> list[tuple[str, str]]:
    """From which day to which, of today and the `SOON` days after, nobody is an expert."""
    days = [_after(today, number) for number in range(SOON + 1)]
    bare = [day for day in days if not any(term.covers(day) for term in terms)]
    found: list[tuple[str, str]] = []
    for day in bare:
        if found and _after(found[-1][1], 1) == day:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return [(first, "" if last == days[-1] else last) for first, last in found]


def _after(day: str, days: int) -> str:
    return (date.fromisoformat(day) + timedelta(days=days)).isoformat()
