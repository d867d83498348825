"""Leaks that people report, by name or without one. Of an anonymous one only the day and the text are kept."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit

NEW, WORKING, DONE = "new", "working", "done"
STATES: Final = ((NEW, _("received")), (WORKING, _("being looked into")), (DONE, _("dealt with")))


class Report(models.Model):
    """A report. Who may see it is settled when it comes in: nobody it is about, nobody above or below them."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    code = models.CharField(max_length=64, blank=True, db_index=True)  # keyed hash of the reply code
    day = models.DateField(_("day"), default=timezone.localdate)
    text = models.TextField(_("what happened"))
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("where"))
    about = models.ManyToManyField(Person, related_name="+", verbose_name=_("about whom"))
    reporter = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reports", verbose_name=_("by")
    )
    readers = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="+")
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=NEW)
    outcome = models.TextField(_("outcome"), blank=True)
    case = models.ForeignKey("findings.Case", models.PROTECT, null=True, blank=True, related_name="reports")

    class Meta:
        ordering = ("-day", "-number")
        verbose_name = _("report")

    def __str__(self) -> str:
        return self.number

    @property
    def unit_path(self) -> str:
        """The whole office: a report's unit would tell in the audit trail whom it is about."""
        return ""


class Message(models.Model):
    """One message between who reported and who looks into it."""

    report = models.ForeignKey(Report, models.CASCADE, related_name="messages")
    day = models.DateField(default=timezone.localdate)
    by = models.CharField(max_length=200, blank=True)  # empty: who reported
    text = models.TextField()

    class Meta:
        ordering = ("pk",)
        verbose_name = _("message")

    def __str__(self) -> str:
        return str(self.report)

    @property
    def unit_path(self) -> str:
        """As the report."""
        return ""


class Envelope(models.Model):
    """What came in without a name and waits for the next full hour, when all of them are opened in random order."""

    code = models.CharField(max_length=64, db_index=True)
    day = models.DateField(default=timezone.localdate)
    text = models.TextField()
    unit = models.ForeignKey(Unit, models.CASCADE, null=True, blank=True)
    about = models.JSONField(default=list)
    reply = models.BooleanField(default=False)  # a further message, not a new report

    class Meta:
        verbose_name = _("envelope")

    def __str__(self) -> str:
        return str(self.day)

    @property
    def unit_path(self) -> str:
        """As the report."""
        return ""


class Rules(models.Model):
    """What the office has decided about reports. One row, number 1."""

    anonymous = models.BooleanField(_("anonymous reports are allowed"), default=False)

    class Meta:
        verbose_name = _("rules for reports")
        constraints = (models.CheckConstraint(condition=models.Q(pk=1), name="one_row_of_rules"),)

    def __str__(self) -> str:
        return str(self._meta.verbose_name)

    @classmethod
    def current(cls) -> Rules:
        """Return the rules; before anybody decided, the defaults."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def unit_path(self) -> str:
        """The whole office."""
        return ""
