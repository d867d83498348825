"""Pictures: what stands on them by OCR, what their codes say, and what they carry unseen.

PNG, JPEG, GIF, BMP, TIFF with any number of pages, WebP, JPEG 2000. Metadata and thumbnails first, then each page:
codes (QR, Data Matrix, bar codes …) and text with the place of every word. How many pages are read is
``settings.pages``; of those after it only the upper left corner is, where marks stand, and a Gap says so.
"""

from __future__ import annotations

import contextlib
import struct
import warnings
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, LimitReached, MissingExtra, NoText, Unexamined, Unsupported
from shoumi.engine.extractors import _exif
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._scan import page_segments
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import UNKNOWN, Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_SIGNATURES: Final = (
    (b"\x89PNG\r\n\x1a\n", "image/png"), (b"\xff\xd8\xff", "image/jpeg"), (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"), (b"II*\0", "image/tiff"), (b"MM\0*", "image/tiff"), (b"II+\0", "image/tiff"),
    (b"\0\0\0\x0cjP  \r\n", "image/jp2"), (b"\xff\x4f\xff\x51", "image/jp2"),
)  # fmt: skip
_BRANDS: Final = {b"heic": "image/heic", b"heix": "image/heic", b"mif1": "image/heic", b"avif": "image/avif"}
_FORMATS: Final = ("PNG", "JPEG", "GIF", "BMP", "DIB", "TIFF", "WEBP", "JPEG2000", "AVIF")
_HEADERS: Final = (12, 40, 52, 56, 64, 108, 124)  # sizes of a bitmap's second header
_OFF: Final = "pictures are not read with --ocr off"
_SAME: Final = 2.0  # mean difference of brightness, 0…255, below which two frames show the same
_APPENDED: Final = (
    b"PK\x03\x04",
    b"Rar!",
    b"7z\xbc\xaf",
    b"%PDF",
    b"\x1f\x8b\x08",
    b"\xd0\xcf\x11\xe0",
    b"SQLite format",
)


class Picture:
    """Reads raster images."""

    name = "image"
    version = 2
    media_types = frozenset({kind for _, kind in _SIGNATURES} | {"image/bmp", "image/webp"} | set(_BRANDS.values()))
    method = "ocr"
    signatures = tuple(Signature(magic, kind) for magic, kind in _SIGNATURES)
    refines = frozenset({UNKNOWN})

    def refine(self, sample: Sample) -> str | None:
        """Return the type of pictures whose first bytes alone say too little."""
        head = sample.head[:32]
        if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
            return "image/webp"
        if head[4:8] == b"ftyp":
            return _BRANDS.get(head[8:12])
        if head[:2] == b"BM" and len(head) >= 18 and struct.unpack_from("<I", head, 14)[0] in _HEADERS:
            return "image/bmp"
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:
        """Yield metadata, hidden pictures, codes and text. Raises MissingExtra, Corrupt, LimitReached, NoText (off)."""
        picture = _opened(blob)
        yield from _around(blob, picture)
        if settings.ocr == "off":
            raise NoText(_OFF)
        yield from _pages(picture, blob, settings)


def _opened(blob: Blob) -> ImageFile:
    """Open a picture without decoding it. Raises MissingExtra, Unsupported, Corrupt."""
    try:
        from PIL import Image as Pictures
    except ImportError as error:
        raise MissingExtra("pictures are read with: pip install 'shoumi[ocr]'") from error
    Pictures.MAX_IMAGE_PIXELS = None  # pixels are counted here, before anything is decoded
    if blob.head(12)[4:12] in (b"ftypheic", b"ftypheix", b"ftypmif1"):
        raise Unsupported("HEIC pictures are not read: save them as JPEG")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return Pictures.open(blob.open(), formats=_FORMATS)
        except Exception as error:  # damaged headers raise nearly anything
            raise Corrupt(f"the picture cannot be opened ({type(error).__name__})") from error


def _around(blob: Blob, picture: ImageFile) -> Iterator[Segment | Item]:
    stream = blob.open()
    yield from _exif.segments(stream, picture)
    yield from _appended(blob)
    thumbnail = _exif.tags(blob.open()).get("JPEGThumbnail")
    if isinstance(thumbnail, bytes) and picture.width * picture.height <= blob.limits.pixels:
        with contextlib.suppress(Exception):  # a picture that cannot be decoded says so later
            if _exif.differs(picture.copy(), thumbnail):
                yield item("thumbnail.jpg", thumbnail, "image", hiding="thumbnail")


def _appended(blob: Blob) -> Iterator[Item]:
    """Yield a file that stands behind the end of a PNG or JPEG: the usual way to smuggle an archive as a picture."""
    data = blob.data
    if data is None:
        return
    end = data.rfind(b"IEND\xaeB`\x82") + 8 if data.startswith(b"\x89PNG") else 0
    if data.startswith(b"\xff\xd8"):
        places = [at for magic in _APPENDED if (at := data.find(b"\xff\xd9" + magic)) > 0]
        end = min(places) + 2 if places else 0
    if end > 8 and data[end:].startswith(_APPENDED):
        yield item("appended", data[end:], "image", hiding="appended")


def _pages(picture: ImageFile, blob: Blob, settings: Settings) -> Iterator[Segment | Gap]:
    """Yield the codes and text of every page or frame; frames that show what the last one showed are passed over."""
    count = getattr(picture, "n_frames", 1)
    last: Image | None = None
    read = 0
    for number in range(1, count + 1):
        page, fault = _page(picture, number, blob)
        if fault is not None:
            yield Gap(fault.reason, f"page {number}: {fault}" if count > 1 else str(fault))
        if page is None or (last is not None and _alike(page, last)):
            continue
        last = page
        read += 1
        place = Locator(page=number if count > 1 else None)
        yield from page_segments(page, place, settings, corner=read > settings.pages)
    if read > settings.pages:
        yield Gap("limit", f"of {count} pages {settings.pages} were read, of the others only the upper left corner")


def _page(picture: ImageFile, number: int, blob: Blob) -> tuple[Image | None, Unexamined | None]:
    """Decode one page, upright; of a damaged one what decodes. Returns no picture when there is none to read."""
    from PIL import ImageOps

    fault: Unexamined | None = None
    try:
        picture.seek(number - 1)
        if picture.width * picture.height > blob.limits.pixels and not _reduced(picture, blob.limits):
            return None, LimitReached(
                f"{picture.width} × {picture.height} pixels; up to {blob.limits.pixels // 1_000_000} million are read"
            )
        try:
            picture.load()
        except OSError:
            fault = Corrupt("the picture is damaged; what could be decoded was read")
            picture = _salvaged(blob, number)
        return ImageOps.exif_transpose(picture) or picture.copy(), fault
    except MemoryError:
        raise
    except Exception as error:  # decoders raise nearly anything on damaged content
        return None, Corrupt(f"the picture cannot be decoded ({type(error).__name__})")


def _salvaged(blob: Blob, number: int) -> ImageFile:
    """Decode a page as far as it goes."""
    from PIL import ImageFile as Files

    picture = _opened(blob)
    Files.LOAD_TRUNCATED_IMAGES = True
    try:
        picture.seek(number - 1)
        picture.load()
    finally:
        Files.LOAD_TRUNCATED_IMAGES = False
    return picture


def _reduced(picture: ImageFile, limits: Limits) -> bool:
    """Ask a decoder that can (JPEG) for a smaller picture; whether it fits the limit then."""
    for _ in range(3):
        picture.draft(picture.mode, (picture.width // 2, picture.height // 2))
        if picture.width * picture.height <= limits.pixels:
            return True
    return False


def _alike(page: Image, last: Image) -> bool:
    import numpy as np

    if page.size != last.size:
        return False
    size = (min(256, page.width), min(256, page.height))
    first, second = (np.asarray(frame.convert("L").resize(size), dtype="int16") for frame in (page, last))
    return float(abs(first - second).mean()) < _SAME


PLUGIN = Picture()
