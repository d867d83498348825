"""Sets one PDF in a process of its own: values in as JSON on standard input, the PDF out on standard output.

Apart from the console because Typst keeps threads that do not live through a fork, and so that a form that would take
for ever can be ended. Run as a file, with nothing of the console loaded.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any


def main() -> None:
    """Read, set, write."""
    import cvttf_NotoSansCJK_Regular  # type: ignore[import-untyped]
    import typst

    given = json.load(sys.stdin.buffer)
    fonts = str(Path(cvttf_NotoSansCJK_Regular.get_TTF_path()).parent)
    form = Path(__file__).parent / "form.typ"
    result: Any = typst.compile(
        form,
        root=form.parent,
        font_paths=typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[fonts]),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(given["data"], ensure_ascii=False)},
        timestamp=given["at"],
        pdf_tags=given["tags"],
    )
    sys.stdout.buffer.write(result)


if __name__ == "__main__":
    main()
