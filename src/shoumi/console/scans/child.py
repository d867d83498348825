"""The engine in a process of its own: a task on standard input, lines of JSON on standard output. Knows no Django.

    python -m shoumi.console.scans.child scan|register|fetch|check

``scan``: progress, results as the JSON Lines contract with message codes beside, the summary last; SIGTERM stops it,
SIGUSR1 lets it pause (what is done is remembered, no summary). ``register`` and ``fetch``: one task, one answer.
``check`` stays: a header line, that many bytes, an answer; rules are loaded once, and again when the registry changes.
"""

from __future__ import annotations

import ctypes
import datetime
import io
import json
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, Final

_STEP: Final = 0.5  # seconds between words about progress
_AROUND: Final = 20  # characters around a place that is read again: the place, not its neighbours
_PARENT_DIED: Final = 1  # prctl(PR_SET_PDEATHSIG, …)


def main(arguments: list[str]) -> int:
    """Do what is asked."""
    tasks = {"scan": _scan, "register": _register, "fetch": _fetch, "check": _check}
    if len(arguments) != 1 or arguments[0] not in tasks:
        return 2
    return tasks[arguments[0]]()


def _task() -> dict[str, Any]:
    task: dict[str, Any] = json.loads(sys.stdin.buffer.readline())
    return task


def _say(value: dict[str, Any]) -> None:
    from shoumi.engine.reports import _json

    sys.stdout.buffer.write(_json.line(value).encode() + b"\n")
    sys.stdout.buffer.flush()


def _die_with_parent() -> None:
    try:
        ctypes.CDLL(None).prctl(_PARENT_DIED, signal.SIGKILL)
    except (AttributeError, OSError):
        return


def _settings(task: dict[str, Any]) -> Any:
    from shoumi.engine.settings import Settings

    return Settings(packs=tuple(task.get("packs") or ("all",)), ocr=task.get("ocr", "auto"))


def _scan() -> int:
    _die_with_parent()
    task = _task()
    from shoumi.engine.errors import ShoumiError
    from shoumi.engine.scan import Scan
    from shoumi.engine.source import Policy
    from shoumi.engine.types import Gap, Match

    paused: list[bool] = []
    settings = _settings(task)
    try:
        scan = Scan(
            tuple(task["addresses"]),
            settings=settings,
            policy=Policy(exclude=tuple(task.get("exclude", ()))),
            jobs=task.get("jobs", 0),
            suppressions=_suppressions(task.get("judged", ()), settings.today),
            watch=_Progress(),
        )
    except ShoumiError as error:
        _say({"type": "error", "sentence": str(error)})
        return 2

    def stop(number: int, _frame: object) -> None:
        if number == signal.SIGUSR1:
            paused.append(True)
        scan.stop()

    for number in (signal.SIGTERM, signal.SIGUSR1):
        signal.signal(number, stop)
    _say({"type": "began"})
    for event in scan:
        if isinstance(event, Match):
            _say(_match(event))
        elif not (paused and isinstance(event, Gap) and event.stage == "scan"):
            _say(event.as_json())
    if paused:
        _say({"type": "paused"})
    else:
        _say({**scan.summary.as_json(), "stopped": scan.summary.stopped, "failed": [str(e) for e in scan.errors]})
    return 0


class _Progress:
    """Says how far a scan is, twice a second."""

    def __init__(self) -> None:
        self._last = 0.0

    def __call__(self, progress: Any) -> None:
        if time.monotonic() - self._last < _STEP:
            return
        self._last = time.monotonic()
        names = ("files", "bytes", "total_files", "total_bytes", "findings", "gaps", "walked", "current")
        _say({"type": "progress", **{name: getattr(progress, name) for name in names}})


def _suppressions(judged: Any, today: datetime.date) -> Any:
    from shoumi.engine.suppression import Suppression, Suppressions

    entries = {
        one["id"]: Suppression(
            one["id"], one["rule"], one["reason"], one["owner"], datetime.date.fromisoformat(one["until"])
        )
        for one in judged
    }
    return Suppressions(entries, today)


def _match(event: Any) -> dict[str, Any]:
    from shoumi.engine.reports import _json

    codes = [[reason.code, dict(reason.values)] for reason in event.reasons]
    return {**_json.match(event, []), "codes": codes, "dated": _modified(event.path)}


def _modified(path: str) -> float | None:
    """Return when a local file was last changed; its name may be masked, then nobody can say."""
    try:
        return Path(path).stat().st_mtime
    except (OSError, ValueError):
        return None


def _register() -> int:
    _die_with_parent()
    task = _task()
    from shoumi.engine.detectors.passages import place
    from shoumi.engine.errors import ShoumiError
    from shoumi.engine.home import Home
    from shoumi.engine.intake import Intake
    from shoumi.engine.passages.registry import Registered

    about = {**task["about"], "belongs": tuple(place(address) for address in task["about"].get("belongs", ()))}
    try:
        outcome = Intake(Home(), _settings(task)).add(task["paths"], Registered(**about), "documents")
    except ShoumiError as error:
        _say({"type": "error", "sentence": str(error)})
        return 2
    _say(
        {
            "type": "registered",
            "added": [
                {"id": one.id, "level": one.level, "until": one.until, "characters": one.characters}
                for one in outcome.added
            ],
            "twice": outcome.twice,
            "gaps": [gap.reason for gap in outcome.gaps],
            "failed": [str(error) for error in outcome.errors],
        }
    )
    return 0


def _fetch() -> int:
    """Read one place again: the text of its span with a little around it."""
    _die_with_parent()
    task = _task()
    from shoumi.engine import registry
    from shoumi.engine.errors import AddressError
    from shoumi.engine.source import Found, Policy

    settings = _settings(task)
    want = [(step["kind"], step["name"]) for step in task["trail"]]
    listener = _Place(want, task["locator"], task["span"], task["hiding"])
    try:
        source = registry.source_of(task["path"])
        for entry in source.walk(task["path"], Policy(), frozenset()):
            if isinstance(entry, Found):
                _examine(listener, source.item(entry.path, settings), settings)
    except AddressError:
        pass
    _say({"type": "place", "text": listener.text})
    return 0


def _examine(listener: Any, item: Any, settings: Any) -> None:
    from shoumi.engine.examine import Examiner

    for _event in Examiner(listener, settings).examine(item):
        if listener.text is not None:
            return


class _Place:
    """Stands where the rules would, and takes the text of one place out."""

    def __init__(self, trail: list[tuple[str, str]], locator: dict[str, Any], span: list[int], hiding: str) -> None:
        self._trail, self._span, self._hiding = trail, span, hiding
        self._locator = {name: value for name, value in locator.items() if name not in ("line", "offset")}
        self.text: str | None = None

    def inspect(self, document: Any) -> Iterator[Any]:
        """Look for the segment that the locator names."""
        if self.text is None and [(step.kind, step.name) for step in document.trail.steps] == self._trail:
            for segment in document.segments:
                own = {n: v for n, v in segment.locator.as_json().items() if n not in ("line", "offset")}
                start, end = self._span[0] - segment.base, self._span[1] - segment.base
                hiding = segment.hiding if segment.hidden else ""  # what is deleted counts its characters anew
                if own == self._locator and hiding == self._hiding and 0 <= start < len(segment.text):
                    self.text = segment.text[max(0, start - _AROUND) : end + _AROUND]
                    break
        return iter(())

    def inspect_bytes(self, raw: bytes, trail: Any) -> Iterator[Any]:
        """Look into plain text."""
        if self.text is None and [(step.kind, step.name) for step in trail.steps] == self._trail:
            text = raw.decode("utf-8", "replace")
            self.text = text[max(0, self._span[0] - _AROUND) : self._span[1] + _AROUND]
        return iter(())

    def inspect_name(self, name: str, trail: Any) -> Iterator[Any]:
        """A finding in a name is the name."""
        if self._locator == {"part": "name"} and [(step.kind, step.name) for step in trail.steps] == self._trail:
            self.text = name
        return iter(())

    def suspects(self, name: str) -> bool:
        """Every name may be the place."""
        del name
        return True

    def mask(self, text: str) -> str:
        """Show names as they are."""
        return text


def _check() -> int:
    """Answer checks until standard input ends."""
    from shoumi.engine.home import Home
    from shoumi.engine.settings import Settings

    home, settings = Home(), Settings()
    rules = _Rules(home, settings)
    rules.fresh()
    _say({"type": "ready"})
    while line := sys.stdin.buffer.readline():
        header = json.loads(line)
        data = sys.stdin.buffer.read(header["size"])
        _say(rules.answer(header["name"], data))
    return 0


class _Rules:
    """The rules, loaded once, and again when the registry of documents has changed."""

    def __init__(self, home: Any, settings: Any) -> None:
        self._home, self._settings = home, settings
        self._inspector: Any = None
        self._generation: Any = None
        self._day = datetime.date.min

    def fresh(self) -> Any:
        """Return the inspector of now."""
        from dataclasses import replace

        from shoumi.engine.inspector import Inspector

        now, today = self._registered(), datetime.date.today()  # noqa: DTZ011  (terms end on local days)
        if self._inspector is None or now != self._generation or today != self._day:
            self._generation, self._day = now, today
            self._inspector = Inspector(replace(self._settings, today=today), self._home)
            if self._inspector.passages is not None:
                self._inspector.passages.accumulates = False  # a check is never remembered
        return self._inspector

    def _registered(self) -> str:
        from shoumi.engine.passages import registry

        if not registry.exists(self._home):
            return ""
        with registry.Register(self._home) as register:
            return str(register.generation)

    def answer(self, name: str, data: bytes) -> dict[str, Any]:
        """Examine bytes and return the verdict with its reasons; of registered documents only that there is one."""
        from shoumi.engine.examine import Examiner
        from shoumi.engine.types import SEVERITIES, Gap, Item, Match
        from shoumi.engine.verdict import discreet, verdict

        def opened() -> BinaryIO:
            return io.BytesIO(data)

        item = Item("check", name, len(data), None, opened)
        events = [
            discreet(event) if isinstance(event, Match) else event
            for event in Examiner(self.fresh(), self._settings).examine(item)
            if isinstance(event, Match | Gap)
        ]
        found = sorted(
            (event for event in events if isinstance(event, Match) and event.severity != "info"),
            key=lambda match: SEVERITIES.index(match.severity),
        )
        return {
            "type": "answer",
            "verdict": verdict(events),
            "found": [
                {
                    "rule": match.rule,
                    "category": match.category,
                    "severity": match.severity,
                    "snippet": match.snippet,
                    "codes": [[reason.code, dict(reason.values)] for reason in match.reasons],
                    "locator": match.locator.as_json(),
                }
                for match in found[:20]
            ],
            "more": max(0, len(found) - 20),
            "gaps": [{"trail": str(gap.trail), "reason": gap.reason} for gap in events if isinstance(gap, Gap)][:20],
        }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
