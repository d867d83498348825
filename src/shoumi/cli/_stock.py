"""What a backup holds: the console's database, the home folder without its key, and a list of both with digests.

Every SQLite file is copied by SQLite's own backup, so that a console that is running loses nothing; PostgreSQL by
pg_dump. The key is never among them: it has a backup of its own, to be kept elsewhere (docs/security.md).
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final
from urllib.parse import parse_qsl, unquote, urlsplit

from shoumi.engine.errors import UsageError
from shoumi.engine.home import Home
from shoumi.version import VERSION

KEY: Final = "key"
DATABASE: Final = "console.sqlite"
DUMP: Final = "console.pgdump"
_LIST: Final = "list.json"
_SQLITE: Final = b"SQLite format 3\0"
_SKIPPED: Final = ("-wal", "-shm", "-journal", ".part", ".lock")
_FOLDERS: Final = ("cache",)  # made again by itself


def office(home: Home, database: str, folder: Path, *, registry: bool) -> dict[str, Any]:
    """Copy database and home into a folder, and return the list of what is there."""
    if database.startswith("postgres"):
        _dump(database, folder / DUMP)
    elif database:
        (folder / "home").mkdir(mode=0o700)
        _copy(Path(unquote(urlsplit(database).path.removeprefix("/"))), folder / "home" / DATABASE)
    for path in _files(home.path, registry=registry):
        if path.name == DATABASE and path.parent == home.path and database:
            continue
        target = folder / "home" / path.relative_to(home.path)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        _copy(path, target)
    return _listed(folder, "office", home)


def key(home: Home, folder: Path) -> dict[str, Any]:
    """Copy the key alone into a folder, and return the list."""
    (folder / KEY).write_bytes(home.key)
    return _listed(folder, "key", home)


def _files(home: Path, *, registry: bool) -> list[Path]:
    """Return the files of a home: databases first, because what they name must still be there afterwards."""
    found = []
    for place, folders, names in os.walk(home):
        inside = Path(place).relative_to(home)
        folders[:] = sorted(name for name in folders if not (inside == Path() and name in _FOLDERS))
        if not registry and inside.parts[:1] == ("registry",):
            continue
        for name in names:
            path = Path(place, name)
            if path.is_file() and not path.is_symlink() and not name.endswith(_SKIPPED) and path != home / KEY:
                found.append(path)
    return sorted(found, key=lambda path: (not _is_sqlite(path), path))


def _is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(_SQLITE)) == _SQLITE


def _copy(path: Path, target: Path) -> None:
    if not _is_sqlite(path):
        shutil.copyfile(path, target)
    else:
        with closing(sqlite3.connect(path, timeout=20)) as source, closing(sqlite3.connect(target)) as copy:
            source.backup(copy)
    target.chmod(0o600)


def _listed(folder: Path, kind: str, home: Home) -> dict[str, Any]:
    files = {path.relative_to(folder).as_posix(): _digest(path) for path in sorted(folder.rglob("*")) if path.is_file()}
    made = datetime.now(UTC).isoformat(timespec="seconds")
    return {"shoumi": kind, "version": VERSION, "made": made, "key": home.key_id, "files": files}


def _digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def pack(listed: dict[str, Any], folder: Path, out: Any) -> None:
    """Write list and files as a compressed archive."""
    (folder / _LIST).write_text(json.dumps(listed, ensure_ascii=False))
    with tarfile.open(fileobj=out, mode="w|gz") as archive:
        archive.add(folder / _LIST, _LIST)
        for name in listed["files"]:
            archive.add(folder / name, name, recursive=False)


def unpack(source: Any, folder: Path) -> dict[str, Any]:
    """Read the archive to its very end into an empty folder. Raises UsageError unless all is as listed."""
    with tarfile.open(fileobj=source, mode="r|gz") as archive:
        archive.extractall(folder, filter="data")
    while source.read(1 << 16):  # what follows the archive is sealed too: a cut-off end must not pass
        continue
    listed: dict[str, Any] = json.loads((folder / _LIST).read_text())
    (folder / _LIST).unlink()
    found = {path.relative_to(folder).as_posix(): _digest(path) for path in folder.rglob("*") if path.is_file()}
    if found != listed["files"]:
        raise UsageError("the backup is damaged: its files are not those on its list")
    for path in folder.rglob("*"):
        path.chmod(0o700 if path.is_dir() else 0o600)
        if path.is_file() and _is_sqlite(path):
            _whole(path)
    return listed


def _whole(path: Path) -> None:
    with closing(sqlite3.connect(path)) as base:
        said = base.execute("PRAGMA integrity_check").fetchone()[0]
    if said != "ok":
        raise UsageError(f"the backup is damaged: {path.name} is no whole database ({said.splitlines()[0]})")


def _dump(url: str, target: Path) -> None:
    words, environment = _postgres(url, "pg_dump")
    words += ["--format=custom", "--no-owner", "--no-privileges", f"--file={target}"]
    _run(words, environment)
    target.chmod(0o600)


def load(url: str, dump: Path) -> None:
    """Put a dump into an empty PostgreSQL database, all or nothing."""
    words, environment = _postgres(url, "pg_restore")
    words += ["--no-owner", "--no-privileges", "--exit-on-error", "--single-transaction", str(dump)]
    _run(words, environment)


def _postgres(url: str, program: str) -> tuple[list[str], dict[str, str]]:
    """Return a command and its environment; the password stands in neither the command line nor a file."""
    if shutil.which(program) is None:
        raise UsageError(f"{program} is missing: apt install postgresql-client, of the server's version or later")
    parts = urlsplit(url)
    given = {
        "PGHOST": unquote(parts.hostname or ""),
        "PGPORT": str(parts.port or ""),
        "PGUSER": unquote(parts.username or ""),
        "PGPASSWORD": unquote(parts.password or ""),
    }
    given |= {f"PG{name.upper()}": value for name, value in parse_qsl(parts.query) if name.startswith("ssl")}
    environment = {**os.environ, **{name: value for name, value in given.items() if value}}
    return [program, f"--dbname={unquote(parts.path.strip('/'))}"], environment


def _run(words: list[str], environment: dict[str, str]) -> None:
    run = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    if run.returncode:
        said = (run.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise UsageError(f"{words[0]} failed: {said}")


def private(beside: Path) -> tempfile.TemporaryDirectory[str]:
    """Return a private folder beside a place, on the same disk."""
    return tempfile.TemporaryDirectory(prefix=".shoumi-", dir=beside)


def entries(folder: Path) -> Iterator[Path]:
    """Return what stands directly in a folder."""
    yield from sorted(folder.iterdir())
