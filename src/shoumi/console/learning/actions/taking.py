"""Taking a quiz: begun with an order drawn anew, one answer after another, ended with a result."""

from __future__ import annotations

import random
from typing import Any, Final

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Person
from shoumi.console.action import Action, ActionForm, Done, Unmet
from shoumi.console.learning import standing
from shoumi.console.learning.finishing import finish
from shoumi.console.learning.models import LESSON, QUIZ, Attempt, Edition, Material

_DRAW: Final = random.SystemRandom()


def shuffled(edition: Edition) -> list[list[Any]]:
    """Return questions and options in an order drawn anew."""
    order: list[list[Any]] = []
    for number, question in enumerate(edition.text().questions):
        options = list(range(len(question.options)))
        _DRAW.shuffle(options)
        order.append([number, options])
    _DRAW.shuffle(order)
    return order


class Begin(Action):
    """A try at a quiz. One that is still open goes on; otherwise the order is drawn anew."""

    name = "learning.attempt.begin"
    label = _("Begin the quiz")
    personal = True
    model = Material

    def owner(self) -> Any:
        """Whoever may open the lesson takes the quiz for themselves."""
        return self.actor.pk if standing.visible(self.actor).filter(pk=self.target.pk).exists() else None

    def check(self) -> None:
        if self.target.kind != LESSON:
            raise Unmet(_("This has no quiz."))

    def write(self) -> Done:
        edition, mine = self.target.current, Attempt.objects.filter(person=self.actor.person)
        Person.objects.select_for_update().get(pk=self.actor.person_id)  # two windows begin one try
        going_on = mine.filter(edition=edition, ended=None).first()
        if going_on:
            return Done(going_on, {"attempt": going_on.count, "edition": edition.number}, result=going_on)
        count = mine.filter(edition__material=self.target).count() + 1
        attempt = Attempt.objects.create(
            user=self.actor, person=self.actor.person, edition=edition, count=count, order=shuffled(edition)
        )
        return Done(attempt, {"attempt": count, "edition": edition.number}, result=attempt)


class Answer(Action):
    """One answer. The last one ends the try; when enough are right, the lesson is done."""

    name = "learning.attempt.answer"
    label = _("Answer")
    personal = True
    model = Attempt

    class Input(ActionForm):
        """Which question of this try, and what was chosen, by the option's place on the page."""

        place = forms.IntegerField(min_value=0)
        choice = forms.MultipleChoiceField(
            error_messages={"required": _("Please choose an answer."), "invalid_choice": _("Please choose an answer.")}
        )

        def limit(self) -> None:
            longest = max((len(options) for _number, options in self.target.order), default=0)
            self.fields["choice"].choices = [(str(place), place) for place in range(longest)]

    def check(self) -> None:
        if self.target.ended:
            raise Unmet(_("This try is over. Look at the result, or begin again."))
        if self.data["place"] != len(self.target.answers):
            raise Unmet(_("This question was answered already, perhaps in another window. Go on with the next one."))
        if any(int(place) >= len(self._options()) for place in self.data["choice"]):
            raise Unmet(_("Please choose an answer."))

    def _options(self) -> list[int]:
        return list(self.target.order[self.data["place"]][1])

    def write(self) -> Done:
        attempt = self.target
        attempt.answers.append(sorted(self._options()[int(place)] for place in self.data["choice"]))
        right = is_right(attempt, self.data["place"])
        attempt.right += right
        facts: dict[str, Any] = {"question": attempt.order[self.data["place"]][0] + 1, "right": right}
        if len(attempt.answers) == len(attempt.order):
            facts |= self._end(attempt)
        attempt.save()
        return Done(attempt, facts)

    def _end(self, attempt: Attempt) -> dict[str, Any]:
        attempt.ended = timezone.now()
        attempt.passed = attempt.right >= attempt.needed
        facts = {"attempt": attempt.count, "score": f"{attempt.right}/{len(attempt.order)}", "passed": attempt.passed}
        if attempt.passed:
            facts |= finish(attempt.person, attempt.edition, QUIZ, timezone.localdate())
        return facts


def is_right(attempt: Attempt, place: int) -> bool:
    """Say whether an answer is right: exactly the right options, no more and no fewer."""
    question = attempt.edition.text().questions[attempt.order[place][0]]
    return frozenset(attempt.answers[place]) == question.right
