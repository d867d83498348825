"""WordprocessingML paragraphs: an element ``w:p`` in, its runs out, each seen, deleted or hidden.

Source: ECMA-376 part 1, 17 (both the transitional and the strict namespace). A field's instruction is hidden text,
a text box's paragraphs follow the paragraph that anchors it, and of ``mc:AlternateContent`` a second branch is
given only when it says something else than the first.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.extractors._flow import DELETED, HIDDEN, SEEN, Run
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
_PARAGRAPH_PROPERTIES: Final = frozenset(space + "pPr" for space in SPACES)
_NAMING: Final = {"docPr": ("descr", "title"), "textpath": ("string",), "shape": ("alt",), "cNvPr": ("descr", "title")}
_FORM_TEXTS: Final = frozenset({"alias", "tag", "default", "statusText", "helpText", "listEntry", "listItem"})
_OFF: Final = frozenset({"0", "false", "off", "none"})
_WHITE: Final = "FFFFFF"

# Symbol fonts put their signs into the private area: the ones that stand in marks (Wingdings, Wingdings 2, Symbol).
_SYMBOLS: Final = {0xF0AB: "★", 0xF0B6: "☆", 0xF0E9: "★", 0xF0EA: "★", 0xF0B7: "•", 0xF06C: "●", 0xF06E: "■"}


@dataclass(slots=True)
class Styles:
    """Ids of styles that hide text, and whether tables may shade cells by style (white text is then seen)."""

    hidden: frozenset[str] = frozenset()

    @classmethod
    def of(cls, root: Element) -> Styles:
        """Read them from the root of ``styles.xml``, which may be missing (None)."""
        if root is None:
            return cls()
        hidden = set()
        for style in root.iter(*(space + "style" for space in SPACES)):
            for properties in style.iterchildren(*_RUN_PROPERTIES):
                if any(local(entry.tag) == "vanish" and _on(entry) for entry in properties.iterchildren("*")):
                    hidden.add(attribute(style, "styleId"))
        return cls(frozenset(hidden))


@dataclass(slots=True)
class Paragraph:
    """What one paragraph says. ``boxes``: paragraphs of text boxes in it; ``fields``: instructions of fields."""

    styles: Styles
    runs: list[Run] = field(default_factory=list)
    boxes: list[list[Run]] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    shaded: bool = False

    def read(self, element: Element) -> None:
        """Read a ``w:p``."""
        state = SEEN
        for properties in element.iterchildren(*_PARAGRAPH_PROPERTIES):
            for entry in properties.iterchildren("*"):
                name = local(entry.tag)
                if name == "pStyle" and attribute(entry, "val") in self.styles.hidden:
                    state = HIDDEN
                elif name == "shd":
                    self.shaded = self.shaded or _shades(entry)
        self._walk(element, state)

    def _walk(self, element: Element, state: int) -> None:
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

    def _special(self, child: Element, code: int, state: int) -> None:
        if code == _GONE:
            self.runs.append((child.text or "", DELETED))
        elif code == _DROPPED:
            self._walk(child, DELETED)
        elif code == _FIELD:
            self.fields.append(child.text or "")
        elif code == _SYMBOL:
            self.runs.append((_symbol(child), state))
        elif code == _PARAGRAPH:
            inner = Paragraph(self.styles, shaded=True)
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

    def _run(self, element: Element, state: int) -> None:
        for child in element.iterchildren("*"):
            tag = child.tag
            if tag in _RUN_PROPERTIES:
                if state == SEEN and len(child) and self._hides(child):
                    state = HIDDEN
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

    def _hides(self, properties: Element) -> bool:
        white, shaded = False, self.shaded
        for entry in properties.iterchildren("*"):
            name = local(entry.tag)
            if name == "vanish" and _on(entry):
                return True
            if name == "rStyle" and attribute(entry, "val") in self.styles.hidden:
                return True
            if name == "sz" and attribute(entry, "val") in ("1", "2"):  # half points: letters of a millimetre's third
                return True
            if name == "color":
                white = attribute(entry, "val").upper() == _WHITE
            elif name == "highlight" or (name == "shd" and _shades(entry)):
                shaded = True
        return white and not shaded

    def _other(self, child: Element, state: int) -> None:
        names = _NAMING.get(local(child.tag))
        if names:
            for name in names:
                value = attribute(child, name)
                if value:
                    self.boxes.append([(value, state)])
        if len(child):
            self._walk(child, state)

    def _box(self, inner: Paragraph, state: int) -> None:
        runs = inner.runs if state == SEEN else [(text, kind or state) for text, kind in inner.runs]
        if any(text for text, _ in runs):
            self.boxes.append(runs)
        self.boxes += inner.boxes
        self.fields += inner.fields

    def _alternate(self, element: Element, state: int) -> None:
        said: set[str] = set()
        for branch in element.iterchildren("*"):
            inner = Paragraph(self.styles, shaded=self.shaded)
            inner._walk(branch, state)
            if not said:
                self.runs += inner.runs
            elif _text(inner.runs) not in said and _text(inner.runs).strip():
                self.boxes.append(inner.runs)
            self.boxes += [box for box in inner.boxes if _text(box) not in said]
            self.fields += [code for code in inner.fields if code not in said]
            said.update(_text(box) for box in inner.boxes)
            said.update((*inner.fields, _text(inner.runs), ""))

    def _ruby(self, element: Element, state: int) -> None:
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name == "rubyBase":
                self._walk(child, state)
            elif name == "rt":
                inner = Paragraph(self.styles, shaded=self.shaded)
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


def _on(entry: Element) -> bool:
    return attribute(entry, "val").lower() not in _OFF


def _shades(entry: Element) -> bool:
    return attribute(entry, "fill").lower() not in ("", "auto", "ffffff") or attribute(entry, "val") == "solid"


def _symbol(element: Element) -> str:
    try:
        code = int(attribute(element, "char"), 16)
    except ValueError:
        return ""
    if code in _SYMBOLS:
        return _SYMBOLS[code]
    return chr(code) if code < 0xE000 and not 0xD800 <= code < 0xE000 else ""
