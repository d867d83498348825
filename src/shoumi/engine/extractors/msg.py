"""Outlook messages (MS-OXMSG): one .msg in; subject, people, bodies and all other texts out, attachments as items.

Every property of the message is a stream named after its tag and type. The HTML body and the RTF body are items, so
that they are read like any other page or document; an attached message is written out as a message of its own.
"""

from __future__ import annotations

import datetime
import re
import struct
from collections.abc import Iterator
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.errors import NoText
from shoumi.engine.extractors import _lzfu, _properties
from shoumi.engine.extractors._art import item
from shoumi.engine.extractors._embedded import embedded
from shoumi.engine.extractors._ole import Name, Ole, root_names
from shoumi.engine.extractors._olewrite import write
from shoumi.engine.settings import Settings
from shoumi.engine.sniff import OLE, Sample
from shoumi.engine.types import Gap, Item, Locator, Segment

_TYPE: Final = "application/vnd.ms-outlook"
_STREAM: Final = re.compile(r"__substg1\.0_([0-9A-F]{4})([0-9A-F]{4})(?:-[0-9A-F]{8})?", re.IGNORECASE)
_HEAD: Final = {0x0C1A: "From", 0x0C1F: "From", 0x5D01: "From", 0x0042: "From", 0x5D02: "From", 0x0E04: "To",
                0x0E03: "Cc", 0x0E02: "Bcc", 0x0037: "Subject"}  # fmt: skip
_BODY, _HTML, _RTF, _HEADERS = 0x1000, 0x1013, 0x1009, 0x007D
_WIDE, _NARROW, _BINARY, _OBJECT = 0x1F, 0x1E, 0x102, 0x0D
_LISTS: Final = {0x101F: _WIDE, 0x101E: _NARROW}
_ATTACHMENT, _RECIPIENT, _NAMED = "__attach_version1.0_", "__recip_version1.0_", "__nameid_version1.0"
_PEOPLE: Final = (0x3001, 0x39FE, 0x3003, 0x5FF6)
_FILE_NAMES: Final = (0x3707, 0x3704, 0x3001)
_DATES: Final = {0x0039: "Sent", 0x0E06: "Received", 0x3007: "Created", 0x3008: "Saved"}
_EPOCH: Final = datetime.datetime(1601, 1, 1, tzinfo=datetime.UTC)


class Msg:
    """Reads Outlook messages, appointments, contacts and notes."""

    name = "msg"
    version = 2
    media_types = frozenset({_TYPE})
    method = "text"
    signatures = ()
    refines = frozenset({OLE})

    def refine(self, sample: Sample) -> str | None:
        """Return Outlook's type for a compound file with a message's property stream."""
        names = root_names(sample)
        return _TYPE if "__properties_version1.0" in names or any(map(_STREAM.fullmatch, names)) else None

    def segments(self, blob: Blob, settings: Settings) -> Iterator[Segment | Item | Gap]:  # noqa: ARG002  (contract)
        """Yield header lines, body, other texts, then bodies in other forms and attachments."""
        ole = Ole(blob.read())
        message = _Store(ole, ())
        empty = True
        for part in (*_header(message, ole), *_texts(message), *_forms(message), *_attachments(ole)):
            empty = False
            yield part
        yield from embedded(ole, self.name, _known)
        if ole.damaged:
            yield Gap("corrupt", "the message is cut off or damaged; what is left was read")
        elif empty:
            raise NoText("the message holds no text")


def _known(name: Name) -> bool:
    return name[0].startswith(("__substg1.0_", "__properties", _ATTACHMENT, _RECIPIENT, _NAMED))


class _Store:
    """The properties of a message, a recipient or an attachment."""

    def __init__(self, ole: Ole, at: Name) -> None:
        self._ole, self._at = ole, at
        self.streams: dict[tuple[int, int], list[Name]] = {}
        for name in ole.streams(at):
            if found := _STREAM.fullmatch(name[-1]):
                key = int(found.group(1), 16), int(found.group(2), 16)
                self.streams.setdefault(key, []).append(name)
        self.fixed = self._fixed()
        number = self.fixed.get(0x3FFD) or self.fixed.get(0x3FDE) or ole_codepage(ole)
        self.codec = _properties.codec(struct.unpack_from("<I", number)[0])

    def text(self, tag: int) -> str:
        """Return a text property, empty when it is missing."""
        for kind in (_WIDE, _NARROW):
            for name in self.streams.get((tag, kind), ()):
                return self.decoded(self._ole.read(*name), kind)
        return ""

    def binary(self, tag: int) -> bytes:
        """Return a binary property, empty when it is missing."""
        for name in self.streams.get((tag, _BINARY), ()):
            return self._ole.read(*name)
        return b""

    def texts(self) -> Iterator[tuple[int, str]]:
        """Yield (tag, text) of all text properties, lists included."""
        for (tag, kind), names in sorted(self.streams.items()):
            for name in names:
                if kind in (_WIDE, _NARROW):
                    yield tag, self.decoded(self._ole.read(*name), kind)
                elif kind in _LISTS and "-" in name[-1]:
                    yield tag, self.decoded(self._ole.read(*name), _LISTS[kind])

    def decoded(self, raw: bytes, kind: int) -> str:
        """Return a property's bytes as text."""
        return raw.decode("utf-16-le" if kind == _WIDE else self.codec, "replace").rstrip("\0").replace("\r\n", "\n")

    def _fixed(self) -> dict[int, bytes]:
        data = self._ole.read(*self._at, "__properties_version1.0")
        start = 8 if self._at else 32
        rows = (data[at : at + 16] for at in range(start, len(data) - 15, 16))
        return {struct.unpack_from("<H", row, 2)[0]: row[8:16] for row in rows}


def ole_codepage(ole: Ole) -> bytes:
    """Return the code page of the message itself, for its recipients and attachments; Western when it names none."""
    data = ole.read("__properties_version1.0")
    for at in range(0, len(data) - 15, 8):
        if data[at : at + 4] in (b"\x03\x00\xfd\x3f", b"\x03\x00\xde\x3f"):
            return data[at + 8 : at + 16]
    return struct.pack("<Q", 1252)


def _header(message: _Store, ole: Ole) -> Iterator[Segment]:
    lines = [f"{name}: {text}" for tag, name in _HEAD.items() if (text := message.text(tag))]
    for tag, name in _DATES.items():
        ticks = struct.unpack("<Q", message.fixed.get(tag, bytes(8)))[0]
        if 0 < ticks < 1 << 61:
            lines.append(f"{name}: {_EPOCH + datetime.timedelta(microseconds=ticks // 10):%Y-%m-%d %H:%M:%S}")
    for place in _children(ole, _RECIPIENT):
        person = _Store(ole, place)
        texts = dict.fromkeys(filter(None, map(person.text, _PEOPLE)))
        if texts:
            lines.append("Recipient: " + " ".join(texts))
    if lines:
        yield Segment("\n".join(dict.fromkeys(lines)), Locator(part="header"))
    if message.text(_BODY).strip():
        yield Segment(message.text(_BODY), Locator(part="body"))


def _texts(message: _Store) -> Iterator[Segment]:
    if message.text(_HEADERS):
        yield Segment(message.text(_HEADERS), Locator(part="transport headers"), hidden=True, hiding="machinery")
    known = {*_HEAD, _BODY, _HEADERS, _HTML}
    lines = [text for tag, text in message.texts() if tag not in known and text.strip()]
    if lines:
        yield Segment("\n".join(dict.fromkeys(lines)), Locator(part="properties"), hidden=True, hiding="machinery")


def _forms(message: _Store) -> Iterator[Item]:
    html = message.binary(_HTML) or message.text(_HTML).encode()
    if html.strip():
        yield item("body.html", html, "msg")
    rtf = _lzfu.unpacked(message.binary(_RTF))
    if rtf.strip():
        yield item("body.rtf", rtf, "msg")


def _attachments(ole: Ole) -> Iterator[Segment | Item]:
    for number, place in enumerate(_children(ole, _ATTACHMENT), 1):
        store = _Store(ole, place)
        name = next(filter(None, map(store.text, _FILE_NAMES)), f"attachment {number}")
        content = store.binary(0x3701)
        if content:
            yield item(name, content, "msg")
        inner = next((n for n in ole.storages if n[:-1] == place and n[-1].upper() == "__SUBSTG1.0_3701000D"), None)
        if inner is not None:
            streams = ole.below(inner)
            if ("__properties_version1.0",) in streams:
                streams = _promoted(streams)
                name = name if name.lower().endswith(".msg") else f"{name}.msg"
            yield item(name, write(streams, ole.storage_clsid(inner)), "msg")
        texts = [text for tag, text in store.texts() if tag not in _FILE_NAMES and text.strip()]
        if texts:
            yield Segment(
                "\n".join(dict.fromkeys(texts)), Locator(part=f"attachment {number}"), hidden=True, hiding="machinery"
            )


def _promoted(streams: dict[Name, bytes]) -> dict[Name, bytes]:
    """Give an attached message the longer header that a message of its own has (MS-OXMSG 2.4.1)."""
    data = streams[("__properties_version1.0",)]
    return streams | {("__properties_version1.0",): data[:24] + bytes(8) + data[24:]}


def _children(ole: Ole, prefix: str) -> list[Name]:
    return sorted(name for name in ole.storages if len(name) == 1 and name[0].startswith(prefix))


PLUGIN = Msg()
