"""``shoumi review MANUSCRIPT``: where each part of a manuscript comes from, before it is published."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from shoumi.cli._output import opened
from shoumi.cli.scan import add_settings, settings

_BY_SUFFIX = {".html": "html", ".htm": "html", ".jsonl": "jsonl", ".xlsx": "xlsx"}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "review",
        help="review a manuscript before it is published",
        description="Show every passage of registered documents, every mark and personal datum in place, the sources, "
        "and the level and term that the manuscript inherits. Exit code: 0 nothing to decide; 1 something to decide; "
        "3 nothing to decide, but something could not be examined; 2 wrong use.",
    )
    parser.add_argument("manuscript", metavar="MANUSCRIPT")
    parser.add_argument(
        "-o", "--output", metavar="FILE", help="html, jsonl or xlsx, by its name (default: jsonl to stdout)"
    )
    parser.add_argument("-f", "--format", choices=("html", "jsonl", "xlsx"))
    parser.add_argument(
        "--decisions", metavar="FILE", help="decisions (YAML or JSON) kept by content; new ones are offered in it"
    )
    parser.add_argument("--record", metavar="FILE", help="write the unsigned record for `shoumi clearance sign` here")
    parser.add_argument("--compiler", default="", metavar="NAME", help="who compiled it: cannot clear it")
    add_settings(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Review and write."""
    from shoumi.engine import clearance, messages
    from shoumi.engine.home import Home
    from shoumi.engine.review import read_decisions, review
    from shoumi.engine.review_sheet import FORMS

    known = Path(arguments.decisions) if arguments.decisions else None
    decisions = read_decisions(known) if known and known.exists() else {}
    sheet = review(arguments.manuscript, Home(), settings(arguments), decisions)
    suffix = Path(arguments.output).suffix.lower() if arguments.output else ""
    form = arguments.format or _BY_SUFFIX.get(suffix, "jsonl")
    with opened(arguments.output, binary=form == "xlsx") as stream:
        FORMS[form](sheet, stream, messages.language())
    if arguments.record:
        with opened(arguments.record, binary=False) as stream:
            body = clearance.record(sheet, arguments.compiler)
            stream.write(json.dumps(body, ensure_ascii=False, indent=1).encode())
    if known and not known.exists():
        _offer(known, sheet)
    if sheet.undecided:
        print(f"shoumi: {sheet.undecided} places to decide", file=sys.stderr)
        return 1
    return 3 if sheet.gaps else 0


def _offer(path: Path, sheet: Any) -> None:
    """Write a file of decisions to fill in: one entry for each content, with an empty verdict."""
    entries = {
        hit.match.id: {"id": hit.match.id, "rule": hit.match.rule, "verdict": "", "reason": "", "by": ""}
        for hit in sheet.hits
    }
    with opened(str(path), binary=False) as stream:
        stream.write(json.dumps({"decisions": list(entries.values())}, ensure_ascii=False, indent=1).encode())
