"""Deeds of applying that take a whole request as a file, for programs; people have the form."""

from django import forms

from portbook.applications import Reading, read
from portbook.desk.deeds import Deed, to_application
from portbook.desk.deeds.forms import OfVersion, Words
from portbook.desk.limits import MAX_UPLOAD
from portbook.errors import FormatError
from portbook.register.operations import applying


class Request(forms.Form):
    """A request as text."""

    request = Words(
        label="The request",
        help_text="As application.toml, or as JSON: what portbook apply new writes.",
        max_length=MAX_UPLOAD,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 20, "spellcheck": "false"}),
    )

    def clean_request(self) -> Reading:
        """Return what the text says."""
        try:
            return read(self.cleaned_data["request"].encode())
        except FormatError as error:
            raise forms.ValidationError(str(error.problem)) from None


class Changed(OfVersion, Request):
    """Another request in place of one that was looked at."""


DEEDS = (
    Deed(
        "draft",
        "Keep it as a draft in the register",
        Request,
        lambda act, values: applying.draft(act, values["request"]),
        "The register keeps it under a number, and nobody works on it before it is sent.",
        then=to_application,
    ),
    Deed(
        "change application",
        "Say something else instead",
        Changed,
        lambda act, values: applying.change_application(
            act, values["application"], values["request"], version=values["version"]
        ),
        "The whole request anew; one that was given back goes back to the registry by it.",
        then=to_application,
    ),
)
