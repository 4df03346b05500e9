"""Deeds: the operations of the register as forms, one for each; pages and the API are made of this table.

    Deed("withdraw", "Take it back", OfApplication, lambda act, v: applying.withdraw(act, v["application"]))

A deed says what an operation asks for and how it is called, and decides nothing: who may, and whether it can
be done, the operation says.
"""

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, NamedTuple

from django.forms import Form

from portbook.register.acts import Act, Done

Values = dict[str, Any]

MODULES = (
    "of_applications",
    "of_applying",
    "of_entries",
    "of_ports",
    "of_cases",
    "of_contacts",
    "of_the_office",
)


class Deed(NamedTuple):
    """One operation as a form."""

    operation: str  # as `roles.RIGHTS` has it
    title: str  # what the button says: "Take the application back"
    form: type[Form]
    do: Callable[[Act, Values], Done]
    explained: str = ""  # one or two sentences on what it does
    is_grave: bool = False  # what would change is shown before it can be done
    then: Callable[[Values, Any], str] = lambda values, answer: (
        "/desk"
    )  # the page that shows what became of it

    @property
    def slug(self) -> str:
        """Its part of an address."""
        return self.operation.replace(" ", "-").replace("'", "")

    @property
    def address(self) -> str:
        return f"/desk/do/{self.slug}"


@cache
def table() -> dict[str, Deed]:
    """Return all deeds by their slugs."""
    found: dict[str, Deed] = {}
    for module in MODULES:
        for deed in import_module(f"portbook.desk.deeds.{module}").DEEDS:
            assert deed.slug not in found, deed.slug  # noqa: S101  # one form for one operation
            found[deed.slug] = deed
    return found


def to_application(values: Values, answer: Any) -> str:
    """Return the page of the application that a deed was about."""
    return f"/desk/applications/{answer.get('application', values.get('application'))}"
