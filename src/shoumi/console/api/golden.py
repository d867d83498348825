"""``python -m shoumi.console.api.golden FILE``: write the interface, one line for each operation, for a test.

A change of the interface then shows in the change that made it.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path


def main(arguments: list[str]) -> int:
    """Write the file."""
    if len(arguments) != 1:
        sys.stderr.write("name the file, such as tests/console/golden/api.txt\n")
        return 2
    os.environ["DJANGO_SETTINGS_MODULE"] = "shoumi.console.settings"
    with tempfile.TemporaryDirectory() as home:
        os.environ.update(SHOUMI_HOME=home, DATABASE_URL="")
        import django

        django.setup()
        from shoumi.console.api import described

        Path(arguments[0]).write_text("\n".join(described.lines()) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
