"""The tables of the register, in the words of RFC 6335.

Three kinds.  What is *recorded* (`Recorded`) changes only together with an Event that tells the change:
holdings, people, applications, decisions.  The *claims* tell again, as unique indexes, who holds what (D-2);
they are computed from entries, and nothing else writes them.  The *books* are the Events
and what goes with them.  The database repeats the rules that matter: numbers, sets, lengths, foreign keys;
triggers keep Events from change (migration 2).
"""

from django.db import models
from django.db.models.functions import Lower

from portbook.applications import Kind
from portbook.edition import Reason, State
from portbook.numbers import MAX_PORT, Transport
from portbook.register.limits import MAX_CHANGES, MAX_CHANNEL, MAX_CODE, MAX_ROW
from portbook.register.limits import MAX_DOCUMENT as MAX_DOCUMENT
from portbook.register.limits import MAX_NAME as MAX_NAME
from portbook.register.limits import MAX_TEXT as MAX_TEXT
from portbook.register.sql import ServiceName, at_most, between, confusable, folded, one_of
from portbook.review import Verdict
from portbook.states import ApplicationState

_DIGEST = 64  # hexadecimal digits of SHA-256
_INSTANT = 20  # YYYY-MM-DDTHH:MM:SSZ
_STATES = (State.ASSIGNED.value, State.RESERVED.value, State.UNASSIGNED.value)
_TRANSPORTS = tuple(transport.value for transport in Transport)


class Recorded(models.Model):
    """A row whose every change is told by an Event.  Its identity is given once, by the register."""

    identity = models.BigIntegerField(primary_key=True)

    class Meta:
        abstract = True


class Registry(Recorded):
    """The one row that every act locks first: what the registry is, and the numbers given out so far."""

    head = (
        models.TextField()
    )  # of the edition to be: title, notes, footnotes, layout; JSON, "" before the seeding
    updated = models.CharField(max_length=10)  # the published date of the last change
    base = models.CharField(max_length=MAX_NAME)  # id of the edition that it was seeded from
    base_sha256 = models.CharField(max_length=_DIGEST)
    policy = models.TextField()  # TOML; "" for that of RFC 6335
    is_frozen = models.BooleanField(default=False)
    identities = models.BigIntegerField(default=1)  # given out so far
    events = models.BigIntegerField(default=0)
    events_head = models.CharField(max_length=_DIGEST)  # hash of the last Event
    instant = models.CharField(max_length=_INSTANT)  # of the last Event

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(identity=1), name="registry_only"),
            at_most("head", MAX_DOCUMENT),
            at_most("policy", MAX_DOCUMENT),
        )


# -- what is held


class Entry(Recorded):
    """One row of the registry to be, as it will be published; the columns after `layout` are read from it.

    `reason` and `expires` are what the register knows beyond the published columns (R-RESV-2, R-EARLY-5).
    """

    position = models.BigIntegerField(db_index=True)
    row = models.TextField()  # a Record as JSON (`rows`)
    layout = models.TextField()  # how it was written down, JSON; "" for nothing known
    low = models.IntegerField(null=True)
    high = models.IntegerField(null=True)
    transport = models.CharField(max_length=MAX_NAME)  # lower case; "" for none
    fold = models.CharField(max_length=MAX_NAME)  # of the service name; "" for none
    code = models.CharField(max_length=MAX_NAME)  # the service code as published; "" for none
    state = models.CharField(max_length=10)
    reason = models.CharField(max_length=40)
    expires = models.CharField(max_length=10)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            between("low", 0, MAX_PORT),
            between("high", 0, MAX_PORT),
            models.CheckConstraint(
                condition=models.Q(low__isnull=True, high__isnull=True)
                | models.Q(low__isnull=False, high__isnull=False, low__lte=models.F("high")),
                name="entry_upwards",
            ),
            one_of("state", _STATES),
            one_of("reason", ("", *Reason)),
            folded("fold"),
            at_most("fold", MAX_NAME),
            at_most("transport", MAX_NAME),
            at_most("code", MAX_NAME),
            at_most("row", MAX_ROW),
            at_most("layout", MAX_ROW),
            at_most("expires", 10),
            at_most("reason", 40),
        )
        indexes = (
            models.Index(fields=("low", "position"), name="entry_by_port"),
            models.Index(
                fields=("high", "low"), condition=models.Q(high__gt=models.F("low")), name="entry_of_range"
            ),
            models.Index(fields=("fold", "position"), name="entry_by_name"),
            models.Index(fields=("code",), name="entry_by_code"),
        )


class Contact(Recorded):
    """A party: a person, organisation or role, with the id under which rows name it (R-PUB-8)."""

    position = models.BigIntegerField(db_index=True)
    contact_id = models.CharField(max_length=MAX_NAME, unique=True)
    row = models.TextField()  # a Contact as JSON (`rows`)
    layout = models.TextField()
    is_withheld = models.BooleanField(default=False)  # published by name alone (R-MAINT-10)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (at_most("contact_id", MAX_NAME), at_most("row", MAX_ROW), at_most("layout", MAX_ROW))
        indexes = (models.Index(Lower("contact_id"), "position", name="contact_by_id"),)


# -- the claims


class PortClaim(models.Model):
    """*entry* stands at a port on a transport.  Slot 0 is all that a request can take; see `claims`."""

    port = models.IntegerField()
    transport = models.CharField(max_length=4)
    slot = models.IntegerField()
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("port", "transport", "slot"), name="portclaim_one_holder"),
            between("port", 0, MAX_PORT),
            one_of("transport", _TRANSPORTS),
            models.CheckConstraint(condition=models.Q(slot__gte=0), name="portclaim_slot_counts"),
        )


class NameClaim(models.Model):
    """A folded name is not free: one claim for each service, whatever the number of its rows."""

    fold = models.CharField(max_length=MAX_NAME)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("fold",), name="nameclaim_one_holder"),
            folded("fold"),
            at_most("fold", MAX_NAME),
        )
        indexes = (models.Index(confusable("fold"), name="nameclaim_by_looks"),)


class CodeClaim(models.Model):
    """A service code is assigned, to *entry*; slots as for ports."""

    code = models.BigIntegerField()
    slot = models.IntegerField()
    entry = models.ForeignKey(Entry, on_delete=models.DO_NOTHING, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code", "slot"), name="codeclaim_one_holder"),
            between("code", 0, MAX_CODE),
            models.CheckConstraint(condition=models.Q(slot__gte=0), name="codeclaim_slot_counts"),
        )


# -- people, applications, decisions


class Member(Recorded):
    """Who acts: a name and its roles.  How somebody shows to be it, the desk says, not the register."""

    name = models.CharField(max_length=MAX_NAME, unique=True)
    roles = models.CharField(max_length=MAX_NAME)  # sorted, a blank between two
    party = models.CharField(max_length=MAX_NAME)  # a contact id, or ""
    is_active = models.BooleanField(default=True)

    class Meta:
        constraints = (at_most("name", MAX_NAME), at_most("roles", MAX_NAME), at_most("party", MAX_NAME))


class ExpertTerm(Recorded):
    """*member* is a designated expert of *team* from one day to another (R-REV)."""

    member = models.ForeignKey(Member, on_delete=models.DO_NOTHING, related_name="+")
    team = models.CharField(max_length=MAX_NAME)
    begins = models.CharField(max_length=10)
    ends = models.CharField(max_length=10)  # "" for open

    class Meta:
        constraints = (at_most("team", MAX_NAME), at_most("begins", 10), at_most("ends", 10))


class Application(Recorded):
    """A request and where it stands; what it says is in its versions."""

    state = models.CharField(max_length=40)
    kind = models.CharField(max_length=40)
    submitter = models.CharField(max_length=MAX_NAME)
    channel = models.CharField(max_length=40)
    due = models.CharField(max_length=10)  # the day on which a clock runs out, or ""
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            one_of("state", tuple(ApplicationState)),
            one_of("kind", tuple(Kind)),
            at_most("state", 40),
            at_most("kind", 40),
            at_most("submitter", MAX_NAME),
            at_most("channel", 40),
            at_most("due", 10),
        )
        indexes = (
            models.Index(fields=("state", "due"), name="application_by_state"),
            models.Index(fields=("submitter", "state"), name="application_by_submitter"),
            models.Index(fields=("due",), condition=~models.Q(due=""), name="application_by_day"),
        )


class Version(Recorded):
    """What an application said at one time, for ever; a decision is for one digest (edits void it)."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    number = models.IntegerField()
    digest = models.CharField(max_length=_DIGEST)
    content = models.TextField()  # JSON
    author = models.CharField(max_length=MAX_NAME)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("application", "number"), name="version_numbered"),
            at_most("content", MAX_DOCUMENT),
            at_most("author", MAX_NAME),
        )
        indexes = (models.Index(ServiceName("content"), name="version_by_name"),)


class Review(Recorded):
    """What was asked of a team or member about one version, and what the answer was."""

    application = models.ForeignKey(Application, on_delete=models.DO_NOTHING, related_name="+")
    digest = models.CharField(max_length=_DIGEST)
    team = models.CharField(max_length=MAX_NAME)
    member = models.CharField(max_length=MAX_NAME)
    recommendation = models.CharField(max_length=40)  # "" while it is awaited
    reasons = models.TextField()
    due = models.CharField(max_length=10)
    version = models.IntegerField(default=1)

    class Meta:
        constraints = (
            one_of("recommendation", ("", *Verdict)),
            at_most("team", MAX_NAME),
            at_most("member", MAX_NAME),
            at_most("recommendation", 40),
            at_most("reasons", MAX_TEXT),
            at_most("due", 10),
        )


class Approval(Recorded):
    """One person's word for an act that needs two (D-7), given to a digest of it."""

    digest = models.CharField(max_length=_DIGEST)
    operation = models.CharField(max_length=MAX_NAME)
    member = models.CharField(max_length=MAX_NAME)
    expires = models.CharField(max_length=_INSTANT)
    is_used = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("digest", "member"), name="approval_once_each"),
            at_most("operation", MAX_NAME),
            at_most("member", MAX_NAME),
        )


class Publication(Recorded):
    """A published edition: its number, what it was made of, and whether its files are in place."""

    number = models.BigIntegerField(unique=True)
    updated = models.CharField(max_length=10)
    state = models.CharField(max_length=10)
    after_event = models.BigIntegerField()  # every Event up to this one is in it
    events_head = models.CharField(max_length=_DIGEST)
    edition = models.CharField(max_length=MAX_NAME)  # id in the store, once it is there
    sha256 = models.CharField(max_length=_DIGEST)

    class Meta:
        constraints = (one_of("state", ("reserved", "published", "given up")), at_most("edition", MAX_NAME))


# -- the books


class Event(models.Model):
    """One act: who, when, what, why, and every value that it changed; a link of the chain (`events`)."""

    number = models.BigIntegerField(primary_key=True)
    previous = models.CharField(max_length=_DIGEST)
    hash = models.CharField(max_length=_DIGEST, unique=True)
    instant = models.CharField(max_length=_INSTANT)
    actor = models.CharField(max_length=MAX_NAME)
    operation = models.CharField(max_length=MAX_NAME)
    object = models.CharField(max_length=MAX_NAME)
    reason = models.TextField()
    changes = models.TextField()  # canonical JSON
    channel = models.CharField(max_length=MAX_CHANNEL)
    key = models.CharField(max_length=MAX_NAME)  # of idempotency, or ""
    persons = models.TextField()  # canonical JSON: who else gave a word, and how many the act needs

    class Meta:
        constraints = (
            models.CheckConstraint(condition=models.Q(number__gte=1), name="event_counts"),
            at_most("actor", MAX_NAME),
            at_most("operation", MAX_NAME),
            at_most("object", MAX_NAME),
            at_most("reason", MAX_TEXT),
            at_most("changes", MAX_CHANGES),
            at_most("channel", MAX_CHANNEL),
            at_most("key", MAX_NAME),
            at_most("persons", MAX_TEXT),
        )
        indexes = (models.Index(fields=("object", "instant"), name="event_by_object"),)


class IdempotencyKey(models.Model):
    """What was answered to a request, so that the same request again has the same answer (I-12)."""

    actor = models.CharField(max_length=MAX_NAME)
    key = models.CharField(max_length=MAX_NAME)
    request = models.CharField(max_length=_DIGEST)
    event = models.ForeignKey(Event, on_delete=models.DO_NOTHING, related_name="+")
    answer = models.TextField()  # JSON

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("actor", "key"), name="idempotencykey_once"),
            at_most("actor", MAX_NAME),
            at_most("key", MAX_NAME),
            at_most("answer", MAX_DOCUMENT),
        )


class Outbox(models.Model):
    """A message that goes out because an act was committed; a worker sends it later."""

    event = models.ForeignKey(Event, on_delete=models.DO_NOTHING, related_name="+")
    recipient = models.CharField(max_length=MAX_NAME)
    subject = models.CharField(max_length=MAX_NAME)
    body = models.TextField()
    due = models.CharField(max_length=_INSTANT)
    state = models.CharField(max_length=10, default="waiting")
    tries = models.IntegerField(default=0)
    kind = models.CharField(max_length=40, default="")  # a letter of `letters.LETTERS`, or "decided"

    class Meta:
        constraints = (
            one_of("state", ("waiting", "sent", "given up", "unwanted")),
            at_most("kind", 40),
            at_most("recipient", MAX_NAME),
            at_most("subject", MAX_NAME),
            at_most("body", MAX_TEXT),
        )
        indexes = (models.Index(fields=("due",), condition=models.Q(state="waiting"), name="outbox_waiting"),)


import portbook.register.cases  # noqa: E402  # their tables belong to this application too
import portbook.register.casework  # noqa: E402, F401
