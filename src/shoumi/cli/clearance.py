"""``shoumi clearance``: keys, and the two signatures that clear a reviewed manuscript."""

from __future__ import annotations

import argparse
import json
import os
from pathlib import Path
from typing import Any

from shoumi.cli._output import opened


def add(commands: Any) -> None:
    """Declare the command and what it can do."""
    parser = commands.add_parser(
        "clearance",
        help="sign a reviewed manuscript",
        description="Two people sign the record of a review: a reviewer and an approver, neither of them the compiler. "
        "A passphrase for keys is read from SHOUMI_PASSPHRASE.",
    )
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    keygen = actions.add_parser("keygen", help="make a key: FILE (keep it) and FILE.pub (hand it out)")
    keygen.add_argument("file", metavar="FILE")
    keygen.set_defaults(run=_keygen)
    enrolling = actions.add_parser("enroll", help="accept a person's public key for a role")
    enrolling.add_argument("public", metavar="FILE.pub")
    enrolling.add_argument("--name", required=True)
    enrolling.add_argument("--role", required=True, choices=("reviewer", "approver", "compiler"))
    enrolling.set_defaults(run=_enroll)
    signing = actions.add_parser("sign", help="sign a record; both signatures make it a clearance")
    signing.add_argument("record", metavar="RECORD")
    signing.add_argument("--reviewer", metavar="KEY", help="sign as reviewer with this key")
    signing.add_argument("--approver", metavar="KEY", help="sign as approver with this key")
    signing.add_argument("-o", "--output", metavar="CLEARANCE", help="default: the record itself")
    signing.set_defaults(run=_sign)


def _passphrase() -> bytes | None:
    text = os.environ.get("SHOUMI_PASSPHRASE")
    return text.encode() if text else None


def _keygen(arguments: argparse.Namespace) -> int:
    from shoumi.engine.clearance import generate

    print(generate(Path(arguments.file), _passphrase()))
    return 0


def _enroll(arguments: argparse.Namespace) -> int:
    from shoumi.engine.clearance import enroll, public_key
    from shoumi.engine.home import Home

    entry = enroll(Home(), public_key(Path(arguments.public)), arguments.name, arguments.role)
    print(f"{entry.id}  {entry.role}  {entry.name}")
    return 0


def _sign(arguments: argparse.Namespace) -> int:
    from shoumi.engine import clearance
    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home

    if not (arguments.reviewer or arguments.approver):
        raise UsageError("name a key: --reviewer KEY, --approver KEY, or both")
    signed = clearance.read(Path(arguments.record))
    for role in clearance.ROLES:
        key = getattr(arguments, role)
        if key:
            signed = clearance.sign(Home(), signed, role, Path(key), _passphrase())
    with opened(arguments.output or arguments.record, binary=False) as stream:
        stream.write(json.dumps(signed, ensure_ascii=False, indent=1).encode())
    missing = set(clearance.ROLES) - {one["role"] for one in signed["signatures"]}
    print(f"signed; still needed: {', '.join(sorted(missing))}" if missing else "cleared")
    return 0
