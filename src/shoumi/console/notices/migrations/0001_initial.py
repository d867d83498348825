"""The first tables."""

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Channel",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, unique=True, verbose_name="name of the way out")),
                (
                    "scope",
                    models.CharField(
                        choices=[("personal", "mail to each person"), ("group", "one message to a group")],
                        max_length=10,
                        verbose_name="reaches",
                    ),
                ),
                ("service", models.CharField(max_length=60, verbose_name="service")),
                ("sealed", models.BinaryField()),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="removed")),
                ("worked", models.DateTimeField(blank=True, null=True, verbose_name="last sent")),
                ("failed", models.DateTimeField(blank=True, null=True, verbose_name="last failed")),
                ("upto", models.BigIntegerField(default=0)),
            ],
            options={
                "verbose_name": "way out",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rhythm",
                    models.CharField(
                        choices=[
                            ("at-once", "at once"),
                            ("daily", "once a day; what is overdue at once"),
                            ("never", "never; only the inbox"),
                        ],
                        default="daily",
                        max_length=10,
                        verbose_name="mail",
                    ),
                ),
                ("address", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("language", models.CharField(default="zh-hans", max_length=10, verbose_name="language")),
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="told", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Notice",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("zh_hans", models.CharField(max_length=1000)),
                ("zh_hant", models.CharField(max_length=1000)),
                ("en", models.CharField(max_length=1000)),
                ("address", models.CharField(blank=True, max_length=500)),
                (
                    "urgency",
                    models.CharField(
                        choices=[("seal", "overdue"), ("amber", "soon"), ("plain", "for your information")],
                        default="plain",
                        max_length=10,
                        verbose_name="urgency",
                    ),
                ),
                ("thing", models.CharField(blank=True, max_length=100)),
                ("read", models.DateTimeField(blank=True, null=True, verbose_name="read")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="notices", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "verbose_name": "notice",
                "ordering": ("-pk",),
                "indexes": [models.Index(condition=models.Q(("read", None)), fields=["user"], name="notices_unread")],
            },
        ),
        migrations.CreateModel(
            name="Sent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("upto", models.BigIntegerField(default=0)),
                ("channel", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="notices.channel")),
                ("user", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("user", "channel"), name="notices_sent_once")],
            },
        ),
    ]
