"""One record of a chat export, from JSON or a table's row, in; the message and its conversation out.

Tools name the same few things in many ways, and change the names between versions: a record is read by what its
fields are called, in whatever order, in English or Chinese. Fields that nobody names are kept as lines, so that
nothing which a record says is lost.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from shoumi.engine.chat import Message, iso, moment, since_epoch

Record = Mapping[str, Any]

_SENDER: Final = (
    "senderdisplayname", "groupnickname", "sendername", "sendernick", "sendernickname", "accountname", "fromname",
    "remark", "nickname", "nick", "displayname", "author", "发送者", "發送者",
    "发送人", "發送人", "发言人", "昵称", "暱稱",
    "发送者昵称",
    "userprofile", "sender", "from", "actor", "user", "username", "senderusername", "fromid",
)  # fmt: skip
_IDS: Final = (
    "senderusername", "senderid", "senderstaffid", "fromid", "authorid", "user", "sender", "from", "发送者id",
    "发送人id",
)  # fmt: skip
_TEXT: Final = (
    "strcontent", "text", "msg", "content", "body", "message", "内容", "內容", "消息内容", "消息內容",
    "文本", "正文", "消息",
)  # fmt: skip
_EPOCH: Final = (
    "createtime", "dateunixtime", "timestampms", "timestamp", "msgtime", "createat", "ts", "senttimestamp", "sendtime",
    "time", "date", "createdat", "时间戳",
)  # fmt: skip
_WRITTEN: Final = (
    "strtime", "formattedtime", "time", "datetime", "date", "timestamp", "createtime", "sendtime", "createdat", "时间",
    "時間", "发送时间", "發送時間", "消息时间", "日期",
)  # fmt: skip
_PLACE: Final = (
    "conversationtitle",
    "talkername",
    "roomname",
    "roomid",
    "chatname",
    "chatid",
    "conversationid",
    "talker",
    "会话",
    "群名称",
)
_FILES: Final = re.compile(
    r"(?:file|photo|image|img|video|src|path|attachment|media|resource|附件|文件|图片)", re.IGNORECASE
)
_ID_KEY: Final = re.compile(
    r"(?:^|_)(?:ts|ext|ids?|url|size|length)$|(?:[a-z]id|seq|time|stamp|date|md5(?:sum)?|sha\d*|hash|aeskey|uin|type|fileext)$"
    r"|(?:svrid|filesize|image_key|file_key|_ms)$",
    re.IGNORECASE,
)
_TOKEN: Final = re.compile(r"[\w@.:=+/-]{0,200}", re.ASCII)
_NAMES: Final = (
    "name",
    "displayname",
    "realname",
    "nickname",
    "groupcard",
    "remark",
    "username",
    "title",
    "uin",
    "uid",
    "id",
    "openid",
)
_TAG: Final = re.compile(r"<[^<>]{0,4000}>")
_CDATA: Final = re.compile(r"<!\[CDATA\[(.*?)\]\]>", re.DOTALL)
_ATTRIBUTE: Final = re.compile(r"""[\w:-]+\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)')""")
_MACHINE: Final = re.compile(
    r"<(aeskey|cdn\w*|md5|\w*type|\w*id|\w*key|\w*len|\w*size|\w*md5)>(?:<!\[CDATA\[)?[\w@.:=+/-]{0,200}(?:\]\]>)?</\1>",
    re.ASCII,
)
_DEEPEST: Final = 40
_OPENING: Final = frozenset("{[ \t\r\n")
_SELF: Final = "我"


def folded(record: Record) -> dict[str, Any]:
    """Return a record by its fields' names without case, spaces, hyphens and underscores."""
    return {_plain_key(str(key)): value for key, value in record.items()}


@lru_cache(maxsize=4096)
def _plain_key(key: str) -> str:
    return re.sub(r"[\s_\-\ufeff]", "", key).lower()


def recognise(record: Record, about: Record) -> str | None:
    """Return the messenger, in lower case, whose message a record is; ``about`` says what stood before it."""
    fields = folded(record)
    has = fields.keys()
    for app, wanted in _SHAPES:
        if all(any(name in has for name in names.split("|")) for names in wanted):
            return app
    sender = fields.get("sender")
    if isinstance(sender, dict) and {"uid", "uin", "name", "nickname"} & sender.keys() and "content" in has:
        return "qq"
    if isinstance(fields.get("author"), dict) and {"content", "timestamp"} <= has:
        return "discord"
    if fields.get("type") == "message" and "ts" in has:
        return "slack"
    if "chatlab" in about or record.get("_type") in ("message", "member", "header"):
        return "chatlab"
    known = (set(names) & has for names in (_SENDER, _TEXT, (*_WRITTEN, *_EPOCH)))
    named = about.get("listed") or not all(name.isascii() for name in has)
    return "chat" if named and all(known) else None


_SHAPES: Final = (
    ("wechat", ("strcontent", "talkerid|issender|localid|strtime")),
    ("wechat", ("msgsvrid|typename", "issender", "talker|roomname")),
    ("wechat", ("content", "issend|senderusername", "createtime|formattedtime")),
    ("wechat", ("isself", "talker|talkername|sender", "content|contents")),
    ("wechat", ("localid", "sender|senderusername", "content", "time|timestamp|createtime")),
    ("wecom", ("encryptchatmsg",)),
    ("wecom", ("msgtype", "from", "tolist")),
    ("wecom", ("msgid", "action", "msgtime|time")),
    ("feishu", ("messageid", "msgtype", "sender|body|content")),
    ("dingtalk", ("sendernick|senderstaffid", "msgtype|text|content", "createat|conversationid|createtime|sendtime")),
    ("telegram", ("date", "from|actor|fromid|dateunixtime", "id", "type")),
    ("discord", ("authorid", "author", "content", "timestamp|date")),
    ("meta", ("sendername", "timestampms")),
    ("signal", ("sender", "body", "date", "attachments|reactions|quote")),
)  # fmt: skip


def place_of(record: Record) -> str:
    """Return the conversation that a record says it belongs to; empty when it does not."""
    fields = folded(record)
    found = next((str(fields[name]) for name in _PLACE if isinstance(fields.get(name), str) and fields[name]), "")
    if not found and fields.get("talkerid"):  # a table of all talks tells them apart by number
        return str(fields["talkerid"])
    if found or not isinstance(fields.get("tolist"), list):
        return found
    return ", ".join(sorted({str(fields.get("from", "")), *map(str, fields["tolist"])} - {""}))


def message_of(record: Record, app: str, names: Mapping[str, str], own: str = "") -> Message:
    """Return the message of a record. ``names`` gives people's names by their id, ``own`` that of the exporter."""
    fields = folded(record)
    text, used = _text(fields, app)
    if app == "meta":
        text = _unbroken(text)
    sender_id = next((str(fields[name]) for name in _IDS if isinstance(fields.get(name), str | int)), "")
    sender = _sender(fields, names, own)
    time = _time(fields)
    seen = {sender, text, time, sender_id} | used
    said = [(key, value) for key, value in leaves(record) if value not in seen]
    files = tuple(dict.fromkeys(value for key, value in said if _is_name(value) and _FILES.search(key)))
    rest = tuple(
        dict.fromkeys(
            f"{key}: {value}"
            for key, value in said
            if value not in files and not _dull(key, value, text) and not _same(value, time)
        )
    )
    sender = _unbroken(sender) if app == "meta" else sender
    if not text:  # a picture, a file, a notice: what its record says stands in its place
        return Message(sender, "\n".join(files or rest), time, rest=rest if files else (), sender_id=sender_id)
    return Message(sender, text, time, files, rest, sender_id=sender_id)


def leaves(value: Any, key: str = "", depth: int = 0) -> Iterator[tuple[str, str]]:
    """Yield every text and number in a value with the key it stands under; JSON inside texts is read, too."""
    if isinstance(value, str):
        inner = embedded(value) if depth <= _DEEPEST else None
        if inner is None:
            yield key, value
        else:
            yield from leaves(inner, key, depth + 1)
    elif depth > _DEEPEST:
        yield key, str(value)[:1_000_000]
    elif isinstance(value, dict):
        for name, inner in value.items():
            if isinstance(inner, str) and inner[:1] not in _OPENING:
                yield name, inner
            elif inner is not None:
                yield from leaves(inner, str(name), depth + 1)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from leaves(inner, key, depth + 1)
    elif value is not None and not isinstance(value, bool):
        yield key, str(value)


def embedded(text: str) -> Any:
    """Return what a text that is itself JSON holds; None when it is none."""
    if text.lstrip()[:1] not in ("{", "[") or text.rstrip()[-1:] not in ("}", "]"):
        return None
    try:
        value = json.loads(text, strict=False)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) else None


def untagged(text: str) -> str:
    """Return the words of an XML body (WeChat's links, files, merged chats): its texts, then wordy attributes."""
    if not text.lstrip().startswith("<") or ">" not in text:
        return text
    text = _MACHINE.sub("", text)
    attributes = [one or two for one, two in _ATTRIBUTE.findall(text)]
    wordy = [value for value in attributes if value and not _TOKEN.fullmatch(value)]
    plain = _TAG.sub("\n", _CDATA.sub(lambda found: found.group(1).replace("<", "\n<"), text))
    from html import unescape

    lines = [line.strip() for line in [*unescape(plain).split("\n"), *map(unescape, wordy)]]
    return "\n".join(dict.fromkeys(line for line in lines if line)) or text


def _text(fields: Record, app: str) -> tuple[str, set[str]]:
    """Return the text of a message and the values that it was made of."""
    if app == "wecom":
        kind = fields.get(str(fields.get("msgtype", "")).lower().replace("_", ""))
        return _words(kind if kind is not None else [value for value in fields.values() if isinstance(value, dict)])
    if app == "feishu" and isinstance(fields.get("body"), dict):
        return _words(fields["body"].get("content", ""))
    for name in _TEXT:
        value = fields.get(name)
        if isinstance(value, str) and value:
            inner = embedded(value)
            if inner is not None:
                return _words(inner)
            return untagged(value), {value}
        if isinstance(value, list) and value:
            return _pieces(value)
        if isinstance(value, dict) and value:
            inner = value.get("text", value.get("content", value.get("msg")))
            return (inner, {inner}) if isinstance(inner, str) else _words(value)
    return "", set()


def _pieces(value: list[Any]) -> tuple[str, set[str]]:
    """Return a text that is stored in pieces of different style (Telegram), without what lies between them."""
    parts = [
        part if isinstance(part, str) else part.get("text", "") if isinstance(part, dict) else "" for part in value
    ]
    if any(parts) and all(isinstance(part, str) for part in parts):
        return "".join(parts), set(parts)
    return _words(value)


def _words(value: Any) -> tuple[str, set[str]]:
    """Return what a structured body says: every text in it but identifiers of machines."""
    value = _styled(value)
    found = [
        (key, text)
        for key, text in leaves(value)
        if not (_ID_KEY.search(key) and _TOKEN.fullmatch(text)) or "http" in text
    ]
    words = [untagged(text) for key, text in found if key not in ("tag", "style", "lang")]
    return "\n".join(dict.fromkeys(word for word in words if word)), {text for _, text in found}


def _styled(value: Any) -> Any:
    """Return a body whose pieces of different style are joined: a line is not cut where its style changes."""
    if isinstance(value, dict):
        return {key: _styled(inner) for key, inner in value.items()}
    if not isinstance(value, list):
        return value
    if value and all(isinstance(piece, dict) and isinstance(piece.get("text"), str) for piece in value):
        known = {"text": "".join(piece["text"] for piece in value)}
        return [known, *({key: inner for key, inner in piece.items() if key != "text"} for piece in value)]
    return [_styled(inner) for inner in value]


def _sender(fields: Record, names: Mapping[str, str], own: str) -> str:
    mine = str(fields.get("issender", fields.get("issend", fields.get("isself", "")))).lower() in (
        "1",
        "true",
        "yes",
        "是",
    )
    order = ("talker", *_SENDER) if "roomname" in fields and "issender" in fields else _SENDER
    for name in order:
        value = fields.get(name)
        if isinstance(value, dict):
            value = named(value, names)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)
        if isinstance(value, str) and value.strip():
            return names.get(value, value).strip()
    return own or _SELF if mine else ""


def named(person: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """Return what somebody is called, from an object about them."""
    fields = folded(person)
    value = next((str(fields[name]) for name in _NAMES if fields.get(name) not in (None, "", {}, [])), "")
    return names.get(value, value)


def _time(fields: Record) -> str:
    written = next((value for name in _WRITTEN if isinstance(value := fields.get(name), str) and iso(value)), "")
    epoch = next((fields[name] for name in _EPOCH if since_epoch(fields.get(name)) is not None), None)
    return moment(epoch, written)


def _same(value: str, time: str) -> bool:
    """Whether a value is the message's own time once more, perhaps without seconds."""
    return value[:1].isdigit() and len(value) < 40 and bool(time) and iso(value)[:16] == time[:16]


def _is_name(value: str) -> bool:
    """Whether a value may be the name or path of a file beside the export."""
    return 3 < len(value) < 400 and "." in value[-6:] and "\n" not in value and not value.startswith(("http", "<"))


def _dull(key: str, value: str, text: str) -> bool:
    """Whether a value says nothing to anybody: machine ids, numbers, what the text has anyway."""
    if len(value) < 2 or value in text or value.lower() in ("true", "false", "null", "none"):
        return True
    if _TOKEN.fullmatch(value) is None:
        return embedded(value) is not None
    return bool(_ID_KEY.search(key)) or len(value) < 6 or (value.replace(".", "").isdecimal() and len(value) < 8)


def _unbroken(text: str) -> str:
    """Return a text whose UTF-8 was written as if its bytes were Latin letters (Meta's downloads) as it was."""
    try:
        return text.encode("latin-1").decode("utf-8")
    except ValueError:
        return text
