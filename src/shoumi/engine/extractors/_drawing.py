"""DrawingML text: shapes, tables, charts and diagrams in, paragraphs out, each with what no reader sees apart.

Source: ECMA-376 part 1, 19 (slides) and 20–21 (DrawingML). A shape that is switched off or stands outside the slide is
hidden; so are letters in the colour of a plain background, as far as run and shape tell it themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from shoumi.engine.extractors._flow import HIDDEN, SEEN, Flow, Run
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, stripped, tree
from shoumi.engine.types import Locator, Segment

_SHAPES: Final = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp", "contentPart", "wsp"})
_FILLS: Final = frozenset({"solidFill", "gradFill", "blipFill", "pattFill", "grpFill"})
_VALUES: Final = frozenset({"v", "t", "f", "text", "Text"})  # of charts, comments
_BACKGROUND: Final = frozenset({"bg1", "lt1"})


@dataclass(frozen=True, slots=True)
class Canvas:
    """The slide that shapes stand on: its size in EMU (0: not known), and whether its background is plain."""

    width: int = 0
    height: int = 0
    plain: bool = False


class Drawing:
    """Reads the text of one part into a flow."""

    def __init__(self, flow: Flow, canvas: Canvas | None = None) -> None:
        self._flow = flow
        self._canvas = canvas or Canvas()
        self._said: set[str] = set()  # what an earlier branch of the same alternative said
        self._saying: set[str] = set()

    def read(self, element: Element, state: int = SEEN, *, filled: bool = False, depth: int = 0) -> None:
        """Read everything below an element."""
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name == "p":
                self._paragraph(child, state, filled)
            elif name in _SHAPES:
                self.read(child, self._shape(child, state, depth), filled=filled or _filled(child), depth=depth + 1)
            elif name == "AlternateContent":
                self._alternate(child, state, filled, depth)
            elif name == "tc":
                self.read(child, state, filled=True, depth=depth)
                self._flow.between = "\t"
            elif name == "tr":
                self.read(child, state, filled=True, depth=depth)
                self._flow.between = "\n"
            elif name in _VALUES and not len(child):
                self._add([(child.text or "", state)])
            elif len(child):
                self.read(child, state, filled=filled, depth=depth)

    def _shape(self, shape: Element, state: int, depth: int) -> int:
        for properties in shape.iterchildren("*"):
            named = properties if local(properties.tag) == "cNvPr" else None
            for entry in properties.iterchildren("*"):
                if local(entry.tag) == "cNvPr":
                    named = entry
                elif local(entry.tag) == "xfrm" and depth == 0 and self._outside(entry):
                    state = HIDDEN
            if named is not None:
                if attribute(named, "hidden").lower() in ("1", "true"):
                    state = HIDDEN
                for key in ("descr", "title"):
                    if attribute(named, key):
                        self._add([(attribute(named, key), state)])
        return state

    def _outside(self, frame: Element) -> bool:
        if not self._canvas.width:
            return False
        places = {local(entry.tag): entry for entry in frame.iterchildren("*")}
        offset, extent = places.get("off"), places.get("ext")
        if offset is None or extent is None:
            return False
        left, top = _number(offset, "x"), _number(offset, "y")
        return (
            left >= self._canvas.width
            or top >= self._canvas.height
            or left + _number(extent, "cx") <= 0
            or top + _number(extent, "cy") <= 0
        )

    def _paragraph(self, paragraph: Element, state: int, filled: bool) -> None:
        runs: list[Run] = []
        self._runs(paragraph, state, filled, runs)
        self._add(runs)

    def _runs(self, element: Element, state: int, filled: bool, runs: list[Run]) -> None:
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name in ("r", "fld"):
                unseen = self._canvas.plain and not filled and _white(child)
                runs += [(entry.text or "", HIDDEN if unseen else state) for entry in child.iterchildren("{*}t")]
            elif name == "t":
                runs.append((child.text or "", state))
            elif name == "br":
                runs.append(("\n", state))
            elif name not in ("pPr", "endParaRPr", "rPr") and len(child):
                self._runs(child, state, filled, runs)

    def _alternate(self, element: Element, state: int, filled: bool, depth: int) -> None:
        outer = self._said, self._saying
        said: set[str] = set()
        for branch in element.iterchildren("*"):
            self._said, self._saying = outer[0] | said, set()
            self.read(branch, state, filled=filled, depth=depth)
            said |= self._saying
        self._said, self._saying = outer[0], outer[1] | said

    def _add(self, runs: list[Run]) -> None:
        text = "".join(text for text, _ in runs)
        if text in self._said:
            return
        if text.strip():
            self._saying.add(text)
        self._flow.runs(runs)


def drawing(package: Package, part: str, locator: Locator, *, hidden: bool = False) -> list[Segment]:
    """Return the text of a part that holds shapes, a chart or a diagram."""
    flow = Flow(locator, hidden=hidden)
    root, reading = tree(package.chunks(part))
    if root is not None:
        Drawing(flow).read(root)
    if reading.failed or not flow.last:
        for line in stripped(package.chunks(part)).splitlines():
            flow.add(line)
    flow.hide(*reading.notes)
    return list(flow.end())


def _filled(shape: Element) -> bool:
    """Whether a shape has a background of its own; a style reference counts, what it says stands in the theme."""
    for entry in shape.iterchildren("*"):
        name = local(entry.tag)
        if name == "style":
            return True
        if name in ("spPr", "grpSpPr") and any(local(child.tag) in _FILLS for child in entry.iterchildren("*")):
            return True
    return False


def _white(run: Element) -> bool:
    for properties in run.iterchildren("{*}rPr"):
        for fill in properties.iterchildren("{*}solidFill"):
            for colour in fill.iterchildren("*"):
                value = attribute(colour, "val")
                return value.upper() == "FFFFFF" or value in _BACKGROUND
    return False


def _number(element: Element, name: str) -> int:
    try:
        return int(attribute(element, name))
    except ValueError:
        return 0
