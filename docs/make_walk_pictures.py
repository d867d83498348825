"""Pictures of the guide's pages that a browser test walks: it runs in two languages, its screenshots are made small.

    python docs/make_walk_pictures.py                devices and compilation
    python docs/make_walk_pictures.py devices        tests/browser/test_devices.py → docs/images/devices-….png

Each run makes a demo of its own and needs nothing but Chromium. Enters names of walks; leaves PNGs in docs/images/. A
further page adds its line to PICTURES.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
LANGUAGES = ("en", "zh-hans")
PICTURES = {
    "devices": (
        "ledger", "way", "other-disk", "differs", "forbidden", "stranger", "untreated", "checklist", "round",
        "not-clean", "evidence", "destroy", "certificate",
    ),
    "compilation": ("compiler", "text", "review", "cleared", "changed", "publish", "case"),
}  # fmt: skip


def main(names: list[str]) -> int:
    """Run each walk in each language and keep its pictures."""
    from PIL import Image

    for name in names or PICTURES:
        for language in LANGUAGES:
            with tempfile.TemporaryDirectory() as folder:
                environment = {**os.environ, "SHOUMI_SCREENSHOTS": folder, "SHOUMI_WALK_LANGUAGE": language}
                test = f"tests/browser/test_{name}.py"
                command = [sys.executable, "-m", "pytest", test, "-q"]
                subprocess.run(command, env=environment, cwd=HERE.parent, check=True)
                for step in PICTURES[name]:
                    shot = Image.open(Path(folder) / f"{name}-{step}.png")
                    shot.quantize(64).save(HERE / "images" / f"{name}-{step}-{language}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
