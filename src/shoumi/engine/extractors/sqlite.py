"""SQLite databases: schema and every table's text, read without writing a byte and without a journal.

A database is read in memory, a large one in place and immutable: neither a lock nor a journal is made, and no trigger
or extension runs. Values of a row are segments joined by tabs, with the column's name as label; blobs that are files
are items. Pages that deletion left behind are swept, because "deleted" rows stay in the file until it is vacuumed.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Corrupt, Encrypted, NoText
from shoumi.engine.extractors import _sqlitepage, _sweep
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._embedded import is_file
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import Sample, Signature
from shoumi.engine.types import Gap, Item, Locator, Segment

MEDIA_TYPE: Final = "application/vnd.sqlite3"
_MAGIC: Final = b"SQLite format 3\0"
_STEPS: Final = 200_000  # virtual machine steps between looks at the clock
_SECONDS: Final = 50.0  # longest wait for one row, below the worker's own limit
_LONGEST: Final = 16_000_000  # characters or bytes of one value
_WORDS: Final = 4  # letters a blob's text must have


class Sqlite:
    """Reads SQLite 3 databases."""

    name = "sqlite"
    version = 2
    media_types = frozenset({MEDIA_TYPE})
    method = "text"
    signatures = (Signature(_MAGIC, MEDIA_TYPE),)
    refines: frozenset[str] = frozenset()

    def refine(self, sample: Sample) -> str | None:  # noqa: ARG002  (the signature says all)
        """Return None: the signature says all."""
        return None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield the schema, all rows, then text on free pages. Raises Corrupt when the database cannot be read."""
        empty = True
        try:
            with _Database(blob) as database:
                for part in database.parts():
                    empty = False
                    yield part
        except (sqlite3.Error, UnicodeDecodeError) as error:  # names of columns are decoded without mercy
            yield from _swept(blob, range(_pages(blob)))  # its own pages, which nobody can list any more
            if "not a database" in str(error) or "encrypted" in str(error):
                raise Encrypted("the database is encrypted or damaged; strings were read") from error
            raise Corrupt(f"the database is damaged ({error}); strings were read") from error
        for segment in _swept(blob, _free(blob)):
            empty = False
            yield segment
        if empty:
            raise NoText("the database has no tables")


class _Database:
    """An open database; every step is bounded in time."""

    def __init__(self, blob: Blob) -> None:
        self._blob = blob
        self._until = 0.0

    def __enter__(self) -> _Database:
        if self._blob.size <= self._blob.limits.parse_bytes:
            self._connection = sqlite3.connect(":memory:")
            self._connection.deserialize(_unjournaled(self._blob.read()))
        else:
            self._connection = sqlite3.connect(f"file:{self._blob.path()}?mode=ro&immutable=1", uri=True)
        self._connection.text_factory = _text
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, _LONGEST)
        self._connection.setlimit(sqlite3.SQLITE_LIMIT_ATTACHED, 0)
        self._connection.set_progress_handler(lambda: time.monotonic() > self._until, _STEPS)
        self._wind()
        return self

    def __exit__(self, *_: object) -> None:
        self._connection.close()

    def parts(self) -> Iterator[Segment | Item | Gap]:
        """Yield the schema, then table after table."""
        schema = list(self._connection.execute("select type, name, sql from sqlite_master"))
        if schema:
            lines = [str(sql) if sql else f"{kind} {name}" for kind, name, sql in schema]
            yield Segment("\n".join(lines), Locator(part="schema"))
        for kind, name, sql in schema:
            if kind == "table" and not str(sql or "").lower().startswith("create virtual"):
                yield from self._table(str(name))

    def _table(self, name: str) -> Iterator[Segment | Item | Gap]:
        quoted = name.replace('"', '""')
        number = 0
        try:
            self._wind()
            cursor = self._connection.execute(f'select * from "{quoted}"')  # noqa: S608  (quoted above)
            columns = [str(entry[0]) for entry in cursor.description]
            while (row := cursor.fetchone()) is not None:
                number += 1
                yield from _row(name, number, columns, row)
                self._wind()
        except (sqlite3.Error, UnicodeDecodeError) as error:
            slow = "interrupted" in str(error)
            yield Gap("timeout" if slow else "corrupt", f"table {name}: {number} rows were read ({error})")

    def _wind(self) -> None:
        self._until = time.monotonic() + _SECONDS


def _row(table: str, number: int, columns: list[str], row: tuple[Any, ...]) -> Iterator[Segment | Item]:
    joint = "\n" if number > 1 else "\f"
    for column, value in zip(columns, row, strict=True):
        if value is None or value == "":
            continue
        if isinstance(value, bytes):
            if is_file(value):
                yield item(f"{table}/{column} {number}", value, "sqlite")
                continue
            text = "\n".join(text for _, text in _sweep.runs(value)) if len(value) >= _WORDS else ""
        else:
            text = value if isinstance(value, str) else repr(value)
        if text:
            yield Segment(text, Locator(sheet=table, cell=f"{column} {number}"), joint=joint, label=column)
            joint = "\t"


def _unjournaled(data: bytes) -> bytes:
    """Return a database that does not ask for its write-ahead log, which did not come along (file format, 1.3.3)."""
    return data[:18] + b"\x01\x01" + data[20:] if data[18:20] == b"\x02\x02" else data


def _text(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")


def _size(blob: Blob) -> int:
    size = int.from_bytes(blob.head(18)[16:18], "big")
    return 65536 if size == 1 else max(512, size)


def _pages(blob: Blob) -> int:
    return -(-blob.size // _size(blob))


def _free(blob: Blob) -> list[int]:
    """Return the numbers (from 0) of free pages: the trunks of the freelist and their leaves (file format, 1.5)."""
    head, size = blob.head(100), _size(blob)
    trunk = int.from_bytes(head[32:36], "big")
    found: list[int] = []
    seen: set[int] = set()
    with blob.open() as stream:
        while 0 < trunk <= _pages(blob) and trunk not in seen:
            seen.add(trunk)
            found.append(trunk - 1)
            stream.seek((trunk - 1) * size)
            page = stream.read(size)
            count = min(int.from_bytes(page[4:8], "big"), size // 4 - 2)
            found += [int.from_bytes(page[8 + 4 * at : 12 + 4 * at], "big") - 1 for at in range(max(0, count))]
            trunk = int.from_bytes(page[:4], "big")
    return [number for number in dict.fromkeys(found) if 0 < number < _pages(blob)]


def _swept(blob: Blob, numbers: list[int] | range) -> Iterator[Segment]:
    size = _size(blob)
    with blob.open() as stream:
        for number in numbers:
            stream.seek(number * size)
            for offset, text in page_texts(stream.read(size)):
                place = Locator(part="free page", offset=number * size + offset)
                yield Segment(text, place, joint="\n", hidden=True, hiding="free-page")


def page_texts(page: bytes) -> Iterator[tuple[int, str]]:
    """Yield offset and text of what stands on a page: row by row where it is one of rows, else every string."""
    found = False
    for row in _sqlitepage.rows(page):
        found = True
        yield 0, "\t".join(row)
    if not found:
        yield from _sweep.runs(page)


PLUGIN = Sqlite()
