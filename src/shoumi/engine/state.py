"""What earlier scans found, per folder, so that an unchanged file is not read again and a killed scan can go on.

One SQLite row holds a folder: for each of its files the signature it had (device, inode, size, times) and what was
found in it. A row counts only under the same options: packs, plug-in versions, registry, key, settings. Verdicts
that depend on the date carry the last day on which they hold. Files that changed while they were read, or could
not be read, are never kept.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import sqlite3
import time
from pathlib import Path
from typing import Any, Final, TypeAlias

from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home
from shoumi.engine.source import Found

Record: TypeAlias = list[Any]  # events of one file, as ``record`` writes them
# signature, first day, last day (0: any), events, members
_Entry: TypeAlias = tuple[str, int, int, Record, int]
_COMMIT_SECONDS: Final = 2.0
_SCHEMA: Final = """
create table if not exists folder (name blob primary key, options blob not null, files text not null) without rowid
"""


class State:
    """The results of earlier scans under one set of options. ``known`` asks, ``keep`` remembers."""

    def __init__(self, home: Home, options: str, today: datetime.date) -> None:
        self._options = hashlib.sha256(options.encode()).digest()
        self._today = today.toordinal()
        self._path = home.folder("state") / "scan.sqlite"
        self._database = _open(self._path)
        self._folders: dict[str, dict[str, _Entry]] = {}
        self._fresh: dict[str, dict[str, _Entry]] = {}
        self._next_commit = time.monotonic() + _COMMIT_SECONDS

    def known(self, found: Found) -> tuple[Record, int] | None:
        """Return events and number of members of a file that has not changed since, else None."""
        if not found.signature:
            return None
        folder, name = os.path.split(found.path)
        entry = self._folder(folder).get(name)
        if entry is None or entry[0] != found.signature:
            return None
        if entry[2] and not entry[1] <= self._today <= entry[2]:
            return None
        return entry[3], entry[4]

    def keep(self, found: Found, events: Record, members: int, until: int) -> None:
        """Remember what was found in a file, good until a day (ordinal, 0: any); written down every few seconds."""
        if not found.signature:
            return
        folder, name = os.path.split(found.path)
        self._fresh.setdefault(folder, {})[name] = (found.signature, self._today, until, events, members)
        if time.monotonic() >= self._next_commit:
            self.commit()

    def commit(self) -> None:
        """Write down what is new. A full disk costs the memory of this scan, not the scan."""
        rows = []
        for folder, fresh in self._fresh.items():
            files = self._folder(folder)
            files.update(fresh)
            rows.append((_name(folder), self._options, json.dumps(files, separators=(",", ":"))))
        try:
            with self._database:
                self._database.executemany("insert or replace into folder values (?, ?, ?)", rows)
        except sqlite3.Error:
            pass
        self._fresh.clear()
        self._folders.clear()
        self._next_commit = time.monotonic() + _COMMIT_SECONDS

    def close(self) -> None:
        """Write down the rest."""
        self.commit()
        self._database.close()

    def _folder(self, folder: str) -> dict[str, _Entry]:
        files = self._folders.get(folder)
        if files is None:
            if len(self._folders) > 256:  # a walk is in few folders at a time
                self._folders.clear()
            files = self._folders[folder] = self._read(folder)
        return files

    def _read(self, folder: str) -> dict[str, _Entry]:
        try:
            row = self._database.execute(
                "select options, files from folder where name = ?", (_name(folder),)
            ).fetchone()
            if row is None or row[0] != self._options:
                return {}
            return dict(json.loads(row[1]))
        except (sqlite3.Error, ValueError):
            return {}


def _name(folder: str) -> bytes:
    """Name a folder by where it is and how it was addressed: results repeat the address."""
    both = f"{os.path.abspath(folder)}\0{folder}"
    return hashlib.sha256(both.encode("utf-8", "surrogateescape")).digest()


def _open(path: Path) -> sqlite3.Connection:
    try:
        return _prepared(path)
    except sqlite3.DatabaseError:
        pass
    try:  # damaged: earlier results are a convenience, so start anew
        for suffix in ("", "-wal", "-shm"):
            path.with_name(path.name + suffix).unlink(missing_ok=True)
        return _prepared(path)
    except (OSError, sqlite3.Error) as error:
        raise UsageError(f"cannot write {path}: {error}") from error


def _prepared(path: Path) -> sqlite3.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    database = sqlite3.connect(path, timeout=30)
    database.execute("pragma journal_mode = wal")
    database.execute("pragma synchronous = normal")
    database.execute(_SCHEMA)
    return database
