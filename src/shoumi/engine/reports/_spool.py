"""Results that must wait until others are written: kept in a private temporary file, so that memory stays bounded.

The file has no name once it is open (mode 0600 before), and disappears with the process.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.errors import OutputError
from shoumi.engine.reports import _json

_MEMORY: Final = 1 << 20  # bytes kept in memory before the file is made


class Spool:
    """Values of JSON, in the order they came; at most ``limit`` are kept, all are counted."""

    def __init__(self, limit: int | None = None) -> None:
        self.count = 0
        self._limit = limit
        self._file = tempfile.SpooledTemporaryFile(max_size=_MEMORY)  # noqa: SIM115  (closed with the report)

    def __del__(self) -> None:
        self._file.close()  # also when the scan broke off and nobody finished the report

    @property
    def kept(self) -> int:
        """How many values can be read back."""
        return self.count if self._limit is None else min(self.count, self._limit)

    def add(self, value: Any) -> None:
        """Keep a value. Raises OutputError when the temporary folder is full."""
        if self._limit is None or self.count < self._limit:
            try:
                self._file.write(_json.line(value).encode() + b"\n")
            except OSError as error:
                cause = os.strerror(error.errno or 0)
                raise OutputError(f"cannot keep results in {tempfile.gettempdir()} for the report: {cause}") from error
        self.count += 1

    def __iter__(self) -> Iterator[Any]:
        self._file.seek(0)
        for row in self._file:
            yield json.loads(row)
        self._file.seek(0, os.SEEK_END)
