"""Signing a letter: with password and code, in the edition and language that stood on the page, kept as PDF."""

from __future__ import annotations

import hashlib
from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.learning import reading, standing
from shoumi.console.learning.finishing import finish
from shoumi.console.learning.models import LETTER, SIGNED, Edition, Material, Signature
from shoumi.console.records import issuing, record


class Sign(Action):
    """A letter is signed: by oneself, for oneself, with password and code."""

    name = "learning.letter.sign"
    label = _("Sign")
    personal = sensitive = True
    model = Material

    class Input(ActionForm):
        """That it was read, and which edition and language it was."""

        read = forms.BooleanField(label=_("I have read this text and mean it."))
        edition = forms.IntegerField(widget=forms.HiddenInput)
        language = forms.CharField(max_length=10, widget=forms.HiddenInput)
        base = forms.CharField(max_length=200, required=False, widget=forms.HiddenInput)

        def clean_base(self) -> str:
            base = self.cleaned_data["base"]
            return base if urlsplit(base).hostname in settings.ALLOWED_HOSTS else ""

    def owner(self) -> Any:
        """Whoever may open the letter signs it for themselves."""
        return self.actor.pk if standing.visible(self.actor).filter(pk=self.target.pk).exists() else None

    def initial(self) -> dict[str, Any]:
        return {"edition": self.target.current.number, "language": self.target.current.language()}

    def check(self) -> None:
        current = self.target.current
        if self.target.kind != LETTER:
            raise Unmet(_("This is a lesson. It is passed, not signed."))
        if self.data["edition"] != current.number:
            raise Unmet(_("A new edition was published while you were reading. Please read it before you sign."))
        if self.data["language"] not in current.texts:
            raise Unmet(_("This letter does not exist in this language. Open the page again."))
        if Signature.objects.filter(person=self.actor.person, edition=current).exists() and not self._asked():
            raise Unmet(_("You have signed this edition already."))

    def _asked(self) -> bool:
        return bool(self.target.assignments.filter(person=self.actor.person, ended_on=None).exists())

    def write(self) -> Done:
        edition, person, language = self.target.current, self.actor.person, self.data["language"]
        signature = Signature.objects.create(
            user=self.actor, person=person, edition=edition, language=language, name=person.name,
            unit_name=person.unit.name, post=person.post, category=person.category, digest=digest(edition, language),
            at=self.moment,
        )  # fmt: skip
        with translation.override(language):
            form = record.find("learning.letter")
            issue = issuing.issue(form, signature, "pdf", by=self.actor, base=self.data["base"]) if form else None
        signature.issue = issue
        signature.save(update_fields=["issue"])
        facts = {"edition": edition.number, "language": language, "text_sha256": signature.digest}
        if issue:
            facts |= {"record": issue.number, "pdf_sha256": issue.digest}
        facts |= finish(person, edition, SIGNED, timezone.localdate())
        return Done(signature, facts, result=signature)


def digest(edition: Edition, language: str) -> str:
    """Return the SHA-256 of exactly the text that was signed."""
    return hashlib.sha256(edition.texts[language].encode()).hexdigest()


def shown_in(edition: Edition) -> str:
    """Return the language in which an edition stands on the page now."""
    return edition.language(get_language() or "")


def words(signature: Signature) -> str:
    """Return the text that was signed, as paragraphs."""
    return reading.plain(signature.edition.text(signature.language).body)
