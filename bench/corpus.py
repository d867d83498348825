"""Real public text for the passage benchmark: Debian's documentation packages in, plain documents out.

Packages come through the machine's own ``apt-get download`` and stay in a folder outside the repository. A document
is one manual page, one help page or one chapter; texts that repeat are taken once. ``split`` says which are
registered and which stay unseen, by document and with a fixed seed.
"""

from __future__ import annotations

import gzip
import hashlib
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CHINESE = [
    "manpages-zh",
    "debian-reference-zh-cn",
    "libreoffice-help-zh-cn",
    "debian-faq-zh-cn",
    "debian-edu-doc-zh-cn",
    "maint-guide-zh-cn",
    "gnome-user-docs",
    "kicad-doc-zh",
    "installation-guide-amd64",
    "debian-handbook",
    "linux-doc-6.1",
]
LATIN = [
    "manpages",
    "manpages-dev",
    "freebsd-manpages",
    "git-doc",
    "zsh-doc",
    "debian-policy",
    "debian-reference-en",
    "vim-doc",
    "aptitude-doc-en",
    "developers-reference",
    "harden-doc",
    "python3.11-doc",
    "postgresql-doc-15",
    "perl-doc",
]
SMALLEST, LARGEST = 1_500, 60_000  # characters of a document
_FOREIGN = re.compile(
    r"zh[-_]?TW|zh_HK|/html/(?!en-US|zh-CN)[a-z]{2}-[A-Z]{2}/|installation-guide-amd64/(?!en|zh_CN)[a-z]{2}(_[A-Z]{2})?/",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Text:
    """One document: ``language`` is zh or en."""

    name: str
    language: str
    text: str


def fetch(folder: Path, packages: list[str]) -> None:
    """Download and unpack what is not there yet; a package that cannot be had is said and left out."""
    debs = folder / "deb"
    debs.mkdir(parents=True, exist_ok=True)
    for package in packages:
        if (folder / "x" / package).is_dir():
            continue
        if not any(debs.glob(f"{package}_*.deb")):
            run = subprocess.run(["apt-get", "download", package], cwd=debs, capture_output=True, check=False)
            if run.returncode:
                print(f"# {package}: cannot be downloaded, left out", file=sys.stderr)
                continue
        deb = next(debs.glob(f"{package}_*.deb"))
        (folder / "x").mkdir(exist_ok=True)  # dpkg-deb makes only the last folder
        subprocess.run(["dpkg-deb", "-x", deb, folder / "x" / package], check=True)


def documents(folder: Path) -> list[Text]:
    """Return all documents in a fixed order, each text once."""
    fetch(folder, [*CHINESE, *LATIN])
    seen: set[bytes] = set()
    found: list[Text] = []
    for package in (*CHINESE, *LATIN):
        for name, text in _texts(folder / "x" / package):
            if not SMALLEST <= len(text) <= LARGEST:
                continue
            digest = hashlib.sha256(re.sub(r"\W+", "", text).encode()).digest()
            cjk = sum("\u4e00" <= char <= "\u9fff" for char in text) / len(text)
            english = len(re.findall(r"\b(?:the|of|and|to|is)\b", text)) / len(text)
            if digest in seen or (cjk < 0.25 and (cjk > 0.05 or english < 0.008)):
                continue
            seen.add(digest)
            found.append(Text(f"{package}/{name}", "zh" if cjk >= 0.25 else "en", text))
    return found


def split(found: list[Text], count: int, seed: int) -> tuple[list[Text], list[Text]]:
    """Return registered and unseen documents: ``count`` registered, half of them Chinese where there are so many."""
    draw = random.Random(seed)
    by_language = {language: [text for text in found if text.language == language] for language in ("zh", "en")}
    for texts in by_language.values():
        draw.shuffle(texts)
    chinese = min(count // 2, len(by_language["zh"]) // 2)
    taken = {"zh": chinese, "en": min(count - chinese, len(by_language["en"]) * 2 // 3)}
    registered = [text for language, texts in by_language.items() for text in texts[: taken[language]]]
    unseen = [text for language, texts in by_language.items() for text in texts[taken[language] :]]
    return registered, unseen


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        name = str(path.relative_to(folder))
        if path.is_symlink() or not path.is_file() or _FOREIGN.search(name):
            continue
        if re.search(r"/man/man\d|/man/zh[^/]*/man", name):
            yield name, _roff(_read(path))
        elif re.search(r"\.x?html?(\.gz)?$", name) or (name.endswith(".page") and ("/zh_CN/" in name or "/C/" in name)):
            yield name, _html(_read(path))
        elif re.search(r"\.(txt|pod|rst)(\.gz)?$", name):
            yield name, _read(path)


def _read(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix == ".gz":
        data = gzip.decompress(data)
    return data.decode("utf-8", "replace")


def _roff(text: str) -> str:
    text = re.sub(r'\\f\(?[A-Z]{1,2}|\\f\[[^]]*\]|\\[&%/,|^]|\\s[+-]?\d|\\"[^\n]*', "", text)
    text = text.replace("\\-", "-").replace("\\e", "\\").replace("\\(aq", "'").replace("\\ ", " ")
    lines = []
    for written in text.splitlines():
        line = written
        if line.startswith((".", "'")):
            line = re.sub(r"^[.\'](SH|SS|TP|B|I|BR|IR|BI|RB|RI|IP|Nm|Nd|Sh|Ss|Fl|Ar|Xr|Pa|Dv|Cm|It)\b ?", "", line)
            if line.startswith((".", "'")):
                continue
        lines.append(line.replace('"', ""))
    return "\n".join(lines)


def _html(text: str) -> str:
    from lxml import html

    try:
        tree = html.fromstring(text.encode())
    except Exception:  # a page that is no page
        return ""
    for element in tree.xpath(
        "//script|//style|//head|//*[contains(@class,'nav') or contains(@class,'sphinxsidebar')]"
    ):
        element.drop_tree()
    return re.sub(r"\n\s*\n+", "\n", "\n".join(tree.itertext()))
