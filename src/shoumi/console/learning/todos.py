"""What waits: one's own lessons and letters; for officers and leaders, who is late; new texts that came with Shoumi."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.accounts.models import Person
from shoumi.console.learning import standing
from shoumi.console.learning.models import LESSON, Assignment, Material
from shoumi.console.roles import LEADER, OFFICER
from shoumi.console.todo import Asked, Count, Todo, provider

_EACH = 3  # more than so many become one line


@provider
def mine(user: Any) -> Asked:
    """One's own: each by itself when there are few."""
    rows = list(standing.open_for(user.person))
    today = timezone.localdate()
    if len(rows) > _EACH:
        late = sum(one.due_on < today for one in rows)
        first = rows[0].due_on.isoformat()
        sentence = _("%(n)d lessons and letters are waiting for you, the first until %(day)s.")
        urgency = "seal" if late else "amber" if rows[0].tone else "plain"
        yield Todo(sentence % {"n": len(rows), "day": first}, reverse("learning:mine"), urgency, _("Begin"))
        return
    for one in rows:
        lesson = one.material.kind == LESSON
        sentence = _("Take “%(what)s” until %(day)s.") if lesson else _("Read and sign “%(what)s” until %(day)s.")
        page = "learning:lesson" if lesson else "learning:letter"
        yield Todo(
            sentence % {"what": one.material, "day": one.due_on.isoformat()},
            reverse(page, args=(one.material.slug,)), one.tone if one.tone in {"seal", "amber"} else "plain",
            _("Begin") if lesson else _("Read it"))  # fmt: skip


@provider
def late(user: Any) -> Asked:
    """For officers and leaders: how many people in their units are overdue."""
    reach = user.reach({OFFICER, LEADER})
    if not reach:
        return
    rows = Assignment.objects.filter(reach.within("person__unit__path"), ended_on=None, person__departed_on=None)
    late_ones = rows.filter(due_on__lt=timezone.localdate())
    counts = yield Count(people=Person.objects.filter(pk__in=late_ones.values("person")))
    count = counts["people"]
    if count:
        yield Todo(
            ngettext("%(n)d person is late with a lesson or letter.",
                     "%(n)d people are late with lessons or letters.", count) % {"n": count},
            f"{reverse('learning:open')}?state=overdue", "amber", _("Show"))  # fmt: skip


@provider
def texts(user: Any) -> Asked:
    """For the officer of the whole office: texts that come with Shoumi and are not here, or newer."""
    from shoumi.console.learning.actions.materials import news, topmost

    if not user.holds({OFFICER}) or not user.reach({OFFICER}).covers(topmost().path):
        return
    count = len(news())
    if count:
        first = not Material.objects.filter(shipped=True).exists()
        sentence = _("%(n)d lessons and letters come with Shoumi and are not in use yet.") if first else _(
            "%(n)d lessons and letters that come with Shoumi have a newer text.")  # fmt: skip
        yield Todo(sentence % {"n": count}, reverse("learning:take"), "plain", _("Look"))
