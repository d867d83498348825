"""One small export of each chat format, all of the same talk: (name, media type, content)."""

from __future__ import annotations

import csv
import datetime
import html
import io
import json
import zipfile
from collections.abc import Callable, Iterator, Sequence

ZONE = datetime.timezone(datetime.timedelta(hours=8))
START = datetime.datetime(2026, 3, 9, 22, 58, 7, tzinfo=ZONE)
Said = tuple[str, datetime.datetime, str]
IDS = {"Alice": "wxid_alice01", "Bob": "wxid_bob02", "小李（财务）": "wxid_li03"}
TALK = (
    ("Alice", "大家好，明天的会改到三楼"),
    ("Bob", "收到"),
    ("小李（财务）", "会上用的材料：\n一、预算\n二、名单"),
    ("Alice", "机密★10年"),
    ("Bob", 'He said "ok", <b>then</b> left; 100% sure 😀'),
)


def talk(lines: Sequence[tuple[str, str]] = TALK) -> list[Said]:
    """Return what was said, with times that pass midnight."""
    return [
        (who, START + datetime.timedelta(minutes=31 * n, seconds=7 * n), text) for n, (who, text) in enumerate(lines)
    ]


def samples() -> Iterator[tuple[str, str, bytes]]:
    for name, (media_type, make, _) in FORMATS.items():
        yield name, f"application/x-chat+{media_type}", make(talk())


def _local(at: datetime.datetime) -> str:
    return at.strftime("%Y-%m-%d %H:%M:%S")


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


def memotrace(said: list[Said]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(
        [
            "localId",
            "TalkerId",
            "Type",
            "SubType",
            "IsSender",
            "CreateTime",
            "Status",
            "StrContent",
            "StrTime",
            "Remark",
            "NickName",
            "Sender",
        ]
    )
    for n, (who, at, text) in enumerate(said, 1):
        table.writerow(
            [n, 5, 1, 0, int(who == "Bob"), int(at.timestamp()), "", text, _local(at), who, who, IDS.get(who, who)]
        )
    return out.getvalue().encode("utf-8-sig")


def memotrace_gbk(said: list[Said]) -> bytes:
    return memotrace(said).decode("utf-8-sig").encode("gb18030")


def pywxdump(said: list[Said]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "content", "CreateTime"])
    for n, (who, at, text) in enumerate(said, 1):
        body = json.dumps({"src": "", "msg": text}, ensure_ascii=False)
        table.writerow([n, 7_000_000_000_000_000_000 + n, "文本", 0, who, "project@chatroom", body, _local(at)])
    return out.getvalue().encode()


def pywxdump_new(said: list[Said]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["id", "MsgSvrID", "type_name", "is_sender", "talker", "room_name", "msg", "src", "CreateTime"])
    for n, (who, at, text) in enumerate(said, 1):
        table.writerow([n, 7_000_000_000_000_000_000 + n, "文本", 0, who, "project@chatroom", text, "", _local(at)])
    return out.getvalue().encode()


def weflow(said: list[Said]) -> bytes:
    messages = [
        {
            "localId": n,
            "createTime": int(at.timestamp()),
            "formattedTime": _local(at),
            "type": "文本消息",
            "localType": 1,
            "content": text,
            "isSend": 0,
            "senderUsername": IDS.get(who, who),
            "senderDisplayName": who,
            "source": "<msgsource><silence>0</silence></msgsource>",
        }
        for n, (who, at, text) in enumerate(said, 1)
    ]
    return _json(
        {
            "weflow": {"version": "1.0.3"},
            "session": {
                "wxid": "1@chatroom",
                "nickname": "项目组",
                "remark": "",
                "displayName": "项目组",
                "type": "群聊",
                "messageCount": len(said),
            },
            "messages": messages,
        }
    )


def chatlog(said: list[Said]) -> bytes:
    return _json(
        [
            {
                "seq": int(at.timestamp()) * 1000,
                "time": at.isoformat(),
                "talker": "1@chatroom",
                "talkerName": "项目组",
                "isChatRoom": True,
                "sender": IDS.get(who, who),
                "senderName": who,
                "isSelf": False,
                "type": 1,
                "subType": 0,
                "content": text,
            }
            for who, at, text in said
        ]
    )


def wx_cli(said: list[Said]) -> bytes:
    messages = [
        {
            "timestamp": int(at.timestamp()),
            "time": at.strftime("%Y-%m-%d %H:%M"),
            "sender": who,
            "content": text,
            "type": "text",
            "local_id": n,
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return _json({"chat": "项目组", "username": "1@chatroom", "is_group": True, "messages": messages})


def chatlab(said: list[Said]) -> bytes:
    members = [{"platformId": id_, "accountName": who} for who, id_ in IDS.items()]
    messages = [
        {"sender": IDS.get(who, who), "accountName": who, "timestamp": int(at.timestamp()), "type": 0, "content": text}
        for who, at, text in said
    ]
    return _json(
        {
            "chatlab": {"version": "0.0.1", "exportedAt": 1773068287},
            "meta": {"name": "项目组", "platform": "wechat", "type": "group"},
            "members": members,
            "messages": messages,
        }
    )


def chatlab_lines(said: list[Said]) -> bytes:
    lines: list[dict[str, object]] = [
        {
            "_type": "header",
            "chatlab": {"version": "0.0.1"},
            "meta": {"name": "项目组", "platform": "qq", "type": "group"},
        }
    ]
    lines += [{"_type": "member", "platformId": id_, "accountName": who} for who, id_ in IDS.items()]
    lines += [
        {"_type": "message", "sender": IDS.get(who, who), "timestamp": int(at.timestamp()), "type": 0, "content": text}
        for who, at, text in said
    ]
    return b"\n".join(map(_json, lines))


def _wecom(said: list[Said]) -> list[dict[str, object]]:
    return [
        {
            "msgid": f"{n}_1773068287",
            "action": "send",
            "from": who,
            "tolist": ["Dana"],
            "roomid": "wrGroup01",
            "msgtime": int(at.timestamp() * 1000),
            "msgtype": "text",
            "text": {"content": text},
        }
        for n, (who, at, text) in enumerate(said)
    ]


def wecom(said: list[Said]) -> bytes:
    return _json(_wecom(said))


def wecom_lines(said: list[Said]) -> bytes:
    return b"\n".join(map(_json, _wecom(said)))


def feishu(said: list[Said]) -> bytes:
    messages = [
        {
            "message_id": f"om_{n:08x}",
            "msg_type": "text",
            "create_time": at.strftime("%Y-%m-%d %H:%M"),
            "sender": {"id": f"ou_{n}", "id_type": "open_id", "sender_type": "user", "name": who},
            "content": text,
            "deleted": False,
            "updated": False,
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return _json({"messages": messages, "total": len(said), "has_more": False, "page_token": ""})


def feishu_raw(said: list[Said]) -> bytes:
    items = [
        {
            "message_id": f"om_{n:08x}",
            "msg_type": "text",
            "create_time": str(int(at.timestamp() * 1000)),
            "chat_id": "oc_1",
            "sender": {"id": who, "id_type": "user_id", "sender_type": "user"},
            "body": {"content": json.dumps({"text": text}, ensure_ascii=False)},
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return _json({"code": 0, "msg": "success", "data": {"has_more": False, "items": items}})


def dingtalk(said: list[Said]) -> bytes:
    return b"\n".join(
        _json(
            {
                "conversationId": "cid1",
                "conversationTitle": "项目组",
                "conversationType": "2",
                "msgId": f"m{n}",
                "senderId": f"$:LWCP_v1:${n}",
                "senderStaffId": str(n),
                "senderNick": who,
                "createAt": int(at.timestamp() * 1000),
                "msgtype": "text",
                "text": {"content": text},
            }
        )
        for n, (who, at, text) in enumerate(said)
    )


def qq_text(said: list[Said]) -> bytes:
    head = (
        "消息记录（此消息记录为文本格式，不支持重新导入）\r\n\r\n"
        + "=" * 64
        + "\r\n消息分组:我的群\r\n"
        + "=" * 64
        + "\r\n消息对象:项目组\r\n"
        + "=" * 64
        + "\r\n\r\n"
    )
    body = "".join(
        f"{at:%Y-%m-%d} {at.hour}:{at:%M:%S} {who}({10001 + n})\r\n{text}\r\n\r\n".replace("\r\n", "\n").replace(
            "\n", "\r\n"
        )
        for n, (who, at, text) in enumerate(said)
    )
    return (head + body).encode("utf-8-sig")


def qq_mht(said: list[Said]) -> bytes:
    rows, day = [], ""
    for n, (who, at, text) in enumerate(said):
        if day != f"{at:%Y-%m-%d}":
            day = f"{at:%Y-%m-%d}"
            rows.append(f"<tr><td style=border-bottom-width:1px;><b>日期: {day}</b></td></tr>")
        words = html.escape(text).replace("\n", "<br>")
        rows.append(
            f"<tr><td><div style=color:#006EFE;padding-left:10px;><div style=float:left;margin-right:6px;>{who}({10001 + n})</div>{at.hour}:{at:%M:%S}</div><div style=padding-left:20px;><font style=\"font-size:9pt;\" color='000000'>{words}</font></div></td></tr>"
        )
    page = (
        '<html xmlns="http://www.w3.org/1999/xhtml"><head><meta http-equiv="Content-Type" content="text/html; charset=UTF-8" /><title>QQ Message</title></head><body><table width=100% cellspacing=0><tr><td><div style=padding-left:10px;>消息记录（此消息记录为MHT格式）</div></td></tr><tr><td><div>消息分组:我的群</div></td></tr><tr><td><div>消息对象:项目组</div></td></tr>'
        + "".join(rows)
        + "</table></body></html>"
    )
    return (
        'From: <Save by Tencent MsgMgr>\r\nSubject: Tencent IM Message\r\nMIME-Version: 1.0\r\nContent-Type:multipart/related;\r\n\tcharset="utf-8"\r\n\ttype="text/html";\r\n\tboundary="----=_NextPart_1"\r\n\r\n------=_NextPart_1\r\nContent-Type: text/html\r\nContent-Transfer-Encoding:7bit\r\n\r\n'
        + page
        + "\r\n\r\n------=_NextPart_1\r\nContent-Type:image/png\r\nContent-Transfer-Encoding:base64\r\nContent-Location:{1}.dat\r\n\r\niVBORw0KGgo=\r\n\r\n------=_NextPart_1--\r\n"
    ).encode()


def qq_json(said: list[Said]) -> bytes:
    messages = [
        {
            "id": str(n),
            "messageId": str(n),
            "timestamp": int(at.timestamp() * 1000),
            "time": _local(at),
            "sender": {"uid": f"u_{n}", "uin": str(10001 + n), "name": who, "groupCard": ""},
            "type": "type_1",
            "content": {
                "text": text,
                "html": html.escape(text),
                "elements": [{"type": "text", "data": {"text": text}}],
                "resources": [],
                "mentions": [],
            },
            "recalled": False,
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return _json(
        {
            "metadata": {"name": "QQChatExporter V5", "version": "5.0.0"},
            "chatInfo": {"name": "项目组", "type": "group"},
            "statistics": {"totalMessages": len(said)},
            "messages": messages,
        }
    )


def _telegram(said: list[Said]) -> dict[str, object]:
    messages = [
        {
            "id": n,
            "type": "message",
            "date": f"{at:%Y-%m-%dT%H:%M:%S}",
            "date_unixtime": str(int(at.timestamp())),
            "from": who,
            "from_id": f"user{n}",
            "text": [{"type": "bold", "text": text[:2]}, text[2:]],
            "text_entities": [{"type": "bold", "text": text[:2]}, {"type": "plain", "text": text[2:]}],
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return {"name": "项目组", "type": "private_group", "id": 4242, "messages": messages}


def telegram(said: list[Said]) -> bytes:
    return json.dumps(_telegram(said), ensure_ascii=False, indent=1).encode()


def telegram_all(said: list[Said]) -> bytes:
    return _json(
        {
            "about": "Here is the data you requested.",
            "personal_information": {"first_name": "Dana"},
            "chats": {"about": "chats", "list": [_telegram(said)]},
        }
    )


def telegram_html(said: list[Said]) -> bytes:
    blocks = ['<div class="message service" id="message-1"><div class="body details">9 March 2026</div></div>']
    last = ""
    for n, (who, at, text) in enumerate(said):
        name = f'<div class="from_name">\n{html.escape(who)}\n</div>' if who != last else ""
        last = who
        words = html.escape(text).replace("\n", "<br>")
        blocks.append(
            f'<div class="message default clearfix{"" if name else " joined"}" id="message{n}"><div class="pull_left userpic_wrap"></div><div class="body"><div class="pull_right date details" title="{at:%d.%m.%Y %H:%M:%S} UTC+08:00">{at:%H:%M}</div>{name}<div class="text">\n{words}\n</div></div></div>'
        )
    return (
        '<!DOCTYPE html><html><head><meta charset="utf-8"/><title>Exported Data</title></head><body><div class="page_wrap"><div class="page_header"><div class="content"><div class="text bold">项目组</div></div></div><div class="page_body chat_page"><div class="history">'
        + "".join(blocks)
        + "</div></div></div></body></html>"
    ).encode()


def slack(said: list[Said]) -> bytes:
    people = {who: f"U{n:08d}" for n, who in enumerate(dict.fromkeys(who for who, _, _ in said))}
    files: dict[str, object] = {
        "channels.json": [{"id": "C1", "name": "general", "members": list(people.values())}],
        "users.json": [
            {"id": id_, "name": f"user{id_}", "profile": {"real_name": who, "display_name": who}}
            for who, id_ in people.items()
        ],
        "integration_logs.json": [],
    }
    for who, at, text in said:
        day = f"general/{at.astimezone(datetime.UTC):%Y-%m-%d}.json"
        files.setdefault(day, []).append(
            {"type": "message", "user": people[who], "text": text, "ts": f"{at.timestamp():.6f}"}
        )  # type: ignore[attr-defined]
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, value in files.items():
            archive.writestr(name, json.dumps(value, ensure_ascii=False))
    return out.getvalue()


def discord(said: list[Said]) -> bytes:
    messages = [
        {
            "id": str(n),
            "type": "Default",
            "timestamp": at.isoformat(),
            "content": text,
            "author": {"id": str(n), "name": who, "nickname": who, "isBot": False},
            "attachments": [],
            "reactions": [],
        }
        for n, (who, at, text) in enumerate(said)
    ]
    return _json(
        {
            "guild": {"id": "1", "name": "Office"},
            "channel": {"id": "2", "type": "GuildTextChat", "name": "general"},
            "messages": messages,
            "messageCount": len(said),
        }
    )


def discord_csv(said: list[Said]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["AuthorID", "Author", "Date", "Content", "Attachments", "Reactions"])
    for n, (who, at, text) in enumerate(said):
        table.writerow([n, who, at.isoformat(), text, "", ""])
    return out.getvalue().encode()


def discord_html(said: list[Said]) -> bytes:
    blocks, last = [], ""
    for n, (who, at, text) in enumerate(said):
        words, told = html.escape(text).replace("\n", "<br>"), f"{at:%A}, {at.day} {at:%B} {at.year} {at:%H:%M}"
        aside = f'<div class=chatlog__short-timestamp title="{told}">{at:%H:%M}</div>'
        head = ""
        if who != last:
            blocks.append("</div>" * bool(last) + "<div class=chatlog__message-group>")
            aside = "<img class=chatlog__avatar src=a.png alt=Avatar loading=lazy>"
            head = f'<div class=chatlog__header><span class=chatlog__author title="{who}" data-user-id={len(who)}>{who}</span> <span class=chatlog__timestamp title="{told}"><a href=#m{n}>{at:%d/%m/%Y %H:%M}</a></span></div>'
        last = who
        blocks.append(
            f'<div id=chatlog__message-container-{n} class=chatlog__message-container data-message-id={n}><div class=chatlog__message><div class=chatlog__message-aside>{aside}</div><div class=chatlog__message-primary>{head}<div class="chatlog__content chatlog__markdown"><span class=chatlog__markdown-preserve>{words}</span></div></div></div></div>'
        )
    return (
        "<!DOCTYPE html><html lang=en><head><title>Office - general</title><meta charset=utf-8></head><body><div class=preamble><div class=preamble__entries-container><div class=preamble__entry>Office</div><div class=preamble__entry>general</div></div></div><div class=chatlog>"
        + "".join(blocks)
        + "</div></div></body></html>"
    ).encode()


def discord_text(said: list[Said]) -> bytes:
    ruler = "=" * 62
    body = "".join(f"[{at:%d/%m/%Y %H:%M}] {who}\n{text}\n\n" for who, at, text in said)
    return f"{ruler}\nGuild: Office\nChannel: general\n{ruler}\n\n{body}\n{ruler}\nExported {len(said)} message(s)\n{ruler}\n".encode()


def meta(said: list[Said]) -> bytes:
    """Instagram and Messenger: newest first, UTF-8 written as if its bytes were Latin letters."""

    def broken(text: str) -> str:
        return text.encode().decode("latin-1")

    messages = [
        {
            "sender_name": broken(who),
            "timestamp_ms": int(at.timestamp() * 1000),
            "content": broken(text),
            "is_geoblocked_for_viewer": False,
        }
        for who, at, text in reversed(said)
    ]
    people = [{"name": broken(who)} for who in dict.fromkeys(who for who, _, _ in said)]
    return json.dumps(
        {
            "participants": people,
            "messages": messages,
            "title": broken("项目组"),
            "is_still_participant": True,
            "thread_path": "inbox/project_1",
        }
    ).encode()


def echotrace(said: list[Said]) -> bytes:
    value = json.loads(weflow(said))
    del value["weflow"]
    return _json(value)


def signal_json(said: list[Said]) -> bytes:
    return b"\n".join(
        _json(
            {
                "date": _local(at),
                "sender": who,
                "body": text,
                "quote": "",
                "sticker": "",
                "reactions": [],
                "attachments": [],
            }
        )
        for who, at, text in said
    )


def whatsapp_zip(said: list[Said]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("WhatsApp Chat - 项目组/_chat.txt", whatsapp_ios(said))
    return out.getvalue()


def whatsapp_ios(said: list[Said]) -> bytes:
    return "".join(f"\u200e[{at:%d/%m/%Y}, {at:%H:%M:%S}] {who}: {text}\r\n" for who, at, text in said).encode()


def whatsapp_android(said: list[Said]) -> bytes:
    head = f"{said[0][1]:%-m/%-d/%y}, {said[0][1]:%-I:%M}\u202f{said[0][1]:%p} - Messages and calls are end-to-end encrypted.\n"
    extra = "".join(f"{START.month}/{day}/26, 1:0{day % 10}\u202fAM - Alice: .\n" for day in (17, 28))
    return (
        head + "".join(f"{at:%-m/%-d/%y}, {at:%-I:%M}\u202f{at:%p} - {who}: {text}\n" for who, at, text in said) + extra
    ).encode()


def whatsapp_chinese(said: list[Said]) -> bytes:
    def clock(at: datetime.datetime) -> str:
        return f"{'上午' if at.hour < 12 else '下午'}{at.hour % 12 or 12}:{at:%M:%S}"

    return "".join(f"[{at.year}/{at.month}/{at.day} {clock(at)}] {who}: {text}\n" for who, at, text in said).encode()


def line(said: list[Said]) -> bytes:
    out, day = "[LINE] 與項目組的聊天記錄\r\n儲存日期：2026/03/11 10:00\r\n", ""
    for who, at, text in said:
        if day != f"{at:%Y/%m/%d}":
            day = f"{at:%Y/%m/%d}"
            out += f"\r\n{day}（一）\r\n"
        out += f"{at:%H:%M}\t{who}\t{text}\r\n"
    return out.encode()


def signal(said: list[Said]) -> bytes:
    return "".join(f"[{at:%Y-%m-%d}, {at:%H:%M}] {who}: {text}\n" for who, at, text in said).encode()


def memotrace_text(said: list[Said]) -> bytes:
    return "".join(f"{_local(at)} {who}\n{text}\n\n" for who, at, text in said).encode()


def memotrace_html(said: list[Said]) -> bytes:
    lines = ""
    for who, at, text in said:
        words = html.escape(text).replace("&#x27;", "\\'").replace("\n", "\\n")
        rest = f"timestamp: {int(at.timestamp())},is_chatroom:1,displayname:'{who}'"
        lines += f"{{type:1, text: '{words}',is_send:0,avatar_path:'./avatar/x.png',{rest}}},\n"
    return f"<!DOCTYPE html><html><head><meta charset='UTF-8'><title>聊天记录</title><style>p{{}}</style></head><body><div id='chat-container'></div><script>\nconst chatMessages = [\n{lines}];\nfunction draw() {{ return chatMessages.length; }}\n</script></body></html>".encode()


def weflow_html(said: list[Said]) -> bytes:
    data = [
        {"i": n, "content": text, "senderDisplayName": who, "createTime": int(at.timestamp()), "isSend": 0}
        for n, (who, at, text) in enumerate(said)
    ]
    return f'<!DOCTYPE html><html><head><meta charset="UTF-8"><title>项目组 - 聊天记录</title></head><body><script>window.WEFLOW_DATA = {json.dumps(data, ensure_ascii=False)};</script></body></html>'.encode()


def chinese_table(said: list[Said]) -> bytes:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(["序号", "发送时间", "发送人", "消息类型", "消息内容"])
    for n, (who, at, text) in enumerate(said, 1):
        table.writerow([n, _local(at), who, "文本", text])
    return out.getvalue().encode("gb18030")


# name → (kind, maker, what the format keeps of a time: s seconds, m minutes)
FORMATS: dict[str, tuple[str, Callable[[list[Said]], bytes], str]] = {
    "memotrace.csv": ("csv", memotrace, "s"),
    "memotrace-gbk.csv": ("csv", memotrace_gbk, "s"),
    "memotrace.txt": ("text", memotrace_text, "s"),
    "memotrace.html": ("html", memotrace_html, "s"),
    "pywxdump.csv": ("csv", pywxdump, "s"),
    "pywxdump-new.csv": ("csv", pywxdump_new, "s"),
    "weflow.json": ("json", weflow, "s"),
    "weflow.html": ("html", weflow_html, "s"),
    "chatlog.json": ("json", chatlog, "s"),
    "wx-cli.json": ("json", wx_cli, "m"),
    "chatlab.json": ("json", chatlab, "s"),
    "chatlab.jsonl": ("json", chatlab_lines, "s"),
    "wecom.json": ("json", wecom, "s"),
    "wecom.jsonl": ("json", wecom_lines, "s"),
    "feishu.json": ("json", feishu, "m"),
    "feishu-raw.json": ("json", feishu_raw, "s"),
    "dingtalk.jsonl": ("json", dingtalk, "s"),
    "qq.txt": ("text", qq_text, "s"),
    "qq.mht": ("mht", qq_mht, "s"),
    "qq.json": ("json", qq_json, "s"),
    "telegram.json": ("json", telegram, "s"),
    "telegram-all.json": ("json", telegram_all, "s"),
    "telegram.html": ("html", telegram_html, "s"),
    "slack.zip": ("zip", slack, "s"),
    "discord.json": ("json", discord, "s"),
    "discord.csv": ("csv", discord_csv, "s"),
    "discord.html": ("html", discord_html, "m"),
    "discord.txt": ("text", discord_text, "m"),
    "meta.json": ("json", meta, "s"),
    "echotrace.json": ("json", echotrace, "s"),
    "signal.json": ("json", signal_json, "s"),
    "whatsapp-ios.txt": ("text", whatsapp_ios, "s"),
    "whatsapp-android.txt": ("text", whatsapp_android, "m"),
    "whatsapp-zh.txt": ("text", whatsapp_chinese, "s"),
    "line.txt": ("text", line, "m"),
    "signal.md": ("text", signal, "m"),
    "table.csv": ("csv", chinese_table, "s"),
}
