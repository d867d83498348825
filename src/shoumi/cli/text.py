"""``shoumi text ADDRESS``: the text exactly as the detectors see it, to understand a finding or a gap."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, BinaryIO

from shoumi.cli.scan import add_reading, reading

if TYPE_CHECKING:
    from shoumi.engine.settings import Settings
    from shoumi.engine.types import Document, Gap, Match, Segment, Trail


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "text",
        help="show the text of a file as the detectors see it",
        description="Write the text segments of a file or folder, a blank line between them. What could not be "
        "examined is said on standard error. Exit code: 0, or 3 when something could not be examined.",
    )
    parser.add_argument("address", metavar="ADDRESS", help="a file, a folder, or - for standard input")
    parser.add_argument("-f", "--format", choices=("text", "jsonl"), default="text", help="jsonl adds trail and place")
    add_reading(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Extract in a process of its own: a parser that crashes must not take the message with it."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        try:
            code = _extract(arguments.address, reading(arguments), as_json=arguments.format == "jsonl")
            sys.stdout.flush()
        except BrokenPipeError:
            code = 141
        except Exception as error:
            print(f"shoumi: {error}", file=sys.stderr)
            code = 2
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        print(f"shoumi: {arguments.address}: the process that read it ended ({name})", file=sys.stderr)
        return 3
    if os.WEXITSTATUS(status) == 141:
        raise BrokenPipeError
    return os.WEXITSTATUS(status)


def _extract(address: str, chosen: Settings, *, as_json: bool) -> int:
    from shoumi.engine import registry
    from shoumi.engine.examine import Examiner
    from shoumi.engine.source import Found, Policy
    from shoumi.engine.types import Gap

    source = registry.source_of(address)
    examiner = Examiner(_Writer(sys.stdout.buffer, as_json=as_json), chosen)
    code = 0
    for entry in source.walk(address, Policy(), frozenset()):
        events: Any = examiner.examine(source.item(entry.path, chosen)) if isinstance(entry, Found) else (entry,)
        for event in events:
            if isinstance(event, Gap):
                code = 3
                print(f"shoumi: {event.trail}: {event.reason}: {event.detail}", file=sys.stderr)
    return code


class _Writer:
    """Stands where the rules would, and writes what they would see."""

    def __init__(self, stream: BinaryIO, *, as_json: bool) -> None:
        self._stream, self._as_json = stream, as_json
        self._first = True

    def inspect(self, document: Document) -> Iterator[Match | Gap]:
        for segment in document.segments:
            self._write(document.trail, segment, document.method)
        return iter(())

    def inspect_bytes(self, raw: bytes, trail: Trail) -> Iterator[Match | Gap]:
        from shoumi.engine.types import Segment

        self._write(trail, Segment(raw.decode()), "text")
        return iter(())

    def inspect_name(self, name: str, trail: Trail) -> Iterator[Match | Gap]:  # noqa: ARG002  (names are not text)
        return iter(())

    def suspects(self, name: str) -> bool:  # noqa: ARG002
        return False

    def mask(self, text: str) -> str:
        return text

    def _write(self, trail: Trail, segment: Segment, method: str) -> None:
        first, last = segment.keep or (0, len(segment.text))
        text = segment.text[first:last]
        if self._as_json:
            line = {
                "trail": trail.as_json(),
                "locator": segment.locator.as_json(),
                "text": text,
                "hidden": segment.hidden,
                "method": method,
            }
            if segment.hiding:
                line["hiding"] = segment.hiding
            said = {"sender": segment.sender, "time": segment.time, "conversation": segment.conversation}
            line |= {name: value for name, value in said.items() if value}
            self._stream.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace") + b"\n")
            return
        if not self._first and not segment.base:
            self._stream.write(b"\n\n")
        self._first = False
        self._stream.write(text.encode("utf-8", "replace"))
        self._stream.flush()
