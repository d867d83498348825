"""Verifying a wipe: 1,000 planted remnants in a 2 GB image, all located; and the pace beside ``cmp`` against zeros.

    python -m bench.wipe [--megabytes 2048] [--plants 1000] [--runs 5] [--folder DIR]

The remnants are 64 to 512 bytes: text in four encodings, records, random bytes. The pace is that of the whole command
on an image of zeros, paired with ``cmp -n SIZE IMAGE /dev/zero`` in the same run.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SEED = 20261126
MIB = 1 << 20
TEXT = "某单位涉密载体清点登记表：编号、名称、密级、份数、责任人、存放地点、交接时间，逐项核对后签字确认。" * 12


def main() -> None:
    """Make the images, verify, compare."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=int, default=2048)
    parser.add_argument("--plants", type=int, default=1000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default=None)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=arguments.folder) as folder:
        size = arguments.megabytes * MIB
        image = Path(folder, "planted.img")
        spots = planted(image, size, arguments.plants)
        answer, _ = verify(image, Path(folder))
        places = answer["places"]
        located = sum(any(at < stop and start < at + length for at, length in places) for start, stop in spots)
        print(f"remnants: {located} of {len(spots)} located, verdict {answer['verdict']}, {answer['remnants']} places")
        zeros = Path(folder, "zeros.img")
        with zeros.open("wb") as stream:
            for _ in range(arguments.megabytes):
                stream.write(bytes(MIB))
        ratios = []
        for _ in range(arguments.runs):
            peer = timed(["cmp", "-n", str(size), str(zeros), "/dev/zero"])
            answer, own = verify(zeros, Path(folder))
            ratios.append((own[0] / peer[0], own[1] / peer[1]))
        wall, cpu = (statistics.median(pair[kind] for pair in ratios) for kind in (0, 1))
        print(f"pace: {wall:.2f} times the wall time of cmp, {cpu:.2f} times its CPU time (medians of {len(ratios)})")
        print(f"      verdict {answer['verdict']}, read {answer['read']} of {answer['size']} bytes")


def planted(image: Path, size: int, count: int) -> list[tuple[int, int]]:
    """Write an image of zeros with remnants, no two near each other; return where they stand."""
    draw = random.Random(SEED)
    with image.open("wb") as stream:
        for _ in range(size // MIB):
            stream.write(bytes(MIB))
    spots = []
    with image.open("r+b") as stream:
        for number in range(count):
            room = size // count
            length = draw.randrange(64, 512)
            at = number * room + draw.randrange(room - length - 64)
            codec = draw.choice(("utf-8", "gb18030", "utf-16-le", "utf-16-be", ""))
            data = TEXT.encode(codec)[:length] if codec else draw.randbytes(length)
            stream.seek(at)
            stream.write(data)
            spots.append((at, at + len(data)))
    return spots


def verify(image: Path, home: Path) -> tuple[dict, tuple[float, float]]:
    """Run the command; return its answer, wall and CPU seconds."""
    command = [
        sys.executable,
        "-m",
        "shoumi",
        "device",
        "verify-wipe",
        str(image),
        "--full",
        "-o",
        str(home / "r.json"),
    ]
    took = timed(command, {**os.environ, "SHOUMI_HOME": str(home / "home")})
    return json.loads((home / "r.json").read_text()), took


def timed(command: list[str], environment: dict[str, str] | None = None) -> tuple[float, float]:
    """Run a command; return wall and CPU seconds."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.monotonic()
    subprocess.run(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall, after = time.monotonic() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


if __name__ == "__main__":
    main()
