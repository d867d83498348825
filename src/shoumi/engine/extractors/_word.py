"""WordprocessingML paragraphs: an element ``w:p`` in, its runs out, each seen, deleted or hidden.

Source: ECMA-376 part 1, 17 (both the transitional and the strict namespace). A field's instruction is hidden text,
a text box's paragraphs follow the paragraph that anchors it, and of ``mc:AlternateContent`` a second branch is
given only when it says something else than the first.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from shoumi.engine.extractors._flow import DELETED, HIDDEN, OFF_PAGE, SEEN, TINY, WHITE, Run
from shoumi.engine.extractors._xml import Element, attribute, local

SPACES: Final = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
    "{http://schemas.microsoft.com/office/word/2003/wordml}",
)
_OTHER: Final = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}",
    "{http://purl.oclc.org/ooxml/officeDocument/math}",
    "{http://schemas.openxmlformats.org/drawingml/2006/main}",
    "{http://purl.oclc.org/ooxml/drawingml/main}",
)
_MARKUP: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"

_TEXT, _GONE, _FIELD, _DROPPED, _PARAGRAPH, _RUN, _SYMBOL, _SKIP, _ALTERNATE, _RUBY, _NAMED, _FORM, _BOX = range(13)
_PLAIN: Final = {"tab": "\t", "ptab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-", "softHyphen": ""}
_CODES: Final = {
    "t": _TEXT,
    "delText": _GONE,
    "instrText": _FIELD,
    "delInstrText": _FIELD,
    "del": _DROPPED,
    "moveFrom": _DROPPED,
    "p": _PARAGRAPH,
    "r": _RUN,
    "sym": _SYMBOL,
    "pPr": _SKIP,
    "rPr": _SKIP,
    "tblPr": _SKIP,
    "tcPr": _SKIP,
    "trPr": _SKIP,
    "sectPr": _SKIP,
    "ruby": _RUBY,
    "ffData": _FORM,
    "sdtPr": _FORM,
    "txbxContent": _BOX,
}
_BY_TAG: Final = (
    {space + name: code for space in SPACES for name, code in _CODES.items()}
    | {space + "t": _TEXT for space in _OTHER}
    | {_MARKUP + "AlternateContent": _ALTERNATE}
)
_CHARACTERS: Final = {space + name: text for space in SPACES for name, text in _PLAIN.items()}
_RUN_PROPERTIES: Final = frozenset(space + "rPr" for space in SPACES)
_LOOKS: Final = {
    space + name: "vanish" if name == "specVanish" else name
    for space in SPACES
    for name in ("vanish", "specVanish", "rStyle", "sz", "color", "highlight", "shd")
}
_PARAGRAPH_PROPERTIES: Final = frozenset(space + "pPr" for space in SPACES)
_NAMING: Final = {"docPr": ("descr", "title"), "textpath": ("string",), "shape": ("alt",), "cNvPr": ("descr", "title")}
_MATHS: Final = frozenset({"den", "sub", "sup", "lim", "e"})  # ECMA-376 part 1, 22.1: parts of a formula beside others
_FORM_TEXTS: Final = frozenset({"alias", "tag", "default", "statusText", "helpText", "listEntry", "listItem"})
_OFF: Final = frozenset({"0", "false", "off", "none"})
PAPER: Final = "FFFFFF"
_HIGHLIGHTS: Final = {
    "black": "000000", "white": "FFFFFF", "yellow": "FFFF00", "green": "00FF00", "cyan": "00FFFF", "magenta": "FF00FF",
    "blue": "0000FF", "red": "FF0000", "darkBlue": "00008B", "darkCyan": "008B8B", "darkGreen": "006400",
    "darkMagenta": "800080", "darkRed": "8B0000", "darkYellow": "808000", "darkGray": "A9A9A9", "lightGray": "D3D3D3",
}  # fmt: skip
_FAR: Final = 16_000_000  # EMU, 44 cm: no page is as wide
_NEAR: Final = -4_000_000  # EMU: farther left or up than any margin
_STYLE_FAR: Final = re.compile(r"(?:margin-)?(?:left|top):\s*(-?[0-9.]+)(pt|in|cm|mm)?")
_POINTS: Final = {"pt": 1.0, "in": 72.0, "cm": 28.35, "mm": 2.835, "": 1.0}

# Symbol fonts put their signs into the private area: the ones that stand in marks (Wingdings, Wingdings 2, Symbol).
_SYMBOLS: Final = {0xF0AB: "★", 0xF0B6: "☆", 0xF0E9: "★", 0xF0EA: "★", 0xF0B7: "•", 0xF06C: "●", 0xF06E: "■"}


class Letters(NamedTuple):
    """How letters look, as far as something says: hidden or not, size in half points, colour, what lies under."""

    vanish: bool | None = None
    size: str = ""
    colour: str = ""
    ground: str = ""

    def of(self, properties: Element, styles: Styles) -> Letters:
        """Return how they look when run properties are laid over."""
        vanish, size, colour, ground = self
        for entry in properties:
            name = _LOOKS.get(entry.tag)
            if name is None:
                continue
            if name == "vanish":
                vanish = _on(entry)
            elif name == "rStyle":
                vanish, size, colour, ground = styles.over(self, attribute(entry, "val"))
            elif name == "sz":
                size = attribute(entry, "val")
            elif name == "color":
                colour = attribute(entry, "val").upper()
            elif name == "highlight":
                ground = _HIGHLIGHTS.get(attribute(entry, "val"), ground)
            else:
                ground = _shade(entry) or ground
        return Letters(vanish, size, colour, ground)

    def hiding(self, paper: str) -> str:
        """Return how they are hidden; letters in the colour of what lies under them are not seen."""
        if self.vanish:
            return HIDDEN
        if self.size in ("1", "2"):  # letters of a millimetre's third
            return TINY
        return WHITE if self.colour and self.colour == (self.ground or paper) else SEEN


PLAIN: Final = Letters()


class Styles:
    """How letters of a document's paragraph and character styles look. ``root``: that of ``styles.xml``, or None."""

    def __init__(self, root: Element = None) -> None:
        self._styles: dict[str, tuple[str, Letters]] = {}  # id → the style it is based on, what it says itself
        self.usual = ""  # the style of paragraphs that name none
        for style in root.iter(*(space + "style" for space in SPACES)) if root is not None else ():
            if attribute(style, "type") not in ("paragraph", "character", ""):
                continue  # white letters of a table's style stand on its dark cells
            key, base, own = attribute(style, "styleId"), "", Letters()
            for entry in style.iterchildren("*"):
                if local(entry.tag) == "basedOn":
                    base = attribute(entry, "val")
                elif entry.tag in _RUN_PROPERTIES:
                    own = own.of(entry, self)
                elif entry.tag in _PARAGRAPH_PROPERTIES:
                    own = own._replace(ground=next((_shade(e) for e in entry if local(e.tag) == "shd"), ""))
            self._styles[key] = base, own
            if attribute(style, "type") == "paragraph" and attribute(style, "default") in ("1", "true", "on"):
                self.usual = key

    def over(self, letters: Letters, key: str) -> Letters:
        """Return how letters look when a style is laid over, with what it is based on."""
        line: list[str] = []
        while key in self._styles and key not in line:
            line.append(key)
            key = self._styles[key][0]
        for name in reversed(line):
            own = self._styles[name][1]
            letters = Letters(
                letters.vanish if own.vanish is None else own.vanish,
                own.size or letters.size,
                own.colour or letters.colour,
                own.ground or letters.ground,
            )
        return letters


@dataclass(slots=True)
class Paragraph:
    """What one paragraph says. ``boxes``: paragraphs of text boxes in it; ``fields``: instructions of fields."""

    styles: Styles
    runs: list[Run] = field(default_factory=list)
    boxes: list[list[Run]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    ground: str = PAPER  # colour under the letters; empty: not known
    _letters: Letters = PLAIN
    _state: str = SEEN  # of letters of which their run says nothing

    def read(self, element: Element) -> None:
        """Read a ``w:p``."""
        style = self.styles.usual
        for properties in element.iterchildren(*_PARAGRAPH_PROPERTIES):
            for entry in properties.iterchildren("*"):
                name = local(entry.tag)
                if name == "pStyle":
                    style = attribute(entry, "val")
                elif name == "shd":
                    self.ground = _shade(entry) or self.ground
        if style:
            self._letters = self.styles.over(self._letters, style)
            self._state = self._letters.hiding(self.ground)
        self._walk(element, self._state)

    def _walk(self, element: Element, state: str) -> None:
        for child in element.iterchildren("*"):
            code = _BY_TAG.get(child.tag)
            if code is None:
                self._other(child, state)
            elif code == _RUN:
                self._run(child, state)
            elif code == _TEXT:
                self.runs.append((child.text or "", state))
            elif code != _SKIP:
                self._special(child, code, state)

    def _special(self, child: Element, code: int, state: str) -> None:
        if code == _GONE:
            self.runs.append((child.text or "", DELETED))
        elif code == _DROPPED:
            self._walk(child, DELETED)
        elif code == _FIELD:
            self.fields.append(child.text or "")
        elif code == _SYMBOL:
            self.runs.append((_symbol(child), state))
        elif code == _PARAGRAPH:
            inner = Paragraph(self.styles, ground="")
            inner.read(child)
            self._box(inner, state)
        elif code == _ALTERNATE:
            self._alternate(child, state)
        elif code == _RUBY:
            self._ruby(child, state)
        elif code == _FORM:
            self._form(child)
        else:
            self._walk(child, state)

    def _run(self, element: Element, state: str) -> None:
        for child in element.iterchildren("*"):
            tag = child.tag
            if tag in _RUN_PROPERTIES:
                if state == self._state and len(child):
                    state = self._letters.of(child, self.styles).hiding(self.ground)
                continue
            code = _BY_TAG.get(tag)
            if code == _TEXT:
                self.runs.append((child.text or "", state))
            elif tag in _CHARACTERS:
                self.runs.append((_CHARACTERS[tag], state))
            elif code is None:
                self._other(child, state)
            elif code != _SKIP:
                self._special(child, code, state)

    def _other(self, child: Element, state: str) -> None:
        name = local(child.tag)
        if state == SEEN and ((name == "anchor" and _anchored_off(child)) or _styled_off(child)):
            state = OFF_PAGE
        names = _NAMING.get(name)
        if name in _MATHS and self.runs and self.runs[-1][0][-1:].isalnum():
            self.runs.append((" ", state))
        if names:
            for key in names:
                value = attribute(child, key)
                if value:
                    self.boxes.append([(value, state)])
        if len(child):
            self._walk(child, state)

    def _box(self, inner: Paragraph, state: str) -> None:
        runs = inner.runs if state == SEEN else [(text, kind or state) for text, kind in inner.runs]
        if any(text for text, _ in runs):
            self.boxes.append(runs)
        self.boxes += inner.boxes
        self.fields += inner.fields

    def _alternate(self, element: Element, state: str) -> None:
        said: set[str] = set()
        for branch in element.iterchildren("*"):
            inner = Paragraph(self.styles, ground=self.ground)
            inner._walk(branch, state)
            if not said:
                self.runs += inner.runs
            elif _text(inner.runs) not in said and _text(inner.runs).strip():
                self.boxes.append(inner.runs)
            self.boxes += [box for box in inner.boxes if _text(box) not in said]
            self.fields += [code for code in inner.fields if code not in said]
            said.update(_text(box) for box in inner.boxes)
            said.update((*inner.fields, _text(inner.runs), ""))

    def _ruby(self, element: Element, state: str) -> None:
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name == "rubyBase":
                self._walk(child, state)
            elif name == "rt":
                inner = Paragraph(self.styles, ground=self.ground)
                inner._walk(child, state)
                self._box(inner, state)

    def _form(self, element: Element) -> None:
        for entry in element.iterdescendants("*"):
            if local(entry.tag) in _FORM_TEXTS:
                value = attribute(entry, "displayText") or attribute(entry, "val")
                if value:
                    self.fields.append(value)


def _text(runs: Iterable[Run]) -> str:
    return "".join(text for text, _ in runs)


def _anchored_off(anchor: Element) -> bool:
    """Whether a drawing floats beside the page."""
    sizes = {local(entry.tag): entry for entry in anchor.iterchildren("*")}
    for axis, length in (("positionH", "cx"), ("positionV", "cy")):
        place, extent = sizes.get(axis), sizes.get("extent")
        for entry in place.iterchildren("*") if place is not None else ():
            at, reach = _whole(entry.text), _whole(attribute(extent, length)) if extent is not None else 0
            if local(entry.tag) == "posOffset" and (at >= _FAR or at + reach <= _NEAR):
                return True
    return False


def _styled_off(shape: Element) -> bool:
    """Whether an old vector shape stands beside the page (VML, ECMA-376 part 4, 14.1.2.19)."""
    style = shape.get("style")
    if not style or "absolute" not in style:
        return False
    places = [float(value) * _POINTS[unit] for value, unit in _STYLE_FAR.findall(style) if value.count(".") < 2]
    return any(place >= 1260 or place <= -1260 for place in places)


def _whole(text: str | None) -> int:
    try:
        return int(text or "")
    except ValueError:
        return 0


def _on(entry: Element) -> bool:
    return attribute(entry, "val").lower() not in _OFF


def _shade(entry: Element) -> str:
    """Return the colour that a shading lays under letters, empty when it lays none."""
    if attribute(entry, "val") == "solid":
        fill = attribute(entry, "color") or attribute(entry, "fill")
        return "000000" if fill.lower() in ("", "auto") else fill.upper()
    fill = attribute(entry, "fill").upper()
    return "" if fill in ("", "AUTO") else fill


def _symbol(element: Element) -> str:
    try:
        code = int(attribute(element, "char"), 16)
    except ValueError:
        return ""
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    return chr(code) if code < 0xE000 and not 0xD800 <= code < 0xE000 else ""
