"""Fields that the room's forms share: a manuscript's file, a decision with its reason, a person with an account."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import User
from shoumi.console.areas.compilation.models import VERDICTS
from shoumi.console.areas.compilation.store import MOST


class UploadField(forms.FileField):
    """A file of bounded size, in any format."""

    def __init__(self, label: Any) -> None:
        hint = _("Any format that scans read, at most 64 MiB. It is kept encrypted.")
        super().__init__(label=label, help_text=hint, max_length=200)
        self.error_messages["required"] = _("Please choose a file of at most 64 MiB.")

    def clean(self, value: Any, initial: Any = None) -> Any:
        found = super().clean(value, initial)
        if found is not None and found.size > MOST:
            raise forms.ValidationError(self.error_messages["required"])
        return found


class AccountField(forms.CharField):
    """Somebody with an open account, by staff number, account or full name."""

    def __init__(self, label: Any, **options: Any) -> None:
        hint = _("Staff number, account, or the full name when only one person has it.")
        super().__init__(label=label, help_text=hint, max_length=200, **options)

    def clean(self, value: Any) -> User | None:
        typed = super().clean(value).strip()
        if not typed:
            return None
        rows = User.objects.full().filter(is_active=True, person__departed_on=None)
        for name in ("person__number", "username", "person__name"):
            found = list(rows.filter(**{name: typed})[:2])
            if len(found) == 1:
                return found[0]
        raise forms.ValidationError(_("Nobody with an open account has this number or name, or several have."))


_REASON: Final = _("Reason")


def because(label: Any = _REASON, help_text: Any = "") -> forms.CharField:
    """Return a field for a few lines of why."""
    area = forms.Textarea(attrs={"rows": 3})
    return forms.CharField(label=label, help_text=help_text, max_length=1000, widget=area)


def verdict() -> forms.ChoiceField:
    """Return the field for a decision."""
    return forms.ChoiceField(label=_("Decision"), choices=VERDICTS, widget=forms.RadioSelect)
