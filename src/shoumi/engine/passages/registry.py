"""Registered documents: what is known of each, in which index segment its fingerprints stand. Never text.

One SQLite database in the home folder, sealed metadata (AES-GCM under a derived key), and the segments beside it. A
document appears when its segment is on disk and the transaction that names both has ended: a killed ``add`` leaves
whole documents or none. Segments are never changed; merging writes a new one and swaps it in. Two processes wait for
one another; readers never wait.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, TypeAlias

from shoumi.engine.errors import OutputError, ShoumiError, UsageError
from shoumi.engine.home import Home
from shoumi.engine.passages.clock import Clock

if TYPE_CHECKING:
    from shoumi.engine.passages.index import Entries, Segment

Kind: TypeAlias = Literal["documents", "background"]
FOLDER: Final = "registry"
DATABASE: Final = "registry.sqlite"
TIER: Final = 4  # segments of about one size are merged when there are so many
_SMALLEST: Final = 1 << 16  # entries; smaller segments count as one size
_WAIT: Final = 60.0  # seconds that a writer waits for another
_SCHEMA: Final = """
create table if not exists meta (name text primary key, value) without rowid;
create table if not exists segments (name text primary key, kind text not null, entries integer not null,
  digest text not null, bytes integer not null) without rowid;
create table if not exists documents (number integer primary key, mark blob unique not null, kind text not null,
  segment text not null, family integer not null, characters integer not null, sealed blob not null);
"""


@dataclass(frozen=True, slots=True)
class Registered:
    """A registered document. ``level`` as it was given; ``until`` ISO date or time at which its protection ends."""

    id: str
    title: str
    level: str
    term: str | None = None
    until: str | None = None
    owner: str | None = None
    belongs: tuple[str, ...] = ()
    language: str = ""
    added: str = ""
    released: str | None = None  # who or what ended the protection early, and why
    number: int = 0
    family: int = 0  # drafts and copies of one text count as one when it is asked how common a phrase is
    characters: int = 0  # letters and digits


_SEALED: Final = tuple(one.name for one in fields(Registered) if one.name not in ("number", "family", "characters"))


@dataclass(slots=True)
class Stats:
    """What ``shoumi register stats`` says."""

    documents: int = 0
    background: int = 0
    characters: int = 0
    bytes: int = 0
    segments: int = 0
    entries: int = 0
    generation: str = ""
    damaged: dict[str, list[str]] = field(default_factory=dict)  # segment → ids of its documents


def path_of(home: Home) -> Path:
    """Return where the database is, whether it exists or not."""
    return home.path / FOLDER / DATABASE


def exists(home: Home) -> bool:
    """Whether anything was ever registered: one look at the file system."""
    return path_of(home).exists()


class Register:
    """The registry of one home. Opening makes an empty one; use ``exists`` first to only look."""

    def __init__(self, home: Home) -> None:
        self.home = home
        self.folder = home.folder(FOLDER)
        self.key = home.derive("passages metadata")
        self.index_key = home.derive("passages index")
        self._database = self._open()
        self._check_key()

    def close(self) -> None:
        """Let go of the database."""
        self._database.close()

    def __enter__(self) -> Register:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _open(self) -> sqlite3.Connection:
        path = self.folder / DATABASE
        try:
            if not path.exists():
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            database = sqlite3.connect(path, timeout=_WAIT, isolation_level=None)
            database.execute("pragma synchronous = full")
            if database.execute("pragma user_version").fetchone()[0] == 0:
                database.executescript("begin immediate;" + _SCHEMA + "pragma user_version = 1; commit;")
        except sqlite3.DatabaseError as error:
            raise _clear(error, path) from error
        except OSError as error:
            raise OutputError(f"cannot use {path}: {os.strerror(error.errno or 0)}") from error
        return database

    def _check_key(self) -> None:
        known = self.meta("key")
        if known is not None and known != self.home.key_id:
            raise UsageError(
                f"the registry in {self.folder} belongs to another key ({known}): restore that key, or register again"
            )

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """One transaction that other processes wait for. Raises OutputError when the disk is full."""
        try:
            self._database.execute("begin immediate")
        except sqlite3.DatabaseError as error:
            raise _clear(error, self.folder / DATABASE) from error
        try:
            yield self._database
            self._put("generation", secrets.token_hex(8))
            self._put("key", self.home.key_id)
            self._database.execute("commit")
        except BaseException as error:
            with contextlib.suppress(sqlite3.Error):
                self._database.execute("rollback")
            if isinstance(error, sqlite3.DatabaseError):
                raise _clear(error, self.folder / DATABASE) from error
            raise

    def meta(self, name: str) -> Any:
        """Return a value of the registry itself, None when it was never set."""
        row = self._database.execute("select value from meta where name = ?", (name,)).fetchone()
        return row[0] if row else None

    def _put(self, name: str, value: Any) -> None:
        self._database.execute("insert or replace into meta values (?, ?)", (name, value))

    @property
    def generation(self) -> str:
        """Changes with every change of the registry; empty while nothing was ever registered."""
        return str(self.meta("generation") or "")

    @property
    def clock(self) -> Clock:
        """The time as far as it can be believed."""
        sealed = self.meta("clock")
        return Clock.read(self.unseal(b"clock", sealed) if sealed else None)

    def confirm_time(self) -> None:
        """Take the machine's clock as right: called by commands that an officer gives, never by a scan."""
        with self.writing():
            self._put("clock", self.seal(b"clock", self.clock.confirmed()))

    def seal(self, name: bytes, value: Any) -> bytes:
        """Encrypt metadata; ``name`` says what it is, so that one entry cannot stand for another."""
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        nonce = secrets.token_bytes(12)
        data = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "surrogatepass")
        return nonce + AESGCM(self.key).encrypt(nonce, data, name)

    def unseal(self, name: bytes, sealed: bytes) -> Any:
        """Return what ``seal`` took. Raises ShoumiError when it was changed."""
        from cryptography.exceptions import InvalidTag
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM

        try:
            return json.loads(AESGCM(self.key).decrypt(sealed[:12], sealed[12:], name))
        except (InvalidTag, ValueError) as error:
            raise ShoumiError(
                f"an entry of the registry in {self.folder} was changed: run `shoumi register verify`"
            ) from error

    def mark(self, id_: str) -> bytes:
        """Return what stands for an id in the open part of the database."""
        import hmac

        return hmac.digest(self.key, b"id\0" + id_.encode("utf-8", "surrogatepass"), "sha256")[:16]

    def documents(self, kind: Kind = "documents") -> list[Registered]:
        """Return all documents in the order of their registration."""
        rows = self._database.execute(
            "select number, mark, family, characters, sealed from documents where kind = ? order by number", (kind,)
        )
        return [self._document(row) for row in rows.fetchall()]

    def count(self, kind: Kind = "documents") -> int:
        """Return how many documents are registered."""
        return int(self._database.execute("select count(*) from documents where kind = ?", (kind,)).fetchone()[0])

    def document(self, id_: str) -> Registered | None:
        """Return one document by its id."""
        row = self._database.execute(
            "select number, mark, family, characters, sealed from documents where mark = ?", (self.mark(id_),)
        ).fetchone()
        return self._document(row) if row else None

    def by_number(self, number: int) -> Registered | None:
        """Return one document by its number; None when it has been removed."""
        row = self._database.execute(
            "select number, mark, family, characters, sealed from documents where number = ?", (number,)
        ).fetchone()
        return self._document(row) if row else None

    def _document(self, row: Sequence[Any]) -> Registered:
        number, mark, family, characters, sealed = row
        values = self.unseal(bytes(mark), sealed)
        values["belongs"] = tuple(values["belongs"])
        return Registered(**values, number=number, family=family, characters=characters)

    def families(self) -> dict[int, int]:
        """Return the family of each living document of the index, without reading its metadata; -1: background."""
        rows = self._database.execute(
            "select number, case kind when 'documents' then family else -1 end from documents"
        )
        return dict(rows.fetchall())

    def segments(self) -> list[tuple[str, Kind, int, str]]:
        """Return name, kind, entries and digest of each segment."""
        return self._database.execute("select name, kind, entries, digest from segments order by name").fetchall()

    def open_segments(self) -> tuple[list[Segment], list[str]]:
        """Open all segments; returns them and the names of those that are damaged or gone."""
        from shoumi.engine.passages.index import Damaged, Segment

        found, damaged = [], []
        for name, _, _, digest in self.segments():
            try:
                found.append(Segment(self.folder / name, digest, self.index_key))
            except (Damaged, OSError):
                damaged.append(name)
        gone = {name for name, *_ in self.segments()}
        if any(name not in gone for name in damaged):  # merged away by another process meanwhile
            return self.open_segments()
        return found, damaged

    def next_number(self) -> int:
        """Return the number that the next document gets; numbers are never used again."""
        return int(self.meta("next") or 1)

    def add(self, kind: Kind, entries: Entries, documents: Sequence[Registered]) -> None:
        """Write one segment and register its documents, all or none. Numbers must come from ``next_number``.

        Raises UsageError for an id that is registered already, OutputError on a full disk.
        """
        from shoumi.engine.passages.index import write

        name = f"{secrets.token_hex(8)}.segment"
        digest = write(self.folder / name, entries, self.index_key)
        try:
            with self.writing() as database:
                first = self.next_number()
                if documents and documents[0].number != first:
                    raise _Overtaken
                size = (self.folder / name).stat().st_size
                database.execute(
                    "insert into segments values (?, ?, ?, ?, ?)", (name, kind, len(entries.keys), digest, size)
                )
                for document in documents:
                    self._insert(database, kind, name, document)
                self._put("next", first + len(documents))
        except BaseException:
            (self.folder / name).unlink(missing_ok=True)
            raise
        self._merge(kind)

    def _insert(self, database: sqlite3.Connection, kind: Kind, segment: str, document: Registered) -> None:
        mark = self.mark(document.id)
        row = (document.number, mark, kind, segment, document.family, document.characters, self._sealed(document))
        try:
            database.execute("insert into documents values (?, ?, ?, ?, ?, ?, ?)", row)
        except sqlite3.IntegrityError as error:
            raise UsageError(f"{document.id!r} is registered already: remove it first, or give another --id") from error

    def _sealed(self, document: Registered) -> bytes:
        values = {name: getattr(document, name) for name in _SEALED}
        return self.seal(self.mark(document.id), values)

    def change(self, document: Registered) -> None:
        """Store other metadata for a document that is registered."""
        with self.writing() as database:
            database.execute(
                "update documents set sealed = ? where number = ?", (self._sealed(document), document.number)
            )

    def release(self, id_: str, because: str) -> Registered:
        """End a document's protection by a person's decision; the reason is kept. Raises UsageError."""
        document = self.document(id_)
        if document is None:
            raise UsageError(f"{id_!r} is not registered: `shoumi register list` shows what is")
        document = replace(document, released=because)
        self.change(document)
        return document

    def remove(self, ids: Iterable[str]) -> list[str]:
        """Forget documents; returns the ids that were registered. Takes effect at once."""
        with self.writing() as database:
            forget = "delete from documents where mark = ?"
            removed = [id_ for id_ in ids if database.execute(forget, (self.mark(id_),)).rowcount]
        self._shrink()
        return removed

    def _shrink(self) -> None:
        """Drop segments without documents, so that their fingerprints are gone too."""
        with self.writing() as database:
            unused = "select name from segments where name not in (select segment from documents)"
            names = [row[0] for row in database.execute(unused).fetchall()]
            database.executemany("delete from segments where name = ?", [(name,) for name in names])
        for name in names:
            (self.folder / name).unlink(missing_ok=True)

    def _merge(self, kind: Kind) -> None:
        """Merge segments of one size when there are ``TIER`` of them; damaged and earlier ones are left alone."""
        from shoumi.engine.passages.index import Damaged, Segment, merge, write

        while group := self._mergeable(kind):
            try:
                opened = [Segment(self.folder / name, digest, self.index_key) for name, digest in group]
            except (Damaged, OSError):
                return
            merged = merge(opened, self.families())
            name = f"{secrets.token_hex(8)}.segment"
            digest = write(self.folder / name, merged, self.index_key)
            olds = [old for old, _ in group]
            with self.writing() as database:
                there = {row[0] for row in self.segments()}
                if not there.issuperset(olds):  # another process was faster
                    (self.folder / name).unlink(missing_ok=True)
                    continue
                size = (self.folder / name).stat().st_size
                database.execute(
                    "insert into segments values (?, ?, ?, ?, ?)", (name, kind, len(merged.keys), digest, size)
                )
                database.executemany("delete from segments where name = ?", [(old,) for old in olds])
                database.executemany(
                    "update documents set segment = ? where segment = ?", [(name, old) for old in olds]
                )
            for old in olds:
                (self.folder / old).unlink(missing_ok=True)

    def _mergeable(self, kind: Kind) -> list[tuple[str, str]]:
        from shoumi.engine.passages.index import current

        tiers: dict[int, list[tuple[str, str]]] = {}
        for name, of, entries, digest in self.segments():
            if of == kind and current(self.folder / name):
                tiers.setdefault((max(entries, _SMALLEST) // _SMALLEST).bit_length() // 2, []).append((name, digest))
        return next((group for _, group in sorted(tiers.items()) if len(group) >= TIER), [])

    def stats(self) -> Stats:
        """Return sizes, and which segments are damaged."""
        stats = Stats(self.count(), self.count("background"), generation=self.generation)
        stats.characters = int(self._database.execute("select total(characters) from documents").fetchone()[0])
        for _, _, entries, _ in self.segments():
            stats.segments += 1
            stats.entries += entries
        stats.bytes = sum(entry.stat().st_size for entry in self.folder.iterdir() if entry.is_file())
        stats.damaged = self.damaged()
        return stats

    def damaged(self) -> dict[str, list[str]]:
        """Return the damaged segments with the ids of the documents that are not recognised because of them."""
        return self._documents_of(self.open_segments()[1])

    def earlier(self) -> dict[str, list[str]]:
        """Return the segments of an earlier version, with the ids of the documents of which some copies are missed."""
        return self._documents_of(segment.name for segment in self.open_segments()[0] if segment.earlier)

    def _documents_of(self, names: Iterable[str]) -> dict[str, list[str]]:
        found = {}
        for name in names:
            rows = self._database.execute(
                "select number, mark, family, characters, sealed from documents where segment = ?", (name,)
            )
            found[name] = [self._document(row).id for row in rows.fetchall()]
        return found

    def repair(self) -> dict[str, list[str]]:
        """Take out damaged segments, those of an earlier version, and what was left behind.

        Returns the documents that must be added again.
        """
        lost = self.damaged() | self.earlier()
        with self.writing() as database:
            for name in lost:
                database.execute("delete from documents where segment = ?", (name,))
                database.execute("delete from segments where name = ?", (name,))
            known = {row[0] for row in self.segments()}
            leftovers = [path for path in self.folder.glob("*.segment") if path.name not in known]
        for path in leftovers:
            path.unlink(missing_ok=True)
        return lost


class _Overtaken(Exception):  # noqa: N818  (a race, not a mistake)
    """Another process has registered documents since the numbers were given out."""


OVERTAKEN: Final = _Overtaken


def _clear(error: sqlite3.DatabaseError, path: Path) -> ShoumiError:
    text = str(error)
    if "full" in text or "disk I/O" in text:
        return OutputError(f"the registry cannot be written: {text}; nothing was registered half")
    if "locked" in text:
        return ShoumiError("another process has been writing to the registry for a minute: try again")
    if "readonly" in text or "unable to open" in text:
        return OutputError(f"the registry in {path.parent} cannot be written: {text}")
    return ShoumiError(f"{path} is damaged ({text}): restore it from your backup (docs/security.md)")
