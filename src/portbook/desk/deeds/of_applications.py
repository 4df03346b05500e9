"""Deeds on applications: those of the applicant, the operator, holders and experts."""

from portbook.desk.deeds import Deed, to_application
from portbook.desk.deeds.forms import OfApplication, OfVersion, OfVersionInWords
from portbook.register.operations import applying, reviewing

DEEDS = (
    Deed(
        "withdraw",
        "Take it back",
        OfApplication,
        lambda act, values: applying.withdraw(act, values["application"]),
        "The application is closed at your wish. You can make a new one at any time.",
        then=to_application,
    ),
    Deed(
        "open",
        "Begin to look at it",
        OfApplication,
        lambda act, values: reviewing.open_ticket(act, values["application"]),
        then=to_application,
    ),
    Deed(
        "validate",
        "Check it by all rules and send it on",
        OfVersion,
        lambda act, values: reviewing.validate(act, **values),
        "What cannot succeed is refused, what its author can mend goes back with the list, and the rest goes on "
        "to whoever the rules name.",
        is_grave=True,
        then=to_application,
    ),
    Deed(
        "give back",
        "Give it back with a question",
        OfVersionInWords,
        lambda act, values: reviewing.give_back(act, **values),
        then=to_application,
    ),
)
