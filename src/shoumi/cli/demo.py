"""``shoumi demo``: write a synthetic office share, inspect it, show what was found and where the report is."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from pathlib import Path
from typing import Any


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo",
        help="inspect a synthetic office share",
        description="Write some 300 synthetic files, inspect them, and write a report. Everything stays in one folder, "
        "which may be deleted at any time.",
    )
    parser.add_argument("folder", nargs="?", default="shoumi-demo", metavar="FOLDER", help="default: ./shoumi-demo")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write, inspect, report. The demo has a key and registry of its own, inside its folder."""
    from shoumi.demo import share
    from shoumi.engine import messages, registry
    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home
    from shoumi.engine.scan import Scan

    folder = Path(arguments.folder)
    if folder.exists() and not (folder / "share").is_dir():
        raise UsageError(f"{folder} exists and is not a demo of Shoumi: name another folder")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    language = messages.language()
    try:
        expected = share.write(folder / "share")
    except OSError as error:
        raise UsageError(f"cannot write {folder}: {os.strerror(error.errno or 0)}") from error
    home = Home(folder / "home")
    share.register(folder, home)

    def say(code: str, **values: Any) -> None:
        print(messages.text(f"demo.{code}", language, **values))

    say("written", count=sum(path.is_file() for path in (folder / "share").rglob("*")), folder=folder / "share")
    sys.stdout.flush()
    report = folder / "report.html"
    scan = Scan((str(folder / "share"),), home=home)
    table = registry.reports()["table"](sys.stdout.buffer, language)
    with report.open("wb") as stream:
        page = registry.reports()["html"](stream, language)
        for event in scan:
            table.event(event)
            page.event(event)
        table.finish(scan.summary)
        page.finish(scan.summary)
    say("planted", count=len(expected))
    say("report", path=report.resolve())
    return 0
