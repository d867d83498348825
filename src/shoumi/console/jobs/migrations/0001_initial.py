"""The first tables."""

import django.utils.timezone
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Slot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Worker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True)),
                ("began", models.DateTimeField(default=django.utils.timezone.now)),
                ("seen", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Job",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="job")),
                ("key", models.CharField(blank=True, max_length=200)),
                ("payload", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting to run"),
                            ("running", "running"),
                            ("done", "has run"),
                            ("dead", "failed for good"),
                            ("dropped", "given up"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for")),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="due at")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="tries")),
                ("worker", models.CharField(blank=True, max_length=100, verbose_name="worker")),
                ("lease", models.PositiveBigIntegerField(default=0)),
                ("began", models.DateTimeField(blank=True, null=True, verbose_name="began")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="what went wrong")),
            ],
            options={
                "verbose_name": "job",
                "ordering": ("-pk",),
                "indexes": [models.Index(fields=["state", "at"], name="jobs_due")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "waiting"), models.Q(("key", ""), _negated=True)),
                        fields=("name", "key"),
                        name="jobs_one_waits",
                    )
                ],
            },
        ),
    ]
