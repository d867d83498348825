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
            name="Device",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                ("series", models.CharField(editable=False, max_length=60)),
                ("place_in_series", models.BigIntegerField(editable=False, null=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("desktop", "Desktop computer"),
                            ("laptop", "Laptop"),
                            ("server", "Server"),
                            ("phone", "Phone or tablet"),
                            ("printer", "Printer"),
                            ("copier", "Copier"),
                            ("multifunction", "Multifunction machine"),
                            ("scanner", "Scanner"),
                            ("fax", "Fax machine"),
                            ("storage", "Storage medium"),
                            ("card", "Memory card"),
                            ("network", "Network device"),
                        ],
                        max_length=20,
                        verbose_name="kind",
                    ),
                ),
                (
                    "level",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("top", "top secret"),
                            ("secret", "secret"),
                            ("confidential", "confidential"),
                            ("core-trade", "core trade secret"),
                            ("trade", "trade secret"),
                            ("work", "work secret"),
                            ("open", "no level"),
                            ("", "not decided yet"),
                        ],
                        default="",
                        max_length=20,
                        verbose_name="level",
                    ),
                ),
                ("make", models.CharField(blank=True, max_length=100, verbose_name="make")),
                ("model", models.CharField(blank=True, max_length=100, verbose_name="model")),
                ("place", models.CharField(blank=True, max_length=200, verbose_name="place")),
                ("bought_on", models.DateField(blank=True, null=True, verbose_name="bought on")),
                ("label", models.CharField(blank=True, max_length=60, verbose_name="secrecy label number")),
                (
                    "network",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("alone", "none: stands alone"),
                            ("isolated", "the classified network"),
                            ("office", "the office network"),
                            ("internet", "the internet"),
                            ("", "not said yet"),
                        ],
                        max_length=20,
                        verbose_name="network it may join",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="remark")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("bought", "bought, not registered"),
                            ("registered", "registered"),
                            ("use", "in use"),
                            ("repair", "in repair"),
                            ("transfer", "being handed over"),
                            ("retired", "retired"),
                            ("sanitised", "sanitised, not verified"),
                            ("verified", "sanitised and verified"),
                            ("destroyed", "destroyed"),
                            ("sold", "sold"),
                            ("donated", "donated"),
                            ("repurposed", "released for another use"),
                        ],
                        default="registered",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                (
                    "since",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="in this state since"),
                ),
                (
                    "registered_on",
                    models.DateField(default=django.utils.timezone.localdate, verbose_name="registered on"),
                ),
                ("labelled_on", models.DateField(blank=True, null=True, verbose_name="asset label printed on")),
                ("seen_on", models.DateField(blank=True, null=True, verbose_name="last seen at a stock-take")),
                ("missing_since", models.DateField(blank=True, null=True, verbose_name="not found since")),
                ("inspected_on", models.DateField(blank=True, null=True, verbose_name="inspected on")),
                ("stock_due", models.DateField(editable=False, verbose_name="stock-take due")),
                ("inspection_due", models.DateField(editable=False, verbose_name="inspection due")),
                ("flawed", models.BooleanField(default=False, editable=False)),
                ("live", models.BooleanField(default=True, editable=False)),
                ("lacks_serial", models.BooleanField(default=False, editable=False)),
                ("lacks_disk", models.BooleanField(default=False, editable=False)),
                ("lacks_label", models.BooleanField(default=False, editable=False)),
                ("lacks_level", models.BooleanField(default=False, editable=False)),
                ("words", models.TextField(editable=False)),
                (
                    "custodian",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="kept_devices",
                        to="accounts.person",
                        verbose_name="custodian",
                    ),
                ),
                (
                    "responsible",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="accounts.person",
                        verbose_name="responsible person",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="devices",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "device",
                "ordering": ("number",),
                "indexes": [
                    models.Index(fields=["series", "place_in_series"], name="device_series"),
                    models.Index(fields=["state", "since"], name="device_state"),
                    models.Index(fields=["unit", "number"], name="device_unit"),
                    models.Index(fields=["lacks_serial", "unit"], name="device_lacks_serial"),
                    models.Index(fields=["lacks_disk", "unit"], name="device_lacks_disk"),
                    models.Index(fields=["lacks_label", "unit"], name="device_lacks_label"),
                    models.Index(fields=["lacks_level", "unit"], name="device_lacks_level"),
                    models.Index(fields=["flawed", "unit"], name="device_flawed"),
                    models.Index(fields=["unit", "missing_since"], name="device_missing_since"),
                    models.Index(fields=["unit", "stock_due"], name="device_stock_due"),
                    models.Index(fields=["unit", "inspection_due"], name="device_inspection_due"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "use"), _negated=True), ("responsible__isnull", False), _connector="OR"
                        ),
                        name="in_use_by_somebody",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="DeviceList",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("name", models.CharField(max_length=200)),
                ("rows", models.JSONField()),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("step", models.CharField(max_length=60)),
                (
                    "before",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("bought", "bought, not registered"),
                            ("registered", "registered"),
                            ("use", "in use"),
                            ("repair", "in repair"),
                            ("transfer", "being handed over"),
                            ("retired", "retired"),
                            ("sanitised", "sanitised, not verified"),
                            ("verified", "sanitised and verified"),
                            ("destroyed", "destroyed"),
                            ("sold", "sold"),
                            ("donated", "donated"),
                            ("repurposed", "released for another use"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "after",
                    models.CharField(
                        choices=[
                            ("bought", "bought, not registered"),
                            ("registered", "registered"),
                            ("use", "in use"),
                            ("repair", "in repair"),
                            ("transfer", "being handed over"),
                            ("retired", "retired"),
                            ("sanitised", "sanitised, not verified"),
                            ("verified", "sanitised and verified"),
                            ("destroyed", "destroyed"),
                            ("sold", "sold"),
                            ("donated", "donated"),
                            ("repurposed", "released for another use"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by_name", models.CharField(max_length=200)),
                ("facts", models.JSONField(default=dict)),
                (
                    "by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="events", to="assets.device"
                    ),
                ),
            ],
            options={
                "ordering": ("-at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Handover",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "was",
                    models.CharField(
                        choices=[
                            ("bought", "bought, not registered"),
                            ("registered", "registered"),
                            ("use", "in use"),
                            ("repair", "in repair"),
                            ("transfer", "being handed over"),
                            ("retired", "retired"),
                            ("sanitised", "sanitised, not verified"),
                            ("verified", "sanitised and verified"),
                            ("destroyed", "destroyed"),
                            ("sold", "sold"),
                            ("donated", "donated"),
                            ("repurposed", "released for another use"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("given_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("given_by_name", models.CharField(max_length=200)),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                ("ended_by_name", models.CharField(blank=True, max_length=200)),
                ("received", models.BooleanField(default=False)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handovers", to="assets.device"
                    ),
                ),
                (
                    "from_person",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="handed over by",
                    ),
                ),
                (
                    "from_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="from unit",
                    ),
                ),
                (
                    "given_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "to_person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="handovers",
                        to="accounts.person",
                        verbose_name="to person",
                    ),
                ),
                (
                    "to_unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="to unit",
                    ),
                ),
            ],
            options={
                "ordering": ("-given_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("ended_at", None)), fields=("device",), name="one_handover_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Inspection",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("on", models.DateField(default=django.utils.timezone.localdate, verbose_name="inspected on")),
                ("by_name", models.CharField(max_length=200, verbose_name="inspected by")),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("answers", models.JSONField()),
                ("remark", models.CharField(blank=True, max_length=1000, verbose_name="remark")),
                ("flaws", models.PositiveIntegerField(default=0)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="inspections", to="assets.device"
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection",
                "ordering": ("-on", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="LabelSheet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                ("by_name", models.CharField(max_length=200)),
                ("devices", models.ManyToManyField(related_name="label_sheets", to="assets.device")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "ordering": ("-made",),
            },
        ),
        migrations.CreateModel(
            name="Number",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "sort",
                    models.CharField(
                        choices=[
                            ("machine", "serial number"),
                            ("disk", "serial number of a disk"),
                            ("mac", "MAC address"),
                            ("imei", "IMEI"),
                        ],
                        max_length=10,
                    ),
                ),
                ("value", models.CharField(max_length=100)),
                ("space", models.CharField(editable=False, max_length=10)),
                ("key", models.CharField(editable=False, max_length=100)),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="numbers", to="assets.device"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "constraints": [models.UniqueConstraint(fields=("space", "key"), name="number_once")],
            },
        ),
        migrations.CreateModel(
            name="Rules",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("holders", models.BooleanField(default=False, verbose_name="only for people who answer for a device")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="used no more since")),
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
                "verbose_name": "house rules",
                "ordering": ("title",),
            },
        ),
        migrations.CreateModel(
            name="RulesVersion",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.PositiveIntegerField(verbose_name="version")),
                ("text", models.TextField(verbose_name="text")),
                ("issued_on", models.DateField(default=django.utils.timezone.localdate, verbose_name="published on")),
                ("issued_by", models.CharField(max_length=200, verbose_name="published by")),
                ("current", models.BooleanField(default=True)),
                (
                    "rules",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="versions", to="assets.rules"
                    ),
                ),
            ],
            options={
                "ordering": ("-version",),
                "constraints": [
                    models.UniqueConstraint(fields=("rules", "version"), name="rules_version_once"),
                    models.UniqueConstraint(
                        condition=models.Q(("current", True)), fields=("rules",), name="one_current_rules_version"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Acknowledgement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("paper", models.BooleanField(default=False)),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledged_rules",
                        to="accounts.person",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="acknowledgements",
                        to="assets.rulesversion",
                    ),
                ),
            ],
            options={
                "ordering": ("-at",),
                "constraints": [models.UniqueConstraint(fields=("version", "person"), name="acknowledged_once")],
            },
        ),
        migrations.CreateModel(
            name="StockTake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                ("opened_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="begun")),
                ("opened_by", models.CharField(max_length=200, verbose_name="begun by")),
                ("closed_at", models.DateTimeField(blank=True, null=True, verbose_name="signed off")),
                ("closed_by", models.CharField(blank=True, max_length=200, verbose_name="signed off by")),
                ("note", models.CharField(blank=True, max_length=1000, verbose_name="remark")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="device_stocktakes",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock-take",
                "ordering": ("-opened_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("closed_at", None)), fields=("unit",), name="one_device_count_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockLine",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("code", models.CharField(max_length=60, verbose_name="read from the label")),
                ("expected", models.BooleanField(default=True)),
                ("seen_at", models.DateTimeField(blank=True, null=True, verbose_name="seen")),
                ("seen_by", models.CharField(blank=True, max_length=200, verbose_name="seen by")),
                ("remark", models.CharField(blank=True, max_length=300, verbose_name="remark")),
                (
                    "device",
                    models.ForeignKey(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="assets.device"
                    ),
                ),
                (
                    "stocktake",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE, related_name="lines", to="assets.stocktake"
                    ),
                ),
            ],
            options={
                "ordering": ("code",),
                "constraints": [models.UniqueConstraint(fields=("stocktake", "code"), name="device_counted_once")],
            },
        ),
        migrations.CreateModel(
            name="Vendor",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="vendor name")),
                ("certificate", models.CharField(blank=True, max_length=100, verbose_name="certificate number")),
                ("scope", models.CharField(blank=True, max_length=300, verbose_name="scope")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="certificate valid until")),
                ("committed_on", models.DateField(blank=True, null=True, verbose_name="commitment signed on")),
                ("contact", models.CharField(blank=True, max_length=200, verbose_name="contact")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="used no more since")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.unit",
                        verbose_name="kept by unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "vendor",
                "ordering": ("name",),
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="vendor_once_in_a_unit")],
            },
        ),
        migrations.CreateModel(
            name="Engineer",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=200, verbose_name="name")),
                ("certificate", models.CharField(blank=True, max_length=100, verbose_name="certificate number")),
                ("scope", models.CharField(blank=True, max_length=300, verbose_name="scope")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="certificate valid until")),
                ("committed_on", models.DateField(blank=True, null=True, verbose_name="commitment signed on")),
                ("ended_on", models.DateField(blank=True, null=True, verbose_name="used no more since")),
                (
                    "vendor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="engineers",
                        to="assets.vendor",
                        verbose_name="vendor",
                    ),
                ),
            ],
            options={
                "verbose_name": "engineer",
                "ordering": ("name",),
            },
        ),
        migrations.CreateModel(
            name="Void",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="number")),
                ("series", models.CharField(editable=False, max_length=60)),
                ("place_in_series", models.BigIntegerField(editable=False)),
                ("reason", models.CharField(max_length=500, verbose_name="reason")),
                ("made", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.unit"
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["series", "place_in_series"], name="void_series")],
            },
        ),
    ]
