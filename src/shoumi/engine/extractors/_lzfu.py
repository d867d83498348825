"""Unpacks compressed RTF (MS-OXRTFCP): the body of an Outlook message in, RTF out."""

from __future__ import annotations

import struct
from typing import Final

_WINDOW: Final = 4096
_START: Final = (
    b"{\\rtf1\\ansi\\mac\\deff0\\deftab720{\\fonttbl;}{\\f0\\fnil \\froman \\fswiss \\fmodern \\fscript \\fdecor "
    b"MS Sans SerifSymbolArialTimes New RomanCourier"
    b"{\\colortbl\\red0\\green0\\blue0\r\n\\par \\pard\\plain\\f0\\fs20\\b\\i\\u\\tab\\tx"
)
_PACKED, _PLAIN = b"LZFu", b"MELA"
_LARGEST: Final = 256 << 20


def unpacked(data: bytes) -> bytes:
    """Return the RTF, as much as the data gives; empty when it is of neither kind."""
    if len(data) < 16:
        return b""
    size = struct.unpack_from("<I", data, 4)[0]
    if data[8:12] == _PLAIN:
        return data[16 : 16 + size]
    if data[8:12] != _PACKED:
        return b""
    window = bytearray(_START.ljust(_WINDOW, b"\0"))
    write, at = len(_START), 16
    out = bytearray()
    while at < len(data) and len(out) < min(size, _LARGEST):
        flags, at = data[at], at + 1
        for bit in range(8):
            if at >= len(data):
                break
            if not flags >> bit & 1:
                piece, at = data[at : at + 1], at + 1
            else:
                if at + 2 > len(data):
                    return bytes(out)
                token, at = struct.unpack_from(">H", data, at)[0], at + 2
                offset, length = token >> 4, (token & 0xF) + 2
                if offset == write:
                    return bytes(out)
                piece = _copied(window, offset, write, length)
            for value in piece:
                window[write] = value
                write = (write + 1) % _WINDOW
            out += piece
    return bytes(out[:size])


def _copied(window: bytearray, offset: int, write: int, length: int) -> bytes:
    """Return what a reference stands for; it may reach into what it is itself about to write."""
    distance = (write - offset) % _WINDOW
    piece = bytearray()
    for index in range(length):
        piece.append(window[(offset + index) % _WINDOW] if index < distance else piece[index - distance])
    return bytes(piece)
