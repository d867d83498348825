"""Chat exports that are records: JSON, JSON Lines and tables in, conversations and messages out.

WeChat tools (MemoTrace, PyWxDump, WeFlow, EchoTrace, chatlog, wx-cli), ChatLab, WeCom's archive, Feishu, DingTalk,
QQ exporters, Telegram, Slack's days, Discord, Meta's downloads. Read in one pass and constant memory.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.chat import Conversation, Member, Message, Note, Part
from shoumi.engine.errors import Corrupt, Unexamined
from shoumi.engine.extractors._chat_fields import folded, leaves, message_of, named, place_of, recognise
from shoumi.engine.extractors._chat_json import Path, Walk, texts
from shoumi.engine.types import Gap

_TITLES: Final = (
    "session.displayname", "session.remark", "session.nickname", "meta.name", "chatinfo.name", "channel.name", "name",
    "chat", "chatname", "title", "conversationtitle", "session.wxid", "username", "chatinfo.id",
)  # fmt: skip
_PEOPLE: Final = frozenset({"members", "participants", "users", "memberlist", "userlist"})
_MARKERS: Final = re.compile(
    rb"messages|msgtype|msg_type|StrContent|strContent|is_?sender|is_?send|isSelf|talker|sender|chatlab|author|\bfrom\b|chatdata"
    rb"|user_profile|\"ts\"|\\u53d1\\u9001|\xe5\x8f\x91\xe9\x80\x81|\xe6\x98\xb5\xe7\xa7\xb0|\xb7\xa2\xcb\xcd|\xea\xc7\xb3\xc6",
    re.IGNORECASE,
)
_FEW: Final = 400  # values of the start that are looked at
_CELL: Final = 16_000_000  # characters of a table's cell
_BLOCK: Final = 1_000_000  # characters of a note
_NEAR: Final = 4096  # characters before a block's end in which a better place to cut is sought


def is_json(head: bytes, text: str) -> bool:
    """Whether a text that opens like JSON is a chat export, told from its start."""
    if not _MARKERS.search(head):
        return False
    about: dict[str, Any] = {}
    try:
        for path, value in islice(Walk(iter((text,))), _FEW):
            if isinstance(value, dict) and (not path or path[-1] == 0):
                if recognise(value, _listed(about, path)) is not None:
                    return True
            else:
                about[".".join(map(str, path))] = value
    except Unexamined:
        pass
    return "chatlab" in about and "meta" in about


def read_json(blob: Blob) -> Iterator[Part]:
    """Yield the conversations of a JSON export. Raises Corrupt when it ends early; the rest is given as text."""
    reader = Records()
    walk = Walk(texts(blob))
    try:
        for path, value in walk:
            yield from reader.take(path, value)
    except Unexamined as error:
        yield from reader.finish()
        yield from (Note(block, "rest") for block in blocks(walk.rest()))
        raise type(error)(f"{error}; what follows was read as plain text") from error
    yield from reader.finish()


def blocks(pieces: Iterable[str]) -> Iterator[str]:
    """Yield a text in blocks that end between values or lines, so that nothing is cut in two and nothing said twice."""
    rest = ""
    for piece in pieces:
        text, at = rest + piece, 0
        while len(text) - at > _BLOCK:
            ends = (text.rfind(mark, at + _BLOCK - _NEAR, at + _BLOCK) + 1 for mark in ("\n", "}", ",", " "))
            end = next(filter(None, ends), at + _BLOCK)
            yield text[at:end]
            at = end
        rest = text[at:]
    if rest:
        yield rest


class Records:
    """Makes messages of records, with what is said about them before and around."""

    def __init__(self, names: Mapping[str, str] | None = None) -> None:
        self._about: dict[str, Any] = {}
        self._names: dict[str, str] = dict(names or {})
        self._notes: list[str] = []
        self._open: tuple[str, str] | None = None
        self._locked = 0
        self._title: str | None = None  # None: to be looked up again
        self._apps: dict[tuple[Any, ...], str | None] = {}

    def take(self, path: Path, value: Any) -> Iterator[Part]:
        """Yield what one value of the export gives."""
        if isinstance(value, dict) and (not path or path[-1] == 0):
            yield from self._record(path, value)
            return
        key = ".".join(str(step) for step in path if step != 0)
        if isinstance(value, list | dict) and path and path[-1] in _PEOPLE:
            yield from self._people(value)
        if path and path[-1] in ("name", "id", "title") and 0 in path:
            self._open = None  # the next chat of a list begins
        self._about[key] = value
        self._title = None
        if isinstance(value, dict):
            self._about |= {f"{key}.{name.lower()}": inner for name, inner in value.items()}
        self._notes += [f"{name or key}: {text}" for name, text in leaves(value, key)]

    def _record(self, path: Path, record: dict[str, Any]) -> Iterator[Part]:
        app = self._app(path, record)
        if app == "wecom" and "encrypt_chat_msg" in record:
            self._locked += 1
        elif app is None or record.get("_type") in ("member", "header"):
            self._notes += [f"{name}: {text}" for name, text in leaves(record)]
            if app is not None:
                yield from self._people([record])
                self._title = None
                self._about |= {f"meta.{key}": value for key, value in (record.get("meta") or {}).items()}
        else:
            yield from self._conversation(place_of(record) if not self._titled() else "", app)
            yield message_of(record, app, self._names)

    def _app(self, path: Path, record: dict[str, Any]) -> str | None:
        """Return whose record it is; those with the same fields are the same."""
        kinds = (record.get("type"), record.get("_type"), type(record.get("sender")), type(record.get("author")))
        key = (tuple(record), path[-2:], *map(str, kinds))
        if key not in self._apps:
            if len(self._apps) > _FEW:
                self._apps.clear()
            self._apps[key] = recognise(record, _listed(self._about, path))
        return self._apps[key]

    def _titled(self) -> str:
        """Return the conversation's name as what stands around the records tells it."""
        if self._title is None:
            self._title = self._find_title()
        return self._title

    def _find_title(self) -> str:
        return (
            next(
                (str(found) for name in _TITLES if isinstance(found := self._about.get(name), str | int) and found), ""
            )
            or self._nested()
        )

    def _nested(self) -> str:
        """Return the name of the chat that is being read, in an export of many."""
        return next(
            (
                str(value)
                for key, value in reversed(self._about.items())
                if key.endswith(".name") and isinstance(value, str)
            ),
            "",
        )

    def _conversation(self, place: str, app: str) -> Iterator[Part]:
        name = place or self._titled()
        if self._open != (name, app):
            self._open = (name, app)
            yield Conversation(name, app)

    def _people(self, people: Any) -> Iterator[Part]:
        entries = (
            people
            if isinstance(people, list)
            else [
                dict(value, id=key) if isinstance(value, dict) else {"id": key, "name": value}
                for key, value in people.items()
            ]
        )
        for entry in entries:
            if isinstance(entry, str):
                yield Member(entry)
                continue
            if not isinstance(entry, dict):
                continue
            fields = folded(entry)
            keys = [
                str(fields[key]) for key in ("platformid", "id", "userid", "uid", "wxid", "username") if fields.get(key)
            ]
            name = next((str(fields[key]) for key in ("groupnickname", "accountname") if fields.get(key)), "") or named(
                entry, {}
            )
            self._names |= dict.fromkeys(keys, name)
            if name:
                yield Member(name, keys[0] if keys else "", str(fields.get("role", "")))

    def finish(self) -> Iterator[Part]:
        """Yield what belongs to no message."""
        if self._locked:
            yield Gap("encrypted", f"WeCom archive: {self._locked} messages are still encrypted; export them decrypted")
        if self._notes:
            yield Note("\n".join(self._notes), "about")
        self._notes = []


def _listed(about: Mapping[str, Any], path: Path) -> dict[str, Any]:
    """Return what stood before a record, and whether the list that it is in is one of messages."""
    named = len(path) > 1 and path[-2] in ("messages", "msgs", "msglist", "msg_list", "messagelist", "records")
    return {**{key.partition(".")[0]: True for key in about}, "listed": named} if named or about else {}


def table_of(text: str) -> tuple[list[str], str] | None:
    """Return the columns and the delimiter when a text opens with the header row of a chat table, else None."""
    line = text.lstrip("\ufeff").partition("\n")[0].rstrip("\r")
    if len(line) > 4000:
        return None
    for delimiter in (",", "\t", ";"):
        if line.count(delimiter) >= 2:
            try:
                columns = next(csv.reader([line], delimiter=delimiter), [])
            except csv.Error:
                continue
            named = {column.strip().strip("\ufeff"): "x" for column in columns}
            if recognise(named, {"listed": False}):
                return list(named), delimiter
    return None


def read_table(blob: Blob) -> Iterator[Part]:
    """Yield the conversations of a table. Raises Corrupt when its rows cannot be told apart."""
    pieces = texts(blob)
    first = next(pieces, "")
    known = table_of(first)
    if known is None:
        yield Note(first)
        yield from (Note(piece) for piece in pieces)
        raise Corrupt("the table's first row is damaged; it was read as plain text")
    columns, delimiter = known
    yield Note("\t".join(columns), "columns")
    csv.field_size_limit(_CELL)
    lines = _Lines(first, pieces)
    rows = csv.reader(lines, delimiter=delimiter)
    reader = Records()
    try:
        next(rows, None)
        for row in rows:
            lines.taken.clear()
            if any(row):
                record: dict[str, Any] = dict(zip(columns, row, strict=False))
                if len(row) > len(columns):
                    record[""] = "\t".join(row[len(columns) :])
                yield from _row(reader, record)
    except csv.Error as error:
        for text in lines.rest():
            yield Note(text, "rest")
        raise Corrupt(f"the table is damaged: {error}; what follows was read as plain text") from error


def _row(reader: Records, record: dict[str, Any]) -> Iterator[Part]:
    before = False
    for part in reader.take((0,), record):
        before = before or isinstance(part, Message)
        yield part
    if not before:
        yield Note("\t".join(filter(None, map(str, record.values()))))


class _Lines:
    """Lines with their ends, from pieces that are cut anywhere; ``taken`` are those of the row that is being read."""

    def __init__(self, first: str, pieces: Iterator[str]) -> None:
        self._pieces = pieces
        self.taken: list[str] = []
        self._left = self._split(first.lstrip("\ufeff"))

    def __iter__(self) -> Iterator[str]:
        for line in self._left:
            self.taken.append(line)
            yield line

    def rest(self) -> Iterator[str]:
        """Yield what was taken for a row that failed, then all that follows, in blocks."""
        yield from blocks(iter(("".join(self.taken),)))
        while block := "".join(islice(self._left, 1000)):
            yield block

    def _split(self, rest: str) -> Iterator[str]:
        for piece in self._pieces:
            *lines, rest = (rest + piece).split("\n")
            yield from (line + "\n" for line in lines)
        yield from io.StringIO(rest, newline="")
