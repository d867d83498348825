"""Text in raw bytes: found in every encoding, at every offset, across pieces, with the byte at which it stands."""

from __future__ import annotations

import io
import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shoumi.engine import rawanchors, rawcarve, rawsweep, rule
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Match, Raw

ENCODINGS = ("utf-8", "gb18030", "utf-16-le", "utf-16-be")
LINES = {
    "mark": "\n机密★10年\n",
    "id": "\n身份证号码：11010519491231002X\n",
    "mobile": "\n联系电话：13800138000\n",
    "latin": "\nTOP SECRET//SI//NOFORN\n",
}
RULES = {"mark": "cn.mark", "id": "personal.resident-id", "mobile": "personal.mobile", "latin": "us.banner"}


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(), Home(tmp_path_factory.mktemp("home")))


def noise(size: int, seed: int = 1) -> bytearray:
    return bytearray(random.Random(seed).randbytes(size))


def matches(inspector: Inspector, data: bytes, path: Path) -> list[Match]:
    path.write_bytes(data)
    item = Item("local", str(path), None, None, lambda: path.open("rb"), local=True)
    return [event for event in Examiner(inspector, Settings()).examine(item) if isinstance(event, Match)]


def planted(size: int, count: int, seed: int) -> tuple[bytes, dict[int, str]]:
    """Return noise and zeros with plants in all encodings, some of them across borders of pieces; offset → rule."""
    draw = random.Random(seed)
    data = noise(size, seed)
    data[size // 2 : size // 2 + size // 4] = bytes(size // 4)
    truth: dict[int, str] = {}
    places = {draw.randrange(size // count * number, size // count * (number + 1) - 300) for number in range(count)}
    places |= {rawsweep.PIECE * number - draw.randrange(1, 60) for number in range(1, size // rawsweep.PIECE)}
    for place in sorted(places):
        if any(abs(place - other) < 400 for other in truth):
            continue
        name = draw.choice(sorted(LINES))
        codec = draw.choice(ENCODINGS)
        raw = LINES[name].encode(codec)
        data[place : place + len(raw)] = raw
        truth[place] = RULES[name]
    return bytes(data), truth


def test_everything_planted_is_found_near_its_anchor(inspector: Inspector, tmp_path: Path) -> None:
    data, truth = planted(6 << 20, 240, 3)
    found = matches(inspector, data, tmp_path / "image")
    assert len(data) >= rawsweep.LARGE
    places = [(match.rule, match.locator.offset) for match in found if match.rule in RULES.values()]
    assert len(places) == len(set(places))  # nothing twice at the border of pieces
    missing = [
        (place, name)
        for place, name in truth.items()
        if not any(one == name and offset is not None and place <= offset < place + 60 for one, offset in places)
    ]
    assert len(missing) <= len(truth) // 100


def test_small_files_are_read_whole(inspector: Inspector, tmp_path: Path) -> None:
    data, truth = planted(1 << 20, 40, 5)
    found = {(match.rule, match.locator.offset) for match in matches(inspector, data, tmp_path / "small")}
    assert (
        sum(
            any(rule == name and offset and place <= offset < place + 60 for rule, offset in found)
            for place, name in truth.items()
        )
        >= len(truth) * 0.9
    )


@pytest.mark.parametrize("codec", ENCODINGS)
@pytest.mark.parametrize("offset", [5_000_000, 5_000_001, (5 << 20) - 7, (5 << 20) - 1])
def test_the_locator_names_the_byte(inspector: Inspector, tmp_path: Path, codec: str, offset: int) -> None:
    data = bytearray(7 << 20)
    raw = "说明：联系电话：13800138000。".encode(codec)
    data[offset : offset + len(raw)] = raw
    data[0] = 1
    (match,) = [
        found for found in matches(inspector, bytes(data), tmp_path / "image") if found.rule == "personal.mobile"
    ]
    assert match.locator.offset == offset + len("说明：联系电话：".encode(codec))
    assert match.locator.line is None


def test_text_of_an_image_that_begins_with_text_is_swept(inspector: Inspector, tmp_path: Path) -> None:
    data = bytearray(b"plain words and more of them\n" * 4000) + noise(5 << 20)
    data[len(data) - 90_001 : len(data) - 90_001 + 40] = "\n机密★10年\n".encode("utf-16-le").ljust(40, b"\0")
    data += bytes(-len(data) % 512)
    assert any(match.rule == "cn.mark" for match in matches(inspector, bytes(data), tmp_path / "image"))


def test_a_registered_passage_needs_all_text() -> None:
    text = "这一段没有任何规则的锚点，只是一段普通的中文，写来给登记的文件比对。" * 3
    for codec in ENCODINGS:
        data = noise(70_000, 9)
        raw = text.encode(codec)
        data[33_333 : 33_333 + len(raw)] = raw
        read = "".join(segment.text for segment in rawsweep.segments(Raw(bytes(data), 0, (0, len(data)))))
        assert text[2:-2] in read


def test_pieces_keep_every_byte_once() -> None:
    data = bytes(noise(3 * rawsweep.PIECE + 12_345))
    kept = [piece.data[slice(*piece.keep)] for piece in rawsweep.pieces(io.BytesIO(data), [(0, len(data))])]
    assert b"".join(kept) == data
    extents = [(10, 20), (1000, 2_000_000)]
    kept = [piece.data[slice(*piece.keep)] for piece in rawsweep.pieces(io.BytesIO(data), extents)]
    assert b"".join(kept) == data[10:20] + data[1000:2_000_000]


@settings(max_examples=60, deadline=None)
@given(
    st.text(alphabet="机密绝級★年0123456789abAB \n", min_size=6, max_size=80),
    st.sampled_from(ENCODINGS),
    st.integers(0, 9),
)
def test_runs_know_their_bytes(text: str, codec: str, before: int) -> None:
    data = b"\1" * (2 * before + 1) + text.encode(codec) + b"\2\2"
    for segment in rawsweep.segments(Raw(data, 100, (0, len(data)))):
        points, byte, name = segment.origins[0]
        rest = segment.text.split("\n")[0] if len(segment.origins) > 1 else segment.text
        encoded = rest[points:].encode(name)
        assert data[byte - 100 : byte - 100 + len(encoded)] == encoded


def test_every_shipped_anchor_is_written_in_utf_8_and_utf_16() -> None:
    rules = [entry for name in rule.resolve(("all",)) for entry in rule.load(name, None).rules]
    for entry in rules:
        for anchor in entry.anchors:
            forms = [
                rawanchors.written(anchor, codec, caseless="i" in entry.flags)
                for codec in ENCODINGS
                if "gb" not in codec
            ]
            assert all(forms), f"{entry.id}: {anchor}"


@pytest.mark.parametrize("codec", rawanchors.ENCODINGS)
@pytest.mark.parametrize(
    ("anchor", "text"),
    [
        ("身份证[:：]?", "身份证"),
        ("[绝絕]密", "絕密"),
        (r"(?:\A|[\n\f])[ \x{3000}]{0,4}机密", "　机密"),
        (r"(?i)\bsecret\b", "SeCreT"),
        (r"1[3-9][0-9]{9}", "13800138000"),
        (r"[^0-9]86", "中86"),
        (r"密.{0,3}级", "密x级"),
        (r"\w{3}@", "abc@"),
    ],
)
def test_written_anchors_match_what_the_anchor_does(anchor: str, text: str, codec: rawanchors.Encoding) -> None:
    import re

    written = rawanchors.written(anchor, codec)
    assert written is not None
    assert re.search(written.encode(), b"\x81" + text.encode(codec), re.DOTALL)


def test_an_encoding_that_cannot_write_a_character_has_no_form() -> None:
    assert rawanchors.written("\ud800", "utf-8") is None


def test_archives_in_raw_bytes_are_handed_out() -> None:
    import gzip
    import zipfile

    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "机密★10年\n" * 30)
    packed = gzip.compress("绝密★启用前\n".encode() * 50)
    data = noise(90_000, 4)
    data[10_001 : 10_001 + len(inner.getvalue())] = inner.getvalue()
    data[50_003 : 50_003 + len(packed)] = packed
    data[80_000:80_004] = b"PK\3\4"
    data[85_000:85_003] = b"\x1f\x8b\x08"
    items = [part for part in rawcarve.swept(io.BytesIO(bytes(data)), [(0, len(data))]) if isinstance(part, Item)]
    assert {item.path: item.open().read() for item in items} == {
        "offset 10001.zip": inner.getvalue(),
        "offset 50003.gz": packed,
    }


def test_a_zip_without_its_end_is_handed_out_as_far_as_it_may_reach(inspector: Inspector, tmp_path: Path) -> None:
    import zipfile

    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", "机密★10年\n")
        archive.writestr("b.txt", "x" * 100)
    data = noise(200_000, 6)
    cut = inner.getvalue()[: inner.getvalue().index(b"PK\1\2")]
    data[70_000 : 70_000 + len(cut)] = cut
    found = matches(inspector, bytes(data), tmp_path / "image")
    assert any(step.name == "a.txt" for match in found for step in match.trail.steps)


def test_an_unknown_file_is_always_a_gap(inspector: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(bytes(noise(5 << 20)))
    item = Item("local", str(path), None, None, lambda: path.open("rb"), local=True)
    events = [event for event in Examiner(inspector, Settings()).examine(item) if isinstance(event, Gap)]
    assert [gap.reason for gap in events] == ["unsupported"]
