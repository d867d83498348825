import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("assets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Disposal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "requested"),
                            ("arranged", "approved, to be sanitised again"),
                            ("sanitised", "sanitised, to be proved"),
                            ("verified", "verified"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="asked",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("open", models.BooleanField(default=True, editable=False)),
                (
                    "end",
                    models.CharField(
                        choices=[
                            ("repurposed", "another use in the office"),
                            ("donated", "given away"),
                            ("sold", "sold"),
                            ("destroyed", "destroyed"),
                        ],
                        max_length=20,
                        verbose_name="afterwards",
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
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
                        max_length=20,
                        verbose_name="level",
                    ),
                ),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for on")),
                ("sanitised_at", models.DateTimeField(null=True, verbose_name="sanitised on")),
                ("verified_at", models.DateTimeField(null=True, verbose_name="verified on")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="record closed on")),
                ("outcome", models.JSONField(default=dict)),
                ("why", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disposals",
                        to="assets.device",
                        verbose_name="device",
                    ),
                ),
                (
                    "sanitised_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="sanitised by",
                    ),
                ),
                (
                    "verified_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="verified by",
                    ),
                ),
            ],
            options={
                "verbose_name": "disposal",
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["open", "state"], name="disposal_open"),
                    models.Index(fields=["-asked_at", "-id"], name="disposal_asked"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("device",), name="one_disposal_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            ("end", "destroyed"),
                            ("verified_at__isnull", False),
                            _connector="OR",
                        ),
                        name="disposal_leaves_verified",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Medium",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("serial", models.CharField(max_length=100, verbose_name="serial number")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("hdd", "hard disk (ATA, SAS)"),
                            ("ssd", "solid-state disk (ATA, SAS)"),
                            ("nvme", "solid-state disk (NVMe)"),
                            ("flash", "USB stick or memory card"),
                            ("phone", "phone or tablet"),
                            ("tape", "magnetic tape"),
                            ("optical", "optical disc"),
                            ("copier", "disk of a copier or printer"),
                            ("memory", "built-in memory without a disk"),
                        ],
                        max_length=20,
                        verbose_name="storage medium",
                    ),
                ),
                ("size", models.BigIntegerField(null=True, verbose_name="size in bytes")),
                ("technique", models.CharField(blank=True, max_length=30, verbose_name="technique")),
                ("tool", models.CharField(blank=True, max_length=200, verbose_name="tool and version")),
                ("done_by", models.CharField(blank=True, max_length=200, verbose_name="carried out by")),
                ("sanitised_at", models.DateTimeField(null=True)),
                ("verdict", models.CharField(blank=True, max_length=20)),
                ("certificate", models.JSONField(default=dict)),
                ("evidence", models.CharField(blank=True, max_length=64, verbose_name="SHA-256 of the evidence")),
                ("evidence_name", models.CharField(blank=True, max_length=200)),
                ("proved_at", models.DateTimeField(null=True)),
                (
                    "disposal",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="media", to="devices.disposal"
                    ),
                ),
                (
                    "proved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seen_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="witness of the erasure",
                    ),
                ),
            ],
            options={
                "verbose_name": "storage medium",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Repair",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "requested"),
                            ("arranged", "way chosen"),
                            ("ready", "ready to begin"),
                            ("work", "work has begun"),
                            ("ended", "work ended, being checked"),
                            ("accepted", "accepted"),
                            ("closed", "closed"),
                            ("cancelled", "cancelled"),
                        ],
                        default="asked",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("open", models.BooleanField(default=True, editable=False)),
                ("fault", models.CharField(max_length=500, verbose_name="fault")),
                ("contents", models.CharField(max_length=500, verbose_name="what is on it")),
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
                        max_length=20,
                        verbose_name="highest level on it",
                    ),
                ),
                ("may_leave", models.BooleanField(default=False, verbose_name="may leave the house")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked for on")),
                (
                    "way",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("onsite", "in the house, a vendor under escort"),
                            ("own", "by our own technicians"),
                            ("out", "sent out, storage removed"),
                        ],
                        max_length=20,
                        verbose_name="way of repair",
                    ),
                ),
                ("back_by", models.DateField(blank=True, null=True, verbose_name="to be back by")),
                ("removed", models.JSONField(default=list, verbose_name="storage removed")),
                ("residue", models.JSONField(default=dict, verbose_name="scan before")),
                ("begun_at", models.DateTimeField(null=True, verbose_name="begun")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="ended")),
                ("work", models.CharField(blank=True, max_length=1000, verbose_name="what was done")),
                ("parts", models.CharField(blank=True, max_length=500, verbose_name="parts changed")),
                ("unexplained", models.PositiveIntegerField(default=0, editable=False)),
                ("accepted_at", models.DateTimeField(null=True, verbose_name="accepted on")),
                (
                    "outcome",
                    models.CharField(
                        blank=True,
                        choices=[("mended", "mended and in order"), ("not-mended", "not mended, and unchanged")],
                        max_length=20,
                        verbose_name="outcome",
                    ),
                ),
                ("closed_at", models.DateTimeField(null=True, verbose_name="record closed on")),
                ("reason", models.CharField(blank=True, max_length=500, verbose_name="reason")),
                (
                    "accepted_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="accepted by",
                    ),
                ),
                (
                    "asked_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="asked for by",
                    ),
                ),
                (
                    "closed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="closed by",
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="repairs",
                        to="assets.device",
                        verbose_name="device",
                    ),
                ),
                (
                    "engineer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.engineer",
                        verbose_name="engineer",
                    ),
                ),
                (
                    "escort",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="escort",
                    ),
                ),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="keeper of the storage",
                    ),
                ),
                (
                    "technician",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="technician",
                    ),
                ),
                (
                    "vendor",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="assets.vendor",
                        verbose_name="vendor",
                    ),
                ),
            ],
            options={
                "verbose_name": "repair",
                "ordering": ("-asked_at", "-pk"),
                "indexes": [
                    models.Index(fields=["open", "state"], name="repair_open"),
                    models.Index(fields=["-asked_at", "-id"], name="repair_asked"),
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("device",), name="one_repair_at_a_time"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "closed"), _negated=True),
                            models.Q(("accepted_at__isnull", False), ("ended_at__isnull", False), ("unexplained", 0)),
                            _connector="OR",
                        ),
                        name="repair_closed_after_check",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="LogEntry",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by_name", models.CharField(max_length=200)),
                ("text", models.CharField(max_length=1000, verbose_name="what happened")),
                (
                    "repair",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="log", to="devices.repair"
                    ),
                ),
            ],
            options={
                "ordering": ("at", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Round",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("kinds", models.JSONField(default=list, verbose_name="kinds")),
                ("due", models.DateField(verbose_name="to be finished by")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun")),
                ("opened_by", models.CharField(max_length=200, verbose_name="begun by")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="signed off")),
                ("closed_by", models.CharField(blank=True, max_length=200, verbose_name="signed off by")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="remark")),
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
                "verbose_name": "round of inspections",
                "ordering": ("-opened_at",),
                "indexes": [models.Index(fields=["closed_at", "due"], name="round_open")],
            },
        ),
        migrations.CreateModel(
            name="Snapshot",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "purpose",
                    models.CharField(
                        choices=[("plain", "plain"), ("before", "before"), ("after", "after")],
                        default="plain",
                        max_length=10,
                    ),
                ),
                ("host", models.CharField(blank=True, max_length=200, verbose_name="name of the machine")),
                ("serial", models.CharField(blank=True, max_length=200, verbose_name="serial number")),
                ("digest", models.CharField(max_length=64)),
                ("body", models.JSONField()),
                ("taken", models.DateTimeField(verbose_name="taken")),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="uploaded")),
                ("by_name", models.CharField(max_length=200, verbose_name="uploaded by")),
                ("unexplained", models.PositiveIntegerField(default=0)),
                ("stranger", models.BooleanField(default=False)),
                ("said", models.CharField(blank=True, max_length=500, verbose_name="explanation")),
                (
                    "device",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="assets.device",
                    ),
                ),
                (
                    "repair",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="snapshots",
                        to="devices.repair",
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
                "verbose_name": "snapshot",
                "ordering": ("-made", "-pk"),
                "indexes": [
                    models.Index(fields=["unexplained", "device"], name="snapshot_drift"),
                    models.Index(condition=models.Q(("stranger", True)), fields=["unit"], name="snapshot_stranger"),
                    models.Index(fields=["-made", "-id", "device", "unit"], name="snapshot_made"),
                    models.Index(fields=["serial", "host", "device", "unit"], name="snapshot_words"),
                ],
                "constraints": [models.UniqueConstraint(fields=("digest", "repair", "purpose"), name="snapshot_once")],
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("part", models.CharField(max_length=20)),
                ("change", models.CharField(max_length=10)),
                ("what", models.CharField(max_length=300)),
                ("before", models.JSONField(null=True)),
                ("after", models.JSONField(null=True)),
                ("grave", models.BooleanField()),
                ("explanation", models.CharField(blank=True, max_length=500, verbose_name="explanation")),
                ("explained_at", models.DateTimeField(null=True)),
                ("explained_by", models.CharField(blank=True, max_length=200)),
                (
                    "snapshot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="differences", to="devices.snapshot"
                    ),
                ),
            ],
            options={
                "ordering": ("-grave", "pk"),
            },
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.device"
                    ),
                ),
                (
                    "inspection",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.inspection"
                    ),
                ),
                (
                    "round",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="stops", to="devices.round"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [models.UniqueConstraint(fields=("round", "device"), name="stop_once")],
            },
        ),
    ]
