"""What waits for somebody here: signatures, returns, overdue loans, reviews, terms, countings."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from shoumi.console.accounts.models import Unit
from shoumi.console.custody import states
from shoumi.console.custody.borrowing import granted
from shoumi.console.custody.models import Carrier, Destruction, Dispatch, HandOver, Loan, Policy, StockTake
from shoumi.console.custody.models.lists import OPEN
from shoumi.console.custody.models.loans import OPEN as OUT
from shoumi.console.custody.reminding import overdue, uncounted
from shoumi.console.levels import OPEN as OPEN_LEVEL
from shoumi.console.roles import LEADER, OFFICER
from shoumi.console.todo import Asked, Count, Todo, provider


@provider
def signatures(user: Any) -> Asked:
    """For everybody: hand-overs and destructions that want their signature."""
    me = user.person
    gives = Q(giver=me, giver_signed=None) | Q(taker=me, taker_signed=None, giver_signed__isnull=False)
    supervises = Q(first=me, first_signed=None) | Q(second=me, second_signed=None)
    signing, watching = HandOver.objects.filter(gives, state=OPEN), Destruction.objects.filter(supervises, state=OPEN)
    counts = yield Count(signing=signing, watching=watching)
    for one in signing.select_related("giver", "taker") if counts["signing"] else ():
        sentence = _("%(giver)s hands carriers over to %(taker)s: your signature is wanted.")
        words = {"giver": one.giver.name, "taker": one.taker.name}
        yield Todo(sentence % words, reverse("custody:handover", args=(one.pk,)), "amber", _("Sign"))
    for one in watching if counts["watching"] else ():
        sentence = _("You supervise the destruction of list %(number)s.") % {"number": one.number}
        yield Todo(sentence, reverse("custody:destruction", args=(one.pk,)), "amber", _("Look"))


@provider
def mine(user: Any) -> Asked:
    """For everybody: what they have borrowed and must give back."""
    today = timezone.localdate()
    loans = Loan.objects.filter(borrower=user.person, state=OUT)
    counts = yield Count(late=loans.filter(due_on__lt=today), due=loans.filter(due_on=today))
    late = counts["late"]
    if late:
        sentence = ngettext("%(n)d carrier that you borrowed is overdue. Bring it back today.",
                            "%(n)d carriers that you borrowed are overdue. Bring them back today.", late)  # fmt: skip
        yield Todo(sentence % {"n": late}, reverse("custody:mine"), "seal", _("Show"))
    due = counts["due"]
    if due:
        sentence = ngettext("%(n)d carrier that you borrowed is due today.",
                            "%(n)d carriers that you borrowed are due today.", due)  # fmt: skip
        yield Todo(sentence % {"n": due}, reverse("custody:mine"), "amber", _("Show"))


@provider
def keeping(user: Any) -> Asked:
    """For officers and leaders: overdue loans, what is missing, what has to be accepted."""
    reach = user.reach({OFFICER, LEADER})
    if not reach:
        return
    here = user.reach({OFFICER})
    counts = yield Count(
        overdue=overdue().filter(reach.within("carrier__unit__path")),
        missing=Carrier.objects.filter(reach.within("unit__path"), state=states.MISSING),
        arriving=Dispatch.objects.filter(here.within("to_unit__path"), state=OPEN, to_unit__isnull=False),
        granted=Loan.objects.filter(here.within("carrier__unit__path"), granted()),
        offered=Loan.objects.filter(here.within("carrier__unit__path"), state=OUT, offered__isnull=False),
    )
    count = counts["overdue"]
    if count:
        sentence = ngettext("%(n)d loan is overdue.", "%(n)d loans are overdue.", count)
        yield Todo(sentence % {"n": count}, f"{reverse('custody:loans')}?state=overdue", "seal", _("Show"))
    count = counts["missing"]
    if count:
        sentence = ngettext("%(n)d carrier is missing.", "%(n)d carriers are missing.", count)
        yield Todo(sentence % {"n": count}, f"{reverse('custody:ledger')}?state=missing", "seal", _("Show"))
    count = counts["arriving"]
    if count:
        sentence = ngettext("%(n)d dispatch to you waits to be accepted.",
                            "%(n)d dispatches to you wait to be accepted.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, f"{reverse('custody:dispatches')}?state=open", "amber", _("Show"))
    count = counts["granted"]
    if count:
        sentence = ngettext("%(n)d approved loan waits to be handed out.",
                            "%(n)d approved loans wait to be handed out.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, f"{reverse('custody:loans')}?state=granted", "amber", _("Show"))
    count = counts["offered"]
    if count:
        sentence = ngettext("%(n)d borrower wants to give a carrier back.",
                            "%(n)d borrowers want to give carriers back.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, f"{reverse('custody:loans')}?state=offered", "amber", _("Show"))


@provider
def yearly(user: Any) -> Asked:
    """For officers: reviews, ends of terms, countings."""
    reach = user.reach({OFFICER})
    if not reach:
        return
    policy = Policy.current()
    ledger, carriers = reverse("custody:ledger"), Carrier.objects.filter(reach.within("unit__path"))
    live = carriers.filter(check_source=True, state__in=sorted(states.LIVE))
    counts = yield Count(
        terms=carriers.filter(policy.term_ending()), reviews=carriers.filter(policy.review_due()),
        sources=live.exclude(level=OPEN_LEVEL),
        running=StockTake.objects.filter(reach.within("unit__path"), state=OPEN),
        uncounted=Unit.objects.filter(pk__in=uncounted(policy.stock_months).values("pk")).filter(reach.within("path")),
    )  # fmt: skip
    count = counts["terms"]
    if count:
        sentence = ngettext("The term of %(n)d carrier has ended or ends soon.",
                            "The terms of %(n)d carriers have ended or end soon.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, f"{ledger}?due=term", "amber", _("Show"))
    count = counts["reviews"]
    if count:
        sentence = ngettext("%(n)d carrier is due for review.", "%(n)d carriers are due for review.", count)
        yield Todo(sentence % {"n": count}, f"{ledger}?due=review", "amber", _("Show"))
    count = counts["sources"]
    if count:
        sentence = ngettext("%(n)d carrier was made from one whose level changed.",
                            "%(n)d carriers were made from others whose level changed.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, f"{ledger}?due=source", "amber", _("Show"))
    here = reverse("custody:stocktakes")
    running = counts["running"]
    if running:
        sentence = ngettext("%(n)d stock-take is running.", "%(n)d stock-takes are running.", running)
        yield Todo(sentence % {"n": running}, f"{here}?state=open", "plain", _("Go on"))
    count = counts["uncounted"]
    if count:
        sentence = ngettext("%(n)d unit was not counted within the period.",
                            "%(n)d units were not counted within the period.", count)  # fmt: skip
        yield Todo(sentence % {"n": count}, here, "plain", _("Show"))
