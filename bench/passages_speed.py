"""Speed of registered documents beside sim_text and copydetect: registering, looking up, one ``shoumi check``.

``measure`` takes the documents of bench/passages.py, cuts them into as many as are asked for, and prints CPU-seconds of
whole processes: user and system time, one core. The checked text is cut from documents that are not registered.
"""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

SIZE = 3_400  # characters of a registered document

_LOOK_UP = """
import os, sys, time
from pathlib import Path
from shoumi.engine.home import Home
from shoumi.engine.passages.registry import Register
from shoumi.engine.passages.search import Searcher
with Register(Home(Path(sys.argv[1]))) as register:
    segments, _ = register.open_segments()
    searcher = Searcher(register.index_key, segments, register.families())
found = 0
for name in sorted(os.listdir(sys.argv[2])):
    found += len(searcher.search(Path(sys.argv[2], name).read_bytes()).passages)
print(found)
"""


def measure(bench: Any) -> None:
    """Print the table of speed."""
    texts = [text.text for text in (*bench.registered, *bench.unseen)]
    query_size = bench.arguments.query * 1_000_000
    pieces = [text[at : at + SIZE] for text in texts for at in range(0, len(text), SIZE)]
    bench.draw.shuffle(pieces)
    pieces = [piece for piece in pieces if len(piece) > SIZE // 3]
    counts = [int(count) for count in bench.arguments.speed.split(",")]
    known, rest = pieces[: max(counts)], pieces[max(counts) :]
    query = bench.work / "query"
    query.mkdir()
    written = number = 0
    while written < query_size:  # text repeats when there is too little: for every tool alike
        block = "\n".join(rest[(number * 6) % len(rest) :][:6])
        written += (query / f"{number}.txt").write_bytes(block.encode())
        number += 1
    for count in counts:
        _one(bench, known[:count], query, written / 1e6)


def _one(bench: Any, documents: list[str], query: Path, megabytes: float) -> None:
    folder, home = bench.work / f"known{len(documents)}", bench.work / f"home{len(documents)}"
    folder.mkdir()
    for number, text in enumerate(documents):
        (folder / f"{number}.txt").write_text(text)
    environment = os.environ | {"SHOUMI_HOME": str(home)}
    shoumi = [sys.executable, "-m", "shoumi"] if shutil.which("shoumi") is None else ["shoumi"]
    shoumi = (
        [str(Path(sys.executable).with_name("shoumi"))] if Path(sys.executable).with_name("shoumi").exists() else shoumi
    )
    characters = sum(map(len, documents))
    seconds = _cpu([*shoumi, "register", "add", str(folder), "--level", "秘密"], environment)
    print(f"{len(documents):6} documents: registering {characters / seconds / 1e6:6.1f} M characters per CPU-second")
    stored = sum(path.stat().st_size for path in (home / "registry").iterdir())
    print(f"       index {stored / characters:.2f} bytes per character as written")
    own = _cpu([sys.executable, "-c", _LOOK_UP, str(home), str(query)], environment)
    print(f"       look-up of {megabytes:.0f} MB: {own:.2f} CPU-s, {megabytes / own:.1f} MB per CPU-second")
    if shutil.which("sim_text"):
        files = [str(path) for path in query.iterdir()] + ["/"] + [str(path) for path in folder.iterdir()]
        listing = bench.work / "files"
        listing.write_text("\n".join(files) + "\n")  # sim_text wants the last line ended
        peer = _cpu(["sim_text", "-S", "-r8", "-o", os.devnull, "-i"], environment, listing)
        print(f"       sim_text -S -r8: {peer:.2f} CPU-s; ratio {own / peer:.2f}")
    text = query / "0.txt"
    short = bench.work / "short.txt"
    short.write_bytes(text.read_bytes()[:2000].decode("utf-8", "ignore").encode())
    started = time.monotonic()
    _cpu([*shoumi, "check", str(short)], environment)
    first = time.monotonic() - started
    walls = []
    for _ in range(5):
        started = time.monotonic()
        _cpu([*shoumi, "check", str(short)], environment)
        walls.append(time.monotonic() - started)
    print(f"       shoumi check of 2 KB: {sorted(walls)[2]:.2f} s (first: {first:.2f} s)")


def _cpu(command: list[str], environment: dict[str, str], listing: Path | None = None) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with open(listing or os.devnull, "rb") as stdin:
        subprocess.run(
            command, env=environment, stdin=stdin, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False
        )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
