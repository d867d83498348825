"""Speed and recall of whole scans, beside ripgrep, cat and kingfisher on the same files in the same run.

    python -m bench.speed [--files 50000] [--runs 5] [--folder DIR] [--only NAMES]

The corpus is seeded: real public text (Debian's Chinese and English documentation) and Python's own source, cut into
small files of about 20 KB and again into 20 big ones, with planted leaks and decoys (``plants.py``). Each ratio is the
median of paired runs, the range beside it. CPU counts all processes of a command.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import sysconfig
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import corpus, plants

SEED = 20260302
SHOUMI = (sys.executable, "-m", "shoumi")
P15 = Path(__file__).with_name("p15.txt")  # the fifteen patterns that the peer runs
BIG = 20
PEAK = """
import resource, subprocess, sys
subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""  # KiB


@dataclass(frozen=True, slots=True)
class Cost:
    """What a command took, in seconds."""

    cpu: float
    wall: float


def main() -> None:
    """Build the corpus and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", type=Path, default=Path.home() / ".cache" / "shoumi-bench")
    parser.add_argument("--only", default="", help="rows whose name holds this")
    options = parser.parse_args()
    folder = options.folder / f"speed-{options.files}"
    build(folder, options.folder, options.files)
    bench = Bench(folder, options.runs)
    for name, row in bench.rows():
        if options.only in name:
            print(f"| {name} | {row()} |", flush=True)


def build(folder: Path, downloads: Path, files: int) -> None:
    """Write ``small/``, ``big/`` and ``truth.json`` unless they are there."""
    if (folder / "truth.json").exists():
        return
    print(f"# building {files} files in {folder}", file=sys.stderr)
    draw = random.Random(SEED)
    pool = _pool(downloads)
    shutil.rmtree(folder, ignore_errors=True)
    truth = []
    big = [bytearray() for _ in range(BIG)]
    for number in range(files):
        text = _piece(draw, pool)
        if number % 25 in (0, 1):
            plant = plants.leak(draw) if number % 25 else plants.decoy(draw)
            lines = text.split("\n")
            at = draw.randint(0, len(lines) - 1)
            lines.insert(at, plant.line)
            text = "\n".join(lines)
            name = f"{number // 500:03}/{number:05}.txt"
            truth.append({"path": name, "line": at + 1, "kind": plant.kind, "leak": plant.leak, "text": plant.line})
        target = folder / "small" / f"{number // 500:03}" / f"{number:05}.txt"
        target.parent.mkdir(parents=True, exist_ok=True)
        data = text.encode()
        target.write_bytes(data)
        big[number * BIG // files] += data + b"\n"
    (folder / "big").mkdir()
    for number, data in enumerate(big):
        (folder / "big" / f"{number:02}.txt").write_bytes(data)
    (folder / "truth.json").write_text(json.dumps(truth, ensure_ascii=False))


def _pool(downloads: Path) -> list[str]:
    """Return real texts: documentation as far as it can be had, and the standard library's source."""
    (downloads / "x").mkdir(parents=True, exist_ok=True)
    texts = [entry.text for entry in corpus.documents(downloads)]
    library = Path(sysconfig.get_path("stdlib"))
    for path in sorted(library.rglob("*.py"))[:1200]:
        try:
            texts.append(path.read_text("utf-8"))
        except (UnicodeDecodeError, OSError):
            continue
    return texts


def _piece(draw: random.Random, pool: Sequence[str]) -> str:
    size = int(min(400_000, draw.lognormvariate(8.6, 1.2)))
    text = draw.choice(pool)
    start = draw.randint(0, max(0, len(text) - size))
    while len(text) < size:
        text += "\n" + draw.choice(pool)
    return text[start : start + size]


class Bench:
    """The rows of the table."""

    def __init__(self, folder: Path, runs: int) -> None:
        self._folder, self._runs = folder, runs
        self._home = folder / "home"
        self._out = folder / "out.jsonl"
        self._small, self._big = str(folder / "small"), str(folder / "big")

    def rows(self) -> Iterator[tuple[str, Callable[[], str]]]:
        """Yield name and measurement of every row."""
        small, big, rg = self._small, self._big, self._rg
        two = ("--packs", "cn,personal")
        yield "small files, cn + personal, CPU / ripgrep P15", lambda: self._ratio(self._scan(small, *two), rg(small))
        yield "small files, all packs, CPU / ripgrep P15", lambda: self._ratio(self._scan(small), rg(small))
        yield "big files, cn + personal, CPU / ripgrep P15", lambda: self._ratio(self._scan(big, *two), rg(big))
        yield "small files, cn + personal, CPU / cat", lambda: self._ratio(self._scan(small, *two), self._cat(small))
        yield (
            "small files, all packs, CPU / kingfisher",
            lambda: self._ratio(self._scan(small), self._kingfisher(small)),
        )
        two_jobs = self._scan(small, *two, jobs=2)
        yield "two processes, wall / one", lambda: self._ratio(two_jobs, self._scan(small, *two), wall=True)
        for count in (1_000, 100_000):
            yield f"{count} keywords added, CPU / without", lambda n=count: self._keywords(n)
        yield "unchanged tree again, CPU / first", self._again
        yield "peak memory of a process, small and big files, MiB", lambda: f"{self._peak(small)}, {self._peak(big)}"
        yield "planted leaks found, decoys reported, others ≥ medium per MB", self._quality

    def _ratio(self, ours: Callable[[], Cost], theirs: Callable[[], Cost] | None, *, wall: bool = False) -> str:
        if theirs is None:
            return "the peer is not installed"
        ours()  # warm: files in the page cache, rules compiled
        pairs = [(ours(), theirs()) for _ in range(self._runs)]
        ratios = [a.wall / b.wall if wall else a.cpu / b.cpu for a, b in pairs]
        mine = statistics.median(a.wall if wall else a.cpu for a, _ in pairs)
        return f"{statistics.median(ratios):.2f} [{min(ratios):.2f}–{max(ratios):.2f}] ({mine:.2f} s)"

    def _scan(self, address: str, *options: str, jobs: int = 1, fresh: bool = True) -> Callable[[], Cost]:
        command = (*SHOUMI, "scan", address, "-f", "jsonl", "-o", str(self._out), "-j", str(jobs), *options)

        def run() -> Cost:
            if fresh:
                shutil.rmtree(self._home / "state", ignore_errors=True)
            # Python keeps what it compiled, as in an installation
            env = {"SHOUMI_HOME": str(self._home), "PYTHONDONTWRITEBYTECODE": ""}
            return cost(command, env, allowed=(0, 1, 3))

        return run

    def _peak(self, address: str) -> int:
        """Return the largest resident set of a scan's processes; a small process asks, a child begins as its parent."""
        shutil.rmtree(self._home / "state", ignore_errors=True)
        command = (sys.executable, "-c", PEAK, *SHOUMI, "scan", address, "-f", "jsonl", "-o", str(self._out), "-j", "2")
        environment = {**os.environ, "SHOUMI_HOME": str(self._home)}
        return int(subprocess.run(command, env=environment, capture_output=True, check=True, text=True).stdout) // 1024

    def _rg(self, address: str) -> Callable[[], Cost] | None:
        if not shutil.which("rg"):
            return None
        command = ("rg", "-uu", "-a", "-o", "-b", "--no-heading", "-N", "-j1", "-f", str(P15), address)
        return lambda: cost(command, allowed=(0, 1))

    def _cat(self, address: str) -> Callable[[], Cost]:
        listing = self._folder / "files.txt"
        found = subprocess.run(("find", address, "-type", "f"), capture_output=True, check=True).stdout
        listing.write_bytes(found)
        return lambda: cost(("xargs", "-a", str(listing), "cat"))

    def _kingfisher(self, address: str) -> Callable[[], Cost] | None:
        program = shutil.which("kingfisher", path=f"{Path(sys.executable).parent}:{os.environ['PATH']}")
        if not program:
            return None
        command = (program, "scan", address, "--no-validate", "--jobs", "1", "--format", "jsonl", "--no-update-check")
        return lambda: cost(command, allowed=(0, 200, 205))

    def _keywords(self, count: int) -> str:
        draw = random.Random(SEED + count)
        words = set()
        while len(words) < count:
            if draw.random() < 0.5:
                words.add("".join(chr(draw.randint(0x4E00, 0x9FA5)) for _ in range(draw.randint(3, 6))))
            else:
                words.add("".join(draw.choices("abcdefghijklmnopqrstuvwxyz", k=draw.randint(7, 12))))
        listing = self._folder / f"words-{count}.txt"
        listing.write_text("\n".join(sorted(words)), "utf-8")
        added = self._scan(self._small, "--packs", f"cn,personal,{listing}")
        return self._ratio(added, self._scan(self._small, "--packs", "cn,personal"))

    def _again(self) -> str:
        first, again = self._scan(self._small), self._scan(self._small, fresh=False)
        pairs = [(first(), again()) for _ in range(max(2, self._runs // 2))]
        ratios = [b.cpu / a.cpu for a, b in pairs]
        return f"{statistics.median(ratios):.3f} [{min(ratios):.3f}–{max(ratios):.3f}]"

    def _quality(self) -> str:
        self._scan(self._small, jobs=2)()
        truth = {
            (entry["path"], entry["line"]): entry for entry in json.loads((self._folder / "truth.json").read_text())
        }
        found, others = set(), 0
        for line in self._out.read_text().splitlines():
            event = json.loads(line)
            if event["type"] != "match" or event["severity"] in ("info", "low"):
                continue
            place = (str(Path(event["path"]).relative_to(self._small)), event["locator"].get("line"))
            if place in truth:
                found.add(place)
            else:
                others += 1
        leaks = {place for place, entry in truth.items() if entry["leak"]}
        decoys = truth.keys() - leaks
        for place in sorted(leaks - found)[:5] + sorted(decoys & found)[:5]:
            print(f"# {'missed' if place in leaks else 'false'}: {place} {truth[place]['text']}", file=sys.stderr)
        size = sum(path.stat().st_size for path in Path(self._big).iterdir()) / 1e6
        return f"{len(leaks & found)}/{len(leaks)}, {len(decoys & found)}/{len(decoys)}, {others / size:.3f}"


def cost(command: Sequence[str], env: dict[str, str] | None = None, allowed: Sequence[int] = (0,)) -> Cost:
    """Run a command to its end and return what it and its children took."""
    started = time.perf_counter()
    with tempfile.TemporaryFile() as errors:
        child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors, env={**os.environ, **(env or {})})
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode not in allowed:
            errors.seek(0)
            raise SystemExit(f"{' '.join(command)} ended with {child.returncode}: {errors.read().decode()[-500:]}")
    return Cost(used.ru_utime + used.ru_stime, time.perf_counter() - started)


if __name__ == "__main__":
    main()
