"""Which file system a partition holds: its first bytes in, the reader or the reason why there is none out."""

from __future__ import annotations

import io
import struct
from collections.abc import Callable
from functools import reduce
from operator import xor
from typing import Final, TypeAlias

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, Unexamined, Unsupported
from shoumi.engine.filesystems import apfs, exfat, ext, fat, hfs, images, ntfs, partitions
from shoumi.engine.filesystems.volume import Image, Part, Volume
from shoumi.engine.limits import MIB

_Read: TypeAlias = Callable[[int, int], bytes]  # offset, size
_HEAD: Final = 68 * 1024
_SECTOR: Final = 512
_SMALLEST: Final = 32 * 1024  # bytes of a disk image
_READERS: Final[tuple[tuple[Callable[[bytes], bool], Callable[[Part], Volume]], ...]] = (
    (ntfs.recognise, ntfs.Ntfs),
    (exfat.recognise, exfat.ExFat),
    (fat.recognise, fat.Fat),
    (ext.recognise, ext.Ext),
    (hfs.recognise, hfs.Hfs),
    (apfs.recognise, apfs.Apfs),
)
# What is known and not read: offset, bytes that stand there, its name, whether it is locked.
_OTHERS: Final = (
    (3, b"-FVE-FS-", "BitLocker", True),
    (424, bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"), "BitLocker To Go", True),
    (0, b"LUKS\xba\xbe", "LUKS", True),
    (0, b"SKUL\xba\xbe", "LUKS", True),
    (1024, b"BD", "HFS of before 1998", False),
    (88, b"CS", "Core Storage (FileVault)", True),
    (512, b"LABELONE", "LVM", False),
    (0, b"LABELONE", "LVM", False),
    (0, b"\xfc\x4e\x2b\xa9", "Linux RAID", False),
    (4096, b"\xfc\x4e\x2b\xa9", "Linux RAID", False),
    (65600, b"_BHRfS_M", "Btrfs", False),
    (0, b"XFSB", "XFS", False),
    (0, b"\xfe\xed\xba\xbe\0\0\0", "the log of an XFS", False),
    (3, b"ReFS\0\0\0\0", "ReFS", False),
    (1024, b"\x10\x20\xf5\xf2", "F2FS", False),
    (0, b"hsqs", "SquashFS", False),
    (0, b"sqsh", "SquashFS", False),
    (9564, b"\x54\x19\1\0", "UFS", False),
    (9564, b"\0\1\x19\x54", "UFS", False),
    (66908, b"\x19\1\x54\x19", "UFS", False),
    (66908, b"\x19\x54\1\x19", "UFS", False),
    (16404, b"\0\0\0\7version", "ZFS", False),
    (MIB, b"\x0d\xd0\1\xc0", "VMFS", False),
    (2 * MIB, b"\x5e\xf1\xab\x2f", "VMFS", False),
    (65588, b"ReIsEr", "ReiserFS", False),
    (65536, b"ReIsEr4", "Reiser4", False),
    (32768, b"JFS1", "JFS", False),
    (1024, b"\2\0\0\0\0\0\x34\x34", "NILFS2", False),
    (1024, b"OCFSV2", "OCFS2", False),
    (2048, b"OCFSV2", "OCFS2", False),
    (4096, b"OCFSV2", "OCFS2", False),
    (8192, b"OCFSV2", "OCFS2", False),
    (65536, b"\1\x16\x19\x70\0\0\0\1", "GFS2", False),
    (1040, b"\x7f\x13\1\0", "Minix", False),
    (1040, b"\x8f\x13\1\0", "Minix", False),
    (1040, b"\x13\x7f\0\1", "Minix", False),
    (1040, b"\x13\x8f\0\1", "Minix", False),
    (544, b"1SFB", "the file system of BeOS", False),
    (0, b"\xce\xfa\xad\x1b", "BFS", False),
    (0, b"\x45\x3d\xcd\x28", "cramfs", False),
    (0, b"\x28\xcd\x3d\x45", "cramfs", False),
    (0, b"-rom1fs-", "romfs", False),
    (1024, b"\xe2\xe1\xf5\xe0", "EROFS", False),
    (8192, b"\x49\xe8\x95\xf9", "HPFS", False),
    (4096, b"SPB5", "NetWare", False),
    (0, b"UBI#\1", "UBI", False),
    (0, b"\x31\x18\x10\6", "UBIFS", False),
    (0, b"\x85\x19\3\x20", "JFFS2", False),
    (0, b"\x85\x19\1\xe0", "JFFS2", False),
    (0, b"\x85\x19\2\xe0", "JFFS2", False),
    (8192, b"\x22\x11\x19\x68", "QNX6", False),
    (8192, b"\x68\x19\x11\x22", "QNX6", False),
    (4120, b"\xc6\x85\x73\xf6\x4e\x1a\x45\xca", "bcache", False),
    (0, b"dmvdo001", "VDO", False),
    (0, b"SFOZ", "zonefs", False),
    (0, b"bluestore block device", "Ceph", False),
    (0, b"\x0b\xe5\xa9\x41", "a disk label of SGI", False),
    (508, b"\xda\xbe", "a disk label of Sun", False),
    (512, b"WEV\x82", "a disk label of BSD", False),
    (1, b"CD001", "ISO 9660", False),
    (32769, b"CD001", "ISO 9660", False),
    (32769, b"BEA01", "UDF", False),
)
# The same where it stands behind: bytes before the end, counted in whole stretches of so many.
_BEHIND: Final = (
    (512, 512, b"\xde\x11\xde\x11", "a disk of a RAID (DDF)"),
    (1024, 512, b"Intel Raid ISM Cfg Sig.", "a disk of a RAID (Intel)"),
    (65536, 65536, b"\xfc\x4e\x2b\xa9", "Linux RAID"),
    (8192, 4096, b"\xfc\x4e\x2b\xa9", "Linux RAID"),
)
_SWAP: Final = (4086, (b"SWAPSPACE2", b"SWAP-SPACE"))


def recognise(blob: Blob) -> bool:
    """Whether a blob is a disk: wrapped in an image format, with a partition table, or one file system."""
    if blob.size < 2 * _SECTOR:
        return False
    stream = blob.open()

    def read(offset: int, size: int) -> bytes:
        stream.seek(max(0, offset))
        return stream.read(size)

    if images.kind(blob.head(4096), read(blob.size - 512, 512)) != "raw":
        return True
    head = blob.head(_HEAD)
    if blob.size < _SMALLEST:  # firmware may be small; its file systems begin with a mark of their own
        return b"\0" in head[:64] and any(not at and head.startswith(magic) for at, magic, _, _ in _OTHERS)
    return _divided(head) or _begins(head) or _other(head, read) is not None or _behind(read, blob.size) is not None


def volume(part: Part) -> Volume | None:
    """Return the file system of a partition; None for swap space. Raises Encrypted, Unsupported or Corrupt."""
    head = part.read(0, _HEAD)
    other = _other(head, part.read)
    if other is not None and other[1]:
        raise Encrypted(f"the partition is encrypted ({other[0]})")
    for known, reader in _READERS:
        if known(head):
            return reader(part)
    name = other[0] if other is not None else _behind(part.read, part.size)
    if name is not None:
        raise Unsupported(f"{name} is not read; text in it was looked for")
    if head[_SWAP[0] : _SWAP[0] + 10] in _SWAP[1]:
        return None
    if not any(head):
        raise Unsupported("no file system was recognised (it begins with zeros); text in it was looked for")
    raise Unsupported("no file system was recognised; text in it was looked for")


def whole(image: Image) -> bool:
    """Whether a file system begins with the disk's first byte, so that there are no partitions.

    Where there is a table, marks that stand behind the first sector are left over from before the disk was divided.
    """
    head = image.read(0, _HEAD)
    if _divided(head):
        return any(known(head[:_SECTOR]) for known, _ in _READERS)
    return _begins(head) or _other(head, image.read) is not None


def _divided(head: bytes) -> bool:
    return head[512:520] == b"EFI PART" or partitions.is_mbr(head[:512]) or partitions.is_apple(head)


def _begins(head: bytes) -> bool:
    return any(known(head) for known, _ in _READERS)


def _other(head: bytes, read: _Read) -> tuple[str, bool] | None:
    for offset, magic, name, locked in _OTHERS:
        end = offset + len(magic)
        found = head[offset:end] if end <= _HEAD else read(offset, len(magic))
        if found == magic and (len(magic) > 2 or _sound(head, offset)):
            return name, locked
    return None


def _behind(read: _Read, size: int) -> str | None:
    for back, unit, magic, name in _BEHIND:
        if size > back and read(size // unit * unit - back, len(magic)) == magic:
            return name
    return None


def _sound(head: bytes, offset: int) -> bool:
    """Whether a mark of two letters is more than chance: sizes of blocks that make sense, a right checksum."""
    if offset == 1024:
        size = int.from_bytes(head[1044:1048], "big")
        return size > 0 and size % 512 == 0
    if offset == 508:
        words = struct.unpack(">256H", head[:512])
        return not reduce(xor, words)
    return head[96:100] in (b"\0\2\0\0", b"\0\x10\0\0") and not any(head[:8])


class ImageStream(io.RawIOBase):
    """A disk as a seekable stream."""

    def __init__(self, image: Image) -> None:
        self._image, self._at = image, 0

    def readable(self) -> bool:
        """Return True."""
        return True

    def seekable(self) -> bool:
        """Return True."""
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        """Move to an offset."""
        self._at = max(0, offset + (0, self._at, self._image.size)[whence])
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return up to ``size`` bytes."""
        left = max(0, self._image.size - self._at)
        try:
            data = self._image.read(self._at, left if size < 0 else min(size, left))
        except Unexamined:  # a block of the image is damaged: its file is named where it is read
            data = bytes(min(size, left))
        self._at += len(data)
        return data
