"""Deeds on contacts: added, verified, published; their addresses; who acts for them."""

from typing import Any
from urllib.parse import quote

from django import forms
from django.core.exceptions import ValidationError

from portbook.desk.deeds import Deed, Values
from portbook.desk.deeds.forms import hidden_number, line, words
from portbook.desk.deeds.of_cases import OfNotice
from portbook.desk.deeds.targets import EVIDENCE, OfContact, Words, several
from portbook.register.acts import Act, Done
from portbook.register.limits import CHANGE_DAYS, MAX_ADDRESSES, REST_DAYS
from portbook.register.operations import contacts, entries, takeovers

GRANTED, REFUSED = "granted", "refused"


def addresses(label: str, *, required: bool = True) -> Words:
    """Mail addresses."""
    return several(label, f"At most {MAX_ADDRESSES}, a blank between two.", required=required)


class Added(forms.Form):
    """A contact to be."""

    name = line("Name", "Of a person or a role.", required=False)
    organization = line("Organisation", required=False)
    addresses = addresses("Mail addresses")

    def clean(self) -> Values:
        """Refuse a contact without any name."""
        found = super().clean() or {}
        if not self.errors and not (found["name"] or found["organization"]):
            raise ValidationError("A contact has a name or an organisation.")
        return found


class Verified(OfContact):
    """An address that answered."""

    address = line("Address", "One of the contact's mail addresses.")
    how = words("What shows that it answered", "Its letter and the day.")


class Wished(OfContact):
    """What a contact wishes to be published."""

    evidence = words("The wish", "Its letter and the day. If you are the contact, say that you wish it.")


class OtherAddresses(OfContact):
    """Addresses to be."""

    addresses = addresses("All mail addresses from then on")


class AddressConfirmed(OfNotice):
    """The word of an old address for new ones."""

    address = line("Old address", "One that answered within the last year.")
    evidence = words("How it confirmed", EVIDENCE)


class PartyRenamed(OfContact):
    """The same party by another name."""

    name = line("Name from now on", "Left empty, it stays.", required=False)
    organization = line("Organisation from now on", "Left empty, it stays.", required=False)
    evidence = words("What shows that it is the same party", EVIDENCE)

    def clean(self) -> Values:
        """Refuse no new name."""
        found = super().clean() or {}
        if not self.errors and not (found["name"] or found["organization"]):
            raise ValidationError("Nothing is to be changed: say a name or an organisation.")
        return found


class OfTakeover(forms.Form):
    """What is about a takeover."""

    takeover = hidden_number()


class TakeoverConfirmed(OfTakeover):
    """The word of an old address for who claims the contact."""

    address = line("Old address", "One that answered within the last year.")
    evidence = words("How it confirmed", EVIDENCE)


class TakeoverDecided(OfTakeover):
    """What was found out about a claimant."""

    outcome = forms.ChoiceField(
        label="What is decided",
        choices=((GRANTED, "They act for the contact from now on"), (REFUSED, "They do not")),
        widget=forms.RadioSelect,
    )
    finding = words("What was found out", "Who was asked, by which way, and what shows who they are.")


def _add(act: Act, values: Values) -> Done:
    return contacts.add(
        act,
        name=values["name"],
        organization=values["organization"],
        addresses=tuple(values["addresses"]),
    )


def _rename(act: Act, values: Values) -> Done:
    name, organization = values["name"] or None, values["organization"] or None
    return entries.rename_party(
        act, values["contact"], values["evidence"], name=name, organization=organization
    )


def _decide(act: Act, values: Values) -> Done:
    is_granted = values["outcome"] == GRANTED
    return takeovers.decide(act, values["takeover"], values["finding"], is_granted=is_granted)


def _to_contact(values: Values, answer: Any) -> str:
    return f"/desk/contacts/{quote(answer.get('contact') or values['contact'], safe='')}"


def _to_work(values: Values, answer: Any) -> str:
    return "/desk"


def _to_takeover(values: Values, answer: Any) -> str:
    return f"/desk/takeovers/{answer['takeover']}"


DEEDS = (
    Deed("add contact", "Add a contact", Added, _add, "It gets an id of its own.", then=_to_contact),
    Deed(
        "verify contact",
        "Record that an address answered",
        Verified,
        lambda act, values: contacts.verify(act, values["contact"], values["address"], values["how"]),
        "It counts for a year: by then it has to answer again.",
        then=_to_contact,
    ),
    Deed(
        "withhold contact",
        "Publish the name alone",
        Wished,
        lambda act, values: contacts.withhold(act, values["contact"], values["evidence"]),
        "From the next edition on the contact is published without its addresses. The register keeps them.",
        is_grave=True,
        then=_to_contact,
    ),
    Deed(
        "publish contact",
        "Publish the addresses again",
        Wished,
        lambda act, values: contacts.publish(act, values["contact"], values["evidence"]),
        "From the next edition on the contact is published whole.",
        is_grave=True,
        then=_to_contact,
    ),
    Deed(
        "rename party",
        "Give the party its new name",
        PartyRenamed,
        _rename,
        "For the same party under another name. Its entries get a note of it; two persons see to it.",
        is_grave=True,
        then=_to_contact,
    ),
    # other addresses
    Deed(
        "ask contact change",
        "Ask for other addresses",
        OtherAddresses,
        lambda act, values: contacts.ask_change(act, values["contact"], tuple(values["addresses"])),
        f"Old and new addresses get a letter. It waits {CHANGE_DAYS} days, can be stopped, and rests for "
        f"{REST_DAYS} days afterwards.",
        then=_to_contact,
    ),
    Deed(
        "confirm contact change",
        "Record that an old address confirms it",
        AddressConfirmed,
        lambda act, values: contacts.confirm_change(act, **values),
        "Confirmed and asked for by the contact itself, it needs no second person.",
        then=_to_work,
    ),
    Deed(
        "stop contact change",
        "Stop the change of addresses",
        OfNotice,
        lambda act, values: contacts.stop_change(act, values["notice"]),
        "The addresses stay. Old and new ones are told.",
        then=_to_work,
    ),
    Deed(
        "enter contact change",
        "Enter the other addresses",
        OfNotice,
        lambda act, values: contacts.enter_change(act, values["notice"]),
        "Possible when the days are over. Without the word of an old address, two persons see to it.",
        is_grave=True,
        then=_to_contact,
    ),
    # who acts for a contact
    Deed(
        "confirm claim",
        "Record that an old address confirms the takeover",
        TakeoverConfirmed,
        lambda act, values: takeovers.confirm(act, **values),
        "Then it need not wait; two persons decide all the same.",
        then=_to_takeover,
    ),
    Deed(
        "stop claim",
        "Stop the takeover",
        OfTakeover,
        lambda act, values: takeovers.stop(act, values["takeover"]),
        "Nobody comes to act for the contact. Its addresses and whoever asked are told.",
        then=_to_takeover,
    ),
    Deed(
        "decide claim",
        "Decide the takeover",
        TakeoverDecided,
        _decide,
        "Granted before its days are over, it needs the word of an old address. Two persons decide.",
        is_grave=True,
        then=_to_takeover,
    ),
)
