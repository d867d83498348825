"""Writes an HFSX volume from nothing but its published layout, with a seed: the test data of the reader.

Nothing on this system makes one with content. The Sleuth Kit judges what is written here (``test_hfs.py`` compares).
Source: Apple Technical Note TN1150.
"""

from __future__ import annotations

import random
import struct
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

BLOCK, NODE = 4096, 4096
EPOCH = 2_082_844_800
WHEN = 1_700_000_000 + EPOCH
MARK = "机密★10年"
PRIVATE = "\0\0\0\0HFS+ Private Data"
DELETED = "绝密★启用前\n" * 300


@dataclass
class Fork:
    data: bytes = b""
    extents: list[tuple[int, int]] = field(default_factory=list)

    def packed(self) -> bytes:
        own = (self.extents + [(0, 0)] * 8)[:8]
        blocks = sum(count for _, count in self.extents)
        return struct.pack(">QII", len(self.data), 0, blocks) + b"".join(struct.pack(">II", *one) for one in own)


@dataclass
class File:
    path: str
    data: bytes = b""
    resource: bytes = b""
    pieces: int = 1
    flags: int = 0
    link: int = 0
    attributes: dict[str, bytes] = field(default_factory=dict)
    gone: bool = False


class Volume:
    """A volume of ``blocks`` blocks; what is written is taken from its start upwards."""

    def __init__(self, blocks: int = 700) -> None:
        self.image = bytearray(blocks * BLOCK)
        self.blocks, self.next, self.number = blocks, 2, 16
        self.used = {0, blocks - 1}  # the headers
        self.catalog: list[tuple[tuple[int, str], bytes]] = []
        self.left: list[tuple[tuple[int, str], bytes]] = []
        self.overflow: list[tuple[tuple[int, int, int], bytes]] = []
        self.attributes: list[tuple[tuple[int, str], bytes]] = []
        self.folders: dict[str, int] = {"": 2}
        self.files = 0
        self._folder(1, "Test", 2)

    def store(self, data: bytes, pieces: int = 1, number: int = 0, kind: int = 0, *, gone: bool = False) -> Fork:
        fork = Fork(data)
        count = -(-len(data) // BLOCK)
        each = -(-count // pieces) if count else 0
        at = 0
        while at < count:
            size = min(each, count - at)
            fork.extents.append((self.next, size))
            self.image[self.next * BLOCK : (self.next + size) * BLOCK] = data[at * BLOCK : (at + size) * BLOCK].ljust(
                size * BLOCK, b"\0"
            )
            if not gone:
                self.used |= set(range(self.next, self.next + size))
            self.next += size + (pieces > 1)
            at += size
        for first in range(8, len(fork.extents), 8):
            some = (fork.extents[first : first + 8] + [(0, 0)] * 8)[:8]
            start = sum(size for _, size in fork.extents[:first])
            self.overflow.append(((number, kind, start), b"".join(struct.pack(">II", *one) for one in some)))
        return fork

    def _folder(self, parent: int, name: str, number: int) -> None:
        record = struct.pack(">HHII5I", 1, 0, 0, number, *[WHEN] * 5).ljust(88, b"\0")
        self.catalog.append(((parent, name), record))
        self.catalog.append(((number, ""), struct.pack(">HHI", 3, 0, parent) + _name(name)))

    def folder(self, path: str) -> int:
        if path not in self.folders:
            above, _, name = path.rpartition("/")
            parent = self.folder(above)
            self.number += 1
            self.folders[path] = self.number
            self._folder(parent, name, self.number)
        return self.folders[path]

    def add(self, file: File) -> int:
        above, _, name = file.path.rpartition("/")
        parent = self.folder(above)
        self.number += 1
        number = self.number
        data = self.store(file.data, file.pieces, number, 0, gone=file.gone)
        resource = self.store(file.resource, 1, number, 0xFF, gone=file.gone)
        owner = struct.pack(">IIBBHI", 501, 20, 0, file.flags, 0o100644, file.link)
        finder = (b"hlnkhfs+" if file.link else bytes(8)).ljust(16, b"\0")
        record = (
            struct.pack(">HHII5I", 2, 2, 0, number, *[WHEN] * 5) + owner + finder + bytes(16) + struct.pack(">II", 0, 0)
        )
        assert len(record) == 88
        entry = ((parent, name), record + data.packed() + resource.packed())
        (self.left if file.gone else self.catalog).append(entry)
        if not file.gone:
            self.files += 1
            self.catalog.append(((number, ""), struct.pack(">HHI", 4, 0, parent) + _name(name)))
        for key, value in file.attributes.items():
            body = struct.pack(">III", 0x10, 0, 0) + struct.pack(">I", len(value)) + value
            self.attributes.append(((number, key), body + b"\0" * (len(body) & 1)))
        return number

    def finish(self) -> bytes:
        """Write the trees, the map and the headers; return the image."""
        catalog = [
            (struct.pack(">I", parent) + _name(name), data)
            for (parent, name), data in sorted(self.catalog, key=lambda one: (one[0][0], _sorted(one[0][1])))
        ]
        left = [(struct.pack(">I", parent) + _name(name), data) for (parent, name), data in self.left]
        overflow = [
            (struct.pack(">BxII", kind, number, start), data) for (number, kind, start), data in sorted(self.overflow)
        ]
        attributes = [
            (struct.pack(">HII", 0, number, 0) + _name(name), data)
            for (number, name), data in sorted(self.attributes, key=lambda one: (one[0][0], _sorted(one[0][1])))
        ]
        forks = [
            self.store(tree(records, gone, binary=binary))
            for records, gone, binary in ((overflow, [], 0), (catalog, left, 0xBC), (attributes, [], 0))
        ]
        size = -(-self.blocks // 8)
        bitmap = self.store(bytes(size))
        bits = bytearray(bitmap.extents[0][1] * BLOCK)
        for number in self.used:
            bits[number // 8] |= 0x80 >> number % 8
        start = bitmap.extents[0][0] * BLOCK
        self.image[start : start + len(bits)] = bits
        head = struct.pack(">2sHI4sI4I", b"HX", 5, 0x100, b"10.0", 0, *[WHEN] * 4)
        head += struct.pack(">5I", self.files, len(self.folders) - 1, BLOCK, self.blocks, self.blocks - len(self.used))
        head += struct.pack(">5IQ", self.next, BLOCK, BLOCK, self.number + 1, 1, 1) + bytes(32)
        head += b"".join(fork.packed() for fork in (bitmap, *forks, Fork()))
        self.image[1024:1536] = head.ljust(512, b"\0")
        self.image[-1024:-512] = head.ljust(512, b"\0")
        return bytes(self.image)


def _name(name: str) -> bytes:
    raw = name.encode("utf-16-be")
    return struct.pack(">H", len(raw) // 2) + raw


def _sorted(name: str) -> bytes:
    return name.encode("utf-16-be")


def _node(kind: int, height: int, records: list[bytes], forward: int, backward: int, hidden: list[bytes] = []) -> bytes:  # noqa: B006
    """Return a node; ``hidden`` records stand behind the others and are not counted."""
    body, offsets = b"", []
    for record in records:
        offsets.append(14 + len(body))
        body += record
    offsets.append(14 + len(body))
    body += b"".join(hidden)
    head = struct.pack(">IIBBHH", forward, backward, kind, height, len(records), 0)
    tail = b"".join(struct.pack(">H", offset) for offset in reversed(offsets))
    return (head + body).ljust(NODE - len(tail), b"\0") + tail


def _fill(records: list[tuple[bytes, Any]]) -> list[list[tuple[bytes, Any]]]:
    groups: list[list[tuple[bytes, Any]]] = [[]]
    size = 0
    for key, data in records:
        length = 4 + len(key) + len(data) + 2
        if size + length > NODE - 700:
            groups.append([])
            size = 0
        groups[-1].append((key, data))
        size += length
    return groups


def _record(key: bytes, data: bytes) -> bytes:
    return struct.pack(">H", len(key)) + key + data


def tree(records: list[tuple[bytes, bytes]], gone: list[tuple[bytes, bytes]], *, binary: int) -> bytes:
    """Return a B-tree; of the records that are gone one is left in a leaf's free space, the others in an unused leaf."""
    leaves = _fill(records) if records else []
    nodes: list[bytes] = [b""]
    for at, group in enumerate(leaves, 1):
        hidden = [_record(*gone[0])] if gone and at == len(leaves) else []
        forward, backward = (at + 1 if at < len(leaves) else 0), at - 1
        nodes.append(_node(0xFF, 1, [_record(*one) for one in group], forward, backward, hidden))
    level, height = [(group[0][0], number) for number, group in enumerate(leaves, 1)], 1
    while len(level) > 1:
        height += 1
        above = []
        for group in _fill([(key, struct.pack(">I", number)) for key, number in level]):
            above.append((group[0][0], len(nodes)))
            nodes.append(_node(0, height, [_record(*one) for one in group], 0, 0))
        level = above
    root = level[0][1] if level else 0
    used = len(nodes)
    if len(gone) > 1:
        nodes.append(_node(0xFF, 1, [_record(*one) for one in gone[1:]], 0, 0))
    total = len(nodes) + 2
    header = struct.pack(
        ">HIIIIHHII",
        height if leaves else 0,
        root,
        len(records),
        1 if leaves else 0,
        len(leaves),
        NODE,
        516,
        total,
        total - used,
    )
    header += struct.pack(">HIBBI", 0, NODE, 0, binary, 6).ljust(76, b"\0")
    bits = bytearray(NODE - 256 - 14 - 106 + 120)
    for number in range(used):
        bits[number // 8] |= 0x80 >> number % 8
    body = header.ljust(106, b"\0") + bytes(128)
    head = struct.pack(">IIBBHH", 0, 0, 1, 0, 3, 0)
    offsets = (14, 120, 248, NODE - 8)
    nodes[0] = (head + body + bits).ljust(NODE, b"\0")[: NODE - 8] + b"".join(
        struct.pack(">H", one) for one in reversed(offsets)
    )
    return b"".join(nodes).ljust(total * NODE, b"\0")


def decmpfs(kind: int, size: int, data: bytes = b"") -> bytes:
    return struct.pack("<4sIQ", b"fpmc", kind, size) + data


def zlib_fork(data: bytes) -> bytes:
    """Return a resource fork that holds blocks of 64 KiB, each compressed when that makes it smaller."""
    blocks = []
    for at in range(0, len(data), 65536):
        raw = data[at : at + 65536]
        packed = zlib.compress(raw)
        blocks.append(packed if len(packed) < len(raw) else b"\xff" + raw)
    table, offset = struct.pack("<I", len(blocks)), 4 + 8 * len(blocks)
    for block in blocks:
        table += struct.pack("<II", offset, len(block))
        offset += len(block)
    body = table + b"".join(blocks)
    return (
        struct.pack(">IIII", 256, 260 + len(body), 4 + len(body), 50).ljust(256, b"\0")
        + struct.pack(">I", len(body))
        + body
        + bytes(50)
    )


def lzvn(data: bytes) -> bytes:
    """Return an LZVN block: twelve bytes as they are, how often they repeat, then the rest as it is."""
    head, rest = data[:12], data[12:]
    count = 0
    while rest[count : count + 12] == head:
        count += 12
    rest = rest[count:]
    out = bytes((0xE0 | 12,)) + head + bytes((0b00_111_000, 12))  # ten bytes from twelve before
    count -= 10
    while count >= 16:
        size = min(count, 271)
        out += bytes((0xF0, size - 16))
        count -= size
    out += bytes((0xF0 | count,)) if count else b""
    for at in range(0, len(rest), 200):
        piece = rest[at : at + 200]
        out += (bytes((0xE0, len(piece) - 16)) if len(piece) >= 16 else bytes((0xE0 | len(piece),))) + piece
    return out + b"\x06" + bytes(7)


def tree_of_files() -> dict[str, File]:
    """Return what the volume holds, by path."""
    draw = random.Random(7)
    lines = "".join(f"line {number} {'x' * draw.randint(0, 70)}\n" for number in range(2500)).encode()
    big = ("".join(f"行 {number} {draw.random()}\n" for number in range(9000)) + MARK + "\n").encode()
    noise = draw.randbytes(70_000)
    text = f"{MARK}\n压缩的文件\n".encode() * 40
    files = [
        File("notes.txt", f"{MARK}\nalpha\n".encode(), attributes={"note": "附注：内部资料".encode()}),
        File("deep/er/中文目录/人员名单.txt", "姓名：Alice 手机：13800138000\n".encode()),
        File("deep/long file name with spaces.txt", b"plain\n" * 10),
        File("big.txt", lines),
        File("empty.txt"),
        File("scattered.txt", lines[::-1], pieces=23),
        File("two forks.txt", b"data fork\n", b"resource fork\n" * 500),
        File(
            "packed inline.txt",
            flags=0x20,
            attributes={"com.apple.decmpfs": decmpfs(3, len(text), zlib.compress(text))},
        ),
        File("packed as it is.txt", flags=0x20, attributes={"com.apple.decmpfs": decmpfs(3, 8, b"\xffas it is")}),
        File(
            "packed fork.txt", b"", zlib_fork(big), flags=0x20, attributes={"com.apple.decmpfs": decmpfs(4, len(big))}
        ),
        File(
            "packed noise.bin",
            b"",
            zlib_fork(noise),
            flags=0x20,
            attributes={"com.apple.decmpfs": decmpfs(4, len(noise))},
        ),
        File("gone one.txt", (DELETED * 3).encode(), gone=True),
        File("deep/gone2.txt", DELETED.encode(), gone=True),
    ]
    files += [File(f"many/{number:03}.txt", f"file {number}\n".encode()) for number in range(60)]
    return {file.path: file for file in files}


def unpacked(file: File) -> bytes:
    """Return what a file's content is for whoever reads it."""
    draw = random.Random(7)
    if not file.flags & 0x20:
        return file.data
    _ = "".join(f"line {number} {'x' * draw.randint(0, 70)}\n" for number in range(2500))
    big = ("".join(f"行 {number} {draw.random()}\n" for number in range(9000)) + MARK + "\n").encode()
    return {
        "packed inline.txt": f"{MARK}\n压缩的文件\n".encode() * 40,
        "packed as it is.txt": b"as it is",
        "packed fork.txt": big,
        "packed noise.bin": draw.randbytes(70_000),
    }[file.path]


def image() -> bytes:
    """Return the volume."""
    volume = Volume()
    for file in tree_of_files().values():
        volume.add(file)
    volume.folder(PRIVATE)
    inode = volume.number + 1
    volume.add(File(f"{PRIVATE}/iNode{inode}", "硬链接的内容\n".encode() * 20))
    volume.add(File("linked one.txt", link=inode))
    volume.add(File("many/linked two.txt", link=inode))
    return volume.finish()


if __name__ == "__main__":
    Path("hfs.img").write_bytes(image())
