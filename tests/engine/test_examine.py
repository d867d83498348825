"""The path of one item: names, nesting, limits, partial content, poisoned leaves. A listener stands for the rules."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from shoumi.engine import examine, registry
from shoumi.engine.blob import Blob
from shoumi.engine.examine import Examiner, Poison, stem
from shoumi.engine.limits import KIB, MIB, Budget, Limits
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Signature
from shoumi.engine.types import Document, Gap, Item, Match, Step, Trail

SMALL = Limits(expansion_bytes=4 * MIB, expansion=100, spool_bytes=MIB)


class Listener:
    """Hears all text, finds nothing, masks the word Dana."""

    def __init__(self) -> None:
        self.heard: dict[str, str] = {}

    def inspect(self, document: Document) -> Iterable[Match | Gap]:
        for segment in document.segments:
            own = segment.text[slice(*segment.keep)] if segment.keep else segment.text  # blocks overlap
            self.heard[str(document.trail)] = self.heard.get(str(document.trail), "") + own
        return ()

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterable[Match | Gap]:
        self.heard[str(trail)] = raw.decode()
        return ()

    def suspects(self, name: str) -> bool:
        return "Dana" in name

    def inspect_name(self, name: str, trail: Trail) -> Iterable[Match | Gap]:
        return ()

    def mask(self, text: str) -> str:
        return text.replace("Dana", "****")


class Examined:
    """One examination and what came of it."""

    def __init__(
        self, data: bytes, name: str = "a", limits: Limits = SMALL, poison: dict[int, Any] | None = None
    ) -> None:
        listener, self.beats = Listener(), []
        examiner = Examiner(listener, Settings(limits=limits), lambda *beat: self.beats.append(beat))
        item = Item("test", name, None, None, lambda: io.BytesIO(data))
        self.events = list(examiner.examine(item, Poison(poison or {})))
        self.heard, self.members = listener.heard, examiner.members
        self.unpacked = examiner._budget.unpacked

    @property
    def gaps(self) -> list[tuple[str, str, str]]:
        return [(event.reason, event.stage, str(event.trail)) for event in self.events if isinstance(event, Gap)]

    @property
    def reasons(self) -> list[str]:
        return [reason for reason, _, _ in self.gaps]


def zipped(members: Iterable[tuple[str, bytes]]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(zipfile.ZipInfo(name), data, zipfile.ZIP_DEFLATED)
    return out.getvalue()


def nested(depth: int) -> bytes:
    data = b"the innermost text"
    for level in range(depth):
        data = zipped([(f"{level}.bin", data)])
    return data


def overlapping(entries: int, size: int) -> bytes:
    """A ZIP whose entries all point to the same compressed zeros."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    data = packer.compress(bytes(size)) + packer.flush()
    known = struct.pack("<III", zlib.crc32(bytes(size)), len(data), size)
    local = b"PK\3\4" + struct.pack("<HHHHH", 20, 0, 8, 0, 0) + known + struct.pack("<HH", 1, 0) + b"a" + data
    directory = b""
    for number in range(entries):
        name = b"%d" % number
        directory += b"PK\1\2" + struct.pack("<HHHHHH", 20, 20, 0, 8, 0, 0) + known
        directory += struct.pack("<HHHHHII", len(name), 0, 0, 0, 0, 0, 0) + name
    return (
        local + directory + b"PK\5\6" + struct.pack("<HHHHIIH", 0, 0, entries, entries, len(directory), len(local), 0)
    )


def test_trails_name_every_level() -> None:
    done = Examined(zipped([("inner/b.zip", zipped([("名单.txt", "内部".encode())]))]), "/share/outer.zip")
    assert done.heard["/share/outer.zip!inner/b.zip!名单.txt"] == "内部"
    assert done.gaps == []
    assert done.members == 2


def test_compressed_content_is_named_by_what_it_stores_or_by_its_container() -> None:
    stored = io.BytesIO()
    with gzip.GzipFile("report.txt", "wb", fileobj=stored) as file:
        file.write(b"one")
    assert Examined(stored.getvalue(), "x.gz").heard == {"x.gz!report.txt": "one"}
    assert Examined(gzip.compress(b"two"), "/a.b/plan.txt.gz").heard == {"/a.b/plan.txt.gz!plan.txt": "two"}
    assert stem(Trail((Step("zip", "C:\\x.y\\noext"),))) == "noext"


def test_secrets_in_names_are_masked_in_trails_also_of_gaps() -> None:
    done = Examined(zipped([("Dana/1.zip", zipped([("Dana.txt", b"x" * 50)])[:60])]), "Dana.zip")
    assert done.gaps
    assert all("Dana" not in trail for _, _, trail in done.gaps)


def test_names_with_control_characters_and_lone_bytes_can_be_printed() -> None:
    done = Examined(zipped([("a\x1b[2J\n.txt", b"text")]), "a.zip")
    assert done.heard["a.zip!a\\x1b[2J\\n.txt"] == "text"


def test_depth_is_bounded() -> None:
    limits = Limits(depth=5)
    assert Examined(nested(5), limits=limits).gaps == []
    deep = Examined(nested(40), limits=limits)
    assert deep.reasons == ["limit"]
    assert deep.members == 5


def test_a_container_that_contains_itself_is_opened_once(monkeypatch: pytest.MonkeyPatch) -> None:
    class Droste:
        name, version, media_types = "droste", 1, frozenset({"test/droste"})
        signatures = (Signature(b"droste", "test/droste"),)

        def members(self, blob: Blob, settings: Settings) -> Iterator[Item]:
            for name in ("one", "two"):
                yield Item("droste", name, None, None, lambda: io.BytesIO(blob.read()), kind="droste")

    class Sniffer:
        def media_type(self, blob: Blob) -> str:
            return "test/droste"

    monkeypatch.setattr(registry, "containers", lambda: {"test/droste": Droste()})
    monkeypatch.setattr(registry, "sniffer", Sniffer)
    done = Examined(b"droste")
    assert done.gaps == [("limit", "unpack", "a!one"), ("limit", "unpack", "a!two")]


def test_the_number_of_members_is_bounded() -> None:
    done = Examined(zipped((f"{number}", b"text") for number in range(50)), limits=Limits(members=20))
    assert len(done.heard) == 20
    assert done.reasons == ["limit"]


def test_zeros_are_examined_in_part() -> None:
    done = Examined(gzip.compress(bytes(64 * MIB)), "zeros.gz")
    assert ("too-large", "read", "zeros.gz!zeros") in done.gaps
    assert done.unpacked <= 7 * MIB  # 100 times the 64 KiB that it has


def test_the_text_before_the_limit_is_examined() -> None:
    line = b"the same line again and again\n"
    done = Examined(gzip.compress(line * (32 * MIB // len(line))), "log.gz")
    heard = done.heard["log.gz!log"]
    assert len(heard) >= 3 * MIB
    assert heard.startswith(line.decode())
    assert done.reasons == ["too-large"]


def test_content_that_expands_little_is_examined_wholly() -> None:
    chunk = bytes(range(32, 127)) + b"\n"
    text = b"".join(bytes([65 + number % 26]) * 3 + chunk for number in range(90_000))
    limits = Limits(expansion_bytes=MIB, expansion=100)
    assert len(text) > 8 * MIB
    done = Examined(gzip.compress(text, 1), "log.gz", limits)
    assert sum(map(len, done.heard.values())) == len(text)
    assert done.gaps == []


def test_overlapping_entries_end_at_the_limit() -> None:
    done = Examined(overlapping(5_000, MIB))
    assert done.members < 100
    assert done.unpacked <= 100 * MIB
    assert "limit" in done.reasons
    assert len(done.gaps) < 400


def test_bombs_in_bombs_end_at_the_limit() -> None:
    data = zipped([("0.dll", bytes(8 * MIB))])
    for _ in range(5):
        data = zipped((f"{number}.zip", data) for number in range(16))
    done = Examined(data)
    assert done.unpacked <= 5 * MIB
    assert done.members < 50
    assert {"too-large", "limit"} <= set(done.reasons)


def test_a_legitimate_neighbour_before_a_bomb_is_examined() -> None:
    done = Examined(zipped([("letter.txt", b"Alice to Bob"), ("bomb.bin", bytes(64 * MIB))]), "a.zip")
    assert done.heard["a.zip!letter.txt"] == "Alice to Bob"
    assert "too-large" in done.reasons


def test_truncated_content_is_examined_and_leaves_a_gap() -> None:
    data = gzip.compress(b"".join(b"line %d\n" % number for number in range(9999)))
    done = Examined(data[: len(data) // 2], "log.gz")
    assert done.heard["log.gz!log"].startswith("line 0\nline 1\n")
    assert done.gaps == [("corrupt", "read", "log.gz!log")]


def test_every_encrypted_member_is_a_gap_of_its_own() -> None:
    plain = bytearray(zipped([("a.txt", b"text of a"), ("b.txt", b"text of b")]))
    for magic, place in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        at = plain.find(magic)
        while at >= 0:
            plain[at + place] |= 1
            at = plain.find(magic, at + 1)
    assert Examined(bytes(plain), "x.zip").gaps == [("encrypted", "read", f"x.zip!{name}.txt") for name in "ab"]


def test_a_long_member_is_heard_of_while_it_is_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(examine._Heard, "_EVERY", 0.0)  # each read, however fast the machine
    quiet = Examined(gzip.compress(b"x"), limits=Limits())
    long = Examined(gzip.compress(bytes(40 * MIB)), limits=Limits())
    assert len(long.beats) >= len(quiet.beats) + 2


def test_what_headers_claim_lends_no_time() -> None:
    data = bytearray(zipped([("a.txt", b"text")]))
    at = data.index(b"PK\1\2")
    struct.pack_into("<I", data, at + 24, 0xFFFFFFF0)
    assert max(size for _, _, size in Examined(bytes(data)).beats) < KIB


def test_leaves_have_the_same_numbers_each_time_and_poison_costs_only_its_own() -> None:
    data = zipped([(name, f"text of {name}".encode()) for name in ("a", "b", "c")])
    first, second = Examined(data, "x.zip"), Examined(data, "x.zip")
    assert first.beats == second.beats
    leaf = next(number for number, trail, _ in first.beats if str(trail) == "x.zip!b")
    done = Examined(data, "x.zip", poison={leaf: ("crashed", "the parser died")})
    assert set(done.heard) == {"x.zip!a", "x.zip!c"}
    assert done.gaps == [("crashed", "read", "x.zip!b")]


def test_a_container_that_dies_between_members_keeps_those_before() -> None:
    data = zipped([(name, f"text of {name}".encode()) for name in ("a", "b", "c")])
    numbers = [number for number, trail, _ in Examined(data, "x.zip").beats if str(trail) == "x.zip"]
    step = numbers[-2]  # the last is the end of the archive, this one the way to its third member
    done = Examined(data, "x.zip", poison={step: ("timeout", "it took too long")})
    assert set(done.heard) == {"x.zip!a", "x.zip!b"}
    assert done.gaps == [("timeout", "unpack", "x.zip")]


def test_the_budget_grows_with_the_item_up_to_the_total_or_its_own_size() -> None:
    limits = Limits(total_bytes=1000, expansion_bytes=100, expansion=10)
    for size, total in ((1, 100), (50, 500), (500, 1000), (5000, 5000)):
        budget = Budget(limits)
        budget.enter(Blob.of_bytes(bytes(size), limits))
        assert budget.total == total
