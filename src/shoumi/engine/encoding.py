"""Which encoding bytes are in: bytes in, the codec's name out, and a second one when two readings are nearly as likely.

    byte order mark → strict UTF-8 → how usual are the characters, read as GB 18030, Big5-HKSCS or UTF-16
                                   → chardetng's opinion for everything that is not Chinese

Every reading is judged by the likelihood of its characters in Chinese text: the wrong one shows characters that
nobody uses. ``frequencies.txt`` holds what each character costs (a negated natural logarithm, in eighths), for
Simplified and Traditional text; ``bench/make_frequencies.py`` makes it. Nothing fails: what no codec reads becomes
U+FFFD.
"""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

SAMPLE: Final = 640  # bytes that are judged first; more are read when they do not decide
WIDE_SAMPLE: Final = 8192
CLOSE: Final = 24  # eighths of a natural-log unit: readings this near are both worth a look
WIDE_COST: Final = 86  # average cost of a character, above which bytes are not taken for UTF-16
FOREIGN_COST: Final = (76, 72, 66)  # average above which chardetng is believed: up to 10 characters, up to 24, more
LONE_COST: Final = 62
PAIR_COST: Final = 70
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it starts with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# Codec, the models it may be in, what it costs to assume it.
_READINGS: Final = (
    ("gb18030", "ST", 0),
    ("big5hkscs", "T", 4),
    ("utf-16-le", "ST", 8),
    ("utf-16-be", "ST", 16),
)
_CHINESE: Final = frozenset({"gb18030", "gbk", "gb2312", "big5", "big5hkscs"})
_CODECS: Final = {"windows-949": "cp949", "euc-kr": "cp949", "shift_jis": "cp932", "iso-8859-8-i": "iso-8859-8"}
_HIGH: Final = re.compile(rb"[\x80-\xff]|\x00")
# What is labelled with the first is usually the second.
_SUPERSETS: Final = {
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "big5": "big5hkscs",
    "cp950": "big5hkscs",
    "iso8859-1": "cp1252",
    "ascii": "cp1252",
    "euc_kr": "cp949",
    "shift_jis": "cp932",
}
_ASCII: Final = bytes(range(128))
_LETTERS: Final = re.compile(r"[^\x00-\x7f]")
_FEW: Final = 6  # letters beyond ASCII on which UTF-8 cannot rest
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f]")
_ESCAPES: Final = re.compile(rb"\x1b[$(]|~\{")
_LONG: Final = re.compile("[\u0800-\ufffc]")  # three bytes of UTF-8: other encodings rarely look like them
_LONE: Final = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
# Nobody types these: controls, private use, unpaired halves, what no standard assigns.
_ODD: Final = re.compile("[\x00-\x08\x0e-\x1a\x1c-\x1f\x7f-\x84\x86-\x9f\ue000-\uf8ff\ufdd0-\ufdef\ufff0-\uffff]")
_SCRIPTS: Final = re.compile("[\t-\u06ff\u0e00-\u0e7f\u2000-\u206f\u3000-\u30ff\uac00-\ud7a3\uff00-\uffef]")
# What a character costs that the table does not hold, in eighths, by the code point its block ends at.
_BLOCKS: Final = (
    (0x00, 112), (0x08, 130), (0x0A, 40), (0x0C, 120), (0x0D, 48), (0x1A, 130), (0x1B, 90), (0x1F, 130),
    (0x20, 34), (0x2F, 46), (0x39, 34), (0x40, 48), (0x5A, 42), (0x60, 56), (0x7A, 36), (0x7E, 60), (0x9F, 130),
    (0xFF, 84), (0x24F, 100), (0x36F, 116), (0x3CF, 92), (0x45F, 92), (0x1FFF, 130), (0x206F, 84), (0x209F, 112),
    (0x214F, 88), (0x23FF, 92), (0x245F, 110), (0x27BF, 84), (0x2E7F, 120), (0x2FFF, 112), (0x303F, 76),
    (0x30FF, 78), (0x312F, 84), (0x33FF, 100), (0x4DBF, 112), (0x9FFF, 106), (0xABFF, 130), (0xD7A3, 100),
    (0xF8FF, 136), (0xFAFF, 116), (0xFE2F, 130), (0xFE6F, 100), (0xFF5E, 68), (0xFF9F, 110), (0xFFEF, 84),
    (0xFFFF, 144), (0x1F1FF, 136), (0x1FAFF, 104), (0x1FFFF, 136), (0x323AF, 104), (0x10FFFF, 144),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guess:
    """A codec, the bytes of its mark to skip, and another codec whose reading is nearly as likely."""

    name: str
    skip: int = 0
    second: str | None = None


_TRIPLE: Final = re.compile(rb"[\xe0-\xff]")  # starts a character from U+0800 on, in valid UTF-8
# What valid UTF-8 holds that stands for other characters: escapes beyond U+00FF, the seven-bit encodings of old mail.
ODD: Final = (rb"\\u(?:0[1-9A-Fa-f]|[1-9A-Fa-f])[0-9A-Fa-f]{2}", rb"\x1b\$", rb"~\{")


def detect(head: bytes) -> Guess:
    """Return the encoding of a text that starts with ``head``, which may end within a character."""
    for mark, name in _MARKS:
        if head.startswith(mark):
            return Guess(name, len(mark))
    if _CONTROL.search(head) and (wide := wide_encoding(head)):
        return Guess(wide)
    if _is_utf8(head):
        return _escaped(head) or _short(head) or Guess("utf-8")
    if mostly_utf8(head):
        return Guess("utf-8")
    start = _start(head)
    guess, margin = _judge(head[start : start + SAMPLE])
    if margin < 4 * CLOSE and len(head) > start + SAMPLE:
        guess, margin = _judge(head[start : start + WIDE_SAMPLE])
    return guess


def confirmed(head: bytes, name: str) -> Guess:
    """Return the encoding of bytes that are said to be in ``name``, which is believed when it reads them."""
    guess = detect(head)
    said = _codec(name)
    if said is None or guess.skip or guess.name == said or said.startswith(("utf-16", "utf-32")):
        return guess
    if guess.name == "utf-8" or guess.name.startswith("utf-"):
        return Guess(said) if head.isascii() else guess
    try:
        codecs.getincrementaldecoder(said)().decode(head)
    except ValueError:
        return guess
    if guess.name in _CHINESE and said not in _CHINESE and codecs.lookup(said).name.startswith(("cp12", "iso8859")):
        return Guess(guess.name, second=said)  # a template's western charset above Chinese text
    return Guess(said, second=guess.name if guess.second == said else None)


def _codec(name: str) -> str | None:
    """Return the codec for a label of mail or the web, None for one that nobody knows or that is no text."""
    name = name.strip().lower()
    name = _CODECS.get(name, name)
    try:
        found = codecs.lookup(name)
    except (LookupError, ValueError):
        return None
    if not found._is_text_encoding or found.name in (
        "idna",
        "punycode",
        "unicode_escape",
        "raw_unicode_escape",
        "undefined",
        "mbcs",
        "oem",
    ):
        return None
    return _SUPERSETS.get(found.name, found.name)


def decode(data: bytes, name: str) -> str:
    """Return the text; what the codec cannot read, as U+FFFD. Nothing is lost but the bytes that mean nothing."""
    return data.decode(name, "replace")


def mostly_utf8(data: bytes) -> bool:
    """Whether bytes that are not valid UTF-8 are so because a few of them are damaged."""
    text = data[:WIDE_SAMPLE].decode("utf-8", "replace")
    damaged = text.count("\ufffd")
    return len(_LONG.findall(text)) > 2 * damaged


def is_plain(data: bytes) -> bool:
    """Whether bytes are UTF-8 as they stand: no mark, no escapes that stand for other characters, no doubt."""
    return reads_as_utf8(data) and not any(re.search(odd, data) for odd in ODD)


def reads_as_utf8(data: bytes) -> bool:
    """Whether bytes are UTF-8 beyond doubt, but for what ``ODD`` may say."""
    if b"\0" in data:
        return False
    if data.isascii():
        return True
    if data.startswith(codecs.BOM_UTF8):
        return False
    try:
        data.decode()
    except UnicodeDecodeError:
        return False
    return _TRIPLE.search(data) is not None or _short(data) is None


def wide_encoding(head: bytes) -> str | None:
    """Return the name when bytes without a mark can only be UTF-16 or UTF-32, else None.

    Works without any zero byte (pure Chinese); structures of small numbers do not pass, because they hold
    control characters, nor do random bytes, because their characters are unusual.
    """
    sample = head[: 2 * SAMPLE]
    if b"\0" in sample:
        for name in ("utf-32-le", "utf-32-be"):
            if _reads_utf32(sample[: len(sample) & ~3], name):
                return name
    found = [(cost, name) for name in ("utf-16-le", "utf-16-be") if (cost := _wide_cost(sample, name)) is not None]
    return min(found)[1] if found else None


def _reads_utf32(sample: bytes, name: str) -> bool:
    try:
        text = sample.decode(name)
    except UnicodeDecodeError:
        return False
    return bool(text) and not _ODD.search(text)


def _wide_cost(sample: bytes, name: str) -> float | None:
    text = sample.decode(name, "replace").rstrip("\ufffd")
    if not text or len(_ODD.findall(text)) * 50 > len(text):
        return None
    tables = _tables()
    cost = min(sum(map(table.__getitem__, text)) for table in tables.values()) / len(text)
    usual = cost < WIDE_COST or len(_SCRIPTS.findall(text)) >= 0.95 * len(text)
    return cost if usual else None


def _is_utf8(head: bytes) -> bool:
    try:
        head.decode()
    except UnicodeDecodeError as error:
        return error.reason == "unexpected end of data" and not head[: error.start].isascii()
    return True


def _escaped(head: bytes) -> Guess | None:
    """Recognise the seven-bit encodings of old mail, which are valid ASCII."""
    if (b"\x1b" not in head and b"~" not in head) or not _ESCAPES.search(head):
        return None
    for name in ("iso2022_jp_2", "iso2022_kr", "hz"):
        try:
            text = codecs.getincrementaldecoder(name)().decode(head)
        except UnicodeDecodeError:
            continue
        if not text.isascii() and (name != "hz" or _average(text)[0] < FOREIGN_COST[0]):
            return Guess(name)
    return None


@lru_cache(maxsize=1)  # a text that is in doubt is asked about more than once
def _short(head: bytes) -> Guess | None:
    """Doubt UTF-8 that rests on a few pairs of bytes: two Chinese characters in GBK can look like it."""
    if len(head) > WIDE_SAMPLE or head.isascii() or not _few(head):
        return None
    text = head.decode("utf-8", "ignore")
    letters = _LETTERS.findall(text)
    if len(letters) > _FEW or not letters or max(letters) >= "\u0800":
        return None
    lines = b"\n".join(line for line in head.split(b"\n") if not line.isascii())
    guess, _ = _judge(lines)
    cost, count = _average(lines.decode(guess.name, "replace"))
    return Guess(guess.name, second="utf-8") if cost < PAIR_COST and count else None


def _few(data: bytes) -> bool:
    """Whether no more letters than ``_FEW`` can be beyond ASCII, each in two bytes."""
    return len(data.translate(None, _ASCII)) <= 2 * _FEW


def _start(head: bytes) -> int:
    """Return where to sample: just before the first byte that is not ASCII, on an even offset."""
    found = _HIGH.search(head)
    return max(0, found.start() - 64) & ~1 if found else 0


def _judge(sample: bytes) -> tuple[Guess, float]:
    readings = sorted(_readings(sample))
    (cost, name, text), (next_cost, second, _) = readings[:2]
    guess = Guess(name, second=second if next_cost - cost < CLOSE else None)
    return _foreign(sample, text, guess), next_cost - cost


def _readings(sample: bytes) -> list[tuple[int, str, str]]:
    """Return cost, codec and text of each Chinese reading."""
    tables = _tables()
    found = []
    for name, models, prior in _READINGS:
        text = sample.decode(name, "replace")
        cost = prior
        if text.endswith("\ufffd"):  # cut within a character
            text, cost = text[:-1], cost + 16
        found.append((cost + min(sum(map(tables[model].__getitem__, text)) for model in models), name, text))
    return found


def strangeness(text: str) -> float:
    """Return what the characters beyond ASCII cost on average: about 60 in Chinese text, above 90 in none."""
    return _average(text)[0]


def usual(most: int) -> Iterator[str]:
    """Yield the characters that cost no more than ``most`` in Simplified or Traditional text."""
    for table in _tables().values():
        yield from (char for char, cost in table.items() if cost <= most and char > "\x7f")


def _average(text: str) -> tuple[float, int]:
    """Return what the characters beyond ASCII cost on average, and how many they are."""
    letters = _LETTERS.findall(text)
    if not letters:
        return 1000.0, 0
    return min(sum(map(table.__getitem__, letters)) for table in _tables().values()) / len(letters), len(letters)


def _foreign(sample: bytes, text: str, guess: Guess) -> Guess:
    """Weigh the best Chinese reading against chardetng, which knows the other languages' encodings."""
    cost, count = _average(text)
    if count > 24 and cost < LONE_COST:  # beyond doubt: saves half of the time
        return guess
    from chardetng_py import detect as opinion

    name = str(opinion(sample)).lower()
    if name in _CHINESE or name.startswith("utf"):
        return guess
    name = _CODECS.get(name, name)
    lone = _LONE.sub(b"", sample).isascii()  # accents among ASCII letters
    low, high = FOREIGN_COST[0] if count <= 10 else FOREIGN_COST[1] if count <= 24 else FOREIGN_COST[2], 88
    if guess.name.startswith("utf"):  # of which chardetng knows nothing
        low += 8
    if cost > low or (lone and cost > LONE_COST):
        return Guess(name, second=guess.name if cost < high and count < 60 else None)
    return Guess(guess.name, second=guess.second or (name if cost > LONE_COST and count < 60 else None))


class _Costs(dict[str, int]):
    """Costs by character; what the table does not hold costs what its block does."""

    def __missing__(self, char: str) -> int:
        code = ord(char)
        cost = next(cost for end, cost in _BLOCKS if code <= end)
        self[char] = cost
        return cost


@cache
def _tables() -> dict[str, _Costs]:
    tables = {"S": _Costs(), "T": _Costs()}
    with Path(__file__).with_name("frequencies.txt").open(encoding="utf-8") as file:
        for line in file:
            model, cost, chars = line.rstrip("\n").split(" ", 2)
            tables[model].update(dict.fromkeys(chars, int(cost)))
    return tables
