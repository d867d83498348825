"""``shoumi restore``: a sealed backup into an empty home and database, checked before and after."""

from __future__ import annotations

import argparse
import os
import tarfile
import zlib
from pathlib import Path
from typing import Any

from shoumi.cli import _passphrase


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "restore",
        help="put a sealed backup into an empty home",
        description="First the key's backup, then the other one: it wants to be opened by the key it was made under. "
        "Nothing is overwritten: the home may hold the key and nothing else, a PostgreSQL database no table. Checks "
        "every file against the backup's list, then the audit trail. Exit code: 0 restored and whole, 1 restored, but "
        "the audit trail is broken, 2 nothing was restored.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="what “shoumi backup” wrote")
    _passphrase.option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check, put in place, check again."""
    from shoumi.cli import _sealed, _stock
    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home

    home = Home()
    _empty(home.path)
    passphrase = _passphrase.read(arguments)
    beside = home.path.resolve().parent
    beside.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _stock.private(beside) as work:
        folder = Path(work) / "in"
        folder.mkdir(mode=0o700)
        try:
            with arguments.file.open("rb") as file:
                listed = _stock.unpack(_sealed.Reader(file, passphrase), folder)
        except (_sealed.SealError, tarfile.TarError, zlib.error, EOFError, ValueError, KeyError) as error:
            why = error if isinstance(error, _sealed.SealError) else "it is damaged"
            raise UsageError(f"{arguments.file} cannot be restored: {why}") from error
        if listed["shoumi"] == "key":
            return _key(home, folder)
        _fits(home, listed)
        _put(home, folder)
    return _verified(home, listed)


def _empty(path: Path) -> None:
    from shoumi.engine.errors import UsageError

    if path.is_dir() and any(entry.name not in {"key", "cache"} for entry in path.iterdir()):
        raise UsageError(f"{path} holds something already; nothing is overwritten: name an empty --home")


def _key(home: Any, folder: Path) -> int:
    from shoumi.engine.errors import UsageError

    target = home.folder("") / "key"
    try:
        os.link(folder / "key", target)
    except FileExistsError as error:
        raise UsageError(f"{target} exists already; a key is never overwritten") from error
    target.chmod(0o600)
    print(f"the key {home.key_id} is in {home.path}")
    return 0


def _fits(home: Any, listed: dict[str, Any]) -> None:
    from shoumi.engine.errors import UsageError

    if not (home.path / "key").exists():
        raise UsageError(f"the key {listed['key']} belongs to it: restore the key's backup into {home.path} first")
    if home.key_id != listed["key"]:
        raise UsageError(f"{home.path} holds the key {home.key_id}, but the backup was made under {listed['key']}")


def _put(home: Any, folder: Path) -> None:
    """Load the database first: it is the part that can fail."""
    from shoumi.cli import _stock
    from shoumi.engine.errors import UsageError

    database, dump = os.environ.get("DATABASE_URL", ""), folder / _stock.DUMP
    if database.startswith("sqlite"):
        raise UsageError("unset DATABASE_URL: the database is restored into the home folder")
    if dump.exists() != database.startswith("postgres"):
        other = "PostgreSQL: set DATABASE_URL to an empty database" if dump.exists() else "SQLite: unset DATABASE_URL"
        raise UsageError(f"the backup is of a console on {other}")
    if dump.exists():
        if _tables():
            raise UsageError("the database of DATABASE_URL holds tables already; nothing is overwritten")
        _stock.load(database, dump)
    if (folder / "home").is_dir():
        for entry in _stock.entries(folder / "home"):
            entry.rename(home.path / entry.name)


def _tables() -> list[str]:
    server = _django()
    from django.db import connection

    del server
    found: list[str] = connection.introspection.table_names()
    return found


def _django() -> Any:
    from shoumi.console import server
    from shoumi.engine.errors import UsageError

    try:
        server.start()
    except server.CannotServe as error:
        raise UsageError(str(error)) from error
    return server


def _verified(home: Any, listed: dict[str, Any]) -> int:
    """Say whether the audit trail that came back is whole."""
    import importlib.util

    from shoumi.cli import _stock

    made = f"{len(listed['files'])} files of {listed['made']} are in {home.path}"
    database = (home.path / _stock.DATABASE).exists() or os.environ.get("DATABASE_URL", "").startswith("postgres")
    if not database or importlib.util.find_spec("django") is None:
        print(f"{made}; there is no console among them")
        return 0
    _django()
    from shoumi.console.audit import stored, verify

    problems = [f"trigger {name} is missing" for name in stored.missing_triggers()]
    verdict = verify.verify(stored.rows(), stored.checkpoints(), stored.enrolled())
    verdict.problems[:0] = problems
    print(made)
    print("\n".join(verify.sentences(verdict)))
    return 0 if verdict.whole else 1
