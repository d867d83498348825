"""The publisher's pages, the record to sign, and the keys that sign it."""

from __future__ import annotations

import json
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse

from shoumi.console.action import Action
from shoumi.console.areas.compilation import rights, store
from shoumi.console.areas.compilation.actions import clearing, keys, proofs
from shoumi.console.areas.compilation.models import CLEARED, PRINTED, SIGNING, Key, Manuscript, Proof
from shoumi.console.areas.compilation.views._base import InMemory, history, seen
from shoumi.console.pages import ActionPage, Page

_TONES = {"same": "jade", "layout": "jade", "changed": "seal"}
_LISTED = 200  # differences on a page


def _of_the_job(user: Any, pk: Any) -> Manuscript:
    """Return a manuscript for its people and its publisher; 403 for who may only know of it."""
    thing = seen(user, pk)
    if user.pk not in rights.seats(thing).values():
        raise PermissionDenied
    return thing


class Publish(Page):
    """What the publisher sees: who cleared it, what was compared, what comes next. The reviewed text is not shown."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        thing = _of_the_job(request.user, pk)
        version = thing.current
        return self.show(
            "compilation/publish.html",
            thing=thing,
            version=version,
            signatures=version.signatures.select_related("by__person", "key"),
            proofs=[(one, _TONES.get(one.answer, "")) for one in thing.proofs.all()[:50]],
            mine=thing.publisher_id == request.user.pk,
            cleared=thing.state == CLEARED,
            printed=thing.state == PRINTED,
        )


class OneProof(Page):
    """A comparison: the answer, and every difference."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        proof = Proof.objects.filter(pk=pk).first()
        if proof is None:
            raise Http404
        thing = _of_the_job(request.user, proof.manuscript_id)
        differences: list[Any] = []
        if proof.differences:
            try:
                differences = store.take_json(proof.token, "differences")
            except store.NotThere:
                differences = []
        return self.show(
            "compilation/proof.html",
            thing=thing,
            proof=proof,
            tone=_TONES.get(proof.answer, ""),
            differences=differences[:_LISTED],
            cut=max(0, len(differences) - _LISTED),
            signs=thing.publisher_id == request.user.pk
            and thing.state == CLEARED
            and proof.version == thing.version
            and proof.answer in ("same", "layout"),
            mine=thing.publisher_id == request.user.pk and thing.state == CLEARED,
            history=history(proof),
        )


class CompareOne(InMemory, ActionPage):
    """Compare a file."""

    action = proofs.Compare

    def address(self, done: Any) -> str:
        return reverse("compilation:proof", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("compilation:publish", args=(act.target.pk,))


class Off(ActionPage):
    """Sign a proof off."""

    action = proofs.SignOff

    def address(self, done: Any) -> str:
        return reverse("compilation:proof", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("compilation:proof", args=(act.target.pk,))


class RecordFile(Page):
    """The record to sign, or the clearance once both signed. It holds no text."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        thing = _of_the_job(request.user, pk)
        if thing.state not in (SIGNING, CLEARED, PRINTED):
            raise Http404
        try:
            content = clearing.clearance(thing.current)
        except store.NotThere as error:
            raise Http404 from error
        text = json.dumps(content, ensure_ascii=False, indent=1)
        response = HttpResponse(text, content_type="application/json; charset=utf-8")
        name = "record" if thing.state == SIGNING else "clearance"
        response["Content-Disposition"] = f'attachment; filename="{thing.number}-{name}.json"'
        return response


class Keys(Page):
    """The keys that are enrolled: whose, for which signature; one's own can be withdrawn."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        user = request.user
        mine = Key.objects.filter(holder=user)
        reach = user.reach(rights.READERS)
        others = Key.objects.filter(reach.within("holder__person__unit__path")).exclude(holder=user)
        return self.show(
            "compilation/keys.html",
            mine=mine,
            others=others.select_related("holder__person__unit")[:200],
            may=user.holds(rights.READERS),
            has=mine.filter(until=None).exists(),
        )


class _KeyPage(ActionPage):
    def address(self, done: Any) -> str:
        del done
        return reverse("compilation:keys")

    def back(self, act: Action) -> str:
        return self.address(act)


class Enrol(_KeyPage):
    """Enrol one's own key."""

    action = keys.EnrolKey


class WithdrawOwn(_KeyPage):
    """Withdraw one's own key."""

    action = keys.WithdrawKey
