"""ODF paragraphs and styles: an element ``text:p`` in, its runs out, each seen, deleted or hidden.

Names are matched without their namespace, because OpenOffice.org 1 (sxw, sxc, sxi) used others for the same words.
Source: OASIS ODF 1.3 part 3, chapters 5–7, 14, 16 and 20.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.extractors._flow import HIDDEN, SEEN, TINY, WHITE, Run
from shoumi.engine.extractors._xml import Element, Elements, attribute, local
from shoumi.engine.types import Locator, Segment

# Elements inside a paragraph that have paragraphs of their own, which follow it.
_BOXES: Final = frozenset({
    "annotation", "note-body", "footnote-body", "endnote-body", "text-box", "table", "object", "custom-shape", "rect",
    "caption", "ellipse", "line", "image-map", "list",
})  # fmt: skip
_DROPPED: Final = frozenset(
    {"note-citation", "footnote-citation", "endnote-citation", "tracked-changes", "event-listeners"}
)
_SAID: Final = frozenset({"title", "desc", "creator"})  # svg:title, svg:desc of pictures; who wrote a comment
_PARAGRAPH: Final = frozenset({"p", "h"})
_CONDITIONS: Final = frozenset({"hidden-text", "conditional-text"})


@dataclass(slots=True)
class Styles:
    """Names of styles that hide what they apply to: characters, paragraphs, sections, tables, slides."""

    hiding: dict[str, str] = field(default_factory=dict)  # name → how

    def learn(self, element: Element) -> None:
        """Take in a ``style:style`` element that has ended."""
        for properties in element.iterchildren("*"):
            background = attribute(properties, "background-color")
            white = attribute(properties, "color").lower() == "#ffffff" and background in ("", "transparent", "#ffffff")
            tiny = attribute(properties, "font-size") in ("1pt", "0.5pt")
            family = attribute(element, "family")
            how = WHITE if family == "text" and white else TINY if family == "text" and tiny else ""
            if attribute(properties, "display") in ("none", "false") or attribute(properties, "visibility") == "hidden":
                how = HIDDEN
            if how:
                self.hiding[attribute(element, "name")] = self.hiding[attribute(element, "display-name")] = how
        self.hiding.pop("", None)

    def hides(self, element: Element) -> str:
        """Return how an element's own style hides it, empty when it does not."""
        if not self.hiding:
            return SEEN
        names = (value for key, value in element.attrib.items() if key.endswith("}style-name"))
        return next((self.hiding[name] for name in names if name in self.hiding), SEEN)


@dataclass(slots=True)
class Paragraph:
    """What one paragraph says. ``boxes``: paragraphs of notes, comments and frames that are anchored in it."""

    styles: Styles
    runs: list[Run] = field(default_factory=list)
    boxes: list[list[Run]] = field(default_factory=list)

    def read(self, element: Element, state: str = SEEN) -> None:
        """Read a paragraph or heading."""
        self._walk(element, self.styles.hides(element) or state)

    def _walk(self, element: Element, state: str) -> None:
        if element.text:
            self.runs.append((_spaced(element.text), state))
        for child in element:
            if isinstance(child.tag, str):
                self._child(child, local(child.tag), state)
            if child.tail:
                self.runs.append((_spaced(child.tail), state))

    def _child(self, child: Element, name: str, state: str) -> None:
        if name in ("span", "a"):
            self._walk(child, self.styles.hides(child) or state)
        elif name == "s":
            count = attribute(child, "c")
            self.runs.append((" " * (min(int(count), 1000) if count.isdecimal() else 1), state))
        elif name in ("tab", "tab-stop"):
            self.runs.append(("\t", state))
        elif name == "line-break":
            self.runs.append(("\n", state))
        elif name in _CONDITIONS or name == "hidden-paragraph":
            for key in ("string-value", "string-value-if-true", "string-value-if-false"):
                if attribute(child, key):
                    self.boxes.append([(attribute(child, key), HIDDEN)])
            self._walk(child, state)
        elif name == "ruby":
            self._ruby(child, state)
        elif name in _BOXES or name == "frame":
            self.box(child, state)
        elif name not in _DROPPED:
            self._walk(child, state)

    def _ruby(self, element: Element, state: str) -> None:
        for child in element.iterchildren("*"):
            if local(child.tag) == "ruby-base":
                self._walk(child, state)
            elif child.text:
                self.boxes.append([(child.text, state)])

    def box(self, element: Element, state: str) -> None:
        """Read everything below that is a paragraph, a title or a name; deeper boxes come with their paragraph."""
        state = self.styles.hides(element) or state
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name in _PARAGRAPH:
                inner = Paragraph(self.styles)
                inner.read(child, state)
                self.boxes += [runs for runs in (inner.runs, *inner.boxes) if runs]
            elif name in _SAID:
                if child.text:
                    self.boxes.append([(child.text, state)])
            elif name not in _DROPPED:
                self.box(child, state)


def _spaced(text: str) -> str:
    """Collapse white space as ODF wants (part 3, 6.1.2): line feeds and indentation of the file are no text."""
    if "\n" not in text and "\t" not in text and "  " not in text:
        return text
    words = " ".join(text.split())
    if not words:
        return " "
    return (" " if text[0].isspace() else "") + words + (" " if text[-1].isspace() else "")


def learned(chunks: Iterable[bytes], styles: Styles | None = None) -> Styles:
    """Return which styles hide text; those of a content part stand before its body, which is not read."""
    styles = styles or Styles()
    for element in Elements(chunks, ("{*}style", "{*}automatic-styles")):
        if local(element.tag) == "automatic-styles":
            break
        styles.learn(element)
    return styles


def metadata(element: Element, part: str) -> Iterator[Segment]:
    """Yield an ``office:meta`` element as lines ``name: value``."""
    lines: list[str] = []
    for entry in element.iterdescendants("*"):
        values = [value for key, value in entry.attrib.items() if local(key) in ("name", "href", "title")]
        text = (entry.text or "").strip()
        if text:
            lines.append(": ".join([*(values or [local(entry.tag)]), text]))
        elif values and local(entry.tag) == "template":
            lines.append("template: " + " ".join(values))
    if lines:
        yield Segment("\n".join(lines), Locator(part=part))
