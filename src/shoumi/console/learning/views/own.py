"""What everybody sees: what they have to do, a lesson, its quiz, a letter, what they signed."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language

from shoumi.console.action import Action, Gone, Invalid, Unmet
from shoumi.console.learning import standing
from shoumi.console.learning.actions import signing, taking
from shoumi.console.learning.models import DONE, LESSON, LETTER, Assignment, Attempt, Edition, Material, Signature
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import LEADER, OFFICER

READERS = frozenset({OFFICER, LEADER})


class Mine(Page):
    """What I have to do, what I did, what my leaders did, what else there is to read."""

    anybody = True

    def get(self, request: HttpRequest) -> HttpResponse:
        person = request.user.person
        done = Assignment.objects.filter(person=person, way__in=DONE).select_related("material", "edition")
        attempts = Attempt.objects.filter(person=person, passed=True).values_list("edition__material_id", "pk")
        signed = Signature.objects.filter(person=person).values_list("edition__material_id", "pk")
        papers = {**dict(attempts.order_by("pk")), **dict(signed.order_by("pk"))}
        rows = list(standing.open_for(person))
        return self.show(
            "learning/mine.html",
            open=[(one, _minutes(one.material)) for one in rows],
            done=[(one, papers.get(one.material_id)) for one in done.order_by("-ended_on", "-pk")[:50]],
            leaders=standing.leaders(person),
            shelf=standing.visible(request.user).order_by("kind", "position"),
        )


def _minutes(material: Material) -> int:
    return material.current.minutes if material.current else 0


class _Reading(Page):
    """One lesson or letter that the account may open."""

    anybody = True
    kind = LESSON

    def material(self, slug: str) -> Material:
        return get_object_or_404(standing.visible(self.request.user), slug=slug, kind=self.kind)


def shown(edition: Edition) -> dict[str, Any]:
    """Return the text of an edition for a template, with a note when it is not in the page's language."""
    language = edition.language(get_language() or "")
    return {"edition": edition, "text": edition.text(language), "language_of_text": language,
            "foreign": language != get_language()}  # fmt: skip


class Lesson(_Reading):
    """A lesson to read; below it the quiz begins."""

    def get(self, request: HttpRequest, slug: str) -> HttpResponse:
        material = self.material(slug)
        mine = Attempt.objects.filter(person=request.user.person, edition__material=material)
        return self.show(
            "learning/lesson.html",
            material=material,
            assignment=Assignment.objects.filter(person=request.user.person, material=material, ended_on=None).first(),
            passed=mine.filter(passed=True).first(),
            going_on=mine.filter(ended=None, edition=material.current).first(),
            attempts=mine.exclude(ended=None).count(),
            **shown(material.current),
        )

    def post(self, request: HttpRequest, slug: str) -> HttpResponse:
        done = taking.Begin.run(request.user, self.material(slug), door=self.door)
        return redirect("learning:quiz", pk=done.result.pk)


class Quiz(ActionPage):
    """One question at a time, then why; at the end everything once more."""

    action = taking.Answer
    template = "learning/question.html"

    def get(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        attempt = self._attempt(keys["pk"])
        seen = request.GET.get("answered", "")
        if seen.isdecimal() and int(seen) < len(attempt.answers):
            return self._said(attempt, int(seen))
        if attempt.ended:
            return self._result(attempt)
        if attempt.user_id != request.user.pk:
            raise Gone
        return self._ask(attempt)

    def post(self, request: HttpRequest, **keys: Any) -> HttpResponse:
        attempt = self._attempt(keys["pk"])
        given = {"place": request.POST.get("place", ""), "choice": request.POST.getlist("choice")}
        try:
            self.action.run(request.user, attempt, door=self.door, **given)
        except Invalid as error:
            wrong = error.form.errors.get("choice") or error.form.errors.get("place") or [str(error)]
            return self._ask(self._attempt(keys["pk"]), wrong[0], 422)
        except Unmet as error:
            attempt = self._attempt(keys["pk"])
            return self._result(attempt, str(error)) if attempt.ended else self._ask(attempt, str(error), 422)
        return redirect(f"{reverse('learning:quiz', args=(attempt.pk,))}?answered={given['place']}")

    def _attempt(self, key: Any) -> Attempt:
        """Return one's own; officers and leaders see how those in their units ended."""
        rows = Attempt.objects.select_related("edition__material__unit", "edition__material__current", "person__unit")
        attempt = rows.filter(pk=key).first()
        if attempt is None:
            raise Http404
        mine = attempt.user_id == self.request.user.pk
        if not mine and not (attempt.ended and self.request.user.reach(READERS).covers(attempt.unit_path)):
            raise Http404
        return attempt

    def _ask(self, attempt: Attempt, error: str = "", status: int = 200) -> HttpResponse:
        place = len(attempt.answers)
        return self.show("learning/question.html", status, attempt=attempt, error=error, **_about(attempt, place))

    def _said(self, attempt: Attempt, place: int) -> HttpResponse:
        last = place + 1 == len(attempt.order)
        return self.show("learning/answered.html", attempt=attempt, last=last, **_about(attempt, place))

    def _result(self, attempt: Attempt, error: str = "") -> HttpResponse:
        every = [_about(attempt, place) for place in range(len(attempt.answers))]
        return self.show(
            "learning/result.html", attempt=attempt, error=error, mine=attempt.user_id == self.request.user.pk,
            wrong=[one for one in every if not one["right"]], good=[one for one in every if one["right"]],
            current=attempt.edition.material.current_id == attempt.edition_id,
        )  # fmt: skip


def _about(attempt: Attempt, place: int) -> dict[str, Any]:
    """Return one question as this attempt shows it; once answered, what was chosen and what is right."""
    number, order = attempt.order[place]
    question = attempt.edition.text().questions[number]
    chosen = set(attempt.answers[place]) if place < len(attempt.answers) else set()
    options = [(shown, question.options[own], own in chosen, own in question.right) for shown, own in enumerate(order)]
    answered = place < len(attempt.answers)
    return {"question": question, "options": options, "place": place, "number": place + 1,
            "right": answered and frozenset(chosen) == question.right}  # fmt: skip


class Letter(ActionPage):
    """A letter to read, and to sign in place."""

    action = signing.Sign
    template = "learning/letter.html"

    def _open(self, keys: dict[str, Any]) -> Action:
        material = get_object_or_404(standing.visible(self.request.user), slug=keys["slug"], kind=LETTER)
        return super()._open({"pk": material.pk})

    def more(self, act: Action) -> dict[str, Any]:
        person = self.request.user.person
        mine = Signature.objects.filter(person=person, edition__material=act.target)
        asked = Assignment.objects.filter(person=person, material=act.target, ended_on=None).first()
        current = mine.filter(edition=act.target.current).first()
        return {
            "material": act.target, "assignment": asked, "signature": current, "earlier": mine.exists(),
            "base": self.request.build_absolute_uri("/"), "signing": asked is not None or current is None,
            **shown(act.target.current),
        }  # fmt: skip

    def address(self, done: Any) -> str:
        return reverse("learning:signed", args=(done.result.pk,))

    def back(self, act: Action) -> str:
        del act
        return reverse("learning:mine")


class Signed(Page):
    """A letter that was signed: who, when, the words, the digests, the PDF."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = Signature.objects.select_related("edition__material__unit", "person__unit", "issue")
        signature = rows.filter(pk=pk).first()
        if signature is None or not self._may(signature):
            raise Http404
        return self.show(
            "learning/signed.html",
            signature=signature,
            text=signature.edition.text(signature.language),
            current=signature.edition_id == signature.edition.material.current_id,
            mine=signature.user_id == request.user.pk,
            today=timezone.localdate(),
        )

    def _may(self, signature: Signature) -> bool:
        me = self.request.user
        return signature.user_id == me.pk or me.reach(READERS).covers(signature.unit_path)
