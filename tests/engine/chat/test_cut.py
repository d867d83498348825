"""What one sender cuts into two, three or four messages, in every format: found, with each message's number."""

from __future__ import annotations

import datetime
import importlib.util
from collections.abc import Callable
from pathlib import Path

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.intake import Intake
from shoumi.engine.limits import Limits
from shoumi.engine.passages.registry import Registered
from shoumi.engine.settings import Settings
from shoumi.engine.types import Document, Item, Match, Segment, Step, Trail


def _loaded(name: str, path: Path) -> object:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


HERE = Path(__file__).parent
chats: object = _loaded("samples_chats", HERE.parents[1] / "samples" / "chats.py")
fresh: object = _loaded("fresh_chats", HERE / "test_fresh.py")

Said = tuple[str, datetime.datetime, str]
ZONE = datetime.timezone(datetime.timedelta(hours=8))
FORMS: dict[str, Callable[[list[Said]], bytes]] = {
    **{name: make for name, (_, make, _) in chats.FORMATS.items()},  # type: ignore[attr-defined]
    **{
        name: (lambda said, name=name: fresh.texts(said)[name].encode())  # type: ignore[attr-defined, misc]
        for name in fresh.texts(fresh.SAID)  # type: ignore[attr-defined]
    },
}
PASSAGES = (
    "第三季度应急物资储备点由城东仓库调整至北郊七号院，押运车辆改走环线以西的备用道路，",
    "各组联络员须在每日十八时前用保密电话报送当日出入库数量，遇有异常先封存后上报，",
    "评审专家名单在开标前两小时由监督组现场启封，任何人不得提前询问或者代为领取名册，",
)


def resident(birth: str, number: int) -> str:
    body = f"110105{birth}{number:03}"
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return body + "10X98765432"[sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11]


def card(body: str) -> str:
    digits = [int(d) for d in reversed(body)]
    total = sum(d if n % 2 else sum(divmod(2 * d, 10)) for n, d in enumerate(digits))
    return body + str(-total % 10)


def cut(text: str, count: int) -> list[str]:
    size = -(-len(text) // count)
    return [text[size * n : size * (n + 1)] for n in range(count)]


# rule → what is cut into two, three and four
PLANTED = {
    "personal.resident-id": [resident("19681107", n) for n in (2, 35, 712)],
    "personal.mobile": ["13812345670", "15987612043", "18655012378"],
    "personal.bank-card": [card("622202020011234"), card("621700001234567"), card("622848001012345678")],
    "passages.copied": list(PASSAGES),
}
FILLING = ("好的，马上办", "今天下午不在，改天吧", "收到", "我问一下再说", "会议室订好了没有", "辛苦了")


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    folder = tmp_path_factory.mktemp("cut")
    home = Home(folder / "home")
    for number, passage in enumerate(PASSAGES):
        path = folder / f"{number}.txt"
        path.write_text(passage + "其余内容从略。\n", "utf-8")
        Intake(home, Settings()).add([str(path)], Registered(id="", title="", level="秘密"))
    return Inspector(Settings(), home)


def talk(sender: str) -> tuple[list[Said], dict[str, list[list[str]]]]:
    """Return a talk and, by rule, the messages that each planted thing was cut into."""
    at = datetime.datetime(2025, 11, 3, 9, 5, tzinfo=ZONE)
    said: list[Said] = []
    pieces: dict[str, list[list[str]]] = {}

    def say(who: str, text: str) -> None:
        nonlocal at
        at += datetime.timedelta(minutes=97)
        said.append((who, at, text))

    for rule, texts in PLANTED.items():
        for count, text in enumerate(texts, 2):
            say("王敏" if sender != "王敏" else "Bob", FILLING[len(said) % len(FILLING)])
            pieces.setdefault(rule, []).append(cut(text, count))
            for piece in pieces[rule][-1]:
                say(sender, piece)
    for text in FILLING[:2]:
        say("Bob", text)
    return said, pieces


@pytest.mark.parametrize("name", FORMS)
def test_found_with_the_place_of_each_piece(name: str, inspector: Inspector) -> None:
    said, planted = talk("Alice")
    blob = Blob.of_bytes(FORMS[name](said), Limits())
    media_type = registry.sniffer().media_type(blob)
    parts = registry.extractors()[media_type].segments(blob, Settings())
    segments = tuple(part for part in parts if isinstance(part, Segment))
    messages = [part for part in segments if part.locator.message and part.sender and part.text != "."]
    assert [(part.sender, part.text) for part in messages] == [(who, text) for who, _, text in said]
    assert all(part.time for part in messages)
    times = [datetime.datetime.fromisoformat(part.time) for part in messages]
    for time, (_, at, _) in zip(times, said, strict=True):
        there = time if time.tzinfo else time.replace(tzinfo=ZONE)
        assert abs((there - at).total_seconds()) < 60
    number = {part.text: part.locator.message for part in messages}
    document = Document(Trail((Step("file", name),)), segments, media_type)
    found: dict[str, list[list[int]]] = {}
    for event in inspector.inspect(document):
        if isinstance(event, Match):
            told = event.data.get("messages") or [event.locator.as_json()]
            found.setdefault(event.rule, []).append([piece.get("message") for piece in told])
    wanted = {rule: [[number[piece] for piece in pieces] for pieces in cuts] for rule, cuts in planted.items()}
    assert {rule: [cut for cut in cuts if cut not in found.get(rule, [])] for rule, cuts in wanted.items()} == {
        rule: [] for rule in wanted
    }


def test_an_archive_with_the_talk_in_it(inspector: Inspector, tmp_path: Path) -> None:
    path = tmp_path / "chat.zip"
    said, planted = talk("Alice")
    path.write_bytes(chats.whatsapp_zip(said))  # type: ignore[attr-defined]
    item = Item("local", str(path), None, None, lambda: path.open("rb"), local=True)
    found = [event for event in Examiner(inspector, Settings()).examine(item) if isinstance(event, Match)]
    assert {event.rule for event in found if "messages" in event.data} >= planted.keys()
    assert all(event.area == "messaging" for event in found)


def test_one_message_out_of_order_turns_nothing_round(inspector: Inspector) -> None:
    said, _ = talk("Alice")
    said[0] = (said[0][0], said[0][1] + datetime.timedelta(minutes=200), said[0][2])
    blob = Blob.of_bytes(chats.weflow(said), Limits())  # type: ignore[attr-defined]
    parts = registry.extractors()["application/x-chat+json"].segments(blob, Settings())
    texts = [part.text for part in parts if isinstance(part, Segment) and part.locator.message]
    assert texts == [text for _, _, text in said]
