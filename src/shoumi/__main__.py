"""``python -m shoumi`` is the command line."""

import sys

from shoumi.cli import main

sys.exit(main())
