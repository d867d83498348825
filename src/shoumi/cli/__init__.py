"""The command line: one file per command.

A module of this package whose name has no underscore in front is a command: ``add(commands)`` declares it and
``run(arguments)`` carries it out and returns the exit code. ``--home`` and ``--lang`` may stand anywhere.
"""

from __future__ import annotations

import argparse
import importlib
import os
import pkgutil
import sys
from collections.abc import Sequence

from shoumi.engine.errors import OutputError, ShoumiError, UsageError
from shoumi.version import VERSION

LANGUAGES = ("zh-Hans", "zh-Hant", "en")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command and return its exit code: 2 for wrong use or failure, else the command's own."""
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # workers are processes; threads would only compete
    rest = _everywhere(list(sys.argv[1:] if argv is None else argv))
    parser = _parser()
    arguments = parser.parse_args(rest)
    if not hasattr(arguments, "run"):
        parser.print_help()
        return 2
    try:
        code: int = arguments.run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        _abandon_stdout()
        return _fail("whoever read the output closed it; the command was stopped")
    except UsageError as error:
        return _fail(str(error))
    except (OutputError, ShoumiError) as error:
        return _fail(str(error))
    except OSError as error:
        return _fail(f"{os.strerror(error.errno)}" if error.errno else type(error).__name__)
    except KeyboardInterrupt:
        return _fail("stopped")
    except Exception as error:  # the message could hold content: only its kind is shown
        if os.environ.get("SHOUMI_DEBUG"):
            raise
        return _fail(f"a mistake in Shoumi itself ({type(error).__name__}); run again with SHOUMI_DEBUG=1 to see where")
    return code


def _everywhere(argv: list[str]) -> list[str]:
    """Take out the options that may stand anywhere, into the environment; Home and messages look there."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False, prog="shoumi")
    parser.add_argument("--home")
    parser.add_argument("--lang", choices=LANGUAGES)
    options, rest = parser.parse_known_args(argv)
    if options.home:
        os.environ["SHOUMI_HOME"] = options.home
    if options.lang:
        os.environ["SHOUMI_LANG"] = options.lang
    return rest


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="shoumi",
        description="守密 Shoumi finds what must not leave an organisation.",
        epilog="Anywhere: --home DIR keeps key, registry and state elsewhere (or SHOUMI_HOME); "
        "--lang zh-Hans|zh-Hant|en chooses the language (or SHOUMI_LANG).",
    )
    parser.add_argument("--version", action="version", version=f"shoumi {VERSION}")
    commands = parser.add_subparsers(title="commands", metavar="COMMAND")
    for module in sorted(pkgutil.iter_modules(__path__), key=lambda entry: entry.name):
        if not module.name.startswith("_"):
            importlib.import_module(f"{__name__}.{module.name}").add(commands)
    return parser


def _fail(message: str) -> int:
    print(f"shoumi: {message}", file=sys.stderr)
    return 2


def _abandon_stdout() -> None:
    """Point standard output nowhere, so that the interpreter's last flush cannot fail again."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
