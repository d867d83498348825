"""What the caller of a scan chose: the same values reach every stage, and all of them are part of the cache key."""

from __future__ import annotations

import datetime
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from shoumi.engine.limits import Limits

Ocr: TypeAlias = Literal["auto", "off", "all"]
ALL_PACKS = ("all",)


@dataclass(frozen=True, slots=True)
class Settings:
    """Choices that change what a scan finds. Which addresses, and where reports go, are not among them."""

    packs: tuple[str, ...] = ALL_PACKS  # names of shipped packs, or paths of YAML files
    ocr: Ocr = "auto"
    pages: int = 200  # pages of one document that OCR may read; the rest is a Gap
    passwords: tuple[str, ...] = ()  # tried, after the usual defaults, on encrypted files
    mentions: bool = False  # also emit places that only talk about a level
    limits: Limits = field(default_factory=Limits)
    today: datetime.date = field(default_factory=datetime.date.today)  # terms and exams end on a date
