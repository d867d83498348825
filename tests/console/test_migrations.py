"""Every room's migrations with rows in its tables: from the first state to the newest, and each step from the one before.

A database is brought to each room's first migration, every table gets a row, and then the newest state is reached. What
a later migration adds is covered as soon as it exists: nothing here names a room.
"""

from __future__ import annotations

import os
import subprocess
import sys

from tests.console.test_databases import server  # noqa: F401  (the fixture)

SCRIPT = '''
import datetime, decimal, sys, uuid
from shoumi.console import server
server.start()
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader

loader = MigrationLoader(connection)
ours = [name for name in sorted(loader.migrated_apps) if loader.get_migration_by_prefix(name, "0001").__module__.startswith("shoumi.")]

def chain(app):
    """Return a room's migrations in order."""
    names = sorted(name for label, name in loader.graph.nodes if label == app)
    return [(app, name) for name in names]

def value(field, number, apps):
    """Return some value that a column may hold."""
    if field.is_relation:
        if field.null:
            return None
        rows = apps.get_model(*field.related_model._meta.label.split(".")).objects
        row = rows.first()
        if row is None:
            raise LookupError(field.related_model._meta.label)
        return row.pk
    if field.choices:
        return field.choices[0][0]
    if field.has_default():
        return field.get_default()
    if field.null:
        return None
    if isinstance(field, models.BooleanField):
        return False
    if isinstance(field, models.DateTimeField):
        return datetime.datetime(2026, 11, 26, tzinfo=datetime.UTC)
    if isinstance(field, models.DateField):
        return datetime.date(2026, 11, 26)
    if isinstance(field, models.TimeField):
        return datetime.time(8)
    if isinstance(field, models.DurationField):
        return datetime.timedelta(1)
    if isinstance(field, models.JSONField):
        return {}
    if isinstance(field, models.BinaryField):
        return b"x"
    if isinstance(field, models.UUIDField):
        return uuid.uuid4()
    if isinstance(field, models.DecimalField):
        return decimal.Decimal(number)
    if isinstance(field, models.IntegerField | models.FloatField):
        return number
    text = f"row {number}"
    return text[: field.max_length] if field.max_length else text

def fill(apps, number):
    """Put a row into every table; tables that need another's row come after it."""
    waiting = [m for m in apps.get_models() if m._meta.app_label in ours and m._meta.managed]
    made = []
    for _ in range(12):
        later = []
        for model in waiting:
            try:
                with transaction.atomic():
                    row = model()
                    for field in model._meta.concrete_fields:
                        if field.primary_key and not isinstance(field, models.AutoField) and not field.is_relation:
                            entries = model.objects.order_by("-pk").first()
                            setattr(row, field.attname, entries.pk + 1 if entries else 1)
                        elif not isinstance(field, models.AutoField):
                            setattr(row, field.attname, value(field, number, apps))
                    row.save(force_insert=True)
                made.append(model._meta.label)
            except LookupError:
                later.append(model)
            except Exception as error:
                print("not filled", model._meta.label, type(error).__name__, str(error)[:100], file=sys.stderr)
        waiting = later
    return made

def counts():
    with connection.cursor() as cursor:
        found = {}
        for table in connection.introspection.table_names(cursor):
            if table.split("_")[0] in ours:
                cursor.execute(f'SELECT COUNT(*) FROM "{table}"')
                found[table] = cursor.fetchone()[0]
    return found

firsts = [chain(app)[0] for app in ours]
executor = MigrationExecutor(connection)
executor.migrate(firsts)
executor.loader.build_graph()
made = fill(executor.loader.project_state(firsts).apps, 1)
before = counts()

longest = max(len(chain(app)) for app in ours)
for step in range(1, longest):
    targets = [chain(app)[min(step, len(chain(app)) - 1)] for app in ours]
    executor = MigrationExecutor(connection)
    executor.migrate(targets)
    executor.loader.build_graph()
    made += fill(executor.loader.project_state(targets).apps, step + 1)

call_command("migrate", verbosity=0)
after = counts()
lost = {table: (count, after.get(table)) for table, count in before.items() if table in after and after[table] < count}
assert not lost, lost
from django.apps import apps
for model in apps.get_models():
    if model._meta.app_label in ours:
        for row in model._default_manager.all():  # every row can still be read
            assert row.pk is not None
connection.check_constraints()
call_command("makemigrations", "--check", "--dry-run", verbosity=0)
assert not MigrationExecutor(connection).migration_plan(MigrationExecutor(connection).loader.graph.leaf_nodes())
print("rooms", len(ours), "rows", len(made), "steps", longest)
'''


def migrated(home, url=""):
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": url}
    return subprocess.run([sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=False)


def test_rows_survive_every_migration(tmp_path):
    run = migrated(tmp_path)
    assert run.returncode == 0, run.stderr[-3000:]
    words = run.stdout.split()
    rooms, rows = int(words[1]), int(words[3])
    assert rooms >= 5
    assert rows >= 2 * rooms, run.stderr


def test_and_on_postgresql(server, tmp_path):  # noqa: F811
    run = migrated(tmp_path, server)
    assert run.returncode == 0, run.stderr[-3000:]
