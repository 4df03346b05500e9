"""Acts that wait for the word of others (D-7): shown to them as they were shown to whoever asked.

What was asked is kept as its form had it.  Whoever looks sees it tried anew, as the one who asked would do it
now: where that would do something else than was shown, nobody can give a word for it, and it is asked again.
The words themselves are the register's (`approving`); the act is done by the one who asked, and as shown.
"""

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from django.db.transaction import atomic
from django.forms import Form
from django.http import HttpRequest

from portbook.desk import problems
from portbook.desk.acting import changed_rows
from portbook.desk.deeds import Deed, table
from portbook.desk.limits import ACTS_SHOWN, MAX_ASKED
from portbook.desk.members import CHANNEL, Person, person_of
from portbook.desk.models import Account, Pending
from portbook.desk.office import founding
from portbook.errors import PortbookError, Problem, RuleError
from portbook.register import tables
from portbook.register.acts import Act, Done
from portbook.register.limits import APPROVAL_HOURS, MAX_NAME
from portbook.register.operations import approving
from portbook.register.operations.approving import hours_after
from portbook.register.roles import Role
from portbook.web import clock

if TYPE_CHECKING:
    from portbook.desk.acting.deed_page import Said

WAITS, READY, DONE, REFUSED, OVER = "waits", "ready", "done", "refused", "over"
_OLD_HOURS = 7 * 24  # that an act which is over stays in the list


class Waiting(NamedTuple):
    """An act in the list, as somebody sees it."""

    number: int
    title: str
    what: str
    member: str  # who asked
    reason: str
    asked: str
    expires: str
    state: str
    words: tuple[str, ...]  # the members who gave theirs
    answered_by: str
    answer: str  # why it was refused
    event: int | None
    is_mine: bool

    @property
    def is_open(self) -> bool:
        return self.state in (WAITS, READY)


class Told(NamedTuple):
    """What was said in one field of an act's form."""

    label: str
    text: str


class Look(NamedTuple):
    """What an act would do if it were done now."""

    shown: changed_rows.Shown | None
    seed: Any  # `seeding.Seed`, of the act that fills an empty register
    needs: int
    is_as_shown: bool
    problems: tuple[Problem, ...]  # why it could not be done at all


# -- asking


def ask(request: HttpRequest, deed: Deed, form: Form, said: "Said") -> Pending:
    """Keep an act that was shown, until others gave their word for it."""
    _see_room(person_of(request))
    tried = Act("", person_of(request).member, "", said.cleaned_data["reason"], clock.instant(), CHANNEL)
    shown = changed_rows.shown(
        deed.do(tried._replace(is_dry=True), form.cleaned_data)
    )  # who may not is refused
    if shown.digest != said.cleaned_data["seen"]:
        message = "this would not do now what was shown; look again"
        raise RuleError(Problem("E-STALE", message, "docs/desk.md"))
    values = {name: form[name].value() for name in form.fields}
    person, digest, reason = person_of(request), said.cleaned_data["seen"], said.cleaned_data["reason"]
    subject = getattr(form, "subject", "")
    return keep(person, deed.slug, digest, values, what_of(values, subject), reason)


def _see_room(person: Person) -> None:
    mine = Pending.objects.filter(account_id=person.account, is_done=False, asked__gte=_hours_ago())
    if mine.count() >= MAX_ASKED:
        message = f"{MAX_ASKED} acts of yours wait for a word; take one back first"
        raise RuleError(Problem("E-DESK-ASKED", message, "docs/limits.md"))


def keep(person: Person, slug: str, digest: str, values: Any, what: str, reason: str) -> Pending:
    """Keep what *person* asks a word for; asked again in the same words, it is the same."""
    with atomic():
        Account.objects.select_for_update().get(pk=person.account)  # of two presses one finds the other
        before = Pending.objects.filter(
            account_id=person.account, deed=slug, digest=digest, is_done=False, asked__gte=_hours_ago()
        ).first()
        return before or Pending.objects.create(
            deed=slug,
            digest=digest,
            values=json.dumps(values),
            what=what[:MAX_NAME],
            reason=reason,
            account_id=person.account,
            asked=clock.instant(),
        )


def what_of(values: dict[str, Any], subject: str = "") -> str:
    """Return what an act is about, as its Event will say if the form has a *subject*, "member {name}"."""
    if values.get("application"):
        return f"application {values['application']}"
    if subject:
        return subject.format_map(values)
    for name, value in values.items():
        if value and isinstance(value, (str, int)) and "\n" not in str(value):
            return f"{name.replace('_', ' ')}: {value}"
    return ""


# -- the list


def waiting_for(person: Person) -> tuple[Waiting, ...]:
    """Return the acts on which *person* can do something now: a word to give, or an act to do."""
    return tuple(
        each
        for each in listed(person)
        if each.is_open and (each.state == READY if each.is_mine else person.member not in each.words)
    )


def listed(person: Person, number: int | None = None) -> tuple[Waiting, ...]:
    """Return the acts that *person* may see, newest first: registrars see all, others what they asked.

    With *number* that one alone; those that are over stay for a week.
    """
    where = "p.id = %s" if number is not None else "p.asked >= %s"
    given: list[Any] = [number if number is not None else hours_after(clock.instant(), -_OLD_HOURS)]
    if not person.has(Role.REGISTRAR):
        where += " AND a.member = %s"
        given.append(person.member)
    statement = (
        "SELECT p.id, p.deed, p.what, a.member, p.reason, p.asked, p.digest, p.is_done, "  # noqa: S608
        "p.refused_by, p.words, p.event FROM desk_pending p JOIN desk_account a ON a.id = p.account_id "
        f"WHERE {where} ORDER BY p.is_done, p.id DESC LIMIT {ACTS_SHOWN}"
    )
    found = tables.rows(statement, given)
    words = _words([row[6] for row in found])
    return tuple(_waiting(row, words.get(row[6], {}), person) for row in found)


def _words(digests: list[str]) -> dict[str, dict[str, str]]:
    """Who gave a word that holds now for each digest, and until when."""
    if not digests:
        return {}
    statement = (
        "SELECT digest, member, expires FROM register_approval "  # noqa: S608
        f"WHERE digest IN ({tables.marks(len(digests))}) AND expires >= %s AND NOT is_used ORDER BY identity"
    )
    found: dict[str, dict[str, str]] = {}
    for digest, member, expires in tables.rows(statement, [*digests, clock.instant()]):
        found.setdefault(digest, {})[member] = expires
    return found


def _waiting(row: tuple[Any, ...], words: dict[str, str], person: Person) -> Waiting:
    number, slug, what, member, reason, asked, _, is_done, refused_by, answer, event = row
    given = {name: until for name, until in words.items() if name != member}
    expires = max([hours_after(asked, APPROVAL_HOURS), *given.values()])
    state = READY if given else WAITS
    if is_done:
        state = REFUSED if refused_by else DONE
    elif expires < clock.instant():
        state = OVER
    return Waiting(
        number,
        title_of(slug),
        what,
        member,
        reason,
        asked,
        expires,
        state,
        tuple(given),
        refused_by,
        answer,
        event,
        member == person.member,
    )


def title_of(slug: str) -> str:
    """Return what the act is called on its button."""
    found = table().get(slug)
    return founding.TITLE if slug == founding.SLUG else found.title if found else slug


def form_of(row: Pending) -> Form | None:
    """Return the form of an act with what was said in it; None for what is no deed."""
    deed = table().get(row.deed)
    return deed.form(json.loads(row.values)) if deed else None


def said_of(row: Pending) -> tuple[Told, ...]:
    """Return what was said in the form of an act: on what whoever gives a word for it relies."""
    form = form_of(row)
    if form is None:
        return ()
    told = ((str(field.label), field.value()) for field in form.visible_fields())
    return tuple(Told(label, text) for label, value in told if (text := _in_words(value)))


def _in_words(value: Any) -> str:
    return ", ".join(map(str, value)) if isinstance(value, list) else "" if value is None else str(value)


def _hours_ago() -> str:
    return hours_after(clock.instant(), -APPROVAL_HOURS)


# -- one of them


def look(row: Pending) -> Look:
    """Try the act as whoever asked would do it now, and say what it would do."""
    try:
        if row.deed == founding.SLUG:
            seed = founding.shown(_edition(row))
            return Look(None, seed, founding.PERSONS, seed.digest == row.digest, ())
        shown = changed_rows.shown(_tried(row, row.account.member))
    except PortbookError as error:
        return Look(None, None, 0, False, problems.problems_of(error))
    return Look(shown, None, shown.needs, shown.digest == row.digest, ())


def own_case(row: Pending, person: Person) -> Problem | None:
    """Return why *person* cannot give a word for it: he is a party to the case himself."""
    if row.deed == founding.SLUG:
        return None
    try:
        _tried(row, person.member)
    except RuleError as error:
        found = (each for each in problems.problems_of(error) if each.code == "E-OWN-CASE")
        return next(found, None)
    except PortbookError:
        return None
    return None


def _tried(row: Pending, member: str) -> Done:
    deed, values = _deed_of(row)
    return deed.do(_act(member, row.reason, is_dry=True), values)


def _edition(row: Pending) -> str:
    """The edition from which an empty register is to be filled."""
    return str(json.loads(row.values)["edition"])


def _deed_of(row: Pending) -> tuple[Deed, dict[str, Any]]:
    """The deed of an act and what its form says; raises `RuleError` E-DESK-ASKED for what it says no more."""
    deed, form = table().get(row.deed), form_of(row)
    if deed is None or form is None or not form.is_valid():
        message = "what was asked is not how this Portbook asks for it; it has to be asked anew"
        raise RuleError(Problem("E-DESK-ASKED", message, "docs/desk.md"))
    return deed, form.cleaned_data


def _act(member: str, reason: str, *, is_dry: bool = False, key: str = "", seen: str = "") -> Act:
    return Act("", member, "", reason, clock.instant(), CHANNEL, key=key, is_dry=is_dry, seen=seen)


def give_word(row: Pending, person: Person, reason: str) -> Done:
    """Give the word of *person* for the act as it was shown; an empty register is filled by that word.

    Raises what `approving.approve` and `seeding.seed` raise.
    """
    if row.deed == founding.SLUG:
        done = founding.fill(row, person, _edition(row))
        _note(row, done)
        return done
    deed, values = _deed_of(row)
    act = _act(person.member, reason, key=f"word-{row.pk}")
    number = values.get("application") or 0
    return approving.approve(act, deed.operation, row.digest, application=number)


def do(row: Pending) -> tuple[Done, str]:
    """Do the act as it was shown, by whoever asked; return what became of it, and the page that shows it.

    Done again it is answered as before: its key is that of the row.
    """
    deed, values = _deed_of(row)
    act = _act(row.account.member, row.reason, key=f"asked-{row.pk}", seen=row.digest)
    done = deed.do(act, values)
    _note(row, done)
    address = deed.then(values, done.answer)
    return done, f"{address}{'&' if '?' in address else '?'}done={done.event}"


def refuse(row: Pending, person: Person, words: str) -> bool:
    """Say no, or take it back; say whether it was still waiting."""
    return _close(row, refused_by=person.member, words=words)


def ask_again(row: Pending, person: Person, digest: str) -> Pending:
    """Ask for the same act as it would be done now."""
    values = json.loads(row.values)
    _close(row, refused_by=person.member, words="asked again, as it is now")
    return keep(person, row.deed, digest, values, row.what, row.reason)


def _note(row: Pending, done: Done) -> None:
    """Note that it was done, also where somebody said no or took it back while it was being done."""
    Pending.objects.filter(pk=row.pk).update(is_done=True, event=done.event, refused_by="", words="")


def _close(row: Pending, **values: Any) -> bool:
    waiting = Pending.objects.filter(pk=row.pk, is_done=False)
    return bool(waiting.update(is_done=True, **values))
