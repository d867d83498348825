"""Accounts: opened, invited again, closed, unlocked; a lost second factor; sessions. Nobody sets another's password."""

from __future__ import annotations

import re
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import signin, tokens
from shoumi.console.accounts.models import Person, User
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.roles import SECURITY, SYSTEM


def username(text: str) -> str:
    """Return an account name in its one form: lower case letters, digits, dot, hyphen. Raises ValidationError."""
    name = text.strip().lower()
    if not re.fullmatch(r"[a-z][a-z0-9.-]{1,58}[a-z0-9]", name):
        raise forms.ValidationError(_("Letters a to z, digits, dot and hyphen, at least three; a letter first."))
    if User.objects.filter(username=name).exists():
        raise forms.ValidationError(_("This account name is taken."))
    return name


class OpenAccount(Action):
    """A person gets an account and a one-time link to choose a password."""

    name = "accounts.account.open"
    label = _("Open account")
    intro = _("You receive a link that works once, for 72 hours. Hand it over in person or by another safe way.")
    roles = frozenset({SYSTEM})
    model = Person
    sensitive = True

    class Input(ActionForm):
        """Its name."""

        username = forms.CharField(label=_("Account name"), max_length=60)

        def clean_username(self) -> str:
            return username(self.cleaned_data["username"])

    def check(self) -> None:
        if self.target.departed_on:
            raise Unmet(_("This person has left. The record stays as it was."))
        if User.objects.filter(person=self.target).exists():
            raise Unmet(_("This person has an account already."))

    def write(self) -> Done:
        user = User(username=self.data["username"], person=self.target)
        user.set_unusable_password()
        user.save()
        return Done(user, {"account": user.username}, result=tokens.issue(user))


class AboutAccount(Action):
    """The base of what is done to an existing account."""

    roles = frozenset({SYSTEM})
    model = User
    sensitive = True

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.pk == getattr(self.actor, "pk", None):
            raise Unmet(_("Somebody else does this for your account: nobody decides about their own."))


class InviteAgain(AboutAccount):
    """A new link for somebody who lost the first, or their password. Their sessions end."""

    name = "accounts.account.invite"
    label = _("New one-time link")
    intro = _("The old password stops working at once. You receive a link that works once, for 72 hours.")

    def check(self) -> None:
        super().check()
        if not self.target.is_active:
            raise Unmet(_("This account is closed."))

    def write(self) -> Done:
        self.target.set_unusable_password()
        self.target.save(update_fields=["password"])
        signin.end_all(self.target)
        return Done(self.target, self.data, result=tokens.issue(self.target))


class CloseAccount(AboutAccount):
    """Nobody signs in with it any more; roles and sessions end."""

    name = "accounts.account.close"
    label = _("Close account")
    intro = _("Roles and sessions end at once. The record stays.")
    grave = True

    def check(self) -> None:
        super().check()
        if not self.target.is_active:
            raise Unmet(_("This account is closed."))

    def write(self) -> Done:
        from django.utils import timezone

        self.target.is_active = False
        self.target.set_unusable_password()
        self.target.save(update_fields=["is_active", "password"])
        ended = self.target.granted.filter(ended=None).update(ended=timezone.now())
        return Done(self.target, {**self.data, "roles_ended": ended, "sessions_ended": signin.end_all(self.target)})


class Unlock(AboutAccount):
    """An account locked after failures may try again at once."""

    name = "accounts.account.unlock"
    label = _("Unlock account")
    intro = _("Ask the person first whether the failed attempts were theirs.")
    roles = frozenset({SECURITY})

    def check(self) -> None:
        super().check()
        if signin.locked_until(self.target.username) is None:
            raise Unmet(_("This account is not locked."))

    def write(self) -> Done:
        signin.unlock(self.target.username)
        return Done(self.target, self.data)


class ForgetCode(AboutAccount):
    """A lost or replaced authenticator: the next sign-in enrols a new one."""

    name = "accounts.code.forget"
    label = _("Reset second factor")
    intro = _("At the next sign-in the person enrols a new authenticator. Make sure who asks you for this.")
    roles = frozenset({SECURITY})

    def check(self) -> None:
        super().check()
        if not self.target.code_secret:
            raise Unmet(_("No second factor is enrolled."))

    def write(self) -> Done:
        self.target.code_secret = None
        self.target.save(update_fields=["code_secret"])
        return Done(self.target, {**self.data, "sessions_ended": signin.end_all(self.target)})


class EndSessions(AboutAccount):
    """All sessions of an account end, for instance when a machine was lost."""

    name = "accounts.account.end-sessions"
    label = _("End all sessions")
    roles = frozenset({SECURITY})
    sensitive = False

    def check(self) -> None:
        """Also one's own: it only takes away."""

    def write(self) -> Done:
        facts: dict[str, Any] = {**self.data, "sessions_ended": signin.end_all(self.target)}
        return Done(self.target, facts)
