"""Programs, sound, film and fonts: told apart, so that they are counted as skipped and not searched for text.

Only recognises. What merely begins like a program but is none goes back to the others: two letters prove nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shoumi.engine import sniff
from shoumi.engine.blob import Blob
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Signature
from shoumi.engine.types import Gap, Item, Segment

DOS: Final = "application/x-dosexec"
_PE: Final = "application/vnd.microsoft.portable-executable"
_MACH: Final = "application/x-mach-binary"
_MO: Final = "application/x-gettext-translation"
_BRANDS: Final = (
    "isom",
    "iso2",
    "iso4",
    "iso5",
    "iso6",
    "mp41",
    "mp42",
    "avc1",
    "dash",
    "M4V ",
    "3gp4",
    "3gp5",
    "3gp6",
    "3g2a",
)
_SIGNATURES: Final = {
    b"\x7fELF": "application/x-executable",
    b"MZ": DOS,
    b"\xfe\xed\xfa\xce": _MACH,
    b"\xfe\xed\xfa\xcf": _MACH,
    b"\xce\xfa\xed\xfe": _MACH,
    b"\xcf\xfa\xed\xfe": _MACH,
    b"\xca\xfe\xba\xbe": "application/java-vm",
    b"\0asm": "application/wasm",
    b"\xde\x12\x04\x95": _MO,
    b"\x95\x04\x12\xde": _MO,
    b"\x1aE\xdf\xa3": "video/x-matroska",
    b"FLV\x01": "video/x-flv",
    b"0&\xb2u\x8ef\xcf\x11": "video/x-ms-asf",
    b"\0\0\x01\xba": "video/mpeg",
    b"\0\0\x01\xb3": "video/mpeg",
    b"ID3\x02": "audio/mpeg",
    b"ID3\x03": "audio/mpeg",
    b"ID3\x04": "audio/mpeg",
    b"\xff\xfb\x90": "audio/mpeg",
    b"\xff\xfb\xb0": "audio/mpeg",
    b"\xff\xfb\xe0": "audio/mpeg",
    b"\xff\xf3\x84": "audio/mpeg",
    b"OggS\0": "audio/ogg",
    b"fLaC\0": "audio/flac",
    b"MThd\0\0\0\x06": "audio/midi",
    b"#!AMR\n": "audio/amr",
    b"#!SILK_V3": "audio/silk",
    b"\x02#!SILK_V3": "audio/silk",
    b"\0\x01\0\0\0": "font/ttf",
    b"OTTO\0": "font/otf",
    b"ttcf\0\x01": "font/collection",
    b"ttcf\0\x02": "font/collection",
    b"wOFF\0\x01\0\0": "font/woff",
    b"wOFFOTTO": "font/woff",
    b"wOF2\0\x01\0\0": "font/woff2",
    b"wOF2OTTO": "font/woff2",
}


class Programs:
    """Names media types that carry no text; reads nothing."""

    name = "program"
    version = 1
    media_types: frozenset[str] = frozenset()
    method = "text"
    signatures = (
        *(Signature(magic, media_type) for magic, media_type in _SIGNATURES.items()),
        *(Signature(b"ftyp" + brand.encode(), "video/mp4", 4) for brand in _BRANDS),
        Signature(b"ftypqt  ", "video/quicktime", 4),
        Signature(b"ftypM4A ", "audio/mp4", 4),
        Signature(b"AVI LIST", "video/x-msvideo", 8),
        Signature(b"WAVEfmt ", "audio/wav", 8),
        Signature(b"\r\r\n\0\0\0", "application/x-python-bytecode", 1),
    )
    refines = frozenset({DOS})

    def refine(self, sample: sniff.Sample) -> str | None:
        """Believe ``MZ`` when the header it points to is that of a program; a note may start with it, too."""
        head = sample.head
        at = int.from_bytes(head[0x3C:0x40], "little")
        if len(head) >= 0x40 and head[at : at + 2] in (b"PE", b"NE", b"LE", b"LX"):
            return _PE
        return sniff.TEXT if sniff.looks_textual(head[:4096]) else sniff.UNKNOWN

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield nothing: no media type is read here."""
        return iter(())


PLUGIN = Programs()
