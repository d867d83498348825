"""Verifying a wipe: uniform overwrites pass, anything else does not, and what was not read is never called clean."""

from __future__ import annotations

import io
import random
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.engine import wipe
from shoumi.engine.errors import AddressError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings

SIZE = 3 << 20
LEFT = "\n姓名：Alice 手机：13800138000\n机密★10年\n".encode("utf-16-le")


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(), Home(tmp_path_factory.mktemp("home")))


@pytest.fixture
def verified(inspector: Inspector, tmp_path: Path) -> Callable[..., wipe.Result]:
    def verify(data: bytes, samples: int | None = None) -> wipe.Result:
        path = tmp_path / "disk.img"
        path.write_bytes(data)
        return wipe.verify(str(path), inspector, samples=samples, seed=1, watch=lambda *_: None)

    return verify


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bytes(SIZE), "zeros"),
        (b"\xff" * SIZE, "ones"),
        (b"\xaa" * SIZE, "pattern"),
        (b"\x92\x49\x24" * (SIZE // 3), "pattern"),
        (random.Random(1).randbytes(SIZE), "random"),
        (bytes(SIZE + 1000), "zeros"),
    ],
    ids=["zeros", "ones", "byte", "three bytes", "random", "odd size"],
)
def test_one_kind_of_overwrite_is_wiped(verified: Callable[..., wipe.Result], data: bytes, kind: str) -> None:
    result = verified(data)
    assert (result.verdict, result.overwrite, result.read) == ("wiped", kind, len(data))


@pytest.mark.parametrize("base", [bytes(SIZE), b"\xff" * SIZE, random.Random(2).randbytes(SIZE)], ids=["0", "1", "r"])
def test_left_over_text_is_found(verified: Callable[..., wipe.Result], base: bytes) -> None:
    data = bytearray(base)
    data[2_000_001 : 2_000_001 + len(LEFT)] = LEFT
    result = verified(bytes(data))
    assert result.verdict == "residual"
    if base[0] == base[1]:
        assert {"personal.mobile", "cn.mark"} <= {match.rule for match in result.matches}
        assert all(2_000_001 <= (match.locator.offset or 0) < 2_000_001 + len(LEFT) for match in result.matches)
        assert result.places == [[2_000_001 // 4096 * 4096, 4096]]


def test_mixed_overwrites_are_not_wiped(verified: Callable[..., wipe.Result]) -> None:
    assert verified(bytes(SIZE // 2) + b"\xff" * (SIZE // 2)).verdict == "residual"
    assert verified(bytes(SIZE // 2) + random.Random(3).randbytes(SIZE // 2)).verdict == "residual"
    assert verified(b"\x55" * (SIZE // 2) + b"\xaa" * (SIZE // 2)).verdict == "residual"


def test_a_compressed_file_among_random_bytes_is_found(verified: Callable[..., wipe.Result]) -> None:
    import zipfile

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.bin", random.Random(5).randbytes(50_000))
    data = bytearray(random.Random(4).randbytes(SIZE))
    data[1_000_000 : 1_000_000 + len(packed.getvalue())] = packed.getvalue()
    result = verified(bytes(data))
    assert (result.verdict, result.files) == ("residual", 1)


def test_a_partition_table_alone_is_residual(verified: Callable[..., wipe.Result]) -> None:
    data = bytearray(SIZE)
    data[510:512] = b"\x55\xaa"
    data[450] = 7
    data[454:462] = (2048).to_bytes(4, "little") + (4000).to_bytes(4, "little")
    result = verified(bytes(data))
    assert result.file_system
    assert result.verdict == "residual"


def test_a_sample_is_never_called_wiped(verified: Callable[..., wipe.Result]) -> None:
    result = verified(bytes(8 << 20), samples=3)
    assert (result.verdict, result.read) == ("sampled", 3 << 20)
    assert result.as_json()["not_read"] == 5 << 20
    assert verified(bytes(2 << 20), samples=9).verdict == "wiped"  # the sample was all of it


def test_read_errors_are_named(inspector: Inspector, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Bad(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:  # type: ignore[override]
            at = self.tell()
            if at < 1_053_000 < at + (size or 0):
                raise OSError(5, "Input/output error")
            return super().read(size)

    path = tmp_path / "disk.img"
    path.write_bytes(bytes(SIZE))
    monkeypatch.setattr(wipe, "_opened", lambda _: Bad(bytes(SIZE)))
    result = wipe.verify(str(path), inspector, samples=None, seed=0, watch=lambda *_: None)
    assert result.verdict == "unread"
    assert result.unread == [[1_053_000 // 4096 * 4096, 4096]]
    assert result.read == SIZE - 4096


def test_what_is_no_disk_is_refused(inspector: Inspector, tmp_path: Path) -> None:
    for path, error in ((tmp_path / "none", AddressError), (tmp_path, UsageError), (Path("/dev/null"), UsageError)):
        with pytest.raises(error):
            wipe.verify(str(path), inspector, samples=None, seed=0, watch=lambda *_: None)


def test_an_empty_file_is_not_wiped(verified: Callable[..., wipe.Result]) -> None:
    assert verified(b"").verdict == "unread"
