"""What the worker does for this room: run scans, start those that are due, keep step with the registry."""

from __future__ import annotations

from typing import Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Unit
from shoumi.console.action import ActionError, Machine
from shoumi.console.jobs import every, job
from shoumi.console.scans import registered, running
from shoumi.console.scans.actions.plans import Start
from shoumi.console.scans.models import Document, Plan

CLOCKWORK: Final = Machine("scheduler", frozenset({Start.name}))
_WEEK: Final = 7 * 24 * 60


@job("scans.run", label=_("Run a scan"), tries=200, minutes=_WEEK)
def run(run: int) -> None:
    """Run a scan, or go on with it; what was taken in before counts once."""
    running.run(run)


@job("scans.due", label=_("Start scans that are due"))
@every(minutes=5)
def due() -> None:
    """Start each plan whose time has come."""
    for plan in Plan.objects.filter(ended=None, following__lte=timezone.now()):
        try:
            Start.run(CLOCKWORK, plan)
        except ActionError:
            continue  # one is under way, or it is not announced yet


@job("scans.registry", label=_("Keep step with the registry of documents"))
@every(minutes=60)
def registry() -> None:
    """Note documents that the command line registered: they are the whole office's until somebody says otherwise."""
    keep_step()


def keep_step() -> int:
    """Add rows for documents that the registry holds and nobody has entered; return how many."""
    known = set(Document.objects.values_list("key", flat=True))
    root = Unit.objects.filter(parent=None).first()
    fresh = [one for one in registered.everything() if one.id not in known] if root is not None else []
    Document.objects.bulk_create(
        [
            Document(key=one.id, unit=root, level=one.level[:40], until=(one.until or "")[:40],
                     characters=one.characters, by="shoumi register")
            for one in fresh
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    return len(fresh)
