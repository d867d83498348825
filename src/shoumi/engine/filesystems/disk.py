"""Which file system a partition holds: its first bytes in, the reader or the reason why there is none out."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, Unexamined, Unsupported
from shoumi.engine.filesystems import apfs, exfat, ext, fat, hfs, images, ntfs, partitions
from shoumi.engine.filesystems.volume import Image, Part, Volume

_HEAD: Final = 68 * 1024
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
    (3, b"ReFS\0\0\0\0", "ReFS", False),
    (1024, b"\x10\x20\xf5\xf2", "F2FS", False),
    (0, b"hsqs", "SquashFS", False),
    (1, b"CD001", "ISO 9660", False),
    (32769, b"CD001", "ISO 9660", False),
    (32769, b"BEA01", "UDF", False),
)
_SWAP: Final = (4086, (b"SWAPSPACE2", b"SWAP-SPACE"))


def recognise(blob: Blob) -> bool:
    """Whether a blob is a disk: wrapped in an image format, with a partition table, or one file system."""
    if blob.size < _SMALLEST:
        return False
    stream = blob.open()
    stream.seek(blob.size - 512)
    head = blob.head(4096)
    if images.kind(head, stream.read(512)) != "raw":
        return True
    head = blob.head(_HEAD)
    if head[512:520] == b"EFI PART" or partitions.is_mbr(head[:512]) or partitions.is_apple(head):
        return True
    return any(known(head) for known, _ in _READERS) or _other(head) is not None


def volume(part: Part) -> Volume | None:
    """Return the file system of a partition; None for swap space. Raises Encrypted, Unsupported or Corrupt."""
    head = part.read(0, _HEAD)
    other = _other(head)
    if other is not None and other[1]:
        raise Encrypted(f"the partition is encrypted ({other[0]})")
    for known, reader in _READERS:
        if known(head):
            return reader(part)
    if other is not None:
        raise Unsupported(f"{other[0]} is not read; text in it was looked for")
    if head[_SWAP[0] : _SWAP[0] + 10] in _SWAP[1]:
        return None
    if not any(head):
        raise Unsupported("no file system was recognised (it begins with zeros); text in it was looked for")
    raise Unsupported("no file system was recognised; text in it was looked for")


def whole(image: Image) -> bool:
    """Whether a file system begins with the disk's first byte, so that there are no partitions."""
    head = image.read(0, _HEAD)
    return any(known(head) for known, _ in _READERS) or _other(head) is not None


def _other(head: bytes) -> tuple[str, bool] | None:
    for offset, magic, name, locked in _OTHERS:
        if head[offset : offset + len(magic)] == magic and (len(magic) > 2 or _sound(head, offset)):
            return name, locked
    return None


def _sound(head: bytes, offset: int) -> bool:
    """Whether a mark of two letters is more than chance: both name a size of blocks that makes sense."""
    if offset == 1024:
        size = int.from_bytes(head[1044:1048], "big")
        return size > 0 and size % 512 == 0
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
