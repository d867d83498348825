"""What needs approval here, and whose: loans that staff ask for, copies and excerpts, carrying out, destruction."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from shoumi.console.approvals import Flow, Step, any_of, leader_of_unit, role
from shoumi.console.custody.models.carriers import DESCENTS
from shoumi.console.custody.models.lists import OPEN
from shoumi.console.custody.models.loans import ASKED, BORROW
from shoumi.console.levels import NAMES
from shoumi.console.roles import APPROVER

_LEADER: Final = (Step(_("Leader of the unit"), any_of(leader_of_unit, role(APPROVER))),)
_WORDS: Final[dict[str, Any]] = {
    "number": _("Ledger number"), "title": _("Title"), "level": _("Level"), "reason": _("Reason"),
    "purpose": _("Purpose"), "where": _("Where"), "due": _("Due back on"),
}  # fmt: skip

_VALUES: Final[dict[str, Any]] = {
    "level": lambda key: NAMES.get(key, key),
    "how": lambda key: dict(DESCENTS).get(key, key),
    "abroad": lambda key: _("yes") if key == "yes" else _("no"),
}


def _carrier_page(thing: Any) -> str:
    return reverse("custody:carrier", args=(thing.carrier_id,))


def _while(state: str) -> Any:
    """Return the facts of a thing as long as it waits; afterwards nothing is approved any more."""
    return lambda thing: thing.snapshot() if thing.state == state else {}


LOAN: Final = Flow(
    name="custody.loan",
    label=_("Borrow a carrier"),
    sentence=_("%(person)s borrows “%(title)s” (%(number)s), back on %(due)s."),
    clause=_("Regulations on the custody of carriers of state secrets (2000, no. 58): signed out and back in"),
    steps=_LEADER,
    values=_VALUES,
    facts=lambda loan: loan.wanted() if loan.kind == BORROW and loan.state == ASKED else {},
    words={**_WORDS, "person": _("Borrower"), "where": _("Where it is used")},
    about=lambda loan: loan.borrower,
    page=_carrier_page,
    level=lambda loan: NAMES[loan.carrier.level],
)  # fmt: skip
COPY: Final = Flow(
    name="custody.copy",
    label=_("Copy or excerpt"),
    sentence=_("Make %(copies)s copies or excerpts of “%(title)s” (%(number)s)."),
    clause=_("Implementing Regulations of the State Secrets Law, article 27 (5) and article 29 (4)"),
    steps=_LEADER,
    values=_VALUES,
    facts=_while(ASKED),
    words={
        **_WORDS, "how": _("What is made"), "copies": _("Number of copies"), "pages": _("Pages or passages"),
        "consent": _("Consent of the originator"),
    },
    page=_carrier_page,
    level=lambda order: NAMES[order.carrier.level],
)  # fmt: skip
CARRY_OUT: Final = Flow(
    name="custody.carry",
    label=_("Carry a carrier out"),
    sentence=_("%(person)s and %(second)s carry “%(title)s” (%(number)s) to %(where)s, back on %(due)s."),
    clause=_("Implementing Regulations of the State Secrets Law, article 27 (8) and article 29 (5)"),
    steps=_LEADER,
    values=_VALUES,
    facts=_while(ASKED),
    words={
        **_WORDS, "person": _("Who carries it"), "second": _("Second person"), "route": _("Route"),
        "measures": _("Protective measures"), "abroad": _("Leaves the country"),
    },
    about=lambda loan: loan.borrower,
    page=_carrier_page,
    level=lambda loan: NAMES[loan.carrier.level],
)  # fmt: skip
DESTROY: Final = Flow(
    name="custody.destroy",
    label=_("Destroy carriers"),
    sentence=_("Destroy everything on the list %(list)s, before the supervisors %(first)s and %(second)s."),
    clause=_("Implementing Regulations of the State Secrets Law, article 28"),
    steps=_LEADER,
    values=_VALUES,
    facts=_while(OPEN),
    words={
        **_WORDS, "list": _("List number"), "method": _("How"), "where": _("Where, by whom"),
        "first": _("First supervisor"), "second": _("Second supervisor"), "items": _("Carriers"),
    },
    page=lambda destruction: reverse("custody:destruction", args=(destruction.pk,)),
    level=lambda destruction: destruction.level_words(),
)  # fmt: skip
