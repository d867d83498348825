"""Disk images of macOS: every packing gives back the disk; what is damaged, encrypted or split says so."""

from __future__ import annotations

import bz2
import lzma
import plistlib
import random
import struct
import zlib

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, Unexamined, Unsupported
from shoumi.engine.filesystems import disk, images
from shoumi.engine.limits import Limits

SECTOR = 512
NOISE = random.Random(9).randbytes(8 * SECTOR)
TEXT = "内部资料，注意保存。".encode() * 140
TEXT = TEXT[: 8 * SECTOR].ljust(8 * SECTOR, b".")


def adc(data: bytes) -> bytes:
    """Plain pieces, then a short and a long copy of what stands before."""
    parts = [bytes([0x7F + len(piece)]) + piece for piece in (data[at : at + 128] for at in range(0, len(data), 128))]
    return b"".join(parts)


CHUNKS = [  # kind, what stands in the file, what it is on the disk
    (1, NOISE, NOISE),
    (0, b"", bytes(4 * SECTOR)),
    (0x80000005, zlib.compress(TEXT), TEXT),
    (2, b"", bytes(SECTOR)),
    (0x80000006, bz2.compress(TEXT), TEXT),
    (0x80000008, lzma.compress(TEXT), TEXT),
    (0x80000007, b"bvx-" + struct.pack("<I", len(NOISE)) + NOISE + b"bvx$", NOISE),
    (0x80000004, adc(TEXT), TEXT),
    (0x80000004, b"\x83abcd" + b"\x04\x03" + b"\x7b\0\6" + b"\x80." * (SECTOR - 71), b"abcd" + b"abcd"),
    (0x7FFFFFFE, b"", b""),
    (0xFFFFFFFF, b"", b""),
]


def image(chunks: list[tuple[int, bytes, bytes]] = CHUNKS, segments: int = 1) -> tuple[bytes, bytes]:
    """Return an image and the disk that it holds."""
    fork, plain, entries = b"", b"", b""
    for kind, data, content in chunks:
        is_ = content + b"." * (-len(content) % SECTOR)
        place = struct.pack(">QQQQ", len(plain) // SECTOR, len(is_) // SECTOR, len(fork), len(data))
        entries += struct.pack(">II", kind, 0) + place
        fork, plain = fork + data, plain + is_
    table = struct.pack(">4sIQQQ", b"mish", 1, 0, len(plain) // SECTOR, 0).ljust(200, b"\0")
    table += struct.pack(">I", len(chunks)) + entries
    listed = plistlib.dumps({"resource-fork": {"blkx": [{"Data": table}]}})
    trailer = bytearray(SECTOR)
    struct.pack_into(">4sII", trailer, 0, b"koly", 4, SECTOR)
    struct.pack_into(">I", trailer, 60, segments)
    struct.pack_into(">QQ", trailer, 216, len(fork), len(listed))
    struct.pack_into(">Q", trailer, 492, len(plain) // SECTOR)
    return fork + listed + bytes(trailer), plain


def opened(data: bytes) -> images.Image:
    return images.opened(Blob.of_bytes(data, Limits()))[1]


def test_every_packing_gives_back_the_disk() -> None:
    data, plain = image()
    blob = Blob.of_bytes(data, Limits())
    assert disk.recognise(blob)
    name, found, gaps = images.opened(blob)
    assert (name, found.size, gaps) == ("dmg", len(plain), [])
    last = len(plain) - SECTOR
    assert found.read(0, last) == plain[:last]
    assert found.read(last, SECTOR)[:8] == b"abcdabcd"  # copied, in the short form and the long one
    for at in range(0, last, 777):
        assert found.read(at, 1500) == plain[at : min(at + 1500, last)] or at + 1500 > last
    written = list(found.extents(0, found.size))
    assert written[0] == (0, 8 * SECTOR)
    assert sum(end - start for start, end in written) == len(plain) - 5 * SECTOR


@pytest.mark.parametrize("chunk", [(0x80000006, bz2.compress(TEXT), TEXT), (0x80000008, lzma.compress(TEXT), TEXT)])
def test_an_image_that_begins_with_a_packed_piece_is_one(chunk: tuple[int, bytes, bytes]) -> None:
    sniffer = registry.sniffer()
    assert sniffer.media_type(Blob.of_bytes(image([chunk])[0], Limits())) == "application/x-disk-image"
    assert sniffer.media_type(Blob.of_bytes(chunk[1], Limits())) in ("application/x-bzip2", "application/x-xz")


@pytest.mark.parametrize("kind", [0x80000004, 0x80000005, 0x80000006, 0x80000007, 0x80000008])
def test_a_damaged_piece_is_said(kind: int) -> None:
    with pytest.raises(Corrupt):
        opened(
            image([(kind, b"\0" + NOISE[:600].replace(b"\x80", b"") if kind == 0x80000004 else NOISE, TEXT)])[0]
        ).read(0, 512)


@pytest.mark.parametrize(
    ("data", "reason", "word"),
    [
        (b"encrcdsa" + NOISE, Encrypted, "encrypted"),
        (image(segments=3)[0], Unsupported, "several parts"),
        (image([(0x80000099, b"", TEXT)])[0], Unsupported, "not known"),
        (image()[0].replace(b"<key>blkx", b"<key>none"), Corrupt, "list"),
        (NOISE + image()[0][-SECTOR:], Unexamined, "."),
    ],
)
def test_what_cannot_be_read_is_named(data: bytes, reason: type[Unexamined], word: str) -> None:
    with pytest.raises(reason, match=word):
        opened(data)
