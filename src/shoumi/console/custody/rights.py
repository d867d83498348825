"""Who may do what here."""

from __future__ import annotations

from typing import Final

from shoumi.console.roles import APPROVER, AREA, LEADER, OFFICER

KEEPERS: Final = frozenset({OFFICER})  # keep the ledger
READERS: Final = frozenset({OFFICER, LEADER, APPROVER, AREA})  # see it
COUNTERS: Final = frozenset({OFFICER, LEADER, AREA})  # count
