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
            name="Matter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="subject")),
                ("text", models.TextField(verbose_name="what is proposed")),
                (
                    "level",
                    models.CharField(
                        choices=[
                            ("top", "top secret"),
                            ("secret", "secret"),
                            ("confidential", "confidential"),
                            ("core-trade", "core trade secret"),
                            ("trade", "trade secret"),
                            ("work", "work secret"),
                            ("open", "no level"),
                        ],
                        default="open",
                        max_length=20,
                        verbose_name="level",
                    ),
                ),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "general request",
            },
        ),
        migrations.CreateModel(
            name="Request",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("flow", models.CharField(max_length=100, verbose_name="kind")),
                ("kind", models.CharField(max_length=100)),
                ("key", models.CharField(max_length=60)),
                ("title", models.CharField(max_length=300, verbose_name="concerning")),
                ("reason", models.TextField(verbose_name="reason")),
                ("snapshot", models.TextField()),
                ("digest", models.CharField(max_length=64)),
                ("before", models.TextField(blank=True)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("waiting", "waiting"),
                            ("returned", "returned for change"),
                            ("granted", "granted"),
                            ("spent", "used"),
                            ("refused", "refused"),
                            ("withdrawn", "withdrawn"),
                            ("lapsed", "lapsed"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("step", models.PositiveSmallIntegerField(default=0)),
                ("round", models.PositiveSmallIntegerField(default=1)),
                ("raised", models.PositiveSmallIntegerField(default=0)),
                ("asked", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("due", models.DateTimeField(blank=True, null=True, verbose_name="due")),
                ("reminded", models.BooleanField(default=False)),
                ("settled", models.DateTimeField(blank=True, null=True, verbose_name="decided")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="good until")),
                ("spent", models.DateTimeField(blank=True, null=True, verbose_name="used")),
                ("why", models.CharField(blank=True, max_length=500)),
                (
                    "about",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                    ),
                ),
                (
                    "applicant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="requests",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "request",
                "ordering": ("-asked", "-pk"),
                "indexes": [
                    models.Index(fields=["flow", "kind", "key"], name="request_thing"),
                    models.Index(fields=["state", "due"], name="request_state"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state__in", ("waiting", "returned", "granted"))),
                        fields=("flow", "kind", "key"),
                        name="one_open_request",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("round", models.PositiveSmallIntegerField()),
                ("step", models.PositiveSmallIntegerField()),
                ("raised", models.PositiveSmallIntegerField(default=0)),
                (
                    "verdict",
                    models.CharField(
                        choices=[("approve", "approved"), ("return", "returned for change"), ("refuse", "refused")],
                        max_length=10,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.TextField(blank=True, verbose_name="reason")),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="who",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="decisions", to="approvals.request"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "ordering": ("at", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("request", "round", "step", "user"), name="nobody_signs_a_step_twice"
                    )
                ],
            },
        ),
    ]
