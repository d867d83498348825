"""Entries, checkpoints and the keys that sign checkpoints.

Entries and checkpoints are only ever added: triggers in the database refuse everything else (migration 0002). They
hold no foreign key, so that nothing else can force a change on them; names are kept as they were.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

DONE, REFUSED = "done", "refused"
OUTCOMES = ((DONE, _("done")), (REFUSED, _("not allowed")))


class Entry(models.Model):
    """One thing that happened. ``unit`` is the path of the unit it concerns, empty for the whole office."""

    seq = models.PositiveBigIntegerField(_("running number"), primary_key=True)
    at = models.DateTimeField(_("time"), db_index=True)
    actor = models.CharField(_("account"), max_length=150)
    actor_name = models.CharField(_("who"), max_length=200)
    action = models.CharField(_("action"), max_length=100, db_index=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=OUTCOMES)
    unit = models.CharField(max_length=500, blank=True, db_index=True)
    subject = models.CharField(max_length=100, blank=True, db_index=True)
    subject_name = models.CharField(_("what it is about"), max_length=300, blank=True)
    door = models.CharField(_("through"), max_length=20)
    address = models.CharField(_("from address"), max_length=100, blank=True)
    mode = models.CharField(max_length=20)
    facts = models.TextField(_("facts"), blank=True)  # canonical JSON, as text: a database must not re-order it
    algorithm = models.CharField(max_length=20)
    previous = models.CharField(max_length=128)
    digest = models.CharField(max_length=128)

    class Meta:
        ordering = ("-seq",)
        verbose_name = _("audit entry")

    def __str__(self) -> str:
        return f"{self.seq} {self.action}"


class Checkpoint(models.Model):
    """A signature under the chain up to one entry."""

    seq = models.PositiveBigIntegerField(_("up to number"))
    digest = models.CharField(max_length=128)
    at = models.DateTimeField(_("time"))
    algorithm = models.CharField(max_length=20)
    key = models.CharField(_("key"), max_length=64)
    holder = models.CharField(_("signed by"), max_length=200)
    signature = models.CharField(max_length=200)

    class Meta:
        ordering = ("-seq", "-at")
        verbose_name = _("checkpoint")

    def __str__(self) -> str:
        return f"{self.seq} {self.key}"


class SigningKey(models.Model):
    """The public half of a key that an audit administrator holds."""

    key = models.CharField(_("key"), max_length=64, unique=True)
    algorithm = models.CharField(max_length=20)
    public = models.TextField()
    holder = models.CharField(max_length=150)  # the account
    holder_name = models.CharField(_("holder"), max_length=200)
    since = models.DateTimeField(_("since"))
    until = models.DateTimeField(_("no longer used since"), null=True, blank=True)

    class Meta:
        ordering = ("-since",)
        verbose_name = _("signing key")

    def __str__(self) -> str:
        return self.key
