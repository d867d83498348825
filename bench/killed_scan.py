"""A scan in the console whose worker is killed again and again: nothing may be lost or counted twice.

    python -m bench.killed_scan              20 kills over 6,000 files
    python -m bench.killed_scan --kills 5 --files 2000

A worker as ``shoumi worker`` runs it, with short leases, is killed by SIGKILL with all it started, at random moments
of the scan; the next one goes on. At the end the findings, places and gaps must be those of a scan that nobody killed.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

_WORKER: Final = (
    "import django; django.setup()\n"
    "from shoumi.console.jobs.worker import Loop\n"
    "Loop(lease=2.0, renew=0.5, pause=0.2).run()\n"
)
_LINES: Final = ("证件号 身份证110101199003070011", "机密★10年", "password = 'hunter2-Blue-Kite-77'", "午餐在十二点。")


def main(arguments: list[str]) -> int:
    """Write, scan under fire, scan in peace, compare; 1 when anything differs."""
    parser = argparse.ArgumentParser(prog="bench.killed_scan")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--files", type=int, default=6000)
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="shoumi-bench-") as place:
        share = Path(place, "share")
        _write(share, asked.files)
        home = Path(place, "home")
        os.environ.update(SHOUMI_HOME=str(home), SHOUMI_PUBLIC="", DJANGO_SETTINGS_MODULE="shoumi.console.settings")
        os.environ.pop("DATABASE_URL", None)
        run = _prepared(share)
        kills, attempts = _under_fire(run, asked.kills)
        found = _counted(run)
        expected = _in_peace(share, Path(place, "other"))
    sys.stdout.write(f"killed {kills} times in mid-scan, {attempts} attempts\n")
    sys.stdout.write(f"after the kills {found}\nin peace        {expected}\n")
    return 0 if found == expected and kills == asked.kills else 1


def _write(share: Path, count: int) -> None:
    for number in range(count):
        path = share / f"{number % 60}" / f"note-{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{_LINES[number % len(_LINES)]}\n第{number}号\n" * (number % 5 + 1), "utf-8")
    (share / "broken.docx").write_bytes(b"PK\x03\x04 nothing more")


def _prepared(share: Path) -> Any:
    import django

    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from django.utils import timezone

    from shoumi.console.accounts.models import Office, Unit
    from shoumi.console.scans import starting
    from shoumi.console.scans.models import Plan, Root

    Office.objects.create(pk=1, name="Bench")
    unit = Unit(name="Root", code="0")
    unit.settle()
    address = os.path.realpath(share)
    Root.objects.create(address=address, label="Share", unit=unit, by="bench")
    plan = Plan.objects.create(
        name="Share", unit=unit, addresses=[address], ocr="off", by="bench", announced=timezone.now()
    )
    return starting.begin(plan, "bench")


def _under_fire(run: Any, kills: int) -> tuple[int, int]:
    """Kill workers while the scan runs; then let one finish. Return how often a running scan was hit, and attempts."""
    draw, hit, began = random.Random(20), 0, time.monotonic()
    while hit < kills and time.monotonic() - began < 1800:
        worker = subprocess.Popen([sys.executable, "-c", _WORKER], start_new_session=True)
        _wait(run, _running_after(run, run.attempts), 60)
        time.sleep(draw.uniform(0.2, 2.5))
        run.refresh_from_db()
        hit += run.state == "running"
        os.killpg(worker.pid, signal.SIGKILL)
        worker.wait()
        if run.state == "done":
            break
    worker = subprocess.Popen([sys.executable, "-c", _WORKER], start_new_session=True)
    _wait(run, lambda: run.state == "done", 900)
    os.killpg(worker.pid, signal.SIGKILL)
    worker.wait()
    return hit, run.attempts


def _running_after(run: Any, attempts: int) -> Callable[[], bool]:
    """Return whether a further attempt of the run is under way, or it is over."""
    return lambda: run.state == "done" or (run.state == "running" and run.attempts > attempts)


def _wait(run: Any, ready: Callable[[], bool], seconds: float) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        run.refresh_from_db()
        if ready():
            return
        time.sleep(0.1)


def _counted(run: Any) -> dict[str, int]:
    from django.db.models import Sum

    from shoumi.console.findings.models import Decision, Finding, Gap, Occurrence

    run.inspection.refresh_from_db()
    return {
        "findings": Finding.objects.count(),
        "places": Occurrence.objects.count(),
        "counted": Finding.objects.aggregate(n=Sum("places"))["n"],
        "gaps": Gap.objects.count(),
        "noted": Decision.objects.filter(what="found").count(),
        "files": run.inspection.summary["files"],
    }


def _in_peace(share: Path, home: Path) -> dict[str, int]:
    from shoumi import scan
    from shoumi.engine.home import Home
    from shoumi.engine.settings import Settings
    from shoumi.engine.types import Match

    quiet = scan(os.path.realpath(share), home=Home(home), settings=Settings(ocr="off"))
    events = list(quiet)
    matches = [event for event in events if isinstance(event, Match)]
    ids = len({event.id for event in matches})
    places = len({(event.id, str(event.trail), str(event.locator), event.span) for event in matches})
    return {"findings": ids, "places": places, "counted": places, "gaps": len(events) - len(matches), "noted": ids,
            "files": quiet.summary.files}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
