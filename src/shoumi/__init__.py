"""Shoumi (守密): finds what must not leave an organisation.

    from shoumi import scan

    for event in scan("/srv/share"):
        print(event)

``scan`` is the door that the command line uses, too (docs/guide/api.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from shoumi.version import VERSION as __version__  # noqa: N811

if TYPE_CHECKING:
    from shoumi.engine.scan import Scan, scan

__all__ = ["Scan", "__version__", "scan"]


def __getattr__(name: str) -> Any:
    """Load the engine on first use: ``shoumi --version`` should not wait for it."""
    if name in ("Scan", "scan"):
        from shoumi.engine import scan as module

        return getattr(module, name)
    raise AttributeError(f"module 'shoumi' has no attribute {name!r}")
