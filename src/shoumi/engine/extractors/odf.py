"""OpenDocument and OpenOffice.org 1 files: texts, spreadsheets, presentations, drawings.

Texts are one segment a part, slides one each, spreadsheets one a cell; then styles (headers and footers), metadata
and embedded objects. Numbers of repeated rows and columns count for a cell's place and are never expanded.
Source: OASIS ODF 1.3, parts 2 (package) and 3 (schema).
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Encrypted, NoText
from shoumi.engine.extractors import _odflock
from shoumi.engine.extractors._odfpart import Reader
from shoumi.engine.extractors._odftext import learned, metadata
from shoumi.engine.extractors._opc import loose, natural
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._xml import tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Segment

MEDIA_TYPE: Final = "application/vnd.oasis.opendocument"
_KIND: Final = re.compile(rb"mimetypeapplication/(?:vnd\.oasis\.opendocument|vnd\.sun\.xml|x-vnd\.oasis)\.[a-z.-]+")
_CONTENT: Final = re.compile(r"(?:.*/)?content\.xml")
_STYLES: Final = re.compile(r"(?:.*/)?styles\.xml")
_META: Final = re.compile(r"(?:.*/)?meta\.xml")
_MACHINERY: Final = re.compile(
    r"mimetype|(?:.*/)?settings\.xml|META-INF/.*|Configurations2/.*|(?:.*/)?layout-cache|manifest\.rdf|.*\.dtd|Fonts/.*"
    r"|Basic/.*-lc\.xml|(?:.*/)?current\.xml|(?:.*/)?BuildId|(?:.*/)?VersionList\.xml"
)


class Odf:
    """Reads ODF packages and flat ODF."""

    name = "office"
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of an ODF package."""
        if _KIND.search(sample.head[:200]):
            return MEDIA_TYPE
        names = sample.zip_names
        return (
            MEDIA_TYPE
            if "content.xml" in names and not names.isdisjoint({"META-INF/manifest.xml", "styles.xml"})
            else None
        )

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield the document's text, what surrounds it, then embedded files. Raises Encrypted, NoText."""
        empty = True
        locked: list[str] = []
        package = Package(blob)
        if _locked(package):
            data = _odflock.opened(package, settings.passwords)
            if data is not None:
                yield Item(self.name, "unlocked", len(data), None, lambda: io.BytesIO(data), kind=self.name)
                return
            if not package.read("content.xml").lstrip().startswith(b"<"):
                raise Encrypted("the document needs a password")
            locked = _odflock.names(package)  # macros alone may be under one, and a manifest may claim too much
            if locked:
                yield Gap("encrypted", f"{len(locked)} parts need a password, such as {locked[0]}")
        for part in _package(package, locked):
            empty = False
            yield part
        if empty:
            raise NoText("no text in it")


def _locked(package: Package) -> bool:
    return b"encryption-data" in package.read("META-INF/manifest.xml") or "encrypted-package" in package


def _package(package: Package, locked: list[str]) -> Iterator[Segment | Item | Gap]:
    contents = sorted(
        (name for name in package if _CONTENT.fullmatch(name)), key=lambda name: (name.count("/"), natural(name))
    )
    done = list(contents)
    for part in contents:
        beside = part[: -len("content.xml")] + "styles.xml"
        styles = learned(package.chunks(beside))
        styles = learned(package.chunks(part), styles)
        done.append(beside)
        for name in (part, beside):
            if name in package:
                yield from Reader(styles, name).read(package, name)
    for name in [name for name in package if _META.fullmatch(name)]:
        done.append(name)
        root, _ = tree(package.chunks(name))
        for element in () if root is None else root.iter("{*}meta"):
            yield from metadata(element, name)
    yield from _rest(package, {*done, *locked})
    yield from package.gaps()


def _rest(package: Package, done: set[str]) -> Iterator[Segment | Item]:
    embedded: list[str] = []
    for name in package:
        if name in done or _MACHINERY.fullmatch(name):
            continue
        if name.lower().endswith((".xml", ".xlb", ".rdf")):
            yield from loose(package, name)
        else:
            embedded.append(name)
    for name in sorted(embedded, key=natural):
        yield package.item(package.entries[name], "office")
    for entry in package.shadowed:
        yield package.item(entry, "office", hiding="shadowed")


PLUGIN = Odf()
