"""Every chat format: the messages, who said them and when; and what was cut into several messages."""

from __future__ import annotations

import datetime
import importlib.util
import json
import random
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.errors import Unexamined
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.limits import Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Gap, Item, Match, Segment, Step, Trail

_SPEC = importlib.util.spec_from_file_location("samples_chats", Path(__file__).parents[2] / "samples" / "chats.py")
assert _SPEC is not None
assert _SPEC.loader is not None
chats = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(chats)

each_format = pytest.mark.parametrize("name", chats.FORMATS)
TRAIL = Trail((Step("file", "export"),))


def read(data: bytes) -> list[Segment | Item | Gap]:
    blob = Blob.of_bytes(data, Limits())
    media_type = registry.sniffer().media_type(blob)
    assert media_type.startswith("application/x-chat"), media_type
    return list(registry.extractors()[media_type].segments(blob, Settings()))


def messages(data: bytes) -> list[Segment]:
    return [part for part in read(data) if isinstance(part, Segment) and part.locator.message]


def same_time(written: str, at: datetime.datetime, precision: str) -> bool:
    time = datetime.datetime.fromisoformat(written)
    time = time if time.tzinfo else time.replace(tzinfo=chats.ZONE)
    return abs((time - at).total_seconds()) < (60 if precision == "m" else 1)


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(), Home(tmp_path_factory.mktemp("home")))


@each_format
def test_messages_senders_and_times(name: str) -> None:
    _, make, precision = chats.FORMATS[name]
    said = chats.talk()
    found = [part for part in messages(make(said)) if part.sender and part.text != "."]
    assert [(part.sender, part.text) for part in found] == [(who, text) for who, _, text in said]
    assert all(same_time(part.time, at, precision) for part, (_, at, _) in zip(found, said, strict=True))
    numbers = [part.locator.message for part in found]
    assert numbers == sorted(set(numbers))


PLANTED = (
    (("机密", "★10年"), "cn.mark"),
    (("绝", "密★", "长", "期"), "cn.mark"),
    (("110105", "19491231", "002X"), "personal.resident-id"),
    (("1381", "2345", "678"), "personal.mobile"),
    (("6222 0212", "3456 7894"), "personal.bank-card"),
    (("AKIAIOSF", "ODNN7EXA", "MPLQ"), "credentials.aws-access-key"),
)
FILLING = ("好的", "收到", "我看看", "在开会", "哈哈", "明天下午三点", "辛苦了", "ok")


def planted(draw: random.Random) -> list[tuple[str, str]]:
    lines: list[tuple[str, str]] = []
    for pieces, _ in PLANTED:
        lines += [(draw.choice(("Alice", "Bob")), draw.choice(FILLING)) for _ in range(3)]
        for piece in pieces:
            lines.append(("Alice", piece))
            if draw.random() < 0.5:
                lines.append(("Bob", draw.choice(FILLING)))
    return [*lines, ("Bob", FILLING[0]), ("Bob", FILLING[1])]


@each_format
def test_what_was_cut_is_found(name: str, inspector: Inspector) -> None:
    kind, make, _ = chats.FORMATS[name]
    segments = tuple(part for part in read(make(chats.talk(planted(random.Random(name))))) if isinstance(part, Segment))
    found = list(inspector.inspect(Document(TRAIL, segments, f"application/x-chat+{kind}")))
    rules = {event.rule for event in found if isinstance(event, Match) and "messages" in event.data}
    assert rules >= {rule for _, rule in PLANTED if rule != "personal.bank-card"}
    assert all(event.area == "messaging" for event in found if isinstance(event, Match))


def talk_of(*lines: tuple[str, str]) -> Document:
    from shoumi.engine.types import Locator

    segments = tuple(
        Segment(text, Locator(message=number), joint="\n", sender=who) for number, (who, text) in enumerate(lines, 1)
    )
    return Document(TRAIL, segments, "application/x-chat+json")


def found_in(inspector: Inspector, *lines: tuple[str, str]) -> list[Match]:
    return [event for event in inspector.inspect(talk_of(*lines)) if isinstance(event, Match)]


def test_each_piece_has_its_place(inspector: Inspector) -> None:
    match = next(
        match
        for match in found_in(inspector, ("A", "看 110105"), ("B", "？"), ("A", "19491231"), ("A", "002X 谢谢"))
        if match.rule == "personal.resident-id"
    )
    assert match.data["messages"] == [
        {"message": 1, "span": [2, 8]},
        {"message": 3, "span": [0, 8]},
        {"message": 4, "span": [0, 4]},
    ]
    assert match.locator.message == 1
    assert "19491231" not in match.snippet


def test_what_stands_whole_is_found_once(inspector: Inspector) -> None:
    found = found_in(inspector, ("A", "电话13812345678"), ("A", "9"), ("B", "身份证11010519491231002X"), ("B", "1"))
    assert sorted(match.rule for match in found if match.rule != "personal.combination") == [
        "personal.mobile",
        "personal.resident-id",
    ]
    assert not any("messages" in match.data for match in found if match.rule != "personal.combination")


def test_small_talk_is_quiet(inspector: Inspector) -> None:
    draw = random.Random(3)
    lines = [
        (
            draw.choice("ABC"),
            draw.choice(("好", "1", "22", "10点", "行", "机场见", "秘书说的", "密码箱", "5年", "3 号")),
        )
        for _ in range(2000)
    ]
    assert [match for match in found_in(inspector, *lines) if match.severity != "info"] == []


def test_names_are_masked_in_data(inspector: Inspector) -> None:
    found = found_in(inspector, ("+86 13812345678", "机密★10年"), ("B", "好"))
    mark = next(match for match in found if match.rule == "cn.mark")
    assert "13812345678" not in mark.data["sender"]


def test_a_long_talk_goes_on_over_its_parts(inspector: Inspector) -> None:
    document = talk_of(*[("A", "好的")] * 20, ("A", "1101051949"), ("A", "1231002X"))
    first, second = document.segments[:21], document.segments[21:]
    from dataclasses import replace

    list(inspector.inspect(replace(document, segments=first)))
    found = [event for event in inspector.inspect(replace(document, segments=second)) if isinstance(event, Match)]
    assert [match.rule for match in found] == ["personal.resident-id"]


def test_members_and_other_fields_are_read(inspector: Inspector) -> None:
    export = {
        "name": "项目组",
        "type": "private_group",
        "id": 1,
        "messages": [
            {"id": 1, "type": "message", "date": "2026-03-09T22:58:07", "from": "Alice", "from_id": "u1", "text": "文件在这里", "file": "files/a.pdf", "contact_information": {"first_name": "Dana", "phone_number": "+86 138 1234 5678"}}
        ],
    }  # fmt: skip
    text = "\n".join(
        part.text for part in read(json.dumps(export, ensure_ascii=False).encode()) if isinstance(part, Segment)
    )
    for said in ("项目组", "Alice", "files/a.pdf", "+86 138 1234 5678"):
        assert said in text


@pytest.mark.parametrize("text", [
    "2026-01-01 10:00:00 INFO start\n2026-01-01 10:00:01 INFO ok\ntrace\n",
    "[2026-01-01 10:00:00] production.ERROR: failed\n[2026-01-01 10:00:01] local.INFO: ok\n",
    "10:00\tRoom 1\tAlice\n11:00\tRoom 2\tBob\n",
    "id,date,author,content\n1,2026-01-01,Bob,hi\n",
    '{"name": "x", "author": "Alice", "messages": "none"}',
    '[{"user": {"login": "a"}, "body": "text", "created_at": "2026-01-01T00:00:00Z"}]',
])  # fmt: skip
def test_what_is_no_chat(text: str) -> None:
    media_type = registry.sniffer().media_type(Blob.of_bytes(text.encode(), Limits()))
    assert not media_type.startswith("application/x-chat")


def test_encrypted_archive_is_named() -> None:
    data = json.dumps(
        {"errcode": 0, "chatdata": [{"seq": 1, "msgid": "m", "encrypt_random_key": "x", "encrypt_chat_msg": "y"}]}
    )
    assert [part.reason for part in read(data.encode()) if isinstance(part, Gap)] == ["encrypted"]


def test_damage_keeps_what_came_before_and_reads_the_rest() -> None:
    data = chats.weflow(chats.talk([("Alice", "一句话")] * 50 + [("Bob", "机密★10年")]))
    broken = data[: len(data) // 2] + b'"}]}{' + data[len(data) // 2 :]
    blob = Blob.of_bytes(broken, Limits())
    found: list[Any] = []
    with pytest.raises(Unexamined):
        found.extend(iter_of(blob, found))
    texts = [part.text for part in found if isinstance(part, Segment)]
    assert texts.count("一句话") > 10
    assert any("机密★10年" in text for text in texts)


def iter_of(blob: Blob, found: list[Any], media_type: str = "application/x-chat+json") -> list[Any]:
    for part in registry.extractors()[media_type].segments(blob, Settings()):
        found.append(part)
    return []


def test_large_exports_are_read_in_pieces(tmp_path: Path) -> None:
    path = tmp_path / "result.json"
    line = json.dumps(
        {"id": 1, "type": "message", "date": "2026-03-09T22:58:07", "from": "Alice", "from_id": "u", "text": "x" * 500}
    )
    with path.open("w") as file:
        file.write('{"name": "n", "type": "t", "id": 1, "messages": [')
        file.write(",".join([line] * 20_000))
        file.write("]}")
    limits = Limits(parse_bytes=1 << 20, spool_bytes=1 << 16)
    blob = Blob.of_file(str(path), limits)
    assert registry.sniffer().media_type(blob) == "application/x-chat+json"
    extractor = registry.extractors()["application/x-chat+json"]
    found = [
        part for part in extractor.segments(blob, Settings()) if isinstance(part, Segment) and part.locator.message
    ]
    blob.close()
    assert len(found) == 20_000


def test_a_cell_without_end_is_not_lost() -> None:
    table = (
        chats.memotrace(chats.talk()).decode("utf-8-sig")
        + '9,5,1,0,0,1773068287,,"'
        + "a" * 17_000_000
        + "\n绝密★长期\n"
    )
    found: list[Any] = []
    blob = Blob.of_bytes(table.encode(), Limits())
    with pytest.raises(Unexamined):
        found.extend(iter_of(blob, found, "application/x-chat+csv"))
    assert any("绝密★长期" in part.text for part in found)


@pytest.mark.parametrize("name", ["MSG0.db", "message_0.db", "nt_msg.db"])
def test_stores_of_messengers_are_named(name: str, tmp_path: Path) -> None:
    from shoumi.engine.examine import Examiner

    head = b"SQLite header 3" + bytes(1009) if name == "nt_msg.db" else b""
    path = tmp_path / name
    path.write_bytes(head + random.Random(name).randbytes(65536))
    examiner = Examiner(Inspector(Settings(), Home(tmp_path / "home")), Settings())
    events = list(examiner.examine(Item("local", str(path), None, None, lambda: path.open("rb"), local=True)))
    assert [event.reason for event in events if isinstance(event, Gap)] == ["encrypted"]
    assert any("database" in event.detail for event in events if isinstance(event, Gap))


@pytest.mark.parametrize(
    ("path", "area"),
    [
        ("C:/Users/a/Documents/WeChat Files/wxid_1/FileStorage/File/2026-03/x.docx", "messaging"),
        ("/home/a/xwechat_files/wxid_1/msg/file/2026-03/x.pdf", "messaging"),
        ("D:\\Tencent Files\\10001\\FileRecv\\x.txt/y", "messaging"),
        ("/home/a/OneDrive - Example/x.docx", "drives"),
        ("/home/a/Nutstore Files/x.docx", "drives"),
        ("/srv/share/reports/x.docx", None),
        ("/srv/share/wechat.docx", None),
    ],
)
def test_folders_tell_the_area(path: str, area: str | None) -> None:
    from shoumi.engine import area as areas

    assert areas.of(Trail((Step("file", path),))) == area
