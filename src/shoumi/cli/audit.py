"""``shoumi audit``: verify the audit trail, export it, make the key that signs it, sign a checkpoint."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from shoumi.cli import _passphrase


def add(commands: Any) -> None:
    """Declare the command and its steps."""
    parser = commands.add_parser(
        "audit",
        help="verify, export or sign the console's audit trail",
        description="Every entry is bound to the one before. verify finds edits, removals, changes of order and a "
        "cut-off end, and names the entries that no signed checkpoint covers. Exit code: 0 whole, 1 broken, 2 wrong "
        "use.",
    )
    steps = parser.add_subparsers(title="steps", metavar="STEP", required=True)
    verify = steps.add_parser("verify", help="check the chain of this installation, or an exported one")
    verify.add_argument("export", nargs="?", type=Path, metavar="FILE", help="an exported trail; needs no database")
    verify.add_argument(
        "--trust", nargs="+", type=Path, default=[], metavar="KEY.pem", help="public keys that you know"
    )
    verify.add_argument(
        "--checkpoints", nargs="+", type=Path, default=[], metavar="FILE", help="checkpoints kept off this machine"
    )
    verify.set_defaults(run=_verify)
    export = steps.add_parser("export", help="write entries, checkpoints and public keys as JSON Lines")
    export.add_argument("-o", "--output", type=Path, required=True, metavar="FILE", help="a new file, mode 0600")
    export.set_defaults(run=_export)
    key = steps.add_parser("key", help="make a signing key; keep it off the server")
    key.add_argument("file", type=Path, metavar="FILE", help="a new file for the private half, wrapped by a passphrase")
    _passphrase.option(key)
    key.set_defaults(run=_key)
    sign = steps.add_parser("checkpoint", help="sign the chain so far")
    sign.add_argument("--key", type=Path, required=True, metavar="FILE", help="the audit administrator's private key")
    sign.add_argument(
        "-o", "--output", type=Path, required=True, metavar="FILE", help="the checkpoint, to keep elsewhere"
    )
    _passphrase.option(sign)
    sign.set_defaults(run=_checkpoint)


def _verify(arguments: argparse.Namespace) -> int:
    from shoumi.console.audit import verify

    problems: list[str] = []
    if arguments.export:
        entries, points, known = _exported(arguments.export)
    else:
        _django()
        from shoumi.console.audit import stored

        entries, points, known = stored.rows(), stored.checkpoints(), stored.enrolled()
        problems = [
            f"the database no longer refuses changes: trigger {name} is missing" for name in stored.missing_triggers()
        ]
    trusted = _trusted(arguments.trust) if arguments.trust else known
    points = [*points, *(point for path in arguments.checkpoints for point in _lines(path))]
    verdict = verify.verify(entries, points, trusted)
    verdict.problems[:0] = problems
    print("\n".join(verify.sentences(verdict)))
    if verdict.covered and not arguments.trust:
        print(
            "the keys were taken from the same place as the entries: --trust KEY.pem uses one that you kept elsewhere"
        )
    return 0 if verdict.whole else 1


def _export(arguments: argparse.Namespace) -> int:
    _django()
    from shoumi.console.audit import canonical, stored
    from shoumi.version import VERSION

    count = 0
    with _new(arguments.output) as file:
        head = {"type": "audit", "version": VERSION, "algorithm": canonical.ALGORITHM, "keys": stored.enrolled()}
        file.write(canonical.dumps(head) + "\n")
        for row in stored.rows():
            file.write(canonical.dumps({"type": "entry", **row}) + "\n")
            count += 1
        for point in stored.checkpoints():
            file.write(canonical.dumps({"type": "checkpoint", **point}) + "\n")
    print(f"{count} entries in {arguments.output}; the file holds names: keep it like the trail itself")
    return 0


def _key(arguments: argparse.Namespace) -> int:
    from shoumi.console.audit import keys
    from shoumi.engine.errors import UsageError

    try:
        public = keys.make(arguments.file, _passphrase.read(arguments, twice=True))
    except keys.KeyProblem as error:
        raise UsageError(str(error)) from error
    print(f"{arguments.file} holds the private half; whoever has it and the passphrase signs as you. Enrol this half:")
    print(public, end="")
    return 0


def _checkpoint(arguments: argparse.Namespace) -> int:
    _django()
    from django.utils import timezone

    from shoumi.console.accounts.models import User
    from shoumi.console.action import ActionError, Door
    from shoumi.console.audit import canonical, keys, stored
    from shoumi.console.audit.actions import AddCheckpoint
    from shoumi.console.audit.models import SigningKey
    from shoumi.engine.errors import UsageError

    try:
        private = keys.load(arguments.key, _passphrase.read(arguments))
    except keys.KeyProblem as error:
        raise UsageError(str(error)) from error
    name = keys.name(private.public_key())
    enrolled = SigningKey.objects.filter(key=name, until=None).first()
    holder = User.objects.full().filter(username=enrolled.holder, is_active=True).first() if enrolled else None
    if holder is None:
        raise UsageError(f"key {name} is not enrolled: its holder enrols it in the console, under Checkpoints")
    seq, digest = stored.head()
    at = canonical.moment(timezone.now())
    signature = private.sign(canonical.statement(seq, digest, at, name)).hex()
    point = canonical.dumps({"seq": seq, "digest": digest, "at": at, "key": name, "signature": signature})
    with _new(arguments.output) as file:
        file.write(point + "\n")
    try:  # the signature is the proof of who acts: only the holder can make it
        AddCheckpoint.run(holder, door=Door("command"), statement=point)
    except ActionError as error:
        raise UsageError(str(error)) from error
    print(f"entries 1 to {seq} are signed; keep {arguments.output} off this machine")
    return 0


def _django() -> None:
    import importlib.util

    from shoumi.engine.errors import UsageError

    if importlib.util.find_spec("django") is None:
        raise UsageError("the console is not installed: pip install 'shoumi[console]'")
    from shoumi.console import server

    try:
        server.start()
        server.ready()
    except server.CannotServe as error:
        raise UsageError(str(error)) from error


def _exported(path: Path) -> tuple[Iterable[Mapping[str, Any]], list[dict[str, Any]], dict[str, str]]:
    lines = _lines(path)
    if not lines or lines[0].get("type") != "audit":
        from shoumi.engine.errors import UsageError

        raise UsageError(f"{path} is no exported audit trail")
    points = [line for line in lines if line.get("type") == "checkpoint"]
    known = lines[0].get("keys")
    entries = [line for line in lines[1:] if line.get("type") != "checkpoint"]
    return entries, points, known if isinstance(known, dict) else {}


def _lines(path: Path) -> list[dict[str, Any]]:
    """Read JSON Lines; what is no object becomes an empty one, which verification then names."""
    import json

    from shoumi.engine.errors import UsageError

    found: list[dict[str, Any]] = []
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path}") from error
    for line in text.splitlines():
        try:
            value = json.loads(line)
        except ValueError:
            value = {}
        found.append(value if isinstance(value, dict) else {})
    return found


def _trusted(paths: list[Path]) -> dict[str, str]:
    from shoumi.console.audit import keys
    from shoumi.engine.errors import UsageError

    try:
        found = [keys.public(path.read_text()) for path in paths]
    except (OSError, UnicodeDecodeError, keys.KeyProblem) as error:
        raise UsageError(f"--trust: {error}") from error
    return {keys.name(key): keys.pem(key) for key in found}


def _new(path: Path) -> Any:
    """Open a new file of mode 0600. Raises UsageError; nothing is overwritten."""
    import os

    from shoumi.engine.errors import UsageError

    try:
        return os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8")
    except FileExistsError as error:
        raise UsageError(f"{path} exists already; it is not overwritten") from error
    except OSError as error:
        raise UsageError(f"cannot write {path}: {os.strerror(error.errno or 0)}") from error
