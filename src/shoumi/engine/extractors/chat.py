"""Chat exports of any messenger and tool: a blob in, each message as a segment out, numbered, with sender and time.

Text, tables, JSON, pages and archives are recognised by their content. Each message is a segment of its own; secrets
that were cut into several messages are found because the inspector puts them together again. What an export says
besides is read, too. Databases of messengers are not: they are the messenger's, and encrypted.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar, Final

from shoumi.engine import sniff
from shoumi.engine.blob import Blob
from shoumi.engine.chat import MEMBERS, Conversation, Format, Member, Message, Note, Part, chronological
from shoumi.engine.errors import Unexamined
from shoumi.engine.extractors import _chat_html, _chat_records, _chat_slack, _chat_text, _chat_yaml
from shoumi.engine.extractors._chat_json import guessed
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Locator, Segment

JSON: Final = "application/x-chat+json"
TABLE: Final = "application/x-chat+csv"
TEXT: Final = "application/x-chat+text"
HTML: Final = "application/x-chat+html"
WEB_ARCHIVE: Final = "application/x-chat+mht"
YAML: Final = "application/x-chat+yaml"
SLACK: Final = "application/x-chat+zip"
_FORMATS: Final[dict[str, Format]] = {
    JSON: _chat_records.read_json,
    TABLE: _chat_records.read_table,
    TEXT: _chat_text.read,
    HTML: _chat_html.read,
    WEB_ARCHIVE: _chat_html.read_archive,
    YAML: _chat_yaml.read,
    SLACK: _chat_slack.read,
}
_BLOCK: Final = 200_000  # characters of fields that make a segment
_REPEATED: Final = 20_000  # fields that are remembered, so that each is searched once


class Chat:
    """Reads chat exports."""

    name = "chat"
    version = 3
    media_types = frozenset(_FORMATS)
    method = "text"
    signatures: tuple[sniff.Signature, ...] = ()
    refines = frozenset({sniff.TEXT, sniff.ZIP})
    traces: ClassVar = (*_chat_html.TRACES, *_chat_text.TRACES, *_chat_yaml.TRACES)

    def refine(self, sample: sniff.Sample) -> str | None:
        """Recognise an export by what its first 64 KiB say, an archive by the names in it."""
        if sample.head.startswith(b"PK"):
            return SLACK if _chat_slack.is_archive(sample.zip_names) else None
        first = sample.head[:4096].lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n\0")[:1]
        if first in (b"{", b"["):
            if _chat_records.is_json(sample.head.replace(b"\0", b""), _decoded(sample.head)):
                return JSON
            if first == b"{":
                return None
        if first == b"<":
            small = sample.blob.size <= sample.blob.limits.parse_bytes
            return HTML if small and _chat_html.is_page(sample.head) else None
        if sample.traced and (kind := _traced(sample.head)):
            return kind
        return TABLE if _is_table(sample.head) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield each message, then members, other fields and notes; a Gap for what is encrypted."""
        kind = self.refine(sniff.Sample(blob)) or (SLACK if blob.head(2) == b"PK" else TEXT)
        writer = _Writer()
        try:
            for part in chronological(_FORMATS[kind](blob)):
                yield from writer.write(part)
        except Unexamined:
            yield from writer.finish()
            raise
        yield from writer.finish()


@dataclass(slots=True)
class _Talk:
    """A conversation as far as it has been read."""

    part: str | None
    name: str
    count: int = 0
    people: dict[str, str] = field(default_factory=dict)


class _Writer:
    """Turns parts of an export into segments."""

    def __init__(self) -> None:
        self._talks: dict[tuple[str, str], _Talk] = {}
        self._talk = _Talk(None, "")
        self._rest: list[str] = []
        self._known: set[str] = set()
        self._size = 0

    def write(self, part: Part) -> Iterator[Segment | Item | Gap]:
        if isinstance(part, Message):
            yield self._message(part)
            self._keep((*part.files, *part.rest))
            if self._size > _BLOCK:
                yield self._fields()
        elif isinstance(part, Conversation):
            self._open(part)
        elif isinstance(part, Member):
            self._talk.people[part.name] = part.id if part.id != part.name else ""
        elif isinstance(part, Note):
            yield Segment(part.text, Locator(part=part.part), hidden=part.hidden)
        else:
            yield part

    def _open(self, conversation: Conversation) -> None:
        key = (conversation.name, conversation.app)
        if key not in self._talks:
            number = len(self._talks) + 1
            people = self._talk.people if not self._talks else {}
            self._talks[key] = _Talk(f"conversation {number}" if number > 1 else None, conversation.name, people=people)
        self._talk = self._talks[key]

    def _message(self, message: Message) -> Segment:
        talk = self._talk
        talk.count += 1
        if message.sender and len(talk.people) < _REPEATED:
            talk.people.setdefault(message.sender, "")
        return Segment(
            message.text.encode("utf-8", "replace").decode(),
            Locator(part=talk.part, message=talk.count),
            joint="\n",
            lines=message.line,
            sender=message.sender,
            time=message.time,
            conversation=talk.name,
        )

    def _keep(self, lines: tuple[str, ...]) -> None:
        """Keep what a record says besides; what many records repeat, once."""
        if len(self._known) > _REPEATED:
            self._known.clear()
        for line in lines:
            if line not in self._known:
                self._known.add(line)
                self._size += len(line)
                self._rest.append(f"[{self._talk.count}] {line}")

    def _fields(self) -> Segment:
        text = "\n".join(self._rest)
        self._rest, self._size = [], 0
        return Segment(text.encode("utf-8", "replace").decode(), Locator(part="fields"))

    def finish(self) -> Iterator[Segment]:
        """Yield fields that no message's text holds, and the names of conversations and people."""
        if self._rest:
            yield self._fields()
        for talk in self._talks.values() or (self._talk,):
            people = (f"{name}\t{id_}" if id_ else name for name, id_ in talk.people.items())
            names = "\n".join(filter(None, (talk.name, *people)))
            if names:
                yield Segment(names.encode("utf-8", "replace").decode(), Locator(part=MEMBERS), conversation=talk.name)


def _decoded(head: bytes) -> str:
    guess = guessed(head)
    return head[guess.skip :].decode(guess.name, "replace")


def _traced(head: bytes) -> str | None:
    """Return the kind of export whose ``traces`` may be in a text."""
    if _chat_html.is_archive(head):
        return WEB_ARCHIVE
    start = head[:16_384]
    if _chat_text.may_be(start) and _chat_text.dialect_of(_decoded(start)) is not None:
        return TEXT
    return YAML if _chat_yaml.may_be(start) and _chat_yaml.is_list(_decoded(start)) else None


def _is_table(head: bytes) -> bool:
    line = head[:4096].partition(b"\n")[0]
    if line.count(b",") + line.count(b"\t") + line.count(b";") < 2:
        return False
    return _chat_records.table_of(_decoded(head[:4096])) is not None


PLUGIN = Chat()
