"""Two snapshots in, what came, went and changed out: the question after every repair is what is no longer the same.

Parts are known by serial, else by model and place. A part that one of the snapshots could not see is named as such, and
never as exchanged.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, Literal, TypeAlias

Change: TypeAlias = Literal["added", "removed", "changed", "unseen"]
# part → what tells one from another, first to last
_LISTS: Final = {
    "memory": ("serial", "slot"),
    "disks": ("serial", "wwn", "name"),
    "network": ("mac",),
    "usb": ("serial", "id"),
    "usb_history": ("serial", "id"),
}
_FACTS: Final = ("hardware", "processor", "system")
_PASSING: Final = {"name", "first", "last"}  # differ from start to start
_LATER: Final = {"usb_history"}  # only grows; what a rotated log forgot is no change
# a part whose change means that somebody was inside the machine, or that something left it
GRAVE: Final = frozenset({"hardware", "memory", "disks", "network"})


@dataclass(frozen=True, slots=True)
class Difference:
    """One difference. ``before`` and ``after`` are the part as each snapshot tells it."""

    part: str
    change: Change
    what: str
    before: Any = None
    after: Any = None

    @property
    def grave(self) -> bool:
        """Whether it needs an explanation before the device is used again."""
        storage = isinstance(self.after, dict) and bool(self.after.get("storage"))
        return self.change != "unseen" and (self.part in GRAVE or (self.part.startswith("usb") and storage))

    def as_json(self) -> dict[str, Any]:
        """Return the difference as one object."""
        return {
            "type": "difference",
            "part": self.part,
            "change": self.change,
            "what": self.what,
            "before": self.before,
            "after": self.after,
            "grave": self.grave,
        }


def compare(before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """Yield the differences, gravest kind of part first."""
    blind = _blind(before) | _blind(after)
    for part in _FACTS:
        yield from _facts(part, before.get(part, {}), after.get(part, {}), blind)
    for part, names in _LISTS.items():
        if part in blind:
            yield Difference(part, "unseen", part)
            continue
        yield from _parts(part, names, before.get(part, []), after.get(part, []))


def _blind(snapshot: dict[str, Any]) -> set[str]:
    return {str(one.get("what", "")) for one in snapshot.get("unseen", [])}


def _facts(part: str, before: dict[str, Any], after: dict[str, Any], blind: set[str]) -> Iterator[Difference]:
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old == new:
            continue
        if part in blind or f"{part}.{name}" in blind:
            yield Difference(part, "unseen", name, old, new)
        else:
            yield Difference(part, "changed", name, old, new)


def _parts(part: str, names: tuple[str, ...], before: list[Any], after: list[Any]) -> Iterator[Difference]:
    old, new = _keyed(names, before), _keyed(names, after)
    for key in old:
        if key not in new and part not in _LATER:
            yield Difference(part, "removed", _label(old[key]), old[key], None)
    for key in new:
        if key not in old:
            yield Difference(part, "added", _label(new[key]), None, new[key])
        elif _lasting(old[key]) != _lasting(new[key]):
            yield Difference(part, "changed", _label(new[key]), old[key], new[key])


def _keyed(names: tuple[str, ...], parts: list[Any]) -> dict[tuple[str, ...], dict[str, Any]]:
    """Return parts by what tells them apart; equal ones without serial are counted."""
    keyed: dict[tuple[str, ...], dict[str, Any]] = {}
    for one in parts:
        told: tuple[str, ...] = next(
            ((name, str(one[name])) for name in names if one.get(name)), ("", str(sorted(one.items())))
        )
        key, again = told, 1
        while key in keyed:
            again += 1
            key = (*told, str(again))
        keyed[key] = one
    return keyed


def _lasting(part: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in part.items() if name not in _PASSING}


def _label(part: dict[str, Any]) -> str:
    name = part.get("model") or part.get("name")
    number = part.get("serial") or part.get("mac") or part.get("id")
    return " ".join(str(word) for word in (part.get("slot"), name, number) if word)
