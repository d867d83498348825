"""Notices, how each person wants to be told, and the office's ways out."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

URGENCIES: Final = (("seal", _("overdue")), ("amber", _("soon")), ("plain", _("for your information")))
AT_ONCE, DAILY, NEVER = "at-once", "daily", "never"
RHYTHMS: Final = (
    (AT_ONCE, _("at once")),
    (DAILY, _("once a day; what is overdue at once")),
    (NEVER, _("never; only the inbox")),
)
PERSONAL, GROUP = "personal", "group"
SCOPES: Final = ((PERSONAL, _("mail to each person")), (GROUP, _("one message to a group")))


class Notice(models.Model):
    """One sentence for one account, in every language of the console."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="notices")
    made = models.DateTimeField(_("time"), default=timezone.now)
    zh_hans = models.CharField(max_length=1000)
    zh_hant = models.CharField(max_length=1000)
    en = models.CharField(max_length=1000)
    address = models.CharField(max_length=500, blank=True)
    urgency = models.CharField(_("urgency"), max_length=10, choices=URGENCIES, default="plain")
    thing = models.CharField(max_length=100, blank=True)
    read = models.DateTimeField(_("read"), null=True, blank=True)

    class Meta:
        ordering = ("-pk",)
        verbose_name = _("notice")
        indexes = (models.Index(fields=("user",), condition=Q(read=None), name="notices_unread"),)

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        """The sentence in the reader's language."""
        return getattr(self, (get_language() or settings.LANGUAGE_CODE).lower().replace("-", "_"), self.en)

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return self.user.unit_path


class Preference(models.Model):
    """How one account is told outside the console. Without a row: daily, to the person's own address."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="told")
    rhythm = models.CharField(_("mail"), max_length=10, choices=RHYTHMS, default=DAILY)
    address = models.EmailField(_("e-mail"), blank=True)
    language = models.CharField(_("language"), max_length=10, default=settings.LANGUAGE_CODE)

    def __str__(self) -> str:
        return str(self.user)

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return self.user.unit_path


class Channel(models.Model):
    """A way out: a mail server, a group's robot. Its address holds a secret and is sealed; nobody sees it again."""

    name = models.CharField(_("name of the way out"), max_length=100, unique=True)
    scope = models.CharField(_("reaches"), max_length=10, choices=SCOPES)
    service = models.CharField(_("service"), max_length=60)
    sealed = models.BinaryField(editable=False)
    since = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(_("removed"), null=True, blank=True)
    worked = models.DateTimeField(_("last sent"), null=True, blank=True)
    failed = models.DateTimeField(_("last failed"), null=True, blank=True)
    upto = models.BigIntegerField(default=0)  # of a group: the last notice it was told of

    class Meta:
        ordering = ("name",)
        verbose_name = _("way out")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The whole office."""
        return ""

    @property
    def ill(self) -> bool:
        """Say whether the last attempt failed."""
        return self.failed is not None and (self.worked is None or self.failed > self.worked)


class Sent(models.Model):
    """Up to which notice an account was told by a channel: what makes sending safe to repeat."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    channel = models.ForeignKey(Channel, models.CASCADE)
    upto = models.BigIntegerField(default=0)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "channel"), name="notices_sent_once"),)

    def __str__(self) -> str:
        return f"{self.user_id} {self.channel_id} {self.upto}"
