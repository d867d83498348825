"""``shoumi demo`` in a relative folder could not fill its console: the home's relative name went into the database."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path


def test_the_consoles_home_is_absolute_wherever_it_was_named_from(tmp_path: Path) -> None:
    code = "from shoumi.console import settings; print(settings.HOME.path)"
    environment = {**os.environ, "SHOUMI_HOME": "here/home", "DATABASE_URL": ""}
    said = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True
    )
    assert said.stdout == f"{tmp_path / 'here/home'}\n"
