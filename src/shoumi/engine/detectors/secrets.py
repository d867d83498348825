"""The long tail of credentials: a maintained scanner, run as a program of its own over texts that were extracted.

In: views, many at a time, because starting the program costs more than most files. Out: for each view the
credentials that the scanner recognises. It is kingfisher, an extra (``shoumi[secrets]``), asked for by the pack
``secrets``. It never goes online: validation and updates are off, and where the kernel allows it the process has no
network at all. Texts are handed over in a private folder, in memory where there is one; what it says comes back through
a pipe. Where a rule of our own has spoken about the same characters, the scanner is not heard.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, ClassVar, Final

from shoumi.engine.detector import Detection, Hits
from shoumi.engine.detectors.credentials import PLACEHOLDER
from shoumi.engine.errors import Corrupt, ExtraNeeded, TimedOut, Unexamined
from shoumi.engine.limits import MIB
from shoumi.engine.rule import Rule
from shoumi.engine.settings import Settings
from shoumi.engine.types import Reason, Severity
from shoumi.engine.view import View

_OPTIONS: Final = (
    *("--no-validate", "--no-update-check"),  # never online
    *("--format", "jsonl", "--jobs", "1", "--turbo", "--git-history", "none", "--no-extract-archives"),
    *("--max-file-size", "0", "--no-ignore", "--no-dedup", "--confidence", "medium"),
)
_DONE: Final = (0, 200, 205)  # exit codes: nothing, something, something valid
_CHOSEN: Final[dict[str, tuple[float, Severity | None]]] = {"high": (0.9, None), "medium": (0.7, "medium")}
_SHOWN: Final = 4  # characters of a token that tell its kind
_MEMORY: Final = "/dev/shm"  # noqa: S108  (a folder of our own is made in it)
_BEAT: Final = 1.0  # seconds between two signs of life
_LONGEST: Final = 180.0  # seconds of one run, and one more for each MiB
_PATIENCE: Final = 8  # times the limit of one run that a batch may take when it is run in parts
_NEW_USER, _NEW_NET, _DIE_WITH_PARENT = 0x10000000, 0x40000000, 1
_SYSTEM: Final = ctypes.CDLL(None)  # looked up before the fork: nothing may be imported in the child


class Secrets:
    """Runs the scanner. ``cache`` is a folder in which it keeps its compiled rules."""

    name: ClassVar[str] = "secrets"
    version: ClassVar[int] = 1
    batched: ClassVar[bool] = True

    def __init__(self, rules: Sequence[Rule], settings: Settings, cache: Path | None = None) -> None:
        found = program()
        if found is None:
            raise ExtraNeeded("the pack 'secrets' needs a scanner that is not installed: pip install 'shoumi[secrets]'")
        self._program: str = found
        self._rule = rules[0]
        del settings  # nothing of it bears on the scanner
        self.cache = cache

    def detect(self, view: View, hits: Hits) -> Iterable[Detection]:  # noqa: ARG002  (the contract's)
        """Return what is found in one view: a start of the program for it alone."""
        ((_, found),) = self.scan([view], lambda: None)
        if isinstance(found, Unexamined):
            raise found
        return found

    def scan(
        self, views: Sequence[View], beat: Callable[[], None]
    ) -> Iterator[tuple[View, list[Detection] | Unexamined]]:
        """Yield each view with what is found in it, or with why it could not be scanned; ``beat`` is called often."""
        deadline = time.monotonic() + _PATIENCE * _seconds(views)
        waiting = [list(views)]
        while waiting:
            part = waiting.pop()
            try:
                if time.monotonic() > deadline:
                    raise TimedOut("the credential scanner took too long")
                found = self._run(part, beat)
            except Unexamined as error:
                if len(part) > 1:  # one text of many is to blame: in halves, until it is alone
                    waiting += [part[len(part) // 2 :], part[: len(part) // 2]]
                    continue
                found = [error]
            yield from zip(part, found, strict=True)

    def _run(self, views: Sequence[View], beat: Callable[[], None]) -> list[list[Detection] | Unexamined]:
        beat()
        with _private() as folder:
            texts = folder / "texts"
            texts.mkdir()
            for number, view in enumerate(views):
                (texts / f"{number}.txt").write_bytes(view.raw)
            said = self._said(folder, _seconds(views), beat)
        by_view: dict[int, list[Any]] = {}
        for number, told in _told(said):
            by_view.setdefault(number, []).append(told)
        return [list(self._detections(view, by_view.get(number, ()))) for number, view in enumerate(views)]

    def _said(self, folder: Path, seconds: float, beat: Callable[[], None]) -> bytes:
        """Run the program and return its answer. Raises TimedOut, or Corrupt when it fails."""
        cache = ("--rule-cache-dir", str(self.cache / "kingfisher")) if self.cache else ("--no-rule-cache",)
        command = [self._program, "scan", "texts", *_OPTIONS, *cache]
        environment = {"HOME": str(folder), "PATH": "", "TMPDIR": str(folder), "LANG": "C.UTF-8"}
        ends = time.monotonic() + seconds
        try:
            child = subprocess.Popen(
                command,
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                preexec_fn=_confine,  # noqa: PLW1509  (workers have one thread)
            )
        except OSError as error:
            raise Corrupt(f"the credential scanner cannot be started: {os.strerror(error.errno or 0)}") from error
        with child:
            while True:
                try:
                    said, _ = child.communicate(timeout=min(_BEAT, max(0.01, ends - time.monotonic())))
                    break
                except subprocess.TimeoutExpired:
                    beat()
                    if time.monotonic() > ends:
                        child.kill()
                        child.communicate()
                        raise TimedOut(f"the credential scanner was not done after {seconds:.0f} seconds") from None
        if child.returncode not in _DONE:
            raise Corrupt(f"the credential scanner ended ({_how(child.returncode)})")
        return said

    def _detections(self, view: View, told: Iterable[dict[str, Any]]) -> Iterator[Detection]:
        starts: list[int] | None = None
        taken: list[tuple[int, int]] = []
        for one in sorted(told, key=_worth):
            if starts is None:
                starts = _lines(view.raw)
            span = _span(view.raw, starts, one["finding"])
            if span is None or any(first < span[1] and span[0] < last for first, last in taken):
                continue
            secret = view.raw[span[0] : span[1]].decode("utf-8", "replace")
            if PLACEHOLDER.search(secret):
                continue
            taken.append(span)
            yield self._detection(one, span, secret)

    def _detection(self, one: dict[str, Any], span: tuple[int, int], secret: str) -> Detection:
        kind = str(one["rule"]["id"]).rpartition("/")[2].rpartition("betterleaks.")[2]
        confidence, severity = _CHOSEN[one["finding"]["confidence"]]
        shown = min(_SHOWN, len(secret) // 4)
        return Detection(
            self._rule.id,
            *span,
            secret,
            (Reason("secrets.recognised", (("kind", kind),)),),
            confidence,
            severity,
            mask="all",
            secret=(span[0] + len(secret[:shown].encode()), span[1]),
            data={"kind": kind, "scanner": "kingfisher"},
        )


def program() -> str | None:
    """Return where the scanner of the extra is; one that merely lies on the PATH is not trusted."""
    with contextlib.suppress(ImportError, ValueError):
        spec = find_spec("kingfisher")
        for folder in (spec.submodule_search_locations if spec else None) or ():
            path = Path(folder, "bin", "kingfisher")
            if os.access(path, os.X_OK):
                return str(path)
    return None


def _seconds(views: Sequence[View]) -> float:
    return _LONGEST + sum(len(view.raw) for view in views) / MIB


def _confine() -> None:
    """In the child: die with the worker, and have no network where the kernel lets us go without one."""
    _SYSTEM.prctl(_DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)
    if _SYSTEM.unshare(_NEW_NET):  # only root may do it alone
        _SYSTEM.unshare(_NEW_USER | _NEW_NET)


@contextlib.contextmanager
def _private() -> Iterator[Path]:
    """Make a folder that only we can read, in memory where the system has a place for that; it never outlives us."""
    place = _MEMORY if os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > 256 << 20 else None
    try:
        folder = Path(tempfile.mkdtemp(prefix="shoumi-", dir=place))
    except OSError as error:
        raise Corrupt(f"no room for the credential scanner: {os.strerror(error.errno or 0)}") from error
    try:
        yield folder
    except OSError as error:
        raise Corrupt(f"no room for the credential scanner: {os.strerror(error.errno or 0)}") from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _told(said: bytes) -> Iterator[tuple[int, dict[str, Any]]]:
    """Yield what the answer says, with the number of the view that it is about. Raises Corrupt."""
    complete = False
    try:
        for line in said.splitlines():
            one = json.loads(line)
            if "finding" in one:
                yield int(Path(one["finding"]["path"]).stem), one
            complete |= "blobs_scanned" in one
    except (ValueError, KeyError, TypeError) as error:
        raise Corrupt("the credential scanner answers in another form than expected") from error
    if not complete:
        raise Corrupt("the answer of the credential scanner is cut off")


def _worth(one: dict[str, Any]) -> tuple[bool, bool, int, str]:
    """Order what is told about one place: surer first, rules for one issuer before general ones, longer first."""
    finding = one["finding"]
    return finding["confidence"] != "high", "generic" in one["rule"]["id"], -len(finding["snippet"]), one["rule"]["id"]


def _lines(raw: bytes) -> list[int]:
    """Return where each line begins."""
    starts, at = [0], raw.find(b"\n")
    while at >= 0:
        starts.append(at + 1)
        at = raw.find(b"\n", at + 1)
    return starts


def _span(raw: bytes, starts: Sequence[int], finding: dict[str, Any]) -> tuple[int, int] | None:
    """Return the bytes of a finding, told by line (from 1), column (bytes from 0) and its text; None when not there."""
    secret = str(finding["snippet"]).encode()
    line = min(max(1, int(finding["line"])), len(starts)) - 1
    start = starts[line] + int(finding["column_start"])
    if not secret:
        return None
    if raw[start : start + len(secret)] != secret:  # columns are counted otherwise in lines that hold a tab or return
        start = raw.find(secret, starts[line])
        if start < 0:
            return None
    return start, start + len(secret)


def _how(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


PLUGIN = Secrets
