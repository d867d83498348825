"""Visio drawings (vsdx, vsdm, vstx): page by page, then masters, comments and what is embedded.

Source: [MS-VSDX] 2.2; a shape's text is what stands in its ``Text`` element, between marks of formatting.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _opc
from shoumi.engine.extractors._flow import FIELD, NOTE, Flow, remainder
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Elements, attribute, local, stripped, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.ms-visio.drawing"
_SPACES: Final = (
    "{http://schemas.microsoft.com/office/visio/2012/main}",
    "{http://schemas.microsoft.com/office/visio/2011/1/core}",
)
_TEXT: Final = tuple(space + "Text" for space in _SPACES)
_VALUE: Final = tuple(space + "Cell" for space in _SPACES)


class Vsdx:
    """Reads Visio packages."""

    name = _opc.KIND
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a ZIP that holds drawing pages."""
        return MEDIA_TYPE if _opc.recognised(sample, "visio/", "visio/document.xml") else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield pages in order, masters, then everything else. Raises NoText when there is nothing."""
        package = Package(blob)
        empty = True
        pages = _parts(package, "visio/pages/page")
        masters = _parts(package, "visio/masters/master")
        names = [name for name in package if name.lower() in ("visio/pages/pages.xml", "visio/masters/masters.xml")]
        machinery = [name for name in package if name.lower() in ("visio/document.xml", "visio/windows.xml")]
        for number, part in enumerate(pages, 1):
            for segment in _page(package, part, Locator(page=number)):
                empty = False
                yield segment
        for part in masters:
            yield from _page(package, part, Locator(part=part))
        for part in names:
            yield from _titles(package, part)
        for entry in _opc.ending(package, [*pages, *masters, *names, *machinery]):
            empty = False
            yield entry
        if empty:
            raise NoText("no text in it")


def _parts(package: Package, start: str) -> list[str]:
    found = [
        name for name in package if name.lower().startswith(start) and name[len(start) : len(start) + 1].isdecimal()
    ]
    return sorted(found, key=_opc.natural)


def _page(package: Package, part: str, locator: Locator) -> Iterator[Segment]:
    flow = Flow(locator)
    reading = Elements(package.chunks(part), (*_TEXT, *_VALUE))
    for element in reading:
        if element.tag in _TEXT:
            flow.add("".join(element.itertext()).strip())
        elif attribute(element, "N") in ("Comment", "Value", "Prompt", "Label") and attribute(element, "V"):
            flow.hide(attribute(element, "V"), hiding=FIELD)
        reading.free(element)
        yield from flow.ready()
    if reading.failed:
        for line in remainder(stripped(package.chunks(part)), flow.last, flow.said).splitlines():
            flow.add(line)
    flow.hide(*reading.notes, hiding=NOTE)
    yield from flow.end()


def _titles(package: Package, part: str) -> Iterator[Segment]:
    root, _ = tree(package.chunks(part))
    names = [
        attribute(entry, "Name")
        for entry in (() if root is None else root.iter("*"))
        if local(entry.tag) in ("Page", "Master")
    ]
    if any(names):
        yield Segment("\n".join(filter(None, names)), Locator(part=part))


PLUGIN = Vsdx()
