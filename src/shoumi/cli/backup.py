"""``shoumi backup``: database and home in one sealed file; the key in another, to be kept elsewhere."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from shoumi.cli import _passphrase


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "backup",
        help="write database and home folder into a sealed file",
        description="Write the console's database and the home folder, without its key, into a new file sealed by a "
        "passphrase; the console may go on running. The key goes into a file of its own with --only-key: keep the two "
        "on different carriers, because both together can test what is registered.",
    )
    parser.add_argument("file", type=Path, metavar="FILE", help="a new file, mode 0600")
    parser.add_argument("--only-key", action="store_true", help="write the installation's key, and nothing else")
    parser.add_argument("--no-registry", action="store_true", help="leave out the registered documents' fingerprints")
    _passphrase.option(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write the file; it appears complete or not at all."""
    from shoumi.cli import _sealed, _stock
    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home

    home, file = Home(), arguments.file
    if not (home.path / _stock.KEY).exists():
        raise UsageError(f"{home.path} holds no installation: name its --home")
    if file.exists():
        raise UsageError(f"{file} exists already; it is not overwritten")
    passphrase = _passphrase.read(arguments, twice=True)
    if len(passphrase) < _sealed.LEAST:
        raise UsageError(f"the passphrase needs at least {_sealed.LEAST} characters")
    database = os.environ.get("DATABASE_URL", "")
    draft = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with _stock.private(file.parent or Path()) as work:
            folder = Path(work)
            if arguments.only_key:
                listed = _stock.key(home, folder)
            else:
                listed = _stock.office(home, database, folder, registry=not arguments.no_registry)
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as out:
                sealed = _sealed.Writer(out, passphrase)
                _stock.pack(listed, folder, sealed)
                sealed.finish()
                out.flush()
                os.fsync(out.fileno())
        os.link(draft, file)  # unlike a rename, never over a file that has come to be meanwhile
    finally:
        draft.unlink(missing_ok=True)
    if arguments.only_key:
        print(f"{file} holds the key {home.key_id}. Keep it, and its passphrase, apart from the other backups.")
    else:
        print(f"{file} holds {len(listed['files'])} files, without the key {home.key_id}: back that up with --only-key")
    return 0
