"""Counting: what should be there when it began, and what was found by whom."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import Count, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.custody.models.carriers import Carrier
from shoumi.console.custody.models.places import Place

OPEN, SIGNED, CANCELLED = "open", "signed", "cancelled"
STOCK_STATES: Final = ((OPEN, _("being counted")), (SIGNED, _("signed off")), (CANCELLED, _("cancelled")))
EXPECTED, FOUND, STRANGER, MISSING, MOVED = "expected", "found", "stranger", "missing", "moved"
VERDICTS: Final = (
    (EXPECTED, _("not found yet")),
    (FOUND, _("found here")),
    (STRANGER, _("does not belong here")),
    (MISSING, _("whereabouts unknown")),
    (MOVED, _("left while counting")),
)


class StockTake(models.Model):
    """One counting of a unit and what is below, or of one place."""

    number = models.CharField(_("number"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="stock_takes", verbose_name=_("unit"))
    place = models.ForeignKey(
        Place, models.PROTECT, null=True, blank=True, related_name="stock_takes", verbose_name=_("kept in")
    )
    reason = models.CharField(_("occasion"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=STOCK_STATES, default=OPEN, db_index=True)
    began = models.DateTimeField(_("began"), default=timezone.now)
    began_by = models.CharField(_("begun by"), max_length=200)
    signed_at = models.DateTimeField(_("signed off"), null=True, blank=True)
    signed_by = models.CharField(_("signed off by"), max_length=200, blank=True)
    witness = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("counted together with")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ("-began", "-pk")
        verbose_name = _("stock-take")

    def __str__(self) -> str:
        return f"{self.number} · {self.place or self.unit}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that is counted."""
        return self.unit.path

    def sums(self) -> dict[str, int]:
        """Return how many lines there are of each verdict, in one query."""
        counted = self.lines.aggregate(**{key: Count("pk", filter=Q(verdict=key)) for key, _label in VERDICTS})
        return {**counted, "all": sum(counted.values()) - counted[STRANGER]}


class Line(models.Model):
    """One carrier of a counting, expected or not; or a label that nobody knows, in ``text``."""

    stock_take = models.ForeignKey(StockTake, models.PROTECT, related_name="lines")
    carrier = models.ForeignKey(Carrier, models.PROTECT, null=True, blank=True, related_name="counted")
    text = models.CharField(max_length=100, blank=True)
    verdict = models.CharField(max_length=10, choices=VERDICTS, default=EXPECTED)
    found_at = models.DateTimeField(_("found here"), null=True, blank=True)
    found_by = models.CharField(_("found by"), max_length=200, blank=True)

    class Meta:
        ordering = ("pk",)
        indexes = (models.Index(fields=("stock_take", "verdict"), name="stock_take_verdict"),)
        constraints = (
            models.UniqueConstraint(
                fields=("stock_take", "carrier"), condition=Q(carrier__isnull=False), name="counted_once"
            ),
        )

    def __str__(self) -> str:
        return str(self.carrier or self.text)

    @property
    def unit_path(self) -> Any:
        """The path of the unit that is counted."""
        return self.stock_take.unit.path
