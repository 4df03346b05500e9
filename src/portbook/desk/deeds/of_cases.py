"""Deeds on cases: returns with their notices, revocations, appeals."""

from typing import Any

from django import forms

from portbook.desk.deeds import Deed, Values
from portbook.desk.deeds.forms import hidden_number, line, number, words
from portbook.desk.deeds.targets import (
    DECISION,
    EVIDENCE,
    EXPERT,
    OfTarget,
    asked_by,
    request_number,
    target_of,
    to_entry,
)
from portbook.policy import RFC6335
from portbook.register.acts import Act, Done
from portbook.register.operations import appeals, returning, revoking
from portbook.review import Decision

REVOKED, KEPT = "revoked", "kept"


class OfNotice(forms.Form):
    """What is about a notice."""

    notice = number("Notice", "Its number.")


class Announced(OfTarget):
    """What is to be given back."""

    of_the_operator = ("asked_by", "expert")
    evidence = words("What shows that its use has ended", EVIDENCE)
    asked_by = asked_by()
    expert = words("What the expert says", f"For a name that goes with it. {EXPERT}", required=False)


class Confirmed(OfNotice):
    """An Assignee's word for a return."""

    of_the_operator = ("confirmed_by",)
    evidence = words("How it was confirmed", EVIDENCE)
    confirmed_by = line(
        "Which Assignee confirms", "The id of the contact. A holder leaves it empty.", required=False
    )


class Entered(OfNotice):
    """A notice whose days are over."""

    application = request_number()


class Released(OfTarget):
    """A port that a document releases."""

    document = line("The RFC that releases it", "Such as rfc9999.")


class Suspected(OfTarget):
    """A port or name that seems unused."""

    attempts = words("How its Assignee was asked", "Each attempt with its day and address.")


class OfCase(forms.Form):
    """What is about a case of revocation."""

    case = hidden_number()


class Life(OfCase):
    """Signs of use."""

    life = words("What shows that it is used", "A user, a product, a measurement.")


class Kept(OfCase):
    """Why it stays."""

    finding = words("Why it is kept", "The use that was found, or why there is no overwhelming need.")


class Taken(OfCase):
    """Why it is clear."""

    disuse = words("What shows plainly that it is unused", EVIDENCE)
    expert = words("What the expert says", f"For a name alone. {EXPERT}", required=False)


class Drafted(OfCase):
    """A request to the IESG."""

    need = words("The overwhelming need", "Without one, no assignment is revoked (RFC 6335, section 8.4).")
    draft = words("The request to the IESG", "With the known users, the need and what was tried.")
    expert = words("What the expert says", EXPERT)


class Published(OfCase):
    """A community call."""

    reference = line("Where the call is published", "The address of the message. It lasts four weeks.")


class Ruled(OfCase):
    """What was decided after the call."""

    outcome = forms.ChoiceField(
        label="What was decided",
        choices=((REVOKED, "It is revoked"), (KEPT, "It is kept")),
        widget=forms.RadioSelect,
    )
    decision = words("Where the decision is on record", DECISION)
    expert = words("What the expert says", EXPERT)


class Appealed(forms.Form):
    """An appeal against what an Event tells."""

    decision = number("Event", "The number of the Event that tells the decision.")
    body = forms.ChoiceField(
        label="Who hears it",
        help_text="The IESG first; the IAB hears appeals against what the IESG decided.",
        choices=[(body, body) for body in RFC6335.bodies.appeals],
    )
    facts = words("What happened, and why it is wrong", "The body reads just this, with the case.")
    appellant = line("Who appeals", "Your name, or that of your organisation.")


class Heard(forms.Form):
    """What a body decided on an appeal."""

    appeal = number("Appeal", "Its number.")
    outcome = forms.ChoiceField(
        label="What the body decided",
        choices=[(each.value, each.value.capitalize()) for each in Decision],
        widget=forms.RadioSelect,
    )
    reference = line("Where it can be read", DECISION)
    is_undone = forms.BooleanField(
        label="The rows go back meanwhile", help_text="When the body decides anew.", required=False
    )


def _announce(act: Act, values: Values) -> Done:
    given = {name: values[name] for name in ("asked_by", "evidence", "expert")}
    return returning.announce(act, target_of(values), **given)


def _decide_case(act: Act, values: Values) -> Done:
    given = {name: values[name] for name in ("case", "decision", "expert")}
    return revoking.decide(act, is_revoked=values["outcome"] == REVOKED, **given)


def _decide_appeal(act: Act, values: Values) -> Done:
    decision = Decision(values["outcome"])
    return appeals.decide(act, values["appeal"], decision, values["reference"], is_undone=values["is_undone"])


def _to_case(values: Values, answer: Any) -> str:
    return f"/desk/cases/{answer['case']}"


def _to_work(values: Values, answer: Any) -> str:
    return "/desk"


DEEDS = (
    # returns
    Deed(
        "announce return",
        "Announce the return",
        Announced,
        _announce,
        "Its Assignee and Contact get a letter, and can stop it for 30 days, if the policy of the registry "
        "says no other number. Meanwhile its page at the desk tells of it, for everybody who is signed in; "
        "the public pages do not. Then the registry carries it out: a port becomes Reserved, its name stays.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "confirm return",
        "Confirm the return",
        Confirmed,
        lambda act, values: returning.confirm(act, **values),
        "Where the Contact asked for it, the Assignee confirms it.",
        then=_to_work,
    ),
    Deed(
        "stop return",
        "Stop the return",
        OfNotice,
        lambda act, values: returning.stop(act, **values),
        "Nothing is given back. Assignee and Contact get a letter.",
        then=_to_work,
    ),
    Deed(
        "deassign",
        "Give back what was announced",
        Entered,
        lambda act, values: returning.deassign(act, values["notice"], values["application"] or 0),
        "Possible when the days of objection are over. The port becomes Reserved; the name stays.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "release",
        "Release a port of the IESG",
        Released,
        lambda act, values: returning.release(act, target_of(values), values["document"]),
        "An RFC says so; its last call was the notice.",
        is_grave=True,
        then=to_entry,
    ),
    # revocations
    Deed(
        "suspect",
        "Open a case of revocation",
        Suspected,
        lambda act, values: revoking.suspect(act, target_of(values), values["attempts"]),
        "Its Assignee and Contact get a letter and time to answer.",
        then=_to_case,
    ),
    Deed(
        "report life",
        "Report that it is in use",
        Life,
        lambda act, values: revoking.report_life(act, **values),
        "From then on the case is not clear, and nothing is revoked without a community call.",
        then=_to_case,
    ),
    Deed(
        "keep",
        "Close the case: it is kept",
        Kept,
        lambda act, values: revoking.keep(act, **values),
        "Use was found, or there is no overwhelming need.",
        then=_to_case,
    ),
    Deed(
        "revoke",
        "Revoke it: nobody objected",
        Taken,
        lambda act, values: revoking.revoke(act, **values),
        "For a clear case alone, when the days of objection are over. Two persons see to it.",
        is_grave=True,
        then=_to_case,
    ),
    Deed(
        "draft call",
        "Draft the request to the IESG",
        Drafted,
        lambda act, values: revoking.draft_call(act, **values),
        "With the expert. The IESG then publishes a call to the community.",
        then=_to_case,
    ),
    Deed(
        "open call",
        "Record that the call is open",
        Published,
        lambda act, values: revoking.open_call(act, **values),
        "It is open for four weeks from today.",
        then=_to_case,
    ),
    Deed(
        "close call",
        "Close the call",
        OfCase,
        lambda act, values: revoking.close_call(act, **values),
        "Possible when its four weeks are over.",
        then=_to_case,
    ),
    Deed(
        "decide case",
        "Record what was decided",
        Ruled,
        _decide_case,
        "The IESG and the registry decide with the expert after the call. A revocation needs two persons.",
        is_grave=True,
        then=_to_case,
    ),
    # appeals
    Deed(
        "file appeal",
        "Appeal",
        Appealed,
        lambda act, values: appeals.file(act, **values),
        "Possible for two months. While it runs, nobody else is given what it is about.",
        then=_to_work,
    ),
    Deed(
        "decide appeal",
        "Record what the body decided",
        Heard,
        _decide_appeal,
        "When the decision falls, the rows that it changed stand again as before. That needs two persons.",
        is_grave=True,
        then=lambda values, answer: "/desk/cases",
    ),
)
