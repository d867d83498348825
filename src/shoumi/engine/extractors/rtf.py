"""Rich Text Format (Microsoft, version 1.9.1): a token at a time, without a tree, in time that grows with the length.

Text stands in groups, in any code page, as ``\\'xx`` bytes or ``\\u`` code points. Whatever is not the main text
(notes, comments, headers, properties, deleted and hidden text, groups nobody knows) is read as parts of their own.
Objects and pictures are hexadecimal or raw bytes; they are cut out first and examined as embedded items.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors._charsets import CHARSETS
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

RTF: Final = "application/rtf"
_TOKEN: Final = re.compile(
    r"\\([A-Za-z]{1,32})(-?\d{1,10})? ?|\\'([0-9A-Fa-f]{2})|\\([^A-Za-z])|([{}])|([^\\{}\r\n]+)", re.DOTALL
)
_BIN: Final = re.compile(rb"\\bin(\d{1,10}) ?")
_HEX: Final = re.compile(rb"(?:[0-9A-Fa-f]{2}[\r\n\t ]*+){32,}+")
_BEFORE: Final = 4096  # bytes before a run of hexadecimal that tell what it is
_DROPPED: Final = frozenset(
    """colortbl listtable listoverridetable rsidtbl themedata colorschememapping latentstyles panose falt xmlnstbl
    wgrffmtfilter filetbl mmathPr blipuid bliptag sn objdata pict fontemb fontfile pntext pnseclvl nonshppict
    generator datafield objclass listname""".split()  # noqa: SIM905
)
_PARTS: Final = {
    "annotation": "annotation",
    "atnauthor": "annotation",
    "atnid": "annotation",
    "footnote": "footnote",
    "header": "header",
    "headerl": "header",
    "headerr": "header",
    "headerf": "header",
    "footer": "footer",
    "footerl": "footer",
    "footerr": "footer",
    "footerf": "footer",
    "info": "properties",
    "userprops": "properties",
    "fldinst": "field",
    "stylesheet": "styles",
    "fonttbl": "fonts",
    "revtbl": "properties",
    "sv": "shape",
}
_MAIN: Final = frozenset({"shppict", "shpinst", "shptxt", "fldrslt", "listtext", "rtf", "result", "object", "field"})
_BREAKS: Final = {
    "par": "\n", "line": "\n", "row": "\n", "nestrow": "\n", "sect": "\n", "page": "\n", "column": "\n",
    "tab": "\t", "cell": "\t", "nestcell": "\t", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘",
    "rquote": "’", "ldblquote": "“", "rdblquote": "”", "emspace": "\u2003", "enspace": "\u2002",
}  # fmt: skip
_SUFFIX: Final = re.compile(rb" (CE|Cyr|Greek|Tur|Baltic|\(Hebrew\)|\(Arabic\)|\(Thai\)|\(Vietnamese\));?$")
_SUFFIXES: Final = {
    b"CE": "cp1250", b"Cyr": "cp1251", b"Greek": "cp1253", b"Tur": "cp1254", b"Baltic": "cp1257",
    b"(Hebrew)": "cp1255", b"(Arabic)": "cp1256", b"(Thai)": "cp874", b"(Vietnamese)": "cp1258",
}  # fmt: skip
_PAGES: Final = {936: "gb18030", 54936: "gb18030", 950: "big5hkscs", 65001: "utf-8", 10000: "mac-roman"}
_HIDING: Final = {"hidden": "hidden-text", "deleted": "deleted", "other": "machinery"}
_FEW: Final = 24  # bytes: so short a run is whole, or damaged beyond use
_SMALL: Final = 24  # bytes: shorter objects and pictures hold nothing
_MAGICS: Final = (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"PK\x03\x04", b"%PDF-", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff")


class Rtf:
    """Reads RTF documents."""

    name = "rtf"
    version = 2
    media_types = frozenset({RTF})
    method = "text"
    signatures = (sniff.Signature(b"{\\rt", RTF), sniff.Signature(b"\xef\xbb\xbf{\\rt", RTF))
    refines = frozenset({sniff.TEXT})

    def refine(self, sample: sniff.Sample) -> str | None:
        """Recognise documents with blank lines before their first group."""
        return RTF if sample.head[:256].lstrip().startswith(b"{\\rtf") else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield the main text, the other parts, then objects and pictures. Raises NoText when there is nothing."""
        data, items = _embedded(blob.read())
        reader = _Text(data.decode("latin-1"))
        body = reader.part("")
        yield Segment(body)
        for name in reader.names():
            if text := reader.part(name).strip():
                how = _HIDING.get(name, "")
                yield Segment(text, Locator(part=name), hidden=bool(how), hiding=how)
        for number, (kind, found) in enumerate(items, 1):
            yield Item(self.name, f"{kind}-{number}", len(found), None, partial(io.BytesIO, found), self.name)
        if reader.unfinished:
            yield Gap("corrupt", "the end of the document is missing")
        elif not (body.strip() or reader.names() or items):
            raise NoText("no text in it")


@dataclass(frozen=True, slots=True)
class _State:
    """What a group inherits and gives back."""

    part: str = ""
    dropped: bool = False
    page: str = "cp1252"
    fallback: int = 1  # characters after \u that stand for it


@dataclass(slots=True)
class _Text:
    """Runs through the tokens; ``parts`` gathers the text of each part."""

    source: str
    parts: dict[str, list[str]] = field(default_factory=dict)
    fonts: dict[int, str] = field(default_factory=dict)
    state: _State = _State()
    default: str = "cp1252"
    font: int = 0
    skip: int = 0
    ignorable: bool = False

    def __post_init__(self) -> None:
        self._raw = bytearray()
        self._stack: list[_State] = []
        for found in _TOKEN.finditer(self.source):
            word, number, byte, symbol, brace, text = found.groups()
            if text is not None:
                self._bytes(text.encode("latin-1"))
            elif byte is not None:
                self._bytes(bytes((int(byte, 16),)))
            elif word is not None:
                self._word(word, int(number) if number else None)
            elif brace == "{":
                self._stack.append(self.state)
                self.ignorable, self.skip = False, 0
            elif brace == "}":
                self._close()
            else:
                self._symbol(symbol)
        self._flush()

    _raw: bytearray = field(init=False)
    _stack: list[_State] = field(init=False)

    def names(self) -> list[str]:
        """Return the names of all parts but the main text, and but those that only describe the layout."""
        return [name for name in self.parts if name not in ("", "fonts", "styles")]

    @property
    def unfinished(self) -> bool:
        """Whether groups are still open at the end."""
        return bool(self._stack)

    def part(self, name: str) -> str:
        """Return a part's text; halves of characters beyond the first plane are joined."""
        text = "".join(self.parts.get(name, ()))
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")

    def _close(self) -> None:
        if self._stack:
            before = self._stack.pop()
            if before != self.state:
                self._flush()
                if before.part != self.state.part and not self.state.dropped:
                    self.parts.setdefault(self.state.part, []).append("\n")
                self.state = before
        self.ignorable, self.skip = False, 0

    def _symbol(self, symbol: str) -> None:
        if symbol == "*":
            self.ignorable = True
        elif symbol in "\r\n":
            self._put("\n")
        elif symbol == "~":
            self._put("\u00a0")
        elif symbol == "_":
            self._put("-")
        elif symbol in "\\{}":
            self._bytes(symbol.encode())

    def _bytes(self, raw: bytes) -> None:
        if self.skip:
            raw, self.skip = raw[self.skip :], max(0, self.skip - len(raw))
        self.ignorable = False
        if not self.state.dropped:
            self._raw += raw
            if self.state.part == "fonts" and (named := _SUFFIX.search(raw)):  # how fonts named code pages before 1995
                self.fonts.setdefault(self.font, _SUFFIXES[named.group(1)])

    def _put(self, text: str) -> None:
        if self.skip:
            self.skip -= 1
        elif not self.state.dropped:
            self._flush()
            self.parts.setdefault(self.state.part, []).append(text)

    def _flush(self) -> None:
        if self._raw:
            self.parts.setdefault(self.state.part, []).append(_decoded(bytes(self._raw), self.state.page))
            self._raw.clear()

    def _word(self, word: str, number: int | None) -> None:
        if word == "u" and number is not None:
            self._put_point(number & 0xFFFF)
        elif word in _BREAKS:
            self._put(_BREAKS[word])
        elif word in _DROPPED:
            self._enter(replace(self.state, dropped=True))
        elif word in _PARTS:
            self._enter(replace(self.state, part=_PARTS[word]))
        elif word in ("v", "deleted"):
            self._enter(replace(self.state, part="" if number == 0 else "hidden"))
        elif self.ignorable and word not in _MAIN:
            self._enter(replace(self.state, part="other"))
        else:
            self._setting(word, number)
        self.ignorable = False

    def _put_point(self, code: int) -> None:
        self.skip = 0
        self._put(chr(code))
        self.skip = self.state.fallback

    def _enter(self, state: _State) -> None:
        if state != self.state:
            self._flush()
            self.state = state

    def _setting(self, word: str, number: int | None) -> None:
        if word == "uc":
            self._enter(replace(self.state, fallback=max(0, min(number or 0, 16))))
        elif word == "ansicpg" and number:
            self.default = _page(number)
            self._enter(replace(self.state, page=self.default))
        elif word == "f" and number is not None:
            self.font = number
            if self.state.part != "fonts":
                self._enter(replace(self.state, page=self.fonts.get(number, self.default)))
        elif word == "cpg" and number and self.state.part == "fonts":
            self.fonts[self.font] = _page(number)
        elif word == "fcharset" and number in CHARSETS:
            self.fonts[self.font] = CHARSETS[number]
            self._enter(replace(self.state, page=CHARSETS[number]))
        elif word == "plain":
            self._enter(replace(self.state, part="" if self.state.part == "hidden" else self.state.part))


def _page(number: int) -> str:
    name = _PAGES.get(number, f"cp{number}")
    try:
        "".encode(name)
    except LookupError:
        return "cp1252"
    return name


@lru_cache(maxsize=4096)
def _decoded(raw: bytes, page: str) -> str:
    """Decode bytes of a code page; Chinese bytes under a western one are what careless programs write."""
    if raw.isascii():
        return raw.decode("ascii")
    try:
        if not page.startswith("cp125"):
            return raw.decode(page)
    except UnicodeDecodeError:
        pass
    named = encoding.confirmed(raw, page).name
    try:  # a run is whole: what ends within a character is no such text
        return raw.decode(named)
    except UnicodeDecodeError:
        return raw.decode(page, "replace") if len(raw) < _FEW else encoding.decode(raw, named)


def _embedded(data: bytes) -> tuple[bytes, list[tuple[str, bytes]]]:
    """Cut raw and hexadecimal bytes out; return what is left and the objects and pictures among them."""
    items: list[tuple[str, bytes]] = []
    kept, at = [], 0
    for found in _BIN.finditer(data):
        if found.start() < at:
            continue
        end = min(len(data), found.end() + int(found.group(1)))
        if end - found.end() >= _SMALL:
            _keep(items, data[max(0, found.start() - _BEFORE) : found.start()], data[found.end() : end])
        kept.append(data[at : found.start()])
        at = end
    kept.append(data[at:])
    data = b"".join(kept)
    kept, at = [], 0
    for found in _HEX.finditer(data):
        digits = found.group().translate(None, b"\r\n\t ")
        before = data[max(at, found.start() - _BEFORE) : found.start()]
        group = _group(before)
        if not group or group.count(b"}") > group.count(b"{"):  # text that looks like it
            continue
        _keep(items, before, bytes.fromhex(digits.decode("ascii")))
        kept.append(data[at : found.start()])
        at = found.end()
    kept.append(data[at:])
    return b"".join(kept), items


def _group(before: bytes) -> bytes:
    """Return what stands between the word that announces an object or picture and its data; empty without one."""
    start = max(before.rfind(word) for word in (b"\\pict", b"\\objdata", b"\\datastore"))
    return before[start:] if start >= 0 else b""


def _keep(items: list[tuple[str, bytes]], before: bytes, found: bytes) -> None:
    """Keep what may hold text: objects and pictures, not the drawings that repeat them for old readers."""
    group = _group(before)
    if b"themedata" in before or b"colorschememapping" in before or b"nonshppict" in before[-len(group) - 40 :]:
        return
    if group.startswith(b"\\pict"):
        items.append(("picture", found))
        return
    starts = [at for magic in _MAGICS if (at := found.find(magic, 0, 4096)) >= 0]
    items.append(("object", found[min(starts) :] if starts else found))


PLUGIN = Rtf()
