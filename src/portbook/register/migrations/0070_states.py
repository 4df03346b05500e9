"""The database knows the states: of applications, their turns and cases; and what is decided by a word."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Checks alone."""

    dependencies = [
        ("register", "0060_takeovers"),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="appeal",
            constraint=models.CheckConstraint(
                condition=models.Q(("outcome__in", ("", "uphold", "decide anew", "annul"))),
                name="appeal_outcome_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "draft",
                            "new",
                            "validating",
                            "with the requester",
                            "waiting for the holder",
                            "expert review",
                            "internal review",
                            "with the IESG",
                            "waiting for the document",
                            "assignable",
                            "assigned",
                            "modifiable",
                            "modified",
                            "refused",
                            "withdrawn",
                            "under appeal",
                        ),
                    )
                ),
                name="application_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="application",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "kind__in",
                        (
                            "name",
                            "port",
                            "transport",
                            "share",
                            "code",
                            "early",
                            "change",
                            "return",
                            "reuse",
                            "succession",
                        ),
                    )
                ),
                name="application_kind_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "suspected",
                            "call drafted",
                            "call open",
                            "deciding",
                            "revoked",
                            "kept",
                            "under appeal",
                        ),
                    )
                ),
                name="case_state_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="decision",
            constraint=models.CheckConstraint(
                condition=models.Q(("ruling__in", ("approved", "refused", "dropped"))),
                name="decision_ruling_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="entry",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "reason__in",
                        (
                            "",
                            "edge of a range",
                            "companion",
                            "de-assigned",
                            "revoked",
                            "released by an RFC",
                            "early allocation expired",
                            "special",
                        ),
                    )
                ),
                name="entry_reason_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="review",
            constraint=models.CheckConstraint(
                condition=models.Q(("recommendation__in", ("", "grant", "refuse", "ask"))),
                name="review_recommendation_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="turn",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "state__in",
                        (
                            "draft",
                            "new",
                            "validating",
                            "with the requester",
                            "waiting for the holder",
                            "expert review",
                            "internal review",
                            "with the IESG",
                            "waiting for the document",
                            "assignable",
                            "assigned",
                            "modifiable",
                            "modified",
                            "refused",
                            "withdrawn",
                            "under appeal",
                        ),
                    )
                ),
                name="turn_state_known",
            ),
        ),
    ]
