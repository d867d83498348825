"""Where the console's data lives: ``DATABASE_URL``, or one SQLite file in the home folder.

Enters an address, leaves Django's database settings. SQLite takes its write lock at the start of a transaction, so that
two people who decide at once wait for each other instead of failing half-way.
"""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit


class WrongDatabase(ValueError):
    """The address cannot be used; the message says what to do."""


def sqlite(path: Path) -> dict[str, Any]:
    """Return the settings of one file: write-ahead log, twenty seconds of patience for a busy database."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "OPTIONS": {
            "timeout": 20,
            "transaction_mode": "IMMEDIATE",
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;",
        },
        "TEST": {"NAME": ":memory:"},
    }


def parse(url: str) -> dict[str, Any]:
    """Return the settings for ``postgresql://user:password@host:port/name?sslmode=…`` or ``sqlite:///path``."""
    parts = urlsplit(url)
    if parts.scheme == "sqlite":
        return sqlite(Path(unquote(parts.path.removeprefix("/"))))
    if parts.scheme not in {"postgres", "postgresql"}:
        raise WrongDatabase("DATABASE_URL must begin with postgresql:// or sqlite:///")
    if importlib.util.find_spec("psycopg") is None:
        raise WrongDatabase("PostgreSQL needs a driver: pip install 'shoumi[postgres]'")
    if not parts.path.strip("/"):
        raise WrongDatabase("DATABASE_URL names no database: postgresql://user@host/name")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.strip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": dict(parse_qsl(parts.query)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
