"""What everybody does for their own account: choose a password, enrol a second factor, end a session."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.password_validation import validate_password
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts import codes, signin
from shoumi.console.accounts.models import User, Visit
from shoumi.console.action import Action, ActionForm, Done, Unmet


def secret(label: Any) -> forms.CharField:
    """Return a field for a new password: as typed, nothing trimmed."""
    widget = forms.PasswordInput(attrs={"autocomplete": "new-password"})
    return forms.CharField(label=label, widget=widget, max_length=200, strip=False)


class NewPassword(ActionForm):
    """A new password, twice."""

    password = secret(_("New password"))
    again = secret(_("The same again"))

    def limit(self) -> None:
        self.fields["password"].help_text = _("At least 12 characters; a few words in a row are easy to keep.")

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if data.get("password") and data["password"] != data.get("again"):
            self.add_error("again", _("The two are not the same."))
        try:
            validate_password(data.get("password") or "", self.action.actor)
        except forms.ValidationError as error:
            if data.get("password"):
                self.add_error("password", error)
        return data


class ChoosePassword(Action):
    """The first password, or a new one after a one-time link; the link is the proof."""

    name = "accounts.password.choose"
    label = _("Choose password")
    personal = True
    Input = NewPassword

    def check(self) -> None:
        if self.actor.has_usable_password():
            raise Unmet(_("This account has a password already. Change it on your own page."))

    def write(self) -> Done:
        return _set(self.actor, self.data["password"])


class ChangePassword(Action):
    """Another password; every other session of the account ends."""

    name = "accounts.password.change"
    label = _("Change password")
    intro = _("All your other sessions end.")
    personal = sensitive = True
    Input = NewPassword

    def write(self) -> Done:
        return _set(self.actor, self.data["password"])


def _set(user: Any, password: str) -> Done:
    account = User.objects.get(pk=user.pk)
    account.set_password(password)
    account.save(update_fields=["password"])
    user.password = account.password
    return Done(account, {"sessions_ended": signin.end_all(account)})


class EnrolCode(Action):
    """A second factor: accepted once a code from it is right."""

    name = "accounts.code.enrol"
    label = _("Enrol authenticator")
    personal = True

    class Input(ActionForm):
        """The secret that the page showed, and a code from the app."""

        secret = forms.CharField(widget=forms.HiddenInput, max_length=64)
        code = forms.CharField(
            label=_("One-time code"),
            help_text=_("Six digits from your authenticator. Each code works once."),
            widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric"}),
            max_length=10,
        )

        def clean(self) -> dict[str, Any]:
            data = super().clean()
            step = codes.accepts(data.get("secret", ""), data.get("code", ""))
            if data.get("code") and step is None:
                self.add_error("code", _("This code does not fit. Is the clock of your phone right?"))
            data["step"] = step
            return data

    def check(self) -> None:
        if self.actor.code_secret:
            raise Unmet(_("A second factor is enrolled already. The security administrator can reset it."))

    def write(self) -> Done:
        account = User.objects.get(pk=self.actor.pk)
        account.code_secret = codes.seal(self.data["secret"], account.pk)
        account.code_step = self.data["step"]
        account.save(update_fields=["code_secret", "code_step"])
        return Done(account, {"enrolled": timezone.localdate().isoformat()})


class EndSession(Action):
    """One of one's own sessions ends."""

    name = "accounts.session.end"
    label = _("End session")
    personal = True
    model = Visit

    def write(self) -> Done:
        facts = {"began": self.target.began.isoformat(), "address": self.target.address}
        signin.end(self.target)
        return Done(self.target.user, facts)
