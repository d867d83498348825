"""Carriers, what comes from what, the office's own limits, and running numbers. Nothing here is ever deleted."""

from __future__ import annotations

import secrets
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit, months_after
from shoumi.console.custody import states
from shoumi.console.levels import LEVELS, OPEN, SECRET, at_least, from_here_up, tone
from shoumi.console.sheets import Waiting

PAPER, DISC, USB, FILE = "paper", "disc", "usb", "file"
KINDS: Final = ((PAPER, _("paper")), (DISC, _("disc")), (USB, _("USB stick")), (FILE, _("electronic file")))
COPY, EXCERPT, COMPILATION = "copy", "excerpt", "compilation"
DESCENTS: Final = ((COPY, _("copy")), (EXCERPT, _("excerpt")), (COMPILATION, _("compilation")))


def new_token() -> str:
    """Return what stands in a label's QR code: it says nothing and cannot be guessed."""
    return secrets.token_urlsafe(12)


class Carrier(models.Model):
    """One carrier: a paper, a disc, a USB stick, a file. Each copy is one of its own."""

    number = models.CharField(_("ledger number"), max_length=60, unique=True)
    token = models.CharField(max_length=32, unique=True, default=new_token, editable=False)
    kind = models.CharField(_("kind"), max_length=10, choices=KINDS, default=PAPER)
    title = models.CharField(_("title"), max_length=300)
    document = models.CharField(_("document number"), max_length=100, blank=True)
    origin = models.CharField(_("originator"), max_length=200, blank=True)
    copy = models.CharField(_("copy number"), max_length=20, blank=True)
    pages = models.PositiveIntegerField(_("pages"), null=True, blank=True)
    serial = models.CharField(_("serial number of the medium"), max_length=100, blank=True)
    level = models.CharField(_("level"), max_length=12, choices=LEVELS, db_index=True)
    issued_on = models.DateField(_("date of issue"))
    term = models.CharField(_("term"), max_length=60, blank=True)
    until = models.DateField(_("term ends on"), null=True, blank=True, db_index=True)
    condition = models.CharField(_("ends when"), max_length=200, blank=True)
    basis = models.CharField(_("basis"), max_length=300, blank=True)
    scope = models.CharField(_("who may know"), max_length=300, blank=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="carriers", verbose_name=_("unit"))
    custodian = models.ForeignKey(Person, models.PROTECT, related_name="in_custody", verbose_name=_("custodian"))
    holder = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="holding", verbose_name=_("held by")
    )
    place = models.ForeignKey(
        "Place", models.PROTECT, null=True, blank=True, related_name="carriers", verbose_name=_("kept in")
    )
    state = models.CharField(_("state"), max_length=10, choices=states.STATES, default=states.KEPT, db_index=True)
    since = models.DateTimeField(_("since"), default=timezone.now)
    archive = models.CharField(_("archive number"), max_length=100, blank=True)
    received = models.JSONField(default=dict, blank=True)  # from whom, by whom, with which seal
    reviewed_on = models.DateField(_("reviewed on"), null=True, blank=True, db_index=True)
    declassified_on = models.DateField(_("declassified on"), null=True, blank=True)
    check_source = models.BooleanField(default=False)  # what it was made from has another level now
    made = models.DateTimeField(_("entered"), default=timezone.now)

    class Meta:
        ordering = ("number",)
        verbose_name = _("carrier")
        constraints = (
            models.CheckConstraint(
                condition=Q(state__in=sorted(states.ENDED), holder=None)
                | Q(state__in=sorted(states.LIVE), holder__isnull=False),
                name="one_holder_until_the_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that answers for it."""
        return self.unit.path

    @property
    def state_tone(self) -> str:
        """The colour of its state's badge."""
        return states.TONES.get(self.state, "")

    @property
    def level_tone(self) -> str:
        """The colour of its level's badge."""
        return tone(self.level)

    @property
    def mark(self) -> str:
        """The mark as it stands on the carrier: level and term."""
        words = str(self.get_level_display())
        return f"{words} · {self.term}" if self.term else words

    @property
    def original(self) -> Carrier:
        """What this is a copy of, through copies of copies; itself when it is none."""
        above = self.parents.filter(how=COPY).select_related("parent__unit").first()
        return above.parent.original if above else self

    def take(self, step: str, holder: Person | None = None) -> None:
        """Go one step: the next state, since now; who holds it is the custodian unless somebody is named."""
        self.state, self.since = states.after(self.state, step), timezone.now()
        if self.state in states.ENDED:
            self.holder = None
        elif self.state not in states.OUT or holder is not None:
            self.holder = holder or self.custodian


class Descent(models.Model):
    """What a carrier was made from: the original of a copy, the sources of an excerpt or a compilation."""

    child = models.ForeignKey(Carrier, models.PROTECT, related_name="parents")
    parent = models.ForeignKey(Carrier, models.PROTECT, related_name="children")
    how = models.CharField(max_length=12, choices=DESCENTS)

    class Meta:
        verbose_name = _("descent")
        constraints = (
            models.UniqueConstraint(fields=("child", "parent"), name="one_descent"),
            models.CheckConstraint(condition=~Q(child=models.F("parent")), name="nothing_from_itself"),
        )

    def __str__(self) -> str:
        return f"{self.parent_id} → {self.child_id}"


class Policy(models.Model):
    """The office's own limits for carriers. One row, number 1."""

    ticket_from = models.CharField(
        _("a phone-locker ticket is needed from this level up"), max_length=12, choices=LEVELS, default=SECRET
    )
    loan_days = models.PositiveSmallIntegerField(_("a loan lasts at most (days)"), default=30)
    review_months = models.PositiveSmallIntegerField(_("every carrier is reviewed after (months)"), default=12)
    notice_days = models.PositiveSmallIntegerField(_("the end of a term is announced (days before)"), default=90)
    stock_months = models.PositiveSmallIntegerField(_("every unit is counted after (months)"), default=6)

    class Meta:
        verbose_name = _("rules for carriers")
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="one_custody_policy"),)

    def __str__(self) -> str:
        return str(_("rules for carriers"))

    @classmethod
    def current(cls) -> Policy:
        """Return the rules; the defaults when nobody has set any."""
        return cls.objects.filter(pk=1).first() or cls(pk=1)

    @property
    def unit_path(self) -> str:
        """The topmost unit's."""
        return Unit.objects.filter(parent=None).values_list("path", flat=True).first() or ""

    def wants_ticket(self, level: str) -> bool:
        """Say whether who borrows this level must have locked a phone away; no level asks for none."""
        return level != OPEN and at_least(level, self.ticket_from)

    def review_due(self) -> Q:
        """Return the condition that a carrier with a level was not reviewed within the period."""
        limit = months_after(timezone.localdate(), -self.review_months)
        until = timezone.make_aware(datetime.combine(limit, time.max))  # compared as a moment: an index can serve it
        late = Q(reviewed_on__lte=limit) | Q(reviewed_on=None, made__lte=until)
        return late & Q(state__in=sorted(states.LIVE - {states.CONDEMNED})) & ~Q(level=OPEN)

    def term_ending(self) -> Q:
        """Return the condition that a term has ended or ends within the notice period."""
        limit = timezone.localdate() + timedelta(days=self.notice_days)
        return Q(until__lte=limit, state__in=sorted(states.LIVE - {states.CONDEMNED})) & ~Q(level=OPEN)

    def ticket_levels(self) -> list[str]:
        """Return the levels that ask for a ticket."""
        return [level for level in from_here_up(self.ticket_from) if level != OPEN]


class Counter(models.Model):
    """The last running number of a kind of paper in a year."""

    key = models.CharField(max_length=40, unique=True)
    last = models.PositiveIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.key} {self.last}"

    @classmethod
    def next(cls, kind: str, today: date | None = None) -> str:
        """Return the next number, such as C-2026-0007; nobody else gets the same."""
        year = (today or timezone.localdate()).year
        cls.objects.get_or_create(key=f"{kind}-{year}")
        row = cls.objects.select_for_update().get(key=f"{kind}-{year}")
        row.last += 1
        row.save()
        return f"{kind}-{year}-{row.last:04d}"


class Told(models.Model):
    """What was said once, so that a job that runs twice says it once."""

    key = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    def __str__(self) -> str:
        return self.key

    @classmethod
    def first(cls, key: str) -> bool:
        """Say whether this is the first time."""
        _row, new = cls.objects.get_or_create(key=key)
        return bool(new)


class Upload(Waiting):
    """A ledger that was read and waits to be confirmed."""


def full() -> Any:
    """Return carriers with what every page needs."""
    return Carrier.objects.select_related("unit", "custodian", "holder", "place")
