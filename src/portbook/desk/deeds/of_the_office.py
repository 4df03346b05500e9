"""Deeds of the office: members and experts, the stop button, the policy, the second person's word."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from portbook import policy as policies
from portbook.desk.accounts import lost_factors
from portbook.desk.deeds import Deed, Values
from portbook.desk.deeds.forms import MAX_NUMBER, Words, line, words
from portbook.errors import FormatError
from portbook.records import rich
from portbook.register.acts import Act, Done
from portbook.register.operations import approving, factors, registry
from portbook.register.roles import RIGHTS, Role

NONE = "-"  # in a field where nothing said means "as it is"
YES, NO = "yes", "no"

_ROLES = [(role.value, role.value) for role in Role]
_DAY = "A day, written YYYY-MM-DD."
_DECISION = "Where it says so: the minutes of the IESG of 2031-05-28, or the address of its message."


def _roles(label: str, help_text: str, choices: list[tuple[str, str]]) -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=label,
        help_text=help_text,
        choices=choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )


class Added(forms.Form):
    """A member to be."""

    subject = "new member {name}"  # who has no page yet
    name = line("Name of the member", "It stays in the books for ever: a short name, not an address.")
    roles = _roles("Roles", "What they may do. An applicant needs no other.", _ROLES)
    party = line(
        "Contact for whom they act", "The id of a contact of the registry, like John_Smith_2.", required=False
    )


class OfMember(forms.Form):
    """What is about a member."""

    subject = "member {name}"
    name = line("Name of the member")


class Lost(OfMember):
    """Whose second factors are lost."""

    evidence = words(
        "How they showed who they are",
        "Such as: seen in person with their passport on a day, or called back at a number known before. "
        "A letter or a call from somebody who says so is not enough.",
    )


class Changed(OfMember):
    """What a member is from now on; what is not said stays."""

    roles = _roles(
        "Roles from now on",
        "All of them. With none chosen they stay as they are; “no role” takes all away.",
        [*_ROLES, (NONE, "no role")],
    )
    party = line(
        "Contact for whom they act",
        "The id of a contact. Left empty it stays as it is; “-” takes it away.",
        required=False,
    )
    is_active = forms.ChoiceField(
        label="Acts as a member",
        help_text="Somebody who is no member any more does nothing here; the name stays in the books.",
        required=False,
        choices=[("", "as it is now"), (YES, "yes"), (NO, "no, not any more")],
    )
    comes_from = forms.IntegerField(  # the application whose page asked for it, and is shown again
        min_value=0, max_value=MAX_NUMBER, required=False, widget=forms.HiddenInput
    )

    def clean_roles(self) -> list[str]:
        """Refuse a role beside none."""
        found: list[str] = self.cleaned_data["roles"]
        if NONE in found and len(found) > 1:
            raise ValidationError("“no role” stands beside other roles; choose one or the other")
        return found


class Appointed(forms.Form):
    """A term of an expert."""

    name = line("Name of the member", "Of somebody who has the role of an expert already.")
    team = line("Team", "As the policy names it: TCP/UDP experts.")
    begins = line("First day", _DAY)
    ends = line("Last day", f"{_DAY} Left empty, the term is open.", required=False)
    decision = words("Decision", _DECISION)


class Dismissed(forms.Form):
    """The end of a term."""

    term = forms.IntegerField(
        label="Term",
        help_text="Its number, as the page of people shows it.",
        min_value=0,
        max_value=MAX_NUMBER,
    )
    ends = line("Last day", _DAY)
    decision = words("Decision", _DECISION)


class Nothing(forms.Form):
    """What needs nothing besides the reason."""


class Policy(forms.Form):
    """A policy as TOML."""

    text = Words(
        label="Policy",
        help_text="TOML, as docs/policy.md says. What it leaves out is as in RFC 6335.",
        required=False,
        strip=False,
        max_length=policies.MAX_POLICY,
        widget=forms.Textarea(attrs={"rows": 24, "spellcheck": "false", "class": "code"}),
    )

    def clean_text(self) -> str:
        """Refuse what is no policy, with the line or the key that is at fault."""
        text: str = self.cleaned_data["text"]
        if not text.strip():
            return ""
        try:
            policies.read(text.encode("utf-8", "surrogatepass"))
        except FormatError as error:
            raise ValidationError(str(error), error.problem.code) from error
        return text


class Listed(forms.Form):
    """The experts as the registry names them."""

    text = words("List of experts", "All of it, as it is to stand in the head of the registry.")


class Approved(forms.Form):
    """An act that waits, as its dry run named it."""

    operation = forms.ChoiceField(label="Act", choices=[(name, name) for name in RIGHTS])
    digest = line("Digest", "As the dry run showed it: 64 hexadecimal digits.")
    application = forms.IntegerField(
        label="Application that it is about", required=False, min_value=0, max_value=MAX_NUMBER
    )


def _add(act: Act, values: Values) -> Done:
    return registry.add_member(act, values["name"], [Role(each) for each in values["roles"]], values["party"])


def _change(act: Act, values: Values) -> Done:
    given = values["roles"]
    roles = None if not given else [Role(each) for each in given if each != NONE]
    party = {"": None, NONE: ""}.get(values["party"], values["party"])
    is_active = {"": None, YES: True, NO: False}[values["is_active"]]
    return registry.change_member(act, values["name"], roles=roles, party=party, is_active=is_active)


def _approve(act: Act, values: Values) -> Done:
    return approving.approve(
        act, values["operation"], values["digest"], application=values["application"] or 0
    )


def _to_people(values: Values, answer: Any) -> str:
    return "/desk/people"


def _to_whence(values: Values, answer: Any) -> str:
    """The application from whose page it was asked, else the people."""
    number = values["comes_from"]
    return f"/desk/applications/{number}" if number else "/desk/people"


def _to_registry(values: Values, answer: Any) -> str:
    return "/desk/registry"


DEEDS = (
    Deed(
        "add member",
        "Add a member",
        Added,
        _add,
        "Somebody who may act here. A second registrar, and whoever speaks for a contact, need two persons.",
        is_grave=True,
        then=_to_people,
    ),
    Deed(
        "change member",
        "Change what a member is",
        Changed,
        _change,
        "It counts at once: whoever loses a role has lost it on the next page they open.",
        is_grave=True,
        then=_to_whence,
    ),
    Deed(
        "reset factors",
        "Take lost second factors away",
        Lost,
        lambda act, values: factors.reset_factors(
            act, values["name"], values["evidence"], forget=lost_factors.forget
        ),
        "For somebody who has lost all of them, recovery codes too. Two persons make sure who asks. "
        "Their sessions end, their tokens are revoked, neither password nor account elsewhere lets them in. "
        "A letter tells them.",
        is_grave=True,
        then=_to_people,
    ),
    Deed(
        "appoint expert",
        "Record a term of an expert",
        Appointed,
        lambda act, values: registry.appoint(act, **values),
        "The IESG appoints; a registrar records where it decided so.",
        then=_to_people,
    ),
    Deed(
        "dismiss expert",
        "Record the end of a term",
        Dismissed,
        lambda act, values: registry.dismiss(act, **values),
        "The IESG ends a term; a registrar records where it decided so.",
        then=_to_people,
    ),
    Deed(
        "freeze",
        "Freeze the registry",
        Nothing,
        lambda act, values: registry.freeze(act),
        "Every act stops but the one that sets it free again. Public pages go on.",
        then=_to_registry,
    ),
    Deed(
        "unfreeze",
        "Let acts go on",
        Nothing,
        lambda act, values: registry.unfreeze(act),
        "Say in the reason why they may.",
        then=_to_registry,
    ),
    Deed(
        "set policy",
        "Set the policy",
        Policy,
        lambda act, values: registry.set_policy(act, values["text"]),
        "By which rules the registry is run. It takes as many persons as the policy of today asks at most.",
        is_grave=True,
        then=lambda values, answer: "/desk/registry/policy",
    ),
    Deed(
        "list experts",
        "Publish the list of experts",
        Listed,
        lambda act, values: registry.list_experts(act, rich(values["text"])),
        "The next edition has it in its head.",
        is_grave=True,
        then=_to_registry,
    ),
    Deed(
        "approve",
        "Give a second word",
        Approved,
        _approve,
        "Your word for exactly one act of another, for a day. “Second word” shows what each would do.",
        then=lambda values, answer: "/desk/pending",
    ),
)
