"""What every extractor promises, tried on a sample of each format, whole, cut off and with flipped bits.

A module in ``tests/samples`` that has a function ``samples()`` takes part: it yields (name, media type, content).
"""

from __future__ import annotations

import importlib.util
import random
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Segment

SETTINGS = Settings()
PLUGINS = registry.plugins("extractors")


def _samples() -> Iterator[tuple[str, str, bytes]]:
    for path in sorted(Path(__file__).parents[1].joinpath("samples").glob("*.py")):
        spec = importlib.util.spec_from_file_location(f"samples_{path.stem}", path)
        assert spec is not None
        assert spec.loader is not None
        module = importlib.util.module_from_spec(spec)
        if "def samples(" in path.read_text(encoding="utf-8"):
            spec.loader.exec_module(module)
            yield from module.samples()


SAMPLES = list(_samples())
each_plugin = pytest.mark.parametrize("plugin", PLUGINS, ids=lambda plugin: plugin.name)
each_sample = pytest.mark.parametrize(("name", "media_type", "data"), SAMPLES, ids=[sample[0] for sample in SAMPLES])


def extract(data: bytes, media_type: str) -> tuple[list[Segment | Item | Gap], Unexamined | None]:
    blob = Blob.of_bytes(data, SETTINGS.limits)
    found: list[Segment | Item | Gap] = []
    try:
        for part in registry.extractors()[media_type].segments(blob, SETTINGS):
            assert isinstance(part, Segment | Item | Gap)
            found.append(part)
    except Unexamined as error:
        return found, error
    return found, None


@each_plugin
def test_declares_itself(plugin: Any) -> None:
    assert re.fullmatch(r"[a-z0-9-]+", plugin.name)
    assert isinstance(plugin.version, int)
    assert plugin.version >= 1
    assert all(re.fullmatch(r"[\w.+-]+/[\w.+-]+", media_type) for media_type in plugin.media_types)
    assert plugin.method in ("text", "ocr", "salvage")
    assert isinstance(plugin.refines, frozenset)


def test_no_two_extractors_read_the_same_type() -> None:
    types = [media_type for plugin in PLUGINS for media_type in plugin.media_types]
    assert len(types) == len(set(types))


@each_sample
def test_is_recognised_by_content(name: str, media_type: str, data: bytes) -> None:
    assert registry.sniffer().media_type(Blob.of_bytes(data, Limits())) == media_type


@each_sample
def test_shows_its_text(name: str, media_type: str, data: bytes) -> None:
    found, error = extract(data, media_type)
    text = "".join(part.text for part in found if isinstance(part, Segment))
    assert "机密★10年" in text.replace(" ", "")
    assert error is None or registry.extractors()[media_type].method == "salvage"


@each_sample
def test_twice_the_same(name: str, media_type: str, data: bytes) -> None:
    texts = [[part.text for part in extract(data, media_type)[0] if isinstance(part, Segment)] for _ in range(2)]
    assert texts[0] == texts[1]


@each_sample
def test_truncated_is_never_silent(name: str, media_type: str, data: bytes) -> None:
    rng = random.Random(name)
    for _ in range(12):
        cut = data[: rng.randrange(1, len(data))]
        found, error = extract(cut, media_type)
        assert found or error


@each_sample
def test_flipped_bits_are_never_silent(name: str, media_type: str, data: bytes) -> None:
    rng = random.Random(name)
    for _ in range(12):
        damaged = bytearray(data)
        for _ in range(rng.randrange(1, 12)):
            damaged[rng.randrange(len(damaged))] ^= 1 << rng.randrange(8)
        found, error = extract(bytes(damaged), media_type)
        assert found or error


@each_sample
def test_segments_are_valid_text(name: str, media_type: str, data: bytes) -> None:
    for cut in (data, data[: len(data) // 2], data[: len(data) * 2 // 3 + 1]):
        for part in extract(cut, media_type)[0]:
            if isinstance(part, Segment):
                part.text.encode()


@each_sample
def test_embedded_items_can_be_opened(name: str, media_type: str, data: bytes) -> None:
    for part in extract(data, media_type)[0]:
        if isinstance(part, Item):
            assert isinstance(part.open().read(), bytes)
            assert part.kind
