"""Reads the source of VBA macros (MS-OVBA): the streams of a ``VBA`` storage in, module texts out.

Macros hold passwords, connection strings and server names in plain sight once they are unpacked.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.extractors._ole import Name, Ole
from shoumi.engine.extractors._properties import codec
from shoumi.engine.types import Locator, Segment

_SOURCE: Final = b"\x00Attribut"  # every module's source opens with "Attribute VB_Name", its first token uncompressed
_CODEPAGE: Final = re.compile(rb"\x03\x00\x02\x00\x00\x00(..)", re.DOTALL)
_LARGEST: Final = 16 << 20  # bytes of one module


def is_code(name: Name) -> bool:
    """Whether a stream belongs to a macro project: read here, not among the strings of unknown streams."""
    return len(name) > 1 and name[-2].upper() == "VBA"


def segments(ole: Ole) -> Iterator[Segment]:
    """Yield the source of every module; its locator's part is ``macro`` and the module's name."""
    folders = {name[:-1] for name in ole.names if is_code(name)}
    for folder in sorted(folders):
        found = _CODEPAGE.search(_unpacked(ole.read(*folder, "dir")))
        codepage = codec(struct.unpack("<H", found.group(1))[0]) if found else "cp1252"
        for name in ole.names:
            if name[:-1] != folder:
                continue
            data = ole.read(*name)
            start = data.find(_SOURCE)
            if start >= 3:
                text = _unpacked(data[start - 3 :]).decode(codepage, "replace").replace("\r\n", "\n")
                yield Segment(text, Locator(part=f"macro {name[-1]}"))


def _unpacked(data: bytes) -> bytes:
    """Undo the compression of MS-OVBA 2.4.1; stops where the container is damaged."""
    out = bytearray()
    at = 1
    while at + 2 <= len(data) and len(out) < _LARGEST:
        header = struct.unpack_from("<H", data, at)[0]
        end = min(at + (header & 0xFFF) + 3, len(data))
        if header & 0x8000:
            _chunk(data, at + 2, end, out)
        else:
            out += data[at + 2 : end]
        at = end
    return bytes(out)


def _chunk(data: bytes, at: int, end: int, out: bytearray) -> None:
    base = len(out)
    while at < end:
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= end:
                return
            if not flags >> bit & 1:
                out.append(data[at])
                at += 1
                continue
            if at + 2 > end:
                return
            token = struct.unpack_from("<H", data, at)[0]
            at += 2
            bits = max((len(out) - base - 1).bit_length(), 4)
            offset = (token >> (16 - bits)) + 1
            if offset > len(out):
                return
            for _ in range((token & (0xFFFF >> bits)) + 3):
                out.append(out[-offset])
