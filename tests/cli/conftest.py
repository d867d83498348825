"""Runs the installed command as a user would."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    home = tmp_path / "home"
    return {**os.environ, "SHOUMI_HOME": str(home), "SHOUMI_LANG": "en", "PYTHONUTF8": "1", "COLUMNS": "120"}


@pytest.fixture
def shoumi(environment: dict[str, str], tmp_path: Path) -> Run:
    """Run ``shoumi …`` in a folder of the test's own and return what it printed."""

    def run(*arguments: str | Path, stdin: str = "", lang: str = "en") -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "shoumi", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            cwd=tmp_path,
            env={**environment, "SHOUMI_LANG": lang},
            check=False,
            timeout=600,  # a guard against hanging, no measure of speed
        )

    return run


@pytest.fixture
def leaky(tmp_path: Path) -> Path:
    """A folder with a mark, an ordinary text and a broken archive."""
    folder = tmp_path / "share"
    folder.mkdir()
    (folder / "plan.txt").write_text("机密★10年\n\n关于工作安排的报告\n")
    (folder / "menu.txt").write_text("周一：番茄炒蛋\n")
    (folder / "broken.zip").write_bytes(b"PK\x03\x04 and nothing more")
    return folder
