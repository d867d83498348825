"""``shoumi chat members|messages FILE``: who is in the conversations of an export, and what was said.

For the group register: the members' list of a group goes into it as CSV or JSON Lines.
"""

from __future__ import annotations

import argparse
import csv
import io
import json
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoumi.engine.types import Gap, Item, Raw, Segment


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("chat", help="members and messages of a chat export")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    for name, text in (("members", "list who is in each conversation"), ("messages", "list what was said")):
        action = actions.add_parser(
            name,
            help=text,
            description=f"{text.capitalize()}, from an export of a messenger. Names are not masked: the list is a "
            "carrier itself. Exit code: 0, or 3 when a part could not be read.",
        )
        action.add_argument("file", metavar="FILE", help="an export: text, CSV, JSON, page or archive")
        action.add_argument("-f", "--format", choices=("csv", "jsonl"), default="csv")
        action.add_argument("-o", "--output", metavar="FILE", help="write there instead of standard output")
        action.set_defaults(run=run, action=name)


def run(arguments: argparse.Namespace) -> int:
    """Read the export and write the list."""
    from shoumi.cli._output import opened
    from shoumi.engine.errors import Unexamined

    rows: list[dict[str, Any]] = []
    code = 0
    try:
        for part in _parts(arguments.file):
            rows += _members(part) if arguments.action == "members" else _messages(part)
            code = 3 if _is_gap(part) else code
    except Unexamined as error:
        print(f"shoumi: {arguments.file}: {error}", file=sys.stderr)
        code = 3
    with opened(arguments.output, binary=False) as stream:
        stream.write((_table(rows) if arguments.format == "csv" else _lines(rows)).encode("utf-8", "replace"))
    return code


def _parts(path: str) -> Iterator[Segment | Item | Gap | Raw]:
    from shoumi.engine import registry
    from shoumi.engine.blob import Blob
    from shoumi.engine.errors import UsageError
    from shoumi.engine.settings import Settings

    settings = Settings()
    blob = Blob.of_file(path, settings.limits)
    extractor = registry.extractors().get(registry.sniffer().media_type(blob))
    if extractor is None or extractor.name != "chat":
        raise UsageError(f"{path}: no chat export that is known here; other files are read by: shoumi text")
    try:
        yield from extractor.segments(blob, settings)
    finally:
        blob.close()


def _is_gap(part: Segment | Item | Gap | Raw) -> bool:
    from shoumi.engine.types import Gap

    return isinstance(part, Gap)


def _members(part: Segment | Item | Gap | Raw) -> Iterator[dict[str, Any]]:
    from shoumi.engine.chat import MEMBERS
    from shoumi.engine.types import Segment

    if isinstance(part, Segment) and part.locator.part == MEMBERS:
        lines = part.text.split("\n")
        for line in lines[1:] if part.conversation else lines:
            name, _, id_ = line.partition("\t")
            yield {"conversation": part.conversation, "name": name, "id": id_}


def _messages(part: Segment | Item | Gap | Raw) -> Iterator[dict[str, Any]]:
    from shoumi.engine.types import Segment

    if isinstance(part, Segment) and part.locator.message is not None:
        place = {"conversation": part.conversation, "message": part.locator.message}
        yield {**place, "time": part.time, "sender": part.sender, "text": part.text}


def _table(rows: list[dict[str, Any]]) -> str:
    """Return CSV; a cell that a spreadsheet would take for a formula gets an apostrophe in front."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\r\n")
    table.writerow(rows[0] if rows else ("conversation", "name", "id"))
    for row in rows:
        table.writerow([f"'{cell}" if str(cell)[:1] in ("=", "+", "-", "@", "\t") else cell for cell in row.values()])
    return "\ufeff" + out.getvalue()


def _lines(rows: list[dict[str, Any]]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
