"""The fields by which deeds say what they are about: a service, a port, transports; and lists of words."""

import re
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError

from portbook.desk.deeds import Values
from portbook.desk.deeds.forms import line, number
from portbook.desk.limits import MAX_WORDS
from portbook.numbers import MAX_PORT, Transport
from portbook.procedures import Target
from portbook.records import Reference, RichText, rich
from portbook.register.limits import MAX_TEXT
from portbook.register.operations.acting import references

EXPERT = "What the expert found, and when. A holder leaves it empty."
EVIDENCE = "What shows it: a letter and its day, a measurement, a document."
DECISION = "Where it can be read: IESG telechat of 2026-05-28, RFC 9999."
CHAIRS = "Where the chairs of the working group say so: a message and its day."
REQUEST = "The number of the request that this ends; left empty, it ends none."

_TRANSPORTS = tuple((each.value, each.value.upper()) for each in Transport)
_GAP = re.compile(r"[\s,]+", re.ASCII)


class Words(forms.CharField):
    """Several words, with blanks or commas between them."""

    def clean(self, value: object) -> list[str]:
        """Return them; refuse more than `MAX_WORDS`."""
        found = [word for word in _GAP.split(super().clean(value)) if word]
        if len(found) > MAX_WORDS:
            raise ValidationError(f"{len(found)} are named; at most {MAX_WORDS} can be")
        return found


def several(label: str, help_text: str, *, required: bool = True) -> Words:
    """A field for several words."""
    return Words(label=label, help_text=help_text, required=required, max_length=MAX_TEXT)


def contacts(label: str, *, required: bool = True) -> Words:
    """Ids of contacts."""
    help_text = "Their ids as the registry has them, like John_Smith_2; a blank between two."
    return several(label, help_text, required=required)


def documents(label: str = "References") -> Words:
    """RFCs and drafts."""
    return several(label, "Such as rfc9110 or draft-ietf-example-00; a blank between two.", required=False)


def asked_by(alone: str = "") -> forms.CharField:
    """The party that asks; *alone* says what it is that the registry does unasked."""
    help_text = f"The id of the Assignee or Contact who asks. {alone}".rstrip()
    return line("Who asks for it", help_text, required=False)


def port(label: str = "Port", help_text: str = "0 to 65535.", *, required: bool = True) -> forms.IntegerField:
    """A port."""
    return forms.IntegerField(
        label=label, help_text=help_text, required=required, min_value=0, max_value=MAX_PORT
    )


def request_number() -> forms.IntegerField:
    """The request that an act ends."""
    return number("Request", REQUEST, required=False)


class OfService(forms.Form):
    """What is about a service, all its rows."""

    subject = "service {name}"
    name = line("Service name", "As the registry has it.")


class OfTarget(OfService):
    """What is about a service, or about its rows at one port."""

    port = port(help_text="Of the rows that it is about. Left empty, all that the name has.", required=False)
    transports = forms.MultipleChoiceField(
        label="Transports",
        help_text="With none chosen, all that it has there.",
        choices=_TRANSPORTS,
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class OfPort(forms.Form):
    """What is about a port."""

    port = port()


class OfContact(forms.Form):
    """What is about a contact."""

    subject = "contact {contact}"
    contact = line("Contact", "Its id as the registry has it, like John_Smith_2.")


def target_of(values: Values) -> Target:
    """Return what the fields of `OfTarget` name."""
    return Target(values["name"], values["port"], tuple(map(Transport, values["transports"])))


def text_of(words: str) -> RichText | None:
    """Return a text for a row; None for one that was not given."""
    return rich(words) if words.strip() else None


def documents_of(words: list[str]) -> tuple[Reference, ...] | None:
    """Return references; None where none is given."""
    return references(words) if words else None


def to_entry(values: Values, answer: object) -> str:
    """Return the page of the service that a deed was about."""
    name = answer.get("service") if isinstance(answer, dict) else None
    return f"/desk/entries/{quote(name or values['name'], safe='')}"


def to_port(values: Values, answer: object) -> str:
    """Return the page of the port that a deed was about."""
    return f"/desk/entries/{values['port']}"
