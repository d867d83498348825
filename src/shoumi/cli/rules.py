"""``shoumi rules``: what is looked for, in the reader's language; are packs sound; why does a text match, or not."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

from shoumi.engine.rule import Rule


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "rules",
        help="list, show, check and explain rules",
        description="What is looked for, whether packs are sound, and why a text matches or not. Exit code: 0; 2 wrong "
        "use, or a pack that is not sound.",
    )
    parser.set_defaults(run=lambda _arguments: _usage(parser))
    actions = parser.add_subparsers(title="actions", metavar="ACTION")
    listing = _action(actions, "list", "all rules, one a line", _list)
    show = _action(actions, "show", "everything about a rule", _show)
    show.add_argument("id", metavar="ID", help="as `shoumi rules list` names it")
    check = _action(actions, "check", "check the shipped packs, and files of your own", _check)
    check.add_argument("files", nargs="*", metavar="FILE", help="YAML packs, text files of one term a line")
    explain = _action(actions, "explain", "which rules match a text, and why others do not", _explain)
    explain.add_argument("text", metavar="TEXT", help="the text, or - to read it from standard input")
    for one in (listing, show, explain):
        one.add_argument("--packs", default="all", metavar="NAMES", help="names or files, by comma (default: all)")


def _action(actions: Any, name: str, about: str, act: Callable[[argparse.Namespace], int]) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = actions.add_parser(name, help=about, description=about)
    parser.set_defaults(run=act)
    return parser


def run(arguments: argparse.Namespace) -> int:
    """Carry out the chosen action."""
    code: int = arguments.run(arguments)
    return code


def _usage(parser: argparse.ArgumentParser) -> int:
    parser.print_help()
    return 2


def _rules(packs: str) -> list[Rule]:
    from shoumi.engine import rule

    names = rule.resolve(tuple(name for name in packs.split(",") if name))
    return [entry for name in names for entry in rule.load(name).rules]


def _list(arguments: argparse.Namespace) -> int:
    from rich.console import Console
    from rich.table import Table

    from shoumi.engine import messages

    language = messages.language()
    table = Table(box=None, pad_edge=False)
    for code in ("id", "severity", "category", "name"):
        table.add_column(messages.text(f"rules.{code}", language), no_wrap=code == "id", overflow="fold")
    for entry in sorted(_rules(arguments.packs), key=lambda entry: entry.id):
        severity = messages.text(f"reports.severity.{entry.severity}", language)
        category = messages.text(f"reports.category.{entry.category}", language)
        table.add_row(entry.id, severity, category, entry.name[language])
    terminal = sys.stdout.isatty()
    Console(width=None if terminal else 160, highlight=False).print(table)
    return 0


def _show(arguments: argparse.Namespace) -> int:
    from shoumi.engine import messages
    from shoumi.engine.errors import UsageError

    language = messages.language()
    entry = next((entry for entry in _rules(arguments.packs) if entry.id == arguments.id), None)
    if entry is None:
        raise UsageError(f"no rule {arguments.id!r}: 'shoumi rules list' names them all")
    print(f"{entry.id}  {entry.name[language]}\n\n{entry.means[language]}\n")
    for code, value in _fields(entry, language):
        print(f"{messages.text(f'rules.{code}', language)}: {value}")
    for code in ("examples", "negative_examples", "references"):
        if values := getattr(entry, code):
            print(f"\n{messages.text(f'rules.{code}', language)}:")
            print("\n".join(f"  {value!r}" if "\n" in value else f"  {value}" for value in values))
    return 0


def _fields(entry: Rule, language: str) -> Iterator[tuple[str, object]]:
    from shoumi.engine import messages

    yield "pack", entry.pack
    yield "version", entry.version
    yield "category", messages.text(f"reports.category.{entry.category}", language)
    yield "severity", messages.text(f"reports.severity.{entry.severity}", language)
    if entry.area:
        yield "area", messages.text(f"reports.area.{entry.area}", language)
    yield "detector", entry.detector
    if entry.pattern:
        yield "pattern", " ".join(entry.pattern.split())
    if entry.check:
        yield "validator", entry.check
    if entry.context.words:
        yield "context", ", ".join(entry.context.words)
    if entry.keywords:
        yield "keywords", len(entry.keywords)


def _check(arguments: argparse.Namespace) -> int:
    """Print what is wrong, as file:line: reason; 2 when anything is."""
    from shoumi.engine import messages, rule
    from shoumi.engine.rulecheck import problems

    language = messages.language()
    names: Sequence[str] = (*rule.shipped(), *arguments.files)
    for file in arguments.files:
        if not Path(file).exists():
            rule.files_of(file)  # says what to do
    found, count = problems(names)
    for file, line, reason in found:
        print(f"{file}:{line}: {reason}", file=sys.stderr)
    if found:
        return 2
    print(messages.text("rules.sound", language, rules=count, packs=len(names)))
    return 0


def _explain(arguments: argparse.Namespace) -> int:
    from shoumi.engine import messages
    from shoumi.engine.home import Home
    from shoumi.engine.rulecheck import explain
    from shoumi.engine.settings import Settings

    language = messages.language()
    text = sys.stdin.read() if arguments.text == "-" else arguments.text
    settings = Settings(packs=tuple(arguments.packs.split(",")))
    outcomes = explain(text, settings, Home())
    for outcome in outcomes:
        name = outcome.rule.name[language]
        reasons = "; ".join(messages.render(reason, language).rstrip(".。") for reason in outcome.reasons)
        severity = messages.text(f"reports.severity.{outcome.severity}", language) if outcome.severity else ""
        code = "rules.matches" if outcome.severity else "rules.no-match"
        print(messages.text(code, language, rule=outcome.rule.id, name=name, severity=severity, reasons=reasons,
                            text=outcome.text))  # fmt: skip
    if not outcomes:
        print(messages.text("rules.nothing", language))
    return 0
