import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Issue",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField()),
                ("seq", models.PositiveIntegerField()),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("name", models.CharField(max_length=100, verbose_name="record")),
                ("key", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("subject", models.CharField(max_length=300, verbose_name="concerning")),
                ("level", models.CharField(blank=True, max_length=100, verbose_name="level")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                (
                    "form",
                    models.CharField(choices=[("pdf", "PDF"), ("xlsx", "XLSX")], max_length=5, verbose_name="form"),
                ),
                ("content", models.CharField(max_length=64)),
                ("digest", models.CharField(db_index=True, max_length=64, verbose_name="Digest (SHA-256)")),
                ("size", models.PositiveIntegerField(verbose_name="size")),
                ("by_name", models.CharField(max_length=200, verbose_name="issued by")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="issued")),
                ("mode", models.CharField(max_length=20)),
                (
                    "by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "issued record",
                "ordering": ("-year", "-seq"),
                "indexes": [models.Index(fields=["name", "key", "form", "language"], name="issue_thing")],
                "constraints": [models.UniqueConstraint(fields=("year", "seq"), name="numbers_run")],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("year", models.PositiveSmallIntegerField(primary_key=True, serialize=False)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Kept",
            fields=[
                (
                    "issue",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="kept",
                        serialize=False,
                        to="records.issue",
                    ),
                ),
                ("data", models.BinaryField()),
            ],
        ),
    ]
