"""Takeovers of contacts, and letters that ask addresses to answer."""

import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    """Takeovers of contacts, letters that ask addresses."""

    dependencies = [
        ("register", "0050_lists"),
    ]

    operations = [
        migrations.CreateModel(
            name="Inquiry",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("contact", models.CharField(max_length=255)),
                ("address", models.CharField(max_length=255)),
                ("digest", models.CharField(max_length=64)),
                ("asked", models.CharField(max_length=10)),
                ("ends", models.CharField(max_length=10)),
                ("answered", models.CharField(max_length=10)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "address"), name="inquiry_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("contact"), 255
                            )
                        ),
                        name="inquiry_contact_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("address"), 255
                            )
                        ),
                        name="inquiry_address_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("digest"), 64
                            )
                        ),
                        name="inquiry_digest_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("asked"), 10
                            )
                        ),
                        name="inquiry_asked_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("ends"), 10
                            )
                        ),
                        name="inquiry_ends_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("answered"), 10
                            )
                        ),
                        name="inquiry_answered_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Takeover",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("contact", models.CharField(max_length=255)),
                ("claimant", models.CharField(max_length=255)),
                ("address", models.CharField(max_length=255)),
                ("words", models.TextField()),
                ("state", models.CharField(max_length=10)),
                ("begins", models.CharField(max_length=10)),
                ("ends", models.CharField(max_length=10)),
                ("stopping", models.CharField(max_length=64)),
                ("confirming", models.CharField(max_length=64)),
                ("confirmation", models.TextField()),
                ("decided", models.CharField(max_length=10)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("contact",), name="takeover_one_open"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "stopped", "granted", "refused"))),
                        name="takeover_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("contact"), 255
                            )
                        ),
                        name="takeover_contact_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("claimant"), 255
                            )
                        ),
                        name="takeover_claimant_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("address"), 255
                            )
                        ),
                        name="takeover_address_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("words"), 10000
                            )
                        ),
                        name="takeover_words_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("confirmation"), 10000
                            )
                        ),
                        name="takeover_confirmation_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("begins"), 10
                            )
                        ),
                        name="takeover_begins_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("ends"), 10
                            )
                        ),
                        name="takeover_ends_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("decided"), 10
                            )
                        ),
                        name="takeover_decided_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("stopping"), 64
                            )
                        ),
                        name="takeover_stopping_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("confirming"), 64
                            )
                        ),
                        name="takeover_confirming_size",
                    ),
                ],
            },
        ),
    ]
