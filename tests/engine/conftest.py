"""A detector, a pack and plug-ins that misbehave on request, so that the path is tested apart from the real rules."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.detector import Detection, candidates
from shoumi.engine.home import Home
from shoumi.engine.limits import Limits
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sniffer
from shoumi.engine.types import Gap, Item, Match, Reason, Segment

PACK = """
pack: trial
version: 1
names: trial
rules:
  - id: trial.leak
    version: 1
    detector: trial
    name: a leak
    means: the word leaked
    category: trade-secret
    severity: medium
    pattern: 'LEAK-(?P<secret>[0-9]{4,})'
    anchors: ['LEAK-[0-9]{4}']
    examples: ['LEAK-12345']
    negative_examples: ['LEAK']
"""


class Trial:
    """Finds ``LEAK-1234``."""

    name = "trial"
    version = 1

    def __init__(self, rules: Any, settings: Settings) -> None:
        self._rules = rules

    def detect(self, view: Any, hits: Any) -> Iterator[Detection]:
        for rule in self._rules:
            for found in candidates(view, rule, hits.get(rule.id, ())):
                start, end = found.span()
                yield Detection(
                    rule.id,
                    start,
                    end,
                    found.match["secret"],
                    (Reason("trial"),),
                    secret=found.span("secret"),
                    mask="all",
                )


class Misbehaving:
    """Reads ``!crash``, ``!hang``, ``!eat``, ``!raise`` files the bad way; ``!tree`` holds one of each and a good one."""

    name = "bad"
    version = 1
    method = "text"
    media_types = frozenset({"test/bad"})
    signatures = ()
    refines = frozenset({"text/plain"})

    def refine(self, sample: Any) -> str | None:
        return "test/bad" if sample.head.startswith(b"!") else None

    def segments(self, blob: Any, settings: Settings) -> Iterator[Segment | Item | Gap]:
        import io

        word = blob.read().split()[0].decode()
        yield Segment(f"LEAK-{1000 + len(word)} before {word}")
        if word == "!crash":
            os.kill(os.getpid(), signal.SIGKILL)
        elif word == "!hang":
            while True:
                time.sleep(1)
        elif word == "!eat":
            hog = []
            while True:
                hog.append(bytearray(64 << 20))
        elif word == "!raise":
            raise RuntimeError("secret LEAK-99999")
        elif word == "!tree":
            for name, data in (
                ("a", b"LEAK-1111"),
                ("b", b"!crash"),
                ("c", b"LEAK-3333"),
                ("d", b"!raise"),
                ("e", b"LEAK-5555"),
            ):
                yield Item("bad", name, len(data), None, lambda data=data: io.BytesIO(data), kind="bad")


@pytest.fixture(autouse=True)
def trial(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Add the trial detector and the misbehaving extractor to the real ones; state goes to a home of the test's own."""
    detectors = registry.detectors() | {"trial": Trial}
    bad = Misbehaving()
    extractors = registry.extractors() | {"test/bad": bad}
    sniffer = Sniffer((bad, *registry.plugins("containers"), *registry.plugins("extractors")))
    monkeypatch.setattr(registry, "detectors", lambda: detectors)
    monkeypatch.setattr(registry, "extractors", lambda: extractors)
    monkeypatch.setattr(registry, "sniffer", lambda: sniffer)
    monkeypatch.setenv("SHOUMI_HOME", str(tmp_path / "home"))
    return


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    path = tmp_path / "trial.yaml"
    path.write_text(PACK)
    return path


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """An empty folder to be scanned."""
    folder = tmp_path / "tree"
    folder.mkdir()
    return folder


@pytest.fixture
def scan(tmp_path: Path, pack: Path, tree: Path) -> Callable[..., Scan]:
    """Start a scan of the tree, or of given addresses, with the trial pack."""

    def start(*addresses: str | Path, limits: Limits | None = None, **options: Any) -> Scan:
        settings = options.pop("settings", None) or Settings(packs=(str(pack),), limits=limits or Limits())
        home = options.pop("home", None) or Home(tmp_path / "home")
        return Scan(tuple(map(str, addresses or (tree,))), settings=settings, home=home, **options)

    return start


def matches(events: list[Match | Gap]) -> list[Match]:
    return [event for event in events if isinstance(event, Match)]


def gaps(events: list[Match | Gap]) -> list[Gap]:
    return [event for event in events if isinstance(event, Gap)]
