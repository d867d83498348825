"""Inspecting a device by the checklist of its kind: every item answered, a record left."""

from __future__ import annotations

from typing import Any, Final

from django import forms
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import months_after
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.assets import ledger
from shoumi.console.assets.actions.fields import day, past, text
from shoumi.console.assets.models import INSPECT_MONTHS, Device, Inspection

OK, WRONG, NOT_HERE = "ok", "wrong", "na"
ANSWERS: Final = ((OK, _("in order")), (WRONG, _("not in order")), (NOT_HERE, _("does not apply")))


class Checklist(ActionForm):
    """One question for each item, and a remark to each."""

    on = day(_("Inspected on"), _("Left empty: today."))
    remark = text(_("Remark"), 1000, rows=3)

    def __init__(self, *arguments: Any, action: Action, **options: Any) -> None:
        super().__init__(*arguments, action=action, **options)
        items = action.target.sort.checklist
        for item in items:
            self.fields[f"is-{item.code}"] = forms.ChoiceField(
                label=item.sentence,
                choices=ANSWERS,
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose one.")},
            )
            self.fields[f"why-{item.code}"] = text(_("Remark"), 300)
        self.order_fields([f"{part}-{item.code}" for item in items for part in ("is", "why")])

    def clean_on(self) -> Any:
        return past(self, "on")

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        for item in self.target.sort.checklist:
            if data.get(f"is-{item.code}") == WRONG and not data.get(f"why-{item.code}", "").strip():
                self.add_error(f"why-{item.code}", _("Say what is not in order."))
        return data


class InspectDevice(Action):
    """An inspection, item by item."""

    name = "assets.device.inspect"
    label = _("Inspect device")
    roles = ledger.KEEPERS
    model = Device
    Input = Checklist

    def check(self) -> None:
        if not self.target.live:
            raise Unmet(_("Only devices in somebody's keeping are inspected."))

    def write(self) -> Done:
        device, on = self.target, self.data["on"]
        answers = [
            {
                "code": item.code,
                "answer": self.data[f"is-{item.code}"],
                "remark": self.data[f"why-{item.code}"],
                "text": _spoken(item.sentence),
            }
            for item in device.sort.checklist
        ]
        flaws = sum(one["answer"] == WRONG for one in answers)
        inspection = Inspection.objects.create(
            device=device, on=on, by_name=self.actor.get_full_name(), answers=answers, remark=self.data["remark"],
            flaws=flaws,
        )  # fmt: skip
        if device.inspected_on is None or on >= device.inspected_on:
            due = months_after(on, INSPECT_MONTHS)
            Device.objects.filter(pk=device.pk).update(inspected_on=on, inspection_due=due, flawed=flaws > 0)
        said = {one["code"]: f"{one['answer']} {one['remark']}".strip() for one in answers}
        return Done(device, {"flaws": flaws, "answers": said, "on": on.isoformat()}, result=inspection)


def _spoken(sentence: Any) -> dict[str, str]:
    """Return a sentence in all languages, as it is today."""
    found = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            found[language] = str(sentence)
    return found
