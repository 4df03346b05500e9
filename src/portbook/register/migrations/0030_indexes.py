"""Indexes for questions that every act on an application asks: names that look alike, ids of contacts."""

from django.db import migrations, models
from django.db.models.functions import Lower

from portbook.register.sql import confusable


class Migration(migrations.Migration):
    """Indexes alone."""

    dependencies = [
        ("register", "0020_cases"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="contact",
            index=models.Index(Lower("contact_id"), models.F("position"), name="contact_by_id"),
        ),
        migrations.AddIndex(
            model_name="nameclaim",
            index=models.Index(confusable("fold"), name="nameclaim_by_looks"),
        ),
    ]
