"""What ``shoumi serve`` does: check the address, bring the database up to date, say what to do first, serve.

Enters a bind address; leaves lines to print, then a running gunicorn. CannotServe becomes a sentence on the terminal.
"""

from __future__ import annotations

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any, Final

THREADS: Final = 8
WORKERS: Final = 2


class CannotServe(Exception):
    """The console cannot start; the message says what to do."""


def place(bind: str, *, public: bool) -> tuple[str, int]:
    """Return host and port. Raises CannotServe when passwords would travel in the open or the port is taken."""
    host, colon, port = bind.rpartition(":")
    host = host.strip("[]") or "127.0.0.1"
    if not colon or not port.isascii() or not port.isdigit() or not 0 < int(port) < 65536:
        raise CannotServe(f"--bind {bind}: write HOST:PORT, such as 127.0.0.1:8731")
    if not public and not _loopback(host):
        raise CannotServe(
            f"--bind {bind} is open to the network, and passwords would travel unencrypted: put a TLS proxy in front "
            "and say --public https://NAME"
        )
    try:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, int(port)))
    except OSError as error:
        raise CannotServe(f"--bind {bind}: {os.strerror(error.errno or 0)}; choose another port") from error
    return host, int(port)


def _loopback(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def start() -> None:
    """Load Django with the console's settings. Raises CannotServe when the database does not answer."""
    import django

    os.umask(0o077)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "shoumi.console.settings")
    django.setup()
    from django.db import DatabaseError, connection

    try:
        connection.ensure_connection()
    except DatabaseError as error:
        raise CannotServe(f"the database does not answer ({type(error).__name__}): check DATABASE_URL") from error


def ready() -> None:
    """Raise CannotServe when the console was never started here: commands beside it change no database."""
    from django.db import connection

    if "audit_entry" not in connection.introspection.table_names():
        raise CannotServe("there is no console here yet: start it once with “shoumi serve”, or name its --home")


def prepare(address: str, *, demo: bool) -> Iterator[str]:
    """Bring the database up to date; yield what the person at the keyboard must know."""
    from django.core.management import call_command
    from django.db import connection

    call_command("migrate", verbosity=0, interactive=False)
    from shoumi.console.accounts import signin, tokens
    from shoumi.console.accounts.models import User

    if demo:
        from shoumi.console import demo as invented

        try:
            yield from invented.fill()
        except invented.NotEmpty as error:
            raise CannotServe(str(error)) from error
    elif not User.objects.exists():
        yield "This installation is new. Open this link once, within 72 hours, and name its administrators:"
        yield f"  {address}/accounts/setup/{tokens.issue(None)}/"
    call_command("clearsessions")
    signin.forget()
    connection.close()  # the server's processes open their own


def serve(host: str, port: int) -> None:
    """Answer requests until a signal comes; requests under way are finished."""
    from gunicorn.app.base import BaseApplication

    shown = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    options: dict[str, Any] = {
        "bind": shown,
        "workers": WORKERS,
        "threads": THREADS,
        "worker_class": "gthread",
        "timeout": 120,
        "graceful_timeout": 20,
        "max_requests": 5000,
        "max_requests_jitter": 500,
        "accesslog": None,  # addresses carry what people searched for
        "loglevel": "warning",
        "control_socket_disable": True,
        "proc_name": "shoumi",
    }

    class Server(BaseApplication):
        """gunicorn with the options above and nothing from files or the environment."""

        def load_config(self) -> None:
            """Take the options that this version of gunicorn knows."""
            for name, value in options.items():
                if name in self.cfg.settings:
                    self.cfg.set(name, value)

        def load(self) -> Any:
            """Return the application, in each worker."""
            from shoumi.console.wsgi import application

            return application

    Server().run()
