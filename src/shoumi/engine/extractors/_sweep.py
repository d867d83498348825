"""The last resort: whatever reads like text in bytes that nothing understands.

Bytes in, runs of text with their offsets out. Runs are looked for as UTF-16 (little endian, both alignments), as
UTF-8 or GB18030, and as ASCII, because these are what Office files and databases of this part of the world hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

# ASCII, CJK punctuation, kana, hangul, ideographs (both planes used in practice), full-width forms, UTF-16LE.
_LATIN16: Final = rb"[\x09\x0a\x0d\x20-\x7e]\x00"
_CJK16: Final = rb"[\x00-\xff][\x30\x4e-\x9f\xac-\xd7\xff]|[\x05\x06\x10-\x27\xb7]\x20"
_WIDE: Final = re.compile(rb"(?:" + _LATIN16 + rb"|" + _CJK16 + rb"){4,}")
_NARROW: Final = re.compile(
    rb"(?:[\x09\x0a\x0d\x20-\x7e]|[\x81-\xfe][\x40-\x7e\x80-\xfe]|[\xe3-\xe9][\x80-\xbf]{2}){6,}"
)
_TEXTUAL: Final = re.compile(r"[0-9A-Za-z]{4}|[\u4e00-\u9fff]{3}|[\u3041-\u30fe]{3}|[\uac00-\ud7a3]{3}")
_COMMON: Final = frozenset(
    "的一是在不了有和人这中大为上个国我以要他时来用们生到作地于出就分对成会可主发年动同工也能下过子说产种面而方后多定行学法所民得经"
    "十三之进着等部度家电力里如水化高自二理起小物现实加量都两体制机当使点从业本去把性好应开它合还因由其些然前外天政四日那社义事平形相"
    "全表间样与关各重新线内数正心反你明看原又利比或但质气第向道命此变条只没结解问意建月公无系军很情者最立代想已通并提直题党程展五果料"
    "象员革位入常文总次品式活设及管特件长求老头基资边流路级少图山统接知较将组见计别她手角期根论运农指几九区强放决西被干做必战先回则任"
    "取据处队南给色光门即保治北造百规热领七海口东导器压志世金增争济阶油思术极交受联什认六共权收证改清己美再采转更单风切打白教速花带安"
    "场身车例真务具万每目至达走积示议声报斗完类八离华名确才科张信马节话米整空元况今集温传土许步群广石记需段研界拉林律叫且究观越织装影"
    "密级绝秘限内部号码姓址身份證國業員機關電話個時後來會對於這說開實動"
)
_MOST: Final = 20_000  # runs


def runs(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield (offset in bytes, text) for everything that reads like text; at most 20,000 runs."""
    count = 0
    for found in _WIDE.finditer(data):
        text = found.group().decode("utf-16-le", "ignore")
        if _plausible(text):
            yield found.start(), text.strip()
            count += 1
            if count >= _MOST:
                return
    for found in _NARROW.finditer(data):
        text = _narrow(found.group())
        if _plausible(text):
            yield found.start(), text.strip()
            count += 1
            if count >= _MOST:
                return


def _narrow(raw: bytes) -> str:
    if raw.isascii():
        return raw.decode("ascii")
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "ignore")


def _plausible(text: str) -> bool:
    """Whether a run says something: words, or ideographs among which common ones are usual (random bytes have few)."""
    if not _TEXTUAL.search(text):
        return False
    cjk = [char for char in text if "\u4e00" <= char <= "\u9fff"]
    if len(cjk) * 2 < len(text):
        return True
    return sum(char in _COMMON for char in cjk) * 5 >= len(cjk)
