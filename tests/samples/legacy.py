"""Old Office files, messages and other compound files, OFD, databases, property lists."""

from __future__ import annotations

import io
import plistlib
import sqlite3
import struct
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path

from shoumi.engine.extractors._olewrite import write

FOLDER = Path(__file__).parents[1] / "data" / "legacy"
MARK = "机密★10年"
NAMESPACE = 'xmlns:ofd="http://www.ofdspec.org/2016"'


def message(properties: dict[int, str | bytes], **storages: dict[int, str | bytes]) -> bytes:
    """Return an Outlook message with Unicode and binary properties, and storages such as attachments."""
    return write(_streams(properties, (), 32) | _below(storages))


def _streams(properties: dict[int, str | bytes], at: tuple[str, ...], header: int) -> dict[tuple[str, ...], bytes]:
    found = {(*at, "__properties_version1.0"): bytes(header)}
    for tag, value in properties.items():
        kind, raw = ("001F", value.encode("utf-16-le")) if isinstance(value, str) else ("0102", value)
        found[*at, f"__substg1.0_{tag:04X}{kind}"] = raw
    return found


def _below(storages: dict[str, dict[int, str | bytes]]) -> dict[tuple[str, ...], bytes]:
    found: dict[tuple[str, ...], bytes] = {}
    for name, properties in storages.items():
        found |= _streams(properties, (f"__{name}_version1.0_#00000000",), 8)
    return found


def word6(text: str, language: int = 0x804, codec: str = "gb18030") -> bytes:
    """Return a Word 6 document: the text stands in one piece behind its header, in a code page."""
    raw = text.replace("\n", "\r").encode(codec)
    header = bytearray(0x300)
    struct.pack_into("<HH2xH", header, 0, 0xA5DC, 0x65, language)
    struct.pack_into("<II", header, 0x18, 0x300, 0x300 + len(raw))
    struct.pack_into("<I", header, 0x34, len(raw))
    return write({("WordDocument",): bytes(header) + raw + bytes(4096)})


def ofd(pages: list[str], extra: dict[str, bytes] | None = None) -> bytes:
    """Return an OFD document; each page is the XML of its layer."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        info = (
            f"<ofd:DocInfo><ofd:Title>{MARK}标题</ofd:Title></ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot>"
        )
        archive.writestr("OFD.xml", f"<ofd:OFD {NAMESPACE}><ofd:DocBody>{info}</ofd:DocBody></ofd:OFD>")
        places = "".join(f'<ofd:Page ID="{at}" BaseLoc="Pages/P{at}/Content.xml"/>' for at in range(len(pages)))
        archive.writestr(
            "Doc_0/Document.xml", f"<ofd:Document {NAMESPACE}><ofd:Pages>{places}</ofd:Pages></ofd:Document>"
        )
        for at, page in enumerate(pages):
            content = f"<ofd:Content><ofd:Layer>{page}</ofd:Layer></ofd:Content>"
            archive.writestr(f"Doc_0/Pages/P{at}/Content.xml", f"<ofd:Page {NAMESPACE}>{content}</ofd:Page>")
        for name, data in (extra or {}).items():
            archive.writestr(name, data)
    return out.getvalue()


def run(text: str, x: float, y: float, size: float = 5, more: str = "") -> str:
    """Return a text object of an OFD page."""
    box = f'Boundary="{x} {y} {size} {size}" Size="{size}"'
    return f'<ofd:TextObject ID="1" {box} {more}><ofd:TextCode X="0" Y="4">{text}</ofd:TextCode></ofd:TextObject>'


def database() -> bytes:
    connection = sqlite3.connect(":memory:")
    connection.execute("create table people (name text, number text)")
    connection.executemany("insert into people values (?, ?)", [("Alice", MARK), ("Bob", "11010519491231002X")])
    connection.commit()
    return connection.serialize()


def log() -> bytes:
    """Return a write-ahead log that holds what its database does not."""
    with tempfile.TemporaryDirectory() as folder:
        connection = sqlite3.connect(Path(folder) / "a.db")
        connection.execute("pragma journal_mode = wal")
        connection.execute("create table people (name text, number text)")
        connection.execute("insert into people values ('Alice', ?)", (MARK,))
        connection.commit()
        data = (Path(folder) / "a.db-wal").read_bytes()
        connection.close()
    return data


def samples() -> Iterator[tuple[str, str, bytes]]:
    yield "Word 97", "application/msword", (FOLDER / "text.doc").read_bytes()
    yield "Word 6", "application/msword", word6(f"{MARK}\n关于经费安排的通知")
    yield "Excel 97", "application/vnd.ms-excel", (FOLDER / "sheets.xls").read_bytes()
    yield "PowerPoint 97", "application/vnd.ms-powerpoint", (FOLDER / "slides.ppt").read_bytes()
    yield "message", "application/vnd.ms-outlook", message({0x37: "通知", 0x1000: f"{MARK}\n正文"})
    yield (
        "other compound file",
        "application/x-ole-storage",
        write({("Notes",): f"    {MARK}之外".encode("utf-16-le")}),
    )
    yield "OFD", "application/ofd", ofd([run(MARK, 20, 30), run("第二页", 20, 30)])
    yield "SQLite", "application/vnd.sqlite3", database()
    yield "SQLite's log", "application/vnd.sqlite3-wal", log()
    yield "property list", "application/x-bplist", plistlib.dumps({"名称": [MARK, "Alice"]}, fmt=plistlib.FMT_BINARY)
