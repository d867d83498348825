"""Self-inspection against the thirteen items of the Implementing Regulations, art. 58: questions, answers."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit

YES, PARTLY, NO, NONE = "yes", "partly", "no", "none"
VERDICTS: Final = (
    (YES, _("fulfilled")),
    (PARTLY, _("partly fulfilled")),
    (NO, _("not fulfilled")),
    (NONE, _("does not apply")),
)


class SelfInspection(models.Model):
    """One self-inspection of a unit."""

    number = models.CharField(_("number"), max_length=20, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="self_inspections", verbose_name=_("unit"))
    began = models.DateField(_("began"), default=timezone.localdate)
    due = models.DateField(_("until"))
    by = models.CharField(_("by"), max_length=200)
    ended = models.DateField(_("has ended"), null=True, blank=True)
    conclusion = models.TextField(_("conclusion"), blank=True)

    class Meta:
        ordering = ("-began", "-pk")
        verbose_name = _("self-inspection")

    def __str__(self) -> str:
        return f"{self.number} {self.unit.name}"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path


class Answer(models.Model):
    """The answer to one question of the checklist."""

    inspection = models.ForeignKey(SelfInspection, models.CASCADE, related_name="answers")
    question = models.CharField(max_length=40)
    verdict = models.CharField(max_length=10, choices=VERDICTS)
    note = models.CharField(max_length=500, blank=True)
    by = models.CharField(max_length=200)
    at = models.DateTimeField(default=timezone.now)
    case = models.ForeignKey("findings.Case", models.PROTECT, null=True, blank=True, related_name="answers")

    class Meta:
        ordering = ("question",)
        verbose_name = _("answer")
        constraints = (models.UniqueConstraint(fields=("inspection", "question"), name="one_answer_a_question"),)

    def __str__(self) -> str:
        return self.question

    @property
    def unit_path(self) -> str:
        """The path of the unit."""
        return self.inspection.unit.path
