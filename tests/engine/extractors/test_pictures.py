"""Pictures: their text by OCR with word boxes, their codes, what they carry unseen, and what must not be decoded."""

from __future__ import annotations

import io
import itertools
import struct
import zlib
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, PngImagePlugin

from shoumi.engine import codes, ocr, registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import MissingExtra, Unexamined
from shoumi.engine.extractors._scan import page_segments
from shoumi.engine.layout import Line, arranged
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment, Word

DATA = Path(__file__).parents[2] / "data" / "pictures"


def parts(data: bytes, settings: Settings | None = None) -> list[Segment | Item | Gap]:
    blob = Blob.of_bytes(data, Limits())
    plugin = registry.extractors()[registry.sniffer().media_type(blob)]
    found: list[Segment | Item | Gap] = []
    try:
        found.extend(plugin.segments(blob, settings or Settings()))
    except Unexamined as error:
        found.append(Gap(error.reason, str(error)))
    return found


def texts(data: bytes, part: str | None = None) -> list[str]:
    return [entry.text for entry in parts(data) if isinstance(entry, Segment) and entry.locator.part == part]


def gaps(data: bytes, settings: Settings | None = None) -> list[tuple[str, str]]:
    return [(entry.reason, entry.detail) for entry in parts(data, settings) if isinstance(entry, Gap)]


def saved(picture: Image.Image, form: str, **options: Any) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def blank(width: int = 120, height: int = 80, colour: str = "white") -> Image.Image:
    return Image.new("RGB", (width, height), colour)


@pytest.mark.parametrize("name", ["page.png", "turned.png", "upside-down.png"])
def test_text_is_read_whichever_way_the_page_is_turned(name: str) -> None:
    (text,) = texts((DATA / name).read_bytes())
    assert text.splitlines()[0] == "机密★10年"
    assert "11010519491231002X" in text
    assert "13800138000" in text


def test_words_have_their_places() -> None:
    """The number stands in the right half of the third of four lines, also when the page is turned."""
    for name, turn in (("page.png", 0), ("turned.png", 1)):
        (segment,) = [part for part in parts((DATA / name).read_bytes()) if isinstance(part, Segment)]
        (word,) = [word for word in segment.words if segment.text[word.start : word.end] == "11010519491231002X"]
        left, top, right, bottom = word.box
        if turn:  # counter-clockwise: what was right is above
            left, top, right, bottom = 1 - bottom, left, 1 - top, right
        assert 0.3 < left < 0.45
        assert 0.75 < right < 0.95
        assert 0.45 < top < bottom < 0.8


def test_table_cells_and_text_written_downwards() -> None:
    (text,) = texts((DATA / "columns.png").read_bytes())
    assert "Alice\tZT-1024\t档案室" in text
    assert "内部资料严禁外传" in text


def test_long_screenshot_is_read_to_its_end() -> None:
    lines = texts((DATA / "long.png").read_bytes())[0].splitlines()
    assert len(lines) == 60
    assert lines[59] == f"第60条消息编号{60 * 7919}"


def test_pages_of_a_file_and_the_budget() -> None:
    data = (DATA / "pages.tif").read_bytes()
    found = [(part.locator.page, part.text) for part in parts(data) if isinstance(part, Segment)]
    assert found == [(1, "机密★10年"), (2, "关于经费安排的通知"), (4, "联系人身份证号11010519491231002X")]
    assert [reason for reason, _ in gaps(data, Settings(pages=1))] == ["limit"]


def test_ocr_off_is_said() -> None:
    assert gaps((DATA / "page.png").read_bytes(), Settings(ocr="off")) == [
        ("no-text", "pictures are not read with --ocr off")
    ]


def test_missing_extra_names_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "available", lambda: False)
    with pytest.raises(MissingExtra, match=r"pip install 'shoumi\[ocr\]'"):
        ocr.recognise(blank())


def test_icons_and_empty_pictures_leave_no_gap() -> None:
    assert parts(saved(blank(32, 32, "red"), "PNG")) == []
    assert parts(saved(blank(), "PNG")) == []


def test_codes_are_read_with_their_places() -> None:
    found = [part for part in parts((DATA / "codes.png").read_bytes()) if isinstance(part, Segment)]
    payloads = {part.text: part.box for part in found if part.locator.part == "qr"}
    assert set(payloads) == {"https://www.a1ipay.com/login", "WIFI:T:nopass;S:Free;;"}
    first = payloads["https://www.a1ipay.com/login"]
    assert first is not None
    assert first[0] < 0.1
    assert first[2] < 0.5


def test_codes_turned_inverted_and_small() -> None:
    picture = Image.open(DATA / "codes.png").convert("L")
    for form in (picture.rotate(33, expand=True, fillcolor=255), Image.eval(picture, lambda value: 255 - value)):
        assert len(codes.read(form)) == 2


def test_picture_with_too_many_pixels_is_never_decoded() -> None:
    side = 40_000
    raw = zlib.compress(b"\0" * ((side // 8 + 1) * side), 9)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", raw) + chunk(b"IEND", b"")
    assert [reason for reason, _ in gaps(data)] == ["limit"]


def test_cut_off_picture_is_read_as_far_as_it_goes() -> None:
    data = saved(Image.open(DATA / "page.png").convert("L"), "JPEG")
    found = parts(data[: len(data) * 3 // 4])
    assert [part.reason for part in found if isinstance(part, Gap)] == ["corrupt"]
    assert any("机密★10年" in part.text for part in found if isinstance(part, Segment))


def test_place_device_and_texts_of_a_photograph() -> None:
    exif = Image.Exif()
    exif[0x010F], exif[0x0110], exif[0x010E] = "Acme", "Phone 9", "会议室".encode()
    exif[0x9C9B] = "内部标题".encode("utf-16-le") + b"\0\0"
    place = exif.get_ifd(0x8825)
    place[1], place[2], place[3], place[4] = "S", (31.0, 13.0, 49.5), "E", (121.0, 28.0, 25.3)
    (text,) = texts(saved(blank(), "JPEG", exif=exif), "exif")
    assert text.splitlines()[:2] == ["GPS: -31.230417, 121.473694", "Device: Acme Phone 9"]
    assert "Description: 会议室" in text
    assert "Title: 内部标题" in text


def test_texts_of_a_png_before_and_behind_its_pixels() -> None:
    about = PngImagePlugin.PngInfo()
    about.add_text("Author", "Bob")
    about.add_itxt("Note", "压缩的文字", zip=True)
    about.add_itxt("XML:com.adobe.xmp", '<x><rdf:li dc:creator="Dana">标题</rdf:li></x>')
    data = saved(blank(), "PNG", pnginfo=about)
    assert texts(data, "metadata") == ["Author: Bob\nNote: 压缩的文字"]
    assert any("dc:creator: Dana" in text for text in texts(data, "xmp"))
    late = b"Late\0text"
    chunk = struct.pack(">I", len(late)) + b"tEXt" + late + struct.pack(">I", zlib.crc32(b"tEXt" + late))
    data = saved(blank(), "PNG")
    assert texts(data[:-12] + chunk + data[-12:], "metadata") == ["Late: text"]


def test_thumbnail_that_differs_is_a_hidden_item() -> None:
    before = Image.open(DATA / "page.png").convert("L").resize((160, 64))
    after = Image.new("L", (540, 222), 255)
    for shown, count in ((before, 1), (after.resize((160, 64)), 0)):
        small = saved(shown, "JPEG")
        fields = struct.pack("<HHHII", 2, 0x201, 4, 1, 44) + struct.pack("<HHII", 0x202, 4, 1, len(small))
        raw = b"Exif\0\0II*\0" + struct.pack("<IHI", 8, 0, 14) + fields + bytes(4) + small
        data = saved(after, "JPEG", exif=raw)
        assert len([part for part in parts(data) if isinstance(part, Item) and part.hidden]) == count


@pytest.mark.parametrize("form", ["PNG", "JPEG"])
def test_archive_behind_a_picture_is_a_hidden_item(form: str) -> None:
    data = saved(blank(), form) + b"PK\x03\x04" + b"members"
    (item,) = [part for part in parts(data) if isinstance(part, Item)]
    assert item.hidden
    assert item.open().read() == b"PK\x03\x04members"


def test_white_writing_on_nothing_is_read() -> None:
    page = Image.open(DATA / "page.png").convert("L")
    clear = Image.new("RGBA", page.size, (255, 255, 255, 0))
    clear.putalpha(page.point(lambda value: 255 - value))
    assert "机密★10年" in texts(saved(clear, "PNG"))[0]


def test_equal_pictures_are_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    picture = Image.open(DATA / "page.png").convert("L").crop((0, 0, 300, 60))
    first = ocr.recognise(picture)
    monkeypatch.setattr(ocr, "_read", lambda _: pytest.fail("read again"))
    assert ocr.recognise(picture.copy()) == first


def piece(text: str, left: float, top: float, *, tilt: float = 0.0) -> Line:
    width = 20.0 * len(text)
    corners = (
        (left, top),
        (left + width, top + width * tilt),
        (left + width, top + 20 + width * tilt),
        (left, top + 20),
    )
    return Line(text, 1.0, corners)


def test_pieces_of_a_skewed_line_stay_together() -> None:
    tilt = 0.06
    found = [
        piece(text, left, top + left * tilt, tilt=tilt)
        for top, row in (
            (100, ("甲甲甲甲甲甲", "乙乙乙乙乙乙", "丙丙丙丙")),
            (135, ("丁丁丁丁丁丁", "戊戊戊戊戊戊", "己己己己")),
        )
        for left, text in zip((20, 150, 280), row, strict=True)
    ]
    text, _ = arranged(found[::-1], 800, 600)
    assert text == "甲甲甲甲甲甲乙乙乙乙乙乙丙丙丙丙\n丁丁丁丁丁丁戊戊戊戊戊戊己己己己"


def test_columns_of_prose_are_read_one_after_the_other() -> None:
    left = [piece(f"左栏第{number}行一二三四五六七", 20, 40 * number) for number in range(1, 7)]
    right = [piece(f"右栏第{number}行一二三四五六七", 420, 40 * number) for number in range(1, 7)]
    text, _ = arranged([*left, *right], 800, 400)
    assert [line[:1] for line in text.splitlines()] == ["左"] * 6 + ["右"] * 6


@pytest.mark.parametrize(
    ("first", "second", "joined"),
    [("号32", "0102195108265306，", True), ("卡号622848", "0402564890018", True), ("电话138", "00138000", True),
     ("序号1", "2", False), ("电话13800138000", "1", False), ("号32", "0102195108265307，", False)],
)  # fmt: skip
def test_number_cut_by_the_end_of_a_row_is_whole_again(first: str, second: str, joined: bool) -> None:
    text, _ = arranged([piece(first, 300, 40), piece(second, 20, 80)], 800, 200)
    assert text == f"{first}{'' if joined else chr(10)}{second}"


def test_long_picture_is_read_in_strips_that_join(monkeypatch: pytest.MonkeyPatch) -> None:
    word = Word(0, 2, (0.0, 0.0, 1.0, 1.0))
    monkeypatch.setattr(codes, "read", lambda _: [])
    monkeypatch.setattr(ocr, "recognise", lambda _: ocr.Reading("ab\ncd", (word,)))
    found = list(page_segments(Image.new("L", (300, 15_000), 255), Locator(), Settings()))
    assert [(segment.base, segment.lines, segment.joint) for segment in found] == [
        (0, 0, "\f"),
        (6, 2, "\n"),
        (12, 4, "\n"),
    ]
    edges = [segment.words[0].box[1::2] for segment in found]
    assert edges[0][0] == 0.0
    assert edges[-1][1] == 1.0
    assert all(above[1] == below[0] for above, below in itertools.pairwise(edges))
