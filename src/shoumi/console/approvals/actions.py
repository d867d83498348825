"""Deciding, asking again, withdrawing. A decision is signed: password and code again, over the digest that was read."""

from __future__ import annotations

import json
from typing import Any, ClassVar

from django import forms
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from shoumi.console.action import Action, ActionForm, Done, Unmet, changes
from shoumi.console.approvals import asking, standing, telling, tending
from shoumi.console.approvals.flow import find
from shoumi.console.approvals.flows import MATTER, facts
from shoumi.console.approvals.models import (
    APPROVE,
    GRANTED,
    LAPSED,
    REFUSE,
    REFUSED,
    RETURN,
    RETURNED,
    WAITING,
    WITHDRAWN,
    Decision,
    Matter,
    Request,
)
from shoumi.console.approvals.who import Roll
from shoumi.console.levels import LEVELS
from shoumi.console.levels import OPEN as NO_LEVEL


class _Decide(Action):
    """A decision by somebody whose signature the current step wants."""

    personal = sensitive = True
    model = Request
    verdict: ClassVar[str] = ""

    def owner(self) -> Any:
        """Return the actor when the request is theirs to decide, or was: then ``check`` says how it stands."""
        request: Request = self.target
        flow, me = find(request.flow), getattr(self.actor, "pk", None)
        if me in standing.waits_for(request, flow) or request.decisions.filter(user=me).exists():
            return me
        return me if me in standing.ever(request, flow) else None

    def check(self) -> None:
        request: Request = self.target
        flow, me = find(request.flow), self.actor.pk
        if request.state != WAITING:
            raise Unmet(standing.overtaken(request, flow))
        if me not in standing.waits_for(request, flow):
            raise Unmet(standing.not_now(request, flow, me))
        if self.data["seen"] != request.digest:
            raise Unmet(gettext("The request was changed after you opened this page. Read it again, then decide."))

    def write(self) -> Done:
        request: Request = self.target
        flow = find(request.flow)
        Decision.objects.create(
            request=request, round=request.round, step=request.step, raised=request.raised, user=self.actor,
            verdict=self.verdict, reason=self.data["reason"], digest=request.digest,
        )  # fmt: skip
        step = str(flow.steps[request.step].label)
        self.settle(request)
        request.save()
        telling.announce(request, flow)
        facts = {"flow": request.flow, "step": step, "digest": request.digest, "reason": self.data["reason"]}
        return Done(request, {**facts, "state": request.state})

    def settle(self, request: Request) -> None:
        """Bring the request into its next state."""
        raise NotImplementedError(self.name)


class Opinion(ActionForm):
    """What was read, and why it is decided so."""

    seen = forms.CharField(max_length=64, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"), max_length=2000, required=False, widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Needed to return or refuse: say what must change, or why it cannot be."),
    )  # fmt: skip


class Explained(Opinion):
    """The same, where the applicant has a right to know why."""

    def clean_reason(self) -> str:
        reason = self.cleaned_data["reason"].strip()
        if not reason:
            raise forms.ValidationError(_("Say what must change, or why it cannot be: the applicant will read it."))
        return reason


class Approve(_Decide):
    """A signature."""

    name = "approvals.approve"
    label = _("Approve")
    verdict = APPROVE
    Input = Opinion

    def check(self) -> None:
        super().check()
        request, flow = self.target, find(self.target.flow)
        now = standing.as_it_is(request, flow)
        if now is not None and now != request.snapshot:
            what = standing.differing(request, flow, now)
            raise Unmet(
                gettext("It has changed since it was asked (%(what)s). Return it, so that it is asked again.")
                % {"what": what}
            )
        if not standing.leaves_enough(request, flow, self.actor.pk, Roll.load()):
            raise Unmet(gettext("Only you can sign a later step. Let somebody else sign this one."))

    def settle(self, request: Request) -> None:
        asking.advance(request, find(request.flow))


class Return(_Decide):
    """Back to the applicant, who changes it and asks again."""

    name = "approvals.return"
    label = _("Return for change")
    verdict = RETURN
    Input = Explained

    def settle(self, request: Request) -> None:
        request.state, request.settled, request.due = RETURNED, timezone.now(), None
        request.why = self.data["reason"][:500]


class Refuse(_Decide):
    """No, with a reason."""

    name = "approvals.refuse"
    label = _("Refuse")
    verdict = REFUSE
    Input = Explained

    def settle(self, request: Request) -> None:
        request.state, request.settled, request.due = REFUSED, timezone.now(), None
        request.why = self.data["reason"][:500]


class AskAgain(Action):
    """A returned request is asked again, about the thing as it is now."""

    name = "approvals.ask-again"
    label = _("Ask again")
    intro = _("Change what was asked for first. The request then goes through all steps again, with the facts of now.")
    personal = True
    model = Request

    class Input(ActionForm):
        """Why it is needed."""

        reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def initial(self) -> dict[str, Any]:
        return {"reason": self.target.reason}

    def check(self) -> None:
        request, flow = self.target, find(self.target.flow)
        self.thing = request.thing()
        if request.state != RETURNED:
            raise Unmet(standing.sentence(request, flow))
        if self.thing is None or flow.facts is None:
            raise Unmet(gettext("This can only be asked again where it was asked first."))
        self.facts = flow.facts(self.thing)

    def write(self) -> Done:
        flow = find(self.target.flow)
        request = asking.ask(self, flow, self.thing, self.facts, self.data["reason"])
        return Done(request, {"flow": flow.name, "digest": request.digest, "round": request.round, **self.data})


class Withdraw(Action):
    """The applicant needs it no more."""

    name = "approvals.withdraw"
    label = _("Withdraw request")
    intro = _("Nobody decides it any more, and an approval that was already given cannot be used.")
    personal = True
    model = Request

    class Input(ActionForm):
        """Why."""

        reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs={"rows": 3}))

    def check(self) -> None:
        if self.target.state not in {WAITING, RETURNED, GRANTED}:
            raise Unmet(standing.sentence(self.target, find(self.target.flow)))

    def write(self) -> Done:
        request = self.target
        request.state, request.settled, request.due = WITHDRAWN, timezone.now(), None
        request.why = self.data["reason"]
        request.save()
        telling.announce(request, find(request.flow))
        return Done(request, {"flow": request.flow, **self.data})


class Tend(Action):
    """The scheduler looks after one request: reminds, raises it to the next leader, or lets it lapse."""

    name = "approvals.tend"
    label = _("Remind, raise or let lapse")
    model = Request

    def check(self) -> None:
        step = tending.due(self.target, find(self.target.flow))
        if step is None:
            raise Unmet(gettext("Nothing is due."))
        self.step = step

    def write(self) -> Done:
        request, flow = self.target, find(self.target.flow)
        facts = {"flow": request.flow, "what": self.step[0], "why": self.step[1]}
        if self.step[0] == "lapse":
            request.state, request.why = LAPSED, self.step[1][:500]
            telling.announce(request, flow)
        else:
            facts |= tending.press(request, flow, raise_it=self.step[0] == "raise")
        request.save()
        return Done(request, json.loads(json.dumps(facts, default=str)))


class MatterForm(ActionForm):
    """A request in words."""

    title = forms.CharField(label=_("Subject"), max_length=200)
    text = forms.CharField(
        label=_("What is proposed"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 6}),
        help_text=_("What is to be done, by whom, when, and with which safeguards."),
    )  # fmt: skip
    level = forms.ChoiceField(label=_("Level of this request"), choices=LEVELS)
    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))


class AskMatter(Action):
    """Somebody asks for something that has no form of its own: their leader signs, then the secrecy officer."""

    name = "approvals.matter.ask"
    label = _("Ask for approval")
    intro = _(
        "For what has no form of its own; a carrier or a device is asked for on its own page. The leader of your unit "
        "signs first, then the secrecy officer."
    )
    personal = True
    Input = MatterForm

    def initial(self) -> dict[str, Any]:
        return {"level": NO_LEVEL}

    def write(self) -> Done:
        reason = self.data.pop("reason")
        matter = Matter.objects.create(**self.data, unit=self.actor.person.unit, by=self.actor)
        request = asking.ask(self, MATTER, matter, facts(matter), reason)
        return Done(request, {"title": matter.title, "level": matter.level, "digest": request.digest, "reason": reason})


class ChangeMatter(Action):
    """The applicant changes a request in words that was returned, and asks again."""

    name = "approvals.matter.change"
    label = _("Change and ask again")
    personal = True
    model = Matter
    Input = MatterForm

    def initial(self) -> dict[str, Any]:
        matter, request = self.target, asking.state(MATTER, self.target).request
        values = {name: getattr(matter, name) for name in ("title", "text", "level")}
        return {**values, "reason": request.reason if request else ""}

    def check(self) -> None:
        state = asking.state(MATTER, self.target)
        if state.state != RETURNED:
            raise Unmet(state.sentence)

    def write(self) -> Done:
        reason = self.data.pop("reason")
        changed = changes(self.target, self.data)
        self.target.save()
        request = asking.ask(self, MATTER, self.target, facts(self.target), reason)
        return Done(request, {**changed, "digest": request.digest, "reason": reason})


class FinishMatter(Action):
    """What was approved in words has been done: the approval is used up."""

    name = "approvals.matter.finish"
    label = _("Record that it is done")
    intro = _("The approval is used up with this. What comes next has to be asked for anew.")
    personal = True
    model = Matter

    class Input(ActionForm):
        """How it was done."""

        result = forms.CharField(
            label=_("How it was done"), max_length=2000, widget=forms.Textarea(attrs={"rows": 3})
        )  # fmt: skip

    def check(self) -> None:
        self.request = asking.granted(MATTER, self.target, facts(self.target))

    def write(self) -> Done:
        asking.spend(self.request)
        return Done(self.request, self.data)
