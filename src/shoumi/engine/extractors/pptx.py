"""Presentations (pptx, pptm, ppsx, potx): slide by slide, then notes, comments, layouts and what is embedded.

A slide's text, notes and comments carry its number in the show's order; hidden slides and shapes, and shapes beside the
slide, are ``hidden``. Source: ECMA-376 part 1, 13 and 19; [MS-PPTX] for threaded comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from hashlib import blake2b
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _opc
from shoumi.engine.extractors._drawing import Canvas, Drawing, Frame, drawing, frame_of
from shoumi.engine.extractors._flow import NOTE, SEEN, Flow, remainder
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, stripped, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
_HIDDEN: Final = "hidden-slide"
_SLIDE: Final = re.compile(r"(?:.*/)?slides/[^/]+\.xml", re.IGNORECASE)
_PATTERN: Final = re.compile(
    r"(?:.*/)?(?:slideMasters|slideLayouts|notesMasters|handoutMasters)/[^/]+\.xml", re.IGNORECASE
)
_WORDS: Final = re.compile(
    rb">[^<]*[^<\s][^<]*|\b(?:descr|title|hidden|show)=\"[^\"]+\"|<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL
)
_KEPT: Final = 200  # masters and layouts that are remembered …
_SMALL: Final = 20_000  # … when they hold fewer characters
_READ: dict[bytes, list[Segment]] = {}
_ABOUT: Final = ("notesSlide", "comments", "chart", "chartEx", "diagramData", "diagramDrawing", "vmlDrawing")
_PEOPLE: Final = re.compile(r"(?:.*/)?(?:commentAuthors|authors)\.xml", re.IGNORECASE)


class Pptx:
    """Reads PresentationML packages."""

    name = _opc.KIND
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a ZIP that holds slides."""
        return MEDIA_TYPE if _opc.recognised(sample, "ppt/", "ppt/presentation.xml") else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield the slides in order, then everything else. Raises NoText when there is nothing."""
        package = Package(blob)
        main = _opc.main_part(package, "ppt/presentation.xml") or "ppt/presentation.xml"
        root, _ = tree(package.chunks(main))
        seen = {main, *(name for name in package if _PEOPLE.fullmatch(name))}
        size = _size(root)
        empty = True
        for number, slide in enumerate(_slides(package, main, root), 1):
            for segment in _slide(package, slide, number, size, seen):
                empty = False
                yield segment
        for entry in (*_patterns(package, seen), *_people(package), *_opc.ending(package, seen)):
            empty = False
            yield entry
        if empty:
            raise NoText("no text in it")


def _slides(package: Package, main: str, root: Element) -> list[str]:
    """Return the slides in the order of the show; those that it does not list, such as salvaged ones, last."""
    targets = _opc.relations(package, main)
    listed: list[str] = []
    for entry in () if root is None else root.iter("{*}sldId"):
        relation = next((targets[value] for value in entry.attrib.values() if value in targets), None)
        stored = package.find(relation.target) if relation else None
        if stored and stored not in listed:
            listed.append(stored)
    return listed + sorted(
        (name for name in package if _SLIDE.fullmatch(name) and name not in listed), key=_opc.natural
    )


def _slide(package: Package, slide: str, number: int, size: tuple[int, int], seen: set[str]) -> Iterator[Segment]:
    seen.add(slide)
    root, reading = tree(package.chunks(slide))
    hiding = _HIDDEN if root is not None and attribute(root, "show").lower() in ("0", "false") else SEEN
    flow = Flow(Locator(slide=number), hiding=hiding)
    if root is not None:
        canvas = Canvas(*size, *_ground(package, slide, root))
        Drawing(flow, canvas).read(root)
    if reading.failed or root is None:
        for line in remainder(stripped(package.chunks(slide)), flow.last, flow.said).splitlines():
            flow.add(line)
    flow.hide(*reading.notes, hiding=NOTE)
    yield from flow.end()
    for part in _opc.related(package, slide, *_ABOUT):
        if part not in seen:
            seen.add(part)
            yield from _about(package, part, number, hiding)


def _about(package: Package, part: str, number: int, hiding: str) -> Iterator[Segment]:
    if part.lower().endswith(".vml"):
        return
    yield from drawing(package, part, Locator(slide=number, part=part), hiding=hiding)


def _ground(package: Package, slide: str, root: Element) -> tuple[bool, dict[str, Frame]]:
    """Return whether slide, layout and master leave the background white, so that white letters are not seen there,
    and where layout and master put their placeholders.
    """
    plain = _white(root)
    places: dict[str, Frame] = {}
    part = slide
    for kind in ("slideLayout", "slideMaster"):
        for part in _opc.related(package, part, kind)[:1]:  # noqa: B020  (from slide to layout to master)
            white, more = _pattern(package, part)
            plain, places = plain and white, more | places
    return plain, places


def _pattern(package: Package, part: str) -> tuple[bool, dict[str, Frame]]:
    """Return the same of a layout or master, which many slides ask for."""
    key = f"pattern {part}"
    if key not in package.cache:
        top, _ = tree(package.chunks(part))
        places: dict[str, Frame] = {}
        for shape in () if top is None else top.iter("{*}sp"):
            _placeholder(shape, places)
        package.cache[key] = _white(top), places
    found: tuple[bool, dict[str, Frame]] = package.cache[key]
    return found


def _white(top: Element) -> bool:
    for background in () if top is None else top.iter("{*}bg"):
        colours = {attribute(entry, "val") for entry in background.iter("{*}srgbClr", "{*}schemeClr")}
        if not colours or not colours <= {"FFFFFF", "bg1", "lt1"}:
            return False
    return True


def _placeholder(shape: Element, places: dict[str, Frame]) -> None:
    holder, transform = next(shape.iter("{*}ph"), None), next(shape.iter("{*}xfrm"), None)
    frame = None if holder is None or transform is None else frame_of(transform)
    if frame is not None:
        for key in (attribute(holder, "idx"), attribute(holder, "type") or "body"):
            if key:
                places.setdefault(key, frame)


def _patterns(package: Package, seen: set[str]) -> Iterator[Segment]:
    """Yield what masters and layouts say, each line once: most of it are the prompts of placeholders."""
    said: set[str] = set()
    for part in sorted((name for name in package if _PATTERN.fullmatch(name)), key=_opc.natural):
        seen.add(part)
        for segment in _alike(package, part):
            lines = [line for line in segment.text.split("\n") if line.strip() and line not in said]
            said.update(lines)
            if lines:
                yield replace(segment, text="\n".join(lines))


def _alike(package: Package, part: str) -> list[Segment]:
    """Return what a master or layout says; those with the same words, as most files have, are read once a process."""
    key = blake2b(b"\0".join(_WORDS.findall(package.read(part))), digest_size=16).digest()
    known = None if part in package.damaged else _READ.get(key)
    if known is None:
        known = drawing(package, part, Locator(part=part))
        if part not in package.damaged and sum(len(segment.text) for segment in known) < _SMALL:
            if len(_READ) >= _KEPT:
                _READ.pop(next(iter(_READ)))
            _READ[key] = known
    return [replace(segment, locator=Locator(part=part)) for segment in known]


def _people(package: Package) -> Iterator[Segment]:
    for part in (name for name in package if _PEOPLE.fullmatch(name)):
        root, _ = tree(package.chunks(part))
        names = [
            attribute(entry, "name") for entry in (() if root is None else root.iter("*")) if local(entry.tag) != "ext"
        ]
        text = "\n".join(dict.fromkeys(filter(None, names)))
        if text:
            yield Segment(text, Locator(part=part))


def _size(root: Element) -> tuple[int, int]:
    for entry in () if root is None else root.iter("{*}sldSz"):
        try:
            return int(attribute(entry, "cx")), int(attribute(entry, "cy"))
        except ValueError:
            break
    return 0, 0


PLUGIN = Pptx()
