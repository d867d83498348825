"""Reads pictures: pixels in, text with the place of every word out.

    picture → plain RGB → lines found (small text: again in tiles) → turned upright → lines read → reading order

RapidOCR's two networks (find lines, read a line) run here one picture at a time on one core, with settings that were
measured (``bench/ocr.py``): finding on at most 960 pixels, reading line by line from the full picture. Everything stays
on this machine: the models come with the package, nothing is ever downloaded. The engine is started once a
process, on first use, because that costs a second and some hundred megabytes.
"""

from __future__ import annotations

import hashlib
import importlib.util
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING, Any, Final

from shoumi.engine.errors import MissingExtra
from shoumi.engine.layout import Line, arranged
from shoumi.engine.types import Word

if TYPE_CHECKING:
    import numpy as np
    from PIL.Image import Image

SMALLEST: Final = 50  # pixels: icons below this in both directions carry no text
_SIDE: Final = 960  # pixels of the longer side on which lines are sought
_LEAST: Final = 640  # smaller pictures are enlarged up to this, at most twice
_LOW: Final = 12.0  # pixels: when lines are lower than this where they are sought, the picture is sought again in tiles
_GOOD: Final = 18.0  # height that the second search aims at
_TILES: Final = 60  # tiles of one picture
_OVERLAP: Final = 96  # pixels by which tiles overlap
_FAINT: Final = 8  # of 255: less difference in brightness shows nothing
_TALL: Final = 1.5  # a box this much higher than wide is turned or written downwards
_SURE: Final = 0.5  # lines read with less confidence are noise
_NARROW: Final = 0.82  # of a clear line's width that is enough to read it
_CLEAR: Final = 26  # pixels of height from which a line counts as clear
_DOUBT: Final = 0.93  # confidence below which a narrowed line is read again in full
_CACHED: Final = 256  # pictures whose reading is remembered, so that a logo on every page costs once


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands on a picture: lines joined by newlines (columns by tabs), words with boxes, mean confidence 0…1."""

    text: str = ""
    words: tuple[Word, ...] = ()
    confidence: float = 1.0


_known: dict[bytes, Reading] = {}


def available() -> bool:
    """Whether the extra that reads pictures is installed; costs no import of it."""
    return all(importlib.util.find_spec(name) for name in ("rapidocr", "onnxruntime", "PIL", "cv2"))


def require() -> None:
    """Raise MissingExtra with the command to type when pictures cannot be read here."""
    if not available():
        raise MissingExtra("pictures are read with: pip install 'shoumi[ocr]'")


def recognise(picture: Image) -> Reading:
    """Return the text on a picture, whichever way it is turned. Equal pictures are read once a process.

    The caller bounds the number of pixels. Raises MissingExtra.
    """
    require()
    pixels = _pixels(picture)
    key = hashlib.blake2b(pixels.tobytes(), digest_size=16, key=str(pixels.shape).encode()[:64]).digest()
    reading = _known.get(key)
    if reading is None:
        reading = _read(pixels)
        if len(_known) >= _CACHED:
            _known.pop(next(iter(_known)))
        _known[key] = reading
    return reading


def recognise_corner(picture: Image) -> Reading:
    """Return the text of the upper left corner, where a mark stands (GB/T 9704 7.2.2), in a fraction of the time.

    Boxes are fractions of the whole picture. Raises MissingExtra.
    """
    width, height = max(1, picture.width // 2), max(1, picture.height // 4)
    reading = recognise(picture.crop((0, 0, width, height)))
    across, down = width / picture.width, height / picture.height
    words = tuple(
        Word(word.start, word.end, (word.box[0] * across, word.box[1] * down, word.box[2] * across, word.box[3] * down))
        for word in reading.words
    )
    return Reading(reading.text, words, reading.confidence)


def _read(pixels: np.ndarray[Any, Any]) -> Reading:
    import numpy as np

    if int(pixels.max()) - int(pixels.min()) < _FAINT:
        return Reading()
    boxes = _boxes(pixels)
    turn = _turn(pixels, boxes)
    if turn:
        pixels = np.ascontiguousarray(np.rot90(pixels, turn))
        boxes = _boxes(pixels)
    lines = [line for box in boxes if (line := _line(pixels, box)) is not None]
    height, width = pixels.shape[:2]
    text, words = arranged(lines, width, height, turn)
    scores = [line.score for line in lines]
    return Reading(text, words, round(sum(scores) / len(scores), 3) if scores else 1.0)


@cache
def _engine() -> Any:
    from rapidocr import RapidOCR

    runtime = "EngineConfig.onnxruntime."
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_preprocess_img": False,
            "Global.use_vertical_padding": False,
            "Global.text_score": 0.0,
            "Det.limit_side_len": 100_000,  # scaling is done here
            "Det.limit_type": "max",
            "Rec.rec_batch_num": 1,
            runtime + "intra_op_num_threads": 1,
            runtime + "inter_op_num_threads": 1,
            runtime + "enable_cpu_mem_arena": True,
        }
    )


def _pixels(picture: Image) -> np.ndarray[Any, Any]:
    """Return rows × columns × (blue, green, red), 8 bits; see-through pictures on the ground that shows their text."""
    import numpy as np
    from PIL import Image as Pictures

    if picture.mode in ("I;16", "I;16B", "I;16L", "I", "F"):
        values = np.asarray(picture, dtype="float32")
        span = float(values.max() - values.min()) or 1.0
        picture = Pictures.fromarray(((values - values.min()) * (255 / span)).astype("uint8"))
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        picture = picture.convert("RGBA")
        alpha = np.asarray(picture)[:, :, 3]
        seen = np.asarray(picture)[:, :, :3][alpha > 128]
        ground = (0, 0, 0) if len(seen) and seen.mean() > 160 and alpha.mean() < 250 else (255, 255, 255)
        backdrop = Pictures.new("RGBA", picture.size, (*ground, 255))
        picture = Pictures.alpha_composite(backdrop, picture)
    return np.ascontiguousarray(np.asarray(picture.convert("RGB"))[:, :, ::-1])


def _boxes(pixels: np.ndarray[Any, Any]) -> list[Any]:
    """Return the corners (clockwise from the upper left) of all lines; small text is sought again, enlarged."""
    height, width = pixels.shape[:2]
    side = max(height, width)
    scale = min(_SIDE / side, 1.0)
    if side < _LEAST:
        scale = min(2.0, _LEAST / side)
    if side > 2.5 * min(height, width) and scale < 0.5:  # a long screenshot: the short side decides
        scale = min(1.0, _SIDE * 0.6 / min(height, width))
        return _tiled(pixels, scale)
    found = _sought(pixels, scale)
    if scale >= 1.0:
        return found
    if not found:
        return _tiled(pixels, min(1.0, scale * 2)) if scale < 0.6 else found
    heights = sorted(_height(box) * scale for box in found)
    low = heights[len(heights) // 4]
    if low < _LOW:
        return _tiled(pixels, min(1.0, scale * _GOOD / low))
    return found


def _height(box: Any) -> float:
    import numpy as np

    return float(min(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[1] - box[0])))


def _sought(pixels: np.ndarray[Any, Any], scale: float) -> list[Any]:
    """Run the line finder on a picture scaled by ``scale``; a border helps it with text at the very edge."""
    import cv2
    import numpy as np

    border = 16
    height, width = pixels.shape[:2]
    size = max(1, round(width * scale)), max(1, round(height * scale))
    small = cv2.resize(pixels, size, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC)
    right, bottom = -(size[0] + border) % 32 + border, -(size[1] + border) % 32 + border
    small = cv2.copyMakeBorder(small, border, bottom - border, border, right - border, cv2.BORDER_REPLICATE)
    small = small[: small.shape[0] // 32 * 32 or None, : small.shape[1] // 32 * 32 or None]
    result = _engine()(np.ascontiguousarray(small), use_det=True, use_cls=False, use_rec=False)
    if getattr(result, "boxes", None) is None:
        return []
    limits = np.array([width, height], "float32")
    factors = np.array([size[0] / width, size[1] / height], "float32")
    return [np.clip((np.asarray(box, "float32") - border) / factors, 0, limits) for box in result.boxes]


def _tiled(pixels: np.ndarray[Any, Any], scale: float) -> list[Any]:
    """Run the line finder tile by tile; a line cut by a tile's edge is taken from the tile that shows more of it."""
    import numpy as np

    height, width = pixels.shape[:2]
    step = round((_SIDE - _OVERLAP) / scale)
    reach = round(_SIDE / scale)
    while -(-height // step) * -(-width // step) > _TILES:
        step, reach, scale = step * 2, reach * 2, scale / 2
    found: list[Any] = []
    for top in range(0, max(1, height - round(_OVERLAP / scale)), step):
        for left in range(0, max(1, width - round(_OVERLAP / scale)), step):
            tile = pixels[top : top + reach, left : left + reach]
            shift = np.array([left, top], "float32")
            found += [box + shift for box in _sought(np.ascontiguousarray(tile), scale)]
    return _merged(found)


def _merged(boxes: list[Any]) -> list[Any]:
    """Join boxes of the same line that neighbouring tiles found in part or twice."""
    import numpy as np

    spans = [[*box.min(axis=0), *box.max(axis=0), box] for box in boxes]
    spans.sort(key=lambda span: (span[1], span[0]))
    kept: list[list[Any]] = []
    for span in spans:
        for other in kept:
            rows = min(span[3], other[3]) - max(span[1], other[1])
            columns = min(span[2], other[2]) - max(span[0], other[0])
            if rows > 0.6 * min(span[3] - span[1], other[3] - other[1]) and columns > 0:
                left, top = min(span[0], other[0]), min(span[1], other[1])
                right, bottom = max(span[2], other[2]), max(span[3], other[3])
                inside = span[0] >= other[0] - 2 and span[2] <= other[2] + 2
                if not inside:
                    other[4] = np.array([[left, top], [right, top], [right, bottom], [left, bottom]], "float32")
                    other[:4] = [left, top, right, bottom]
                break
        else:
            kept.append(span)
    return [span[4] for span in kept]


def _turn(pixels: np.ndarray[Any, Any], boxes: list[Any]) -> int:
    """Return by how many quarters, counter-clockwise, the picture must be turned to stand upright."""
    import numpy as np

    if not boxes:
        return 0
    largest = sorted(boxes, key=lambda box: -float(np.ptp(box, axis=0).sum()))[:7]
    tall = sum(_is_tall(box) for box in largest)
    if tall * 2 > len(largest):
        sample = [_cut(pixels, box) for box in largest if _is_tall(box)][:3]
        scores = {turn: sum(_spelled(_upright(crop, turn))[1] for crop in sample) for turn in (0, 1, 3)}
        return max(scores, key=lambda turn: scores[turn])
    sample = [_cut(pixels, box) for box in largest if not _is_tall(box)]
    if sum(_looks_inverted(crop) for crop in sample) * 2 < len(sample):
        return 0
    upright = sum(_spelled(crop)[1] for crop in sample[:3])
    inverted = sum(_spelled(np.ascontiguousarray(np.rot90(crop, 2)))[1] for crop in sample[:3])
    return 2 if inverted > upright else 0


def _upright(crop: np.ndarray[Any, Any], turn: int) -> np.ndarray[Any, Any]:
    """Return a tall line's pixels as a line to read: turned, or its characters laid side by side (turn 0)."""
    import numpy as np

    return np.ascontiguousarray(np.rot90(crop, turn)) if turn else _stacked(crop)


def _looks_inverted(crop: np.ndarray[Any, Any]) -> bool:
    result = _engine()(crop, use_det=False, use_cls=True, use_rec=False)
    return bool(result.cls_res and result.cls_res[0][0] == "180")


def _is_tall(box: Any) -> bool:
    import numpy as np

    return bool(np.linalg.norm(box[3] - box[0]) >= _TALL * np.linalg.norm(box[1] - box[0]))


def _cut(pixels: np.ndarray[Any, Any], box: Any) -> np.ndarray[Any, Any]:
    """Return a line's pixels, straightened."""
    import cv2
    import numpy as np

    width = max(2, round(float(max(np.linalg.norm(box[1] - box[0]), np.linalg.norm(box[2] - box[3])))))
    height = max(2, round(float(max(np.linalg.norm(box[3] - box[0]), np.linalg.norm(box[2] - box[1])))))
    target = np.array([[0, 0], [width, 0], [width, height], [0, height]], "float32")
    matrix = cv2.getPerspectiveTransform(np.asarray(box, "float32"), target)
    cut = cv2.warpPerspective(pixels, matrix, (width, height), borderMode=cv2.BORDER_REPLICATE, flags=cv2.INTER_CUBIC)
    return np.asarray(cut)


def _stacked(crop: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Lay the characters of a line that is written downwards side by side."""
    import numpy as np

    height, width = crop.shape[:2]
    count = max(1, round(height / width))
    edges = [round(index * height / count) for index in range(count + 1)]
    pieces = [crop[top:bottom] for top, bottom in pairwise(edges)]
    least = min(piece.shape[0] for piece in pieces)
    return np.ascontiguousarray(np.concatenate([piece[:least] for piece in pieces], axis=1))


def _spelled(crop: np.ndarray[Any, Any]) -> tuple[str, float, list[float]]:
    """Return a line's text, its confidence, and for each character but spaces its place along the line, 0…1.

    Reading costs by width, and a clear line loses nothing when it is narrowed: it is, and read in full when in doubt.
    """
    import cv2

    height, width = crop.shape[:2]
    if height < _CLEAR or width < 4 * height:
        return _asked(crop)
    narrow = _asked(cv2.resize(crop, (round(width * _NARROW), height), interpolation=cv2.INTER_AREA))
    return narrow if narrow[1] >= _DOUBT else max(narrow, _asked(crop), key=lambda entry: entry[1])


def _asked(crop: np.ndarray[Any, Any]) -> tuple[str, float, list[float]]:
    result = _engine()(crop, use_det=False, use_cls=False, use_rec=True, return_word_box=True)
    if not getattr(result, "txts", None):
        return "", 0.0, []
    text, score, word = result.txts[0], float(result.scores[0]), result.word_results[0]
    columns = [column for columns in word.word_cols for column in columns] if word else []
    length = float(word.line_txt_len) if word else 0.0
    return text, score, [min(1.0, (column + 0.5) / length) for column in columns] if length else []


def _line(pixels: np.ndarray[Any, Any], box: Any) -> Line | None:

    crop = _cut(pixels, box)
    if not _is_tall(box):
        text, score, places = _spelled(crop)
        return (
            Line(text, score, tuple(map(tuple, box.tolist())), tuple(places))
            if score >= _SURE and text.strip()
            else None
        )
    text, score, _ = max((_spelled(_upright(crop, turn)) for turn in (0, 1, 3)), key=lambda entry: entry[1])
    return Line(text, score, tuple(map(tuple, box.tolist())), ()) if score >= _SURE and text.strip() else None
