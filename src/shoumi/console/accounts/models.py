"""Office, units, people, accounts, grants, sessions.

A person may exist without an account; an account is always one person's. Nothing here is ever deleted: units close,
people depart, grants end. That keeps every record's names resolvable.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any, Final

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _

from shoumi.console import roles

if TYPE_CHECKING:
    from shoumi.console.action import Action

SEPARATED, SMALL = "separated", "small-office"
NONE, GENERAL, IMPORTANT, CORE = "none", "general", "important", "core"
CATEGORIES: Final = (
    (NONE, _("not cleared")),
    (GENERAL, _("general")),
    (IMPORTANT, _("important")),
    (CORE, _("core")),
)


class Office(models.Model):
    """The one organisation of this installation, and its own limits. Exactly one row, number 1."""

    name = models.CharField(_("name of the organisation"), max_length=200)
    mode = models.CharField(max_length=20, default=SEPARATED, choices=((SEPARATED, SEPARATED), (SMALL, SMALL)))
    mode_since = models.DateTimeField(null=True, blank=True)
    mode_by = models.CharField(max_length=200, blank=True)
    cooling_general = models.PositiveSmallIntegerField(_("cooling-off, general (months)"), default=12)
    cooling_important = models.PositiveSmallIntegerField(_("cooling-off, important (months)"), default=24)
    cooling_core = models.PositiveSmallIntegerField(_("cooling-off, core (months)"), default=36)
    vetting_months = models.PositiveSmallIntegerField(_("vetting is repeated after (months)"), default=36)
    idle_minutes = models.PositiveSmallIntegerField(_("session ends when idle for (minutes)"), default=20)
    session_hours = models.PositiveSmallIntegerField(_("session ends in any case after (hours)"), default=10)
    sessions = models.PositiveSmallIntegerField(_("sessions one account may have at once"), default=2)
    failures = models.PositiveSmallIntegerField(_("failed sign-ins before an account is locked"), default=5)
    lock_minutes = models.PositiveSmallIntegerField(_("an account stays locked for (minutes)"), default=15)

    class Meta:
        verbose_name = _("office")
        constraints = (models.CheckConstraint(condition=Q(pk=1), name="one_office"),)

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> Office:
        """Return the office; before set-up one with the defaults, not saved."""
        return cls.objects.filter(pk=1).first() or cls(pk=1, name="守密 Shoumi")

    @property
    def small(self) -> bool:
        """Say whether this is a declared small office, whose administrators are not kept apart."""
        return self.mode == SMALL

    @property
    def unit_path(self) -> str:
        """The whole office."""
        return ""

    def cooling_months(self, category: str) -> int:
        """Return how long the cooling-off of a category lasts; the law leaves it to the office (here 1, 2, 3 years)."""
        months = {GENERAL: self.cooling_general, IMPORTANT: self.cooling_important, CORE: self.cooling_core}
        return months.get(category, 0)


class Unit(models.Model):
    """A unit of the tree. ``path`` is ``/1/7/``: the keys from the root down to itself."""

    name = models.CharField(_("unit name"), max_length=200)
    code = models.CharField(_("code"), max_length=40, unique=True)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    leader = models.ForeignKey(
        "Person", models.PROTECT, null=True, blank=True, related_name="leads", verbose_name=_("responsible leader")
    )
    path = models.CharField(max_length=500, db_index=True, editable=False)
    closed_on = models.DateField(_("closed on"), null=True, blank=True)

    class Meta:
        ordering = ("path",)
        verbose_name = _("unit")

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """Its own path."""
        return self.path

    @property
    def depth(self) -> int:
        """Levels below the root: 0 for the root."""
        return self.path.count("/") - 2

    def settle(self) -> None:
        """Save with the right path, and move the paths of all units below."""
        before = self.path
        if self.pk is None:
            self.save()
        self.path = f"{self.parent.path if self.parent else '/'}{self.pk}/"
        self.save()
        if before and before != self.path:
            for unit in Unit.objects.filter(path__startswith=before).exclude(pk=self.pk):
                Unit.objects.filter(pk=unit.pk).update(path=self.path + unit.path.removeprefix(before))

    @classmethod
    def within(cls, reach: roles.Reach) -> Any:
        """Return the open units that a reach covers."""
        return cls.objects.filter(reach.within("path"), closed_on=None)


class Person(models.Model):
    """Somebody who works, or worked, here."""

    number = models.CharField(_("staff number"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=200)
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="people", verbose_name=_("unit"))
    post = models.CharField(_("post"), max_length=200, blank=True)
    category = models.CharField(_("clearance"), max_length=10, choices=CATEGORIES, default=NONE)
    email = models.EmailField(_("e-mail"), blank=True)
    vetted_on = models.DateField(_("vetted on"), null=True, blank=True)
    trained_on = models.DateField(_("trained on"), null=True, blank=True)
    committed_on = models.DateField(_("commitment signed on"), null=True, blank=True)
    joined_on = models.DateField(_("in post since"), null=True, blank=True)
    departed_on = models.DateField(_("left on"), null=True, blank=True)
    cooling_until = models.DateField(_("cooling-off until"), null=True, blank=True)

    class Meta:
        ordering = ("number",)
        verbose_name = _("person")

    def __str__(self) -> str:
        return f"{self.name} ({self.number})"

    @property
    def unit_path(self) -> str:
        """The path of their unit."""
        return self.unit.path

    @property
    def cooling(self) -> bool:
        """Say whether the cooling-off is still running."""
        return self.cooling_until is not None and self.cooling_until >= timezone.localdate()

    def vetting_due(self, office: Office) -> date | None:
        """Return when vetting must be repeated: cleared people only; the earliest date when it never took place."""
        if self.category == NONE or self.departed_on:
            return None
        return months_after(self.vetted_on, office.vetting_months) if self.vetted_on else date.min


def months_after(day: date, months: int) -> date:
    """Return the same day some months later; the last day of a shorter month."""
    year, month = divmod(day.month - 1 + months, 12)
    year += day.year
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, min(day.day, last))
        except ValueError:
            continue
    raise ValueError(f"no such day: {day} and {months} months")


class Accounts(BaseUserManager):
    """Accounts are found whatever the case they were typed in."""

    def get_by_natural_key(self, username: str) -> User:
        return self.get(username=username.strip().lower())

    def full(self) -> Any:
        """Return accounts with the person and unit that every page needs."""
        return self.select_related("person__unit")


class User(AbstractBaseUser):
    """An account: one person's, with a password, a second factor and grants."""

    username = models.CharField(_("account"), max_length=60, unique=True)
    person = models.OneToOneField(Person, models.PROTECT, related_name="account", verbose_name=_("person"))
    is_active = models.BooleanField(_("open"), default=True)
    created = models.DateTimeField(_("opened"), default=timezone.now)
    code_secret = models.BinaryField(null=True, editable=False)  # sealed under settings.CODE_KEY
    code_step = models.BigIntegerField(default=0, editable=False)  # the last time step used: a code works once

    USERNAME_FIELD = "username"
    objects = Accounts()

    class Meta:
        ordering = ("username",)
        verbose_name = _("account")

    def __str__(self) -> str:
        return f"{self.person.name} ({self.username})"

    def get_full_name(self) -> str:
        """Return the person's name."""
        return self.person.name

    @property
    def unit_path(self) -> str:
        """The path of the person's unit."""
        return self.person.unit.path

    @property
    def user_id(self) -> int:
        """Whose it is: its own."""
        return self.pk

    @cached_property
    def grants(self) -> list[tuple[str, str]]:
        """Current grants as (role, path); read once a request."""
        held = self.granted.filter(ended=None).values_list("role", "unit__path")
        return [(role, path or "") for role, path in held] + [(roles.STAFF, "-")]

    def reach(self, wanted: Iterable[str]) -> roles.Reach:
        """Return how far the wanted roles of this account reach."""
        return roles.reach(self.grants, wanted) if self.is_active else roles.Reach()

    def holds(self, wanted: Iterable[str]) -> bool:
        """Say whether the account holds any of these roles anywhere."""
        return bool(self.reach(wanted))

    def may_act(self, action: type[Action]) -> bool:
        """Say whether the account may use an action at all."""
        return self.is_active and (action.personal or self.holds(action.roles))


class Grant(models.Model):
    """A role of an account over a unit and all below; ``unit`` empty: the whole office."""

    user = models.ForeignKey(User, models.PROTECT, related_name="granted", verbose_name=_("account"))
    role = models.CharField(_("role"), max_length=20, choices=roles.CHOICES)
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, blank=True, verbose_name=_("over unit"))
    since = models.DateTimeField(_("since"), default=timezone.now)
    by = models.CharField(_("granted by"), max_length=200)
    ended = models.DateTimeField(_("ended"), null=True, blank=True)
    small_office = models.BooleanField(default=False, editable=False)

    class Meta:
        ordering = ("role", "since")
        verbose_name = _("role")
        constraints = (
            models.UniqueConstraint(
                fields=("user",),
                condition=Q(role__in=sorted(roles.ADMINISTRATORS), ended=None, small_office=False),
                name="never_two_administrators",
            ),
            models.UniqueConstraint(fields=("user", "role", "unit"), condition=Q(ended=None), name="no_grant_twice"),
        )

    def __str__(self) -> str:
        return f"{self.get_role_display()} · {self.unit.name if self.unit else '*'} · {self.user}"

    @property
    def unit_path(self) -> str:
        """The path it reaches over."""
        return self.unit.path if self.unit else ""


class Invitation(models.Model):
    """A one-time link: the first set-up, or a person's first (or next) password. Only a digest of it is kept."""

    token = models.CharField(max_length=64, unique=True)
    user = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="invitations")
    made = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField()
    used = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("invitation")

    def __str__(self) -> str:
        return f"{self.user or '-'}"


class Lock(models.Model):
    """Failed sign-ins of an account or an address, counted within a window."""

    key = models.CharField(max_length=200, unique=True)
    failures = models.PositiveIntegerField(default=0)
    last = models.DateTimeField(default=timezone.now)
    until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return self.key


class Visit(models.Model):
    """One signed-in session of an account."""

    user = models.ForeignKey(User, models.CASCADE, related_name="visits")
    session = models.CharField(max_length=64, unique=True)
    began = models.DateTimeField(_("began"), default=timezone.now)
    seen = models.DateTimeField(_("last seen"), default=timezone.now)
    address = models.CharField(_("from address"), max_length=100, blank=True)
    browser = models.CharField(_("browser"), max_length=200, blank=True)

    class Meta:
        ordering = ("-began",)
        verbose_name = _("session")

    def __str__(self) -> str:
        return self.address

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return self.user.unit_path

    def ended(self, office: Office) -> bool:
        """Say whether it is over: idle or too old, or from the future, because a clock was set back."""
        now, slack = timezone.now(), timedelta(minutes=5)
        idle = now - self.seen > timedelta(minutes=office.idle_minutes)
        old = now - self.began > timedelta(hours=office.session_hours)
        return idle or old or self.seen > now + slack


class Upload(models.Model):
    """A list of people that was read and waits to be confirmed. Gone when it was imported or a day later."""

    user = models.ForeignKey(User, models.CASCADE, related_name="uploads")
    made = models.DateTimeField(default=timezone.now)
    name = models.CharField(max_length=200)
    rows = models.JSONField()

    def __str__(self) -> str:
        return self.name

    @property
    def unit_path(self) -> str:
        """The path of whose it is."""
        return self.user.unit_path
