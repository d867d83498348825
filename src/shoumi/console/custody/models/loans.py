"""What one carrier is lent, carried out or copied for."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.custody.models.carriers import COPY, DESCENTS, Carrier

BORROW, CARRY = "borrow", "carry"
LOANS: Final = ((BORROW, _("loan")), (CARRY, _("carried out")))
ASKED, OPEN, CLOSED, WITHDRAWN = "asked", "open", "closed", "withdrawn"
LOAN_STATES: Final = (
    (ASKED, _("waits for approval")),
    (OPEN, _("out")),
    (CLOSED, _("returned")),
    (WITHDRAWN, _("request withdrawn")),
)


class Loan(models.Model):
    """A carrier in other hands than its custodian's: borrowed, or carried out of the office. One at a time is open."""

    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="loans", verbose_name=_("carrier"))
    kind = models.CharField(_("kind"), max_length=10, choices=LOANS, default=BORROW)
    state = models.CharField(_("state"), max_length=10, choices=LOAN_STATES, default=OPEN, db_index=True)
    borrower = models.ForeignKey(Person, models.PROTECT, related_name="loans", verbose_name=_("borrower"))
    purpose = models.CharField(_("purpose"), max_length=300)
    where = models.CharField(_("where it is used"), max_length=200, blank=True)
    ticket = models.ForeignKey(
        "Ticket", models.PROTECT, null=True, blank=True, related_name="loans", verbose_name=_("phone-locker ticket")
    )
    companion = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("second person")
    )
    route = models.CharField(_("route"), max_length=300, blank=True)
    measures = models.CharField(_("protective measures"), max_length=300, blank=True)
    abroad = models.BooleanField(_("leaves the country"), default=False)
    began = models.DateTimeField(_("given out"), default=timezone.now)
    given_by = models.CharField(_("given out by"), max_length=200, blank=True)
    due_on = models.DateField(_("due back on"), db_index=True)
    ended = models.DateTimeField(_("came back"), null=True, blank=True)
    taken_by = models.CharField(_("taken back by"), max_length=200, blank=True)
    found = models.CharField(_("as it came back"), max_length=300, blank=True)
    offered = models.DateTimeField(_("the borrower wants to give it back since"), null=True, blank=True)

    class Meta:
        ordering = ("due_on", "pk")
        verbose_name = _("loan")
        constraints = (
            models.UniqueConstraint(fields=("carrier",), condition=Q(state=OPEN), name="one_open_loan"),
            models.CheckConstraint(condition=Q(kind=BORROW) | Q(companion__isnull=False), name="carried_out_by_two"),
        )

    def __str__(self) -> str:
        return f"{self.carrier.number} · {self.borrower.name}"

    @property
    def unit_path(self) -> str:
        """The path of the carrier's unit."""
        return self.carrier.unit.path

    @property
    def overdue(self) -> bool:
        """Say whether it should be back by now."""
        return self.state == OPEN and self.due_on < timezone.localdate()

    @property
    def tone(self) -> str:
        """The colour of its state's badge."""
        return "seal" if self.overdue else {OPEN: "amber", CLOSED: "jade", ASKED: "amber"}.get(self.state, "")

    def wanted(self) -> dict[str, str]:
        """Return the facts that are approved when somebody asks to borrow it."""
        return {
            "number": self.carrier.number, "title": self.carrier.title, "level": self.carrier.level,
            "person": str(self.borrower), "purpose": self.purpose, "where": self.where, "due": self.due_on.isoformat(),
        }  # fmt: skip

    def snapshot(self) -> dict[str, str]:
        """Return the facts that are approved when it is carried out."""
        return {
            "number": self.carrier.number, "title": self.carrier.title, "level": self.carrier.level,
            "person": str(self.borrower), "second": str(self.companion), "reason": self.purpose, "route": self.route,
            "where": self.where, "measures": self.measures, "abroad": "yes" if self.abroad else "no",
            "due": self.due_on.isoformat(),
        }  # fmt: skip


class CopyOrder(models.Model):
    """Copies or an excerpt that somebody wants made, and later which carriers were made."""

    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="orders", verbose_name=_("carrier"))
    how = models.CharField(_("what is made"), max_length=12, choices=DESCENTS[:2], default=COPY)
    copies = models.PositiveSmallIntegerField(_("number of copies"), default=1)
    pages = models.CharField(_("which pages or passages"), max_length=200, blank=True)
    purpose = models.CharField(_("purpose"), max_length=300)
    consent = models.CharField(_("consent of the originator"), max_length=200, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=LOAN_STATES, default=ASKED)
    asked_by = models.CharField(_("asked by"), max_length=200)
    asked_at = models.DateTimeField(_("asked"), default=timezone.now)
    made_by = models.CharField(_("made by"), max_length=200, blank=True)
    made_at = models.DateTimeField(_("copies made at"), null=True, blank=True)
    made = models.JSONField(default=list, blank=True)  # the ledger numbers

    class Meta:
        ordering = ("-asked_at",)
        verbose_name = _("copying order")
        constraints = (
            models.UniqueConstraint(fields=("carrier",), condition=Q(state=ASKED), name="one_copying_order"),
        )

    def __str__(self) -> str:
        return f"{self.carrier.number} × {self.copies}"

    @property
    def unit_path(self) -> str:
        """The path of the carrier's unit."""
        return self.carrier.unit.path

    def snapshot(self) -> dict[str, str | int]:
        """Return the facts that are approved."""
        return {
            "number": self.carrier.number, "title": self.carrier.title, "level": self.carrier.level, "how": self.how,
            "copies": self.copies, "pages": self.pages, "purpose": self.purpose, "consent": self.consent,
        }  # fmt: skip
