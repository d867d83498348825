"""``shoumi doctor``: what this machine can read, what is missing, and the command that adds it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the examination. ``remedy`` is empty when all is well; ``needed``: nothing works without it."""

    name: str
    state: str
    remedy: str = ""
    needed: bool = False


_EXTRAS: Final = {
    "rapidocr": ("pictures and scanned pages", "pip install 'shoumi[ocr]'"),
    "zxingcpp": ("QR codes and bar codes", "pip install 'shoumi[ocr]'"),
}
_PROGRAMS: Final = {
    "adb": ("phones over USB", "apt install adb"),
    "dmidecode": ("hardware serials", "apt install dmidecode"),
}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "doctor",
        help="what this machine can read, and what is missing",
        description="Examine the installation. Exit code: 0, or 1 when something that everything needs is wrong.",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:  # noqa: ARG001  (no options)
    """Print the examination."""
    code = 0
    for finding in examine():
        sign = "✗" if finding.needed and finding.remedy else "–" if finding.remedy else "✓"
        print(f"{sign} {finding.name}: {finding.state}")
        if finding.remedy:
            print(f"    → {finding.remedy}")
            code |= finding.needed
    return code


def examine() -> Iterator[Finding]:
    """Look at everything that decides what can be read here."""
    import importlib.util
    import platform
    import shutil

    version = platform.python_version()
    yield Finding(
        "Python", version, "" if sys.version_info >= (3, 11) else "Shoumi needs Python 3.11 or later", needed=True
    )
    yield from _home()
    yield _temporary()
    yield from _libraries()
    yield _libarchive()
    for module, (what, remedy) in _EXTRAS.items():
        here = importlib.util.find_spec(module) is not None
        yield Finding(what, "read" if here else "not read", "" if here else remedy)
    keyring = importlib.util.find_spec("keyring") is not None
    yield Finding(
        "the system keyring",
        "available" if keyring else "not available",
        "" if keyring else "pip install 'shoumi[keyring]'",
    )
    scanner = importlib.util.find_spec("kingfisher") is not None
    yield Finding(
        "the long tail of credentials",
        "--packs all,secrets" if scanner else "not looked for",
        "" if scanner else "pip install 'shoumi[secrets]'",
    )
    for program, (what, remedy) in _PROGRAMS.items():
        path = shutil.which(program)
        yield Finding(what, path or "not available", "" if path else remedy)
    yield from _packs()


def _home() -> Iterator[Finding]:
    import stat

    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home

    home = Home()
    try:
        key = home.key_id
        mode = stat.S_IMODE(home.path.stat().st_mode)
    except (UsageError, OSError) as error:
        yield Finding("home", str(home.path), str(error), needed=True)
        return
    open_to_others = bool(mode & 0o077)
    remedy = f"others can read it: chmod 700 {home.path}" if open_to_others else ""
    yield Finding("home", f"{home.path} (key {key})", remedy, needed=True)


def _temporary() -> Finding:
    import shutil
    import tempfile

    folder = tempfile.gettempdir()
    free = shutil.disk_usage(folder).free
    remedy = "" if free > 2 << 30 else "large archives need room there: set TMPDIR to a larger disk"
    return Finding("temporary files", f"{folder}, {free >> 30} GiB free", remedy)


def _libraries() -> Iterator[Finding]:
    import importlib.metadata

    for name in ("hyperscan", "lxml", "pypdfium2", "numpy", "cryptography"):
        try:
            yield Finding(name, importlib.metadata.version(name))
        except importlib.metadata.PackageNotFoundError:
            yield Finding(name, "missing", "pip install --force-reinstall shoumi", needed=True)


def _libarchive() -> Finding:
    import ctypes.util

    name = os.environ.get("LIBARCHIVE") or ctypes.util.find_library("archive")
    remedy = "" if name else "apt install libarchive13"
    return Finding("7z, rar, cab, iso, cpio, rpm, deb", name or "not read", remedy)


def _packs() -> Iterator[Finding]:
    from shoumi.engine import rule
    from shoumi.engine.errors import ShoumiError

    for name in rule.shipped():
        try:
            pack = rule.load(name)
        except ShoumiError as error:
            yield Finding(f"pack {name}", "damaged", str(error), needed=True)
        else:
            yield Finding(f"pack {name}", f"{len(pack.rules)} rules, version {pack.version}")
