"""What disks are wrapped in: a blob in, the disk in it as an Image out; a raw image is the disk itself.

Formats whose blocks are mapped one by one share ``Mapped``; each tells where a block stands. Differencing images hold
only what changed since their parent, which is another file: what they hold is read, and the caller is told.
Sources: VHD Image Format Specification (Microsoft, 2006), MS-VHDX 1.0, VMware Virtual Disk Format 5.0, QEMU
docs/interop/qcow2.txt, VirtualBox VDICore.h. Parallels as docs/interop/parallels.txt of QEMU
has it, ECMA-130 (sectors of discs). EnCase images stand in ``ewf``, those of macOS in ``dmg``.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import BinaryIO, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, Unsupported
from shoumi.engine.filesystems.volume import Extent, Image
from shoumi.engine.limits import MIB
from shoumi.engine.types import Gap

_SECTOR: Final = 512
_TABLE: Final = 256 * MIB  # largest mapping table that is read: 32 Mi blocks
_BLOCK: Final = 256 * MIB
_CACHED: Final = 32  # decompressed blocks


class Plain:
    """A raw image."""

    def __init__(self, blob: Blob, size: int | None = None) -> None:
        self._stream = blob.open()
        self.size = blob.size if size is None else size

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes, fewer at the end."""
        self._stream.seek(offset)
        return _fully(self._stream, max(0, min(size, self.size - offset)))

    def extents(self, start: int, end: int) -> Iterator[Extent]:
        """Yield the whole stretch."""
        yield start, end


class Mapped:
    """A disk whose blocks stand anywhere in a file. Subclasses set ``size`` and ``block`` and say where."""

    size: int
    block: int

    def __init__(self, blob: Blob) -> None:
        self.file = blob.open()
        self.length = blob.size
        self.gaps: list[Gap] = []
        self._unpacked = lru_cache(maxsize=_CACHED)(self.unpacked)

    def where(self, number: int) -> int | bytes | None:
        """Return a block's offset in the file, or a key that ``unpacked`` knows; None: it was never written."""
        raise NotImplementedError

    def unpacked(self, key: bytes) -> bytes:
        """Return a compressed block's content."""
        raise NotImplementedError

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the numbers of blocks that were written, from ``first`` to before ``last``."""
        return (number for number in range(first, last) if self.where(number) is not None)

    def at(self, offset: int, size: int) -> bytes:
        """Return bytes of the file itself. Raises Corrupt beyond its end."""
        if offset < 0 or offset + size > self.length or size > _TABLE:
            raise Corrupt("the image points beyond its own end")
        self.file.seek(offset)
        return _fully(self.file, size)

    def read(self, offset: int, size: int) -> bytes:
        """Return bytes of the disk; zeros where nothing was ever written."""
        size = max(0, min(size, self.size - offset))
        parts = []
        while size > 0:
            number, inside = divmod(offset, self.block)
            count = min(size, self.block - inside)
            data = self._piece(self.where(number), inside, count)
            parts.append(data.ljust(count, b"\0"))
            offset, size = offset + count, size - count
        return b"".join(parts)

    def _piece(self, place: int | bytes | None, inside: int, count: int) -> bytes:
        if place is None:
            return bytes(count)
        if isinstance(place, bytes):
            return self._unpacked(place)[inside : inside + count]
        self.file.seek(place + inside)
        return _fully(self.file, count)

    def extents(self, start: int, end: int) -> Iterator[Extent]:
        """Yield the blocks that were written."""
        first, last = start // self.block, -(-end // self.block)
        begin = stop = -1
        for number in self.written(first, last):
            if number != stop:
                if begin >= 0:
                    yield max(start, begin * self.block), min(end, stop * self.block)
                begin = number
            stop = number + 1
        if begin >= 0:
            yield max(start, begin * self.block), min(end, stop * self.block)

    def numbers(self, offset: int, count: int, form: str) -> list[int]:
        """Return a table of numbers from the file."""
        import numpy as np

        width = np.dtype(form).itemsize
        table: list[int] = np.frombuffer(self.at(offset, count * width), dtype=form).tolist()
        return table


class Vhd(Mapped):
    """Connectix and Microsoft: fixed (a raw image with a footer), dynamic, differencing."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        footer = self.at(self.length - _SECTOR, _SECTOR)
        if not footer.startswith(b"conectix"):
            footer = self.at(0, _SECTOR)  # the copy; the end is missing
            self.gaps.append(Gap("corrupt", "the image breaks off; what is there was read"))
        start, self.size, kind = _be(footer, 16, "Q"), _be(footer, 48, "Q"), _be(footer, 60, "I")
        self.block, self._table = MIB, []
        self._fixed = kind == 2
        if self._fixed:
            self.size = min(self.size, self.length - _SECTOR)
            return
        header = self.at(start, 1024)
        if not header.startswith(b"cxsparse"):
            raise Corrupt("the header of the dynamic image is damaged")
        self.block = _block(_be(header, 32, "I"))
        self._table = self.numbers(_be(header, 16, "Q"), _be(header, 28, "I"), ">u4")
        self._skip = -(-self.block // _SECTOR // 8 // _SECTOR) * _SECTOR  # bitmap of written sectors
        if kind == 4:
            self.gaps.append(_parent("VHD"))

    def where(self, number: int) -> int | None:
        """Return where a block begins."""
        if self._fixed:
            return number * self.block
        sector = self._table[number] if number < len(self._table) else 0xFFFFFFFF
        return None if sector == 0xFFFFFFFF else sector * _SECTOR + self._skip

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the blocks that the table knows."""
        return super().written(first, last if self._fixed else min(last, len(self._table)))


class Vhdx(Mapped):
    """Hyper-V."""

    _BAT: Final = bytes.fromhex("6677c22d23f600429d64115e9bfd4a08")
    _METADATA: Final = bytes.fromhex("06a27c8b90479a4bb8fe575f050f886e")
    _PARAMETERS: Final = bytes.fromhex("3767a1ca36fa434db3b633f0aa44e76b")
    _SIZE: Final = bytes.fromhex("2442a52f1bcd7648b2115dbed83bf4b8")
    _LOGICAL: Final = bytes.fromhex("1dbf41816fa90947ba47f233a8faab5f")

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        regions = self._regions()
        values = self._values(*regions[self._METADATA])
        self.block = _block(_le(values[self._PARAMETERS], 0, "I"))
        self.size = _le(values[self._SIZE], 0, "Q")
        sector = _le(values[self._LOGICAL], 0, "I")
        if sector not in (512, 4096):
            raise Corrupt("an impossible size of sectors")
        self._ratio = max(1, (1 << 23) * sector // self.block)
        offset, length = regions[self._BAT]
        blocks = -(-self.size // self.block)
        entries = min(length // 8, blocks + (blocks - 1) // self._ratio)
        self._table = self.numbers(offset, entries, "<u8")
        if _le(values[self._PARAMETERS], 4, "I") & 2:
            self.gaps.append(_parent("VHDX"))
        if any(any(self.at(place + 48, 16)) for place in (65536, 131072)):
            self.gaps.append(Gap("unsupported", "the image was not closed; its log of last changes was not applied"))

    def _regions(self) -> dict[bytes, tuple[int, int]]:
        for place in (196608, 262144):
            table = self.at(place, 65536)
            if table.startswith(b"regi"):
                count = min(_le(table, 8, "I"), 2047)
                entries = (table[16 + 32 * number : 48 + 32 * number] for number in range(count))
                found = {entry[:16]: (_le(entry, 16, "Q"), _le(entry, 24, "I")) for entry in entries}
                if self._BAT in found and self._METADATA in found:
                    return found
        raise Corrupt("the table of regions is damaged")

    def _values(self, offset: int, _length: int) -> dict[bytes, bytes]:
        table = self.at(offset, 65536)
        found = {}
        for number in range(min(_le(table, 10, "H"), 2047)):
            entry = table[32 + 32 * number : 64 + 32 * number]
            place, length = _le(entry, 16, "I"), _le(entry, 20, "I")
            if length <= 1024:
                found[entry[:16]] = self.at(offset + place, length)
        if not {self._PARAMETERS, self._SIZE, self._LOGICAL} <= found.keys():
            raise Corrupt("the metadata of the image are incomplete")
        return found

    def where(self, number: int) -> int | None:
        """Return where a block begins."""
        index = number + number // self._ratio  # after each group stands an entry for its bitmap
        entry = self._table[index] if index < len(self._table) else 0
        return (entry >> 20) * MIB if entry & 7 in (6, 7) else None


class Vmdk(Mapped):
    """VMware: sparse extents, also stream-optimised (compressed) ones."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        header = self.at(0, _SECTOR)
        if _le(header, 56, "Q") == 0xFFFFFFFFFFFFFFFF:  # the directory stands at the end of a stream
            header = self.at(self.length - 2 * _SECTOR, _SECTOR)
            if not header.startswith(b"KDMV"):
                raise Corrupt("the image breaks off: its directory is missing")
        self._packed = bool(_le(header, 8, "I") & 1 << 16)
        self.size = _le(header, 12, "Q") * _SECTOR
        self.block = _block(_le(header, 20, "Q") * _SECTOR)
        self._each = _le(header, 44, "I")
        if not 0 < self._each <= MIB:
            raise Corrupt("an impossible size of tables")
        tables = -(-self.size // (self.block * self._each))
        self._directory = self.numbers(_le(header, 56, "Q") * _SECTOR, tables, "<u4")
        self._table = lru_cache(maxsize=64)(self._load)
        text = self.at(_le(header, 28, "Q") * _SECTOR, min(_le(header, 36, "Q"), 64) * _SECTOR).lower()
        if b"parentcid=" in text and b"parentcid=ffffffff" not in text:
            self.gaps.append(_parent("VMDK"))

    def _load(self, sector: int) -> list[int]:
        return self.numbers(sector * _SECTOR, self._each, "<u4")

    def where(self, number: int) -> int | bytes | None:
        """Return where a grain begins."""
        index, inside = divmod(number, self._each)
        table = self._directory[index] if index < len(self._directory) else 0
        sector = self._table(table)[inside] if table else 0
        if sector < 2:  # 0: never written, 1: written as zeros
            return None
        return sector.to_bytes(8, "little") if self._packed else sector * _SECTOR

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the grains that the tables know."""
        for index in range(first // self._each, -(-last // self._each)):
            if index < len(self._directory) and self._directory[index]:
                base = index * self._each
                yield from super().written(max(first, base), min(last, base + self._each))

    def unpacked(self, key: bytes) -> bytes:
        """Return a grain: a marker of 12 bytes, then zlib."""
        offset = int.from_bytes(key, "little") * _SECTOR
        size = _le(self.at(offset, 12), 8, "I")
        return inflated(self.at(offset + 12, size), 15, self.block)


class Qcow2(Mapped):
    """QEMU, versions 2 and 3."""

    _PACKED: Final = 1 << 62
    _PLACE: Final = 0x00FFFFFFFFFFFE00

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        header = self.at(0, 112)
        version, bits = _be(header, 4, "I"), _be(header, 20, "I")
        if version not in (2, 3) or not 9 <= bits <= 21:
            raise Unsupported(f"qcow version {version}")
        self._bits, self.block, self.size = bits, 1 << bits, _be(header, 24, "Q")
        features = _be(header, 72, "Q") if version == 3 else 0
        if _be(header, 32, "I"):
            raise Encrypted("the image is encrypted")
        if features & 0b10100:  # an external data file, or subclusters
            raise Unsupported("qcow2 with an external data file or subclusters")
        self._zstd = bool(features & 8) and header[104] == 1
        entries = self.block // 8
        needed = -(-self.size // (self.block * entries))
        self._directory = self.numbers(_be(header, 40, "Q"), min(_be(header, 36, "I"), needed), ">u8")
        self._table = lru_cache(maxsize=64)(lambda place: self.numbers(place, entries, ">u8"))
        if _be(header, 8, "Q"):
            self.gaps.append(_parent("qcow2"))
        if snapshots := _be(header, 60, "I"):
            self.gaps.append(
                Gap("unsupported", f"{snapshots} snapshots in the image were not read, only its last state")
            )

    def where(self, number: int) -> int | bytes | None:
        """Return where a cluster begins."""
        index, inside = divmod(number, self.block // 8)
        table = self._directory[index] & self._PLACE if index < len(self._directory) else 0
        entry = self._table(table)[inside] if table else 0
        if entry & self._PACKED:
            return entry.to_bytes(8, "big")
        return None if entry & 1 or not entry & self._PLACE else entry & self._PLACE

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the clusters that the tables know."""
        each = self.block // 8
        for index in range(first // each, -(-last // each)):
            if index < len(self._directory) and self._directory[index] & self._PLACE:
                yield from super().written(max(first, index * each), min(last, (index + 1) * each))

    def unpacked(self, key: bytes) -> bytes:
        """Return a compressed cluster; its entry holds the place and the number of sectors."""
        entry = int.from_bytes(key, "big")
        shift = 62 - (self._bits - 8)
        place = entry & ((1 << shift) - 1)
        sectors = ((entry & (self._PACKED - 1)) >> shift) + 1
        data = self.at(place, min(sectors * _SECTOR - place % _SECTOR, self.length - place))
        if not self._zstd:
            return inflated(data, -15, self.block)
        import zstandard

        try:
            return zstandard.ZstdDecompressor().decompressobj().decompress(data)[: self.block]
        except zstandard.ZstdError as error:
            raise Corrupt("a compressed cluster is damaged") from error


class Vdi(Mapped):
    """VirtualBox."""

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        header = self.at(0, _SECTOR)
        self._data = _le(header, 0x158, "I")
        self.size, self.block = _le(header, 0x170, "Q"), _block(_le(header, 0x178, "I"))
        self._table = self.numbers(_le(header, 0x154, "I"), _le(header, 0x180, "I"), "<u4")
        if _le(header, 0x4C, "I") not in (1, 2):
            self.gaps.append(_parent("VDI"))

    def where(self, number: int) -> int | None:
        """Return where a block begins."""
        place = self._table[number] if number < len(self._table) else 0xFFFFFFFF
        return None if place >= 0xFFFFFFFE else self._data + place * self.block

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the blocks that the table knows."""
        return super().written(first, min(last, len(self._table)))


class Parallels(Mapped):
    """Parallels, both versions of its expanding image."""

    _MAGIC: Final = b"WithoutFreeSpace"
    MAGICS: Final = (_MAGIC, b"WithouFreSpacExt")

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        header = self.at(0, 64)
        tracks, entries, sectors = struct.unpack_from("<IIQ", header, 28)
        self._first = header.startswith(self._MAGIC)  # its table counts sectors, the later one blocks
        self.size = (sectors & 0xFFFFFFFF if self._first else sectors) * _SECTOR
        self.block = _block(tracks * _SECTOR)
        self._table = self.numbers(64, entries, "<u4")

    def where(self, number: int) -> int | None:
        """Return where a block begins."""
        place = self._table[number] if number < len(self._table) else 0
        return place * (_SECTOR if self._first else self.block) or None

    def written(self, first: int, last: int) -> Iterator[int]:
        """Yield the blocks that the table knows."""
        return super().written(first, min(last, len(self._table)))


class Disc(Mapped):
    """A copy of a compact disc with all 2,352 bytes of its sectors; the 2,048 of them that are data are the disk."""

    SYNC: Final = b"\0" + b"\xff" * 10 + b"\0"
    _RAW: Final = 2352

    def __init__(self, blob: Blob) -> None:
        super().__init__(blob)
        self.block = 2048
        self._head = 16 if self.at(15, 1) == b"\1" else 24  # mode 2 has another eight bytes
        self.size = self.length // self._RAW * self.block

    def where(self, number: int) -> int:
        """Return where a sector's data begin."""
        return number * self._RAW + self._head


# Other wrappings that are not read: how they begin, what they are called.
_OTHERS: Final = (
    (b"QED\0", "QED"),
    (b"Bochs Virtual HD Image\0", "Bochs"),
    (b"COWD\1\0\0\0", "VMware in its old form (COWD)"),
    (b"\xbe\xba\xfe\xca\0\0\0\0", "VMware in its form SESparse"),
    (b"sprs\0\0\0\3", "macOS in its form sparseimage"),
)
# Formats of evidence that no permissive library reads: how they begin, what they are called.
_EVIDENCE: Final = (
    (b"LVF\t\r\n\xff\0", "EnCase (L01)"),
    (b"EVF2\r\n\x81\0", "EnCase (Ex01)"),
    (b"LEF2\r\n\x81\0", "EnCase (Lx01)"),
    (b"AFF10\r\n\0", "AFF"),
    (b"ADSEGMENTEDFILE\0", "FTK Imager (AD1)"),
)


def kind(head: bytes, tail: bytes) -> str:
    """Return what a disk is wrapped in, by its first and last 512 bytes; ``raw`` when in nothing."""
    if any(head.startswith(magic) for magic, _ in _EVIDENCE):
        return "evidence"
    if head.startswith(b"EVF\t\r\n\xff\0"):
        return "ewf"
    if any(head.startswith(magic) for magic, _ in _OTHERS):
        return "other"
    if tail.startswith(b"koly\0\0\0\4") or head.startswith((b"encrcdsa", b"cdsaencr")):
        return "dmg"
    if head.startswith(Parallels.MAGICS):
        return "parallels"
    if head.startswith(Disc.SYNC) and head[15:16] in (b"\1", b"\2"):
        return "cd"
    if head.startswith(b"QFI\xfb"):
        return "qcow2"
    if head.startswith(b"KDMV"):
        return "vmdk"
    if head.startswith(b"vhdxfile"):
        return "vhdx"
    if head[0x40:0x44] == b"\x7f\x10\xda\xbe":
        return "vdi"
    if tail.startswith(b"conectix\0\0\0") or head.startswith(b"conectix\0\0\0"):
        return "vhd"
    return "raw"


def opened(blob: Blob) -> tuple[str, Image, list[Gap]]:
    """Return what a disk is wrapped in, the disk, and what is known not to be readable. Raises Unexamined."""
    head, end = blob.head(_SECTOR), tail(blob)
    name = kind(head, end)
    if name == "raw":
        return name, Plain(blob), []
    if name == "evidence":
        form = next(form for magic, form in _EVIDENCE if head.startswith(magic))
        raise Unsupported(f"an image of {form}, which is not read; export it as a raw image (dd)")
    if name == "other":
        form = next(form for magic, form in _OTHERS if head.startswith(magic))
        raise Unsupported(f"an image of {form}, which is not read; text in it was looked for")
    from shoumi.engine.filesystems.dmg import Dmg  # they are built on what stands here
    from shoumi.engine.filesystems.ewf import Ewf

    classes: dict[str, Callable[[Blob], Mapped]] = {"ewf": Ewf, "dmg": Dmg, "parallels": Parallels, "cd": Disc}
    wrapped = (classes | {"qcow2": Qcow2, "vmdk": Vmdk, "vhdx": Vhdx, "vdi": Vdi, "vhd": Vhd})[name](blob)
    if not 0 < wrapped.size < 1 << 60:
        raise Corrupt("an impossible size of the disk")
    return name, wrapped, wrapped.gaps


def tail(blob: Blob) -> bytes:
    """Return the last 512 bytes."""
    stream = blob.open()
    stream.seek(max(0, blob.size - _SECTOR))
    return stream.read(_SECTOR)


def _fully(stream: BinaryIO, size: int) -> bytes:
    data = stream.read(size)
    while len(data) < size and (more := stream.read(size - len(data))):
        data += more
    return data


def inflated(data: bytes, window: int, most: int) -> bytes:
    """Return what a deflated block holds, at most ``most`` bytes. Raises Corrupt."""
    try:
        return zlib.decompressobj(window).decompress(data, most)
    except zlib.error as error:
        raise Corrupt("a compressed block is damaged") from error


def _block(size: int) -> int:
    if not _SECTOR <= size <= _BLOCK or size % _SECTOR:
        raise Corrupt("an impossible size of blocks")
    return size


def _parent(form: str) -> Gap:
    return Gap("unsupported", f"the {form} image builds on another one; only what it changes was read")


def _be(data: bytes, offset: int, form: str) -> int:
    return int(struct.unpack_from(">" + form, data, offset)[0])


def _le(data: bytes, offset: int, form: str) -> int:
    return int(struct.unpack_from("<" + form, data, offset)[0])
