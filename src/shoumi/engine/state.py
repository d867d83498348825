"""What earlier scans found, per folder, so that an unchanged file is not read again and a killed scan can go on.

A row holds some files of a folder: for each the signature it had (device, inode, size, times) and what was found in it.
Rows are added, not rewritten, so that a large folder costs no more than its files; the newest counts. What was found
in a file that is full of findings stands in a table of its own. A row counts only under the same options: packs,
code and libraries (made.py), registry, key, settings. Verdicts that depend on the date carry the last day on which they
hold.
Files that changed while they were read, or could not be read, are never kept.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import sqlite3
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, TypeAlias

from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home
from shoumi.engine.source import Found

Record: TypeAlias = list[Any]  # events of one file, as ``record`` writes them
# signature, first day, last day (0: any), members, events (None: many, kept apart); of a file in which nothing is, the
# signature alone
_Entry: TypeAlias = tuple[str, int, int, int, Record | None] | str
_COMMIT_SECONDS: Final = 2.0
_APART: Final = 20  # events from which a file's are kept apart
_MOST: Final = 200_000  # events of one file that are kept at all; beyond, the file is read again
_PARTS: Final = 50  # rows of a folder that are read before they are joined into one
_SCHEMA: Final = """
create table if not exists part (
    number integer primary key, folder blob not null, options blob not null, files text not null
);
create index if not exists part_folder on part (folder);
create table if not exists many (file blob primary key, events text not null) without rowid;
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
        self._stale: set[str] = set()  # folders whose rows are of other options, or too many
        self._next_commit = time.monotonic() + _COMMIT_SECONDS
        self._last_folder = ""

    def known(self, found: Found) -> tuple[Record, int] | None:
        """Return events and number of members of a file that has not changed since, else None."""
        if not found.signature:
            return None
        folder, name = self._split(found.path)
        entry = self._folder(folder).get(name)
        if entry == found.signature:
            return [], 0
        if entry is None or isinstance(entry, str) or entry[0] != found.signature:
            return None
        if entry[2] and not entry[1] <= self._today <= entry[2]:
            return None
        events = self._many(found) if entry[4] is None else entry[4]
        return None if events is None else (events, entry[3])

    def keep(self, found: Found, events: Record, members: int, until: int) -> None:
        """Remember what was found in a file, good until a day (ordinal, 0: any); written down every few seconds."""
        if not found.signature or len(events) > _MOST:
            return
        folder, name = self._split(found.path)
        apart = len(events) > _APART
        if apart:
            self._write("insert or replace into many values (?, ?)", [(_file(found), json.dumps(events))])
        entry: _Entry = found.signature
        if events or members or until:
            entry = (found.signature, self._today, until, members, None if apart else events)
        self._fresh.setdefault(folder, {})[name] = entry
        if time.monotonic() >= self._next_commit:
            self.commit()

    def _split(self, path: str) -> tuple[str, str]:
        """Return folder and name, as ``os.path.split`` does; files come folder by folder."""
        at = len(self._last_folder)
        if at and path.startswith(self._last_folder) and path.rfind("/") == at:
            return self._last_folder, path[at + 1 :]
        self._last_folder, name = os.path.split(path)
        return self._last_folder, name

    def commit(self) -> None:
        """Write down what is new. A full disk costs the memory of this scan, not the scan."""
        rows = []
        for folder, files in self._fresh.items():
            if folder in self._stale:
                self._write("delete from part where folder = ?", [(_name(folder),)])
                self._stale.discard(folder)
                files = {**self._folders.get(folder, {}), **files}  # noqa: PLW2901
            rows.append((_name(folder), self._options, json.dumps(files, separators=(",", ":"))))
            if folder in self._folders:
                self._folders[folder].update(files)
        self._write("insert into part (folder, options, files) values (?, ?, ?)", rows)
        try:
            self._database.commit()
        except sqlite3.Error:
            self._database.rollback()
        self._fresh.clear()
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
        query = "select options, files from part where folder = ? order by number"
        files: dict[str, _Entry] = {}
        try:
            rows = self._database.execute(query, (_name(folder),)).fetchall()
            for options, written in rows:
                if options == self._options:
                    files.update(json.loads(written))
        except (sqlite3.Error, ValueError):
            return {}
        if len(rows) > _PARTS or any(options != self._options for options, _ in rows):
            self._stale.add(folder)
        return files

    def _many(self, found: Found) -> Record | None:
        try:
            row = self._database.execute("select events from many where file = ?", (_file(found),)).fetchone()
            return None if row is None else list(json.loads(row[0]))
        except (sqlite3.Error, ValueError):
            return None

    def _write(self, statement: str, rows: Sequence[tuple[object, ...]]) -> None:
        try:
            self._database.executemany(statement, rows)
        except sqlite3.Error:
            self._database.rollback()


def _file(found: Found) -> bytes:
    """Name a file as it was when it was read."""
    both = f"{_whole(found.path)}\0{found.path}\0{found.signature}"
    return hashlib.sha256(both.encode("utf-8", "surrogateescape")).digest()


def _name(folder: str) -> bytes:
    """Name a folder by where it is and how it was addressed: results repeat the address."""
    both = f"{_whole(folder)}\0{folder}"
    return hashlib.sha256(both.encode("utf-8", "surrogateescape")).digest()


def _whole(path: str) -> str:
    return path if "://" in path else os.path.abspath(path)


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
    database.executescript(_SCHEMA)
    return database
