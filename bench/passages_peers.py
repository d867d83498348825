"""What other tools find of the same planted passages: ``sim_text`` (similarity-tester) and copydetect.

Both are judged generously: any run that a tool reports between a file and the source of its passage counts as found.
sim_text compares all files with all registered ones by words (``-S -r8``, as it is compared for speed) and again with
``-r3``, because text without spaces has few words; copydetect, with its default lengths, compares each file with its
source alone. A tool that is not installed is named in the table as such.
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

_RUN = re.compile(r"^(\S+): line \d+-\d+\s*\|(\S+): line \d+-\d+\s*\[\d+\]")
_NOISE, _SURE = 25, 30  # copydetect's defaults: lengths below which nothing, from which on everything is found


def recall(bench: Any, cell: Any) -> dict[str, int | None]:
    """Return for each tool in how many files of a cell the source was found; None for one that is not installed."""
    folder = bench.work / f"{cell.language}{cell.size}"
    folder.mkdir()
    files = []
    for number, (text, place) in enumerate(cell.planted):
        path = folder / f"q{number}.txt"
        path.write_text(text)
        files.append((path, bench.work / "registered" / f"{place}.txt"))
    found: dict[str, int | None] = {}
    for run in (8, 3):
        here = shutil.which("sim_text")
        found[f"sim_text -r{run}"] = _sim_text(files, bench.work / "registered", run) if here else None
    try:
        from copydetect import CodeFingerprint, compare_files
    except ImportError:
        return found | {"copydetect": None}

    def mark(path: Path) -> Any:
        return CodeFingerprint(str(path), _NOISE, _SURE - _NOISE + 1, filter=False, encoding="utf-8")

    found["copydetect"] = sum(bool(compare_files(mark(path), mark(source))[0] > 0) for path, source in files)
    return found


def _sim_text(files: list[tuple[Path, Path]], registered: Path, run: int) -> int:
    work = registered.parent  # short names: long ones are cut off in the answer
    known = sorted(path.relative_to(work) for path in registered.iterdir())
    names = [str(path.relative_to(work)) for path, _ in files] + ["/"] + [str(path) for path in known]
    answer = subprocess.run(
        ["sim_text", "-S", "-n", f"-r{run}", "-i"],
        input="\n".join(names).encode() + b"\n",
        cwd=work,
        capture_output=True,
        check=False,
    )
    if answer.returncode:
        raise RuntimeError(f"sim_text: {answer.stderr.decode('utf-8', 'replace')[:300]}")
    lines = answer.stdout.decode("utf-8", "replace").splitlines()
    pairs = {(found[1], found[2]) for line in lines if (found := _RUN.match(line))}
    return sum((str(path.relative_to(work)), str(source.relative_to(work))) in pairs for path, source in files)
