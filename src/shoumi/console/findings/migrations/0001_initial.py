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
            name="Case",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("title", models.CharField(max_length=200, verbose_name="what is wrong")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("finding", "findings of an inspection"),
                            ("accumulated", "excerpts that add up"),
                            ("missing", "a carrier is missing"),
                            ("self", "self-inspection"),
                            ("report", "a report"),
                            ("other", "something else"),
                        ],
                        max_length=12,
                        verbose_name="comes from",
                    ),
                ),
                ("source", models.CharField(blank=True, db_index=True, max_length=100)),
                (
                    "rank",
                    models.PositiveSmallIntegerField(
                        choices=[(0, "critical"), (1, "high"), (2, "medium"), (3, "low"), (4, "information")],
                        default=1,
                        verbose_name="severity",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("new", "case opened"),
                            ("ordered", "rectification ordered"),
                            ("checking", "to be re-checked"),
                            ("closed", "closed after re-check"),
                            ("excepted", "closed with an exception"),
                        ],
                        db_index=True,
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("opened", models.DateTimeField(default=django.utils.timezone.now, verbose_name="case opened")),
                ("by", models.CharField(max_length=200, verbose_name="case opened by")),
                ("order", models.TextField(blank=True, verbose_name="what must be put right")),
                ("deadline", models.DateField(blank=True, null=True, verbose_name="until")),
                ("ordered", models.DateTimeField(blank=True, null=True, verbose_name="ordered")),
                ("answer", models.TextField(blank=True, verbose_name="what was done")),
                ("answered", models.DateTimeField(blank=True, null=True, verbose_name="answered")),
                ("checked", models.DateTimeField(blank=True, null=True, verbose_name="re-checked")),
                ("check_result", models.TextField(blank=True, verbose_name="result of the re-check")),
                ("clean", models.BooleanField(default=False)),
                ("closed", models.DateTimeField(blank=True, null=True, verbose_name="closed at")),
                ("closing", models.TextField(blank=True, verbose_name="closing reason")),
                ("accountability", models.TextField(blank=True, verbose_name="accountability")),
                ("escalated", models.PositiveSmallIntegerField(default=0)),
                ("incident", models.BooleanField(default=False, verbose_name="incident")),
                ("discovered", models.DateTimeField(blank=True, null=True, verbose_name="discovered")),
                ("reported", models.DateTimeField(blank=True, null=True, verbose_name="reported")),
                ("form", models.JSONField(default=dict)),
                (
                    "leader",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="led_cases",
                        to="accounts.person",
                        verbose_name="responsible leader",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.person",
                        verbose_name="directly responsible",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "case",
                "ordering": ("-opened", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Envelope",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(db_index=True, max_length=64)),
                ("day", models.DateField(default=django.utils.timezone.localdate)),
                ("text", models.TextField()),
                ("about", models.JSONField(default=list)),
                ("reply", models.BooleanField(default=False)),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True, null=True, on_delete=django.db.models.deletion.CASCADE, to="accounts.unit"
                    ),
                ),
            ],
            options={
                "verbose_name": "envelope",
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("content", models.CharField(db_index=True, max_length=32)),
                ("rule", models.CharField(db_index=True, max_length=100, verbose_name="rule")),
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
                (
                    "area",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("devices", "Devices"),
                            ("compilation", "Compiled documents"),
                            ("exams", "Exams"),
                            ("drives", "Cloud drives"),
                            ("messaging", "Messaging"),
                            ("phones", "Phones"),
                            ("holidays", "Holidays"),
                        ],
                        max_length=20,
                        verbose_name="area",
                    ),
                ),
                ("document", models.CharField(blank=True, db_index=True, max_length=80)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "to decide"),
                            ("false", "false positive"),
                            ("case", "in a case"),
                            ("gone", "gone"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("places", models.PositiveIntegerField(default=0, verbose_name="number of places")),
                ("path", models.TextField(verbose_name="first place")),
                ("snippet", models.TextField(blank=True, verbose_name="masked text")),
                ("reasons", models.JSONField(default=list)),
                ("first_seen", models.DateTimeField(default=django.utils.timezone.now, verbose_name="first seen")),
                ("last_seen", models.DateTimeField(default=django.utils.timezone.now, verbose_name="last found")),
                ("because", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                ("judge", models.CharField(blank=True, max_length=200, verbose_name="decided by")),
                ("until", models.DateField(blank=True, null=True, verbose_name="holds until")),
                (
                    "assigned",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="assigned to",
                    ),
                ),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="findings.case",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="findings",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding",
                "ordering": ("rank", "-last_seen", "-pk"),
                "indexes": [
                    models.Index(fields=["state", "rank", "-last_seen", "-id"], name="finding_queue"),
                    models.Index(fields=["unit", "state", "rank"], name="finding_of_unit"),
                    models.Index(fields=["state", "places"], name="finding_by_places"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("content", "unit"), name="one_finding_per_content_and_unit")
                ],
            },
        ),
        migrations.CreateModel(
            name="Decision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=200)),
                ("what", models.CharField(max_length=100)),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="decisions", to="findings.finding"
                    ),
                ),
            ],
            options={
                "verbose_name": "decision",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("series", models.CharField(db_index=True, max_length=80)),
                ("name", models.CharField(max_length=200, verbose_name="what it is called")),
                ("machine", models.CharField(blank=True, max_length=200, verbose_name="machine")),
                ("addresses", models.JSONField(default=list, verbose_name="addresses")),
                ("summary", models.JSONField(default=dict)),
                ("outcome", models.JSONField(default=dict)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("complete", "complete"),
                            ("stopped", "stopped early"),
                            ("failed", "failed"),
                        ],
                        db_index=True,
                        default="running",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("by", models.CharField(max_length=200, verbose_name="by")),
                ("began", models.DateTimeField(db_index=True, default=django.utils.timezone.now, verbose_name="began")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="has ended")),
                ("digest", models.CharField(blank=True, db_index=True, max_length=64)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspections",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection",
                "ordering": ("-began", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Gap",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("path", models.TextField(verbose_name="file")),
                ("trail", models.JSONField()),
                ("stage", models.CharField(blank=True, max_length=20)),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("encrypted", "encrypted"),
                            ("too-large", "too large"),
                            ("unsupported", "format not supported"),
                            ("missing-extra", "component missing"),
                            ("no-text", "no text"),
                            ("timeout", "took too long"),
                            ("limit", "limit reached"),
                            ("corrupt", "damaged"),
                            ("changed", "changed meanwhile"),
                            ("special", "special file"),
                            ("denied", "access denied"),
                            ("unreachable", "unreachable"),
                            ("crashed", "reader stopped"),
                        ],
                        db_index=True,
                        max_length=20,
                        verbose_name="why",
                    ),
                ),
                ("detail", models.TextField(blank=True, verbose_name="detail")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="what was done")),
                ("settled", models.DateTimeField(blank=True, null=True, verbose_name="settled")),
                ("by", models.CharField(blank=True, max_length=200, verbose_name="by")),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="gaps",
                        to="findings.inspection",
                        verbose_name="inspection",
                    ),
                ),
            ],
            options={
                "verbose_name": "gap",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Keyholder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("public", models.CharField(max_length=64)),
                ("wrapped", models.TextField()),
                ("algorithm", models.CharField(max_length=40)),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since when")),
                ("until", models.DateTimeField(blank=True, null=True, verbose_name="withdrawn at")),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="held_keys",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "enrolled person",
                "ordering": ("-since",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("until", None)), fields=("user",), name="one_key_for_each_person"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Occurrence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=32, unique=True)),
                ("series", models.CharField(max_length=80)),
                ("path", models.TextField(verbose_name="file")),
                ("trail", models.JSONField()),
                ("locator", models.JSONField(default=dict)),
                ("start", models.BigIntegerField(default=0)),
                ("end", models.BigIntegerField(default=0)),
                ("snippet", models.TextField(blank=True)),
                ("confidence", models.FloatField(default=0.0)),
                ("reasons", models.JSONField(default=list)),
                ("data", models.JSONField(default=dict)),
                ("dated", models.DateTimeField(blank=True, db_index=True, null=True, verbose_name="dated")),
                ("gone", models.DateTimeField(blank=True, null=True, verbose_name="gone since")),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="occurrences", to="findings.finding"
                    ),
                ),
                (
                    "seen",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="occurrences",
                        to="findings.inspection",
                    ),
                ),
            ],
            options={
                "verbose_name": "place in a file",
                "ordering": ("pk",),
                "indexes": [
                    models.Index(fields=["series", "seen"], name="occurrence_of_series"),
                    models.Index(fields=["seen", "finding"], name="occurrence_of_inspection"),
                    models.Index(fields=["finding", "gone"], name="occurrence_there"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("sealed", models.TextField()),
                ("shares", models.JSONField()),
                ("algorithm", models.CharField(max_length=60)),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="kept")),
                ("by", models.CharField(max_length=200, verbose_name="by")),
                (
                    "occurrence",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE, related_name="evidence", to="findings.occurrence"
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("code", models.CharField(blank=True, db_index=True, max_length=64)),
                ("day", models.DateField(default=django.utils.timezone.localdate, verbose_name="day")),
                ("text", models.TextField(verbose_name="what happened")),
                (
                    "state",
                    models.CharField(
                        choices=[("new", "received"), ("working", "being looked into"), ("done", "dealt with")],
                        default="new",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("outcome", models.TextField(blank=True, verbose_name="outcome")),
                ("about", models.ManyToManyField(related_name="+", to="accounts.person", verbose_name="about whom")),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="findings.case",
                    ),
                ),
                ("readers", models.ManyToManyField(related_name="+", to=settings.AUTH_USER_MODEL)),
                (
                    "reporter",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts.unit",
                        verbose_name="where",
                    ),
                ),
            ],
            options={
                "verbose_name": "report",
                "ordering": ("-day", "-number"),
            },
        ),
        migrations.CreateModel(
            name="Message",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("day", models.DateField(default=django.utils.timezone.localdate)),
                ("by", models.CharField(blank=True, max_length=200)),
                ("text", models.TextField()),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="messages", to="findings.report"
                    ),
                ),
            ],
            options={
                "verbose_name": "message",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Reveal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asked", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("passed", models.JSONField(default=dict)),
                ("agreed", models.DateTimeField(blank=True, null=True, verbose_name="agreed")),
                ("refused", models.DateTimeField(blank=True, null=True, verbose_name="refused by the second person")),
                (
                    "agreed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reveals_agreed",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reveals_asked",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "occurrence",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="reveals", to="findings.occurrence"
                    ),
                ),
            ],
            options={
                "verbose_name": "reveal",
                "ordering": ("-asked", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Look",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.CharField(max_length=200)),
                ("origin", models.CharField(max_length=10)),
                (
                    "reveal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="looks", to="findings.reveal"
                    ),
                ),
            ],
            options={
                "verbose_name": "look",
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Rules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("anonymous", models.BooleanField(default=False, verbose_name="anonymous reports are allowed")),
            ],
            options={
                "verbose_name": "rules for reports",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_row_of_rules")],
            },
        ),
        migrations.CreateModel(
            name="SelfInspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="number")),
                ("began", models.DateField(default=django.utils.timezone.localdate, verbose_name="began")),
                ("due", models.DateField(verbose_name="until")),
                ("by", models.CharField(max_length=200, verbose_name="by")),
                ("ended", models.DateField(blank=True, null=True, verbose_name="has ended")),
                ("conclusion", models.TextField(blank=True, verbose_name="conclusion")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="self_inspections",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "self-inspection",
                "ordering": ("-began", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("question", models.CharField(max_length=40)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("yes", "fulfilled"),
                            ("partly", "partly fulfilled"),
                            ("no", "not fulfilled"),
                            ("none", "does not apply"),
                        ],
                        max_length=10,
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500)),
                ("by", models.CharField(max_length=200)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "case",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answers",
                        to="findings.case",
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="answers",
                        to="findings.selfinspection",
                    ),
                ),
            ],
            options={
                "verbose_name": "answer",
                "ordering": ("question",),
                "constraints": [
                    models.UniqueConstraint(fields=("inspection", "question"), name="one_answer_a_question")
                ],
            },
        ),
        migrations.CreateModel(
            name="Step",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("what", models.CharField(max_length=30)),
                ("detail", models.JSONField(default=dict)),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="steps", to="findings.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "step",
                "ordering": ("-at", "-pk"),
            },
        ),
    ]
