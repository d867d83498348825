"""``shoumi phone check PATH|adb:``: the ten don'ts of phones, each answered with its evidence and what to do."""

from __future__ import annotations

import argparse
import html
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shoumi.engine.phone import Report

_COLOURS = {"pass": "green", "fail": "red", "unknown": "yellow", "taught": "cyan"}


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser("phone", help="answer the ten don'ts for a phone")
    actions = parser.add_subparsers(title="actions", metavar="ACTION", required=True)
    check = actions.add_parser(
        "check",
        help="check a bug report, a phone on the cable or an iOS backup",
        description="Answer the ten don'ts from an Android bug report (zip, folder or text), a phone on the cable "
        "(adb: or adb:SERIAL) or an iOS backup's folder. Messages are never read; answers hold counts and settings "
        "only. Exit code: 0 all pass or taught, 1 a fail, 3 something not known, 2 not a phone.",
    )
    check.add_argument("address", metavar="PATH|adb:", help="bugreport.zip, a folder, or adb:[SERIAL]")
    check.add_argument("--contacts", metavar="FILE", help="the phone's contacts as a vCard file, for the first check")
    check.add_argument("-f", "--format", choices=("table", "jsonl", "html"), default="table", help="table: for people")
    check.add_argument("-o", "--output", metavar="FILE", help="write there instead of standard output")
    check.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Check and print."""
    from shoumi.cli._output import opened
    from shoumi.engine import messages
    from shoumi.engine.phone import check

    language = messages.language()
    with opened(arguments.output, binary=False) as stream:
        report = check(arguments.address, arguments.contacts)
        made = {"table": _table, "jsonl": _lines, "html": _page}[arguments.format](report, language)
        stream.write(made.encode("utf-8", "backslashreplace"))
    return report.exit_code


def _lines(report: Report, language: str) -> str:
    return "".join(json.dumps(answer.as_json(language), ensure_ascii=False) + "\n" for answer in report.answers)


def _table(report: Report, language: str) -> str:
    from shoumi.engine import messages

    parts = [f"{messages.text(f'phone.source.{report.source}', language)}\n"]
    if report.encrypted:
        parts.append(f"{messages.text('phone.encrypted', language)}\n")
    for answer in report.answers:
        line = answer.as_json(language)
        parts.append(f"\n{answer.check:<3} {messages.text(f'phone.{answer.result}', language)}  {line['title']}\n")
        parts += [f"      · {_printable(text)}\n" for text in line["evidence"]]
        if answer.result != "pass":
            parts.append(f"      → {line['fix']}\n")
    parts.append(f"\n{_totals(report, language)}\n{messages.text('phone.private', language)}\n")
    return "".join(parts)


def _totals(report: Report, language: str) -> str:
    from shoumi.engine import messages

    results = [answer.result for answer in report.answers]
    counts = [
        f"{messages.text(f'phone.{name}', language)} {results.count(name)}" for name in _COLOURS if name in results
    ]
    return " · ".join(counts)


def _page(report: Report, language: str) -> str:
    from shoumi.engine import messages

    title = html.escape(messages.text("phone.title", language))
    rows = []
    for answer in report.answers:
        line = answer.as_json(language)
        evidence = "".join(f"<li>{html.escape(_printable(text))}</li>" for text in line["evidence"])
        result = html.escape(messages.text(f"phone.{answer.result}", language))
        fix = "" if answer.result == "pass" else f"<p>{html.escape(line['fix'])}</p>"
        rows.append(
            f'<tr><th scope="row">{answer.check}</th><td>{html.escape(line["title"])}</td>'
            f'<td class="{answer.result}">{result}</td><td><ul>{evidence}</ul>{fix}</td></tr>'
        )
    head = "".join(
        f'<th scope="col">{html.escape(messages.text(f"phone.column.{name}", language))}</th>'
        for name in ("number", "check", "result", "evidence")
    )
    source = html.escape(messages.text(f"phone.source.{report.source}", language))
    locked = f"<p>{html.escape(messages.text('phone.encrypted', language))}</p>" if report.encrypted else ""
    note = html.escape(messages.text("phone.private", language))
    return (
        f'<!doctype html>\n<html lang="{language}"><head><meta charset="utf-8">'
        f"<title>{title}</title>\n<style>{_STYLE}</style></head>"
        f"<body><h1>{title}</h1><p>{source}</p>{locked}<p>{html.escape(_totals(report, language))}</p>\n"
        f"<table><thead><tr>{head}</tr></thead><tbody>\n{chr(10).join(rows)}\n</tbody></table><p>{note}</p></body></html>\n"
    )


_STYLE = (
    "body{font:16px/1.6 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1c1f24}"
    "table{border-collapse:collapse;width:100%}"
    "th,td{border-top:1px solid #c9ced6;padding:.5rem;text-align:left;vertical-align:top}"
    "ul{margin:0;padding-left:1.2rem}p{margin:.4rem 0}"
    ".pass{color:#17663a}.fail{color:#a3160f;font-weight:bold}.unknown{color:#7a5200}"
    "@media print{body{margin:0}}"
)


def _printable(text: str) -> str:
    return "".join(char if char.isprintable() else " " for char in text[:300])
