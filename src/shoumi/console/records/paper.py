"""A document as PDF, through Typst: black on white, rules of one point, like the form it stands for.

All text goes to Typst as one JSON value and is drawn as text, never read as markup or code. Fonts come from a wheel
(Noto Sans CJK) and from Typst itself; the machine's own are not looked at, so that every machine draws the same.
"""

from __future__ import annotations

import io
import json
import re
import subprocess
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.utils.translation import gettext as _

from shoumi.console.action import Unmet
from shoumi.console.records.document import Document
from shoumi.console.records.glyphs import visible

PRESS: Final = Path(__file__).parent / "press.py"
SECONDS = 15  # less than anybody waits for a page
MOST: Final = 30_000  # cells of tables that a PDF is issued with; a workbook holds more
PIECE: Final = 6  # letters of a long word between two places to break it
_LONG: Final = re.compile(r"[^\s\u2e80-\uffff]{20,}")  # Chinese breaks anywhere by itself
LARGE: Final = 2000  # cells; above, the tree of tags would be larger than the page itself
REGIONS: Final = {"zh-hans": ("zh", "cn"), "zh-hant": ("zh", "tw"), "en": ("en", "gb")}


def pdf(document: Document, at: datetime) -> bytes:
    """Return the PDF. The same document and time give the same bytes."""
    plain = asdict(document)
    values = _drawable(plain) | {"stamp": asdict(document.stamp) if document.stamp else None}
    values["lang"], values["region"] = REGIONS.get(document.language, ("en", "gb"))
    for block, own in zip(values["blocks"], plain["blocks"], strict=True):
        if block["kind"] == "code":
            block["picture"] = qr(own["text"])  # as it is: a code holds no places to break and no replacements
        for label, code in zip(block.get("labels", ()), own.get("labels", ()), strict=True):
            label["picture"] = qr(code["code"])
    values["large"] = cells(document) > LARGE
    values["picture"] = qr(document.stamp.address) if document.stamp else ""
    given = {"data": values, "at": int(at.timestamp()), "tags": not values["large"]}
    return _press(json.dumps(given, ensure_ascii=False).encode())


def _press(given: bytes) -> bytes:
    """Set it in a process of its own; raise Unmet when it takes too long."""
    run = [sys.executable, "-I", str(PRESS)]
    try:
        return subprocess.run(run, input=given, capture_output=True, check=True, timeout=SECONDS).stdout
    except subprocess.TimeoutExpired as error:
        raise too_large() from error


def too_large() -> Unmet:
    """Return what is said about a record of very many rows."""
    return Unmet(_("This record is too large for a PDF. Issue it as a workbook instead."))


def qr(text: str) -> str:
    """Return a QR code as SVG."""
    import segno

    picture = io.BytesIO()
    segno.make(text, error="m", micro=False).save(picture, kind="svg", border=0, xmldecl=False, svgns=True)
    return picture.getvalue().decode()


def cells(document: Document) -> int:
    """Return how many cells its tables have."""
    return sum(len(block["rows"]) * len(block["head"]) for block in document.blocks if block["kind"] == "table")


def _drawable(value: Any) -> Any:
    """Return the values as the font can draw them, with places to break inside very long words."""
    if isinstance(value, str):
        return _LONG.sub(_broken, visible(value))
    if isinstance(value, list | tuple):
        return [_drawable(one) for one in value]
    return {key: _drawable(one) for key, one in value.items()} if isinstance(value, dict) else value


def _broken(word: re.Match[str]) -> str:
    """Return a word with a zero-width space after every few letters."""
    text = word.group()
    return "\u200b".join(text[start : start + PIECE] for start in range(0, len(text), PIECE))
