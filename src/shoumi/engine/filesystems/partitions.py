"""Partition tables: a disk in, its partitions out, and what lies between them. MBR with extended partitions, GPT, and
Apple's partition map.

A table that is damaged or lies (partitions beyond the end, overlapping, endless chains) is read as far as it makes
sense. Sources: UEFI 2.10, 5.2 (MBR) and 5.3 (GPT); the extended chain as PC systems write it; Inside
Macintosh: Devices, 3-12 (partition map).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shoumi.engine.filesystems.volume import Extent, Image, joined

_SECTOR: Final = 512
_EXTENDED: Final = frozenset((0x05, 0x0F, 0x85))
_PROTECTIVE: Final = 0xEE
_APPLE_SECTORS: Final = (512, 2048)
_APPLE_OTHERS: Final = ("Apple_partition_map", "Apple_Free", "Apple_Driver", "Apple_Patches", "Apple_Void")
_MOST: Final = 256  # partitions


@dataclass(frozen=True, slots=True)
class Partition:
    """A partition: bytes of the disk, its number from 1, the name that a GPT gives it."""

    number: int
    start: int
    end: int
    name: str = ""

    @property
    def label(self) -> str:
        """How it is called in trails."""
        return f"partition {self.number}" + (f" ({self.name})" if self.name else "")


def table(image: Image) -> tuple[str, list[Partition]]:
    """Return ``gpt``, ``apple``, ``mbr`` or an empty name, and the partitions in order of their place."""
    for name, found in (("gpt", list(_gpt(image))), ("apple", list(_apple(image))), ("mbr", list(_mbr(image)))):
        sound = [part for part in found if 0 <= part.start < part.end]
        if any(part.start < image.size for part in sound):  # the others are missing, which is said
            return name, sorted(sound, key=lambda part: part.start)
    return "", []


def between(image: Image, partitions: list[Partition]) -> Iterator[Extent]:
    """Yield the stretches of a disk that belong to no partition."""
    at = 0
    for start, end in joined((part.start, min(part.end, image.size)) for part in partitions if part.start < image.size):
        if start > at:
            yield at, start
        at = max(at, end)
    if at < image.size:
        yield at, image.size


def _mbr(image: Image) -> Iterator[Partition]:
    sector = image.read(0, _SECTOR)
    if not is_mbr(sector):
        return
    number = 0
    for kind, first, count in _slots(sector):
        number += 1
        if kind in _EXTENDED:
            continue
        if kind and count and kind != _PROTECTIVE:
            yield Partition(number, first * _SECTOR, (first + count) * _SECTOR)
    for kind, first, _count in _slots(sector):
        if kind in _EXTENDED:
            yield from _logical(image, first)


def _logical(image: Image, base: int) -> Iterator[Partition]:
    """Follow the chain of an extended partition; every link is relative to its start."""
    at, number, seen = base, 5, set[int]()
    while at not in seen and number < _MOST:
        seen.add(at)
        sector = image.read(at * _SECTOR, _SECTOR)
        if len(sector) < _SECTOR:  # whatever stands there and behind is missing, which is said
            yield Partition(number, at * _SECTOR, (at + 1) * _SECTOR)
        if sector[510:512] != b"\x55\xaa":
            return
        own, link = list(_slots(sector))[:2]
        if own[0] and own[2]:
            yield Partition(number, (at + own[1]) * _SECTOR, (at + own[1] + own[2]) * _SECTOR)
            number += 1
        if link[0] not in _EXTENDED or not link[1]:
            return
        at = base + link[1]


def is_mbr(sector: bytes) -> bool:
    """Whether a sector is a partition table: four slots that make sense, at least one of them used."""
    if len(sector) < _SECTOR or sector[510:512] != b"\x55\xaa":
        return False
    used = 0
    for number in range(4):
        slot = sector[446 + 16 * number : 462 + 16 * number]
        if slot[0] not in (0, 0x80):
            return False
        kind, (first, count) = slot[4], struct.unpack_from("<II", slot, 8)
        if kind and not count:
            return False
        if kind and first == 0 and kind != _PROTECTIVE:
            return False
        used += bool(kind)
    return used > 0


def _slots(sector: bytes) -> Iterator[tuple[int, int, int]]:
    for number in range(4):
        slot = sector[446 + 16 * number : 462 + 16 * number]
        first, count = struct.unpack_from("<II", slot, 8)
        yield slot[4], first, count


def is_apple(head: bytes) -> bool:
    """Whether a disk begins with Apple's partition map."""
    return head.startswith(b"ER") and any(head[size : size + 2] == b"PM" for size in _APPLE_SECTORS)


def _apple(image: Image) -> Iterator[Partition]:
    head = image.read(0, 4096)
    if not is_apple(head):
        return
    sector = next(size for size in _APPLE_SECTORS if head[size : size + 2] == b"PM")
    for number in range(1, _MOST + 1):
        entry = image.read(number * sector, 136)
        if not entry.startswith(b"PM"):
            return
        first, count = struct.unpack_from(">II", entry, 8)
        name, kind = (entry[at : at + 32].partition(b"\0")[0].decode("latin-1") for at in (16, 48))
        if count and not kind.startswith(_APPLE_OTHERS):
            yield Partition(number, first * sector, (first + count) * sector, name)


def _gpt(image: Image) -> Iterator[Partition]:
    for sector in (512, 4096):
        for place in (sector, image.size - sector):  # the second one is the copy at the end
            header = image.read(place, 92)
            if not header.startswith(b"EFI PART"):
                continue
            first, count, width = struct.unpack_from("<QII", header, 72)
            if not 128 <= width <= 4096 or count > 4096:
                continue
            entries = image.read(first * sector, count * width)
            found = list(_entries(entries, width, sector))
            if found:
                yield from found[:_MOST]
                return


def _entries(data: bytes, width: int, sector: int) -> Iterator[Partition]:
    for number in range(len(data) // width):
        entry = data[number * width : (number + 1) * width]
        if any(entry[:16]):
            first, last = struct.unpack_from("<QQ", entry, 32)
            name = entry[56:128].decode("utf-16-le", "replace").partition("\0")[0]
            yield Partition(number + 1, first * sector, (last + 1) * sector, name)
