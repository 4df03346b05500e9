"""An index of what name each version of an application is about: the Events of a service are found by it."""

from django.db import migrations, models

from portbook.register.sql import ServiceName


class Migration(migrations.Migration):
    """An index alone."""

    dependencies = [
        ("register", "0080_kinds_of_letters"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="version",
            index=models.Index(ServiceName("content"), name="version_by_name"),
        ),
    ]
