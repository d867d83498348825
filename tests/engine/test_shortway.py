"""The short way says what the long way says, of every kind of file, in order; and what is known already, too."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from shoumi.demo import formats
from shoumi.engine import registry
from shoumi.engine.home import Home
from shoumi.engine.inspector import Inspector
from shoumi.engine.scan import Scan
from shoumi.engine.settings import Settings
from shoumi.engine.shortway import ShortWay
from shoumi.engine.types import Gap, Match, Summary

LEAKS = (
    "机密★10年\n关于有关工作的通知",
    "联系人：张伟 手机 13911162037，身份证号 11010519491231002X",
    "mail zhang.wei@bank.cn and wu@bank.cn",
    "password = 'xK93hfQ2pL0s'",
    "Call +86 139 1116 2037 today",
    "TOP SECRET//NOFORN",
    "１３９１１１６２０３７ 手机",  # full width: folded
    "绝\u200b密★长期",
)
DECOYS = (
    "秘密花园 is a novel; order number 13911162037001",
    "icon@2x.png and me@example.com",
    "a plain text\nwith 12:30 in it",
)
ENCODINGS = ("utf-8", "utf-8-sig", "gb18030", "big5hkscs", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "hz")
ODD = {
    "empty": b"",
    "one": b"x",
    "nul": b"13911162037 \xe6\x89\x8b\xe6\x9c\xba\0\0 tail",
    "padded.log": "机密★10年\n".encode() + b"a line of a log\n" * 4 + b"\0" * 5000,
    "escaped.json": b'{"title": "\\u673a\\u5bc6\\u260510\\u5e74"}',
    "latin": "café, 13911162037 手机".encode("gb18030"),
    "accent": "un café, 13911162037\n".encode(),
    "pair": "密级：机密".encode("gbk"),
    "jis": "秘密文書 機密★10年".encode("iso2022_jp"),
    "page.html": "<html><body><p>机密★10年</p></body></html>".encode(),
    "rich": rb"{\rtf1\ansi 13911162037}",
    "letter": b"From: a@bank.cn\nTo: b@bank.cn\nSubject: x\n\n13911162037",
    "letters": b"From a@bank.cn Sat Jan  1 00:00:00 2028\nFrom: a@bank.cn\nSubject: x\n\nbody 13911162037\n",
    "chat.txt": "2027-12-31 23:59:01 Alice(10001)\n我的手机 1391116\n\n2027-12-31 23:59:09 Alice(10001)\n2037\n".encode(),
    "chat.yaml": b"- sender: alice\n  content: hello\n  timestamp: 1700000000\n- sender: bob\n  content: 13911162037\n",
    "table.csv": "姓名,手机,身份证号\n张伟,13911162037,11010519491231002X\n".encode(),
    "late.pdf": b"text before\n%PDF-1.4\n1 0 obj\n<<>>\nendobj\n",
    "binary": bytes(range(256)) * 8,
    "script.py": b"#!/usr/bin/python\nprint('zhang.wei@bank.cn')\n",
    "terminal": b"\x1b[1m13911162037\x1b[0m plain text with colours\n" * 3,
    "long.txt": b"a line of text that says nothing at all\n" * 9000 + "绝密★长期".encode(),
}
NAMES = ("机密★10年 方案.txt", "13911162037.txt", "TOP_SECRET_NOFORN.txt", "a\nb.txt", "plain-name.md", "x" * 200)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("ways")
    for number, text in enumerate((*LEAKS, *DECOYS)):
        for place, encoding in enumerate(ENCODINGS):
            # short texts leave doubts about their encoding, long ones do not
            lines = "关于安排的报告，请按时完成。\n" * (300 * ((number + place) % 2))
            folder = root / encoding
            folder.mkdir(exist_ok=True)
            (folder / f"{number}.txt").write_bytes(f"{lines}{text}\n".encode(encoding, "replace"))
    for name, data in ODD.items():
        (root / name).write_bytes(data)
    for name in NAMES:
        (root / name).write_text("nothing in it\n")
    (root / os.fsdecode(b"\xff\xfe.txt")).write_text(LEAKS[2])
    (root / "a.docx").write_bytes(formats.docx([LEAKS[0]]))
    (root / "a.zip").write_bytes(formats.archive({"in.txt": LEAKS[1].encode(), "b.txt": b"nothing"}))
    os.mkfifo(root / "pipe")
    (root / "out").symlink_to("/etc/hostname")
    (root / "in").symlink_to("pipe")
    return root


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return Home(tmp_path_factory.mktemp("home"))


@pytest.fixture(scope="module")
def way(home: Home) -> ShortWay:
    registry.sniffer()
    settings = Settings(ocr="off")
    return ShortWay(Inspector(settings, home), settings)


def run(tree: Path, home: Home, **options: object) -> tuple[list[Match | Gap], Summary, int]:
    scan = Scan((str(tree),), home=home, settings=Settings(ocr="off"), **options)  # type: ignore[arg-type]
    events = list(scan)
    scan.summary.seconds = 0.0
    return events, scan.summary, scan.exit_code


def test_both_ways_say_the_same(tree: Path, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    short = run(tree, home)
    assert run(tree, home, jobs=2)[0] == short[0]  # what is known
    assert run(tree, home, jobs=2)[1].unchanged == short[1].files
    monkeypatch.setattr(ShortWay, "events", lambda *_: None)
    long = run(tree, home, remember=False)
    assert short == long
    assert len(short[0]) > 100
    assert {"critical", "high", "medium", "low", "info"} <= {e.severity for e in short[0] if isinstance(e, Match)}


def test_plain_files_go_the_short_way_and_no_other(tree: Path, way: ShortWay) -> None:
    paths = [path for path in tree.rglob("*") if path.is_file() and not path.is_symlink()]
    gone = {str(path.relative_to(tree)) for path in paths if way.events(str(path)) is not None}
    assert {f"utf-8/{number}.txt" for number in range(len(LEAKS) + len(DECOYS))} <= gone
    plain = {"one", "accent", "script.py", "terminal", "long.txt", "table.csv", "plain-name.md", "x" * 200}
    assert plain <= gone
    assert gone.isdisjoint((*NAMES[:4], "a.docx", "a.zip", *(ODD.keys() - plain)))
    others = [(tree / name).read_bytes() for name in gone - plain if not name.startswith("utf-8/")]
    assert all(data.isascii() and b"~{" not in data for data in others)


def test_what_cannot_be_read_is_left_to_the_long_way(tmp_path: Path, way: ShortWay) -> None:
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "folder").mkdir()
    assert [way.events(str(tmp_path / name)) for name in ("none", "pipe", "folder")] == [None, None, None]
