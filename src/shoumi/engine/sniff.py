"""What a blob is, told by its content alone: names and extensions lie.

Plug-ins declare signatures (bytes at an offset) and may refine a coarse type: a ZIP that holds ``word/document.xml``
is a Word document, a text that opens with ``<html`` is a page. Nothing here lists formats: the registry collects
what plug-ins declare.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final, Protocol

from shoumi.engine import encoding
from shoumi.engine.blob import Blob

TEXT: Final = "text/plain"
ZIP: Final = "application/zip"
OLE: Final = "application/x-ole-storage"
XML: Final = "application/xml"
UNKNOWN: Final = "application/octet-stream"
EMPTY: Final = "inode/x-empty"

_SCOPE: Final = 4096
_VISIBLE: Final = bytes(byte for byte in range(256) if (byte >= 0x20 and byte != 0x7F) or byte in b"\t\n\f\r\x1b")
_CONTROL: Final = re.compile(rb"[\x00-\x08\x0b\x0e-\x1a\x1c-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """Content that starts with ``magic`` at ``offset`` is of this media type (or a type that refines it)."""

    magic: bytes
    media_type: str
    offset: int = 0


class Sample:
    """What refiners look at: the first 64 KiB, and the directory of a ZIP or OLE file, read once."""

    def __init__(self, blob: Blob, *, traced: bool = True) -> None:
        self.blob = blob
        self.head = blob.head()
        self.traced = traced  # whether any plug-in's ``traces`` may be in it

    @cached_property
    def zip_names(self) -> frozenset[str]:
        """Names of a ZIP's members; those that local headers name, when its directory is damaged."""
        try:
            with zipfile.ZipFile(self.blob.open()) as archive:
                return frozenset(archive.namelist())
        except Exception:  # a damaged directory raises nearly anything
            return frozenset(self._local_names())

    def _local_names(self) -> Iterable[str]:
        head = self.blob.head(1 << 20)
        for entry in re.finditer(rb"PK\x03\x04", head):
            length = int.from_bytes(head[entry.start() + 26 : entry.start() + 28], "little")
            yield head[entry.start() + 30 : entry.start() + 30 + length].decode("utf-8", "replace")

    @cached_property
    def ole_streams(self) -> frozenset[str]:
        """Paths of an OLE file's streams, joined by ``/``; empty when its directory is damaged."""
        import olefile

        try:
            with olefile.OleFileIO(self.blob.open()) as ole:  # type: ignore[no-untyped-call]
                return frozenset("/".join(entry) for entry in ole.listdir())
        except Exception:  # a damaged directory raises nearly anything
            return frozenset()


class Recogniser(Protocol):
    """The part of containers and extractors that tells what they read.

    One may have ``traces``, expressions of Hyperscan (bytes): when a text in UTF-8 holds none of any plug-in, and no
    zeros, its ``Sample.traced`` is false, and what would be dear to look for need not be.
    """

    signatures: tuple[Signature, ...]
    refines: frozenset[str]  # coarse types to look into

    def refine(self, sample: Sample) -> str | None:
        """Return the finer media type when the sample is one of this plug-in's formats, else None."""
        ...


class Sniffer:
    """Tells the media type of blobs, from the signatures and refiners of all plug-ins."""

    def __init__(self, recognisers: Iterable[Recogniser]) -> None:
        self._start: dict[int, list[Signature]] = {}
        self._inside: list[Signature] = []
        self._refiners: dict[str, list[Recogniser]] = {}
        self.traces: tuple[bytes, ...] = ()
        for recogniser in recognisers:
            self.traces += getattr(recogniser, "traces", ())
            for signature in recogniser.signatures:
                if signature.offset:
                    self._inside.append(signature)
                else:
                    self._start.setdefault(signature.magic[0], []).append(signature)
            for coarse in recogniser.refines:
                self._refiners.setdefault(coarse, []).append(recogniser)
        for group in self._start.values():
            group.sort(key=lambda signature: -len(signature.magic))

    def media_type(self, blob: Blob, *, traced: bool = True) -> str:
        """Return the finest type that is known; ``application/octet-stream`` when nothing recognises the blob.

        ``traced`` is false when it is known that it is UTF-8 without zeros, and that none of ``traces`` is in it.
        """
        head = blob.head(_SCOPE)
        if not head:
            return EMPTY
        coarse = self._coarse(head, blob)
        refiners = self._refiners.get(coarse)
        if refiners:
            sample = Sample(blob, traced=traced)
            for refiner in refiners:
                try:
                    finer = refiner.refine(sample)
                except MemoryError:
                    raise
                except Exception:  # noqa: S112  (it met damage that it did not expect; others may know the blob)
                    continue
                if finer is not None:
                    return finer
        return coarse

    def _coarse(self, head: bytes, blob: Blob) -> str:
        for signature in self._start.get(head[0], ()):
            if head.startswith(signature.magic):
                return signature.media_type
        if looks_textual(head):
            return TEXT
        far: bytes | None = None
        for signature in self._inside:
            end = signature.offset + len(signature.magic)
            if end > len(head) and far is None:
                far = blob.head()
            if (far or head)[signature.offset : end] == signature.magic:
                return signature.media_type
        return UNKNOWN


def looks_textual(head: bytes) -> bool:
    """Whether bytes are text in some encoding; a small binary taken for text costs less than a text missed."""
    if not head.translate(None, _VISIBLE) or head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return True
    # ISO-2022, terminal colours and form feeds are text; a few stray controls in a long text are, too.
    if len(_CONTROL.findall(head)) * 200 <= len(head) or head.startswith(b"\x1b$)"):
        return True
    if encoding.wide_encoding(head) is not None:
        return True
    padded = head.rstrip(b"\0")  # a log in a file that was made larger beforehand
    return len(padded) > 16 and len(padded) < len(head) and not _CONTROL.search(padded)
