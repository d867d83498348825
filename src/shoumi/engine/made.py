"""What the answers of this installation are made of, as one digest: code, rules, tables, libraries.

Nothing enters but the files of the engine itself; a hexadecimal digest leaves. It is part of the cache key of earlier
scans, so that a result is never repeated by code, data or libraries other than those that found it: no version has to
be raised by hand, and none can be forgotten. Sentences and reports are left out, for they change no result.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Final

_ENGINE: Final = Path(__file__).parent
_LEFT_OUT: Final = frozenset({"__pycache__", "messages", "reports"})
_PLACES: Final = ("site-packages", "dist-packages")
# What the engine asks for in pyproject.toml (a test compares), by names of distributions.
LIBRARIES: Final = frozenset((
    "chardetng-py", "cryptography", "exifread", "hyperscan", "kingfisher-bin", "libarchive-c", "lxml",
    "msoffcrypto-tool", "numpy", "olefile", "onnxruntime", "opencc", "phonenumberslite", "pillow",
    "platformdirs", "pypdfium2", "python-calamine", "pyyaml", "rapidocr", "rich", "striprtf", "xlrd",
    "xlsxwriter", "zstandard", "zxing-cpp",
))  # fmt: skip


def digest(modules: Iterable[str] = ()) -> str:
    """Return the digest of the engine and of further modules (plug-ins that stand elsewhere); some milliseconds."""
    engine = str(_ENGINE) + os.sep
    paths = {path for name in modules if (path := getattr(sys.modules.get(name), "__file__", None))}
    found = hashlib.sha256(_engine().encode())
    for path in sorted(path for path in paths if not path.startswith(engine)):
        _add(found, path)
    return found.hexdigest()


@cache
def _engine() -> str:
    found = hashlib.sha256(f"{sys.implementation.cache_tag} {' '.join(_libraries())}".encode())
    for path in _files(str(_ENGINE)):
        found.update(path[len(str(_ENGINE)) :].encode("utf-8", "surrogateescape"))
        _add(found, path)
    return found.hexdigest()


def _add(found: hashlib._Hash, path: str) -> None:
    try:
        with open(path, "rb", buffering=0) as file:
            data = file.read()
    except OSError:  # it vanished, or is not ours to read: still another state than if it were there
        data = b""
    found.update(b"%d\0" % len(data))
    found.update(data)


def _files(folder: str) -> Iterator[str]:
    entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    for entry in entries:
        if entry.is_dir(follow_symlinks=False):
            if entry.name not in _LEFT_OUT:
                yield from _files(entry.path)
        elif not entry.name.endswith((".pyc", "~", ".swp")):
            yield entry.path


def _libraries() -> list[str]:
    """Return names and versions of the installed libraries that shape results, from the names of folders."""
    found = []
    for folder in sys.path:
        if folder.endswith(_PLACES):
            with contextlib.suppress(OSError):
                found += [entry for entry in os.listdir(folder) if entry.endswith(".dist-info")]
    return sorted(entry for entry in found if entry.partition("-")[0].lower().replace("_", "-") in LIBRARIES)
