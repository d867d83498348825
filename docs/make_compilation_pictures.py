"""Pictures of docs/guide/compilation.md, taken from the browser walk of the room.

    SHOUMI_SCREENSHOTS=/tmp/shots python -m pytest tests/browser/test_compilation.py
    python docs/make_compilation_pictures.py /tmp/shots

Enters the folder of screenshots, leaves small PNGs in docs/images/.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
STEPS = ("text",)


def main(arguments: list[str]) -> int:
    """Copy what the guide shows, with few colours."""
    from PIL import Image

    for step in STEPS:
        for language in ("en", "zh-hans"):
            shot = Image.open(Path(arguments[0]) / f"{step}-{language}.png")
            shot.quantize(64).save(HERE / "images" / f"compilation-{step}-{language}.png", optimize=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
