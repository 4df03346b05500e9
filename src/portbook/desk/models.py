"""The tables of the desk: who is which member, invitations, drafts, tokens, links, acts that wait.

None of them is part of the registry: what somebody may do is a member's role, and that is changed by
operations alone.  They hold personal data that no Event repeats (T-73); of secrets their digests (I-11).
"""

from django.conf import settings
from django.db import models

from portbook.register.limits import MAX_DOCUMENT, MAX_NAME, MAX_TEXT
from portbook.register.sql import at_most

DIGEST = 64  # hexadecimal digits of SHA-256
INSTANT = 20


class Account(models.Model):
    """A person who signs in, and the member of the register as whom he acts."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="account")
    member = models.CharField(max_length=MAX_NAME, unique=True)
    name = models.CharField(max_length=MAX_NAME)  # as he wants to be called; "" for the member's name
    muted = models.TextField()  # kinds of letters that he does without, a line each

    class Meta:
        constraints = (at_most("member", MAX_NAME), at_most("name", MAX_NAME), at_most("muted", MAX_NAME))


class Invitation(models.Model):
    """A link by which somebody becomes the account of a member, once (T-60)."""

    digest = models.CharField(max_length=DIGEST, unique=True)
    member = models.CharField(max_length=MAX_NAME)
    email = models.CharField(max_length=MAX_NAME)  # whom it was sent to; "" for one that was handed over
    invited_by = models.CharField(max_length=MAX_NAME)
    expires = models.CharField(max_length=INSTANT)
    is_used = models.BooleanField(default=False)
    needs_word = models.BooleanField(default=False)  # of a second person of the office (D-7)
    word_by = models.CharField(max_length=MAX_NAME)  # who gave it; "" while nobody did


class Draft(models.Model):
    """What somebody typed into the form of an application and has not sent: never lost."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="drafts")
    application = models.BigIntegerField(null=True)  # that it changes; none for a new one
    content = models.TextField()  # JSON: the fields of the form as they were typed
    version = models.CharField(max_length=DIGEST)  # of the application, that it was begun from
    saved = models.CharField(max_length=INSTANT)
    sent = models.BigIntegerField(null=True)  # the application that it became; then it says nothing any more

    class Meta:
        constraints = (
            at_most("content", MAX_DOCUMENT),
            models.UniqueConstraint(fields=("account", "application"), name="draft_one_a_change"),
        )


class Token(models.Model):
    """A key for programs: acts as the member of its account, within its scopes (T-70, T-71)."""

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(max_length=MAX_NAME)
    prefix = models.CharField(max_length=12)  # that it begins with, to know it by
    digest = models.CharField(max_length=DIGEST, unique=True)
    scopes = models.CharField(max_length=MAX_NAME)  # a blank between two
    made = models.CharField(max_length=INSTANT)
    expires = models.CharField(max_length=INSTANT)
    used = models.CharField(max_length=10)  # the day on which it was used last; "" for never
    roles = models.CharField(max_length=3 * MAX_NAME)  # what its member was when it was made
    is_revoked = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("account", "name"), condition=models.Q(is_revoked=False), name="token_one_of_a_name"
            ),
        )


class Count(models.Model):
    """How often something was asked in a minute (T-84)."""

    key = models.CharField(max_length=MAX_NAME, unique=True)
    minute = models.CharField(max_length=INSTANT, db_index=True)
    number = models.BigIntegerField()


class StatusLink(models.Model):
    """An unguessable address at which anybody reads how one application stands, while it is wanted."""

    application = models.BigIntegerField(unique=True)
    digest = models.CharField(max_length=DIGEST, unique=True)
    made_by = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")


class Pending(models.Model):
    """An act that was shown and waits for the word of others (D-7)."""

    deed = models.CharField(max_length=MAX_NAME)  # its slug
    digest = models.CharField(max_length=DIGEST)  # that they approve
    values = models.TextField()  # JSON: the fields of its form
    what = models.CharField(max_length=MAX_NAME)  # "application 17"
    reason = models.TextField()
    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="+")
    asked = models.CharField(max_length=INSTANT)
    is_done = models.BooleanField(default=False)  # nothing waits any more, whatever became of it
    refused_by = models.CharField(max_length=MAX_NAME, default="")  # the member who said no, or took it back
    words = models.TextField(default="")  # why he did
    event = models.BigIntegerField(null=True)  # that tells of the act, once it was done

    class Meta:
        constraints = (at_most("values", MAX_DOCUMENT), at_most("words", MAX_TEXT))


class Job(models.Model):
    """Work that takes longer than an answer may: who began it, how far it is, what came of it."""

    kind = models.CharField(max_length=MAX_NAME)
    member = models.CharField(max_length=MAX_NAME)
    began = models.CharField(max_length=INSTANT)
    noted = models.CharField(max_length=INSTANT)  # when it last said that it goes on
    ended = models.CharField(max_length=INSTANT, default="")  # "" while it runs
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    told = models.TextField(default="")  # JSON: what it found

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind",), condition=models.Q(ended=""), name="job_one_of_a_kind"),
        )
