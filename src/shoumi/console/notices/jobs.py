"""Messages that leave the console: one for all that waits, never with its content."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from shoumi.console.accounts.models import User
from shoumi.console.jobs import JobFailed, enqueue, every, job
from shoumi.console.notices import channels
from shoumi.console.notices.models import GROUP, NEVER, PERSONAL, Channel, Notice, Sent
from shoumi.console.notices.telling import inform


@job("notices.daily", label=gettext_lazy("Collect the day's notices"))
@every(day_at="07:30")
def daily() -> None:
    """Ask for one message to everybody whose inbox holds something they were not told of."""
    waiting = list(Notice.objects.filter(read=None, user__is_active=True).values_list("user", flat=True).distinct())
    for channel in Channel.objects.filter(until=None, scope=PERSONAL):
        for pk in waiting:
            enqueue("notices.mail", key=f"{channel.pk} {pk}", channel=channel.pk, user=pk)


@job("notices.mail", label=gettext_lazy("Mail: something waits in Shoumi"), tries=7, minutes=5)
def mail(channel: int, user: int) -> None:
    """Tell one person by mail that something waits; once for each notice and channel."""
    way = Channel.objects.filter(pk=channel, until=None).first()
    person = User.objects.full().filter(pk=user, is_active=True).first()
    told = inform(person) if person else None
    to = (told.address or person.person.email) if person and told else ""
    if way is None or told is None or told.rhythm == NEVER or not to:
        return
    sent, _made = Sent.objects.get_or_create(user=person, channel=way)
    news = list(Notice.objects.filter(user=person, read=None, pk__gt=sent.upto).values_list("pk", flat=True))
    if not news:
        return
    with translation.override(told.language):
        _send(way, _title(), _body(len(news)), to)
    Sent.objects.filter(pk=sent.pk, upto__lt=max(news)).update(upto=max(news))


@job("notices.group", label=gettext_lazy("Group: something waits in Shoumi"), tries=7, minutes=5)
def group(channel: int) -> None:
    """Tell a group that something new waits for some of its people."""
    way = Channel.objects.filter(pk=channel, until=None, scope=GROUP).first()
    last = Notice.objects.filter(read=None).order_by("-pk").values_list("pk", flat=True).first()
    if way is None or last is None or last <= way.upto:
        return
    with translation.override(settings.LANGUAGE_CODE):
        _send(way, _title(), f"{_('There is something new in Shoumi. Sign in to see whether it is for you.')}{_link()}")
    Channel.objects.filter(pk=way.pk, upto__lt=last).update(upto=last)


@job("notices.test", label=gettext_lazy("Try a way out"), tries=1, minutes=5)
def test(channel: int, to: str, language: str) -> None:
    """Send a message that says it is a trial."""
    way = Channel.objects.filter(pk=channel, until=None).first()
    if way is None:
        return
    with translation.override(language):
        _send(way, _title(), _("This is a trial: notices of Shoumi will come this way."), to)


def _send(way: Channel, title: str, body: str, to: str = "") -> None:
    taken = channels.send(way, title, body, to)
    Channel.objects.filter(pk=way.pk).update(**{"worked" if taken else "failed": timezone.now()})
    if not taken:
        raise JobFailed(_("“%(name)s” did not take the message.") % {"name": way.name})


def _title() -> str:
    return _("Shoumi: there is something for you")


def _body(count: int) -> str:
    words: Any = ngettext(
        "There is something for you in Shoumi. Sign in to read it.",
        "There are %(n)d things for you in Shoumi. Sign in to read them.",
        count,
    )
    return f"{words % {'n': count} if '%(' in words else words}{_link()}"


def _link() -> str:
    return f"\n{settings.PUBLIC}" if settings.PUBLIC else ""
