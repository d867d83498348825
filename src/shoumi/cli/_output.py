"""Where reports go: standard output, or a file that appears complete or not at all, readable by its owner only."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from shoumi.engine.errors import OutputError, UsageError


@contextmanager
def opened(path: str | None, *, binary: bool) -> Iterator[BinaryIO]:
    """Yield a stream for a report. Raises UsageError at once when the place cannot be written."""
    if path is None or path == "-":
        if binary and sys.stdout.isatty():
            raise UsageError("this form is not for a terminal: name a file with -o FILE")
        sys.stdout.flush()
        yield sys.stdout.buffer
        sys.stdout.buffer.flush()
        return
    target = Path(path)
    if target.is_dir():
        raise UsageError(f"{path} is a folder: name a file")
    if target.exists() and not target.is_file():  # /dev/null, a pipe: written straight
        with _clear(path), target.open("wb") as stream:
            yield stream
        return
    draft = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _clear(path):
        try:
            with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
                yield stream
                stream.flush()
                os.fsync(stream.fileno())
            draft.replace(target)
        finally:
            draft.unlink(missing_ok=True)


@contextmanager
def _clear(path: str) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        raise OutputError(f"cannot write {path}: {os.strerror(error.errno or 0)}; nothing was left there") from error
