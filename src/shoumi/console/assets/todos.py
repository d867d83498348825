"""What waits in this room: for staff their devices and house rules, for keepers what is wrong."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.assets import ledger, registers, wrongs
from shoumi.console.assets.models import Device, Handover, StockTake, Vendor
from shoumi.console.assets.views.ledger import rules_for
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def mine(user: Any) -> Asked:
    """For everybody: devices handed over to them, house rules that they have not acknowledged."""
    offered = Handover.objects.filter(to_person=user.person_id, ended_at=None)
    counts = yield Count(offered=offered)
    for one in offered.select_related("device")[:5] if counts["offered"] else ():
        yield Todo(
            _("%(device)s was handed over to you.") % {"device": one.device}, reverse("assets:mine"), "amber",
            _("Accept or decline"),
        )  # fmt: skip
    for version, known in rules_for(user.person):
        if not known:
            yield Todo(
                _("Please read “%(title)s” and acknowledge it.") % {"title": version.rules.title},
                reverse("assets:rules-version", args=(version.pk,)), "plain", _("Read it"),
            )  # fmt: skip


@provider
def keepers(user: Any) -> Asked:
    """For keepers: urgent wrongs, hand-overs to receive, open counts, certificates that end."""
    reach = user.reach(ledger.KEEPERS)
    if not reach:
        return
    rows = Device.by_unit(reach)
    checks = {code: check for code, check in wrongs.checks().items() if check.tone == "seal"}
    counts = yield Count(
        **{code: check.find(rows) for code, check in checks.items()},
        **{
            "+counting": StockTake.objects.filter(reach.within("unit__path"), closed_at=None),
            "+offered": Handover.objects.filter(reach.within("to_unit__path"), ended_at=None),
            "+vendors": Vendor.objects.filter(registers.visible(reach), registers.expiring()).distinct(),
        },
    )
    for code, check in checks.items():
        count = counts[code]
        if count:
            sentence = ngettext("%(n)d device: %(what)s", "%(n)d devices: %(what)s", count)
            address = f"{reverse('assets:devices')}?wrong={check.code}"
            yield Todo(sentence % {"n": count, "what": check.label}, address, "seal", _("Show"))
    offered = counts["+offered"]
    if offered:
        sentence = ngettext("%(n)d device waits to be received.", "%(n)d devices wait to be received.", offered)
        yield Todo(sentence % {"n": offered}, f"{reverse('assets:devices')}?state=transfer", "plain", _("Show"))
    open_ones = StockTake.objects.filter(reach.within("unit__path"), closed_at=None)
    for one in open_ones[:3] if counts["+counting"] else ():
        yield Todo(
            _("The stock-take “%(title)s” is open.") % {"title": one.title},
            reverse("assets:stocktake", args=(one.pk,)), "plain", _("Go on"),
        )  # fmt: skip
    soon = counts["+vendors"]
    if soon:
        sentence = ngettext(
            "The certificate of %(n)d vendor ends soon or has ended.",
            "The certificates of %(n)d vendors end soon or have ended.", soon,
        )  # fmt: skip
        yield Todo(sentence % {"n": soon}, f"{reverse('assets:vendors')}?state=soon", "amber", _("Show"))
