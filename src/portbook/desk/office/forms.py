"""The forms of the office that are no deeds: what is looked for, who is invited, a word, a publication.

They stand apart from the values of their pages: mypy's plugin for Django loses its way where a module has
both a form and a named tuple.
"""

from typing import Any
from urllib.parse import urlencode

from django import forms

from portbook.desk.deeds.forms import MAX_NUMBER, line, why, words
from portbook.desk.office.event_sentences import TOLD
from portbook.register.limits import MAX_CHANNEL, MAX_NAME
from portbook.register.reading.ledger import Asked

DOORS = (
    ("", "any way"),
    ("desk", "the desk, by a browser"),
    ("api", "the API, by a program"),
    ("command", "the command line"),
    ("practice", "the making of a practice"),
)


class MemberSearch(forms.Form):
    """Which members."""

    name = forms.CharField(label="Name, or contact’s id", required=False, max_length=MAX_NAME)
    after = forms.CharField(required=False, max_length=MAX_NAME, widget=forms.HiddenInput)


class Invited(forms.Form):
    """Who is invited."""

    member = line("Member")
    email = forms.EmailField(
        label="E-mail",
        help_text="The link is sent there. Left empty, you hand it over yourself.",
        required=False,
        max_length=MAX_NAME,
    )


class EventSearch(forms.Form):
    """Of which Events, and where in them the page begins."""

    actor = forms.CharField(label="Who", required=False, max_length=MAX_NAME)
    operation = forms.CharField(
        label="Act",
        required=False,
        max_length=MAX_NAME,
        widget=forms.Select(choices=[("", "any"), *((each, each) for each in sorted(TOLD))]),
    )
    object = forms.CharField(label="About", required=False, max_length=MAX_NAME)
    channel = forms.CharField(
        label="Came by", required=False, max_length=MAX_CHANNEL, widget=forms.Select(choices=DOORS)
    )
    first = forms.DateField(label="From", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label="To", required=False, widget=forms.DateInput(attrs={"type": "date"}))
    text = forms.CharField(label="Words", required=False, max_length=MAX_NAME)
    before = forms.IntegerField(required=False, min_value=0, max_value=MAX_NUMBER, widget=forms.HiddenInput)
    after = forms.IntegerField(required=False, min_value=0, max_value=MAX_NUMBER, widget=forms.HiddenInput)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="of_%s")

    @property
    def asked(self) -> Asked:
        """Of which Events; what is wrong counts as not asked."""
        given = {name: self.cleaned_data.get(name) or "" for name in Asked._fields}
        return Asked(**{name: str(value) for name, value in given.items()})

    def address(self, **more: int) -> str:
        """The address of the same question at another place in it."""
        given = {name: value for name, value in self.asked._asdict().items() if value}
        query = urlencode({**given, **more})
        return f"/desk/events?{query}" if query else "/desk/events"


class Word(forms.Form):
    """What goes with a word for an act."""

    reason = why("What you looked at", "The books keep it with your word.")


class No(forms.Form):
    """What goes with a no."""

    words = words("Why not", "Whoever asked reads it.")


class Publishing(forms.Form):
    """What a publication is told."""

    reason = why("Reason", "Why now. The books keep it.")
    seen = forms.RegexField(r"\A[0-9]{1,15}\Z", widget=forms.HiddenInput)  # the last Event that was shown
