"""Roles: given and withdrawn by the security administrator; the office's own limits and mode."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console import roles
from shoumi.console.accounts import posts
from shoumi.console.accounts.models import SEPARATED, SMALL, Grant, Office, Unit, User
from shoumi.console.action import Action, ActionForm, Done, Unmet, changes
from shoumi.console.roles import ADMINISTRATORS, SECURITY

_LIMITS: Final = (  # field, least, most: the office may be stricter or laxer, but not careless
    ("cooling_general", 0, 120),
    ("cooling_important", 0, 120),
    ("cooling_core", 0, 120),
    ("vetting_months", 1, 120),
    ("idle_minutes", 5, 60),
    ("session_hours", 1, 12),
    ("sessions", 1, 5),
    ("failures", 3, 10),
    ("lock_minutes", 5, 1440),
)


def separate(user: User, role: str, *, ending: Grant | None = None) -> None:
    """Raise Unmet when the account would hold two administrator roles and the office is not small."""
    held = {name for name, _path in user.grants if name in ADMINISTRATORS} - {ending.role if ending else None}
    if role in ADMINISTRATORS and held - {role} and not Office.current().small:
        raise Unmet(
            _("One person never holds two administrator roles. Choose another person, or declare a small office first.")
        )


class GrantRole(Action):
    """An account gets a role over a unit, or over the whole office."""

    name = "accounts.role.grant"
    label = _("Give role")
    roles = frozenset({SECURITY})
    model = User
    sensitive = True

    class Input(ActionForm):
        """Which role, over what."""

        role = forms.ChoiceField(label=_("Role"), choices=roles.GRANTED)
        unit = forms.ModelChoiceField(
            Unit.objects,
            label=_("Over unit"),
            required=False,
            help_text=_("With everything below it. Administrators: leave it empty for the whole office."),
        )

        def limit(self) -> None:
            self.fields["unit"].queryset = Unit.within(self.action.actor.reach(self.action.roles))

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            if data.get("unit") is None and data.get("role") in roles.WORKING:
                self.add_error(
                    "unit", _("This role is always over a unit. Choose the topmost one for the whole office.")
                )
            return data

    def units(self) -> Iterable[str]:
        unit = self.data.get("unit")
        yield self.target.unit_path
        if self.data:
            yield unit.path if unit else ""

    def check(self) -> None:
        role, unit = self.data["role"], self.data["unit"]
        if not self.target.is_active:
            raise Unmet(_("This account is closed."))
        if self.target.pk == getattr(self.actor, "pk", None) and not Office.current().small:
            raise Unmet(_("Nobody gives a role to themselves."))
        if self.target.granted.filter(role=role, unit=unit, ended=None).exists():
            raise Unmet(_("This account holds this role already."))
        separate(self.target, role)
        posts.demand(posts.Post(self.target.person, role=role))

    def write(self) -> Done:
        small = Office.current().small
        grant = Grant.objects.create(user=self.target, **self.data, by=self.actor.get_full_name(), small_office=small)
        return Done(self.target, {"role": grant.role, "over": str(grant.unit or "*"), "small_office": small})


class WithdrawRole(Action):
    """A role ends."""

    name = "accounts.role.withdraw"
    label = _("Withdraw role")
    roles = frozenset({SECURITY})
    model = Grant
    sensitive = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return (self.target.user.unit_path, self.target.unit_path)

    def check(self) -> None:
        same = Grant.objects.filter(role=self.target.role, ended=None, user__is_active=True).exclude(pk=self.target.pk)
        if self.target.ended:
            raise Unmet(_("This role has ended already."))
        if self.target.role in ADMINISTRATORS and not same.exists():
            raise Unmet(_("This is the last one with this administrator role. Give it to somebody else first."))

    def write(self) -> Done:
        self.target.ended = timezone.now()
        self.target.save()
        return Done(self.target.user, {**self.data, "role": self.target.role, "over": str(self.target.unit or "*")})


class ChangeOffice(Action):
    """The office's name and limits."""

    name = "accounts.office.change"
    label = _("Change limits")
    roles = frozenset({SECURITY})
    sensitive = True

    class Input(ActionForm):
        """All limits at once."""

        name = forms.CharField(label=_("Name of the organisation"), max_length=200)

        def limit(self) -> None:
            for name, least, most in _LIMITS:
                column = Office._meta.get_field(name)
                self.fields[name] = forms.IntegerField(
                    label=str(column.verbose_name).capitalize(),
                    min_value=least,
                    max_value=most,
                    help_text=_("%(least)d to %(most)d") % {"least": least, "most": most},
                )

    def units(self) -> Iterable[str]:
        return ("",)

    def initial(self) -> dict[str, Any]:
        office = Office.current()
        return {name: getattr(office, name) for name in ("name", *(limit[0] for limit in _LIMITS))}

    def write(self) -> Done:
        office = Office.current()
        changed = changes(office, self.data)
        office.save()
        return Done(office, changed)


class ChangeMode(Action):
    """A small office is declared, or ends. While it lasts, one person may hold several administrator roles."""

    name = "accounts.office.mode"
    label = _("Change how administrators are kept apart")
    intro = _(
        "In a small office one person may be system, security and audit administrator at once. Every page, record and "
        "audit entry then says so. Roles given meanwhile must be separated before the declaration ends."
    )
    roles = frozenset({SECURITY})
    sensitive = grave = True

    class Input(ActionForm):
        """Which mode and why."""

        mode = forms.ChoiceField(
            label=_("Administrators"),
            choices=((SEPARATED, _("kept apart: three persons")), (SMALL, _("small office: not kept apart"))),
        )
        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def units(self) -> Iterable[str]:
        return ("",)

    def initial(self) -> dict[str, Any]:
        return {"mode": Office.current().mode}

    def check(self) -> None:
        office = Office.current()
        if self.data["mode"] == office.mode:
            raise Unmet(_("The office is in this mode already."))
        held = Grant.objects.filter(role__in=ADMINISTRATORS, ended=None)
        both = held.values("user").annotate(count=Count("role", distinct=True)).filter(count__gt=1)
        if self.data["mode"] == SEPARATED and both.exists():
            raise Unmet(_("Somebody still holds two administrator roles. Withdraw one of them first."))

    def write(self) -> Done:
        office = Office.current()
        mode = {"mode": self.data["mode"], "mode_since": timezone.now(), "mode_by": self.actor.get_full_name()}
        changed = changes(office, mode)
        office.save()
        if office.mode == SEPARATED:
            Grant.objects.filter(ended=None, small_office=True).update(small_office=False)
        return Done(office, {**changed, "reason": self.data["reason"]})
