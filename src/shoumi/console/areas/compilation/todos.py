"""What waits for somebody here: to explain, to review, to approve, to sign, to compare the proof."""

from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.areas.compilation import rights
from shoumi.console.areas.compilation.models import (
    APPROVING,
    CLEARED,
    COMPILING,
    REVIEWING,
    SIGNING,
    Manuscript,
    Signature,
)
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def own(user: Any) -> Asked:
    """For compilers and publishers: what is with them."""
    mine = Manuscript.objects.filter(compiler=user, state=COMPILING)
    printed = Manuscript.objects.filter(publisher=user, state=CLEARED)
    counts = yield Count(mine=mine, printed=printed)
    for thing in mine.order_by("since")[:5] if counts["mine"] else ():
        words = (
            _("“%(title)s” came back to you.")
            if thing.returned
            else _("“%(title)s” is examined: explain what was found.")
        )
        where = reverse("compilation:manuscript", args=(thing.pk,))
        yield Todo(words % {"title": thing.title}, where, "amber", _("Continue"))
    for thing in printed.order_by("since")[:5] if counts["printed"] else ():
        where = reverse("compilation:publish", args=(thing.pk,))
        yield Todo(
            _("“%(title)s” is cleared: compare the proof.") % {"title": thing.title}, where, "amber", _("Compare")
        )


@provider
def deciding(user: Any) -> Asked:
    """For reviewers and approvers: what waits for a decision or a signature."""
    mine = Q(reviewer=user) | (Q(reviewer=None) & user.reach(rights.REVIEWS).within("unit__path"))
    reviewing = Manuscript.objects.filter(mine, state=REVIEWING).exclude(compiler=user)
    mine = Q(approver=user) | (Q(approver=None) & user.reach(rights.APPROVE).within("unit__path"))
    rows = Manuscript.objects.filter(mine, state=APPROVING).exclude(compiler=user).exclude(reviewer=user)
    signed = Signature.objects.filter(version__manuscript=OuterRef("pk"), version__number=OuterRef("version"), by=user)
    signing = Manuscript.objects.filter(Q(reviewer=user) | Q(approver=user), ~Exists(signed), state=SIGNING)
    counts = yield Count(reviewing=reviewing, approving=rows, signing=signing)
    count = counts["reviewing"]
    if count:
        sentence = ngettext("%(n)d manuscript waits for review.", "%(n)d manuscripts wait for review.", count)
        where = f"{reverse('compilation:manuscripts')}?state={REVIEWING}"
        yield Todo(sentence % {"n": count}, where, "amber", _("Review"))
    count = counts["approving"]
    if count:
        sentence = ngettext(
            "%(n)d manuscript waits for the approver.", "%(n)d manuscripts wait for the approver.", count
        )
        where = f"{reverse('compilation:manuscripts')}?state={APPROVING}"
        yield Todo(sentence % {"n": count}, where, "amber", _("Decide the items"))
    for thing in signing.order_by("since")[:5] if counts["signing"] else ():
        where = reverse("compilation:manuscript", args=(thing.pk,))
        yield Todo(_("“%(title)s” waits for your signature.") % {"title": thing.title}, where, "amber", _("Sign"))
