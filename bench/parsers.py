"""Token recall on a collection of test documents, against what at least two other extractors find in each.

    python -m bench.parsers FOLDER [--most 200] [--only docx,pdf] [--worst 5] [--peers /tmp/xberg:/tmp/peers]

FOLDER holds documents of any kind, such as the test files in the source packages of libreoffice and libapache-poi-java
(``apt-get source``); docs/extraction.md names those behind the published figures. Peers (``parsers_peers.py``): xberg,
LibreOffice, pandoc and others by format, each left out where it is not installed. A token counts as often as the second
best peer finds it; a file counts with at least eight of them. What peers found is kept under ``--cache``, so that a
second run reads only with Shoumi.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import unicodedata
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from bench.parsers_peers import Peers, Reader, reachable

BARS = {
    "docx": 0.85, "pptx": 0.90, "xlsx": 0.85, "doc": 0.78, "ppt": 0.95, "xls": 0.85, "odt": 0.92, "ods": 0.92,
    "odp": 0.92, "rtf": 0.85, "html": 0.87, "pdf": 0.88, "eml": 0.93, "msg": 0.93,
}  # fmt: skip
_NOISE = re.compile(r"CVE-|EDB-|fuzz", re.IGNORECASE)  # exploits and fuzzed files: bytes that peers take for letters
_BEGINNINGS = {"rtf": b"{\\rt", "html": b"<", "pdf": b"%PDF"}  # without it a file only bears the name: LibreOffice's
# exploits are kept enciphered
_DECIMALS = re.compile(r"(\d\.\d{10})\d+")
_WORD = re.compile(r"[^\W_\u4e00-\u9fff]+")
LEAST = 8  # tokens that two peers must find


@dataclass(frozen=True, slots=True)
class Score:
    """One file: the share of what two peers found, the best peer's own, and what was lost."""

    path: Path
    recall: float
    theirs: dict[str, float]
    lost: Counter[str]
    said: str  # reasons of the gaps
    seconds: float


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--most", type=int, default=200, help="files of a format")
    parser.add_argument("--only", default=",".join(BARS))
    parser.add_argument("--peers", default="/tmp/xberg:/tmp/peers", help="folders of pip install --target")
    parser.add_argument("--cache", type=Path, default=Path.home() / ".cache" / "shoumi-bench" / "parsers")
    parser.add_argument("--worst", type=int, default=0, help="print so many files with the lowest recall")
    parser.add_argument("--quick", action="store_true", help="do not start LibreOffice; what it found before counts")
    options = parser.parse_args()
    reachable(*options.peers.split(":"))
    print("format  files   mean  median   bar  0 of   slowest  others (share of the same)", flush=True)
    for kind in options.only.split(","):
        paths = _chosen(options.folder, kind, options.most)
        peers = Peers(kind, options.cache)
        if not options.quick:
            peers.convert(paths)
        _measure(kind, paths, peers, options.worst)


def _chosen(folder: Path, kind: str, most: int) -> list[Path]:
    found = sorted(folder.rglob(f"*.{kind}"))
    if kind == "html":
        found += sorted(folder.rglob("*.htm"))
    found = [path for path in found if 200 < path.stat().st_size < 5_000_000 and _counts(path, kind)]
    random.Random(7).shuffle(found)
    return found[:most]


def _counts(path: Path, kind: str) -> bool:
    return not _NOISE.search(path.name) and _BEGINNINGS.get(kind, b"") in path.read_bytes()[:2000]


def _measure(kind: str, paths: list[Path], peers: Peers, worst: int) -> None:
    ours = Reader(_shoumi)
    scores, ends = [], []
    for path in paths:
        texts = peers.texts(path)
        answer = ours(path)
        if ours.end:
            ends.append(f"{ours.end}: {path}")
        text, said = answer or ("", "failed")
        if score := _score(path, texts, text, said, ours.seconds):
            scores.append(score)
    peers.close()
    ours.close()
    if scores:
        _print(kind, scores, worst)
    for end in ends:
        print("   ", end)


def _score(path: Path, texts: dict[str, str], text: str, said: str, seconds: float) -> Score | None:
    found = {name: tokens(read) for name, read in texts.items()}
    truth = agreed(list(found.values()))
    total = truth.total()
    if total < LEAST:
        return None
    own = tokens(text)
    theirs = {name: (truth & their).total() / total for name, their in found.items()}
    return Score(path, (truth & own).total() / total, theirs, truth - own, said, seconds)


def agreed(found: list[Counter[str]]) -> Counter[str]:
    """Return tokens as often as at least two find them."""
    truth: Counter[str] = Counter()
    for number, one in enumerate(found):
        for other in found[number + 1 :]:
            truth |= one & other
    return truth


def _print(kind: str, scores: list[Score], worst: int) -> None:
    recalls = [score.recall for score in scores]
    mean, median = statistics.fmean(recalls), statistics.median(recalls)
    slowest = max(scores, key=lambda score: score.seconds)
    others = ", ".join(
        f"{name} {statistics.fmean(score.theirs[name] for score in scores if name in score.theirs):.2f}"
        for name in scores[0].theirs
    )
    none = sum(recall == 0 for recall in recalls)
    shown = f"{mean:.3f}   {median:.3f}  {BARS[kind]:.2f}  {none:4}  {slowest.seconds:6.2f} s  {others}"
    print(f"{kind:7} {len(scores):5}  {shown}", flush=True)
    for score in sorted(scores, key=lambda score: score.recall)[:worst]:
        lost = " ".join(token for token, _ in score.lost.most_common(10))
        print(f"    {score.recall:.3f} {score.path} [{score.said}] lost {score.lost.total()}: {lost}")
    for score in sorted(scores, key=lambda score: -score.seconds)[: worst // 4]:
        print(f"    {score.seconds:.2f} s {score.path}")


def tokens(text: str) -> Counter[str]:
    """Return CJK pairs, words and numbers (to ten decimals: the rest is binary noise), each as often as it stands."""
    text = _DECIMALS.sub(r"\1", unicodedata.normalize("NFKC", text).casefold())
    found = Counter(_WORD.findall(text))
    for run in re.findall(r"[\u4e00-\u9fff]+", text):
        found.update(run[at : at + 2] for at in range(max(1, len(run) - 1)))
    return found


def _shoumi(path: Path) -> tuple[str, str]:
    from shoumi.engine.settings import Settings
    from shoumi.engine.text_of import read

    texts, gaps = read(str(path), Settings(ocr="off"))
    return "\n".join(texts), ",".join(sorted({gap.reason for gap in gaps}))


if __name__ == "__main__":
    main()
