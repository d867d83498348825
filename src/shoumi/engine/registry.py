"""Finds the plug-ins: every module in ``sources``, ``containers``, ``extractors``, ``detectors`` and ``reports``.

A new module in one of these folders is all it takes; it names its plug-in ``PLUGIN``. Modules are imported once, on
first use of their family, and must import fast.
"""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache
from typing import Any

from shoumi.engine import made
from shoumi.engine.container import Container
from shoumi.engine.detector import Detector
from shoumi.engine.errors import AddressError
from shoumi.engine.extractor import Extractor
from shoumi.engine.report import Report
from shoumi.engine.sniff import Sniffer
from shoumi.engine.source import Source


@cache
def plugins(family: str) -> tuple[Any, ...]:
    """Return the plug-ins of a family in order of module name."""
    package = importlib.import_module(f"shoumi.engine.{family}")
    found = []
    for module in sorted(pkgutil.iter_modules(package.__path__), key=lambda entry: entry.name):
        plugin = getattr(importlib.import_module(f"{package.__name__}.{module.name}"), "PLUGIN", None)
        if plugin is not None:
            found.append(plugin)
    return tuple(found)


def sources() -> tuple[Source, ...]:
    """Return all sources; the local one, which takes any address, last."""
    return tuple(sorted(plugins("sources"), key=lambda source: source.name == "local"))


def source_of(address: str) -> Source:
    """Return the source that reads an address. Raises AddressError for an empty one, which no source takes."""
    source = next((source for source in sources() if source.accepts(address)), None)
    if source is None:
        raise AddressError("an empty address: name a file or folder, or - for standard input")
    return source


@cache
def containers() -> dict[str, Container]:
    """Return the container for each media type."""
    return {media_type: plugin for plugin in plugins("containers") for media_type in plugin.media_types}


@cache
def extractors() -> dict[str, Extractor]:
    """Return the extractor for each media type."""
    return {media_type: plugin for plugin in plugins("extractors") for media_type in plugin.media_types}


@cache
def detectors() -> dict[str, type[Detector]]:
    """Return the detectors' classes by name."""
    return {plugin.name: plugin for plugin in plugins("detectors")}


@cache
def reports() -> dict[str, type[Report]]:
    """Return the reports' classes by name."""
    return {plugin.name: plugin for plugin in plugins("reports")}


@cache
def sniffer() -> Sniffer:
    """Return what tells media types."""
    return Sniffer((*plugins("containers"), *plugins("extractors")))


def versions() -> str:
    """Return what shapes results, as text: names and versions of plug-ins, and a digest of code, data and libraries."""
    shaping = [plugin for family in ("containers", "extractors", "detectors") for plugin in plugins(family)]
    shaping += [*containers().values(), *extractors().values(), *detectors().values()]
    parts = {f"{plugin.__module__}.{plugin.name}={plugin.version}" for plugin in shaping}
    return " ".join((*sorted(parts), made.digest(plugin.__module__ for plugin in shaping)))
