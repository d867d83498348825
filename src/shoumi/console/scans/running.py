"""Runs a scan: a child process with the engine, its lines into findings by batches, what people want of it obeyed.

Enters a run; leaves its inspection, complete, stopped or failed, or the run paused. Killed at any moment, it may begin
again: the engine remembers what it has read, and what was taken in counts once.
"""

from __future__ import annotations

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from shoumi.console.findings import ingest, judgements, opening
from shoumi.console.findings.models.found import FAILED as UNDONE
from shoumi.console.scans import addresses
from shoumi.console.scans.models import DONE, FAILED, GO, PAUSE, PAUSED, RUNNING, STOP, STOPPED, Run

_PAUSE: Final = 1.0  # seconds between looks at what people want
_SIGNALS: Final = {PAUSE: signal.SIGUSR1, STOP: signal.SIGTERM}
MODULE: Final = "shoumi.console.scans.child"


def environment() -> dict[str, str]:
    """Return what the child may know of this process's surroundings: its home, no database."""
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DJANGO_SETTINGS_MODULE")}
    return {**kept, "SHOUMI_HOME": str(settings.HOME.path)}


def child(task: str, **options: Any) -> subprocess.Popen[bytes]:
    """Start the engine for one kind of task."""
    return subprocess.Popen(
        [sys.executable, "-m", MODULE, task],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,  # the engine says everything in its lines; what a library prints may hold content
        env=environment(),
        **options,
    )


def ask(task: str, question: dict[str, Any], seconds: float) -> dict[str, Any]:
    """Ask the engine one thing in a process of its own. Raises TimeoutError, or RuntimeError when it died."""
    with child(task) as process:
        try:
            said, _errors = process.communicate(json.dumps(question).encode() + b"\n", timeout=seconds)
        except subprocess.TimeoutExpired as error:
            process.kill()
            raise TimeoutError from error
    lines = said.splitlines()
    if not lines:
        raise RuntimeError(f"the engine ended with {process.returncode}")
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def run(key: int) -> None:
    """Run, or go on with, a scan until it is over, paused or stopped."""
    run = Run.objects.select_related("plan__unit", "inspection__unit").get(pk=key)
    if not run.under_way or (run.wanted != GO and run.state == PAUSED):
        return
    if run.wanted == STOP:
        stop(run)
        return
    try:
        places = [_allowed(address) for address in run.plan.addresses]
    except addresses.NotAllowed as error:
        fail(run, str(error))
        return
    Run.objects.filter(pk=key).update(state=RUNNING, attempts=run.attempts + 1, heard=timezone.now(), problem="")
    task = {
        "addresses": places,
        "packs": run.plan.packs,
        "ocr": run.plan.ocr,
        "exclude": run.plan.exclude,
        "judged": judgements.holding(run.plan.unit.path),
    }
    with child("scan") as process:
        try:
            _follow(run, process, task)
        finally:
            if process.poll() is None:
                process.kill()


def _allowed(address: str) -> str:
    place = addresses.settled(address)
    addresses.root_of(place)
    return place


def _follow(run: Run, process: subprocess.Popen[bytes], task: dict[str, Any]) -> None:
    if process.stdin is None:
        return
    process.stdin.write(json.dumps(task).encode() + b"\n")
    process.stdin.flush()
    unit_of = _owner(run)
    batch: list[dict[str, Any]] = []
    flushed = time.monotonic()
    for line in _lines(process):
        value: dict[str, Any] = json.loads(line) if line else {"type": ""}
        kind = value["type"]
        if kind in ("match", "gap"):
            batch.append(value)
        elif kind == "progress":
            _progress(run, value)
        if len(batch) >= ingest.BATCH or time.monotonic() - flushed >= _PAUSE or kind in ("summary", "paused"):
            ingest.take(run.inspection, batch, unit_of)
            batch, flushed = [], time.monotonic()
            _obey(run, process)
        if kind == "summary":
            _over(run, value)
            return
        if kind == "paused":
            Run.objects.filter(pk=run.pk).update(state=PAUSED, current="")
            return
        if kind == "error":
            fail(run, value["sentence"])
            return
    raise RuntimeError(f"the engine's process ended with {process.wait()}")  # the job tries again


def _lines(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    """Yield whole lines as they come, and an empty one each second in which none came."""
    if process.stdout is None:
        return
    rest = b""
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            if not selector.select(_PAUSE):
                yield b""
                continue
            read = os.read(process.stdout.fileno(), 1 << 20)
            if not read:
                return
            *whole, rest = (rest + read).split(b"\n")
            yield from (line for line in whole if line)


def _progress(run: Run, said: dict[str, Any]) -> None:
    values = {
        name: said[name] for name in ("files", "total_files", "bytes", "total_bytes", "gaps", "walked", "current")
    }
    Run.objects.filter(pk=run.pk).update(found=said["findings"], heard=timezone.now(), **values)


def _obey(run: Run, process: subprocess.Popen[bytes]) -> None:
    wanted = Run.objects.values_list("wanted", flat=True).get(pk=run.pk)
    if wanted in _SIGNALS and wanted != run.wanted:
        run.wanted = wanted
        process.send_signal(_SIGNALS[wanted])


def _owner(run: Run) -> Callable[[str], int]:
    """Return whose a path is: the unit of the deepest allowed place it lies in, else the plan's."""
    known, own = addresses.owners(), run.plan.unit_id
    last: dict[str, int] = {}

    def unit_of(path: str) -> int:
        folder = path.rpartition("/")[0]
        if folder not in last:
            if len(last) > 10_000:
                last.clear()
            last[folder] = next((unit for root, unit in known if addresses.below(path, root)), own)
        return last[folder]

    return unit_of


def stop(run: Run) -> None:
    """End a run that no process works on: its report says that it was stopped."""
    _over(run, {**_nothing(), "stopped": True, "gaps": {"limit": 1}})


def _nothing() -> dict[str, Any]:
    return {"type": "summary", "files": 0, "members": 0, "bytes": 0, "seconds": 0.0, "findings": {}, "gaps": {},
            "skipped": {}, "version": "", "packs": {}}  # fmt: skip


@transaction.atomic
def _over(run: Run, summary: dict[str, Any]) -> None:
    """End a run: its inspection is finished, cases hear of it, what adds up becomes one."""
    inspection = ingest.finish(run.inspection, summary)
    opening.added_up(inspection)
    opening.inspected(inspection)
    state = STOPPED if summary.get("stopped") else DONE
    counts = {"files": summary["files"], "total_files": summary["files"], "bytes": summary["bytes"]}
    gaps = sum(summary["gaps"].values())
    Run.objects.filter(pk=run.pk).update(
        state=state, current="", heard=timezone.now(), walked=True, gaps=gaps, **counts
    )


@transaction.atomic
def fail(run: Run, problem: str) -> None:
    """End a run that cannot be done."""
    Run.objects.filter(pk=run.pk).update(state=FAILED, problem=problem[:500], current="", heard=timezone.now())
    run.inspection.state, run.inspection.ended = UNDONE, timezone.now()
    run.inspection.save()
