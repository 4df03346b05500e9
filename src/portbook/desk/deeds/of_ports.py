"""Deeds on early allocations after they began, and on ports that the IESG reserves or sets free."""

from django import forms

from portbook.desk.deeds import Deed
from portbook.desk.deeds.forms import line, words
from portbook.desk.deeds.targets import CHAIRS, DECISION, OfPort, OfService, to_entry, to_port
from portbook.register.operations import early, registry

_BEFORE_IESG = "The document is before the IESG"


class Renewed(OfService):
    """Another year for an early allocation."""

    chairs = words("What the chairs say", CHAIRS)
    decision = line("Decision of the IESG", f"For a second renewal. {DECISION}", required=False)
    is_before_iesg = forms.BooleanField(label=_BEFORE_IESG, required=False)


class Completed(OfService):
    """The document of an early allocation is approved."""

    document = line("The approved document", "Such as rfc9999.")


class Deprecated(OfService):
    """An early allocation that expired."""

    chairs = words("What the chairs say", CHAIRS)
    is_before_iesg = forms.BooleanField(label=_BEFORE_IESG, required=False)


class FreedEarly(OfPort):
    """A deprecated port that is fit to be free."""

    chairs = words("What the chairs say", CHAIRS)


class Decided(OfPort):
    """What the IESG decided on a port."""

    decision = line("Decision of the IESG", DECISION)


DEEDS = (
    # early allocations
    Deed(
        "renew early",
        "Renew the early allocation",
        Renewed,
        lambda act, values: early.renew(act, **values),
        "It lasts a year more. Once the chairs can ask for that; then the IESG approves it.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "complete early",
        "Make the early allocation permanent",
        Completed,
        lambda act, values: early.complete(act, **values),
        "The document is approved; the row loses its last day.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "tell early expiry",
        "Tell that its day is over",
        OfService,
        lambda act, values: early.tell_expiry(act, **values),
        "The chairs and contacts get a letter. The row stays as it is.",
        then=to_entry,
    ),
    Deed(
        "deprecate early",
        "Deprecate the expired allocation",
        Deprecated,
        lambda act, values: early.deprecate(act, **values),
        "From then on it is neither assigned nor free.",
        is_grave=True,
        then=to_entry,
    ),
    Deed(
        "free early",
        "Set the deprecated port free",
        FreedEarly,
        lambda act, values: early.free(act, **values),
        "Anybody may then apply for it.",
        is_grave=True,
        then=to_port,
    ),
    # Reserved ports
    Deed(
        "reserve port",
        "Reserve the port",
        Decided,
        lambda act, values: registry.reserve(act, **values),
        "The IESG or the IETF keeps it for a special purpose; nobody is given it.",
        is_grave=True,
        then=to_port,
    ),
    Deed(
        "free port",
        "Set the Reserved port free",
        Decided,
        lambda act, values: registry.free(act, **values),
        "The IESG decided so; anybody may then apply for it. Two persons see to it.",
        is_grave=True,
        then=to_port,
    ),
)
