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
            name="Counter",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Item",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.CharField(max_length=64)),
                ("rule", models.CharField(max_length=100)),
                (
                    "category",
                    models.CharField(
                        choices=[
                            ("state-secret", "state secret"),
                            ("work-secret", "work secret"),
                            ("trade-secret", "trade secret"),
                            ("classified-foreign", "secret of another state"),
                            ("personal", "personal data"),
                            ("credential", "password or key"),
                            ("passage", "registered passage"),
                            ("hygiene", "hygiene"),
                        ],
                        max_length=20,
                        verbose_name="category",
                    ),
                ),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "critical"), (1, "high"), (2, "medium"), (3, "low"), (4, "information")],
                        verbose_name="severity",
                    ),
                ),
                ("codes", models.JSONField(default=list)),
                ("document", models.CharField(blank=True, max_length=80)),
                ("level", models.CharField(blank=True, max_length=60, verbose_name="level")),
                ("term", models.CharField(blank=True, max_length=60, verbose_name="term")),
                ("length", models.PositiveIntegerField(default=0, verbose_name="characters")),
                ("coverage", models.FloatField(default=0, verbose_name="part of the document")),
                ("page", models.PositiveIntegerField(default=1, verbose_name="page")),
                ("places", models.PositiveIntegerField(default=1, verbose_name="places")),
                ("where", models.JSONField(default=dict)),
                ("first", models.PositiveIntegerField(verbose_name="first in version")),
                ("last", models.PositiveIntegerField()),
                (
                    "proposed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "may stay"),
                            ("declassified", "was declassified or released"),
                            ("remove", "remove"),
                            ("rewrite", "rewrite"),
                            ("ask", "ask the owner first"),
                        ],
                        max_length=12,
                        verbose_name="the compiler proposes",
                    ),
                ),
                ("proposed_because", models.TextField(blank=True)),
                (
                    "reviewed",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "may stay"),
                            ("declassified", "was declassified or released"),
                            ("remove", "remove"),
                            ("rewrite", "rewrite"),
                            ("ask", "ask the owner first"),
                        ],
                        max_length=12,
                        verbose_name="reviewer",
                    ),
                ),
                ("reviewed_because", models.TextField(blank=True)),
                ("reviewed_by", models.CharField(blank=True, max_length=200)),
                (
                    "approved",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("keep", "may stay"),
                            ("declassified", "was declassified or released"),
                            ("remove", "remove"),
                            ("rewrite", "rewrite"),
                            ("ask", "ask the owner first"),
                        ],
                        max_length=12,
                        verbose_name="approver",
                    ),
                ),
                ("approved_because", models.TextField(blank=True)),
                ("approved_by", models.CharField(blank=True, max_length=200)),
            ],
            options={
                "verbose_name": "item of a manuscript",
                "ordering": ("page", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.CharField(
                        choices=[("compiler", "compiler"), ("reviewer", "reviewer"), ("approver", "approver")],
                        max_length=10,
                        verbose_name="as",
                    ),
                ),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("keep", "may stay"),
                            ("declassified", "was declassified or released"),
                            ("remove", "remove"),
                            ("rewrite", "rewrite"),
                            ("ask", "ask the owner first"),
                        ],
                        max_length=12,
                        verbose_name="decision",
                    ),
                ),
                ("because", models.TextField(verbose_name="reason")),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "item",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="compilation.item"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision about an item",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Key",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=64, unique=True, verbose_name="key")),
                ("public", models.TextField()),
                (
                    "seat",
                    models.CharField(
                        choices=[("reviewer", "reviewer"), ("approver", "approver")],
                        max_length=10,
                        verbose_name="signs as",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn")),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearance_keys",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="holder",
                    ),
                ),
            ],
            options={
                "verbose_name": "clearance key",
                "ordering": ("-since", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Manuscript",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("examining", "being examined"),
                            ("compiling", "with the compiler"),
                            ("reviewing", "with the reviewer"),
                            ("approving", "with the approver"),
                            ("signing", "to be signed"),
                            ("cleared", "cleared for print"),
                            ("printed", "proof signed off"),
                            ("withdrawn", "withdrawn"),
                        ],
                        db_index=True,
                        default="examining",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="in this state since")),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("level", models.CharField(blank=True, max_length=60, verbose_name="inherited level")),
                ("term", models.CharField(blank=True, max_length=60, verbose_name="inherited term")),
                ("items_count", models.PositiveIntegerField(default=0, verbose_name="to decide")),
                ("unsettled", models.PositiveIntegerField(default=0, verbose_name="undecided")),
                ("gaps_count", models.PositiveIntegerField(default=0, verbose_name="not examined")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="problem")),
                ("returned", models.TextField(blank=True, verbose_name="why it came back")),
                (
                    "approver",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="approved_manuscripts",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="approver",
                    ),
                ),
                (
                    "compiler",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="compiled",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="compiler",
                    ),
                ),
                (
                    "publisher",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="published",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="publisher",
                    ),
                ),
                (
                    "reviewer",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reviewed",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="reviewer",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="manuscripts",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "manuscript",
                "ordering": ("-made", "-pk"),
            },
        ),
        migrations.AddField(
            model_name="item",
            name="manuscript",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="items", to="compilation.manuscript"
            ),
        ),
        migrations.CreateModel(
            name="Proof",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("sha256", models.CharField(max_length=64)),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("token", models.CharField(max_length=40, unique=True)),
                ("uploaded", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded")),
                ("state", models.CharField(default="waiting", max_length=10)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("same", "the same file as was cleared"),
                            ("layout", "the same text as was cleared, in another layout"),
                            ("changed", "the text differs from what was cleared"),
                        ],
                        max_length=10,
                        verbose_name="result of the comparison",
                    ),
                ),
                ("differences", models.PositiveIntegerField(default=0, verbose_name="differences")),
                ("problem", models.CharField(blank=True, max_length=500, verbose_name="problem")),
                ("signed", models.DateTimeField(blank=True, null=True, verbose_name="proof signed off")),
                ("signed_by", models.CharField(blank=True, max_length=200)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "manuscript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="proofs", to="compilation.manuscript"
                    ),
                ),
            ],
            options={
                "verbose_name": "proof sheet",
                "ordering": ("-uploaded", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Version",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveIntegerField(verbose_name="version")),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("size", models.PositiveBigIntegerField(verbose_name="size")),
                ("sha256", models.CharField(max_length=64)),
                ("token", models.CharField(max_length=40, unique=True)),
                ("uploaded", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="what changed")),
                ("pieces", models.PositiveIntegerField(default=0, verbose_name="pieces read")),
                ("pages", models.PositiveIntegerField(default=0)),
                ("sources", models.JSONField(default=list)),
                ("gaps", models.JSONField(default=list)),
                ("generation", models.CharField(blank=True, max_length=100)),
                ("record_digest", models.CharField(blank=True, max_length=64)),
                (
                    "manuscript",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="versions",
                        to="compilation.manuscript",
                    ),
                ),
            ],
            options={
                "verbose_name": "version",
                "ordering": ("-number",),
                "constraints": [
                    models.UniqueConstraint(fields=("manuscript", "number"), name="one_version_of_a_number")
                ],
            },
        ),
        migrations.CreateModel(
            name="Signature",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "seat",
                    models.CharField(
                        choices=[("reviewer", "reviewer"), ("approver", "approver")],
                        max_length=10,
                        verbose_name="signed as",
                    ),
                ),
                ("signature", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="time")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "key",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="signatures", to="compilation.key"
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="signatures", to="compilation.version"
                    ),
                ),
            ],
            options={
                "verbose_name": "signature of a clearance",
                "ordering": ("seat",),
                "constraints": [models.UniqueConstraint(fields=("version", "seat"), name="one_signature_of_a_seat")],
            },
        ),
        migrations.AddIndex(
            model_name="item",
            index=models.Index(fields=["manuscript", "last"], name="compilation_manuscr_ef5390_idx"),
        ),
        migrations.AddConstraint(
            model_name="item",
            constraint=models.UniqueConstraint(fields=("manuscript", "content"), name="one_item_of_a_content"),
        ),
    ]
