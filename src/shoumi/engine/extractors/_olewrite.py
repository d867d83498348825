"""Writes OLE compound files (MS-CFB): named streams in, bytes out.

An object embedded in an old Office file, or a message attached to a message, is a storage inside the outer file.
Written out as a file of its own it can be examined like any other.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

_MAGIC: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD
_CUTOFF, _MINI = 4096, 64
_LARGE: Final = 4 << 20  # above this, larger sectors keep the allocation table inside the header's list


@dataclass(slots=True)
class _Node:
    name: str
    data: bytes | None = None
    children: dict[str, _Node] = field(default_factory=dict)
    clsid: bytes = bytes(16)
    number: int = 0
    left: int = _FREE
    right: int = _FREE
    child: int = _FREE
    start: int = 0


def write(streams: Mapping[tuple[str, ...], bytes], clsid: bytes = bytes(16)) -> bytes:
    """Return a compound file with these streams; ``clsid`` is its root's class id. Up to about 400 MB."""
    root = _Node("Root Entry", clsid=clsid)
    for path, data in streams.items():
        node = root
        for part in path[:-1]:
            node = node.children.setdefault(part, _Node(part))
        node.children[path[-1]] = _Node(path[-1], data)
    nodes = [root]
    _number(root, nodes)
    return _File(nodes, 4096 if sum(map(len, streams.values())) > _LARGE else 512).build()


def _number(node: _Node, nodes: list[_Node]) -> None:
    """Give the children numbers and arrange them as the balanced tree that the format asks for."""
    children = sorted(node.children.values(), key=lambda entry: (len(entry.name), entry.name.upper()))
    for child in children:
        child.number = len(nodes)
        nodes.append(child)
    node.child = _tree(children)
    for child in children:
        _number(child, nodes)


def _tree(nodes: list[_Node]) -> int:
    if not nodes:
        return _FREE
    middle = len(nodes) // 2
    nodes[middle].left, nodes[middle].right = _tree(nodes[:middle]), _tree(nodes[middle + 1 :])
    return nodes[middle].number


class _File:
    def __init__(self, nodes: list[_Node], sector: int) -> None:
        self._nodes, self._sector = nodes, sector
        self._body: list[bytes] = []  # sectors
        self._fat: list[int] = []

    def build(self) -> bytes:
        mini = b""
        mini_fat: list[int] = []
        for node in self._nodes[1:]:
            if node.data is None:
                continue
            if len(node.data) >= _CUTOFF:
                node.start = self._add(node.data)
            elif node.data:
                count = -(-len(node.data) // _MINI)
                node.start = len(mini_fat)
                mini_fat += [*range(node.start + 1, node.start + count), _END]
                mini += node.data.ljust(count * _MINI, b"\0")
        self._nodes[0].start, self._nodes[0].data = self._add(mini), mini
        mini_start = self._add(struct.pack(f"<{len(mini_fat)}I", *mini_fat), b"\xff")
        mini_count = -(-len(mini_fat) * 4 // self._sector)
        directory = self._add(b"".join(map(self._entry, self._nodes)))
        return self._assemble(directory, mini_start, mini_count)

    def _add(self, data: bytes, fill: bytes = b"\0") -> int:
        if not data:
            return _END
        start, size = len(self._body), self._sector
        for at in range(0, len(data), size):
            self._body.append(data[at : at + size].ljust(size, fill))
        self._fat += [*range(start + 1, len(self._body)), _END]
        return start

    def _entry(self, node: _Node) -> bytes:
        name = node.name[:31].encode("utf-16-le")
        kind = 5 if node.number == 0 else 1 if node.data is None else 2
        head = name.ljust(64, b"\0") + struct.pack("<HBB", len(name) + 2, kind, 1)
        links = struct.pack("<III", node.left, node.right, node.child)
        size = len(node.data or b"")
        return head + links + node.clsid + bytes(20) + struct.pack("<III", node.start if size else _END, size, 0)

    def _assemble(self, directory: int, mini_start: int, mini_count: int) -> bytes:
        per_sector, used = self._sector // 4, len(self._body)
        count = 1
        while count * per_sector < used + count:
            count += 1
        fat = [*self._fat, *[_FAT] * count]
        fat += [_FREE] * (count * per_sector - len(fat))
        version, shift = (4, 12) if self._sector == 4096 else (3, 9)
        header = _MAGIC + bytes(16) + struct.pack("<HHHHH6x", 0x3E, version, 0xFFFE, shift, 6)
        header += struct.pack("<IIII", 0, count, directory, 0)
        header += struct.pack("<IIIII", _CUTOFF, mini_start, mini_count, _END, 0)
        header += struct.pack("<109I", *range(used, used + count), *[_FREE] * (109 - count))
        return header.ljust(self._sector, b"\0") + b"".join(self._body) + struct.pack(f"<{len(fat)}I", *fat)
