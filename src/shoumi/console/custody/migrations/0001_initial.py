import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

import shoumi.console.custody.models.carriers


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
                ("key", models.CharField(max_length=40, unique=True)),
                ("last", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Locker",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.PositiveSmallIntegerField(verbose_name="locker")),
            ],
            options={
                "verbose_name": "locker",
                "ordering": ("zone", "number"),
            },
        ),
        migrations.CreateModel(
            name="Told",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=100, unique=True)),
                ("at", models.DateTimeField(db_index=True, default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="Carrier",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, unique=True, verbose_name="ledger number")),
                (
                    "token",
                    models.CharField(
                        default=shoumi.console.custody.models.carriers.new_token,
                        editable=False,
                        max_length=32,
                        unique=True,
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("paper", "paper"),
                            ("disc", "disc"),
                            ("usb", "USB stick"),
                            ("file", "electronic file"),
                        ],
                        default="paper",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("document", models.CharField(blank=True, max_length=100, verbose_name="document number")),
                ("origin", models.CharField(blank=True, max_length=200, verbose_name="originator")),
                ("copy", models.CharField(blank=True, max_length=20, verbose_name="copy number")),
                ("pages", models.PositiveIntegerField(blank=True, null=True, verbose_name="pages")),
                ("serial", models.CharField(blank=True, max_length=100, verbose_name="serial number of the medium")),
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
                        db_index=True,
                        max_length=12,
                        verbose_name="level",
                    ),
                ),
                ("issued_on", models.DateField(verbose_name="date of issue")),
                ("term", models.CharField(blank=True, max_length=60, verbose_name="term")),
                ("until", models.DateField(blank=True, db_index=True, null=True, verbose_name="term ends on")),
                ("condition", models.CharField(blank=True, max_length=200, verbose_name="ends when")),
                ("basis", models.CharField(blank=True, max_length=300, verbose_name="basis")),
                ("scope", models.CharField(blank=True, max_length=300, verbose_name="who may know")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("kept", "in its place"),
                            ("lent", "on loan"),
                            ("carried", "carried out"),
                            ("sent", "on its way"),
                            ("archived", "archived"),
                            ("condemned", "listed for destruction"),
                            ("missing", "whereabouts unknown"),
                            ("gone", "handed to another organisation"),
                            ("destroyed", "destroyed"),
                        ],
                        db_index=True,
                        default="kept",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("since", models.DateTimeField(default=django.utils.timezone.now, verbose_name="since")),
                ("archive", models.CharField(blank=True, max_length=100, verbose_name="archive number")),
                ("received", models.JSONField(blank=True, default=dict)),
                ("reviewed_on", models.DateField(blank=True, db_index=True, null=True, verbose_name="reviewed on")),
                ("declassified_on", models.DateField(blank=True, null=True, verbose_name="declassified on")),
                ("check_source", models.BooleanField(default=False)),
                ("made", models.DateTimeField(default=django.utils.timezone.now, verbose_name="entered")),
                (
                    "custodian",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="in_custody",
                        to="accounts.person",
                        verbose_name="custodian",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="holding",
                        to="accounts.person",
                        verbose_name="held by",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="carriers",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "carrier",
                "ordering": ("number",),
            },
        ),
        migrations.CreateModel(
            name="Destruction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="list number")),
                ("reason", models.CharField(max_length=300, verbose_name="reason")),
                ("method", models.CharField(max_length=200, verbose_name="how")),
                ("where", models.CharField(max_length=200, verbose_name="where, by whom")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "in preparation"), ("done", "destroyed"), ("cancelled", "cancelled")],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="listed")),
                ("made_by", models.CharField(max_length=200, verbose_name="listed by")),
                ("first_signed", models.DateTimeField(blank=True, null=True, verbose_name="first supervisor signed")),
                ("second_signed", models.DateTimeField(blank=True, null=True, verbose_name="second supervisor signed")),
                (
                    "certificate",
                    models.CharField(blank=True, max_length=40, verbose_name="certificate of destruction, number"),
                ),
                (
                    "first",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="first supervisor",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="second supervisor",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="destructions",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "list for destruction",
                "ordering": ("-made_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first", models.F("second")), _negated=True), name="two_supervisors"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("first_signed__isnull", False), ("second_signed__isnull", False)),
                            _connector="OR",
                        ),
                        name="destroyed_before_two",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="DestructionItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("open", models.BooleanField(default=True)),
                ("struck", models.CharField(blank=True, max_length=300, verbose_name="struck because")),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="condemned", to="custody.carrier"
                    ),
                ),
                (
                    "destruction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="custody.destruction"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("carrier",), name="one_list_for_destruction"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Dispatch",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="dispatch number")),
                ("to", models.CharField(max_length=200, verbose_name="addressee")),
                (
                    "route",
                    models.CharField(
                        choices=[
                            ("channel", "confidential post"),
                            ("couriers", "by own couriers"),
                            ("in-house", "inside the house"),
                        ],
                        default="channel",
                        max_length=10,
                        verbose_name="way",
                    ),
                ),
                ("path_taken", models.CharField(blank=True, max_length=300, verbose_name="route")),
                ("courier", models.CharField(max_length=100, verbose_name="courier")),
                ("second", models.CharField(blank=True, max_length=100, verbose_name="second courier")),
                ("seal", models.CharField(max_length=200, verbose_name="seal numbers")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "on its way"), ("done", "received"), ("back", "came back")],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sent")),
                ("sent_by", models.CharField(max_length=200, verbose_name="sent by")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="received")),
                ("received_by", models.CharField(blank=True, max_length=200, verbose_name="received and signed by")),
                ("receipt", models.CharField(blank=True, max_length=100, verbose_name="receipt")),
                (
                    "seal_state",
                    models.CharField(
                        blank=True,
                        choices=[("intact", "intact"), ("broken", "broken"), ("unsealed", "not sealed")],
                        max_length=10,
                        verbose_name="state of the seal",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "to_unit",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="arrivals",
                        to="accounts.unit",
                        verbose_name="to the unit",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="dispatches",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "dispatch",
                "ordering": ("-sent_at", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="DispatchItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("open", models.BooleanField(default=True)),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="dispatched", to="custody.carrier"
                    ),
                ),
                (
                    "dispatch",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="custody.dispatch"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("carrier",), name="one_dispatch_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOver",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="hand-over number")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("leaving", "leaves the office"),
                            ("post", "changes post"),
                            ("leave", "holiday or leave"),
                            ("other", "something else"),
                        ],
                        default="post",
                        max_length=10,
                        verbose_name="reason",
                    ),
                ),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "waits for signatures"), ("done", "handed over"), ("cancelled", "cancelled")],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("made_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="listed")),
                ("made_by", models.CharField(max_length=200, verbose_name="listed by")),
                ("giver_signed", models.DateTimeField(blank=True, null=True, verbose_name="signed by who gives")),
                ("giver_paper", models.CharField(blank=True, max_length=200)),
                ("taker_signed", models.DateTimeField(blank=True, null=True, verbose_name="signed by who takes")),
                ("taker_paper", models.CharField(blank=True, max_length=200)),
                (
                    "giver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="given",
                        to="accounts.person",
                        verbose_name="gives",
                    ),
                ),
                (
                    "taker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken",
                        to="accounts.person",
                        verbose_name="takes",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="hand_overs",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "hand-over",
                "ordering": ("-made_at", "-pk"),
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("giver", models.F("taker")), _negated=True),
                        name="nobody_hands_over_to_oneself",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("state", "done"), _negated=True),
                            models.Q(("giver_signed__isnull", False), ("taker_signed__isnull", False)),
                            _connector="OR",
                        ),
                        name="handed_over_by_both_sides",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="HandOverItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("open", models.BooleanField(default=True)),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="handed_over", to="custody.carrier"
                    ),
                ),
                (
                    "hand_over",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="items", to="custody.handover"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("open", True)), fields=("carrier",), name="one_hand_over_at_a_time"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="place name")),
                (
                    "kind",
                    models.CharField(
                        choices=[("safe", "safe"), ("cabinet", "cabinet"), ("room", "room")],
                        default="safe",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                ("room", models.CharField(blank=True, max_length=200, verbose_name="where it stands")),
                ("top", models.BooleanField(default=False, verbose_name="certified for the highest level")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="not used since")),
                (
                    "keeper",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="who has the key",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="places",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "place of keeping",
                "ordering": ("name",),
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="one_place_of_a_name")],
            },
        ),
        migrations.AddField(
            model_name="carrier",
            name="place",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="carriers",
                to="custody.place",
                verbose_name="kept in",
            ),
        ),
        migrations.CreateModel(
            name="Policy",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "ticket_from",
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
                        default="secret",
                        max_length=12,
                        verbose_name="a phone-locker ticket is needed from this level up",
                    ),
                ),
                ("loan_days", models.PositiveSmallIntegerField(default=30, verbose_name="a loan lasts at most (days)")),
                (
                    "review_months",
                    models.PositiveSmallIntegerField(
                        default=12, verbose_name="every carrier is reviewed after (months)"
                    ),
                ),
                (
                    "notice_days",
                    models.PositiveSmallIntegerField(
                        default=90, verbose_name="the end of a term is announced (days before)"
                    ),
                ),
                (
                    "stock_months",
                    models.PositiveSmallIntegerField(default=6, verbose_name="every unit is counted after (months)"),
                ),
            ],
            options={
                "verbose_name": "rules for carriers",
                "constraints": [models.CheckConstraint(condition=models.Q(("pk", 1)), name="one_custody_policy")],
            },
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=60, verbose_name="seal number")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="why")),
                ("set_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="sealed")),
                ("set_by", models.CharField(max_length=200, verbose_name="sealed by")),
                ("opened_at", models.DateTimeField(blank=True, null=True, verbose_name="seal opened")),
                ("opened_by", models.CharField(blank=True, max_length=200, verbose_name="seal opened by")),
                ("intact", models.BooleanField(null=True, verbose_name="found intact")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seals",
                        to="custody.place",
                        verbose_name="kept in",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="together with",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal",
                "ordering": ("-set_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("opened_at", None)), fields=("place",), name="one_seal_on_a_place"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="StockTake",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="number")),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="occasion")),
                (
                    "state",
                    models.CharField(
                        choices=[("open", "being counted"), ("signed", "signed off"), ("cancelled", "cancelled")],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("began", models.DateTimeField(default=django.utils.timezone.now, verbose_name="began")),
                ("began_by", models.CharField(max_length=200, verbose_name="begun by")),
                ("signed_at", models.DateTimeField(blank=True, null=True, verbose_name="signed off")),
                ("signed_by", models.CharField(blank=True, max_length=200, verbose_name="signed off by")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="note")),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_takes",
                        to="custody.place",
                        verbose_name="kept in",
                    ),
                ),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stock_takes",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
                (
                    "witness",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="counted together with",
                    ),
                ),
            ],
            options={
                "verbose_name": "stock-take",
                "ordering": ("-began", "-pk"),
            },
        ),
        migrations.CreateModel(
            name="Line",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(blank=True, max_length=100)),
                (
                    "verdict",
                    models.CharField(
                        choices=[
                            ("expected", "not found yet"),
                            ("found", "found here"),
                            ("stranger", "does not belong here"),
                            ("missing", "whereabouts unknown"),
                            ("moved", "left while counting"),
                        ],
                        default="expected",
                        max_length=10,
                    ),
                ),
                ("found_at", models.DateTimeField(blank=True, null=True, verbose_name="found here")),
                ("found_by", models.CharField(blank=True, max_length=200, verbose_name="found by")),
                (
                    "carrier",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted",
                        to="custody.carrier",
                    ),
                ),
                (
                    "stock_take",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="lines", to="custody.stocktake"
                    ),
                ),
            ],
            options={
                "ordering": ("pk",),
                "indexes": [models.Index(fields=["stock_take", "verdict"], name="stock_take_verdict")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("carrier__isnull", False)),
                        fields=("stock_take", "carrier"),
                        name="counted_once",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Ticket",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("number", models.CharField(max_length=40, unique=True, verbose_name="ticket")),
                ("handset", models.CharField(max_length=200, verbose_name="handset")),
                ("issued_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="locked away")),
                ("issued_by", models.CharField(max_length=200, verbose_name="originator")),
                ("returned_at", models.DateTimeField(blank=True, null=True, verbose_name="taken back")),
                ("returned_by", models.CharField(blank=True, max_length=200, verbose_name="given back by")),
                (
                    "locker",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="custody.locker",
                        verbose_name="locker",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tickets",
                        to="accounts.person",
                        verbose_name="person",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone-locker ticket",
                "ordering": ("-issued_at", "-pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("returned_at", None)), fields=("locker",), name="one_phone_in_a_locker"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Loan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("borrow", "loan"), ("carry", "carried out")],
                        default="borrow",
                        max_length=10,
                        verbose_name="kind",
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for approval"),
                            ("open", "out"),
                            ("closed", "returned"),
                            ("withdrawn", "request withdrawn"),
                        ],
                        db_index=True,
                        default="open",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("purpose", models.CharField(max_length=300, verbose_name="purpose")),
                ("where", models.CharField(blank=True, max_length=200, verbose_name="where it is used")),
                ("route", models.CharField(blank=True, max_length=300, verbose_name="route")),
                ("measures", models.CharField(blank=True, max_length=300, verbose_name="protective measures")),
                ("abroad", models.BooleanField(default=False, verbose_name="leaves the country")),
                ("began", models.DateTimeField(default=django.utils.timezone.now, verbose_name="given out")),
                ("given_by", models.CharField(blank=True, max_length=200, verbose_name="given out by")),
                ("due_on", models.DateField(db_index=True, verbose_name="due back on")),
                ("ended", models.DateTimeField(blank=True, null=True, verbose_name="came back")),
                ("taken_by", models.CharField(blank=True, max_length=200, verbose_name="taken back by")),
                ("found", models.CharField(blank=True, max_length=300, verbose_name="as it came back")),
                (
                    "offered",
                    models.DateTimeField(
                        blank=True, null=True, verbose_name="the borrower wants to give it back since"
                    ),
                ),
                (
                    "borrower",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="accounts.person",
                        verbose_name="borrower",
                    ),
                ),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="custody.carrier",
                        verbose_name="carrier",
                    ),
                ),
                (
                    "companion",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.person",
                        verbose_name="second person",
                    ),
                ),
                (
                    "ticket",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="loans",
                        to="custody.ticket",
                        verbose_name="phone-locker ticket",
                    ),
                ),
            ],
            options={
                "verbose_name": "loan",
                "ordering": ("due_on", "pk"),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "open")), fields=("carrier",), name="one_open_loan"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind", "borrow"), ("companion__isnull", False), _connector="OR"),
                        name="carried_out_by_two",
                    ),
                ],
            },
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
                        on_delete=django.db.models.deletion.CASCADE, related_name="+", to=settings.AUTH_USER_MODEL
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Zone",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=100, verbose_name="zone name")),
                ("note", models.CharField(blank=True, max_length=300, verbose_name="what holds there")),
                ("closed_on", models.DateField(blank=True, null=True, verbose_name="not used since")),
                (
                    "unit",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="zones",
                        to="accounts.unit",
                        verbose_name="unit",
                    ),
                ),
            ],
            options={
                "verbose_name": "phone-free zone",
                "ordering": ("name",),
                "constraints": [models.UniqueConstraint(fields=("unit", "name"), name="one_zone_of_a_name")],
            },
        ),
        migrations.AddField(
            model_name="locker",
            name="zone",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lockers",
                to="custody.zone",
                verbose_name="phone-free zone",
            ),
        ),
        migrations.CreateModel(
            name="CopyOrder",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[("copy", "copy"), ("excerpt", "excerpt")],
                        default="copy",
                        max_length=12,
                        verbose_name="what is made",
                    ),
                ),
                ("copies", models.PositiveSmallIntegerField(default=1, verbose_name="number of copies")),
                ("pages", models.CharField(blank=True, max_length=200, verbose_name="which pages or passages")),
                ("purpose", models.CharField(max_length=300, verbose_name="purpose")),
                ("consent", models.CharField(blank=True, max_length=200, verbose_name="consent of the originator")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("asked", "waits for approval"),
                            ("open", "out"),
                            ("closed", "returned"),
                            ("withdrawn", "request withdrawn"),
                        ],
                        default="asked",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("asked_by", models.CharField(max_length=200, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now, verbose_name="asked")),
                ("made_by", models.CharField(blank=True, max_length=200, verbose_name="made by")),
                ("made_at", models.DateTimeField(blank=True, null=True, verbose_name="copies made at")),
                ("made", models.JSONField(blank=True, default=list)),
                (
                    "carrier",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="custody.carrier",
                        verbose_name="carrier",
                    ),
                ),
            ],
            options={
                "verbose_name": "copying order",
                "ordering": ("-asked_at",),
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("state", "asked")), fields=("carrier",), name="one_copying_order"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Descent",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "how",
                    models.CharField(
                        choices=[("copy", "copy"), ("excerpt", "excerpt"), ("compilation", "compilation")],
                        max_length=12,
                    ),
                ),
                (
                    "child",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="parents", to="custody.carrier"
                    ),
                ),
                (
                    "parent",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="children", to="custody.carrier"
                    ),
                ),
            ],
            options={
                "verbose_name": "descent",
                "constraints": [
                    models.UniqueConstraint(fields=("child", "parent"), name="one_descent"),
                    models.CheckConstraint(
                        condition=models.Q(("child", models.F("parent")), _negated=True), name="nothing_from_itself"
                    ),
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="carrier",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("holder", None), ("state__in", ["destroyed", "gone"])),
                    models.Q(
                        ("holder__isnull", False),
                        ("state__in", ["archived", "carried", "condemned", "kept", "lent", "missing", "sent"]),
                    ),
                    _connector="OR",
                ),
                name="one_holder_until_the_end",
            ),
        ),
        migrations.AddConstraint(
            model_name="locker",
            constraint=models.UniqueConstraint(fields=("zone", "number"), name="one_locker_of_a_number"),
        ),
    ]
