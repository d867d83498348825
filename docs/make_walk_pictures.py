"""Pictures of the guide's pages that a browser test walks: the test runs, its screenshots are made small.

    python docs/make_walk_pictures.py devices        tests/browser/test_devices.py → docs/images/devices-….png

Enters names of walks; leaves PNGs in docs/images/. A further page adds its line to PICTURES.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent
PICTURES = {"devices": ("differs", "forbidden", "stranger", "round", "not-clean")}


def main(names: list[str]) -> int:
    """Run each walk and keep its pictures."""
    from PIL import Image

    for name in names or PICTURES:
        with tempfile.TemporaryDirectory() as folder:
            environment = {**os.environ, "SHOUMI_SCREENSHOTS": folder}
            test = f"tests/browser/test_{name}.py"
            subprocess.run([sys.executable, "-m", "pytest", test, "-q"], env=environment, cwd=HERE.parent, check=True)
            for step in PICTURES[name]:
                shot = Image.open(Path(folder) / f"{name}-{step}.png")
                shot.quantize(64).save(HERE / "images" / f"{name}-{step}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
