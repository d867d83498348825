"""A passphrase: from the first line of a file, or asked."""

from __future__ import annotations

import argparse
import getpass
from pathlib import Path

from shoumi.engine.errors import UsageError


def option(parser: argparse.ArgumentParser) -> None:
    """Declare the option that names a file."""
    parser.add_argument(
        "--passphrase-file", type=Path, metavar="FILE", help="first line: the passphrase; else it is asked"
    )


def read(arguments: argparse.Namespace, *, twice: bool = False) -> str:
    """Return the passphrase. Raises UsageError when it cannot be read, or two that are typed differ."""
    if arguments.passphrase_file:
        try:
            lines = arguments.passphrase_file.read_text("utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read {arguments.passphrase_file}") from error
        return lines[0] if lines else ""
    given = getpass.getpass("Passphrase: ")
    if twice and getpass.getpass("The same again: ") != given:
        raise UsageError("the two are not the same")
    return given
