"""Evidence that must be kept, sealed so that two enrolled persons are needed to open it; and every look at any."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.findings.models.found import Occurrence


class Keyholder(models.Model):
    """An account enrolled for reveals: the public half of its key, and the private half under its own passphrase."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="held_keys")
    public = models.CharField(max_length=64)
    wrapped = models.TextField()  # scrypt and AES-256-GCM; the passphrase is kept nowhere
    algorithm = models.CharField(max_length=40)
    since = models.DateTimeField(_("since when"), default=timezone.now)
    until = models.DateTimeField(_("withdrawn at"), null=True, blank=True)

    class Meta:
        ordering = ("-since",)
        verbose_name = _("enrolled person")
        constraints = (
            models.UniqueConstraint(fields=("user",), condition=models.Q(until=None), name="one_key_for_each_person"),
        )

    def __str__(self) -> str:
        return str(self.user)

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.user.unit_path


class Evidence(models.Model):
    """What stood at a place, encrypted; ``shares``: one of the key for each enrolled person; two open it."""

    occurrence = models.OneToOneField(Occurrence, models.CASCADE, related_name="evidence")
    sealed = models.TextField()
    shares = models.JSONField()  # keyholder → sealed share
    algorithm = models.CharField(max_length=60)
    made = models.DateTimeField(_("kept"), default=timezone.now)
    by = models.CharField(_("by"), max_length=200)

    class Meta:
        verbose_name = _("evidence")

    def __str__(self) -> str:
        return str(self.occurrence)

    @property
    def unit_path(self) -> str:
        """The path of the finding's unit."""
        return self.occurrence.unit_path


class Reveal(models.Model):
    """One person asks to see a place, a second agrees. ``passed``: the first one's share, for the others only."""

    occurrence = models.ForeignKey(Occurrence, models.CASCADE, related_name="reveals")
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="reveals_asked")
    asked = models.DateTimeField(_("asked"), default=timezone.now)
    reason = models.CharField(_("reason"), max_length=500)
    passed = models.JSONField(default=dict)
    agreed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="reveals_agreed"
    )
    agreed = models.DateTimeField(_("agreed"), null=True, blank=True)
    refused = models.DateTimeField(_("refused by the second person"), null=True, blank=True)

    class Meta:
        ordering = ("-asked", "-pk")
        verbose_name = _("reveal")

    def __str__(self) -> str:
        return f"R-{self.pk} {self.occurrence}"

    @property
    def unit_path(self) -> str:
        """The path of the finding's unit."""
        return self.occurrence.unit_path


class Look(models.Model):
    """One look at revealed text: who, when, where it came from."""

    reveal = models.ForeignKey(Reveal, models.CASCADE, related_name="looks")
    at = models.DateTimeField(default=timezone.now)
    by = models.CharField(max_length=200)
    origin = models.CharField(max_length=10)  # kept: unsealed by two; source: read again where it stands

    class Meta:
        ordering = ("-at", "-pk")
        verbose_name = _("look")

    def __str__(self) -> str:
        return self.by

    @property
    def unit_path(self) -> str:
        """The path of the finding's unit."""
        return self.reveal.unit_path
