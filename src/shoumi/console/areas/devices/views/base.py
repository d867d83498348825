"""What the pages of this room share: who may open a thing, forms that lead back to it, the steps that are open."""

from __future__ import annotations

from typing import Any

from django.db.models import BigIntegerField, Q, Value
from django.db.models.functions import Coalesce
from django.http import Http404
from django.urls import reverse

from shoumi.console.action import Action, ActionError
from shoumi.console.assets.models import in_units
from shoumi.console.assets.views.base import below, history, units
from shoumi.console.pages import ActionPage, Page

__all__ = ["Form", "Seen", "below", "could", "few", "history", "lying", "units"]


def lying(reach: Any, column: str = "device__unit") -> Q:
    """Return the condition that a device's unit lies within a reach."""
    return in_units(reach, column)


def few(model: Any, reach: Any) -> Any:
    """Return the things of a reach, asked so that the database begins with them and not with the whole ledger."""
    at = Coalesce("device__unit", Value(0), output_field=BigIntegerField())
    return model.objects.annotate(at=at).filter(in_units(reach, "at"))


class Seen(Page):
    """A thing that readers of its unit see, and the people who have a part in it."""

    anybody = True

    def find(self, rows: Any, key: Any, people: Q) -> Any:
        """Return a thing; raise Http404 for whom it does not concern."""
        found = rows.filter(lying(self.request.user.reach(self.roles)) | people, pk=key).first()
        if found is None:
            raise Http404
        return found


class Form(ActionPage):
    """A form that leads back to the page of the thing that it is about."""

    thing = ""
    lists = "devices:repairs"

    def address(self, done: Any) -> str:
        return reverse(self.thing, args=(done.thing.pk,)) if self.thing else reverse(self.lists)

    def back(self, act: Action) -> str:
        return reverse(self.thing, args=(act.target.pk,)) if self.thing and act.target else reverse(self.lists)


def could(action: type[Action], user: Any, thing: Any) -> bool:
    """Say whether somebody may do this to a thing at all, whatever its state."""
    try:
        action.open(user, thing)
    except ActionError:
        return False
    return True
