"""Cases of revocation, notices, appeals, verified addresses."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    """What takes time, as tables."""

    dependencies = [
        ("register", "0010_casework"),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=40)),
                ("service", models.CharField(max_length=255)),
                ("port", models.IntegerField(null=True)),
                ("transports", models.CharField(max_length=40)),
                ("attempts", models.TextField()),
                ("life", models.TextField()),
                ("need", models.TextField()),
                ("draft", models.TextField()),
                ("expert", models.TextField()),
                ("call", models.TextField()),
                ("decision", models.TextField()),
                ("began", models.CharField(max_length=10)),
                ("called", models.CharField(max_length=10)),
                ("due", models.CharField(max_length=10)),
                ("event", models.BigIntegerField(null=True)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("port__gte", 0), ("port__lte", 65535)), name="case_port_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("state"), 40
                            )
                        ),
                        name="case_state_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("service"), 255
                            )
                        ),
                        name="case_service_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("transports"), 40
                            )
                        ),
                        name="case_transports_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("attempts"), 10000
                            )
                        ),
                        name="case_attempts_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("life"), 10000
                            )
                        ),
                        name="case_life_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("need"), 10000
                            )
                        ),
                        name="case_need_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("draft"), 10000
                            )
                        ),
                        name="case_draft_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("expert"), 10000
                            )
                        ),
                        name="case_expert_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("call"), 10000
                            )
                        ),
                        name="case_call_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("decision"), 10000
                            )
                        ),
                        name="case_decision_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("began"), 10
                            )
                        ),
                        name="case_began_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("called"), 10
                            )
                        ),
                        name="case_called_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("due"), 10
                            )
                        ),
                        name="case_due_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=10)),
                ("object", models.CharField(max_length=255)),
                ("content", models.TextField()),
                ("asked_by", models.CharField(max_length=255)),
                ("confirmation", models.TextField()),
                ("state", models.CharField(max_length=10)),
                ("begins", models.CharField(max_length=10)),
                ("ends", models.CharField(max_length=10)),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ("return", "contact"))), name="notice_kind_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("open", "stopped", "done"))),
                        name="notice_state_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("object"), 255
                            )
                        ),
                        name="notice_object_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("content"), 1000000
                            )
                        ),
                        name="notice_content_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("asked_by"), 255
                            )
                        ),
                        name="notice_asked_by_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("confirmation"), 10000
                            )
                        ),
                        name="notice_confirmation_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("begins"), 10
                            )
                        ),
                        name="notice_begins_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("ends"), 10
                            )
                        ),
                        name="notice_ends_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Verification",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("contact", models.CharField(max_length=255)),
                ("address", models.CharField(max_length=255)),
                ("verified", models.CharField(max_length=10)),
                ("how", models.TextField()),
                ("version", models.IntegerField(default=1)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("contact", "address"), name="verification_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("contact"), 255
                            )
                        ),
                        name="verification_contact_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("address"), 255
                            )
                        ),
                        name="verification_address_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("verified"), 10
                            )
                        ),
                        name="verification_verified_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("how"), 10000
                            )
                        ),
                        name="verification_how_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Appeal",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("body", models.CharField(max_length=255)),
                ("appellant", models.CharField(max_length=255)),
                ("facts", models.TextField()),
                ("contested", models.TextField()),
                ("filed", models.CharField(max_length=10)),
                ("state", models.CharField(max_length=10)),
                ("outcome", models.CharField(max_length=40)),
                ("reference", models.TextField()),
                ("version", models.IntegerField(default=1)),
                (
                    "decision",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="register.event"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("state__in", ("running", "decided"))), name="appeal_state_known"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("body"), 255
                            )
                        ),
                        name="appeal_body_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("appellant"), 255
                            )
                        ),
                        name="appeal_appellant_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("facts"), 10000
                            )
                        ),
                        name="appeal_facts_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("contested"), 1000000
                            )
                        ),
                        name="appeal_contested_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("filed"), 10
                            )
                        ),
                        name="appeal_filed_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("outcome"), 40
                            )
                        ),
                        name="appeal_outcome_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("reference"), 10000
                            )
                        ),
                        name="appeal_reference_size",
                    ),
                ],
            },
        ),
    ]
