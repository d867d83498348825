"""Disks: what their own tools wrote is read back, deleted files too; wrappers and partitions change nothing of it."""

from __future__ import annotations

import importlib.util
import lzma
import os
import random
import shutil
import stat
import struct
import subprocess
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, Unexamined, Unsupported
from shoumi.engine.filesystems import disk, images, lznt, partitions
from shoumi.engine.filesystems.volume import Part, clear_bits, joined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Raw

DATA = Path(__file__).parents[2] / "data"
_spec = importlib.util.spec_from_file_location("make_disks", DATA / "make_disks.py")
make_disks: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_disks)

TREE: dict[str, bytes] = make_disks.tree()
SETTINGS = Settings()
NAMES = ["fat12", "fat16", "fat32", "exfat", "ntfs", "ext2", "ext3", "ext4"]


def content(name: str) -> bytes:
    return lzma.decompress((DATA / "disks" / f"{name}.img.xz").read_bytes())


def read_some(item: Item) -> bytes:
    """Read at most 4 MiB: a damaged entry may claim any size of zeros, which the examination's budget bounds."""
    stream, data = item.open(), b""
    while len(data) < 4 << 20 and (chunk := stream.read(1 << 16)):
        data += chunk
    return data


class Read:
    """What a disk yields: files, deleted files and fragments by path, gaps, swept bytes."""

    def __init__(self, data: bytes) -> None:
        blob = Blob.of_bytes(data, Limits())
        self.media_type = registry.sniffer().media_type(blob)
        self.files: dict[str, bytes] = {}
        self.deleted: dict[str, bytes] = {}
        self.fragments: dict[str, bytes] = {}
        self.gaps: list[Gap] = []
        self.swept: list[Raw] = []
        try:
            for part in registry.extractors()[self.media_type].segments(blob, SETTINGS):
                self._take(part)
        except Unexamined as error:
            self.gaps.append(Gap(error.reason, str(error)))

    def _take(self, part: Any) -> None:
        if isinstance(part, Item):
            group = {"deleted": self.deleted, "fragment": self.fragments}.get(part.kind, self.files)
            try:
                group[part.path] = read_some(part)
            except Unexamined as error:
                self.gaps.append(Gap(error.reason, str(error)))
        elif isinstance(part, Gap):
            self.gaps.append(part)
        elif isinstance(part, Raw):
            self.swept.append(part)

    def raw(self) -> bytes:
        return b"".join(piece.data[slice(*piece.keep)] for piece in self.swept)


def needs(program: str, package: str) -> str:
    found = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if not found:
        if os.environ.get("CI"):
            pytest.fail(f"{program} is missing: install {package}")
        pytest.skip(f"{program} is missing: install {package}")
    return found


def living() -> dict[str, bytes]:
    return {name: data for name, data in TREE.items() if "gone" not in name}


@pytest.mark.parametrize("name", [name for name in NAMES if name != "exfat"])
def test_every_file_is_read(name: str) -> None:
    read = Read(content(name))
    assert read.media_type == "application/x-disk-image"
    assert living().items() <= read.files.items()
    assert not read.gaps


@pytest.mark.parametrize("name", NAMES)
def test_the_sleuth_kit_lists_nothing_else(name: str, tmp_path: Path) -> None:
    program = needs("fls", "sleuthkit")
    (tmp_path / "image").write_bytes(content(name))
    told = subprocess.run([program, "-r", "-p", "-F", tmp_path / "image"], check=True, capture_output=True, text=True)
    read = Read(content(name))
    lines = [line for line in told.stdout.splitlines() if "\t$" not in line]
    assert lines
    for line in lines:
        about, path = line.split("\t", 1)
        ours = read.deleted if " * " in about else read.files
        assert path in ours or path.rpartition("/")[2] in {one.rpartition("/")[2] for one in ours}, line


@pytest.mark.parametrize("name", [name for name in NAMES if name != "exfat"])
def test_every_deleted_file_is_read(name: str) -> None:
    read = Read(content(name))
    gone = [data for path, data in TREE.items() if "gone" in path]
    assert all(data in read.deleted.values() for data in gone)
    assert "deep/gone one.txt" in read.deleted  # a long name survives deletion


def test_exfat_reads_contiguous_and_scattered_files() -> None:
    read = Read(content("exfat"))
    plain = {name.replace("/", "_"): data for name, data in TREE.items() if name.isascii()}
    assert read.files == {name: data for name, data in plain.items() if "gone" not in name}
    assert read.deleted["deep_gone one.txt"] == TREE["deep/gone one.txt"]
    assert read.deleted["gonezip.zip"] == TREE["gonezip.zip"]


def test_ntfs_reads_named_streams_compressed_and_sparse_files() -> None:
    files = Read(content("ntfs")).files
    assert files["notes.txt:secret"].decode() == make_disks.MARK
    assert files["comp/big.txt"] == TREE["big.txt"][:30_000]
    assert files["comp/mixed.bin"] == make_disks.mixed()
    assert files["sparse.bin"] == bytes(300_000) + b"end of sparse"


@pytest.mark.parametrize("name", NAMES)
def test_what_is_deleted_is_swept_as_well(name: str) -> None:
    assert make_disks.DELETED.encode() in Read(content(name)).raw()


@pytest.mark.parametrize("name", NAMES)
def test_what_files_hold_is_not_swept(name: str) -> None:
    assert b"line 1200 " not in Read(content(name)).raw()


def test_text_behind_the_end_of_a_file_is_swept() -> None:
    data = bytearray(content("fat16"))
    end = data.index(TREE["notes.txt"]) + len(TREE["notes.txt"])
    data[end : end + 5] = b"slack"
    assert b"slack" in Read(bytes(data)).raw()


def test_an_archive_in_free_space_is_opened() -> None:
    data = bytearray(content("ext4"))
    free = len(data) - 70_000
    data[free : free + len(TREE["deep/a.zip"])] = TREE["deep/a.zip"]
    read = Read(bytes(data))
    assert read.fragments == {f"offset {free}.zip": TREE["deep/a.zip"]}


@pytest.mark.parametrize("name", NAMES)
def test_truncated_disks_are_never_silent(name: str) -> None:
    data = content(name)
    draw = random.Random(name)
    for _ in range(4):
        read = Read(data[: draw.randrange(40_000, len(data) * 3 // 4)])
        assert read.gaps or read.files


@pytest.mark.parametrize("name", NAMES)
def test_damaged_disks_end(name: str) -> None:
    data = content(name)
    draw = random.Random(name)
    for _ in range(6):
        damaged = bytearray(data)
        for _ in range(200):
            damaged[draw.randrange(min(len(data), 400_000))] = draw.randrange(256)
        read = Read(bytes(damaged))
        assert read.gaps or read.files or read.swept


def test_a_chain_that_bites_its_tail_ends() -> None:
    data = bytearray(content("fat16"))
    sector, _, reserved = struct.unpack_from("<HBH", data, 11)
    for number in range(2, 200):
        struct.pack_into("<H", data, reserved * sector + 2 * number, number)
    assert Read(bytes(data)).files


def partitioned(scheme: str) -> tuple[bytes, list[bytes]]:
    """Return a disk with three file systems and text between two of them, made without any tool."""
    systems = [content("fat12"), content("ext2"), content("ntfs")]
    starts, at = [], 2048
    for system in systems:
        starts.append(at)
        at += len(system) // 512 + 2048
    image = bytearray((at + 64) * 512)
    for start, system in zip(starts, systems, strict=True):
        image[start * 512 : start * 512 + len(system)] = system
    image[(starts[1] - 8) * 512 : (starts[1] - 8) * 512 + 15] = "间隙 gap".encode().ljust(15, b".")
    sizes = [len(system) // 512 for system in systems]
    image[510:512] = b"\x55\xaa"
    if scheme == "gpt":
        image[446:462] = struct.pack("<B3sB3sII", 0, b"\0\2\0", 0xEE, b"\xff" * 3, 1, len(image) // 512 - 1)
        image[512:604] = struct.pack("<8s64xQIII", b"EFI PART", 2, 4, 128, 0).ljust(92, b"\0")
        for number, (start, size) in enumerate(zip(starts, sizes, strict=True)):
            entry = b"\1" * 32 + struct.pack("<QQQ", start, start + size - 1, 0) + "数据".encode("utf-16-le")
            image[1024 + 128 * number : 1024 + 128 * number + len(entry)] = entry
        return bytes(image), systems
    image[446:462] = struct.pack("<B3xB3xII", 0x80, 6, starts[0], sizes[0])
    base = starts[1] - 63
    image[462:478] = struct.pack("<B3xB3xII", 0, 5, base, len(image) // 512 - base)
    image[base * 512 + 446 : base * 512 + 462] = struct.pack("<B3xB3xII", 0, 0x83, 63, sizes[1])
    link = starts[2] - 63
    image[base * 512 + 462 : base * 512 + 478] = struct.pack("<B3xB3xII", 0, 5, link - base, 9999)
    image[base * 512 + 510 : base * 512 + 512] = b"\x55\xaa"
    image[link * 512 + 446 : link * 512 + 462] = struct.pack("<B3xB3xII", 0, 7, 63, sizes[2])
    image[link * 512 + 510 : link * 512 + 512] = b"\x55\xaa"
    return bytes(image), systems


@pytest.mark.parametrize("scheme", ["mbr", "gpt"])
def test_partitions_are_read_and_what_lies_between_is_swept(scheme: str) -> None:
    read = Read(partitioned(scheme)[0])
    labels = {path.partition("/")[0] for path in read.files}
    numbers = (1, 5, 6) if scheme == "mbr" else (1, 2, 3)
    assert {label.partition(" (")[0] for label in labels} == {f"partition {number}" for number in numbers}
    assert all(any(path.endswith("/" + name) for path in read.files) for name in living())
    assert "间隙 gap".encode() in read.raw()


def test_an_endless_chain_of_partitions_ends() -> None:
    image = bytearray(partitioned("mbr")[0])
    base = struct.unpack_from("<I", image, 470)[0]
    struct.pack_into("<I", image, base * 512 + 470, 0)
    struct.pack_into("<B3xB3xII", image, base * 512 + 462, 0, 5, 0, 1)
    assert partitions.table(images.Plain(Blob.of_bytes(bytes(image), Limits())))[0] == "mbr"


def test_a_missing_part_is_named() -> None:
    image = partitioned("mbr")[0]
    read = Read(image[: len(image) * 2 // 3])
    assert any("before the partition does" in gap.detail for gap in read.gaps)


@pytest.mark.parametrize(
    ("form", "options"),
    [
        ("qcow2", []),
        ("qcow2", ["-c"]),
        ("qcow2", ["-c", "-o", "compression_type=zstd"]),
        ("qcow2", ["-o", "compat=0.10"]),
        ("qcow2", ["-o", "cluster_size=512"]),
        ("vmdk", []),
        ("vmdk", ["-o", "subformat=streamOptimized"]),
        ("vpc", []),
        ("vpc", ["-o", "subformat=fixed"]),
        ("vhdx", []),
        ("vdi", []),
    ],
    ids=lambda value: value if isinstance(value, str) else "".join(value[-1:]),
)
def test_wrapped_disks_hold_the_same(form: str, options: list[str], tmp_path: Path) -> None:
    program = needs("qemu-img", "qemu-utils")
    plain, wrapped = tmp_path / "plain.img", tmp_path / "wrapped"
    plain.write_bytes(content("fat16"))
    subprocess.run([program, "convert", "-q", "-f", "raw", *options, "-O", form, plain, wrapped], check=True)
    expected, read = Read(plain.read_bytes()), Read(wrapped.read_bytes())
    assert read.media_type == "application/x-disk-image"
    assert (read.files, read.deleted, read.gaps) == (expected.files, expected.deleted, [])
    disk_bytes = plain.read_bytes()
    assert read.swept
    for raw in read.swept:  # offsets are the disk's, not those of the file that wraps it
        assert disk_bytes[raw.offset : raw.offset + len(raw.data)] == raw.data


def test_what_is_found_in_a_wrapped_disk_stands_where_it_stands_on_the_disk(tmp_path: Path) -> None:
    from shoumi.engine.home import Home
    from shoumi.engine.scan import Scan
    from shoumi.engine.types import Match

    program = needs("qemu-img", "qemu-utils")
    data = bytearray(content("fat16"))
    at = len(data) - 40_001
    data[at : at + 17] = b"\n" + "机密★10年".encode() + b"\n"
    plain = tmp_path / "plain.img"
    plain.write_bytes(data)
    names = ["plain.img"]
    for form in ("qcow2", "vmdk", "vpc", "vhdx", "vdi"):
        names.append(f"disk.{form}")
        subprocess.run([program, "convert", "-q", "-f", "raw", "-O", form, plain, tmp_path / names[-1]], check=True)
    addresses = [str(tmp_path / name) for name in names]
    run = Scan(addresses, settings=Settings(packs=("cn",)), jobs=1, home=Home(tmp_path / "home"))
    found: dict[str, set[int | None]] = {}
    for event in run:
        if isinstance(event, Match) and event.locator.offset is not None:
            found.setdefault(Path(event.trail.steps[0].name).name, set()).add(event.locator.offset)
    assert at + 1 in found["plain.img"]
    assert {name: found.get(name) for name in names} == dict.fromkeys(names, found["plain.img"])


def test_a_wrapped_disk_that_is_damaged_is_a_gap(tmp_path: Path) -> None:
    program = needs("qemu-img", "qemu-utils")
    plain, wrapped = tmp_path / "plain.img", tmp_path / "wrapped"
    plain.write_bytes(content("fat12"))
    for form in ("qcow2", "vmdk", "vpc", "vhdx"):
        subprocess.run(
            [program, "convert", "-q", "-c" if form == "qcow2" else "-p", "-f", "raw", "-O", form, plain, wrapped],
            check=True,
            capture_output=True,
        )
        data = wrapped.read_bytes()
        draw = random.Random(form)
        for _ in range(4):
            damaged = bytearray(data)
            for _ in range(60):
                damaged[draw.randrange(min(len(data), 300_000))] = draw.randrange(256)
            read = Read(bytes(damaged))
            assert read.gaps or read.files or read.swept


@pytest.mark.parametrize(
    ("offset", "magic", "reason", "word"),
    [
        (3, b"-FVE-FS-", Encrypted, "BitLocker"),
        (0, b"LUKS\xba\xbe\0\2", Encrypted, "LUKS"),
        (512, b"LABELONE", Unsupported, "LVM"),
        (0, b"XFSB", Unsupported, "XFS"),
        (65600, b"_BHRfS_M", Unsupported, "Btrfs"),
        (1024, b"BD" + bytes(18) + b"\0\0\2\0", Unsupported, "HFS"),
        (424, bytes.fromhex("3bd66749292ed84a8399f6a339e3d001"), Encrypted, "BitLocker To Go"),
        (66908, b"\x19\1\x54\x19", Unsupported, "UFS"),
        (16404, b"\0\0\0\7version", Unsupported, "ZFS"),
        (1 << 20, b"\x0d\xd0\1\xc0", Unsupported, "VMFS"),
        (508, b"\xda\xbe\x31\xbe", Unsupported, "Sun"),
        (200_000 // 65536 * 65536 - 65536, b"\xfc\x4e\x2b\xa9", Unsupported, "Linux RAID"),
        (0, b"anything", Unsupported, "no file system"),
    ],
)
def test_what_is_not_read_is_named(offset: int, magic: bytes, reason: type[Unexamined], word: str) -> None:
    data = bytearray(200_000 + (offset > 200_000) * offset)
    data[0] = 0xEB
    data[offset : offset + len(magic)] = magic
    image = images.Plain(Blob.of_bytes(bytes(data), Limits()))
    with pytest.raises(reason, match=word):
        disk.volume(Part(image, 0, image.size))


@pytest.mark.parametrize("magic", [b"LVF\t\r\n\xff\0", b"EVF2\r\n\x81\0", b"AFF10\r\n\0"])
def test_images_of_evidence_are_named(magic: bytes) -> None:
    read = Read(magic + random.Random(1).randbytes(100_000))
    assert [gap.reason for gap in read.gaps] == ["unsupported"]
    assert "raw image" in read.gaps[0].detail


def test_encrypted_partitions_are_not_swept_and_others_are() -> None:
    image = bytearray(partitioned("mbr")[0])
    start = struct.unpack_from("<I", image, 454)[0] * 512
    image[start + 3 : start + 11] = b"-FVE-FS-"
    read = Read(bytes(image))
    assert [gap.reason for gap in read.gaps] == ["encrypted"]
    assert any(path.startswith("partition 5") for path in read.files)


def test_text_in_an_unknown_file_system_is_swept() -> None:
    data = bytearray(200_000)
    data[512:520] = b"LABELONE"
    data[100_001:100_016] = "机密★10年".encode()
    read = Read(bytes(data))
    assert [gap.reason for gap in read.gaps] == ["unsupported"]
    assert "机密★10年".encode() in read.raw()


def test_a_disk_is_read_when_the_address_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from shoumi.engine.source import Found, Policy
    from shoumi.engine.sources.local import PLUGIN

    path = tmp_path / "sdx"
    path.write_bytes(content("fat12"))
    real, real_open = os.stat, os.fstat

    def disguised(status: os.stat_result) -> os.stat_result:
        return os.stat_result((stat.S_IFBLK | 0o600, *status[1:6], 0, *status[7:]))

    monkeypatch.setattr(
        os, "stat", lambda name, **more: disguised(real(name, **more)) if name == str(path) else real(name, **more)
    )
    monkeypatch.setattr(os, "fstat", lambda number: disguised(real_open(number)))
    (found,) = PLUGIN.walk(str(path), Policy(), frozenset())
    assert isinstance(found, Found)
    assert (found.size, found.signature) == (1 << 20, "")
    blob = Blob.of_file(str(path), Limits())
    assert blob.size == 1 << 20
    assert disk.recognise(blob)
    blob.close()


def test_devices_that_a_walk_meets_are_never_opened() -> None:
    from shoumi.engine.source import Policy
    from shoumi.engine.sources.local import PLUGIN

    (gap,) = PLUGIN.walk("/dev/null", Policy(), frozenset())
    assert isinstance(gap, Gap)
    assert gap.reason == "special"


def test_lznt1() -> None:
    packed = bytes.fromhex("38b0884620462e20")  # not compressed: a plain chunk
    assert lznt.decompress((0x3000 | 3).to_bytes(2, "little") + packed[:4], 4) == packed[:4]
    chunk = bytes([0b00000010]) + b"A" + (0xFFF - 3).to_bytes(2, "little")
    out = lznt.decompress((0xB000 | len(chunk) - 1).to_bytes(2, "little") + chunk, 4096)
    assert out == b"A" * min(4096, 1 + 0xFFF)


def test_helpers_of_extents() -> None:
    assert list(joined([(5, 9), (0, 2), (9, 12), (2, 3)])) == [(0, 3), (5, 12)]
    assert list(clear_bits(bytes([0b11110000, 0xFF, 0b1]), 20)) == [(0, 4), (17, 20)]


def wiped_root(data: bytes) -> bytes:
    """Return a FAT disk whose first folder was emptied and whose table is blank, as formatting it again leaves it."""
    image = bytearray(data)
    sector, per, reserved, copies, root, _, _, length = struct.unpack_from("<HBHBHHBH", image, 11)
    start = (reserved + copies * length) * sector
    image[start : start + root * 32] = bytes(root * 32)
    for copy in range(copies):
        first = (reserved + copy * length) * sector
        image[first + 4 : first + length * sector] = bytes(length * sector - 4)
    assert per
    return bytes(image)


def test_folders_that_nothing_names_are_read_after_formatting() -> None:
    read = Read(wiped_root(content("fat16")))
    names = {path.rpartition("/")[2]: data for path, data in read.deleted.items()}
    assert names["人员名单.txt"] == TREE["deep/er/中文目录/人员名单.txt"]
    assert all(path.startswith("(orphan)/") for path in read.deleted)


def test_a_file_with_two_names_is_read_as_both(tmp_path: Path) -> None:
    debugfs = needs("debugfs", "e2fsprogs")
    path = tmp_path / "image"
    path.write_bytes(content("ext4"))
    subprocess.run([debugfs, "-w", "-R", "link notes.txt second.txt", path], check=True, capture_output=True)
    files = Read(path.read_bytes()).files
    assert files["second.txt"] == files["notes.txt"] == TREE["notes.txt"]


@pytest.mark.parametrize("options", [["-O", "bigalloc", "-C", "16384"], ["-O", "meta_bg,^resize_inode", "-g", "1024"]])
def test_ext_of_other_layouts(options: list[str], tmp_path: Path) -> None:
    program = needs("mke2fs", "e2fsprogs")
    folder, path = tmp_path / "tree", tmp_path / "image"
    folder.mkdir()
    (folder / "notes.txt").write_bytes(TREE["notes.txt"])
    command = [program, "-q", "-t", "ext4", "-b", "1024", *options, "-d", folder, path, "16M"]
    subprocess.run(command, check=True, capture_output=True)
    image = bytearray(path.read_bytes())
    image[-3000:-2980] = b"left in a free block"
    read = Read(bytes(image))
    assert read.files["notes.txt"] == TREE["notes.txt"]
    assert b"left in a free block" in read.raw()


def test_a_damaged_first_folder_is_never_silent() -> None:
    data = bytearray(content("ext2"))
    table = struct.unpack_from("<I", data, 2048 + 8)[0] * (1024 << struct.unpack_from("<I", data, 1048)[0])
    size = struct.unpack_from("<H", data, 1112)[0]
    data[table + size : table + 2 * size] = bytes(size)
    assert any("first folder" in gap.detail for gap in Read(bytes(data)).gaps)


def test_a_list_of_extents_out_of_order_is_read_in_order(tmp_path: Path) -> None:
    program, editor = needs("mkfs.ext4", "e2fsprogs"), needs("debugfs", "e2fsprogs")
    image, source = tmp_path / "image", tmp_path / "source"
    image.write_bytes(bytes(1 << 20))
    text = b"".join(f"line {number:07}\n".encode() for number in range(2048))
    source.write_bytes(text)
    subprocess.run([program, "-q", "-b", "1024", "-O", "^has_journal", image], check=True)
    subprocess.run([editor, "-w", "-R", f"write {source} file", image], check=True, capture_output=True)
    data = bytearray(image.read_bytes())
    heads = (at for at in range(0, len(data) - 12, 4) if data[at : at + 2] == b"\x0a\xf3" and data[at + 2] in (2, 3, 4))
    at = next(heads)  # of the file: it is in several pieces, folders are in one
    entries = [bytes(data[at + 12 * number : at + 12 * number + 12]) for number in range(1, 1 + data[at + 2])]
    data[at + 12 : at + 12 + 12 * len(entries)] = b"".join(reversed(entries))
    assert Read(bytes(data)).files["file"] == text


@pytest.mark.parametrize("name", NAMES)
def test_a_file_system_that_breaks_off_behind_its_files_keeps_them_and_is_named(name: str) -> None:
    data = content(name)
    read = Read(data[: len(data) // 2])
    assert read.files.keys() == Read(data).files.keys()
    assert [(gap.reason, "behind the end" in gap.detail) for gap in read.gaps] == [("corrupt", True)]


def test_partitions_behind_the_end_are_named() -> None:
    data, _ = partitioned("mbr")
    cut = struct.unpack_from("<I", data, 454)[0] * 512 + 512
    whole = Read(data)
    read = Read(data[:cut])
    assert {path.split("/")[0] for path in whole.files} == {"partition 1", "partition 5", "partition 6"}
    named = [step.name for gap in read.gaps for step in gap.trail.steps if "image ends" in gap.detail]
    assert named == ["partition 1", "partition 5"]  # the sixth is only listed behind the end


def test_a_table_counts_more_than_what_was_left_from_before() -> None:
    data = bytearray(partitioned("mbr")[0])
    data[1080:1082] = b"\x53\xef"  # of an ext that filled the disk before it was divided
    struct.pack_into("<II", data, 1024, 64, 4096)
    assert Read(bytes(data)).files.keys() == Read(partitioned("mbr")[0]).files.keys()


def test_the_data_of_a_disc_are_read_from_whole_sectors() -> None:
    disc = images.Disc.SYNC
    plain = content("fat12")
    plain += bytes(-len(plain) % 2048)
    sectors = (plain[at : at + 2048] for at in range(0, len(plain), 2048))
    read = Read(b"".join(disc + b"\0\2\0\1" + sector + bytes(288) for sector in sectors))
    assert living().items() <= read.files.items()


def test_a_disc_in_a_partition_is_opened_as_one() -> None:
    data = bytearray(partitioned("mbr")[0])
    start = struct.unpack_from("<I", data, 454)[0] * 512
    data[start + 32769 : start + 32774] = b"CD001"
    read = Read(bytes(data))
    name = next(path for path in read.files if path.endswith("disc.iso"))
    assert read.files[name][32769:32774] == b"CD001"


def test_a_small_image_of_a_file_system_is_named() -> None:
    read = Read(b"hsqs\x6c\0\0\0".ljust(4096, b"\0"))
    assert read.media_type == "application/x-disk-image"
    assert ["SquashFS" in gap.detail for gap in read.gaps] == [True]


@pytest.mark.parametrize(
    "magic", [b"QED\0", b"Bochs Virtual HD Image\0", b"COWD\1\0\0\0", b"sprs\0\0\0\3", b"ADSEGMENTEDFILE\0"]
)
def test_wrapped_disks_that_are_not_read_are_named_and_swept(magic: bytes) -> None:
    read = Read(magic.ljust(512, b"\0") + bytes(40_000) + "内部资料，注意保存。".encode() * 20 + bytes(40_000))
    assert [gap.reason for gap in read.gaps] == ["unsupported"]
    assert "内部资料，注意保存。".encode() in read.raw()
