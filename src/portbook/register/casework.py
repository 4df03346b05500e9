"""The tables of the way of an application: what was filed, said, asked and decided, and whose turn it was.

`models` brings them in; they are recorded rows like those there, and change only together with an Event.
"""

from enum import StrEnum

from django.db import models

from portbook.numbers import MAX_PORT, Transport
from portbook.register.models import MAX_NAME, MAX_TEXT, Application, Recorded, Review
from portbook.register.sql import at_most, between, one_of
from portbook.states import ApplicationState

MAX_STATE = 40

AGREES, REFUSES = "agrees", "refuses"  # what a holder answers
REQUESTER, REGISTRY = "requester", "registry"  # whom a message is for

_DIGEST = 64
_INSTANT = 20
_TRANSPORTS = tuple(transport.value for transport in Transport)


class Ruling(StrEnum):
    """What a body decides."""

    APPROVED = "approved"
    REFUSED = "refused"
    DROPPED = "dropped"  # the document will not come


class Filing(Recorded):
    """When an application was sent, by whom and for whom: what limits and mass requests are counted by."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    submitter = models.CharField(max_length=MAX_NAME)
    assignee = models.CharField(max_length=MAX_NAME)  # `dossiers.party_key`
    instant = models.CharField(max_length=_INSTANT)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("application",), name="filing_once"),
            at_most("submitter", MAX_NAME),
            at_most("assignee", MAX_NAME),
            at_most("instant", _INSTANT),
        )
        indexes = (
            models.Index(fields=("submitter", "instant"), name="filing_by_submitter"),
            models.Index(fields=("assignee", "instant"), name="filing_by_assignee"),
        )


class Turn(Recorded):
    """How long an application stood in a state, and whose turn it was: the clocks are made of these."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    state = models.CharField(max_length=MAX_STATE)
    party = models.CharField(max_length=MAX_STATE)  # "" when nobody's: it is closed
    began = models.CharField(max_length=_INSTANT)
    ended = models.CharField(max_length=_INSTANT)  # "" while it lasts

    class Meta:
        constraints = (
            one_of("state", tuple(ApplicationState)),
            at_most("state", MAX_STATE),
            at_most("party", MAX_STATE),
            at_most("began", _INSTANT),
            at_most("ended", _INSTANT),
        )


class Message(Recorded):
    """One word of the conversation; the requester never reads who of the registry said it (R-REV-20)."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    author = models.CharField(max_length=MAX_NAME)
    audience = models.CharField(max_length=MAX_STATE)
    kind = models.CharField(max_length=MAX_STATE)
    text = models.TextField()
    digest = models.CharField(max_length=_DIGEST)  # of the version that it is about
    instant = models.CharField(max_length=_INSTANT)

    class Meta:
        constraints = (
            one_of("audience", (REQUESTER, REGISTRY)),
            at_most("author", MAX_NAME),
            at_most("kind", MAX_STATE),
            at_most("text", MAX_TEXT),
            at_most("digest", _DIGEST),
            at_most("instant", _INSTANT),
        )


class Wanted(Recorded):
    """A port that an open, complete application asks for: the first complete one has it (R-REV-25)."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    port = models.IntegerField()
    transport = models.CharField(max_length=4)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("port", "transport"), name="wanted_by_one"),
            between("port", 0, MAX_PORT),
            one_of("transport", _TRANSPORTS),
        )


class Confirmation(Recorded):
    """A holder who is asked to agree to one version, and the answer (R-MARK-8, R-MARK-9)."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    digest = models.CharField(max_length=_DIGEST)
    service = models.CharField(max_length=MAX_NAME)
    speakers = models.TextField()  # contact ids whose word counts, a line feed between two
    answer = models.CharField(max_length=10)  # "" while it is awaited
    party = models.CharField(max_length=MAX_NAME)  # the contact id that answered
    member = models.CharField(max_length=MAX_NAME)
    reasons = models.TextField()
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("application", "digest", "service"), name="confirmation_once"),
            one_of("answer", ("", AGREES, REFUSES)),
            at_most("digest", _DIGEST),
            at_most("service", MAX_NAME),
            at_most("speakers", MAX_TEXT),
            at_most("party", MAX_NAME),
            at_most("member", MAX_NAME),
            at_most("reasons", MAX_TEXT),
        )


class Opinion(Recorded):
    """What one expert said when the team was asked (`Review`); or that he stepped aside."""

    review = models.ForeignKey(Review, on_delete=models.DO_NOTHING, related_name="+")
    member = models.CharField(max_length=MAX_NAME)
    verdict = models.CharField(max_length=10)
    reasons = models.TextField()
    grounds = models.CharField(max_length=MAX_NAME)  # names of `review.Ground`, a blank between two
    instant = models.CharField(max_length=_INSTANT)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("review", "member"), name="opinion_once_each"),
            one_of("verdict", ("grant", "refuse", "ask", "recused")),
            at_most("member", MAX_NAME),
            at_most("reasons", MAX_TEXT),
            at_most("grounds", MAX_NAME),
            at_most("instant", _INSTANT),
        )


class Decision(Recorded):
    """What a body that is no member decided on one version, as a registrar recorded it with its reference."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    digest = models.CharField(max_length=_DIGEST)
    body = models.CharField(max_length=MAX_NAME)
    ruling = models.CharField(max_length=MAX_STATE)
    reference = models.CharField(max_length=MAX_NAME)
    words = models.TextField()
    member = models.CharField(max_length=MAX_NAME)
    instant = models.CharField(max_length=_INSTANT)

    class Meta:
        constraints = (
            one_of("ruling", tuple(Ruling)),
            at_most("digest", _DIGEST),
            at_most("body", MAX_NAME),
            at_most("ruling", MAX_STATE),
            at_most("reference", MAX_NAME),
            at_most("words", MAX_TEXT),
            at_most("member", MAX_NAME),
            at_most("instant", _INSTANT),
        )
