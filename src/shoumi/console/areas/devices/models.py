"""Snapshots and what differs between them, repairs, disposals with their media, rounds of inspections.

Everything is about a device of the ledger and lies where the device lies (``device.unit``). Nothing is deleted.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import levels
from shoumi.console.accounts.models import Person, Unit
from shoumi.console.areas.devices import methods, ways
from shoumi.console.assets import kinds
from shoumi.console.assets.models import Device, Engineer, Vendor
from shoumi.console.assets.models import Inspection as Looked

ASKED, ARRANGED, READY, WORK, ENDED, ACCEPTED = "asked", "arranged", "ready", "work", "ended", "accepted"
CLOSED, CANCELLED = "closed", "cancelled"
SANITISED, VERIFIED = "sanitised", "verified"
REPAIR_STATES: Final = (
    (ASKED, _("requested")),
    (ARRANGED, _("way chosen")),
    (READY, _("ready to begin")),
    (WORK, _("work has begun")),
    (ENDED, _("work ended, being checked")),
    (ACCEPTED, _("accepted")),
    (CLOSED, _("closed")),
    (CANCELLED, _("cancelled")),
)
DISPOSAL_STATES: Final = (
    (ASKED, _("requested")),
    (ARRANGED, _("approved, to be sanitised again")),
    (SANITISED, _("sanitised, to be proved")),
    (VERIFIED, _("verified")),
    (CLOSED, _("closed")),
    (CANCELLED, _("cancelled")),
)
OVER: Final = frozenset({CLOSED, CANCELLED})
BEFORE, AFTER, PLAIN = "before", "after", "plain"
OUTCOMES: Final = (("mended", _("mended and in order")), ("not-mended", _("not mended, and unchanged")))
_USER: Final = settings.AUTH_USER_MODEL


def _by(**options: Any) -> models.ForeignKey:
    return models.ForeignKey(_USER, models.PROTECT, null=True, related_name="+", **options)


def _person(label: Any) -> models.ForeignKey:
    return models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=label)


class Repair(models.Model):
    """One repair of one device, from the request to the closed record."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="repairs", verbose_name=_("device"))
    state = models.CharField(_("state"), max_length=20, choices=REPAIR_STATES, default=ASKED)
    open = models.BooleanField(default=True, editable=False)
    fault = models.CharField(_("fault"), max_length=500)
    contents = models.CharField(_("what is on it"), max_length=500)
    level = models.CharField(_("highest level on it"), max_length=20, choices=levels.LEVELS)
    may_leave = models.BooleanField(_("may leave the house"), default=False)
    asked_at = models.DateTimeField(_("asked for on"), default=timezone.now)
    asked_by = _by(verbose_name=_("asked for by"))
    way = models.CharField(_("way of repair"), max_length=20, choices=ways.WAYS, blank=True)
    vendor = models.ForeignKey(Vendor, models.PROTECT, null=True, related_name="+", verbose_name=_("vendor"))
    engineer = models.ForeignKey(Engineer, models.PROTECT, null=True, related_name="+", verbose_name=_("engineer"))
    technician = _person(_("technician"))
    escort = _person(_("escort"))
    back_by = models.DateField(_("to be back by"), null=True, blank=True)
    removed = models.JSONField(_("storage removed"), default=list)  # serial numbers
    keeper = _person(_("keeper of the storage"))
    residue = models.JSONField(_("scan before"), default=dict)  # findings, gaps, files, worst, digest
    begun_at = models.DateTimeField(_("begun"), null=True)
    ended_at = models.DateTimeField(_("ended"), null=True)
    work = models.CharField(_("what was done"), max_length=1000, blank=True)
    parts = models.CharField(_("parts changed"), max_length=500, blank=True)
    unexplained = models.PositiveIntegerField(default=0, editable=False)
    accepted_at = models.DateTimeField(_("accepted on"), null=True)
    accepted_by = _by(verbose_name=_("accepted by"))
    outcome = models.CharField(_("outcome"), max_length=20, choices=OUTCOMES, blank=True)
    closed_at = models.DateTimeField(_("record closed on"), null=True)
    closed_by = _by(verbose_name=_("closed by"))
    reason = models.CharField(_("reason"), max_length=500, blank=True)  # why it was cancelled

    class Meta:
        verbose_name = _("repair")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("device",), condition=Q(open=True), name="one_repair_at_a_time"),
            models.CheckConstraint(
                condition=~Q(state=CLOSED) | Q(accepted_at__isnull=False, ended_at__isnull=False, unexplained=0),
                name="repair_closed_after_check",
            ),
        )
        indexes = (
            models.Index(fields=("open", "state"), name="repair_open"),
            models.Index(fields=("-asked_at", "-id"), name="repair_asked"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.device.number}"

    @property
    def unit_path(self) -> str:
        """The path of the device's unit."""
        return self.device.unit.path

    @property
    def outside(self) -> bool:
        """Say whether the device is with somebody outside now."""
        return self.way == ways.OUT and self.state in {WORK, ENDED}

    def snapshot_of(self, purpose: str) -> Snapshot | None:
        """Return the newest snapshot that was taken for this repair."""
        return self.snapshots.filter(purpose=purpose).order_by("-pk").first()

    def facts(self) -> dict[str, Any]:
        """Return what is approved."""
        device = self.device
        return {
            "device": device.number, "serials": serials_of(device), "level": self.level, "fault": self.fault,
            "contents": self.contents, "leave": self.may_leave,
        }  # fmt: skip

    def go(self, state: str) -> None:
        """Take the next state and save."""
        self.state, self.open = state, state not in OVER
        self.save()


class LogEntry(models.Model):
    """A line of the escort's log."""

    repair = models.ForeignKey(Repair, models.PROTECT, related_name="log")
    at = models.DateTimeField(default=timezone.now)
    by_name = models.CharField(max_length=200)
    text = models.CharField(_("what happened"), max_length=1000)

    class Meta:
        ordering = ("at", "pk")

    def __str__(self) -> str:
        return self.text[:60]

    @property
    def unit_path(self) -> str:
        """The path of the device's unit."""
        return self.repair.unit_path


class Snapshot(models.Model):
    """What a machine consisted of at some moment. Without device: a stranger, which the ledger does not know."""

    device = models.ForeignKey(Device, models.PROTECT, null=True, related_name="snapshots")
    repair = models.ForeignKey(Repair, models.PROTECT, null=True, related_name="snapshots")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    purpose = models.CharField(max_length=10, default=PLAIN, choices=((PLAIN, PLAIN), (BEFORE, BEFORE), (AFTER, AFTER)))
    host = models.CharField(_("name of the machine"), max_length=200, blank=True)
    serial = models.CharField(_("serial number"), max_length=200, blank=True)
    digest = models.CharField(max_length=64)
    body = models.JSONField()
    taken = models.DateTimeField(_("taken"))
    made = models.DateTimeField(_("uploaded"), default=timezone.now)
    by_name = models.CharField(_("uploaded by"), max_length=200)
    unexplained = models.PositiveIntegerField(default=0)
    stranger = models.BooleanField(default=False)  # until the ledger knows it or somebody said what it was
    said = models.CharField(_("explanation"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("snapshot")
        ordering = ("-made", "-pk")
        constraints = (models.UniqueConstraint(fields=("digest", "repair", "purpose"), name="snapshot_once"),)
        indexes = (
            models.Index(fields=("unexplained", "device"), name="snapshot_drift"),
            models.Index(fields=("unit",), name="snapshot_stranger", condition=Q(stranger=True)),
            models.Index(fields=("-made", "-id", "device", "unit"), name="snapshot_made"),
            models.Index(fields=("serial", "host", "device", "unit"), name="snapshot_words"),  # rows are wide
        )

    def __str__(self) -> str:
        name = self.device.number if self.device else self.serial or self.host or "?"
        return f"{name} · {timezone.localtime(self.taken):%Y-%m-%d %H:%M}"

    @property
    def unit_path(self) -> str:
        """The path of the device's unit; of a stranger, of the unit that found it."""
        return self.device.unit.path if self.device else self.unit.path

    def settle(self) -> None:
        """Count again what nobody has explained, here and at the repair."""
        self.unexplained = self.differences.filter(grave=True, explained_at=None).count()
        self.save(update_fields=["unexplained"])
        if self.repair is not None and self.purpose == AFTER:
            self.repair.unexplained = self.unexplained
            self.repair.save(update_fields=["unexplained"])


class Difference(models.Model):
    """One thing that is not as it was. A grave one must be explained by a person."""

    snapshot = models.ForeignKey(Snapshot, models.PROTECT, related_name="differences")
    part = models.CharField(max_length=20)
    change = models.CharField(max_length=10)  # added, removed, changed, unseen
    what = models.CharField(max_length=300)
    before = models.JSONField(null=True)
    after = models.JSONField(null=True)
    grave = models.BooleanField()
    explanation = models.CharField(_("explanation"), max_length=500, blank=True)
    explained_at = models.DateTimeField(null=True)
    explained_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-grave", "pk")

    def __str__(self) -> str:
        return f"{self.part} {self.change} {self.what}"

    @property
    def unit_path(self) -> str:
        """The path of the snapshot's unit."""
        return self.snapshot.unit_path


class Disposal(models.Model):
    """The end of one device: approved, sanitised, verified, gone."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    device = models.ForeignKey(Device, models.PROTECT, related_name="disposals", verbose_name=_("device"))
    state = models.CharField(_("state"), max_length=20, choices=DISPOSAL_STATES, default=ASKED)
    open = models.BooleanField(default=True, editable=False)
    end = models.CharField(_("afterwards"), max_length=20, choices=methods.ENDS)
    reason = models.CharField(_("reason"), max_length=500)
    level = models.CharField(_("level"), max_length=20, choices=levels.LEVELS)
    asked_at = models.DateTimeField(_("asked for on"), default=timezone.now)
    asked_by = _by(verbose_name=_("asked for by"))
    sanitised_at = models.DateTimeField(_("sanitised on"), null=True)
    sanitised_by = _by(verbose_name=_("sanitised by"))
    verified_at = models.DateTimeField(_("verified on"), null=True)
    verified_by = _by(verbose_name=_("verified by"))
    closed_at = models.DateTimeField(_("record closed on"), null=True)
    outcome = models.JSONField(
        default=dict
    )  # what the last step was told: recipient and paper, or method and witnesses
    why = models.CharField(_("reason"), max_length=500, blank=True)  # why it was cancelled

    class Meta:
        verbose_name = _("disposal")
        ordering = ("-asked_at", "-pk")
        constraints = (
            models.UniqueConstraint(fields=("device",), condition=Q(open=True), name="one_disposal_at_a_time"),
            models.CheckConstraint(
                condition=~Q(state=CLOSED) | Q(end=methods.DESTROYED) | Q(verified_at__isnull=False),
                name="disposal_leaves_verified",
            ),
        )
        indexes = (
            models.Index(fields=("open", "state"), name="disposal_open"),
            models.Index(fields=("-asked_at", "-id"), name="disposal_asked"),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.device.number}"

    @property
    def unit_path(self) -> str:
        """The path of the device's unit."""
        return self.device.unit.path

    def facts(self) -> dict[str, Any]:
        """Return what is approved."""
        device = self.device
        return {
            "device": device.number, "serials": serials_of(device), "level": device.level, "end": self.end,
            "reason": self.reason,
        }  # fmt: skip

    def unproved(self) -> list[Medium]:
        """Return the media whose sanitising nothing proves yet."""
        return [one for one in self.media.all() if not one.proved]

    def go(self, state: str) -> None:
        """Take the next state and save."""
        self.state, self.open = state, state not in OVER
        self.save()


class Medium(models.Model):
    """One medium of a device that is disposed of: its serial, how it was sanitised, what proves it."""

    disposal = models.ForeignKey(Disposal, models.PROTECT, related_name="media")
    serial = models.CharField(_("serial number"), max_length=100)
    kind = models.CharField(_("storage medium"), max_length=20, choices=methods.MEDIA)
    size = models.BigIntegerField(_("size in bytes"), null=True)
    technique = models.CharField(_("technique"), max_length=30, blank=True)
    tool = models.CharField(_("tool and version"), max_length=200, blank=True)
    done_by = models.CharField(_("carried out by"), max_length=200, blank=True)
    sanitised_at = models.DateTimeField(null=True)
    verdict = models.CharField(max_length=20, blank=True)  # of the certificate
    certificate = models.JSONField(default=dict)  # without its map
    evidence = models.CharField(_("SHA-256 of the evidence"), max_length=64, blank=True)
    evidence_name = models.CharField(max_length=200, blank=True)
    seen_by = _person(_("witness of the erasure"))
    proved_at = models.DateTimeField(null=True)
    proved_by = _by()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("storage medium")

    def __str__(self) -> str:
        return f"{self.serial} ({self.get_kind_display()})"

    @property
    def unit_path(self) -> str:
        """The path of the device's unit."""
        return self.disposal.unit_path

    @property
    def method(self) -> str:
        """Return Clear or Purge, as the technique is."""
        one = methods.TECHNIQUES.get(self.technique)
        return str(dict(methods.METHODS)[one.method]) if one else ""

    @property
    def proved(self) -> bool:
        """Say whether something newer than the sanitising proves it."""
        newer = self.sanitised_at is not None and self.proved_at is not None and self.proved_at >= self.sanitised_at
        return newer and (self.verdict == "clean" or (self.kind not in methods.IMAGED and bool(self.evidence)))

    @property
    def imaged(self) -> bool:
        """Say whether only a certificate of what was read proves it."""
        return self.kind in methods.IMAGED


class Round(models.Model):
    """A round through the office: every machine of some kinds is inspected by the checklist of its kind."""

    title = models.CharField(_("title"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+", verbose_name=_("unit"))
    kinds = models.JSONField(_("kinds"), default=list)
    due = models.DateField(_("to be finished by"))
    opened_at = models.DateTimeField(_("begun"), default=timezone.now)
    opened_by = models.CharField(_("begun by"), max_length=200)
    closed_at = models.DateTimeField(_("signed off"), null=True)
    closed_by = models.CharField(_("signed off by"), max_length=200, blank=True)
    note = models.CharField(_("remark"), max_length=1000, blank=True)

    class Meta:
        verbose_name = _("round of inspections")
        ordering = ("-opened_at",)
        indexes = (models.Index(fields=("closed_at", "due"), name="round_open"),)

    def __str__(self) -> str:
        return self.title

    @property
    def unit_path(self) -> str:
        """The path of the unit."""
        return self.unit.path

    def kind_names(self) -> str:
        """Return the kinds in words."""
        return ", ".join(str(kinds.KINDS[code].label) for code in self.kinds if code in kinds.KINDS)


class Stop(models.Model):
    """One device of a round; ``inspection`` once it was looked at within the round."""

    round = models.ForeignKey(Round, models.PROTECT, related_name="stops")
    device = models.ForeignKey(Device, models.PROTECT, related_name="+")
    inspection = models.ForeignKey(Looked, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = (models.UniqueConstraint(fields=("round", "device"), name="stop_once"),)

    def __str__(self) -> str:
        return f"{self.round} · {self.device.number}"

    @property
    def unit_path(self) -> str:
        """The path of the round's unit."""
        return self.round.unit.path


def serials_of(device: Device) -> str:
    """Return the numbers of a device that a record prints."""
    return ", ".join(one.value for one in device.numbers.all() if one.sort in {"machine", "disk", "imei"})


def disks_of(device: Device) -> list[str]:
    """Return the serial numbers of a device's disks, as the ledger has them."""
    return [one.value for one in device.numbers.all() if one.sort == "disk"]
