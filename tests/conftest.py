"""Which tests ``make test`` leaves to ``make walks``: what needs a browser or a database server, and the crawl."""

from __future__ import annotations

import pytest

WALKED = {"chromium", "server"}


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "engine" not in item.path.parts and WALKED & set(getattr(item, "fixturenames", ())):
            item.add_marker("walk")
