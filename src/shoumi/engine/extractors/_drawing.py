"""DrawingML text: shapes, tables, charts and diagrams in, paragraphs out, each with what no reader sees apart.

Source: ECMA-376 part 1, 19 (slides) and 20–21 (DrawingML). A shape that is switched off or stands outside the slide is
hidden; so are letters in the colour of a plain background, as far as run and shape tell it themselves.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from shoumi.engine.extractors._flow import NOTE, OFF_PAGE, SEEN, TINY, WHITE, Flow, Run
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, stripped, tree
from shoumi.engine.types import Locator, Segment

_SHAPES: Final = frozenset({"sp", "pic", "graphicFrame", "grpSp", "cxnSp", "contentPart", "wsp"})
_FILLS: Final = frozenset({"solidFill", "gradFill", "blipFill", "pattFill", "grpFill"})
_VALUES: Final = frozenset({"v", "t", "f", "text", "Text"})  # of charts, comments
_BACKGROUND: Final = frozenset({"bg1", "lt1", "window"})
_SMALL: Final = 150  # hundredths of a point: nobody reads smaller letters
_SWITCHED_OFF: Final = "hidden-shape"
COVERED: Final = "covered"
_COVERS: Final = 200  # opaque shapes of one slide that are compared with what is below them
_SOLID: Final = 90_000  # thousandths of a per cent of opacity
PAPER: Final = "FFFFFF"
UNKNOWN: Final = "?"


Frame = tuple[int, int, int, int]  # left, top, width, height in EMU


@dataclass(frozen=True, slots=True)
class Canvas:
    """The slide that shapes stand on: its size in EMU (0: not known), whether its background is plain, what its layout
    says about places.
    """

    width: int = 0
    height: int = 0
    plain: bool = False
    places: Mapping[str, Frame] = field(default_factory=dict)  # of placeholders, by index and by type


class Drawing:
    """Reads the text of one part into a flow."""

    def __init__(self, flow: Flow, canvas: Canvas | None = None) -> None:
        self._flow = flow
        self._canvas = canvas or Canvas()
        self._said: set[str] = set()  # what an earlier branch of the same alternative said
        self._saying: set[str] = set()

    def read(self, element: Element, state: str = SEEN, *, filled: str = "", depth: int = 0) -> None:
        """Read everything below an element."""
        covered = self._covered(element) if local(element.tag) == "spTree" else frozenset()
        for number, child in enumerate(element.iterchildren("*")):
            name = local(child.tag)
            if name == "p":
                self._paragraph(child, state, filled)
            elif name in _SHAPES:
                inner = self._shape(child, state or (COVERED if number in covered else SEEN), depth)
                self.read(child, inner, filled=_filled(child) or filled, depth=depth + 1)
            elif name == "AlternateContent":
                self._alternate(child, state, filled, depth)
            elif name == "tc":
                self.read(child, state, filled=_filled(child) or UNKNOWN, depth=depth)
                self._flow.between = "\t"
            elif name == "tr":
                self.read(child, state, filled=UNKNOWN, depth=depth)
                self._flow.between = "\n"
            elif name in _VALUES and not len(child):
                self._add([(child.text or "", state)])
            elif len(child):
                self.read(child, state, filled=filled, depth=depth)

    def _shape(self, shape: Element, state: str, depth: int) -> str:
        for properties in shape.iterchildren("*"):
            named = properties if local(properties.tag) == "cNvPr" else None
            for entry in properties.iterchildren("*"):
                if local(entry.tag) == "cNvPr":
                    named = entry
                elif local(entry.tag) == "xfrm" and depth == 0 and self._outside(entry):
                    state = state or OFF_PAGE
            if named is not None:
                if attribute(named, "hidden").lower() in ("1", "true"):
                    state = state or _SWITCHED_OFF
                for key in ("descr", "title"):
                    if attribute(named, key):
                        self._add([(attribute(named, key), state)])
        return state

    def _covered(self, tree: Element) -> frozenset[int]:
        """Return the numbers of the shapes that lie wholly below an opaque one drawn later."""
        frames = [(child, self._frame(child)) for child in tree.iterchildren("*")]
        above: list[Frame] = []
        found = set()
        for number, (shape, frame) in reversed(list(enumerate(frames))):
            if frame is None:
                continue
            if any(_within(frame, cover) for cover in above):
                found.add(number)
            if len(above) < _COVERS and (local(shape.tag) == "pic" or opaque(shape)):
                above.append(frame)
        return frozenset(found)

    def _frame(self, shape: Element) -> Frame | None:
        for properties in shape.iterchildren("*"):
            for entry in properties.iterchildren("*"):
                if local(entry.tag) == "xfrm":
                    return frame_of(entry)
        for entry in shape.iter("{*}ph"):
            kind = attribute(entry, "type") or "body"
            return self._canvas.places.get(attribute(entry, "idx") or kind) or self._canvas.places.get(kind)
        return None

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

    def _paragraph(self, paragraph: Element, state: str, filled: str) -> None:
        runs: list[Run] = []
        self._runs(paragraph, state, filled, runs)
        self._add(runs)

    def _runs(self, element: Element, state: str, filled: str, runs: list[Run]) -> None:
        for child in element.iterchildren("*"):
            name = local(child.tag)
            if name in ("r", "fld"):
                hiding = state or self._hiding(child, filled)
                runs += [(entry.text or "", hiding) for entry in child.iterchildren("{*}t")]
            elif name == "t":
                runs.append((child.text or "", state))
            elif name == "br":
                runs.append(("\n", state))
            elif name not in ("pPr", "endParaRPr", "rPr") and len(child):
                self._runs(child, state, filled, runs)

    def _hiding(self, run: Element, filled: str) -> str:
        """Return how a run's properties hide it."""
        for properties in run.iterchildren("{*}rPr"):
            size = attribute(properties, "sz")
            if size.isdecimal() and int(size) <= _SMALL:
                return TINY
            colour = _colour(properties)
            ground = filled or (PAPER if self._canvas.plain else UNKNOWN)
            if colour and colour == ground:
                return WHITE
        return SEEN

    def _alternate(self, element: Element, state: str, filled: str, depth: int) -> None:
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


def drawing(package: Package, part: str, locator: Locator, *, hiding: str = SEEN) -> list[Segment]:
    """Return the text of a part that holds shapes, a chart or a diagram."""
    flow = Flow(locator, hiding=hiding)
    root, reading = tree(package.chunks(part))
    if root is not None:
        Drawing(flow).read(root)
    if reading.failed or flow.silent:
        for line in stripped(package.chunks(part)).splitlines():
            flow.add(line)
    flow.hide(*reading.notes, hiding=NOTE)
    return list(flow.end())


def frame_of(transform: Element) -> Frame | None:
    """Return what an ``a:xfrm`` says, None when it is not whole."""
    places = {local(entry.tag): entry for entry in transform.iterchildren("*")}
    offset, extent = places.get("off"), places.get("ext")
    if offset is None or extent is None:
        return None
    return _number(offset, "x"), _number(offset, "y"), _number(extent, "cx"), _number(extent, "cy")


def _within(frame: Frame, cover: Frame) -> bool:
    """Whether a frame lies below another but for a tenth of its own width and height."""
    left, top, width, height = frame
    across = min(left + width, cover[0] + cover[2]) - max(left, cover[0])
    down = min(top + height, cover[1] + cover[3]) - max(top, cover[1])
    return across > 0 and down > 0 and across >= 0.9 * width and down >= 0.9 * height


def opaque(shape: Element) -> bool:
    """Whether a shape is filled with one colour that nothing shines through."""
    for properties in shape.iterchildren("{*}spPr"):
        for fill in properties.iterchildren("{*}solidFill"):
            return all(_number(alpha, "val") >= _SOLID for alpha in fill.iter("{*}alpha"))
    return False


def _filled(shape: Element) -> str:
    """Return a shape's own background: a colour, ``UNKNOWN`` (picture, theme), or empty when it has none."""
    styled = ""
    for entry in shape.iterchildren("*"):
        name = local(entry.tag)
        if name == "style":
            styled = UNKNOWN
        if name in ("spPr", "grpSpPr", "tcPr"):
            kinds = {local(child.tag) for child in entry.iterchildren("*")}
            if "solidFill" in kinds:
                return _colour(entry) or UNKNOWN
            if kinds & _FILLS:
                return UNKNOWN
            if "noFill" in kinds:
                styled = ""
    return styled


def _colour(properties: Element) -> str:
    """Return a solid fill's colour as six digits, empty when the theme decides."""
    for fill in properties.iterchildren("{*}solidFill"):
        for colour in fill.iterchildren("*"):
            value = attribute(colour, "lastClr") or attribute(colour, "val")
            if value in _BACKGROUND:
                return PAPER
            if local(colour.tag) == "srgbClr" and not len(colour):
                return value.upper()
    return ""


def _number(element: Element, name: str) -> int:
    try:
        return int(attribute(element, name))
    except ValueError:
        return 0
