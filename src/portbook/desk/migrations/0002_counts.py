"""The table in which rates are counted, shared by all processes and nodes."""

from django.core.management import call_command
from django.db import migrations


def make(apps: object, schema_editor: object) -> None:
    """Make the table of the cache as Django wants it."""
    call_command("createcachetable", "desk_counts", verbosity=0)


class Migration(migrations.Migration):
    """After the tables of the desk."""

    dependencies = [("desk", "0001_tables")]
    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
