"""Seven hundred broken files through a whole scan: what crashed, what hung, what was said of each.

    python -m bench.broken [--each 60] [--seed 1] [--folder DIR] [--of COLLECTION]

Documents of every format (LibreOffice's where it is installed, else those of ``shoumi.demo``; mails, archives,
pictures, SQLite) are cut short, have bits flipped, a hole of 512 bytes, or the name of another format. Each must end as
a finding, as text or as a Gap; of cut OOXML at least half must give text. ``--of``: break files of a folder instead,
``--each`` of every suffix (``bench.parsers`` says what such a folder may be).
"""

from __future__ import annotations

import argparse
import io
import random
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from shoumi.demo import formats
from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.home import Home
from shoumi.engine.limits import Limits
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Segment

_RARE = 10  # files: fewer are no format of a collection
OOXML = ("docx", "xlsx", "pptx")
LINES = [
    "机密★10年",
    "关于工作安排的报告",
    *(f"第{n}项 按计划完成，责任人已经落实，编号{n * 7919}。" for n in range(300)),
]


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--each", type=int, default=60, help="broken files of a format")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    parser.add_argument("--of", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as fresh:
        folder = options.folder or Path(fresh)
        tree = folder / "broken"
        shutil.rmtree(tree, ignore_errors=True)
        tree.mkdir(parents=True)
        draw = random.Random(options.seed)
        if options.of:
            sound = list(_collected(options.of, options.each, draw))
        else:
            sound = [(form, data) for form, data in _sound(folder) for _ in range(options.each)]
        count = _write(tree, sound, draw)
        started = time.perf_counter()
        said = _said(tree, Home(folder / "home"))
        print(f"{count} files, {time.perf_counter() - started:.0f} s")
        crashed = [name for name, reasons in said.items() if "crashed" in reasons]
        hung = [name for name, reasons in said.items() if "timeout" in reasons]
        print(f"crashed {len(crashed)} {crashed[:5]}, hung {len(hung)} {hung[:5]}")
        print(f"nothing said: {_silent(tree, said)}")
        print("gaps:", dict(Counter(reason for reasons in said.values() for reason in reasons if reason != "found")))
        _recovered(tree)


def _write(tree: Path, sound: list[tuple[str, bytes]], draw: random.Random) -> int:
    forms = sorted({form for form, _ in sound})
    for number, (form, data) in enumerate(sound):
        name, broken = _broken(form, data, number, draw, forms)
        (tree / f"{number:05}-{name}").write_bytes(broken)
    return len(sound)


def _collected(folder: Path, each: int, draw: random.Random) -> Iterator[tuple[str, bytes]]:
    """Yield some files of every suffix of a collection."""
    suffixes: dict[str, list[Path]] = {}
    for path in sorted(folder.rglob("*.*")):
        if path.is_file() and 1000 < path.stat().st_size < 1_000_000:
            suffixes.setdefault(path.suffix[1:].lower(), []).append(path)
    for suffix, paths in suffixes.items():
        if len(paths) < _RARE:
            continue
        for path in draw.sample(paths, min(each, len(paths))):
            yield suffix, path.read_bytes()


def _broken(form: str, data: bytes, number: int, draw: random.Random, forms: list[str]) -> tuple[str, bytes]:
    kind = number % 4
    if kind == 0:
        return f"cut.{form}", data[: draw.randint(len(data) // 20, len(data) - 1)]
    if kind == 1:
        flipped = bytearray(data)
        for _ in range(draw.randint(1, 40)):
            flipped[draw.randrange(len(flipped))] ^= 1 << draw.randrange(8)
        return f"flipped.{form}", bytes(flipped)
    if kind == 2:
        at = draw.randint(0, max(0, len(data) - 512))
        return f"hole.{form}", data[:at] + bytes(512) + data[at + 512 :]
    return f"renamed-{form}.{draw.choice(forms)}", data[: draw.choice((len(data), len(data) - 40))]


def _sound(folder: Path) -> Iterator[tuple[str, bytes]]:
    if shutil.which("soffice"):
        from bench import extraction

        source = folder / "sources"
        source.mkdir(exist_ok=True)
        extraction.PAPERS = 1
        _, out = extraction.build(source)
        for path in sorted(out.iterdir()):
            yield path.suffix[1:], path.read_bytes()
    else:
        yield "docx", formats.docx(LINES)
        yield "pptx", formats.pptx([LINES[:100], LINES[100:]])
        yield "xlsx", formats.xlsx({"一": [[line] for line in LINES]})
        yield "pdf", formats.pdf([LINES[:30], LINES[30:60]])
    yield (
        "eml",
        formats.mail(
            "通知", "\n".join(LINES), sender="a@b.example", to="c@d.example", files={"a.docx": formats.docx(LINES)}
        ),
    )
    yield "zip", formats.archive({"a.txt": "\n".join(LINES).encode(), "b.docx": formats.docx(LINES)})
    yield "tar.gz", formats.tarball({"a.txt": "\n".join(LINES).encode()})
    yield "db", _database()
    yield from _pictures()


def _database() -> bytes:
    import sqlite3

    connection = sqlite3.connect(":memory:")
    connection.execute("create table a (t text)")
    connection.executemany("insert into a values (?)", [(line,) for line in LINES])
    connection.commit()
    return connection.serialize()


def _pictures() -> Iterator[tuple[str, bytes]]:
    from PIL import Image

    picture = Image.effect_noise((300, 200), 60)
    for form in ("PNG", "JPEG", "TIFF", "GIF", "WEBP", "BMP"):
        out = io.BytesIO()
        picture.save(out, form)
        yield form.lower(), out.getvalue()


def _said(tree: Path, home: Home) -> dict[str, set[str]]:
    said: dict[str, set[str]] = {}
    settings = Settings(ocr="off", limits=Limits(step_seconds=30.0))
    for event in Scan((str(tree),), settings=settings, home=home):
        name = Path(event.trail.steps[0].name).name
        said.setdefault(name, set()).add(event.reason if isinstance(event, Gap) else "found")
    return said


def _silent(tree: Path, said: dict[str, set[str]]) -> int:
    """Count files of which nothing is said and no text was read either."""
    silent = 0
    for path in tree.iterdir():
        if path.name not in said:
            silent += not _text(path)
    return silent


def _recovered(tree: Path) -> None:
    """Print how many cut OOXML files gave text; what a cut took away (shared strings stand last) cannot be read."""
    total = given = 0
    for form in OOXML:
        cut = sorted(tree.glob(f"*-cut.{form}"))
        some = sum(len(_text(path)) > 100 for path in cut)
        print(f"cut {form}: text from {some} of {len(cut)}")
        total, given = total + len(cut), given + some
    print(f"cut OOXML: text from {given} of {total}, {given / max(1, total):.0%}")


def _text(path: Path) -> str:
    blob = Blob.of_file(str(path), Limits())
    parts: list[str] = []
    try:
        plugin = registry.extractors().get(registry.sniffer().media_type(blob))
        for part in plugin.segments(blob, Settings(ocr="off")) if plugin else ():
            if isinstance(part, Segment):
                parts.append(part.text)
    except Unexamined:
        pass
    except Exception as error:  # the examination turns it into a Gap
        parts.append(f"{type(error).__name__}")
    return "".join(parts)


if __name__ == "__main__":
    main()
