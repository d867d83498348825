"""Archives behind something else: self-extracting programs, and pictures or texts that an archive was attached to.

Two members come out: what stands in front, which is examined as what it is, and the archive. The second is found by
the archive's own marks: a ZIP by the directory at its end, RAR and 7z by their signatures.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, ClassVar, Final, cast

from shoumi.engine.blob import Blob
from shoumi.engine.containers._rar import vint
from shoumi.engine.containers._streams import Window
from shoumi.engine.containers._zipread import entries, find_directory
from shoumi.engine.errors import Unexamined
from shoumi.engine.filesystems import disk
from shoumi.engine.limits import MIB
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import TEXT, UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item

_APPENDED: Final = "application/x-shoumi-appended"
_MARK: Final = re.compile(rb"7z\xbc\xaf\x27\x1c\x00|Rar!\x1a\x07(?:\x00|\x01\x00)")
_SEARCHED: Final = 16 * MIB  # stubs of self-extracting programs are smaller, and so are pictures
_LARGE: Final = 4 * MIB
_CARRIER: Final = re.compile(rb"MZ|\x7fELF|[\xce\xcf]\xfa\xed\xfe|\xca\xfe\xba\xbe|\xff\xd8|\x89PNG|GIF8|BM|II|MM|RIFF")
_SMALLEST: Final = 64  # bytes; anything shorter is no carrier
_TAIL: Final = 65535 + 22  # of a ZIP: the longest comment, and what stands before it
_ENTRIES: Final = 1000  # of a ZIP's directory that tell where it begins
_CARRIERS: Final = frozenset(
    {
        UNKNOWN,
        TEXT,
        "application/vnd.microsoft.portable-executable",
        "application/x-dosexec",
        "application/x-executable",
        "application/x-sharedlib",
        "application/x-mach-binary",
        "image/jpeg",
        "image/png",
        "image/gif",
        "image/bmp",
        "image/tiff",
        "image/webp",
    }
)


class Appended:
    """The container for two files in one."""

    name = "appended"
    version = 1
    media_types = frozenset({_APPENDED})
    signatures: tuple[Signature, ...] = ()
    refines = _CARRIERS
    traces: ClassVar = (rb"PK\x05\x06",)  # what other archives begin with is no UTF-8, or holds zeros

    def refine(self, sample: Sample) -> str | None:
        """Recognise a carrier by the archive behind it."""
        if not sample.traced:
            return None
        if disk.recognise(sample.blob):
            return None  # an archive on it is one of its files
        return _APPENDED if _find(sample.blob, sample.head) else None

    def members(self, blob: Blob, settings: Settings) -> Iterator[Item | Gap]:  # noqa: ARG002
        """Yield the front and the archive. Raises nothing."""
        stream = blob.open()
        start, suffix = _find(blob, blob.head()) or (blob.size, "")
        for name, begin, end in (("front", 0, start), (f"appended.{suffix}", start, blob.size)):
            if begin < end:
                yield Item(self.name, name, end - begin, None, _opener(stream, begin, end), kind=self.name)


PLUGIN = Appended()


def _opener(stream: BinaryIO, start: int, end: int) -> Callable[[], BinaryIO]:
    return lambda: cast(BinaryIO, Window(stream, start, end - start))


def _find(blob: Blob, head: bytes) -> tuple[int, str] | None:
    """Return where the archive begins, and its kind."""
    if blob.size < _SMALLEST:
        return None
    found = _zip(blob)
    if found or b"\0" not in head or (blob.size >= _LARGE and not _CARRIER.match(head)):
        return found  # a large file of unknown format is searched for archives, and for text behind them, as a whole
    return _signed(blob)


def _zip(blob: Blob) -> tuple[int, str] | None:
    tail = blob.data[-_TAIL:] if blob.data is not None else b"\5"
    if b"\5" not in tail or (blob.data is not None and b"PK\5\6" not in tail):  # one byte is sought much faster
        return None
    stream = blob.open()
    try:
        directory = find_directory(stream, blob.size)
        offsets = [entry.offset for entry in islice(entries(blob.open(), directory), _ENTRIES)]
    except Unexamined:
        return None
    start = min(offsets, default=0)
    if start <= 0:
        return None
    stream.seek(start)
    return (start, "zip") if stream.read(4) == b"PK\3\4" else None


def _signed(blob: Blob) -> tuple[int, str] | None:
    content = blob.head(_SEARCHED)
    for match in _MARK.finditer(content):
        at = match.start()
        if _sound(content[at : at + 8192]):
            return at, "7z" if match[0].startswith(b"7z") else "rar"
    return None


def _sound(archive: bytes) -> bool:
    """Whether the first header's checksum is right: programs that read these formats contain the marks, too."""
    if len(archive) < 32:
        return False
    if archive.startswith(b"7z"):
        return zlib.crc32(archive[12:32]).to_bytes(4, "little") == archive[8:12]
    if archive[6:7] == b"\0":  # RAR 4: checksum, type (0x73: archive), flags, length
        length = int.from_bytes(archive[12:14], "little")
        return archive[9:10] == b"\x73" and zlib.crc32(archive[9 : 7 + length]) & 0xFFFF == int.from_bytes(
            archive[7:9], "little"
        )
    size, at = vint(archive, 12)
    return zlib.crc32(archive[12 : at + size]).to_bytes(4, "little") == archive[8:12]
