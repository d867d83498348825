"""ZIP beyond the common contract: names, passwords, damage, what directories hide."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from shoumi.engine.blob import Blob
from shoumi.engine.containers.zip import PLUGIN
from shoumi.engine.errors import Unexamined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap

ARCHIVES = Path(__file__).parents[2] / "data" / "archives"
TEXT = "Alice wrote this for Bob. 机密★10年\n".encode() * 100


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED, *, streamed: bool = False) -> bytes:
    class Streamed(io.BytesIO):
        def seekable(self) -> bool:
            return not streamed

        def tell(self) -> int:
            if streamed:
                raise OSError
            return super().tell()

    out = Streamed()
    with zipfile.ZipFile(out, "w", method) as target:
        for name, data in members.items():
            target.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def opened(data: bytes, *passwords: str) -> tuple[dict[str, bytes], list[str], str]:
    """Return members, the Gaps of single members, and how it ended."""
    members, gaps = {}, []
    try:
        for part in PLUGIN.members(Blob.of_bytes(data, Limits()), Settings(passwords=passwords)):
            if isinstance(part, Gap):
                gaps.append(part.reason)
                continue
            try:
                content = Blob.spool(part.open(), Limits())
            except Unexamined as error:
                gaps.append(error.reason)
                continue
            members[part.path] = content.read()
            gaps += [content.partial.reason] if content.partial else []
    except Unexamined as error:
        return members, gaps, error.reason
    return members, gaps, ""


def renamed(data: bytes, old: bytes, new: bytes) -> bytes:
    assert len(old) == len(new)
    return data.replace(old, new)


def test_names_in_gbk() -> None:
    data = renamed(archive({"AAAAAAAA.txt": TEXT}), b"AAAAAAAA", "密级文件".encode("gbk"))
    assert opened(data) == ({"密级文件.txt": TEXT}, [], "")


def test_names_in_utf8_without_the_flag() -> None:
    data = renamed(archive({"AAAAAA.txt": TEXT}), b"AAAAAA", "名单".encode())
    assert list(opened(data)[0]) == ["名单.txt"]


def test_unicode_path_field_wins_when_it_belongs_to_the_name() -> None:
    field = b"\1" + struct.pack("<I", zlib.crc32(b"x.txt")) + "名单.txt".encode()
    other = b"\1" + struct.pack("<I", zlib.crc32(b"y.txt")) + b"wrong.txt"
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as target:
        info = zipfile.ZipInfo("x.txt")
        info.extra = struct.pack("<HH", 0x7075, len(other)) + other + struct.pack("<HH", 0x7075, len(field)) + field
        target.writestr(info, TEXT)
    assert opened(out.getvalue()) == ({"名单.txt": TEXT}, [], "")


@pytest.mark.parametrize("name", ["zipcrypto.zip", "aes128.zip", "aes256.zip"])
def test_encrypted_members_are_gaps_without_the_password(name: str) -> None:
    data = (ARCHIVES / name).read_bytes()
    assert opened(data) == ({}, ["encrypted"] * 2, "")
    assert opened(data, "wrong", "错误") == ({}, ["encrypted"] * 2, "")


@pytest.mark.parametrize("name", ["zipcrypto.zip", "aes128.zip", "aes256.zip"])
def test_encrypted_members_open_with_the_password(name: str) -> None:
    members, gaps, ended = opened(
        (ARCHIVES / name).read_bytes(), *(f"wrong{number}" for number in range(300)), "Pass-1"
    )
    assert set(members) == {"notes.txt", "名单/内部 Charlie.txt"}
    assert "机密★10年".encode() in members["名单/内部 Charlie.txt"]
    assert (gaps, ended) == ([], "")


@pytest.mark.parametrize("name", ["deflate64.zip", "ppmd.zip"])
def test_unknown_methods_are_gaps(name: str) -> None:
    assert opened((ARCHIVES / name).read_bytes()) == ({}, ["unsupported"] * 2, "")


def test_zstandard_members() -> None:
    import zstandard

    packed = zstandard.compress(TEXT)
    data = bytearray(archive({"a.txt": packed}, zipfile.ZIP_STORED))
    for start, method, size in ((0, 8, 22), (data.index(b"PK\1\2"), 10, 24)):
        struct.pack_into("<H", data, start + method, 93)
        struct.pack_into("<I", data, start + size, len(TEXT))
        struct.pack_into("<I", data, start + size - 8, zlib.crc32(TEXT))
    assert opened(bytes(data)) == ({"a.txt": TEXT}, [], "")


@pytest.mark.parametrize("streamed", [False, True])
@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_without_its_directory_everything_is_salvaged(method: int, *, streamed: bool) -> None:
    data = archive({"a.txt": TEXT, "b.txt": TEXT[::-1]}, method, streamed=streamed)
    members, gaps, ended = opened(data[: data.index(b"PK\1\2")])
    assert members == {"a.txt": TEXT, "b.txt": TEXT[::-1]}
    assert (gaps, ended) == ([], "corrupt")


def test_cut_in_a_member_yields_its_beginning() -> None:
    noise = zlib.compress(bytes(range(256)))  # little to compress: the cut falls into the second member
    data = archive({"a.txt": TEXT, "b.bin": noise * 50}, zipfile.ZIP_STORED)
    members, gaps, ended = opened(data[: len(TEXT) + 3000])
    assert members["a.txt"] == TEXT
    assert (noise * 50).startswith(members["b.bin"])
    assert len(members["b.bin"]) > 2000
    assert gaps == ["corrupt"]
    assert ended == "corrupt"


def test_damage_inside_a_member_keeps_what_comes_before() -> None:
    lines = b"".join(b"line %d of a long letter\n" % number for number in range(20000))
    data = bytearray(archive({"a.txt": lines}))
    data[len(data) // 2] ^= 0xFF
    members, gaps, _ = opened(bytes(data))
    assert len(members["a.txt"]) > len(lines) // 3
    assert gaps == ["corrupt"]


def test_members_that_the_directory_leaves_out_are_found() -> None:
    hidden = archive({"hidden.txt": TEXT})
    data = hidden + archive({"shown.txt": b"nothing here"})
    members, gaps, ended = opened(data)
    assert members == {"hidden.txt": TEXT, "shown.txt": b"nothing here"}
    assert (gaps, ended) == ([], "")


def test_a_second_archive_behind_the_first() -> None:
    data = archive({"a.txt": TEXT}) + bytes(100_000) + archive({"b.txt": TEXT})
    assert set(opened(data)[0]) == {"a.txt", "b.txt"}


def test_different_names_in_directory_and_header_do_not_hide_content() -> None:
    data = bytearray(archive({"a.txt": TEXT}))
    data[30:35] = b"b.txt"
    assert opened(bytes(data)) == ({"a.txt": TEXT}, [], "")


def test_a_folder_with_content_is_a_member() -> None:
    assert opened(archive({"folder/": TEXT, "empty/": b""}, zipfile.ZIP_STORED)) == ({"folder/": TEXT}, [], "")


def test_offsets_after_something_was_cut_off_the_front() -> None:
    data = bytearray(archive({"a.txt": TEXT}))
    for place, size in ((data.index(b"PK\1\2") + 42, 0), (data.index(b"PK\5\6") + 16, data.index(b"PK\1\2"))):
        struct.pack_into("<I", data, place, size + 5000)
    assert opened(bytes(data)) == ({"a.txt": TEXT}, [], "")


def test_a_wrong_checksum_is_a_gap() -> None:
    data = bytearray(archive({"a.txt": TEXT}, zipfile.ZIP_STORED))
    data[200] ^= 1
    members, gaps, _ = opened(bytes(data))
    assert len(members["a.txt"]) == len(TEXT)
    assert gaps == ["corrupt"]


def test_many_members() -> None:
    data = archive({f"{number}.txt": b"" for number in range(70_000)}, zipfile.ZIP_STORED)  # more than 16 bits count
    assert sum(1 for _ in PLUGIN.members(Blob.of_bytes(data, Limits()), Settings())) == 70_000


def test_one_part_of_a_split_archive() -> None:
    data = bytearray(archive({"a.txt": TEXT}))
    struct.pack_into("<H", data, data.index(b"PK\5\6") + 4, 1)
    members, _, ended = opened(bytes(data))
    assert members == {"a.txt": TEXT}
    assert ended == "unsupported"
