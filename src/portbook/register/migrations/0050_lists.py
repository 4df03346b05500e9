"""Indexes for lists: applications by state, clock and submitter, Events by what they are about."""

from django.db import migrations, models


class Migration(migrations.Migration):
    """Indexes alone."""

    dependencies = [
        ("register", "0040_reserved_names"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["state", "due"], name="application_by_state"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(fields=["submitter", "state"], name="application_by_submitter"),
        ),
        migrations.AddIndex(
            model_name="application",
            index=models.Index(
                condition=models.Q(("due", ""), _negated=True), fields=["due"], name="application_by_day"
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(fields=["object", "instant"], name="event_by_object"),
        ),
    ]
