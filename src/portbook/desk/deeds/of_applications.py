"""Deeds on applications: those of the applicant, the operator, holders and experts."""

from django import forms

from portbook.desk.deeds import Deed, Values, to_application
from portbook.desk.deeds.forms import OfApplication, OfVersion, OfVersionInWords, line, words
from portbook.register.operations import applying, assigning, confirming, recommending, reviewing
from portbook.register.operations.reviewing import Ruling
from portbook.review import Ground, Verdict

AGREES, REFUSES = "yes", "no"

_VERDICTS = (
    (Verdict.GRANT.value, "Grant it"),
    (Verdict.REFUSE.value, "Refuse it"),
    (Verdict.ASK.value, "Ask its author a question first"),
)
_RULINGS = (
    (Ruling.APPROVED.value, "Approved"),
    (Ruling.REFUSED.value, "Refused"),
    (Ruling.DROPPED.value, "The document will not come"),
)


class Answer(OfVersion):
    """What the author answers; a changed request is sent by the form of the application."""

    words = words("Your answer", "The registrars and the experts read it.")


class Question(OfApplication):
    """Words between colleagues."""

    words = words("In words", "Only registrars, the experts and auditors read it.")


class GivenBack(OfVersionInWords):
    """What its author has to mend."""

    words = words("What its author has to mend", "The author reads just this, without your name.")


class Escalation(OfVersionInWords):
    """Why the IESG is asked."""

    words = words("Why the IESG is asked", "What is unclear, or on what the experts cannot agree.")


class Consent(OfVersion):
    """What a holder answers."""

    agrees = forms.ChoiceField(
        label="Do you agree?",
        choices=((AGREES, "Yes, I agree"), (REFUSES, "No, I do not agree")),
        widget=forms.RadioSelect,
    )
    reasons = words("Why", "The registrars and the experts read it.", required=False)


class Recommendation(OfVersion):
    """What an expert recommends."""

    verdict = forms.ChoiceField(label="Your recommendation", choices=_VERDICTS, widget=forms.RadioSelect)
    reasons = words(
        "Reasons, or your question",
        "A question, and why it is refused, its author reads without your name; why it is granted, only "
        "the registry and the experts. Write what you could defend in public (RFC 8126, section 5.2).",
    )
    grounds = forms.MultipleChoiceField(
        label="Grounds of a refusal",
        help_text="A refusal needs at least one (RFC 8126, section 5.3).",
        choices=[(ground.name, ground.value[0].upper() + ground.value[1:]) for ground in Ground],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )


class Tie(OfApplication):
    """Why an expert steps aside."""

    tie = line("What ties you to it", "For example: I work for the Assignee. The registrars read it.")


class Decision(OfVersion):
    """What a body decided."""

    ruling = forms.ChoiceField(label="What was decided", choices=_RULINGS, widget=forms.RadioSelect)
    reference = line("Where it can be read", "For example: IESG telechat of 2026-05-28, or RFC 9999.")
    words = words("For its author", "The author reads it when it is refused.", required=False)


DEEDS = (
    # its author
    Deed(
        "submit",
        "Send it",
        OfVersion,
        lambda act, values: applying.submit_draft(act, **values),
        "The registry looks at it next. You can still take it back.",
        then=to_application,
    ),
    Deed(
        "answer",
        "Send the answer",
        Answer,
        lambda act, values: applying.answer(act, **values),
        "The registry goes on with the application as it is. To change what you ask for, do that instead: "
        "the page that sends the change has room for your words.",
        then=to_application,
    ),
    Deed(
        "withdraw",
        "Take it back",
        OfApplication,
        lambda act, values: applying.withdraw(act, **values),
        "The application is closed at your wish. You can make a new one at any time.",
        then=to_application,
    ),
    # the operator
    Deed(
        "open",
        "Begin to look at it",
        OfApplication,
        lambda act, values: reviewing.open_ticket(act, **values),
        "Its author sees that somebody works on it. Then you can give it back, with what has to be mended "
        "written already, ask a colleague, or have it checked.",
        then=to_application,
    ),
    Deed(
        "validate",
        "Check it by all rules and send it on",
        OfVersion,
        lambda act, values: reviewing.validate(act, **values),
        "What cannot succeed is refused, what its author can mend goes back with the list, and the rest goes "
        "on to whoever the rules name.",
        is_grave=True,
        then=to_application,
    ),
    Deed(
        "give back",
        "Give it back to its author",
        GivenBack,
        lambda act, values: reviewing.give_back(act, **values),
        "Its author gets a letter with your words, and time to answer.",
        then=to_application,
    ),
    Deed(
        "consult",
        "Ask a colleague",
        Question,
        lambda act, values: reviewing.consult(act, **values),
        "The clock of the registry goes on; its author sees that it is under internal review.",
        then=to_application,
    ),
    Deed(
        "advise",
        "Answer the colleague",
        Question,
        lambda act, values: reviewing.advise(act, **values),
        "The application is checked further.",
        then=to_application,
    ),
    Deed(
        "escalate",
        "Bring it before the IESG",
        Escalation,
        lambda act, values: reviewing.escalate(act, **values),
        "For a case whose procedure is unclear, or whose experts are split, silent or all concerned.",
        then=to_application,
    ),
    Deed(
        "record decision",
        "Record what was decided",
        Decision,
        lambda act, values: reviewing.record_decision(act, **{**values, "ruling": Ruling(values["ruling"])}),
        "The IESG decides, or a document is approved or dropped; you record it, and where it can be read.",
        is_grave=True,
        then=to_application,
    ),
    Deed(
        "remind",
        "Send a reminder",
        OfApplication,
        lambda act, values: reviewing.remind(act, **values),
        "Author and holder are reminded after half of their time, experts when it is over.",
        then=to_application,
    ),
    Deed(
        "lapse",
        "Close it: no answer came",
        OfApplication,
        lambda act, values: applying.lapse(act, **values),
        "Possible when the last day for an answer has passed. Its author may send it again.",
        then=to_application,
    ),
    Deed(
        "close unconfirmed",
        "Close it: the holder did not answer",
        OfApplication,
        lambda act, values: confirming.close_unconfirmed(act, **values),
        "Possible when the last day for the holder's answer has passed.",
        then=to_application,
    ),
    Deed(
        "check again",
        "Take it back to be checked again",
        OfVersion,
        lambda act, values: assigning.check_again(act, **values),
        "For an approved request against which something stands now: a port was taken meanwhile.",
        then=to_application,
    ),
    Deed(
        "assign",
        "Assign it",
        OfVersion,
        lambda act, values: assigning.assign(act, **values),
        "All rules are asked once more, and the rows are entered into the registry. The next edition shows "
        "them.",
        is_grave=True,
        then=to_application,
    ),
    # who is asked
    Deed(
        "confirm",
        "Send your answer",
        Consent,
        lambda act, values: confirming.confirm(act, **{**values, "agrees": values["agrees"] == AGREES}),
        "You hold what is to be shared, or get more. Without your agreement the request is refused.",
        then=to_application,
    ),
    Deed(
        "recommend",
        "Give the recommendation",
        Recommendation,
        lambda act, values: recommending.recommend(act, **_judged(values)),
        "When every team that was asked has spoken, the application goes on by what they say.",
        then=to_application,
    ),
    Deed(
        "recuse",
        "Step aside",
        Tie,
        lambda act, values: recommending.recuse(act, **values),
        "You have an interest in the case: a colleague judges it.",
        then=lambda values, answer: "/desk",
    ),
)


def _judged(values: Values) -> Values:
    """What an expert says; grounds are those of a refusal, and the page hides them for another verdict."""
    verdict = Verdict(values["verdict"])
    grounds = tuple(Ground[name] for name in values["grounds"]) if verdict is Verdict.REFUSE else ()
    return {**values, "verdict": verdict, "grounds": grounds}
