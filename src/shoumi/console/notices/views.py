"""Inbox, how one is told, the office's ways out."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from shoumi.console.action import Action, Gone
from shoumi.console.audit.models import Entry
from shoumi.console.lists import Column, Filter, ListPage, pairs, yes_no
from shoumi.console.notices.actions import AddChannel, Choose, Read, ReadAll, RemoveChannel, TryChannel
from shoumi.console.notices.models import URGENCIES, Channel, Notice
from shoumi.console.pages import ActionPage, Page
from shoumi.console.roles import SYSTEM

_TONES = {"seal": "seal", "amber": "amber"}


class Inbox(ListPage):
    """What one was told, the newest first."""

    name = "notices.inbox"
    title = gettext_lazy("Inbox")
    anybody = True
    search = ("zh_hans", "zh_hant", "en")
    order = ("-pk",)
    empty = gettext_lazy("What concerns you is told here, the newest first. Nothing yet.")
    columns = (
        Column("text", gettext_lazy("Notice"), lambda n: n.text),
        Column("urgency", gettext_lazy("Urgency"), lambda n: n.get_urgency_display(), "urgency", "badge",
               tone=lambda n: "" if n.read else _TONES.get(n.urgency, "")),
        Column("made", gettext_lazy("Time"), lambda n: n.made, "made", "moment"),
        Column("read", gettext_lazy("State"), lambda n: _("read") if n.read else _("unread"), "read", "badge",
               tone=lambda n: "" if n.read else "amber"),
    )  # fmt: skip
    filters = (
        Filter("unread", gettext_lazy("State"), yes_no(gettext_lazy("unread"), gettext_lazy("read")),
               lambda rows, value: rows.filter(read__isnull=value == "yes")),
        Filter("urgency", gettext_lazy("Urgency"), pairs(URGENCIES), lambda rows, value: rows.filter(urgency=value)),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        return Notice.objects.filter(user=self.request.user)

    def address(self, row: Any) -> str:
        return reverse("notices:notice", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        steps = [(_("How I am told"), reverse("notices:choose"))]
        if self.rows().filter(read=None).exists():
            steps.insert(0, (_("Mark all as read"), reverse("notices:read-all")))
        return steps


class OneNotice(Page):
    """One notice; the button marks it as read and leads to what it is about."""

    anybody = True

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = Notice.objects.filter(user=request.user, pk=pk).first()
        if notice is None:
            raise Gone
        return self.show("notices/notice.html", notice=notice)


class MarkRead(ActionPage):
    """Read one, and go to what it is about."""

    action = Read

    def after(self, done: Any) -> HttpResponse:
        address = done.result.address
        here = url_has_allowed_host_and_scheme(address, allowed_hosts=None) if address else False
        return redirect(address if here else "notices:inbox")

    def back(self, act: Action) -> str:
        return reverse("notices:notice", args=(act.target.pk,))


class _ToInbox(ActionPage):
    def address(self, done: Any) -> str:
        del done
        return reverse("notices:inbox")

    def back(self, act: Action) -> str:
        return self.address(act)


class MarkAllRead(_ToInbox):
    """Read all."""

    action = ReadAll


class HowTold(_ToInbox):
    """Choose how to be told."""

    action = Choose


class Channels(ListPage):
    """The office's ways out, and whether they work. Addresses are never shown."""

    name = "notices.channels"
    title = gettext_lazy("Ways out for notices")
    roles = frozenset({SYSTEM})
    search = ("name", "service")
    order = ("name",)
    empty = gettext_lazy(
        "Notices stay in the inbox until there is a way out: a mail server, or a group's robot in WeCom, DingTalk or "
        "Feishu."
    )
    columns = (
        Column("name", gettext_lazy("Name of the way out"), lambda c: c.name, "name"),
        Column("scope", gettext_lazy("Reaches"), lambda c: c.get_scope_display(), "scope"),
        Column("service", gettext_lazy("Service"), lambda c: c.service, "service"),
        Column("worked", gettext_lazy("Last sent"), lambda c: c.worked, "worked", "moment"),
        Column("failed", gettext_lazy("Last failed"), lambda c: c.failed, "failed", "moment"),
        Column("state", gettext_lazy("State"), lambda c: _state(c)[0], "until", "badge", tone=lambda c: _state(c)[1]),
    )  # fmt: skip
    filters = (
        Filter("removed", gettext_lazy("Removed"), yes_no(gettext_lazy("yes"), gettext_lazy("no")),
               lambda rows, value: rows.filter(until__isnull=value == "no")),
    )  # fmt: skip

    def rows(self) -> QuerySet:
        everywhere = self.request.user.reach(self.roles).everywhere
        return Channel.objects.defer("sealed") if everywhere else Channel.objects.none()

    def address(self, row: Any) -> str:
        return reverse("notices:channel", args=(row.pk,))

    def steps(self) -> list[tuple[Any, str]]:
        return [(_("Add way out"), reverse("notices:channel-add"))]


def _state(channel: Channel) -> tuple[Any, str]:
    if channel.until:
        return _("removed"), ""
    if channel.ill:
        return _("does not work"), "seal"
    return (_("works"), "jade") if channel.worked else (_("not tried"), "amber")


class OneChannel(Page):
    """One way out."""

    roles = frozenset({SYSTEM})

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        everywhere = request.user.reach(self.roles).everywhere
        channel = Channel.objects.defer("sealed").filter(pk=pk).first() if everywhere else None
        if channel is None:
            raise Gone
        history = Entry.objects.filter(subject=f"notices.channel:{pk}")[:30]
        words, tone = _state(channel)
        return self.show("notices/channel.html", channel=channel, words=words, tone=tone, history=history)


class _ChannelPage(ActionPage):
    def address(self, done: Any) -> str:
        return reverse("notices:channel", args=(done.thing.pk,))

    def back(self, act: Action) -> str:
        return reverse("notices:channel", args=(act.target.pk,)) if act.target else reverse("notices:channels")


class ChannelAdd(_ChannelPage):
    """Add one."""

    action = AddChannel


class ChannelTry(_ChannelPage):
    """Try one."""

    action = TryChannel


class ChannelRemove(_ChannelPage):
    """Remove one."""

    action = RemoveChannel
