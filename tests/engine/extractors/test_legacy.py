"""Old Office files, Outlook messages and other compound files: every part is read, hidden ones say so."""

from __future__ import annotations

import io
import random
import struct
import zlib
from pathlib import Path

import olefile
import pytest
import xlsxwriter

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, NoText, Unexamined
from shoumi.engine.extractors import _art, _biff, _lzfu, _properties, _sweep, _vba
from shoumi.engine.extractors._ole import LOST, Ole
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

DATA = Path(__file__).parents[2] / "data" / "legacy"


def parts(data: bytes) -> list[Segment | Item | Gap]:
    blob = Blob.of_bytes(data, Limits())
    plugin = registry.extractors()[registry.sniffer().media_type(blob)]
    found: list[Segment | Item | Gap] = []
    try:
        found.extend(plugin.segments(blob, Settings()))
    except Unexamined as error:
        found.append(Gap(error.reason, str(error)))
    return found


def texts(data: bytes, *, hidden: bool) -> str:
    return "\n".join(part.text for part in parts(data) if isinstance(part, Segment) and part.hidden == hidden)


def items(data: bytes) -> dict[str, bytes]:
    return {part.path: part.open().read() for part in parts(data) if isinstance(part, Item)}


def gaps(data: bytes) -> list[str]:
    return [part.reason for part in parts(data) if isinstance(part, Gap)]


def properties(tag: int, value: str) -> dict[tuple[str, ...], bytes]:
    return {
        ("__properties_version1.0",): bytes(32),
        (f"__substg1.0_{tag:04X}001F",): value.encode("utf-16-le"),
    }


@pytest.mark.parametrize(
    "text",
    ["联系人身份证号11010519491231002X", "页眉 机密★10年", "页脚 内部资料", "脚注里的文字", "尾注里的文字", "批注里的文字",
     "文本框里的文字", "链接文字", "甲格\t乙格", "结尾𠮷字", "标题属性"],
)  # fmt: skip
def test_word_shows_every_story(text: str) -> None:
    assert text in texts((DATA / "text.doc").read_bytes(), hidden=False)


@pytest.mark.parametrize(
    "text", ["电话：隐藏的文字13900139000", "删去的文字13800138000", "https://example.com/secret", "Bob", "Dana"]
)
def test_word_hidden_text_is_hidden(text: str) -> None:
    data = (DATA / "text.doc").read_bytes()
    assert text in texts(data, hidden=True)
    assert text not in texts(data, hidden=False)


def test_word_6_reads_its_code_page() -> None:
    header = bytearray(0x300)
    raw = "機密等級\r第二行".encode("big5hkscs")
    struct.pack_into("<HH2xH", header, 0, 0xA5DC, 0x65, 0x404)
    struct.pack_into("<II", header, 0x18, 0x300, 0x300 + len(raw))
    struct.pack_into("<I", header, 0x34, len(raw))
    assert "機密等級\n第二行" in texts(write({("WordDocument",): bytes(header) + raw + bytes(4096)}), hidden=False)


def test_word_without_piece_table_is_swept_and_says_so() -> None:
    ole = Ole((DATA / "text.doc").read_bytes())
    data = write({("WordDocument",): ole.read("WordDocument")})
    assert "关于经费安排的通知" in texts(data, hidden=False)
    assert gaps(data) == ["corrupt"]


def test_word_locked_by_a_password_is_a_gap() -> None:
    ole = Ole((DATA / "text.doc").read_bytes())
    main = bytearray(ole.read("WordDocument"))
    main[0x0B] |= 1
    streams = {name: ole.read(*name) for name in ole.names} | {("WordDocument",): bytes(main)}
    assert gaps(write(streams)) == ["encrypted"]
    assert "标题属性" in texts(write(streams), hidden=False)
    assert Encrypted.reason == "encrypted"


def test_excel_cells_as_displayed() -> None:
    found = {
        (part.locator.sheet, part.locator.cell): part
        for part in parts((DATA / "sheets.xls").read_bytes())
        if isinstance(part, Segment) and part.locator.part is None
    }
    assert found["名单", "C2"].text == "123456789012345"
    assert found["名单", "B2"].label == "身份证号"
    assert found["名单", "B2"].joint == "\t"
    assert found["名单", "A3"].hidden
    assert found["暗表", "A1"].text == "隐藏表里的文字"
    assert found["暗表", "A1"].hidden


@pytest.mark.parametrize("text", ["批注里的文字", "机密★10年", "暗表"])
def test_excel_surroundings(text: str) -> None:
    data = (DATA / "sheets.xls").read_bytes()
    assert text in texts(data, hidden=False) + texts(data, hidden=True)


def test_excel_strings_across_records() -> None:
    """A string that a CONTINUE record cuts goes on there, perhaps with another width."""
    head = struct.pack("<II", 2, 2) + struct.pack("<HB", 6, 1) + "机密".encode("utf-16-le")
    rest = b"\x00" + b"abcd" + struct.pack("<HB", 2, 0) + b"zz"
    assert list(_biff.Strings([head, rest])) == ["机密abcd", "zz"]


@pytest.mark.parametrize(
    ("value", "form", "code", "shown"),
    [
        (110105194912310, 0, "General", "110105194912310"),
        (1.5e21, 0, "General", "1500000000000000000000"),
        (0.1 + 0.2, 0, "General", "0.3"),
        (7, 165, "000000", "000007"),
        (0.25, 9, "", "25%"),
        (45292, 14, "", "2024-01-01"),
        (45292.5, 22, "", "2024-01-01 12:00:00"),
        (0.75, 20, "", "18:00:00"),
        (45292, 170, 'yyyy"年"m"月"', "2024-01-01"),
        (59, 14, "", "1900-02-28"),
        (1234.5, 4, '#,##0.00"元"', "1234.5"),
    ],
)
def test_excel_numbers(value: float, form: int, code: str, shown: str) -> None:
    assert _biff.shown(value, form, code) == shown


def test_powerpoint_slides_notes_and_hidden_slides() -> None:
    found = [part for part in parts((DATA / "slides.ppt").read_bytes()) if isinstance(part, Segment)]
    slides = {part.locator.slide: part for part in found if part.locator.part is None}
    assert slides[1].text == "第1页 机密★10年"
    assert not slides[1].hidden
    assert slides[2].hidden
    notes = {part.locator.slide: part.text for part in found if part.locator.part == "notes"}
    assert notes == {1: "备注1不要外传", 2: "备注2不要外传"}


def test_powerpoint_slide_of_an_earlier_saving_is_hidden() -> None:
    ole = Ole((DATA / "slides.ppt").read_bytes())
    text = "以前的内容".encode("utf-16-le")
    atom = struct.pack("<HHI", 0, 0xFA0, len(text)) + text
    stale = struct.pack("<HHI", 0xF, 0x3EE, len(atom)) + atom
    streams = {name: ole.read(*name) for name in ole.names}
    streams["PowerPoint Document",] += stale
    found = [part for part in parts(write(streams)) if isinstance(part, Segment) and "以前的内容" in part.text]
    assert [(part.hidden, part.locator.part) for part in found] == [(True, "earlier revision")]


def test_powerpoint_embedded_object_is_unpacked() -> None:
    inner = write({("Notes",): "嵌入的文字内容".encode("utf-16-le")})
    packed = struct.pack("<I", len(inner)) + zlib.compress(inner)
    record = struct.pack("<HHI", 0x10, 0x1011, len(packed)) + packed
    data = write({("PowerPoint Document",): record, ("Current User",): bytes(20)})
    assert list(items(data).values()) == [inner]


def test_message_people_body_and_attachments() -> None:
    streams = properties(0x37, "关于通知") | {
        ("__substg1.0_1000001F",): "正文 机密★10年".encode("utf-16-le"),
        ("__substg1.0_0C1A001E",): "张三".encode("gb18030"),
        ("__substg1.0_10130102",): "<p>网页正文</p>".encode(),
        ("__recip_version1.0_#00000000", "__substg1.0_3003001F"): "bob@example.com".encode("utf-16-le"),
        ("__attach_version1.0_#00000000", "__substg1.0_3707001F"): "名单.txt".encode("utf-16-le"),
        ("__attach_version1.0_#00000000", "__substg1.0_37010102"): b"content",
    }
    row = struct.pack("<IIQ", 0x3FFD0003, 6, 936)
    streams["__properties_version1.0",] = bytes(32) + row
    data = write(streams)
    shown = texts(data, hidden=False)
    assert all(text in shown for text in ("Subject: 关于通知", "From: 张三", "bob@example.com", "正文 机密★10年"))
    assert items(data) == {"body.html": "<p>网页正文</p>".encode(), "名单.txt": b"content"}


def test_message_attached_to_a_message_is_a_message() -> None:
    place = ("__attach_version1.0_#00000000", "__substg1.0_3701000D")
    inner = {
        (*place, "__properties_version1.0"): bytes(24),
        (*place, "__substg1.0_0037001F"): "内层".encode("utf-16-le"),
    }
    (attached,) = items(write(properties(0x37, "外层") | inner)).values()
    assert "Subject: 内层" in texts(attached, hidden=False)


def test_compressed_rtf_of_the_specification() -> None:
    """The two examples of MS-OXRTFCP 4."""
    simple = "2d0000002b0000004c5a4675f1c5c7a703000a007263706731323542320af32068656c090020627705b06c647d0a800fa0"
    assert _lzfu.unpacked(bytes.fromhex(simple)) == b"{\\rtf1\\ansi\\ansicpg1252\\pard hello world}\r\n"
    crossing = "1a0000001c0000004c5a4675e2d44b51410004205758595a0d6e7d010eb0"
    assert _lzfu.unpacked(bytes.fromhex(crossing)) == b"{\\rtf1 WXYZWXYZWXYZWXYZWXYZ}"


def test_compound_file_reads_back_what_was_written() -> None:
    rng = random.Random(5)
    streams: dict[tuple[str, ...], bytes] = {
        (f"s{at % 5}", f"stream {at}"): rng.randbytes(rng.choice((0, 1, 63, 64, 4095, 4096, 9000))) for at in range(120)
    }
    data = write(streams)
    assert {name: Ole(data).read(*name) for name in Ole(data).names} == streams
    with olefile.OleFileIO(io.BytesIO(data)) as other:
        assert {tuple(name) for name in other.listdir()} == set(streams)
        assert all(other.openstream(list(name)).read() == content for name, content in streams.items())


def test_cut_off_compound_file_gives_what_is_left() -> None:
    data = write({("first",): b"a" * 5000, ("second",): b"b" * 5000})
    whole = Ole(data)
    assert not whole.damaged
    table = 512 * (1 + struct.unpack_from("<I", data, 76)[0])
    cut = Ole(data[:table])
    assert cut.read("first") == b"a" * 5000
    assert cut.damaged


def test_stream_that_no_directory_leads_to_is_found() -> None:
    data = bytearray(write({("a",): b"x" * 10, ("lost one",): "不在目录里的文字".encode("utf-16-le")}))
    directory = 512 * (1 + struct.unpack_from("<I", data, 48)[0])
    for entry in range(4):
        struct.pack_into("<II", data, directory + 128 * entry + 68, 0xFFFFFFFF, 0xFFFFFFFF)
    assert any(name[0] == LOST for name in Ole(bytes(data)).names)
    assert "不在目录里的文字" in texts(bytes(data), hidden=True)


def test_packed_file_has_its_own_name() -> None:
    body = struct.pack("<H", 2) + "名单.txt".encode("gb18030") + b"\0C:\\list.txt\0" + bytes(4)
    body += struct.pack("<I", 4) + b"C:\\\0" + struct.pack("<I", 7) + b"content"
    data = write({("Obj", "\x01Ole10Native"): struct.pack("<I", len(body)) + body})
    assert items(data) == {"名单.txt": b"content"}


def test_picture_in_a_document_is_an_item() -> None:
    picture = b"\x89PNG\r\n\x1a\n" + bytes(40)
    body = bytes(17) + picture
    stream = b"junk" + struct.pack("<HHI", 0x6E0 << 4, 0xF01E, len(body)) + body
    (found,) = _art.pictures(stream, "doc")
    assert found.open().read() == picture


def test_word_art_is_text() -> None:
    text = "机密水印\0".encode("utf-16-le")
    body = struct.pack("<HI", 0x80C0 | 0x4000, len(text)) + text
    assert list(_art.texts(0xF00B, 1, body)) == [("word art", "机密水印")]


def test_custom_properties_and_labels() -> None:
    key, value = b"MSIP_Label_1_Name\0", b"Confidential\0"
    names = struct.pack("<III", 1, 2, len(key)) + key
    names += bytes(-len(names) % 4)
    entry = struct.pack("<II", 0x1E, len(value)) + value
    section = struct.pack("<II", 0, 2) + struct.pack("<IIII", 0, 24, 2, 24 + len(names)) + names + entry
    data = struct.pack("<HHI16sI", 0xFFFE, 0, 0, bytes(16), 1) + bytes(16) + struct.pack("<I", 48) + section
    assert list(_properties.properties(data)) == [("MSIP_Label_1_Name", "Confidential")]


def test_macro_source_is_unpacked() -> None:
    source = b'Attribute VB_Name = "M"\r\nConst Password = "Secret-1"\r\n'
    chunk = b"".join(b"\0" + source[at : at + 8] for at in range(0, len(source), 8))
    module = b"\x01" + struct.pack("<H", 0xB000 | (len(chunk) - 1)) + chunk
    ole = Ole(write({("Macros", "VBA", "M"): b"noise" + module}))
    assert ["Password" in part.text for part in _vba.segments(ole)] == [True]


def test_strings_in_bytes_are_found_in_every_encoding() -> None:
    noise = random.Random(3).randbytes(300)
    texts_ = {
        "utf-16-le": "这是一份内部资料，不要外传",
        "gb18030": "这是一份内部资料，不要外传",
        "utf-8": "这是一份内部资料，不要外传",
        "ascii": "password = Secret-1",
    }
    for codec, text in texts_.items():
        found = "\n".join(run for _, run in _sweep.runs(noise + b"\0" + text.encode(codec) + b"\0\0" + noise))
        assert text in found, codec


def test_random_bytes_hold_no_text() -> None:
    found = "".join(run for _, run in _sweep.runs(random.Random(9).randbytes(200_000)))
    assert len(found) < 2000


def test_empty_compound_file_is_not_silent() -> None:
    with pytest.raises(NoText):
        list(registry.extractors()["application/x-ole-storage"].segments(
            Blob.of_bytes(write({("a",): b"\0" * 20}), Limits()), Settings()
        ))  # fmt: skip


def test_new_workbook_is_not_taken_for_an_old_one(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "new.xlsx"))
    book.add_worksheet().write(0, 0, "text")
    book.close()
    blob = Blob.of_bytes((tmp_path / "new.xlsx").read_bytes(), Limits())
    assert registry.sniffer().media_type(blob) != "application/vnd.ms-excel"
