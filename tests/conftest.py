"""Which tests ``make test`` leaves to ``make walks``: those that need a browser or a database server."""

from __future__ import annotations

import pytest

OUTSIDE = {"chromium", "server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "engine" not in item.path.parts and OUTSIDE & set(getattr(item, "fixturenames", ())):
            item.add_marker("outside")
