"""EnCase images: one segment or several, packed or plain, hold the disk; the Sleuth Kit reads them too."""

from __future__ import annotations

import lzma
import os
import random
import shutil
import struct
import subprocess
import tempfile
import zlib
from functools import cache
from pathlib import Path

import pytest

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.filesystems import ewf, images
from shoumi.engine.home import Home
from shoumi.engine.limits import Limits
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

DISK = lzma.decompress((Path(__file__).parents[2] / "data" / "disks" / "fat16.img.xz").read_bytes())
CHUNK = 64 * 512


def section(kind: bytes, body: bytes, at: int, *, last: bool = False) -> bytes:
    size = 76 + len(body)
    head = struct.pack("<16sQQ40x", kind, at if last else at + size, 0 if last else size)
    return head + struct.pack("<I", zlib.adler32(head)) + body


def volume(count: int, size: int) -> bytes:
    body = struct.pack("<IIIIQ", 1, count, 64, 512, size // 512).ljust(1048, b"\0")
    return body + struct.pack("<I", zlib.adler32(body))


def segments(disk: bytes, number: int = 1) -> list[bytes]:
    """Return a disk as segments: chunks that do not pack are plain."""
    pieces = [disk[at : at + CHUNK].ljust(CHUNK, b"\0") for at in range(0, len(disk), CHUNK)]
    each = -(-len(pieces) // number)
    made = []
    for turn in range(number):
        own = pieces[turn * each : (turn + 1) * each]
        out = ewf.MAGIC + struct.pack("<BHH", 1, turn + 1, 0)
        if turn == 0:
            out += section(b"header", zlib.compress(b"1\nmain\nc\tn\n\n"), len(out))
            out += section(b"volume", volume(len(pieces), len(disk)), len(out))
        else:
            out += section(b"data", volume(len(pieces), len(disk)), len(out))
        body, entries = b"", []
        for piece in own:
            packed = zlib.compress(piece)
            place = len(out) + 76 + len(body)
            entries.append(place | (1 << 31 if len(packed) < CHUNK else 0))
            body += packed if len(packed) < CHUNK else piece + struct.pack("<I", zlib.adler32(piece))
        out += section(b"sectors", body, len(out))
        head = struct.pack("<I4xQ4x", len(entries), 0)
        listed = b"".join(struct.pack("<I", entry) for entry in entries)
        table = head + struct.pack("<I", zlib.adler32(head)) + listed + struct.pack("<I", zlib.adler32(listed))
        out += section(b"table", table, len(out))
        out += section(b"table2", table, len(out))
        out += section(b"next" if turn + 1 < number else b"done", b"", len(out), last=True)
        made.append(out)
    return made


def read(data: bytes) -> tuple[bytes, list[Gap]]:
    name, image, gaps = images.opened(Blob.of_bytes(data, Limits()))
    assert name == "ewf"
    return image.read(0, image.size), gaps


@pytest.mark.parametrize("number", [1, 2, 5])
def test_the_disk_is_there(number: int) -> None:
    disk = DISK[: 2 << 20] + random.Random(3).randbytes(100_000) + DISK[2 << 20 :]
    disk = disk[: len(disk) // 512 * 512]
    assert read(b"".join(segments(disk, number))) == (disk, [])


def test_the_sleuth_kit_reads_the_same_image(tmp_path: Path) -> None:
    program = shutil.which("img_cat")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("img_cat is missing: install sleuthkit")
        pytest.skip("img_cat is missing: install sleuthkit")
    names = [f"x.E{number:02}" for number in range(1, 4)]
    for name, data in zip(names, segments(DISK, 3), strict=True):
        (tmp_path / name).write_bytes(data)
    done = subprocess.run([program, "-i", "ewf", *names], cwd=tmp_path, check=True, capture_output=True)
    assert done.stdout == DISK


@cache
def home() -> Home:
    """One for both scans: the rules are compiled once."""
    return Home(Path(tempfile.mkdtemp(prefix="shoumi-ewf-")))


def scan(folder: Path) -> tuple[list[Match], list[Gap], Scan]:
    run = Scan([str(folder)], settings=Settings(packs=("cn",)), jobs=1, home=home())
    events = list(run)
    return [e for e in events if isinstance(e, Match)], [e for e in events if isinstance(e, Gap)], run


def told(matches: list[Match]) -> list[tuple[str, int | None]]:
    return sorted(("!".join(step.name for step in match.trail.steps[1:]), match.locator.offset) for match in matches)


def test_segments_in_a_folder_are_one_image_and_a_missing_one_is_a_gap(tmp_path: Path) -> None:
    plain, split = tmp_path / "plain", tmp_path / "split"
    plain.mkdir()
    split.mkdir()
    (plain / "x.img").write_bytes(DISK)
    for number, data in enumerate(segments(DISK, 4), 1):
        (split / f"x.E{number:02}").write_bytes(data)
    matches, gaps, run = scan(split)
    assert told(matches) == told(scan(plain)[0])
    assert not gaps
    assert run.summary.skipped["application/x-disk-image-part"] == 3
    (split / "x.E02").unlink()
    matches, gaps, _ = scan(split)
    assert any("x.E02" in gap.detail for gap in gaps)


def test_damaged_images_end() -> None:
    data = b"".join(segments(DISK, 2))
    draw = random.Random(4)
    for _ in range(30):
        damaged = bytearray(data[: draw.randrange(2000, len(data))] if draw.random() < 0.3 else data)
        for _ in range(draw.choice((1, 5, 50))):
            damaged[draw.randrange(13, min(len(damaged), 4000))] = draw.randrange(256)
        try:
            image = images.opened(Blob.of_bytes(bytes(damaged), Limits()))[1]
            image.read(0, 200_000)
        except Unexamined:
            continue
