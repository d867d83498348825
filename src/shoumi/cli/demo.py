"""``shoumi demo``: write a synthetic office share, inspect it, fill a console; show what was found and how to go on."""

from __future__ import annotations

import argparse
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from shoumi.cli.serve import BIND, NEEDED


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "demo",
        help="inspect a synthetic office share, and fill a console with an invented organisation",
        description="Write some 300 synthetic files, inspect them, write a report, and fill a console. Everything "
        "stays in one folder, which may be deleted at any time.",
    )
    parser.add_argument("folder", nargs="?", default="shoumi-demo", metavar="FOLDER", help="default: ./shoumi-demo")
    parser.add_argument("--code", metavar="NAME", help="only print the one-time code that an account has now")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Write, inspect, report. The demo has a key and registry of its own, inside its folder."""
    from shoumi.demo import share
    from shoumi.engine import messages, registry
    from shoumi.engine.errors import UsageError
    from shoumi.engine.home import Home
    from shoumi.engine.scan import Scan

    folder = Path(arguments.folder)
    if arguments.code:
        return _console(Path(os.environ.get("SHOUMI_HOME") or folder / "home"), arguments.code).returncode
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
    if any(importlib.util.find_spec(name) is None for name in NEEDED):
        say("no-console")
        return 0
    from shoumi.console.demo import command

    say("filling")
    sys.stdout.flush()
    if _console(folder / "home", "fill").returncode:
        return 2
    say("console", command=f"{command()} serve --home {shlex.quote(str(folder / 'home'))}", address=f"http://{BIND}")
    return 0


def _console(home: Path, *words: str) -> subprocess.CompletedProcess[bytes]:
    """Run the demo's console part on a home of its own, whatever database this machine uses otherwise."""
    environment = {**os.environ, "SHOUMI_HOME": str(home), "DATABASE_URL": "", "SHOUMI_PUBLIC": ""}
    environment |= {"SHOUMI_CALLED": sys.argv[0]}
    return subprocess.run([sys.executable, "-m", "shoumi.console.demo", *words], env=environment, check=False)
