"""Formats that the system's libarchive reads: 7z, RAR, CAB, ISO 9660, cpio, RPM, ar (deb), LHA, xar, .Z, lz4, lzip.

Members come out one after the other, streamed. Without the library every such archive is a Gap that names the
Debian package; with it, encrypted members and features it does not know are Gaps of their own.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers._libarchive import Entry, Reader
from shoumi.engine.containers._rar import encrypted_names
from shoumi.engine.errors import Corrupt, Encrypted
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import TEXT, UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item, Step, Trail


@dataclass(frozen=True, slots=True)
class _Format:
    kind: str
    formats: tuple[str, ...]
    filters: tuple[str, ...] = ()


_CPIO: Final = "application/x-cpio"
_ISO: Final = "application/x-iso9660-image"
_LHA: Final = "application/x-lha"
_RAW: Final = ("raw",)
_FORMATS: Final = {
    "application/x-7z-compressed": _Format("7z", ("7zip",)),
    "application/vnd.rar": _Format("rar", ("rar", "rar5")),
    "application/vnd.ms-cab-compressed": _Format("cab", ("cab",)),
    _ISO: _Format("iso", ("iso9660",)),
    _CPIO: _Format("cpio", ("cpio",)),
    "application/x-rpm": _Format("rpm", ("cpio",), ("rpm", "gzip", "bzip2", "xz", "lzma", "zstd")),
    "application/x-archive": _Format("ar", ("ar",)),
    _LHA: _Format("lha", ("lha",)),
    "application/x-xar": _Format("xar", ("xar",)),
    "application/x-compress": _Format("compressed", _RAW, ("compress",)),
    "application/x-lz4": _Format("compressed", _RAW, ("lz4",)),
    "application/x-lzip": _Format("compressed", _RAW, ("lzip",)),
}
_LHA_METHODS: Final = ("lh0", "lh1", "lh2", "lh3", "lh4", "lh5", "lh6", "lh7", "lhd", "lzs", "lz4", "lz5", "pm0", "pm2")
_AR_TABLES: Final = frozenset({"/", "//", "/SYM64/", "__.SYMDEF"})  # of symbols and of long names
_SECTOR: Final = 2048
_UDF: Final = re.compile(rb"\x00NSR0[23]\x01")
_CPIO_HEADER: Final = re.compile(rb"07070[12][0-9A-Fa-f]{104}|070707[0-7]{70}")  # newc and crc, odc


class Libarchive:
    """The container for what libarchive reads."""

    name = "libarchive"
    version = 1
    media_types = frozenset(_FORMATS)
    signatures = (
        Signature(b"7z\xbc\xaf\x27\x1c", "application/x-7z-compressed"),
        Signature(b"Rar!\x1a\x07\x00", "application/vnd.rar"),
        Signature(b"Rar!\x1a\x07\x01\x00", "application/vnd.rar"),
        Signature(b"MSCF\0\0\0\0", "application/vnd.ms-cab-compressed"),
        *(Signature(b"CD001", _ISO, _SECTOR * sector + 1) for sector in range(16, 20)),
        Signature(b"\xed\xab\xee\xdb", "application/x-rpm"),
        Signature(b"!<arch>\n", "application/x-archive"),
        *(Signature(b"-%b-" % method.encode(), _LHA, 2) for method in _LHA_METHODS),
        Signature(b"xar!\0\x1c", "application/x-xar"),
        Signature(b"\x1f\x9d", "application/x-compress"),
        Signature(b"\x04\x22\x4d\x18", "application/x-lz4"),
        Signature(b"LZIP\1", "application/x-lzip"),
    )
    refines = frozenset({TEXT, UNKNOWN})

    def refine(self, sample: Sample) -> str | None:
        """Recognise cpio by a whole header: its magic alone could be a telephone number or a Chinese character."""
        return _CPIO if _CPIO_HEADER.match(sample.head) or _old_cpio(sample.head) else None

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:  # noqa: ARG002
        """Yield the members. Raises MissingExtra, Encrypted, Unsupported or Corrupt."""
        form = _form(blob)
        locked = encrypted_names(blob) if form.kind == "rar" else frozenset()
        listed = 0
        with Reader(blob, form.formats, form.filters) as archive:
            for number, entry in enumerate(archive.entries(), 1):
                name = "" if form.formats == _RAW else entry.name or f"member {number}"
                if form.kind == "ar" and name in _AR_TABLES:
                    continue
                listed += entry.size or 0
                if entry.kind == "file":
                    yield Item(self.name, name, entry.size, None, _opener(archive, entry, locked), kind=form.kind)
                elif entry.kind == "special":
                    step = Trail((Step(form.kind, name),))
                    yield Gap("special", "a device or pipe, which has no content to examine", step)
        if form.kind == "iso" and _UDF.search(blob.head(), 17 * _SECTOR) and 2 * listed < blob.size:
            yield Gap("unsupported", "the disc has a UDF file system, too, whose files are not read")


PLUGIN = Libarchive()


class _Content(io.RawIOBase):
    def __init__(self, blocks: Iterator[bytes], size: int | None) -> None:
        self._blocks = blocks
        self._left = size
        self._ready = memoryview(b"")

    def readable(self) -> bool:
        return True

    def read(self, size: int = -1) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(MIB), b""))
        if not self._ready:
            self._ready = memoryview(next(self._blocks, b""))
        data, self._ready = bytes(self._ready[:size]), self._ready[size:]
        if self._left is not None:
            self._left -= len(data)
            if not data and size and self._left > 0:
                raise Corrupt("the member breaks off")
        return data


def _opener(archive: Reader, entry: Entry, locked: frozenset[str]) -> Callable[[], BinaryIO]:
    size, encrypted = entry.size, entry.encrypted or entry.name in locked

    def content() -> BinaryIO:
        if encrypted:
            raise Encrypted("it needs a password; passwords are not tried on this format")
        return cast(BinaryIO, _Content(archive.blocks(), size))

    return content


def _form(blob: Blob) -> _Format:
    head = blob.head()
    for signature in PLUGIN.signatures:
        if head[signature.offset : signature.offset + len(signature.magic)] == signature.magic:
            return _FORMATS[signature.media_type]
    return _FORMATS[_CPIO]


def _old_cpio(head: bytes) -> bool:
    """Whether a header of the old binary form stands here: 13 numbers of 16 bits, then a name that ends in zero."""
    if head[:2] not in (b"\xc7\x71", b"\x71\xc7") or len(head) < 28:
        return False
    length = int.from_bytes(head[20:22], "little" if head[0] == 0xC7 else "big")
    name = head[26 : 26 + length]
    return 1 < length < 4096 and name[-1:] == b"\0" and b"\0" not in name[:-1]
