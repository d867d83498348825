"""The last resort: whatever reads like text in bytes that nothing understands.

Bytes in, runs of text with their offsets out. Runs are looked for as UTF-16 (little endian, at even and odd places),
and as UTF-8, GB 18030 or ASCII, because these are what Office files and databases of this part of the world hold.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from itertools import chain, islice
from typing import Final

# ASCII, dashes and stars, CJK punctuation and kana, ideographs, hangul, full-width forms; the low byte stands first.
_PAIR: Final = rb"[\x09\x0a\x0d\x20-\x7e]\x00|[\x00-\xff][\x20\x26\x30\x4e-\x9f\xac-\xd7\xff]"
_WIDE: Final = re.compile(rb"(?:(?!(?:" + _PAIR + rb"){4})..)*((?:" + _PAIR + rb"){4,})", re.DOTALL)
_NARROW: Final = re.compile(rb"[\t\n\r\x20-\x7e\x80-\xfe]{6,}")
_PROMISING: Final = re.compile(  # worth decoding: a word, usual GB 2312 pairs, UTF-8 ideographs, a row of GBK pairs
    rb"[0-9A-Za-z]{4}|(?:[\xb0-\xd7][\xa1-\xfe]|[\xa1\xa3][\xa1-\xfe]){2}|(?:[\xe2-\xed\xef][\x80-\xbf]{2}){2}"
    rb"|(?:[\x81-\xfe][\x40-\x7e\x80-\xfe]){6}"
)
_PLAIN: Final = re.compile(r"[\t\n\r -~]{6,}")
_TEXTUAL: Final = re.compile(
    r"[0-9A-Za-z]{4}|[\u4e00-\u9fff]{3}|[\u3041-\u30fe]{3}|[\uac00-\ud7a3]{3}|[密级絕绝機机秘]★"
)
_SHARE: Final = 0.8  # of a run's wide characters that are usual in one of the scripts
_KOREAN: Final = 8  # syllables in a row that chance does not make
_MOST: Final = 20_000  # runs


def runs(data: bytes) -> Iterator[tuple[int, str]]:
    """Yield (offset in bytes, text) for everything that reads like text; at most 20,000 runs."""
    yield from islice(chain(_wide(data, 0), _wide(data, 1), _narrow(data)), _MOST)


def _wide(data: bytes, at: int) -> Iterator[tuple[int, str]]:
    while found := _WIDE.match(data, at):
        at, raw = found.end(), found.group(1)
        text = raw.decode("utf-16-le", "ignore")
        if not (_korean(text) and _sense(_decoded(raw)) >= _SHARE):  # GB 2312 looks like hangul in UTF-16
            yield from _kept(found.start(1), text)


def _narrow(data: bytes) -> Iterator[tuple[int, str]]:
    for found in _NARROW.finditer(data):
        if _PROMISING.search(found.group()):
            yield from _kept(found.start(), _decoded(found.group()))


def _kept(at: int, text: str) -> Iterator[tuple[int, str]]:
    if _plausible(text):
        yield at, text.strip()
    elif not text.isascii():  # junk beside plain words: keep the words
        yield from ((at, piece.strip()) for piece in _PLAIN.findall(text) if _TEXTUAL.search(piece))


def _decoded(raw: bytes) -> str:
    """Decode as UTF-8 (cut characters at the ends left out), else as GB 18030 from the place where it makes sense."""
    if raw.isascii():
        return raw.decode("ascii")
    for start in range(4):
        try:
            return raw[start:].decode()
        except UnicodeDecodeError as error:
            if error.start >= len(raw) - start - 3 and error.reason == "unexpected end of data":
                return raw[start : start + error.start].decode()
    even, odd = raw.decode("gb18030", "ignore"), raw[1:].decode("gb18030", "ignore")
    return max(even, odd, key=_sense)


def _sense(text: str) -> float:
    wide = [char for char in text if char >= "\u2010"]
    return max(sum(char in usual for char in wide) / len(wide) for usual in _usual()) if wide else 0.0


def _plausible(text: str) -> bool:
    """Whether a run says something: words, or characters that are usual in one script (random bytes mix them)."""
    if not _TEXTUAL.search(text):
        return False
    wide = [char for char in text if char >= "\u2010"]
    if not wide:
        return True
    return (len(wide) >= _KOREAN and _korean(text)) or _sense(text) >= _SHARE


def _korean(text: str) -> bool:
    wide = [char for char in text if char >= "\u2010"]
    return sum("\uac00" <= char <= "\ud7a3" for char in wide) >= _SHARE * max(1, len(wide))


@cache
def _usual() -> tuple[frozenset[str], frozenset[str]]:
    """Return what is usual in simplified and in traditional Chinese: level 1 of GB 2312 and of Big5, and signs."""
    signs = {chr(code) for code in (*range(0x3001, 0x3012), *range(0x3041, 0x30FF), *range(0xFF01, 0xFF5F))}
    signs |= set("★☆※·—…“”‘’\u2026\u2014①②③④⑤⑥⑦⑧⑨⑩")
    simplified = {_pair(first, second, "gb2312") for first in range(0xB0, 0xD8) for second in range(0xA1, 0xFF)}
    traditional = {_pair(first, second, "big5") for first in range(0xA4, 0xC7) for second in range(0x40, 0xFF)}
    return frozenset(simplified | signs) - {""}, frozenset(traditional | signs) - {""}


def _pair(first: int, second: int, codec: str) -> str:
    return bytes((first, second)).decode(codec, "ignore")
