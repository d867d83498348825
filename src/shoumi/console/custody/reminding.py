"""Who is told what, once: overdue loans to borrower, custodian and leader; reviews, terms and countings to officers.

Enters the ledger as it is; leaves notices through the room notices. Each is said once a day, a week or a month,
however often the job runs (``Told``).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, Final

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from shoumi.console.accounts.models import Grant, Unit, User, months_after
from shoumi.console.custody import states
from shoumi.console.custody.models import Carrier, Loan, Policy, StockTake, Told
from shoumi.console.custody.models.loans import OPEN
from shoumi.console.custody.models.stocktakes import SIGNED
from shoumi.console.roles import LEADER, OFFICER

LABEL: Final = _("Remind of what is due")
_KEEP: Final = timedelta(days=400)


def overdue() -> Any:
    """Return the loans that should be back by now."""
    return Loan.objects.filter(state=OPEN, due_on__lt=timezone.localdate())


def everything() -> dict[str, int]:
    """Say everything that was not said yet; return how much of each."""
    Told.objects.filter(at__lt=timezone.now() - _KEEP).delete()
    return {"loans": loans(), "reviews": reviews(), "terms": ends(), "countings": countings()}


def loans() -> int:
    """Tell borrower, custodian and the unit's leader of each overdue loan, once a day."""
    today, told = timezone.localdate(), 0
    rows = overdue().select_related(
        "borrower__account", "carrier__custodian__account", "carrier__unit__leader__account"
    )
    for loan in rows:
        carrier = loan.carrier
        if not Told.first(f"loan {loan.pk} {today}"):
            continue
        sentence = format_lazy(
            _("Overdue since {day}: {number}, lent to {person}. It must come back today."),
            day=loan.due_on.isoformat(), number=carrier.number, person=loan.borrower.name,
        )  # fmt: skip
        people = (loan.borrower, carrier.custodian, carrier.unit.leader)
        _say(people, sentence, carrier)
        told += 1
    return told


def _say(people: Iterable[Any], sentence: Any, carrier: Carrier) -> None:
    """Tell those with an account: readers of the ledger at the carrier's page, others at what they hold."""
    accounts = {
        account.pk: account for one in people if (account := getattr(one, "account", None)) and account.is_active
    }
    readers = set(
        Grant.objects.filter(user__in=accounts, ended=None, role__in=(OFFICER, LEADER)).values_list(
            "user_id", flat=True
        )
    )
    here, mine = reverse("custody:carrier", args=(carrier.pk,)), reverse("custody:mine")
    for key, account in accounts.items():
        _tell([account], sentence, here if key in readers else mine, urgency="seal", thing=carrier)


def _tell(users: Iterable[Any], sentence: Any, address: str, **more: Any) -> None:
    from shoumi.console.notices import tell  # here, because to-do lists read this module in rooms without notices

    tell(users, sentence, address, **more)


def officers(path: str) -> list[User]:
    """Return the secrecy officers whose reach covers a unit, nearest first: those of the unit, or of one above."""
    granted = Grant.objects.filter(role=OFFICER, ended=None, user__is_active=True).select_related("unit", "user")
    covering = [grant for grant in granted if path.startswith(grant.unit.path if grant.unit else "")]
    nearest = max((len(grant.unit.path) if grant.unit else 0 for grant in covering), default=0)
    return [grant.user for grant in covering if (len(grant.unit.path) if grant.unit else 0) == nearest]


def _by_unit(rows: Any) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = defaultdict(list)
    for path, key in rows.values_list("unit__path", "pk"):
        found[path].append(key)
    return dict(found)


def _each_unit(rows: Any, key: str, sentence: Callable[[int, str], Any], address: str) -> int:
    names, told = dict(Unit.objects.values_list("path", "name")), 0
    for path, keys in _by_unit(rows).items():
        users = officers(path)
        if users and Told.first(f"{key} {path}"[:100]):
            _tell(users, sentence(len(keys), names[path]), address, urgency="amber")
            told += 1
    return told


def reviews() -> int:
    """Tell officers once a month how many carriers were not reviewed within the period."""
    month = timezone.localdate().strftime("%Y-%m")

    def sentence(number: int, unit: str) -> Any:
        return format_lazy(_("{unit}: {n} carriers are due for review."), unit=unit, n=number)

    rows = Carrier.objects.filter(Policy.current().review_due())
    return _each_unit(rows, f"review {month}", sentence, reverse("custody:ledger") + "?due=review")


def ends() -> int:
    """Tell officers once a week how many terms end within the notice period."""
    week = timezone.localdate().strftime("%G-W%V")

    def sentence(number: int, unit: str) -> Any:
        return format_lazy(_("{unit}: the term of {n} carriers has ended or ends soon."), unit=unit, n=number)

    rows = Carrier.objects.filter(Policy.current().term_ending())
    return _each_unit(rows, f"term {week}", sentence, reverse("custody:ledger") + "?due=term")


def countings() -> int:
    """Tell officers once a month which units were not counted within the period."""
    month = timezone.localdate().strftime("%Y-%m")

    def sentence(number: int, unit: str) -> Any:
        return format_lazy(_("{unit}: {n} carriers were not counted within the period."), unit=unit, n=number)

    rows = Carrier.objects.filter(state__in=sorted(states.HERE), unit__in=uncounted())
    return _each_unit(rows, f"count {month}", sentence, reverse("custody:stocktakes"))


def counted_paths(months: int) -> tuple[str, ...]:
    """Return the units that were wholly counted, with all below, within some months."""
    limit = months_after(timezone.localdate(), -months)
    signed = StockTake.objects.filter(state=SIGNED, place=None, signed_at__date__gt=limit)
    return tuple(signed.order_by().values_list("unit__path", flat=True).distinct())


def uncounted(months: int = 0) -> Any:
    """Return the units that keep carriers and were counted neither themselves nor from above within the period."""
    counted = Q(pk__in=())
    for path in counted_paths(months or Policy.current().stock_months):
        counted |= Q(path__startswith=path)
    keeping = Carrier.objects.filter(state__in=sorted(states.HERE)).values("unit")
    return Unit.objects.filter(closed_on=None, pk__in=keeping).exclude(counted)
