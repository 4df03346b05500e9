"""Deeds on entries: what is written in a row, references, names, parties, reuse, service codes."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portbook.desk.deeds import Deed, Values
from portbook.desk.deeds.forms import line, words
from portbook.desk.deeds.targets import (
    DECISION,
    EVIDENCE,
    EXPERT,
    OfPort,
    OfService,
    OfTarget,
    asked_by,
    contacts,
    documents,
    documents_of,
    port,
    request_number,
    several,
    target_of,
    text_of,
    to_entry,
    to_port,
)
from portbook.errors import RuleError
from portbook.numbers import Transport
from portbook.procedures import Amendment, Grant, Succession, Wish
from portbook.procedures.passing import Ground
from portbook.records import rich
from portbook.register.acts import Act, Done
from portbook.register.operations import assigning, entries, returning, succession
from portbook.register.operations.acting import references
from portbook.service_codes import parse

_AS_IT_IS = "Left empty, it stays as it is."
_GROUNDS = tuple((ground.value, ground.value.capitalize()) for ground in Ground)


class NewValues(OfTarget):
    """What a row is to say from now on."""

    description = words("Description from now on", _AS_IT_IS, required=False)
    contact = contacts("Contacts from now on", required=False)
    reference = documents("References from now on")
    notes = words("Notes from now on", f"What the registry notes in the row. {_AS_IT_IS}", required=False)

    def clean(self) -> Values:
        """Refuse what changes nothing."""
        found = super().clean() or {}
        if not (
            self.errors or any(found.get(name) for name in ("description", "contact", "reference", "notes"))
        ):
            raise ValidationError("Nothing is to be changed: fill in what is to be different from now on.")
        return found


class Amended(NewValues):
    """A change that a holder wishes, or the operator for one."""

    of_the_operator = ("notes", "asked_by", "decision", "application")  # holders are not asked for it
    asked_by = asked_by("Left empty, the registry does it on its own.")
    decision = line("Decision of the IESG", f"Needed for an entry of the IETF. {DECISION}", required=False)
    application = request_number()


class Corrected(NewValues):
    """A mistake of the operator, put right."""

    evidence = words("What shows the mistake", EVIDENCE)


class Marked(OfTarget):
    """A word that an entry is out of use."""

    word = forms.ChoiceField(
        label="Mark it as", choices=[(each, each) for each in entries.MARKS], widget=forms.RadioSelect
    )
    decision = line("Decision of the IESG", f"Needed for an entry of the IETF. {DECISION}", required=False)


class Reported(OfPort):
    """A report of unauthorized use."""

    text = words("What the row says of it", "It is published. Name nobody who may be defamed.")
    reported_by = line("Who reported it", "The books keep it; it is not published.")


class Moved(forms.Form):
    """A document and its successor."""

    old = line("Document", "That entries cite: rfc2818.")
    new = line("Its successor", "That they cite from now on: rfc9110.")
    names = several("Services", "Left empty, all entries in use that cite it.", required=False)


class Renamed(OfService):
    """Another name for a service."""

    new = line("New name", "The old one stays as an alias.")
    asked_by = asked_by()
    accepted = words("Where the Assignee accepts the effects", EVIDENCE)
    expert = words("What the expert says", EXPERT)
    application = request_number()


class Passed(OfService):
    """A service that passes from one party to another: two requests."""

    released_by = line("Who releases it", "The id of the contact who is Assignee now.")
    applied_by = line("Who applies for it", "The id of the contact who is to be Assignee.")
    contact = contacts("Contacts from then on", required=False)
    ground = forms.ChoiceField(label="Why", choices=_GROUNDS, widget=forms.RadioSelect)
    because = words("The reason in words", "A sale alone is none (RFC 6335, section 8.5).")
    release = words("Where the release is on record", EVIDENCE)
    request = words("Where the application is on record", EVIDENCE)
    expert = words("What the expert determined about the reason", EXPERT)
    application = request_number()


class Reused(OfTarget):
    """The port of one service for another of the same Assignee."""

    new = line("The other service", "Its name. The old name stays, without the port.")
    description = words("Its description")
    assignee = line("Its Assignee", "The id of the contact; the same as now.")
    contact = contacts("Its contacts", required=False)
    reference = documents("Its references")
    asked_by = asked_by()
    expert = words("What is known of other users", EXPERT, required=False)
    consents = contacts("Who stands beside it and agrees", required=False)
    decision = line("Decision of the IETF or the IESG", f"For a System Port. {DECISION}", required=False)
    application = request_number()

    def clean(self) -> Values:
        """Refuse a port that is not exactly one."""
        found = super().clean() or {}
        if not self.errors and (found["port"] is None or not found["transports"]):
            raise ValidationError("One port is reused: say which, and on which transports.")
        return found


class Coded(OfService):
    """Service codes for a service."""

    port = port("DCCP port", "One of the service's ports on DCCP.")
    codes = several("Service codes", "As SC:text, SC=number or SC=xhex; a blank between two.")
    description = words("Description of the rows")
    assignee = line("Assignee", "The id of the contact.")
    contact = contacts("Contacts", required=False)
    reference = documents()
    asked_by = asked_by()
    expert = words("What the expert says", EXPERT)

    def clean_codes(self) -> tuple[int, ...]:
        """Refuse what is no service code."""
        try:
            return tuple(map(parse, self.cleaned_data["codes"]))
        except RuleError as error:
            raise ValidationError(str(error), error.problem.code) from error


# -- from the forms to the operations


def amendment_of(values: Values) -> Amendment:
    """Return what a row is to say from now on; what is empty stays."""
    return Amendment(
        description=text_of(values["description"]),
        contact=tuple(values["contact"]) or None,
        reference=documents_of(values["reference"]),
        notes=text_of(values["notes"]),
    )


def _amend(act: Act, values: Values) -> Done:
    wish = Wish(values["asked_by"], amendment_of(values))
    number = values["application"] or 0
    return entries.amend(act, target_of(values), wish, decision=values["decision"], application=number)


def _correct(act: Act, values: Values) -> Done:
    return entries.correct(act, target_of(values), amendment_of(values), values["evidence"])


def _move_reference(act: Act, values: Values) -> Done:
    old, new = references([values["old"], values["new"]])
    return entries.move_reference(act, old, new, tuple(values["names"]))


def _rename(act: Act, values: Values) -> Done:
    given = {name: values[name] for name in ("asked_by", "accepted", "expert")}
    return entries.rename_service(
        act, values["name"], values["new"], application=values["application"] or 0, **given
    )


def _succeed(act: Act, values: Values) -> Done:
    pair = Succession(
        values["name"],
        values["released_by"],
        values["applied_by"],
        tuple(values["contact"] or [values["applied_by"]]),
        Ground(values["ground"]),
        values["because"],
    )
    given = {name: values[name] for name in ("release", "request", "expert")}
    return succession.succeed(act, pair, application=values["application"] or 0, **given)


def _reuse(act: Act, values: Values) -> Done:
    target = target_of(values)
    grant = Grant(
        values["new"],
        target.transports,
        rich(values["description"]),
        (values["assignee"],),
        tuple(values["contact"] or [values["assignee"]]),
        references(values["reference"]),
        () if target.port is None else (target.port,),
    )
    given = {name: values[name] for name in ("asked_by", "expert", "decision")}
    consents = tuple(values["consents"])
    return returning.reuse(
        act, target, grant, consents=consents, application=values["application"] or 0, **given
    )


def _add_codes(act: Act, values: Values) -> Done:
    grant = Grant(
        values["name"],
        (Transport.DCCP,),
        rich(values["description"]),
        (values["assignee"],),
        tuple(values["contact"] or [values["assignee"]]),
        references(values["reference"]),
        (values["port"],),
        values["codes"],
    )
    return assigning.add_codes(act, grant, asked_by=values["asked_by"], expert=values["expert"])


def _to_entries(values: Values, answer: Any) -> str:
    return "/desk/entries"


DEEDS = (
    Deed(
        "amend",
        "Change the entry",
        Amended,
        _amend,
        "What is published of a service: description, contacts, references. Where Assignee and Contact want "
        "different things, the Assignee's word holds.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "correct",
        "Correct a mistake of the registry",
        Corrected,
        _correct,
        "For what was entered wrongly here, with what shows it.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "mark",
        "Mark it as out of use",
        Marked,
        lambda act, values: entries.mark(act, target_of(values), values["word"], values["decision"]),
        "A note in the row; nothing is taken away from anybody.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "report use",
        "Publish a report of unauthorized use",
        Reported,
        lambda act, values: entries.report_use(
            act, values["port"], rich(values["text"]), values["reported_by"]
        ),
        "The row of the port says it from the next edition on.",
        is_grave=True,
        then=to_port,
    ),
    Deed(
        "move reference",
        "Let entries cite a document's successor",
        Moved,
        _move_reference,
        "Every entry in use that cites the old document cites the new one. Dates of modification stay.",
        is_grave=True,
        then=_to_entries,
    ),
    Deed(
        "rename service",
        "Give the service another name",
        Renamed,
        _rename,
        "The old name stays and leads to the new one.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "succeed",
        "Pass the service to another party",
        Passed,
        _succeed,
        "One party releases the service and the other applies for it, in one step. Ports cannot be sold, and "
        "two registrars see to it.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "reuse",
        "Reuse the port for another service",
        Reused,
        _reuse,
        "The port moves to another service of the same Assignee; the old name stays without it.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "add codes",
        "Add service codes",
        Coded,
        _add_codes,
        "More service codes for a service that has a DCCP port, as the expert agreed.",
        is_grave=True,
        then=to_entry,
    ),
)
