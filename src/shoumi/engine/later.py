"""Documents that wait for a detector that works on many at once (``detector.Batched``).

A document comes in with what the other detectors found in it; it leaves together with what the batch adds, or with the
reason why nothing could be added. Nothing of a document is reported before that: a snippet beside a secret that only
the batch knows would show it. ``task`` says which of the files of a worker's batch a document belongs to.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from shoumi.engine.detector import Batched, Detection
from shoumi.engine.errors import Unexamined
from shoumi.engine.limits import MIB
from shoumi.engine.types import Document
from shoumi.engine.view import View

_MOST: Final = 16 * MIB  # bytes of text that wait


@dataclass(frozen=True, slots=True)
class Waiting:
    """A document, how the detectors see it, and what they found."""

    task: int
    document: Document
    view: View
    found: Sequence[Detection]


class Later:
    """Collects documents while ``open``; ``beat`` is called often while the batch runs."""

    def __init__(self, detector: Batched, credential: Callable[[Detection], bool]) -> None:
        self._detector, self._credential = detector, credential
        self._waiting: list[Waiting] = []
        self._size = 0
        self.open = False
        self.task = 0
        self.beat: Callable[[], None] = lambda: None

    def add(self, document: Document, view: View, found: Sequence[Detection]) -> bool:
        """Take a document; returns whether so much waits that the batch must run now."""
        self._waiting.append(Waiting(self.task, document, view, found))
        self._size += len(view.raw) + 1024
        return self._size >= _MOST

    def run(self) -> Iterator[tuple[Waiting, list[Detection] | Unexamined]]:
        """Yield every document that waits, in order, with what the batch finds in it."""
        waiting, self._waiting, self._size = self._waiting, [], 0
        if not waiting:
            return
        answers = self._detector.scan([one.view for one in waiting], self.beat)
        for one, (_, found) in zip(waiting, answers, strict=True):
            yield one, found if isinstance(found, Unexamined) else self._new(found, one.found)

    def one(self, view: View, known: Sequence[Detection]) -> list[Detection] | Unexamined:
        """Return what the detector finds in one view, at once."""
        ((_, found),) = self._detector.scan([view], self.beat)
        return found if isinstance(found, Unexamined) else self._new(found, known)

    def _new(self, found: Sequence[Detection], known: Sequence[Detection]) -> list[Detection]:
        """Leave out what a rule of our own has spoken about."""
        own = [one for one in known if self._credential(one)]
        return [one for one in found if not any(other.start < one.end and one.start < other.end for other in own)]
