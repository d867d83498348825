"""Everything that may be done in this room."""

from shoumi.console.areas.devices.actions import acceptance, checking, disposals, repairing, repairs, rounds, snapshots

__all__ = ["acceptance", "checking", "disposals", "repairing", "repairs", "rounds", "snapshots"]
