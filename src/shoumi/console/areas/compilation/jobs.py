"""What the worker does for this room: examine manuscripts, compare proofs, clear up after a process that was killed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from shoumi.console.areas.compilation import examining
from shoumi.console.jobs import every, job
from shoumi.console.scans import reviewing


@job("compilation.examine", label=_("Examine a manuscript"), tries=20, minutes=60)
def examine(version: int) -> None:
    """Examine a version, unless that was done or it counts no more."""
    examining.examine(version)


@job("compilation.compare", label=_("Compare a proof with its clearance"), tries=20, minutes=60)
def compare(proof: int) -> None:
    """Compare a proof, unless that was done."""
    examining.compare(proof)


@job("compilation.sweep", label=_("Remove files that a killed examination left"))
@every(minutes=60)
def sweep() -> None:
    """Remove what lies open for longer than any examination takes."""
    reviewing.sweep()
