"""PDFium, loaded when the first PDF is read: its helpers and its C interface, which has no types to check."""

from __future__ import annotations

import importlib
from functools import cache
from typing import Any


@cache
def library() -> Any:
    """Return pypdfium2."""
    return importlib.import_module("pypdfium2")


@cache
def raw() -> Any:
    """Return PDFium's C functions."""
    return importlib.import_module("pypdfium2.raw")
