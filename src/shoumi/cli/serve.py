"""``shoumi serve``: the console, with one command: database, set-up link, web server, background work."""

from __future__ import annotations

import argparse
from typing import Any, Final

BIND: Final = "127.0.0.1:8731"
NEEDED: Final = ("django", "gunicorn", "whitenoise", "argon2", "pyotp", "segno")


def add(commands: Any) -> None:
    """Declare the command."""
    parser = commands.add_parser(
        "serve",
        help="start the console",
        description="Start the console on this machine: web server, worker and scheduler. The first start makes the "
        "database and prints a one-time link with which the administrators are named; there is no default password. "
        "DATABASE_URL chooses PostgreSQL.",
    )
    parser.add_argument("--bind", default=BIND, metavar="HOST:PORT", help=f"default: {BIND}")
    parser.add_argument(
        "--public",
        default="",
        metavar="https://NAME",
        help="the address people type; a TLS proxy answers there and passes requests on",
    )
    parser.add_argument("--demo", action="store_true", help="fill an empty database with an invented organisation")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Prepare and serve until stopped."""
    import importlib.util
    import os

    from shoumi.engine.errors import UsageError

    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise UsageError(f"the console is not installed ({', '.join(missing)} missing): pip install 'shoumi[console]'")
    if arguments.public:
        os.environ["SHOUMI_PUBLIC"] = arguments.public
    from shoumi.console import server

    try:
        host, port = server.place(arguments.bind, public=bool(arguments.public))
        server.start()
        address = arguments.public or f"http://{host if ':' not in host else f'[{host}]'}:{port}"
        for line in server.prepare(address.rstrip("/"), demo=arguments.demo):
            print(line)
        print(f"Shoumi answers at {address} (Ctrl-C stops it)", flush=True)
        return server.run(host, port)
    except server.CannotServe as error:
        raise UsageError(str(error)) from error
