"""Word documents (docx, docm, dotx, and what WPS Writer saves as such): every part's text, one segment a part.

Paragraphs are joined by line feeds, cells by tabs. Deleted and hidden text, field codes and what no reader shows are
segments of their own with ``hidden``. Source: ECMA-376 part 1, 11 and 17.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _opc
from shoumi.engine.extractors._package import Package
from shoumi.engine.extractors._word import Styles
from shoumi.engine.extractors._wordpart import part_text
from shoumi.engine.extractors._xml import attribute, local, tree
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import ZIP, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_TEXTUAL: Final = re.compile(
    r"(?:header|footer|footnotes|endnotes|comments\w*|document|glossary/(?!_rels)\w+)\d*\.xml", re.IGNORECASE
)
_HIDING: Final = re.compile(rb':(?:vanish\b|color [^>]*"[Ff]{6}"|sz [^>]*"[12]")')  # what a style hides letters with
_NOT_TEXT: Final = re.compile(
    r".*(?:styles|settings|fonttable|numbering|commentsids|commentsext\w*)\w*\.xml", re.IGNORECASE
)
_PEOPLE: Final = re.compile(r"word/people\.xml", re.IGNORECASE)


class Docx:
    """Reads WordprocessingML packages."""

    name = _opc.KIND
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures: tuple[Signature, ...] = ()
    refines = frozenset({ZIP})

    def refine(self, sample: Sample) -> str | None:
        """Return the media type of a ZIP that holds Word parts."""
        return MEDIA_TYPE if _opc.recognised(sample, "word/", "word/document.xml") else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield body, headers, footers, notes and comments, then the rest. Raises NoText when there is nothing."""
        package = Package(blob)
        main = _opc.main_part(package, "word/document.xml") or "word/document.xml"
        folder = main.rpartition("/")[0] + "/"
        styles = _styles(package, folder + "styles.xml")
        parts = [name for name in package if name.startswith(folder) and _TEXTUAL.fullmatch(name[len(folder) :])]
        parts = [name for name in parts if name != main and not _NOT_TEXT.fullmatch(name)]
        if package.find(main):
            parts.insert(0, main)
        empty = True
        for part in parts:
            for segment in part_text(partial(package.chunks, part), part, styles):
                empty = False
                yield segment
        for entry in (*_settings(package, folder), *_opc.ending(package, [*parts, folder + "people.xml"])):
            empty = False
            yield entry
        if empty:
            raise NoText("no text in it")


def _styles(package: Package, part: str) -> Styles:
    data = package.read(part)
    return Styles(tree([data])[0] if _HIDING.search(data) else None)


def _settings(package: Package, folder: str) -> Iterator[Segment]:
    """Yield what the document's machinery can hide: variables, list texts, people."""
    found: list[str] = []
    for part, names in (
        ("settings.xml", {"docVar": ("name", "val"), "mailMerge": (), "query": ("val",), "connectString": ("val",)}),
        ("numbering.xml", {"lvlText": ("val",)}),
        ("people.xml", {"person": ("author",), "presenceInfo": ("userId",)}),
    ):
        root, _ = tree(package.chunks(folder + part))
        for element in () if root is None else root.iter("*"):
            values = [attribute(element, name) for name in names.get(local(element.tag), ())]
            if any(len(re.findall(r"[^\W\d_]", value)) > 1 for value in values):
                found.append(": ".join(values))
    if found:
        yield Segment(
            "\n".join(dict.fromkeys(found)), Locator(part=folder + "settings.xml"), hidden=True, hiding="machinery"
        )


PLUGIN = Docx()
