"""What this room does by itself every morning: certificates that end, house rules that wait to be read."""

from __future__ import annotations

from datetime import timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.jobs import every, job

WARNINGS = (60, 30, 7, 0)  # days before a certificate ends, each told once
REMIND_DAYS = 7


@job("assets.certificates")
@every(day_at="06:10")
def certificates() -> None:
    """Tell the keepers of a vendor whose certificate, or whose engineer's, ends in 60, 30, 7 days or today."""
    from shoumi.console.assets.models import Engineer, Vendor
    from shoumi.console.notices import tell

    today = timezone.localdate()
    days = [today + timedelta(days=left) for left in WARNINGS]
    firms = Vendor.objects.filter(ended_on=None, valid_until__in=days).select_related("unit")
    people = Engineer.objects.filter(ended_on=None, vendor__ended_on=None, valid_until__in=days)
    for party in (*firms, *people.select_related("vendor__unit")):
        until = party.valid_until.isoformat() if party.valid_until else ""
        sentence = format_lazy(_("The certificate of {name} ends on {day}."), name=party.name, day=until)
        address = reverse("assets:vendor", args=(party.pk if isinstance(party, Vendor) else party.vendor_id,))
        tell(_keepers(party.unit_path), sentence, address, urgency="amber", thing=party)


@job("assets.rules")
@every(day_at="06:20")
def rules() -> None:
    """Remind, once a week from the day of issue, whoever is bound by house rules and has not acknowledged them."""
    from shoumi.console.accounts.models import User
    from shoumi.console.assets.models import RulesVersion
    from shoumi.console.notices import tell

    today = timezone.localdate()
    for version in RulesVersion.objects.filter(current=True).select_related("rules__unit"):
        if (today - version.issued_on).days % REMIND_DAYS:
            continue
        users = User.objects.full().filter(person__in=version.waiting(), is_active=True)
        sentence = format_lazy(_("Please read “{title}” and acknowledge it."), title=version.rules.title)
        tell(users, sentence, reverse("assets:rules-version", args=(version.pk,)), thing=version)


def _keepers(path: str) -> list[object]:
    """Return the accounts that keep the register of a unit."""
    from shoumi.console.accounts.models import Grant, User
    from shoumi.console.assets.ledger import KEEPERS

    above = [path[: end + 1] for end, sign in enumerate(path) if sign == "/" and end]
    from django.db.models import Q

    held = Grant.objects.filter(Q(unit=None) | Q(unit__path__in=above), role__in=KEEPERS, ended=None)
    return list(User.objects.full().filter(pk__in=held.values("user"), is_active=True))
