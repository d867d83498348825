"""Electronic books (epub): the book's own metadata as text, every chapter, picture and table of contents as an item.

Chapters come in reading order. Source: EPUB 3.3, 4.2 (container) and 5 (package document).
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from typing import Final
from urllib.parse import unquote

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import Element, attribute, local, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/epub+zip"
_CONTAINER: Final = "META-INF/container.xml"
_MACHINERY: Final = re.compile(r"mimetype|.*\.(?:css|ttf|otf|woff2?|opf)|META-INF/(?!encryption\.xml).*", re.IGNORECASE)


class Epub:
    """Reads EPUB packages."""

    name = "epub"
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a ZIP that says it is a book."""
        if b"mimetypeapplication/epub+zip" in sample.head[:128]:
            return MEDIA_TYPE
        names = sample.zip_names
        return MEDIA_TYPE if _CONTAINER in names and any(name.endswith(".opf") for name in names) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield metadata, chapters, then all other files. Raises NoText when there is nothing."""
        package = Package(blob)
        spine: list[str] = []
        for name in [name for name in package if name.lower().endswith(".opf")]:
            root, _ = tree(package.chunks(name))
            if root is not None:
                yield from _metadata(root, name)
                spine += _spine(package, root, name)
        rest = [name for name in package if name not in spine and not _MACHINERY.fullmatch(name)]
        if "META-INF/encryption.xml" in package and b"EncryptedData" in package.read("META-INF/encryption.xml"):
            yield Gap("encrypted", "parts of the book are encrypted (fonts, or by rights management)")
        if not spine and not rest:
            raise NoText("no chapters in it")
        for name in (*dict.fromkeys(spine), *rest):
            yield package.item(package.entries[name], self.name)
        for entry in package.shadowed:
            yield package.item(entry, self.name, hiding="shadowed")
        yield from package.gaps()


def _metadata(root: Element, part: str) -> Iterator[Segment]:
    lines = [
        f"{local(entry.tag)}: {entry.text.strip()}"
        for group in root.iterchildren("{*}metadata")
        for entry in group.iterchildren("*")
        if entry.text and entry.text.strip()
    ]
    if lines:
        yield Segment("\n".join(lines), Locator(part=part))


def _spine(package: Package, root: Element, part: str) -> list[str]:
    folder = posixpath.dirname(part)
    places = {attribute(entry, "id"): attribute(entry, "href") for entry in root.iter("{*}item")}
    targets = [places.get(attribute(entry, "idref")) for entry in root.iter("{*}itemref")]
    found = [package.find(posixpath.normpath(posixpath.join(folder, unquote(target)))) for target in targets if target]
    return [name for name in found if name]


PLUGIN = Epub()
