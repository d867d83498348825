"""HFS+: every file, both forks, compressed and deleted ones; the Sleuth Kit reads the same of the same volume."""

from __future__ import annotations

import os
import random
import shutil
import struct
import subprocess
from functools import cache
from pathlib import Path

import pytest
from tests.data import make_hfs as make

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Unexamined, Unsupported
from shoumi.engine.filesystems import decmpfs, disk, hfs, images, partitions
from shoumi.engine.filesystems.volume import Part
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Raw


@cache
def volume() -> bytes:
    data: bytes = make.image()
    return data


class Read:
    """What a disk yields: files and deleted files by path, gaps, swept bytes."""

    def __init__(self, data: bytes) -> None:
        blob = Blob.of_bytes(data, Limits())
        self.media_type = registry.sniffer().media_type(blob)
        self.files: dict[str, bytes] = {}
        self.deleted: dict[str, bytes] = {}
        self.gaps: list[Gap] = []
        self.raw = b""
        for part in registry.extractors()["application/x-disk-image"].segments(blob, Settings()):
            if isinstance(part, Item):
                self._item(part)
            elif isinstance(part, Gap):
                self.gaps.append(part)
            elif isinstance(part, Raw):
                self.raw += part.data[slice(*part.keep)]

    def _item(self, item: Item) -> None:
        kept = self.deleted if item.hidden else self.files
        stream, data = item.open(), b""
        try:
            while len(data) < 4 << 20 and (chunk := stream.read(1 << 16)):
                data += chunk
        except Unexamined as error:
            self.gaps.append(Gap(error.reason, str(error)))
        kept[item.path] = data


@cache
def read() -> Read:
    return Read(volume())


def living() -> dict[str, bytes]:
    return {path: make.unpacked(file) for path, file in make.tree_of_files().items() if not file.gone}


def test_every_file_is_read() -> None:
    assert read().media_type == "application/x-disk-image"
    assert living().items() <= read().files.items()
    assert read().gaps == []


def test_links_forks_and_attributes_are_read() -> None:
    content = "硬链接的内容\n".encode() * 20
    files = read().files
    assert files["linked one.txt"] == files["many/linked two.txt"] == content
    assert files["two forks.txt:rsrc"] == b"resource fork\n" * 500
    assert files["notes.txt:note"].decode() == "附注：内部资料"
    assert files.keys() - living().keys() == {
        "linked one.txt", "many/linked two.txt", "two forks.txt:rsrc", "notes.txt:note"
    }  # fmt: skip


def test_deleted_files_are_read() -> None:
    assert read().deleted == {
        "gone one.txt": (make.DELETED * 3).encode(),
        "deep/gone2.txt": make.DELETED.encode(),
    }


def test_what_is_free_is_swept_and_what_files_hold_is_not() -> None:
    assert make.DELETED.encode() in read().raw
    assert b"line 1200 " not in read().raw


def test_a_deleted_file_whose_blocks_are_used_again_is_not_made_up() -> None:
    data = bytearray(volume())
    system = hfs.Hfs(Part(images.Plain(Blob.of_bytes(bytes(data), Limits())), 0, len(data)))
    gone = next(entry for entry in system.entries() if not isinstance(entry, Gap) and entry.path == "deep/gone2.txt")
    assert gone.first is not None
    bitmap = struct.unpack_from(">I", data, 1024 + 112 + 16)[0] * make.BLOCK
    for number in range(gone.first // make.BLOCK, gone.first // make.BLOCK + 3):
        data[bitmap + number // 8] |= 0x80 >> number % 8
    assert Read(bytes(data)).deleted["deep/gone2.txt"] == b""


def needs(program: str) -> str:
    found = shutil.which(program)
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: install sleuthkit")
        pytest.skip(f"{program} is missing: install sleuthkit")
    return found


def test_the_sleuth_kit_lists_and_reads_the_same(tmp_path: Path) -> None:
    recover = needs("tsk_recover")
    (tmp_path / "image").write_bytes(volume())
    subprocess.run([recover, "-a", "image", "out"], cwd=tmp_path, check=True, capture_output=True)
    out = tmp_path / "out"
    theirs = {str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()}
    ours = {path: data for path, data in read().files.items() if ":" not in path}
    # it writes no empty files and no links, and gives the links' content where it is stored
    expected = {path: data for path, data in ours.items() if data and "linked" not in path}
    own = {path: data for path, data in theirs.items() if not path.startswith(("^^^^", "linked", "many/linked", "$"))}
    assert {path: own.get(path) for path in expected} == expected
    assert own.keys() - expected.keys() == set()


def wrapped(data: bytes) -> bytes:
    """The same volume inside a wrapper of the older HFS."""
    head = bytearray(4 * make.BLOCK)
    head[1024:1026] = b"BD"
    struct.pack_into(">I", head, 1024 + 20, make.BLOCK)
    struct.pack_into(">H", head, 1024 + 28, 8)
    head[1024 + 124 : 1024 + 126] = b"H+"
    struct.pack_into(">HH", head, 1024 + 126, 3, len(data) // make.BLOCK)
    return bytes(head) + data


def apple(data: bytes) -> bytes:
    """The same volume in a disk with Apple's partition map."""
    head = bytearray(64 * 512)
    head[:4] = b"ER" + struct.pack(">H", 512)
    for number, (name, kind, first, count) in enumerate(
        ((b"Apple", b"Apple_partition_map", 1, 63), (b"disk image", b"Apple_HFSX", 64, len(data) // 512)), 1
    ):
        entry = b"PM\0\0" + struct.pack(">III", 2, first, count) + name.ljust(32, b"\0") + kind.ljust(32, b"\0")
        head[number * 512 : number * 512 + len(entry)] = entry
    return bytes(head) + data


def listed(data: bytes, kind: int) -> bytes:
    """The same volume as the only partition of an MBR."""
    head = bytearray(64 * 512)
    head[446:462] = struct.pack("<B3xB3xII", 0, kind, 64, len(data) // 512)
    head[510:512] = b"\x55\xaa"
    return bytes(head) + data


@pytest.mark.parametrize("where", ["wrapper", "apple", "mbr"])
def test_a_volume_inside_something(where: str) -> None:
    data = {"wrapper": wrapped, "apple": apple, "mbr": lambda data: listed(data, 0xAF)}[where](volume())
    found = Read(data)
    assert found.media_type == "application/x-disk-image"
    prefix = {"wrapper": "", "apple": "partition 2 (disk image)/", "mbr": "partition 1/"}[where]
    assert {prefix + path: content for path, content in read().files.items()} == found.files
    assert {prefix + path: content for path, content in read().deleted.items()} == found.deleted
    assert found.gaps == []
    assert make.DELETED.encode() in found.raw
    assert b"line 1200 " not in found.raw


def test_a_map_that_lies_ends() -> None:
    data = bytearray(apple(b"\0" * 4096))
    struct.pack_into(">II", data, 1024 + 8, 0xFFFFFFF0, 0xFFFFFFFF)
    assert partitions.table(images.Plain(Blob.of_bytes(bytes(data), Limits())))[1] == []


def test_damaged_volumes_end_and_are_never_silent() -> None:
    draw = random.Random(5)
    data = volume()
    for _ in range(10):
        damaged = bytearray(data)
        for _ in range(400):
            damaged[draw.randrange(1024, len(data))] = draw.randrange(256)
        found = Read(bytes(damaged))
        assert found.gaps or found.files
    for _ in range(4):
        found = Read(data[: draw.randrange(40_000, len(data) * 3 // 4)])
        assert found.gaps or found.files


def test_a_tree_that_bites_its_tail_is_said() -> None:
    data = bytearray(volume())
    start = struct.unpack_from(">I", data, 1024 + 272 + 16)[0] * make.BLOCK
    struct.pack_into(">I", data, start + 2 * make.NODE, 1)  # the second leaf leads back to the first
    found = Read(bytes(data))
    assert any("catalog" in gap.detail for gap in found.gaps)
    assert found.files


def test_methods_of_compression() -> None:
    text = (b"abcdefghijkl" * 30) + "结尾".encode()
    block = make.lzvn(text)
    assert decmpfs.lzvn(block) == text
    assert decmpfs.Content(make.decmpfs(7, len(text), block), lambda *_: b"").read() == text
    table = struct.pack("<II", 8, 8 + len(block)) + block
    fork = lambda offset, size: table[offset : offset + size]  # noqa: E731
    assert decmpfs.Content(make.decmpfs(8, len(text)), fork).read() == text
    assert decmpfs.Content(make.decmpfs(1, 3, b"abc"), fork).read() == b"abc"
    with pytest.raises(Unsupported, match="LZBITMAP"):
        decmpfs.size_of(make.decmpfs(14, 9))
    with pytest.raises(Corrupt):
        decmpfs.Content(make.decmpfs(3, 9, b"nonsense"), fork).read()
    with pytest.raises(Corrupt):
        decmpfs.Content(make.decmpfs(7, 9, b"\x08\xff\x06"), fork).read()  # it repeats what was never there


def test_what_lzbitmap_packs_is_a_gap() -> None:
    system = make.Volume(300)
    system.add(make.File("a.txt", flags=0x20, attributes={"com.apple.decmpfs": make.decmpfs(14, 100)}))
    found = Read(system.finish())
    assert [(gap.reason, gap.trail.steps[-1].name) for gap in found.gaps] == [("unsupported", "a.txt")]


def test_another_programs_volume_is_read(tmp_path: Path) -> None:
    """libisofs writes HFS+ beside ISO 9660, with Apple's partition map."""
    program = shutil.which("xorriso")
    if program is None:
        if os.environ.get("CI"):
            pytest.fail("xorriso is missing: install xorriso")
        pytest.skip("xorriso is missing: install xorriso")
    folder = tmp_path / "tree"
    (folder / "deep" / "中文目录").mkdir(parents=True)
    (folder / "notes.txt").write_text("机密★10年\n", "utf-8")
    (folder / "deep" / "中文目录" / "人员名单.txt").write_text("Alice\n", "utf-8")
    command = [program, "-as", "mkisofs", "-hfsplus", "-quiet", "-o", tmp_path / "image.iso", folder]
    subprocess.run(command, check=True, capture_output=True)
    data = (tmp_path / "image.iso").read_bytes()
    image = images.Plain(Blob.of_bytes(data, Limits()))
    form, parts = partitions.table(image)
    assert form == "apple"
    (part,) = [part for part in parts if "HFS" in part.name.upper() or hfs.recognise(image.read(part.start, 2048))]
    system = disk.volume(Part(image, part.start, part.end - part.start))
    assert isinstance(system, hfs.Hfs)
    files = {entry.path: entry.open().read() for entry in system.entries() if not isinstance(entry, Gap)}
    assert files == {"notes.txt": "机密★10年\n".encode(), "deep/中文目录/人员名单.txt": b"Alice\n"}
