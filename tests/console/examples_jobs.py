"""For every action of the room jobs: who does it, to what, with which input, so that it succeeds."""

from __future__ import annotations


def failed(world):
    from shoumi.console.jobs.models import DEAD, Job

    return Job.objects.create(name="jobs.tidy", state=DEAD, tries=6, problem="OSError (x.py:1)")


EXAMPLES = {
    "jobs.again": lambda w: (w.alice, failed(w), {}),
    "jobs.drop": lambda w: (w.alice, failed(w), {"reason": "not needed any more"}),
}
