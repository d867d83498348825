"""Devices and what is kept about them. Nothing is deleted: devices end, vendors end, rules are followed by newer ones.

A device lies in a unit; what an account may see is always a question about units (``Device.seen_by``), so a moved unit
takes its devices along. The columns ``live`` and ``lacks_…`` are kept by ``settle`` from the others, so that
“what is wrong” is a look into a small index instead of a walk through the ledger.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit, months_after
from shoumi.console.assets import kinds, lifecycle, serials
from shoumi.console.roles import Reach
from shoumi.console.sheets import Waiting

STOCK_MONTHS: Final = 12  # a device that nobody saw for so long is overdue
INSPECT_MONTHS: Final = 12
SORTS: Final = (
    (serials.MACHINE, _("serial number")),
    (serials.DISK, _("serial number of a disk")),
    (serials.MAC, _("MAC address")),
    (serials.IMEI, _("IMEI")),
)

_FLAGS: Final = ("lacks_serial", "lacks_disk", "lacks_label", "lacks_level", "flawed")
_DAYS: Final = ("missing_since", "stock_due", "inspection_due")


class Device(models.Model):
    """One thing of the ledger."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    series = models.CharField(max_length=60, editable=False)
    place_in_series = models.BigIntegerField(null=True, editable=False)
    kind = models.CharField(_("kind"), max_length=20, choices=kinds.CHOICES)
    level = models.CharField(_("level"), max_length=20, choices=kinds.LEVELS, default=kinds.UNSET, blank=True)
    make = models.CharField(_("make"), max_length=100, blank=True)
    model = models.CharField(_("model"), max_length=100, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="devices", verbose_name=_("unit"))
    place = models.CharField(_("place"), max_length=200, blank=True)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="devices", verbose_name=_("responsible person")
    )
    custodian = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="kept_devices", verbose_name=_("custodian")
    )
    bought_on = models.DateField(_("bought on"), null=True, blank=True)
    label = models.CharField(_("secrecy label number"), max_length=60, blank=True)
    network = models.CharField(_("network it may join"), max_length=20, choices=kinds.NETWORKS, blank=True)
    note = models.CharField(_("remark"), max_length=500, blank=True)
    state = models.CharField(_("state"), max_length=20, choices=lifecycle.STATES, default=lifecycle.REGISTERED)
    since = models.DateField(_("in this state since"), default=timezone.localdate)
    registered_on = models.DateField(_("registered on"), default=timezone.localdate)
    labelled_on = models.DateField(_("asset label printed on"), null=True, blank=True)
    seen_on = models.DateField(_("last seen at a stock-take"), null=True, blank=True)
    missing_since = models.DateField(_("not found since"), null=True, blank=True)
    inspected_on = models.DateField(_("inspected on"), null=True, blank=True)
    stock_due = models.DateField(_("stock-take due"), editable=False)
    inspection_due = models.DateField(_("inspection due"), editable=False)
    flawed = models.BooleanField(default=False, editable=False)  # the last inspection found something not in order
    live = models.BooleanField(default=True, editable=False)
    lacks_serial = models.BooleanField(default=False, editable=False)
    lacks_disk = models.BooleanField(default=False, editable=False)
    lacks_label = models.BooleanField(default=False, editable=False)
    lacks_level = models.BooleanField(default=False, editable=False)
    words = models.TextField(editable=False)  # what a search looks through, lower case

    class Meta:
        verbose_name = _("device")
        ordering = ("number",)
        constraints = (
            models.CheckConstraint(
                condition=~Q(state=lifecycle.USED) | Q(responsible__isnull=False), name="in_use_by_somebody"
            ),
        )
        indexes = (
            models.Index(fields=("series", "place_in_series"), name="device_series"),
            models.Index(fields=("state", "since"), name="device_state"),
            models.Index(fields=("unit", "number"), name="device_unit"),
            *(models.Index(fields=(name, "unit"), name=f"device_{name}") for name in _FLAGS),
            *(models.Index(fields=("unit", name), name=f"device_{name}") for name in _DAYS),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.get_kind_display()} {self.make} {self.model}".rstrip()

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path

    @property
    def sort(self) -> kinds.Kind:
        """Its kind, with what it keeps inside and its checklist."""
        return kinds.KINDS[self.kind]

    @property
    def ended(self) -> bool:
        """Say whether its record is closed."""
        return self.state in lifecycle.ENDED

    @classmethod
    def seen_by(cls, reach: Reach) -> Any:
        """Return the devices of the units that a reach covers.

        Three ways to ask the same, because SQLite plans without statistics: all of it, most of it (go by the order
        asked for and look at each), a part of it (go by units and sort).
        """
        if reach.everywhere:
            return cls.objects.all()
        units, all_units = unit_keys(reach), Unit.objects.count()
        if len(units) == all_units:
            return cls.objects.all()
        if len(units) * 4 > all_units:
            return cls.objects.filter(Exists(Unit.objects.filter(reach.within("path"), pk=OuterRef("unit"))))
        return cls.objects.filter(unit__in=units)

    @classmethod
    def by_unit(cls, reach: Reach) -> Any:
        """Return the same, asked unit by unit: right for conditions that have a small index of their own."""
        return cls.objects.filter(unit__in=unit_keys(reach))

    def settle(self, numbers: Iterable[tuple[str, str]] | None = None) -> None:
        """Save, with everything that follows from the other columns; ``numbers`` replaces serials, MACs and IMEIs."""
        kept = self.numbers.values_list("sort", "value") if numbers is None and self.pk else numbers or ()
        held = list(kept)
        self.follow(held)
        self.save()
        if numbers is not None:
            self.numbers.all().delete()
            Number.objects.bulk_create(Number.of(self, sort, value) for sort, value in held)

    def follow(self, held: list[tuple[str, str]]) -> None:
        """Set the columns that follow from others and from the numbers held."""
        self.series, self.place_in_series = serials.series(self.number)
        sorts = {sort for sort, _value in held}
        self.live = self.state in lifecycle.LIVE
        self.lacks_serial = self.live and not sorts & {serials.MACHINE, serials.IMEI}
        self.lacks_disk = self.live and self.sort.disk and serials.DISK not in sorts
        self.lacks_label = self.live and self.level in kinds.LABELLED and not self.label
        self.lacks_level = self.live and not self.level
        self.stock_due = months_after(self.seen_on or self.registered_on, STOCK_MONTHS)
        self.inspection_due = months_after(self.inspected_on or self.registered_on, INSPECT_MONTHS)
        told = (self.number, self.make, self.model, self.place, self.label, self.note)
        self.words = "\n".join((*told, *(value for _sort, value in held))).lower()


def unit_keys(reach: Reach) -> list[int]:
    """Return the keys of the units that a reach covers."""
    return list(Unit.objects.filter(reach.within("path")).order_by().values_list("pk", flat=True))


def in_units(reach: Reach, column: str = "unit") -> Q:
    """Return the condition that a unit column lies within a reach, without a join for each row."""
    return Q() if reach.everywhere else Q(**{f"{column}__in": Unit.objects.filter(reach.within("path")).values("pk")})


class Number(models.Model):
    """A serial number, MAC address or IMEI of a device. The same never stands twice, whatever its spelling."""

    device = models.ForeignKey(Device, models.CASCADE, related_name="numbers")
    sort = models.CharField(max_length=10, choices=SORTS)
    value = models.CharField(max_length=100)
    space = models.CharField(max_length=10, editable=False)
    key = models.CharField(max_length=100, editable=False)

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("space", "key"), name="number_once"),)

    def __str__(self) -> str:
        return self.value

    @classmethod
    def of(cls, device: Device, sort: str, value: str) -> Number:
        """Return a number, not saved."""
        return cls(device=device, sort=sort, value=value, space=serials.space(sort), key=serials.key(value))


class Event(models.Model):
    """One step of a device's life, with the facts that the step asks for."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="events")
    step = models.CharField(max_length=60)
    before = models.CharField(max_length=20, choices=lifecycle.STATES, blank=True)
    after = models.CharField(max_length=20, choices=lifecycle.STATES)
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    by_name = models.CharField(max_length=200)
    facts = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-pk")

    def __str__(self) -> str:
        return f"{self.device_id} {self.step}"


class Handover(models.Model):
    """A device on its way from one side to the other. Open until the other side received or declined it."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="handovers")
    from_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("from unit"))
    from_person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", verbose_name=_("handed over by")
    )
    to_unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("to unit"))
    to_person = models.ForeignKey(Person, models.PROTECT, related_name="handovers", verbose_name=_("to person"))
    was = models.CharField(max_length=20, choices=lifecycle.STATES)
    reason = models.CharField(_("reason"), max_length=500)
    given_at = models.DateTimeField(default=timezone.now)
    given_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    given_by_name = models.CharField(max_length=200)
    ended_at = models.DateTimeField(null=True, blank=True)
    ended_by_name = models.CharField(max_length=200, blank=True)
    received = models.BooleanField(default=False)

    class Meta:
        ordering = ("-given_at",)
        constraints = (
            models.UniqueConstraint(fields=("device",), condition=Q(ended_at=None), name="one_handover_at_a_time"),
        )

    def __str__(self) -> str:
        return f"{self.device}: {self.from_unit} → {self.to_unit}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that receives."""
        return self.to_unit.path


class Void(models.Model):
    """A number that no device carries, and why: the gap is explained."""

    number = models.CharField(_("number"), max_length=60, unique=True)
    series = models.CharField(max_length=60, editable=False)
    place_in_series = models.BigIntegerField(editable=False)
    reason = models.CharField(_("reason"), max_length=500)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (models.Index(fields=("series", "place_in_series"), name="void_series"),)

    def __str__(self) -> str:
        return self.number

    @property
    def unit_path(self) -> str:
        """The path of the unit that explained it."""
        return self.unit.path


class Vendor(models.Model):
    """A firm that may repair, sanitise or destroy, as far as its certificate goes."""

    name = models.CharField(_("vendor name"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("kept by unit"))
    certificate = models.CharField(_("certificate number"), max_length=100, blank=True)
    scope = models.CharField(_("scope"), max_length=300, blank=True)
    valid_until = models.DateField(_("certificate valid until"), null=True, blank=True)
    committed_on = models.DateField(_("commitment signed on"), null=True, blank=True)
    contact = models.CharField(_("contact"), max_length=200, blank=True)
    ended_on = models.DateField(_("used no more since"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("vendor")
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="vendor_once_in_a_unit"),)

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of the unit that keeps the record."""
        return self.unit.path


class Engineer(models.Model):
    """A person of a vendor who comes to the house."""

    vendor = models.ForeignKey(Vendor, models.PROTECT, related_name="engineers", verbose_name=_("vendor"))
    name = models.CharField(_("name"), max_length=200)
    certificate = models.CharField(_("certificate number"), max_length=100, blank=True)
    scope = models.CharField(_("scope"), max_length=300, blank=True)
    valid_until = models.DateField(_("certificate valid until"), null=True, blank=True)
    committed_on = models.DateField(_("commitment signed on"), null=True, blank=True)
    ended_on = models.DateField(_("used no more since"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("engineer")

    def __str__(self) -> str:
        return f"{self.name} ({self.vendor.name})"

    @property
    def unit_path(self) -> str:
        """The path of the unit that keeps the vendor."""
        return self.vendor.unit.path


class Rules(models.Model):
    """House rules: a title, whom they bind, and a text for each version."""

    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("for unit"))
    holders = models.BooleanField(_("only for people who answer for a device"), default=False)
    ended_on = models.DateField(_("used no more since"), null=True, blank=True)

    class Meta:
        ordering = ("title",)
        verbose_name = _("house rules")

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit that they bind."""
        return self.unit.path

    def bound(self) -> Any:
        """Return the people whom they bind today."""
        people = Person.objects.filter(unit__path__startswith=self.unit.path, departed_on=None)
        return people.filter(pk__in=Device.objects.filter(live=True).values("responsible")) if self.holders else people


class RulesVersion(models.Model):
    """One text of house rules. Once issued it stays; what changes is a new version."""

    rules = models.ForeignKey(Rules, models.PROTECT, related_name="versions")
    version = models.PositiveIntegerField(_("version"))
    text = models.TextField(_("text"))
    issued_on = models.DateField(_("published on"), default=timezone.localdate)
    issued_by = models.CharField(_("published by"), max_length=200)
    current = models.BooleanField(default=True)

    class Meta:
        ordering = ("-version",)
        constraints = (
            models.UniqueConstraint(fields=("rules", "version"), name="rules_version_once"),
            models.UniqueConstraint(fields=("rules",), condition=Q(current=True), name="one_current_rules_version"),
        )

    def __str__(self) -> str:
        return f"{self.rules.title} ({self.version})"

    @property
    def unit_path(self) -> str:
        """The path of the unit that it binds."""
        return self.rules.unit.path

    def waiting(self) -> Any:
        """Return the people who are bound and have not acknowledged this version."""
        return self.rules.bound().exclude(pk__in=self.acknowledgements.values("person"))


class Acknowledgement(models.Model):
    """Somebody read a version and will keep it; ``paper``: signed on paper, entered by a keeper."""

    version = models.ForeignKey(RulesVersion, models.PROTECT, related_name="acknowledgements")
    person = models.ForeignKey(Person, models.PROTECT, related_name="acknowledged_rules")
    at = models.DateTimeField(default=timezone.now)
    paper = models.BooleanField(default=False)

    class Meta:
        ordering = ("-at",)
        constraints = (models.UniqueConstraint(fields=("version", "person"), name="acknowledged_once"),)

    def __str__(self) -> str:
        return f"{self.person}: {self.version}"

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.person.unit.path


class LabelSheet(models.Model):
    """A sheet of asset labels that was made for printing."""

    made = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    devices = models.ManyToManyField(Device, related_name="label_sheets")

    class Meta:
        ordering = ("-made",)

    def __str__(self) -> str:
        return f"{timezone.localtime(self.made):%Y-%m-%d %H:%M}"

    @property
    def unit_path(self) -> str:
        """The path of the unit above all its devices."""
        return self.unit.path


class StockTake(models.Model):
    """A count of a unit's devices: opened, scanned label by label, signed off."""

    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="device_stocktakes", verbose_name=_("unit"))
    opened_at = models.DateTimeField(_("begun"), default=timezone.now)
    opened_by = models.CharField(_("begun by"), max_length=200)
    closed_at = models.DateTimeField(_("signed off"), null=True, blank=True)
    closed_by = models.CharField(_("signed off by"), max_length=200, blank=True)
    note = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta:
        ordering = ("-opened_at",)
        verbose_name = _("stock-take")
        constraints = (
            models.UniqueConstraint(fields=("unit",), condition=Q(closed_at=None), name="one_device_count_at_a_time"),
        )

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit."""
        return self.unit.path


class StockLine(models.Model):
    """One device of a count: expected, seen, or a stranger that nobody expected (``device`` empty: not even known)."""

    stocktake = models.ForeignKey(StockTake, models.CASCADE, related_name="lines")
    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="+")
    code = models.CharField(_("read from the label"), max_length=60)
    expected = models.BooleanField(default=True)
    seen_at = models.DateTimeField(_("seen"), null=True, blank=True)
    seen_by = models.CharField(_("seen by"), max_length=200, blank=True)
    remark = models.CharField(_("remark"), max_length=300, blank=True)

    class Meta:
        ordering = ("code",)
        constraints = (models.UniqueConstraint(fields=("stocktake", "code"), name="device_counted_once"),)

    def __str__(self) -> str:
        return self.code

    @property
    def unit_path(self) -> str:
        """The path of the unit that is counted."""
        return self.stocktake.unit.path


class Inspection(models.Model):
    """One look at one device, item by item."""

    device = models.ForeignKey(Device, models.PROTECT, related_name="inspections")
    on = models.DateField(_("inspected on"), default=timezone.localdate)
    by_name = models.CharField(_("inspected by"), max_length=200)
    made = models.DateTimeField(default=timezone.now)
    answers = models.JSONField()  # [{code, answer, remark, text: {language: sentence}}]
    remark = models.CharField(_("remark"), max_length=1000, blank=True)
    flaws = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-on", "-pk")
        verbose_name = _("inspection")

    def __str__(self) -> str:
        return f"{self.device.number} · {self.on.isoformat()}"

    @property
    def unit_path(self) -> str:
        """The path of the device's unit."""
        return self.device.unit.path


class DeviceList(Waiting):
    """A list of devices that was read and waits to be confirmed."""


def next_number(series: str) -> str:
    """Return the number after the highest of a series, as wide as that one."""
    last = Device.objects.filter(series=series, place_in_series__isnull=False).order_by("-place_in_series").first()
    if last is None or last.place_in_series is None:
        return f"{series}0001"
    return f"{series}{str(last.place_in_series + 1).zfill(len(last.number) - len(series))}"


def days_ago(days: int) -> date:
    """Return the day so many days before today."""
    return timezone.localdate() - timedelta(days=days)
