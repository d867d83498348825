"""Asking a person after a check, and answering. The text that was checked is never part of it."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core import signing
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.findings import telling
from shoumi.console.roles import EVERYBODY, OFFICER
from shoumi.console.scans.models import Question


class Ask(Action):
    """Somebody wants a person to look."""

    name = "scans.question.ask"
    label = _("Ask the officer")
    intro = _("Your officer gets what you tick here, and your question. The text itself is not sent: show it to them.")
    roles = EVERYBODY

    class Input(ActionForm):
        """The question, and what may be shared."""

        note = forms.CharField(label=_("Your question"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
        answer = forms.CharField(required=False, widget=forms.HiddenInput)  # signed: nobody can write their own verdict
        share_verdict = forms.BooleanField(label=_("Share the answer of the check"), required=False, initial=True)
        share_places = forms.BooleanField(label=_("Share the masked places"), required=False)
        share_names = forms.BooleanField(label=_("Share the names of the files"), required=False)

        def clean_answer(self) -> dict[str, Any]:
            given = self.cleaned_data["answer"]
            if not given:
                return {}
            try:
                found: dict[str, Any] = signing.loads(given, salt="shoumi check", max_age=24 * 3600)
            except signing.BadSignature as error:
                raise forms.ValidationError(_("This answer is too old. Check again.")) from error
            return found

    def write(self) -> Done:
        data, answer, shared = self.data, self.data["answer"], {}
        for tick, name in (("share_verdict", "verdict"), ("share_places", "found"), ("share_names", "names")):
            if data[tick] and name in answer:
                shared[name] = answer[name]
        question = Question.objects.create(user=self.actor, note=data["note"], shared=shared)
        told = telling.officers(self.actor.person.unit)
        address = reverse("scans:question", args=(question.pk,))
        telling.say(told, _("Somebody asks before sending something."), address, urgency="amber", thing=question)
        return Done(question, {"shared": sorted(shared)})


class Answer(Action):
    """The officer answers."""

    name = "scans.question.answer"
    label = _("Answer it")
    roles = frozenset({OFFICER})
    model = Question

    class Input(ActionForm):
        """The answer."""

        answer = forms.CharField(label=_("Answer it"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def check(self) -> None:
        if self.target.answered:
            raise Unmet(_("It is answered already."))

    def write(self) -> Done:
        question = self.target
        question.answer, question.answered = self.data["answer"], timezone.now()
        question.by = self.actor.get_full_name()
        question.save()
        address = reverse("scans:question", args=(question.pk,))
        telling.say([question.user], _("Your question was answered."), address, thing=question)
        return Done(question)
