"""Markup without a tree: the source of a page or XML document in, its texts out, in time that grows with its length.

The source is cut at comments, scripts and other parts that follow their own rules; what remains is one substitution
over its tags. What a tag turns into is worked out once for each distinct tag.
"""

from __future__ import annotations

import binascii
import html
import io
import re
from collections.abc import Iterator
from functools import partial
from typing import Final
from urllib.parse import unquote_to_bytes

from shoumi.engine.types import Item

_NAME: Final = r"[A-Za-z_][^\s/><\"'=]*+"
# A quoted value may hold ``>``. Possessive and bounded, so that no quote that is left open makes it try again and
# again; then the simple form, which stops at the next bracket, takes over.
_TAG: Final = rf"</?{_NAME}(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"']){{0,64}}+>|</?{_NAME}[^<>]*+>"
_TOKENS: Final = re.compile(f"({_TAG})")
_SPACES: Final = re.compile(r"[ \t\r\n\f]{2,}+|[\t\r\n\f]")
_BLANKS: Final = re.compile(r"([ \t\r\n\x01\x02]{2,}+)")
_TAG_NAME: Final = re.compile(rf"</?({_NAME})")
_SECTION: Final = re.compile(
    r"<!--|<!\[CDATA\[|<\?|<![A-Za-z]|<(script|style|pre|textarea|xmp|listing)(?=[\s/>])[^<>]*+>", re.IGNORECASE
)
_CLOSED_BY: Final = {"<!--": "-->", "<![cdata[": "]]>", "<?": ">"}
_REACH: Final = 2000  # characters between a tag's start and what hides it
_SPLIT: Final = 4_000_000  # characters of source that are taken apart at once
_ATTRIBUTE: Final = re.compile(r"([^\s\"'<>/=]++)\s*+=\s*+(?:\"([^\"]*+)\"|'([^']*+)'|([^\s\"'>]++))")
_HIDES: Final = re.compile(
    r"\shidden[\s=>/]|display\s*+:\s*+none|visibility\s*+:\s*+(?:hidden|collapse)", re.IGNORECASE
)
_OPENING: Final = re.compile(r"<([A-Za-z][\w:-]*+)(?:[^<>\"'=]++|=\s*+(?:\"[^\"]*+\"|'[^']*+')?+|[\"']){0,64}+(?<!/)>")
_DATA: Final = re.compile(r"data:([\w.+-]*+/?[\w.+-]*+)((?:;[\w.+=-]++)*+),([A-Za-z0-9+/=%_.~!*'()-]{24,}+)")
_WHOLE: Final = frozenset(
    """html body area base br col embed hr img input link meta source track wbr""".split()  # noqa: SIM905
)
_BLOCKS: Final = frozenset(
    """address article aside blockquote body br button center dd details dialog div dl dt fieldset figcaption
    figure footer form frame frameset h1 h2 h3 h4 h5 h6 head header hr html iframe img input legend li main map
    menu nav noscript object ol optgroup option p pre script section select summary style svg table tbody
    textarea tfoot thead title tr ul video audio""".split()  # noqa: SIM905
)
_CELLS: Final = frozenset({"td", "th", "table-cell", "covered-table-cell", "tc", "tab"})
# In XML: elements that stand inside a line. Families of which only a few break it, and names that never do.
_LINES: Final = {
    "w": frozenset({"p", "tr", "br", "cr", "tbl", "sect", "body", "footnote", "comment", "hdr", "ftr"}),
    "wx": frozenset({"sect"}),
    "text": frozenset({"p", "h", "list-item", "line-break", "section", "note"}),
    "a": frozenset({"p", "br", "tr"}),
}
_INLINE: Final = frozenset(
    """t r tspan span b i u s em strong a sub sup font emphasis phrase rt rb ruby""".split()  # noqa: SIM905
)
_SHOWN: Final = frozenset({"value", "alt", "placeholder", "label"})  # stand where the element stands
_READ: Final = frozenset(
    """title content href src action cite summary srcdoc aria-label aria-description datetime download formaction
    onclick poster background data code standby abbr name""".split()  # noqa: SIM905
)
_CUSTOM: Final = "data-"
_MOST_ITEMS: Final = 10_000
# New lines and tabs that stay although white space is folded: they travel as controls that no document may hold.
_KEEP: Final = {ord("\n"): "\x01", ord("\t"): "\x02", ord("\r"): ""}
_BASE64: Final = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_")
_URL_SAFE: Final = bytes.maketrans(b"-_", b"+/")


class Markup:
    """The texts of one document. ``text`` is what a reader sees."""

    def __init__(self, source: str, *, xml: bool) -> None:
        self.xml = xml
        self._data: list[tuple[str, str, str]] = []
        self._found: dict[str, list[str]] = {"hidden": [], "attribute": [], "comment": [], "script": []}
        self._seen: set[str] = set()
        self._tags = _Tags(self)
        if "data:" in source:
            source = _DATA.sub(self._keep_data, source)
        self.text = self._visible(source)

    def parts(self) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of all that is not seen on the page."""
        for part, texts in self._found.items():
            if found := "\n".join(texts).strip():
                yield part, found

    def items(self, kind: str) -> Iterator[Item]:
        """Yield what ``data:`` URLs hold, decoded when it is opened."""
        for number, (media_type, options, body) in enumerate(self._data[:_MOST_ITEMS], 1):
            extension = media_type.rpartition("/")[2].split("+")[0] or "bin"
            data = _url_bytes(options, body)
            yield Item(kind, f"data-{number}.{extension}", len(data), None, partial(io.BytesIO, data), kind)

    def attributes(self, tag: str) -> str:
        """Keep what a tag's attributes say; return the part that stands in the text."""
        shown = []
        for spelled, *values in _ATTRIBUTE.findall(tag):
            value, name = html.unescape("".join(values)), spelled.lower()
            if not value or value.isspace():
                continue
            if name in _SHOWN and not self.xml:
                shown.append(value)
            elif self._telling(name, value) and value not in self._seen:
                self._seen.add(value)
                self._found["attribute"].append(value)
        return " ".join(shown)

    def _telling(self, name: str, value: str) -> bool:
        return self.xml or name in _READ or name.startswith(_CUSTOM) or not value.isascii()

    def separator(self, name: str) -> str:
        """Return what an element's tag does to the text: nothing, a tab (2) or a new line (1)."""
        prefix, _, local = name.rpartition(":")
        if local in _CELLS:
            return "\x02"
        if not self.xml:
            return "\x01" if local in _BLOCKS else ""
        if prefix in _LINES:
            return "\x01" if local in _LINES[prefix] else ""
        return "" if local in _INLINE else "\x01"

    def _keep_data(self, found: re.Match[str]) -> str:
        self._data.append((found.group(1), found.group(2), found.group(3)))
        return "data:"

    def _visible(self, source: str) -> str:
        skeleton = "".join(self._pieces(source))
        if not self.xml:
            skeleton = self._without_hidden(skeleton)
        return self._read(skeleton)

    def _read(self, skeleton: str) -> str:
        texts, at = [], 0
        while at < len(skeleton):
            end = at + _SPLIT
            end = skeleton.find("<", end) if end < len(skeleton) else -1
            pieces = _TOKENS.split(skeleton[at:] if end < 0 else skeleton[at:end])
            pieces[1::2] = map(self._tags.__getitem__, pieces[1::2])
            texts.append("".join(pieces))
            at = len(skeleton) if end < 0 else end
        text = "".join(texts)
        if not self.xml:
            text = _SPACES.sub(" ", text)
        blanks = _BLANKS.split(text)
        blanks[1::2] = map(_blank, blanks[1::2])
        text = "".join(blanks).strip(" \t\r\n\x01\x02")
        return (html.unescape(text) if "&" in text else text).replace("\x01", "\n").replace("\x02", "\t")

    def _pieces(self, source: str) -> Iterator[str]:
        """Yield the source without what follows its own rules; what is never closed is read as text."""
        ends = _Ends(source)
        at = 0
        found = _SECTION.search(source)
        while found:
            start, body = found.span()
            closing = _CLOSED_BY.get(found.group().lower()) or (f"</{found.group(1)}" if found.group(1) else "")
            if not closing:
                body, end = start, ends.declaration(start)
                after = end
            else:
                end = ends.find(closing, body)
                after = end + len(closing) if end >= 0 else -1
            if after > 0:
                yield source[at:start]
                yield self._section(found, source[body:end])
                at = end if found.group(1) else after
            found = _SECTION.search(source, max(at, found.end()))
        yield source[at:]

    def _section(self, found: re.Match[str], body: str) -> str:
        """Keep a part that is not markup; return what of it stands in the text, as source."""
        name = (found.group(1) or found.group()).lower()
        if name in ("script", "style"):
            self._found["script"].append(body)
            return found.group()
        if found.group(1):  # preformatted: its lines stay
            return found.group() + body.translate(_KEEP)
        if name == "<![cdata[":
            return html.escape(body, quote=False).translate(_KEEP)
        if name == "<!--" or len(body) > 40:  # declarations: entities that a document defines itself
            self._found["comment"].append(html.unescape(body).strip())
        return ""

    def _without_hidden(self, source: str) -> str:
        """Cut out elements that a style or attribute hides, and keep their text apart."""
        kept, at = [], 0
        budget = 4 * len(source) + 4096  # nested unclosed elements must not be searched again and again
        for hint in _HIDES.finditer(source):
            start = source.rfind("<", max(at, hint.start() - _REACH), hint.start())
            found = _OPENING.match(source, start) if start >= 0 else None
            if found is None or found.end() < hint.end() - 1 or found.group(1).lower() in _WHOLE:
                continue
            end = _element_end(source, found.group(1), found.end(), found.end() + budget)
            budget -= (end if end > 0 else len(source)) - found.end()
            if end > 0:
                kept.append(source[at:start])
                self._found["hidden"].append(self._read(source[start:end]))
                at = end
            if budget <= 0:
                break
        kept.append(source[at:])
        return "".join(kept)


def _blank(run: str) -> str:
    if "\x01" in run or "\n" in run:
        return "\x01"
    return "\x02" if "\x02" in run or "\t" in run else " "


class _Tags(dict[str, str]):
    """What each distinct tag turns into."""

    def __init__(self, markup: Markup) -> None:
        super().__init__()
        self._markup = markup

    def __missing__(self, tag: str) -> str:
        named = _TAG_NAME.match(tag)
        assert named is not None  # noqa: S101  (tags start with a name)
        name = named.group(1) if self._markup.xml else named.group(1).lower()
        shown = self._markup.attributes(tag[named.end() :]) if "=" in tag else ""
        separator = self._markup.separator(name)
        self[tag] = text = f"{separator}{html.escape(shown)}{separator or ' '}" if shown else separator
        return text


class _Ends:
    """Finds closing marks; one that is not there is looked for once."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._absent: set[str] = set()

    def find(self, closing: str, start: int) -> int:
        closing = closing.lower()
        if closing in self._absent:
            return -1
        if closing.startswith("</"):
            found = re.compile(re.escape(closing), re.IGNORECASE).search(self._source, start)
            end = found.start() if found else -1
        else:
            end = self._source.find(closing, start)
        if end < 0:
            self._absent.add(closing)
        return end

    def declaration(self, start: int) -> int:
        """Return the end of ``<!…>``, whose own definitions stand in square brackets; -1 when it is not closed."""
        end = self.find(">", start)
        bracket = self._source.find("[", start, min(start + 2000, end) if end > 0 else start + 2000)
        if bracket >= 0 and (inner := self.find("]", bracket)) > 0:
            end = self.find(">", inner)
        return end + 1 if end >= 0 else -1


def _element_end(source: str, name: str, start: int, limit: int) -> int:
    """Return where an element ends that starts before ``start``, or -1."""
    depth = 1
    for found in re.compile(rf"<(/?){re.escape(name)}(?=[\s/>])", re.IGNORECASE).finditer(source, start, limit):
        depth += -1 if found.group(1) else 1
        if depth == 0:
            return found.start()
    return -1


def _url_bytes(options: str, body: str) -> bytes:
    raw = unquote_to_bytes(body)
    if "base64" not in options.lower():
        return raw
    raw = bytes(byte for byte in raw if byte in _BASE64).translate(_URL_SAFE)
    try:
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4))
    except binascii.Error:
        return raw
