"""Excerpts that are too short to count alone, kept until they add up: many small copies of one document.

A scan's workers remember excerpts here: which document, which of its characters, in which file (keyed), on which day.
Nothing of the text. Entries expire; ``check`` never writes here, because what somebody asks is no leak. An excerpt that
turns up in many files is a phrase, not a copy, and does not count.
"""

from __future__ import annotations

import contextlib
import datetime
import hmac
import os
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from shoumi.engine.home import Home

if TYPE_CHECKING:
    from shoumi.engine.passages.registry import Register, Registered
    from shoumi.engine.passages.search import Passage

DAYS: Final = 180  # after which an excerpt is forgotten
ENOUGH: Final = 60  # characters of a document (Chinese; three times so many letters) that excerpts must have …
NEAR: Final = 240  # … within so many of the document's,
SCATTERED: Final = 220  # or this many all over it: set phrases, too, add up in time
PIECES: Final = 4  # excerpts, at least
HIDDEN: Final = 2  # characters of an excerpt beside its stored fingerprints, on average: winnowing leaves some out
COMMON: Final = 6  # files that have the same excerpt: a phrase
_SCHEMA: Final = """
create table if not exists excerpts (document integer, start integer, end integer, file blob, day integer, trail blob,
  primary key (document, start, end, file)) without rowid
"""


@dataclass(frozen=True, slots=True)
class Excerpt:
    """Folded characters ``start:end`` of a document, in one file."""

    start: int
    end: int
    file: bytes
    trail: bytes  # sealed


@contextlib.contextmanager
def _open(home: Home) -> Iterator[sqlite3.Connection]:
    path = home.folder("registry") / "excerpts.sqlite"
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    database = sqlite3.connect(path, timeout=20.0, isolation_level=None)
    try:
        database.execute(_SCHEMA)
        yield database
    finally:
        database.close()


def remember(home: Home, fragments: Iterable[Passage], trail: str, today: datetime.date | None = None) -> None:
    """Note excerpts found in a file. The same excerpt of the same file counts once, however often it is scanned."""
    from shoumi.engine.passages.registry import Register

    day = (today or datetime.datetime.now().astimezone().date()).toordinal()
    key = home.derive("passages excerpts")
    file = hmac.digest(key, trail.encode("utf-8", "surrogatepass"), "sha256")[:16]
    with Register(home) as register:
        sealed = register.seal(b"excerpt", trail)
    rows = [(one.number, one.source[0], one.source[1], file, day, sealed) for one in fragments]
    with contextlib.suppress(sqlite3.Error), _open(home) as database:  # a full disk costs the memory, not the scan
        database.executemany("insert or replace into excerpts values (?, ?, ?, ?, ?, ?)", rows)


def forget(home: Home, address: str) -> None:
    """Forget the excerpts of a file or folder: a draft that is read again says itself what it has now."""
    from shoumi.engine.passages.registry import Register

    if not (home.path / "registry" / "excerpts.sqlite").exists():
        return
    with _open(home) as database, Register(home) as register:
        rows = database.execute("select file, max(trail) from excerpts group by file").fetchall()
        gone = [(file,) for file, trail in rows if _below(str(register.unseal(b"excerpt", trail)), address)]
        database.executemany("delete from excerpts where file = ?", gone)


@dataclass(frozen=True, slots=True)
class Total:
    """A document whose excerpts add up. ``trail``: a file of this scan that has one of them."""

    document: Registered
    length: int  # characters of the document, each counted once
    files: int
    trail: str


def totals(home: Home, addresses: Sequence[str], today: datetime.date | None = None) -> list[Total]:
    """Return the documents whose excerpts add up and of which a file below one of the addresses has an excerpt.

    Forgets what has expired, and excerpts of documents that were removed.
    """
    from shoumi.engine.passages.registry import Register

    if not (home.path / "registry" / "excerpts.sqlite").exists():
        return []
    oldest = (today or datetime.datetime.now().astimezone().date()).toordinal() - DAYS
    with _open(home) as database, Register(home) as register:
        living = register.families()
        database.execute("delete from excerpts where day < ?", (oldest,))
        numbers = [row[0] for row in database.execute("select distinct document from excerpts order by document")]
        found = []
        for number in numbers:
            if number not in living:
                database.execute("delete from excerpts where document = ?", (number,))
                continue
            query = "select start, end, file, trail from excerpts where document = ? order by start, end, file"
            excerpts = [Excerpt(*row) for row in database.execute(query, (number,))]
            total = _total(register, number, excerpts, addresses)
            if total is not None:
                found.append(total)
    return found


def _total(register: Register, number: int, excerpts: Sequence[Excerpt], addresses: Sequence[str]) -> Total | None:
    rare = [one for one in excerpts if _files(one, excerpts) < COMMON]
    pieces = _union(rare)
    size = sum(end - start for start, end in pieces)
    document = register.by_number(number)
    if document is None or document.released or len({one.start for one in rare}) < PIECES:
        return None
    wide = 1 if document.language == "zh" else 3  # a letter says a third of what a Chinese character says
    whole = size + HIDDEN * len(pieces)
    if _densest(pieces, NEAR * wide) < ENOUGH * wide and whole < SCATTERED * wide:
        return None
    trails = sorted(str(register.unseal(b"excerpt", one.trail)) for one in rare)
    here = [trail for trail in trails if any(_below(trail, address) for address in addresses)]
    return Total(document, size, len({one.file for one in rare}), here[0]) if here else None


def _below(trail: str, address: str) -> bool:
    path = trail.partition("!")[0]
    return path == address or path.startswith(address.rstrip("/") + "/")


def _densest(pieces: Sequence[tuple[int, int]], window: int) -> int:
    """Return how many characters the pieces that begin within one window have at most."""
    best, first, covered = 0, 0, 0
    for start, end in pieces:
        covered += end - start + HIDDEN
        while start - pieces[first][0] > window:
            covered -= pieces[first][1] - pieces[first][0] + HIDDEN
            first += 1
        best = max(best, covered)
    return best


def _files(excerpt: Excerpt, excerpts: Sequence[Excerpt]) -> int:
    """Return in how many files more than half of an excerpt stands."""
    half = (excerpt.end - excerpt.start) / 2
    return len(
        {other.file for other in excerpts if min(excerpt.end, other.end) - max(excerpt.start, other.start) > half}
    )


def _union(excerpts: Sequence[Excerpt]) -> list[tuple[int, int]]:
    pieces: list[tuple[int, int]] = []
    for one in sorted(excerpts, key=lambda entry: (entry.start, entry.end)):
        if pieces and one.start <= pieces[-1][1]:
            pieces[-1] = (pieces[-1][0], max(pieces[-1][1], one.end))
        else:
            pieces.append((one.start, one.end))
    return pieces
