"""Recall, false alarms and speed of registered documents, on real public text that this script fetches itself.

    python -m bench.passages [--docs 350] [--cells 60] [--seed 1] [--rows NAME,NAME] [--speed N,N] [--folder DIR]

Prints the table of recall by kind of change, files without a planted passage that were flagged, wrong documents, span
overlap, excerpts that add up, index size, speed of registering and looking up; ``--speed 1000,20000 --query 100``
measures more. The peers ``sim_text`` (Debian: similarity-tester) and copydetect (PyPI, extra ``bench``) are run on the
same files; where one is not installed, the table says so. Everything is drawn with the seed, each row for itself, so
that a row alone (``--rows "traditional zh 40"``) is the same as among the others; ``--misses`` shows what was not
found.
Keys differ from run to run, and with them which fingerprints are stored.
"""

from __future__ import annotations

import argparse
import random
import re
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1]))  # run as a script, it stands in its own folder

from bench import corpus, passages_adding, passages_peers, passages_speed
from shoumi.engine import passages
from shoumi.engine.home import Home
from shoumi.engine.intake import Intake
from shoumi.engine.passages.normalise import Codes, Offsets, fold
from shoumi.engine.passages.registry import Register, Registered
from shoumi.engine.passages.search import Searcher
from shoumi.engine.settings import Settings

PHRASES = Path(passages.__file__).with_name("phrases.txt")
COMMON = 45  # weight of a run that makes two documents related: 15 of Chinese, 45 letters


@dataclass
class Cell:
    """One kind of change and length."""

    name: str
    language: str
    size: int
    found: int = 0
    tried: int = 0
    overlap: list[float] = field(default_factory=list)
    planted: list[tuple[str, int]] = field(default_factory=list)  # text of the file, place of the source
    missed: list[tuple[str, str]] = field(default_factory=list)  # what was planted, and as it stands in the document

    def __str__(self) -> str:
        return f"{self.name} {self.language} {self.size}"


class Bench:
    """Registered and unseen documents, and a registry of the first."""

    def __init__(self, arguments: argparse.Namespace, work: Path) -> None:
        self.draw = random.Random(arguments.seed)
        self.arguments, self.work = arguments, work
        texts = corpus.documents(Path(arguments.folder))
        self.registered, self.unseen = corpus.split(texts, arguments.docs, arguments.seed)
        self.home = Home(work / "home")
        folder = work / "registered"
        folder.mkdir()
        for number, text in enumerate(self.registered):
            (folder / f"{number}.txt").write_text(text.text)
        started = time.process_time()
        Intake(self.home, Settings()).add([str(folder)], Registered(id="", title="", level="秘密"))
        self.adding = time.process_time() - started
        with Register(self.home) as register:
            self.numbers = {int(one.title.removesuffix(".txt")): one.number for one in register.documents()}
            self.stats = register.stats()
            segments, _ = register.open_segments()
            self.searcher = Searcher(register.index_key, segments, register.families())
        self.by_number = {number: place for place, number in self.numbers.items()}
        self.folded = [fold(text.text.encode()).tobytes() for text in self.registered]
        self.phrases = fold(PHRASES.read_bytes()).tobytes()  # set phrases and licences: no copy of any document
        self.letters = [[place for place, char in enumerate(text.text) if char.isalnum()] for text in self.registered]
        self.wrong: Counter[str] = Counter()
        self.files = 0

    def passage(self, language: str, size: int) -> tuple[int, str]:
        """Draw a passage: ``size`` letters or characters of a registered document, not of markup or tables alone."""
        places = [
            place for place, text in enumerate(self.registered) if text.language == language and place in self.numbers
        ]
        while True:
            place = self.draw.choice(places)
            letters = self.letters[place]
            if len(letters) < size + 10:
                continue
            first = self.draw.randrange(len(letters) - size)
            text = self.registered[place].text[letters[first] : letters[first + size - 1] + 1]
            chinese = sum("\u4e00" <= char <= "\u9fff" for char in text)
            if len(set(text)) < 12 or (language == "zh" and chinese < 0.8 * size) or self.shared(text):
                continue
            return place, text

    def shared(self, text: str) -> bool:
        """Whether more than a few documents have most of a text: then nobody can say where it comes from."""
        codes = fold(text.encode())
        if self._several(codes[: len(codes) // 2]):
            return True
        size = 16 if (codes >= 0x2E80).mean() > 0.5 else 45
        pieces = [codes[at : at + size] for at in range(0, len(codes) - size + 1, size)]
        return sum(map(self._several, pieces)) * 4 >= len(pieces) * 3 > 0

    def _several(self, codes: Codes) -> bool:
        return codes.tobytes() in self.phrases or sum(codes.tobytes() in other for other in self.folded) > 2

    def host(self, language: str) -> str:
        """Draw 3,000 characters of an unseen document."""
        text = self.draw.choice([text for text in self.unseen if text.language == language]).text
        first = self.draw.randrange(max(1, len(text) - 3000))
        return text[first : first + 3000]

    def run(self, cell: Cell, change: Callable[[str], str]) -> None:
        """Plant changed passages and look for them."""
        self.draw.seed(f"{self.arguments.seed} {cell}")
        for _ in range(self.arguments.cells):
            place, text = self.passage(cell.language, cell.size)
            host = self.host(cell.language)
            cut = self.draw.randrange(len(host))
            planted = change(text)
            raw = (host[:cut] + "\n" + planted + "\n" + host[cut:]).encode()
            start = len((host[:cut] + "\n").encode())
            end = start + len(planted.encode())
            found = self.searcher.search(raw).passages
            here = [one for one in found if one.start < end and one.end > start]
            mine = [one for one in here if self.same(self.by_number[one.number], place, text)]
            cell.planted.append((raw.decode(), place))
            cell.tried += 1
            self.files += 1
            if mine:
                cell.found += 1
                cell.overlap.append(max(overlap(Offsets(raw), (one.start, one.end), (start, end)) for one in mine))
            else:
                cell.missed.append((planted, text))
            for one in found:
                if one not in mine and not self.related(raw[one.start : one.end], self.by_number[one.number]):
                    self.wrong[f"{cell.name} {cell.language}"] += 1

    def same(self, place: int, other: int, text: str) -> bool:
        """Whether a document is the source, or has the planted passage too."""
        return place == other or fold(text.encode()).tobytes() in self.folded[place]

    def related(self, raw: bytes, place: int) -> bool:
        """Whether a document really has a run of 16 Chinese characters or 45 others of a text."""
        codes = fold(raw)
        wide = codes >= 0x2E80
        for first in range(len(codes)):
            size = 16 if wide[first : first + 16].mean() > 0.5 else 45
            if first + size <= len(codes) and codes[first : first + size].tobytes() in self.folded[place]:
                return True
        return False

    def unrelated(self, count: int) -> tuple[int, int, list[str]]:
        """Return how many unseen documents without a common run were searched and flagged, and which."""
        from shoumi.engine.passages.grams import Gram
        from shoumi.engine.passages.normalise import folding

        table, gram = folding(), Gram(b"bench" * 8, COMMON)
        table.lengths[:] = table.weights  # runs by weight, for this question only
        known = np.unique(np.concatenate([hashes for text in self.registered for hashes in runs(gram, text.text)]))
        alone = []
        for text in self.unseen:
            found = np.concatenate([np.empty(0, np.uint64), *runs(gram, text.text)])
            places = np.minimum(np.searchsorted(known, found), len(known) - 1)
            if not (known[places] == found).any():
                alone.append(text)
        table.lengths[table.weights > 1] = 2
        self.draw.shuffle(alone)
        flagged = []
        for text in alone[:count]:
            raw = text.text.encode()
            for one in self.searcher.search(raw).passages:
                other = self.registered[self.by_number[one.number]].name
                flagged.append(f"{text.name} ~ {other}: {raw[one.start : one.end].decode()!r}")
                break
        return len(alone[:count]), len(flagged), flagged


def runs(gram: object, text: str) -> Iterator[np.ndarray]:
    yield from (hashes for _, hashes in gram.blocks(fold(text.encode())))


def overlap(offsets: Offsets, found: tuple[int, int], planted: tuple[int, int]) -> float:
    """Return intersection over union, in letters and characters."""
    a, b = (tuple(offsets.number(byte) for byte in span) for span in (found, planted))
    return max(0, min(a[1], b[1]) - max(a[0], b[0])) / max(1, max(a[1], b[1]) - min(a[0], b[0]))


def changes(draw: random.Random, alphabet: str) -> dict[str, Callable[[str], str]]:
    """Return every change of the table by name."""
    import opencc

    scripts = {name: opencc.OpenCC(form) for name, form in SCRIPTS.items()}

    def noise(share: float) -> Callable[[str], str]:
        def apply(text: str) -> str:
            out = []
            for char in text:
                chance = draw.random() if char.isalnum() else 1.0
                if chance < share / 2:
                    continue
                letters = alphabet if ord(char) > 0x2E80 else "abcdefghijklmnopqrstuvwxyz"
                out.append(draw.choice(letters) if chance < share else char)
            return "".join(out)

        return apply

    def wrap(text: str) -> str:
        flat = re.sub(r"\s+", " ", text)
        return "\n".join(flat[at : at + 17] for at in range(0, len(flat), 17))

    def shuffled(text: str) -> str:
        sentences = re.split(r"(?<=[。！？；\n])", text)
        draw.shuffle(sentences)
        return "".join(sentences)

    return {
        "verbatim": lambda text: text,
        "re-wrapped": wrap,
        "no punctuation": lambda text: re.sub(r"[^\w]", "", text),
        "full-width": lambda text: "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text),
        **{name: script.convert for name, script in scripts.items()},
        "10 % noise": noise(0.10),
        "3 % noise": noise(0.03),
        "shuffled": shuffled,
    }


SCRIPTS = {"traditional": "s2t", "as in Taiwan": "s2tw", "as in Hong Kong": "s2hk"}
ROWS = (
    *((name, "zh", 40) for name in ("verbatim", "re-wrapped", "no punctuation", "full-width", *SCRIPTS)),
    *((name, "en", 120) for name in ("verbatim", "re-wrapped", "no punctuation", "full-width")),
    ("verbatim", "zh", 120), ("verbatim", "en", 360), ("verbatim", "zh", 30), ("verbatim", "en", 90),
    *((name, "zh", 20) for name in ("verbatim", *SCRIPTS)), ("verbatim", "en", 60),
    ("10 % noise", "zh", 120), ("10 % noise", "en", 360), ("3 % noise", "zh", 60), ("3 % noise", "en", 180),
    ("shuffled", "zh", 300),
)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--docs", type=int, default=350)
    parser.add_argument("--cells", type=int, default=60, help="planted passages for each row")
    parser.add_argument("--unrelated", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument(
        "--rows", default="", metavar="NAME,NAME", help='only rows whose name, as "verbatim zh 40", holds one'
    )
    parser.add_argument("--misses", action="store_true", help="show the passages that were not found")
    parser.add_argument(
        "--speed", default="1000", metavar="N,N", help="speed with so many registered documents; empty: none"
    )
    parser.add_argument("--query", type=int, default=20, help="megabytes to look up")
    parser.add_argument("--folder", default=str(Path(tempfile.gettempdir()) / "shoumi-corpus"))
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as work:
        bench = Bench(arguments, Path(work))
        print(f"{len(bench.registered)} registered, {len(bench.unseen)} unseen; {bench.stats.characters:,} characters")
        print(
            f"index {bench.stats.bytes / bench.stats.characters:.2f} bytes per character, "
            f"registering {bench.stats.characters / bench.adding / 1e6:.1f} M characters per CPU-second"
        )
        chinese = Counter(c for t in bench.registered for c in t.text if "\u4e00" <= c <= "\u9fff")
        kinds = changes(bench.draw, "".join(c for c, _ in chinese.most_common(2000)))
        for name, language, size in ROWS:
            cell = Cell(name, language, size)
            if any(part.strip() in str(cell) for part in arguments.rows.split(",")):
                bench.run(cell, kinds[name])
                mean = statistics.mean(cell.overlap) if cell.overlap else 0.0
                peers = "".join(
                    f"   {peer} {100 * count / cell.tried:5.1f} %" if count is not None else f"   {peer} not installed"
                    for peer, count in (passages_peers.recall(bench, cell) if name == "verbatim" else {}).items()
                )
                print(
                    f"{name:16} {language} {size:4}  {100 * cell.found / cell.tried:6.1f} %   span {mean:.3f}{peers}",
                    flush=True,
                )
                for planted, text in cell.missed if arguments.misses else ():
                    print(f"    {planted!r}\n    in the document: {text!r}")
        print(f"wrong documents: {sum(bench.wrong.values())} in {bench.files} files {dict(bench.wrong)}")
        if not arguments.rows:
            passages_adding.measure(bench, arguments.cells)
        count, flagged, which = bench.unrelated(arguments.unrelated)
        print(f"unrelated documents flagged: {flagged} of {count}")
        for line in which[:10]:
            print("   ", line[:300])
        if arguments.speed:
            passages_speed.measure(bench)


if __name__ == "__main__":
    main()
