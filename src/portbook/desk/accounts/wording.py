"""What templates of accounts say in words: labels and hints of allauth's forms; values for a script."""

import json
from typing import Any

from django import forms, template
from django.core.serializers.json import DjangoJSONEncoder

from portbook.desk.accounts import rates

register = template.Library()

PASSWORD_HELP = "At least 12 characters, and none of the commonest passwords. Four or five words do well."
_CODE_HELP = f"From the letter. It can be entered for {rates.CODE_SECONDS // 60} minutes."
_WORDS = {  # label, hint
    "login": ("E-mail", ""),
    "email": ("E-mail", ""),
    "password": ("Password", ""),
    "password1": ("Password", PASSWORD_HELP),
    "password2": ("The same password again", ""),
    "oldpassword": ("Your password so far", ""),
    "name": ("Name of the key", "To know it by, such as: phone, blue key."),
}
_BROWSERS = {  # by what its line of a request has, before what others have too
    "Edg": "Edge",
    "OPR": "Opera",
    "Firefox": "Firefox",
    "FxiOS": "Firefox",
    "CriOS": "Chrome",
    "Chrome": "Chrome",
    "Safari": "Safari",
}
_SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "Windows": "Windows",
    "CrOS": "ChromeOS",
    "Mac OS X": "macOS",
    "Linux": "Linux",
}


@register.filter
def browser(agent: str) -> str:
    """Return what a browser says of itself as "Firefox on Linux"; what is not known stays whole."""
    kinds = (_BROWSERS, _SYSTEMS)
    found = [next((name for mark, name in each.items() if mark in agent), "") for each in kinds]
    return " on ".join(found) if all(found) else agent


@register.filter
def worded(form: forms.Form) -> forms.Form:
    """Return *form* with our labels and hints; what it is called stays above its field, not inside."""
    for name, field in form.fields.items():
        field.widget.attrs.pop("placeholder", None)
        if name in _WORDS:
            form[name].label, form[name].help_text = field.label, field.help_text = _WORDS[name]
    return form


@register.filter
def code_of_letter(form: forms.Form) -> forms.Form:
    """Return *form* with a code that came by letter."""
    form["code"].help_text = form.fields["code"].help_text = _CODE_HELP
    return worded(form)


@register.filter
def code_of_app(form: forms.Form) -> forms.Form:
    """Return *form* with a code that an authenticator shows."""
    form["code"].label = "Code"
    form.fields["code"].widget.attrs |= {"inputmode": "numeric", "autocomplete": "one-time-code"}
    return worded(form)


@register.filter
def as_json(value: Any) -> str:
    """Return *value* as JSON, for an attribute of an element."""
    return json.dumps(value, cls=DjangoJSONEncoder)
