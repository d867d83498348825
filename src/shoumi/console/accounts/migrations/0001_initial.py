"""The first tables."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="User",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                ("last_login", models.DateTimeField(blank=True, null=True, verbose_name="last login")),
                ("username", models.CharField(max_length=60, unique=True, verbose_name="account")),
                ("is_active", models.BooleanField(default=True, verbose_name="open")),
                ("created", models.DateTimeField(default=django.utils.timezone.now, verbose_name="opened")),
                ("code_secret", models.BinaryField(null=True)),
                ("code_step", models.BigIntegerField(default=0, editable=False)),
            ],
            options={
                "verbose_name": "account",
                "ordering": ("username",),
            },
        ),
        migrations.CreateModel(
            name="Lock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200, unique=True)),
                ("failures", models.PositiveIntegerField(default=0)),
                ("last", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Person",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="staff number")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("post", models.CharField(blank=True, max_length=200, verbose_name="post")),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("none", "not cleared"),
                            ("general", "general"),
                            ("important", "important"),
                            ("core", "core"),
                        ],
                        default="none",
                        max_length=10,
                        verbose_name="clearance",
                    ),
                ),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("vetted_on", models.DateField(blank=True, null=True, verbose_name="vetted on")),
                ("trained_on", models.DateField(blank=True, null=True, verbose_name="trained on")),
                ("committed_on", models.DateField(blank=True, null=True, verbose_name="commitment signed on")),
                ("joined_on", models.DateField(blank=True, null=True, verbose_name="in post since")),
                ("departed_on", models.DateField(blank=True, null=True, verbose_name="left on")),
                ("cooling_until", models.DateField(blank=True, null=True, verbose_name="cooling-off until")),
            ],
            options={
                "verbose_name": "person",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token", models.CharField(max_length=64, unique=True)),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField()),
                ("used", models.DateTimeField(blank=True, null=True)),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "invitation",
            },
        ),
        migrations.CreateModel(
            name="Office",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name of the organisation")),
                (
                    "mode",
                    models.CharField(
                        choices=[("separated", "separated"), ("small-office", "small-office")],
                        default="separated",
                        max_length=20,
                    ),
                ),
                ("mode_since", models.DateTimeField(blank=True, null=True)),
                ("mode_by", models.CharField(blank=True, max_length=200)),
                (
                    "cooling_general",
                    models.PositiveSmallIntegerField(default=12, verbose_name="cooling-off, general (months)"),
                ),
                (
                    "cooling_important",
                    models.PositiveSmallIntegerField(default=24, verbose_name="cooling-off, important (months)"),
                ),
                (
                    "cooling_core",
                    models.PositiveSmallIntegerField(default=36, verbose_name="cooling-off, core (months)"),
                ),
                (
                    "vetting_months",
                    models.PositiveSmallIntegerField(default=36, verbose_name="vetting is repeated after (months)"),
                ),
                (
                    "idle_minutes",
                    models.PositiveSmallIntegerField(default=20, verbose_name="session ends when idle for (minutes)"),
                ),
                (
                    "session_hours",
                    models.PositiveSmallIntegerField(default=10, verbose_name="session ends in any case after (hours)"),
                ),
                (
                    "sessions",
                    models.PositiveSmallIntegerField(default=2, verbose_name="sessions one account may have at once"),
                ),
                (
                    "failures",
                    models.PositiveSmallIntegerField(
                        default=5, verbose_name="failed sign-ins before an account is locked"
                    ),
                ),
                (
                    "lock_minutes",
                    models.PositiveSmallIntegerField(default=15, verbose_name="an account stays locked for (minutes)"),
                ),
            ],
            options={
                "verbose_name": "office",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_office")],
            },
        ),
        migrations.AddField(
            model_name="user",
            name="person",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="account",
                to="accounts.person",
                verbose_name="person",
            ),
        ),
        migrations.CreateModel(
            name="Unit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="unit name")),
                ("code", models.CharField(max_length=40, unique=True, verbose_name="code")),
                ("path", models.CharField(db_index=True, editable=False, max_length=500)),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="closed on")),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="leads",
                        to="accounts.person",
                        verbose_name="responsible leader",
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="children",
                        to="accounts.unit",
                        verbose_name="belongs to",
                    ),
                ),
            ],
            options={
                "verbose_name": "unit",
                "ordering": ("path",),
            },
        ),
        migrations.AddField(
            model_name="person",
            name="unit",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="people",
                to="accounts.unit",
                verbose_name="unit",
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=200)),
                ("rows", models.JSONField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="uploads", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Visit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("session", models.CharField(max_length=64, unique=True)),
                ("began", models.DateTimeField(default=django.utils.timezone.now, verbose_name="began")),
                ("seen", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last seen")),
                ("address", models.CharField(blank=True, max_length=100, verbose_name="from address")),
                ("browser", models.CharField(blank=True, max_length=200, verbose_name="browser")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="visits", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "session",
                "ordering": ("-began",),
            },
        ),
        migrations.CreateModel(
            name="Grant",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("system", "System administrator"),
                            ("security", "Security administrator"),
                            ("audit", "Audit administrator"),
                            ("officer", "Secrecy officer"),
                            ("leader", "Leader"),
                            ("approver", "Approver"),
                            ("area", "Area officer"),
                            ("staff", "Staff"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("by", models.CharField(max_length=200, verbose_name="granted by")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("small_office", models.BooleanField(default=False, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="granted",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.unit",
                        verbose_name="over unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "role",
                "ordering": ("role", "since"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(
                            ("ended", None), ("role__in", ["audit", "security", "system"]), ("small_office", False)
                        ),
                        fields=("user",),
                        name="never_two_administrators",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("ended", None)), fields=("user", "role", "unit"), name="no_grant_twice"
                    ),
                ],
            },
        ),
    ]
