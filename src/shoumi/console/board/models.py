"""How each unit stood on each day: the fewest steps in each area, with all units below. One row a unit and day."""

from __future__ import annotations

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit


class Snapshot(models.Model):
    """One unit on one day. ``left``: the steps left by area; an area that is not there was not known."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="snapshots", verbose_name=_("unit"))
    day = models.DateField(_("day"), default=timezone.localdate)
    left = models.JSONField(default=dict)

    class Meta:
        ordering = ("day",)
        verbose_name = _("state of a day")
        constraints = (models.UniqueConstraint(fields=("unit", "day"), name="one_snapshot_a_day"),)

    def __str__(self) -> str:
        return f"{self.unit} {self.day}"

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path
