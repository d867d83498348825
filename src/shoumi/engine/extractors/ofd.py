"""OFD, the fixed-layout format of Chinese offices (GB/T 33190-2016): pages, templates, annotations, attachments.

Text stands in ``TextCode`` elements, often one glyph each; runs are joined to lines by their places. Pictures,
seals and attachments are items; pages without any text are usually pictures, so that OCR reads them there.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, NoText
from shoumi.engine.extractors import _sweep
from shoumi.engine.extractors._flow import NOTE
from shoumi.engine.extractors._glyphs import Glyphs
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, stripped, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/ofd"
_ROOT: Final = "ofd.xml"
_DRAWN: Final = frozenset({"Page", "TemplatePage", "PageAnnot"})
_FONT: Final = re.compile(r".*\.(?:ttf|otf|ttc|cff|pfb|xsd)", re.IGNORECASE)
_DULL: Final = frozenset(
    {"DocID", "ID", "MaxUnitID", "Version", "Creator", "CreatorVersion", "DocUsage", "PhysicalBox"}
)
_LARGEST: Final = 64 << 20  # bytes of a part that is neither XML nor a file of its own


class Ofd:
    """Reads OFD documents."""

    name = "ofd"
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return OFD's type for a ZIP whose entry point is OFD.xml."""
        return MEDIA_TYPE if any(name.lower() == _ROOT for name in sample.zip_names) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield pages in order, templates, annotations, metadata, then pictures, seals and attachments."""
        package = Package(blob)
        reading = _Reading(package)
        empty = True
        for part in reading.parts():
            empty = False
            yield part
        yield from package.gaps()
        if reading.locked:
            raise Encrypted(f"{len(reading.locked)} parts are encrypted")
        if empty and not package.damaged and not package.cut:
            raise NoText("the document holds no text and no pictures")


class _Reading:
    """One document's parts, each read once. ``locked``: parts that are no XML although they should be."""

    def __init__(self, package: Package) -> None:
        self._package = package
        self._sealed = any("encryption" in name.lower() for name in package)
        self.locked: list[str] = []
        self._pages: dict[str, int] = {}
        self._templates: set[str] = set()
        for name in package:
            if name.lower().endswith("document.xml"):
                self._list(name)

    def parts(self) -> Iterator[Segment | Item]:
        """Yield everything: listed pages first, in order."""
        xml = [name for name in self._package if name.lower().endswith(".xml")]
        xml.sort(key=lambda name: (self._pages.get(name, 1 << 30), name))
        for name in xml:
            yield from self._xml(name)
        for name, entry in self._package.entries.items():
            if name.lower().endswith(".xml") or _FONT.fullmatch(name):
                continue
            if name.lower().endswith((".esl", ".dat")):
                yield from self._seal(name)
            else:
                yield self._package.item(entry, "ofd")
        for entry in self._package.shadowed:
            yield self._package.item(entry, "ofd", hiding="shadowed")

    def _list(self, name: str) -> None:
        root, _ = tree(self._package.chunks(name))
        if root is None:
            return
        folder = posixpath.dirname(name)
        for element in root.iter("{*}Page", "{*}TemplatePage"):
            target = attribute(element, "BaseLoc").replace("\\", "/")
            place = target.lstrip("/") if target.startswith("/") else posixpath.normpath(posixpath.join(folder, target))
            found = self._package.find(place)
            if found is None:
                continue
            if local(element.tag) == "Page":
                self._pages.setdefault(found, len(self._pages) + 1)
            else:
                self._templates.add(found)

    def _xml(self, name: str) -> Iterator[Segment]:
        data = self._package.read(name)
        if self._sealed and b"<" not in data[:256]:
            self.locked.append(name)
            return
        root, reading = tree(iter((data,)))
        if root is None or reading.failed:
            text = stripped(iter((data,)), values=root is None)
            if text:
                yield Segment(text, Locator(page=self._pages.get(name), part=name))
            return
        place = self._place(name, root)
        shown, hidden = Glyphs(root).texts()
        if shown:
            yield Segment(shown, place)
        for hiding, text in hidden.items():
            yield Segment(text, place, hidden=True, hiding=hiding)
        about = "\n".join(_about(root, drawn=local(root.tag) in _DRAWN))
        if about:
            yield Segment(about, Locator(page=place.page, part=f"{posixpath.basename(name)} properties"))
        if reading.notes:
            yield Segment("\n".join(reading.notes), Locator(part=name), hidden=True, hiding=NOTE)

    def _place(self, name: str, root: Element) -> Locator:
        page = self._pages.get(name)
        if page is not None:
            return Locator(page=page)
        part = "template" if name in self._templates else "annotation" if local(root.tag) == "PageAnnot" else name
        return Locator(part=part)

    def _seal(self, name: str) -> Iterator[Segment]:
        """Yield the words of a seal or a signature, which are ASN.1 (GB/T 38540)."""
        data = self._package.read(name)[:_LARGEST]
        text = "\n".join(dict.fromkeys(text for _, text in _sweep.runs(data)))
        if text:
            yield Segment(text, Locator(part=name), hidden=True, hiding="machinery")


def _about(root: Element, *, drawn: bool) -> Iterator[str]:
    """Yield texts and names that are not drawn: metadata, custom data, outlines, attachments' names, remarks, links."""
    for element in root.iter("*"):
        name = local(element.tag)
        if name in ("TextCode", "Glyphs", "AbbreviatedData", "Loc", "BaseLoc") or name in _DULL:
            continue
        text = (element.text or "").strip()
        if text and not drawn and not text.startswith("/") and not _NUMBERS.fullmatch(text):
            label = attribute(element, "Name") or name
            yield f"{label}: {text}"
        elif text and drawn and name in ("Remark", "Parameter"):
            yield f"{name}: {text}"
        for key in ("Title", "Name", "URI", "Subject", "AttachName", "FileName", "Alias"):
            value = attribute(element, key)
            if value and name in (
                "OutlineElem",
                "Attachment",
                "URI",
                "Bookmark",
                "Annot",
                "Action",
                "Layer",
                "Signature",
            ):
                yield f"{name}: {value}"


_NUMBERS: Final = re.compile(r"[0-9.\s-]+|.*\.(?:xml|ttf|otf|png|jpe?g|dat|esl|bmp)", re.IGNORECASE)


PLUGIN = Ofd()
