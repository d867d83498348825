"""Verifying a wipe: one overwrite passes, anything else does not, and what was not read is never called clean."""

from __future__ import annotations

import io
import os
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shoumi.engine import wipe
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.wipe import blocks, certificate

SIZE = 3 << 20
LEFT = "\n姓名：Alice 手机：13800138000\n机密★10年\n"
WORDS = "关于进一步做好节假日期间保密工作的通知，各单位应当清点载体并登记签收。"


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(), Home(tmp_path_factory.mktemp("home")))


@pytest.fixture
def verified(inspector: Inspector, tmp_path: Path) -> Callable[..., wipe.Result]:
    def verify(data: bytes, **options: object) -> wipe.Result:
        path = tmp_path / "disk.img"
        path.write_bytes(data)
        return wipe.verify(str(path), lambda: inspector, **options)  # type: ignore[arg-type]

    return verify


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bytes(SIZE), "zeros"),
        (b"\xff" * SIZE, "ones"),
        (b"\xaa" * SIZE, "pattern"),
        (b"\x92\x49\x24" * (SIZE // 3), "pattern"),
        (bytes(SIZE + 1000), "zeros"),
    ],
    ids=["zeros", "ones", "byte", "three bytes", "odd size"],
)
def test_one_kind_of_overwrite_is_clean(verified: Callable[..., wipe.Result], data: bytes, kind: str) -> None:
    result = verified(data)
    assert (result.verdict, result.overwrites, result.read) == ("clean", [kind], len(data))
    assert set(result.map) <= {"0", "1", "2"}


def test_random_bytes_are_clean_only_when_they_were_asked_for(verified: Callable[..., wipe.Result]) -> None:
    noise = random.Random(1).randbytes(SIZE)
    assert (verified(noise).verdict, verified(noise).why) == ("not known", "random")
    result = verified(noise, pattern="random")
    assert (result.verdict, set(result.map)) == ("clean", {"8"})


@pytest.mark.parametrize(
    ("pattern", "data"), [("zeros", b"\xff"), ("ones", b"\0"), ("random", b"\0"), ("zeros", b"\xaa")]
)
def test_another_overwrite_than_the_one_asked_for_is_not_clean(
    verified: Callable[..., wipe.Result], pattern: str, data: bytes
) -> None:
    assert verified(data * SIZE, pattern=pattern).verdict == "not clean"


@pytest.mark.parametrize("codec", ["utf-8", "gb18030", "utf-16-le"])
@pytest.mark.parametrize("base", [b"\0" * SIZE, b"\xff" * SIZE], ids=["0", "1"])
def test_left_over_text_is_found_where_it_stands(verified: Callable[..., wipe.Result], base: bytes, codec: str) -> None:
    left = LEFT.encode(codec)
    data = bytearray(base)
    data[2_000_001 : 2_000_001 + len(left)] = left
    result = verified(bytes(data))
    assert result.verdict == "not clean"
    assert {"personal.mobile", "cn.mark"} <= {match.rule for match in result.matches}
    assert all(2_000_001 <= (match.locator.offset or 0) < 2_000_001 + len(left) for match in result.matches)
    (place,) = result.tally.places
    assert abs(place[0] - 2_000_001) <= 1
    assert abs(sum(place) - 2_000_001 - len(left)) <= 1


@pytest.mark.parametrize("codec", ["ascii", "utf-8", "gb18030", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("at", [5_000, 8192 - 30, (1 << 20) - 33, (1 << 20) - 6], ids=["in", "page", "block", "edge"])
def test_text_in_random_bytes_is_found(verified: Callable[..., wipe.Result], codec: str, at: int) -> None:
    left = ("left over words, plain as day and longer still; sixty-four bytes" if codec == "ascii" else WORDS).encode(
        codec
    )[:72]
    data = bytearray(random.Random(3).randbytes(SIZE))
    data[at : at + len(left)] = left
    result = verified(bytes(data), pattern="random")
    assert result.verdict == "not clean"
    assert any(start < at + len(left) and at < start + size for start, size in result.tally.places)


@pytest.mark.parametrize("pattern", ["zeros", "ones"])
def test_every_planted_remnant_is_located(verified: Callable[..., wipe.Result], pattern: str) -> None:
    draw = random.Random(5)
    data = bytearray((b"\0" if pattern == "zeros" else b"\xff") * (8 << 20))
    spots = [number * 80_000 + draw.randrange(70_000) for number in range(100)]
    for spot in spots:
        data[spot : spot + 64] = bytes(draw.randrange(1, 255) for _ in range(64))
    places = verified(bytes(data), pattern=pattern).tally.places
    assert places == [[spot, 64] for spot in spots]


@given(st.lists(st.tuples(st.integers(0, SIZE - 64), st.binary(min_size=1, max_size=64)), max_size=8))
@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
def test_no_byte_that_differs_is_missed(inspector: Inspector, tmp_path: Path, pieces: list[tuple[int, bytes]]) -> None:
    data = bytearray(SIZE)
    for at, piece in pieces:
        data[at : at + len(piece)] = piece
    path = tmp_path / "disk.img"
    path.write_bytes(data)
    result = wipe.verify(str(path), lambda: inspector)
    covered = [range(start, start + size) for start, size in result.tally.places]
    wrong = [at for at in range(SIZE) if data[at] and not any(at in one for one in covered)] if any(data) else []
    uniform_pages = result.tally.pages["ones"] + result.tally.pages["pattern"]  # a page of one other byte is a pattern
    assert wrong == [] or uniform_pages
    assert (result.verdict == "clean") == (not any(data))


def test_mixed_overwrites_are_not_clean(verified: Callable[..., wipe.Result]) -> None:
    assert verified(bytes(SIZE // 2) + b"\xff" * (SIZE // 2)).verdict == "not clean"
    assert verified(bytes(SIZE // 2) + random.Random(3).randbytes(SIZE // 2)).verdict == "not clean"
    assert verified(b"\x55" * (SIZE // 2) + b"\xaa" * (SIZE // 2)).verdict == "not clean"


def test_archives_files_and_file_systems_are_named(verified: Callable[..., wipe.Result]) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.txt", "x" * 100)
    data = bytearray(SIZE)
    data[512 * 40 : 512 * 40 + len(packed.getvalue())] = packed.getvalue()
    data[512 * 900 : 512 * 900 + 8] = b"%PDF-1.7"
    result = verified(bytes(data))
    assert (result.files, result.verdict) == (2, "not clean")
    boot = bytearray(SIZE)
    boot[510:512] = b"\x55\xaa"
    boot[446:462] = bytes.fromhex("80000200830000000008000000100000")
    assert verified(bytes(boot)).file_system


def test_a_sample_is_never_proof(verified: Callable[..., wipe.Result]) -> None:
    result = verified(bytes(40 << 20), sample=10)
    assert (result.verdict, result.why, result.read) == ("not known", "sampled", 4 << 20)
    assert result.map.count(".") == 36
    assert verified(bytes(40 << 20), sample=100).verdict == "clean"  # the sample was all of it
    assert verified(b"\1\2\3 left " * (4 << 20), sample=10).verdict == "not clean"


def test_what_cannot_be_read_is_never_clean(
    inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "disk.img"
    path.write_bytes(bytes(SIZE))
    reading = sys.modules["shoumi.engine.wipe.verify"]  # the package gives its function the same name
    real = reading._Reading._fill

    def bad(self: object, view: memoryview, start: int) -> bool:
        if start < 1_500_000 < start + len(view):
            return False
        return real(self, view, start)

    monkeypatch.setattr(reading._Reading, "_fill", bad)
    result = wipe.verify(str(path), lambda: inspector)
    assert (result.verdict, result.why) == ("not known", "unread")
    assert result.unread == [[1_500_000 // 4096 * 4096, 4096]]
    assert result.read == SIZE - 4096
    assert result.map == "0x0"


@pytest.mark.parametrize("what", ["missing", "folder", "pipe"])
def test_what_is_no_medium_is_refused(inspector: Inspector, tmp_path: Path, what: str) -> None:
    path = tmp_path / what
    if what == "folder":
        path.mkdir()
    elif what == "pipe":
        os.mkfifo(path)
    with pytest.raises(AddressError if what == "missing" else UsageError):
        wipe.verify(str(path), lambda: inspector)


def test_an_empty_file_is_not_clean(verified: Callable[..., wipe.Result]) -> None:
    assert (verified(b"").verdict, verified(b"").why) == ("not known", "empty")


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant"])
def test_the_certificate_says_all_and_shows_no_secret(verified: Callable[..., wipe.Result], language: str) -> None:
    data = bytearray(SIZE)
    left = (LEFT + "<script>").encode()
    data[100_000 : 100_000 + len(left)] = left
    body = certificate.certificate(verified(bytes(data)))
    assert body["digest"] == certificate.digest(body)
    page = certificate.page(body, language)
    assert "wipe." not in page
    assert "<script" not in page
    assert "13800138000" not in page
    assert "<svg" in page
    assert f"{body['places'][0][0]:,}" in page
    assert body["digest"] in page


def test_entropy_is_shannons() -> None:
    import numpy as np

    assert blocks.entropy(np.zeros(4096, dtype=np.uint8)) == 0
    assert blocks.entropy(np.arange(4096, dtype=np.uint64).astype(np.uint8)) == 8
    assert blocks.entropy(np.array([0, 1] * 100, dtype=np.uint8)) == 1
