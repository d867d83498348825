"""What else a compound file holds: embedded objects and unknown streams in, items and strings out.

ObjectPool/_123/…  MBD0001/…     another compound file          → an item
…/\\x01Ole10Native               any file, packed by Windows     → an item under its own name
…/Package  …/CONTENTS  …        an Office, PDF or ODF file      → an item
any other stream                its strings, so that nobody hides text where no program looks
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from typing import Final

from shoumi.engine.extractors import _sweep, _vba
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._ole import LOST, MAGIC, Name, Ole
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.types import Item, Locator, Segment

_FILES: Final = (
    MAGIC, b"PK\x03\x04", b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"<?xml",
    b"SQLite format 3", b"7z\xbc\xaf", b"Rar!", b"\x1f\x8b\x08",
    b"bplist0", b"\xff\x4f\xff\x51",
)  # fmt: skip
_WHOLE: Final = ("package", "contents", "embeddedodf")
_SMALLEST: Final = 8  # bytes of a stream that may hold a word


def embedded(
    ole: Ole, kind: str, known: Callable[[Name], bool], *, pools: tuple[str, ...] = ()
) -> Iterator[Segment | Item]:
    """Yield macros, embedded objects, and what stands in streams that ``known`` does not claim.

    Objects are the storages at the top, and those inside the storages named ``pools``.
    """
    yield from _vba.segments(ole)
    projects = {name[:1] for name in ole.names if _vba.is_code(name)} | {(LOST,)}
    folded = {pool.casefold() for pool in pools}
    roots: dict[Name, None] = {}
    loose: list[Name] = []
    for name in ole.names:
        depth = 2 if name[0].casefold() in folded else 1
        if known(name) or _vba.is_code(name):
            continue
        if len(name) > depth and name[:1] not in projects:
            roots[name[:depth]] = None
        else:
            loose.append(name)
    for root in roots:
        yield from _object(ole, root, kind)
    yield from _leftovers(ole, loose, kind)


def _object(ole: Ole, root: Name, kind: str) -> Iterator[Item]:
    streams = ole.below(root)
    label = "/".join(root)
    for name, data in streams.items():
        if len(name) == 1 and (found := payload(name[0], data, kind, label)):
            yield found
            return
    if any(streams.values()):
        yield item(f"{label}.ole", write(streams, ole.storage_clsid(root)), kind)


def payload(name: str, data: bytes, kind: str, label: str = "") -> Item | None:
    """Return the file that a stream is, when it is one."""
    if name.casefold() == "\x01ole10native":
        title, content = native(data)
        return item(title or label or "object", content, kind)
    if is_file(data) or (name.casefold() in _WHOLE and len(data) > _SMALLEST):
        return item("/".join(filter(None, (label, name))), data, kind)
    picture = data.find(b"\xff\xd8\xff", 0, 64)  # a thumbnail cache writes a short header before each picture
    if picture > 0 and data.endswith(b"\xff\xd9"):
        return item("/".join(filter(None, (label, f"{name}.jpg"))), data[picture:], kind)
    return None


def is_file(data: bytes) -> bool:
    """Whether bytes open like a file of a kind that is examined on its own."""
    return data.startswith(_FILES) or (data.startswith(b"BM") and data[6:10] == bytes(4))


def native(data: bytes) -> tuple[str, bytes]:
    """Return (name, content) of a packed file; the whole stream without a name when its form is unknown."""
    try:
        parts, at = [], 6
        for _ in range(2):
            end = data.index(b"\0", at)
            parts.append(data[at:end].decode("gb18030", "replace"))
            at = end + 1
        length = struct.unpack_from("<I", data, at + 4)[0]
        at += 8 + length
        size = struct.unpack_from("<I", data, at)[0]
    except (ValueError, struct.error):
        return "", data[4:]
    if size > len(data) - at - 4 or not parts[0].isprintable():
        return "", data[4:]
    return parts[0], data[at + 4 : at + 4 + size]


def _leftovers(ole: Ole, names: list[Name], kind: str) -> Iterator[Segment | Item]:
    for name in names:
        data = ole.read(*name)
        if len(data) < _SMALLEST or name[-1].startswith("\x05"):
            continue
        found = payload(name[-1], data, kind, "/".join(name[:-1]))
        if found is not None:
            yield found
            continue
        text = "\n".join(text for _, text in _sweep.runs(data))
        if text:
            yield Segment(text, Locator(part="/".join(name)), hidden=True, hiding="machinery")
