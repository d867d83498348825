"""Jobs, the slots of the clock that have been used, and the workers that are alive.

A lease is a number that its worker raises while the job runs. Whoever wants to take a job over watches the number
with a counter that no clock can set; only when it stood still for long enough is the worker held for dead.
"""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

WAITING, RUNNING, DONE, DEAD, DROPPED = "waiting", "running", "done", "dead", "dropped"
STATES: Final = (
    (WAITING, _("waiting to run")),
    (RUNNING, _("running")),
    (DONE, _("has run")),
    (DEAD, _("failed for good")),
    (DROPPED, _("given up")),
)


class Job(models.Model):
    """One piece of work. ``since``: when it began to wait; ``at``: when it is due."""

    name = models.CharField(_("job"), max_length=100)
    key = models.CharField(max_length=200, blank=True)
    payload = models.JSONField(default=dict)
    state = models.CharField(_("state"), max_length=10, choices=STATES, default=WAITING)
    made = models.DateTimeField(_("asked for"), default=timezone.now)
    since = models.DateTimeField(default=timezone.now)
    at = models.DateTimeField(_("due at"), default=timezone.now)
    tries = models.PositiveSmallIntegerField(_("tries"), default=0)
    worker = models.CharField(_("worker"), max_length=100, blank=True)
    lease = models.PositiveBigIntegerField(default=0)
    began = models.DateTimeField(_("began"), null=True, blank=True)
    ended = models.DateTimeField(_("ended at"), null=True, blank=True)
    problem = models.CharField(_("what went wrong"), max_length=500, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("job")
        indexes = (models.Index(fields=("state", "at"), name="jobs_due"),)
        constraints = (
            models.UniqueConstraint(
                fields=("name", "key"), condition=Q(state=WAITING) & ~Q(key=""), name="jobs_one_waits"
            ),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.pk}"

    @property
    def unit_path(self) -> str:
        """The whole office."""
        return ""


class Slot(models.Model):
    """The last slot of a rhythm that started its job."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class Worker(models.Model):
    """A worker and when it was last heard of."""

    name = models.CharField(max_length=100, unique=True)
    began = models.DateTimeField(default=timezone.now)
    seen = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name
