"""What is checked before sending, and how the answer is told: the same form and words for a page and for a program."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.findings import words
from shoumi.console.findings.models.found import CATEGORIES
from shoumi.console.scans import checking

LONGEST: Final = 1_000_000  # characters of a text


class _Files(forms.ClearableFileInput):
    allow_multiple_selected = True


class _FileList(forms.FileField):
    """Several files in one field."""

    def clean(self, data: Any, initial: Any = None) -> list[Any]:
        given = data if isinstance(data, list | tuple) else [data]
        return [super(_FileList, self).clean(one, initial) for one in given if one]


class CheckForm(forms.Form):
    """Text, or files."""

    text = forms.CharField(
        label=gettext_lazy("Text to check"), required=False, max_length=LONGEST, strip=False,
        widget=forms.Textarea(attrs={"rows": 10, "autocomplete": "off", "autofocus": True}),
    )  # fmt: skip
    files = _FileList(
        label=gettext_lazy("Files or a screenshot"), required=False, widget=_Files(attrs={"multiple": True}),
        help_text=gettext_lazy("Drop them here, or paste a picture. Up to 5, each up to 8 MiB."),
    )  # fmt: skip

    def parts(self) -> list[tuple[str, bytes]]:
        """Return what is to be checked, or add an error."""
        text, given = self.cleaned_data["text"], self.cleaned_data["files"]
        found = [("text.txt", text.encode())] if text.strip() else []
        if len(given) > checking.MOST:
            self.add_error("files", _("At most 5 files at once."))
        elif any(file.size > checking.BIGGEST for file in given):
            self.add_error("files", _("Larger than 8 MiB: ask your officer to look at it."))
        else:
            found += [(file.name, file.read()) for file in given]
        if not found and not self.errors:
            self.add_error("text", _("Paste a text, or choose a file."))
        return found


def told(answer: checking.Answer) -> dict[str, Any]:
    """Return the verdict, masked places with their reasons, and what could not be read, in words."""
    found = [
        {
            "rule": words.rule(one["rule"]), "severity": one["severity"], "snippet": one["snippet"],
            "category": str(dict(CATEGORIES).get(one["category"], one["category"])),
            "why": words.reasons(one["codes"]), "name": one["name"], "locator": one["locator"],
        }
        for one in answer.found
    ]  # fmt: skip
    gaps = [{**gap, "why": words.gap(gap["reason"])[0]} for gap in answer.gaps]
    return {"verdict": answer.verdict, "found": found, "gaps": gaps, "more": answer.more}
