"""Where carriers stand and where phones stay: rooms, safes, cabinets with their seals; phone-free zones and lockers."""

from __future__ import annotations

from typing import Final

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person, Unit

ROOM, SAFE, CABINET = "room", "safe", "cabinet"
PLACES: Final = ((SAFE, _("safe")), (CABINET, _("cabinet")), (ROOM, _("room")))


class Place(models.Model):
    """A safe, a cabinet or a room in which carriers are kept."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="places", verbose_name=_("unit"))
    name = models.CharField(_("place name"), max_length=100)
    kind = models.CharField(_("kind"), max_length=10, choices=PLACES, default=SAFE)
    room = models.CharField(_("where it stands"), max_length=200, blank=True)
    keeper = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("who has the key")
    )
    top = models.BooleanField(_("certified for the highest level"), default=False)
    closed_on = models.DateField(_("not used since"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("place of keeping")
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="one_place_of_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path


class Seal(models.Model):
    """A seal on a place: two people set it, somebody opens it and says how it was found."""

    place = models.ForeignKey(Place, models.PROTECT, related_name="seals", verbose_name=_("kept in"))
    number = models.CharField(_("seal number"), max_length=60)
    reason = models.CharField(_("why"), max_length=200, blank=True)
    set_at = models.DateTimeField(_("sealed"), default=timezone.now)
    set_by = models.CharField(_("sealed by"), max_length=200)
    second = models.ForeignKey(Person, models.PROTECT, related_name="+", verbose_name=_("together with"))
    opened_at = models.DateTimeField(_("seal opened"), null=True, blank=True)
    opened_by = models.CharField(_("seal opened by"), max_length=200, blank=True)
    intact = models.BooleanField(_("found intact"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)

    class Meta:
        ordering = ("-set_at",)
        verbose_name = _("seal")
        constraints = (
            models.UniqueConstraint(fields=("place",), condition=Q(opened_at=None), name="one_seal_on_a_place"),
        )

    def __str__(self) -> str:
        return f"{self.number} · {self.place}"

    @property
    def unit_path(self) -> str:
        """The path of the place's unit."""
        return self.place.unit.path


class Zone(models.Model):
    """A phone-free zone, with lockers at its door."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="zones", verbose_name=_("unit"))
    name = models.CharField(_("zone name"), max_length=100)
    note = models.CharField(_("what holds there"), max_length=300, blank=True)
    closed_on = models.DateField(_("not used since"), null=True, blank=True)

    class Meta:
        ordering = ("name",)
        verbose_name = _("phone-free zone")
        constraints = (models.UniqueConstraint(fields=("unit", "name"), name="one_zone_of_a_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of its unit."""
        return self.unit.path


class Locker(models.Model):
    """One locker of a zone."""

    zone = models.ForeignKey(Zone, models.PROTECT, related_name="lockers", verbose_name=_("phone-free zone"))
    number = models.PositiveSmallIntegerField(_("locker"))

    class Meta:
        ordering = ("zone", "number")
        verbose_name = _("locker")
        constraints = (models.UniqueConstraint(fields=("zone", "number"), name="one_locker_of_a_number"),)

    def __str__(self) -> str:
        return f"{self.zone.name} {self.number}"

    @property
    def unit_path(self) -> str:
        """The path of its zone's unit."""
        return self.zone.unit.path


class Ticket(models.Model):
    """A phone lies in a locker: whose, which, since when; until it is taken back."""

    number = models.CharField(_("ticket"), max_length=40, unique=True)
    locker = models.ForeignKey(Locker, models.PROTECT, related_name="tickets", verbose_name=_("locker"))
    person = models.ForeignKey(Person, models.PROTECT, related_name="tickets", verbose_name=_("person"))
    handset = models.CharField(_("handset"), max_length=200)
    issued_at = models.DateTimeField(_("locked away"), default=timezone.now)
    issued_by = models.CharField(_("originator"), max_length=200)
    returned_at = models.DateTimeField(_("taken back"), null=True, blank=True)
    returned_by = models.CharField(_("given back by"), max_length=200, blank=True)

    class Meta:
        ordering = ("-issued_at", "-pk")
        verbose_name = _("phone-locker ticket")
        constraints = (
            models.UniqueConstraint(fields=("locker",), condition=Q(returned_at=None), name="one_phone_in_a_locker"),
        )

    def __str__(self) -> str:
        return f"{self.number} · {self.person.name}"

    @property
    def unit_path(self) -> str:
        """The path of the zone's unit."""
        return self.locker.zone.unit.path
