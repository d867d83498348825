"""Writes the share: some 300 files, most of them ordinary, the leaks planted among them and named in a list.

The same seed writes the same bytes. What is planted is returned, so that tests can hold the report against it.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Final

from shoumi.demo import formats, ordinary, planted
from shoumi.engine.detectors.passages import place
from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages.registry import Registered
from shoumi.engine.settings import Settings

SEED: Final = 20260302
ORDINARY: Final = 262
_ENCODINGS: Final = ("utf-8", "gb18030", "big5", "utf-16", "utf-8-sig")


@dataclass(frozen=True, slots=True)
class Planted:
    """One thing an inspection must report: a finding of a category, or a gap with a reason, in a file."""

    path: str  # below the share
    category: str | None = None
    gap: str | None = None


def write(folder: Path, seed: int = SEED) -> list[Planted]:
    """Write the share into a folder, which is made; return what is planted. Raises OSError."""
    chance = random.Random(seed)
    files: dict[str, bytes] = {}
    for number in range(ORDINARY):
        name, text = _ordinary(chance, number)
        files[name] = text
    expected: list[Planted] = []
    for plant in planted.leaks(chance):
        files[plant.path] = plant.data
        expected += [Planted(plant.path, category=category) for category in plant.categories]
    for name, reason in _READY_MADE.items():
        path = f"公共/归档/{name}"
        files[path] = (resources.files("shoumi.demo") / "fixtures" / name).read_bytes()
        expected.append(Planted(path, gap=reason) if reason else Planted(path, category="state-secret"))
    broken = files["技术部/方案/总体方案（终稿）.docx"]
    files["技术部/方案/总体方案（损坏）.docx"] = broken[: len(broken) * 2 // 3]
    expected.append(Planted("技术部/方案/总体方案（损坏）.docx", gap="corrupt"))
    for path, data in files.items():
        target = folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return expected


def register(folder: Path, home: Home) -> None:
    """Register one paper at level 机密, so that a passage pasted without its mark is recognised."""
    paper = folder / planted.REGISTERED_NAME
    paper.write_bytes(formats.docx(["机密★10年", *planted.REGISTERED]))
    about = Registered(id="", title="", level="机密", term="10y", belongs=(place(str(paper)),))
    Intake(home, Settings()).add((str(paper),), about, "documents")


# Fixtures that no library here writes: made once, a few hundred bytes each; what they must lead to.
_READY_MADE: Final[Mapping[str, str]] = {"旧资料.7z": "", "加密备份.zip": "encrypted"}


def _ordinary(chance: random.Random, number: int) -> tuple[str, bytes]:
    kind, make = ordinary.KINDS[number % len(ordinary.KINDS)]
    lines = make(chance)
    suffix, form = _FORMS[number % len(_FORMS)]
    return f"{chance.choice(ordinary.UNITS)}/{kind}/{kind}-{number:03}.{suffix}", form(lines, number)


def _text(lines: Sequence[str], number: int) -> bytes:
    encoding = _ENCODINGS[number % len(_ENCODINGS)]
    text = "\r\n".join(lines)
    try:
        return text.encode(encoding)
    except UnicodeEncodeError:  # simplified characters that Big5 lacks
        return text.encode("gb18030")


def _sheet(lines: Sequence[str], _number: int) -> bytes:
    return formats.xlsx({"Sheet1": [line.split("\t") for line in lines]})


def _mail(lines: Sequence[str], number: int) -> bytes:
    return formats.mail(lines[0], "\n".join(lines), sender=f"office{number}@office.example", to="all@office.example")


_FORMS: Final[tuple[tuple[str, Callable[[Sequence[str], int], bytes]], ...]] = (
    ("txt", _text),
    ("docx", lambda lines, _: formats.docx(lines)),
    ("txt", _text),
    ("xlsx", _sheet),
    ("pdf", lambda lines, _: formats.pdf([lines])),
    ("md", lambda lines, _: "\n\n".join(lines).encode()),
    ("html", lambda lines, number: formats.html(lines[0], lines, encoding=("utf-8", "gb18030")[number % 2])),
    ("eml", _mail),
    ("pptx", lambda lines, _: formats.pptx([lines[:2], lines[2:]])),
    ("odt", lambda lines, _: formats.odt(lines)),
    ("rtf", lambda lines, _: formats.rtf(lines)),
    ("csv", lambda lines, _: formats.csv([line.split("\t") for line in lines])),
    ("tar.gz", lambda lines, number: formats.tarball({f"说明-{number}.txt": "\n".join(lines).encode()})),
)
