"""What a large public collection of office files brought to light: each with a file made here that shows the same."""

from __future__ import annotations

import struct
from typing import Any

import pytest
from tests.samples import office

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _worksheet
from shoumi.engine.extractors._ole import Ole
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.extractors.msg import _Store
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Segment


def extract(data: bytes) -> list[Any]:
    blob = Blob.of_bytes(data, Limits())
    return list(registry.extractors()[registry.sniffer().media_type(blob)].segments(blob, Settings(ocr="off")))


def texts(data: bytes) -> str:
    return "\n".join(part.text for part in extract(data) if isinstance(part, Segment))


@pytest.mark.parametrize(
    ("font", "shown"),
    [
        (rb"{\f1 Arial Greek;}", "ΑΒΓΔ"),
        (rb"{\f1 Arial (Hebrew);}", "ֱֲֳִ"),
        (rb"{\f1\fcharset161 Arial;}", "ΑΒΓΔ"),
        (rb"{\f1\cpg1253 Arial;}", "ΑΒΓΔ"),
        (rb"{\f1 Arial Cyr;}", "БВГД"),
    ],
)
def test_rtf_fonts_that_name_their_code_page(font: bytes, shown: str) -> None:
    """Bytes of such fonts were taken for Chinese, or for Western letters."""
    assert shown in texts(rb"{\rtf\ansi{\fonttbl" + font + rb"}\f1 \'c1\'c2\'c3\'c4\'c1\par}")


def test_rtf_chinese_without_a_charset_is_still_read() -> None:
    body = "".join(rf"\'{byte:02x}" for byte in "机密★10年".encode("gb18030"))
    assert "机密★10年" in texts(rb"{\rtf\ansi{\fonttbl{\f0 Arial;}}\f0 " + body.encode() + rb"\par}")


def test_a_shared_string_that_many_cells_repeat_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """A workbook of 100 kB stood for terabytes of text."""
    monkeypatch.setattr(_worksheet, "_AGAIN", 5000)
    cells = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 200))
    strings = f'<sst xmlns="{office.S}"><si><t>{"long " * 200}</t></si></sst>'
    found = texts(office.xlsx(("表", "", office.sheet(cells)), sharedStrings_xml=strings))
    assert found.count("long " * 200) > 3
    assert len(found) < 60_000


def test_the_recipients_of_a_message_do_not_look_through_one_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message to thousands took minutes."""
    people = {(f"__recip_version1.0_#{n:08X}", "__substg1.0_3001001F"): "王小明".encode("utf-16-le") for n in range(9)}
    ole = Ole(write(people))
    monkeypatch.setattr(Ole, "names", property(lambda _: pytest.fail("all streams for one recipient")))
    assert {_Store(ole, place).text(0x3001) for place in ole.storages} == {"王小明"}


def emf(*pieces: tuple[str, int, int], extra: bytes = b"") -> bytes:
    """A metafile with each text at (x, y), letters 10 wide."""
    records = b""
    for text, x, y in pieces:
        raw = text.encode("utf-16-le")
        steps = b"".join(struct.pack("<i", 10) for _ in text)
        body = struct.pack("<16xI8xiiIII16xI", 2, x, y, len(text), 76, 0, 76 + len(raw)) + raw + steps
        records += struct.pack("<II", 84, 8 + len(body)) + body
    header = struct.pack("<II32x4sI", 1, 108, b" EMF", 0x10000)
    return header.ljust(108, b"\0") + records + extra + struct.pack("<II12x", 14, 20)


def test_letters_that_stand_alone_in_a_metafile_are_words_again() -> None:
    """Drawings in office files were an unknown format in which only whole strings were found."""
    data = emf(("机", 0, 5), ("密", 10, 5), ("★10年", 20, 5), ("编号", 75, 5), ("第二行", 0, 30))
    assert texts(data) == "机密★10年 编号\n第二行"


def test_metafiles_of_old_programs_have_code_pages() -> None:
    mark = "机密★10年".encode("gb18030")
    font = struct.pack("<IH13xB32x", 26, 0x02FB, 134)
    text = struct.pack("<hhHH", 0, 0, len(mark), 0) + mark + b"\0" * (len(mark) % 2)
    record = struct.pack("<IH", 3 + len(text) // 2, 0x0A32) + text
    data = struct.pack("<HHHIHIH", 1, 9, 0x300, 100, 1, 50, 0) + font + record + struct.pack("<IH", 3, 0)
    assert texts(data) == "机密★10年"
    assert texts(b"\xd7\xcd\xc6\x9a" + bytes(18) + data) == "机密★10年"


def test_pictures_and_comments_in_metafiles_are_looked_at() -> None:
    dib = struct.pack("<IiiHHIIiiII", 40, 32, 32, 1, 24, 0, 3072, 0, 0, 0, 0)
    record = struct.pack("<16x24xIIII16x", 80, 40, 120, 3072) + dib + bytes(3072)
    comment = "not of this format: 绝密".encode()
    more = (
        struct.pack("<II", 81, 8 + len(record))
        + record
        + struct.pack("<III", 70, 12 + len(comment), len(comment))
        + comment
    )
    found = extract(emf(("表", 0, 0), extra=more))
    assert [type(part).__name__ for part in found] == ["Segment", "Item", "Raw"]
    with found[1].open() as stream:
        assert stream.read(2) == b"BM"


def test_a_large_drawing_without_text_is_said_to_hold_none() -> None:
    with pytest.raises(NoText):
        extract(emf(extra=struct.pack("<II8x", 27, 16) * 400))


def test_mail_below_many_lines_of_a_gateway_is_a_mail() -> None:
    """A gateway's fifty lines stood above the first header that everybody knows: its attachments were not opened."""
    head = "".join(f"X-Gateway-Result-{n}: =?us-ascii?q?abc?=\n =?us-ascii?q?def?=\n" for n in range(40))
    mail = f"Received: from a\n{head}Subject: =?utf-8?b?5py65a+G?=\nFrom: a@example.org\n\nbody\n"
    assert "机密" in texts(mail.encode())
    assert "body" in texts(b"Content-Type: multipart/mixed; boundary=A\n\n--A\n\nbody\n--A--\n")


def test_a_pdf_without_its_first_line_is_salvaged() -> None:
    page = b"1 0 obj\n<</Length 44>>\nstream\nBT /F1 12 Tf 10 10 Td (TOP SECRET) Tj ET      \nendstream\nendobj\n"
    blob = Blob.of_bytes(b"%\xe2\xe3\xcf\xd3\n" + page, Limits())
    assert registry.sniffer().media_type(blob) == "application/pdf"


@pytest.mark.parametrize("head", [b"\x9b\xa5\x21\0", b"\xdb\xa5\x2d\0"])
def test_the_first_words_for_windows_are_read_in_their_code_page(head: bytes) -> None:
    """Files of Word 1 and 2 were of an unknown format, and lost every letter beyond ASCII."""
    text = "绝密★启用前\r第二段 \x13 PAGE \x14 7\x15".encode("gb18030")
    data = head + struct.pack("<2xH16xII", 0x804, 384, 384 + len(text)) + bytes(352) + text + b"author: Bob"
    assert extract(data)[0].text == "绝密★启用前\n第二段  7"


def test_word_6_of_a_macintosh() -> None:
    text = "système à l’été".encode("mac-roman")
    main = bytearray(struct.pack("<HH2xH", 0xA5DC, 0x68, 0x40C).ljust(768, b"\0"))
    main[18] = 1
    struct.pack_into("<II", main, 24, 768, 768 + len(text))
    struct.pack_into("<I", main, 0x34, len(text))
    assert "système à l’été" in texts(write({("WordDocument",): bytes(main) + text}))


def test_odf_whose_macros_alone_are_locked_is_read() -> None:
    """One locked part made the whole document unread, and a manifest could claim as much of any part."""
    locked = '<m:file-entry m:full-path="{}"><m:encryption-data m:checksum=""/></m:file-entry>'
    manifest = f'<m:manifest xmlns:m="m">{locked.format("Basic/A/B.xml")}{locked.format("content.xml")}</m:manifest>'
    parts = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": '<o:text xmlns:o="o" xmlns:t="t"><t:p>机密★10年</t:p></o:text>',
        "META-INF/manifest.xml": manifest,
        "Basic/A/B.xml": bytes(range(128, 256)),
    }
    gap, *found = extract(office.package(parts, stored=True))
    assert (gap.reason, gap.detail) == ("encrypted", "1 parts need a password, such as Basic/A/B.xml")
    assert "机密★10年" in [part.text for part in found]


def test_parts_of_a_formula_do_not_run_together() -> None:
    """One third was read as 13."""
    maths = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    run = "<m:r><m:t>{}</m:t></m:r>"
    third = f"<m:f><m:num>{run.format(1)}</m:num><m:den>{run.format(3)}</m:den></m:f>"
    power = f"<m:sSup><m:e>{run.format('x')}</m:e><m:sup>{run.format(2)}</m:sup></m:sSup>"
    body = f'<w:p><m:oMath xmlns:m="{maths}">{third}{power}</m:oMath></w:p>'
    assert texts(office.docx(body)).startswith("1 3 x 2")


def test_metafiles_of_libreoffice_are_drawings() -> None:
    """The pictures that stand for embedded objects in OpenDocument files were an unknown format."""
    text = "机密★10年"
    body = struct.pack("<iiH1sHHiiH", 5, 6, 1, b"?", 0, len(text), 1, 7, len(text)) + text.encode("utf-16-le")
    actions = struct.pack("<HHI", 114, 2, len(body)) + body + struct.pack("<HHI", 139, 1, 0)
    data = b"VCLMTF" + struct.pack("<HIIHI", 1, 49, 0, 1, 27) + bytes(27) + struct.pack("<iiI", 9, 9, 2) + actions
    assert texts(data) == text


def test_rtf_that_is_cut_or_empty_says_so() -> None:
    """Both ended in silence."""
    cut = extract(rb"{\rtf1\ansi some words and th")
    assert [part.detail for part in cut if isinstance(part, Gap)] == ["the end of the document is missing"]
    with pytest.raises(NoText):
        extract(rb"{\rtf1\ansi\par}")


def test_a_drawing_that_breaks_off_says_so() -> None:
    letters = "机密".encode("utf-16-le")
    text = struct.pack("<II16xIfIiiIII16xI", 84, 80, 1, 1.0, 0, 5, 5, 2, 76, 0, 0)[:76] + letters
    drawn = struct.pack("<II32x", 1, 88) + b" EMF" + bytes(44) + text
    end = struct.pack("<IIIII", 14, 20, 0, 0, 20)
    for data, gaps in ((drawn + end, []), (drawn, ["corrupt"])):
        found = extract(data)
        assert [part.reason for part in found if isinstance(part, Gap)] == gaps
        assert [part.text for part in found if isinstance(part, Segment)] == ["机密"]
