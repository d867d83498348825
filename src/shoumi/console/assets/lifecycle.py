"""The life of a device as data: its states, the steps between them, and why the other ways are closed.

    bought → registered → in use ⇄ repair
                 ↕ transfer          └→ retired → sanitised → verified → sold · donated · re-purposed
                                           └──────────┴───────────┴────→ destroyed

A step is an action of this room (``actions/life.py``). Other rooms hang conditions and consequences on a step without
touching it:

    @guard("assets.device.repair")
    def approved(act): …            # raises Unmet with a sentence; runs after the step's own checks

    @after("assets.device.verify")
    def certificate(act, event): …  # runs inside the same transaction, once the step is written
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

BOUGHT, REGISTERED, USED, REPAIR, TRANSFER = "bought", "registered", "use", "repair", "transfer"
RETIRED, SANITISED, VERIFIED, DESTROYED = "retired", "sanitised", "verified", "destroyed"
SOLD, DONATED, REPURPOSED = "sold", "donated", "repurposed"
STATES: Final = (
    (BOUGHT, _("bought, not registered")),
    (REGISTERED, _("registered")),
    (USED, _("in use")),
    (REPAIR, _("in repair")),
    (TRANSFER, _("being handed over")),
    (RETIRED, _("retired")),
    (SANITISED, _("sanitised, not verified")),
    (VERIFIED, _("sanitised and verified")),
    (DESTROYED, _("destroyed")),
    (SOLD, _("sold")),
    (DONATED, _("donated")),
    (REPURPOSED, _("released for another use")),
)
NAMES: Final = dict(STATES)
LIVE: Final = frozenset({REGISTERED, USED, REPAIR, TRANSFER, RETIRED, SANITISED, VERIFIED})  # in somebody's keeping
WORKING: Final = frozenset({REGISTERED, USED, REPAIR, TRANSFER})  # may still hold secrets of today
OUT: Final = frozenset({SOLD, DONATED, REPURPOSED})  # left the protection it had
ENDED: Final = frozenset({DESTROYED, SOLD, DONATED})

_UNTREATED: Final = _(
    "Not from “%(state)s”: a device leaves for sale, donation or another use only after it was sanitised and the "
    "result verified. State Secrets Law art. 31(5): retired devices that were not treated may not be given away, sold, "
    "discarded or put to another use."
)
_UNPERSONED: Final = _(
    "Not from “%(state)s”: only a registered device is put in use, and a named person answers for it "
    "(Implementing Regulations art. 27)."
)
_UNRETIRED: Final = _(
    "Not from “%(state)s”: first retire the device, so that nobody works with it while it is sanitised or destroyed "
    "(Implementing Regulations art. 28: count, register, approve, then destroy)."
)
_UNSANITISED: Final = _(
    "Not from “%(state)s”: there is nothing to verify before the device was sanitised (State Secrets Law art. 31(5))."
)
_ENDED: Final = _("This device was %(state)s. Its record is kept as it is, and nothing more happens to it.")
_ELSE: Final = _("Not from “%(state)s”. This step is open from: %(sources)s.")
CLAUSES: Final = {
    USED: _UNPERSONED, SOLD: _UNTREATED, DONATED: _UNTREATED, REPURPOSED: _UNTREATED,
    SANITISED: _UNRETIRED, DESTROYED: _UNRETIRED, VERIFIED: _UNSANITISED,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Step:
    """One way from states to a state. ``target`` is None where the step itself decides (back from a repair)."""

    name: str
    sources: frozenset[str]
    target: str | None

    def refusal(self, state: str) -> Any:
        """Return why the step is closed in a state, with the clause; None when it is open."""
        if state in self.sources:
            return None
        if state in ENDED:
            return _ENDED % {"state": NAMES[state]}
        sentence = CLAUSES.get(self.target or "", _ELSE)
        sources = ", ".join(str(NAMES[key]) for key, _label in STATES if key in self.sources)
        return sentence % {"state": NAMES[state], "sources": sources}


def _steps(*rows: tuple[str, set[str], str | None]) -> dict[str, Step]:
    return {name: Step(f"assets.device.{name}", frozenset(sources), target) for name, sources, target in rows}


STEPS: Final = _steps(
    ("register", {BOUGHT, REPURPOSED}, REGISTERED),
    ("use", {REGISTERED}, USED),
    ("shelve", {USED}, REGISTERED),
    ("repair", {REGISTERED, USED}, REPAIR),
    ("repaired", {REPAIR}, None),
    ("transfer", {REGISTERED, USED}, TRANSFER),
    ("receive", {TRANSFER}, None),
    ("accept", {TRANSFER}, None),
    ("decline", {TRANSFER}, None),
    ("refuse", {TRANSFER}, None),
    ("retire", {REGISTERED, USED, REPAIR}, RETIRED),
    ("restore", {RETIRED}, REGISTERED),
    ("sanitise", {RETIRED}, SANITISED),
    ("reject", {SANITISED}, RETIRED),
    ("verify", {SANITISED}, VERIFIED),
    ("destroy", {RETIRED, SANITISED, VERIFIED}, DESTROYED),
    ("sell", {VERIFIED}, SOLD),
    ("donate", {VERIFIED}, DONATED),
    ("repurpose", {VERIFIED}, REPURPOSED),
)

_GUARDS: Final[dict[str, list[Callable[[Any], None]]]] = {}
_AFTER: Final[dict[str, list[Callable[[Any, Any], None]]]] = {}


def guard(name: str) -> Callable[[Callable[[Any], None]], Callable[[Any], None]]:
    """Register a condition of a step, by the step's action name; it raises Unmet when it does not hold."""
    return _into(_GUARDS, name)


def after(name: str) -> Callable[[Callable[[Any, Any], None]], Callable[[Any, Any], None]]:
    """Register a consequence of a step, by the step's action name."""
    return _into(_AFTER, name)


def _into(registry: dict[str, list[Any]], name: str) -> Callable[[Any], Any]:
    if name.removeprefix("assets.device.") not in STEPS:
        raise LookupError(f"no step is called {name}")

    def add(function: Any) -> Any:
        registry.setdefault(name, []).append(function)
        return function

    return add


def ask(act: Any) -> None:
    """Let every condition that others hung on a step speak."""
    for condition in _GUARDS.get(act.name, ()):
        condition(act)


def tell(act: Any, event: Any) -> None:
    """Let every consequence that others hung on a step follow."""
    for consequence in _AFTER.get(act.name, ()):
        consequence(act, event)
