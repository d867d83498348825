"""What the area of compilation needs of the engine: a manuscript reviewed, a proof compared, signatures, titles.

Enters bytes and names; leaves plain values. The engine works in a process of its own with limits on time and memory;
the file lies open in a private folder of the home only while that process reads it.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from django.conf import settings

from shoumi.console.roles import LEADER, OFFICER
from shoumi.console.scans import registered, running
from shoumi.console.scans.models import KEEPERS, LEADERS, Document

MODULE: Final = "shoumi.console.scans.reviewer"
FOLDER: Final = "reading"
ROLES: Final = ("reviewer", "approver")
_SECONDS: Final = 1800  # of one review or comparison
_SUFFIX: Final = re.compile(r"\.[A-Za-z0-9]{1,10}$")


class Unreadable(Exception):
    """The engine could not do it. ``reason``: time, ended, or refused with the engine's own ``sentence``."""

    def __init__(self, reason: str, sentence: str = "") -> None:
        super().__init__(sentence or reason)
        self.reason, self.sentence = reason, sentence


@dataclass(slots=True)
class Reviewed:
    """A review: pages of text with marks, items to decide, and what the whole inherits."""

    pages: list[list[dict[str, Any]]] = field(default_factory=list)
    items: list[dict[str, Any]] = field(default_factory=list)
    sheet: dict[str, Any] = field(default_factory=dict)


def review(data: bytes, name: str, *, about: str, compiler: str, told: Callable[[int], None] | None = None) -> Reviewed:
    """Review a manuscript. ``about`` names it across its versions; ``told`` hears how many pieces were read."""
    found = Reviewed()
    with _lying(data, name, about) as path:
        task = {"path": str(path), "name": name, "compiler": compiler, "ocr": "auto"}
        for said in _asked("review", task):
            kind = said.pop("type")
            if kind == "page":
                found.pages.append(said["parts"])
            elif kind == "item":
                found.items.append(said)
            elif kind == "sheet":
                found.sheet = said
            elif kind == "progress" and told is not None:
                told(said["pieces"])
    if not found.sheet:
        raise Unreadable("ended")
    return found


def compare(data: bytes, name: str, clearance: dict[str, Any], trusted: Iterable[str], *, about: str) -> dict[str, Any]:
    """Compare a file with a signed record; ``trusted`` are public keys, base 16. Returns answer and differences."""
    with _lying(data, name, about) as path:
        task = {"path": str(path), "clearance": clearance, "trusted": list(trusted), "ocr": "auto"}
        answers = [said for said in _asked("compare", task) if said["type"] == "answer"]
    if not answers:
        raise Unreadable("ended")
    return answers[0]


def message(role: str, record: dict[str, Any]) -> bytes:
    """Return what a signature in a role is made over."""
    from shoumi.engine import clearance

    return clearance.message("reviewer" if role == "reviewer" else "approver", record)


def record_of(text: str) -> dict[str, Any] | None:
    """Return a record or clearance from JSON; None when it is none."""
    from shoumi.engine import clearance
    from shoumi.engine.errors import UsageError

    try:
        value = json.loads(text)
        clearance.message("reviewer", value)
    except (ValueError, RecursionError, UsageError):
        return None
    return dict(value)


def titles(keys: Iterable[str], user: Any) -> dict[str, str]:
    """Return the titles of registered documents, as far as an account may know them; two queries for all."""
    wanted = sorted(set(keys) - {""})
    if not wanted:
        return {}
    named = set(Document.objects.filter(key__in=wanted, named=user).values_list("key", flat=True))
    by_role = {KEEPERS: user.reach({OFFICER}), LEADERS: user.reach({OFFICER, LEADER})}
    rows = Document.objects.filter(key__in=wanted).values_list("key", "readers", "unit__path")
    open_ = [
        key for key, readers, path in rows if (by_role[readers].covers(path) if readers in by_role else key in named)
    ]
    return {key: entry.title for key, entry in registered.entries(open_).items()}


def generation() -> str:
    """Return the registry's state: another one than at the review means that documents came or went since."""
    from shoumi.engine.passages import registry

    if not registry.exists(settings.HOME):
        return ""
    with registry.Register(settings.HOME) as register:
        return str(register.generation)


def sweep(seconds: float = 2 * _SECONDS) -> int:
    """Remove what a process that was killed left lying; return how many."""
    folder, gone = settings.HOME.path / FOLDER, 0
    for one in folder.glob("*") if folder.is_dir() else ():
        if time.time() - one.stat().st_mtime > seconds:
            shutil.rmtree(one, ignore_errors=True)
            gone += 1
    return gone


@contextmanager
def _lying(data: bytes, name: str, about: str) -> Iterator[Path]:
    """Let a file lie in a private folder while it is read; its path is the same for each version."""
    folder = settings.HOME.folder(FOLDER) / about
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(mode=0o700)
    found = _SUFFIX.search(name)
    path = folder / f"manuscript{found[0].lower() if found else ''}"
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(data)
        yield path
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _asked(task: str, question: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what the engine says. Raises Unreadable when it refuses, dies, or takes too long."""
    command = [sys.executable, "-m", MODULE, task]
    began = time.monotonic()
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=running.environment()
    ) as process:
        try:
            yield from _said(process, question, began)
        except OSError as error:
            raise Unreadable("ended") from error
        finally:
            if process.poll() is None and (sys.exc_info()[0] is not None or process.stdout is None):
                process.kill()
        if process.wait() != 0:
            raise Unreadable("ended")


def _said(process: subprocess.Popen[bytes], question: dict[str, Any], began: float) -> Iterator[dict[str, Any]]:
    if process.stdin is None:
        return
    process.stdin.write(json.dumps(question).encode() + b"\n")
    process.stdin.close()
    for line in running._lines(process):
        if time.monotonic() - began > _SECONDS:
            raise Unreadable("time")
        said: dict[str, Any] = json.loads(line) if line else {"type": ""}
        if said["type"] == "error":
            raise Unreadable("refused", said["sentence"])
        if line:
            yield said


def keeper(key: str) -> Any:
    """Return the unit that a registered document belongs to, or None."""
    row = Document.objects.select_related("unit").filter(key=key).first()
    return row.unit if row is not None else None
