"""Which rooms there are: every folder of this package, or of ``areas``, that holds an ``apps.py``.

Enters nothing; leaves dotted names in a fixed order. Settings install them, ``urls.py`` mounts them under their names.
"""

from __future__ import annotations

from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Return the dotted names of all rooms, sorted; the areas come last, because they stand on the others."""
    found = [*sorted(HERE.glob("*/apps.py")), *sorted(HERE.glob("areas/*/apps.py"))]
    return ["shoumi.console." + ".".join(path.parent.relative_to(HERE).parts) for path in found]


def short(name: str) -> str:
    """Return the room's own name: the last part, which is also its address and its Django label."""
    return name.rpartition(".")[2]
