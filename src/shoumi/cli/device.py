"""``shoumi device snapshot | diff | verify-wipe``: what a machine consists of, whether storage was wiped. Read-only."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from shoumi.engine.device.compare import Difference
    from shoumi.engine.inspector import Inspector

_CODES = {"clean": 0, "not clean": 1, "not known": 3}


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
        description="Read a block device or image, never write, and say what it holds that is no overwrite, where, and "
        "whether text and files can be recovered. Exit code: 0 clean: all of it was read and holds one overwrite; 1 "
        "not clean; 3 not known: nothing was found, but not all was read, or it is all random; 2 wrong use.",
    )
    verify.add_argument("path", metavar="PATH", help="a block device such as /dev/sdX, or an image")
    how = verify.add_mutually_exclusive_group()
    how.add_argument("--full", action="store_true", help="read all of it; this is the default")
    how.add_argument("--sample", type=_share, metavar="P", help="read only P per cent, spread over the medium")
    verify.add_argument("--pattern", choices=("zeros", "ones", "random"), help="what it was overwritten with")
    verify.add_argument("--seed", type=int, default=0, help="which places a sample takes; same seed, same places")
    verify.add_argument("-f", "--format", choices=("text", "json", "html"), default="text", help="html: a certificate")
    verify.add_argument(
        "-o", "--output", metavar="FILE", help="default: standard output; FILE.json and FILE.html choose"
    )
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
    for line in _told(body, messages.language(), written=bool(arguments.output)):
        print(line, file=sys.stderr)
    return 3 if body["unseen"] else 0


def _told(body: dict[str, Any], language: str, *, written: bool) -> Iterator[str]:
    """Yield what a snapshot holds, in sum, when it went to a file; then what it could not see, and why."""
    from shoumi.engine import messages

    if written:
        counts = {name: len(body[name]) for name in ("disks", "memory", "network", "usb")}
        counts["history"] = len(body["usb_history"])
        yield messages.text("device.taken", language, host=body["host"] or "?", **counts)
    if body["unseen"]:
        yield messages.text("device.blind", language, count=len(body["unseen"]))
    for one in body["unseen"]:
        yield f"  {_named(one['what'], language)}: {messages.text('device.unseen.' + one['why'], language)}"


def _named(what: str, language: str) -> str:
    """Return what a snapshot calls ``hardware.serial`` or ``disk sda``, in words."""
    from shoumi.engine import messages

    part, dot, field = what.partition(".") if what.startswith("hardware.") else what.partition(" ")
    words = messages.text(f"device.part.{'disks' if part == 'disk' else part}", language)
    if not field:
        return words
    return messages.text("device.what", language, part=words, name=_field(field, language) if dot == "." else field)


def _field(name: str, language: str) -> str:
    """Return the name of a fact in words; as it is where it has none."""
    from shoumi.engine import messages

    return messages.text(f"device.field.{name}", language) if messages.known(f"device.field.{name}") else name


def _diff(arguments: argparse.Namespace) -> int:
    from shoumi.engine import messages
    from shoumi.engine.device import compare, snapshot

    found = list(compare.compare(snapshot.read(arguments.before), snapshot.read(arguments.after)))
    language = messages.language()
    for one in found:
        if arguments.format == "jsonl":
            print(json.dumps(one.as_json(), ensure_ascii=False))
            continue
        part, what = messages.text(f"device.part.{one.part}", language), _different(one, language)
        print(f"{'!' if one.grave else '·'} {messages.text(f'device.{one.change}', language, part=part, what=what)}")
    if arguments.format == "text" and not found:
        print(messages.text("device.same", language))
    elif arguments.format == "text" and any(one.grave for one in found):
        print(messages.text("device.grave", language), file=sys.stderr)
    return 1 if any(one.change != "unseen" for one in found) else 3 if found else 0


def _different(one: Difference, language: str) -> str:
    """Return what differs, and for what changed, from what to what."""
    if isinstance(one.before, dict) and isinstance(one.after, dict):
        names = [name for name in {**one.before, **one.after} if one.before.get(name) != one.after.get(name)]
        changes = (f"{_field(name, language)} {one.before.get(name)} → {one.after.get(name)}" for name in names)
        return f"{one.what}, {', '.join(changes)}"
    if one.part == one.what:
        from shoumi.engine import messages

        return messages.text(f"device.part.{one.part}", language)
    name = one.what if one.change in {"added", "removed"} else _field(one.what, language)
    return f"{name} {one.before or '–'} → {one.after or '–'}" if one.change == "changed" else name


def run(arguments: argparse.Namespace) -> int:
    """Read, judge and write."""
    from shoumi.cli._output import opened
    from shoumi.engine import messages, wipe
    from shoumi.engine.wipe import certificate

    suffix = Path(arguments.output or "").suffix.removeprefix(".")
    form = suffix if suffix in {"json", "html"} else arguments.format
    with opened(arguments.output, binary=False) as stream:
        result = wipe.verify(
            arguments.path,
            _inspector,
            sample=arguments.sample,
            pattern=arguments.pattern,
            seed=arguments.seed,
            watch=_watch(sys.stderr.isatty()),
        )
        body = certificate.certificate(result)
        if form == "json":
            text = json.dumps(body, ensure_ascii=False)
        elif form == "html":
            text = certificate.page(body, messages.language())
        else:
            text = "\n".join(_lines(body, messages.language()))
        stream.write(f"{text}\n".encode("utf-8", "replace"))
    return _CODES[result.verdict]


def _inspector() -> Inspector:
    from shoumi.engine.home import Home
    from shoumi.engine.inspector import Inspector
    from shoumi.engine.settings import Settings

    return Inspector(Settings(), Home())


def _share(text: str) -> float:
    share = float(text)
    if not 0 < share <= 100:
        raise argparse.ArgumentTypeError("per cent: more than 0, at most 100")
    return share


def _watch(shown: bool) -> Any:
    def watch(read: int, total: int) -> None:
        if shown and total:
            end = "\n" if read >= total else "\r"
            print(f"{read // 1_000_000} / {total // 1_000_000} MB", end=end, file=sys.stderr, flush=True)

    return watch


def _lines(body: dict[str, Any], language: str) -> Iterator[str]:
    from shoumi.engine import messages

    def say(code: str, **values: str | int) -> str:
        return messages.text(f"wipe.{code}", language, **values)

    verdict = body["verdict"].replace(" ", "-")
    share = f"{100 * body['read'] / body['size']:.2f}" if body["size"] else "0"
    yield f"{body['path']}: {say(verdict)}"
    yield f"  {say('why.' + (body['why'] or verdict))}"
    yield f"  {say('read')}: {say('read.of', read=body['read'], size=body['size'], share=share)}"
    for kind, count in body["pages"].items():
        if count:
            yield f"  {say('kind.' + kind)}: {count} × 4 KiB"
    if body["file_system"]:
        yield f"  · {say('file-system')}: {say('yes')}"
    for name in ("files", "text"):
        if body[name]:
            yield f"  · {say(name)}: {body[name]}"
    if body["remnants"]:
        yield f"  · {say('remnants', count=body['remnants'])}"
    for one in body["found"][:20]:
        yield f"  · {one['rule']} @ {one['offset']}: {one['snippet']}"
    for kind, places in (("remnant", body["places"]), ("unreadable", body["unread"])):
        for offset, size in places[:5]:
            yield f"  · {say(kind)}: {say('offset')} {offset}, {size} {say('bytes')}"
    yield f"  {say('hidden')}"
