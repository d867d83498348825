"""Plain text, markup, RTF, mail and unknown bytes: what a reader sees, what is hidden, what is embedded."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shoumi.engine import examine, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.extractors import html, mail, plain, programs, rtf, unknown
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

CHINESE = "严禁在联网计算机上处理涉密文件,密级:机密★10年。\n"
SNIFFER = sniff.Sniffer(
    [html.PLUGIN, mail.PLUGIN, plain.PLUGIN, programs.PLUGIN, rtf.PLUGIN, unknown.PLUGIN],
)


class Read:
    """Everything an extractor says about some bytes."""

    def __init__(self, plugin: Any, data: bytes, **limits: int) -> None:
        blob = Blob.of_bytes(data, Limits(**limits))
        self.error: Unexamined | None = None
        self.found: list[Any] = []
        try:
            self.found.extend(plugin.segments(blob, Settings(limits=blob.limits)))
        except Unexamined as error:
            self.error = error
        segments = [part for part in self.found if isinstance(part, Segment)]
        self.parts = {part.locator.part: part for part in segments}
        self.text = segments[0].text if segments else ""
        self.items = {part.path: part.open().read() for part in self.found if isinstance(part, Item)}
        self.gaps = [part for part in self.found if isinstance(part, Gap)]


def kind(data: bytes) -> str:
    return SNIFFER.media_type(Blob.of_bytes(data, Limits()))


def test_plain_text_is_one_segment_with_its_newlines() -> None:
    read = Read(plain.PLUGIN, b"\xef\xbb\xbf" + "甲\r\n乙\n".encode())
    assert [part.text for part in read.found] == ["甲\r\n乙\n"]


def test_a_log_in_two_encodings() -> None:
    data = CHINESE.encode() * 3 + CHINESE.encode("gbk") * 3 + b"plain\n" + CHINESE.encode()
    assert Read(plain.PLUGIN, data).text == CHINESE * 6 + "plain\n" + CHINESE


def test_another_encoding_after_a_long_ascii_head() -> None:
    data = b"GET / HTTP/1.1\n" * 8000 + CHINESE.encode("gb18030")
    assert Read(plain.PLUGIN, data).text.endswith(CHINESE)
    assert Read(plain.PLUGIN, data, block_bytes=4096).found[-1].text.endswith(CHINESE)


def test_escaped_json() -> None:
    read = Read(plain.PLUGIN, json.dumps({"标题": "机密★10年 𠮷"}).encode())
    assert "机密★10年 𠮷" in read.parts["unescaped"].text


def test_page() -> None:
    page = """<!DOCTYPE html><html><head><title>题 &amp; 目</title><style>.a{}</style></head><body>
    <p>机<b>密</b><!-- 注 -->★10年</p><div style="display:none">藏<div>x</div></div>
    <table><tr><td>姓名</td><td>Alice</td></tr><tr><td>电话<td>138</table><a title="t > u" href="mailto:a@b.c">链</a>
    <img alt="图" src="data:text/plain;base64,aGVsbG8gd29ybGQgaGVsbG8gd29ybGQ="><script>var k = "<b>key";</script>
    <pre>一
二</pre>&#x673a;&#23494; 1 < 2</body></html>"""
    read = Read(html.PLUGIN, page.encode())
    assert kind(page.encode()) == "text/html"
    for seen in ("题 & 目\n", "机密★10年", "姓名\tAlice\n", "电话\t138", "图", "一\n二", "机密 1 < 2"):
        assert seen in read.text
    assert "藏" not in read.text
    assert read.parts["hidden"].hidden
    assert "藏" in read.parts["hidden"].text
    assert "t > u" in read.parts["attribute"].text
    assert "mailto:a@b.c" in read.parts["attribute"].text
    assert "注" in read.parts["comment"].text
    assert '"<b>key"' in read.parts["script"].text
    assert list(read.items.values()) == [b"hello world hello world"]


@pytest.mark.parametrize("codec", ["gbk", "utf-8", "utf-16", "utf-16-le"])
def test_page_in_any_encoding(codec: str) -> None:
    data = f"<html><head><meta charset=iso-8859-1></head><body>{CHINESE}</body></html>".encode(codec)
    assert kind(data) == "text/html"
    assert Read(html.PLUGIN, data).text == CHINESE.strip()


def test_xml_families() -> None:
    word = "<?xml version='1.0'?><w:p><w:r><w:rPr><w:b/></w:rPr><w:t>机</w:t></w:r><w:r><w:t>密</w:t></w:r></w:p>"
    assert Read(html.PLUGIN, word.encode()).text == "机密"
    flat = "<?xml version='1.0'?><office:text><text:p>机<text:span>密</text:span></text:p><text:p>乙</text:p></office:text>"
    assert Read(html.PLUGIN, flat.encode()).text == "机密\n乙"
    rows = "<rows><row id='7'><name>Alice</name><phone>138</phone><![CDATA[a < b]]></row></rows>"
    read = Read(html.PLUGIN, rows.encode())
    assert kind(rows.encode()) == "application/xml"
    assert read.text == "Alice\n138\na < b"
    assert read.parts["attribute"].text == "7"


def test_entities_are_never_expanded() -> None:
    bomb = '<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "机密机密机密机密">' + "".join(
        f'<!ENTITY l{n} "{"&b;" * 10}">' for n in range(9)
    )
    read = Read(html.PLUGIN, (bomb + "]><a>&l8;x</a>").encode())
    assert "x" in read.text
    assert len(read.text) < 100
    assert "机密" in read.parts["comment"].text


@pytest.mark.parametrize(
    "junk",
    ["<div>" * 200_000, "<!--" * 100_000, '<a ="' * 100_000, "<![CDATA[" * 50_000, "<script>" * 50_000, "<!a[" * 100_000,
     '<div hidden>' * 50_000, "<a" + '="<b"' * 20_000, "&" * 300_000, "\t" * 300_000, "<" * 300_000],
    ids=range(11),
)  # fmt: skip
def test_hostile_markup_is_read_to_the_end(junk: str) -> None:
    read = Read(html.PLUGIN, f"<html>{junk}<p>END".encode())
    assert "END" in "".join(part.text for part in read.found if isinstance(part, Segment))


@pytest.mark.parametrize("text", ["<alice@example.org> wrote: hi", "<?php echo 1; ?>", "a < b", "From: a note\nhello"])
def test_text_that_only_begins_like_something(text: str) -> None:
    assert kind(text.encode()) == "text/plain"


def test_rtf() -> None:
    picture = (b"\x89PNG" + b"x" * 60).hex()
    source = (
        r"{\rtf1\ansi\ansicpg936{\fonttbl{\f0\fcharset134 \'cb\'ce\'cc\'e5;}}{\info{\title \'bb\'fa\'c3\'dc}}\f0 "
        r"\'bb\'fa{\b\'c3\'dc}\u9733?10\'c4\'ea\par \u-10179?\u-8274? {\v hidden}seen\cell x\row"
        r"{\*\annotation \'c5\'fa\'d7\'a2}{\header top}{\field{\*\fldinst HYPERLINK x}{\fldrslt link}}"
        rf"{{\*\shppict{{\pict\pngblip {picture}}}}}{{\*\odd strange}}\bin5 }}}}}}}}}} tail}}"
    ).encode("latin-1")
    read = Read(rtf.PLUGIN, source)
    assert kind(source) == "application/rtf"
    assert read.text.startswith("机密★10年\n🞮 seen\tx\n")
    assert read.text.rstrip().endswith("tail")
    assert {name: part.text.strip() for name, part in read.parts.items() if name} == {
        "properties": "机密",
        "hidden": "hidden",
        "annotation": "批注",
        "header": "top",
        "field": "HYPERLINK x",
        "other": "strange",
    }
    assert [data[:4] for data in read.items.values()] == [b"\x89PNG"]


def test_mail() -> None:
    data = (
        b"Received: from x\r\nFrom: =?gb2312?B?1cXI/Q==?= <a@example.org>\r\nSubject: \xbb\xfa\xc3\xdc\xce\xc4\xbc\xfe\r\n"
        b"X-Protective-Marking: SEC=PROTECTED\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n"
        b"--b\r\nContent-Type: text/plain; charset=x-unheard-of\r\n\r\n" + CHINESE.encode("gbk") + b"\r\n"
        b"--b\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>x</p>\r\n"
        b"--b\r\nContent-Type: application/pdf; name*0*=utf-8''%E6%9C%BA; name*1*=%E5%AF%86.pdf\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\nSGVs!!bG8\r\n"
        b'--b\r\nContent-Type: application/x; name="\xb8\xbd\xbc\xfe.doc"\r\n\r\nraw\r\n'
        b"--b\r\nContent-Type: message/rfc822\r\n\r\nFrom: b\r\nTo: c\r\n\r\ninner\r\n"
        b"--b\r\nContent-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nMII"
    )
    read = Read(mail.PLUGIN, data)
    assert kind(data) == "message/rfc822"
    assert "From: 张三 <a@example.org>\nSubject: 机密文件\nX-Protective-Marking: SEC=PROTECTED" in read.text
    assert any(part.text.strip() == CHINESE.strip() for part in read.parts.values())
    assert read.items["机密.pdf"] == b"Hello"
    assert read.items["附件.doc"] == b"raw\r\n"
    assert b"<p>x</p>" in read.items["part-2.html"]
    assert any(name.endswith(".eml") and b"inner" in content for name, content in read.items.items())
    assert [gap.reason for gap in read.gaps] == ["encrypted"]


def test_mail_keeps_lines_that_are_no_headers() -> None:
    assert "机密 line" in Read(mail.PLUGIN, "From: a\nTo: b\n机密 line\n\nbody".encode()).text


def test_unknown_bytes_are_searched_and_leave_a_gap() -> None:
    for codec in ("utf-8", "gb18030", "utf-16-le", "utf-16-be"):
        read = Read(unknown.PLUGIN, b"\x01\x02\x00\xff" * 9 + CHINESE.encode(codec) + b"\x00\xfe\x01" * 9)
        assert any(CHINESE.strip() in part.text for part in read.found)
        assert read.error is not None
        assert read.error.reason == "unsupported"


def test_programs_and_media_are_skipped() -> None:
    pe = b"MZ" + bytes(58) + (64).to_bytes(4, "little") + b"PE\0\0"
    for data in (
        pe,
        b"\x7fELF\x02\x01\x01",
        b"\0\0\0\x18ftypisom\0\0",
        b"ID3\x03\0",
        b"wOF2\0\x01\0\0",
        b"\xa7\r\r\n\0\0\0\0",
    ):
        assert examine.SKIPPED.fullmatch(kind(data)), data
    assert kind(b"MZ is how programs begin") == "text/plain"
    assert kind(b"MZ" + bytes(range(40))) == "application/octet-stream"
