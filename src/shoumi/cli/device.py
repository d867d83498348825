"""``shoumi device snapshot | diff | verify-wipe``: what a machine consists of, whether storage was wiped. Read-only."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoumi.engine.wipe import Result

_CODES = {"wiped": 0, "residual": 1, "sampled": 3, "unread": 3}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("device", help="check machines and storage around a repair, a sale, the scrapyard")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    snapshot = actions.add_parser(
        "snapshot",
        help="serials, system, disks, USB history of this machine",
        description="Write what this machine consists of, with all serials that can be read, as JSON. Without root "
        "some cannot: they are listed as unseen. Exit code: 0 all was seen, 3 something was not, 2 failure.",
    )
    snapshot.add_argument("-o", "--output", metavar="FILE", help="default: standard output")
    snapshot.add_argument(
        "--root", default="/", metavar="DIR", help="where the / of the machine is mounted, when it is not this one"
    )
    snapshot.set_defaults(run=_snapshot)
    diff = actions.add_parser(
        "diff",
        help="what differs between two snapshots",
        description="Compare two snapshots, before and after a repair. Exit code: 0 the same, 1 differences, 3 none, "
        "but one of them could not see all, 2 not two snapshots.",
    )
    diff.add_argument("before", metavar="BEFORE")
    diff.add_argument("after", metavar="AFTER")
    diff.add_argument("-f", "--format", choices=("text", "jsonl"), default="text", help="text: for people")
    diff.set_defaults(run=_diff)
    verify = actions.add_parser(
        "verify-wipe",
        help="whether a disk, card or image was wiped",
        description="Read a block device or image, never write, and say what it holds: zeros, ones, a pattern, random "
        "bytes or data; text and files are looked for. Exit code: 0 all of it was read and is one kind of overwrite, "
        "1 data remain, 3 nothing was found but not all was read (a sample, or read errors), 2 wrong use.",
    )
    verify.add_argument("path", metavar="PATH", help="a block device such as /dev/sdX, or an image")
    verify.add_argument(
        "--sample", type=_count, metavar="N", help="read N MiB spread over the disk; without it everything is read"
    )
    verify.add_argument(
        "--seed", type=int, default=0, help="which places a sample takes; the same seed, the same places"
    )
    verify.add_argument("-f", "--format", choices=("text", "json"), default="text", help="text: for people")
    verify.set_defaults(run=run)


def _snapshot(arguments: argparse.Namespace) -> int:
    from shoumi.cli._output import opened
    from shoumi.engine import messages
    from shoumi.engine.device import snapshot
    from shoumi.engine.errors import UsageError

    root = Path(arguments.root)
    if not root.is_dir():
        raise UsageError(f"{root}: not a folder")
    body = snapshot.take(root)
    with opened(arguments.output, binary=False) as stream:
        stream.write(f"{json.dumps(body, ensure_ascii=False, indent=1)}\n".encode())
    for one in body["unseen"]:
        why = messages.text(f"device.unseen.{one['why']}", messages.language())
        print(f"shoumi: {one['what']}: {why}", file=sys.stderr)
    return 3 if body["unseen"] else 0


def _diff(arguments: argparse.Namespace) -> int:
    from shoumi.engine import messages
    from shoumi.engine.device import compare, snapshot

    found = list(compare.compare(snapshot.read(arguments.before), snapshot.read(arguments.after)))
    language = messages.language()
    for one in found:
        if arguments.format == "jsonl":
            print(json.dumps(one.as_json(), ensure_ascii=False))
            continue
        part = messages.text(f"device.part.{one.part}", language)
        print(
            f"{'!' if one.grave else '·'} {messages.text(f'device.{one.change}', language, part=part, what=one.what)}"
        )
    if not found and arguments.format == "text":
        print(messages.text("device.same", language))
    return 1 if any(one.change != "unseen" for one in found) else 3 if found else 0


def run(arguments: argparse.Namespace) -> int:
    """Read, judge and print."""
    from shoumi.engine import messages, wipe
    from shoumi.engine.home import Home
    from shoumi.engine.inspector import Inspector
    from shoumi.engine.settings import Settings

    inspector = Inspector(Settings(), Home())
    result = wipe.verify(
        arguments.path, inspector, samples=arguments.sample, seed=arguments.seed, watch=_watch(sys.stderr.isatty())
    )
    if arguments.format == "json":
        print(json.dumps(result.as_json(), ensure_ascii=False))
    else:
        print("\n".join(_lines(result, messages.language())))
    return _CODES[result.verdict]


def _count(text: str) -> int:
    count = int(text)
    if count < 1:
        raise argparse.ArgumentTypeError("at least 1")
    return count


def _watch(shown: bool) -> Any:
    def watch(read: int, total: int) -> None:
        if shown and total:
            end = "\n" if read >= total else "\r"
            print(f"{read // 1_000_000} / {total // 1_000_000} MB", end=end, file=sys.stderr, flush=True)

    return watch


def _lines(result: Result, language: str) -> list[str]:
    from shoumi.engine import messages

    def say(code: str, **values: str | int) -> str:
        return messages.text(f"device.{code}", language, **values)

    share = f"{100 * result.read / result.size:.2f}" if result.size else "0"
    lines = [
        f"{result.path}: {say(result.verdict)}",
        f"  {say(result.verdict + '.do')}",
        f"  {say('read', read=result.read, size=result.size, share=share)}",
    ]
    lines += [
        f"  {say('pages', kind=say(kind), count=count)}"
        for kind in ("zeros", "ones", "pattern", "random", "data")
        if (count := result.pages[kind])
    ]
    if result.file_system:
        lines.append(f"  · {say('file-system')}")
    if result.files:
        lines.append(f"  · {say('files', count=result.files)}")
    if result.text:
        lines.append(f"  · {say('text', count=result.text)}")
    lines += [f"  · {match.rule} @ {match.locator.offset}: {match.snippet}" for match in result.matches[:20]]
    lines += [f"  · {say('place', offset=offset, size=size)}" for offset, size in result.places[:5]]
    lines += [f"  · {say('unread.place', offset=offset, size=size)}" for offset, size in result.unread[:5]]
    if result.pages["random"]:
        lines.append(f"  {say('note.random')}")
    lines.append(f"  {say('note.hidden')}")
    return lines
