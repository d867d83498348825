"""``shoumi scan ADDRESS…``: inspect files and folders, report what was found and what was not examined."""

from __future__ import annotations

import argparse
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from shoumi.cli._output import opened
from shoumi.cli._progress import Line

if TYPE_CHECKING:
    from shoumi.engine.scan import Scan
    from shoumi.engine.settings import Settings

FORMATS = ("table", "jsonl", "sarif", "html", "xlsx")
_NAMED: Final = {
    "html": "html",
    "htm": "html",
    "xlsx": "xlsx",
    "jsonl": "jsonl",
    "json": "jsonl",
    "sarif": "sarif",
    "txt": "table",
}
# somebody who asks for these must not find a text table under that name
_NOT_WRITTEN: Final = frozenset(
    ("pdf", "doc", "docx", "odt", "rtf", "wps", "xls", "ods", "et", "csv", "tsv", "xml", "md", "yaml", "zip")
)


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "scan",
        help="inspect files and folders",
        description="Inspect files and folders, archives and mails in them included. Exit code: 0 everything examined "
        "and nothing found above info; 1 findings; 3 nothing found, but something could not be examined; 2 wrong use.",
    )
    parser.add_argument("addresses", nargs="+", metavar="ADDRESS", help="a file, a folder, or - for standard input")
    parser.add_argument("-f", "--format", choices=FORMATS, help="table (the default), or as the name given to -o ends")
    parser.add_argument("-o", "--output", metavar="FILE", help="write the report here; it appears when complete")
    parser.add_argument(
        "-j", "--jobs", type=_jobs, default=0, metavar="N", help="worker processes (default: processors)"
    )
    add_settings(parser)
    parser.add_argument("--baseline", metavar="FILE", help="what is known: a suppression list, or a JSONL report")
    parser.add_argument("--resume", action="store_true", help="go on with a killed scan; says how much was done")
    parser.add_argument("--include", action="append", default=[], metavar="GLOB", help="only what matches; repeatable")
    parser.add_argument(
        "--exclude", action="append", default=[], metavar="GLOB", help="all but what matches; repeatable"
    )
    parser.add_argument("--follow-links", action="store_true", help="follow symbolic links")
    parser.add_argument("--one-file-system", action="store_true", help="do not enter other file systems")
    parser.set_defaults(run=run)


def add_settings(parser: argparse.ArgumentParser) -> None:
    """Declare the options that every command that inspects shares."""
    parser.add_argument(
        "--packs",
        default="all",
        metavar="NAMES",
        help="rule packs by comma: names (rules list), YAML files, text files of one term a line (default: all)",
    )
    add_reading(parser)
    parser.add_argument("--mentions", action="store_true", help="also show places that only talk about a level")


def add_reading(parser: argparse.ArgumentParser) -> None:
    """Declare the options that decide what text is seen, whatever is looked for in it."""
    parser.add_argument(
        "--ocr", choices=("auto", "off", "all"), default="auto", help="text in pictures: auto (the default), off, all"
    )
    parser.add_argument("--passwords", metavar="FILE", help="passwords to try on encrypted files, one a line")


def settings(arguments: argparse.Namespace) -> Settings:
    """Return the choices of ``add_settings``. Raises UsageError for no pack, or passwords that cannot be read."""
    from shoumi.engine.errors import UsageError

    packs = tuple(name.strip() for name in arguments.packs.split(",") if name.strip())
    if not packs:  # nothing would be looked for, and everything would seem clean
        raise UsageError("--packs names no pack: 'all', or names and files separated by commas")
    return replace(reading(arguments), packs=packs, mentions=arguments.mentions)


def reading(arguments: argparse.Namespace) -> Settings:
    """Return the choices of ``add_reading``. Raises UsageError when the password file cannot be read."""
    from shoumi.engine.errors import UsageError
    from shoumi.engine.settings import Settings

    passwords: tuple[str, ...] = ()
    if arguments.passwords:
        try:
            lines = Path(arguments.passwords).read_text("utf-8-sig").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError(f"cannot read the passwords in {arguments.passwords}: one a line, UTF-8") from error
        passwords = tuple(line for line in lines if line)
    return Settings(ocr=arguments.ocr, passwords=passwords)


def run(arguments: argparse.Namespace) -> int:
    """Scan and report."""
    from shoumi.engine import messages, registry
    from shoumi.engine.scan import Scan
    from shoumi.engine.source import Policy
    from shoumi.engine.suppression import Suppressions

    form = arguments.format or _form_of(arguments.output)
    chosen = settings(arguments)
    line = Line()
    scan = Scan(
        tuple(arguments.addresses),
        settings=chosen,
        policy=Policy(
            tuple(arguments.include), tuple(arguments.exclude), arguments.follow_links, arguments.one_file_system
        ),
        jobs=arguments.jobs,
        suppressions=Suppressions.load(Path(arguments.baseline), chosen.today) if arguments.baseline else None,
        watch=line,
    )
    language = messages.language()
    kind = registry.reports()[form]
    with opened(arguments.output, binary=kind.binary) as stream:
        _stop_on_signals(scan, language)
        report = kind(stream, language)
        for event in scan:
            line.clear()
            report.event(event)
        line.clear()
        report.finish(scan.summary)
    _remarks(scan, language, resume=arguments.resume)
    return scan.exit_code


def _form_of(output: str | None) -> str:
    """Return the form that a file's name asks for. Raises UsageError for the name of a form that is not written."""
    from shoumi.engine.errors import UsageError

    suffix = Path(output).suffix.lstrip(".").lower() if output else ""
    if suffix in _NOT_WRITTEN:
        raise UsageError(f"{output}: reports are not written as .{suffix}; choose {', '.join(_NAMED)}, or say -f")
    return _NAMED.get(suffix, "table")


def _stop_on_signals(scan: Scan, language: str) -> None:
    """Let the first Ctrl-C or SIGTERM end the scan with its report; the second ends the process."""
    from shoumi.engine import messages

    def stop(number: int, _frame: object) -> None:
        signal.signal(number, signal.SIG_DFL)
        print(f"\nshoumi: {messages.text('scan.stopping', language)}", file=sys.stderr)
        scan.stop()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)


def _remarks(scan: Scan, language: str, *, resume: bool) -> None:
    """Say on standard error what the report's form has no place for."""
    from shoumi.engine import messages

    def say(code: str, **values: str | int) -> None:
        print(f"shoumi: {messages.text(code, language, **values)}", file=sys.stderr)

    for error in scan.errors:
        print(f"shoumi: {error}", file=sys.stderr)
    if resume:
        say("scan.resumed", done=scan.summary.unchanged, files=scan.summary.files)
    if scan.suppressions is not None:
        for entry in scan.suppressions.expired():
            say("scan.expired", id=entry.id, owner=entry.owner, until=str(entry.until))
        for entry in scan.suppressions.unused():
            say("scan.unused", id=entry.id, owner=entry.owner)


def _jobs(text: str) -> int:
    try:
        count = int(text)
    except ValueError:
        count = 0
    if count < 1:
        raise argparse.ArgumentTypeError("a number from 1")
    return count
