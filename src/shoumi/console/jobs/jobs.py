"""The console's own housekeeping, as jobs."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.jobs import every, job
from shoumi.console.jobs.models import DONE, DROPPED, Job, Worker


@job("jobs.tidy", label=_("Clear away what is over"))
@every(day_at="03:30")
def tidy() -> None:
    """Forget jobs that were done a week ago, workers that are gone, sessions that have ended."""
    from django.core.management import call_command

    from shoumi.console.accounts import signin

    week, day = timezone.now() - timedelta(days=7), timezone.now() - timedelta(days=1)
    Job.objects.filter(state__in=(DONE, DROPPED), ended__lt=week).delete()
    Worker.objects.filter(seen__lt=day).delete()
    call_command("clearsessions")
    signin.forget()
