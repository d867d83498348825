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
            name="Token",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="name of the token")),
                ("digest", models.CharField(editable=False, max_length=64, unique=True)),
                ("hint", models.CharField(max_length=20, verbose_name="begins with")),
                ("scopes", models.JSONField(default=list)),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="made")),
                ("until", models.DateTimeField(verbose_name="valid until")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="token ended")),
                ("used", models.DateTimeField(blank=True, null=True, verbose_name="last used")),
                ("minute", models.BigIntegerField(default=0, editable=False)),
                ("count", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tokens",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "token",
                "ordering": ("-made",),
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64)),
                ("request", models.CharField(max_length=64)),
                ("sealed", models.BinaryField(null=True)),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("token", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="api.token")),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("token", "key"), name="api_one_answer")],
            },
        ),
    ]
