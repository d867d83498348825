"""Triggers that refuse to change or remove entries and checkpoints, and entries that do not extend the chain."""

from django.db import migrations

_TABLES = ("audit_entry", "audit_checkpoint")
_NEXT = "NEW.seq <> (SELECT COALESCE(MAX(seq), 0) + 1 FROM audit_entry)"

# BEFORE INSERT also stops INSERT OR REPLACE, which would remove a row without asking the DELETE trigger.
_SQLITE = [
    f"CREATE TRIGGER {table}_no_{verb} BEFORE {verb} ON {table} BEGIN SELECT RAISE(ABORT, 'audit: only ever added'); END"
    for table in _TABLES
    for verb in ("update", "delete")
] + [
    f"CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry WHEN {_NEXT} "
    "BEGIN SELECT RAISE(ABORT, 'audit: not the next number'); END",
    "CREATE TRIGGER audit_checkpoint_new BEFORE INSERT ON audit_checkpoint "
    "WHEN EXISTS (SELECT 1 FROM audit_checkpoint WHERE id = NEW.id) "
    "BEGIN SELECT RAISE(ABORT, 'audit: only ever added'); END",
]
_SQLITE_BACK = [
    *(f"DROP TRIGGER {table}_no_{verb}" for table in _TABLES for verb in ("update", "delete")),
    "DROP TRIGGER audit_entry_next",
    "DROP TRIGGER audit_checkpoint_new",
]
_POSTGRESQL = [
    "CREATE FUNCTION audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ "
    "BEGIN RAISE EXCEPTION 'audit: only ever added'; END $$",
    f"CREATE FUNCTION audit_next() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF {_NEXT} THEN "
    "RAISE EXCEPTION 'audit: not the next number'; END IF; RETURN NEW; END $$",
    *(
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} FOR EACH ROW EXECUTE FUNCTION audit_refuse()"
        for table in _TABLES
    ),
    *(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION audit_refuse()"
        for table in _TABLES
    ),
    "CREATE TRIGGER audit_entry_next BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION audit_next()",
]
_POSTGRESQL_BACK = [
    *(f"DROP TRIGGER {table}_{what} ON {table}" for table in _TABLES for what in ("no_change", "no_truncate")),
    "DROP TRIGGER audit_entry_next ON audit_entry",
    "DROP FUNCTION audit_refuse()",
    "DROP FUNCTION audit_next()",
]


def _run(editor, statements):
    for statement in statements:
        editor.execute(statement)


def forwards(apps, editor):
    _run(editor, _POSTGRESQL if editor.connection.vendor == "postgresql" else _SQLITE)


def backwards(apps, editor):
    _run(editor, _POSTGRESQL_BACK if editor.connection.vendor == "postgresql" else _SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(forwards, backwards)]
