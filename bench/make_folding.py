"""Writes ``passages/folding.bin``: how each character is folded before passages are compared.

    python bench/make_folding.py

In: the Unicode tables of this Python, and OpenCC's character and phrase tables (Apache-2.0). Out: one compressed table,
shipped, so that an index means the same under every Python version and nothing has to be computed at start. Layout
(little-endian, zlib): 65,536 × uint16 folded code, 0 for dropped, 0xFFFF for more than one character; then UTF-8 lines
``character TAB folded`` for those and for characters beyond the first plane.

A Chinese character is folded to one of its class: all characters that any conversion between Simplified and
Traditional (standard, Taiwan, Hong Kong) may put for one another. Which of 了 and 瞭, 复 and 覆, 着 and 著 a converter
writes depends on the words around, and another converter decides otherwise; so all of them are one. Regional words
(软件, 軟體) are other words, and stay so. A table that folds otherwise needs another ``FOLDING`` (normalise.py).
"""

from __future__ import annotations

import subprocess
import sys
import unicodedata
import zlib
from array import array
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

import opencc

OUT = Path(__file__).parents[1] / "src/shoumi/engine/passages/folding.bin"
TABLES = Path(opencc.__file__).parent / "clib"
MANY = 0xFFFF
CHARACTERS = (
    "STCharacters",
    "TSCharacters",
    "TSCharactersExt",
    "TWVariants",
    "TWVariantsRev",
    "HKVariants",
    "HKVariantsRev",
)
PHRASES = (
    "STPhrases",
    "TSPhrases",
    "TWVariantsPhrases",
    "TWVariantsRevPhrases",
    "HKVariantsPhrases",
    "HKVariantsRevPhrases",
)
RADICALS = (  # Unicode's EquivalentUnifiedIdeograph: PDF files say ⻚ for 页, and NFKC leaves it
    (
        "⺁⺂⺃⺄⺅⺆⺈⺉⺊⺋⺌⺍⺎⺏⺐⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺫⺬⺭⺯⺰⺱⺲⺳⺴⺶⺹⺺⺻",
        "厂乛乚乙亻冂刀刂卜㔾小小兀尣尢巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王目示礻糹纟罓罒㓁冗羊耂肀聿",
    ),
    (
        "⺼⺾⺿⻀⻁⻂⻃⻄⻅⻆⻈⻉⻋⻌⻍⻎⻏⻐⻑⻒⻓⻔⻖⻗⻘⻙⻚⻛⻜⻝⻟⻠⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
        "肉艹艹艹虎衤覀西见角讠贝车辶辶辶邑钅長镸长门阝雨青韦页风飞食飠饣马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
    ),
)


def main() -> None:
    same = classes()
    table = array("H", bytes(2 * 0x10000))
    lines = []
    for code in range(0x110000):
        if 0xD800 <= code <= 0xDFFF:
            continue
        folded = fold(chr(code), same)
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


def fold(char: str, same: Mapping[str, str]) -> str:
    """NFKC, case fold, accents dropped, one character for each class, only letters and digits."""
    text = unicodedata.normalize("NFKC", _RADICALS.get(char, char)).casefold()
    if not any("\uac00" <= part <= "\ud7a3" for part in text):
        text = unicodedata.normalize("NFKD", text)
    # One character at a time: phrases would make the result depend on where a line breaks.
    return "".join(same.get(part, part) for part in text if part.isalnum())


def classes() -> dict[str, str]:
    """Return for each character of a class with others the one that stands for all."""
    above: dict[str, str] = {}

    def top(char: str) -> str:
        while (upper := above.get(char, char)) != char:
            char = upper
        return char

    for one, other in pairs():
        above[top(one)] = top(other)
    found: dict[str, list[str]] = {}
    for char in sorted({*above, *above.values()}):
        found.setdefault(top(char), []).append(char)
    simplify = opencc.OpenCC("t2s")
    return {char: chosen for group in found.values() for chosen in [_chosen(group, simplify)] for char in group}


def _chosen(group: list[str], simplify: opencc.OpenCC) -> str:
    """Return what most of a class become when simplified: as far as can be what any one of them became before."""
    votes = Counter(simplify.convert(char) for char in group)
    return min(group, key=lambda char: (ord(char) > MANY, -votes[char], char))


def pairs() -> Iterator[tuple[str, str]]:
    """Yield characters that some conversion puts for one another."""
    for name in (*CHARACTERS, *PHRASES):
        command = [TABLES / "bin/opencc_dict", "-f", "ocd2", "-t", "text", "-o", "/dev/stdout", "-i"]
        table = TABLES / f"share/opencc/{name}.ocd2"
        for line in subprocess.run([*command, table], capture_output=True, check=True).stdout.decode().splitlines():
            key, _, values = line.partition("\t")
            for value in values.split(" ") if not key.startswith("#") else ():
                if len(key) == len(value):
                    yield from (
                        (one, other) for one, other in zip(_plain(key), _plain(value), strict=True) if one != other
                    )


def _plain(text: str) -> list[str]:
    return [unicodedata.normalize("NFKC", char) for char in text]


_RADICALS = {one: other for few in RADICALS for one, other in zip(*few, strict=True)}

if __name__ == "__main__":
    main()
