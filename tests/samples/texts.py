"""One small document of each text-like format: (name, media type, content)."""

from __future__ import annotations

import base64
from collections.abc import Iterator

LINE = "密级:机密★10年,联系人 Alice,电话 13812345678\n"


def samples() -> Iterator[tuple[str, str, bytes]]:
    yield "note.txt", "text/plain", (LINE * 5).encode("gb18030")
    yield "wide.txt", "text/plain", (LINE * 5).encode("utf-16-le")
    yield "page.html", "text/html", f"<!doctype html><title>x</title><p title='y'>{LINE}<!-- z --></p>".encode()
    yield "data.xml", "application/xml", f"<?xml version='1.0'?><a><b c='d'>{LINE}</b></a>".encode()
    yield "doc.rtf", "application/rtf", rtf(LINE)
    yield "mail.eml", "message/rfc822", mail(LINE)
    yield "thing.bin", "application/octet-stream", b"\x01\x02\x03\x00\x10" * 40 + LINE.encode() + b"\x00\x05\x06" * 40


def rtf(text: str) -> bytes:
    words = "".join(f"\\u{ord(char)}?" if ord(char) > 127 else char for char in text.replace("\n", "\\par "))
    return ("{\\rtf1\\ansi\\ansicpg936{\\fonttbl{\\f0\\fcharset134 SimSun;}}\\f0 " + words + "}").encode("ascii")


def mail(text: str) -> bytes:
    body = base64.encodebytes(text.encode("gb18030"))
    return (
        b"From: Alice <alice@example.org>\r\nTo: Bob <bob@example.org>\r\nSubject: =?utf-8?b?5py65a+G?=\r\n"
        b'Content-Type: multipart/mixed; boundary="edge"\r\n\r\n--edge\r\nContent-Type: text/plain; charset=gb2312\r\n'
        b"Content-Transfer-Encoding: base64\r\n\r\n" + body + b"--edge\r\nContent-Type: application/octet-stream\r\n"
        b'Content-Disposition: attachment; filename="a.bin"\r\nContent-Transfer-Encoding: base64\r\n\r\nAAEC\r\n--edge--\r\n'
    )
