"""Reads the codes on a picture (QR, Data Matrix, Aztec, PDF417, bar codes): pixels in, payloads with their places out.

Only decoding happens here; no address is opened. What payloads mean, and their risks, is in ``qr``.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, MissingExtra, TooLarge

if TYPE_CHECKING:
    from PIL.Image import Image

_LARGEST: Final = 4000  # pixels of the longer side: larger pictures are also looked at reduced
_FRAMES: Final = 100  # frames or pages of one picture
_SHORTEST: Final = 3  # characters: shorter one-dimensional codes are stripes of something else


@dataclass(frozen=True, slots=True)
class Code:
    """One symbol: its kind as zxing names it, its payload, its place as fractions (left, top, right, bottom)."""

    kind: str
    text: str
    box: tuple[float, float, float, float]


def available() -> bool:
    """Whether the extra that reads codes is installed."""
    return importlib.util.find_spec("zxingcpp") is not None


def read(picture: Image) -> list[Code]:
    """Return every code on a picture, from the top down, equal ones at the same place once. Raises MissingExtra."""
    if not available():
        raise MissingExtra("codes are read with: pip install 'shoumi[ocr]'")
    import zxingcpp

    if min(picture.size) < 8:
        return []
    grey = _grey(picture)
    found: dict[tuple[str, str], Code] = {}
    for image in (grey, grey.reduce(-(-max(grey.size) // _LARGEST))) if max(grey.size) > _LARGEST else (grey,):
        for result in zxingcpp.read_barcodes(image, try_rotate=True, try_downscale=True, try_invert=True):
            code = _code(result, image)
            if code is not None:
                found.setdefault((code.kind, code.text), code)
    return sorted(found.values(), key=lambda code: (code.box[1], code.box[0]))


def of_blob(blob: Blob) -> list[Code]:
    """Return every code on all frames of a picture. Raises MissingExtra, Corrupt, TooLarge."""
    if not available():
        raise MissingExtra("codes are read with: pip install 'shoumi[ocr]'")
    from PIL import Image as Pictures
    from PIL import ImageSequence

    Pictures.MAX_IMAGE_PIXELS = None  # pixels are counted here, before anything is decoded
    found: dict[tuple[str, str], Code] = {}
    try:
        picture = Pictures.open(blob.open())
        if picture.width * picture.height > blob.limits.pixels:
            raise TooLarge(f"{picture.width} × {picture.height} pixels")
        for frame in islice(ImageSequence.Iterator(picture), _FRAMES):
            for code in read(frame):
                found.setdefault((code.kind, code.text), code)
    except (OSError, SyntaxError, ValueError) as error:
        raise Corrupt(f"the picture cannot be decoded ({type(error).__name__})") from error
    return list(found.values())


def _grey(picture: Image) -> Image:
    """Return the picture in grey; what is see-through counts as paper."""
    from PIL import Image as Pictures

    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        picture = Pictures.alpha_composite(Pictures.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L")


def _code(result: object, image: Image) -> Code | None:
    text = str(getattr(result, "text", ""))
    kind = str(getattr(result, "format", "")).rpartition(".")[2]
    if len(text) < _SHORTEST or not getattr(result, "valid", True):
        return None
    position = getattr(result, "position", None)
    corners = [getattr(position, name) for name in ("top_left", "top_right", "bottom_right", "bottom_left")]
    xs = [min(1.0, max(0.0, corner.x / image.width)) for corner in corners]
    ys = [min(1.0, max(0.0, corner.y / image.height)) for corner in corners]
    return Code(kind, text, (round(min(xs), 4), round(min(ys), 4), round(max(xs), 4), round(max(ys), 4)))
