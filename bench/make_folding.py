"""Writes ``passages/folding.bin``: how each character is folded before passages are compared.

    python bench/make_folding.py

In: the Unicode tables of this Python and OpenCC's Traditional→Simplified character table (Apache-2.0). Out: one
compressed table, shipped, so that an index means the same under every Python version and nothing has to be computed
at start. Layout (little-endian, zlib): 65,536 × uint16 folded code, 0 for dropped, 0xFFFF for more than one character;
then UTF-8 lines ``character TAB folded`` for those and for characters beyond the first plane.
"""

from __future__ import annotations

import sys
import unicodedata
import zlib
from array import array
from pathlib import Path

import opencc

OUT = Path(__file__).parents[1] / "src/shoumi/engine/passages/folding.bin"
MANY = 0xFFFF


def main() -> None:
    simplify = opencc.OpenCC("t2s")
    table = array("H", bytes(2 * 0x10000))
    lines = []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        folded = fold(chr(code), simplify)
        if code > 0xFFFF:
            if folded != chr(code) and folded:
                lines.append(f"{chr(code)}\t{folded}")
        elif len(folded) == 1 and ord(folded) < MANY:
            table[code] = ord(folded)
        elif folded:
            table[code] = MANY
            lines.append(f"{chr(code)}\t{folded}")
    if sys.byteorder == "big":
        table.byteswap()
    OUT.write_bytes(zlib.compress(table.tobytes() + "\n".join(lines).encode(), 9))
    print(f"{OUT.name}: {OUT.stat().st_size} bytes, {len(lines)} of more than one character or beyond the first plane")


def fold(char: str, simplify: opencc.OpenCC) -> str:
    """NFKC, case fold, accents dropped, Traditional→Simplified, only letters and digits."""
    text = unicodedata.normalize("NFKC", char).casefold()
    if not any("\uac00" <= part <= "\ud7a3" for part in text):
        text = unicodedata.normalize("NFKD", text)
    text = "".join(part for part in text if part.isalnum())
    # One character at a time: phrases would make the result depend on where a line breaks.
    return "".join(_single(simplify.convert(part), part) for part in text if ord(part) > 0x7F or part)


def _single(converted: str, original: str) -> str:
    return converted if len(converted) == 1 else original


if __name__ == "__main__":
    main()
