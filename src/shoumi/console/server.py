"""What ``shoumi serve`` does: check the address, bring the database up to date, say what to do first, serve and work.

Enters a bind address; leaves lines to print, then two running processes: the web server (gunicorn) and the worker of
the background jobs. CannotServe becomes a sentence on the terminal.
"""

from __future__ import annotations

import ipaddress
import multiprocessing
import os
import signal
import socket
import sys
import time
from collections.abc import Callable, Iterator
from typing import Any, Final

THREADS: Final = 8
WORKERS: Final = 2
_GRACE: Final = 40.0  # seconds for requests and jobs under way, once a signal came


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
            if not User.objects.exists():
                _apart(lambda: list(invented.fill()))
            yield from invented.fill()
        except invented.NotEmpty as error:
            raise CannotServe(str(error)) from error
    elif not User.objects.exists():
        yield "This installation is new. Open this link once, within 72 hours, and name its administrators:"
        yield f"  {address}/accounts/setup/{tokens.issue(None)}/"
    call_command("clearsessions")
    signin.forget()
    connection.close()  # the server's processes open their own


def _apart(main: Callable[[], Any]) -> None:
    """Do something in a process of its own and wait: typesetting starts threads, which no later fork survives."""
    from django.db import connection

    connection.close()
    process = multiprocessing.get_context("fork").Process(target=main)
    process.start()
    process.join()
    if process.exitcode:
        raise CannotServe("the invented organisation could not be made; what went wrong stands above")


def run(host: str, port: int) -> int:
    """Serve and work, each in a process of its own, until a signal comes; then stop both and return the exit code.

    A worker that ends is started anew; without the web server there is nothing left to do.
    """
    stop: list[int] = []
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda number, _frame: stop.append(number))
    web, worker, code = _process(lambda: serve(host, port)), _process(work), 0
    while not stop:
        ended, status = os.waitpid(-1, os.WNOHANG)
        if ended == web:
            web, code = 0, os.waitstatus_to_exitcode(status) or 1
            break
        if ended == worker:
            time.sleep(1)
            worker = _process(work)
        if not ended:
            time.sleep(0.2)
    _end([process for process in (web, worker) if process])
    return code


def _process(main: Callable[[], None]) -> int:
    """Start a process that ends when this one does, however that happens."""
    from shoumi.console.jobs.worker import die_with

    sys.stdout.flush()
    parent, process = os.getpid(), os.fork()
    if process:
        return process
    code = 1
    try:
        os.setpgid(0, 0)  # Ctrl-C reaches the parent, which passes it on once
        die_with(parent, signal.SIGTERM)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, signal.SIG_DFL)
        main()
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 1
    finally:
        sys.stdout.flush()
        os._exit(code)
    return 0


def _end(processes: list[int]) -> None:
    """Ask processes to end; end those that do not in time."""
    for process in processes:
        os.kill(process, signal.SIGTERM)
    until = time.monotonic() + _GRACE
    waiting = set(processes)
    while waiting:
        ended, _status = os.waitpid(-1, os.WNOHANG)
        waiting.discard(ended)
        if not ended:
            if time.monotonic() > until:
                for process in waiting:
                    os.kill(process, signal.SIGKILL)
            time.sleep(0.1)


def work(at_once: int = 2) -> None:
    """Do background work until a signal comes."""
    from shoumi.console.jobs import declared
    from shoumi.console.jobs.worker import Loop

    declared.registry()
    Loop(at_once).run()


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
