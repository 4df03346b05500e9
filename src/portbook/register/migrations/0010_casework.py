"""What is filed, said, asked and decided on the way of an application."""

import django.db.models.deletion
import django.db.models.functions.text
import django.db.models.lookups
from django.db import migrations, models


class Migration(migrations.Migration):
    """The way of an application, as tables."""

    dependencies = [
        ("register", "0002_books"),
    ]

    operations = [
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("service", models.CharField(max_length=255)),
                ("speakers", models.TextField()),
                ("answer", models.CharField(max_length=10)),
                ("party", models.CharField(max_length=255)),
                ("member", models.CharField(max_length=255)),
                ("reasons", models.TextField()),
                ("version", models.IntegerField(default=1)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("application", "digest", "service"), name="confirmation_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("answer__in", ("", "agrees", "refuses"))),
                        name="confirmation_answer_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("digest"), 64
                            )
                        ),
                        name="confirmation_digest_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("service"), 255
                            )
                        ),
                        name="confirmation_service_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("speakers"), 10000
                            )
                        ),
                        name="confirmation_speakers_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("party"), 255
                            )
                        ),
                        name="confirmation_party_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("member"), 255
                            )
                        ),
                        name="confirmation_member_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("reasons"), 10000
                            )
                        ),
                        name="confirmation_reasons_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=64)),
                ("body", models.CharField(max_length=255)),
                ("ruling", models.CharField(max_length=40)),
                ("reference", models.CharField(max_length=255)),
                ("words", models.TextField()),
                ("member", models.CharField(max_length=255)),
                ("instant", models.CharField(max_length=20)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("digest"), 64
                            )
                        ),
                        name="decision_digest_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("body"), 255
                            )
                        ),
                        name="decision_body_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("ruling"), 40
                            )
                        ),
                        name="decision_ruling_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("reference"), 255
                            )
                        ),
                        name="decision_reference_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("words"), 10000
                            )
                        ),
                        name="decision_words_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("member"), 255
                            )
                        ),
                        name="decision_member_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("instant"), 20
                            )
                        ),
                        name="decision_instant_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("submitter", models.CharField(max_length=255)),
                ("assignee", models.CharField(max_length=255)),
                ("instant", models.CharField(max_length=20)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["submitter", "instant"], name="filing_by_submitter"),
                    models.Index(fields=["assignee", "instant"], name="filing_by_assignee"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("application",), name="filing_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("submitter"), 255
                            )
                        ),
                        name="filing_submitter_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("assignee"), 255
                            )
                        ),
                        name="filing_assignee_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("instant"), 20
                            )
                        ),
                        name="filing_instant_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("author", models.CharField(max_length=255)),
                ("audience", models.CharField(max_length=40)),
                ("kind", models.CharField(max_length=40)),
                ("text", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("instant", models.CharField(max_length=20)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("audience__in", ("requester", "registry"))),
                        name="message_audience_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("author"), 255
                            )
                        ),
                        name="message_author_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("kind"), 40
                            )
                        ),
                        name="message_kind_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("text"), 10000
                            )
                        ),
                        name="message_text_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("digest"), 64
                            )
                        ),
                        name="message_digest_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("instant"), 20
                            )
                        ),
                        name="message_instant_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Opinion",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("member", models.CharField(max_length=255)),
                ("verdict", models.CharField(max_length=10)),
                ("reasons", models.TextField()),
                ("grounds", models.CharField(max_length=255)),
                ("instant", models.CharField(max_length=20)),
                ("version", models.IntegerField(default=1)),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING, related_name="+", to="register.review"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("review", "member"), name="opinion_once_each"),
                    models.CheckConstraint(
                        condition=models.Q(("verdict__in", ("grant", "refuse", "ask", "recused"))),
                        name="opinion_verdict_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("member"), 255
                            )
                        ),
                        name="opinion_member_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("reasons"), 10000
                            )
                        ),
                        name="opinion_reasons_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("grounds"), 255
                            )
                        ),
                        name="opinion_grounds_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("instant"), 20
                            )
                        ),
                        name="opinion_instant_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Turn",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("state", models.CharField(max_length=40)),
                ("party", models.CharField(max_length=40)),
                ("began", models.CharField(max_length=20)),
                ("ended", models.CharField(max_length=20)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("state"), 40
                            )
                        ),
                        name="turn_state_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("party"), 40
                            )
                        ),
                        name="turn_party_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("began"), 20
                            )
                        ),
                        name="turn_began_size",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            django.db.models.lookups.LessThanOrEqual(
                                django.db.models.functions.text.Length("ended"), 20
                            )
                        ),
                        name="turn_ended_size",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wanted",
            fields=[
                ("identity", models.BigIntegerField(primary_key=True, serialize=False)),
                ("port", models.IntegerField()),
                ("transport", models.CharField(max_length=4)),
                (
                    "application",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="register.application",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("port", "transport"), name="wanted_by_one"),
                    models.CheckConstraint(
                        condition=models.Q(("port__gte", 0), ("port__lte", 65535)), name="wanted_port_range"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("transport__in", ("tcp", "udp", "sctp", "dccp"))),
                        name="wanted_transport_known",
                    ),
                ],
            },
        ),
    ]
