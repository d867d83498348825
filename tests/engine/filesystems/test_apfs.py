"""APFS: every file of every volume, snapshots, deleted files; the Sleuth Kit and apfsck judge what the tests wrote."""

from __future__ import annotations

import random
import struct
import subprocess
import uuid
from functools import cache
from pathlib import Path

import pytest
from tests.data import make_apfs as make
from tests.data.make_hfs import DELETED
from tests.engine.filesystems.test_disks import needs
from tests.engine.filesystems.test_hfs import Read

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Unsupported
from shoumi.engine.filesystems import apfstree, disk, images
from shoumi.engine.filesystems.volume import Part
from shoumi.engine.limits import Limits

BLOCK = make.BLOCK


@cache
def content(features: int = 1) -> bytes:
    data: bytes = make.container(features=features).bytes()
    return data


@cache
def read() -> Read:
    return Read(content())


def details(found: Read) -> list[tuple[str, str]]:
    return [(gap.reason, gap.trail.steps[-1].name if gap.trail.steps else "") for gap in found.gaps]


def changed(data: bytes, number: int, *changes: tuple[int, str, int]) -> bytes:
    """The container with numbers of a block changed, and its checksum made right again."""
    block = bytearray(data[number * BLOCK : (number + 1) * BLOCK])
    for at, form, value in changes:
        struct.pack_into(form, block, at, value)
    return data[: number * BLOCK] + make.checked(block) + data[(number + 1) * BLOCK :]


def blocks(data: bytes, kind: int, subtype: int) -> list[int]:
    """The blocks of objects of a type, those with the most records first."""
    found = [
        number
        for number in range(len(data) // BLOCK)
        if struct.unpack_from("<HxxI", data, number * BLOCK + 24) == (kind, subtype) and number > 2
    ]
    return sorted(found, key=lambda number: -struct.unpack_from("<H", data, number * BLOCK + 34)[0])


@pytest.mark.parametrize("features", [0, 1, 8])
def test_every_file_is_read(features: int) -> None:
    found = Read(content(features))
    assert found.media_type == "application/x-disk-image"
    assert found.files == make.living()
    assert found.gaps == []


def test_deleted_files_are_read_and_never_made_up() -> None:
    files = {file.path: file.data for file in make.plan() if file.gone}
    assert read().deleted == {**files, "gone three.txt": b""}  # whose block is another file's


def test_what_is_free_is_swept_and_what_files_hold_is_not() -> None:
    assert DELETED.encode() in read().raw
    assert make.MARK.encode() in read().raw  # freed, and still waiting in the queue
    assert b"line 1200 " not in read().raw
    assert b"its place is taken" not in read().raw


def test_what_is_left_over_behind_the_ends_of_files_is_swept() -> None:
    data = bytearray(content())
    place = data.find(f"{make.MARK}\nalpha\n".encode()) + 1000
    data[place : place + 8] = b"left    "
    assert b"left    " in Read(bytes(data)).raw


def test_checksums() -> None:
    assert apfstree.intact(content()[:BLOCK])
    assert not apfstree.intact(content()[:100] + b"\xff" + content()[101:BLOCK])
    assert not apfstree.intact(bytes(BLOCK))


def test_the_sleuth_kit_lists_and_reads_the_same(tmp_path: Path) -> None:
    lister, reader = needs("fls", "sleuthkit"), needs("icat", "sleuthkit")
    (tmp_path / "image").write_bytes(content())
    volume = struct.unpack_from("<Q", content(), 2 * BLOCK + 160)[0]
    place = struct.unpack_from("<Q", content(), (volume - 1) * BLOCK + BLOCK - 40 - 8)[0]
    chosen = ["-P", "apfs", "-B", str(place)]
    lines = subprocess.run(
        [lister, *chosen, "-r", "-p", tmp_path / "image"], check=True, capture_output=True, text=True
    )
    theirs = {}
    for line in lines.stdout.splitlines():
        kind, _, rest = line.partition(" ")
        number, path = rest.split(":\t")
        if kind == "r/r":
            theirs[path] = number
    ours = {path: data for path, data in read().files.items() if ":" not in path}
    assert theirs.keys() == ours.keys()
    for path in (path for path in ours if ours[path] and "many/" not in path):  # an empty file is a fault to it
        command = [reader, *chosen, tmp_path / "image", theirs[path]]
        assert subprocess.run(command, check=True, capture_output=True).stdout == ours[path], path


def test_the_checker_of_another_program_finds_no_fault(tmp_path: Path) -> None:
    checker = needs("apfsck", "apfsprogs")
    made = make.container(32768, (64, 5904), judged=True)  # it looks at no smaller ones
    made.write(tmp_path / "image")
    done = subprocess.run([checker, "-cuw", tmp_path / "image"], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_a_partition_of_a_gpt() -> None:
    first, data = 64, content()
    head = bytearray(first * 512)
    head[446:462] = struct.pack("<B3xB3xII", 0, 0xEE, 1, 0xFFFFFFFF)
    head[510:512] = b"\x55\xaa"
    head[512:604] = struct.pack("<8sIIIIQQQQ16sQIII", b"EFI PART", 1 << 16, 92, 0, 0, 1, 0, 34, 0, b"", 2, 4, 128, 0)
    kind = uuid.UUID("7C3457EF-0000-11AA-AA11-00306543ECAC").bytes_le
    last = first + len(data) // 512 - 1
    head[1024:1152] = struct.pack("<16s16sQQQ72s", kind, b"x" * 16, first, last, 0, "Mac".encode("utf-16-le"))
    found = Read(bytes(head) + data)
    assert found.gaps == []
    assert found.files == {f"partition 1 (Mac)/{path}": data for path, data in make.living().items()}
    assert found.deleted.keys() == {f"partition 1 (Mac)/{path}" for path in read().deleted}


def several(*others: tuple[str, int, int, int]) -> bytes:
    """A container with a volume that can be read, and others: name, features, flags, role."""
    made = make.Container()
    if len(others) != 1:
        volume = make.Volume(made, "Mine")
        volume.add(make.File("notes.txt", b"read\n"))
        volume.finish()
    for name, features, flags, role in others:
        volume = make.Volume(made, name, features, flags, role)
        volume.add(make.File("hidden.txt", f"hidden in {name}\n".encode()))
        volume.finish()
    made.finish()
    return made.bytes()


def test_volumes_that_cannot_be_read_are_named() -> None:
    found = Read(several(("Locked", 1, 0, 64), ("macOS", 0x21, 1, 1), ("Mine", 1, 1, 0)))
    assert found.files == {"Mine/notes.txt": b"read\n", "Mine 4/hidden.txt": b"hidden in Mine\n"}
    assert details(found) == [("encrypted", "Locked"), ("unsupported", "macOS")]
    assert "(Data)" in found.gaps[0].detail
    assert "FileVault" in found.gaps[0].detail
    assert "sealed" in found.gaps[1].detail
    assert b"hidden in macOS" in found.raw  # what is not read is swept
    assert b"hidden in Mine" not in found.raw


def test_a_container_that_is_encrypted_is_not_swept() -> None:
    found = Read(several(("Locked", 1, 0, 0)))
    assert details(found) == [("encrypted", "Locked")]
    assert not found.raw


def kept(*, broken: bool = False) -> bytes:
    """A container whose volume has a snapshot: of two files one was changed since, one deleted."""
    made = make.Container()
    older = make.Volume(made)
    older.add(make.File("same.txt", b"same\n"))
    older.add(make.File("changed.txt", b"as it was\n"))
    older.add(make.File("folder/removed.txt", b"only in the snapshot\n"))
    volume = make.Volume(made)
    volume.add(make.File("same.txt", b"same\n"))
    volume.extents["same.txt"] = older.extents["same.txt"]
    volume.rows = [row if row[1] != make.EXTENT else older.rows[volume.rows.index(row)] for row in volume.rows]
    volume.add(make.File("changed.txt", b"as it is\n"))
    volume.finish(snapshot=("before: 11/26", older))
    made.finish()
    if broken:
        place = next(at for at, block in made.image.items() if block[32:36] == b"APSB")
        made.image[place] = bytes(BLOCK)
    return made.bytes()


def test_snapshots_give_what_differs() -> None:
    found = Read(kept())
    assert found.gaps == []
    assert found.files == {
        "same.txt": b"same\n",
        "changed.txt": b"as it is\n",
        "(snapshot before: 11:26)/changed.txt": b"as it was\n",
        "(snapshot before: 11:26)/folder/removed.txt": b"only in the snapshot\n",
    }


def test_a_snapshot_that_is_damaged_is_said_and_swept() -> None:
    found = Read(kept(broken=True))
    assert details(found) == [("corrupt", "(snapshot before: 11:26)")]
    assert b"only in the snapshot" in found.raw
    assert found.files.keys() == {"same.txt", "changed.txt"}


def test_files_in_a_cloud_and_files_still_open() -> None:
    made = make.Container()
    volume = make.Volume(made)
    volume.add(make.File("away.txt", b"placeholder\n", flags=0x40000000))
    volume.add(make.File("open.txt", b"deleted while open\n"))
    volume.links[volume.numbers["open.txt"]] = [(0, 3, "0x17-dead")]
    volume.finish()
    made.finish()
    found = Read(made.bytes())
    assert details(found) == [("unsupported", "away.txt")]
    assert found.deleted == {"open.txt": b"deleted while open\n"}


def test_an_older_checkpoint_is_read_when_the_newest_is_damaged() -> None:
    data = content()
    newest = data[2 * BLOCK : 3 * BLOCK]
    data = data[: 4 * BLOCK] + newest + data[5 * BLOCK :]
    found = Read(changed(data, 4, (16, "<Q", make.XID + 1), (160, "<Q", 9)))
    assert found.files == make.living()
    assert details(found) == [("corrupt", "/")]
    damaged = bytearray(data)
    damaged[4 * BLOCK + 17] = damaged[100] = 1  # a checkpoint whose checksum is wrong, and the first block's
    assert Read(bytes(damaged)).files == make.living()


def test_containers_that_are_not_read() -> None:
    def refused(data: bytes) -> None:
        image = images.Plain(Blob.of_bytes(data, Limits()))
        disk.volume(Part(image, 0, image.size))

    with pytest.raises(Unsupported, match="Fusion"):
        refused(changed(changed(content(), 2, (64, "<Q", 0x102)), 0, (64, "<Q", 0x102)))
    with pytest.raises(Unsupported, match="scattered"):
        refused(changed(content(), 0, (104, "<I", 1 << 31 | 8)))
    with pytest.raises(Corrupt, match="no checkpoint"):
        refused(changed(changed(content(), 2, (160, "<Q", 1 << 60)), 0, (160, "<Q", 0)))
    with pytest.raises(Corrupt, match="size of blocks"):
        refused(changed(content(), 0, (36, "<I", 7)))


def test_trees_that_bite_their_tail_are_said() -> None:
    data = content()
    top, *_ = blocks(data, 2, 0x0E)  # the catalog's root
    flags, level = struct.unpack_from("<HH", data, top * BLOCK + 32)
    assert (flags & 1, level > 0) == (1, True)
    oid = struct.unpack_from("<Q", data, top * BLOCK + 8)[0]
    values = BLOCK - 40 - 8
    found = Read(changed(data, top, (values, "<Q", oid)))  # its first child is itself
    assert ("corrupt", "/") in details(found)
    assert found.files
    again = struct.unpack_from("<Q", data, top * BLOCK + values - 8)[0]
    found = Read(changed(data, top, (values, "<Q", again)))  # two children are one
    assert ("corrupt", "/") in details(found)
    assert make.DELETED.encode() in found.raw


@pytest.mark.parametrize(
    ("kind", "subtype", "at", "form", "value"),
    [
        (3, 0x0E, 36, "<I", 0xFFFFFFFF),  # records of a leaf
        (3, 0x0E, 40, "<H", 0xFFF0),  # where its table stands
        (2, 0x0E, 34, "<H", 0xFFFF),  # its level
        (11, 0, 48, "<Q", 1 << 62),  # the tree of a map of objects
        (13, 0, 136, "<Q", 1 << 62),  # the root of a volume's tree
        (13, 0, 152, "<Q", 1 << 62),  # the list of snapshots
        (7, 0, 36, "<I", 0xFFFFFFFF),  # chunks of the map of free blocks
        (5, 0, 36, "<I", 1),  # blocks of a chunk
        (5, 0, 64, "<I", 0xFFFFFFFF),  # lists of chunks
        (5, 0, 80, "<I", 0xFFFFFFF0),  # where they are listed
    ],
)
def test_numbers_that_lie_end_in_a_gap(kind: int, subtype: int, at: int, form: str, value: int) -> None:
    data = content()
    found = Read(changed(data, blocks(data, kind, subtype)[-1], (at, form, value)))
    assert any(gap.reason == "corrupt" for gap in found.gaps) or found.files == make.living()
    assert DELETED.encode() in found.raw
    if kind == 5:
        assert found.files == make.living()
        assert b"line 1200 " not in found.raw  # free blocks are not known: all that no file holds is swept


def test_large_containers_list_their_lists_of_chunks() -> None:
    data = content()
    (space,), (chunks,) = blocks(data, 5, 0), blocks(data, 7, 0)
    lists = make.checked((make.head(1000, 0x40000006) + struct.pack("<IIQ", 0, 1, chunks)).ljust(BLOCK, b"\0"))
    data = changed(data, space, (64, "<I", 1), (68, "<I", 1), (384, "<Q", 1000))
    found = Read(data[: 1000 * BLOCK] + lists + data[1001 * BLOCK :])
    assert (found.files, found.gaps) == (make.living(), [])
    assert found.deleted.keys() == read().deleted.keys()


def test_extents_that_lie_end() -> None:
    made = make.Container()
    volume = make.Volume(made)
    volume.add(make.File("long.txt", b"x" * 9000))
    volume.add(make.File("outside.txt", b"y" * 9000))
    for path, length, block in (("long.txt", 1 << 55, 1), ("outside.txt", BLOCK, 1 << 50)):
        at = next(at for at, row in enumerate(volume.rows) if row[:2] == (volume.numbers[path], make.EXTENT))
        volume.rows[at] = (*volume.rows[at][:3], struct.pack("<QQQ", length, block, 0))
    volume.finish()
    made.finish()
    found = Read(made.bytes())
    assert found.files == {"long.txt": b"", "outside.txt": b""}
    assert [gap.reason for gap in found.gaps] == ["corrupt", "corrupt"]


def test_damaged_containers_end_and_are_never_silent() -> None:
    draw = random.Random(5)
    data = content()
    for _ in range(8):
        damaged = bytearray(data)
        for _ in range(300):
            damaged[draw.randrange(BLOCK, len(data))] = draw.randrange(256)
        found = Read(bytes(damaged))
        assert found.gaps or found.files
    for _ in range(3):
        found = Read(data[: draw.randrange(40_000, len(data) * 3 // 4)])
        assert found.gaps or found.files
    for _ in range(12):  # damage that the checksum does not show
        number = draw.choice(blocks(data, 3, 0x0E) + blocks(data, 2, 0x0E) + blocks(data, 2, 0x0B))
        changes = [(draw.randrange(32, BLOCK - 8), "<B", draw.randrange(256)) for _ in range(40)]
        found = Read(changed(data, number, *changes))
        assert found.gaps or found.files
