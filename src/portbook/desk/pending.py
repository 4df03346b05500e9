"""Acts that wait for the word of others (D-7): shown to them as they were shown to whoever asked."""

import json
from typing import TYPE_CHECKING

from django.forms import Form
from django.http import HttpRequest

from portbook.desk.deeds import Deed
from portbook.desk.members import person_of
from portbook.desk.models import Pending
from portbook.web import clock

if TYPE_CHECKING:
    from portbook.desk.acting import Said


def ask(request: HttpRequest, deed: Deed, form: Form, said: "Said") -> Pending:
    """Keep an act that was shown, until others gave their word for it."""
    values = {name: form[name].value() for name in form.fields}
    return Pending.objects.create(
        deed=deed.slug,
        digest=said.cleaned_data["seen"],
        values=json.dumps(values),
        what="",
        reason=said.cleaned_data["reason"],
        account_id=person_of(request).account,
        asked=clock.instant(),
    )
