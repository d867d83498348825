"""What the system's library reads, cannot read, and does not know."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from shoumi.engine.blob import Blob
from shoumi.engine.containers import _libarchive
from shoumi.engine.containers.libarchive import PLUGIN
from shoumi.engine.errors import Encrypted, MissingExtra, Unexamined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sniffer
from shoumi.engine.types import Gap, Item

ARCHIVES = Path(__file__).parents[2] / "data" / "archives"


def library_is_there() -> bool:
    try:
        _libarchive._library()
    except MissingExtra:
        return False
    return True


needs_library = pytest.mark.skipif(not library_is_there(), reason="libarchive13 is not installed")


def parts(name: str) -> Iterator[Item | Gap]:
    return PLUGIN.members(Blob.of_bytes((ARCHIVES / name).read_bytes(), Limits()), Settings())


def test_without_the_library_the_gap_names_the_debian_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(_libarchive, "_NAME", "libarchive-that-is-not-here.so")
    _libarchive._library.cache_clear()
    try:
        with pytest.raises(MissingExtra, match="libarchive13"):
            list(parts("plain.7z"))
    finally:
        _libarchive._library.cache_clear()


@needs_library
@pytest.mark.parametrize("name", ["encrypted.7z", "encrypted-rar4.rar", "encrypted-rar5.rar"])
def test_every_encrypted_member_is_encrypted(name: str) -> None:
    found = list(parts(name))
    assert {item.path for item in found if isinstance(item, Item)} == {"notes.txt", "名单/内部 Charlie.txt"}
    for item in parts(name):
        assert isinstance(item, Item)
        with pytest.raises(Encrypted):
            item.open()


@needs_library
@pytest.mark.parametrize("name", ["locked.7z", "locked-rar4.rar", "locked-rar5.rar"])
def test_encrypted_names_are_one_gap(name: str) -> None:
    with pytest.raises(Encrypted):
        list(parts(name))


@needs_library
def test_a_stream_outlives_its_archive_without_harm() -> None:
    streams = []
    for item in parts("plain.7z"):
        assert isinstance(item, Item)
        streams.append(item.open())
    for stream in streams:
        try:
            assert stream.read(10) == b""
        except Unexamined:
            continue


@pytest.mark.parametrize(
    "text",
    [
        b"0707010123 is the number of Alice\n",
        "莙 is how the name begins".encode("gbk"),
        b"From Alice, with regards\nBob: hello\n"[5:],
        b"BZh9 and LZIP and PK and Rar! and 7z are names\n",
        b"MZ is short for a name\n",
        "]一 is how it begins".encode("utf-16-le"),
    ],
)
def test_texts_that_begin_like_archives_are_texts(text: bytes) -> None:
    from shoumi.engine import registry

    sniffer = Sniffer(registry.plugins("containers"))
    assert sniffer.media_type(Blob.of_bytes(text * 20, Limits())) == "text/plain"
