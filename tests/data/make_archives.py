"""Makes the archives in tests/data/archives that the standard library cannot write.

Run it from the repository's root on Debian with p7zip-full and genisoimage: ``python tests/data/make_archives.py``.
RAR, CAB, LHA, RPM, ar, .Z, lz4 and lzip are put together here by hand, uncompressed where the format allows it.
Every archive holds MEMBERS; the encrypted ones have the password PASSWORD.
"""

from __future__ import annotations

import gzip
import lzma
import struct
import subprocess
import sys
import tempfile
import zlib
from pathlib import Path

MEMBERS = {
    "notes.txt": "Alice wrote this for Bob. 项目名单在第二页。\n".encode() * 8,
    "名单/内部 Charlie.txt": "机密★10年\nDana 的联系方式见附件。\n".encode() * 8,
}
PASSWORD = "Pass-1"
TARGET = Path(__file__).parent / "archives"


def main() -> None:
    TARGET.mkdir(exist_ok=True)
    made = by_hand()
    with tempfile.TemporaryDirectory() as folder:
        made |= by_tools(Path(folder))
    for name, data in made.items():
        (TARGET / name).write_bytes(data)
    sys.stdout.write("".join(f"{len(data):8} {name}\n" for name, data in sorted(made.items())))


def by_hand() -> dict[str, bytes]:
    text = next(iter(MEMBERS.values()))
    return {
        "plain-rar4.rar": rar4(),
        "encrypted-rar4.rar": rar4(encrypted=True),
        "locked-rar4.rar": rar4(locked=True),
        "plain-rar5.rar": rar5(),
        "encrypted-rar5.rar": rar5(encrypted=True),
        "locked-rar5.rar": rar5(locked=True),
        "plain.cab": cab(),
        "plain.lzh": lha(),
        "plain.cpio": cpio(MEMBERS),
        "plain.rpm": rpm(),
        "plain.a": ar(MEMBERS),
        "single.Z": compress(text[:200]),
        "single.lz4": lz4(text),
        "single.lz": lzip(text),
    }


def by_tools(folder: Path) -> dict[str, bytes]:
    tree = folder / "tree"
    for name, data in MEMBERS.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_bytes(data)
    commands = {
        "plain.7z": ["7z", "a", "-mtm=off", "out", "."],
        "encrypted.7z": ["7z", "a", f"-p{PASSWORD}", "-t7z", "out", "."],
        "locked.7z": ["7z", "a", f"-p{PASSWORD}", "-mhe=on", "-t7z", "out", "."],
        "zipcrypto.zip": ["7z", "a", "-tzip", f"-p{PASSWORD}", "-mem=ZipCrypto", "out", "."],
        "aes128.zip": ["7z", "a", "-tzip", f"-p{PASSWORD}", "-mem=AES128", "out", "."],
        "aes256.zip": ["7z", "a", "-tzip", f"-p{PASSWORD}", "-mem=AES256", "-mm=Copy", "out", "."],
        "deflate64.zip": ["7z", "a", "-tzip", "-mm=Deflate64", "out", "."],
        "ppmd.zip": ["7z", "a", "-tzip", "-mm=PPMd", "out", "."],
        "joliet.iso": ["genisoimage", "-quiet", "-no-pad", "-J", "-input-charset", "utf-8", "-o", "out", "."],
    }
    made = {}
    for name, command in commands.items():
        target = folder / name
        command[command.index("out")] = str(target)
        subprocess.run(command, cwd=tree, check=True, stdout=subprocess.DEVNULL)
        made[name] = target.read_bytes()
    return made


def rar4(*, encrypted: bool = False, locked: bool = False) -> bytes:
    """RAR 1.5 to 4: blocks of checksum (16 bits), type, flags, length; files are stored."""

    def block(kind: int, flags: int, fields: bytes) -> bytes:
        head = struct.pack("<BHH", kind, flags, 7 + len(fields)) + fields
        return struct.pack("<H", zlib.crc32(head) & 0xFFFF) + head

    out = b"Rar!\x1a\x07\x00" + block(0x73, 0x80 if locked else 0, bytes(6))
    if locked:
        return out + bytes(range(200))
    for name, data in MEMBERS.items():
        raw = name.replace("/", "\\").encode("utf-8")
        content = bytes(byte ^ 0x5A for byte in data) if encrypted else data
        fields = struct.pack("<IIBIIBBHI", len(data), len(data), 3, zlib.crc32(data), 0, 20, 0x30, len(raw), 0o100644)
        out += block(0x74, 0x8000 | (4 if encrypted else 0), fields + raw) + content
    return out + block(0x7B, 0x4000, b"")


def rar5(*, encrypted: bool = False, locked: bool = False) -> bytes:
    """RAR 5: headers of checksum (32 bits), length, type, flags, all but the first as vint; files are stored."""

    def vint(value: int) -> bytes:
        out = b""
        while value > 0x7F:
            out += bytes([value & 0x7F | 0x80])
            value >>= 7
        return out + bytes([value])

    def header(*fields: int | bytes) -> bytes:
        body = b"".join(field if isinstance(field, bytes) else vint(field) for field in fields)
        body = vint(len(body)) + body
        return struct.pack("<I", zlib.crc32(body)) + body

    out = b"Rar!\x1a\x07\x01\x00"
    if locked:
        return out + header(4, 0, 0, 0, 15, bytes(16)) + bytes(range(200))
    out += header(1, 0, 0)
    for name, data in MEMBERS.items():
        raw = name.encode()
        record = vint(1) + vint(0) + vint(1) + bytes([15]) + bytes(range(16)) * 2 + bytes(12)  # AES-256, with check
        extra = vint(len(record)) + record if encrypted else b""
        content = bytes(byte ^ 0x5A for byte in data) if encrypted else data
        content += bytes(-len(content) % 16) if encrypted else b""
        checksum = struct.pack("<I", zlib.crc32(data))
        start: list[int | bytes] = [2, 3, len(extra)] if encrypted else [2, 2]
        out += header(*start, len(content), 4, len(data), 0o100644, checksum, 0, 1, len(raw), raw, extra) + content
    return out + header(5, 0, 0)


def cab() -> bytes:
    """Microsoft cabinet (MS-CAB): one folder, stored, one data block; names in UTF-8."""
    content = b"".join(MEMBERS.values())
    files, offset = b"", 0
    for name, data in MEMBERS.items():
        raw = name.replace("/", "\\").encode() + b"\0"
        files += struct.pack("<IIHHHH", len(data), offset, 0, 0x5A21, 0, 0xA0) + raw
        offset += len(data)
    first = 36 + 8
    blocks = first + len(files)
    size = blocks + 8 + len(content)
    header = b"MSCF" + struct.pack("<IIIIIBBHHHHH", 0, size, 0, first, 0, 3, 1, 1, len(MEMBERS), 0, 1, 0)
    folder = struct.pack("<IHH", blocks, 1, 0)
    return header + folder + files + struct.pack("<IHH", 0, len(content), len(content)) + content


def lha() -> bytes:
    """LHA, header level 0, stored."""

    def crc16(data: bytes) -> int:
        value = 0
        for byte in data:
            value ^= byte
            for _ in range(8):
                value = value >> 1 ^ (0xA001 if value & 1 else 0)
        return value

    out = b""
    for name, data in MEMBERS.items():
        raw = name.encode("gb18030")
        body = b"-lh0-" + struct.pack("<IIIBBB", len(data), len(data), 0x5A210000, 0x20, 0, len(raw)) + raw
        body += struct.pack("<H", crc16(data))
        out += bytes([len(body), sum(body) & 0xFF]) + body + data
    return out + b"\0"


def cpio(members: dict[str, bytes], *, encoding: str = "utf-8") -> bytes:
    """cpio in the new ASCII form."""
    out = b""
    for number, (name, data) in enumerate((members | {"TRAILER!!!": b""}).items(), 1):
        raw = name.encode(encoding, "surrogateescape") + b"\0"
        fields = (number, 0o100644, 0, 0, 1, 0, len(data), 0, 0, 0, 0, len(raw), 0)
        entry = b"070701" + b"".join(b"%08X" % field for field in fields) + raw
        out += entry + bytes(-len(entry) % 4) + data + bytes(-len(data) % 4)
    return out


def rpm() -> bytes:
    """RPM version 3: lead, empty signature, empty header, payload."""
    lead = b"\xed\xab\xee\xdb\x03\x00" + bytes(72) + struct.pack(">H", 5) + bytes(16)
    header = b"\x8e\xad\xe8\x01" + bytes(4) + struct.pack(">II", 1, 4) + struct.pack(">IIII", 1000, 4, 0, 1) + bytes(4)
    signature = header + bytes(-len(header) % 8)
    return lead.ljust(96, b"\0") + signature + header + gzip.compress(cpio(MEMBERS), mtime=0)


def ar(members: dict[str, bytes]) -> bytes:
    """ar, GNU form, long names in a table of their own: also the outside of a .deb."""
    table = b"".join(name.replace("/", "_").encode() + b"/\n" for name in members)
    table += b"\n" * (len(table) % 2)
    out = b"!<arch>\n" + b"%-48s%-10d`\n" % (b"//", len(table)) + table
    at = 0
    for name, data in members.items():
        out += b"%-16s%-12d%-6d%-6d%-8s%-10d`\n" % (b"/%d" % at, 0, 0, 0, b"100644", len(data))
        out += data + b"\n" * (len(data) % 2)
        at += len(name.replace("/", "_").encode()) + 2
    return out


def compress(data: bytes) -> bytes:
    """The form of compress(1), every byte as a code of nine bits."""
    bits = sum(byte << 9 * place for place, byte in enumerate(data))
    return b"\x1f\x9d\x90" + bits.to_bytes(-(-9 * len(data) // 8), "little")


def lz4(data: bytes) -> bytes:
    """An lz4 frame with one stored block."""
    return b"\x04\x22\x4d\x18\x60\x40\x82" + struct.pack("<I", len(data) | 0x80000000) + data + bytes(4)


def lzip(data: bytes) -> bytes:
    """A lzip member."""
    packer = lzma.LZMACompressor(lzma.FORMAT_ALONE, filters=[{"id": lzma.FILTER_LZMA1, "dict_size": 1 << 16}])
    packed = (packer.compress(data) + packer.flush())[13:]
    trailer = struct.pack("<IQQ", zlib.crc32(data), len(data), 6 + len(packed) + 20)
    return b"LZIP\1\x10" + packed + trailer


if __name__ == "__main__":
    main()
