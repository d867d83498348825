"""A repair from request to close as three people: how many forms, how many fields and files, and an estimate.

    python -m bench.console_repair

The browser walk of tests/browser/test_devices.py does it and counts; forms and fields are counted, the seconds for each
(3 and 6) are an assumption. The walk fails when the estimate is above three minutes.
"""

from __future__ import annotations

import subprocess
import sys

TEST = "tests/browser/test_devices.py::test_d2_a_repair_from_request_to_close"


def main() -> int:
    """Run the walk and print its count."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-s", TEST], capture_output=True, text=True, check=False
    )
    counted = [line for line in done.stdout.splitlines() if "repair from request to close" in line]
    print(counted[0][counted[0].index("repair from") :] if counted else done.stdout)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main())
