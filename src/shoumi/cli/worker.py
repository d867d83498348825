"""``shoumi worker``: the console's background work, beside a web server that runs elsewhere."""

from __future__ import annotations

import argparse
from typing import Any


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "worker",
        help="run the console's background work",
        description="Do what waits in the console's queue (reminders, mails, scans) and start what the clock asks for. "
        "“shoumi serve” starts one by itself; several may run, also on several machines with one PostgreSQL.",
    )
    parser.add_argument("-j", "--jobs", type=int, default=2, metavar="N", help="jobs at once; default: 2")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Work until stopped."""
    import importlib.util

    from shoumi.engine.errors import UsageError

    if importlib.util.find_spec("django") is None:
        raise UsageError("the console is not installed: pip install 'shoumi[console]'")
    if arguments.jobs < 1:
        raise UsageError("--jobs: at least 1")
    from shoumi.console import server

    try:
        server.start()
        server.ready()
    except server.CannotServe as error:
        raise UsageError(str(error)) from error
    print("Working (Ctrl-C stops it)", flush=True)
    server.work(arguments.jobs)
    return 0
