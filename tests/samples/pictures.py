"""Pictures of each kind, made from one small page."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from PIL import Image

FOLDER = Path(__file__).parents[1] / "data" / "pictures"


def saved(picture: Image.Image, form: str, **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()


def samples() -> Iterator[tuple[str, str, bytes]]:
    small = Image.open(FOLDER / "page.png").convert("L").crop((0, 0, 300, 60))
    yield "PNG", "image/png", saved(small, "PNG")
    yield "JPEG", "image/jpeg", saved(small, "JPEG", comment=b"drawn by Alice")
    yield "GIF", "image/gif", saved(small, "GIF", comment=b"drawn by Alice")
    yield "BMP", "image/bmp", saved(small, "BMP")
    yield "TIFF", "image/tiff", saved(small, "TIFF")
    yield "WebP", "image/webp", saved(small, "WEBP", lossless=True)
