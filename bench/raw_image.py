"""A raw image with leaks at any offset in three encodings: recall, and CPU beside ripgrep with the same patterns.

    python -m bench.raw_image [--megabytes 1000] [--plants 2000] [--runs 3] [--folder DIR]

The image is seeded: 30 % random bytes, 30 % zeros, 40 % public text; every tenth plant lies across a border of
MiB. ripgrep runs the fifteen patterns of ``p15.txt``, written in UTF-8, UTF-16LE and GB 18030 as bytes.
Shoumi runs all its rules.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import statistics
from bisect import bisect_left
from collections import Counter
from pathlib import Path

from bench import plants, speed
from shoumi.engine.rawanchors import Encoding, written

SEED = 20261123
ENCODINGS: tuple[Encoding, ...] = ("utf-8", "utf-16-le", "gb18030")
WEIGHTS = (4, 3, 3)
PAGE = 4096


def main() -> None:
    """Build the image and print two lines."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=1000)
    parser.add_argument("--plants", type=int, default=2000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "shoumi-bench")
    options = parser.parse_args()
    image = options.folder / f"raw-{options.megabytes}-{options.plants}.img"
    if not image.with_suffix(".json").exists():
        build(image, options.megabytes * 1_000_000, options.plants, options.folder)
    home, out = options.folder / "raw-home", options.folder / "raw.jsonl"
    command = (*speed.SHOUMI, "scan", str(image), "-f", "jsonl", "-o", str(out), "-j", "1")

    def ours() -> speed.Cost:
        shutil.rmtree(home / "state", ignore_errors=True)
        return speed.cost(command, {"SHOUMI_HOME": str(home)}, allowed=(0, 1, 3))

    ours()
    found, total, missed = recall(image.with_suffix(".json"), out)
    print(f"| plants found | {found} of {total} ({100 * found / total:.2f} %) {dict(missed)} |")
    if not shutil.which("rg"):
        print("| CPU / ripgrep | ripgrep is not installed |")
        return
    listing = options.folder / "p15-bytes.txt"
    listing.write_text("".join(f"{line}\n" for line in patterns()))
    peer = ("rg", "-uu", "-a", "-o", "-b", "--no-heading", "-N", "-j1", "-E", "none", "-f", str(listing), str(image))
    pairs = [(ours().cpu, speed.cost(peer, allowed=(0, 1)).cpu) for _ in range(options.runs)]
    ratios = [mine / theirs for mine, theirs in pairs]
    spread = f"[{min(ratios):.2f}–{max(ratios):.2f}]"
    print(
        f"| CPU / ripgrep P15 in three encodings | {statistics.median(ratios):.2f} {spread}"
        f" ({statistics.median(mine for mine, _ in pairs):.1f} s) |"
    )


def patterns() -> list[str]:
    """Return the peer's patterns as bytes in each encoding."""
    lines = []
    for pattern in speed.P15.read_text("utf-8").split("\n"):
        for encoding in ENCODINGS if pattern else ():
            text = written(pattern, encoding)
            if text and not (encoding == "gb18030" and pattern.isascii()):
                lines.append(f"(?-u:{text})")
    return lines


def build(image: Path, size: int, count: int, downloads: Path) -> None:
    """Write the image, and beside it where each plant stands."""
    draw = random.Random(SEED)
    text = "\n".join(speed._pool(downloads)).encode()
    image.parent.mkdir(parents=True, exist_ok=True)
    data = bytearray()
    while len(data) < size:
        length = draw.randint(20, 400) * PAGE
        kind = draw.random()
        if kind < 0.3:
            data += draw.randbytes(length)
        elif kind < 0.6:
            data += bytes(length)
        else:
            start = draw.randint(0, len(text) - length)
            data += text[start : start + length]
    truth, taken = [], set()
    while len(truth) < count:
        plant = plants.leak(draw)
        encoding = draw.choices(ENCODINGS, WEIGHTS)[0]
        raw = f"\n{plant.line}\n".encode(encoding)
        at = draw.randint(1, len(data) - 1000)
        if len(truth) % 10 == 0:
            at = draw.randint(1, len(data) // (1 << 20) - 1) * (1 << 20) - draw.randint(1, len(raw) - 1)
        if taken.isdisjoint((at // 2000 - 1, at // 2000, at // 2000 + 1)):
            taken.add(at // 2000)
            data[at : at + len(raw)] = raw
            truth.append({"offset": at, "size": len(raw), "encoding": encoding, "kind": plant.kind})
    image.write_bytes(data)
    image.with_suffix(".json").write_text(json.dumps(truth))


def recall(listing: Path, out: Path) -> tuple[int, int, Counter[str]]:
    """Return how many plants have a match of their kind inside their own bytes, of how many, and what is missing."""
    lines = [json.loads(line) for line in out.read_text("utf-8").split("\n") if line]
    found = sorted(
        (line["locator"].get("offset", -1), line["data"].get("kind", ""), line["data"].get("scheme", ""))
        for line in lines
        if line["type"] == "match"
    )
    truth = json.loads(listing.read_text("utf-8"))
    missed: Counter[str] = Counter()
    for plant in truth:
        at = bisect_left(found, (plant["offset"],))
        inside = []
        while at < len(found) and found[at][0] < plant["offset"] + plant["size"]:
            inside.append(found[at])
            at += 1
        marks = plant["kind"] in ("state-secret", "exam")
        if not any(scheme.startswith("cn") if marks else kind == plant["kind"] for _, kind, scheme in inside):
            missed[f"{plant['encoding']} {plant['kind']}"] += 1
    return len(truth) - sum(missed.values()), len(truth), missed


if __name__ == "__main__":
    main()
