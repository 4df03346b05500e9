"""The outbox knows which letter each message is; one that its reader does without is not sent."""

from django.db import migrations, models
from django.db.models import lookups
from django.db.models.functions import Length


class Migration(migrations.Migration):
    """A column, and a state more."""

    dependencies = [
        ("register", "0070_states"),
    ]

    operations = [
        migrations.AddField(
            model_name="outbox",
            name="kind",
            field=models.CharField(default="", max_length=40),
        ),
        migrations.AddConstraint(
            model_name="outbox",
            constraint=models.CheckConstraint(
                condition=models.Q(lookups.LessThanOrEqual(Length("kind"), 40)), name="outbox_kind_size"
            ),
        ),
        migrations.RemoveConstraint(model_name="outbox", name="outbox_state_known"),
        migrations.AddConstraint(
            model_name="outbox",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ("waiting", "sent", "given up", "unwanted"))),
                name="outbox_state_known",
            ),
        ),
    ]
