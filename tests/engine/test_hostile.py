"""Damaged and hostile files through the whole path: every one ends as a result or a Gap, none ends the scan."""

from __future__ import annotations

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.demo import formats
from shoumi.engine.home import Home
from shoumi.engine.limits import MIB, Limits
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Match
from shoumi.engine.worker import Pool

LINES = ["机密★10年", "关于工作安排的报告", *(f"第{n}项 按计划完成，责任人已经落实。" for n in range(60))]
SOUND: dict[str, Callable[[], bytes]] = {
    "docx": lambda: formats.docx(LINES),
    "pptx": lambda: formats.pptx([LINES[:2], LINES[2:]]),
    "xlsx": lambda: formats.xlsx({"一": [[line] for line in LINES]}),
    "odt": lambda: formats.odt(LINES),
    "pdf": lambda: formats.pdf([LINES[:30], LINES[30:]]),
    "zip": lambda: formats.archive({"a.txt": "\n".join(LINES).encode(), "b.docx": formats.docx(LINES)}),
    "tar.gz": lambda: formats.tarball({"a.txt": "\n".join(LINES).encode()}),
    "tar.xz": lambda: formats.tarball({"a.txt": "\n".join(LINES).encode()}, "xz"),
    "tar.bz2": lambda: formats.tarball({"a.txt": "\n".join(LINES).encode()}, "bz2"),
    "eml": lambda: formats.mail(
        "通知", "见附件", sender="a@b.example", to="c@d.example", files={"a.docx": formats.docx(LINES)}
    ),
}


def inspect(folder: Path, home: Path, **limits: float) -> list[Match | Gap]:
    settings = Settings(packs=("cn",), limits=Limits(**limits))  # type: ignore[arg-type]
    return list(Scan((str(folder),), settings=settings, home=Home(home)))


def seen(events: list[Match | Gap]) -> dict[str, set[str]]:
    """Return for each outermost file what was said of it."""
    said: dict[str, set[str]] = {}
    for event in events:
        what = event.reason if isinstance(event, Gap) else event.category
        said.setdefault(Path(event.trail.steps[0].name).name, set()).add(what)
    return said


def test_five_hundred_damaged_files(tmp_path: Path) -> None:
    draw = random.Random(7)
    folder = tmp_path / "damaged"
    folder.mkdir()
    for form, make in SOUND.items():
        data = make()
        for number in range(25):
            cut = draw.randint(40, len(data) - 1)  # a few bytes could be anything
            (folder / f"cut-{number:02}.{form}").write_bytes(data[:cut])
            flipped = bytearray(data)
            for _ in range(draw.randint(1, 30)):
                flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
            (folder / f"flip-{number:02}.{form}").write_bytes(bytes(flipped))
        for number in range(6):
            at = draw.randint(0, max(0, len(data) - 512))
            (folder / f"hole-{number:02}.{form}").write_bytes(data[:at] + bytes(512) + data[at + 512 :])
            other = draw.choice(sorted(SOUND))
            (folder / f"renamed-{number:02}.{other}").write_bytes(data)
    events = inspect(folder, tmp_path / "home")
    said = seen(events)
    assert not [e for e in events if isinstance(e, Gap) and e.reason in ("crashed", "timeout")]
    # What a checksum or a length protects must be noticed; a flipped letter of a bare text cannot be.
    silent = [
        path.name
        for path in sorted(folder.iterdir())
        if path.name not in said and path.suffix not in (".eml", ".pdf") and not path.name.startswith("hole")
    ]
    assert silent == []
    cut = [path.name for path in folder.glob("cut-*") if path.suffix in (".docx", ".pptx", ".odt", ".xlsx")]
    assert all(said[name] & {"corrupt", "unsupported"} for name in cut if len((folder / name).read_bytes()) > 100)


def test_bombs_are_bounded_and_named(tmp_path: Path) -> None:
    folder = tmp_path / "bombs"
    folder.mkdir()
    for name, data in bombs().items():
        (folder / name).write_bytes(data)
    (folder / "good.txt").write_text("机密★10年\n")
    events = inspect(folder, tmp_path / "home", member_bytes=16 * MIB, total_bytes=64 * MIB)
    said = seen(events)
    assert said["good.txt"] == {"state-secret"}
    assert not [e for e in events if isinstance(e, Gap) and e.reason == "crashed"], events
    for name in ("zeros.zip", "nested.zip", "entities.docx", "huge.png"):
        assert said.get(name), name
    assert "state-secret" in said["deep.html"]
    assert "state-secret" in said["sparse.xlsx"]


def bombs() -> dict[str, bytes]:
    zeros = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = b"".join(zeros.compress(bytes(MIB)) for _ in range(40)) + zeros.flush()
    inner = formats.archive({f"{n}.bin": bytes(8 * MIB) for n in range(4)})
    for _ in range(30):
        inner = formats.archive({f"{n}.zip": inner for n in range(2)})
    entity = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY a0 "lol">{entity}]><w:document xmlns:w="w"><w:body>&a9;</w:body></w:document>'
    document = io.BytesIO(formats.docx(["x"]))
    with zipfile.ZipFile(document) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    parts["word/document.xml"] = bomb.encode()
    return {
        "zeros.zip": stored_claim(packed, 40 * MIB),
        "nested.zip": inner,
        "entities.docx": formats.archive(parts),
        "deep.html": ("<html>" + "<div>" * 200_000 + "机密★10年" + "</div>" * 200_000).encode(),
        "huge.png": huge_png(40_000),
        "sparse.xlsx": sparse_xlsx(),
    }


def stored_claim(packed: bytes, size: int) -> bytes:
    """A ZIP of one deflated member of zeros."""
    name = b"zeros.bin"
    crc = 0
    local = struct.pack("<4sHHHHHIIIHH", b"PK\3\4", 20, 0, 8, 0, 0, crc, len(packed), size, len(name), 0) + name
    entry = struct.pack(
        "<4sHHHHHHIIIHHHHHII", b"PK\1\2", 20, 20, 0, 8, 0, 0, crc, len(packed), size, len(name), 0, 0, 0, 0, 0, 0
    )
    start = len(local) + len(packed)
    end = struct.pack("<4sHHHHIIH", b"PK\5\6", 0, 0, 1, 1, len(entry) + len(name), start, 0)
    return local + packed + entry + name + end


def huge_png(side: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    row = zlib.compressobj(9)
    line = bytes(1 + side // 8)
    body = b"".join(row.compress(line) for _ in range(side)) + row.flush()
    head = struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


def sparse_xlsx() -> bytes:
    """A sheet whose only cells are the first and the last there can be."""
    data = formats.xlsx({"S": [["机密★10年"]]})
    with zipfile.ZipFile(io.BytesIO(data)) as source:
        parts = {name: source.read(name) for name in source.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"].replace(b'ref="A1"', b'ref="A1:XFD1048576"')
    far = b'<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>end</t></is></c></row></sheetData>'
    parts["xl/worksheets/sheet1.xml"] = sheet.replace(b"</sheetData>", far)
    return formats.archive(parts)


@pytest.mark.parametrize("change", ["shrinks", "grows", "vanishes"])
def test_a_file_that_changes_while_it_is_read_is_a_gap(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    from shoumi.engine import blob

    folder = tmp_path / "tree"
    folder.mkdir()
    target = folder / "a.txt"
    target.write_text("一行\n" * 1000)
    read = blob._read_all

    def interfere(descriptor: int, size: int) -> bytes:
        if change == "shrinks":
            target.write_text("短")
        elif change == "grows":
            target.write_text("一行\n" * 3000)
        return read(descriptor, size)

    monkeypatch.setattr(blob, "_read_all", interfere)
    if change == "vanishes":  # after the walk has seen it, before a worker opens it
        monkeypatch.setattr(Pool, "send", lambda pool, batch, send=Pool.send: (target.unlink(), send(pool, batch)))
    events = inspect(folder, tmp_path / "home")
    assert {e.reason for e in events if isinstance(e, Gap)} == {"changed"}
