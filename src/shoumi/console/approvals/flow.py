"""Flows: what needs whose agreement, declared by the room that asks. ``flows.py`` of any room is found by itself.

    DESTROY = Flow(
        name="custody.destroy",
        label=_("Destroy a carrier"),
        sentence=_("Destroy “%(title)s”, copy %(copy)s."),      # filled in from the snapshot
        clause=_("Implementing Regulations of the State Secrets Law, article 28"),
        steps=(Step(_("Leader"), leader_of_unit), Step(_("Office"), any_of(role(OFFICER), two(role(APPROVER))))),
        days=3,                                                  # for each step; then it is raised to the next leader
        facts=lambda carrier: {"title": carrier.title, …},       # the thing as it is now, to compare
        words={"title": _("Title"), "copy": _("Copy")},
        page=lambda carrier: reverse("custody:carrier", args=(carrier.pk,)),
    )

Nobody signs their own request, nor one about themselves (``about``), and different steps want different persons.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shoumi.console.approvals.who import AllOf, AnyOf, Leader, Role, Two, Who

_FLOWS: Final[dict[str, Flow]] = {}
leader_of_unit: Final = Leader()


def role(name: str) -> Role:
    """Whoever holds this role over the unit."""
    return Role(name)


def any_of(*parts: Who) -> AnyOf:
    """One of these."""
    return AnyOf(parts)


def all_of(*parts: Who) -> AllOf:
    """Every one of these, each another person."""
    return AllOf(parts)


def two(who: Who | str) -> Two:
    """Two different persons of this kind; a role's name may stand for ``role(name)``."""
    return Two(Role(who) if isinstance(who, str) else who)


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a flow. ``again``: who signed an earlier step may sign this one too. ``days`` replaces the flow's."""

    label: Any
    who: Who
    again: bool = False
    days: int | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """What is asked, and the steps in their order. All functions get the thing itself."""

    name: str
    label: Any
    steps: tuple[Step, ...]
    days: int = 3  # until a step is overdue
    valid: int = 30  # days that a granted request may wait to be used
    sentence: Any = ""  # what is being decided, with %(key)s of the snapshot; empty: label and thing
    clause: Any = ""  # where the rule stands
    words: Mapping[str, Any] = field(default_factory=dict)  # names of the snapshot's facts
    values: Mapping[str, Callable[[Any], Any]] = field(
        default_factory=dict
    )  # how a fact's value reads, where it is a key
    facts: Callable[[Any], Mapping[str, Any]] | None = None  # the snapshot as it would be now
    about: Callable[[Any], Any] | None = None  # the person it is about, who may not sign
    page: Callable[[Any], str] | None = None  # where the thing is, and what was granted can be done
    level: Callable[[Any], Any] | None = None  # what is printed top left on the form

    def __post_init__(self) -> None:
        if not self.steps:
            raise TypeError(f"the flow {self.name} has no steps")
        if _FLOWS.setdefault(self.name, self) is not self:
            raise TypeError(f"two flows are called {self.name}")

    def days_for(self, step: int) -> int:
        """Return the days until a step is overdue."""
        own = self.steps[step].days
        return self.days if own is None else own


def registry() -> dict[str, Flow]:
    """Return all flows by name, those of every installed room."""
    from django.utils.module_loading import autodiscover_modules

    autodiscover_modules("flows")
    return dict(sorted(_FLOWS.items()))


def find(flow: Flow | str) -> Flow:
    """Return a flow by itself or by its name."""
    return flow if isinstance(flow, Flow) else (_FLOWS.get(flow) or registry()[flow])
