"""Makes the small disks of ``tests/data/disks``: file systems by their own tools, with deleted files. Run by hand.

    python tests/data/make_disks.py [FOLDER]

Needs the Debian packages dosfstools, mtools, e2fsprogs and ntfs-3g (and its FUSE mount), and qemu-utils for wrapped images. exFAT is
filled by ``exfat_files`` below, because nothing fills one without mounting it.
"""

from __future__ import annotations

import io
import lzma
import os
import random
import struct
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

OUT = Path(__file__).with_name("disks")
MARK = "机密★10年"
FILTERS = [{"id": lzma.FILTER_DELTA, "dist": 2}, {"id": lzma.FILTER_LZMA2, "preset": 9}]  # tables of capital letters
DELETED = "绝密★启用前\n"
PERSON = "姓名：Alice 手机：13800138000\n"


def tree() -> dict[str, bytes]:
    """Return the files of every disk. Those whose name begins with ``gone`` are deleted again."""
    draw = random.Random(7)
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(zipfile.ZipInfo("inner/x.txt"), ("秘密★3年\n" * 50).encode())
    lines = "".join(f"line {number} {'x' * draw.randint(0, 70)}\n" for number in range(2500))
    return {
        "notes.txt": f"{MARK}\nalpha\n".encode(),
        "deep/er/中文目录/人员名单.txt": PERSON.encode(),
        "deep/long file name with spaces.txt": b"plain\n" * 10,
        "big.txt": lines.encode(),
        "empty.txt": b"",
        "deep/a.zip": inner.getvalue(),
        "deep/gone one.txt": (DELETED * 200).encode(),
        "deep/gone2.txt": DELETED.encode(),
        "gonezip.zip": inner.getvalue(),
    }


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, env={**os.environ, "LC_ALL": "C.UTF-8"})


def _folder(root: Path) -> Path:
    folder = root / "tree"
    for name, data in tree().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        os.utime(path, (1_700_000_000, 1_700_000_000))
    return folder


def _blank(path: Path, size: int) -> Path:
    with path.open("wb") as file:
        file.truncate(size)
    return path


def fat(path: Path, folder: Path, bits: int, size: int) -> None:
    """Make a FAT disk."""
    _blank(path, size)
    extra = () if bits == 12 else ("-s", "1")
    _run("mkfs.fat", "-F", str(bits), *extra, "-i", "12345678", "--invariant", str(path))
    _run("mcopy", "-s", "-i", str(path), *(str(entry) for entry in sorted(folder.iterdir())), "::")
    _run("mdel", "-i", str(path), *(f"::{name}" for name in tree() if "gone" in name))


def ext(path: Path, folder: Path, version: int, size: int) -> None:
    """Make an ext disk."""
    _blank(path, size)
    _run("mke2fs", "-q", "-t", f"ext{version}", "-O", "^resize_inode", "-d", str(folder), str(path))
    for name in tree():
        if "gone" in name:
            _run("debugfs", "-w", "-R", f'rm "/{name}"', str(path))


def ntfs(path: Path, folder: Path, size: int) -> None:
    """Make an NTFS disk, with a named stream, a compressed file and a sparse one."""
    _blank(path, size)
    _run("mkntfs", "-Q", "-F", "-s", "512", "-c", "4096", str(path))
    mount = path.with_suffix(".mnt")
    mount.mkdir()
    _run("ntfs-3g", "-o", "compression", str(path), str(mount))
    try:
        _run("cp", "-r", f"{folder}/.", str(mount))
        os.setxattr(mount / "notes.txt", "user.secret", MARK.encode())
        (mount / "comp").mkdir()
        os.setxattr(mount / "comp", "system.ntfs_attrib_be", struct.pack(">I", 0x810))
        (mount / "comp" / "big.txt").write_bytes(tree()["big.txt"][:30_000])
        (mount / "comp" / "mixed.bin").write_bytes(mixed())
        with (mount / "sparse.bin").open("wb") as file:
            file.seek(300_000)
            file.write(b"end of sparse")
        for name in tree():
            if "gone" in name:
                (mount / name).unlink()
    finally:
        _run("umount", str(mount))


def mixed() -> bytes:
    """Return a file of which parts can be compressed."""
    return random.Random(1).randbytes(5_000) + b"A" * 200_000 + MARK.encode()


def exfat_files(image: bytearray, files: dict[str, bytes]) -> None:
    """Write files into the root folder of an empty exFAT disk; those named ``gone`` as deleted. Names are ASCII."""
    fat_at, _, heap, count, root = struct.unpack_from("<IIIII", image, 80)
    sector, cluster = 1 << image[108], 1 << image[108] + image[109]
    place = lambda number: heap * sector + (number - 2) * cluster  # noqa: E731
    table = lambda number: fat_at * sector + 4 * number  # noqa: E731
    bitmap = next(at for at in range(place(root), place(root) + cluster, 32) if image[at] == 0x81)
    bits = place(struct.unpack_from("<I", image, bitmap + 20)[0])
    at = next(at for at in range(place(root), place(root) + cluster, 32) if image[at] == 0)
    used = root + 1
    for turn, (name, data) in enumerate(files.items()):
        gone = "gone" in name
        wanted = max(1, -(-len(data) // cluster))
        contiguous = turn % 2 == 0
        step = 1 if contiguous else 2  # every other file in scattered clusters
        numbers = [used + step * number for number in range(wanted)]
        used = numbers[-1] + 1
        for piece, number in enumerate(numbers):
            image[place(number) : place(number) + cluster] = data[piece * cluster : (piece + 1) * cluster].ljust(
                cluster, b"\0"
            )
            if not gone:
                image[bits + (number - 2) // 8] |= 1 << (number - 2) % 8
            if not contiguous:
                following = numbers[piece + 1] if piece + 1 < wanted else 0xFFFFFFFF
                struct.pack_into("<I", image, table(number), following)
        folded = name.encode("utf-16-le")
        names = [folded[start : start + 30].ljust(30, b"\0") for start in range(0, len(folded), 30)]
        flag = 0 if gone else 0x80
        when = (43 << 25) | (11 << 21) | (14 << 16) | (22 << 11) | (13 << 5)  # 2023-11-14 22:13
        entries = [struct.pack("<BBHHHIII", 0x05 | flag, 1 + len(names), 0, 0x20, 0, when, when, when).ljust(32, b"\0")]
        entries.append(
            struct.pack(
                "<BBBBHHQIIQ",
                0x40 | flag,
                3 if contiguous else 1,
                0,
                len(name),
                0,
                0,
                len(data),
                0,
                numbers[0],
                len(data),
            )
        )
        entries += [bytes((0x41 | flag, 0)) + part for part in names]
        image[at : at + 32 * len(entries)] = _summed(b"".join(entries))
        at += 32 * len(entries)
    assert used < count + 2


def _summed(entries: bytes) -> bytes:
    """Return a file's entries with their checksum in the first of them."""
    total = 0
    for at, byte in enumerate(entries):
        if at not in (2, 3):
            total = (total >> 1 | total << 15) + byte & 0xFFFF
    return entries[:2] + struct.pack("<H", total) + entries[4:]


def exfat(path: Path) -> None:
    """Make an exFAT disk."""
    _blank(path, 4 << 20)
    _run("mkfs.exfat", "-c", "4K", "-b", "4K", str(path))
    image = bytearray(path.read_bytes())
    exfat_files(image, {name.replace("/", "_"): data for name, data in tree().items() if name.isascii()})
    path.write_bytes(image)


def main(out: Path) -> None:
    """Write all disks, packed."""
    out.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as temporary:
        root = Path(temporary)
        folder = _folder(root)
        fat(root / "fat12.img", folder, 12, 1 << 20)
        fat(root / "fat16.img", folder, 16, 6 << 20)
        fat(root / "fat32.img", folder, 32, 34 << 20)
        for version in (2, 3, 4):
            ext(root / f"ext{version}.img", folder, version, 4 << 20)
        ntfs(root / "ntfs.img", folder, 6 << 20)
        exfat(root / "exfat.img")
        for image in sorted(root.glob("*.img")):
            target = out / f"{image.name}.xz"
            target.write_bytes(lzma.compress(image.read_bytes(), filters=FILTERS))
            print(target.name, target.stat().st_size)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else OUT)
