"""The one row of the registry, and triggers: an Event follows the one before it and stays as it is (I-6).

SQLite loses the triggers when a later migration alters the table of Events; such a migration calls `guard`
again, and `auditing` tells when they are missing.  PostgreSQL is to order names by their bytes, as SQLite
does.
"""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NO_HASH = "0" * 64

SQLITE = """
CREATE TRIGGER register_event_stays BEFORE UPDATE ON register_event
BEGIN SELECT RAISE(ABORT, 'an Event is never changed'); END;
CREATE TRIGGER register_event_remains BEFORE DELETE ON register_event
BEGIN SELECT RAISE(ABORT, 'an Event is never deleted'); END;
CREATE TRIGGER register_event_follows BEFORE INSERT ON register_event
WHEN NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM register_event) OR NEW.previous <>
  COALESCE((SELECT hash FROM register_event WHERE number = NEW.number - 1), '{no_hash}')
BEGIN SELECT RAISE(ABORT, 'an Event follows the last one'); END;
"""
POSTGRESQL = """
ALTER TABLE register_entry ALTER COLUMN fold TYPE varchar(255) COLLATE "C";
ALTER TABLE register_reservedname ALTER COLUMN fold TYPE varchar(255) COLLATE "C";
ALTER TABLE register_contact ALTER COLUMN contact_id TYPE varchar(255) COLLATE "C";
ALTER TABLE register_nameclaim ALTER COLUMN fold TYPE varchar(255) COLLATE "C";
CREATE FUNCTION register_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'an Event is never changed or deleted' USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE FUNCTION register_event_follows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.number <> (SELECT COALESCE(MAX(number), 0) + 1 FROM register_event) OR NEW.previous <>
    COALESCE((SELECT hash FROM register_event WHERE number = NEW.number - 1), '{no_hash}')
  THEN
    RAISE EXCEPTION 'an Event follows the last one' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER register_event_stays BEFORE UPDATE OR DELETE ON register_event
FOR EACH ROW EXECUTE FUNCTION register_event_stays();
CREATE TRIGGER register_event_remains BEFORE TRUNCATE ON register_event
FOR EACH STATEMENT EXECUTE FUNCTION register_event_stays();
CREATE TRIGGER register_event_follows BEFORE INSERT ON register_event
FOR EACH ROW EXECUTE FUNCTION register_event_follows();
"""


def guard(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make the triggers."""
    vendor = schema_editor.connection.vendor
    statements = {"sqlite": SQLITE.split("END;\n"), "postgresql": [POSTGRESQL]}[vendor]
    for statement in statements:
        if statement.strip():
            end = "END;" if vendor == "sqlite" else ""
            schema_editor.execute(statement.replace("{no_hash}", NO_HASH) + end, params=None)


def begin(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Put in the row that every act locks."""
    apps.get_model("register", "Registry").objects.using(schema_editor.connection.alias).create(
        identity=1, events_head=NO_HASH, instant="1970-01-01T00:00:00Z"
    )


class Migration(migrations.Migration):
    """Books that only grow."""

    dependencies = (("register", "0001_tables"),)
    operations = (
        migrations.RunPython(guard, migrations.RunPython.noop),
        migrations.RunPython(begin, migrations.RunPython.noop),
    )
