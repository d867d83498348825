"""What happens to several carriers at once: dispatches, hand-overs, lists for destruction. Each holds its items."""

from __future__ import annotations

from typing import Any, Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit
from shoumi.console.custody.models.carriers import Carrier
from shoumi.console.levels import NAMES, highest

OPEN, DONE, BACK, CANCELLED = "open", "done", "back", "cancelled"
CHANNEL, COURIERS, IN_HOUSE = "channel", "couriers", "in-house"
ROUTES: Final = (
    (CHANNEL, _("confidential post")),
    (COURIERS, _("by own couriers")),
    (IN_HOUSE, _("inside the house")),
)
DISPATCH_STATES: Final = (
    (OPEN, _("on its way")),
    (DONE, _("received")),
    (BACK, _("came back")),
)
HANDOVER_STATES: Final = (
    (OPEN, _("waits for signatures")),
    (DONE, _("handed over")),
    (CANCELLED, _("cancelled")),
)
DESTRUCTION_STATES: Final = (
    (OPEN, _("in preparation")),
    (DONE, _("destroyed")),
    (CANCELLED, _("cancelled")),
)
LEAVING, POST, LEAVE, OTHER = "leaving", "post", "leave", "other"
REASONS: Final = (
    (LEAVING, _("leaves the office")),
    (POST, _("changes post")),
    (LEAVE, _("holiday or leave")),
    (OTHER, _("something else")),
)
INTACT, BROKEN, UNSEALED = "intact", "broken", "unsealed"
SEALS: Final = ((INTACT, _("intact")), (BROKEN, _("broken")), (UNSEALED, _("not sealed")))


class _Item(models.Model):
    """One carrier on a list; while ``open`` it stands on no other list of the kind."""

    open = models.BooleanField(default=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.carrier)


class Dispatch(models.Model):
    """Carriers on their way: who carries them, under which seal, to whom; and the receipt."""

    number = models.CharField(_("dispatch number"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="dispatches", verbose_name=_("unit"))
    to_unit = models.ForeignKey(
        Unit, models.PROTECT, null=True, blank=True, related_name="arrivals", verbose_name=_("to the unit")
    )
    to = models.CharField(_("addressee"), max_length=200)
    route = models.CharField(_("way"), max_length=10, choices=ROUTES, default=CHANNEL)
    path_taken = models.CharField(_("route"), max_length=300, blank=True)
    courier = models.CharField(_("courier"), max_length=100)
    second = models.CharField(_("second courier"), max_length=100, blank=True)
    seal = models.CharField(_("seal numbers"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=DISPATCH_STATES, default=OPEN, db_index=True)
    sent_at = models.DateTimeField(_("sent"), default=timezone.now)
    sent_by = models.CharField(_("sent by"), max_length=200)
    ended = models.DateTimeField(_("received"), null=True, blank=True)
    received_by = models.CharField(_("received and signed by"), max_length=200, blank=True)
    receipt = models.CharField(_("receipt"), max_length=100, blank=True)
    seal_state = models.CharField(_("state of the seal"), max_length=10, choices=SEALS, blank=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ("-sent_at", "-pk")
        verbose_name = _("dispatch")

    def __str__(self) -> str:
        return f"{self.number} · {self.to}"

    @property
    def unit_path(self) -> str:
        """The path of the unit that sends."""
        return self.unit.path


class DispatchItem(_Item):
    """One carrier of a dispatch."""

    dispatch = models.ForeignKey(Dispatch, models.PROTECT, related_name="items")
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="dispatched")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("carrier",), condition=Q(open=True), name="one_dispatch_at_a_time"),
        )


class HandOver(models.Model):
    """Carriers pass from one custodian to another when both have signed. ``note`` of a signature: where it is kept."""

    number = models.CharField(_("hand-over number"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="hand_overs", verbose_name=_("unit"))
    giver = models.ForeignKey(Person, models.PROTECT, related_name="given", verbose_name=_("gives"))
    taker = models.ForeignKey(Person, models.PROTECT, related_name="taken", verbose_name=_("takes"))
    reason = models.CharField(_("reason"), max_length=10, choices=REASONS, default=POST)
    note = models.CharField(_("note"), max_length=300, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=HANDOVER_STATES, default=OPEN, db_index=True)
    made_at = models.DateTimeField(_("listed"), default=timezone.now)
    made_by = models.CharField(_("listed by"), max_length=200)
    giver_signed = models.DateTimeField(_("signed by who gives"), null=True, blank=True)
    giver_paper = models.CharField(max_length=200, blank=True)
    taker_signed = models.DateTimeField(_("signed by who takes"), null=True, blank=True)
    taker_paper = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("hand-over")
        constraints = (
            models.CheckConstraint(condition=~Q(giver=models.F("taker")), name="nobody_hands_over_to_oneself"),
            models.CheckConstraint(
                condition=~Q(state=DONE) | Q(giver_signed__isnull=False, taker_signed__isnull=False),
                name="handed_over_by_both_sides",
            ),
        )

    def __str__(self) -> str:
        return f"{self.number} · {self.giver.name} → {self.taker.name}"

    @property
    def unit_path(self) -> str:
        """The path of the giver's unit."""
        return self.unit.path

    def waits_for(self, person: Any) -> bool:
        """Say whether somebody's signature is still wanted; the taker signs after the giver."""
        if self.state != OPEN or person is None:
            return False
        if self.giver_id == person.pk:
            return self.giver_signed is None
        return self.taker_id == person.pk and self.giver_signed is not None and self.taker_signed is None


class HandOverItem(_Item):
    """One carrier of a hand-over."""

    hand_over = models.ForeignKey(HandOver, models.PROTECT, related_name="items")
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="handed_over")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("carrier",), condition=Q(open=True), name="one_hand_over_at_a_time"),
        )


class Destruction(models.Model):
    """A list for destruction: approved, carried out before two supervisors who both sign, certified."""

    number = models.CharField(_("list number"), max_length=40, unique=True)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="destructions", verbose_name=_("unit"))
    reason = models.CharField(_("reason"), max_length=300)
    method = models.CharField(_("how"), max_length=200)
    where = models.CharField(_("where, by whom"), max_length=200)
    first = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("first supervisor"))
    second = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("second supervisor"))
    state = models.CharField(_("state"), max_length=10, choices=DESTRUCTION_STATES, default=OPEN, db_index=True)
    made_at = models.DateTimeField(_("listed"), default=timezone.now)
    made_by = models.CharField(_("listed by"), max_length=200)
    first_signed = models.DateTimeField(_("first supervisor signed"), null=True, blank=True)
    second_signed = models.DateTimeField(_("second supervisor signed"), null=True, blank=True)
    certificate = models.CharField(_("certificate of destruction, number"), max_length=40, blank=True)

    class Meta:
        ordering = ("-made_at", "-pk")
        verbose_name = _("list for destruction")
        constraints = (
            models.CheckConstraint(condition=~Q(first=models.F("second")), name="two_supervisors"),
            models.CheckConstraint(
                condition=~Q(state=DONE) | Q(first_signed__isnull=False, second_signed__isnull=False),
                name="destroyed_before_two",
            ),
        )

    def __str__(self) -> str:
        return self.number

    @property
    def unit_path(self) -> str:
        """The path of the unit that destroys."""
        return self.unit.path

    @property
    def signed(self) -> int:
        """How many supervisors have signed."""
        return (self.first_signed is not None) + (self.second_signed is not None)

    def waits_for(self, person: Any) -> bool:
        """Say whether somebody is a supervisor who has not signed."""
        if self.state != OPEN or person is None:
            return False
        return (person.pk == self.first_id and self.first_signed is None) or (
            person.pk == self.second_id and self.second_signed is None
        )

    def level_words(self) -> Any:
        """Return the highest level on the list, in words."""
        return NAMES[highest(self.items.filter(struck="").values_list("carrier__level", flat=True))]

    def snapshot(self) -> dict[str, Any]:
        """Return the facts that are approved: every item, by number."""
        rows = self.items.filter(open=True).select_related("carrier").order_by("carrier__number")
        return {
            "list": self.number, "reason": self.reason, "method": self.method, "where": self.where,
            "first": str(self.first), "second": str(self.second),
            "items": [f"{row.carrier.number} {row.carrier.title} [{row.carrier.level}]" for row in rows],
        }  # fmt: skip


class DestructionItem(_Item):
    """One carrier of a list for destruction."""

    destruction = models.ForeignKey(Destruction, models.PROTECT, related_name="items")
    carrier = models.ForeignKey(Carrier, models.PROTECT, related_name="condemned")
    struck = models.CharField(_("struck because"), max_length=300, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("carrier",), condition=Q(open=True), name="one_list_for_destruction"),
        )
