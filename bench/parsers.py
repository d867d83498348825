"""Token recall on a collection of test documents, against what two other extractors both find in each.

    python -m bench.parsers FOLDER [--most 120] [--xberg /tmp/xberg] [--only docx,pdf] [--worst 5]

FOLDER holds documents of any kind, such as the test files in the source packages of libreoffice and libapache-poi-java
(``apt-get source``). Peers: xberg (``pip install --target /tmp/xberg xberg``) and, by format, LibreOffice (text
of texts, HTML of sheets, printed slides), pdftotext, lxml, the standard library's mail parser. A file counts when both
peers find at least eight tokens in common. Every file is read in a process of its own with a time limit.
"""

from __future__ import annotations

import argparse
import asyncio
import email
import email.policy
import multiprocessing
import os
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

FORMATS = {
    "docx": "txt", "doc": "txt", "odt": "txt", "rtf": "txt", "xlsx": "html", "xls": "html", "ods": "html",
    "pptx": "pdf", "ppt": "pdf", "odp": "pdf", "pdf": "", "html": "", "eml": "",
}  # fmt: skip
BARS = {
    "docx": 0.85, "pptx": 0.90, "xlsx": 0.85, "doc": 0.78, "ppt": 0.95, "xls": 0.85, "odt": 0.92, "ods": 0.92,
    "odp": 0.92, "rtf": 0.85, "html": 0.87, "pdf": 0.88, "eml": 0.93,
}  # fmt: skip
SECONDS = 40
_NOISE = re.compile(r"CVE-|EDB-|.*fuzz", re.IGNORECASE)  # exploits and fuzzed files: bytes that peers take for letters
LEAST = 8  # tokens that both peers must find


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=120, help="files of a format")
    parser.add_argument("--only", default=",".join(FORMATS))
    parser.add_argument("--xberg", default="/tmp/xberg")
    parser.add_argument("--worst", type=int, default=0, help="print so many files with the lowest recall")
    options = parser.parse_args()
    sys.path.append(options.xberg)
    print("format  files  shoumi   bar  (share of what both peers found)", flush=True)
    for kind in options.only.split(","):
        _measure(kind, _chosen(options.folder, kind, options.most), options.worst)


def _chosen(folder: Path, kind: str, most: int) -> list[Path]:
    found = sorted(path for path in folder.rglob(f"*.{kind}") if 200 < path.stat().st_size < 5_000_000)
    found = [path for path in found if not _NOISE.match(path.name)]
    if kind == "html":
        found += sorted(folder.rglob("*.htm"))
    random.Random(7).shuffle(found)
    return found[:most]


def _measure(kind: str, paths: list[Path], worst: int) -> None:
    scores: list[tuple[float, float, float, Path, Counter[str]]] = []
    with tempfile.TemporaryDirectory() as name:
        other = _others(kind, paths, Path(name))
        for path in paths:
            peers = [tokens(_guarded(_xberg, path)), tokens(other(path))]
            agreed = peers[0] & peers[1]
            if agreed.total() < LEAST:
                continue
            ours = tokens(_guarded(_shoumi, path))
            union = peers[0] | peers[1]
            scores.append((
                (agreed & ours).total() / agreed.total(),
                (union & ours).total() / union.total(),
                peers[0].total() / union.total(),
                path,
                agreed - ours,
            ))  # fmt: skip
    if not scores:
        print(f"{kind:7} {0:5}")
        return
    count = len(scores)
    mean, union, theirs = (sum(score[place] for score in scores) / count for place in range(3))
    shares = f"shoumi {union:.3f}, xberg {theirs:.3f}"
    print(f"{kind:7} {count:5}  {mean:.4f}  {BARS[kind]:.2f}  of what either found: {shares}", flush=True)
    for recall, _, _, path, lost in sorted(scores, key=lambda score: score[0])[:worst]:
        print(f"    {recall:.3f} {path} lost {lost.total()}: {' '.join(token for token, _ in lost.most_common(12))}")


def tokens(text: str) -> Counter[str]:
    """Return CJK pairs and words, each as often as it stands."""
    text = unicodedata.normalize("NFKC", text).casefold()
    found = Counter(re.findall(r"[a-z0-9\u00df-\u024f]+", text))
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def _shoumi(path: Path) -> str:
    from shoumi.engine.settings import Settings
    from shoumi.engine.text_of import text_of

    return "\n".join(text_of(str(path), Settings(ocr="off")))


def _xberg(path: Path) -> str:
    import xberg

    config = xberg.ExtractionConfig(disable_ocr=True, use_cache=False)

    async def read() -> Any:
        return await xberg.extract(given, config)

    given = xberg.ExtractInput(kind="bytes", bytes=path.read_bytes(), filename=path.name)
    return "\n".join(str(found.content) for found in asyncio.run(read()).results)


def _guarded(read: Callable[[Path], str], path: Path) -> str:
    """Read in a process of its own; what fails or hangs gives nothing."""
    context = multiprocessing.get_context("fork")
    ours, theirs = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(read, path, theirs))
    child.start()
    theirs.close()
    text = ""
    try:
        if ours.poll(SECONDS):
            text = ours.recv()
    except EOFError:
        pass
    child.kill()
    child.join()
    return text


def _child(read: Callable[[Path], str], path: Path, answer: Any) -> None:
    try:
        answer.send(read(path))
    except BaseException:  # a peer's failure is its result
        answer.send("")


def _others(kind: str, paths: list[Path], folder: Path) -> Callable[[Path], str]:
    """Return the second peer of a format."""
    if kind == "pdf":
        return lambda path: _output("pdftotext", "-layout", str(path), "-")
    if kind == "html":
        return _lxml
    if kind == "eml":
        return _mail
    made = dict(_converted(paths, FORMATS[kind], folder))
    if FORMATS[kind] == "pdf":
        return lambda path: _output("pdftotext", str(made[path]), "-") if path in made else ""
    if FORMATS[kind] == "html":
        return lambda path: _lxml(made[path]) if path in made else ""
    return lambda path: made[path].read_text("utf-8", "replace") if path in made else ""


def _converted(paths: list[Path], target: str, folder: Path) -> Iterator[tuple[Path, Path]]:
    """Convert by LibreOffice, some at a time, so that one that ends it costs little."""
    form = {"txt": "txt:Text (encoded):UTF8", "html": "html:HTML (StarCalc)", "pdf": "pdf"}[target]
    for start in range(0, len(paths), 10):
        batch = {}
        for number, path in enumerate(paths[start : start + 10], start):
            copy = folder / f"{number}{path.suffix}"
            shutil.copy(path, copy)
            batch[copy] = path
        command = [
            "soffice",
            f"-env:UserInstallation=file://{folder}/profile{start}",
            "--headless",
            "--convert-to",
            form,
        ]
        command += ["--outdir", str(folder), *map(str, batch)]
        _office(command)
        for copy, path in batch.items():
            made = copy.with_suffix(f".{target}")
            if made.exists():
                yield path, made


def _office(command: list[str]) -> None:
    """Run LibreOffice, whose launcher starts it as a process of its own: both end here."""
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    try:
        child.wait(60)
    except subprocess.TimeoutExpired:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def _output(*command: str) -> str:
    try:
        done = subprocess.run(command, capture_output=True, timeout=SECONDS, check=False)
        return done.stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return ""


def _lxml(path: Path) -> str:
    from lxml import html

    try:
        tree = html.fromstring(path.read_bytes())
    except Exception:  # a page that is no page
        return ""
    for element in tree.xpath("//script|//style"):
        element.drop_tree()
    return "\n".join(tree.itertext())


def _mail(path: Path) -> str:
    try:
        message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
        parts = [str(message.get(name, "")) for name in ("subject", "from", "to", "cc")]
        for part in message.walk():
            if part.get_content_type() == "text/plain":
                parts.append(str(part.get_content()))
        return "\n".join(parts)
    except Exception:  # what the parser refuses
        return ""


if __name__ == "__main__":
    main()
