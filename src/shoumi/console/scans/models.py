"""Places that may be scanned, plans of scans, their runs; registered documents; questions of people who checked."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.findings.models import Inspection

NEVER, DAILY, WEEKLY, MONTHLY = "never", "day", "week", "month"
RHYTHMS: Final = (
    (NEVER, _("only when started")),
    (DAILY, _("every day")),
    (WEEKLY, _("every week")),
    (MONTHLY, _("every month")),
)
OCR: Final = (("auto", _("where it seems needed")), ("off", _("never")), ("all", _("every picture")))
WAITING, RUNNING, PAUSED, DONE, STOPPED, FAILED = "waiting", "running", "paused", "done", "stopped", "failed"
STATES: Final = (
    (WAITING, _("waiting for the worker")),
    (RUNNING, _("running")),
    (PAUSED, _("paused")),
    (DONE, _("complete")),
    (STOPPED, _("stopped early")),
    (FAILED, _("failed")),
)
UNDER_WAY: Final = (WAITING, RUNNING, PAUSED)
GO, PAUSE, STOP = "go", "pause", "stop"


class Root(models.Model):
    """A place that the system administrator allows to be scanned, and the unit it belongs to."""

    address = models.CharField(_("address"), max_length=1000, unique=True)
    label = models.CharField(_("what it is called"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="roots", verbose_name=_("unit"))
    since = models.DateTimeField(_("since when"), default=timezone.now)
    by = models.CharField(_("by"), max_length=200)

    class Meta:
        ordering = ("label",)
        verbose_name = _("place that may be scanned")

    def __str__(self) -> str:
        return f"{self.label} ({self.address})"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path


class Plan(models.Model):
    """What is scanned, with which rules, how often, and who was told."""

    name = models.CharField(_("what it is called"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="scan_plans", verbose_name=_("unit"))
    addresses = models.JSONField(_("addresses"), default=list)
    packs = models.JSONField(_("rules"), default=list)  # empty: all
    ocr = models.CharField(_("text in pictures"), max_length=5, choices=OCR, default="auto")
    exclude = models.JSONField(_("left out"), default=list)
    rhythm = models.CharField(_("repeated"), max_length=6, choices=RHYTHMS, default=NEVER)
    at = models.TimeField(_("at"), null=True, blank=True)
    following = models.DateTimeField(_("next"), null=True, blank=True, db_index=True)
    told = models.ManyToManyField(Unit, related_name="+", verbose_name=_("announced to"))
    announced = models.DateTimeField(_("announced"), null=True, blank=True)
    announcement = models.CharField(_("announcement"), max_length=500, blank=True)
    ended = models.DateTimeField(_("has ended"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=200)
    made = models.DateTimeField(_("made at"), default=timezone.now)

    class Meta:
        ordering = ("name",)
        verbose_name = _("scan")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path

    @property
    def series(self) -> str:
        """The name of its inspections' series."""
        return f"plan:{self.pk}"


class Run(models.Model):
    """One run of a plan: what the worker does, what people want of it, how far it is."""

    plan = models.ForeignKey(Plan, models.PROTECT, related_name="runs", verbose_name=_("scan"))
    inspection = models.OneToOneField(Inspection, models.PROTECT, related_name="run")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING, db_index=True)
    wanted = models.CharField(max_length=6, default=GO)
    attempts = models.PositiveIntegerField(_("attempts"), default=0)
    files = models.PositiveBigIntegerField(default=0)
    total_files = models.PositiveBigIntegerField(default=0)
    bytes = models.PositiveBigIntegerField(default=0)
    total_bytes = models.PositiveBigIntegerField(default=0)
    found = models.PositiveBigIntegerField(default=0)
    gaps = models.PositiveBigIntegerField(default=0)
    walked = models.BooleanField(default=False)
    current = models.TextField(blank=True)
    heard = models.DateTimeField(_("last sign of life"), null=True, blank=True)
    problem = models.CharField(_("problem"), max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("run of a scan")

    def __str__(self) -> str:
        return str(self.inspection)

    @property
    def unit_path(self) -> str:
        """The path of the plan's unit."""
        return self.plan.unit.path

    @property
    def under_way(self) -> bool:
        """Say whether it is not over."""
        return self.state in UNDER_WAY

    @property
    def share(self) -> int | None:
        """How much is done, in percent, once it is known how much there is."""
        return min(100, self.files * 100 // self.total_files) if self.walked and self.total_files else None


KEEPERS, LEADERS, NAMED = "keepers", "leaders", "named"
READERS: Final = (
    (KEEPERS, _("secrecy officers of the unit")),
    (LEADERS, _("also its leaders")),
    (NAMED, _("only named people")),
)


class Document(models.Model):
    """A registered document: the registry keeps title and fingerprints, sealed; here: whose it is, who may know."""

    key = models.CharField(_("number"), max_length=80, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="registered", verbose_name=_("unit"))
    level = models.CharField(_("level"), max_length=40)
    until = models.CharField(_("protected until"), max_length=40, blank=True)
    readers = models.CharField(_("who may see the title"), max_length=10, choices=READERS, default=KEEPERS)
    named = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+", verbose_name=_("named people"))
    characters = models.PositiveIntegerField(_("characters"), default=0)
    added = models.DateTimeField(_("registered"), default=timezone.now)
    by = models.CharField(_("by"), max_length=200)
    released = models.DateTimeField(_("released"), null=True, blank=True)
    removed = models.DateTimeField(_("removed at"), null=True, blank=True)

    class Meta:
        ordering = ("-added",)
        verbose_name = _("registered document")

    def __str__(self) -> str:
        return self.key

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path


class Question(models.Model):
    """Somebody checked something and asks a person. Only what they agreed to share is kept, never the text itself."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="questions", verbose_name=_("by"))
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    note = models.TextField(_("question"))
    shared = models.JSONField(default=dict)  # verdict, masked places, file name: as far as they agreed
    answer = models.TextField(_("answer"), blank=True)
    answered = models.DateTimeField(_("answered"), null=True, blank=True)
    by = models.CharField(_("answered by"), max_length=200, blank=True)

    class Meta:
        ordering = ("answered", "-asked")
        verbose_name = _("question")

    def __str__(self) -> str:
        return f"Q-{self.pk}"

    @property
    def unit_path(self) -> str:
        """The path of the unit of who asks."""
        return self.user.unit_path


class Asked(models.Model):
    """How often an account checked lately: two numbers that all processes share. When and what is not kept."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    window = models.BigIntegerField(default=0)
    count = models.PositiveIntegerField(default=0)
    before = models.PositiveIntegerField(default=0)  # in the window before

    def __str__(self) -> str:
        return f"{self.count}"

    @property
    def unit_path(self) -> str:
        """The path of the unit of who asks."""
        return self.user.unit_path


def series_of(values: Any) -> list[int]:
    """Return the plans that series belong to."""
    return [int(one.removeprefix("plan:")) for one in values if one.startswith("plan:") and one[5:].isdigit()]
