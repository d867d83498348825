"""The first tables."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Checkpoint",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("seq", models.PositiveBigIntegerField(verbose_name="up to number")),
                ("digest", models.CharField(max_length=128)),
                ("at", models.DateTimeField(verbose_name="time")),
                ("algorithm", models.CharField(max_length=20)),
                ("key", models.CharField(max_length=64, verbose_name="key")),
                ("holder", models.CharField(max_length=200, verbose_name="signed by")),
                ("signature", models.CharField(max_length=200)),
            ],
            options={
                "verbose_name": "checkpoint",
                "ordering": ("-seq", "-at"),
            },
        ),
        migrations.CreateModel(
            name="Entry",
            fields=[
                (
                    "seq",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="running number"),
                ),
                ("at", models.DateTimeField(db_index=True, verbose_name="time")),
                ("actor", models.CharField(max_length=150, verbose_name="account")),
                ("actor_name", models.CharField(max_length=200, verbose_name="who")),
                ("action", models.CharField(db_index=True, max_length=100, verbose_name="action")),
                (
                    "outcome",
                    models.CharField(
                        choices=[("done", "done"), ("refused", "not allowed")], max_length=10, verbose_name="outcome"
                    ),
                ),
                ("unit", models.CharField(blank=True, db_index=True, max_length=500)),
                ("subject", models.CharField(blank=True, db_index=True, max_length=100)),
                ("subject_name", models.CharField(blank=True, max_length=300, verbose_name="what it is about")),
                ("door", models.CharField(max_length=20, verbose_name="through")),
                ("address", models.CharField(blank=True, max_length=100, verbose_name="from address")),
                ("mode", models.CharField(max_length=20)),
                ("facts", models.TextField(blank=True, verbose_name="facts")),
                ("algorithm", models.CharField(max_length=20)),
                ("previous", models.CharField(max_length=128)),
                ("digest", models.CharField(max_length=128)),
            ],
            options={
                "verbose_name": "audit entry",
                "ordering": ("-seq",),
            },
        ),
        migrations.CreateModel(
            name="SigningKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True, verbose_name="key")),
                ("algorithm", models.CharField(max_length=20)),
                ("public", models.TextField()),
                ("holder", models.CharField(max_length=150)),
                ("holder_name", models.CharField(max_length=200, verbose_name="holder")),
                ("since", models.DateTimeField(verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="no longer used since")),
            ],
            options={
                "verbose_name": "signing key",
                "ordering": ("-since",),
            },
        ),
    ]
