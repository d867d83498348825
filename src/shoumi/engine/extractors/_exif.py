"""What a picture says beside its pixels: place, device, time and texts as lines, and a thumbnail that differs.

A photograph of a desk names the desk's coordinates; a cropped or painted-over picture may carry a small copy of what it
was. Sources: Exif 3.0 (JEITA CP-3451F), XMP part 1 (ISO 16684-1), IPTC-IIM 4.2, PNG (ISO 15948) text chunks.
"""

from __future__ import annotations

import html
import re
import struct
import zlib
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from shoumi.engine.types import Locator, Segment

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFile import ImageFile

_TEXTS: Final = {
    "Image ImageDescription": "Description", "Image Artist": "Artist", "Image Copyright": "Copyright",
    "Image Software": "Software", "Image HostComputer": "Computer", "Image XPTitle": "Title",
    "Image XPComment": "Comment", "Image XPAuthor": "Author", "Image XPKeywords": "Keywords",
    "Image XPSubject": "Subject", "EXIF UserComment": "Comment", "EXIF CameraOwnerName": "Owner",
    "EXIF BodySerialNumber": "Serial number", "EXIF LensSerialNumber": "Lens serial number",
    "EXIF ImageUniqueID": "Image id", "Image DocumentName": "Document", "Image PageName": "Page",
    "EXIF MakerNote": "", "GPS GPSAreaInformation": "Area", "GPS GPSProcessingMethod": "GPS method",
}  # fmt: skip
_TIMES: Final = ("EXIF DateTimeOriginal", "EXIF DateTimeDigitized", "Image DateTime")
_IPTC: Final = {
    5: "Title", 25: "Keywords", 55: "Date", 80: "Author", 90: "City", 92: "Place", 95: "State", 101: "Country",
    105: "Headline", 110: "Credit", 115: "Source", 116: "Copyright", 120: "Caption", 122: "Caption writer",
}  # fmt: skip
_ATTRIBUTE: Final = re.compile(r"\s([\w:.-]+)=\"([^\"]*)\"")
_ELEMENT: Final = re.compile(r"<([\w:.-]+)[^<>]*>([^<>]+)</")
_DULL: Final = re.compile(r"xmlns|rdf:(?:about|parseType|resource)|x:xmptk|.*(?:ID|Version|Hash)$", re.IGNORECASE)
_LONGEST: Final = 100_000  # characters of one text
_MOST: Final = 1000  # text chunks
_GRID: Final = 32  # pixels of the squares on which a thumbnail is compared
_LIKE: Final = 0.6  # correlation of brightness from which two pictures show the same
_FLAT: Final = 0.02  # spread of brightness, 0…1, below which a picture shows nothing
_STRETCHED: Final = 1.6  # ratio of the shapes from which a picture was cropped, bars or not


def segments(stream: BinaryIO, picture: ImageFile) -> Iterator[Segment]:
    """Yield the Exif lines, then texts of XMP, IPTC, PNG and comments, each as one segment."""
    lines = list(_exif(tags(stream)))
    if lines:
        yield Segment("\n".join(lines), Locator(part="exif"))
    stream.seek(0)
    texts = _chunks(stream)
    packet = texts.pop("XML:com.adobe.xmp", "") or picture.info.get("xmp") or ""
    others = [f"{name}: {text[:_LONGEST]}" for name, text in texts.items() if not name.startswith("Raw profile")]
    others += [*_comments(picture), *_iptc(picture)]
    if others:
        yield Segment("\n".join(dict.fromkeys(others)), Locator(part="metadata"))
    text = "\n".join(_xmp(packet.decode("utf-8", "replace") if isinstance(packet, bytes) else packet))
    if text:
        yield Segment(text, Locator(part="xmp"))


def tags(stream: BinaryIO) -> dict[str, Any]:
    """Return Exif tags by name, also the thumbnail's bytes; empty when there are none or they are damaged."""
    import logging

    import exifread

    logging.getLogger("exifread").setLevel(logging.CRITICAL)
    try:
        return dict(exifread.process_file(stream, details=True, extract_thumbnail=True))
    except Exception:  # damaged tags raise nearly anything; the picture itself is still read
        return {}


def _exif(found: dict[str, Any]) -> Iterator[str]:
    place = _gps(found)
    if place:
        yield f"GPS: {place}"
    device = [str(found[name]).strip() for name in ("Image Make", "Image Model") if name in found]
    if any(device):
        yield "Device: " + " ".join(filter(None, device))
    for name in _TIMES:
        if name in found and str(found[name]).strip(" :0"):
            yield f"Taken: {found[name]}"
            break
    for name, label in _TEXTS.items():
        if label and name in found:
            text = _text(found[name])
            if text:
                yield f"{label}: {text[:_LONGEST]}"


def _gps(found: dict[str, Any]) -> str:
    """Return the place as decimal degrees, and metres above the sea where they are known."""
    try:
        values = []
        for name, negative in (("GPSLatitude", "S"), ("GPSLongitude", "W")):
            degrees, minutes, seconds = (float(part) for part in (*found[f"GPS {name}"].values, 0, 0)[:3])
            value = degrees + minutes / 60 + seconds / 3600
            values.append(-value if str(found.get(f"GPS {name}Ref", "")).strip() == negative else value)
    except (KeyError, ValueError, TypeError, ZeroDivisionError):
        return ""
    text = f"{values[0]:.6f}, {values[1]:.6f}"
    try:
        return f"{text}, {float(found['GPS GPSAltitude'].values[0]):.0f} m"
    except (KeyError, ValueError, TypeError, ZeroDivisionError, IndexError):
        return text


def _text(tag: Any) -> str:
    """Return a tag's text; Windows' own tags are UTF-16, user comments name their encoding first."""
    values = tag.values
    if isinstance(values, list) and values and all(isinstance(value, int) and 0 <= value < 256 for value in values):
        raw = bytes(values)
        if raw.startswith((b"UNICODE\0", b"ASCII\0\0\0", b"JIS\0\0\0\0\0", b"\0\0\0\0\0\0\0\0")):
            raw, unicode = raw[8:], raw.startswith(b"UNICODE")
            return decoded(raw, wide=unicode)
        return decoded(raw, wide=raw.count(0) * 4 > len(raw) or (len(raw) % 2 == 0 and raw.endswith(b"\0\0")))
    if isinstance(values, bytes):
        return decoded(values, wide=False)
    return _repaired(str(values if isinstance(values, str) else tag)).strip("\0 ")


def _repaired(text: str) -> str:
    """Return text that was read as Western although it was written as Chinese."""
    try:
        return decoded(text.encode("latin-1"), wide=False)
    except UnicodeEncodeError:
        return text


def decoded(raw: bytes, *, wide: bool) -> str:
    """Return bytes as text: UTF-16 when they look it, else UTF-8, else GB 18030."""
    if wide:
        order = "utf-16-be" if raw[:1] == b"\0" else "utf-16-le"
        return raw.decode(order, "replace").strip("\0 ")
    for codec in ("utf-8", "gb18030"):
        try:
            return raw.decode(codec).strip("\0 ")
        except UnicodeDecodeError:
            continue
    return raw.decode("latin-1").strip("\0 ")


def _comments(picture: Image) -> Iterator[str]:
    """Yield the comments of JPEG, GIF and TIFF."""
    for name, value in picture.info.items():
        if isinstance(value, bytes) and name == "comment":
            yield f"Comment: {decoded(value, wide=False)[:_LONGEST]}"
        elif isinstance(value, str) and value.strip() and name in ("comment", "description"):
            yield f"Comment: {_repaired(value)[:_LONGEST]}"


def _chunks(stream: BinaryIO) -> dict[str, str]:
    """Return the texts of a PNG by keyword, wherever in the file they stand; nothing is decoded but they."""
    found: dict[str, str] = {}
    if stream.read(8) != b"\x89PNG\r\n\x1a\n":
        return found
    while len(head := stream.read(8)) == 8 and len(found) < _MOST:
        size, kind = struct.unpack(">I4s", head)
        if kind not in (b"tEXt", b"zTXt", b"iTXt"):
            stream.seek(size + 4, 1)
            continue
        body = stream.read(min(size, 16 * _LONGEST))
        stream.seek(size - len(body) + 4, 1)
        name, _, rest = body.partition(b"\0")
        if kind == b"iTXt":
            packed, rest = rest[:1] == b"\1", rest[2:].partition(b"\0")[2].partition(b"\0")[2]
        else:
            packed, rest = kind == b"zTXt", rest[1:] if kind == b"zTXt" else rest
        found[name.decode("latin-1")] = decoded(_inflated(rest) if packed else rest, wide=False)
    return found


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, 16 * _LONGEST)
    except zlib.error:
        return b""


def _iptc(picture: ImageFile) -> Iterator[str]:
    from PIL import IptcImagePlugin

    try:
        found = IptcImagePlugin.getiptcinfo(picture) or {}
    except Exception:  # damaged data raises nearly anything; the picture itself is still read
        return
    for (record, number), value in found.items():
        if record == 2 and number in _IPTC:
            for entry in value if isinstance(value, list) else [value]:
                yield f"{_IPTC[number]}: {decoded(entry, wide=False)[:_LONGEST]}"


def _xmp(packet: str) -> Iterator[str]:
    """Yield ``name: value`` for attributes and elements that say something."""
    packet = packet[: 16 * _LONGEST]
    for found in (*_ATTRIBUTE.finditer(packet), *_ELEMENT.finditer(packet)):
        name, value = found[1], html.unescape(found[2]).strip()
        if value and not _DULL.match(name):
            yield f"{name}: {value}" if name != "rdf:li" else value


def differs(picture: Image, thumbnail: bytes) -> bool:
    """Whether a thumbnail shows something else than its picture, as after cropping or painting over."""
    import numpy as np
    from PIL import Image as Pictures

    try:
        small = Pictures.open(BytesIO(thumbnail))
        small.load()
    except Exception:  # a damaged thumbnail shows nothing
        return False
    shapes = [small.width / small.height, picture.width / picture.height]
    grey = []
    for image, other in zip((small, picture), reversed(shapes), strict=True):
        grey.append(np.asarray(_cut(image, other).convert("L").resize((_GRID, _GRID)), dtype="float32") / 255)
    if max(shapes) / min(shapes) > _STRETCHED:
        return True
    first, second = grey
    if min(first.std(), second.std()) < _FLAT:
        return bool(max(first.std(), second.std()) >= 2 * _FLAT or abs(first.mean() - second.mean()) > 0.2)
    return float(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < _LIKE


def _cut(image: Image, shape: float) -> Image:
    """Return the middle of an image in the given shape (width to height): cameras fill thumbnails up with bars."""
    width, height = image.size
    if width / height > shape:
        room = (width - height * shape) / 2
        return image.crop((round(room), 0, round(width - room), height))
    room = (height - width / shape) / 2
    return image.crop((0, round(room), width, round(height - room)))
