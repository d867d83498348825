"""Chat exports as plain text: lines in, messages out, each with the line it begins on.

A message opens with a head that names time and sender; what follows until the next head belongs to it. Which kind of
head a file has is told from its start. Days that come before or after the month are told apart over the whole file.

    WhatsApp   [31/12/2024, 23:59:01] Alice: text      31/12/2024, 23:59 - Alice: text
    LINE       2024/12/31（二） … 23:59⇥Alice⇥text
    QQ, WeChat 2024-12-31 23:59:01 Alice(10001)⏎text
    Signal …   [2024-12-31, 23:59] Alice: text
    Discord …  [31/12/2024 23:59] Alice⏎text
    others     Alice 2024-12-31 23:59:01⏎text
"""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from shoumi.engine.blob import Blob
from shoumi.engine.chat import Conversation, Message, Note, Part, hour24, iso
from shoumi.engine.extractors._chat_json import texts

_MARKS: Final = "\u200e\u200f\u202a\u202c\ufeff"
_TIME: Final = (
    r"(?P<half>上午|下午|凌晨|早上|中午|晚上|오전|오후|[AaPp][Mm])?\s?(?P<clock>\d{1,2}[:.]\d{2}(?:[:.]\d{2})?)"
    r"(?:[\s\u202f\u00a0]?(?P<after>[AaPp]\.?\s?[Mm]\.?))?"
)
_DAY: Final = r"(?P<date>\d{1,4}[./年-]\s?\d{1,2}[./月-]\s?\d{1,4}(?:日|\.)?)"
_TIME_WHOLE: Final = _TIME.replace("(?:[:.]\\d{2})?)", "[:.]\\d{2})")
_ISO_DAY: Final = r"(?P<date>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})"


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the heads of one kind of export look. ``inline``: the text begins on the head's own line."""

    app: str
    head: re.Pattern[str]
    inline: bool
    title: re.Pattern[str] | None = None  # a line that must stand before the first head
    notice: re.Pattern[str] | None = None  # a head without sender: the system speaks
    day: re.Pattern[str] | None = None  # a line that gives the date of those below


_DAY_AGAIN, _TIME_AGAIN = (re.sub(r"\?P<(\w+)>", r"?P<\g<1>2>", part) for part in (_DAY, _TIME))
_AT: Final = r"(?:[,，]|\s(?:à|às|klo|kl\.?|um|at|ore|alle|о|в))?\s+"  # what languages put between day and hour
_WHATSAPP_START: Final = rf"^(?:\[{_DAY}{_AT}{_TIME}\]\s?|{_DAY_AGAIN}{_AT}{_TIME_AGAIN}\s-\s)"
DIALECTS: Final = (
    Dialect(
        "qq",
        re.compile(rf"^{_ISO_DAY}\s+{_TIME}\s+(?P<name>\S.{{0,120}}?)\s*$"),
        inline=False,
        title=re.compile(r"^(?:消息记录（此消息记录|消息記錄|消息分组[:：]|消息分組[:：]|消息对象[:：]|消息對象[:：])"),
    ),
    Dialect(
        "line",
        re.compile(rf"^{_TIME}\t(?P<name>[^\t]{{0,120}})\t(?P<text>.*)$"),
        inline=True,
        notice=re.compile(rf"^{_TIME}\t(?P<text>[^\t]+)$"),
        day=re.compile(r"^(?:\w{3},\s)?(?P<date>\d{1,4}[./]\d{1,2}[./]\d{1,4})\s?(?:[(（]?\S{1,9}[)）]?)?$"),
    ),
    Dialect(
        "signal",
        re.compile(
            rf"^\[(?P<date>\d{{4}}-\d{{2}}-\d{{2}})[,，]?\s{_TIME}\]\s?(?P<name>[^:：\n]{{1,80}})[:：]\s?(?P<text>.*)$"
        ),
        inline=True,
    ),
    Dialect(
        "whatsapp",
        re.compile(_WHATSAPP_START + r"(?P<name>[^:：\n]{1,80})[:：]\s?(?P<text>.*)$"),
        inline=True,
        notice=re.compile(_WHATSAPP_START + r"(?P<text>.*)$"),
    ),
    Dialect(
        "kakaotalk",
        re.compile(
            rf"^(?P<date>\d{{4}}년 \d{{1,2}}월 \d{{1,2}}일) {_TIME},\s(?P<name>[^:\n]{{1,80}}?)\s?:\s(?P<text>.*)$"
        ),
        inline=True,
        notice=re.compile(rf"^(?P<date>\d{{4}}년 \d{{1,2}}월 \d{{1,2}}일) {_TIME}[:,]?\s?(?P<text>.*)$"),
    ),
    Dialect(
        "chat",
        re.compile(
            rf"^[-*>]\s\[?{_ISO_DAY}[,，]?\s{_TIME}\]?\s?(?:\*\*)?(?P<name>[^:：*\n]{{1,80}})(?:\*\*)?[:：](?:\*\*)?\s?(?P<text>.*)$"
        ),
        inline=True,
    ),
    Dialect(
        "chat",
        re.compile(
            rf"^(?:[-*]\s)?\*\*\[?{_ISO_DAY}\s{_TIME}\]?(?:\*\*)?\s*(?:\*\*)?(?P<name>[^:：*\n]{{1,80}})"
            r"(?:\*\*)?[:：](?:\*\*)?\s?(?P<text>.*)$"
        ),
        inline=True,
    ),
    Dialect("chat", re.compile(rf"^#{{2,6}}\s{_ISO_DAY}\s{_TIME}\s+(?P<name>\S.{{0,60}}?)\s*$"), inline=False),
    Dialect("discord", re.compile(rf"^\[{_DAY}\s{_TIME}\]\s(?P<name>[^:\n]{{1,80}}?)(?:\s\(pinned\))?$"), inline=False),
    Dialect("wechat", re.compile(rf"^{_ISO_DAY}\s+{_TIME_WHOLE}\s+(?P<name>\S.{{0,60}}?)\s*$"), inline=False),
    Dialect(
        "chat",
        re.compile(
            rf"^(?:#{{1,6}}\s|\*\*)?(?P<name>\S.{{0,40}}?)(?:\*\*)?[:：]?\s*"
            rf"[(（\[]?{_ISO_DAY}\s+{_TIME}[)）\]]?\s*[:：]?\s*$"
        ),
        inline=False,
    ),
    Dialect(  # chatlog leaves out the year or the day when all messages share it
        "wechat",
        re.compile(r"^(?P<name>\S.{0,60}?\([\w@-]{3,60}\)|我)\s(?P<date>\d\d-\d\d)?\s?(?P<clock>\d\d:\d\d:\d\d)$"),
        inline=False,
    ),
    Dialect(  # LINE of 2021 and later: no tabs
        "line",
        re.compile(r"^(?P<clock>\d\d:\d\d) (?P<name>\S{1,80}) (?P<text>.+)$"),
        inline=True,
        notice=re.compile(r"^(?P<clock>\d\d:\d\d) (?P<text>.+)$"),
        title=re.compile(r"^\[LINE\]"),
        day=re.compile(r"^(?P<date>\d{4}\.\d\d\.\d\d) \S{1,12}$"),
    ),
)  # fmt: skip
_FIRST: Final = 3072  # bytes in which a chat has had its first message's head
_HEAD: Final = re.compile(
    rb"\d(?:[./-]|[^\x00-\x7f]{2,3})\s?\d{1,2}(?:[./-]|[^\x00-\x7f]{2,3})\s?\d[^\n]{0,24}?\d[:.]\d\d|\d:\d\d[^\n\t]{0,8}\t"
    rb"|\) (?:\d\d-\d\d )?\d\d:\d\d:\d\d\r?\n"
)
_DOTTED: Final = re.compile(
    rb"[^\n]{0,4}\d{1,4}[./-]\d{1,2}[./-]\d{1,4}[^\n]{1,8}\d{1,2}\.\d\d"
)  # hours as some countries write
# What Hyperscan finds in every text that ``may_be`` takes for one.
TRACES: Final = (rb"[0-9]:[0-9]", rb"\A[^\n]{0,4}[0-9]{1,4}[./-][0-9]{1,2}[./-][0-9]{1,4}")
_ALIKE: Final = bytes.maketrans(b"123456789", b"000000000")  # hours are sought as one text
_CLOCK: Final = re.compile(r"\d[:.]\d\d")
_PROGRAM: Final = re.compile(r"\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\S*\] ?(?:[a-z][\w./-]*|\S* [A-Z]{4,})(?: [\w./-]*)*:")
_LEVEL: Final = re.compile(r"\b(?:INFO|DEBUG|WARN(?:ING)?|ERROR|FATAL|TRACE|NOTICE|CRITICAL)\b")
_UNLIKE_NAMES: Final = re.compile(r"^[\[<{(|=*#-]|[;{}=]|\s-\s")
_SOME: Final = 400  # lines of the start that are looked at
_QQ_NAME: Final = re.compile(r"(?:【[^】]{0,20}】)?(?P<name>.*?)[(（<](?P<id>[^()（）<>\s]{3,60})[)）>]$")
_TALK: Final = re.compile(r"^(?:消息对象|消息對象)[:：]\s*(?P<name>.+)$")
_TITLES: Final = (
    re.compile(r"^\[LINE\] (?:Chat history (?:with|in)) (?P<name>.+)$"),
    re.compile(r"^(?:\[LINE\]\s*)(?:與|与|和)?(?P<name>.+?)(?:的?聊天[記记][錄录]|的トーク履歴)?$"),
    re.compile(r"^(?:Channel|聊天对象|群名称?|会话)[:：]\s*(?P<name>.+)$"),
)
_AMERICAN: Final = re.compile(r"^[A-Z][a-z]{2}, \d")  # a weekday in English stands before month and day
_LONGEST: Final = 4_000_000  # characters of one message


def may_be(head: bytes) -> bool:
    """Whether a text can be a chat at all: a line near its start tells a day and a time. Cheap: all texts are asked."""
    start = head[:_FIRST].replace(b"\0", b"")
    alike = start.translate(_ALIKE)
    at = alike.find(b"0:00") + 1 or (len(alike) - 2 if alike.endswith(b"0:0") else 0)
    if at:
        return _HEAD.search(start, max(0, at - 64)) is not None
    return _DOTTED.match(start) is not None


def dialect_of(text: str) -> Dialect | None:
    """Return the kind of export that a text's start shows, else None; logs and tables of times are none."""
    lines = [line.strip(_MARKS + "\r") for line in text.split("\n", _SOME)[:_SOME]]
    timed = [at for at, line in enumerate(lines) if _CLOCK.search(line)]
    return next((dialect for dialect in DIALECTS if _fits(dialect, lines, timed)), None)


def _fits(dialect: Dialect, lines: list[str], timed: list[int]) -> bool:
    """Whether lines are of a dialect; ``timed`` are those that tell an hour, as all heads do."""
    heads = [at for at in timed if dialect.head.match(lines[at])]
    if not heads:
        return False
    if dialect.title is not None:
        return any(dialect.title.match(line) for line in lines[: heads[0]])
    if dialect.day is not None:
        dated = any(dialect.day.match(line) for line in lines[: heads[0]])
        return dated or lines[0].startswith("[LINE]")
    if dialect.inline:
        return heads[0] < 12 and (len(heads) > 1 or sum(map(bool, lines)) < 4) and not _is_log(dialect, lines, heads)
    return _alternates(dialect, lines, heads)


def _is_log(dialect: Dialect, lines: list[str], heads: list[int]) -> bool:
    """Whether it is programs that speak: levels of logs among the names, or names that only programs have."""
    names = [found["name"] for at in heads if (found := dialect.head.match(lines[at]))]
    return any(map(_LEVEL.search, names)) or any(_PROGRAM.match(lines[at]) for at in heads)


def _alternates(dialect: Dialect, lines: list[str], heads: list[int]) -> bool:
    """Whether heads stand alone above their texts, as logs' lines do not."""
    if heads[0] > 12 or _is_log(dialect, lines, heads):
        return False
    names = [found["name"] for at in heads if (found := dialect.head.match(lines[at]))]
    below = [[line for line in lines[at + 1 : at + 3] if line][:1] for at in heads]
    bodies = sum(bool(line) and not dialect.head.match(line[0]) for line in below)
    last_cut = heads[-1] + 1 >= len(lines)
    if (
        2 * sum(bool(_UNLIKE_NAMES.search(name)) for name in names) > len(names)
        or bodies < len(heads) - last_cut - len(heads) // 8
    ):
        return False
    solid = sum(map(bool, lines))
    return (
        bodies >= 1
        and (len(heads) > 1 or (heads[0] == 0 and solid <= 12))
        and len(set(names)) <= max(8, len(names) // 2)
    )


def read(blob: Blob) -> Iterator[Part]:
    """Yield the conversation; lines before the first head are notes."""
    dialect = dialect_of(next(texts(blob), ""))
    if dialect is None:
        yield from (Note(piece) for piece in texts(blob))
        return
    reader = _Lines(dialect, month_first=_month_first(blob, dialect))
    for line in _lines(blob):
        yield from reader.feed(line)
    yield from reader.close()


def _month_first(blob: Blob, dialect: Dialect) -> bool:
    """Whether dates are month/day/year: when a second number is above 12 and no first one is, or days run on."""
    firsts: set[int] = set()
    seconds: set[int] = set()
    american = False
    for line in _lines(blob):
        american = american or (dialect.day is not None and _AMERICAN.match(line) is not None)
        found = (dialect.day or dialect.head).match(line)
        numbers = re.findall(r"\d+", _group(found, "date")) if found else []
        if len(numbers) == 3 and len(numbers[0]) <= 2:
            firsts.add(int(numbers[0]))
            seconds.add(int(numbers[1]))
    if any(number > 12 for number in firsts) or not firsts:
        return False
    return american or any(number > 12 for number in seconds) or (len(seconds) > 2 * len(firsts) and len(seconds) > 2)


def _lines(blob: Blob) -> Iterator[str]:
    rest = ""
    for piece in texts(blob):
        *lines, rest = (rest + piece).split("\n")
        yield from (line.removesuffix("\r") for line in lines)
        if len(rest) > _LONGEST:
            yield rest
            rest = ""
    if rest:
        yield rest


def _group(found: re.Match[str] | None, name: str) -> str:
    if found is None:
        return ""
    groups = found.groupdict()
    return groups.get(name) or groups.get(f"{name}2") or ""


class _Lines:
    """Gathers lines into messages."""

    def __init__(self, dialect: Dialect, *, month_first: bool) -> None:
        self._dialect, self._month_first = dialect, month_first
        self._number = -1
        self._day = ""
        self._head: Message | None = None
        self._body: list[str] = []
        self._size = 0
        self._notes: list[str] = []
        self._started = False

    def feed(self, line: str) -> Iterator[Part]:
        """Take the next line."""
        self._number += 1
        bare = line.strip(_MARKS)
        found = self._dialect.head.match(bare)
        notice = self._dialect.notice.match(bare) if self._dialect.notice and not found else None
        if found or notice:
            yield from self._flush()
            yield from self._start()
            self._head = self._opened(found or notice, bool(found))  # type: ignore[arg-type]
        elif (day := self._dialect.day and self._dialect.day.match(bare)) and _group(day, "date"):
            yield from self._flush()
            self._day = _group(day, "date")
            self._notes.append(bare)
        elif self._dialect.app == "qq" and (talk := _TALK.match(bare)):
            yield from self._flush()
            self._notes.append(bare)
            self._started = True
            yield Conversation(talk["name"].strip(), "qq")
        elif self._head is None:
            self._notes.append(line)
        else:
            self._body.append(line)
            self._size += len(line)
            if self._size > _LONGEST:
                yield from self._flush()

    def close(self) -> Iterator[Part]:
        """Yield what is left."""
        yield from self._flush()
        if self._notes:
            yield Note("\n".join(self._notes), "about")

    def _start(self) -> Iterator[Part]:
        if not self._started:
            self._started = True
            yield Conversation(
                next(
                    (
                        found["name"]
                        for line in self._notes
                        for title in _TITLES
                        if (found := title.match(line.strip(_MARKS)))
                    ),
                    "",
                ),
                self._dialect.app,
            )

    def _opened(self, found: re.Match[str], said: bool) -> Message:
        name = _group(found, "name").strip(_MARKS + " ") if said else ""
        sender_id = ""
        if self._dialect.app in ("qq", "wechat", "chat") and (both := _QQ_NAME.match(name)):
            name, sender_id = both["name"].strip() or both["id"], both["id"]
        text = _group(found, "text").strip(_MARKS)
        self._body = [text] if text or self._dialect.inline else []
        day = _group(found, "date") or self._day
        time = self._time(day, _group(found, "clock"), _group(found, "half") or _group(found, "after"))
        rest = (f"{name}: {sender_id}",) if sender_id and sender_id != name else ()
        return Message(name, "", time, rest=rest, line=self._number + (not self._dialect.inline), sender_id=sender_id)

    def _flush(self) -> Iterator[Part]:
        if self._head is None:
            return
        head, text = self._head, "\n".join(self._body).strip("\n")
        if self._dialect.app == "line" and "\n" in text and text[0] == text[-1] == '"':
            text = text[1:-1]
        if self._dialect.app == "discord" and (foot := text.find("\n" + "=" * 40)) >= 0:
            self._notes.append(text[foot:].strip("=\n"))
            text = text[:foot].rstrip("\n")
        yield Message(head.sender, text, head.time, rest=head.rest, line=head.line, sender_id=head.sender_id)
        self._head, self._body, self._size = None, [], 0

    def _time(self, day: str, clock: str, half: str) -> str:
        numbers = [int(number) for number in re.findall(r"\d+", day)]
        parts = [int(number) for number in re.findall(r"\d+", clock)]
        if len(numbers) != 3 or len(parts) < 2:
            return iso(day)
        if numbers[0] > 31:
            year, month, date = numbers
        elif self._month_first:
            month, date, year = numbers
        else:
            date, month, year = numbers
        try:
            hour = hour24(parts[0], re.sub(r"[\s.]", "", half))
            second = parts[2] if len(parts) > 2 else 0
            moment = datetime.datetime(year + 2000 * (year < 100), month, date, hour, parts[1], second)  # noqa: DTZ001
        except ValueError:
            return ""
        return moment.isoformat()
