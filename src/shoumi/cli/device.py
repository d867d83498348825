"""``shoumi device verify-wipe PATH``: whether a disk, card or image was wiped before it leaves. Read-only."""

from __future__ import annotations

import argparse
import json
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoumi.engine.wipe import Result

_CODES = {"wiped": 0, "residual": 1, "sampled": 3, "unread": 3}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("device", help="check storage before it is repaired, passed on or scrapped")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
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
