"""What waits for somebody here: to explain, to review, to approve, to sign, to compare the proof."""

from __future__ import annotations

from collections.abc import Iterator
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
from shoumi.console.todo import Todo, provider


@provider
def own(user: Any) -> Iterator[Todo]:
    """For compilers and publishers: what is with them."""
    for thing in Manuscript.objects.filter(compiler=user, state=COMPILING).order_by("since")[:5]:
        words = (
            _("“%(title)s” came back to you.")
            if thing.returned
            else _("“%(title)s” is examined: explain what was found.")
        )
        where = reverse("compilation:manuscript", args=(thing.pk,))
        yield Todo(words % {"title": thing.title}, where, "amber", _("Continue"))
    for thing in Manuscript.objects.filter(publisher=user, state=CLEARED).order_by("since")[:5]:
        where = reverse("compilation:publish", args=(thing.pk,))
        yield Todo(
            _("“%(title)s” is cleared: compare the proof.") % {"title": thing.title}, where, "amber", _("Compare")
        )


@provider
def deciding(user: Any) -> Iterator[Todo]:
    """For reviewers and approvers: what waits for a decision or a signature."""
    mine = Q(reviewer=user) | (Q(reviewer=None) & user.reach(rights.REVIEWS).within("unit__path"))
    count = Manuscript.objects.filter(mine, state=REVIEWING).exclude(compiler=user).count()
    if count:
        sentence = ngettext("%(n)d manuscript waits for review.", "%(n)d manuscripts wait for review.", count)
        where = f"{reverse('compilation:manuscripts')}?state={REVIEWING}"
        yield Todo(sentence % {"n": count}, where, "amber", _("Review"))
    mine = Q(approver=user) | (Q(approver=None) & user.reach(rights.APPROVE).within("unit__path"))
    rows = Manuscript.objects.filter(mine, state=APPROVING).exclude(compiler=user).exclude(reviewer=user)
    count = rows.count()
    if count:
        sentence = ngettext(
            "%(n)d manuscript waits for the approver.", "%(n)d manuscripts wait for the approver.", count
        )
        where = f"{reverse('compilation:manuscripts')}?state={APPROVING}"
        yield Todo(sentence % {"n": count}, where, "amber", _("Decide"))
    signed = Signature.objects.filter(version__manuscript=OuterRef("pk"), version__number=OuterRef("version"), by=user)
    rows = Manuscript.objects.filter(Q(reviewer=user) | Q(approver=user), ~Exists(signed), state=SIGNING)
    for thing in rows.order_by("since")[:5]:
        where = reverse("compilation:manuscript", args=(thing.pk,))
        yield Todo(_("“%(title)s” waits for your signature.") % {"title": thing.title}, where, "amber", _("Sign"))
