"""The first set-up: the office, its topmost unit, and three administrators, or one in a declared small office. Once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import tokens
from shoumi.console.accounts.actions.accounts import username
from shoumi.console.accounts.models import SEPARATED, SMALL, Grant, Office, Person, Unit, User
from shoumi.console.action import Action, ActionForm, Done, Machine, Unmet
from shoumi.console.roles import AUDIT, NAMES, OFFICER, SECURITY, SYSTEM

ACTOR: Final = Machine("setup", frozenset({"accounts.setup"}))
_THREE: Final = (SYSTEM, SECURITY, AUDIT)


class SetUp(Action):
    """Everything that must exist before anybody can sign in."""

    name = "accounts.setup"
    label = _("Set up")

    class Input(ActionForm):
        """The office and its administrators."""

        office = forms.CharField(label=_("Name of the organisation"), max_length=200)
        mode = forms.ChoiceField(
            label=_("Administrators"),
            choices=(
                (SEPARATED, _("kept apart: three persons")),
                (SMALL, _("small office: one person, and records say so")),
            ),
            widget=forms.RadioSelect,
            initial=SEPARATED,
            help_text=_("In a small office only the first of the three is filled in."),
        )

        def limit(self) -> None:
            for role in _THREE:
                self.fields[f"{role}_name"] = forms.CharField(
                    label=_("%(role)s: name of the person") % {"role": NAMES[role]},
                    max_length=200,
                    required=role == SYSTEM,
                )
                self.fields[f"{role}_account"] = forms.CharField(
                    label=_("%(role)s: account name") % {"role": NAMES[role]},
                    max_length=60,
                    required=role == SYSTEM,
                    help_text=_("Letters a to z, digits, dot and hyphen, at least three; a letter first."),
                )

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            names: set[str] = set()
            for role in self.needed():
                for part in ("name", "account"):
                    if not data.get(f"{role}_{part}") and f"{role}_{part}" not in self.errors:
                        self.add_error(f"{role}_{part}", _("Three persons are needed, each with their own account."))
                self._account(data, role, names)
            return data

        def needed(self) -> tuple[str, ...]:
            """Return the roles that need a person of their own."""
            return _THREE[:1] if self.cleaned_data.get("mode") == SMALL else _THREE

        def _account(self, data: dict[str, Any], role: str, names: set[str]) -> None:
            key = f"{role}_account"
            if not data.get(key):
                return
            try:
                account = data[key] = username(data[key])
            except forms.ValidationError as error:
                self.add_error(key, error)
                return
            person = str(data.get(f"{role}_name", "")).strip().lower()
            if account in names or f"={person}" in names:
                self.add_error(key, _("Three persons are needed, each with their own account."))
            names |= {account, f"={person}"}

    def units(self) -> Iterable[str]:
        return ("",)

    def check(self) -> None:
        if User.objects.exists():
            raise Unmet(_("This installation is set up already. Sign in instead."))

    def write(self) -> Done:
        small = self.data["mode"] == SMALL
        office = Office.current()
        office.name, office.mode = self.data["office"], self.data["mode"]
        if small:
            office.mode_since, office.mode_by = timezone.now(), self.data["system_name"]
        office.save()
        root = Unit(name=office.name, code="0")
        root.settle()
        links = [self._administrator(role, root, small) for role in (_THREE[:1] if small else _THREE)]
        facts = {"mode": office.mode, "accounts": [user.username for _role, user, _token in links]}
        return Done(office, facts, result=links)

    def _administrator(self, role: str, root: Unit, small: bool) -> tuple[Any, User, str]:
        number = f"A{_THREE.index(role) + 1}"
        person = Person.objects.create(number=number, name=self.data[f"{role}_name"], unit=root, post=str(NAMES[role]))
        user = User(username=self.data[f"{role}_account"], person=person)
        user.set_unusable_password()
        user.save()
        for held in _THREE if small else (role,):
            Grant.objects.create(user=user, role=held, by=self.actor.get_full_name(), small_office=small)
        if small:  # one officer with one laptop is the secrecy officer, too
            Grant.objects.create(user=user, role=OFFICER, unit=root, by=self.actor.get_full_name(), small_office=True)
        return NAMES[role], user, tokens.issue(user)
