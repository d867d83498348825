import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("records", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Edition",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="edition")),
                ("texts", models.JSONField(default=dict)),
                ("pass_mark", models.PositiveSmallIntegerField(default=75, verbose_name="pass mark (%)")),
                ("minutes", models.PositiveSmallIntegerField(default=10, verbose_name="minutes")),
                ("digest", models.CharField(blank=True, max_length=64)),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="what is new")),
                ("published_on", models.DateTimeField(blank=True, null=True, verbose_name="published")),
                ("published_by", models.CharField(blank=True, max_length=200, verbose_name="published by")),
            ],
            options={
                "verbose_name": "edition",
                "ordering": ("-number",),
            },
        ),
        migrations.CreateModel(
            name="Material",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("lesson", "lesson"), ("letter", "letter")], max_length=10, verbose_name="kind"
                    ),
                ),
                ("slug", models.SlugField(max_length=80, unique=True)),
                (
                    "family",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("commitment", "commitment"),
                            ("acknowledgement", "acknowledgement"),
                            ("responsibility", "responsibility letter"),
                            ("declaration", "declaration"),
                            ("departure", "departure commitment"),
                        ],
                        max_length=20,
                        verbose_name="kind of letter",
                    ),
                ),
                (
                    "area",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("devices", "devices and repair"),
                            ("compilation", "compiled documents"),
                            ("exams", "examinations"),
                            ("drives", "cloud drives"),
                            ("messaging", "messaging"),
                            ("phones", "phones"),
                            ("holidays", "holidays"),
                        ],
                        max_length=20,
                        verbose_name="area",
                    ),
                ),
                ("position", models.PositiveSmallIntegerField(default=500)),
                ("shipped", models.BooleanField(default=False)),
                ("title_hans", models.CharField(blank=True, max_length=200)),
                ("title_hant", models.CharField(blank=True, max_length=200)),
                ("title_en", models.CharField(blank=True, max_length=200)),
                ("counts_from", models.PositiveIntegerField(default=1)),
                ("retired_on", models.DateField(blank=True, null=True, verbose_name="retired on")),
                (
                    "current",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learning.edition",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="for unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "lesson or letter",
                "ordering": ("position", "slug"),
            },
        ),
        migrations.AddField(
            model_name="edition",
            name="material",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="editions", to="learning.material"
            ),
        ),
        migrations.CreateModel(
            name="Requirement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("before-post", "before taking a post"),
                            ("yearly", "every year"),
                            ("before-departure", "before leaving"),
                            ("special", "once, by a day"),
                        ],
                        max_length=20,
                        verbose_name="when",
                    ),
                ),
                (
                    "clearance",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "everybody"),
                            ("cleared", "cleared people"),
                            ("general", "general"),
                            ("important", "important"),
                            ("core", "core"),
                            ("none", "not cleared"),
                        ],
                        max_length=10,
                        verbose_name="clearance",
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("system", "System administrator"),
                            ("security", "Security administrator"),
                            ("audit", "Audit administrator"),
                            ("officer", "Secrecy officer"),
                            ("leader", "Leader"),
                            ("approver", "Approver"),
                            ("area", "Area officer"),
                        ],
                        max_length=20,
                        verbose_name="role",
                    ),
                ),
                ("days", models.PositiveSmallIntegerField(default=30, verbose_name="days to do it")),
                ("until", models.DateField(blank=True, null=True, verbose_name="due on")),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("by", models.CharField(max_length=200, verbose_name="required by")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="requirements", to="learning.material"
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="in unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "requirement",
                "ordering": ("material", "moment", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Assignment",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "moment",
                    models.CharField(
                        choices=[
                            ("before-post", "before taking a post"),
                            ("yearly", "every year"),
                            ("before-departure", "before leaving"),
                            ("special", "once, by a day"),
                        ],
                        max_length=20,
                        verbose_name="when",
                    ),
                ),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="assigned")),
                ("due_on", models.DateField(verbose_name="due")),
                ("reminded_on", models.DateField(blank=True, null=True, verbose_name="reminded")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="done on")),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("quiz", "quiz passed"),
                            ("signed", "signed"),
                            ("paper", "on paper"),
                            ("waived", "waived"),
                            ("lapsed", "no longer needed"),
                        ],
                        max_length=10,
                        verbose_name="how",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="note")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="accounts.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="learning.edition",
                    ),
                ),
                (
                    "material",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="assignments", to="learning.material"
                    ),
                ),
                (
                    "requirement",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="learning.requirement",
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "ordering": ("due_on", "pk"),
                "indexes": [
                    models.Index(fields=["ended_on", "due_on"], name="learning_open"),
                    models.Index(fields=["material", "person", "ended_on"], name="learning_last"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_on", None)), fields=("person", "material"), name="open_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("unit_name", models.CharField(max_length=200, verbose_name="unit")),
                ("post", models.CharField(blank=True, max_length=200, verbose_name="post")),
                ("category", models.CharField(max_length=10, verbose_name="clearance")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="signed")),
                ("digest", models.CharField(max_length=64, verbose_name="digest of the text")),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="learning.edition"
                    ),
                ),
                (
                    "issue",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="records.issue",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to="accounts.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="signatures",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "signed letter",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Attempt",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="attempt")),
                ("order", models.JSONField()),
                ("answers", models.JSONField(default=list)),
                ("began", models.DateTimeField(default=django.utils.timezone.now, verbose_name="began")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="ended")),
                ("right", models.PositiveSmallIntegerField(default=0, verbose_name="right")),
                ("passed", models.BooleanField(default=False, verbose_name="passed")),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to="accounts.person",
                        verbose_name="person",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attempts",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "edition",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="attempts", to="learning.edition"
                    ),
                ),
            ],
            options={
                "verbose_name": "attempt",
                "ordering": ("-began", "-pk"),
                "indexes": [models.Index(fields=["person", "edition"], name="learning_attempts")],
            },
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(fields=("material", "number"), name="editions_are_numbered"),
        ),
        migrations.AddConstraint(
            model_name="edition",
            constraint=models.UniqueConstraint(
                condition=models.Q(("published_on", None)), fields=("material",), name="one_draft"
            ),
        ),
    ]
