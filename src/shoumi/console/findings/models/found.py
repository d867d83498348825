"""Inspections and what they found: a finding is one content under one rule in one unit, an occurrence one place of it.

Units move, so rows name their unit, and reach is decided over the unit's path of now.
"""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.roles import Reach

SEVERITIES: Final = ("critical", "high", "medium", "low", "info")
RANKS: Final = (
    (0, _("critical")),
    (1, _("high")),
    (2, _("medium")),
    (3, _("low")),
    (4, _("information")),
)
AREAS: Final = (
    ("devices", _("Devices")),
    ("compilation", _("Compiled documents")),
    ("exams", _("Exams")),
    ("drives", _("Cloud drives")),
    ("messaging", _("Messaging")),
    ("phones", _("Phones")),
    ("holidays", _("Holidays")),
)
CATEGORIES: Final = (
    ("state-secret", _("state secret")),
    ("work-secret", _("work secret")),
    ("trade-secret", _("trade secret")),
    ("classified-foreign", _("secret of another state")),
    ("personal", _("personal data")),
    ("credential", _("password or key")),
    ("passage", _("registered passage")),
    ("hygiene", _("hygiene")),
)
REASONS: Final = (
    ("encrypted", _("encrypted")),
    ("too-large", _("too large")),
    ("unsupported", _("format not supported")),
    ("missing-extra", _("component missing")),
    ("no-text", _("no text")),
    ("timeout", _("took too long")),
    ("limit", _("limit reached")),
    ("corrupt", _("damaged")),
    ("changed", _("changed meanwhile")),
    ("special", _("special file")),
    ("denied", _("access denied")),
    ("unreachable", _("unreachable")),
    ("crashed", _("reader stopped")),
)
OPEN, FALSE, CASE, GONE = "open", "false", "case", "gone"
STATES: Final = (
    (OPEN, _("to decide")),
    (FALSE, _("false positive")),
    (CASE, _("in a case")),
    (GONE, _("gone")),
)
RUNNING, COMPLETE, STOPPED, FAILED = "running", "complete", "stopped", "failed"
ENDS: Final = (
    (RUNNING, _("running")),
    (COMPLETE, _("complete")),
    (STOPPED, _("stopped early")),
    (FAILED, _("failed")),
)


def within(reach: Reach, column: str = "unit") -> Q:
    """Return the condition that a row's unit lies within a reach: one small list of units, no join over all rows."""
    if reach.everywhere:
        return Q()
    return Q(**{f"{column}__in": Unit.objects.filter(reach.within("path")).values("pk")})


class Inspection(models.Model):
    """One pass over some addresses: a scan of this installation, or the JSON Lines of another machine.

    ``series``: inspections of the same addresses; a later one closes what is gone.
    """

    number = models.CharField(_("number"), max_length=20, unique=True)
    series = models.CharField(max_length=80, db_index=True)
    name = models.CharField(_("what it is called"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="inspections", verbose_name=_("unit"))
    machine = models.CharField(_("machine"), max_length=200, blank=True)
    addresses = models.JSONField(_("addresses"), default=list)
    summary = models.JSONField(default=dict)  # the last line of the JSON Lines contract
    outcome = models.JSONField(default=dict)  # new, again, gone, kept: what it changed here
    state = models.CharField(_("state"), max_length=10, choices=ENDS, default=RUNNING, db_index=True)
    by = models.CharField(_("by"), max_length=200)
    began = models.DateTimeField(_("began"), default=timezone.now, db_index=True)
    ended = models.DateTimeField(_("has ended"), null=True, blank=True)
    digest = models.CharField(max_length=64, blank=True, db_index=True)  # of an uploaded file

    class Meta:
        ordering = ("-began", "-pk")
        verbose_name = _("inspection")

    def __str__(self) -> str:
        return f"{self.number} {self.name}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that is inspected."""
        return self.unit.path

    @property
    def gap_count(self) -> int:
        """How many things were not examined."""
        return sum(self.summary.get("gaps", {}).values())


class Finding(models.Model):
    """One content under one rule in one unit, wherever it stands there."""

    content = models.CharField(max_length=32, db_index=True)  # keyed: the same content has the same id
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="findings", verbose_name=_("unit"))
    rule = models.CharField(_("rule"), max_length=100, db_index=True)
    category = models.CharField(_("category"), max_length=20, choices=CATEGORIES)
    rank = models.PositiveSmallIntegerField(_("severity"), choices=RANKS)
    area = models.CharField(_("area"), max_length=20, choices=AREAS, blank=True)
    document = models.CharField(max_length=80, blank=True, db_index=True)  # id of the registered document
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=OPEN)
    places = models.PositiveIntegerField(_("number of places"), default=0)
    path = models.TextField(_("first place"))
    snippet = models.TextField(_("masked text"), blank=True)
    reasons = models.JSONField(default=list)
    first_seen = models.DateTimeField(_("first seen"), default=timezone.now)
    last_seen = models.DateTimeField(_("last found"), default=timezone.now)
    assigned = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="findings",
        verbose_name=_("assigned to"),
    )  # fmt: skip
    case = models.ForeignKey("findings.Case", models.PROTECT, null=True, blank=True, related_name="findings")
    because = models.CharField(_("reason"), max_length=500, blank=True)
    judge = models.CharField(_("decided by"), max_length=200, blank=True)
    until = models.DateField(_("holds until"), null=True, blank=True)

    class Meta:
        ordering = ("rank", "-last_seen", "-pk")
        verbose_name = _("finding")
        constraints = (models.UniqueConstraint(fields=("content", "unit"), name="one_finding_per_content_and_unit"),)
        indexes = (
            models.Index(fields=("state", "rank", "-last_seen", "-id"), name="finding_queue"),
            models.Index(fields=("unit", "state", "rank"), name="finding_of_unit"),
            models.Index(fields=("state", "places"), name="finding_by_places"),
        )

    def __str__(self) -> str:
        return f"F-{self.pk} {self.rule}"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path

    @property
    def severity(self) -> str:
        """The severity's word in the contract."""
        return SEVERITIES[self.rank]


class Occurrence(models.Model):
    """One place of a finding, as a series of inspections sees it; gone when a later one no longer finds it there."""

    key = models.CharField(max_length=32, unique=True)
    finding = models.ForeignKey(Finding, models.CASCADE, related_name="occurrences")
    series = models.CharField(max_length=80)
    seen = models.ForeignKey(Inspection, models.PROTECT, related_name="occurrences")
    path = models.TextField(_("file"))
    trail = models.JSONField()
    locator = models.JSONField(default=dict)
    start = models.BigIntegerField(default=0)
    end = models.BigIntegerField(default=0)
    snippet = models.TextField(blank=True)
    confidence = models.FloatField(default=0.0)
    reasons = models.JSONField(default=list)
    data = models.JSONField(default=dict)
    dated = models.DateTimeField(_("dated"), null=True, blank=True, db_index=True)  # of the message, or of the file
    gone = models.DateTimeField(_("gone since"), null=True, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("place in a file")
        indexes = (
            models.Index(fields=("series", "seen"), name="occurrence_of_series"),
            models.Index(fields=("seen", "finding"), name="occurrence_of_inspection"),
            models.Index(fields=("finding", "gone"), name="occurrence_there"),
        )

    def __str__(self) -> str:
        return "!".join(step["name"] for step in self.trail)

    @property
    def unit_path(self) -> str:
        """The path of the finding's unit."""
        return self.finding.unit.path


class Gap(models.Model):
    """Something that an inspection could not examine, and what was done about it."""

    key = models.CharField(max_length=32, unique=True)
    inspection = models.ForeignKey(Inspection, models.CASCADE, related_name="gaps", verbose_name=_("inspection"))
    path = models.TextField(_("file"))
    trail = models.JSONField()
    stage = models.CharField(max_length=20, blank=True)
    reason = models.CharField(_("why"), max_length=20, choices=REASONS, db_index=True)
    detail = models.TextField(_("detail"), blank=True)
    note = models.CharField(_("what was done"), max_length=500, blank=True)
    settled = models.DateTimeField(_("settled"), null=True, blank=True)
    by = models.CharField(_("by"), max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        verbose_name = _("gap")

    def __str__(self) -> str:
        return "!".join(step["name"] for step in self.trail) or self.path

    @property
    def unit_path(self) -> str:
        """The path of the inspected unit."""
        return self.inspection.unit.path


class Decision(models.Model):
    """The history of a finding: one line for each thing that was decided about it, also in bulk."""

    finding = models.ForeignKey(Finding, models.CASCADE, related_name="decisions")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)
    what = models.CharField(max_length=100)  # the action's name, or found, back, gone, expired
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("decision")

    def __str__(self) -> str:
        return self.what

    @property
    def unit_path(self) -> str:
        """The path of the finding's unit."""
        return self.finding.unit.path


def present(rows: Any) -> Any:
    """Return the occurrences that are still there."""
    return rows.filter(gone=None)
