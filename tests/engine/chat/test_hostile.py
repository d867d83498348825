"""Hostile chat exports: contained, said once, and what is whole in them found."""

from __future__ import annotations

import html
import importlib.util
import io
import json
import resource
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from shoumi.engine import registry
from shoumi.engine.blob import Blob
from shoumi.engine.examine import Examiner
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.limits import GIB, MIB, Limits
from shoumi.engine.settings import Settings
from shoumi.engine.types import Gap, Item, Match, Segment

_SPEC = importlib.util.spec_from_file_location("samples_chats", Path(__file__).parents[2] / "samples" / "chats.py")
assert _SPEC is not None
assert _SPEC.loader is not None
chats: Any = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(chats)

SMALL = Limits(parse_bytes=MIB, expansion_bytes=8 * MIB, spool_bytes=MIB)
MARKED = {"type": "message", "user": "U1", "ts": "1773068287.2", "text": "绝密★长期"}


@pytest.fixture(scope="module")
def inspector(tmp_path_factory: pytest.TempPathFactory) -> Inspector:
    return Inspector(Settings(packs=("cn",)), Home(tmp_path_factory.mktemp("home")))


def examined(inspector: Inspector, path: Path, data: bytes, limits: Limits = SMALL) -> tuple[list[Match], list[Gap]]:
    path.write_bytes(data)
    item = Item("local", str(path), None, None, lambda: path.open("rb"), local=True)
    events = list(Examiner(inspector, Settings(packs=("cn",), limits=limits)).examine(item))
    return [e for e in events if isinstance(e, Match)], [e for e in events if isinstance(e, Gap)]


def slack(name: str, chunks: Iterator[bytes]) -> bytes:
    out = io.BytesIO(chats.slack(chats.talk()))
    with zipfile.ZipFile(out, "a", zipfile.ZIP_DEFLATED) as archive, archive.open(name, "w") as file:
        for chunk in chunks:
            file.write(chunk)
    return out.getvalue()


def day(filling: bytes, times: int) -> Iterator[bytes]:
    yield b"[" + json.dumps(MARKED, ensure_ascii=False).encode() + b","
    yield from (filling for _ in range(times))


BOMBS = {
    "spaces": lambda: day(b" " * MIB, 40),
    "one value": lambda: iter((*day(b'{"text": "', 1), *(b"a" * MIB for _ in range(40)))),
    "records": lambda: day(json.dumps({"type": "x", "junk": "y" * 900}).encode() * 1000, 40),
    "no chat": lambda: iter((b"\0" * MIB,) * 40),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_bomb_is_said_once_and_nothing_is_found_twice(bomb: str, inspector: Inspector, tmp_path: Path) -> None:
    data = slack("general/2026-03-12.json", BOMBS[bomb]())
    assert len(data) < 200_000
    matches, gaps = examined(inspector, tmp_path / "export.zip", data)
    named = [gap for gap in gaps if "2026-03-12" in f"{gap.trail} {gap.detail}"]
    assert Counter(gap.reason for gap in named).most_common(1)[0][1] == 1
    assert len(named) == (2 if bomb == "no chat" else 1)  # of no known form, and cut off: both are said of any file
    assert len(gaps) == len(named)
    levels = Counter(match.data["level"] for match in matches)
    assert levels == ({"机密": 1} if bomb == "no chat" else {"机密": 1, "绝密": 1})


def stream(path: Path, size: int) -> int:
    """Write an export of at least ``size`` bytes and return its number of messages; the last one is a secret."""
    rest = {"id": 1, "type": "message", "date": "2026-03-09T22:58:07", "from": "Alice", "from_id": "u1"}
    block = (",\n".join([json.dumps({**rest, "text": "x" * 9000})] * 100) + ",\n").encode()
    count = -(-size // len(block))
    with path.open("wb") as file:
        file.write(b'{"name": "n", "type": "private_group", "id": 1, "messages": [\n')
        for _ in range(count):
            file.write(block)
        file.write(json.dumps({**rest, "text": "机密★10年"}, ensure_ascii=False).encode() + b"]}")
    return 100 * count + 1


def test_a_large_export_is_streamed(inspector: Inspector, tmp_path: Path) -> None:
    """60 MB here; ``python -m tests.engine.chat.test_hostile FILE`` makes and scans 3 GB."""
    count = stream(tmp_path / "made.json", 60 * MIB)
    blob = Blob.of_file(str(tmp_path / "made.json"), Limits(parse_bytes=MIB))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    parts = registry.extractors()[registry.sniffer().media_type(blob)].segments(blob, Settings())
    last = 0
    for part in parts:
        if isinstance(part, Segment) and part.locator.message:
            last, text = part.locator.message, part.text
    blob.close()
    assert (last, text) == (count, "机密★10年")
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 24 * 1024


NAME = '<script>alert(1)</script>"><img src=x onerror=alert(2)>'


SCRIPTED = ("memotrace.html", "weflow.html")  # a name in a script cannot hold the script's end
ESCAPED = ("qq.mht", "discord.html")  # names as these programs write them


@pytest.mark.parametrize("name", chats.FORMATS)
def test_a_name_of_html_stays_a_name(name: str, inspector: Inspector, tmp_path: Path) -> None:
    who = NAME.replace("</script>", "") if name in SCRIPTED else NAME
    written = html.escape(who) if name in ESCAPED else who
    talk = chats.talk([(written, "机密★10年"), *[("Bob", "好的"), ("Dana", "嗯")] * 2, (written, "收到")])
    matches, _ = examined(inspector, tmp_path / "export", chats.FORMATS[name][1](talk), Limits())
    (mark,) = [match for match in matches if match.rule == "cn.mark"]
    assert mark.data["sender"] == who


OTHERS = ("memotrace-gbk.csv", "table.csv", "meta.json")  # not in UTF-8
BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "half a character": lambda data: data.replace("好的".encode(), "好的".encode()[:5]),
    "bytes of no encoding": lambda data: data.replace("好的".encode(), b"\xff\xfe\xfd"),
    "zeros": lambda data: data.replace("好的".encode(), b"\0\0"),
    "cut off": lambda data: data[: data.rindex("收到".encode()) + 4],
    "two encodings": lambda data: data.replace("好的".encode(), "好的".encode("gb18030")),
}


@pytest.mark.parametrize("damage", BROKEN)
@pytest.mark.parametrize("name", [name for name in chats.FORMATS if name not in (*OTHERS, "slack.zip")])
def test_broken_encodings_hide_nothing(name: str, damage: str, inspector: Inspector, tmp_path: Path) -> None:
    between = [("Bob", "好的"), ("Dana", "会议改到明天下午三点，在三楼开"), ("Bob", "好的")]
    talk = chats.talk([("Alice", "机密★10年"), *between, ("Alice", "收到")])
    data = chats.FORMATS[name][1](talk)
    matches, gaps = examined(inspector, tmp_path / "export", BROKEN[damage](data), Limits())
    found = [match.rule for match in matches].count("cn.mark")
    assert found == 1 or (damage == "zeros" and found == 0 and gaps)  # too few letters among zeros: no text, and said


if __name__ == "__main__":
    import sys
    import time

    target = Path(sys.argv[1] if len(sys.argv) > 1 else "/tmp/large.json")
    print(stream(target, 3 * GIB), "messages,", target.stat().st_size, "bytes")
    started = time.monotonic()
    item = Item("local", str(target), None, None, lambda: target.open("rb"), local=True)
    chosen = Settings(packs=("cn",))
    for event in Examiner(Inspector(chosen, Home(target.parent / "home")), chosen).examine(item):
        print(event)
    print(f"{time.monotonic() - started:.0f} s, {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MiB")
