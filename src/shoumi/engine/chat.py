"""The contract of chat exports: what every format is read into, and how times and names are written down.

    export → Conversation, then its Messages in stored order, Members as they are named → next Conversation …

Numbers of messages count from 1 in each conversation. What a format holds besides messages is a ``Note``: nothing of
an export goes unread. Encrypted databases of messengers are named and never opened.
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Protocol, TypeAlias

from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.types import Gap, Item

MEMBERS: Final = "members"  # the part of a document that names a conversation and, a line each, who is in it


@dataclass(frozen=True, slots=True)
class Conversation:
    """A group or a talk of two; ``app`` is the messenger, in lower case."""

    name: str
    app: str
    group: bool | None = None


@dataclass(frozen=True, slots=True)
class Member:
    """Somebody in a conversation. ``id`` is the messenger's own name for them, ``role`` what the export calls them."""

    name: str
    id: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Message:
    """One message. ``time`` is ISO 8601, with the offset where the export tells it; ``sender`` empty: the system.

    ``files`` are names or paths beside the export. ``rest`` holds what else its record says, as lines. ``line`` is
    where it stands in a text file, from 0.
    """

    sender: str
    text: str
    time: str = ""
    files: tuple[str, ...] = ()
    rest: tuple[str, ...] = ()
    line: int = 0
    sender_id: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """Text of an export that belongs to no message; ``hidden`` as of a segment."""

    text: str
    part: str = "notes"
    hidden: bool = False


Part: TypeAlias = Conversation | Member | Message | Note | Gap | Item


class Format(Protocol):
    """Reads one family of exports; each is a module of functions in ``extractors/``."""

    def __call__(self, blob: Blob) -> Iterator[Part]:
        """Yield a Conversation, what belongs to it, the next one. Raises Unexamined when the rest cannot be read."""
        ...


_HELD: Final = 20_000  # messages that are turned round together; downloads hold 10,000 a file


def chronological(parts: Iterable[Part]) -> Iterator[Part]:
    """Yield an export with its messages oldest first: some list the newest first, and what was cut reads forwards.

    Which way an export runs is told by its first two different times, and turned round only when its ends agree.
    """
    held: list[Message] = []
    forwards = False
    try:
        for part in parts:
            if isinstance(part, Conversation):
                yield from _turned(held)
                held, forwards = [], False
            if not isinstance(part, Message) or forwards:
                yield part
                continue
            held.append(part)
            forwards = len(held) > 1 and bool(held[-2].time) and part.time > held[-2].time and part.time > held[0].time
            if forwards or len(held) >= _HELD:
                yield from _turned(held)
                held = []
    except Unexamined:
        yield from _turned(held)
        raise
    yield from _turned(held)


def _turned(held: list[Message]) -> Iterator[Message]:
    timed = [message.time for message in held if message.time]
    yield from reversed(held) if timed and timed[0] > timed[-1] else held


_STAMP: Final = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?[\sT,]*"
    r"(?:(上午|下午|凌晨|早上|中午|晚上|AM|PM)\s*)?(?:(\d{1,2})\s*[:时]\s*(\d{2})(?:\s*[:分]\s*(\d{2}))?(?:\.\d+)?秒?)?"
    r"\s*([AaPp]\.?[Mm]\.?)?\s*(Z|(?:UTC|GMT)?\s*[+-]\d{2}:?\d{2})?",
)
_LATER: Final = ("下午", "晚上", "오후", "pm")
_QUARTER: Final = 900  # seconds; offsets of time zones are multiples


def hour24(hour: int, half: str) -> int:
    """Return an hour of the day from one of the half day that a word names, Chinese or English."""
    half = half.lower().replace(".", "")
    if half in _LATER and hour < 12:
        return hour + 12
    if half == "中午" and hour < 10:
        return hour + 12
    if half in ("上午", "凌晨", "早上", "오전", "am") and hour == 12:
        return 0
    return hour


def iso(text: str) -> str:
    """Return a written date and time, year first, as ISO 8601; empty when it is none."""
    found = _STAMP.match(text.strip())
    if found is None:
        return ""
    year, month, day, before, hour, minute, second, after, zone = found.groups()
    try:
        at = datetime.datetime(  # noqa: DTZ001  (exports seldom tell the zone)
            int(year),
            int(month),
            int(day),
            hour24(int(hour or 0), before or after or ""),
            int(minute or 0),
            int(second or 0),
        )
    except ValueError:
        return ""
    if zone:
        sign = zone.replace("UTC", "").replace("GMT", "").strip()
        return at.isoformat() + ("+00:00" if sign == "Z" else sign if ":" in sign else f"{sign[:3]}:{sign[3:]}")
    return at.isoformat()


def since_epoch(value: object) -> float | None:
    """Return seconds since 1970 from a number or its digits: seconds, milliseconds, micro- or nanoseconds."""
    try:
        seconds = float(str(value))
    except ValueError:
        return None
    for _ in range(3):
        if seconds > 1e11:
            seconds /= 1000
    return seconds if 1e8 <= seconds < 1e10 else None


def moment(epoch: object, written: str = "") -> str:
    """Return a time as ISO 8601 from seconds and the local time that an export writes beside them.

    Both together tell the zone; seconds alone are given in UTC.
    """
    seconds, local = since_epoch(epoch), iso(written)
    if seconds is None:
        return local
    utc = datetime.datetime.fromtimestamp(int(seconds), datetime.UTC)
    if not local:
        return utc.isoformat()
    if "+" in local[10:] or "-" in local[10:]:
        return local
    there = datetime.datetime.fromisoformat(local).replace(tzinfo=datetime.UTC)
    offset = (there - utc).total_seconds()
    nearest = round(offset / _QUARTER) * _QUARTER
    if abs(offset) > 14 * 3600 or abs(offset - nearest) > 60:
        return local
    zone = datetime.timezone(datetime.timedelta(seconds=nearest))
    return there.replace(tzinfo=zone).isoformat()


# Message stores of messengers, by the names their programs give them: SQLCipher or a cipher of their own.
_STORES: Final = (
    (
        "WeChat",
        (r"(?:Micro)?MSG\d*\.db|MediaMSG\d+\.db|MicroMsg\.db|(?:biz_)?message_(?:\d+|fts|resource)\.db"
        r"|session\.db|contact\.db|EnMicroMsg\.db|FTSMSG\d*\.db"),
    ),
    ("QQ", r"nt_msg\.db|Msg[23](?:\.0)?\.db|group_msg_fts\.db|buddy_msg_fts\.db|files_in_chat\.db|profile_info\.db"),
    ("WeCom", r"message\.db|crm\.db|session\.db"),
    ("DingTalk", r"dingtalk\.db(?:_encrypt)?"),
    ("WhatsApp", r"msgstore(?:-[\d.-]+)?\.db\.crypt\d*"),
    ("Signal", r"db\.sqlite|signal-[\d-]+\.backup"),
    ("Line", r"naver_line\.db|[0-9a-f]{32}\.edb"),
)  # fmt: skip
_STORE_NAMES: Final = tuple((app, re.compile(names, re.IGNORECASE)) for app, names in _STORES)
_SQLITE: Final = b"SQLite format 3\0"


def locked_store(path: str, head: bytes) -> str | None:
    """Return the messenger whose encrypted message store a file is, by its name and unreadable start; else None."""
    name = path.replace("\\", "/").rpartition("/")[2]
    if head.startswith(_SQLITE) or len(head) < 512:
        return None
    app = next((app for app, names in _STORE_NAMES if names.fullmatch(name)), None)
    if app is None:
        return None
    sample = head[-512:]
    return app if len(set(sample)) > 128 else None  # random bytes: readable files repeat themselves
