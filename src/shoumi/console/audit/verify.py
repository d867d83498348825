"""Is the chain whole? Enter entries in their order, checkpoints and trusted keys; leave every break, by number.

Knows nothing of Django: an exported chain is checked on any machine. What one chain alone cannot show is said: entries
after the last checkpoint could have been cut off or written anew by whoever rules the database.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shoumi.console.audit import canonical, keys

_SHOWN: Final = 50  # problems; after a break everything may be one


@dataclass(slots=True)
class Verdict:
    """What was found. ``head`` is the last entry; ``covered`` the last one under a good checkpoint (0: none)."""

    head: int = 0
    digest: str = canonical.START
    covered: int = 0
    signers: set[str] = field(default_factory=set)
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def whole(self) -> bool:
        """Say whether nothing is broken."""
        return not self.problems

    def problem(self, sentence: str) -> None:
        """Keep a sentence, up to a limit."""
        if len(self.problems) < _SHOWN:
            self.problems.append(sentence)

    @property
    def tail(self) -> tuple[int, int] | None:
        """First and last entry that no checkpoint covers."""
        return (self.covered + 1, self.head) if self.head > self.covered else None


def verify(
    entries: Iterable[Mapping[str, Any]], checkpoints: Iterable[Mapping[str, Any]], trusted: Mapping[str, str]
) -> Verdict:
    """Check entries (as exported), then checkpoints against them. ``trusted``: key name → public PEM."""
    verdict = Verdict()
    signed = list(checkpoints)
    wanted = {int(point["seq"]) for point in signed if _number(point.get("seq"))}
    seen: dict[int, str] = {}
    clock = ""
    for entry in entries:
        clock = _step(verdict, entry, clock)
        if verdict.head in wanted:
            seen[verdict.head] = verdict.digest
    for point in signed:
        _checkpoint(verdict, point, seen, trusted)
    return verdict


def _step(verdict: Verdict, entry: Mapping[str, Any], clock: str) -> str:
    """Check one entry against the one before; return its time."""
    number = entry.get("seq")
    if not isinstance(number, int) or any(name not in entry for name in (*canonical.FIELDS, "digest")):
        verdict.problem(f"after entry {verdict.head}: a line that is no complete entry")
        return clock
    expected = verdict.head + 1
    if number > expected:
        last = number - 1
        verdict.problem(f"entries {expected} to {last} are missing" if last > expected else f"entry {last} is missing")
    elif number < expected:
        verdict.problem(f"entry {number} stands after entry {verdict.head}: the order was changed")
    elif entry["previous"] != verdict.digest:
        verdict.problem(f"entry {number} does not follow the entry before it: something was changed, moved or removed")
    try:
        found = canonical.digest(entry)
    except (ValueError, TypeError) as error:
        verdict.problem(f"entry {number} cannot be checked: {error}")
        found = ""
    if found and found != entry["digest"]:
        verdict.problem(f"entry {number} was changed after it was written")
    if str(entry["at"]) < clock:
        verdict.notes.append(f"the clock stood earlier at entry {number} than at the entry before")
    verdict.head, verdict.digest = max(number, verdict.head), str(entry["digest"])
    return str(entry["at"])


def _checkpoint(
    verdict: Verdict, point: Mapping[str, Any], seen: Mapping[int, str], trusted: Mapping[str, str]
) -> None:
    """Check one signature, and that the chain still holds what was signed."""
    if not _number(point.get("seq")) or any(name not in point for name in ("digest", "at", "key", "signature")):
        verdict.problem("a checkpoint is incomplete")
        return
    seq, name = int(point["seq"]), str(point["key"])
    if name not in trusted:
        verdict.notes.append(f"the checkpoint at entry {seq} is signed by key {name}, which is not trusted here")
        return
    message = canonical.statement(seq, str(point["digest"]), str(point["at"]), name)
    try:
        good = keys.genuine(keys.public(trusted[name]), str(point["signature"]), message)
    except keys.KeyProblem:
        good = False
    if not good:
        verdict.problem(f"the signature of the checkpoint at entry {seq} is not genuine")
    elif seq > verdict.head:
        verdict.problem(f"a checkpoint covers entry {seq}, but the chain ends at {verdict.head}: the end was cut off")
    elif seen.get(seq) != point["digest"]:
        verdict.problem(f"entry {seq} is not the one that its checkpoint signed: the chain was written anew")
    else:
        verdict.signers.add(name)
        verdict.covered = max(verdict.covered, seq)


def _number(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def sentences(verdict: Verdict) -> Iterator[str]:
    """Say the verdict, most important first."""
    yield from verdict.problems
    if verdict.whole:
        yield f"{verdict.head} entries, none changed, moved or missing" if verdict.head else "the chain is empty"
    if verdict.covered:
        yield f"checkpoints cover entries 1 to {verdict.covered} (key {', '.join(sorted(verdict.signers))})"
    if verdict.tail:
        first, last = verdict.tail
        yield (
            f"entries {first} to {last} are covered by no checkpoint: whoever rules the database could cut them off or "
            "write them anew unseen"
        )
    yield from verdict.notes
