"""From a sentence to rows in inboxes, and jobs that say outside that something waits."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any, Final

from django.conf import settings
from django.utils import timezone, translation

from shoumi.console.jobs import enqueue
from shoumi.console.notices.models import AT_ONCE, DAILY, GROUP, NEVER, PERSONAL, Channel, Notice, Preference

SOON: Final = timedelta(minutes=1)  # what comes within a minute goes out as one message
GROUPED: Final = timedelta(minutes=10)


def tell(users: Iterable[Any], sentence: Any, address: str, urgency: str, thing: Any) -> None:
    """Write the notices and ask for messages."""
    if isinstance(sentence, str):  # gettext_lazy(…) % {…} is one: it speaks one language only
        raise TypeError("tell() wants a lazy sentence: gettext_lazy, with format_lazy for what stands in it")
    words = rendered(sentence)
    about = f"{thing._meta.label_lower}:{thing.pk}" if thing is not None else ""
    people = {user.pk: user for user in users if user.is_active}
    if about:
        known = Notice.objects.filter(user__in=people, thing=about, read=None, en=words["en"])
        for pk in known.values_list("user", flat=True):
            people.pop(pk, None)
    Notice.objects.bulk_create(
        Notice(user_id=pk, address=address[:500], urgency=urgency, thing=about[:100], **words) for pk in people
    )
    if people:
        _ask(list(people), urgent=urgency == "seal")


def rendered(sentence: Any) -> dict[str, str]:
    """Return the sentence by column, in every language."""
    words = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            words[code.replace("-", "_")] = str(sentence)[:1000]
    return words


def _ask(people: list[int], *, urgent: bool) -> None:
    channels = list(Channel.objects.filter(until=None).values_list("pk", "scope"))
    if not channels:
        return
    now, rhythms = timezone.now(), dict(Preference.objects.filter(user__in=people).values_list("user", "rhythm"))
    hasty = [pk for pk in people if at_once(rhythms.get(pk, DAILY), urgent=urgent)]
    for channel, scope in channels:
        if scope == GROUP:
            enqueue("notices.group", key=f"{channel}", at=now + GROUPED, channel=channel)
        for pk in hasty if scope == PERSONAL else ():
            enqueue("notices.mail", key=f"{channel} {pk}", at=now + SOON, channel=channel, user=pk)


def at_once(rhythm: str, *, urgent: bool) -> bool:
    """Say whether somebody with this rhythm is told at once."""
    return rhythm == AT_ONCE or (rhythm != NEVER and urgent)


def inform(user: Any) -> Preference:
    """Return how an account wants to be told, saved or not."""
    return Preference.objects.filter(user=user).first() or Preference(user=user)
