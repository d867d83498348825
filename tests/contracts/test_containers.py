"""What every container plug-in owes its caller, whatever it is handed: one suite, all plug-ins.

A new container needs a sample here, made in the test or shipped in ``tests/data/archives``.
"""

from __future__ import annotations

import bz2
import gzip
import importlib.util
import io
import lzma
import os
import random
import tarfile
import zipfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.container import Container
from shoumi.engine.errors import MissingExtra, Unexamined
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sample as Sniffed
from shoumi.engine.sniff import Sniffer
from shoumi.engine.types import Gap, Item, Step

DATA = Path(__file__).parents[1] / "data"
_spec = importlib.util.spec_from_file_location("make_archives", DATA / "make_archives.py")
make_archives: Any = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(make_archives)

MEMBERS: dict[str, bytes] = make_archives.MEMBERS
TEXT = MEMBERS["notes.txt"]
LIMITS = Limits(member_bytes=64 * MIB, total_bytes=64 * MIB)
HOSTILE = ["../../etc/passwd", "/etc/shadow", "C:\\Windows\\win.ini", "a\nb\x1b[31m.txt", "x" * 90, "密级文件.txt"]


def has_libarchive() -> bool:
    from shoumi.engine.containers import _libarchive

    try:
        _libarchive._library()
    except MissingExtra:
        return False
    return True


needs_libarchive = pytest.mark.skipif(not has_libarchive(), reason="libarchive13 is not installed")


def zipped(members: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in members.items():
            archive.writestr(zipfile.ZipInfo(name), data, method)
    return out.getvalue()


def tarred(members: dict[str, bytes], form: int = tarfile.PAX_FORMAT, encoding: str = "utf-8") -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=form, encoding=encoding, errors="surrogateescape") as archive:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


def mailbox() -> bytes:
    return b"".join(b"From alice@example.com Sat Jan  3 01:05:34 1996\n" + body for body in messages().values())


def messages() -> dict[str, bytes]:
    head = b"From: alice@example.com\nTo: bob@example.com\nSubject: %d\n\n"
    return {f"message {number}": head % number + TEXT + b"\n" for number in (1, 2, 3)}


def shipped(name: str) -> Callable[[], bytes]:
    return (DATA / "archives" / name).read_bytes


@dataclass(frozen=True)
class Sample:
    plugin: str
    label: str
    make: Callable[[], bytes]
    members: dict[str, bytes]
    marks: tuple[Any, ...] = ()


SAMPLES = [
    Sample("zip", "deflated", lambda: zipped(MEMBERS), MEMBERS),
    Sample("zip", "stored", lambda: zipped(MEMBERS, zipfile.ZIP_STORED), MEMBERS),
    Sample("zip", "bzip2", lambda: zipped(MEMBERS, zipfile.ZIP_BZIP2), MEMBERS),
    Sample("zip", "lzma", lambda: zipped(MEMBERS, zipfile.ZIP_LZMA), MEMBERS),
    Sample("tar", "pax", lambda: tarred(MEMBERS), MEMBERS),
    Sample("tar", "gnu", lambda: tarred(MEMBERS, tarfile.GNU_FORMAT), MEMBERS),
    Sample("tar", "gbk", lambda: tarred(MEMBERS, tarfile.USTAR_FORMAT, "gbk"), MEMBERS),
    Sample("tar", "v7", lambda: version7(MEMBERS), MEMBERS),
    Sample("compressed", "gzip", lambda: gzip.compress(TEXT), {"": TEXT}),
    Sample("compressed", "gzip twice", lambda: gzip.compress(TEXT[:50]) + gzip.compress(TEXT[50:]), {"": TEXT}),
    Sample("compressed", "bzip2", lambda: bz2.compress(TEXT), {"": TEXT}),
    Sample("compressed", "xz", lambda: lzma.compress(TEXT), {"": TEXT}),
    Sample("compressed", "lzma", lambda: lzma.compress(TEXT, lzma.FORMAT_ALONE), {"": TEXT}),
    Sample("compressed", "zstd", lambda: zstandard.compress(TEXT), {"": TEXT}),
    Sample("mbox", "mbox", mailbox, messages()),
    Sample(
        "appended",
        "zip behind text",
        lambda: b"#!/bin/sh\n" + zipped(MEMBERS),
        {"front": b"#!/bin/sh\n", "appended.zip": zipped(MEMBERS)},
    ),
    Sample(
        "appended",
        "7z behind a program",
        lambda: b"MZ\0\0" * 64 + shipped("plain.7z")(),
        {"front": b"MZ\0\0" * 64, "appended.7z": shipped("plain.7z")()},
    ),
    Sample(
        "appended",
        "rar behind a picture",
        lambda: b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(99) + shipped("plain-rar5.rar")(),
        {"front": b"\xff\xd8\xff\xe0\0\x10JFIF\0" + bytes(99), "appended.rar": shipped("plain-rar5.rar")()},
    ),
    *(
        Sample("libarchive", name, shipped(name), MEMBERS, (needs_libarchive,))
        for name in (
            "plain.7z",
            "plain-rar4.rar",
            "plain-rar5.rar",
            "plain.cab",
            "plain.lzh",
            "plain.rpm",
            "plain.cpio",
        )
    ),
    Sample("libarchive", "joliet.iso", shipped("joliet.iso"), MEMBERS, (needs_libarchive,)),
    Sample(
        "libarchive",
        "plain.a",
        shipped("plain.a"),
        {name.replace("/", "_"): data for name, data in MEMBERS.items()},
        (needs_libarchive,),
    ),
    Sample("libarchive", "single.Z", shipped("single.Z"), {"": TEXT[:200]}, (needs_libarchive,)),
    Sample("libarchive", "single.lz4", shipped("single.lz4"), {"": TEXT}, (needs_libarchive,)),
    Sample("libarchive", "single.lz", shipped("single.lz"), {"": TEXT}, (needs_libarchive,)),
]


def version7(members: dict[str, bytes]) -> bytes:
    """A tar without magic, as Unix version 7 wrote it."""
    out = b""
    for name, data in members.items():
        fields = b"%07o\0" * 3 % (0o644, 0, 0) + b"%011o\0%011o\0" % (len(data), 0) + b" " * 8 + b"\0"
        head = (name.encode().ljust(100, b"\0") + fields).ljust(512, b"\0")
        head = head[:148] + b"%06o\0 " % sum(head) + head[156:]
        out += head + data + bytes(-len(data) % 512)
    return out + bytes(1024)


def each_sample() -> Iterable[Any]:
    return [pytest.param(entry, id=f"{entry.plugin}-{entry.label}", marks=entry.marks) for entry in SAMPLES]


def plugin(name: str) -> Container:
    return next(entry for entry in registry.plugins("containers") if entry.name == name)


def damages(sample: Sample) -> Iterable[bytes]:
    """Yield the sample with some bits flipped, the same ones each time."""
    chance = random.Random(sample.label)
    for _ in range(40):
        damaged = bytearray(sample.make())
        for _ in range(chance.choice((1, 1, 8, 64))):
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
        yield bytes(damaged)


def opened_apart(name: str, data: bytes) -> None:
    """Open a container in a process of its own, as scans do: a system library may die of hostile content."""
    process = os.fork()
    if process == 0:
        code = 1
        try:
            opened(name, data)
            code = 0
        finally:
            os._exit(code)
    _, status = os.waitpid(process, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0


@dataclass
class Opened:
    """What came out of a container: members, Gaps by name, and what ended it."""

    members: list[tuple[str, bytes]]
    gaps: list[str]
    ended: str = ""

    @property
    def complete(self) -> bool:
        return not self.gaps and not self.ended


def opened(name: str, data: bytes, *, passwords: tuple[str, ...] = (), limits: Limits = LIMITS) -> Opened:
    """Open a container as the examination does. Anything that is not Unexamined fails the test."""
    blob = Blob.of_bytes(data, limits)
    out = Opened([], [])
    try:
        for part in plugin(name).members(blob, Settings(passwords=passwords, limits=limits)):
            if isinstance(part, Gap):
                assert all(isinstance(step, Step) for step in part.trail.steps)
                out.gaps.append(part.reason)
                continue
            assert isinstance(part, Item)
            assert not part.local
            try:
                with part.open() as stream:
                    content = Blob.spool(stream, limits)
            except Unexamined as error:
                out.gaps.append(error.reason)
                continue
            out.members.append((part.path, content.read()))
            if content.partial:
                out.gaps.append(content.partial.reason)
    except Unexamined as error:
        out.ended = error.reason
    blob.close()
    return out


def test_every_container_has_a_sample() -> None:
    assert {entry.name for entry in registry.plugins("containers")} == {entry.plugin for entry in SAMPLES}


@pytest.mark.parametrize("entry", registry.plugins("containers"), ids=lambda entry: entry.name)
def test_declares_what_the_registry_needs(entry: Any) -> None:
    assert entry.name
    assert entry.version >= 1
    assert entry.media_types
    assert {signature.media_type for signature in entry.signatures} <= entry.media_types


@pytest.mark.parametrize("sample", each_sample())
def test_is_recognised_by_content_alone(sample: Sample, tmp_path: Path) -> None:
    sniffer = Sniffer(registry.plugins("containers"))
    wrong = tmp_path / "holiday.mp3"
    wrong.write_bytes(sample.make())
    for limits in (Limits(), Limits(spool_bytes=0)):  # in memory, and on disk
        blob = Blob.of_file(str(wrong), limits)
        coarse = sniffer.media_type(blob)
        if sample.label == "rar behind a picture":  # an extractor owns the picture's signature
            coarse = next(iter(plugin("appended").media_types))
        assert coarse in plugin(sample.plugin).media_types
        blob.close()


@pytest.mark.parametrize("sample", each_sample())
def test_yields_every_member_with_its_bytes(sample: Sample) -> None:
    found = opened(sample.plugin, sample.make())
    assert sorted(found.members) == sorted(sample.members.items())
    assert found.complete


@pytest.mark.parametrize("sample", each_sample())
def test_reads_from_disk_as_from_memory(sample: Sample, tmp_path: Path) -> None:
    file = tmp_path / "large"
    file.write_bytes(sample.make())
    limits = Limits(spool_bytes=0)
    blob = Blob.of_file(str(file), limits)
    found = {}
    for part in plugin(sample.plugin).members(blob, Settings()):
        assert isinstance(part, Item)
        found[part.path] = Blob.spool(part.open(), Limits()).read()
    blob.close()
    assert found == sample.members


@pytest.mark.parametrize("sample", each_sample())
def test_truncated_is_partial_and_says_so(sample: Sample) -> None:
    data = sample.make()
    whole = set(sample.members.values())
    said = []
    for tenth in range(1, 10):
        found = opened(sample.plugin, data[: len(data) * tenth // 10])
        missing = not whole <= {content for _, content in found.members}
        said.append(not missing or not found.complete)
    endless = sample.plugin in {"mbox", "appended"} or sample.label in {"plain.a", "single.Z"}  # no end of their own
    assert all(said) or endless


@pytest.mark.parametrize("sample", each_sample())
def test_damaged_raises_nothing_but_unexamined(sample: Sample) -> None:
    for damaged in damages(sample):
        if sample.plugin == "libarchive":
            opened_apart(sample.plugin, damaged)
        else:
            opened(sample.plugin, damaged)


@pytest.mark.parametrize("sample", each_sample())
def test_damaged_content_can_still_be_told_apart(sample: Sample) -> None:
    for damaged in damages(sample):
        for recogniser in registry.plugins("containers"):
            recogniser.refine(Sniffed(Blob.of_bytes(damaged, LIMITS)))


@pytest.mark.parametrize("sample", each_sample())
def test_writes_nothing_where_it_runs(sample: Sample, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    opened(sample.plugin, sample.make())
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("zip", zipped({})),
        ("tar", bytes(10240)),
        ("compressed", gzip.compress(b"", mtime=0)),
        ("compressed", bz2.compress(b"")),
        ("compressed", lzma.compress(b"")),
        ("compressed", zstandard.compress(b"")),
        pytest.param("libarchive", make_archives.cpio({}), marks=needs_libarchive),
        pytest.param("libarchive", b"!<arch>\n", marks=needs_libarchive),
    ],
)
def test_empty_is_complete(name: str, data: bytes) -> None:
    found = opened(name, data)
    assert found.complete
    assert [content for _, content in found.members if content] == []


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("zip", zipped),
        ("tar", tarred),
        pytest.param("libarchive", make_archives.cpio, marks=needs_libarchive),
    ],
)
def test_hostile_names_are_labels(
    name: str, make: Callable[[dict[str, bytes]], bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = opened(name, make(dict.fromkeys(HOSTILE, TEXT)))
    assert [path for path, _ in found.members] == HOSTILE
    assert {content for _, content in found.members} == {TEXT}
    assert not os.listdir(tmp_path)


@pytest.mark.parametrize("sample", each_sample())
def test_noise_is_no_archive_of_this_kind(sample: Sample) -> None:
    noise = random.Random(7).randbytes(4096)
    opened(sample.plugin, noise)
    opened(sample.plugin, sample.make()[:16] + noise)
