"""Split images: joined where the first part is, the others not read twice, what is missing said."""

from __future__ import annotations

import lzma
import os
import random
import tempfile
from functools import cache
from pathlib import Path

import pytest

from shoumi.engine.home import Home
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match

DISK = lzma.decompress((Path(__file__).parents[1] / "data" / "disks" / "fat16.img.xz").read_bytes())
MARK = "机密★10年".encode()


def split(folder: Path, names: list[str], data: bytes = DISK) -> list[Path]:
    folder.mkdir(exist_ok=True)
    size = -(-len(data) // len(names) // 512) * 512
    paths = [folder / name for name in names]
    for number, path in enumerate(paths):
        path.write_bytes(data[size * number : size * (number + 1)])
    return paths


@cache
def home() -> Home:
    """One for all: the rules are compiled once."""
    return Home(Path(tempfile.mkdtemp(prefix="shoumi-parts-")))


def scan(*addresses: Path) -> tuple[list[Match], list[Gap], Scan]:
    run = Scan([str(path) for path in addresses], settings=Settings(packs=("cn",)), jobs=1, home=home())
    events = list(run)
    return [e for e in events if isinstance(e, Match)], [e for e in events if isinstance(e, Gap)], run


def told(matches: list[Match]) -> list[tuple[str, int | None]]:
    """What was found: the steps below the outermost file, and the offset."""
    return sorted(("!".join(step.name for step in match.trail.steps[1:]), match.locator.offset) for match in matches)


NAMES = {
    "from 001": [f"x.{n:03}" for n in range(1, 8)],
    "from 000": [f"x.img.{n:03}" for n in range(7)],
    "from 01": [f"x.{n:02}" for n in range(1, 8)],
    "letters": [f"x.dd.a{chr(97 + n)}" for n in range(7)],
    "three letters": [f"x.dd.aa{chr(97 + n)}" for n in range(7)],
}


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, int | None]]:
    path = tmp_path_factory.mktemp("whole") / "x.img"
    path.write_bytes(DISK)
    found = told(scan(path)[0])
    assert found
    return found


@pytest.mark.parametrize("names", NAMES.values(), ids=NAMES)
def test_parts_are_one_image(names: list[str], tmp_path: Path, whole: list[tuple[str, int | None]]) -> None:
    paths = split(tmp_path / "disks", names)
    matches, gaps, run = scan(tmp_path / "disks")
    assert told(matches) == whole
    assert {match.trail.steps[0].name for match in matches} == {str(paths[0])}
    assert not gaps
    assert run.summary.skipped["application/x-disk-image-part"] == 6


def test_the_first_part_alone_stands_for_all(tmp_path: Path, whole: list[tuple[str, int | None]]) -> None:
    paths = split(tmp_path / "disks", NAMES["from 001"])
    assert told(scan(paths[0])[0]) == whole


def test_a_later_part_alone_says_where_the_whole_is(tmp_path: Path) -> None:
    paths = split(tmp_path / "disks", NAMES["from 001"])
    matches, gaps, _ = scan(paths[3])
    assert not matches
    assert [gap.reason for gap in gaps] == ["special"]
    assert "x.001" in gaps[0].detail


def test_a_missing_part_is_a_gap_and_offsets_stay(tmp_path: Path, whole: list[tuple[str, int | None]]) -> None:
    paths = split(tmp_path / "disks", [f"x.{n:03}" for n in range(1, 41)])
    paths[20].unlink()
    matches, gaps, _ = scan(tmp_path / "disks")
    assert told(matches)
    assert set(told(matches)) <= set(whole)
    assert any("x.021" in gap.detail and "missing" in gap.detail for gap in gaps)


def test_a_part_that_is_too_short_is_a_gap(tmp_path: Path) -> None:
    paths = split(tmp_path / "disks", NAMES["from 001"])
    os.truncate(paths[2], 1000)
    assert any("shorter" in gap.detail and "x.003" in gap.detail for gap in scan(tmp_path / "disks")[1])


def test_a_missing_last_part_is_a_gap(tmp_path: Path) -> None:
    paths = split(tmp_path / "disks", NAMES["from 001"])
    paths[-1].unlink()
    assert scan(tmp_path / "disks")[1]


def test_text_across_the_border_of_two_parts(tmp_path: Path) -> None:
    data = bytearray(random.Random(9).randbytes(1 << 19))
    at = len(data) // 4 - 3
    data[at - 1 : at + len(MARK) + 1] = b"\n" + MARK + b"\n"
    split(tmp_path / "disks", [f"x.{n:03}" for n in range(1, 5)], bytes(data))
    matches, gaps, _ = scan(tmp_path / "disks")
    assert [(match.rule, match.locator.offset) for match in matches] == [("cn.mark", at)]
    assert [gap.reason for gap in gaps] == ["unsupported"]  # no file system, as for the whole


def test_numbered_files_of_their_own_stay_so(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    for number in range(1, 4):
        (folder / f"log.{number:03}").write_text(f"第 {number} 份\n机密★10年\n" + "正文\n" * 10_000, "utf-8")
    matches, gaps, _ = scan(folder)
    assert {match.trail.steps[0].name for match in matches} == {str(folder / f"log.{n:03}") for n in range(1, 4)}
    assert not gaps


def test_an_archive_in_parts_is_opened(tmp_path: Path) -> None:
    import io
    import zipfile

    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("noise.bin", os.urandom(400_000))
        archive.writestr("note.txt", MARK + b"\n")
    split(tmp_path / "disks", ["a.zip.001", "a.zip.002", "a.zip.003"], out.getvalue())
    matches, _, _ = scan(tmp_path / "disks")
    assert [match.trail.steps[-1].name for match in matches] == ["note.txt"]


def test_a_changed_part_is_read_again(tmp_path: Path) -> None:
    paths = split(tmp_path / "disks", NAMES["from 001"])
    first = scan(tmp_path / "disks")[2]
    assert scan(tmp_path / "disks")[2].summary.unchanged == first.summary.files
    paths[4].write_bytes(paths[4].read_bytes())
    os.utime(paths[4], (1, 1))
    assert scan(tmp_path / "disks")[2].summary.unchanged == 0
