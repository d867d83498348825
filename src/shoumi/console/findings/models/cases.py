"""A case: what is wrong, who answers for it, until when it is put right, and how that was checked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.findings.models.found import RANKS

NEW, ORDERED, CHECKING, CLOSED, EXCEPTED = "new", "ordered", "checking", "closed", "excepted"
STATES: Final = (
    (NEW, _("case opened")),
    (ORDERED, _("rectification ordered")),
    (CHECKING, _("to be re-checked")),
    (CLOSED, _("closed after re-check")),
    (EXCEPTED, _("closed with an exception")),
)
ENDED: Final = (CLOSED, EXCEPTED)
FOUND, ADDED_UP, MISSING, SELF, REPORTED, OTHER = "finding", "accumulated", "missing", "self", "report", "other"
KINDS: Final = (
    (FOUND, _("findings of an inspection")),
    (ADDED_UP, _("excerpts that add up")),
    (MISSING, _("a carrier is missing")),
    (SELF, _("self-inspection")),
    (REPORTED, _("a report")),
    (OTHER, _("something else")),
)
CLOCK: Final = timedelta(hours=24)  # Implementing Regulations, art. 61


class Case(models.Model):
    """One case. An incident also runs a clock of 24 hours from its discovery until it was reported."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    title = models.CharField(_("what is wrong"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="cases", verbose_name=_("unit"))
    kind = models.CharField(_("comes from"), max_length=12, choices=KINDS)
    source = models.CharField(max_length=100, blank=True, db_index=True)  # what opened it: not twice
    rank = models.PositiveSmallIntegerField(_("severity"), choices=RANKS, default=1)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=NEW, db_index=True)
    opened = models.DateTimeField(_("case opened"), default=timezone.now)
    by = models.CharField(_("case opened by"), max_length=200)
    responsible = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="cases", verbose_name=_("directly responsible")
    )
    leader = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="led_cases", verbose_name=_("responsible leader")
    )
    order = models.TextField(_("what must be put right"), blank=True)
    deadline = models.DateField(_("until"), null=True, blank=True)
    ordered = models.DateTimeField(_("ordered"), null=True, blank=True)
    answer = models.TextField(_("what was done"), blank=True)
    answered = models.DateTimeField(_("answered"), null=True, blank=True)
    checked = models.DateTimeField(_("re-checked"), null=True, blank=True)
    check_result = models.TextField(_("result of the re-check"), blank=True)
    clean = models.BooleanField(default=False)
    closed = models.DateTimeField(_("closed at"), null=True, blank=True)
    closing = models.TextField(_("closing reason"), blank=True)
    accountability = models.TextField(_("accountability"), blank=True)
    escalated = models.PositiveSmallIntegerField(default=0)  # how many levels up it was brought
    incident = models.BooleanField(_("incident"), default=False)
    discovered = models.DateTimeField(_("discovered"), null=True, blank=True)
    reported = models.DateTimeField(_("reported"), null=True, blank=True)
    form = models.JSONField(default=dict)  # what was reported: to whom, what, measures

    class Meta:
        ordering = ("-opened", "-pk")
        verbose_name = _("case")

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path

    @property
    def ended(self) -> bool:
        """Say whether it is closed."""
        return self.state in ENDED

    @property
    def overdue(self) -> bool:
        """Say whether its deadline has passed."""
        return not self.ended and self.deadline is not None and self.deadline < timezone.localdate()

    @property
    def due(self) -> datetime | None:
        """Until when an incident must be reported."""
        return self.discovered + CLOCK if self.incident and self.discovered else None

    @property
    def late(self) -> bool:
        """Say whether an incident was not reported within 24 hours."""
        return self.due is not None and (self.reported or timezone.now()) > self.due


class Step(models.Model):
    """A line of a case's history that is no action of somebody: a re-check ended, a deadline passed."""

    case = models.ForeignKey(Case, models.CASCADE, related_name="steps")
    at = models.DateTimeField(default=timezone.now)
    what = models.CharField(max_length=30)
    detail = models.JSONField(default=dict)

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("step")

    def __str__(self) -> str:
        return self.what

    @property
    def unit_path(self) -> str:
        """The path of the case's unit."""
        return self.case.unit.path
