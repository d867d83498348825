"""XML of unknown origin: chunks of a part in, elements or plain text out, in bounded memory.

The parser resolves no entities, loads no DTD and opens no network; libxml2's own bounds on depth, text and
amplification stay on. Whatever stops the parser (depth, damage, a bomb) is reported by ``failed``, and ``Strip``
then reads the text without parsing, so that nothing is lost by a trick in the mark-up.
"""

from __future__ import annotations

import codecs
import html
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

_HELD: Final = 32 * 1024 * 1024  # bytes of XML that may be held before an element must have ended
_KEPT: Final = 64 * 1024  # characters: longest tag that is taken for one
_NOTES: Final = 1024 * 1024  # bytes of comments and entities that are kept

_CAREFUL: Final[dict[str, bool]] = {
    "recover": True, "resolve_entities": False, "no_network": True, "load_dtd": False, "remove_comments": True,
    "remove_pis": True,
}  # fmt: skip
_SPECIAL: Final = re.compile(rb"<!--.*?-->|<!ENTITY[^>]{0,100000}>", re.DOTALL)
_ROW: Final = re.compile(
    r"</(?:[\w.-]+:)?(?:p|h|tr|row|si|br|title|table-row|sheet|page)\s*>|<(?:[\w.-]+:)?(?:br|cr)\s*/>"
)
_CELL: Final = re.compile(r"</(?:[\w.-]+:)?(?:tc|c|table-cell)\s*>|<(?:[\w.-]+:)?tab\s*/>")
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_TAG: Final = re.compile(r"<[!?/A-Za-z_\u0080-\uffff][^<>]*>")
_VALUE: Final = re.compile(r"""\s(?!xmlns)[\w:.-]+\s*=\s*("[^"<]*"|'[^'<]*')""")
_TAGS_KEPT: Final = 10_000
_BLANK: Final = re.compile(r"[ \t\r\f\v]*\n\s*")

Element = Any  # lxml gives no type that says more


class Elements:
    """Iterates over elements as they end. The consumer calls ``free`` when it has read one; children come first.

    ``failed``: the parser stopped or dropped something; ``notes``: comments and entity values, which no reader shows.
    """

    def __init__(self, chunks: Iterable[bytes], tags: Sequence[str] | None) -> None:
        self._chunks, self._tags = chunks, tags
        self._held = 0
        self._last: bytes = b""
        self.failed = False
        self.root: Element = None
        self.notes: list[str] = []

    def __iter__(self) -> Iterator[Element]:
        from lxml import etree  # type: ignore[attr-defined]

        parser = etree.XMLPullParser(("end",), tag=self._tags, **_CAREFUL)
        try:
            for chunk in self._chunks:
                self._special(chunk)
                parser.feed(chunk)
                self._held += len(chunk)
                for _, element in parser.read_events():
                    yield element
                if self._held > _HELD:
                    self.failed = True
                    break
            self.root = parser.close()
            for _, element in parser.read_events():
                yield element
        except etree.XMLSyntaxError:
            self.failed = True
        self.failed = self.failed or any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.feed_error_log)

    def whole(self) -> None:
        """Read everything into ``root`` at once."""
        from lxml import etree  # type: ignore[attr-defined]

        parser = etree.XMLParser(**_CAREFUL)
        try:
            for chunk in self._chunks:
                self._special(chunk)
                parser.feed(chunk)
                self._held += len(chunk)
                if self._held > _HELD:
                    self.failed = True
                    break
            self.root = parser.close()
        except etree.XMLSyntaxError:
            self.failed = True
        self.failed = self.failed or any(entry.level >= etree.ErrorLevels.FATAL for entry in parser.feed_error_log)

    def free(self, element: Element) -> None:
        """Forget an element and what stands before it."""
        self._held = 0
        element.clear()
        parent = element.getparent()
        if parent is not None:
            while parent[0] is not element:
                del parent[0]

    def _special(self, chunk: bytes) -> None:
        if b"<!" not in chunk and not self._last:
            return
        data = self._last + chunk
        end = 0
        for found in _SPECIAL.finditer(data):
            end = found.end()
            if len(self.notes) < 1000:
                self.notes.append(_note(found.group()))
        opened = max(data.rfind(b"<!--", end), data.rfind(b"<!ENTITY", end))
        self._last = data[opened:][:_NOTES] if opened >= 0 else b""


def tree(chunks: Iterable[bytes]) -> tuple[Element, Elements]:
    """Return a part's root (None when there is none) and how its reading went; for parts that are small."""
    reading = Elements(chunks, None)
    reading.whole()
    return reading.root, reading


def strip(chunks: Iterable[bytes], *, values: bool = False, lines: bool = False) -> Iterator[str]:
    """Yield the text between the tags, without parsing; ``values``: attributes too; ``lines``: a line for each text."""
    decoder: codecs.IncrementalDecoder | None = None
    rest = ""
    for chunk in chunks:
        if decoder is None:
            decoder = codecs.getincrementaldecoder(_encoding(chunk))("replace")
        rest += decoder.decode(chunk)
        cut = rest.rfind("<")
        if cut < 0 or len(rest) - cut > _KEPT:
            cut = len(rest)
        if cut:
            yield _strip(rest[:cut], values, lines)
            rest = rest[cut:]
    if rest:
        yield _strip(rest if ">" in rest else rest.lstrip("<"), values, lines) if rest[:1] != "<" or ">" in rest else ""


def stripped(chunks: Iterable[bytes], *, values: bool = False, lines: bool = True) -> str:
    """Return all of ``strip`` as one text without blank lines; for parts that are small."""
    return _BLANK.sub("\n", "".join(strip(chunks, values=values, lines=lines))).strip()


class _Locals(dict[str, str]):
    """Tags without their namespaces; asked for at every element, so that each is cut once."""

    def __missing__(self, tag: str) -> str:
        if len(self) > _TAGS_KEPT:
            self.clear()
        self[tag] = name = tag.rpartition("}")[2]
        return name


local: Final = _Locals().__getitem__  # a tag in, its name without the namespace out


def attribute(element: Element, name: str) -> str:
    """Return an attribute by its local name, whatever its namespace; empty when it is missing."""
    value = element.get(name)
    if value is None:
        ending = "}" + name
        for key in element.keys():  # noqa: SIM118  (an element is no mapping)
            if key.endswith(ending):
                return str(element.get(key))
        return ""
    return str(value)


def _strip(text: str, values: bool, lines: bool) -> str:
    text = _CDATA.sub(lambda found: html.escape(found.group(1)), text)
    if values:
        text = _TAG.sub(_with_values, text)
    elif lines:
        text = _TAG.sub("\n", text)
    else:
        text = _TAG.sub("", _CELL.sub("\t", _ROW.sub("\n", text)))
    return html.unescape(text)


def _with_values(found: re.Match[str]) -> str:
    if found.group().startswith("<?"):
        return "\n"
    return "\n" + "".join(value[1:-1] + "\n" for value in _VALUE.findall(found.group()))


def _encoding(chunk: bytes) -> str:
    if chunk[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    if chunk[:4] == b"<\0?\0":
        return "utf-16-le"
    if chunk[:4] == b"\0<\0?":
        return "utf-16-be"
    named = re.match(rb"<\?xml[^>]*encoding=[\"']([\w.-]+)", chunk)
    try:
        return codecs.lookup(named.group(1).decode() if named else "utf-8").name
    except LookupError:
        return "utf-8"


def _note(raw: bytes) -> str:
    text = raw.decode("utf-8", "replace")
    if text.startswith("<!--"):
        return text[4:-3].strip()
    return " ".join(value[1:-1] for value in re.findall(r"\"[^\"]*\"|'[^']*'", text))
