"""HTML and any XML: decoded first, then one pass over the tags; visible text, and apart from it all that is not seen.

No tree is built: a million nested elements, unclosed quotes or a bomb of entities cost no more than their length.
Inline elements vanish without a trace, so that a word which is half bold stays a word; blocks become new lines,
cells tabs. Entities that a document defines itself are never expanded; their definitions are read as text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from shoumi.engine import encoding, sniff
from shoumi.engine.blob import Blob
from shoumi.engine.extractors import _markup
from shoumi.engine.extractors._reader import whole
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

HTML: Final = "text/html"
XHTML: Final = "application/xhtml+xml"
_CHARSET: Final = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([A-Za-z0-9_.:-]+)", re.IGNORECASE)
_HTML_START: Final = re.compile(
    rb"<(?:!doctype\s+html|(?:html|head|body|title|meta|link|base|table|div|p|h[1-6]|script|style|center|font|a|ul|ol"
    rb"|li|br|hr|img|form|span|b|i|u|section|article|main|nav|iframe|pre|blockquote)[\s>/])",
    re.IGNORECASE,
)
_COMMENT: Final = re.compile(rb"(?:\s*<!--.{0,2000}?-->)+\s*", re.DOTALL)
_HIDING: Final = {"hidden": "hidden-text", "comment": "markup-comment"}
_XML_START: Final = re.compile(
    rb"<\?xml[\s?]|<!DOCTYPE\s|<!ENTITY\s|<[A-Za-z_][\w.-]*(?::[\w.-]+)?(?:\s+[\w.:-]+\s*=\s*[\"']|\s*/?>)"
)


class Html:
    """Reads pages and XML documents."""

    name = "html"
    version = 2
    media_types = frozenset({HTML, XHTML, sniff.XML})
    method = "text"
    signatures: tuple[sniff.Signature, ...] = ()
    refines = frozenset({sniff.TEXT})

    def refine(self, sample: sniff.Sample) -> str | None:
        """Recognise markup that opens the file; larger files than a parser may load stay plain text."""
        if sample.blob.size > sample.blob.limits.parse_bytes:
            return None
        head = sample.head[:4096]
        if b"<" not in head:
            return None
        if b"\0" in head:  # UTF-16: markup is ASCII
            head = head.replace(b"\0", b"").removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff")
        return _kind(head.removeprefix(b"\xef\xbb\xbf").lstrip())

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002
        """Yield the visible text, then hidden text, attributes, comments and scripts, then what ``data:`` URLs hold."""
        data = blob.read()
        text = decoded(data)
        markup = _markup.Markup(text, xml=_kind(_plain_head(data)) == sniff.XML)
        yield Segment(markup.text)
        for part, found in markup.parts():
            yield Segment(found, Locator(part=part), hidden=part in _HIDING, hiding=_HIDING.get(part, ""))
        yield from markup.items(self.name)


def decoded(data: bytes) -> str:
    """Return the text of a page or XML document: by its mark, by what it declares when that holds, else by looks."""
    declared = _CHARSET.search(data, 0, 4096)
    head = data[: 64 * 1024]
    name = declared.group(1).decode("ascii") if declared else ""
    guess = encoding.confirmed(head, name) if name else encoding.detect(head)
    return whole(data[guess.skip :], guess.name)


def _plain_head(data: bytes) -> bytes:
    head = data[:4096].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe")
    return head.lstrip()


def _kind(head: bytes) -> str | None:
    """Return the media type of markup, from its first bytes without marks and zeros; None when it is none."""
    if not head.startswith(b"<"):
        return None
    comment = _COMMENT.match(head)
    start = head[comment.end() :] if comment else head
    if _XML_START.match(start) and not _HTML_START.match(start):
        if re.search(rb"<(?:!doctype\s+)?html[\s>]", head[:2048], re.IGNORECASE):
            return XHTML
        tagged = start.startswith((b"<?xml", b"<!")) or b"</" in head or b"/>" in head
        return sniff.XML if tagged else None
    return HTML if _HTML_START.match(start) or (comment and not start) else None


PLUGIN = Html()
