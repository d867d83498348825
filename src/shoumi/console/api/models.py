"""Tokens, and what was answered to requests that may be sent twice. No token itself is kept, only its digest."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class Token(models.Model):
    """A program's key to some rights of one account. ``scopes``: names of actions and lists; ``read``: every list."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="tokens", verbose_name=_("account"))
    name = models.CharField(_("name of the token"), max_length=100)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    hint = models.CharField(_("begins with"), max_length=20)
    scopes = models.JSONField(default=list)
    made = models.DateTimeField(_("made"), default=timezone.now)
    until = models.DateTimeField(_("valid until"))
    ended = models.DateTimeField(_("token ended"), null=True, blank=True)
    used = models.DateTimeField(_("last used"), null=True, blank=True)
    minute = models.BigIntegerField(default=0, editable=False)
    count = models.PositiveIntegerField(default=0, editable=False)  # requests within that minute

    class Meta:
        ordering = ("-made",)
        verbose_name = _("token")

    def __str__(self) -> str:
        return f"{self.name} ({self.hint}…)"

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return self.user.unit_path

    def alive(self, now: datetime) -> bool:
        """Say whether it opens anything now; made in the future, because a clock was set back, it does not."""
        return self.ended is None and self.made <= now + timedelta(minutes=5) and now <= self.until


class Answer(models.Model):
    """The answer to a request with an idempotency key, sealed under the token, which is not kept. Gone after a day."""

    token = models.ForeignKey(Token, models.CASCADE)
    key = models.CharField(max_length=64)
    request = models.CharField(max_length=64)
    sealed = models.BinaryField(null=True, editable=False)  # empty: not answered yet, or cut short
    made = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="api_one_answer"),)

    def __str__(self) -> str:
        return self.key
