"""Chat exports as pages: Telegram, Discord, WeChat tools that keep messages in a script, QQ's web archive (.mht).

Messages are taken from the elements that hold them; all other text of a page is read as any page's is, less the
lines that messages have said already. Links are text here: nothing is fetched, no script is run.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from functools import partial
from html import unescape
from typing import Any, Final

from shoumi.engine.blob import Blob
from shoumi.engine.chat import Conversation, Message, Note, Part, iso
from shoumi.engine.errors import Corrupt
from shoumi.engine.extractors import _markup, _mime
from shoumi.engine.extractors._chat_json import guessed
from shoumi.engine.extractors._chat_records import Records
from shoumi.engine.extractors._chat_script import records
from shoumi.engine.extractors._reader import whole
from shoumi.engine.types import Item

_PAGE: Final = re.compile(
    rb"class=\"(?:message (?:default|service)|page_wrap|history)\b|chatlog__|chat-?[Mm]essages\s*="
    rb"|WEFLOW|MemoTrace|EchoTrace|\xe7\x95\x99\xe7\x97\x95|IM Message"
)
_ARCHIVE: Final = re.compile(
    rb"^From:\s*<?Save by Tencent|^Subject:\s*Tencent IM Message", re.IGNORECASE | re.MULTILINE
)
_ARRAY: Final = re.compile(r"(?:[\w$.]*(?:[mM]essages?|MESSAGES?|DATA|chatData|chat_data|msgs)[\w$]*)\s*=\s*(?=[\[{])")
_TELEGRAM_TIME: Final = re.compile(r"(\d{2})\.(\d{2})\.(\d{4}) (\d{2}:\d{2}:\d{2})(?: UTC([+-]\d{2}:\d{2}))?")
_QQ_DAY: Final = re.compile(r"^\s*日\s*期\s*[:：]\s*(\d{4}-\d{1,2}-\d{1,2})")
_QQ_HEAD: Final = re.compile(
    r"^(?P<name>.*?)(?:[(（<](?P<id>[^()（）<>\s]{3,60})[)）>])?\s*(?P<time>(?:上午|下午|[AP]M)?\s*\d{1,2}:\d{2}:\d{2}(?:\s*[AP]M)?)$"
)
_DISCORD_MESSAGE: Final = (
    "//*[contains(@class,'chatlog__message-container') or (contains(@class,'chatlog__message ')"
    " and not(ancestor::*[contains(@class,'chatlog__message-container')]))]"
)
_QQ_TALK: Final = re.compile(r"^(?:消息对象|消息對象)[:：]\s*(.+)$")


def is_page(head: bytes) -> bool:
    """Whether a page is a chat export, told from its start."""
    return _PAGE.search(head.replace(b"\0", b"")) is not None


TRACES: Final = (b"encent",)


def is_archive(head: bytes) -> bool:
    """Whether a text is QQ's web archive."""
    start = head[:4096]
    return b"encent" in start and _ARCHIVE.search(start) is not None


def read(blob: Blob) -> Iterator[Part]:
    """Yield the conversation of a page, then its other text. Raises Corrupt when no message was found."""
    data = blob.read()
    guess = guessed(data[: 64 * 1024])
    yield from _page(whole(data[guess.skip :], guess.name))


def read_archive(blob: Blob) -> Iterator[Part]:
    """Yield the conversation of a web archive, then its pictures as items."""
    data = blob.read()
    found_at = _ARCHIVE.search(data)  # what may stand before it is not MIME
    top = _mime.part_of(data, found_at.start() if found_at else 0, len(data))
    pending, found = [top], 0
    while pending:
        part = pending.pop()
        if part.boundary:
            pending += reversed(part.split(part.boundary))
        elif part.media_type == "text/html":
            body = part.content()
            guess = guessed(body[: 64 * 1024])
            for made in _page(whole(body[guess.skip :], guess.name), app="qq"):
                found += isinstance(made, Message)
                yield made
        elif part.media_type.startswith("text/"):
            yield Note(whole(part.content(), guessed(part.content()[:65536]).name), "notes")
        elif part.end > part.body:
            name = part.filename or _mime.words(part.header("content-location")) or "picture"
            yield Item("chat", name, None, None, partial(_opened, part), "chat")
    yield Note(top.header_text(), "headers")
    if not found:
        raise Corrupt("no message was found in the archive; its text was read")


def _opened(part: _mime.Part) -> io.BytesIO:
    return io.BytesIO(part.content())


def _page(source: str, app: str = "") -> Iterator[Part]:
    """Yield messages, then whatever else the page says."""
    said: set[str] = set()
    count = 0
    page, scripted = _scripts(source)
    for part in (*scripted, *_elements(page, app)) if page.strip() else scripted:
        if isinstance(part, Message):
            count += 1
            said.update(line.strip() for line in (*part.text.split("\n"), part.sender))
        yield part
    markup = _markup.Markup(page, xml=False)
    rest = [line for line in markup.text.split("\n") if line.strip() and line.strip() not in said]
    if rest:
        yield Note("\n".join(rest), "page")
    for name, text in markup.parts():
        if text.strip() not in said:
            yield Note(text, name, hidden=name in ("hidden", "comment"))
    yield from markup.items("chat")


def _scripts(source: str) -> tuple[str, list[Part]]:
    """Return the page without the arrays of messages in its scripts, and what those hold."""
    found: list[Part] = []
    kept: list[str] = []
    at = 0
    for array in _ARRAY.finditer(source):
        if array.start() < at:
            continue
        reader = Records()
        parts: list[Part] = []
        end = array.end()
        for end, path, record in records(source, array.end()):  # noqa: B007  (the last end is where the array ends)
            parts += reader.take(path, _entities(record))
        parts += reader.finish()
        if any(isinstance(part, Message) for part in parts):
            found += parts
            kept.append(source[at : array.end()])
            at = end
    kept.append(source[at:])
    return "".join(kept), found


def _entities(record: dict[str, Any]) -> dict[str, Any]:
    """Return a record with its texts as the page would show them."""
    return {key: unescape(value) if isinstance(value, str) else value for key, value in record.items()}


def _elements(source: str, app: str) -> Iterator[Part]:
    from lxml import html

    try:
        parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8")  # type: ignore[no-untyped-call]
        root = html.fromstring(source.encode("utf-8", "replace"), parser=parser)  # type: ignore[no-untyped-call]
    except Exception:  # damaged pages raise nearly anything; their text is read all the same
        return
    if app == "qq" or (
        not root.xpath("//*[contains(@class,'message') or contains(@class,'chatlog__')]")
        and "IM Message" in source[:4096]
    ):
        yield from _qq(root)
    elif root.xpath("//*[contains(@class,'chatlog__message')]"):
        yield from _discord(root)
    elif root.xpath("//div[contains(concat(' ',@class,' '),' message ')]"):
        yield from _telegram(root)


def _flat(element: Any) -> str:
    """Return the words of an element; lines as the page breaks them."""
    pieces: list[str] = []
    pending: list[Any] = [element]
    while pending:
        node = pending.pop()
        if isinstance(node, str):
            pieces.append(node)
            continue
        if node is not element and node.tail:
            pending.append(node.tail)
        if not isinstance(node.tag, str):
            continue
        if node.tag in ("br", "div", "p", "tr", "li"):
            pieces.append("\n")
        if node.tag == "img" and node.get("alt"):
            pieces.append(node.get("alt"))
        pending.extend(reversed(node))
        if node.text:
            pending.append(node.text)
    lines = [re.sub(r"[ \t\r\f\v]+", " ", line).strip() for line in "".join(pieces).split("\n")]
    return "\n".join(line for line in lines if line)


def _first(element: Any, name: str) -> str:
    found = element.xpath(f".//*[contains(concat(' ',@class,' '),' {name} ')]")
    return _flat(found[0]) if found else ""


def _telegram(root: Any) -> Iterator[Part]:
    header = root.xpath("//div[contains(@class,'page_header')]")
    yield Conversation(_flat(header[0]).split("\n")[0] if header else "", "telegram")
    sender = ""
    for block in root.xpath("//div[contains(concat(' ',@class,' '),' message ')]"):
        classes = block.get("class", "").split()
        if "service" in classes:
            yield Message("", _flat(block))
            continue
        if "joined" not in classes:
            names = block.xpath("./div[contains(@class,'body')]/div[contains(@class,'from_name')]")
            sender = (names[0].text or "").strip() if names else _first(block, "from_name")
        dates = block.xpath(".//div[contains(@class,'date')]/@title")
        bodies = block.xpath(".//div[contains(concat(' ',@class,' '),' text ')]")
        media = [_flat(entry) for entry in block.xpath(".//*[contains(@class,'media_wrap')]")]
        files = [str(link) for link in block.xpath(".//*[contains(@class,'media_wrap')]//a/@href")]
        text = "\n".join(_flat(body) for body in bodies) or "\n".join(media) or "\n".join(files)
        yield Message(
            sender, text, _telegram_time(str(dates[0])) if dates else "", tuple(files), tuple(filter(None, media))
        )


def _telegram_time(text: str) -> str:
    found = _TELEGRAM_TIME.search(text)
    if found is None:
        return iso(text)
    day, month, year, clock, zone = found.groups()
    return f"{year}-{month}-{day}T{clock}{zone or ''}"


def _discord(root: Any) -> Iterator[Part]:
    titles = [_flat(entry) for entry in root.xpath("//*[contains(@class,'preamble__entry')]")]
    yield Conversation(" / ".join(titles[:2]), "discord")
    sender = ""
    for block in root.xpath(_DISCORD_MESSAGE):
        sender = _first(block, "chatlog__author") or _first(block, "chatlog__author-name") or sender
        stamps = block.xpath(".//*[contains(@class,'timestamp')]/@title") or [
            _first(block, "chatlog__timestamp") or _first(block, "chatlog__short-timestamp")
        ]
        files = tuple(str(link) for link in block.xpath(".//*[contains(@class,'attachment')]//@href"))
        yield Message(sender, _first(block, "chatlog__content") or "\n".join(files), _written(str(stamps[0])), files)


def _written(text: str) -> str:
    """Return a long date as pages of Discord write it, as ISO 8601; empty when it is written otherwise."""
    import datetime

    if found := iso(text):
        return found
    for form in (
        "%A, %B %d, %Y %I:%M %p",
        "%A, %d %B %Y %H:%M",
        "%d-%b-%y %I:%M %p",
        "%m/%d/%Y %I:%M %p",
        "%d/%m/%Y %H:%M",
    ):
        try:
            return datetime.datetime.strptime(text.strip(), form).isoformat()  # noqa: DTZ007  (it names no zone)
        except ValueError:
            continue
    return ""


def _qq(root: Any) -> Iterator[Part]:
    """Read QQ's table: rows of dates, and rows with a head (name and time) above the text."""
    day, opened = "", False
    for row in root.xpath("//tr"):
        lines = _flat(row).split("\n")
        if found := _QQ_DAY.match(lines[0]):
            day = found.group(1)
            continue
        if talk := _QQ_TALK.match(lines[0]):
            opened = True
            yield Conversation(talk.group(1).strip(), "qq")
            continue
        head = _QQ_HEAD.match(lines[0])
        if head is None and len(lines) > 1:  # the time stands beside the name, in an element of its own
            head = _QQ_HEAD.match(f"{lines[0]} {lines[1]}")
            lines = lines[1:] if head else lines
        if head is None or not day:
            continue
        if not opened:
            opened = True
            yield Conversation("", "qq")
        files = tuple(str(link) for link in row.xpath(".//img/@src"))
        text = "\n".join(lines[1:]) or "\n".join(files)
        name, id_ = head["name"].strip(), head["id"] or ""
        yield Message(
            name or id_, text, iso(f"{day} {head['time']}"), files, (f"{name}: {id_}",) if id_ else (), sender_id=id_
        )
