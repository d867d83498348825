"""For every action of the room approvals: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations

from datetime import timedelta

from shoumi.console.approvals import Flow, Step, any_of, leader_of_unit, role, two
from shoumi.console.approvals.flow import registry


def flow(name="examples.person", **more):
    """Return a flow of the tests, declared once in a process: about a person, two steps."""
    if name in registry():
        return registry()[name]
    return Flow(
        **{
            "name": name,
            "label": "Give a key",
            "sentence": "Give %(name)s a key to %(room)s.",
            "steps": (
                Step("Leader", leader_of_unit),
                Step("Office", any_of(role("officer"), two("approver"))),
            ),
            "facts": facts,
            "words": {"name": "Name", "room": "Room", "post": "Post"},
            "clause": "House rules, 7",
            "days": 4,
            **more,
        }
    )


def facts(person):
    """Return what is approved about a person."""
    return {"name": person.name, "room": "cellar", "post": person.post}


class Asking:
    """Stands for the action of a room that asks."""

    def __init__(self, user):
        self.actor = user


def lead(world):
    """Let the account "leader" lead the unit north."""
    world.north.leader = world.leader.person
    world.north.save()


def ask(world, user=None, one=None, about=None, snapshot=None):
    """Ask for a key for somebody in the unit north."""
    from shoumi.console.approvals import asking

    lead(world)
    one, about = one or flow(), about or world.north_person
    return asking.ask(Asking(user or world.staff), one, about, snapshot or facts(about), "needs it")


def _decide(world):
    request = ask(world)
    return world.leader, request, {"seen": request.digest, "reason": "read it"}


def _returned(world):
    request = ask(world)
    request.state = "returned"
    request.save()
    return world.staff, request, {"reason": "corrected"}


def _due(world):
    from django.utils import timezone

    from shoumi.console.approvals.jobs import SCHEDULER

    request = ask(world)
    request.due = timezone.now() - timedelta(hours=1)
    request.save()
    return SCHEDULER, request, {}


MATTER = {"title": "Weekend work", "text": "Two people on Saturday.", "level": "open", "reason": "late"}


def _matter(world, state):
    from shoumi.console.approvals.actions import AskMatter
    from shoumi.console.approvals.models import Matter, Request

    lead(world)
    request = AskMatter.run(world.staff, **MATTER).thing
    Request.objects.filter(pk=request.pk).update(state=state)
    return Matter.objects.get(pk=request.key)


def _ask_matter(world):
    lead(world)
    return world.staff, None, MATTER


def _finish(world):
    from shoumi.console.approvals.models import Decision, Matter, Request

    matter = _matter(world, "granted")
    request = Request.objects.get(key=matter.pk, kind=Matter._meta.label_lower)
    for step, user in enumerate((world.leader, world.dana)):
        Decision.objects.create(
            request=request, round=1, step=step, user=user, verdict="approve", digest=request.digest
        )
    return world.staff, matter, {"result": "done on Saturday"}


EXAMPLES = {
    "approvals.matter.ask": _ask_matter,
    "approvals.matter.change": lambda w: (w.staff, _matter(w, "returned"), {**MATTER, "text": "Three people."}),
    "approvals.matter.finish": _finish,
    "approvals.approve": _decide,
    "approvals.return": _decide,
    "approvals.refuse": _decide,
    "approvals.ask-again": _returned,
    "approvals.withdraw": lambda w: (w.staff, ask(w), {"reason": "not needed"}),
    "approvals.tend": _due,
}
