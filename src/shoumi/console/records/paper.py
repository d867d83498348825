"""A document as PDF, through Typst: black on white, rules of one point, like the form it stands for.

All text goes to Typst as one JSON value and is drawn as text, never read as markup or code. Fonts come from a wheel
(Noto Sans CJK) and from Typst itself; the machine's own are not looked at, so that every machine draws the same.
"""

from __future__ import annotations

import io
import json
import re
from dataclasses import asdict
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any, Final

from shoumi.console.records.document import Document

FORM: Final = Path(__file__).parent / "form.typ"
PIECE: Final = 6  # letters of a long word between two places to break it
_LONG: Final = re.compile(r"[^\s\u2e80-\uffff]{20,}")  # Chinese breaks anywhere by itself
LARGE: Final = 2000  # cells; above, the tree of tags would be larger than the page itself
REGIONS: Final = {"zh-hans": ("zh", "cn"), "zh-hant": ("zh", "tw"), "en": ("en", "gb")}


def pdf(document: Document, at: datetime) -> bytes:
    """Return the PDF. The same document and time give the same bytes."""
    import typst

    values = _breakable(asdict(document)) | {"stamp": asdict(document.stamp) if document.stamp else None}
    values["lang"], values["region"] = REGIONS.get(document.language, ("en", "gb"))
    for block in values["blocks"]:
        if block["kind"] == "code":
            block["picture"] = qr(block["text"])
        for label in block.get("labels", ()):
            label["picture"] = qr(label["code"])
    values["large"] = _cells(document) > LARGE
    values["picture"] = qr(document.stamp.address) if document.stamp else ""
    result: Any = typst.compile(
        FORM,
        root=FORM.parent,
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"data": json.dumps(values, ensure_ascii=False)},
        timestamp=int(at.timestamp()),
        pdf_tags=not values["large"],
    )
    return bytes(result)


def qr(text: str) -> str:
    """Return a QR code as SVG."""
    import segno

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False, svgns=True)
    return picture.getvalue().decode()


@cache
def _fonts() -> Any:
    import cvttf_NotoSansCJK_Regular
    import typst

    folder = str(Path(cvttf_NotoSansCJK_Regular.get_TTF_path()).parent)
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=[folder])


def _cells(document: Document) -> int:
    return sum(len(block["rows"]) * len(block["head"]) for block in document.blocks if block["kind"] == "table")


def _breakable(value: Any) -> Any:
    """Return the values with places to break inside very long words, so that none runs over its cell."""
    if isinstance(value, str):
        return _LONG.sub(_broken, value)
    if isinstance(value, list):
        return [_breakable(one) for one in value]
    return {key: _breakable(one) for key, one in value.items()} if isinstance(value, dict) else value


def _broken(word: re.Match[str]) -> str:
    """Return a word with a zero-width space after every few letters."""
    text = word.group()
    return "\u200b".join(text[start : start + PIECE] for start in range(0, len(text), PIECE))
