"""``shoumi verify-clearance FILE CLEARANCE --trust KEY…``: is this what was cleared?"""

from __future__ import annotations

import argparse
import hashlib
from pathlib import Path
from typing import Any

from shoumi.cli.scan import add_settings, settings


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "verify-clearance",
        help="compare a file with its clearance",
        description="Answer whether a file is what was cleared. Exit code: 0 the same file; 1 the same text in another "
        "layout, or changed (the differences are listed); 2 not signed by trusted keys, or wrong use.",
    )
    parser.add_argument("file", metavar="FILE")
    parser.add_argument("clearance", metavar="CLEARANCE")
    parser.add_argument(
        "--trust", action="append", required=True, metavar="KEY", help="a public key to trust; repeatable"
    )
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare and answer."""
    from shoumi.engine import clearance, messages
    from shoumi.engine.errors import UsageError
    from shoumi.engine.text_of import text_of

    signed = clearance.read(Path(arguments.clearance))
    trusted = [clearance.public_key(Path(key)) for key in arguments.trust]
    try:
        digest = hashlib.sha256(Path(arguments.file).read_bytes()).hexdigest()
    except OSError as error:
        raise UsageError(f"{arguments.file} cannot be read") from error
    texts = text_of(arguments.file, settings(arguments))
    verdict = clearance.verify(digest, texts, signed, trusted)
    language = messages.language()
    print(messages.text(f"clearance.{verdict.answer}", language))
    for one in verdict.differences:
        values: dict[str, str | int] = {"sentence": one.sentence, "count": one.count, "text": one.text}
        print("· " + messages.text(f"clearance.{one.kind}", language, **values))
    for role, key in verdict.signers:
        print(f"{role}: {key}")
    return 0 if verdict.answer == "same" else 1
