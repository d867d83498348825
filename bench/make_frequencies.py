"""Makes ``src/shoumi/engine/frequencies.txt``: how usual each character is in Chinese text.

    make_frequencies.py --simplified FOLDER… --traditional FOLDER… [-o FILE]

Each folder is one source and counts the same however long it is: any mixture of documentation as UTF-8 text, HTML or
compiled translations (``.mo``), also gzipped. Debian's translated manuals serve well: debian-reference-zh-cn and
-zh-tw, libreoffice-help-zh-cn and -zh-tw, manpages-zh, fortunes-zh. Only counts of single characters leave this
script. The levels of GB 2312 and Big5, which order characters by use, keep words of other fields from looking rare.

Every line of the result is a script (S or T), the cost of a character in eighths of a natural-log unit, and the
characters of that cost.
"""

from __future__ import annotations

import argparse
import gzip
import math
import re
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

WANTED = re.compile(
    "[\u00b7\u2010-\u2026\u2103-\u22ff\u2460-\u2473\u25a0-\u2642\u3000-\u3017\u4e00-\u9fff\uff00-\uff5e\uffe5]"
)
STEPS = 8  # per natural-log unit
DAMPED = 0.85  # flattens the counts: another field uses other words

# What written Cantonese uses on every line and manuals never do.
CANTONESE = "嘅唔係咗喺哋嚟啲冇嘢佢嗰咁乜啱喇啦囉攞揾搵瞓畀嚿啫噉嘞咩咪諗嬲冚睇晒嘥咯喎㗎啩嗱哂嘈鬧癲叻攰孭"
# Full-width forms and signs that offices type.
SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何高林罗郑梁谢宋唐许邓韩冯曹彭曾肖田董袁潘于蒋蔡余杜叶程苏魏吕丁任沈"
    "姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫段雷侯龙史陶黎贺顾毛郝龚邵万钱严覃武戴莫孔向汤"
)
SURNAMES_T = (
    "陳林黃張李王吳劉蔡楊許鄭謝郭洪曾邱廖賴周徐蘇葉莊呂江何羅高蕭潘簡朱鍾彭游詹胡施沈余趙盧梁顏柯孫魏翁戴"
    "范方宋鄧杜傅侯曹薛阮丁馬溫藍石蔣唐卓馮姚連歐董黎譚關湯孔鄺霍麥"
)
OFFICE = "★☆■□●○◆◇▲△※→①②③④⑤⑥⑦⑧⑨⑩〔〕〇《》〈〉「」『』【】“”‘’——……·、。,;:?!()¥%~．－＋＝０１２３４５６７８９"


def counts(folder: Path) -> Counter[str]:
    found: Counter[str] = Counter()
    for path in sorted(folder.rglob("*") if folder.is_dir() else [folder]):
        if path.is_file() and not path.is_symlink() and path.suffix not in (".png", ".pdf", ".epub", ".dat", ".jar"):
            data = path.read_bytes()
            data = gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data
            found.update(WANTED.findall(data.decode("utf-8", "ignore")))
    return found


def block(codec: str, leads: Iterable[int]) -> str:
    trails = range(0x40, 0xFF)
    text = (bytes((lead, trail)).decode(codec, "ignore") for lead in leads for trail in trails)
    return "".join(char for char in text if len(char) == 1 and "\u4e00" <= char <= "\u9fff")


def shares(folders: list[Path], usual: str, rare: str, surnames: str) -> dict[str, float]:
    total: Counter[str] = Counter()
    for folder in folders:
        damped = {char: count**DAMPED for char, count in counts(folder).items()}
        whole = sum(damped.values())
        for char, weight in damped.items():
            total[char] += 0.80 * weight / whole / len(folders)
    for text, weight in ((usual, 0.15), (rare, 0.015), (CANTONESE, 0.015), (OFFICE, 0.02), (surnames, 0.02)):
        for char in text:
            total[char] += weight / len(text)
    return dict(total)


def lines(script: str, share: dict[str, float]) -> Iterable[str]:
    by_cost: dict[int, list[str]] = {}
    for char, weight in share.items():
        by_cost.setdefault(round(-math.log(weight) * STEPS), []).append(char)
    for cost in sorted(by_cost):
        yield f"{script} {cost} {''.join(sorted(by_cost[cost]))}\n"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--simplified", nargs="+", type=Path, required=True)
    parser.add_argument("--traditional", nargs="+", type=Path, required=True)
    parser.add_argument("-o", "--output", type=Path, default=Path("src/shoumi/engine/frequencies.txt"))
    given = parser.parse_args()
    levels = block("gb2312", range(0xB0, 0xD8)), block("gb2312", range(0xD8, 0xF8))
    simplified = shares(given.simplified, *levels, SURNAMES)
    levels = block("big5", range(0xA4, 0xC7)), block("big5", range(0xC9, 0xFA))
    traditional = shares(given.traditional, *levels, SURNAMES_T)
    with given.output.open("w", encoding="utf-8", newline="\n") as file:
        file.writelines(lines("S", simplified))
        file.writelines(lines("T", traditional))


if __name__ == "__main__":
    main()
