"""What was issued: every PDF and workbook that left, by number and digest. Rows are only added."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit, User

PDF, XLSX = "pdf", "xlsx"
KINDS: Final = ((PDF, "PDF"), (XLSX, "XLSX"))


class Series(models.Model):
    """The last number of a year. One row a year, locked while a number is taken."""

    year = models.PositiveSmallIntegerField(primary_key=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.year}: {self.last}"


class Issue(models.Model):
    """One record that was issued. ``content`` is the digest of what it says, without number and time."""

    year = models.PositiveSmallIntegerField()
    seq = models.PositiveIntegerField()
    number = models.CharField(_("number"), max_length=20, unique=True)
    name = models.CharField(_("record"), max_length=100)
    key = models.CharField(max_length=60)
    title = models.CharField(_("title"), max_length=300)
    subject = models.CharField(_("concerning"), max_length=300)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("unit"))
    level = models.CharField(_("level"), max_length=100, blank=True)
    language = models.CharField(_("language"), max_length=10)
    form = models.CharField(_("form"), max_length=5, choices=KINDS)
    content = models.CharField(max_length=64)
    digest = models.CharField(_("Digest (SHA-256)"), max_length=64, db_index=True)
    size = models.PositiveIntegerField(_("size"))
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("issued by"))
    by_name = models.CharField(_("issued by"), max_length=200)
    at = models.DateTimeField(_("issued"), default=timezone.now)
    mode = models.CharField(max_length=20)

    class Meta:
        ordering = ("-year", "-seq")
        verbose_name = _("issued record")
        indexes = (models.Index(fields=("name", "key", "form", "language"), name="issue_thing"),)
        constraints = (models.UniqueConstraint(fields=("year", "seq"), name="numbers_run"),)

    def __str__(self) -> str:
        return f"{self.number} · {self.title}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that it concerns."""
        return self.unit.path if self.unit else ""

    @property
    def user_id(self) -> int | None:
        """Whose it is: who issued it."""
        return self.by_id

    @property
    def filename(self) -> str:
        """The name of the file: number and level, so that it is seen from outside what it is."""
        return "-".join(part for part in (self.number, self.level, self.title) if part)[:120] + f".{self.form}"


class Kept(models.Model):
    """The bytes of an issued record, apart, so that lists stay light."""

    issue = models.OneToOneField(Issue, models.PROTECT, related_name="kept", primary_key=True)
    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.issue)
