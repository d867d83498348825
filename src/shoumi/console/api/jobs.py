"""Answers that may be asked for again are kept for a day."""

from __future__ import annotations

from datetime import timedelta

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from shoumi.console.api.models import Answer
from shoumi.console.jobs import every, job


@job("api.forget", label=_("Forget answers to programs"))
@every(minutes=60)
def forget() -> None:
    """Forget answers older than a day."""
    Answer.objects.filter(made__lt=timezone.now() - timedelta(days=1)).delete()
