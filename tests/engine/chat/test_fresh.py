"""Forms of exports that differ from the samples: other languages, other tools' layouts, every kind of WeCom message."""

from __future__ import annotations

import datetime
import io
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Item, Match, Segment

Said = tuple[str, datetime.datetime, str]
SAID: list[Said] = [
    ("王敏", datetime.datetime(2025, 11, 3, 9, 5), "各位，材料今晚定稿"),
    ("Carlos", datetime.datetime(2025, 11, 3, 13, 7, 31), "OK, noted"),
    ("王敏", datetime.datetime(2025, 11, 3, 13, 8, 2), "第二行\n第三行"),
    ("李强-采购", datetime.datetime(2025, 11, 14, 0, 0, 9), "价格 12.5 元/件：含税"),
    ("Carlos", datetime.datetime(2025, 11, 28, 12, 30), "好"),
]
ID = "11010519491231002X"


def hour(at: datetime.datetime) -> int:
    return at.hour % 12 or 12


def yaml(who: str, at: datetime.datetime, text: str) -> str:
    body = "|-\n    " + text.replace("\n", "\n    ") if "\n" in text else f"'{text}'"
    return f"- time: {at:%Y-%m-%d %H:%M}\n  sender: {who}\n  content: {body}\n  type: 文本\n  local_id: 7\n"


def texts(said: list[Said]) -> dict[str, str]:
    """Return an export of a talk in each form."""

    def each(form: Callable[[str, datetime.datetime, str], str], head: str = "") -> str:
        return head + "".join(form(*one) for one in said)

    def by_day(head: str, day: Callable[[datetime.datetime], str], between: str = "\t") -> str:
        out, last = head, None
        for who, at, text in said:
            if at.date() != last:
                last = at.date()
                out += f"\n{day(at)}\n"
            quoted = f'"{text}"' if "\n" in text else text
            out += f"{at:%H:%M}{between}{who}{between}{quoted}\n"
        return out

    return {
        "wx-cli.txt": each(lambda w, t, x: f"[{t:%Y-%m-%d %H:%M}] {w}: {x}\n"),
        "wx-cli list.md": each(lambda w, t, x: f"- [{t:%Y-%m-%d %H:%M}] {w}: {x}\n", "# 项目组\n\n"),
        "wx-cli bold.md": each(lambda w, t, x: f"**[{t:%Y-%m-%d %H:%M}] {w}**: {x}\n\n", "# 项目组\n\n"),
        "wx-cli bold time.md": each(lambda w, t, x: f"**{t:%Y-%m-%d %H:%M}** **{w}**: {x}\n\n", "# 项目组\n\n"),
        "wx-cli name.md": each(lambda w, t, x: f"**{w}** {t:%Y-%m-%d %H:%M}\n\n{x}\n\n", "# 项目组 聊天记录\n\n"),
        "wx-cli headings.md": each(lambda w, t, x: f"### {t:%Y-%m-%d %H:%M} {w}\n\n{x}\n\n", "# 项目组\n\n"),
        "wx-cli.yaml": each(yaml, "chat: 项目组\nis_group: true\nmessages:\n"),
        "chatlog.txt": each(lambda w, t, x: f"{w}(wxid_{len(w)}) {t:%Y-%m-%d %H:%M:%S}\n{x}\n\n"),
        "whatsapp-de": each(lambda w, t, x: f"{t:%d.%m.%y}, {t:%H:%M} - {w}: {x}\n"),
        "whatsapp-fr": each(lambda w, t, x: f"{t:%d/%m/%Y} à {t:%H:%M} - {w}: {x}\n"),
        "whatsapp-fr-ios": each(lambda w, t, x: f"[{t:%d/%m/%Y} à {t:%H:%M:%S}] {w} : {x}\n"),
        "whatsapp-es": each(
            lambda w, t, x: (
                f"{t.day}/{t.month}/{t:%y}, {hour(t)}:{t:%M}\u202f{'a' if t.hour < 12 else 'p'}.\u00a0m. - {w}: {x}\n"
            )
        ),
        "whatsapp-fi": each(lambda w, t, x: f"{t.day}.{t.month}.{t.year} klo {t.hour}.{t:%M} - {w}: {x}\n"),
        "whatsapp-hu": each(lambda w, t, x: f"{t:%Y. %m. %d.} {t:%H:%M} - {w}: {x}\n"),
        "whatsapp-nl": each(lambda w, t, x: f"{t:%d-%m-%Y} {t:%H:%M} - {w}: {x}\n"),
        "whatsapp-us": each(
            lambda w, t, x: f"[{t.month}/{t.day}/{t:%y}, {hour(t)}:{t:%M:%S}\u202f{t:%p}] {w}: {x}\n"
        ),
        "whatsapp-tw": each(
            lambda w, t, x: (
                f"{t.year}/{t.month}/{t.day} {'上午' if t.hour < 12 else '下午'}{hour(t)}:{t:%M} - {w}: {x}\n"
            )
        ),
        "kakaotalk": each(
            lambda w, t, x: (
                f"{t.year}년 {t.month}월 {t.day}일 {'오전' if t.hour < 12 else '오후'} {hour(t)}:{t:%M}, {w} : {x}\n"
            )
        ),
        "line-ja": by_day("[LINE] 開発のトーク履歴\n保存日時：2025/11/30 10:00\n", lambda t: f"{t:%Y/%m/%d}(月)"),
        "line-en": by_day("[LINE] Chat history in Project\nSaved on: 11/30/2025, 10:00\n", lambda t: f"{t:%a, %m/%d/%Y}"),
        "line-no-tabs": by_day(
            "[LINE] Chat history with Project\nSaved on: 2025/11/30 10:00\n", lambda t: f"{t:%Y.%m.%d} {t:%A}", " "
        ),
        "signal.md": each(lambda w, t, x: f"[{t:%Y-%m-%d, %H:%M}] {w}: {x}\n"),
        "qq-mail": each(
            lambda w, t, x: f"{t:%Y-%m-%d} {t.hour}:{t:%M:%S} {w}<{len(w)}@example.org>\n{x}\n\n",
            "消息记录（此消息记录为文本格式，不支持重新导入）\n\n消息分组:我的好友\n消息对象:王敏\n\n",
        ),
    }  # fmt: skip


TEXTS = texts(SAID)


def messages(data: bytes) -> list[Segment]:
    blob = Blob.of_bytes(data, Limits())
    media_type = registry.sniffer().media_type(blob)
    assert media_type.startswith("application/x-chat"), media_type
    parts = registry.extractors()[media_type].segments(blob, Settings())
    return [part for part in parts if isinstance(part, Segment) and part.locator.message]


@pytest.mark.parametrize("name", TEXTS)
def test_messages_senders_and_times(name: str) -> None:
    found = messages(TEXTS[name].encode())
    assert [(part.sender, part.text) for part in found] == [(who, text) for who, _, text in SAID]
    assert [part.time[:16] for part in found] == [f"{at:%Y-%m-%dT%H:%M}" for _, at, _ in SAID]


def test_times_without_a_year_are_left_out() -> None:
    found = messages("".join(f"{who}(wxid_1) {at:%m-%d %H:%M:%S}\n{text}\n\n" for who, at, text in SAID).encode())
    assert [(part.sender, part.text) for part in found] == [(who, text) for who, _, text in SAID]
    assert {part.time for part in found} == {""}


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(), Home(tmp_path_factory.mktemp("home")))


@pytest.mark.parametrize("name", TEXTS)
def test_what_was_cut_has_the_place_of_each_piece(name: str, inspector: Inspector, tmp_path: Path) -> None:
    data = TEXTS[name]
    quoted, indented = '"第二行\n第三行"', "第二行\n    第三行"
    for text in (quoted, indented, "第二行\n第三行"):
        data = data.replace(text, ID[8:], 1)
    data = data.replace("各位，材料今晚定稿", f"号是 {ID[:8]}")
    path = tmp_path / "export"
    path.write_text(data, "utf-8")
    examiner = Examiner(inspector, Settings())
    item = Item("local", str(path), None, None, lambda: path.open("rb"), local=True)
    found = [event for event in examiner.examine(item) if isinstance(event, Match)]
    (match,) = [event for event in found if event.rule == "personal.resident-id"]
    assert [piece["message"] for piece in match.data["messages"]] == [1, 3]


# Kinds of WeCom's archive: the fields of one message, and what of them must be read.
WECOM: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "text": ({"text": {"content": "正文"}}, ("正文",)),
    "image": ({"image": {"sdkfileid": "x", "md5sum": "0" * 32, "filesize": 1}}, ()),
    "revoke": ({"revoke": {"pre_msgid": "5_1"}}, ()),
    "agree": ({"agree": {"userid": "wm_a", "agree_time": 1762131600000}}, ()),
    "disagree": ({"disagree": {"userid": "wm_b", "disagree_time": 1762131600000}}, ()),
    "voice": ({"voice": {"sdkfileid": "v", "play_length": 3}}, ()),
    "video": ({"video": {"sdkfileid": "v"}}, ()),
    "card": ({"card": {"corpname": "某公司", "userid": "ZhangSan"}}, ("某公司",)),
    "location": ({"location": {"longitude": 1.1, "latitude": 2.2, "address": "甲1号", "title": "大厦"}}, ("甲1号", "大厦")),
    "emotion": ({"emotion": {"type": 1, "sdkfileid": "e"}}, ()),
    "file": ({"file": {"sdkfileid": "f", "filename": "名单.docx", "fileext": "docx"}}, ("名单.docx",)),
    "link": ({"link": {"title": "标题", "description": "说明", "link_url": "http://example.org/a"}}, ("标题", "说明", "http://example.org/a")),
    "weapp": ({"weapp": {"title": "程序", "description": "说明", "displayname": "名"}}, ("程序", "说明")),
    "chatrecord": ({"chatrecord": {"title": "聊天记录", "item": [{"type": "ChatRecordText", "msgtime": 1762131600, "content": '{"content": "转发"}'}, {"type": "ChatRecordFile", "content": '{"filename": "内部.xlsx"}'}]}}, ("转发", "内部.xlsx")),
    "todo": ({"todo": {"title": "待办", "content": "内容"}}, ("待办", "内容")),
    "vote": ({"vote": {"votetitle": "投票", "voteitem": ["甲方案", "乙方案"], "votetype": 101}}, ("投票", "乙方案")),
    "collect": ({"collect": {"room_name": "群", "title": "填表", "details": [{"id": 1, "ques": "问题", "type": "Text"}]}}, ("填表", "问题")),
    "redpacket": ({"redpacket": {"type": 1, "wish": "恭喜", "totalcnt": 1}}, ("恭喜",)),
    "meeting": ({"meeting": {"topic": "会议", "starttime": 1762131600, "address": "三楼", "remarks": "备注"}}, ("会议", "三楼", "备注")),
    "docmsg": ({"doc": {"title": "文档", "doc_creator": "wang", "link_url": "https://example.org/y"}}, ("文档",)),
    "markdown": ({"info": {"content": "**加粗**"}}, ("加粗",)),
    "news": ({"info": {"item": [{"title": "图文", "description": "说明", "url": "http://example.org/n"}]}}, ("图文", "说明")),
    "calendar": ({"calendar": {"title": "日程", "attendeename": ["li"], "place": "四楼", "remarks": "带身份证"}}, ("日程", "四楼", "带身份证")),
    "mixed": ({"mixed": {"item": [{"type": "text", "content": '{"content": "混合"}'}, {"type": "image", "content": "{}"}]}}, ("混合",)),
    "meeting_voice_call": ({"voiceid": "v", "meeting_voice_call": {"demofiledata": [{"filename": "演示.pptx"}]}}, ("演示.pptx",)),
    "voip_doc_share": ({"voipid": "v", "voip_doc_share": {"filename": "共享.pptx", "md5sum": "0"}}, ("共享.pptx",)),
    "external_redpacket": ({"redpacket": {"type": 1, "wish": "外部"}}, ("外部",)),
    "sphfeed": ({"sphfeed": {"feed_type": 4, "sph_name": "号", "feed_desc": "描述"}}, ("描述",)),
    "qydiskfile": ({"info": {"filename": "微盘.pptx"}}, ("微盘.pptx",)),
}  # fmt: skip


def test_every_kind_of_wecom() -> None:
    rows = [
        {"msgid": f"{at}_1", "action": "recall" if kind == "revoke" else "send", "from": "wang", "tolist": ["li"],
         "roomid": "wrA", "msgtime": 1762131600000 + at * 60000, "msgtype": kind, **fields}
        for at, (kind, (fields, _)) in enumerate(WECOM.items())
    ]  # fmt: skip
    found = messages(b"\n".join(json.dumps(row, ensure_ascii=False).encode() for row in rows))
    assert len(found) == len(WECOM) >= 28
    for at, (part, (kind, (_, wanted))) in enumerate(zip(found, WECOM.items(), strict=True)):
        assert all(word in part.text for word in wanted), kind
        told = datetime.datetime.fromtimestamp(1762131600 + at * 60, datetime.UTC)
        assert (part.sender, part.time) == ("wang", told.isoformat())


def test_slack_reads_channels_private_ones_and_direct_talks() -> None:
    people = {"王敏": "U0", "Carlos": "U1", "李强-采购": "U2"}
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        users = [{"id": id_, "name": id_.lower(), "profile": {"real_name": name}} for name, id_ in people.items()]
        archive.writestr("users.json", json.dumps(users))
        archive.writestr("channels.json", '[{"id": "C1", "name": "general"}]')
        archive.writestr("groups.json", '[{"id": "G1", "name": "private"}]')
        archive.writestr("dms.json", '[{"id": "D1", "members": ["U0", "U1"]}]')
        archive.writestr("mpims.json", '[{"id": "M1", "name": "mpdm-a--b-1"}]')
        for place in ("general", "private", "D1", "mpdm-a--b-1"):
            rows = [
                {"type": "message", "user": people[who], "text": text, "ts": f"{at.timestamp():.6f}"}
                for who, at, text in SAID
            ]
            archive.writestr(f"{place}/2025-11-03.json", json.dumps(rows))
    found = messages(out.getvalue())
    assert [(part.sender, part.text) for part in found] == [(who, text) for who, _, text in SAID] * 4
    assert {part.conversation for part in found} == {"general", "private", "王敏, Carlos", "mpdm-a--b-1"}


def test_references_in_yaml_cannot_grow() -> None:
    layers = "".join(f"  k{at}: &a{at} [{', '.join([f'*a{at - 1}'] * 9)}]\n" for at in range(1, 12))
    data = f"{yaml(*SAID[0])}- sender: b\n  time: 2026-03-09 10:00\n  content: &a0 [x]\n{layers}{yaml(*SAID[1])}"
    found = messages(data.encode())
    assert [part.sender for part in found] == ["王敏", "Carlos"]


def test_a_plain_yaml_list_is_no_chat() -> None:
    for text in ("- name: a\n  from: b\n  value: 1\n", "jobs:\n- sender: x\n  to: y\n"):
        media_type = registry.sniffer().media_type(Blob.of_bytes(text.encode(), Limits()))
        assert not media_type.startswith("application/x-chat")
