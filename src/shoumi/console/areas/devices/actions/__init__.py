"""Everything that may be done in this room."""

from shoumi.console.areas.devices.actions import checking, disposals, repairs, rounds, snapshots

__all__ = ["checking", "disposals", "repairs", "rounds", "snapshots"]
