"""No table of Reserved names: a Reserved name is a row of the registry, and no act ever put one here."""

from django.db import migrations


class Migration(migrations.Migration):
    """One table less."""

    dependencies = (("register", "0030_indexes"),)
    operations = (migrations.DeleteModel("ReservedName"),)
