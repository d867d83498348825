"""The short way of most files: a path in; everything about the file out, or None when only the long way can tell.

Small local files of plain text under plain names, nearly all files of a share, need no blob, no extractor and no
generator: they are read, scanned for anchors, and told from everything else. What is not certain of any of that is left
to ``examine``, which says the same of these files, so that this way can be taken away without any result changing.
"""

from __future__ import annotations

from collections.abc import Iterable

from shoumi.engine import encoding, registry, sniff
from shoumi.engine.blob import Blob, whole
from shoumi.engine.examine import Event
from shoumi.engine.inspector import Inspector
from shoumi.engine.patterns import ODD, TRACE
from shoumi.engine.settings import Settings
from shoumi.engine.types import Step, Trail


class ShortWay:
    """Examines files one after the other."""

    def __init__(self, inspector: Inspector, settings: Settings) -> None:
        self._inspector = inspector
        self._limits = settings.limits
        self._sniffer = registry.sniffer()

    def events(self, path: str) -> Iterable[Event] | None:
        """Return everything about a file, None when it must go the long way."""
        if not path.isprintable() or self._inspector.suspects(path):
            return None
        data = whole(path, self._limits.block_bytes)
        if not data or not encoding.reads_as_utf8(data):
            return None
        hits = self._inspector.hits(data)
        traced = hits.pop(TRACE, None) is not None
        if ODD in hits or self._sniffer.media_type(Blob.of_bytes(data, self._limits), traced=traced) != sniff.TEXT:
            return None
        if not hits and not self._inspector.wants_all:
            return ()
        return self._inspector.inspect_hits(data, Trail((Step("file", path),)), hits)
