"""Disk images and raw devices: every file of every file system on them, deleted files, and text in what is free.

    image → partitions → file system → files, deleted files → items
                                     → free stretches → pieces of raw bytes, fragments of archives

Nothing is ever written. What is not read is a Gap, and its bytes are swept for text all the same, unless they are
encrypted. Offsets are those of the disk, also when an image format wraps it.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Iterator
from typing import BinaryIO, Final, cast

from shoumi.engine import rawcarve, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, Unexamined
from shoumi.engine.filesystems import disk, images, partitions
from shoumi.engine.filesystems.partitions import Partition
from shoumi.engine.filesystems.volume import Entry, Extent, Image, Part, Volume, content
from shoumi.engine.rawsweep import LARGE
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Raw, Segment, Step, Trail

DISK: Final = "application/x-disk-image"
_PACKED: Final = {"application/x-bzip2": b"BZh", "application/x-xz": b"\xfd7zXZ"}  # as a .dmg may begin
_SAMPLES: Final = 64  # places where a large text is looked at
_DISC_MARK, _DISC = (32769, 5), b"CD001"  # ISO 9660, which is opened like an archive
_DAMAGE: Final = (struct.error, IndexError, ValueError, OverflowError, RecursionError)


class Disk:
    """Reads disks."""

    name = "disk"
    version = 2
    media_types = frozenset({DISK})
    method = "text"
    signatures: tuple[sniff.Signature, ...] = (
        sniff.Signature(b"QFI\xfb", DISK),
        sniff.Signature(b"EVF\t\r\n\xff\0", DISK),
        sniff.Signature(b"KDMV", DISK),
        sniff.Signature(b"vhdxfile", DISK),
        sniff.Signature(b"LUKS\xba\xbe", DISK),
    )
    refines = frozenset({sniff.UNKNOWN, sniff.TEXT, *_PACKED})

    def refine(self, sample: sniff.Sample) -> str | None:
        """Recognise a disk; a raw image that happens to begin with text is no text."""
        if sample.head.startswith(tuple(_PACKED.values())):
            return DISK if images.kind(b"", images.tail(sample.blob)) == "dmg" else None
        if disk.recognise(sample.blob):
            return DISK
        return sniff.UNKNOWN if _not_only_text(sample.blob) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap | Raw]:  # noqa: ARG002
        """Yield files, deleted files, then what is free. Raises Unexamined when the image itself cannot be read."""
        try:
            wrapped, image, gaps = images.opened(blob)
        except Encrypted:
            raise
        except Unexamined as error:
            yield Gap(error.reason, str(error))
            yield from _swept(images.Plain(blob), [(0, blob.size)], frozenset())
            return
        except _DAMAGE:
            yield Gap("corrupt", "the header of the image is damaged; text in it was looked for")
            yield from _swept(images.Plain(blob), [(0, blob.size)], frozenset())
            return
        yield from gaps
        parts = [] if disk.whole(image) else partitions.table(image)[1]
        if not parts:
            yield from _Reading(image, Partition(0, 0, image.size), wrapped).all()
            return
        for part in parts:
            yield from _Reading(image, part, part.label).all()
        yield from _swept(image, partitions.between(image, parts), frozenset())


class _Reading:
    """One partition, or a disk without any."""

    def __init__(self, image: Image, partition: Partition, label: str) -> None:
        self._image, self._partition, self._label = image, partition, label
        end = max(partition.start, min(partition.end, image.size))
        self._part = Part(image, partition.start, end - partition.start)
        self._starts: set[int] = set()  # where files begin: an archive there is not a fragment
        self._kind = "disk"
        self._prefix = f"{label}/" if partition.number else ""

    def _all(self) -> BinaryIO:
        return content(self._part, [(0, self._part.size)], self._part.size)()

    def all(self) -> Iterator[Item | Gap | Raw]:
        """Yield the partition's files, then what is free in it; all of it when that cannot be told."""
        missing = self._partition.end - self._image.size
        if missing > 0:
            yield self._gap(Corrupt(f"the image ends {missing} bytes before the partition does; a part may be missing"))
        if not self._part.size:
            return
        if self._part.read(*_DISC_MARK) == _DISC and (self._partition.number or self._label != "raw"):
            yield self._item(Entry("disc.iso", self._part.size, self._all), self._prefix)
            return
        free: list[Extent] = [(0, self._part.size)]
        try:
            volume = disk.volume(self._part)
            if volume is not None:
                self._kind = volume.name
                missing = volume.span - self._part.size
                if missing > 0 and self._partition.end <= self._image.size:
                    said = f"{missing} bytes of the file system lie behind the end of the image or partition"
                    yield self._gap(Corrupt(said))
                yield from self._files(volume)
                free = list(volume.free())
        except Encrypted as error:
            yield self._gap(error)
            return
        except Unexamined as error:
            yield self._gap(error)
        except _DAMAGE:
            yield self._gap(Corrupt("the file system is damaged; text in it was looked for"))
        start = self._partition.start
        yield from _swept(self._image, ((start + first, start + last) for first, last in free), frozenset(self._starts))

    def _files(self, volume: Volume) -> Iterator[Item | Gap]:
        for entry in volume.entries():
            if isinstance(entry, Gap):
                steps = entry.trail.steps or (Step(self._kind, self._label),)
                yield Gap(entry.reason, entry.detail, Trail((Step(steps[0].kind, self._prefix + steps[0].name),)))
                continue
            if entry.first is not None:
                self._starts.add(self._partition.start + entry.first)
            yield self._item(entry, self._prefix)

    def _item(self, entry: Entry, prefix: str) -> Item:
        kind = "deleted" if entry.deleted else self._kind
        return Item(
            "disk", prefix + entry.path, entry.size, entry.modified, entry.open, kind=kind, hidden=entry.deleted
        )

    def _gap(self, error: Unexamined) -> Gap:
        trail = Trail((Step(self._kind, self._label),)) if self._partition.number else Trail()
        return Gap(error.reason, str(error), trail)


def _swept(image: Image, extents: Iterable[Extent], known: frozenset[int]) -> Iterator[Raw | Item]:
    written = (part for start, end in extents for part in image.extents(start, min(end, image.size)))
    yield from rawcarve.swept(cast(BinaryIO, disk.ImageStream(image)), written, known)


def _not_only_text(blob: Blob) -> bool:
    """Whether a large blob of whole sectors that begins like text goes on like none."""
    if blob.size < LARGE or blob.size % 512 or not sniff.looks_textual(blob.head(4096)):
        return False
    stream = blob.open()
    other = 0
    for number in range(_SAMPLES):
        stream.seek(blob.size // _SAMPLES * number // 4096 * 4096)
        other += not sniff.looks_textual(stream.read(4096))
    return other >= 2


PLUGIN = Disk()
