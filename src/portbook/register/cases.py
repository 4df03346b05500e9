"""The tables of what takes time: revocations, notices with a day, appeals, takeovers, verified addresses.

`models` brings them in; they are recorded rows like those there, and change only together with an Event.
"""

from django.db import models

from portbook.numbers import MAX_PORT
from portbook.register.limits import MAX_DOCUMENT, MAX_NAME, MAX_TEXT
from portbook.register.models import Event, Recorded
from portbook.register.sql import at_most, between, one_of
from portbook.review import Decision
from portbook.states import RevocationState

MAX_STATE = 40

OPEN, STOPPED, DONE = "open", "stopped", "done"  # of a notice
RUNNING, DECIDED = "running", "decided"  # of an appeal
GRANTED, REFUSED = "granted", "refused"  # of a takeover, besides OPEN and STOPPED


class Case(Recorded):
    """Whether one assignment is revoked (R-REVOKE): what it is about, and what is on record for it."""

    state = models.CharField(max_length=MAX_STATE)  # of `states.REVOCATION`
    service = models.CharField(max_length=MAX_NAME)
    port = models.IntegerField(null=True)  # none: the service name itself
    transports = models.CharField(max_length=MAX_STATE)  # a blank between two; "" for all
    attempts = models.TextField()  # how the Assignee was asked
    life = models.TextField()  # signs of use that came up: then the case is not clear
    need = models.TextField()
    draft = models.TextField()
    expert = models.TextField()
    call = models.TextField()  # where the IESG published it
    decision = models.TextField()
    began = models.CharField(max_length=10)
    called = models.CharField(max_length=10)  # "" before the call
    due = models.CharField(max_length=10)  # the day on which a clock runs out, or ""
    event = models.BigIntegerField(null=True)  # that decided it
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            between("port", 0, MAX_PORT),
            one_of("state", tuple(state for state in RevocationState if state is not RevocationState.NONE)),
            at_most("state", MAX_STATE),
            at_most("service", MAX_NAME),
            at_most("transports", MAX_STATE),
            *(at_most(field, MAX_TEXT) for field in ("attempts", "life", "need", "draft")),
            *(at_most(field, MAX_TEXT) for field in ("expert", "call", "decision")),
            *(at_most(field, 10) for field in ("began", "called", "due")),
        )


class Notice(Recorded):
    """What is done after a day, unless somebody objects (T-47, T-52)."""

    kind = models.CharField(max_length=10)
    object = models.CharField(max_length=MAX_NAME)  # "service ferry", "contact Ada"
    content = models.TextField()  # JSON: what is to be done
    asked_by = models.CharField(max_length=MAX_NAME)  # a contact id, or "" for the operator
    confirmation = models.TextField()  # "" while nobody confirmed it
    state = models.CharField(max_length=10)
    begins = models.CharField(max_length=10)
    ends = models.CharField(max_length=10)  # the last day on which it waits
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            one_of("kind", ("return", "contact")),
            one_of("state", (OPEN, STOPPED, DONE)),
            at_most("object", MAX_NAME),
            at_most("content", MAX_DOCUMENT),
            at_most("asked_by", MAX_NAME),
            at_most("confirmation", MAX_TEXT),
            at_most("begins", 10),
            at_most("ends", 10),
        )


class Appeal(Recorded):
    """An appeal against the decision that an Event tells (R-APP), and what it keeps from everybody else."""

    decision = models.ForeignKey(Event, on_delete=models.DO_NOTHING, related_name="+")
    body = models.CharField(max_length=MAX_NAME)  # who hears it
    appellant = models.CharField(max_length=MAX_NAME)
    facts = models.TextField()
    contested = models.TextField()  # JSON: ports and names
    filed = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    outcome = models.CharField(max_length=MAX_STATE)  # "" while it runs
    reference = models.TextField()  # of the body's decision
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            one_of("state", (RUNNING, DECIDED)),
            one_of("outcome", ("", *Decision)),
            at_most("body", MAX_NAME),
            at_most("appellant", MAX_NAME),
            at_most("facts", MAX_TEXT),
            at_most("contested", MAX_DOCUMENT),
            at_most("filed", 10),
            at_most("outcome", MAX_STATE),
            at_most("reference", MAX_TEXT),
        )


class Takeover(Recorded):
    """A member says that he is a contact of the registry, and waits for two persons (T-47 to T-49)."""

    contact = models.CharField(max_length=MAX_NAME)  # a contact id
    claimant = models.CharField(max_length=MAX_NAME)  # a member's name
    address = models.CharField(max_length=MAX_NAME)  # of the claimant: a digest, salted by a link
    words = models.TextField()  # why he says so
    state = models.CharField(max_length=10)
    begins = models.CharField(max_length=10)
    ends = models.CharField(max_length=10)  # the last day on which it waits
    stopping = models.CharField(max_length=64)  # digest of the link by which an old address stops it
    confirming = models.CharField(max_length=64)  # of that by which one confirms it; "" for no such address
    confirmation = models.TextField()  # "" while no old address confirmed it
    decided = models.CharField(max_length=10)  # the day, or ""
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("contact",), condition=models.Q(state=OPEN), name="takeover_one_open"
            ),
            one_of("state", (OPEN, STOPPED, GRANTED, REFUSED)),
            *(at_most(field, MAX_NAME) for field in ("contact", "claimant", "address")),
            *(at_most(field, MAX_TEXT) for field in ("words", "confirmation")),
            *(at_most(field, 10) for field in ("begins", "ends", "decided")),
            *(at_most(field, 64) for field in ("stopping", "confirming")),
        )


class Inquiry(Recorded):
    """A letter that asks an address of a contact to answer, by a link (T-48)."""

    contact = models.CharField(max_length=MAX_NAME)
    address = models.CharField(max_length=MAX_NAME)
    digest = models.CharField(max_length=64)  # of the link
    asked = models.CharField(max_length=10)
    ends = models.CharField(max_length=10)  # the last day on which the link can be followed
    answered = models.CharField(max_length=10)  # "" while it was not
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contact", "address"), name="inquiry_once"),
            at_most("contact", MAX_NAME),
            at_most("address", MAX_NAME),
            at_most("digest", 64),
            *(at_most(field, 10) for field in ("asked", "ends", "answered")),
        )


class Verification(Recorded):
    """An address of a contact that answered, and when (T-48)."""

    contact = models.CharField(max_length=MAX_NAME)  # a contact id
    address = models.CharField(max_length=MAX_NAME)
    verified = models.CharField(max_length=10)
    how = models.TextField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("contact", "address"), name="verification_once"),
            at_most("contact", MAX_NAME),
            at_most("address", MAX_NAME),
            at_most("verified", 10),
            at_most("how", MAX_TEXT),
        )
